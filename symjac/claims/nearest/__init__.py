"""What is near a refuted claim: changes that make it true, conditions under which it holds, terms in another layout."""
