"""One reader for equations and claims: what stands in one is read in the other, and refused in both."""

from __future__ import annotations

import re

import pytest

from symjac.claims import check_record
from symjac.errors import ReadError
from symjac.reading import read_system

FOUR = ("numerator_column", "denominator_column", "numerator_row", "denominator_row")
RELU = [r"x_t = \operatorname{relu}(W x_{t-1} + b)"]
BY_RELU = r"\frac{\partial x_t}{\partial x_{t-1}} = "
SOFT = [r"y = \operatorname{softmax}(\beta, z)"]
BY_SOFT = r"\frac{\partial y}{\partial z} = "
TEMPERED = r"\beta (\operatorname{diag}(y) - y y^\top)"
VARIANCE = [r"v = \operatorname{Var}(x)"]
BY_VARIANCE = r"\frac{\partial v}{\partial x} = "
BY_X = r"\frac{\partial y}{\partial x} = "
LIST = [r"y = \operatorname{diag}(a, b) x"]
TWO = {"x": "vector 2", "a": "scalar", "b": "scalar"}
VECTORS = {"x": "vector n", "y": "vector n", "A": "matrix n n"}
# Equations, declarations, a claim, and what holds in each of the four conventions.
CLAIMS: list[tuple[str, list[str], dict[str, str], str, str]] = [
    ("indicator below", RELU, {}, BY_RELU + r"\operatorname{diag}(1_{W x_{t-1} + b > 0}) W", "tfff"),
    ("its other side", RELU, {}, BY_RELU + r"\operatorname{diag}(1_{0 < W x_{t-1} + b}) W", "tfff"),
    ("indicator in brackets", RELU, {}, BY_RELU + r"\operatorname{diag}([W x_{t-1} + b > 0]) W", "tfff"),
    ("indicator turned round", RELU, {}, BY_RELU + r"\operatorname{diag}([W x_{t-1} + b < 0]) W", "ffff"),
    (
        "softmax at a temperature",
        SOFT,
        {"z": "vector n"},
        BY_SOFT + TEMPERED,
        "tt..",
    ),
    (
        "softmax at a temperature, in the claim too",
        SOFT,
        {"z": "vector n"},
        BY_SOFT + r"\beta \operatorname{diag}(y) - \beta y \operatorname{softmax}(\beta, z)^\top",
        "tt..",
    ),
    ("without the temperature", SOFT, {"z": "vector n"}, BY_SOFT + r"\operatorname{diag}(y) - y y^\top", "ff.."),
    ("inner product", [r"s = \langle x, y \rangle"], VECTORS, r"\nabla_x s = y", "ft.."),
    (
        "inner product in the claim",
        [r"s = (x^\top y)^2"],
        VECTORS,
        r"\nabla_x s = 2 \langle x, y \rangle y",
        "ft..",
    ),
    (
        "diag of a list",
        [r"y = \operatorname{diag}(a, b) x"],
        TWO,
        BY_X + r"\operatorname{diag}(a, b)",
        "tttt",
    ),
    (
        "diag of a list, turned",
        [r"y = \operatorname{diag}(a, b) x"],
        TWO,
        BY_X + r"\operatorname{diag}(b, a)",
        "ffff",
    ),
    (
        "variance",
        VARIANCE,
        {"x": "vector n"},
        BY_VARIANCE + r"\frac{2}{n} (x - \operatorname{mean}(x) \mathbf{1})^\top",
        "t...",
    ),
    (
        "positive part",
        [r"s = x^\top [y]_+"],
        VECTORS,
        r"\nabla_x s = [y]_+",
        "ft..",
    ),
    ("max with 0", [r"s = x^\top [y]_+"], VECTORS, r"\nabla_x s = \max(0, y)", "ft.."),
    ("min with 0", [r"s = x^\top [y]_+"], VECTORS, r"\nabla_x s = -\min(0, -y)", "ft.."),
    ("min with 0, its sign", [r"s = x^\top [y]_+"], VECTORS, r"\nabla_x s = \min(0, -y)", "ff.."),
    ("a norm that says which", [r"s = x^\top A x"], VECTORS, r"\nabla_x \frac12 \|x\|_2^2 = x", "ft.."),
    (
        "a Frobenius norm",
        [r"s = \operatorname{tr}(A^\top A)"],
        {"A": "matrix m n"},
        r"\frac{\partial s}{\partial A} = \frac{2 s}{\|A\|_F^2} A",
        "ftft",
    ),
    (
        "a spectral norm",
        [r"s = \operatorname{tr}(A^\top A)"],
        {"A": "matrix m n"},
        r"\frac{\partial s}{\partial A} = \frac{2 s}{\|A\|_2^2} A",
        "[f-]-[f-]-",
    ),
    (
        "a quotient of matrices",
        ["y = A x"],
        VECTORS | {"B": "matrix n n"},
        BY_X + r"\frac{A}{B}",
        "----",
    ),
    ("a nabla before a product", ["s = x^\\top A x"], VECTORS, r"\nabla_x x^\top y = y", "ft.."),
    ("a nabla before a factor", ["s = x^\\top A x"], VECTORS, r"\nabla_x \frac12 \|x\|^2 = 2 x", "ff.."),
    (
        "a nabla before a loss and a matrix",
        ["y = A x"],
        VECTORS,
        r"\nabla_x L = \nabla_y L A",
        "tfff",
    ),
]


