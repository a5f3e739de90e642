"""What a derivative holds under: said in every output where it is needed, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from symjac import System
from symjac.cli import main
from symjac.expr import ONE, Apply, Expr, Norm, Number, Product, Symbol, Transpose, add, dim, hadamard, mul, neg, power
from symjac.functions import ACTIVATIONS
from symjac.narrative.conditions import plain
from symjac.signs import Signs

n = dim("n")
x, v, w = (Symbol(name, (n, ONE)) for name in "xvw")
A, c = Symbol("A", (n, n)), Symbol("c")

# Equation, declarations, kind, what it is about, and the words.
NEEDED: Mapping[str, tuple[str, Mapping[str, str], str, str, str]] = {
    "a norm": (r"y = \frac{W x}{\|W x\|}", {}, "nonzero", "W x", "W x ≠ 𝟎"),
    "an odd power of a norm": (r"L = \|x\|^3", {"x": "vector n"}, "nonzero", "x", "x ≠ 𝟎"),
    "a root of squares": (r"L = \sqrt{x^\top x}", {}, "nonzero", "x", "x ≠ 𝟎"),
    "a constant norm below": (r"y = \frac{W x}{\|a\|}", {"a": "vector m"}, "nonzero", "a", "a ≠ 𝟎"),
    "a logarithm": (r"y = \log(W x)", {}, "positive", "W x", "all entries of W x are positive"),
    "a logarithm of a scalar": (r"L = -\log(p^\top x)", {}, "positive", r"p^{\top} x", "pᵀ x > 0"),
    "a root": (r"L = \sqrt{p^\top x}", {}, "positive", r"p^{\top} x", "pᵀ x > 0"),
    "an entrywise quotient": (r"y = b \oslash (W x)", {}, "nonzero", "W x", "no entry of W x is zero"),
    "a quotient": (r"y = \frac{W x}{c + p^\top x}", {"c": "scalar"}, "nonzero", r"c + p^{\top} x", "c + pᵀ x ≠ 0"),
    "an inverse": (r"y = A^{-1} x", {}, "invertible", "A", "A is invertible"),
    "a corner": (
        r"y = \operatorname{relu}(W x)",
        {},
        "differentiable",
        r"\operatorname{relu}(W x)",
        "relu is differentiable at every entry of W x",
    ),
    "a softened norm": (r"y = \frac{W x}{\sqrt{\|x\|^2 + \epsilon}}", {}, "positive", r"\epsilon", "ϵ > 0"),
    "a softened mean square": (
        r"y = \frac{x}{\sqrt{\frac{1}{n} \sum_{i=1}^{n} x_i^2 + \epsilon}}",
        {"x": "vector n"},
        "positive",
        r"\epsilon",
        "ϵ > 0",
    ),
}


@pytest.mark.parametrize("case", NEEDED.values(), ids=list(NEEDED))
def test_what_is_needed_is_in_every_output(
    case: tuple[str, Mapping[str, str], str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A hypothesis stands in the theorem of every page, in JSON, in a line of text and in a notebook."""
    equation, symbols, kind, about, said = case
    J = System(equation, symbols=dict(symbols)).jacobian(wrt="x")
    assert [(h.kind, plain(h)) for h in J.hypotheses] == [(kind, said)]
    assert repr(J).endswith(f"(numerator layout), where {said}")
    assert said in J._repr_mimebundle_()["text/markdown"]
    text = " ".join(J.text().split())
    assert f"provided that {said}" in text[text.index("Theorem 1.") : text.index("Proof")]
    assert J.latex().count("provided that") == J.markdown().count("provided that") == 1
    assert "provided that" in J.html()
    declared = [option for name, role in symbols.items() for option in ("--symbol", f"{name}={role}")]
    main(["derive", equation, "--wrt", "x", "--to", "json", *declared])
    for line in capsys.readouterr().out.splitlines():
        assert json.loads(line)["assumes"] == [{"kind": kind, "about": about, "text": said}]


NOT_NEEDED = {
    "a squared norm": r"L = \frac{1}{2} \|W x - d\|^2",
    "a fourth power of a norm": r"L = \|W x\|^4",
    "a norm softened by one": r"y = \frac{W x}{\sqrt{\|W x\|^2 + 1}}",
    "softmax": r"y = \operatorname{softmax}(W x)",
    "logsumexp": r"L = \operatorname{logsumexp}(W x)",
    "a logarithm of softmax": r"L = -d^\top \log(\operatorname{softmax}(W x))",
    "a logarithm of one and a square": r"L = \log(1 + \|W x\|^2)",
    "a logistic quotient": r"y = b \oslash (1 + \exp(-W x))",
    "a scalar logistic quotient": r"y = \frac{1}{1 + e^{-a^\top x}} W x",
    "an inverse of one and a Gram matrix": r"y = (I + A A^\top)^{-1} x",
    "a smooth function": r"y = \tanh(W x)",
    "a root of a size": r"y = \frac{x}{\sqrt{n}} + \frac{1}{n} \sum_{i=1}^n x_i v",
}


@pytest.mark.parametrize("equation", NOT_NEEDED.values(), ids=list(NOT_NEEDED))
def test_what_holds_anyway_is_not_asked_for(equation: str) -> None:
    """What the tree shows to hold, or another form does without, is no hypothesis."""
    J = System(equation).jacobian(wrt="x")
    assert J.hypotheses == ()
    assert "where" not in repr(J)
    assert "provided" not in J.text()


