"""Factoring written-out matrices: what has a closed form gets it, what has none is told so."""

from __future__ import annotations

import pytest
import sympy
from sympy import Function, ImmutableDenseMatrix, Matrix, MatrixSymbol, Symbol, diag, exp, eye, symbols, tanh

from symjac import System, cells
from symjac.errors import ShapeError
from symjac.factoring import Factored, NoClosedForm, factor
from symjac.interchange import from_sympy, to_sympy
from symjac.normal import equal

sigma = Function("sigma")
SIZES = pytest.mark.parametrize("n", [2, 3, 5])


def matrix(name: str, rows: int, cols: int) -> Matrix:
    return Matrix(rows, cols, lambda i, j: Symbol(f"{name}_{{{i + 1},{j + 1}}}"))


def vector(name: str, rows: int) -> Matrix:
    return Matrix(rows, 1, lambda i, _: Symbol(f"{name}_{{{i + 1}}}"))


def shown(m: Matrix) -> str:
    """The form found, after checking it against the matrix a second way."""
    form = factor(m)
    assert isinstance(form, Factored), form
    assert form.verify()
    explicit = sympy.zeros(*m.shape)
    for term in form.terms:
        product = term.scalar * term.matrices[0]
        for next_factor in term.matrices[1:]:
            product = product * next_factor
        explicit += product
    values = {s: sympy.Rational(k + 2, 7) for k, s in enumerate(sorted(m.free_symbols, key=str))}
    difference = (m - explicit).applyfunc(lambda e: e.replace(sigma, lambda z: z**3 + z).doit().xreplace(values))
    assert all(abs(sympy.N(e)) < 1e-9 for e in difference)
    return repr(form)[len("Factored(") : -1]


@SIZES
def test_founding_form(n: int) -> None:
    """The entries W_ij sigma'(x_j) that SymPy derives are W diag(sigma'(x)); transposed, diag(sigma'(x)) W.T."""
    W, x = matrix("W", n, n), vector("x", n)
    J = (W * x.applyfunc(sigma) + vector("b", n)).jacobian(x)
    assert shown(J) == "W diag(sigma'(x))"
    assert shown(J.T) == "diag(sigma'(x)) W.T"


@SIZES
def test_post_activation_form(n: int) -> None:
    """Derivatives at a pre-activation come as Subs; the vector they are taken at is found, too."""
    W, x, b = matrix("W", n, n), vector("x", n), vector("b", n)
    assert shown((W * x + b).applyfunc(sigma).jacobian(x)) == "diag(sigma'(W x + b)) W"
    assert shown((W * x + b).applyfunc(tanh).jacobian(x).T) == "W.T diag(1 - (tanh(W x + b))**2)"


def test_rectangular_weights() -> None:
    """Shapes need not be square, and a chain of two weights keeps its diagonal in between."""
    W, U, x = matrix("W", 3, 4), matrix("U", 4, 2), vector("x", 2)
    J = (W * (U * x).applyfunc(sigma)).jacobian(x)
    assert shown(J) == "W diag(sigma'(U x)) U"
    assert shown(J.T) == "U.T diag(sigma'(U x)) W.T"


@pytest.mark.parametrize("n", [2, 3])
def test_two_layers(n: int) -> None:
    """Two nested layers come out as one chain with two diagonals."""
    W, U, x = matrix("W", n, n), matrix("U", n, n), vector("x", n)
    J = (W * (U * x.applyfunc(sigma)).applyfunc(sigma)).jacobian(x)
    assert shown(J) == "W diag(sigma'(U sigma(x))) U diag(sigma'(x))"


@pytest.mark.parametrize("n", [2, 3])
def test_sums(n: int) -> None:
    """Terms that share entries are told apart: a matrix beside its transpose, or beside a diagonal."""
    W, U, x, a = matrix("W", n, n), matrix("U", n, n), vector("x", n), Symbol("a")
    assert shown(W + W.T) == "W + W.T"
    assert shown(((1 - a) * x + a * (W * x).applyfunc(sigma)).jacobian(x)) == "(1 - a) I + a diag(sigma'(W x)) W"
    assert shown(x.multiply_elementwise(W * x).jacobian(x)) == "diag(W x) + diag(x) W"
    assert shown((W * x).multiply_elementwise(U * x).jacobian(x)) == "diag(W x) U + diag(U x) W"


