"""Boxes of applications, norms, stacks, derivatives and entries."""

from __future__ import annotations

from functools import partial

import sympy
from sympy import Expr as Dim

from symjac import expr as ir
from symjac.expr import Expr
from symjac.typeset import names
from symjac.typeset.boxes import (
    Big,
    Box,
    Derivative,
    Fence,
    Gap,
    Grid,
    Ident,
    Mark,
    Num,
    Op,
    Plain,
    Script,
    Styled,
    Word,
    row,
    width,
)
from symjac.typeset.placing import Binding, Placed, Style, at_least, fence, place, printed


def _called(word: str, e: Expr, style: Style) -> Placed:
    head = Mark("diag") if word == "diag" else Word(word)
    return Placed(row(head, fence(place(e.args[0], style).box)), Binding.ATOM, closes=True)


for _kind, _word in (
    *((ir.Diag, "diag"), (ir.Diagonal, "diag"), (ir.Trace, "tr"), (ir.Determinant, "det"), (ir.Vec, "vec")),
    *((ir.Softmax, "softmax"), (ir.LogSumExp, "logsumexp")),
):
    printed.register(_kind, partial(_called, _word))


@printed.register
def _(e: ir.Kronecker, style: Style) -> Placed:
    left, right = (at_least(a, style, Binding.ATOM) for a in e.args)
    return Placed(row(left, Op(r"\otimes"), right), Binding.HADAMARD)


@printed.register
def _(e: ir.Commutation, style: Style) -> Placed:
    sizes = row(size_box(e.of[0]), Op(",", prefix=True), size_box(e.of[1]))
    return Placed(Script(Ident("K"), sub=sizes), Binding.BASE)


@printed.register
def _(e: ir.Norm, style: Style) -> Placed:
    body = fence(place(e.arg, style).box, r"\lVert", r"\rVert")
    if e.arg.is_matrix:
        return Placed(Script(body, sub=Ident("F")), Binding.ATOM)
    return Placed(body, Binding.BASE)


# ------------------------------------------------------------------------------------------ functions


def function_box(name: str, order: int, *, primes_alone: bool = False) -> Box:
    """A function's letter with its primes, or how many they are; an exponent of tanh, say, would read as a power."""
    box: Box = names.name_box(name)
    if order == 0:
        return box
    if order <= 3 or primes_alone:
        return Script(box, primes=order)
    return Script(box, sup=Fence("(", Num(str(order)), ")"))


@printed.register
def _(e: ir.Apply, style: Style) -> Placed:
    head = function_box(e.function.name, e.function.order, primes_alone=e.function.known is not None)
    return Placed(row(head, fence(place(e.arg, style).box)), Binding.ATOM, opens=True, closes=True)


@printed.register
def _(e: ir.VectorMap | ir.MapJacobian, style: Style) -> Placed:
    inside: list[Box] = []
    for a in e.args:
        inside += [*([Op(",", prefix=True), Gap()] if inside else []), place(a, style).box]
    return Placed(row(_head(e), fence(row(*inside))), Binding.ATOM, opens=True, closes=True)


def _head(e: ir.VectorMap | ir.MapJacobian) -> Box:
    match e:
        case ir.ScalarGradient():
            return row(Ident(r"\nabla"), names.name_box(e.of))
        case ir.ScalarHessian():
            return row(Script(Ident(r"\nabla"), sup=Num("2")), names.name_box(e.of))
        case ir.MapJacobian():
            return derivative_of_map(e.name, e.by, len(e.args))
    return names.name_box(e.name)


def derivative_of_map(name: str, by: int, count: int) -> Box:
    r"""``f'`` of a map of one vector, ``\partial_2 f`` of a map of several."""
    head = names.name_box(name)
    d = Script(Op(r"\partial", prefix=True), sub=Num(str(by)))
    return Script(head, primes=1) if count == 1 else row(d, Gap(), head)


@printed.register
def _(e: ir.Stack, style: Style) -> Placed:
    cells = tuple(place(p, style).box for p in e.args)
    return Placed(Grid((cells,) if style.row else tuple((c,) for c in cells)), Binding.ATOM)


@printed.register
def _(e: ir.Explicit, style: Style) -> Placed:
    cells = tuple(tuple(place(c, style).box for c in r) for r in e.entries)
    return Placed(Grid(cells, "pmatrix"), Binding.ATOM)


