"""The Jacobian as users hold it: a derivation that shows, checks and exports itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import sympy

from symjac import codegen, documents, explicit, typeset
from symjac.checks import Checks, run_checks
from symjac.derivation import Derivation
from symjac.expr import Expr
from symjac.interchange import to_sympy
from symjac.normal import normal_form

Sizes = int | Mapping[str, int] | None


class Jacobian(Derivation):
    """The derivative of one left-hand side by one symbol, for every size, with its proof.

    Made by :meth:`symjac.System.jacobian`. Shape of the numerator layout: (len of, len wrt).

    >>> from symjac import System
    >>> J = System(r"x_t = W \\sigma(x_{t-1}) + b").jacobian(wrt="x_{t-1}")
    >>> J
    Jacobian of xₜ by xₜ₋₁: W diag(σ′(xₜ₋₁)) (numerator layout)
    """

    @property
    def numerator(self) -> sympy.Basic:
        """The closed form in numerator layout as a SymPy (matrix) expression, gates by name."""
        return to_sympy(self.closed)

    @property
    def denominator(self) -> sympy.Basic:
        """The closed form in denominator layout as a SymPy (matrix) expression, gates by name."""
        return to_sympy(self.closed_denominator)

    def in_layout(self, layout: str) -> Expr:
        """The closed form in ``"numerator"`` or ``"denominator"`` layout."""
        return {"numerator": self.closed, "denominator": self.closed_denominator}[layout]

    def explicit(
        self, n: int | Mapping[str, int] = 2, *, layout: str = "numerator", expand: bool = False
    ) -> sympy.Matrix:
        """The written-out matrix at given sizes, entries over scalar symbols such as ``W_{1,2}``.

        ``n`` is one size for every letter, or a size for each. Gates stay symbols (``z_{t,1}``) unless ``expand``.
        """
        return explicit.jacobian(self, n, layout=layout, expand=expand)

    @cached_property
    def checks(self) -> Checks:
        """What ran to confirm the closed form, and what did not and why.

        :raises CheckError: where two roads disagree, which would be a defect of symjac.
        """
        return run_checks(self)

    def formula(self, layout: str = "numerator") -> str:
        """The closed form alone, as LaTeX."""
        assert self.checks
        return typeset.latex(self.in_layout(layout), row=self.system.orientation == "row")

    def latex(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as a LaTeX fragment for ``\\\\input``."""
        assert self.checks
        return documents.fragment(self, layout=layout, n=_sizes(self, n))

    def document(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as a complete LaTeX article."""
        assert self.checks
        return documents.article(self, layout=layout, n=_sizes(self, n))

    def pdf(self, path: str | Path, layout: str = "both", *, n: Sizes = None) -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        assert self.checks
        return documents.pdf(self, Path(path), layout=layout, n=_sizes(self, n))

    def markdown(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as Markdown with formulas that KaTeX and MathJax render."""
        assert self.checks
        return documents.markdown(self, layout=layout, n=_sizes(self, n))

    def html(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as one self-contained page; browsers lay out its MathML."""
        assert self.checks
        return documents.html(self, layout=layout, n=_sizes(self, n))

    def text(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as plain Unicode text."""
        assert self.checks
        return documents.text(self, layout=layout, n=_sizes(self, n))

    def numpy(self, layout: str = "numerator") -> str:
        """Source of a function ``jacobian(...)`` over NumPy arrays."""
        return codegen.emit(self, layout=layout, target="numpy").code

    def jax(self, layout: str = "numerator") -> str:
        """Source of a function ``jacobian(...)`` over JAX arrays."""
        return codegen.emit(self, layout=layout, target="jax").code

    def torch(self, layout: str = "numerator") -> str:
        """Source of a function ``jacobian(...)`` over PyTorch tensors."""
        return codegen.emit(self, layout=layout, target="torch").code

    def __repr__(self) -> str:
        return (
            f"Jacobian of {typeset.text(self.of)} by {typeset.text(self.wrt)}: "
            f"{typeset.text(self.closed)} (numerator layout)"
        )

    def __eq__(self, other: object) -> bool:
        """Whether both are the same derivative, however they are written."""
        if not isinstance(other, Derivation):
            return NotImplemented
        if (self.of, self.wrt, self.shape) != (other.of, other.wrt, other.shape):
            return False
        return normal_form(self.closed, self.definitions) == normal_form(other.closed, other.definitions)

    def __hash__(self) -> int:
        return hash((self.of, self.wrt, self.shape))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        equation = f"\\frac{{\\partial {self.of.name}}}{{\\partial {self.wrt.name}}} = {self.formula()}"
        return {
            "text/plain": repr(self),
            "text/latex": f"$\\displaystyle {equation}$",
            "text/markdown": f"$$\n{equation}\n$$\n\n(numerator layout)",
        }


def _sizes(d: Derivation, n: Sizes) -> Mapping[str, int] | None:
    return None if n is None else explicit.sizes(d.system, n)
