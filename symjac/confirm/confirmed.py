"""What came through the door: a statement with the checks that ran and the reasons why others did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import InitVar, dataclass
from typing import Generic, TypeVar

from symjac.errors import Defect, unprinted

S_co = TypeVar("S_co", covariant=True)


@dataclass(frozen=True)
class Check:
    """A method that ran, and at what.

    ``passed`` is what readers of the JSON records look for. It is always true: a method that fails raises
    :class:`~symjac.errors.Defect`, and there is no record of checks then.
    """

    method: str
    at: str
    passed: bool = True


@dataclass(frozen=True)
class NotRun:
    """A method that did not run, and why."""

    method: str
    because: str


@dataclass(frozen=True)
class Checks:
    """All that ran and all that did not."""

    ran: tuple[Check, ...]
    not_run: tuple[NotRun, ...]

    def __iter__(self) -> Iterator[Check]:
        return iter(self.ran)

    def __len__(self) -> int:
        return len(self.ran)


class SkippedError(Exception):
    """A method cannot run; the message says why."""


def disagreement(about: str, one: str, other: str, where: str) -> Defect:
    """What is said where two roads to one statement disagree."""
    return unprinted(f"{one} and {other} disagree about {about} at {where}", one, other)


SEAL = object()
"""What :func:`symjac.confirm.confirm` alone signs with; a test holds that no other module names it."""


@dataclass(frozen=True)
class Confirmed(Generic[S_co]):
    """A statement that its checks agree on. Only :func:`symjac.confirm.confirm` makes one.

    The seal is no field, so that ``dataclasses.replace`` cannot put another statement under it.
    """

    statement: S_co
    checks: tuple[Check, ...]
    not_run: tuple[NotRun, ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not SEAL:
            raise TypeError("only symjac.confirm.confirm says that a statement is confirmed")
