"""The conventions a formula can be judged in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Convention:
    """A layout with an orientation.

    >>> Convention("denominator", "row").name
    'denominator_row'
    """

    layout: str
    orientation: str

    @property
    def name(self) -> str:
        return f"{self.layout}_{self.orientation}"

    @property
    def row(self) -> bool:
        return self.orientation == "row"

    @property
    def words(self) -> str:
        """The convention as a sentence names it.

        >>> Convention("mixed", "column").words
        'mixed layout with column vectors'
        """
        return f"{self.layout} layout with {self.orientation} vectors"


FOUR = tuple(Convention(layout, o) for o in ("column", "row") for layout in ("numerator", "denominator"))
MIXED = tuple(Convention("mixed", o) for o in ("column", "row"))
WORDS = {c.name: c.words for c in FOUR + MIXED}


def listed(words: list[str]) -> str:
    """Words with commas and an "and".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
