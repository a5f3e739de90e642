"""Answers as TeX for a paper: in the width of its lines, its own environments and its own labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from symjac.confirm import Confirmed
from symjac.derivation import Derivation
from symjac.documents.tex import Writer
from symjac.narrative import narrate
from symjac.narrative.blocks import Block, Environment, Inline, Inlines, Page, Paragraph, Ref
from symjac.narrative.words import WORDS
from symjac.papers.options import Asked
from symjac.typeset.boxes import Box, Op, Row, row, width as box_width
from symjac.typeset.breaking import INDENT, Line, break_lines, terms
from symjac.typeset.latex import PAGE, write_latex
from symjac.typeset.placing import style_for, to_box

ENVIRONMENTS = {
    "theorem": "symjactheorem",
    "lemma": "symjaclemma",
    "corollary": "symjaccorollary",
    "example": "symjacexampleof",
    "proof": "symjacproofof",
}
"""What ``symjac.sty`` turns into the paper's own environments."""

_MARGIN = 0.6
_OUTERMOST = 100.0
"""What a break in a bracket costs: more than one anywhere outside, less than a line that is too wide."""
_DEEPER = r"\;\;"
_LEFT = 6.0
"""The room a formula's left-hand side takes beside it."""


def formula(c: Confirmed[Derivation], asked: Asked, width: float) -> str:
    """The closed form; where it is wider than a line, both as TeX breaks it in a sentence and as lines of a display."""
    d = c.statement
    numerator = asked.layout != "denominator"
    if asked.short:
        e = d.short if numerator else d.short_denominator
    else:
        e = d.closed if numerator else d.closed_denominator
    box = to_box(e, style_for(e, row=d.system.orientation == "row"))
    lines = _lines(box, width - _LEFT)
    if len(lines) == 1:
        return write_latex(lines[0].box, PAGE)
    first, *rest = lines
    shown = "".join(rf"\\&\quad{_DEEPER * line.depth}{{}}{write_latex(line.box, PAGE)}" for line in rest)
    told = "".join(map(_term, terms(box)))
    shown = rf"&{write_latex(first.box, PAGE)}{shown}\symjactail"
    return rf"\symjacbroken{{{told}}}{{\begin{{aligned}}[t]{shown}\end{{aligned}}}}"


def _lines(box: Box, room: float) -> list[Line]:
    """As many terms of a sum in a line as there is room for; one that is too wide has lines of its own."""
    lines: list[Line] = []
    broken = False
    for term in terms(box):
        joined = row(lines[-1].box, term) if lines and not broken else None
        if joined is not None and box_width(joined) <= room - (INDENT if lines[1:] else 0):
            lines[-1] = Line(joined, 0)
            continue
        pieces = break_lines(term, room - (INDENT if lines else 0), room, deeper=_OUTERMOST)
        broken = len(pieces) > 1
        lines += pieces
    return lines


def _term(box: Box) -> str:
    """A term of a sum in a sentence, where TeX breaks after signs."""
    match box:
        case Row((Op(sign, False), *rest)):
            return rf" {sign} \symjacbreak {write_latex(row(*rest), PAGE)}"
        case _:
            return write_latex(box, PAGE)


def proof(
    c: Confirmed[Derivation], asked: Asked, width: float, theorem: str, prefix: str, given: Mapping[str, str]
) -> str:
    """The setting, the statement and the proof, or those parts that are asked for.

    ``theorem`` is the author's label, if any, ``prefix`` begins every other; ``given`` are the paper's labels of the
    system's equations.
    """
    page = replace(narrate(c, layout=asked.layout or "both", restated=not given), prefix=prefix)
    blocks = [block for block in page.blocks if _part(block, page) in asked.parts]
    if "setting" not in asked.parts and "statement" in asked.parts:
        # Its first paragraph says what each symbol is; abbreviations stay.
        setting = [b for b in page.blocks if _part(b, page) == "setting"]
        blocks = (setting[1:] if given else setting) + blocks
    # Slides and letters have no headings within a section.
    blocks = [replace(b, heading=None) if isinstance(b, Paragraph) else b for b in blocks]
    table = {**given, **({"theorem": theorem} if theorem else {})}
    return Writer(page, asked.width or width - _MARGIN, ENVIRONMENTS, table, "-").blocks(tuple(blocks))


def _part(block: Block, page: Page) -> str:
    """Which part of the answer a block of the page belongs to."""
    at = page.blocks.index(block)
    theorem = next(n for n, b in enumerate(page.blocks) if isinstance(b, Environment) and b.kind == "theorem")
    last = max(n for n, b in enumerate(page.blocks) if isinstance(b, Environment) and b.kind == "proof")
    if at < theorem:
        return "setting"
    return "statement" if at == theorem else "proof" if at <= last else "entries"


def example(
    c: Confirmed[Derivation],
    asked: Asked,
    sizes: Mapping[str, int],
    width: float,
    prefix: str,
    given: Mapping[str, str],
    told: bool,
) -> str:
    """Everything written out at given sizes; ``told`` says that the paper holds the statement with its labels."""
    page = replace(narrate(c, layout=asked.layout or "both", sizes=sizes, restated=not given), prefix=prefix)
    blocks = tuple(b for b in page.blocks if isinstance(b, Environment) and b.kind == "example")
    if not given and not told:
        blocks = tuple(replace(b, blocks=tuple(_without_references(inner) for inner in b.blocks)) for b in blocks)
    return Writer(page, asked.width or width - _MARGIN, ENVIRONMENTS, given, "-").blocks(blocks)


def _without_references(block: Block) -> Block:
    """A paragraph that speaks of the system instead of its equations' numbers."""
    if not isinstance(block, Paragraph):
        return block
    out: list[Inline] = []
    for i in block.content:
        if isinstance(i, Ref):
            out.append(WORDS["the_system"])
        elif not (i == "–" and out and out[-1] == WORDS["the_system"]):
            out.append(i)
    content: Inlines = tuple(i for n, i in enumerate(out) if n == 0 or i != out[n - 1])
    return replace(block, content=content)


def label_prefix(*parts: str) -> str:
    r"""The beginning of the labels of a request that names none.

    >>> label_prefix("rnn", "x_t", r"x_{t-1}")
    'symjac-rnn-x-t-x-t-1'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", " ".join(("symjac", *parts))).strip("-")
