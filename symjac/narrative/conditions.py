"""What a statement holds under, in words: in theorems, and as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symjac import expr as ex
from symjac.expr import Apply, Expr
from symjac.functions import ACTIVATIONS
from symjac.kernel import Assumption
from symjac.narrative.blocks import Inlines, Math, in_text
from symjac.narrative.words import listed, told
from symjac.typeset import names
from symjac.typeset.boxes import Num, Op, row
from symjac.typeset.latex import latex
from symjac.typeset.placing import to_box


def under(assumed: Iterable[Assumption]) -> Inlines:
    """``, provided that ...`` for a theorem; empty where there is nothing that its setting does not say.

    That a function of the author's is differentiable is said where the function is introduced.
    """
    clauses = [clause(h) for h in assumed if not is_general(h)]
    return told("under", conditions=listed(clauses)) if clauses else ()


def is_general(h: Assumption) -> bool:
    """Whether an assumption is about a function that is not specified: that it is differentiable."""
    return h.kind == "differentiable" and not (isinstance(h.about, Apply) and h.about.function.known in ACTIVATIONS)


def clause(h: Assumption) -> Inlines:
    """One condition, as what follows "that"."""
    return CLAUSES[h.kind](h.about)


def plain(h: Assumption) -> str:
    """One condition as a line of Unicode."""
    return in_text(clause(h))


def in_short(assumed: Iterable[Assumption]) -> str:
    """``, where ...`` after a formula in one line."""
    said = [plain(h) for h in assumed if not is_general(h)]
    return f", where {', '.join(said)}" if said else ""


def about(h: Assumption) -> str:
    """What a condition speaks of, as LaTeX: for a norm its vector, for a function that is not specified its name."""
    e = h.about
    if isinstance(e, ex.Norm):
        return latex(e.arg)
    if is_general(h):
        return e.function.name if isinstance(e, Apply) else str(e.data)
    return latex(e)


def _beside_zero(e: Expr, sign: str) -> Inlines:
    return (Math(row(to_box(e), Op(sign), Num("0"))),)


def _nonzero(e: Expr) -> Inlines:
    if isinstance(e, ex.Norm):
        return (Math(row(to_box(e.arg), Op(r"\ne"), to_box(ex.zero(e.arg.shape)))),)
    return _beside_zero(e, r"\ne") if e.is_scalar else told("no_zero_entry", e=e)


def _differentiable(e: Expr) -> Inlines:
    if isinstance(e, ex.ScalarFunction | ex.ScalarGradient):
        return told("is_twice_differentiable", function=names.name_box(e.of))
    if not isinstance(e, Apply):
        return told("is_differentiable", function=names.name_box(str(e.data)))
    function = names.name_box(e.function.name)
    if e.function.known is None:
        return told("is_differentiable", function=function)
    return told("differentiable_at" if e.arg.is_scalar else "differentiable_at_entries", function=function, e=e.arg)


CLAUSES: dict[str, Callable[[Expr], Inlines]] = {
    "nonzero": _nonzero,
    "positive": lambda e: _beside_zero(e, ">") if e.is_scalar else told("positive_entries", e=e),
    "invertible": lambda e: told("is_invertible", e=e),
    "differentiable": _differentiable,
}
