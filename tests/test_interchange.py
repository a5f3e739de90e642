"""The border to SymPy."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy.core.symbol import Str
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symjac import expr
from symjac.errors import NotYetError
from symjac.expr import ONE, Apply, Diag, Expr, Function, Hadamard, Number, Ones, Product, Sum, Symbol, Transpose, dim
from symjac.functions import ACTIVATIONS
from symjac.interchange import Names, from_sympy, function_name, identifier, latex_name, to_sympy
from symjac.interchange.heads import MatrixSymbol
from symjac.normal import equal

N, M = dim("n"), dim("m")
W, V = Symbol("W", (N, N)), Symbol("W_{in}", (N, M))
X, B, U = Symbol("x_{t-1}", (N, ONE)), Symbol("b", (N, ONE)), Symbol("u", (M, ONE))
C = Symbol("c")
SIGMA = Function(r"\sigma")
TANH = ACTIVATIONS["tanh"]
MINUS = Number(-1)

n, m = sympy.Symbol("n"), sympy.Symbol("m")
w, x, b = sympy.MatrixSymbol("W", n, n), sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("b", n, 1)
sigma = sympy.Function("sigma")

EXPRESSIONS: dict[str, Expr] = {
    "affine": Sum(Product(W, Apply(SIGMA, X)), Product(V, U), B),
    "scaled": Product(C, Number(3), W, Diag(Apply(SIGMA.derivative(), X))),
    "second": Diag(Apply(SIGMA.derivative().derivative(), Sum(X, B))),
    "hadamard": Hadamard(Sum(Ones(N), Product(MINUS, X)), B, Apply(SIGMA, X)),
    "power": expr.EntryPower(X, Number(2)),
    "inner": Product(Transpose(X), W, B),
    "outer": Product(X, Transpose(B)),
    "nested inner": Product(Product(Transpose(X), B), X),
    "inverse": Product(expr.MatrixPower(W, Number(-1)), X),
    "cube": expr.MatrixPower(W, Number(3)),
    "trace": Product(expr.Trace(W), X),
    "determinant": expr.Determinant(W),
    "diagonal": expr.Diagonal(W),
    "identity": Sum(expr.Identity(N), Product(MINUS, W)),
    "stack": expr.Stack(X, U),
    "map": expr.VectorMap("f", X, M),
    "map jacobian": expr.MapJacobian("f", X, M),
    "map of several": expr.VectorMap("f", (X, U), M),
    "jacobian by the second of several": expr.MapJacobian("f", (X, U, B), M, 2),
    "entry": expr.Entry(W, 1, 2),
    "zero": expr.Zero(N, M),
}


@pytest.mark.parametrize("e", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_what_leaves_comes_back(e: Expr) -> None:
    """Every expression that goes out to SymPy comes back meaning the same."""
    back = from_sympy(to_sympy(e))
    assert back.shape == e.shape
    assert equal(back, e)


@pytest.mark.parametrize(
    "key", ["tanh", "sigmoid", "relu", "silu", "gelu", "exp", "softplus", "hardtanh", "abs", "step"]
)
def test_known_functions_come_back_as_themselves(key: str) -> None:
    """A known function of a vector comes back as the same row of the table."""
    e = Apply(ACTIVATIONS[key].function, X)
    assert from_sympy(to_sympy(e)) == e


@pytest.mark.parametrize("e", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_only_sympy_heads_leave(e: Expr) -> None:
    """Everything in the outgoing tree is SymPy's own class, or equal to it for names that are no identifiers."""
    for node in sympy.preorder_traversal(to_sympy(e)):
        own = isinstance(node, MatrixSymbol)
        assert own or not str(type(node).__module__).startswith("symjac")
        assert not own or node == sympy.MatrixSymbol(node.name, *node.shape)


def test_unspecified_derivative_is_sympys() -> None:
    """sigma'(x) leaves as an elementwise Lambda over SymPy's Derivative, and the name prints as a Greek letter."""
    j = to_sympy(Product(W, Diag(Apply(SIGMA.derivative(), X))))
    z = sympy.Symbol("z")
    assert j.args[1].args[0] == ElementwiseApplyFunction(
        sympy.Lambda(z, sympy.Derivative(sigma(z), z)), sympy.MatrixSymbol("x_{t-1}", N, 1)
    )
    assert r"\sigma" in sympy.latex(j)
    assert "operatorname{\\sigma" not in sympy.latex(j)


