"""Derivatives by the vec of a matrix in a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symjac import expr as ex
from symjac.claims.meaning import Meaning
from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.expr import ONE, Commutation, Expr, Kronecker, Symbol, Vec
from symjac.reading.applied.terms import Immediate, Ref, Term
from symjac.reading.sizes import UNIT
from symjac.reading.values import Value
from symjac.vectorised import VecJacobian


def jacobian(model: Model, definitions: Mapping[Symbol, Expr], of: Symbol, wrt: Symbol) -> Expr:
    """``d vec(of) / d vec(wrt)^T`` through these definitions, derived and gated by symjac.

    :raises UndecidedError: where symjac cannot tell.
    """
    return model.differentiated(VecJacobian, {s: e for s, e in definitions.items() if s != wrt}, of, wrt)


def between(ev: Meaning, y: Ref, x: Ref) -> Expr:
    """The Jacobian of the entries of one symbol by those of another, as the equations stand."""
    model = ev.model
    of, wrt = model.symbol(y), model.symbol(x)
    if y == x:
        return ex.Identity(of.rows * of.cols)
    if (y, x) in ev.carried:
        return carried_letter(model, y, x)
    model.refuse_unknown(y, x)
    ev.variables.add(wrt)
    immediate = jacobian(model, model.between(y, x), of, wrt)
    before = [r for r, by in ev.carried if by == x and r.time is not None]
    if not before or y.time is None:
        return immediate
    states = [r for r in earlier(model, y) if r.family in model.defined_families]
    states = [r for r in states if x.family in model.behind([r.family])]
    if any(r.time != y.time - 1 for r in states):
        raise UndecidedError(f"nothing says how {of.name} depends on {wrt.name} through the steps before")
    first = max(r.time.offset for r in before if r.time is not None)
    terms = [immediate]
    for r in sorted(set(states), key=repr):
        total = between(ev, r, x) if y.time.offset - 1 > first else carried_letter(model, r, x)
        terms.append(ex.mul(model.derivative(y, r), total))
    return ex.add(*terms)


def carried_letter(model: Model, y: Ref, x: Ref) -> Symbol:
    """What stands for a total derivative of which nothing more is known."""
    of, wrt = model.symbol(y), model.symbol(x)
    name = rf"(\partial {of.name}/\partial {wrt.name})"
    return Symbol(name, (of.rows * of.cols, wrt.rows * wrt.cols))


def by_vec(ev: Meaning, t: Term) -> Expr:
    """The derivative by the vec of a symbol, or of one, laid out as a vector's by a vector."""
    inner = t.args[0]
    y, by = inner.args[0], inner.args[1].ref
    assert by is not None
    x = ev.ref(by)
    scalar, numerator = _numerator(ev, inner, y, x)
    laid_out = ev.laid_out(numerator, scalar=scalar, variable_row=ev.convention.row)
    return laid_out if laid_out is numerator else ex.transpose(numerator)


def _numerator(ev: Meaning, inner: Term, y: Term, x: Ref) -> tuple[bool, Expr]:
    if y.ref is None:
        found = ev.of_expression(inner, x, entries=True)
        return found.rows == ONE, found
    r = ev.ref(y.ref)
    if ev.model.is_loss(r):
        gradient = ev.gradient(r, x)
        return True, ex.transpose(gradient if gradient.cols == ONE else Vec(gradient))
    return ev.model.symbol(r).is_scalar, ev.entries(r, x)


def carried(s: Statement, *members: Term) -> frozenset[tuple[Ref, Ref]]:
    """The earliest of several derivatives of states by one parameter: total ones, of which nothing more is known.

    ``dh_t/dW`` beside ``dh_{t-1}/dW`` is the total derivative, which obeys the recursion
    ``dh_t/dW = immediate + dh_t/dh_{t-1} dh_{t-1}/dW``.

    :raises UndecidedError: where they stand at times with different letters, so that either may be meant.
    """
    states: dict[Ref, set[Ref]] = {}
    for y, x in _by_parameter(s, *members):
        if y.time is not None:
            states.setdefault(x, set()).add(y)
    out = set()
    for x, found in states.items():
        times = {r.time for r in found if r.time is not None}
        if len({time.letters for time in times}) > 1:
            raise UndecidedError("whether these derivatives by a parameter are total or immediate ones is not said")
        if len(times) > 1:
            first = min(time.offset for time in times)
            out |= {(r, x) for r in found if r.time is not None and r.time.offset == first}
    return frozenset(out)


def _by_parameter(s: Statement, *members: Term, immediate: bool = False) -> Iterator[tuple[Ref, Ref]]:
    """The derivatives of what equations define, or of its entries, by what carries no time, or by entries of that."""
    printed = (t for m in members for t in m.walk() if t.kind == "derivative")
    for t in (t for t in printed if immediate or not isinstance(t.data, Immediate)):
        y, x = (a.args[0].ref if a.kind == "entry" else a.ref for a in t.args)
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
        elif any(u.family in s.model.defined_families for u in earlier(s.model, y)):
            out.append(f"{name} is read as the immediate derivative: what comes from the step before is held fixed")
    return list(dict.fromkeys(out))


def earlier(model: Model, y: Ref) -> Iterator[Ref]:
    """What the equations at the step of y take from steps before."""
    for lhs in model.instance(model.anchor(y)):
        yield from (r for r in model.uses(lhs) if r.time is not None and r.time != y.time)


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


def vec(ev: Meaning, t: Term) -> Value:
    """vec: of a matrix its columns on top of each other, of a vector itself."""
    a = ev.value(t.args[0])
    if not a.is_matrix:
        return ev.laid(ev.column(a))
    return ev.laid(Value(ev.context.sizes.product(a.rows, a.cols), UNIT, lambda: Vec(a.make()), t))


def commutation(ev: Meaning, t: Term) -> Expr:
    """The commutation matrix of two sizes."""
    assert isinstance(t.data, tuple)
    rows, cols = (ex.dim(int(text) if text.isdigit() else text) for text in t.data)
    return Commutation(rows, cols)


def tensor(ev: Meaning, a: Value, b: Value, sign: str, t: Term) -> Value:
    r"""``\otimes``: the outer product of two vectors, Kronecker's of anything else.

    Without a vec in the claim a transposed vector is one of the two vectors; with one it is a matrix of one row.
    """
    if a.is_scalar or b.is_scalar:
        return ev.product([a, b], t)
    if sign == "otimes":
        outer = not (a.is_matrix or b.is_matrix)
    else:
        outer = sign == "otimes_vec" and all(v.is_row if ev.convention.row else v.is_vector for v in (a, b))
    if outer:
        u, v = ev.column(a), ev.column(b)
        return Value(u.rows, v.rows, lambda: ex.Product(u.make(), ex.Transpose(v.make())), t)
    times = ev.context.sizes.product
    return Value(times(a.rows, b.rows), times(a.cols, b.cols), lambda: Kronecker(a.make(), b.make()), t)
