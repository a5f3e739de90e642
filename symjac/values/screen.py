"""Candidates sifted quickly: two expressions at one point in floating point, before anything is proved.

Only what differs clearly is sifted out. What agrees is no more than a candidate; it has still to be proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from symjac.errors import SymjacError
from symjac.expr import Expr, Symbol, size_names
from symjac.values import evaluator
from symjac.values.agreement import NEAR, WAVES, are_far, are_near
from symjac.values.floats import Floats, Wave
from symjac.values.nodes import reachable
from symjac.values.points import GenericPoint, Kinds
from symjac.values.search import sides

FLOOR = 1e-3
LINE = (0.3, 0.7)
SIZES = (2, 3, 4)
NOTHING: Mapping[str, str] = MappingProxyType({})


class _Stands(dict[str, tuple[float, ...] | Wave]):
    """A stand-in for every function, by the order in which they are met."""

    def __missing__(self, name: str) -> tuple[float, ...] | Wave:
        self[name] = WAVES[len(self) % len(WAVES)]
        return self[name]


class Screen:
    """One point at which expressions are evaluated, those met before only once.

    ``special`` names square matrices that are to be symmetric, skew-symmetric or diagonal, ``linear`` functions whose
    derivative is to be constant.
    """

    def __init__(self, special: Mapping[str, str] = NOTHING, linear: Iterable[str] = ()) -> None:
        self.special = special
        self._point = GenericPoint(0, Kinds(special=special))
        self._at: dict[tuple[frozenset[tuple[Symbol, Expr]], int], evaluator.Evaluator] = {}
        self._stands: Any = _Stands(dict.fromkeys(linear, LINE))
        self._sizes: dict[str, int] = {}

    def point(self, definitions: Mapping[Symbol, Expr], others: Iterable[Expr] = ()) -> evaluator.Evaluator:
        """The point under these definitions, with a size for every letter in them and in other expressions."""
        for letter in sorted(size_names(reachable([*others, *definitions], definitions))):
            self._sizes.setdefault(letter, SIZES[len(self._sizes) % len(SIZES)])
        key = frozenset(definitions.items()), len(self._sizes)
        if key not in self._at:
            self._at[key] = evaluator.Evaluator(Floats(self._stands), self._sizes, self._point.leaf, definitions)
        return self._at[key]

    def far_apart(self, a: Expr, b: Expr, definitions: Mapping[Symbol, Expr]) -> bool:
        """Whether they differ at the point by more than rounding could ever explain: then no proof need be tried."""
        try:
            return are_far(sides(a, b, self.point(definitions, (a, b))))
        except (SymjacError, ArithmeticError):
            return False

    def apart(self, a: Expr, b: Expr, definitions: Mapping[Symbol, Expr]) -> bool:
        """Whether two expressions of one shape clearly differ at the point."""
        return differ(a, b, self.point(definitions, (a, b)))


def differ(a: Expr, b: Expr, at: evaluator.Evaluator) -> bool:
    """Whether two expressions of one shape clearly differ where they are evaluated; no value says nothing."""
    try:
        return not are_near(sides(a, b, at), NEAR, FLOOR)
    except (SymjacError, ArithmeticError):  # the latter: too large for a float, or a division by zero
        return False
