"""Plain Unicode text, for terminals and logs."""

from __future__ import annotations

import textwrap
from itertools import zip_longest

from symjac.documents.layout import Writer, fit
from symjac.narrative.blocks import Block, Display, Environment, Page, Paragraph
from symjac.typeset.boxes import Box
from symjac.typeset.text import write_text

COLUMNS = 100
LINE_WIDTH = 46.0


def plain_text(page: Page) -> str:
    """The page as text of at most 100 columns, formulas permitting."""
    w = _Writer(page)
    title = w.inlines(page.title)
    return "\n\n".join([title + "\n" + "=" * len(title), *(t for b in page.blocks for t in w.block(b))]) + "\n"


class _Writer(Writer):
    def block(self, block: Block, head: str = "") -> list[str]:
        match block:
            case Paragraph(content, heading):
                opening = f"{heading}. " if heading else head
                return [textwrap.fill(opening + self.inlines(content), COLUMNS, break_on_hyphens=False)]
            case Display():
                return [self.display(block)]
            case Environment(kind, blocks):
                first = self.head(block)
                texts = [text for n, b in enumerate(blocks) for text in self.block(b, first if n == 0 else "")]
                return [*texts[:-1], texts[-1] + " □"] if kind == "proof" else texts

    def head(self, e: Environment) -> str:
        if e.kind == "proof" and e.title:
            return self.inlines(e.title) + ". "
        return f"{self.name(e)}{self.title(e)}. "

    def math(self, box: Box) -> str:
        return write_text(box)

    def display(self, display: Display) -> str:
        rows = fit(self.page, display, LINE_WIDTH)
        lefts = [write_text(r.lhs) if r.lhs is not None else "" for r in rows]
        left = max(len(text) for text in lefts)
        bodies = [[("    " if n else "") + write_text(piece.box) for n, piece in enumerate(r.pieces)] for r in rows]
        for r, lines in zip(rows, bodies, strict=True):
            lines[-1] += r.end
        right = max(len(line) for lines in bodies for line in lines)
        out: list[str] = []
        for r, lhs, lines in zip(rows, lefts, bodies, strict=True):
            reasons = [self.inlines(words) for words in r.beside or ((r.words,) if r.words else ())]
            if r.label:
                last = max(len(lines), len(reasons)) - 1
                reasons += [""] * (last + 1 - len(reasons))
                reasons[last] = f"{reasons[last]}   ({self.numbers[r.label]})".lstrip()
            for n, (line, tail) in enumerate(zip_longest(lines, reasons, fillvalue="")):
                start = f"    {lhs:>{left}} {r.relation} " if n == 0 else " " * (left + 7)
                out.append((f"{start}{line:<{right}}   {tail}" if tail else start + line).rstrip())
        return "\n".join(out)
