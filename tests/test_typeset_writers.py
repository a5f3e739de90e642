"""Boxes to MathML, widths of boxes, and long formulas over several lines."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise, takewhile

import pytest
from hypothesis import example, given, strategies as st

from symjac.expr import Expr
from symjac.typeset import to_box, write_latex, write_mathml
from symjac.typeset.boxes import Box, Delimiter, Fence, Ident, Op, Row, row, width
from symjac.typeset.breaking import break_lines
from symjac.typeset.latex import PAGE
from symjac.typeset.mathml import math_element
from tests.test_typeset import PRINTED
from tests.work import calls

# Presentation elements of MathML Core that take a fixed number of children.
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3, "semantics": 2}
TOKENS = {"mi", "mn", "mo", "mtext", "mspace", "annotation"}


@pytest.mark.parametrize("e", PRINTED.values(), ids=list(PRINTED))
def test_mathml_is_well_formed(e: Expr) -> None:
    """Every node's MathML parses, and its elements hold as many children as MathML Core asks for."""
    box = to_box(e)
    root = ET.fromstring(math_element(box, write_latex(box)))
    assert root.get("alttext") == write_latex(box)
    for element in root.iter():
        if element.tag in CHILDREN:
            assert len(element) == CHILDREN[element.tag], ET.tostring(element)
        if element.tag in TOKENS:
            assert len(element) == 0
        else:
            assert not (element.text or "").strip(), "text stands in token elements only"


def test_no_command_leaks_into_mathml() -> None:
    """A browser never sees a LaTeX command."""
    for printed, e in PRINTED.items():
        assert "\\" not in write_mathml(to_box(e)), printed


def test_scripts_hang_on_the_letter() -> None:
    """A transposed subscripted matrix has both scripts on its letter, as TeX sets it."""
    assert write_mathml(to_box(PRINTED[r"(h^{(t-1)})^{\top} x"])).count("<msup>") == 2
    assert "<msubsup>" in write_mathml(to_box(PRINTED[r"z_t^{\odot 3}"]))


def test_bold_and_blackboard_letters_are_unicode() -> None:
    """MathML Core has no fonts, so bold letters are the mathematical alphabets' own."""
    from symjac.typeset.names import name_box

    assert write_mathml(name_box(r"\mathbf{x}_t")) == '<msub><mi mathvariant="normal">𝐱</mi><mi>t</mi></msub>'
    assert write_mathml(name_box(r"W_{\mathrm{in}}")) == "<msub><mi>W</mi><mi>in</mi></msub>"
    assert write_mathml(name_box(r"\boldsymbol{\delta}")) == '<mi mathvariant="normal">𝜹</mi>'


def _flat(lines: list[Box]) -> str:
    return "".join(write_latex(b, PAGE).replace(" ", "").replace(r"\,", "") for b in lines)


letters = st.sampled_from("abcxyzW").map(Ident)


def _sums(parts: st.SearchStrategy[Box]) -> st.SearchStrategy[Box]:
    def joined(items: list[Box]) -> Box:
        out: list[Box] = [items[0]]
        for item in items[1:]:
            out += [Op("+"), item]
        return row(*out)

    return st.lists(parts, min_size=1, max_size=6).map(joined)


boxes = st.recursive(letters, lambda inner: _sums(st.one_of(letters, inner.map(lambda b: Fence("(", b, ")", 1)))))


@given(boxes, st.floats(4, 30))
def test_breaking_loses_nothing(box: Box, room: float) -> None:
    """The lines of a broken formula, put together again, are the formula."""
    lines = break_lines(box, room)
    assert _flat([line.box for line in lines]) == _flat([box])


def _fenced(*items: Box) -> Box:
    """The sum of these in brackets."""
    return Fence("(", row(*(b for k, item in enumerate(items) for b in ([Op("+")] if k else []) + [item])), ")", 1)


A = Ident("a")


@given(boxes)
@example(row(A, Op("+"), A, Op("+"), A, Op("+"), _fenced(_fenced(A, _fenced(A), _fenced(_fenced(A, _fenced(A, A)))))))
def test_lines_fit_where_breaks_allow(box: Box) -> None:
    """With a sign at least every few ems no line is wider than its room."""
    for n, line in enumerate(break_lines(box, 12.0)):
        items = line.box.items if isinstance(line.box, Row) else ()
        # Brackets that close at the end of a line stand behind its last sign.
        behind = takewhile(lambda b: isinstance(b, Delimiter) and not b.opening, reversed(items))
        assert width(line.box) - sum(map(width, behind)) <= 12.0 or n == 0


def test_breaks_come_before_signs_and_outside_brackets() -> None:
    """A sum is broken before its own plus signs, not inside a bracket, where that is enough."""
    inner = Fence("(", row(Ident("a"), Op("+"), Ident("b")), ")", 0)
    long = row(*(b for _ in range(5) for b in (inner, Op("+"))), inner)
    lines = break_lines(long, 12.0)
    assert len(lines) > 1
    assert all(line.depth == 0 for line in lines)
    for _, after in pairwise(lines):
        assert isinstance(after.box, Row)
        assert after.box.items[0] == Op("+")


def test_wider_formulas_measure_wider() -> None:
    """Adding a term never makes a formula narrower."""
    for e in PRINTED.values():
        box = to_box(e)
        assert width(row(box, Op("+"), Ident("x"))) > width(box)


def test_breaking_twice_the_formula_is_not_eight_times_the_work() -> None:
    """Work grows with the formula, not with its cube: a Hadamard product of sixty factors has thousands of pieces."""

    def work(n: int) -> int:
        formula = row(*(box for _ in range(n) for box in (Op("+"), Ident("a"))))
        return calls(lambda: break_lines(formula, 20))

    assert work(800) < 4 * work(400)
