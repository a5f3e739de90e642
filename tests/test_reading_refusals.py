"""What cannot be read is refused at once, with the place and in one message."""

from __future__ import annotations

import pytest

from symjac.errors import ReadError, SymjacError
from symjac.reading import read_formula, read_system
from tests.work import counted

REFUSED = [
    # nothing there
    ("", "no formula"),
    ("  \n ", "no formula"),
    ("% a comment", "no formula"),
    (r"\label{eq:1}", "no formula"),
    ("&", "no formula"),
    # brackets
    ("(", "never closed"),
    (")", "closes nothing"),
    ("x = [y)", "does not match"),
    (r"x = y^{T", "never closed"),
    (r"x = \{y", "never closed"),
    (r"x = \|y", "bar is never closed"),
    (r"x = \mathbf{y", "never closed"),
    ("x = ()", "empty brackets"),
    (r"M = \begin{bmatrix} a & b", "never closed"),
    # constants of no size
    (r"L = s \operatorname{tr}(I)", "nothing says the size of I"),
    (r"L = s \mathbf{1}^\top \mathbf{1}", "nothing says the size of"),
    # arguments, scripts, terms
    (r"x = \frac{1}", "two arguments"),
    (r"x = \sqrt", "an argument"),
    (r"\hat", "needs an argument"),
    (r"\hat{x+y} = z", "over one symbol"),
    ("x_{} = y", "empty subscript"),
    ("x__t = y", "subscript is missing"),
    ("x_a_b = y", "second subscript"),
    ("x^a^b = y", "second superscript"),
    ("_t = x", "nothing stands before"),
    ("'", "nothing stands before"),
    ("x = y +", "stops where a term is expected"),
    ("x = ", "stops where a term is expected"),
    (r"x = y \odot", "stops where a term is expected"),
    ("x == y", "term was expected"),
    (r"x = \cdot y", "term was expected"),
    (r"x = W \top y", "has to be raised"),
    (r"x_t-1 = W x_t", "braces are missing"),
    # commands and words
    (r"x = \simga(y)", r"do not know the command \\simga"),
    (r"\input{/etc/passwd}", r"command \\input"),
    (r"\write18{ls}", r"command \\write"),
    (r"\def\a{b} x = y", r"command \\def"),
    (r"x = (y \text{for all of them} z)", "words inside"),
    (r"x = \begin{cases} 1 \\ 2 \end{cases}", "by cases"),
    (r"x = \int y", "integrals"),
    (r"\lim x", "limits"),
    ("n! = x", "factorials"),
    (r"x \le y", "inequality"),
    (r"x \approx y", "approximation"),
    ("let x be a state", "a word, or a product"),
    ("W x + b", "no = here"),
    # matrices
    (r"M = \begin{bmatrix} a & b \\ c \end{bmatrix}", "1 entries under a row with 2"),
    (r"M = \begin{bmatrix} \end{bmatrix}", "empty matrix"),
    (r"M = \begin{bmatrix} a & \cdots \\ c & d \end{bmatrix}", "dots or gaps"),
    (r"M = \begin{bmatrix} \mathbf{A} & \mathbf{B} \end{bmatrix}", "matrices of blocks"),
    # shapes
    (r"\mathbf{y} = \mathbf{x}\mathbf{W}", "does not fit"),
    (r"\mathbf{y} = \mathbf{a}\mathbf{b}", "does not fit"),
    (r"\mathbf{Y} = \mathbf{W} + \mathbf{x}", "do not fit"),
    (r"\mathbf{J} = \sigma'(\mathbf{x}) \mathbf{W}", "does not fit"),
    (r"\mathbf{J} = 1 - \mathbf{W}", "added to a matrix"),
    (r"\mathbf{y} = \mathbf{W}/\mathbf{x}", "division"),
    (r"\mathbf{y} = \mathbf{x}^{-1}", "square matrix"),
    (r"\mathbf{y} = \mathbf{W}^{\mathbf{x}}", "exponent is a scalar"),
    (r"s = \operatorname{tr}(\mathbf{x})", "square matrix"),
    (r"\mathbf{y} = \operatorname{softmax}(\mathbf{W})", "column vector"),
    (r"\mathbf{J} = \operatorname{diag}(s) + s", "column vector"),
    (r"\mathbf{y} = \mathbf{W} \odot \mathbf{x}", "do not fit"),
    (r"y = 2^\top W", "transpose on a scalar"),
    # in doubt
    (r"\mathbf{y} = \mathbf{a}\times\mathbf{b}", "inner product or the entrywise"),
    (r"y = W \sigma x", "lost its argument"),
    (r"y = \tanh^{-1}(x)", "inverse function or the reciprocal"),
    ("y = a/bc", r"\(a/b\)c or a/\(bc\)"),
    ("y = a(x)", "function or a product"),
    ("y = f(W x) + f", "function"),
    ("y = W(h, x)", "function of several arguments|looks like a function"),
    (r"\mathbf{y} = \mathbf{x}'", "no transpose"),
    (r"y = (W x)'", "derivative or a transpose"),
    (r"y = \operatorname{LN}(W x)", "normalisation"),
    (r"\mathbf{y} = \operatorname{diag}\mathbf{x}", "needs brackets"),
    (r"y = \exp", "no argument"),
    (r"y = \max(a, b)", r"\\max\(0, x\)"),
    (r"\mathbf{y} = e^{\mathbf{A}} \mathbf{x}", "exponential of a matrix"),
    (r"c_t = \sum_{j=1}^{n} \alpha_{tj} h_j", "or of vectors with a number"),
    # sums, products, derivatives
    (r"y = \prod W", "does not say over what"),
    (r"y = \prod_{c=1}^{C} y_c", "product over entries"),
    (r"y = \prod_{i} W_i", "cannot read these bounds"),
    (r"\mathbf{y} = \prod_{i=1}^{t} \mathbf{U} \mathbf{x}", "square matrix|does not fit|do not fit"),
    (r"y = \frac{\partial x}{\partial (u+z)}", "by one symbol"),
    (r"y = \frac{\partial x}{d u}", r"\\partial"),
    (r"y = \nabla x", "by what"),
    (r"\mathbf{J} = \frac{\partial \mathbf{W}}{\partial \mathbf{x}}", "not read as a matrix"),
    # what a slip of the pen leaves
    (r"h_t = o_t odot c_t", "without its backslash"),
    (r"J = W^top x", "without its backslash"),
    (r"J = diig[f(h)] W", "a word, or a product"),
    (r"x_t = W x_{t-}", "cannot read this index"),
    (r"x^{(=)} = W x", "cannot read this superscript"),
    (r"x_t = W_{i&} x", "was expected|cannot read this subscript"),
    (r"\mathbf{x}_t = \mathbf{W} \mathbf{x}{t-1}", "braces print nothing"),
    (r"J = \mathrm{diam}(x) W", "no function that is known"),
    ("I -- W = x", "two signs in a row"),
    ("a(b) = c", "no symbol"),
    # left sides
    (r"W x = y", "has to be one symbol"),
    ("2 = x", "has to be one symbol"),
    # characters and numbers
    ("х = W y", "look-alike"),
    ("ｘ = W y", "look-alike"),
    ("x\u202e = W y", "direction"),
    ("😀 = x", "cannot read the character"),
    ("x\0 = y", "cannot read the character"),
    ("x = y # z", "cannot read the character"),
    ('__import__("os").system("ls") = x', "a word, or a product"),
    ('x = "y"', "cannot read the character"),
    ("x = \\", "lone backslash"),
    ("x = 1e5 y", "E-notation"),
    ("x = " + "1" * 400, "400 digits"),
    ("x = 9^{9^{9^{9}}}", "thousands of digits"),
    ("x = 1/0", "division by zero"),
    ("x = 0^{-1}", "division by zero"),
    ("x = [[1,2],[3,4]]", "lists inside a list"),
]

