"""The kinds of numbers in which expressions are evaluated, beginning with exact rationals.

Every ring knows the functions of :mod:`symjac.functions` as far as it can hold their values. An unspecified
function gets a stand-in, a polynomial with small coefficients, whose derivatives are then its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, isqrt
from typing import Any

from symjac.errors import SymjacError
from symjac.expr import Function
from symjac.functions.table import LEAK

# Coefficients from the constant upwards, and how the stand-in is printed.
STAND_INS: tuple[tuple[tuple[int, ...], str], ...] = (
    ((0, 0, 1), "z^{2}"),
    ((0, 1, 0, 1), "z^{3} + z"),
    ((1, 2, 1, 1), "z^{3} + z^{2} + 2 z + 1"),
)
LONGEST = 4_000  # bits of a numerator or denominator
CORNERS: Mapping[str, tuple[int, ...]] = {
    "relu": (0,),
    "leaky_relu": (0,),
    "selu": (0,),
    "abs": (0,),
    "sign": (0,),
    "step": (0,),
    "hardtanh": (-1, 1),
    "hardsigmoid": (-3, 3),
    "relu6": (0, 6),
}


class NoValueError(SymjacError):
    """The expression has no value here, or none that this kind of number can hold."""

    kind = "no-value"


class Rationals:
    """Exact rational numbers; functions with irrational values are refused."""

    rounded = False  # whether numbers are short, so that what grows fast loses its digits

    def __init__(self, stand_ins: Mapping[str, Any]) -> None:
        self.stand_ins = stand_ins

    def number(self, value: Fraction) -> Any:
        return value

    def power(self, a: Any, r: Fraction) -> Any:
        if a == 0 and r < 0:
            raise NoValueError("division by zero")
        self.within(a, ceil(abs(r)))
        if r.denominator == 1:
            return a ** int(r)
        if r.denominator == 2 and a >= 0:
            top, bottom = isqrt(a.numerator), isqrt(a.denominator)
            if (top * top, bottom * bottom) == (a.numerator, a.denominator):
                return Fraction(top, bottom) ** int(r * 2)
        raise NoValueError("an irrational power")

    def within(self, a: Any, r: int) -> None:
        """Refuse powers with more digits than anyone wants to see."""
        if max(a.numerator.bit_length(), a.denominator.bit_length()) * r > LONGEST:
            raise NoValueError("a number of too many digits: irrational numbers will do")

    def real_power(self, a: Any, r: Any) -> Any:
        if not isinstance(r, int | Fraction):
            raise NoValueError("a power with an exponent that is no rational number")
        return self.power(a, Fraction(r))

    def refuse_remainder(self, total: Any, terms: Sequence[Any]) -> None:
        """Refuse a sum that is what rounding leaves of terms that cancel: exact numbers leave nothing.

        :raises NoValueError: where the numbers are rounded and it is.
        """

    def positive(self, a: Any) -> bool:
        """Whether a number that is not zero is positive."""
        if a == 0:
            raise NoValueError("a point where a function has no derivative")
        return bool(a > 0)

    def function(self, f: Function, a: Any) -> Any:
        """The value of a known function, or the derivative of the stand-in of an unspecified one."""
        if f.known is None:
            self.within(a, 3)
            return stand_in(self.stand_ins[f.name], f.order, a)
        return piecewise(self, f.known, a)


def stand_in(coefficients: tuple[int, ...], order: int, a: Any) -> Any:
    for _ in range(order):
        coefficients = tuple(k * c for k, c in enumerate(coefficients))[1:]
    out = 0 * a
    for c in reversed(coefficients):
        out = out * a + c
    return out


def piecewise(numbers: Rationals, known: str, a: Any) -> Any:
    """The known functions that are rational on pieces."""
    if known not in PIECES:
        raise NoValueError(f"{known} has irrational values")
    for corner in CORNERS.get(known, ()):
        numbers.positive(a - corner)
    return PIECES[known](numbers, a)


def _clip(numbers: Rationals, a: Any, low: int, high: int) -> Any:
    if not numbers.positive(a - low):
        return 0 * a + low
    return a if numbers.positive(high - a) else 0 * a + high


PIECES: Mapping[str, Callable[[Rationals, Any], Any]] = {
    "relu": lambda q, a: a if q.positive(a) else 0 * a,
    "leaky_relu": lambda q, a: a if q.positive(a) else a * q.number(LEAK),
    "abs": lambda q, a: a if q.positive(a) else -a,
    "sign": lambda q, a: 0 * a + (1 if q.positive(a) else -1),
    "step": lambda q, a: 0 * a + (1 if q.positive(a) else 0),
    "hardtanh": lambda q, a: _clip(q, a, -1, 1),
    "hardsigmoid": lambda q, a: _clip(q, a + 3, 0, 6) / 6,
    "relu6": lambda q, a: _clip(q, a, 0, 6),
    "softsign": lambda q, a: a / (1 + (a if q.positive(a) else -a)),
    "square": lambda q, a: a * a,
    "identity": lambda q, a: a,
    "reciprocal": lambda q, a: q.power(a, Fraction(-1)),
    "sqrt": lambda q, a: q.power(a, Fraction(1, 2)),
}
