"""Real-time recurrent learning: derivatives by a parameter beside those of the step before.

Williams and Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation
1989, equation (6), by matrices, vectors and scalars, by their entries, through one state and through several.
"""

from __future__ import annotations

import pytest

from symjac.claims.checking import check, check_record

RNN = [r"h_t = \tanh(W h_{t-1} + U x_t)"]
LINEAR = ["s_t = A s_{t-1} + B x_t"]
BIAS = [r"h_t = \tanh(W h_{t-1} + b)"]
GATE = ["s_t = W h_{t-1} + b", r"h_t = \tanh(s_t)"]
TWO = ["s_t = A s_{t-1} + B p_{t-1}", "p_t = C s_{t-1} + D p_{t-1}"]
SCALAR = ["a_t = w a_{t-1} + u_t"]
NUMBERS = {"a_t": "scalar", "u_t": "scalar", "w": "scalar"}

TRUE_AND_FALSE = [
    (
        RNN,
        r"\frac{\partial h_{t,k}}{\partial W_{ij}} = (1 - h_{t,k}^2) \left( \delta_{ki} h_{t-1,j} "
        r"+ \sum_l W_{kl} \frac{\partial h_{t-1,l}}{\partial W_{ij}} \right)",
        [(r"W_{kl}", r"W_{lk}"), (r"\delta_{ki} h_{t-1,j}", r"\delta_{kj} h_{t-1,i}"), (r"+ \sum", r"- \sum")],
    ),
    (
        LINEAR,
        r"\frac{\partial s_{t,i}}{\partial A_{pq}} = \delta_{ip} s_{t-1,q} "
        r"+ \sum_r A_{ir} \frac{\partial s_{t-1,r}}{\partial A_{pq}}",
        [("s_{t-1,q}", "s_{t,q}"), ("A_{ir}", "A_{ri}")],
    ),
    (
        BIAS,
        r"\frac{\partial h_{t,k}}{\partial b_j} = (1 - h_{t,k}^2) (\delta_{kj} "
        r"+ \sum_l W_{kl} \frac{\partial h_{t-1,l}}{\partial b_j})",
        [(r"+ \sum", r"- \sum"), ("W_{kl}", "W_{lk}")],
    ),
    (
        GATE,
        r"\frac{\partial h_t}{\partial W_{ij}} = diag(1 - h_t^2) "
        r"\left( e_i h_{t-1,j} + W \frac{\partial h_{t-1}}{\partial W_{ij}} \right)",
        [("e_i h_{t-1,j}", "e_j h_{t-1,i}"), (r"+ W", r"+ 2 W")],
    ),
    (
        GATE,
        r"\frac{\partial h_t}{\partial b} = diag(1 - h_t^2) (I + W \frac{\partial h_{t-1}}{\partial b})",
        [("I + W", "I - W"), ("diag(1 - h_t^2)", "diag(1 - h_{t-1}^2)")],
    ),
    (
        GATE,
        r"\frac{\partial s_t}{\partial b} = I + W \frac{\partial h_{t-1}}{\partial b}",
        [("I + W", "W"), ("+ W", "- W")],
    ),
    (
        TWO,
        r"\frac{\partial s_t}{\partial A} = s_{t-1}^\top \otimes I + A \frac{\partial s_{t-1}}{\partial A} "
        r"+ B \frac{\partial p_{t-1}}{\partial A}",
        [("+ B", "- B"), ("B", "D")],
    ),
]


def holds(equations: list[str], claim: str, **symbols: str) -> bool | None:
    v = check_record({"equations": equations, "symbols": symbols, "claim": claim})
    return v.conventions["numerator_column"].holds


@pytest.mark.parametrize(("equations", "claim", "changes"), TRUE_AND_FALSE)
def test_the_recursion_holds_and_no_other(equations: list[str], claim: str, changes: list[tuple[str, str]]) -> None:
    """The total derivative, through all steps before; with one sign, index or factor changed it is false."""
    assert holds(equations, claim) is True
    for old, new in changes:
        head, _, body = claim.partition(" = ")
        assert old in body
        assert holds(equations, f"{head} = {body.replace(old, new)}") is False, (old, new)


def test_of_numbers() -> None:
    """A scalar recurrence by its scalar parameter."""
    claim = r"\frac{\partial a_t}{\partial w} = a_{t-1} + w \frac{\partial a_{t-1}}{\partial w}"
    assert holds(SCALAR, claim, **NUMBERS) is True
    assert holds(SCALAR, claim.replace("= a_{t-1}", "= a_t"), **NUMBERS) is False


@pytest.mark.parametrize("claim", [r"diag(1 - h_t^2)", r"diag(1 - h_t^2) \frac{\partial s_t}{\partial b}"])
def test_alone_the_derivative_is_the_immediate_one(claim: str) -> None:
    """Beside none of an earlier step, as before."""
    assert holds(GATE, rf"\frac{{\partial h_t}}{{\partial b}} = {claim}") is True


def test_a_state_left_out_is_missed() -> None:
    """Of two states that act on each other the derivative of one alone is not enough, as a run shows."""
    claim = r"\frac{\partial s_t}{\partial A} = s_{t-1}^\top \otimes I + A \frac{\partial s_{t-1}}{\partial A}"
    assert holds(TWO, claim) is False


