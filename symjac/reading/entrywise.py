"""From entries back to vectors: ``\\sum_j w_{ij} \\sigma(x_j) + b_i`` is an entry of ``w \\sigma(x) + b``.

>>> from symjac.expr import Index, dim
>>> n = dim("n")
>>> i, j = Index("i", n), Index("j", n)
>>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
>>> whole(IndexSum(j, Product(Entry(W, i, j), Entry(x, j))), (i,))
Product(W, x)
"""

from __future__ import annotations

from symjac.expr import (
    ONE,
    Apply,
    Entry,
    EntryPower,
    Expr,
    Hadamard,
    Index,
    IndexSum,
    Number,
    Ones,
    Product,
    Sum,
    Symbol,
    Transpose,
    UnitVector,
    unbound_indices,
)


def whole(e: Expr, indices: tuple[Index | int, ...]) -> Expr | None:
    """The vector whose entry at the index this is; ``None`` where no such vector is found."""
    if len(indices) != 1 or not isinstance(indices[0], Index):
        return None
    return _vector(collected(e), indices[0])


def _vector(e: Expr, i: Index) -> Expr | None:
    if i not in unbound_indices(e):
        return Product(e, Ones(i.size)) if e.is_scalar else None
    if isinstance(e, Entry):
        return e.base if e.indices == (i,) else None
    if isinstance(e, Apply):
        inner = _vector(e.arg, i)
        return None if inner is None else Apply(e.function, inner)
    if isinstance(e, EntryPower):
        inner = _vector(e.base, i)
        return None if inner is None or i in unbound_indices(e.exponent) else EntryPower(inner, e.exponent)
    if isinstance(e, Sum):
        terms = [_constant_or_vector(t, i) for t in e.args]
        return None if any(t is None for t in terms) else Sum(*(t for t in terms if t is not None))
    if isinstance(e, Product):
        constant = [f for f in e.args if i not in unbound_indices(f)]
        vectors = [_vector(f, i) for f in e.args if i in unbound_indices(f)]
        if any(v is None for v in vectors):
            return None
        known = [v for v in vectors if v is not None]
        joined = known[0] if len(known) == 1 else Hadamard(*known)
        return Product(*constant, joined) if constant else joined
    return None


def _constant_or_vector(e: Expr, i: Index) -> Expr | None:
    if i not in unbound_indices(e) and isinstance(e, Number):
        ones = Ones(i.size)
        return ones if e.value == 1 else Product(e, ones)
    return _vector(e, i)


def picked(e: Expr, index: Index, unit: Expr) -> Expr | None:
    """The expression with the one entry that it holds at an index, or a function of it, picked by a unit vector.

    ``None`` where it holds several that are multiplied: a sum over the index may have been left away.

    >>> from symjac.expr import Index, dim
    >>> n = dim("n")
    >>> x, e = Symbol("x", (n, ONE)), Symbol("e_k", (n, ONE))
    >>> picked(Product(Number(2), Entry(x, Index("k", n))), Index("k", n), e)
    Product(Number(Fraction(2, 1)), Product(Transpose(e_k), x))
    """
    held = [n for n in e.walk() if isinstance(n, Entry) and index in n.indices]
    if not held:
        return e
    if isinstance(e, Sum | IndexSum) or (isinstance(e, Product) and len(held) == 1):
        parts = [picked(a, index, unit) for a in e.args]
        return None if any(p is None for p in parts) else e.with_args(tuple(p for p in parts if p is not None))
    if len(held) > 1 or held[0].indices != (index,):
        return None
    vector = _vector(e, index)
    if vector is not None:
        return Product(Transpose(unit), vector)
    return e.replace({held[0]: Product(Transpose(unit), held[0].base)})


def by_units(e: Expr) -> Expr:
    """The expression with every entry at a number or at a free index picked by unit vectors.

    >>> from symjac.expr import Index, dim
    >>> n = dim("n")
    >>> by_units(Entry(Symbol("x", (n, ONE)), Index("k", n)))
    Product(Transpose(UnitVector(Index(name='k', size=n), n)), x)
    """
    e = collected(e)
    known: dict[Expr, Expr] = {}
    for n in e.walk():
        if isinstance(n, Entry) and all(isinstance(k, int) or k in unbound_indices(e) for k in n.indices):
            row, *column = (UnitVector(k, d) for k, d in zip(n.indices, n.base.shape, strict=False))
            known[n] = Product(Transpose(row), by_units(n.base), *column)
    return e.replace(known)


def collected(e: Expr) -> Expr:
    """The expression with every sum over entries written as a product where it is one."""
    if not e.args:
        return e
    e = e.with_args(tuple(collected(a) for a in e.args))
    return _sum(e) if isinstance(e, IndexSum) else e


def _sum(e: IndexSum) -> Expr:
    j = e.index
    if isinstance(e.body, Sum):
        vector = _vector(e.body, j)
        return Product(Transpose(Ones(j.size)), vector) if vector is not None else e
    factors = e.body.args if isinstance(e.body, Product) else (e.body,)
    outside = [f for f in factors if j not in unbound_indices(f)]
    matrices = [f for f in factors if isinstance(f, Entry) and len(f.indices) == 2 and j in f.indices]
    rest = [f for f in factors if j in unbound_indices(f) and f not in matrices]
    if len(matrices) > 1:
        return e
    vector = _vector(Product(*rest) if len(rest) > 1 else rest[0], j) if rest else Ones(j.size)
    if vector is None:
        return e
    if not matrices:
        inner: Expr = Product(Transpose(Ones(j.size)), vector)
    else:
        entry = matrices[0]
        first, second = entry.indices
        if first == second:
            return e
        matrix = entry.base if second == j else Transpose(entry.base)
        other = first if second == j else second
        inner = Entry(Product(matrix, vector), other)
    return Product(*outside, inner) if outside else inner


__all__ = ["ONE", "Symbol", "collected", "whole"]
