"""The expression language: scalars, column vectors and matrices of symbolic size.

Everything symjac derives, proves and prints is a tree of the nodes below. Nodes are immutable and
hashable, compare by structure, know their shape, and refuse operands that do not fit. They keep
the order they were written in; equality of *meaning* is the business of :mod:`symjac.normal`.

A node class called directly keeps exactly what it is given. The lower-case functions at the end
(:func:`add`, :func:`mul`, ...) are for computing: they flatten, drop neutral elements and merge
numbers, and do nothing else.

>>> n = dim("n")
>>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
>>> Product(W, x).shape
(n, 1)
>>> Product(x, W)
Traceback (most recent call last):
    ...
symjac.errors.ShapeError: the product does not fit: x is n x 1, W is n x n
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import sympy
from sympy import Expr as Dim

from symjac.errors import ShapeError

Shape = tuple[Dim, Dim]
ONE: Dim = sympy.Integer(1)
SCALAR: Shape = (ONE, ONE)


def dim(size: str | int) -> Dim:
    """A size: a positive integer or a letter that stands for one.

    >>> dim("n") + dim(2)
    n + 2
    """
    if isinstance(size, int):
        return sympy.Integer(size)
    return sympy.Symbol(size, integer=True, positive=True)


def show_shape(shape: Shape) -> str:
    """A shape as error messages print it.

    >>> show_shape((dim("n"), ONE))
    'n x 1'
    """
    return f"{shape[0]} x {shape[1]}"


class Expr:
    """A node: operands ``args``, further immutable ``data``, and a ``shape``."""

    __slots__ = ("_hash", "_symbols", "args", "data", "shape")

    args: tuple[Expr, ...]
    data: Hashable
    shape: Shape

    def __init__(self, args: tuple[Expr, ...], data: Hashable, shape: Shape) -> None:
        self.args = args
        self.data = data
        self.shape = shape
        self._hash = hash((type(self), args, data, shape))
        self._symbols: frozenset[Symbol] | None = None

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Expr)
            and type(self) is type(other)
            and self._hash == other._hash
            and self.shape == other.shape
            and self.data == other.data
            and self.args == other.args
        )

    def __repr__(self) -> str:
        inner = [repr(a) for a in self.args]
        if self.data is not None:
            inner.append(repr(self.data))
        return f"{type(self).__name__}({', '.join(inner)})"

    @property
    def rows(self) -> Dim:
        return self.shape[0]

    @property
    def cols(self) -> Dim:
        return self.shape[1]

    @property
    def is_scalar(self) -> bool:
        return self.shape == SCALAR

    @property
    def is_vector(self) -> bool:
        """A column that is not a scalar."""
        return bool(self.cols == ONE and self.rows != ONE)

    @property
    def is_row(self) -> bool:
        return bool(self.rows == ONE and self.cols != ONE)

    @property
    def is_matrix(self) -> bool:
        return bool(self.rows != ONE and self.cols != ONE)

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        """The same node over other operands; shapes are checked anew."""
        raise NotImplementedError(type(self).__name__)

    @property
    def symbols(self) -> frozenset[Symbol]:
        """Every symbol that occurs, gates and parameters alike."""
        if self._symbols is None:
            own = frozenset({self}) if isinstance(self, Symbol) else frozenset()
            self._symbols = own.union(*(a.symbols for a in self.args))
        return self._symbols

    def walk(self) -> Iterator[Expr]:
        """This node and everything below it, parents first."""
        yield self
        for a in self.args:
            yield from a.walk()

    def replace(self, table: Mapping[Expr, Expr]) -> Expr:
        """The expression with every occurrence of a key replaced by its value, all at once."""
        if self in table:
            return table[self]
        if not self.args:
            return self
        args = tuple(a.replace(table) for a in self.args)
        return self if args == self.args else self.with_args(args)


# ---------------------------------------------------------------------------------------- leaves


class Number(Expr):
    """An exact rational scalar."""

    __slots__ = ()

    def __init__(self, value: int | Fraction) -> None:
        super().__init__((), Fraction(value), SCALAR)

    @property
    def value(self) -> Fraction:
        assert isinstance(self.data, Fraction)
        return self.data

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self


class Symbol(Expr):
    """A named scalar, vector or matrix. ``name`` is its canonical LaTeX."""

    __slots__ = ()

    def __init__(self, name: str, shape: Shape = SCALAR) -> None:
        super().__init__((), name, shape)

    @property
    def name(self) -> str:
        assert isinstance(self.data, str)
        return self.data

    def __repr__(self) -> str:
        return self.name

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self


class Ones(Expr):
    """The vector (or matrix) whose entries are all one."""

    __slots__ = ()

    def __init__(self, rows: Dim, cols: Dim = ONE) -> None:
        super().__init__((), None, (rows, cols))

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self


class Zero(Expr):
    """The zero scalar, vector or matrix."""

    __slots__ = ()

    def __init__(self, rows: Dim = ONE, cols: Dim = ONE) -> None:
        super().__init__((), None, (rows, cols))

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self


class Identity(Expr):
    """The identity matrix."""

    __slots__ = ()

    def __init__(self, rows: Dim) -> None:
        super().__init__((), None, (rows, rows))

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self


# ------------------------------------------------------------------------------------ operations


def _same_shape(what: str, args: tuple[Expr, ...]) -> Shape:
    first = args[0]
    for other in args[1:]:
        if other.shape != first.shape:
            raise ShapeError(
                f"{what} does not fit: {brief(first)} is {show_shape(first.shape)}, "
                f"{brief(other)} is {show_shape(other.shape)}"
            )
    return first.shape


def brief(e: Expr) -> str:
    """A short name of an expression for messages."""
    return e.name if isinstance(e, Symbol) else f"the {type(e).__name__.lower()}"


class _Nary(Expr):
    __slots__ = ()

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return type(self)(*args)  # type: ignore[arg-type]  # each subclass takes its operands


class _Unary(Expr):
    __slots__ = ()

    @property
    def arg(self) -> Expr:
        return self.args[0]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return type(self)(args[0])  # type: ignore[call-arg,arg-type]  # each subclass takes one operand


class Sum(_Nary):
    """Terms of one shape."""

    __slots__ = ()

    def __init__(self, *terms: Expr) -> None:
        super().__init__(terms, None, _same_shape("the sum", terms))


class Product(_Nary):
    """Matrix product in printed order; scalars may stand anywhere among the factors.

    The factors that are no scalars form one chain. An inner product that is then multiplied on is
    a factor of its own, ``Product(Product(Transpose(a), b), c)``, so that any part of the chain may
    be bracketed.
    """

    __slots__ = ()

    def __init__(self, *factors: Expr) -> None:
        shape = SCALAR
        last: Expr | None = None
        for f in factors:
            if f.is_scalar:
                continue
            if last is None:
                shape = f.shape
            elif shape[1] == f.rows and shape != SCALAR:
                shape = (shape[0], f.cols)
            else:
                left = brief(last) if last is not None else "the left side"
                raise ShapeError(
                    f"the product does not fit: {left} is {show_shape(shape)}, {brief(f)} is {show_shape(f.shape)}"
                )
            last = f
        super().__init__(factors, None, shape)


class Hadamard(_Nary):
    """Entrywise product of operands of one shape."""

    __slots__ = ()

    def __init__(self, *factors: Expr) -> None:
        super().__init__(factors, None, _same_shape("the entrywise product", factors))


class EntryPower(Expr):
    """Every entry raised to a scalar power; for a scalar the ordinary power."""

    __slots__ = ()

    def __init__(self, base: Expr, exponent: Expr) -> None:
        if not exponent.is_scalar:
            raise ShapeError(f"an exponent is a scalar, {brief(exponent)} is {show_shape(exponent.shape)}")
        super().__init__((base, exponent), None, base.shape)

    @property
    def base(self) -> Expr:
        return self.args[0]

    @property
    def exponent(self) -> Expr:
        return self.args[1]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return EntryPower(args[0], args[1])


class MatrixPower(Expr):
    """A power of a square matrix; exponent -1 is the inverse."""

    __slots__ = ()

    def __init__(self, base: Expr, exponent: Expr) -> None:
        if base.rows != base.cols:
            raise ShapeError(f"only a square matrix has powers, {brief(base)} is {show_shape(base.shape)}")
        if not exponent.is_scalar:
            raise ShapeError(f"an exponent is a scalar, {brief(exponent)} is {show_shape(exponent.shape)}")
        super().__init__((base, exponent), None, base.shape)

    @property
    def base(self) -> Expr:
        return self.args[0]

    @property
    def exponent(self) -> Expr:
        return self.args[1]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return MatrixPower(args[0], args[1])


class Transpose(_Unary):
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, (arg.cols, arg.rows))


class Diag(_Unary):
    """The diagonal matrix with a vector on its diagonal."""

    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        if arg.cols != ONE:
            raise ShapeError(f"diag takes a column vector, {brief(arg)} is {show_shape(arg.shape)}")
        super().__init__((arg,), None, (arg.rows, arg.rows))


class Diagonal(_Unary):
    """The vector of the diagonal entries of a square matrix."""

    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        _square("the diagonal", arg)
        super().__init__((arg,), None, (arg.rows, ONE))


class Trace(_Unary):
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        _square("the trace", arg)
        super().__init__((arg,), None, SCALAR)


class Determinant(_Unary):
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        _square("the determinant", arg)
        super().__init__((arg,), None, SCALAR)


def _square(what: str, arg: Expr) -> None:
    if arg.rows != arg.cols:
        raise ShapeError(f"{what} needs a square matrix, {brief(arg)} is {show_shape(arg.shape)}")


class Norm(_Unary):
    """The Euclidean norm of a vector, the Frobenius norm of a matrix."""

    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, SCALAR)


class Softmax(_Unary):
    """exp of the entries of a vector, divided by their sum."""

    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        if arg.cols != ONE:
            raise ShapeError(f"softmax takes a column vector, {brief(arg)} is {show_shape(arg.shape)}")
        super().__init__((arg,), None, arg.shape)


class LogSumExp(_Unary):
    """The logarithm of the sum of exp over the entries of a vector."""

    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, SCALAR)


@dataclass(frozen=True)
class Function:
    """A real function of one real variable, applied entry by entry.

    ``name`` is its canonical LaTeX (without primes), ``order`` counts derivatives, and ``known`` is
    the key of its row in :mod:`symjac.functions`, ``None`` for a function the text leaves unspecified.
    """

    name: str
    order: int = 0
    known: str | None = None

    def derivative(self) -> Function:
        return Function(self.name, self.order + 1, self.known)


class Apply(Expr):
    """A function applied to each entry."""

    __slots__ = ()

    def __init__(self, function: Function, arg: Expr) -> None:
        super().__init__((arg,), function, arg.shape)

    @property
    def function(self) -> Function:
        assert isinstance(self.data, Function)
        return self.data

    @property
    def arg(self) -> Expr:
        return self.args[0]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return Apply(self.function, args[0])


class VectorMap(Expr):
    """An unspecified differentiable map ``name`` from vectors to vectors with ``rows`` entries."""

    __slots__ = ()

    def __init__(self, name: str, arg: Expr, rows: Dim) -> None:
        super().__init__((arg,), name, (rows, ONE))

    @property
    def name(self) -> str:
        assert isinstance(self.data, str)
        return self.data

    @property
    def arg(self) -> Expr:
        return self.args[0]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return VectorMap(self.name, args[0], self.rows)


class MapJacobian(Expr):
    """The Jacobian (numerator layout) of an unspecified map, at ``arg``."""

    __slots__ = ()

    def __init__(self, name: str, arg: Expr, rows: Dim) -> None:
        super().__init__((arg,), name, (rows, arg.rows))

    @property
    def name(self) -> str:
        assert isinstance(self.data, str)
        return self.data

    @property
    def arg(self) -> Expr:
        return self.args[0]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return MapJacobian(self.name, args[0], self.rows)


class Stack(_Nary):
    """Vectors (or matrices with the same number of columns) on top of each other."""

    __slots__ = ()

    def __init__(self, *parts: Expr) -> None:
        cols = parts[0].cols
        for p in parts:
            if p.cols != cols:
                raise ShapeError(f"the stack does not fit: {brief(parts[0])} has {cols} columns, {brief(p)} {p.cols}")
        rows = reduce(lambda a, b: a + b, (p.rows for p in parts))
        super().__init__(parts, None, (rows, cols))


class Explicit(Expr):
    """A matrix written out: rows of scalar expressions."""

    __slots__ = ()

    def __init__(self, rows: Sequence[Sequence[Expr]]) -> None:
        for row in rows:
            if len(row) != len(rows[0]):
                raise ShapeError(f"a row of {len(row)} entries stands among rows of {len(rows[0])}")
            for e in row:
                if not e.is_scalar:
                    raise ShapeError(f"an entry is a scalar, {brief(e)} is {show_shape(e.shape)}")
        height, width = len(rows), len(rows[0])
        super().__init__(tuple(e for row in rows for e in row), (height, width), (dim(height), dim(width)))

    @property
    def entries(self) -> tuple[tuple[Expr, ...], ...]:
        """The rows."""
        width = int(self.cols)
        return tuple(self.args[k : k + width] for k in range(0, len(self.args), width))

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        width = int(self.cols)
        return Explicit([args[k : k + width] for k in range(0, len(args), width)])


# ------------------------------------------------------------------- derivatives, and index notation


class Partial(Expr):
    """The Jacobian of ``y`` with respect to ``x`` as an object, in numerator layout.

    Both are scalars or vectors: shape (len y, len x). For a scalar ``y`` and a matrix ``x`` of
    shape (p, q) it has shape (q, p).
    """

    __slots__ = ()

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

    @property
    def y(self) -> Expr:
        return self.args[0]

    @property
    def x(self) -> Expr:
        return self.args[1]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return Partial(args[0], args[1])


class Differential(_Unary):
    """dY, the first-order change of Y; it has the shape of Y."""

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

    __slots__ = ()

    def __init__(self, base: Expr, *indices: Index | int) -> None:
        expected = 2 if base.cols != ONE else 1
        if len(indices) != expected:
            raise ShapeError(f"an entry of {brief(base)} takes {expected} index(es), not {len(indices)}")
        super().__init__((base,), indices, SCALAR)

    @property
    def base(self) -> Expr:
        return self.args[0]

    @property
    def indices(self) -> tuple[Index | int, ...]:
        assert isinstance(self.data, tuple)
        return self.data

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return Entry(args[0], *self.indices)


class IndexSum(Expr):
    """The sum of a scalar body over all values of an index."""

    __slots__ = ()

    def __init__(self, index: Index, body: Expr) -> None:
        if not body.is_scalar:
            raise ShapeError(f"a sum over entries takes a scalar, the body is {show_shape(body.shape)}")
        super().__init__((body,), index, SCALAR)

    @property
    def index(self) -> Index:
        assert isinstance(self.data, Index)
        return self.data

    @property
    def body(self) -> Expr:
        return self.args[0]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return IndexSum(self.index, args[0])


class Delta(Expr):
    """The Kronecker delta of two indices."""

    __slots__ = ()

    def __init__(self, i: Index | int, j: Index | int) -> None:
        super().__init__((), (i, j), SCALAR)

    @property
    def indices(self) -> tuple[Index | int, Index | int]:
        assert isinstance(self.data, tuple)
        return self.data[0], self.data[1]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self


class OverTime(Expr):
    """A sum or an ordered product over a time index, as printed.

    ``kind`` is ``"sum"`` or ``"product"``; ``order`` says how the factors follow each other:
    ``"ascending"``, ``"descending"`` or ``"open"``. Bounds are printed index expressions (scalars).
    """

    __slots__ = ()

    def __init__(self, kind: str, variable: str, low: Expr, high: Expr, body: Expr, order: str) -> None:
        super().__init__((low, high, body), (kind, variable, order), body.shape)

    @property
    def kind(self) -> str:
        return self._data[0]

    @property
    def variable(self) -> str:
        return self._data[1]

    @property
    def order(self) -> str:
        return self._data[2]

    @property
    def _data(self) -> tuple[str, str, str]:
        assert isinstance(self.data, tuple)
        return self.data

    @property
    def body(self) -> Expr:
        return self.args[2]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return OverTime(self.kind, self.variable, args[0], args[1], args[2], self.order)


# ----------------------------------------------------------------------------- computing with nodes


def _flatten(cls: type[Expr], args: Iterable[Expr]) -> Iterator[Expr]:
    for a in args:
        if isinstance(a, cls):
            yield from _flatten(cls, a.args)
        else:
            yield a


def is_zero(e: Expr) -> bool:
    return isinstance(e, Zero) or (isinstance(e, Number) and e.value == 0)


def zero(shape: Shape) -> Expr:
    return Number(0) if shape == SCALAR else Zero(*shape)


def add(*terms: Expr) -> Expr:
    """The sum, flattened, without zeros; numbers are added up in the first one's place."""
    shape = _same_shape("the sum", terms)
    out: list[Expr] = []
    number: int | None = None
    for t in _flatten(Sum, terms):
        if is_zero(t):
            continue
        if isinstance(t, Number):
            if number is None:
                number = len(out)
            else:
                old = out[number]
                assert isinstance(old, Number)
                out[number] = Number(old.value + t.value)
                continue
        out.append(t)
    out = [t for t in out if not is_zero(t)]
    if not out:
        return zero(shape)
    return out[0] if len(out) == 1 else Sum(*out)


