"""Recurrences by their first states and inputs, over several steps, and with several parts."""

from __future__ import annotations

from tests.shared.formulas import (
    FIRST,
    IDENTITY,
    LAST,
    Node,
    by,
    by_vec,
    df,
    diag,
    f,
    gradient,
    group,
    jacobian,
    kron,
    letter,
    over_factors,
    over_steps,
)
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape
from tests.shared.timed import NEXT, NOW, U, V, W, a, after, alpha, at, b, before, h, x, y


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


@shape("<h>_t = <f>(<W> <h>_{t-1} + <x>_t)", "<y> = <W> <h>_T", symbols="W n n, x n, h n, y n")
def an_output_at_the_end_by_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["x", t])
    s["y"] = s["W"] @ s["h", s.last]
    s.loss("y")
    D, end = diag(df(W @ before + x)), letter("h", at=LAST)
    return lambda: [
        (by("W"), by("y") @ end.T + over_steps(D @ by("h", 0) @ before.T)),
        (gradient("h", at=LAST), W.T @ by("y")),
        (by("h", -1), W.T @ D @ by("h", 0)),
        (jacobian(letter("y"), end), W),
    ]


@shape("<h>_t = <f>(<W> <h>_{t-1} + <W> <h>_{t-2} + <x>_t)", symbols="W n n, x n, h n")
def two_steps_back_by_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["W"] @ s["h", t - 2] + s["x", t])
    s.loss(("h", s.last))

    def slope(k: int) -> Node:
        return diag(df(W @ at("h", k - 1) + W @ at("h", k - 2) + at("x", k)))

    return lambda: [
        (by("h", 0), W.T @ slope(1) @ by("h", 1) + W.T @ slope(2) @ by("h", 2)),
        (by("W"), over_steps(slope(0) @ by("h", 0) @ group(before + at("h", -2)).T)),
        (by("x", 0), slope(0) @ by("h", 0)),
        (jacobian(h, before), slope(0) @ W),
    ]


@shape(
    "<h>_0 = <b>",
    "<h>_t = <f>(<W> <h>_{t-1} + <U> <x>_t + <b>)",
    symbols="W n n, U n m, b n, x m, h n",
)
def a_bias_that_is_the_first_state_too(s: Run) -> Facts:
    s["h", 0] = s["b"]
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["U"] @ s["x", t] + s["b"])
    s.loss(("h", s.last))
    D = diag(df(NOW + b))
    return lambda: [
        (by("b"), gradient("h", at=0) + over_steps(D @ by("h", 0))),
        (by("h", -1), W.T @ D @ by("h", 0)),
        (by("W"), over_steps(D @ by("h", 0) @ before.T)),
        (jacobian(h, before), D @ W),
    ]


@shape("<x>_t = <x>_{t-1} - <eta> <W> <x>_{t-1} + <eta> <b>", symbols="W n n, b n, x n, eta")
def descent_with_one_step_size(s: Run) -> Facts:
    for t in s.steps:
        s["x", t] = s["x", t - 1] - s["eta"] * (s["W"] @ s["x", t - 1] - s["b"])
    s.loss(("x", s.last))
    eta, old = letter("eta"), at("x", -1)
    return lambda: [
        (by("eta"), over_steps(by("x", 0).T @ group(b - W @ old))),
        (by("W"), -over_steps(eta @ by("x", 0) @ old.T)),
        (by("b"), over_steps(eta @ by("x", 0))),
        (by("x", -1), by("x", 0) - eta @ W.T @ by("x", 0)),
        (jacobian(x, old), IDENTITY - eta @ W),
        (jacobian(at("x", 1), old), group(IDENTITY - eta @ W) @ group(IDENTITY - eta @ W)),
    ]


@shape("<s>_t = <alpha> <s>_{t-1} + <alpha> <r>_t", symbols="s, r, alpha")
def a_scalar_recurrence(s: Run) -> Facts:
    for t in s.steps:
        s["s", t] = s["alpha"] * s["s", t - 1] + s["alpha"] * s["r", t]
    s.loss(("s", s.last))
    return lambda: [
        (gradient("s", -1, of=at("s")), alpha),
        (by("s", -1), alpha @ by("s", 0)),
        (by("alpha"), over_steps(by("s", 0) @ group(at("s", -1) + at("r")))),
        (by("r", 0), alpha @ by("s", 0)),
    ]


@shape(
    "<h>_t = <f>(<W>^\\top <y>_{t-1} + <U> <x>_t)",
    "<y>_t = <W> <h>_t",
    symbols="W p n, U n m, x m, h n, y p",
)
def feedback_from_the_output(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"].T @ s["y", t - 1] + s["U"] @ s["x", t])
        s["y", t] = s["W"] @ s["h", t]
    s.loss(("y", s.last))
    old = at("y", -1)
    D = diag(df(W.T @ old + U @ x))
    return lambda: [
        (by("W"), over_steps(by("y", 0) @ h.T + old @ group(D @ by("h", 0)).T)),
        (by("h", 0), W.T @ by("y", 0)),
        (by("y", -1), W @ D @ by("h", 0)),
        (by("y", -1), W @ D @ W.T @ by("y", 0)),
        (jacobian(y, old), W @ D @ W.T),
        (by("U"), over_steps(D @ by("h", 0) @ x.T)),
    ]


@shape(
    "<a>_t = <f>(<W> <a>_{t-1} + <U> <x>_t)",
    "<h>_t = <f>(<W> <h>_{t-1} + <V> <a>_t)",
    symbols="W n n, U n m, V n n, x m, a n, h n",
)
def two_stacked_layers_with_one_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["a", t] = s.f(s["W"] @ s["a", t - 1] + s["U"] @ s["x", t])
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["V"] @ s["a", t])
    s.loss(("h", s.last))
    low, high = diag(df(W @ at("a", -1) + U @ x)), diag(df(W @ before + V @ a))
    later = diag(df(W @ a + U @ at("x", 1)))
    return lambda: [
        (by("a", 0), V.T @ high @ by("h", 0) + W.T @ later @ by("a", 1)),
        (by("h", -1), W.T @ high @ by("h", 0)),
        (by("W"), over_steps(low @ by("a", 0) @ at("a", -1).T + high @ by("h", 0) @ before.T)),
        (by("V"), over_steps(high @ by("h", 0) @ a.T)),
        (jacobian(h, a), high @ V),
        (jacobian(h, x), high @ V @ low @ U),
    ]


@shape(
    "<h>_t = <f>(<W> <h>_{t-1} + <U> <x>_t)",
    "<y>_t = <W> <h>_t",
    symbols="W n n, U n m, x m, h n, y n",
    rows=False,
)
def sensitivities_to_a_matrix(s: Run) -> Facts:
    for t in s.steps:
        s["h", t] = s.f(s["W"] @ s["h", t - 1] + s["U"] @ s["x", t])
        s["y", t] = s["W"] @ s["h", t]
    s.loss(*(("y", t) for t in s.steps))
    D, unit = diag(df(NOW)), Node("identity", (), "h", 0)
    return lambda: [
        (by_vec(h, W), D @ kron(before.T, unit) + D @ W @ by_vec(before, W)),
        (by_vec(h, W), D @ group(kron(before.T, unit) + W @ by_vec(before, W))),
        (by_vec(h, W), D @ kron(before.T, unit) + jacobian(h, before) @ by_vec(before, W)),
    ]
