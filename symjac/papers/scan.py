"""The requests of a paper read from its sources, where no LaTeX has run."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symjac.papers.groups import group, groups, squeezed
from symjac.papers.requests import COLUMN, KINDS, PaperSystem, Request, Requests, key
from symjac.papers.source import Source

_SYSTEM = re.compile(r"\\begin\s*\{(symjacsystem\*?)\}|\\symjacdefine(?![A-Za-z@])")
_REQUEST = re.compile(rf"\\symjac({'|'.join(KINDS)})(?![A-Za-z@])")
_CLASS = re.compile(r"\\documentclass\s*(?:\[([^\]]*)\])?\s*\{([^{}]+)\}")
_LINES = {"IEEEtran": 25, "acmart": 40, "beamer": 28, "llncs": 35, "amsart": 36, "elsarticle": 34, "revtex4-2": 25}
"""Ems in a line of a class, as LaTeX would tell."""


def scan(files: Sequence[Source]) -> Requests:
    """Every system and request in the sources, as LaTeX would have written them."""
    systems: dict[str, PaperSystem] = {}
    requests: dict[str, Request] = {}
    for file in files:
        if file.path.suffix in (".sty", ".cls"):
            continue
        for hit in _SYSTEM.finditer(file.text):
            found = _system(file, hit)
            if found is not None:
                systems[found.name] = found.beside(systems.get(found.name))
        for hit in _REQUEST.finditer(file.text):
            request = _request(file, hit)
            if request is not None:
                requests.setdefault(request.key, request)
    return Requests(systems, tuple(requests.values()), _width(files))


def _options(text: str, at: int) -> tuple[str, int]:
    return group(text, at, "[") or ("", at)


def _system(file: Source, hit: re.Match[str]) -> PaperSystem | None:
    options, at = _options(file.text, hit.end())
    count = 1 if hit[1] else 2
    found = groups(file.text, at, count)
    if found is None:
        return None
    fields, at = found
    if hit[1]:
        end = file.text.find(rf"\end{{{hit[1]}}}", at)
        if end < 0:
            return None
        fields.append(file.text[at:end])
    name, source = squeezed(fields[0]), fields[1]
    text = squeezed(source) + "|" + squeezed(options)
    return PaperSystem(name, text, options, source, file.place(hit.start()))


def _request(file: Source, hit: re.Match[str]) -> Request | None:
    options, at = _options(file.text, hit.end())
    found = groups(file.text, at, 4 if hit[1] == "claim" else 3)
    if found is None:
        return None
    system, of, wrt, *rest = found[0]
    claim = rest[0] if rest else ""
    name = key(hit[1], system, of, wrt, options, claim)
    return Request(name, hit[1], squeezed(system), of, wrt, options, claim, file.place(hit.start()))


def _width(files: Sequence[Source]) -> int:
    found = _CLASS.search(files[0].text) if files else None
    if found is None:
        return COLUMN
    options, name = found[1] or "", found[2].strip()
    if "twocolumn" in options or (name == "acmart" and re.search("sig(conf|plan)", options)):
        return 25
    if name in ("article", "report", "book") and re.search(r"1[12]pt", options):
        return 33
    return _LINES.get(name, COLUMN)
