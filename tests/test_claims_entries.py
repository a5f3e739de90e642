"""Claims about entries: indices that equations hold too, indices of any letter, numbers beside letters."""

from __future__ import annotations

import numpy as np
import pytest

from symjac.claims import check, check_record
from symjac.claims.verdict import Verdict

SOFTMAX = (r"p = \operatorname{softmax}(z)", r"L = -\log p_k")
LINEAR = (r"y = W x + b",)
CELL = (r"h_t = \tanh(W h_{t-1} + U x_t)",)
COUPLED = (r"h_t = \tanh(W h_{t-1} + V c_{t-1})", r"c_t = \tanh(A h_{t-1} + B c_{t-1})")


PART = r"\frac{e^{z_i}}{\sum_j e^{z_j}}"


def slope(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def judged(equations: tuple[str, ...], claim: str) -> Verdict:
    return check_record({"equations": list(equations), "claim": claim})


def of_columns(found: Verdict) -> list[bool | None]:
    """Whether it holds in the conventions of columns."""
    return [o.holds for name, o in found.conventions.items() if name.endswith("column")]


def is_refuted(found: Verdict) -> bool:
    """Whether columns are refuted by values, and never by a shape alone."""
    outcomes = [o for name, o in found.conventions.items() if name.endswith("column")]
    return {o.holds for o in outcomes} == {False} and any(o.because == "counterexample" for o in outcomes)


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (r"\frac{\partial L}{\partial z_i} = p_i - \delta_{ik}", True),
        (r"\frac{\partial L}{\partial z_i} = p_i + \delta_{ik}", False),
        (r"\frac{\partial L}{\partial z_i} = p_i - \delta_{ik} p_k", False),
        (r"\frac{\partial L}{\partial z_k} = p_k - 1", True),
        (r"\frac{\partial L}{\partial z_k} = p_k", False),
        (r"\frac{\partial L}{\partial z_i} = p_i - 1 \quad (i = k)", True),
        (r"\frac{\partial L}{\partial z_i} = p_i \quad (i \neq k)", True),
        (r"\frac{\partial L}{\partial z_i} = p_i - 1 \quad (i \neq k)", False),
        (r"\frac{\partial L}{\partial z_i} = p_i - \mathbf{1}[i = k]", True),
        (r"\frac{\partial L}{\partial z} = p - e_k", True),
        (r"\frac{\partial p_k}{\partial z_j} = p_k (\delta_{kj} - p_j)", True),
        (r"\frac{\partial p_k}{\partial z_i} = p_k (\delta_{ki} - p_k)", False),
        (r"\frac{\partial L}{\partial p_i} = -\frac{\delta_{ik}}{p_i}", True),
        (r"\frac{\partial L}{\partial p_i} = -\frac{1}{p_i}", False),
        (r"\frac{\partial L}{\partial p_k} = -1 / p_k", True),
        (rf"{slope('L', 'z_i')} = \sum_j {slope('L', 'p_j')} {slope('p_j', 'z_i')}", True),
        (r"\frac{\partial^2 L}{\partial z_i \partial z_j} = p_i (\delta_{ij} - p_j)", True),
        (r"\frac{\partial^2 L}{\partial z_i \partial z_j} = p_k (\delta_{ij} - p_j)", False),
    ],
)
def test_an_index_that_the_loss_picks_an_entry_by_has_its_value_in_the_run_too(claim: str, true: bool) -> None:
    """It is a part of the point: both members and the equations mean the same entry."""
    found = judged(SOFTMAX, claim)
    assert found.verdict == "true" if true else is_refuted(found)


def test_an_index_that_the_loss_holds_and_a_sum_of_the_claim_binds_decides_nothing() -> None:
    """The sum over k of a chain rule beside ``-\\log p_k``: which k the loss means there, nothing says."""
    claim = (
        r"\frac{\partial L}{\partial z_i} = \sum_k \frac{\partial L}{\partial p_k} \frac{\partial p_k}{\partial z_i}"
    )
    found = judged(SOFTMAX, claim)
    assert found.verdict == "undecided"
    assert "the index k picks an entry in the system too" in found.explanation


