"""Texts with one bracket too few: every place is tried, and one is taken only if no other reads."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from symjac.errors import SymjacError
from symjac.reading.brackets import UnclosedError, UnopenedError
from symjac.reading.lexer import tokenise
from symjac.reading.vocabulary import CLOSING, OPENING

MAX_PLACES = 60
Fault = UnclosedError | UnopenedError


def candidates(source: str, error: Fault) -> Iterator[tuple[str, int]]:
    """The text with the missing bracket put in at each place, and where."""
    assert error.span is not None
    at = error.span[0]
    bracket = source[at]
    if bracket not in "([)]":
        return
    tokens = tokenise(source)[:MAX_PLACES]
    if isinstance(error, UnclosedError):
        for t in tokens:
            if t.end > at + 1:
                yield source[: t.end] + OPENING[bracket] + source[t.end :], t.end
    else:
        for t in tokens:
            if t.start < at:
                yield source[: t.start] + CLOSING[bracket] + source[t.start :], t.start


def mended(source: str, error: Fault, read: Callable[[str], Hashable]) -> tuple[str, int]:
    """The one text that reads; raises, with the candidates, where there are none or several."""
    found: dict[Hashable, tuple[str, int]] = {}
    for text, place in candidates(source, error):
        try:
            meaning = read(text)
        except SymjacError:
            continue
        found[meaning] = (text, place)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        places = [text for text, _ in list(found.values())[:3]]
        error.hint = f"there are {len(found)} places where it can stand: " + "   or   ".join(places)
    else:
        error.hint = "put it in where it belongs; no single place makes the formula fit"
    raise error
