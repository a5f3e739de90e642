"""One self-contained HTML page whose formulas browsers lay out themselves, as MathML.

Headings give its outline; proofs, their steps and examples fold; the two layouts of a theorem stand
side by side where there is room; every display gives its LaTeX away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from symjac.documents.dress import SCRIPT, STYLE
from symjac.documents.layout import NUMBER, RELATION, Fitted, Writer, fit
from symjac.documents.tex import fragment
from symjac.narrative.blocks import Block, Display, Emph, Environment, Inlines, Page, Paragraph, Ref, in_text
from symjac.narrative.words import WORDS, told
from symjac.typeset.boxes import Box, Op, row, width
from symjac.typeset.breaking import INDENT
from symjac.typeset.latex import PLAIN, write_latex
from symjac.typeset.mathml import math_element

LINE_WIDTH = 46.0
CARD_WIDTH = 23.5
"""The room of a formula that shares a line with another."""
LAYOUTS = {"num": "numerator", "den": "denominator"}
FOLDED = ("proof", "example")


def html(page: Page) -> str:
    """The page as HTML that needs no network, no script library and no font of its own."""
    return _Writer(page).whole()


class _Writer(Writer):
    def whole(self) -> str:
        title = f"<h1>{self.unlinked(self.page.title)}</h1>"
        name = in_text(self.page.title, self.page.style)
        return frame(name, title, self.sections(), fragment(self.page), STYLE)

    # ---------------------------------------------------------------------------------------- blocks

    def sections(self) -> str:
        """The page's blocks; a paragraph with a heading opens a section that lasts until an environment."""
        out: list[str] = []
        inside = False
        for block in self.page.blocks:
            opens = isinstance(block, Paragraph) and block.heading is not None
            if inside and (opens or isinstance(block, Environment)):
                out.append("</section>")
                inside = False
            if isinstance(block, Paragraph) and block.heading is not None:
                out.append(f"<section>\n<h2>{escape(block.heading)}</h2>")
                inside = True
            out.append(self.environment(block) if isinstance(block, Environment) else self.block(block))
        return "\n".join([*out, "</section>"] if inside else out)

    def block(self, block: Block, tail: str = "") -> str:
        match block:
            case Paragraph(content):
                return f"<p>{self.inlines(content)}{tail}</p>"
            case Display():
                return self.display(block) + tail
            case Environment():
                return self.environment(block)

    def environment(self, e: Environment) -> str:
        end = f'<span class="qed" role="img" aria-label="{WORDS["qed"]}">□</span>' if e.kind == "proof" else ""
        head = f"<h2>{self.head(e)}</h2>"
        body = self.layouts(e.blocks) if e.kind == "theorem" else self.steps(e.blocks, end)
        if e.kind in FOLDED:
            body = f"<details open>\n<summary>{head}</summary>\n{body}\n</details>"
        else:
            body = f"{head}\n{body}"
        mark = f' id="{self.page.prefix}-{e.label}"' if e.label in self.numbers else ""
        return f'<section class="{e.kind}"{mark}>\n{body}\n</section>'

    def head(self, e: Environment) -> str:
        if e.kind == "proof" and e.title:
            return self.unlinked(e.title)
        return f"{self.name(e)} ({self.unlinked(e.title)})" if e.title else self.name(e)

    def steps(self, blocks: Sequence[Block], end: str) -> str:
        """The blocks of an environment; each paragraph that names a step folds away what follows it."""
        out: list[str] = []
        inside = False
        for n, block in enumerate(blocks):
            tail = end if n == len(blocks) - 1 else ""
            if isinstance(block, Paragraph) and block.start and isinstance(block.content[0], Emph):
                out += ["</details>"] if inside else []
                out.append(f'<details class="step" open>\n<summary><h3>{self.inlines(block.content)}</h3></summary>')
                inside = True
                if tail:
                    out.append(f"<p>{tail}</p>")
            else:
                out.append(self.block(block, tail))
        return "\n".join([*out, "</details>"] if inside else out)

    def layouts(self, blocks: Sequence[Block]) -> str:
        """A theorem; where it states both layouts, each has a card of its own, side by side where they fit."""
        rows = [r for b in blocks if isinstance(b, Display) for r in b.rows]
        if [r.label for r in rows] != list(LAYOUTS):
            return self.steps(blocks, "")
        # The cards' headings say which layout is which.
        words = [
            _without_layout(b) for b in blocks if isinstance(b, Paragraph) and b.content != told("then_denominator")
        ]
        singles = [Display((replace(r, note=()),)) for r in rows]
        beside = all(self.fits(d, CARD_WIDTH) for d in singles)
        cards = [
            f'<div class="layout">\n<h3>{WORDS[f"head_{layout}"]}</h3>\n'
            f"{self.display(d, CARD_WIDTH if beside else LINE_WIDTH - 2)}\n</div>"
            for d, layout in zip(singles, LAYOUTS.values(), strict=True)
        ]
        return "\n".join(
            [*(self.block(b) for b in words), f'<div class="layouts{"" if beside else " stacked"}">', *cards, "</div>"]
        )

    def fits(self, display: Display, room: float) -> bool:
        """Whether every line of a display, broken where it can be, is within so many ems."""
        rows = fit(self.page, display, room)
        left = max((width(r.lhs) + RELATION for r in rows if r.lhs is not None), default=0.0)
        number = NUMBER if any(r.label for r in rows) else 0.0
        widest = max(width(piece.box) + (INDENT if n else 0) for r in rows for n, piece in enumerate(r.pieces))
        return left + widest + number <= room

    # --------------------------------------------------------------------------------------- inlines

    def unlinked(self, content: Inlines) -> str:
        """Words and formulas in a heading, whose references lead nowhere."""
        return self.inlines(tuple(self.number(i.label) if isinstance(i, Ref) else i for i in content))

    def text(self, text: str) -> str:
        return escape(text)

    def math(self, box: Box) -> str:
        return shown(box)

    def emph(self, text: str) -> str:
        return f"<em>{escape(text)}</em>"

    def ref(self, label: str) -> str:
        return f'<a href="#{self.page.prefix}-{label}">{self.number(label)}</a>'

    # -------------------------------------------------------------------------------------- displays

    def display(self, display: Display, room: float = LINE_WIDTH) -> str:
        rows = "\n".join(self.row(r) for r in fit(self.page, display, room))
        return formula(rows, self.tex(display))

    def tex(self, display: Display) -> str:
        """The formula of a display in LaTeX, ready for a displayed equation of one's own."""
        rows = []
        for r in display.rows:
            left = write_latex(self.page.box(r.lhs), PLAIN) + " " if r.lhs is not None else ""
            rows.append((left, f"{r.relation} {write_latex(self.page.box(r.rhs), PLAIN)}"))
        if len(rows) == 1:
            return "".join(rows[0])
        return "\\begin{aligned}\n" + " \\\\\n".join("&".join(r) for r in rows) + "\n\\end{aligned}"

    def row(self, r: Fitted) -> str:
        left = shown(r.lhs, large=True) if r.lhs is not None else ""
        out: list[str] = []
        for n, piece in enumerate(r.pieces):
            last = n == len(r.pieces) - 1
            body = shown(row(Op(r.relation), piece.box) if n == 0 else piece.box, large=True)
            more = "" if n == 0 else " more"
            why = self.inlines(r.words) if n == 0 else ""
            mark, number = "", ""
            if last and r.label:
                mark, number = f' id="{self.page.prefix}-{r.label}"', f"({self.numbers[r.label]})"
            out.append(
                f'<tr><td class="lhs">{left if n == 0 else ""}</td>'
                f'<td class="rhs{more}">{body}{r.end if last else ""}</td>'
                f'<td class="why">{why}</td><td class="number"{mark}>{number}</td></tr>'
            )
        return "\n".join(out)