# ---------------------------------------------------------------------------------------- derivatives


@printed.register
def _(e: ir.Partial, style: Style) -> Placed:
    if e.x in style.short_partials:
        operator = Script(Op(r"\partial", prefix=True), sub=style.short_partials[e.x])
        operand = place(e.y, style)
        body = operand.box if operand.binding > Binding.PRODUCT else fence(operand.box)
        return Placed(row(operator, Gap(thin=operand.opens), body), Binding.PRODUCT, opens=True)
    bottom = at_least(e.x, style, Binding.ATOM)
    if isinstance(e.y, ir.IndexSum | ir.Apply | ir.Norm):
        top = place(e.y, style).box
    else:
        top = at_least(e.y, style, Binding.ATOM)
        if width(top) < _NARROW or isinstance(e.y, ir.Symbol | ir.Entry):
            return Placed(Derivative(top, bottom), Binding.ATOM)
    return Placed(row(Derivative(None, bottom), Gap(thin=True), top), Binding.PRODUCT, opens=True, closes=True)


_NARROW = 9.0


@printed.register
def _(e: ir.Differential, style: Style) -> Placed:
    d = Styled(r"\mathrm", Ident("d"))
    if isinstance(e.arg, ir.Symbol):
        return Placed(row(d, place(e.arg, style).box), Binding.ATOM, opens=True)
    return Placed(row(d, fence(place(e.arg, style).box)), Binding.ATOM, opens=True, closes=True)


# --------------------------------------------------------------------------------------------- entries


def index_box(i: ir.Index | int) -> Box:
    return Num(str(i)) if isinstance(i, int) else names.take_apart(i.name)


@printed.register
def _(e: ir.Entry, style: Style) -> Placed:
    indices = tuple(index_box(i) for i in e.indices)
    if isinstance(e.base, ir.Symbol):
        entry = names.entry_box(e.base.name, indices, light=style.light_entries)
        scripted = isinstance(entry, Script) and (entry.sup is not None or entry.primes > 0)
        return Placed(entry, Binding.ATOM if scripted else Binding.BASE)
    base = at_least(e.base, style, Binding.BASE)
    return Placed(Script(base, sub=row(*indices)), Binding.BASE)


@printed.register
def _(e: ir.IndexSum, style: Style) -> Placed:
    below = row(index_box(e.index), Op("=", prefix=True), Num("1"))
    head = Big(r"\sum", below, size_box(e.index.size))
    return Placed(row(head, at_least(e.body, style, Binding.PRODUCT)), Binding.PRODUCT)


@printed.register
def _(e: ir.Delta, style: Style) -> Placed:
    i, j = (index_box(x) for x in e.indices)
    return Placed(Script(Ident(r"\delta"), sub=row(i, j)), Binding.BASE)


@printed.register
def _(e: ir.UnitVector, style: Style) -> Placed:
    return Placed(Script(Ident("e"), sub=index_box(e.indices[0])), Binding.BASE)


@printed.register
def _(e: ir.OverTime, style: Style) -> Placed:
    low, high = (place(a, style).box for a in e.args[:2])
    i = names.take_apart(e.variable)
    below, above = {
        "ascending": (row(i, Op("=", prefix=True), low), high),
        "descending": (row(high, Op(r"\ge", prefix=True), i, Op(r"\ge", prefix=True), low), None),
        "open": (row(low, Op(r"\le", prefix=True), i, Op(r"\le", prefix=True), high), None),
    }[e.order]
    if e.kind == "sum" and e.order == "open":  # only a sum over all there is has no order
        below = i
    head = Big(rf"\{'sum' if e.kind == 'sum' else 'prod'}", below, above)
    return Placed(row(head, at_least(e.body, style, Binding.PRODUCT)), Binding.PRODUCT)


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
    if isinstance(size, sympy.Mul):
        factors = sorted(size.args, key=lambda a: (not a.is_number, str(a)))
        return row(*(size_box(a) for a in factors))
    if isinstance(size, sympy.Pow):
        return Script(size_box(size.base), sup=size_box(size.exp))
    if isinstance(size, sympy.Integer):
        return Num(str(size))
    if isinstance(size, sympy.Symbol):
        return names.take_apart(size.name)
    return Plain(str(size))
