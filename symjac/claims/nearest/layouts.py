"""A refuted sum whose terms are each right, but not all in one layout: which of them is in which.

SymPy's ``.diff`` on sums of matrix expressions gives such results.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from symjac import expr as ex
from symjac.claims.correct import pushed
from symjac.claims.nearest.truth import Truth, alone, summands
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE
from symjac.claims.verdict import Formula, Told, listing
from symjac.errors import ShapeError
from symjac.expr import Expr
from symjac.limits import is_over
from symjac.normal import equal
from symjac.reading.applied.terms import Term
from symjac.values.screen import Screen

BOTH = ("numerator", "denominator")


@dataclass(frozen=True)
class Placed:
    """A term of a claim, by its text, and the layouts in which it is a term of the derivative."""

    text: str
    layouts: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {"term": self.text, "layouts": list(self.layouts)}


def layouts(s: Statement) -> tuple[Placed, ...]:
    """Every term with its layouts, where some are in numerator layout only and some in denominator layout only.

    Together they are the terms of the derivative, each once; otherwise there is nothing to tell.
    """
    root = s.members[-1]
    if root.kind != "add" or "column" not in s.models:
        return ()
    with contextlib.suppress(*TROUBLE):
        finder = Finder(s)
        found = [finder.pieces_of(a) for a in root.args]
        used = sorted(k for one in found for pieces in list(one.values())[:1] for k in pieces)
        if used == list(range(len(finder.pieces))) and {(layout,) for layout in BOTH} <= {tuple(one) for one in found}:
            spans = [(a.args[0] if a.kind == "negative" else a).span for a in root.args]
            texts = [s.claim[slice(*span)].strip() for span in spans]
            return tuple(Placed(text, tuple(one)) for text, one in zip(texts, found, strict=True))
    return ()


class Finder:
    """The terms of the derivative, as they stand and with every bracket multiplied out, to be found in a claim."""

    def __init__(self, s: Statement) -> None:
        self.s = s
        self.model = s.models["column"]
        self.screen = Screen()
        self.whole: list[tuple[Expr, list[int]]] = []
        self.pieces: list[Expr] = []
        self.shape = ex.SCALAR
        for t in Truth(s).summands("numerator", expanded=False):
            self.shape = t.shape
            inner = summands(t, expanded=True)
            self.whole.append((t, list(range(len(self.pieces), len(self.pieces) + len(inner)))))
            self.pieces += inner

    def pieces_of(self, t: Term) -> dict[str, list[int]]:
        """The numbers of the pieces that make up a term of the claim, for each layout in which they do."""
        out: dict[str, list[int]] = {}
        for layout in BOTH:
            turned = layout == "denominator"
            with contextlib.suppress(ShapeError):
                value = alone(self.s, self.model, t)(t, self.shape[::-1] if turned else self.shape)
                if found := self.found(value, turned=turned):
                    out[layout] = found
        return out

    def found(self, e: Expr, *, turned: bool) -> list[int]:
        """The pieces that an expression is made of, none where it holds anything else."""
        for t, numbers in self.whole:
            if self.same(e, pushed(t, turned)):
                return numbers
        out: list[int] = []
        for piece in summands(e, expanded=True):
            free = (k for k, t in enumerate(self.pieces) if k not in out and self.same(piece, pushed(t, turned)))
            k = next(free, None)
            if k is None:
                return []
            out.append(k)
        return out

    def same(self, a: Expr, b: Expr) -> bool:
        if a.shape != b.shape or is_over():
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
    subject, verb = ("Its term ", "is") if len(only[few]) == 1 else ("Its terms ", "are")
    others = "the others" if len(found) - len(only[few]) > 1 else "the other"
    texts = listing([Formula(text) for text in only[few]], " and ")
    return (subject, *texts, f" {verb} in {few} layout, {others} in {many} layout.")
