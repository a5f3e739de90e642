"""Counterexamples: the smallest values that tell two expressions apart, never for a true identity."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from symjac.errors import ShapeError
from symjac.expr import (
    ONE,
    Delta,
    Diag,
    Differential,
    Entry,
    Expr,
    Function,
    Hadamard,
    Index,
    IndexSum,
    MatrixPower,
    Norm,
    Number,
    Ones,
    Partial,
    Product,
    Softmax,
    Symbol,
    Transpose,
    VectorMap,
    mul,
    neg,
    sub,
)
from symjac.functions import ACTIVATIONS
from symjac.values import Enclosure, counterexample
from symjac.values.intervals import SMOOTH, Intervals
from symjac.values.rings import NoValueError
from tests.test_normal import EQUAL, UNEQUAL, A, B, W, f, i, inv, j, known, n, one_minus, p, sqrt, x

UNDECIDED = {"sqrt of a product", "log of a product"}  # equal wherever both sides are defined


@pytest.mark.parametrize("name", EQUAL)
def test_true_identities_are_never_refuted(name: str) -> None:
    """No point tells the sides of a true identity apart."""
    assert counterexample(*EQUAL[name], effort=24) is None


@pytest.mark.parametrize("name", sorted(UNEQUAL.keys() - UNDECIDED))
def test_false_identities_are_refuted(name: str) -> None:
    """What is false is false at some small point, and the two values shown there are apart."""
    left, right = UNEQUAL[name]
    if left.shape != right.shape:
        with pytest.raises(ShapeError):
            counterexample(left, right)
        return
    found = counterexample(left, right)
    assert found is not None
    row, col = found.entry
    u, v = found.left[row - 1][col - 1], found.right[row - 1][col - 1]
    if isinstance(u, Enclosure) and isinstance(v, Enclosure):
        assert u.high < v.low or v.high < u.low
        assert not found.exact
    else:
        assert u != v


@pytest.mark.parametrize("name", sorted(UNDECIDED))
def test_nothing_is_refuted_where_one_side_is_undefined(name: str) -> None:
    """A difference in where two formulas are defined is no counterexample."""
    assert counterexample(*UNEQUAL[name]) is None


def test_the_smallest_sizes_come_first() -> None:
    """Matrices that commute when they are 1 x 1 are told apart at n = 2, a wrong sign at n = 1."""
    wrong_order = counterexample(Product(W, Diag(x)), Product(Diag(x), W))
    assert wrong_order is not None
    assert wrong_order.sizes == {"n": 2}
    wrong_sign = counterexample(W, neg(W))
    assert wrong_sign is not None
    assert wrong_sign.sizes == {"n": 1}


def test_the_values_reproduce_the_difference() -> None:
    """The assignment that is returned gives the two matrices that are returned."""
    found = counterexample(Product(A, B), Product(B, A))
    assert found is not None
    a, b = found.values[A], found.values[B]
    assert found.left == _times(a, b)
    assert found.right == _times(b, a)


def _times(
    a: tuple[tuple[Fraction, ...], ...], b: tuple[tuple[Fraction, ...], ...]
) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(
        tuple(sum((p * q for p, q in zip(r, c, strict=True)), Fraction(0)) for c in zip(*b, strict=True)) for r in a
    )


def test_unspecified_functions_are_named() -> None:
    """The stand-in of an unspecified function is shown, and its derivative is the derivative of it."""
    found = counterexample(Product(Transpose(W), Diag(f(x, 1))), Product(W, Diag(f(x, 1))))
    assert found is not None
    assert found.functions == {r"\sigma": "z^{2}"}
    assert found.exact
    assert counterexample(Partial(f(x), x), Diag(f(x, 1))) is None
    maps = counterexample(Product(W, VectorMap("F", x, n)), VectorMap("F", Product(W, x), n))
    assert maps is not None
    assert "F" in maps.functions


def test_definitions_are_followed() -> None:
    """A claim about a gate's derivative is judged with the gate's definition."""
    z = Symbol("z", (n, ONE))
    definitions = {z: known("tanh", Product(W, x))}
    right = Product(Diag(one_minus(Hadamard(z, z))), W)
    assert counterexample(Partial(z, x), right, definitions, effort=20) is None
    found = counterexample(Partial(z, x), Transpose(right), definitions)
    assert found is not None
    assert not found.exact


def test_free_indices_get_values() -> None:
    """Index letters that no sum binds are part of the counterexample."""
    k = Index("k", n)
    found = counterexample(Entry(W, i, j), Entry(W, j, i))
    assert found is not None
    assert set(found.indices) == {"i", "j"}
    assert counterexample(IndexSum(k, mul(Entry(W, i, k), Delta(k, j))), Entry(W, i, j)) is None


def test_differentials_are_symbols_of_their_own() -> None:
    """dX is an arbitrary matrix; a constant has none."""
    only = frozenset({x})
    left, right = Differential(Product(W, x)), Product(W, Differential(x))
    assert counterexample(left, right, moving=only, effort=20) is None
    assert counterexample(left, right) is not None


def test_points_where_a_function_has_a_corner_do_not_count() -> None:
    """relu is judged where it is differentiable: step at 0 has no value."""
    assert counterexample(known("relu", x, 1), known("step", x)) is None
    assert counterexample(Partial(known("abs", p), p), known("sign", p)) is None
    assert counterexample(known("step", sub(x, x)), Ones(n)) is None


def test_irrational_values_are_enclosed() -> None:
    """Square roots and exponentials are compared by enclosures, true identities overlap."""
    assert counterexample(mul(sqrt(p), sqrt(p)), p) is None
    found = counterexample(Softmax(x), mul(inv(Norm(x)), x))
    assert found is not None
    assert not found.exact
    assert counterexample(known("tanh", neg(x)), neg(known("tanh", x))) is None


def test_inverses_are_evaluated() -> None:
    """The inverse of a product is refuted in the wrong order at n = 2."""
    power = Number(-1)
    left = MatrixPower(Product(A, B), power)
    found = counterexample(left, Product(MatrixPower(A, power), MatrixPower(B, power)))
    assert found is not None
    assert found.sizes == {"n": 2}
    assert counterexample(left, Product(MatrixPower(B, power), MatrixPower(A, power))) is None


REFERENCE = {
    "erf": mpmath.erf,
    "gelu": lambda a: a * mpmath.ncdf(a),
    "normcdf": mpmath.ncdf,
    "normpdf": mpmath.npdf,
    "arctan": mpmath.atan,
    "arcsin": mpmath.asin,
    "arcsinh": mpmath.asinh,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "silu": lambda a: a / (1 + mpmath.exp(-a)),
    "softplus": lambda a: mpmath.log(1 + mpmath.exp(a)),
    "logsigmoid": lambda a: -mpmath.log(1 + mpmath.exp(-a)),
    "mish": lambda a: a * mpmath.tanh(mpmath.log(1 + mpmath.exp(a))),
    "elu": lambda a: a if a > 0 else mpmath.exp(a) - 1,
    "selu": lambda a: mpmath.mpf("1.0507009873554805") * (a if a > 0 else _scaled(a)),
}


def _scaled(a: mpmath.mpf) -> mpmath.mpf:
    return mpmath.mpf("1.6732632423543772") * (mpmath.exp(a) - 1)


@pytest.mark.parametrize("key", sorted(SMOOTH))
@pytest.mark.parametrize("at", [Fraction(1, 3), Fraction(-3, 4), Fraction(5, 2)])
def test_enclosures_contain_the_value(key: str, at: Fraction) -> None:
    """Every enclosure of a known function is tight and contains mpmath's value at a higher precision."""
    numbers = Intervals({})
    reference = REFERENCE.get(key) or getattr(mpmath, key)
    try:
        found = numbers.function(ACTIVATIONS[key].function, numbers.number(at)).raw
    except NoValueError:
        assert (key == "log" and at < 0) or (key == "arcsin" and abs(at) > 1)
        return
    with mpmath.workdps(60):
        value = reference(mpmath.mpf(at.numerator) / at.denominator)
        assert mpmath.mpf(found.a.mid) <= value <= mpmath.mpf(found.b.mid)
        assert found.delta < mpmath.mpf(10) ** -25


def test_every_known_function_has_values() -> None:
    """Each row of the table of functions can be evaluated, in intervals, with its derivative."""
    for row in ACTIVATIONS.values():
        derivative: Expr = Partial(row(p), p)
        stated = row.derivative(p, row(p))
        assert counterexample(derivative, stated, effort=6) is None
        assert counterexample(derivative, sub(stated, Number(1)), effort=12) is not None, row.key


def test_two_unspecified_functions_get_two_stand_ins() -> None:
    """Functions with different names are told apart."""
    g = Function("g")
    found = counterexample(f(p), type(f(p))(g, p))
    assert found is not None
    assert len(set(found.functions.values())) == 2
