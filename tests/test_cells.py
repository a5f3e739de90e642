"""The built-in collection."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import sympy

from symjac import System, cells
from symjac.cells import COLLECTION, Cell
from symjac.formats import render
from symjac.interchange.source import source
from symjac.jacobians import Jacobian

ALL = list(COLLECTION.values())


@cache
def jacobian(name: str) -> Jacobian:
    cell = COLLECTION[name]
    return System(cell).jacobian(cell.of, wrt=cell.wrt)


def test_the_collection_holds_what_it_promises() -> None:
    """At least sixteen cells, the ones of the documentation among them."""
    promised = {"rnn", "elman", "jordan", "tanh_rnn", "irnn", "esn", "gru", "gru_reset_after", "lstm", "lstm_peephole"}
    promised |= {"mgu", "indrnn", "antisymmetric", "highway", "residual", "layernorm_rnn", "ssm", "ssm_diagonal"}
    assert promised | {"attention", "hopfield"} == set(COLLECTION)


@pytest.mark.parametrize("cell", ALL, ids=lambda c: c.name)
def test_every_cell_is_reached_by_its_name(cell: Cell) -> None:
    """``symjac.cells.NAME`` is the cell called NAME."""
    assert getattr(cells, cell.name) is cell


@pytest.mark.parametrize("cell", ALL, ids=lambda c: c.name)
def test_every_cell_says_where_it_is_printed(cell: Cell) -> None:
    """A source names its authors, a title and a year."""
    assert re.search(r"\b(19|20)[0-9]{2}\b", cell.source)
    assert ":" in cell.source
    assert cell.title[0].isupper()
    assert not cell.title.endswith(".")


def test_no_two_cells_are_the_same_system() -> None:
    """Each cell has equations of its own."""
    assert len({cell.equations for cell in ALL}) == len(ALL)


@pytest.mark.parametrize("cell", ALL, ids=lambda c: c.name)
def test_every_cell_is_read_without_a_guess(cell: Cell) -> None:
    """Each symbol but a size is declared, so the only notes are about scalars added to vectors."""
    system = System(cell)
    assert {name for name, info in system.symbols.items() if not info.declared} <= {"n"}
    assert all("added to every entry" in note.message for note in system.notes)


@pytest.mark.parametrize("cell", ALL, ids=lambda c: c.name)
def test_every_cell_is_derived_and_passes_every_check(cell: Cell) -> None:
    """The cell's own target has a closed form that all roads confirm, the reader's among them."""
    J = jacobian(cell.name)
    assert [c.method for c in J.checks if c.passed] == ["rules", "entries", "sizes", "numbers", "readback"]


@pytest.mark.parametrize("cell", ALL, ids=lambda c: c.name)
def test_every_cells_source_for_sympy_evaluates(cell: Cell) -> None:
    """What ``--to sympy`` writes needs no name that SymPy does not export, and has the shape of the layout."""
    J = jacobian(cell.name)
    for closed in (J.numerator, J.denominator):
        read = eval(source(closed), dict(vars(sympy)))
        assert read.shape == closed.shape


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in ("rnn", "lstm", "ssm") else [pytest.mark.slow]) for n in COLLECTION]
)
def test_the_second_reader_takes_what_is_written_out(name: str) -> None:
    """The entries that a page prints at n = 2 mean the same to another library, where it can read them."""
    found = jacobian(name).confirmed(thorough=True)
    assert all(c.passed for c in found.checks)
    assert "second_reader" in {c.method for c in found.checks} | {c.method for c in found.not_run}


@pytest.mark.tex
def test_every_cells_page_compiles_without_a_complaint(tmp_path: Path) -> None:
    """The articles with the example at n = 2 compile; no line is too wide, no reference is undefined."""
    heads, bodies = set(), []
    for cell in ALL:
        article = render(jacobian(cell.name).page(n=2), "document")
        assert isinstance(article, str)
        head, _, rest = article.partition(r"\begin{document}")
        heads.add(head)
        body = re.sub(r"\\(label|ref|eqref)\{", rf"\\\1{{{cell.name}:", rest.partition(r"\end{document}")[0])
        (tmp_path / f"{cell.name}.tex").write_text(body, encoding="utf-8")
        bodies.append(rf"\input{{{cell.name}}}\clearpage")
    (head,) = heads
    (tmp_path / "page.tex").write_text("\n".join([head, r"\begin{document}", *bodies, r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    log = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode("latin-1")
    assert re.findall(r"^(?:!|Overfull|.*Warning|.*undefined|.*multiply).*", log, re.MULTILINE) == []
