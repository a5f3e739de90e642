"""What a page shows at given sizes; every entry is compared with the expression it is an entry of.

The entries come from index forms (:mod:`symjac.entries`). What they are compared with comes from
:mod:`symjac.explicit`, which knows no indices: it multiplies and adds matrices of SymPy's symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy

from symjac import expr as ex
from symjac.entries import entry, numbered
from symjac.errors import Defect, unprinted
from symjac.explicit import Written
from symjac.expr import Entry, Expr, Index, Number, Product, Sum, Symbol
from symjac.limits import multiplied_out
from symjac.narrative.blocks import Line
from symjac.typeset.boxes import Box, Gap, Grid, Op, row
from symjac.typeset.placing import fence
from symjac.typeset.text import text


@dataclass(frozen=True)
class Shown:
    """A box and the matrix it shows, put together from the printed entries."""

    box: Box
    value: Any


class Sheet:
    """Writes expressions out at ``sizes``; ``definitions`` say what letters of the page stand for.

    ``box`` prints an expression as the page does.
    """

    def __init__(
        self, sizes: Mapping[str, int], definitions: Mapping[Symbol, Expr], box: Callable[[Expr], Box]
    ) -> None:
        self.sizes = sizes
        self.written = Written(sizes, definitions)
        self.box = box

    # ---------------------------------------------------------------------------------- matrices

    def matrix(self, e: Expr, *, diagonal: bool = False, turned: bool = False) -> Shown:
        """One matrix with all its entries, or its transpose; of a ``diagonal`` one the zeros are zeros."""
        cells = numbered.cells(e, self.sizes, diagonal=diagonal)
        if turned:
            cells = tuple(zip(*cells, strict=True))
        grid = Grid(tuple(tuple(self.box(c) for c in cells_of_row) for cells_of_row in cells), "pmatrix")
        return Shown(grid, sympy.Matrix([[self.written.scalar(c) for c in cells_of_row] for cells_of_row in cells]))

    def factors(self, e: Expr, diagonal: Container[Expr] = ()) -> Shown:
        """A sum of products with every matrix in it written out."""
        if e.is_scalar:
            cell = numbered.at(entry(e, None), {}, self.sizes)
            return Shown(self.box(cell), sympy.Matrix([[self.written.scalar(cell)]]))
        if isinstance(e, Sum):
            return self._sum(e, diagonal)
        if isinstance(e, Product):
            return self._product(e, diagonal)
        return self.matrix(e, diagonal=e in diagonal)

    def _sum(self, e: Sum, diagonal: Container[Expr]) -> Shown:
        items: list[Box] = []
        value = None
        for n, term in enumerate(e.args):
            minus = isinstance(term, Product) and isinstance(term.args[0], Number) and term.args[0].value < 0
            shown = self.factors(ex.neg(term) if minus else term, diagonal)
            if n or minus:
                items.append(Op("-" if minus else "+", prefix=n == 0))
            items.append(shown.box)
            signed = -shown.value if minus else shown.value
            value = signed if value is None else value + signed
        return Shown(row(*items), value)

    def _product(self, e: Product, diagonal: Container[Expr]) -> Shown:
        parts: list[Box] = []
        value = None
        for f in e.args:
            shown = self.factors(f, diagonal)
            if parts:
                parts.append(Gap())
            parts.append(fence(shown.box) if isinstance(f, Sum | Product) else shown.box)
            value = shown.value if value is None else _times(value, shown.value, e)
        return Shown(row(*parts), value)

    # --------------------------------------------------------------------------------- checked rows

    def line(self, shown: Shown, e: Expr, lhs: Box | None = None, end: str = "") -> Line:
        """A row that shows an expression.

        :raises Defect: where an entry of what is shown is not that of the expression.
        """
        self._compare(shown.value, self.written.matrix(e), e)
        return Line(shown.box, lhs, end=end)

    def rows(self, lhs: Symbol, rhs: Expr, form: Expr, places: tuple[Index, ...]) -> Iterator[Line]:
        """One row for each entry of an equation, whose right side has the index form ``form``.

        :raises Defect: where a row is not the entry of the right side.
        """
        whole = self.written(rhs)
        ranges = (range(1, numbered.size_at(i.size, self.sizes) + 1) for i in places)
        for values in product(*ranges):
            at = dict(zip(places, values, strict=True))
            cell = numbered.at(form, at, self.sizes)
            r, c = _position(lhs, values)
            self._compare(self.written.matrix(cell), sympy.Matrix([[whole[r][c]]]), rhs)
            yield Line(cell, Entry(lhs, *values) if values else lhs)

    def _compare(self, shown: Any, value: Any, e: Expr) -> None:
        if shown.shape != value.shape:
            raise _refused(e, f"{shown.shape[0]} by {shown.shape[1]} entries are shown")
        for i, j in product(range(value.rows), range(value.cols)):
            if not _same(shown[i, j], value[i, j]):
                raise _refused(e, f"entry ({i + 1}, {j + 1}) is shown as {shown[i, j]} and is {value[i, j]}")


def _position(lhs: Symbol, values: tuple[int, ...]) -> tuple[int, int]:
    """Where an entry of a left side stands in the written-out matrix; a vector has one index."""
    if not values:
        return 0, 0
    if len(values) == 2:
        return values[0] - 1, values[1] - 1
    return (0, values[0] - 1) if lhs.is_row else (values[0] - 1, 0)


def _times(a: Any, b: Any, e: Expr) -> Any:
    """The product as the page shows it: scalars are 1 by 1 and stand anywhere."""
    if a.shape == (1, 1) or b.shape == (1, 1):
        return a[0] * b if a.shape == (1, 1) else a * b[0]
    if a.cols != b.rows:
        raise _refused(e, f"a matrix of {a.cols} columns is shown before one of {b.rows} rows")
    return a * b


def _same(a: Any, b: Any) -> bool:
    if a == b:
        return True
    difference = a - b
    return bool(multiplied_out(difference) == 0 or multiplied_out(sympy.numer(sympy.together(difference))) == 0)


def _refused(e: Expr, what: str) -> Defect:
    return unprinted(f"what the page writes out is not {text(e)}: {what}", "the page", "entries")
