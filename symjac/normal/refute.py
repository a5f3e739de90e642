"""Values that tell two expressions apart, at the smallest sizes where there are some.

Exact rationals first. Where values are irrational, points are rational and the two sides are enclosed
in intervals; only disjoint intervals count, so that a true identity is never refuted.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

from symjac.errors import NotYetError, ShapeError
from symjac.expr import Apply, Dim, Expr, MapJacobian, Symbol, VectorMap, brief, show_shape
from symjac.normal.evaluate import MAP_STAND_IN, Evaluator, Matrix, free_indices
from symjac.normal.numbers import STAND_INS, Intervals, NoValueError, Rationals

SIZES = (1, 2, 3)
ASSIGNMENTS = 30  # so many choices of sizes are tried
DIGITS = 10**9
HUGE = 2_000  # binary exponents beyond this are not compared
TRIES = 6  # so many points at each
PLAIN = (1, 2, 3, -1, 4, 5, -2, 7, Fraction(1, 2), 6, -3, Fraction(3, 2), 8, 9, Fraction(1, 3), -4)
TAME = tuple(Fraction(v) / 4 for v in (2, 3, 5, -1, 6, 1, -3, 7, 4, -2, 9, -5))
SMALL = tuple(v / 4 for v in TAME)  # where functions that saturate, nested in others, still move


@dataclass(frozen=True)
class Enclosure:
    """An interval with rational ends that contains the value."""

    low: Fraction
    high: Fraction


Value = Fraction | Enclosure


@dataclass(frozen=True)
class Counterexample:
    """Sizes and values at which two expressions differ.

    ``functions`` names the stand-ins of unspecified functions, as LaTeX in the variable z (for a map:
    entry i at v). ``left`` and ``right`` are the two sides written out, ``entry`` is the first place,
    counted from 1, where they differ, ``indices`` are the values of index letters that no sum binds.
    ``exact`` tells rationals from enclosures.
    """

    sizes: Mapping[str, int]
    values: Mapping[Symbol, tuple[tuple[Fraction, ...], ...]]
    functions: Mapping[str, str]
    left: tuple[tuple[Value, ...], ...]
    right: tuple[tuple[Value, ...], ...]
    entry: tuple[int, int]
    indices: Mapping[str, int]
    exact: bool


def search(
    a: Expr,
    b: Expr,
    definitions: Mapping[Symbol, Expr],
    moving: frozenset[Symbol] | None,
    effort: int,
    one_hot: frozenset[Symbol] = frozenset(),
) -> Counterexample | None:
    """The first difference found, ``None`` if there was none within ``effort`` evaluations."""
    if a.shape != b.shape:
        raise ShapeError(
            f"only expressions of one shape can be compared: {brief(a)} is {show_shape(a.shape)}, "
            f"{brief(b)} is {show_shape(b.shape)}"
        )
    nodes = set(reachable([a, b], definitions))
    letters = sorted({str(s) for e in nodes for s in _letters(e)})
    names = sorted({e.function.name for e in nodes if isinstance(e, Apply) and e.function.known is None})
    maps = sorted({e.name for e in nodes if isinstance(e, VectorMap | MapJacobian)})
    exact = True
    for count, (sizes, seed) in enumerate(_points(letters)):
        if count >= effort:
            break
        chosen = {name: STAND_INS[(k + seed) % len(STAND_INS)] for k, name in enumerate(names)}
        point = _Point(seed, [e for e in nodes if isinstance(e, Symbol)], one_hot)
        functions = {name: latex for name, (_, latex) in chosen.items()} | dict.fromkeys(maps, MAP_STAND_IN)
        coefficients = {name: c for name, (c, _) in chosen.items()}
        for numbers in (Rationals, Intervals) if exact else (Intervals,):
            try:
                found = _compared(a, b, Evaluator(numbers(coefficients), sizes, point.leaf, definitions, moving))
            except NoValueError as error:
                exact = exact and "irrational" not in error.message
                continue
            except (NotYetError, RecursionError):  # no kind of number helps
                return None
            if found is not None:
                left, right, entry, indices = found
                exactly = numbers is Rationals
                return Counterexample(sizes, point.values(), functions, left, right, entry, indices, exactly)
            break
    return None


def reachable(expressions: Iterable[Expr], definitions: Mapping[Symbol, Expr]) -> Iterator[Expr]:
    """The nodes of expressions and of the definitions they use."""
    todo = list(expressions)
    seen: set[Expr] = set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        todo.extend(node.args)
        if isinstance(node, Symbol) and node in definitions:
            todo.append(definitions[node])


def _letters(e: Expr) -> set[Any]:
    sizes: list[Dim] = [*e.shape]
    data = e.data if isinstance(e.data, tuple) else (e.data,)
    sizes += [k.size for k in data if hasattr(k, "size")]
    return {s for d in sizes for s in d.free_symbols}


def _points(letters: list[str]) -> Iterator[tuple[dict[str, int], int]]:
    """Sizes from small to large, and so many points at each."""
    order = sorted(product(SIZES, repeat=len(letters)), key=lambda sizes: (sum(sizes), max(sizes, default=0)))
    equal_sizes = [tuple([n] * len(letters)) for n in SIZES]
    order = [s for s in order[:ASSIGNMENTS] if s not in equal_sizes] if len(order) > ASSIGNMENTS else order
    order = sorted({*order, *equal_sizes}, key=lambda sizes: (sum(sizes), max(sizes, default=0)))
    for sizes in order:
        for seed in range(TRIES):
            yield dict(zip(letters, sizes, strict=True)), seed


class _Point:
    """Small rational values for symbols: simple ones first, arbitrary ones later."""

    def __init__(self, seed: int, symbols: list[Symbol], one_hot: frozenset[Symbol] = frozenset()) -> None:
        self.seed = seed
        self.one_hot = one_hot  # these have one entry 1 and zeros beside it
        self.order = {s: k for k, s in enumerate(sorted(symbols, key=lambda s: s.name))}
        self.chosen: dict[Symbol, list[list[Fraction]]] = {}

    def leaf(self, s: Symbol, rows: int, cols: int, numbers: Rationals) -> Matrix:
        if s not in self.chosen:
            stream = random.Random(f"{self.seed} {s.name}")
            pool = (PLAIN, TAME, SMALL)[self.seed % 3]
            start = 5 * self.order.get(s, len(self.order))
            cells = [Fraction(pool[(start + k) % len(pool)]) for k in range(rows * cols)]
            if self.seed > 1:
                cells = [Fraction(stream.choice(pool)) for _ in cells]
            if s in self.one_hot:
                cells = [Fraction(int(k == (self.seed + start) % len(cells))) for k in range(len(cells))]
            self.chosen[s] = [cells[r * cols : (r + 1) * cols] for r in range(rows)]
        return [[numbers.number(c) for c in row] for row in self.chosen[s]]

    def values(self) -> dict[Symbol, tuple[tuple[Fraction, ...], ...]]:
        return {s: tuple(map(tuple, m)) for s, m in sorted(self.chosen.items(), key=lambda pair: pair[0].name)}


Sides = tuple[tuple[Value, ...], ...]


def _compared(a: Expr, b: Expr, at: Evaluator) -> tuple[Sides, Sides, tuple[int, int], dict[str, int]] | None:
    """The two sides, the first entry where they differ, and the values of free indices there."""
    free = sorted(free_indices(a) | free_indices(b), key=lambda k: k.name)
    for choice in product(*(range(1, at.size(k.size) + 1) for k in free)):
        at.indices = dict(zip(free, choice, strict=True))
        left, right = _shown(at.matrix(a)), _shown(at.matrix(b))
        for i, (p, q) in enumerate(zip(left, right, strict=True)):
            for j, (u, v) in enumerate(zip(p, q, strict=True)):
                if _apart(u, v):
                    return left, right, (i + 1, j + 1), {k.name: n for k, n in at.indices.items()}
    return None


def _apart(u: Value, v: Value) -> bool:
    low, high = (u.low, u.high) if isinstance(u, Enclosure) else (u, u)
    other_low, other_high = (v.low, v.high) if isinstance(v, Enclosure) else (v, v)
    return high < other_low or other_high < low


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
