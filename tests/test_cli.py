"""The command line as a user meets it: asking, deriving, which words."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from symjac import cli
from symjac.cli.arguments import COMMANDS, parse
from tests.command import FOUNDING, Capture

# ------------------------------------------------------------------------------------------ asking


def test_help_shows_each_command_with_an_example(capsys: Capture) -> None:
    """``symjac --help`` names every command and shows a line to type for it."""
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n  {command} " in shown
        assert f"\n             symjac {command}" in shown


def loaded(work: str) -> set[str]:
    """The modules that a new process has loaded after some work."""
    code = f"{work}\nimport sys; print(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


START = {"symjac", "symjac.errors", "symjac.formats", "symjac.cli", "symjac.cli.arguments", "symjac.cli.defects"}


@pytest.mark.parametrize("word", ["--help", "--version", "derive --help", "unknown", "derive x --wrt"])
def test_help_waits_for_nothing_that_it_does_not_need(word: str) -> None:
    """Help, the version and complaints load the names of commands and formats, beside what reading arguments needs."""
    anyway = loaded("import __future__, argparse, contextlib, importlib, locale, pathlib, shutil, textwrap, typing")
    assert loaded(f"import symjac.cli; symjac.cli.main({word.split()})") - anyway == START


def test_the_list_of_cells_waits_for_the_cells_alone() -> None:
    """``symjac cells`` loads the collection, and neither SymPy nor NumPy."""
    found = loaded("import symjac.cli; symjac.cli.main(['cells'])")
    assert {m for m in found if m.startswith("symjac")} == START | {"symjac.cells", "symjac.cli.cells"}
    assert not {"sympy", "numpy", "json", "tempfile", "signal"} & found


def test_deriving_waits_for_nothing_about_claims() -> None:
    """A system is read and differentiated without what judges claims, compiles pages and tells versions of packages."""
    found = loaded(rf"from symjac import System; System(r'{FOUNDING}').jacobian(wrt='x_{{t-1}}').text()")
    left_out = {"claims", "papers", "notebook", "cli"}
    assert not {m for m in found if m.startswith("symjac.") and m.split(".")[1] in left_out}
    assert not {"importlib.metadata", "email", "symjac.documents.web"} & found


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


def test_a_formula_about_gradients_is_read_with_columns(capsys: Capture) -> None:
    """A recurrence for a gradient types in denominator layout; the echo says so."""
    text = r"\frac{\partial E}{\partial s_t} = A^\top \frac{\partial E}{\partial s_{t+1}} \in \mathbb{R}^q"
    assert cli.main(["read", text]) == 0
    shown = capsys.readouterr().out
    assert "settled:  gradients are columns (denominator layout), as only that fits" in shown
    assert r"the range \mathbb{R}^q is left out" in shown