HUGE = {
    "round brackets": "x=" + "(" * 500 + "y" + ")" * 500,
    "braces": "x=" + "{" * 500 + "y" + "}" * 500,
    "style commands": "x=" + r"\mathbf{" * 200 + "y" + "}" * 200,
    "roots": "x=" + r"\sqrt{" * 80 + "y" + "}" * 80,
    "roots without braces": "x=" + r"\sqrt" * 900 + " y",
    "exponents": "x=" + "y^{" * 80 + "2" + "}" * 80,
    "letters": "x" * 50_000,
    "terms": "x = " + " + ".join(["y"] * 3000),
    "sums": "x=" + r"\sum_i" * 1000 + " y",
    "functions": "x=" + r"\tanh " * 1000 + " y",
    "stars": "x=" + "*".join(["a"] * 1500),
    "quotients": "x=a" + "/a" * 500,
    "gradients": "x=" + r"\nabla_x" * 500 + "L",
    "derivatives": "x=" + r"\frac{d}{dy}" * 300 + "z",
    "primes": "x=W" + "'" * 900 + "y",
    "lists": "x=" + "[a," * 50 + "b" + "]" * 50,
    "subscripts": "x" + "_a" * 900 + "=y",
    "open brackets": "x = " + "(a + " * 50 + "b",
    "misfits": "; ".join(f"y_{{{k}}} = W_{{{k}}} a_{{{k}}} b_{{{k}}}" for k in range(100)),
}


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_each_bad_text_is_refused_with_its_message(text: str, message: str) -> None:
    """One message says what was wanted and what came, after little work, with the place."""
    with counted(20_000), pytest.raises(SymjacError, match=message) as error:
        read_system([text])
    assert error.value.span is not None
    begin, end = error.value.span
    assert 0 <= begin < end <= max(1, len(text))
    assert "^" in str(error.value)


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_no_text_is_too_large_or_too_deep_to_be_refused_at_once(text: str) -> None:
    """Caps on length, tokens, depth and chains answer after little work, and never by recursion."""
    with counted(500_000), pytest.raises(ReadError):
        read_system([text])


