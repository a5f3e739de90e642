"""Symbols in time: the letter that counts the steps of a recurrence, and what its states are.

A recurrence is printed for one step, ``h_t = f(h_{t-1}, x_t)``. A :class:`Clock` writes the same
equations for any other step, ``h_k`` or ``h_{T}``, in the author's own notation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symjac.errors import NotYetError, ReadError, TargetError
from symjac.expr import Expr, Symbol, Time
from symjac.reading import Reading, read_at_times
from symjac.recurrence import Recurrence


class Clock:
    """The time of a reading.

    >>> from symjac import System
    >>> clock = Clock(System(r"h^{(t)} = \\tanh(W h^{(t-1)})"))
    >>> h, time = clock.find("h^{(k+1)}", [e.lhs for e in clock.reading.equations])
    >>> clock.letter, h, h.at(time)
    ('t', h^{(t)}, h^{(k+1)})
    """

    def __init__(self, system: Recurrence) -> None:
        self.reading: Reading = system.reading
        families = system.reading.context.families.values() if system.reading.context is not None else ()
        if stepwise := [f.name for f in families if f.use is not None and f.use.time is not None]:
            raise NotYetError(f"{stepwise[0]} is another function at each step; over many steps that is not read")
        times = [info.time for info in self.reading.symbols.values() if info.time is not None]
        letters = dict.fromkeys(time.letter or time.text for time in times if not time.is_number)
        if len(letters) > 1:
            raise NotYetError(f"the symbols carry several time letters, {', '.join(letters)}; one step has one")
        if not letters:
            raise TargetError(
                "no symbol carries a time, so there is no recurrence to unroll",
                hint="write the step with its times, for instance h_t = \\tanh(W h_{t-1} + U x_t + b)",
            )
        self.letter = next(iter(letters))
        self.now = Time(((self.letter, 1),))

    def moved(self, e: Expr, steps: int) -> Expr:
        """The expression so many steps later."""
        timed = {s: s.time for s in e.symbols if s.time is not None and s.time.letter == self.letter}
        return e.replace({s: s.at(time + steps) for s, time in timed.items()}) if timed and steps else e

    def find(self, asked: str | Symbol, among: Iterable[Symbol]) -> tuple[Symbol, Time]:
        """Which of the symbols a name at some time belongs to, and the time.

        :raises TargetError: where it belongs to none.
        :raises ReadError: where the time is no letter with a number.
        """
        known = {s.family: s for s in among}
        text = asked if isinstance(asked, str) else asked.name
        for s in read_at_times(text, self.reading) if isinstance(asked, str) or asked.time is None else [asked]:
            if s.time is not None and s.family in known:
                if s.time.letter is None and not s.time.is_number:
                    raise ReadError(f"a time such as t, t-1 or 0 was wanted, not {s.time.text}")
                return known[s.family], s.time
        names = ", ".join(s.name for s in known.values())
        raise TargetError(f"{text} is no state of the recurrence at some time; the states are {names}")


def states_of(definitions: Mapping[Symbol, Expr]) -> tuple[Symbol, ...]:
    """The left-hand sides whose value at the step before is used, in the order of the equations.

    :raises NotYetError: where an equation looks back more than one step.
    """
    used = {u for e in definitions.values() for u in e.symbols}
    out = []
    for s in definitions:
        back = {u: s.time.offset - u.time.offset for u in used if s.time and u.time and u.family == s.family}
        for u, steps in back.items():
            if not 0 <= steps <= 1:
                raise NotYetError(
                    f"the equations use {u.name}, {abs(steps)} steps from {s.name}; one step back is followed",
                    hint="name the older states: y_t = x_{t-1} makes x_{t-2} into y_{t-1}",
                )
        if 1 in back.values():
            out.append(s)
    return tuple(out)