def frame(title: str, heading: str, main: str, source: str, style: str) -> str:
    """A page around what its header and its main part hold; the LaTeX source folds at its foot."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="symjac">
<title>{escape(title)}</title>
<style>
{style}
</style>
</head>
<body>
<header>
{heading}
</header>
<main>
{main}
</main>
<footer>
<details>
<summary>{WORDS["source"]}</summary>
<p><button type="button" data-copy="source" data-done="{WORDS["copied"]}" hidden>{WORDS["copy"]}</button></p>
<pre id="source" tabindex="0" role="group" aria-label="{WORDS["source"]}">{escape(source)}</pre>
</details>
</footer>
<div id="said" class="unseen" role="status"></div>
<script>
{SCRIPT}
</script>
</body>
</html>
"""


def formula(rows: str, tex: str) -> str:
    """A displayed formula from the rows of its table, with a button that gives its LaTeX."""
    return (
        f'<div class="formula"><div class="display" tabindex="0" role="group" aria-label="{WORDS["formula"]}">'
        f'<table role="presentation">\n{rows}\n</table></div>'
        f'<button type="button" data-copy="formula" data-tex="{escape(tex, quote=True)}" '
        f'data-done="{WORDS["copied"]}" '
        f'aria-label="{WORDS["copy_formula"]}" title="{WORDS["copy_formula"]}" hidden>TeX</button></div>'
    )


def _without_layout(p: Paragraph) -> Paragraph:
    """The words that lead up to a theorem's first formula, without the name of its layout."""
    *before, last = p.content
    if last == WORDS["for_every_numerator"].rpartition("}")[2]:
        return replace(p, content=(*before, WORDS["for_every"].rpartition("}")[2]))
    return p


def shown(box: Box, *, large: bool = False) -> str:
    """A formula as MathML, with its LaTeX beside it."""
    element = math_element(box, write_latex(box, PLAIN))
    return element.replace("<math ", '<math displaystyle="true" ', 1) if large else element
