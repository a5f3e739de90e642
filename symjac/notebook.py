"""``%load_ext symjac`` and the cell magic ``%%symjac``: equations in a cell as a paper prints them.

    %%symjac rnn --wrt x_{t-1}
    x_t = W \\sigma(x_{t-1}) + b

A line of the cell is an equation, unless it begins with ``%``. Without ``--wrt`` the cell gives the
:class:`symjac.System`, with it the :class:`symjac.Jacobian`; where the first word is a name, it is bound
to that name too. ``--proof`` shows the told proof instead.
"""

from __future__ import annotations

import importlib
import shlex
import sys
from dataclasses import dataclass
from typing import Any, NoReturn

from symjac.errors import SymjacError
from symjac.jacobians import Jacobian, PrintedProof
from symjac.system import System

USAGE = (
    "%%symjac [NAME] [--wrt SYMBOL [--of SYMBOL] [--proof]] [--symbol 'W: matrix n n']... "
    "[--orientation column|row] [--strict]"
)


@dataclass(frozen=True)
class Request:
    """What the line of a cell magic asks for."""

    name: str | None = None
    wrt: str | None = None
    of: str | None = None
    symbols: tuple[tuple[str, str], ...] = ()
    orientation: str = "column"
    proof: bool = False
    strict: bool = False


class MagicError(SymjacError):
    """The line of a cell magic cannot be used."""

    kind = "usage"


def load_ipython_extension(shell: Any) -> None:
    """Bring in the cell magic; what ``%load_ext symjac`` calls."""

    def magic(line: str, cell: str) -> System | Jacobian | PrintedProof:
        try:
            request = read_line(line)
            made = run(request, cell)
        except SymjacError as error:
            _complain(error)
        _say_notes(made)
        if request.name is not None:
            shell.push({request.name: made})
        return made

    magic.__doc__ = __doc__
    shell.register_magic_function(magic, "cell", "symjac")


def _say_notes(made: System | Jacobian | PrintedProof) -> None:
    system = made if isinstance(made, System) else (made.about if isinstance(made, PrintedProof) else made).system
    for message in dict.fromkeys(note.message for note in system.notes):
        sys.stderr.write(f"symjac: note: {message}\n")


def _complain(error: SymjacError) -> NoReturn:
    """The message without the way through symjac that led to it, as IPython shows errors of usage."""
    usage: Any = importlib.import_module("IPython.core.error").UsageError
    raise usage(str(error)) from error


def read_line(line: str) -> Request:
    r"""The words after ``%%symjac``; backslashes are the formula's own.

    :raises MagicError: for words that mean nothing here.

    >>> read_line(r"cell --wrt h_{t-1} --symbol '\sigma: elementwise tanh'").symbols
    (('\\sigma', 'elementwise tanh'),)
    """
    words = shlex.shlex(line, posix=True, punctuation_chars=False)
    words.escape, words.commenters, words.whitespace_split = "", "", True
    try:
        todo = list(words)
    except ValueError as error:
        raise MagicError(f"the line cannot be read: {error}".lower(), hint=USAGE) from None
    found: dict[str, Any] = {"symbols": ()}
    if todo and todo[0].isidentifier():
        found["name"] = todo.pop(0)
    while todo:
        word = todo.pop(0)
        if word in ("--proof", "--strict"):
            found[word[2:]] = True
        elif word in ("--wrt", "--of", "--orientation", "--symbol"):
            if not todo:
                raise MagicError(f"{word} wants a word after it", hint=USAGE)
            value = todo.pop(0)
            if word == "--symbol":
                found["symbols"] = (*found["symbols"], _declaration(value))
            else:
                found[word[2:]] = value
        else:
            raise MagicError(f"{word} means nothing here", hint=USAGE)
    request = Request(**found)
    if request.wrt is None and (request.of is not None or request.proof):
        raise MagicError("a derivative wants --wrt", hint=USAGE)
    if request.orientation not in ("column", "row"):
        raise MagicError(f"an orientation is column or row, not {request.orientation}", hint=USAGE)
    return request


def _declaration(text: str) -> tuple[str, str]:
    name, colon, role = text.partition(":")
    if not (name.strip() and colon and role.strip()):
        raise MagicError(f"a declaration is written 'W: matrix n n', not {text!r}", hint=USAGE)
    return name.strip(), role.strip()


def run(request: Request, cell: str) -> System | Jacobian | PrintedProof:
    """What a cell asks for.

    :raises SymjacError: where it cannot be read or derived.

    >>> run(Request(wrt="x_{t-1}"), "x_t = W σ(x_{t-1})")
    Jacobian of xₜ by xₜ₋₁: W diag(σ′(xₜ₋₁)) (numerator layout)
    """
    lines = [line.strip() for line in cell.splitlines()]
    equations: list[str] = [line for line in lines if line and not line.startswith("%")]
    if not equations:
        raise MagicError("the cell holds no equation", hint=USAGE)
    system = System(*equations, symbols=dict(request.symbols), orientation=request.orientation, strict=request.strict)
    if request.wrt is None:
        return system
    made = system.jacobian(request.of, wrt=request.wrt)
    return made.proof if request.proof else made
