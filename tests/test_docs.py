"""Every example that the documentation shows is run, and must show what it says."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from symjac import errors
from symjac.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FLAGS = doctest.ELLIPSIS

# The pages leave out the notes on what was read from a letter's case or before a bracket, and say that they do.
NOTE = re.compile(r"^symjac: note: .*( \(\w+ letter\)|that is applied entry by entry)\n", re.MULTILINE)


def blocks(page: Path, language: str) -> list[tuple[int, str]]:
    """The fenced blocks in one language, each with its line number."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, m.start(1)) + 1, m[1]) for m in found]


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with the output shown under it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = re.sub(r"\\\n", "", part).partition("\n") if "\\\n" in part else part.partition("\n")
        yield command, output


def name(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else ""


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "pycon")], ids=name)
def test_python_examples_give_what_the_page_shows(page: Path) -> None:
    """The Python examples of a page, run in order, print what the page prints."""
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=FLAGS)
    globs: dict[str, object] = {}
    report: list[str] = []
    for line, block in blocks(page, "pycon"):
        example = parser.get_doctest(block, globs, page.name, str(page), line - 1)
        assert example.examples, f"{page.name}, line {line}: a pycon block without >>>"
        runner.run(example, out=report.append, clear_globs=False)
        globs |= example.globs
    assert not report, "".join(report)


CONSOLE = [
    pytest.param(
        page,
        line,
        block,
        id=f"{name(page)}:{line}",
        marks=[pytest.mark.tex] if re.search(r"pdflatex|latexmk|\.pdf\b", block) else [],
    )
    for page in PAGES
    for line, block in blocks(page, "console")
]


def plain(command: str) -> list[str] | None:
    """The arguments of a command that is symjac alone, all of it in single quotes or bare words; else ``None``."""
    bare = re.sub(r"'[^']*'", "", command)
    return shlex.split(command)[1:] if re.fullmatch(r"symjac( +[\w./=:+,-]*)*", bare) else None


def here(arguments: list[str]) -> str:
    """What the command prints on both outputs, in this process: most of a process of its own is loading SymPy."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        main(arguments)
    return shown.getvalue()


def in_a_shell(command: str) -> str:
    """The same of any command, by a shell that finds symjac."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    shell = shutil.which("bash")
    assert shell is not None
    done = subprocess.run(
        [shell, "-c", f"{{ {command}\n}} 2>&1"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return done.stdout


def test_only_symjac_alone_runs_in_this_process() -> None:
    """Pipes, redirections, variables and other programs need a shell; quoted LaTeX does not."""
    assert plain(r"symjac derive 'y = W \sigma(x)' --wrt x") == ["derive", r"y = W \sigma(x)", "--wrt", "x"]
    for command in (
        "symjac read - < a",
        "symjac cells | head",
        "symjac derive $X",
        'symjac read "a"',
        "ls",
        "symjac; ls",
    ):
        assert plain(command) is None


@pytest.mark.parametrize(("page", "line", "block"), CONSOLE)
def test_shell_examples_give_what_the_page_shows(
    page: Path, line: int, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of a console block print, on both outputs together, what the page prints."""
    monkeypatch.chdir(tmp_path)
    for file, content in FILES.items():
        (tmp_path / file).write_text(content, encoding="utf-8")
    for command, expected in commands(block):
        arguments = plain(command)
        printed = NOTE.sub("", in_a_shell(command) if arguments is None else here(arguments))
        shown = doctest.OutputChecker().check_output(expected, printed, FLAGS)
        assert shown, f"{page.name}, line {line}: {command}\nshown:\n{expected}\nprinted:\n{printed}"


# What the shell examples find in their folder; each page that uses one shows it.
FILES = {
    title: block
    for page in PAGES
    for title, block in re.findall(
        r"^`([\w.]+\.(?:jsonl|tex))`:\n\n```\w+\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link or picture in a page is a file of the repository."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", text)
    missing = [
        t for t in map("".join, targets) if not t.startswith(("http:", "https:")) and not (page.parent / t).exists()
    ]
    assert missing == []


def test_every_kind_of_error_is_listed() -> None:
    """The page about JSON tells each that a record may have."""
    kinds = {c.kind for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.SymjacError)}
    page = (ROOT / "docs/reference/json.md").read_text()
    assert {k for k in kinds - {"error"} if f"`{k}`" not in page} == set()


def test_the_ci_script_runs_the_commands_of_the_readme() -> None:
    """The README has one line that makes a page and one that passes the tests; CI takes both from there."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    starts = [line for line in lines if line.startswith("python3 -m venv ")]
    assert ["symjac derive" in line for line in starts] == [True, False]
    assert ["pytest" in line for line in starts] == [False, True]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "$(readme_command 'symjac derive')" in script
    assert "$(readme_command pytest)" in script
