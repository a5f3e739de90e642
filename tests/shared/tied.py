"""Shapes without a time in which a matrix stands twice."""

from __future__ import annotations

import numpy as np

from tests.shared.formulas import (
    IDENTITY,
    Node,
    by,
    by_vec,
    df,
    dg,
    diag,
    f,
    gradient,
    group,
    inverse,
    jacobian,
    kron,
    letter,
)
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape

W, V = letter("W"), letter("V")
x, y, h, b, c, d, z, r, k, w, v = (letter(s) for s in "xyhbcdzrkwv")
alpha, eta, lam, mu, beta, s_ = (letter(s) for s in ("alpha", "eta", "lam", "mu", "beta", "s"))


@shape(r"<h> = <f>(<W> <x>)", "<y> = <W> <h>", symbols="W n n, x n, h n, y n")
def two_layers_with_one_matrix(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["y"] = s["W"] @ s["h"]
    s.loss("y")
    D = diag(df(W @ x))
    return lambda: [
        (by("W"), by("y") @ h.T + D @ W.T @ by("y") @ x.T),
        (by("W"), by("y") @ h.T + group(df(W @ x) * group(W.T @ by("y"))) @ x.T),
        (by("W"), by("y") @ h.T + D @ by("h") @ x.T),
        (by("x"), W.T @ D @ W.T @ by("y")),
        (jacobian(y, x), W @ D @ W),
    ]


@shape(r"<h> = <f>(<W> <x>)", r"<y> = <W>^\top <h>", symbols="W n m, x m, h n, y m")
def tied_autoencoder(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["y"] = s["W"].T @ s["h"]
    s.loss("y")
    D = diag(df(W @ x))
    return lambda: [
        (by("W"), h @ by("y").T + D @ W @ by("y") @ x.T),
        (by("W"), h @ by("y").T + group(df(W @ x) * group(W @ by("y"))) @ x.T),
        (by("x"), W.T @ D @ W @ by("y")),
        (jacobian(y, x), W.T @ D @ W),
        (jacobian(y, h), W.T),
    ]


@shape(
    "<z> = <g>(<W> <x> + <b>)",
    "<r> = <f>(<W> <x> + <c>)",
    r"<y> = <z> \odot <r>",
    symbols="W n m, x m, b n, c n, z n, r n, y n",
)
def one_matrix_in_two_gates(s: Run) -> Facts:
    s["z"] = s.g(s["W"] @ s["x"] + s["b"])
    s["r"] = s.f(s["W"] @ s["x"] + s["c"])
    s["y"] = s["z"] * s["r"]
    s.loss("y")
    first, second = dg(W @ x + b), df(W @ x + c)
    return lambda: [
        (by("W"), group(first * r * by("y") + second * z * by("y")) @ x.T),
        (by("W"), group(first * by("z")) @ x.T + group(second * by("r")) @ x.T),
        (by("x"), W.T @ group(first * r * by("y")) + W.T @ group(second * z * by("y"))),
        (jacobian(y, x), diag(r) @ diag(first) @ W + diag(z) @ diag(second) @ W),
        (by("b"), first * r * by("y")),
    ]


@shape("<y> = <W> <f>(<W> <x>)", symbols="W n n, x n, y n")
def one_matrix_twice_in_an_equation(s: Run) -> Facts:
    s["y"] = s["W"] @ s.f(s["W"] @ s["x"])
    s.loss("y")
    D = diag(df(W @ x))
    return lambda: [
        (by("W"), by("y") @ f(W @ x).T + D @ W.T @ by("y") @ x.T),
        (by("x"), W.T @ D @ W.T @ by("y")),
        (jacobian(y, x), W @ D @ W),
    ]


@shape(r"<y> = <W> <x> + <W>^\top <f>(<x>)", symbols="W n n, x n, y n")
def a_matrix_and_its_transpose(s: Run) -> Facts:
    s["y"] = s["W"] @ s["x"] + s["W"].T @ s.f(s["x"])
    s.loss("y")
    return lambda: [
        (by("W"), by("y") @ x.T + f(x) @ by("y").T),
        (by("x"), W.T @ by("y") + diag(df(x)) @ W @ by("y")),
        (jacobian(y, x), W + W.T @ diag(df(x))),
    ]


@shape(r"<h> = <W> <x>", r"<y> = <W>^\top <h> + <b>", symbols="W n m, x m, h n, y m, b m")
def gram_matrix(s: Run) -> Facts:
    s["h"] = s["W"] @ s["x"]
    s["y"] = s["W"].T @ s["h"] + s["b"]
    s.loss("y")
    return lambda: [
        (by("W"), W @ group(x @ by("y").T + by("y") @ x.T)),
        (by("W"), h @ by("y").T + W @ by("y") @ x.T),
        (by("x"), W.T @ W @ by("y")),
        (jacobian(y, x), W.T @ W),
    ]


@shape("<y> = <W>^2 <x>", symbols="W n n, x n, y n")
def square_of_a_matrix(s: Run) -> Facts:
    s["y"] = s["W"] @ s["W"] @ s["x"]
    s.loss("y")
    return lambda: [
        (by("W"), by("y") @ x.T @ W.T + W.T @ by("y") @ x.T),
        (by("x"), W.T @ W.T @ by("y")),
        (jacobian(y, x), W @ W),
    ]


@shape(
    "<r> = <W> <x>", r"<w> = \operatorname{softmax}(<r>)", r"<y> = <W>^\top <w>", symbols="W n m, x m, r n, w n, y m"
)
def keys_that_are_values_too(s: Run) -> Facts:
    s["r"] = s["W"] @ s["x"]
    s["w"] = s.softmax(s["r"])
    s["y"] = s["W"].T @ s["w"]
    s.loss("y")
    S = group(diag(w) - w @ w.T)
    return lambda: [
        (by("W"), w @ by("y").T + S @ W @ by("y") @ x.T),
        (by("x"), W.T @ S @ W @ by("y")),
        (jacobian(y, x), W.T @ S @ W),
        (by("r"), S @ W @ by("y")),
    ]


@shape("<k> = <W> <x>", "<r> = <W> <v>", r"<s> = <k>^\top <r>", symbols="W n m, x m, v m, k n, r n, s")
def query_and_key_by_one_matrix(s: Run) -> Facts:
    s["k"], s["r"] = s["W"] @ s["x"], s["W"] @ s["v"]
    s["s"] = s["k"].T @ s["r"]
    s.loss("s")
    return lambda: [
        (gradient("W", of=s_), W @ group(x @ v.T + v @ x.T)),
        (gradient("W", of=s_), k @ v.T + r @ x.T),
        (gradient("x", of=s_), W.T @ r),
        (by("W"), by("s") @ group(k @ v.T + r @ x.T)),
    ]


@shape("<y> = <x> + <f>(<W> <x>)", "<z> = <y> + <f>(<W> <y>)", symbols="W n n, x n, y n, z n")
def two_residual_blocks(s: Run) -> Facts:
    s["y"] = s["x"] + s.f(s["W"] @ s["x"])
    s["z"] = s["y"] + s.f(s["W"] @ s["y"])
    s.loss("z")
    D, E = diag(df(W @ x)), diag(df(W @ y))
    return lambda: [
        (jacobian(z, x), group(IDENTITY + E @ W) @ group(IDENTITY + D @ W)),
        (by("W"), E @ by("z") @ y.T + D @ group(IDENTITY + W.T @ E) @ by("z") @ x.T),
        (by("W"), E @ by("z") @ y.T + D @ by("y") @ x.T),
        (by("y"), by("z") + W.T @ E @ by("z")),
        (jacobian(z, x), jacobian(z, y) @ jacobian(y, x)),
        (by("x"), jacobian(y, x).T @ jacobian(z, y).T @ by("z")),
        (by("W"), E @ by("z") @ y.T + D @ jacobian(z, y).T @ by("z") @ x.T),
    ]


@shape("<h> = <f>(<W> <x>)", "<k> = <f>(<W> <h>)", "<y> = <W> <k>", symbols="W n n, x n, h n, k n, y n")
def three_layers_with_one_matrix(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["k"] = s.f(s["W"] @ s["h"])
    s["y"] = s["W"] @ s["k"]
    s.loss("y")
    D, E = diag(df(W @ x)), diag(df(W @ h))
    return lambda: [
        (
            by("W"),
            by("y") @ k.T + E @ W.T @ by("y") @ h.T + D @ W.T @ E @ W.T @ by("y") @ x.T,
        ),
        (by("W"), by("y") @ k.T + E @ by("k") @ h.T + D @ by("h") @ x.T),
        (jacobian(y, x), W @ E @ W @ D @ W),
    ]


@shape(
    r"<w> = \operatorname{softmax}(<beta> <W> <x>)",
    r"<y> = <beta> <W>^\top <w>",
    symbols="W n m, x m, w n, y m, beta",
)
def a_temperature_and_a_matrix_twice(s: Run) -> Facts:
    s["w"] = s.softmax(s["beta"] * (s["W"] @ s["x"]))
    s["y"] = s["beta"] * (s["W"].T @ s["w"])
    s.loss("y")
    S = group(diag(w) - w @ w.T)
    return lambda: [
        (jacobian(y, beta), W.T @ w + beta @ W.T @ S @ W @ x),
        (jacobian(y, x), beta @ beta @ W.T @ S @ W),
        (by("W"), beta @ w @ by("y").T + beta @ beta @ S @ W @ by("y") @ x.T),
        (by("beta"), by("y").T @ W.T @ w + beta @ group(by("y").T @ W.T @ S @ W @ x)),
    ]


@shape("<y> = (I + <W>)^{-1} <W> <x>", symbols="W n n, x n, y n")
def an_inverse_of_the_matrix(s: Run) -> Facts:
    s["y"] = np.linalg.inv(np.eye(len(s["W"])) + s["W"]) @ s["W"] @ s["x"]
    s.loss("y")
    M = inverse(IDENTITY + W)
    return lambda: [
        (jacobian(y, x), M @ W),
        (by("x"), W.T @ M.T @ by("y")),
        (by("W"), M.T @ by("y") @ group(x - y).T),
    ]


@shape("<y> = <W> <f>(<W> <x>)", symbols="W n n, x n, y n", rows=False)
def by_the_entries_of_a_matrix(s: Run) -> Facts:
    s["y"] = s["W"] @ s.f(s["W"] @ s["x"])
    s.loss("y")
    D, unit = diag(df(W @ x)), Node("identity", (), "y")
    return lambda: [
        (by_vec(y, W), kron(f(W @ x).T, unit) + W @ D @ kron(x.T, unit)),
        (by_vec(y, W), kron(f(W @ x).T, unit) + kron(x.T, W @ D)),
    ]


@shape(r"<h> = <f>(<W> <x>)", "<y> = <W> <h>", r"<z> = <W>^\top <h>", symbols="W n n, x n, h n, y n, z n")
def two_heads_with_one_matrix(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["y"], s["z"] = s["W"] @ s["h"], s["W"].T @ s["h"]
    s.loss("y", "z")
    D = diag(df(W @ x))
    return lambda: [
        (by("h"), W.T @ by("y") + W @ by("z")),
        (by("W"), by("y") @ h.T + h @ by("z").T + D @ group(W.T @ by("y") + W @ by("z")) @ x.T),
        (by("W"), by("y") @ h.T + h @ by("z").T + D @ by("h") @ x.T),
        (by("x"), W.T @ D @ by("h")),
        (by("x"), jacobian(y, x).T @ by("y") + jacobian(z, x).T @ by("z")),
    ]


@shape(r"<M> = <W> <W>^\top", "<y> = <M> <x>", symbols="W n m, M n n, x n, y n", rows=False)
def a_gram_matrix_by_name(s: Run) -> Facts:
    s["M"] = s["W"] @ s["W"].T
    s["y"] = s["M"] @ s["x"]
    s.loss("y")
    return lambda: [
        (by("W"), by("y") @ x.T @ W + x @ by("y").T @ W),
        (by("W"), group(by("M") + by("M").T) @ W),
        (by("M"), by("y") @ x.T),
        (by("x"), W @ W.T @ by("y")),
        (jacobian(y, x), letter("M")),
    ]
