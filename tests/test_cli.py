"""The command line as a user meets it: what goes where, which status, which words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from symjac import cli
from symjac.cli import output
from symjac.cli.arguments import COMMANDS, parse

FOUNDING = r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"
Capture = pytest.CaptureFixture[str]


def run(*arguments: str, timeout: float = 60, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "symjac", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
        **options,  # type: ignore[call-overload]  # what subprocess.run takes
    )


# ------------------------------------------------------------------------------------------ asking


def test_help_shows_each_command_with_an_example(capsys: Capture) -> None:
    """``symjac --help`` names every command and shows a line to type for it."""
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n  {command} " in shown
        assert f"\n             symjac {command}" in shown


def test_help_does_not_wait_for_sympy() -> None:
    """Asking for help, the version or the cells loads neither SymPy nor NumPy."""
    code = "import sys, symjac.cli; symjac.cli.main(['{}']); sys.exit(len({{'sympy', 'numpy'}} & set(sys.modules)))"
    for word in ("--help", "--version", "cells"):
        done = subprocess.run([sys.executable, "-c", code.format(word)], capture_output=True, check=False)
        assert done.returncode == 0, word


def test_without_a_command_the_help_comes_with_status_2(capsys: Capture) -> None:
    """``symjac`` alone shows the help but did nothing that was asked."""
    assert cli.main([]) == 2
    assert "commands:" in capsys.readouterr().out


def test_cells_lists_every_cell_with_its_source(capsys: Capture) -> None:
    """``symjac cells`` shows name, source and equations of the whole collection."""
    from symjac.cells import COLLECTION

    assert cli.main(["cells"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for cell in COLLECTION.values():
        assert f"{cell.name}: {cell.title}" in shown
        assert cell.source in shown
        assert all(equation in shown for equation in cell.equations)


def test_options_may_stand_between_equations() -> None:
    """Equations before and after an option belong together."""
    options = parse(["derive", "a_t = W h_{t-1}", "--wrt", "h_{t-1}", r"h_t = \tanh(a_t)"])
    assert options.equations == ["a_t = W h_{t-1}", r"h_t = \tanh(a_t)"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["derivate"], f"there is no command 'derivate'; the commands are {', '.join(COMMANDS)}"),
        (["derive"], "missing: EQUATION"),
        (["derive", "y = A x", "--layout", "mixed"], "--layout: invalid choice: 'mixed'"),
        (["derive", "y = A x", "--n", "two"], "sizes are written 2 or n=2,m=3, not 'two'"),
        (["derive", "y = A x", "--n", "n=0"], "a size is at least 1"),
        (["derive", "y = A x", "--symbol", "W"], "a declaration is written 'W: matrix n n', not 'W'"),
        (["derive", "y = A x", "--to", "word"], "--to: invalid choice: 'word'"),
        (["derive", "y = A x", "--wrong"], "unrecognized arguments: --wrong"),
    ],
)
def test_a_slip_in_the_options_is_told_in_one_sentence(arguments: list[str], words: str, capsys: Capture) -> None:
    """A wrong option gives status 2 and one line that says what was wanted, without a page of usage."""
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    first, hint = shown.err.splitlines()
    assert words in first
    assert hint.endswith("--help lists the options")


# ---------------------------------------------------------------------------------------- deriving


@pytest.mark.parametrize("form", ["latex", "document", "markdown", "html", "text"])
def test_every_written_form_goes_to_standard_output(form: str, capsys: Capture) -> None:
    """A derivation in any written form is a result, so it is on standard output and nothing else is."""
    assert cli.main(["derive", FOUNDING, "--wrt", "x_{t-1}", "--to", form]) == 0
    shown = capsys.readouterr()
    assert "diag" in shown.out
    assert shown.out.endswith("\n")


@pytest.mark.parametrize(
    ("form", "word"), [("numpy", "import numpy as np"), ("jax", "import jax.numpy as jnp"), ("torch", "import torch")]
)
def test_code_defines_one_function(form: str, word: str, capsys: Capture) -> None:
    """Emitted code holds one function ``jacobian``, in numerator layout unless the other is asked for."""
    assert cli.main(["derive", FOUNDING, "--wrt", "x_{t-1}", "--to", form]) == 0
    source = capsys.readouterr().out
    assert source.startswith(word)
    assert source.count("def jacobian(") == 1
    compile(source, form, "exec")


def test_code_in_both_layouts_at_once_is_refused(capsys: Capture) -> None:
    """One file cannot define ``jacobian`` twice; the message says which option to give."""
    assert cli.main(["derive", "y = A x", "--wrt", "x", "--to", "numpy", "--layout", "both"]) == 2
    assert "--layout says which" in capsys.readouterr().err


def test_sympy_output_is_source_that_sympy_reads(capsys: Capture) -> None:
    """``--to sympy`` names each layout and gives its srepr; the two are transposes of each other."""
    import sympy

    assert cli.main(["derive", r"y = A \tanh(W x)", "--wrt", "x", "--to", "sympy"]) == 0
    values: dict[str, object] = dict(vars(sympy))
    exec(capsys.readouterr().out, values)
    numerator, denominator = values["numerator"], values["denominator"]
    assert isinstance(numerator, sympy.MatMul)
    assert numerator.T.doit() == denominator


def test_the_layouts_asked_for_are_the_layouts_given(capsys: Capture) -> None:
    """``--layout denominator`` prints that layout and not the other."""
    assert cli.main(["derive", FOUNDING, "--wrt", "x_{t-1}", "--to", "text", "--layout", "denominator"]) == 0
    shown = capsys.readouterr().out
    assert "denominator layout" in shown
    assert "(numerator layout)" not in shown


def test_a_cell_brings_its_own_target(capsys: Capture) -> None:
    """``symjac derive indrnn`` needs no options: the cell knows what it is differentiated by."""
    assert cli.main(["derive", "indrnn", "--to", "json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["of"], first["wrt"]) == ("h_t", "h_{t-1}")


def test_the_written_out_recurrence_alone(capsys: Capture) -> None:
    """``--explicit --n 2`` prints the rows that a person would write for two units."""
    assert cli.main(["derive", r"y = W \sigma(x)", "--explicit", "--n", "2", "--to", "sympy"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2
    assert all(row.startswith("Equality(") for row in rows)


EXPLICIT = {
    "text": ["    y₁ = W₁₁ σ(x₁) + W₁₂ σ(x₂),", "    y₂ = W₂₁ σ(x₁) + W₂₂ σ(x₂)."],
    "latex": [
        r"  y_1 &= W_{11}\,\sigma(x_1) + W_{12}\,\sigma(x_2) , \\",
        r"  y_2 &= W_{21}\,\sigma(x_1) + W_{22}\,\sigma(x_2) .",
    ],
}


@pytest.mark.parametrize("form", EXPLICIT)
def test_the_written_out_recurrence_reads_as_by_hand(form: str, capsys: Capture) -> None:
    """The rows for two units are the asker's: each entry a sum of a weight times an activation."""
    assert cli.main(["derive", r"y = W \sigma(x)", "--explicit", "--to", form]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line in EXPLICIT[form]] == EXPLICIT[form]


