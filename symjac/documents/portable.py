"""Markdown with formulas that KaTeX, MathJax, GitHub and pandoc all render: no macros, no labels."""

from __future__ import annotations

from itertools import zip_longest

from symjac.documents.layout import Fitted, fit
from symjac.narrative import Block, Display, Emph, Environment, Inline, Inlines, Math, Page, Paragraph, Ref
from symjac.narrative.blocks import NUMBERED
from symjac.narrative.words import WORDS
from symjac.typeset.boxes import Box
from symjac.typeset.latex import PORTABLE, write_latex

LINE_WIDTH = 44.0


def markdown(page: Page) -> str:
    """The page as Markdown."""
    numbers = page.numbers()
    parts = [f"### {_inlines(page.title, page, numbers)}"]
    parts += [text for block in page.blocks for text in _block(block, page, numbers)]
    return "\n\n".join(parts) + "\n"


def _block(block: Block, page: Page, numbers: dict[str, str]) -> list[str]:
    match block:
        case Paragraph(content, heading):
            head = f"**{heading}.** " if heading else ""
            return [head + _inlines(content, page, numbers)]
        case Display():
            return [_display(block, page, numbers)]
        case Environment(kind, blocks, title, label):
            inner = [text for b in blocks for text in _block(b, page, numbers)]
            inner[0] = f"{_head(kind, title, label, page, numbers)} {inner[0]}"
            if kind == "proof":
                inner[-1] += r" $\square$"
            return inner


def _head(kind: str, title: Inlines, label: str | None, page: Page, numbers: dict[str, str]) -> str:
    if kind == "proof":
        words = _inlines(title, page, numbers) if title else WORDS[kind]
        return f"*{words}.*"
    number = f" {numbers[label]}" if label in numbers else ""
    named = f" ({_inlines(title, page, numbers)})" if title else ""
    name = WORDS[kind] + (number if kind in NUMBERED else "")
    return f"**{name}**{named}." if named else f"**{name}.**"


def _inlines(content: Inlines, page: Page, numbers: dict[str, str]) -> str:
    return "".join(_inline(i, page, numbers) for i in content)


def _inline(i: Inline, page: Page, numbers: dict[str, str]) -> str:
    match i:
        case str():
            return i
        case Math(formula):
            return f"${_tex(page.box(formula))}$"
        case Emph(text):
            return f"*{text}*"
        case Ref(label):
            return _number(label, page, numbers)


def _number(label: str, page: Page, numbers: dict[str, str]) -> str:
    environments = {b.label for b in page.walk() if isinstance(b, Environment)}
    return numbers[label] if label in environments else f"({numbers[label]})"


def _display(display: Display, page: Page, numbers: dict[str, str]) -> str:
    rows = fit(page, display, LINE_WIDTH)
    if len(rows) == 1 and len(rows[0].pieces) == 1 and not rows[0].beside and not rows[0].below:
        r = rows[0]
        left = f"{_tex(r.lhs)} {r.relation} " if r.lhs is not None else ""
        tag = rf" \tag{{{numbers[r.label]}}}" if r.label else ""
        return f"$$\n{left}{_tex(r.pieces[0].box)}{_end(r.end)}{tag}\n$$"
    lines = [line for r in rows for line in _lines(r, page, numbers)]
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}\n$$"


def _lines(r: Fitted, page: Page, numbers: dict[str, str]) -> list[str]:
    left = _tex(r.lhs) if r.lhs is not None else ""
    number = rf"\text{{({numbers[r.label]})}}" if r.label else ""
    out: list[str] = []
    for n, (piece, words) in enumerate(zip_longest(r.pieces, r.beside)):
        if piece is None:
            line = "&"
        elif n == 0:
            line = f"{left} &{r.relation} {_tex(piece.box)}"
        else:
            line = rf"&\qquad {{}}{_tex(piece.box)}"
        if n == len(r.pieces) - 1:
            line += _end(r.end)
        column = [rf"\text{{{_inlines(words, page, numbers)}}}"] if words is not None else []
        if number and n == max(len(r.pieces), len(r.beside)) - 1:
            column.append(number)
        out.append(line + (" && " + r" \quad ".join(column) if column else ""))
    if r.below:
        out.append(rf"&\qquad \text{{{_inlines(r.below, page, numbers)}}}")
    return out


def _tex(box: Box) -> str:
    return write_latex(box, PORTABLE)


def _end(mark: str) -> str:
    return f" {mark}" if mark else ""
