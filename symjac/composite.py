r"""What formulas with Kronecker products, vec and commutation matrices do, which is how they are compared.

Such a formula M has composite rows and columns, which the normal form of entries does not know. It is told by
what it does: M and N are equal exactly if ``M vec(Z) = N vec(Z)`` for a generic matrix Z, and
``(B^T (x) A) vec(Z) = vec(A Z B)``. Magnus and Neudecker, *Matrix Differential Calculus*, sections 2.4 and 9.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symjac import expr as ex
from symjac.errors import NotYetError, ShapeError
from symjac.expr import ONE, Commutation, Expr, Kronecker, Symbol, Vec

COMPOSITE = (Vec, Kronecker, Commutation)


def is_composite(*expressions: Expr) -> bool:
    """Whether vec, a Kronecker product or a commutation matrix stands in one of these."""
    return any(isinstance(node, COMPOSITE) for e in expressions for node in e.walk())


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


def _domains(e: Expr, *, gives: bool = False) -> Iterator[ex.Shape]:
    """The shapes of matrices Z for which ``e vec(Z)`` is meant, or of what it ``gives``, as far as e tells."""
    match e:
        case Vec() if gives:
            yield e.arg.shape
        case Kronecker():
            shape = (e.right.rows, e.left.rows) if gives else (e.right.cols, e.left.cols)
            if ONE not in shape:
                yield shape
        case Commutation():
            yield e.of[::-1] if gives else e.of
        case ex.Transpose():
            yield from _domains(e.arg, gives=not gives)
        case ex.Product():
            factors = [f for f in e.args if not f.is_scalar]
            yield from _domains(factors[0 if gives else -1], gives=gives) if factors else ()
        case ex.Diag():
            yield from _domains(e.arg, gives=True)
        case ex.Sum():
            for t in e.args:
                yield from _domains(t, gives=gives)
        case ex.Hadamard() | ex.Apply() | ex.EntryPower() if gives:
            for a in e.args:
                yield from _domains(a, gives=True)


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
            return _applied(reversed(e.args), z)
        case ex.Transpose() if is_composite(e.arg):
            return _transpose(e.arg, z)
        case ex.Diag() if is_composite(e.arg):
            return ex.hadamard(_as_shape(matrix_form(e.arg), z.shape), z)
        case ex.Stack():
            return ex.Stack(*(act(p, z) for p in e.args))
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


def _applied(factors: Iterable[Expr], z: Expr) -> Expr:
    """One factor after the other; scalars keep their value."""
    out = z
    scalars: list[Expr] = []
    for f in factors:
        if f.is_scalar:
            scalars.append(act(f, ex.Number(1)) if is_composite(f) else f)
        else:
            out = act(f, out)
    return ex.mul(*scalars, out)


def _transpose(e: Expr, z: Expr) -> Expr:
    turned = ex.transpose(e)
    if not isinstance(turned, ex.Transpose):
        return act(turned, z)
    if e.cols == ONE:
        form = e.arg if isinstance(e, Vec) else matrix_form(e)
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
