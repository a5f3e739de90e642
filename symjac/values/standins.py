"""What stands in for maps of vectors and scalar functions that nothing specifies."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symjac import expr as x
from symjac.expr import Expr
from symjac.functions import ACTIVATIONS
from symjac.values.evaluate import added
from symjac.values.evaluator import VALUES, Evaluator, Matrix

_SINE = ACTIVATIONS["sin"].function


def _offset(name: str) -> int:
    """What tells the stand-ins of two maps apart."""
    return sum(map(ord, name)) % 5


def map_stand_in(name: str, count: int) -> str:
    """What stands in for entry i of a map of ``count`` vectors, one after the other z, where numbers are exact.

    >>> print(map_stand_in("F", 1))
    \\sum_{k} (i + 2 k) z_{k}^{2}
    >>> print(map_stand_in("f", 2))
    \\sum_{k} (i + 2 k + 2) z_{k}^{2} + (\\sum_{k} z_{k})^{2}
    """
    more = f" + {_offset(name)}" if _offset(name) else ""
    first = rf"\sum_{{k}} (i + 2 k{more}) z_{{k}}^{{2}}"
    return first if count == 1 else rf"{first} + (\sum_{{k}} z_{{k}})^{{2}}"


def _weight(e: x.VectorMap | x.MapJacobian, i: int, k: int) -> int:
    """The coefficients of :func:`map_stand_in`, counted from 0."""
    return (i + 1) + 2 * (k + 1) + _offset(e.name)


def _stacked(v: Evaluator, e: Expr) -> list[Any]:
    return [row[0] for a in e.args for row in v.matrix(a)]


def _wave(v: Evaluator, e: x.VectorMap | x.MapJacobian, z: list[Any], i: int) -> tuple[Any, list[Any]]:
    """Entry i where numbers are rounded is the sine of this, which stays small however often it is applied."""
    weights = [v.number(Fraction(_weight(e, i, k), 4 * len(z))) for k in range(len(z))]
    return added([v.number(i), *(w * a for w, a in zip(weights, z, strict=True))]), weights


def _vector_map(v: Evaluator, e: x.VectorMap) -> Matrix:
    z, rows = _stacked(v, e), range(v.size(e.rows))
    if v.numbers.rounded:
        return [[v.function(_SINE, _wave(v, e, z, i)[0])] for i in rows]
    # Where there are several vectors, the derivative by one has to depend on the others.
    total = added(z)
    mixed = [total * total] if len(e.args) > 1 else []
    return [[added([*mixed, *(_weight(e, i, k) * a * a for k, a in enumerate(z))])] for i in rows]


def _map_jacobian(v: Evaluator, e: x.MapJacobian) -> Matrix:
    z, rows = _stacked(v, e), range(v.size(e.rows))
    first = sum(v.size(a.rows) for a in e.args[: e.by - 1])
    places = range(first, first + v.size(e.cols))
    if v.numbers.rounded:
        waves = [_wave(v, e, z, i) for i in rows]
        return [[v.function(_SINE.derivative(), inner) * weights[k] for k in places] for inner, weights in waves]
    mixed = [2 * added(z)] if len(e.args) > 1 else []
    return [[added([*mixed, 2 * _weight(e, i, k) * z[k]]) for k in places] for i in rows]


SCALAR_STAND_IN = r"\sum_{k} k v_{k}^{3} + (\sum_{k} v_{k})^{2}"


def _scalar_function(v: Evaluator, e: x.ScalarFunction) -> Matrix:
    """:data:`SCALAR_STAND_IN`."""
    arg = _stacked(v, e)
    total = added(arg)
    return [[added([total * total, *((k + 1) * a * a * a for k, a in enumerate(arg))])]]


def _scalar_gradient(v: Evaluator, e: x.ScalarGradient) -> Matrix:
    """The gradient of :data:`SCALAR_STAND_IN`."""
    arg = _stacked(v, e)
    total = added(arg)
    return [[3 * (k + 1) * a * a + 2 * total] for k, a in enumerate(arg)]


def _scalar_hessian(v: Evaluator, e: x.ScalarHessian) -> Matrix:
    """The Hessian of :data:`SCALAR_STAND_IN`."""
    arg = _stacked(v, e)
    return [[6 * (k + 1) * a + 2 if k == j else a * 0 + 2 for j in range(len(arg))] for k, a in enumerate(arg)]


VALUES.update(
    {
        x.VectorMap: _vector_map,
        x.MapJacobian: _map_jacobian,
        x.ScalarFunction: _scalar_function,
        x.ScalarGradient: _scalar_gradient,
        x.ScalarHessian: _scalar_hessian,
    }
)
