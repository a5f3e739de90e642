"""A time limit that is kept inside whatever runs, SymPy too: an alarm in the main thread.

Where there is no alarm (Python's other threads, systems without one) work budgets alone keep it, see
:mod:`symjac.limits`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from types import FrameType

from symjac.limits import OutOfTimeError, time_limit

AGAIN = 0.25  # seconds between rings: one that falls into a destructor or a callback is lost


@dataclass(eq=False)
class _Alarm:
    until: float
    rung: bool = False
    was_set: bool = False


class DeadlineError(BaseException):
    """The time of an alarm is over. No ``except Exception`` on the way to who set it takes it for a failure."""

    def __init__(self, alarm: _Alarm) -> None:
        super().__init__("the time limit was reached")
        self.alarm = alarm


_set: list[_Alarm] = []  # those of the main thread, outermost first
_forgetting: list[Callable[[], object]] = []


def forgets(function: Callable[[], object]) -> None:
    """Call a function when an alarm has stopped work halfway: what it keeps between questions may be in disorder."""
    _forgetting.append(function)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within it work ends after so many seconds.

    :raises OutOfTimeError: then.

    >>> with deadline(60):
    ...     1 + 1
    2
    """
    alarm = _Alarm(monotonic() + seconds)
    try:
        with time_limit(alarm.until), _ringing(alarm):
            yield
    except DeadlineError as reached:
        if reached.alarm is not alarm:
            raise
        raise _over(seconds) from None
    except Exception as broken:
        # Somebody's bare `except` may have taken the ring for a failure, and what followed is no answer.
        if not alarm.rung:
            raise
        raise _over(seconds) from broken
    finally:
        _leave(alarm)  # once more: a ring while it was left may have stopped that halfway
    if alarm.rung:
        raise _over(seconds)


def _over(seconds: float) -> OutOfTimeError:
    for forget in _forgetting:
        forget()
    return OutOfTimeError(f"the time limit of {seconds:g} seconds was reached")


@contextmanager
def unhurried() -> Iterator[None]:
    """Within it no alarm rings: who reads what is written may take any time."""
    if not _set or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        _arm()


@contextmanager
def _ringing(alarm: _Alarm) -> Iterator[None]:
    if not _can_ring():
        yield
        return
    alarm.was_set = True
    signal.signal(signal.SIGALRM, _ring)
    _set.append(alarm)
    try:
        _arm()
        yield
    finally:
        _leave(alarm)


def _leave(alarm: _Alarm) -> None:
    """Forget an alarm; twice does no harm. One that stayed would stop what somebody else has set a limit to."""
    if not alarm.was_set:
        return
    signal.setitimer(signal.ITIMER_REAL, 0)
    if alarm in _set:
        _set.remove(alarm)
    if not _set:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _arm()


def _can_ring() -> bool:
    """Whether this is the main thread, and the alarm is nobody else's."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    free = signal.getsignal(signal.SIGALRM) is signal.SIG_DFL and not any(signal.getitimer(signal.ITIMER_REAL))
    return bool(_set) or free


def _arm() -> None:
    """Set the timer to the alarm that is due first."""
    if _set:
        due = min(alarm.until for alarm in _set) - monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(due, AGAIN if due < 0 else 1e-6))


def _ring(_: int, __: FrameType | None) -> None:
    over = next((alarm for alarm in _set if alarm.until <= monotonic()), None)
    _arm()
    if over is not None:
        over.rung = True
        raise DeadlineError(over)
