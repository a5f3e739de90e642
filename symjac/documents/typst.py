"""The page and its formulas as Typst source, which symjac's ``preview`` extra turns into PDF, SVG and PNG."""

from __future__ import annotations

from collections.abc import Sequence

from symjac.documents.layout import Fitted, Writer, fit
from symjac.narrative.blocks import Block, Display, Environment, Page, Paragraph, in_text
from symjac.typeset.boxes import Box
from symjac.typeset.breaking import break_lines
from symjac.typeset.latex import PLAIN, write_latex
from symjac.typeset.typst import quoted, write_typst

LINE_WIDTH = 40.0

_FONT = '#set text(font: "New Computer Modern", size: 10.5pt, lang: "en")'
_MATH = """#show math.equation: set text(font: "New Computer Modern Math")
#let m(tex, body) = { set math.equation(alt: tex); body }
#let row(left, right, why, number) = {
  // Unseen in every cell, so that all are as tall, and what is centred in them shares one baseline.
  let strut = box(width: 0pt, box(width: 999em, hide(left + right)))
  (strut + left, strut + right, strut + why, strut + number) }
#set text(top-edge: "cap-height", bottom-edge: "baseline")"""
_SHEETS = '#set page(paper: "a4", margin: (x: 27mm, y: 28mm), numbering: "1")'
_ONE_SHEET = "#set page(width: 176mm, height: auto, margin: 10mm, fill: white)"
_PAGE = """#set par(justify: true)
#show heading: set block(above: 1.4em, below: 0.9em)
#let rows(..rows) = block(above: 1em, below: 1em, { set text(top-edge: "bounds", bottom-edge: "bounds")
  grid(columns: (auto, auto, 1fr, auto), column-gutter: 0.3em, row-gutter: 0.7em,
    align: (right + horizon, left + horizon, left + horizon, right + horizon), ..rows.pos().flatten()) })"""


def formulas(rows: Sequence[tuple[Box, Box]], names: Sequence[str], *, fill: str = "none") -> str:
    """A picture of equations one below the other, each with a name beside it (or none), just as large as they are."""
    cells = []
    for (left, right), name in zip(rows, names, strict=True):
        for n, piece in enumerate(break_lines(right, LINE_WIDTH)):
            lhs = "" if n else _math(left, large=True)
            rhs = _math(piece.box, large=True, before="" if n else "= ")
            cells.append(f"row([{lhs}], [{'#h(2em)' if n else ''}{rhs}], [{'' if n else _text(name)}], [])")
    table = "grid(columns: 4, align: (right + horizon, left + horizon, left + horizon, left), row-gutter: 0.8em, "
    return "\n".join(
        [
            f"#set page(width: auto, height: auto, margin: 3pt, fill: {fill})",
            _FONT,
            _MATH,
            '#set text(top-edge: "bounds", bottom-edge: "bounds")',
            f"#{table}column-gutter: (0.3em, {'1.5em' if any(names) else '0pt'}, 0pt),",
            f"  ..({', '.join(cells)},).flatten())",
        ]
    )


def typst(page: Page, *, sheets: bool = True) -> str:
    """The page as a Typst document: on sheets of paper, or on one that is as tall as it has to be."""
    return _Writer(page).whole(_SHEETS if sheets else _ONE_SHEET)


class _Writer(Writer):
    def whole(self, paper: str) -> str:
        name = quoted(in_text(self.page.title, self.page.style))
        head = [f"#set document(title: {name})", paper, _FONT, _MATH, _PAGE]
        title = f"#heading(level: 1)[{self.inlines(self.page.title)}]"
        return "\n\n".join(["\n".join(head), title, *(self.block(b) for b in self.page.blocks)]) + "\n"

    def block(self, block: Block, head: str = "", tail: str = "") -> str:
        match block:
            case Paragraph(content, heading):
                opening = f"#strong[{_text(heading + '.')}] " if heading else head
                return opening + self.inlines(content) + tail
            case Display():
                return self.display(block) + tail
            case Environment(kind, blocks):
                end = "#h(1fr)□" if kind == "proof" else ""
                first = self.head(block) + " "
                parts = [
                    self.block(b, first if n == 0 else "", end if n == len(blocks) - 1 else "")
                    for n, b in enumerate(blocks)
                ]
                return "\n\n".join(parts)

    def head(self, e: Environment) -> str:
        if e.kind == "proof":
            return f"#emph[{self.inlines(e.title) or _text(self.name(e))}.]"
        mark = f" <{self.page.prefix}-{e.label}>" if e.label in self.numbers else ""
        return f"#strong[{_text(self.name(e))}{self.title(e)}.]{mark}"

    def text(self, text: str) -> str:
        return _text(text)

    def math(self, box: Box) -> str:
        return _math(box)

    def emph(self, text: str) -> str:
        return f"#emph[{_text(text)}]"

    def ref(self, label: str) -> str:
        return f"#link(<{self.page.prefix}-{label}>)[{_text(self.number(label))}]"

    def display(self, display: Display) -> str:
        return f"#rows({', '.join(line for r in fit(self.page, display, LINE_WIDTH) for line in self.lines(r))})"

    def lines(self, r: Fitted) -> list[str]:
        out: list[str] = []
        for n, piece in enumerate(r.pieces):
            last = n == len(r.pieces) - 1
            left = _math(r.lhs, large=True) if n == 0 and r.lhs is not None else ""
            relation = f"{r.relation} " if n == 0 else ""
            body = _math(piece.box, large=True, before=relation) + (_text(r.end) if last else "")
            why = self.inlines(r.words) if n == 0 else ""
            number = ""
            if last and r.label:
                number = f"#box[{_text(f'({self.numbers[r.label]})')}] <{self.page.prefix}-{r.label}>"
            indent = "#h(2em)" if n else ""
            beside = f"#h(1em)#text(0.92em)[{why}]" if why else ""
            out.append(f"row([{left}], [{indent}{body}], [{beside}], [{number}])")
        return out


def _text(text: str) -> str:
    return f"#{quoted(text)};" if text else ""


def _math(box: Box, *, large: bool = False, before: str = "") -> str:
    """A formula with its LaTeX as the text that assistive technology reads."""
    source = before + write_typst(box)
    body = f"$display({source})$" if large else f"${source}$"
    return f"#m({quoted(before + write_latex(box, PLAIN))}, {body});"
