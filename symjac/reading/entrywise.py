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
    Diag,
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
    Trace,
    Transpose,
    UnitVector,
    unbound_indices,
)


def whole(e: Expr, indices: tuple[Index | int, ...]) -> Expr | None:
    """The vector or matrix whose entry at the indices this is; ``None`` where none is found."""
    at = [k for k in indices if isinstance(k, Index)]
    if len(at) < len(indices) or len(set(at)) < len(at):
        return None
    return _vector(collected(e), *at) if len(at) == 1 else _matrix(collected(e), *at)


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


def _matrix(e: Expr, i: Index, j: Index) -> Expr | None:
    """The matrix whose entry at i and j an expression is."""
    held = {i, j} & unbound_indices(e)
    if len(held) < 2:
        vector = _vector(e, *held) if held else None
        row, column = Ones(ONE, j.size), Ones(i.size, ONE)
        if not held:
            return Product(e, column, row) if e.is_scalar else None
        return None if vector is None else Product(vector, row) if i in held else Product(column, Transpose(vector))
    if isinstance(e, Entry):
        return e.base if e.indices == (i, j) else Transpose(e.base) if e.indices == (j, i) else None
    if isinstance(e, EntryPower) and held & unbound_indices(e.exponent):
        return None
    if isinstance(e, Apply | EntryPower):
        inner = _matrix(e.args[0], i, j)
        return None if inner is None else e.with_args((inner, *e.args[1:]))
    if not isinstance(e, Sum | Product):
        return None
    alone = [f for f in e.args if isinstance(e, Product) and not {i, j} & unbound_indices(f)]
    parts = [_matrix(f, i, j) for f in e.args if f not in alone]
    known = [m for m in parts if m is not None]
    if len(known) < len(parts):
        return None
    joined = known[0] if len(known) == 1 else Sum(*known) if isinstance(e, Sum) else Hadamard(*known)
    return Product(*alone, joined) if alone else joined


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
    """A sum over an index as a product: of vectors, of a matrix and a vector, of two matrices, or as a trace."""
    j = e.index
    factors = e.body.args if isinstance(e.body, Product) else (e.body,)
    outside = [f for f in factors if j not in unbound_indices(f)]
    alone: list[Expr] = []
    inside: dict[Index, list[Expr]] = {}
    for f in (f for f in factors if f not in outside):
        others = sorted(unbound_indices(f) - {j}, key=lambda k: k.name)
        if len(others) > 1:
            return e
        (inside.setdefault(others[0], []) if others else alone).append(f)
    if isinstance(e.body, Entry) and e.body.indices == (j, j):
        return Trace(e.body.base)
    vector = _vector(_product(alone), j) if alone else Ones(j.size)
    matrices = [(i, _matrix(_product(found), i, j)) for i, found in inside.items()]
    known = [(i, m) for i, m in matrices if m is not None]
    if vector is None or len(known) < len(matrices) or len(known) > 2:
        return e
    if not known:
        inner: Expr = Product(Transpose(Ones(j.size)), vector)
    elif len(known) == 1:
        inner = Entry(Product(known[0][1], vector), known[0][0])
    else:
        (i, left), (k, right) = known
        middle = [Diag(vector)] if alone else []
        inner = Entry(Product(left, *middle, right.arg if isinstance(right, Transpose) else Transpose(right)), i, k)
    return Product(*outside, inner) if outside else inner


def _product(factors: list[Expr]) -> Expr:
    return Product(*factors) if len(factors) > 1 else factors[0]


__all__ = ["ONE", "Symbol", "collected", "whole"]
