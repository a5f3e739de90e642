"""How large a product over time can become: the bounds, and that no product exceeds them."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest

from symjac import System, cells
from symjac.codegen import emit, emit_step
from symjac.expr import Number
from symjac.functions import ACTIVATIONS, BOUNDS
from symjac.typeset import latex

CASES = [
    (r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b", "x", r"\lVert W \rVert \gamma"),
    (r"x_t = W \tanh(x_{t-1}) + W_{in} u_t + b", "x", r"\lVert W \rVert"),
    (r"x_t = W \operatorname{sigmoid}(x_{t-1}) + b", "x", r"\frac{1}{4} \lVert W \rVert"),
    (r"h_t = \tanh(W h_{t-1} + U x_t + b)", "h", r"\lVert W \rVert"),
    (r"h_t = \operatorname{sigmoid}(W h_{t-1} + U x_t)", "h", r"\frac{1}{4} \lVert W \rVert"),
    (r"h_t = W^\top h_{t-1}", "h", r"\lVert W \rVert"),
]


@pytest.mark.parametrize(("equation", "state", "rate"), CASES)
def test_the_bound_is_norm_times_steepest_slope(equation: str, state: str, rate: str) -> None:
    """A step multiplies the norm by at most ||W|| gamma; gamma is 1 for tanh, 1/4 for sigmoid, else a hypothesis."""
    bound = System(equation).bound(f"{state}_t", back_to=f"{state}_k")
    assert bound.vanishing() == f"{rate} < 1"
    assert bound.exploding() == f"{rate} > 1"
    assert bound.formula().endswith("^{t-k}")
    assert rate in bound.formula()
    assert bool(bound.hypotheses) == (r"\gamma" in rate)


@pytest.mark.parametrize("name", ["tanh_rnn", "esn", "gru", "mgu", "antisymmetric", "ssm", "ssm_diagonal"])
def test_no_product_exceeds_its_bound(name: str) -> None:
    """For random parameters of several sizes the spectral norm over 1 to 6 steps is at most the bound's power."""
    system = System(getattr(cells, name))
    state = "h^{({})}" if name == "tanh_rnn" else ("x_{}" if name in ("esn", "ssm", "ssm_diagonal") else "h_{}")
    bound = system.bound(state.replace("{}", "t"), back_to=state.replace("{}", "k"))
    (s,) = bound.unrolled.states
    before = bound.unrolled.before(s)
    rng = np.random.default_rng(1)
    for scale in (0.05, 0.5, 2.0):
        given = {}
        for key, info in system.symbols.items():
            if info.symbol not in system.definitions and info.symbol != before:
                shape = [int(d.subs(dict.fromkeys(d.free_symbols, 3))) for d in info.symbol.shape if d != 1]
                given[key] = np.array(rng.normal(size=shape) * scale)
        env = dict(given)
        rate = float(value_of(bound.rate, env))
        total, x = np.eye(3), np.array(rng.uniform(-1, 1, size=3))
        step, jacobian = emit_step(system, s), emit(bound.unrolled.derivations[s, s])
        for count in range(1, 7):
            now = given | {before.name: x}
            x = step.load()(**{p: now.get(name_, 3) for p, name_ in step.arguments.items()})
            now[s.name] = x
            total = jacobian.load()(**{p: now.get(name_, 3) for p, name_ in jacobian.arguments.items()}) @ total
            assert np.linalg.norm(total, 2) <= rate**count * (1 + 1e-9)


def value_of(e: object, env: dict[str, np.ndarray]) -> float:
    """The value of a rate: numbers, sums, products and norms by name."""
    from symjac.expr import Number, Product, Sum, Symbol

    if isinstance(e, Number):
        return float(e.value)
    if isinstance(e, Sum):
        return sum(value_of(t, env) for t in e.args)
    if isinstance(e, Product):
        return float(np.prod([value_of(t, env) for t in e.args]))
    assert isinstance(e, Symbol)
    inner = re.fullmatch(r"\\l[Vv]ert (.*) \\r[Vv]ert(_\{\\infty\})?", e.name)
    assert inner is not None
    text = inner[1]
    if text in env:
        value = env[text]
    elif text == r"1 - \alpha":
        value = 1 - env[r"\alpha"]
    else:
        assert text == r"W - W^{\top} - \gamma I"
        value = env["W"] - env["W"].T - env[r"\gamma"] * np.eye(3)
    if value.ndim == 2:
        return float(np.linalg.norm(value, 2))
    return float(np.max(np.abs(value)))


