r"""Products over time: the Jacobian of a late state by an early one, for any number of steps.

The chain rule gives one factor a step, the latest leftmost in numerator layout and rightmost in
denominator layout. Nothing grows with the number of steps: the product is one formula with a named
state at each step, proved by induction over the length. Pascanu, Mikolov and Bengio (2013), equation (5).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from symjac import expr as ex
from symjac.derivation import Derivation
from symjac.errors import NotYetError, TargetError, unprinted
from symjac.expr import Expr, Name, OverTime, Partial, Symbol, Time
from symjac.kernel import Assumption
from symjac.normal import equal
from symjac.recurrence import Recurrence
from symjac.timing import Clock, states_of

LONGEST_WRITTEN = 12  # so many factors are written side by side at most


class Unrolled:
    """d(of)/d(wrt) for a state ``of`` at a late time and a state ``wrt`` at an earlier one.

    ``late`` and ``early`` are the two times, ``steps`` their distance where it is a number. ``factor`` is the
    one-step Jacobian at the time ``index``, in numerator layout; a recurrence with several state vectors has
    a block for each pair, by name in ``blocks``.

    :raises TargetError: where ``of`` or ``back_to`` is no state.
    :raises NotYetError: where a state is a matrix, or the equations look back more than one step.
    :raises Defect: where the step of the induction fails, which would be a defect of symjac.
    """

    def __init__(self, system: Recurrence, of: str | Symbol, back_to: str | Symbol) -> None:
        self.system = system
        self.clock = Clock(system)
        self.states = states_of(system.definitions)
        if not self.states:
            raise TargetError("no equation uses the step before, so there is nothing to unroll")
        for s in self.states:
            if s.cols != ex.ONE:
                raise NotYetError(f"the state {s.name} is a matrix; products over time are of vectors so far")
        self.of_state, self.late = self.clock.find(of, self.states)
        self.wrt_state, self.early = self.clock.find(back_to, self.states)
        self.of = self.of_state.at(self.late)
        self.wrt = self.wrt_state.at(self.early)
        if self.steps is not None and self.steps < 0:
            raise TargetError(f"{self.wrt.name} is later than {self.of.name}; the later state comes first")
        self.derivations: Mapping[tuple[Symbol, Symbol], Derivation] = {
            (s, r): Derivation(system, s, self.before(r)) for s in self.states for r in self.states
        }
        self._prove()

    def before(self, s: Symbol) -> Symbol:
        """A state at the step before."""
        assert s.time is not None
        return s.at(s.time - 1)

    # --------------------------------------------------------------------------------------- the proof

    def _prove(self) -> None:
        """The step of the induction: ds_t/dr_k = sum_q ds_t/dq_{t-1} dq_{t-1}/dr_k, whatever q_{t-1} was.

        The states of the step before are unspecified differentiable functions of those at time k, so the equation
        holds for a product of any length; the derivative on the left is taken entry by entry.
        """
        start = {s: Symbol(rf"{s.name}\text{{ at }}k", s.shape) for s in self.states}
        at_start = start[self.states[0]] if len(self.states) == 1 else ex.Stack(*start.values())
        earlier = {self.before(s): ex.VectorMap(rf"{s.name}\text{{ from }}k", at_start, s.rows) for s in self.states}
        definitions = {**self.system.definitions, **earlier}
        for s in self.states:
            for r in self.states:
                right = [
                    ex.Product(self.derivations[s, q].closed, Partial(self.before(q), start[r])) for q in self.states
                ]
                if not equal(Partial(s, start[r]), ex.add(*right), definitions):
                    raise unprinted(f"the chain rule fails for {s.name} by an earlier {r.name}", "rules", "entries")

    # ---------------------------------------------------------------------------------- what came out

    @cached_property
    def assumed(self) -> tuple[Assumption, ...]:
        """What every step holds under, in the symbols of the step that the equations state."""
        return tuple(dict.fromkeys(h for d in self.derivations.values() for h in d.hypotheses))

    @property
    def steps(self) -> int | None:
        """How many steps lie between, where that is a number."""
        between = self.late - self.early
        return between.offset if between.is_number else None

    @cached_property
    def index(self) -> Time:
        """A letter for the time of a factor that nothing else bears."""
        shapes = [info.symbol.shape for info in self.system.symbols.values()]
        taken = {str(letter) for shape in shapes for size in shape for letter in size.free_symbols}
        taken |= {name for time in (self.late, self.early, self.clock.now) for name, _ in time.letters}
        letters = ("i", "j", "s", "r", "l", "p", "q", r"\tau", r"\nu")
        return Time.read(next(c for c in letters if c not in taken | self.system.letters))

    def block(self, s: Symbol, r: Symbol, time: Time | None = None) -> Expr:
        """The one-step Jacobian of state ``s`` by state ``r`` of the step before, at a time, in numerator layout."""
        assert s.time is not None
        e, now, then = self.derivations[s, r].closed, s.time, time or self.index
        return e.replace({u: u.at(u.time - now + then) for u in e.symbols if u.time and u.time.letter == now.letter})

    @property
    def is_block(self) -> bool:
        """Whether the state is several vectors."""
        return len(self.states) > 1

    @cached_property
    def name(self) -> Symbol:
        """The one-step Jacobian by name, at the time of a factor."""
        letter = next(c for c in ("J", "A", "F", "G", r"\mathcal{J}") if c not in self.system.letters)
        rows = sum((s.rows for s in self.states[1:]), self.states[0].rows)
        return Symbol(Name(letter, time=self.index), (rows, rows))

    @cached_property
    def factor(self) -> Expr:
        """The one-step Jacobian in numerator layout at the time :attr:`index`; several state vectors in blocks."""
        if not self.is_block:
            return self.block(self.states[0], self.states[0])
        rows = [ex.Stack(*(ex.Transpose(self.block(s, r)) for r in self.states)) for s in self.states]
        return ex.Stack(*map(ex.Transpose, rows))

    def product(self, layout: str = "numerator", *, named: bool = False) -> Expr:
        """The product over time; ``named`` keeps the one-step Jacobian by its name.

        In numerator layout the index falls from left to right, in denominator layout it rises.
        """
        if self.steps == 0:
            return ex.Identity(self.name.rows)
        body = self.name if named else self.factor
        low, high = ex.time_as_scalar(self.early + 1), ex.time_as_scalar(self.late)
        if layout == "numerator":
            return OverTime("product", self.index.text, low, high, body, "descending")
        turned = ex.Transpose(body) if named else ex.transpose(body)
        return OverTime("product", self.index.text, low, high, turned, "ascending")

    def written(self, steps: int | None = None, layout: str = "numerator") -> Expr:
        """The product for a number of steps, factor by factor, with the states of every step by name.

        :raises TargetError: where the number of steps is not known, or the product is too long to write.
        """
        count = self.steps if steps is None else steps
        if count is None:
            raise TargetError(f"how many steps lie between {self.of.name} and {self.wrt.name} has to be said")
        if self.is_block:
            raise NotYetError("factors side by side are written for one state vector")
        if not 0 < count <= LONGEST_WRITTEN:
            raise TargetError(f"between 1 and {LONGEST_WRITTEN} factors are written side by side, not {count}")
        state = self.states[0]
        factors = [self.block(state, state, self.late - k) for k in range(count)]
        out = ex.mul(*factors)
        return out if layout == "numerator" else ex.transpose(out)
