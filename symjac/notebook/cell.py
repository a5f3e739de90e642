"""The cell of a cell magic: equations as a paper prints them."""

from __future__ import annotations

import re

from symjac.cells import COLLECTION, Cell
from symjac.notebook.line import USAGE, MagicError
from symjac.papers.groups import blank_out
from symjac.papers.macros import Macro, definitions, expand, unread

_DISPLAY = re.compile(r"\\begin\s*\{([A-Za-z]+\*?)\}.*?\\end\s*\{\1\}", re.DOTALL)
_SIGN = r"(?:[=+\-*/⊙∘·]|\\(?:odot|cdot|circ|times|oslash|otimes|[,;])(?![A-Za-z]))"
_HANGING = re.compile(r"\s*\n\s*=")  # what stands before it is the left-hand side
_BEGINS_WITH_SIGN = re.compile(_SIGN)
_ENDS_WITH_SIGN = re.compile(_SIGN + "$")
_MARK = re.compile(r"\\(?:begin|end)(?![A-Za-z])|\\.|[()\[\]{}=]")
_DEEPER = {"(": 1, "[": 1, "{": 1, r"\begin": 1, ")": -1, "]": -1, "}": -1, r"\end": -1}


def read_cell(cell: str) -> tuple[list[str | Cell], dict[str, Macro]]:
    r"""The equations of a cell, with its macros put in, and the collected cells that it names; the macros.

    Remarks are as in LaTeX. A line goes on the equation before it where it has no equals sign of its own, or where a
    sign or an open bracket joins them; rows may stand in an alignment, with or without ``\begin`` and ``\end``.

    :raises MagicError: where there is none, or for a macro that is not expanded.

    >>> read_cell("\\newcommand{\\hid}{h}\n\\hid_t = \\tanh(W \\hid_{t-1}\n  + b)\nz_t = \\hid_t")[0]
    ['h_t = \\tanh(W h_{t-1} + b)', 'z_t = h_t']
    """
    text, macros = definitions(blank_out(cell))
    for macro in unread(expand(text, macros), macros):
        raise MagicError(rf"the macro \{macro.name} cannot be put in: {macro.unread} is not expanded")
    pieces = _pieces(expand(text, macros))
    if not pieces:
        raise MagicError("the cell holds no equation", hint=USAGE)
    return [COLLECTION.get(piece, piece) for piece in pieces], macros


def _pieces(text: str) -> list[str]:
    loose = _DISPLAY.sub("", text)
    if "&" in loose or r"\\" in loose:
        return [rf"\begin{{align}}{text}\end{{align}}"]
    pieces: list[str] = []
    for line in filter(None, map(str.strip, _HANGING.sub(" =", text).splitlines())):
        if pieces and _goes_on(pieces[-1], line):
            pieces[-1] += f" {line}"
        else:
            pieces.append(line)
    return pieces


def _goes_on(before: str, line: str) -> bool:
    """Whether a line belongs to what stands before it."""
    joined = _depth(before) > 0 or _ENDS_WITH_SIGN.search(before) or _BEGINS_WITH_SIGN.match(line)
    return bool(joined) or not (_relates(line) or line in COLLECTION or before in COLLECTION or "\\begin" in line)


def _depth(text: str) -> int:
    return sum(_DEEPER.get(mark, 0) for mark in _MARK.findall(text))


def _relates(line: str) -> bool:
    """Whether an equals sign stands outside all brackets."""
    depth = 0
    for mark in _MARK.findall(line):
        if mark == "=" and depth <= 0:
            return True
        depth += _DEEPER.get(mark, 0)
    return False
