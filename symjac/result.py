"""What users hold: a statement that shows itself only after it has come through the door."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar, overload

from symjac.codegen import Source
from symjac.confirm import Checks, Confirmed, confirm
from symjac.errors import NotConfirmedError, NotYetError
from symjac.expr import Expr, Shape, Symbol
from symjac.formats import FORMATS, Needs, render
from symjac.narrative.blocks import Page
from symjac.recurrence import Recurrence

S = TypeVar("S")
T = TypeVar("T")


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

    def page(self, *args: Any, **how: Any) -> Page:
        """The page that states and proves the result."""
        raise NotYetError(f"no page is told of a {type(self).__name__}")

    def source(self, target: str, layout: str = "numerator") -> Source:
        """The emitted program, and what its arguments stand for."""
        raise NotYetError(f"no program is emitted for a {type(self).__name__}")

    def matrices(self, *args: Any, **how: Any) -> Mapping[str, Any]:
        """SymPy expressions by layout."""
        raise NotYetError(f"a {type(self).__name__} is no one SymPy expression")

    def drawing(self, *args: Any, **how: Any) -> Callable[[str], bytes]:
        """What draws the result in a format."""
        raise NotYetError(f"no picture is drawn of a {type(self).__name__}")

    def write(self, to: str, layout: str | None = None, **how: Any) -> str | bytes:
        """The result in a format of the table.

        :raises NotYetError: where this kind of result has no such form.
        """
        needs = FORMATS[to].needs
        if needs is Needs.PROGRAM:
            return render(self.source(to, layout or self.LAYOUT), to)
        if needs is Needs.ARTICLE:
            self.confirmed(thorough=True)
        makers = {Needs.MATRIX: self.matrices, Needs.PICTURE: self.drawing, Needs.PAGE: self.page}
        makers[Needs.ARTICLE] = self.page
        if needs not in makers:
            raise NotYetError(f"a {type(self).__name__} is not written as {to}")
        return render(makers[needs](layout or "both", **how), to)

    def _text(self, to: str, layout: str | None, **how: Any) -> str:
        made = self.write(to, layout, **how)
        return made if isinstance(made, str) else made.decode("utf-8")

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


class Asked(Generic[T]):
    """An attribute that a result hands on from its statement as it stands: what was asked for."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, result: None, owner: type) -> Asked[T]: ...

    @overload
    def __get__(self, result: Result[Any], owner: type) -> T: ...

    def __get__(self, result: Result[Any] | None, owner: type) -> Asked[T] | T:
        if result is None:
            return self
        found: T = getattr(self.statement(result), self.name)
        return found

    def __set__(self, result: Result[Any], value: T) -> NoReturn:
        raise AttributeError(f"{self.name} cannot be set")

    def statement(self, result: Result[S]) -> S:
        """What the attribute is read from."""
        return result._statement


class Found(Asked[T]):
    """An attribute that holds what was derived: it is handed on once the statement is confirmed."""

    def statement(self, result: Result[S]) -> S:
        """The statement that came through the door."""
        return result.confirmed().statement


class OfSystem(Result[S]):
    """What every derivative of a system tells of itself before anything is derived."""

    system = Asked[Recurrence]("The system that was differentiated.")
    of = Asked[Symbol]("What was differentiated.")
    wrt = Asked[Symbol]("By what.")


class Closed(OfSystem[S]):
    """A derivative in closed form, gates by name."""

    definitions = Asked[Mapping[Symbol, Expr]]("What the symbols of the closed form stand for.")
    shape = Asked[Shape]("The shape in numerator layout.")
    closed = Found[Expr]("The closed form in numerator layout, gates by name.")


class Paged(Result[S]):
    """A result with pages; ``how`` is what :meth:`page` takes besides the layout."""

    def latex(self, layout: str = "both", **how: Any) -> str:
        """A LaTeX fragment for ``\\input``."""
        return self._text("latex", layout, **how)

    def document(self, layout: str = "both", **how: Any) -> str:
        """A complete LaTeX article."""
        return self._text("document", layout, **how)

    def pdf(self, path: str | Path, layout: str = "both", **how: Any) -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        made = self.write("pdf", layout, **how)
        Path(path).write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
        return Path(path)

    def markdown(self, layout: str = "both", **how: Any) -> str:
        """Markdown with formulas that KaTeX and MathJax render."""
        return self._text("markdown", layout, **how)

    def html(self, layout: str = "both", **how: Any) -> str:
        """One self-contained HTML file; browsers lay out its MathML."""
        return self._text("html", layout, **how)

    def text(self, layout: str = "both", **how: Any) -> str:
        """Plain Unicode text."""
        return self._text("text", layout, **how)


class Programmed(Result[S]):
    """A result with programs, in one layout; where none is asked for in :attr:`LAYOUT`."""

    def numpy(self, layout: str | None = None) -> str:
        """Source of a function over NumPy arrays."""
        return self._text("numpy", layout)

    def jax(self, layout: str | None = None) -> str:
        """Source of a function over JAX arrays."""
        return self._text("jax", layout)

    def torch(self, layout: str | None = None) -> str:
        """Source of a function over PyTorch tensors."""
        return self._text("torch", layout)
