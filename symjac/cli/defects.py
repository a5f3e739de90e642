"""What is said when symjac itself is at fault."""

from __future__ import annotations

from symjac.errors import SymjacError


class DefectError(SymjacError):
    """symjac failed in a way it did not foresee."""

    kind = "internal"


def describe(error: Exception) -> str:
    """One line for an exception that nobody raised on purpose."""
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    return (
        f"internal error ({type(error).__name__}: {error}); this is a defect of symjac, please report it "
        "with your input (SYMJAC_DEBUG=1 shows where it happened)"
    )
