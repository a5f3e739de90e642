"""Losses that count by a factor, that are sums over steps, or that stand beside other losses."""

from __future__ import annotations

import pytest

from symjac.claims.checking import check, check_record

LINEAR = [r"h_t = A h_{t-1} + B x_t", r"y_t = C h_t"]
TANH = [r"h_t = \tanh(W h_{t-1} + U x_t)", r"o_t = V h_t"]


def verdict(equations: list[str], claim: str, **symbols: str) -> str:
    return check_record({"equations": equations, "symbols": symbols, "claim": claim}).verdict


STEPS = [  # the sum, what the loss of one step is called, by what it is differentiated
    (r"L = {} \sum_{{t=1}}^T L_t", r"\partial L_t", "y_t"),
    (r"L = {} \sum_{{t=1}}^T L_t(y_t)", r"\partial L_t", "y_t"),
    (r"L = {} \sum_{{t=1}}^T \ell_t(y_t)", r"\partial \ell_t", "y_t"),
    (r"L = {} \sum_{{t=1}}^T \ell(y_t, d_t)", r"\partial \ell(y_t, d_t)", "y_t"),
    (r"L = {} \sum_{{t=1}}^T \ell(y_t, d_t)", r"\partial \ell", "y_t"),
]


@pytest.mark.parametrize(("total", "of", "by"), STEPS)
@pytest.mark.parametrize("factor", [r"\frac{1}{T}", r"\frac{1}{2}", "-", ""])
def test_the_factor_of_the_step_losses_counts(total: str, of: str, by: str, factor: str) -> None:
    """The derivative of the whole loss is that of the step's times the factor, and no other multiple."""
    equations = [*LINEAR, total.format(factor)]
    step = rf"\frac{{{of}}}{{\partial {by}}}"
    whole = rf"\frac{{\partial L}}{{\partial {by}}}"
    assert verdict(equations, f"{whole} = {factor} {step}") == "true"
    assert verdict(equations, f"{whole} = 2 {factor} {step}") == "false"
    assert verdict(equations, rf"\frac{{\partial L}}{{\partial C}} = {factor} \sum_{{t=1}}^T {step} h_t^\top") == "true"
    if factor:
        assert verdict(equations, f"{whole} = {step}") == "false"
        assert verdict(equations, rf"\frac{{\partial L}}{{\partial C}} = \sum_{{t=1}}^T {step} h_t^\top") == "false"


@pytest.mark.parametrize("factor", [r"\frac{1}{2}", r"\frac{1}{N}", "-", r"\lambda", "2"])
@pytest.mark.parametrize("of", [r"\ell", r"\text{CE}"])
def test_a_loss_is_told_from_the_function_of_which_it_is_a_multiple(factor: str, of: str) -> None:
    """``L = a l(y, d)`` has a times the derivatives of l."""
    equations = ["y = C h", rf"L = {factor} {of}(y, d)"]
    for spelling in (of, f"{of}(y, d)"):
        inner = rf"\frac{{\partial {spelling}}}{{\partial y}}"
        assert verdict(equations, rf"\frac{{\partial L}}{{\partial y}} = {factor} {inner}") == "true"
        assert verdict(equations, rf"\frac{{\partial L}}{{\partial h}} = {factor} C^\top {inner}") == "true"
        assert verdict(equations, rf"\frac{{\partial L}}{{\partial y}} = {inner}") == "false"
        assert verdict(equations, rf"\frac{{\partial L}}{{\partial C}} = {inner} h^\top") == "false"


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{\partial L}{\partial V} = \frac{1}{T} \sum_{t=1}^T (o_t - d_t) h_t^\top", "true"),
        (r"\frac{\partial L}{\partial V} = \sum_{t=1}^T \frac{1}{T} (o_t - d_t) h_t^\top", "true"),
        (r"\frac{\partial L}{\partial V} = \sum_{t=1}^T (o_t - d_t) h_t^\top", "false"),
        (r"\frac{\partial L}{\partial V} = -\frac{1}{T} \sum_{t=1}^T (o_t - d_t) h_t^\top", "false"),
        (r"\frac{\partial L}{\partial V} = -\frac{1}{T} \sum_{t=1}^T (d_t - o_t) h_t^\top", "true"),
    ],
)
def test_a_number_before_a_sum_over_steps_stands_in_every_summand(claim: str, wanted: str) -> None:
    """So that sums are compared summand by summand wherever the number is printed."""
    loss = r"L = \frac{1}{T} \sum_{t=1}^T \frac12 \|o_t - d_t\|^2"
    assert verdict([*TANH, loss], claim) == wanted


