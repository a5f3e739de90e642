"""The verdict told: which conventions, because of what, the right formula, the repair, what it changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from symjac import typeset
from symjac.claims.asked import columns
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import listed
from symjac.claims.nearest import conditions, layouts, spectrum
from symjac.claims.nearest.conditions import Condition
from symjac.claims.nearest.layouts import Placed
from symjac.claims.nearest.repairs import Repair
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
from symjac.values.search import Enclosure, Value

ORDERS = {1: ("",), 2: (" with the index increasing", " with the index decreasing")}
"""What is said of each map of outcomes: nothing of a single one, the order of the factors of two."""


@dataclass(frozen=True)
class Case:
    """Conventions in which the two sides come out the same, and how."""

    names: tuple[str, ...]
    counterexample: Counterexample


@dataclass(frozen=True)
class Group:
    """Conventions with one outcome; of counterexamples those at one point, with a case for each two sides."""

    order: str
    names: tuple[str, ...]
    outcome: Outcome
    cases: tuple[Case, ...] = ()

    @property
    def decimals(self) -> int:
        """So many decimals that the two sides are apart in every case."""
        return max((digits(c.counterexample) for c in self.cases), default=0)


def groups(v: Verdict) -> Iterator[Group]:
    """The outcomes of a verdict, those alike together, in the order in which they come first."""
    for order, outcomes in zip(ORDERS[len(v.as_printed)], v.as_printed, strict=True):
        alike: dict[object, list[str]] = {}
        for name, o in outcomes.items():
            alike.setdefault(_kind(o), []).append(name)
        for names in alike.values():
            first = outcomes[names[0]]
            yield Group(order, tuple(names), first, _cases({name: outcomes[name] for name in names}))


def _kind(o: Outcome) -> object:
    c = o.counterexample
    if c is None:
        return o.holds, o.because, o.reason
    values = {s.name: rows for s, rows in c.values.items()}
    point = (tuple(m.items()) for m in (c.sizes, values, c.functions, c.indices))
    return o.holds, o.because, o.reason, c.exact, *point


def _cases(outcomes: dict[str, Outcome]) -> tuple[Case, ...]:
    found: dict[object, tuple[list[str], Counterexample]] = {}
    for name, o in outcomes.items():
        if o.counterexample is not None:
            c = o.counterexample
            found.setdefault((c.left, c.right), ([], c))[0].append(name)
    return tuple(Case(tuple(names), c) for names, c in found.values())


Rows = Sequence[Sequence[Value]]


def digits(c: Counterexample) -> int:
    """So many decimals that rounding outwards leaves the two sides apart."""
    i, j = c.entry[0] - 1, c.entry[1] - 1
    return next((d for d in range(4, 40) if apart(c.left[i][j], c.right[i][j], d)), 40)


def apart(u: Value, v: Value, decimals: int = 40) -> bool:
    """Whether two values, rounded outwards, cannot be the same.

    >>> apart(Fraction(1), Fraction(2)), apart(Fraction(1), Enclosure(Fraction(0), Fraction(2)))
    (True, False)
    """
    (a, b), (p, q) = ends(u, decimals), ends(v, decimals)
    return b < p or q < a


def known(rows: Rows, decimals: int) -> bool:
    """Whether so many decimals give every entry exactly, so that none is printed as an interval."""
    return all(isinstance(v, Fraction) or len(set(ends(v, decimals))) == 1 for row in rows for v in row)


def ends(v: Value, decimals: int) -> tuple[Fraction, Fraction]:
    """An interval with decimal ends around a value."""
    scale = 10**decimals
    low, high = (v.low, v.high) if isinstance(v, Enclosure) else (v, v)
    return Fraction(floor(low * scale), scale), Fraction(ceil(high * scale), scale)


def cell(v: Value, decimals: int, *, tex: bool) -> str:
    """One value: a fraction, or the ends of what encloses it."""
    if isinstance(v, Fraction):
        if v.denominator == 1 or not tex:
            return str(v)
        return rf"{'-' if v < 0 else ''}\tfrac{{{abs(v.numerator)}}}{{{v.denominator}}}"
    low, high = (_decimal(end, decimals) for end in ends(v, decimals))
    return low if low == high else f"[{low}, {high}]"


def _decimal(v: Fraction, decimals: int) -> str:
    whole = abs(v.numerator) * 10**decimals // v.denominator
    sign = "-" if v < 0 else ""
    return f"{sign}{whole // 10**decimals}.{whole % 10**decimals:0{decimals}d}"


def matrix(rows: Rows, decimals: int = 6) -> str:
    """A matrix as LaTeX, a number where it has one entry.

    >>> print(matrix([[Fraction(1), Fraction(-1, 2)]]))
    \\begin{pmatrix} 1 & -\\tfrac{1}{2} \\end{pmatrix}
    """
    if len(rows) == len(rows[0]) == 1:
        return cell(rows[0][0], decimals, tex=True)
    body = r" \\ ".join(" & ".join(cell(v, decimals, tex=True) for v in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def plain(rows: Rows, decimals: int = 6) -> str:
    """A matrix on one line, a column as a list, a number where it has one entry.

    >>> plain([[Fraction(1)], [Fraction(2)]]), plain([[Fraction(1), Fraction(2)]])
    ('(1, 2)', '[[1, 2]]')
    """
    if len(rows) == len(rows[0]) == 1:
        return cell(rows[0][0], decimals, tex=False)
    if len(rows[0]) == 1:
        return "(" + ", ".join(cell(row[0], decimals, tex=False) for row in rows) + ")"
    return "[" + ", ".join("[" + ", ".join(cell(v, decimals, tex=False) for v in row) + "]" for row in rows) + "]"


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
            word, reason = found(g.outcome)
            came_out = by_proof if by_proof and g.outcome.because == "proof" else f"{_CAME_OUT[word]}{reason}"
            yield Paragraph(said(f"In {whereabouts(v, g.names)}{g.order} it {came_out}."))


def found(o: Outcome) -> tuple[str, str]:
    """What came out in one convention, and because of what.

    >>> found(Outcome(True, "proof"))
    ('true', 'proved for every size')
    """
    if o.because == "shape":
        return "does not fit", o.reason
    if o.holds is None:
        return "undecided", o.reason or "neither a proof nor a counterexample was found"
    return ("true", proved(o)) if o.holds else ("false", "a counterexample")


_CAME_OUT = {"true": "is true, ", "does not fit": "does not fit: ", "undecided": "is not decided: "}


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
            if spectrum.differs_by_transpose(left, right):
                return (
                    spectrum.singular_values_differ(o.counterexample) and spectrum.eigenvalues_of_three_steps_differ()
                )
    return False
