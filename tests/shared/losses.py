"""Shapes whose loss is printed, and holds a parameter or an input of the system."""

from __future__ import annotations

import numpy as np

from tests.shared.formulas import HALF, ONE, TWO, by, df, diag, gradient, group, jacobian, letter, softmax, square
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape

W, V = letter("W"), letter("V")
x, y, h, b, c, d, z, r, k, w, v = (letter(s) for s in "xyhbcdzrkwv")
alpha, eta, lam, mu, beta, s_ = (letter(s) for s in ("alpha", "eta", "lam", "mu", "beta", "s"))


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
