"""What papers leave to their readers: dots, losses that are only named, functions without argument, sums to the end.

Each true formula stands beside damaged ones, which must be refuted.
"""

from __future__ import annotations

import pytest

from symjac.claims.checking import check_record
from symjac.claims.verdict import Verdict
from tests.work import counted

RNN = (r"h_t = \tanh(W h_{t-1} + U x_t)",)
LINEAR = (r"h_t = W_x x_t + W_h h_{t-1}", r"o_t = W_o h_t")
LAYERS = (r"z_l = W_l a_{l-1} + b_l", r"a_l = \sigma(z_l)")


def verdict(claim: str, *equations: str, **symbols: str) -> Verdict:
    v = check_record({"equations": list(equations), "symbols": symbols, "claim": claim})
    assert v.error is None, v.error
    return v


def holds(claim: str, *equations: str, **symbols: str) -> set[str]:
    """The conventions in which the claim is true, none of the four being undecided."""
    v = verdict(claim, *equations, **symbols)
    assert all(o.holds is not None for o in v.conventions.values()), v.conventions
    return set(v.holds_in)


# ------------------------------------------------------------------------------------------- dots

STEP = r"diag(1 - h_{{{0}}}^2) W"
OVER_MANY = r"\frac{\partial h_t}{\partial h_k} = "


@pytest.mark.parametrize(
    ("formula", "convention"),
    [
        (r"diag(1 - h_t^2) W \, diag(1 - h_{t-1}^2) W \cdots diag(1 - h_{k+1}^2) W", "numerator_column"),
        (r"diag(1 - h_t^2) W \cdots diag(1 - h_{k+1}^2) W", "numerator_column"),
        (r"W^\top diag(1 - h_{k+1}^2) \cdots W^\top diag(1 - h_t^2)", "denominator_column"),
        (r"\prod_{i=t}^{k+1} diag(1 - h_i^2) W", "numerator_column"),
        (r"diag(1 - h_t^2) W \, diag(1 - h_{t-1}^2) W \cdots W diag(1 - h_{k+1}^2) W", "numerator_column"),
    ],
)
def test_products_with_dots_have_the_order_of_print(formula: str, convention: str) -> None:
    """Dots between factors are the product over the steps between, in the order in which they stand."""
    assert convention in holds(OVER_MANY + formula, *RNN)


@pytest.mark.parametrize(
    "formula",
    [
        r"diag(1 - h_t^2) W \, diag(1 - h_{t-1}^2) W \cdots diag(1 - h_k^2) W",
        r"diag(1 - h_{k+1}^2) W \cdots diag(1 - h_t^2) W",
        r"diag(1 + h_t^2) W \cdots diag(1 + h_{k+1}^2) W",
        r"\prod_{i=t}^{k} diag(1 - h_i^2) W",
        r"\prod_{i=t-1}^{k} diag(1 - h_i^2) W",
    ],
)
def test_products_with_dots_that_are_wrong_are_refuted(formula: str) -> None:
    """One step too many, the order turned round, a sign, steps shifted by one."""
    assert "numerator_column" not in holds(OVER_MANY + formula, *RNN)


FROM_LOSS = (r"s_t = P \tanh(s_{t-1}) + Q x_t", r"L = \ell(s_T)")
BY_LAYERS = (r"a^l = \sigma(W^l a^{l-1} + b^l)", r"C = \ell(a^L)")
ONE_LAYER = r"diag(\sigma'(W^k a^{k-1} + b^k)) W^k"
THROUGH_P = r" P diag(1 - \tanh^2(s_{i-1}))"


def chained(loss: str, x: str, last: str, product: str) -> str:
    """A gradient by x as the one by the last state times a product."""
    return rf"\frac{{\partial {loss}}}{{\partial {x}}} = \frac{{\partial {loss}}}{{\partial {last}}} {product}"


