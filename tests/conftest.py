"""What every test shares: which tools are here, and that in CI a missing tool fails instead of skipping."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from symjac.papers.beside import latexmkrc, style

Make = Callable[..., Path]
PAPERS = Path(__file__).with_name("papers")


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _package(name: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(name) is not None


def _all(*programs: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in programs)


def _succeeds(*command: str) -> Callable[[], bool]:
    def run() -> bool:
        if shutil.which(command[0]) is None:
            return False
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    return cache(run)


TOOLS: dict[str, Callable[[], bool]] = {
    "tex": _program("pdflatex"),
    "engines": _all("pdflatex", "lualatex", "xelatex", "latex", "dvips"),
    "classes": _succeeds("kpsewhich", "IEEEtran.cls", "acmart.cls", "beamer.cls", "llncs.cls", "revtex4-2.cls"),
    "mathjs": _succeeds("node", "-e", "require('katex'); require('mathjax-full/js/mathjax.js')"),
    "pandoc": _succeeds("sh", "-c", "pandoc --version | head -n 1 | grep -Eq ' ([3-9]|[1-9][0-9])[.]'"),
    "browser": _program("chromium", "chromium-browser", "google-chrome"),
    "torch": _package("torch"),
    "preview": _package("typst"),
    "notebook": lambda: all(_package(name)() for name in ("ipykernel", "nbclient", "nbconvert")),
    "jax": _package("jax"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, present in TOOLS.items():
        if item.get_closest_marker(marker) is None or present():
            continue
        variable = f"SYMJAC_REQUIRE_{marker.upper()}"
        if os.environ.get(variable) == "1":
            pytest.fail(f"{variable}=1 asks for {marker}, which is not installed", pytrace=False)
        pytest.skip(f"needs {marker}, which is not installed")


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Writes a paper with a body into a fresh folder, and goes there."""
    monkeypatch.chdir(tmp_path)

    def make(body: str, preamble: str = "") -> Path:
        text = (
            "\\documentclass{article}\n\\usepackage{symjac}\n\\InputIfFileExists{paper.sjtex}{}{}\n"
            f"{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
        )
        path = tmp_path / "paper.tex"
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as --init leaves it, with the symjac under test for latexmk."""
    monkeypatch.chdir(tmp_path)
    for source in PAPERS.glob("*.tex"):
        shutil.copy(source, tmp_path)
    (tmp_path / "symjac.sty").write_text(style(), encoding="utf-8")
    (tmp_path / ".latexmkrc").write_text(latexmkrc(), encoding="utf-8")
    return tmp_path
