"""What the rules take for granted: functions differentiable where used, norms off zero, inverses that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symjac import expr as ex
from symjac.expr import Expr
from symjac.functions import ACTIVATIONS
from symjac.kernel import ASSUMES, Assumption, narrow


def _itself(kind: str) -> Callable[[Expr], tuple[Assumption]]:
    return lambda y: (Assumption(kind, y),)


def _operand(kind: str) -> Callable[[Expr], tuple[Assumption]]:
    return lambda y: (Assumption(kind, y.args[0]),)


def _function(y: Expr) -> Iterator[Assumption]:
    """An unspecified function is differentiable; a known one is used where it is."""
    y = narrow(y, ex.Apply, "assumptions")
    row = ACTIVATIONS.get(y.function.known or "")
    if row is not None and row.domain is not None:
        yield Assumption(row.domain, y.arg)
    elif row is None or row.excluded is not None or (y.function.order > 0 and not row.smooth):
        yield Assumption("differentiable", y)


def _power(y: Expr) -> Iterator[Assumption]:
    """A negative power has no zero base, a root none but positive ones."""
    y = narrow(y, ex.EntryPower, "assumptions")
    q = y.exponent
    if not isinstance(q, ex.Number) or q.value.denominator != 1:
        yield Assumption("positive", y.base)
    elif q.value < 0:
        yield Assumption("nonzero", y.base)


def _matrix_power(y: Expr) -> Iterator[Assumption]:
    """Only negative powers want an inverse."""
    q = narrow(narrow(y, ex.MatrixPower, "assumptions").exponent, ex.Number, "assumptions")
    if q.value < 0:
        yield Assumption("invertible", y.args[0])


ASSUMES.update(
    {
        "chain_rule": _function,
        "d_function": _function,
        "map_rule": _itself("differentiable"),
        "d_map": _itself("differentiable"),
        "d_scalar_gradient": _itself("differentiable"),
        "scalar_gradient_rule": _itself("differentiable"),
        "d_scalar_function": _itself("differentiable"),
        "scalar_function_rule": _itself("differentiable"),
        "power_rule": _power,
        "d_power": _power,
        "exponent_rule": _operand("positive"),
        "norm_rule": _itself("nonzero"),
        "d_norm": _itself("nonzero"),
        "d_inverse": _operand("invertible"),
        "d_matrix_power": _matrix_power,
        "d_determinant": _operand("invertible"),
    }
)
