"""Sums, products and quotients of typed values, and the shapes they ask for."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction

from symjac import expr as ex
from symjac.reading import hints
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import Term
from symjac.reading.assumptions import Habit, How
from symjac.reading.context import Family
from symjac.reading.sizes import UNIT, Size
from symjac.reading.usual import SIZE_LETTERS
from symjac.reading.values import Value, like, literal, negative, ordered_product, reciprocal, scalar, spread


class Arithmetic(Naming, ABC):
    """The half of the elaborator that computes, and what readers of calls, grids and derivatives ask of the other."""

    indices: dict[str, Size]

    @abstractmethod
    def value(self, t: Term) -> Value:
        """The value of a term."""

    @abstractmethod
    def row_factors(self, values: list[Value], t: Term) -> list[Value]:
        """In row orientation the factors in the order that columns want."""

    def column(self, v: Value) -> Value:
        """A vector as a column, where the text may print it as a row."""
        return v

    def laid(self, v: Value) -> Value:
        """A column as vectors are printed."""
        return v

    def is_line(self, v: Value) -> bool:
        """Whether this is a vector as vectors are printed."""
        return v.is_vector

    def text(self, v: Value) -> str:
        """What a value is called in messages: as it is printed."""
        return self.context.text(v.term)

    def shown(self, v: Value) -> str:
        """What a value is called in messages: a vector as it is printed, a symbol with what its role rests on."""
        shown = "a row" if self.context.row and v.is_vector else v.shown
        f = v.details.get("family") if v.tag == "symbol" else None
        return f"{shown} ({f.how})" if isinstance(f, Family) and f.how.is_guess and not f.declared else shown

    def families_of(self, t: Term) -> list[Family]:
        """The families of the symbols in a term."""
        found = [self.context.find(r.family) for r in t.refs()]
        return [f for f in found if f is not None]

    def same(self, a: Value, b: Value, what: str) -> None:
        """Unifies two shapes or says which two do not fit."""
        equal = self.context.sizes.equal
        if a.role == b.role and equal(a.rows, b.rows) and equal(a.cols, b.cols):
            return
        if a.is_row and b.is_row and equal(a.cols, b.cols):
            return
        message = f"{what} do not fit: {self.text(a)} is {self.shown(a)}, {self.text(b)} is {self.shown(b)}"
        column = a if a.is_vector else b
        if {a.role, b.role} == {"vector", "matrix"} and "sum" in what:
            matrix = b if column is a else a
            hint = hints.role(self.context, matrix, "vector") or hints.added(self.context, column)
            raise self.misfit(message, column.term, hint)
        raise self.misfit(message, b.term, hints.unequal(self.context, a, b))

    def is_square(self, v: Value) -> bool:
        return v.is_matrix and self.context.sizes.equal(v.rows, v.cols)

    def square(self, v: Value, what: str) -> None:
        if not self.is_square(v):
            raise self.misfit(f"{what} needs a square matrix; {self.text(v)} is {v.shown}", v.term)

    def negative(self, t: Term) -> Value:
        v = self.value(t.args[0])
        return literal(-v.number, t) if v.number is not None else like(v, lambda: negative(v.make()), t)

    def add(self, t: Term) -> Value:
        signs = ["-" if a.kind == "negative" else "+" for a in t.args]
        parts = [a.args[0] if a.kind == "negative" else a for a in t.args]
        return self.summed(signs, [self.value(a) for a in parts], t)

    def summed(self, signs: Sequence[str], parts: Sequence[Value], t: Term) -> Value:
        """The sum of values with their signs."""
        values = self.repeated(parts)
        shaped = [v for v in values if not v.is_scalar]
        for v in shaped[1:]:
            self.same(shaped[0], v, "the terms of this sum")
        if not shaped:
            numbers = [v.number for v in values if v.number is not None]
            if len(numbers) == len(values):
                signed = (-n if sign == "-" else n for sign, n in zip(signs, numbers, strict=True))
                return literal(sum(signed, Fraction(0)), t)
            return scalar(lambda: self.sum_of(signs, [v.make() for v in values]), t)
        like_this = shaped[0]
        for v in values:
            if v.is_scalar and not self.is_line(like_this) and not self.is_in_every_entry(v, shaped, t):
                message = f"the scalar {self.text(v)} is added to a matrix"
                hint = rf'write "{self.text(v)} I", or "{self.text(v)} \mathbf{{1}} \mathbf{{1}}^\top" for every entry'
                if any(u.kind == "entry" for u in v.term.walk()):  # then all is between entries
                    hint = hints.role(self.context, like_this, "scalar") or hint
                raise self.error(message, v.term, hint) if v.number is not None else self.misfit(message, v.term, hint)
            if v.is_scalar and v.number is None:
                if v.tag == "dot":
                    raise self.error("an inner product is added to a vector", v.term)
                greek = any(f.how is How.GREEK and any(f.times) for f in self.families_of(v.term))  # a state
                if greek and Habit.SPREAD not in self.context.option.habits:
                    raise self.error(f"{self.text(v)}: a vector, or a scalar added to each entry?", v.term)
                self.refuse_number(v, shaped)
                self.refuse_entry(v, shaped)
                added = (f for w in (v, *shaped) for f in self.families_of(w.term))
                self.context.broadcast |= {f.name for f in added if f.how.is_guess}
                message = f"the scalar {self.text(v)} is added to every entry of a vector"
                self.context.note("ones", message, v.term)

        def make() -> ex.Expr:
            shape = like_this.shape()
            terms = [v.make() if not v.is_scalar else spread(v.make(), shape) for v in values]
            return self.sum_of(signs, terms)

        return like(like_this, make, t)

    def is_in_every_entry(self, v: Value, beside: Sequence[Value], t: Term) -> bool:
        """Whether a number is added to every entry of a matrix; in a system its capitals may be gates, and vectors."""
        return False

    @property
    def doubts_numbers(self) -> bool:
        """Whether a letter beside a number may be a number's: in a system, where no number is in every entry."""
        return self.context.system and Habit.SPREAD not in self.context.option.habits

    def refuse_number(self, v: Value, vectors: Sequence[Value]) -> None:
        """Where ``w^\\top x`` is added to a b that is a vector for its letter alone, the letter may be a number's."""
        if not (self.doubts_numbers and self.is_made_of_vectors(v)):
            return
        own = {f.name for f in self.families_of(v.term)}
        while more := set().union(*(self.roles.made_of.get(name, ()) for name in own)) - own:
            own |= more
        alone = [w for w in vectors if w.tag == "symbol" or any(t.kind == "over" for t in w.term.walk())]
        for t in filter(None, (self.vector_in(w.term) for w in alone)):
            families = self.families_of(t)
            if all(f.how is How.SMALL and own.isdisjoint((f.name, f.letter)) for f in families):
                whole, letter = self.text(v), self.context.text(t)
                message = f"{whole} is a number and {letter} a small letter: a vector, or a number too?"
                raise self.context.beside_number(message, v.term, families)

    def vector_in(self, t: Term) -> Term | None:
        """The symbol by which alone a term is a vector, all its other factors being numbers."""
        if t.kind in ("negative", "over", "quotient"):
            return self.vector_in(t.args[0])
        if t.kind == "product":
            lines = [a for a in t.args if not self.value(a).is_scalar]
            return self.vector_in(lines[0]) if len(lines) == 1 else None
        return t if t.kind == "symbol" else None

    def doubtful_vectors(self, t: Term) -> Sequence[Family]:
        """The letters of vectors that are squared, or that alone make a vector of a number made of vectors."""
        squared = (a.args[0] for a in t.walk() if a.kind == "power" and a.data is None)
        found = [f for a in squared if self.value(a).is_vector for f in self.families_of(a)]
        if t.kind == "product" and any(self.is_made_of_vectors(self.value(a)) for a in t.args):
            alone = self.vector_in(t)
            found += self.families_of(alone) if alone is not None else []
        return found

    def refuse_entry(self, v: Value, vectors: Sequence[Value]) -> None:
        """Where ``x_i - c`` is an entry beside what is a vector for certain, x_i is a vector with a number."""
        beside = [f for w in vectors for f in self.families_of(w.term)]
        own = self.families_of(v.term)
        if any(f.numbered for f in beside) and own and not all(f.declared for f in own):
            raise self.misfit(f"{self.text(v)} is a number, and {self.text(vectors[0])} a vector with a number", v.term)
        if v.tag != "entry" or not any(f.how is How.ENTRIES for f in own):
            return
        if not any(f.how.is_guess and f.how is not How.ONLY for f in beside):
            raise self.misfit(f"{self.text(v)} is an entry, and {self.text(vectors[0])} a vector", v.term)

    def is_made_of_vectors(self, v: Value) -> bool:
        """Whether a scalar is one by its definition, or by what it is made of, as inner products and norms are."""
        families = self.families_of(v.term)
        return v.is_scalar and any(f.role in ("vector", "matrix") or f.how is How.DEFINITION for f in families)

    def repeated(self, values: Sequence[Value]) -> Sequence[Value]:
        r"""The terms of a sum, those that every row or column of a matrix has written out: ``1 b^T``."""
        matrix = next((v for v in values if v.is_matrix), None)
        if matrix is None:
            return values
        return [v if v.is_scalar or v.is_matrix else self.in_each(v, matrix) for v in values]

    def in_each(self, v: Value, matrix: Value) -> Value:
        """A row that is added to every row, a vector where a choice of the reading says to what it is added."""
        equal, habits = self.context.sizes.equal, self.context.option.habits
        text = self.text(v)
        rows, cols = matrix.rows, matrix.cols
        if v.is_row and equal(v.cols, cols):
            self.context.note("ones", f"the row {text} is added to every row", v.term)
            self.context.taken.add(Habit.ROW_IN_EACH)
            return Value(rows, cols, lambda: ex.Product(ex.Ones(rows.value(), ex.ONE), v.make()), v.term)
        # A bias is a symbol: a product or a sum beside what may be a matrix for its letter alone is none.
        is_bias = not self.context.system or self.vector_in(v.term) is not None
        in_rows = (self.context.row and Habit.ROWS not in habits and is_bias) or Habit.IN_EACH_ROW in habits
        if v.is_vector and in_rows and equal(v.rows, cols):
            self.context.note("sign", f"{text} is added to every row, as only that fits")
            self.context.taken.add(Habit.ROW_IN_EACH if self.context.row else Habit.IN_EACH_ROW)
            return Value(rows, cols, lambda: ex.Product(ex.Ones(rows.value(), ex.ONE), ex.Transpose(v.make())), v.term)
        if v.is_vector and Habit.IN_EACH_COLUMN in habits and equal(v.rows, rows):
            self.context.note("sign", f"{text} is added to every column, as only that fits")
            self.context.taken.add(Habit.IN_EACH_COLUMN)
            return Value(rows, cols, lambda: ex.Product(v.make(), ex.Ones(ex.ONE, cols.value())), v.term)
        return v

    def sum_of(self, signs: Sequence[str], terms: list[ex.Expr]) -> ex.Expr:
        return ex.Sum(*(e if sign == "+" else negative(e) for sign, e in zip(signs, terms, strict=True)))

    def operation(self, t: Term) -> Value:
        op = str(t.data)
        a, b = self.value(t.args[0]), self.value(t.args[1])
        factors = [*(a.factors or (a,)), *(b.factors or (b,))]
        shaped = not (a.is_scalar or b.is_scalar)
        if op == "oslash" and not shaped:
            return self.quotient(a, b, t)
        if a.is_scalar and b.is_scalar:
            return self.product(factors, t)
        if op in ("odot", "circ", "oslash"):
            self.context.settle_entrywise(t)
            right = like(b, lambda: ex.EntryPower(b.make(), ex.Number(-1)), b.term) if op == "oslash" else b
            return self.entrywise(a, right, rf"\{op}", t)
        if op == "otimes" and shaped and Habit.OTIMES_ENTRYWISE in self.context.option.habits:
            self.context.note("sign", Habit.OTIMES_ENTRYWISE.value)
            self.context.taken.add(Habit.OTIMES_ENTRYWISE)
            return self.entrywise(a, b, r"\otimes", t)
        if op.startswith("otimes") or op == "kronecker":
            return self.outer(a, b, t)
        if op == "star" and a.role == b.role:
            equal = self.context.sizes.equal
            if a.is_vector or (equal(a.rows, b.rows) and equal(a.cols, b.cols)):
                return self.entrywise(a, b, "*", t)
        columns = a.is_vector and b.is_vector
        if columns and op in ("cdot", "times"):
            meant = self.context.option.habits & {Habit.DOT_ENTRYWISE, Habit.DOT_INNER} if op == "cdot" else ()
            for habit in meant:
                self.context.note("sign", habit.value)
                if habit is Habit.DOT_ENTRYWISE:
                    return self.entrywise(a, b, rf"\{op}", t)
                self.same(a, b, rf"the operands of \{op}")
                return scalar(lambda: ex.Product(ex.Transpose(a.make()), b.make()), t, tag="dot")
            cross = " the cross product is not read" if op == "times" else ""
            message = rf"\{op} between two column vectors: the inner product or the entrywise one?{cross}"
            raise self.error(message, t, hints.beside(self.context, a, b))
        if op == "times" and a.is_vector and b.is_matrix:
            raise self.error(r"\times between a vector and a matrix; the cross product is not read", t)
        if op == "star" and shaped:
            if not self.context.star_multiplies:
                return self.entrywise(a, b, "*", t)
            self.context.note("star", "* is read as the matrix product, since the shapes forbid the entrywise one", t)
        return self.product(factors, t)

    def entrywise(self, a: Value, b: Value, sign: str, t: Term) -> Value:
        """The entrywise product that a sign is."""
        self.same(a, b, f"the operands of {sign}")

        def make() -> ex.Expr:
            first = a.make()
            parts = first.args if a.tag == "hadamard" and isinstance(first, ex.Hadamard) else (first,)
            return ex.Hadamard(*parts, b.make())

        return Value(a.rows, a.cols, make, t, tag="hadamard")

    def outer(self, a: Value, b: Value, t: Term) -> Value:
        if not (a.is_vector and b.is_vector):
            raise self.error(r"\otimes is read between vectors only (the outer product)", t)
        return Value(a.rows, b.rows, lambda: ex.Product(a.make(), ex.Transpose(b.make())), t)

    def quotient(self, a: Value, b: Value, t: Term) -> Value:
        """a/b: by a scalar, or entry by entry by a vector."""
        self.context.settle_entrywise(t)
        if b.number == 0:
            raise self.error("a division by zero", b.term)
        if a.number is not None and b.number is not None:
            return literal(a.number / b.number, t)
        if b.is_scalar or (a.is_scalar and self.is_line(b)):
            shape = a if b.is_scalar else b

            def make() -> ex.Expr:
                top, under = a.make(), reciprocal(b.make())
                if top == ex.Number(1):
                    return under
                if top == ex.Number(-1):
                    return negative(under)
                parts = top.args if isinstance(top, ex.Product) and a.factors else (top,)
                return ex.Product(*parts, under)

            return Value(shape.rows, shape.cols, make, t)
        if self.is_line(a) and self.is_line(b):
            self.same(a, b, "the two sides of this division")
            return like(a, lambda: ex.Hadamard(a.make(), ex.EntryPower(b.make(), ex.Number(-1))), t)
        hint = rf'write "{self.text(a)} {hints.carrier(self.context, b.term)}^{{-1}}"' if self.is_square(b) else None
        message = f"a division of {a.shown} by {b.shown}"
        raise self.error(message, t, hint) if a.is_matrix and b.is_matrix else self.misfit(message, t, hint)

    def product(self, values: list[Value], t: Term) -> Value:
        """Factors side by side in printed order."""
        if self.context.row:
            values = self.row_factors(values, t)
        if self.context.lenient:
            values = self.side_by_side(values, t)
        running: Value | None = None
        for v in (v for v in values if not v.is_scalar):
            if running is None or running.is_scalar:
                running = v
                continue
            if not self.context.sizes.equal(running.cols, v.rows):
                left, right = (f"{self.text(w)} is {self.shown(w)}" for w in (running, v))
                hint = hints.beside(self.context, running, v)
                raise self.misfit(f"the product does not fit: {left}, {right}", _beside(running.term, v.term), hint)
            for w in (running, v):
                if self.context.system and w.term.kind == "identity" and not self.is_sure(w.term):
                    raise self.current("multiplies what the identity would not change", w.term)
            running = Value(running.rows, v.cols, v.make, _beside(running.term, v.term))
        rows, cols = (running.rows, running.cols) if running is not None else (UNIT, UNIT)
        if len(values) == 1:
            return values[0]
        self.refuse_vector(values, t)

        numbers = [v.number for v in values if v.number is not None]
        whole = math.prod(numbers, start=Fraction(1)) if len(numbers) == len(values) else None

        def make() -> ex.Expr:
            return ex.Number(whole) if whole is not None else ordered_product(v.make() for v in values)

        return Value(rows, cols, make, t, factors=tuple(values), number=whole)

    def is_sure(self, t: Term) -> bool:
        """Whether an identity is declared, or a size stands below it."""
        size = t.place.size or ""
        return size.isdigit() or size in SIZE_LETTERS or self.context.find(self.context.text(t)) is not None

    def refuse_vector(self, values: Sequence[Value], t: Term) -> None:
        r"""The n of ``\\frac{n}{2} \\lVert x - c \\rVert^2``, a vector for its letter alone, may be a number."""
        shaped = [k for k, v in enumerate(values) if not v.is_scalar]
        if len(shaped) != 1 or not self.doubts_numbers or not self.may_be_scalar(vector := values[shaped[0]]):
            return
        behind = values[shaped[0] + 1 :]
        if any(self.is_made_of_vectors(v) and any(u.kind in _MEASURES for u in v.term.walk()) for v in behind):
            message = f"{self.text(vector)} stands before a number: a vector times it, or a number too?"
            raise self.context.beside_number(message, t, self.families_of(vector.term))

    def side_by_side(self, values: list[Value], t: Term) -> list[Value]:
        """Vectors that stand side by side with nothing but scalars, as the one product that fits what is defined."""
        vectors = [v for v in values if not v.is_scalar]
        first = vectors[0] if vectors else None
        if first is None or len(vectors) < 2 or not all(v.is_vector or v.is_row for v in vectors):
            return values
        if any(f.role == "matrix" and f.declared for v in vectors if v.term.ref for f in self.families_of(v.term)):
            return values  # a matrix of one column
        if any(v.is_row != first.is_row or not self.context.sizes.equal(v.rows, first.rows) for v in vectors):
            return values
        scalars = [v for v in values if v.is_scalar]
        text = self.context.text(t)
        if self.context.scalar_left and len(vectors) == 2 and first.is_vector:
            a, b = vectors
            self.context.note("beside", f"{text} is read as an inner product, as a scalar is defined", t)
            return [*scalars, scalar(lambda: ex.Product(ex.Transpose(a.make()), b.make()), t)]
        if Habit.BESIDE_ENTRYWISE not in self.context.option.habits and any(self.may_be_scalar(v) for v in vectors):
            raise self.error(f"{text}: the entrywise product of vectors, or a scalar factor?", t)
        self.context.note("beside", f"{text} is read as the entrywise product of vectors", t)
        self.context.taken.add(Habit.BESIDE_ENTRYWISE)
        return [*scalars, like(first, lambda: ex.Hadamard(*(v.make() for v in vectors)), t)]

    def may_be_scalar(self, v: Value) -> bool:
        """Whether a vector is one only because of small letters without a time: the a of ``(1 - a) x_k``."""
        free = [f for f in self.families_of(v.term) if f.role == "vector"]
        return bool(free) and all(f.how is How.SMALL and not any(f.times) for f in free)

    def root(self, v: Value, t: Term) -> Value:
        if v.number is not None and v.number < 0:
            raise self.error("the square root of a negative number; numbers are real here", t)
        return like(v, lambda: ex.EntryPower(v.make(), ex.Number(Fraction(1, 2))), t)


_MEASURES = ("norm", "word")  # norms, traces, determinants: numbers before which vectors hardly stand


def _beside(a: Term, b: Term) -> Term:
    """Two factors as one term."""
    return Term("product", (a, b), None, (a.start, b.end))
