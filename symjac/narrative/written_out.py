"""A recurrence alone, written out entry by entry at given sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symjac import expr as ex
from symjac.entries import entry, size_at
from symjac.errors import NotYetError
from symjac.expr import Expr, Index, Symbol
from symjac.narrative.blocks import Display, Line, Math, Page, ended
from symjac.narrative.sheet import Sheet
from symjac.narrative.teller import commas, equals
from symjac.recurrence import Recurrence
from symjac.typeset.boxes import row
from symjac.typeset.calls import size_box
from symjac.typeset.placing import style_for, to_box

LARGEST = 12
"""Beyond this size nobody reads the rows; as SymPy equations they come at any size."""


def written_out(system: Recurrence, sizes: Mapping[str, int]) -> Page:
    """The page with one equation for each entry of each left-hand side, in the order of the system.

    :raises NotYetError: where a size is too large for a page, or an entry has no written-out form to compare with.
    :raises Defect: where a row is not the entry of its equation.
    """
    symbols = [info.symbol for info in system.symbols.values()]
    too_large = max((size_at(d, sizes) for s in symbols for d in s.shape), default=1)
    if too_large > LARGEST:
        raise NotYetError(f"rows of {too_large} terms do not fit a page; sizes up to {LARGEST} do, SymPy takes any")
    style = style_for(ex.Sum(*(ex.Norm(s) for s in symbols)), row=system.orientation == "row")
    sheet = Sheet(sizes, {}, lambda e: to_box(e, style))
    display = Display(ended([line for e in system.equations for line in _rows(e.lhs, e.rhs, sheet)]))
    letters = [equals(size_box(ex.dim(k)), size_box(ex.dim(v))) for k, v in sizes.items()]
    title = ("The recurrence written out for ", Math(row(*commas(letters)))) if letters else ("The recurrence",)
    return Page(title, (display,), style)


def _rows(lhs: Symbol, rhs: Expr, sheet: Sheet) -> Iterator[Line]:
    letters = () if lhs.is_scalar else zip("ij", lhs.shape, strict=True)
    places = tuple(Index(letter, size) for letter, size in letters if size != ex.ONE)
    return sheet.rows(lhs, rhs, entry(rhs, *places) if places else entry(rhs, None), places)
