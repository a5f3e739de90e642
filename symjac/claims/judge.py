"""From a record to a verdict: the claim is read once and judged in every convention by itself."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symjac import expr as ex
from symjac.claims import bound_words, bounding, inequality, vectors
from symjac.claims.alternatives import REWRITES, Diagonals
from symjac.claims.calls import spelled_out
from symjac.claims.conventions import FOUR, MIXED, Convention
from symjac.claims.correct import correct
from symjac.claims.evaluate import Evaluator
from symjac.claims.explain import explanation
from symjac.claims.gradients import Gradients
from symjac.claims.induction import proved_by_induction
from symjac.claims.model import Model, UndecidedError
from symjac.claims.overtime import OverTime
from symjac.claims.sizing import Sizing
from symjac.claims.statement import Statement
from symjac.claims.stating import SeveralRepairsError, state
from symjac.claims.terms import Term
from symjac.claims.times import Time
from symjac.claims.vecread import kronecker_throughout
from symjac.claims.verdict import Link, Outcome, Outcomes, Verdict, summed_up
from symjac.claims.ways import relations
from symjac.errors import DefinitionError, NotYetError, ShapeError, SymjacError
from symjac.expr import Expr
from symjac.normal import NormalFormTooLarge, UndefinedFormError, counterexample, equal, time_limit

TIMEOUT = 20.0
LENGTHS = (1, 2, 3)
EFFORT = 60
EFFORT_COMPOSITE = 300  # a commutation matrix shows only where two sizes above 1 differ
MAX_SIZINGS = 100
MAX_REPAIRS = 6
SHIFT_MATTERS = Outcome(
    None, "undecided", "it depends on whether the equations of the earlier step are taken in; see the alternatives"
)
KRONECKER = Outcome(
    None,
    "undecided",
    r"it holds with \otimes of two vectors read as the Kronecker product, and not as the outer product",
)
USUAL = {r"\sigma": "elementwise sigmoid"}  # what letters stand for in many papers without a word


def judge(record: Mapping[str, object], timeout: float = TIMEOUT) -> Verdict:
    """The verdict about one record: ``equations`` (or ``system``), ``symbols``, ``claim``, ``of``, ``wrt``, ``id``.

    Never raises for what is in the record: what cannot be read is a verdict too.

    >>> claim = r"\\frac{\\partial y}{\\partial x} = W diag(\\sigma'(x))"
    >>> judge({"system": [r"y = W \\sigma(x)"], "claim": claim}).verdict
    'true'
    """
    claim = record.get("claim")
    texts = record.get("equations", record.get("system"))
    texts = [texts] if isinstance(texts, str) else texts
    symbols = record.get("symbols") or {}
    of, wrt = record.get("of"), record.get("wrt")
    try:
        if not isinstance(claim, str):
            raise DefinitionError("a record needs a claim, as a string")
        if not isinstance(texts, Sequence) or not all(isinstance(t, str) for t in texts):
            raise DefinitionError("a record needs equations, as a list of strings")
        if not isinstance(symbols, Mapping) or not all(isinstance(v, str) for v in symbols.values()):
            raise DefinitionError("the symbols of a record are an object of strings")
        target = (of if isinstance(of, str) else None, wrt if isinstance(wrt, str) else None)
        verdict = judge_claim(texts, claim, symbols, of=target[0], wrt=target[1], timeout=timeout)
    except SymjacError as error:
        verdict = unreadable(str(claim), error)
    return replace(verdict, id=record.get("id"))


def unreadable(claim: str, error: SymjacError) -> Verdict:
    """The verdict about what cannot be read."""
    data = {"kind": error.kind, "message": error.message, "where": error.where}
    return Verdict(claim, "unreadable", explanation=f"This cannot be read: {error.message}.", error=data)


def judge_claim(
    equations: Sequence[str],
    claim: str,
    symbols: Mapping[str, str] | None = None,
    *,
    of: str | None = None,
    wrt: str | None = None,
    timeout: float = TIMEOUT,
) -> Verdict:
    """Under which conventions a printed formula is true of a system.

    :raises ReadError: where the system or the claim cannot be read.
    """
    deadline = time.monotonic() + timeout
    declared = dict(symbols or {})
    try:
        return _judged(equations, claim, declared, of, wrt, deadline)
    except SeveralRepairsError as error:
        verdicts = [_judged(equations, text, declared, of, wrt, deadline) for text in error.texts[:MAX_REPAIRS]]
        if len(error.texts) > MAX_REPAIRS or any(not v.conventions for v in verdicts):
            raise
        return agreed(claim, error.texts, verdicts)


def agreed(claim: str, texts: Sequence[str], verdicts: Sequence[Verdict]) -> Verdict:
    """What all the places for a missing bracket agree on; the rest is undecided."""
    doubt = Outcome(None, "undecided", "a bracket is missing, and where it stands matters")

    def common(maps: Sequence[Outcomes]) -> Outcomes:
        return {k: o if len({m[k].holds for m in maps}) == 1 else doubt for k, o in maps[0].items()}

    descending = [v.descending for v in verdicts if v.descending is not None]
    out = replace(
        verdicts[0],
        claim=claim,
        conventions=common([v.conventions for v in verdicts]),
        descending=common(descending) if len(descending) == len(verdicts) else None,
        links=tuple(
            replace(links[0], conventions=common([link.conventions for link in links]))
            for links in zip(*(v.links for v in verdicts), strict=False)
        ),
        notes=(*verdicts[0].notes, f"a bracket is missing; it was put in {len(texts)} places, and each was judged"),
    )
    out = replace(out, verdict=summed_up(out.as_printed))
    return replace(out, explanation=explanation(out))


def _judged(
    equations: Sequence[str],
    claim: str,
    declared: Mapping[str, str],
    of: str | None,
    wrt: str | None,
    deadline: float,
) -> Verdict:
    if bounding.is_bound(claim):
        return _bound(equations, claim, declared, of, wrt, deadline)
    try:
        statement = state(equations, claim, dict(declared), of=of, wrt=wrt)
    except UndecidedError as error:
        outcomes = {c.name: Outcome(None, "undecided", str(error)) for c in FOUR}
        out = Verdict(claim, "undecided", outcomes)
        return replace(out, explanation=explanation(out))
    with time_limit(deadline):
        verdict = Judge(statement, deadline).verdict()
    usual = {f: words for f, words in USUAL.items() if statement.unspecified(f) and f not in declared}
    proved = [verdict.verdict == "true", *(any(o.holds for o in link.conventions.values()) for link in verdict.links)]
    if all(proved) or not usual:
        return verdict
    with time_limit(deadline):
        other = Judge(state(equations, claim, {**declared, **usual}, of=of, wrt=wrt), deadline).verdict()
    if other.verdict == "true" and statement.is_gated and not statement.differentiated(usual):
        what = " and ".join(f"{f} is read as {words.removeprefix('elementwise ')}" for f, words in usual.items())
        note = f"{what}, as beside tanh in a gated cell; the claim prints the derivative of no other function"
        return replace(other, notes=(*other.notes, note), alternatives={"unspecified": verdict.conventions})
    return under_condition(verdict, other, usual)


def _bound(
    equations: Sequence[str],
    claim: str,
    declared: Mapping[str, str],
    of: str | None,
    wrt: str | None,
    deadline: float,
) -> Verdict:
    def judged(more: Mapping[str, str]) -> tuple[Verdict, Statement]:
        symbols = {**declared, **more}
        return inequality.judged(equations, claim, symbols, of=of, wrt=wrt, deadline=deadline, inside=_inside(deadline))

    verdict, statement = judged({})
    usual = {f: words for f, words in USUAL.items() if statement.unspecified(f) and f not in declared}
    if verdict.verdict == "true" or not usual:
        return verdict
    other, _ = judged(usual)
    out = under_condition(verdict, other, usual)
    return replace(out, explanation=bound_words.first(out))


def _inside(deadline: float) -> inequality.Inside:
    """Whether two formulas that stand between bars are equal."""

    def compared(s: Statement, model: Model, convention: Convention, order: str, a: Term, b: Term) -> Outcome:
        return Comparison(s, model, convention, order, deadline).outcome(a, b)

    return compared


def under_condition(v: Verdict, other: Verdict, usual: Mapping[str, str]) -> Verdict:
    """What holds only if functions that nothing declares are the usual ones is undecided, and said apart."""
    what = " and ".join(f"{f} is {words.removeprefix('elementwise ')}" for f, words in usual.items())
    doubt = Outcome(None, "undecided", f"it holds if {what}, which nothing says")

    def doubted(mine: Outcomes, theirs: Outcomes) -> Outcomes:
        return {k: doubt if o.holds is False and theirs[k].holds else o for k, o in mine.items()}

    first = doubted(v.conventions, other.conventions)
    second = doubted(v.descending, other.descending) if v.descending and other.descending else v.descending
    pairs = zip(v.links, other.links, strict=True)
    links = tuple(replace(mine, conventions=doubted(mine.conventions, theirs.conventions)) for mine, theirs in pairs)
    if (first, second, links) == (v.conventions, v.descending, v.links):
        return v
    out = replace(
        v, conventions=first, descending=second, links=links, alternatives={what: other.conventions}, if_declared=usual
    )
    out = replace(out, verdict=summed_up(out.as_printed))
    return replace(out, explanation=explanation(out))


@dataclass
class Judge:
    """One claim in the making."""

    statement: Statement
    deadline: float
    notes: list[str] = field(default_factory=list)

    def verdict(self) -> Verdict:
        s = self.statement
        conventions = FOUR + MIXED if s.has_gradient else FOUR
        first, last = s.members[0], s.members[-1]
        orders = ("ascending", "descending") if s.has_product else ("ascending",)
        maps = {order: self.outcomes(first, last, conventions, order) for order in orders}
        if (kronecker := last.rebuilt(kronecker_throughout)) != last:
            maps = {o: self.doubted(m, self.outcomes(first, kronecker, conventions, o)) for o, m in maps.items()}
        links: tuple[Link, ...] = ()
        if len(s.members) > 2:
            sides = list(zip(s.texts, s.members, strict=True))
            order = "descending" if s.order == "descending" else "ascending"
            links = tuple(
                Link(left, right, self.outcomes(a, b, conventions, order))
                for (left, a), (right, b) in itertools.pairwise(sides)
            )
        out = Verdict(
            s.claim,
            "",
            maps["ascending"],
            maps.get("descending"),
            s.order,
            links,
            correct=correct(s),
            notes=tuple(dict.fromkeys([*s.notes, *self.notes, *vectors.notes(s)])),
        )
        out = replace(out, verdict=summed_up(out.as_printed))
        if out.verdict != "true":
            out = replace(out, alternatives=self.alternatives(first, last, conventions, maps))
        if SHIFT_MATTERS in out.conventions.values():
            out = replace(out, alternatives={**out.alternatives, **self.shifts(first, last, conventions)})
        return replace(out, explanation=explanation(out))

    @staticmethod
    def doubted(printed: Outcomes, kronecker: Outcomes) -> Outcomes:
        """What holds only with the Kronecker product of two vectors is neither true nor false as printed."""
        return {k: KRONECKER if o.holds is False and kronecker[k].holds else o for k, o in printed.items()}

    def alternatives(
        self, a: Term, b: Term, conventions: Sequence[Convention], printed: Mapping[str, Outcomes]
    ) -> dict[str, Outcomes]:
        """The other readings of the right-hand side that hold somewhere."""
        readings: list[tuple[str, Term, type[Evaluator]]] = [
            (name, changed, Evaluator) for name, change in REWRITES.items() if (changed := b.rebuilt(change)) != b
        ]
        readings.append(("vectors_as_diag", b, Diagonals))
        found: dict[str, Outcomes] = {}
        if (by_vec := vectors.by_vec_instead(self.statement, a, b)) is not None:
            found["matrix_as_vec"] = self.outcomes(by_vec, b, conventions, "ascending")
        for name, changed, kind in readings:
            for order in printed:
                outcomes = self.outcomes(a, changed, conventions, order, kind)
                if any(o.holds and printed[order][k].holds is not True for k, o in outcomes.items()):
                    found[name if order == "ascending" else f"{name}_descending"] = outcomes
        return found

    def shifts(self, a: Term, b: Term, conventions: Sequence[Convention]) -> dict[str, Outcomes]:
        """The equations as printed, and with those of the earlier step taken in, gates of that step held fixed."""
        s = self.statement
        plain = Judge(replace(s, shiftable=False), self.deadline)
        out = {"as_printed": plain.outcomes(a, b, conventions, "ascending")}
        with contextlib.ExitStack() as stack:
            for model in s.models.values():
                stack.enter_context(model.taking_in_the_earlier_step())
            out["earlier_step_taken_in"] = plain.outcomes(a, b, conventions, "ascending")
        return out

    def outcomes(
        self, a: Term, b: Term, conventions: Sequence[Convention], order: str, kind: type[Evaluator] = Evaluator
    ) -> Outcomes:
        return {c.name: self.outcome(a, b, c, order, kind) for c in conventions}

    def outcome(
        self, a: Term, b: Term, convention: Convention, order: str, kind: type[Evaluator] = Evaluator
    ) -> Outcome:
        """One convention's answer, where it matters for both readings of the time shift."""
        model = self.statement.models.get(convention.orientation)
        if model is None:
            return Outcome(False, "shape", "the system does not type in this orientation")
        found = self.one_outcome(a, b, convention, order, kind, model)
        if not self.statement.shiftable or found.because == "shape":
            return found
        with model.taking_in_the_earlier_step():
            other = self.one_outcome(a, b, convention, order, kind, model)
        return found if other.holds is found.holds else SHIFT_MATTERS

    def one_outcome(
        self, a: Term, b: Term, convention: Convention, order: str, kind: type[Evaluator], model: Model
    ) -> Outcome:
        """One convention's answer; whatever cannot be found out is undecided."""
        try:
            return Comparison(self.statement, model, convention, order, self.deadline, kind).outcome(a, b)
        except UndecidedError as error:
            return Outcome(None, "undecided", str(error))
        except NormalFormTooLarge as error:
            return Outcome(None, "undecided", error.message)
        except (NotYetError, UndefinedFormError, DefinitionError) as error:
            return Outcome(None, "undecided", error.message)


