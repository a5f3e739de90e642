"""What factoring gives: a closed form with its explicit factors, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import ImmutableDenseMatrix, MatAdd, MatMul, MatrixExpr

from symjac.factoring.printing import latex, text
from symjac.factoring.products import is_zero


@dataclass(frozen=True)
class Term:
    """A product: a scalar and factors, each with its symbolic form and its explicit matrix."""

    scalar: sympy.Expr
    factors: tuple[tuple[MatrixExpr, ImmutableDenseMatrix], ...]

    @property
    def expression(self) -> MatrixExpr:
        parts = [symbolic for symbolic, _ in self.factors]
        whole = parts[0] if len(parts) == 1 else MatMul(*parts)
        return whole if self.scalar == 1 else self.scalar * whole

    @property
    def matrices(self) -> tuple[ImmutableDenseMatrix, ...]:
        """The explicit matrices, in order; their product times the scalar is the term."""
        return tuple(explicit for _, explicit in self.factors)

    def multiplied_out(self) -> ImmutableDenseMatrix:
        out = self.matrices[0]
        for m in self.matrices[1:]:
            out = out * m
        return self.scalar * out


@dataclass(frozen=True)
class Factored:
    """A matrix in closed form. Truth value: true. Made only by :func:`symjac.factoring.factor`, after `verify`."""

    matrix: ImmutableDenseMatrix
    terms: tuple[Term, ...]

    @cached_property
    def expression(self) -> MatrixExpr:
        """The form as a SymPy matrix expression: `W*DiagMatrix(...)`."""
        parts = [t.expression for t in self.terms]
        if not parts:
            return sympy.ZeroMatrix(*self.matrix.shape)
        return parts[0] if len(parts) == 1 else MatAdd(*parts)

    @property
    def matrices(self) -> tuple[tuple[ImmutableDenseMatrix, ...], ...]:
        """For each term its explicit factors."""
        return tuple(t.matrices for t in self.terms)

    def verify(self) -> bool:
        """Whether multiplying the explicit factors out and adding up gives every entry of the matrix."""
        total = sympy.zeros(*self.matrix.shape)
        for t in self.terms:
            total += t.multiplied_out()
        return all(is_zero(a - b) for a, b in zip(self.matrix, total, strict=True))

    def latex(self) -> str:
        """The form as LaTeX."""
        return latex(self.expression)

    def __repr__(self) -> str:
        return f"Factored({text(self.expression)})"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


@dataclass(frozen=True)
class NoClosedForm:
    """The matrix is no sum of the known forms. Truth value: false; ``reason`` says what was left over."""

    reason: str

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"NoClosedForm({self.reason})"