def test_substitution_of_a_function_gives_its_derivative() -> None:
    """Replacing sigma by tanh and doit gives tanh' everywhere."""
    j = to_sympy(Diag(Apply(SIGMA.derivative(), X)))
    done = j.replace(sigma, sympy.tanh).subs(N, 2).doit().as_explicit()
    s = MatrixElement(sympy.MatrixSymbol("x_{t-1}", 2, 1), 0, 0)
    assert sympy.simplify(done[0, 0].doit() - (1 - sympy.tanh(s) ** 2)) == 0


def test_substitution_of_a_size() -> None:
    """Putting a number for the size letter gives a matrix of that size."""
    j = to_sympy(Product(W, Diag(X)))
    assert j.subs(N, 3).shape == (3, 3)
    assert (
        j.subs(N, 2).as_explicit()[0, 1]
        == sympy.MatrixSymbol("W", 2, 2)[0, 1] * sympy.MatrixSymbol("x_{t-1}", 2, 1)[1, 0]
    )


def test_substitution_of_a_matrix() -> None:
    """A symbol is found under its LaTeX name by SymPy's own MatrixSymbol."""
    j = to_sympy(Product(W, X))
    y = sympy.MatrixSymbol("y", N, 1)
    assert j.subs(sympy.MatrixSymbol("x_{t-1}", N, 1), y) == sympy.MatrixSymbol("W", N, N) * y


def test_lambdify() -> None:
    """lambdify with NumPy evaluates what leaves, also for names that are no Python identifiers."""
    h = Apply(TANH.function, Product(W, X))
    e = Product(Diag(Sum(Ones(N), Product(MINUS, expr.EntryPower(h, Number(2))))), W)
    s = to_sympy(e)
    ws, xs = sympy.MatrixSymbol("W", N, N), sympy.MatrixSymbol("x_{t-1}", N, 1)
    given = next(a for a in s.atoms(sympy.MatrixSymbol) if a == xs)
    f = sympy.lambdify([N, ws, given], s, "numpy")
    a, v = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[0.3], [-0.2]])
    assert f(2, a, v) == pytest.approx(np.diag(1 - np.tanh(a @ v)[:, 0] ** 2) @ a)


def test_lambdify_scalars() -> None:
    """Traces, determinants, norms and inner products evaluate too."""
    e = Sum(expr.Trace(W), expr.Determinant(W), expr.Norm(B), Product(Transpose(B), W, B), expr.LogSumExp(B))
    f = sympy.lambdify([N, sympy.MatrixSymbol("W", N, N), sympy.MatrixSymbol("b", N, 1)], to_sympy(e), "numpy")
    a, v = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[0.3], [-0.2]])
    parts = (np.trace(a), np.linalg.det(a), np.linalg.norm(v), (v.T @ a @ v)[0, 0], np.log(np.sum(np.exp(v))))
    assert f(2, a, v) == pytest.approx(sum(parts))


