"""The written-out Jacobian as it is printed, entry by entry, read by the second reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from symjac import expr, typeset
from symjac.entries import numbered
from symjac.explicit import Written
from symjac.expr import Entry, Symbol
from symjac.second_reader import Answer, Verdict, compare

if TYPE_CHECKING:
    from symjac.derivation import Derivation

_ARGUMENT = Symbol("q")


def ask(d: Derivation, sizes: Mapping[str, int]) -> Verdict:
    """Whether the second reader takes the printed matrix of entries for the written-out closed form.

    The entries are those that a page prints at these sizes.

    Functions that the system defines are read a second time too.
    """
    for defined in d.system.functions:
        z, body = defined.variable, defined.body
        plain = Written({})
        verdict = compare(typeset.latex(body), plain.scalar(body), {z.name: plain.scalar(z)})
        if verdict.answer is not Answer.AGREE:
            return verdict
    grid = numbered.cells(d.closed, sizes)
    written = Written(sizes)
    rows = " \\\\ ".join(" & ".join(typeset.latex(cell) for cell in row) for row in grid)
    nodes = {e for row in grid for cell in row for e in cell.walk()}
    leaves = (e for e in nodes if isinstance(e, Entry) or (isinstance(e, Symbol) and e.is_scalar))
    names = {typeset.latex(e): written.scalar(e) for e in leaves}
    functions = {e.function: written.function(e.function) for e in nodes if isinstance(e, expr.Apply)}
    heads = {head: call for f, call in functions.items() if (head := _head(f)) is not None}
    return compare(rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}", written.matrix(d.closed), names, heads)


def _head(f: expr.Function) -> str | None:
    """What is printed before the bracket of an application; ``None`` for one that is printed otherwise."""
    printed = typeset.latex(expr.Apply(f, _ARGUMENT))
    return printed.removesuffix("(q)") if printed.endswith("(q)") else None
