"""From a record to a verdict: read once, judged in every convention by itself, repaired where it is false, and told."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from symjac import expr as ex
from symjac.claims import readings
from symjac.claims.asked import conventions, orders, settled_order
from symjac.claims.bounds import bounding, inequality, telling as bound_telling
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import FOUR, Convention
from symjac.claims.correct import correct
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.nearest.conditions import conditions
from symjac.claims.nearest.layouts import layouts
from symjac.claims.nearest.repairs import repair
from symjac.claims.printing import fragment, sentences
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.stating import SeveralRepairsError, state
from symjac.claims.telling import Found, tell
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import (
    NO_ORIENTATION,
    Link,
    Outcome,
    Outcomes,
    Paragraph,
    Verdict,
    answered,
    summed_up,
    undecided,
)
from symjac.confirm import confirm
from symjac.deadline import deadline
from symjac.errors import DefinitionError, ReadError, SymjacError
from symjac.limits import OutOfTimeError
from symjac.problem import Claim, id_of, read_claim
from symjac.reading.applied.terms import Term

TIMEOUT = 20.0
MAX_REPAIRS = 6
AS_PRINTED = "the equations are taken as printed; with those of the earlier step taken in the answer is another"
KRONECKER = undecided(
    r"it holds with \otimes of two vectors read as the Kronecker product, and not as the outer product"
)
DOT = Outcome(None, "reading", r"it depends on whether \cdot is the inner product or the entrywise one")
TIGHT_DOT = undecided(r"it holds with \cdot of two vectors before what stands beside them, which nothing says")
STAR = Outcome(None, "reading", "it holds with * read as the matrix product, as the shapes forbid the entrywise one")
POWER = undecided("it holds with ^T read as the power with the time T, and not as a transpose")
REPEATED = undecided("it holds if the index that stands twice is summed over, which nothing says: print the sum")
OPEN_LAG = undecided(
    "what lies so many steps back also acts through other states of its own step; whether that counts, nothing says"
)
TURNED = undecided(
    "the transpose on what is differentiated may change nothing or turn the derivative, and that matters here"
)
MAP_LAYOUT = undecided(
    "the Jacobian of a function of vectors may be one in this layout or in numerator layout, and that matters here"
)


def unreadable(claim: str, error: SymjacError) -> Verdict:
    """The verdict about what cannot be read."""
    data = {"kind": error.kind, "message": error.message, "where": error.where}
    return Verdict(claim, "unreadable", explanation=f"This cannot be read: {error.message}.", error=data)


def judge_claim(asked: Claim, *, timeout: float = TIMEOUT, read: list[Statement] | None = None) -> Verdict:
    """Under which conventions a printed formula is true of a system; after ``timeout`` seconds that is undecided.

    The claim as it was read is added to ``read``, once for each way to read it.

    :raises ReadError: where the system or the claim cannot be read.
    :raises Defect: where the witnesses of an answer disagree.
    """
    try:
        with deadline(timeout):
            v = _of_each_repair(asked, [] if read is None else read)
            return confirm(_explained(v)).statement
    except OutOfTimeError as error:
        return _open(asked.formula, Outcome(None, "time", error.message))


def _open(claim: str, outcome: Outcome) -> Verdict:
    """The verdict where one thing keeps every convention open."""
    return _explained(Verdict(claim, "undecided", {c.name: outcome for c in FOUR}))


def _explained(v: Verdict) -> Verdict:
    """The verdict with what is told of any, before anything is found out beside it."""
    return replace(v, explanation=bound_telling.first(v) if v.signs else sentences(replace(v, told=tell(v, Found()))))


def _of_each_repair(asked: Claim, read: list[Statement]) -> Verdict:
    """The verdict; where a bracket is missing, what its places agree on."""
    try:
        return _judged(asked, read)
    except SeveralRepairsError as error:
        verdicts = [_judged(replace(asked, formula=text), read) for text in error.texts[:MAX_REPAIRS]]
        if len(error.texts) > MAX_REPAIRS or any(not v.conventions for v in verdicts):
            raise
        return readings.agreed(asked.formula, error.texts, verdicts)


def _judged(asked: Claim, read: list[Statement]) -> Verdict:
    if bounding.is_bound(asked.formula):
        return _bound(asked)

    def stated(more: Mapping[str, str]) -> Statement:
        return state(asked.equations, asked.formula, {**asked.symbols, **more}, of=asked.of, wrt=asked.wrt)

    def judged(more: Mapping[str, str]) -> Verdict:
        return Judge(stated(more) if more else statement).verdict()

    try:
        statement = stated({})
    except UndecidedError as error:
        return _open(asked.formula, undecided(error.message))
    read.append(statement)
    verdict = readings.with_definitions(judged({}), statement, judged)
    verdict = readings.with_roles(readings.with_maps(verdict, statement, judged), statement, judged)
    usual = readings.usual_functions(statement, asked.symbols)
    proved = [verdict.verdict == "true", *(any(o.holds for o in link.conventions.values()) for link in verdict.links)]
    if all(proved) or not usual:
        return verdict
    other = judged(usual)
    if other.verdict == "true" and statement.is_gated and not statement.differentiated(usual):
        what = " and ".join(f"{f} is read as {words.removeprefix('elementwise ')}" for f, words in usual.items())
        note = f"{what}, as beside tanh in a gated cell; the claim prints the derivative of no other function"
        return replace(other, notes=(*other.notes, note), alternatives={"unspecified": verdict.conventions})
    return readings.under_condition(verdict, other, usual)


def _bound(asked: Claim) -> Verdict:
    verdict, statement = inequality.judged(asked)
    usual = readings.usual_functions(statement, asked.symbols)
    if verdict.verdict == "true" or not usual:
        return verdict
    other, _ = inequality.judged(replace(asked, symbols={**asked.symbols, **usual}))
    return readings.under_condition(verdict, other, usual)


@dataclass
class Judge:
    """One claim in the making."""

    statement: Statement
    notes: list[str] = field(default_factory=list)
    known: dict[object, Outcome] = field(default_factory=dict)

    def verdict(self) -> Verdict:
        s = self.statement
        first, last = s.narrowed(s.members[0]), s.narrowed(s.members[-1])
        maps = {o: self.outcomes(first, last, o) for o in orders(s)}

        def beside(
            a: Term,
            b: Term,
            together: Callable[[Outcome, Outcome], Outcome],
            when: Callable[[Outcome], bool] = lambda _: True,
        ) -> None:
            """Put what another reading gives together with what is printed, where it is another and is asked for."""
            for o, printed in maps.items():
                if (a, b) != (first, last) and any(map(when, printed.values())):
                    other = self.outcomes(a, b, o)
                    maps[o] = {k: together(outcome, other[k]) for k, outcome in printed.items()}

        # What holds for all index letters holds for those of a condition.
        beside(s.members[0], s.members[-1], lambda o, all_: all_ if o.holds is None and all_.holds else o, is_open)
        if readings.with_dots(last, "inner") != last:
            maps = {o: self.with_dots(m, first, last, o) for o, m in maps.items()}
        beside(first, last.rebuilt(readings.REWRITES["otimes_is_kronecker"]), partial(readings.doubted, KRONECKER))
        tight = last.rebuilt(readings.tight_dots)
        beside(first, tight, partial(readings.doubted, TIGHT_DOT), lambda o: o.holds is False)
        dotted = readings.with_dots(last, "entrywise")
        starred = dotted.rebuilt(readings.REWRITES["star_is_matrix_product"])
        if starred != dotted:
            beside(first, starred, lambda o, other: STAR if misfits(o) and other.holds else o, misfits)
        for of_transposes in (False, True):
            powers = readings.with_powers(s, last, of_transposes=of_transposes)
            beside(first, powers, partial(readings.doubted, POWER))
        beside(first, readings.with_repeated_summed(s, last), partial(readings.doubted, REPEATED))
        turned = first.rebuilt(readings.turned_numerator), last.rebuilt(readings.turned_numerator)
        beside(*turned, partial(readings.agreeing, TURNED))
        in_layout = first.rebuilt(readings.other_layout_of_maps), last.rebuilt(readings.other_layout_of_maps)
        fixed = True in readings.jacobians_of_maps(first) | readings.jacobians_of_maps(last)
        beside(*in_layout, partial(readings.agreeing if fixed else readings.doubted, MAP_LAYOUT))
        if (by_vec := readings.by_vec_instead(s, first, readings.with_dots(last, "entrywise"))) is not None:
            beside(by_vec, last, lambda o, other: other if misfits(o) and other.holds is None else o, misfits)
        links = tuple(self.links())
        notes = tuple(
            dict.fromkeys([*s.notes, *self.notes, *readings.notes_of_parameters(s), *readings.notes_of_maps(s)])
        )
        out = Verdict(s.claim, "", maps["ascending"], maps.get("descending"), s.order, links, notes=notes).summed_up()
        at_once = any(o.at_once for m in maps.values() for o in m.values())
        right = {} if at_once else correct(s)  # which is run, also where it is not told
        out = replace(out, correct=right if out.verdict != "undecided" else {})
        found = self.alternatives(first, last, maps) if out.verdict != "true" else {}
        outcomes = out.conventions.values()
        if TURNED in outcomes:
            found["transposed_numerator"] = self.outcomes(*turned, "ascending")
        if MAP_LAYOUT in outcomes:
            found["jacobian_of_map"] = self.outcomes(*in_layout, "ascending")
        if s.model.shifted and (printed := self.with_the_earlier_step(first, last, taken=False)):
            found["as_printed"] = printed
        if s.shiftable and (taken_in := self.with_the_earlier_step(first, last, taken=True)):
            found["earlier_step_taken_in"] = taken_in
            out = replace(out, notes=(*out.notes, AS_PRINTED))
        return replace(out, alternatives=found)

    def links(self) -> Iterator[Link]:
        """The equations of a chain, one by one."""
        s = self.statement
        sides = [(text, s.narrowed(m)) for text, m in zip(s.texts, s.members, strict=True)]
        for (left, a), (right, b) in itertools.pairwise(sides) if len(sides) > 2 else ():
            yield Link(left, right, self.outcomes(a, b, settled_order(s)))

    def with_dots(self, printed: Outcomes, a: Term, b: Term, order: str) -> Outcomes:
        """Where a dot is no product that fits: what it is as the inner and as the entrywise product, if these agree."""
        if not any(map(misfits, printed.values())):
            return printed
        dots = [self.outcomes(a, readings.with_dots(b, what), order) for what in ("inner", "entrywise")]
        out = dict(printed)
        for name, o in printed.items():
            typed = [r[name] for r in dots if not misfits(r[name])]
            if misfits(o) and typed:
                out[name] = typed[0] if len({t.holds for t in typed}) == 1 else DOT
        if out != printed:
            self.notes.append("a dot between vectors is read as the product that fits there")
        return out

    def alternatives(self, a: Term, b: Term, printed: Mapping[str, Outcomes]) -> dict[str, Outcomes]:
        """The other readings of the right-hand side that hold somewhere."""
        b = readings.with_dots(b, "entrywise")  # where no product fits
        changes = {name: b.rebuilt(change) for name, change in readings.REWRITES.items()}
        others = [(name, changed, Evaluator) for name, changed in changes.items() if changed != b]
        found: dict[str, Outcomes] = {}
        if (by_vec := readings.by_vec_instead(self.statement, a, b)) is not None:
            found["matrix_as_vec"] = self.outcomes(by_vec, b, "ascending")
        for name, changed, kind in (*others, ("vectors_as_diag", b, readings.Diagonals)):
            for order in printed:
                outcomes = self.outcomes(a, changed, order, kind)
                if any(o.holds and printed[order][k].holds is not True for k, o in outcomes.items()):
                    found[name if order == "ascending" else f"{name}_descending"] = outcomes
        return found

    def with_the_earlier_step(self, a: Term, b: Term, *, taken: bool) -> Outcomes | None:
        """The answers with the equations of the earlier step taken in, gates of that step held fixed, or not.

        ``None`` where they are the same.
        """
        here = self.outcomes(a, b, "ascending")
        with contextlib.ExitStack() as stack:
            for model in self.statement.models.values():
                stack.enter_context(model.taking_in_the_earlier_step(taken))
            other = self.outcomes(a, b, "ascending")
        return other if any(other[k].holds is not o.holds for k, o in here.items()) else None

    def outcomes(self, a: Term, b: Term, order: str, kind: type[Evaluator] = Evaluator) -> Outcomes:
        return {c.name: self.outcome(a, b, c, order, kind) for c in conventions(self.statement)}

    def outcome(self, a: Term, b: Term, convention: Convention, order: str, kind: type[Evaluator]) -> Outcome:
        """One convention's answer; whatever cannot be found out is undecided."""
        s = self.statement
        model = s.models.get(convention.orientation)
        if model is None:
            return NO_ORIENTATION
        key = (a, b, convention, order, kind, model.shifted)
        if key not in self.known:
            comparison = Comparison(s, model, convention, order, kind)
            self.known[key] = answered(lambda: self.under_conditions(comparison.outcome(a, b), a, b, model))
        found = self.known[key]
        return OPEN_LAG if s.open_lag and not misfits(found) else found

    def under_conditions(self, found: Outcome, a: Term, b: Term, model: Model) -> Outcome:
        """What is proved of later steps says nothing of earlier ones, what is not understood may say anything."""
        s = self.statement
        unread = next((c for c in s.conditions if None in c.members), None)
        if misfits(found) and unread is not None:
            return undecided(f"{unread.text} is a condition that is not understood")
        if misfits(found) and repeats_rows(model) and any(t.kind == "ones" for t in b.walk()):
            return Outcome(None, "reading", r"whether the \mathbf{1} over the rows of a matrix is a row, nothing says")
        if found.holds and s.conditions and s.lengths_matter(a, b):
            unmet = [s.unmet(values, None) for values in s.lengths((1, 2, 3), a, b)]
            if unmet and (c := unmet[-1]) is not None and None not in unmet:
                return undecided(f"it is proved where what is differentiated comes later, not for {c.text}")
        return found