@pytest.mark.parametrize(
    ("equations", "left", "right", "true"),
    [
        ((r"a = \operatorname{softmax}(v)", r"E = -\ln a_c"), ("E", "v_i"), r"a_i - \delta_{ic}", True),
        ((r"q = \operatorname{softmax}(s)", r"J = -\log q_y"), ("J", "s_j"), r"q_j - \delta_{jy}", True),
        ((r"q = \operatorname{softmax}(s)", r"J = -\log q_m"), ("J", "s_j"), r"q_m - \delta_{jm}", False),
        ((r"L = -z_k + \log \sum_j e^{z_j}",), ("L", "z_i"), rf"{PART} - \delta_{{ik}}", True),
        ((r"L = -z_k + \log \sum_j e^{z_j}",), ("L", "z_i"), rf"{PART} + \delta_{{ik}}", False),
        ((r"L = -\log \frac{e^{z_k}}{\sum_j e^{z_j}}",), ("L", "z_i"), rf"{PART} - \delta_{{ik}}", True),
        ((r"y = x_i^2",), ("y", "x_j"), r"2 x_i \delta_{ij}", True),
        ((r"y_r = x_r^2",), ("y_r", "x_q"), r"2 x_r \delta_{rq}", True),
        ((r"z = W h + b", *SOFTMAX), ("L", "W_{ij}"), r"(p_i - \delta_{ik}) h_j", True),
        ((r"z = W h + b", *SOFTMAX), ("L", "h_j"), r"\sum_i p_i W_{ij} - W_{kj}", True),
        ((r"z = W h + b", *SOFTMAX), ("L", "h"), r"W^\top (p - e_k)", True),
        ((r"z = W h + b", *SOFTMAX), ("L", "h"), r"W^\top (p + e_k)", False),
    ],
)
def test_the_deltas_and_sums_of_a_text_say_which_letters_number_entries(
    equations: tuple[str, ...], left: tuple[str, str], right: str, true: bool
) -> None:
    """``a_c`` is an entry beside ``\\delta_{ic}``, ``z_k`` beside a sum over ``z_j``; none is a vector of its own."""
    found = judged(equations, rf"{slope(*left)} = {right}")
    assert found.verdict == "true" if true else is_refuted(found)


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (r"\frac{\partial \log p_k}{\partial z_i} = \delta_{ik} - p_i", True),
        (r"\frac{\partial \log p_k}{\partial z_i} = \delta_{ik} - p_k", False),
        (r"\frac{\partial (-\log p_a)}{\partial z_b} = p_b - \delta_{ab}", True),
        (r"\nabla_z \log p_k = e_k - p", True),
        (r"\nabla_z \log p_k = p - e_k", False),
        (r"\frac{\partial p_k^2}{\partial z_i} = 2 p_k^2 (\delta_{ik} - p_i)", True),
        (r"\frac{\partial \log p_1}{\partial z_i} = \delta_{1i} - p_i", True),
        (r"\frac{\partial p_1}{\partial z_j} = p_1 (\delta_{1j} - p_j)", True),
        (r"\frac{\partial p_1}{\partial z_j} = p_1 (\delta_{1,j} + p_j)", False),
        (r"\frac{\partial p_k}{\partial z_2} = p_k (\delta_{k2} - p_2)", True),
        (r"\frac{\partial p_m}{\partial z_n} = p_m (\delta_{mn} - p_n)", True),
        (r"\frac{\partial p_r}{\partial z_s} = p_s (\delta_{rs} - p_s)", False),
        (r"\frac{\partial p_k}{\partial z_j} = p_k (I_{kj} - p_j)", True),
        (r"\frac{\partial p_{\alpha}}{\partial z_{\beta}} = p_\alpha (\delta_{\alpha\beta} - p_\beta)", True),
    ],
)
def test_entries_are_differentiated_and_compared_whatever_their_letters(claim: str, true: bool) -> None:
    """Numbers and letters stand side by side without a comma, and any letter that means nothing else is an index."""
    found = judged(SOFTMAX[:1], claim)
    assert found.verdict == "true" if true else is_refuted(found)


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (r"\frac{\partial y_2}{\partial x_j} = W_{2j}", True),
        (r"\frac{\partial y_2}{\partial x_j} = W_{j2}", False),
        (r"\frac{\partial y_i}{\partial x_1} = W_{i1}", True),
        (r"\frac{\partial y_r}{\partial x_s} = W_{rs}", True),
        (r"\frac{\partial y_m}{\partial x_n} = W_{mn}", True),
        (r"\frac{\partial y_a}{\partial x_b} = W_{ab}", True),
        (r"\frac{\partial y_a}{\partial b_c} = \delta_{ac}", True),
        (r"\frac{\partial y_i}{\partial W_{rs}} = \delta_{ir} x_s", True),
        (r"\frac{\partial y_i}{\partial W_{rs}} = \delta_{is} x_r", False),
        (r"\frac{\partial y_1}{\partial W_{1j}} = x_j", True),
        (r"\frac{\partial y_1}{\partial W_{2j}} = 0", True),
        (r"\frac{\partial y_1}{\partial W_{2j}} = x_j", False),
    ],
)
def test_letters_and_numbers_number_the_entries_of_a_matrix(claim: str, true: bool) -> None:
    """``W_{2j}`` and ``W_{rs}`` are entries of W, whose two indices run equally far or not."""
    found = judged(LINEAR, claim)
    assert (True in of_columns(found)) is true
    assert found.verdict != "undecided"


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (r"\frac{\partial h_{t,1}}{\partial h_{t-1,j}} = (1 - h_{t,1}^2) W_{1j}", True),
        (r"\frac{\partial h_{1t}}{\partial x_{jt}} = (1 - h_{1t}^2) U_{1j}", True),
        (r"\frac{\partial h_{it}}{\partial x_{jt}} = (1 - h_{it}^2) U_{ij}", True),
        (r"\frac{\partial h_{it}}{\partial x_{1t}} = (1 - h_{it}^2) U_{i1}", True),
        (r"\frac{\partial h_{it}}{\partial x_{1t}} = (1 - h_{it}^2) U_{i2}", False),
        (r"\frac{\partial h_{it}}{\partial h_{j,t-1}} = (1 - h_{jt}^2) W_{ij}", False),
    ],
)
def test_an_entry_and_a_step_stand_side_by_side(claim: str, true: bool) -> None:
    """``x_{1t}`` and ``h_{it}`` are entries at a step, with a comma or without."""
    found = judged(CELL, claim)
    assert found.verdict == "true" if true else is_refuted(found)


