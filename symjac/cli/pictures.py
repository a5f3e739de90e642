"""PDF, SVG and PNG through the ``preview`` extra."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from symjac import preview
from symjac.cli.sources import UsageError
from symjac.explicit import sizes
from symjac.jacobians import Jacobian


def without_tex() -> bool:
    """Whether a PDF is to be made by Typst: it is here and TeX is not."""
    return shutil.which("pdflatex") is None and preview.available()


def picture(J: Jacobian, to: str, layout: str, *, page: bool, n: int | Mapping[str, int] | None) -> bytes:
    """The page, or the formula alone, in one of the formats of :mod:`symjac.preview`.

    :raises UsageError: where an example is asked for that a formula has no room for.
    :raises MissingToolError: where the extra is not installed.
    """
    if page:
        return preview.derivation(J.confirmed(), to, layout=layout, n=None if n is None else sizes(J.system, n))
    if n is not None:
        raise UsageError("--n adds an example to a page; ask for the page with --page")
    return preview.formula(J.confirmed(), to, layout=layout)
