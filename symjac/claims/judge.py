"""From a record to a verdict: the claim is read once and judged in every convention by itself."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from symjac import expr as ex
from symjac.claims import partials, vectors
from symjac.claims.alternatives import (
    REWRITES,
    Diagonals,
    jacobians_of_maps,
    other_layout_of_maps,
    turned_numerator,
    with_dots,
    with_powers,
)
from symjac.claims.bounds import bounding, inequality
from symjac.claims.bounds import words as bound_words
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import FOUR, MIXED, Convention
from symjac.claims.correct import correct
from symjac.claims.evaluate import Evaluator
from symjac.claims.explain import explanation
from symjac.claims.model import Model
from symjac.claims.readings import (
    agreed,
    agreeing,
    doubted,
    under_condition,
    usual_functions,
    with_maps,
    with_roles,
)
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.stating import SeveralRepairsError, state
from symjac.claims.stated.vecread import kronecker_throughout
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import Link, Outcome, Outcomes, Verdict, summed_up
from symjac.confirm import confirm
from symjac.deadline import deadline
from symjac.errors import DefinitionError, NotYetError, SymjacError
from symjac.limits import OutOfTimeError, time_limit
from symjac.normal import NormalFormTooLarge, UndefinedFormError
from symjac.reading.applied.terms import Term

TIMEOUT = 20.0
MAX_REPAIRS = 6
AS_PRINTED = "the equations are taken as printed; with those of the earlier step taken in the answer is another"
KRONECKER = Outcome(
    None,
    "undecided",
    r"it holds with \otimes of two vectors read as the Kronecker product, and not as the outer product",
)
DOT = Outcome(None, "reading", r"it depends on whether \cdot is the inner product or the entrywise one")
STAR = Outcome(None, "reading", "it holds with * read as the matrix product, as the shapes forbid the entrywise one")
POWER = Outcome(None, "undecided", "it holds with ^T read as the power with the time T, and not as a transpose")
OPEN_LAG = Outcome(
    None,
    "undecided",
    "what lies so many steps back also acts through other states of its own step; whether that counts, nothing says",
)
TURNED = Outcome(
    None,
    "undecided",
    "the transpose on what is differentiated may change nothing or turn the derivative, and that matters here",
)
MAP_LAYOUT = Outcome(
    None,
    "undecided",
    "the Jacobian of a function of vectors may be one in this layout or in numerator layout, and that matters here",
)


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
    read: list[Statement] | None = None,
) -> Verdict:
    """Under which conventions a printed formula is true of a system; after ``timeout`` seconds that is undecided.

    The claim as it was read is added to ``read``, once for each way to read it.

    :raises ReadError: where the system or the claim cannot be read.
    :raises Defect: where the witnesses of an answer disagree.
    """
    try:
        with deadline(timeout):
            until = time.monotonic() + timeout
            return confirm(_of_each_repair(equations, claim, dict(symbols or {}), of, wrt, until, read)).statement
    except OutOfTimeError as error:
        outcomes = {c.name: Outcome(None, "time", error.message) for c in FOUR}
        out = Verdict(claim, "undecided", outcomes)
        return replace(out, explanation=explanation(out))


def _of_each_repair(
    equations: Sequence[str],
    claim: str,
    declared: Mapping[str, str],
    of: str | None,
    wrt: str | None,
    until: float,
    read: list[Statement] | None,
) -> Verdict:
    """The verdict; where a bracket is missing, what its places agree on."""
    try:
        return _judged(equations, claim, declared, of, wrt, until, read)
    except SeveralRepairsError as error:
        verdicts = [_judged(equations, text, declared, of, wrt, until, read) for text in error.texts[:MAX_REPAIRS]]
        if len(error.texts) > MAX_REPAIRS or any(not v.conventions for v in verdicts):
            raise
        return agreed(claim, error.texts, verdicts)


def _judged(
    equations: Sequence[str],
    claim: str,
    declared: Mapping[str, str],
    of: str | None,
    wrt: str | None,
    until: float,
    read: list[Statement] | None,
) -> Verdict:
    if bounding.is_bound(claim):
        return _bound(equations, claim, declared, of, wrt, until)
    try:
        statement = state(equations, claim, dict(declared), of=of, wrt=wrt)
    except UndecidedError as error:
        outcomes = {c.name: Outcome(None, "undecided", str(error)) for c in FOUR}
        out = Verdict(claim, "undecided", outcomes)
        return replace(out, explanation=explanation(out))
    if read is not None:
        read.append(statement)

    def judged(more: Mapping[str, str]) -> Verdict:
        with time_limit(until):
            return Judge(state(equations, claim, {**declared, **more}, of=of, wrt=wrt), until).verdict()

    with time_limit(until):
        verdict = Judge(statement, until).verdict()
    verdict = with_roles(with_maps(verdict, statement, judged), statement, judged)
    usual = usual_functions(statement, declared)
    proved = [verdict.verdict == "true", *(any(o.holds for o in link.conventions.values()) for link in verdict.links)]
    if all(proved) or not usual:
        return verdict
    other = judged(usual)
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
    until: float,
) -> Verdict:
    def judged(more: Mapping[str, str]) -> tuple[Verdict, Statement]:
        symbols = {**declared, **more}
        return inequality.judged(equations, claim, symbols, of=of, wrt=wrt, deadline=until, inside=_inside(until))

    verdict, statement = judged({})
    usual = usual_functions(statement, declared)
    if verdict.verdict == "true" or not usual:
        return verdict
    other, _ = judged(usual)
    out = under_condition(verdict, other, usual)
    return replace(out, explanation=bound_words.first(out))


def _inside(until: float) -> inequality.Inside:
    """Whether two formulas that stand between bars are equal."""

    def compared(s: Statement, model: Model, convention: Convention, order: str, a: Term, b: Term) -> Outcome:
        return Comparison(s, model, convention, order, until).outcome(a, b)

    return compared


@dataclass
class Judge:
    """One claim in the making."""

    statement: Statement
    until: float
    notes: list[str] = field(default_factory=list)

    def verdict(self) -> Verdict:
        s = self.statement
        conventions = FOUR + MIXED if s.has_gradient else FOUR
        first, last = s.narrowed(s.members[0]), s.narrowed(s.members[-1])
        orders = ("ascending", "descending") if s.has_product else ("ascending",)
        maps = {order: self.outcomes(first, last, conventions, order) for order in orders}
        if s.factors:  # what holds for all index letters holds for those of a condition
            maps = {o: self.or_for_all(m, conventions, o) for o, m in maps.items()}
        if with_dots(last, "inner") != last:
            maps = {o: self.with_dots(m, first, last, conventions, o) for o, m in maps.items()}
        if (kronecker := last.rebuilt(kronecker_throughout)) != last:
            maps = {o: doubted(m, self.outcomes(first, kronecker, conventions, o), KRONECKER) for o, m in maps.items()}
        dotted = with_dots(last, "entrywise")
        if (starred := dotted.rebuilt(REWRITES["star_is_matrix_product"])) != dotted:
            maps = {o: self.with_stars(m, first, starred, conventions, o) for o, m in maps.items()}
        if (powers := with_powers(s, last)) != last:
            maps = {o: doubted(m, self.outcomes(first, powers, conventions, o), POWER) for o, m in maps.items()}
        turned: dict[str, Outcomes] = {}
        a, b = (m.rebuilt(turned_numerator) for m in (first, last))
        if (a, b) != (first, last):
            turned = {o: self.outcomes(a, b, conventions, o) for o in orders}
            maps = {o: agreeing(m, turned[o], TURNED) for o, m in maps.items()}
        in_layout: dict[str, Outcomes] = {}
        if fixed := jacobians_of_maps(first) | jacobians_of_maps(last):
            a, b = (m.rebuilt(other_layout_of_maps) for m in (first, last))
            in_layout = {o: self.outcomes(a, b, conventions, o) for o in orders}
            compared = agreeing if True in fixed else doubted
            maps = {o: compared(m, in_layout[o], MAP_LAYOUT) for o, m in maps.items()}
        links: tuple[Link, ...] = ()
        if len(s.members) > 2:
            sides = [(text, s.narrowed(m)) for text, m in zip(s.texts, s.members, strict=True)]
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
            correct={} if any(o.at_once for m in maps.values() for o in m.values()) else correct(s, self.until),
            notes=tuple(dict.fromkeys([*s.notes, *self.notes, *vectors.notes(s), *partials.notes(s)])),
        )
        out = replace(out, verdict=summed_up(out.as_printed))
        if out.verdict == "undecided":
            out = replace(out, correct={})
        if out.verdict != "true":
            out = replace(out, alternatives=self.alternatives(first, last, conventions, maps))
        if TURNED in out.conventions.values():
            out = replace(out, alternatives={**out.alternatives, "transposed_numerator": turned["ascending"]})
        if MAP_LAYOUT in out.conventions.values():
            out = replace(out, alternatives={**out.alternatives, "jacobian_of_map": in_layout["ascending"]})
        if s.model.shifted and (printed := self.with_the_earlier_step(first, last, conventions, taken=False)):
            out = replace(out, alternatives={**out.alternatives, "as_printed": printed})
        if s.shiftable and (taken_in := self.with_the_earlier_step(first, last, conventions, taken=True)):
            alternatives = {**out.alternatives, "earlier_step_taken_in": taken_in}
            out = replace(out, alternatives=alternatives, notes=(*out.notes, AS_PRINTED))
        return replace(out, explanation=explanation(out))

    def or_for_all(self, printed: Outcomes, conventions: Sequence[Convention], order: str) -> Outcomes:
        """What is proved whatever the index letters are, where nothing is proved by a condition on them."""
        if all(o.holds is not None for o in printed.values()):
            return printed
        whole = self.outcomes(self.statement.members[0], self.statement.members[-1], conventions, order)
        return {k: whole[k] if o.holds is None and whole[k].holds else o for k, o in printed.items()}

    def with_dots(self, printed: Outcomes, a: Term, b: Term, conventions: Sequence[Convention], order: str) -> Outcomes:
        """Where a dot is no product that fits: what it is as the inner and as the entrywise product, if these agree."""
        if not any(o.because == "shape" for o in printed.values()):
            return printed
        readings = [self.outcomes(a, with_dots(b, what), conventions, order) for what in ("inner", "entrywise")]
        out = dict(printed)
        for name, o in printed.items():
            typed = [r[name] for r in readings if r[name].because != "shape"]
            if o.because == "shape" and typed:
                out[name] = typed[0] if len({t.holds for t in typed}) == 1 else DOT
        if out != printed:
            self.notes.append("a dot between vectors is read as the product that fits there")
        return out

    def with_stars(
        self, printed: Outcomes, a: Term, b: Term, conventions: Sequence[Convention], order: str
    ) -> Outcomes:
        """Where the entrywise product does not fit and the matrix product would make the claim true: undecided."""
        if not any(o.because == "shape" for o in printed.values()):
            return printed
        other = self.outcomes(a, b, conventions, order)
        return {k: STAR if o.because == "shape" and other[k].holds else o for k, o in printed.items()}

    def alternatives(
        self, a: Term, b: Term, conventions: Sequence[Convention], printed: Mapping[str, Outcomes]
    ) -> dict[str, Outcomes]:
        """The other readings of the right-hand side that hold somewhere."""
        b = with_dots(b, "entrywise")  # where no product fits
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

    def with_the_earlier_step(
        self, a: Term, b: Term, conventions: Sequence[Convention], *, taken: bool
    ) -> Outcomes | None:
        """The answers with the equations of the earlier step taken in, gates of that step held fixed, or not.

        ``None`` where they are the same.
        """
        here = self.outcomes(a, b, conventions, "ascending")
        with contextlib.ExitStack() as stack:
            for model in self.statement.models.values():
                stack.enter_context(model.taking_in_the_earlier_step(taken))
            other = self.outcomes(a, b, conventions, "ascending")
        return other if any(other[k].holds is not o.holds for k, o in here.items()) else None

    def outcomes(
        self, a: Term, b: Term, conventions: Sequence[Convention], order: str, kind: type[Evaluator] = Evaluator
    ) -> Outcomes:
        return {c.name: self.outcome(a, b, c, order, kind) for c in conventions}

    def outcome(
        self, a: Term, b: Term, convention: Convention, order: str, kind: type[Evaluator] = Evaluator
    ) -> Outcome:
        """One convention's answer."""
        model = self.statement.models.get(convention.orientation)
        if model is None:
            return Outcome(False, "shape", "the system does not type in this orientation")
        found = self.one_outcome(a, b, convention, order, kind, model)
        return OPEN_LAG if self.statement.open_lag and found.because != "shape" else found

    @staticmethod
    def repeats_rows(model: Model) -> bool:
        """Whether the system adds a vector to every row of a matrix, where a one for each row is of another kind."""
        ones = (e for p in model.printed for e in p.rhs.walk() if isinstance(e, ex.Product))
        return any(isinstance(e.args[0], ex.Ones) and e.cols != ex.ONE != e.rows for e in ones)

    def under_conditions(self, found: Outcome, a: Term, b: Term, model: Model) -> Outcome:
        """What is proved of later steps says nothing of earlier ones, what is not understood may say anything."""
        s = self.statement
        unread = next((c for c in s.conditions if None in c.members), None)
        if found.because == "shape" and unread is not None:
            return Outcome(None, "undecided", f"{unread.text} is a condition that is not understood")
        if found.because == "shape" and self.repeats_rows(model) and any(t.kind == "ones" for t in b.walk()):
            return Outcome(None, "reading", r"whether the \mathbf{1} over the rows of a matrix is a row, nothing says")
        if found.holds and s.conditions and s.lengths_matter(a, b):
            unmet = [s.unmet(values, None) for values in s.lengths((1, 2, 3), a, b)]
            if unmet and (c := unmet[-1]) is not None and None not in unmet:
                return Outcome(
                    None, "undecided", f"it is proved where what is differentiated comes later, not for {c.text}"
                )
        return found

    def one_outcome(
        self, a: Term, b: Term, convention: Convention, order: str, kind: type[Evaluator], model: Model
    ) -> Outcome:
        """One convention's answer; whatever cannot be found out is undecided."""
        try:
            found = Comparison(self.statement, model, convention, order, self.until, kind).outcome(a, b)
            return self.under_conditions(found, a, b, model)
        except UndecidedError as error:
            return Outcome(None, "undecided", str(error))
        except OutOfTimeError as error:
            return Outcome(None, "time", error.message)
        except NormalFormTooLarge as error:
            return Outcome(None, "undecided", error.message)
        except (NotYetError, UndefinedFormError, DefinitionError) as error:
            return Outcome(None, "undecided", error.message)
