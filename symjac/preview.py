"""PDF, SVG and PNG without TeX, through Typst: ``pip install 'symjac[preview]'``.

Typst is one wheel with its own fonts. It sets a whole page in milliseconds, and the pictures it makes
hold outlines, so that they look the same everywhere.

>>> from symjac import System
>>> J = System(r"x_t = W \\sigma(x_{t-1}) + b").jacobian(wrt="x_{t-1}")
>>> print(source(J.confirmed(), "numerator").splitlines()[0])
#set page(width: auto, height: auto, margin: 3pt, fill: none)
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from html import escape
from typing import Any

from symjac.confirm import Confirmed
from symjac.derivation import Derivation, layouts_of
from symjac.documents.typst import formulas, typst
from symjac.errors import MissingToolError
from symjac.expr import Expr, Partial
from symjac.narrative.blocks import Page
from symjac.narrative.words import WORDS
from symjac.typeset import latex, to_box
from symjac.typeset.placing import style_for

DRAWN = ("pdf", "svg", "png")  # what the compiler can draw
PIXELS_PER_INCH = 300.0
HINT = "pip install 'symjac[preview]' brings it; or ask for --to html, which needs nothing"


def available() -> bool:
    """Whether the typesetter is installed."""
    return importlib.util.find_spec("typst") is not None


def without_tex() -> bool:
    """Whether a PDF is to be made here: Typst is installed and TeX is not."""
    return shutil.which("pdflatex") is None and available()


def page(told: Page, to: str) -> bytes:
    """A page: as a PDF in sheets, as SVG or PNG in one picture as tall as it has to be.

    :raises MissingToolError: where the ``preview`` extra is not installed.
    """
    return _compile(typst(told, sheets=to == "pdf"), to)


def formula(c: Confirmed[Derivation], to: str, *, layout: str = "both") -> bytes:
    """The closed form as a picture of its own size, for slides; the layouts named where there are two.

    :raises MissingToolError: where the ``preview`` extra is not installed.
    """
    d = c.statement
    made = _compile(source(c, layout, fill="white" if to == "png" else "none"), to)
    if to != "svg":
        return made
    # Outlines say nothing to a screen reader; the title does.
    title = "; ".join(
        rf"\frac{{\partial {d.of.name}}}{{\partial {d.wrt.name}}} = {latex(e)}" for _, e in _forms(c, layout)
    )
    head, body = made.decode("utf-8").split(">", 1)
    return f'{head} role="img"><title>{escape(title)}</title>{body}'.encode()


def source(c: Confirmed[Derivation], layout: str = "both", *, fill: str = "none") -> str:
    """The Typst source of :func:`formula`."""
    d = c.statement
    forms = _forms(c, layout)
    style = style_for(d.closed, row=d.system.orientation == "row")
    rows = [(to_box(Partial(d.of, d.wrt), style), to_box(e, style)) for _, e in forms]
    return formulas(rows, [WORDS[name] if len(forms) > 1 else "" for name, _ in forms], fill=fill)


def _forms(c: Confirmed[Derivation], layout: str) -> list[tuple[str, Expr]]:
    return [(one, c.statement.in_layout(one)) for one in layouts_of(layout)]


def _compile(text: str, to: str) -> bytes:
    if to not in DRAWN:
        raise ValueError(f"one of {', '.join(DRAWN)} was wanted, {to!r} came")
    if not available():
        raise MissingToolError(f"a {to.upper()} without TeX needs the package typst, which is not installed", hint=HINT)
    compiler: Any = importlib.import_module("typst")
    # Only the fonts it brings: the same picture on every machine.
    made = compiler.compile(text.encode("utf-8"), format=to, ppi=PIXELS_PER_INCH, ignore_system_fonts=True)
    return bytes(made)
