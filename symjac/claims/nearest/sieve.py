"""Both sides of a claim compared as often as a search needs: proved equal, or alike at a point, never refuted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from symjac import expr as ex
from symjac.claims.asked import columns
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import Convention
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.claims.verdict import Outcome, undecided
from symjac.errors import ShapeError
from symjac.expr import Expr, Symbol
from symjac.normal import equal
from symjac.reading.applied.terms import Term
from symjac.reading.values import Value
from symjac.values import evaluator
from symjac.values.screen import Screen, differ

AGREES = Outcome(True, "values")  # no proof: both sides have one value where they were looked at
DIFFERS = undecided("the sides differ at a point")
APART = ("entry", "index_sum", "kronecker", "same", "bare_map", "bare_function")
UNPROVED = undecided("not proved")
PLAIN = frozenset(["number", "symbol", "negative", "add", "product", "operation", "quotient"])
PLAIN |= {"transpose", "inverse", "power", "word", "apply"}


class Remembering(Evaluator):
    """An evaluator that keeps the values of terms it has met: candidates share most of their parts.

    A term of kind ``given`` has an expression for its data, a vector as a column. What is kept is kept by the
    term itself, not by what it equals, which would take longer to find out.
    """

    memory: dict[object, tuple[Term, Value]]
    plain: dict[int, tuple[Term, bool]]

    def value(self, t: Term) -> Value:
        if t.kind == "given":
            assert isinstance(t.data, Expr)
            return self.laid(self.given(t.data, t))
        if self.values or not self.is_plain(t):
            return super().value(t)
        key = id(t), self.convention.row
        if key not in self.memory:
            v = super().value(t)
            e = v.make()
            self.memory[key] = t, replace(v, make=lambda: e, factors=())
        return self.memory[key][1]

    def is_open(self, t: Term) -> bool:
        """Whether this is a symbol whose sizes its neighbours tell."""
        family = self.model.families.get(t.ref.family) if t.ref is not None else None
        return family is not None and self.model.is_open(family)

    def is_plain(self, t: Term) -> bool:
        """Whether evaluating the term leaves nothing behind and needs nothing but the sizes of symbols."""
        if id(t) not in self.plain:
            plain = (t.kind in PLAIN or t.kind == "given") and not self.is_open(t)
            self.plain[id(t)] = t, plain and all(map(self.is_plain, t.args))
        return self.plain[id(t)][1]


def remembering() -> type[Evaluator]:
    """An evaluator with a memory of its own, which lives as long as the class."""
    return type("Remembered", (Remembering,), {"memory": {}, "plain": {}})


@dataclass
class Provable(Comparison):
    """Two members that are proved equal or are not; nothing is refuted."""

    def decided(self, left: Expr, right: Expr) -> Outcome:
        left, right = self.model.signs(left), self.model.signs(right)
        found = any(equal(left, right, table) for table in self.tables(self.related(left, right)))
        return Outcome(True, "proof") if found else UNPROVED

    def refuted_at_lengths(self, a: Term, b: Term, found: Outcome) -> Outcome:
        return found


@dataclass
class Screened(Provable):
    """Two members that may be equal, as far as one point tells."""

    screen: Screen = field(default_factory=Screen)

    def decided(self, left: Expr, right: Expr) -> Outcome:
        left, right = self.model.signs(left), self.model.signs(right)
        *_, table = [None, *self.tables(self.related(left, right))]
        return DIFFERS if table is not None and self.screen.apart(left, right, table) else AGREES


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
        self.points: dict[tuple[frozenset[Symbol], frozenset[str]], evaluator.Evaluator] = {}

    @staticmethod
    def takes(s: Statement) -> bool:
        """Whether nothing in a claim depends on lengths, losses or sizes that are open."""
        apart = any(t.kind in APART for t in s.walk())
        families = s.models["column"].families
        open_sizes = any(Model.is_open(families[r.family]) for r in s.refs(*s.members))
        return not (apart or open_sizes or s.has_gradient or s.lengths_matter(s.members[0], s.members[-1]))

    def value(self, t: Term, convention: Convention, shape: ex.Shape | None = None) -> Expr:
        ev = self.kind(self.model, convention, self.gradients, OverTime("ascending"))
        return self.model.signs(ev(t, shape))

    def passes(self, right: Term, convention: Convention) -> bool:
        """Whether both sides agree, as far as one point tells."""
        if convention not in self.lefts:
            self.lefts[convention] = self.value(self.s.members[0], convention)
        left = self.lefts[convention]
        try:
            found = self.value(right, convention, left.shape)
        except ShapeError:
            return False
        return not differ(left, found, self.point(left, found))

    def point(self, left: Expr, right: Expr) -> evaluator.Evaluator:
        symbols = left.symbols | right.symbols
        key = symbols, ex.size_names((left, right))  # a constant may have a size that no symbol has
        if key not in self.points:
            self.points[key] = self.screen.point(self.opened(symbols), (left, right))
        return self.points[key]

    def opened(self, symbols: Iterable[Symbol]) -> Mapping[Symbol, Expr]:
        """The definitions that a proof may use, as many as there are."""
        for depth in (1, 0):
            with contextlib.suppress(UndecidedError):
                return self.model.values(symbols, depth)
        return {}


def holds_in(s: Statement, holds: Callable[[Convention], bool]) -> tuple[str, ...]:
    """The conventions with columns in which something holds, as far as that can be found out."""
    out = []
    for c in columns(s):
        with contextlib.suppress(*TROUBLE):
            if holds(c):
                out.append(c.name)
    return tuple(out)


def in_both_readings(check: Comparison, a: Term, b: Term) -> bool:
    """Whether a comparison holds, where the time shift matters in both readings of it."""
    if not check.outcome(a, b).holds:
        return False
    if not check.statement.shiftable:
        return True
    with check.model.taking_in_the_earlier_step():
        return bool(check.outcome(a, b).holds)
