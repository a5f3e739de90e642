"""What is declared of a symbol beside its shape: proofs use it, and values that refute something keep to it.

A property restricts points, never directions: derivatives are those of the unconstrained formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

import sympy

from symjac import expr as ex
from symjac.expr import Expr, Symbol
from symjac.reading.operators import mean_of, variance_of
from symjac.reading.wording import ONE_HOT
from symjac.values.search import Enclosure, Value

Change = Callable[[Expr], Expr]

SUMS_TO_ONE = ("distribution", "sums to one", "sum to one")


def _sums_to_one(a: sympy.Matrix) -> bool:
    """Whether a vector sums to one, or each row of a matrix."""
    return sum(a) == 1 if a.cols == 1 else all(sum(a.row(k)) == 1 for k in range(a.rows))


# Words, the most particular first, and what they ask of values; ``None`` where rational values cannot tell.
PROPERTIES: Mapping[str, Callable[[sympy.Matrix], bool] | None] = {
    **dict.fromkeys(("skew-symmetric", "skew symmetric", "antisymmetric"), lambda a: a.is_anti_symmetric()),
    "symmetric": lambda a: a.is_symmetric(),
    "positive semidefinite": None,
    "positive definite": lambda a: a.is_symmetric() and a.is_positive_definite,
    "diagonal": lambda a: a.is_diagonal(),
    **dict.fromkeys(("orthogonal", "unitary"), lambda a: a * a.T == sympy.eye(a.rows)),
    "orthonormal": lambda a: a.T * a == sympy.eye(a.cols),
    **dict.fromkeys(("idempotent", "projection"), lambda a: a * a == a),
    **dict.fromkeys(("triangular", "stochastic", "unit norm", "unit vector")),
    "distribution": lambda a: all(v >= 0 for v in a) and _sums_to_one(a),
    **dict.fromkeys(("sums to one", "sum to one"), lambda a: _sums_to_one(a)),
    **dict.fromkeys(ONE_HOT, lambda a: _sums_to_one(a) and all(v in (0, 1) for v in a)),
    **dict.fromkeys(("nonnegative", "non-negative"), lambda a: all(v >= 0 for v in a)),
    "positive": lambda a: all(v > 0 for v in a),
    "negative": lambda a: all(v < 0 for v in a),
}


def broken(said: Sequence[str], rows: Sequence[Sequence[Value]]) -> str | None:
    """The first of these properties that values are not known to have; ``None`` where they have all.

    >>> from fractions import Fraction
    >>> broken(("symmetric",), [[Fraction(1), Fraction(2)], [Fraction(3), Fraction(4)]])
    'symmetric'
    """
    exact = not any(isinstance(v, Enclosure) for row in rows for v in row)
    values = sympy.Matrix(rows) if exact else None
    for word in said:
        holds = PROPERTIES[word]
        if holds is None or values is None or not holds(values):
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


# ------------------------------------------------------------------------------------- normalisations


def spelled_out(e: Expr, names: Iterable[str]) -> Expr:
    """The expression with layer normalisations as ``(v - mean 1) / sqrt(var)``, and their Jacobians likewise."""
    wanted = set(names)

    def change(node: Expr) -> Expr:
        if isinstance(node, ex.VectorMap | ex.MapJacobian) and node.name in wanted:
            return (_normalised if isinstance(node, ex.VectorMap) else _jacobian)(node.args[0])
        return node

    return e.rebuilt(change) if wanted else e


def _normalised(v: Expr) -> Expr:
    centred = ex.add(v, ex.neg(ex.mul(mean_of(v), ex.Ones(v.rows, ex.ONE))))
    return ex.mul(ex.power(variance_of(v), ex.Number(Fraction(-1, 2))), centred)


def _jacobian(v: Expr) -> Expr:
    n, one = ex.size_as_scalar(v.rows), ex.Ones(v.rows, ex.ONE)
    share = ex.power(n, ex.Number(-1))
    x = _normalised(v)
    inner = ex.add(
        ex.Identity(v.rows),
        ex.neg(ex.mul(share, one, ex.Transpose(one))),
        ex.neg(ex.mul(share, x, ex.Transpose(x))),
    )
    return ex.mul(ex.power(variance_of(v), ex.Number(Fraction(-1, 2))), inner)
