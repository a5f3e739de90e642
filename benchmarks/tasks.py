"""The tasks: one system each, as symjac reads it, in SymPy's matrix expressions, and for tensorgrad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import HadamardProduct, MatrixSymbol, OneMatrix, exp, tanh

STEP = r"x_{%d} = \tanh(W x_{%d} + b)"
GRU = (
    r"z = \sigma(W_z x + U_z h + b_z)",
    r"r = \sigma(W_r x + U_r h + b_r)",
    r"c = \tanh(W_c x + U_c (r \odot h) + b_c)",
    r"h_1 = (1 - z) \odot h + z \odot c",
)
LSTM = (
    r"f = \sigma(W_f x + U_f h + b_f)",
    r"i = \sigma(W_i x + U_i h + b_i)",
    r"o = \sigma(W_o x + U_o h + b_o)",
    r"g = \tanh(W_g x + U_g h + b_g)",
    r"c_1 = f \odot c + i \odot g",
    r"h_1 = o \odot \tanh(c_1)",
)


@dataclass(frozen=True)
class Task:
    """``sympy`` and ``tensorgrad`` build and derive; ``None`` where the tool has no way to write it."""

    equations: tuple[str, ...]
    of: str
    wrt: str
    sympy: Callable[[], Any] | None
    tensorgrad: Callable[[Any], tuple[Any, Any]]
    symbols: tuple[tuple[str, str], ...] = ()


# --------------------------------------------------------------------------------------------- SymPy

_n = sympy.Symbol("n", integer=True, positive=True)


def _matrix(name: str) -> MatrixSymbol:
    return MatrixSymbol(name, _n, _n)


def _vector(name: str) -> MatrixSymbol:
    return MatrixSymbol(name, _n, 1)


def _sigmoid(v: Any) -> Any:
    z = sympy.Symbol("z")
    return v.applyfunc(sympy.Lambda(z, 1 / (1 + exp(-z))))


def _sympy_gru() -> Any:
    x, h, one = _vector("x"), _vector("h"), OneMatrix(_n, 1)

    def pre(k: str, v: Any) -> Any:
        return _matrix(f"W{k}") * x + _matrix(f"U{k}") * v + _vector(f"b{k}")

    z, r = _sigmoid(pre("z", h)), _sigmoid(pre("r", h))
    c = pre("c", HadamardProduct(r, h)).applyfunc(tanh)
    return (HadamardProduct(one - z, h) + HadamardProduct(z, c)).diff(h)


def _sympy_lstm() -> Any:
    x, h, c = _vector("x"), _vector("h"), _vector("c")

    def pre(k: str) -> Any:
        return _matrix(f"W{k}") * x + _matrix(f"U{k}") * h + _vector(f"b{k}")

    f, i, o, g = _sigmoid(pre("f")), _sigmoid(pre("i")), _sigmoid(pre("o")), pre("g").applyfunc(tanh)
    new = HadamardProduct(f, c) + HadamardProduct(i, g)
    return HadamardProduct(o, new.applyfunc(tanh)).diff(h)


def _sympy_steps(count: int) -> Callable[[], Any]:
    def derive() -> Any:
        x = y = _vector("x0")
        for _ in range(count):
            y = (_matrix("W") * y + _vector("b")).applyfunc(tanh)
        return y.diff(x)

    return derive


def _sympy_softmax() -> Any:
    x = _vector("x")
    e = (_matrix("W") * x).applyfunc(exp)
    return (e * (OneMatrix(1, _n) * e).inv()).diff(x)


def _sympy_norm() -> Any:
    x, one = _vector("x"), OneMatrix(_n, 1)
    centred = x - one * (one.T * x) / _n
    return (centred * ((centred.T * centred) / _n) ** sympy.Rational(-1, 2)).diff(x)


def _sympy_residual() -> Any:
    x, z = _vector("x"), sympy.Symbol("z")
    relu = sympy.Lambda(z, sympy.Max(z, 0))
    return (x + _matrix("W2") * (_matrix("W1") * x).applyfunc(relu)).diff(x)


def _sympy_loss(wrt: str) -> Callable[[], Any]:
    def derive() -> Any:
        x, W1 = _vector("x"), _matrix("W1")
        e = _matrix("W2") * (W1 * x).applyfunc(tanh) - _vector("y")
        return (e.T * e).diff({"x": x, "W1": W1}[wrt])

    return derive


# ---------------------------------------------------------------------------------------- tensorgrad


class Tensors:
    """Vectors with edge ``a``; a matrix has its rows at edge ``o`` and its columns at ``a``."""

    def __init__(self, module: Any) -> None:
        self.tg = module
        self.f = __import__("tensorgrad.functions", fromlist=["functions"])
        self.n = sympy.Symbol("n")

    def vector(self, name: str) -> Any:
        return self.tg.Variable(name, a=self.n)

    def matrix(self, name: str) -> Any:
        return self.tg.Variable(name, o=self.n, a=self.n)

    def times(self, matrix: Any, v: Any) -> Any:
        return (matrix @ v).rename(o="a")

    def ones(self) -> Any:
        return self.tg.Ones(a=self.n)


def _tensor_a(t: Tensors) -> tuple[Any, Any]:
    x = t.vector("x")
    return t.times(t.matrix("W"), t.f.tanh(x)) + t.vector("b"), x


def _tensor_b(t: Tensors) -> tuple[Any, Any]:
    x = t.vector("x")
    return t.f.tanh(t.times(t.matrix("W"), x) + t.vector("b")), x


def _tensor_c(t: Tensors) -> tuple[Any, Any]:
    x, W = t.vector("x"), t.matrix("W")
    return t.times(W, t.f.tanh(t.times(W, x))), x


def _tensor_gru(t: Tensors) -> tuple[Any, Any]:
    x, h = t.vector("x"), t.vector("h")

    def pre(k: str, v: Any) -> Any:
        return t.times(t.matrix(f"W{k}"), x) + t.times(t.matrix(f"U{k}"), v) + t.vector(f"b{k}")

    z, r = t.f.sigmoid(pre("z", h)), t.f.sigmoid(pre("r", h))
    c = t.f.tanh(pre("c", r * h))
    return (t.ones() - z) * h + z * c, h


def _tensor_lstm(t: Tensors) -> tuple[Any, Any]:
    x, h, c = t.vector("x"), t.vector("h"), t.vector("c")

    def pre(k: str) -> Any:
        return t.times(t.matrix(f"W{k}"), x) + t.times(t.matrix(f"U{k}"), h) + t.vector(f"b{k}")

    f, i, o, g = t.f.sigmoid(pre("f")), t.f.sigmoid(pre("i")), t.f.sigmoid(pre("o")), t.f.tanh(pre("g"))
    return o * t.f.tanh(f * c + i * g), h


def _tensor_softmax(t: Tensors) -> tuple[Any, Any]:
    x = t.vector("x")
    return t.f.softmax(t.times(t.matrix("W"), x), dim="a"), x


def _tensor_norm(t: Tensors) -> tuple[Any, Any]:
    x = t.vector("x")
    centred = x - t.f.mean(x, dim="a", keepdims=True)
    return centred / t.f.sqrt(t.f.mean(centred * centred, dim="a")), x


def _tensor_residual(t: Tensors) -> tuple[Any, Any]:
    x = t.vector("x")
    return x + t.times(t.matrix("W2"), t.f.relu(t.times(t.matrix("W1"), x))), x


def _tensor_loss(wrt: str) -> Callable[[Tensors], tuple[Any, Any]]:
    def derive(t: Tensors) -> tuple[Any, Any]:
        x, W1 = t.vector("x"), t.matrix("W1")
        e = t.times(t.matrix("W2"), t.f.tanh(t.times(W1, x))) - t.vector("y")
        return e @ e, {"x": x, "W1": W1}[wrt]

    return derive


def _tensor_steps(count: int) -> Callable[[Tensors], tuple[Any, Any]]:
    def derive(t: Tensors) -> tuple[Any, Any]:
        x = y = t.vector("x0")
        for _ in range(count):
            y = t.f.tanh(t.times(t.matrix("W"), y) + t.vector("b"))
        return y, x

    return derive


# --------------------------------------------------------------------------------------------- tasks


def _sympy_simple(build: Callable[[Any, Any, Any], Any]) -> Callable[[], Any]:
    def derive() -> Any:
        x = _vector("x")
        return build(_matrix("W"), x, _vector("b")).diff(x)

    return derive


def _steps(count: int) -> Task:
    equations = tuple(STEP % (k + 1, k) for k in range(count))
    return Task(equations, f"x_{{{count}}}", "x_{0}", _sympy_steps(count), _tensor_steps(count))


_SIGMOID = ((r"\sigma", "elementwise sigmoid"),)
_VECTORS = tuple((name, "vector n") for name in ("x", "h", "c", "z", "r", "f", "i", "o", "g", "h_1", "c_1"))

TASKS: dict[str, Task] = {
    "a": Task((r"y = W \tanh(x) + b",), "y", "x", _sympy_simple(lambda W, x, b: W * x.applyfunc(tanh) + b), _tensor_a),
    "b": Task(
        (r"y = \tanh(W x + b)",), "y", "x", _sympy_simple(lambda W, x, b: (W * x + b).applyfunc(tanh)), _tensor_b
    ),
    "c": Task((r"y = W \tanh(W x)",), "y", "x", _sympy_simple(lambda W, x, b: W * (W * x).applyfunc(tanh)), _tensor_c),
    "d": Task(
        GRU,
        "h_1",
        "h",
        _sympy_gru,
        _tensor_gru,
        _SIGMOID + tuple(s for s in _VECTORS if s[0] in ["x", "h", "c", "z", "r", "h_1"]),
    ),
    "e_hh": Task(
        LSTM,
        "h_1",
        "h",
        _sympy_lstm,
        _tensor_lstm,
        _SIGMOID + tuple(s for s in _VECTORS if s[0] not in ("z", "r")),
    ),
    "f_sm": Task((r"y = \operatorname{softmax}(W x)",), "y", "x", _sympy_softmax, _tensor_softmax),
    "f_ln": Task(
        (r"y = \frac{x - \operatorname{mean}(x)}{\sqrt{\operatorname{mean}((x - \operatorname{mean}(x))^2)}}",),
        "y",
        "x",
        _sympy_norm,
        _tensor_norm,
        (("x", "vector n"),),
    ),
    "f_res": Task(
        (r"y = x + W_2 \operatorname{relu}(W_1 x)",), "y", "x", _sympy_residual, _tensor_residual, (("x", "vector n"),)
    ),
    "g_x": Task((r"L = \|W_2 \tanh(W_1 x) - y\|^2",), "L", "x", _sympy_loss("x"), _tensor_loss("x")),
    "g_W": Task((r"L = \|W_2 \tanh(W_1 x) - y\|^2",), "L", "W_1", _sympy_loss("W1"), _tensor_loss("W1")),
    "h2": _steps(2),
    "h5": _steps(5),
    "h10": _steps(10),
}
