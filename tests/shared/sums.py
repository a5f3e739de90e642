"""Recurrences whose loss is a sum over the steps, or whose gradients have names."""

from __future__ import annotations

import numpy as np

from tests.shared.formulas import ONE, by, df, diag, gradient, group, over_steps, square
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape
from tests.shared.timed import U, V, W, a, after, at, before, d, h, lam, v, x, y


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
    "<a>_t = <W> <h>_{t-1} + <x>_t",
    r"<h>_t = \tanh(<a>_t)",
    r"<ell>_t = \frac{1}{2} \| <W> <h>_t - <d>_t \|^2",
    r"<L> = \sum_{t=1}^{T} <ell>_t + \frac{<lam>}{2} \| <W> \|_F^2",
    symbols="W n n, x n, a n, h n, d n, ell, lam",
)
def one_matrix_in_state_loss_and_penalty(s: Run) -> Facts:
    total = s["lam"] * (s["W"] ** 2).sum() / 2
    for t in s.steps:
        s["a", t] = s["W"] @ s["h", t - 1] + s["x", t]
        s["h", t] = np.tanh(s["a", t])
        s["ell", t] = ((s["W"] @ s["h", t] - s["d", t]) ** 2).sum() / 2
        total = total + s["ell", t]
    s["L"] = total
    e, D = group(W @ h - d), diag(ONE - square(h))
    return lambda: [
        (by("W"), over_steps(e @ h.T + by("a", 0) @ before.T) + lam @ W),
        (by("h", 0), W.T @ e + W.T @ by("a", 1)),
        (by("a", 0), D @ group(W.T @ e + W.T @ by("a", 1))),
        (gradient("h", 0, of=at("ell")), W.T @ e),
    ]


@shape(
    "<h>_t = <f>(<W> <h>_{t-1} + <x>_t)",
    "<y>_t = <W> <h>_t",
    r"<ell>_t = \frac{1}{2} \| <y>_t - <d>_t \|^2",
    r"<L> = <lam> \sum_{t=1}^{T} <ell>_t",
    symbols="W n n, x n, h n, y n, d n, ell, lam",
)
def a_weighted_sum_of_losses(s: Run) -> Facts:
    total = np.zeros((1, 1))
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["x", t])
        s["y", t] = s["W"] @ s["h", t]
        s["ell", t] = ((s["y", t] - s["d", t]) ** 2).sum() / 2
        total = total + s["ell", t]
    s["L"] = s["lam"] * total
    e, D = group(y - d), diag(df(W @ before + x))
    later = diag(df(W @ h + at("x", 1)))
    return lambda: [
        (by("y", 0), lam @ e),
        (by("h", 0), lam @ W.T @ e + W.T @ later @ by("h", 1)),
        (by("h", 0), W.T @ by("y", 0) + W.T @ later @ by("h", 1)),
        (by("W"), over_steps(lam @ e @ h.T + D @ by("h", 0) @ before.T)),
        (by("lam"), over_steps(at("ell"))),
    ]


@shape(
    "<h>_t = <f>(<W> <h>_{t-1} + <x>_t)",
    r"<ell>_t = \frac{1}{2} \| <h>_t \|^2 + \frac{<lam>}{2} \| <h>_t - <h>_{t-1} \|^2",
    r"<L> = \sum_{t=1}^{T} <ell>_t",
    symbols="W n n, x n, h n, ell, lam",
)
def losses_that_see_two_states(s: Run) -> Facts:
    total = np.zeros((1, 1))
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["x", t])
        change = s["h", t] - s["h", t - 1]
        s["ell", t] = (s["h", t] ** 2).sum() / 2 + s["lam"] * (change**2).sum() / 2
        total = total + s["ell", t]
    s["L"] = total
    D, later = diag(df(W @ before + x)), diag(df(W @ h + at("x", 1)))
    return lambda: [
        (
            by("h", 0),
            h + lam @ group(h - before) - lam @ group(after - h) + W.T @ later @ by("h", 1),
        ),
        (by("W"), over_steps(D @ by("h", 0) @ before.T)),
        (by("x", 0), D @ by("h", 0)),
    ]


@shape(
    "<h>_t = <f>(<W> <h>_{t-1} + <x>_t)",
    "<y>_t = <W> <h>_t",
    r"<L> = \sum_{t=1}^{T} <ell>_t(<y>_t)",
    symbols="W n n, x n, h n, y n, ell",
)
def losses_of_single_steps(s: Run) -> Facts:
    total = np.zeros((1, 1))
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["x", t])
        s["y", t] = s["W"] @ s["h", t]
        s.loss(("y", t), name=("ell", t))
        total = total + s["ell", t]
    s["L"] = total
    D, later = diag(df(W @ before + x)), diag(df(W @ h + at("x", 1)))
    own = gradient("y", 0, of=at("ell"))
    return lambda: [
        (by("y", 0), own),
        (by("h", 0), W.T @ own + W.T @ later @ by("h", 1)),
        (gradient("h", 0, of=at("ell")), W.T @ own),
        (gradient("h", -1, of=at("ell")), W.T @ D @ W.T @ own),
        (by("W"), over_steps(own @ h.T + D @ by("h", 0) @ before.T)),
    ]
