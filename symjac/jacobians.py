"""The Jacobian as users hold it: a derivation that shows and exports itself, once it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import sympy

from symjac import codegen, explicit, preview, typeset
from symjac.derivation import Derivation, Proof, Stage, layouts_of
from symjac.expr import Expr
from symjac.interchange import Names, to_sympy
from symjac.kernel import Assumption
from symjac.narrative import narrate
from symjac.narrative.blocks import Page
from symjac.narrative.conditions import in_short
from symjac.normal import normal_form
from symjac.reading import Note
from symjac.result import Asked, Closed, Found, Paged, Programmed

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


class Jacobian(Paged[Derivation], Programmed[Derivation], Closed[Derivation]):
    """The derivative of one left-hand side by one symbol, for every size, with its proof.

    Made by :meth:`symjac.System.jacobian`. Shape of the numerator layout: (len of, len wrt). Pages take the sizes ``n``
    of an example.

    >>> from symjac import System
    >>> J = System(r"x_t = W \\sigma(x_{t-1}) + b").jacobian(wrt="x_{t-1}")
    >>> J
    Jacobian of xₜ by xₜ₋₁: W diag(σ′(xₜ₋₁)) (numerator layout)
    """

    #: The user's own SymPy symbols, where the system came from a SymPy expression.
    names: Names | None = None

    notes = Asked[tuple[Note, ...]]("What a reader of the result should know beyond what the reading assumed.")
    closed_denominator = Found[Expr]("The closed form in denominator layout.")
    stages = Found[tuple[Stage, ...]]("The derivative of each gate on the way.")
    hypotheses = Found[tuple[Assumption, ...]](
        "What the derivative holds under, as far as the equations do not show it to hold anyway."
    )

    def in_layout(self, layout: str) -> Expr:
        """The closed form in ``"numerator"`` or ``"denominator"`` layout.

        :raises TargetError: for another word.
        """
        return self.confirmed().statement.in_layout(layout)

    @property
    def numerator(self) -> sympy.Basic:
        """The closed form in numerator layout as a SymPy (matrix) expression, gates by name."""
        return to_sympy(self.closed, self.names)

    @property
    def denominator(self) -> sympy.Basic:
        """The closed form in denominator layout as a SymPy (matrix) expression, gates by name."""
        return to_sympy(self.closed_denominator, self.names)

    @cached_property
    def proof(self) -> PrintedProof:
        """The record of rules, rearrangements and substitutions, which can be replayed."""
        made = self.confirmed().statement.proof
        return PrintedProof(made.theorem, made.transposed, made.scope, about=self)

    def explicit(
        self, n: int | Mapping[str, int] = 2, *, layout: str = "numerator", expand: bool = False
    ) -> sympy.Matrix:
        """The written-out matrix at given sizes, entries over scalar symbols such as ``W_{1,2}``.

        ``n`` is one size for every letter, or a size for each. Gates stay symbols (``z_{t,1}``) unless ``expand``.
        """
        return explicit.jacobian(self.confirmed().statement, n, layout=layout, expand=expand)

    # ------------------------------------------------------------------------------------ how it shows

    def formula(self, layout: str = "numerator") -> str:
        """The closed form alone, as LaTeX."""
        return typeset.latex(self.in_layout(layout), row=self.system.orientation == "row", beside=self.system.symbols)

    def page(self, layout: str = "both", *, n: Sizes = None) -> Page:
        """The page that states and proves it; ``n`` adds an example at these sizes."""
        return narrate(self.confirmed(), layout=layout, sizes=self._sizes(n))

    def matrices(self, layout: str = "both", *, n: Sizes = None) -> Mapping[str, sympy.Basic]:
        """SymPy expressions by layout, written out at the sizes ``n`` if there are any."""
        chosen = layouts_of(layout)
        if n is not None:
            return {each: self.explicit(n, layout=each) for each in chosen}
        return {each: self.numerator if each == "numerator" else self.denominator for each in chosen}

    def drawing(self, layout: str = "both", *, n: Sizes = None, whole: bool = False) -> Callable[[str], bytes]:
        """What draws the formula, or the ``whole`` page, in a format of :mod:`symjac.preview`."""
        if whole:
            return partial(preview.page, self.page(layout, n=n))
        return partial(preview.formula, self.confirmed(), layout=layout)

    def svg(self, layout: str = "both") -> str:
        """The closed form as a picture for slides, outlines and all.

        :raises MissingToolError: where the ``preview`` extra is not installed.
        """
        return self._text("svg", layout)

    def png(self, layout: str = "both") -> bytes:
        """The closed form as a picture, 300 pixels an inch.

        :raises MissingToolError: where the ``preview`` extra is not installed.
        """
        return preview.formula(self.confirmed(), "png", layout=layout)

    def source(self, target: str, layout: str = "numerator") -> codegen.Source:
        """The source of a function ``jacobian(...)`` and what its arguments stand for."""
        return codegen.emit(self.confirmed().statement, layout=layout, target=target)

    def _sizes(self, n: Sizes) -> Mapping[str, int] | None:
        return None if n is None else explicit.sizes(self.system, n)

    def _shown(self) -> str:
        return (
            f"Jacobian of {typeset.text(self.of)} by {typeset.text(self.wrt)}: "
            f"{typeset.text(self.closed)} (numerator layout){in_short(self.hypotheses)}"
        )

    def _equation(self) -> str:
        return f"\\frac{{\\partial {self.of.name}}}{{\\partial {self.wrt.name}}} = {self.formula()}"

    def _beside(self) -> str:
        return f"(numerator layout){in_short(self.hypotheses)}"

    def __eq__(self, other: object) -> bool:
        """Whether both are the same derivative, however they are written."""
        if not isinstance(other, Jacobian):
            return NotImplemented
        if (self.of, self.wrt, self.shape) != (other.of, other.wrt, other.shape):
            return False
        mine, theirs = self._statement, other._statement
        return normal_form(mine.closed, mine.definitions) == normal_form(theirs.closed, theirs.definitions)

    def __hash__(self) -> int:
        return hash((self.of, self.wrt, self.shape))
