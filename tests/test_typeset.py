"""Expressions to boxes to LaTeX: brackets, signs, fractions, names, and what is read back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symjac import expr as ex
from symjac.expr import (
    Apply,
    Delta,
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
    LogSumExp,
    MapJacobian,
    MatrixPower,
    Norm,
    Number,
    Ones,
    OverTime,
    Partial,
    Product,
    ScalarFunction,
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
    neg,
)
from symjac.normal import equal
from symjac.reading import read_expression, read_system
from symjac.reading.vocabulary import ACCENTS
from symjac.typeset import latex, text
from symjac.typeset.boxes import Box, Named
from symjac.typeset.latex import write_latex
from symjac.typeset.names import accented, entry_box, has_superscript, is_bold, name_box, take_apart
from symjac.typeset.placing import printed as table

n, m = ex.dim("n"), ex.dim("m")
W = Symbol("W", (n, n))
U = Symbol("U", (n, m))
x, y, z = (Symbol(name, (n, ex.ONE)) for name in ("x", "y", "z_t"))
u = Symbol("u", (m, ex.ONE))
a, c = Symbol(r"\alpha"), Symbol("c")
h = Symbol("h^{(t-1)}", (n, ex.ONE))
i, j, k = Index("i", n), Index("j", n), Index("k", n)
sigma = Function(r"\sigma")


def s(e: Expr, order: int = 0) -> Expr:
    return Apply(Function(r"\sigma", order), e)


PRINTED: dict[str, Expr] = {
    r"W \sigma(x) + U u": Sum(Product(W, s(x)), Product(U, u)),
    r"W \operatorname{diag}(\sigma'(x))": Product(W, Diag(s(x, 1))),
    r"\operatorname{diag}(\sigma'(W x + y)) W": Product(Diag(s(Sum(Product(W, x), y), 1)), W),
    r"\sigma''(x)": s(x, 2),
    r"\sigma^{(4)}(x)": s(x, 4),
    r"(\mathbf{1} - z_t) \odot x": Hadamard(Sum(Ones(n), neg(z)), x),
    r"(W x) \odot y": Hadamard(Product(W, x), y),
    r"2 (x \odot y)": Product(Number(2), Hadamard(x, y)),
    r"-x \odot y": neg(Hadamard(x, y)),
    r"x - (y + z_t)": Sum(x, neg(Sum(y, z))),
    r"x + (y - z_t)": Sum(x, Sum(y, neg(z))),
    r"x - 2 y": Sum(x, Product(Number(-2), y)),
    r"a (-x)".replace("a", r"\alpha"): Product(a, neg(x)),
    r"\mathbf{1} - z_t \odot z_t": Sum(Ones(n), neg(EntryPower(z, Number(2)))),
    r"(\sigma(x))^{\odot 2}": EntryPower(s(x), Number(2)),
    r"z_t^{\odot 3}": EntryPower(z, Number(3)),
    r"\alpha^{2}": EntryPower(a, Number(2)),
    r"\sqrt{x}": EntryPower(x, Number(Fraction(1, 2))),
    r"\frac{1}{2} x": Product(Number(Fraction(1, 2)), x),
    r"-\frac{3 \alpha}{2 c^{2}}": Product(Number(Fraction(-3, 2)), a, EntryPower(c, Number(-2))),
    r"\frac{\alpha}{c} x": Product(a, EntryPower(c, Number(-1)), x),
    r"\frac{x}{\lVert x\rVert}": Product(x, EntryPower(Norm(x), Number(-1))),
    r"\frac{1}{\sqrt{c}}": EntryPower(c, Number(Fraction(-1, 2))),
    r"x \oslash y": Hadamard(x, EntryPower(y, Number(-1))),
    r"\mathbf{1} \oslash y": EntryPower(y, Number(-1)),
    r"(x^{\top} y) z_t": Product(Product(Transpose(x), y), z),
    r"x y^{\top}": Product(x, Transpose(y)),
    r"(h^{(t-1)})^{\top} x": Product(Transpose(h), x),
    r"(W U)^{\top}": Transpose(Product(W, U)),
    r"W^{-1}": MatrixPower(W, Number(-1)),
    r"(W^{-1})^{\top}": Transpose(MatrixPower(W, Number(-1))),
    r"W (I - \operatorname{diag}(z_t))": Product(W, Sum(Identity(n), neg(Diag(z)))),
    r"(\alpha + c) x": Product(Sum(a, c), x),
    r"2 \cdot 3 \alpha": Product(Number(2), Number(3), a),
    r"-3": Number(-3),
    r"\frac{3}{4}": Number(Fraction(3, 4)),
    r"\operatorname{softmax}(W x)": Softmax(Product(W, x)),
    r"\operatorname{logsumexp}(x)": LogSumExp(x),
    r"\operatorname{tr}(W)": Trace(W),
    r"\operatorname{vec}(W)": ex.Vec(W),
    r"x^{\top} \otimes (W U)": ex.Kronecker(Transpose(x), Product(W, U)),
    r"K_{n,m}": ex.Commutation(n, m),
    r"\det(W)": Determinant(W),
    r"\operatorname{diag}(W)": Diagonal(W),
    r"\lVert W\rVert_F": Norm(W),
    r"\begin{bmatrix} x \\ y \end{bmatrix}": Stack(x, y),
    r"\frac{\partial y}{\partial x}": Partial(y, x),
    r"\frac{\partial (x \odot y)}{\partial x}": Partial(Hadamard(x, y), x),
    r"\frac{\partial}{\partial x} \sigma(x)": Partial(s(x), x),
    r"\mathrm{d}x": Differential(x),
    r"\mathrm{d}(x + y)": Differential(Sum(x, y)),
    r"\lVert x\rVert^{2}": EntryPower(Norm(x), Number(2)),
    r"x_k": Entry(x, k),
    r"z_{t,k}": Entry(z, k),
    r"W_{12}": Entry(W, 1, 2),
    r"(W U)_{ij}": Entry(Product(W, U), i, j),
    r"\sum_{k=1}^{n} W_{ik} x_k": IndexSum(k, Product(Entry(W, i, k), Entry(x, k))),
    r"(h_k^{(t-1)})^{2}": EntryPower(Entry(h, k), Number(2)),
    r"\delta_{kj}": Delta(k, j),
    "e_k": UnitVector(k, n),
    "e_2": UnitVector(2, n),
    r"f(x)": VectorMap("f", x, m),
    r"f'(x)": MapJacobian("f", x, m),
    r"f(x, y)": VectorMap("f", (x, y), m),
    r"\partial_2 f(x, y)": MapJacobian("f", (x, y), m, 2),
    r"(\partial_1 f(x, y))^{\top}": Transpose(MapJacobian("f", (x, y), m, 1)),
    "E(x)": ScalarFunction("E", x, ex.ONE),
    r"\nabla f(x)": ScalarGradient("f", x, x.rows),
    r"\nabla^{2}f(x)": ScalarHessian("f", x, x.rows),
    r"\mathbf{0}": Zero(n),
    "0": Zero(),
    r"\mathbf{1} \mathbf{1}^{\top}": Ones(n, n),
    r"\begin{pmatrix} c & 0 \\ 0 & 1 \end{pmatrix}": Explicit([[c, Number(0)], [Number(0), Number(1)]]),
    r"\prod_{t\ge i\ge1} W": OverTime("product", "i", Number(1), Symbol("t"), W, "descending"),
    r"\prod_{i=1}^{t} W": OverTime("product", "i", Number(1), Symbol("t"), W, "ascending"),
    r"\prod_{1\le i\le t} W": OverTime("product", "i", Number(1), Symbol("t"), W, "open"),
}


@pytest.mark.parametrize(("printed", "e"), PRINTED.items(), ids=list(PRINTED))
def test_prints_as_people_write(printed: str, e: Expr) -> None:
    """Every node prints in the form people write, with no bracket too few or too many."""
    assert latex(e) == printed


def test_long_brackets_stand_beside_a_fraction() -> None:
    """A long scalar bracket is not put into a numerator, where no line could be broken; a short one is."""
    short = Product(Sum(a, c), EntryPower(Symbol(r"\tau"), Number(-1)))
    assert latex(short) == r"\frac{\alpha + c}{\tau}"
    long = Sum(*(Product(Transpose(x), MatrixPower(W, Number(k)), y) for k in range(2, 6)))
    assert latex(Product(a, long, EntryPower(Symbol(r"\tau"), Number(-1)))).startswith(r"\frac{\alpha}{\tau} (x^{\top}")


def test_a_product_of_reciprocals_is_a_fraction_with_one_above() -> None:
    """Where nothing is left above the bar, a one stands there."""
    assert latex(Product(EntryPower(Symbol(r"\tau"), Number(-1)), EntryPower(c, Number(-2)))) == r"\frac{1}{\tau c^{2}}"


def test_every_node_can_be_printed() -> None:
    """The printer has an entry for each kind of expression, and the cases above use each of them."""
    nodes = {
        cls
        for cls in vars(ex).values()
        if isinstance(cls, type) and issubclass(cls, Expr) and cls is not Expr and not cls.__name__.startswith("_")
    }
    assert nodes == {type(node) for e in PRINTED.values() for node in e.walk()}
    assert all(table.dispatch(cls) is not table.dispatch(Expr) for cls in nodes)
    assert all("noun" in vars(cls) for cls in nodes), "every node has a word for messages"


def test_an_unknown_node_is_refused() -> None:
    """A node the table does not know raises, it does not print as something else."""

    class Strange(Expr):
        pass

    with pytest.raises(TypeError, match="Strange"):
        latex(Strange((), None, ex.SCALAR))


READABLE = [
    "W x + U u", r"W \sigma(x) - \frac{1}{2} x", r"\alpha (x \odot y) + (x^{\top} y) x", r"x \oslash y - x",
    r"\operatorname{diag}(\sigma'(W x)) W x", r"W^{-1} x + (W W)^{\top} x", r"\frac{\alpha}{\lVert x\rVert} x",
    r"\operatorname{softmax}(W x) \odot \tanh(x)", r"(\mathbf{1} - x) \odot (y - W x)",
]  # fmt: skip


@pytest.mark.parametrize("printed", READABLE)
def test_reads_back_without_a_note(printed: str) -> None:
    """What is printed is read again as the same expression, and prints the same once more."""
    reading = read_system(["z = W x + U u + y", r"v = \sigma(x) + \alpha x"], {"W": "matrix n n", r"\alpha": "scalar"})
    e = read_expression(printed, reading)[0]
    assert latex(e) == printed
    assert equal(read_expression(latex(e), reading)[0], e)


def test_row_orientation_turns_vectors_not_jacobians() -> None:
    """In row orientation vector expressions print transposed, matrices as they are."""
    assert latex(Sum(Product(Transpose(W), s(x)), y), row=True) == r"\sigma(x) W + y"
    assert latex(Product(Transpose(x), y), row=True) == r"x y^{\top}"
    assert latex(Product(Product(x, Transpose(y)), z), row=True) == r"z_t (y^{\top} x)"
    assert latex(Product(W, Diag(s(x, 1))), row=True) == r"W \operatorname{diag}(\sigma'(x))"
    assert latex(Stack(x, y), row=True) == r"\begin{bmatrix} x & y \end{bmatrix}"
    assert latex(Product(c, Ones(n)), row=True) == r"c \mathbf{1}"


def test_macros_are_those_of_the_pages() -> None:
    """With macros a paper's author can redefine the transpose, diag, odot, one and the derivative."""
    e = Sum(Product(Diag(s(x, 1)), Transpose(W)), Partial(Hadamard(y, Sum(Ones(n), x)), x))
    printed = latex(e, macros=True)
    assert printed == (
        r"\symjacdiag\bigl(\sigma'(x)\bigr)\,W^{\symjacT} + \symjacd{\bigl(y \symjachad (\symjacone + x)\bigr)}{x}"
    )


