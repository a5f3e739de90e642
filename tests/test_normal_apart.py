"""Pairs that differ in one piece of data, which the normal form must tell apart, and pairs that differ in none.

``tests/mutants.py`` takes the comparisons of data out of the normal form one at a time, and the parts of what describes
an atom: here is what is then taken for equal, or no longer seen to be.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from symjac import expr as ex
from symjac.errors import NotYetError
from symjac.expr import (
    Apply,
    Commutation,
    Determinant,
    Diag,
    Diagonal,
    Differential,
    Entry,
    EntryPower,
    Explicit,
    Expr,
    Function,
    Hadamard,
    Identity,
    Index,
    IndexSum,
    Kronecker,
    LogSumExp,
    MapJacobian,
    MatrixPower,
    Norm,
    Number,
    Ones,
    OverTime,
    Partial,
    Product,
    ScalarGradient,
    ScalarHessian,
    Softmax,
    Stack,
    Sum,
    Symbol,
    Trace,
    Transpose,
    Vec,
    VectorMap,
    Zero,
)
from symjac.functions import ACTIVATIONS
from symjac.normal import NormalFormTooLarge, equal, normal_form

n, m, p = ex.dim("n"), ex.dim("m"), ex.dim("p")
x, y, u, v = (Symbol(name, (n, ex.ONE)) for name in "xyuv")
w = Symbol("w", (m, ex.ONE))
a, b, c, k, j, q = (Symbol(name) for name in "abckjq")
W, U, V, P, Q = (Symbol(name, (n, n)) for name in "WUVPQ")
A, B = Symbol("A", (n, m)), Symbol("B", (n, m))
ROW, COL, ALSO, LONG = Index("i", n), Index("j", n), Index("k", n), Index("l", n + m)
ONE, MINUS, HALF = Number(1), Number(-1), Number(Fraction(1, 2))


def f(e: Expr, name: str = r"\sigma", order: int = 0) -> Expr:
    return Apply(Function(name, order), e)


def known(key: str, e: Expr, order: int = 0) -> Expr:
    return Apply(Function(ACTIVATIONS[key].latex, order, key), e)


def steps(
    kind: str = "product", variable: str = "k", order: str = "ascending", low: Expr = ONE, high: Expr = q
) -> Expr:
    return OverTime(kind, variable, low, high, Symbol("W_k", (n, n)), order)


def square(name: str, rows: ex.Dim, cols: ex.Dim = ex.ONE) -> Expr:
    """The sum of the squares of the entries of a symbol, which does not show its shape."""
    s = Symbol(name, (rows, cols))
    return Trace(Product(Transpose(s), s))


def inverse(e: Expr) -> Expr:
    return MatrixPower(e, MINUS)


def to(e: Expr, exponent: Expr) -> Expr:
    return MatrixPower(e, exponent)


def total(*factors: Expr) -> Expr:
    """The sum of the entries of an entrywise product."""
    return Product(Transpose(Ones(n)), Hadamard(*factors, Ones(n)))


APART: dict[str, tuple[Expr, Expr]] = {
    "names": (W, U),
    "names of scalars": (a, b),
    "lengths of vectors": (square("s", n), square("s", m)),
    "numbers of rows": (square("S", n, p), square("S", m, p)),
    "numbers of columns": (square("S", n, p), square("S", n, m)),
    "a column and a row": (square("s", n), square("s", ex.ONE, n)),
    "ones of other shapes": (Ones(n), ONE),
    "zeros of other shapes": (Zero(n, ex.ONE), Number(0)),
    "a matrix and its transpose": (W, Transpose(W)),
    "products in another order": (Product(W, U), Product(U, W)),
    "a long product in another order": (Product(W, U, V, W), Product(U, W, V, W)),
    "a long product and a longer one": (Product(W, U, V, W), Product(W, U, V, W, W)),
    "a long product, two of its factors exchanged": (Product(W, U, V, W, U), Product(W, V, U, W, U)),
    "a long sum and a long entrywise product": (Sum(x, y, u, v), Hadamard(x, y, u, v)),
    "a long product and a long entrywise product": (Product(W, U, V, W), Hadamard(W, U, V, W)),
    "a diagonal matrix before and after": (Product(W, Diag(x)), Product(Diag(x), W)),
    "an outer product and its transpose": (Product(x, Transpose(y)), Product(y, Transpose(x))),
    "a trace of a product and a product of traces": (Trace(Product(W, U)), Product(Trace(W), Trace(U))),
    "an inner product and a product of sums": (Product(Transpose(x), y), Product(total(x), total(y))),
    "the diagonal of a product and a product of diagonals": (
        Diagonal(Product(W, U)),
        Hadamard(Diagonal(W), Diagonal(U)),
    ),
    "indices joined otherwise": (
        Trace(Product(W, U, Transpose(W), U)),
        Trace(Product(W, U, W, Transpose(U))),
    ),
    "a cycle of three and a cycle and a loop": (
        Trace(Product(W, W, W)),
        Product(Trace(Product(W, W)), Trace(W)),
    ),
    "a cycle of six and two of three": (
        Trace(Product(W, W, W, W, W, W)),
        Product(Trace(Product(W, W, W)), Trace(Product(W, W, W))),
    ),
    "functions": (f(x), f(x, r"\tau")),
    "arguments": (f(x), f(y)),
    "orders": (f(x, order=1), f(x, order=2)),
    "orders of a known function": (known("tanh", x, 1), known("tanh", x, 2)),
    "known functions": (known("tanh", x), known("sigmoid", x)),
    "a known function and one of its name": (known("tanh", x), f(x, r"\tanh")),
    "two known derivatives": (known("softplus", x, 1), known("logsigmoid", x, 1)),
    "exp and a function": (known("exp", x), f(x)),
    "exp and its argument": (known("exp", x), x),
    "exponentials": (known("exp", x), known("exp", y)),
    "exponentials in a sum": (Softmax(x), Softmax(y)),
    "sums of exponentials": (LogSumExp(x), LogSumExp(y)),
    "a sum of exponentials of other lengths": (
        LogSumExp(Symbol("s", (n, ex.ONE))),
        LogSumExp(Symbol("s", (m, ex.ONE))),
    ),
    "a logarithm and a function of no known name": (known("log", x), f(x, "")),
    "norms": (Norm(x), Norm(y)),
    "roots of two sums": (EntryPower(Sum(a, b), HALF), EntryPower(Sum(a, c), HALF)),
    "quotients by two sums": (EntryPower(Sum(a, b), MINUS), EntryPower(Sum(a, c), MINUS)),
    "a root of a square and its base": (EntryPower(EntryPower(a, Number(2)), HALF), a),
    "roots of primes": (EntryPower(Number(2), HALF), EntryPower(Number(3), HALF)),
    "powers": (EntryPower(x, Number(2)), EntryPower(x, Number(3))),
    "powers with letters": (EntryPower(x, k), EntryPower(x, j)),
    "powers of letters": (EntryPower(x, k), EntryPower(y, k)),
    "a power with a letter and the exponential of a product": (EntryPower(a, k), known("exp", Product(k, a))),
    "inverses": (inverse(W), inverse(U)),
    "an inverse and its transpose": (inverse(W), Transpose(inverse(W))),
    "the inverse of a sum": (inverse(Sum(W, U)), Sum(inverse(W), inverse(U))),
    "an inverse and a matrix that it cancels not": (Product(W, inverse(U)), Identity(n)),
    "an inverse in front that cancels not": (Product(inverse(U), W), Identity(n)),
    "a matrix of ones and an inverse of another": (Product(Ones(m, n), inverse(Ones(n, n)), Ones(n, m)), Ones(m, m)),
    "an inverse and the transpose": (Product(inverse(W), Transpose(W)), Identity(n)),
    "a square and its base": (Product(W, to(W, Number(-2))), Identity(n)),
    "inverses of ones": (
        Product(Transpose(Ones(n)), inverse(Sum(Ones(n, n), Identity(n))), Ones(n)),
        Product(Transpose(Ones(m)), inverse(Sum(Ones(m, m), Identity(m))), Ones(m)),
    ),
    "functions of identity matrices": (
        Product(Transpose(Ones(n)), f(Identity(n)), Ones(n)),
        Product(Transpose(Ones(m)), f(Identity(m)), Ones(m)),
    ),
    "determinants": (Determinant(W), Determinant(U)),
    "a determinant and a trace": (Determinant(W), Trace(W)),
    "determinants of ones": (Determinant(Ones(n, n)), Determinant(Ones(m, m))),
    "a determinant and that of the double": (Determinant(Sum(W, W)), Product(Number(2), Determinant(W))),
    "traces of inverses of ones": (Trace(inverse(Ones(n, n))), Trace(inverse(Ones(m, m)))),
    "powers of a matrix": (to(W, k), to(W, j)),
    "powers of two matrices": (to(W, k), to(U, k)),
    "a power and its transpose": (to(W, k), Transpose(to(W, k))),
    "a power and one more factor": (Product(to(W, Sum(k, MINUS)), W), to(W, Sum(k, MINUS))),
    "a power and another factor": (Product(to(W, Sum(k, MINUS)), U), to(W, k)),
    "a power before another": (Product(to(W, k), to(U, j)), to(W, Sum(k, j))),
    "a power and the transpose": (Product(to(W, k), Transpose(W)), to(W, Sum(k, ONE))),
    "a power of ones and ones of another shape": (
        Product(to(Ones(n, n), k), Ones(n, m), Ones(m, n)),
        to(Ones(n, n), Sum(k, Number(2))),
    ),
    "traces of powers of ones": (Trace(to(Ones(n, n), k)), Trace(to(Ones(m, m), k))),
    "maps": (VectorMap("F", x, n), VectorMap("G", x, n)),
    "arguments of maps": (VectorMap("F", x, n), VectorMap("F", y, n)),
    "maps into other spaces": (
        Product(Transpose(VectorMap("F", x, n)), VectorMap("F", x, n)),
        Product(Transpose(VectorMap("F", x, m)), VectorMap("F", x, m)),
    ),
    "maps from other spaces": (VectorMap("F", Ones(n), n), VectorMap("F", Ones(m), n)),
    "Jacobians of maps": (MapJacobian("F", x, n), MapJacobian("G", x, n)),
    "a Jacobian and its transpose": (MapJacobian("F", x, n), Transpose(MapJacobian("F", x, n))),
    "Hessians of functions": (ScalarHessian("f", x, n), ScalarHessian("g", x, n)),
    "a Hessian and a matrix": (Product(ScalarHessian("f", x, n), W), Product(W, ScalarHessian("f", x, n))),
    "a gradient and a map": (ScalarGradient("f", x, n), VectorMap("f", x, n)),
    "powers that meet": (Product(MatrixPower(W, Number(-1)), MatrixPower(W, Number(3))), W),
    "an inverse turned behind its matrix": (Product(W, Transpose(MatrixPower(W, Number(-1)))), Identity(n)),
    "an inverse behind its matrix turned": (Product(Transpose(W), MatrixPower(W, Number(-1))), Identity(n)),
    "a map and its Jacobian": (VectorMap("F", a, n), MapJacobian("F", a, n)),
    "arguments of a map in another order": (VectorMap("F", (x, y), n), VectorMap("F", (y, x), n)),
    "a map of two vectors and of their stack": (VectorMap("F", (x, y), n), VectorMap("F", Stack(x, y), n)),
    "a map of two vectors and of one": (VectorMap("F", (x, x), n), VectorMap("F", x, n)),
    "Jacobians by two arguments": (MapJacobian("F", (x, y), n, 1), MapJacobian("F", (x, y), n, 2)),
    "Jacobians at two places": (MapJacobian("F", (x, y), n, 1), MapJacobian("F", (x, x), n, 1)),
    "Jacobians by two arguments that are equal": (MapJacobian("F", (x, x), n, 1), MapJacobian("F", (x, x), n, 2)),
    "a Jacobian by one of two arguments and its transpose": (
        MapJacobian("F", (x, y), n, 2),
        Transpose(MapJacobian("F", (x, y), n, 2)),
    ),
    "stacks": (Stack(x, w), Stack(y, w)),
    "stacks in another order": (Stack(x, y), Stack(y, x)),
    "stacks with another structure": (Stack(x, w), Stack(w, x)),
    "a stack and a sum of its parts": (Product(Transpose(Ones(n + n)), Stack(x, y)), total(x)),
    "functions of stacks": (f(Stack(x, y)), f(Stack(y, x))),
    "entrywise products of stacks with two structures": (
        Hadamard(Stack(x, w), Stack(w, x)),
        Hadamard(Stack(x, w), Stack(w, y)),
    ),
    "inner products of stacks": (
        Product(Transpose(Stack(x, y)), Stack(u, v)),
        Product(Transpose(Stack(x, y)), Stack(v, u)),
    ),
    "written-out matrices": (Explicit([[a, b], [c, q]]), Explicit([[a, c], [b, q]])),
    "written-out vectors": (Explicit([[a], [b]]), Explicit([[b], [a]])),
    "written-out rows": (Explicit([[a, b, c]]), Explicit([[a, c, b]])),
    "sums and products over steps": (steps("sum"), steps("product")),
    "variables of steps": (steps(variable="k"), steps(variable="j")),
    "orders of steps": (steps(order="ascending"), steps(order="descending")),
    "first steps": (steps(low=ONE), steps(low=Number(2))),
    "last steps": (steps(high=q), steps(high=k)),
    "a product over steps and its transpose": (steps(), Transpose(steps())),
    "what is vectorised": (Vec(W), Vec(U)),
    "a vectorised matrix and its transpose": (Vec(W), Vec(Transpose(W))),
    "Kronecker products in another order": (Kronecker(W, U), Kronecker(U, W)),
    "a vector before and behind ones": (Kronecker(x, Ones(m)), Kronecker(Ones(m), x)),
    "equal columns and equal rows, vectorised": (
        Vec(Product(x, Transpose(Ones(m)))),
        Vec(Product(Ones(m), Transpose(x))),
    ),
    "commutation matrices": (Commutation(n, m), Commutation(m, n)),
    "a commutation matrix and another": (Commutation(n, n * m * m), Commutation(n * m, n * m)),
    "a commutation matrix and its inverse, applied": (
        Product(Commutation(n, m), Vec(A)),
        Product(Commutation(m, n), Vec(A)),
    ),
    "differentials": (Differential(W), Differential(U)),
    "a differential and what changes": (Differential(W), W),
    "differentials of a column and of a row": (
        Product(Transpose(Ones(n)), Differential(Symbol("s", (n, ex.ONE)))),
        Product(Differential(Symbol("s", (ex.ONE, n))), Ones(n)),
    ),
    "a second differential": (Differential(Differential(x)), Zero(n, ex.ONE)),
    "a second differential of a vector of length d": (
        Differential(Differential(Symbol("s", (ex.dim("d"), ex.ONE)))),
        Zero(ex.dim("d"), ex.ONE),
    ),
    "differentials of functions": (Differential(f(x)), Hadamard(f(x, order=1), Differential(y))),
    "what is differentiated by": (Partial(Product(a, b), a), Partial(Product(a, b), b)),
    "a derivative by a vector and its transpose": (Partial(Product(W, x), x), Transpose(W)),
    "a derivative by a matrix and its transpose": (
        Partial(Product(Transpose(x), W, y), W),
        Product(x, Transpose(y)),
    ),
    "a second derivative of a function": (Partial(f(x, order=1), x), Diag(f(x, order=1))),
    "a derivative of an inverse": (Partial(Product(inverse(Diag(x)), y), x), Diag(y)),
    "a derivative of a determinant": (Partial(Determinant(W), W), inverse(W)),
    "a derivative of a map": (Partial(VectorMap("F", x, n), x), MapJacobian("F", y, n)),
    "a derivative of a map of two vectors": (
        Partial(VectorMap("F", (x, y), n), x),
        MapJacobian("F", (x, y), n, 2),
    ),
    "a derivative of a map whose arguments both change": (
        Partial(VectorMap("F", (x, Product(W, x)), n), x),
        MapJacobian("F", (x, Product(W, x)), n, 1),
    ),
    "entries": (Entry(x, ROW), Entry(x, COL)),
    "entries of a matrix": (Entry(W, ROW, COL), Entry(W, COL, ROW)),
    "entries in given places": (Entry(x, 1), Entry(x, 2)),
    "an entry in a given place and a free one": (Entry(x, 1), Entry(x, ROW)),
    "deltas": (ex.Delta(ROW, COL), ex.Delta(ROW, ALSO)),
    "a delta of given places": (ex.Delta(1, 2), ONE),
    "sums over an index": (IndexSum(ROW, Entry(W, ROW, COL)), IndexSum(ROW, Entry(W, COL, ROW))),
    "sums over two indices": (
        IndexSum(ROW, IndexSum(COL, Product(Entry(x, ROW), Entry(x, COL)))),
        IndexSum(ROW, Product(Entry(x, ROW), Entry(x, ROW))),
    ),
    "sums over other lengths": (IndexSum(Index("i", n), a), IndexSum(Index("i", m), a)),
    "sums over an index of functions": (total(f(x), f(y)), total(f(x), f(x))),
    "a sum of quotients and a quotient of sums": (
        total(EntryPower(Sum(x, y), MINUS)),
        EntryPower(total(Sum(x, y)), MINUS),
    ),
    "sums of quotients": (total(EntryPower(Sum(x, y), MINUS)), total(EntryPower(Sum(x, u), MINUS))),
    "sums of powers of sums": (
        total(EntryPower(Product(W, x), Number(2))),
        EntryPower(total(Product(W, x)), Number(2)),
    ),
    "sums of high powers of sums": (
        total(EntryPower(Product(W, x), Number(7))),
        total(EntryPower(Product(U, x), Number(7))),
    ),
    "sums of high powers of sums and of their exponentials": (
        total(EntryPower(Product(W, x), Number(7))),
        total(EntryPower(known("exp", Product(W, x)), Number(7))),
    ),
    "sums of roots": (total(EntryPower(Product(W, x), HALF)), total(EntryPower(Product(W, y), HALF))),
    "sums of exponentials of sums": (total(known("exp", Product(W, x))), total(known("exp", Product(W, y)))),
}


@pytest.mark.parametrize("name", APART)
def test_expressions_that_differ_are_told_apart(name: str) -> None:
    """Two expressions that differ in one piece of data have no common form, in either order."""
    one, other = APART[name]
    assert not equal(one, other)
    assert not equal(other, one)
    assert normal_form(one) != normal_form(other)
    assert equal(one, one)


@pytest.mark.parametrize("name", APART)
def test_what_holds_them_is_told_apart(name: str) -> None:
    """So have functions of them, and products with what does not show their shape."""
    one, other = APART[name]
    if one.shape == other.shape:
        left, right = (total(Product(f(s), Ones(n))) if s.is_scalar else f(s) for s in (one, other))
        assert not equal(left, right)
        assert not equal(Sum(left, left), Sum(left, right))


def root(e: Expr) -> Expr:
    return EntryPower(e, HALF)


def over_root(e: Expr) -> Expr:
    return EntryPower(e, Number(Fraction(-1, 2)))


TOGETHER: dict[str, tuple[Expr, Expr]] = {
    "lengths that are spelled in two ways": (square("s", n * (m + 1)), square("s", n * m + n)),
    "the square of a root of a sum with zeros": (
        Hadamard(root(Sum(W, Identity(n))), root(Sum(W, Identity(n)))),
        Sum(W, Identity(n)),
    ),
    "the square of a root of a square": (Hadamard(root(Hadamard(x, x)), root(Hadamard(x, x))), Hadamard(x, x)),
    "the square of a root of a product": (Hadamard(root(Hadamard(x, y)), root(Hadamard(x, y))), Hadamard(x, y)),
    "one over a root of a square": (
        f(over_root(Hadamard(x, x))),
        f(Hadamard(root(Hadamard(x, x)), EntryPower(x, Number(-2)))),
    ),
    "one over a root of a product": (
        f(over_root(Hadamard(x, y))),
        f(Hadamard(root(Hadamard(x, y)), EntryPower(x, MINUS), EntryPower(y, MINUS))),
    ),
    "one over a root of a prime": (f(over_root(Number(2))), f(Product(HALF, root(Number(2))))),
    "the diagonal of a product with its transpose": (
        Diagonal(Product(W, Transpose(W))),
        Product(Hadamard(W, W), Ones(n)),
    ),
    "a derivative of a sum of high powers": (
        Partial(total(EntryPower(Product(W, x), Number(7))), x),
        Product(Number(7), Transpose(EntryPower(Product(W, x), Number(6))), W),
    ),
    "two deltas in another order": (
        Product(ex.Delta(ROW, COL), ex.Delta(COL, ALSO)),
        Product(ex.Delta(COL, ALSO), ex.Delta(ROW, COL)),
    ),
    "two deltas in another order, another shared": (
        Product(ex.Delta(ROW, COL), ex.Delta(ROW, ALSO)),
        Product(ex.Delta(ROW, ALSO), ex.Delta(ROW, COL)),
    ),
    "two deltas in another order, a third shared": (
        Product(ex.Delta(ROW, ALSO), ex.Delta(COL, ALSO)),
        Product(ex.Delta(COL, ALSO), ex.Delta(ROW, ALSO)),
    ),
    "a function of a power of a matrix, turned round": (
        Sum(to(P, k), Transpose(Q), Transpose(f(Hadamard(to(P, k), Q)))),
        Sum(to(P, k), Transpose(Q), f(Hadamard(Transpose(to(P, k)), Transpose(Q)))),
    ),
    "a function of a stack of rows and a stack of columns, turned round": (
        Transpose(
            f(
                Sum(
                    Product(Stack(x, w), Transpose(Ones(n + m))),
                    Transpose(Product(Stack(y, w), Transpose(Ones(n + m)))),
                )
            )
        ),
        f(Sum(Product(Stack(y, w), Transpose(Ones(n + m))), Transpose(Product(Stack(x, w), Transpose(Ones(n + m)))))),
    ),
    "an entry of a function of a product of stacks with two structures": (
        Entry(f(Hadamard(Stack(x, w), Stack(w, x))), LONG),
        f(Hadamard(Entry(Stack(w, x), LONG), Entry(Stack(x, w), LONG))),
    ),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_expressions_that_differ_in_spelling_only_have_one_form(name: str) -> None:
    """What is the same for all values is seen to be the same, in either order."""
    one, other = TOGETHER[name]
    assert equal(one, other)
    assert equal(other, one)


OPAQUE: dict[str, Expr] = {
    "matrix power": Trace(to(W, k)),
    "over time": Trace(OverTime("sum", "t", ONE, q, W, "open")),
    "Vec": Product(Transpose(Vec(U)), Vec(W)),
    "Kronecker": Trace(Kronecker(W, U)),
}


@pytest.mark.parametrize("kind", OPAQUE)
def test_what_cannot_be_differentiated_is_named(kind: str) -> None:
    """The message says what it is, and by what it would have to be differentiated."""
    with pytest.raises(NotYetError, match=f"{kind} that depends on W"):
        normal_form(Partial(OPAQUE[kind], W))


def test_stacked_matrices_are_not_differentiated_by() -> None:
    """There is no matrix of the derivatives by the entries of several matrices."""
    with pytest.raises(NotYetError, match="a stack of matrices"):
        normal_form(Partial(Sum(Trace(W), Trace(U)), Stack(W, U)))


def large(name: str) -> Expr:
    """A sum to a power that is not multiplied out within the budget."""
    return EntryPower(Sum(*(Symbol(f"{name}_{i}", (n, ex.ONE)) for i in range(12))), Number(40))


CONGRUENT: dict[str, tuple[Expr, Expr]] = {
    "functions": (f(large("x")), f(large("x"), r"\tau")),
    "orders": (f(large("x")), f(large("x"), order=1)),
    "operations": (Product(Diag(large("x")), Ones(n)), Sum(large("x"), Ones(n))),
    "a sum and an entrywise product": (Sum(large("x"), large("y")), Hadamard(large("x"), large("y"))),
    "arguments": (f(large("x")), f(large("y"))),
}


@pytest.mark.parametrize("name", CONGRUENT)
def test_what_is_too_large_is_not_taken_for_equal_operand_by_operand(name: str) -> None:
    """Where operands are compared one by one because the whole is too large, the operation must be the same too."""
    one, other = CONGRUENT[name]
    with pytest.raises(NormalFormTooLarge):
        equal(one, other)
    assert equal(one, one)
