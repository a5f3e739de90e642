"""What confirms a bound: at no sampled point is the Jacobian of the system run forwards larger."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from symjac import expr as ex
from symjac.bounds import Bound, Letter, Measure
from symjac.confirm.confirmed import Check, Checks, SkippedError, disagreement
from symjac.confirm.forward import LARGEST, confirm_tables, told
from symjac.confirm.overtime import move, write_out
from symjac.confirm.products import lengths_of, run_of
from symjac.errors import NotYetError
from symjac.expr import Apply, Expr, Function, Symbol
from symjac.values.agreement import Runs
from symjac.values.evaluator import Evaluator
from symjac.values.floats import Floats
from symjac.values.nodes import count_entries, reachable
from symjac.values.points import Kinds, sizes_of_rounds
from symjac.values.rings import NoValueError

ROOM = 1e-9
SEEDS = 4
# How large what has a time is, matrices, and other parameters. Where arguments are small functions are steepest, where
# biases are large gates are open or closed: there bounds are nearly met.
UNITS = (
    (Fraction(4, 5), Fraction(1), Fraction(1)),
    (Fraction(1, 1000), Fraction(1), Fraction(1)),
    (Fraction(1, 1000), Fraction(1, 1000), Fraction(20)),
)


def confirm_bound(b: Bound) -> Checks:
    """The bound at points that meet its hypotheses, over 1, 2 and 3 steps.

    What is supposed of constants and slopes is met with equality: they are as large as what the run comes by.
    """
    met = 0
    reason = "no point tried has values"
    for steps in lengths_of(b.unrolled):
        for trial in _trials(b, steps):
            try:
                sizes, most = trial.sizes(), trial.most()
            except (NoValueError, NotYetError) as error:
                reason = error.message
                continue
            if np.any(sizes > most * (1 + ROOM) + ROOM):
                about = f"the size of the derivative of {b.unrolled.of.name} by {b.unrolled.wrt.name}"
                where = f"{steps} steps, {told(trial.at.sizes)}"
                raise disagreement(about, "the bound", "the system run forwards", where)
            met += 1
    if not met:
        raise SkippedError(f"the system cannot be run forwards: {reason}")
    where = f"{met} points that meet the hypotheses, over {', '.join(map(str, lengths_of(b.unrolled)))} steps"
    return Checks((Check("induction", "every size and number of steps"), Check("forwards", where)), ())


def _trials(b: Bound, steps: int) -> Iterator[_Trial]:
    times, definitions, states, jacobian = run_of(b.unrolled, steps)
    nodes = frozenset(reachable([*states, *definitions], definitions))
    confirm_tables(nodes)
    rounds = [r for r in sizes_of_rounds(sorted(ex.size_names(nodes))) if count_entries(nodes, r) <= LARGEST]
    runs = [Runs(nodes, definitions, kinds=Kinds(unit=partial(_unit, b, units))) for units in UNITS]
    for seed in range(SEEDS if rounds else 0):
        for scaled in runs:
            at = scaled.at(Floats({}), rounds[seed % len(rounds)], seed)
            yield _Trial(b, at, jacobian, times)


def _unit(b: Bound, units: tuple[Fraction, Fraction, Fraction], s: Symbol) -> Fraction:
    return units[0] if s.time is not None else units[1] if s.is_matrix else units[2]


class _Trial:
    """One point and one number of steps."""

    def __init__(self, b: Bound, at: Evaluator, jacobian: Expr, steps: range) -> None:
        self.b = b
        self.at = at
        self.jacobian = jacobian
        self.steps = steps

    def sizes(self) -> Any:
        """The spectral norms of the Jacobians of the run, of every state by every state."""
        whole = self._array(self.jacobian)
        if not np.all(np.isfinite(whole)):
            raise NoValueError("a number too large")
        ends = np.cumsum([self.at.size(s.rows) for s in self.b.unrolled.states])[:-1]
        blocks = [np.hsplit(rows, ends) for rows in np.vsplit(whole, ends)]
        return np.array([[np.linalg.norm(block, 2) for block in rows] for rows in blocks])

    def most(self) -> Any:
        """What the bound allows them to be."""
        states = self.b.unrolled.states
        letters = {s: [[self._letter(letter)]] for s, letter in self.b.letters.items()}
        at = self.at.with_fixed(letters)
        rates = np.array([[at.scalar(self.b.rates[s, r]) for r in states] for s in states], dtype=float)
        with np.errstate(over="ignore"):
            power = np.linalg.matrix_power(rates, len(self.steps))
        if not np.all(np.isfinite(power)):
            raise NoValueError("a number too large")
        return power

    def _array(self, e: Expr) -> Any:
        return np.array(self.at.matrix(e), dtype=float)

    def _letter(self, letter: Letter) -> float:
        """The largest size at any step of what a letter stands for."""
        measured = [_measure(letter.measure, self._array(e)) for e in self._at_steps(letter.of)]
        return max(measured, default=0.0)

    def _at_steps(self, of: Expr | Function) -> Iterator[Expr]:
        found = [of] if isinstance(of, Expr) else list(self._slopes(of))
        letter = self.b.unrolled.clock.letter
        offsets = {s.time.offset for s in self.b.unrolled.states if s.time is not None}
        for e in found:
            for k in self.steps:
                yield from {write_out(e, {letter: k - offset}, move): None for offset in offsets}

    def _slopes(self, f: Function) -> Iterator[Expr]:
        """Where the derivative of an unspecified function stands in the Jacobians of a step."""
        for d in self.b.unrolled.derivations.values():
            yield from (e for e in d.closed.walk() if isinstance(e, Apply) and e.function == f)


def _measure(measure: Measure, a: Any) -> float:
    if not np.all(np.isfinite(a)):
        raise NoValueError("a number too large")
    return float(np.linalg.norm(a, 2)) if measure is Measure.NORM else float(np.max(np.abs(a)))
