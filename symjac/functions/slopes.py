"""Where the values of known functions lie, and how steep these are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType


@dataclass(frozen=True)
class Bounds:
    """Where the values of a function lie, ``None`` where there is no bound, and the least upper bound of |f'|."""

    low: Fraction | None
    high: Fraction | None
    slope: Fraction


def _bounds(low: int | None, high: int | None, slope: int | Fraction = 1) -> Bounds:
    return Bounds(None if low is None else Fraction(low), None if high is None else Fraction(high), Fraction(slope))


# Functions whose steepest slope is a rational number; for the others it is a hypothesis of a bound.
BOUNDS: Mapping[str, Bounds] = MappingProxyType(
    {
        "tanh": _bounds(-1, 1),
        "sigmoid": _bounds(0, 1, Fraction(1, 4)),
        "relu": _bounds(0, None),
        "leaky_relu": _bounds(None, None),
        "elu": _bounds(-1, None),
        "softplus": _bounds(0, None),
        "softsign": _bounds(-1, 1),
        "logsigmoid": _bounds(None, 0),
        "hardtanh": _bounds(-1, 1),
        "relu6": _bounds(0, 6),
        "hardsigmoid": _bounds(0, 1, Fraction(1, 6)),
        "abs": _bounds(0, None),
        "sin": _bounds(-1, 1),
        "cos": _bounds(-1, 1),
        "arctan": _bounds(-2, 2),
        "identity": _bounds(None, None),
    }
)
