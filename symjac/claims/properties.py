"""What is declared of a symbol beside its shape: a refutation may only rest on values that keep to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symjac.values.search import Enclosure, Value

Rows = Sequence[Sequence[Fraction]]


def _product(a: Rows, b: Rows) -> list[list[Fraction]]:
    return [
        [sum((p * q for p, q in zip(row, col, strict=True)), Fraction(0)) for col in zip(*b, strict=True)] for row in a
    ]


def _turned(a: Rows) -> list[list[Fraction]]:
    return [list(column) for column in zip(*a, strict=True)]


def _is_identity(a: Rows) -> bool:
    return all(v == int(i == j) for i, row in enumerate(a) for j, v in enumerate(row))


def _is_symmetric(a: Rows) -> bool:
    return _turned(a) == [list(row) for row in a]


def _is_skew(a: Rows) -> bool:
    return _turned(a) == [[-v for v in row] for row in a]


def _is_diagonal(a: Rows) -> bool:
    return all(v == 0 for i, row in enumerate(a) for j, v in enumerate(row) if i != j)


def _is_positive(a: Rows) -> bool:
    return all(v > 0 for row in a for v in row)


def _is_not_negative(a: Rows) -> bool:
    return all(v >= 0 for row in a for v in row)


def _minors_are_positive(a: Rows) -> bool:
    """Sylvester's criterion, by elimination."""
    rows = [list(row) for row in a]
    for k in range(len(rows)):
        if rows[k][k] <= 0:
            return False
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [p - factor * q for p, q in zip(rows[i], rows[k], strict=True)]
    return True


# Words, the most particular first, and what they ask of values; ``None`` where rational values cannot tell.
PROPERTIES: Mapping[str, Callable[[Rows], bool] | None] = {
    "skew-symmetric": _is_skew,
    "skew symmetric": _is_skew,
    "antisymmetric": _is_skew,
    "symmetric": _is_symmetric,
    "positive semidefinite": None,
    "positive definite": lambda a: _is_symmetric(a) and _minors_are_positive(a),
    "diagonal": _is_diagonal,
    "orthogonal": lambda a: _is_identity(_product(a, _turned(a))),
    "orthonormal": lambda a: _is_identity(_product(_turned(a), a)),
    "unitary": lambda a: _is_identity(_product(a, _turned(a))),
    "idempotent": lambda a: _product(a, a) == [list(row) for row in a],
    "projection": lambda a: _product(a, a) == [list(row) for row in a],
    "triangular": None,
    "stochastic": None,
    "unit norm": None,
    "distribution": lambda a: _is_not_negative(a) and sum(v for row in a for v in row) == 1,
    "nonnegative": _is_not_negative,
    "non-negative": _is_not_negative,
    "positive": _is_positive,
    "negative": lambda a: all(v < 0 for row in a for v in row),
}
_WORDS = re.compile("|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in PROPERTIES))


def properties_in(words: str) -> tuple[str, ...]:
    """The properties that the words of a declaration name.

    >>> properties_in("matrix n n, skew-symmetric"), properties_in("matrix n n (recurrent weights)")
    (('skew-symmetric',), ())
    """
    return tuple(dict.fromkeys(_WORDS.findall(words.lower())))


def broken(said: Sequence[str], rows: Sequence[Sequence[Value]]) -> str | None:
    """The first of these properties that values are not known to have; ``None`` where they have all.

    >>> broken(("symmetric",), [[Fraction(1), Fraction(2)], [Fraction(3), Fraction(4)]])
    'symmetric'
    """
    cells = [[v for v in row if not isinstance(v, Enclosure)] for row in rows]
    exact = all(len(row) == len(whole) for row, whole in zip(cells, rows, strict=True))
    for word in said:
        holds = PROPERTIES[word]
        if holds is None or not exact or not holds(cells):
            return word
    return None
