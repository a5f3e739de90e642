"""Claims that are bounds on norms: read, proved by the rules a person uses, refuted by numbers, told."""
