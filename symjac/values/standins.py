"""What stands in for maps of vectors and scalar functions that nothing specifies."""

from __future__ import annotations

from typing import Any

from symjac import expr as x
from symjac.expr import Expr
from symjac.values.evaluate import added
from symjac.values.evaluator import VALUES, Evaluator, Matrix

MAP_STAND_IN = r"\sum_{k} (i + 2 k) v_{k}^{2}"


def map_stand_in(count: int) -> str:
    """What stands in for entry i of a map of ``count`` vectors: of one v, or of several u, v, ... stacked as z.

    >>> map_stand_in(2)
    '\\\\sum_{k} (i + 2 k) z_{k}^{2} + (\\\\sum_{k} z_{k})^{3}'
    """
    return MAP_STAND_IN if count == 1 else r"\sum_{k} (i + 2 k) z_{k}^{2} + (\sum_{k} z_{k})^{3}"


def map_weight(i: int, k: int) -> int:
    """The coefficients of :func:`map_stand_in`, counted from 0."""
    return (i + 1) + 2 * (k + 1)


def _stacked(v: Evaluator, e: Expr) -> list[Any]:
    return [row[0] for a in e.args for row in v.matrix(a)]


def _vector_map(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.VectorMap)
    z = _stacked(v, e)
    # Where there are several vectors, the derivative by one has to depend on the others.
    total = added(z)
    mixed = [total * total * total] if len(e.args) > 1 else []
    return [[added([*mixed, *(map_weight(i, k) * a * a for k, a in enumerate(z))])] for i in range(v.size(e.rows))]


def _map_jacobian(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.MapJacobian)
    z = _stacked(v, e)
    total = added(z)
    mixed = [3 * total * total] if len(e.args) > 1 else []
    first = sum(v.size(a.rows) for a in e.args[: e.by - 1])
    places = range(first, first + v.size(e.cols))
    return [[added([*mixed, 2 * map_weight(i, k) * z[k]]) for k in places] for i in range(v.size(e.rows))]


SCALAR_STAND_IN = r"\sum_{k} k v_{k}^{3} + (\sum_{k} v_{k})^{2}"


def _scalar_gradient(v: Evaluator, e: Expr) -> Matrix:
    """The gradient of :data:`SCALAR_STAND_IN`."""
    assert isinstance(e, x.ScalarGradient)
    arg = _stacked(v, e)
    total = added(arg)
    return [[3 * (k + 1) * a * a + 2 * total] for k, a in enumerate(arg)]


def _scalar_hessian(v: Evaluator, e: Expr) -> Matrix:
    """The Hessian of :data:`SCALAR_STAND_IN`."""
    assert isinstance(e, x.ScalarHessian)
    arg = _stacked(v, e)
    return [[6 * (k + 1) * a + 2 if k == j else a * 0 + 2 for j in range(len(arg))] for k, a in enumerate(arg)]


VALUES.update(
    {
        x.VectorMap: _vector_map,
        x.MapJacobian: _map_jacobian,
        x.ScalarGradient: _scalar_gradient,
        x.ScalarHessian: _scalar_hessian,
    }
)