@pytest.mark.parametrize(
    ("system", "claim", "damaged", "convention"),
    [
        (FROM_LOSS, chained("L", "s_t", "s_T", r"\prod_{i=T}^{t+1}" + THROUGH_P), ("t+1", "t"), "numerator_column"),
        (FROM_LOSS, chained("L", "s_0", "s_T", r"\prod_{i=T}^{1}" + THROUGH_P), ("{1}", "{2}"), "numerator_column"),
        (
            FROM_LOSS,
            rf"\nabla_{{s_k}} L = (\prod_{{i=T}}^{{k+1}} {THROUGH_P})^\top \nabla_{{s_T}} L",
            (r")^\top", ")"),
            "denominator_column",
        ),
        (BY_LAYERS, chained("C", "a^l", "a^L", r"\prod_{k=L}^{l+1}" + ONE_LAYER), ("l+1", "l"), "numerator_column"),
        (
            (r"x_{k+1} = A_k x_k",),
            chained("J", "x_k", "x_N", r"\prod_{i=N-1}^{k} A_i"),
            ("N-1", "N"),
            "numerator_column",
        ),
    ],
)
def test_a_product_from_the_last_step_to_the_variable_falls(
    system: tuple[str, ...], claim: str, damaged: tuple[str, str], convention: str
) -> None:
    """A loss sees what comes after the variable: a product that starts there and ends at the variable goes back."""
    assert convention in verdict(claim, *system).holds_in
    assert convention not in verdict(claim.replace(*damaged), *system).holds_in


def test_a_product_that_does_not_fit_is_named_as_it_is_printed() -> None:
    """A message about shapes says which product over time it means."""
    claim = chained("L", "s_t", "s_T", r"\prod_{i=T}^{t+1}" + THROUGH_P)
    assert r"\prod_{i} \dots (1) is n x n" in verdict(claim, *FROM_LOSS).conventions["denominator_column"].reason


def test_a_product_over_layers_may_have_other_sizes_in_each() -> None:
    """W_l with an index is another matrix in each layer."""
    claim = r"\frac{\partial a_L}{\partial a_0} = diag(\sigma'(z_L)) W_L \cdots diag(\sigma'(z_1)) W_1"
    assert "numerator_column" in holds(claim, *LAYERS)
    assert not holds(claim.replace("_0", "_1"), *LAYERS)


# ----------------------------------------------------------------------------- sums to the last step

ALL_LATER = (
    r"\frac{\partial L}{\partial h_t} = \sum_{i=t}^{T} (W_h^\top)^{i-t} W_o^\top \frac{\partial L}{\partial o_i}"
)


def test_a_sum_over_all_later_steps_is_proved_by_induction() -> None:
    """The gradient by a state collects every later output; the proof goes back from the last step."""
    v = verdict(ALL_LATER, *LINEAR)
    assert v.holds_in == ("denominator_column", "mixed_column")
    assert "induction" in v.conventions["denominator_column"].reason


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"W_h^\top)^{i-t}", r"W_h)^{i-t}"),
        (r"{i-t}", r"{i-t+1}"),
        (r"{i-t}", r"{t-i}"),
        (r"W_o^\top", r"W_o"),
        (r"\sum_{i=t}^{T}", r"\sum_{i=t+1}^{T}"),
        (r"o_i}", r"o_t}"),
        (r"= \sum", r"= -\sum"),
    ],
)
def test_a_damaged_sum_over_later_steps_is_not_proved(right: str, wrong: str) -> None:
    """A transpose, an exponent, the first step, an index, the sign: none may pass."""
    assert right in ALL_LATER
    v = verdict(ALL_LATER.replace(right, wrong), *LINEAR)
    assert not v.holds_in, v.holds_in


@pytest.mark.parametrize(
    ("system", "first", "rest"),
    [
        (
            LINEAR,
            r"W_o^\top \frac{\partial L}{\partial o_t}",
            r"(W_h^\top)^{i-t} W_o^\top \frac{\partial L}{\partial o_i}",
        ),
        (
            (*RNN, "o_t = V h_t"),
            r"V^\top \frac{\partial L}{\partial o_t}",
            r"(\prod_{j=t+1}^i W^\top diag(1 - h_j^2)) V^\top \frac{\partial L}{\partial o_i}",
        ),
    ],
)
def test_the_term_of_the_first_step_may_stand_apart(system: tuple[str, ...], first: str, rest: str) -> None:
    """The same sum with its first term in front; it is refuted with another sign, and without that term."""
    left, total = r"\frac{\partial L}{\partial h_t} = ", rf"\sum_{{i=t+1}}^{{T}} {rest}"
    assert holds(f"{left} {first} + {total}", *system) == {"denominator_column", "mixed_column"}
    assert not verdict(f"{left} {first} - {total}", *system).holds_in
    assert not verdict(f"{left} {total}", *system).holds_in


