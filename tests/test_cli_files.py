"""Files that the command line reads and writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from symjac import cli
from tests.command import Capture, run


def test_a_suffix_says_what_to_write(tmp_path: Path, capsys: Capture) -> None:
    """``-o page.html`` writes HTML; the file is named on standard error and standard output stays empty."""
    page = tmp_path / "page.html"
    assert cli.main(["derive", "y = A x", "--wrt", "x", "-o", str(page)]) == 0
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(f"symjac: wrote {page}\n")


@pytest.mark.tex
def test_a_pdf_goes_to_a_file_or_a_pipe(tmp_path: Path) -> None:
    """A PDF is written to the file named, or as bytes to a pipe."""
    page = tmp_path / "page.pdf"
    assert run("derive", "y = A x", "--wrt", "x", "-o", str(page)).returncode == 0
    assert page.read_bytes().startswith(b"%PDF-")
    command = [sys.executable, "-m", "symjac", "derive", "y = A x", "--wrt", "x", "--to", "pdf"]
    assert subprocess.run(command, capture_output=True, check=True).stdout.startswith(b"%PDF-")


def test_a_pdf_is_not_poured_into_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """On a terminal a PDF without ``-o`` is refused with a word on what to do."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert cli.main(["derive", "y = A x", "--wrt", "x", "--to", "pdf"]) == 2
    assert "-o jacobian.pdf" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path, capsys: Capture) -> None:
    """A missing folder, or a folder in the file's place, gives one message and status 2."""
    for bad in (tmp_path / "missing" / "x.txt", tmp_path):
        assert cli.main(["derive", "y = A x", "--wrt", "x", "--to", "text", "-o", str(bad)]) == 2
        assert f"symjac: {bad} cannot be written: " in capsys.readouterr().err


def test_the_input_is_never_overwritten(tmp_path: Path, capsys: Capture) -> None:
    """``symjac derive cell.tex -o cell.tex`` is refused, and the file is as it was."""
    cell = tmp_path / "cell.tex"
    cell.write_text("y = A x", encoding="utf-8")
    assert cli.main(["derive", str(cell), "--wrt", "x", "-o", str(cell)]) == 2
    assert cell.read_text(encoding="utf-8") == "y = A x"
    assert "is the input" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------- files


def test_what_is_wrong_in_a_tex_file_is_told_with_its_place(tmp_path: Path, capsys: Capture) -> None:
    """File, line and label of the row, for every command that reads the file."""
    file = tmp_path / "paper.tex"
    file.write_text(
        "Text.\n\\begin{align}\n  x &= A u \\label{eq:x} \\\\ % a remark\n  y &= \\Qb x \\label{eq:y}\n\\end{align}\n",
        encoding="utf-8",
    )
    for command in (["derive", "--wrt", "u"], ["read"], ["check", "--claim", "dy/du = A"], ["bptt", "--loss", "y"]):
        assert cli.main([command[0], str(file), *command[1:]]) == 2
        assert capsys.readouterr().err.startswith(f"symjac: {file}, line 4 (eq:y): I do not know the command \\Qb\n")


def test_a_tex_file_gives_its_displays(tmp_path: Path, capsys: Capture) -> None:
    """The displays of a paper make one system; prose, comments and verbatim text do not."""
    paper = tmp_path / "paper.tex"
    paper.write_text(
        r"""\documentclass{article}\begin{document} With $n = 3$ units % \[ q = r \]
        \begin{align} a_t &= W h_{t-1} + b, \label{eq:a} \\ h_t &= \tanh(a_t). \end{align}
        \begin{verbatim} \[ v = w \] \end{verbatim} and \[ y_t = C h_t \] \end{document} \[ z = 1 \]""",
        encoding="utf-8",
    )
    assert cli.main(["read", str(paper)]) == 0
    lefts = [line.split(" = ")[0] for line in capsys.readouterr().out.split("\n\n")[0].splitlines()]
    assert lefts == ["a_t", "h_t", "y_t"]


def test_a_paper_that_uses_symjac_gives_its_equations(tmp_path: Path, capsys: Capture) -> None:
    """The file's own macros are put in as they are where a display stands, and what the paper asks is passed over."""
    file = tmp_path / "paper.tex"
    file.write_text(
        r"""\documentclass{article}\newcommand{\wt}{W}\newcommand{\at}[2][t]{#2_{#1}} \begin{document}
        \begin{symjacsystem}[symbols={b: vector n}]{rnn} \at{h} = \wt \tanh(\at[t-1]{h}) \end{symjacsystem}
        \renewcommand{\wt}{V} \[ y_t = \wt h_t \]
        \[ \symjacclaim{rnn}{h_t}{h_{t-1}}{\frac{\partial h_t}{\partial h_{t-1}} = \wt} \]
        \begin{equation} J = \symjacjacobian{rnn}{h_t}{h_{t-1}} \end{equation} \end{document}""",
        encoding="utf-8",
    )
    assert cli.main(["read", str(file)]) == 0
    said = capsys.readouterr().out
    assert r"h_t = W \tanh(h_{t-1})" in said
    assert "y_t = V h_t" in said
    assert "J" not in said


