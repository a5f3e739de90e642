"""Derivatives as objects, entries and indices, and products over time: what formulas print beside operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from symjac.errors import ShapeError
from symjac.expr.core import ONE, SCALAR, Datum, Dim, Expr, Operand, Unary, brief, show_shape


class Partial(Expr):
    """The Jacobian of ``y`` with respect to ``x`` as an object, in numerator layout.

    Both are scalars or vectors: shape (len y, len x). For a scalar ``y`` and a matrix ``x`` of
    shape (p, q) it has shape (q, p).
    """

    noun = "derivative"
    __slots__ = ()

    y, x = Operand(0), Operand(1)

    def __init__(self, y: Expr, x: Expr) -> None:
        if y.cols == ONE and x.cols == ONE:
            shape = (y.rows, x.rows)
        elif y.is_scalar:
            shape = (x.cols, x.rows)
        elif x.is_scalar:
            shape = y.shape
        else:
            raise ShapeError(
                f"the derivative of a {show_shape(y.shape)} by a {show_shape(x.shape)} expression is no matrix"
            )
        super().__init__((y, x), None, shape)


class Differential(Unary):
    """dY, the first-order change of Y; it has the shape of Y."""

    noun = "differential"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, arg.shape)


@dataclass(frozen=True)
class Index:
    """An index letter that runs from 1 to ``size``."""

    name: str
    size: Dim


class Entry(Expr):
    """One entry of a vector (one index) or matrix (two): a scalar."""

    noun = "entry"
    __slots__ = ()

    base = Operand(0)
    indices = Datum[tuple[Index | int, ...]]()

    def __init__(self, base: Expr, *indices: Index | int) -> None:
        expected = 2 if base.cols != ONE else 1
        if len(indices) != expected:
            raise ShapeError(f"an entry of {brief(base)} takes {expected} index(es), not {len(indices)}")
        super().__init__((base,), indices, SCALAR)

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return Entry(args[0], *self.indices)


class IndexSum(Expr):
    """The sum of a scalar body over all values of an index."""

    noun = "sum over an index"
    __slots__ = ()

    index = Datum[Index]()
    body = Operand(0)

    def __init__(self, index: Index, body: Expr) -> None:
        if not body.is_scalar:
            raise ShapeError(f"a sum over entries takes a scalar, the body is {show_shape(body.shape)}")
        super().__init__((body,), index, SCALAR)

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return IndexSum(self.index, args[0])


class Delta(Expr):
    """The Kronecker delta of two indices."""

    noun = "Kronecker delta"
    __slots__ = ()

    indices = Datum[tuple[Index | int, Index | int]]()

    def __init__(self, i: Index | int, j: Index | int) -> None:
        super().__init__((), (i, j), SCALAR)


class UnitVector(Expr):
    """The vector with 1 at an index and zeros beside it.

    >>> from symjac.expr import dim
    >>> UnitVector(Index("i", dim("n")), dim("n")).shape
    (n, 1)
    """

    noun = "unit vector"
    __slots__ = ()

    def __init__(self, index: Index | int, size: Dim) -> None:
        super().__init__((), (index, size), (size, ONE))

    @property
    def indices(self) -> tuple[Index | int]:
        """Where the 1 stands."""
        assert isinstance(self.data, tuple)
        return (self.data[0],)


class OverTime(Expr):
    """A sum or an ordered product over a time index, as printed.

    ``kind`` is ``"sum"`` or ``"product"``; ``order`` says how the factors follow each other:
    ``"ascending"``, ``"descending"`` or ``"open"``. Bounds are printed index expressions (scalars).
    """

    noun = "sum or product over time"
    __slots__ = ()

    kind, variable, order = Datum[str](0), Datum[str](1), Datum[str](2)
    body = Operand(2)

    def __init__(self, kind: str, variable: str, low: Expr, high: Expr, body: Expr, order: str) -> None:
        super().__init__((low, high, body), (kind, variable, order), body.shape)

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return OverTime(self.kind, self.variable, args[0], args[1], args[2], self.order)


def size_names(expressions: Iterable[Expr]) -> frozenset[str]:
    """The letters that stand for sizes anywhere in the expressions: of symbols, constants and indices.

    >>> from symjac.expr import Identity, Symbol, dim
    >>> sorted(size_names([Symbol("W", (dim("n"), dim("m"))), Identity(dim("p"))]))
    ['m', 'n', 'p']
    """
    found: set[Dim] = set()
    seen: set[Expr] = set()
    todo = list(expressions)
    while todo:
        e = todo.pop()
        if e not in seen:
            seen.add(e)
            found.update(e.shape)
            found.update(k.size for k in (e.data if isinstance(e.data, tuple) else (e.data,)) if isinstance(k, Index))
            todo += e.args
    return frozenset(letter.name for size in found for letter in size.free_symbols)


@lru_cache(maxsize=10_000)
def unbound_indices(e: Expr) -> frozenset[Index]:
    """The index letters of an expression that no sum in it binds.

    >>> from symjac.expr import Symbol, dim
    >>> n = dim("n")
    >>> i, j, W = Index("i", n), Index("j", n), Symbol("W", (n, n))
    >>> unbound_indices(IndexSum(j, Entry(W, i, j)))
    frozenset({Index(name='i', size=n)})
    """
    own = {k for k in e.indices if isinstance(k, Index)} if isinstance(e, Entry | Delta | UnitVector) else set()
    out = frozenset(own).union(*map(unbound_indices, e.args))
    return out - {e.index} if isinstance(e, IndexSum) else out
