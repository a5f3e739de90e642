"""Maps of several vectors of which nothing else is known: ``h_t = f(h_{t-1}, x_t)``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symjac import expr as ex
from symjac.codegen import TARGETS, emit_expression
from symjac.errors import RuleError, ShapeError
from symjac.expr import Expr, MapJacobian, Partial, Product, Sum, Symbol, VectorMap
from symjac.kernel import Scope, infer
from symjac.normal import equal
from symjac.values import counterexample

n, m = ex.dim("n"), ex.dim("m")
h, g = (Symbol(name, (n, ex.ONE)) for name in "hg")
x = Symbol("x", (m, ex.ONE))
c = Symbol("c")
W = Symbol("W", (n, n))
U = Symbol("U", (m, n))

ARGUMENTS: dict[str, tuple[Expr, ...]] = {
    "two vectors": (h, x),
    "both change": (Product(W, h), Product(U, h)),
    "one vector twice": (h, h),
    "a map inside": (h, VectorMap("k", (x, h), m)),
    "three": (x, h, Product(W, h)),
    "a scalar": (c, h),
    "a scalar that changes": (Product(ex.Transpose(g), h), h),
}


@pytest.mark.parametrize("args", ARGUMENTS.values(), ids=ARGUMENTS)
def test_the_chain_rule_goes_through_every_argument(args: tuple[Expr, ...]) -> None:
    """df(a, b)/dh = d_1 f(a, b) da/dh + d_2 f(a, b) db/dh, by the rules, the normal form and numbers."""
    f = VectorMap("f", args, n)
    total = ex.add(*(ex.mul(f.jacobian(k), Partial(a, h)) for k, a in enumerate(args, 1)))
    assert equal(Partial(f, h), total)
    theorem = infer("map_rule", Scope(h, {}), f, *(_derivative(a) for a in args))
    assert theorem.lhs == Partial(f, h)
    assert equal(theorem.rhs, total)
    assert counterexample(theorem.rhs, total) is None


def _derivative(a: Expr) -> Any:
    from symjac.differentiate import jacobian_theorem

    return jacobian_theorem(a, Scope(h, {}))


@pytest.mark.parametrize("by", [1, 2])
def test_no_argument_is_passed_over(by: int) -> None:
    """Without the term of an argument, or with another's Jacobian in its place, values tell the two apart."""
    f = VectorMap("f", (Product(W, h), h), n)
    terms = [Product(f.jacobian(1), W), f.jacobian(2)]
    right = Sum(*terms)
    assert counterexample(right, terms[by - 1]) is not None
    assert counterexample(right, Sum(Product(f.jacobian(2), W), f.jacobian(1))) is not None
    assert counterexample(f.jacobian(by), ex.Transpose(f.jacobian(by))) is not None


def test_a_jacobian_depends_on_all_arguments() -> None:
    """The Jacobian by one argument at another value of the other one is another matrix, for the values too."""
    one, other = MapJacobian("f", (h, x), n), MapJacobian("f", (h, Symbol("y", x.shape)), n)
    assert not equal(one, other)
    assert counterexample(one, other) is not None


def test_the_rule_wants_a_premise_for_each_argument() -> None:
    """The derivative of f(a, b) is no theorem where that of b is missing, or where the two are exchanged."""
    scope = Scope(h, {})
    f = VectorMap("f", (Product(W, h), h), n)
    first, second = map(_derivative, f.args)
    with pytest.raises(RuleError, match="each argument wants a premise"):
        infer("map_rule", scope, f, first)
    with pytest.raises(RuleError, match="each argument wants a premise"):
        infer("map_rule", scope, f, first, second, second)
    with pytest.raises(RuleError, match="something else"):
        infer("map_rule", scope, f, second, first)


@pytest.mark.parametrize("by", [0, 3, -1])
def test_only_arguments_that_are_there_are_differentiated_by(by: int) -> None:
    """f of two vectors has no third argument, and none before the first."""
    with pytest.raises(ShapeError, match="no argument number"):
        MapJacobian("f", (h, x), n, by)


def test_a_map_takes_columns() -> None:
    """A row or a matrix is no argument of a map."""
    with pytest.raises(ShapeError, match="takes column vectors, W is n x n"):
        VectorMap("f", (h, W), n)


@pytest.mark.parametrize("target", TARGETS)
def test_programs_take_the_jacobians_by_each_argument(target: str) -> None:
    """A program calls the map and its Jacobians by one argument each, with all arguments."""
    f = VectorMap("f", (h, x), n)
    source = emit_expression(Sum(f.jacobian(1), Product(f.jacobian(2), U)), target=target)
    assert "df_1(h, x) + df_2(h, x) @ U" in source.code
    assert source.arguments["df_1"] == r"\partial_{1} f"
    assert source.arguments["f"] == "f"


def test_programs_compute_what_is_meant() -> None:
    """With a map written out by hand the emitted program gives the derivative by complex steps."""
    rng = np.random.default_rng(3)
    a, b, k = rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rng.normal(size=(2, 3))

    def f(u: Any, v: Any) -> Any:
        return np.tanh(a @ u + b @ v + u * np.sum(v))

    def slope(u: Any, v: Any) -> Any:
        return (1 - f(u, v) ** 2)[:, None]

    call = VectorMap("f", (h, Product(U, h)), n)
    closed = Sum(call.jacobian(1), Product(call.jacobian(2), U))
    program = emit_expression(closed).load()
    at = rng.normal(size=3)
    found = program(
        h=at,
        U=k,
        df_1=lambda u, v: slope(u, v) * (a + np.sum(v) * np.eye(3)),
        df_2=lambda u, v: slope(u, v) * (b + u[:, None]),
    )
    for j in range(3):
        moved = at + 1e-30j * np.eye(3)[j]
        assert np.allclose(found[:, j], np.imag(f(moved, k @ moved)) / 1e-30)
