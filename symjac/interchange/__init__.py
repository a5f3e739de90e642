"""The border to SymPy: symjac's expressions as SymPy matrix expressions and back.

What leaves is made of SymPy's own heads, so that ``subs``, ``doit``, ``latex`` and ``lambdify`` work
on it. SymPy counts entries from 0; the indices of :class:`~symjac.expr.Entry` count from 1. A scalar
that is a product of a row and a column leaves as entry [0, 0] of that product.

>>> n = expr.dim("n")
>>> W, x = expr.Symbol("W", (n, n)), expr.Symbol("x", (n, expr.ONE))
>>> to_sympy(expr.Product(W, expr.Diag(x)))
W*DiagMatrix(x)
>>> from_sympy(to_sympy(expr.Product(W, expr.Diag(x))))
Product(W, Diag(x))
"""

from symjac import expr
from symjac.interchange.inwards import from_sympy
from symjac.interchange.names import Names, function_name, identifier, latex_name
from symjac.interchange.outwards import to_sympy

__all__ = ["Names", "expr", "from_sympy", "function_name", "identifier", "latex_name", "to_sympy"]