@pytest.mark.parametrize("bracket", ["()", "[]"])
def test_a_time_in_brackets_is_one_in_a_claim_whatever_its_letter(bracket: str) -> None:
    """``s(k)`` beside a system with ``s(t)``: the same verdict as for ``s_k`` beside ``s_t``."""
    system, claim = (
        r"s<t> = \tanh(W s<t-1> + b)",
        r"\frac{\partial s<t>}{\partial s<k>} = \prod_{i=k+1}^{t} W^\top \operatorname{diag}(1 - s<i>^2)",
    )
    below = [text.replace("<", "_{").replace(">", "}") for text in (system, claim)]
    called = [text.replace("<", bracket[0]).replace(">", bracket[1]) for text in (system, claim)]
    verdicts = [check([equation], formula) for equation, formula in (below, called)]
    assert verdicts[0].holds_in == verdicts[1].holds_in == ("denominator_column",)


@pytest.mark.parametrize(("power", "holds_there"), [("k-1", True), ("k", False)])
@pytest.mark.parametrize("letter", ["t", "n"])
def test_a_time_in_brackets_may_be_one_of_two_letters(letter: str, power: str, holds_there: bool) -> None:
    """``u[n-k]`` is u that many steps ago, as ``u_{n-k}`` is."""
    claim = r"\frac{\partial x[n]}{\partial u[n-k]} = A^{POWER} B".replace("POWER", power)
    texts = [text.replace("[n", f"[{letter}") for text in ("x[n+1] = A x[n] + B u[n]", claim)]
    assert (check(texts[:1], texts[1]).holds_in == ("numerator_column",)) is holds_there


BACK = (r"g_t = \tanh(P x_t + Q g_{t+1})",)
BOTH_WAYS = (r"f_t = \tanh(W x_t + U f_{t-1})", *BACK, "y_t = V f_t + R g_t")
VALUES = (r"v_t = r_t + \gamma P v_{t+1}",)
BY_LOSS = r"\frac{\partial L}{\partial g_{t+1}} = \frac{\partial L}{\partial g_t}"


def by(y: str, x: str) -> str:
    """dy/dx is what follows."""
    return rf"\frac{{\partial {y}}}{{\partial {x}}} = "


@pytest.mark.parametrize(
    ("system", "claim", "damaged"),
    [
        (BACK, by("g_t", "g_{t+1}") + r"diag(1 - g_t^2) Q", r"diag(1 - g_{t+1}^2) Q"),
        (BACK, by("g_t", "x_t") + r"diag(1 - g_t^2) P", r"diag(1 - g_t^2) Q"),
        (BACK, BY_LOSS + r" diag(1 - g_t^2) Q", r"diag(1 - g_{t+1}^2) Q"),
        (VALUES, by("v_t", "r_{t+2}") + r"\gamma^2 P^2", r"\gamma P"),
        (VALUES, by("v_t", "r_{t+2}") + r"\gamma^2 P^2", "0"),
        (VALUES, by("v_t", "v_{t-1}") + "0", "P"),
        (BOTH_WAYS, by("y_t", "x_t") + r"V diag(1 - f_t^2) W + R diag(1 - g_t^2) P", r"V diag(1 - f_t^2) W"),
        (BOTH_WAYS, by("y_t", "x_{t+1}") + r"R diag(1 - g_t^2) Q diag(1 - g_{t+1}^2) P", "0"),
        (BOTH_WAYS, by("f_t", "f_k") + r"\prod_{i=t}^{k+1} diag(1 - f_i^2) U", r"\prod_{i=t}^k diag(1 - f_i^2) U"),
    ],
)
def test_what_comes_out_of_later_steps_is_followed_there(system: tuple[str, ...], claim: str, damaged: str) -> None:
    """A costate, a value function, the one half of a network that reads both ways."""
    assert "numerator_column" in check(list(system), claim).holds_in
    left = claim.split("=")[0] + "= " + (r"\frac{\partial L}{\partial g_t} " if claim.startswith(BY_LOSS) else "")
    assert check(list(system), left + damaged).verdict == "false"


def test_over_many_steps_nothing_says_whether_an_input_comes_later() -> None:
    """The Jacobian by x_k is another one where k is before t and where it is behind."""
    later = by("y_t", "x_k") + r"R \left(\prod_{i=t}^{k-1} diag(1 - g_i^2) Q\right) diag(1 - g_k^2) P"
    assert check(list(BOTH_WAYS), later).verdict == "undecided"


@pytest.mark.parametrize("last", ["T", "N"])
def test_what_is_defined_at_the_last_step_alone_is_known_there(last: str) -> None:
    """``y_T = V s_T`` is the y_T of a claim that names s_{T-1}, though T is a label of y and a step of s."""
    system = [r"s_t = P s_{t-1} + Q x_t", rf"y_{last} = V s_{last}"]
    left = rf"\frac{{\partial y_{last}}}{{\partial s_{{{last}-1}}}} = "
    assert check(system, left + "V P").holds_in == ("numerator_column",)
    assert check(system, left + "V").verdict == "false"


