"""Backpropagation through time: formulas, their proofs, and what automatic differentiation says."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symjac import System, cells, typeset
from symjac.bptt import compare
from symjac.bptt.backward import Backward, Row
from symjac.bptt.program import forward, program
from symjac.cli import main
from symjac.documents.compile import compile_pdf
from symjac.errors import Defect, NotYetError, SymjacError, TargetError
from symjac.expr import Sum, neg

Arrays = dict[str, Any]
SIZES = {"n": 3, "m": 2, "p": 4}

# The loss each cell is given: a function of its state or of its output.
SEEN = {
    "rnn": "x", "elman": "y", "jordan": "y", "tanh_rnn": "o", "irnn": "h", "esn": "x", "gru": "h",
    "gru_reset_after": "h", "lstm": "h", "lstm_peephole": "h", "mgu": "h", "indrnn": "h", "antisymmetric": "h",
    "layernorm_rnn": "h", "ssm": "y", "ssm_diagonal": "y",
}  # fmt: skip


def loss_text(name: str, every: bool) -> str:
    if name == "tanh_rnn":
        return r"L = \sum_{t=1}^{T} \ell^{(t)}(o^{(t)})" if every else r"L = \ell(o^{(T)})"
    s = SEEN[name]
    return rf"L = \sum_{{t=1}}^{{T}} \ell_t({s}_t)" if every else rf"L = \ell({s}_T)"


@cache
def backward(name: str, every: bool) -> Backward:
    return Backward(System(getattr(cells, name)), loss_text(name, every))


@cache
def forward_pass(b: Backward, target: str) -> Callable[..., Arrays]:
    return forward(b, target).load()


def size(d: Any) -> int:
    return int(d.subs({s: SIZES[str(s)] for s in d.free_symbols}))


def shape(s: Any) -> tuple[int, ...]:
    rows, cols = size(s.rows), size(s.cols)
    return () if s.is_scalar else (rows,) if s.cols == 1 else (rows, cols)


def values(b: Backward, steps: int) -> Arrays:
    """Random parameters, inputs and initial states, by the names of the program."""
    rng = np.random.default_rng(steps)
    given: Arrays = {}
    step = b.step
    known = {s.name: s for s in (*step.parameters, *step.inputs, *step.states, *step.targets)}
    known |= {step.before(s).name: s for s in step.states}
    for python, latex in program(b).arguments.items():
        if latex in known:
            s = known[latex]
            own = shape(s)
            rows = (steps, *own) if s in step.inputs else own
            given[python] = np.array(rng.normal(size=rows) * 0.6)
    return given


# Losses and unspecified functions with known derivatives, in any library's terms.
def functions(b: Backward, lib: Any, weights: Any) -> Arrays:
    out: Arrays = {}
    for python in program(b).code.split("(*, ")[1].split(")")[0].split(", "):
        if python.startswith("dloss"):
            out[python] = lambda t, v: weights[t - 1] * lib.cos(v)
        elif python.startswith("dsigma"):
            out[python] = lambda a: 1 - lib.tanh(a) ** 2
        elif python.startswith("sigma"):
            out[python] = lib.tanh
    return out


def loss_of(lib: Any, weights: Any, seen: list[Any], every: bool) -> Any:
    total = 0.0
    for t, v in enumerate(seen, 1):
        if every or t == len(seen):
            total = total + (weights[t - 1] * lib.sin(v)).sum()
    return total


def seen_by_loss(b: Backward, given: Mapping[str, Any], calls: Arrays, target: str) -> list[Any]:
    """What the loss sees at each step, by the emitted forward pass."""
    (v,) = [v for v in b.adjoints.nodes if v in b.adjoints.local.symbols]
    lists = forward_pass(b, target)(**given, **calls)
    result: list[Any] = lists[b.step.label(v)][1:]
    return result


@pytest.mark.parametrize("every", [True, False], ids=["every step", "last step"])
@pytest.mark.parametrize("name", SEEN)
def test_gradients_are_those_of_finite_differences(name: str, every: bool) -> None:
    """Every gradient of every cell is the slope of the loss, found by complex steps of the forward pass."""
    b = backward(name, every)
    run = program(b).load()
    for steps in (1, 3):
        given = values(b, steps)
        weights = np.random.default_rng(7).normal(size=(steps, 1))
        calls = functions(b, np, weights)
        found = run(**given, **calls)
        assert set(found) >= set(given)
        for key, array in given.items():
            for index in list(np.ndindex(array.shape))[:4]:
                moved = {k: np.array(v, dtype=complex) for k, v in given.items()}
                h = 1e-30
                if name in ("irnn", "layernorm_rnn"):
                    h = 1e-6
                    up, down = ({k: v.copy() for k, v in given.items()} for _ in range(2))
                    up[key][index] += h
                    down[key][index] -= h
                    ends = [loss_of(np, weights, seen_by_loss(b, g, calls, "numpy"), every) for g in (up, down)]
                    slope = (ends[0] - ends[1]) / (2 * h)
                else:
                    moved[key][index] += 1j * h
                    slope = loss_of(np, weights, seen_by_loss(b, moved, calls, "numpy"), every).imag / h
                got = np.asarray(found[key])[index]
                assert got == pytest.approx(slope, rel=1e-6, abs=1e-8), (key, index, steps)


@pytest.mark.torch
@pytest.mark.parametrize("every", [True, False], ids=["every step", "last step"])
@pytest.mark.parametrize("name", SEEN)
def test_gradients_are_those_of_automatic_differentiation(name: str, every: bool) -> None:
    """Every gradient of every cell agrees with PyTorch's own for T = 1..8, in both layouts."""
    torch = pytest.importorskip("torch")
    b = backward(name, every)
    sources = {layout: program(b, "torch", layout).load() for layout in ("denominator", "numerator")}
    for steps in range(1, 9):
        given = {k: torch.tensor(v, requires_grad=True) for k, v in values(b, steps).items()}
        weights = torch.tensor(np.random.default_rng(7).normal(size=(steps, 1)))
        calls = functions(b, torch, weights)
        loss_of(torch, weights, seen_by_loss(b, given, calls, "torch"), every).backward()
        for layout, run in sources.items():
            found = run(**given, **calls)
            for key, tensor in given.items():
                got = found[key]
                got = torch.stack(list(got)) if isinstance(got, list) else torch.as_tensor(got)
                want = tensor.grad if tensor.grad is not None else torch.zeros_like(tensor)
                if layout == "numerator" and tensor.ndim == 2 and not isinstance(found[key], list):
                    want = want.T
                assert torch.allclose(got, want, rtol=1e-9, atol=1e-11), (key, steps, layout)


