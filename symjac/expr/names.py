"""A symbol's name as data: a letter, what stands below and above it, and the time; the print is derived."""

from __future__ import annotations

import re
from typing import NamedTuple

from symjac.expr.times import Time

NOW = r"\cdot"  # in what a time is given beside, as in x_{k|k-1}: the time itself


def braced(text: str) -> str:
    """A script's text, in braces if it needs them."""
    return text if len(text) == 1 else "{" + text + "}"


class Name(NamedTuple):
    r"""A name taken apart, in canonical LaTeX.

    ``base`` is the letter with its style, accents and primes, ``letter`` the letter alone. ``place`` says where the
    time stands: below, in a template such as ``^{({})}``, or in brackets like an argument ("call").

    >>> x = Name("x", r"\cdot|\cdot-1", time=Time.read("k"), given=Time.read(r"\cdot") - 1)
    >>> x.text, x.at(Time.read("k+1")).text, x.family
    ('x_{k|k-1}', 'x_{k+1|k}', 'x_{\\cdot|\\cdot-1}')
    """

    base: str
    label: str = ""
    upper: str = ""
    place: str = ""
    time: Time | None = None
    given: Time | None = None  # x_{k|k-1}: the time up to which all is known
    letter: str = ""

    def at(self, time: Time | None) -> Name:
        """The name at another time."""
        return self._replace(time=time)

    @property
    def scripts(self) -> frozenset[str]:
        """The letters, words and numbers in its labels and its time."""
        times = self.time.letters if self.time is not None else ()
        return frozenset((*(name for name, _ in times), *re.split(r"\W+", f"{self.label} {self.upper}")))

    @property
    def family(self) -> str:
        """The name without its time."""
        return written(self.base, self.label, self.upper)

    @property
    def text(self) -> str:
        """The name as it is printed."""
        if self.time is None:
            return self.family
        label, upper, time = self.label, self.upper, self.time.text
        if self.place == "call":
            return f"{self.family}({time})"
        if self.given is not None:
            label = f"{time}|{self.given.put({NOW: self.time}).text}"
        elif self.place.startswith("^"):
            upper = _joined(upper, self.place[1:].format(time))
        else:
            label = _joined(label, self.place[1:].format(time) if self.place else time)
        return written(self.base, label, upper)


def written(base: str, below: str, above: str) -> str:
    """A letter with its scripts."""
    return base + (f"_{braced(below)}" if below else "") + (f"^{braced(above)}" if above else "")


def _joined(label: str, time: str) -> str:
    return f"{label},{time}" if label else time
