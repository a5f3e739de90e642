"""What a transpose that is one too many, or one too few, changes about a Jacobian ``W D`` with D diagonal."""

from __future__ import annotations

import sympy

from symjac import expr as ex
from symjac.expr import Expr
from symjac.normal import equal
from symjac.values import Counterexample

# A matrix that no diagonal matrix makes similar to its transpose, and three diagonals.
WEIGHTS = sympy.Matrix([[1, 2, 0], [1, 1, 3], [4, 0, 1]])
SLOPES = ((1, 2, 3), (2, 1, 1), (1, 3, 2))


def differs_by_transpose(left: Expr, right: Expr) -> bool:
    """Whether one side is a square matrix times a diagonal one, and the other the same with the matrix transposed."""
    if not (isinstance(left, ex.Product) and len(left.args) == 2):
        return False
    turned = [ex.transpose(f) if isinstance(f, ex.Symbol | ex.Transpose) and f.rows == f.cols else f for f in left.args]
    kinds = sorted(type(f.arg if isinstance(f, ex.Transpose) else f).__name__ for f in left.args)
    return kinds == ["Diag", "Symbol"] and turned[0].rows == left.rows and equal(ex.mul(*turned), right, {})


def singular_values_differ(c: Counterexample) -> bool:
    """Whether the two sides of a counterexample have the same eigenvalues and other singular values."""
    if not c.exact or len(c.left) != len(c.left[0]):
        return False
    left, right = sympy.Matrix(c.left), sympy.Matrix(c.right)
    return same_eigenvalues(left, right) and not same_eigenvalues(left.T * left, right.T * right)


def eigenvalues_of_three_steps_differ() -> bool:
    """Whether three steps with W and with its transpose have other eigenvalues, at one exact example."""
    steps = [sympy.prod([w * sympy.diag(*slope) for slope in SLOPES]) for w in (WEIGHTS, WEIGHTS.T)]
    return not same_eigenvalues(*steps)


def same_eigenvalues(a: sympy.Matrix, b: sympy.Matrix) -> bool:
    """Whether two square matrices have the same eigenvalues.

    >>> same_eigenvalues(sympy.Matrix([[1, 2], [0, 3]]), sympy.Matrix([[1, 0], [5, 3]]))
    True
    """
    return bool(a.charpoly() == b.charpoly())