def _chain(factors: tuple[Expr, ...]) -> Iterator[Expr]:
    """The factors with nested products opened, but for inner products beside other vectors or matrices."""
    alone = sum(not all(g.is_scalar for g in _pure(f)) for f in factors) == 1
    for f in factors:
        if isinstance(f, Product) and (alone or not f.is_scalar or all(g.is_scalar for g in f.args)):
            yield from _chain(f.args)
        else:
            yield f


def _pure(f: Expr) -> tuple[Expr, ...]:
    return f.args if isinstance(f, Product) else (f,)


def mul(*factors: Expr) -> Expr:
    """The product, flattened, numbers merged in front, without ones and identities; zero absorbs."""
    shape = Product(*factors).shape
    number = Fraction(1)
    out: list[Expr] = []
    for f in _chain(factors):
        if is_zero(f):
            return zero(shape)
        if isinstance(f, Number):
            number *= f.value
        elif not isinstance(f, Identity):
            out.append(f)
    if not out:
        return Number(number) if shape == SCALAR else _scaled(number, Identity(shape[0]))
    # An identity that was all that gave a scalar multiple its shape must stay.
    if shape != SCALAR and all(f.is_scalar for f in out):
        out.append(Identity(shape[0]))
    if number != 1:
        out.insert(0, Number(number))
    return chained(out)


