"""What came out in the conventions, put together: one reason, one point, told once for all it is about.

The exact values of a point are matrices, as LaTeX and as plain text, with as many decimals as tell the sides apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from symjac.claims.verdict import Outcome, Verdict
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
