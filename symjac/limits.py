"""The time and the work that a question may take, wherever in symjac it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import comb, prod
from time import monotonic
from typing import Any

from symjac.errors import SymjacError


class NormalFormTooLarge(SymjacError):  # noqa: N818  # says what happened; the name other layers know
    """The two sides cannot be compared within the budget; nothing is said about them."""

    kind = "too-large"


class OutOfTimeError(NormalFormTooLarge):
    """The time that the caller gave is over; nothing is said about the question."""

    kind = "time"


_UNTIL: ContextVar[float | None] = ContextVar("UNTIL", default=None)


def is_over() -> bool:
    """Whether the caller's time limit is over."""
    until = _UNTIL.get()
    return until is not None and monotonic() > until


def in_time() -> None:
    """Stops where the caller's time limit is over.

    :raises OutOfTimeError: then.
    """
    if is_over():
        raise OutOfTimeError("the time limit was reached")


TICK = 20  # so much work is done between two looks at the clock


class Work:
    """How much may still be done for one question: counted, so that every machine and every thread ends alike.

    What is done for a part of a question counts for the question that it is ``within``.
    """

    def __init__(self, left: int, what: str, within: Work | None = None) -> None:
        self.left = self.look = left  # the clock is looked at when so much is left
        self.what = what
        self.within = within

    def spend(self, steps: int = 1) -> None:
        """Takes so many steps off, and stops where the time limit or the work is over.

        :raises NormalFormTooLarge: then, with what was too much.
        """
        if self.within is not None:
            self.within.spend(steps)
        self.left -= steps
        if self.left >= self.look:
            return
        self.look = max(self.left - TICK, 0)
        in_time()
        if self.left < 0:
            raise NormalFormTooLarge(self.what)


_LEFT: ContextVar[Work | None] = ContextVar("LEFT", default=None)


def step(steps: int = 1) -> None:
    """Counts so many steps of the work of :func:`work_limit`, where one is set.

    :raises NormalFormTooLarge: where that work, or the time, is over.
    """
    left = _LEFT.get()
    if left is None:
        in_time()
    else:
        left.spend(steps)


@contextmanager
def work_limit(steps: int, what: str) -> Iterator[None]:
    """Within it, at most so many steps are counted by :func:`step`; outer limits hold as well.

    What goes on raises :class:`NormalFormTooLarge`, which says ``what`` was too much.
    """
    token = _LEFT.set(Work(steps, what, _LEFT.get()))
    try:
        yield
    finally:
        _LEFT.reset(token)


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


TERMS = 50_000  # so many terms are made of one expression
BEYOND = 10**15


def terms(e: Any) -> int:
    """How many terms multiplying out makes of a SymPy expression at most.

    >>> from sympy import symbols
    >>> a, b, c = symbols("a b c")
    >>> terms((a + b) * (a + b + c) + 1), terms((a + b) ** 100)
    (7, 101)
    """
    if e.is_Add:
        return sum(map(terms, e.args))
    if e.is_Mul:
        return min(prod(map(terms, e.args)), BEYOND)
    if e.is_Pow:
        inner = terms(e.base)
        power = abs(int(e.exp)) if e.exp.is_Integer else 1
        if inner < 2 or power < 2:
            return inner
        return comb(inner + power - 1, power) if min(power, inner - 1) < 10 else BEYOND
    return 1


def multiplied_out(e: Any) -> Any:
    """SymPy's ``expand``, unless it makes too many terms.

    :raises NormalFormTooLarge: then.
    """
    from sympy import Function, expand  # here and not above, as limits are set before SymPy is needed

    most = max(map(terms, (e, *(a for f in e.atoms(Function) for a in f.args))))
    if most > TERMS:
        raise NormalFormTooLarge("multiplying out an entry makes too many terms")
    step()
    return expand(e)
