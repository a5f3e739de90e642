r"""The author's own macros in formulas: found in the sources, put in before a formula is read.

``symjac.sty`` compares their meaning before it prints an answer, so that a change of a macro withholds the answer as
a change of the system would. What is defined in a way that is not read here is left in the formula, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symjac.papers.groups import group, groups, squeezed
from symjac.papers.requests import Place
from symjac.papers.source import Source

_NEW = re.compile(r"\\(?:re|provide)?newcommand\s*\*?|\\providecommand\s*\*?|\\DeclareRobustCommand\s*\*?")
_PROVIDE = re.compile(r"\\(?:provide|Provide)")
_DEF = re.compile(r"\\(?:long\s*)?[gex]?def\s*\\([A-Za-z]+)\s*([^{}]*)(?=\{)")
_PLAIN = re.compile(r"(?:#\d\s*)*")
_OPERATOR = re.compile(r"\\DeclareMathOperator\s*(\*?)")
_DOCUMENT = re.compile(r"\\(?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand(?![A-Za-z])")
_OTHER = re.compile(r"(\\let|\\DeclarePairedDelimiterX?(?:PP)?|\\DeclareDocumentMathCommand)(?![A-Za-z])")
_SAME = re.compile(r"\s*=?\s*(?:\\[A-Za-z]+|\\?\S)")
_NAME = re.compile(r"\s*(?:\{\s*\\([A-Za-z]+)\s*\}|\\([A-Za-z]+))")
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_WORD = re.compile(r"\\([A-Za-z]+)")
_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+$")
DEEPEST = 30
LONGEST = 20_000
"""Characters an expanded formula may have; beyond that macros call themselves."""


@dataclass(frozen=True)
class Macro:
    """A macro; ``meaning`` is what TeX says of it, without spaces.

    ``arguments`` holds the default of an optional argument, and ``None`` for a mandatory one; ``unread`` says what
    about the definition is not understood; ``provided`` is one that an earlier definition goes before.
    """

    name: str
    arguments: tuple[str | None, ...] = ()
    body: str = ""
    meaning: str = ""
    unread: str = ""
    provided: bool = False


Found = Iterator[tuple[int, int, Macro]]
"""Where a definition begins and ends, and what it defines."""


class Macros:
    """The macros that the sources define, and what they mean where."""

    def __init__(self, files: Iterable[Source]) -> None:
        found = [((*file.at, start), m) for file in files for start, _, m in _all(file.text)]
        self._found: list[tuple[tuple[int, ...], Macro]] = []
        for at, macro in sorted(found, key=lambda one: one[0]):
            if not macro.provided or all(macro.name != m.name for _, m in self._found):
                self._found.append((at, macro))

    def at(self, place: Place) -> dict[str, Macro]:
        """What TeX knows at a place: the last definition before it, or else the first one after it.

        What is defined in a group counts until it is defined anew; ``symjac.sty`` compares with what TeX knows.
        """
        later = {m.name: m for at, m in reversed(self._found) if place.at and at > place.at}
        return later | {m.name: m for at, m in self._found if not place.at or at <= place.at}


def definitions(text: str) -> tuple[str, dict[str, Macro]]:
    r"""A text without the definitions in it, and the macros that they define.

    >>> definitions(r"\newcommand{\h}{h} \h_t")[0]
    ' \\h_t'
    """
    found = _all(text)
    for start, end, _ in reversed(found):
        text = text[:start] + text[end:]
    return text, {m.name: m for _, _, m in found}


def _all(text: str) -> list[tuple[int, int, Macro]]:
    kinds = (_new, _defs, _operators, _documents, _others)
    found = sorted((one for kind in kinds for one in kind(text)), key=lambda one: one[0])
    return [(start, end, replace(m, provided=bool(_PROVIDE.match(text, start)))) for start, end, m in found]


def _named(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], str, int]]:
    """Every definition of a kind, the name it gives, and where that ends."""
    for hit in pattern.finditer(text):
        name = _NAME.match(text, hit.end())
        if name is not None:
            yield hit, name[1] or name[2], name.end()


def _new(text: str) -> Found:
    for hit, name, at in _named(text, _NEW):
        count = _COUNT.match(text, at)
        at = count.end() if count else at
        default = group(text, at, "[") if count else None
        body = group(text, default[1] if default else at)
        if body is None:
            yield hit.start(), at, Macro(name, unread="a definition without braces")
        elif default is None:
            yield hit.start(), body[1], _plain(name, int(count[1]) if count else 0, body[0])
        else:
            yield hit.start(), body[1], _with_default(name, int(count[1]) if count else 0, default[0], body[0])


def _defs(text: str) -> Found:
    for hit in _DEF.finditer(text):
        body = group(text, hit.end())
        if body is None:
            continue
        if _PLAIN.fullmatch(hit[2]):
            yield hit.start(), body[1], _plain(hit[1], hit[2].count("#"), body[0])
        else:
            yield hit.start(), body[1], Macro(hit[1], unread=r"\def with more than #1, #2 before its body")


def _operators(text: str) -> Found:
    for hit in _OPERATOR.finditer(text):
        found = groups(text, hit.end(), 2)
        if found is None:
            continue
        name, words = found[0][0].strip().removeprefix("\\"), found[0][1]
        limits = "m" if hit[1] else "o"
        meaning = squeezed(rf"->\qopname\newmcodes@{limits}{{{words}}}")
        yield hit.start(), found[1], Macro(name, (), rf"\operatorname{{{words}}}", meaning)


def _documents(text: str) -> Found:
    for hit, name, at in _named(text, _DOCUMENT):
        found = groups(text, at, 2)
        if found is None:
            continue
        spec, body = found[0]
        arguments = _specified(spec)
        if arguments is None:
            why = f"{hit[0]} with arguments other than m and O, {spec.strip()}"
            yield hit.start(), found[1], Macro(name, unread=why)
        else:
            meaning = squeezed(f"->{spec}{_numbers(len(arguments))}->{body}")
            yield hit.start(), found[1], Macro(name, arguments, body, meaning)


def _specified(spec: str) -> tuple[str | None, ...] | None:
    """The arguments of ``O{x} m``; ``None`` where there is another kind among them."""
    out: list[str | None] = []
    at = 0
    while (found := re.compile(r"[\s+]*([mO])").match(spec, at)) is not None:
        at = found.end()
        default = group(spec, at) if found[1] == "O" else None
        out.append(default[0] if default else None)
        at = default[1] if default else at
    return None if spec[at:].strip() else tuple(out)


def _others(text: str) -> Found:
    for hit, name, at in _named(text, _OTHER):
        found, same = groups(text, at, 2), _SAME.match(text, at)
        yield hit.start(), found[1] if found else same.end() if same else at, Macro(name, unread=hit[1])


def _numbers(count: int) -> str:
    return "".join(f"#{n}" for n in range(1, count + 1))


def _plain(name: str, count: int, body: str) -> Macro:
    return Macro(name, (None,) * count, body, squeezed(f"{_numbers(count)}->{body}"))


def _with_default(name: str, count: int, default: str, body: str) -> Macro:
    """LaTeX makes two macros: one looks for the bracket, the other, named with a backslash, has the body."""
    looks = rf"->\@protected@testopt\{name}\\{name}{{{default}}}"
    has = f"[#1]{_numbers(count).removeprefix('#1')}->{body}"
    return Macro(name, (default, *(None,) * (count - 1)), body, squeezed(looks + has))


def expand(text: str, macros: Mapping[str, Macro], used: set[str] | None = None) -> str:
    r"""The text with the author's macros put in; the names of those met are added to ``used``.

    >>> bold = Macro("vec", (None,), r"\mathbf{#1}")
    >>> expand(r"\vec x + \vec{y}", {"vec": bold})
    '\\mathbf{x} + \\mathbf{y}'
    >>> expand(r"\at{h} + \at[0]{h}", {"at": Macro("at", ("t", None), "#2_{#1}")})
    'h_{t} + h_{0}'
    >>> expand(r"a\odot\h", {"h": Macro("h", (), "h")})
    'a\\odot h'
    """
    for _ in range(DEEPEST):
        new = _once(text, macros, used if used is not None else set())
        if new == text or len(new) > LONGEST:
            return text
        text = new
    return text


def unread(text: str, macros: Mapping[str, Macro]) -> Iterator[Macro]:
    """The author's macros that a text still holds when the others are put in."""
    for name in dict.fromkeys(_WORD.findall(expand(text, macros))):
        if name in macros and macros[name].unread:
            yield macros[name]


def _once(text: str, macros: Mapping[str, Macro], used: set[str]) -> str:
    out, at = "", 0
    while (hit := _WORD.search(text, at)) is not None:
        out += text[at : hit.start()]
        at = hit.end()
        macro = macros.get(hit[1])
        arguments = _arguments(text, at, macro.arguments) if macro and not macro.unread else None
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


def _arguments(text: str, at: int, wanted: Sequence[str | None]) -> tuple[list[str], int] | None:
    found = []
    for default in wanted:
        one = _mandatory(text, at) if default is None else group(text, at, "[") or (default, at)
        if one is None:
            return None
        found.append(one[0])
        at = one[1]
    return found, at


def _mandatory(text: str, at: int) -> tuple[str, int] | None:
    one = group(text, at)
    if one is not None:
        return one
    token = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s{}])").match(text, at)
    return (token[1], token.end()) if token is not None else None
