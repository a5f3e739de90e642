"""The written-out Jacobian as it is printed, entry by entry, read by the second reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symjac import expr, typeset
from symjac.entries import entry
from symjac.explicit import Written
from symjac.expr import Entry, Expr, Index, Symbol
from symjac.second_reader import Answer, Verdict, compare

if TYPE_CHECKING:
    from symjac.derivation import Derivation

_ARGUMENT = Symbol("q")


def cells(e: Expr, sizes: Mapping[str, int]) -> list[list[Expr]]:
    """The entries of a matrix at given sizes, over entries of its symbols with numbers for indices."""
    written = Written(sizes)
    rows, cols = written.length(e.rows), written.length(e.cols)
    i, j = Index("i", e.rows), Index("j", e.cols)
    if e.is_scalar:
        form = entry(e, None)
    elif e.is_vector:
        form = entry(e, i)
    elif e.is_row:
        form = entry(expr.transpose(e), j)
    else:
        form = entry(e, i, j)
    return [[at(form, {i: r + 1, j: c + 1}, written) for c in range(cols)] for r in range(rows)]


def at(e: Expr, values: Mapping[Index, int], written: Written) -> Expr:
    """An index form with numbers for indices: sums are written out, deltas are 0 or 1."""
    if isinstance(e, Entry):
        return Entry(at(e.base, values, written), *(values.get(k, k) if isinstance(k, Index) else k for k in e.indices))
    if isinstance(e, expr.Delta):
        a, b = (values[k] if isinstance(k, Index) else k for k in e.indices)
        return expr.Number(int(a == b))
    if isinstance(e, expr.IndexSum):
        last = written.length(e.index.size)
        return expr.add(*(at(e.body, {**values, e.index: v}, written) for v in range(1, last + 1)))
    if isinstance(e, Symbol) and e.is_scalar and expr.dim(e.name) in written.sizes:
        return expr.Number(int(written.sizes[expr.dim(e.name)]))
    args = tuple(at(a, values, written) for a in e.args)
    if isinstance(e, expr.Sum):
        return expr.add(*args)
    if isinstance(e, expr.Product):
        return expr.mul(*args)
    return e if args == e.args else e.with_args(args)


def ask(d: Derivation, sizes: Mapping[str, int]) -> Verdict:
    """Whether the second reader takes the printed matrix of entries for the written-out closed form.

    Functions that the system defines are read a second time too.
    """
    for defined in d.system.functions:
        z, body = defined.variable, defined.body
        plain = Written({})
        verdict = compare(typeset.latex(body), plain.scalar(body), {z.name: plain.scalar(z)})
        if verdict.answer is not Answer.AGREE:
            return verdict
    grid = cells(d.closed, sizes)
    written = Written(sizes)
    rows = " \\\\ ".join(" & ".join(typeset.latex(cell) for cell in row) for row in grid)
    leaves = {e for row in grid for cell in row for e in cell.walk() if isinstance(e, Entry) or _is_scalar_symbol(e)}
    names = {typeset.latex(e): written.scalar(e) for e in leaves}
    functions = {
        f: written.function(f) for row in grid for c in row for e in c.walk() if (f := _function(e)) is not None
    }
    heads = {head: call for f, call in functions.items() if (head := _head(f)) is not None}
    return compare(rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}", written.matrix(d.closed), names, heads)


def _is_scalar_symbol(e: Expr) -> bool:
    return isinstance(e, Symbol) and e.is_scalar


def _function(e: Expr) -> expr.Function | None:
    return e.function if isinstance(e, expr.Apply) else None


def _head(f: expr.Function) -> str | None:
    """What is printed before the bracket of an application; ``None`` for one that is printed otherwise."""
    printed = typeset.latex(expr.Apply(f, _ARGUMENT))
    return printed.removesuffix("(q)") if printed.endswith("(q)") else None
