"""What users hold of backpropagation through time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from symjac import typeset
from symjac.bounds import Bound
from symjac.bptt import Backward, Gradient, Row, program
from symjac.bptt.adjoint import Adjoints
from symjac.bptt.graph import Step
from symjac.bptt.loss import Loss
from symjac.codegen import Source
from symjac.confirm import Confirmed, confirm
from symjac.expr import Expr, Symbol
from symjac.kernel import Theorem
from symjac.narrative import Page
from symjac.pages.backward import product_of, tell_backward
from symjac.recurrence import Recurrence
from symjac.result import Result
from symjac.timing import Moment
from symjac.unroll import Unrolled


class Backpropagation(Result[Backward]):
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

    @property
    def system(self) -> Recurrence:
        """The recurrence."""
        return self._statement.system

    @property
    def step(self) -> Step:
        """One step of the recurrence."""
        return self._statement.step

    @property
    def loss(self) -> Loss:
        """The loss."""
        return self._statement.loss

    @property
    def window(self) -> int | None:
        """After how many steps the way back is cut."""
        return self._statement.window

    @property
    def adjoints(self) -> Adjoints:
        """The names of the gradients, and the uses they come from."""
        return self.confirmed().statement.adjoints

    @property
    def rows(self) -> tuple[Row, ...]:
        """The recurrence: ``symbol = before`` at the steps before the last, ``symbol = last`` at the last."""
        return self.confirmed().statement.rows

    @property
    def gradients(self) -> Mapping[Symbol, Gradient]:
        """The gradients by parameters."""
        return self.confirmed().statement.gradients

    @property
    def input_gradients(self) -> Mapping[Symbol, Gradient]:
        """The gradients by inputs."""
        return self.confirmed().statement.input_gradients

    @property
    def initial(self) -> Mapping[Symbol, Expr]:
        """The gradients by the states at time 0, which no loss sees directly."""
        return self.confirmed().statement.initial

    @property
    def hypotheses(self) -> tuple[Expr, ...]:
        """What is supposed of targets: sums that are one."""
        return self.confirmed().statement.hypotheses

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """What the rules gave, one theorem for each use."""
        return self.confirmed().statement.theorems

    def gradient(self, of: str | Symbol, layout: str = "denominator") -> Expr:
        """The gradient by a parameter as a sum over time: in its shape, or in numerator layout the transpose.

        :raises TargetError: where ``of`` is no parameter that the loss depends on.
        """
        return self.confirmed().statement.gradient(of, layout)

    def at(self, e: Expr, when: Moment) -> Expr:
        """An expression of the step t, gradients included, at another time."""
        return self._statement.at(e, when)

    def verify(self) -> None:
        """Check every formula once more with all equations of two steps opened; takes seconds for gated cells.

        :raises Defect: where a formula is not the derivative that the entries have.
        """
        self._statement.verify()

    def page(self, layout: str = "both", *, products: bool | None = None, **how: Any) -> Page:
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

    def latex(self, layout: str = "both", *, products: bool | None = None) -> str:
        """Statement, proof and algorithm as a LaTeX fragment for ``\\input``."""
        return self._text("latex", layout, products=products)

    def document(self, layout: str = "both", *, products: bool | None = None) -> str:
        """Statement, proof and algorithm as a complete LaTeX article."""
        return self._text("document", layout, products=products)

    def pdf(self, path: str | Path, layout: str = "both") -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        return self._file(path, layout)

    def markdown(self, layout: str = "both", *, products: bool | None = None) -> str:
        """The page as Markdown with formulas that KaTeX and MathJax render."""
        return self._text("markdown", layout, products=products)

    def html(self, layout: str = "both", *, products: bool | None = None) -> str:
        """The page as one self-contained HTML file."""
        return self._text("html", layout, products=products)

    def text(self, layout: str = "both", *, products: bool | None = None) -> str:
        """The page as plain Unicode text."""
        return self._text("text", layout, products=products)

    def numpy(self, layout: str = "denominator") -> str:
        """Source of ``gradients(...)``, the whole algorithm over NumPy arrays."""
        return self._text("numpy", layout)

    def jax(self, layout: str = "denominator") -> str:
        """Source of ``gradients(...)`` over JAX arrays."""
        return self._text("jax", layout)

    def torch(self, layout: str = "denominator") -> str:
        """Source of ``gradients(...)`` over PyTorch tensors."""
        return self._text("torch", layout)

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
