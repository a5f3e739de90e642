"""What users hold of products over time, bounds, Hessians, Jacobians by matrices and backpropagation through time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import sympy

from symjac import factoring, typeset
from symjac.bounds import Bound, Hypothesis
from symjac.bptt import Backward, Gradient, Row, program
from symjac.bptt.adjoint import Adjoints
from symjac.bptt.graph import Step
from symjac.bptt.loss import Loss
from symjac.codegen import Source
from symjac.confirm import Confirmed, confirm
from symjac.derivation import Derivation
from symjac.expr import Expr, Shape, Symbol
from symjac.factoring import Factored, NoClosedForm
from symjac.hessian import Hessian
from symjac.interchange import to_sympy
from symjac.kernel import Theorem
from symjac.narrative import Inline, Inlines, Math, Page
from symjac.narrative.conditions import in_short
from symjac.pages.backward import product_of, tell_backward
from symjac.pages.bound import tell_bound, tell_bound_page
from symjac.pages.statements import tell_hessian, tell_product, tell_vec_jacobian
from symjac.recurrence import Recurrence
from symjac.result import Paged, Result
from symjac.timing import Clock, Moment
from symjac.typeset import to_box
from symjac.typeset.boxes import Box
from symjac.unroll import Unrolled
from symjac.vectorised import VecJacobian


class Product(Paged[Unrolled]):
    """The Jacobian of a late state by an early one: what :meth:`symjac.System.unroll` gives.

    ``late`` and ``early`` are the two times, ``steps`` their distance where it is a number.
    """

    @property
    def system(self) -> Recurrence:
        """The recurrence."""
        return self._statement.system

    @property
    def clock(self) -> Clock:
        """The symbols at any time."""
        return self._statement.clock

    @property
    def states(self) -> tuple[Symbol, ...]:
        """The states of the recurrence."""
        return self._statement.states

    @property
    def of(self) -> Symbol:
        """The late state."""
        return self._statement.of

    @property
    def wrt(self) -> Symbol:
        """The early state."""
        return self._statement.wrt

    @property
    def late(self) -> Moment:
        """The time of the late state."""
        return self._statement.late

    @property
    def early(self) -> Moment:
        """The time of the early state."""
        return self._statement.early

    @property
    def steps(self) -> int | None:
        """How many steps lie between, where that is a number."""
        return self._statement.steps

    @property
    def is_block(self) -> bool:
        """Whether the state is several vectors."""
        return self._statement.is_block

    @property
    def index(self) -> Moment:
        """The time of a factor."""
        return self._statement.index

    @property
    def name(self) -> Symbol:
        """The one-step Jacobian by name, at the time of a factor."""
        return self._statement.name

    def before(self, s: Symbol) -> Symbol:
        """A state at the step before."""
        return self._statement.before(s)

    @property
    def derivations(self) -> Mapping[tuple[Symbol, Symbol], Derivation]:
        """The Jacobians of one step, of every state by every state."""
        return self.confirmed().statement.derivations

    @property
    def factor(self) -> Expr:
        """The one-step Jacobian in numerator layout at the time :attr:`index`; several state vectors in blocks."""
        return self.confirmed().statement.factor

    def block(self, s: Symbol, r: Symbol, moment: Moment | None = None) -> Expr:
        """The one-step Jacobian of state ``s`` by state ``r`` of the step before, at a time, in numerator layout."""
        return self.confirmed().statement.block(s, r, moment)

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

    def page(self, layout: str = "both", **how: Any) -> Page:
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

    @property
    def system(self) -> Recurrence:
        """The recurrence."""
        return self._statement.system

    @property
    def is_block(self) -> bool:
        """Whether the state is several vectors."""
        return self._statement.is_block

    @property
    def exponent(self) -> str:
        """The number of steps as LaTeX."""
        return self._statement.exponent

    @property
    def unrolled(self) -> Unrolled:
        """The product that is bounded."""
        return self.confirmed().statement.unrolled

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """What is supposed at every step."""
        return self.confirmed().statement.hypotheses

    @property
    def invariant(self) -> tuple[Symbol, ...]:
        """The states whose entries stay between -1 and 1 once they are."""
        return self.confirmed().statement.invariant

    @property
    def rates(self) -> Mapping[tuple[Symbol, Symbol], Expr]:
        """What one step multiplies the norm by at most, for every state by every state."""
        return self.confirmed().statement.rates

    @property
    def rate(self) -> Expr:
        """What one step multiplies the norm by at most; for several state vectors the sum of all rates."""
        return self.confirmed().statement.rate

    @property
    def never_below_one(self) -> bool:
        """Whether the rate is a number of at least one plus what cannot be negative."""
        return self.confirmed().statement.never_below_one

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

    def page(self, layout: str = "both", **how: Any) -> Page:
        """The bound and why it holds; it is the same in both layouts."""
        return tell_bound_page(self.confirmed())

    def __str__(self) -> str:
        return "\n".join("".join(map(_in_text, inlines)) for inlines in self.inlines())

    def _shown(self) -> str:
        b = self.confirmed().statement
        of, wrt = typeset.text(b.unrolled.of), typeset.text(b.unrolled.wrt)
        if b.is_block:
            return f"‖∂{of}/∂{wrt}‖ ≤ entry of {typeset.write_text(b.shown(b.matrix()))}^({b.exponent})"
        rate = typeset.write_text(b.shown(b.rate))
        return f"‖∂{of}/∂{wrt}‖ ≤ {rate if b.is_plain else f'({rate})'}^({b.exponent})"

    def _equation(self) -> str:
        return self.formula()


def _formula(i: Math) -> Box:
    return to_box(i.formula) if isinstance(i.formula, Expr) else i.formula


def _in_latex(i: Inline) -> str:
    return f"${typeset.write_latex(_formula(i))}$" if isinstance(i, Math) else str(i)


def _in_text(i: Inline) -> str:
    return typeset.write_text(_formula(i)) if isinstance(i, Math) else str(i)


class SecondDerivative(Paged[Hessian]):
    r"""The Hessian of a scalar by a vector: what :meth:`symjac.System.hessian` gives. It is the same in both layouts.

    >>> from symjac import System
    >>> H = System(r"f = a^\top \sigma(W x)").hessian(wrt="x")
    >>> H
    Hessian of f by x: Wᵀ diag(a ⊙ σ′′(W x)) W
    >>> H.product("v")  # doctest: +ELLIPSIS
    Product(Transpose(W), Hadamard(a, Apply(Product(W, x), Function(...)), Product(W, v)))
    """

    @property
    def system(self) -> Recurrence:
        """The system."""
        return self._statement.system

    @property
    def of(self) -> Symbol:
        """The scalar."""
        return self._statement.of

    @property
    def wrt(self) -> Symbol:
        """The vector."""
        return self._statement.wrt

    @property
    def definitions(self) -> Mapping[Symbol, Expr]:
        """What the symbols of the closed form stand for."""
        return self._statement.definitions

    @property
    def shape(self) -> Shape:
        """The shape, (len wrt, len wrt)."""
        return self._statement.shape

    @property
    def closed(self) -> Expr:
        """The Hessian."""
        return self.confirmed().statement.closed

    @property
    def gradient(self) -> Expr:
        """The gradient as a column."""
        return self.confirmed().statement.gradient

    @property
    def theorem(self) -> Theorem:
        """What the rules gave."""
        return self.confirmed().statement.theorem

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

    def page(self, layout: str = "both", **how: Any) -> Page:
        """Gradient, Hessian and its product with a vector; the Hessian is the same in both layouts."""
        return tell_hessian(self.confirmed())

    def matrices(self, layout: str = "both", **how: Any) -> Mapping[str, sympy.Basic]:
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


class MatrixJacobian(Paged[VecJacobian]):
    r"""The Jacobian by the entries of a matrix: what :meth:`symjac.System.vec_jacobian` gives.

    >>> from symjac import System
    >>> System(r"y = W x + b").vec_jacobian(wrt="W")
    ∂y/∂vec(W)ᵀ = xᵀ ⊗ I
    >>> System(r"x_t = W \sigma(x_{t-1}) + b").vec_jacobian(wrt="W")
    ∂xₜ/∂vec(W)ᵀ = (σ(xₜ₋₁))ᵀ ⊗ I
    """

    @property
    def system(self) -> Recurrence:
        """The system."""
        return self._statement.system

    @property
    def of(self) -> Symbol:
        """What was differentiated."""
        return self._statement.of

    @property
    def wrt(self) -> Symbol:
        """The matrix."""
        return self._statement.wrt

    @property
    def immediate(self) -> bool:
        """Whether the other left-hand sides are held fixed."""
        return self._statement.immediate

    @property
    def definitions(self) -> Mapping[Symbol, Expr]:
        """What the symbols of the closed form stand for."""
        return self._statement.definitions

    @property
    def value(self) -> Expr:
        """The right-hand side that was differentiated."""
        return self._statement.value

    @property
    def shape(self) -> Shape:
        """The shape in numerator layout."""
        return self._statement.shape

    @property
    def closed(self) -> Expr:
        """The closed form in numerator layout."""
        return self.confirmed().statement.closed

    @property
    def closed_denominator(self) -> Expr:
        """The closed form in denominator layout."""
        return self.confirmed().statement.closed_denominator

    @property
    def theorem(self) -> Theorem:
        """What the rules gave: the differential."""
        return self.confirmed().statement.theorem

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

    def page(self, layout: str = "both", **how: Any) -> Page:
        """The statement, and the differential it is read from."""
        return tell_vec_jacobian(self.confirmed(), layout)

    def _shown(self) -> str:
        below = f"∂vec({typeset.text(self.wrt)})ᵀ" if self.wrt.is_matrix else f"∂{typeset.text(self.wrt)}"
        above = f"∂vec({typeset.text(self.of)})" if self.of.is_matrix else f"∂{typeset.text(self.of)}"
        return f"{above}/{below} = {typeset.text(self.closed)}{in_short(self.confirmed().statement.assumed)}"

    def _equation(self) -> str:
        top = rf"\operatorname{{vec}}({self.of.name})" if self.of.is_matrix else self.of.name
        return rf"\frac{{\partial {top}}}{{\partial \operatorname{{vec}}({self.wrt.name})^\top}} = {self.formula()}"


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


def factor(matrix: sympy.MatrixBase) -> Factored | NoClosedForm:
    """The closed form of a written-out matrix, confirmed, or the reason why there is none.

    >>> w11, w12, w21, w22, x1, x2 = sympy.symbols("w11 w12 w21 w22 x1 x2")
    >>> s = sympy.Function("sigma")
    >>> factor(sympy.Matrix([w11 * s(x1) + w12 * s(x2), w21 * s(x1) + w22 * s(x2)]).jacobian([x1, x2]))
    Factored(w diag(sigma'(x)))
    """
    found = factoring.factor(matrix)
    return confirm(found).statement if isinstance(found, Factored) else found
