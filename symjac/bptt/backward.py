"""Backpropagation through time, derived and proved: the recurrence for the gradients and the sums over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from symjac import expr as ex
from symjac.bptt import compare
from symjac.bptt.adjoint import Adjoint, Adjoints, Use, as_sum
from symjac.bptt.graph import Step
from symjac.bptt.loss import Loss, read_loss
from symjac.bptt.rows import Formulas, Gradient, Row
from symjac.errors import NotYetError, TargetError
from symjac.expr import Expr, OverTime, Symbol, Time
from symjac.hypotheses import of_equations
from symjac.kernel import Assumption, Scope, Theorem
from symjac.recurrence import Recurrence
from symjac.tidy import put_in

ONE_STEP = ex.Number(1)

TARGETS = ("distribution", "any")  # what may be taken for granted about the targets of a cross-entropy


class Backward(Formulas):
    """Formulas of backpropagation through time for a recurrence and a loss, each checked for every size.

    ``targets="any"`` takes nothing for granted about the targets of a cross-entropy; otherwise their entries add
    up to one, which :attr:`hypotheses` says.

    :raises Defect: where a formula is not the derivative it is said to be, which would be a defect of symjac.
    """

    def __init__(
        self,
        system: Recurrence,
        loss: str | Loss,
        *,
        window: int | None = None,
        targets: str = "distribution",
        step: Step | None = None,
    ) -> None:
        if targets not in TARGETS:
            raise TargetError(f"targets are one of {', '.join(TARGETS)}, not {targets!r}")
        self.system = system
        # What a loss that was read before holds besides the states is known to the step it was read with.
        self.step = Step(system) if step is None else step
        self.loss = read_loss(loss, self.step) if isinstance(loss, str) else loss
        self.adjoints = Adjoints(self.step, self.loss)
        self._raw = {v: self.adjoints.adjoint(v) for v in self.adjoints.nodes}
        self._constants = self._constant_adjoints()
        self.inlined = self._inline()
        self.rows = tuple(self._row(v) for v in reversed(self.adjoints.nodes) if self._symbol(v) not in self.inlined)
        self.gradients = self._gradients((*self.step.parameters, *self.step.constants))
        self.input_gradients = self._gradients(self.step.inputs)
        self._check()
        self.window = window
        self.single = self._single(targets)
        self.hypotheses: tuple[Expr, ...] = ()
        self.supposing: Mapping[Expr, Expr] = {}
        if targets != "any":
            self._suppose()

    def _single(self, targets: str) -> Backward | None:
        """For a window: the same with the loss of one step alone, the last one.

        :raises TargetError: where the window is no positive number, or the loss has no steps.
        :raises NotYetError: where parameters add to the loss by themselves.
        """
        if self.window is None:
            return None
        if self.window < 1:
            raise TargetError(f"a window has at least one step, not {self.window}")
        if not self.loss.every_step:
            raise TargetError("a window cuts the way back from the loss of every step; this loss is of one step alone")
        if self.loss.penalty is not None:
            raise NotYetError("a window beside what the parameters alone add to the loss is not derived yet")
        return Backward(self.system, replace(self.loss, every_step=False), targets=targets, step=self.step)

    def _symbol(self, v: Symbol) -> Symbol:
        return self.adjoints.symbol(v)

    # ------------------------------------------------------------------------------------ the formulas

    @cached_property
    def final(self) -> frozenset[Symbol]:
        """The symbols that reach the loss at the last step alone."""
        if self.loss.every_step:
            return frozenset()
        step = self.step
        states = set(step.states)
        return frozenset(v for v in self.adjoints.nodes if v not in states and not states & step.descendants([v]))

    def chosen(self, uses: Iterable[Use], *, last: bool) -> list[Use]:
        """The uses that count at the last step, or at the steps before."""
        if last:
            return [u for u in uses if not u.later]
        if self.loss.every_step:
            return list(uses)
        return [u for u in uses if u.user not in self.final and u.user != self.loss.symbol]

    def _inline(self) -> dict[Expr, Expr]:
        """Gradients by gates that one formula uses: they are put into it."""
        keep = {*self.step.states, *self.adjoints.deltas, *self.loss.term.symbols}
        out: dict[Expr, Expr] = {}
        everything = [u for a in self._raw.values() for u in a.uses]
        given = (*self.step.parameters, *self.step.constants, *self.step.inputs)
        everything += [u for p in given for u in self.adjoints.parameter_uses(p)]
        for v, adjoint in self._raw.items():
            symbol = self._symbol(v)
            takers = sum(symbol in u.term.symbols for u in everything)
            later = any(self.adjoints.symbol(v, 1) in u.term.symbols for u in everything)
            if v not in keep and takers == 1 and not later and v not in self.final:
                out[symbol] = adjoint.terms()
        return out

    def put_in(self, e: Expr) -> Expr:
        """The expression with inlined gradients put in, innermost last, as computing builds it."""
        while any(s in self.inlined for s in e.symbols):
            e = put_in(e, self.inlined)
        return e

    def _row(self, v: Symbol) -> Row:
        uses = self._raw[v].uses
        before, last = (as_sum([u.term for u in self.chosen(uses, last=b)], v.shape) for b in (False, True))
        return Row(v, self._symbol(v), self.put_in(before), self.put_in(last), v in self.final)

    def _gradients(self, of: Iterable[Symbol]) -> Mapping[Symbol, Gradient]:
        found = {p: self._gradient(p) for p in of}
        return {p: g for p, g in found.items() if g is not None}

    def _gradient(self, p: Symbol) -> Gradient | None:
        uses = self.adjoints.parameter_uses(p)
        every = self.chosen(uses, last=False)
        once = [u for u in uses if u not in every]
        fixed = self._constants.get(p, ())
        if not uses and not fixed:
            return None

        def total(found: Iterable[Use]) -> Expr | None:
            terms = [self.put_in(u.term) for u in found]
            return as_sum(terms, p.shape) if terms else None

        theorems = tuple(u.theorem for u in (*uses, *fixed))
        return Gradient(p, total(every), total(once), total(fixed), theorems)

    def _constant_adjoints(self) -> dict[Symbol, tuple[Use, ...]]:
        """Where a parameter stands in a definition without time: its gradient goes through that of the definition."""
        out: dict[Symbol, tuple[Use, ...]] = {}
        for p in (*self.step.parameters, *self.step.constants):
            uses = [self.adjoints.constant_use(p, c) for c, e in self.step.constants.items() if p in e.symbols]
            added = self.adjoints.penalty_use(p)
            uses += [] if added is None else [added]
            if uses:
                out[p] = tuple(uses)
        return out

    # ----------------------------------------------------------------------------------------- checks

    def _check(self) -> None:
        """Every use against its entries, every sum against the paths of the graph, every form that was put together."""
        for v, adjoint in self._raw.items():
            compare.compare_uses(self, adjoint.uses)
            compare.compare_paths(self, v, adjoint.uses)
        for p in (*self.gradients, *self.input_gradients):
            uses = self.adjoints.parameter_uses(p)
            compare.compare_uses(self, (*uses, *self._constants.get(p, ())))
            compare.compare_paths(self, p, uses)
        compare.compare_sums(self, self.inlined)

    def verify(self) -> None:
        """Check every formula once more with all equations of two steps opened; takes seconds for gated cells.

        :raises Defect: where a formula is not the derivative that the entries have.
        """
        for row in self.rows:
            compare.compare_opened(self, row)

    # ------------------------------------------------------------------------------------- hypotheses

    @cached_property
    def assumed(self) -> tuple[Assumption, ...]:
        """What every step holds under, as far as the equations do not show it to hold anyway.

        That an unspecified loss is differentiable is in the meaning of its gradient.
        """
        penalty = () if self.loss.penalty is None else (self.loss.penalty,)
        term = () if self.loss.unspecified else (self.loss.term,)
        scope = Scope(self.step.states[0], self.step.definitions)
        return of_equations((*self.step.definitions.values(), *term, *penalty), scope)

    def _suppose(self) -> None:
        """Targets of a cross-entropy whose entries add up to one: the sum is left out, and said to be one."""
        sums = [ex.mul(ex.transpose(ex.Ones(y.rows)), y) for y in self.adjoints.targets]
        if not sums:
            return
        self.hypotheses = tuple(sums)
        self.supposing = dict.fromkeys(sums, ex.Number(1))
        short = tuple(replace(r, before=self.shown(r.before), last=self.shown(r.last)) for r in self.rows)
        compare.compare_supposing(self.rows, short, self.hypotheses)
        self.rows = short

    # -------------------------------------------------------------------------------- what is asked for

    def gradient(self, of: str | Symbol, layout: str = "denominator") -> Expr:
        """The gradient by a parameter as a sum over time: in its shape, or in numerator layout the transpose.

        :raises TargetError: where ``of`` is no parameter that the loss depends on.
        """
        g = self._find(of)
        terms: list[Expr] = []
        if g.summand is not None:
            terms.append(
                OverTime(
                    "sum", self.step.clock.letter, ONE_STEP, ex.time_as_scalar(self.loss.last), g.summand, "ascending"
                )
            )
        if g.once is not None:
            terms.append(self.at(g.once, self.loss.last))
        if g.fixed is not None:
            terms.append(g.fixed)
        total = ex.add(*terms)
        if layout == "denominator":
            return total
        return ex.add(*(_turned(t) for t in (total.args if isinstance(total, ex.Sum) else (total,))))

    def _find(self, of: str | Symbol) -> Gradient:
        name = of if isinstance(of, str) else of.name
        for p, g in self.gradients.items():
            if p.name == name or p == of:
                return g
        known = ", ".join(p.name for p in self.gradients)
        raise TargetError(f"{name} is no parameter that the loss depends on; there are {known}")

    def at(self, e: Expr, when: Time) -> Expr:
        """An expression of the step t, gradients included, at another time."""
        return self.adjoints.moved(e, when)

    @cached_property
    def initial(self) -> Mapping[Symbol, Expr]:
        """The gradients by the states at time 0, which no loss sees directly."""
        out: dict[Symbol, Expr] = {}
        start = Time()
        for s in self.step.states:
            later = [self.put_in(u.term) for u in self.chosen(self._raw[s].uses, last=False) if u.later]
            out[self.step.at(s, start)] = self.at(as_sum(later, s.shape), start)
        return out

    def shown(self, term: Expr) -> Expr:
        """A term of the proof under the hypotheses."""
        return put_in(term, self.supposing)

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """What the rules gave, one theorem for each use."""
        out = [u.theorem for a in self._raw.values() for u in a.uses]
        return (*out, *(t for g in self.gradients.values() for t in g.theorems))

    def adjoint(self, v: Symbol) -> Adjoint:
        """The uses of a symbol of the step and their terms."""
        return self._raw[v]


def _turned(e: Expr) -> Expr:
    if isinstance(e, OverTime):
        return OverTime(e.kind, e.variable, e.args[0], e.args[1], ex.transpose(e.body), e.order)
    return ex.transpose(e)