def is_open(o: Outcome) -> bool:
    """Whether an outcome is not known."""
    return o.holds is None


def misfits(o: Outcome) -> bool:
    """Whether the shapes do not fit."""
    return o.because == "shape"


def repeats_rows(model: Model) -> bool:
    """Whether the system adds a vector to every row of a matrix, where a one for each row is of another kind."""
    ones = (e for e in model.nodes() if isinstance(e, ex.Product))
    return any(isinstance(e.args[0], ex.Ones) and e.cols != ex.ONE != e.rows for e in ones)


LAYOUTS = ("numerator", "denominator", "mixed", "both")
ORIENTATIONS = ("column", "row")
LEAST = 0.2  # seconds that are left for telling a verdict whose time is over


def check(
    equations: Sequence[str],
    claim: str,
    symbols: Mapping[str, str] | None = None,
    *,
    of: str | None = None,
    wrt: str | None = None,
    layout: str | None = None,
    orientation: str | None = None,
    strict: bool = False,
    timeout: float = TIMEOUT,
) -> Verdict:
    """Under which conventions a printed formula is true of a system, told in sentences.

    With ``layout`` or ``orientation`` the verdict is about that convention alone.

    :raises ReadError: where the system or the claim cannot be read, or, under ``strict``, only with a note.

    >>> v = check([r"x_t = W \\sigma(x_{t-1})"], r"\\partial x_t / \\partial x_{t-1} = W diag(\\sigma'(x_{t-1}))")
    >>> v.verdict, v.holds_in
    ('true', ('numerator_column',))
    """
    _known(layout, orientation)
    return _checked(Claim(tuple(equations), claim, dict(symbols or {}), of, wrt), layout, orientation, strict, timeout)


