"""Conditions under which a refuted claim would hold as printed, each of them proved.

A condition narrows the system: what is proved is the claim about the narrower one. The claim itself stays false.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symjac import expr as ex
from symjac.claims.asked import columns, settled_order
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import Convention, listed
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.nearest.sieve import APART, UNPROVED, Provable, holds_in, in_both_readings
from symjac.claims.properties import Change, special
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.claims.verdict import Formula, Outcome, Told, listing
from symjac.claims.witness import Circumstances, confirm
from symjac.errors import NotYetError, ShapeError
from symjac.expr import Expr, Function, Symbol
from symjac.limits import is_over
from symjac.normal import equal
from symjac.reading.applied.terms import Term
from symjac.reading.values import Value
from symjac.values.screen import Screen

ALWAYS = ("symmetric", "skew-symmetric", "diagonal")  # what a matrix may be, the most useful first


@dataclass(frozen=True)
class Condition:
    """What would have to be so, and the conventions with columns in which the claim is then proved.

    ``told`` completes "it would hold if ...".
    """

    kind: str
    words: str
    told: Told
    conventions: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "condition": self.words, "conventions": list(self.conventions)}


def conditions(s: Statement) -> tuple[Condition, ...]:
    """Every condition that is found, the least special first; none where that takes too long."""
    if "column" not in s.models or s.has_product:
        return ()
    found: list[Condition] = []
    with contextlib.suppress(*TROUBLE):
        narrowing = Narrowing(s)
        for kind in (_matrices, _functions):
            found += kind(narrowing)
        found += _one_unit(s)
    return tuple(found)


# --------------------------------------------------------------------------------- narrower systems


Sides = tuple[Expr, Expr, Sequence[Mapping[Symbol, Expr]]]


@dataclass
class Captured(Provable):
    """What is compared in a convention, with the definitions that a proof may use; nothing is judged."""

    sides_found: list[Sides] = field(default_factory=list)

    def decided(self, left: Expr, right: Expr) -> Outcome:
        self.sides_found.append((left, right, list(self.tables(self.related(left, right)))))
        return UNPROVED


class Narrowing:
    """The sides of a claim in each convention with columns, to be compared about narrower systems."""

    def __init__(self, s: Statement) -> None:
        self.s = s
        self.model = s.models["column"]
        self.sides = {c.name: found for c in columns(s) if (found := self._captured(c))}

    def _captured(self, c: Convention) -> list[Sides]:
        """The sides as the equations are printed, where it matters also with those of the earlier step taken in."""
        check = Captured(self.s, self.model, c, settled_order(self.s))
        readings = 2 if self.s.shiftable else 1
        with contextlib.suppress(*TROUBLE):
            check.outcome(self.s.members[0], self.s.members[-1])
            if readings == 2:
                with self.model.taking_in_the_earlier_step():
                    check.outcome(self.s.members[0], self.s.members[-1])
        return check.sides_found if len(check.sides_found) == readings else []

    def holds(self, change: Change, where: Circumstances, screen: Screen | None = None) -> tuple[str, ...]:
        """The conventions in which the claim is proved after a change to all symbols and functions.

        A run of the system in the same circumstances, ``where``, has to confirm it.
        """

        def holds(c: Convention) -> bool:
            sides = self.sides.get(c.name, [])
            equal_ = bool(sides) and all(self._equal(*one, change, screen) for one in sides)
            return equal_ and self._confirmed(c, where)

        return holds_in(self.s, holds)

    def _confirmed(self, c: Convention, where: Circumstances) -> bool:
        check = Comparison(self.s, self.model, c, settled_order(self.s))
        a, b = self.s.members[0], self.s.members[-1]
        if not self.s.shiftable:
            return not confirm(check, a, b, where, points=1)
        with self.model.taking_in_the_earlier_step():
            later = confirm(check, a, b, where, points=1)
        return not (later or confirm(check, a, b, where, points=1))

    def _equal(
        self, a: Expr, b: Expr, tables: Sequence[Mapping[Symbol, Expr]], change: Change, screen: Screen | None
    ) -> bool:
        if is_over() or (screen is not None and tables and screen.apart(a, b, tables[-1])):
            return False
        model = narrowed(self.model, change)
        left, right = (model.signs(e.rebuilt(change)) for e in (a, b))
        return any(equal(left, right, {s: e.rebuilt(change) for s, e in t.items()}) for t in tables)


def narrowed(model: Model, change: Change) -> Model:
    """A model whose equations have been changed; the derivatives of the old one are not taken over."""
    out = copy.copy(model)
    out.printed = tuple(dataclasses.replace(p, rhs=p.rhs.rebuilt(change)) for p in model.printed)
    return out


# ---------------------------------------------------------------------------------------- matrices


def _matrices(n: Narrowing) -> Iterator[Condition]:
    """One square matrix symmetric, skew-symmetric or diagonal; where none suffices, all of them symmetric."""
    model = n.model
    refs = dict.fromkeys(r for r in n.s.refs(n.s.members[-1]) if r.family not in model.defined_families)
    names = [m.name for r in refs if (m := model.symbol(r)).is_matrix and m.rows == m.cols]
    found = [c for name in names if (c := _matrix(n, [name], ALWAYS)) is not None]
    if not found and len(names) > 1:
        found = [c for c in (_matrix(n, names, ALWAYS[:1]),) if c is not None]
    yield from found


def _matrix(n: Narrowing, names: Sequence[str], kinds: Sequence[str]) -> Condition | None:
    """The first of these kinds of which it suffices that the matrices are."""
    for kind in kinds:
        kept = dict.fromkeys(names, kind)
        if where := n.holds(special(names, kind), Circumstances(special=kept), Screen(kept)):
            told = (*listing([Formula(name) for name in names], " and "), f" were {kind}")
            verb = "is" if len(names) == 1 else "are"
            return Condition(kind, f"{listed(list(names))} {verb} {kind}", told, where)
    return None


# --------------------------------------------------------------------------------------- functions


def _functions(n: Narrowing) -> Iterator[Condition]:
    """An unspecified function linear, or the rectifier."""
    used = {name for name, f in n.model.reading.applied.items() if f.known is None}
    for name in sorted(used & {t.data.name for t in n.s.members[-1].walk() if isinstance(t.data, Function)}):
        told: Told = (Formula(f"{name}'"), " were constant")
        if where := n.holds(*_changed(_linear(name)), Screen(linear=(name,))):
            yield Condition("constant derivative", f"{name}' is constant", told, where)
        relu = _of_function(name, lambda e: ex.Apply(dataclasses.replace(e.function, known="relu"), e.arg))
        told = (Formula(name), " were relu, whose derivative is the same before and after it")
        if where := n.holds(*_changed(relu)):
            yield Condition("relu", f"{name} is relu", told, where)


def _changed(change: Change) -> tuple[Change, Circumstances]:
    return change, Circumstances(change=lambda e: e.rebuilt(change))


def _of_function(name: str, instead: Callable[[ex.Apply], Expr]) -> Change:
    return lambda e: instead(e) if isinstance(e, ex.Apply) and e.function.name == name else e


def _linear(name: str) -> Change:
    """The function as ``c z + d``."""
    c, d = Symbol(rf"\text{{slope of {name}}}"), Symbol(rf"\text{{offset of {name}}}")

    def change(e: ex.Apply) -> Expr:
        ones = ex.Number(1) if e.is_scalar else ex.Ones(*e.shape)
        if e.function.order > 1:
            return ex.zero(e.shape)
        return ex.mul(c, ones) if e.function.order else ex.add(ex.mul(c, e.arg), ex.mul(d, ones))

    return _of_function(name, change)


# ---------------------------------------------------------------------------------------- one unit
# All is scalar, so that only the factors count and not where they stand.

_SAME = (ex.Diag, ex.Diagonal, ex.Transpose, ex.Trace, ex.Determinant)
_ONE = (ex.Ones, ex.Identity)


def scalar(e: Expr) -> Expr:
    """An expression where every size is 1.

    :raises NotYetError: where it holds what has no such form here.

    >>> n = ex.dim("n")
    >>> W, d = Symbol("W", (n, n)), Symbol("d", (n, ex.ONE))
    >>> scalar(ex.Product(ex.Transpose(W), ex.Diag(d)))
    Product(W, d)
    """
    args = [scalar(a) for a in e.args]
    if isinstance(e, Symbol):
        return Symbol(e.parts)
    if isinstance(e, ex.Number):
        return e
    if isinstance(e, _ONE):
        return ex.Number(1)
    if isinstance(e, ex.Zero):
        return ex.Number(0)
    if isinstance(e, _SAME):
        return args[0]
    if isinstance(e, ex.Sum):
        return ex.add(*args)
    if isinstance(e, ex.Product | ex.Hadamard):
        return ex.mul(*args)
    if isinstance(e, ex.EntryPower | ex.MatrixPower):
        return ex.EntryPower(args[0], args[1])
    if isinstance(e, ex.Apply):
        return ex.Apply(e.function, args[0])
    raise NotYetError(f"the {e.noun} is not read where every size is 1")


def is_possible(s: Statement) -> bool:
    """Whether every size of the system may be 1, and is not already."""
    shapes = {i.symbol.shape for i in s.models["column"].reading.symbols.values()}
    sizes = {d for shape in shapes for d in shape if d != ex.ONE}
    return bool(sizes) and all(d.is_Symbol for d in sizes) and not any(t.kind in _NOT_ALONE for t in s.walk())


_NOT_ALONE = (*APART, "over", "stack", "explicit", "map", "count")


class Alone(Evaluator):
    """Terms to scalars."""

    def value(self, t: Term) -> Value:
        match t.kind:
            case "symbol" if t.ref is not None:
                return self.given(scalar(self.model.symbol(self.ref(t.ref))), t)
            case "identity" | "ones" | "zeros":
                return self.given(ex.Number(int(t.kind != "zeros")), t)
            case "operation":
                a, b = (self.value(arg) for arg in t.args)
                return self.quotient(a, b, t) if t.data == "oslash" else self.product([a, b], t)
            case "word" if t.data in ("diag", "trace", "det") and len(t.args) == 1:
                return self.value(t.args[0])
            case "word":
                raise UndecidedError(f"{t.data} is not judged where every size is 1")
            case "derivative" | "gradient":
                return self.given(scalar(super().value(t).make()), t)
        return super().value(t)


@dataclass
class Scalars(Provable):
    """Two members where every size is 1."""

    def unconfirmed(self, a: Term, b: Term) -> str:
        plain = Comparison(self.statement, self.model, self.convention, self.order)
        return confirm(plain, a, b, Circumstances(every_size_is_one=True))

    def decided(self, left: Expr, right: Expr) -> Outcome:
        if not (left.is_scalar and right.is_scalar):
            raise ShapeError("not every size is 1")
        met = [self.model.symbol(r) for r in self.model.refs(left.symbols | right.symbols)]
        for table in self.tables(met):
            if equal(left, right, {Symbol(s.parts): scalar(e) for s, e in table.items()}):
                return Outcome(True, "proof")
        return UNPROVED


def _one_unit(s: Statement) -> Iterator[Condition]:
    """Every size 1."""
    if not is_possible(s):
        return
    model, order, a, b = s.models["column"], settled_order(s), s.members[0], s.members[-1]
    if where := holds_in(s, lambda c: in_both_readings(Scalars(s, model, c, order, Alone), a, b)):
        told = ("every size were 1, where order, transposes and diag do not matter",)
        yield Condition("one unit", "every size is 1", told, where)


def told(found: Sequence[Condition], words: Callable[[Sequence[str]], str]) -> Iterator[Told]:
    """A sentence for each condition; ``words`` names conventions."""
    for c in found:
        yield ("As printed it would hold in ", f"{words(c.conventions)} if ", *c.told, ".")
