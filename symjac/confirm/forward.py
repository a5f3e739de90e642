"""The system run forwards: what a formula is worth beside what dual numbers give for the equations themselves.

The run owes nothing to rules, closed forms or normal forms. A difference in floating point counts only if it
survives many digits; a point without a value, or one at a corner, is passed over.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import Any

from symjac import expr as ex
from symjac.confirm.confirmed import SkippedError, disagreement
from symjac.confirm.sizes import confirmed
from symjac.errors import NotYetError
from symjac.expr import Apply, Expr, Symbol
from symjac.values.duals import Dual, slope
from symjac.values.evaluate import Evaluator, Matrix, tags
from symjac.values.floats import Digits, Floats
from symjac.values.rings import NoValueError, Rationals

NEAR = 1e-7  # of the largest entry: closer is the same in floating point
SAME = 1e-15  # likewise with many digits
DIGITS = 40
LARGEST = 400  # entries of all symbols together at one point
ROUNDS = 12  # points that are tried
WANTED = 4  # points that are enough

# Coefficients of what stands for an unspecified function; no derivative that is asked for is constant.
STAND_INS = ((3, 7, 4, 6, 2), (2, 5, 9, 3, 4), (6, 4, 7, 8, 3))


@dataclass
class Point:
    """Sizes, values for symbols without a definition, and stand-ins for unspecified functions."""

    seed: int
    sizes: Mapping[str, int]
    whole: frozenset[Symbol] = frozenset()
    """Exponents of matrices are whole numbers."""
    unit: Callable[[Symbol], Fraction] = field(default=lambda s: Fraction(1))
    """How large the entries of a symbol are, about."""
    distributions: frozenset[Symbol] = frozenset()
    """Vectors whose entries add up to one."""

    def leaf(self, s: Symbol, rows: int, cols: int, numbers: Rationals) -> Matrix:
        if s in self.whole:
            return [[numbers.number(Fraction(2))]]
        stream = random.Random(f"{self.seed} {s.name}")
        # Logarithms and roots want positive numbers.
        signs = (1,) if self.seed % 2 else (1, -1)
        unit = self.unit(s) / 100
        cells = [stream.randint(30, 110) * stream.choice(signs) * unit for _ in range(rows * cols)]
        if s in self.distributions:
            cells[-1] = Fraction(1) - sum(cells[:-1], Fraction(0))
        return [[numbers.number(c) for c in cells[r * cols : (r + 1) * cols]] for r in range(rows)]

    def stand_ins(self, nodes: Iterable[Expr]) -> dict[str, tuple[Any, ...]]:
        """A polynomial for every unspecified function."""
        names = sorted({e.function.name for e in nodes if isinstance(e, Apply) and e.function.known is None})
        chosen = (STAND_INS[(k + self.seed) % len(STAND_INS)] for k in range(len(names)))
        return {name: tuple(Fraction(c, 10) for c in found) for name, found in zip(names, chosen, strict=True)}

    @property
    def told(self) -> str:
        """The sizes in words."""
        return ", ".join(f"{letter} = {number}" for letter, number in self.sizes.items()) or "the sizes given"


def nodes_of(expressions: Iterable[Expr], definitions: Mapping[Symbol, Expr]) -> frozenset[Expr]:
    """The nodes of expressions and of the definitions they use."""
    todo = list(expressions)
    seen: set[Expr] = set()
    while todo:
        e = todo.pop()
        if e not in seen:
            seen.add(e)
            todo.extend(e.args)
            if isinstance(e, Symbol) and e in definitions:
                todo.append(definitions[e])
    return frozenset(seen)


def points(nodes: Iterable[Expr], sizes: Mapping[str, int] | None = None) -> Iterator[Point]:
    """Points with pairwise different sizes, beginning with small ones; ``sizes`` are letters that have a value."""
    given = sizes or {}
    nodes = list(nodes)
    letters = sorted(
        {str(letter) for e in nodes for d in e.shape for letter in d.free_symbols if str(letter) not in given}
    )
    whole = frozenset(s for e in nodes if isinstance(e, ex.MatrixPower) for s in e.exponent.symbols)
    for seed in range(ROUNDS):
        span = max(3, len(letters))
        own = {letter: 1 + (k + seed + 1) % span for k, letter in enumerate(letters)}
        yield Point(seed, {**own, **given}, whole)


Sides = Callable[[Evaluator], Iterable[tuple[Matrix, Matrix]]]


def compare(
    sides: Sides,
    expressions: Iterable[Expr],
    definitions: Mapping[Symbol, Expr],
    *,
    sizes: Mapping[str, int] | None = None,
    distributions: frozenset[Symbol] = frozenset(),
    moving: frozenset[Symbol] | None = None,
    wanted: int = WANTED,
    programs: bool = False,
) -> tuple[bool, str]:
    """Whether two sides agree wherever they have values, and where that was looked at (or where they do not).

    What ``programs`` compute is in floating point alone: there a difference counts if it is met at a second point.

    :raises SkippedError: where no point has values.
    """
    nodes = nodes_of(expressions, definitions)
    _confirm_tables(nodes)
    done: list[str] = []
    apart: list[str] = []
    reason = "no point tried has values"
    for found in points(nodes, sizes):
        if len(done) == wanted:
            break
        point = replace(found, distributions=distributions)
        if entries_of(nodes, point.sizes) > LARGEST:
            reason = f"the system has more than {LARGEST} entries at {point.told}"
            continue
        stand_ins = point.stand_ins(nodes)
        try:
            near = _near(sides(Evaluator(Floats(stand_ins), point.sizes, point.leaf, definitions, moving)), NEAR)
            if not near and not programs:
                exact = Evaluator(Digits(stand_ins, DIGITS), point.sizes, point.leaf, definitions, moving)
                near = _near(sides(exact), SAME)
        except NoValueError as error:
            reason = error.message
            continue
        except NotYetError as error:
            raise SkippedError(error.message) from error
        (done if near else apart).append(point.told)
        if len(apart) > int(programs):
            return False, "; ".join(apart)
    if not done and not apart:
        raise SkippedError(f"the system cannot be run forwards: {reason}")
    return bool(done), "; ".join(dict.fromkeys(done or apart))


def _confirm_tables(nodes: Iterable[Expr]) -> None:
    """The run takes derivatives of known functions from the same table as the rules, so SymPy confirms them first."""
    for key in sorted({e.function.known for e in nodes if isinstance(e, Apply) and e.function.known is not None}):
        if not confirmed(key):
            raise disagreement(f"the derivative of {key}", "the table of functions", "SymPy", "every argument")


def entries_of(nodes: Iterable[Expr], sizes: Mapping[str, int]) -> int:
    """How many entries the symbols have together."""
    values = {ex.dim(letter): ex.dim(number) for letter, number in sizes.items()}
    count = 0
    for s in nodes:
        if isinstance(s, Symbol):
            count += int(s.rows.xreplace(values)) * int(s.cols.xreplace(values))
    return count


def _near(pairs: Iterable[tuple[Matrix, Matrix]], tolerance: float) -> bool:
    """Whether the two matrices of every pair have one shape and close entries."""
    for a, b in pairs:
        if [len(row) for row in a] != [len(row) for row in b]:
            return False
        scale = max((abs(u) for row in a for u in row), default=0) + 1e-3
        if any(abs(u - v) > tolerance * scale for p, q in zip(a, b, strict=True) for u, v in zip(p, q, strict=True)):
            return False
    return True


def turned(m: Matrix) -> Matrix:
    """The transpose."""
    return [list(row) for row in zip(*m, strict=True)]


def derivative_by_vec(at: Evaluator, y: Expr, x: Symbol) -> Matrix:
    """``d vec(y) / d vec(x)^T``, a run of the system for every entry of ``x``; vec stacks columns."""
    rows, cols = at.size(x.rows), at.size(x.cols)
    columns: list[list[Any]] = []
    for j, i in product(range(1, cols + 1), range(1, rows + 1)):
        entry = ex.Entry(x, i, j) if x.cols != ex.ONE else ex.Entry(x, i)
        columns.append([a for column in turned(at.matrix(ex.Partial(y, entry))) for a in column])
    return turned(columns)


class Slopes:
    """The derivatives of many expressions by one symbol at a point: the system is run once for each entry of it."""

    def __init__(self, at: Evaluator, x: Symbol) -> None:
        self.at = at
        self.x = x
        here = at.matrix(x)
        self.runs: dict[tuple[int, int], tuple[int, Evaluator]] = {}
        for i, j in product(range(len(here)), range(len(here[0]))):
            tag = next(tags)
            moved = [list(row) for row in here]
            moved[i][j] = Dual(tag, moved[i][j], at.number(1))
            self.runs[i, j] = tag, at.with_fixed({x: moved})

    def __call__(self, y: Expr) -> Matrix:
        """The derivative in numerator layout; of a scalar by a matrix of shape (p, q) an array of shape (q, p)."""
        found = {
            place: [[slope(a, tag) for a in row] for row in moved.matrix(y)]
            for place, (tag, moved) in self.runs.items()
        }
        rows, cols = (1 + max(place[k] for place in found) for k in (0, 1))
        if cols == 1:
            return [[found[i, 0][k][0] for i in range(rows)] for k in range(len(found[0, 0]))]
        return [[found[i, j][0][0] for i in range(rows)] for j in range(cols)]

    def value(self, e: Expr) -> Matrix:
        """The value of an expression that holds such derivatives."""
        names: dict[Expr, Expr] = {}
        known: dict[Symbol, Matrix] = {}
        for p in e.walk():
            if isinstance(p, ex.Partial) and p.x == self.x and p not in names:
                names[p] = letter = Symbol(f"\0{len(names)}", p.shape)
                known[letter] = self(p.y)
        return self.at.with_fixed(known).matrix(e.replace(names)) if known else self.at.matrix(e)
