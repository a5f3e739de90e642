"""The author's own macros in formulas: found in the sources, put in before a formula is read.

``symjac.sty`` compares their meaning before it prints an answer, so that a change of a macro withholds the answer as
a change of the system would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from symjac.papers.groups import group, groups, squeezed
from symjac.papers.source import Source

_NEW = re.compile(r"\\(?:re|provide)?newcommand\s*\*?|\\providecommand\s*\*?|\\DeclareRobustCommand\s*\*?")
_DEF = re.compile(r"\\(?:long\s*)?[gx]?def\s*\\([A-Za-z]+)\s*((?:#\d)*)(?=\s*\{)")
_OPERATOR = re.compile(r"\\DeclareMathOperator\s*(\*?)")
_NAME = re.compile(r"\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))")
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_WORD = re.compile(r"\\([A-Za-z]+)")
_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+$")
DEEPEST = 30
LONGEST = 20_000
"""Characters an expanded formula may have; beyond that macros call themselves."""


@dataclass(frozen=True)
class Macro:
    """A macro with plain arguments; ``meaning`` is what TeX says of it, without spaces."""

    name: str
    count: int
    body: str
    meaning: str


def find_macros(files: Iterable[Source]) -> dict[str, Macro]:
    """The macros with plain arguments that the sources define; the last definition counts."""
    out: dict[str, Macro] = {}
    for file in files:
        found = sorted([*_new(file.text), *_defs(file.text), *_operators(file.text)], key=lambda pair: pair[0])
        out |= {m.name: m for _, m in found}
    return out


def _new(text: str) -> list[tuple[int, Macro]]:
    out = []
    for hit in _NEW.finditer(text):
        name = _NAME.match(text, hit.end())
        if name is None:
            continue
        at = name.end()
        count = _COUNT.match(text, at)
        at = count.end() if count else at
        body = group(text, at)
        if body is not None:  # an optional argument stands between, and is beyond us
            out.append((hit.start(), _plain(name[1] or name[2], int(count[1]) if count else 0, body[0])))
    return out


def _defs(text: str) -> list[tuple[int, Macro]]:
    out = []
    for hit in _DEF.finditer(text):
        body = group(text, hit.end())
        if body is not None:
            out.append((hit.start(), _plain(hit[1], len(hit[2]) // 2, body[0])))
    return out


def _operators(text: str) -> list[tuple[int, Macro]]:
    out = []
    for hit in _OPERATOR.finditer(text):
        found = groups(text, hit.end(), 2)
        if found is None:
            continue
        name, words = found[0][0].strip().removeprefix("\\"), found[0][1]
        limits = "m" if hit[1] else "o"
        meaning = squeezed(rf"->\qopname\newmcodes@{limits}{{{words}}}")
        out.append((hit.start(), Macro(name, 0, rf"\operatorname{{{words}}}", meaning)))
    return out


def _plain(name: str, count: int, body: str) -> Macro:
    arguments = "".join(f"#{n}" for n in range(1, count + 1))
    return Macro(name, count, body, squeezed(f"{arguments}->{body}"))


def expand(text: str, macros: Mapping[str, Macro], used: set[str] | None = None) -> str:
    r"""The text with the author's macros put in; the names of those met are added to ``used``.

    >>> bold = Macro("vec", 1, r"\mathbf{#1}", "")
    >>> expand(r"\vec x + \vec{y}", {"vec": bold})
    '\\mathbf{x} + \\mathbf{y}'
    >>> expand(r"a\odot\h", {"h": Macro("h", 0, "h", "")})
    'a\\odot h'
    """
    for _ in range(DEEPEST):
        new = _once(text, macros, used if used is not None else set())
        if new == text or len(new) > LONGEST:
            return text
        text = new
    return text


def _once(text: str, macros: Mapping[str, Macro], used: set[str]) -> str:
    out, at = "", 0
    while (hit := _WORD.search(text, at)) is not None:
        out += text[at : hit.start()]
        at = hit.end()
        macro = macros.get(hit[1])
        arguments = _arguments(text, at, macro.count) if macro else None
        if macro is None or arguments is None:
            out += hit[0]
            continue
        used.add(macro.name)
        at = arguments[1]
        body = _filled(macro.body, arguments[0])
        # A command must not swallow the letter after it.
        out += " " if _ENDS_IN_COMMAND.search(out) and body[:1].isalpha() else ""
        joined = body[-1:].isalpha() and text[at : at + 1].isalpha()
        out += body + (" " if joined else "")
    return out + text[at:]


def _filled(body: str, arguments: Sequence[str]) -> str:
    return re.sub(r"#([1-9])", lambda m: arguments[int(m[1]) - 1] if int(m[1]) <= len(arguments) else "", body)


def _arguments(text: str, at: int, count: int) -> tuple[list[str], int] | None:
    found = []
    for _ in range(count):
        one = group(text, at)
        if one is None:
            token = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s{}])").match(text, at)
            if token is None:
                return None
            one = token[1], token.end()
        found.append(one[0])
        at = one[1]
    return found, at
