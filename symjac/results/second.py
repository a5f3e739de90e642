"""What users hold of Hessians and of Jacobians by matrices."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from symjac import typeset
from symjac.confirm import confirm
from symjac.expr import Expr, Symbol
from symjac.hessian import Hessian
from symjac.interchange import to_sympy
from symjac.kernel import Theorem
from symjac.narrative.blocks import Page
from symjac.narrative.conditions import in_short
from symjac.pages.statements import tell_hessian, tell_vec_jacobian
from symjac.result import Asked, Closed, Found, Paged
from symjac.vectorised import VecJacobian


class SecondDerivative(Paged[Hessian], Closed[Hessian]):
    r"""The Hessian of a scalar by a vector: what :meth:`symjac.System.hessian` gives. It is the same in both layouts.

    >>> from symjac import System
    >>> H = System(r"f = a^\top \sigma(W x)").hessian(wrt="x")
    >>> H
    Hessian of f by x: Wᵀ diag(a ⊙ σ′′(W x)) W
    >>> H.product("v")  # doctest: +ELLIPSIS
    Product(Transpose(W), Hadamard(a, Apply(Product(W, x), Function(...)), Product(W, v)))
    """

    gradient = Found[Expr]("The gradient as a column.")
    theorem = Found[Theorem]("What the rules gave.")

    @property
    def numerator(self) -> sympy.Basic:
        """The Hessian as a SymPy matrix expression."""
        return to_sympy(self.closed)

    denominator = numerator

    def product(self, v: str | Symbol = "v") -> Expr:
        """The Hessian times a vector, without a matrix of its size being formed: diagonals scale.

        :raises TargetError: where ``v`` has another shape than the variable.
        """
        return self.confirmed().statement.product(v)

    def formula(self) -> str:
        """The Hessian as LaTeX."""
        return typeset.latex(self.closed)

    def page(self, layout: str = "both") -> Page:
        """Gradient, Hessian and its product with a vector; the Hessian is the same in both layouts."""
        return tell_hessian(self.confirmed())

    def matrices(self, layout: str = "both") -> Mapping[str, sympy.Basic]:
        """The Hessian, which is the same in both layouts."""
        return {"numerator": self.numerator}

    def __eq__(self, other: object) -> bool:
        """Whether both are the same second derivative, however they are written."""
        return self._statement == other._statement if isinstance(other, SecondDerivative) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._statement)

    def _shown(self) -> str:
        under = in_short(self.confirmed().statement.assumed)
        return f"Hessian of {typeset.text(self.of)} by {typeset.text(self.wrt)}: {typeset.text(self.closed)}{under}"

    def _equation(self) -> str:
        x = self.wrt.name
        return rf"\frac{{\partial^2 {self.of.name}}}{{\partial {x} \, \partial {x}^\top}} = {self.formula()}"


class MatrixJacobian(Paged[VecJacobian], Closed[VecJacobian]):
    r"""The Jacobian by the entries of a matrix: what :meth:`symjac.System.vec_jacobian` gives.

    >>> from symjac import System
    >>> System(r"y = W x + b").vec_jacobian(wrt="W")
    ∂y/∂vec(W)ᵀ = xᵀ ⊗ I
    >>> System(r"x_t = W \sigma(x_{t-1}) + b").vec_jacobian(wrt="W")
    ∂xₜ/∂vec(W)ᵀ = (σ(xₜ₋₁))ᵀ ⊗ I
    """

    immediate = Asked[bool]("Whether the other left-hand sides are held fixed.")
    value = Asked[Expr]("The right-hand side that was differentiated.")
    closed_denominator = Found[Expr]("The closed form in denominator layout.")
    theorem = Found[Theorem]("What the rules gave: the differential.")

    def formula(self, layout: str = "numerator") -> str:
        """The closed form as LaTeX."""
        return typeset.latex({"numerator": self.closed, "denominator": self.closed_denominator}[layout])

    def over_time(self) -> tuple[Expr, Expr]:
        """For a recurrent state: the immediate derivative, and the Jacobian by the state before.

        The total derivative S_t obeys ``S_t = immediate + Jacobian S_{t-1}``: it is the sum over all earlier steps of
        the product of Jacobians times the immediate derivative there (Pascanu et al. 2013, equations 4 and 5).

        :raises TargetError: where the target is no state of a recurrence.
        """
        return self.closed, confirm(self._statement.step_back()).statement.closed

    def page(self, layout: str = "both") -> Page:
        """The statement, and the differential it is read from."""
        return tell_vec_jacobian(self.confirmed(), layout)

    def _shown(self) -> str:
        below = f"∂vec({typeset.text(self.wrt)})ᵀ" if self.wrt.is_matrix else f"∂{typeset.text(self.wrt)}"
        above = f"∂vec({typeset.text(self.of)})" if self.of.is_matrix else f"∂{typeset.text(self.of)}"
        return f"{above}/{below} = {typeset.text(self.closed)}{in_short(self.confirmed().statement.assumed)}"

    def _equation(self) -> str:
        top = rf"\operatorname{{vec}}({self.of.name})" if self.of.is_matrix else self.of.name
        return rf"\frac{{\partial {top}}}{{\partial \operatorname{{vec}}({self.wrt.name})^\top}} = {self.formula()}"
