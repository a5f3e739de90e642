"""The table of known elementwise functions.

One row holds everything symjac knows about a function: the names people call it by, its derivative
in the form people print, its SymPy and its NumPy form, and where it has no derivative. First
derivatives are written in terms of the argument ``a`` and the value ``y = f(a)``, so that a gate's
name can stand for ``y``; second derivatives follow by differentiating that expression.

>>> row = by_spelling("tanh")
>>> n = expr.dim("n")
>>> a, h = expr.Symbol("a", (n, expr.ONE)), expr.Symbol("h", (n, expr.ONE))
>>> row.derivative(a, h)
Sum(Ones(), Product(Number(Fraction(-1, 1)), EntryPower(h, Number(Fraction(2, 1)))))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr as Scalar

from symjac import expr
from symjac.expr import Apply, Expr, Function, Number, add, hadamard, mul, neg, power, sub

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Activation:
    """One known function.

    ``derivative(a, y)`` gives f'(a) entry by entry, with ``y`` standing for f(a). ``numpy`` is a
    source template over the array ``{a}``; it is right for complex steps too unless it calls
    ``erf``. ``excluded`` says in LaTeX where the function has no derivative (the variable is z);
    the derivative's code is 0 there. ``domain`` is what an argument must be for there to be a value: ``"positive"``
    or ``"nonzero"``. ``smooth`` says whether the derivative has a derivative wherever the function has one.
    ``exponentials`` is the same function by exp and log, where it is one of these.
    """

    key: str
    latex: str
    spellings: tuple[str, ...]
    derivative: Callable[[Expr, Expr], Expr]
    sympy: Callable[[Scalar], Scalar]
    numpy: str
    excluded: str | None = None
    domain: str | None = None
    smooth: bool = True
    exponentials: Callable[[Expr], Expr] | None = None

    @property
    def function(self) -> Function:
        """The function as a node's data."""
        return Function(self.latex, 0, self.key)

    def __call__(self, a: Expr) -> Expr:
        """The function applied to each entry of ``a``."""
        return Apply(self.function, a)


def constant(value: int | Fraction, like: Expr) -> Expr:
    """The number as an expression of the shape of ``like``."""
    return mul(Number(value), Number(1) if like.is_scalar else expr.Ones(*like.shape))


def _times(value: int | Fraction, e: Expr) -> Expr:
    return mul(Number(value), e)


def _shift(e: Expr, value: int | Fraction) -> Expr:
    return add(e, constant(value, e))


def _one_minus(e: Expr) -> Expr:
    return sub(constant(1, e), e)


def _call(key: str, a: Expr) -> Expr:
    return ACTIVATIONS[key](a)


def _step(a: Expr) -> Expr:
    return _call("step", a)


def _none(a: Expr, y: Expr) -> Expr:
    return expr.zero(a.shape)


def _between(a: Expr, low: int, high: int) -> Expr:
    """1 strictly between the bounds, 0 elsewhere."""
    return hadamard(_step(_shift(a, -low)), _step(_shift(neg(a), high)))


def _silu(a: Expr, y: Expr) -> Expr:
    s = _call("sigmoid", a)
    return add(s, hadamard(y, _one_minus(s)))


def _mish(a: Expr, y: Expr) -> Expr:
    t = _call("tanh", _call("softplus", a))
    return add(t, hadamard(a, _call("sigmoid", a), _one_minus(power(t, 2))))


def _erf(a: Expr, y: Expr) -> Expr:
    root = power(Number(2), HALF)
    return mul(Number(2), root, _call("normpdf", mul(root, a)))


def _over_one_more(e: Expr) -> Expr:
    """e / (1 + e), entry by entry."""
    return hadamard(e, power(_shift(e, 1), -1))


def _tanh_by_exp(a: Expr) -> Expr:
    e = _call("exp", _times(2, a))
    return hadamard(_shift(e, -1), power(_shift(e, 1), -1))


# Klambauer et al. (2017), section "Stable and attracting fixed points": zero mean and unit variance.
SELU_SCALE = Fraction("1.0507009873554805")
SELU_ALPHA = Fraction("1.6732632423543772")
LEAK = Fraction(1, 100)


def _number(value: Fraction) -> Scalar:
    return sympy.Rational(value.numerator, value.denominator)


def _sigmoid(a: Scalar) -> Scalar:
    return 1 / (1 + sympy.exp(-a))


def _softplus(a: Scalar) -> Scalar:
    return sympy.log(1 + sympy.exp(a))


def _positive(a: Scalar) -> Scalar:
    return sympy.Max(0, a)


def _negative(a: Scalar) -> Scalar:
    return sympy.Min(0, a)


