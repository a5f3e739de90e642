"""Backpropagation through time: formulas, their proofs, and what automatic differentiation says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from symjac import System, cells
from symjac.bptt.backward import Backward
from symjac.bptt.program import forward, program

Arrays = dict[str, Any]
SIZES = {"n": 3, "m": 2, "p": 4}

# The loss each cell is given: a function of its state or of its output.
SEEN = {
    "rnn": "x", "elman": "y", "jordan": "y", "tanh_rnn": "o", "irnn": "h", "esn": "x", "gru": "h", "gru_reset_after": "h",
    "lstm": "h", "lstm_peephole": "h", "mgu": "h", "indrnn": "h", "antisymmetric": "h", "layernorm_rnn": "h", "ssm": "y",
    "ssm_diagonal": "y",
}  # fmt: skip


def loss_text(name: str, every: bool) -> str:
    if name == "tanh_rnn":
        return r"L = \sum_{t=1}^{T} \ell^{(t)}(o^{(t)})" if every else r"L = \ell(o^{(T)})"
    s = SEEN[name]
    return rf"L = \sum_{{t=1}}^{{T}} \ell_t({s}_t)" if every else rf"L = \ell({s}_T)"


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
    lists = forward(b, target).load()(**given, **calls)
    result: list[Any] = lists[b.step.label(v)][1:]
    return result


@pytest.mark.parametrize("every", [True, False], ids=["every step", "last step"])
@pytest.mark.parametrize("name", SEEN)
def test_gradients_are_those_of_finite_differences(name: str, every: bool) -> None:
    """Every gradient of every cell is the slope of the loss, found by complex steps of the forward pass, for T = 1..4."""
    b = Backward(System(getattr(cells, name)), loss_text(name, every))
    run = program(b).load()
    for steps in (1, 2, 4):
        given = values(b, steps)
        weights = np.random.default_rng(7).normal(size=(steps, 1))
        calls = functions(b, np, weights)
        found = run(**given, **calls)
        assert set(found) >= set(given)
        for key, array in given.items():
            for index in list(np.ndindex(array.shape))[:6]:
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
    b = Backward(System(getattr(cells, name)), loss_text(name, every))
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
