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

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import TypeVar

from symjac.bounds import Bound
from symjac.bptt import Backward
from symjac.confirm import jacobian
from symjac.confirm.confirmed import SEAL, Check, Checks, Confirmed, NotRun, SkippedError
from symjac.confirm.differentials import confirm_hessian, confirm_vec_jacobian
from symjac.confirm.factored import confirm_factored
from symjac.confirm.gradients import confirm_backward
from symjac.confirm.norms import confirm_bound
from symjac.confirm.products import confirm_product
from symjac.derivation import Derivation
from symjac.errors import NotConfirmedError
from symjac.factoring import Factored
from symjac.hessian import Hessian
from symjac.unroll import Unrolled
from symjac.vectorised import VecJacobian

__all__ = ["Check", "Checks", "Confirmed", "NotRun", "confirm", "examine"]

S = TypeVar("S")


def confirm(statement: S, *, thorough: bool = False, at: Mapping[str, int] | None = None) -> Confirmed[S]:
    """The statement, once every road that can be run agrees.

    ``thorough`` asks the second reader too, which reads a Jacobian as a page writes it out at the sizes ``at``.

    :raises Defect: where two roads disagree, which would be a defect of symjac.
    :raises NotConfirmedError: where no road but the one that found the statement can be run.
    """
    try:
        ran = examine(statement, thorough, at)
    except RecursionError as error:
        raise NotConfirmedError("the equations lead too deep into one another for the checks to follow") from error
    return Confirmed(statement, ran.ran, ran.not_run, SEAL)


@singledispatch
def examine(statement: object, thorough: bool, at: Mapping[str, int] | None) -> Checks:
    """What the roads say to a statement; each kind has its own, and a later layer registers its kinds here.

    :raises TypeError: for what is no statement.
    """
    raise TypeError(f"nothing confirms a {type(statement).__name__}")


@examine.register
def _(statement: Derivation, thorough: bool, at: Mapping[str, int] | None) -> Checks:
    about = f"the derivative of {statement.of.name} by {statement.wrt.name}"
    found = jacobian.run_checks(statement, thorough=thorough, at=at)
    if not jacobian.APART & {c.method for c in found}:
        reasons = "; ".join(n.because for n in found.not_run if n.method in jacobian.APART)
        raise NotConfirmedError(f"only the normal form speaks for {about}: {reasons}")
    return found


def _kind(statement: type[S], road: Callable[[S], Checks], about: str) -> None:
    """Another kind of statement: what confirms it beside the normal form, which it has met when it was made."""

    def examined(found: S, thorough: bool, at: Mapping[str, int] | None) -> Checks:
        try:
            return road(found)
        except SkippedError as skipped:
            raise NotConfirmedError(f"only the normal form speaks for {about}: {skipped}") from skipped

    examine.register(statement, examined)


_kind(VecJacobian, confirm_vec_jacobian, "the Jacobian by a matrix")
_kind(Hessian, confirm_hessian, "the Hessian")
_kind(Unrolled, confirm_product, "the product over time")
_kind(Bound, confirm_bound, "the bound")
_kind(Backward, confirm_backward, "the gradients over time")
_kind(Factored, confirm_factored, "the factored matrix")
