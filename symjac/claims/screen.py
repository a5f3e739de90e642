"""Candidates sifted quickly: both sides of a claim at one point in floating point, before anything is proved.

Only what differs clearly is sifted out. What agrees is no more than a candidate; it has still to be proved.
"""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from symjac import expr as ex
from symjac.claims.conventions import Convention
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.judge import Comparison
from symjac.claims.model import UndecidedError
from symjac.claims.overtime import OverTime
from symjac.claims.sizing import Sizing
from symjac.claims.statement import Statement
from symjac.claims.terms import Place, Term
from symjac.claims.verdict import Outcome
from symjac.errors import ShapeError, SymjacError
from symjac.expr import Expr, Function, Symbol
from symjac.normal import equal, evaluate
from symjac.normal.numbers import NoValueError, Rationals, piecewise, stand_in

TOLERANCE = 1e-7
POLYNOMIALS = ((0.3, 0.7, 0.4, 0.6), (0.2, 0.5, 0.9, 0.3), (0.6, 0.4, 0.7, 0.8))
LINE = (0.3, 0.7)
SIZINGS = 12
SIZES = (2, 3, 4)
NOTHING: Mapping[str, str] = MappingProxyType({})
AGREES = Outcome(True, "values")  # no proof: both sides have one value where they were looked at
DIFFERS = Outcome(None, "undecided", "the sides differ at a point")
APART = ("entry", "index_sum", "kronecker", "bare_map", "bare_function")
UNPROVED = Outcome(None, "undecided", "not proved")
PLAIN = frozenset(
    ["number", "symbol", "identity", "ones", "zeros", "negative", "add", "product", "operation", "quotient"]
)
PLAIN |= {"transpose", "inverse", "power", "word", "apply"}
_FLOATS: Mapping[str, Callable[[float], float]] = {
    "tanh": math.tanh,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "log": math.log,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "softplus": lambda z: math.log1p(math.exp(z)),
    "arctan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "erf": math.erf,
}


class Floats(Rationals):
    """Floating point numbers, rounded as they come."""

    def number(self, value: Fraction) -> float:
        return float(value)

    def power(self, a: Any, r: Fraction) -> Any:
        return self.real_power(a, float(r))

    def real_power(self, a: Any, r: Any) -> Any:
        try:
            found = float(a) ** float(r)
        except (ArithmeticError, TypeError) as error:
            raise NoValueError("no power") from error
        if isinstance(found, complex):
            raise NoValueError("an even root of a negative number")
        return found

    def within(self, a: Any, r: int) -> None:
        """Every number is short."""

    def function(self, f: Function, a: Any) -> Any:
        if f.known is None:
            return stand_in(self.stand_ins[f.name], f.order, a)
        if f.known not in _FLOATS:
            return piecewise(self, f.known, a)
        try:
            return _FLOATS[f.known](a)
        except (ArithmeticError, ValueError) as error:
            raise NoValueError(f"{f.known} has no value here") from error


class _Stands(dict[str, tuple[float, ...]]):
    """A polynomial for every function, by the order in which they are met."""

    def __missing__(self, name: str) -> tuple[float, ...]:
        self[name] = POLYNOMIALS[len(self) % len(POLYNOMIALS)]
        return self[name]