def test_a_falling_product_inside_a_sum_falls_to_where_the_sum_starts() -> None:
    r"""\prod_{j=i}^{t+1} for i >= t is empty at i = t, and its factors fall; one factor more is refuted."""
    left = r"\frac{\partial L}{\partial h_t} = "
    claim = left + r"\sum_{i=t}^{T} \frac{\partial L}{\partial o_i} V \prod_{j=i}^{t+1} diag(1 - h_j^2) W"
    v = verdict(claim, *RNN, "o_t = V h_t")
    assert v.order == "descending"
    assert v.verdict == "true"
    assert verdict(claim.replace("^{t+1}", "^{t}"), *RNN, "o_t = V h_t").verdict == "false"


# ------------------------------------------------------------------------------- inputs, steps, losses


@pytest.mark.parametrize(
    ("by", "right", "wrong"),
    [
        ("x_k", r"W_h^{t-k} W_x", r"W_h^{t-k+1} W_x"),
        ("x_{t-2}", r"W_h^2 W_x", r"W_h W_x"),
        ("x_{t-1}", r"W_h W_x", r"W_x"),
        ("x_{t+1}", "0", r"W_x"),
    ],
)
def test_an_input_acts_through_the_state_of_its_step(by: str, right: str, wrong: str) -> None:
    """However many steps lie between, and not at all on earlier states."""
    left = rf"\frac{{\partial h_t}}{{\partial {by}}} = "
    assert "numerator_column" in holds(left + right, *LINEAR)
    assert not holds(left + wrong, *LINEAR)


@pytest.mark.parametrize("loss", [(), (r"L = \sum_t L_t",), (r"L_t = \ell(o_t)",)])
def test_the_loss_of_one_step_sees_earlier_states_through_its_own(loss: tuple[str, ...]) -> None:
    """dL_t/dh_k goes through h_t, however the loss is named."""
    claim = r"\frac{\partial L_t}{\partial h_k} = (W_h^\top)^{t-k} W_o^\top \frac{\partial L_t}{\partial o_t}"
    assert "denominator_column" in holds(claim, *LINEAR, *loss)
    assert not holds(claim.replace("t-k", "t-k-1"), *LINEAR, *loss)


@pytest.mark.parametrize(
    ("equation", "claim"),
    [
        (r"L = \sum_t L_t", r"\frac{\partial L}{\partial W_o} = \sum_{t=1}^T \frac{\partial L_t}{\partial W_o}"),
        (r"L = \sum_t L_t", r"\frac{\partial L}{\partial W_h} = \sum_{t=1}^T \frac{\partial L_t}{\partial W_h}"),
        (r"L = \sum_t \ell(o_t, y_t)", r"\frac{\partial L}{\partial W_o} = \frac{\partial L}{\partial o_t} h_t^\top"),
        (r"L = \ell(h_T)", r"\frac{\partial L}{\partial W_h} = \frac{\partial L}{\partial h_T} h_{T-1}^\top"),
        (r"L = \sum_t L_t", r"\frac{\partial L_t}{\partial W_h} = \frac{\partial L_t}{\partial h_t} h_{t-1}^\top"),
    ],
)
def test_gradients_by_parameters_that_two_readings_answer_otherwise_are_undecided(equation: str, claim: str) -> None:
    """One step's part or all of them: neither true nor false is said, and no formula is shown as the right one."""
    v = verdict(claim, *LINEAR, equation)
    assert v.verdict == "undecided"
    assert not v.correct


def test_total_and_partial_derivatives_side_by_side_are_undecided() -> None:
    """d and the sign of partial derivatives mean two things there, of which symjac knows one."""
    total = r"\frac{d h_t}{d b} = \frac{\partial h_t}{\partial b} + "
    claim = total + r"\frac{\partial h_t}{\partial h_{t-1}} \frac{d h_{t-1}}{d b}"
    assert verdict(claim, r"h_t = \tanh(W h_{t-1} + U x_t + b)").verdict == "undecided"


