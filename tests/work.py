"""Work, counted in calls of Python functions: the same on a slow machine, a fast one and a busy one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest


class Work:
    """What was done so far."""

    def __init__(self) -> None:
        self.calls = 0


@contextmanager
def counted(limit: int | None = None) -> Iterator[Work]:
    """Counts the calls of Python functions, SymPy's too, within it; resuming a generator counts as one.

    Beyond ``limit`` the test fails there and then, so that work without an end ends too. What one call does inside
    C, in a regular expression or a product of huge integers, is not seen. Caches that are warm save calls: where a
    limit must hold from cold caches, they are cleared first.
    """
    work = Work()

    def event(_: FrameType, kind: str, __: object) -> None:
        if kind != "call":
            return
        work.calls += 1
        if limit is not None and work.calls > limit:
            sys.setprofile(None)
            pytest.fail(f"more than {limit:,} calls")

    earlier = sys.getprofile()
    sys.setprofile(event)
    try:
        yield work
        # An exception inside the callback, such as the end of the stack, would have ended the counting unseen.
        assert sys.getprofile() is event, "calls were not counted to the end"
    finally:
        sys.setprofile(earlier)


def calls(work: Callable[[], object]) -> int:
    """How many calls of Python functions this takes."""
    with counted() as done:
        work()
    return done.calls