class Screen:
    """One point at which expressions are evaluated, those met before only once.

    ``special`` names square matrices that are to be symmetric, skew-symmetric or diagonal, ``linear`` functions whose
    derivative is to be constant.
    """

    def __init__(self, special: Mapping[str, str] = NOTHING, linear: Iterable[str] = ()) -> None:
        self.special = special
        self._at: dict[frozenset[tuple[Symbol, Expr]], evaluate.Evaluator] = {}
        self._stands: Any = _Stands(dict.fromkeys(linear, LINE))
        self._sizes: dict[str, int] = {}

    def leaf(self, s: Symbol, rows: int, cols: int, _: Rationals) -> list[list[Any]]:
        stream = random.Random(s.name)
        cells = [[stream.choice((-1, 1)) * stream.uniform(0.3, 1.1) for _ in range(cols)] for _ in range(rows)]
        kind = self.special.get(s.name)
        if kind is None:
            return cells
        if kind == "diagonal":
            return [[v if i == j else 0.0 for j, v in enumerate(row)] for i, row in enumerate(cells)]
        sign = 1 if kind == "symmetric" else -1
        return [[cells[i][j] + sign * cells[j][i] for j in range(cols)] for i in range(rows)]

    def point(self, definitions: Mapping[Symbol, Expr], others: Iterable[Expr] = ()) -> evaluate.Evaluator:
        """The point under these definitions, with a size for every letter in them and in other expressions."""
        for letter in sorted(ex.size_names([*others, *definitions, *definitions.values()])):
            self._sizes.setdefault(letter, SIZES[len(self._sizes) % len(SIZES)])
        key = frozenset(definitions.items())
        if key not in self._at:
            self._at[key] = evaluate.Evaluator(Floats(self._stands), self._sizes, self.leaf, definitions)
        return self._at[key]

    def apart(self, a: Expr, b: Expr, definitions: Mapping[Symbol, Expr]) -> bool:
        """Whether two expressions of one shape clearly differ at the point."""
        return differ(a, b, self.point(definitions, (a, b)))


def differ(a: Expr, b: Expr, at: evaluate.Evaluator) -> bool:
    """Whether two expressions of one shape clearly differ where they are evaluated; no value says nothing."""
    try:
        pairs = [
            (float(u), float(v))
            for p, q in zip(at.matrix(a), at.matrix(b), strict=True)
            for u, v in zip(p, q, strict=True)
        ]
    except (SymjacError, ArithmeticError, TypeError, KeyError):
        return False
    scale = max((abs(u) for u, _ in pairs), default=0.0) + 1e-3
    return any(abs(u - v) > TOLERANCE * scale for u, v in pairs)


class Remembering(Evaluator):
    """An evaluator that keeps the values of terms it has met: candidates share most of their parts.

    A term of kind ``given`` has an expression for its data, a vector as a column. What is kept is kept by the
    term itself, not by what it equals, which would take longer to find out.
    """

    memory: dict[object, tuple[Term, Expr]]
    plain: dict[int, tuple[Term, bool]]

    def __call__(self, t: Term) -> Expr:
        if t.kind == "given":
            assert isinstance(t.data, Expr)
            return self.vector(t.data)
        if self.values or not self.is_plain(t):
            return super().__call__(t)
        key = id(t), self.convention.row, tuple(self.sizes.items()), tuple(self.model.sizes.items())
        if key not in self.memory:
            self.memory[key] = t, super().__call__(t)
        return self.memory[key][1]

    def is_plain(self, t: Term) -> bool:
        """Whether evaluating the term leaves nothing behind and needs nothing but the sizes."""
        if id(t) not in self.plain:
            self.plain[id(t)] = t, (t.kind in PLAIN or t.kind == "given") and all(map(self.is_plain, t.args))
        return self.plain[id(t)][1]


def remembering() -> type[Evaluator]:
    """An evaluator with a memory of its own, which lives as long as the class."""
    return type("Remembered", (Remembering,), {"memory": {}, "plain": {}})


@dataclass
class Provable(Comparison):
    """Two members that are proved equal or are not; nothing is refuted."""

    def decided(self, left: Expr, right: Expr) -> Outcome:
        left, right = self.model.signs(left), self.model.signs(right)
        for table in self.tables(left, right):
            if equal(left, right, table):
                return Outcome(True, "proof")
        return UNPROVED

    def tables(self, left: Expr, right: Expr) -> list[dict[Symbol, Expr]]:
        """The definitions under which the sides are compared, fewest first."""
        found = []
        for depth in (0, 1):
            try:
                values = self.model.values([left, right, *self.relations.values()], depth)
            except UndecidedError:
                continue  # the equations of the earlier step cannot be written down
            found.append({**values, **self.relations})
        return found

    def refuted_at_lengths(self, a: Term, b: Term, found: Outcome) -> Outcome:
        return found


@dataclass
class Screened(Provable):
    """Two members that may be equal, as far as one point tells."""

    screen: Screen = field(default_factory=Screen)

    def decided(self, left: Expr, right: Expr) -> Outcome:
        left, right = self.model.signs(left), self.model.signs(right)
        tables = self.tables(left, right)
        return DIFFERS if tables and self.screen.apart(left, right, tables[-1]) else AGREES


