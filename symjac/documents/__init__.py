"""Renderers: a told derivation as LaTeX, PDF, Markdown, plain text or HTML.

Every function takes a confirmed derivation, the layout to show (``"numerator"``, ``"denominator"`` or ``"both"``)
and, for a worked example, a value for each size letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from symjac.confirm import Confirmed
from symjac.derivation import Derivation
from symjac.documents import compile as _compile
from symjac.documents import plain, portable, tex, web
from symjac.narrative import narrate

__all__ = ["article", "fragment", "html", "markdown", "pdf", "text"]

Sizes = Mapping[str, int] | None


def fragment(c: Confirmed[Derivation], *, layout: str = "both", n: Sizes = None) -> str:
    """A LaTeX fragment for ``\\input``.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return tex.fragment(narrate(c, layout=layout, sizes=n))


def article(c: Confirmed[Derivation], *, layout: str = "both", n: Sizes = None) -> str:
    """A complete LaTeX article.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return tex.article(narrate(c, layout=layout, sizes=n))


def pdf(c: Confirmed[Derivation], path: Path, *, layout: str = "both", n: Sizes = None) -> Path:
    """The article as a PDF file.

    :raises MissingToolError: where no LaTeX is installed.
    :raises Defect: where a line or an entry of the page does not hold.
    """
    return _compile.compile_pdf(article(c, layout=layout, n=n), path)


def markdown(c: Confirmed[Derivation], *, layout: str = "both", n: Sizes = None) -> str:
    """Markdown with formulas that KaTeX and MathJax render.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return portable.markdown(narrate(c, layout=layout, sizes=n))


def html(c: Confirmed[Derivation], *, layout: str = "both", n: Sizes = None) -> str:
    """One self-contained HTML page with MathML.

    :raises Defect: where a line or an entry of the page does not hold.
    """
    return web.html(narrate(c, layout=layout, sizes=n))


def text(c: Confirmed[Derivation], *, layout: str = "both", n: Sizes = None) -> str:
    """Plain Unicode text.

    :raises Defect: where a line or an entry of the page does not hold.

    >>> from symjac import System
    >>> J = System(r"x_t = W \\sigma(x_{t-1})").jacobian(wrt="x_{t-1}")
    >>> print(text(J.confirmed()).splitlines()[0])
    The Jacobian of xₜ with respect to xₜ₋₁
    """
    return plain.plain_text(narrate(c, layout=layout, sizes=n))
