"""Recurrences with gates that share a matrix or a bias."""

from __future__ import annotations

from tests.shared.formulas import IDENTITY, ONE, by, df, dg, diag, f, group, jacobian, over_steps
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape
from tests.shared.timed import NEXT, NOW, U, V, W, alpha, at, b, before, c, h, v, x, y, z


@shape(
    "<z>_t = <g>(<W> <h>_{t-1} + <U> <x>_t)",
    "<c>_t = <f>(<W> <h>_{t-1} + <V> <x>_t)",
    r"<h>_t = (1 - <z>_t) \odot <h>_{t-1} + <z>_t \odot <c>_t",
    symbols="W n n, U n m, V n m, x m, z n, c n, h n",
)
def gate_and_candidate_by_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["z", t] = s.g(s["W"] @ s["h", t - 1] + s["U"] @ s["x", t])
        s["c", t] = s.f(s["W"] @ s["h", t - 1] + s["V"] @ s["x", t])
        s["h", t] = (1 - s["z", t]) * s["h", t - 1] + s["z", t] * s["c", t]
    s.loss(("h", s.last))
    gate, candidate = dg(W @ before + U @ x), df(W @ before + V @ x)
    keep, new = group(ONE - z), group(c - before)
    return lambda: [
        (by("z", 0), new * by("h", 0)),
        (by("c", 0), z * by("h", 0)),
        (jacobian(h, before), diag(ONE - z) + diag(new) @ diag(gate) @ W + diag(z) @ diag(candidate) @ W),
        (
            by("h", -1),
            keep * by("h", 0) + W.T @ group(gate * by("z", 0)) + W.T @ group(candidate * by("c", 0)),
        ),
        (by("W"), over_steps(group(gate * by("z", 0) + candidate * by("c", 0)) @ before.T)),
        (by("W"), over_steps(group(gate * new * by("h", 0) + candidate * z * by("h", 0)) @ before.T)),
        (by("U"), over_steps(group(gate * new * by("h", 0)) @ x.T)),
        (by("h", -1), jacobian(h, before).T @ by("h", 0)),
    ]


@shape(
    "<z>_t = <g>(<W> <x>_t + <b>)",
    r"<r>_t = <f>(<V> <h>_{t-1} + <b>)",
    r"<h>_t = <z>_t \odot <h>_{t-1} + <r>_t",
    "<y>_t = <V> <h>_t",
    symbols="W n m, V n n, b n, x m, z n, r n, h n, y n",
)
def one_bias_in_two_gates_and_a_tied_output(s: Run) -> Facts:
    for t in s.steps:
        s["z", t] = s.g(s["W"] @ s["x", t] + s["b"])
        s["r", t] = s.f(s["V"] @ s["h", t - 1] + s["b"])
        s["h", t] = s["z", t] * s["h", t - 1] + s["r", t]
        s["y", t] = s["V"] @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    gate, inner = dg(W @ x + b), df(V @ before + b)
    later = df(V @ h + b)
    return lambda: [
        (by("r", 0), by("h", 0)),
        (by("z", 0), before * by("h", 0)),
        (jacobian(h, before), diag(z) + diag(inner) @ V),
        (by("h", 0), at("z", 1) * by("h", 1) + V.T @ group(later * by("h", 1)) + V.T @ by("y", 0)),
        (by("b"), over_steps(gate * by("z", 0) + inner * by("r", 0))),
        (by("V"), over_steps(by("y", 0) @ h.T + group(inner * by("r", 0)) @ before.T)),
        (by("W"), over_steps(group(gate * by("z", 0)) @ x.T)),
    ]


@shape(
    "<h>_t = (1 - <alpha>) <h>_{t-1} + <alpha> <f>(<W> <h>_{t-1} + <x>_t)",
    symbols="W n n, x n, h n, alpha",
)
def leaky_state(s: Run) -> Facts:
    for t in s.steps:
        new = s.f(s["W"] @ s["h", t - 1] + s["x", t])
        s["h", t] = (1 - s["alpha"]) * s["h", t - 1] + s["alpha"] * new
    s.loss(("h", s.last))
    inner = W @ before + x
    D = diag(df(inner))
    return lambda: [
        (jacobian(h, before), group(ONE - alpha) @ IDENTITY + alpha @ D @ W),
        (by("h", -1), group(ONE - alpha) @ by("h", 0) + alpha @ W.T @ D @ by("h", 0)),
        (by("alpha"), over_steps(by("h", 0).T @ group(f(inner) - before))),
        (by("W"), over_steps(alpha @ D @ by("h", 0) @ before.T)),
        (by("x", 0), alpha @ D @ by("h", 0)),
    ]


