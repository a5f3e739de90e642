"""Entries as a textbook writes them, and derivatives told entry by entry."""

from __future__ import annotations

import pytest

from symjac.entries import at, entry, told_derivative
from symjac.errors import ShapeError
from symjac.expr import (
    ONE,
    Apply,
    Delta,
    Diag,
    Diagonal,
    Entry,
    EntryPower,
    Expr,
    Function,
    Hadamard,
    Identity,
    Index,
    IndexSum,
    LogSumExp,
    MatrixPower,
    Name,
    Norm,
    Number,
    Ones,
    Partial,
    Product,
    Softmax,
    Sum,
    Symbol,
    Time,
    Trace,
    Transpose,
    UnitVector,
    add,
    dim,
    mul,
    sub,
)
from symjac.normal import equal
from tests.normal_fuzz import Maker

n, m = dim("n"), dim("m")
W, V = Symbol("W", (n, n)), Symbol("V", (n, n))
Win = Symbol(r"W_{\mathrm{in}}", (n, m))
x, h, b, z = (Symbol(s, (n, ONE)) for s in ("x_{t-1}", "h_{t-1}", "b", "z_t"))
u = Symbol("u_t", (m, ONE))
i, j, k, p = Index("i", n), Index("j", n), Index("k", n), Index("p", n)
T = Transpose


def s(a: Expr, order: int = 0) -> Expr:
    return Apply(Function(r"\sigma", order), a)


def test_an_affine_layer_reads_as_in_a_textbook() -> None:
    """Sums over different sizes have different letters, and a constant stays as it is."""
    l_m = Index("l", m)
    assert entry(Sum(Product(W, s(x)), Product(Win, u), b), i) == Sum(
        IndexSum(k, Product(Entry(W, i, k), s(Entry(x, k)))),
        IndexSum(l_m, Product(Entry(Win, i, l_m), Entry(u, l_m))),
        Entry(b, i),
    )


def test_sums_collapse_at_diagonal_matrices() -> None:
    """No index is summed where a diagonal matrix or the identity stands."""
    assert entry(Product(W, Diag(s(x, 1))), i, j) == Product(Entry(W, i, j), s(Entry(x, j), 1))
    assert entry(Product(Diag(z), W), i, j) == Product(Entry(z, i), Entry(W, i, j))
    assert entry(Product(Diag(z), Diag(b)), i, j) == Product(Entry(z, i), Entry(b, i), Delta(i, j))
    assert entry(UnitVector(j, n), i) == Delta(i, j)
    assert entry(UnitVector(i, n), i) == Number(1)
    assert entry(Product(Sum(Identity(n), W), x), i) == Sum(
        Entry(x, i), IndexSum(k, Product(Entry(W, i, k), Entry(x, k)))
    )


def test_nested_sums_have_different_letters() -> None:
    """An index letter is never used twice at one place."""
    inner = Index("l", n)
    written = entry(Product(W, s(Product(V, x))), i)
    assert written == IndexSum(
        k, Product(Entry(W, i, k), s(IndexSum(inner, Product(Entry(V, k, inner), Entry(x, inner)))))
    )


def test_letters_of_sizes_and_times_are_avoided() -> None:
    """An index is not called like a size, a scalar or a time index."""
    h_k, W_k = Symbol(Name("h", time=Time.read("k-1")), (n, ONE)), Symbol("W", (n, n))
    written = entry(Product(W_k, h_k), i)
    assert isinstance(written, IndexSum)
    assert written.index.name == "l"


SAME: tuple[Expr, ...] = (
    Softmax(x),
    Product(Norm(x), x),
    Product(LogSumExp(x), x),
    T(Product(W, Diag(z))),
    Product(x, T(z)),
    Product(Product(T(x), z), b),
    Hadamard(Identity(n), W),
    Diagonal(Product(W, V)),
    Product(Trace(Product(W, V)), Identity(n)),
    MatrixPower(W, Number(2)),
    MatrixPower(W, Number(-1)),
    EntryPower(W, Number(2)),
    Product(T(Ones(n)), W),
    Product(T(x), W),
    Partial(s(Product(W, x)), x),
    Product(W, Product(Sum(Identity(n), Product(Diag(z), V)), x)),
    sub(Diag(Softmax(x)), Product(Softmax(x), T(Softmax(x)))),
)


