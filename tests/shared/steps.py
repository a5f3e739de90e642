"""Recurrences that share a matrix or a bias among steps and outputs."""

from __future__ import annotations

from tests.shared.formulas import IDENTITY, by, df, diag, f, group, jacobian, over_steps
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape
from tests.shared.timed import NEXT, NOW, U, V, W, a, after, at, b, before, h, x, y


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
        (by("h", 0), jacobian(y, h).T @ by("y", 0) + jacobian(after, h).T @ by("h", 1)),
        (by("x", 0), jacobian(h, x).T @ by("h", 0)),
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