@pytest.mark.parametrize(
    ("equation", "claim", "damaged"),
    [
        (r"s_t = \lambda s_{t-1} + x_t", by("s_t", "x_k") + r"\lambda^{t-k} I", r"\lambda^{t-k-1} I"),
        (r"v_t = \beta v_{t-1}", by("v_t", "v_k") + r"\beta^{t-k} I", r"\beta^{t-k}"),
        (r"s_t = \gamma P s_{t-1} + x_t", by("s_t", "s_k") + r"\gamma^{t-k} P^{t-k}", r"\gamma^{t-k} P^{t-k-1}"),
        (r"s_t = \gamma P s_{t-1}", by("s_t", "s_k") + r"\gamma P \gamma^{t-k-1} P^{t-k-1}", r"\gamma P^{t-k}"),
    ],
)
def test_a_number_in_a_power_over_many_steps_is_a_power_of_its_own(equation: str, claim: str, damaged: str) -> None:
    """(c A)^k is c^k A^k, and the powers of the identity are the identity."""
    symbols = {"s_t": "vector n", "v_t": "vector n"}
    symbols = {key: words for key, words in symbols.items() if key[0] in equation}
    assert "numerator_column" in check([equation], claim, symbols).holds_in
    assert "numerator_column" not in check([equation], claim.split("=")[0] + "= " + damaged, symbols).holds_in


BY_W = r"\frac{\partial h_t}{\partial W} = \frac{\partial^+ h_t}{\partial W}"
BACK = r"\frac{\partial h_t}{\partial h_{t-1}} \frac{\partial h_{t-1}}{\partial W}"
BY_B = r"\frac{\partial h_t}{\partial b} = \frac{\partial^+ h_t}{\partial b}"


@pytest.mark.parametrize(
    ("equations", "claim", "holds"),
    [
        (RNN, f"{BY_W} + {BACK}", True),
        (RNN, f"{BY_W} - {BACK}", False),
        (RNN, BY_W.replace("^+", "") + f" + {BACK}", False),
        (
            RNN,
            BY_W.replace("h_t}{", "h_{t-1}}{").replace(r"\frac{\partial h_{t-1}", r"\frac{\partial h_t") + f" + {BACK}",
            False,
        ),
        (BIAS, rf"{BY_B} + \operatorname{{diag}}(1 - h_t^2) W \frac{{\partial h_{{t-1}}}}{{\partial b}}", True),
        (BIAS, rf"{BY_B} + \operatorname{{diag}}(1 - h_t^2) W^\top \frac{{\partial h_{{t-1}}}}{{\partial b}}", False),
        (BIAS, r"\frac{\partial^+ h_t}{\partial b} = \operatorname{diag}(1 - h_t^2)", True),
        (BIAS, r"\frac{\partial^+ h_t}{\partial b} = \operatorname{diag}(1 - h_t^2) W", False),
        (GATE, r"\frac{\partial^+ h_t}{\partial b} = \operatorname{diag}(1 - h_t^2)", True),
        (
            [*RNN, r"E_t = \ell(h_t)"],
            r"\frac{\partial E_t}{\partial W} = \sum_{k=1}^t \frac{\partial E_t}{\partial h_t} "
            r"\frac{\partial h_t}{\partial h_k} \frac{\partial^+ h_k}{\partial W}",
            None,
        ),
    ],
)
def test_a_plus_says_that_other_steps_are_held_fixed(equations: list[str], claim: str, holds: bool | None) -> None:
    """The immediate derivative of Pascanu, Mikolov and Bengio (2013), equation (4), beside the total one."""
    assert check(equations, claim).conventions["numerator_column"].holds is holds


@pytest.mark.parametrize(
    ("right", "wanted"),
    [(r"(1 - \lambda) \lambda^{t-k} I", "true"), (r"\lambda^{t-k} I", "false"), (r"\lambda^{t-k-1} I", "false")],
)
@pytest.mark.parametrize("letter", ["g", "f", "u"])
def test_what_stands_before_steps_only_is_at_them_whatever_its_letter(letter: str, right: str, wanted: str) -> None:
    """The g of g(k) beside s(k-1) is no function of the number k."""
    system = [rf"s(k) = \lambda s(k-1) + (1 - \lambda) {letter}(k)"]
    claim = rf"\frac{{\partial s(t)}}{{\partial {letter}(k)}} = {right}"
    assert check_record({"equations": system, "claim": claim}).verdict == wanted


@pytest.mark.parametrize("last", ["T", "s"])
@pytest.mark.parametrize("system", [r"r_t = M^\top r_{t+1} + N x_t", r"r_t = \tanh(N x_t + M^\top r_{t+1})"])
def test_what_comes_out_of_later_steps_has_no_end_and_is_left_undecided_at_once(system: str, last: str) -> None:
    claim = rf"\frac{{\partial r_t}}{{\partial r_{last}}} = (M^\top)^{{{last}-t}}"
    found = check_record({"equations": [system], "claim": claim})
    assert found.verdict == "undecided"
    assert "comes out of later steps" in found.explanation