def recursion(first: str, of: str, *more: str) -> str:
    """Williams and Zipser's recursion for the entries of h by those of W."""
    terms = "".join(rf" + \sum_l {m}" for m in (of, *more))
    return rf"\frac{{\partial h_{{k,t}}}}{{\partial W_{{ij}}}} = (1 - h_{{k,t}}^2) \left( {first}{terms} \right)"


SENSITIVITY = r"W_{kl} \frac{\partial h_{l,t-1}}{\partial W_{ij}}"


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (recursion(r"\delta_{ki} h_{j,t-1}", SENSITIVITY), True),
        (recursion(r"\delta_{kj} h_{i,t-1}", SENSITIVITY), False),
        (recursion(r"\delta_{ki} h_{j,t}", SENSITIVITY), False),
        (recursion(r"\delta_{ki} h_{j,t-1}", SENSITIVITY.replace("kl", "lk")), False),
        (recursion(r"\delta_{ki} h_{j,t-1}", SENSITIVITY.replace("t-1", "t")), False),
    ],
)
def test_real_time_recurrent_learning_entry_by_entry(claim: str, true: bool) -> None:
    """The sensitivity of the same step in the place of the one before is refuted by a run over two steps."""
    found = judged(CELL, claim)
    assert found.verdict == "true" if true else is_refuted(found)


