"""The verdict as page, article, Markdown and text: everything is there, once, and nothing is wider than its place."""

from __future__ import annotations

import html as entities
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from symjac import System
from symjac.claims import Verdict, check, check_record, printing
from symjac.claims.telling import groups
from symjac.claims.verdict import Formula, said
from symjac.confirm import confirm
from symjac.documents.verdict import html

from .test_html import Outline, seen

FOUNDING = r"\mathbf{x}_t=\mathbf{W}\sigma(\mathbf{x}_{t-1}) + \mathbf{W}_{\mathrm{in}}\mathbf{u}_t + \mathbf{b}"
RNN = r"h_t = \tanh(W h_{t-1} + U x_t + b)"
STATE = r"\frac{\partial h_t}{\partial h_{t-1}}"
GRU = (
    r"z_t = \sigma(W_z x_t + U_z h_{t-1} + b_z)",
    r"r_t = \sigma(W_r x_t + U_r h_{t-1} + b_r)",
    r"\tilde{h}_t = \tanh(W_h x_t + U_h (r_t \odot h_{t-1}) + b_h)",
    r"h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t",
)
GATES = (
    r"diag(1-z_t) + diag(\tilde h_t - h_{t-1}) diag(z_t \odot (1-z_t)) U_z + "
    r"diag(z_t \odot (1 - \tilde h_t^2)) U_h (diag(r_t) + diag(h_{t-1}) diag(r_t \odot (1 - r_t)) U_r^\top)"
)
CHAIN = (
    r"\frac{\partial s}{\partial b} = \frac{\partial s}{\partial h} \frac{\partial h}{\partial b} = u^T f'(z) \circ I"
)
STEPS = (
    r"\frac{\partial h_T}{\partial h_0} = \prod_{t=1}^{T} \frac{\partial h_t}{\partial h_{t-1}} "
    r"= \prod_{t=1}^{T} W^\top \cdot \mathrm{diag} \left(1 - h_t^2\right)"
)
CLAIMS: dict[str, tuple[tuple[str, ...], str]] = {
    "founding": (
        (FOUNDING,),
        r"\frac{\partial \mathbf{x}_i}{\partial\mathbf{x}_{i-1}} = \mathbf{W}^\top diag(\sigma'(\mathbf{x}_{i-1}))",
    ),
    "gru": (GRU, f"{STATE} = {GATES}"),
    "chain": ((r"s = u^T h", "h = f(z)", "z = W x + b"), CHAIN),
    "product": ((RNN,), STEPS),
    "unreadable": ((RNN,), rf"{STATE} = W diag(\sigma'(x_{{i-1}}) ("),
    "undecided": ((RNN,), f"{STATE} = diag(1 - h_t^2) W + Q"),
    "point": ((RNN,), f"{STATE} = diag(1 - h_{{t-1}}^2) W"),
    "sign": ((RNN,), f"{STATE} = diag(1 + h_t^2) W"),
    "bracket": ((RNN,), f"{STATE} = W diag(1 - h_t^2"),
}
NAMES = pytest.mark.parametrize("name", CLAIMS)


@cache
def verdict(name: str) -> Verdict:
    equations, claim = CLAIMS[name]
    return check_record(
        {"equations": equations, "claim": claim, "symbols": {"W": "matrix n n"} if name == "point" else {}}
    )


@cache
def page(name: str) -> str:
    return html(confirm(verdict(name)))


def math(source: str) -> list[ET.Element]:
    """The formulas of a page; each is well-formed."""
    return [ET.fromstring(m) for m in MATH.findall(source)]


MATH = re.compile(r"<math.*?</math>", re.DOTALL)


def section(source: str, head: str) -> str:
    return source.split(f"<h2>{head}</h2>")[1].split("</section>")[0]


@NAMES
def test_the_page_is_sound(name: str) -> None:
    """One h1 with the verdict in a word, no level skipped, one main, and nothing that is fetched from elsewhere."""
    source = page(name)
    outline = Outline(source)
    levels = [level for level, _ in outline.headings]
    assert levels.count(1) == 1
    assert printing.word(verdict(name)) in outline.headings[0][1]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert [outline.tags.count(t) for t in ("header", "main", "footer")] == [1, 1, 1]
    assert not re.search(r'(src|href)="(?!#)', source)
    ids = re.findall(r' id="(.*?)"', source)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#(.*?)"', source)) <= set(ids)


@NAMES
def test_every_formula_of_the_page_is_well_formed(name: str) -> None:
    """Each math element parses as XML and carries its LaTeX."""
    for element in math(page(name)):
        assert element.get("alttext")


