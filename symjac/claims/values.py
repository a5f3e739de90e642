"""Terms without derivatives to expressions, in one convention: printed order, strict shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symjac import expr as ex
from symjac.claims import vectors
from symjac.claims.meaning import Meaning
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.expr import ONE, Expr, Index, Number, Product, Symbol
from symjac.expr.times import Time
from symjac.functions import ACTIVATIONS
from symjac.reading.applied.terms import MapCall, Ref, Term
from symjac.reading.assumptions import Habit
from symjac.reading.operators import mean_of, positive_part, row_softmax, variance_of


def refuse_one_index_of_two(indices: Sequence[str], sizes: Sequence[ex.Dim]) -> None:
    """``W_{ii}`` of a matrix that is not square has a meaning as far as the shorter side goes.

    :raises UndecidedError: for such entries.
    """
    if len(set(indices)) < len(set(sizes)) and not indices[0].isdigit():
        raise UndecidedError(f"the index {indices[0]} runs through both sides of a matrix that is not square")


_OF_VECTOR = {"logsumexp": ex.LogSumExp, "mean": mean_of, "variance": variance_of}


class Values(Meaning):
    """The values of terms, derivatives apart."""

    # ------------------------------------------------------------------------------------- vectors

    def symbol(self, t: Term) -> Expr:
        assert isinstance(t.data, Ref)
        return self.vector(self.model.symbol(self.ref(t.data)))

    def constant(self, t: Term) -> Expr:
        if t.place.number not in self.sizes:
            raise UndecidedError("nothing says what size a constant has")
        shape = self.sizes[t.place.number]
        if t.kind == "identity":
            return ex.Identity(shape[0])
        if t.kind == "unit":
            return self.vector(ex.UnitVector(self.index(t.place.index, shape[0]), shape[0]))
        # Zeros are tried in every shape, so that none has to be turned.
        return self.vector(ex.Ones(*shape)) if t.kind == "ones" else ex.zero(shape)

    def count(self, t: Term) -> Expr:
        assert isinstance(t.data, Time)
        return self.model.count(t.data.put(self.values))

    def entry(self, t: Term) -> Expr:
        base = self.column(self(t.args[0]))
        if base.is_scalar:
            raise UndecidedError("an entry of a scalar: declare what is a vector here")
        return self.entry_of(base, t)

    def entry_of(self, e: Expr, t: Term) -> Expr:
        """The entry of an expression at the indices of a term."""
        return ex.Entry(e, *self.places(t, (e.rows,) if e.cols == ONE else e.shape))

    def places(self, t: Term, sizes: Sequence[ex.Dim]) -> list[Index | int]:
        """The indices of an entry, which run to these sizes.

        :raises ShapeError: where there are more or fewer.
        """
        assert isinstance(t.data, tuple)
        if len(sizes) != len(t.data):
            raise ShapeError(f"an entry has {len(sizes)} indices here, not {len(t.data)}")
        refuse_one_index_of_two(t.data, sizes)
        return [self.index(text, size) for text, size in zip(t.data, sizes, strict=True)]

    def index(self, text: str, size: ex.Dim) -> Index | int:
        if text.isdigit():
            return int(text)
        if self.indices.setdefault(text, size) != size:
            raise ShapeError(f"the index {text} runs to {self.indices[text]} and to {size}")
        return Index(text, size)

    def kronecker(self, t: Term) -> Expr:
        assert isinstance(t.data, tuple)
        sizes = [self.indices[k] for k in t.data if k in self.indices]
        if not sizes:
            raise UndecidedError("nothing says how far the indices of this delta run")
        i, j = (self.index(k, sizes[0]) for k in t.data)
        return ex.Delta(i, j)

    def same(self, t: Term) -> Expr:
        """1 where two index letters are one, which has a meaning only where they run equally far."""
        assert isinstance(t.data, tuple)
        if len({self.indices[k] for k in t.data if k in self.indices}) > 1:
            raise UndecidedError(f"{' and '.join(t.data)} run to different ends, and a condition compares them")
        return self.kronecker(t)

    def indicator(self, t: Term) -> Expr:
        """1 where the first side is the greater one, entry by entry."""
        greater, less = (self(a) for a in t.args)
        return ex.Apply(ACTIVATIONS["step"].function, self.summed([greater, ex.neg(less)]))

    def index_sum(self, t: Term) -> Expr:
        assert isinstance(t.data, tuple)
        letter, upper = t.data
        outer = self.indices.pop(letter, None)
        body = self(t.args[0])
        size = self.indices.pop(letter, None)
        if outer is not None:
            self.indices[letter] = outer
        if size is None:
            raise UndecidedError(f"nothing says how far the index {letter} runs")
        if upper is not None and ex.dim(int(upper) if upper.isdigit() else upper) != size:
            message = f"the sum runs to {upper}, and {letter} to {size}"
            raise UndecidedError(message) if upper.isdigit() else ShapeError(message)
        return ex.IndexSum(Index(letter, size), body)

    # ------------------------------------------------------------------------------ sums, products

    def add(self, t: Term) -> Expr:
        return self.summed([self(a) for a in t.args])

    def product(self, t: Term) -> Expr:
        values = [self(a) for a in t.args]
        shaped = [v for v in values if not v.is_scalar]
        alike = len(shaped) > 1 and ONE in shaped[0].shape and all(v.shape == shaped[0].shape for v in shaped)
        if alike and Habit.BESIDE_ENTRYWISE in self.model.habits:  # as the system multiplies vectors side by side
            return ex.mul(*(v for v in values if v.is_scalar), ex.Hadamard(*shaped))
        return self.multiplied(values)

    def entrywise(self, a: Expr, b: Expr, sign: str) -> Expr:
        """The entrywise product of two operands of one shape."""
        if a.shape != b.shape:
            shapes = f"{ex.show_shape(a.shape)} and {ex.show_shape(b.shape)}"
            raise ShapeError(f"the operands of {sign} do not fit: {shapes}")
        return ex.Hadamard(a, b)

    def dotted(self, a: Expr, b: Expr, *, inner: bool) -> Expr:
        """A dot as a product, or where none fits as the inner or the entrywise one of two vectors.

        In a chain of dots between three vectors none is an inner product.
        """
        if inner and isinstance(a, Product) and a.is_scalar and not a.args[0].is_scalar and not b.is_scalar:
            raise ShapeError("a dot between an inner product and a vector")
        if a.shape != b.shape or a.is_scalar or a.is_matrix:
            return self.multiplied([a, b])
        if not inner:
            return ex.Hadamard(a, b)
        return Product(ex.transpose(a), b) if a.is_vector else Product(a, ex.transpose(b))

    def operation(self, t: Term) -> Expr:
        if t.data == "oslash" and t.args[0].kind == "ones":  # ones of whatever shape stands below
            return ex.EntryPower(self(t.args[1]), Number(-1))
        a, b = self(t.args[0]), self(t.args[1])
        if t.data in ("cdot", "times"):
            return self.multiplied([a, b])
        if t.data in ("cdot_entrywise", "cdot_inner"):
            return self.dotted(a, b, inner=t.data == "cdot_inner")
        if t.data == "otimes" and Habit.OTIMES_ENTRYWISE in self.model.habits and not (a.is_scalar or b.is_scalar):
            return self.entrywise(a, b, r"\otimes")
        if t.data in ("otimes", "otimes_vec", "kronecker"):
            return vectors.tensor(self, a, b, t.data)
        if a.is_scalar or b.is_scalar:
            if t.data == "oslash":
                return self.divided(a, b)
            if t.data == "star" or (a.is_scalar and b.is_scalar):
                return Product(a, b)
        if t.data == "star" and a.shape != b.shape and self.model.star_multiplies:
            return self.multiplied([a, b])
        if t.data == "oslash":
            return self.entrywise(a, ex.EntryPower(b, Number(-1)), r"\oslash")
        return self.entrywise(a, b, {"star": "*", "odot": r"\odot", "circ": r"\circ"}[str(t.data)])

    def quotient(self, t: Term) -> Expr:
        return self.divided(self(t.args[0]), self(t.args[1]))

    @staticmethod
    def divided(a: Expr, b: Expr) -> Expr:
        if isinstance(b, Number) and b.value == 0:
            raise UndecidedError("a division by zero")
        under = Number(1 / b.value) if isinstance(b, Number) else ex.EntryPower(b, Number(-1))
        if b.is_scalar or a.is_scalar:
            if b.is_matrix:
                raise ShapeError("a division by a matrix")
            return ex.mul(a, under)
        if a.is_matrix and b.is_matrix:
            raise UndecidedError("a division of matrices: of each entry, or by the inverse?")
        return ex.Hadamard(a, under)

    # --------------------------------------------------------------------- scripts and functions

    def transpose(self, t: Term) -> Expr:
        return ex.transpose(self(t.args[0]))

    def inverse(self, t: Term) -> Expr:
        a = self(t.args[0])
        return ex.EntryPower(a, Number(-1)) if a.is_scalar else ex.MatrixPower(a, Number(-1))

    def power(self, t: Term) -> Expr:
        base, exponent = self(t.args[0]), self(t.args[1])
        if isinstance(base, ex.Entry) and any(base.base == e.base for e in self.powers()):
            self.unknown.append("an entry of the power, or a power of the entry: write (W^2)_{ij}")
        if not exponent.is_scalar:
            raise ShapeError("an exponent is a scalar")
        if base.is_matrix and t.data != "entry":
            if base.rows != base.cols:
                raise UndecidedError("a power of a matrix that is not square: of each entry?")
            if isinstance(exponent, Number) and exponent.value == 0:
                return ex.Identity(base.rows)
            return base if exponent == Number(1) else ex.MatrixPower(base, exponent)
        return ex.power(base, exponent)

    def powers(self) -> Iterator[ex.MatrixPower]:
        """The powers of matrices that the system prints."""
        return (e for p in self.model.printed for e in p.rhs.walk() if isinstance(e, ex.MatrixPower))

    def word(self, t: Term) -> Expr:
        name, values = str(t.data), [self(a) for a in t.args]
        if name in ("max", "min"):
            return self.extreme(name, values)
        if len(values) > 1 and name == "diag":
            return self.diagonal(values)
        if len(values) == 2 and name in ("softmax", "logsumexp") and values[0].is_scalar:
            return self.at_temperature(name, values[0], self.column(values[1]))
        if len(values) > 1:
            raise UndecidedError(f"{name} of several arguments is not judged")
        a = values[0]
        if name == "diag":
            if a.is_matrix:
                return self.vector(ex.Diagonal(a))
            return ex.diag(self.column(a)) if not a.is_scalar else a
        if name in ("trace", "det"):
            if a.is_scalar:
                return a
            return ex.Trace(a) if name == "trace" else ex.Determinant(a)
        if name == "norm":
            if a.is_matrix:
                self.unknown.append("the bars around a matrix may be its spectral or its Frobenius norm")
            return ex.Norm(self.column(a))
        if name == "abs" and a.is_scalar:
            return ex.Apply(ex.Function("|", 0, "abs"), a)
        if name == "softmax" and a.is_matrix:
            return row_softmax(a)
        v = self.one_vector(name, a)
        if name == "softmax":
            return self.vector(ex.Softmax(v))
        if name in _OF_VECTOR:
            return _OF_VECTOR[name](v)
        raise UndecidedError(f"{name} is not judged")

    def one_vector(self, name: str, a: Expr) -> Expr:
        """An argument that has to be a vector, as a column."""
        v = self.column(a)
        if not v.is_vector:
            raise ShapeError(f"{name} takes a vector")
        return v

    def at_temperature(self, name: str, beta: Expr, z: Expr) -> Expr:
        """The softmax of beta z, or over beta the logarithm of its sum of exponentials."""
        scaled = ex.mul(beta, self.one_vector(name, z))
        if name == "softmax":
            return self.vector(ex.Softmax(scaled))
        return self.divided(ex.LogSumExp(scaled), beta)

    def extreme(self, name: str, values: list[Expr]) -> Expr:
        """The greater or the less of 0 and what else stands there, entry by entry."""
        others = [v for v in values if v != Number(0)]
        if len(values) != 2 or len(others) != 1:
            raise UndecidedError(f"{name} is read with 0 and one other argument only")
        return positive_part(others[0]) if name == "max" else ex.neg(positive_part(ex.neg(others[0])))

    @staticmethod
    def diagonal(values: list[Expr]) -> Expr:
        """The diagonal matrix of a list."""
        if not all(v.is_scalar for v in values):
            raise ShapeError("diag of a list takes scalars")
        n = range(len(values))
        return ex.Explicit([[values[i] if i == j else Number(0) for j in n] for i in n])

    def norm(self, t: Term) -> Expr:
        """A norm that says which it is."""
        a = self(t.args[0])
        if a.is_scalar or (a.is_matrix and t.data == "1"):
            raise ShapeError(f"the norm with index {t.data} of {ex.show_shape(a.shape)}")
        if a.is_matrix and t.data == "2":
            self.unknown.append("the norm of a matrix with a 2 below is its spectral norm")
        v = self.column(a)
        if t.data == "1":
            return Product(ex.transpose(ex.Ones(v.rows)), ex.Apply(ACTIVATIONS["abs"].function, v))
        return ex.Norm(v)

    def positive(self, t: Term) -> Expr:
        a = self(t.args[0])
        if a.is_matrix:
            raise UndecidedError("the + on a matrix: its positive part, or a pseudoinverse?")
        return positive_part(a)

    def inner(self, t: Term) -> Expr:
        """The inner product in angle brackets."""
        a, b = (self.column(self(arg)) for arg in t.args)
        if not a.is_vector or a.shape != b.shape:
            raise ShapeError("angle brackets take two vectors of one size")
        return Product(ex.transpose(a), b)

    def apply(self, t: Term) -> Expr:
        assert isinstance(t.data, ex.Function)
        return ex.Apply(t.data, self(t.args[0]))

    def map(self, t: Term) -> Expr:
        assert isinstance(t.data, MapCall)
        name, order = t.data.name, t.data.order
        args = tuple(self.column(self(a)) for a in t.args)
        family = self.model.families[name]
        rows, inputs = family.rows.value(), tuple(size.value() for size in family.inputs)
        if len(args) != len(inputs):
            raise UndecidedError(f"{name} has other arguments here than in the system")
        if tuple(v.rows for v in args) != inputs or any(v.cols != ONE for v in args) or order > 1:
            raise ShapeError(f"the map {name} does not take this")
        if order:
            if t.data.fixed and self.convention.layout == "denominator":
                raise UndecidedError(f"D {name} may be the Jacobian of {name} in this layout too, or its transpose")
            jacobian = ex.MapJacobian(name, args, rows, t.data.by or 1)
            return self.laid_out(jacobian, scalar=rows == ONE, variable_row=self.convention.row)
        return self.vector(ex.VectorMap(name, args, rows))

    def scalar_function(self, t: Term) -> Expr:
        """The gradient of a scalar function that nothing specifies, or its Hessian."""
        assert isinstance(t.data, tuple)
        of, order = t.data
        v = self.column(self(t.args[0]))
        if not v.is_vector:
            raise ShapeError(f"{of} takes a vector")
        return ex.ScalarHessian(of, v, v.rows) if order == 2 else self.vector(ex.ScalarGradient(of, v, v.rows))

    def bare_map(self, t: Term) -> Expr:
        """A map without its argument, or its Jacobian: of known shape, and not known otherwise."""
        assert isinstance(t.data, tuple)
        name, order = t.data
        family = self.model.families[name]
        if len(family.inputs) != 1:
            raise UndecidedError(f"{name} stands without its arguments")
        rows, cols = family.rows.value(), family.inputs[0].value()
        self.unknown.append(f"{name} stands without its argument")
        if order:
            return self.laid_out(Symbol(rf"\partial {name}", (rows, cols)), scalar=False)
        return self.vector(Symbol(rf"{name}(\cdot)", (rows, ONE)))

    def bare_function(self, t: Term) -> Expr:
        self.unknown.append("a function stands without its argument")
        if t.place.number not in self.sizes:
            raise UndecidedError("a function stands without its argument")
        return self.vector(Symbol(rf"\text{{function}} {t.place.number}", self.sizes[t.place.number]))

    def stack(self, t: Term) -> Expr:
        parts = [self(a) for a in t.args]
        if all(p.is_scalar for p in parts):
            return self.vector(ex.Explicit([[p] for p in parts]))
        if any(p.is_matrix for p in parts):
            return ex.Stack(*parts)
        flat = [self.column(p) for p in parts]
        if self.convention.row and any(not p.is_row for p in parts):
            raise ShapeError("a list holds what is no row vector")
        return self.vector(ex.Stack(*flat))

    def explicit(self, t: Term) -> Expr:
        width = t.data
        assert isinstance(width, int)
        entries = [self(a) for a in t.args]
        if not all(e.is_scalar for e in entries):
            raise UndecidedError("a matrix written out holds what is no scalar: an entry with another index?")
        return ex.Explicit([entries[k : k + width] for k in range(0, len(entries), width)])
