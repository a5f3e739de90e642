"""How far derivatives reach: outputs of the last step, first steps, feedback, losses over some steps, products' scopes.

Each case was worked out by hand and, where it is decided, by complex step; what two readings answer otherwise is
undecided.
"""

from __future__ import annotations

import pytest

from symjac.claims import check
from symjac.claims.checking import check_record
from symjac.claims.verdict import Verdict

H = r"h_t = \tanh(W h_{t-1} + U x_t)"
D = r"D_t = diag(1 - h_t^2)"
Y = r"y_t = V h_t"
ERROR = r"L = \frac12 \lVert y_T - d \rVert^2"
ERRORS = r"L_t = \frac12 \lVert y_t - d_t \rVert^2"
FIRST = (r"h_t = \tanh(W h_{t-1})", r"h_0 = \tanh(A v)")
FEEDBACK = (r"h_t = \tanh(W h_{t-1} + U y_{t-1})", Y)
STATE_SPACE = ("x_{t+1} = A x_t + B u_t", "y_t = C x_t")


def slope(time: str) -> str:
    return rf"diag(1 - h_{{{time}}}^2)"


def verdict(claim: str, *equations: str, **symbols: str) -> Verdict:
    v = check_record({"equations": list(equations), "symbols": symbols, "claim": claim})
    assert v.error is None, v.error
    return v


def by(y: str, x: str) -> str:
    return rf"\frac{{\partial {y}}}{{\partial {x}}} = "


@pytest.mark.parametrize(
    ("equations", "left", "right", "convention"),
    [
        ((H, "y = V h_T"), by("y", "h_{T-1}"), f"V {slope('T')} W", "numerator_column"),
        ((H, "y = V h_T"), by("y", "x_T"), f"V {slope('T')} U", "numerator_column"),
        ((H, "y = V h_t"), by("y", "h_{t-1}"), f"V {slope('t')} W", "numerator_column"),
        ((H, "y = V h_3"), by("y", "h_2"), f"V {slope('3')} W", "numerator_column"),
        ((H, Y, ERROR), by("L", "h_{T-1}"), rf"W^\top {slope('T')} V^\top (y_T - d)", "denominator_column"),
        ((H, Y, ERROR), by("L", "V"), r"(y_T - d) h_T^\top", "denominator_column"),
        ((H, Y, ERRORS, "L = L_t"), by("L", "h_t"), r"V^\top (y_t - d_t)", "denominator_column"),
        ((H, Y, r"L = \ell(y_T)"), by("L", "h_T"), r"V^\top \frac{\partial L}{\partial y_T}", "denominator_column"),
        ((*FIRST,), by("h_0", "v"), f"{slope('0')} A", "numerator_column"),
        ((*FIRST,), by("h_1", "v"), f"{slope('1')} W {slope('0')} A", "numerator_column"),
        ((H, "y_t = V h_{t+1}"), by("y_t", "h_t"), f"V {slope('t+1')} W", "numerator_column"),
    ],
)
def test_what_stands_at_another_time_is_followed(
    equations: tuple[str, ...], left: str, right: str, convention: str
) -> None:
    """A left-hand side without a time, or another time on the right, hides no dependence; zero is refuted."""
    v = verdict(left + right, *equations)
    assert convention in v.holds_in
    assert not verdict(left + "0", *equations).holds_in
    assert r"\mathbf{0}" not in v.correct.values()


@pytest.mark.parametrize(
    ("equations", "claim"),
    [
        ((H, Y, ERROR), by("L", "W") + "0"),
        ((H, Y, ERROR), by("L", "W") + rf"{slope('T')} \frac{{\partial L}}{{\partial h_T}} h_{{T-1}}^\top"),
        ((H, Y, ERRORS, r"L = L_T + \lambda \lVert W \rVert^2"), by("L", "W") + r"2 \lambda W"),
        ((*FIRST,), by("h_t", "v") + "0"),
        ((H, Y, ERRORS, r"L = \sum_{t=1}^{T-1} L_t"), by("L", "y_T") + "y_T - d_T"),
        ((H, Y, ERRORS, r"L = \sum_{t=2}^{T} L_t"), by("L", "y_1") + "y_1 - d_1"),
        ((H, Y, ERRORS, r"L = \sum_{t=1}^{T} L_{t-1}"), by("L", "y_T") + "y_T - d_T"),
        ((H, Y, ERRORS, r"L = \log \sum_{t=1}^{T} L_t"), by("L", "y_t") + "y_t - d_t"),
        (FEEDBACK, by("h_t", "h_{t-2}") + f"{slope('t')} W {slope('t-1')} W"),
        (FEEDBACK, by("h_t", "h_k") + rf"\prod_{{i=k+1}}^t W^\top {slope('i')}"),
        (
            (H.replace("W", "w").replace("U", "u"),),
            by("h_t", "w") + r"\sum_{k=1}^t \frac{\partial h_t}{\partial h_k} (1 - h_k^2) h_{k-1}",
        ),
        (
            ("h_t = W h_{t-1}", Y, r"L_t = \frac12 \lVert y_t - y_{t-1} \rVert^2"),
            by("L_t", "V") + r"(y_t - y_{t-1}) h_t^\top",
        ),
        (STATE_SPACE, by("L", "B") + r"\sum_t \frac{\partial L}{\partial x_t} u_{t-1}^\top"),
    ],
)
def test_what_needs_every_step_or_a_choice_is_undecided(equations: tuple[str, ...], claim: str) -> None:
    """Neither the part of one step nor zero passes for the whole."""
    v = verdict(claim, *equations)
    assert v.verdict == "undecided", v.conventions
    assert not v.correct


