"""Matrices as long vectors: vec, the Kronecker product, the commutation matrix.

Magnus and Neudecker, *Matrix Differential Calculus*, chapters 2 and 3; vec stacks columns.
"""

from __future__ import annotations

from symjac.expr.core import ONE, Datum, Dim, Expr, Operand, Unary


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

    left, right = Operand(0), Operand(1)

    def __init__(self, left: Expr, right: Expr) -> None:
        super().__init__((left, right), None, (left.rows * right.rows, left.cols * right.cols))


class Commutation(Expr):
    """The permutation K with ``vec(X^T) = K vec(X)`` for matrices X of ``rows_of`` rows and ``cols_of`` columns."""

    noun = "commutation matrix"
    __slots__ = ()

    of = Datum[tuple[Dim, Dim]]()  # the shape of the matrices it turns round

    def __init__(self, rows_of: Dim, cols_of: Dim) -> None:
        super().__init__((), (rows_of, cols_of), (rows_of * cols_of, rows_of * cols_of))
