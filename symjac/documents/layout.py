"""What is common to every renderer: what is referred to, and displays fitted to a line.

Where reasons stand, where formulas break and which rows are numbered is decided here; each renderer only spells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from symjac.narrative.blocks import NUMBERED, Display, Emph, Environment, Inline, Inlines, Line, Math, Page, Ref
from symjac.narrative.words import WORDS
from symjac.typeset.boxes import Box, width
from symjac.typeset.breaking import Line as Piece, break_lines

NUMBER = 3.2
"""The room an equation number takes, in ems."""
_COLUMN = 1.3
RELATION = 1.35
"""The room a relation takes."""
_LEAST = 14.0
"""A column of reasons is only set beside formulas that keep at least this much room."""
_REASON = 16.0
"""Where room is short, a reason wider than this goes on in a second line."""
_SMALL = 0.93
"""Reasons are set a little smaller than formulas."""


@dataclass(frozen=True)
class Fitted:
    """A row ready to be spelled: the left side, the right side as lines, the words beside or below it.

    ``beside`` are the lines of a reason that stands in a column of its own; ``words`` is the whole of it.
    """

    lhs: Box | None
    relation: str
    pieces: tuple[Piece, ...]
    beside: tuple[Inlines, ...]
    words: Inlines
    label: str | None
    end: str
    note: bool

    @property
    def below(self) -> Inlines:
        """The words that found no room in a column."""
        return () if self.beside else self.words

    @property
    def closing(self) -> str:
        """The punctuation after the row, at a distance."""
        return f" {self.end}" if self.end else ""


@dataclass(frozen=True)
class Writer:
    """Writes one page; how words, formulas and references are spelled is for each kind of document to say."""

    page: Page

    @cached_property
    def numbers(self) -> dict[str, str]:
        return self.page.numbers()

    @cached_property
    def named(self) -> frozenset[str | None]:
        """The labels of environments; all others are those of rows."""
        return frozenset(b.label for b in self.page.walk() if isinstance(b, Environment))

    def inlines(self, content: Inlines) -> str:
        """Words and formulas inside a sentence."""
        return "".join(map(self.inline, content))

    def inline(self, i: Inline) -> str:
        match i:
            case str():
                return self.text(i)
            case Math(formula):
                return self.math(self.page.box(formula))
            case Emph(text):
                return self.emph(text)
            case Ref(label):
                return self.ref(label)

    def text(self, text: str) -> str:
        return text

    def math(self, box: Box) -> str:
        raise NotImplementedError

    def emph(self, text: str) -> str:
        return self.text(text)

    def ref(self, label: str) -> str:
        return self.number(label)

    def number(self, label: str) -> str:
        """The number of a row or environment as a sentence refers to it."""
        return self.numbers[label] if label in self.named else f"({self.numbers[label]})"

    def name(self, e: Environment) -> str:
        """What an environment is called, with its number where it has one."""
        number = f" {self.numbers[e.label]}" if e.kind in NUMBERED and e.label in self.numbers else ""
        return f"{WORDS[e.kind]}{number}"

    def title(self, e: Environment) -> str:
        """The title of an environment as it stands behind the name: in brackets, or nothing."""
        return f" ({self.inlines(e.title)})" if e.title else ""


def fit(page: Page, display: Display, line_width: float) -> tuple[Fitted, ...]:
    """The rows of a display, none wider than ``line_width`` ems where that is possible."""
    rows = display.rows
    numbered = any(page.label(r) for r in rows)
    left = max((width(page.box(r.lhs)) for r in rows if r.lhs is not None), default=0.0) + RELATION
    room = line_width - left - (NUMBER if numbered else 0.0) - 0.3
    widest = max(width(page.box(r.rhs)) for r in rows)
    for limit in (line_width, _REASON):
        reasons = [_reason_lines(page, r, limit) for r in rows]
        words = max((inline_width(page, line) * _SMALL for lines in reasons for line in lines), default=0.0)
        if room - words - _COLUMN >= widest:
            break
    beside = room - words - _COLUMN >= min(widest, _LEAST)
    if beside and words:
        room -= words + _COLUMN
    return tuple(
        Fitted(
            lhs=None if r.lhs is None else page.box(r.lhs),
            relation=r.relation,
            pieces=break_lines(page.box(r.rhs), room),
            beside=lines if beside else (),
            words=_words(r),
            label=page.label(r),
            end=r.end,
            note=bool(r.note),
        )
        for r, lines in zip(rows, reasons, strict=True)
    )


def _words(r: Line) -> Inlines:
    return r.note or (("(", *r.reason, ")") if r.reason else ())


def _reason_lines(page: Page, r: Line, limit: float) -> tuple[Inlines, ...]:
    """The words beside a row, in lines that are cut after commas."""
    lines: list[Inlines] = []
    for chunk in _chunks(_words(r)):
        if lines and inline_width(page, (*lines[-1], *chunk)) <= limit:
            lines[-1] = (*lines[-1], *chunk)
        else:
            lines.append(chunk)
    return tuple(line[:-1] if line and line[-1] == " " else line for line in lines)


def _chunks(words: Inlines) -> list[Inlines]:
    out: list[list[Inline]] = [[]]
    for i in words:
        if isinstance(i, str):
            first, *more = re.split(r"(?<=[,;]) ", i)
            out[-1].append(first)
            for part in more:
                out[-1].append(" ")
                out.append([part] if part else [])
        else:
            out[-1].append(i)
    return [tuple(chunk) for chunk in out if chunk]


def inline_width(page: Page, content: Inlines) -> float:
    """The width of a run of words and formulas, in ems."""
    return sum(_width(page, i) for i in content)


def _width(page: Page, i: Inline) -> float:
    match i:
        case str():
            return 0.46 * len(i)
        case Math(formula):
            return width(page.box(formula))
        case Emph(text):
            return 0.46 * len(text)
        case Ref():
            return 1.8
