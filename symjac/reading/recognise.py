"""Which known function an equation such as sigma(z) = 1/(1 + e^-z) defines."""

from __future__ import annotations

from fractions import Fraction

import sympy

from symjac.errors import NotYetError
from symjac.expr import Apply, EntryPower, Expr, Symbol
from symjac.functions import ACTIVATIONS
from symjac.interchange import to_sympy

# Where two functions are compared before any algebra is tried: points of both signs, none a kink.
POINTS = tuple(sympy.Rational(*p) for p in ((-23, 10), (-7, 10), (-1, 5), (3, 10), (6, 5), (27, 10)))
CLOSE = Fraction(1, 10**9)

# Definitions beyond these are no known function, and their values may be too large to write down.
NODES = 60
TOWER = 2


def known_as(body: Expr, variable: Symbol) -> str | None:
    """The key of the activation that has the same values everywhere; ``None`` where none is found.

    Numbers sort out candidates, SymPy's algebra over exponentials decides.

    >>> from symjac.expr import Apply, Function, Number, add, mul, neg, power
    >>> z = Symbol("z")
    >>> known_as(power(add(Number(1), Apply(Function(r"\\exp", 0, "exp"), neg(z))), -1), z)
    'sigmoid'
    """
    if sum(1 for _ in body.walk()) > NODES or _tower(body) > TOWER:
        return None
    try:
        written = to_sympy(body)
    except NotYetError:
        return None
    z = to_sympy(variable)
    if not isinstance(written, sympy.Expr) or written.free_symbols != {z}:
        return None
    x = sympy.Symbol("x", real=True)
    written = written.subs(z, x)
    values = [written.subs(x, p).evalf(20) for p in POINTS]
    for key, row in ACTIVATIONS.items():
        candidate = row.sympy(x)
        if all(_close(v, candidate.subs(x, p).evalf(20)) for v, p in zip(values, POINTS, strict=True)) and _same(
            written, candidate
        ):
            return key
    return None


def _tower(e: Expr) -> int:
    """How many powers and exponentials stand inside each other."""
    grows = isinstance(e, EntryPower) or (isinstance(e, Apply) and e.function.known in ("exp", "sinh", "cosh"))
    return int(grows) + max((_tower(a) for a in e.args), default=0)


def _close(a: sympy.Expr, b: sympy.Expr) -> bool:
    if not (a.is_Float or a.is_Rational) or not (b.is_Float or b.is_Rational):
        return False
    return bool(abs(a - b) < sympy.Rational(CLOSE.numerator, CLOSE.denominator))


def _same(a: sympy.Expr, b: sympy.Expr) -> bool:
    difference = (a - b).rewrite(sympy.exp).rewrite(sympy.Piecewise)
    return bool(sympy.simplify(sympy.expand_log(difference, force=True)) == 0)
