"""A token: a piece of the text with its place, and how much of it is read at most."""

from __future__ import annotations

from typing import NamedTuple

MAX_LENGTH = 20_000


MAX_TOKENS = 4_000


MAX_DEPTH = 60


MAX_DIGITS = 30


class Token(NamedTuple):
    kind: str  # "name", "word", "number", "prose", or one of the signs of the vocabulary
    text: str  # a name's base letter, a word, a number's digits
    start: int
    end: int
    style: str = ""
    accents: tuple[str, ...] = ()
