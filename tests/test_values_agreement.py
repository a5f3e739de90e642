"""Two sides are compared where they are run: at which points that is, and what has to differ before it counts."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest

from symjac import expr as ex
from symjac.claims import check
from symjac.confirm import sizes
from symjac.errors import Defect
from symjac.expr import ONE, Apply, Expr, Function, MatrixPower, Number, Partial, Product, Symbol, dim
from symjac.values.agreement import Agreement, Runs, compare
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.floats import Floats
from symjac.values.forward import Slopes
from symjac.values.nodes import reachable
from symjac.values.points import GenericPoint, Kinds, sizes_of_rounds
from symjac.values.rings import NoValueError, Rationals

N, M = dim("n"), dim("m")
A, B = Symbol("A", (N, N)), Symbol("B", (N, N))
W, X, K = Symbol("W", (M, N)), Symbol("x", (N, ONE)), Symbol("k")


def agreement(a: Expr, b: Expr, kinds: Kinds | None = None) -> Agreement:
    """How two expressions compare at the points that are always taken."""
    nodes = list(reachable([a, b], {}))
    rounds = sizes_of_rounds(sorted(ex.size_names(nodes)))
    return compare(lambda at: [(at.matrix(a), at.matrix(b))], Runs(nodes, {}, kinds=kinds), rounds)


def test_what_is_the_same_agrees_at_four_points() -> None:
    """Two points agree at each of two choices of sizes, both told."""
    found = agreement(ex.Transpose(Product(A, B)), Product(ex.Transpose(B), ex.Transpose(A)))
    assert (found.points, found.at, found.apart) == (4, ({"n": 2}, {"n": 3}), None)


@pytest.mark.parametrize(
    ("kind", "equal"), [("symmetric", ex.Transpose(A)), ("skew-symmetric", ex.Product(Number(-1), ex.Transpose(A)))]
)
def test_points_have_the_symmetries_that_are_supposed(kind: str, equal: Expr) -> None:
    """A symmetric matrix is its transpose at every point, and at no other point it is."""
    assert agreement(A, equal, Kinds(special={"A": kind})).apart is None
    assert agreement(A, equal).apart == {"n": 2}


def test_points_are_diagonal_one_hot_or_add_up_to_one_where_that_is_supposed() -> None:
    """The identities of such matrices and vectors hold at points of their kinds alone."""
    for kinds, a, b in (
        (Kinds(special={"A": "diagonal"}), A, ex.Diag(ex.Diagonal(A))),
        (Kinds(one_hot=frozenset({X})), ex.Hadamard(X, X), X),
        (Kinds(distributions=frozenset({X})), Product(ex.Transpose(ex.Ones(N, ONE)), X), Number(1)),
    ):
        assert agreement(a, b, kinds).apart is None
        assert agreement(a, b).apart is not None


def test_exponents_of_matrices_are_whole_numbers() -> None:
    """A power of a matrix whose exponent is a letter is multiplied out, and a wrong one is seen."""
    power = MatrixPower(A, K)
    assert agreement(Product(power, A), Product(A, power)).apart is None
    assert agreement(Product(power, A), power).apart == {"n": 2}


def test_a_power_that_is_no_whole_number_has_no_value() -> None:
    """Where a letter is a fraction the power of a matrix is refused."""
    at = Evaluator(Rationals({}), {"n": 2}, GenericPoint(0, Kinds()).leaf, {})
    with pytest.raises(NoValueError, match="multiplied out"):
        at.matrix(MatrixPower(A, K))


def test_a_difference_that_rounding_explains_does_not_count() -> None:
    """What differs in floating point and not with many digits is no difference."""
    large = Number(10**12)
    a = ex.Sum(Product(large, K), Product(Number(Fraction(-(10**12))), K), K)
    assert abs(Evaluator(Floats({}), {}, GenericPoint(0, Kinds()).leaf, {}).scalar(a)) > 0
    assert agreement(a, K).apart is None


@pytest.mark.parametrize(("differing", "apart"), [(1, {"n": 2}), (2, None)])
def test_a_difference_recurs_before_it_counts(differing: int, apart: object) -> None:
    """What differs at one point of three is no difference where it has to be met twice."""
    calls: list[Evaluator] = []

    def sides(at: Evaluator) -> Iterable[tuple[Matrix, Matrix]]:
        calls.append(at)
        return [([[1.0]], [[1.0 if len(calls) > 1 else 2.0]])]

    found = compare(sides, Runs([X], {}), [{"n": 2}], differing=differing, programs=True)
    assert found.apart == apart


def test_what_has_no_value_anywhere_counts_no_point() -> None:
    """Where every point is at a pole nothing is said, and the reason is told."""
    found = agreement(ex.EntryPower(Number(0), Number(-1)), K)
    assert (found.points, found.apart) == (0, None)
    assert "division by zero" in found.reason


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_sizes_of_rounds_are_pairwise_different(count: int) -> None:
    """At every round no two letters have one size, and at the first none is 1."""
    rounds = sizes_of_rounds([f"n_{k}" for k in range(count)])
    assert all(len(set(sizes.values())) == count for sizes in rounds)
    assert min(rounds[0].values()) == 2


@pytest.mark.parametrize(
    ("of", "by", "shape"),
    [
        (Product(W, X), X, (3, 2)),
        (Product(ex.Transpose(X), X), X, (1, 2)),
        (ex.Trace(Product(W, ex.Transpose(W))), W, (2, 3)),
        (Product(K, W), K, (3, 2)),
        (Product(K, K), K, (1, 1)),
    ],
)
def test_a_run_is_laid_out_as_entries_one_by_one(of: Expr, by: Symbol, shape: tuple[int, int]) -> None:
    """All directions at once give what moving one entry after the other gives, in numerator layout."""
    at = Evaluator(Rationals({}), {"n": 2, "m": 3}, GenericPoint(1, Kinds()).leaf, {})
    whole = at.matrix(Partial(of, by))
    assert (len(whole), len(whole[0])) == shape
    assert Slopes(at, by)(of) == whole
    rows, cols = at.size(by.rows), at.size(by.cols)
    entries = [
        ex.Entry(by, i + 1, j + 1) if by.cols != ONE else ex.Entry(by, i + 1) for j in range(cols) for i in range(rows)
    ]
    if not by.is_scalar:
        columns = [[a for column in zip(*at.matrix(Partial(of, e)), strict=True) for a in column] for e in entries]
        assert Slopes(at, by).vec(of) == [list(row) for row in zip(*columns, strict=True)]


def test_second_derivatives_nest() -> None:
    """The derivative of a derivative is a run inside a run."""
    at = Evaluator(Rationals({}), {"n": 2}, GenericPoint(1, Kinds()).leaf, {})
    square = Product(ex.Transpose(X), A, X)
    found = at.matrix(Partial(ex.Transpose(Partial(square, X)), X))
    assert found == at.matrix(ex.Sum(A, ex.Transpose(A)))


def test_a_table_of_functions_that_lies_is_no_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules and runs take derivatives from one table: where SymPy has another one, nobody gets a verdict."""
    monkeypatch.setattr("symjac.confirm.forward.confirmed", lambda key: key != "tanh")
    assert sizes.confirmed("tanh")
    with pytest.raises(Defect) as caught:
        check([r"y = \tanh(x)"], r"\frac{\partial y}{\partial x} = diag(1 - \tanh(x)^2)")
    assert caught.value.roads == ("the table of functions", "SymPy")


def test_functions_that_nothing_specifies_are_told_apart() -> None:
    """Two unspecified functions of one argument differ, and one of them is not its derivative."""
    f, g = Apply(Function("f"), X), Apply(Function("g"), X)
    assert agreement(f, f).apart is None
    assert agreement(f, g).apart is not None
    assert agreement(f, Apply(Function("f").derivative(), X)).apart is not None
