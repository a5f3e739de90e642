"""Derivatives by matrices: Kronecker products, vec, commutation, and what the slopes say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symjac import System, cells
from symjac.codegen import emit_expression
from symjac.errors import NotYetError, TargetError
from symjac.expr import Commutation, Differential, Identity, Kronecker, Product, Symbol, Transpose, Vec, dim, transpose
from symjac.normal import equal
from symjac.typeset import latex, text
from symjac.values import counterexample
from symjac.vectorised import VecJacobian, applied, matrix_of

SIZES = {"n": 3, "m": 2, "p": 4, "q": 5, "r": 2}

# Equations, declarations, target, variable, closed form in numerator layout.
CASES: list[tuple[list[str], dict[str, str], str, str, str | None]] = [
    (["y = W x + b"], {}, "y", "W", "xᵀ ⊗ I"),
    ([r"y = W^\top x"], {}, "y", "W", "(xᵀ ⊗ I) K_{m,n}"),
    ([r"x_t = W \sigma(x_{t-1}) + b"], {}, "x_t", "W", "(σ(xₜ₋₁))ᵀ ⊗ I"),
    ([r"h = \sigma(W x + b)"], {"x": "vector m"}, "h", "W", "diag(σ′(W x + b)) (xᵀ ⊗ I)"),
    (["Y = A X B"], {"A": "matrix p n", "X": "matrix n q", "B": "matrix q r"}, "Y", "X", "Bᵀ ⊗ A"),
    (["Y = X^{-1}"], {"X": "matrix n n"}, "Y", "X", None),
    ([r"Y = X^\top X"], {"X": "matrix n m"}, "Y", "X", "(Xᵀ ⊗ I) K_{n,m} + I ⊗ Xᵀ"),
    (["Y = X A X"], {"X": "matrix n n"}, "Y", "X", "(Xᵀ Aᵀ) ⊗ I + I ⊗ (X A)"),
    (["Y = X^2"], {"X": "matrix n n"}, "Y", "X", "Xᵀ ⊗ I + I ⊗ X"),
    ([r"f = \operatorname{tr}(A X)"], {"A": "matrix n p", "X": "matrix p n"}, "f", "X", "(vec(Aᵀ))ᵀ"),
    ([r"f = \det(X)"], {"X": "matrix n n"}, "f", "X", None),
    ([r"Y = \sigma(A X)"], {"A": "matrix p n", "X": "matrix n q", r"\sigma": "elementwise"}, "Y", "X", None),
    ([r"y = (a^\top X b) c"], {"c": "vector q"}, "y", "X", "c (vec(a bᵀ))ᵀ"),
    ([r"z = \sigma(W x)", "y = V z"], {"z": "vector n", "x": "vector m"}, "y", "W", None),
    ([r"y = \operatorname{softmax}(W x)"], {"x": "vector m"}, "y", "W", "(diag(y) − y yᵀ) (xᵀ ⊗ I)"),
    ([r"Y = A \odot X"], {"A": "matrix n m", "X": "matrix n m"}, "Y", "X", "diag(vec(A))"),
    ([r"y = X X^\top a"], {"X": "matrix n m"}, "y", "X", None),
    ([r"Y = \operatorname{tr}(X) X"], {"X": "matrix n n"}, "Y", "X", None),
]


def shape(s: Symbol) -> list[int]:
    return [int(d.subs({k: SIZES[str(k)] for k in d.free_symbols})) for d in s.shape if d != 1]


def call(source: Any, values: dict[str, Any]) -> Any:
    def other(name: str) -> Any:
        return SIZES.get(name) or ((lambda a: 1 - np.tanh(a) ** 2) if name.endswith("'") else np.tanh)

    return source.load()(**{p: values[n] if n in values else other(n) for p, n in source.arguments.items()})


@pytest.mark.parametrize(("equations", "symbols", "of", "wrt", "form"), CASES, ids=[c[0][-1] for c in CASES])
def test_the_closed_form_holds_the_slopes(
    equations: list[str], symbols: dict[str, str], of: str, wrt: str, form: str | None
) -> None:
    """Column j is the slope of vec(Y) in the j-th entry of vec(X); the other layout is the transpose."""
    system = System(*equations, symbols=symbols)
    J = system.vec_jacobian(of, wrt=wrt)
    if form is not None:
        assert text(J.closed) == form
    rng = np.random.default_rng(0)
    known = [i.symbol for i in system.symbols.values()]
    values = {s.name: np.array(rng.normal(size=shape(s))) for s in known if s not in system.definitions}
    matrix = np.asarray(call(emit_expression(J.closed, definitions=J.definitions, symbols=known), values))
    other = np.asarray(call(emit_expression(J.closed_denominator, definitions=J.definitions, symbols=known), values))
    assert np.allclose(matrix.reshape(other.T.shape), other.T)
    source = emit_expression(J.of, definitions=dict(system.definitions), symbols=known, name="step")
    columns = []
    rows, cols = values[wrt].shape
    for j in range(cols):
        for i in range(rows):
            moved = {k: np.array(v, dtype=complex) for k, v in values.items()}
            moved[wrt][i, j] += 1e-30j
            out = np.asarray(call(source, moved))
            columns.append(np.atleast_1d(out.T.reshape(-1)).imag / 1e-30)
    assert np.allclose(matrix, np.array(columns).T.reshape(matrix.shape))


@pytest.mark.parametrize("name", ["rnn", "tanh_rnn", "gru", "lstm", "esn"])
def test_every_matrix_of_a_cell_has_a_jacobian(name: str) -> None:
    """The state of each cell is differentiated by every parameter matrix that it depends on."""
    system = System(getattr(cells, name))
    cell = cells.COLLECTION[name]
    for info in system.symbols.values():
        if info.symbol.is_matrix and info.time is None:
            J = system.vec_jacobian(cell.of, wrt=info.symbol)
            assert J.shape[1] == info.symbol.rows * info.symbol.cols


def test_the_immediate_derivative_holds_gates_fixed() -> None:
    """With the gate held fixed W has no influence through it; the total derivative has."""
    system = System(r"z = \sigma(W x)", r"y = W (z \odot z)", symbols={"W": "matrix n n"})
    immediate = system.vec_jacobian("y", wrt="W", immediate=True)
    assert text(immediate.closed) == "(z ⊙ z)ᵀ ⊗ I"
    assert "σ′" in text(system.vec_jacobian("y", wrt="W").closed)


def test_the_total_derivative_of_a_state_follows_a_recurrence() -> None:
    """S_t is the immediate derivative plus the one-step Jacobian times S_{t-1}."""
    immediate, jacobian = System(r"x_t = W \sigma(x_{t-1}) + b").vec_jacobian(wrt="W").over_time()
    assert text(immediate) == "(σ(xₜ₋₁))ᵀ ⊗ I"
    assert text(jacobian) == "W diag(σ′(xₜ₋₁))"
    with pytest.raises(TargetError, match="one state"):
        System("h_t = W h_{t-1}", "y_t = V h_t").vec_jacobian("y_t", wrt="W").over_time()


def test_what_a_kronecker_product_does_to_a_vec() -> None:
    """(R^T (x) L) vec(X) is vec(L X R), and K vec(X) is vec(X^T), for every size."""
    n, m, p, q = (dim(k) for k in "nmpq")
    L, X, R = Symbol("L", (p, n)), Symbol("X", (n, m)), Symbol("R", (m, q))
    assert applied(Kronecker(Transpose(R), L), X, (p, q)) == Product(L, X, R)
    assert applied(Commutation(n, m), X, (m, n)) == Transpose(X)
    d = Differential(X)
    assert matrix_of(Product(L, d, R), X) == Kronecker(Transpose(R), L)
    assert transpose(Commutation(n, m)) == Commutation(m, n)
    assert matrix_of(d, X) == Identity(n * m)


def test_kronecker_products_are_evaluated_and_compared() -> None:
    """Equal operands make equal Kronecker products, different ones are told apart by values."""
    n, m = dim("n"), dim("m")
    A, B = Symbol("A", (n, n)), Symbol("B", (m, m))
    assert equal(Kronecker(A, B), Kronecker(A, B))
    assert counterexample(Kronecker(A, B), Kronecker(Transpose(A), B)) is not None
    assert counterexample(Product(Kronecker(A, B), Vec(Symbol("X", (m, n)))), Vec(Symbol("Y", (m, n)))) is not None
    assert latex(Kronecker(Transpose(A), B)) == r"A^{\top} \otimes B"


def test_what_has_no_form_is_said() -> None:
    """A diagonal matrix of what changes has no Kronecker form yet; a variable is not its own derivative."""
    with pytest.raises(NotYetError, match="Kronecker"):
        VecJacobian(System(r"Y = \operatorname{diag}(W x)", symbols={"x": "vector m"}), "Y", "W")
    with pytest.raises(TargetError, match="both"):
        VecJacobian(System("Y = W X"), "Y", "Y")
