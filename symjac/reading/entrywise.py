"""From entries and vectors with a number back to vectors and matrices.

``\\sum_j w_{ij} \\sigma(x_j) + b_i`` is an entry of ``w \\sigma(x) + b``, ``\\sum_j a_j v_j`` is ``V a`` where the v_j
are the columns of V.

>>> from symjac.expr import Entry, IndexSum, Symbol, UnitVector, dim
>>> n = dim("n")
>>> i, j = Index("i", n), Index("j", n)
>>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
>>> whole(IndexSum(j, Product(Entry(W, i, j), Entry(x, j))), (i,))
Product(W, x)
>>> summed(Product(Entry(x, j), Product(W, UnitVector(j, n))), j)
Product(W, x)
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from symjac import expr as ex
from symjac.expr import ONE, Expr, Index, Product
from symjac.reading.values import joined


class NotFoundError(Exception):
    """No vector or matrix is found that has this for its entries, columns or terms."""


def whole(e: Expr, indices: tuple[Index | int, ...]) -> Expr:
    """The vector or matrix whose entry at the indices, or whose column, this is.

    :raises NotFoundError: where none is found, as everything here does.
    """
    at, e = [k for k in indices if isinstance(k, Index)], collected(e)
    if len(at) < len(indices) or len(set(at)) < len(at):
        raise NotFoundError
    return columns(e, *at) if len(at) < 2 else _matrix(e, *at)


def _matrix(e: Expr, i: Index, j: Index) -> Expr:
    """The matrix whose entry at i and j a number is."""
    if not e.is_scalar:
        raise NotFoundError
    held = {i, j} & ex.unbound_indices(e)
    if len(held) < 2:
        row, column = ex.Ones(ONE, j.size), ex.Ones(i.size, ONE)
        vector = columns(e, *held) if held else Product(e, column)
        return Product(column, ex.Transpose(vector)) if j in held else ex.mul(vector, row)
    if isinstance(e, ex.Apply) or (isinstance(e, ex.EntryPower) and not held & ex.unbound_indices(e.exponent)):
        return e.with_args((_matrix(e.args[0], i, j), *e.args[1:]))
    if isinstance(e, ex.Sum | Product) and all(f.is_scalar for f in e.args):
        alone = [f for f in e.args if isinstance(e, Product) and not held & ex.unbound_indices(f)]
        parts = [f for f in e.args if f not in alone]
        node = ex.Sum if isinstance(e, ex.Sum) else ex.Hadamard
        return joined([*alone, _each(node, [_matrix(f, i, j) for f in parts])])
    return ex.transpose(columns(columns(e, j), i))


def _each(node: type[ex.Sum | ex.Hadamard | ex.Stack], parts: Sequence[Expr]) -> Expr:
    """A node of its parts, of which there may be one."""
    return parts[0] if len(parts) == 1 else node(*parts)


def _line(e: ex.Entry, i: Index) -> Expr:
    """Of an entry at i the vector, or the row or column of the matrix that it stands in."""
    if e.indices == (i,):
        return e.base
    if len(e.indices) != 2 or e.indices[0] == e.indices[1]:
        raise NotFoundError
    row, column = e.indices
    return (
        ex.mul(ex.transpose(e.base), ex.UnitVector(row, e.base.rows))
        if column == i
        else ex.mul(e.base, ex.UnitVector(column, e.base.cols))
    )


def _flat(e: Expr) -> Iterator[Expr]:
    """The factors of a product that is no number."""
    if isinstance(e, Product) and not e.is_scalar:
        for f in e.args:
            yield from _flat(f)
    else:
        yield e


def _inner_products(chain: Iterable[Expr]) -> Iterator[list[Expr]]:
    """The rows times columns that a product of vectors and matrices with a number for its value consists of."""
    run: list[Expr] = []
    for f in chain:
        run.append(f)
        if run[0].rows == ONE and f.cols == ONE:
            yield run
            run = []


def _inner_product(chain: Sequence[Expr], i: Index) -> Expr:
    """The vector of the values of a row times a column, with matrices between them."""
    held = [k for k, f in enumerate(chain) if i in ex.unbound_indices(f)]
    at = held[0] or (held[-1] + 1 if held[-1] + 1 < len(chain) else len(chain) // 2)
    row, column = ex.transpose(ex.mul(*chain[:at])), ex.mul(*chain[at:])
    if held[0]:
        return ex.mul(ex.transpose(columns(column, i)), row)
    left = columns(row, i)
    if i not in ex.unbound_indices(column):
        return ex.mul(ex.transpose(left), column)
    return Product(ex.Transpose(ex.Hadamard(left, columns(column, i))), ex.Ones(left.rows))


def _root_of_squares(e: ex.Norm, i: Index, exponent: Fraction) -> Expr:
    """The vector of the powers of the norms of a vector with a number."""
    if e.arg.cols != ONE:
        raise NotFoundError
    inner = columns(e.arg, i)
    squares = Product(ex.Transpose(ex.EntryPower(inner, ex.Number(2))), ex.Ones(inner.rows))
    return ex.power(squares, exponent / 2)


def picked(e: Expr, index: Index, unit: Expr) -> Expr:
    """The expression with the one entry that it holds at an index, or a function of it, picked by a unit vector.

    None is found where it holds several that are multiplied: a sum over the index may have been left away.

    >>> from symjac.expr import Entry, Number, Symbol, dim
    >>> n = dim("n")
    >>> x, e = Symbol("x", (n, ONE)), Symbol("e_k", (n, ONE))
    >>> picked(Product(Number(2), Entry(x, Index("k", n))), Index("k", n), e)
    Product(Number(Fraction(2, 1)), Product(Transpose(e_k), x))
    """
    held = [n for n in e.walk() if isinstance(n, ex.Entry) and index in n.indices]
    if not held:
        return e
    if isinstance(e, ex.Sum | ex.IndexSum) or (isinstance(e, Product) and len(held) == 1):
        return e.with_args(tuple(picked(a, index, unit) for a in e.args))
    if len(held) > 1 or held[0].indices != (index,):
        raise NotFoundError
    if e.is_scalar:
        with contextlib.suppress(NotFoundError):
            return Product(ex.Transpose(unit), columns(e, index))
    return e.replace({held[0]: Product(ex.Transpose(unit), held[0].base)})


def columns(e: Expr, i: Index) -> Expr:
    """The matrix whose column at the index this vector is, of a number the vector.

    >>> from symjac.expr import Apply, Function, Symbol, UnitVector, dim
    >>> n, m = dim("n"), dim("m")
    >>> j, H = Index("j", m), Symbol("H", (n, m))
    >>> columns(Apply(Function("f"), Product(H, UnitVector(j, m))), j)
    Apply(H, Function(name='f', order=0, known=None))
    """
    if i not in ex.unbound_indices(e):
        ones = ex.Ones(i.size)
        return ones if e == ex.Number(1) else Product(e, ones if e.is_scalar else ex.Transpose(ones))
    if isinstance(e, ex.Entry):
        return _line(e, i)
    if isinstance(e, ex.UnitVector):
        return ex.Identity(i.size)
    if isinstance(e, ex.Transpose):
        inner = e.arg
        turned = (
            ex.Apply(inner.function, ex.transpose(inner.arg)) if isinstance(inner, ex.Apply) else ex.transpose(inner)
        )
        if isinstance(turned, ex.Transpose):
            raise NotFoundError
        return columns(turned, i)
    if isinstance(e, ex.Norm):
        return _root_of_squares(e, i, Fraction(1))
    if isinstance(e, ex.EntryPower) and isinstance(e.base, ex.Norm) and isinstance(e.exponent, ex.Number):
        return _root_of_squares(e.base, i, e.exponent.value)
    if isinstance(e, ex.Apply | ex.EntryPower) and not any(i in ex.unbound_indices(a) for a in e.args[1:]):
        return e.with_args((columns(e.args[0], i), *e.args[1:]))
    if isinstance(e, ex.Sum | ex.Hadamard | ex.Stack) and all(a.cols == ONE for a in e.args):
        return _each(type(e), [columns(a, i) for a in e.args])
    if not isinstance(e, Product):
        raise NotFoundError
    constant, weights, chain = _parted(e, i)
    if e.is_scalar and len(constant + weights) == 1:
        factors = [g for f in e.args for g in _flat(f)]
        return columns(factors[0], i) if len(factors) == 1 else _inner_product(factors, i)
    if e.is_scalar:
        return joined([*constant, _each(ex.Hadamard, [columns(f, i) for f in weights])])
    if not chain:
        raise NotFoundError
    weight = [columns(ex.mul(*weights), i)] if weights else []
    if not any(i in ex.unbound_indices(f) for f in chain):
        return ex.mul(*constant, *chain, *map(ex.transpose, weight))
    return ex.mul(*constant, _of_chain(chain, i), *map(ex.diag, weight))


def _parted(e: Product, i: Index) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """Of a product that is one column its numbers, those that depend on i, and the vector and matrices before it."""
    factors = [g for f in e.args for g in _flat(f)]
    scalars = [f for f in factors if f.is_scalar]
    chain = [f for f in factors if not f.is_scalar]
    end = 0 if e.is_scalar else next((k for k, f in enumerate(chain, 1) if f.cols == ONE), 0)
    scalars += [Product(*p) for p in _inner_products(chain[end:])]
    held = [f for f in scalars if i in ex.unbound_indices(f)]
    return [f for f in scalars if i not in ex.unbound_indices(f)], held, chain[:end]


def _of_chain(chain: Sequence[Expr], i: Index) -> Expr:
    """The columns that matrices times a vector are, where what depends on i stands in the vector."""
    first = next(k for k, f in enumerate(chain) if i in ex.unbound_indices(f))
    before, (head, *rest) = chain[:first], chain[first:]
    if not rest:
        return ex.mul(*before, columns(head, i))
    if not isinstance(head, ex.Diag):
        raise NotFoundError
    return ex.mul(*before, ex.Hadamard(columns(head.arg, i), columns(ex.mul(*rest), i)))


def summed(e: Expr, i: Index) -> Expr:
    """The sum over an index of a vector or a matrix as a product.

    >>> from symjac.expr import Entry, Symbol, Transpose, UnitVector, dim
    >>> n, m = dim("n"), dim("m")
    >>> j, V, K = Index("j", m), Symbol("V", (n, m)), Symbol("K", (n, m))
    >>> a, v, k = Entry(Symbol("a", (m, ONE)), j), Product(V, UnitVector(j, m)), Product(K, UnitVector(j, m))
    >>> summed(Product(a, v, Transpose(k)), j)
    Product(V, Diag(a), Transpose(K))
    """
    if i not in ex.unbound_indices(e):
        return ex.mul(ex.size_as_scalar(i.size), e)
    if e.is_scalar:
        found = collected(ex.IndexSum(i, e))
        if isinstance(found, ex.IndexSum):
            raise NotFoundError
        return found
    if isinstance(e, ex.Sum):
        return _each(ex.Sum, [summed(t, i) for t in e.args])
    if e.is_row:
        return ex.transpose(summed(ex.transpose(e), i))
    if e.is_vector:
        inner = columns(e, i)
        *before, last = inner.args if isinstance(inner, Product) else (inner,)
        return ex.mul(*before, last.arg) if before and isinstance(last, ex.Diag) else ex.mul(inner, ex.Ones(i.size))
    return _summed_matrix(e, i)


def _summed_matrix(e: Expr, i: Index) -> Expr:
    """The sum of numbers times columns times rows: ``\\sum_j a_j v_j k_j^T`` is ``V diag(a) K^T``.

    What stands around the only matrix that depends on the index stands around the sum.
    """
    factors = [g for f in (e.args if isinstance(e, Product) else (e,)) for g in _flat(f)]
    scalars, chain = [f for f in factors if f.is_scalar], [f for f in factors if not f.is_scalar]
    held = [k for k, f in enumerate(chain) if i in ex.unbound_indices(f)]
    if not held:
        return ex.mul(summed(ex.mul(*scalars), i), *chain)
    head = chain[held[0]]
    if len(held) == 1 and isinstance(head, ex.Diag | ex.Sum) and head.is_matrix:
        inner = _each(ex.Sum, [summed(ex.mul(*scalars, a), i) for a in head.args])
        inner = ex.diag(inner) if isinstance(head, ex.Diag) else inner
        return ex.mul(*chain[: held[0]], inner, *chain[held[0] + 1 :])
    at = next((k for k, f in enumerate(chain, 1) if f.cols == ONE), 0)
    if not at:
        raise NotFoundError
    column, row = ex.mul(*scalars, *chain[:at]), ex.transpose(ex.mul(*chain[at:]))
    if i not in ex.unbound_indices(row):
        return ex.mul(summed(column, i), ex.transpose(row))
    if i not in ex.unbound_indices(column):
        return ex.mul(column, ex.transpose(summed(row, i)))
    return ex.mul(columns(column, i), ex.transpose(columns(row, i)))


def by_units(e: Expr) -> Expr:
    """The expression with every entry at a number or at a free index picked by unit vectors.

    >>> from symjac.expr import Entry, Symbol, dim
    >>> n = dim("n")
    >>> by_units(Entry(Symbol("x", (n, ONE)), Index("k", n)))
    Product(Transpose(UnitVector((Index(name='k', size=n), n))), x)
    """
    e = collected(e)
    known: dict[Expr, Expr] = {}
    for n in e.walk():
        if isinstance(n, ex.Entry) and all(isinstance(k, int) or k in ex.unbound_indices(e) for k in n.indices):
            row, *column = (ex.UnitVector(k, d) for k, d in zip(n.indices, n.base.shape, strict=False))
            known[n] = Product(ex.Transpose(row), by_units(n.base), *column)
    return e.replace(known)


def collected(e: Expr) -> Expr:
    """The expression with every sum over entries written as a product where it is one."""
    return e.rebuilt(lambda n: _sum(n) if isinstance(n, ex.IndexSum) else n)


def _sum(e: ex.IndexSum) -> Expr:
    """A sum over an index as a product: of vectors, of a matrix and a vector, of two matrices, or as a trace."""
    j = e.index
    plain = isinstance(e.body, Product) and all(f.is_scalar for f in e.body.args)
    factors = e.body.args if plain else (e.body,)
    outside = [f for f in factors if j not in ex.unbound_indices(f)]
    alone: list[Expr] = []
    inside: dict[Index, list[Expr]] = {}
    for f in (f for f in factors if f not in outside):
        others = sorted(ex.unbound_indices(f) - {j}, key=lambda k: k.name)
        if len(others) > 1:
            return e
        (inside.setdefault(others[0], []) if others else alone).append(f)
    if isinstance(e.body, ex.Entry) and e.body.indices == (j, j):
        return ex.Trace(e.body.base)
    try:
        vector = columns(joined(alone), j) if alone else ex.Ones(j.size)
        matrices = [(i, _matrix(joined(found), i, j)) for i, found in inside.items()]
    except NotFoundError:
        return e
    if len(matrices) > 2:
        return e
    if not matrices:
        inner: Expr = Product(ex.Transpose(ex.Ones(j.size)), vector)
    elif len(matrices) == 1:
        inner = ex.Entry(Product(matrices[0][1], vector), matrices[0][0])
    else:
        (i, left), (k, right) = matrices
        middle = [ex.Diag(vector)] if alone else []
        inner = ex.Entry(
            Product(left, *middle, right.arg if isinstance(right, ex.Transpose) else ex.Transpose(right)), i, k
        )
    return Product(*outside, inner) if outside else inner
