r"""Derivatives by the vec of a matrix in a claim, and how two formulas with Kronecker products are compared.

Such a formula M has composite rows and columns, which the normal form of entries does not know. It is told by
what it does: M and N are equal exactly if ``M vec(Z) = N vec(Z)`` for a generic matrix Z, and
``(B^T (x) A) vec(Z) = vec(A Z B)``. Magnus and Neudecker, *Matrix Differential Calculus*, sections 2.4 and 9.2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from symjac import expr as ex
from symjac.claims.meaning import Meaning
from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.errors import NotYetError, ShapeError, TargetError
from symjac.expr import ONE, Commutation, Expr, Kronecker, Symbol, Vec
from symjac.reading import Equation
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.sizes import UNIT
from symjac.reading.values import Value
from symjac.recurrence import Recurrence
from symjac.vectorised import VecJacobian, turned

COMPOSITE = (Vec, Kronecker, Commutation)


# ------------------------------------------------------------------------------------ what terms mean


def jacobian(model: Model, definitions: Mapping[Symbol, Expr], of: Symbol, wrt: Symbol) -> Expr:
    """``d vec(of) / d vec(wrt)^T`` through these definitions, derived and gated by symjac.

    :raises UndecidedError: where symjac cannot tell.
    """
    equations = tuple(Equation(s, e, "") for s, e in definitions.items() if s != wrt)
    reading = dataclasses.replace(model.reading, equations=equations)
    try:
        return VecJacobian(Recurrence(reading), of, wrt).closed
    except (NotYetError, TargetError) as error:
        raise UndecidedError(error.message) from error


def between(ev: Meaning, y: Ref, x: Ref) -> Expr:
    """The Jacobian of the entries of one symbol by those of another, as the equations stand."""
    model = ev.model
    of, wrt = model.symbol(y), model.symbol(x)
    if y == x:
        return ex.Identity(of.rows * of.cols)
    if (y, x) in ev.carried:
        return carried_letter(model, y, x)
    model.refuse_unknown(x)
    if model.definition(y) is None:
        raise UndecidedError(f"no equation says how {of.name} depends on {wrt.name}")
    ev.variables.add(wrt)
    immediate = jacobian(model, model.between(y, x), of, wrt)
    before = [r for r, by in ev.carried if by == x and r.time is not None]
    if not before or y.time is None:
        return immediate
    states = {r for r in earlier(model, y) if r.family in model.defined_families}
    if any(r.time != y.time - 1 or (r not in before and _is_before(r, before)) for r in states):
        raise UndecidedError(f"nothing says how {of.name} depends on {wrt.name} through the steps before")
    return ex.add(immediate, *(ex.mul(model.derivative(y, r), between(ev, r, x)) for r in sorted(states, key=repr)))


def _is_before(r: Ref, first: Sequence[Ref]) -> bool:
    """Whether a state stands at the step of the earliest derivatives, or before it."""
    return any(r.time is not None and u.time is not None and r.time.offset <= u.time.offset for u in first)


def carried_letter(model: Model, y: Ref, x: Ref) -> Symbol:
    """What stands for a total derivative of which nothing more is known."""
    of, wrt = model.symbol(y), model.symbol(x)
    name = rf"(\partial {of.name}/\partial {wrt.name})"
    return Symbol(name, (of.rows * of.cols, wrt.rows * wrt.cols))


def by_vec(ev: Meaning, t: Term) -> Expr:
    """The derivative by the vec of a symbol, or of one, laid out as a vector's by a vector."""
    inner = t.args[0]
    y, x = inner.args[0], ev.ref(_ref(inner.args[1]))
    scalar, numerator = _numerator(ev, inner, y, x)
    laid_out = ev.laid_out(numerator, scalar=scalar, variable_row=ev.convention.row)
    return laid_out if laid_out is numerator else transposed(numerator)


def _ref(t: Term) -> Ref:
    assert t.ref is not None
    return t.ref


def _numerator(ev: Meaning, inner: Term, y: Term, x: Ref) -> tuple[bool, Expr]:
    if y.ref is None:
        found = ev.of_expression(inner, x, entries=True)
        return found.rows == ONE, found
    r = ev.ref(y.ref)
    family = ev.model.families.get(r.family)
    if ev.model.equation(r) is None and (family is None or family.role in ("scalar", None)):
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


