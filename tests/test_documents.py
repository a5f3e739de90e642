"""The renderers: what compiles, what is portable, what a browser gets, and what is said when a tool is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from symjac import System, cells
from symjac.documents.compile import compile_pdf
from symjac.errors import MissingToolError
from symjac.jacobians import Jacobian

CELLS = {c.name: c for c in vars(cells).values() if isinstance(c, cells.Cell)}
HARD = {
    "superscripts": ([r"h^{(t)} = \tanh(W h^{(t-1)} + U x^{(t)} + b)"], "h^{(t-1)}", {}, "column"),
    "rows": ([r"x_t = \sigma(x_{t-1}) W + u_t W_{in} + b"], "x_{t-1}", {}, "row"),
    "long": (
        [r"y = " + " + ".join(rf"A_{k} \sigma(B_{k} x + b_{k})" for k in range(1, 8))],
        "x",
        {},
        "column",
    ),
    "nested": ([r"y = V \tanh(U \tanh(W x))"], "x", {}, "column"),
    "gradient": ([r"L = \frac{1}{2} (W x - y)^\top (W x - y)"], "W", {"L": "scalar"}, "column"),
}


@cache
def cell(name: str) -> Jacobian:
    c = CELLS[name]
    return System(*c.equations, symbols=c.symbols).jacobian(c.of, wrt=c.wrt)


@cache
def hard(name: str) -> Jacobian:
    equations, wrt, symbols, orientation = HARD[name]
    return System(*equations, symbols=symbols, orientation=orientation).jacobian(wrt=wrt)


def sizes(d: Jacobian) -> Mapping[str, int]:
    return {str(s): 2 for info in d.system.symbols.values() for side in info.symbol.shape for s in side.free_symbols}


def complaints(source: str, folder: Path) -> list[str]:
    """What pdflatex has to say about a document after its second run."""
    (folder / "page.tex").write_text(source, encoding="utf-8")
    for _ in range(2):
        subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "page.tex"],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=600,
        )
    log = (folder / "page.log").read_text(encoding="utf-8", errors="replace")
    return [s for s in log.splitlines() if re.match(r"!|Overfull|.*Warning|.*undefined|.*multiply", s)]


@pytest.mark.tex
@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("layout", ["both", "denominator"])
def test_hard_pages_compile_clean(name: str, layout: str, tmp_path: Path) -> None:
    """Superscripts, rows, long sums, nested layers and gradients by matrices compile clean too."""
    d = hard(name)
    assert complaints(d.document(layout=layout, n=sizes(d)), tmp_path) == []


@pytest.mark.tex
def test_two_fragments_share_a_paper(tmp_path: Path) -> None:
    """Two fragments go into a paper that has its own theorem environment and macros, without colliding."""
    fragments = [cell(name).latex() for name in ("rnn", "gru")]
    source = (
        r"\documentclass{article}\usepackage[a4paper,margin=27mm]{geometry}"
        r"\usepackage{amsmath,amssymb,amsthm}\newtheorem{theorem}{Satz}\newcommand{\symjacT}{\top}"
        "\n\\begin{document}\n" + "\n".join(fragments) + "\n\\end{document}\n"
    )
    assert complaints(source, tmp_path) == []


@pytest.mark.parametrize("name", CELLS)
def test_labels_and_references_match(name: str) -> None:
    """Every reference of a fragment has its label, every label is unique, and only referenced rows have one."""
    d = cell(name)
    source = d.latex(n=sizes(d))
    labels = re.findall(r"\\label\{(.*?)\}", source)
    assert len(labels) == len(set(labels))
    assert set(re.findall(r"\\(?:eq)?ref\{(.*?)\}", source)) <= set(labels)
    assert source.count(r"\begin{") == source.count(r"\end{")


def test_every_macro_is_provided() -> None:
    """A fragment stands alone: what it uses beyond amsmath and amsthm it provides, if the paper has not."""
    source = cell("gru").latex()
    used = set(re.findall(r"\\symjac[A-Za-z]+", source))
    provided = set(re.findall(r"\\providecommand\{(\\symjac[A-Za-z]+)\}", source))
    assert used <= provided
    for environment in set(re.findall(r"\\begin\{(theorem|lemma|example|corollary)\}", source)):
        assert rf"\ifcsname {environment}\endcsname\else" in source


@pytest.mark.parametrize("name", CELLS)
def test_markdown_is_portable(name: str) -> None:
    """Markdown uses only what KaTeX, MathJax and GitHub render, and no reference is left open."""
    d = cell(name)
    source = d.markdown(n=sizes(d))
    for banned in (
        r"\operatorname",
        r"\symjac",
        r"\label",
        r"\eqref",
        r"\ref",
        r"\begin{align}",
        r"\begin{align*}",
        r"\vphantom",
        r"\notag",
    ):
        assert banned not in source
    assert source.count("$$") % 2 == 0
    for block in source.split("$$")[1::2]:
        assert "\n\n" not in block, "a blank line ends a formula"
        assert block.count("{") == block.count("}")
    inline = re.sub(r"\$\$.*?\$\$", "", source, flags=re.DOTALL)
    assert inline.count("$") % 2 == 0
    assert source.startswith("### ")


@pytest.mark.parametrize("name", CELLS)
def test_text_has_no_commands(name: str) -> None:
    """Plain text is readable as it stands: no LaTeX command is left in it."""
    d = cell(name)
    assert "\\" not in d.text(n=sizes(d))


class _Page(HTMLParser):
    """Tags that must be closed are closed, and what the page refers to."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "mspace"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for key, value in attrs:
            if key == "id" and value:
                self.ids.append(value)
            if key in ("href", "src") and value:
                self.links.append(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", CELLS)
def test_html_is_self_contained(name: str) -> None:
    """The page's tags nest, its links stay inside it, and it asks for nothing from anywhere else."""
    d = cell(name)
    source = d.html(n=sizes(d))
    page = _Page()
    page.feed(source)
    page.close()
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert "link" not in page.tags
    assert "img" not in page.tags
    assert 'lang="en"' in source
    assert "prefers-color-scheme: dark" in source


def test_html_formulas_are_well_formed() -> None:
    """Each formula is well-formed MathML with its LaTeX as text alternative."""
    source = cell("layernorm_rnn").html()
    formulas = re.findall(r"<math.*?</math>", source)
    assert len(formulas) > 30
    for formula in formulas:
        assert ET.fromstring(formula).get("alttext")


def test_html_carries_its_latex() -> None:
    """The LaTeX of the page can be copied from it."""
    d = cell("rnn")
    source = d.html()
    assert 'id="source"' in source
    assert r"\providecommand{\symjacT}" in source


@pytest.mark.tex
def test_pdf_is_written(tmp_path: Path) -> None:
    """A PDF comes out where it was asked for."""
    path = cell("rnn").pdf(tmp_path / "rnn.pdf")
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.tex
def test_pdflatex_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where latexmk is missing pdflatex makes the PDF, references settled."""
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "latexmk" else which(name))
    path = cell("rnn").pdf(tmp_path / "rnn.pdf")
    assert path.read_bytes().startswith(b"%PDF")


def test_a_missing_tex_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LaTeX the message says what to install, and no file is left behind."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MissingToolError, match="pdflatex") as caught:
        cell("rnn").pdf(tmp_path / "rnn.pdf")
    assert "install" in (caught.value.hint or "")
    assert not (tmp_path / "rnn.pdf").exists()


@pytest.mark.tex
def test_a_failing_compilation_names_its_reason(tmp_path: Path) -> None:
    """What LaTeX could not do is in the message."""
    with pytest.raises(MissingToolError, match="nosuchpackage"):
        compile_pdf(r"\documentclass{article}\usepackage{nosuchpackage}\begin{document}x\end{document}", tmp_path / "x")


@pytest.mark.browser
def test_a_browser_shows_the_page(tmp_path: Path) -> None:
    """In headless Chromium no display of the GRU page is wider than the page."""
    path = tmp_path / "gru.html"
    probe = (
        "<script>document.title=[...document.querySelectorAll('.display')]"
        ".filter(e=>e.scrollWidth>e.clientWidth+1).length+' too wide of '"
        "+document.querySelectorAll('.display math').length</script></body>"
    )
    path.write_text(cell("gru").html().replace("</body>", probe), encoding="utf-8")
    browser = next(b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b))
    shown = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1100,1000",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    ).stdout
    found = re.search(r"<title>(\d+) too wide of (\d+)</title>", shown)
    assert found is not None
    assert int(found[1]) == 0
    assert int(found[2]) > 20
