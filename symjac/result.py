"""What users hold: a statement that shows itself only after it has come through the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from symjac.confirm import Checks, Confirmed, confirm
from symjac.errors import NotConfirmedError

S = TypeVar("S")


class Result(Generic[S]):
    """A statement behind the door. It is confirmed once, when something is about to leave.

    Whatever holds a derived formula goes through :meth:`confirmed`; what was asked for does not.
    """

    def __init__(self, statement: S) -> None:
        self._statement = statement
        self._seen: dict[object, Confirmed[S]] = {}

    def confirmed(self, *, thorough: bool = False, at: Mapping[str, int] | None = None) -> Confirmed[S]:
        """The statement with what confirms it; ``thorough`` asks the second reader too, ``at`` the sizes of a page.

        :raises Defect: where two roads disagree, which would be a defect of symjac.
        :raises NotConfirmedError: where no road but the one that found the statement can be run.
        """
        if not thorough and self._seen:
            return next(reversed(self._seen.values()))
        key = tuple(sorted((at or {}).items())) if thorough else None
        if key not in self._seen:
            self._seen[key] = confirm(self._statement, thorough=thorough, at=at)
        return self._seen[key]

    @property
    def checks(self) -> Checks:
        """What ran to confirm the statement, and what did not and why.

        :raises Defect: where two roads disagree, which would be a defect of symjac.
        """
        found = self.confirmed()
        return Checks(found.checks, found.not_run)

    def __repr__(self) -> str:
        try:
            return self._shown()
        except NotConfirmedError as error:
            # A terminal that shows a value wants a line and no exception; the formula stays inside.
            return f"{type(self).__name__}: {error.message}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        try:
            equation, beside = self._equation(), self._beside()
        except NotConfirmedError:
            return {"text/plain": repr(self)}
        return {
            "text/plain": self._shown(),
            "text/latex": f"$\\displaystyle {equation}$",
            "text/markdown": f"$$\n{equation}\n$$" + (f"\n\n{beside}" if beside else ""),
        }

    def _shown(self) -> str:
        """One line for a terminal."""
        raise NotImplementedError

    def _equation(self) -> str:
        """The statement as LaTeX."""
        raise NotImplementedError

    def _beside(self) -> str:
        """What stands below the equation in a notebook."""
        return ""
