"""What users hold of products over time, bounds, Hessians, Jacobians by matrices and backpropagation through time."""

from __future__ import annotations

import sympy

from symjac import factoring
from symjac.confirm import confirm
from symjac.factoring import Factored, NoClosedForm
from symjac.results.backpropagation import Backpropagation
from symjac.results.overtime import NormBound, Product
from symjac.results.second import MatrixJacobian, SecondDerivative

__all__ = ["Backpropagation", "MatrixJacobian", "NormBound", "Product", "SecondDerivative", "factor"]


def factor(matrix: sympy.MatrixBase) -> Factored | NoClosedForm:
    """The closed form of a written-out matrix, confirmed, or the reason why there is none.

    >>> w11, w12, w21, w22, x1, x2 = sympy.symbols("w11 w12 w21 w22 x1 x2")
    >>> s = sympy.Function("sigma")
    >>> factor(sympy.Matrix([w11 * s(x1) + w12 * s(x2), w21 * s(x1) + w22 * s(x2)]).jacobian([x1, x2]))
    Factored(w diag(sigma'(x)))
    """
    found = factoring.factor(matrix)
    return confirm(found).statement if isinstance(found, Factored) else found
