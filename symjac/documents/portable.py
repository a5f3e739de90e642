"""Markdown with formulas that KaTeX, MathJax, GitHub and pandoc all render: no macros, no labels."""

from __future__ import annotations

from itertools import zip_longest

from symjac.documents.layout import Fitted, Writer, fit
from symjac.narrative.blocks import Block, Display, Environment, Page, Paragraph
from symjac.typeset.boxes import Box
from symjac.typeset.latex import PORTABLE, write_latex

LINE_WIDTH = 44.0


def markdown(page: Page) -> str:
    """The page as Markdown."""
    w = _Writer(page)
    return "\n\n".join([f"### {w.inlines(page.title)}", *(text for b in page.blocks for text in w.block(b))]) + "\n"


class _Writer(Writer):
    def block(self, block: Block) -> list[str]:
        match block:
            case Paragraph(content, heading):
                head = f"**{heading}.** " if heading else ""
                return [head + self.inlines(content)]
            case Display():
                return [self.display(block)]
            case Environment(kind, blocks):
                inner = [text for b in blocks for text in self.block(b)]
                inner[0] = f"{self.head(block)} {inner[0]}"
                if kind == "proof":
                    inner[-1] += r" $\square$"
                return inner

    def head(self, e: Environment) -> str:
        if e.kind == "proof":
            return f"*{self.inlines(e.title) or self.name(e)}.*"
        return f"**{self.name(e)}**{self.title(e)}." if e.title else f"**{self.name(e)}.**"

    def math(self, box: Box) -> str:
        return f"${_tex(box)}$"

    def emph(self, text: str) -> str:
        return f"*{text}*"

    def display(self, display: Display) -> str:
        rows = fit(self.page, display, LINE_WIDTH)
        if len(rows) == 1 and len(rows[0].pieces) == 1 and not rows[0].beside and not rows[0].below:
            r = rows[0]
            left = f"{_tex(r.lhs)} {r.relation} " if r.lhs is not None else ""
            tag = rf" \tag{{{self.numbers[r.label]}}}" if r.label else ""
            return f"$$\n{left}{_tex(r.pieces[0].box)}{r.closing}{tag}\n$$"
        lines = [line for r in rows for line in self.lines(r)]
        return "$$\n\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}\n$$"

    def lines(self, r: Fitted) -> list[str]:
        left = _tex(r.lhs) if r.lhs is not None else ""
        number = rf"\text{{({self.numbers[r.label]})}}" if r.label else ""
        out: list[str] = []
        for n, (piece, words) in enumerate(zip_longest(r.pieces, r.beside)):
            if piece is None:
                line = "&"
            elif n == 0:
                line = f"{left} &{r.relation} {_tex(piece.box)}"
            else:
                line = rf"&\qquad {{}}{_tex(piece.box)}"
            if n == len(r.pieces) - 1:
                line += r.closing
            column = [rf"\text{{{self.inlines(words)}}}"] if words is not None else []
            if number and n == max(len(r.pieces), len(r.beside)) - 1:
                column.append(number)
            out.append(line + (" && " + r" \quad ".join(column) if column else ""))
        if r.below:
            out.append(rf"&\qquad \text{{{self.inlines(r.below)}}}")
        return out


def _tex(box: Box) -> str:
    return write_latex(box, PORTABLE)
