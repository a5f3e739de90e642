"""Numbers known as enclosures: intervals computed with outward rounding, with the functions that are not rational."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from mpmath.ctx_iv import MPIntervalContext  # type: ignore[import-untyped]  # mpmath ships no types

from symjac.expr import Function
from symjac.functions.table import SELU_ALPHA, SELU_SCALE
from symjac.values.rings import NoValueError, Rationals


class Interval:
    """An enclosure that knows only sums and products, and leaves other kinds of operands to them."""

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def __add__(self, other: object) -> Any:
        if not isinstance(other, Interval | int):
            return NotImplemented
        return Interval(self.raw + (other.raw if isinstance(other, Interval) else other))

    def __mul__(self, other: object) -> Any:
        if not isinstance(other, Interval | int):
            return NotImplemented
        return Interval(self.raw * (other.raw if isinstance(other, Interval) else other))

    __radd__ = __add__
    __rmul__ = __mul__


class Intervals(Rationals):
    """Numbers known as enclosures."""

    def __init__(self, stand_ins: Mapping[str, Any]) -> None:
        super().__init__(stand_ins)
        self.inside = RawIntervals(stand_ins)

    def number(self, value: Fraction) -> Any:
        return Interval(self.inside.number(value))

    def power(self, a: Any, r: Fraction) -> Any:
        return Interval(self.inside.power(a.raw, r))

    def real_power(self, a: Any, r: Any) -> Any:
        return Interval(self.inside.real_power(a.raw, r.raw))

    def function(self, f: Function, a: Any) -> Any:
        return Interval(self.inside.function(f, a.raw))


class RawIntervals(Rationals):
    """mpmath's intervals, computed with outward rounding."""

    def within(self, a: Any, r: int) -> None:
        if abs(a.a) > 10**300 or abs(a.b) > 10**300 or r > 1000:
            raise NoValueError("a number too large to be compared")

    def __init__(self, stand_ins: Mapping[str, Any]) -> None:
        super().__init__(stand_ins)
        self.iv = MPIntervalContext()  # one of our own: the shared one has a global precision
        self.iv.prec = 120

    def number(self, value: Fraction) -> Any:
        return self.iv.mpf(value.numerator) / value.denominator

    def power(self, a: Any, r: Fraction) -> Any:
        if r < 0 and a.a <= 0 <= a.b:
            raise NoValueError("division by an interval around zero")
        if r < 0:
            return 1 / self.power(a, -r)
        self.within(a, ceil(abs(r)))
        if r.denominator == 1:
            out = self.iv.mpf(1)
            for _ in range(int(r)):
                out = out * a
            return out
        if a.a <= 0:
            raise NoValueError("a root of what may be negative")
        return self.iv.sqrt(a) ** int(2 * r) if r.denominator == 2 else self.iv.exp(self.number(r) * self.iv.log(a))

    def real_power(self, a: Any, r: Any) -> Any:
        if a.a <= 0:
            raise NoValueError("a real power of what may be negative")
        return self.iv.exp(r * self.iv.log(a))

    def positive(self, a: Any) -> bool:
        if a.a <= 0 <= a.b:
            raise NoValueError("a point where a function may have no derivative")
        return bool(a.a > 0)

    def function(self, f: Function, a: Any) -> Any:
        self.within(a, 1)
        smooth = SMOOTH.get(f.known or "")
        if smooth is not None:
            return smooth(self, a)
        return super().function(f, a)

    def log(self, a: Any) -> Any:
        if a.a <= 0:
            raise NoValueError("the logarithm of what may be negative")
        return self.iv.log(a)

    def tanh(self, a: Any) -> Any:
        return 1 - 2 / (1 + self.iv.exp(2 * a))

    def arctan(self, a: Any) -> Any:
        """By halving the argument and the alternating series, whose error the next term bounds."""
        scale = 1
        while max(abs(a.a), abs(a.b)) > 0.1:
            a = a / (1 + self.iv.sqrt(1 + a * a))
            scale *= 2
        total, term, k = self.iv.mpf(0), a, 1
        while k < 80:
            total = total + term / k
            term = -term * a * a
            k += 2
        rest = max(abs(term.a), abs(term.b))
        return scale * (total + self.iv.mpf([-rest, rest]))

    def erf(self, a: Any) -> Any:
        """The alternating Taylor series, cut after its terms have begun to fall."""
        if max(abs(a.a), abs(a.b)) > 4:
            raise NoValueError("erf of a large number")
        total, term = self.iv.mpf(0), a
        for k in range(90):
            total = total + term / (2 * k + 1)
            term = -term * a * a / (k + 1)
        rest = max(abs(term.a), abs(term.b))
        return 2 / self.iv.sqrt(self.iv.pi) * (total + self.iv.mpf([-rest, rest]))


def _sigmoid(q: Any, a: Any) -> Any:
    return 1 / (1 + q.iv.exp(-a))


def _elu(q: Any, a: Any, scale: Fraction, alpha: Fraction) -> Any:
    return q.number(scale) * (a if q.positive(a) else q.number(alpha) * (q.iv.exp(a) - 1))


# By the ring: its context ``iv`` and its functions that are no sums, products or powers.
SMOOTH: Mapping[str, Callable[[Any, Any], Any]] = {
    "tanh": lambda q, a: q.tanh(a),
    "sigmoid": _sigmoid,
    "elu": lambda q, a: _elu(q, a, Fraction(1), Fraction(1)),
    "selu": lambda q, a: _elu(q, a, SELU_SCALE, SELU_ALPHA),
    "gelu": lambda q, a: a * (1 + q.erf(a / q.iv.sqrt(2))) / 2,
    "silu": lambda q, a: a * _sigmoid(q, a),
    "mish": lambda q, a: a * q.tanh(q.iv.log(1 + q.iv.exp(a))),
    "softplus": lambda q, a: q.iv.log(1 + q.iv.exp(a)),
    "logsigmoid": lambda q, a: -q.iv.log(1 + q.iv.exp(-a)),
    "exp": lambda q, a: q.iv.exp(a),
    "log": lambda q, a: q.log(a),
    "sin": lambda q, a: q.iv.sin(a),
    "cos": lambda q, a: q.iv.cos(a),
    "tan": lambda q, a: q.iv.sin(a) * q.power(q.iv.cos(a), Fraction(-1)),
    "sinh": lambda q, a: (q.iv.exp(a) - q.iv.exp(-a)) / 2,
    "cosh": lambda q, a: (q.iv.exp(a) + q.iv.exp(-a)) / 2,
    "arctan": lambda q, a: q.arctan(a),
    "arcsin": lambda q, a: q.arctan(a * q.power(1 - a * a, Fraction(-1, 2))),
    "arcsinh": lambda q, a: q.iv.log(a + q.iv.sqrt(a * a + 1)),
    "erf": lambda q, a: q.erf(a),
    "normcdf": lambda q, a: (1 + q.erf(a / q.iv.sqrt(2))) / 2,
    "normpdf": lambda q, a: q.iv.exp(-a * a / 2) / q.iv.sqrt(2 * q.iv.pi),
}
