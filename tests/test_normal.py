"""The normal form: which expressions it calls equal, and what it never does."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest

from symjac import normal
from symjac.errors import DefinitionError, NotYetError
from symjac.expr import (
    ONE,
    Apply,
    Delta,
    Determinant,
    Diag,
    Diagonal,
    Differential,
    Dim,
    Entry,
    EntryPower,
    Expr,
    Function,
    Hadamard,
    Identity,
    Index,
    IndexSum,
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
    UnitVector,
    VectorMap,
    Zero,
    add,
    dim,
    mul,
    neg,
    power,
    sub,
)
from symjac.functions import ACTIVATIONS
from symjac.normal import NormalFormTooLarge, UndefinedFormError, equal, jacobian_form, normal_form
from symjac.normal.atoms import WORK, budget, tables
from tests.work import counted

n, m = dim("n"), dim("m")


def vec(name: str, rows: Dim = n) -> Symbol:
    return Symbol(name, (rows, ONE))


def mat(name: str, rows: Dim = n, cols: Dim = n) -> Symbol:
    return Symbol(name, (rows, cols))


def f(a: Expr, order: int = 0) -> Expr:
    return Apply(Function(r"\sigma", order), a)


def known(key: str, a: Expr, order: int = 0) -> Expr:
    return Apply(Function(ACTIVATIONS[key].latex, order, key), a)


def exp(a: Expr) -> Expr:
    return known("exp", a)


def log(a: Expr) -> Expr:
    return known("log", a)


def sqrt(a: Expr) -> Expr:
    return power(a, Fraction(1, 2))


def inv(a: Expr) -> Expr:
    return power(a, -1)


def inverse(A: Expr) -> Expr:
    return MatrixPower(A, Number(-1))


def one_minus(a: Expr) -> Expr:
    return sub(one if not a.is_scalar else Number(1), a)


def logistic(a: Expr) -> Expr:
    return inv(Sum(Ones(*a.shape), exp(neg(a))))


A, B, C, U, W = (mat(name) for name in "ABCUW")
b, d, h, x, y = (vec(name) for name in "bdhxy")
R, u, Q = mat("R", n, m), vec("u", m), mat("Q", n, n + m)
p, q, r, s, eps = (Symbol(name) for name in ("p", "q", "r", "s", r"\epsilon"))
one, size = Ones(n), Symbol("n")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
T = Transpose
mean = mul(inv(size), Product(T(one), x))
centred = sub(x, mul(mean, one))
variance = add(mul(inv(size), Product(T(centred), centred)), eps)
deviation = power(variance, Fraction(-1, 2))

EQUAL: dict[str, tuple[Expr, Expr]] = {
    # matrices
    "a transposed product": (T(Product(W, Diag(d))), Product(Diag(d), T(W))),
    "scaled columns": (Product(W, Diag(d)), Hadamard(W, Product(one, T(d)))),
    "scaled rows and columns": (Product(Diag(x), A, Diag(y)), Hadamard(Product(x, T(y)), A)),
    "Frobenius product": (Product(T(one), Hadamard(A, B), one), Trace(Product(T(A), B))),
    "Hadamard product times vector": (Product(Hadamard(A, B), x), Diagonal(Product(A, Diag(x), T(B)))),
    "a trace rolls": (Trace(Product(A, B, C)), Trace(Product(C, A, B))),
    "a trace of a transpose": (Trace(Product(A, B, C)), Trace(Product(T(C), T(B), T(A)))),
    "a rectangular congruence": (T(Product(R, Diag(u), T(R))), Product(R, Diag(u), T(R))),
    "diagonal of diag": (Diagonal(Diag(x)), x),
    "diagonal of I": (Diagonal(Identity(n)), one),
    "I o A": (Hadamard(Identity(n), A), Diag(Diagonal(A))),
    "a size is the trace of I": (Product(Trace(Identity(n)), A), mul(size, A)),
    "n / n": (mul(inv(size), Product(T(one), one)), Number(1)),
    "a size that is a sum": (Trace(Identity(n + m)), add(size, Symbol("m"))),
    "a size that is a number": (Trace(Identity(dim(3))), Number(3)),
    "a scalar product commutes": (mul(Product(T(x), y), x), Product(x, Product(T(y), x))),
    # functions
    "a function of equal arguments": (f(Product(A, B, x)), f(Product(A, Product(B, x)))),
    "a function of a transpose": (f(T(A)), T(f(A))),
    "a function of repeated columns": (f(Product(x, T(one))), Product(f(x), T(one))),
    "a function of a symmetric matrix": (T(f(Product(A, T(A)))), f(Product(A, T(A)))),
    "the diagonal of a function": (Diagonal(f(Diag(x))), f(x)),
    "tanh'": (Diag(known("tanh", x, 1)), Diag(one_minus(power(known("tanh", x), 2)))),
    "tanh''": (known("tanh", p, 2), mul(Number(-2), known("tanh", p), one_minus(power(known("tanh", p), 2)))),
    "sigmoid'": (known("sigmoid", x, 1), Hadamard(known("sigmoid", x), one_minus(known("sigmoid", x)))),
    "relu'": (known("relu", x, 1), known("step", x)),
    "exp'": (known("exp", x, 1), exp(x)),
    "the derivative of a written-out sigmoid": (
        Partial(logistic(x), x),
        Diag(Hadamard(logistic(x), one_minus(logistic(x)))),
    ),
    "the same inside a product": (
        Product(W, Diag(Hadamard(exp(neg(x)), power(logistic(x), 2))), U),
        Product(W, Diag(Hadamard(logistic(x), one_minus(logistic(x)))), U),
    ),
    "exp of a sum": (mul(exp(p), exp(q)), exp(add(p, q))),
    "one over exp": (inv(exp(p)), exp(neg(p))),
    "log exp": (log(exp(p)), p),
    "softmax sums to one": (Product(T(one), Softmax(x)), Number(1)),
    "softmax ignores a shift": (Softmax(add(x, mul(p, one))), Softmax(x)),
    "log softmax": (log(Softmax(x)), sub(x, mul(LogSumExp(x), one))),
    # powers
    "a / a": (mul(inv(p), p), Number(1)),
    "sqrt a sqrt a": (mul(sqrt(p), sqrt(p)), p),
    "sqrt of a sum, squared": (power(sqrt(add(p, q)), 2), add(p, q)),
    "a power and a half": (power(add(p, q), Fraction(3, 2)), mul(add(p, q), sqrt(add(p, q)))),
    "a common factor below the line": (inv(add(mul(p, q), mul(p, r))), mul(inv(p), inv(add(q, r)))),
    "1 - y/(x+y)": (Hadamard(x, inv(add(x, y))), one_minus(Hadamard(y, inv(add(x, y))))),
    "a fraction in a fraction": (inv(inv(add(p, q))), add(p, q)),
    "a quotient of sums": (Hadamard(Product(W, x), inv(Product(W, x))), one),
    "sqrt 8": (sqrt(Number(8)), mul(Number(2), sqrt(Number(2)))),
    "1 / sqrt 2": (inv(sqrt(Number(2))), mul(Number(Fraction(1, 2)), sqrt(Number(2)))),
    "a symbolic exponent": (EntryPower(p, add(q, Number(-1))), mul(EntryPower(p, q), inv(p))),
    "the square of a norm": (mul(Norm(x), Norm(x)), Product(T(x), x)),
    # inverses, determinants, maps, stacks
    "A A^-1": (Product(A, inverse(A), x), x),
    "the inverse of a transpose": (inverse(T(A)), T(inverse(A))),
    "the inverse of a multiple": (inverse(mul(Number(2), A)), mul(Number(Fraction(1, 2)), inverse(A))),
    "the inverse of diag": (inverse(Diag(x)), Diag(inv(x))),
    "the inverse of a symmetric matrix": (T(inverse(Product(A, T(A)))), inverse(Product(A, T(A)))),
    "a square": (MatrixPower(A, Number(2)), Product(A, A)),
    "det of a transpose": (Determinant(T(A)), Determinant(A)),
    "a matrix times a stack": (
        Product(Q, Stack(Identity(n), Zero(m, n)), x),
        Product(Q, Stack(x, Zero(m))),
    ),
    "an inner product of stacks": (
        Product(T(Stack(x, u)), Stack(y, u)),
        add(Product(T(x), y), Product(T(u), u)),
    ),
    "a function of a stack": (f(Stack(x, u)), Stack(f(x), f(u))),
    "a nested stack": (Stack(x, Stack(y, u)), Stack(x, y, u)),
    # index notation
    "a written-out product": (IndexSum(k, mul(Entry(W, i, k), Entry(x, k))), Entry(Product(W, x), i)),
    "sifting": (IndexSum(k, mul(Entry(W, i, k), Delta(k, j))), Entry(W, i, j)),
    "an index sum of one": (IndexSum(k, Number(1)), size),
    "a delta at work": (mul(Delta(i, j), Entry(x, j)), mul(Delta(i, j), Entry(x, i))),
    "a column": (mul(W, UnitVector(j, n)), mul(W, UnitVector(j, n))),
    "an entry of a column": (Entry(mul(W, UnitVector(j, n)), i), Entry(W, i, j)),
    "a numbered entry": (mul(Transpose(UnitVector(2, n)), x), Entry(x, 2)),
    "a fixed position": (IndexSum(k, mul(Delta(k, 2), Entry(x, k))), Entry(x, 2)),
    "a renamed summed index": (
        IndexSum(k, mul(Entry(x, k), Entry(y, k))),
        IndexSum(i, mul(Entry(y, i), Entry(x, i))),
    ),
    "an entry of a derivative": (Partial(Entry(Product(W, x), i), Entry(x, j)), Entry(W, i, j)),
    # derivatives
    "d W f(x)": (Partial(Product(W, f(x)), x), Product(W, Diag(f(x, 1)))),
    "d f(W x + b)": (Partial(f(add(Product(W, x), b)), x), Product(Diag(f(add(Product(W, x), b), 1)), W)),
    "a second derivative": (Partial(Diagonal(Partial(f(x), x)), x), Diag(f(x, 2))),
    "d softmax": (Partial(Softmax(x), x), sub(Diag(Softmax(x)), Product(Softmax(x), T(Softmax(x))))),
    "d logsumexp": (Partial(LogSumExp(x), x), T(Softmax(x))),
    "d norm": (Partial(Norm(x), x), mul(inv(Norm(x)), T(x))),
    "d x/|x|": (
        Partial(mul(inv(Norm(x)), x), x),
        mul(inv(Norm(x)), sub(Identity(n), mul(power(Norm(x), -2), Product(x, T(x))))),
    ),
    "d layer norm": (
        Partial(mul(deviation, centred), x),
        sub(
            mul(deviation, sub(Identity(n), mul(inv(size), Product(one, T(one))))),
            mul(inv(size), power(variance, Fraction(-3, 2)), Product(centred, T(centred))),
        ),
    ),
    "d trace by a matrix": (Partial(Trace(Product(A, B)), A), B),
    "d quadratic form by a matrix": (Partial(Product(T(x), A, y), A), Product(y, T(x))),
    "d inverse": (Partial(Trace(inverse(A)), A), neg(MatrixPower(A, Number(-2)))),
    "d determinant": (Partial(Determinant(A), A), Product(Determinant(A), inverse(A))),
    "d gradient": (
        Partial(ScalarGradient("f", Product(B, x), n), x),
        Product(ScalarHessian("f", Product(B, x), n), B),
    ),
    "Hessian of a function": (ScalarHessian("f", x, n), Transpose(ScalarHessian("f", x, n))),
    "d map": (Partial(VectorMap("F", Product(W, x), m), x), Product(MapJacobian("F", Product(W, x), m), W)),
    "d by a scalar": (Partial(mul(p, p, x), p), mul(Number(2), p, x)),
    "d of a symbolic power": (Partial(EntryPower(p, q), p), mul(q, EntryPower(p, add(q, Number(-1))))),
    "d by its exponent": (Partial(EntryPower(p, q), q), mul(log(p), EntryPower(p, q))),
    "d of a stack": (
        Partial(f(Stack(x, f(u))), u),
        Stack(Zero(n, m), Product(Diag(f(f(u), 1)), Diag(f(u, 1)))),
    ),
    "d by a stack": (Product(Partial(Product(W, x), Stack(x, u)), Stack(x, u)), Product(W, x)),
    "the differential of a product": (
        Differential(Product(W, x)),
        add(Product(Differential(W), x), Product(W, Differential(x))),
    ),
    "the differential of an inverse": (
        Differential(inverse(A)),
        neg(Product(inverse(A), Differential(A), inverse(A))),
    ),
}

UNEQUAL: dict[str, tuple[Expr, Expr]] = {
    "the transposed matrix": (Product(T(W), Diag(d)), Product(W, Diag(d))),
    "the other order": (Product(A, B), Product(B, A)),
    "a rolled trace the wrong way": (Trace(Product(A, B, C)), Trace(Product(A, C, B))),
    "a transpose inside a function": (f(T(A)), f(A)),
    "another order of derivative": (f(x, 1), f(x)),
    "another function": (f(x), Apply(Function("g"), x)),
    "sqrt of a square": (sqrt(mul(p, p)), p),
    "sqrt of a product": (sqrt(mul(p, q)), mul(sqrt(p), sqrt(q))),
    "log of a product": (log(mul(p, q)), add(log(p), log(q))),
    "tanh' with a power missing": (Diag(known("tanh", x, 1)), Diag(one_minus(known("tanh", x)))),
    "zeros of other shapes": (Zero(n, m), Zero(m, n)),
    "a vector and its transpose": (x, T(x)),
    "one name, two sizes": (Product(T(vec("a")), vec("a")), Product(T(vec("a", m)), vec("a", m))),
    "ones of other sizes": (Product(T(one), one), Product(T(Ones(m)), Ones(m))),
    "a free index beside a bound one": (
        mul(IndexSum(k, Entry(x, k)), Entry(x, k)),
        IndexSum(k, mul(Entry(x, k), Entry(x, k))),
    ),
    "two free indices": (Entry(W, i, j), Entry(W, j, i)),
    "blocks in another order": (Product(Q, Stack(x, u)), Product(mat("Q", n, n + m), Stack(u, x))),
    "a map and its argument": (VectorMap("F", Product(W, x), n), Product(W, VectorMap("F", x, n))),
    "an inverse and its transpose": (inverse(A), T(inverse(A))),
    "inverse of a product": (inverse(Product(A, B)), Product(inverse(A), inverse(B))),
}


@pytest.mark.parametrize("name", EQUAL)
def test_identities_have_one_form(name: str) -> None:
    """Both sides of a true identity of matrix calculus have one normal form."""
    left, right = EQUAL[name]
    assert left.shape == right.shape
    assert equal(left, right)
    assert normal_form(left) == normal_form(right)
    assert normal_form(sub(left, right)).is_zero


@pytest.mark.parametrize("name", UNEQUAL)
def test_different_things_have_different_forms(name: str) -> None:
    """What differs for some values or shapes is never called equal."""
    left, right = UNEQUAL[name]
    assert not equal(left, right)
    assert normal_form(left) != normal_form(right)


def test_a_form_knows_its_shape() -> None:
    """Zero matrices of different shapes are different, although both have no terms."""
    assert normal_form(Zero(n, m)) != normal_form(Zero(m, n))
    assert normal_form(Zero(n, m)) == normal_form(sub(R, R))
    assert len({normal_form(Zero(n, m)), normal_form(sub(R, R))}) == 1


def test_definitions_are_unfolded() -> None:
    """A gate equals its right-hand side, also inside derivatives, to any depth."""
    z, c = vec("z"), vec("c")
    definitions = {z: f(Product(U, h)), c: f(Product(W, Hadamard(z, h)))}
    assert equal(c, f(Product(W, Diag(h), f(Product(U, h)))), definitions)
    inner = add(Diag(z), Product(Diag(h), Partial(z, h)))
    assert equal(Partial(c, h), Product(Diag(f(Product(W, Hadamard(z, h)), 1)), W, inner), definitions)
    assert jacobian_form(z, h, definitions) == normal_form(Product(Diag(f(Product(U, h), 1)), U), definitions)


def test_a_defined_variable_is_cut() -> None:
    """Differentiating by a gate takes the gate as independent, then puts its definition back."""
    z, c = vec("z"), vec("c")
    definitions = {z: f(h), c: Hadamard(z, h)}
    assert equal(Partial(c, z), Diag(h), definitions)
    assert equal(Partial(Hadamard(z, c), z), mul(Number(2), Diag(Hadamard(f(h), h))), definitions)


def test_definitions_in_a_circle_are_refused() -> None:
    """Definitions that depend on themselves are an error, not a loop."""
    z, c = vec("z"), vec("c")
    with pytest.raises(DefinitionError, match="circle"):
        normal_form(z, {z: f(c), c: f(z)})


def test_differentials_of_constants_vanish() -> None:
    """Only the symbols named as moving have a differential."""
    only = frozenset({x})
    assert equal(Differential(Product(W, x)), Product(W, Differential(x)), moving=only)
    assert not equal(Differential(Product(W, x)), Product(W, Differential(x)))


def test_sizes_do_not_move() -> None:
    """The differential of a mean is the mean of the differential: a size is a constant."""
    assert equal(Differential(mean), mul(inv(size), Product(T(one), Differential(x))))


def test_an_index_inside_a_sum_over_time_stays_free() -> None:
    """A sum over time of entries depends on their index, so summing it over that index is no multiple of it."""
    entries = OverTime("sum", "t", Number(1), Symbol("T"), Entry(x, k), "open")
    assert not equal(IndexSum(k, entries), mul(size, entries))
    assert not equal(entries, OverTime("sum", "t", Number(1), Symbol("T"), Entry(x, i), "open"))


def test_deep_nesting_is_refused() -> None:
    """An expression nested deeper than Python's stack is an error of symjac's own."""
    deep: Expr = x
    for _ in range(40):
        deep = f(Product(W, deep))
    assert equal(Partial(deep, x), Product(Diag(f(deep.args[0], 1)), W, Partial(deep.args[0].args[1], x)))
    for _ in range(2000):
        deep = f(deep)
    with pytest.raises(NormalFormTooLarge, match="deep"):
        normal_form(deep)


def test_what_is_zero_for_every_size_does_not_divide() -> None:
    """Dividing by an expression that is zero is an error."""
    with pytest.raises(UndefinedFormError):
        normal_form(inv(sub(p, p)))


def test_sums_over_time_are_not_differentiated() -> None:
    """A product over time is compared as a whole; its derivative is not known yet."""
    over = OverTime("product", "i", Number(1), Symbol("t"), Product(W, A), "ascending")
    assert equal(T(over), T(OverTime("product", "i", Number(1), Symbol("t"), Product(W, Product(A)), "ascending")))
    assert not equal(over, OverTime("product", "i", Number(1), Symbol("t"), Product(W, A), "descending"))
    assert not equal(T(over), over)
    with pytest.raises(NotYetError):
        normal_form(Partial(Trace(over), W))


def test_the_standard_polynomial_is_not_zero() -> None:
    """S_4 vanishes for 1 x 1 and 2 x 2 matrices, but not for all sizes."""
    letters = [A, B, C, W]
    terms = []
    for order in permutations(range(4)):
        sign = (-1) ** sum(order[a] > order[b] for a in range(4) for b in range(a + 1, 4))
        terms.append(Product(Number(sign), *(letters[a] for a in order)))
    assert not equal(Sum(*terms), Zero(n, n))


def test_many_like_indices_are_numbered_alike() -> None:
    """Networks with many symmetries have one numbering, found with a hundredth of the budget."""
    square = Product(B, T(B))
    eight = Hadamard(*[Product(W, U, x)] * 8)
    for left, right in (
        (Trace(Product(*[B] * 16)), Trace(Product(*[Product(B, B)] * 8))),
        (Trace(Product(*[square] * 8)), Trace(Product(*[Product(square, square)] * 4))),
        (Product(T(one), power(Product(W, U, x), 8)), Product(T(one), eight)),
    ):
        assert equal(left, right)
        assert budget.left > 0.99 * WORK


def test_a_long_product_of_sums_is_compared_by_factors() -> None:
    """Twenty factors with six terms each are equal factor by factor, without multiplying out."""
    left, right = zip(*(_gated_pair(t) for t in range(20)), strict=True)
    assert equal(Product(*left), Product(*right))


def test_too_much_work_is_refused() -> None:
    """A product of sums that would have to be multiplied out is refused after a bounded number of calls."""
    left, right = zip(*(_gated_pair(t) for t in range(20)), strict=True)
    with counted(5_000_000), pytest.raises(NormalFormTooLarge):
        equal(Product(*left), Product(*reversed(right)))


def _gated_pair(t: int) -> tuple[Expr, Expr]:
    """A Jacobian as in a GRU, in two spellings."""
    z, c, g, o, r0, s0 = (vec(f"{name}_{t}") for name in "zcgors")
    V, X = mat(f"V_{t}"), mat(f"X_{t}")
    first = Sum(
        Diag(one_minus(z)),
        Product(Diag(sub(c, h)), Diag(g), U),
        Product(Diag(z), Diag(o), V, Sum(Diag(r0), Product(Diag(h), Diag(s0), X))),
    )
    second = Sum(
        Identity(n),
        neg(Diag(z)),
        Hadamard(U, Product(Hadamard(sub(c, h), g), T(one))),
        Product(Diag(Hadamard(z, o)), V, Diag(r0)),
        Product(Diag(Hadamard(o, z)), V, Diag(Hadamard(s0, h)), X),
    )
    return first, second


def test_forms_outlive_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms stay comparable when the tables have been emptied in between."""
    before = normal_form(Product(W, Diag(d)))
    monkeypatch.setattr(normal, "LOAD", 0)
    generation = tables.generation
    after = normal_form(T(Product(Diag(d), T(W))))
    assert tables.generation > generation
    assert before == after
    assert before != normal_form(Product(Diag(d), W))