@pytest.mark.parametrize("e", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_srepr_and_latex(e: Expr) -> None:
    """srepr reads back, in SymPy's own names, as the same expression, and SymPy's LaTeX printer prints it."""
    s = to_sympy(e)
    heads = {c.__name__: c for c in (Str, ElementwiseApplyFunction, DiagonalOf, MatrixElement)}
    again = eval(sympy.srepr(s), vars(sympy) | heads)  # written by SymPy itself
    assert again == s or again.doit(deep=False) == s.doit(
        deep=False
    )  # SymPy prints the terms of a sum in another order
    assert sympy.latex(s)


USERS: dict[str, tuple[object, Expr]] = {
    "applyfunc": (w * x.applyfunc(sigma) + b, Sum(Product(W, Apply(SIGMA, Symbol("x", (N, ONE)))), B)),
    "tanh": ((w * x + b).applyfunc(sympy.tanh), Apply(TANH.function, Sum(Product(W, Symbol("x", (N, ONE))), B))),
    "scalar times": (2 * w * x - b, Sum(Product(MINUS, B), Product(Number(2), W, Symbol("x", (N, ONE))))),
    "quadratic": (
        x.T * w * x,
        Product(Transpose(Symbol("x", (N, ONE))), W, Symbol("x", (N, ONE))),
    ),
    "hadamard": (sympy.HadamardProduct(x, w * b), Hadamard(Symbol("x", (N, ONE)), Product(W, B))),
    "diag": (sympy.DiagMatrix(x) * w, Product(Diag(Symbol("x", (N, ONE))), W)),
    "inverse": (w.I * b, Product(expr.MatrixPower(W, MINUS), B)),
    "trace": (sympy.Trace(w.T * w), expr.Trace(Product(Transpose(W), W))),
    "sigmoid": (
        x.applyfunc(sympy.Lambda(sympy.Symbol("t"), 1 / (1 + sympy.exp(-sympy.Symbol("t"))))),
        Apply(ACTIVATIONS["sigmoid"].function, Symbol("x", (N, ONE))),
    ),
    "square": (
        x.applyfunc(sympy.Lambda(sympy.Symbol("t"), 1 - sympy.Symbol("t") ** 2)),
        Sum(Ones(N), Product(MINUS, expr.EntryPower(Symbol("x", (N, ONE)), Number(2)))),
    ),
    "max": (
        x.applyfunc(sympy.Lambda(sympy.Symbol("t"), sympy.Max(sympy.Symbol("t"), 0))),
        Apply(ACTIVATIONS["relu"].function, Symbol("x", (N, ONE))),
    ),
    "block": (sympy.BlockMatrix([[x], [b]]), expr.Stack(Symbol("x", (N, ONE)), B)),
    "power": (w**2 * x, Product(expr.MatrixPower(W, Number(2)), Symbol("x", (N, ONE)))),
}


@pytest.mark.parametrize(("given", "meant"), USERS.values(), ids=USERS)
def test_what_users_build_is_understood(given: object, meant: Expr) -> None:
    """SymPy expressions as people build them are read as what they say."""
    read = from_sympy(given)
    assert read.shape == meant.shape
    assert equal(read, meant)


def test_users_names_come_back() -> None:
    """The user's own symbols, sizes and functions are in what goes back out."""
    names = Names()
    e = from_sympy(w * x.applyfunc(sigma), names)
    out = to_sympy(e, names)
    assert out.atoms(sympy.MatrixSymbol) == {w, x}
    assert out.shape == (n, 1)
    assert out.subs(n, 2).shape == (2, 1)


def test_norm_and_softmax_leave_as_formulas() -> None:
    """Softmax leaves as exp over its sum; at a given size it has SymPy's entries."""
    s = to_sympy(expr.Softmax(B)).subs(N, 2).as_explicit()
    v = sympy.MatrixSymbol("b", 2, 1)
    total = sympy.exp(v[0, 0]) + sympy.exp(v[1, 0])
    assert sympy.simplify(s[0, 0].doit() - sympy.exp(v[0, 0]) / total) == 0


@pytest.mark.parametrize(
    "given",
    [sympy.Matrix([[1, 2]]), sympy.gamma(sympy.Symbol("a")), sympy.KroneckerProduct(w, w), "W*x", sympy.pi],
    ids=["dense", "gamma", "kronecker", "text", "pi"],
)
def test_what_is_not_understood_is_refused(given: object) -> None:
    """What has no counterpart is refused by name; text is never evaluated."""
    with pytest.raises(NotYetError):
        from_sympy(given)


@pytest.mark.parametrize(
    ("latex", "name"),
    [
        (r"\sigma", "sigma"),
        (r"\varphi", "varphi"),
        ("f", "f"),
        (r"\phi_{in}", "phi_in"),
        (r"\mathbf{f}", r"\mathbf{f}"),
    ],
)
def test_function_names(latex: str, name: str) -> None:
    """Greek function names lose their backslash, and get it back."""
    assert function_name(latex) == name
    assert latex_name(name) == latex


@pytest.mark.parametrize(
    ("latex", "python"),
    [
        ("x_{t-1}", "x_tm1"),
        (r"\mathbf{W}_{\mathrm{in}}", "W_in"),
        (r"h^{(t-1)}", "h_tm1"),
        (r"a^{\langle t \rangle}", "a_langle_t_rangle"),
        (r"\tilde{c}_t", "c_tilde_t"),
        ("1", "v_1"),
        ("é", "v"),
        (r'x"); import os; ("', "x_import_os"),
    ],
)
def test_identifiers_hold_no_code(latex: str, python: str) -> None:
    """An identifier is made of letters, digits and underscores, whatever the name holds."""
    assert identifier(latex) == python
    assert identifier(latex).isidentifier()
    assert identifier(latex).isascii()
