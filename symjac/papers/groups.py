"""Brace groups in TeX source: finding them, and taking comments and spaces out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_VERBATIM = re.compile(
    r"\\begin\{(verbatim\*?|lstlisting|minted|comment)\}.*?\\end\{\1\}|\\verb\*?([^\sA-Za-z]).*?\2", re.DOTALL
)
_COMMAND = re.compile(r"^\\(\w+)", re.MULTILINE)
_CLOSING = {"{": "}", "[": "]"}


def blank_out(text: str) -> str:
    r"""The text with comments and verbatim parts turned to spaces, so that every place keeps its line.

    >>> blank_out("a % b\nc \\verb|%x| d")
    'a    \nc           d'
    """
    text = _VERBATIM.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return _COMMENT.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)


def group(text: str, at: int, opening: str = "{") -> tuple[str, int] | None:
    r"""What stands in the group that begins at ``at``, spaces before it allowed, and where it ends.

    >>> group(r" {a\}{b}} c", 0)
    ('a\\}{b}', 9)
    """
    while at < len(text) and text[at].isspace():
        at += 1
    if at >= len(text) or text[at] != opening:
        return None
    closing, start, depth = _CLOSING[opening], at + 1, 0
    while at < len(text):
        c = text[at]
        if c == "\\":
            at += 1
        elif c == "{" or (c == opening and depth == 0):
            depth += 1
        elif c == closing and depth == 1:
            return text[start:at], at + 1
        elif c == "}":
            if depth <= 1:
                return None
            depth -= 1
        at += 1
    return None


def balanced(text: str) -> bool:
    r"""Whether every brace has its partner, so that the text can stand in a group.

    >>> balanced(r"{a\}}"), balanced("x_{t"), balanced("}{")
    (True, False, False)
    """
    depth = 0
    for c in re.sub(r"\\.", "", text, flags=re.DOTALL):
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0 and (len(text) - len(text.rstrip("\\"))) % 2 == 0


def groups(text: str, at: int, count: int) -> tuple[list[str], int] | None:
    """The next ``count`` brace groups and where they end."""
    found: list[str] = []
    for _ in range(count):
        one = group(text, at)
        if one is None:
            return None
        found.append(one[0])
        at = one[1]
    return found, at


def commands(text: str, counts: Mapping[str, int]) -> Iterator[tuple[str, list[str] | None]]:
    """The commands at the beginnings of lines that have so many brace groups, with these; ``None`` where some lack."""
    at = 0
    while (hit := _COMMAND.search(text, at)) is not None:
        at = hit.end()
        if hit[1] in counts:
            found = groups(text, at, counts[hit[1]])
            yield hit[1], found[0] if found else None
            at = found[1] if found else at


def squeezed(text: str) -> str:
    r"""Without any space: how ``symjac.sty`` compares texts.

    >>> squeezed(" \\sigma (x) ")
    '\\sigma(x)'
    """
    return re.sub(r"\s+", "", text)


def members(text: str) -> dict[str, str]:
    """A list ``a=b, c={d,e}, f`` of options; what has no value has an empty one.

    >>> members("n=2, symbols={W: matrix n n, b: vector n}, part=proof, long")
    {'n': '2', 'symbols': 'W: matrix n n, b: vector n', 'part': 'proof', 'long': ''}
    """
    out: dict[str, str] = {}
    for part in split(text, ","):
        name, _, value = part.partition("=")
        value = value.strip()
        inner = group(value, 0)
        if inner is not None and inner[1] == len(value):
            value = inner[0]
        if name.strip():
            out[name.strip()] = value.strip()
    return out


def split(text: str, separator: str) -> list[str]:
    """Cut at a character outside braces, brackets and parentheses.

    >>> split("a{b,c},d", ",")
    ['a{b,c}', 'd']
    """
    parts, depth, start = [], 0, 0
    for at, c in enumerate(text):
        if c in "{[(":
            depth += 1
        elif c in "}])":
            depth -= 1
        elif c == separator and depth <= 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
