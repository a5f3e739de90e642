"""What is said when symjac itself is at fault: a user sees one line, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from symjac.errors import Defect, OutOfMemoryError, ReadError, SymjacError


@contextmanager
def defects_named() -> Iterator[None]:
    """Turn whatever nobody raised on purpose into a :class:`~symjac.errors.Defect` that names the part that broke.

    This is the one place where anything at all is caught: the border between symjac and its users. What the input is to
    blame for stays a :class:`~symjac.errors.SymjacError`: it is nested too deeply, or takes more memory than there is.
    """
    try:
        yield
    except (SymjacError, Defect, OSError):  # the latter is the machine's trouble, for the command as a whole
        raise
    except RecursionError as error:
        raise ReadError("the input is nested too deeply") from error
    except MemoryError as error:
        raise OutOfMemoryError("there is not enough memory for this question") from error
    except Exception as error:
        if os.environ.get("SYMJAC_DEBUG") == "1":
            raise
        part = _part(error)
        raise Defect(
            f"{part} broke ({type(error).__name__}: {error}); this is a defect of symjac, please report it "
            "with your input (SYMJAC_DEBUG=1 shows where it happened)",
            roads=(part,),
        ) from error


def _part(error: BaseException) -> str:
    """The module of symjac in which an exception was raised, or that called what raised it."""
    import traceback  # here and not above, as nearly every start can do without

    names = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [name for name in names if name.partition(".")[0] == "symjac"]
    return ours[-1] if ours else "symjac"
