"""Symbols in time: which state a symbol belongs to, and the same symbol at another step.

A recurrence is printed for one step, ``h_t = f(h_{t-1}, x_t)``. A :class:`Clock` writes the same
equations for any other step, ``h_k`` or ``h_{T}``, in the author's own notation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symjac.errors import NotYetError, ReadError, TargetError
from symjac.expr import Expr, Number, Symbol, add
from symjac.reading import Reading
from symjac.recurrence import Recurrence

_HOLE = "QQ"


@dataclass(frozen=True)
class Moment:
    """A time: a letter, or none for a number, and an offset.

    >>> Moment.read("t-1").text, Moment.read("3").text, Moment("k", 2).text
    ('t-1', '3', 'k+2')
    """

    letter: str
    offset: int = 0

    @staticmethod
    def read(text: str) -> Moment:
        """``t``, ``t-1``, ``k+2``, ``0``.

        :raises ReadError: for any other text.
        """
        hit = re.fullmatch(r"\s*(?:(\\?[A-Za-z]+)\s*(?:([+-])\s*(\d+))?|(\d+))\s*", text)
        if hit is None:
            raise ReadError(f"a time such as t, t-1 or 0 was wanted, not {text!r}")
        if hit[4] is not None:
            return Moment("", int(hit[4]))
        return Moment(hit[1], int((hit[2] or "+") + (hit[3] or "0")))

    @property
    def text(self) -> str:
        """The time as it is printed in a script."""
        if not self.letter:
            return str(self.offset)
        return self.letter + (f"{self.offset:+d}" if self.offset else "")

    @property
    def expr(self) -> Expr:
        """The time as a limit of a sum or a product."""
        if not self.letter:
            return Number(self.offset)
        return add(Symbol(self.letter), Number(self.offset))

    def plus(self, steps: int) -> Moment:
        """So many steps later."""
        return Moment(self.letter, self.offset + steps)


class Clock:
    """The symbols of a reading at any time.

    >>> from symjac import System
    >>> clock = Clock(System(r"h^{(t)} = \\tanh(W h^{(t-1)})"))
    >>> (h,) = [s for s in clock.times if s.name == "h^{(t)}"]
    >>> clock.at(h, Moment("k", 1))
    h^{(k+1)}
    """

    def __init__(self, system: Recurrence) -> None:
        self.reading: Reading = system.reading
        self.times: dict[Symbol, Moment] = {}
        self._families: dict[Symbol, str] = {}
        letters: dict[str, None] = {}
        for info in self.reading.symbols.values():
            if info.time is not None:
                moment = Moment(*info.time)
                self.times[info.symbol] = moment
                self._families[info.symbol] = info.family
                if moment.letter:
                    letters.setdefault(moment.letter)
        if len(letters) > 1:
            raise NotYetError(f"the symbols carry several time letters, {', '.join(letters)}; one step has one")
        if not letters:
            raise TargetError(
                "no symbol carries a time, so there is no recurrence to unroll",
                hint="write the step with its times, for instance h_t = \\tanh(W h_{t-1} + U x_t + b)",
            )
        self.letter = next(iter(letters))

    def at(self, s: Symbol, moment: Moment) -> Symbol:
        """The symbol at another time; a symbol without time stays."""
        if s not in self.times:
            return s
        context = self.reading.context
        assert context is not None
        other = context.families[self._families[s]].symbol(moment.text)
        self.times.setdefault(other, moment)
        self._families.setdefault(other, self._families[s])
        return Symbol(other.name, s.shape)

    def moved(self, e: Expr, steps: int, letter: str | None = None) -> Expr:
        """The expression so many steps later, perhaps with another letter for the time."""
        table: dict[Expr, Expr] = {}
        for s in e.symbols:
            moment = self.times.get(s)
            if moment is not None and moment.letter == self.letter:
                table[s] = self.at(s, Moment(letter or self.letter, moment.offset + steps))
        return e.replace(table) if table else e

    def family(self, s: Symbol) -> str | None:
        """The name of what the symbol is one value of."""
        return self._families.get(s)

    def find(self, text: str, among: Iterable[Symbol]) -> tuple[Symbol, Moment]:
        """Which of the symbols a name at some time belongs to, and the time.

        :raises TargetError: where it belongs to none.
        """
        context = self.reading.context
        assert context is not None
        plain = re.sub(r"\s", "", text)
        known: dict[str, None] = {}
        for s in among:
            name = re.sub(r"\s", "", context.families[self._families[s]].symbol(_HOLE).name)
            known.setdefault(s.name)
            pattern = re.escape(name)
            for braced in (r"\{QQ\}", "QQ"):
                if braced in pattern:
                    pattern = pattern.replace(braced, r"(?:\{(?P<a>[^{}]+)\}|(?P<b>[^{}]+?))", 1)
                    break
            hit = re.fullmatch(pattern, plain)
            if hit is not None:
                return s, Moment.read(hit["a"] or hit["b"])
        raise TargetError(f"{text} is no state of the recurrence at some time; the states are {', '.join(known)}")


def states_of(clock: Clock, definitions: Mapping[Symbol, Expr]) -> tuple[Symbol, ...]:
    """The left-hand sides whose value at the step before is used, in the order of the equations.

    :raises NotYetError: where an equation looks back more than one step.
    """
    used = {s for e in definitions.values() for s in e.symbols if s in clock.times}
    out = []
    for s in definitions:
        if s not in clock.times:
            continue
        for u in used:
            if clock.family(u) == clock.family(s):
                back = clock.times[s].offset - clock.times[u].offset
                if back < 0 or back > 1:
                    raise NotYetError(
                        f"the equations use {u.name}, {abs(back)} steps from {s.name}; one step back is followed",
                        hint="name the older states: y_t = x_{t-1} makes x_{t-2} into y_{t-1}",
                    )
        if any(clock.family(u) == clock.family(s) and clock.times[s].offset - clock.times[u].offset == 1 for u in used):
            out.append(s)
    return tuple(out)
