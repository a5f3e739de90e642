"""Every row of the table of the usual: each of its letters is read by it, and a letter that is not in it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from symjac import System
from symjac.claims.checking import check
from symjac.errors import ReadError, SymjacError
from symjac.reading import Reading
from symjac.reading.usual import BEFORE, TABLE

Seen = Callable[[str], object]


def reading(*equations: str) -> Reading:
    """The system as it is read."""
    return System(*equations).reading


def role(letter: str, *equations: str) -> str | None:
    """What a letter is; nothing where no symbol has that name, or the text is refused."""
    try:
        symbols = reading(*equations).symbols
    except ReadError:
        return None
    return symbols[letter].role if letter in symbols else None


def told(*equations: str) -> str:
    """The notes of a reading, or the refusal."""
    try:
        return "; ".join(n.message for n in reading(*equations).notes)
    except ReadError as error:
        return f"refused: {error.message}; {error.hint}"


def entrywise(letter: str) -> bool:
    """Whether a letter before a bracket is a function, which is no symbol."""
    system = rf"y = W {letter}(x)"
    return "refused" not in told(system) and {"x", "y", "W"} == set(reading(system).symbols)


def loss(letter: str) -> bool:
    """Whether a claim may be about a loss of this name that no equation defines."""
    try:
        return check(["y = A x"], rf"\frac{{\partial {letter}}}{{\partial x}} = A^\top g").verdict == "undecided"
    except ReadError:
        return False


def index_on_function(index: str) -> str:
    """A claim in which f' stands without its argument."""
    return rf"\frac{{\partial x_t}}{{\partial x_{{t-1}}}} = A \operatorname{{diag}}(f'_{{{index}}})"


def loss_of_a_step(letter: str) -> bool:
    """Whether a letter before a state, in a sum over steps, is a loss."""
    try:
        return System(r"h_t = \tanh(A h_{t-1})").bptt(rf"M = \sum_t {letter}(h_t + d_t)").loss.unspecified
    except SymjacError:
        return False


def one_size(after: str, before: str) -> bool:
    """Whether the states with these words below have one size."""
    symbols = reading(rf"h_{{{after}}} = \tanh(W h_{{{before}}})").symbols
    return symbols[f"h_{{{before}}}"].symbol.shape == symbols[f"h_{{{after}}}"].symbol.shape


def mapped(letter: str) -> bool:
    """Whether a letter before a state is a map where a claim names its Jacobian: the transpose differs."""
    turned = rf"\frac{{\partial y}}{{\partial x}} = (\frac{{\partial {letter}(x)}}{{\partial x}})^\top"
    return check([rf"y = {letter}(x) + A x - A x"], turned).verdict == "false"


def named(word: str) -> str:
    """A word as the name of a function; a letter as it is."""
    return rf"\mathrm{{{word}}}" if len(word) > 1 and word[0] != "\\" else word