def test_the_identity_is_bold_beside_bold_matrices() -> None:
    """The identity follows the author's typeface, and never collides with a symbol named I."""
    bold = Symbol(r"\mathbf{W}", (n, n))
    assert latex(Sum(Identity(n), bold)) == r"\mathbf{I} + \mathbf{W}"
    assert latex(Sum(Identity(n), Symbol("I", (n, n)))) == r"\mathbf{I} + I"


@pytest.mark.parametrize(
    "name",
    ["x", "x_t", "x_{t-1}", r"\mathbf{x}_{t-1}", r"W_{\mathrm{in}}", "h^{(t-1)}", r"a^{\langle t-1 \rangle}",
     r"\tilde{c}_t", "x'", r"\boldsymbol{\delta}_{t+1}", "W_{in}", r"\hat{y}^{[l]}_t", r"\strange{oops"],
)  # fmt: skip
def test_names_print_as_they_came(name: str) -> None:
    """A name goes out exactly as it came in, whatever it is made of."""
    assert write_latex(name_box(name)) == name
    assert latex(Symbol(name)) == name


def test_names_are_taken_apart() -> None:
    """The parts of a name are known: its scripts, its accent, its boldness."""
    assert has_superscript("h^{(t-1)}")
    assert not has_superscript("h_{t-1}")
    assert is_bold(r"\mathbf{W}_{\mathrm{in}}")
    assert not is_bold("W")
    assert isinstance(name_box("x_t"), Named)
    assert write_latex(take_apart(r"\tilde{c}_{t-1}")) == r"\tilde{c}_{t-1}"


