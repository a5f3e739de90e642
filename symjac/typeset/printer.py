"""From expressions to boxes: one function for each node, brackets by precedence.

Every function returns a box and how tightly it binds; :func:`_at` adds brackets where a place
binds tighter than what is put there. Nothing looks at printed output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from functools import singledispatch

import sympy
from sympy import Expr as Dim

from symjac import expr as ir
from symjac.expr import ONE, Expr, transpose
from symjac.typeset import names
from symjac.typeset.boxes import (
    Big,
    Box,
    Derivative,
    Fence,
    Frac,
    Gap,
    Grid,
    Ident,
    Mark,
    Num,
    Op,
    Plain,
    Row,
    Script,
    Sqrt,
    Styled,
    Under,
    Word,
    height,
    row,
    width,
)


class Binding(IntEnum):
    """How tightly a printed form binds, loosest first."""

    SUM = 0
    HADAMARD = 1
    PRODUCT = 2
    ATOM = 3
    """An application, a fraction, a bracket: needs none of its own, but carries no further script."""
    BASE = 4
    """A plain symbol: may carry a script."""


@dataclass(frozen=True)
class Style:
    """What a page chooses: orientation, the letter of the identity, short derivatives."""

    row: bool = False
    bold_identity: bool = False
    light_entries: bool = True
    short_partials: Mapping[Expr, Box] = field(default_factory=dict)
    """For these variables a derivative prints as an operator before its operand: ``\\partial_h z_t``."""
    under: Mapping[Expr, Box] = field(default_factory=dict)
    """Terms of a sum that get a brace and a note."""


@dataclass(frozen=True)
class Placed:
    box: Box
    binding: Binding
    opens: bool = False
    """The box begins with a function's letter or a derivative: a thin gap keeps it from what precedes."""
    closes: bool = False
    """The box ends in a call's bracket: a thin gap keeps it from what follows."""


def style_for(e: Expr, *, row: bool = False) -> Style:
    """The style that suits an expression's own letters: a bold I beside bold matrices."""
    matrices = [s for s in e.symbols if s.is_matrix]
    bold = any(names.is_bold(s.name) for s in matrices) or any(s.name == "I" for s in e.symbols)
    light = {names.take_apart(s.name) for s in e.symbols if not names.is_bold(s.name)}
    clash = any(names.is_bold(s.name) and names.unbold(names.take_apart(s.name)) in light for s in e.symbols)
    return Style(row=row, bold_identity=bold, light_entries=not clash)


def to_box(e: Expr, style: Style | None = None) -> Box:
    """The boxes of an expression."""
    return _place(e, style if style is not None else style_for(e)).box


def fence(body: Box, left: str = "(", right: str = ")") -> Fence:
    """Brackets of a size that suits what they hold."""
    return Fence(left, body, right, min(height(body), 4))


def _at(e: Expr, style: Style, least: Binding) -> Box:
    placed = _place(e, style)
    return placed.box if placed.binding >= least else fence(placed.box)


def _place(e: Expr, style: Style) -> Placed:
    if style.row and e.is_vector and isinstance(e, ir.Product):
        return _product(transpose(e), style)
    return _printed(e, style)


@singledispatch
def _printed(e: Expr, style: Style) -> Placed:
    raise TypeError(f"no way to print a {type(e).__name__} is known")


# -------------------------------------------------------------------------------------------- leaves


@_printed.register
def _(e: ir.Number, style: Style) -> Placed:
    v = e.value
    size = abs(v)
    digits: Box = Num(str(size.numerator))
    if size.denominator != 1:
        digits = Frac(digits, Num(str(size.denominator)))
    if v < 0:
        return Placed(row(Op("-", prefix=True), digits), Binding.SUM)
    return Placed(digits, Binding.ATOM if size.denominator != 1 else Binding.BASE)


@_printed.register
def _(e: ir.Symbol, style: Style) -> Placed:
    return Placed(names.name_box(e.name), Binding.ATOM if names.has_superscript(e.name) else Binding.BASE)


