"""Products over time: order, layouts, induction, numbers, and that nothing grows with the number of steps."""

from __future__ import annotations

import numpy as np
import pytest

from symjac import System, cells
from symjac.codegen import emit, emit_step
from symjac.errors import NotYetError, SymjacError, TargetError
from symjac.expr import Expr, OverTime, Product, Symbol, Time
from symjac.timing import states_of
from symjac.typeset import latex, text
from symjac.unroll import Unrolled
from tests.work import calls

RECURRENT = ["rnn", "elman", "jordan", "tanh_rnn", "irnn", "esn", "gru", "gru_reset_after", "lstm", "lstm_peephole",
             "mgu", "indrnn", "antisymmetric", "layernorm_rnn", "ssm", "ssm_diagonal"]  # fmt: skip
SIZES = {"n": 3, "m": 2, "p": 4}


def unrolled(name: str, of: str = "t", back_to: str = "k") -> Unrolled:
    system = System(getattr(cells, name))
    some = states_of(system.definitions)[-1]
    return system.unroll(some.at(Time.read(of)), back_to=some.at(Time.read(back_to)))


def test_the_latest_factor_is_leftmost_in_numerator_layout_and_rightmost_in_denominator_layout() -> None:
    """The index falls from left to right in numerator layout and rises in denominator layout, factors transposed."""
    product = System(r"x_t = W \sigma(x_{t-1}) + b").unroll("x_t", back_to="x_k")
    assert isinstance(product.numerator, OverTime)
    assert product.numerator.order == "descending"
    assert text(product.numerator.body) == "W diag(σ′(xᵢ₋₁))"
    assert isinstance(product.denominator, OverTime)
    assert product.denominator.order == "ascending"
    assert text(product.denominator.body) == "diag(σ′(xᵢ₋₁)) Wᵀ"
    assert text(product.written(3)) == "W diag(σ′(xₜ₋₁)) W diag(σ′(xₜ₋₂)) W diag(σ′(xₜ₋₃))"
    assert text(product.written(2, "denominator")) == "diag(σ′(xₜ₋₂)) Wᵀ diag(σ′(xₜ₋₁)) Wᵀ"


