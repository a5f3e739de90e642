"""What is said when symjac itself is at fault: a user sees one line, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from symjac.errors import SymjacError


class DefectError(SymjacError):
    """symjac failed in a way it did not foresee."""

    kind = "internal"


@contextmanager
def defects_as_errors() -> Iterator[None]:
    """Turn whatever nobody raised on purpose into a :class:`DefectError`.

    This is the one place where anything at all is caught: the border between symjac and its users.
    """
    try:
        yield
    except (SymjacError, OSError):  # the latter is the machine's trouble, for the command as a whole
        raise
    except Exception as defect:
        if os.environ.get("SYMJAC_DEBUG") == "1":
            raise
        raise DefectError(_describe(defect)) from defect


def _describe(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    return (
        f"internal error ({type(error).__name__}: {error}); this is a defect of symjac, please report it "
        "with your input (SYMJAC_DEBUG=1 shows where it happened)"
    )
