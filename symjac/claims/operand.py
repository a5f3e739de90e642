"""What a claim differentiates where that is no symbol: an expression that means what it would mean in the system."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.errors import ReadError
from symjac.expr import Expr, Time, time_as_scalar
from symjac.reading import entrywise
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.context import Context
from symjac.reading.elaborate import Elaborator
from symjac.reading.roles import Roles
from symjac.reading.sizes import OpenSizeError, Size
from symjac.reading.values import Make, Value, scalar

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
