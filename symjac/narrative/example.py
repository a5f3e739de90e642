"""The worked example: the recurrence, its Jacobian and the factors written out at given sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from symjac import expr as ex
from symjac.entries import entry, size_at
from symjac.expr import Entry, Expr, Index, Number, Sum, Symbol
from symjac.narrative.blocks import Block, Display, Environment, Line, Paragraph, ended
from symjac.narrative.setting import equation_labels
from symjac.narrative.sheet import Sheet
from symjac.narrative.teller import Teller, commas, equals
from symjac.narrative.words import listed, sentences, told
from symjac.typeset.boxes import Box, Fence, Grid, Row, row, width
from symjac.typeset.calls import size_box

LARGEST = 4
"""Beyond this size a written-out matrix no longer fits a line and no longer helps."""


def example(t: Teller) -> tuple[Block, ...]:
    """The example environment; empty where no sizes were asked for or they are too large to be written out."""
    sizes = t.sizes
    if sizes is None or any(size_at(d, sizes) > LARGEST for s in t.told for d in s.shape):
        return ()
    letters = dict.fromkeys(
        str(c) for s in (t.of, *t.symbols) for d in s.shape for c in sorted(d.free_symbols, key=str)
    )
    if not letters:
        return ()
    blocks: list[Block] = []
    constants, rows = _recurrence(t, sizes)
    let = told("example_let", constant=listed(constants)) if constants else ()
    entries = told("example_rows", equation=equation_labels(t))
    blocks += [Paragraph(sentences(let, entries)), Display(ended(rows))]
    blocks += _jacobians(t, sizes)
    values = [equals(size_box(ex.dim(k)), size_box(ex.dim(sizes[k]))) for k in letters]
    title = told("size_is", size=row(*commas(values)))
    return (Environment("example", tuple(blocks), title=title, label="example"),)


def _recurrence(t: Teller, sizes: Mapping[str, int]) -> tuple[list[Box], list[Line]]:
    """What gets a letter, and every entry of every equation."""
    named: dict[Symbol, Expr] = {}
    rows: list[Line] = []
    for s in t.told:
        rhs = t.d.definitions[s]
        if t.argument is not None:
            letter, arg = t.argument
            named[letter] = arg
            rows += _entries(t, s, rhs.replace({arg: letter}), sizes, named)
            rows += _entries(t, letter, arg, sizes, named)
        else:
            if not t.gates and s.is_vector:
                rhs, constants = _named_constant(t, rhs)
                named |= constants
            rows += _entries(t, s, rhs, sizes, named)
    boxes = [equals(t.box(letter), t.box(e)) for letter, e in named.items()]
    return boxes, rows


def _named_constant(t: Teller, rhs: Expr) -> tuple[Expr, dict[Symbol, Expr]]:
    """The terms that do not change under one letter, where they are more than one vector."""
    if not isinstance(rhs, Sum):
        return rhs, {}
    fixed = [a for a in rhs.args if not t.d.scope.depends(a)]
    moving = [a for a in rhs.args if t.d.scope.depends(a)]
    if not fixed or not moving or (len(fixed) == 1 and isinstance(fixed[0], Symbol)):
        return rhs, {}
    c = Symbol(t.letter("c", "d", "e", "g", "v"), rhs.shape)
    return Sum(*moving, c), {c: ex.add(*fixed)}


def _entries(t: Teller, s: Symbol, rhs: Expr, sizes: Mapping[str, int], named: Mapping[Symbol, Expr]) -> Iterator[Line]:
    """One row for each entry; the entry form is checked for every size, then each row at this one."""
    # A vector has one index, a matrix two.
    places = tuple(Index(k.name, size) for k, size in zip(t.indices, s.shape, strict=True) if size != ex.ONE)
    form = (entry(rhs, *places) if places else entry(rhs, None)).rebuilt(unrooted)
    t.check(Entry(s, *places) if places else s, form, {**t.known, **named})
    yield from Sheet(sizes, named, t.box).rows(s, t.known[s], form, places)


def unrooted(e: Expr) -> Expr:
    """The square of a square root without either, where an expression is one: a squared norm is a sum of squares."""
    if isinstance(e, ex.EntryPower) and e.exponent == Number(2) and isinstance(e.base, ex.EntryPower):
        return e.base.base if e.base.exponent == Number(Fraction(1, 2)) else e
    return e


def _jacobians(t: Teller, sizes: Mapping[str, int]) -> Iterator[Block]:
    d = t.d
    if not (t.of.is_vector and t.wrt.is_vector):
        return
    lhs = t.full(ex.Partial(t.of, t.wrt))
    named: dict[Expr, Expr] = {} if t.argument is None else {t.argument[1]: t.argument[0]}
    letters = {s: e for e, s in named.items() if isinstance(s, Symbol)} | dict(d.abbreviations)
    sheet = Sheet(sizes, letters, t.box)
    diagonal = {s for s, value in d.abbreviations if isinstance(value, ex.Diag)}
    for layout in t.layouts:
        numerator = layout == "numerator"
        short = (d.short if numerator else d.short_denominator).replace(named)
        if not numerator and len(t.layouts) == 2 and d.closed == d.closed_denominator:
            continue
        factors = sheet.factors(short, diagonal)
        if any(width(g) > _WIDEST_GRID for g in _all_grids(factors.box)):
            continue
        closed = d.closed if numerator else ex.Transpose(d.closed)
        rows = [sheet.line(factors, closed, lhs, end=".")]
        # The same entries in both layouts, mirrored: no product is turned round inside an entry.
        whole = sheet.matrix(d.closed.replace(named), turned=not numerator)
        entrywise = not t.gates and whole.box != factors.box and width(whole.box) <= _WIDEST_GRID
        if entrywise:
            rows = [sheet.line(whole, closed, lhs), sheet.line(factors, closed, end=".")]
        only = "" if numerator or len(t.layouts) == 2 else "_only"
        yield Paragraph(told(f"example_{layout}{only}" + ("" if entrywise else "_factors")))
        yield Display(tuple(rows))


_WIDEST_GRID = 32.0


def _all_grids(box: Box) -> Iterator[Grid]:
    if isinstance(box, Grid):
        yield box
    elif isinstance(box, Row):
        for item in box.items:
            yield from _all_grids(item)
    elif isinstance(box, Fence):
        yield from _all_grids(box.body)
