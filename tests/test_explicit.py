"""Systems and Jacobians written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy

import symjac
from symjac import cells, expr
from symjac.errors import DefinitionError, NotYetError
from symjac.explicit import Written, entry_name, sizes, write_out
from symjac.expr import ONE, Apply, Diag, Expr, Function, Hadamard, Number, Ones, Product, Sum, Symbol, Transpose, dim
from symjac.functions import ACTIVATIONS
from tests.work import calls

N, M = dim("n"), dim("m")
W, V, A = Symbol("W", (N, M)), Symbol("V", (M, M)), Symbol("A", (N, N))
X, B, C = Symbol("x", (M, ONE)), Symbol("b", (N, ONE)), Symbol("c")
SIGMA = Function(r"\sigma")
SIZES = {"n": 3, "m": 2}


@pytest.mark.parametrize(
    ("name", "indices", "printed"),
    [
        ("W", (1, 2), "W_{1,2}"),
        ("x", (1,), "x_1"),
        ("x", (12,), "x_{12}"),
        ("x_t", (1,), "x_{t,1}"),
        ("x_{t-1}", (3,), "x_{t-1,3}"),
        (r"W_{\mathrm{in}}", (1, 2), r"W_{\mathrm{in},1,2}"),
        (r"W_\mathrm{in}", (1, 2), r"W_{\mathrm{in},1,2}"),
        ("h^{(t-1)}", (1,), "h^{(t-1)}_1"),
        ("a_t^{(l)}", (3,), "a_{t,3}^{(l)}"),
        (r"\tilde{c}_{t}", (1,), r"\tilde{c}_{t,1}"),
        (r"\mathbf{W}", (2, 1), r"\mathbf{W}_{2,1}"),
        (r"\hat{x_t}", (1,), r"\hat{x_t}_1"),
    ],
)
def test_entry_names(name: str, indices: tuple[int, ...], printed: str) -> None:
    """An entry's indices go into the name's own subscript, or make one."""
    assert entry_name(name, *indices) == printed


def test_no_two_entries_share_a_name() -> None:
    """Entry 2 of a vector W_1 is not entry (1, 2) of a matrix W."""
    w, v = Symbol("W", (N, N)), Symbol("W_1", (N, ONE))
    written = Written({"n": 2})
    names = {s for grid in (written(w), written(v)) for row in grid for s in row}
    assert len(names) == 6


def gradient(f: Expr, x: Symbol) -> sympy.Matrix:
    """SymPy's own Matrix.jacobian of the written-out f."""
    return write_out(f, SIZES).jacobian(write_out(x, SIZES))


LAYERS: dict[str, tuple[Expr, Symbol, Expr]] = {
    "founding": (Sum(Product(W, Apply(SIGMA, X)), B), X, Product(W, Diag(Apply(SIGMA.derivative(), X)))),
    "post-activation": (
        Apply(SIGMA, Sum(Product(W, X), B)),
        X,
        Product(Diag(Apply(SIGMA.derivative(), Sum(Product(W, X), B))), W),
    ),
    "linear": (Product(Number(3), C, W, X), X, Product(Number(3), C, W)),
    "hadamard": (Hadamard(B, Product(W, X)), X, Product(Diag(B), W)),
}


@pytest.mark.parametrize(("f", "x", "closed"), LAYERS.values(), ids=LAYERS)
def test_written_out_closed_form_is_what_sympy_gives(f: Expr, x: Symbol, closed: Expr) -> None:
    """The written-out closed form equals Matrix.jacobian of the written-out system by structure."""
    assert write_out(closed, SIZES) == gradient(f, x)


def test_unspecified_second_derivative_is_sympys() -> None:
    """sigma'' of a symbol and of an expression are what SymPy's diff gives."""
    x, y = sympy.symbols("x y")
    sigma = sympy.Function("sigma")
    f = Symbol("x"), expr.Product(Number(2), Symbol("y"))
    plain, nested = (write_out(Apply(Function(r"\sigma", 2), a), {})[0] for a in f)
    assert plain == sigma(x).diff(x, 2)
    assert (nested - (sigma(2 * y).diff(y, 2) / 4)).subs(sigma, sympy.sin).doit() == 0


