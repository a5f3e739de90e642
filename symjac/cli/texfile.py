"""The displayed equations of a .tex file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from symjac.papers.groups import blank_out
from symjac.papers.macros import Macros, definitions, expand
from symjac.papers.requests import KINDS
from symjac.papers.source import Source
from symjac.reading.spelling import plain

_ENVIRONMENTS = "equation|align|alignat|flalign|gather|multline|eqnarray|displaymath"
_DISPLAY = re.compile(
    rf"\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?P<body>.*?)\\end\{{(?P=name)\}}"
    r"|\\begin\{(?P<system>symjacsystem\*?)\}(?:\[[^\]]*\])?\{[^{}]*\}(?P<rows>.*?)\\end\{(?P=system)\}"
    r"|\\\[(?P<bracket>.*?)\\\]"
    r"|\$\$(?P<dollars>.*?)\$\$",
    re.DOTALL,
)
_LABEL = re.compile(r"\\label\{([^{}]*)\}")
_ASKS = re.compile(rf"\\symjac(?:{'|'.join(KINDS)})(?![A-Za-z@])")


def displays(text: str) -> list[str]:
    r"""The displays that hold an equation, in order, without the file's own macros; a text without displays is one.

    What a paper asks of symjac, a claim say, defines nothing and is passed over.

    >>> displays(r"Let \[ x = W y \] and \begin{equation*} z = A x \end{equation*} be given % not $$a = b$$")
    [' x = W y ', '\\begin{equation*} z = A x \\end{equation*}']
    >>> displays("x_t = W y % the update")
    ['x_t = W y']
    >>> displays(r"\newcommand{\w}{W} \[ x = \w y \] \[ \symjacclaim{rnn}{x}{y}{\w} = J \]")
    [' x = W y ']
    """
    return [found for found, _ in _displays(text)]


def located(text: str, display: str, at: int) -> str:
    r"""The line and the label of a place in a display of a file; nothing where the file has no such display.

    >>> located("Let\n\\begin{align} x &= W y \\label{eq:x} \\\\\n z &= A x \\end{align}", "z &= A", 0)
    ''
    >>> located("Let\n\\[ x = W y \\label{eq:x} \\]", r" x = W y \label{eq:x} ", 5)
    'line 2 (eq:x)'
    """
    for found, line in _displays(text):
        if plain(found) == plain(display):
            begin, end = display.rfind(r"\\", 0, at), display.find(r"\\", at)
            label = _LABEL.search(display, max(begin, 0), end if end >= 0 else len(display))
            return f"line {line + display.count(chr(10), 0, at)}" + (f" ({label[1]})" if label else "")
    return ""


def _displays(text: str) -> Iterator[tuple[str, int]]:
    """The displays with an equation, and the lines on which they begin."""
    source = Source("", Path(), blank_out(text))
    macros = Macros([source])
    begin = source.text.find(r"\begin{document}")
    end = source.text.find(r"\end{document}")
    hits = _DISPLAY.finditer(source.text, max(begin, 0), end if end >= 0 else len(source.text))
    kept = [m for m in hits if not _ASKS.search(m[0])]
    for m in kept:
        place = source.place(m.start())
        inner = rf"\begin{{align}}{m['rows']}\end{{align}}" if m["system"] else m["bracket"] or m["dollars"] or m[0]
        if "=" in (found := expand(inner, macros.at(place))):
            yield found, place.line
    if not kept and r"\documentclass" not in text:
        whole, own = definitions(source.text)
        if "=" in (found := expand(whole, own).strip()):
            yield found, 1
