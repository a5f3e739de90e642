"""Proposals: the coefficient of an expression that is linear in a differential dX.

Nothing here is trusted. What is read off becomes part of a theorem only where the normal form says that putting the
differential back gives the expression (the rule ``rearrangement``, before ``identification``).
"""

from __future__ import annotations

from symjac import expr as ex
from symjac.errors import NotYetError, RuleError
from symjac.expr import Expr, Product, Symbol


def jacobian_of_linear(linear: Expr, wrt: Symbol) -> Expr:
    """The matrix J with ``linear = J dx``, for a scalar or vector that is linear in dx.

    :raises NotYetError: where no such matrix can be written with the operations symjac has.
    """
    if isinstance(linear, ex.Differential):
        _same(linear.arg, wrt)
        return ex.Number(1) if linear.is_scalar else ex.Identity(linear.rows)
    if ex.is_zero(linear):
        return ex.zero((linear.rows, wrt.rows))
    if isinstance(linear, ex.Sum):
        return ex.add(*(jacobian_of_linear(t, wrt) for t in linear.args))
    if isinstance(linear, ex.Stack):
        return ex.Stack(*(jacobian_of_linear(t, wrt) for t in linear.args))
    if isinstance(linear, ex.Hadamard):
        _, e, others = _split(linear)
        return ex.mul(ex.diag(ex.hadamard(*others)), jacobian_of_linear(e, wrt))
    if isinstance(linear, ex.Diagonal):
        return _diagonal(linear.arg, wrt)
    if isinstance(linear, ex.Trace):
        return gradient(linear, wrt)
    if isinstance(linear, Product):
        before, e, after = _split(linear)
        if e.is_scalar or all(f.is_scalar for f in after):
            return ex.mul(*before, *after, jacobian_of_linear(e, wrt))
        return ex.mul(*before, coefficient(e, ex.mul(*after), wrt))
    raise _no_form(linear)


def coefficient(linear: Expr, v: Expr, wrt: Symbol) -> Expr:
    """The matrix K with ``linear v = K dx``, where ``linear`` is a matrix or row that is linear in dx.

    :raises NotYetError: where no such matrix can be written with the operations symjac has.
    """
    if v.is_scalar:
        return ex.mul(v, jacobian_of_linear(linear, wrt))
    if isinstance(linear, ex.Sum):
        return ex.add(*(coefficient(t, v, wrt) for t in linear.args))
    if ex.is_zero(linear):
        return ex.zero((linear.rows, wrt.rows))
    if isinstance(linear, ex.Diag):
        return ex.mul(ex.diag(v), jacobian_of_linear(linear.arg, wrt))
    if isinstance(linear, ex.Transpose) and linear.arg.cols == ex.ONE:
        return ex.mul(ex.transpose(v), jacobian_of_linear(linear.arg, wrt))
    if isinstance(linear, ex.Transpose) and isinstance(linear.arg, Product | ex.Sum | ex.Diag):
        return coefficient(ex.transpose(linear.arg), v, wrt)
    if isinstance(linear, ex.Transpose) and isinstance(linear.arg, ex.Hadamard):
        return coefficient(ex.Hadamard(*map(ex.transpose, linear.arg.args)), v, wrt)
    if isinstance(linear, ex.Hadamard):
        _, e, others = _split(linear)
        return _entrywise(e, ex.hadamard(*others), v, wrt)
    if isinstance(linear, Product):
        before, e, after = _split(linear)
        right = ex.mul(*after, v)
        if e.is_scalar:
            return ex.mul(*before, right, jacobian_of_linear(e, wrt))
        if e.cols == ex.ONE:
            return ex.mul(right, *before, jacobian_of_linear(e, wrt))
        return ex.mul(*before, coefficient(e, right, wrt))
    raise _no_form(linear)


def _entrywise(linear: Expr, a: Expr, v: Expr, wrt: Symbol) -> Expr:
    """The matrix K with ``(a o linear) v = K dx``: where linear is ``p q^T``, that is ``diag(p) a diag(v) q``."""
    if isinstance(linear, ex.Sum):
        return ex.add(*(_entrywise(t, a, v, wrt) for t in linear.args))
    outer = _outer(linear)
    if outer is None:
        raise _no_form(linear)
    p, q = outer
    if _has_differential(p):
        return ex.mul(ex.diag(ex.mul(a, ex.hadamard(q, v))), jacobian_of_linear(p, wrt))
    return ex.mul(ex.diag(p), a, ex.diag(v), jacobian_of_linear(q, wrt))


def _outer(e: Expr) -> tuple[Expr, Expr] | None:
    """The columns p and q of a matrix that is ``p q^T``; ``None`` where it is not seen to be that."""
    if isinstance(e, ex.Transpose):
        outer = _outer(e.arg)
        return None if outer is None else (outer[1], outer[0])
    if isinstance(e, ex.Stack):
        blocks = [k for k, block in enumerate(e.args) if not ex.is_zero(block)]
        outer = _outer(e.args[blocks[0]]) if len(blocks) == 1 else None
        if outer is None:
            return None
        return ex.Stack(*(outer[0] if k in blocks else ex.Zero(b.rows) for k, b in enumerate(e.args))), outer[1]
    if not isinstance(e, Product):
        return None
    scalars, chain = ex.parted(e)
    at = next((k for k, f in enumerate(chain, 1) if f.cols == ex.ONE), 0)
    if at:
        return ex.mul(*scalars, *chain[:at]), ex.transpose(ex.mul(*chain[at:]))
    if (outer := _outer(chain[-1])) is not None:
        return ex.mul(*scalars, *chain[:-1], outer[0]), outer[1]
    outer = _outer(chain[0]) if len(chain) > 1 else None
    return None if outer is None else (ex.mul(*scalars, outer[0]), ex.mul(ex.transpose(ex.mul(*chain[1:])), outer[1]))


