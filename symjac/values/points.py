"""At which sizes and values expressions are evaluated: small and simple ones first, arbitrary ones later."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product

from symjac.expr import ONE, Symbol
from symjac.values.evaluator import NOTHING, Matrix
from symjac.values.rings import Rationals

SIZES = (1, 2, 3)
ASSIGNMENTS = 30  # so many choices of sizes are tried
TRIES = 6  # so many points at each
ALONE = 3  # where every size is 1: what differs for numbers shows soon, and most claims are true of them
PLAIN = (1, 2, 3, -1, 4, 5, -2, 7, Fraction(1, 2), 6, -3, Fraction(3, 2), 8, 9, Fraction(1, 3), -4)
TAME = tuple(Fraction(v) / 4 for v in (2, 3, 5, -1, 6, 1, -3, 7, 4, -2, 9, -5))
SMALL = tuple(v / 4 for v in TAME)  # where functions that saturate, nested in others, still move


def points(letters: list[str]) -> Iterator[tuple[dict[str, int], int]]:
    """Sizes from small to large, and so many points at each."""
    order = sorted(product(SIZES, repeat=len(letters)), key=lambda sizes: (sum(sizes), max(sizes, default=0)))
    equal_sizes = [tuple([n] * len(letters)) for n in SIZES]
    order = [s for s in order[:ASSIGNMENTS] if s not in equal_sizes] if len(order) > ASSIGNMENTS else order
    order = sorted({*order, *equal_sizes}, key=lambda sizes: (sum(sizes), max(sizes, default=0)))
    for sizes in order:
        for seed in range(ALONE if len(order) > 1 and set(sizes) == {1} else TRIES):
            yield dict(zip(letters, sizes, strict=True)), seed


@dataclass(frozen=True)
class Kinds:
    """What the values of some symbols have to be."""

    one_hot: frozenset[Symbol] = frozenset()
    """One entry 1 and zeros beside it, in a matrix in each row."""
    distributions: frozenset[Symbol] = frozenset()
    """Entries that add up to one, in a matrix in each row."""
    special: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Matrices, by name, that are symmetric, skew-symmetric, diagonal or orthogonal."""
    unit: Callable[[Symbol], Fraction] = lambda _: Fraction(1)
    """How large the entries of a symbol are, about."""


ANY_KIND = Kinds()


class Point:
    """Small rational values for symbols: simple ones first, arbitrary ones later."""

    def __init__(self, seed: int, symbols: list[Symbol], kinds: Kinds) -> None:
        self.seed = seed
        self.kinds = kinds
        self.order = {s: k for k, s in enumerate(symbols)}
        self.chosen: dict[Symbol, list[list[Fraction]]] = {}

    def leaf(self, s: Symbol, rows: int, cols: int, numbers: Rationals) -> Matrix:
        if s not in self.chosen:
            stream = random.Random(f"{self.seed} {s.name}")
            pool = (PLAIN, TAME, SMALL)[self.seed % 3]
            start = 5 * self.order.get(s, len(self.order))
            cells = [Fraction(pool[(start + k) % len(pool)]) for k in range(rows * cols)]
            if self.seed > 1:
                cells = [Fraction(stream.choice(pool)) for _ in cells]
            if s in self.kinds.one_hot:
                lines = _lines(s, cells, cols)
                cells = [
                    Fraction(int(k == (self.seed + start + n) % len(x)))
                    for n, x in enumerate(lines)
                    for k in range(len(x))
                ]
            elif s in self.kinds.distributions:
                lines = _lines(s, [abs(a) + 1 for a in cells], cols)
                cells = [a / sum(line) for line in lines for a in line]
            made = [cells[r * cols : (r + 1) * cols] for r in range(rows)]
            self.chosen[s] = _made(made, self.kinds.special.get(s.name))
        return [[numbers.number(c) for c in row] for row in self.chosen[s]]

    def values(self) -> dict[Symbol, tuple[tuple[Fraction, ...], ...]]:
        return {s: tuple(map(tuple, m)) for s, m in sorted(self.chosen.items(), key=lambda pair: pair[0].name)}


