"""Functions that a claim prints without their argument: ``f'`` and ``f'(\\cdot)`` at what the system applies f to.

An index says at which step that is: ``f'_t``. Without one it is what stands on the way between what is differentiated
and by what, in a product over time between the ends of the factor, where f is applied only once there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator, Mapping, Sequence

from symjac import expr as ex
from symjac.claims.instances import Application, Printed, name_of, reached
from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.expr import Function
from symjac.expr.times import Time
from symjac.reading.applied.terms import MapCall, Over, Place, Ref, Term

Applied = tuple[Printed, Application, Mapping[str, Time]]
"""Where a function is applied, and what moves the equation there."""


def with_arguments(s: Statement) -> tuple[Term, ...]:
    """The members with the arguments that can be told put in.

    :raises UndecidedError: where a function with an index is differentiated by what its argument at that step is not.
    """
    left, *others = [
        [(t.args[0].whole.ref, t.args[1].whole.ref) for t in m.walk() if t.kind == "derivative"] for m in s.members
    ]
    y, x = left[0] if left else (None, None)
    ends = [(y, x)]
    if y is not None and s.model.equation(y) is None:  # of a loss the way goes on from what it is differentiated by
        ends = [(z, x) for pairs in others for loss, z in pairs if loss == y]
    ways = [(r, x) for r, x in ends if r is not None and x is not None and r != x]

    def filled(t: Term, between: Sequence[tuple[Ref, Ref]], at: Time | None = None) -> Term:
        if t.kind == "over" and isinstance(t.data, Over) and t.over.low is not None and x is not None:
            ahead = {x.time + 1: 0, x.time: 1}.get(t.over.low) if x.time is not None else None
            states = [r for r in (x, y) if r is not None and r.time is not None and ahead is not None]
            at = Time(((t.over.letter, 1),), ahead or 0)
            between, at = [(r.at(at), r.at(at - 1)) for r in states], None
        if t.kind == "at_step" and isinstance(t.data, Time):
            return filled(t.args[0], between, t.data)
        f = t.place.function if t.kind == "bare_function" else t.data
        if isinstance(f, Function | MapCall):
            _refuse_number(s.model, f.name)
        if t.kind in ("apply", "map"):
            _refuse_other_argument(s.model, t, at)
        if t.kind == "derivative" and (of := t.args[0].whole).kind == "at_step" and not of.args[0].args:
            _refuse_other_step(s.model, of, t.args[1].whole.ref)
            (bare,) = of.args
            t = t.rebuilt(lambda a: bare if a == of else a)
        if t.kind == "bare_function" and isinstance(f, Function):
            found = _argument(s, f, between, at)
            if found is not None:
                name = s.model.name(found)
                step = f" at the step {at.text}" if at is not None else ""
                s.notes.append(f"{f.name} without its argument{step} is read as applied to {name}, as in the system")
                return Term("apply", (Term("symbol", (), found, t.span),), f, t.span)
            return t
        return Term(t.kind, tuple(filled(a, between) for a in t.args), t.data, t.span)

    return tuple(filled(m, ways) for m in s.members)


def _use(model: Model, name: Hashable) -> tuple[Time, tuple[Term, ...]] | None:
    """The index of what is another function at each step, and what the system applies it to."""
    family = model.families.get(str(name))
    use = family.use if family is not None else None
    return (use.time, use.args) if use is not None and use.time is not None else None


def _held(model: Model, e: ex.Expr) -> list[Ref]:
    """The symbols in what a function is applied to, where nobody has named that."""
    return model.refs(model.without_own_names(e).symbols)


def _steps(model: Model, p: Printed, e: Application) -> list[Time]:
    """The steps that an index on a function may mean: that of its equation, and the latest of its argument.

    The likelier comes first: that of an argument which is a symbol, else that of the equation.
    """
    if (use := _use(model, name_of(e))) is not None:
        return [use[0]]
    times = {r.time for r in _held(model, e) if r.time is not None}
    latest = [t for t in times if not any(u.is_after(t) for u in times)]
    own = [p.lhs.time] if p.lhs.time is not None else []
    return list(dict.fromkeys(latest + own if isinstance(e.args[0], ex.Symbol) else own + latest))


def _refuse_number(model: Model, name: str) -> None:
    r"""A function of the system with a number that it does not have: ``\sigma'_1`` may be an entry.

    :raises UndecidedError: for such a function.
    """
    family = model.families.get(name)
    if family is None or not family.label.isdigit() or model.applications(name):
        return
    if model.applications(family.base):
        raise UndecidedError(f"whether {name} is an entry of {family.base} or another function is not said")


def _refuse_other_argument(model: Model, call: Term, at: Time | None) -> None:
    """What is another function at each step is known at the argument alone to which the system applies it there.

    :raises UndecidedError: for other arguments.
    """
    name = call.data.name if isinstance(call.data, Function | MapCall) else ""
    if (use := _use(model, name)) is None:
        return
    step, args = use
    pairs = zip((u for a in call.args for u in a.times), (u for a in args for u in a.times), strict=False)
    apart = at - step if at is not None else next((u - v for u, v in pairs if v.letters == step.letters), Time())
    there = [a.retimed(lambda u: u + apart if u.letters == step.letters else u) for a in args]
    if [a.unnumbered for a in call.args] != there:
        raise UndecidedError(f"{name} is another function at each step, known at its argument in the system only")


def _refuse_other_step(model: Model, t: Term, x: Ref | None) -> None:
    r"""The f of ``\partial f_t/\partial x_{t-1}`` has to be applied to ``x_{t-1}`` at the step t.

    :raises UndecidedError: where it is not.
    """
    (bare,), at = t.args, t.data
    assert isinstance(at, Time)
    of = bare.data.function if isinstance(bare.data, Place) else bare.data
    name = of.name if isinstance(of, Function) else of[0] if isinstance(of, tuple) else None
    for p, e in model.applications(name):
        for step in _steps(model, p, e):
            shift = {step.letter: at - step.offset} if step.letter is not None else {}
            if x in [r.put(shift) for r in _held(model, e)] and (step == at or (x is not None and x.time is not None)):
                return
    raise UndecidedError(f"nothing says at what {name} stands at the step {at.text}")


def _argument(s: Statement, f: Function, between: Sequence[tuple[Ref, Ref]], at: Time | None) -> Ref | None:
    """The symbol for the only thing that f can be applied to; named anew where it has no name."""
    if at is not None:
        found = list(_at_step(s, f, at))
    else:
        found = list({here: place for y, x in between for here, place in _on_the_way(s.model, f, y, x)}.values())
        if not found and len(users := s.model.applications(f.name)) == 1 and users[0][0].lhs.time is None:
            found = [(*users[0], {})]
    if len(found) != 1:
        return None
    ((p, node, shift),) = found
    (argument,) = node.args
    if isinstance(argument, ex.Symbol):
        r = next((r for symbol, r in p.uses if symbol == argument), None)
        return r.put(shift) if r is not None else None
    if p.rhs != node:
        return None
    name = ""
    for m in s.models.values():
        name = m.preactivation(p.lhs.family)
    return Ref(name, p.lhs.time).put(shift)


def _at_step(s: Statement, f: Function, at: Time) -> Iterator[Applied]:
    """Where f is applied at a step, and what moves the equation there."""
    for p, e in s.model.applications(f.name):
        steps = _steps(s.model, p, e)
        if steps and (steps[0] == at or steps[0].letter == p.letter is not None):
            yield p, e, {p.letter: at - steps[0].offset} if p.letter is not None else {}
            if len(steps) > 1:
                s.doubts.append(f"{f.name} at the step {at.text} may be that of the equation there, or of its argument")


def _on_the_way(model: Model, f: Function, y: Ref, x: Ref) -> Iterator[tuple[ex.Expr, Applied]]:
    """What f is applied to between what is differentiated and by what, where, and what moves the equations there."""
    with contextlib.suppress(UndecidedError):
        table, wrt = model.through(y, x), model.symbol(x)
        for r in model.refs(reached([model.symbol(y)], table)):
            for p, e in model.applications(f.name) if model.symbol(r) in table else ():
                shift = p.shift_to(r.time) if p == model.equation(r) else None
                if shift is not None and wrt in reached((here := model.shifted_rhs(p, e, shift)).symbols, table):
                    yield here, (p, e, shift)
