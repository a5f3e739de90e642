"""The worked example: the recurrence, its Jacobian and the factors written out at given sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

from sympy import Expr as Dim

from symjac import expr as ex
from symjac.entries import entry
from symjac.expr import Delta, Entry, Expr, Index, IndexSum, Number, Product, Sum, Symbol
from symjac.narrative.blocks import Block, Display, Environment, Line, Paragraph, Ref
from symjac.narrative.setting import equation_label
from symjac.narrative.teller import Teller, commas, equals
from symjac.narrative.words import listed, sentences, told
from symjac.typeset.boxes import Box, Fence, Gap, Grid, Op, Row, row, width
from symjac.typeset.printer import fence, size_box

LARGEST = 4
"""Beyond this size a written-out matrix no longer fits a line and no longer helps."""

Value = Index | int


def at(e: Expr, values: Mapping[Index, Value], sizes: Mapping[str, int] | None = None) -> Expr:
    """An entry form at given values of its indices; with ``sizes`` its sums are written out too.

    >>> n = ex.dim("n")
    >>> i, k = Index("i", n), Index("k", n)
    >>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ex.ONE))
    >>> at(IndexSum(k, Product(Entry(W, i, k), Entry(x, k))), {i: 1}, {"n": 2})
    Sum(Product(Entry(W, (1, 1)), Entry(x, (1,))), Product(Entry(W, (1, 2)), Entry(x, (2,))))
    """
    if isinstance(e, Entry):
        indices = tuple(_value(i, values) for i in e.indices)
        if isinstance(e.base, ex.Stack) and sizes is not None and isinstance(indices[0], int):
            return _in_stack(e.base, indices[0], indices[1:], sizes)
        return Entry(at(e.base, values, sizes), *indices)
    if isinstance(e, Delta):
        i, j = (_value(k, values) for k in e.indices)
        return Number(int(i == j)) if isinstance(i, int) and isinstance(j, int) else Delta(i, j)
    if isinstance(e, IndexSum) and sizes is not None:
        count = size_at(e.index.size, sizes)
        return ex.add(*(at(e.body, {**values, e.index: v}, sizes) for v in range(1, count + 1)))
    if isinstance(e, Symbol) and sizes is not None and e.is_scalar and e.name in sizes:
        return Number(sizes[e.name])
    args = tuple(at(a, values, sizes) for a in e.args)
    if isinstance(e, Sum):
        return ex.add(*args)
    if isinstance(e, Product):
        return ex.mul(*args)
    return e if args == e.args else e.with_args(args)


def _in_stack(stack: Expr, position: int, rest: tuple[Value, ...], sizes: Mapping[str, int]) -> Expr:
    """The entry of the part of a stack that a position falls into."""
    for part in stack.args:
        height = size_at(part.rows, sizes)
        if position <= height:
            i, j = Index("i", part.rows), Index("j", part.cols)
            form = entry(part, *((i, j) if rest else (i,)))
            return at(form, {i: position, **({j: rest[0]} if rest else {})}, sizes)
        position -= height
    raise IndexError("a position beyond the end of a stack")


def _value(i: Value, values: Mapping[Index, Value]) -> Value:
    return i if isinstance(i, int) else values.get(i, i)


def size_at(size: Dim, sizes: Mapping[str, int]) -> int:
    """A size at given values of its letters."""
    return int(size.subs({ex.dim(letter): value for letter, value in sizes.items()}))


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
    first, last = (Ref(equation_label(s, t)) for s in (t.told[0], t.told[-1]))
    let = told("example_let", constant=listed(constants)) if constants else ()
    entries = told("example_rows", equation=(first,) if first == last else (first, "–", last))
    blocks.append(Paragraph(sentences(let, entries)))
    blocks.append(Display(tuple(rows)))
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
    return boxes, [replace(r, end="." if r is rows[-1] else ",") for r in rows]


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
    """One row for each entry; the entry form is checked for every size before it is written out at this one."""
    known = {**t.known, **named}
    if s.is_scalar:
        form = _unrooted(entry(rhs, None))
        t.check(s, form, known)
        yield Line(at(form, {}, sizes), s)
        return
    # A vector has one index, a matrix two.
    places = [Index(k.name, size) for k, size in zip(t.indices, s.shape, strict=True) if size != ex.ONE]
    form = _unrooted(entry(rhs, *places))
    t.check(Entry(s, *places), form, known)
    for values in product(*(range(1, size_at(k.size, sizes) + 1) for k in places)):
        yield Line(at(form, dict(zip(places, values, strict=True)), sizes), Entry(s, *values))


def _unrooted(e: Expr) -> Expr:
    """The square of a square root without either: a squared norm is a sum of squares."""
    args = tuple(_unrooted(a) for a in e.args)
    e = e if args == e.args else e.with_args(args)
    if isinstance(e, ex.EntryPower) and e.exponent == Number(2) and isinstance(e.base, ex.EntryPower):
        return e.base.base if e.base.exponent == Number(Fraction(1, 2)) else e
    return e


def _jacobians(t: Teller, sizes: Mapping[str, int]) -> Iterator[Block]:
    d = t.d
    if not (t.of.is_vector and t.wrt.is_vector):
        return
    lhs = t.full(ex.Partial(t.of, t.wrt))
    named: dict[Expr, Expr] = {} if t.argument is None else {t.argument[1]: t.argument[0]}
    for layout in t.layouts:
        numerator = layout == "numerator"
        short = (d.short if numerator else d.short_denominator).replace(named)
        if not numerator and len(t.layouts) == 2 and d.closed == d.closed_denominator:
            continue
        factors = _grids(t, short, sizes)
        if any(width(g) > _WIDEST_GRID for g in _all_grids(factors)):
            continue
        rows = [Line(factors, lhs, end=".")]
        # The same entries in both layouts, mirrored: no product is turned round inside an entry.
        whole = _grid(t, d.closed.replace(named), sizes, mirrored=not numerator)
        entrywise = not t.gates and whole != factors and width(whole) <= _WIDEST_GRID
        if entrywise:
            rows = [Line(whole, lhs), Line(factors, end=".")]
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


def _grid(t: Teller, e: Expr, sizes: Mapping[str, int], *, mirrored: bool = False) -> Box:
    """A matrix or vector written out; ``mirrored`` its transpose."""
    i, j = Index(t.indices[0].name, e.rows), Index(t.indices[1].name, e.cols)
    if e in {s for s, value in t.d.abbreviations if isinstance(value, ex.Diag)}:
        form: Expr = Product(Entry(e, i, i), Delta(i, j))
    elif e.is_vector:
        form = entry(e, i)
    elif e.is_row:
        form = entry(e, j)
    else:
        form = entry(e, i, j)
    rows, cols = (range(1, size_at(s, sizes) + 1) for s in e.shape)
    cells = tuple(tuple(t.box(at(form, {i: r, j: c}, sizes)) for c in cols) for r in rows)
    turned = mirrored or (t.style.row and e.is_vector)
    return Grid(tuple(zip(*cells, strict=True)) if turned else cells, "pmatrix")


def _grids(t: Teller, e: Expr, sizes: Mapping[str, int]) -> Box:
    """A sum of products with every matrix in it written out."""
    if e.is_scalar:
        return t.box(at(entry(e, None), {}, sizes))
    if isinstance(e, Sum):
        items: list[Box] = []
        for n, term in enumerate(e.args):
            minus = isinstance(term, Product) and isinstance(term.args[0], Number) and term.args[0].value < 0
            body = ex.neg(term) if minus else term
            if n or minus:
                items.append(Op("-" if minus else "+", prefix=n == 0))
            items.append(_grids(t, body, sizes))
        return row(*items)
    if isinstance(e, Product):
        parts: list[Box] = []
        for f in e.args:
            box = _grids(t, f, sizes)
            if parts:
                parts.append(Gap())
            parts.append(fence(box) if isinstance(f, Sum | Product) else box)
        return row(*parts)
    return _grid(t, e, sizes)