@pytest.mark.parametrize("n", [2, 3])
def test_gru_with_gates_as_symbols(n: int) -> None:
    """The four terms of the GRU are found from its entries."""
    z, r, c, h = (vector(k, n) for k in "zrch")
    U, R, Z = matrix("U", n, n), matrix("R", n, n), matrix("Z", n, n)
    one = sympy.ones(n, 1)

    def D(*vs: Matrix) -> Matrix:
        out = one
        for v in vs:
            out = out.multiply_elementwise(v)
        return diag(*out)

    slope = one - c.multiply_elementwise(c)
    J = D(one - z) + D(z, slope) * U * (D(r) + D(h, r, one - r) * R) + D(c - h, z, one - z) * Z
    found = factor(J)
    assert isinstance(found, Factored)
    assert {tuple(str(f) for f, _ in t.factors if f.is_symbol) for t in found.terms} == {
        (),
        ("U",),
        ("U", "R"),
        ("Z",),
    }
    assert "diag(1 - z) + diag((1 - c**2) * z) U diag(r)" in shown(J)


@pytest.mark.parametrize("n", [2, 3])
def test_rank_one(n: int) -> None:
    """Outer products are found alone and beside a diagonal; softmax is the published case."""
    x, b = vector("x", n), vector("b", n)
    assert shown(x * b.T) == "x b.T"
    assert shown(eye(n) + x * b.T) == "I + x b.T"
    assert shown(diag(*x) - x * x.T) == "diag(x) - x x.T"
    s = x.applyfunc(exp) / sum(x.applyfunc(exp))
    assert shown(s.jacobian(x)).endswith("**2 exp(x) exp(x.T)")


def test_gradient_row() -> None:
    """A row follows a pattern or has no form: every row is a row."""
    A, x = matrix("A", 3, 3), vector("x", 3)
    assert shown((x.T * A * x).jacobian(x)) == "x.T A + x.T A.T"
    assert isinstance(factor(Matrix([symbols("p q r")])), NoClosedForm)


@pytest.mark.parametrize(
    "names",
    ["w11 w12 w21 w22 x1 x2", "w_11 w_12 w_21 w_22 x_1 x_2", "w_{1,1} w_{1,2} w_{2,1} w_{2,2} x_{1} x_{2}"],
)
def test_spellings_of_entries(names: str) -> None:
    """Entries are recognised however their indices are written."""
    w11, w12, w21, w22, x1, x2 = map(Symbol, names.split())
    J = Matrix([w11 * sigma(x1) + w12 * sigma(x2), w21 * sigma(x1) + w22 * sigma(x2)]).jacobian([x1, x2])
    assert shown(J) == "w diag(sigma'(x))"


def test_decorated_names() -> None:
    """Labels, time indices and brackets stay with the name."""
    W = Matrix(2, 2, lambda i, j: Symbol(rf"(W_{{\mathrm{{in}}}})_{{{i + 1},{j + 1}}}"))
    x = Matrix(2, 1, lambda i, _: Symbol(f"x_{{t-1,{i + 1}}}"))
    form = factor((W * x.applyfunc(sigma)).jacobian(x))
    assert isinstance(form, Factored)
    assert form.expression.atoms(MatrixSymbol) == {
        MatrixSymbol(r"W_{\mathrm{in}}", 2, 2),
        MatrixSymbol("x_{t-1}", 2, 1),
    }


def test_entries_of_matrix_symbols() -> None:
    """W[0, 1] of a MatrixSymbol is an entry like any other."""
    W, x = MatrixSymbol("W", 3, 2), MatrixSymbol("x", 2, 1)
    assert shown(Matrix(3, 2, lambda i, j: W[i, j] * sympy.cos(x[j, 0]))) == "W diag(cos(x))"


def test_diagonal_of_any_numbers() -> None:
    """A diagonal need not follow a pattern: for a chain of rank n, n numbers say less than n^2."""
    W = matrix("W", 2, 2)
    p, q = symbols("p q")
    form = factor(W * diag(p + q, p * q))
    assert isinstance(form, Factored)
    assert form.matrices == ((ImmutableDenseMatrix(W), ImmutableDenseMatrix(diag(p + q, p * q))),)
    assert shown(diag(p, q)) == "diag([p; q])"
    assert shown(3 * eye(3)) == "3 I"
    assert shown(sympy.zeros(2, 3)) == "0"


