"""Displays fitted to a line: where reasons stand, where formulas break, which rows are numbered.

This is common to every renderer; each of them only spells what is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from symjac.narrative import Display, Inline, Inlines, Line, Math, Page, Ref
from symjac.narrative.blocks import Emph
from symjac.typeset.boxes import Box, width
from symjac.typeset.breaking import Line as Piece
from symjac.typeset.breaking import break_lines

NUMBER = 3.2
"""The room an equation number takes, in ems."""
_COLUMN = 2.2
_RELATION = 1.35
_LEAST = 15.0
"""A column of reasons is only set beside formulas that keep at least this much room."""
_SMALL = 0.93
"""Reasons are set a little smaller than formulas."""


@dataclass(frozen=True)
class Fitted:
    """A row ready to be spelled: the left side, the right side as lines, the words beside or below it."""

    lhs: Box | None
    relation: str
    pieces: tuple[Piece, ...]
    beside: Inlines
    below: Inlines
    label: str | None
    end: str
    note: bool


def fit(page: Page, display: Display, line_width: float) -> tuple[Fitted, ...]:
    """The rows of a display, none wider than ``line_width`` ems where that is possible."""
    rows = display.rows
    numbered = any(_label(page, r) for r in rows)
    left = max((width(page.box(r.lhs)) for r in rows if r.lhs is not None), default=0.0) + _RELATION
    words = max(
        (inline_width(page, r.reason or r.note) * _SMALL + 0.8 for r in rows if r.reason or r.note), default=0.0
    )
    room = line_width - left - (NUMBER if numbered else 0.0) - 0.3
    widest = max(width(page.box(r.rhs)) for r in rows)
    beside = room - words - _COLUMN >= min(widest, _LEAST)
    if beside and words:
        room -= words + _COLUMN
    return tuple(_fit(page, r, room, beside) for r in rows)


def _fit(page: Page, r: Line, room: float, beside: bool) -> Fitted:
    words = r.reason or r.note
    return Fitted(
        lhs=None if r.lhs is None else page.box(r.lhs),
        relation=r.relation,
        pieces=break_lines(page.box(r.rhs), room),
        beside=words if beside else (),
        below=() if beside else words,
        label=_label(page, r),
        end=r.end,
        note=bool(r.note),
    )


def _label(page: Page, r: Line) -> str | None:
    return r.label if r.label in page.references else None


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
