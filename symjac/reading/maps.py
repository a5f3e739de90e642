"""Maps of vectors of which nothing is known but their arguments, and their Jacobians by these."""

from __future__ import annotations

from symjac.expr import Expr, MapJacobian, VectorMap
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.context import Family
from symjac.reading.sizes import UNIT
from symjac.reading.tree import Node
from symjac.reading.values import Value


def number_below(item: Node) -> int | None:
    r"""The 2 of ``\partial_2``: the number of an argument."""
    below = [s.tokens for s in item.scripts]
    if len(below) != 1 or item.scripts[0].kind != "_" or [t.kind for t in below[0]] != ["number"]:
        return None
    return int(below[0][0].text) if below[0][0].text.isdigit() and below[0][0].text != "0" else None


def mapped(el: Arithmetic, family: Family, values: list[Value], whole: Node, *, order: int = 0, by: int = 0) -> Value:
    """A map at its arguments, or its Jacobian by the one with the number ``by``."""
    name, several = family.name, len(values) > 1
    if not family.takes(tuple(v.rows for v in values)):
        here, elsewhere = len(values), len(family.inputs)
        raise el.error(f"the map {name} has {here} argument{'s' * several} here and {elsewhere} elsewhere", whole)
    for v, size in zip(values, family.inputs, strict=True):
        _refuse_no_argument(el, family, v, several=several)
        if not el.context.sizes.equal(size, v.rows):
            raise el.error(f"the map {name} takes a vector with {size} entries; this is {v.shown}", v.node)
    family.called.append(tuple(_symbol(v) for v in values))
    if order > 1:
        raise el.error("a second derivative of a map is not read", whole)
    if order and several and not by:
        hint = rf"write \partial_1 {name}(...) for the derivative by its first argument"
        raise el.error(f"the prime on {name} does not say by which of its arguments it is differentiated", whole, hint)

    if by > len(values):
        raise el.error(f"{name} has {len(values)} arguments, and none with the number {by}", whole)

    def arguments() -> tuple[Expr, ...]:
        return tuple(v.make() for v in values)

    rows = family.rows
    if order or by:
        at = by or 1
        return Value(rows, values[at - 1].rows, lambda: MapJacobian(name, arguments(), rows.value(), at), whole)
    return Value(rows, UNIT, lambda: VectorMap(name, arguments(), rows.value()), whole)


def _symbol(v: Value) -> str | None:
    """The family of an argument that is one symbol."""
    family = v.details.get("family") if v.tag == "symbol" else None
    return family.name if isinstance(family, Family) else None


def _refuse_no_argument(el: Arithmetic, family: Family, v: Value, *, several: bool) -> None:
    """Refuses what a map is not applied to: numbers, rows and matrices, the time; as its only argument scalars too."""
    name = family.name
    if v.is_vector:
        return
    if not several:
        raise el.error(f"the map {name} takes a vector; this is {v.shown}", v.node)
    if v.literal:
        hint = r"write \mathbf{0} for the vector of zeros"
        raise el.error(f"the map {name} takes vectors and scalar symbols; this is a number", v.node, hint)
    if not v.is_scalar:
        hint = rf"a parameter that is a matrix may stand below the letter, as in {name}_\theta, or be left out"
        message = f"the map {name} takes vectors and scalars; this is {v.shown}"
        raise el.error(message, v.node, hint if v.is_matrix else None)
    times = el.context.letters.time
    if any(n.kind == "name" and n.text in times and not n.scripts for n in v.node.walk()):
        hint = "give what changes with time a letter of its own, as in c_t"
        raise el.error(f"the time is no argument of the map {name}", v.node, hint)