class Sieve:
    """Many right-hand sides against one left-hand side, for claims about one step: what can be kept is kept."""

    def __init__(self, s: Statement, screen: Screen, kind: type[Evaluator]) -> None:
        self.s = s
        self.model = s.models["column"]
        self.screen = screen
        self.kind = kind
        left = s.members[0]
        self.gradients = Gradients(self.model, s.mentions(left, left, {}))
        self.lefts: dict[Convention, Expr] = {}
        self.points: dict[frozenset[Symbol], evaluate.Evaluator] = {}
        self.places: dict[int, ex.Shape] = {}
        self.sizings = 0

    @staticmethod
    def takes(s: Statement) -> bool:
        """Whether nothing in a claim depends on lengths, losses or sizes that are open."""
        apart = any(
            t.kind in ("entry", "index_sum", "kronecker", "bare_map", "bare_function")
            for m in s.members
            for t in m.walk()
        )
        open_sizes = s.models["column"].open_sizes(r.family for r in s.refs(*s.members))
        return not (apart or open_sizes or s.has_gradient or s.lengths_matter(s.members[0], s.members[-1]))

    def value(self, t: Term, convention: Convention, places: Mapping[int, ex.Shape]) -> Expr:
        return self.model.signs(self.kind(self.model, convention, self.gradients, OverTime("ascending"), places)(t))

    def passes(self, right: Term, convention: Convention) -> bool:
        """Whether both sides agree, as far as one point tells."""
        if convention not in self.lefts:
            left = self.lefts[convention] = self.value(self.s.members[0], convention, {})
            if not self.places:
                self.places = self.fitting(convention, left.shape)
                self.sizings = SIZINGS if self.places else 0
                self.places = self.places or self.guessed(left.rows)
        left = self.lefts[convention]
        found = self.sized(right, convention, left.shape)
        return found is not None and not differ(left, found, self.point(left, found))

    def guessed(self, d: ex.Dim) -> dict[int, ex.Shape]:
        """Every constant of the right-hand side as long as the left-hand side: so it is in most claims."""
        places = [t for t in self.s.members[-1].walk() if isinstance(t.data, Place)]
        return {t.place.number: (d, d) if t.kind == "identity" else (d, ex.ONE) for t in places}

    def fitting(self, convention: Convention, shape: ex.Shape) -> dict[int, ex.Shape]:
        """Sizes for the constants with which the claim fits as it stands, none where it does not."""
        right = self.s.members[-1]
        with contextlib.suppress(ShapeError, UndecidedError):
            for places in self.sizing(convention).of(right):
                if self.value(right, convention, places).shape == shape:
                    return places
        return {}

    def sizing(self, convention: Convention) -> Sizing:
        return Sizing(self.s.sizes(self.model), lambda t, places: self.value(t, convention, places))

    def sized(self, right: Term, convention: Convention, shape: ex.Shape) -> Expr | None:
        """The right-hand side with sizes for its constants that fit, those of the one before if they do."""
        with contextlib.suppress(ShapeError):
            found = self.value(right, convention, self.places)
            return found if found.shape == shape else None
        # All ways to give sizes are many, so that they are tried a few times only.
        if not self.places or self.sizings >= SIZINGS:
            return None
        self.sizings += 1
        for places in self.sizing(convention).of(right):
            found = self.value(right, convention, places)
            if found.shape == shape:
                self.places = places
                return found
        return None

    def point(self, left: Expr, right: Expr) -> evaluate.Evaluator:
        key = left.symbols | right.symbols
        if key not in self.points:
            self.points[key] = self.screen.point(self.opened(key), key)
        return self.points[key]

    def opened(self, symbols: Iterable[Symbol]) -> Mapping[Symbol, Expr]:
        """The definitions that a proof may use, as many as there are."""
        for depth in (1, 0):
            with contextlib.suppress(UndecidedError):
                return self.model.values(symbols, depth)
        return {}


def in_both_readings(check: Comparison, a: Term, b: Term) -> bool:
    """Whether a comparison holds, where the time shift matters in both readings of it."""
    if not check.outcome(a, b).holds:
        return False
    if not check.statement.shiftable:
        return True
    with check.model.taking_in_the_earlier_step():
        return bool(check.outcome(a, b).holds)