@pytest.mark.parametrize(
    ("equations", "symbols", "claim", "wanted"), [c[1:] for c in CLAIMS], ids=[c[0] for c in CLAIMS]
)
def test_what_equations_say_claims_say_too(
    equations: list[str], symbols: dict[str, str], claim: str, wanted: str
) -> None:
    """Each notation is judged in the four conventions; a dot leaves one open."""
    verdict = check_record({"equations": equations, "symbols": symbols, "claim": claim})
    assert verdict.verdict != "unreadable", verdict.error
    found = "".join({True: "t", False: "f", None: "-"}[verdict.conventions[k].holds] for k in FOUR)
    assert re.fullmatch(wanted, found), verdict.explanation


GATE = {"m_t": "vector n", "a_t": "vector n", "b_t": "vector n", "B": "matrix n n"}


@pytest.mark.parametrize(
    ("printed", "sign"),
    [(r"a_t \otimes m_{t-1}", r"\otimes"), ("a_t m_{t-1}", ""), (r"a_t \cdot m_{t-1}", r"\cdot")],
)
def test_a_sign_means_in_a_claim_what_it_means_in_its_system(printed: str, sign: str) -> None:
    """Vectors that the system multiplies entry by entry, by whatever print, are so multiplied in the claim."""
    for factor, verdict in (("a_t", "true"), ("b_t", "false")):
        claim = rf"\frac{{\partial L}}{{\partial m_{{t-1}}}} = {factor} {sign} \frac{{\partial L}}{{\partial m_t}}"
        found = check_record({"equations": [f"m_t = {printed} + B b_t"], "symbols": GATE, "claim": claim})
        assert found.verdict == verdict, found.explanation
        assert found.conventions["denominator_column"].holds is (verdict == "true")


@pytest.mark.parametrize("symbols", [{"b": "row vector n", "Y": "matrix N m"}, {"Y": "matrix N m"}])
def test_a_row_that_the_system_adds_to_every_row_is_added_so_in_its_claims(symbols: dict[str, str]) -> None:
    """The bias of a batch."""
    for factor, verdict in (("2", "true"), ("3", "false")):
        claim = rf"\frac{{\partial L}}{{\partial Y}} = {factor} (Y P + b) P^\top"
        record = {"equations": ["Z = Y P + b", r"L = \|Z\|_F^2"], "symbols": symbols, "claim": claim}
        assert check_record(record).verdict == verdict


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"\sum_{j=2}^{n} x_j", "does not run over all j"),
        (r"\begin{vmatrix} 1 & 2 \\ 3 & 4 \end{vmatrix} \mathbf{1}^\top x", "determinants are not read"),
        (r"{A + B} C x", "this sum has no brackets"),
        (r"\langle x, x, x \rangle", "angle brackets take two vectors"),
        (r"\|x\|_3", "the norm with index 3 is not read"),
        (r"\tanh \circ \tanh(x)", "a ring between functions composes them"),
        (r"\diag x", "diag needs brackets"),
        (r"(x, x)", "a list in these brackets is no value"),
        (r"\partial x", "is read in"),
        (r"e^2 x", "a power of a symbol e, or of Euler's number"),
    ],
)
def test_what_is_refused_in_equations_is_refused_in_claims(formula: str, words: str) -> None:
    """With the same words."""
    symbols = {"x": "vector n", "A": "matrix n n", "B": "matrix n n", "C": "matrix n n"}
    with pytest.raises(ReadError, match=words):
        read_system(f"y = {formula}", symbols)
    found = check_record(
        {
            "equations": ["s = x^\\top A x"],
            "symbols": symbols,
            "claim": rf"\frac{{\partial s}}{{\partial x}} = {formula}",
        }
    )
    assert found.verdict == "unreadable"
    assert found.error is not None
    assert re.search(words, str(found.error["message"]))


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        (r"y = A \frac{\partial z}{\partial x^\top} x", r"y = A \frac{\partial z}{\partial x} x"),
        (r"y = \partial z / \partial x A x", r"y = \frac{\partial z}{\partial x} A x"),
    ],
)
def test_derivatives_in_equations_are_those_of_claims(printed: str, meant: str) -> None:
    """A transpose on the variable changes no derivative, and a slash ends at what it differentiates by."""
    declared = {"x": "vector n", "A": "matrix n n", "z": "vector n"}
    one, two = (read_system([text, r"z = \tanh(x)"], declared) for text in (printed, meant))
    assert one.equations[0].rhs == two.equations[0].rhs
