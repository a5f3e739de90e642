"""The sources of a paper: the main file and what it inputs, without comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symjac.papers.groups import blank_out
from symjac.papers.requests import Place

_INPUT = re.compile(r"\\(?:input|include|subfile|InputIfFileExists)\s*(?:\{\s*([^{}\s]+)\s*\}|([\w./-]+))")
_PACKAGE = re.compile(r"\\(?:usepackage|RequirePackage|documentclass)\s*(?:\[[^\]]*\])?\s*\{([^{}]+)\}")
LARGEST = 5_000_000
"""Bytes; a longer file is no source of a paper."""


@dataclass(frozen=True)
class Source:
    """One file; ``text`` has its comments and verbatim parts blanked out."""

    name: str
    path: Path
    text: str

    def place(self, at: int) -> Place:
        """The file and line of a position."""
        return Place(self.name, self.text.count("\n", 0, at) + 1)


def sources(main: Path) -> list[Source]:
    """The main file and, where they are its neighbours, every file it inputs and package it loads.

    What a package's name means elsewhere on the machine is not looked up.
    """
    return list(_sources(main.name, main, main.parent, set()))


def _sources(name: str, path: Path, root: Path, seen: set[Path]) -> Iterator[Source]:
    if path in seen or not path.is_file() or path.stat().st_size > LARGEST:
        return
    seen.add(path)
    text = blank_out(path.read_text(encoding="utf-8", errors="replace"))
    text = text.partition(r"\end{document}")[0]
    yield Source(name, path, text)
    for hit in _INPUT.finditer(text):
        inner = hit[1] or hit[2]
        if not inner.endswith(".sjtex"):
            for candidate in (inner, inner + ".tex"):
                yield from _sources(candidate, root / candidate, root, seen)
    for hit in _PACKAGE.finditer(text):
        for package in hit[1].split(","):
            for suffix in (".sty", ".cls"):
                local = package.strip() + suffix
                if local != "symjac.sty":
                    yield from _sources(local, root / local, root, seen)
