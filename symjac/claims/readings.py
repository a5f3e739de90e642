"""What is not said and matters: verdicts of several readings put together, so that none is chosen in silence."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE
from symjac.claims.verdict import Answer, Outcome, Outcomes, Verdict, summed_up, undecided
from symjac.expr import Function
from symjac.reading.applied.terms import MapCall
from symjac.reading.numbered import may_be
from symjac.reading.usual import FUNCTION_LETTERS, OFTEN_MAPS

USUAL = {r"\sigma": "elementwise sigmoid"}  # what letters stand for in many papers without a word
MOST_LETTERS = 3  # so many letters with a number are taken for vectors, each of them and several
MAPS = ("bare_map", "map")
Judged = Callable[[Mapping[str, str]], Verdict]


def doubted(doubt: Outcome, printed: Outcome, otherwise: Outcome) -> Outcome:
    """What holds only in the other reading of a sign is neither true nor false as printed."""
    return doubt if printed.holds is False and otherwise.holds else printed


def agreeing(doubt: Outcome, printed: Outcome, otherwise: Outcome) -> Outcome:
    """What both readings of a print agree on; where they do not, neither is chosen."""
    return printed if printed.holds is otherwise.holds else doubt


def combined(verdicts: Sequence[Verdict], together: Callable[[Sequence[Outcomes]], Outcomes]) -> Verdict:
    """The first verdict, its outcomes put together from those of all in each order and for each link."""
    descending = [v.descending for v in verdicts if v.descending is not None]
    out = replace(
        verdicts[0],
        conventions=together([v.conventions for v in verdicts]),
        descending=together(descending) if len(descending) == len(verdicts) else None,
        links=tuple(
            replace(links[0], conventions=together([link.conventions for link in links]))
            for links in zip(*(v.links for v in verdicts), strict=False)
        ),
    )
    return replace(out, verdict=summed_up(out.as_printed))


def agreed(claim: str, texts: Sequence[str], verdicts: Sequence[Verdict]) -> Verdict:
    """What all the places for a missing bracket agree on; the rest is undecided."""
    doubt = undecided("a bracket is missing, and where it stands matters")

    def common(maps: Sequence[Outcomes]) -> Outcomes:
        return {k: o if len({m[k].holds for m in maps}) == 1 else doubt for k, o in maps[0].items()}

    told = f"a bracket is missing; it was put in {len(texts)} places, and each was judged"
    return replace(combined(verdicts, common), claim=claim, notes=(*verdicts[0].notes, told))


def with_maps(verdict: Verdict, s: Statement, judged: Judged) -> Verdict:
    """The verdict; what holds if ``f`` is no function of numbers but a map of vectors, or a factor, is not refuted.

    So ``F'(x)`` may be a Jacobian, and ``\\rho (x - m)`` a product.
    """
    unspecified = [name for name in s.model.reading.applied if s.unspecified(name)]
    families = s.model.context.families
    maps = {f: "map" for f in unspecified if families[f].letter in OFTEN_MAPS and not families[f].declared}
    if maps and verdict.verdict != "true":
        with contextlib.suppress(*TROUBLE):  # it cannot be one there
            verdict = under_condition(verdict, judged(maps), maps)
    named = [(t, t.place.function if t.kind == "bare_function" else t.data) for t in s.walk()]
    # With a prime, or without an argument where no factor stands, it is a function.
    told = {f.name for t, f in named if isinstance(f, Function) and (f.order or t.kind == "bare_function")}
    for f in unspecified if verdict.verdict == "false" else ():
        if families[f].letter in FUNCTION_LETTERS and f not in told and not families[f].declared:
            with contextlib.suppress(*TROUBLE):
                verdict = under_condition(verdict, judged({f: "scalar"}), {f: "scalar"}, {f: "elementwise"})
    return verdict


def with_roles(verdict: Verdict, s: Statement, judged: Judged) -> Verdict:
    """The verdict; what holds if a letter has another role is not refuted where only its letter says which it has.

    That is open where a scalar would be added to every entry of a vector, and where a sum makes entries of letters
    with a number, which may be vectors; and where a number is claimed of what would be no matrix if nothing were one.
    """
    context = s.model.context
    if verdict.verdict != "false":
        return verdict
    other = {"scalar": "vector", "vector": "scalar"}
    roles = {name: context.families[name].role or "" for name in sorted(context.broadcast)}
    ways: list[tuple[Mapping[str, str], Mapping[str, str]]]
    ways = [({name: other[role]}, {name: role}) for name, role in roles.items() if role in other]
    letters = [name for name, _ in may_be(context).values()]
    scalars = dict.fromkeys(letters, "scalar")
    some = [g for k in range(1, len(letters) + 1) for g in itertools.combinations(letters, k)]
    ways += [({**scalars, **dict.fromkeys(g, "vector")}, scalars) for g in some if len(letters) <= MOST_LETTERS]
    guessed = {name: f.role or "" for name, f in context.families.items() if s.is_guessed(name) and f.role != "scalar"}
    if guessed and s.is_scalar(s.members[-1]) and all(o.because == "shape" for o in verdict.conventions.values()):
        ways.append((dict.fromkeys(guessed, "scalar"), guessed))
    found: list[Verdict] = []
    for declare, taken in ways:
        with contextlib.suppress(*TROUBLE):  # it cannot be one there
            if (other_verdict := judged(declare)).verdict == "true":
                found.append(under_condition(verdict, other_verdict, declare, taken))
            elif other_verdict.verdict == "undecided" and declare.keys() <= roles.keys():
                found.append(_not_by_shape(verdict, other_verdict, declare))
    return max(found, key=lambda v: sum(o.holds is None for o in v.conventions.values()), default=verdict)


def _not_by_shape(verdict: Verdict, other: Verdict, declare: Mapping[str, str]) -> Verdict:
    """The verdict, where shapes refute nothing that is open if a letter has another role."""
    what = " and ".join(f"{name} is {_TOLD[role]}" for name, role in declare.items())
    doubt = Outcome(None, "reading", f"it is not refuted if {what}, which nothing says")
    pairs = ((k, o, other.conventions.get(k)) for k, o in verdict.conventions.items())
    conventions = {k: doubt if o.because == "shape" and p is not None and p.holds is None else o for k, o, p in pairs}
    out = replace(verdict, conventions=conventions)
    return replace(out, verdict=summed_up(out.as_printed))


def notes_of_maps(s: Statement) -> list[str]:
    r"""How derivatives of functions of several vectors are read that do not say at what: ``\partial f/\partial x``."""
    maps = {t.args[0].data for t in s.walk() if t.kind == "derivative" and t.args[0].kind in MAPS}
    names = {
        data.name if isinstance(data, MapCall) else str(data[0]) for data in maps if isinstance(data, MapCall | tuple)
    }
    several = sorted(name for name in names if len(s.model.families[name].inputs) > 1)
    return [f"a derivative of {name} by one of its arguments is the partial one" for name in several]


def usual_functions(s: Statement, declared: Mapping[str, str]) -> dict[str, str]:
    """The functions that nothing specifies and that many papers mean one thing by."""
    return {f: words for f, words in USUAL.items() if s.unspecified(f) and f not in declared}


_TOLD = {
    "map": "a map of vectors",
    "elementwise": "any function of numbers",
    "scalar": "a scalar",
    "vector": "a vector",
    "matrix": "a matrix",
}


def under_condition(
    v: Verdict, other: Verdict, declare: Mapping[str, str], taken: Mapping[str, str] | None = None
) -> Verdict:
    """What holds only if something that nothing declares is what is usual is undecided, and said apart.

    ``taken`` is what it was read as: without it, a function of numbers.
    """
    words = {f: _TOLD.get(said, said.removeprefix("elementwise ")) for f, said in declare.items()}
    what = " and ".join(f"{f} is {said}" for f, said in words.items())
    doubt = Outcome(None, "reading", f"it holds if {what}, which nothing says")

    def held(maps: Sequence[Outcomes]) -> Outcomes:
        printed, otherwise = maps
        # The mixed layout is another one for scalars alone.
        plain = (otherwise.get(k) or otherwise[k.replace("mixed", "numerator")] for k in printed)
        return {k: doubted(doubt, o, other) for (k, o), other in zip(printed.items(), plain, strict=True)}

    out = combined((v, other), held)
    if (out.conventions, out.descending, out.links) == (v.conventions, v.descending, v.links):
        return v
    taken = taken or dict.fromkeys(declare, "elementwise")
    plain = " and ".join(f"{f} is {_TOLD[words]}" for f, words in taken.items())
    answers = Answer(what, declare, other.conventions), Answer(plain, taken, v.conventions)
    return replace(out, alternatives={what: other.conventions}, readings=answers, if_declared=declare)
