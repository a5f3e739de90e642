"""Conditions under which a refuted claim would hold as printed, each of them proved.

A condition narrows the system: what is proved is the claim about the narrower one. The claim itself stays false.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symjac import expr as ex
from symjac.claims.judge import Comparison
from symjac.claims.model import Model
from symjac.claims.oneunit import Scalars, is_possible
from symjac.claims.repairs import TROUBLE, columns, order
from symjac.claims.screen import UNPROVED, Provable, Screen, in_both_readings
from symjac.claims.statement import Statement
from symjac.claims.verdict import Formula, Outcome, Told
from symjac.expr import Expr, Function, Symbol
from symjac.normal import equal, time_limit

Change = Callable[[Expr], Expr]
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


def conditions(s: Statement, deadline: float) -> tuple[Condition, ...]:
    """Every condition that is found, the least special first; none where that takes too long."""
    if "column" not in s.models or s.has_product:
        return ()
    found: list[Condition] = []
    with contextlib.suppress(*TROUBLE), time_limit(deadline):
        for kind in (_matrices, _functions, _one_unit):
            found += kind(s, deadline)
    return tuple(found)


def holds(s: Statement, make: Callable[..., Comparison], deadline: float) -> tuple[str, ...]:
    """The conventions with columns in which a comparison is proved."""
    out = []
    for c in columns(s):
        if time.monotonic() > deadline:
            break
        with contextlib.suppress(*TROUBLE):
            if in_both_readings(make(s, s.models["column"], c, order(s), deadline), s.members[0], s.members[-1]):
                out.append(c.name)
    return tuple(out)


# --------------------------------------------------------------------------------- narrower systems


def everywhere(e: Expr, change: Change) -> Expr:
    """An expression with a change made at every node, deepest first."""
    args = tuple(everywhere(a, change) for a in e.args)
    return change(e if args == e.args else e.with_args(args))


@dataclass
class Narrowed(Provable):
    """Two members about a narrower system: ``change`` says what each symbol or function is there."""

    change: Change = staticmethod(lambda e: e)
    screen: Screen = field(default_factory=Screen)

    def decided(self, left: Expr, right: Expr) -> Outcome:
        model = narrowed(self.model, self.change)
        left, right = (model.signs(everywhere(e, self.change)) for e in (left, right))
        for table in self.tables(left, right):
            put = {s: everywhere(e, self.change) for s, e in table.items()}
            if self.screen.apart(left, right, put):
                return UNPROVED
            if equal(left, right, put):
                return Outcome(True, "proof")
        return UNPROVED


def narrowed(model: Model, change: Change) -> Model:
    """A model whose equations have been changed; the derivatives of the old one are not taken over."""
    out = copy.copy(model)
    out.printed = [dataclasses.replace(p, rhs=everywhere(p.rhs, change)) for p in model.printed]
    out._jacobians = {}
    return out


# ---------------------------------------------------------------------------------------- matrices


def _matrices(s: Statement, deadline: float) -> Iterator[Condition]:
    """One square matrix symmetric, skew-symmetric or diagonal; where none suffices, all of them symmetric."""
    model = s.models["column"]
    refs = dict.fromkeys(r for r in s.refs(s.members[-1]) if r.family not in model.defined_families)
    names = [m.name for r in refs if (m := model.symbol(r)).is_matrix and m.rows == m.cols]
    found = False
    for name in names:
        for kind in ALWAYS:
            where = holds(s, _narrowing(_special([name], kind)), deadline)
            if where:
                found = True
                told = (Formula(name), f" were {kind}")
                yield Condition(kind, f"{name} is {kind}", told, where)
                break
    if not found and len(names) > 1:
        where = holds(s, _narrowing(_special(names, "symmetric")), deadline)
        if where:
            told_all: list[str | Formula] = []
            for k, name in enumerate(names):
                told_all += ["" if not k else " and " if k == len(names) - 1 else ", ", Formula(name)]
            yield Condition(
                "symmetric", f"{', '.join(names)} are symmetric", (*told_all, " were symmetric"), where
            )


def _narrowing(change: Change) -> Callable[..., Comparison]:
    def make(*args: object) -> Comparison:
        return Narrowed(*args, change=change)  # type: ignore[arg-type]  # the fields of a Comparison, in order

    return make


def _special(names: Sequence[str], kind: str) -> Change:
    """Matrices in terms of free ones: ``A + A^T`` is every symmetric matrix, ``A - A^T`` every skew-symmetric one."""

    def change(e: Expr) -> Expr:
        if not isinstance(e, Symbol) or e.name not in names:
            return e
        if kind == "diagonal":
            return ex.Diag(Symbol(rf"\text{{diagonal of {e.name}}}", (e.rows, ex.ONE)))
        half = Symbol(rf"\text{{half of {e.name}}}", e.shape)
        other = ex.Transpose(half)
        return ex.Sum(half, other if kind == "symmetric" else ex.neg(other))

    return change


# --------------------------------------------------------------------------------------- functions


def _functions(s: Statement, deadline: float) -> Iterator[Condition]:
    """An unspecified function linear, or the rectifier."""
    applied = s.models["column"].reading.applied
    used = {name for name, f in applied.items() if f.known is None}
    for name in sorted(used & {t.data.name for t in s.members[-1].walk() if isinstance(t.data, Function)}):
        where = holds(s, _narrowing(_linear(name)), deadline)
        if where:
            yield Condition(
                "constant derivative", f"{name}' is constant", (Formula(f"{name}'"), " were constant"), where
            )
        where = holds(s, _narrowing(_rectified(name)), deadline)
        if where:
            told = (Formula(name), " were relu, whose derivative is the same before and after it")
            yield Condition("relu", f"{name} is relu", told, where)


def _linear(name: str) -> Change:
    """The function as ``c z + d``."""
    c, d = Symbol(rf"\text{{slope of {name}}}"), Symbol(rf"\text{{offset of {name}}}")

    def change(e: Expr) -> Expr:
        if not isinstance(e, ex.Apply) or e.function.name != name:
            return e
        ones = ex.Number(1) if e.is_scalar else ex.Ones(*e.shape)
        if e.function.order > 1:
            return ex.zero(e.shape)
        return ex.mul(c, ones) if e.function.order else ex.add(ex.mul(c, e.arg), ex.mul(d, ones))

    return change


def _rectified(name: str) -> Change:
    def change(e: Expr) -> Expr:
        if not isinstance(e, ex.Apply) or e.function.name != name:
            return e
        return ex.Apply(dataclasses.replace(e.function, known="relu"), e.arg)

    return change


# ---------------------------------------------------------------------------------------- one unit


def _one_unit(s: Statement, deadline: float) -> Iterator[Condition]:
    """Every size 1."""
    if is_possible(s):
        where = holds(s, Scalars.made, deadline)
        if where:
            told = ("every size were 1, where order, transposes and diag do not matter",)
            yield Condition("one unit", "every size is 1", told, where)


def told(found: Sequence[Condition], words: Callable[[Sequence[str]], str]) -> Iterator[Told]:
    """A sentence for each condition; ``words`` names conventions."""
    for c in found:
        yield ("As printed it would hold in ", f"{words(c.conventions)} if ", *c.told, ".")


def to_json(found: Sequence[Condition]) -> tuple[Mapping[str, object], ...]:
    return tuple(c.to_json() for c in found)