@shape(
    r"<h>_t = <f>(<v> \odot <h>_{t-1} + <x>_t)",
    r"<y>_t = <v> \odot <h>_t",
    symbols="v n, x n, h n, y n",
)
def one_vector_for_state_and_output(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["v"] * s["h", t - 1] + s["x", t])
        s["y", t] = s["v"] * s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    inner, later = df(v * before + x), df(v * h + at("x", 1))
    return lambda: [
        (jacobian(h, before), diag(v * inner)),
        (by("h", 0), v * by("y", 0) + v * later * by("h", 1)),
        (by("v"), over_steps(h * by("y", 0) + inner * before * by("h", 0))),
        (jacobian(h, v), diag(inner) @ group(diag(before) + diag(v) @ jacobian(before, v))),
        (jacobian(y, before), diag(v * v * inner)),
    ]


@shape(
    "<z>_t = <g>(<U> <x>_t + <W> <h>_{t-1})",
    "<r>_t = <g>(<U> <x>_t + <W> <h>_{t-1} + <b>)",
    r"<c>_t = <f>(<U> <x>_t + <W> (<r>_t \odot <h>_{t-1}))",
    r"<h>_t = (1 - <z>_t) \odot <h>_{t-1} + <z>_t \odot <c>_t",
    symbols="W n n, U n m, b n, x m, z n, r n, c n, h n",
)
def three_gates_by_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["z", t] = s.g(s["U"] @ s["x", t] + s["W"] @ s["h", t - 1])
        s["r", t] = s.g(s["U"] @ s["x", t] + s["W"] @ s["h", t - 1] + s["b"])
        s["c", t] = s.f(s["U"] @ s["x", t] + s["W"] @ (s["r", t] * s["h", t - 1]))
        s["h", t] = (1 - s["z", t]) * s["h", t - 1] + s["z", t] * s["c", t]
    s.loss(("h", s.last))
    r = at("r")
    update, reset = dg(U @ x + W @ before), dg(U @ x + W @ before + b)
    inner = df(U @ x + W @ group(r * before))
    carried = group(W.T @ group(inner * by("c", 0)))
    return lambda: [
        (by("z", 0), group(c - before) * by("h", 0)),
        (by("r", 0), before * carried),
        (
            by("W"),
            over_steps(
                group(update * by("z", 0) + reset * by("r", 0)) @ before.T
                + group(inner * by("c", 0)) @ group(r * before).T
            ),
        ),
        (by("U"), over_steps(group(update * by("z", 0) + reset * by("r", 0) + inner * by("c", 0)) @ x.T)),
        (
            by("h", -1),
            group(ONE - z) * by("h", 0) + r * carried + W.T @ group(update * by("z", 0) + reset * by("r", 0)),
        ),
        (by("b"), over_steps(reset * by("r", 0))),
    ]


@shape(
    "<z>_t = <g>(<W> <h>_{t-1} + <b>)",
    "<r>_t = <f>(<W> <h>_{t-1} + <U> <x>_t)",
    r"<c>_t = <z>_t \odot <c>_{t-1} + <r>_t",
    "<h>_t = <f>(<c>_t)",
    "<y>_t = <W> <h>_t",
    symbols="W n n, U n m, b n, x m, z n, r n, c n, h n, y n",
)
def a_memory_cell_with_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["z", t] = s.g(s["W"] @ s["h", t - 1] + s["b"])
        s["r", t] = s.f(s["W"] @ s["h", t - 1] + s["U"] @ s["x", t])
        s["c", t] = s["z", t] * s["c", t - 1] + s["r", t]
        s["h", t] = s.f(s["c", t])
        s["y", t] = s["W"] @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    gate, inner = dg(W @ before + b), df(NOW)
    next_gate, next_inner = dg(W @ h + b), df(NEXT)
    return lambda: [
        (by("z", 0), at("c", -1) * by("c", 0)),
        (by("c", 0), df(c) * by("h", 0) + at("z", 1) * by("c", 1)),
        (
            by("h", 0),
            W.T @ by("y", 0) + W.T @ group(next_gate * by("z", 1)) + W.T @ group(next_inner * by("r", 1)),
        ),
        (
            by("W"),
            over_steps(by("y", 0) @ h.T + group(gate * by("z", 0) + inner * by("r", 0)) @ before.T),
        ),
        (by("b"), over_steps(gate * by("z", 0))),
        (by("r", 0), by("c", 0)),
    ]