@pytest.mark.parametrize(
    ("name", "count", "printed"),
    [
        ("x", 1, "x_i"),
        ("x_{t-1}", 1, "x_{t-1,i}"),
        (r"\mathbf{x}_t", 1, "x_{t,i}"),
        ("h^{(t-1)}", 1, "h_i^{(t-1)}"),
        ("W", 2, "W_{ij}"),
        (r"W_{\mathrm{in}}", 2, r"(W_{\mathrm{in}})_{ij}"),
        (r"\tilde{c}_t", 1, r"\tilde{c}_{t,i}"),
        ("W^{(1)}", 2, "W_{ij}^{(1)}"),
    ],
)
def test_entries_are_named_as_in_textbooks(name: str, count: int, printed: str) -> None:
    """An index joins a vector's subscript; a matrix that has one already is bracketed; bold entries are light."""
    indices: tuple[Box, ...] = tuple(take_apart(letter) for letter in "ij"[:count])
    assert write_latex(entry_box(name, indices, light=True)) == printed


@pytest.mark.parametrize("accent", sorted(ACCENTS))
def test_every_accent_that_is_read_can_stand_below_another(accent: str) -> None:
    r"""The gradient by ``\overrightarrow{h}_t`` is ``\bar{\overrightarrow{h}}_t`` with both braces."""
    name = rf"\{accent}{{h}}_t"
    assert write_latex(accented(take_apart(name), r"\bar")) == rf"\bar{{{name.removesuffix('_t')}}}_t"


