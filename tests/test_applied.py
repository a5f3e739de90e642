"""One reader for equations and claims: what stands in one is read in the other, and refused in both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from symjac import cells
from symjac.claims import check_record
from symjac.claims.conventions import FOUR as FOUR_CONVENTIONS
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.stated.naming import Names
from symjac.claims.stated.syntax import read_terms
from symjac.claims.undecided import UndecidedError
from symjac.errors import ReadError, SymjacError
from symjac.expr import Expr, OverTime as OverTimeNode
from symjac.normal import equal
from symjac.reading import Reading, read_system
from tests.test_claims_kinds import CLAIMS as KINDS

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
        "an expression under an index",
        ["h_t = W h_{t-1}"],
        {},
        r"\frac{\partial h_t}{\partial h_{t-2}} ="
        r" \prod_{i=t-1}^{t} \frac12 \frac{\partial (2 W h_{i-1})}{\partial h_{i-1}}",
        "tttt",
    ),
    (
        "an expression under an index, its factor",
        ["h_t = W h_{t-1}"],
        {},
        r"\frac{\partial h_t}{\partial h_k} = \prod_{i=k+1}^{t} \frac{\partial (2 W h_{i-1})}{\partial h_{i-1}}",
        "ffff",
    ),
    (
        "an expression beside dots",
        [r"h_t = \tanh(W h_{t-1})"],
        {},
        r"\frac{\partial h_t}{\partial h_k} = \frac{\partial \tanh(W h_{t-1})}{\partial h_{t-1}} \cdots"
        r" \frac{\partial \tanh(W h_k)}{\partial h_k}",
        "tftf",
    ),
    (
        "an expression with an identity in it",
        ["y = A x"],
        VECTORS,
        BY_X + r"\frac{\partial ((A + I) x - x)}{\partial x}",
        "tttt",
    ),
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


@pytest.mark.parametrize(
    ("dotted", "meant"),
    [
        (r"x_t = A_t A_{t-1} \cdots A_1 x_0", r"x_t = (\prod_{t \ge i > 0} A_i) x_0"),
        (r"x_t = A_t A_{t-1} \cdots A_{k+1} x_k", r"x_t = (\prod_{t \ge i > k} A_i) x_k"),
    ],
)
def test_dots_in_equations_are_products_over_an_index(dotted: str, meant: str) -> None:
    """Latest leftmost, as they are printed."""
    symbols = {"A_t": "matrix n n", "x_t": "vector n"}
    assert read_system(dotted, symbols).equations[0].rhs == read_system(meant, symbols).equations[0].rhs


@pytest.mark.parametrize("text", [r"h_t = W h_{t-1} + \dots", r"y = a_1 x_1 + \cdots + b_n x_n"])
def test_dots_that_do_not_say_what_they_leave_out_are_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ReadError, match="dots"):
        read_system(text)


def as_member(text: str, reading: Reading, symbols: dict[str, str]) -> list[Expr]:
    """The two sides of an equation as members of a claim beside the system that holds it."""
    members, _, families = read_terms(text, Names(reading, symbols))
    assert reading.context is not None
    model = Model(reading, {**reading.context.families, **families})
    ev = Evaluator(model, FOUR_CONVENTIONS[0], lambda _, x: model.symbol(x), OverTime("ascending"))
    return ev.members(*members[:2])


def rows_of(systems: Iterable[tuple[list[str], dict[str, str]]]) -> Iterator[tuple[str, bool]]:
    """The equations that are read in columns, and whether their right side means as much in a claim."""
    for equations, symbols in systems:
        with suppress(ReadError):  # a batch, whose vectors are rows
            reading = read_system(equations, symbols, lenient=True)
            for e in reading.equations:
                with suppress(SymjacError, UndecidedError):  # no member of a claim: a definition by cases
                    lhs, rhs = as_member(e.source, reading, symbols)
                    if lhs == e.lhs and not any(isinstance(node, OverTimeNode) for node in e.rhs.walk()):
                        yield e.source, rhs.shape == e.rhs.shape and equal(rhs, e.rhs)


def test_a_right_side_means_the_same_as_a_member_of_a_claim() -> None:
    """Over all systems of these claims, of others and of the cells; a sum over time is one symbol in a claim."""
    systems = [(equations, symbols) for _, equations, symbols, *_ in [*CLAIMS, *KINDS]]
    systems += [(list(c.equations), dict(c.symbols)) for c in cells.COLLECTION.values()]
    rows = dict(rows_of(systems))
    assert [text for text, same in rows.items() if not same] == []
    assert len(rows) > 150