def chained(factors: list[Expr]) -> Expr:
    """The product; where a chain ends in an inner product before the last factor, that is bracketed."""
    out: list[Expr] = []
    run: list[Expr] = []
    for f in factors:
        if f.is_scalar:
            out.append(f)
            continue
        if run and run[0].rows == ONE and run[-1].cols == ONE:
            out.append(Product(*run))
            run = []
        run.append(f)
    out += run
    return out[0] if len(out) == 1 else Product(*out)


def _scaled(number: Fraction, e: Expr) -> Expr:
    return e if number == 1 else Product(Number(number), e)


def neg(e: Expr) -> Expr:
    return mul(Number(-1), e)


def sub(a: Expr, b: Expr) -> Expr:
    return add(a, neg(b))


def hadamard(*factors: Expr) -> Expr:
    """The entrywise product, flattened, without ones; for scalars the product."""
    shape = _same_shape("the entrywise product", factors)
    if shape == SCALAR:
        return mul(*factors)
    out = [f for f in _flatten(Hadamard, factors) if not isinstance(f, Ones)]
    if any(is_zero(f) for f in out):
        return zero(shape)
    if not out:
        return Ones(*shape)
    return out[0] if len(out) == 1 else Hadamard(*out)


def power(base: Expr, exponent: int | Fraction | Expr) -> Expr:
    """The entrywise (for scalars ordinary) power."""
    e = exponent if isinstance(exponent, Expr) else Number(exponent)
    if isinstance(e, Number) and e.value == 1:
        return base
    if isinstance(e, Number) and e.value == 0:
        return Number(1) if base.is_scalar else Ones(*base.shape)
    if isinstance(base, Number) and isinstance(e, Number) and _small(base, e):
        return Number(base.value ** int(e.value))
    if isinstance(base, Ones):
        return base
    return EntryPower(base, e)


