"""Values that tell two expressions apart, at the smallest sizes where there are some.

Exact rationals first. Where values are irrational, points are rational and the two sides are enclosed
in intervals; only disjoint intervals count, so that a true identity is never refuted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor
from types import MappingProxyType
from typing import Any

from symjac import expr as ex
from symjac.errors import NotYetError, ShapeError
from symjac.expr import Expr, Index, MapJacobian, Symbol, VectorMap
from symjac.values.evaluator import NOTHING, Evaluator, Given, Matrix, work
from symjac.values.intervals import Intervals
from symjac.values.nodes import reachable, unspecified
from symjac.values.points import ANY_KIND, Kinds, Point, points
from symjac.values.rings import STAND_INS, NoValueError, Rationals
from symjac.values.standins import SCALAR_STAND_IN, map_stand_in

DIGITS = 10**9
HUGE = 2_000  # binary exponents beyond this are not compared


@dataclass(frozen=True)
class Enclosure:
    """An interval with rational ends that contains the value."""

    low: Fraction
    high: Fraction


Value = Fraction | Enclosure
Rows = tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Counterexample:
    """Sizes and values at which two expressions differ.

    ``functions`` names the stand-ins of unspecified functions, as LaTeX in the variable z (for a map:
    entry i at v). ``left`` and ``right`` are the two sides written out, ``entry`` is the first place,
    counted from 1, where they differ, ``indices`` are the values of index letters that no sum binds.
    ``exact`` tells rationals from enclosures.
    """

    sizes: Mapping[str, int]
    values: Mapping[Symbol, tuple[tuple[Value, ...], ...]]
    functions: Mapping[str, str]
    left: tuple[tuple[Value, ...], ...]
    right: tuple[tuple[Value, ...], ...]
    entry: tuple[int, int]
    indices: Mapping[str, int]
    exact: bool


NO_DEFINITIONS: Mapping[Symbol, Expr] = MappingProxyType({})


def counterexample(
    a: Expr,
    b: Expr,
    definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS,
    *,
    moving: frozenset[Symbol] | None = None,
    effort: int = 120,
    kinds: Kinds = ANY_KIND,
    given: Mapping[Symbol, Given] = NOTHING,
    beside: Iterable[Expr] = (),
    first: Iterable[Symbol] = (),
    keeps: Callable[[Mapping[Symbol, Rows]], bool] = lambda _: True,
) -> Counterexample | None:
    """Values at the smallest sizes where ``a`` and ``b`` differ, ``None`` if none were found.

    ``kinds`` says what the values of some symbols have to be, ``effort`` bounds how many points are tried. ``given``
    are symbols whose values are computed apart, out of the expressions ``beside`` the two sides.

    Raises :class:`~symjac.errors.ShapeError` where the shapes differ already.

    >>> from symjac.expr import Product, Transpose, dim
    >>> n = dim("n")
    >>> A, B = Symbol("A", (n, n)), Symbol("B", (n, n))
    >>> counterexample(Product(A, B), Product(B, A)).sizes
    {'n': 2}
    """
    if a.shape != b.shape:
        raise ShapeError(
            f"only expressions of one shape can be compared: {ex.brief(a)} is {ex.show_shape(a.shape)}, "
            f"{ex.brief(b)} is {ex.show_shape(b.shape)}"
        )
    nodes = set(reachable([a, b, *beside], definitions)) - given.keys()
    names_of_sizes = sorted(ex.size_names(nodes))
    names = unspecified(nodes)
    foremost = frozenset(first)
    leaves = [e for e in nodes if isinstance(e, Symbol) and e not in definitions]
    leaves.sort(key=lambda e: (e not in foremost, e.name))
    maps = dict(sorted(map(_stand_in, (e for e in nodes if isinstance(e, VectorMap | MapJacobian)))))
    exact, most = True, work()
    for count, (sizes, seed) in enumerate(points(names_of_sizes)):
        if count >= effort:
            break
        turn = seed + seed // len(STAND_INS)  # in step with the values, large ones would never meet some stand-in
        chosen = {name: STAND_INS[(k + turn) % len(STAND_INS)] for k, name in enumerate(names)}
        point = Point(seed, leaves, kinds)
        functions = {name: latex for name, (_, latex) in chosen.items()} | maps
        coefficients = {name: c for name, (c, _) in chosen.items()}
        for numbers in (Rationals, Intervals) if exact else (Intervals,):
            try:
                at = Evaluator(numbers(coefficients), sizes, point.leaf, definitions, moving, given, most)
                found = _compared(a, b, at)
                apart = {s: _shown(found[0].matrix(s)) for s in given} if found is not None else {}
            except NoValueError as error:
                exact = exact and "irrational" not in error.message
                continue
            except (NotYetError, RecursionError):  # no kind of number helps
                return None
            if found is not None:
                here, left, right, entry = found
                indices = {k.name: n for k, n in here.indices.items()}
                exactly = numbers is Rationals
                values = {**point.values(), **apart}
                if not keeps(values):
                    break
                return Counterexample(sizes, values, functions, left, right, entry, indices, exactly)
            break
    return None


Sides = tuple[tuple[Value, ...], ...]


def sides(a: Expr, b: Expr, at: Evaluator) -> Iterator[tuple[Matrix, Matrix]]:
    """The values of two expressions, for all values of the index letters that no sum in them binds."""
    return ((here.matrix(a), here.matrix(b)) for here in _everywhere(a, b, at))


def _everywhere(a: Expr, b: Expr, at: Evaluator) -> Iterator[Evaluator]:
    """The point with every value of free index letters; where definitions hold one, they have values of their own."""
    held = at.held
    free = ex.unbound_indices(a) | ex.unbound_indices(b)
    for picked in _choices(held, at):
        here = at.picking(picked) if held else at
        for choice in _choices(free - held, at):
            here.indices = picked | choice
            yield here
        here.indices = picked


def _choices(letters: Iterable[Index], at: Evaluator) -> Iterator[dict[Index, int]]:
    order = sorted(letters, key=lambda k: k.name)
    for choice in product(*(range(1, at.size(k.size) + 1) for k in order)):
        yield dict(zip(order, choice, strict=True))


def _compared(a: Expr, b: Expr, at: Evaluator) -> tuple[Evaluator, Sides, Sides, tuple[int, int]] | None:
    """The first point where two sides differ, index letters included, with the sides and the entry there."""
    for here in _everywhere(a, b, at):
        left, right = _shown(here.matrix(a)), _shown(here.matrix(b))
        for i, (p, q) in enumerate(zip(left, right, strict=True)):
            for j, (u, v) in enumerate(zip(p, q, strict=True)):
                if _apart(u, v):
                    return here, left, right, (i + 1, j + 1)
    return None


def _apart(u: Value, v: Value) -> bool:
    low, high = (u.low, u.high) if isinstance(u, Enclosure) else (u, u)
    other_low, other_high = (v.low, v.high) if isinstance(v, Enclosure) else (v, v)
    return high < other_low or other_high < low


def _stand_in(e: VectorMap | MapJacobian) -> tuple[str, str]:
    """What a map is called, or the scalar function it is a derivative of, and what stands in for it."""
    if isinstance(e, ex.ScalarFunction | ex.ScalarGradient | ex.ScalarHessian):
        return e.of, SCALAR_STAND_IN
    return e.name, map_stand_in(e.name, len(e.args))


def _shown(m: Matrix) -> tuple[tuple[Value, ...], ...]:
    return tuple(tuple(value_of(a) for a in row) for row in m)


def value_of(a: Any) -> Value:
    if isinstance(a, int | Fraction):
        return Fraction(a)
    low, high = _fraction(a.raw.a), _fraction(a.raw.b)
    # Rounded outwards to what can be printed; what is compared is what is shown.
    return Enclosure(Fraction(floor(low * DIGITS), DIGITS), Fraction(ceil(high * DIGITS), DIGITS))


def _fraction(end: Any) -> Fraction:
    """The exact value of an end of an interval."""
    sign, mantissa, exponent, _ = end._mpi_[0]
    if (not mantissa and exponent) or exponent > HUGE:
        raise NoValueError("an enclosure without bounds, or too large to print")
    if exponent < -HUGE:
        return Fraction(0) if not mantissa else Fraction(-1 if sign else 1, DIGITS * DIGITS)
    return (-1 if sign else 1) * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
