"""A recurrence alone, written out entry by entry at given sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from symjac import expr as ex
from symjac.entries import entry
from symjac.errors import NotYetError
from symjac.expr import Entry, Expr, Index, Symbol
from symjac.narrative.blocks import Display, Line, Math, Page
from symjac.narrative.example import at, size_at
from symjac.narrative.teller import commas, equals
from symjac.recurrence import Recurrence
from symjac.typeset.boxes import row
from symjac.typeset.printer import size_box, style_for

LARGEST = 12
"""Beyond this size nobody reads the rows; as SymPy equations they come at any size."""


def written_out(system: Recurrence, sizes: Mapping[str, int]) -> Page:
    """The page with one equation for each entry of each left-hand side, in the order of the system.

    :raises NotYetError: where a size is too large for a page.
    """
    symbols = [info.symbol for info in system.symbols.values()]
    too_large = max((size_at(d, sizes) for s in symbols for d in s.shape), default=1)
    if too_large > LARGEST:
        raise NotYetError(f"rows of {too_large} terms do not fit a page; sizes up to {LARGEST} do, SymPy takes any")
    *lines, last = [line for e in system.equations for line in _rows(e.lhs, e.rhs, sizes)]
    display = Display((*(replace(line, end=",") for line in lines), replace(last, end=".")))
    style = style_for(ex.Sum(*(ex.Norm(s) for s in symbols)), row=system.orientation == "row")
    letters = [equals(size_box(ex.dim(k)), size_box(ex.dim(v))) for k, v in sizes.items()]
    title = ("The recurrence written out for ", Math(row(*commas(letters)))) if letters else ("The recurrence",)
    return Page(title, (display,), style)


def _rows(lhs: Symbol, rhs: Expr, sizes: Mapping[str, int]) -> Iterator[Line]:
    if lhs.is_scalar:
        yield Line(at(entry(rhs, Index("i", ex.ONE)), {}, sizes), lhs)
        return
    indices = tuple(Index(letter, size) for letter, size in zip("ij", lhs.shape, strict=True) if size != ex.ONE)
    form = entry(rhs, *indices)
    for values in product(*(range(1, size_at(i.size, sizes) + 1) for i in indices)):
        yield Line(at(form, dict(zip(indices, values, strict=True)), sizes), Entry(lhs, *values))
