"""The line of a cell magic: what is asked of the equations in the cell."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from symjac.errors import SymjacError

USAGE = (
    "%%symjac [NAME] [--wrt SYMBOL [--of SYMBOL] [--proof]] [--claim FORMULA] [--layout numerator|denominator|both] "
    "[--symbol 'W: matrix n n']... [--orientation column|row] [--strict]"
)
_CHOICES = {"orientation": ("column", "row"), "layout": ("numerator", "denominator", "both")}


@dataclass(frozen=True)
class Request:
    """What the line of a cell magic asks for."""

    name: str | None = None
    wrt: str | None = None
    of: str | None = None
    symbols: tuple[tuple[str, str], ...] = ()
    orientation: str | None = None
    proof: bool = False
    strict: bool = False
    layout: str | None = None
    claim: str | None = None

    def read_with(self, plain: Callable[[str], str]) -> Request:
        """The request with every formula in it turned by a function."""
        symbols = tuple((plain(name), role) for name, role in self.symbols)
        wrt, of, claim = (None if text is None else plain(text) for text in (self.wrt, self.of, self.claim))
        return replace(self, symbols=symbols, wrt=wrt, of=of, claim=claim)


class MagicError(SymjacError):
    """The line or the cell of a cell magic cannot be used."""

    kind = "usage"


def read_line(line: str) -> Request:
    r"""The words after ``%%symjac``; backslashes are the formula's own.

    :raises MagicError: for words that mean nothing here.

    >>> read_line(r"cell --wrt h_{t-1} --symbol '\sigma: elementwise tanh'").symbols
    (('\\sigma', 'elementwise tanh'),)
    """
    todo = _words(line)
    found: dict[str, Any] = {"symbols": ()}
    if todo and todo[0].isidentifier():
        found["name"] = todo.pop(0)
    while todo:
        word = todo.pop(0)
        if word in ("--proof", "--strict"):
            found[word[2:]] = True
        elif word in ("--wrt", "--of", "--orientation", "--symbol", "--layout", "--claim"):
            if not todo:
                raise MagicError(f"{word} wants a word after it", hint=USAGE)
            value = todo.pop(0)
            if word == "--symbol":
                found["symbols"] = (*found["symbols"], _declaration(value))
            else:
                found[word[2:]] = value
        else:
            raise MagicError(f"{word} means nothing here", hint=USAGE)
    return _sensible(Request(**found))


def _words(line: str) -> list[str]:
    words = shlex.shlex(line, posix=True, punctuation_chars=False)
    words.escape, words.commenters, words.whitespace_split = "", "", True
    try:
        return list(words)
    except ValueError as error:
        hint = f"a formula with primes stands in double quotes; {USAGE}"
        raise MagicError(f"the line cannot be read: {error}".lower(), hint=hint) from None


def _sensible(r: Request) -> Request:
    if r.wrt is None and (r.of is not None or r.proof):
        raise MagicError("a derivative wants --wrt", hint=USAGE)
    if r.wrt is None and r.claim is None and r.layout is not None:
        raise MagicError("a layout is that of a derivative or a claim, and wants --wrt or --claim", hint=USAGE)
    if r.proof and r.claim is not None:
        raise MagicError("a claim is judged and a Jacobian proved; --claim and --proof are two cells", hint=USAGE)
    for name, choices in _CHOICES.items():
        value = getattr(r, name)
        if value is not None and value not in choices:
            raise MagicError(f"--{name} is {', '.join(choices[:-1])} or {choices[-1]}, not {value}", hint=USAGE)
    return r


def _declaration(text: str) -> tuple[str, str]:
    name, colon, role = text.partition(":")
    if not (name.strip() and colon and role.strip()):
        raise MagicError(f"a declaration is written 'W: matrix n n', not {text!r}", hint=USAGE)
    return name.strip(), role.strip()
