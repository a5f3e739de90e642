"""Shapes without a time in which a bias, a vector or a scalar stands twice."""

from __future__ import annotations

from tests.shared.formulas import (
    IDENTITY,
    ONE,
    TWO,
    by,
    df,
    diag,
    f,
    gradient,
    group,
    jacobian,
    letter,
    number,
    quotient,
    square,
)
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape

W, V = letter("W"), letter("V")
x, y, h, b, c, d, z, r, k, w, v = (letter(s) for s in "xyhbcdzrkwv")
alpha, eta, lam, mu, beta, s_ = (letter(s) for s in ("alpha", "eta", "lam", "mu", "beta", "s"))


@shape(r"<h> = <f>(<W> <x> + <b>)", "<y> = <V> <h> + <b>", symbols="W n m, x m, V n n, b n, h n, y n")
def shared_bias(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"] + s["b"])
    s["y"] = s["V"] @ s["h"] + s["b"]
    s.loss("y")
    D = diag(df(W @ x + b))
    return lambda: [
        (by("b"), by("y") + D @ V.T @ by("y")),
        (by("b"), by("y") + df(W @ x + b) * group(V.T @ by("y"))),
        (jacobian(y, b), V @ D + IDENTITY),
        (by("V"), by("y") @ h.T),
        (by("W"), D @ V.T @ by("y") @ x.T),
    ]


@shape(r"<y> = (<v>^\top <x>) <v>", symbols="v n, x n, y n")
def a_vector_twice(s: Run) -> Facts:
    s["y"] = (s["v"].T @ s["x"]) * s["v"]
    s.loss("y")
    inner, back = group(v.T @ x), group(v.T @ by("y"))
    return lambda: [
        (by("v"), inner @ by("y") + back @ x),
        (by("x"), back @ v),
        (jacobian(y, x), v @ v.T),
        (jacobian(y, v), inner @ IDENTITY + v @ x.T),
    ]


@shape(r"<h> = <f>(<v> \odot <x> + <v>)", r"<y> = <v> \odot <h>", symbols="v n, x n, h n, y n")
def a_vector_as_gain_bias_and_output(s: Run) -> Facts:
    s["h"] = s.f(s["v"] * s["x"] + s["v"])
    s["y"] = s["v"] * s["h"]
    s.loss("y")
    inner = df(v * x + v)
    return lambda: [
        (by("v"), h * by("y") + group(ONE + x) * inner * v * by("y")),
        (by("x"), v * v * inner * by("y")),
        (jacobian(y, v), diag(h) + diag(v) @ diag(inner) @ diag(ONE + x)),
        (jacobian(y, x), diag(v * v * inner)),
    ]


@shape(r"<y> = <alpha> <f>(<alpha> <W> <x>)", symbols="W n m, x m, y n, alpha")
def a_scalar_inside_and_outside(s: Run) -> Facts:
    s["y"] = s["alpha"] * s.f(s["alpha"] * (s["W"] @ s["x"]))
    s.loss("y")
    u = alpha @ W @ x
    return lambda: [
        (by("alpha"), by("y").T @ f(u) + alpha @ group(by("y").T @ diag(df(u)) @ W @ x)),
        (jacobian(y, alpha), f(u) + alpha @ diag(df(u)) @ W @ x),
        (jacobian(y, x), alpha @ alpha @ diag(df(u)) @ W),
        (by("W"), alpha @ alpha @ diag(df(u)) @ by("y") @ x.T),
    ]


@shape(
    r"<y> = <alpha> <W> <x> + (1 - <alpha>) <x>",
    r"<z> = <alpha> <V> <y>",
    symbols="W n n, V p n, x n, y n, z p, alpha",
)
def a_mixing_weight_in_two_equations(s: Run) -> Facts:
    s["y"] = s["alpha"] * (s["W"] @ s["x"]) + (1 - s["alpha"]) * s["x"]
    s["z"] = s["alpha"] * (s["V"] @ s["y"])
    s.loss("z")
    return lambda: [
        (jacobian(z, alpha), V @ y + alpha @ V @ group(W @ x - x)),
        (by("alpha"), by("z").T @ V @ y + alpha @ group(by("z").T @ V @ group(W @ x - x))),
        (jacobian(z, x), alpha @ V @ group(alpha @ W + group(ONE - alpha) @ IDENTITY)),
        (by("x"), alpha @ alpha @ W.T @ V.T @ by("z") + alpha @ group(ONE - alpha) @ V.T @ by("z")),
    ]


@shape("<y> = <x> - <eta> <W> <x>", "<z> = <y> - <eta> <W> <y>", symbols="W n n, x n, y n, z n, eta")
def two_steps_of_gradient_descent(s: Run) -> Facts:
    s["y"] = s["x"] - s["eta"] * (s["W"] @ s["x"])
    s["z"] = s["y"] - s["eta"] * (s["W"] @ s["y"])
    s.loss("z")
    M = group(IDENTITY - eta @ W)
    return lambda: [
        (jacobian(z, eta), -(W @ y) - M @ W @ x),
        (jacobian(z, x), M @ M),
        (by("x"), M.T @ M.T @ by("z")),
        (by("W"), -(eta @ by("z") @ y.T) - eta @ M.T @ by("z") @ x.T),
    ]


@shape(
    r"<y> = \operatorname{diag}(<v>) <W> \operatorname{diag}(<v>) <x>",
    symbols="v n, W n n, x n, y n",
)
def a_diagonal_on_both_sides(s: Run) -> Facts:
    s["y"] = s["v"] * (s["W"] @ (s["v"] * s["x"]))
    s.loss("y")
    return lambda: [
        (jacobian(y, x), diag(v) @ W @ diag(v)),
        (jacobian(y, v), diag(W @ group(v * x)) + diag(v) @ W @ diag(x)),
        (by("v"), group(W @ group(v * x)) * by("y") + x * group(W.T @ group(v * by("y")))),
        (by("W"), group(v * by("y")) @ group(v * x).T),
    ]


@shape(
    "<h> = <f>(<W> <x> + <v>)",
    r"<s> = <v>^\top <h>",
    r"<L> = \frac{1}{2} (<s> - <alpha>)^2",
    symbols="W n m, x m, v n, h n, s, alpha",
)
def a_vector_as_bias_and_output(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"] + s["v"])
    s["s"] = s["v"].T @ s["h"]
    s["L"] = (s["s"] - s["alpha"]) ** 2 / 2
    D, e = diag(df(W @ x + v)), group(s_ - alpha)
    return lambda: [
        (by("v"), e @ h + e @ D @ v),
        (by("W"), e @ D @ v @ x.T),
        (gradient("v", of=s_), h + D @ v),
        (by("v"), by("s") @ group(h + D @ v)),
        (by("x"), e @ W.T @ D @ v),
    ]


@shape(
    r"<s> = <v>^\top <v>",
    r"<y> = <x> - \frac{2}{<s>} (<v>^\top <x>) <v>",
    symbols="v n, x n, y n, s",
)
def a_reflection(s: Run) -> Facts:
    s["s"] = s["v"].T @ s["v"]
    s["y"] = s["x"] - 2 / s["s"] * (s["v"].T @ s["x"]) * s["v"]
    s.loss("y")
    inner, factor = group(v.T @ x), quotient(TWO, s_)
    return lambda: [
        (jacobian(y, x), IDENTITY - factor @ v @ v.T),
        (by("x"), by("y") - factor @ group(v.T @ by("y")) @ v),
        (
            jacobian(y, v),
            quotient(number("4"), square(s_)) @ inner @ v @ v.T - factor @ group(inner @ IDENTITY + v @ x.T),
        ),
    ]


@shape(r"<M> = <v> <v>^\top", "<y> = <M> <x>", symbols="v n, M n n, x n, y n", rows=False)
def a_matrix_made_of_a_vector(s: Run) -> Facts:
    s["M"] = s["v"] @ s["v"].T
    s["y"] = s["M"] @ s["x"]
    s.loss("y")
    return lambda: [
        (by("v"), group(x.T @ v) @ by("y") + group(by("y").T @ v) @ x),
        (jacobian(y, x), v @ v.T),
        (jacobian(y, v), group(v.T @ x) @ IDENTITY + v @ x.T),
        (by("M"), by("y") @ x.T),
    ]


@shape(r"<s> = <x>^\top <W> <x> + <b>^\top <x>", symbols="W n n, x n, b n, s", rows=False)
def a_quadratic_form(s: Run) -> Facts:
    s["s"] = s["x"].T @ s["W"] @ s["x"] + s["b"].T @ s["x"]
    s.loss("s")
    return lambda: [
        (gradient("x", of=s_), W @ x + W.T @ x + b),
        (gradient("x", of=s_), group(W + W.T) @ x + b),
        (gradient("W", of=s_), x @ x.T),
        (by("x"), by("s") @ group(W @ x + W.T @ x + b)),
    ]
