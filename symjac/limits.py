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


class OutOfTimeError(NormalFormTooLarge):
    """The time that the caller gave is over; nothing is said about the question."""

    kind = "time"


_UNTIL: ContextVar[float | None] = ContextVar("UNTIL", default=None)


def in_time() -> None:
    """Stops where the caller's time limit is over.

    :raises OutOfTimeError: then.
    """
    until = _UNTIL.get()
    if until is not None and monotonic() > until:
        raise OutOfTimeError("the time limit was reached")


@contextmanager
def time_limit(until: float) -> Iterator[None]:
    """Within it, work on normal forms and values stops at this time of :func:`time.monotonic`, or at an earlier one.

    What is stopped raises :class:`OutOfTimeError`.
    """
    earlier = _UNTIL.get()
    token = _UNTIL.set(until if earlier is None else min(until, earlier))
    try:
        yield
    finally:
        _UNTIL.reset(token)
