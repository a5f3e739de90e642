"""A small typed language of vector formulas with two readings: LaTeX text, and NumPy values.

It shares nothing with symjac: the text goes to symjac's reader, the values judge what comes back. Values
may be complex, so that a derivative can be taken by a complex step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Shape = tuple[str, ...]  # () scalar, ("n",) vector, ("n", "m") matrix
Values = Mapping[str, Any]

# How tightly a formula holds together; an operand that is looser than its place asks for gets brackets.
ANY, SUM, ODOT, PRODUCT, RAISED, ATOM = range(6)


@dataclass(frozen=True)
class Tree:
    """An operation of :data:`OPERATIONS` on trees; ``name`` is a symbol, function or number."""

    op: str
    args: tuple[Tree, ...] = ()
    shape: Shape = ()
    name: str = ""

    def symbols(self) -> dict[str, Shape]:
        """The symbols that occur, with their shapes."""
        out = {self.name: self.shape} if self.op == "symbol" else {}
        for a in self.args:
            out.update(a.symbols())
        return out

    def functions(self) -> set[str]:
        """The names of the elementwise functions that occur."""
        out = {self.name} if self.op == "apply" else set()
        return out.union(*(a.functions() for a in self.args))

    def latex(self) -> str:
        return self._latex(ANY)

    def _latex(self, place: int) -> str:
        operation = OPERATIONS[self.op]
        parts = [a._latex(p) for a, p in zip(self.args, operation.places, strict=True)]
        text = operation.text.replace("NAME", self.name)
        for k, part in enumerate(parts):
            text = text.replace(f"@{k}", part)
        return text if operation.holds >= place else f"({text})"

    def value(self, values: Values) -> Any:
        """The number, vector or matrix; symbols and functions come from ``values``."""
        if self.op == "symbol":
            return values[self.name]
        if self.op == "number":
            return float(self.name)
        if self.op == "eye":
            return np.eye(values["size of"][self.shape[0]])
        if self.op == "ones":
            return np.ones(values["size of"][self.shape[0]])
        parts = [a.value(values) for a in self.args]
        if self.op == "apply":
            return values[self.name](parts[0])
        return OPERATIONS[self.op].value(*parts)


@dataclass(frozen=True)
class Operation:
    holds: int
    places: tuple[int, ...]
    text: str
    value: Callable[..., Any]


def softmax(v: Any) -> Any:
    e = np.exp(v - np.max(np.real(v)))
    return e / np.sum(e)


def logsumexp(v: Any) -> Any:
    return np.log(np.sum(np.exp(v)))


def norm(v: Any) -> Any:
    return np.sqrt(np.sum(v * v))


def _nothing() -> Any:
    raise AssertionError("leaves are evaluated by Tree.value")


OPERATIONS: Mapping[str, Operation] = {
    "symbol": Operation(ATOM, (), "NAME", _nothing),
    "number": Operation(ATOM, (), "NAME", _nothing),
    "eye": Operation(ATOM, (), "I", _nothing),
    "ones": Operation(ATOM, (), r"\mathbf{1}", _nothing),
    "apply": Operation(ATOM, (ANY,), "NAME(@0)", _nothing),
    "add": Operation(SUM, (SUM, SUM), "@0 + @1", lambda a, b: a + b),
    "subtract": Operation(SUM, (SUM, ODOT), "@0 - @1", lambda a, b: a - b),
    "one minus": Operation(SUM, (ODOT,), "1 - @0", lambda a: 1 - a),
    "hadamard": Operation(ODOT, (ODOT, PRODUCT), r"@0 \odot @1", lambda a, b: a * b),
    "entrywise quotient": Operation(ODOT, (ODOT, PRODUCT), r"@0 \oslash @1", lambda a, b: a / b),
    "scale": Operation(PRODUCT, (RAISED, PRODUCT), "@0 @1", lambda c, a: c * a),
    "matrix vector": Operation(PRODUCT, (PRODUCT, PRODUCT), "@0 @1", lambda a, v: a @ v),
    "matrix matrix": Operation(PRODUCT, (PRODUCT, PRODUCT), "@0 @1", lambda a, b: a @ b),
    "inner": Operation(PRODUCT, (ATOM, PRODUCT), r"@0^\top @1", lambda a, b: np.sum(a * b)),
    "outer": Operation(PRODUCT, (PRODUCT, ATOM), r"@0 @1^\top", lambda a, b: np.outer(a, b)),
    "transpose": Operation(RAISED, (ATOM,), r"@0^\top", lambda a: a.T),
    "inverse": Operation(RAISED, (ATOM,), "@0^{-1}", np.linalg.inv),
    "square": Operation(RAISED, (ATOM,), "@0^2", lambda a: a * a),
    "cube": Operation(RAISED, (ATOM,), r"@0^{\odot 3}", lambda a: a * a * a),
    "fraction": Operation(RAISED, (ANY, ANY), r"\frac{@0}{@1}", lambda a, s: a / s),
    "log": Operation(ATOM, (ANY,), r"\log(@0)", np.log),
    "root": Operation(ATOM, (ANY,), r"\sqrt{@0}", np.sqrt),
    "diag": Operation(ATOM, (ANY,), r"\operatorname{diag}(@0)", np.diag),
    "softmax": Operation(ATOM, (ANY,), r"\operatorname{softmax}(@0)", softmax),
    "logsumexp": Operation(ATOM, (ANY,), r"\operatorname{logsumexp}(@0)", logsumexp),
    "mean": Operation(ATOM, (ANY,), r"\operatorname{mean}(@0)", np.mean),
    "total": Operation(PRODUCT, (PRODUCT,), r"\mathbf{1}^\top @0", np.sum),
    "norm": Operation(ATOM, (ANY,), r"\|@0\|", norm),
    "squared norm": Operation(RAISED, (ANY,), r"\|@0\|^2", lambda v: np.sum(v * v)),
    "trace": Operation(ATOM, (ANY,), r"\operatorname{tr}(@0)", np.trace),
    "centred": Operation(SUM, (SUM, ANY), r"@0 - \operatorname{mean}(@1)", lambda a, b: a - np.mean(b)),
    "stack": Operation(ATOM, (ANY, ANY), r"[@0, @1]", lambda a, b: np.concatenate([a, b])),
}


def _real_erf(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[float])(x)


def erf(z: Any) -> Any:
    """The error function with its first-order continuation, enough for a complex step."""
    x = np.real(z)
    slope = 2 / np.sqrt(np.pi) * np.exp(-(x**2))
    return _real_erf(x) + 1j * slope * np.imag(z)


# Known functions by the LaTeX that names them, continued to complex numbers along the real line.
KNOWN: Mapping[str, Callable[[Any], Any]] = {
    r"\tanh": np.tanh,
    r"\exp": np.exp,
    r"\sin": np.sin,
    r"\cos": np.cos,
    r"\sinh": np.sinh,
    r"\arctan": np.arctan,
    r"\operatorname{sigmoid}": lambda z: 1 / (1 + np.exp(-z)),
    r"\operatorname{relu}": lambda z: np.where(np.real(z) > 0, z, 0),
    r"\operatorname{softplus}": lambda z: np.log(1 + np.exp(z)),
    r"\operatorname{softsign}": lambda z: z / (1 + np.where(np.real(z) > 0, z, -z)),
    r"\operatorname{elu}": lambda z: np.where(np.real(z) > 0, z, np.exp(z) - 1),
    r"\operatorname{silu}": lambda z: z / (1 + np.exp(-z)),
    r"\operatorname{swish}": lambda z: z / (1 + np.exp(-z)),
    r"\operatorname{gelu}": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    r"\operatorname{abs}": lambda z: np.where(np.real(z) > 0, z, -z),
    r"\operatorname{mish}": lambda z: z * np.tanh(np.log(1 + np.exp(z))),
}

# What unspecified functions stand for in the comparison: value, first and second derivative.
STAND_INS: tuple[tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    (lambda z: np.sin(z) + z * z / 3, lambda z: np.cos(z) + 2 * z / 3, lambda z: -np.sin(z) + 2 / 3),
    (lambda z: np.tanh(z) + z / 2, lambda z: 1.5 - np.tanh(z) ** 2, lambda z: -2 * np.tanh(z) * (1 - np.tanh(z) ** 2)),
    (lambda z: z**3 / 4 - z, lambda z: 3 * z**2 / 4 - 1, lambda z: 3 * z / 2),
)
