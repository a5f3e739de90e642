"""What users hold: a statement that shows itself only after it has come through the door."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from symjac.codegen import Source
from symjac.confirm import Checks, Confirmed, confirm
from symjac.errors import NotConfirmedError, NotYetError
from symjac.expr import Expr, Shape, Symbol
from symjac.formats import FORMATS, Needs
from symjac.narrative import Page
from symjac.recurrence import Recurrence

S = TypeVar("S")


class Result(ABC, Generic[S]):
    """A statement behind the door. It is confirmed once, when something is about to leave.

    Whatever holds a derived formula goes through :meth:`confirmed`; what was asked for does not. ``how`` is what the
    pages of a kind of result take besides the layout.
    """

    LAYOUT = "numerator"
    """The layout of a program, where none is asked for."""

    def __init__(self, statement: S) -> None:
        self._statement = statement
        self._seen: dict[object, Confirmed[S]] = {}

    def confirmed(self, *, thorough: bool = False, at: Mapping[str, int] | None = None) -> Confirmed[S]:
        """The statement with what confirms it; ``thorough`` asks the second reader too, ``at`` the sizes of a page.

        :raises Defect: where two roads disagree.
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

        :raises Defect: where two roads disagree.
        """
        found = self.confirmed()
        return Checks(found.checks, found.not_run)

    # ------------------------------------------------------------------------ what the formats ask for

    def page(self, layout: str = "both", **how: Any) -> Page:
        """The page that states and proves the result."""
        raise NotYetError(f"no page is told of a {type(self).__name__}")

    def source(self, target: str, layout: str = "numerator") -> Source:
        """The emitted program, and what its arguments stand for."""
        raise NotYetError(f"no program is emitted for a {type(self).__name__}")

    def matrices(self, layout: str = "both", **how: Any) -> Mapping[str, Any]:
        """SymPy expressions by layout."""
        raise NotYetError(f"a {type(self).__name__} is no one SymPy expression")

    def drawing(self, layout: str = "both", **how: Any) -> Callable[[str], bytes]:
        """What draws the result in a format."""
        raise NotYetError(f"no picture is drawn of a {type(self).__name__}")

    def write(self, to: str, layout: str | None = None, **how: Any) -> str | bytes:
        """The result in a format of the table.

        :raises NotYetError: where this kind of result has no such form.
        """
        row = FORMATS[to]
        if row.needs is Needs.PROGRAM:
            return row.render(self.source(to, layout or self.LAYOUT))
        if row.needs is Needs.ARTICLE:
            self.confirmed(thorough=True)
        makers = {Needs.MATRIX: self.matrices, Needs.PICTURE: self.drawing, Needs.PAGE: self.page}
        makers[Needs.ARTICLE] = self.page
        if row.needs not in makers:
            raise NotYetError(f"a {type(self).__name__} is not written as {to}")
        return row.render(makers[row.needs](layout or "both", **how))

    def _text(self, to: str, layout: str | None, **how: Any) -> str:
        made = self.write(to, layout, **how)
        return made if isinstance(made, str) else made.decode("utf-8")

    def _file(self, path: str | Path, layout: str, **how: Any) -> Path:
        made = self.write("pdf", layout, **how)
        Path(path).write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
        return Path(path)

    # ------------------------------------------------------------------------------------ how it shows

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
            "text/plain": self._plain(),
            "text/latex": f"$\\displaystyle {equation}$",
            "text/markdown": f"$$\n{equation}\n$$" + (f"\n\n{beside}" if beside else ""),
        }

    @abstractmethod
    def _shown(self) -> str:
        """One line for a terminal."""

    def _plain(self) -> str:
        """What a notebook without typesetting shows."""
        return repr(self)

    @abstractmethod
    def _equation(self) -> str:
        """The statement as LaTeX."""

    def _beside(self) -> str:
        """What stands below the equation in a notebook."""
        return ""


class Derived(Protocol):
    """A statement about what a system computes and what it is differentiated by."""

    @property
    def system(self) -> Recurrence: ...

    @property
    def of(self) -> Symbol: ...

    @property
    def wrt(self) -> Symbol: ...


class InClosedForm(Derived, Protocol):
    """Such a statement with a closed form in symbols that stand for gates."""

    @property
    def definitions(self) -> Mapping[Symbol, Expr]: ...

    @property
    def shape(self) -> Shape: ...


D = TypeVar("D", bound=Derived)
C = TypeVar("C", bound=InClosedForm)


class OfSystem(Result[D]):
    """What every derivative of a system tells of itself before anything is derived."""

    @property
    def system(self) -> Recurrence:
        """The system that was differentiated."""
        return self._statement.system

    @property
    def of(self) -> Symbol:
        """What was differentiated."""
        return self._statement.of

    @property
    def wrt(self) -> Symbol:
        """By what."""
        return self._statement.wrt


class Closed(OfSystem[C]):
    """A derivative in closed form, gates by name."""

    @property
    def definitions(self) -> Mapping[Symbol, Expr]:
        """What the symbols of the closed form stand for."""
        return self._statement.definitions

    @property
    def shape(self) -> Shape:
        """The shape in numerator layout."""
        return self._statement.shape


class Paged(Result[S]):
    """A result whose pages take nothing but a layout."""

    def latex(self, layout: str = "both") -> str:
        """A LaTeX fragment for ``\\input``."""
        return self._text("latex", layout)

    def document(self, layout: str = "both") -> str:
        """A complete LaTeX article."""
        return self._text("document", layout)

    def pdf(self, path: str | Path, layout: str = "both") -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        return self._file(path, layout)

    def markdown(self, layout: str = "both") -> str:
        """Markdown with formulas that KaTeX and MathJax render."""
        return self._text("markdown", layout)

    def html(self, layout: str = "both") -> str:
        """One self-contained HTML file."""
        return self._text("html", layout)

    def text(self, layout: str = "both") -> str:
        """Plain Unicode text."""
        return self._text("text", layout)
