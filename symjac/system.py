"""A system of equations as users hold it: read, written out, and differentiated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import sympy

from symjac import explicit, typeset
from symjac.expr import Symbol
from symjac.jacobians import Jacobian
from symjac.normal import normal_form
from symjac.reading import read_system
from symjac.recurrence import Recurrence


class Collected(Protocol):
    """What a built-in cell brings: equations and declarations."""

    @property
    def equations(self) -> Sequence[str]: ...

    @property
    def symbols(self) -> Mapping[str, str]: ...


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
        *equations: str | Collected,
        symbols: Mapping[str, str] | None = None,
        orientation: str = "column",
        strict: bool = False,
    ) -> None:
        texts: list[str] = []
        declared: dict[str, str] = {}
        for e in equations:
            if isinstance(e, str):
                texts.append(e)
            else:
                texts += e.equations
                declared.update(e.symbols)
        declared.update(symbols or {})
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
        return Jacobian(self, of, wrt)

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
