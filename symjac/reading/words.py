r"""Names of several letters that stand without ``\mathrm``: ``XE`` where it is declared, or defined on a left side.

>>> words = words_of(["XE = -d^\\top \\log r"], {})
>>> spelled(r"\frac{\partial XE}{\partial k}", words)
'\\frac{\\partial \\mathrm{XE}}{\\partial k}'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from symjac.reading import vocabulary as v
from symjac.reading.commands import is_word
from symjac.reading.usual import is_loss_word

_DECLARED = re.compile(r"\s*([A-Za-z]{2,})\s*(?=[_^]|$)")
_LEFT = re.compile(r"(?:^|\\\\|\n|;)\s*&?\s*([A-Za-z]{2,})\s*(?=[_^&=])")
_VARIED = re.compile(r"\\partial\s+([A-Za-z]{3,})(?![A-Za-z])")
_UPRIGHT = re.compile(r"\\[A-Za-z]+\*?\s*\{[^{}]*$")  # inside the braces of a command: \mathrm{..., \text{...


def words_of(texts: Iterable[str], declared: Iterable[str]) -> frozenset[str]:
    """The runs of letters that are one name, because a declaration or a left side says so; losses above a derivative.

    A ``d`` before one letter is a differential, and no such name.
    """
    found = {m[1] for key in declared if (m := _DECLARED.match(key)) is not None}
    for text in texts:
        found |= {m[1] for m in _LEFT.finditer(text)}
        found |= {m[1] for m in _VARIED.finditer(text) if is_loss_word(m[1])}
    found -= {w for w in found if len(w) == 2 and w[0] == "d"}
    return frozenset(w for w in found if not is_word(w) and w not in v.GREEK and w not in v.NORMALISATIONS)


def spelled(text: str, words: Collection[str]) -> str:
    """The text with these names upright, as one name is printed."""
    if not words:
        return text
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<![A-Za-z\\])({'|'.join(longest_first)})(?![A-Za-z])")

    def upright(match: re.Match[str]) -> str:
        opened = _UPRIGHT.search(text[: match.start()])  # whether it stands in the braces of a command for words
        inside = opened is not None and opened[0].split("{")[0].strip("\\* ") in _COMMANDS
        return match[0] if inside else rf"\mathrm{{{match[0]}}}"

    return pattern.sub(upright, text)


_COMMANDS = frozenset(
    [
        *("mathrm", "operatorname", "text", "textrm", "textit", "textbf", "textsf", "mathsf", "mathit", "mathtt"),
        *("texttt", "mbox", "label", "tag", "ref", "begin", "end"),
    ]
)