def _clip(a: Scalar, low: int, high: int) -> Scalar:
    return sympy.Max(low, sympy.Min(high, a))


def _cdf(a: Scalar) -> Scalar:
    return (1 + sympy.erf(a / sympy.sqrt(2))) / 2


_SELU_NUMPY = (
    f"{float(SELU_SCALE)} * np.where({{a}} > 0, {{a}}, {float(SELU_ALPHA)} * np.expm1(np.where({{a}} > 0, 0, {{a}})))"
)
_SIGMOID_NUMPY = "(np.tanh({a} / 2) + 1) / 2"  # unlike 1 / (1 + exp(-a)) it never overflows
_SOFTPLUS_NUMPY = "np.where({a} > 0, {a}, 0) + np.log1p(np.exp(np.where({a} > 0, -{a}, {a})))"
_CDF_NUMPY = "(1 + erf({a} / 2**0.5)) / 2"


def _row(
    key: str,
    derivative: Callable[[Expr, Expr], Expr],
    sympy: Callable[[Scalar], Scalar],
    numpy: str,
    excluded: str | None = None,
    *,
    latex: str = "",
    called: tuple[str, ...] = (),
    **more: Any,
) -> Activation:
    """A row; what it is printed as is its key as a word, what it is ``called`` the key and other spellings."""
    shown = latex or rf"\operatorname{{{key}}}"
    return Activation(key, shown, (key, *called), derivative, sympy, numpy, excluded, **more)


