"""What confirms a factored matrix: its factors multiplied out at random numbers are the entries it came from."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from symjac.confirm.confirmed import Check, Checks, disagreement
from symjac.factoring import Factored

DIGITS = 40
POINTS = 3
NEAR = sympy.Float("1e-25")
WHOLE = (AppliedUndef, sympy.Derivative, sympy.Subs)  # unspecified functions and their derivatives have any value


def confirm_factored(f: Factored) -> Checks:
    """The factors of every term multiplied as numbers, not as symbols, and added up."""
    for seed in range(POINTS):
        value = _Values(seed)
        total = sympy.zeros(*f.matrix.shape)
        for term in f.terms:
            product = sympy.eye(f.matrix.rows)
            for m in term.matrices:
                product = product * m.applyfunc(value)
            total += value(term.scalar) * product
        wanted = f.matrix.applyfunc(value)
        scale = max((abs(a) for a in wanted), default=sympy.Integer(0)) + 1
        if any(abs(a - b) > NEAR * scale for a, b in zip(wanted, total, strict=True)):
            raise disagreement("a written-out matrix", "the factors", "its entries", f"random numbers ({seed})")
    return Checks((Check("entries", "multiplied out"), Check("numbers", f"{POINTS} random points")), ())


class _Values:
    """Random numbers for symbols and unspecified functions, the same wherever one stands."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, e: Any) -> Any:
        settled = e.replace(lambda node: isinstance(node, WHOLE), self._number)
        return sympy.N(settled.xreplace({s: self._number(s) for s in settled.free_symbols}), DIGITS)

    def _number(self, node: Any) -> Any:
        drawn = Fraction(random.Random(f"{self.seed} {sympy.srepr(node)}").randint(30, 110), 100)
        return sympy.Rational(drawn.numerator, drawn.denominator)
