"""Shapes without a time: layers that share a matrix, a bias, a vector or a scalar."""

from __future__ import annotations

import numpy as np

from tests.shared.formulas import HALF, IDENTITY, ONE, TWO, Node, apply, diag, gradient, group, jacobian, letter
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape

W, V, U = (letter(k) for k in "WVU")
x, y, h, b, c, d, z, r, k, w, v, a = (letter(s) for s in "xyhbcdzrkwva")
alpha, eta, lam, mu, s_ = (letter(s) for s in ("alpha", "eta", "lam", "mu", "s"))
L = letter("L")
by = gradient


def f(u: Node) -> Node:
    return apply("f", u)


def df(u: Node) -> Node:
    return apply("f'", u)


def dg(u: Node) -> Node:
    return apply("g'", u)


def softmax(u: Node) -> Node:
    return apply("softmax", u)


def square(u: Node) -> Node:
    return apply("square", u)


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
    r"<h> = <f>(<W> <x>)",
    r"<y> = <W>^\top <h>",
    r"<L> = \frac{1}{2} \| <y> - <x> \|^2",
    symbols="W n m, x m, h n, y m",
)
def autoencoder_with_its_loss(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["y"] = s["W"].T @ s["h"]
    s["L"] = ((s["y"] - s["x"]) ** 2).sum() / 2
    D, e = diag(df(W @ x)), group(y - x)
    return lambda: [
        (by("W"), h @ e.T + D @ W @ e @ x.T),
        (by("y"), y - x),
        (by("h"), W @ e),
        (by("x"), W.T @ D @ W @ e - e),
    ]


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
    r"<L> = \frac{1}{2} \| <W> <x> - <d> \|^2 + \frac{<lam>}{2} \| <W> \|_F^2",
    symbols="W n m, x m, d n, lam",
)
def ridge(s: Run) -> Facts:
    s["L"] = ((s["W"] @ s["x"] - s["d"]) ** 2).sum() / 2 + s["lam"] * (s["W"] ** 2).sum() / 2
    e = group(W @ x - d)
    return lambda: [
        (by("W"), e @ x.T + lam @ W),
        (by("x"), W.T @ e),
        (by("d"), d - W @ x),
    ]


@shape(
    "<h> = <f>(<W> <x>)",
    r"<y> = <W>^\top <h>",
    r"<L> = \frac{1}{2} \| <y> - <d> \|^2 + \frac{<lam>}{2} \| <W> \|_F^2",
    symbols="W n m, x m, h n, y m, d m, lam",
)
def tied_and_regularised(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["y"] = s["W"].T @ s["h"]
    s["L"] = ((s["y"] - s["d"]) ** 2).sum() / 2 + s["lam"] * (s["W"] ** 2).sum() / 2
    D, e = diag(df(W @ x)), group(y - d)
    return lambda: [
        (by("W"), h @ e.T + D @ W @ e @ x.T + lam @ W),
        (by("W"), h @ by("y").T + D @ W @ by("y") @ x.T + lam @ W),
        (by("x"), W.T @ D @ W @ e),
    ]


@shape(
    r"<h> = \tanh(<W> <x>)",
    r"<z> = <W>^\top <h>",
    r"<p> = \operatorname{softmax}(<z>)",
    r"<L> = -<d>^\top \log <p>",
    symbols="W n m, x m, h n, z m, p m, d m",
)
def tied_words_with_cross_entropy(s: Run) -> Facts:
    s["h"] = np.tanh(s["W"] @ s["x"])
    s["z"] = s["W"].T @ s["h"]
    s["p"] = s.softmax(s["z"])
    s["L"] = -s["d"].T @ np.log(s["p"])
    D = diag(ONE - square(h))
    return lambda: [
        (by("W"), h @ by("z").T + D @ W @ by("z") @ x.T),
        (by("W"), h @ by("z").T + group(group(ONE - h * h) * group(W @ by("z"))) @ x.T),
        (by("h"), W @ by("z")),
        (by("x"), W.T @ D @ W @ by("z")),
        (jacobian(z, x), W.T @ D @ W),
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


@shape(r"<z> = <W> <x>", r"<s> = \operatorname{logsumexp}(<z>) - <d>^\top <z>", symbols="W n m, x m, z n, d n, s")
def logsumexp_of_scores(s: Run) -> Facts:
    s["z"] = s["W"] @ s["x"]
    s["s"] = np.log(np.exp(s["z"]).sum()) - s["d"].T @ s["z"]
    s.loss("s")
    return lambda: [
        (gradient("W", of=s_), group(softmax(z) - d) @ x.T),
        (gradient("x", of=s_), W.T @ group(softmax(z) - d)),
        (gradient("z", of=s_), softmax(z) - d),
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
    "<h> = <f>(<W> <x>)",
    "<y> = <V> <h>",
    r"<L> = \frac{1}{2} \| <y> - <d> \|^2 + \frac{<lam>}{2} \| <h> \|^2 + <mu> \| <V> \|_F^2",
    symbols="W n m, V p n, x m, h n, y p, d p, lam, mu",
)
def penalties_on_state_and_weights(s: Run) -> Facts:
    s["h"] = s.f(s["W"] @ s["x"])
    s["y"] = s["V"] @ s["h"]
    s["L"] = ((s["y"] - s["d"]) ** 2).sum() / 2 + s["lam"] * (s["h"] ** 2).sum() / 2 + s["mu"] * (s["V"] ** 2).sum()
    e, D = group(y - d), diag(df(W @ x))
    return lambda: [
        (by("V"), e @ h.T + TWO @ mu @ V),
        (by("h"), V.T @ e + lam @ h),
        (by("W"), D @ group(V.T @ e + lam @ h) @ x.T),
        (by("lam"), HALF @ h.T @ h),
    ]