@pytest.mark.parametrize("name", RECURRENT)
def test_the_product_of_one_step_jacobians_is_the_slope_of_many_steps(name: str) -> None:
    """Over 1 to 8 steps the product agrees with complex steps through the whole recurrence, states in blocks."""
    product = unrolled(name)
    system, states = product.system, product.states
    rng = np.random.default_rng(3)

    def size(d: object) -> int:
        return int(d.subs({s: SIZES[str(s)] for s in d.free_symbols}))  # type: ignore[attr-defined]

    def value(s: Symbol) -> np.ndarray:
        shape = [size(d) for d in s.shape if d != 1]
        return np.array(rng.normal(size=shape) * 0.5)

    lagged = {product.before(s).name: s for s in states}
    fixed = {
        i.symbol.name: value(i.symbol)
        for i in system.symbols.values()
        if i.symbol not in system.definitions and i.symbol.name not in lagged
    }
    inputs = [[k for k, i in system.symbols.items() if i.time is not None and k in fixed]]
    calls = {"sigma": np.tanh, "dsigma": lambda a: 1 - np.tanh(a) ** 2}

    def run(source: object, values: dict[str, np.ndarray]) -> np.ndarray:
        args = {}
        for python, name_ in source.arguments.items():  # type: ignore[attr-defined]
            derived = calls["dsigma"] if name_.endswith("'") else calls["sigma"]
            args[python] = values.get(name_, SIZES.get(name_, derived))
        return np.asarray(source.load()(**args))  # type: ignore[attr-defined]

    steps = {s: emit_step(system, s) for s in states}
    factors = {pair: emit(d) for pair, d in product.derivations.items()}
    sizes = [size(s.rows) for s in states]
    start = {s: value(s) for s in states}
    drift = [{k: value(system.symbols[k].symbol) for k in inputs[0]} for _ in range(8)]
    h = 1e-7 if name in ("irnn", "layernorm_rnn") else 1e-25j

    def forward(state: dict[Symbol, np.ndarray], count: int) -> list[dict[Symbol, np.ndarray]]:
        path = [state]
        for k in range(count):
            now = fixed | drift[k] | {product.before(s).name: path[-1][s] for s in states}
            path.append({s: run(steps[s], now) for s in states})
        return path

    path = forward(start, 8)
    total = np.eye(sum(sizes))
    for count in range(1, 9):
        before = {product.before(s).name: path[count - 1][s] for s in states}
        now = fixed | drift[count - 1] | before | {s.name: path[count][s] for s in states}
        rows = [[run(factors[s, r], now).reshape(size(s.rows), size(r.rows)) for r in states] for s in states]
        total = np.block(rows) @ total
        columns = []
        for r in states:
            for j in range(size(r.rows)):
                moved = {s: np.array(v, dtype=complex if isinstance(h, complex) else float) for s, v in start.items()}
                moved[r][j] += h
                end = forward(moved, count)[-1]
                if isinstance(h, complex):
                    columns.append(np.concatenate([end[s].imag / h.imag for s in states]))
                else:
                    columns.append(np.concatenate([(end[s] - path[count][s]) / h for s in states]))
        tolerance = 1e-4 if isinstance(h, float) else 1e-9
        assert np.allclose(total, np.array(columns).T, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_size_and_work_do_not_depend_on_the_number_of_steps(name: str) -> None:
    """5 and 500 steps are derived and printed as the same formula, with the same work once caches are warm."""

    def printed(steps: int) -> str:
        product = unrolled(name, "t", f"t-{steps}")
        return latex(product.product(named=product.is_block))

    assert abs(len(printed(5)) - len(printed(500))) <= 2
    five, five_hundred = (calls(lambda steps=steps: printed(steps)) for steps in (5, 500))
    assert five_hundred < 1.1 * five


def test_a_number_of_steps_is_told_from_the_times() -> None:
    """Between x_t and x_{t-3} there are three factors; between x_t and x_k their number is open; over none it is I."""
    system = System(r"x_t = W \sigma(x_{t-1}) + b")
    assert system.unroll("x_t", back_to="x_{t-3}").steps == 3
    assert isinstance(system.unroll("x_t", back_to="x_{t-3}").written(), Product)
    assert system.unroll("x_t", back_to="x_k").steps is None
    assert text(system.unroll("x_t", back_to="x_t").numerator) == "I"
    with pytest.raises(TargetError, match="has to be said"):
        system.unroll("x_t", back_to="x_k").written()
    with pytest.raises(TargetError, match="between 1 and"):
        system.unroll("x_t", back_to="x_k").written(400)


def test_several_states_have_a_block_for_each_pair() -> None:
    """For an LSTM the one-step Jacobian has four blocks; that of c by c is diag(f) alone."""
    product = unrolled("lstm")
    assert product.is_block
    c, h = product.states
    assert text(product.block(c, c)) == "diag(fⱼ)"
    assert product.factor.shape == (c.rows + h.rows, c.rows + h.rows)
    assert "J" in text(product.product(named=True))
    with pytest.raises(NotYetError, match="one state vector"):
        product.written(2)


@pytest.mark.parametrize(
    ("equation", "of", "back_to", "error"),
    [
        (r"x_t = W x_{t-1}", "x_k", "x_{k+1}", "later state comes first"),
        (r"x_t = W x_{t-1}", "y_t", "x_k", "no state of the recurrence"),
        (r"y_t = W u_t", "y_t", "y_k", "nothing to unroll"),
        (r"x_t = W x_{t-1} + V x_{t-2}", "x_t", "x_k", "one step back"),
        (r"y = W x", "y", "x", "no symbol carries a time"),
    ],
)
def test_what_cannot_be_unrolled_is_said(equation: str, of: str, back_to: str, error: str) -> None:
    """A target that is no state, the wrong order of times or a longer memory is refused with the reason."""
    with pytest.raises(SymjacError, match=error):
        System(equation).unroll(of, back_to=back_to)


def test_the_notation_of_the_author_is_kept() -> None:
    """States in superscript keep it at every time."""
    product = System(cells.tanh_rnn).unroll("h^{(t)}", back_to="h^{(k)}")
    body: Expr = product.numerator
    assert "h^{(i)}" in latex(body)
    assert product.wrt.name == "h^{(k)}"


@pytest.mark.parametrize("letter", ["t'", "t_0", "t^*", "q", "T+1"])
def test_a_state_may_be_asked_for_at_any_time(letter: str) -> None:
    """Times are letters with their marks; none has to stand in the equations."""
    system = System(r"h^{(2)}_t = \tanh(W h^{(2)}_{t-1} + V x_t)")
    product = system.unroll(rf"h^{{(2)}}_{{{letter}}}", back_to="h^{(2)}_0")
    assert product.late == Time.read(letter)
    assert product.of == product.states[0].at(product.late)
