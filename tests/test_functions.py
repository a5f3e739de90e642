"""The table of known functions."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from symjac import expr
from symjac.errors import ShapeError
from symjac.expr import Apply, EntryPower, Expr, Hadamard, Number, Ones, Product, Sum, Symbol, dim
from symjac.functions import ACTIVATIONS, derivative
from symjac.functions.calculus import differentiate
from symjac.functions.table import Activation, by_spelling

A, Y = Symbol("a"), Symbol("y")
OPEN_INTERVAL = {"arcsin": (-0.9, 0.9)}
POSITIVE = {"log", "sqrt"}
KINKS = {"relu": (0,), "leaky_relu": (0,), "selu": (0,), "abs": (0,), "hardtanh": (-1, 1), "relu6": (0, 6)}
KINKS |= {"hardsigmoid": (-3, 3), "sign": (0,), "step": (0,)}


def numpy_of(row: Activation, a: Any) -> Any:
    """The value of the row's NumPy source; the source is the repository's own."""
    code = compile(row.numpy.format(a="a"), row.key, "eval")
    return eval(code, {"np": np, "erf": np.vectorize(math.erf), "a": a})


def evaluate(e: Expr, values: dict[Expr, float]) -> float:
    if e in values:
        return values[e]
    match e:
        case Number():
            return float(e.value)
        case Sum():
            return sum(evaluate(t, values) for t in e.args)
        case Product() | Hadamard():
            return math.prod(evaluate(f, values) for f in e.args)
        case EntryPower():
            return evaluate(e.base, values) ** evaluate(e.exponent, values)
        case Apply() if e.function.order == 0 and e.function.known:
            return float(numpy_of(ACTIVATIONS[e.function.known], np.float64(evaluate(e.arg, values))))
    raise AssertionError(f"not expected in the table: {e}")


def points(row: Activation) -> list[float]:
    low, high = OPEN_INTERVAL.get(row.key, (0.1, 3.7) if row.key in POSITIVE else (-3.9, 6.7))
    return [low + (high - low) * (k + 0.37) / 23 for k in range(23)]


@pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_row_meets_differences(row: Activation) -> None:
    """Each row's derivative is the central difference of its NumPy form."""
    h = 1e-5
    for a in points(row):
        if row.key == "tan" and abs(math.cos(a)) < 0.2:
            continue
        y = float(numpy_of(row, np.float64(a)))
        slope = (float(numpy_of(row, np.float64(a + h))) - float(numpy_of(row, np.float64(a - h)))) / (2 * h)
        told = evaluate(row.derivative(A, Y), {A: a, Y: y})
        assert told == pytest.approx(slope, rel=1e-6, abs=1e-7), a


@pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_second_derivative_meets_differences(row: Activation) -> None:
    """Differentiating a row's printed derivative gives the central difference of that derivative."""
    h = 1e-5
    once = derivative(row.function, A)
    for a in points(row)[::3]:
        if row.key == "tan" and abs(math.cos(a)) < 0.2:
            continue
        slope = (evaluate(once, {A: a + h}) - evaluate(once, {A: a - h})) / (2 * h)
        told = evaluate(derivative(row.function.derivative(), A), {A: a})
        assert told == pytest.approx(slope, rel=1e-5, abs=1e-6), a


@pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_sympy_form_is_the_numpy_form(row: Activation) -> None:
    """The SymPy form and the NumPy form of a row have the same values, far from the origin too."""
    z = sympy.Symbol("z", real=True)
    extreme = [] if row.key in OPEN_INTERVAL or row.key in POSITIVE | {"sinh", "cosh", "exp", "tan"} else [-30.0, 30.0]
    for a in points(row)[::4] + extreme:
        exact = float(row.sympy(z).subs(z, sympy.Rational(Fraction(a).numerator, Fraction(a).denominator)).evalf(30))
        assert float(numpy_of(row, np.float64(a))) == pytest.approx(exact, rel=1e-9, abs=1e-12), a


@pytest.mark.parametrize("row", [row for row in ACTIVATIONS.values() if "erf" not in row.numpy], ids=lambda r: r.key)
def test_numpy_form_takes_complex_steps(row: Activation) -> None:
    """The imaginary part of the NumPy form at a + ih is h f'(a), but for erf, which takes real numbers only."""
    for a in points(row)[::3]:
        if row.key == "tan" and abs(math.cos(a)) < 0.2:
            continue
        y = float(numpy_of(row, np.float64(a)))
        step = complex(numpy_of(row, np.complex128(a + 1e-30j))).imag / 1e-30
        assert step == pytest.approx(evaluate(row.derivative(A, Y), {A: a, Y: y}), rel=1e-9, abs=1e-12), a


@pytest.mark.parametrize("key", KINKS)
def test_derivative_at_a_kink_is_zero(key: str) -> None:
    """Where a function has no derivative its derivative's form gives 0, and the row says where that is."""
    row = ACTIVATIONS[key]
    assert row.excluded
    for a in KINKS[key]:
        y = float(numpy_of(row, np.float64(a)))
        assert evaluate(row.derivative(A, Y), {A: float(a), Y: y}) == 0


def test_smooth_rows_exclude_nothing() -> None:
    """A row excludes points exactly if its function has a kink (or a vertical tangent) there."""
    assert {row.key for row in ACTIVATIONS.values() if row.excluded} == set(KINKS) | {"sqrt", "arcsin"}


@pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_derivative_keeps_the_shape(row: Activation) -> None:
    """A row's derivative of a vector is a vector and of a matrix a matrix, of the argument's shape."""
    n, m = dim("n"), dim("m")
    for shape in ((n, expr.ONE), (n, m), expr.SCALAR):
        a, y = Symbol("a", shape), Symbol("y", shape)
        assert row.derivative(a, y).shape == shape


def test_derivative_uses_the_value() -> None:
    """tanh' is printed with the name of the value: 1 - h^2."""
    n = dim("n")
    a, h = Symbol("a", (n, expr.ONE)), Symbol("h", (n, expr.ONE))
    told = derivative(ACTIVATIONS["tanh"].function, a, h)
    assert told == expr.sub(Ones(n), expr.power(h, 2))


@pytest.mark.parametrize(
    ("name", "key"),
    [("ReLU", "relu"), ("logistic", "sigmoid"), ("ln", "log"), ("Swish", "silu"), ("LeakyReLU", "leaky_relu")],
)
def test_spellings(name: str, key: str) -> None:
    """Names are found however people capitalise them."""
    row = by_spelling(name)
    assert row is not None
    assert row.key == key


def test_spellings_are_unique() -> None:
    """No spelling names two rows, and each row's LaTeX is its own."""
    spellings = [s for row in ACTIVATIONS.values() for s in row.spellings]
    assert len(spellings) == len(set(spellings))
    assert len({row.latex for row in ACTIVATIONS.values()}) == len(ACTIVATIONS)


def test_unspecified_function_gets_a_prime() -> None:
    """The derivative of an unspecified sigma is sigma' with one order more."""
    told = derivative(expr.Function(r"\sigma", 1), A)
    assert told == Apply(expr.Function(r"\sigma", 2), A)


def test_only_entrywise_expressions_are_differentiated() -> None:
    """Asking for the entrywise derivative of a trace names the node that is not entrywise."""
    n = dim("n")
    with pytest.raises(ShapeError, match="trace"):
        differentiate(expr.Trace(Symbol("M", (n, n))), Symbol("M", (n, n)))
