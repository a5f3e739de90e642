r"""Expressions entry by entry, as a textbook writes them, and derivatives told entry by entry.

>>> from symjac.expr import Apply, Function, Index, Product, Symbol, dim, ONE
>>> n = dim("n")
>>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
>>> i, j = Index("i", n), Index("j", n)
>>> y = Product(W, Apply(Function(r"\sigma"), x))
>>> [step.reason for step in told_derivative(y, x, i, j)]
['entry', 'linearity', 'chain rule', 'independent entries', 'sifting']
"""

from symjac.entries.numbered import at, cells, size_at
from symjac.entries.told import Step, told_derivative
from symjac.entries.written import entry, taken_letters

__all__ = ["Step", "at", "cells", "entry", "size_at", "taken_letters", "told_derivative"]