PIECES: dict[str, tuple[Expr, list[list[str]]]] = {
    "ones": (Ones(M), [["1"], ["1"]]),
    "identity": (expr.Identity(M), [["1", "0"], ["0", "1"]]),
    "zero": (expr.Zero(M, M), [["0", "0"], ["0", "0"]]),
    "transpose": (Transpose(X), [["x_1", "x_2"]]),
    "diagonal": (expr.Diagonal(V), [["V_{1,1}"], ["V_{2,2}"]]),
    "trace": (expr.Trace(V), [["V_{1,1} + V_{2,2}"]]),
    "determinant": (expr.Determinant(V), [["V_{1,1}*V_{2,2} - V_{1,2}*V_{2,1}"]]),
    "norm": (expr.Norm(X), [["sqrt(x_1**2 + x_2**2)"]]),
    "softmax": (expr.Softmax(X), [["exp(x_1)/(exp(x_1) + exp(x_2))"], ["exp(x_2)/(exp(x_1) + exp(x_2))"]]),
    "logsumexp": (expr.LogSumExp(X), [["log(exp(x_1) + exp(x_2))"]]),
    "outer": (Product(X, Transpose(X)), [["x_1**2", "x_1*x_2"], ["x_1*x_2", "x_2**2"]]),
    "inner": (Product(Transpose(X), X), [["x_1**2 + x_2**2"]]),
    "stack": (expr.Stack(X, expr.EntryPower(X, Number(2))), [["x_1"], ["x_2"], ["x_1**2"], ["x_2**2"]]),
    "size": (Product(Symbol("m"), X), [["2*x_1"], ["2*x_2"]]),
    "known": (Apply(ACTIVATIONS["tanh"].function, X), [["tanh(x_1)"], ["tanh(x_2)"]]),
    "known derivative": (
        Apply(ACTIVATIONS["tanh"].function.derivative(), X),
        [["1 - tanh(x_1)**2"], ["1 - tanh(x_2)**2"]],
    ),
    "index sum": (
        expr.IndexSum(expr.Index("k", M), expr.Entry(X, expr.Index("k", M))),
        [["x_1 + x_2"]],
    ),
    "delta": (
        expr.IndexSum(
            expr.Index("k", M), Product(expr.Delta(expr.Index("k", M), 2), expr.Entry(X, expr.Index("k", M)))
        ),
        [["x_2"]],
    ),
    "unit vector": (expr.UnitVector(2, M), [["0"], ["1"]]),
    "unit vector in a sum": (
        expr.IndexSum(expr.Index("k", M), Product(Transpose(expr.UnitVector(expr.Index("k", M), M)), X)),
        [["x_1 + x_2"]],
    ),
    "map": (expr.VectorMap("f", X, M), [["f_1(x_1, x_2)"], ["f_2(x_1, x_2)"]]),
    "map of several": (expr.VectorMap("f", (Symbol("c"), X), M), [["f_1(c, x_1, x_2)"], ["f_2(c, x_1, x_2)"]]),
}


@pytest.mark.parametrize(("e", "entries"), PIECES.values(), ids=PIECES)
def test_nodes(e: Expr, entries: list[list[str]]) -> None:
    """Every kind of node has the entries its definition says."""
    assert [[str(a) for a in row] for row in Written(SIZES)(e)] == entries


def test_inverse() -> None:
    """The written-out inverse times the matrix is the identity."""
    product = write_out(Product(expr.MatrixPower(V, Number(-1)), V), SIZES)
    assert product.applyfunc(sympy.simplify) == sympy.eye(2)


def test_map_jacobian_is_the_derivative_of_the_components() -> None:
    """The Jacobian of an unspecified map is written out as partial derivatives of its components."""
    j = write_out(expr.MapJacobian("f", X, N), SIZES)
    f = write_out(expr.VectorMap("f", X, N), SIZES)
    assert j == f.jacobian(write_out(X, SIZES))


def test_each_jacobian_of_a_map_of_several_vectors_is_the_derivative_by_that_argument() -> None:
    """They are written out as the derivatives of the components by the entries of that argument."""
    u = Symbol("u", (M, expr.ONE))
    f = write_out(expr.VectorMap("f", (X, u), N), SIZES)
    for by, v in enumerate((X, u), 1):
        assert write_out(expr.MapJacobian("f", (X, u), N, by), SIZES) == f.jacobian(write_out(v, SIZES))


@pytest.mark.parametrize("name", ["gru", "lstm", "rnn", "irnn", "elman"])
def test_cells_expanded_meet_sympy(name: str) -> None:
    """The expanded written-out Jacobian of a cell is Matrix.jacobian of the expanded recurrence, in numbers."""
    system = symjac.System(getattr(cells, name))
    wrt = next(
        i.symbol for i in system.symbols.values() if i.time and i.time.offset == -1 and i.family.startswith(("h", "x"))
    )
    J = system.jacobian(system.outputs[0], wrt=wrt)
    at = sizes(system, 2)
    told = J.explicit(2, expand=True)
    f = write_out(system.outputs[0], at, system.definitions)
    wanted = f.jacobian(write_out(wrt, at))
    symbols = sorted(told.free_symbols | wanted.free_symbols, key=str)
    point = [(3 * k + 1) / 17 for k in range(len(symbols))]
    functions = {f.func for f in wanted.atoms(sympy.core.function.AppliedUndef)}
    numbers = []
    for matrix in (told, wanted):
        for f in functions:
            matrix = matrix.replace(f, sympy.sin)
        numbers.append(np.array(sympy.lambdify(symbols, matrix.doit(), "numpy")(*point)))
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-12)


