"""Matrices written out in a claim: they are compared entry by entry, where every size is a number."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from symjac.errors import SymjacError
from symjac.explicit import write_out
from symjac.expr import Dim, Explicit, Expr, Symbol

ENTRIES = 36  # the largest matrix that is written out


def equal_entries(left: Expr, right: Expr, definitions: Mapping[Symbol, Expr]) -> bool:
    """Whether one side has a matrix written out, and all entries are the same expression of the entries of symbols.

    >>> from symjac.expr import Diag, Number, ONE, dim
    >>> from symjac.expr import Entry
    >>> z = Symbol("z", (dim(2), ONE))
    >>> printed = Explicit([[Entry(z, 1), Number(0)], [Number(0), Entry(z, 2)]])
    >>> equal_entries(Diag(z), printed, {})
    True
    """
    if left.shape != right.shape or not any(isinstance(node, Explicit) for e in (left, right) for node in e.walk()):
        return False
    if not all(d.is_number for d in left.shape) or left.rows * left.cols > ENTRIES:
        return False
    try:
        differences = write_out(left, {}, definitions) - write_out(right, {}, definitions)
    except SymjacError:  # a size is a letter, or there is no form to write out: nothing is proved
        return False
    return all(sympy.expand(d) == 0 for d in differences)


def fits_if(left: Expr, right: Expr) -> str | None:
    """What the letters of sizes would have to be, so that a matrix written out has the shape of the other side.

    >>> from symjac.expr import Number, dim
    >>> fits_if(Symbol("W", (dim("m"), dim(2))), Explicit([[Number(1), Number(0)], [Number(0), Number(1)]]))
    'm = 2'
    """
    if not any(isinstance(node, Explicit) for e in (left, right) for node in e.walk()):
        return None
    wanted: dict[Dim, Dim] = {}
    for a, b in zip(left.shape, right.shape, strict=True):
        letter, number = (a, b) if b.is_number else (b, a)
        if letter == number:
            continue
        if not letter.is_Symbol or not number.is_number or wanted.setdefault(letter, number) != number or number == 1:
            return None
    return " and ".join(f"{letter} = {number}" for letter, number in wanted.items()) or None
