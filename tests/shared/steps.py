"""Shapes with a time: recurrences that share a parameter among steps, gates and outputs."""

from __future__ import annotations

import numpy as np

from tests.shared.formulas import (
    FIRST,
    IDENTITY,
    ONE,
    Node,
    diag,
    gradient,
    group,
    jacobian,
    letter,
    over_factors,
    over_steps,
)
from tests.shared.layers import df, dg, f, square
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape

W, V, U, b, v, alpha = (letter(k) for k in ("W", "V", "U", "b", "v", "alpha"))
by = gradient


def at(slot: str, step: int = 0) -> Node:
    return letter(slot, step)


h, x, y, a, z, c, d = (at(s) for s in "hxyazcd")
before = at("h", -1)
after = at("h", 1)
NOW = W @ before + U @ x
NEXT = W @ h + U @ at("x", 1)


@shape(
    "<h>_t = <f>(<W> <h>_{t-1} + <U> <x>_t)",
    "<y>_t = <W> <h>_t",
    symbols="W n n, U n m, x m, h n, y n",
)
def state_and_output_by_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["U"] @ s["x", t])
        s["y", t] = s["W"] @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    return lambda: [
        (by("h", 0), W.T @ by("y", 0) + W.T @ diag(df(NEXT)) @ by("h", 1)),
        (by("h", 0), W.T @ group(by("y", 0) + df(NEXT) * by("h", 1))),
        (by("W"), over_steps(by("y", 0) @ h.T + diag(df(NOW)) @ by("h", 0) @ before.T)),
        (by("U"), over_steps(diag(df(NOW)) @ by("h", 0) @ x.T)),
        (jacobian(y, before), W @ diag(df(NOW)) @ W),
        (by("x", 0), U.T @ diag(df(NOW)) @ by("h", 0)),
    ]


@shape(
    "<a>_t = <W> <h>_{t-1} + <U> <x>_t + <b>",
    "<h>_t = <f>(<a>_t)",
    "<y>_t = <V> <h>_t + <b>",
    symbols="W n n, U n m, V n n, b n, x m, a n, h n, y n",
)
def one_bias_for_state_and_output(s: Run) -> Facts:
    for t in s.steps:
        s["a", t] = s["W"] @ s["h", t - 1] + s["U"] @ s["x", t] + s["b"]
        s["h", t] = s.f(s["a", t])
        s["y", t] = s["V"] @ s["h", t] + s["b"]
    s.loss(*(("y", t) for t in s.steps))
    return lambda: [
        (by("b"), over_steps(by("y", 0) + by("a", 0))),
        (by("W"), over_steps(by("a", 0) @ before.T)),
        (by("V"), over_steps(by("y", 0) @ h.T)),
        (by("h", 0), W.T @ by("a", 1) + V.T @ by("y", 0)),
        (by("a", 0), df(a) * group(W.T @ by("a", 1) + V.T @ by("y", 0))),
        (by("a", 0), diag(df(a)) @ W.T @ by("a", 1) + diag(df(a)) @ V.T @ by("y", 0)),
        (jacobian(y, before), V @ diag(df(a)) @ W),
        (jacobian(after, h), diag(df(at("a", 1))) @ W),
    ]


@shape(
    "<a>_t = <W> <h>_{t-1} + <U> <x>_t",
    "<h>_t = <f>(<a>_t)",
    r"<y>_t = <U>^\top <h>_t",
    symbols="W n n, U n m, x m, a n, h n, y m",
)
def words_in_and_out_by_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["a", t] = s["W"] @ s["h", t - 1] + s["U"] @ s["x", t]
        s["h", t] = s.f(s["a", t])
        s["y", t] = s["U"].T @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    return lambda: [
        (by("U"), over_steps(h @ by("y", 0).T + by("a", 0) @ x.T)),
        (by("h", 0), U @ by("y", 0) + W.T @ by("a", 1)),
        (by("a", 0), df(a) * group(U @ by("y", 0) + W.T @ by("a", 1))),
        (by("x", 0), U.T @ by("a", 0)),
        (jacobian(y, x), U.T @ diag(df(a)) @ U),
    ]


@shape(
    "<a>_t = <W> <h>_{t-1} + <U> <x>_t + <b>",
    "<h>_t = <f>(<a>_t)",
    "<y>_t = <V> <h>_t",
    r"\delta_t = \frac{\partial <L>}{\partial <a>_t}",
    symbols="W n n, U n m, V p n, b n, x m, a n, h n, y p",
    named={"a": r"\delta"},
)
def deltas_by_name(s: Run) -> Facts:
    for t in s.steps:
        s["a", t] = s["W"] @ s["h", t - 1] + s["U"] @ s["x", t] + s["b"]
        s["h", t] = s.f(s["a", t])
        s["y", t] = s["V"] @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    return lambda: [
        (by("a", 0), df(a) * group(W.T @ by("a", 1) + V.T @ by("y", 0))),
        (by("a", 0), diag(df(a)) @ group(W.T @ by("a", 1) + V.T @ by("y", 0))),
        (by("W"), over_steps(by("a", 0) @ before.T)),
        (by("U"), over_steps(by("a", 0) @ x.T)),
        (by("b"), over_steps(by("a", 0))),
        (by("x", 0), U.T @ by("a", 0)),
        (by("h", 0), W.T @ by("a", 1) + V.T @ by("y", 0)),
    ]


