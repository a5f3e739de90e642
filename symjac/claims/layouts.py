"""A refuted sum whose terms are each right, but not all in one layout: which of them is in which.

SymPy's ``.diff`` on sums of matrix expressions gives such results.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symjac import expr as ex
from symjac.claims.conventions import FOUR
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.overtime import OverTime
from symjac.claims.repairs import TROUBLE
from symjac.claims.screen import Screen
from symjac.claims.sizing import Sizing
from symjac.claims.statement import Statement
from symjac.claims.terms import Term
from symjac.claims.truth import Truth, summands
from symjac.claims.verdict import Formula, Told
from symjac.expr import Expr
from symjac.normal import equal, time_limit

BOTH = ("numerator", "denominator")


@dataclass(frozen=True)
class Placed:
    """A term of a claim, by its text, and the layouts in which it is a term of the derivative."""

    text: str
    layouts: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {"term": self.text, "layouts": list(self.layouts)}


def layouts(s: Statement, deadline: float) -> tuple[Placed, ...]:
    """Every term with its layouts, where some are in numerator layout only and some in denominator layout only."""
    root = s.members[-1]
    if root.kind != "add" or "column" not in s.models:
        return ()
    with contextlib.suppress(*TROUBLE), time_limit(deadline):
        finder = Finder(s, deadline)
        found = tuple(Placed(s.claim[slice(*_span(a))].strip(), finder.layouts(a)) for a in root.args)
        if {(layout,) for layout in BOTH} <= {p.layouts for p in found} and () not in {p.layouts for p in found}:
            return found
    return ()


def _span(t: Term) -> tuple[int, int]:
    return t.args[0].span if t.kind == "negative" else t.span


class Finder:
    """The terms of the derivative that are not yet found in the claim, in each layout."""

    def __init__(self, s: Statement, deadline: float) -> None:
        self.s = s
        self.deadline = deadline
        self.model = s.models["column"]
        self.screen = Screen()
        truth = Truth(s)
        self.left = {
            layout: [list(truth.summands(layout, expanded=expanded)) for expanded in (False, True)] for layout in BOTH
        }

    def layouts(self, t: Term) -> tuple[str, ...]:
        """The layouts in which a term of the claim is one of the derivative."""
        return tuple(layout for layout in BOTH if any(self.found(e, layout) for e in self.values(t)))

    def found(self, e: Expr, layout: str) -> bool:
        """Whether an expression is a term in this layout, or is made of such terms, each used once."""
        whole, expanded = self.left[layout]
        if any(self.same(e, t) for t in whole):
            return True
        rest = list(expanded)
        for piece in summands(e, expanded=True):
            match = next((t for t in rest if self.same(piece, t)), None)
            if match is None:
                return False
            rest.remove(match)
        return True

    def values(self, t: Term) -> Iterator[Expr]:
        """What a term is for columns, in every size that its constants may have."""

        def evaluate(u: Term, places: Mapping[int, ex.Shape]) -> Expr:
            gradients = Gradients(self.model, self.s.mentions(u, u, {}))
            return Evaluator(self.model, FOUR[0], gradients, OverTime("ascending"), places)(u)

        for places in Sizing(self.s.sizes(self.model), evaluate).of(t):
            yield evaluate(t, places)

    def same(self, a: Expr, b: Expr) -> bool:
        if a.shape != b.shape or time.monotonic() > self.deadline:
            return False
        a, b = self.model.signs(a), self.model.signs(b)
        table = self.model.values([a, b], 0)
        return not self.screen.apart(a, b, table) and equal(a, b, table)


def told(found: Sequence[Placed]) -> Told:
    """The sentence that names the terms in the other layout, the fewer of them first."""
    only = {layout: [p.text for p in found if p.layouts == (layout,)] for layout in BOTH}
    few, many = sorted(BOTH, key=lambda layout: len(only[layout]))
    if len(only[few]) == len(only[many]):
        few, many = "denominator", "numerator"
    out: list[str | Formula] = ["Its term " if len(only[few]) == 1 else "Its terms "]
    for k, text in enumerate(only[few]):
        out += ["" if not k else " and " if k == len(only[few]) - 1 else ", ", Formula(text)]
    verb = "is" if len(only[few]) == 1 else "are"
    others = "the others" if len(found) - len(only[few]) > 1 else "the other"
    return (*out, f" {verb} in {few} layout, {others} in {many} layout.")
