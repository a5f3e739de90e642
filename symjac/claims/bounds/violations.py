"""Numbers at which a bound is violated: small matrices, functions with one slope, enclosures of norms."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product

from symjac.claims.bounds.norm_forms import Forms
from symjac.claims.bounds.sizes import Atom, Size
from symjac.claims.bounds.spectral import Range, spectral_norm
from symjac.claims.world import World
from symjac.errors import NotYetError
from symjac.expr import Expr, Symbol, size_names
from symjac.functions import BOUNDS
from symjac.reading.applied.terms import Ref
from symjac.values import Counterexample
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.intervals import Intervals
from symjac.values.nodes import reachable, unspecified
from symjac.values.rings import STAND_INS, NoValueError, Rationals
from symjac.values.search import Enclosure, Value, value_of

ORDERS = (1, 2)
SEEDS = 12
MAX_ASSIGNMENTS = 3
StandIn = tuple[tuple[int | Fraction, ...], str]  # the coefficients of a polynomial, and how it is printed
# A function c z has the steepest slope |c|; some slopes above 1 and some below tell powers apart.
LINES: tuple[StandIn, ...] = (
    ((0, 2), "2 z"),
    ((0, Fraction(1, 2)), r"\tfrac{1}{2} z"),
    ((0, 1), "z"),
    ((0, 3), "3 z"),
)
LARGE = tuple(map(Fraction, (2, -3, 1, 4, 3, -1, 0)))
SMALL = tuple(Fraction(v) / 4 for v in (1, -2, 3, 2, -1, 1, 0))
SHARES = (Fraction(1, 2), Fraction(1, 3), Fraction(3, 4), Fraction(1, 4))  # scalars that no role is known of


@dataclass
class Point:
    """Values for symbols at one choice of sizes."""

    sizes: Mapping[str, int]
    seed: int
    chosen: dict[Symbol, list[list[Fraction]]] = field(default_factory=dict)

    def leaf(self, s: Symbol, rows: int, cols: int, numbers: Rationals) -> Matrix:
        if s not in self.chosen:
            stream = random.Random(f"{self.seed} {s.name}")
            self.chosen[s] = [[self._cell(s, stream) for _ in range(cols)] for _ in range(rows)]
        return [[numbers.number(c) for c in row] for row in self.chosen[s]]

    def _cell(self, s: Symbol, stream: random.Random) -> Fraction:
        if s.is_scalar:
            return stream.choice(SHARES)
        if not s.is_matrix and self.seed % 4 < 2:
            return Fraction(0)  # where saturating functions are steepest
        return stream.choice(LARGE if self.seed % 2 == 0 else SMALL)


Side = tuple[Forms, Size]
"""A size, and the forms that know what stands in it."""


def violation(
    sides: tuple[Side, Side], sign: str, names: Mapping[str, str], world: World, *, points: int | None = None
) -> Counterexample | None:
    """Values at which the first size is not at most (``<``: less than, ``=``: equal to) the second.

    ``names`` are the constants of the bound by what they stand for; they take the least value they may have. At most so
    many ``points`` are tried, where that is said.
    """
    used = [e for forms, size in sides for e in forms.expressions(size)]
    beside = [e for meaning in world.given.values() for e in meaning.expressions]
    nodes = set(reachable([*used, *beside], world.equations)) - world.given.keys()
    functions = set(unspecified(nodes))
    functions |= {n for forms, _ in sides for n, f in forms.majorants.slopes.items() if f.known is None}
    steep = any(a.kind == "slope" for _, size in sides for a in size.atoms())
    shapes = LINES if steep else (*LINES, *STAND_INS)
    for sizes, seed in islice(_points(sorted(size_names(nodes))), points):
        point = Point(sizes, seed)
        chosen = {f: shapes[(seed + k) % len(shapes)] for k, f in enumerate(sorted(functions))}
        try:
            low, high = (Values(forms, point, chosen, world).of(size) for forms, size in sides)
        except (NoValueError, NotYetError):
            continue
        if _violated(low, high, sign):
            return _shown(point, chosen, (low, high), names)
    return None


def _violated(left: Range, right: Range, sign: str) -> bool:
    if sign == "=":
        return left.high < right.low or right.high < left.low
    return left.low >= right.high if sign == "<" else left.low > right.high


def _points(letters: Sequence[str]) -> Iterator[tuple[dict[str, int], int]]:
    found = sorted(product(ORDERS, repeat=len(letters)), key=sum)
    chosen = list(dict.fromkeys([*found[:MAX_ASSIGNMENTS], tuple(ORDERS[-1] for _ in letters)]))
    for sizes in chosen:
        for seed in range(SEEDS):
            yield dict(zip(letters, sizes, strict=True)), seed


@dataclass
class Values:
    """The values of sizes at one point."""

    forms: Forms
    point: Point
    functions: Mapping[str, StandIn]
    world: World

    def of(self, size: Size) -> Range:
        out = Range.of(0)
        for m, c in size.terms:
            term = Range.of(c)
            for a, e in m:
                power = self.atom(a).power(e.offset) if e.is_number else None
                if power is None:
                    raise NoValueError("a division by zero, or an exponent that is a letter")
                term = term * power
            out = out + term
        return out

    def atom(self, a: Atom) -> Range:
        match a.kind, a.data:
            case "norm", int(k):
                return spectral_norm(self.matrix(self.forms.majorants.register.known[k]))
            case "scalar", (str() as which, Expr() as e):
                value = self.matrix(e)[0][0]
                return abs(value) if which == "size" else value
            case "slope", str() as name:
                return self.slope(name)
            case "bound", str() as family:
                return spectral_norm(self.matrix(self.forms.model.symbol(Ref(family))))
        raise NotYetError(f"the value of a {a.kind} is not known")

    def slope(self, name: str) -> Range:
        if name in self.functions:
            return Range.of(abs(Fraction(self.functions[name][0][1])))
        known = BOUNDS.get(self.forms.majorants.slopes[name].known or "")
        if known is None:
            raise NotYetError(f"the steepest slope of {name} is no number that is known")
        return Range.of(known.slope)

    def matrix(self, e: Expr) -> list[list[Range]]:
        coefficients = {name: c for name, (c, _) in self.functions.items()}
        try:
            return self._matrix(e, Rationals(coefficients))
        except NoValueError:
            return self._matrix(e, Intervals(coefficients))

    def _matrix(self, e: Expr, numbers: Rationals) -> list[list[Range]]:
        at = Evaluator(numbers, self.point.sizes, self.point.leaf, self.world.equations, given=self.world.given)
        rows = [[value_of(a) for a in row] for row in at.matrix(e)]
        return [[Range(v.low, v.high) if isinstance(v, Enclosure) else Range.of(v) for v in row] for row in rows]


def _shown(
    point: Point,
    functions: Mapping[str, StandIn],
    sides: tuple[Range, Range],
    names: Mapping[str, str],
) -> Counterexample:
    chosen = sorted(point.chosen.items(), key=lambda pair: pair[0].name)
    values: dict[Symbol, tuple[tuple[Value, ...], ...]] = {s: tuple(map(tuple, m)) for s, m in chosen}
    for constant, f in names.items():
        if f in functions and len(functions[f][0]) == 2:
            values[Symbol(constant)] = ((abs(Fraction(functions[f][0][1])),),)
    left, right = (v.low if v.low == v.high else Enclosure(v.low, v.high) for v in sides)
    exact = not any(isinstance(v, Enclosure) for v in (left, right))
    shown = {f: latex for f, (_, latex) in functions.items()}
    return Counterexample(dict(point.sizes), values, shown, ((left,),), ((right,),), (1, 1), {}, exact)