@pytest.mark.parametrize(
    ("equations", "claim", "wanted"),
    [
        (["y = W x"], r"\frac{\partial L}{\partial W} = \frac{\partial C}{\partial y} x^\top", "undecided"),
        (["y = W x"], r"\frac{\partial L}{\partial W} = \frac{\partial \mathcal{L}}{\partial y} x^\top", "true"),
        (
            ["y = W x", r"L = \|y\|^2"],
            r"\frac{\partial L}{\partial W} = \frac{\partial E}{\partial y} x^\top",
            "undecided",
        ),
        (["y = W x"], r"\frac{\partial C}{\partial W} = \frac{\partial C}{\partial y} x^\top", "true"),
    ],
)
def test_two_losses_are_no_one_loss(equations: list[str], claim: str, wanted: str) -> None:
    """Letters that no equation ties say nothing of each other."""
    assert verdict(equations, claim) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("vector", "undecided"), ("vector, distribution", "true"), ("vector, sums to one", "true"), ("one-hot", "true")],
)
def test_what_is_declared_of_targets_is_used(words: str, wanted: str) -> None:
    """Entry by entry as well as in vectors; what is false stays so."""
    equations = [r"p = \operatorname{softmax}(z)", r"L = -\sum_k y_k \log p_k"]
    assert verdict(equations, r"\frac{\partial L}{\partial z_j} = p_j - y_j", y=words) == wanted
    assert verdict(equations, r"\frac{\partial L}{\partial z_j} = y_j - p_j", y=words) == "false"
    assert verdict(equations, r"\frac{\partial L}{\partial z_j} = 2 (p_j - y_j)", y=words) == "false"


@pytest.mark.parametrize(
    ("claim", "numerator", "denominator"),
    [
        (r"\partial_1 f(h_{t-1}, x_t)", True, True),
        (r"(\partial_1 f(h_{t-1}, x_t))^\top", False, None),
        (r"D_1 f(h_{t-1}, x_t)", True, None),
        (r"2 (\partial_1 f(h_{t-1}, x_t))^\top", False, False),
        (r"2 D_1 f(h_{t-1}, x_t)", False, False),
    ],
)
def test_the_jacobian_of_a_function_of_vectors_may_keep_to_numerator_layout(
    claim: str, numerator: bool | None, denominator: bool | None
) -> None:
    """What holds in one of the two layouts of its sign is not refuted; what holds in neither is."""
    claim = rf"\frac{{\partial h_t}}{{\partial h_{{t-1}}}} = {claim}"
    v = check_record({"equations": ["h_t = f(h_{t-1}, x_t)"], "symbols": {}, "claim": claim})
    assert v.conventions["numerator_column"].holds is numerator
    assert v.conventions["denominator_column"].holds is denominator


def test_a_chain_settles_the_order_of_the_product_that_it_writes_out() -> None:
    """The latest factor leftmost, as the dots show it."""
    one = r"\frac{\partial h_{t+1}}{\partial h_k} = \prod_{j=k}^{t} \frac{\partial h_{j+1}}{\partial h_j}"
    later = r"\frac{\partial h_{t+1}}{\partial h_t}\frac{\partial h_t}{\partial h_{t-1}}"
    written = rf"{one} = {later} \cdots \frac{{\partial h_{{k+1}}}}{{\partial h_k}}"
    v = check_record({"equations": TANH, "symbols": {}, "claim": written})
    assert (v.order, v.verdict) == ("descending", "true")
    assert all(o.holds is not False for k, o in v.links[1].conventions.items() if k in v.holds_in)
    alone = check_record({"equations": TANH, "symbols": {}, "claim": one})
    assert alone.order == "ascending"
    assert "in the other order, largest index leftmost, the claim holds in numerator layout" in alone.explanation


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{\partial L}{\partial z_1} = p_1 - 1", "true"),
        (r"\frac{\partial L}{\partial z_1} = p_1", "false"),
        (r"\frac{\partial L}{\partial z_2} = p_2", "true"),
        (r"\frac{\partial L}{\partial p_1} = -\frac{1}{p_1}", "true"),
        (r"\frac{\partial L}{\partial z} = p - e_1", "true"),
        (r"\frac{\partial L}{\partial z} = p - e_2", "false"),
    ],
)
def test_a_numbered_entry_of_the_system_is_that_of_the_claim(claim: str, wanted: str) -> None:
    """``-\\log p_1`` is of the first entry, and of no other one-hot vector's."""
    assert verdict([r"p = \operatorname{softmax}(z)", r"L = -\log p_1"], claim) == wanted


