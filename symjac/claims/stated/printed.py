"""Lists with dots, whose first and last entries say what the others are."""

from __future__ import annotations

from functools import partial

from symjac.claims.stated import naming
from symjac.reading.applied.building import Building
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.tree import Node, Placed


def dotted(b: Building, node: Node, width: int) -> Term:
    """A diagonal matrix whose first and last entries say what the others are."""
    cells = [node.kids[k : k + width] for k in range(0, len(node.kids), width)]
    others = [c for i, row in enumerate(cells) for j, c in enumerate(row) if i != j]
    if len(cells) == width and all(c.inner.kind in ("blank", "dots") or c.inner.text == "0" for c in others):
        whole = {b.build(c).rebuilt(partial(_without_index, b)) for c in (cells[0][0], cells[-1][-1])}
        if len(whole) == 1:
            return Term("word", (whole.pop(),), "diag", (node.start, node.end))
    raise b.error("a matrix with dots is read only where it is diagonal with like entries", node)


def like_entries(b: Building, values: list[Term], node: Placed) -> Term:
    """The vector of ``f(z_1), \\dots, f(z_n)``."""
    whole = {v.rebuilt(partial(_without_index, b)) for v in (values[0], values[-1])}
    if len(whole) != 1:
        raise b.error("a list with dots is read only where its first and last entry are alike", node)
    return whole.pop()


def whole_vector(b: Building, v: Term, node: Placed) -> Term:
    """The vector of ``f'(z_i)`` in a diag, where i numbers the places of the diagonal and nothing else.

    One of several vectors with a number is whole, and a letter of a sum around or inside numbers what is summed.
    """
    bound = {(letter,) for letter in b.summed} | {(t.data[0],) for t in v.walk() if t.kind == "index_sum"}  # type: ignore[index]  # a tuple
    letters = {t.data for t in v.walk() if t.kind == "entry" and not b.is_column(t)} - bound
    elsewhere = {t.data for t in b.left.walk() if t.kind == "entry"} if b.left is not None else set()
    if len(letters) != 1 or letters & elsewhere:
        return v
    (only,) = letters
    if not isinstance(only, tuple) or len(only) != 1 or not only[0].isalpha():
        return v
    b.context.note("diag", f"the index {only[0]} in {b.context.text(node)} numbers the places of the diagonal", node)
    return v.rebuilt(lambda t: t.args[0] if t.kind == "entry" and t.data == only and not b.is_column(t) else t)


def _without_index(b: Building, t: Term) -> Term:
    """The vector of an entry; a label is an index where the letter without it is a symbol of the system."""
    if t.kind == "entry":
        return t.args[0]
    family = b.context.find(t.ref.family) if t.ref is not None else None
    whole = naming.whole(b.context, family.base) if family is not None and family.label else None
    if t.ref is not None and whole is not None:
        return Term("symbol", (), Ref(whole.name, t.ref.time), t.span)
    return t