def test_a_file_of_very_many_equations_is_read(tmp_path: Path, capsys: Capture) -> None:
    """There is a letter for the size of every matrix, however many there are."""
    file = tmp_path / "many.tex"
    file.write_text("".join(f"\\[ y_{{{n}}} = A_{{{n}}} x \\]\n" for n in range(430)), encoding="utf-8")
    assert cli.main(["read", str(file)]) == 0
    assert "n_420" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [["derive"], ["check", "--claim", "dx_t/dx_{t-1} = W"], ["bptt", "--loss", "s = x_T^T x_T"]]
)
def test_a_suffix_that_is_not_known_is_no_text(tmp_path: Path, capsys: Capture, command: list[str]) -> None:
    """A name that promises a format symjac does not write is refused, and nothing is written."""
    file = tmp_path / "x.docx"
    name, *rest = command
    assert cli.main([name, "x_t = W x_{t-1}", *rest, "-o", str(file)]) == 2
    assert "does not know what a .docx file holds" in capsys.readouterr().err
    assert not file.exists()


def test_a_utf8_mark_at_the_start_of_a_file_is_no_matter(tmp_path: Path) -> None:
    """A file that an editor began with a byte order mark is read."""
    file = tmp_path / "cell.tex"
    file.write_bytes(b"\xef\xbb\xbfy = A x\n")
    assert cli.main(["read", str(file)]) == 0


BAD_FILES = {
    "binary.tex": b"\x89PNG\r\n\x1a\n\x00\x00",
    "latin.tex": "y = A x % für".encode("latin-1"),
    "nul.tex": b"y = A x\x00",
    "prose.tex": b"\\documentclass{article}\\begin{document}No formula.\\end{document}",
    "empty.tex": b"",
    "empty.jsonl": b"",
    "text.jsonl": b"these are\nno records\n",
    "binary.jsonl": bytes(range(256)),
    "list.jsonl": b"[1, 2]\n",
    "deep.jsonl": b"[" * 100_000,
    "bad.json": b"{",
    "notes.txt": b"y = A x",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_used_is_told_in_one_message(name: str, tmp_path: Path, capsys: Capture) -> None:
    """Binary, foreign, empty and broken files give status 2, one line that names the file, and no output."""
    file = tmp_path / name
    file.write_bytes(BAD_FILES[name])
    assert cli.main(["derive", str(file), "--wrt", "x"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert name in shown.err


def test_missing_files_and_folders_are_told(tmp_path: Path, capsys: Capture) -> None:
    """A file that is not there and a folder that is give one message each."""
    (tmp_path / "folder.tex").mkdir()
    for argument, words in [
        (str(tmp_path / "none.tex"), "No such file"),
        (str(tmp_path / "none.jsonl"), "No such file"),
        (str(tmp_path / "folder.tex"), "is a directory"),
        (str(tmp_path), "symjac reads .tex files"),
    ]:
        assert cli.main(["derive", argument, "--wrt", "x"]) == 2
        assert words in capsys.readouterr().err


def test_a_file_without_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A file that may not be read gives one message."""

    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    file = tmp_path / "secret.tex"
    file.write_text("y = A x", encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refused)
    assert cli.main(["derive", str(file), "--wrt", "x"]) == 2
    assert capsys.readouterr().err == f"symjac: {file} cannot be read: Permission denied\n"


# ---------------------------------------------------------------------- what must not be written over


def spellings(folder: Path) -> dict[str, tuple[str, str]]:
    """An input and another name of the same file, by what is different."""
    original = folder / "input.jsonl"
    original.write_text('{"equations": ["y = A x"], "claim": "dy/dx = A"}\n', encoding="utf-8")
    (folder / "soft.json").symlink_to(original)
    (folder / "hard.json").hardlink_to(original)
    (folder / "sub").mkdir()
    return {
        "the same": (str(original), str(original)),
        "a detour": (str(original), str(folder / "sub" / ".." / "input.jsonl")),
        "a symbolic link": (str(original), str(folder / "soft.json")),
        "a hard link": (str(original), str(folder / "hard.json")),
        "other letters": (str(original), str(folder / "INPUT.jsonl")),
    }


@pytest.mark.parametrize("how", ["the same", "a detour", "a symbolic link", "a hard link", "other letters"])
@pytest.mark.parametrize("command", [["derive", "--wrt", "x"], ["check"], ["bptt", "--loss", "L = x_T^T x_T"]])
def test_an_input_is_not_written_over_however_it_is_spelled(
    how: str, command: list[str], tmp_path: Path, capsys: Capture
) -> None:
    """Status 2, the message says so, and the input is what it was."""
    given, output = spellings(tmp_path)[how]
    before = Path(given).read_bytes()
    assert cli.main([*command, given, "-o", output]) == 2
    assert "is the input" in capsys.readouterr().err
    assert Path(given).read_bytes() == before


@pytest.mark.parametrize("command", [["derive", "--wrt", "x", "--layout", "numerator"], ["check"]])
def test_a_line_that_is_no_text_is_an_error_of_that_line(command: list[str], tmp_path: Path, capsys: Capture) -> None:
    """Every record gets its line, in order; the message names the line and the byte."""
    good = b'{"id": "a", "equations": ["y = A x"], "claim": "dy/dx = A"}'
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + good + b"\r\n" + good.replace(b"A", b"\xff", 1) + b"\n\n\x00\x01\n" + good)
    assert cli.main([*command, str(file)]) == 2
    first, second, third, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "error" not in first
    assert "error" not in last
    assert "line 2 of" in second["error"]["message"]
    assert "is not UTF-8 text (byte " in second["error"]["message"]
    assert "line 4 of" in third["error"]["message"]
