"""The sources of a paper: the main file and what it inputs, without comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from symjac.papers.groups import blank_out
from symjac.papers.requests import Place

_INPUT = re.compile(
    r"\\(?:input|include|subfile|InputIfFileExists)\s*"
    r'(?:\{\s*"?([^{}"]+?)"?\s*\}|"([^"{}\n]+)"|([\w./-]+))'
)
_PACKAGE = re.compile(r"\\(?:usepackage|RequirePackage|documentclass)\s*(?:\[[^\]]*\])?\s*\{([^{}]+)\}")
LARGEST = 5_000_000
"""Bytes; a longer file is no source of a paper."""


@dataclass(frozen=True)
class Source:
    """One file; ``text`` has its comments and verbatim parts blanked out, ``at`` is where it is input."""

    name: str
    path: Path
    text: str
    at: tuple[int, ...] = ()

    def place(self, at: int) -> Place:
        """The file and line of a position."""
        return Place(self.name, self.text.count("\n", 0, at) + 1, (*self.at, at))


def located(place: Place, files: Iterable[Source]) -> Place:
    """A place that LaTeX told of by file and line, in the order of the sources."""
    for file in files:
        if file.name in (place.file, f"{place.file}.tex"):
            lines = file.text.splitlines(keepends=True)
            return replace(place, at=(*file.at, len("".join(lines[: place.line]))))
    return place


def sources(main: Path) -> list[Source]:
    """The main file and, where they are its neighbours, every file it inputs and package it loads.

    What a package's name means elsewhere on the machine is not looked up.
    """
    return list(_sources(main.name, main, main.parent, set(), ()))


def _sources(name: str, path: Path, root: Path, seen: set[Path], at: tuple[int, ...]) -> Iterator[Source]:
    if path in seen or not path.is_file() or path.stat().st_size > LARGEST:
        return
    seen.add(path)
    text = blank_out(path.read_text(encoding="utf-8", errors="replace"))
    text = text.partition(r"\end{document}")[0]
    yield Source(name, path, text, at)
    for hit in _INPUT.finditer(text):
        inner = hit[1] or hit[2] or hit[3]
        if not inner.endswith(".sjtex"):
            for candidate in (inner, inner + ".tex"):
                yield from _sources(candidate, root / candidate, root, seen, (*at, hit.start()))
    for hit in _PACKAGE.finditer(text):
        for package in hit[1].split(","):
            for suffix in (".sty", ".cls"):
                local = package.strip() + suffix
                if local != "symjac.sty":
                    yield from _sources(local, root / local, root, seen, (*at, hit.start()))