def test_what_is_said_of_functions_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """That an author's function is differentiable is said where it is introduced, and in JSON."""
    equation = r"y = W \sigma(x)"
    J = System(equation).jacobian(wrt="x")
    assert "provided" not in J.text()
    assert "where" not in repr(J)
    assert J.text().count("differentiable") == 1
    main(["derive", equation, "--wrt", "x", "--to", "json"])
    told = json.loads(capsys.readouterr().out.splitlines()[0])["assumes"]
    assert told == [{"kind": "differentiable", "about": r"\sigma", "text": "σ is differentiable"}]


def test_equations_that_are_not_used_ask_for_nothing() -> None:
    """A hypothesis comes from the equations that the target rests on."""
    system = System(r"z = \log(W x)", "y = U x", symbols={"x": "vector m"})
    assert system.jacobian("y", wrt="x").hypotheses == ()
    assert len(system.jacobian("z", wrt="x").hypotheses) == 1


POSITIVE: Mapping[str, Expr] = {
    "a square plus one": add(power(Norm(x), 2), Number(1)),
    "a sum of squares of inner products plus one": add(power(Product(Transpose(v), x), 2), Number(1)),
    "a quadratic form of a Gram matrix plus one": add(Product(Transpose(x), Transpose(A), A, x), Number(1)),
    "an exponential": ACTIVATIONS["exp"](x),
    "a square under a fractional power": power(add(hadamard(x, x), ACTIVATIONS["exp"](v)), -2),
}
OPEN: Mapping[str, Expr] = {
    "a square": power(Norm(x), 2),
    "a quadratic form": add(Product(Transpose(x), A, x), Number(1)),
    "another product": add(Product(Transpose(x), Transpose(A), A, v), Number(1)),
    "one minus a square": add(neg(power(Norm(x), 2)), Number(1)),
    "a letter": c,
    "a cube plus one": add(power(c, 3), Number(1)),
    "a derivative of relu": Apply(ACTIVATIONS["relu"].function.derivative(), x),
    "two exponentials apart": add(ACTIVATIONS["exp"](x), neg(ACTIVATIONS["exp"](v))),
    "a matrix of squares times a vector": mul(hadamard(A, A), x),
}


@pytest.mark.parametrize("e", POSITIVE.values(), ids=list(POSITIVE))
def test_positive_is_seen(e: Expr) -> None:
    """Sums of squares, exponentials and positive numbers are positive."""
    assert Signs().positive(e)
    assert Signs().nonzero(e)


@pytest.mark.parametrize("e", OPEN.values(), ids=list(OPEN))
def test_what_may_be_zero_or_negative_is_not_called_positive(e: Expr) -> None:
    """What is zero or negative for some values is not called positive."""
    assert not Signs().positive(e)


def _theorem(text: str) -> str:
    """The theorem of a page of text, in one line."""
    line = " ".join(text.split())
    return line[line.index("Theorem 1.") : line.index("Proof.")]


def test_other_statements_say_what_they_hold_under() -> None:
    """So do the theorems about Hessians, Jacobians by matrices, products over time, bounds and gradients over time."""
    hessian = System(r"L = \sqrt{\|W x\|^2 + \epsilon} + c^\top \operatorname{relu}(x)").hessian(wrt="x")
    said = "provided that ϵ > 0 and relu is differentiable at every entry of x,"
    assert said in _theorem(hessian.text())
    by_matrix = System(r"y = \frac{W x}{\|W x\|}").vec_jacobian(wrt="W")
    assert "provided that W x ≠ 𝟎," in _theorem(by_matrix.text())
    recurrence = System(r"x_t = W \frac{x_{t-1}}{\|x_{t-1}\|}")
    assert "at every step that xₜ₋₁ ≠ 𝟎." in _theorem(recurrence.unroll("x_t", back_to="x_k").text())
    corner = System(r"x_t = W \operatorname{relu}(x_{t-1})")
    bound = corner.bound("x_t", back_to="x_k")
    assert "at every step that relu is differentiable at every entry of xₜ₋₁." in _theorem(bound.text())
    over_time = corner.bptt(r"L = \sum_t \frac{1}{2} \|x_t - y_t\|^2")
    assert "at every step that relu is differentiable" in _theorem(over_time.text())


def test_other_statements_ask_for_nothing_that_they_do_not_need() -> None:
    """A smooth system and a squared error bring no hypothesis anywhere."""
    assert "provided" not in System(r"L = \sqrt{\|W x\|^2 + 1}").hessian(wrt="x").text()
    assert "provided" not in System(r"L = \|W x - d\|^2").vec_jacobian(wrt="W").text()
    smooth = System(r"x_t = \tanh(W x_{t-1})")
    assert "Let it hold at every step" not in smooth.unroll("x_t", back_to="x_k").text()
    assert "Let it hold at every step" not in smooth.bound("x_t", back_to="x_k").text()
    over_time = smooth.bptt(r"L = \sum_t \frac{1}{2} \|x_t - y_t\|^2")
    assert "Let it hold at every step" not in over_time.text()


def test_gradients_over_time_say_it_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The data of a backward pass has the same list."""
    main(["bptt", r"x_t = W \operatorname{relu}(x_{t-1})", "--loss", r"L = \ell(x_T)", "--to", "json"])
    (told,) = json.loads(capsys.readouterr().out)["assumes"]
    assert told["kind"] == "differentiable"
    assert told["text"].startswith("relu is differentiable at every entry of")