def _checked(asked: Claim, layout: str | None, orientation: str | None, strict: bool, timeout: float) -> Verdict:
    until = time.monotonic() + timeout
    read: list[Statement] = []
    v = judge_claim(asked, timeout=timeout, read=read)
    s = read[0] if len(read) == 1 else None  # of a claim with a bracket missing there are several, of a bound none
    if strict:
        _refuse_notes(v, s)
    if names := _asked(v, layout, orientation):
        v = replace(v, verdict=summed_up(tuple({k: m[k] for k in names if k in m} for m in v.as_printed)), asked=names)
    v = replace(v, equations=asked.equations)
    if v.signs:
        return _told(v, bound_telling.tell, until)
    found = Found(s)
    of_columns = [o for m in v.as_printed for name, o in m.items() if name.endswith("column")]
    refuted = bool(of_columns) and all(o.holds is False and not o.at_once for o in of_columns)
    if s is not None and not s.factors and refuted:
        with _what_is_left(until):
            found = replace(found, repair=repair(asked, s))
        with _what_is_left(until):
            found = replace(found, conditions=conditions(s), terms=layouts(s))
        v = replace(
            v,
            conditions=tuple(c.to_json() for c in found.conditions),
            terms=tuple(t.to_json() for t in found.terms),
        )
    if found.repair is not None:
        e = found.repair.edit
        told = {"kind": e.kind, "words": e.words, "claim": e.text, "conventions": list(found.repair.conventions)}
        v = replace(v, repair=told | ({"about": e.about} if e.about else {}), was=e.was)
    return _told(v, lambda v: tell(v, found), until)


