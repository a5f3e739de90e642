"""A claim beside its system: what is compared with what, at which times, and what is differentiated."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symjac import expr as ex
from symjac.claims.gradients import Mentions
from symjac.claims.model import Model
from symjac.claims.stated.aliases import Aliases
from symjac.claims.stated.conditions import Condition
from symjac.claims.stated.terms import Ref, Term
from symjac.claims.undecided import UndecidedError
from symjac.expr.times import LAST, Time
from symjac.reading.assumptions import How
from symjac.reading.context import Family
from symjac.values import Counterexample


@dataclass
class Statement:
    """Members of a chain, resolved to terms, with the system read in each orientation that types."""

    claim: str
    members: tuple[Term, ...]
    texts: tuple[str, ...]
    models: Mapping[str, Model]
    aliases: Aliases
    notes: list[str]
    target: Ref | None = None  # by what the left-hand side differentiates a loss that no equation defines
    last: Time | None = None  # the last step, where the claim names it
    shiftable: bool = False  # whether taking in the equations of the earlier step changes what is differentiated
    normalisations: frozenset[str] = frozenset()  # maps that are declared to be layer normalisations
    one_hot: frozenset[str] = frozenset()  # families that are declared to have one entry 1 and zeros beside it
    open_lag: bool = False  # whether what lies several steps back also acts through other states of its own step
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of families, as their declarations say
    units: frozenset[str] = frozenset()  # index letters of entries that a unit vector picks
    opaque: bool = False  # whether a gate is known by name only
    weights: Mapping[str, Term | None] = field(default_factory=dict)  # of a step's loss in the whole, 1 where ``None``
    seen: frozenset[Ref] = frozenset()  # what an equation says the loss depends on
    at_every_step: frozenset[str] = frozenset()  # families of which an equation says so for every step
    conditions: tuple[Condition, ...] = ()  # under which the claim is said to hold
    factors: tuple[Term, ...] = ()  # deltas of index letters, by which both sides are multiplied: what is said of them

    @property
    def model(self) -> Model:
        return next(iter(self.models.values()))

    def narrowed(self, t: Term) -> Term:
        """A member where the claim is said to hold, and zero for other index letters."""
        nothing = t.kind == "zeros" or (t.kind == "number" and not t.data)
        return t if nothing or not self.factors else Term("product", (t, *self.factors), None, t.span)

    # ------------------------------------------------------------------------------- what it holds

    def is_loss(self, y: Term) -> bool:
        """Whether this is a scalar that no equation defines."""
        r = y.ref
        if r is None:
            return False
        family = self.model.families.get(r.family)
        scalar = family is None or family.role in ("scalar", None)
        return scalar and self.model.equation(r) is None

    def gradients(self, *terms: Term) -> Iterator[tuple[Ref | None, Ref, Term]]:
        """The gradients of undefined losses: the loss, the variable, the term."""
        for root in terms:
            for t in root.walk():
                if t.kind == "gradient" and isinstance(t.data, Ref):
                    yield None, t.data, t
                elif t.kind == "derivative" and self.is_loss(t.args[0]):
                    x = t.args[1].args[0] if t.args[1].kind == "entry" else t.args[1]
                    if x.ref is not None:
                        yield t.args[0].ref, x.ref, t

    @property
    def has_gradient(self) -> bool:
        """Whether a scalar is differentiated by a vector or a matrix."""
        for t in (t for m in self.members for t in m.walk()):
            if t.kind == "gradient":
                return True
            if t.kind == "derivative":
                y, x = t.args
                variable = self.model.families.get(x.ref.family) if x.ref else None
                vector = (variable is not None and variable.role in ("vector", "matrix")) or x.kind == "entry"
                if vector and self.is_scalar(y):
                    return True
        return False

    def is_scalar(self, y: Term) -> bool:
        if y.ref is not None:
            family = self.model.families.get(y.ref.family)
            return family is None or family.role in ("scalar", None)
        if y.kind == "entry":
            return False
        if y.kind in ("product", "operation"):
            first, last = y.args[0], y.args[-1]
            return first.kind == "transpose" and self.is_vector(first.args[0]) and self.is_vector(last)
        return y.kind == "word" and y.data in ("norm", "trace", "det", "logsumexp", "mean")

    def role(self, r: Ref) -> str | None:
        """What a symbol is, ``None`` where nothing says so."""
        family = self.model.families.get(r.family)
        return family.role if family is not None else None

    def is_vector(self, t: Term) -> bool:
        family = self.model.families.get(t.ref.family) if t.ref is not None else None
        return family is not None and family.role == "vector"

    def over(self, *terms: Term) -> list[Term]:
        return [t for root in terms for t in root.walk() if t.kind == "over"]

    @property
    def has_product(self) -> bool:
        return any(t.over.kind == "product" and not t.over.dotted for t in self.over(*self.members))

    @property
    def order(self) -> str | None:
        """What the print settles about the order of the factors: of the last product in the chain."""
        orders = [t.over.order for t in self.over(*self.members) if t.over.kind == "product" and not t.over.dotted]
        return orders[-1] if orders else None

    @property
    def is_gated(self) -> bool:
        """Whether the system has tanh beside a function that nothing specifies, as gated cells do."""
        functions = [e.function for p in self.model.printed for e in p.rhs.walk() if isinstance(e, ex.Apply)]
        return {f.known for f in functions} == {None, "tanh"}

    def differentiated(self, names: Iterable[str]) -> bool:
        """Whether the claim prints a derivative of one of these functions as such: ``\\sigma'(z)``."""
        functions = [t.data for m in self.members for t in m.walk() if t.kind == "apply"]
        functions += [t.place.function for m in self.members for t in m.walk() if t.kind == "bare_function"]
        return any(isinstance(f, ex.Function) and f.order and f.name in names for f in functions)

    def unspecified(self, name: str) -> bool:
        """Whether a function of this name is used that nothing specifies."""
        function = self.model.reading.applied.get(name)
        return function is not None and function.known is None

    # --------------------------------------------------------------------------------------- sizes

    def refs(self, *terms: Term) -> list[Ref]:
        return [r for t in terms for r in t.refs() if r.family in self.model.families]

    def sizes(self, model: Model) -> list[ex.Dim]:
        """The sizes of the system, states' first."""
        found: dict[ex.Dim, None] = {}
        for p in model.printed:
            for s in (model.symbol(p.lhs), *sorted((s for s, _ in p.uses), key=lambda s: s.name)):
                for d in s.shape:
                    if d != ex.ONE:
                        found.setdefault(d)
        for info in model.reading.symbols.values():
            for d in info.symbol.shape:
                if d != ex.ONE:
                    found.setdefault(d)
        return list(found) or [ex.dim("n")]

    # --------------------------------------------------------------------------------------- times

    def mentions(self, a: Term, b: Term, values: Mapping[str, Time]) -> Mentions:
        """The gradients in two members, at numbers where sums are written out."""
        frontier: set[Ref] = set()
        local: set[Ref] = set()
        for root in (a, b):
            for loss, x in self._gradients_at(root, values):
                per_step = loss is not None and loss.time is not None
                used = any(r.family == x.family for p in self.model.printed for _, r in p.uses)
                (local if per_step and used else frontier).add(x)
        target = _put(self.target, values) if self.target is not None else None
        upstream = frozenset(_put(r, values) for r in self.aliases.upstream)
        outputs = frozenset(_put(r, values) for r in self.loss_arguments(a, b) | self.seen)
        others = frozenset(frontier - {target} - upstream)
        abbreviations = frozenset(self.abbreviations(a, b))
        of_step = any(
            loss is not None and loss.time is not None and x == target for loss, x in self._gradients_at(a, values)
        )
        return Mentions(target, others, frozenset(local), upstream, outputs, self.at_every_step, abbreviations, of_step)

    def abbreviations(self, *terms: Term) -> Iterator[str]:
        """Matrices that are defined, that no other equation uses and the claim multiplies by: ``J_t = diag(..) W``.

        No loss is computed from them, though nothing else is.
        """
        variables = {x.family for _, x, _ in self.gradients(*terms)}
        mentioned = {t.ref.family for root in terms for t in root.walk() if t.ref is not None}
        found: set[str] = set()
        more = True
        while more:
            users: dict[str, set[str]] = {}
            for p in self.model.printed:
                for _, r in p.uses:
                    users.setdefault(r.family, set()).add(p.lhs.family)
            more = False
            for name in self.model.defined_families - found - variables:
                matrix = self.model.families[name].role == "matrix" and name in mentioned and name not in users
                if matrix or (name in users and users[name] <= found):
                    found.add(name)
                    more = True
        yield from found

    def loss_arguments(self, *terms: Term) -> set[Ref]:
        """The t of ``l(t)``: what the loss depends on, where that is printed as a symbol."""
        losses = [y for root in terms for t in root.walk() if t.kind == "derivative" and self.is_loss(y := t.args[0])]
        found = {u.ref for y in losses for u in y.args if u.ref is not None}
        # J(W, b) names parameters, of which everything else depends: that says nothing of what comes last.
        return found if all(r.family in self.model.defined_families for r in found) else set()

    def _gradients_at(self, t: Term, values: Mapping[str, Time]) -> Iterator[tuple[Ref | None, Ref]]:
        if t.kind == "over" and t.over.low is not None and t.over.high is not None:
            low, high = t.over.low.put(values), t.over.high.put(values)
            if low.is_number and high.is_number:
                for k in range(low.offset, high.offset + 1):
                    yield from self._gradients_at(t.args[0], {**values, t.over.letter: Time((), k)})
                return
        for loss, x, found in self.gradients(Term(t.kind, (), t.data) if t.args and t.kind != "derivative" else t):
            if found is t or not t.args or t.kind == "derivative":
                yield loss, _put(x, values)
        if t.kind != "derivative":
            for part in t.args:
                yield from self._gradients_at(part, values)

    def step(self, values: Mapping[str, Time], a: Term, b: Term) -> Time | None:
        """The step a parameter's gradient is about, where no sum runs over all of them."""
        for r in (r for t in (b, a) for r in t.refs()):
            if r.time is not None and r.time.letters:
                return Time(r.time.letters).put(values)
        return Time.read("t").put(values)

    def per_step(self, a: Term, b: Term) -> tuple[Term, Term, str] | None:
        """Two sums over all steps by their summands, the gradient by a parameter by what one step gives it.

        The summands and the letter they are counted by; ``None`` where this is no such pair.

        :raises UndecidedError: where a sum does not run over all steps.
        """
        if b.kind != "over" or b.over.kind != "sum":
            return None
        of_state = self.target is not None and self.target.time is not None and self.last == b.over.high
        if a.kind != "over" and (of_state or ((b.over.low, b.over.high) != (None, None) and self._counted(b))):
            return None
        letter = self._runs_through(b)
        if a.kind == "over" and a.over.kind == "sum":
            other = self._runs_through(a)
            body = a.args[0].retimed(lambda u: u.put({other: Time(((letter, 1),))}))
            same = (a.over.low, a.over.high) == (b.over.low, b.over.high)
            return (body, b.args[0], letter) if same else None
        if (
            self.target is None
            or self.target.time is not None
            or all(x != self.target for _, x, _ in self.gradients(a))
        ):
            return None
        return a, b.args[0], letter

    def whole_gradients(self, a: Term, b: Term) -> list[str]:
        """The parameters of every step by which the whole loss is differentiated."""
        found: dict[str, None] = {}
        for loss, x, _ in self.gradients(a, b):
            timed = any(r == x for p in self.model.printed if p.lhs.time is not None for _, r in p.uses)
            if x.time is None and timed and (loss is None or loss.time is None):
                found.setdefault(self.model.symbol(x).name)
        return list(found)

    @staticmethod
    def _counted(t: Term) -> bool:
        """Whether both ends of a sum are numbers."""
        return all(u is not None and u.is_number for u in (t.over.low, t.over.high))

    @staticmethod
    def _runs_through(t: Term) -> str:
        low, high = t.over.low, t.over.high
        first = low is None or low == Time((), 1)
        last = high is None or (high.letter is not None and high.offset == 0)
        if not first or not last:
            raise UndecidedError("the sum does not run over all steps")
        return t.over.letter

    def refuse_unsaid_total(self, a: Term, b: Term) -> None:
        """Nothing is judged where a sum over steps stands beside a derivative that may hold them fixed or not.

        :raises UndecidedError: where the derivative is by a parameter, of what depends on earlier steps.
        """
        if not any(t.over.kind == "sum" for t in self.over(a, b)):
            self._refuse_unsaid_sum(a)
            self._refuse_recursion(a, b)
            return
        for t in (t for t in a.walk() if t.kind == "derivative"):
            y, x = t.args[0].ref, t.args[1].ref
            if y is None or x is None or y.time is None or x.time is not None:
                continue
            variable = self.model.families.get(x.family)
            if self.model.equation(y) is not None and variable is not None and variable.role != "function":
                names = f"{self.model.symbol(y).name} by {x.family}"
                raise UndecidedError(f"whether the derivative of {names} goes through earlier steps is not said")

    def _refuse_unsaid_sum(self, a: Term) -> None:
        """Nothing is judged of a gradient by a parameter, without a sum, where the loss is one over steps."""
        for loss, x, _ in self.gradients(a):
            if loss is None or loss.time is not None or x.time is not None:
                continue
            acts = [p.lhs for p in self.model.printed if any(r == x for _, r in p.uses) and p.lhs.time is not None]
            ends = any(r.time is not None and r.time.letter in LAST and not r.time.offset for r in self.seen)
            if acts and (self.weights or self.at_every_step or ends):
                raise UndecidedError(f"the loss sees every step, and {x.family} acts at every step")

    def _refuse_recursion(self, a: Term, b: Term) -> None:
        """Nothing is judged where derivatives by a parameter stand side by side of which some hold steps fixed.

        :raises UndecidedError: by a vector or scalar at several steps, or with d beside partial derivatives.
        """
        found: dict[str, set[tuple[Time, bool]]] = {}
        for t in (t for root in (a, b) for t in root.walk() if t.kind == "derivative"):
            y, x = t.args[0].ref, t.args[1].ref
            if y is None or x is None or y.time is None or x.time is not None or self.model.equation(y) is None:
                continue
            total = not re.search(r"\\partial|\\nabla", self.claim[slice(*t.span)])
            found.setdefault(x.family, set()).add((y.time, total))
        for name, kinds in found.items():
            several_steps = len({time for time, _ in kinds}) > 1 and self.role(Ref(name)) != "matrix"
            if several_steps or len({total for _, total in kinds}) > 1:
                raise UndecidedError(f"whether the derivatives by {name} go through earlier steps is not said")

    def lengths_matter(self, a: Term, b: Term) -> bool:
        """Whether a number of steps that is a letter plays a part."""
        for t in (t for root in (a, b) for t in root.walk()):
            if t.kind in ("over", "count"):
                return True
            if t.kind == "derivative" and t.args[0].ref and t.args[1].ref:
                y, x = t.args[0].ref, t.args[1].ref
                if y.time and x.time and self.model.steps(y, x) is None and not self.model.prints(y, x):
                    return True
        return False

    def unmet(self, values: Mapping[str, Time], found: Counterexample | None) -> Condition | None:
        """The condition of the claim that a counterexample does not meet, or does not tell whether it does.

        ``values`` are the steps at which the claim was written out; a step that stays a letter may be any, as may the
        last step, where one condition alone holds it.
        """
        numbers = {name: Fraction(time.offset) for name, time in values.items()}
        if found is not None:
            numbers |= {name: Fraction(k) for name, k in {**found.sizes, **found.indices}.items()}
            scalars = ((s.name, table[0][0]) for s, table in found.values.items() if s.is_scalar)
            numbers |= {name: value for name, value in scalars if isinstance(value, Fraction)}
        steps = {name for r in self.refs(*self.members) if r.time is not None for name, _ in r.time.letters}
        counted = Counter(name for c in self.conditions for name in c.letters)
        free = {name for name, count in counted.items() if count == 1 and name in steps | LAST} - numbers.keys()
        return next((c for c in self.conditions if not c.met(numbers, free)), None)

    def lengths(self, counts: Sequence[int], *terms: Term) -> Iterator[dict[str, Time]]:
        """Numbers for the letters of the bounds that make so many steps, the smallest ones that do.

        Where some of them meet the conditions of the claim, the smallest of these.
        """
        bounds = self._bounds(terms)
        if bounds is None:
            return
        low, high = bounds
        letters = list(dict.fromkeys(name for time in bounds for name, _ in time.letters))
        if not letters or len(letters) > 3 or self.model.delays():
            return
        choices = sorted(itertools.product(range(max(counts) + 2), repeat=len(letters)), key=sum)
        numbered = [{name: Time((), k) for name, k in zip(letters, choice, strict=True)} for choice in choices]
        for count in counts:
            fitting = [values for values in numbered if _steps(low.put(values), high.put(values)) == count]
            yield from [values for values in fitting if self.unmet(values, None) is None][:1] or fitting[:1]

    def _bounds(self, terms: Iterable[Term]) -> tuple[Time, Time] | None:
        for t in self.over(*terms):
            if t.over.low is not None and t.over.high is not None:
                return t.over.low, t.over.high
        for t in (t for root in terms for t in root.walk()):
            if t.kind == "derivative" and t.args[0].ref and t.args[1].ref:
                y, x = t.args[0].ref.time, t.args[1].ref.time
                if y is not None and x is not None and not (y - x).is_number:
                    return x + 1, y
        return None

    # -------------------------------------------------------------------------------------- others

    def is_guessed(self, name: str) -> bool:
        """Whether the role of a family was guessed from its letter."""
        family = self.model.families.get(name)
        return family is not None and family.role in ("scalar", "vector", "matrix") and family.how is not How.DECLARED

    def unread_declaration(self, *terms: Term) -> str | None:
        """A symbol in the claim that is declared to have a property, in words whose shape was not understood."""
        mentioned = (r.family for r in self.refs(*terms) if r.family in self.properties)
        return next((name for name in mentioned if self.is_guessed(name)), None)

    def strangers(self, *terms: Term) -> list[str]:
        """What stands for something that neither the system nor a declaration says.

        A declared symbol that carries no time is a parameter of its own, whatever the system holds.
        Everything else that the system does not know has a meaning that is not said, so that nothing may
        be refuted by giving it a value.
        """
        printed = [r for p in self.model.printed for r in (p.lhs, *(r for _, r in p.uses))]
        known = {r.family for r in printed}
        known |= {loss.family for loss, _, _ in self.gradients(*terms) if loss is not None}
        timed = {(r.family, r.time is None) for r in printed}
        variables = [x for _, x, _ in self.gradients(*terms)]
        functions = {e.function.name for p in self.model.printed for e in p.rhs.walk() if isinstance(e, ex.Apply)}
        scalars = {e.of for p in self.model.printed for e in p.rhs.walk() if isinstance(e, ex.ScalarGradient)}
        # A gradient by what no equation holds says nothing about the system.
        found = [x.family for x in variables if (x.family, x.time is None) not in timed]
        arguments: set[int] = set()  # the W and b of J(W, b), which say nothing of their own
        for root in terms:
            for t in root.walk():
                f = t.data
                if t.kind == "derivative" and t.args[0].kind == "symbol":
                    arguments |= {id(a) for a in t.args[0].args}
                if id(t) in arguments:
                    continue
                if isinstance(f, ex.Function) and f.known is None and f.name not in functions:
                    found.append(f.name)
                if t.kind == "scalar_function" and isinstance(t.data, tuple) and t.data[0] not in scalars:
                    found.append(str(t.data[0]))
                if t.kind != "symbol" or not isinstance(t.data, Ref):
                    continue
                if t.data.family in known:
                    if t.data.time is None and (t.data.family, False) in timed and (t.data.family, True) not in timed:
                        found.append(t.data.family)
                    continue
                family = self.model.families.get(t.data.family)
                declared = family is not None and family.how is How.DECLARED and not family.remark
                if not declared or t.data.time is not None:
                    found.append(t.data.family)
        return list(dict.fromkeys(found))

    def unsized(self, *terms: Term) -> str | None:
        """A symbol of the claim alone whose sizes are declared, beside a system whose sizes nobody declared."""
        known = {r.family for p in self.model.printed for r in (p.lhs, *(r for _, r in p.uses))}
        declared = [f for f in self.model.families.values() if f.how is How.DECLARED and f.role in ("vector", "matrix")]
        said = {letter for f in declared if f.name in known for letter in self._letters(f)}
        mentioned = {r.family for r in self.refs(*terms)} - known
        return next((f.name for f in declared if f.name in mentioned and self._letters(f) - said), None)

    def _letters(self, family: Family) -> set[object]:
        try:
            return {letter for size in self.model.shape(family) for letter in size.free_symbols}
        except UndecidedError:  # a size that nobody declared
            return set()

    def mentions_strangers(self, model: Model, t: Term) -> bool:
        """Whether a member holds an output of the system, or a symbol the system does not."""
        used = {r.family for p in model.printed for _, r in p.uses}
        defined = model.defined_families
        inside = {r.family for _, r, _ in self.gradients(t)} | {loss.family for loss, _, _ in self.gradients(t) if loss}
        return any(r.family not in used for r in t.refs() if r.family not in inside or r.family in defined - used)


def _steps(first: Time, last: Time) -> int | None:
    """How many steps there are from the first to the last, ``None`` where they are not known or begin before 0."""
    known = first.is_number and last.is_number and first.offset >= 0
    return last.offset - first.offset + 1 if known else None


def _put(r: Ref, values: Mapping[str, Time]) -> Ref:
    return r.at(r.time.put(values)) if r.time is not None else r
