"""One self-contained HTML page whose formulas browsers lay out themselves, as MathML."""

from __future__ import annotations

from html import escape

from symjac.documents.layout import Fitted, fit
from symjac.documents.tex import fragment
from symjac.narrative import Block, Display, Emph, Environment, Inline, Inlines, Math, Page, Paragraph, Ref
from symjac.narrative.blocks import NUMBERED
from symjac.narrative.words import WORDS
from symjac.typeset.boxes import Box, Op, row
from symjac.typeset.latex import PLAIN, write_latex
from symjac.typeset.mathml import math_element
from symjac.typeset.text import write_text

LINE_WIDTH = 42.0

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --soft: #55565e; --rule: #d9d9df; --tint: #f6f6f9;
        --link: #1f4e9c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6ea; --paper: #16171b; --soft: #a6a8b3; --rule: #34363f; --tint: #1d1f25; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 52rem; color: var(--ink); background: var(--paper);
       font: 1.0625rem/1.6 "Latin Modern Roman", "STIX Two Text", Charter, Georgia, "Times New Roman", serif; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 1.5rem; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
h1 math { font-weight: normal; }
a { color: var(--link); text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
section { margin: 1.25rem 0; }
.theorem, .lemma, .corollary { background: var(--tint); border-left: 3px solid var(--rule); padding: .5rem 1rem; }
.theorem > p, .lemma > p, .corollary > p { font-style: italic; }
.head { font-weight: bold; font-style: normal; }
.proof > p:first-child .head { font-weight: normal; font-style: italic; }
.display { overflow-x: auto; margin: .75rem 0; }
.display table { border-collapse: collapse; margin: 0 auto; width: 100%; }
.display td { padding: .3rem 0; vertical-align: baseline; white-space: nowrap; }
.lhs { text-align: right; } .display td.rhs { text-align: left; padding-left: .3em; }
.display td.more { padding-left: 2.6em; }
.display td.why { padding-left: 1.5em; color: var(--soft); font-size: .92em; white-space: normal; min-width: 7em; }
.display td.number { text-align: right; padding-left: 1em; width: 1%; }
.qed { float: right; }
details { margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: .75rem; }
summary { cursor: pointer; color: var(--soft); }
pre { overflow-x: auto; background: var(--tint); padding: 1rem; font-size: .8rem; line-height: 1.45; }
button { font: inherit; font-size: .85rem; padding: .2rem .7rem; border: 1px solid var(--rule); border-radius: .3rem;
         background: var(--tint); color: inherit; cursor: pointer; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } details { display: none; }
  section { break-inside: avoid-page; } .display { overflow: visible; } }
""".strip()

_COPY = (
    "const b=document.getElementById('copy');b.hidden=!navigator.clipboard;"
    "b.addEventListener('click',()=>navigator.clipboard.writeText(document.getElementById('source').textContent)"
    ".then(()=>{b.textContent=b.dataset.done}))"
)


def html(page: Page) -> str:
    """The page as HTML that needs no network, no script library and no font of its own."""
    numbers = page.numbers()
    title = _inlines(page.title, page, numbers)
    bare = escape("".join(i if isinstance(i, str) else _bare(i, page) for i in page.title))
    body = "\n".join(_block(b, page, numbers) for b in page.blocks)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{bare}</title>
<style>
{STYLE}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
<details>
<summary>{WORDS["source"]}</summary>
<p><button type="button" id="copy" data-done="{WORDS["copied"]}" hidden>{WORDS["copy"]}</button></p>
<pre id="source">{escape(fragment(page))}</pre>
</details>
<script>{_COPY}</script>
</body>
</html>
"""


def _bare(i: Inline, page: Page) -> str:
    return write_text(page.box(i.formula)) if isinstance(i, Math) else ""


def _block(block: Block, page: Page, numbers: dict[str, str], head: str = "", tail: str = "") -> str:
    match block:
        case Paragraph(content, heading):
            opening = f'<span class="head">{heading}.</span> ' if heading else head
            return f"<p>{opening}{_inlines(content, page, numbers)}{tail}</p>"
        case Display():
            return _display(block, page, numbers)
        case Environment(kind, blocks, title, label):
            first = f'<span class="head">{_head(kind, title, label, page, numbers)}</span> '
            end = '<span class="qed" aria-label="end of proof">□</span>' if kind == "proof" else ""
            inner = [
                _block(b, page, numbers, first if n == 0 else "", end if n == len(blocks) - 1 else "")
                for n, b in enumerate(blocks)
            ]
            mark = f' id="{page.prefix}-{label}"' if label in numbers else ""
            return f'<section class="{kind}"{mark}>\n' + "\n".join(inner) + "\n</section>"


def _head(kind: str, title: Inlines, label: str | None, page: Page, numbers: dict[str, str]) -> str:
    if kind == "proof":
        return (_inlines(title, page, numbers) if title else WORDS[kind]) + "."
    number = f" {numbers[label]}" if kind in NUMBERED and label in numbers else ""
    named = f" ({_inlines(title, page, numbers)})" if title else ""
    return f"{WORDS[kind]}{number}{named}."


def _inlines(content: Inlines, page: Page, numbers: dict[str, str]) -> str:
    return "".join(_inline(i, page, numbers) for i in content)


def _inline(i: Inline, page: Page, numbers: dict[str, str]) -> str:
    match i:
        case str():
            return escape(i)
        case Math(formula):
            return _math(page.box(formula))
        case Emph(text):
            return f"<em>{escape(text)}</em>"
        case Ref(label):
            environments = {b.label for b in page.walk() if isinstance(b, Environment)}
            shown = numbers[label] if label in environments else f"({numbers[label]})"
            return f'<a href="#{page.prefix}-{label}">{shown}</a>'


def _math(box: Box, *, large: bool = False) -> str:
    element = math_element(box, write_latex(box, PLAIN))
    return element.replace("<math ", '<math displaystyle="true" ', 1) if large else element


def _display(display: Display, page: Page, numbers: dict[str, str]) -> str:
    rows = "\n".join(_row(r, page, numbers) for r in fit(page, display, LINE_WIDTH))
    return f'<div class="display" tabindex="0"><table role="presentation">\n{rows}\n</table></div>'


def _row(r: Fitted, page: Page, numbers: dict[str, str]) -> str:
    left = _math(r.lhs, large=True) if r.lhs is not None else ""
    out: list[str] = []
    words = r.words
    for n, piece in enumerate(r.pieces):
        last = n == len(r.pieces) - 1
        body = _math(row(Op(r.relation), piece.box) if n == 0 else piece.box, large=True)
        more = "" if n == 0 else " more"
        why = _inlines(words, page, numbers) if n == 0 else ""
        number = f'<a id="{page.prefix}-{r.label}"></a>({numbers[r.label]})' if last and r.label else ""
        out.append(
            f'<tr><td class="lhs">{left if n == 0 else ""}</td><td class="rhs{more}">{body}{r.end if last else ""}</td>'
            f'<td class="why">{why}</td><td class="number">{number}</td></tr>'
        )
    return "\n".join(out)
