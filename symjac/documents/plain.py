"""Plain Unicode text, for terminals and logs."""

from __future__ import annotations

import textwrap
from itertools import zip_longest

from symjac.documents.layout import Fitted, fit
from symjac.narrative import Block, Display, Emph, Environment, Inline, Inlines, Math, Page, Paragraph, Ref
from symjac.narrative.blocks import NUMBERED
from symjac.narrative.words import WORDS
from symjac.typeset.text import write_text

COLUMNS = 100
LINE_WIDTH = 46.0


def plain_text(page: Page) -> str:
    """The page as text of at most 100 columns, formulas permitting."""
    numbers = page.numbers()
    title = _inlines(page.title, page, numbers)
    parts = [title + "\n" + "=" * len(title)]
    parts += [text for block in page.blocks for text in _block(block, page, numbers)]
    return "\n\n".join(parts) + "\n"


def _block(block: Block, page: Page, numbers: dict[str, str], head: str = "") -> list[str]:
    match block:
        case Paragraph(content, heading):
            opening = f"{heading}. " if heading else head
            return [textwrap.fill(opening + _inlines(content, page, numbers), COLUMNS, break_on_hyphens=False)]
        case Display():
            return [_display(block, page, numbers)]
        case Environment(kind, blocks, title, label):
            first = _head(kind, title, label, page, numbers)
            texts = [text for n, b in enumerate(blocks) for text in _block(b, page, numbers, first if n == 0 else "")]
            return [*texts[:-1], texts[-1] + " □"] if kind == "proof" else texts


def _head(kind: str, title: Inlines, label: str | None, page: Page, numbers: dict[str, str]) -> str:
    if kind == "proof":
        return (_inlines(title, page, numbers) if title else WORDS[kind]) + ". "
    number = f" {numbers[label]}" if kind in NUMBERED and label in numbers else ""
    named = f" ({_inlines(title, page, numbers)})" if title else ""
    return f"{WORDS[kind]}{number}{named}. "


def _inlines(content: Inlines, page: Page, numbers: dict[str, str]) -> str:
    return "".join(_inline(i, page, numbers) for i in content)


def _inline(i: Inline, page: Page, numbers: dict[str, str]) -> str:
    match i:
        case str():
            return i
        case Math(formula):
            return write_text(page.box(formula))
        case Emph(text):
            return text
        case Ref(label):
            environments = {b.label for b in page.walk() if isinstance(b, Environment)}
            return numbers[label] if label in environments else f"({numbers[label]})"


def _display(display: Display, page: Page, numbers: dict[str, str]) -> str:
    rows = fit(page, display, LINE_WIDTH)
    lefts = [write_text(r.lhs) if r.lhs is not None else "" for r in rows]
    left = max(len(text) for text in lefts)
    bodies = [_body(r) for r in rows]
    right = max(len(line) for lines in bodies for line in lines)
    out: list[str] = []
    for r, lhs, lines in zip(rows, lefts, bodies, strict=True):
        reasons = [_inlines(words, page, numbers) for words in r.beside or ((r.words,) if r.words else ())]
        if r.label:
            last = max(len(lines), len(reasons)) - 1
            reasons += [""] * (last + 1 - len(reasons))
            reasons[last] = f"{reasons[last]}   ({numbers[r.label]})".lstrip()
        for n, (line, tail) in enumerate(zip_longest(lines, reasons, fillvalue="")):
            start = f"    {lhs:>{left}} {r.relation} " if n == 0 else " " * (left + 7)
            out.append((f"{start}{line:<{right}}   {tail}" if tail else start + line).rstrip())
    return "\n".join(out)


def _body(r: Fitted) -> list[str]:
    lines = [("    " if n else "") + write_text(piece.box) for n, piece in enumerate(r.pieces)]
    lines[-1] += r.end
    return lines