@NAMES
def test_each_convention_has_its_row(name: str) -> None:
    """The table says of each convention what came out there, in a word beside the sign."""
    v = verdict(name)
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td class="word', page(name))
    assert rows == [row[0] for row in printing.table(v)] if v.conventions else rows == []


def test_the_counterexample_stands_in_matrices() -> None:
    """Values and both sides are matrices of MathML, and the entries that differ are marked."""
    example = section(page("founding").replace("<summary>", "").replace("</summary>", ""), "Where the sides differ")
    left = [m for m in math(example) if m.get("alttext") == r"\begin{pmatrix} 10 & -8 \\ 30 & 4 \end{pmatrix}"]
    assert [len(m.findall(".//mtr")) for m in left] == [2]
    assert ["".join(e.itertext()) for e in left[0].iter("mrow") if e.get("class") == "here"] == ["−8", "30"]


def test_what_is_changed_is_marked_in_both_formulas() -> None:
    """The claim as printed has the old part marked, the nearest true formula the new part."""

    def marked(name: str) -> dict[str, str]:
        found = [e for m in math(section(page(name), "The nearest true formula")) for e in m.iter("mrow")]
        return {e.attrib["class"]: "".join(e.itertext()) for e in found if "class" in e.attrib}

    assert marked("founding") == {"new": "𝐖", "old": "𝐖⊤"}
    assert marked("point") == {"new": "ht", "old": "ht−1"}
    assert marked("sign") == {"new": "−", "old": "+"}


def test_the_broken_link_is_marked() -> None:
    """In a chain each side has its line, and the one after the broken link says so."""
    claim = section(page("chain"), "The claim")
    assert re.findall(r'<td class="why">(.*?)</td>', claim) == ["✓ holds", "✗ breaks here"]
    assert claim.count('<tr class="broken">') == 1
    assert section(page("chain"), "The links of the chain").count("breaks in every convention") == 1


@pytest.mark.parametrize("name", ["unreadable", "bracket"])
def test_what_cannot_be_read_stands_as_it_was_typed(name: str) -> None:
    """A claim with a bracket astray is shown as source, never as another formula."""
    claim = re.sub("</?mark>", "", section(page(name), "The claim"))
    assert "<math" not in claim
    assert CLAIMS[name][1] in entities.unescape(claim)


def test_the_place_of_an_error_is_marked() -> None:
    """On the page of an unreadable claim the bracket that is never closed is marked."""
    assert "<mark>(</mark>" in page("unreadable")


def test_one_point_is_told_once() -> None:
    """Conventions refuted at the same values are told together, and none is lost."""
    text = printing.text(confirm(verdict("sign")))
    assert text.count("at m = 1") == 1
    assert "In every convention it is false" in text
    for name in CLAIMS:
        v = verdict(name)
        names = [n for g in groups(v) for n in g.names]
        assert sorted(names) == sorted(n for m in v.as_printed for n in m)
        for g in (g for g in groups(v) if g.cases):
            assert sorted(n for c in g.cases for n in c.names) == sorted(g.names)
            for c in g.cases:
                outcomes = [m[n].counterexample for m in v.as_printed for n in c.names]
                assert {(o.left, o.right) for o in outcomes if o} >= {(c.counterexample.left, c.counterexample.right)}


@NAMES
def test_text_fits_a_terminal(name: str) -> None:
    """After the answer no line is wider than 100 columns, and without a terminal there are no control characters."""
    answer, *lines = printing.text(confirm(verdict(name))).splitlines()
    assert answer.startswith(f"{printing.word(verdict(name))}: ")
    assert max(map(len, lines), default=0) <= 100
    assert printing.text(confirm(verdict(name))).replace("\n", "").isprintable()


def test_colour_points_out_the_change() -> None:
    """On a terminal the word has its colour, and so has the part of the formula that is new."""
    text = printing.text(confirm(verdict("sign")), colour=True)
    assert text.startswith("\x1b[1;31mfalse\x1b[0m: ")
    assert "1 \x1b[1;32m-\x1b[0m h_t^2" in text


@NAMES
def test_markdown_keeps_its_dollars_in_pairs(name: str) -> None:
    """No formula of the Markdown is cut, and the changed part has a box."""
    source = printing.markdown(confirm(verdict(name)))
    assert source.count("$") % 2 == 0
    assert all(f.count("{") == f.count("}") for f in re.findall(r"\$(.*?)\$", source))
    assert (r"\boxed{" in source) == (verdict(name).repair is not None)