def test_a_power_with_the_time_t_is_not_judged_as_a_transpose() -> None:
    """dh_T/dh_0 = W^T is true of the power and false of the transpose."""
    v = verdict(r"\frac{\partial h_T}{\partial h_0} = W_h^T", *LINEAR)
    assert v.verdict == "undecided"
    assert "power" in v.conventions["numerator_column"].reason
    assert not verdict(r"\frac{\partial h_T}{\partial h_0} = W_h^{T-1}", *LINEAR).holds_in


# --------------------------------------------------------------------------------- losses by name


@pytest.mark.parametrize("loss", [r"L = \frac{1}{T} \sum_{t=1}^T l(o_t, y_t)", r"L = \sum_t L_t"])
def test_a_loss_that_is_only_named_gives_gradients_by_name(loss: str) -> None:
    """Nothing is known of the loss but what it sees, which is enough for the chain rule."""
    system = (r"h_t = W_x x_t + W_h h_{t-1}", r"o_t = W_o h_t", loss)
    claim = r"\frac{\partial L}{\partial h_T} = W_o^\top \frac{\partial L}{\partial o_T}"
    assert "denominator_column" in holds(claim, *system)
    assert "denominator_column" not in holds(claim.replace(r"W_o^\top", "W_o"), *system)


def test_the_cross_entropy_of_a_softmax_has_the_famous_gradient() -> None:
    """softmax minus target for one-hot targets; without that word it is undecided, and the reason is named."""
    system = (r"\hat y = softmax(z)", r"L = -y^\top \log \hat y")
    claim = r"\frac{\partial L}{\partial z} = \hat y - y"
    assert "denominator_column" in holds(claim, *system, y="one-hot vector n")
    assert "denominator_column" not in holds(claim.replace(r"\hat y - y", r"y - \hat y"), *system, y="one-hot vector n")
    undecided = verdict(claim, *system).conventions["denominator_column"]
    assert undecided.holds is None
    assert "sum to one" in undecided.reason


@pytest.mark.parametrize("rest", ["", r" + \frac{\mu}{2} \|C\|_F^2"])
def test_targets_at_all_steps_sum_to_one_together(rest: str) -> None:
    """A regulariser of the same matrix beside the sum over the steps refutes nothing either."""
    system = (
        r"s_t = \tanh(A s_{t-1} + B u_t)",
        r"p_t = softmax(C s_t)",
        rf"J = -\sum_{{t=1}}^T q_t^\top \log p_t{rest}",
    )
    claim = r"\frac{\partial J}{\partial C} = \sum_{t=1}^T (p_t - q_t) s_t^\top" + (r" + \mu C" if rest else "")
    found = verdict(claim, *system).conventions["denominator_column"]
    assert found.holds is None
    assert "entries of q_t sum to one" in found.reason
    wrong = verdict(claim.replace("p_t - q_t", "q_t - p_t"), *system).conventions["denominator_column"]
    assert wrong.holds is False


BATCH = (r"P = \operatorname{softmax}(X W + \mathbf{1} b^\top)",)


@pytest.mark.parametrize(
    ("loss", "claim"),
    [
        (
            r"L = -\frac{1}{N} \sum_{i=1}^N \sum_{k=1}^K Y_{ik} \log P_{ik}",
            r"\frac{\partial L}{\partial W} = \frac{1}{N} X^\top (P - Y)",
        ),
        (
            r"J = -\frac1M \operatorname{tr}(Y^\top \log P)",
            r"\frac{\partial J}{\partial W} = \frac{1}{M} X^\top (P - Y)",
        ),
        (
            r"L = -\sum_{i=1}^N \sum_{k=1}^K Y_{ik} \log P_{ik}",
            r"\frac{\partial L}{\partial W_{jk}} = \sum_i X_{ij} (P_{ik} - Y_{ik})",
        ),
    ],
)
def test_rows_of_targets_sum_to_one(loss: str, claim: str) -> None:
    """What holds for rows that sum to one is refuted for no matrix, and true where that is declared."""
    found = verdict(claim, *BATCH, loss).conventions["denominator_column"]
    assert found.holds is None
    assert "each row of Y sum to one" in found.reason
    for words in ("matrix N K, distribution", "matrix N K, one-hot"):
        assert verdict(claim, *BATCH, loss, Y=words).conventions["denominator_column"].holds
    assert verdict(claim.replace("P", "2 P"), *BATCH, loss, Y=words).verdict == "false"


