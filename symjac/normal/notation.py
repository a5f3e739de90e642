"""What formulas print beside operations, as polynomials: stacks, derivatives, entries, indices, signs over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symjac import expr as x
from symjac.errors import NotYetError
from symjac.expr import Expr, Index, Symbol
from symjac.normal.atoms import COL, ROW, Poly, atom, label_of, single, size_number, tables
from symjac.normal.calculus import Values, derive, substitute
from symjac.normal.elements import block
from symjac.normal.network import delta, join, packed, rename, total
from symjac.normal.polynomial import NONE, add, constant, lone, passing
from symjac.normal.translation import Rule, Translation, ends_of, symbol_atom

CHANGE = "\0d"  # in front of a symbol's name: its differential, which no symbol and no size is called


def _stack(t: Translation, e: Expr) -> Poly:
    parts: list[Expr] = []
    for part in e.args:
        parts.extend(part.args if isinstance(part, x.Stack) else (part,))
    return _over_blocks(size_number(e.rows), ROW, parts, t.poly)


def _over_blocks(rows: int, end: int, parts: Sequence[Expr], entries: Callable[[Expr], Poly]) -> Poly:
    """What is made of every part of a stack, its entries at the label ``end`` put in their place."""
    structure = tuple(size_number(p.rows) for p in parts)
    inner = next(passing())
    out: Poly = {}
    for k, part in enumerate(parts):
        onto = block(structure, k, rows, end, inner)
        add(out, join([(onto, NONE), (entries(part), {end: inner})], {inner: structure[k]} if structure[k] else {}))
    return out


def _explicit(t: Translation, e: x.Explicit) -> Poly:
    """A sum over the entries, each in its place: its row and its column are blocks of size 1."""
    height, width = (tuple(0 for _ in range(k)) for k in (len(e.entries), len(e.entries[0])))
    inner = passing()
    out: Poly = {}
    for i, row in enumerate(e.entries):
        for j, entry in enumerate(row):
            factors = [(t.poly(entry), NONE)]
            if len(height) > 1:
                factors.append((block(height, i, size_number(e.rows), ROW, next(inner)), NONE))
            if len(width) > 1:
                factors.append((block(width, j, size_number(e.cols), COL, next(inner)), NONE))
            add(out, join(factors, {}))
    return out


def _partial(t: Translation, e: x.Partial) -> Poly:
    """Entry (i, j) is dy_i/dx_j; for a matrix x, entry (q, p) is dy/dx_pq."""
    y, by = e.y, e.x
    if isinstance(by, x.Stack):
        if by.cols != x.ONE:
            raise NotYetError("symjac does not differentiate by a stack of matrices yet")
        return _over_blocks(size_number(by.rows), COL, by.args, lambda part: t.poly(x.Partial(y, part)))
    if isinstance(by, x.Transpose) and y.is_scalar:
        return rename(t.poly(x.Partial(y, by.arg)), {ROW: COL, COL: ROW})
    base = by.base if isinstance(by, x.Entry) else by
    if not isinstance(base, Symbol):
        raise NotYetError(f"symjac differentiates by a symbol or its entries, not by {x.brief(by)}")
    cut = t.without(base)
    if isinstance(by, x.Entry):
        at = _places(by)
    elif by.cols == x.ONE:
        at = (COL,) if size_number(by.rows) else ()
    else:
        at = (COL, ROW) if size_number(by.rows) else (ROW,)
    out = derive(cut.poly(y), symbol_atom(base)[0], at)
    if base in t.definitions:
        values: Values = {symbol_atom(base)[0].number: (t.poly(base), symbol_atom(base)[1])}
        return substitute(out, values)
    return out


def _differential(t: Translation, e: Expr) -> Poly:
    """dY, the derivative by every symbol's entries times the differentials of these."""
    arg = e.args[0]
    p = t.poly(arg)
    out: Poly = {}
    fresh = passing()
    for number in sorted(set().union(*(tables.components[c].symbols for m in p for c, _ in m))):
        a = tables.atoms[number]
        name, rows = a.data
        if (name in t.letters(arg)) if t.moving is None else not any(symbol_atom(s)[0] is a for s in t.moving):
            continue
        at = tuple(next(fresh) for _ in a.dims)
        change = lone(single(atom("symbol", (CHANGE + name, rows), a.dims), *at))
        add(out, join([(derive(p, a, at), NONE), (change, NONE)], dict(zip(at, a.dims, strict=True))))
    return out


def _places(e: x.Entry) -> tuple[int, ...]:
    """The labels of an entry's indices, without those over a size 1."""
    sizes = [size_number(d) for d in (e.base.shape if len(e.indices) == 2 else e.base.shape[:1])]
    return tuple(label_of(i) for i, d in zip(e.indices, sizes, strict=True) if d)


def _entry(t: Translation, e: x.Entry) -> Poly:
    return rename(t.poly(e.base), dict(zip(ends_of(e.base), _places(e), strict=True)))


def _index_sum(t: Translation, e: x.IndexSum) -> Poly:
    d = size_number(e.index.size)
    if not d:
        return t.poly(e.body)
    return total(t.poly(e.body), {label_of(e.index): d})


def _delta(t: Translation, e: x.Delta) -> Poly:
    i, j = e.indices
    sizes = [size_number(k.size) for k in (i, j) if isinstance(k, Index)]
    if i == j:
        return constant(1)
    if not sizes:
        return {}
    return delta(label_of(i), label_of(j), sizes[0]) if sizes[0] else constant(1)


def _unit_vector(t: Translation, e: x.UnitVector) -> Poly:
    d = size_number(e.rows)
    return delta(label_of(e.indices[0]), ROW, d) if d else constant(1)


def _opaque(t: Translation, e: Expr) -> Poly:
    """Equal where the operands are.

    Under a sum or product over time symbols at other times are other symbols. What Kronecker products and their like do
    to a vec is told apart by :mod:`symjac.vectorised`.
    """
    ends = ends_of(e)
    kind = "over time" if isinstance(e, x.OverTime) else type(e).__name__
    a, extra = packed(kind, e.data, [t.poly(part) for part in e.args], tuple(ends.values()), 2)
    return lone(single(a, *ends, *extra))


NOTATION: Mapping[type[Expr], Rule] = {
    **dict.fromkeys((x.Vec, x.Kronecker, x.Commutation, x.OverTime), _opaque),
    x.Stack: _stack,
    x.Explicit: _explicit,
    x.Partial: _partial,
    x.Differential: _differential,
    x.Entry: _entry,
    x.IndexSum: _index_sum,
    x.Delta: _delta,
    x.UnitVector: _unit_vector,
}
