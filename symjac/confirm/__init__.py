"""The only door out: nothing is printed, emitted or shown that :func:`confirm` has not let through.

>>> from symjac.derivation import Derivation
>>> from symjac.reading import read_system
>>> from symjac.recurrence import Recurrence
>>> J = confirm(Derivation(Recurrence(read_system([r"x_t = W \\sigma(x_{t-1}) + b"], {})), "x_t", "x_{t-1}"))
>>> [c.method for c in J.checks]
['rules', 'entries', 'sizes', 'numbers', 'readback']
>>> [n.method for n in J.not_run]
['second_reader']
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import TypeVar

from symjac.confirm import jacobian
from symjac.confirm.confirmed import SEAL, Check, Checks, Confirmed, NotRun
from symjac.derivation import Derivation
from symjac.errors import NotConfirmedError

__all__ = ["Check", "Checks", "Confirmed", "NotRun", "confirm"]

S = TypeVar("S")


def confirm(statement: S, *, thorough: bool = False, at: Mapping[str, int] | None = None) -> Confirmed[S]:
    """The statement, once every road that can be run agrees.

    ``thorough`` asks the second reader too, which reads a Jacobian as a page writes it out at the sizes ``at``.

    :raises Defect: where two roads disagree, which would be a defect of symjac.
    :raises NotConfirmedError: where no road but the one that found the statement can be run.
    """
    ran = examine(statement, thorough, at)
    return Confirmed(statement, ran.ran, ran.not_run, SEAL)


@singledispatch
def examine(statement: object, thorough: bool, at: Mapping[str, int] | None) -> Checks:
    """What the roads say to a statement; each kind has its own."""
    raise TypeError(f"nothing confirms a {type(statement).__name__}")


@examine.register
def _(statement: Derivation, thorough: bool, at: Mapping[str, int] | None) -> Checks:
    about = f"the derivative of {statement.of.name} by {statement.wrt.name}"
    return _apart(jacobian.run_checks(statement, thorough=thorough, at=at), jacobian.APART, about)


def _apart(checks: Checks, apart: frozenset[str], about: str) -> Checks:
    """The checks, if one of them owes nothing to the normal form."""
    if not apart & {c.method for c in checks}:
        reasons = "; ".join(n.because for n in checks.not_run if n.method in apart)
        raise NotConfirmedError(f"only the normal form speaks for {about}: {reasons}")
    return checks
