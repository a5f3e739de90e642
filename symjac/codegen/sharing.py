"""Which parts of the emitted arithmetic are worth a name because they occur more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from symjac import expr
from symjac.expr import Apply, Expr, Symbol


def repeated(shared: Iterable[Expr], definitions: Mapping[Symbol, Expr]) -> frozenset[Expr]:
    """The larger expressions that occur more than once, however deep, among what will be written."""
    counts: Counter[Expr] = Counter()
    seen: set[Expr] = set()

    def visit(e: Expr) -> None:
        counts[e] += 1
        if counts[e] > 1 and e in seen:
            return
        seen.add(e)
        if isinstance(e, Symbol) and e in definitions:
            visit(definitions[e])
        for a in e.args:
            visit(a)

    for e in shared:
        visit(e)
    costly = (Apply, expr.Softmax, expr.Norm, expr.MatrixPower, expr.Determinant, expr.Trace, expr.LogSumExp)
    return frozenset(
        e
        for e, count in counts.items()
        if count > 1 and (isinstance(e, costly) or (isinstance(e, expr.Product | expr.Sum) and _works(e)))
    )


def _works(e: Expr) -> bool:
    """Whether computing the expression takes a matrix product, a function or a sum over entries."""
    return any(
        isinstance(a, Apply) or (isinstance(a, expr.Product) and any(not f.is_scalar for f in a.args)) for a in e.walk()
    )
