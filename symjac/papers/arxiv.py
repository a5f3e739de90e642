"""The archive for arXiv: the source, everything of the author's it needs, the answers and ``symjac.sty``.

arXiv runs LaTeX at most five times, without shell escape and without Python, and takes an error for a refusal; the
archive is compiled the same way before it is handed over.
"""

from __future__ import annotations

import gzip
import io
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from symjac.errors import DefinitionError
from symjac.papers.beside import STYLE, style
from symjac.papers.paper import Paper
from symjac.papers.source import Source

RUNS = 5
_SECONDS = 300
_FLAGS = ("-interaction=batchmode", "-recorder", "-no-parse-first-line", "-file-line-error", "-no-shell-escape")
_GRAPHICS = re.compile(r"\\(?:includegraphics|lstinputlisting|verbatiminput)\s*(?:\[[^\]]*\])?\s*\{([^{}]+)\}")
_INCLUDE = re.compile(r'\\include\s*\{\s*"?([^{}"#\\]+?)"?\s*\}')
_ACCEPTED = re.compile(r"[A-Za-z0-9_+.,=/-]+")
_BIBLIOGRAPHY = re.compile(r"\\(?:bibliography|addbibresource)\s*(?:\[[^\]]*\])?\s*\{([^{}]+)\}")
_STYLE = re.compile(r"\\bibliographystyle\s*\{([^{}]+)\}")
_PICTURES = ("", ".pdf", ".png", ".jpg", ".jpeg", ".eps")
_OPEN = re.compile(r"Some requests (?:have no answer yet|cannot be answered)")
_RERUN = re.compile(r"Rerun to get|Label\(s\) may have changed|rerunfilecheck Warning: File")


def collect(paper: Paper, answers: str) -> dict[str, bytes]:
    """The files of the archive by name.

    :raises DefinitionError: where the source is missing, or a file lies where arXiv would not look for it.
    """
    if paper.main is None:
        raise DefinitionError(f"there is no {paper.base}.tex to be packed")
    root = paper.main.parent
    out = {s.name: s.path.read_bytes() for s in paper.sources}
    out |= {name: (root / name).read_bytes() for name in _named(paper.sources, root)}
    for suffix in (".bbl", ".ind", ".gls"):
        for folder in (root, paper.base.parent):
            made = folder / (paper.base.name + suffix)
            if made.is_file():
                out[paper.base.name + suffix] = made.read_bytes()
    out[paper.base.name + ".sjtex"] = answers.encode("utf-8", "surrogateescape")
    local = root / STYLE
    out[STYLE] = local.read_bytes() if local.is_file() else style().encode()
    for name in out:
        if name.startswith("/") or ".." in Path(name).parts or any(p.startswith(".") for p in Path(name).parts):
            raise DefinitionError(f"{name} is outside the paper's folder or hidden, where arXiv does not keep it")
    return dict(sorted(out.items()))


def _named(sources: Sequence[Source], root: Path) -> Iterator[str]:
    """Pictures, bibliographies and their styles that lie beside the source."""
    for source in sources:
        for hit in _GRAPHICS.findall(source.text):
            yield from (hit + s for s in _PICTURES if (root / (hit + s)).is_file())
        for hit in _BIBLIOGRAPHY.findall(source.text):
            for name in hit.split(","):
                bib = name.strip().removesuffix(".bib") + ".bib"
                if (root / bib).is_file():
                    yield bib
        for name in _STYLE.findall(source.text):
            if (root / f"{name.strip()}.bst").is_file():
                yield f"{name.strip()}.bst"


def lacking(files: Sequence[Source]) -> Iterator[str]:
    """What the source includes and is not there; LaTeX itself goes on without it."""
    for source in files:
        for hit in _INCLUDE.finditer(source.text):
            if not (files[0].path.parent / f"{hit[1]}.tex").is_file():
                yield f"{source.place(hit.start())}: there is no {hit[1]}.tex to be included"


def misnamed(contents: Iterable[str]) -> Iterator[str]:
    """Names of files that arXiv does not take."""
    for name in contents:
        if not _ACCEPTED.fullmatch(name):
            yield f"{name}: arXiv takes only letters, digits and _+-.,= in the name of a file"


def pack(contents: Mapping[str, bytes]) -> bytes:
    """A tarball of the files, the same bytes for the same files."""
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def can_compile() -> bool:
    """Whether a LaTeX is installed."""
    return shutil.which("pdflatex") is not None


def compiled(contents: Mapping[str, bytes], name: str) -> list[str]:
    """What goes wrong when the files alone are compiled as arXiv does; nothing where all is well."""
    with tempfile.TemporaryDirectory(prefix="symjac-") as folder:
        work = Path(folder)
        for file, data in contents.items():
            (work / file).parent.mkdir(parents=True, exist_ok=True)
            (work / file).write_bytes(data)
        log = ""
        for _ in range(RUNS):
            try:
                done = subprocess.run(
                    ["pdflatex", *_FLAGS, f"{name}.tex"],
                    cwd=work,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return [f"pdflatex did not finish within {_SECONDS} seconds"]
            path = work / f"{name}.log"
            log = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            if done.returncode != 0:
                return [_first_error(log)]
            if _RERUN.search(log) is None:
                break
        else:
            return [f"LaTeX still asks for another run after {RUNS}"]
        return ["a request has no answer there"] if _OPEN.search(log) else []


def _first_error(log: str) -> str:
    found = re.search(r"^(?:!|[^\n]*:\d+:) ([^\n]*)", log, re.MULTILINE)
    return f"LaTeX stops: {found[0]}" if found else "LaTeX fails and leaves no message"
