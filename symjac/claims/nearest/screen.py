"""Candidates sifted quickly: both sides of a claim at one point in floating point, before anything is proved.

Only what differs clearly is sifted out. What agrees is no more than a candidate; it has still to be proved.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from symjac.errors import SymjacError
from symjac.expr import Expr, Symbol
from symjac.values import evaluate
from symjac.values.floats import Floats
from symjac.values.rings import Rationals

TOLERANCE = 1e-7
POLYNOMIALS = ((0.3, 0.7, 0.4, 0.6), (0.2, 0.5, 0.9, 0.3), (0.6, 0.4, 0.7, 0.8))
LINE = (0.3, 0.7)
SIZES = (2, 3, 4)
NOTHING: Mapping[str, str] = MappingProxyType({})


class _Stands(dict[str, tuple[float, ...]]):
    """A polynomial for every function, by the order in which they are met."""

    def __missing__(self, name: str) -> tuple[float, ...]:
        self[name] = POLYNOMIALS[len(self) % len(POLYNOMIALS)]
        return self[name]


class Screen:
    """One point at which expressions are evaluated, those met before only once.

    ``special`` names square matrices that are to be symmetric, skew-symmetric or diagonal, ``linear`` functions whose
    derivative is to be constant.
    """

    def __init__(self, special: Mapping[str, str] = NOTHING, linear: Iterable[str] = ()) -> None:
        self.special = special
        self._at: dict[tuple[frozenset[tuple[Symbol, Expr]], int], evaluate.Evaluator] = {}
        self._stands: Any = _Stands(dict.fromkeys(linear, LINE))
        self._sizes: dict[str, int] = {}

    def leaf(self, s: Symbol, rows: int, cols: int, _: Rationals) -> list[list[Any]]:
        stream = random.Random(s.name)
        cells = [[stream.choice((-1, 1)) * stream.uniform(0.3, 1.1) for _ in range(cols)] for _ in range(rows)]
        kind = self.special.get(s.name)
        if kind is None:
            return cells
        if kind == "diagonal":
            return [[v if i == j else 0.0 for j, v in enumerate(row)] for i, row in enumerate(cells)]
        sign = 1 if kind == "symmetric" else -1
        return [[cells[i][j] + sign * cells[j][i] for j in range(cols)] for i in range(rows)]

    def point(self, definitions: Mapping[Symbol, Expr], others: Iterable[Expr] = ()) -> evaluate.Evaluator:
        """The point under these definitions, with a size for every letter in them and in other expressions."""
        for letter in sorted(letters([*others, *definitions, *definitions.values()])):
            self._sizes.setdefault(letter, SIZES[len(self._sizes) % len(SIZES)])
        key = frozenset(definitions.items()), len(self._sizes)
        if key not in self._at:
            self._at[key] = evaluate.Evaluator(Floats(self._stands), self._sizes, self.leaf, definitions)
        return self._at[key]

    def apart(self, a: Expr, b: Expr, definitions: Mapping[Symbol, Expr]) -> bool:
        """Whether two expressions of one shape clearly differ at the point."""
        return differ(a, b, self.point(definitions, (a, b)))


def differ(a: Expr, b: Expr, at: evaluate.Evaluator) -> bool:
    """Whether two expressions of one shape clearly differ where they are evaluated; no value says nothing."""
    try:
        pairs = [
            (float(u), float(v))
            for p, q in zip(at.matrix(a), at.matrix(b), strict=True)
            for u, v in zip(p, q, strict=True)
        ]
    except (SymjacError, ArithmeticError):  # the latter: too large for a float, or a division by zero
        return False
    scale = max((abs(u) for u, _ in pairs), default=0.0) + 1e-3
    return any(abs(u - v) > TOLERANCE * scale for u, v in pairs)


def letters(expressions: Iterable[Expr]) -> frozenset[str]:
    """The letters of all sizes in these expressions, those of constants too."""
    return frozenset(str(x) for e in expressions for part in e.walk() for d in part.shape for x in d.free_symbols)
