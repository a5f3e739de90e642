"""Denominators under sums: what the normal form sees to be equal there, and what it must not."""

from __future__ import annotations

import pytest

from symjac.expr import (
    ONE,
    Expr,
    Hadamard,
    Number,
    Ones,
    Product,
    Softmax,
    Symbol,
    Transpose,
    add,
    dim,
    mul,
    power,
    sub,
)
from symjac.normal import equal

n, m = dim("n"), dim("m")
u, v, w, x = (Symbol(name, (n, ONE)) for name in "uvwx")
A = Symbol("A", (n, n))
ones = Ones(n)
p = Softmax(x)
below = add(ones, Hadamard(p, p))  # 1 + p^2, which holds the sum of the exponentials
r = Softmax(Symbol("x", (m, ONE)))
longer = add(Ones(m), Hadamard(r, r))
other = add(Hadamard(x, x), Product(A, v))


def dot(*factors: Expr) -> Expr:
    """The sum over the entries of an entrywise product."""
    return Product(Transpose(Ones(*factors[0].shape)), Hadamard(*factors))


EQUAL = {
    "one fraction": (dot(v, below, power(below, -2)), dot(v, power(below, -1))),
    "split above the line": (
        add(dot(v, power(below, -2)), dot(v, p, p, power(below, -2))),
        dot(v, power(below, -1)),
    ),
    "two sums": (
        Product(add(dot(v, power(below, -2)), dot(v, p, p, power(below, -2))), dot(w, power(other, -1))),
        Product(dot(v, power(below, -1)), dot(w, power(other, -1))),
    ),
    "two like sums": (
        power(add(dot(v, power(below, -2)), dot(v, p, p, power(below, -2))), 2),
        power(dot(v, power(below, -1)), 2),
    ),
    "like sums that differ above the line": (
        Product(power(dot(v, power(below, -1)), 2), dot(w, below, power(below, -2))),
        Product(power(dot(v, below, power(below, -2)), 2), dot(w, power(below, -1))),
    ),
    "three like sums, one of them split": (
        add(
            Product(power(dot(v, power(below, -1)), 2), dot(v, power(below, -2))),
            Product(power(dot(v, power(below, -1)), 2), dot(v, p, p, power(below, -2))),
        ),
        power(dot(v, power(below, -1)), 3),
    ),
    "two denominators of one entry": (
        sub(dot(v, power(below, -1), power(other, -1)), dot(v, p, p, power(below, -1), power(other, -1))),
        sub(mul(Number(2), dot(v, power(below, -1), power(other, -1))), dot(v, power(other, -1))),
    ),
    "behind a matrix": (
        dot(w, Product(A, Hadamard(v, below, power(below, -2)))),
        dot(w, Product(A, Hadamard(v, power(below, -1)))),
    ),
}


@pytest.mark.parametrize(("a", "b"), EQUAL.values(), ids=list(EQUAL))
def test_a_denominator_under_a_sum_is_cleared(a: Expr, b: Expr) -> None:
    """Sums are equal if their summands are once these are multiplied by what they divide by."""
    assert equal(a, b)


DIFFERENT = {
    "another sign": (
        sub(dot(v, power(below, -2)), dot(v, p, p, power(below, -2))),
        dot(v, power(below, -1)),
    ),
    "another entry": (
        add(dot(v, power(below, -2)), Product(dot(v, p, power(below, -2)), dot(p))),
        dot(v, power(below, -1)),
    ),
    "a product of sums and a sum of products": (
        Product(dot(v, power(below, -1)), dot(w, power(below, -1))),
        dot(v, w, power(below, -2)),
    ),
    "fractions that add up to one, in sums of other lengths": (
        add(dot(power(below, -1)), dot(p, p, power(below, -1))),
        add(dot(power(longer, -1)), dot(r, r, power(longer, -1))),
    ),
    "other sums": (
        Product(dot(v, power(below, -1)), dot(w, power(other, -1))),
        Product(dot(w, power(below, -1)), dot(v, power(other, -1))),
    ),
}


@pytest.mark.parametrize(("a", "b"), DIFFERENT.values(), ids=list(DIFFERENT))
def test_different_sums_stay_different(a: Expr, b: Expr) -> None:
    """What stands under different sums, or at different entries, is not thrown together."""
    assert not equal(a, b)
