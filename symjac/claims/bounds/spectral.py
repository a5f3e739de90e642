"""Enclosures of spectral norms with rational ends, for matrices with at most two rows or two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isqrt

from symjac.errors import NotYetError

DIGITS = 10**12


@dataclass(frozen=True)
class Range:
    """All numbers from ``low`` to ``high``."""

    low: Fraction
    high: Fraction

    @staticmethod
    def of(value: int | Fraction) -> Range:
        return Range(Fraction(value), Fraction(value))

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Range) -> Range:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Range(min(ends), max(ends))

    def __abs__(self) -> Range:
        if self.low <= 0 <= self.high:
            return Range(Fraction(0), max(-self.low, self.high))
        return self if self.low > 0 else Range(-self.high, -self.low)

    @property
    def squared(self) -> Range:
        return abs(self) * abs(self)

    def power(self, exponent: int) -> Range | None:
        """A power; ``None`` where that would divide by zero."""
        if exponent < 0:
            below = self.power(-exponent)
            return None if below is None or below.low <= 0 <= below.high else Range(1 / below.high, 1 / below.low)
        return reduce(Range.__mul__, [self] * exponent, Range.of(1))

    @property
    def root(self) -> Range:
        """The square root of what is not negative."""
        return Range(_root(max(self.low, Fraction(0)), up=False), _root(max(self.high, Fraction(0)), up=True))


def _root(a: Fraction, *, up: bool) -> Fraction:
    """The square root where it is rational, else a bound of it from above or below.

    >>> _root(Fraction(9, 4), up=True)
    Fraction(3, 2)
    """
    top, bottom = isqrt(a.numerator), isqrt(a.denominator)
    if (top * top, bottom * bottom) == (a.numerator, a.denominator):
        return Fraction(top, bottom)
    return Fraction(isqrt(a.numerator * DIGITS**2 // a.denominator) + up, DIGITS)


def spectral_norm(m: Sequence[Sequence[Range]]) -> Range:
    """The largest singular value.

    :raises NotYetError: for matrices with more than two rows and columns.

    >>> one, two = Range.of(1), Range.of(2)
    >>> spectral_norm([[one, two], [two, one]])
    Range(low=Fraction(3, 1), high=Fraction(3, 1))
    """
    if len(m) > len(m[0]):
        m = list(zip(*m, strict=True))
    if len(m) == len(m[0]) == 1:
        return abs(m[0][0])
    if len(m) == 1:
        return sum((a.squared for a in m[0]), Range.of(0)).root
    if len(m) > 2:
        raise NotYetError("the spectral norm of a matrix with more than two rows and columns is not enclosed")
    p, q = (sum((a.squared for a in row), Range.of(0)) for row in m)
    r = sum((a * b for a, b in zip(*m, strict=True)), Range.of(0))
    half = Range.of(Fraction(1, 2))
    difference = (p + q * Range.of(-1)) * half
    return ((p + q) * half + (difference.squared + r.squared).root).root
