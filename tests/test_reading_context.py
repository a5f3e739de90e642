"""Expressions, targets and printed derivatives read in the context of a system."""

from __future__ import annotations

import pytest

from symjac.errors import ReadError, TargetError
from symjac.expr import (
    ONE,
    Identity,
    Partial,
    Product,
    Stack,
    Symbol,
    Transpose,
    Zero,
    dim,
)
from symjac.reading import Reading, read_expression, read_formula, read_symbol, read_system
from tests.readings import N


@pytest.fixture
def recurrence() -> Reading:
    return read_system([r"\mathbf{x}_t = \mathbf{W}\sigma(\mathbf{x}_{t-1}) + \mathbf{b}"], {"q": "vector k"})


def test_an_expression_in_context_needs_no_notes(recurrence: Reading) -> None:
    """Everything the system knows counts as declared."""
    text = r"\mathbf{W} \operatorname{diag}\left(\sigma'\left(\mathbf{x}_{t-1}\right)\right)"
    expression, notes = read_expression(text, recurrence)
    assert isinstance(expression, Product)
    assert notes == ()


def test_new_symbols_of_a_loss_get_roles_as_usual(recurrence: Reading) -> None:
    """y in a loss is a vector of the size that fits."""
    loss = read_expression(r"\frac{1}{2}\|\mathbf{x}_t - \mathbf{y}\|^2", recurrence)[0]
    assert Symbol(r"\mathbf{y}", (N, ONE)) in loss.symbols


@pytest.mark.parametrize("text", ["x_{t-1}", r"\mathbf{x}_{t-1}", r"{\bf x}_{t-1}", "x(t-1)", "𝐱ₜ₋₁", "x_{ t-1 }"])
def test_a_target_is_found_in_any_spelling(text: str, recurrence: Reading) -> None:
    """Style, braces and notation of time make no other symbol."""
    assert read_symbol(text, recurrence) == Symbol(r"\mathbf{x}_{t-1}", (N, ONE))


def test_a_target_may_be_declared_without_occurring(recurrence: Reading) -> None:
    """q is declared and nowhere used; z is neither."""
    assert read_symbol("q", recurrence).shape == (dim("k"), ONE)
    with pytest.raises(TargetError, match=r"neither declared nor used; there are .*W"):
        read_symbol("z", recurrence)
    with pytest.raises(TargetError, match="not one symbol"):
        read_symbol("W b", recurrence)


def test_printed_derivatives_have_the_shape_of_the_layout(recurrence: Reading) -> None:
    """In denominator layout a printed derivative is the transpose, in mixed layout that of a scalar alone."""
    chain = r"\frac{\partial L}{\partial \mathbf{x}_{t-1}} = \frac{\partial L}{\partial \mathbf{x}_t} \mathbf{W}"
    members, _ = read_formula(chain, recurrence)
    assert isinstance(members[0], Partial)
    gradient = r"\nabla_{\mathbf{x}_{t-1}} L = \mathbf{W}^\top \nabla_{\mathbf{x}_t} L"
    with pytest.raises(ReadError):
        read_formula(gradient, recurrence)
    for layout in ("denominator", "mixed"):
        assert isinstance(read_formula(gradient, recurrence, layout=layout)[0][0], Transpose)


def test_blocks_on_top_of_each_other_are_a_stack() -> None:
    """A column of matrices is one matrix; a zero in it has as many columns as they and the rows that are left."""
    n, m = dim("n"), dim("m")
    reading = read_system("y = W [h; x]", {"W": "matrix n n+m", "h": "vector n", "x": "vector m"})
    for zero in ("0", r"\mathbf{0}"):
        (_, read), notes = read_formula(
            rf"\frac{{\partial y}}{{\partial h}} = W \begin{{bmatrix}} I \\ {zero} \end{{bmatrix}}", reading
        )
        assert read == Product(Symbol("W", (n, n + m)), Stack(Identity(n), Zero(m, n)))
        assert notes == ()


def test_blocks_whose_heights_nothing_settles_are_refused() -> None:
    """Alone, W [I; 0] may be the part of W for h or, with other heights, the part for x."""
    reading = read_system("y = W [h; x]", {"W": "matrix n n+m", "h": "vector n", "x": "vector m"})
    with pytest.raises(ReadError, match="does not settle"):
        read_expression(r"W \begin{bmatrix} I \\ 0 \end{bmatrix}", reading)


def test_blocks_that_do_not_fit_are_refused() -> None:
    """A vector other than zero does not stand under a matrix."""
    reading = read_system("y = W [h; x]", {"W": "matrix n n+m", "h": "vector n", "x": "vector m"})
    with pytest.raises(ReadError, match="stands among matrices"):
        read_expression(r"W \begin{bmatrix} I \\ x \end{bmatrix}", reading)
