"""Pages of products over time, bounds, Hessians and Jacobians by matrices, in every format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from symjac import System, cells
from symjac.result import Asked, Paged
from symjac.results import MatrixJacobian, NormBound, Product, SecondDerivative

RESULTS: dict[str, Paged[Any]] = {
    "product": System(cells.rnn).unroll("x_t", back_to="x_k"),
    "block product": System(cells.lstm).unroll("h_t", back_to="h_k"),
    "bound": System(cells.gru).bound("h_t", back_to="h_k"),
    "block bound": System(cells.lstm).bound("h_t", back_to="h_k"),
    "hessian": System(r"f = a^\top \sigma(W x)").hessian(wrt="x"),
    "vec": System(r"Y = X^\top X", symbols={"X": "matrix n m"}).vec_jacobian(wrt="X"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_prints_in_every_format(name: str) -> None:
    """Each result has a theorem and a proof as LaTeX, Markdown, HTML and text."""
    result = RESULTS[name]
    assert r"\begin{theorem}" in result.latex()
    assert r"\end{proof}" in result.latex()
    assert result.document().startswith(r"\documentclass")
    assert "Theorem" in result.text()
    assert "Proof" in result.markdown()
    assert "<math" in result.html()


def test_the_kinds_are_what_the_system_gives() -> None:
    """A system's methods give results that print themselves."""
    kinds = {"product": Product, "bound": NormBound, "hessian": SecondDerivative, "vec": MatrixJacobian}
    assert all(type(RESULTS[name]) is kind for name, kind in kinds.items())


def test_a_layout_may_stand_alone() -> None:
    """The product and the Jacobian by a matrix can be shown in one layout."""
    product = RESULTS["product"].text("denominator")
    assert "denominator layout" in product
    assert "numerator layout\n" not in product
    assert "numerator layout" in RESULTS["vec"].text("numerator")
    assert "Xᵀ ⊗ I" not in RESULTS["vec"].text("denominator").split("Theorem")[1].split("Proof")[0]


def test_a_bound_states_what_it_supposes() -> None:
    """The hypotheses of a bound stand in its theorem, not in the proof."""
    statement = RESULTS["block bound"].text().split("Theorem")[1].split("Proof")[0]
    assert "supposed" in statement


@pytest.mark.tex
@pytest.mark.parametrize("name", RESULTS)
def test_every_page_compiles(name: str, tmp_path: Path) -> None:
    """The article of each result makes a PDF."""
    assert RESULTS[name].pdf(tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", [*RESULTS, "gradients", "Jacobian"])
def test_what_a_result_hands_on_its_statement_has(name: str) -> None:
    """Every attribute that a result reads from its statement is there, says what it is, and cannot be set."""
    rnn = System(cells.rnn)
    others = {"gradients": rnn.bptt(r"L = \ell(x_T)"), "Jacobian": rnn.jacobian(wrt="x_{t-1}")}
    result: Any = (RESULTS | others)[name]
    handed = {a for kind in type(result).__mro__ for a, value in vars(kind).items() if isinstance(value, Asked)}
    assert handed
    for attribute in handed:
        getattr(result, attribute)
        assert getattr(type(result), attribute).__doc__.endswith(".")
        with pytest.raises(AttributeError):
            setattr(result, attribute, None)
