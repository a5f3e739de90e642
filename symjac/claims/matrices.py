"""Matrices of exact values as LaTeX and as plain text, and how many decimals tell two of them apart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from symjac.values import Counterexample
from symjac.values.search import Enclosure, Value

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
