"""The HTML page: its outline, what folds, what can be copied, and what a browser makes of it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from symjac import System, cells
from symjac.jacobians import Jacobian
from symjac.typeset import boxes as b, write_mathml


def cell(name: str) -> Jacobian:
    c = {c.name: c for c in vars(cells).values() if isinstance(c, cells.Cell)}[name]
    return System(*c.equations, symbols=c.symbols).jacobian(c.of, wrt=c.wrt)


class Outline(HTMLParser):
    """Headings with their levels, landmarks, and what stands in which element."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.path: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.inside: dict[str, set[str]] = {}
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for outer in self.path:
            self.inside.setdefault(outer, set()).add(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag != "meta":
            self.path.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop() == tag

    def handle_data(self, data: str) -> None:
        if any(re.fullmatch(r"h[1-6]", t) for t in self.path) and "annotation" not in self.path:
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)


@pytest.mark.parametrize("name", ["rnn", "gru", "layernorm_rnn"])
def test_the_outline_is_sound(name: str) -> None:
    """One h1, no level of heading skipped, and the landmarks header, main and footer once each."""
    page = Outline(cell(name).html(n=2))
    levels = [level for level, _ in page.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert [page.tags.count(t) for t in ("header", "main", "footer")] == [1, 1, 1]
    assert {"Setting", "Theorem 1"} <= {text for _, text in page.headings}


def test_no_link_hides_in_a_fold() -> None:
    """A heading that folds holds no link, which a click could not tell from folding."""
    assert "a" not in Outline(cell("gru").html(n=2)).inside["summary"]


def test_proofs_steps_and_examples_fold() -> None:
    """Each proof, each step of the GRU's and the example can be folded, and all are open at first."""
    source = cell("gru").html(n=2)
    folds = [html.unescape(re.sub("<annotation.*?</annotation>|<.*?>", "", s)) for s in _summaries(source)]
    assert folds == [
        "Proof",
        "Proof of Theorem 1",
        "Step 1: zt and rt.",
        "Step 2: h˜t.",
        "Step 3: ht.",
        "Example 4 (n=2,m=2)",
        "LaTeX source",
    ]
    assert source.count("<details") == source.count(" open>") + 1


def _summaries(source: str) -> list[str]:
    return re.findall(r"<summary>(.*?)</summary>", source)


@pytest.mark.parametrize("name", ["rnn", "gru"])
def test_both_layouts_have_a_card(name: str) -> None:
    """A theorem in both layouts sets each on a card under the layout's name, and its words name neither twice."""
    source = cell(name).html()
    theorem = source[source.index('<section class="theorem"') : source.index('<section class="proof"')]
    cards = re.findall(r'<div class="layout">\s*<h3>(.*?)</h3>', theorem)
    assert cards == ["Numerator layout", "Denominator layout"]
    assert "(numerator layout)" not in theorem
    assert ", in numerator layout" not in theorem


def test_one_layout_needs_no_card() -> None:
    """A page in one layout states its theorem in one line, the layout named beside it."""
    source = cell("rnn").html("denominator")
    assert '<div class="layout' not in source
    assert "(denominator layout)" in source


def test_each_display_gives_its_latex() -> None:
    """Beside each display a button holds its LaTeX, whole, alignment included."""
    J = cell("rnn")
    given = [html.unescape(t) for t in re.findall(r'data-tex="(.*?)"', J.html(), re.DOTALL)]
    assert rf"\frac{{\partial x_t}}{{\partial x_{{t-1}}}} = {J.formula()}" in given
    assert any(t.startswith("\\begin{aligned}\n") and t.count(r"\\") == 3 for t in given)
    assert all(t.count("{") == t.count("}") for t in given)


def test_a_prime_is_not_raised_twice() -> None:
    """Browsers raise what is in a superscript, and fonts have raised the prime already: it stands beside its letter."""
    assert write_mathml(b.Script(b.Ident("f"), primes=1)).count("msup") == 0
    both = write_mathml(b.Script(b.Ident("f"), b.Ident("k"), b.Num("2"), primes=1))
    assert both.startswith('<msubsup><mrow><mi>f</mi><mo form="postfix"')


def test_a_slanted_capital_does_not_touch_a_word() -> None:
    """Between W and diag stands a thin space and what W leans over; between W and x neither."""
    W, x = b.Named("W", b.Ident("W")), b.Ident("x")

    def space(*items: b.Box) -> float:
        return float(re.findall(r'mspace width="(.*?)em"', write_mathml(b.Row(items)))[0])

    assert space(W, b.Gap(), b.Mark("diag")) > space(x, b.Gap(), b.Mark("diag")) > space(x, b.Gap(), x)


PROBE = """
<script>
window.errors = []; window.onerror = m => errors.push(String(m));
</script>
"""
REPORT = """
<script>
{
  const held = [...document.querySelectorAll('math')].map(m => [m, m.getBoundingClientRect()]);
  const cards = [...document.querySelectorAll('.layout')].map(c => c.getBoundingClientRect());
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('.layout') ?? document.querySelector('.theorem'));
  getSelection().addRange(range);
  const event = new ClipboardEvent('copy', {clipboardData: new DataTransfer(), cancelable: true});
  document.dispatchEvent(event);
  const report = {
    formulas: held.length,
    empty: held.filter(([, r]) => r.width < 3 || r.height < 3).map(([m]) => m.outerHTML),
    scrolling: [...document.querySelectorAll('.display')].filter(e => e.scrollWidth > e.clientWidth + 1).length,
    sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    unknown: [...document.querySelectorAll('math *')].filter(e => e.constructor.name !== 'MathMLElement').length,
    beside: cards.length === 2 && cards[0].top === cards[1].top && cards[0].right <= cards[1].left,
    background: getComputedStyle(document.body).backgroundColor,
    copied: event.clipboardData.getData('text/plain'),
    errors: errors,
  };
  document.title = 'REPORT' + JSON.stringify(report);
}
</script></body>
"""


def seen(source: str, folder: Path, *flags: str, width: int = 1100) -> dict[str, object]:
    """What headless Chromium finds when it has laid a page out."""
    path = folder / "page.html"
    probed = source.replace("<head>", "<head>" + PROBE, 1).replace("</body>", REPORT)
    path.write_text(probed, encoding="utf-8")
    browser = next(b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b))
    size = f"--window-size={width},1000"
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", size, *flags, "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True).stdout
    found = re.search(r"<title>REPORT(.*?)</title>", shown, re.DOTALL)
    assert found is not None, shown[:300]
    report: dict[str, object] = json.loads(html.unescape(found[1]))
    return report