@shape(
    "<a>_t = <W> <h>_{t-1} + <U> <x>_t",
    r"<h>_t = \tanh(<a>_t)",
    "<y>_t = <V> <h>_t",
    r"\ell_t = \frac{1}{2} \| <y>_t - <d>_t \|^2",
    r"<L> = \sum_{t=1}^{T} \ell_t",
    symbols="W n n, U n m, V p n, x m, a n, h n, y p, d p",
)
def a_loss_that_is_a_sum_over_the_steps(s: Run) -> Facts:
    total = 0
    for t in s.steps:
        s["a", t] = s["W"] @ s["h", t - 1] + s["U"] @ s["x", t]
        s["h", t] = np.tanh(s["a", t])
        s["y", t] = s["V"] @ s["h", t]
        total = total + ((s["y", t] - s["d", t]) ** 2).sum() / 2
    s["L"] = np.asarray(total)
    e, D, E = group(y - d), diag(ONE - square(h)), diag(ONE - square(after))
    return lambda: [
        (by("y", 0), y - d),
        (by("h", 0), V.T @ e + W.T @ by("a", 1)),
        (by("h", 0), V.T @ e + W.T @ E @ by("h", 1)),
        (by("a", 0), D @ group(V.T @ e + W.T @ by("a", 1))),
        (by("V"), over_steps(e @ h.T)),
        (by("W"), over_steps(by("a", 0) @ before.T)),
        (by("W"), over_steps(D @ by("h", 0) @ before.T)),
        (by("U"), over_steps(D @ by("h", 0) @ x.T)),
    ]


@shape(
    "<h>_t = <W> <f>(<W> <h>_{t-1}) + <x>_t",
    symbols="W n n, x n, h n",
)
def one_matrix_twice_in_a_step(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s["W"] @ s.f(s["W"] @ s["h", t - 1]) + s["x", t]
    s.loss(("h", s.last))
    D = diag(df(W @ before))
    return lambda: [
        (jacobian(h, before), W @ D @ W),
        (jacobian(after, before), W @ diag(df(W @ h)) @ W @ W @ D @ W),
        (by("h", -1), W.T @ D @ W.T @ by("h", 0)),
        (by("W"), over_steps(by("h", 0) @ f(W @ before).T + D @ W.T @ by("h", 0) @ before.T)),
        (jacobian(h, at("h", -2)), W @ D @ W @ W @ diag(df(W @ at("h", -2))) @ W),
    ]


@shape(
    r"<h>_t = <h>_{t-1} + <W>^\top <f>(<W> <h>_{t-1} + <b>)",
    symbols="W m n, b m, h n",
)
def residual_steps_with_the_transpose(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s["h", t - 1] + s["W"].T @ s.f(s["W"] @ s["h", t - 1] + s["b"])
    s.loss(("h", s.last))
    inner = W @ before + b
    D = diag(df(inner))
    return lambda: [
        (jacobian(h, before), IDENTITY + W.T @ D @ W),
        (by("h", -1), by("h", 0) + W.T @ D @ W @ by("h", 0)),
        (by("W"), over_steps(f(inner) @ by("h", 0).T + D @ W @ by("h", 0) @ before.T)),
        (by("b"), over_steps(D @ W @ by("h", 0))),
    ]


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
    r"<h>_t = <f>(<W> <h>_{t-1} + <x>_t)",
    r"<s>_t = <v>^\top <h>_t",
    symbols="W n n, v n, x n, h n, s",
)
def scalar_outputs(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["x", t])
        s["s", t] = s["v"].T @ s["h", t]
    s.loss(*(("s", t) for t in s.steps))
    inner, later = W @ before + x, W @ h + at("x", 1)
    return lambda: [
        (by("h", 0), by("s", 0) @ v + W.T @ diag(df(later)) @ by("h", 1)),
        (by("v"), over_steps(by("s", 0) @ h)),
        (by("W"), over_steps(diag(df(inner)) @ by("h", 0) @ before.T)),
        (gradient("h", -1, of=at("s")), W.T @ diag(df(inner)) @ v),
        (by("x", 0), diag(df(inner)) @ by("h", 0)),
    ]


@shape(
    "<h>_t = <f>(<W> <h>_{t-1} + <U> <x>_t)",
    symbols="W n n, U n m, x m, h n",
)
def states_by_inputs_and_by_the_first_state(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["U"] @ s["x", t])
    s.loss(("h", s.last))
    D, E = diag(df(NOW)), diag(df(NEXT))
    start = letter("h", at=0)
    first = df(W @ start + U @ letter("x", at=1))
    second = df(W @ letter("h", at=1) + U @ letter("x", at=2))
    return lambda: [
        (jacobian(h, x), D @ U),
        (jacobian(after, before), E @ W @ D @ W),
        (jacobian(after, x), E @ W @ D @ U),
        (by("x", 0), U.T @ D @ by("h", 0)),
        (gradient("h", at=0), W.T @ diag(first) @ gradient("h", at=1)),
        (jacobian(letter("h", at=2), start), diag(second) @ W @ diag(first) @ W),
        (by("W"), over_steps(D @ by("h", 0) @ before.T)),
    ]


@shape(
    "<h>_t = <W> <f>(<h>_{t-1}) + <U> <x>_t",
    "<y>_t = <W> <h>_t",
    symbols="W n n, U n m, x m, h n, y n",
)
def products_over_time(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s["W"] @ s.f(s["h", t - 1]) + s["U"] @ s["x", t]
        s["y", t] = s["W"] @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    step = W @ diag(df(before))
    return lambda: [
        (jacobian(h, letter("h", at=FIRST)), over_factors(step)),
        (jacobian(h, letter("h", at=FIRST)), over_factors(jacobian(h, before))),
        (jacobian(y, letter("h", at=FIRST)), W @ over_factors(step)),
        (by("h", 0), W.T @ by("y", 0) + diag(df(h)) @ W.T @ by("h", 1)),
        (by("W"), over_steps(by("y", 0) @ h.T + by("h", 0) @ f(before).T)),
    ]
