"""The verdict printed: sentences, plain text, LaTeX, Markdown and HTML from the same telling."""

from __future__ import annotations

import textwrap
from html import escape

from symjac.claims.verdict import Formula, Told, Verdict, in_markdown

WIDTH = 100
TIE = "\0"  # a space at which no line ends
SPECIALS = {c: "\\" + c for c in "&%$#_{}"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
ARTICLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\begin{document}
%s\end{document}
"""


def sentences(v: Verdict) -> str:
    """The whole argument in one line."""
    return " ".join(_plain(p) for p in v.told)


def _plain(p: Told) -> str:
    return "".join(x if isinstance(x, str) else (x.plain or x.latex) for x in p)


def text(v: Verdict, *, colour: bool = False) -> str:
    """The verdict in a word, then the sentences, a paragraph each."""
    word = v.verdict
    if word == "true" and not any(name.endswith("column") for name in v.holds_in) and not v.asked:
        word = "true for row vectors only"
    if colour:
        code = {"true": "32", "false": "31"}.get(v.verdict, "33")
        word = f"\x1b[{code}m{word}\x1b[0m"
    lines = [f"{word}: {_plain(v.told[0])}" if v.told else word]
    for p in v.told[1:]:
        whole = "".join(x if isinstance(x, str) else _plain((x,)).replace(" ", TIE) for x in p)
        wrapped = textwrap.wrap(whole, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        lines += [w.replace(TIE, " ") for w in wrapped]
    return "\n".join(lines) + "\n"


def _tex_words(words: str) -> str:
    return "".join(SPECIALS.get(c, c if c.isascii() else "?") for c in words)


def _tex(x: str | Formula) -> str:
    if isinstance(x, str):
        return _tex_words(x)
    return f"${x.source}$" if x.typesets else rf"\texttt{{{_tex_words(x.latex)}}}"


def _question(v: Verdict) -> str:
    return "Is it a bound?" if v.signs else "Is it the derivative?"


def _claim(v: Verdict) -> list[Told]:
    out: list[Told] = [("The system ", *_joined([Formula(e) for e in v.equations]), ".")] if v.equations else []
    return [*out, ("The claim: ", Formula(v.claim), ".")]


def _joined(formulas: list[Formula]) -> list[str | Formula]:
    out: list[str | Formula] = []
    for f in formulas:
        out += [", ", f] if out else [f]
    return out


def fragment(v: Verdict) -> str:
    """A fragment for ``\\input`` into a paper that loads amsmath and amssymb."""
    paragraphs = ["".join(map(_tex, p)) for p in (*_claim(v), *v.told)]
    return "\n\n".join(rf"\noindent {p}" for p in paragraphs) + "\n"


def document(v: Verdict) -> str:
    """A complete article."""
    return ARTICLE % (f"\\section*{{{_question(v)}}}\n\n\\sloppy\n" + fragment(v))


def markdown(v: Verdict) -> str:
    """Markdown with formulas that KaTeX and MathJax render."""
    return "\n\n".join("".join(map(in_markdown, p)) for p in (*_claim(v), *v.told)) + "\n"


def html(v: Verdict) -> str:
    """One self-contained page; formulas in the LaTeX they were printed in."""

    def one(x: str | Formula) -> str:
        return escape(x) if isinstance(x, str) else f"<code>{escape(x.plain or x.latex)}</code>"

    body = "\n".join(f"<p>{''.join(map(one, p))}</p>" for p in (*_claim(v), *v.told))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{_question(v)}</title></head>\n'
        f"<body>\n<h1>{v.verdict}</h1>\n{body}\n</body>\n</html>\n"
    )
