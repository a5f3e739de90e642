"""Renderers: a told derivation as LaTeX, PDF, Markdown, plain text or HTML.

Every function takes a derivation, the layout to show (``"numerator"``, ``"denominator"`` or ``"both"``)
and, for a worked example, a value for each size letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from symjac.derivation import Derivation
from symjac.documents import compile as _compile
from symjac.documents import plain, portable, tex, web
from symjac.narrative import narrate

__all__ = ["article", "fragment", "html", "markdown", "pdf", "text"]

Sizes = Mapping[str, int] | None


def fragment(d: Derivation, *, layout: str = "both", n: Sizes = None) -> str:
    """A LaTeX fragment for ``\\input``.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return tex.fragment(narrate(d, layout=layout, sizes=n))


def article(d: Derivation, *, layout: str = "both", n: Sizes = None) -> str:
    """A complete LaTeX article.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return tex.article(narrate(d, layout=layout, sizes=n))


def pdf(d: Derivation, path: Path, *, layout: str = "both", n: Sizes = None) -> Path:
    """The article as a PDF file.

    :raises MissingToolError: where no LaTeX is installed.
    :raises Defect: where a line or an entry of the page does not hold.
    """
    return _compile.compile_pdf(article(d, layout=layout, n=n), path)


def markdown(d: Derivation, *, layout: str = "both", n: Sizes = None) -> str:
    """Markdown with formulas that KaTeX and MathJax render.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return portable.markdown(narrate(d, layout=layout, sizes=n))


def html(d: Derivation, *, layout: str = "both", n: Sizes = None) -> str:
    """One self-contained HTML page with MathML.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return web.html(narrate(d, layout=layout, sizes=n))


def text(d: Derivation, *, layout: str = "both", n: Sizes = None) -> str:
    """Plain Unicode text.

    :raises Defect: where a line or an entry of the page does not hold.

    >>> from symjac import System
    >>> J = System(r"x_t = W \\sigma(x_{t-1})").jacobian(wrt="x_{t-1}")
    >>> print(text(J).splitlines()[0])
    The Jacobian of xₜ with respect to xₜ₋₁
    """
    return plain.plain_text(narrate(d, layout=layout, sizes=n))
