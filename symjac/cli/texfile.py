"""The displayed equations of a .tex file."""

from __future__ import annotations

import re
from pathlib import Path

from symjac.papers.groups import blank_out
from symjac.papers.macros import Macros, definitions, expand
from symjac.papers.requests import KINDS
from symjac.papers.source import Source

_ENVIRONMENTS = "equation|align|alignat|flalign|gather|multline|eqnarray|displaymath"
_DISPLAY = re.compile(
    rf"\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?P<body>.*?)\\end\{{(?P=name)\}}"
    r"|\\begin\{(?P<system>symjacsystem\*?)\}(?:\[[^\]]*\])?\{[^{}]*\}(?P<rows>.*?)\\end\{(?P=system)\}"
    r"|\\\[(?P<bracket>.*?)\\\]"
    r"|\$\$(?P<dollars>.*?)\$\$",
    re.DOTALL,
)
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
    source = Source("", Path(), blank_out(text))
    macros = Macros([source])
    begin = source.text.find(r"\begin{document}")
    end = source.text.find(r"\end{document}")
    hits = _DISPLAY.finditer(source.text, max(begin, 0), end if end >= 0 else len(source.text))
    found = [expand(_inner(m), macros.at(source.place(m.start()))) for m in hits if not _ASKS.search(m[0])]
    if not found and r"\documentclass" not in text:
        whole, own = definitions(source.text)
        found = [expand(whole, own).strip()]
    return [f for f in found if "=" in f]


def _inner(m: re.Match[str]) -> str:
    if m["system"]:
        return rf"\begin{{align}}{m['rows']}\end{{align}}"
    return m["bracket"] or m["dollars"] or m[0]
