"""The rows of a system's display: what is read, and the labels the author gave."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symjac.papers.groups import squeezed
from symjac.reading import Equation

_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
_ROW = re.compile(r"\\\\(?:\s*\[[^\]]*\])?|\\tag\s*\*?\s*\{[^{}]*\}")
_BEGIN = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}")


def display(source: str) -> str:
    """The rows as one alignment, which is how a reader knows them."""
    return source if _BEGIN.search(source) else rf"\begin{{align}}{source}\end{{align}}"


def labels(source: str, equations: Sequence[Equation]) -> dict[str, str]:
    r"""The author's label for each equation's left-hand side; one label for all serves them all.

    >>> labels(r"a = b \label{one}", [])
    {}
    """
    found = _LABEL.findall(source)
    if len(found) == 1 and len(equations) > 1:
        return {e.lhs.name: found[0] for e in equations}
    out: dict[str, str] = {}
    rows = [(squeezed(_LABEL.sub("", row)), _LABEL.findall(row)) for row in _ROW.split(source)]
    for e in equations:
        printed = squeezed(e.source)
        for row, marks in rows:
            if marks and printed in row:
                out[e.lhs.name] = marks[0]
    return out
