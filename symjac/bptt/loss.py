r"""What a loss says: a sum over the steps or a function of the last one, given or left unspecified."""

from __future__ import annotations

from dataclasses import dataclass, field

from symjac import expr as ex, reading
from symjac.bptt.graph import Step, first_free
from symjac.errors import NotYetError, ReadError, ShapeError, TargetError
from symjac.expr import Expr, OverTime, Symbol, Time, VectorMap
from symjac.reading import Note, Reading
from symjac.typeset.names import base_letter


@dataclass(frozen=True)
class Loss:
    """``name`` is the whole loss; ``term`` the loss of one step as an expression at the time ``t``.

    ``symbol`` names the loss of one step, ``letter`` without its time. With ``every_step`` the loss is the sum over
    t = 1..T, otherwise the term at ``t = T`` alone. An unspecified loss is a :class:`VectorMap` of what it sees.
    """

    name: str
    letter: str
    symbol: Symbol
    term: Expr
    last: Time
    every_step: bool
    unspecified: bool
    notes: tuple[Note, ...] = ()
    source: str = ""
    scale: Expr = field(default_factory=lambda: ex.Number(1))
    """What an unspecified loss is multiplied by; it is part of ``term``."""
    penalty: Expr | None = None
    """What the parameters alone add, such as the square of a norm."""
    running: str = "t"
    """The letter that counts the steps."""

    @property
    def bare(self) -> Expr:
        """The loss of one step without its factor, where it is unspecified."""
        return self.term.args[-1] if self.scale != ex.Number(1) else self.term

    @property
    def whole(self) -> Expr:
        """The loss as it is printed, the last step's term at the time t."""
        summed: Expr = self.bare if self.unspecified else self.term
        if self.every_step:
            summed = OverTime("sum", self.running, ex.Number(1), ex.time_as_scalar(self.last), summed, "ascending")
        terms = [ex.mul(self.scale, summed) if self.unspecified else summed]
        return ex.add(*terms, *([] if self.penalty is None else [self.penalty]))


def read_loss(text: str, step: Step) -> Loss:
    r"""The loss of a recurrence.

    ``L = \sum_{t=1}^{T} \ell_t(h_t)``, ``L = -\sum_t y_t^\top \log \hat{y}_t``, ``L = \ell(h_T)``,
    ``L = \frac{1}{2} \lVert o_T - y_T \rVert^2``, ``L = \sum_t L_t, L_t = \lVert o_t - y_t \rVert^2``.

    :raises ReadError: where it cannot be read.
    :raises ShapeError: where it is no scalar.
    :raises TargetError: where it holds nothing that the recurrence computes.
    :raises NotYetError: where a step's loss depends on the number of the step, or holds other steps.
    """
    name, e, told = reading.read_loss(text, step.system.reading)
    if not e.is_scalar:
        raise ShapeError(f"a loss is a scalar; {text} has the shape {ex.show_shape(e.shape)}")
    read = _Reader(text, step, told)
    e, penalty = read.apart(e)
    found = read.loss(name or "L", *read.without_sum(e), penalty)
    if any(s.is_scalar and s.name == found.running for s in found.term.symbols):
        raise NotYetError(f"the loss of a step depends on its number {found.running}, which is not derived yet")
    if found.last.letter in _used(step):
        raise ReadError(
            f"the last step is called {found.last.letter}, which is a symbol of the equations",
            text=text,
            span=(0, len(text)),
            hint=f"call it otherwise, for instance \\sum_{{{step.clock.letter}=1}}^{{N}}",
        )
    return found


def _used(step: Step) -> frozenset[str]:
    """The names of the symbols of the equations."""
    return frozenset(s.name for e in (*step.printed.values(), *step.constants.values()) for s in e.symbols)


def own_last(step: Step) -> Time:
    """The last step where the loss does not name it: T, or another letter where T is a symbol of the equations."""
    return Time.read(first_free(("T", "N", r"\tau", "S"), _used(step)))


