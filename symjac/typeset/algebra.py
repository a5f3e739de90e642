"""Boxes of leaves, sums, products, fractions and powers."""

from __future__ import annotations

from fractions import Fraction

from symjac import expr as ir
from symjac.expr import ONE, Expr, transpose
from symjac.typeset import names
from symjac.typeset.boxes import (
    Box,
    Fence,
    Frac,
    Gap,
    Ident,
    Mark,
    Num,
    Op,
    Row,
    Script,
    Sqrt,
    Styled,
    Under,
    row,
    width,
)
from symjac.typeset.placing import Binding, Placed, Style, at_least, fence, place, printed

# -------------------------------------------------------------------------------------------- leaves


@printed.register
def _(e: ir.Number, style: Style) -> Placed:
    v = e.value
    size = abs(v)
    digits: Box = Num(str(size.numerator))
    if size.denominator != 1:
        digits = Frac(digits, Num(str(size.denominator)))
    if v < 0:
        return Placed(row(Op("-", prefix=True), digits), Binding.SUM)
    return Placed(digits, Binding.ATOM if size.denominator != 1 else Binding.BASE)


@printed.register
def _(e: ir.Symbol, style: Style) -> Placed:
    return Placed(names.name_box(e.name), Binding.ATOM if names.has_superscript(e.name) else Binding.BASE)


@printed.register
def _(e: ir.Ones, style: Style) -> Placed:
    if e.rows != ONE and e.cols != ONE:
        return Placed(row(Mark("one"), Gap(), Script(Mark("one"), sup=Mark("T"))), Binding.PRODUCT)
    as_row = e.rows == ONE and not style.row
    return Placed(Script(Mark("one"), sup=Mark("T")), Binding.ATOM) if as_row else Placed(Mark("one"), Binding.BASE)


@printed.register
def _(e: ir.Zero, style: Style) -> Placed:
    if e.is_scalar:
        return Placed(Num("0"), Binding.BASE)
    zero = Styled(r"\mathbf", Num("0"))
    if e.is_row and not style.row:
        return Placed(Script(zero, sup=Mark("T")), Binding.ATOM)
    return Placed(zero, Binding.BASE)


@printed.register
def _(e: ir.Identity, style: Style) -> Placed:
    letter: Box = Ident("I")
    return Placed(Styled(r"\mathbf", letter) if style.bold_identity else letter, Binding.BASE)


# ------------------------------------------------------------------------------- sums and products


@printed.register
def _(e: ir.Sum, style: Style) -> Placed:
    items: list[Box] = []
    for n, term in enumerate(e.args):
        minus, rest = _split_sign(term)
        body = at_least(rest, style, Binding.HADAMARD)
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


@printed.register
def _(e: ir.Product, style: Style) -> Placed:
    minus, rest = _split_sign(e)
    if minus:
        return Placed(row(Op("-", prefix=True), at_least(rest, style, Binding.HADAMARD)), Binding.SUM)
    factors, below = _divide(e.args)
    if below:
        if len(factors) == 1 and factors[0].is_vector and factors[0] is e.args[0]:
            # v/s as it was written; s^-1 v keeps the fraction in front.
            return Placed(Frac(place(factors[0], style).box, _list(below, style)), Binding.ATOM)
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
    # A long bracket stands beside the fraction: inside it no line could be broken.
    long = [f for f in rest if isinstance(f, ir.Sum) and width(place(f, style).box) > _LONGEST_TOP]
    rest = [f for f in rest if f not in long]
    chain = long + chain
    numerator = ([ir.Number(abs(number.numerator))] if abs(number.numerator) != 1 or not rest else []) + rest
    plain_first = sorted(below, key=_is_long)
    denominator = ([ir.Number(number.denominator)] if number.denominator != 1 else []) + plain_first
    bar = Placed(Frac(_list(numerator, style), _list(denominator, style)), Binding.ATOM)
    placed = _side_by_side([bar, *(_factor(f, style, last=f is chain[-1]) for f in chain)]) if chain else bar
    if number < 0:
        return Placed(row(Op("-", prefix=True), placed.box), Binding.SUM)
    return placed


_LONGEST_TOP = 9.0


def _is_long(f: Expr) -> bool:
    """Roots and brackets stand after plain letters and their powers."""
    inner = f.base if isinstance(f, ir.EntryPower) and f.exponent != ir.Number(Fraction(1, 2)) else f
    return not isinstance(inner, ir.Symbol | ir.Number)


def _list(factors: list[Expr], style: Style) -> Box:
    return place(factors[0] if len(factors) == 1 else ir.Product(*factors), style).box


def _factor(f: Expr, style: Style, *, last: bool) -> Placed:
    if style.row and f.is_row:
        turned = f.arg if isinstance(f, ir.Transpose) else transpose(f)
        placed = place(turned, style)
    elif style.row and f.is_vector:
        placed = Placed(Script(at_least(f, style, Binding.BASE), sup=Mark("T")), Binding.ATOM)
    else:
        placed = place(f, style)
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


@printed.register
def _(e: ir.Hadamard, style: Style) -> Placed:
    above = [f for f in e.args if not _is_inverse(f)]
    below = [ir.power(f.base, -_value(f.exponent)) for f in e.args if isinstance(f, ir.EntryPower) and _is_inverse(f)]
    items: list[Box] = []
    for f in above:
        items += [
            *([Mark("odot")] if items else []),
            at_least(f, style, Binding.HADAMARD if _is_square(f) else Binding.ATOM),
        ]
    if not above:
        items.append(Mark("one"))
    if below:
        divisor = below[0] if len(below) == 1 else ir.Hadamard(*below)
        items += [Op(r"\oslash"), at_least(divisor, style, Binding.ATOM)]
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


@printed.register
def _(e: ir.EntryPower, style: Style) -> Placed:
    if _is_negative(e.exponent):
        if e.is_scalar:
            return Placed(Frac(Num("1"), place(ir.power(e.base, -_value(e.exponent)), style).box), Binding.ATOM)
        return place(ir.Hadamard(e), style)
    if e.exponent == ir.Number(Fraction(1, 2)):
        return Placed(Sqrt(place(e.base, style).box), Binding.ATOM)
    if _is_square(e):
        one = place(e.base, style).box
        return Placed(row(one, Mark("odot"), one), Binding.HADAMARD)
    exponent = place(e.exponent, style).box
    sup = exponent if e.is_scalar else row(Mark("odot"), exponent)
    return Placed(Script(at_least(e.base, style, Binding.BASE), sup=sup), Binding.ATOM)


@printed.register
def _(e: ir.MatrixPower, style: Style) -> Placed:
    return Placed(Script(at_least(e.base, style, Binding.BASE), sup=place(e.exponent, style).box), Binding.ATOM)


@printed.register
def _(e: ir.Transpose, style: Style) -> Placed:
    if style.row and e.is_row:
        return place(e.arg, style)
    return Placed(Script(at_least(e.arg, style, Binding.BASE), sup=Mark("T")), Binding.ATOM)
