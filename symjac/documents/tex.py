"""LaTeX: a fragment for ``\\input`` and a complete article, for any TeX with amsmath and amsthm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from symjac.documents import layout
from symjac.documents.layout import Fitted, fit
from symjac.narrative.blocks import NUMBERED, Block, Display, Environment, Inlines, Page, Paragraph
from symjac.narrative.words import WORDS
from symjac.typeset.boxes import Box
from symjac.typeset.latex import PAGE, write_latex

LINE_WIDTH = 38.4
"""Ems in a line of the article: 150 mm at 11 pt, less a little."""

MACROS = r"""
\providecommand{\symjacT}{\mathsf{T}}                          % transpose mark
\providecommand{\symjacdiag}{\operatorname{diag}}              % diagonal matrix
\providecommand{\symjacone}{\mathbf{1}}                        % vector of ones
\providecommand{\symjachad}{\odot}                             % entrywise product
\providecommand{\symjacd}[2]{\frac{\partial #1}{\partial #2}}  % Jacobian or partial derivative
\providecommand{\symjacby}[1]{\text{\normalfont\small #1}}     % reason beside a step
\providecommand{\symjaclayout}[1]{\text{\normalfont #1}}       % name of a layout
""".strip()

_PREAMBLE = r"""
\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[a4paper,hmargin=30mm,top=26mm,bottom=28mm]{geometry}
\IfFileExists{microtype.sty}{\usepackage{microtype}}{}
\usepackage{amsmath,amssymb,amsthm}
\allowdisplaybreaks[1]
\emergencystretch=4em
""".strip()


def _environments() -> str:
    """Theorem environments, each unless the paper has its own."""
    out: list[str] = []
    for kind in NUMBERED:
        counter = "" if kind == "theorem" else "[theorem]"
        style = "definition" if kind == "example" else "plain"
        out.append(
            rf"\ifcsname {kind}\endcsname\else\symjacstyle{{{style}}}"
            rf"\newtheorem{{{kind}}}{counter}{{{WORDS[kind]}}}\fi"
        )
    return "\n".join([_STYLE, _HEADING, *out, _PROOF.replace("PROOF", WORDS["proof"])])


# From an equation to itself, where a paper has one number for all.
_ONE_LABEL = re.compile(r"(\\eqref\{([^{}]*)\})--\\eqref\{\2\}")

# Some classes of journals do without amsthm, and slides without paragraphs.
_HEADING = r"\providecommand{\paragraph}[1]{\par\smallskip\noindent\textbf{#1} }"
_STYLE = r"\providecommand{\symjacstyle}[1]{\ifcsname theoremstyle\endcsname\theoremstyle{#1}\fi}"
_PROOF = (
    r"\ifcsname proof\endcsname\else\newenvironment{proof}[1][PROOF]{\par\smallskip\noindent\textit{#1.} }"
    r"{\unskip\nobreak\hfill\rule{1ex}{1ex}\par\smallskip}\fi"
)


def fragment(page: Page) -> str:
    """The page for ``\\input`` into a paper that loads amsmath and amssymb; amsthm is used where it is there."""
    return (
        "% Needs amsmath and amssymb; uses amsthm. Every macro may be redefined before this file is read.\n"
        f"{MACROS}\n{_environments()}\n\n{Writer(page).blocks(page.blocks)}"
    )


def article(page: Page) -> str:
    """The page as an article that compiles as it stands."""
    title = Writer(page).inlines(page.title)
    return (
        f"{_PREAMBLE}\n\n{MACROS}\n{_environments()}\n\n\\begin{{document}}\n\n\\section*{{{title}}}\n\n"
        f"{Writer(page).blocks(page.blocks)}\n\\end{{document}}\n"
    )


@dataclass(frozen=True)
class Writer(layout.Writer):
    """Blocks of one page as LaTeX.

    ``width`` is the room for a formula in ems; ``environments`` and ``labels`` name what a paper calls otherwise;
    ``mark`` stands between the page's prefix and a label.
    """

    width: float = LINE_WIDTH
    environments: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    mark: str = ":"

    def label(self, name: str) -> str:
        """The label of a row or environment in the whole paper."""
        return self.labels.get(name, f"{self.page.prefix}{self.mark}{name}")

    def blocks(self, blocks: tuple[Block, ...]) -> str:
        """Blocks in order; a blank line ends a paragraph only where a new one begins."""
        out = ""
        before: Block | None = None
        for b in blocks:
            joined = isinstance(b, Display) or (
                isinstance(b, Paragraph) and isinstance(before, Display) and not b.start
            )
            out += ("" if before is None or joined else "\n") + self._block(b)
            before = b
        return out

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(content, heading):
                head = rf"\paragraph{{{heading}.}} " if heading else r"\smallskip\noindent " if block.start else ""
                return f"{head}{self.inlines(content)}\n"
            case Display():
                return self._display(block)
            case Environment(kind, blocks, title, label):
                option = f"[{self.inlines(title)}]" if title else ""
                known = label is not None and (label in self.page.references or label in self.labels)
                mark = rf"\label{{{self.label(str(label))}}}" if known else ""
                inner = self.blocks(blocks)
                name = self.environments.get(kind, kind)
                return f"\\begin{{{name}}}{option}{mark}\n{inner}\\end{{{name}}}\n"

    def inlines(self, content: Inlines) -> str:
        return _ONE_LABEL.sub(r"\1", super().inlines(content))

    def text(self, text: str) -> str:
        return text.replace("–", "--")

    def math(self, box: Box) -> str:
        return f"${_tex(box)}$"

    def emph(self, text: str) -> str:
        return rf"\emph{{{text}}}"

    def ref(self, label: str) -> str:
        return rf"\{'ref' if label in self.named else 'eqref'}{{{self.label(label)}}}"

    def _display(self, display: Display) -> str:
        rows = fit(self.page, display, self.width)
        numbered = any(r.label for r in rows)
        if len(rows) == 1 and len(rows[0].pieces) == 1 and not rows[0].beside and not rows[0].below:
            return self._single(rows[0])
        lines: list[str] = []
        for n, r in enumerate(rows):
            lines += self._lines(r, numbered=numbered, last=n == len(rows) - 1)
        notes = any(r.beside and r.note for r in rows)
        name = ("alignat" if notes else "align") + ("" if numbered else "*")
        argument = "{2}" if notes else ""
        body = " \\\\\n".join(lines)
        return f"\\begin{{{name}}}{argument}\n{body}\n\\end{{{name}}}\n"

    def _single(self, r: Fitted) -> str:
        left = f"{_tex(r.lhs)} {r.relation} " if r.lhs is not None else ""
        body = f"  {left}{_tex(r.pieces[0].box)}{r.closing}"
        if r.label:
            return f"\\begin{{equation}}\\label{{{self.label(r.label)}}}\n{body}\n\\end{{equation}}\n"
        return f"\\[\n{body}\n\\]\n"

    def _lines(self, r: Fitted, *, numbered: bool, last: bool) -> list[str]:
        """The rows of an alignment that one told row takes."""
        left = _tex(r.lhs) if r.lhs is not None else ""
        out: list[str] = []
        for n, (piece, words) in enumerate(zip_longest(r.pieces, r.beside)):
            if piece is None:
                line = "  &"
            elif n == 0:
                line = f"  {left} &{r.relation} {_tex(piece.box)}"
            else:
                indent = r"\qquad" + r"\;" * (2 * piece.depth)
                line = f"  &{indent} {{}}{_tex(piece.box)}"
            if n == len(r.pieces) - 1:
                line += r.closing
            if words is not None:
                gap = r"\qquad" if r.note else ""
                line += f"\n    &&{gap}{self._by(r, words)}"
            out.append(line)
        if r.below:
            out.append(rf"  &\qquad{self._by(r, r.below)}")
        if numbered:
            label = rf" \label{{{self.label(r.label)}}}" if r.label else r" \nonumber"
            out = [f"{line} \\nonumber" for line in out[:-1]] + [out[-1] + label]
        return out

    def _by(self, r: Fitted, words: Inlines) -> str:
        macro = "symjaclayout" if r.note else "symjacby"
        return rf"\{macro}{{{self.inlines(words)}}}"


def _tex(box: Box) -> str:
    return write_latex(box, PAGE)