@pytest.mark.torch
@pytest.mark.parametrize("window", [1, 2, 3, 8])
@pytest.mark.parametrize("name", ["tanh_rnn", "gru", "lstm"])
def test_a_window_cuts_the_way_back(name: str, window: int) -> None:
    """Truncated to a window, each loss is differentiated with the state before it held fixed, as by detaching."""
    torch = pytest.importorskip("torch")
    whole = backward(name, True)
    b = Backward(System(getattr(cells, name)), loss_text(name, True), window=window)
    run = program(b, "torch").load()
    steps = 5
    given = {k: torch.tensor(v, requires_grad=True) for k, v in values(whole, steps).items()}
    weights = torch.tensor(np.random.default_rng(7).normal(size=(steps, 1)))
    calls = functions(whole, torch, weights)
    lists = forward(whole, "torch").load()
    names = [whole.step.label(s) for s in whole.step.states]
    inputs = [k for k in given if k == "x"]
    start = {f"{n}_0" for n in names}
    total = torch.zeros(())
    with torch.no_grad():
        states = {n: lists(**given, **calls)[n] for n in names}
    for last in range(1, steps + 1):
        first = max(1, last - window + 1)
        part = {k: (v[first - 1 : last] if k in inputs else v) for k, v in given.items() if k not in start}
        part |= {f"{n}_0": states[n][first - 1] for n in names}
        (seen,) = [v for v in whole.adjoints.nodes if v in whole.adjoints.local.symbols]
        value = lists(**part, **calls)[whole.step.label(seen)][-1]
        total = total + (weights[last - 1] * torch.sin(value)).sum()
    total.backward()
    found = run(**given, **calls)
    for key in found:
        assert torch.allclose(torch.as_tensor(found[key]), given[key].grad, rtol=1e-9, atol=1e-11), key


