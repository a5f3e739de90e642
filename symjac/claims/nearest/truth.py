"""The true derivative beside a claim, taken apart into summands and factors."""

from __future__ import annotations

from functools import cached_property

from symjac import expr as ex
from symjac.claims.conventions import FOUR
from symjac.claims.correct import pushed
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE
from symjac.expr import Expr
from symjac.reading.applied.terms import Term

MAX_SUMMANDS = 40


def alone(s: Statement, model: Model, t: Term, kind: type[Evaluator] = Evaluator) -> Evaluator:
    """What gives a term by itself its meaning, for columns in numerator layout."""
    return kind(model, FOUR[0], Gradients(model, s.mentions(t, t, {})), OverTime("ascending"))


class Truth:
    """What the left-hand side of a claim is, for columns; empty where it is no Jacobian of the system."""

    def __init__(self, s: Statement) -> None:
        self.s = s
        self.model: Model = s.models.get("column", s.model)

    @cached_property
    def numerator(self) -> Expr | None:
        """The Jacobian in numerator layout, ``None`` where symjac cannot tell."""
        left = self.s.members[0]
        if left.kind != "derivative" or "column" not in self.s.models or self.s.has_gradient:
            return None
        ev = alone(self.s, self.model, left)
        try:
            out = ev(left)
        except TROUBLE:
            return None
        return None if ev.unknown or not out.is_matrix else self.model.without_own_names(out)

    def summands(self, layout: str, *, expanded: bool) -> tuple[Expr, ...]:
        """The terms of the Jacobian in a layout, as they stand or with every bracket multiplied out."""
        if self.numerator is None:
            return ()
        return summands(pushed(self.numerator, layout == "denominator"), expanded=expanded)

    @cached_property
    def factors(self) -> tuple[Expr, ...]:
        """What the terms of the Jacobian are products of, in either layout, each once."""
        found: dict[Expr, None] = {}
        for layout in ("numerator", "denominator"):
            for t in self.summands(layout, expanded=True):
                for f in t.args if isinstance(t, ex.Product) else (t,):
                    if f.is_matrix and not isinstance(f, ex.Identity):
                        found |= dict.fromkeys(_gates(f))
        return tuple(found)


def summands(e: Expr, *, expanded: bool) -> tuple[Expr, ...]:
    """The terms of a sum, with ``expanded`` those of every factor multiplied out.

    >>> n = ex.dim("n")
    >>> A, B = ex.Symbol("A", (n, n)), ex.Symbol("B", (n, n))
    >>> summands(ex.Product(A, ex.Sum(A, B)), expanded=True)
    (Product(A, A), Product(A, B))
    """
    if isinstance(e, ex.Sum):
        return tuple(t for a in e.args for t in summands(a, expanded=expanded))
    if not expanded or not isinstance(e, ex.Product) or not e.is_matrix:
        return (e,)
    out: list[tuple[Expr, ...]] = [()]
    for f in e.args:
        out = [(*head, t) for head in out for t in summands(f, expanded=True)]
        if len(out) > MAX_SUMMANDS:
            return (e,)
    return tuple(ex.mul(*factors) for factors in out)


def _gates(f: Expr) -> tuple[Expr, ...]:
    """A factor, and where it is the diagonal matrix of a product those of its factors."""
    if isinstance(f, ex.Diag) and isinstance(f.arg, ex.Hadamard):
        return (f, *(ex.Diag(v) for v in f.arg.args if v.is_vector))
    return (f,)
