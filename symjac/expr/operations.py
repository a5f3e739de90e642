"""The operations: sums, products, functions, norms, stacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import sympy

from symjac.errors import ShapeError
from symjac.expr.core import (
    ONE,
    SCALAR,
    Datum,
    Dim,
    Expr,
    Number,
    Operand,
    Shape,
    Symbol,
    Unary,
    brief,
    dim,
    same_shape,
    show_shape,
)


class Sum(Expr):
    """Terms of one shape."""

    noun = "sum"
    __slots__ = ()

    def __init__(self, *terms: Expr) -> None:
        super().__init__(terms, None, same_shape("the sum", terms))


def product_shape(factors: Iterable[Expr]) -> Shape:
    """The shape of a matrix product of these factors, those that are scalars anywhere among them.

    :raises ShapeError: where the chain does not fit.
    """
    shape = SCALAR
    last: Expr | None = None
    for f in factors:
        if f.is_scalar:
            continue
        if last is None:
            shape = f.shape
        elif shape[1] == f.shape[0] and shape != SCALAR:
            shape = (shape[0], f.shape[1])
        else:
            raise ShapeError(
                f"the product does not fit: {brief(last)} is {show_shape(shape)}, {brief(f)} is {show_shape(f.shape)}"
            )
        last = f
    return shape


class Product(Expr):
    """Matrix product in printed order; scalars may stand anywhere among the factors.

    The factors that are no scalars form one chain. An inner product that is then multiplied on is
    a factor of its own, ``Product(Product(Transpose(a), b), c)``, so that any part of the chain may
    be bracketed.
    """

    noun = "product"
    __slots__ = ()

    def __init__(self, *factors: Expr) -> None:
        super().__init__(factors, None, product_shape(factors))


class Hadamard(Expr):
    """Entrywise product of operands of one shape."""

    noun = "entrywise product"
    __slots__ = ()

    def __init__(self, *factors: Expr) -> None:
        super().__init__(factors, None, same_shape("the entrywise product", factors))


class _Power(Expr):
    """A ``base`` and a scalar ``exponent``."""

    __slots__ = ()

    base, exponent = Operand(0), Operand(1)

    def __init__(self, base: Expr, exponent: Expr) -> None:
        if not exponent.is_scalar:
            raise ShapeError(f"an exponent is a scalar, {brief(exponent)} is {show_shape(exponent.shape)}")
        super().__init__((base, exponent), None, base.shape)


class EntryPower(_Power):
    """Every entry raised to a scalar power; for a scalar the ordinary power."""

    noun = "power"
    __slots__ = ()


class MatrixPower(_Power):
    """A power of a square matrix; exponent -1 is the inverse."""

    noun = "power of a matrix"
    __slots__ = ()

    def __init__(self, base: Expr, exponent: Expr) -> None:
        if base.rows != base.cols:
            raise ShapeError(f"only a square matrix has powers, {brief(base)} is {show_shape(base.shape)}")
        super().__init__(base, exponent)


class Transpose(Unary):
    noun = "transpose"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, (arg.cols, arg.rows))


class Diag(Unary):
    """The diagonal matrix with a vector on its diagonal."""

    noun = "diagonal matrix"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        if arg.cols != ONE:
            raise ShapeError(f"diag takes a column vector, {brief(arg)} is {show_shape(arg.shape)}")
        super().__init__((arg,), None, (arg.rows, arg.rows))


class Diagonal(Unary):
    """The vector of the diagonal entries of a square matrix."""

    noun = "diagonal"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        _square("the diagonal", arg)
        super().__init__((arg,), None, (arg.rows, ONE))


class Trace(Unary):
    """The sum of the diagonal entries of a square matrix."""

    noun = "trace"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        _square("the trace", arg)
        super().__init__((arg,), None, SCALAR)


class Determinant(Unary):
    """The determinant of a square matrix."""

    noun = "determinant"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        _square("the determinant", arg)
        super().__init__((arg,), None, SCALAR)


def _square(what: str, arg: Expr) -> None:
    if arg.rows != arg.cols:
        raise ShapeError(f"{what} needs a square matrix, {brief(arg)} is {show_shape(arg.shape)}")


class Norm(Unary):
    """The Euclidean norm of a vector, the Frobenius norm of a matrix."""

    noun = "norm"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, SCALAR)


class Softmax(Unary):
    """exp of the entries of a vector, divided by their sum."""

    noun = "softmax"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        if arg.cols != ONE:
            raise ShapeError(f"softmax takes a column vector, {brief(arg)} is {show_shape(arg.shape)}")
        super().__init__((arg,), None, arg.shape)


class LogSumExp(Unary):
    """The logarithm of the sum of exp over the entries of a vector."""

    noun = "log-sum-exp"
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


class Apply(Unary):
    """A function applied to each entry."""

    noun = "value of a function"
    __slots__ = ()

    function = Datum[Function]()

    def __init__(self, function: Function, arg: Expr) -> None:
        super().__init__((arg,), function, arg.shape)

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return Apply(self.function, args[0])


class _OfMap(Expr):
    """A node that an unspecified map gives a name."""

    sign: ClassVar[str] = ""  # what stands before the name of a scalar function
    of: Datum[str]
    __slots__ = ()

    @property
    def name(self) -> str:
        """The name of the map; of what a scalar function gives, of its gradient."""
        return self.sign + self.of


class VectorMap(_OfMap):
    """An unspecified differentiable map ``name`` of one or more vectors, to vectors with ``rows`` entries.

    >>> n, m = dim("n"), dim("m")
    >>> f = VectorMap("f", (Symbol("h", (n, ONE)), Symbol("x", (m, ONE))), n)
    >>> f, f.jacobian(2).shape
    (VectorMap(h, x, 'f'), (n, m))
    """

    noun = "value of a map"
    __slots__ = ()

    of = Datum[str]()  # the name of the map, or of the scalar function that it is the gradient of

    def __init__(self, name: str, args: Expr | tuple[Expr, ...], rows: Dim) -> None:
        super().__init__(_columns(name, args), name, (rows, ONE))

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return type(self)(self.of, args, self.rows)

    def jacobian(self, by: int = 1) -> Expr:
        """Its Jacobian by an argument, counted from 1, at the same place."""
        return MapJacobian(self.name, self.args, self.rows, by)


def _columns(name: str, args: Expr | tuple[Expr, ...]) -> tuple[Expr, ...]:
    """What a map is applied to, one by one.

    :raises ShapeError: where something else than vectors or scalars is among it.
    """
    args = (args,) if isinstance(args, Expr) else args
    for a in args:
        if a.cols != ONE:
            raise ShapeError(f"the map {name} takes column vectors, {brief(a)} is {show_shape(a.shape)}")
    return args


class MapJacobian(_OfMap):
    """The Jacobian (numerator layout) of an unspecified map by its argument ``by``, counted from 1, at ``args``."""

    noun = "Jacobian of a map"
    __slots__ = ()

    of = Datum[str](0)  # the name of what is differentiated
    by = Datum[int](1)  # the number of the argument by which it is differentiated

    def __init__(self, name: str, args: Expr | tuple[Expr, ...], rows: Dim, by: int = 1) -> None:
        args = _columns(name, args)
        if not 1 <= by <= len(args):
            raise ShapeError(f"{name} has no argument number {by} by which it could be differentiated")
        super().__init__(args, (name, by), (rows, args[by - 1].rows))

    @property
    def map(self) -> VectorMap:
        """What it is the Jacobian of, at the same place."""
        return VectorMap(self.of, self.args, self.rows)

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return type(self)(self.of, args, self.rows, self.by)


class ScalarFunction(VectorMap):
    """The value of an unspecified, twice continuously differentiable scalar function of one vector.

    >>> n = dim("n")
    >>> f = ScalarFunction("f", Symbol("x", (n, ONE)), ONE)
    >>> f.shape, f.jacobian(), f.gradient.jacobian().shape
    ((1, 1), Transpose(ScalarGradient(x, 'f')), (n, n))
    """

    noun = "value of a scalar function"
    order: ClassVar[int] = 0  # how often the function is differentiated
    __slots__ = ()

    @property
    def gradient(self) -> ScalarGradient:
        """Its gradient at the same place, a column."""
        return ScalarGradient(self.name, self.args, self.args[0].rows)

    def jacobian(self, by: int = 1) -> Expr:
        """The gradient as a row."""
        return Transpose(self.gradient)


class ScalarGradient(VectorMap):
    """The gradient of an unspecified, twice continuously differentiable scalar function of one vector, a column."""

    noun = "gradient"
    order: ClassVar[int] = 1
    sign = r"\nabla "
    __slots__ = ()

    def jacobian(self, by: int = 1) -> Expr:
        """The Hessian, which is symmetric by the theorem of Schwarz."""
        return ScalarHessian(self.of, self.args, self.rows, by)


class ScalarHessian(MapJacobian):
    """The Hessian of an unspecified scalar function of one vector."""

    noun = "Hessian"
    order: ClassVar[int] = 2
    sign = r"\nabla "
    __slots__ = ()

    @property
    def map(self) -> VectorMap:
        """The gradient at the same place."""
        return ScalarGradient(self.of, self.args, self.rows)


class Stack(Expr):
    """Vectors (or matrices with the same number of columns) on top of each other."""

    noun = "stacked vector"
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

    noun = "written-out matrix"
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


def size_as_scalar(size: sympy.Expr) -> Expr:
    """A size where it is used as a number."""
    if isinstance(size, sympy.Integer):
        return Number(int(size))
    if isinstance(size, sympy.Add):
        return Sum(*(size_as_scalar(a) for a in size.args))
    return Symbol(str(size), SCALAR)