def test_a_property_that_is_declared_alone_is_understood() -> None:
    """A false claim about a vector that is said to be a distribution, and nothing else, is refuted in every layout."""
    system = (r"p = \operatorname{softmax}(z)", r"L = -y^\top \log p")
    for words in ("distribution", "one-hot", "vector, distribution"):
        assert verdict(r"\nabla_z L = p - y", *system, y=words).verdict == "true"
        assert verdict(r"\nabla_z L = y - p", *system, y=words).verdict == "false"


@pytest.mark.parametrize(
    ("system", "claim", "wrong", "state"),
    [
        (
            r"v_{t+1} = v_t + \frac{\Delta t}{C} (I_t - g v_t)",
            r"\frac{\partial v_{t+1}}{\partial v_t} = 1 - \frac{g \Delta t}{C}",
            r"\frac{\partial v_{t+1}}{\partial v_t} = 1 + \frac{g \Delta t}{C}",
            "v_t",
        ),
        (
            r"u_k = \beta u_{k-1} + R I_k",
            r"\frac{\partial u_k}{\partial u_{k-1}} = \beta",
            r"\frac{\partial u_k}{\partial u_{k-1}} = \beta + 1",
            "u_k",
        ),
    ],
)
def test_a_number_that_is_claimed_of_one_unit_is_not_refuted_by_shape(
    system: str, claim: str, wrong: str, state: str
) -> None:
    """Nothing but its letter says that the state is a vector: it is asked for; a declaration settles it."""
    found = verdict(claim, system)
    assert found.verdict == "undecided"
    assert "is a scalar" in found.conventions["numerator_column"].reason
    assert verdict(wrong, system).verdict == "false"
    assert verdict(claim, system, **{state: "scalar"}).verdict == "true"
    assert verdict(wrong, system, **{state: "scalar"}).verdict == "false"


@pytest.mark.parametrize(
    ("system", "claim"),
    [
        (
            (r"H = \tanh(X W)", r"L = \|H\|_F^2"),
            r"\frac{\partial L}{\partial W} = 2 X^\top (H \odot (1 - H \odot H))",
        ),
        (
            (r"S = \operatorname{sigmoid}(Z V)", r"J = \operatorname{tr}(A^\top S)"),
            r"\frac{\partial J}{\partial V} = Z^\top (A \odot S \odot (1 - S))",
        ),
        (
            (r"H = \tanh(X W)",),
            r"\frac{\partial H_{ij}}{\partial W_{kl}} = (1 - H \odot H)_{ij} X_{ik} \delta_{jl}",
        ),
    ],
)
def test_a_number_beside_an_entrywise_product_stands_in_every_entry(system: tuple[str, ...], claim: str) -> None:
    """The 1 of the slope of a batch is a matrix of ones, and no identity."""
    assert "denominator_column" in holds(claim, *system)
    assert not holds(claim.replace("1 - ", "1 + "), *system)


@pytest.mark.parametrize("spread", [r"\mathrm{std}(x)", r"\sqrt{Var(x)}", r"\operatorname{Std}(x)"])
@pytest.mark.parametrize("mean", ["E[x]", r"\mathrm{mean}(x)", r"\mathrm{E}[x]"])
def test_a_standardised_vector_has_its_jacobian(mean: str, spread: str) -> None:
    """E beside a spread is the mean, and a standard deviation the root of the variance."""
    bracket = r"(I - \frac1n \mathbf 1 \mathbf 1^\top - \frac1n z z^\top)"
    claim = rf"\frac{{\partial z}}{{\partial x}} = \frac{{1}}{{{spread}}} {bracket}"
    assert "numerator_column" in holds(claim, rf"z = \frac{{x - {mean}}}{{{spread}}}")
    assert not holds(claim.replace(r"- \frac1n z", r"+ \frac1n z"), rf"z = \frac{{x - {mean}}}{{{spread}}}")


