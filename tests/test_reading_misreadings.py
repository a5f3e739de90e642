"""What could be taken for something else is refused, or read as what it says; never read as another thing."""

from __future__ import annotations

import pytest

from symjac.cli.arguments import parse
from symjac.errors import SymjacError
from symjac.expr import Delta
from symjac.reading import read_formula, read_system


def right(text: str, *, orientation: str = "column", **symbols: str) -> str:
    """The right side that is read, as text."""
    return str(read_system([text], symbols, orientation=orientation).equations[0].rhs)


@pytest.mark.parametrize(
    "bounds",
    [
        r"_{j\ne i}",
        "_{j<i}",
        r"_{j\le i}",
        "_{j>i}",
        "_{i<j}",
        "_{j=1}^{i}",
        "_{j=2}^n",
        "_{j=0}^{n-1}",
        "_{j=1}^{n-1}",
        "_{j=1}^{2}",
        r"_{j\in\mathcal N(i)}",
        r"_{j: j\neq i}",
        r"_{j=1, j\neq i}^n",
        "_{j=1}",
    ],
)
def test_a_sum_over_some_entries_is_refused(bounds: str) -> None:
    """A restriction on a sum is never dropped: what does not run over all entries is not read."""
    with pytest.raises(SymjacError):
        read_system([rf"y_i = \sum{bounds} W_{{ij}} x_j"])


@pytest.mark.parametrize("bounds", ["_j", "_{j}", "_{j=1}^{n}", "_{j=1}^n"])
def test_a_sum_over_all_entries_is_a_product(bounds: str) -> None:
    """A sum without bounds, or from 1 to a letter that becomes the size, runs over all entries."""
    assert right(rf"y_i = \sum{bounds} W_{{ij}} x_j") == "Product(W, x)"


def test_a_sum_to_a_number_needs_that_size_declared() -> None:
    """A sum from 1 to 2 is the full sum only of what is declared to have two entries."""
    text = r"y_i = \sum_{j=1}^{2} W_{ij} x_j"
    assert right(text, W="matrix 2 2") == "Product(W, x)"
    with pytest.raises(SymjacError, match="does not run over all j"):
        read_system([text], {"W": "matrix 3 3"})


@pytest.mark.parametrize("text", [r"y_i = \sum_j x_j W_{ij} + b_j", "y_i = W_{ij} x_j", r"s = \sum_i x_i + b_i"])
def test_an_index_that_nothing_binds_is_refused(text: str) -> None:
    """An index on the right is on the left too, or summed over."""
    with pytest.raises(SymjacError):
        read_system([text])


@pytest.mark.parametrize(
    ("text", "rhs"),
    [
        (r"x_t = 1/2 W x_{t-1} + b", "Sum(Product(Number(Fraction(1, 2)), W, x_{t-1}), b)"),
        (r"y = -3/4 W x", "Product(Number(Fraction(-3, 4)), W, x)"),
        (r"y = \frac{x}{W x}", "Hadamard(x, EntryPower(Product(W, x), Number(Fraction(-1, 1))))"),
        (
            r"y = 1/2 \mathbf{x}^T W \mathbf{x}",
            r"Product(Number(Fraction(1, 2)), Transpose(\mathbf{x}), W, \mathbf{x})",
        ),
    ],
)
def test_a_number_over_a_number_is_a_coefficient(text: str, rhs: str) -> None:
    """In 1/2 W x nothing but the 2 stands below the line, and a capital before a vector stays a matrix."""
    reading = read_system([text])
    assert str(reading.equations[0].rhs) == rhs
    assert reading.symbols["W"].role == "matrix"


