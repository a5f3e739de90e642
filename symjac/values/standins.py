"""What stands in for maps of vectors and scalar functions that nothing specifies."""

from __future__ import annotations

from symjac import expr as x
from symjac.expr import Expr
from symjac.values.evaluate import added
from symjac.values.evaluator import VALUES, Evaluator, Matrix

MAP_STAND_IN = r"\sum_{k} (i + 2 k) v_{k}^{2}"


def map_weight(i: int, k: int) -> int:
    """The coefficients of :data:`MAP_STAND_IN`, counted from 0."""
    return (i + 1) + 2 * (k + 1)


def _vector_map(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.VectorMap)
    arg = [row[0] for row in v.matrix(e.arg)]
    return [[added([map_weight(i, k) * a * a for k, a in enumerate(arg)])] for i in range(v.size(e.rows))]


def _map_jacobian(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.MapJacobian)
    arg = [row[0] for row in v.matrix(e.arg)]
    return [[2 * map_weight(i, k) * a for k, a in enumerate(arg)] for i in range(v.size(e.rows))]


SCALAR_STAND_IN = r"\sum_{k} k v_{k}^{3} + (\sum_{k} v_{k})^{2}"


def _scalar_gradient(v: Evaluator, e: Expr) -> Matrix:
    """The gradient of :data:`SCALAR_STAND_IN`."""
    assert isinstance(e, x.ScalarGradient)
    arg = [row[0] for row in v.matrix(e.arg)]
    total = added(arg)
    return [[3 * (k + 1) * a * a + 2 * total] for k, a in enumerate(arg)]


def _scalar_hessian(v: Evaluator, e: Expr) -> Matrix:
    """The Hessian of :data:`SCALAR_STAND_IN`."""
    assert isinstance(e, x.ScalarHessian)
    arg = [row[0] for row in v.matrix(e.arg)]
    return [[6 * (k + 1) * a + 2 if k == j else a * 0 + 2 for j in range(len(arg))] for k, a in enumerate(arg)]


VALUES.update(
    {
        x.VectorMap: _vector_map,
        x.MapJacobian: _map_jacobian,
        x.ScalarGradient: _scalar_gradient,
        x.ScalarHessian: _scalar_hessian,
    }
)