def test_entries_stay_bold_where_light_letters_are_taken() -> None:
    """A bold vector's entries keep their face where the plain letter names something else."""
    bold, plain = Symbol(r"\mathbf{x}", (n, ex.ONE)), Symbol("x")
    assert latex(Entry(bold, k)) == "x_k"
    assert latex(Product(plain, Entry(bold, k))) == r"x \mathbf{x}_k"


def test_two_digit_indices_are_kept_apart() -> None:
    """W_{1,12} and W_{11,2} are not both W_{112}."""
    assert latex(Entry(W, 1, 12)) == "W_{1,12}"
    assert latex(Entry(W, 11, 2)) == "W_{11,2}"


def test_text_is_one_readable_line() -> None:
    """The terminal gets Unicode with scripts where Unicode has them and braces where it does not."""
    assert text(Product(W, Diag(s(Symbol("x_{t-1}", (n, ex.ONE)), 1)))) == "W diag(σ′(xₜ₋₁))"
    assert text(Partial(y, x)) == "∂y/∂x"
    assert text(Entry(z, k)) == "z_{t,k}"
    assert text(Symbol(r"\mathbf{W}_{\mathrm{in}}")) == "𝐖ᵢₙ"
    assert text(Product(Number(Fraction(-1, 2)), a, Transpose(x))) == "−1/2 α xᵀ"