REFUSED = [
    ("y = a/b W x", r"\(a/b\)c or a/\(bc\)"),
    ("y = x / W", "stands below a line"),
    (r"y = \|W\|_2 x", "spectral norm"),
    (r"y = |\mathbf{x}|", "its norm, or the absolute value"),
    ("y = |x| + W x", "its norm, or the absolute value"),
    ("y = |W x|", "its norm, or the absolute value"),
    ("y = W (f(x))^{-1}", "an inverse needs a square matrix"),
    (r"y = [W, U] \begin{bmatrix} h \\ x \end{bmatrix}", "beside each other"),
    (r"y = \begin{bmatrix} W & U \end{bmatrix} \begin{bmatrix} h \\ x \end{bmatrix}", "matrices of blocks"),
    (r"y = [W\ U] [h; x]", "commas are missing"),
    (r"h_t = \tanh(W [h_{t-1} \; x_t])", "commas are missing"),
    (r"h_t = \tanh(W [h_{t-1} x_t])", "commas are missing"),
    (r"y = (f\circ g)(W x)", "composes"),
    (r"y = f\circ g(W x)", "composes"),
    (r"y = \sigma\circ\tanh(W x)", "composes"),
    (r"y = \tanh \circ \sigma(W x)", "composes"),
    (r"y = \tanh W \tanh(x)", "where does its argument end"),
    (r"y = \sigma^{-1}(x)", "inverse function or the reciprocal"),
    ("y = f^{-1}(W x)", "inverse function or the reciprocal"),
    (r"y_i = \sum_j \delta_{ij} x_j", "not read as one between vectors"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_has_two_meanings_is_refused(text: str, message: str) -> None:
    """A print that papers use for two things is refused, with a hint that spells both or the one that is known."""
    with pytest.raises(SymjacError, match=message) as error:
        read_system([text])
    assert error.value.span is not None
    assert error.value.hint


def test_a_function_ends_the_argument_of_the_one_before() -> None:
    r"""\sin x \cos x is the product of two functions."""
    assert right(r"y = \sin x \cos x").startswith("Product(Apply(x")
    assert right(r"y = \log \cos x").startswith("Apply(Apply(x")


def test_bars_around_an_entry_or_a_declared_vector_are_entrywise() -> None:
    """Bars around an entry are those of a number; around a plain vector that is declared they go entry by entry."""
    assert "abs" in right(r"y_i = |x_i| + \sum_j W_{ij} x_j")
    assert "abs" in right("y = |x|", x="vector n")


def test_the_delta_of_two_indices_is_the_one_of_kronecker() -> None:
    r"""\delta_{ij} in index notation is no matrix of unknown entries."""
    (member,), _ = read_formula(r"\sum_j \delta_{ij} x_j")
    assert any(isinstance(e, Delta) for e in member.walk())


def test_a_ring_between_defined_gates_multiplies_entries() -> None:
    """Where f is a gate with a definition, the ring is the entrywise product."""
    reading = read_system([r"f = \sigma(W x)", r"y = f \circ \tanh(U x)"])
    assert str(reading.equations[1].rhs).startswith("Hadamard(f")


MORE = [
    (r"y = f'(x); f(z) = \tanh(W z + b)", "defined at another place"),
    (r"f(z) = \tanh(W z + b); y = f(x, u)", "defined at another place"),
    ("x_{t+1} = x_t + dt W x_t", "a step of time, or a product"),
    (r"\mathbf{y} = \boldsymbol{x} + \mathbf{x}", "two kinds of bold"),
    ("y = W^* x", "conjugate transpose"),
    (r"\mathbf{y}_i = \sum_j W_{ij} \mathbf{x}_j", "vector with a number"),
    (r"y = \log(-1) x", "logarithm of -1"),
    (r"y = \log(0) x", "logarithm of 0"),
    (r"y = \sqrt{-1} x", "square root of a negative"),
    (r"y = (-2)^{1/2} x", "root of a negative"),
    ("y = f^{(2)}(W x)", "derivative of high order"),
    ("y = W^t x", "an exponent, an index or a label"),
    ("y = W^H x", "an exponent, an index or a label"),
    ("y = W^{T2} x", "an exponent, an index or a label"),
    ("y = W^{2T} x", "an exponent, an index or a label"),
    ("y = W^{1/2} x", "no whole number"),
    (r"\begin{align} y = W x \end{equation}", "does not match"),
    (r"\begin{align} y = W x", "never closed"),
    (r"y = W x \end{align*}", "closes nothing"),
    (r"y = W \mathbf{}x", "nothing in its braces"),
    (r"y = \operatorname x", "without braces"),
]


@pytest.mark.parametrize(("text", "message"), MORE, ids=range(len(MORE)))
def test_what_is_no_plain_formula_is_refused(text: str, message: str) -> None:
    """What would have to be guessed, or is left unfinished, is refused with the place."""
    with pytest.raises(SymjacError, match=message) as error:
        read_system([text])
    assert error.value.span is not None


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("y = W^{k} x", {"k": "scalar"}),
        ("y = W^{100} x", {}),
        ("y = W^* x", {"W^*": "matrix n n"}),
        (r"\mathbf{y} = \boldsymbol{x} + \mathbf{x}", {r"\boldsymbol{x}": "vector n", r"\mathbf{x}": "vector n"}),
        (r"y = \Delta t \, x", {r"\Delta": "scalar", "t": "scalar"}),
        (r"\begin{align*} \begin{aligned} y = W x \end{aligned} \end{align*}", {}),
    ],
)
def test_a_declaration_settles_what_is_in_doubt(text: str, symbols: dict[str, str]) -> None:
    """What is refused in doubt is read once the symbol is declared."""
    assert read_system([text], symbols).equations


