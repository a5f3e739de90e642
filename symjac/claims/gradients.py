"""The gradient of a loss that no equation defines.

Such a loss may depend on anything that nothing else uses. The gradients that the claim mentions are free
symbols; the gradient by any other variable is the sum over what uses it, each gradient of those carried
back by the derivative in between, until mentioned ones are reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symjac import expr as ex
from symjac.claims.instances import Printed, closure, reached, shift
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.expr import ONE, Expr, Symbol
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref

MAX_DEPTH = 60


@dataclass(frozen=True)
class Steps:
    """The steps over which a loss is summed, ``last`` where it is printed."""

    first: Time
    last: Time | None = None

    def put(self, values: Mapping[str, Time]) -> Steps:
        """The same at numbers for letters."""
        return Steps(self.first.put(values), self.last.put(values) if self.last is not None else None)

    def leave_out(self, time: Time) -> bool:
        """Whether a step is surely none of them.

        >>> Steps(Time.read("1"), Time.read("T")).leave_out(Time.read("0"))
        True
        >>> [Steps(Time.read("1"), Time.read("T")).leave_out(Time.read(t)) for t in ("T+1", "t+1", "2")]
        [True, False, False]
        """
        return (self.last is not None and time.is_after(self.last)) or self.begin_after(time)

    def begin_after(self, time: Time) -> bool:
        """Whether a step is before all of them: what stands there is given, and comes out of no equation."""
        return self.first.is_after(time)


@dataclass(frozen=True)
class Mentions:
    """Which gradients a claim holds: by which variables, those of one step's loss apart.

    ``upstream`` are variables whose gradient comes from outside alone; where there are any, nothing else
    comes from outside.
    """

    target: Ref | None
    frontier: frozenset[Ref] = frozenset()
    local: frozenset[Ref] = frozenset()
    upstream: frozenset[Ref] = frozenset()
    outputs: frozenset[Ref] = frozenset()  # what the loss depends on, where that is printed
    at_every_step: frozenset[str] = frozenset()  # families that the loss sees at every step, likewise
    abbreviations: frozenset[str] = frozenset()  # left-hand sides by which no loss is computed
    of_step: bool = False  # whether the left side is about the loss of one step
    steps: Steps | None = None  # over which the loss is summed
    penalty: str = ""  # the family that parameters alone add to the whole loss
    is_penalised: bool = True  # whether that is counted

    def leaves_out(self, x: Ref) -> bool:
        """Whether the step of ``x`` is none over which the loss is summed."""
        return self.steps is not None and x.time is not None and self.steps.leave_out(x.time)

    def is_given(self, x: Ref) -> bool:
        """Whether ``x`` stands before the first step, where no equation is."""
        return self.steps is not None and x.time is not None and self.steps.begin_after(x.time)

    def sees(self, x: Ref) -> bool:
        """Whether the loss is printed as a function of ``x``."""
        every = x.family in self.at_every_step and x.time is not None and not self.leaves_out(x)
        return x in self.outputs or every or x.family == self.penalty

    @property
    def says(self) -> bool:
        """Whether it is printed what the loss depends on."""
        return bool(self.outputs or self.at_every_step)


@dataclass(eq=False)
class OfLoss:
    """What gradients in one orientation rest on, derived or run, and those that are plain."""

    model: Model
    mentions: Mentions
    step: Time | None = None  # the step at which a parameter's uses are counted
    last: Time | None = None  # the last step there is
    weights: Mapping[str, Expr] = field(default_factory=dict)  # of a step's loss in the whole one

    def plain(self, x: Ref) -> Expr | None:
        """The gradient by what comes after the last step, and by a loss that is a part of the whole one."""
        if self.after_last(x):
            return ex.zero(self.model.symbol(x).shape)
        if x.family == self.mentions.penalty:
            return ex.Number(1)
        if x.family in self.weights and x.time is not None:
            return ex.zero(ex.SCALAR) if self.mentions.leaves_out(x) else self.weights[x.family]
        return None

    def after_last(self, x: Ref) -> bool:
        return self.last is not None and x.time is not None and x.time.is_after(self.last)

    @property
    def weight(self) -> Expr:
        """What the loss of a step counts that has no name, where all count the same."""
        return next(iter(self.weights.values())) if len(self.weights) == 1 else ex.Number(1)


@dataclass(eq=False)
class Gradients(OfLoss):
    """Gradients as columns (of a matrix in its own shape)."""

    known: dict[Ref, Expr] = field(default_factory=dict)
    depth: int = 0
    implied: set[Ref] = field(default_factory=set)  # outputs by which no gradient is mentioned
    letters: dict[Symbol, tuple[Ref, str]] = field(default_factory=dict)  # by what, and of which kind each one is

    def __call__(self, loss: Ref | None, x: Ref) -> Expr:
        """The gradient of a loss by ``x``; a loss that carries a time is the loss of that step."""
        if (found := self.plain(x)) is not None:
            return found
        if loss is not None and loss.time is not None:
            if x.time != loss.time:
                return self.of_step_by_parameter(loss, x) if x.time is None else self.of_step(loss, x)
            if x in self.mentions.local:
                within = self.mentions.of_step and x == self.mentions.target
                return self.within_step(x) if within else self.free(x, "local")
        if x in self.mentions.upstream:
            return self.free(x, "upstream")
        if x in self.mentions.frontier and x != self.mentions.target:
            return self.free(x)
        return self.total(x)

    def within_step(self, x: Ref) -> Expr:
        """The gradient of one step's loss by something of that step, through what uses it there."""
        users = [c for c in self.consumers(x) if c.time == x.time]
        if not users:
            return self.free(x, "local")
        terms: list[Expr] = [self.free(x, "direct")] if self.mentions.sees(x) else []
        for c in users:
            if c in self.mentions.local or c in self.mentions.frontier:
                whole: Expr = self.free(c, "local" if c in self.mentions.local else "")
            else:
                whole = self.within_step(c) if self.consumers(c) else self.total(c)
            terms.append(self.through(c, x, whole))
        return ex.add(ex.zero(self.model.symbol(x).shape), *terms)

    def of_step(self, loss: Ref, x: Ref) -> Expr:
        """The gradient of one step's loss by a variable of another step, through what the claim mentions of its own.

        :raises UndecidedError: where the loss may see x in other ways too.
        """
        model = self.model
        own = [v for v in self.mentions.local if v.time == loss.time]
        if all(w == ex.Number(1) for w in self.weights.values()):
            # What nothing uses is seen by its own step's loss alone.
            own += [v for v in self.mentions.frontier if v.time == loss.time and not self.consumers(v)]
        unsaid = f"nothing says how {model.name(x)} reaches {loss.family} of that step"
        if len(own) != 1 or self.mentions.upstream:
            raise UndecidedError(unsaid)
        (v,) = own
        anchor = model.anchor(v)
        if anchor is None:
            raise UndecidedError(unsaid)
        here = [r for r in model.instance(anchor) if r.time == loss.time]
        table = model.table(r for r in here if r != v)
        for r in here:
            used = any(c.time == loss.time for c in self.consumers(r))
            if r == v or used or r.family in self.mentions.abbreviations:
                continue
            found = set(model.refs(reached([model.symbol(r)], table))) - {v}
            earlier = {u for u in found if u.time is not None and u.time != loss.time}
            if x in found or any(u.family in model.defined_families for u in earlier):
                raise UndecidedError(unsaid)
        back = (model.over_letters if model.are_far(v, x) else model.derivative)(v, x)
        return ex.mul(ex.transpose(back), self.free(v, "local" if v in self.mentions.local else ""))

    def of_step_by_parameter(self, loss: Ref, x: Ref) -> Expr:
        """The gradient of one step's loss by a parameter that acts at that step alone.

        :raises UndecidedError: where what the parameter acts on is carried from step to step.
        """
        alone = replace(self.mentions, is_penalised=False)
        users = Gradients(self.model, alone, step=loss.time).consumers(x)
        for c in users:
            if c not in self.mentions.local | self.mentions.frontier:
                raise UndecidedError(f"nothing says how the loss of one step depends on {self.model.name(c)}")
            if c.time != loss.time or any(d.time != loss.time for d in self.downstream(c)):
                raise UndecidedError(f"whether the derivative by {x.family} goes through earlier steps is not said")
        shape = self.model.symbol(x).shape
        return ex.add(ex.zero(shape), *(self.through(c, x, self(loss, c)) for c in users))

    def free(self, x: Ref, kind: str = "") -> Symbol:
        """A gradient that is a symbol of its own."""
        letter = self.symbol(self.model, x, kind)
        self.letters[letter] = x, kind
        return letter

    @staticmethod
    def symbol(model: Model, x: Ref, kind: str = "") -> Symbol:
        """The symbol for a gradient by ``x``."""
        variable = model.symbol(x)
        sub = f"{kind}, {variable.name}" if kind else variable.name
        return Symbol(rf"\nabla_{{{sub}}}", variable.shape)

    def relations(self) -> dict[Symbol, Expr]:
        """What mentioned gradients are in terms of other mentioned ones."""
        out: dict[Symbol, Expr] = {}
        if self.mentions.upstream:
            return out
        target = self.mentions.target
        ahead = self.downstream(target) if target is not None else set()
        for x in sorted(self.mentions.frontier - {target}, key=repr):
            reached = self.downstream(x) & self.mentions.frontier
            # A variable beside the way from the target to the loss: both gradients come from what uses the two.
            beside = target is not None and x not in ahead and not self.at_every_step(x) and self.downstream(x) & ahead
            if reached - {x} or beside:
                try:
                    out[self.free(x)] = self.total(x)
                except UndecidedError:
                    continue
        return {x: e for x, e in out.items() if e != x}  # at the last step a gradient is itself

    def at_every_step(self, x: Ref) -> bool:
        """Whether x is a parameter that acts at more than one step."""
        return x.time is None and any(c.time is not None for c in self.consumers(x))

    def downstream(self, x: Ref) -> set[Ref]:
        """What uses x, directly or not, as far as the claim's times reach."""

        def further(y: Ref) -> list[Ref]:
            return [c for c in self.consumers(y) if not self.beyond(c)]

        return closure(further(x), further)

    # --------------------------------------------------------------------------------------- total

    def total(self, x: Ref) -> Expr:
        if x not in self.known:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise UndecidedError("the gradient does not come to an end")
            self.known[x] = self._total(x)
            self.depth -= 1
        return self.known[x]

    def _total(self, x: Ref) -> Expr:
        shape = self.model.symbol(x).shape
        far = self.far(x)
        if far is not None:
            return ex.mul(ex.transpose(self.model.long_product(far, x)), self(None, far))
        users = [c for c in self.consumers(x) if not self.after_last(c)]
        terms: list[Expr] = []
        if x in self.mentions.local:
            users = self.without_local(x, users, terms)
        elif x in self.mentions.upstream:
            terms.append(self.free(x, "upstream"))
        elif not users and not self.mentions.upstream:
            if (self.mentions.says and not self.mentions.sees(x)) or self.mentions.is_given(x):
                return ex.zero(shape)
            self.implied.add(x)
            return self.free(x)
        elif self.mentions.sees(x):
            terms.append(self.free(x, "direct"))
        near = [c for c in users if not self.beyond(c)]
        if near != users and not self.mentions.upstream:
            terms.append(self.free(x, "later"))
        for c in near:
            # What comes from outside to c is not all that comes to it where other things use c.
            whole = self.total(c) if c in self.mentions.upstream else self(None, c)
            terms.append(self.through(c, x, whole))
        return ex.add(ex.zero(shape), *terms)

    def far(self, x: Ref) -> Ref | None:
        """The same state a number of steps later that is a letter, where its gradient is all that is mentioned.

        Only where nothing but the next state uses x, so that the loss sees x through that later state alone.
        """
        if x.time is None or self.mentions.local or self.mentions.upstream:
            return None
        others = self.mentions.frontier - {self.mentions.target, x}
        if len(others) != 1:
            return None
        (y,) = others
        if y.family != x.family or not self.model.are_far(y, x):
            return None
        following, steps = x.at(x.time + 1), (x.time, x.time + 1)

        between = closure([x], lambda r: [c for c in self.consumers(r) if c.time in steps and c != following])
        users = [self.consumers(r) for r in between]
        return y if all(users) and all(c.time in steps for found in users for c in found) else None

    def without_local(self, x: Ref, users: list[Ref], terms: list[Expr]) -> list[Ref]:
        """What uses x at a later step; what uses it at the same one belongs to the loss of that step."""
        same = [c for c in users if c.time is not None and c.time == x.time]
        if any(u.time != x.time for c in same for u in self.downstream(c)):
            raise UndecidedError("the loss of one step cannot be told from the whole loss here")
        if not self.mentions.leaves_out(x):
            terms.append(ex.mul(self.weight, self.free(x, "local")))
        return [c for c in users if c not in same]

    def through(self, c: Ref, x: Ref, g: Expr) -> Expr:
        """The part of the gradient by x that comes from c, other gates held fixed."""
        rhs = self.model.definition(c)
        assert rhs is not None
        if ex.is_zero(g):
            return ex.zero(self.model.symbol(x).shape)
        of, wrt = self.model.symbol(c), self.model.symbol(x)
        if wrt.cols == ONE and of.cols == ONE:
            return ex.mul(ex.transpose(self.model.closed({of: rhs}, of, wrt)), g)
        scalar, held = Symbol(r"\text{loss}"), Symbol(r"\text{held}", of.shape)
        # A letter holds the place of g, which may depend on x too: those uses of x are counted where they stand.
        inner = ex.Product(ex.transpose(held), rhs)
        closed = self.model.closed({scalar: ex.Trace(inner) if of.cols != ONE else inner}, scalar, wrt)
        return ex.transpose(closed.replace({held: g}))

    # ------------------------------------------------------------------------------------ consumers

    def consumers(self, x: Ref) -> list[Ref]:
        """The left-hand sides whose equations hold x."""
        m = self.mentions
        found: dict[Ref, None] = {}
        for p in self.model.printed:
            if p.lhs.family in m.abbreviations or (p.lhs.family == m.penalty and not m.is_penalised):
                continue
            for moved in (self.shift(p, r, x) for r in p.used if r.family == x.family):
                if moved is not None and not m.is_given(lhs := p.lhs.put(moved)):
                    found.setdefault(lhs)
        return list(found)

    def shift(self, p: Printed, used: Ref, x: Ref) -> Mapping[str, Time] | None:
        """What the letter of an equation has to be for a symbol in it to be x."""
        if used.time is None:
            # A parameter: the step is the one the claim is about.
            if x.time is not None:
                return None
            return {p.letter: self.step} if p.letter is not None and self.step is not None else {}
        if used.time.letter is not None and p.ends_at(used.time.letter):
            return {} if used.time == x.time else None
        return shift(used.time, x.time)

    def beyond(self, x: Ref) -> bool:
        """Whether a variable stands after every step that the claim is about; before, if it comes from later ones."""
        if x.time is None:
            return False
        way = -1 if x.family in self.model.backward else 1
        target = self.mentions.target
        time = (target.time if target is not None else None) or self.step
        mentioned = [r.time for r in self.mentions.frontier | self.mentions.local if r.time is not None]
        ends = [way * u.offset for u in mentioned if u.letters == x.time.letters]
        ends += [way * time.offset + 1] if time is not None and time.letters == x.time.letters else []
        return bool(ends) and way * x.time.offset > max(ends)
