"""What is declared of a symbol beside its shape: proofs use it, and values that refute something keep to it.

A property restricts points, never directions: derivatives are those of the unconstrained formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symjac import expr as ex
from symjac.expr import Expr, Symbol
from symjac.reading.declarations import PROPERTIES as WORDS
from symjac.values.search import Enclosure, Value

Change = Callable[[Expr], Expr]

ONE_HOT = ("one-hot", "one hot")
SUMS_TO_ONE = ("distribution", "sums to one", "sum to one")

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


def _sums_to_one(a: Rows) -> bool:
    return sum(v for row in a for v in row) == 1


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
    "distribution": lambda a: _is_not_negative(a) and _sums_to_one(a),
    **dict.fromkeys(("sums to one", "sum to one"), _sums_to_one),
    **dict.fromkeys(ONE_HOT, lambda a: _sums_to_one(a) and all(v in (0, 1) for row in a for v in row)),
    "nonnegative": _is_not_negative,
    "non-negative": _is_not_negative,
    "positive": _is_positive,
    "negative": lambda a: all(v < 0 for row in a for v in row),
}
_WORDS = re.compile("|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in WORDS))

_DENIED = re.compile(r"\b(?:not|non|no|never|neither|nor)\b")


def properties_in(words: str) -> tuple[str, ...]:
    """The properties that the words of a declaration name.

    >>> properties_in("matrix n n, skew-symmetric"), properties_in("matrix n n (recurrent weights)")
    (('skew-symmetric',), ())
    >>> properties_in("matrix n n, symmetric, not diagonal")
    ('symmetric',)
    """
    parts = (part for part in re.split(r"[,;()]", words.lower()) if not _DENIED.search(part))
    return tuple(dict.fromkeys(word for part in parts for word in _WORDS.findall(part)))


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


# What of this can be built into an expression: by which kind of matrix every such matrix is written.
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("symmetric", "positive definite", "positive semidefinite"), "symmetric"),
    **dict.fromkeys(("skew-symmetric", "skew symmetric", "antisymmetric"), "skew-symmetric"),
    "diagonal": "diagonal",
    **dict.fromkeys(("orthogonal", "unitary"), "orthogonal"),
}


def kind_of(said: Sequence[str]) -> str | None:
    """The kind of matrix that these properties make; ``None`` where they make none that is known here."""
    return next((KINDS[word] for word in said if word in KINDS), None)


def everywhere(e: Expr, change: Change) -> Expr:
    """An expression with a change made at every node, deepest first."""
    args = tuple(everywhere(a, change) for a in e.args)
    return change(e if args == e.args else e.with_args(args))


def special(names: Sequence[str], kind: str) -> Change:
    """Matrices in terms of free ones: ``A + A^T`` is every symmetric matrix, ``A - A^T`` every skew-symmetric one.

    The transpose of an orthogonal one is its inverse.
    """

    def change(e: Expr) -> Expr:
        if kind == "orthogonal":
            turned = isinstance(e, ex.Transpose) and isinstance(e.arg, Symbol) and e.arg.name in names
            return ex.MatrixPower(e.args[0], ex.Number(-1)) if turned else e
        if not isinstance(e, Symbol) or e.name not in names:
            return e
        if kind == "diagonal":
            return ex.Diag(Symbol(rf"\text{{diagonal of {e.name}}}", (e.rows, ex.ONE)))
        half = Symbol(rf"\text{{half of {e.name}}}", e.shape)
        other = ex.Transpose(half)
        return ex.Sum(half, other if kind == "symmetric" else ex.neg(other))

    return change