@_printed.register
def _(e: ir.Ones, style: Style) -> Placed:
    if e.rows != ONE and e.cols != ONE:
        return Placed(row(Mark("one"), Gap(), Script(Mark("one"), sup=Mark("T"))), Binding.PRODUCT)
    as_row = e.rows == ONE and not style.row
    return Placed(Script(Mark("one"), sup=Mark("T")), Binding.ATOM) if as_row else Placed(Mark("one"), Binding.BASE)


@_printed.register
def _(e: ir.Zero, style: Style) -> Placed:
    if e.is_scalar:
        return Placed(Num("0"), Binding.BASE)
    zero = Styled(r"\mathbf", Num("0"))
    if e.is_row and not style.row:
        return Placed(Script(zero, sup=Mark("T")), Binding.ATOM)
    return Placed(zero, Binding.BASE)


@_printed.register
def _(e: ir.Identity, style: Style) -> Placed:
    letter: Box = Ident("I")
    return Placed(Styled(r"\mathbf", letter) if style.bold_identity else letter, Binding.BASE)


# ------------------------------------------------------------------------------- sums and products


@_printed.register
def _(e: ir.Sum, style: Style) -> Placed:
    items: list[Box] = []
    for n, term in enumerate(e.args):
        minus, rest = _split_sign(term)
        body = _at(rest, style, Binding.HADAMARD)
        if term in style.under:
            body = Under(body, style.under[term])
        if minus:
            items.append(Op("-", prefix=n == 0))
        elif n:
            items.append(Op("+"))
        items.append(body)
    return Placed(row(*items), Binding.SUM)


def _split_sign(term: Expr) -> tuple[bool, Expr]:
    """Whether a minus sign belongs before the term, and the term without it."""
    if isinstance(term, ir.Number) and term.value < 0:
        return True, ir.Number(-term.value)
    if isinstance(term, ir.Product) and isinstance(term.args[0], ir.Number) and term.args[0].value < 0:
        size, rest = -term.args[0].value, term.args[1:]
        if size == 1 and rest:
            return True, rest[0] if len(rest) == 1 else ir.Product(*rest)
        return True, ir.Product(ir.Number(size), *rest)
    return False, term


@_printed.register
def _(e: ir.Product, style: Style) -> Placed:
    return _product(e, style)


def _product(e: Expr, style: Style) -> Placed:
    if not isinstance(e, ir.Product):
        return _place(e, style)
    minus, rest = _split_sign(e)
    if minus:
        return Placed(row(Op("-", prefix=True), _at(rest, style, Binding.HADAMARD)), Binding.SUM)
    factors, below = _divide(e.args)
    if below:
        over = factors[0]
        if len(factors) == 1 and over.is_vector and over is e.args[0]:
            # v/s as it was written; s^-1 v keeps the fraction in front.
            return Placed(Frac(_place(over, style).box, _list(below, style)), Binding.ATOM)
        return _fraction(factors, below, style)
    return _side_by_side([_factor(f, style, last=f is factors[-1]) for f in factors])


