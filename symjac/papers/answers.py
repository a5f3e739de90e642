"""``paper.sjtex``: the answers, as plain TeX that ``symjac.sty`` reads."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from symjac import __version__
from symjac.papers.groups import balanced, commands, squeezed
from symjac.papers.requests import FORMAT


@dataclass(frozen=True)
class Answer:
    """What is said to one request.

    ``kind`` is "answer" (``text`` is TeX to be printed), "failure" (``text`` says why not), or a verdict on a claim:
    "true", "false" or "undecided".
    """

    key: str
    kind: str
    text: str


@dataclass(frozen=True)
class Answered:
    """A system as it was answered for: its text, the macros it was read with, the answers by key.

    ``asked`` are the macros that the requests were read with, which may stand elsewhere.
    """

    name: str
    text: str
    macros: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def joined(self, new: Answered) -> Answered:
        """Both about one text: what is new, and what was answered before and is not asked now."""
        macros, asked = {**self.macros, **new.macros}, {**self.asked, **new.asked}
        return Answered(new.name, new.text, macros, asked, {**self.answers, **new.answers})


@dataclass(frozen=True)
class AnswerFile:
    """The whole file; ``stamp`` says what made it, and for lines of which width."""

    systems: Mapping[str, Answered] = field(default_factory=dict)
    stamp: str = ""


def stamp(width: int) -> str:
    """What an answer rests on besides the paper."""
    return f"symjac {__version__}, format {FORMAT}, lines of {width} em"


def stamped_width(text: str) -> int | None:
    """The width in a stamp.

    >>> stamped_width(stamp(25))
    25
    """
    found = re.search(r"lines of (\d+) em$", text)
    return int(found[1]) if found else None


_HEAD = """\
% Answers of symjac to {paper}.tex. Generated: do not edit, ship this file with the paper.
% Plain TeX; it needs symjac.sty beside it, neither Python nor shell escape.
% {stamp}
\\ifdefined\\symjacformat\\else\\expandafter\\endinput\\fi
\\symjacformat{{{format}}}
\\symjacpaper{{{paper}}}
"""


def write(paper: str, file: AnswerFile) -> str:
    """The text of the file."""
    out = [_HEAD.format(paper=paper, stamp=file.stamp, format=FORMAT)]
    for system in file.systems.values():
        out.append(f"\n\\symjacsource{{{system.name}}}{{{system.text}}}\n")
        out += [f"\\symjacmacro{{{system.name}}}{{{name}}}{{{meaning}}}\n" for name, meaning in system.macros.items()]
        out += [f"\\symjacasked{{{system.name}}}{{{name}}}{{{meaning}}}\n" for name, meaning in system.asked.items()]
        out += [_entry(a) for a in system.answers.values()]
    text = "".join(out)
    return f"{text}\n% {_digest(text)}\n\\endinput\n"


def _entry(a: Answer) -> str:
    if a.kind == "answer":
        body = f"{{%\n{a.text.strip()}\n}}" if "\n" in a.text.strip() else f"{{{a.text.strip()}}}"
        return f"\\symjacanswer{{{a.key}}}{body}\n"
    if a.kind == "failure":
        return f"\\symjacfailure{{{a.key}}}{{{a.text}}}\n"
    return f"\\symjacverdict{{{a.key}}}{{{a.kind}}}{{{a.text}}}\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


_FIELDS = {"source": 2, "macro": 3, "asked": 3, "answer": 2, "failure": 2, "verdict": 3}
_FIELDS = {f"symjac{name}": count for name, count in _FIELDS.items()}


def read(path: Path) -> AnswerFile:
    """The file as symjac wrote it; one that was edited, cut short, or cannot be read counts as none."""
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    except OSError:
        return AnswerFile()
    body, found, tail = text.rpartition("\n% ")
    if not found or tail != f"{_digest(body)}\n\\endinput\n":
        return AnswerFile()
    lines = text.splitlines()
    systems: dict[str, Answered] = {}
    name = ""
    for told, fields in commands(text, _FIELDS):
        if fields is None or (told != "symjacsource" and name not in systems):
            return AnswerFile()
        match told.removeprefix("symjac"), fields:
            case "source", [name, compared]:
                systems[name] = Answered(name, compared)
            case "macro", [_, macro, meaning]:
                systems[name] = replace(systems[name], macros={**systems[name].macros, macro: meaning})
            case "asked", [_, macro, meaning]:
                systems[name] = replace(systems[name], asked={**systems[name].asked, macro: meaning})
            case command, [key, *verdict, said]:
                said = said.removeprefix("%").strip() if command == "answer" else said
                a = Answer(key, verdict[0] if verdict else command, said)
                systems[name] = replace(systems[name], answers={**systems[name].answers, key: a})
    return AnswerFile(systems, lines[2].removeprefix("% ") if len(lines) > 2 else "")


def replace_file(path: Path, text: str) -> bool:
    """Write the file at once, and only where its content changes; whether it did.

    :raises OSError: which names the file, not one that is in its place for a moment.
    """
    data = text.encode("utf-8", "surrogateescape")
    if path.is_file() and path.read_bytes() == data:
        return False
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)  # it is still there only if something went wrong
    return True


def message(text: str) -> str:
    r"""A message as TeX can hold it in braces: no comment sign, no parameter sign, every brace with its partner.

    >>> message("100% of #1 {")
    '100 percent of 1 '
    """
    text = re.sub(r"\s*%", " percent", text).replace("#", "").replace("\n", " ")
    text = text.encode("ascii", "replace").decode()
    text = text.rstrip("\\")
    return text if balanced(text) else text.replace("{", "").replace("}", "").rstrip("\\")


def same(a: str, b: str) -> bool:
    """Whether two texts are one to ``symjac.sty``."""
    return squeezed(a) == squeezed(b)
