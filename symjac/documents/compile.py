"""The article as a PDF, with whatever of latexmk or pdflatex is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from symjac.errors import MissingToolError

_FLAGS = ("-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-no-shell-escape")
_SECONDS = 120


def compile_pdf(source: str, path: Path) -> Path:
    """Write the PDF of a LaTeX source to ``path``.

    :raises MissingToolError: where neither latexmk nor pdflatex is installed, or a package they need is missing.
    """
    with tempfile.TemporaryDirectory(prefix="symjac-") as folder:
        work = Path(folder)
        (work / "page.tex").write_text(source, encoding="utf-8")
        for command in _commands():
            _run(command, work)
        shutil.copyfile(work / "page.pdf", path)
    return path


def _commands() -> list[list[str]]:
    if shutil.which("pdflatex") is None:
        raise MissingToolError(
            "a PDF needs pdflatex, which is not installed",
            hint="install TeX Live or MiKTeX (Debian: apt install texlive-latex-recommended lmodern), or "
            "pip install 'symjac[preview]', or ask for --to html, which needs nothing",
        )
    if shutil.which("latexmk") is not None:
        return [["latexmk", "-norc", "-pdf", *_FLAGS, "page.tex"]]
    # Twice, so that references are settled.
    return [["pdflatex", *_FLAGS, "page.tex"]] * 2


def _run(command: list[str], work: Path) -> None:
    try:
        done = subprocess.run(command, cwd=work, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise MissingToolError(f"{command[0]} did not finish within {_SECONDS} seconds") from None
    if done.returncode != 0:
        raise MissingToolError(f"{command[0]} could not make the PDF: {_complaint(work)}", hint=_HINT)


_HINT = "the LaTeX packages amsmath, amssymb and amsthm are needed (Debian: apt install texlive-latex-recommended)"


def _complaint(work: Path) -> str:
    log = work / "page.log"
    if not log.exists():
        return "it left no log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((s for s in lines if s.startswith("! ") or (": " in s and s.startswith("./page.tex:"))), "see its log")
