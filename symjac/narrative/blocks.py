"""What a page is made of: frozen blocks that every renderer understands.

Formulas stay expressions until a renderer prints them, so that a page can be checked, and so that
one page serves LaTeX, Markdown, HTML and plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symjac.expr import Expr
from symjac.typeset.boxes import Box
from symjac.typeset.placing import Style, to_box
from symjac.typeset.text import write_text

Formula = Expr | Box


@dataclass(frozen=True)
class Math:
    """A formula inside a sentence."""

    formula: Formula


@dataclass(frozen=True)
class Ref:
    """A reference to a numbered row or environment."""

    label: str


@dataclass(frozen=True)
class Emph:
    """Words that are being defined or named."""

    text: str


Inline = str | Math | Ref | Emph
Inlines = tuple[Inline, ...]


def box_of(formula: Formula, style: Style | None = None) -> Box:
    """A formula as boxes, in the style that suits it where none is given."""
    return to_box(formula, style) if isinstance(formula, Expr) else formula


def in_text(content: Inlines, style: Style | None = None) -> str:
    """Words and formulas as a line of Unicode; references and what is emphasised are none here."""
    return "".join(write_text(box_of(i.formula, style)) if isinstance(i, Math) else str(i) for i in content)


@dataclass(frozen=True)
class Paragraph:
    """Sentences, with a run-in heading where there is one."""

    content: Inlines
    heading: str | None = None
    start: bool = False
    """Begins anew, also after a display that would otherwise go on with the sentence."""


@dataclass(frozen=True)
class Line:
    """One row of a display: ``lhs relation rhs``, a reason beside it, a label where it is referred to."""

    rhs: Formula
    lhs: Formula | None = None
    relation: str = "="
    reason: Inlines = ()
    note: Inlines = ()
    label: str | None = None
    end: str = ""
    """The punctuation after the row."""
    numbered: bool = False
    """Carries its number also where nothing refers to it."""


def ended(rows: Sequence[Line], end: str = ".") -> tuple[Line, ...]:
    """The rows of one sentence: commas between them, and what ends it."""
    return tuple(replace(r, end="," if n < len(rows) else end) for n, r in enumerate(rows, 1))


@dataclass(frozen=True)
class Display:
    """Rows aligned at their relations."""

    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Environment:
    """A theorem, lemma, proof, example, corollary or remark, which holds blocks."""

    kind: str
    blocks: tuple[Block, ...]
    title: Inlines = ()
    label: str | None = None


Block = Paragraph | Display | Environment


@dataclass(frozen=True)
class Page:
    """A told derivation: a title, blocks, and the style its formulas are printed in."""

    title: Inlines
    blocks: tuple[Block, ...]
    style: Style
    prefix: str = "symjac"
    """Begins every label, so that two fragments in one paper do not collide."""

    def box(self, formula: Formula) -> Box:
        """A formula as this page prints it."""
        return box_of(formula, self.style)

    def inlines(self) -> Iterator[Inline]:
        """Every piece of every sentence, in reading order."""
        yield from self.title
        for block in self.walk():
            if isinstance(block, Paragraph):
                yield from block.content
            elif isinstance(block, Environment):
                yield from block.title
            else:
                for line in block.rows:
                    yield from line.reason
                    yield from line.note

    def walk(self) -> Iterator[Block]:
        """Every block in reading order, environments before what they hold."""
        todo = list(reversed(self.blocks))
        while todo:
            block = todo.pop()
            yield block
            if isinstance(block, Environment):
                todo.extend(reversed(block.blocks))

    @property
    def references(self) -> frozenset[str]:
        """The labels that some sentence refers to."""
        return frozenset(i.label for i in self.inlines() if isinstance(i, Ref))

    def label(self, line: Line) -> str | None:
        """A row's label if the row is numbered: where a sentence refers to it, or it asks to be."""
        return line.label if line.numbered or line.label in self.references else None

    def numbers(self) -> dict[str, str]:
        """The number of every row and environment that has one, as LaTeX would count them."""
        out: dict[str, str] = {}
        rows = environments = 0
        for block in self.walk():
            if isinstance(block, Environment) and block.kind in NUMBERED:
                environments += 1
                if block.label is not None:
                    out[block.label] = str(environments)
            elif isinstance(block, Display):
                for line in block.rows:
                    if (label := self.label(line)) is not None:
                        rows += 1
                        out[label] = str(rows)
        return out


NUMBERED = ("theorem", "lemma", "corollary", "example")