def _divide(factors: tuple[Expr, ...]) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the bar; the bar appears only where a scalar power is negative."""
    above: list[Expr] = []
    below: list[Expr] = []
    for f in factors:
        if isinstance(f, ir.EntryPower) and f.is_scalar and _is_negative(f.exponent):
            below.append(ir.power(f.base, -_value(f.exponent)))
        else:
            above.append(f)
    return above, below


def _is_negative(e: Expr) -> bool:
    return isinstance(e, ir.Number) and e.value < 0


def _value(e: Expr) -> Fraction:
    assert isinstance(e, ir.Number)
    return e.value


def _fraction(above: list[Expr], below: list[Expr], style: Style) -> Placed:
    scalars = [f for f in above if f.is_scalar]
    chain = [f for f in above if not f.is_scalar]
    number = Fraction(1)
    for f in scalars:
        if isinstance(f, ir.Number):
            number *= f.value
    rest = [f for f in scalars if not isinstance(f, ir.Number)]
    numerator = ([ir.Number(abs(number.numerator))] if abs(number.numerator) != 1 or not rest else []) + rest
    plain_first = sorted(below, key=_is_long)
    denominator = ([ir.Number(number.denominator)] if number.denominator != 1 else []) + plain_first
    bar = Placed(Frac(_list(numerator, style), _list(denominator, style)), Binding.ATOM)
    placed = _side_by_side([bar, *(_factor(f, style, last=f is chain[-1]) for f in chain)]) if chain else bar
    if number < 0:
        return Placed(row(Op("-", prefix=True), placed.box), Binding.SUM)
    return placed


def _is_long(f: Expr) -> bool:
    """Roots and brackets stand after plain letters and their powers."""
    inner = f.base if isinstance(f, ir.EntryPower) and f.exponent != ir.Number(Fraction(1, 2)) else f
    return not isinstance(inner, ir.Symbol | ir.Number)


def _list(factors: list[Expr], style: Style) -> Box:
    return _place(factors[0] if len(factors) == 1 else ir.Product(*factors), style).box


def _factor(f: Expr, style: Style, *, last: bool) -> Placed:
    if style.row and f.is_row:
        turned = f.arg if isinstance(f, ir.Transpose) else transpose(f)
        placed = _place(turned, style)
    elif style.row and f.is_vector:
        placed = Placed(Script(_at(f, style, Binding.BASE), sup=Mark("T")), Binding.ATOM)
    else:
        placed = _place(f, style)
    open_end = isinstance(f, ir.IndexSum | ir.OverTime | ir.Partial | ir.Differential)
    if placed.binding > Binding.PRODUCT or (open_end and last and placed.binding == Binding.PRODUCT):
        return placed
    return Placed(fence(placed.box), Binding.ATOM)


def _side_by_side(factors: list[Placed]) -> Placed:
    items: list[Box] = []
    for n, factor in enumerate(factors):
        if n:
            digits = isinstance(factor.box, Num) or (
                isinstance(factor.box, Row) and isinstance(factor.box.items[0], Num)
            )
            number_before = isinstance(factors[n - 1].box, Num)
            if digits or (number_before and isinstance(factor.box, Frac)):
                items.append(Op(r"\cdot"))
            else:
                items.append(Gap(thin=factor.opens or (factors[n - 1].closes and not isinstance(factor.box, Fence))))
        items.append(factor.box)
    return Placed(row(*items), Binding.PRODUCT)


@_printed.register
def _(e: ir.Hadamard, style: Style) -> Placed:
    above = [f for f in e.args if not _is_inverse(f)]
    below = [ir.power(f.base, -_value(f.exponent)) for f in e.args if isinstance(f, ir.EntryPower) and _is_inverse(f)]
    items: list[Box] = []
    for f in above:
        items += [
            *([Mark("odot")] if items else []),
            _at(f, style, Binding.HADAMARD if _is_square(f) else Binding.ATOM),
        ]
    if not above:
        items.append(Mark("one"))
    if below:
        divisor = below[0] if len(below) == 1 else ir.Hadamard(*below)
        items += [Op(r"\oslash"), _at(divisor, style, Binding.ATOM)]
    return Placed(row(*items), Binding.HADAMARD)


def _is_inverse(f: Expr) -> bool:
    return isinstance(f, ir.EntryPower) and _is_negative(f.exponent)


def _is_square(f: Expr) -> bool:
    """The square of a plain vector, which prints as two factors."""
    return (
        isinstance(f, ir.EntryPower)
        and not f.is_scalar
        and isinstance(f.base, ir.Symbol)
        and f.exponent == ir.Number(2)
    )


# ---------------------------------------------------------------------------------- powers and marks


@_printed.register
def _(e: ir.EntryPower, style: Style) -> Placed:
    if _is_negative(e.exponent):
        positive = _place(ir.power(e.base, -_value(e.exponent)), style).box
        if e.is_scalar:
            return Placed(Frac(Num("1"), positive), Binding.ATOM)
        return _place(ir.Hadamard(e), style)
    if e.exponent == ir.Number(Fraction(1, 2)):
        return Placed(Sqrt(_place(e.base, style).box), Binding.ATOM)
    if _is_square(e):
        one = _place(e.base, style).box
        return Placed(row(one, Mark("odot"), one), Binding.HADAMARD)
    exponent = _place(e.exponent, style).box
    sup = exponent if e.is_scalar else row(Mark("odot"), exponent)
    return Placed(Script(_at(e.base, style, Binding.BASE), sup=sup), Binding.ATOM)


@_printed.register
def _(e: ir.MatrixPower, style: Style) -> Placed:
    return Placed(Script(_at(e.base, style, Binding.BASE), sup=_place(e.exponent, style).box), Binding.ATOM)


@_printed.register
def _(e: ir.Transpose, style: Style) -> Placed:
    if style.row and e.is_row:
        return _place(e.arg, style)
    return Placed(Script(_at(e.arg, style, Binding.BASE), sup=Mark("T")), Binding.ATOM)


def _called(word: str, arg: Expr, style: Style) -> Placed:
    head = Mark("diag") if word == "diag" else Word(word)
    return Placed(row(head, fence(_place(arg, style).box)), Binding.ATOM, closes=True)


@_printed.register
def _(e: ir.Diag, style: Style) -> Placed:
    return _called("diag", e.arg, style)


@_printed.register
def _(e: ir.Diagonal, style: Style) -> Placed:
    return _called("diag", e.arg, style)


@_printed.register
def _(e: ir.Trace, style: Style) -> Placed:
    return _called("tr", e.arg, style)


@_printed.register
def _(e: ir.Determinant, style: Style) -> Placed:
    return _called("det", e.arg, style)


@_printed.register
def _(e: ir.Softmax, style: Style) -> Placed:
    return _called("softmax", e.arg, style)


@_printed.register
def _(e: ir.LogSumExp, style: Style) -> Placed:
    return _called("logsumexp", e.arg, style)


@_printed.register
def _(e: ir.Norm, style: Style) -> Placed:
    body = fence(_place(e.arg, style).box, r"\lVert", r"\rVert")
    if e.arg.is_matrix:
        return Placed(Script(body, sub=Ident("F")), Binding.ATOM)
    return Placed(body, Binding.BASE)


# ------------------------------------------------------------------------------------------ functions


def function_box(name: str, order: int) -> Box:
    """A function's letter with its primes."""
    box: Box = names.name_box(name)
    if order == 0:
        return box
    if order <= 3:
        return Script(box, primes=order)
    return Script(box, sup=Fence("(", Num(str(order)), ")"))


