"""Matrices as long vectors: vec, the Kronecker product, the commutation matrix.

Magnus and Neudecker, *Matrix Differential Calculus*, chapters 2 and 3; vec stacks columns.
"""

from __future__ import annotations

from symjac.expr.core import ONE, Dim, Expr, Unary


class Vec(Unary):
    """The columns of a matrix on top of each other: a vector of rows times cols entries."""

    noun = "vec"
    __slots__ = ()

    def __init__(self, arg: Expr) -> None:
        super().__init__((arg,), None, (arg.rows * arg.cols, ONE))


class Kronecker(Expr):
    """The matrix of blocks ``a_ij B``."""

    noun = "Kronecker product"
    __slots__ = ()

    def __init__(self, left: Expr, right: Expr) -> None:
        super().__init__((left, right), None, (left.rows * right.rows, left.cols * right.cols))

    @property
    def left(self) -> Expr:
        return self.args[0]

    @property
    def right(self) -> Expr:
        return self.args[1]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return Kronecker(args[0], args[1])


class Commutation(Expr):
    """The permutation K with ``vec(X^T) = K vec(X)`` for matrices X of ``rows_of`` rows and ``cols_of`` columns."""

    noun = "commutation matrix"
    __slots__ = ()

    def __init__(self, rows_of: Dim, cols_of: Dim) -> None:
        super().__init__((), (rows_of, cols_of), (rows_of * cols_of, rows_of * cols_of))

    @property
    def of(self) -> tuple[Dim, Dim]:
        """The shape of the matrices it turns round."""
        assert isinstance(self.data, tuple)
        return self.data[0], self.data[1]

    def with_args(self, args: tuple[Expr, ...]) -> Expr:
        return self
