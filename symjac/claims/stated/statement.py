"""A claim beside its system: what is compared with what, at which times, and what is differentiated."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symjac.claims.gradients import Mentions
from symjac.claims.stated.conditions import Condition
from symjac.claims.stated.said import Said
from symjac.claims.undecided import UndecidedError
from symjac.expr.times import LAST, Time
from symjac.reading.applied.terms import Immediate, Ref, Term
from symjac.values import Counterexample


@dataclass
class Statement(Said):
    """A claim with what is compared with what, at which times."""

    def mentions(self, a: Term, b: Term, values: Mapping[str, Time]) -> Mentions:
        """The gradients in two members, at numbers where sums are written out."""
        frontier: set[Ref] = set()
        local: set[Ref] = set()
        # What nothing uses is seen by its own step's loss alone, which is the whole one there if it counts once.
        weighed = any(w is not None for w in self.weights.values())
        for root in (a, b):
            for loss, x in self._gradients_at(root, values):
                per_step = loss is not None and loss.time is not None
                used = weighed or x.family in self.model.used_families
                (local if per_step and used else frontier).add(x)
        target = self.target.put(values) if self.target is not None else None
        of_step = any(y is not None and y.time is not None and x == target for y, x in self._gradients_at(a, values))
        upstream = frozenset(r.put(values) for r in self.aliases.upstream)
        outputs = frozenset(r.put(values) for r in self.loss_arguments(a, b) | self.seen)
        steps = self.steps.put(values) if self.steps is not None else None
        others, own = frozenset(frontier - {target} - upstream), frozenset(local)
        abbreviations = frozenset(self.abbreviations(a, b))
        return Mentions(
            target, others, own, upstream, outputs, self.at_every_step, abbreviations, of_step, steps, self.penalty
        )

    def abbreviations(self, *terms: Term) -> Iterator[str]:
        """Matrices that are defined, that no other equation uses and the claim multiplies by: ``J_t = diag(..) W``.

        No loss is computed from them, though nothing else is.
        """
        variables = {x.family for _, x, _ in self.gradients(*terms)}
        mentioned = {t.ref.family for root in terms for t in root.walk() if t.ref is not None}
        users: dict[str, set[str]] = {}
        for p in self.model.printed:
            for r in p.used:
                users.setdefault(r.family, set()).add(p.lhs.family)
        open_ = self.model.defined_families - variables
        found = {f for f in open_ & mentioned - users.keys() if self.model.families[f].role == "matrix"}
        while more := {name for name in open_ - found if name in users and users[name] <= found}:
            found |= more
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
        if t.kind == "derivative" or not t.args:
            yield from ((loss, x.put(values)) for loss, x, _ in self.gradients(t))
        else:
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
        counted = all(u is not None and u.is_number for u in (b.over.low, b.over.high))
        if a.kind != "over" and (of_state or counted):
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

    def beside_penalty(self, a: Term, b: Term) -> tuple[Term, tuple[Term, ...]] | None:
        """The sum over all steps, and what stands beside it, by a parameter that adds to the loss by itself too.

        ``None`` where this is no such gradient.

        :raises UndecidedError: where the sum does not run over all steps.
        """
        penalised = any(self.target in p.used for p in self.model.printed if p.lhs.family == self.penalty)
        terms = b.args if b.kind == "add" else (b,)
        sums = [t for t in terms if t.kind == "over"]
        if not penalised or len(sums) != 1 or self.per_step(a, sums[0]) is None:
            return None
        return sums[0], tuple(t for t in terms if t is not sums[0])

    def of_penalty(self, a: Term) -> Term:
        """A member with what parameters alone add in the place of the loss."""
        added = Term("symbol", (), Ref(self.penalty))

        def change(t: Term) -> Term:
            of_loss = t.kind == "derivative" and self.is_loss(t.args[0])
            return Term(t.kind, (added, *t.args[1:]), t.data, t.span) if of_loss else t

        return a.rebuilt(change)

    def whole_gradients(self, a: Term, b: Term) -> list[str]:
        """The parameters of every step by which the whole loss is differentiated."""
        found: dict[str, None] = {}
        for loss, x, _ in self.gradients(a, b):
            timed = any(x in p.used for p in self.model.printed if p.lhs.time is not None)
            if x.time is None and timed and (loss is None or loss.time is None):
                found.setdefault(self.model.name(x))
        return list(found)

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
        self._refuse_both_signs(a, b)
        if not any(t.over.kind == "sum" for t in self.over(a, b)):
            self._refuse_unsaid_sum(a)
            self._refuse_recursion(a, b)
            return
        for _, y, x in self.of_symbols(a):
            if y.time is None or x.time is not None:
                continue
            if self.model.equation(y) is not None and x.family in self.model.families and self.role(x) != "function":
                names = f"{self.model.name(y)} by {x.family}"
                raise UndecidedError(f"whether the derivative of {names} goes through earlier steps is not said")

    def _refuse_both_signs(self, a: Term, b: Term) -> None:
        r"""Of ``\frac{dy}{dx} = \frac{\partial y}{\partial x} + ...`` the second holds fixed what the first does not.

        :raises UndecidedError: where one derivative is printed with both signs.
        """
        signs: dict[tuple[Ref, Ref], set[str]] = {}
        for t, y, x in self.of_symbols(a, b):
            first = next((k for k in self.tokens(t) if k.kind in ("name", "partial", "nabla")), None)
            if first is not None and (first.kind == "partial" or first.text == "d"):
                signs.setdefault((y, x), set()).add(first.text)
        for (y, x), found in signs.items():
            if len(found) > 1:
                names = f"{self.model.name(y)} by {self.model.name(x)}"
                raise UndecidedError(
                    f"with a d and a \\partial, what the derivative of {names} holds fixed is not said"
                )

    def _refuse_unsaid_sum(self, a: Term) -> None:
        """Nothing is judged of a gradient by a parameter, without a sum, where the loss is one over steps."""
        for loss, x, _ in self.gradients(a):
            if loss is None or loss.time is not None or x.time is not None:
                continue
            acts = any(x in p.used and p.lhs.time is not None for p in self.model.printed)
            ends = any(r.time is not None and r.time.letter in LAST and not r.time.offset for r in self.seen)
            if acts and (self.weights or self.at_every_step or ends):
                raise UndecidedError(f"the loss sees every step, and {x.family} acts at every step")

    def _refuse_recursion(self, a: Term, b: Term) -> None:
        """Nothing is judged where it is not plain whether derivatives by a parameter hold earlier steps fixed.

        :raises UndecidedError: where d stands beside partial derivatives, or at one step alone, without a recursion.
        """
        found: dict[str, set[tuple[Ref, bool]]] = {}
        for t, y, x in self.of_symbols(a, b):
            if y.time is not None and x.time is None and self.model.equation(y) is not None:
                total = not any(k.kind in ("partial", "nabla") for k in self.tokens(t))
                found.setdefault(x.family, set()).add((y, total))
        for name, kinds in found.items():
            apart = len({total for _, total in kinds}) > 1
            (y, straight), *others = kinds
            behind = (r.family for r in self.model.earlier(y)) if straight and not others else ()
            if apart or any(name in self.model.behind([family]) for family in behind):
                raise UndecidedError(f"whether the derivatives by {name} go through earlier steps is not said")

    def carried(self, *members: Term) -> frozenset[tuple[Ref, Ref]]:
        """The earliest of several derivatives of states by one parameter: total ones, of which nothing more is known.

        ``dh_t/dW`` beside ``dh_{t-1}/dW`` is the total derivative, which obeys the recursion
        ``dh_t/dW = immediate + dh_t/dh_{t-1} dh_{t-1}/dW``.

        :raises UndecidedError: where they stand at times with different letters, so that either may be meant.
        """
        states = {(y, x) for y, x in self.by_parameter(*members) if y.time is not None}
        out = set()
        for parameter in {x for _, x in states}:
            found = [y for y, x in states if x == parameter]
            if len({y.step.letters for y in found}) > 1:
                raise UndecidedError("whether these derivatives by a parameter are total or immediate ones is not said")
            first = min(y.step.offset for y in found)
            if any(y.step.offset != first for y in found):
                out |= {(y, parameter) for y in found if y.step.offset == first}
        return frozenset(out)

    def by_parameter(self, *members: Term, immediate: bool = False) -> Iterator[tuple[Ref, Ref]]:
        """The derivatives of what equations define, or of entries of it, by what has no time, or by entries of that."""
        printed = (t for m in members for t in m.walk() if t.kind == "derivative")
        for t in (t for t in printed if immediate or not isinstance(t.data, Immediate)):
            y, x = (a.whole.ref for a in t.args)
            if y is None or x is None or x.time is not None or self.model.definition(y) is None:
                continue
            roles = self.role(y), self.role(x)
            if roles[0] == "vector" or roles == ("matrix", "matrix") or (roles[0] == "scalar" and roles[1] != "matrix"):
                yield y, x

    def lengths_matter(self, a: Term, b: Term) -> bool:
        """Whether a number of steps that is a letter plays a part."""
        if any(t.kind in ("over", "count") for root in (a, b) for t in root.walk()):
            return True
        return any(self.model.are_far(y, x) and not self.model.prints(y, x) for _, y, x in self.of_symbols(a, b))

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
        behind = self.model.behind(r.family for r in self.refs(*terms))
        if not letters or len(letters) > 3 or self.model.delays() or self.model.backward & behind:
            return
        choices = sorted(itertools.product(range(max(counts) + 2), repeat=len(letters)), key=sum)
        numbered = [{name: Time((), k) for name, k in zip(letters, choice, strict=True)} for choice in choices]
        for count in counts:
            fitting = [values for values in numbered if _steps(low.put(values), high.put(values)) == count]
            yield from [values for values in fitting if self.unmet(values, None) is None][:1] or fitting[:1]

    def _bounds(self, terms: Sequence[Term]) -> tuple[Time, Time] | None:
        for t in self.over(*terms):
            if t.over.low is not None and t.over.high is not None:
                return t.over.low, t.over.high
        for _, y, x in self.of_symbols(*terms):
            if y.time is not None and x.time is not None and not (y.time - x.time).is_number:
                return x.time + 1, y.time
        return None


def _steps(first: Time, last: Time) -> int | None:
    """How many steps there are from the first to the last, ``None`` where they are not known or begin before 0."""
    known = first.is_number and last.is_number and first.offset >= 0
    return last.offset - first.offset + 1 if known else None