def test_a_question_has_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operands are compared within the question: the budget starts once, and the tables stay."""
    begun: list[int] = []
    begin = normal._begin
    monkeypatch.setattr(normal, "_begin", lambda: (begun.append(1), begin()))
    matrices = [mat(c) for c in "ABCDE"]
    left = Product(*(T(Product(M, Diag(d))) for M in matrices))
    right = Product(*(Product(Diag(d), T(M)) for M in matrices))
    monkeypatch.setattr(normal, "LOAD", 0)
    before = tables.generation
    assert normal.equal(left, right)
    assert len(begun) == 1
    assert tables.generation <= before + 1


def test_a_second_way_is_paid_once() -> None:
    """Where the whole is too large the operands are tried with as much work again, but not a third time."""
    budget.start(10)
    assert budget.again()
    assert budget.left == 10
    assert not budget.again()
    with pytest.raises(NormalFormTooLarge):
        budget.spend(11)


def test_everything_that_is_kept_counts() -> None:
    """What decides when the tables are emptied counts every table and every kept translation."""
    assert equal(Product(W, d), Product(W, Sum(d, Zero(n, ONE))))
    kept = [t for t in vars(tables).values() if isinstance(t, dict | list)]
    assert tables.load == sum(map(len, kept)) > 0
    assert sum(t.load for t in normal._translations.values()) > 0


def test_kept_translations_alone_empty_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expressions that were translated are memory too: many of them end a generation."""
    assert equal(Product(W, d), Product(W, Sum(d, Zero(n, ONE))))
    monkeypatch.setattr(normal, "LOAD", tables.load)
    before = tables.generation
    assert not equal(W, T(W))
    assert tables.generation == before + 1
