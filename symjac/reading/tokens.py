"""A token: a piece of the text with its place, and how much of it is read at most."""

from __future__ import annotations

from collections.abc import Sequence
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

    @property
    def is_bold(self) -> bool:
        return self.style in ("bf", "bs")

    @property
    def marks_vector(self) -> bool:
        """Whether this is bold or has an arrow."""
        return self.is_bold or "vec" in self.accents

    @property
    def is_script(self) -> bool:
        return self.style in ("cal", "scr", "frak")

    @property
    def is_dotted(self) -> bool:
        """Whether the outermost accent is the dot of a slope."""
        return self.accents[:1] == ("dot",)


NO_TOKEN = Token("", "", 0, 0)


def parted(tokens: Sequence[Token], sign: str) -> list[list[Token]]:
    """What stands between the signs of a kind."""
    parts: list[list[Token]] = [[]]
    for t in tokens:
        if t.kind == sign:
            parts.append([])
        else:
            parts[-1].append(t)
    return parts