@_printed.register
def _(e: ir.Apply, style: Style) -> Placed:
    head = function_box(e.function.name, e.function.order)
    return Placed(row(head, fence(_place(e.arg, style).box)), Binding.ATOM, opens=True, closes=True)


@_printed.register
def _(e: ir.VectorMap, style: Style) -> Placed:
    return Placed(row(names.name_box(e.name), fence(_place(e.arg, style).box)), Binding.ATOM, opens=True, closes=True)


@_printed.register
def _(e: ir.MapJacobian, style: Style) -> Placed:
    head = Script(names.name_box(e.name), primes=1)
    return Placed(row(head, fence(_place(e.arg, style).box)), Binding.ATOM, opens=True, closes=True)


@_printed.register
def _(e: ir.Stack, style: Style) -> Placed:
    cells = tuple(_place(p, style).box for p in e.args)
    return Placed(Grid((cells,) if style.row else tuple((c,) for c in cells)), Binding.ATOM)


@_printed.register
def _(e: ir.Explicit, style: Style) -> Placed:
    cells = tuple(tuple(_place(c, style).box for c in r) for r in e.entries)
    return Placed(Grid(cells, "pmatrix"), Binding.ATOM)


# ---------------------------------------------------------------------------------------- derivatives


@_printed.register
def _(e: ir.Partial, style: Style) -> Placed:
    if e.x in style.short_partials:
        operator = Script(Op(r"\partial", prefix=True), sub=style.short_partials[e.x])
        operand = _place(e.y, style)
        body = operand.box if operand.binding > Binding.PRODUCT else fence(operand.box)
        return Placed(row(operator, Gap(thin=operand.opens), body), Binding.PRODUCT, opens=True)
    bottom = _at(e.x, style, Binding.ATOM)
    if isinstance(e.y, ir.IndexSum | ir.Apply | ir.Norm):
        top = _place(e.y, style).box
    else:
        top = _at(e.y, style, Binding.ATOM)
        if width(top) < _NARROW or isinstance(e.y, ir.Symbol | ir.Entry):
            return Placed(Derivative(top, bottom), Binding.ATOM)
    return Placed(row(Derivative(None, bottom), Gap(thin=True), top), Binding.PRODUCT, opens=True, closes=True)


