"""A system of equations as users hold it: read, written out, and differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy

from symjac import explicit, typeset
from symjac.bounds import Bound
from symjac.bptt import Backward
from symjac.cells import Cell
from symjac.confirm.jacobian import declaration_of
from symjac.confirm.likeness import alike
from symjac.derivation import Derivation
from symjac.errors import DefinitionError, ReadError, TargetError
from symjac.expr import Apply, Symbol
from symjac.hessian import Hessian
from symjac.interchange import Names, from_sympy
from symjac.jacobians import Jacobian
from symjac.normal import normal_form
from symjac.reading import read_system
from symjac.recurrence import Recurrence
from symjac.results import Backpropagation, MatrixJacobian, NormBound, Product, SecondDerivative
from symjac.unroll import Unrolled
from symjac.vectorised import VecJacobian

if TYPE_CHECKING:
    from symjac.claims import Verdict


class System(Recurrence):
    """Equations in LaTeX or plain Unicode, or a cell of :mod:`symjac.cells`.

    ``symbols`` declares roles and shapes (``{"W": "matrix n m", "\\\\sigma": "elementwise"}``) where use does not
    settle them; ``orientation`` says whether the printed vectors are ``"column"`` or ``"row"`` vectors; ``strict``
    refuses every assumption that would otherwise be a note.

    :raises ReadError: where the text cannot be read.
    :raises DefinitionError: where the equations do not make a system.

    >>> system = System(r"x_t = W \\sigma(x_{t-1}) + W_{in} u_t + b")
    >>> system.symbols["W_{in}"].symbol.shape
    (n, m)
    """

    def __init__(
        self,
        *equations: str | Cell,
        symbols: Mapping[str, str] | None = None,
        orientation: str | None = None,
        strict: bool = False,
    ) -> None:
        texts: list[str] = []
        declared: dict[str, str] = {}
        if orientation not in (None, "column", "row"):
            raise ReadError(f"the orientation is 'column' or 'row', not {orientation!r}")
        if not isinstance(symbols, Mapping | None):
            raise DefinitionError(f"symbols are declared by a mapping from names to declarations, not by {symbols!r}")
        for e in equations:
            if isinstance(e, str):
                texts.append(e)
            elif not hasattr(e, "equations"):
                raise ReadError(f"a system is made of strings or a cell, not of {e!r}")
            else:
                texts += e.equations
                declared.update(e.symbols)
        declared.update(symbols or {})
        self._printed = (tuple(texts), declared)
        super().__init__(read_system(texts, declared, orientation=orientation, strict=strict))

    def jacobian(self, of: str | Symbol | None = None, *, wrt: str | Symbol) -> Jacobian:
        """The total derivative of ``of`` by ``wrt`` through all definitions.

        ``of`` defaults to the only left-hand side that no other equation uses; a ``wrt`` that is itself defined has
        its definition cut.

        :raises TargetError: where ``of`` or ``wrt`` is not in the system.
        :raises NotYetError: where symjac has no rule.

        >>> System(r"h_t = \\tanh(W h_{t-1} + U x_t + b)").jacobian(wrt="h_{t-1}").numerator.shape
        (n, n)
        """
        return Jacobian(Derivation(self, of, wrt))

    def check(
        self,
        claim: str,
        of: str | None = None,
        wrt: str | None = None,
        layout: str | None = None,
        orientation: str | None = None,
        timeout: float = 20.0,
    ) -> Verdict:
        """Under which conventions a printed formula is the derivative of this system, why not, and what is.

        ``of`` and ``wrt`` are read from the claim where they are not given. With ``layout`` or ``orientation``
        the verdict is about that convention alone. A claim that cannot be read has the verdict ``"unreadable"``.

        :raises DefinitionError: for a layout or an orientation that there is not.

        >>> claim = r"\\partial x_t / \\partial x_{t-1} = W^T diag(\\sigma'(x_{t-1}))"
        >>> System(r"x_t = W \\sigma(x_{t-1})").check(claim).holds_in
        ('numerator_row',)
        """
        from symjac.claims import check_record  # a hundred modules, for which deriving does not wait

        texts, symbols = self._printed
        record = {"equations": texts, "symbols": symbols, "claim": claim, "of": of, "wrt": wrt}
        return check_record(record, layout=layout, orientation=orientation, timeout=timeout)

    def bptt(self, loss: str, *, window: int | None = None, targets: str = "distribution") -> Backpropagation:
        """Backpropagation through time for a loss such as ``L = \\sum_{t=1}^{T} \\ell_t(h_t)`` or ``L = \\ell(h_T)``.

        ``window`` cuts the way back after so many steps; ``targets="any"`` takes nothing for granted about the
        targets of a cross-entropy, whose entries otherwise add up to one.

        :raises ReadError: where the loss cannot be read.
        :raises TargetError: where the loss holds nothing that the recurrence computes, or for other ``targets``.

        >>> back = System(r"h_t = \\tanh(W h_{t-1} + U x_t)").bptt(r"L = \\ell(h_T)")
        >>> back.gradient("W")
        OverTime(Number(Fraction(1, 1)), T, Product(\\delta_t, Transpose(h_{t-1})), ('sum', 't', 'ascending'))
        """
        return Backpropagation(Backward(self, loss, window=window, targets=targets))

    def unroll(self, of: str | Symbol, *, back_to: str | Symbol) -> Product:
        """The Jacobian of a late state by an early one, a product over the steps between, proved for any number.

        :raises TargetError: where ``of`` or ``back_to`` is no state of the recurrence.

        >>> print(System(r"x_t = W \\sigma(x_{t-1}) + b").unroll("x_t", back_to="x_k"))
        ∂xₜ/∂xₖ = ∏_{t≥i≥k + 1} W diag(σ′(xᵢ₋₁)) (numerator layout)
        """
        return Product(Unrolled(self, of, back_to))

    def vec_jacobian(
        self, of: str | Symbol | None = None, *, wrt: str | Symbol, immediate: bool = False
    ) -> MatrixJacobian:
        """The Jacobian by the entries of a matrix, ``dy / d vec(W)^T``, with Kronecker products.

        With ``immediate`` the other left-hand sides are held fixed.

        :raises TargetError: where ``of`` or ``wrt`` is not in the system.
        :raises NotYetError: where a term has no form with Kronecker products.

        >>> System(r"h_t = \\tanh(W h_{t-1} + b)").vec_jacobian(wrt="W")
        ∂hₜ/∂vec(W)ᵀ = diag(𝟏 − hₜ ⊙ hₜ) (hₜ₋₁ᵀ ⊗ I)
        """
        return MatrixJacobian(VecJacobian(self, of, wrt, immediate=immediate))

    def hessian(self, of: str | Symbol | None = None, *, wrt: str | Symbol) -> SecondDerivative:
        """The second derivative of a scalar by a vector.

        :raises TargetError: where ``of`` is no scalar or ``wrt`` not in the system.
        """
        return SecondDerivative(Hessian(self, of, wrt))

    def bound(self, of: str | Symbol, *, back_to: str | Symbol) -> NormBound:
        """How large the Jacobian of a late state by an early one can be, from the structure of one step.

        :raises TargetError: where ``of`` or ``back_to`` is no state of the recurrence.
        """
        return NormBound(Bound(self, of, back_to))

    def explicit(self, n: int | Mapping[str, int] = 2) -> list[sympy.Eq]:
        """The elementwise recurrence at given sizes, one SymPy equation for each entry of a left-hand side.

        >>> for equation in System(r"y = W \\sigma(x)").explicit(2):
        ...     print(equation.rhs)
        W_{1,1}*sigma(x_1) + W_{1,2}*sigma(x_2)
        W_{2,1}*sigma(x_1) + W_{2,2}*sigma(x_2)
        """
        return explicit.equations(self, explicit.sizes(self, n))

    def __repr__(self) -> str:
        return "System: " + "; ".join(f"{typeset.text(e.lhs)} = {typeset.text(e.rhs)}" for e in self.equations)

    def __eq__(self, other: object) -> bool:
        """Whether both define the same symbols by expressions that are equal for every size."""
        if not isinstance(other, Recurrence):
            return NotImplemented
        mine, theirs = self.definitions, other.definitions
        return mine.keys() == theirs.keys() and all(normal_form(e) == normal_form(theirs[s]) for s, e in mine.items())

    def __hash__(self) -> int:
        return hash(frozenset(self.definitions))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        row = self.orientation == "row"
        lines = [f"{e.lhs.name} &= {typeset.latex(e.rhs, row=row)}" for e in self.equations]
        body = "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
        return {
            "text/plain": repr(self),
            "text/latex": f"$\\displaystyle {body}$",
            "text/markdown": f"$$\n{body}\n$$",
        }


def jacobian(expression: sympy.Basic, wrt: sympy.Basic) -> Jacobian:
    """The Jacobian of a SymPy matrix expression, a column or a scalar, by one of its symbols.

    :raises TargetError: where ``wrt`` is no symbol of the expression.
    :raises NotYetError: where the expression holds something symjac does not know.
    :raises DefinitionError: where two symbols would print alike, such as ``A1`` and ``A_1``.

    >>> from sympy import Function, MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, U, W, x = MatrixSymbol("A", n, n), MatrixSymbol("U", n, n), MatrixSymbol("W", n, n), MatrixSymbol("x", n, 1)
    >>> jacobian(A * x + U * (W * x).applyfunc(Function("s")), x)
    Jacobian of y by x: A + U diag(s′(W x)) W (numerator layout)
    """
    names = Names()
    e, x = from_sympy(expression, names), from_sympy(wrt, names)
    if not isinstance(x, Symbol):
        raise TargetError(f"a derivative is taken by a symbol, not by {wrt}")
    taken = {s.name for s in e.symbols}
    y = next(letter for letter in ("y", "z", "f", "v", "r", r"\eta", r"\zeta") if letter not in taken)
    declared = {s.name: declaration_of(s) for s in (*e.symbols, x)}
    declared[y] = declaration_of(Symbol(y, e.shape))
    for part in e.walk():
        if isinstance(part, Apply) and part.function.known is None:
            declared[part.function.name] = "elementwise"
    J = System(f"{y} = {typeset.latex(e)}", symbols=declared).jacobian(y, wrt=x.name)
    if not alike(J.definitions[J.of], e):
        raise DefinitionError(
            f"{expression} does not come back from its print {typeset.latex(e)}; give its symbols plainer names"
        )
    J.names = names
    return J
