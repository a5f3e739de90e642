"""What a transpose that is one too many, or one too few, changes about a Jacobian ``W D`` with D diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symjac import expr as ex
from symjac.expr import Expr
from symjac.normal import equal
from symjac.values import Counterexample

Rows = Sequence[Sequence[Fraction]]
# A matrix that no diagonal matrix makes similar to its transpose, and three diagonals.
WEIGHTS = ((1, 2, 0), (1, 1, 3), (4, 0, 1))
SLOPES = ((1, 2, 3), (2, 1, 1), (1, 3, 2))


def differs_by_transpose(left: Expr, right: Expr) -> bool:
    """Whether one side is a square matrix times a diagonal one, and the other the same with the matrix transposed."""
    if not (isinstance(left, ex.Product) and len(left.args) == 2):
        return False
    turned = [ex.transpose(f) if isinstance(f, ex.Symbol | ex.Transpose) and f.rows == f.cols else f for f in left.args]
    kinds = sorted(type(f.arg if isinstance(f, ex.Transpose) else f).__name__ for f in left.args)
    return kinds == ["Diag", "Symbol"] and turned[0].rows == left.rows and equal(ex.mul(*turned), right, {})


def product(a: Rows, b: Rows) -> list[list[Fraction]]:
    return [[sum((x * y for x, y in zip(r, c, strict=True)), Fraction(0)) for c in zip(*b, strict=True)] for r in a]


def trace(a: Rows) -> Fraction:
    return sum((a[k][k] for k in range(len(a))), Fraction(0))


def turned(a: Rows) -> list[list[Fraction]]:
    return [list(column) for column in zip(*a, strict=True)]


def traces(a: Rows) -> list[Fraction]:
    """The traces of the powers of a square matrix, which settle its eigenvalues.

    >>> traces([[Fraction(1), Fraction(2)], [Fraction(0), Fraction(3)]])
    [Fraction(4, 1), Fraction(10, 1)]
    """
    power: Rows = a
    out = []
    for _ in a:
        out.append(trace(power))
        power = product(power, a)
    return out


def singular_values_differ(c: Counterexample) -> bool:
    """Whether the two sides of a counterexample have the same eigenvalues and other singular values."""
    left, right = ([[v for v in row if isinstance(v, Fraction)] for row in rows] for rows in (c.left, c.right))
    square = [len(left)] * len(left)
    if [len(r) for r in left] != square or [len(r) for r in right] != square:
        return False
    return traces(left) == traces(right) and traces(product(turned(left), left)) != traces(
        product(turned(right), right)
    )


def eigenvalues_of_three_steps_differ() -> bool:
    """Whether three steps with W and with its transpose have other eigenvalues, at one exact example."""
    w = [[Fraction(v) for v in row] for row in WEIGHTS]

    def steps(m: Rows) -> Rows:
        out: Rows = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
        for slope in SLOPES:
            diagonal = [[Fraction(slope[i] if i == j else 0) for j in range(3)] for i in range(3)]
            out = product(product(out, m), diagonal)
        return out

    return traces(steps(w)) != traces(steps(turned(w)))
