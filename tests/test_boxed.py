"""Formulas as printed: no letter, number, bracket or bold face is lost or moved on the way to MathML."""

from __future__ import annotations

import json
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from symjac.errors import ReadError
from symjac.reading.boxed import boxed, lines
from symjac.reading.lexer import tokenise
from symjac.reading.parser import parse
from symjac.reading.tokens import Token
from symjac.typeset import write_latex, write_mathml, write_text
from symjac.typeset.signs import LETTERS
from symjac.typeset.typst import write_typst

DATA = Path(__file__).parent / "data"


def records(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def sources() -> list[str]:
    found = [str(r["latex"]) for r in records("spellings")]
    for r in records("published"):
        assert isinstance(r["system"], list)
        found += [str(r["claim"]), *map(str, r["system"])]
    return list(dict.fromkeys(found))


def readable(source: str) -> bool:
    try:
        parse(source)
    except ReadError:
        return False
    return True


SOURCES = [s for s in sources() if readable(s)]


def element(source: str) -> ET.Element:
    return ET.fromstring(f"<math>{write_mathml(boxed(source))}</math>")


def text_of(root: ET.Element, *tags: str) -> str:
    return "".join(e.text or "" for e in root.iter() if e.tag in tags)


def characters(text: str) -> Counter[str]:
    """The characters of a text without style and blanks."""
    return Counter(unicodedata.normalize("NFKC", text).replace(" ", "").replace("∇", ""))


def is_bold(c: str) -> bool:
    return "BOLD" in unicodedata.name(c, "")


def wanted(tokens: list[Token], *kinds: str) -> str:
    return "".join(LETTERS.get(t.text, t.text) for t in tokens if t.kind in kinds)


def test_a_decimal_is_one_number() -> None:
    """The point of a decimal is no sign between two numbers."""
    assert [e.text for e in element("[0.0209, 12]").iter("mn")] == ["0.0209", "12"]


def test_nearly_everything_published_is_written() -> None:
    """Of the published formulas and the spellings all but the four that no parser reads have boxes."""
    assert len(sources()) - len(SOURCES) == 3


@pytest.mark.parametrize("source", SOURCES)
def test_every_letter_of_the_source_appears(source: str) -> None:
    """The MathML is well-formed and has the letters, digits and words of the source, each as often."""
    root = element(source)
    assert characters(text_of(root, "mi", "mn", "mtext")) == characters(
        wanted(tokenise(source), "name", "word", "number", "prose")
    )


@pytest.mark.parametrize("source", SOURCES)
def test_the_letters_stay_in_their_order(source: str) -> None:
    """In the LaTeX written from the boxes the letters follow each other as in the source, scripts as LaTeX has them."""

    def letters(text: str) -> list[str]:
        return [t.text for t in tokenise(text) if t.kind in ("name", "word") and t.text not in ("d", "T")]

    again = write_latex(boxed(source))
    assert sorted(letters(again)) == sorted(letters(source))
    both = "'" in source or r"\prime" in source or "^" in source  # a superscript before a subscript changes places
    assert both or letters(again) == letters(source)


@pytest.mark.parametrize("source", SOURCES)
def test_brackets_and_bold_faces_stay(source: str) -> None:
    """Round and square brackets, signs and bold letters are as many as in the source."""
    tokens, root = tokenise(source), element(source)
    names = {"pmatrix": "()", "bmatrix": "[]"}
    drawn = "".join(names.get(t.text, "") for t in tokens if t.kind == "begin")
    signs = "".join({"-": "−"}.get(t.kind, t.kind) for t in tokens if t.kind in tuple("()[]=+-"))
    assert Counter(c for c in text_of(root, "mo") if c in "()[]=+−") == Counter(signs + drawn)
    bold = [t for t in tokens if t.kind in ("name", "number") and t.style in ("bf", "bs")]
    assert sum(map(is_bold, text_of(root, "mi", "mn"))) == len(bold)


@pytest.mark.parametrize("source", SOURCES)
def test_every_writer_writes_every_formula(source: str) -> None:
    """What is printed can be written for terminals and pictures as well."""
    assert write_text(boxed(source))
    assert write_typst(boxed(source))


@pytest.mark.parametrize(
    ("source", "part", "latex"),
    [
        (r"W^\top D", r"W^\top", r"W^{\top}"),
        (r"h_t^2 W", "h_t", "h_t"),
        (r"a + b - c", "- c", r"- c"),
        (r"A B C", "B C", "B C"),
        (r"diag(1 - h_{t-1}^2) W", "h_{t-1}", "h_{t-1}"),
        (r"\frac{a}{b c} d", "b c", "b c"),
        (r"y = \sigma(A x + b)", "A x + b", "A x + b"),
    ],
)
def test_a_stretch_can_be_marked(source: str, part: str, latex: str) -> None:
    """The marked boxes are those of the stretch, all of it and in one piece, and the formula is the same."""
    start = source.index(part)
    box = boxed(source, (start, start + len(part)))
    assert write_latex(box) == write_latex(boxed(source))
    root = ET.fromstring(f"<math>{write_mathml(box)}</math>")
    marks = [e for e in root.iter("mrow") if e.get("class") == "new"]
    inner = ET.fromstring(f"<math>{write_mathml(boxed(latex))}</math>")
    assert len(marks) == 1
    assert characters("".join(marks[0].itertext())) == characters("".join(inner.itertext()))


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("1/2 W x", ["mo"]),
        (r"\frac12 W", ["mfrac"]),
        (r"\left[\begin{matrix} a & b \end{matrix}\right]", ["mtable"]),
        (r"\|x\|_2^2 + |y|", ["msubsup"]),
        (r"\underline{\mu}", ["munder"]),
        (r"\sum_{i=1}^n \prod_t x", ["munderover", "munder"]),
        (r"J_t := W", ["msub"]),
        (r"\langle a, b \rangle", ["mrow"]),
        (r"e^{-x} + \nabla_h L", ["msup", "msub"]),
        (r"x_{i_1}^{(t)^\top} \cdots y_{\frac{1}{2}}", ["msubsup", "mfrac"]),
    ],
)
def test_each_kind_of_node_has_its_element(source: str, tags: list[str]) -> None:
    """Fractions, roots, bars, matrices, large operators and scripts become what MathML has for them."""
    found = {e.tag for e in element(source).iter()}
    assert set(tags) <= found


def test_a_chain_is_cut_at_its_relations() -> None:
    """Each side of a chain is a box of its own, and so are the equations of a text."""
    assert [[write_latex(side) for side in line] for line in lines("a = b = c, d < e")] == [
        ["a", "= b", r"= c,\quad"],
        ["d", "< e"],
    ]


def test_what_cannot_be_read_has_no_boxes() -> None:
    """A text with a bracket astray is refused, never written as another formula."""
    with pytest.raises(ReadError):
        boxed("W (x")


def test_a_raised_prime_is_a_prime() -> None:
    r"""f^{\prime} is printed as f' is, whose prime fonts have raised already."""
    assert write_mathml(boxed(r"f^{\prime}(x)")) == write_mathml(boxed("f'(x)"))


@pytest.mark.parametrize(
    ("source", "sign"),
    [
        (r"a \bullet b", "•"),
        (r"a \star b", "⋆"),
        ("a * b", "∗"),
        (r"a \div b", "÷"),
        (r"a \coloneqq b", ":="),
        (r"a \triangleq b", "≜"),
        (r"a \le b", "≤"),
    ],
)
def test_signs_stay_as_printed(source: str, sign: str) -> None:
    """A sign that the reader takes for another is still printed as its author chose it."""
    assert text_of(element(source), "mo") == sign