def test_whether_an_unnamed_step_loss_holds_the_factor_is_open() -> None:
    """Before the sum it may belong to each term or to the sum; in the term nothing is open."""
    claim = r"\frac{\partial E_t}{\partial y_t} = y_t - d_t"
    assert verdict([*LINEAR, r"E = \frac12 \sum_{t=1}^N \|y_t - d_t\|^2"], claim) == "undecided"
    assert verdict([*LINEAR, r"E = \sum_{t=1}^N \frac12 \|y_t - d_t\|^2"], claim) == "true"


SQUARES = r"\frac12 \sum_{t=1}^T \|o_t - d_t\|^2"
ERRORS = r"\sum_{t=1}^T (o_t - d_t) h_t^\top"


@pytest.mark.parametrize(
    ("total", "gradient", "wanted"),
    [
        (rf"{SQUARES} + \frac\lambda2 \|V\|_F^2", rf"{ERRORS} + \lambda V", "true"),
        (rf"\frac\lambda2 \|V\|_F^2 + \frac1T {SQUARES}", rf"\lambda V + \frac1T {ERRORS}", "true"),
        (rf"{SQUARES} - \frac\lambda2 \|V\|_F^2 + \|W\|_F^2", rf"{ERRORS} - \lambda V", "true"),
        (rf"{SQUARES} + \frac\lambda2 \|W\|_F^2", ERRORS, "true"),
        (rf"{SQUARES} + \frac\lambda2 \|V\|_F^2", ERRORS, "false"),
        (rf"{SQUARES} + \frac\lambda2 \|V\|_F^2", rf"{ERRORS} + 2 \lambda V", "false"),
        (rf"{SQUARES} + \frac\lambda2 \|V\|_F^2", r"\sum_{t=1}^T (o_t + d_t) h_t^\top + \lambda V", "false"),
        (rf"{SQUARES} + \frac\lambda2 \|V\|_F^2", r"\sum_{t=1}^T ((o_t - d_t) h_t^\top + \lambda V)", "undecided"),
        (
            r"\sum_{t=1}^T \ell_t(o_t) + \frac\lambda2 \|V\|_F^2",
            r"\sum_{t=1}^T \frac{\partial \ell_t}{\partial o_t} h_t^\top + \lambda V",
            "true",
        ),
        (r"\sum_{t=1}^T \ell_t(o_t) + \sum_{t=1}^T \|h_t\|^2", ERRORS, "undecided"),
        (r"\sum_{t=1}^T \ell_t(o_t) + \ell(h_T)", ERRORS, "undecided"),
    ],
)
def test_what_parameters_add_by_themselves_counts_once(total: str, gradient: str, wanted: str) -> None:
    """Beside a sum over steps; inside it the claim is true over one step alone, which refutes nothing."""
    claim = rf"\frac{{\partial L}}{{\partial V}} = {gradient}"
    assert verdict([*TANH, f"L = {total}"], claim, **{r"\lambda": "scalar"}) == wanted


def test_what_parameters_add_is_differentiated_by_its_factor() -> None:
    """The square of a norm is what the weight of a regulariser counts."""
    total = rf"L = {SQUARES} + \frac\lambda2 \|V\|_F^2"
    by = r"\frac{\partial L}{\partial \lambda}"
    assert verdict([*TANH, total], rf"{by} = \frac12 \|V\|_F^2", **{r"\lambda": "scalar"}) == "true"
    assert verdict([*TANH, total], rf"{by} = \|V\|_F^2", **{r"\lambda": "scalar"}) == "false"


@pytest.mark.parametrize("name", [r"\text{cross entropy}", r"\operatorname{cross-entropy}"])
def test_words_before_a_bracket_are_one_loss(name: str) -> None:
    """In the system and in the claim."""
    equations = ["y = C h", f"L = 2 {name}(y, d)"]
    inner = rf"\frac{{\partial {name}(y, d)}}{{\partial y}}"
    assert verdict(equations, rf"\frac{{\partial L}}{{\partial y}} = 2 {inner}") == "true"
    assert verdict(equations, rf"\frac{{\partial L}}{{\partial y}} = {inner}") == "false"