@pytest.mark.parametrize("name", ["rnn", "tanh_rnn", "gru", "lstm", "esn", "antisymmetric"])
@pytest.mark.parametrize("every", [True, False], ids=["every step", "last step"])
def test_every_row_is_the_derivative_with_all_equations_opened(name: str, every: bool) -> None:
    """The recurrence is the derivative of the loss for every size, with all equations of two steps opened."""
    backward(name, every).verify()


def test_a_changed_formula_is_refused() -> None:
    """A row with a factor left out, a transpose too few or a sign turned round does not pass the check."""
    b = Backward(System(cells.lstm), loss_text("lstm", True))
    row = next(r for r in b.rows if r.of.name == "c_t")
    assert isinstance(row.before, Sum)
    for wrong in (row.before.args[0], neg(row.before), Sum(row.before.args[0], row.before.args[0])):
        with pytest.raises(Defect, match="gradient by c_t"):
            compare.compare_opened(b, Row(row.of, row.symbol, wrong, row.last, row.final))


def test_a_forgotten_use_is_noticed() -> None:
    """Where a use of a symbol is left out, the sum over the paths to the loss does not agree."""
    b = Backward(System(cells.gru), loss_text("gru", True))
    (state,) = b.step.states
    uses = b.adjoint(state).uses
    compare.compare_paths(b, state, uses)
    for k in range(len(uses)):
        with pytest.raises(Defect):
            compare.compare_paths(b, state, uses[:k] + uses[k + 1 :])


def plain(b: Backward) -> str:
    """The formulas, accents in one form."""
    return unicodedata.normalize("NFC", str(b))


