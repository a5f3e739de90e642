"""The displayed equations of a .tex file."""

from __future__ import annotations

import re

_ENVIRONMENTS = "equation|align|alignat|flalign|gather|multline|eqnarray|displaymath"
_DISPLAY = re.compile(
    rf"\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?P<body>.*?)\\end\{{(?P=name)\}}"
    r"|\\\[(?P<bracket>.*?)\\\]"
    r"|\$\$(?P<dollars>.*?)\$\$",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_VERBATIM = re.compile(r"\\begin\{(verbatim\*?|lstlisting|comment)\}.*?\\end\{\1\}", re.DOTALL)


def displays(text: str) -> list[str]:
    r"""The displays that hold an equation, in order; a text without displays is taken as one.

    >>> displays(r"Let \[ x = W y \] and \begin{equation*} z = A x \end{equation*} be given % not $$a = b$$")
    [' x = W y ', '\\begin{equation*} z = A x \\end{equation*}']
    >>> displays("x_t = W y % the update")
    ['x_t = W y']
    """
    text = _COMMENT.sub(r"\1", _VERBATIM.sub("", text))
    body = text.partition(r"\begin{document}")[2] or text
    body = body.partition(r"\end{document}")[0]
    found = [m["bracket"] or m["dollars"] or m[0] for m in _DISPLAY.finditer(body)]
    if not found and r"\documentclass" not in text:
        found = [body.strip()]
    return [f for f in found if "=" in f]
