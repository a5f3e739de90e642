"""Shapes in which matrices are multiplied with each other alone."""

from __future__ import annotations

import numpy as np

from tests.shared.formulas import by, df, group, letter
from tests.shared.runs import Run
from tests.shared.shapes import Facts, shape

X, W, H, K, A, B, E, lam = (letter(s) for s in ("X", "W", "H", "K", "A", "B", "E", "lam"))


@shape("<H> = <f>(<X> <W>)", "<Y> = <H> <W>", symbols="X p n, W n n, H p n, Y p n", batch=True)
def a_batch_through_one_matrix_twice(s: Run) -> Facts:
    s["H"] = s.f(s["X"] @ s["W"])
    s["Y"] = s["H"] @ s["W"]
    s.loss("Y")
    inner = group(df(X @ W) * group(by("Y") @ W.T))
    return lambda: [
        (by("W"), H.T @ by("Y") + X.T @ inner),
        (by("W"), H.T @ by("Y") + X.T @ group(df(X @ W) * by("H"))),
        (by("X"), inner @ W.T),
        (by("H"), by("Y") @ W.T),
    ]


@shape(r"<S> = <X> <W> <X>^\top", symbols="X n m, W m m, S n n", batch=True)
def scores_of_a_batch_with_itself(s: Run) -> Facts:
    s["S"] = s["X"] @ s["W"] @ s["X"].T
    s.loss("S")
    return lambda: [
        (by("X"), by("S") @ X @ W.T + by("S").T @ X @ W),
        (by("W"), X.T @ by("S") @ X),
    ]


@shape(r"<K> = <X> <W>", r"<S> = <K> <K>^\top", symbols="X n m, W m p, K n p, S n n", batch=True)
def keys_as_queries(s: Run) -> Facts:
    s["K"] = s["X"] @ s["W"]
    s["S"] = s["K"] @ s["K"].T
    s.loss("S")
    both = group(by("S") + by("S").T)
    return lambda: [
        (by("K"), both @ K),
        (by("W"), X.T @ both @ K),
        (by("X"), both @ K @ W.T),
        (by("W"), X.T @ by("S") @ X @ W + X.T @ by("S").T @ X @ W),
    ]


@shape(
    r"<L> = \operatorname{tr}(<W>^\top <A> <W>) + \operatorname{tr}(<B> <W>)", symbols="A n n, W n m, B m n", batch=True
)
def traces_of_a_matrix_twice(s: Run) -> Facts:
    s["L"] = np.trace(s["W"].T @ s["A"] @ s["W"]) + np.trace(s["B"] @ s["W"])
    return lambda: [
        (by("W"), A @ W + A.T @ W + B.T),
        (by("W"), group(A + A.T) @ W + B.T),
        (by("A"), W @ W.T),
        (by("B"), W.T),
    ]


@shape(
    r"<E> = <X> <W> <W>^\top - <X>",
    r"<L> = \frac{1}{2} \| <E> \|_F^2 + \frac{<lam>}{2} \| <W> \|_F^2",
    symbols="X p n, W n m, E p n, lam",
    batch=True,
)
def linear_autoencoder_of_a_batch(s: Run) -> Facts:
    s["E"] = s["X"] @ s["W"] @ s["W"].T - s["X"]
    s["L"] = (s["E"] ** 2).sum() / 2 + s["lam"] * (s["W"] ** 2).sum() / 2
    return lambda: [
        (by("E"), E),
        (by("W"), X.T @ E @ W + E.T @ X @ W + lam @ W),
        (by("W"), group(X.T @ E + E.T @ X) @ W + lam @ W),
        (by("X"), E @ W @ W.T - E),
    ]