RUN = (r"s_t = \tanh(A s_{t-1} + B u_t)", "y_t = C s_t")
FULL = r"\frac{\partial J}{\partial C} = 2 \sum_t (y_t - d_t) s_t^\top + 2 \lambda C"


@pytest.mark.parametrize(
    "losses",
    [
        (r"E = \sum_{t=1}^T \|y_t - d_t\|^2", r"J = E + \lambda \|C\|_F^2"),
        (r"E_t = \|y_t - d_t\|^2", r"E = \sum_t E_t", r"J = \lambda \|C\|_F^2 + E"),
        (r"\mathcal{E} = 2 \sum_t \|y_t - d_t\|^2", r"J = \frac12 \mathcal{E} + \lambda \|C\|_F^2"),
    ],
)
def test_a_sum_over_steps_within_another_loss_counts_there(losses: tuple[str, ...]) -> None:
    """It is no letter of its own, by which nothing would depend on what it sums."""
    assert check([*RUN, *losses], FULL).verdict == "true"
    assert check([*RUN, *losses], r"\frac{\partial J}{\partial C} = 2 \lambda C").verdict != "true"
    assert check([*RUN, *losses], r"\frac{\partial J}{\partial A} = 0").verdict != "true"


@pytest.mark.parametrize(
    ("losses", "claim"),
    [
        ((r"E = \sum_t \|s_t - d_t\|^2", r"L = \log E"), r"\frac{\partial L}{\partial s_t} = 0"),
        ((r"E = \sum_t \|y_t - d_t\|^2 + \lambda \|C\|_F^2", "J = 2 E"), r"\frac{\partial J}{\partial C} = 0"),
        (
            (r"L = \sum_t \|y_t - d_t\|^2", r"M = L + \lambda \|C\|_F^2"),
            r"\frac{\partial M}{\partial s_t} = \frac{\partial L}{\partial s_t}",
        ),
    ],
)
def test_a_sum_over_steps_within_something_else_is_not_followed(losses: tuple[str, ...], claim: str) -> None:
    """Within a function, with more than a sum in it, or beside itself in a claim."""
    assert check([*RUN, *losses], claim).verdict == "undecided"


@pytest.mark.parametrize("rest", ["", r" + \|A\|_F^2"])
@pytest.mark.parametrize("bounds", ["_t", "_{t=1}^T"])
def test_two_sums_over_the_same_steps_are_one(bounds: str, rest: str) -> None:
    """A penalty of the states beside their errors, each in a sum of its own."""
    system = [
        r"s_t = \tanh(A s_{t-1} + B u_t)",
        rf"J = \frac12 \sum{bounds} \|s_t - d_t\|^2 - \frac{{\mu}}{{2}} \sum{bounds} \|s_t\|^2{rest}",
    ]
    later = r" + A^\top \operatorname{diag}(1 - s_{t+1}^2) \frac{\partial J}{\partial s_{t+1}}"
    for claim, wanted in (
        (r"\frac{\partial J}{\partial s_t} = (s_t - d_t) - \mu s_t" + later, True),
        (r"\frac{\partial J}{\partial s_t} = (s_t - d_t) + \mu s_t" + later, False),
        (r"\frac{\partial J}{\partial s_T} = (s_T - d_T) - \mu s_T", True),
    ):
        assert check(system, claim).conventions["denominator_column"].holds is wanted


@pytest.mark.parametrize(
    ("name", "gradient", "wanted"),
    [
        (r"\delta^l", r"\delta^l (v^{l-1})^T", "true"),
        (r"\delta^l", r"\delta^l (v^l)^T", "false"),
        ("g^l", r"g^l (v^{l-1})^T", "true"),
        ("g^l", r"v^{l-1} (g^l)", "true"),
    ],
)
def test_what_names_a_gradient_is_a_factor_before_a_bracket(name: str, gradient: str, wanted: str) -> None:
    system = [r"r^l = W^l v^{l-1} + c^l", r"v^l = \sigma(r^l)", rf"{name} = \frac{{\partial C}}{{\partial r^l}}"]
    assert verdict(system, rf"\frac{{\partial C}}{{\partial W^l}} = {gradient}") == wanted
