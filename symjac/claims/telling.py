"""The verdict told: which conventions, because of what, the right formula, the repair, what it changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from symjac import typeset
from symjac.claims.asked import columns
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import listed
from symjac.claims.grouping import Case, groups, known, matrix, plain
from symjac.claims.nearest import conditions, layouts
from symjac.claims.nearest.conditions import Condition
from symjac.claims.nearest.layouts import Placed
from symjac.claims.nearest.repairs import Repair
from symjac.claims.nearest.spectrum import (
    differs_by_transpose,
    eigenvalues_of_three_steps_differ,
    singular_values_differ,
)
from symjac.claims.readings import WORDS as READINGS
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE
from symjac.claims.verdict import (
    Formula,
    Outcome,
    Outcomes,
    Paragraph,
    Told,
    Verdict,
    closed,
    listing,
    proved,
    said,
    summed_up,
)
from symjac.errors import SymjacError
from symjac.values import Counterexample

ONE_PLACE = ("transpose", "point", "diag", "symbol", "derivative", "other term")


@dataclass(frozen=True)
class Found:
    """What was found out beside the verdict."""

    statement: Statement | None = None
    repair: Repair | None = None
    conditions: tuple[Condition, ...] = ()
    terms: tuple[Placed, ...] = ()  # where they are not all in one layout


def tell(v: Verdict, found: Found) -> dict[str, tuple[Paragraph, ...]]:
    """The sentences by what they are about; the first says in which conventions the claim holds."""
    shown = _asked_for(v)
    parts: dict[str, Iterable[Paragraph]] = {
        "first": [Paragraph((_first(v),))],
        "right": _right(shown),
        "repair": _repaired(found),
        "else": _else(v, found),
        "links": _links(v),
        "rows": _rows(v, found.statement),
        "outcomes": outcomes(shown),
        "examples": examples(shown),
        "change": _changes(v, found),
    }
    return {name: tuple(part) for name, part in parts.items()}


def _asked_for(v: Verdict) -> Verdict:
    """The verdict with no more than the conventions that were asked for; with all where none was."""
    if not v.asked:
        return v
    layouts = {name.split("_")[0] for name in v.asked}
    return replace(
        v,
        conventions={k: o for k, o in v.conventions.items() if k in v.asked},
        descending={k: o for k, o in v.descending.items() if k in v.asked} if v.descending is not None else None,
        correct={layout: text for layout, text in v.correct.items() if layout in layouts},
    )


def _names(v: Verdict) -> list[str]:
    return list(dict.fromkeys(name for m in v.as_printed for name in m))


def _first(v: Verdict) -> str:
    names, asked = _names(v), v.asked
    holds = [name for name in names if name in v.holds_in]
    values = {name: [m[name].holds for m in v.as_printed if name in m] for name in names}
    refuted = [name for name in names if all(h is False for h in values[name])]
    if asked and v.verdict != "true" and holds:
        judged = "is false" if v.verdict == "false" else "is not decided"
        return f"The claim {judged} in {within(asked)}; it holds in {within(holds)}."
    if holds:
        broken = any(o.holds is False for link in v.links for k, o in link.conventions.items() if k in holds)
        subject = "The claim from its first member to its last" if broken else "The claim"
        sentence = f"{subject} holds in {within(holds)}"
        if not any(name.endswith("column") for name in holds):
            column = [name for name in names if name.endswith("column")]
            if set(column) <= set(refuted):
                sentence += ", and in neither layout" if len(column) == 2 else ", and in no layout"
                sentence += " with column vectors"
            else:
                sentence += ", and in no convention with column vectors that was decided"
        return sentence + ("; a link between them breaks." if broken else ".")
    if v.verdict == "false":
        if asked:
            return f"The claim is false in {within(asked)}."
        return "The claim holds in no convention, neither with column vectors nor with row vectors."
    decided = [summed_up((a.conventions,)) for a in v.readings]
    if decided and "undecided" not in decided:
        told = [f"{came_out} if {a.assumption}" for came_out, a in zip(decided, v.readings, strict=True)]
        declared = " and ".join(f'"{name}: {role}"' for name, role in v.readings[0].declare.items())
        return f"The claim is {listed(told)}: declare which, as in {declared}."
    return "Whether the claim holds is not decided" + (f"; it is refuted in {within(refuted)}." if refuted else ".")


def within(names: Sequence[str]) -> str:
    groups: dict[str, list[str]] = {}
    for name in names:
        layout, orientation = name.split("_")
        groups.setdefault(orientation, []).append(layout)
    return listed([f"{listed(layouts)} layout with {orientation} vectors" for orientation, layouts in groups.items()])


def _rows(v: Verdict, s: Statement | None) -> Iterator[Paragraph]:
    """What the system says where vectors are rows."""
    model = s.models.get("row") if s is not None else None
    if model is None or not any(name.endswith("row") for name in v.holds_in):
        return
    with contextlib.suppress(SymjacError):
        told = [Formula(f"{e.lhs.name} = {typeset.latex(e.rhs, row=True)}") for e in model.reading.equations]
        yield Paragraph(("With row vectors the system reads ", *listing(told), "."))


def outcomes(v: Verdict, by_proof: str = "") -> Iterator[Paragraph]:
    """What holds, what does not fit and what is open; counterexamples have paragraphs of their own."""
    for g in groups(v):
        if not g.cases:
            came_out = by_proof if by_proof and g.outcome.because == "proof" else because(g.outcome)
            yield Paragraph(said(f"In {whereabouts(v, g.names)}{g.order} it {came_out}."))


def because(o: Outcome) -> str:
    """What came out, and the reason where it is no counterexample."""
    if o.because == "proof":
        return f"is true, {proved(o)}"
    if o.because == "shape":
        return f"does not fit: {o.reason}"
    return f"is not decided: {o.reason or 'neither a proof nor a counterexample was found'}"


def examples(v: Verdict) -> Iterator[Paragraph]:
    """The points at which the two sides differ; all that differ at one point together."""
    for g in groups(v):
        if g.cases:
            reason = f" ({g.outcome.reason.removeprefix('(').removesuffix(')')})" if g.outcome.reason else ""
            point = listing(values(g.cases[0].counterexample))
            if len(g.cases) == 1:
                head = f"In {whereabouts(v, g.names)}{g.order} it is false{reason}: at "
                yield Paragraph((head, *point, *_sides(" ", g.cases[0], g.decimals), "."))
            else:
                items = tuple(_sides(f"in {within(c.names)} ", c, g.decimals) for c in g.cases)
                yield Paragraph((f"It is false{g.order}{reason} at ", *point, ":"), items)


def whereabouts(v: Verdict, names: Sequence[str]) -> str:
    """Conventions by name, or that they are all."""
    return "every convention" if len(names) > 1 and set(names) == set(_names(v)) else within(names)


def values(c: Counterexample) -> list[Formula]:
    """The point of a counterexample: sizes, indices, symbols and functions."""
    out = [Formula(f"{letter} = {size}") for letter, size in {**c.sizes, **c.indices}.items()]
    for symbol, rows in c.values.items():
        out.append(Formula(f"{symbol.name} = {matrix(rows)}", f"{symbol.name} = {plain(rows)}"))
    return out + [Formula(f"{function}(z) = {body}") for function, body in c.functions.items()]


def _sides(before: str, case: Case, decimals: int) -> Told:
    c = case.counterexample
    left, right = (Formula(matrix(rows, decimals), plain(rows, decimals)) for rows in (c.left, c.right))
    verb, then = ("is" if known(rows, decimals) else "lies in" for rows in (c.left, c.right))
    again = {("is", "is"): " ", ("lies in", "lies in"): " in "}.get((verb, then), f" {then} ")
    return (f"{before}the left-hand side {verb} ", left, f" and the right-hand side{again}", right)


def _links(v: Verdict) -> Iterator[Paragraph]:
    """The links of a chain that break in every convention, or where the whole holds."""
    for link in v.links:
        broken = [name for name, o in link.conventions.items() if o.holds is False]
        if not link.conventions or len(broken) == len(link.conventions):
            where = "in every convention"
        elif any(name in broken for name in v.holds_in):
            where = f"in {within([name for name in v.holds_in if name in broken])}"
        else:
            continue
        link_ = Formula(f"{link.left.strip()} = {link.right.strip()}")
        yield Paragraph(("The link ", link_, f" of the chain breaks {where}."))


def _right(v: Verdict) -> Iterator[Paragraph]:
    if v.correct:
        items = tuple((Formula(formula), f" in {layout} layout") for layout, formula in v.correct.items())
        yield Paragraph(("With column vectors the right formula is:",), items)


def _repaired(found: Found) -> Iterator[Paragraph]:
    """The nearest true claim, with what is changed in it."""
    r = found.repair
    if found.terms:
        yield Paragraph(layouts.told(found.terms))
    if r is not None:
        e = r.edit
        told: list[str | Formula] = [f"{e.words[:1].upper()}{e.words[1:]}"]
        told += [", ", Formula(e.about), ": "] if e.about else [": "]
        if closed(e.old) and closed(e.new) and e.kind in ONE_PLACE:
            told += ["with ", Formula(e.new), " for ", Formula(e.old), " the claim becomes "]
        else:
            told += ["the nearest true claim is "]
        yield Paragraph((*told, Formula(e.text, mark=e.now), f", proved in {within(r.conventions)}."))


def _else(v: Verdict, found: Found) -> Iterator[Paragraph]:
    """Other readings and conditions under which the claim holds as printed."""
    for name, outcomes in v.alternatives.items():
        holds = [key for key, o in outcomes.items() if o.holds]
        if name in READINGS and holds and not any(key.endswith("column") for key in v.holds_in):
            yield Paragraph(said(f"Read {READINGS[name]}, the claim holds in {within(holds)}."))
    for name, words in _SHIFTS.items():
        if name in v.alternatives:
            yield Paragraph(said(f"{words} {_where(v.alternatives[name])}."))
    if v.descending is not None and v.order != "open":
        other, words = (v.conventions, "smallest") if v.order == "descending" else (v.descending, "largest")
        if any(o.holds and not m[k].holds for m in v.as_printed for k, o in other.items()):
            order = f"With the factors of the product in the other order, {words} index leftmost, the claim"
            yield Paragraph(said(f"{order} {_where(other)}."))
    for told in conditions.told(found.conditions, within):
        yield Paragraph(told)


_SHIFTS = {
    "as_printed": "With the equations as printed, none of the earlier step taken in, the claim",
    "earlier_step_taken_in": "With the equations of the earlier step taken in, and not as printed, the claim",
}


def _where(outcomes: Outcomes) -> str:
    """Where a reading of the claim holds."""
    if holds := [name for name, o in outcomes.items() if o.holds]:
        return f"holds in {within(holds)}"
    return "holds in no convention" if summed_up((outcomes,)) == "false" else "is not decided"


def _changes(v: Verdict, found: Found) -> Iterator[Paragraph]:
    """What one transpose more or less means for products of such Jacobians."""
    if found.repair is None or found.statement is None or not _spectrum(v, found.repair, found.statement):
        return
    name = min(found.repair.edit.old, found.repair.edit.new, key=len)
    first = (
        "What the transpose changes: for one step the eigenvalues are the same and the singular values are others, "
        "so the bound "
    )
    then = (
        " on the norm of a step (gamma bounds the diagonal factor) is the same number, and the norm it bounds is "
        "another; over three or more steps the eigenvalues of the product differ too."
    )
    yield Paragraph((first, Formula(rf"\lVert {name} \rVert \gamma", f"||{name}|| gamma"), then))


def _spectrum(v: Verdict, r: Repair, s: Statement) -> bool:
    """Whether what is said about eigenvalues and singular values is so, here."""
    model = s.models.get("column")
    if r.edit.kind != "transpose" or model is None or s.has_product or s.lengths_matter(s.members[0], s.members[-1]):
        return False
    for c in columns(s):
        o = v.conventions.get(c.name)
        if o is None or o.counterexample is None or c.name not in r.conventions:
            continue
        with contextlib.suppress(*TROUBLE):
            left, right = Comparison(s, model, c, "ascending").sides(s.members[0], s.members[-1], {})
            if differs_by_transpose(left, right):
                return singular_values_differ(o.counterexample) and eigenvalues_of_three_steps_differ()
    return False