# What is seen of each letter of a row, and a letter of which it is not seen; a row without letters has its own text.
BRACKET = "before a bracket"
ROWS: dict[tuple[str, str], tuple[Seen, str]] = {
    (BRACKET, "a function that is applied entry by entry, unless it stands elsewhere without one: a note"): (
        lambda s: entrywise(s) and "read as a function" in told(rf"y = A {s}(x)"),
        "q",
    ),
    ("with an index, before a bracket", "a factor or a function: asked for"): (
        lambda s: "a factor, or a function?" in told(rf"y_i = \sum_j A_{{ij}} {s}_j (x_j - m_j)"),
        "q",
    ),
    ("before the bracket of a vector, where a claim names its Jacobian", "a map of vectors: a note"): (
        mapped,
        r"\sigma",
    ),
    (
        "before the bracket of a sum that is added to the state of the step before",
        "a step size or a function: asked for",
    ): (lambda s: "a step size before a bracket" in told(rf"x_t = x_{{t-1}} + {s} (A x_{{t-1}} + b)"), "g"),
    (BRACKET + ", in script or upright letters", "a function that is applied entry by entry"): (
        lambda s: "read as a function" in told(rf"y = {s or chr(92) + 'mathcal{G}'}(x)"),
        "G",
    ),
    (BRACKET, "a factor"): (lambda s: role(s, rf"y = {s}(x)") == "scalar", r"\nu"),
    (BRACKET, "a layer with a matrix of its own, which has to be written out"): (
        lambda s: "a layer with a matrix of its own" in told(rf"y = \mathrm{{{s}}}(x)"),
        "foo",
    ),
    ("bold", "a capital a matrix, a small letter a vector; what is not bold beside it a scalar"): (
        lambda _: (
            [role(s, r"\mathbf{y} = c \mathbf{A} \mathbf{x}") for s in ("c", r"\mathbf{A}", r"\mathbf{x}")]
            == ["scalar", "matrix", "vector"]
        ),
        "",
    ),
    ("a capital", "a matrix"): (lambda s: role(s or "Q", rf"y = {s or 'Q'} x") == "matrix", "q"),
    ("a small letter", "a vector"): (lambda s: role(s or "q", rf"y = A {s or 'q'}") == "vector", "Q"),
    ("a small letter beside the same with a hat that is defined as a scalar", "a scalar"): (
        lambda s: role("y", rf"\hat y = {s or 'w'}^\top x", r"L = (\hat y - y)^2") == "scalar",
        "W",
    ),
    ("a small Greek letter", "a scalar, unless its definition, or that nothing else fits, makes it a vector"): (
        lambda s: (
            role(s or r"\nu", rf"y = A x + {s or chr(92) + 'nu'} x") == "scalar"
            and role(r"\nu", r"y = A \nu x") == "scalar"
            and role(r"\nu", r"\nu = A x") == "vector"
        ),
        "B",
    ),
    ("a small Greek letter", "a vector"): (lambda s: role(s, rf"y = A {s}") == "vector", r"\nu"),
    (r"a small Greek letter alone on a side of \odot", "a vector"): (
        lambda s: role(r"\nu", rf"y = W x + \nu {s or 'odot'} \delta".replace("odot", r"\odot")) == "vector",
        " ",
    ),
    ("a capital Greek letter", "a scalar, a step of time or of a grid"): (
        lambda s: role(s, rf"x_{{t+1}} = x_t + {s} f(x_t)") == "scalar",
        r"\Gamma",
    ),
    ("side by side", "one scalar, a step of time"): (
        lambda s: role(s, rf"x_{{t+1}} = x_t + {s} f(x_t)") == "scalar",
        r"\delta s",
    ),
    ("below a line, above a matrix, as an exponent, as a bound", "a scalar"): (
        lambda s: role("N", rf"y = \frac{{A x}}{{{s or 'N'}}}") == "scalar",
        "M",
    ),
    ("above a derivative, where nothing defines it", "a loss, and so a scalar"): (loss, "q"),
    ("a word, as one name", "a loss"): (lambda s: loss(rf"\mathrm{{{s}}}"), "foo"),
    ("several letters that a left side consists of", "one name, but for a d before one letter"): (
        lambda s: role(r"\mathrm{num}", f"{s or 'num'} = A x") == "vector",
        "dx",
    ),
    ("before the derivative by time on a left side", "a scalar"): (
        lambda s: role(s, rf"{s} \dot v = -v + A x") == "scalar",
        "M",
    ),
    ("a term of the derivative of a state by time", "a current or the identity: asked for"): (
        lambda s: "a current, or the identity?" in told(rf"\dot V = -V + {s}"),
        "K",
    ),
    ("beside a factor that the identity would not change", "a current or the identity: asked for"): (
        lambda s: "a current, or the identity?" in told(f"y = A {s} x"),
        "K",
    ),
    ("before a square bracket, beside a variance", "the mean of the entries of a vector"): (
        lambda s: all(
            "is read as the mean" in told(rf"y = (x - {printed}[x]) / \sqrt{{\mathrm{{Var}}[x]}}")
            for printed in (s, rf"\mathrm{{{s}}}")
        ),
        "K",
    ),
    ("before a norm, in a loss", "a scalar"): (
        lambda s: role(s, rf"{'J' if s == 'L' else 'L'} = \|w\|^2 - \sum_i y_i x_i^\top w + {s} \|w\|^2") == "scalar",
        "G",
    ),
    ("in script", "a scalar"): (
        lambda s: role(s or r"\mathcal{S}", rf"y = {s or chr(92) + 'mathcal{S}'} x") == "scalar",
        "S",
    ),
    ("left of the sum of its own terms", "a loss, and so a scalar"): (
        lambda s: role(s, rf"{s} = \sum_t {s}_t") == "scalar",
        "M",
    ),
    ("in a loss that would be a vector because of one or two letters", "these letters are scalars"): (
        lambda s: role("y", rf"{s} = y w^\top x") == "scalar",
        "q",
    ),
    ("words below, for the step before and the one after", "one state, of one size"): (
        lambda s: one_size(*(("new", s) if s in BEFORE else (s, "old"))),
        "foo",
    ),
    ("a row added to a matrix", "added to each of its rows"): (
        lambda s: "is added to every row" in told(rf"Y = X W + b{s or chr(94) + chr(92) + 'top'}"),
        " ",
    ),
    (
        BRACKET + " with several vectors",
        "a function of them of which nothing else is known, unless it stands elsewhere without them: a note",
    ): (lambda s: "read as a function of several vectors" in told(f"y = {named(s)}(a, b)"), r"\rho"),
    (
        BRACKET + " with vectors, where it stands nowhere without one",
        "a loss, a function of them with values in the numbers, of which nothing else is known: a note",
    ): (lambda s: "read as a loss of which nothing is known" in told(f"L = {s}(y, d)"), "f"),
    (BRACKET + " with names, where a loss is asked for", "a loss of which nothing else is known"): (
        loss_of_a_step,
        "w",
    ),
    ("as an argument of such a function", "a vector of parameters"): (
        lambda s: role(s, f"y = f(x, {s})") == "vector",
        r"\nu",
    ),
    (
        "below beside anything above, where it is shifted somewhere",
        "the time; what stands above is a layer, a label or a number",
    ): (lambda s: role("a_{t-1}^l", rf"a_t^l = \tanh(P a_{{{s or 't-1'}}}^l)") == "vector", "s"),
    (
        "a number above, where a left side and a capital always carry one, or where it is 1",
        "a label of a layer",
    ): (lambda s: role("W^1", rf"a^1 = \tanh(W{s or '^1'} x)") == "matrix", "^2"),
    ("before an index of entries in a claim, where the system has no e", "a unit vector"): (
        lambda s: check(["y = A x"], rf"\frac{{\partial y}}{{\partial x_i}} = A {s}_i").verdict == "true",
        "q",
    ),
    (
        "an index on a function without its argument, in a claim",
        "its step: that of an argument which is a symbol, else that of the equation; where the two differ, a note that "
        "refutes nothing",
    ): (lambda s: check(["x_t = A f(x_{t-1})"], index_on_function(s or "t-1")).verdict == "true", "t"),
    (
        r"in a sum over its index, beside a small Greek letter with the same, or beside \alpha",
        "an entry or a vector with a number: asked for",
    ): (lambda s: "vectors with a number?" in told(rf"c = \sum_j \beta_j {s}_j"), "x"),
    ("in a sum over its index, beside an entry of a softmax", "an entry or a vector with a number: asked for"): (
        lambda s: "vectors with a number?" in told(rf"p = \operatorname{{{s or 'softmax'}}}(e)", r"c = \sum_j p_j x_j"),
        "exp",
    ),
    ("before a bracket, where a loss would be a vector by it", "a scalar function of vectors: a note"): (
        lambda s: "read as a scalar function" in told(rf"L = {s}(x) + m^\top A x"),
        r"\sigma",
    ),
    ("a prime, where a left side has one", "a part of the name"): (
        lambda s: "m' is read as a name" in told(rf"r{s or chr(39)}_t = P r_{{t-1}} + m'"),
        " ",
    ),
    ("a prime on a matrix, elsewhere", "a transpose"): (
        lambda s: "is read as a transpose" in told(f"y = {s or 'A'}' x"),
        "a",
    ),
    ("in brackets behind a formula", "its number; words are a remark"): (
        lambda s: "the number (3) is left out" in told(f"y = A x {s or '(3)'}"),
        "3",
    ),
}


def test_every_row_is_here() -> None:
    """A row of the table without a test, or a test of no row, fails."""
    assert list(ROWS) == [(where, what) for where, what, _ in TABLE]


@pytest.mark.parametrize(("where", "what", "letters"), TABLE, ids=[f"{where}: {what}"[:60] for where, what, _ in TABLE])
def test_a_row_is_what_the_reader_goes_by(where: str, what: str, letters: Iterable[str]) -> None:
    """Each letter is read as its row says, and another letter in the same place is not."""
    seen, other = ROWS[where, what]
    assert [s for s in sorted(letters) or [""] if not seen(s)] == []
    assert not other or not seen(other)
