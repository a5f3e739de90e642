"""The nearest true formula: one small change that makes a refuted claim true for columns, proved to do so."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symjac import expr as ex
from symjac.claims.conventions import FOUR, MIXED, Convention
from symjac.claims.edits import Edit, Editor
from symjac.claims.judge import Comparison, Judge
from symjac.claims.model import UndecidedError
from symjac.claims.statement import Statement
from symjac.claims.stating import state
from symjac.claims.verdict import Outcome
from symjac.errors import SymjacError
from symjac.expr import Expr
from symjac.normal import NormalFormTooLarge, equal, time_limit

MAX_TRIES = 80


@dataclass(frozen=True)
class Repair:
    """A change after which the claim is proved in a convention with column vectors."""

    edit: Edit
    conventions: tuple[str, ...]


def columns(s: Statement) -> tuple[Convention, ...]:
    """The conventions with column vectors, numerator first."""
    found = (*FOUR, *MIXED) if s.has_gradient else FOUR
    return tuple(c for c in found if not c.row)


def repair(
    equations: Sequence[str],
    s: Statement,
    symbols: Mapping[str, str],
    *,
    of: str | None,
    wrt: str | None,
    deadline: float,
) -> Repair | None:
    """The first of the small changes that is proved, ``None`` where none is."""
    order = "descending" if s.order == "descending" else "ascending"
    for tried, edit in enumerate(Editor(s)):
        if tried >= MAX_TRIES or time.monotonic() > deadline:
            return None
        # A change that cannot be read, or whose truth cannot be found out, is none that is named.
        with contextlib.suppress(SymjacError, UndecidedError, NormalFormTooLarge), time_limit(deadline):
            changed = state(equations, edit.text, dict(symbols), of=of, wrt=wrt)
            if changed.claim != edit.text:  # a bracket had to be put in
                continue
            outcomes = Judge(changed, deadline).outcomes(
                changed.members[0], changed.members[-1], columns(changed), order
            )
            holds = tuple(name for name, o in outcomes.items() if o.holds)
            if holds:
                return Repair(edit, holds)
    return None


@dataclass
class Symmetric(Comparison):
    """Two members where one square matrix is symmetric: ``W = A + A^T``, which every such matrix is."""

    family: str = ""

    def decided(self, left: Expr, right: Expr) -> Outcome:
        found = [
            e
            for e in {*left.symbols, *right.symbols}
            if isinstance(e, ex.Symbol) and (r := self.model.ref(e)) is not None and r.family == self.family
        ]
        table: dict[Expr, Expr] = {}
        for symbol in found:
            if symbol.rows != symbol.cols:
                return Outcome(None, "undecided", "not square")
            half = ex.Symbol(rf"\text{{half of {symbol.name}}}", symbol.shape)
            table[symbol] = ex.Sum(half, ex.Transpose(half))
        left, right = self.model.signs(left), self.model.signs(right)
        related = [left, right, *self.relations.values()]
        definitions = {**self.model.values(related, 0), **self.relations}
        put = {s: e.replace(table) for s, e in definitions.items()}
        holds = equal(left.replace(table), right.replace(table), put)
        return Outcome(True, "proof") if holds else Outcome(None, "undecided", "not proved")


def symmetric(s: Statement, deadline: float) -> tuple[str, tuple[str, ...]] | None:
    """A matrix that need only be symmetric for the claim to hold as printed for columns, and where it then does."""
    model = s.models.get("column")
    if model is None or s.has_product:
        return None
    names = dict.fromkeys(t.ref.family for t in s.members[-1].walk() if t.ref is not None)
    for name in names:
        family = model.families.get(name)
        if family is None or family.role != "matrix":
            continue
        holds: list[str] = []
        for c in columns(s):
            with (
                contextlib.suppress(SymjacError, UndecidedError, NormalFormTooLarge),
                time_limit(deadline),
            ):
                found = Symmetric(s, model, c, "ascending", deadline, family=name).outcome(s.members[0], s.members[-1])
                if found.holds:
                    holds.append(c.name)
        if holds:
            return name, tuple(holds)
    return None
