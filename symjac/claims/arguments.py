"""Functions that a claim prints without their argument: ``f'`` and ``f'(\\cdot)`` at what the system applies f to.

Where the system applies f in one equation only, its argument there is meant, at the step the place is about: the
factor's own step in a product over time, the step of what is differentiated elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symjac import expr as ex
from symjac.claims.model import Model, Printed
from symjac.claims.terms import Over, Ref, Term
from symjac.claims.times import Time
from symjac.expr import Function


def with_arguments(models: Mapping[str, Model], members: Sequence[Term], notes: list[str]) -> tuple[Term, ...]:
    """The members with the arguments that can be told put in."""
    if not any(t.kind == "bare_function" for m in members for t in m.walk()):
        return tuple(members)
    model = next(iter(models.values()))
    y, x = _ends(members[0])

    def filled(t: Term, step: Time | None) -> Term:
        if t.kind == "over" and isinstance(t.data, Over) and t.over.low is not None and x is not None:
            ahead = {x.time + 1: 0, x.time: 1}.get(t.over.low) if x.time is not None else None
            inner = Time(((t.over.letter, 1),), ahead) if ahead is not None else None
            return Term(t.kind, tuple(filled(a, inner) for a in t.args), t.data, t.span)
        if t.kind == "bare_function" and isinstance(f := t.place.function, Function):
            found = _argument(models, f, y, step)
            if found is not None:
                name = model.symbol(found).name
                note = f"{f.name} without its argument is read as applied to {name}, as in the system"
                if note not in notes:
                    notes.append(note)
                return Term("apply", (Term("symbol", (), found, t.span),), f, t.span)
            return t
        return Term(t.kind, tuple(filled(a, step) for a in t.args), t.data, t.span)

    return tuple(filled(m, y.time if y is not None else None) for m in members)


def _ends(left: Term) -> tuple[Ref | None, Ref | None]:
    """What the first member differentiates by what; of a product over time the first of its factors' kind."""
    for t in left.walk():
        if t.kind == "derivative":
            return t.args[0].ref, t.args[1].ref
    return None, None


def _argument(models: Mapping[str, Model], f: Function, y: Ref | None, step: Time | None) -> Ref | None:
    """The symbol for what f is applied to, where that is in one equation; named anew where it has none."""
    users: list[tuple[Printed, ex.Apply]] = []
    first = next(iter(models.values()))
    for p in first.printed:
        users += [
            (p, node)
            for node in dict.fromkeys(p.rhs.walk())
            if isinstance(node, ex.Apply) and node.function.name == f.name
        ]
    if len(users) != 1:
        return None
    p, node = users[0]
    at = first.anchor(y.at(step)) if y is not None and y.time is not None else None
    time = p.lhs.time
    if time is not None:
        if time.letter is None or at is None:
            return None
        shift = {time.letter: at}
    else:
        shift = {}
    if isinstance(node.arg, ex.Symbol):
        r = next((r for s, r in p.uses if s == node.arg), None)
        return None if r is None else r.at(r.time.put(shift)) if r.time is not None else r
    if p.rhs != node:
        return None
    name = ""
    for m in models.values():
        name = m.preactivation(p.lhs.family)
    return Ref(name, time.put(shift) if time is not None else None)
