"""Derivatives that SymPy 1.14 mixes up, drops or refuses: here they are linear, in one layout, and right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symjac import System, typeset
from symjac.expr import add, mul, transpose
from symjac.normal import equal
from tests.problems.oracle import Outcome, compare

F, G = r"U \sigma(W x)", "A x"
# Rectangular on purpose: p x m, m x n, p x n.
SYMBOLS = {"U": "matrix p m", "W": "matrix m n", "A": "matrix p n", "x": "vector n", "y": "vector p"}


def closed(formula: str, layout: str) -> Any:
    return System(f"y = {formula}", symbols=SYMBOLS).jacobian(wrt="x").in_layout(layout)


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize(("factor", "printed"), [(2, "2"), (-1, "-"), (-3, "-3")])
def test_a_factor_stays_a_factor(factor: int, printed: str, layout: str) -> None:
    """d(2f) = 2 df, also as printed."""
    from symjac.expr import Number

    times, once = closed(f"{printed} {F}", layout), closed(F, layout)
    assert equal(times, mul(Number(factor), once))
    assert typeset.latex(times).replace(" ", "") == (printed + typeset.latex(once)).replace(" ", "")


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_a_sum_stays_a_sum(layout: str) -> None:
    """d(f + g) = df + dg, also as printed, whichever comes first."""
    df, dg = closed(F, layout), closed(G, layout)
    for formula in (f"{F} + {G}", f"{G} + {F}"):
        both = closed(formula, layout)
        assert equal(both, add(df, dg))
        assert set(typeset.latex(both).split(" + ")) == {typeset.latex(df), typeset.latex(dg)}
    assert equal(closed(f"{F} - {G}", layout), add(df, closed(f"-{G}", layout)))


@pytest.mark.parametrize("formula", [F, G, f"{F} + {G}", f"2 {F}", f"-{F}", f"{F} - {G}"])
def test_layouts_are_transposes(formula: str) -> None:
    """The denominator layout is the transpose of the numerator layout, without a bracket to transpose."""
    denominator = closed(formula, "denominator")
    assert equal(denominator, transpose(closed(formula, "numerator")))
    assert ")^" not in typeset.latex(denominator)


Truth = Callable[..., Any]


def exponentials(v: Any) -> Any:
    e = np.exp(v - np.max(np.real(v)))
    return e / np.sum(e)


# Expression, its NumPy, and the symbols in the order in which the NumPy takes them.
SYMPY_FAILS: tuple[tuple[str, Truth, str], ...] = (
    (r"W x", lambda W, x, s: W @ x, "W: n m; x: m"),
    (r"W \sigma(x)", lambda W, x, s: W @ s(x), "W: n m; x: m"),
    (r"\sigma(W x)", lambda W, x, s: s(W @ x), "W: n m; x: m"),
    (r"U W \sigma(x)", lambda U, W, x, s: U @ W @ s(x), "U: p n; W: n m; x: m"),
    (r"U \sigma(W x)", lambda U, W, x, s: U @ s(W @ x), "U: p n; W: n m; x: m"),
    (r"U \sigma(W x + b)", lambda U, W, x, b, s: U @ s(W @ x + b), "U: p n; W: n m; x: m; b: n"),
    (r"2 U \sigma(W x)", lambda U, W, x, s: 2 * U @ s(W @ x), "U: p n; W: n m; x: m"),
    (r"-U \sigma(W x)", lambda U, W, x, s: -U @ s(W @ x), "U: p n; W: n m; x: m"),
    (r"x + U \sigma(W x)", lambda x, U, W, s: x + U @ s(W @ x), "x: m; U: m n; W: n m"),
    (r"x - U \sigma(W x)", lambda x, U, W, s: x - U @ s(W @ x), "x: m; U: m n; W: n m"),
    (r"A x + U \sigma(W x)", lambda A, x, U, W, s: A @ x + U @ s(W @ x), "A: p m; x: m; U: p n; W: n m"),
    (r"U \sigma(x) + W \sigma(U x)", lambda U, x, W, s: U @ s(x) + W @ s(U @ x), "U: n m; x: m; W: n n"),
    (r"U \sigma(W x) - W \sigma(x)", lambda U, W, x, s: U @ s(W @ x) - W @ s(x), "U: n n; W: n m; x: m"),
    (r"\sigma(W x) + U \sigma(W x)", lambda W, x, U, s: s(W @ x) + U @ s(W @ x), "W: n m; x: m; U: n n"),
    (r"\sigma(x) + U \sigma(W x)", lambda x, U, W, s: s(x) + U @ s(W @ x), "x: m; U: m n; W: n m"),
    (r"U (W x + \sigma(x))", lambda U, W, x, s: U @ (W @ x + s(x)), "U: p n; W: n n; x: n"),
    (r"\sigma(x) \odot W x", lambda x, W, s: s(x) * (W @ x), "x: n; W: n n"),
    (r"b \odot \sigma(W x)", lambda b, W, x, s: b * s(W @ x), "b: n; W: n m; x: m"),
    (r"W (b \odot x)", lambda W, b, x, s: W @ (b * x), "W: n m; b: m; x: m"),
    (r"\operatorname{diag}(b) x", lambda b, x, s: b * x, "b: n; x: n"),
    (r"\sigma(\sigma(x))", lambda x, s: s(s(x)), "x: n"),
    (r"W \sigma(U \sigma(x))", lambda W, U, x, s: W @ s(U @ s(x)), "W: p n; U: n m; x: m"),
    (r"(b^\top x) x", lambda b, x, s: (b @ x) * x, "b: n; x: n"),
    (r"\operatorname{softmax}(W x)", lambda W, x, s: exponentials(W @ x), "W: n m; x: m"),
    (r"\frac{\exp(x)}{\mathbf{1}^\top \exp(x)}", lambda x, s: exponentials(x), "x: n"),
    (
        r"\frac{x - \operatorname{mean}(x)}{\sqrt{\operatorname{mean}((x - \operatorname{mean}(x))^2)}}",
        lambda x, s: (x - np.mean(x)) / np.sqrt(np.mean((x - np.mean(x)) ** 2)),
        "x: n",
    ),
    (r"\operatorname{diag}(x) A x", lambda x, A, s: x * (A @ x), "x: n; A: n n"),
    (
        r"\sigma(W \sigma(W x + b) + b)",
        lambda W, x, b, s: s(W @ s(W @ x + b) + b),
        "W: n n; x: n; b: n",
    ),
)


def sizes(text: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dims.split()) for name, dims in (part.split(": ") for part in text.split("; "))}


@pytest.mark.parametrize(("formula", "truth", "shapes"), SYMPY_FAILS, ids=[row[0] for row in SYMPY_FAILS])
def test_what_sympy_mixes_up(formula: str, truth: Truth, shapes: str) -> None:
    """Right in both layouts, for rectangular sizes, against a complex step of the formula in NumPy."""
    named = sizes(shapes)
    roles = ("scalar", "vector", "matrix")
    symbols = {name: " ".join([roles[len(dims)], *dims]) for name, dims in named.items()}
    functions = dict.fromkeys([r"\sigma"] if "sigma" in formula else [])
    record = {
        "id": formula,
        "equations": [f"y = {formula}"],
        "symbols": symbols | dict.fromkeys(functions, "elementwise"),
        "targets": [{"of": "y", "wrt": "x"}],
    }

    def f(values: Any) -> Any:
        return truth(*(values[name] for name in named), values.get(r"\sigma"))

    assert compare(record, f, named, {"n": 4, "m": 3, "p": 2}, functions) == Outcome("right")


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        (r"\operatorname{tr}(E) + 1", "I"),
        (r"\|E\| + \|E - B\|", None),
    ],
)
def test_gradients_that_sympy_says_are_zero(formula: str, printed: str | None) -> None:
    """The derivative of a trace plus a number, or of a sum of Frobenius norms, is not zero."""
    system = System(f"y = {formula}", symbols={"E": "matrix n n", "B": "matrix n n", "y": "scalar"})
    J = system.jacobian(wrt="E")
    if printed is not None:
        assert typeset.latex(J.closed) == printed
    sizes = {"E": ("n", "n"), "B": ("n", "n")} if "B" in formula else {"E": ("n", "n")}
    record = {
        "id": formula,
        "equations": [f"y = {formula}"],
        "symbols": {"E": "matrix n n", "B": "matrix n n", "y": "scalar"},
        "targets": [{"of": "y", "wrt": "E"}],
    }

    def f(v: Any) -> Any:
        if printed is not None:
            return np.trace(v["E"]) + 1
        return np.sqrt(np.sum(v["E"] ** 2)) + np.sqrt(np.sum((v["E"] - v["B"]) ** 2))

    assert compare(record, f, sizes, {"n": 3}, {}) == Outcome("right")
