"""The portable fragments of every cell: KaTeX, MathJax 3, pandoc and GitHub render them without a complaint."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from symjac import System, cells

_BLOCK = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<!\\)\$([^$]+?)(?<!\\)\$")
# What GitHub's pages refuse, though KaTeX and MathJax know most of it.
_REFUSED_BY_GITHUB = re.compile(
    r"\\(operatorname|newcommand|providecommand|def|phantom|vphantom|hphantom|mbox|label|eqref|ref|require|href|htmlId)\b"
)


@cache
def fragment(name: str) -> str:
    cell = cells.COLLECTION[name]
    return System(cell).jacobian(cell.of, wrt=cell.wrt).markdown(n=2)


def formulas(text: str) -> list[tuple[str, bool]]:
    """The formulas of a fragment, and whether each is displayed."""
    found = [(m, True) for m in _BLOCK.findall(text)]
    return found + [(m, False) for m in _INLINE.findall(_BLOCK.sub("", text))]


def refused(asked: list[tuple[str, str, bool]]) -> list[list[str]]:
    """What KaTeX or MathJax refuses: name, engine, message, formula."""
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("portable.js"))],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    *found, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last == ["done", len(asked)]
    return found


@pytest.mark.mathjs
def test_katex_and_mathjax_render_every_formula() -> None:
    """Every formula of every cell's fragment passes KaTeX with strict errors and MathJax 3 with base and ams."""
    asked = [(name, tex, shown) for name in cells.COLLECTION for tex, shown in formulas(fragment(name))]
    assert len(asked) > 200
    assert refused(asked) == []


@pytest.mark.mathjs
def test_the_renderers_refuse_what_they_do_not_know() -> None:
    """Both complain about an unknown command, KaTeX alone about a label, MathJax alone about pmatrix*."""
    asked = [
        ("command", r"\nosuch x", True),
        ("label", r"a = b \label{x}", True),
        ("matrix", r"\begin{pmatrix*}[r] 1 \end{pmatrix*}", True),
    ]
    found = [(name, engine) for name, engine, _, _ in refused(asked)]
    assert found == [("command", "KaTeX"), ("command", "MathJax"), ("label", "KaTeX"), ("matrix", "MathJax")]


@pytest.mark.pandoc
@pytest.mark.parametrize("to", ["html", "latex", "docx"])
def test_pandoc_converts_every_fragment_without_a_warning(to: str, tmp_path: Path) -> None:
    """pandoc reads the fragments of all cells as one Markdown file and has nothing to say."""
    source = tmp_path / "all.md"
    source.write_text("\n\n".join(fragment(name) for name in cells.COLLECTION), encoding="utf-8")
    flags = ["--mathml"] if to == "html" else []
    out = tmp_path / f"all.{to}"
    done = subprocess.run(
        ["pandoc", "-f", "markdown", "-t", to, *flags, "-s", "--metadata", "title=cells", str(source), "-o", str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert out.stat().st_size > 10_000


@pytest.mark.pandoc
def test_pandoc_leaves_no_formula_as_raw_tex(tmp_path: Path) -> None:
    """In the HTML that pandoc makes every formula has become MathML."""
    text = "\n\n".join(fragment(name) for name in cells.COLLECTION)
    done = subprocess.run(
        ["pandoc", "-f", "markdown", "-t", "html", "--mathml"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    assert done.stdout.count("<math") == len(formulas(text))
    assert 'class="math' not in done.stdout


@pytest.mark.parametrize("name", cells.COLLECTION)
def test_github_refuses_nothing(name: str) -> None:
    """No fragment holds a command that GitHub takes out of formulas, or a display that does not stand alone."""
    text = fragment(name)
    assert _REFUSED_BY_GITHUB.search(text) is None
    assert all(line.strip() == "$$" for line in text.splitlines() if "$$" in line)