@pytest.mark.parametrize(
    "m",
    [
        Matrix(2, 2, symbols("a b c d")),
        Matrix([[1, 2], [3, 4]]),
        Matrix(3, 3, symbols("a:9")),
        Matrix([[Symbol("w11"), Symbol("w12") * Symbol("x1")], [Symbol("w21"), Symbol("w22") * Symbol("x2") ** 2]]),
    ],
)
def test_what_has_no_form_is_told_so(m: Matrix) -> None:
    """Unrelated entries have no closed form; the outcome is false and says why."""
    none = factor(m)
    assert isinstance(none, NoClosedForm)
    assert not none
    assert "says less" in none.reason


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0)])
def test_one_damaged_entry_changes_the_form(place: tuple[int, int]) -> None:
    """A wrong entry is never explained away by the form of the right matrix."""
    W, x = matrix("W", 3, 3), vector("x", 3)
    right = (W * x.applyfunc(sigma)).jacobian(x)
    wrong = right.copy()
    wrong[place] = 2 * wrong[place]
    form = factor(wrong)
    assert repr(form) != repr(factor(right))
    assert isinstance(form, NoClosedForm) or form.verify()


def test_verification_notices_a_wrong_term() -> None:
    """A form with another matrix's entries does not verify."""
    W, x = matrix("W", 2, 2), vector("x", 2)
    right = factor((W * x.applyfunc(sigma)).jacobian(x))
    assert isinstance(right, Factored)
    assert not Factored(ImmutableDenseMatrix(W), right.terms).verify()


def test_latex() -> None:
    """The LaTeX is what a paper prints."""
    W, x = matrix("W", 2, 2), vector("x", 2)
    form = factor((W * x.applyfunc(sigma)).jacobian(x))
    assert isinstance(form, Factored)
    assert form.latex() == r"W \operatorname{diag}\left(\sigma'\left(x\right)\right)"


def test_what_is_no_matrix_is_refused() -> None:
    """Only written-out matrices with entries can be factored."""
    with pytest.raises(ShapeError, match="written-out SymPy matrix, not a MatrixSymbol"):
        factor(MatrixSymbol("W", 2, 2))
    with pytest.raises(ShapeError, match="0 x 3"):
        factor(sympy.zeros(0, 3))


SYSTEMS = {
    "founding": (System(r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"), "x_t", "x_{t-1}"),
    "post-activation": (System(r"h_t = \sigma(W h_{t-1} + U x_t + b)"), "h_t", "h_{t-1}"),
    "tanh": (System(r"h_t = \tanh(W h_{t-1} + U x_t + b)"), "h_t", "h_{t-1}"),
    "two layers": (System(r"y = W \sigma(U \sigma(x))"), "y", "x"),
    "diag(x) A x": (System(r"y = \operatorname{diag}(x) A x"), "y", "x"),
    "softmax": (System(r"y = \operatorname{softmax}(x)", symbols={"x": "vector n"}), "y", "x"),
    "gru": (System(cells.gru), "h_t", "h_{t-1}"),
    "lstm": (System(cells.lstm), "h_t", "h_{t-1}"),
}


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_rules_and_factoring_meet(name: str, layout: str) -> None:
    """The entries of a Jacobian at n = 2 factor into the closed form that the rules derived for every n."""
    system, of, wrt = SYSTEMS[name]
    J = system.jacobian(of, wrt=wrt)
    form = factor(J.explicit(2, layout=layout))
    assert isinstance(form, Factored)
    assert form.verify()
    for_every_n = {}
    symbols = {info.symbol.name: to_sympy(info.symbol) for info in system.symbols.values()}
    for s in form.expression.atoms(MatrixSymbol):
        for_every_n[s] = symbols[s.name]
    size = next(iter(for_every_n.values())).shape[0]
    for_every_n[sympy.Identity(2)] = sympy.Identity(size)
    for_every_n[sympy.OneMatrix(2, 1)] = sympy.OneMatrix(size, 1)
    closed = J.numerator if layout == "numerator" else J.denominator
    assert equal(from_sympy(form.expression.xreplace(for_every_n)), from_sympy(closed), J.definitions)


def test_gru_with_all_gates_written_out() -> None:
    """Not even substituted gates hide the four terms: the vectors come back as functions of what they are made of."""
    J = System(cells.gru).jacobian("h_t", wrt="h_{t-1}")
    form = factor(J.explicit(2, expand=True))
    assert isinstance(form, Factored)
    assert len(form.terms) == 4
    assert not any(isinstance(part, sympy.MatrixBase) for part in sympy.preorder_traversal(form.expression))
