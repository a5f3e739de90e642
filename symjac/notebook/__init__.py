"""``%load_ext symjac`` and the cell magic ``%%symjac``: equations in a cell as a paper prints them.

    %%symjac rnn --wrt x_{t-1}
    x_t = W \\sigma(x_{t-1}) + b

A cell holds equations, a display, or the name of a collected cell. Without ``--wrt`` it gives the
:class:`symjac.System`, with it the :class:`symjac.Jacobian`, with ``--claim`` the verdict on a formula; where the
first word is a name, that is bound to it. ``--proof`` shows the told proof of the Jacobian.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, NoReturn

from symjac import typeset
from symjac.claims.verdict import Verdict, in_markdown
from symjac.derivation import layouts_of
from symjac.errors import Defect, SymjacError
from symjac.jacobians import Jacobian
from symjac.notebook.cell import read_cell
from symjac.notebook.line import USAGE, MagicError, Request, read_line
from symjac.papers.macros import expand
from symjac.system import System

__all__ = ["USAGE", "Made", "MagicError", "Request", "Shown", "load_ipython_extension", "read_cell", "read_line", "run"]


@dataclass(frozen=True)
class Shown:
    """Something that a notebook shows."""

    text: str
    markdown: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/markdown": self.markdown}


@dataclass(frozen=True)
class Made:
    """What a cell gives: the object that is bound, what is shown of it, and what had to be assumed."""

    bound: System | Jacobian | Verdict
    shown: object
    notes: tuple[str, ...]


def load_ipython_extension(shell: Any) -> None:
    """Bring in the cell magic; what ``%load_ext symjac`` calls."""

    def magic(line: str, cell: str) -> object:
        try:
            request = read_line(line)
            made = run(request, cell)
        except (SymjacError, Defect) as error:
            _complain(error)
        if made.notes:
            shell.display_pub.publish(_notes(made.notes)._repr_mimebundle_())
        if request.name is not None:
            shell.push({request.name: made.bound})
        return made.shown

    magic.__doc__ = __doc__
    shell.register_magic_function(magic, "cell", "symjac")


def _notes(notes: tuple[str, ...]) -> Shown:
    return Shown("\n".join(f"note: {n}" for n in notes), "\n".join(f"> {in_markdown(n)}\\" for n in notes).rstrip("\\"))


def _complain(error: SymjacError | Defect) -> NoReturn:
    """The message without the way through symjac that led to it, as IPython shows errors of usage."""
    usage: Any = importlib.import_module("IPython.core.error").UsageError
    raise usage(str(error)) from error


def run(request: Request, cell: str) -> Made:
    """What a cell asks for.

    :raises SymjacError: where it cannot be read or derived.

    >>> run(Request(wrt="x_{t-1}"), "x_t = W σ(x_{t-1})").shown
    Jacobian of xₜ by xₜ₋₁: W diag(σ′(xₜ₋₁)) (numerator layout)
    """
    equations, macros = read_cell(cell)
    request = request.read_with(lambda text: expand(text, macros))
    symbols = dict(request.symbols)
    system = System(*equations, symbols=symbols, orientation=request.orientation, strict=request.strict)
    notes = tuple(dict.fromkeys(note.message for note in system.notes))
    if request.claim is not None:
        verdict = _judged(system, request, request.claim)
        return Made(verdict, verdict, tuple(dict.fromkeys([*notes, *verdict.notes])))
    if request.wrt is None:
        return Made(system, system, notes)
    J = system.jacobian(request.of, wrt=request.wrt)
    return Made(J, _shown(J, request), notes)


def _judged(system: System, r: Request, formula: str) -> Verdict:
    """The verdict on a whole claim, or with ``--wrt`` on its right-hand side."""
    if r.wrt is None:
        return system.check(formula, layout=r.layout, orientation=r.orientation)
    J = system.jacobian(r.of, wrt=r.wrt)
    claim = rf"\frac{{\partial {J.of.name}}}{{\partial {J.wrt.name}}} = {formula}"
    return system.check(claim, of=J.of.name, wrt=J.wrt.name, layout=r.layout, orientation=r.orientation)


def _shown(J: Jacobian, r: Request) -> object:
    if r.proof:
        return J.proof if r.layout is None else Shown(repr(J.proof), J.markdown(layout=r.layout))
    if r.layout is None:
        return J
    layouts = layouts_of(r.layout)
    left = rf"\frac{{\partial {J.of.name}}}{{\partial {J.wrt.name}}}"
    formulas = [f"$$\n{left} = {J.formula(layout)}\n$$\n\n({layout} layout)" for layout in layouts]
    texts = {"numerator": typeset.text(J.closed), "denominator": typeset.text(J.closed_denominator)}
    plain = "; ".join(f"{texts[layout]} ({layout} layout)" for layout in layouts)
    return Shown(f"Jacobian of {typeset.text(J.of)} by {typeset.text(J.wrt)}: {plain}", "\n\n".join(formulas))