@pytest.mark.tex
def test_no_line_of_the_article_is_overfull(tmp_path: Path) -> None:
    """Every article compiles, and TeX finds no line that is too wide."""
    for name in CLAIMS:
        (tmp_path / f"{name}.tex").write_text(printing.document(confirm(verdict(name))), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=600, check=False)
        log = done.stdout.decode("latin-1")
        assert done.returncode == 0, log[-2000:]
        assert "Overfull" not in log, (name, [line for line in log.splitlines() if "Overfull" in line])


@pytest.mark.tex
@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_the_published_claims_make_articles(step: int, tmp_path: Path) -> None:
    """What the papers' claims get to hear is LaTeX that compiles, all in one article."""
    data = Path(__file__).parent / "data" / "published.jsonl"
    records = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    found = "\n".join(printing.fragment(confirm(check_record(r))) for r in records[::step])
    (tmp_path / "all.tex").write_text(printing.ARTICLE % found, encoding="utf-8")
    assert shutil.which("pdflatex")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]


@pytest.mark.browser
@NAMES
def test_a_browser_lays_the_verdict_out(name: str, tmp_path: Path) -> None:
    """In Chromium every formula has a size, no element is unknown, nothing scrolls, no script fails."""
    report = seen(page(name).replace("<section>\n<h2>The claim", '<section class="theorem">\n<h2>The claim'), tmp_path)
    assert (report["empty"], report["unknown"], report["errors"]) == ([], 0, [])
    assert (report["scrolling"], report["sideways"]) == (0, False)


@pytest.mark.browser
def test_a_telephone_shows_the_verdict(tmp_path: Path) -> None:
    """In a narrow window tables scroll by themselves, never the page."""
    source = page("product").replace("<section>\n<h2>The claim", '<section class="theorem">\n<h2>The claim')
    assert seen(source, tmp_path, width=500)["sideways"] is False


def test_a_system_checks_to_the_same_page() -> None:
    """The page from a system and the page from equations are one."""
    equations, claim = CLAIMS["founding"]
    assert html(confirm(System(*equations).check(claim))) == html(confirm(check(equations, claim)))


@pytest.mark.parametrize(
    ("latex", "mark", "wanted"),
    [
        (r"a = W \\", None, "$a = W$"),
        (r"a = \left(W x\right)^T b", (9, 20), r"$a = \boxed{\left(W x\right)}^T b$"),
        ("1 + x", (2, 3), r"$1 \mathbin{\boxed{+}} x$"),
        ("A (b", (2, 4), "$A (b$"),
        ("W^a^b", None, "`W^a^b`"),
        (r"a \\ b", None, r"`a \\ b`"),
        ("Wᵀ x", (0, 2), r"$\boxed{W^{\top}} x$"),
    ],
)
def test_a_formula_is_given_to_latex_only_as_it_takes_it(latex: str, mark: tuple[int, int] | None, wanted: str) -> None:
    """Line ends go, a box closes around whole brackets, and what would not compile stands as code."""
    assert Formula(latex, mark=mark).markdown == wanted


def test_names_in_reasons_are_formulas() -> None:
    """Commands, scripts and shapes within a sentence are set as formulas, its words are not."""
    found = said(r"the operands of \circ do not fit: W_{in} is 1 x n, \nabla_{h_{t-1}} is a word")
    assert [x.latex for x in found if isinstance(x, Formula)] == [
        r"\circ",
        "W_{in}",
        r"1 \times n",
        r"\nabla_{h_{t-1}}",
    ]


def test_one_unreadable_equation_leaves_the_others_as_formulas() -> None:
    """In a system each equation that can be read is MathML; the others stand as they were typed."""
    v = replace(verdict("founding"), equations=("y = W x", "z = V (y"))
    system = section(html(confirm(v)), "The system")
    assert system.count("<math") >= 1
    assert "<code>z = V (y</code>" in system


def test_the_links_keep_the_brackets_of_the_chain() -> None:
    """A matrix in a link has the brackets that it has in the claim."""
    data = Path(__file__).parent / "data" / "published.jsonl"
    records = map(json.loads, data.read_text(encoding="utf-8").splitlines())
    v = check_record(next(r for r in records if r["id"] == "cs224n2019-l03-dh-dz"))
    links = section(html(confirm(v)), "The links of the chain")
    assert links.count("<mtable>") == links.count('<mo form="prefix">(</mo><mtable>') == 2


def test_a_head_is_not_repeated_in_its_paragraph() -> None:
    """What the transpose changes stands under a head that says so once."""
    page = html(confirm(verdict("founding")))
    assert page.partition("<footer>")[0].count("What the transpose changes") == 1
    assert "<p>For one step the eigenvalues are the same" in page
