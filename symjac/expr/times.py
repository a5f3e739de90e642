"""Times as printed: ``t-1``, ``k+1``, ``T``, ``0``, ``T+t-i``: whole linear forms in index letters.

>>> Time.read("k+1") - Time.read("k")
Time(letters=(), offset=1)
>>> Time.read("T+t-i").put({"i": Time.read("t+1")}).text
'T-1'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# A letter may carry primes, an index or a star of its own: t', t_0, t^*.
_TERM = re.compile(r"([+-]?)\s*(?:(\d+)|(\\?[A-Za-z]+(?:'+|_\w|_\{\w+\}|\^\*)?))\s*")


LAST = frozenset(["T", r"\tau", "N", "L", "K"])  # letters that papers use for the last step


@dataclass(frozen=True)
class Time:
    """A sum of index letters and a number; ``letters`` holds (letter, coefficient) in order of the alphabet."""

    letters: tuple[tuple[str, int], ...] = ()
    offset: int = 0

    @staticmethod
    def read(text: str) -> Time:
        """A time from its text; anything that is no sum of letters and numbers is one strange letter.

        >>> Time.read("t-1")
        Time(letters=(('t', 1),), offset=-1)
        """
        return Time.parse(text) or Time(((text.strip(), 1),))

    @staticmethod
    def parse(text: str) -> Time | None:
        """A time from its text, if it is one."""
        out, at, rest = Time(), 0, text.strip()
        while at < len(rest):
            match = _TERM.match(rest, at)
            if match is None or (at and not match[1]):
                return None
            sign = -1 if match[1] == "-" else 1
            term = Time((), int(match[2])) if match[2] else Time(((match[3], 1),))
            out = out + term if sign == 1 else out - term
            at = match.end()
        return out

    def _combined(self, other: Time, sign: int) -> Time:
        total = dict(self.letters)
        for name, count in other.letters:
            total[name] = total.get(name, 0) + sign * count
        kept = tuple(sorted((name, c) for name, c in total.items() if c))
        return Time(kept, self.offset + sign * other.offset)

    def __add__(self, other: Time | int) -> Time:
        if isinstance(other, int):
            return Time(self.letters, self.offset + other) if other else self
        return self._combined(other, 1)

    def __sub__(self, other: Time | int) -> Time:
        return self + -other if isinstance(other, int) else self._combined(other, -1)

    def is_after(self, other: Time) -> bool:
        """Whether this is surely a later step: so many after the other."""
        return self.letters == other.letters and self.offset > other.offset

    @property
    def is_number(self) -> bool:
        return not self.letters

    @property
    def letter(self) -> str | None:
        """The letter of ``t+k`` with a number k; ``None`` for every other form."""
        return self.letters[0][0] if len(self.letters) == 1 and self.letters[0][1] == 1 else None

    def put(self, values: Mapping[str, Time]) -> Time:
        """The time with letters replaced."""
        if len(self.letters) == 1 and self.letters[0][1] == 1:
            one = values.get(self.letters[0][0])
            return self if one is None else one + self.offset
        out = Time((), self.offset)
        for name, count in self.letters:
            value = values.get(name, Time(((name, 1),)))
            for _ in range(abs(count)):
                out = out + value if count > 0 else out - value
        return out

    @property
    def text(self) -> str:
        """The time as it is printed in a script."""
        if len(self.letters) == 1 and self.letters[0][1] == 1:
            return self.letters[0][0] + (f"{self.offset:+d}" if self.offset else "")
        out = ""
        for name, count in sorted(self.letters, key=lambda pair: -pair[1]):
            sign = "-" if count < 0 else "+" if out else ""
            out += sign + (str(abs(count)) if abs(count) != 1 else "") + name
        if self.offset or not out:
            out += f"+{self.offset}" if out and self.offset > 0 else str(self.offset)
        return out