def test_the_factor_of_a_mean_over_steps_counts_though_the_claim_does_not_print_it() -> None:
    """Without 1/T the claim holds of one step only, and is false; it was undecided, as nothing said what T is."""
    mean = (H, Y, ERRORS, r"L = \frac1T \sum_{t=1}^{T} L_t")
    assert verdict(by("L", "y_t") + "y_t - d_t", *mean).verdict == "false"
    assert verdict(by("L", "y_t") + r"\frac1T (y_t - d_t)", *mean).verdict == "true"


@pytest.mark.parametrize(
    ("formula", "holds"),
    [
        (r"\sum_t \frac{\partial L}{\partial x_{t+1}} u_t^\top", True),
        (r"\sum_t \frac{\partial L}{\partial x_{t+1}} u_{t-1}^\top", False),
        (r"\sum_t \frac{\partial L}{\partial x_{t+1}} x_t^\top", False),
    ],
)
def test_sums_over_all_steps_keep_to_one_count(formula: str, holds: bool) -> None:
    """What is no other count of the same summands is refuted all the same."""
    assert bool(verdict(by("L", "B") + formula, *STATE_SPACE).holds_in) is holds


@pytest.mark.parametrize(
    ("claim", "convention"),
    [
        (by("h_t", "x_k") + r"\prod_{i=t}^{k+1} [D_i W] D_k U", "numerator_column"),
        (by("h_t", "x_k") + r"\prod_{i=t}^{k+1} D_i W D_k U", "numerator_column"),
        (
            by("h_t", "x_k")
            + r"\prod_{i=t}^{k+1} \frac{\partial h_i}{\partial h_{i-1}} \frac{\partial h_k}{\partial x_k}",
            "numerator_column",
        ),
        (
            by("L_t", "h_k") + r"\prod_{i=k+1}^t W^\top D_i V^\top \frac{\partial L_t}{\partial y_t}",
            "denominator_column",
        ),
    ],
)
def test_factors_behind_a_product_multiply_it(claim: str, convention: str) -> None:
    """What stands at another time, or does not type inside, is outside; another step in the bounds is refuted."""
    assert convention in verdict(claim, H, D, Y).holds_in
    damaged = claim.replace("k+1", "k+2")
    assert damaged != claim
    assert not verdict(damaged, H, D, Y).holds_in


def test_a_matrix_of_one_column_is_no_vector() -> None:
    """U x_t with U declared n x 1 is a column times a scalar."""
    v = verdict(by("h_t", "x_t") + f"{slope('t')} U", H, W="matrix n n", U="matrix n 1")
    assert v.holds_in == ("numerator_column",)


def test_a_bound_is_not_violated_by_a_state_that_cannot_be() -> None:
    """At the step of the input the state is a value of tanh, so that its slope is at most 1."""
    left = r"\left\| \frac{\partial h_t}{\partial x_k} \right\| \le "
    assert verdict(left + r"\|W\|^{t-k} \|U\|", H).verdict != "false"
    assert verdict(left + r"\|W\|^{t-k-1} \|U\|", H).verdict == "false"


def test_a_time_that_is_a_number_too_is_not_moved() -> None:
    """Of h_t = t W h_{t-1} one step is judged, and two are not: t is another number there."""
    system = [r"h_t = t W h_{t-1}"]
    assert check(system, r"\frac{\partial h_t}{\partial h_{t-1}} = t W").verdict == "true"
    assert check(system, r"\frac{\partial h_t}{\partial h_{t-1}} = W").verdict == "false"
    for over_two in (r"t (t - 1) W W", r"t^2 W W"):
        v = check(system, rf"\frac{{\partial h_t}}{{\partial h_{{t-2}}}} = {over_two}")
        assert v.verdict == "undecided"
        assert "t is a number in an equation" in str(v.conventions["numerator_column"].reason)
