"""Second derivatives: closed forms, numbers, products with a vector."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symjac import System
from symjac.codegen import emit, emit_expression
from symjac.errors import NotYetError, TargetError
from symjac.expr import Symbol
from symjac.typeset import text

SIZES = {"n": 3, "m": 4, "p": 2}

# Equations, declarations, variable and the Hessian as text.
CASES = [
    ([r"f = x^\top A x + b^\top x"], {"x": "vector n", "b": "vector n"}, "A + Aᵀ"),  # Matrix Cookbook (98)
    ([r"f = \frac12 \lVert A x - b \rVert^2"], {"x": "vector n", "A": "matrix m n"}, "Aᵀ A"),
    ([r"f = a^\top \tanh(W x)"], {"x": "vector n", "W": "matrix m n"}, None),
    ([r"f = \operatorname{logsumexp}(A x + b)"], {"x": "vector n", "A": "matrix m n"}, None),
    ([r"z = \tanh(W x + b)", r"f = c^\top z"], {"x": "vector n", "z": "vector m"}, "−2 Wᵀ diag(c ⊙ z ⊙ (𝟏 − z ⊙ z)) W"),
    ([r"p = \operatorname{softmax}(x)", r"f = -y^\top \log p"], {"x": "vector n"}, "(𝟏ᵀ y) (diag(p) − p pᵀ)"),
    ([r"f = \lVert x \rVert"], {"x": "vector n"}, "1/f I − 1/f³ x xᵀ"),
    ([r"f = \exp(a^\top x)"], {"x": "vector n"}, "f a aᵀ"),
    ([r"f = \sin(x)^\top A \exp(x)"], {"x": "vector n"}, None),
    ([r"f = (x^\top A x)^2"], {"x": "vector n"}, None),
    ([r"f = \frac{a^\top x}{x^\top x}"], {"x": "vector n"}, None),
    ([r"z = \tanh(W x)", r"r = \sin(U x)", r"f = a^\top (z \odot r)"], {"x": "vector n", "z": "vector m"}, None),
    ([r"f = \operatorname{relu}(W x)^\top b"], {"x": "vector n", "b": "vector m"}, "𝟎"),
]  # fmt: skip


def call(source: Any, values: dict[str, Any]) -> Any:
    return source.load()(**{python: values.get(name, SIZES.get(name)) for python, name in source.arguments.items()})


@pytest.mark.parametrize(("equations", "symbols", "form"), CASES, ids=[c[0][-1] for c in CASES])
def test_the_hessian_is_the_slope_of_the_gradient(
    equations: list[str], symbols: dict[str, str], form: str | None
) -> None:
    """The closed form agrees with complex steps of the gradient, and H v with the matrix times the vector."""
    system = System(*equations, symbols=symbols)
    H = system.hessian("f", wrt="x")
    if form is not None:
        assert text(H.closed) == form
    rng = np.random.default_rng(5)
    values: dict[str, Any] = {}
    for name, info in system.symbols.items():
        if info.symbol not in system.definitions:
            shape = [int(d.subs({s: SIZES[str(s)] for s in d.free_symbols})) for d in info.symbol.shape if d != 1]
            values[name] = np.array(rng.normal(size=shape))
    known = [i.symbol for i in system.symbols.values()]
    matrix = np.asarray(call(emit_expression(H.closed, definitions=H.definitions, symbols=known), values))
    gradient = emit(system.jacobian("f", wrt="x"))
    columns = []
    for j in range(3):
        moved = {k: np.array(v, dtype=complex) for k, v in values.items()}
        moved["x"][j] += 1e-30j
        columns.append(np.asarray(call(gradient, moved)).ravel().imag / 1e-30)
    assert np.allclose(matrix, np.array(columns).T, rtol=1e-9, atol=1e-11)
    assert np.allclose(matrix, matrix.T)
    v = Symbol("v", H.wrt.shape)
    given = values | {"v": rng.normal(size=3)}
    product = emit_expression(H.product(v), definitions=H.definitions, symbols=[*known, v], name="step")
    assert np.allclose(call(product, given), matrix @ given["v"])


def test_two_ways_of_writing_one_hessian_are_equal() -> None:
    """Hessians compare by meaning."""
    symbols = {"x": "vector n", "f": "scalar"}
    one = System(r"f = x^\top A x", symbols=symbols).hessian(wrt="x")
    other = System(r"f = x^\top A^\top x", symbols=symbols).hessian(wrt="x")
    assert one == other
    assert one != System(r"f = 2 x^\top A x", symbols=symbols).hessian(wrt="x")


def test_only_scalars_by_vectors_have_a_hessian() -> None:
    """A vector, or a derivative by a matrix, is refused."""
    with pytest.raises(TargetError, match="of a scalar"):
        System(r"y = W x").hessian(wrt="x")
    with pytest.raises(NotYetError, match="by vectors"):
        System(r"f = a^\top X b").hessian(wrt="X")
    with pytest.raises(TargetError, match="another shape"):
        System(r"f = a^\top \sigma(W x)").hessian(wrt="x").product(Symbol("v"))
