"""The context in which the terms of a claim are elaborated: what is an error in a system refutes or decides nothing."""

from __future__ import annotations

from symjac import expr as ex
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.reading.assumptions import Option
from symjac.reading.context import Context
from symjac.reading.sizes import Size
from symjac.reading.tree import Placed

DOUBTFUL = ("norm", "bars")  # what a system is read with a note about, and a claim is not decided by


class Beside(Context):
    """The context of a claim: what does not fit is false, what is not read undecided, as is what a note would tell."""

    def __init__(self, model: Model, unknown: list[str]) -> None:
        super().__init__()
        self.families = model.families
        self.option = Option(habits=frozenset(model.habits))
        self.star_multiplies = model.star_multiplies
        self.lenient = self.continued = True
        self.unknown = unknown
        self.of_constants: list[Size] = []
        self.zeros: set[int] = set()  # places of zeros that are part of a formula, where nothing says of which shape

    def error(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        return UndecidedError(message)

    def misfit(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        if self.zeros:
            return UndecidedError("nothing says whether zeros are a number, a vector or a matrix")
        return ShapeError(message)

    def doubt(self, message: str, at: Placed, hint: str) -> Exception:
        return UndecidedError(message)

    def note(self, kind: str, message: str, at: Placed | None = None) -> None:
        if kind in DOUBTFUL:
            self.unknown.append(message)

    def text(self, at: Placed) -> str:
        return "this"

    def named_size(self, name: str) -> Size:
        """A size that is printed, for the vec of a matrix as a product."""
        letters = (ex.dim(int(d) if d.isdigit() else d) for d in name.split("*"))
        size = next(letters)
        for d in letters:
            size *= d
        return Size(size)

    counted_size = named_size
