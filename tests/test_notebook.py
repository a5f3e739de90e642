"""In notebooks: what objects show, what the cell magic understands, and the example notebook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import symjac
from symjac import System, cells
from symjac.claims import Verdict
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
        self.display_pub = self
        self.published: list[dict[str, str]] = []

    def publish(self, data: dict[str, str]) -> None:
        self.published.append(data)

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
    """With --wrt a cell gives the Jacobian, with --proof shows its proof; without a name nothing is bound."""
    s = shell()
    J = System(RNN).jacobian(wrt="x_{t-1}")
    assert s.magic["symjac"]("--wrt x_{t-1}", RNN) == J
    assert s.magic["symjac"]("--wrt x_{t-1} --of x_t --proof", RNN) == J.proof
    assert s.names == {}
    assert s.magic["symjac"]("J --wrt x_{t-1} --proof", RNN) == J.proof
    assert s.names == {"J": J}


CELLS = [
    "\\begin{align}\n  z_t &= \\tanh(W h_{t-1} + b), \\label{z}\\\\\n  h_t &= z_t \\odot h_{t-1} .\n\\end{align}",
    "z_t &= \\tanh(W h_{t-1} + b) \\\\\nh_t &= z_t \\odot h_{t-1}",
    "z_t = \\tanh(W h_{t-1}\n  + b)\n\nh_t\n  = z_t \\odot\n  h_{t-1}",
    "\\newcommand{\\hid}[1][t]{h_{#1}} % the state\nz_t = \\tanh(W \\hid[t-1] + b)\n\\hid = z_t \\odot \\hid[t-1]",
    "\\begin{equation} z_t = \\tanh(W h_{t-1} + b) \\end{equation}\nh_t = z_t \\odot h_{t-1}",
]


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_written_as_a_paper_prints_equations(cell: str) -> None:
    """Displays, rows without one, equations over several lines and the author's macros all give the same system."""
    plain = System(r"z_t = \tanh(W h_{t-1} + b)", r"h_t = z_t \odot h_{t-1}")
    assert run(Request(), cell).bound == plain


def test_the_line_is_read_with_the_macros_of_the_cell() -> None:
    """What is asked about may be written as the equations are."""
    macro = r"\newcommand{\hid}[1][t]{h_{#1}}"
    request = read_line(r"v --wrt \hid[t-1] --of \hid --claim 'diag(1 - \hid^2) W' --symbol '\hid[t]: vector n'")
    made = run(request, macro + r"\hid = \tanh(W \hid[t-1])").bound
    assert isinstance(made, Verdict)
    assert made.verdict == "true"


def test_a_cell_may_name_a_collected_cell() -> None:
    """The name of a cell of the collection stands for its equations."""
    gru = System(cells.COLLECTION["gru"])
    assert run(Request(), "gru\n").bound == gru
    assert run(Request(), "gru\ny_t = V h_t").bound == System(cells.COLLECTION["gru"], "y_t = V h_t")


def test_a_macro_that_is_not_put_in_is_an_error() -> None:
    """A definition that is not understood is named where it is used, and does not matter where it is not."""
    assert run(Request(), r"\let\phi=\sigma" + f"\n{RNN}").bound == System(RNN)
    with pytest.raises(MagicError, match=r"macro .phi cannot be put in: .let"):
        run(Request(), r"\let\phi=\sigma" + "\nx_t = \\phi(x_{t-1})")


def test_a_layout_is_shown_and_the_jacobian_bound() -> None:
    """--layout says which formula is shown, of a Jacobian as in its proof."""
    J = System(RNN).jacobian(wrt="x_{t-1}")
    made = run(read_line("J --wrt x_{t-1} --layout denominator"), RNN)
    assert made.bound == J
    assert J.formula("denominator") in made.shown._repr_mimebundle_()["text/markdown"]
    assert J.formula() not in made.shown._repr_mimebundle_()["text/markdown"]
    both = run(read_line("--wrt x_{t-1} --layout both"), RNN).shown
    assert J.formula() in both._repr_mimebundle_()["text/markdown"]
    assert repr(both).endswith("(numerator layout); diag(σ′(xₜ₋₁)) Wᵀ (denominator layout)")
    proof = run(read_line("--wrt x_{t-1} --proof --layout numerator"), RNN).shown
    assert proof._repr_mimebundle_()["text/markdown"] == J.markdown(layout="numerator")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ('--wrt x_{t-1} --claim "W \\operatorname{diag}(\\sigma\'(x_{t-1}))"', "true"),
        ('--wrt x_{t-1} --layout denominator --claim "W \\operatorname{diag}(\\sigma\'(x_{t-1}))"', "false"),
        ("--claim '\\partial x_t / \\partial x_{t-1} = W'", "false"),
        ("--claim '\\partial x_t / \\partial x_{t-1} = Q_{ab} W'", "undecided"),
    ],
)
def test_a_claim_is_judged(line: str, verdict: str) -> None:
    """--claim gives the verdict on a whole claim, or with --wrt on its right-hand side; a name is bound to it."""
    s = shell()
    shown = s.magic["symjac"](f"v {line}", RNN)
    assert s.names == {"v": shown}
    assert shown.verdict == verdict
    words = re.sub(r"\$[^$]*\$", "", shown._repr_mimebundle_()["text/markdown"])
    assert not re.search(r"[\\_^]", words)


def test_options_reach_the_reader() -> None:
    """Declarations, orientation and strictness mean in a cell what they mean elsewhere; backslashes stay."""
    request = read_line(
        r"J --wrt x --symbol '\phi: elementwise tanh' --symbol 'W: matrix n m' --orientation row --strict"
    )
    declared = ((r"\phi", "elementwise tanh"), ("W", "matrix n m"))
    assert request == Request("J", "x", None, declared, "row", strict=True)
    made = run(Request(wrt="x", orientation="row"), "y = W x").bound
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
        ("--wrt x --layout up", RNN, "numerator, denominator or both"),
        ("--layout both", RNN, "wants --wrt"),
        ("--wrt x --proof --claim W", RNN, "two cells"),
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


def test_notes_are_shown() -> None:
    """What the reading had to assume is shown above the result, its symbols as formulas."""
    s = shell()
    s.magic["symjac"]("", r"x_t = W_{in} \sigma(x_{t-1}")
    (shown,) = s.published
    assert shown["text/plain"].startswith("note: ")
    assert "> $W_{in}$: read as a matrix" in shown["text/markdown"]


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
    NotebookClient(notebook, timeout=600, record_timing=False).execute()
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
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=600, check=False)
    if missing := re.search(rb"File `(.*?)' not found", done.stdout):
        pytest.skip(f"nbconvert's LaTeX needs {missing[1].decode()}, which is not installed")
    assert done.returncode == 0, done.stdout[-500:]