def test_a_function_of_a_number_is_used_on_a_vector() -> None:
    """The variable of f(x) = x^2 is no symbol of the text: x may be a vector elsewhere."""
    reading = read_system(["f(x) = x^2", "y = f(x) + W x"])
    assert reading.symbols["x"].role == "vector"


def test_rows_are_multiplied_in_printed_order() -> None:
    """With rows h W h^T is the quadratic form; x^T A x and b h^T h do not type, and no letter changes to make them."""
    assert right(r"y = h W h^\top", orientation="row", h="vector n") == "Product(Transpose(h), W, h)"
    for text in (r"y = x^\top A x", r"y = b h^\top h"):
        with pytest.raises(SymjacError, match="printed order"):
            read_system([text], {"x": "vector n", "h": "vector n"}, orientation="row")


def test_a_size_is_a_letter_below_a_line_only() -> None:
    """A scalar factor is never taken for the size of the vectors around it."""
    reading = read_system([r"x_{t+1} = x_t + d \tanh(W x_t)"], {"d": "scalar"})
    assert str(reading.symbols["W"].symbol.shape) == "(n, n)"
    reading = read_system([r"\mathbf{y} = \mathbf{x} + d \tanh(\mathbf{x})"])
    assert str(reading.symbols[r"\mathbf{x}"].symbol.shape) == "(n, 1)"


def test_a_declaration_that_nothing_uses_is_noted() -> None:
    """A symbol that is declared and occurs nowhere may be a slip of the pen; strict readings take it too."""
    reading = read_system(["y = W x"], {"w": "matrix n n", "x": "vector n", "W": "matrix n n"}, strict=True)
    assert [n.message for n in reading.notes] == ["w is declared and occurs in no equation"]


def test_nothing_has_no_rows() -> None:
    """A matrix with 0 rows is refused."""
    with pytest.raises(SymjacError, match="at least one row"):
        read_system(["y = W x"], {"W": "matrix 0 n"})


def test_of_a_long_line_only_the_place_is_shown() -> None:
    """An error in a line of thousands of characters stays readable, with the caret under the place."""
    with pytest.raises(SymjacError) as error:
        read_system(["y = " + "x + " * 300 + r"\simga(z)" + " + x" * 300])
    line, caret = str(error.value).splitlines()[1:3]
    assert len(line) < 200
    assert line[caret.index("^") :].startswith(r"\simga(z)")
    assert caret.count("^") == len(r"\simga")


def test_two_declarations_of_one_symbol_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """On the command line a second, different declaration of a symbol does not quietly win."""
    with pytest.raises(SystemExit) as stop:
        parse(["read", "y = W x", "--symbol", "W: matrix n n", "--symbol", "W: matrix n m"])
    assert stop.value.code == 2
    assert "W is declared twice" in capsys.readouterr().err


@pytest.mark.parametrize("bounds", [r"_{j \le i}", "_{j=1}^{i}"])
def test_vectors_that_are_summed_in_order_are_numbered_by_steps(bounds: str) -> None:
    """Causal attention: what runs up to i, beside q_i, is a step and no entry, whatever its letter."""
    read = right(rf"o_i = \sum{bounds} (q_i^\top k_j) v_j")
    assert read == right(r"o_i = \sum_{s=1}^{i} (q_i^\top k_s) v_s").replace("_s", "_j").replace("'s'", "'j'")
    assert read.startswith("OverTime(")
    with pytest.raises(SymjacError, match="does not run over all"):  # two indices below one letter number entries
        right(rf"o_i = \sum{bounds} W_{{ij}} (q_i k_j)")


@pytest.mark.parametrize("head", ["f", "F", r"\sigma", "S"])
def test_an_index_behind_the_bracket_of_what_is_defined_names_its_entries(head: str) -> None:
    """``f(z)_i = ...`` says what every entry of f(z) is, and no index is dropped."""
    softmax = [rf"{head}(z)_i = \frac{{e^{{z_i}}}}{{\sum_j e^{{z_j}}}}"]
    whole = r"Product(EntryPower(Product(Transpose(Ones()), Apply(z, Function(name='\\exp', order=0, known='exp'))), "
    assert right(softmax[0]).startswith(whole)
    read = read_system([f"p = {head}(z)", *softmax])
    assert {str(e.lhs.rows) for e in read.equations} == {"n"}
    with pytest.raises(SymjacError):
        read_system([rf"{head}(x)_t = W x_t"])