@pytest.mark.parametrize(
    ("system", "claim", "wrong"),
    [
        (r"E(x) = \frac12 x^\top A x - b^\top x", r"\nabla^2 E(x) = \frac12 (A + A^\top)", r"\nabla^2 E(x) = A"),
        (
            r"\mathcal{L}(x, \lambda) = f(x) + \lambda^\top (A x - b)",
            r"\nabla_x \mathcal{L}(x, \lambda) = \nabla f(x) + A^\top \lambda",
            r"\nabla_x \mathcal{L} = \nabla f(x) - A^\top \lambda",
        ),
        (
            r"\mathcal{J}(w, \mu) = g(w) + \mu^\top (C w - d)",
            r"\nabla_\mu \mathcal{J} = C w - d",
            r"\nabla_\mu \mathcal{J} = C w + d",
        ),
        (
            r"L = \sum_{i=1}^N \max(0, 1 - y_i (w^\top x_i + b)) + \frac{C}{2} \|w\|^2",
            r"\nabla_w L = C w - \sum_{i=1}^N y_i x_i \mathbb{1}\{y_i (w^\top x_i + b) < 1\}",
            r"\nabla_w L = C w + \sum_{i=1}^N y_i x_i \mathbb{1}\{y_i (w^\top x_i + b) < 1\}",
        ),
        (
            r"J = \sum_{n=1}^N (y_n - v^\top x_n)^2 + D \|v\|^2",
            r"\nabla_v J = 2 D v - 2 \sum_{n=1}^N (y_n - v^\top x_n) x_n",
            r"\nabla_v J = D v - 2 \sum_{n=1}^N (y_n - v^\top x_n) x_n",
        ),
    ],
)
def test_a_loss_of_a_vector_is_read_as_textbooks_print_it(system: str, claim: str, wrong: str) -> None:
    """The weight of a penalty is a number, the function in a Lagrangian too; a Hessian is by the argument."""
    assert "denominator_column" in holds(claim, system)
    assert verdict(wrong, system).verdict == "false"


def test_the_entry_of_the_right_class_is_picked_by_a_unit_vector() -> None:
    """-log p_k has the gradient p - e_k, and never p."""
    system = ("p = softmax(z)", r"L = -\log p_k")
    assert "denominator_column" in holds(r"\frac{\partial L}{\partial z} = p - e_k", *system)
    assert "denominator_column" not in verdict(r"\frac{\partial L}{\partial z} = p + e_k", *system).holds_in


@pytest.mark.parametrize("target", ["one-hot vector m", "vector m"])
def test_a_cross_entropy_that_is_only_named_refutes_nothing(target: str) -> None:
    """Nothing is known of it, whatever is declared of the target."""
    system = ("o_t = V h_t", r"\hat y_t = softmax(o_t)", r"L = \text{cross entropy}(y_t, \hat y_t)")
    assert verdict(r"\frac{\partial L}{\partial o_t} = \hat y_t - y_t", *system, y_t=target).verdict == "undecided"


def test_bars_around_a_matrix_in_an_equation_are_undecided() -> None:
    """Spectral or Frobenius norm: of the identity they are 1 and the root of n."""
    claim = r"\left\| \frac{\partial y}{\partial x} \right\| = 1"
    assert verdict(claim, "y = I_n x", x="vector n").verdict == "undecided"


# --------------------------------------------------------------------------- functions, arguments


@pytest.mark.parametrize("derivative", [r"\sigma'(\cdot)", r"\sigma'", r"\sigma'(z)"])
def test_a_function_without_argument_is_taken_where_the_system_applies_it(derivative: str) -> None:
    """One application in one equation leaves no doubt; a note says what was read."""
    claim = rf"\frac{{\partial y}}{{\partial x}} = diag({derivative}) W"
    v = verdict(claim, r"y = \sigma(W x + b)")
    assert v.holds_in == ("numerator_column",)
    assert v.notes


def test_a_function_without_argument_that_is_applied_twice_is_undecided() -> None:
    """With two arguments to choose from, symjac does not choose."""
    v = verdict(r"\frac{\partial y}{\partial x} = diag(\sigma') W + diag(\sigma') V", r"y = \sigma(W x) + \sigma(V x)")
    assert v.verdict == "undecided"


