"""The time that a question may take, wherever in symjac the work is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from symjac.errors import SymjacError


class NormalFormTooLarge(SymjacError):  # noqa: N818  # says what happened; the name other layers know
    """The two sides cannot be compared within the budget; nothing is said about them."""

    kind = "too-large"


_UNTIL: ContextVar[float | None] = ContextVar("UNTIL", default=None)


def in_time() -> None:
    """Stops where the caller's time limit is over.

    :raises NormalFormTooLarge: then.
    """
    until = _UNTIL.get()
    if until is not None and monotonic() > until:
        raise NormalFormTooLarge("the time limit was reached")


@contextmanager
def time_limit(until: float) -> Iterator[None]:
    """Within it, work on normal forms and values stops at this time of :func:`time.monotonic`.

    What is stopped raises :class:`NormalFormTooLarge`.
    """
    token = _UNTIL.set(until)
    try:
        yield
    finally:
        _UNTIL.reset(token)
