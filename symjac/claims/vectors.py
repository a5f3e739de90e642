"""Derivatives by a parameter in a claim: total or immediate ones, and by the vec of a matrix."""

from __future__ import annotations

from collections.abc import Iterator

from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.expr import Symbol
from symjac.reading.applied.terms import Immediate, Ref, Term


def carried_letter(model: Model, y: Ref, x: Ref) -> Symbol:
    """What stands for a total derivative of which nothing more is known."""
    of, wrt = model.symbol(y), model.symbol(x)
    name = rf"(\partial {of.name}/\partial {wrt.name})"
    return Symbol(name, (of.rows * of.cols, wrt.rows * wrt.cols))


def carried(s: Statement, *members: Term) -> frozenset[tuple[Ref, Ref]]:
    """The earliest of several derivatives of states by one parameter: total ones, of which nothing more is known.

    ``dh_t/dW`` beside ``dh_{t-1}/dW`` is the total derivative, which obeys the recursion
    ``dh_t/dW = immediate + dh_t/dh_{t-1} dh_{t-1}/dW``.

    :raises UndecidedError: where they stand at times with different letters, so that either may be meant.
    """
    states = {(y, x) for y, x in _by_parameter(s, *members) if y.time is not None}
    out = set()
    for parameter in {x for _, x in states}:
        found = [y for y, x in states if x == parameter]
        if len({y.step.letters for y in found}) > 1:
            raise UndecidedError("whether these derivatives by a parameter are total or immediate ones is not said")
        first = min(y.step.offset for y in found)
        if any(y.step.offset != first for y in found):
            out |= {(y, parameter) for y in found if y.step.offset == first}
    return frozenset(out)


def _by_parameter(s: Statement, *members: Term, immediate: bool = False) -> Iterator[tuple[Ref, Ref]]:
    """The derivatives of what equations define, or of its entries, by what carries no time, or by entries of that."""
    printed = (t for m in members for t in m.walk() if t.kind == "derivative")
    for t in (t for t in printed if immediate or not isinstance(t.data, Immediate)):
        y, x = (a.whole.ref for a in t.args)
        if y is None or x is None or x.time is not None or s.model.definition(y) is None:
            continue
        roles = s.role(y), s.role(x)
        if roles[0] == "vector" or roles == ("matrix", "matrix") or (roles[0] == "scalar" and roles[1] != "matrix"):
            yield y, x


def notes(s: Statement) -> list[str]:
    """What a derivative of a state by a parameter is read as."""
    out: list[str] = []
    try:
        total = {x for _, x in carried(s, *s.members)}
    except UndecidedError:
        return out
    for y, x in _by_parameter(s, *s.members):
        if y.time is None:
            continue
        name = rf"\partial {s.model.name(y)} / \partial {s.model.name(x)}"
        if x in total:
            out.append(f"{name} is read as the total derivative, which obeys a recursion over the steps")
        elif s.model.earlier(y):
            out.append(f"{name} is read as the immediate derivative: what comes from the step before is held fixed")
    return list(dict.fromkeys(out))


def by_vec_instead(s: Statement, left: Term, right: Term) -> Term | None:
    """The left side by the vec of a matrix, where a scalar or a matrix is differentiated by it.

    Only where the right side has what has the shape of a vec; ``None`` elsewhere.
    """
    kinds = {t.kind for t in right.walk()} | {str(t.data) for t in right.walk() if t.kind == "operation"}
    if not kinds & {"vec", "by_vec", "commutation", "otimes", "otimes_vec"} and not any(
        s.role(x) == "matrix" for _, x in _by_parameter(s, right, immediate=True)
    ):
        return None

    def change(t: Term) -> Term:
        x = t.args[1].ref if t.kind == "derivative" else None
        if x is None or s.role(x) != "matrix":
            return t
        y = t.args[0].ref
        matrix = y is not None and s.role(y) == "matrix"
        return Term("by_vec", (t,), None, t.span) if matrix or s.is_scalar(t.args[0]) else t

    if any(t.kind == "by_vec" for t in left.walk()):
        return None
    changed = left.rebuilt(change)
    return changed if changed != left else None
