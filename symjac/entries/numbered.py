"""Index forms at numbers: the entries of a matrix of given sizes, as they are printed."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr as Dim

from symjac import expr as ex
from symjac.entries.written import entry, index_sum
from symjac.errors import ShapeError
from symjac.expr import Delta, Entry, Expr, Index, IndexSum, Number, Product, Sum, Symbol, UnitVector
from symjac.limits import step, work_limit

Value = Index | int
STEPS = 100_000  # so many terms and factors are written out for one matrix


def at(e: Expr, values: Mapping[Index, Value], sizes: Mapping[str, int] | None = None) -> Expr:
    """An entry form at given values of its free indices; with ``sizes`` its sums are written out too.

    :raises ShapeError: where a sum inside binds an index that stands for another.

    >>> n = ex.dim("n")
    >>> i, k = Index("i", n), Index("k", n)
    >>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ex.ONE))
    >>> at(IndexSum(k, Product(Entry(W, i, k), Entry(x, k))), {i: 1}, {"n": 2})
    Sum(Product(Entry(W, (1, 1)), Entry(x, (1,))), Product(Entry(W, (1, 2)), Entry(x, (2,))))
    """
    step()
    if isinstance(e, Entry):
        indices = tuple(_value(i, values) for i in e.indices)
        if isinstance(e.base, ex.Stack) and sizes is not None and isinstance(indices[0], int):
            return _in_stack(e.base, indices[0], indices[1:], sizes)
        return Entry(at(e.base, values, sizes), *indices)
    if isinstance(e, Delta):
        i, j = (_value(k, values) for k in e.indices)
        known = i == j or (isinstance(i, int) and isinstance(j, int))
        return Number(int(i == j)) if known else Delta(i, j)
    if isinstance(e, UnitVector):
        return UnitVector(_value(e.indices[0], values), e.rows)
    if isinstance(e, IndexSum) and sizes is not None:
        count = size_at(e.index.size, sizes)
        return ex.add(*(at(e.body, {**values, e.index: v}, sizes) for v in range(1, count + 1)))
    if isinstance(e, IndexSum):
        free = {k: v for k, v in values.items() if k != e.index}
        for k in (k for k, v in free.items() if v == e.index):
            raise ShapeError(f"the index {e.index.name} is bound inside, it cannot replace {k.name}")
        return index_sum(e.index, at(e.body, free))
    if isinstance(e, Symbol) and sizes is not None and e.is_scalar and e.name in sizes:
        return Number(sizes[e.name])
    args = tuple(at(a, values, sizes) for a in e.args)
    if isinstance(e, Sum):
        return ex.add(*args)
    if isinstance(e, Product):
        return ex.mul(*args)
    return e if args == e.args else e.with_args(args)


def _in_stack(stack: Expr, position: int, rest: tuple[Value, ...], sizes: Mapping[str, int]) -> Expr:
    """The entry of the part of a stack that a position falls into."""
    for part in stack.args:
        height = size_at(part.rows, sizes)
        if position <= height:
            i, j = Index("i", part.rows), Index("j", part.cols)
            form = entry(part, *((i, j) if rest else (i,)))
            return at(form, {i: position, **({j: rest[0]} if rest else {})}, sizes)
        position -= height
    raise IndexError("a position beyond the end of a stack")


def _value(i: Value, values: Mapping[Index, Value]) -> Value:
    return i if isinstance(i, int) else values.get(i, i)


def size_at(size: Dim, sizes: Mapping[str, int]) -> int:
    """A size at given values of its letters.

    >>> size_at(2 * ex.dim("n"), {"n": 3})
    6
    """
    return int(size.xreplace({letter: ex.dim(sizes[letter.name]) for letter in size.free_symbols}))


def cells(e: Expr, sizes: Mapping[str, int], *, diagonal: bool = False) -> tuple[tuple[Expr, ...], ...]:
    """The entries of an expression at given sizes, row by row; of a ``diagonal`` one only those that are not zero.

    This is what a page prints and what the second reader reads.

    :raises NormalFormTooLarge: where they are too long; in a product each factor multiplies how many terms there are.

    >>> n = ex.dim("n")
    >>> cells(ex.Transpose(Symbol("x", (n, ex.ONE))), {"n": 2})
    ((Entry(x, (1,)), Entry(x, (2,))),)
    """
    i, j = Index("i", e.rows), Index("j", e.cols)
    if diagonal:
        form: Expr = Product(Entry(e, i, i), Delta(i, j))
    elif e.is_scalar:
        form = entry(e, None)
    elif e.is_vector:
        form = entry(e, i)
    elif e.is_row:
        form = entry(e, j)
    else:
        form = entry(e, i, j)
    rows, cols = (range(1, size_at(s, sizes) + 1) for s in e.shape)
    with work_limit(STEPS, "the written-out entries are too long to be printed"):
        return tuple(tuple(at(form, {i: r, j: c}, sizes) for c in cols) for r in rows)