@pytest.mark.parametrize("e", SAME, ids=str)
def test_the_written_entry_is_the_entry(e: Expr) -> None:
    """What is written with sums and deltas equals the entry of the matrix for every size."""
    if e.is_row:
        assert equal(entry(e, j), Entry(T(e), j))
    else:
        places = (i, j) if e.is_matrix else (i,)
        assert equal(entry(e, *places), Entry(e, *places))


def test_random_entries_are_right() -> None:
    """The written entry of random expressions equals their entry."""
    from tests.normal_fuzz import N

    a, c = Index("i", N), Index("j", N)
    for seed in range(150):
        e = Maker(seed, stacks=False, powers=False).make((N, N), 3)
        assert equal(entry(e, a, c), Entry(e, a, c)), f"seed {seed}: {e}"


def test_an_entry_takes_as_many_indices_as_the_shape_has() -> None:
    """Asking for an entry of a matrix with one index is an error that names the shape."""
    with pytest.raises(ShapeError, match="n x n"):
        entry(W, i)


LAYERS: dict[str, tuple[Expr, tuple[str, ...]]] = {
    "affine": (
        Sum(Product(W, s(x)), Product(Win, u), b),
        ("entry", "linearity", "chain rule", "independent entries", "sifting"),
    ),
    "elementwise": (
        s(Sum(Product(W, x), b)),
        ("entry", "chain rule", "linearity", "independent entries", "sifting"),
    ),
    "deep": (
        s(Product(W, s(Product(V, x)))),
        ("entry", "chain rule", "linearity", "chain rule", "linearity", "independent entries", "sifting"),
    ),
    "gated": (Hadamard(z, x), ("entry", "linearity", "independent entries")),
    "square": (Hadamard(x, s(x)), ("entry", "product rule", "chain rule", "independent entries")),
    "power": (EntryPower(x, Number(3)), ("entry", "chain rule", "independent entries")),
    "a weighted product": (
        Product(W, Hadamard(x, s(x))),
        ("entry", "linearity", "product rule", "chain rule", "independent entries", "sifting"),
    ),
    "constant": (Sum(b, z), ("entry", "linearity")),
}


@pytest.mark.parametrize("name", LAYERS)
def test_derivatives_are_told_in_textbook_steps(name: str) -> None:
    """Each line has its reason, and all lines are equal for every size."""
    y, reasons = LAYERS[name]
    steps = told_derivative(y, x, i, j)
    assert tuple(step.reason for step in steps) == reasons
    for step in steps:
        assert equal(step.expr, Entry(Partial(y, x), i, j))
    assert len({step.expr for step in steps}) == len(steps)


def test_the_last_line_of_the_recurrence_is_the_entry_of_the_jacobian() -> None:
    """dx_i/dx_j of W sigma(x) ends as W_ij sigma'(x_j)."""
    steps = told_derivative(Product(W, s(x)), x, i, j)
    assert steps[-1].expr == Product(Entry(W, i, j), s(Entry(x, j), 1))
    assert steps[-2].expr == IndexSum(k, Product(Entry(W, i, k), s(Entry(x, k), 1), Delta(k, j)))


def test_gates_keep_their_derivatives() -> None:
    """A symbol that depends on the variable keeps its derivative as it stands."""
    steps = told_derivative(Hadamard(z, x), x, i, j, moving=frozenset({z}))
    assert steps[-1].expr == Sum(
        Product(Partial(Entry(z, i), Entry(x, j)), Entry(x, i)), Product(Entry(z, i), Delta(i, j))
    )
    definitions = {z: s(x)}
    assert equal(steps[-1].expr, Entry(Partial(Hadamard(z, x), x), i, j), definitions)


def test_a_bound_index_does_not_escape() -> None:
    """An index that is bound inside cannot be put in for another, and a shadowed one is left alone."""
    inner = IndexSum(j, Product(Entry(W, k, j), Entry(x, j)))
    with pytest.raises(ShapeError, match="bound"):
        at(inner, {k: j})
    shadowed = mul(Entry(x, k), IndexSum(k, Entry(x, k)))
    assert at(shadowed, {k: p}) == mul(Entry(x, p), IndexSum(k, Entry(x, k)))


def test_scalars_are_written_out() -> None:
    """A loss is written with its sums."""
    loss = mul(Number(2), Product(T(x), x))
    assert entry(loss) == Product(Number(2), IndexSum(k, Product(Entry(x, k), Entry(x, k))))
    assert equal(entry(add(loss, Norm(x))), add(loss, Norm(x)))
