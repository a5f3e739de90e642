"""Floating point numbers: the machine's own, and some with as many digits as are wanted.

What differs in the one is looked at again in the other before it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath  # type: ignore[import-untyped]  # mpmath ships no types

from symjac.expr import Function
from symjac.values.intervals import SMOOTH
from symjac.values.rings import NoValueError, Rationals, piecewise, stand_in

NEAR = 1e-9  # of a corner: there a function has no derivative that rounding could be trusted with


@dataclass(frozen=True)
class Wave:
    """A stand-in that stays small however often it is applied: ``sin(rate z + phase)``, with all its derivatives."""

    rate: Fraction
    phase: Fraction

    def at(self, ring: Floats, order: int, a: Any) -> Any:
        """The derivative of this order."""
        angle = ring.number(self.rate) * a + ring.number(self.phase)
        turned = ring.iv.cos(angle) if order % 2 else ring.iv.sin(angle)
        return turned * ring.number(_factor(self.rate, order)) if order else turned


@lru_cache(maxsize=100)
def _factor(rate: Fraction, order: int) -> Any:
    """What a wave of this rate is multiplied by in its derivative of this order."""
    return (-1) ** (order // 2 % 2) * rate**order


class Floats(Rationals):
    """The machine's floating point numbers, rounded as they come.

    >>> Floats({}).function(Function("\\\\tanh", 0, "tanh"), 0.0)
    0.0
    """

    iv: Any = mpmath.fp  # what the table of smooth functions calls
    rounded = True

    def number(self, value: Fraction) -> Any:
        return float(value)

    def within(self, a: Any, r: int) -> None:
        """Every number is short."""

    def power(self, a: Any, r: Fraction) -> Any:
        if r.denominator == 1:
            if a == 0 and r < 0:
                raise NoValueError("division by zero")
            return self._checked(lambda: a ** int(r))
        return self.real_power(a, self.number(r))

    def real_power(self, a: Any, r: Any) -> Any:
        if a <= 0:
            raise NoValueError("a real power of what is not positive")
        return self._checked(lambda: a**r)

    def refuse_remainder(self, total: Any, terms: Sequence[Any]) -> None:
        if total != 0 and abs(total) < self.iv.sqrt(self.iv.eps) * max(map(abs, terms)):
            raise NoValueError("what rounding leaves of large terms")

    def positive(self, a: Any) -> bool:
        if abs(a) < NEAR:
            raise NoValueError("a point where a function may have no derivative")
        return bool(a > 0)

    def function(self, f: Function, a: Any) -> Any:
        if f.known is None:
            row = self.stand_ins[f.name]
            return row.at(self, f.order, a) if isinstance(row, Wave) else stand_in(row, f.order, a)
        smooth = SMOOTH.get(f.known)
        if smooth is None:
            return piecewise(self, f.known, a)
        return self._checked(lambda: smooth(self, a))

    def _checked(self, work: Any) -> Any:
        """A value that is a finite real number."""
        try:
            found = work()
        except (ArithmeticError, ValueError) as error:  # overflow, a logarithm of zero
            raise NoValueError("a number too large, or none") from error
        if isinstance(found, complex | self.iv.mpc) or self.iv.isnan(found) or self.iv.isinf(found):
            raise NoValueError("a number too large, or none")
        return found

    def log(self, a: Any) -> Any:
        if a <= 0:
            raise NoValueError("the logarithm of what is not positive")
        return self.iv.log(a)

    def tanh(self, a: Any) -> Any:
        return self.iv.tanh(a)

    def arctan(self, a: Any) -> Any:
        return self.iv.atan(a)

    def erf(self, a: Any) -> Any:
        return self.iv.erf(a)


class Digits(Floats):
    """Floating point numbers of so many decimal digits, in a context of their own.

    >>> print(Digits({}, 30).number(Fraction(1, 3)))
    0.333333333333333333333333333333
    """

    def __init__(self, stand_ins: Mapping[str, Any], digits: int) -> None:
        super().__init__(stand_ins)
        self.iv = mpmath.MPContext()
        self.iv.dps = digits

    def number(self, value: Fraction) -> Any:
        return self.iv.mpf(value.numerator) / value.denominator