def _by_parameter(s: Statement, *members: Term) -> Iterator[tuple[Ref, Ref]]:
    """The derivatives of what equations define, or of its entries, by what carries no time, or by entries of that."""
    for t in (t for m in members for t in m.walk() if t.kind == "derivative"):
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
        rhs = model.definition(lhs)
        for r in (model.ref(u) for u in rhs.symbols) if rhs is not None else ():
            if r is not None and r.time is not None and r.time != y.time:
                yield r


def by_vec_instead(s: Statement, left: Term, right: Term) -> Term | None:
    """The left side by the vec of a matrix, where a scalar or a matrix is differentiated by it.

    Only where the right side has what has the shape of a vec; ``None`` elsewhere.
    """
    kinds = {t.kind for t in right.walk()} | {str(t.data) for t in right.walk() if t.kind == "operation"}
    if not kinds & {"vec", "by_vec", "commutation", "otimes", "otimes_vec"} and not any(
        s.role(x) == "matrix" for _, x in _by_parameter(s, right)
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


def is_composite(*expressions: Expr) -> bool:
    """Whether vec, a Kronecker product or a commutation matrix stands in one of these."""
    return any(isinstance(node, COMPOSITE) for e in expressions for node in e.walk())


def transposed(e: Expr) -> Expr:
    """The transpose, with that of Kronecker products worked out."""
    return turned(e) if is_composite(e) else ex.transpose(e)


# ---------------------------------------------------------------------------- what such a formula does


def images(left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
    """What both do to a generic argument, as ordinary expressions; ``None`` where symjac cannot tell.

    >>> from symjac.expr import Identity, Product, Transpose, dim
    >>> p, n = dim("p"), dim("n")
    >>> x = Symbol("x", (n, ex.ONE))
    >>> a, b = images(Kronecker(Transpose(x), Identity(p)), Product(Kronecker(Transpose(x), Identity(p))))
    >>> a == b, a.shape
    (True, (p, 1))
    """
    shape = next(_domains(left), None) or next(_domains(right), None) or (left.cols, ONE)
    z = Symbol(r"\text{any}", shape)
    if shape[0] * shape[1] != left.cols:
        return None
    try:
        a, b = act(left, z), act(right, z)
    except (NotYetError, ShapeError):
        return None
    if a.shape != b.shape and a.cols == ONE and b.rows == ONE:
        b = ex.transpose(b)
    elif a.shape != b.shape and a.rows == ONE and b.cols == ONE:
        a = ex.transpose(a)
    return (a, b) if a.shape == b.shape else None


def _domains(e: Expr) -> Iterator[ex.Shape]:
    """The shapes of matrices Z for which ``e vec(Z)`` is meant, as the structure of e tells."""
    match e:
        case Kronecker():
            if ONE not in (e.left.cols, e.right.cols):
                yield e.right.cols, e.left.cols
        case Commutation():
            yield e.of
        case ex.Transpose():
            yield from _codomains(e.arg)
        case ex.Sum():
            for t in e.args:
                yield from _domains(t)
        case ex.Product():
            last = next((f for f in reversed(e.args) if not f.is_scalar), None)
            if last is not None:
                yield from _domains(last)
        case ex.Diag():
            yield from _codomains(e.arg)


def _codomains(e: Expr) -> Iterator[ex.Shape]:
    match e:
        case Vec():
            yield e.arg.shape
        case Kronecker():
            if ONE not in (e.left.rows, e.right.rows):
                yield e.right.rows, e.left.rows
        case Commutation():
            yield e.of[1], e.of[0]
        case ex.Transpose():
            yield from _domains(e.arg)
        case ex.Product():
            first = next((f for f in e.args if not f.is_scalar), None)
            if first is not None:
                yield from _codomains(first)
        case ex.Diag() | ex.Sum() | ex.Hadamard() | ex.Apply() | ex.EntryPower():
            for a in e.args:
                yield from _codomains(a)


def act(e: Expr, z: Expr) -> Expr:
    """A matrix M with ``vec(M) = e vec(z)``.

    :raises NotYetError: where that is not known.
    :raises ShapeError: where z has no shape that e acts on.
    """
    if ex.is_zero(e) and e.cols == z.rows * z.cols:
        return ex.zero((e.rows, ONE))
    match e:
        case Kronecker():
            return _kronecker(e, z)
        case Commutation():
            return ex.transpose(_as_shape(z, e.of))
        case ex.Identity() if e.cols == z.rows * z.cols:
            return z
        case ex.Sum():
            return _added([act(t, z) for t in e.args])
        case ex.Product():
            return _product(e, z)
        case ex.Transpose() if is_composite(e.arg):
            return _transpose(e.arg, z)
        case ex.Diag() if is_composite(e.arg):
            return ex.hadamard(_as_shape(matrix_form(e.arg), z.shape), z)
    if z.is_scalar and e.cols == ONE:
        return ex.mul(z, matrix_form(e))
    if is_composite(e):
        raise NotYetError(f"what {ex.brief(e)} does to the vec of a matrix is not known yet")
    if ONE not in z.shape:
        if e.cols != z.rows * z.cols:
            raise ShapeError(f"{ex.show_shape(e.shape)} does not act on the vec of {ex.show_shape(z.shape)}")
        return Symbol(rf"\text{{{e!r} on {z!r}}}", (e.rows, ONE))  # what holds for any vector holds for this one
    return ex.Product(e, z if z.cols == ONE else ex.transpose(z))


def _as_shape(z: Expr, shape: ex.Shape) -> Expr:
    """A matrix of this shape with the same vec: vectors may stand or lie."""
    if z.shape == shape:
        return z
    if ONE in z.shape and ex.transpose(z).shape == shape:
        return ex.transpose(z)
    raise ShapeError(f"{ex.show_shape(z.shape)} is not {ex.show_shape(shape)}")


def _kronecker(e: Kronecker, z: Expr) -> Expr:
    inner = _as_shape(z, (e.right.cols, e.left.cols))
    if is_composite(e.left, e.right):
        raise NotYetError("a Kronecker product of Kronecker products is not known yet")
    return ex.mul(*(f for f in (e.right, inner, ex.transpose(e.left)) if not isinstance(f, ex.Identity)))


def _added(parts: list[Expr]) -> Expr:
    shape = next((p.shape for p in parts if ONE not in p.shape), parts[0].shape)
    return ex.add(*(ex.zero(shape) if ex.is_zero(p) else _as_shape(p, shape) for p in parts))


def _product(e: ex.Product, z: Expr) -> Expr:
    """Factors from the last to the first; scalars keep their value."""
    out = z
    scalars: list[Expr] = []
    for f in reversed(e.args):
        if f.is_scalar:
            scalars.append(act(f, ex.Number(1)) if is_composite(f) else f)
        else:
            out = act(f, out)
    return ex.mul(*scalars, out)


def _transpose(e: Expr, z: Expr) -> Expr:
    match e:
        case Vec():
            return ex.Trace(ex.Product(ex.transpose(e.arg), _as_shape(z, e.arg.shape)))
        case Kronecker():
            return act(Kronecker(ex.transpose(e.left), ex.transpose(e.right)), z)
        case Commutation():
            return act(Commutation(e.of[1], e.of[0]), z)
        case ex.Sum():
            return _added([act(ex.transpose(t), z) for t in e.args])
        case ex.Product():
            scalars = [f for f in e.args if f.is_scalar]
            chain = [ex.Transpose(f) if is_composite(f) else ex.transpose(f) for f in e.args if not f.is_scalar]
            out = z
            for f in chain:
                out = act(f, out)
            return ex.mul(*(act(s, ex.Number(1)) if is_composite(s) else s for s in scalars), out)
        case ex.Transpose():
            return act(e.arg, z)
        case ex.Diag():
            return act(e, z)
    if e.cols == ONE:
        form = matrix_form(e)
        return ex.Trace(ex.Product(ex.transpose(form), _as_shape(z, form.shape)))
    raise NotYetError(f"what the transpose of {ex.brief(e)} does is not known yet")


def matrix_form(v: Expr) -> Expr:
    """A matrix whose vec is a column: functions and entrywise products act on it entry by entry.

    :raises NotYetError: where the column has no such form.
    """
    if not is_composite(v):
        return v
    match v:
        case Vec():
            if is_composite(v.arg):
                raise NotYetError("the vec of what holds a vec is not known yet")
            return v.arg
        case ex.Apply():
            return ex.Apply(v.function, matrix_form(v.arg))
        case ex.EntryPower() if not is_composite(v.exponent):
            return ex.EntryPower(matrix_form(v.base), v.exponent)
        case ex.Hadamard():
            first, *rest = (matrix_form(a) for a in v.args)
            return ex.hadamard(first, *(_as_shape(a, first.shape) for a in rest))
        case ex.Sum():
            return _added([matrix_form(a) for a in v.args])
        case Kronecker() | ex.Product() | ex.Transpose() if v.cols == ONE:
            return act(v, ex.Number(1))
    raise NotYetError(f"{ex.brief(v)} is not known to be the vec of a matrix")
