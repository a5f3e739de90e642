r"""Is a printed bound true? ``\| \partial h_t / \partial h_k \| \le (\| W \| \gamma)^{t-k}`` and its like.

A bound is proved by the rules of :mod:`~symjac.claims.bounds.majorants`, refuted by numbers, and undecided
otherwise. Norms do not change under transposes; still each convention is judged by itself, because what stands
between bars has to fit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symjac import expr as ex
from symjac.claims.asked import Asked, conventions, orders, settled_order
from symjac.claims.bounds import bounding
from symjac.claims.bounds.bounding import FALLING, Hypothesis
from symjac.claims.bounds.majorants import Majorants, Plain, Register
from symjac.claims.bounds.norm_forms import Forms
from symjac.claims.bounds.sizes import Size
from symjac.claims.bounds.telling import latex
from symjac.claims.bounds.violations import violation
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import FOUR, Convention
from symjac.claims.evaluate import Evaluator
from symjac.claims.overtime import OverTime
from symjac.claims.stated.naming import Names
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.stating import state
from symjac.claims.stated.systems import sources
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.claims.verdict import NO_ORIENTATION, Link, Outcome, Outcomes, Verdict, answered, undecided
from symjac.claims.witness import WrittenOut, unkept
from symjac.claims.world import Forward, World
from symjac.errors import Defect, NotYetError, ShapeError
from symjac.expr.times import Time
from symjac.limits import in_time
from symjac.normal import NormalFormTooLarge
from symjac.problem import Claim
from symjac.reading.applied.terms import Term

LENGTHS = (1, 2)
POINTS = 12  # at which what always holds is held against a run
LONGEST = 200  # characters of a bound that is worth printing
SHIFT_MATTERS = undecided("it depends on whether the equations of the earlier step are taken in")
ROADS = ("rules for norms", "system run forwards")
SURE = r"\gamma"  # the letter papers use for the steepest slope


def judged(asked: Claim) -> tuple[Verdict, Statement]:
    """The verdict about a bound, and how it was read.

    :raises ReadError: where the system or the claim cannot be read.
    """
    said, plain = bounding.hypotheses(asked.symbols)
    s = state(asked.equations, asked.formula, plain, of=asked.of, wrt=asked.wrt, read=bounding.read_bound)
    names = Names(next(iter(sources(asked.equations, plain).readings.values())), plain)
    judge = BoundJudge(s, bounding.relations(s.claim), bounding.resolved(names, said))
    judge.guess()
    return judge.verdict(), s


@dataclass
class BoundJudge:
    """One bound in the making."""

    statement: Statement
    signs: tuple[str, ...]
    hypotheses: dict[str, Hypothesis]
    notes: list[str] = field(default_factory=list)

    # ------------------------------------------------------------------------------- hypotheses

    @property
    def functions(self) -> dict[str, ex.Function]:
        """The functions of the system and of the claim, by name."""
        found = [e.function for e in self.statement.model.nodes() if isinstance(e, ex.Apply)]
        found += [t.data for t in self.statement.walk() if isinstance(t.data, ex.Function)]
        return {f.name: ex.Function(f.name, 0, f.known) for f in found}

    def guess(self) -> None:
        """What constants stand for that nothing declares, with a note for each."""
        s = self.statement
        matrices = [name for name, f in s.model.families.items() if f.role == "matrix"]
        known = s.model.known_families
        open_ = [name for name in self.constants() if name not in known and name not in self.hypotheses]
        labels = {name: s.model.families[name].label for name in open_ if name in s.model.families}
        labelled = {n: Hypothesis("bound", of, guessed=True) for n, of in labels.items() if of in matrices}  # \beta_W
        rest = [name for name in open_ if name not in labelled]
        functions = list(self.functions)
        if len(rest) == len(functions) == 1:
            labelled[rest[0]] = Hypothesis("slope", functions[0], guessed=True)
        for name, h in labelled.items():
            self.hypotheses[name] = h
            what = rf"an upper bound of |{h.of}'|" if h.kind == "slope" else f"an upper bound of the norm of {h.of}"
            self.notes.append(f"{name} is read as {what}")

    @property
    def unsure(self) -> list[str]:
        """The constants that are read as slopes though only their place says so."""
        return [name for name, h in self.hypotheses.items() if h.guessed and h.kind == "slope" and name != SURE]

    @property
    def steepest(self) -> dict[str, str]:
        """The constants that bound a slope, with the function whose."""
        return {name: h.of for name, h in self.hypotheses.items() if h.kind == "slope"}

    def constants(self) -> list[str]:
        """The symbols outside all bars."""
        found: dict[str, None] = {}
        todo = list(self.statement.members)
        while todo:
            t = todo.pop()
            if t.ref is not None:
                found[t.ref.family] = None
            if t.kind != "word":
                todo += t.args
        return list(found)

    # ---------------------------------------------------------------------------------- verdict

    def verdict(self) -> Verdict:
        s = self.statement
        whole = "<" if any(sign in ("<", ">") for sign in self.signs) else "<="
        first, last = self.ends
        maps = {o: self.outcomes(first, last, whole, o) for o in orders(s)}
        links = tuple(self.links()) if len(s.members) > 2 else ()
        notes = tuple(dict.fromkeys([*s.notes, *self.notes]))
        out = Verdict(
            s.claim, "", maps["ascending"], maps.get("descending"), s.order, links, notes=notes, signs=self.signs
        ).summed_up()
        best = "" if self.unsure and out.verdict != "true" else self.best()
        right = {"bound": best, "condition": self.condition(best)}
        return replace(out, correct={key: text for key, text in right.items() if text})

    @property
    def ends(self) -> tuple[Term, Term]:
        """The member that is said to be the smallest, and the one that is said to be the greatest."""
        first, last = self.statement.members[0], self.statement.members[-1]
        return (last, first) if any(sign in FALLING for sign in self.signs) else (first, last)

    def links(self) -> Iterator[Link]:
        s = self.statement
        sides = list(zip(s.texts, s.members, strict=True))
        for ((left, a), (right, b)), sign in zip(itertools.pairwise(sides), self.signs, strict=True):
            x, y = (b, a) if sign in FALLING else (a, b)
            yield Link(left, right, self.outcomes(x, y, sign.replace(">", "<"), settled_order(s)))

    def outcomes(self, a: Term, b: Term, sign: str, order: str) -> Outcomes:
        return {c.name: self.outcome(a, b, sign, c, order) for c in conventions(self.statement)}

    def outcome(self, a: Term, b: Term, sign: str, convention: Convention, order: str) -> Outcome:
        model = self.statement.models.get(convention.orientation)
        if model is None:
            return NO_ORIENTATION
        pair = Pair(self.statement, model, convention, order, judge=self)
        found = pair.outcome(a, b, sign)
        if not self.statement.shiftable or found.because == "shape":
            return found
        with model.taking_in_the_earlier_step():
            other = pair.outcome(a, b, sign)
        return found if other.holds is found.holds else SHIFT_MATTERS

    # ---------------------------------------------------------------------------- what is right

    def best(self) -> str:
        """A bound of the smallest member that no time concerns, as LaTeX; empty where symjac knows none."""
        model = self.statement.models.get("column")
        derivative = any(t.kind == "derivative" for t in self.ends[0].walk())
        if model is None or not derivative or self.statement.shiftable:
            return ""
        pair = Pair(self.statement, model, FOUR[0], "ascending", judge=self)
        try:
            least, text = pair.least_upper(self.ends[0], pair.forms({}))
            if least is None or len(text) > LONGEST:
                return ""
            pair.confirm_upper(self.ends[0])
        except TROUBLE:
            return ""
        return text

    def condition(self, best: str) -> str:
        """Where a bound by a number holds, as LaTeX; nothing where that is no matter of letters, as 1 < 1 is not."""
        last = self.ends[1]
        if not any(c.isalpha() for c in best.replace(r"\frac", "")) or not isinstance(last.data, Fraction):
            return ""
        return f"{best} {'<' if '<' in self.signs or '>' in self.signs else chr(92) + 'le'} {last.data}"


@dataclass
class Pair(Asked):
    """Two members of a bound in one convention."""

    judge: BoundJudge = field(kw_only=True)
    ran: bool = False  # whether a run was possible when a violation was looked for
    trouble: str = ""  # why not

    def outcome(self, a: Term, b: Term, sign: str) -> Outcome:
        """One convention's answer; whatever cannot be found out is undecided."""
        try:
            return answered(lambda: self.decided(a, b, sign))
        except ShapeError as error:
            return Outcome(False, "shape", error.message)

    def decided(self, a: Term, b: Term, sign: str) -> Outcome:
        in_time()
        if sign == "=":
            return self.equality(a, b)
        reason = ""
        try:
            forms, strictly = self.forms({}), sign == "<"
            greater = forms.of(b)  # first, so that the norms in it are known by name
            smaller = forms.of(a)
            uppers = forms.uppers(smaller)
            if any(u.at_most(greater, counts=frozenset(forms.counts), strictly=strictly) for u in uppers):
                return self.confirmed(a, b, sign)
        except (UndecidedError, NormalFormTooLarge, NotYetError) as error:
            reason = str(error)
        found = self.refuted(a, b, sign)
        return found or undecided(reason or "neither a proof nor numbers that violate it were found")

    def confirmed(self, a: Term, b: Term, sign: str) -> Outcome:
        """What was proved, where points of the system run forwards keep to it.

        :raises Defect: where one does not.
        :raises UndecidedError: where none can be run.
        """
        found = self.refuted(a, b, sign)
        if found is not None and found.holds is False:
            raise Defect(
                f"the bound {self.statement.claim} is proved and violated where the system is run forwards "
                f"({self.convention.name})",
                roads=ROADS,
            )
        if not self.ran:
            raise UndecidedError(f"it is proved, but no run confirms it: {self.trouble}")
        return Outcome(True, "proof", witnesses=ROADS)

    def equality(self, a: Term, b: Term) -> Outcome:
        """Two sizes that are said to be equal: the same norms, or norms of what is equal."""
        try:
            forms = self.forms({})
            if forms.of(b) == forms.of(a):
                return self.confirmed(a, b, "=")
        except UndecidedError:
            pass  # what stands between the bars may be equal all the same
        if a.kind == b.kind == "word" and a.data == b.data == "norm":
            inside = Comparison(self.statement, self.model, self.convention, self.order)
            same = inside.outcome(a.args[0], b.args[0])
            if same.holds:
                return same
        found = self.refuted(a, b, "=")
        return found or undecided("whether these sizes are equal was not found out")

    # ----------------------------------------------------------------------------- refutation

    def refuted(self, a: Term, b: Term, sign: str) -> Outcome | None:
        if self.statement.opaque:
            return undecided("a gate is known by name only, so that nothing can be refuted by values")
        self.ran, self.trouble = False, "nothing says which numbers of steps there are"
        for values in self.lengths(a, b):
            in_time()
            try:
                found = self.refuted_at(a, b, sign, values)
                self.ran = True
            except (UndecidedError, NormalFormTooLarge) as error:
                self.trouble = str(error)
                continue
            if found is not None:
                return found
        return None

    def lengths(self, a: Term, b: Term) -> Iterator[Mapping[str, Time]]:
        """Numbers for the letters that count steps."""
        s = self.statement
        return iter(s.lengths(LENGTHS, a, b)) if s.lengths_matter(a, b) else iter([{}])

    def least_upper(self, a: Term, forms: Forms) -> tuple[Size | None, str]:
        """The least that a member is found to be at most and that can be printed, and its LaTeX."""
        names = {(h.kind, h.of): name for name, h in self.judge.hypotheses.items()}
        found = forms.uppers(forms.of(a))
        texts = {size: text for size in found if (text := latex(size, forms, names))}
        plain = [size for size in texts if "diag" not in texts[size]] or list(texts)
        least = next(iter(plain), None)
        for size in plain:
            if least is not None and size.at_most(least, counts=frozenset(forms.counts)):
                least = size
        return least, texts[least] if least is not None else ""

    def confirm_upper(self, a: Term) -> None:
        """Hold the least that a member is found to be at most against the system run forwards.

        :raises UndecidedError: where it cannot be run.
        :raises Defect: where it is more.
        """
        ran = False
        for values in self.lengths(a, a):
            in_time()
            world, closed = self.world(values), self.forms(values)
            run = self.forms(values, world)
            here = run.of(a)
            upper, _ = self.least_upper(a, closed)
            if upper is None:
                continue
            self.settle(world, run, closed.expressions(upper))
            if violation(((run, here), (closed, upper)), "<=", self.judge.steepest, world, points=POINTS) is not None:
                raise Defect(
                    f"what is always at least the member of {self.statement.claim} is less than it where the "
                    "system is run forwards",
                    roads=ROADS,
                )
            ran = True
        if not ran:
            raise UndecidedError("nothing says which numbers of steps there are")

    def settle(self, world: World, forms: Forms, beside: Sequence[ex.Expr] = ()) -> None:
        """Find the equations under which sizes are run.

        A state at the step of an input that is differentiated by is no free value: it has been through the function.
        """
        depth = int(any((r := self.model.ref(v)) is not None and self.model.enters(r) for v in forms.variables))
        world.settle([*forms.majorants.register.known, *beside], depth)

    def refuted_at(self, a: Term, b: Term, sign: str, values: Mapping[str, Time]) -> Outcome | None:
        """A point at which the bound is violated, derivatives from the system run forwards."""
        j = self.judge
        world = self.world(values)
        forms = self.forms(values, world)
        sides = (forms.of(a), forms.of(b))
        self.settle(world, forms)
        found = violation(((forms, sides[0]), (forms, sides[1])), sign, j.steepest, world)
        if found is None:
            return None
        if lost := unkept(self.statement, self.model, found.values):
            return undecided(f"{lost[0]}, and the values that refute the claim do not keep to it")
        if unsure := self.unsure(a, b):
            return undecided(f"nothing says what {unsure} is")
        where = ", ".join(f"{letter} = {value.text}" for letter, value in values.items())
        return Outcome(False, "counterexample", f"written out for {where}" if where else "", found, ROADS[1:])

    def unsure(self, a: Term, b: Term) -> str:
        """A symbol whose meaning is not said, so that no numbers refute anything."""
        j = self.judge
        mentioned = {t.ref.family for m in (a, b) for t in m.walk() if t.ref is not None}
        strangers = [name for name in self.statement.strangers(a, b) if name not in j.hypotheses]
        return next((name for name in [*(n for n in j.unsure if n in mentioned), *strangers]), "")

    # ---------------------------------------------------------------------------------- forms

    def world(self, values: Mapping[str, Time]) -> World:
        """What the derivatives of the claim are where the system is run forwards, at numbers for index letters."""
        g = self.gradients(*self.judge.ends, values)
        return World(g.model, g.mentions, step=g.step, last=g.last, weights=g.weights)

    def forms(self, values: Mapping[str, Time], world: World | None = None) -> Forms:
        """How the members are read in this convention, at numbers for index letters.

        Derivatives are closed forms; letters of a ``world`` where there is one.
        """
        j = self.judge
        gradients, over = self.gradients(*j.ends, values), OverTime(self.order)

        def evaluators(at: Mapping[str, Time]) -> Evaluator:
            if world is not None:
                return Forward(self.model, self.convention, world, WrittenOut(self.order), at)
            return Evaluator(self.model, self.convention, gradients, over, at)

        named = {h.of for h in j.hypotheses.values() if h.kind == "slope"}
        slopes = {name: f for name, f in j.functions.items() if name in named}
        bounds = frozenset(h.of for h in j.hypotheses.values() if h.kind == "bound")
        majorants = Majorants((Register if world is None else Plain)(self.model), slopes, bounds)
        return Forms(
            self.model, majorants, j.hypotheses, evaluators, values, set(steps(self.statement.members, values))
        )


def steps(members: Sequence[Term], values: Mapping[str, Time]) -> Iterator[Time]:
    """The numbers of steps that derivatives and products run over, none of which is negative."""
    for t in (t for m in members for t in m.walk()):
        if t.kind == "over" and t.over.low is not None and t.over.high is not None:
            yield (t.over.high - t.over.low + 1).put(values)
        if t.kind == "derivative" and t.args[0].ref and t.args[1].ref:
            y, x = t.args[0].ref.time, t.args[1].ref.time
            if y is not None and x is not None and t.args[0].ref.family == t.args[1].ref.family:
                yield (y - x).put(values)
