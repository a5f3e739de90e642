"""Pieces of emitted source: code together with what kind of array it stands for.

Columns and rows are both arrays of shape (n,), so the kind says which is meant. A diagonal matrix
is its diagonal, and an array whose entries are all one number is that number (``uniform``) until
somebody needs the array.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["scalar", "column", "row", "matrix", "diagonal"]

# How tightly the outermost operation of a piece binds.
SUM, TERM, SIGN, POWER, ATOM = range(5)


@dataclass(frozen=True)
class Value:
    """A piece of source and what it evaluates to."""

    code: str
    level: int
    kind: Kind
    uniform: bool = False

    def at(self, level: int) -> str:
        """The code, bracketed unless its outermost operation binds at least as tightly as ``level``."""
        return self.code if self.level >= level else f"({self.code})"

    def of_kind(self, kind: Kind) -> Value:
        return Value(self.code, self.level, kind, self.uniform)

    @property
    def is_one(self) -> bool:
        return self.uniform and self.code == "1"


def number(value: Fraction) -> tuple[str, int]:
    """A rational as source and its level.

    >>> number(Fraction(-1, 2)), number(Fraction(3))
    (('-1 / 2', 1), ('3', 4))
    """
    if max(abs(value.numerator), value.denominator) > 2**53:
        text = repr(float(value))
        return text, SIGN if text.startswith("-") else ATOM
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else SIGN
    return f"{value.numerator} / {value.denominator}", TERM


def times(a: Value, b: Value, kind: Kind) -> Value:
    """The entrywise product; a factor of one number broadcasts."""
    # A scalar is one number, so it keeps an array of one number that; among scalars the word means a literal.
    uniform = all(f.uniform or (f.kind == "scalar" != kind) for f in (a, b))
    if a.is_one or (a.kind == "scalar" and a.code == "1"):
        return Value(b.code, b.level, kind, uniform)
    if b.is_one or (b.kind == "scalar" and b.code == "1"):
        return Value(a.code, a.level, kind, uniform)
    if a.code == "-1":
        return Value(f"-{b.at(SIGN)}", SIGN, kind, uniform)
    # In a / s * u @ v the matrix product would come last.
    if b.code.startswith("1 / ") and b.level == TERM and "@" not in b.code:
        return Value(f"{a.at(TERM)} / {b.code[4:]}", TERM, kind, uniform)
    return Value(f"{a.at(TERM)} * {_factor(b)}", TERM, kind, uniform)


def plus(a: Value, b: Value, kind: Kind) -> Value:
    """The entrywise sum."""
    uniform = a.uniform and b.uniform
    if b.code.startswith("-") and b.level >= TERM:
        rest = b.code[1:]
        return Value(f"{a.code} - {rest}", SUM, kind, uniform)
    return Value(f"{a.code} + {b.at(TERM)}", SUM, kind, uniform)


def scale_rows(d: Value, m: Value) -> Value:
    """diag(d) M."""
    if d.uniform:
        return times(d.of_kind("scalar"), m, "matrix")
    return Value(f"{d.at(ATOM)}[:, None] * {_factor(m)}", TERM, "matrix")


def scale_columns(m: Value, d: Value) -> Value:
    """M diag(d)."""
    if d.uniform:
        return times(d.of_kind("scalar"), m, "matrix")
    return Value(f"{m.at(TERM)} * {d.at(ATOM)}[None, :]", TERM, "matrix")


def outer(u: Value, v: Value) -> Value:
    """u v^T."""
    return Value(f"{u.at(ATOM)}[:, None] * {v.at(ATOM)}[None, :]", TERM, "matrix")


def two_axes(v: Value) -> str:
    """The code of an array, a vector as a matrix of one column or row."""
    axes = {"column": "[:, None]", "row": "[None, :]"}.get(v.kind)
    return v.at(ATOM) + axes if axes else v.code


def matmul(a: Value, b: Value, kind: Kind) -> Value:
    return Value(f"{a.at(TERM)} @ {_factor(b)}", TERM, kind)


def _factor(b: Value) -> str:
    """The right operand of a product."""
    return b.code if b.level > TERM else f"({b.code})"