@pytest.mark.parametrize("text", [None, 3, b"x = y", ["x = y"]])
def test_what_is_no_string_is_refused(text: object) -> None:
    """Only strings are read."""
    with pytest.raises(ReadError, match="a string of LaTeX was expected"):
        read_formula(text)  # type: ignore[arg-type]  # the point of the test


def test_a_caret_stands_under_the_operand_that_does_not_fit() -> None:
    """The message shows the line, the place and a hint."""
    with pytest.raises(ReadError) as error:
        read_system([r"\mathbf{x}_t = \sigma(\mathbf{x}_{t-1})\mathbf{W} + \mathbf{b}"])
    line, caret, hint = str(error.value).splitlines()[1:]
    assert line[caret.index("^") :].startswith(r"\sigma(\mathbf{x}_{t-1})\mathbf{W}")
    assert hint.startswith("hint: ")


def test_a_misspelt_command_gets_the_one_that_was_meant() -> None:
    r"""\simga asks for \sigma."""
    with pytest.raises(ReadError) as error:
        read_system([r"x = \simga(y)"])
    assert error.value.hint == r'write "\sigma", if that is meant'


def test_an_error_in_the_second_of_two_texts_shows_that_text() -> None:
    """The text that is shown is the one at fault."""
    with pytest.raises(ReadError) as error:
        read_system([r"\mathbf{y} = \mathbf{W} \mathbf{x}", r"\mathbf{z} = \mathbf{y} \mathbf{V}"])
    assert error.value.text == r"\mathbf{z} = \mathbf{y} \mathbf{V}"


@pytest.mark.parametrize(
    ("text", "hint"), [(r"y = \tahn(W x)", r'write "\tanh"'), (r"y = \Qa x", "macro of the paper")]
)
def test_a_command_that_is_not_known_is_no_other_one(text: str, hint: str) -> None:
    """Letters in another order are a slip; two letters are a macro of the paper."""
    with pytest.raises(ReadError) as error:
        read_system(text)
    assert hint in str(error.value.hint)