def test_real_time_recurrent_learning_of_two_coupled_states() -> None:
    """Both states carry sensitivities from the step before."""
    other = r"V_{kl} \frac{\partial c_{l,t-1}}{\partial W_{ij}}"
    assert judged(COUPLED, recursion(r"\delta_{ki} h_{j,t-1}", SENSITIVITY, other)).verdict == "true"
    assert is_refuted(judged(COUPLED, recursion(r"\delta_{ki} h_{j,t-1}", SENSITIVITY)))


@pytest.mark.parametrize(
    ("equation", "left", "right", "true"),
    [
        (r"Y = A X B", ("Y_{ij}", "X_{kl}"), r"A_{ik} B_{lj}", True),
        (r"Y = A X B", ("Y_{ij}", "X_{kl}"), r"A_{ki} B_{lj}", False),
        (r"Y = A X B", ("Y_{ab}", "X_{rs}"), r"A_{ar} B_{sb}", True),
        (r"Y = X^\top X", ("Y_{ij}", "X_{kl}"), r"\delta_{il} X_{kj} + \delta_{jl} X_{ki}", True),
        (r"Y = X^\top X", ("Y_{ij}", "X_{kl}"), r"\delta_{il} X_{kj} + \delta_{jk} X_{ki}", False),
        (r"Y = X^{-1}", ("Y_{ij}", "X_{kl}"), r"-Y_{ik} Y_{lj}", True),
        (r"Y = X^{-1}", ("Y_{ij}", "X_{kl}"), r"-Y_{il} Y_{kj}", False),
        (r"C = A B", ("C_{ij}", "A_{mn}"), r"\delta_{im} B_{nj}", True),
        (r"\hat Y = X W", (r"\hat{Y}_{ij}", "W_{kl}"), r"X_{ik} \delta_{jl}", True),
    ],
)
def test_entries_of_a_matrix_by_those_of_a_matrix(equation: str, left: tuple[str, str], right: str, true: bool) -> None:
    """A proof is run, entry by entry, and what is false has a point at which it is."""
    outcomes = judged((equation,), f"{slope(*left)} = {right}").conventions
    assert [outcomes[f"{layout}_column"].holds for layout in ("numerator", "denominator")] == [true, true]


FACTORED = r"E = \frac12 \sum_{i,j} (R_{ij} - \sum_k U_{ik} V_{jk})^2"
REST = r"(R_{ij} - \sum_l U_{il} V_{jl})"
ENERGY = r"E = -\frac12 \sum_{i,j} w_{ij} s_i s_j - \sum_i b_i s_i"


