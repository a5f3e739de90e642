"""The verdict told: which conventions, because of what, the right formula, the repair, what it changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from symjac import typeset
from symjac.claims import conditions, layouts
from symjac.claims.alternatives import WORDS as READINGS
from symjac.claims.conditions import Condition
from symjac.claims.explain import WORDS, listed
from symjac.claims.judge import Comparison
from symjac.claims.layouts import Placed
from symjac.claims.model import UndecidedError
from symjac.claims.repairs import Repair, columns
from symjac.claims.spectrum import differs_by_transpose, eigenvalues_of_three_steps_differ, singular_values_differ
from symjac.claims.statement import Statement
from symjac.claims.verdict import Formula, Outcome, Told, Verdict
from symjac.errors import SymjacError
from symjac.normal import Counterexample, NormalFormTooLarge
from symjac.normal.refute import Enclosure, Value

ONE_PLACE = ("transpose", "point", "diag", "symbol", "derivative", "other term")


@dataclass(frozen=True)
class Found:
    """What was found out beside the verdict."""

    statement: Statement | None = None
    repair: Repair | None = None
    conditions: tuple[Condition, ...] = ()
    terms: tuple[Placed, ...] = ()  # where they are not all in one layout
    asked: tuple[str, ...] = ()


def tell(v: Verdict, found: Found) -> tuple[Told, ...]:
    """The sentences, a paragraph each; the first says in which conventions the claim holds."""
    out: list[Told] = [(_first(v, found.asked),)]
    out += _rows(v, found.statement)
    out += _because(v)
    out += _links(v)
    out += _right(v)
    out += _repaired(v, found)
    if found.repair is not None and found.statement is not None and _spectrum(v, found.repair, found.statement):
        out.append(_changes(min(found.repair.edit.old, found.repair.edit.new, key=len)))
    return tuple(out)


def _names(v: Verdict) -> list[str]:
    return list(dict.fromkeys(name for m in v.as_printed for name in m))


def _first(v: Verdict, asked: Sequence[str]) -> str:
    names = _names(v)
    holds = [name for name in names if name in v.holds_in]
    values = {name: [m[name].holds for m in v.as_printed if name in m] for name in names}
    refuted = [name for name in names if all(h is False for h in values[name])]
    if asked and v.verdict != "true" and holds:
        judged = "is false" if v.verdict == "false" else "is not decided"
        return f"The claim {judged} in {_in(asked)}; it holds in {_in(holds)}."
    if holds:
        sentence = f"The claim holds in {_in(holds)}"
        if not any(name.endswith("column") for name in holds):
            column = [name for name in names if name.endswith("column")]
            if set(column) <= set(refuted):
                sentence += ", and in neither layout" if len(column) == 2 else ", and in no layout"
                sentence += " with column vectors"
            else:
                sentence += ", and in no convention with column vectors that was decided"
        return sentence + "."
    if v.verdict == "false":
        if asked:
            return f"The claim is false in {_in(asked)}."
        return "The claim holds in no convention, neither with column vectors nor with row vectors."
    if v.verdict == "undecided":
        return "Whether the claim holds is not decided" + (f"; it is refuted in {_in(refuted)}." if refuted else ".")
    return v.explanation


def _in(names: Sequence[str]) -> str:
    groups: dict[str, list[str]] = {}
    for name in names:
        layout, orientation = name.split("_")
        groups.setdefault(orientation, []).append(layout)
    return listed([f"{listed(layouts)} layout with {orientation} vectors" for orientation, layouts in groups.items()])


def _rows(v: Verdict, s: Statement | None) -> Iterator[Told]:
    """What the system says where vectors are rows."""
    model = s.models.get("row") if s is not None else None
    if model is None or not any(name.endswith("row") for name in v.holds_in):
        return
    equations = model.reading.equations
    with contextlib.suppress(SymjacError):
        told: list[str | Formula] = ["With row vectors the system reads "]
        for k, e in enumerate(equations):
            told += [", " if k else "", Formula(f"{e.lhs.name} = {typeset.latex(e.rhs, row=True)}")]
        yield (*told, ".")


def _because(v: Verdict) -> Iterator[Told]:
    orders = ("",) if len(v.as_printed) == 1 else (" with the index increasing", " with the index decreasing")
    for order, outcomes in zip(orders, v.as_printed, strict=True):
        for name, o in outcomes.items():
            yield (f"In {WORDS[name]}{order} it ", *_outcome(o))


def _outcome(o: Outcome) -> Told:
    if o.because == "proof":
        return ("is true, proved for every size.",)
    if o.because == "shape":
        return (f"does not fit: {o.reason}.",)
    c = o.counterexample
    if o.holds is None or c is None:
        return (f"is not decided: {o.reason or 'neither a proof nor a counterexample was found'}.",)
    where: list[str | Formula] = []
    for letter, size in c.sizes.items():
        where += [", " if where else "", Formula(f"{letter} = {size}")]
    for symbol, rows in c.values.items():
        where += [", " if where else "", Formula(f"{symbol.name} = {matrix(rows)}", f"{symbol.name} = {plain(rows)}")]
    for function, body in c.functions.items():
        where += [", " if where else "", Formula(f"{function}(z) = {body}")]
    reason = f" ({o.reason.removeprefix('(').removesuffix(')')})" if o.reason else ""
    digits = _digits(c)
    verb = "is" if c.exact else "lies in"
    return (
        f"is false{reason}: at ",
        *where,
        f" the left-hand side {verb} ",
        Formula(matrix(c.left, digits), plain(c.left, digits)),
        " and the right-hand side " if c.exact else " and the right-hand side in ",
        Formula(matrix(c.right, digits), plain(c.right, digits)),
        ".",
    )


def _digits(c: Counterexample) -> int:
    """So many decimals that rounding outwards leaves the intervals apart."""
    i, j = c.entry[0] - 1, c.entry[1] - 1
    for digits in range(4, 40):
        (a, b), (p, q) = (ends(rows[i][j], digits) for rows in (c.left, c.right))
        if b < p or q < a:
            return digits
    return 40


def ends(v: Value, digits: int) -> tuple[Fraction, Fraction]:
    """An interval with decimal ends around a value."""
    scale = 10**digits
    low, high = (v.low, v.high) if isinstance(v, Enclosure) else (v, v)
    return Fraction(floor(low * scale), scale), Fraction(ceil(high * scale), scale)


def _cell(v: Value, digits: int, *, tex: bool) -> str:
    if isinstance(v, Fraction):
        if v.denominator == 1 or not tex:
            return str(v)
        return rf"{'-' if v < 0 else ''}\tfrac{{{abs(v.numerator)}}}{{{v.denominator}}}"
    low, high = (_decimal(end, digits) for end in ends(v, digits))
    return low if low == high else f"[{low}, {high}]"


def _decimal(v: Fraction, digits: int) -> str:
    whole = abs(v.numerator) * 10**digits // v.denominator
    sign = "-" if v < 0 else ""
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def matrix(rows: Sequence[Sequence[Value]], digits: int = 6) -> str:
    """A matrix as LaTeX, a number where it has one entry.

    >>> print(matrix([[Fraction(1), Fraction(-1, 2)]]))
    \\begin{pmatrix} 1 & -\\tfrac{1}{2} \\end{pmatrix}
    """
    if len(rows) == len(rows[0]) == 1:
        return _cell(rows[0][0], digits, tex=True)
    body = r" \\ ".join(" & ".join(_cell(v, digits, tex=True) for v in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def plain(rows: Sequence[Sequence[Value]], digits: int = 6) -> str:
    """A matrix on one line, a column as a list, a number where it has one entry.

    >>> plain([[Fraction(1)], [Fraction(2)]]), plain([[Fraction(1), Fraction(2)]])
    ('(1, 2)', '[[1, 2]]')
    """
    if len(rows) == len(rows[0]) == 1:
        return _cell(rows[0][0], digits, tex=False)
    if len(rows[0]) == 1:
        return "(" + ", ".join(_cell(row[0], digits, tex=False) for row in rows) + ")"
    return "[" + ", ".join("[" + ", ".join(_cell(v, digits, tex=False) for v in row) + "]" for row in rows) + "]"


def _links(v: Verdict) -> Iterator[Told]:
    """The links of a chain that break in every convention, or where the whole holds."""
    for link in v.links:
        broken = [name for name, o in link.conventions.items() if o.holds is False]
        if not link.conventions or len(broken) == len(link.conventions):
            where = "in every convention"
        elif any(name in broken for name in v.holds_in):
            where = f"in {_in([name for name in v.holds_in if name in broken])}"
        else:
            continue
        yield ("The link ", Formula(f"{link.left.strip()} = {link.right.strip()}"), f" of the chain breaks {where}.")


def _right(v: Verdict) -> Iterator[Told]:
    if v.correct:
        told: list[str | Formula] = ["With column vectors the right formula is "]
        for k, (layout, formula) in enumerate(v.correct.items()):
            told += [" and " if k else "", Formula(formula), f" in {layout} layout"]
        yield (*told, ".")


def _repaired(v: Verdict, found: Found) -> Iterator[Told]:
    r = found.repair
    if found.terms:
        yield layouts.told(found.terms)
    if r is not None:
        e = r.edit
        told: list[str | Formula] = [f"{e.words[:1].upper()}{e.words[1:]}"]
        told += [", ", Formula(e.about), ": "] if e.about else [": "]
        if _closed(e.old) and _closed(e.new) and e.kind in ONE_PLACE:
            told += ["with ", Formula(e.new), " for ", Formula(e.old), " the claim becomes "]
        else:
            told += ["the nearest true claim is "]
        yield (*told, Formula(e.text), f", proved in {_in(r.conventions)}.")
    for name, outcomes in v.alternatives.items():
        holds = [key for key, o in outcomes.items() if o.holds]
        if name in READINGS and holds and not any(key.endswith("column") for key in v.holds_in):
            yield (f"Read {READINGS[name]}, the claim holds in {_in(holds)}.",)
    yield from conditions.told(found.conditions, _in)


def _closed(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}")) and bool(text)


def _changes(name: str) -> Told:
    """What one transpose more or less means for products of such Jacobians."""
    return (
        "What the transpose changes: for one step the eigenvalues are the same and the singular values are others, "
        "so the bound ",
        Formula(rf"\lVert {name} \rVert \gamma", f"||{name}|| gamma"),
        " on the norm of a step (gamma bounds the diagonal factor) is the same number, and the norm it bounds is "
        "another; over three or more steps the eigenvalues of the product differ too.",
    )


def _spectrum(v: Verdict, r: Repair, s: Statement) -> bool:
    """Whether what is said about eigenvalues and singular values is so, here."""
    model = s.models.get("column")
    if r.edit.kind != "transpose" or model is None or s.has_product or s.lengths_matter(s.members[0], s.members[-1]):
        return False
    for c in columns(s):
        o = v.conventions.get(c.name)
        if o is None or o.counterexample is None or c.name not in r.conventions:
            continue
        with contextlib.suppress(SymjacError, UndecidedError, NormalFormTooLarge):
            sides = list(Comparison(s, model, c, "ascending", float("inf")).sides(s.members[0], s.members[-1], {}))
            if len(sides) == 1 and differs_by_transpose(*sides[0]):
                return singular_values_differ(o.counterexample) and eigenvalues_of_three_steps_differ()
    return False
