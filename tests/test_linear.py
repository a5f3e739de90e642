"""Reading the coefficient off what is linear in a differential, against the normal form."""

from __future__ import annotations

import random

import pytest

from symjac import expr as ex
from symjac.errors import NotYetError
from symjac.expr import Differential, Expr, Symbol
from symjac.linear import coefficient, jacobian_of_linear, pull_back
from symjac.normal import equal

n, m = ex.dim("n"), ex.dim("m")
x, u, v, w = (Symbol(c, (n, ex.ONE)) for c in "xuvw")
c = Symbol("c")
A, B = Symbol("A", (n, n)), Symbol("B", (n, n))
X = Symbol("X", (n, m))
L, R = Symbol("L", (m, n)), Symbol("R", (m, m))
SEEDS = range(150)


def constant_matrix(r: random.Random) -> Expr:
    return r.choice([A, B, ex.Transpose(A), ex.Diag(u), ex.Product(A, B), ex.Sum(A, ex.Diag(v)), ex.Identity(n)])


def constant_vector(r: random.Random) -> Expr:
    return r.choice([u, v, ex.Product(A, u), ex.Hadamard(u, v), ex.Sum(u, w), ex.Ones(n)])


def scalar(r: random.Random, depth: int) -> Expr:
    """A scalar that is linear in dx."""
    e = vector(r, depth - 1)
    return r.choice([ex.Product(ex.Transpose(constant_vector(r)), e), ex.Product(ex.Transpose(e), constant_vector(r))])


def vector(r: random.Random, depth: int) -> Expr:
    """A vector that is linear in dx."""
    if depth <= 0:
        return Differential(x)
    match r.randrange(8):
        case 0:
            return ex.Sum(vector(r, depth - 1), vector(r, depth - 2))
        case 1:
            return ex.Product(constant_matrix(r), vector(r, depth - 1))
        case 2:
            return ex.Hadamard(constant_vector(r), vector(r, depth - 1))
        case 3:
            return ex.Product(scalar(r, depth - 1), constant_vector(r))
        case 4:
            return ex.Product(c, vector(r, depth - 1))
        case 5:
            return ex.Product(matrix(r, depth - 1), constant_vector(r))
        case 6:
            return ex.Diagonal(matrix(r, depth - 1))
    return ex.Product(ex.Number(-2), vector(r, depth - 1))


def matrix(r: random.Random, depth: int) -> Expr:
    """A matrix that is linear in dx."""
    match r.randrange(5):
        case 0:
            return ex.Diag(vector(r, depth - 1))
        case 1:
            return ex.Product(vector(r, depth - 1), ex.Transpose(constant_vector(r)))
        case 2:
            return ex.Product(constant_vector(r), ex.Transpose(vector(r, depth - 1)))
        case 3:
            return ex.Product(constant_matrix(r), ex.Diag(vector(r, depth - 1)), constant_matrix(r))
    return ex.Sum(ex.Diag(vector(r, depth - 1)), ex.Product(ex.Diag(vector(r, depth - 1)), constant_matrix(r)))


def linear_in_matrix(r: random.Random, depth: int) -> Expr:
    """A matrix of shape (n, m) that is linear in dX."""
    if depth <= 0:
        return Differential(X)
    inner = linear_in_matrix(r, depth - 1)
    match r.randrange(8):
        case 0:
            return ex.Sum(inner, linear_in_matrix(r, depth - 2))
        case 1:
            return ex.Product(constant_matrix(r), inner)
        case 2:
            return ex.Product(inner, R)
        case 3:
            return ex.Transpose(ex.Product(L, A, ex.Trace(ex.Product(L, inner))))
        case 4:
            return ex.Hadamard(inner, Symbol("H", (n, m)))
        case 5:
            return ex.Product(ex.Diag(ex.Diagonal(ex.Product(inner, L))), ex.Transpose(L))
        case 6:
            return ex.Product(u, ex.Transpose(ex.Product(ex.Transpose(inner), v)))
    return ex.Product(c, inner)


def read(question: str, seed: int) -> tuple[Expr, Expr] | None:
    """What is linear and what was read off it, with the differential put back; ``None`` where there is no form."""
    r = random.Random(seed)
    try:
        if question == "vector":
            e = vector(r, 3)
            return e, ex.mul(jacobian_of_linear(e, x), Differential(x))
        if question == "coefficient":
            e, right = matrix(r, 2), constant_vector(r)
            return ex.Product(e, right), ex.mul(coefficient(e, right, x), Differential(x))
        e, found = linear_in_matrix(r, 3), list[Expr]()
        left = r.choice([L, ex.Product(R, L), ex.Transpose(X)])
        pull_back(e, left, X, found)
        return ex.Trace(ex.Product(left, e)), ex.Trace(ex.mul(ex.add(*found), Differential(X)))
    except NotYetError:
        return None


QUESTIONS = ("vector", "coefficient", "pull back")


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_read_off_gives_the_expression_back(question: str) -> None:
    """J dx, K dx and tr(G dX) are the random expressions J, K and G were read off, for every size."""
    answered = 0
    for seed in SEEDS:
        told = read(question, seed)
        if told is not None:
            assert equal(*told), (seed, told)
            answered += 1
    assert answered > 0.9 * len(SEEDS)


@pytest.mark.parametrize("question", QUESTIONS)
def test_another_coefficient_does_not(question: str) -> None:
    """The comparison sees a transposed or doubled coefficient and one with a changed sign."""
    seen = 0
    for seed in SEEDS[:20]:
        told = read(question, seed)
        if told is None or ex.is_zero(told[1]) or equal(told[0], ex.zero(told[0].shape)):
            continue
        seen += 1
        assert not equal(told[0], ex.mul(ex.Number(2), told[1]))
        assert not equal(told[0], ex.neg(told[1]))
    assert seen > 10
    e = ex.Product(A, Differential(x))
    assert not equal(e, ex.mul(ex.Transpose(jacobian_of_linear(e, x)), Differential(x)))
