"""The contexts in which the terms of a claim are elaborated.

What is an error in a system refutes or decides nothing in a claim; what a claim differentiates where that is no symbol
is an expression that means what it would mean in the system.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from math import prod

from symjac import expr as ex
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.errors import ReadError, ShapeError
from symjac.expr import Expr, Time, time_as_scalar
from symjac.reading import entrywise
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.assumptions import Option
from symjac.reading.context import Context
from symjac.reading.elaborate import Elaborator
from symjac.reading.roles import Roles
from symjac.reading.sizes import OpenSizeError, Size
from symjac.reading.tree import Placed
from symjac.reading.values import Make, Value, scalar

DOUBTFUL = ("norm", "bars")  # what a system is read with a note about, and a claim is not decided by


class Beside(Context):
    """The context of a claim: what does not fit is false, what is not read undecided, as is what a note would tell."""

    def __init__(self, model: Model, unknown: list[str]) -> None:
        super().__init__()
        self.families = model.families
        self.option = Option(habits=frozenset(model.context.taken))  # what print meant in the system, it means here
        self.star_multiplies = any(n.kind == "star" for n in model.reading.notes)  # between what has no other product
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
        return Size(prod(ex.dim(int(d) if d.isdigit() else d) for d in name.split("*")))

    counted_size = named_size


Shaped = Callable[[Ref], tuple[Size, Size, Make]]


class Operand(Elaborator):
    """Terms of a claim as right-hand sides of its system: vectors as it has them, sizes of constants by unification."""

    def __init__(self, model: Model, values: Mapping[str, Time], shaped: Shaped) -> None:
        base = model.context
        context = Context(base.orientation, row=base.row)
        context.lenient = context.continued = True
        context.option, context.letters, context.heads = base.option, base.letters, base.heads
        context.dims = dict(base.dims)
        for name, family in model.families.items():
            context.families[name] = again = copy.copy(family)
            again.called = list(family.called)
        super().__init__(context, Roles(context, lambda _, __: None))
        self.model = model
        self.shaped = shaped
        self.letters = values  # numbers for index letters, where sums and products are written out

    def expression(self, t: Term, source: str) -> Expr:
        """The expression, vectors as columns.

        :raises UndecidedError: where it has no meaning as a right-hand side.
        """
        self.context.source = source
        try:
            v = self.value(t)
            if not self.context.sizes.settle():
                raise UndecidedError("the sizes in what is differentiated do not fit")
            return entrywise.by_units(v.make())
        except ReadError as error:
            raise UndecidedError(f"what is differentiated cannot be read: {error.message}") from error
        except OpenSizeError as error:
            raise UndecidedError("nothing says the size of a constant in what is differentiated") from error

    def value(self, t: Term) -> Value:
        if t.kind == "count" and isinstance(t.data, Time):
            number = time_as_scalar(t.data.put(self.letters))
            return scalar(lambda: number, t)
        if isinstance(t.data, Ref) and t.kind == "symbol":
            return self.at_step(t, t.data)
        return super().value(t)

    def at_step(self, t: Term, r: Ref) -> Value:
        """A symbol of the model, where index letters are numbers."""
        rows, cols, make = self.shaped(r.put(self.letters))
        family = self.context.find(r.family)
        if family is not None and family.acts == "before":  # as it is printed
            rows, cols = cols, rows
        return Value(rows, cols, make, t, tag="symbol", details={"family": family})
