"""Scalar functions of which nothing else is known: ``E(x)`` beside its gradient, in derivations, claims and code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symjac import System
from symjac.claims import check
from symjac.codegen import emit
from symjac.errors import ReadError

STEP = r"y = x - \eta \nabla E(x)"
LAGRANGIAN = r"L = f(x) + \lambda^\top (A x - b)"
AT_MATRIX = "L = f(A x)"


@pytest.mark.parametrize(
    ("equations", "claim", "column"),
    [
        ([LAGRANGIAN], r"\nabla_x L = \nabla f(x) + A^\top \lambda", "FT"),
        ([LAGRANGIAN], r"\nabla_x L = \nabla f(x) - A^\top \lambda", "FF"),
        ([LAGRANGIAN], r"\nabla_x L = \nabla f(x) + A \lambda", "FF"),
        ([LAGRANGIAN], r"\frac{\partial L}{\partial x} = \frac{\partial f}{\partial x} + \lambda^\top A", "TF"),
        ([LAGRANGIAN], r"\nabla_x^2 L = \nabla^2 f(x)", "TT"),
        ([LAGRANGIAN], r"\nabla_x^2 L = -\nabla^2 f(x)", "FF"),
        ([AT_MATRIX], r"\nabla_x L = A^\top \nabla f(A x)", "FT"),
        ([AT_MATRIX], r"\nabla_x L = \nabla f(A x)", "FF"),
        ([AT_MATRIX], r"\nabla_x^2 L = A^\top \nabla^2 f(A x) A", "TT"),
        ([AT_MATRIX], r"\nabla_x^2 L = A \nabla^2 f(A x) A^\top", "FF"),
        ([STEP, "s = E(y)"], r"\nabla_x s = (I - \eta \nabla^2 E(x)) \nabla E(y)", "FT"),
        ([STEP, "s = E(y)"], r"\nabla_x s = (I - \eta \nabla^2 E(y)) \nabla E(y)", "FF"),
        ([STEP, "s = E(y)"], r"\nabla_x s = (I - \eta \nabla^2 E(x)) \nabla E(x)", "FF"),
    ],
)
def test_claims_about_them_are_decided(equations: list[str], claim: str, column: str) -> None:
    """T or F in numerator and denominator layout with column vectors."""
    found = check(equations, claim)
    for layout, wanted in zip(("numerator", "denominator"), column, strict=True):
        assert found.conventions[f"{layout}_column"].holds is (wanted == "T"), (layout, found.verdict)


class Quartic:
    """sum (B v)^4 with its gradient and its Hessian, by hand."""

    def __init__(self, n: int) -> None:
        self.b = np.random.default_rng(5).normal(size=(n, n))

    def __call__(self, v: Any) -> Any:
        return np.sum((self.b @ v) ** 4)

    def gradient(self, v: Any) -> Any:
        return self.b.T @ (4 * (self.b @ v) ** 3)

    def hessian(self, v: Any) -> Any:
        return self.b.T @ np.diag(12 * (self.b @ v) ** 2) @ self.b


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_the_program_takes_their_gradients(layout: str) -> None:
    """The derivative of E after a step against its own gradient, beside complex steps."""
    e, x, eta = Quartic(3), np.array([0.3, -0.2, 0.5]), 0.1
    J = System(STEP, "s = E(y)").jacobian(wrt="x", of="s")
    run = emit(J, layout=layout).load()
    found = run(x=x, eta=eta, nabla_E=e.gradient, dnabla_E=e.hessian)
    steps = 1e-30j * np.eye(3)
    wanted = [(lambda v: e(v - eta * e.gradient(v)))(x + s).imag / 1e-30 for s in steps]
    np.testing.assert_allclose(np.ravel(found), wanted, rtol=1e-12)


def test_one_sentence_tells_what_they_are() -> None:
    """The function, its gradient and its Hessian are introduced once."""
    page = System(STEP, "s = E(y)").jacobian(wrt="x", of="s").text()
    assert page.count("twice continuously differentiable real function") == 1


def test_a_function_that_acts_on_entries_elsewhere_is_refused_under_a_nabla() -> None:
    with pytest.raises(ReadError, match="another function elsewhere"):
        System(r"y = \sigma(x)", r"g = \nabla \sigma(x)")
