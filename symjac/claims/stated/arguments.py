"""Functions that a claim prints without their argument: ``f'`` and ``f'(\\cdot)`` at what the system applies f to.

Where the system applies f in one equation only, its argument there is meant, at the step the place is about: the
factor's own step in a product over time, the step of what is differentiated elsewhere.
"""

from __future__ import annotations

from symjac import expr as ex
from symjac.claims.instances import Printed
from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.expr import Function
from symjac.expr.times import Time
from symjac.reading.applied.terms import Over, Ref, Term
from symjac.reading.assumptions import How


def name_arguments(s: Statement) -> None:
    """Symbols that no equation holds, as names of arguments: the z of ``f'(z)``, and a z by which is differentiated.

    Only where one equation alone can be meant.
    """
    first = s.model
    known = first.known_families
    wanted: dict[Ref, Function | None] = {}
    for t in (t for t in s.walk() if t.kind == "apply" and isinstance(t.data, Function)):
        r = t.args[0].whole.ref
        if r is not None and r.family not in known and isinstance(t.data, Function):
            wanted.setdefault(r, t.data)
    differentiated = [t.args[1].whole.ref for t in s.walk() if t.kind == "derivative"]
    letters = {_letter(first, family) for family in known}
    for r in (*s.aliases.variables(), *(r for r in differentiated if r is not None)):
        if r.family not in known and _letter(first, r.family) not in letters:  # x^{(2)} beside x is no argument
            wanted.setdefault(r, None)
    wanted |= _only_applied(first)
    for r, f in wanted.items():
        users = [p for p in first.printed if _may_name(first, p, r, f)]
        if len(users) == 1 and all(p.lhs.family != r.family for p in first.printed):
            (user,) = users
            for m in s.models.values():
                m.preactivation(user.lhs.family, r.family)
            s.notes.append(f"{r.family} is read as the argument of the function in the equation of {user.lhs.family}")


def _letter(model: Model, family: str) -> str:
    """The letter of a name, without its labels and accents."""
    found = model.families.get(family)
    return (found.letter or found.base) if found is not None else family


def _may_name(model: Model, p: Printed, r: Ref, f: Function | None) -> bool:
    """Whether a symbol can be a name for what a function is applied to in an equation."""
    if (p.lhs.time is None) != (r.time is None) or not isinstance(p.rhs, ex.Apply | ex.Softmax):
        return False
    if isinstance(p.rhs.arg, ex.Symbol):
        return False
    if f is not None:
        return isinstance(p.rhs, ex.Apply) and p.rhs.function.name == f.name
    family = model.families.get(r.family)
    if family is not None and family.how is How.DIFFERENTIATED:
        return True
    if family is None or family.role != "vector":
        return False
    rows = family.rows
    return any(t.root.known is None for t in rows.terms()) or rows.value() == model.symbol(p.lhs).rows


def _only_applied(model: Model) -> dict[Ref, Function | None]:
    """Symbols of the system that only matrices are made of, each under one function: ``D_t = diag(f'(z_t))``."""
    found: dict[Ref, Function | None] = {}
    for p in model.printed:
        if model.families[p.lhs.family].role != "matrix":
            continue
        for s, r in p.uses:
            others = [q for q in model.printed if q is not p and any(u.family == r.family for _, u in q.uses)]
            over = {n.function for n in p.rhs.walk() if isinstance(n, ex.Apply) and n.arg == s}
            names = {f.name for f in over}
            if not others and len(names) == 1 and model.equation(r) is None:
                found[r] = next(iter(over))
    return found


def with_arguments(s: Statement) -> tuple[Term, ...]:
    """The members with the arguments that can be told put in."""
    if not any(t.kind == "bare_function" for t in s.walk()):
        return s.members
    # Of a product over time what the first of its factors' kind differentiates by what.
    y, x = next(((t.args[0].ref, t.args[1].ref) for t in s.members[0].walk() if t.kind == "derivative"), (None, None))

    def filled(t: Term, step: Time | None) -> Term:
        if t.kind == "over" and isinstance(t.data, Over) and t.over.low is not None and x is not None:
            ahead = {x.time + 1: 0, x.time: 1}.get(t.over.low) if x.time is not None else None
            inner = Time(((t.over.letter, 1),), ahead) if ahead is not None else None
            return Term(t.kind, tuple(filled(a, inner) for a in t.args), t.data, t.span)
        if t.kind == "bare_function" and isinstance(f := t.place.function, Function):
            found = _argument(s, f, y, step)
            if found is not None:
                name = s.model.name(found)
                s.notes.append(f"{f.name} without its argument is read as applied to {name}, as in the system")
                return Term("apply", (Term("symbol", (), found, t.span),), f, t.span)
            return t
        return Term(t.kind, tuple(filled(a, step) for a in t.args), t.data, t.span)

    return tuple(filled(m, y.time if y is not None else None) for m in s.members)


def _argument(s: Statement, f: Function, y: Ref | None, step: Time | None) -> Ref | None:
    """The symbol for what f is applied to, where that is in one equation; named anew where it has none."""
    users = [
        (p, node)
        for p in s.model.printed
        for node in dict.fromkeys(p.rhs.walk())
        if isinstance(node, ex.Apply) and node.function.name == f.name
    ]
    if len(users) != 1:
        return None
    p, node = users[0]
    at = s.model.anchor(y.at(step)) if y is not None and y.time is not None else None
    time, shift = p.lhs.time, dict[str, Time]()
    if time is not None:
        if time.letter is None or at is None:
            return None
        shift[time.letter] = at
    if isinstance(node.arg, ex.Symbol):
        r = next((r for symbol, r in p.uses if symbol == node.arg), None)
        return None if r is None else r.at(r.time.put(shift)) if r.time is not None else r
    if p.rhs != node:
        return None
    name = ""
    for m in s.models.values():
        name = m.preactivation(p.lhs.family)
    return Ref(name, time.put(shift) if time is not None else None)