def gradient(linear: Expr, wrt: Symbol) -> Expr:
    """The G with ``linear = tr(G dX)``, for a scalar that is linear in dX.

    :raises NotYetError: where an operation cannot be paired.
    """
    total = [ex.zero((wrt.cols, wrt.rows))]
    pull_back(linear, ex.Number(1), wrt, total)
    return ex.add(*total)


def pull_back(linear: Expr, c: Expr, wrt: Symbol, total: list[Expr]) -> None:
    """Add to ``total`` the G with ``tr(c linear) = tr(G dX)``; ``c`` has the shape of linear's transpose.

    :raises NotYetError: where an operation cannot be paired.
    """
    if ex.is_zero(linear):
        return
    match linear:
        case ex.Differential():
            _same(linear.arg, wrt)
            total.append(c)
        case ex.Sum():
            for t in linear.args:
                pull_back(t, c, wrt, total)
        case ex.Transpose():
            pull_back(linear.arg, ex.transpose(c), wrt, total)
        case ex.Trace():
            pull_back(linear.arg, ex.mul(c, ex.Identity(linear.arg.rows)), wrt, total)
        case ex.Diag():
            pull_back(linear.arg, ex.transpose(ex.Diagonal(c)), wrt, total)
        case ex.Diagonal():
            pull_back(linear.arg, ex.diag(ex.transpose(c)), wrt, total)
        case ex.Hadamard():
            _, e, rest = _split(linear)
            others = ex.hadamard(*rest)
            weight = ex.mul(c, ex.diag(others)) if others.cols == ex.ONE else ex.hadamard(c, ex.transpose(others))
            pull_back(e, weight, wrt, total)
        case ex.Stack():
            for k, t in enumerate(linear.args):
                if not ex.is_zero(t):
                    pull_back(t, ex.mul(c, _block(linear, k)), wrt, total)
        case Product():
            before, e, after = _split(linear)
            if e.is_scalar and not all(f.is_scalar for f in linear.args):
                paired = ex.mul(c, ex.mul(*before, *after))
                pull_back(e, paired if paired.is_scalar else ex.Trace(paired), wrt, total)
            else:
                pull_back(e, _rotate(before, c, after), wrt, total)
        case _:
            raise _no_form(linear)


def _same(changing: Expr, wrt: Symbol) -> None:
    if changing != wrt:
        raise RuleError("what the rules give holds a differential of something else than the variable")


def _block(e: ex.Stack, k: int) -> Expr:
    """The matrix that puts block ``k`` in its place in the stack, zeros elsewhere."""
    rows = e.args[k].rows
    return ex.Stack(*(ex.Identity(rows) if j == k else ex.Zero(b.rows, rows) for j, b in enumerate(e.args)))


def _split(e: Expr) -> tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]]:
    """The operands before, at and after the one that holds the differential.

    For an entrywise product, whose order does not matter, all the others come last.
    """
    places = [k for k, a in enumerate(e.args) if _has_differential(a)]
    if len(places) != 1:
        raise RuleError("what the rules give is not linear in the differential")
    at = places[0]
    if isinstance(e, ex.Hadamard):
        return (), e.args[at], e.args[:at] + e.args[at + 1 :]
    return e.args[:at], e.args[at], e.args[at + 1 :]


def _has_differential(e: Expr) -> bool:
    return isinstance(e, ex.Differential) or any(_has_differential(a) for a in e.args)


def _diagonal(m: Expr, wrt: Symbol) -> Expr:
    """J with ``diagonal(m) = J dx``: a term P diag(u) Q has (P o Q^T) u, a term u q^T has q o u."""
    if isinstance(m, ex.Sum):
        return ex.add(*(_diagonal(t, wrt) for t in m.args))
    if isinstance(m, ex.Diag):
        return jacobian_of_linear(m.arg, wrt)
    if isinstance(m, ex.Transpose):
        return _diagonal(m.arg, wrt)
    if isinstance(m, Product):
        before, e, after = _split(m)
        if e.is_scalar:
            return ex.mul(ex.Diagonal(ex.mul(*before, *after)), jacobian_of_linear(e, wrt))
        left = ex.mul(*before) if before else ex.Identity(e.rows)
        right = ex.mul(*after) if after else ex.Identity(e.cols)
        if isinstance(e, ex.Diag) and left.is_matrix and right.is_matrix:
            return ex.mul(ex.hadamard(left, ex.transpose(right)), jacobian_of_linear(e.arg, wrt))
        if e.cols == ex.ONE:
            return ex.mul(ex.diag(ex.transpose(right)), left, jacobian_of_linear(e, wrt))
        if e.rows == ex.ONE:
            return _diagonal(ex.transpose(m), wrt)
    raise _no_form(m)


def _rotate(before: tuple[Expr, ...], c: Expr, after: tuple[Expr, ...]) -> Expr:
    """``after c before``: the cyclic rotation of a trace, scalars in front."""
    factors = (*after, c, *before)
    return ex.mul(*(f for f in factors if f.is_scalar), *(f for f in factors if not f.is_scalar))


def _no_form(e: Expr) -> NotYetError:
    return NotYetError(
        f"the derivative of this expression has no matrix form that symjac can write: "
        f"a {type(e).__name__} of something that depends on the variable"
    )