@dataclass(frozen=True)
class GenericPoint:
    """Rational values for symbols, away from zero; positive ones at every other point, for roots and logarithms."""

    seed: int
    kinds: Kinds
    whole: frozenset[Symbol] = frozenset()
    """Exponents of matrices are whole numbers."""

    def leaf(self, s: Symbol, rows: int, cols: int, ring: Rationals) -> Matrix:
        """The value of a symbol, the same in every ring."""
        return [[ring.number(a) for a in row] for row in self.cells(s, rows, cols)]

    def cells(self, s: Symbol, rows: int, cols: int) -> list[list[Fraction]]:
        """The rational values of a symbol's entries."""
        if s in self.whole:
            return [[Fraction(2)]]
        if s in self.kinds.one_hot:
            stream = random.Random(f"{self.seed} {s.name}")
            places = [(stream.randrange(len(x)), len(x)) for x in _lines(s, [Fraction(0)] * (rows * cols), cols)]
            hot = [Fraction(int(k == place)) for place, count in places for k in range(count)]
            return [hot[i * cols : (i + 1) * cols] for i in range(rows)]
        drawn: Sequence[Fraction] = _drawn(self.seed, s.name, rows * cols, self.kinds.unit(s))
        if s in self.kinds.distributions:
            drawn = [a for line in _lines(s, drawn, cols) for a in (*line[:-1], 1 - sum(line[:-1], Fraction(0)))]
        cells = [list(drawn[i * cols : (i + 1) * cols]) for i in range(rows)]
        return _made(cells, self.kinds.special.get(s.name))


def _lines(s: Symbol, cells: Sequence[Fraction], cols: int) -> list[Sequence[Fraction]]:
    """What of a symbol sums to one: a vector, and each row of a matrix."""
    return [cells] if s.cols == ONE else [cells[k : k + cols] for k in range(0, len(cells), cols)]


@lru_cache(maxsize=4_000)
def _drawn(seed: int, name: str, count: int, unit: Fraction) -> tuple[Fraction, ...]:
    """So many numbers away from zero, of about one unit, the same at every call."""
    stream = random.Random(f"{seed} {name}")
    signs = (1,) if seed % 2 else (1, -1)
    return tuple([stream.choice(signs) * stream.randrange(300, 1100) * unit / 1000 for _ in range(count)])


def _made(cells: list[list[Fraction]], kind: str | None) -> list[list[Fraction]]:
    """A square matrix made symmetric, skew-symmetric, diagonal or orthogonal."""
    if kind is None:
        return cells
    if kind == "orthogonal":
        return _cayley(_made(cells, "skew-symmetric"))
    if kind == "diagonal":
        return [[a if i == j else Fraction(0) for j, a in enumerate(row)] for i, row in enumerate(cells)]
    sign = 1 if kind == "symmetric" else -1
    return [[a + sign * cells[j][i] for j, a in enumerate(row)] for i, row in enumerate(cells)]


def _cayley(skew: list[list[Fraction]]) -> list[list[Fraction]]:
    """The orthogonal matrix ``(I - S) (I + S)^{-1}`` of a skew-symmetric S, by elimination; it is rational."""
    n = len(skew)
    # (I + S)^T = I - S, so that the transpose of what is wanted is the solution X of (I - S) X = I + S.
    rows = [
        [int(i == j) - skew[i][j] for j in range(n)] + [int(i == j) + skew[i][j] for j in range(n)] for i in range(n)
    ]
    table = [[Fraction(a) for a in row] for row in rows]
    for k in range(n):
        pivot = next(i for i in range(k, n) if table[i][k])
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [a / table[k][k] for a in table[k]]
        for i in range(n):
            if i != k:
                table[i] = [a - table[i][k] * b for a, b in zip(table[i], table[k], strict=True)]
    return [[table[j][n + i] for j in range(n)] for i in range(n)]


def sizes_of_rounds(names: Sequence[str], given: Mapping[str, int] = NOTHING) -> list[dict[str, int]]:
    """Sizes for letters, a few times: pairwise different ones, none of them 1 at first; ``given`` are known.

    >>> sizes_of_rounds(["m", "n"])
    [{'m': 2, 'n': 3}, {'m': 3, 'n': 1}, {'m': 1, 'n': 2}]
    """
    open_ones = [name for name in names if name not in given]
    span = max(3, len(open_ones))
    first = {name: k + 2 for k, name in enumerate(open_ones)}
    later = [{name: 1 + (k + turn + 1) % span for k, name in enumerate(open_ones)} for turn in (1, 2)]
    return [{**sizes, **given} for sizes in (first, *later)]
