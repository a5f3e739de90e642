"""PDF, SVG and PNG without TeX: what comes out, what is said when the typesetter is missing."""

from __future__ import annotations

import importlib.util
import re
import shutil
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from symjac import System, cells, preview
from symjac.cli import main
from symjac.errors import MissingToolError
from symjac.formats import Needs, formats_of
from symjac.jacobians import Jacobian
from symjac.typeset import boxes as b
from symjac.typeset.typst import write_typst

CELLS = {c.name: c for c in vars(cells).values() if isinstance(c, cells.Cell)}
SVG = "{http://www.w3.org/2000/svg}"


def cell(name: str) -> Jacobian:
    c = CELLS[name]
    return System(*c.equations, symbols=c.symbols).jacobian(c.of, wrt=c.wrt)


def sizes(J: Jacobian) -> dict[str, int]:
    return {str(s): 2 for info in J.system.symbols.values() for side in info.symbol.shape for s in side.free_symbols}


def png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


@pytest.mark.preview
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_becomes_a_pdf(name: str) -> None:
    """The page of every cell, its 2 x 2 example included, is set as a PDF."""
    J = cell(name)
    assert preview.page(J.page(n=sizes(J)), "pdf").startswith(b"%PDF")


def test_the_pictures_in_the_table_of_formats_can_be_drawn() -> None:
    """Every format that is a picture there is one that the compiler knows."""
    assert set(formats_of(Needs.PICTURE)) < set(preview.DRAWN)


@pytest.mark.preview
def test_a_formula_is_a_picture_of_its_own_size() -> None:
    """A formula's SVG is no larger than the formula, one layout smaller than both, and its title is its LaTeX."""
    J = cell("rnn")
    both, one = (ET.fromstring(J.svg(layout)) for layout in ("both", "denominator"))
    assert float(both.attrib["height"].removesuffix("pt")) > float(one.attrib["height"].removesuffix("pt")) > 10
    assert float(one.attrib["width"].removesuffix("pt")) < 200
    title = one.find(f"{SVG}title")
    assert title is not None
    assert title.text == rf"\frac{{\partial x_t}}{{\partial x_{{t-1}}}} = {J.formula('denominator')}"
    assert one.attrib["role"] == "img"


@pytest.mark.preview
def test_a_picture_needs_no_font() -> None:
    """The letters of an SVG are outlines within it: it holds no text element and asks for nothing from anywhere."""
    source = cell("gru").svg()
    assert "<text" not in source
    assert set(re.findall(r'(?:href|src)="(.)', source)) <= {"#"}


@pytest.mark.preview
def test_a_png_is_sharp() -> None:
    """A PNG has 300 pixels an inch on white paper: a formula of two lines is wider than 600 pixels."""
    width, height = png_size(cell("rnn").png())
    assert width > 600
    assert height > 150


@pytest.mark.preview
def test_a_page_is_one_picture() -> None:
    """A page as a picture is as tall as it has to be, however much it holds."""
    J = cell("gru")
    (_, short), (_, tall) = (png_size(preview.page(J.page(n=n), "png")) for n in (None, sizes(J)))
    assert tall > short > 1500


@pytest.mark.preview
@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_command_line_makes_pictures(suffix: str, start: bytes, tmp_path: Path) -> None:
    """The suffix of the output asks for a picture; --page for that of the page, which is larger."""
    files = [tmp_path / f"{name}.{suffix}" for name in ("formula", "page")]
    assert main(["derive", "rnn", "-o", str(files[0])]) == 0
    assert main(["derive", "rnn", "--page", "--n", "2", "-o", str(files[1])]) == 0
    formula, page = (f.read_bytes() for f in files)
    assert formula.startswith(start)
    assert page.startswith(start)
    assert len(page) > 2 * len(formula)


@pytest.mark.preview
def test_an_example_wants_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A formula alone has no room for --n, and other formats none for --page; each is said."""
    assert main(["derive", "rnn", "--n", "2", "-o", str(tmp_path / "a.svg")]) == 2
    assert "--page" in capsys.readouterr().err
    assert main(["derive", "rnn", "--page", "--to", "html"]) == 2
    assert "--page" in capsys.readouterr().err


@pytest.mark.preview
def test_a_pdf_needs_no_tex(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where TeX is missing and the extra is not, a PDF is made all the same, and a note says how."""
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name in ("pdflatex", "latexmk") else which(name))
    assert main(["derive", "rnn", "-o", str(tmp_path / "rnn.pdf")]) == 0
    assert (tmp_path / "rnn.pdf").read_bytes().startswith(b"%PDF")
    assert "Typst" in capsys.readouterr().err


def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the extra the message says what to install, the status is 2, and no file is left behind."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "typst" else find(name, *more))
    with pytest.raises(MissingToolError, match="typst") as caught:
        cell("rnn").svg()
    assert "symjac[preview]" in (caught.value.hint or "")
    assert main(["derive", "rnn", "-o", str(tmp_path / "rnn.png")]) == 2
    assert "pip install 'symjac[preview]'" in capsys.readouterr().err
    assert not (tmp_path / "rnn.png").exists()


def test_another_format_is_refused() -> None:
    """A picture in a format that is not made is an error that lists those that are."""
    with pytest.raises(ValueError, match="pdf, svg, png"):
        preview.formula(cell("rnn").confirmed(), "gif")


@pytest.mark.parametrize(
    ("box", "source"),
    [
        (b.Script(b.Ident("x"), b.Row((b.Ident("t"), b.Op(",", True), b.Ident("i")))), "attach(x, b: t comma i)"),
        (b.Row((b.Op("/", True), b.Op(";", True), b.Op(":", True))), r"\/ semi colon"),
        (b.Fence("(", b.Ident("x"), ")"), r"\( x \)"),
        (b.Plain('a "quoted" word'), r'"a \"quoted\" word"'),
        (b.Styled(r"\mathrm", b.Row((b.Ident("i"), b.Ident("n")))), 'upright("in")'),
        (b.Script(b.Ident(r"\sigma"), primes=2), "attach(σ, t: primes(#2))"),
    ],
)
def test_the_letters_of_typst_itself_are_escaped(box: b.Box, source: str) -> None:
    """What Typst would take for its own syntax reaches it as mathematics."""
    assert write_typst(box) == source