@pytest.mark.parametrize(
    ("equation", "left", "right", "true"),
    [
        (r"f = \sum_{i,j} X_{ij}^2", ("f", "X_{kl}"), "2 X_{kl}", True),
        (r"f = \sum_{ij} X_{ij}^2", ("f", "X_{kl}"), "2 X_{lk}", False),
        (r"f = \sum_i \sum_j X_{ij}^2", ("f", "X_{kl}"), "2 X_{kl}", True),
        (r"f = \sum_{a,b=1}^n A_{ab} x_a x_b", ("f", "x_a"), r"\sum_b (A_{ab} + A_{ba}) x_b", True),
        (r"f = \sum_{i,j} A_{ij} B_{ji}", ("f", "A_{ij}"), "B_{ji}", True),
        (r"f = \sum_{i,j} A_{ij} B_{ji}", ("f", "A_{ij}"), "B_{ij}", False),
        (r"f = \sum_i A_{ii}", ("f", "A_{ij}"), r"\delta_{ij}", True),
        (r"C_{ij} = \sum_k A_{ik} B_{kj}", ("C_{ij}", "A_{kl}"), r"\delta_{ik} B_{lj}", True),
        (r"C_{ij} = \sum_k A_{ik} B_{kj}", ("C_{ij}", "A_{kl}"), r"\delta_{il} B_{kj}", False),
        (FACTORED, ("E", "U_{ik}"), rf"-\sum_j {REST} V_{{jk}}", True),
        (FACTORED, ("E", "U_{ik}"), rf"\sum_j {REST} V_{{jk}}", False),
        (FACTORED, ("E", "V_{jk}"), rf"-\sum_i {REST} U_{{ik}}", True),
        (ENERGY, ("E", "w_{ij}"), r"-\frac12 s_i s_j", True),
        (ENERGY, ("E", "s_i"), r"-\frac12 \sum_j (w_{ij} + w_{ji}) s_j - b_i", True),
        (ENERGY, ("E", "s_i"), r"-\sum_j w_{ij} s_j - b_i", False),
        (r"h_{i,t} = \tanh(\sum_j W_{ij} h_{j,t-1})", ("h_{i,t}", "h_{j,t-1}"), r"(1 - h_{i,t}^2) W_{ij}", True),
        (r"h_{it} = \tanh(\sum_j W_{ij} h_{j,t-1})", ("h_{it}", "h_{j,t-1}"), r"(1 - h_{jt}^2) W_{ij}", False),
    ],
)
def test_sums_over_two_indices_and_matrices_entry_by_entry(
    equation: str, left: tuple[str, str], right: str, true: bool
) -> None:
    """A double sum is one of a matrix entry by entry, a sum of two matrices' entries their product."""
    found = judged((equation,), f"{slope(*left)} = {right}")
    assert found.verdict == ("true" if true else "false")


def test_the_gradient_of_a_factored_matrix_is_what_numpy_computes() -> None:
    """``-\\sum_j (R_{ij} - \\sum_l U_{il} V_{jl}) V_{jk}`` against central differences."""
    draw = np.random.default_rng(4)
    r, u, v = (draw.normal(size=shape) for shape in ((3, 4), (3, 2), (4, 2)))
    claimed = np.array(
        [[-sum((r[i, j] - u[i] @ v[j]) * v[j, k] for j in range(4)) for k in range(2)] for i in range(3)]
    )
    unit = np.zeros((3, 2))
    unit[1, 0] = step = 1e-6
    moved = (np.sum((r - (u + unit) @ v.T) ** 2) - np.sum((r - (u - unit) @ v.T) ** 2)) / (4 * step)
    assert np.isclose(claimed[1, 0], moved, atol=1e-6)


GATED = (r"g_t = \sigma(w^\top x_t + u^\top h_{t-1} + b)", r"h_t = g_t h_{t-1} + (1 - g_t) x_t")
LOGISTIC = (r"\hat y = \sigma(w^\top x + b)", r"L = -y \log \hat y - (1 - y) \log (1 - \hat y)")


@pytest.mark.parametrize("equations", [GATED, GATED[::-1]])
def test_a_gate_that_is_a_number_is_one_whichever_equation_comes_first(equations: tuple[str, ...]) -> None:
    """What leads back to it through the step before is told by its letter, and the gate by its own equation."""
    right = r"g_t I + \sigma'(w^\top x_t + u^\top h_{t-1} + b) (h_{t-1} - x_t) u^\top"
    left = slope("h_t", "h_{t-1}")
    assert "numerator_column" in judged(equations, f"{left} = {right}").holds_in
    turned = right.replace(r"(h_{t-1} - x_t) u^\top", r"u (h_{t-1} - x_t)^\top")
    assert "numerator_column" not in judged(equations, f"{left} = {turned}").holds_in