class _Reader:
    """A loss as it was read beside the equations of a step: its text, and which symbol is of which step."""

    def __init__(self, text: str, step: Step, told: Reading) -> None:
        assert told.context is not None
        self.text, self.step, self.told, self.families = text, step, told, told.context.families

    def error(self, message: str) -> ReadError:
        return ReadError(message, text=self.text, span=(0, len(self.text)))

    def is_timed(self, e: Expr) -> bool:
        return any(isinstance(p, OverTime) for p in e.walk()) or any(s.time is not None for s in e.symbols)

    def apart(self, e: Expr) -> tuple[Expr, Expr | None]:
        """The terms that a time touches, and those of parameters alone."""
        terms = e.args if isinstance(e, ex.Sum) else (e,)
        timed = [t for t in terms if self.is_timed(t)]
        rest = [t for t in terms if not self.is_timed(t)]
        if not rest or not timed:
            return e, None
        if not {*self.step.parameters, *self.step.constants} & {s for t in rest for s in t.symbols}:
            raise self.error("what is added to the loss is a scalar of parameters")
        return ex.add(*timed), ex.add(*rest)

    def without_sum(self, e: Expr) -> tuple[Expr, Time | None]:
        """The term of one step, with what multiplies the sum put inside, and the last step."""
        if isinstance(e, OverTime) and e.kind == "sum":
            return self.summand(e), self.last(e)
        if isinstance(e, ex.Product):
            sums = [f for f in e.args if any(isinstance(p, OverTime) for p in f.walk())]
            others = [f for f in e.args if f not in sums]
            inner, last = self.without_sum(sums[0]) if len(sums) == 1 else (e, None)
            if last is not None and all(f.is_scalar and not self.is_timed(f) for f in others):
                return ex.mul(*others, inner), last
        if isinstance(e, ex.Sum):
            terms, lasts = zip(*map(self.without_sum, e.args), strict=True)
            if len(set(lasts)) == 1:
                return ex.add(*terms), lasts[0]
        if any(isinstance(p, OverTime) for p in e.walk()):
            raise self.error("a loss is a sum over the steps, or a term of the last step")
        return e, None

    def summand(self, e: OverTime) -> Expr:
        """What a sum runs over, at the letter by which the equations count their steps."""
        letter, timed = self.step.clock.letter, {s: s.time for s in e.body.symbols if s.time is not None}
        if e.variable == letter:
            return e.body
        if any(s.name == e.variable for s in e.body.symbols) or any(u.letter == letter for u in timed.values()):
            raise self.error(f"the sum runs over {e.variable}, the equations over {letter}")
        return e.body.replace({s: s.at(u.put({e.variable: self.step.now})) for s, u in timed.items()})

    def last(self, e: OverTime) -> Time:
        """The last step of a sum; one without bounds is over all."""
        low, high = e.args[:2]
        if e.order == "open":
            return own_last(self.step)
        if low != ex.Number(1):
            raise self.error("the first step is 1; the sum begins at another")
        if isinstance(high, ex.Number) and high.value > 0:
            return Time((), int(high.value))
        if not isinstance(high, Symbol):
            raise self.error("the last step is one letter, as T in \\sum_{t=1}^{T}")
        return Time.read(high.name)

    def now(self, s: Symbol) -> Symbol:
        """A symbol at the time t, or as it is without one."""
        return s.at(self.step.now)

    def is_computed(self, e: Expr) -> bool:
        """Whether an expression holds something that an equation of the recurrence defines, of whatever step."""
        return any(self.now(s) in self.step.printed for s in e.symbols)

    def loss(self, name: str, term: Expr, last: Time | None, penalty: Expr | None) -> Loss:
        """The loss with this term at its last step; without one it is a term of one step alone."""
        step, every = self.step, last is not None
        term = term.replace({s: e for s, e in step.printed.items() if _calls(e)})
        if not self.is_computed(term):
            hint = rf"say what it depends on, as in \sum_t {term.name}(h_t)" if isinstance(term, Symbol) else None
            raise TargetError(f"the loss {self.text} holds nothing that the recurrence computes", hint=hint)
        notes = tuple(n for n in self.told.notes if n not in step.system.notes)
        letter = first_free((r"\ell", "E", "C", "J", "Q"), {*step.taken, base_letter(name), *_used(step)})
        unspecified, scale = _calls(term), ex.mul()
        if unspecified:
            scale, term, letter = self.unspecified(term)
            notes = tuple(n for n in notes if n.kind not in ("role", "fitted"))  # of what the loss alone sees
            if letter == name and not every:
                name = "L" if letter != "L" else r"\mathcal{L}"
        last = last or self.time_of(term)
        term = self.to_now(term, step.now if every else last)
        symbol = Symbol(step.timed(letter))
        if unspecified:
            term = ex.mul(scale, VectorMap(symbol.name, term, ex.ONE))
        running = step.clock.letter
        return Loss(name, letter, symbol, term, last, every, unspecified, notes, self.text, scale, penalty, running)

    def unspecified(self, term: Expr) -> tuple[Expr, Expr, str]:
        """Of a loss of which nothing is known: the factor, what the recurrence computes of what it sees, its letter."""
        factors = list(ex.flatten(ex.Product, [term]))
        calls = [f for f in factors if isinstance(f, VectorMap)]
        scale = ex.mul(*(f for f in factors if f not in calls))
        if len(calls) != 1 or _calls(scale) or self.is_timed(scale):
            raise NotYetError("a loss of which nothing is known stands alone, or with a number before it")
        (call,) = calls
        step = self.step
        used = {s for e in step.printed.values() if not _calls(e) for s in e.symbols}
        fixed = {*step.parameters, *step.constants, *(used & {*step.inputs})}
        beside = sorted(s.name for a in call.args for s in a.symbols if self.now(s) in fixed)
        if beside:
            raise NotYetError(
                f"a loss of which nothing is known sees {', '.join(beside)} beside what the recurrence computes",
                hint="give what it sees an equation of its own, or a target a letter of its own",
            )
        seen = [a for a in call.args if self.is_computed(a)]
        return scale, seen[0] if len(seen) == 1 else ex.Stack(*seen), self.families[call.name].base

    def time_of(self, e: Expr) -> Time:
        """The one time that the symbols of a loss at a single step carry."""
        times = {s.time for s in e.symbols if s.time is not None}
        if not times:
            raise TargetError(f"the loss {self.text} holds nothing that the recurrence computes at a step, such as T")
        if len(times) != 1:
            found = ", ".join(sorted(time.text for time in times))
            raise self.error(f"the loss of one step carries one time, such as T; here: {found}")
        return times.pop()

    def to_now(self, e: Expr, time: Time) -> Expr:
        """The expression with symbols of that time as those of the time t, targets such as ``y_T`` too.

        :raises NotYetError: where it holds other steps.
        """
        step, table = self.step, dict[Expr, Expr]()
        own = {*step.printed, *step.inputs, *step.states}  # what is declared beside these only the loss holds
        for s in (s for s in e.symbols if s.time is not None):
            here = self.now(s)
            if s.time == time:
                table[s] = here
                step.targets |= {here} - own
            elif here in step.printed or (s.time is not None and s.time.letters == time.letters):
                raise NotYetError(
                    f"the loss of one step holds {s.name} of another, which is not derived yet",
                    hint=f"give it a letter of its own, as in {step.timed('g').text} = {s.name}",
                )
        return e.replace(table)


def _calls(e: Expr) -> bool:
    """Whether an expression holds a loss of which nothing is known but what it sees."""
    return any(isinstance(m, VectorMap) and m.is_scalar for m in e.walk())