def test_rows_are_written_out_as_rows_act(capsys: Capture) -> None:
    """In row orientation the printed ``W x`` acts as ``x W``, so the sum runs over the first index of W."""
    assert cli.main(["derive", "y = W x", "--explicit", "--orientation", "row", "--to", "text"]) == 0
    assert "y₁ = W₁₁ x₁ + W₂₁ x₂," in capsys.readouterr().out


def test_what_does_not_fit_a_page_is_said(capsys: Capture) -> None:
    """Sizes beyond a page are a note for an example, an error for the recurrence alone, no matter for SymPy."""
    large = ["derive", "y = A x", "--wrt", "x", "--n", "40"]
    assert cli.main([*large, "--to", "text"]) == 0
    assert "the example is left out" in capsys.readouterr().err
    assert cli.main([*large, "--explicit", "--to", "text"]) == 2
    assert "do not fit a page" in capsys.readouterr().err
    assert cli.main([*large, "--explicit", "--to", "sympy"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 40


def test_the_recurrence_alone_is_no_code(capsys: Capture) -> None:
    """``--explicit --to numpy`` is refused: there is no derivative in it."""
    assert cli.main(["derive", "y = A x", "--explicit", "--to", "numpy"]) == 2
    assert "not made as numpy" in capsys.readouterr().err


def test_a_variable_that_does_not_occur_gives_zero_with_a_note(capsys: Capture) -> None:
    """Declared but in no equation: the derivative is the zero matrix of the right shape, and a note says why."""
    assert cli.main(["derive", "y = A x", "--wrt", "z", "--symbol", "z: vector k", "--to", "json"]) == 0
    shown = capsys.readouterr()
    first = json.loads(shown.out.splitlines()[0])
    assert first["shape"] == ["n", "k"]
    assert first["latex"] in ("0", r"\mathbf{0}")
    assert "z is in no equation, so the derivative is zero" in shown.err


def test_read_shows_roles_shapes_and_notes(capsys: Capture) -> None:
    """``symjac read`` echoes the equation and tells every symbol's role and shape."""
    assert cli.main(["read", FOUNDING]) == 0
    shown = capsys.readouterr().out
    assert r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b" in shown.splitlines()[0]
    rows = {line.split()[0]: line for line in shown.splitlines() if line.startswith("  ")}
    assert "matrix" in rows["W_{in}"]
    assert "n x m" in rows["W_{in}"]
    assert "vector" in rows["u_t"]


# ---------------------------------------------------------------------------------------- writing


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


# --------------------------------------------------------------------------------------- bad input


BAD_INPUT = {
    "a misspelt cell": (["derive", "grru"], "did you mean gru?"),
    "a word": (["derive", "Jacobian"], "neither an equation"),
    "nothing": (["derive", ""], "an empty argument"),
    "a missing bracket": (["read", r"h_t = \tanh(W h_{t-1}"], "^"),
    "no left side": (["derive", "= A x", "--wrt", "x"], "="),
    "a circle": (["derive", "a = A b", "b = B a", "--wrt", "c"], "circle"),
    "defined twice": (["derive", "a = A b", "a = B b", "--wrt", "b"], "twice"),
    "shapes that clash": (["derive", "y = A x + B y_0 + x^T", "--wrt", "x"], ""),
    "a function alone": (["derive", r"f(z) = \ln(1 + e^z)", "--wrt", "z"], "only functions are defined"),
    "no such symbol": (["derive", "y = A x", "--wrt", "q"], "q"),
    "nothing to differentiate by": (["derive", "y = A x"], "--wrt"),
    "several ends": (["derive", "y = A x", "z = B x", "--wrt", "x"], "z"),
    "code as input": (["derive", "y = __import__('os').system('true')", "--wrt", "x"], ""),
    "deep nesting": (["derive", "y = " + "(" * 5000 + "x" + ")" * 5000, "--wrt", "x"], ""),
    "a tower of powers": (["derive", "y = 9^{9^{9^{9}}} A x", "--wrt", "z"], ""),
    "a broken character": (["derive", "y = A \udcff x", "--wrt", "x"], ""),
    "a NUL character": (["derive", "y = A \0 x", "--wrt", "x"], ""),
    "a bad declaration": (["derive", "y = A x", "--wrt", "x", "--symbol", "A: elephant"], "elephant"),
    "a long line": (["derive", "y = " + "A" * 200_000 + "(", "--wrt", "x"], ""),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_gives_status_2_and_one_message_quickly(name: str, capsys: Capture) -> None:
    """Whatever is wrong with the input, there is one message within two seconds, no output, no traceback."""
    arguments, words = BAD_INPUT[name]
    begun = time.process_time()
    assert cli.main(arguments) == 2
    assert time.process_time() - begun < 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("symjac: ")
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert "internal error" not in shown.err


def test_bad_input_in_a_process_of_its_own_is_as_quick() -> None:
    """Starting Python and loading SymPy included, a bracket that is missing is told within two seconds of work."""
    before = os.times()
    done = run("derive", r"\frac{\partial x}{\partial y} = W^\top diag(\sigma'(x_{i-1})", "--wrt", "x")
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 2
    assert (done.returncode, done.stdout) == (2, "")
    assert "^" in done.stderr


def test_strict_refuses_what_else_is_a_note(capsys: Capture) -> None:
    """What is read with a note is an error under ``--strict``."""
    equation = "y = A x + c 1"
    assert cli.main(["read", equation, "--symbol", "c: scalar"]) == 0
    assert "note: " in capsys.readouterr().out
    assert cli.main(["read", equation, "--symbol", "c: scalar", "--strict"]) == 2


# -------------------------------------------------------------------------- what nobody asked for


def test_a_defect_of_symjac_shows_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """An exception that nobody raised on purpose is one line that asks for a report, status 2."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("symjac.cli.derive.System", broken)
    assert cli.main(["derive", "y = A x", "--wrt", "x"]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("symjac: internal error (KeyError: 'lost')")
    assert len(shown.splitlines()) == 1


def test_a_defect_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """``SYMJAC_DEBUG=1`` lets the exception through."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("symjac.cli.derive.System", broken)
    monkeypatch.setenv("SYMJAC_DEBUG", "1")
    with pytest.raises(KeyError):
        cli.main(["derive", "y = A x", "--wrt", "x"])


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Ctrl-C ends with status 130 and no words."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("symjac.cli.derive.System", interrupted)
    assert cli.main(["derive", "y = A x", "--wrt", "x"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_goes_away_is_no_error() -> None:
    """``symjac cells | head -1`` ends quietly."""
    command = f"'{sys.executable}' -m symjac cells | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["cells", "derive indrnn --to json"])
def test_a_full_disk_is_told_in_one_message(command: str) -> None:
    """Standard output that cannot be written gives status 2 and one line."""
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m symjac {command} > /dev/full"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "symjac: standard output: No space left on device\n"


def test_closed_streams_are_no_defect(tmp_path: Path) -> None:
    """With standard output and error closed, ``-o`` still writes its file."""
    page = tmp_path / "page.txt"
    command = f"'{sys.executable}' -m symjac derive indrnn -o '{page}' >&- 2>&-"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0
    assert "diag" in page.read_text(encoding="utf-8")


def test_output_does_not_depend_on_the_locale() -> None:
    """Under an ASCII locale the same bytes come out."""
    plain = run("derive", r"y = W \sigma(x)", "--wrt", "x", "--to", "text")
    ascii_only = run(
        "derive", r"y = W \sigma(x)", "--wrt", "x", "--to", "text", env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    assert plain.returncode == 0
    assert "σ" in plain.stdout
    assert ascii_only.stdout == plain.stdout


# ----------------------------------------------------------------------------------------- batches


def batch(tmp_path: Path, *records: object) -> str:
    file = tmp_path / "problems.jsonl"
    file.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records), encoding="utf-8")
    return str(file)


GOOD = {"id": "A", "equations": ["y = A x + b"], "targets": [{"of": "y", "wrt": "x"}]}
KEYS = {"id", "of", "wrt", "layout", "orientation", "shape", "latex", "sympy", "numpy", "arguments", "definitions"}
KEYS |= {"checks", "not_run", "seconds"}


def test_a_batch_answers_each_target_in_each_layout_in_order(tmp_path: Path, capsys: Capture) -> None:
    """One line for each target and layout, numerator first, ids and targets as they came in."""
    two = {
        "id": 7,
        "equations": [r"h = \tanh(A x)", "y = B h"],
        "targets": [{"wrt": "x"}, {"of": "h", "wrt": " x "}],
        "more": "is passed over",
    }
    assert cli.main(["derive", batch(tmp_path, GOOD, "", two), "--to", "json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    answers = [json.loads(line) for line in shown.out.splitlines()]
    assert [(a["id"], a["wrt"], a["layout"]) for a in answers] == [
        ("A", "x", "numerator"),
        ("A", "x", "denominator"),
        (7, "x", "numerator"),
        (7, "x", "denominator"),
        (7, " x ", "numerator"),
        (7, " x ", "denominator"),
    ]
    assert all(set(a) >= KEYS and "error" not in a for a in answers)
    assert answers[0]["latex"] == "A"
    assert answers[1]["latex"] == r"A^{\top}"
    assert answers[0]["shape"] == answers[1]["shape"][::-1]
    assert all(check["passed"] is True for a in answers for check in a["checks"])


def test_a_bad_record_costs_the_others_nothing(tmp_path: Path, capsys: Capture) -> None:
    """Every record gets its line; the status is 2 because one has an error."""
    bad: list[object] = [
        "{not json",
        {"id": "B"},
        {"id": "C", "equations": ["y = A ("], "targets": [{"of": "y", "wrt": "x"}, {"of": "y", "wrt": "b"}]},
        {"id": "D", "equations": ["y = A x"], "targets": [{"of": "y", "wrt": "q"}, {"of": "y", "wrt": "x"}]},
        {"id": "E", "equations": ["y = A x"], "targets": "all"},
        {"id": "F", "equations": ["y = A x"], "symbols": {"A": 3}},
        {"id": "G", "equations": ["y = A x"]},
        {"id": ["H"], "equations": ["y = A x"]},
    ]
    assert cli.main(["derive", batch(tmp_path, GOOD, *bad), "--to", "json"]) == 2
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(a["id"], a.get("error", {}).get("kind")) for a in answers] == [
        ("A", None),
        ("A", None),
        (None, "usage"),
        ("B", "usage"),
        ("C", "read"),
        ("C", "read"),
        ("D", "target"),
        ("D", None),
        ("D", None),
        ("E", "usage"),
        ("F", "usage"),
        ("G", "target"),
        (None, "usage"),
    ]
    failed = [a for a in answers if "error" in a]
    assert all(set(a) == {"id", "of", "wrt", "error"} for a in failed)
    assert all(set(a["error"]) == {"kind", "message", "where"} for a in failed)
    where = answers[4]["error"]["where"]
    assert where["text"][where["start"] : where["end"]] == "("


def test_a_batch_without_targets_takes_them_from_the_options(tmp_path: Path, capsys: Capture) -> None:
    """``--wrt`` holds for the records that name no target."""
    assert cli.main(["derive", batch(tmp_path, {"equations": "y = A x"}), "--wrt", "x"]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [None, None]


def test_a_single_equation_gives_the_same_lines(tmp_path: Path, capsys: Capture) -> None:
    """``--to json`` for an equation gives what the batch gives for it, the id and the time apart."""
    cli.main(["derive", "y = A x + b", "--wrt", "x", "--of", "y", "--to", "json"])
    single = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    cli.main(["derive", batch(tmp_path, GOOD), "--to", "json"])
    batched = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for record in (*single, *batched):
        del record["id"], record["seconds"]
    assert single == batched


@pytest.mark.parametrize("extra", [["--to", "latex"], ["--n", "2"], ["--explicit"], ["y = A x"]])
def test_what_a_batch_cannot_do_is_said(extra: list[str], tmp_path: Path, capsys: Capture) -> None:
    """A batch is JSON for every n, and stands alone."""
    assert cli.main(["derive", batch(tmp_path, GOOD), *extra]) == 2
    assert capsys.readouterr().out == ""


def test_a_batch_writes_its_lines_to_a_file(tmp_path: Path, capsys: Capture) -> None:
    """``-o`` takes the lines; standard output stays empty."""
    answers = tmp_path / "answers.jsonl"
    assert cli.main(["derive", batch(tmp_path, GOOD), "-o", str(answers)]) == 0
    assert len(answers.read_text(encoding="utf-8").splitlines()) == 2
    assert capsys.readouterr().out == ""


def test_the_progress_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a bar fills and goes away at the end; elsewhere nothing is written."""
    written: list[str] = []
    terminal = SimpleNamespace(isatty=lambda: True, write=written.append, flush=lambda: None)
    monkeypatch.setattr(sys, "stderr", terminal)
    bar = output.Progress(2)
    bar.show(1)
    assert "".join(written).startswith(f"\r[{'#' * 15}{' ' * 15}] 1/2")
    bar.show(2)
    assert "".join(written).endswith("\r")
    terminal.isatty = lambda: False
    written.clear()
    output.Progress(2).show(1)
    assert written == []
