"""symjac.jacobian: SymPy's expressions in, the user's own symbols out."""

from __future__ import annotations

import pytest
import sympy

import symjac
from symjac.errors import DefinitionError, TargetError

N = sympy.Symbol("N")
q = sympy.MatrixSymbol("q", N, 1)


def matrix(name: str) -> sympy.MatrixSymbol:
    return sympy.MatrixSymbol(name, N, N)


def test_symbols_come_back_as_they_went_in() -> None:
    """The result holds the very symbols of the expression, sizes included, so that subs finds them."""
    W, rate = matrix("W1"), sympy.Symbol("lambda")
    J = symjac.jacobian(rate * W * q, q)
    assert J.numerator == rate * W
    assert J.numerator.subs(N, 3).shape == (3, 3)


@pytest.mark.parametrize(("first", "second"), [("A1", "A_1"), ("alpha", r"\alpha")])
def test_symbols_that_print_alike_are_refused(first: str, second: str) -> None:
    """Two symbols are never merged because LaTeX would write them the same way."""
    with pytest.raises(DefinitionError, match="would print as"):
        symjac.jacobian((matrix(first) - matrix(second)) * q, q)


def test_expression_that_does_not_survive_its_print_is_refused() -> None:
    """x_1_2 prints with two subscripts, which would be read as those of x_12."""
    with pytest.raises(DefinitionError, match="plainer names"):
        symjac.jacobian((matrix("x_1_2") - matrix("x_12")) * q, q)


def test_derivative_is_by_a_symbol() -> None:
    """An expression is nothing to differentiate by."""
    with pytest.raises(TargetError, match="by a symbol"):
        symjac.jacobian(matrix("W") * q, matrix("W") * q)
