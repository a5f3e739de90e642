"""The published systems of `published.jsonl` once more, as NumPy written by hand.

Each function takes the symbols in the order of its record's `shapes`, then the unspecified functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.problems.trees import KNOWN, softmax

RECORDS: tuple[dict[str, Any], ...] = tuple(
    json.loads(line) for line in Path(__file__).with_name("published.jsonl").read_text(encoding="utf-8").splitlines()
)

sigmoid = KNOWN[r"\operatorname{sigmoid}"]
relu = KNOWN[r"\operatorname{relu}"]
silu = KNOWN[r"\operatorname{silu}"]
gelu = KNOWN[r"\operatorname{gelu}"]


def _gru(z: Any, new: Any, old: Any) -> Any:
    return z * new + (1 - z) * old


def _lstm(f: Any, i: Any, o: Any, new: Any, c: Any) -> Any:
    c = f * c + i * new
    return c, o * np.tanh(c)


def _peephole(i: Any, f: Any, new: Any, c: Any, o: Any, p: Any) -> Any:
    c = f * c + i * new
    return sigmoid(o + p * c) * np.tanh(c)


def _standard(v: Any) -> Any:
    v = v - np.mean(v)
    return v / np.sqrt(np.mean(v**2))


def _log_det(m: Any) -> Any:
    """By elimination, so that a complex step passes through; the pivots of a dominant matrix are positive."""
    m, total = np.array(m, dtype=complex), 0
    for k in range(len(m)):
        total += np.log(m[k, k])
        m[k + 1 :] -= np.outer(m[k + 1 :, k] / m[k, k], m[k])
    return total


TRUTH: Mapping[str, Callable[..., Any]] = {
    "pascanu-state": lambda W, x, V, u, b, s: W @ s(x) + V @ u + b,
    "founding-2x2": lambda W, x, s: W @ s(x),
    "elman": lambda W, x, U, h, b, Y, c, s, t: t(Y @ s(W @ x + U @ h + b) + c),
    "jordan": lambda W, x, U, h, b, Y, c, s, t: t(Y @ s(W @ x + U @ h + b) + c),
    "dlbook-rnn": lambda b, W, h, U, x, c, V: softmax(c + V @ np.tanh(b + W @ h + U @ x)),
    "dlbook-rnn-state": lambda b, W, h, U, x: np.tanh(b + W @ h + U @ x),
    "irnn": lambda W, h, V, x, b: relu(W @ h + V @ x + b),
    "cs224n-rnn": lambda W, h, V, x, Y: softmax(Y @ sigmoid(W @ h + V @ x)),
    "esn-leaky": lambda V, u, W, x, a: (1 - a) * x + a * np.tanh(V @ u + W @ x),
    "ctrnn": lambda r, d, t, W, B, u, b, f: r + d / t * (-r + f(W @ r + B @ u + b)),
    "rate-network": lambda x, e, J, f: x + e * (-x + J @ f(x)),
    "indrnn": lambda W, x, u, h, b, s: s(W @ x + u * h + b),
    "antisymmetric": lambda h, e, W, g, V, x, b: h + e * np.tanh((W - W.T - g * np.eye(len(h))) @ h + V @ x + b),
    "cornn": lambda z, d, W, y, R, V, u, b, g, e: (
        y + d * (z + d * (np.tanh(W @ y + R @ z + V @ u + b) - g * y - e * z))
    ),
    "multiplicative-rnn": lambda A, x, B, h, C, D: np.tanh(C @ ((A @ x) * (B @ h)) + D @ x),
    "multiplicative-integration": lambda a, W, x, U, h, p, q, b, f: f(
        a * (W @ x) * (U @ h) + p * (U @ h) + q * (W @ x) + b
    ),
    "fast-weights": lambda W, h, C, x, A, r, f: f(W @ h + C @ x + A @ r),
    "clockwork-mask": lambda m, W, h, U, x: m * np.tanh(W @ h + U @ x) + (1 - m) * h,
    "scrn": lambda a, B, x, s, P, A, R, h: sigmoid(P @ ((1 - a) * (B @ x) + a * s) + A @ x + R @ h),
    "gru-chung": lambda A, x, B, h, b, C, D, c, E, F, e: _gru(
        sigmoid(A @ x + B @ h + b), np.tanh(E @ x + F @ (sigmoid(C @ x + D @ h + c) * h) + e), h
    ),
    "gru-input": lambda A, x, B, h, b, C, D, c, E, F, e: _gru(
        sigmoid(A @ x + B @ h + b), np.tanh(E @ x + F @ (sigmoid(C @ x + D @ h + c) * h) + e), h
    ),
    "gru-reset-after": lambda A, x, B, h, C, D, E, F, b: _gru(
        sigmoid(C @ x + D @ h), h, np.tanh(E @ x + sigmoid(A @ x + B @ h) * (F @ h + b))
    ),
    "lstm-h-h": lambda A, x, B, h, b, C, D, d, E, F, e, G, H, g, c: _lstm(
        sigmoid(A @ x + B @ h + b),
        sigmoid(C @ x + D @ h + d),
        sigmoid(E @ x + F @ h + e),
        np.tanh(G @ x + H @ h + g),
        c,
    )[1],
    "lstm-h-c": lambda A, x, B, h, b, C, D, d, E, F, e, G, H, g, c: _lstm(
        sigmoid(A @ x + B @ h + b),
        sigmoid(C @ x + D @ h + d),
        sigmoid(E @ x + F @ h + e),
        np.tanh(G @ x + H @ h + g),
        c,
    )[1],
    "lstm-c-h": lambda A, x, B, h, b, C, D, d, E, F, e, G, H, g, c: _lstm(
        sigmoid(A @ x + B @ h + b),
        sigmoid(C @ x + D @ h + d),
        sigmoid(E @ x + F @ h + e),
        np.tanh(G @ x + H @ h + g),
        c,
    )[0],
    "lstm-c-c": lambda A, x, B, h, b, C, D, d, E, F, e, G, H, g, c: _lstm(
        sigmoid(A @ x + B @ h + b),
        sigmoid(C @ x + D @ h + d),
        sigmoid(E @ x + F @ h + e),
        np.tanh(G @ x + H @ h + g),
        c,
    )[0],
    "lstm-concat": lambda F, h, x, f, G, i, C, c, k: (
        sigmoid(F @ np.concatenate([h, x]) + f) * k
        + sigmoid(G @ np.concatenate([h, x]) + i) * np.tanh(C @ np.concatenate([h, x]) + c)
    ),
    "lstm-peephole": lambda A, x, B, h, p, c, C, D, q, E, F, G, H, r: _peephole(
        sigmoid(A @ x + B @ h + p * c), sigmoid(C @ x + D @ h + q * c), np.tanh(E @ x + F @ h), c, G @ x + H @ h, r
    ),
    "mgu": lambda A, x, B, h, b, C, D, c: _gru(
        sigmoid(A @ x + B @ h + b), np.tanh(C @ x + D @ (sigmoid(A @ x + B @ h + b) * h) + c), h
    ),
    "ugrnn": lambda A, h, B, x, b, C, D, c: _gru(sigmoid(C @ h + D @ x + c), h, np.tanh(A @ h + B @ x + b)),
    "sru": lambda A, x, v, c, b, W: _gru(sigmoid(A @ x + v * c + b), c, W @ x),
    "qrnn-fo": lambda f, c, z, o: o * (f * c + (1 - f) * z),
    "highway": lambda A, x, a, B, b: np.tanh(A @ x + a) * sigmoid(B @ x + b) + x * (1 - sigmoid(B @ x + b)),
    "minimal-rnn": lambda A, x, a, B, h, C, b: _gru(sigmoid(B @ h + C @ np.tanh(A @ x + a) + b), h, np.tanh(A @ x + a)),
    "janet": lambda U, h, W, x, b, C, D, d, c, k: (
        sigmoid(U @ h + W @ x + b) * c + (1 - sigmoid(U @ h + W @ x + b - k)) * np.tanh(C @ h + D @ x + d)
    ),
    "glu": lambda W, x, b, V, c: (W @ x + b) * sigmoid(V @ x + c),
    "swiglu": lambda A, B, x, V: A @ (silu(B @ x) * (V @ x)),
    "geglu-ffn": lambda W, x, V, A: (gelu(x @ W) * (x @ V)) @ A,
    "squeeze-excite": lambda x, B, A: x * sigmoid(B @ relu(A @ x)),
    "residual": lambda x, B, A, a, b: x + B @ relu(A @ x + a) + b,
    "mlp-two-layers": lambda B, A, x, a, b, h: B @ h(A @ x + a) + b,
    "mlp-three-layers": lambda A, x, a, B, b, C, c: sigmoid(C @ sigmoid(B @ sigmoid(A @ x + a) + b) + c),
    "autoencoder-tied": lambda W, x, b, c: sigmoid(W.T @ sigmoid(W @ x + b) + c),
    "contractive": lambda W, x, b: sigmoid(W @ x + b),
    "planar-flow": lambda z, u, w, b, h: z + u * h(np.sum(w * z) + b),
    "sylvester-flow": lambda z, A, B, b, h: z + A @ h(B @ z + b),
    "neural-ode-euler": lambda z, e, B, A, b: z + e * (B @ np.tanh(A @ z + b)),
    "deq": lambda W, z, U, x, b: np.tanh(W @ z + U @ x + b),
    "cross-layer": lambda z, x, w, b: z * np.sum(x * w) + b + x,
    "softmax": lambda z: softmax(z),
    "softmax-written-out": lambda z: softmax(z),
    "softmax-layer": lambda W, h, b: softmax(W @ h + b),
    "attention-query": lambda d, K, q, V: V.T @ softmax(K @ q / np.sqrt(d)),
    "attention-additive": lambda v, W, s, U, h: np.sum(v * np.tanh(W @ s + U @ h)),
    "hopfield-modern": lambda X, b, x: X @ softmax(b * (X.T @ x)),
    "hopfield-energy": lambda b, X, x: -np.log(np.sum(np.exp(b * (X.T @ x)))) / b + np.sum(x * x) / 2,
    "hopfield-continuous": lambda u, e, T, i, g: u + e * (T @ g(u) - u + i),
    "linear-attention": lambda S, q, z: (S.T @ np.exp(q)) / np.sum(z * np.exp(q)),
    "delta-rule": lambda W, b, v, k, q: (W + b * np.outer(v - W @ k, k)) @ q,
    "layer-norm": lambda x, e, g, b: (x - np.mean(x)) / np.sqrt(np.mean((x - np.mean(x)) ** 2) + e) * g + b,
    "rms-norm": lambda x, g: x / np.sqrt(np.mean(x * x)) * g,
    "unit-vector": lambda x: x / np.sqrt(np.sum(x * x)),
    "weight-norm": lambda g, v: g * v / np.sqrt(np.sum(v * v)),
    "layernorm-rnn": lambda W, h, U, x, g, b: np.tanh(g * _standard(W @ h + U @ x) + b),
    "centering": lambda x: x - np.mean(x),
    "capsule-squash": lambda s: np.sum(s * s) / (1 + np.sum(s * s)) * s / np.sqrt(np.sum(s * s)),
    "ssm-output": lambda A, x, B, u, C, D: C @ (A @ x + B @ u) + D @ u,
    "lds-closed-loop": lambda K, x, A, B: A @ x - B @ (K @ x),
    "kalman-update": lambda x, K, z, H: x + K @ (z - H @ x),
    "lotka-volterra": lambda x, r, A: x * (r + A @ x),
    "replicator": lambda x, A: x * (A @ x - np.sum(x * (A @ x))),
    "kuramoto-free": lambda x, A: x * (A @ x),
    "hadamard-of-linear": lambda A, x, B: (A @ x) * (B @ x),
    "jacobi-step": lambda d, b, R, x: d * (b - R @ x),
    "gradient-step": lambda x, e, A, b: x - e * A.T @ (A @ x - b),
    "lista": lambda W, x, S, z, h: h(W @ x + S @ z),
    "linear": lambda A, x: A @ x,
    "linear-transposed": lambda A, x: A.T @ x,
    "linear-form": lambda a, x: np.sum(a * x),
    "quadratic-form": lambda x, A: x @ (A @ x),
    "quadratic-affine": lambda x, A, b: x @ (A @ x) + b @ x,
    "least-squares": lambda A, x, b: np.sum((A @ x - b) ** 2),
    "least-squares-matrix": lambda A, x, b: np.sum((A @ x - b) ** 2),
    "ridge": lambda y, X, w, c: np.sum((y - X @ w) ** 2) + c * np.sum(w * w),
    "weighted-least-squares": lambda x, A, s, w: np.sum(w * (x - A @ s) ** 2),
    "bilinear-matrix": lambda a, X, b: a @ (X @ b),
    "bilinear-transposed": lambda a, X, b: a @ (X.T @ b),
    "trace-linear": lambda A, X: np.trace(A @ X),
    "trace-gram": lambda X: np.trace(X.T @ X),
    "trace-quadratic": lambda X, B: np.trace(X.T @ B @ X),
    "log-det": lambda X: _log_det(X),
    "inverse-form": lambda a, X, b: a @ np.linalg.solve(X, b),
    "resolvent": lambda A, x: np.linalg.solve(np.eye(len(x)) + A @ A.T, x),
    "euclidean-norm": lambda x, a: np.sqrt(np.sum((x - a) ** 2)),
    "rayleigh": lambda x, A: x @ (A @ x) / (x @ x),
    "logistic-loss": lambda c, w, x: np.log(1 + np.exp(-c * (w @ x))),
    "cross-entropy": lambda W, x, y: np.log(np.sum(np.exp(W @ x))) - y @ (W @ x),
    "cross-entropy-matrix": lambda W, x, y: np.log(np.sum(np.exp(W @ x))) - y @ (W @ x),
    "two-layer-loss": lambda B, A, x, y: np.sum((B @ np.tanh(A @ x) - y) ** 2) / 2,
    "two-layer-loss-matrix": lambda B, A, x, y: np.sum((B @ np.tanh(A @ x) - y) ** 2) / 2,
    "gaussian-kernel": lambda g, x, z: np.exp(-g * np.sum((x - z) ** 2)),
    "cosine": lambda x, y: x @ y / np.sqrt((x @ x) * (y @ y)),
    "householder": lambda z, v: z - 2 * (v @ z) / (v @ v) * v,
    "projection": lambda a, x: a * (a @ x) / (a @ a),
    "by-scalar": lambda a, W, x: np.tanh(a * (W @ x)),
    "leak-rate": lambda a, x, W: (1 - a) * x + a * np.tanh(W @ x),
    "two-steps": lambda W, x, b: np.tanh(W @ np.tanh(W @ x + b) + b),
    "nested": lambda W, U, x, s: W @ s(U @ s(x)),
    "sum-sympy-mixes": lambda A, x, U, W, s: A @ x + U @ s(W @ x),
    "row-rnn": lambda x, W, u, V: x @ W + u @ V,
    "row-tanh": lambda x, W, b: np.tanh(x @ W + b),
    "swish-beta": lambda x, b: x * sigmoid(b * x),
    "defined-activation": lambda W, x: sigmoid(W @ x),
    "mixture": lambda v, x, A, B: sigmoid(v @ x) * (A @ x) + (1 - sigmoid(v @ x)) * (B @ x),
    "batchwise-tanh-energy": lambda b, v, W, c: -b @ v - np.sum(np.log(1 + np.exp(W @ v + c))),
    "low-rank-rnn": lambda m, k, x, J, f: m * (k @ f(x)) / len(x) + J @ f(x),
}
