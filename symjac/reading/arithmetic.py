"""Sums, products and quotients of typed values, and the shapes they ask for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from fractions import Fraction

from symjac.errors import ReadError
from symjac.expr import (
    ONE,
    EntryPower,
    Expr,
    Hadamard,
    Number,
    Ones,
    Product,
    Sum,
    Transpose,
)
from symjac.reading.applied.naming import Naming
from symjac.reading.assumptions import Habit, How
from symjac.reading.names import Operation
from symjac.reading.sizes import UNIT, Size
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, juxtaposed
from symjac.reading.values import Value, like, negative, number, ordered_product, reciprocal, scalar, spread


class Arithmetic(Naming, ABC):
    """The half of the elaborator that computes, and what readers of calls, grids and derivatives ask of the other."""

    indices: dict[str, Size]

    @abstractmethod
    def deeper(self, node: Node) -> AbstractContextManager[None]:
        """Within it one level deeper, which has an end."""

    @abstractmethod
    def items(self, kids: list[Node], node: Node) -> Value:
        """The product of what stands side by side."""

    @abstractmethod
    def script(self, tokens: tuple[Token, ...], *, exponent: bool = False) -> Value:
        """The value of what stands above or below."""

    @abstractmethod
    def operate(self, v: Value, operations: list[Operation], node: Node) -> Value:
        """A value with transposes, inverses and powers."""

    @abstractmethod
    def derivative(self, node: Node) -> Value | None:
        """A fraction that is a derivative, on one line or two."""

    @abstractmethod
    def governed(self, node: Node) -> Value | None:
        """A derivative operator with all it governs across a sign of multiplication."""

    @abstractmethod
    def refuse_composition(self, node: Node) -> None:
        """Raises where a ring stands between functions."""

    @abstractmethod
    def row_factors(self, values: list[Value], node: Node) -> list[Value]:
        """In row orientation the factors in the order that columns want."""

    @abstractmethod
    def is_declared_matrix(self, node: Node) -> bool:
        """Whether a name is declared as a matrix, though it may have one column."""

    @abstractmethod
    def build(self, node: Node) -> Value:
        """The value of a node."""

    @abstractmethod
    def post(self, v: Value, node: Node) -> Value:
        """A value with the scripts of its node."""

    def same(self, a: Value, b: Value, what: str) -> None:
        """Unifies two shapes or says which two do not fit."""
        equal = self.context.sizes.equal
        if a.role == b.role and equal(a.rows, b.rows) and equal(a.cols, b.cols):
            return
        if a.is_row and b.is_row and equal(a.cols, b.cols):
            return
        message = (
            f"{what} do not fit: {self.context.text(a.node)} is {a.shown}, {self.context.text(b.node)} is {b.shown}"
        )
        hint = None
        if a.is_scalar != b.is_scalar:
            one = a if a.is_scalar else b
            hint = (
                f'if a symbol in {self.context.text(one.node)} is a vector or a matrix, declare it, as in "x: vector n"'
            )
        elif {a.role, b.role} == {"vector", "matrix"} and "sum" in what:
            hint = r"for a row added to every row of a batch write \mathbf{1} b^\top, for a column b \mathbf{1}^\top"
        elif {a.role, b.role} == {"vector", "matrix"}:
            hint = "nothing broadcasts: a vector times a matrix where diag was meant does not fit"
        raise self.error(message, b.node, hint)

    def square(self, v: Value, what: str) -> None:
        if not v.is_matrix or not self.context.sizes.equal(v.rows, v.cols):
            raise self.error(f"{what} needs a square matrix; {self.context.text(v.node)} is {v.shown}", v.node)

    def negative(self, node: Node) -> Value:
        v = self.build(node.kids[0])
        out = like(v, lambda: negative(v.make()), node)
        out.literal = v.literal
        return out

    def add(self, node: Node) -> Value:
        values = self.repeated([self.build(k) for k in node.kids])
        shaped = [v for v in values if not v.is_scalar]
        for v in shaped[1:]:
            self.same(shaped[0], v, "the terms of this sum")
        if not shaped:
            literal = all(v.literal for v in values)
            return scalar(lambda: self.sum_of(node, [v.make() for v in values], literal), node, literal=literal)
        like_this = shaped[0]
        for v in values:
            if v.is_scalar and not like_this.is_vector:
                raise self.error(
                    f"the scalar {self.context.text(v.node)} is added to a matrix",
                    v.node,
                    r"write I or \mathbf{1}\mathbf{1}^\top times it, if that is meant",
                )
            if v.is_scalar and not v.literal:
                if v.tag == "dot":
                    raise self.error("an inner product is added to a vector", v.node)
                if Habit.SPREAD not in self.context.option.habits and self.holds_greek_state(v):
                    raise self.error(f"{self.context.text(v.node)}: a vector, or a scalar added to each entry?", v.node)
                message = f"the scalar {self.context.text(v.node)} is added to every entry of a vector"
                self.context.note("ones", message, v.node)

        def make() -> Expr:
            shape = like_this.shape()
            terms = [v.make() if not v.is_scalar else spread(v.make(), shape) for v in values]
            return self.sum_of(node, terms, False)

        return like(like_this, make, node)

    def repeated(self, values: Sequence[Value]) -> Sequence[Value]:
        r"""The terms of a sum, those that every row or column of a matrix has written out: ``1 b^T``."""
        matrix = next((v for v in values if v.is_matrix), None)
        if matrix is None:
            return values
        return [v if v.is_scalar or v.is_matrix else self.in_each(v, matrix) for v in values]

    def in_each(self, v: Value, matrix: Value) -> Value:
        """A row that is added to every row, a vector where a choice of the reading says to what it is added."""
        equal, habits = self.context.sizes.equal, self.context.option.habits
        text = self.context.text(v.node)
        rows, cols = matrix.rows, matrix.cols
        if v.is_row and equal(v.cols, cols):
            self.context.note("ones", f"the row {text} is added to every row", v.node)
            return Value(rows, cols, lambda: Product(Ones(rows.value(), ONE), v.make()), v.node)
        in_rows = (self.context.row and Habit.ROWS not in habits) or Habit.IN_EACH_ROW in habits
        if v.is_vector and in_rows and equal(v.rows, cols):
            self.context.note("sign", f"{text} is added to every row, as only that fits")
            return Value(rows, cols, lambda: Product(Ones(rows.value(), ONE), Transpose(v.make())), v.node)
        if v.is_vector and Habit.IN_EACH_COLUMN in habits and equal(v.rows, rows):
            self.context.note("sign", f"{text} is added to every column, as only that fits")
            return Value(rows, cols, lambda: Product(v.make(), Ones(ONE, cols.value())), v.node)
        return v

    def sum_of(self, node: Node, terms: list[Expr], literal: bool) -> Expr:
        signed = [t if sign == "+" else negative(t) for sign, t in zip(node.detail, terms, strict=True)]
        if literal and all(isinstance(t, Number) for t in signed):
            return Number(sum((t.value for t in signed if isinstance(t, Number)), Fraction(0)))
        return Sum(*signed)

    def binary(self, node: Node) -> Value:
        op = node.text
        if op == "/":
            return self.slash(node)
        if op in ("cdot", "*", "times"):
            joined = self.governed(node)
            if joined is not None:
                return joined
        if op == "circ":
            self.refuse_composition(node)
        a, b = self.build(node.kids[0]), self.build(node.kids[1])
        if a.is_scalar and b.is_scalar:
            if op == "oslash":
                return self.quotient(a, b, node)
            return self.product([*(a.factors or (a,)), *(b.factors or (b,))], node)
        if op in ("odot", "circ", "oslash"):
            self.context.settle_entrywise(node)
        if op in ("odot", "circ"):
            self.same(a, b, rf"the operands of \{op}")
            return self.hadamard(a, b, node)
        if op == "oslash":
            self.same(a, b, r"the operands of \oslash")
            return like(a, lambda: Hadamard(a.make(), EntryPower(b.make(), Number(-1))), node)
        if op == "otimes" and Habit.OTIMES_ENTRYWISE in self.context.option.habits:
            self.context.note("sign", Habit.OTIMES_ENTRYWISE.value)
            self.same(a, b, r"the operands of \otimes")
            return self.hadamard(a, b, node)
        if op == "otimes":
            return self.outer(a, b, node)
        if op == "*" and a.role == b.role and not a.is_row:
            equal = self.context.sizes.equal
            if a.is_vector or (equal(a.rows, b.rows) and equal(a.cols, b.cols)):
                self.same(a, b, "the operands of *")
                return self.hadamard(a, b, node)
        columns = a.is_vector and b.is_vector
        if columns and op in ("cdot", "times"):
            meant = self.context.option.habits & {Habit.DOT_ENTRYWISE, Habit.DOT_INNER} if op == "cdot" else ()
            for habit in meant:
                self.context.note("sign", habit.value)
                self.same(a, b, rf"the operands of \{op}")
                if habit is Habit.DOT_ENTRYWISE:
                    return self.hadamard(a, b, node)
                inner = scalar(lambda: Product(Transpose(a.make()), b.make()), node)
                inner.tag = "dot"
                return inner
            raise self.error(
                rf"\{op} between two column vectors: the inner product or the entrywise one?",
                node,
                r"write a^\top b or a \odot b",
            )
        if op == "*" and not (a.is_scalar or b.is_scalar):
            self.context.note(
                "star", "* is read as the matrix product, since the shapes forbid the entrywise one", node
            )
        return self.product([*(a.factors or (a,)), *(b.factors or (b,))], node)

    def hadamard(self, a: Value, b: Value, node: Node) -> Value:
        left = a if a.tag == "hadamard" else None

        def make() -> Expr:
            first = a.make()
            parts = first.args if left is not None and isinstance(first, Hadamard) else (first,)
            return Hadamard(*parts, b.make())

        out = like(a, make, node)
        out.tag = "hadamard"
        return out

    def outer(self, a: Value, b: Value, node: Node) -> Value:
        if not (a.is_vector and b.is_vector):
            raise self.error(r"\otimes is read between vectors only (the outer product)", node)
        return Value(a.rows, b.rows, lambda: Product(a.make(), Transpose(b.make())), node)

    def slash(self, node: Node) -> Value:
        derivative = self.derivative(node)
        if derivative is not None:
            return derivative
        left, right = node.kids
        if right.kind == "juxt":
            raise self.error("a/bc: is it (a/b)c or a/(bc)?", node, r"write \frac{a}{bc}, or brackets")
        return self.quotient(self.build(left), self.build(right), node)

    def fraction(self, node: Node) -> Value:
        derivative = self.derivative(node)
        if derivative is not None:
            return self.post(derivative, node)
        a, b = self.build(node.kids[0]), self.build(node.kids[1])
        return self.post(self.quotient(a, b, node).at(node), node)

    def quotient(self, a: Value, b: Value, node: Node) -> Value:
        """a/b: by a scalar, or entry by entry by a vector."""
        self.context.settle_entrywise(node)
        if b.literal and number(b.make()) == Number(0):
            raise self.error("a division by zero", b.node)
        if a.literal and b.literal:
            top, bottom = number(a.make()), number(b.make())
            if top is not None and bottom is not None:
                value = Number(top.value / bottom.value)
                return scalar(lambda: value, node, literal=True)
        if b.is_scalar or (a.is_scalar and b.is_vector):
            shape = a if b.is_scalar else b

            def make() -> Expr:
                top, under = a.make(), reciprocal(b.make())
                if number(top) == Number(1):
                    return under
                if number(top) == Number(-1):
                    return negative(under)
                parts = top.args if isinstance(top, Product) and a.factors else (top,)
                return Product(*parts, under)

            return Value(shape.rows, shape.cols, make, node)
        if a.is_vector and b.is_vector:
            self.same(a, b, "the two sides of this division")
            return like(a, lambda: Hadamard(a.make(), EntryPower(b.make(), Number(-1))), node)
        raise self.error(f"a division of {a.shown} by {b.shown}", node, "matrices are inverted with ^{-1}")

    def product(self, values: list[Value], node: Node) -> Value:
        """Factors side by side in printed order."""
        if self.context.row:
            values = self.row_factors(values, node)
        if self.context.lenient:
            values = self.side_by_side(values, node)
        running: Value | None = None
        for v in values:
            if v.is_scalar:
                continue
            if running is None or running.is_scalar:
                running = v
                continue
            if not self.context.sizes.equal(running.cols, v.rows):
                raise self.misfit(running, v)
            running = Value(running.rows, v.cols, v.make, juxtaposed([running.node, v.node]))
        rows, cols = (running.rows, running.cols) if running is not None else (UNIT, UNIT)
        if len(values) == 1:
            return values[0]

        def make() -> Expr:
            made = [v.make() for v in values]
            if all(v.literal for v in values) and all(isinstance(m, Number) for m in made):
                out = Fraction(1)
                for m in made:
                    assert isinstance(m, Number)
                    out *= m.value
                return Number(out)
            return ordered_product(made)

        return Value(rows, cols, make, node, factors=tuple(values), literal=all(v.literal for v in values))

    def side_by_side(self, values: list[Value], node: Node) -> list[Value]:
        """Vectors that stand side by side with nothing but scalars, as the one product that fits what is defined."""
        vectors = [v for v in values if not v.is_scalar]
        first = vectors[0] if vectors else None
        if first is None or len(vectors) < 2 or not all(v.is_vector or v.is_row for v in vectors):
            return values
        if any(self.is_declared_matrix(v.node) for v in vectors):
            return values
        if any(v.is_row != first.is_row or not self.context.sizes.equal(v.rows, first.rows) for v in vectors):
            return values
        scalars = [v for v in values if v.is_scalar]
        text = self.context.text(node)
        if self.context.scalar_left and len(vectors) == 2 and first.is_vector:
            a, b = vectors
            self.context.note("beside", f"{text} is read as an inner product, as a scalar is defined", node)
            return [*scalars, scalar(lambda: Product(Transpose(a.make()), b.make()), node)]
        if Habit.BESIDE_ENTRYWISE not in self.context.option.habits and any(self.may_be_scalar(v) for v in vectors):
            raise self.error(f"{text}: the entrywise product of vectors, or a scalar factor?", node)
        self.context.note("beside", f"{text} is read as the entrywise product of vectors", node)
        return [*scalars, like(first, lambda: Hadamard(*(v.make() for v in vectors)), node)]

    def holds_greek_state(self, v: Value) -> bool:
        """Whether a scalar is one only because of small Greek letters, one of which carries a time."""
        found = [self.context.find(self.named(n).family) for n in v.node.walk() if n.kind == "name"]
        return any(f is not None and f.how is How.GREEK and any(f.times) for f in found)

    def may_be_scalar(self, v: Value) -> bool:
        """Whether a vector is one only because of small letters without a time: the a of ``(1 - a) x_k``."""
        found = [self.context.find(self.named(n).family) for n in v.node.walk() if n.kind == "name"]
        free = [f for f in found if f is not None and f.role == "vector"]
        return bool(free) and all(f.how is How.SMALL and not any(f.times) for f in free)

    def misfit(self, a: Value, b: Value) -> ReadError:
        columns = a.is_vector and b.is_vector
        hint = "check the order of the factors, or whether a ^\\top is missing"
        if columns:
            hint = r"two column vectors side by side: write a \odot b or a^\top b"
        elif a.is_vector and b.is_matrix:
            hint = r"a column cannot stand before a matrix: is diag(...) meant, or a ^\top, or the row orientation?"
        left, right = self.context.text(a.node), self.context.text(b.node)
        whole = juxtaposed([a.node, b.node])
        return self.error(f"the product does not fit: {left} is {a.shown}, {right} is {b.shown}", whole, hint)

    def sqrt(self, node: Node) -> Value:
        v = self.build(node.kids[0])
        if v.literal and (value := number(v.make())) is not None and value.value < 0:
            raise self.error("the square root of a negative number", node, "numbers are real here")
        return self.post(like(v, lambda: EntryPower(v.make(), Number(Fraction(1, 2))), node), node)
