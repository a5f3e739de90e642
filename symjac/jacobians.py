"""The Jacobian as users hold it: a derivation that shows, checks and exports itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import sympy

from symjac import codegen, documents, explicit, preview, typeset
from symjac.checks import Checks, run_checks
from symjac.derivation import Derivation, Proof
from symjac.errors import NotYetError
from symjac.interchange import Names, to_sympy
from symjac.normal import normal_form

Sizes = int | Mapping[str, int] | None


@dataclass(frozen=True, repr=False)
class PrintedProof(Proof):
    """The record of a derivation, which shows itself in a notebook as the proof that a page tells."""

    about: Jacobian = field(compare=False)

    def __repr__(self) -> str:
        d = self.about
        return (
            f"Proof that ∂{typeset.text(d.of)}/∂{typeset.text(d.wrt)} = {typeset.text(d.closed)}: "
            f"{len(self.steps)} steps by {', '.join(r.replace('_', ' ') for r in self.rules)}"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # No LaTeX: theorem and proof environments are the paper's, and a notebook has none.
        return {"text/plain": repr(self), "text/markdown": self.about.markdown()}


class Jacobian(Derivation):
    """The derivative of one left-hand side by one symbol, for every size, with its proof.

    Made by :meth:`symjac.System.jacobian`. Shape of the numerator layout: (len of, len wrt).

    >>> from symjac import System
    >>> J = System(r"x_t = W \\sigma(x_{t-1}) + b").jacobian(wrt="x_{t-1}")
    >>> J
    Jacobian of xₜ by xₜ₋₁: W diag(σ′(xₜ₋₁)) (numerator layout)
    """

    #: The user's own SymPy symbols, where the system came from a SymPy expression.
    names: Names | None = None

    @property
    def numerator(self) -> sympy.Basic:
        """The closed form in numerator layout as a SymPy (matrix) expression, gates by name.

        It has passed the gate that every derivation passes (rules against entries, for every size);
        :attr:`checks` runs the other roads too.
        """
        return to_sympy(self.closed, self.names)

    @property
    def denominator(self) -> sympy.Basic:
        """The closed form in denominator layout as a SymPy (matrix) expression, gates by name."""
        return to_sympy(self.closed_denominator, self.names)

    @cached_property
    def proof(self) -> PrintedProof:
        """The record of rules, rearrangements and substitutions, which can be replayed."""
        made = super().proof
        return PrintedProof(made.theorem, made.transposed, made.scope, about=self)

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

        :raises Defect: where two roads disagree, which would be a defect of symjac.
        """
        return run_checks(self)

    @cached_property
    def thorough_checks(self) -> Checks:
        """The same with the second reader, which takes about a tenth of a second an entry.

        :raises Defect: where two roads disagree, which would be a defect of symjac.
        """
        return run_checks(self, thorough=True)

    def _confirm(self, *, thorough: bool = False) -> None:
        """Let nothing out before every road agreed.

        :raises Defect: where two roads disagree.
        :raises NotYetError: where no road but the normal form could be run.
        """
        checks = self.thorough_checks if thorough else self.checks
        if not {"sizes", "numbers"} & {c.method for c in checks}:
            raise NotYetError(
                f"only the normal form speaks for the derivative of {self.of.name} by {self.wrt.name}: "
                + "; ".join(n.because for n in checks.not_run)
            )

    def formula(self, layout: str = "numerator") -> str:
        """The closed form alone, as LaTeX."""
        self._confirm()
        return typeset.latex(self.in_layout(layout), row=self.system.orientation == "row")

    def latex(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as a LaTeX fragment for ``\\\\input``."""
        self._confirm()
        return documents.fragment(self, layout=layout, n=_sizes(self, n))

    def document(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as a complete LaTeX article."""
        self._confirm(thorough=True)
        return documents.article(self, layout=layout, n=_sizes(self, n))

    def pdf(self, path: str | Path, layout: str = "both", *, n: Sizes = None) -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        self._confirm(thorough=True)
        return documents.pdf(self, Path(path), layout=layout, n=_sizes(self, n))

    def svg(self, layout: str = "both") -> str:
        """The closed form as a picture for slides, outlines and all.

        :raises MissingToolError: where the ``preview`` extra is not installed.
        """
        self._confirm()
        return preview.formula(self, "svg", layout=layout).decode("utf-8")

    def png(self, layout: str = "both") -> bytes:
        """The closed form as a picture, 300 pixels an inch.

        :raises MissingToolError: where the ``preview`` extra is not installed.
        """
        self._confirm()
        return preview.formula(self, "png", layout=layout)

    def markdown(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as Markdown with formulas that KaTeX and MathJax render."""
        self._confirm()
        return documents.markdown(self, layout=layout, n=_sizes(self, n))

    def html(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as one self-contained page; browsers lay out its MathML."""
        self._confirm()
        return documents.html(self, layout=layout, n=_sizes(self, n))

    def text(self, layout: str = "both", *, n: Sizes = None) -> str:
        """The statement and its proof as plain Unicode text."""
        self._confirm()
        return documents.text(self, layout=layout, n=_sizes(self, n))

    def numpy(self, layout: str = "numerator") -> str:
        """Source of a function ``jacobian(...)`` over NumPy arrays."""
        self._confirm()
        return codegen.emit(self, layout=layout, target="numpy").code

    def jax(self, layout: str = "numerator") -> str:
        """Source of a function ``jacobian(...)`` over JAX arrays."""
        self._confirm()
        return codegen.emit(self, layout=layout, target="jax").code

    def torch(self, layout: str = "numerator") -> str:
        """Source of a function ``jacobian(...)`` over PyTorch tensors."""
        self._confirm()
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