# ----------------------------------------------------------------------------------------- indices


def test_an_index_the_system_lacks_is_left_out_only_if_it_is_the_same_everywhere() -> None:
    """y_t and x_t of one step are y and x; another step beside it cannot be."""
    system = ("z = W x + b", r"y = \sigma(z)")
    claim = r"\frac{{\partial y_t}}{{\partial x_t}} = diag(\sigma'(z_{0})) W"
    assert verdict(claim.format("t"), *system).holds_in == ("numerator_column",)
    assert verdict(claim.format("{t-1}"), *system).verdict in ("undecided", "unreadable")


@pytest.mark.parametrize("claim", [r"diag(1 - h_k^2) W", r"diag(1 - h_i^2) W"])
def test_an_index_that_may_be_either_step_is_undecided(claim: str) -> None:
    """h_k beside dh_t/dh_{t-1} may be h_t, for which the claim is true, or h_{t-1}, for which it is false."""
    assert verdict(r"\frac{\partial h_t}{\partial h_{t-1}} = " + claim, *RNN).verdict == "undecided"


def test_an_input_one_step_back_goes_through_the_state_between() -> None:
    """dh_t/dx_{t-1} is not zero: the equations hold at the earlier step as well."""
    step = r"diag(1 - h_t^2) W diag(1 - h_{t-1}^2) U"
    claim = r"\frac{\partial h_t}{\partial x_{t-1}} = "
    assert "numerator_column" in verdict(claim + step, *RNN).holds_in
    assert "numerator_column" not in verdict(claim + r"diag(1 - h_t^2) W U", *RNN).holds_in


# ------------------------------------------------------------------------------ matrices written out


def test_a_jacobian_written_out_is_compared_entry_by_entry() -> None:
    """The 2 x 2 system of the founding question, worked out by hand, and with two entries exchanged."""
    system = (r"x_t = W \sigma(x_{t-1})",)
    rows = [r"W_{{11}} {0} & W_{{{1}}} {2}", r"W_{{{3}}} {0} & W_{{22}} {2}"]
    first, second = (rf"\sigma'((x_{{t-1}})_{k})" for k in (1, 2))

    def claim(upper: str, lower: str) -> str:
        grid = r" \\ ".join(row.format(first, upper, second, lower) for row in rows)
        return rf"\frac{{\partial x_t}}{{\partial x_{{t-1}}}} = \begin{{pmatrix}} {grid} \end{{pmatrix}}"

    assert holds(claim("12", "21"), *system, x_t="vector 2") == {"numerator_column"}
    assert holds(claim("21", "12"), *system, x_t="vector 2") == {"numerator_row"}
    assert not holds(claim("12", "12"), *system, x_t="vector 2")


def test_a_jacobian_written_out_for_a_size_nobody_gave_is_undecided() -> None:
    """2 x 2 for n x n: right or wrong depends on n."""
    v = verdict(
        r"\frac{\partial y}{\partial x} = \begin{pmatrix} w_{11} & w_{12} \\ w_{21} & w_{22} \end{pmatrix}", "y = W x"
    )
    assert v.verdict == "undecided"
    assert "= 2" in v.conventions["numerator_column"].reason


# ------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("claim", "equation"),
    [
        (r"\nabla^2 L = A + A^\top", r"L = x^\top A x"),
        (r"\nabla_x^3 L = A + A^\top", r"L = x^\top A x"),
        (r"dy = diag(\sigma'(W x)) W dx", r"y = \sigma(W x)"),
    ],
)
def test_higher_derivatives_and_differentials_are_not_read_as_first_ones(claim: str, equation: str) -> None:
    """They are another thing; a verdict about the first derivative would be beside the point."""
    assert check_record({"equations": [equation], "claim": claim}).verdict in ("unreadable", "undecided")


@pytest.mark.parametrize("power", ["1000000", "999999999999", "{10^{9}}"])
def test_huge_powers_are_little_work(power: str) -> None:
    """Neither multiplied out nor written out."""
    record = {
        "equations": ["y = A x"],
        "symbols": {"A": "matrix n n"},
        "claim": rf"\frac{{\partial y}}{{\partial x}} = A^{power}",
    }
    with counted(1_000_000):
        check_record(record)