def _small(base: Number, e: Number) -> bool:
    return e.value.denominator == 1 and abs(e.value) <= 64 and (base.value != 0 or e.value > 0)


def transpose(e: Expr) -> Expr:
    """The transpose, pushed to the leaves; symmetric nodes stay, and so does ``(A x - b)^T`` as a whole.

    >>> n = dim("n")
    >>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
    >>> transpose(Product(W, Diag(x)))
    Product(Diag(x), Transpose(W))
    """
    if e.is_scalar or isinstance(e, Diag | Identity):
        return e
    if isinstance(e, Transpose):
        return e.arg
    if isinstance(e, Sum) and not e.is_vector:
        return Sum(*(transpose(t) for t in e.args))
    if isinstance(e, Hadamard):
        return Hadamard(*(transpose(f) for f in e.args))
    if isinstance(e, Product):
        scalars = [f for f in e.args if f.is_scalar]
        return chained([*scalars, *(transpose(f) for f in reversed(e.args) if not f.is_scalar)])
    if isinstance(e, Zero):
        return Zero(e.cols, e.rows)
    if isinstance(e, Ones) and e.is_matrix:
        return Ones(e.cols, e.rows)
    if isinstance(e, MatrixPower):
        return MatrixPower(transpose(e.base), e.exponent)
    return Transpose(e)


def diag(e: Expr) -> Expr:
    """diag(v); of a scalar the scalar, of ones the identity, of zero the zero matrix."""
    if e.is_scalar:
        return e
    if isinstance(e, Ones):
        return Identity(e.rows)
    if is_zero(e):
        return Zero(e.rows, e.rows)
    if isinstance(e, Product):
        scalars = [f for f in e.args if f.is_scalar]
        rest = [f for f in e.args if not f.is_scalar]
        if scalars and rest:
            return mul(*scalars, diag(mul(*rest)))
    return Diag(e)


def map_leaves(e: Expr, f: Callable[[Expr], Expr]) -> Expr:
    """The expression with ``f`` applied to every leaf."""
    if not e.args:
        return f(e)
    return e.with_args(tuple(map_leaves(a, f) for a in e.args))
