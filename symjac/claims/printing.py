"""The verdict printed: sentences, plain text, LaTeX and Markdown from the same telling."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from symjac.claims.conventions import WORDS
from symjac.claims.telling import ORDERS, found
from symjac.claims.verdict import Formula, Paragraph, Told, Verdict, said
from symjac.confirm import Confirmed

WIDTH = 100
TIED = 72  # a formula of up to so many characters stays on one line
TIE = "\0"  # a space at which no line ends
ON, OFF = "\1", "\2"  # where a stretch that is pointed out begins and ends
COLOURS = {"true": "32", "false": "31"}
TABLED = "outcomes"  # what a table of the conventions says already
SPECIALS = str.maketrans(
    {c: "\\" + c for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)
ROOM = r"\renewcommand{\arraystretch}{1.15}\lineskip=3pt\lineskiplimit=3pt "  # matrices do not touch
LONG = 80  # a formula of more characters may need more than one line
_LEFT, _RIGHT = (r"\left(", r"\bigl("), (r"\right)", r"\bigr)")
_BREAKS = re.compile(r"(?<=[ }=+)])")
ARTICLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 2pt}
\begin{document}
%s\end{document}
"""
HEADS = {
    "right": "The right formula",
    "repair": "The nearest true formula",
    "links": "The links of the chain",
    "rows": "Row vectors",
    "examples": "Where the sides differ",
    "change": "What the transpose changes",
}


def title(v: Verdict) -> str:
    """The question that the verdict answers."""
    return "Is it a bound?" if v.signs else "Is it the derivative?"


def word(v: Verdict) -> str:
    """The verdict in a word or a few."""
    if v.verdict == "true" and not any(name.endswith("column") for name in v.holds_in) and not v.asked:
        return "true for row vectors only"
    return v.verdict


def table(v: Verdict) -> Iterator[tuple[str, str, Told]]:
    """A row for each convention: its name, what came out there, and the reason."""
    for order, outcomes in zip(ORDERS[len(v.as_printed)], v.as_printed, strict=True):
        for name, o in outcomes.items():
            came_out, reason = found(o)
            yield f"{WORDS[name]}{order}", came_out, said(reason)


# ------------------------------------------------------------------------------------------ plain text


def sentences(v: Verdict) -> str:
    """The whole argument in one line."""
    return " ".join(_sentence(p) for p in v.paragraphs)


def _sentence(p: Paragraph) -> str:
    items = "; ".join(_plain(item) for item in p.items)
    return f"{_plain(p.content)} {items}." if items else _plain(p.content)


def _plain(p: Told) -> str:
    return "".join(x if isinstance(x, str) else (x.plain or x.latex) for x in p)


def text(confirmed: Confirmed[Verdict], *, colour: bool = False) -> str:
    """The verdict in a word and what follows for the formula; then, after a blank line, the reasons."""
    v = confirmed.statement
    judged = word(v)
    if colour:
        judged = f"\x1b[1;{COLOURS.get(v.verdict, '33')}m{judged}\x1b[0m"
    first, *_ = v.told.get("first", (Paragraph((v.explanation,)),))
    out = [f"{judged}: {_plain(first.content)}"]
    for parts in (("right", "repair", "else", "links"), ("rows", "outcomes", "examples", "change")):
        lines = [line for part in parts for p in v.told.get(part, ()) for line in _lines(p)]
        out += ["", *lines] if lines else []
    on, off = ("\x1b[1;32m", "\x1b[0m") if colour else ("", "")
    return "\n".join(out).replace(ON, on).replace(OFF, off) + "\n"


def _lines(p: Paragraph) -> Iterator[str]:
    yield from _wrapped(p.content, "", "  ")
    for item in p.items:
        yield from _wrapped(item, "  - ", "    ")


def _wrapped(told: Told, first: str, rest: str) -> list[str]:
    whole = "".join(x if isinstance(x, str) else _tied(x) for x in told)
    lines = textwrap.wrap(
        whole, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(TIE, " ") for line in lines]


def _tied(f: Formula) -> str:
    """A formula in plain text; a short one is not parted."""
    shown = f.plain or f.latex
    if f.mark is not None:
        start, end = f.mark
        shown = f"{f.latex[:start]}{ON}{f.latex[start:end]}{OFF}{f.latex[end:]}"
    return shown.replace(" ", TIE) if len(shown) <= TIED else shown


