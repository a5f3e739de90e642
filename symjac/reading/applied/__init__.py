"""The applied tree: what is applied to what in a formula, before any symbol has a shape."""
