"""Texts with one bracket too few: every place is tried, and one is taken only if no other reads."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from symjac.errors import SymjacError
from symjac.reading.brackets import UnclosedError, UnopenedError
from symjac.reading.lexer import tokenise
from symjac.reading.vocabulary import CLOSING, OPENING

Fault = UnclosedError | UnopenedError


def candidates(source: str, error: Fault) -> Iterator[tuple[str, int]]:
    """The text with the missing bracket put in at each place, and where."""
    assert error.span is not None
    at = error.span[0]
    bracket = source[at]
    if bracket not in "([)]":
        return
    tokens = tokenise(source)
    if isinstance(error, UnclosedError):
        for t in tokens:
            if t.end > at + 1:
                yield source[: t.end] + OPENING[bracket] + source[t.end :], t.end
    else:
        for t in tokens:
            if t.start < at:
                yield source[: t.start] + CLOSING[bracket] + source[t.start :], t.start


def mended(source: str, error: Fault, read: Callable[[str], Hashable], most: int) -> tuple[str, int]:
    """The one text that reads; raises, with the candidates, where there are none, several, or too many to try."""
    found: dict[Hashable, tuple[str, int]] = {}
    places = list(candidates(source, error))
    for text, place in places if len(places) <= most else []:
        try:
            meaning = read(text)
        except SymjacError:
            continue
        found[meaning] = (text, place)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        last = list(found.values())[-1:-4:-1]  # the end first, where a bracket is mostly lost
        shown = " or ".join(f'"{text}"' for text, _ in last)
        error.hint = f"there are {len(found)} places where it can stand, as in {shown}"
    raise error