# ----------------------------------------------------------------------------------------------- LaTeX


def _tex_words(words: str) -> str:
    return words.translate(SPECIALS).encode("ascii", "replace").decode()


def _tex(x: str | Formula) -> str:
    if isinstance(x, str):
        return _tex_words(x)
    if x.typesets:
        # No line ends between brackets that grow.
        long = len(x.latex) > LONG
        return f"${x.pointed.replace(*_LEFT).replace(*_RIGHT) if long else x.pointed}$"
    # As characters a formula has no place of its own where a line may end.
    parts = r"\allowbreak ".join(map(_tex_words, _BREAKS.split(x.latex)))
    return rf"\texttt{{{parts}}}"


def _told(p: Told) -> str:
    return "".join(map(_tex, p))


def _quoted(formulas: tuple[str, ...]) -> str:
    """Formulas as displays that break where a line is full."""
    displayed = [rf"$\displaystyle {f.source}$" if f.typesets else _tex(f) for f in map(Formula, formulas)]
    shown = "\\\\\n".join(displayed)
    return f"\\begin{{quote}}\\raggedright\n{shown}\n\\end{{quote}}\n"


def _paragraph(p: Paragraph) -> str:
    items = "".join(f"\\item {_told(item)}\n" for item in p.items)
    compact = "\\setlength{\\itemsep}{2pt}\\setlength{\\parskip}{0pt}\n"
    return _told(p.content) + (f"\n\\begin{{itemize}}{compact}{items}\\end{{itemize}}" if items else "")


def fragment(confirmed: Confirmed[Verdict]) -> str:
    """A fragment for ``\\input`` into a paper that loads amsmath and amssymb."""
    v = confirmed.statement
    out = [f"\\noindent The system\n{_quoted(v.equations)}"] if v.equations else []
    out.append(f"\\noindent The claim\n{_quoted((v.claim,))}")
    for part, paragraphs in v.told.items():
        if part == TABLED:
            out.append(_tabular(v))
        elif paragraphs:
            head = word(v).capitalize() if part == "first" else HEADS.get(part, "")
            texts = "\n\n\\noindent ".join(map(_paragraph, paragraphs))
            headed = rf"\textbf{{{head}.}} {texts}" if head else texts
            # Lines of even length would tear words apart between formulas.
            out.append(f"{{\\raggedright{ROOM}\\noindent {headed}\\par}}\n")
    return "\n".join(out)


def _tabular(v: Verdict) -> str:
    rows = "".join(
        f"{name.replace(' with', ',', 1)} & {came_out} & {_told(reason)} \\\\\n" for name, came_out, reason in table(v)
    )
    columns = r"@{}p{.47\linewidth}lp{.28\linewidth}@{}"
    return (
        f"\\begin{{center}}\\sloppy{ROOM}\n"
        f"\\begin{{tabular}}{{{columns}}}\n\\hline\nconvention & verdict & because \\\\\n\\hline\n{rows}\\hline\n"
        "\\end{tabular}\n\\end{center}\n"
    )


def document(confirmed: Confirmed[Verdict]) -> str:
    """A complete article."""
    v = confirmed.statement
    return ARTICLE % f"\\section*{{{title(v)}}}\n\n{fragment(confirmed)}"


# -------------------------------------------------------------------------------------------- Markdown


def markdown(confirmed: Confirmed[Verdict]) -> str:
    """Markdown with formulas that KaTeX and MathJax render."""
    v = confirmed.statement
    out = [f"# {title(v)}", f"**{word(v).capitalize()}.** {v.told['first'][0].markdown if v.told else v.explanation}"]
    if v.equations:
        out += ["The system", "\n".join(f"- {Formula(e).markdown}" for e in v.equations)]
    out += ["The claim", f"- {Formula(v.claim).markdown}"]
    for part, paragraphs in v.told.items():
        if part == TABLED:
            cells = ((*row, Paragraph(reason).markdown.replace("|", "\\|")) for *row, reason in table(v))
            rows = [f"| {' | '.join(row)} |" for row in cells]  # where a bar would end a cell
            out += ["## The conventions", "\n".join(["| convention | verdict | because |", "|---|---|---|", *rows])]
        elif paragraphs and part != "first":
            out += [f"## {HEADS[part]}"] if part in HEADS else []
            out += [p.markdown for p in paragraphs]
    return "\n\n".join(out) + "\n"
