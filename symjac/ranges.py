"""Intervals that hold every entry of an expression, whatever its size.

They come from its structure: what is known of functions, of ``z o (1 - z)``, and of what lies between two others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction

from symjac import expr as ex
from symjac.expr import Apply, Expr, Function, Number, Symbol
from symjac.functions import BOUNDS

Range = tuple[Fraction | None, Fraction | None]
Known = Callable[[Symbol], Range]
ANY: Range = (None, None)
UNIT = (Fraction(0), Fraction(1))


def range_of(v: Expr, known: Known) -> Range:
    """An interval that holds every entry; ``known`` gives that of a symbol.

    >>> z = Symbol("z", (ex.dim("n"), ex.ONE))
    >>> range_of(ex.Hadamard(z, ex.sub(ex.Ones(*z.shape), z)), lambda _: UNIT)
    (Fraction(0, 1), Fraction(1, 4))
    """
    match v:
        case Symbol():
            return known(v)
        case Number():
            return v.value, v.value
        case ex.Ones():
            return Fraction(1), Fraction(1)
        case ex.Softmax():
            return UNIT
        case Apply():
            return _of_function(v.function)
        case ex.EntryPower() if v.exponent == Number(2):
            return _squared(range_of(v.base, known))
        case ex.Sum():
            return _between(v, known) or _total(range_of(t, known) for t in v.args)
        case ex.Hadamard():
            pairs, rest = complements(v.args, known)
            ranges: list[Range] = [(Fraction(0), Fraction(1, 4))] * pairs
            for z, count in Counter(rest).items():
                inner = range_of(z, known)
                ranges += [_squared(inner)] * (count // 2) + [inner] * (count % 2)
            return _times(ranges)
        case ex.Product() if len(v.args) == 2 and isinstance(v.args[0], Number):
            return _times(range_of(f, known) for f in v.args)
    return ANY


def largest(r: Range) -> Fraction | None:
    """The largest size in an interval; ``None`` where it has no end."""
    low, high = r
    return None if low is None or high is None else max(abs(low), abs(high))


def is_within(r: Range, low: int, high: int) -> bool:
    """Whether one interval lies in another."""
    return r[0] is not None and r[1] is not None and low <= r[0] and r[1] <= high


def complements(factors: tuple[Expr, ...], known: Known) -> tuple[int, list[Expr]]:
    """How many pairs ``z, 1 - z`` with z between 0 and 1 there are, and the other factors."""
    rest = list(factors)
    count = 0
    for z in factors:
        other = ex.sub(ex.Ones(*z.shape), z)
        if z in rest and other in rest and z != other and is_within(range_of(z, known), 0, 1):
            rest.remove(z)
            rest.remove(other)
            count += 1
    return count, rest


def _of_function(f: Function) -> Range:
    bounds = BOUNDS.get(f.known or "")
    if bounds is None or f.order > 1:
        return ANY
    return (-bounds.slope, bounds.slope) if f.order else (bounds.low, bounds.high)


def _between(e: ex.Sum, known: Known) -> Range | None:
    """The range of ``(1 - z) o a + z o b`` with z between 0 and 1: what lies between a and b."""
    if len(e.args) != 2:
        return None
    for first, second in (e.args, e.args[::-1]):
        if not (isinstance(first, ex.Hadamard) and isinstance(second, ex.Hadamard)):
            return None
        for z in second.args:
            other = ex.sub(ex.Ones(*z.shape), z)
            if other in first.args and is_within(range_of(z, known), 0, 1):
                a = _times(range_of(f, known) for f in first.args if f != other)
                b = _times(range_of(f, known) for f in second.args if f != z)
                if None in (*a, *b):
                    return ANY
                return min(x for x in (a[0], b[0]) if x is not None), max(x for x in (a[1], b[1]) if x is not None)
    return None


def _squared(r: Range) -> Range:
    size = largest(r)
    return Fraction(0), None if size is None else size**2


def _total(ranges: Iterable[Range]) -> Range:
    lows, highs = zip(*ranges, strict=True)
    return None if None in lows else sum(lows), None if None in highs else sum(highs)


def _times(ranges: Iterable[Range]) -> Range:
    low, high = Fraction(1), Fraction(1)
    for a, b in ranges:
        if a is None or b is None:
            return ANY
        ends = [x * y for x in (low, high) for y in (a, b)]
        low, high = min(ends), max(ends)
    return low, high
