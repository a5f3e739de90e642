"""The nearest true formula: a small change that makes a refuted claim true for columns, proved to do so."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice

from symjac import expr as ex
from symjac.claims.asked import columns, settled_order
from symjac.claims.conventions import Convention
from symjac.claims.model import Model
from symjac.claims.nearest.edits import Edit, Page
from symjac.claims.nearest.missing import missing
from symjac.claims.nearest.sieve import Provable, Screened, Sieve, holds_in, in_both_readings, remembering
from symjac.claims.nearest.slips import slips
from symjac.claims.nearest.truth import Truth, alone
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.stating import state
from symjac.claims.undecided import TROUBLE
from symjac.limits import is_over
from symjac.problem import Claim
from symjac.reading.applied.terms import Term
from symjac.values.screen import Screen

LOOKS = 2_000  # so many candidates are looked at for the nearest true formula
WHOLE = 10  # as many as one that is not of one step only counts for: nothing of it is kept
PROOFS = 12  # so many candidates are proved at most
PAIRED = ("transpose", "order", "point", "diag", "sign", "derivative")  # of which two are tried together


@dataclass(frozen=True)
class Repair:
    """A change after which the claim is proved in a convention with column vectors."""

    edit: Edit
    conventions: tuple[str, ...]


def repair(asked: Claim, s: Statement) -> Repair | None:
    """The first of the small changes that is proved, ``None`` where none is.

    The search ends after so many looks at candidates, so that what is found depends on no clock; at the deadline it
    is broken off.
    """
    for edit in islice(Search(s).candidates(), PROOFS):
        # What cannot be read, or whose truth cannot be found out, is none that is named.
        with contextlib.suppress(*TROUBLE):
            changed = state(asked.equations, edit.text, dict(asked.symbols), of=asked.of, wrt=asked.wrt)
            if holds := _proved(changed, edit, s):
                return Repair(edit, holds)
    return None


def _proved(changed: Statement, edit: Edit, before: Statement) -> tuple[str, ...]:
    """The conventions with columns in which a changed claim is proved, as its text reads."""
    if changed.claim != edit.text:  # a bracket had to be put in
        return ()
    model = changed.models["column"]
    if model.printed == before.models["column"].printed:
        model = before.models["column"]  # where derivatives are known already
    a, b, order = changed.members[0], changed.members[-1], settled_order(changed)
    return holds_in(changed, lambda c: in_both_readings(Provable(changed, model, c, order), a, b))


class Search:
    """The changes to one claim that make both sides agree at a point, one after the other."""

    def __init__(self, s: Statement) -> None:
        self.s = s
        self.left = LOOKS
        self.screen = Screen()
        self.kind = remembering()
        self.sieve = Sieve(s, self.screen, self.kind) if "column" in s.models and Sieve.takes(s) else None
        self.truth = Truth(s)
        self.columns = columns(s)
        self.page = Page(s, self.shape)

    def shape(self, t: Term) -> ex.Shape | None:
        """The shape of a term as columns have it, ``None`` where that takes its neighbours to tell."""
        try:
            return alone(self.s, self.page.model, t, self.kind)(t).shape
        except TROUBLE:
            return None

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or is_over()

    def candidates(self) -> Iterator[Edit]:
        """Single changes first, then two of the smallest together."""
        if "column" not in self.s.models:
            return
        tried: list[Edit] = []
        seen: set[str] = set()
        for edit in chain(slips(self.page), missing(self.page, self.truth)):
            if self.is_over:
                return
            if edit.text in seen:
                continue
            seen.add(edit.text)
            if edit.kind in PAIRED and len(edit.swaps) == 1:
                tried.append(edit)
            if self.agrees(edit):
                yield edit
        for a, b in sorted(combinations(range(len(tried)), 2), key=sum):
            if self.is_over:
                return
            if tried[a].apart_from(tried[b]):
                both = tried[a].together(tried[b])
                if self.agrees(both):
                    yield both

    def agrees(self, edit: Edit) -> bool:
        """Whether the two sides have one value at a point after the change, in some convention."""
        changed = edit.applied(self.s.members[-1])
        self.left -= len(self.columns) * (WHOLE if self.sieve is None else 1)
        return any(self.agree(changed, c) for c in self.columns)

    def agree(self, right: Term, convention: Convention) -> bool:
        if self.sieve is not None:
            with contextlib.suppress(*TROUBLE):
                return self.sieve.passes(right, convention)
            return False
        model: Model = self.s.models["column"]
        check = Screened(self.s, model, convention, settled_order(self.s), self.kind, screen=self.screen)
        try:
            return bool(check.outcome(self.s.members[0], right).holds)
        except TROUBLE:
            return False
