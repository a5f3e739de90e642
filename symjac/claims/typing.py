"""Whether members of a claim type in some convention: what a repair has to achieve at least."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from symjac import expr as ex
from symjac.claims.conventions import FOUR
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model, UndecidedError
from symjac.claims.overtime import OverTime
from symjac.claims.terms import Place, Ref, Term
from symjac.errors import SymjacError

MAX_SIZINGS = 30


def types_somewhere(members: Sequence[Term], models: Mapping[str, Model]) -> bool:
    """Whether all members have a shape in one convention."""
    for convention in FOUR:
        model = models.get(convention.orientation)
        if model is None:
            continue

        def gradient(_: Ref | None, x: Ref, model: Model = model) -> ex.Expr:
            return ex.Symbol(r"\nabla", model.symbol(x).shape)

        places = [t.place.number for m in members for t in m.walk() if isinstance(t.data, Place)]
        sizes = list(dict.fromkeys(d for i in model.reading.symbols.values() for d in i.symbol.shape if d != ex.ONE))
        for choice in itertools.islice(itertools.product(sizes, repeat=len(places)), MAX_SIZINGS):
            ev = Evaluator(model, convention, gradient, OverTime("ascending"), dict(zip(places, choice, strict=True)))
            try:
                shapes = {ev(m).shape for m in members}
            except (SymjacError, UndecidedError, KeyError):
                continue
            if len(shapes) == 1:
                return True
    return False