@dataclass
class Comparison:
    """Two members in one convention."""

    statement: Statement
    model: Model
    convention: Convention
    order: str
    deadline: float
    kind: type[Evaluator] = Evaluator
    relations: dict[ex.Symbol, Expr] = field(default_factory=dict)
    implied: bool = False
    step: Time | None = None
    last: Time | None = None
    unknown: list[str] = field(default_factory=list)
    weights: Mapping[str, Expr] = field(default_factory=dict)  # of the steps' losses in the whole one
    whole: frozenset[Expr] = frozenset()  # symbols for sums and products over time as a whole
    variables: frozenset[ex.Symbol] = frozenset()  # by which the claim differentiates

    def check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise UndecidedError("the time limit was reached")

    def outcome(self, a: Term, b: Term) -> Outcome:
        self.statement.refuse_unsaid_total(a, b)
        summands = self.statement.per_step(a, b)
        if summands is None:
            return self.at_any_length(a, b)
        return self.summed(*summands)

    def summed(self, a: Term, b: Term, letter: str) -> Outcome:
        """Two sums over all steps: equal if their summands are; different if one step alone shows it."""
        self.step = Time(((letter, 1),))
        found = self.at_any_length(a, b)
        if found.because != "counterexample":
            return found
        one = {letter: Time((), 1)}
        self.step = self.last = one[letter]
        alone = self.compared(a, b, one)
        if alone.holds is False:
            return replace(alone, reason="already where there is one step only")
        return Outcome(None, "undecided", "the summands differ, which does not say that the sums do")

    def at_any_length(self, a: Term, b: Term) -> Outcome:
        if not self.statement.lengths_matter(a, b):
            return self.compared(a, b, {})
        try:
            found = self.compared(a, b, {})
        except (UndecidedError, NormalFormTooLarge) as error:
            found = Outcome(None, "undecided", str(error))
        if found.holds or found.because == "shape":
            return found
        # Symbols that stand for whole products cannot refute anything.
        unknown = Outcome(None, "undecided", found.reason or "neither a proof nor a counterexample was found")
        found = self.refuted_at_lengths(a, b, unknown)
        if found.holds is None and proved_by_induction(self, a, b):
            return Outcome(True, "proof", "by induction over the steps")
        return found

    # --------------------------------------------------------------------------- a length in letters

    def refuted_at_lengths(self, a: Term, b: Term, found: Outcome) -> Outcome:
        """A difference at the smallest numbers of steps; equality there proves nothing."""
        for values in self.statement.lengths(LENGTHS, a, b):
            self.check_time()
            try:
                outcome = self.compared(a, b, values)
            except (UndecidedError, NormalFormTooLarge):
                continue
            if outcome.holds is False:
                where = ", ".join(f"{letter} = {value.text}" for letter, value in values.items())
                return replace(outcome, reason=f"{outcome.reason} (written out for {where})".strip())
        return found

    # ----------------------------------------------------------------------------------- two sides

    def compared(self, a: Term, b: Term, values: Mapping[str, Time]) -> Outcome:
        refs = self.statement.refs(a, b)
        holes = self.model.open_sizes(r.family for r in refs)
        shape_error = ""
        strangers = self.statement.strangers(a, b)
        undecided: Outcome | None = None
        first: Outcome | None = None
        for sizes in self.sizings(holes):
            self.check_time()
            self.model.sizes = sizes
            try:
                sides = list(self.sides(a, b, values))
            except ShapeError as error:
                shape_error = error.message
                continue
            for left, right in sides:
                if left.shape != right.shape:
                    shapes = f"{ex.show_shape(left.shape)} and {ex.show_shape(right.shape)}"
                    shape_error = f"the two sides have shapes {shapes}"
                    continue
                if self.unknown:
                    undecided = Outcome(None, "undecided", self.unknown[0])
                    continue
                found = self.decided(left, right)
                if found.holds:
                    return found
                if found.holds is False and strangers:
                    return Outcome(None, "undecided", f"nothing says what {strangers[0]} is")
                first = first or found  # identities of other sizes may fit as well
        if first is not None:
            return first
        guessed = [name for name in strangers if self.statement.is_guessed(name)]
        if undecided is None and guessed:
            undecided = Outcome(None, "undecided", f"nothing says what {guessed[0]} is")
        return undecided or Outcome(False, "shape", shape_error)

    def sizings(self, holes: list[tuple[str, int]]) -> list[dict[tuple[str, int], ex.Dim]]:
        """The ways to give sizes to symbols nothing says the size of."""
        sizes = self.statement.sizes(self.model)
        if len(sizes) ** len(holes) > MAX_SIZINGS:
            raise UndecidedError("too many sizes are open; declare the symbols")
        return [dict(zip(holes, choice, strict=True)) for choice in itertools.product(sizes, repeat=len(holes))]

    def sides(self, a: Term, b: Term, values: Mapping[str, Time]) -> Iterator[tuple[Expr, Expr]]:
        """Both sides, in every way to give sizes to constants."""
        s = self.statement
        step = self.step or s.step(values, a, b)
        last = self.last or (s.last.put(values) if s.last is not None else None)
        gradients = Gradients(self.model, s.mentions(a, b, values), step=step, last=last)
        over = OverTime(self.order)

        def evaluator(places: Mapping[int, ex.Shape]) -> Evaluator:
            ev = self.kind(self.model, self.convention, gradients, over, places, values)
            ev.carried = vectors.carried(s, a, b)
            return ev

        def evaluate(t: Term, places: Mapping[int, ex.Shape]) -> Expr:
            return evaluator(places)(t)

        self.weights = {f: evaluate(t, {}) if t is not None else ex.Number(1) for f, t in s.weights.items()}
        gradients.weights = self.weights
        sizing = Sizing(vectors.sizes(s.sizes(self.model), a, b), evaluate)
        for places in ({**p, **q} for q in sizing.of(b) for p in sizing.of(a)):
            ev = evaluator(places)
            right, left = ev(b), ev(a)
            self.unknown = ev.unknown
            self.variables = frozenset(ev.variables)
            self.relations = gradients.relations()
            self.whole = frozenset(over.others.values())
            self.implied = bool(gradients.implied) and s.mentions_strangers(self.model, b)
            yield left, right

    def decided(self, left: Expr, right: Expr) -> Outcome:
        """Proof, counterexample, or neither."""
        left, right = self.model.signs(left), self.model.signs(right)
        pair = vectors.images(left, right) if vectors.is_composite(left, right) else (left, right)
        too_large = ""
        related = [left, right, *self.relations.values()]
        self.relations |= relations(self.model, {s for e in related for s in e.symbols})
        related = [left, right, *self.relations.values()]
        # As printed, symbols at the earliest time are independent; what holds only because of the
        # equations at that time holds too, but a counterexample need not know them.
        for depth in (0, 1):
            self.check_time()
            try:
                table = {**self.model.values(related, depth), **self.relations}
            except UndecidedError:
                continue  # the equations of the earlier step cannot be written down
            try:
                if pair is not None and equal(*pair, table):
                    return Outcome(True, "proof")
            except NormalFormTooLarge as error:
                too_large = error.message  # values may tell the sides apart all the same
        one_hot = frozenset(s for s in self._free(related) if self._family(s) in self.statement.one_hot)
        if one_hot and self._with_sum_one(left, right, one_hot):
            return Outcome(True, "proof")
        if self.statement.opaque:
            return Outcome(None, "undecided", "a gate is known by name only, so that nothing can be refuted by values")
        definitions = {**self.model.values(related, 0, self.variables), **self.relations}
        if self.implied:
            return Outcome(None, "undecided", "the loss by which the outputs are compared is not given")
        if any(s in self.whole or s.name.startswith(r"\partial") for e in related for s in e.symbols):
            # What stands for a whole sum or product has no value of its own.
            return Outcome(None, "undecided", too_large or "neither a proof nor a counterexample was found")
        left, right = (spelled_out(e, self.statement.normalisations) for e in (left, right))
        definitions = {s: spelled_out(e, self.statement.normalisations) for s, e in definitions.items()}
        for effort in (EFFORT // 4, EFFORT_COMPOSITE if vectors.is_composite(left, right) else EFFORT):
            self.check_time()
            found = counterexample(left, right, definitions, effort=effort, one_hot=one_hot)
            if found is not None:
                for s in sorted(self._free(related) & self._targets() - one_hot, key=lambda s: s.name):
                    if self._with_sum_one(left, right, frozenset({s}) | one_hot):
                        condition = f"it holds if the entries of {s.name} sum to one, which nothing says"
                        return Outcome(None, "undecided", condition)
                return Outcome(False, "counterexample", "", found)
        return Outcome(None, "undecided", too_large or "neither a proof nor a counterexample was found")

    # ------------------------------------------------------------------------ vectors that sum to one

    def _family(self, s: ex.Symbol) -> str | None:
        r = self.model.ref(s)
        return r.family if r is not None else None

    def _free(self, related: Sequence[Expr]) -> set[ex.Symbol]:
        """The symbols that both sides depend on and no equation defines."""
        try:
            table = {**self.model.values(related, 0), **self.relations}
        except UndecidedError:
            table = dict(self.relations)
        found = {s for e in (*related, *table.values()) for s in e.symbols}
        return {s for s in found if s not in table}

    def _targets(self) -> set[ex.Symbol]:
        """Vectors that an equation of a scalar sets against a logarithm: what a cross-entropy compares with."""
        found: set[ex.Symbol] = set()
        for p in self.model.printed:
            if self.model.symbol(p.lhs).is_scalar and _has_logarithm(p.rhs):
                for s, r in p.uses:
                    if s.is_vector and self.model.definition(r) is None:
                        found.add(s)
        return found

    def _with_sum_one(self, left: Expr, right: Expr, vectors: frozenset[ex.Symbol]) -> bool:
        """Whether both sides are equal where the entries of these vectors sum to one."""
        related = [left, right, *self.relations.values()]
        table = {**self.model.values(related, 0), **self.relations, **{s: _normalised(s) for s in vectors}}
        try:
            return equal(left, right, table)
        except NormalFormTooLarge:
            return False


def _has_logarithm(e: Expr) -> bool:
    return any(isinstance(node, ex.Apply) and node.function.known == "log" for node in e.walk())


def _normalised(s: ex.Symbol) -> Expr:
    """Any vector whose entries sum to one: another one divided by its sum."""
    q = ex.Symbol(rf"\text{{weights of {s.name}}}", s.shape)
    total = ex.Product(ex.Transpose(ex.Ones(*s.shape)), q)
    return ex.mul(ex.EntryPower(total, ex.Number(-1)), q)
