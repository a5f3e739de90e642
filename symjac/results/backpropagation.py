"""What users hold of backpropagation through time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from symjac import typeset
from symjac.bounds import Bound
from symjac.bptt import Backward, Gradient, Row, program
from symjac.bptt.adjoint import Adjoints
from symjac.bptt.graph import Step
from symjac.bptt.loss import Loss
from symjac.codegen import Source
from symjac.confirm import Confirmed, confirm
from symjac.expr import Expr, Symbol, Time
from symjac.kernel import Theorem
from symjac.narrative.blocks import Page
from symjac.pages.backward import product_of, tell_backward
from symjac.recurrence import Recurrence
from symjac.result import Asked, Found, Paged, Programmed
from symjac.unroll import Unrolled


class Backpropagation(Paged[Backward], Programmed[Backward]):
    r"""Backpropagation through time for a system and a loss, as users hold it.

    Made by :meth:`symjac.System.bptt`. Every page takes ``products``: whether the product of one-step Jacobians and
    its bound follow (by default where the state is one vector).

    >>> from symjac import System
    >>> system = System(r"h_t = \tanh(W h_{t-1} + U x_t + b)")
    >>> back = system.bptt(r"L = \sum_{t=1}^{T} \ell_t(h_t)")
    >>> print(back)
    h̄ₜ = ∇_hₜℓₜ + Wᵀ δₜ₊₁
    δₜ = (𝟏 − hₜ ⊙ hₜ) ⊙ h̄ₜ
    ∂L/∂W = ∑_{t=1}^{T} δₜ hₜ₋₁ᵀ
    ∂L/∂U = ∑_{t=1}^{T} δₜ xₜᵀ
    ∂L/∂b = ∑_{t=1}^{T} δₜ
    """

    LAYOUT = "denominator"

    system = Asked[Recurrence]("The recurrence.")
    step = Asked[Step]("One step of the recurrence.")
    loss = Asked[Loss]("The loss.")
    window = Asked[int | None]("After how many steps the way back is cut.")
    adjoints = Found[Adjoints]("The names of the gradients, and the uses they come from.")
    rows = Found[tuple[Row, ...]](
        "The recurrence: ``symbol = before`` at the steps before the last, ``symbol = last`` at the last."
    )
    gradients = Found[Mapping[Symbol, Gradient]]("The gradients by parameters.")
    input_gradients = Found[Mapping[Symbol, Gradient]]("The gradients by inputs.")
    initial = Found[Mapping[Symbol, Expr]]("The gradients by the states at time 0, which no loss sees directly.")
    hypotheses = Found[tuple[Expr, ...]]("What is supposed of targets: sums that are one.")
    theorems = Found[tuple[Theorem, ...]]("What the rules gave, one theorem for each use.")

    def gradient(self, of: str | Symbol, layout: str = "denominator") -> Expr:
        """The gradient by a parameter as a sum over time: in its shape, or in numerator layout the transpose.

        :raises TargetError: where ``of`` is no parameter that the loss depends on.
        """
        return self.confirmed().statement.gradient(of, layout)

    def at(self, e: Expr, when: Time) -> Expr:
        """An expression of the step t, gradients included, at another time."""
        return self._statement.at(e, when)

    def verify(self) -> None:
        """Check every formula once more with all equations of two steps opened; takes seconds for gated cells.

        :raises Defect: where a formula is not the derivative that the entries have.
        """
        self._statement.verify()

    def page(self, layout: str = "both", *, products: bool | None = None) -> Page:
        """Statement, proof and algorithm."""
        c = self.confirmed()
        b = c.statement
        if not products and (products is not None or len(b.step.states) > 1):
            return tell_backward(c, layout, None)
        return tell_backward(c, layout, self._products)

    @cached_property
    def _products(self) -> tuple[Confirmed[Unrolled], Confirmed[Bound]]:
        """The product of one-step Jacobians that a page tells of, and its bound."""
        late, early = product_of(self._statement)
        system = self._statement.system
        return confirm(Unrolled(system, late, early)), confirm(Bound(system, late, early))

    def source(self, target: str, layout: str = "denominator") -> Source:
        """The source of ``gradients(...)`` and what its arguments stand for."""
        return program(self.confirmed().statement, target, layout)

    def __str__(self) -> str:
        lines = [f"{typeset.text(r.symbol)} = {typeset.text(r.last if r.final else r.before)}" for r in self.rows]
        loss = typeset.text(Symbol(self.loss.name))
        lines += [f"∂{loss}/∂{typeset.text(p)} = {typeset.text(self.gradient(p))}" for p in self.gradients]
        return "\n".join(lines)

    def _shown(self) -> str:
        return f"Backpropagation through time of {typeset.text(self.loss.term)}: " + "; ".join(str(self).split("\n"))

    def _plain(self) -> str:
        return str(self)

    def _equation(self) -> str:
        lines = [f"{r.symbol.name} &= {typeset.latex(r.last if r.final else r.before)}" for r in self.rows]
        for p in self.gradients:
            quotient = rf"\frac{{\partial {self.loss.name}}}{{\partial {p.name}}}"
            lines.append(f"{quotient} &= {typeset.latex(self.gradient(p))}")
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