_ROWS = (
    _row(
        "tanh",
        lambda a, y: _one_minus(power(y, 2)),
        sympy.tanh,
        "np.tanh({a})",
        latex=r"\tanh",
        exponentials=_tanh_by_exp,
    ),
    _row(
        "sigmoid",
        lambda a, y: hadamard(y, _one_minus(y)),
        _sigmoid,
        _SIGMOID_NUMPY,
        called=("logistic", "sigm", "expit"),
        exponentials=lambda a: _over_one_more(_call("exp", a)),
    ),
    _row("relu", lambda a, y: _step(a), _positive, "np.where({a} > 0, {a}, 0)", "z = 0"),
    _row(
        "leaky_relu",
        lambda a, y: add(_step(a), _times(LEAK, _step(neg(a)))),
        lambda a: _positive(a) + _number(LEAK) * _negative(a),
        f"np.where({{a}} > 0, {{a}}, {float(LEAK)} * {{a}})",
        "z = 0",
        latex=r"\operatorname{LeakyReLU}",
        called=("lrelu",),
    ),
    _row(
        "elu",
        lambda a, y: add(_step(a), hadamard(_shift(y, 1), _one_minus(_step(a)))),
        lambda a: _positive(a) + sympy.exp(_negative(a)) - 1,
        "np.where({a} > 0, {a}, np.expm1(np.where({a} > 0, 0, {a})))",
        smooth=False,
    ),
    _row(
        "selu",
        lambda a, y: add(_times(SELU_SCALE, _step(a)), hadamard(_shift(y, SELU_SCALE * SELU_ALPHA), _step(neg(a)))),
        lambda a: _number(SELU_SCALE) * (_positive(a) + _number(SELU_ALPHA) * (sympy.exp(_negative(a)) - 1)),
        _SELU_NUMPY,
        "z = 0",
    ),
    _row(
        "gelu",
        lambda a, y: add(_call("normcdf", a), hadamard(a, _call("normpdf", a))),
        lambda a: a * _cdf(a),
        "{a} * " + _CDF_NUMPY,
    ),
    _row(
        "silu",
        _silu,
        lambda a: a * _sigmoid(a),
        "{a} * " + _SIGMOID_NUMPY,
        called=("swish",),
        exponentials=lambda a: hadamard(a, _over_one_more(_call("exp", a))),
    ),
    _row("mish", _mish, lambda a: a * sympy.tanh(_softplus(a)), "{a} * np.tanh(" + _SOFTPLUS_NUMPY + ")"),
    _row(
        "softplus",
        lambda a, y: _call("sigmoid", a),
        _softplus,
        _SOFTPLUS_NUMPY,
        exponentials=lambda a: _call("log", _shift(_call("exp", a), 1)),
    ),
    _row(
        "softsign",
        lambda a, y: power(_shift(_call("abs", a), 1), -2),
        lambda a: a / (1 + sympy.Abs(a)),
        "{a} / (1 + np.where({a} < 0, -{a}, {a}))",
        smooth=False,
    ),
    _row(
        "logsigmoid",
        lambda a, y: _call("sigmoid", neg(a)),
        lambda a: -_softplus(-a),
        "np.where({a} < 0, {a}, 0) - np.log1p(np.exp(np.where({a} > 0, -{a}, {a})))",
        exponentials=lambda a: sub(a, _call("log", _shift(_call("exp", a), 1))),
    ),
    _row(
        "hardtanh",
        lambda a, y: _between(a, -1, 1),
        lambda a: _clip(a, -1, 1),
        "np.where({a} > 1, 1, np.where({a} < -1, -1, {a}))",
        r"z = \pm 1",
    ),
    _row(
        "relu6",
        lambda a, y: _between(a, 0, 6),
        lambda a: _clip(a, 0, 6),
        "np.where({a} > 6, 6, np.where({a} > 0, {a}, 0))",
        r"z \in \{0, 6\}",
    ),
    _row(
        "hardsigmoid",
        lambda a, y: _times(Fraction(1, 6), _between(a, -3, 3)),
        lambda a: _clip(a + 3, 0, 6) / 6,
        "np.where({a} > 3, 1, np.where({a} < -3, 0, ({a} + 3) / 6))",
        r"z = \pm 3",
    ),
    _row("abs", lambda a, y: _call("sign", a), sympy.Abs, "np.where({a} < 0, -{a}, {a})", "z = 0"),
    _row("sign", _none, sympy.sign, "np.sign(np.real({a}))", "z = 0", called=("sgn",)),
    _row("step", _none, lambda a: sympy.Heaviside(a, 0), "1.0 * ({a} > 0)", "z = 0", called=("heaviside",)),
    _row("exp", lambda a, y: y, sympy.exp, "np.exp({a})", latex=r"\exp"),
    _row("log", lambda a, y: power(a, -1), sympy.log, "np.log({a})", latex=r"\log", called=("ln",), domain="positive"),
    _row("sin", lambda a, y: _call("cos", a), sympy.sin, "np.sin({a})", latex=r"\sin"),
    _row("cos", lambda a, y: neg(_call("sin", a)), sympy.cos, "np.cos({a})", latex=r"\cos"),
    _row("tan", lambda a, y: _shift(power(y, 2), 1), sympy.tan, "np.tan({a})", latex=r"\tan"),
    _row(
        "sinh",
        lambda a, y: _call("cosh", a),
        sympy.sinh,
        "np.sinh({a})",
        latex=r"\sinh",
        exponentials=lambda a: _times(HALF, sub(_call("exp", a), _call("exp", neg(a)))),
    ),
    _row(
        "cosh",
        lambda a, y: _call("sinh", a),
        sympy.cosh,
        "np.cosh({a})",
        latex=r"\cosh",
        exponentials=lambda a: _times(HALF, add(_call("exp", a), _call("exp", neg(a)))),
    ),
    _row(
        "arctan",
        lambda a, y: power(_shift(power(a, 2), 1), -1),
        sympy.atan,
        "np.arctan({a})",
        latex=r"\arctan",
        called=("atan",),
    ),
    _row(
        "arcsin",
        lambda a, y: power(_one_minus(power(a, 2)), -HALF),
        sympy.asin,
        "np.arcsin({a})",
        r"z = \pm 1",
        latex=r"\arcsin",
        called=("asin",),
    ),
    _row(
        "arcsinh",
        lambda a, y: power(_shift(power(a, 2), 1), -HALF),
        sympy.asinh,
        "np.arcsinh({a})",
        latex=r"\operatorname{arsinh}",
        called=("arsinh", "asinh"),
    ),
    _row("erf", _erf, sympy.erf, "erf({a})"),
    _row("normcdf", lambda a, y: _call("normpdf", a), _cdf, _CDF_NUMPY),
    _row(
        "normpdf",
        lambda a, y: neg(hadamard(a, y)),
        lambda a: sympy.exp(-(a**2) / 2) / sympy.sqrt(2 * sympy.pi),
        "np.exp(-({a})**2 / 2) / (2 * np.pi)**0.5",
    ),
    _row("sqrt", lambda a, y: _times(HALF, power(y, -1)), sympy.sqrt, "np.sqrt({a})", r"z = 0", domain="positive"),
    _row("square", lambda a, y: _times(2, a), lambda a: a**2, "({a})**2"),
    _row("identity", lambda a, y: constant(1, a), lambda a: a, "{a}"),
    _row("reciprocal", lambda a, y: neg(power(y, 2)), lambda a: 1 / a, "1 / ({a})", domain="nonzero"),
)

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({row.key: row for row in _ROWS})


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


_BY_SPELLING = {_plain(s): row for row in _ROWS for s in row.spellings}


def by_spelling(name: str) -> Activation | None:
    """The function people mean by a bare name, however they capitalise it; ``None`` if it is not known.

    >>> by_spelling("LeakyReLU").key
    'leaky_relu'
    >>> by_spelling("f") is None
    True
    """
    return _BY_SPELLING.get(_plain(name))