@pytest.mark.parametrize(("by", "right"), [("w", r"(\hat y - y) x"), ("b", r"\hat y - y")])
def test_logistic_regression_is_told_to_need_the_logistic_function(by: str, right: str) -> None:
    """Values at which the logarithms exist refute it for some function; for the logistic one it is proved."""
    found = judged(LOGISTIC, f"{slope('L', by)} = {right}")
    assert found.verdict == "undecided"
    assert dict(found.if_declared) == {r"\sigma": "elementwise sigmoid"}
    assert judged(LOGISTIC, f"{slope('L', by)} = {right.replace('-', '+')}").verdict == "false"


def test_what_is_called_true_of_a_picked_entry_is_what_numpy_computes() -> None:
    """``p_i - \\delta_{ik}`` against central differences of ``-\\log p_k``."""
    z, k, step = np.array([0.3, -1.2, 0.8, 0.1]), 2, 1e-6

    def loss(at: np.ndarray) -> float:
        return float(-at[k] + np.log(np.exp(at).sum()))

    moved = [(loss(z + step * e) - loss(z - step * e)) / (2 * step) for e in np.eye(4)]
    p = np.exp(z) / np.exp(z).sum()
    assert np.allclose(moved, p - np.eye(4)[k], atol=1e-8)


@pytest.mark.parametrize(
    ("system", "claim", "damaged"),
    [
        (["y = W V x"], r"\frac{\partial y_i}{\partial x_j} = W_{ik} V_{kj}", ("W_{ik}", "2 W_{ik}")),
        (["r = A B s + C s"], r"\frac{\partial r_a}{\partial s_c} = A_{ab} B_{bc} + C_{ac}", ("+ C", "- C")),
        (
            [r"h = \sigma(V x)", "y = W h"],
            r"\frac{\partial y_a}{\partial x_c} = W_{ab} \frac{\partial h_b}{\partial x_c}",
            ("W_{ab}", "2 W_{ab}"),
        ),
    ],
)
def test_an_index_that_stands_twice_may_be_summed_over(system: list[str], claim: str, damaged: tuple[str, str]) -> None:
    """With the sum it is true, without one nothing says so; what is false either way is false."""
    found = check(system, claim)
    assert found.verdict == "undecided"
    assert "summed over" in found.explanation
    left, right = claim.split(" = ")
    index = "k" if "k" in right else "b"
    first, *rest = right.split(" + ")
    assert check(system, " + ".join([rf"{left} = \sum_{index} {first}", *rest])).verdict == "true"
    assert check(system, claim.replace(*damaged)).verdict == "false"


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (r"\frac{\partial L}{\partial z_1} = p_1 - \delta_{k1}", True),
        (r"\frac{\partial L}{\partial z_2} = p_2 - \delta_{2k}", True),
        (r"\frac{\partial L}{\partial z_1} = p_1 + \delta_{k1}", False),
        (r"\frac{\partial L}{\partial z_1} = p_1 - \delta_{k2}", False),
    ],
)
def test_a_delta_of_a_number_and_an_index_of_the_system_runs_as_far_as_there(claim: str, true: bool) -> None:
    found = judged(SOFTMAX, claim)
    assert found.verdict == "true" if true else is_refuted(found)


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (r"\frac{\partial p_{ij}}{\partial s_{ij}} = p_{ij} (1 - p_{ij})", True),
        (r"\frac{\partial p_{ij}}{\partial s_{il}} = p_{ij} (\delta_{jl} - p_{il})", True),
        (r"\frac{\partial p_{ij}}{\partial s_{ij}} = p_{ij} (1 + p_{ij})", False),
    ],
)
def test_the_letter_beside_one_that_is_summed_over_numbers_entries(claim: str, true: bool) -> None:
    found = judged((r"p_{ij} = \frac{\exp(s_{ij})}{\sum_k \exp(s_{ik})}",), claim)
    assert found.verdict == "true" if true else is_refuted(found)
