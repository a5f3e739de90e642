r"""Backpropagation through time: the derivatives of a loss over a recurrence, derived, proved and printed.

The loss is a sum over the steps or a function of the last one. Every symbol of a step gets the derivative of
the whole loss by it; the recurrence runs from the last step back, and the derivatives by the parameters are
sums over time. Everything is one step long, so nothing grows with the number of steps.
Goodfellow, Bengio, Courville, *Deep Learning*, section 10.2.2, equations (10.17) to (10.28).
"""

from __future__ import annotations

from pathlib import Path

from symjac import typeset
from symjac.bptt.backward import Backward, Gradient, Row
from symjac.bptt.page import page
from symjac.bptt.program import forward, program
from symjac.documents import plain, portable, tex, web
from symjac.documents.compile import compile_pdf
from symjac.expr import Symbol

__all__ = ["Backpropagation", "Backward", "Gradient", "Row", "forward", "program"]


class Backpropagation(Backward):
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

    def latex(self, layout: str = "both", *, products: bool | None = None) -> str:
        """Statement, proof and algorithm as a LaTeX fragment for ``\\input``."""
        return tex.fragment(page(self, layout, products))

    def document(self, layout: str = "both", *, products: bool | None = None) -> str:
        """Statement, proof and algorithm as a complete LaTeX article."""
        return tex.article(page(self, layout, products))

    def pdf(self, path: str | Path, layout: str = "both") -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        return compile_pdf(self.document(layout), Path(path))

    def markdown(self, layout: str = "both", *, products: bool | None = None) -> str:
        """The page as Markdown with formulas that KaTeX and MathJax render."""
        return portable.markdown(page(self, layout, products))

    def html(self, layout: str = "both", *, products: bool | None = None) -> str:
        """The page as one self-contained HTML file."""
        return web.html(page(self, layout, products))

    def text(self, layout: str = "both", *, products: bool | None = None) -> str:
        """The page as plain Unicode text."""
        return plain.plain_text(page(self, layout, products))

    def numpy(self, layout: str = "denominator") -> str:
        """Source of ``gradients(...)``, the whole algorithm over NumPy arrays."""
        return program(self, "numpy", layout).code

    def jax(self, layout: str = "denominator") -> str:
        """Source of ``gradients(...)`` over JAX arrays."""
        return program(self, "jax", layout).code

    def torch(self, layout: str = "denominator") -> str:
        """Source of ``gradients(...)`` over PyTorch tensors."""
        return program(self, "torch", layout).code

    def __str__(self) -> str:
        lines = [f"{typeset.text(r.symbol)} = {typeset.text(r.last if r.final else r.before)}" for r in self.rows]
        loss = typeset.text(Symbol(self.loss.name))
        lines += [f"∂{loss}/∂{typeset.text(p)} = {typeset.text(self.gradient(p))}" for p in self.gradients]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Backpropagation through time of {typeset.text(self.loss.term)}: " + "; ".join(str(self).split("\n"))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        lines = [f"{r.symbol.name} &= {typeset.latex(r.last if r.final else r.before)}" for r in self.rows]
        for p in self.gradients:
            quotient = rf"\frac{{\partial {self.loss.name}}}{{\partial {p.name}}}"
            lines.append(f"{quotient} &= {typeset.latex(self.gradient(p))}")
        body = "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
        return {
            "text/plain": str(self),
            "text/latex": f"$\\displaystyle {body}$",
            "text/markdown": f"$$\n{body}\n$$",
        }
