"""Claims with vec, Kronecker products and derivatives by a matrix, beside NumPy's own answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from symjac.claims import check
from symjac.claims.checking import check_record
from symjac.claims.verdict import Verdict

Array = np.ndarray
Values = Mapping[str, Array]
LAYER = {"W": "matrix p n", "x": "vector n", "y": "vector p"}
RNN = r"h_t = \tanh(W h_{t-1} + U x_t)"
SIZES = {"n": 3, "m": 2, "p": 4, "q": 5}


def judged(claim: str, equations: str, symbols: Mapping[str, str] | None = None) -> Verdict:
    return check_record({"equations": [equations], "symbols": dict(symbols or {}), "claim": claim})


def holds(v: Verdict) -> set[str]:
    return {name for name, o in v.conventions.items() if o.holds}


def vec(m: Array) -> Array:
    return m.reshape(-1, order="F")


def complex_step(f: Callable[[Array], Array], x: Array) -> Array:
    """d vec f(X) / d vec(X)^T, column by column."""
    step = 1e-30
    columns = []
    for k in range(x.size):
        moved = vec(x).astype(complex)
        moved[k] += 1j * step
        columns.append(vec(f(moved.reshape(x.shape, order="F"))).imag / step)
    return np.array(columns).T


def commutation(m: int, n: int) -> Array:
    k = np.zeros((m * n, m * n))
    for i in range(m):
        for j in range(n):
            k[i * n + j, j * m + i] = 1
    return k


@dataclass(frozen=True)
class Case:
    """A claim with what it says in NumPy: the map that is differentiated by X, and the printed right-hand side."""

    equations: str
    claim: str
    shapes: Mapping[str, tuple[int, ...]]
    by: str
    function: Callable[[Array, Values], Array]
    right: Callable[[Values], Array]
    symbols: Mapping[str, str] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()


CASES = (
    Case(
        "y = W x",
        r"\frac{\partial y}{\partial \operatorname{vec}(W)^\top} = x^\top \otimes I",
        {"W": (4, 3), "x": (3,)},
        "W",
        lambda W, v: W @ v["x"],
        lambda v: np.kron(v["x"], np.eye(4)),
        LAYER,
        (r"I \otimes x^\top", r"x \otimes I", r"x^\top \otimes W", r"2 x^\top \otimes I"),
    ),
    Case(
        "Y = A X B",
        r"\frac{\partial \mathrm{vec}(Y)}{\partial \mathrm{vec}(X)^\top} = B^\top \otimes A",
        {"A": (4, 3), "X": (3, 2), "B": (2, 5)},
        "X",
        lambda X, v: v["A"] @ X @ v["B"],
        lambda v: np.kron(v["B"].T, v["A"]),
        {"A": "matrix p n", "X": "matrix n m", "B": "matrix m q"},
        (r"A \otimes B^\top", r"B \otimes A", r"B^\top \otimes A^\top", r"B^\top \otimes I", r"-B^\top \otimes A"),
    ),
    Case(
        "Y = A X^T B",
        r"\frac{\partial vec(Y)}{\partial vec(X)^\top} = (B^\top \otimes A) K_{mn}",
        {"A": (4, 3), "X": (2, 3), "B": (2, 5)},
        "X",
        lambda X, v: v["A"] @ X.T @ v["B"],
        lambda v: np.kron(v["B"].T, v["A"]) @ commutation(2, 3),
        {"A": "matrix p n", "X": "matrix m n", "B": "matrix m q"},
        (r"(B^\top \otimes A) K_{nm}", r"B^\top \otimes A", r"K_{mn} (B^\top \otimes A)"),
    ),
    Case(
        "Y = X X^T",
        r"\frac{\partial vec(Y)}{\partial vec(X)^\top} = (I_{nn} + K_{nn}) (X \otimes I_n)",
        {"X": (3, 2)},
        "X",
        lambda X, v: X @ X.T,
        lambda v: (np.eye(9) + commutation(3, 3)) @ np.kron(v["X"], np.eye(3)),
        {"X": "matrix n m"},
        (r"2 (X \otimes I_n)", r"(I_{nn} + K_{nn}) (I_n \otimes X)", r"X \otimes I_n + I_n \otimes X"),
    ),
    Case(
        r"Z = \tanh(W X)",
        r"\frac{\partial vec(Z)}{\partial vec(W)^\top} = diag(vec(\tanh'(W X))) (X^\top \otimes I)",
        {"W": (4, 3), "X": (3, 2)},
        "W",
        lambda W, v: np.tanh(W @ v["X"]),
        lambda v: np.diag(vec(1 - np.tanh(v["W"] @ v["X"]) ** 2)) @ np.kron(v["X"].T, np.eye(4)),
        {"W": "matrix p n", "X": "matrix n m"},
        (r"X^\top \otimes I", r"(X^\top \otimes I) diag(vec(Z))", r"diag(vec(Z)) (X^\top \otimes I)"),
    ),
    Case(
        RNN,
        r"\frac{\partial h_t}{\partial W} = diag(1 - h_t^2) (h_{t-1}^\top \otimes I)",
        {"W": (3, 3), "h": (3,), "U": (3, 2), "x": (2,)},
        "W",
        lambda W, v: np.tanh(W @ v["h"] + v["U"] @ v["x"]),
        lambda v: np.diag(1 - np.tanh(v["W"] @ v["h"] + v["U"] @ v["x"]) ** 2) @ np.kron(v["h"], np.eye(3)),
        {},
        (
            r"h_{t-1}^\top \otimes I",
            r"diag(1 - h_t^2) (I \otimes h_{t-1}^\top)",
            r"diag(1 - h_{t-1}^2) (h_{t-1}^\top \otimes I)",
            r"diag(1 - h_t^2) (h_t^\top \otimes I)",
        ),
    ),
    Case(
        RNN,
        r"\frac{\partial h_t}{\partial U} = x_t^\top \otimes diag(1 - h_t \odot h_t)",
        {"W": (3, 3), "h": (3,), "U": (3, 2), "x": (2,)},
        "U",
        lambda U, v: np.tanh(v["W"] @ v["h"] + U @ v["x"]),
        lambda v: np.kron(v["x"], np.diag(1 - np.tanh(v["W"] @ v["h"] + v["U"] @ v["x"]) ** 2)),
        {},
        (r"diag(1 - h_t \odot h_t) \otimes x_t^\top", r"x_t^\top \otimes diag(h_t \odot h_t)"),
    ),
)
IDS = [case.claim for case in CASES]
DAMAGED = [(case, right) for case in CASES for right in case.damaged]


def left_of(case: Case) -> str:
    return case.claim.split("=")[0]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_is_called_true_is_what_complex_steps_give(case: Case) -> None:
    """The printed right-hand side is the Jacobian in NumPy, and proved in numerator layout with columns."""
    random = np.random.default_rng(1)
    values = {name: random.standard_normal(shape) for name, shape in case.shapes.items()}
    found = complex_step(lambda x: case.function(x, values), values[case.by])
    assert np.allclose(found, case.right(values), atol=1e-12)
    v = judged(case.claim, case.equations, case.symbols)
    assert v.conventions["numerator_column"].because == "proof"
    assert v.conventions["denominator_column"].holds is False


@pytest.mark.parametrize(("case", "right"), DAMAGED, ids=[f"{left_of(c)}={r}" for c, r in DAMAGED])
def test_a_damaged_claim_is_true_nowhere_in_columns(case: Case, right: str) -> None:
    """Swapped factors, transposes, signs and wrong evaluation points are refuted in numerator layout with columns."""
    v = judged(f"{left_of(case)} = {right}", case.equations, case.symbols)
    assert v.conventions["numerator_column"].holds is False
    assert v.conventions["denominator_column"].holds is not True or right == r"x \otimes I"


def test_the_transpose_is_the_denominator_layout() -> None:
    """x (x) I is dy / d vec(W)^T transposed."""
    claim = r"\frac{\partial y}{\partial \operatorname{vec}(W)} = x \otimes I"
    assert holds(judged(claim, "y = W x", LAYER)) == {"denominator_column"}


def test_a_scalar_by_a_matrix_is_no_row_of_its_entries() -> None:
    """dL/dW = dL/dh dh/dW is false by shape; read as the derivative by vec(W) it holds, and that is said."""
    claim = r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial h_t} \frac{\partial h_t}{\partial W}"
    v = judged(claim, RNN)
    assert v.verdict == "false"
    assert {o.because for o in v.conventions.values()} == {"shape"}
    assert v.alternatives["matrix_as_vec"]["numerator_column"].holds
    broken = judged(claim.replace(r"\partial h_t}{\partial W}", r"\partial h_t}{\partial W} 2"), RNN)
    assert broken.alternatives["matrix_as_vec"]["numerator_column"].holds is False


@pytest.mark.parametrize(("state", "matrix"), [("s", "A"), ("q", "P")])
def test_a_shape_refutes_nothing_where_the_reading_by_vec_is_open(state: str, matrix: str) -> None:
    """Over steps and the steps before them, dJ_t/ds_t ds_t/ds_k ds_k/dA is right by vec(A): never plainly false."""
    system = [r"s_t = \tanh(A s_{t-1} + B u_t)", r"J = \sum_{t=1}^{T} J_t", r"J_t = \frac{1}{2}\|s_t - d_t\|^2"]
    chain = r"\frac{\partial J_t}{\partial s_t} \frac{\partial s_t}{\partial s_k} \frac{\partial s_k}{\partial A}"
    texts = [*system, rf"\frac{{\partial J}}{{\partial A}} = \sum_{{t=1}}^T \sum_{{k=1}}^t {chain}"]
    *equations, claim = [t.replace("s_", f"{state}_").replace("A", matrix) for t in texts]
    v = check(equations, claim)
    assert v.verdict == "undecided" or v.alternatives["matrix_as_vec"]["numerator_column"].holds
    assert v.conventions["denominator_column"].because == "shape"


def test_a_sum_over_all_steps_takes_the_immediate_derivative() -> None:
    """Sum over t of dL/dh_t dh_t/dW, with h_{t-1} held fixed, and a note that says so."""
    chain = r"\frac{\partial L}{\partial h_t} \frac{\partial h_t}{\partial W}"
    claim = rf"\frac{{\partial L}}{{\partial vec(W)^\top}} = \sum_t {chain}"
    v = judged(claim, RNN)
    assert v.conventions["numerator_column"].because == "proof"
    assert any("immediate" in note for note in v.notes)


def test_a_recursion_over_time_is_about_the_total_derivative() -> None:
    """Where dh_{t-1}/dW stands beside dh_t/dW, both are total derivatives, as in real-time recurrent learning."""
    left = r"\frac{\partial h_t}{\partial W} = diag(1 - h_t^2)"
    before = r"\frac{\partial h_{t-1}}{\partial W}"
    assert judged(rf"{left} (h_{{t-1}}^\top \otimes I + W {before})", RNN).verdict == "true"
    assert judged(rf"{left} (h_{{t-1}}^\top \otimes I + W^\top {before})", RNN).verdict == "false"
    assert judged(rf"{left} (h_{{t-1}}^\top \otimes I) + W {before}", RNN).verdict == "false"


def test_the_outer_product_of_two_vectors_is_kept_apart_from_kronecker() -> None:
    """x (x) delta as a long vector is another reading than the outer product: undecided, with the reading named."""
    claim = r"\frac{\partial L}{\partial \operatorname{vec}(W)} = x \otimes \frac{\partial L}{\partial y}"
    v = judged(claim, "y = W x", LAYER)
    assert v.verdict == "undecided"
    assert v.alternatives["otimes_is_kronecker"]["denominator_column"].holds
    turned = r"\frac{\partial L}{\partial \operatorname{vec}(W)} = \frac{\partial L}{\partial y} \otimes x"
    wrong = judged(turned, "y = W x", LAYER)
    assert all(o.holds is False for name, o in wrong.conventions.items() if name.endswith("column"))


def test_the_derivative_of_a_matrix_by_a_matrix_needs_vec() -> None:
    """Without vec its shape is not said; the reading with vec is named."""
    v = judged(r"\frac{\partial Y}{\partial X} = B^\top \otimes A", "Y = A X B")
    assert v.verdict == "undecided"
    assert v.alternatives["matrix_as_vec"]["numerator_column"].holds


def test_the_vec_of_a_gradient_is_the_gradient_by_vec() -> None:
    """vec(delta x^T) is dL / d vec(W); vec(x delta^T) is not."""
    left = r"\frac{\partial L}{\partial \operatorname{vec}(W)}"
    right = r"\operatorname{vec}\left(\frac{\partial L}{\partial y} x^\top\right)"
    assert "denominator_column" in holds(judged(f"{left} = {right}", "y = W x", LAYER))
    wrong = r"\operatorname{vec}\left(x \left(\frac{\partial L}{\partial y}\right)^\top\right)"
    assert "denominator_column" not in holds(judged(f"{left} = {wrong}", "y = W x", LAYER))


def test_an_expression_under_vec_is_differentiated() -> None:
    """d vec(A W B) / d vec(W)^T, with no equation for the product."""
    symbols = {**LAYER, "A": "matrix r p", "B": "matrix n s"}
    left = r"\frac{\partial \operatorname{vec}(A W B)}{\partial \operatorname{vec}(W)^\top}"
    assert judged(rf"{left} = B^\top \otimes A", "y = W x", symbols).verdict == "true"
    assert "numerator_column" not in holds(judged(rf"{left} = B \otimes A", "y = W x", symbols))


def test_vec_in_an_equation_is_refused() -> None:
    """It is no function of single entries, as any other upright word would be."""
    v = judged(r"\frac{\partial y}{\partial x} = x", r"y = \operatorname{vec}(X)")
    assert v.error is not None
    assert "vec" in str(v.error["message"])


def test_kronecker_products_of_any_two_factors_are_told_apart() -> None:
    """Of all A (x) B with factors turned or not, with and without K, exactly the Jacobian in NumPy is called true."""
    random = np.random.default_rng(3)
    A, B, X = (random.standard_normal((3, 3)) for _ in range(3))
    factors = {"A": A, r"A^\top": A.T, "B": B, r"B^\top": B.T}
    found = complex_step(lambda x: A @ x.T @ B, X)
    symbols = dict.fromkeys("ABX", "matrix n n")
    for p, q in itertools.product(factors, factors):
        for right, permuted in ((False, False), (True, False), (False, True)):
            text = ("K_{nn} " if permuted else "") + rf"({p} \otimes {q})" + (" K_{nn}" if right else "")
            value = np.kron(factors[p], factors[q])
            value = value @ commutation(3, 3) if right else commutation(3, 3) @ value if permuted else value
            v = judged(rf"\frac{{\partial vec(Y)}}{{\partial vec(X)^\top}} = {text}", r"Y = A X^\top B", symbols)
            assert v.conventions["numerator_column"].holds is bool(np.allclose(found, value))
            assert v.conventions["denominator_column"].holds is bool(np.allclose(found.T, value))


def test_total_and_immediate_derivatives_are_not_mixed_up() -> None:
    """In sum_k dh_t/dh_k dh_k/dW nothing says that the last factor is the immediate derivative."""
    sum_ = r"\sum_{k=1}^t \frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial W}"
    assert judged(rf"\frac{{\partial h_t}}{{\partial W}} = {sum_}", RNN).verdict == "undecided"


def test_the_nearest_true_claim_has_the_factors_exchanged() -> None:
    """The repair of I (x) x^T is x^T (x) I."""
    claim = r"\frac{\partial y}{\partial \operatorname{vec}(W)^\top} = I \otimes x^\top"
    repair = check(["y = W x"], claim, LAYER).repair
    assert repair is not None
    assert str(repair["claim"]).endswith(r"x^\top \otimes I")
