"""Whether members of a claim type in some convention: what a repair has to achieve at least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symjac import expr as ex
from symjac.claims.conventions import FOUR
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.undecided import UndecidedError
from symjac.errors import SymjacError
from symjac.reading.applied.terms import Ref, Term


def types_somewhere(members: Sequence[Term], models: Mapping[str, Model]) -> bool:
    """Whether all members have a shape in one convention."""
    for convention in FOUR:
        model = models.get(convention.orientation)
        if model is None:
            continue

        def gradient(_: Ref | None, x: Ref, model: Model = model) -> ex.Expr:
            return ex.Symbol(r"\nabla", model.symbol(x).shape)

        try:
            first, *others = Evaluator(model, convention, gradient, OverTime("ascending")).members(*members)
        except (SymjacError, UndecidedError):
            continue
        if all(e.shape == first.shape for e in others):
            return True
    return False
