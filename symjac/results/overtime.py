"""What users hold of products over time and of their norms."""

from __future__ import annotations

from collections.abc import Mapping

from symjac import typeset
from symjac.bounds import Bound, Hypothesis
from symjac.derivation import Derivation
from symjac.expr import Expr, Symbol, Time
from symjac.narrative.blocks import Inline, Inlines, Math, Page, box_of, in_text
from symjac.narrative.conditions import in_short
from symjac.pages.bound import tell_bound, tell_bound_page
from symjac.pages.statements import tell_product
from symjac.recurrence import Recurrence
from symjac.result import Asked, Found, OfSystem, Paged
from symjac.timing import Clock
from symjac.typeset.boxes import Box
from symjac.unroll import Unrolled


class Product(Paged[Unrolled], OfSystem[Unrolled]):
    """The Jacobian of a late state by an early one: what :meth:`symjac.System.unroll` gives.

    ``late`` and ``early`` are the two times, ``steps`` their distance where it is a number.
    """

    clock = Asked[Clock]("The symbols at any time.")
    states = Asked[tuple[Symbol, ...]]("The states of the recurrence.")
    late = Asked[Time]("The time of the late state.")
    early = Asked[Time]("The time of the early state.")
    steps = Asked[int | None]("How many steps lie between, where that is a number.")
    is_block = Asked[bool]("Whether the state is several vectors.")
    index = Asked[Time]("The time of a factor.")
    name = Asked[Symbol]("The one-step Jacobian by name, at the time of a factor.")
    derivations = Found[Mapping[tuple[Symbol, Symbol], Derivation]](
        "The Jacobians of one step, of every state by every state."
    )
    factor = Found[Expr](
        "The one-step Jacobian in numerator layout at the time :attr:`index`; several state vectors in blocks."
    )

    def before(self, s: Symbol) -> Symbol:
        """A state at the step before."""
        return self._statement.before(s)

    def block(self, s: Symbol, r: Symbol, time: Time | None = None) -> Expr:
        """The one-step Jacobian of state ``s`` by state ``r`` of the step before, at a time, in numerator layout."""
        return self.confirmed().statement.block(s, r, time)

    def product(self, layout: str = "numerator", *, named: bool = False) -> Expr:
        """The product over time; ``named`` keeps the one-step Jacobian by its name."""
        return self.confirmed().statement.product(layout, named=named)

    @property
    def numerator(self) -> Expr:
        """The product in numerator layout, latest factor leftmost."""
        return self.product("numerator")

    @property
    def denominator(self) -> Expr:
        """The product in denominator layout, latest factor rightmost."""
        return self.product("denominator")

    def written(self, steps: int | None = None, layout: str = "numerator") -> Expr:
        """The product for a number of steps, factor by factor, with the states of every step by name.

        :raises TargetError: where the number of steps is not known, or the product is too long to write.
        """
        return self.confirmed().statement.written(steps, layout)

    def page(self, layout: str = "both") -> Page:
        """Statement and proof by induction."""
        return tell_product(self.confirmed(), layout)

    def __str__(self) -> str:
        left = f"∂{typeset.text(self.of)}/∂{typeset.text(self.wrt)}"
        if not self.is_block:
            return f"{left} = {typeset.text(self.numerator)} (numerator layout)"
        product = typeset.text(self.product(named=True))
        states = ", ".join(typeset.text(s) for s in self.states)
        return (
            f"{left} is a block of {product} (numerator layout), {typeset.text(self.name)} the Jacobian of ({states})"
        )

    def _shown(self) -> str:
        return f"Unrolled: {self}{in_short(self.confirmed().statement.assumed)}"

    def _equation(self) -> str:
        left = f"\\frac{{\\partial {self.of.name}}}{{\\partial {self.wrt.name}}}"
        product = typeset.latex(self.product(named=self.is_block))
        return product if self.is_block else f"{left} = {product}"

    def _beside(self) -> str:
        return "(numerator layout)"


class NormBound(Paged[Bound]):
    r"""How large the Jacobian of a late state by an early one can be: what :meth:`symjac.System.bound` gives.

    >>> from symjac import System
    >>> System(r"x_t = W \tanh(x_{t-1}) + W_{in} u_t + b").bound("x_t", back_to="x_k")
    ‖∂xₜ/∂xₖ‖ ≤ ‖W‖^(t-k)
    >>> print(System(r"x_t = W \sigma(x_{t-1}) + b").bound("x_t", back_to="x_k").formula())
    \left\lVert\frac{\partial x_t}{\partial x_k}\right\rVert \le (\lVert W \rVert \gamma)^{t-k}
    """

    system = Asked[Recurrence]("The recurrence.")
    is_block = Asked[bool]("Whether the state is several vectors.")
    exponent = Asked[str]("The number of steps as LaTeX.")
    unrolled = Found[Unrolled]("The product that is bounded.")
    hypotheses = Found[tuple[Hypothesis, ...]]("What is supposed at every step.")
    invariant = Found[tuple[Symbol, ...]]("The states whose entries stay between -1 and 1 once they are.")
    rates = Found[Mapping[tuple[Symbol, Symbol], Expr]](
        "What one step multiplies the norm by at most, for every state by every state."
    )
    rate = Found[Expr]("What one step multiplies the norm by at most; for several state vectors the sum of all rates.")
    never_below_one = Found[bool]("Whether the rate is a number of at least one plus what cannot be negative.")

    def matrix(self) -> Expr:
        """The rates as a matrix, a row for each state."""
        return self.confirmed().statement.matrix()

    def box(self) -> Box:
        """The bound as layout boxes."""
        return self.confirmed().statement.box()

    def formula(self) -> str:
        """The bound as LaTeX."""
        return typeset.write_latex(self.box())

    def vanishing(self) -> str:
        """The condition under which the Jacobian tends to zero as the steps become many, as LaTeX."""
        return rf"{typeset.latex(self.rate)} < 1"

    def exploding(self) -> str:
        """The condition without which the Jacobian cannot grow without bound, as LaTeX."""
        return rf"{typeset.latex(self.rate)} > 1"

    def inlines(self) -> tuple[Inlines, ...]:
        """The bound, why it holds and what it says, sentence by sentence."""
        return tell_bound(self.confirmed())

    def sentences(self) -> tuple[str, ...]:
        """The same in words with LaTeX formulas in dollar signs."""
        return tuple("".join(map(_in_latex, inlines)) for inlines in self.inlines())

    def page(self, layout: str = "both") -> Page:
        """The bound and why it holds; it is the same in both layouts."""
        return tell_bound_page(self.confirmed())

    def __str__(self) -> str:
        return "\n".join(map(in_text, self.inlines()))

    def _shown(self) -> str:
        b = self.confirmed().statement
        of, wrt = typeset.text(b.unrolled.of), typeset.text(b.unrolled.wrt)
        if b.is_block:
            return f"‖∂{of}/∂{wrt}‖ ≤ entry of {typeset.write_text(b.shown(b.matrix()))}^({b.exponent})"
        rate = typeset.write_text(b.shown(b.rate))
        return f"‖∂{of}/∂{wrt}‖ ≤ {rate if b.is_plain else f'({rate})'}^({b.exponent})"

    def _equation(self) -> str:
        return self.formula()


def _in_latex(i: Inline) -> str:
    return f"${typeset.write_latex(box_of(i.formula))}$" if isinstance(i, Math) else str(i)