@pytest.mark.parametrize("step", [r"\alpha", r"\eta", r"\gamma", r"\mu"])
@pytest.mark.parametrize("lenient", [False, True])
def test_a_step_size_with_an_index_is_no_state(step: str, lenient: bool) -> None:
    """Small Greek letters are states where they stand at several times; a system of a claim is read no otherwise."""
    text = rf"\theta_{{k+1}} = \theta_k - {step}_k \nabla J(\theta_k)"
    read = read_system([text], lenient=lenient)
    assert read.symbols[f"{step}_k"].symbol.is_scalar
    noise = read_system([rf"\theta_{{k+1}} = A \theta_k + {step}_k"], lenient=lenient)
    assert not noise.symbols[f"{step}_k"].symbol.is_scalar


@pytest.mark.parametrize("mean", [r"\frac{1}{n} \mathbf{1}^\top z", r"a^\top z", r"\frac{1}{n} \sum_i z_i", r"\|z\|"])
def test_a_vector_beside_a_number_that_is_made_of_it_is_a_vector(mean: str) -> None:
    """The z of ``y = z - m`` is that of ``m = a^\\top z``; beside a number of other vectors it may be one too."""
    read = read_system([f"m = {mean}", "y = z - m"])
    assert read.symbols["z"].symbol.rows == read.symbols["y"].symbol.rows
    assert not read.symbols["z"].symbol.is_scalar
    assert read_system([r"m = a^\top x", "y = z - m"]).symbols["z"].symbol.is_scalar


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("y = 1 1^\\top z", r"y = \mathbf{1} \mathbf{1}^\top z"),
        ("y = 11^\\top", r"y = \mathbf{1} \mathbf{1}^\top"),
        ("Y = W + 1 x^\\top", r"Y = W + \mathbf{1} x^\top"),
        ("y = A (1 a^\\top) z", r"y = A (\mathbf{1} a^\top) z"),
    ],
)
def test_a_plain_one_before_a_row_is_a_vector_of_ones(printed: str, meant: str) -> None:
    """A number there would say nothing; before anything else it is one."""
    assert right(printed) == right(meant)
    assert right("y = 1 x + z", x="vector n", z="vector n").startswith("Sum(Product(Number(Fraction(1, 1)), x)")


@pytest.mark.parametrize(
    ("definition", "use", "meant"),
    [
        (r"F(x) = \tanh(W x + b)", "x_{t+1} = F(x_t)", r"x_{t+1} = \tanh(W x_t + b)"),
        (r"f(x, u) = \tanh(W x + U u)", "x_{t+1} = f(x_t, u_t)", r"x_{t+1} = \tanh(W x_t + U u_t)"),
        ("g(v) = A v", "y = g(g(z))", "y = A (A z)"),
        (r"N(v) = \frac{v}{\|v\|}", "y = N(W z)", r"y = \frac{W z}{\|W z\|}"),
        ("f(x) = W x", r"L = \|f(z) - y\|^2", r"L = \|W z - y\|^2"),
    ],
)
def test_a_definition_is_put_in_where_it_is_applied(definition: str, use: str, meant: str) -> None:
    """What x is in ``f(x) = ...`` is what f is applied to, and no symbol; the note says so."""
    read = read_system([definition, use])
    assert [str(e.rhs) for e in read.equations] == [right(meant)]
    assert "put in" in {n.kind for n in read.notes}
    assert not {name.partition("_")[0] for name in read.symbols} & {"v"}


@pytest.mark.parametrize(
    "texts",
    [
        ["f(x) = W x_i", "y = f(z)"],  # x_i is not x
        ["f(x) = W f(2 x)", "y = f(z)"],
        ["f(x) = W x", "y = f'(z)"],
        ["f(x) = W x", "y = f(z, x)"],
        ["f(x)_i = x_i^2", "y = f(W z)"],
    ],
)
def test_what_cannot_be_put_in_is_refused(texts: list[str]) -> None:
    """A definition is never taken for another."""
    with pytest.raises(SymjacError):
        read_system(texts)


@pytest.mark.parametrize(
    "text", [r"y = \left[\frac{\partial f}{\partial x}\right]_{x} v", r"L = -\log (p)_y + y^\top z"]
)
def test_an_index_below_a_bracket_is_no_symbol_of_the_text(text: str) -> None:
    """The point at which a derivative is taken is no place of an entry."""
    with pytest.raises(SymjacError, match="a symbol here, and no index"):
        read_system([text])
    assert right(r"L = -\log (p)_y").startswith("Product(")
