"""Whether members of a claim type in some convention: what a repair has to achieve at least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symjac import expr as ex
from symjac.claims.conventions import FOUR, Convention
from symjac.claims.evaluate import Evaluator
from symjac.claims.meaning import Gradient
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.sizing import Sizing
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

        sizes = list(dict.fromkeys(d for i in model.reading.symbols.values() for d in i.symbol.shape if d != ex.ONE))

        def evaluate(
            t: Term,
            places: Mapping[int, ex.Shape],
            model: Model = model,
            convention: Convention = convention,
            gradient: Gradient = gradient,
        ) -> ex.Expr:
            return Evaluator(model, convention, gradient, OverTime("ascending"), places)(t)

        try:
            shapes = [{evaluate(m, w).shape for w in Sizing(sizes, evaluate).of(m)} for m in members]
        except (SymjacError, UndecidedError):
            continue
        if set.intersection(*shapes):
            return True
    return False
