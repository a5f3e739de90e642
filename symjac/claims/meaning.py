"""What a term means in one convention, as the readers of vec, of sums and of products over time ask it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Self

from symjac import expr as ex
from symjac.claims.conventions import Convention
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.expr import Expr, Number, Product, Symbol
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.assumptions import Habit

Gradient = Callable[[Ref | None, Ref], Expr]


class Meaning(ABC):
    """One convention's meaning of the terms of one claim.

    ``gradient(loss, variable)`` gives the gradient of a loss that no equation defines, as a column (for
    a matrix in the variable's shape); ``over`` turns sums and products over time into expressions.
    """

    def __init__(
        self,
        model: Model,
        convention: Convention,
        gradient: Gradient,
        over: Callable[[Meaning, Term], Expr],
        sizes: Mapping[int, ex.Shape],
        values: Mapping[str, Time] | None = None,
    ) -> None:
        self.model = model
        self.convention = convention
        self.gradient = gradient
        self.over = over
        self.sizes = sizes  # of identities and vectors of ones, by their place
        self.values = dict(values or {})  # numbers for index letters, where sums and products are written out
        self.indices: dict[str, ex.Dim] = {}
        self.unknown: list[str] = []  # why some derivative could not be found
        self.doubts: list[str] = []  # what may be meant in another way, by which nothing is refuted
        self.carried: frozenset[tuple[Ref, Ref]] = frozenset()  # total derivatives by a parameter, of states before
        self.variables: set[Symbol] = set()  # by which something the system defines is differentiated

    def inside(self, letter: str, value: Time) -> Self:
        """The same convention under a sum or product, its letter at a value."""
        values = {**self.values, letter: value}
        inner = type(self)(self.model, self.convention, self.gradient, self.over, self.sizes, values)
        inner.indices, inner.unknown, inner.variables = self.indices, self.unknown, self.variables
        inner.carried, inner.doubts = self.carried, self.doubts
        return inner

    @abstractmethod
    def __call__(self, t: Term) -> Expr:
        """The term as an expression."""

    @abstractmethod
    def laid_out(self, numerator: Expr, *, scalar: bool, variable_row: bool = False) -> Expr:
        """A Jacobian in the layout of the convention."""

    def vector(self, column: Expr) -> Expr:
        """A vector as it is printed in this orientation."""
        return ex.Transpose(column) if self.convention.row and column.is_vector else column

    @staticmethod
    def column(e: Expr) -> Expr:
        """A vector as a column, however it stands."""
        return ex.transpose(e) if e.is_row else e

    def ref(self, r: Ref) -> Ref:
        return r.at(r.time.put(self.values)) if r.time is not None else r

    def summed(self, parts: list[Expr]) -> Expr:
        """A sum in which scalars are added to every entry of a vector."""
        matrix = next((p for p in parts if p.is_matrix), None)
        parts = parts if matrix is None else [self.in_each(p, matrix.shape) for p in parts]
        shaped = [p for p in parts if not p.is_scalar]
        if not shaped:
            return ex.add(*parts)
        shape = shaped[0].shape
        if shaped[0].is_matrix and len(shaped) < len(parts):
            if all(isinstance(p, Number) for p in parts if p.is_scalar):
                raise UndecidedError("a number is added to a matrix: to every entry, or as a multiple of the identity?")
            raise ShapeError("a scalar is added to a matrix")
        return ex.add(*(ex.mul(p, ex.Ones(*shape)) if p.is_scalar else p for p in parts))

    def in_each(self, v: Expr, shape: ex.Shape) -> Expr:
        """A vector that is added to every row or column of a matrix of this shape, where the system adds ones so."""
        (rows, cols), habits = shape, self.model.habits
        if v.is_row and v.cols == cols and Habit.ROW_IN_EACH in habits:
            return ex.mul(ex.Ones(rows), v)
        if v.is_vector and v.rows == cols and Habit.IN_EACH_ROW in habits:
            return ex.mul(ex.Ones(rows), ex.transpose(v))
        if v.is_vector and v.rows == rows and Habit.IN_EACH_COLUMN in habits:
            return ex.mul(v, ex.transpose(ex.Ones(cols)))
        return v

    def multiplied(self, factors: list[Expr]) -> Expr:
        """The product from left to right; what has become a scalar multiplies what follows."""
        out = factors[0]
        for f in factors[1:]:
            out = Product(out, f)
        return out

    @abstractmethod
    def entries(self, y: Ref, x: Ref) -> Expr:
        """``d vec(y) / d vec(x)^T`` of two symbols."""

    @abstractmethod
    def of_expression(self, t: Term, x: Ref, *, entries: bool = False) -> Expr:
        """The derivative of a printed expression; with ``entries`` of vec by vec."""
