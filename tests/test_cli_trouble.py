"""What the command line says and does when something goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from symjac import cli
from tests.command import Capture, run
from tests.work import counted

ROOT = Path(__file__).parents[1]

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
def test_bad_input_gives_status_2_and_one_message_after_little_work(name: str, capsys: Capture) -> None:
    """Whatever is wrong with the input, there is one message, no output and no traceback, after 100,000 calls."""
    arguments, words = BAD_INPUT[name]
    with counted(100_000):
        assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("symjac: ")
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert "defect" not in shown.err


def test_bad_input_in_a_process_of_its_own_is_little_work() -> None:
    """A bracket that is missing is told with little more work than loading SymPy takes."""
    arguments = ["derive", r"\frac{\partial x}{\partial y} = W^\top diag(\sigma'(x_{i-1})", "--wrt", "x"]

    def calls(loaded: str, then: str) -> int:
        script = f"from tests.work import calls; print(calls(lambda: __import__({loaded!r}, fromlist=['*']){then}))"
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
        return int(done.stdout)

    assert calls("symjac.cli", f".main({arguments!r})") < 4 * calls("sympy", "")
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "^" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["derive", "x_t = W"], "hold no vector and no scalar"),
        (["check", "x_t = W x_{t-1}", "--claim", "J = W"], "--of y --wrt x"),
    ],
)
def test_a_target_that_is_not_named_is_asked_for(arguments: list[str], hint: str, capsys: Capture) -> None:
    """The hint is never empty, and speaks the language of the command line."""
    assert cli.main(arguments) == 2
    assert hint in capsys.readouterr().err.partition("hint: ")[2]


def test_strict_refuses_what_else_is_a_note(capsys: Capture) -> None:
    """What is read with a note is an error under ``--strict``."""
    equation = "y = A x + c 1"
    assert cli.main(["read", equation, "--symbol", "c: scalar"]) == 0
    assert "usual: " in capsys.readouterr().out
    assert cli.main(["read", equation, "--symbol", "c: scalar", "--strict"]) == 2


# -------------------------------------------------------------------------- what nobody asked for


def test_a_defect_of_symjac_shows_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """An exception that nobody raised on purpose is one line that asks for a report, status 4."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("symjac.cli.derive.System", broken)
    assert cli.main(["derive", "y = A x", "--wrt", "x"]) == 4
    shown = capsys.readouterr().err
    assert shown.startswith("symjac: symjac.cli.derive broke (KeyError: 'lost')")
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
    assert done.stderr.splitlines()[-1] == "symjac: standard output: No space left on device"


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


def test_an_option_given_twice_is_refused(capsys: Capture) -> None:
    """The first of two claims was dropped without a word."""
    assert cli.main(["check", "y = W x", "--claim", "a = b", "--claim", "c = d"]) == 2
    assert "--claim: given twice" in capsys.readouterr().err


LONG = " + ".join(f"A_{{{k}}} x_{{{k}}}" for k in range(200))


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", f"y = ({LONG}) b"],
        ["read", f"y = x + {LONG} \\Vb"],
        ["read", f"{LONG} x"],
        ["read", f"y = ({LONG} + b"],
        ["read", f"y = a / ({LONG}) c"],
        ["check", "y = A x", "--claim", f"dy/dx = {LONG} + W^H"],
        ["derive", "y = A x", "--wrt", LONG],
        ["derive", "y = A x", f"--{LONG}"],
    ],
    ids=range(8),
)
def test_a_long_text_is_not_echoed_whole(arguments: list[str], capsys: Capture) -> None:
    """A message shows the place, with some text around it."""
    assert cli.main(arguments) == 2
    shown = capsys.readouterr().err
    assert shown
    assert max(map(len, shown.splitlines())) < 1100
