"""In notebooks: what objects show, what the cell magic understands, and the example notebook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import symjac
from symjac import System
from symjac.errors import SymjacError
from symjac.jacobians import Jacobian
from symjac.notebook import MagicError, Request, load_ipython_extension, read_line, run

EXAMPLE = Path(__file__).parent.parent / "docs" / "example.ipynb"
RNN = r"x_t = W \sigma(x_{t-1}) + b"


class Shell:
    """As much of IPython as the extension asks for."""

    def __init__(self) -> None:
        self.magic: dict[str, Any] = {}
        self.names: dict[str, object] = {}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "cell"
        self.magic[name] = function

    def push(self, names: dict[str, object]) -> None:
        self.names.update(names)


def shell() -> Shell:
    made = Shell()
    symjac.load_ipython_extension(made)  # type: ignore[attr-defined]
    return made


def test_the_package_is_the_extension() -> None:
    """``%load_ext symjac`` finds its function on the package, which loads it only then."""
    assert symjac.load_ipython_extension is load_ipython_extension  # type: ignore[attr-defined]


def test_a_cell_is_a_system() -> None:
    """A cell of equations gives their system, bound to the name that the line begins with."""
    s = shell()
    shown = s.magic["symjac"]("rnn", f"% a remark\n{RNN}\n\n")
    assert shown == System(RNN)
    assert s.names == {"rnn": shown}


def test_a_cell_with_a_target_is_a_jacobian() -> None:
    """With --wrt a cell gives the Jacobian, with --proof its proof; without a name nothing is bound."""
    s = shell()
    J = System(RNN).jacobian(wrt="x_{t-1}")
    assert s.magic["symjac"]("--wrt x_{t-1}", RNN) == J
    assert s.magic["symjac"]("--wrt x_{t-1} --of x_t --proof", RNN) == J.proof
    assert s.names == {}


def test_options_reach_the_reader() -> None:
    """Declarations, orientation and strictness mean in a cell what they mean elsewhere; backslashes stay."""
    request = read_line(
        r"J --wrt x --symbol '\phi: elementwise tanh' --symbol 'W: matrix n m' --orientation row --strict"
    )
    declared = ((r"\phi", "elementwise tanh"), ("W", "matrix n m"))
    assert request == Request("J", "x", None, declared, "row", strict=True)
    made = run(Request(wrt="x", orientation="row"), "y = W x")
    assert isinstance(made, Jacobian)
    assert made == System("y = W x", orientation="row").jacobian(wrt="x")


@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("--wrt", RNN, "wants a word"),
        ("--with x", RNN, "means nothing"),
        ("--proof", RNN, "--wrt"),
        ("--symbol W", RNN, "matrix n n"),
        ("--orientation up", RNN, "column or row"),
        ("--wrt 'x", RNN, "quotation"),
        ("", "% nothing\n", "no equation"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(line: str, cell: str, words: str) -> None:
    """A line or a cell that means nothing is an error that names what is wrong and shows the usage."""
    with pytest.raises(MagicError, match=words) as caught:
        run(read_line(line), cell)
    assert "%%symjac" in (caught.value.hint or "")


@pytest.mark.notebook
def test_an_error_comes_without_a_traceback() -> None:
    """What cannot be read reaches IPython as its own error of usage, which it prints as one message, caret and all."""
    from IPython.core.error import UsageError

    with pytest.raises(UsageError, match=r"\^") as caught:
        shell().magic["symjac"]("", r"x_t = W \sigma(x_{t-1}) +")
    assert isinstance(caught.value.__cause__, SymjacError)


def test_notes_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    """What the reading had to assume is said on standard error, which a notebook shows above the result."""
    shell().magic["symjac"]("", r"x_t = W \sigma(x_{t-1}")
    assert capsys.readouterr().err.startswith("symjac: note: ")


def test_what_objects_show() -> None:
    """A system and a Jacobian show Markdown, LaTeX and text; a proof Markdown and text; text is one line."""
    system = System(RNN)
    J = system.jacobian(wrt="x_{t-1}")
    for shown in (system, J):
        bundle = shown._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "text/latex", "text/markdown"}
        assert bundle["text/latex"].startswith("$\\displaystyle ")
        assert bundle["text/markdown"].startswith("$$\n")
        assert "\n" not in bundle["text/plain"]
    proof = J.proof._repr_mimebundle_()
    assert proof["text/markdown"] == J.markdown()
    assert proof["text/plain"].startswith("Proof that ∂xₜ/∂xₜ₋₁ = W diag(σ′(xₜ₋₁)): ")
    assert "chain rule" in proof["text/plain"]


def executed() -> Any:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(EXAMPLE, as_version=4)
    NotebookClient(notebook, timeout=60, record_timing=False).execute()
    return notebook


def outputs(notebook: Any) -> list[object]:
    """What the cells of a notebook show, kind by kind."""
    return [o.get("data", o.get("text")) for cell in notebook.cells for o in cell.get("outputs", ())]


@pytest.mark.notebook
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the kernel's own libraries
def test_the_example_runs() -> None:
    """The example notebook runs from top to bottom and shows what it shows in the documentation."""
    import nbformat

    kept = outputs(nbformat.read(EXAMPLE, as_version=4))
    assert len(kept) > 7
    assert outputs(executed()) == kept


@pytest.mark.notebook
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_example_becomes_html() -> None:
    """nbconvert makes an HTML page of it that holds every formula as mathematics."""
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_filename(str(EXAMPLE))
    assert r"W \operatorname{diag}(\sigma'(x_{t-1}))" in page
    assert "<strong>Theorem 1.</strong>" in page


@pytest.mark.tex
@pytest.mark.notebook
@pytest.mark.skipif(shutil.which("pandoc") is None, reason="nbconvert makes LaTeX through pandoc")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_example_becomes_latex(tmp_path: Path) -> None:
    """nbconvert makes LaTeX of it in which every formula stands in mathematics, and which compiles where it can."""
    from nbconvert import LatexExporter

    source, _ = LatexExporter().from_filename(str(EXAMPLE))
    assert r"\frac{\partial x_t}{\partial x_{t-1}} = W \operatorname{diag}(\sigma'(x_{t-1}))" in source
    assert "Theorem 1." in source
    (tmp_path / "example.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "example.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=90, check=False)
    if missing := re.search(rb"File `(.*?)' not found", done.stdout):
        pytest.skip(f"nbconvert's LaTeX needs {missing[1].decode()}, which is not installed")
    assert done.returncode == 0, done.stdout[-500:]
