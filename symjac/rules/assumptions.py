"""What the rules take for granted: functions differentiable where used, norms off zero, inverses that exist."""

from __future__ import annotations

from collections.abc import Iterator

from symjac import expr as ex
from symjac.expr import Expr
from symjac.functions import ACTIVATIONS
from symjac.kernel import ASSUMES, Assumption, narrow


def _function(y: Expr) -> Iterator[Assumption]:
    """An unspecified function is differentiable; a known one is used where it is."""
    y = narrow(y, ex.Apply, "assumptions")
    row = ACTIVATIONS.get(y.function.known or "")
    if row is not None and row.domain is not None:
        yield Assumption(row.domain, y.arg)
    elif row is None or row.excluded is not None or (y.function.order > 0 and not row.smooth):
        yield Assumption("differentiable", y)


def _map(y: Expr) -> Iterator[Assumption]:
    yield Assumption("differentiable", y)


def _power(y: Expr) -> Iterator[Assumption]:
    """A negative power has no zero base, a root none but positive ones."""
    y = narrow(y, ex.EntryPower, "assumptions")
    q = y.exponent
    if not isinstance(q, ex.Number) or q.value.denominator != 1:
        yield Assumption("positive", y.base)
    elif q.value < 0:
        yield Assumption("nonzero", y.base)


def _positive_base(y: Expr) -> Iterator[Assumption]:
    yield Assumption("positive", y.args[0])


def _norm(y: Expr) -> Iterator[Assumption]:
    yield Assumption("nonzero", y)


def _invertible(y: Expr) -> Iterator[Assumption]:
    yield Assumption("invertible", y.args[0])


def _matrix_power(y: Expr) -> Iterator[Assumption]:
    """Only negative powers want an inverse."""
    q = narrow(narrow(y, ex.MatrixPower, "assumptions").exponent, ex.Number, "assumptions")
    if q.value < 0:
        yield Assumption("invertible", y.args[0])


ASSUMES.update(
    {
        "chain_rule": _function,
        "d_function": _function,
        "map_rule": _map,
        "d_map": _map,
        "d_scalar_gradient": _map,
        "scalar_gradient_rule": _map,
        "power_rule": _power,
        "d_power": _power,
        "exponent_rule": _positive_base,
        "norm_rule": _norm,
        "d_norm": _norm,
        "d_inverse": _invertible,
        "d_matrix_power": _matrix_power,
        "d_determinant": _invertible,
    }
)