@pytest.mark.browser
@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "layernorm_rnn"])
def test_a_browser_lays_every_formula_out(name: str, tmp_path: Path) -> None:
    """Every formula gets a size in Chromium, no element is unknown to it, nothing scrolls, no script fails."""
    report = seen(cell(name).html(n=2), tmp_path)
    assert report["formulas"] > 20  # type: ignore[operator]
    assert (report["empty"], report["unknown"], report["errors"]) == ([], 0, [])
    assert (report["scrolling"], report["sideways"]) == (0, False)
    assert report["beside"] is (name != "lstm")


@pytest.mark.browser
def test_a_narrow_window_stacks_the_layouts(tmp_path: Path) -> None:
    """On a telephone the cards stand one above the other, and only displays scroll, never the page."""
    report = seen(cell("gru").html(), tmp_path, width=500)
    assert report["beside"] is False
    assert report["sideways"] is False


@pytest.mark.browser
def test_what_is_copied_is_latex(tmp_path: Path) -> None:
    """Copying a selection gives its formulas as LaTeX between dollars."""
    J = cell("rnn")
    copied = str(seen(J.html(), tmp_path)["copied"])
    assert copied.startswith("Numerator layout")
    assert r"$\frac{\partial x_t}{\partial x_{t-1}} = " + J.formula() + "$" in copied
    assert "TeX" not in copied


@pytest.mark.browser
def test_the_page_follows_the_reader_into_the_dark(tmp_path: Path) -> None:
    """Who prefers dark gets dark paper, who does not gets white."""
    source = cell("rnn").html()
    assert seen(source, tmp_path)["background"] == "rgb(255, 255, 255)"
    dark = seen(source, tmp_path, "--blink-settings=preferredColorScheme=0")["background"]
    assert dark == "rgb(22, 23, 27)"
