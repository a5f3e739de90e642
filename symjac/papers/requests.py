"""What a paper asks for: its systems and requests, as LaTeX wrote them to ``paper.symjac``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from symjac.papers.groups import commands, squeezed

FORMAT = 3
"""Of the answers; ``symjac.sty`` reads those of its own format and of earlier ones."""
KINDS = ("jacobian", "proof", "example", "claim")
COLUMN = 34
"""Ems in a line where nothing says how many: article at 10 pt."""


@dataclass(frozen=True)
class Place:
    """Where something stands in a source; ``at`` orders places as TeX comes to them."""

    file: str
    line: int
    at: tuple[int, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class PaperSystem:
    """A system as the paper defines it; ``text`` is what ``symjac.sty`` compares.

    ``again`` is where the name is defined once more, with another text.
    """

    name: str
    text: str
    options: str
    source: str
    place: Place
    again: Place | None = None

    def beside(self, known: PaperSystem | None) -> PaperSystem:
        """What the name stands for after a definition ``known`` before this one."""
        if known is None or (known.again is None and squeezed(known.text) == squeezed(self.text)):
            return self
        return replace(known, again=known.again or self.place)


@dataclass(frozen=True)
class Request:
    """One thing asked about a system; ``key`` is the text it is found by."""

    key: str
    kind: str
    system: str
    of: str
    wrt: str
    options: str
    claim: str
    place: Place


@dataclass(frozen=True)
class Requests:
    """Everything a run of LaTeX saw, or a scan of the sources.

    ``complete`` is false where LaTeX stopped early, ``partial`` true where ``\\includeonly`` left files out.
    """

    systems: Mapping[str, PaperSystem] = field(default_factory=dict)
    requests: tuple[Request, ...] = ()
    width: int = COLUMN
    answers: str = ""
    partial: bool = False
    complete: bool = True


def key(kind: str, system: str, of: str, wrt: str, options: str, claim: str) -> str:
    """The text by which ``symjac.sty`` finds an answer.

    >>> key("jacobian", "rnn", "x_t", "x_{t-1}", "", "")
    'jacobian|rnn|x_t|x_{t-1}||'
    """
    return squeezed("|".join((kind, system, of, wrt, options, claim)))


_FIELDS = {"symjacpage": 2, "symjacsystem": 6, "symjacrequest": 9, "symjacend": 1, "symjacpartial": 0}
# TeX writes a space after every command.
_AFTER_COMMAND = re.compile(r"(\\[A-Za-z]+) (?![A-Za-z])")


def read_requests(path: Path) -> Requests:
    """The requests that LaTeX wrote."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    systems: dict[str, PaperSystem] = {}
    requests: list[Request] = []
    width, answers, partial, complete = COLUMN, "", False, False
    for command, raw in commands(text, _FIELDS):
        if raw is None:
            continue
        fields = [_AFTER_COMMAND.sub(r"\1", field) for field in raw]
        match command:
            case "symjacpage":
                width, answers = _number(fields[0], COLUMN), fields[1]
            case "symjacpartial":
                partial = True
            case "symjacsystem":
                system, compared, options, source, file, line = fields
                found = PaperSystem(system, compared, options, source, Place(file, _number(line, 0)))
                systems[system] = found.beside(systems.get(system))
            case "symjacrequest":
                place = Place(fields[7], _number(fields[8], 0))
                name, kind, system, of, wrt, options, claim, *_ = fields
                requests.append(Request(name, kind, system.strip(), of, wrt, options, claim, place))
            case "symjacend":
                complete = True
    return Requests(systems, tuple(requests), width, answers, partial, complete)


def _number(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default