@pytest.mark.parametrize(
    ("equations", "loss", "wanted"),
    [
        (
            [r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"],
            r"L = \sum_{t=1}^{T} \ell_t(x_t)",
            ["δₜ = ∇_xₜℓₜ + σ′(xₜ) ⊙ (Wᵀ δₜ₊₁)", "∂L/∂W = ∑_{t=1}^{T} δₜ (σ(xₜ₋₁))ᵀ", "∂L/∂b = ∑_{t=1}^{T} δₜ"],
        ),
        (
            [r"h_t = \tanh(W h_{t-1} + U x_t + b)", "o_t = V h_t + c"],
            r"L = \frac{1}{2} \lVert o_T - y_T \rVert^2",
            ["δₜᵒ = oₜ − yₜ", "h̄ₜ = Wᵀ δₜ₊₁ʰ", "∂L/∂V = δ_Tᵒ h_Tᵀ"],
        ),
        (
            [r"h_{t+1} = \tanh(A h_t + U x_{t+1})", "A = M - M^\\top"],
            r"\sum_t \ell_t(h_t)",
            ["∂L/∂M = Ā − Āᵀ", "∂L/∂A = ∑_{t=1}^{T} δₜ hₜ₋₁ᵀ"],
        ),
    ],
)
def test_formulas_read_as_in_books(equations: list[str], loss: str, wanted: list[str]) -> None:
    """Each derivative is one short formula: errors propagated back, and sums of errors times what came in."""
    lines = plain(System(*equations).bptt(loss)).split("\n")
    for line in wanted:
        assert unicodedata.normalize("NFC", line) in lines


def test_letters_for_gradients_are_not_those_of_the_loss() -> None:
    """Where a target carries a bar or is called delta, the gradients are written another way."""
    system = System("h_t = \\tanh(W h_{t-1} + U x_t)", "y_t = V h_t + h_t")
    text = str(system.bptt(r"L = \frac{1}{2} \sum_{t=1}^{T} \lVert h_t - \bar{h}_t \rVert^2"))
    assert "h̄ₜ = " not in text
    assert "ȟₜ = hₜ − " in unicodedata.normalize("NFC", text)
    other = str(system.bptt(r"L = \frac{1}{2} \sum_{t=1}^{T} \lVert h_t - \delta_t \rVert^2"))
    assert "δₜ = " not in other


def test_a_known_function_is_no_unspecified_loss() -> None:
    """log-sum-exp, a trace or a norm before a bracket is what it is; a word such as loss is unspecified."""
    system = System(r"h_t = \tanh(W h_{t-1} + U x_t)")
    assert "softmax(hₜ)" in str(system.bptt(r"L = \sum_{t=1}^{T} \operatorname{logsumexp}(h_t)"))
    assert system.bptt(r"L = \sum_{t=1}^{T} \operatorname{loss}(h_t)").loss.unspecified
    assert not system.bptt(r"L = \frac{1}{2} (h_T - y_T)^\top (h_T - y_T)").loss.unspecified


def test_only_targets_of_a_cross_entropy_are_taken_to_add_up_to_one() -> None:
    """A sum over the entries of a state, or of a vector that is no target, stays a sum."""
    system = System(r"h_t = \tanh(W h_{t-1} + U x_t)")
    back = system.bptt(r"L = \frac{1}{2} \sum_{t=1}^{T} (\mathbf{1}^\top h_t)^2 + \lambda \lVert W \rVert^2")
    assert back.hypotheses == ()
    assert "𝟏ᵀ hₜ" in str(back)
    back.verify()


def test_a_step_without_parameters_has_a_page() -> None:
    """A recurrence through an unspecified map has a recurrence for the derivatives and no gradients by parameters."""
    back = System("h_t = F(h_{t-1})", symbols={"F": "map n n"}).bptt(r"\sum_t \ell_t(h_t)")
    assert not back.gradients
    assert "Theorem" in back.text()
    assert "parameters, each" not in back.text()


def test_a_loss_may_be_an_equation_of_the_system() -> None:
    """A scalar that an equation defines at every step is summed like a term that is written out."""
    step = r"h_t = \tanh(W h_{t-1} + U x_t)"
    named = System(step, r"L_t = \lVert h_t - y_t \rVert^2", symbols={"L_t": "scalar"}).bptt(r"L = \sum_t L_t")
    written = System(step).bptt(r"L = \sum_t \lVert h_t - y_t \rVert^2")
    assert str(named) == str(written)


def test_the_mean_over_the_steps_divides_by_their_number() -> None:
    """In a mean, T is the number of steps, also in the program."""
    system = System(r"h_t = \tanh(W h_{t-1} + U x_t)")
    mean = program(Backward(system, r"L = \frac{1}{T} \sum_{t=1}^{T} \lVert h_t \rVert^2")).load()
    total = program(Backward(system, r"L = \sum_{t=1}^{T} \lVert h_t \rVert^2")).load()
    rng = np.random.default_rng(2)
    given = {"W": rng.normal(size=(3, 3)), "U": rng.normal(size=(3, 2)), "x": rng.normal(size=(5, 2))}
    given["h_0"] = rng.normal(size=3)
    assert np.allclose(5 * mean(**given)["W"], total(**given)["W"])


def test_cross_entropy_of_softmax_is_output_less_target() -> None:
    """The derivative of a cross-entropy by the scores is p - y if y adds up to one, and (1^T y) p - y for any y."""
    loss = r"L = -\sum_{t=1}^{T} (y^{(t)})^\top \log \hat{y}^{(t)}"
    system = System(cells.tanh_rnn)
    assert unicodedata.normalize("NFC", "δₒ⁽ᵗ⁾ = ŷ⁽ᵗ⁾ − y⁽ᵗ⁾") in plain(system.bptt(loss))
    assert len(system.bptt(loss).hypotheses) == 1
    free = system.bptt(loss, targets="any")
    assert unicodedata.normalize("NFC", "δₒ⁽ᵗ⁾ = (𝟏ᵀ y⁽ᵗ⁾) ŷ⁽ᵗ⁾ − y⁽ᵗ⁾") in plain(free)
    assert free.hypotheses == ()


@pytest.mark.parametrize(
    ("equations", "loss", "error"),
    [
        ("h_t = Wh_{t-1}", r"L = \ell(x)", "holds nothing"),
        ("h_t = Wh_{t-1}", r"\sum_t \lambda", "holds nothing"),
        ("h_t = Wh_{t-1}", r"\sum_{s} \ell_s(h_t)", "another step"),
        ("h_t = Wh_{t-1}", r"\sum_{s} \lVert h_t \rVert^2", "runs over"),
        ("h_t = Wh_{t-1} + Vh_{t-2}", r"\ell(h_T)", "one step back"),
        ("y = W x", r"\ell(y)", "no symbol carries a time"),
        ("y_t = W x_t", r"\ell(y_T)", "nothing to go back through"),
    ],
)
def test_what_cannot_be_done_is_said(equations: str, loss: str, error: str) -> None:
    """A loss or a recurrence that does not fit is refused in one sentence that says what was wanted."""
    with pytest.raises(SymjacError, match=error):
        System(equations).bptt(loss)


@cache
def article_of_an_lstm() -> str:
    return System(cells.lstm).bptt(r"L = \sum_{t=1}^{T} \ell_t(h_t)").document()


def test_the_page_of_an_lstm_is_short() -> None:
    """The LaTeX of an LSTM's page holds one derivative for each of its twelve parameters and every proof step."""
    page = article_of_an_lstm()
    assert page.count(r"\symjacd{L}{") >= 12
    assert len(page) < 9000


@pytest.mark.tex
def test_the_page_of_an_lstm_fits_two_sheets(tmp_path: Path) -> None:
    """The printed page of LSTM backpropagation through time is at most two A4 pages."""
    file = compile_pdf(r"\pdfobjcompresslevel=0" + "\n" + article_of_an_lstm(), tmp_path / "page.pdf")
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", file.read_bytes())) <= 2


def test_the_command_line_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """``symjac bptt`` writes the recurrence, the gradients and the algorithm as text by default."""
    assert main(["bptt", "lstm", "--loss", r"L = \sum_{t=1}^{T} \ell_t(h_t)"]) == 0
    out = capsys.readouterr().out
    assert "Theorem 1" in out
    assert "Algorithm" in out
    assert "∂L/∂W_f = ∑_{t=1}^{T} δₜᶠ xₜᵀ" in out


def test_the_command_line_answers_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON there is a row for each derivative in the recurrence and a gradient for each parameter."""
    assert main(["bptt", "tanh_rnn", "--loss", r"L = \ell(o^{(T)})", "--to", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [r["of"] for r in record["recurrence"]] == ["o^{(t)}", "h^{(t)}", "a^{(t)}"]
    assert record["recurrence"][0]["latex"] is None
    by = {g["of"]: g for g in record["gradients"]}
    assert by["V"]["denominator"] == r"\delta_{o}^{(T)} (h^{(T)})^{\top}"
    assert by["V"]["numerator"] == r"h^{(T)} (\delta_{o}^{(T)})^{\top}"
    assert "def gradients" in record["numpy"]


def test_where_there_is_no_program_the_data_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Inputs of the step before make no program; the gradients do not need one."""
    arguments = [r"h_{t+1} = \tanh(W h_t + U x_t)", "--loss", r"L = \sum_{t=1}^{T} \ell_t(h_t)", "--to", "json"]
    assert main(["bptt", *arguments]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["numpy"] is None
    assert [g["of"] for g in record["gradients"]] == ["W", "U"]
    assert "inputs of the same step" in record["not_run"][0]["because"]


@pytest.mark.parametrize("wanted", ["latex", "document", "markdown", "html", "numpy", "jax", "torch"])
def test_every_format_is_written(wanted: str, tmp_path: Path) -> None:
    """Pages and programs go to files in every format."""
    file = tmp_path / "answer"
    loss = r"L = -\sum_{t=1}^{T} y_t^\top \log \operatorname{softmax}(V h_t)"
    step = r"h_t = \tanh(W h_{t-1} + U x_t)"
    arguments = [step, "--loss", loss, "--to", wanted, "-o", str(file), "--symbol", "V: matrix p n"]
    assert main(["bptt", *arguments, "--symbol", "h_t: vector n", "--window", "3"]) == 0
    text = file.read_text()
    assert "gradients" in text if wanted in ("numpy", "jax", "torch") else "Truncation" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["gru", "--loss", r"L = \ell(q_T)"],
        ["gru"],
        ["gru", "--loss", r"\sum_t \ell_t(h_t)", "--window", "0"],
        ["gru", "--loss", r"\ell(h_T)", "--window", "3"],
        ["highway", "--loss", r"\ell(y)"],
        ["gru", "--loss", r"\sum_t \ell_t(h_t)", "--to", "numpy", "--layout", "both"],
    ],
)
def test_the_command_line_refuses_in_one_message(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be used gives exit status 2, one message on standard error and nothing on standard output."""
    assert main(["bptt", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert captured.err


@pytest.mark.parametrize(
    "loss",
    [
        r"L = \frac{1}{T} \sum_{t=1}^{T} \ell_t(h_t) + \lambda \lVert W \rVert^2",
        r"L = 3 \ell(h_T) - \lambda \operatorname{tr}(U^\top U) + \lVert W \rVert^2",
        r"L = \frac{1}{2} \sum_{t=1}^{T} \lVert h_t \rVert^2 + \frac{\lambda}{2} \lVert W \rVert^2",
    ],
)
def test_a_loss_may_be_scaled_and_penalised(loss: str) -> None:
    """A factor in front and a penalty of the parameters are part of every gradient: central differences agree."""
    b = Backward(System(r"h_t = \tanh(W h_{t-1} + U x_t)", symbols={r"\lambda": "scalar"}), loss)
    rng = np.random.default_rng(4)
    given = {"W": rng.normal(size=(3, 3)), "U": rng.normal(size=(3, 2)), "x": rng.normal(size=(4, 2))}
    given |= {"h_0": rng.normal(size=3), "lambda_": np.array(0.7)}
    calls = functions(b, np, np.ones((4, 1)))
    found = program(b).load()(**given, **calls)

    ahead = forward(b).load()

    def value(at: Arrays) -> float:
        h = ahead(**at, **calls)["h"][1:]
        squares = np.sum(at["W"] ** 2)
        if "frac{1}{T}" in loss:
            return float(sum(np.sin(v).sum() for v in h) / 4 + at["lambda_"] * squares)
        if "operatorname" in loss:
            return float(3 * np.sin(h[-1]).sum() - at["lambda_"] * np.sum(at["U"] ** 2) + squares)
        return float(sum(np.sum(v**2) for v in h) / 2 + at["lambda_"] / 2 * squares)

    for key, array in given.items():
        for index in list(np.ndindex(array.shape))[:4]:
            ends = []
            for h in (1e-6, -1e-6):
                moved = {k: np.array(v) for k, v in given.items()}
                moved[key][index] += h
                ends.append(value(moved))
            slope = (ends[0] - ends[1]) / 2e-6
            assert np.asarray(found[key])[index] == pytest.approx(slope, rel=1e-6, abs=1e-7), key


@pytest.mark.parametrize(
    ("equations", "loss"),
    [
        ([r"h_t = \tanh(W h_{t-1})", "o_t = V h_t"], r"L = \sum_t \ell_t(o_t, h_t)"),
        ([r"h_t = \tanh(W h_{t-1})", "o_t = V h_t"], r"L = \ell(h_T, o_T)"),
        ([r"h_t = \tanh(W h_{t-1})", "o_t = W h_t"], r"L = 2 \sum_t \ell_t(h_t, o_t)"),
        ([r"g_t = \sigma(U h_{t-1})", r"h_t = g_t \odot \tanh(W h_{t-1})"], r"L = \sum_t \ell_t(g_t, h_t)"),
    ],
)
def test_a_loss_may_see_a_state_and_what_is_made_of_it(equations: list[str], loss: str) -> None:
    """The gradient of a loss by one argument holds the others fixed, though they have equations of their own."""
    back = System(*equations).bptt(loss).confirmed().statement
    back.verify()
    assert len(back.adjoints.meaning()) == 2


def test_a_loss_of_state_and_output_has_the_slope_of_differences() -> None:
    """The program for a loss of output and state gives what differences of the loss run by hand give."""
    back = System(r"h_t = \tanh(W h_{t-1})", "o_t = V h_t").bptt(r"L = \sum_t \ell_t(o_t, h_t)").confirmed().statement
    rng = np.random.default_rng(3)
    W, V, start, steps = rng.normal(size=(3, 3)), rng.normal(size=(2, 3)), rng.normal(size=3), 3

    def loss(W: Any) -> Any:
        h, out = start, 0.0
        for _ in range(steps):
            h = np.tanh(W @ h)
            out = out + np.sum((V @ h) ** 2) * np.sum(h**3)
        return out

    found = program(back).load()(
        W=W, V=V, T=steps, h_0=start,
        dloss_o=lambda t, o, h: 2 * o * np.sum(h**3),
        dloss_h=lambda t, o, h: np.sum(o**2) * 3 * h**2,
    )  # fmt: skip
    for i, j in np.ndindex(3, 3):
        change = np.zeros((3, 3), complex)
        change[i, j] = 1e-30j
        assert found["W"][i, j] == pytest.approx(loss(W + change).imag / 1e-30)


@pytest.mark.parametrize(
    "equations",
    [
        [r"y_t = W^\top \tanh(W y_{t-1} + c)"],
        [r"y_t = W \tanh(y_{t-1} + c)"],
        [r"y_t = W^\top \tanh(W y_{t-1} + c) + V \sigma(U y_{t-1})"],
    ],
)
def test_no_two_gradients_share_a_name(equations: list[str]) -> None:
    """The gradients by a symbol and by the argument of a function in its equation have two names."""
    b = System(*equations).bptt(r"L = \sum_t \ell_t(y_t)").confirmed().statement
    names = [b.adjoints.symbol(v).name for v in b.adjoints.nodes]
    assert len(set(names)) == len(names)
    assert not set(names) & {s.name for e in b.step.definitions.values() for s in e.symbols}


def test_a_name_of_the_program_is_no_name_of_the_author() -> None:
    """A parameter called as the gradient of another would be keeps its value in the program."""
    back = System(r"h_t = \tanh(d_W h_{t-1} + W h_{t-1} + d_h)").bptt(r"L = \sum_t \ell_t(h_t)")
    assert {"d_W", "W", "d_h"} <= set(program(back.confirmed().statement).arguments)


def test_letters_of_the_page_are_no_functions_of_the_system() -> None:
    """A function a or delta leaves its letter to the author."""
    kinds = {"a": "elementwise", r"\delta": "elementwise"}
    system = System(r"h_t = a(W h_{t-1} + b)", r"o_t = \delta(V h_t)", symbols=kinds)
    back = system.bptt(r"L = \sum_t \ell_t(o_t)").confirmed().statement
    assert not any(s.name.startswith("a^") for s in back.step.arguments)
    assert not any(back.adjoints.symbol(v).name.startswith(r"\delta") for v in back.adjoints.nodes)


def test_the_last_step_is_no_symbol_of_the_system() -> None:
    """Where T is a matrix the last step has another letter, and a loss that calls it T is refused."""
    system = System(r"h_t = \tanh(T h_{t-1})")
    assert system.bptt(r"L = \sum_t \ell_t(h_t)").confirmed().statement.loss.last.letter == "N"
    with pytest.raises(SymjacError, match="the last step is called T"):
        system.bptt(r"L = \sum_{t=1}^{T} \ell_t(h_t)")


@pytest.mark.parametrize("loss", [r"L = \sum_t \ell_t(h_t)", r"L = \frac12 \lVert h_T - y_T \rVert^2"])
def test_arguments_of_the_next_step_move_with_it(loss: str) -> None:
    """The gradient by the state at time 0 holds the argument of a function at time 1, not at time t + 1."""
    back = System(r"h_t = \tanh(W h_{t-1} + b) / (1 + \lVert h_{t-1} \rVert^2)").bptt(loss).confirmed().statement
    (start,) = back.initial.values()
    assert "a^{h}_1" in {s.name for s in start.symbols}


@pytest.mark.parametrize("weight", [r"\gamma^{t}", r"\gamma^{t-1}", r"\gamma^{T-t}", "t"])
def test_a_weight_that_depends_on_the_step_is_refused(weight: str) -> None:
    """It was one number for all steps in the emitted program."""
    with pytest.raises(NotYetError, match="depends on its number t"):
        System(r"h_t = \tanh(W h_{t-1} + U x_t)").bptt(rf"L = \sum_{{t=1}}^T {weight} \|h_t - y_t\|^2")


def test_a_window_beside_a_penalty_is_refused() -> None:
    """The penalty was counted once for every step."""
    loss = r"L = \sum_{t=1}^T \|h_t - y_t\|^2 + \lambda \|W\|_F^2"
    with pytest.raises(NotYetError, match="a window beside"):
        System(r"h_t = \tanh(W h_{t-1} + U x_t)").bptt(loss, window=1)
    with pytest.raises(TargetError, match="targets are one of"):
        System(r"h_t = \tanh(W h_{t-1} + U x_t)").bptt(loss, targets="none")


def test_what_a_declaration_gives_to_the_loss_alone_is_a_row_for_each_step() -> None:
    """A declared weight or target of a step is one as it is where nothing declares it."""
    system = System(r"h_t = \tanh(W h_{t-1} + U x_t)", symbols={"w_t": "scalar"})
    code = system.bptt(r"\sum_t w_t \lVert h_t - y_t \rVert^2").numpy()
    assert "2 * w[t - 1] * (h[t] - y[t - 1])" in code


def test_times_in_brackets_are_those_of_the_recurrence_in_the_loss() -> None:
    """``d[n]`` beside ``x[n-1]`` is a target of each step, as ``d_n`` beside ``x_{n-1}`` is."""
    step = r"x[n] = \tanh(A x[n-1] + B u[n])"
    back = System(step).bptt(r"E = \frac12 \sum_{n=1}^{N} \|x[n] - d[n]\|^2").confirmed().statement
    assert [s.name for s in back.step.parameters] == ["A", "B"]


def test_a_target_is_a_scalar_where_only_so_the_loss_is_one() -> None:
    """The y of (o - y)^2 beside a scalar output."""
    system = System(r"h_t = \tanh(W h_{t-1} + U x_t)", r"o_t = v^\top h_t")
    backward = system.bptt(r"\frac12 \sum_{t=1}^{T} (o_t - y_t)^2")
    assert any("y: read as a scalar" in n.message for n in backward.loss.notes)


@pytest.mark.parametrize(
    ("alone", "loss"), [("u", r"\ell(z_t)"), ("v", r"\ell(z_t)"), ("d", r"\lVert z_t - d_t \rVert^2")]
)
def test_a_letter_may_stand_with_a_time_and_without_one(alone: str, loss: str) -> None:
    """Beside an input u_t or a target d_t the parameter of that letter has one; beside a state it is asked for."""
    back = System(rf"z_t = \tanh(P z_{{t-1}} + Q u_t + {alone})").bptt(rf"L = \sum_t {loss}")
    assert typeset.text(back.gradient(alone)) == "∑_{t=1}^{T} δₜ"
    with pytest.raises(SymjacError, match="which step"):
        System(r"z_t = \tanh(P z_{t-1} + Q u_t + z)")
