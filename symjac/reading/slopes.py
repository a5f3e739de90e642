"""Derivatives by time on left sides: ``\\dot v`` and ``\\frac{dv}{dt}``, which name what an equation defines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symjac.reading.context import Context
from symjac.reading.parser import parse
from symjac.reading.spelling import is_upper
from symjac.reading.tree import Node, bracket, juxtaposed
from symjac.reading.usual import SLOPE_FACTORS


def with_slope_alone(root: Node, context: Context) -> Node:
    """``\\tau \\dot v = u`` and ``\\tau \\frac{dv}{dt} = u`` as equations for ``\\dot v``, divided by their factor."""
    left = root.kids[0].inner if root.kind == "relation" and set(root.detail) == {"="} else None
    if left is None:
        return root
    items = left.factors
    taken, slope = _slope(items)
    if slope is None:
        return root
    name, *call = slope.factors
    as_printed = name is items[-taken]
    if as_printed and taken == len(items):
        return root
    shown = rf"\dot{{{name.text}}}{''.join(map(context.text, call))}"
    factors = items[: len(items) - taken]
    right = root.kids[1:]
    if factors:
        matrix = next((f for f in factors if is_upper(f.text) and f.text not in SLOPE_FACTORS), None)
        if matrix is not None:
            raise context.error(
                f"{context.text(matrix)} stands before a derivative: a matrix or a scalar?",
                left,
                rf'write "{shown} = {context.text(matrix)}^{{-1}} ({context.text(root.kids[-1])})"',
            )
        factor = juxtaposed(factors)
        right = [Node("frac", "", [kid, factor], kid.start, kid.end) for kid in right]
        context.note("slope", f"the equation is divided by {context.text(factor)}", left)
    if not as_printed:
        context.note("slope", f"{context.text(juxtaposed(items[-taken:]))} is read as {shown}", left)
    return Node("relation", "", [slope, *right], root.start, root.end, detail=root.detail)


def dotted(text: str) -> str:
    r"""A name as ``\dot v`` where it is printed as ``\frac{dv}{dt}``; any other text as it stands."""
    roots, _ = parse(text)
    items = roots[0].inner.factors
    taken, slope = _slope(items)
    fraction = slope is not None and slope.factors[0] is not items[0] and taken == len(items) and len(roots) == 1
    return rf"\dot {text[slope.start : slope.end]}" if slope is not None and fraction else text


def _slope(items: Sequence[Node]) -> tuple[int, Node | None]:
    """The ``\\dot v`` or ``\\dot v(t)`` that pieces end in, and how many of them are it."""
    call = [items[-1]] if len(items) > 1 and _is_argument(items[-1]) else []
    first, last = items[: len(items) - len(call)], items[-1 - len(call)]
    if last.kind == "name" and last.token.is_dotted:
        return 1 + len(call), juxtaposed([last, *call])
    for taken, fraction, behind in ((1, last, []), (2, first[-2] if len(first) > 1 else last, [last, *call])):
        if fraction.kind != "frac" or (call and not behind):
            continue
        above, below = (_of_d(kid.inner) for kid in fraction.kids)
        of = above[1:] or behind
        times = [n.text for n in below[1:]] in (["t"], [r"\tau"])
        plain = len(of) == 1 or (len(of) == 2 and _is_argument(of[1]))
        if above and plain and times and (not behind or len(above) == 1) and of[0].kind == "name":
            name = replace(of[0], token=of[0].token._replace(accents=("dot", *of[0].token.accents)))
            return taken + len(call), juxtaposed([name, *of[1:]])
    return 0, None


def _is_argument(node: Node) -> bool:
    """``(t)``: one letter in brackets."""
    return node.is_call and len(bracket(node).kids) == 1 and bracket(node).kids[0].kind == "name"


def _of_d(node: Node) -> list[Node]:
    """``dv`` as its letters; nothing where no d stands in front."""
    items = node.factors
    return items if items[0].kind == "name" and items[0].text == "d" and not items[0].scripts else []
