"""Maps of vectors of which nothing is known but their arguments, and their Jacobians by these."""

from __future__ import annotations

from symjac.expr import ScalarFunction, VectorMap
from symjac.reading import hints
from symjac.reading.applied.terms import MapCall, Term
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.assumptions import How
from symjac.reading.context import Family
from symjac.reading.sizes import UNIT
from symjac.reading.values import Value


def mapped(el: Arithmetic, family: Family, values: list[Value], t: Term, call: MapCall) -> Value:
    """A map at its arguments, or its Jacobian by the one with the number ``by``."""
    name, several, order, by = family.name, len(values) > 1, call.order, call.by
    if not family.takes(tuple(v.rows for v in values)):
        here, elsewhere = len(values), len(family.inputs)
        raise el.error(f"the map {name} has {here} argument{'s' * several} here and {elsewhere} elsewhere", t)
    for v, size in zip(values, family.inputs, strict=True):
        _refuse_no_argument(el, family, v, several=several)
        if not el.context.sizes.equal(size, v.rows):
            raise el.misfit(f"the map {name} takes a vector with {size} entries; this is {v.shown}", v.term)
    steps = {r.time for v in values for r in v.term.refs() if r.time is not None}
    if family.rows is UNIT and any(time is not None and time not in steps for time in family.times):
        raise el.error(f"{el.context.text(t)}: a loss at another step than what it sees", t)
    family.called.append(tuple(_symbol(v) for v in values))
    if order > 1:
        raise el.error("a second derivative of a map is not read", t)
    if by > len(values):
        raise el.error(f"{name} has {len(values)} arguments, and none with the number {by}", t)

    kind = ScalarFunction if family.how is How.SCALAR_FUNCTION and not several else VectorMap

    def made() -> VectorMap:
        return kind(name, tuple(v.make() for v in values), family.rows.value())

    if order or by:
        at = by or 1
        return Value(family.rows, values[at - 1].rows, lambda: made().jacobian(at), t)
    return Value(family.rows, UNIT, made, t)


def _symbol(v: Value) -> str | None:
    """The family of an argument that is one symbol."""
    family = v.details.get("family") if v.tag == "symbol" else None
    return family.name if isinstance(family, Family) else None


def _refuse_no_argument(el: Arithmetic, family: Family, v: Value, *, several: bool) -> None:
    """Refuses what a map is not applied to: numbers, rows and matrices, the time; as its only argument scalars too."""
    name = family.name
    if v.is_vector or (v.is_scalar and family.how is How.OF_LOSS and v.number is None):
        return
    if not several:
        raise el.error(f"the map {name} takes a vector; this is {v.shown}", v.term)
    if v.number is not None:
        hint = r'write "\mathbf{0}" for the vector of zeros' if v.number == 0 else 'write "c", a letter for it'
        raise el.error(f"the map {name} takes vectors and scalar symbols; this is a number", v.term, hint)
    if not v.is_scalar:
        message = f"the map {name} takes vectors and scalars; this is {v.shown}"
        raise el.error(message, v.term, hints.role(el.context, v, "vector"))
    times = el.context.letters.time
    if any(r.time is None and r.family in times for r in v.term.refs()):
        message = f"the time is no argument of the map {name}"
        raise el.error(message, v.term, 'write "c_t", a letter of its own for what changes with time')