def test_gates_stay_symbols_unless_expanded() -> None:
    """z_{t,1} stays in the written-out GRU Jacobian, and goes with expand=True."""
    J = symjac.System(cells.gru).jacobian("h_t", wrt="h_{t-1}")
    gate = sympy.Symbol("z_{t,1}")
    assert gate in J.explicit(2).free_symbols
    assert gate not in J.explicit(2, expand=True).free_symbols


def test_layouts_are_transposes() -> None:
    """The denominator layout is written out as the transpose of the numerator layout."""
    J = symjac.System(r"y = W \sigma(x)").jacobian(wrt="x")
    at = {"n": 3, "m": 2}
    assert J.explicit(at).shape == (3, 2)
    assert J.explicit(at, layout="denominator") == J.explicit(at).T


def test_equations() -> None:
    """The recurrence is written out equation by equation, as the founding question has it."""
    rows = symjac.System(r"y = W \sigma(x)", symbols={"W": "matrix n n"}).explicit(2)
    assert [str(e.lhs) for e in rows] == ["y_1", "y_2"]
    assert str(rows[0].rhs) == "W_{1,1}*sigma(x_1) + W_{1,2}*sigma(x_2)"


@pytest.mark.parametrize("given", [0, -1, {"q": 2}, {"n": 2}, {"n": 2, "m": 1.5}, {"n": True, "m": 2}])
def test_sizes_that_do_not_fit_are_refused(given: object) -> None:
    """Sizes that are missing, unknown or no positive integers are refused by name."""
    system = symjac.System(r"y = W x")
    with pytest.raises(DefinitionError):
        sizes(system, given)  # type: ignore[arg-type]  # what a user may type


def test_what_cannot_be_written_out_is_refused() -> None:
    """Symbolic powers of matrices, large inverses and giant matrices are refused, not attempted."""
    for e, at in (
        (expr.MatrixPower(A, Symbol("k")), {"n": 2}),
        (expr.MatrixPower(A, Number(-1)), {"n": 7}),
        (expr.Determinant(A), {"n": 9}),
        (A, {"n": 2000}),
        (expr.Differential(X), {"m": 2}),
        (expr.Entry(X, expr.Index("k", M)), {"m": 2}),
    ):
        with pytest.raises(NotYetError):
            write_out(e, at)
    with pytest.raises(DefinitionError, match="size n"):
        write_out(A, {})


def test_writing_out_is_little_work() -> None:
    """At n = 32 writing out W sigma(x) + b's Jacobian takes at most a twentieth of Matrix.jacobian's calls."""
    w, x, b = Symbol("W", (N, N)), Symbol("x", (N, ONE)), Symbol("b", (N, ONE))
    at = {"n": 32}
    f, by = write_out(Sum(Product(w, Apply(SIGMA, x)), b), at), write_out(x, at)
    closed = Product(w, Diag(Apply(SIGMA.derivative(), x)))
    sympy.core.cache.clear_cache()
    ours = calls(lambda: write_out(closed, at))
    sympy.core.cache.clear_cache()
    theirs = calls(lambda: f.jacobian(by))
    assert 20 * ours <= theirs


def test_work_grows_with_the_entries() -> None:
    """Every entry of diag(d) W and W diag(d) is one product: no sums over zeros are formed."""
    d = Symbol("d", (N, ONE))
    for e in (Product(Diag(d), A), Product(A, Diag(d)), Product(Diag(d), A, Diag(d))):
        grid = Written({"n": 4})(e)
        for i, j in itertools.product(range(4), repeat=2):
            assert grid[i][j].is_Mul
            assert not grid[i][j].has(sympy.Add)


def test_quick_products_are_sympys_own() -> None:
    """What is multiplied without looking for powers to merge has the arguments that SymPy gives it, in its order."""
    from symjac.explicit import _times

    x, y, w = sympy.Symbol("x_1"), sympy.Symbol("y_{2}"), sympy.Symbol("W_{1,2}")
    f = sympy.Function("sigma")
    slope = sympy.Subs(sympy.Derivative(f(w), w), w, x + y)
    for a in (x, w, f(x), x**2, 2 * x):
        for b in (y, x, w, f(y), 1 - y**2, f(x).diff(x), slope, x + y, sympy.S.Zero, 2 * y, y**2, 1 / x, sympy.exp(x)):
            assert _times(a, b) == sympy.Mul(a, b)
            assert _times(a, b).args == sympy.Mul(a, b).args


def test_softmax_of_a_layer_shares_one_sum_for_each_column() -> None:
    """(diag(y) - y y^T) W is written out with the n sums of y^T W, not with n^2 of them."""
    entries = symjac.System(r"y = \operatorname{softmax}(W x)").jacobian(wrt="x").explicit(4)
    inner = {s for e in entries for t in e.args for s in t.args if s.is_Add}
    assert len(inner) == 4
    assert all(len(s.args) == 4 for s in inner)