@contextlib.contextmanager
def _what_is_left(until: float) -> Iterator[None]:
    """Within it, what would be good to know; where it takes too long it is left out, and the verdict stands."""
    with contextlib.suppress(OutOfTimeError), deadline(max(LEAST, until - time.monotonic())):
        yield


def _told(v: Verdict, tell: Callable[[Verdict], Mapping[str, tuple[Paragraph, ...]]], until: float) -> Verdict:
    """The verdict in sentences and as LaTeX; where that takes too long, in the plain ones it has."""
    with _what_is_left(until):
        out = replace(v, told=tell(v))
        return replace(out, explanation=sentences(out), latex=fragment(confirm(out)))
    return v


def check_record(
    record: object,
    *,
    layout: str | None = None,
    orientation: str | None = None,
    strict: bool = False,
    timeout: float = TIMEOUT,
) -> Verdict:
    """The verdict about one record; what cannot be read is a verdict too.

    >>> claim = r"\\frac{\\partial y}{\\partial x} = W diag(\\sigma'(x))"
    >>> check_record({"system": [r"y = W \\sigma(x)"], "claim": claim}).verdict
    'true'
    """
    _known(layout, orientation)
    try:
        v = _checked(read_claim(record), layout, orientation, strict, timeout)
    except SymjacError as error:
        claim = record.get("claim") if isinstance(record, Mapping) else None
        v = unreadable(claim if isinstance(claim, str) else "", error)
    return replace(v, id=id_of(record))


def _known(layout: str | None, orientation: str | None) -> None:
    if layout is not None and layout not in LAYOUTS:
        raise DefinitionError(f"a layout is one of {', '.join(LAYOUTS)}, not {layout!r}")
    if orientation is not None and orientation not in ORIENTATIONS:
        raise DefinitionError(f"an orientation is one of {', '.join(ORIENTATIONS)}, not {orientation!r}")


def _asked(v: Verdict, layout: str | None, orientation: str | None) -> tuple[str, ...]:
    """The conventions that are asked for, none where all are."""
    if layout in (None, "both") and orientation is None:
        return ()
    layouts = ("numerator", "denominator", "mixed") if layout in (None, "both") else (layout,)
    names = [f"{one}_{o}" for one in layouts for o in ((orientation,) if orientation else ORIENTATIONS)]
    found = tuple(name for name in names if name in v.conventions)
    # Without a scalar's gradient the mixed layout is the numerator layout.
    return found or tuple(name.replace("mixed", "numerator") for name in names)


def _refuse_notes(v: Verdict, s: Statement | None) -> None:
    notes = [n.message for n in s.model.reading.notes if n.kind != "unused"] if s is not None else []
    for note in (*notes, *v.notes):
        raise ReadError(f"{note}; refused under strict")