def test_gated_cells_follow_by_the_triangle_inequality() -> None:
    """A GRU whose state begins between -1 and 1 stays there, and its bound adds up the ways through the gates."""
    bound = System(cells.gru).bound("h_t", back_to="h_k")
    assert [s.name for s in bound.invariant] == ["h_t"]
    assert bound.vanishing().startswith(r"1 + \frac{1}{2} \lVert U_z \rVert")
    assert bound.never_below_one
    assert "does not show that gradients vanish" in str(bound)


def test_several_states_are_bounded_by_powers_of_a_matrix() -> None:
    """For an LSTM each block has a rate, and what no function bounds is a hypothesis."""
    bound = System(cells.lstm).bound("h_t", back_to="c_k")
    assert bound.is_block
    assert bound.formula().endswith(r")_{21}") or bound.formula().endswith(r"\right)_{21}")
    assert [h.latex for h in bound.hypotheses] == [r"\lVert c_{t-1} \rVert_{\infty} \le \kappa"]


def test_it_says_what_a_transposed_formula_would_change() -> None:
    """The bound of a transposed formula is the same, its norm is not."""
    text = " ".join(System(cells.rnn).bound("x_t", back_to="x_k").sentences())
    assert r"\lVert W^{\top}\rVert = \lVert W\rVert" in text
    assert "another number" in text


@pytest.mark.parametrize("key", BOUNDS)
def test_the_table_of_slopes_and_ranges_holds(key: str) -> None:
    """No value leaves its range, no difference quotient exceeds the slope, and the slope is nearly reached."""
    import sympy

    z = sympy.Symbol("z", real=True)
    f = sympy.lambdify(z, ACTIVATIONS[key].sympy(z), "numpy")
    x = np.linspace(-30, 30, 60001)
    y = np.asarray(f(x), dtype=float)
    row = BOUNDS[key]
    if row.low is not None:
        assert y.min() >= float(row.low) - 1e-12
    if row.high is not None:
        assert y.max() <= float(row.high) + 1e-12
    slopes = np.abs(np.diff(y) / np.diff(x))
    assert slopes.max() <= float(row.slope) + 1e-9
    assert slopes.max() >= 0.999 * float(row.slope)


@pytest.mark.parametrize(
    ("function", "rate"),
    [(r"\mathrm{softmax}", r"\frac{1}{2} \lVert W \rVert"), (r"\mathrm{elu}", r"\lVert W \rVert")],
)
def test_nothing_is_supposed_of_functions_whose_slope_is_known(function: str, rate: str) -> None:
    """Their derivatives are printed with the state itself, of which the bound needs no constant."""
    b = System(rf"h_t = {function}(W h_{{t-1}} + U x_t)").bound("h_t", back_to="h_k")
    assert not b.hypotheses
    assert latex(b.rate) == rate


def test_the_slope_of_a_scalar_state_is_a_number() -> None:
    """One unit has the steepest slope of its function too."""
    b = System(r"h_t = \mathrm{sigmoid}(h_{t-1}) + x_t").bound("h_t", back_to="h_k")
    assert (b.rate, b.hypotheses) == (Number(Fraction(1, 4)), ())


def test_what_numbers_decide_is_no_condition() -> None:
    """Neither 1/2 < 1 nor 1 < 1 is printed, and of blocks the eigenvalue is looked at, not the sum of all rates."""
    half, one = (str(System(e).bound("h_t", back_to="h_k")) for e in (r"h_t = \frac{1}{2} h_{t-1}", "h_t = h_{t-1}"))
    assert "So ∂hₜ/∂hₖ tends to zero" in half
    assert "never below 1" in one
    blocks = System(r"h_t = \frac{1}{4} h_{t-1} + 4 c_{t-1}", r"c_t = \frac{1}{2} c_{t-1}").bound("h_t", back_to="h_k")
    assert "tend to zero, as the largest eigenvalue" in str(blocks)
    for told in (half, one, str(blocks)):
        assert "< 1" not in told
        assert "> 1" not in told


def test_no_latex_is_left_in_plain_text() -> None:
    """Sizes are printed as what they are sizes of, in hypotheses and rates."""
    for equation in (
        r"h_t = \frac{h_{t-1}}{\|h_{t-1}\|}",
        r"h_t = \frac{1}{\alpha} h_{t-1}",
        r"h_t = x_t \odot h_{t-1}",
    ):
        b = System(equation).bound("h_t", back_to="h_k")
        assert not set("\\{}") & set(f"{b!r} {b} {b.text()}")
