"""What a term means in one convention: elaborated as in a system, but in printed order and with strict shapes.

In row orientation vectors stand transposed, so that the shapes of the printed formula are those of the convention.
Nothing broadcasts but a scalar that is added to a vector, and what the system beside the claim prints without a word.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from symjac import expr as ex
from symjac.claims.context import Beside
from symjac.claims.conventions import Convention
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.expr import Expr, Number, Shape, Symbol
from symjac.expr.times import Time
from symjac.reading import grids, maps, operators
from symjac.reading.applied.terms import MapCall, Ref, Term
from symjac.reading.assumptions import Habit
from symjac.reading.context import Family
from symjac.reading.elaborate import Elaborator
from symjac.reading.roles import Roles
from symjac.reading.sizes import UNIT, OpenSizeError, Size
from symjac.reading.values import Make, Value, like, scalar

Gradient = Callable[[Ref | None, Ref], Expr]


def is_open(size: Size) -> bool:
    """Whether nothing has said yet what a size is."""
    return any(t.root.known is None for t in size.terms())


class Meaning(Elaborator):
    """One convention's meaning of the terms of one claim.

    ``gradient(loss, variable)`` gives the gradient of a loss that no equation defines, as a column (for
    a matrix in the variable's shape); ``over`` turns sums and products over time into values.
    """

    def __init__(
        self,
        model: Model,
        convention: Convention,
        gradient: Gradient,
        over: Callable[[Meaning, Term], Value],
        values: Mapping[str, Time] | None = None,
    ) -> None:
        self.unknown: list[str] = []  # why some derivative could not be found
        self.beside_system = Beside(model, self.unknown)
        super().__init__(self.beside_system, Roles(self.beside_system, lambda _, __: None))
        self.sums_of_entries: set[Term] = set()  # sums that are factors of an entrywise product
        self.model = model
        self.convention = convention
        self.gradient = gradient
        self.over = over
        self.values = dict(values or {})  # numbers for index letters, where sums and products are written out
        self.constants: dict[int, Value] = {}  # identities, ones and zeros, by their place
        self.open: dict[str, tuple[Size, Size]] = {}  # of symbols whose sizes nothing else tells
        self.doubts: list[str] = []  # what may be meant in another way, by which nothing is refuted
        self.images: set[Symbol] = set()  # letters for what total derivatives do to the matrix of one entry
        self.carried: frozenset[tuple[Ref, Ref]] = frozenset()  # total derivatives by a parameter, of states before
        self.variables: set[Symbol] = set()  # by which something the system defines is differentiated

    def inside(self, letter: str, value: Time) -> Self:
        """The same convention under a sum or product, its letter at a value."""
        inner = copy.copy(self)
        inner.values = {**self.values, letter: value}
        return inner

    # -------------------------------------------------------------------------------------- whole terms

    def __call__(self, t: Term, shape: Shape | None = None) -> Expr:
        """The term as an expression, where it is said of a shape that it has."""
        v = self.value(t)
        if shape is not None and not self.fit(v, self.given(ex.zero(shape), t)):
            raise self.misfit(f"this is {v.shown}, not {ex.show_shape(shape)}", t)
        return self.made([v])[0]

    def members(self, *terms: Term) -> list[Expr]:
        """Terms as expressions, the sizes of whose constants are such that they have one shape, if they can."""
        # From the last, the printed formula: where it does not fit, that is so whatever the first one is.
        first, *others = values = [self.standing_alone(t) for t in reversed(terms)][::-1]
        fits = [self.fit(first, v) for v in others]
        message = f"the two sides have shapes {first.shown} and {values[-1].shown}"
        misfit = None if all(fits) else self.misfit(message, terms[0])
        if isinstance(misfit, UndecidedError):
            raise misfit
        return self.made(values, misfit)

    def standing_alone(self, t: Term) -> Value:
        """The value of what is a side, or a part of a list, where zeros have the shape of what stands beside them."""
        v = self.value(t)
        if t.kind == "zeros":
            self.beside_system.zeros.discard(t.place.number)
        return v

    def fit(self, a: Value, b: Value) -> bool:
        """Takes two shapes to be one, if they can be."""
        sizes = self.context.sizes
        mark = sizes.mark()
        if sizes.equal(a.rows, b.rows) and sizes.equal(a.cols, b.cols):
            return True
        sizes.undo(mark)
        return False

    def made(self, values: Sequence[Value], otherwise: Exception | None = None) -> list[Expr]:
        """The expressions that values are.

        :raises UndecidedError: where nothing says what size a constant has, if nothing ``otherwise`` is to be raised.
        """
        sizes = self.context.sizes
        fits = sizes.settle()
        if fits and (open_sizes := [n for n in self.beside_system.of_constants if is_open(n)]):
            only = {d for info in self.model.reading.symbols.values() for d in info.symbol.shape} - {ex.ONE}
            if len(only) == 1:  # whatever nothing says the size of has the only one there is
                fits = all(sizes.equal(n, Size(*only)) for n in open_sizes) and sizes.settle()
        if not fits:
            raise self.misfit("no sizes of the constants fit", values[0].term)
        if sizes.chosen:
            raise UndecidedError("nothing says which sizes that are added up are which")
        try:
            return [v.make() for v in values]
        except OpenSizeError as error:
            name = next((name for name, sizes in self.open.items() if any(map(is_open, sizes))), "a constant")
            raise otherwise or UndecidedError(f"nothing says what size {name} has") from error
        except ShapeError as error:
            raise self.misfit(error.message, values[0].term) from error

    def given(self, e: Expr, t: Term) -> Value:
        """What is known as an expression."""
        return Value(Size(e.rows), Size(e.cols), lambda: e, t)

    def laid_out(self, numerator: Expr, *, scalar: bool = False, vector: bool = True) -> Expr:
        """A Jacobian in this layout; of a scalar also in the mixed one, where a ``vector`` it is by may be a row."""
        layout = self.convention.layout
        if layout == "mixed":
            layout = "denominator" if scalar and not (vector and self.convention.row) else "numerator"
        return numerator if layout == "numerator" else ex.transpose(numerator)

    # ------------------------------------------------------------------------------------- orientation

    def column(self, v: Value) -> Value:
        return Value(v.cols, v.rows, lambda: ex.transpose(v.make()), v.term) if v.is_row else v

    def laid(self, v: Value) -> Value:
        if not (self.convention.row and v.is_vector):
            return v
        return Value(v.cols, v.rows, lambda: ex.Transpose(v.make()), v.term)

    def is_line(self, v: Value) -> bool:
        return v.is_vector or v.is_row

    def text(self, v: Value) -> str:
        """What it is, whatever names and definitions it came through."""
        try:
            return ex.brief(v.make())
        except (OpenSizeError, UndecidedError):
            return "a factor"

    def families_of(self, t: Term) -> list[Family]:
        """None: whatever roles rest on was settled with the system."""
        return []

    # -------------------------------------------------------------------------------------- names

    def ref(self, r: Ref) -> Ref:
        return r.put(self.values)

    def symbol(self, t: Term) -> Value:
        assert isinstance(t.data, Ref)
        rows, cols, make = self.shaped(self.ref(t.data))
        return self.laid(Value(rows, cols, make, t))

    def shaped(self, r: Ref) -> tuple[Size, Size, Make]:
        """The sizes of a symbol, and the symbol once they are known."""
        family = self.model.families.get(r.family)
        if family is None or not self.model.is_open(family):
            symbol = self.model.symbol(r)
            return Size(symbol.rows), Size(symbol.cols), lambda: symbol
        if family.name not in self.open:
            vector = family.role == "vector"
            self.open[family.name] = Size(), UNIT if vector else Size()
            self.beside_system.of_constants += self.open[family.name]
        rows, cols = self.open[family.name]
        return rows, cols, lambda: self.model.symbol(r, (rows.value(), cols.value()))

    def constant(self, t: Term) -> Value:
        """An identity, ones, zeros of any shape, a unit vector, or a function that has lost its argument."""
        number = t.place.number
        if number not in self.constants:
            n = self.context.named_size(t.place.size) if t.place.size else Size()
            self.beside_system.of_constants.append(n)
            self.constants[number] = _CONSTANTS[t.kind](self, t, n)
        return self.constants[number]

    def index(self, text: str, size: Size) -> ex.Index | int:
        """An index that runs to this size; a number is one entry."""
        if text.isdigit():
            return int(text)
        known = self.indices.setdefault(text, Size())
        if not self.context.sizes.equal(known, size):
            raise ShapeError(f"the index {text} runs to {known} and to {size}")
        return ex.Index(text, size.value())

    def unit(self, t: Term, n: Size) -> Value:
        """The vector with 1 at an index and zeros beside it."""
        index = t.place.index
        if not index.isdigit():  # what does not fit is told where the vector is made
            self.context.sizes.equal(n, self.indices.setdefault(index, Size()))
        return self.laid(Value(n, UNIT, lambda: ex.UnitVector(self.index(index, n), n.value()), t))

    def zeros(self, t: Term, n: Size) -> Value:
        """Zeros of whatever shape fits."""
        rows, cols = Size(may_be_one=True), Size(may_be_one=True)
        self.beside_system.zeros.add(t.place.number)

        def make() -> Expr:
            shape = rows.value(), cols.value()
            if t.place.size and not {*shape} <= {n.value(), ex.ONE}:
                raise ShapeError(f"zeros of size {n} do not fit")
            return ex.zero(shape)

        return Value(rows, cols, make, t, tag="zeros")

    def bare(self, t: Term, n: Size) -> Value:
        """A function that stands without its argument, of which nothing but its shape in the system is known."""
        self.unknown.append("a function stands without its argument")
        f = t.place.function
        assert isinstance(f, ex.Function)
        shapes = {e.shape for e in self.model.nodes() if isinstance(e, ex.Apply) and e.function.name == f.name}
        rows, cols = map(Size, shapes.pop()) if len(shapes) == 1 else (n, UNIT)
        name = f.name + "'" * f.order
        return self.laid(Value(rows, cols, lambda: Symbol(name, (rows.value(), cols.value())), t))

    def kronecker(self, t: Term) -> Value:
        """The delta of two indices; beside a number one that equations hold runs as far as there."""
        held = {k.name: k.size for k in self.model.held(self.model.defined_families)}
        if any(k.isdigit() for k in t.indices):
            self.indices |= {k: Size(held[k]) for k in t.indices if k in held and k not in self.indices}
        return grids.kronecker(self, t)

    def kronecker_same(self, t: Term) -> Value:
        """1 where two index letters are one, which has a meaning only where they run equally far."""
        first, second = (self.indices.setdefault(k, Size()) for k in t.indices)
        if not self.context.sizes.equal(first, second):
            raise UndecidedError(f"{' and '.join(t.indices)} run to different ends, and a condition compares them")
        return grids.kronecker(self, t)

    def count(self, t: Term) -> Value:
        """A number of steps."""
        assert isinstance(t.data, Time)
        number = ex.time_as_scalar(t.data.put(self.values))
        return scalar(lambda: number, t, number=number.value if isinstance(number, Number) else None)

    # ------------------------------------------------------------------------------ sums, products

    def same(self, a: Value, b: Value, what: str) -> None:
        if not self.fit(a, b):  # whatever the roles are that zeros have
            super().same(a, b, what)

    def sum_of(self, signs: Sequence[str], terms: list[Expr]) -> Expr:
        return ex.add(*(e if sign == "+" else ex.neg(e) for sign, e in zip(signs, terms, strict=True)))

    def is_in_every_entry(self, v: Value, beside: Sequence[Value], t: Term) -> bool:
        r"""The 1 of ``1 - H \odot H``, and of ``H \odot (1 - H)``."""
        return v.number is not None and (t in self.sums_of_entries or any(w.tag == "hadamard" for w in beside))

    def in_each(self, v: Value, matrix: Value) -> Value:
        """A vector that is added to every row or column of a matrix, where the system adds ones so."""
        habits = self.context.option.habits
        return v if v.is_row and Habit.ROW_IN_EACH not in habits else super().in_each(v, matrix)

    def side_by_side(self, values: list[Value], t: Term) -> list[Value]:
        """Vectors side by side are multiplied entry by entry where the system multiplies them so."""
        return super().side_by_side(values, t) if Habit.BESIDE_ENTRYWISE in self.context.option.habits else values

    def operation(self, t: Term) -> Value:
        """A dot is a product, or one of two vectors where that is said; ones have whatever shape stands below them."""
        if t.data == "oslash" and t.args[0].kind == "ones":
            b = self.value(t.args[1])
            return like(b, lambda: ex.EntryPower(b.make(), Number(-1)), t)
        if t.data in ("odot", "circ"):
            self.sums_of_entries |= {a for a in t.args if a.kind == "add"}
        if t.data not in ("cdot", "times", "cdot_entrywise", "cdot_inner"):
            return super().operation(t)
        a, b = (self.value(arg) for arg in t.args)
        chained = a.tag == "inner" or (a.factors and not a.factors[0].is_scalar)
        if t.data == "cdot_inner" and a.is_scalar and chained and not b.is_scalar:
            raise ShapeError("a dot between an inner product and a vector")
        if t.data in ("cdot", "times") or not (self.is_line(a) and self.fit(a, b)):
            out = self.product([a, b], t)
        elif t.data == "cdot_entrywise":
            return self.entrywise(a, b, r"\cdot", t)
        else:
            u, v = self.column(a), self.column(b)
            out = scalar(lambda: ex.Product(ex.transpose(u.make()), v.make()), t)
        return dataclasses.replace(out, tag="inner" if out.is_scalar and not a.is_scalar else "")

    def outer(self, a: Value, b: Value, t: Term) -> Value:
        r"""``\otimes``: the outer product of two vectors, Kronecker's of anything else.

        Without a vec in the claim a transposed vector is one of the two vectors; with one it is a matrix of one row.
        """
        if a.is_scalar or b.is_scalar:
            return self.product([a, b], t)
        if t.data == "otimes":
            outer = not (a.is_matrix or b.is_matrix)
        else:
            outer = t.data == "otimes_vec" and all(v.is_row if self.convention.row else v.is_vector for v in (a, b))
        if outer:
            u, v = self.column(a), self.column(b)
            return Value(u.rows, v.rows, lambda: ex.Product(u.make(), ex.Transpose(v.make())), t)
        times = self.context.sizes.product
        return Value(times(a.rows, b.rows), times(a.cols, b.cols), lambda: ex.Kronecker(a.make(), b.make()), t)

    def vec(self, t: Term) -> Value:
        """vec: of a matrix its columns on top of each other, of a vector itself."""
        a = self.value(t.args[0])
        if not a.is_matrix:
            return self.laid(self.column(a))
        return self.laid(Value(self.context.sizes.product(a.rows, a.cols), UNIT, lambda: ex.Vec(a.make()), t))

    # -------------------------------------------------------------------- scripts, words, maps, lists

    def transposed(self, t: Term) -> Value:
        v = self.value(t.args[0])
        return Value(v.cols, v.rows, lambda: ex.transpose(v.make()), t)

    def power(self, v: Value, exponent: Value, t: Term) -> Value:
        out = super().power(v, exponent, t)
        return dataclasses.replace(out, make=lambda: self._computed(out.make()))

    def _computed(self, e: Expr) -> Expr:
        """A power with the exponent 0 or 1 as what it is."""
        if not isinstance(e, ex.EntryPower | ex.MatrixPower):
            return e
        printed = (p for p in self.model.nodes() if isinstance(p, ex.MatrixPower))
        if isinstance(e.base, ex.Entry) and any(e.base.base == p.base for p in printed):
            self.unknown.append("an entry of the power, or a power of the entry: write (W^2)_{ij}")
        if isinstance(e, ex.EntryPower):
            return ex.power(e.base, e.exponent)
        if e.exponent == Number(0):
            return ex.Identity(e.rows)
        return e.base if e.exponent == Number(1) else e

    def word(self, t: Term) -> Value:
        """An operator; of a scalar its diagonal, trace and determinant are itself, and it has a norm."""
        first, *others = values = [self.value(a) for a in t.args]
        if first.is_scalar and not others and t.data in ("diag", "trace", "det"):
            return first
        if first.is_scalar and not others and t.data == "norm":
            return scalar(lambda: ex.Norm(first.make()), t)
        if first.is_matrix and t.data == "abs" and not self.fit(first, Value(first.cols, first.rows, first.make, t)):
            raise UndecidedError("bars around a matrix that is not square: its norm, or the size of each entry?")
        return operators.of_values(self, values, t)

    def mapped(self, t: Term) -> Value:
        """A map at its arguments, or its Jacobian as the layout has it."""
        assert isinstance(t.data, MapCall)
        call, family = t.data, self.model.families[t.data.name]
        values = [self.column(self.value(a)) for a in t.args]
        if len(values) != len(family.inputs):
            raise UndecidedError(f"{call.name} has other arguments here than in the system")
        if call.order > 1 or any(not v.cols.is_one for v in values):
            raise ShapeError(f"the map {call.name} does not take this")
        out = maps.mapped(self, dataclasses.replace(family, called=[]), values, t, call)
        if not call.order:
            return self.laid(out)
        if call.fixed:
            return out
        rows, cols = self.laid_out(Symbol("", out.shape()), scalar=out.rows.is_one).shape
        return Value(Size(rows), Size(cols), lambda: self.laid_out(out.make(), scalar=out.rows.is_one), t)

    def listed(self, t: Term) -> Value:
        """What stands on top of each other; zeros are of the kind of what stands beside them."""
        values = [self.standing_alone(a) for a in t.args]
        others = [v for v in values if v.tag != "zeros"]
        if any(v.is_matrix for v in others):
            return grids.stack(self, values, t)
        for v in values:
            self.context.sizes.equal(v.rows if self.convention.row else v.cols, UNIT)
            if all(u.is_scalar for u in others):
                self.fit(v, scalar(v.make, t))
        if all(v.is_scalar for v in values):
            return self.laid(grids.stack(self, values, t))
        if self.convention.row and any(v.is_vector for v in values):
            raise ShapeError("a list holds what is no row vector")
        flat = [self.column(v) for v in values]
        rows = Size(parts=tuple(v.rows for v in flat))
        return self.laid(Value(rows, UNIT, lambda: ex.Stack(*(v.make() for v in flat)), t))


_CONSTANTS: Mapping[str, Callable[[Meaning, Term, Size], Value]] = {
    "identity": lambda _, t, n: Value(n, n, lambda: ex.Identity(n.value()), t),
    "ones": lambda ev, t, n: ev.laid(Value(n, UNIT, lambda: ex.Ones(n.value()), t)),
    "zeros": Meaning.zeros,
    "unit": Meaning.unit,
    "bare_function": Meaning.bare,
}