_NARROW = 9.0


@_printed.register
def _(e: ir.Differential, style: Style) -> Placed:
    d = Styled(r"\mathrm", Ident("d"))
    if isinstance(e.arg, ir.Symbol):
        return Placed(row(d, _place(e.arg, style).box), Binding.ATOM, opens=True)
    return Placed(row(d, fence(_place(e.arg, style).box)), Binding.ATOM, opens=True, closes=True)


# --------------------------------------------------------------------------------------------- entries


def index_box(i: ir.Index | int) -> Box:
    return Num(str(i)) if isinstance(i, int) else names.take_apart(i.name)


@_printed.register
def _(e: ir.Entry, style: Style) -> Placed:
    indices = tuple(index_box(i) for i in e.indices)
    if isinstance(e.base, ir.Symbol):
        entry = names.entry_box(e.base.name, indices, light=style.light_entries)
        scripted = isinstance(entry, Script) and (entry.sup is not None or entry.primes > 0)
        return Placed(entry, Binding.ATOM if scripted else Binding.BASE)
    base = _at(e.base, style, Binding.BASE)
    return Placed(Script(base, sub=row(*indices)), Binding.BASE)


@_printed.register
def _(e: ir.IndexSum, style: Style) -> Placed:
    below = row(index_box(e.index), Op("=", prefix=True), Num("1"))
    head = Big(r"\sum", below, size_box(e.index.size))
    return Placed(row(head, _at(e.body, style, Binding.PRODUCT)), Binding.PRODUCT)


@_printed.register
def _(e: ir.Delta, style: Style) -> Placed:
    i, j = (index_box(x) for x in e.indices)
    return Placed(Script(Ident(r"\delta"), sub=row(i, j)), Binding.BASE)


@_printed.register
def _(e: ir.OverTime, style: Style) -> Placed:
    low, high = (_place(a, style).box for a in e.args[:2])
    i = names.take_apart(e.variable)
    below, above = {
        "ascending": (row(i, Op("=", prefix=True), low), high),
        "descending": (row(high, Op(r"\ge", prefix=True), i, Op(r"\ge", prefix=True), low), None),
        "open": (row(low, Op(r"\le", prefix=True), i, Op(r"\le", prefix=True), high), None),
    }[e.order]
    head = Big(rf"\{'sum' if e.kind == 'sum' else 'prod'}", below, above)
    return Placed(row(head, _at(e.body, style, Binding.PRODUCT)), Binding.PRODUCT)


def size_box(size: Dim) -> Box:
    """A size as it stands in a sum's limit or an exponent of the reals.

    >>> size_box(ir.dim("n"))
    Ident(latex='n')
    """
    if isinstance(size, sympy.Add):
        terms = sorted(size.args, key=lambda a: (a.is_number, str(a)))
        out: list[Box] = []
        for a in terms:
            out += [*([Op("+", prefix=True)] if out else []), size_box(a)]
        return row(*out)
    if isinstance(size, sympy.Integer):
        return Num(str(size))
    if isinstance(size, sympy.Symbol):
        return names.take_apart(size.name)
    return Plain(str(size))
