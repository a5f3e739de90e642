"""Neutral trees to typed values: roles are asked for, sizes unified, every misfit named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from symjac.errors import ReadError
from symjac.expr import (
    EntryPower,
    Expr,
    Function,
    Hadamard,
    Identity,
    MatrixPower,
    Number,
    Ones,
    Product,
    Sum,
    Symbol,
    Transpose,
    Zero,
    zero,
)
from symjac.reading import calls, derivatives, grids
from symjac.reading.context import Context, Family
from symjac.reading.names import Named, Operation, letter, operation_of, script_text, take_apart
from symjac.reading.parser import Parser
from symjac.reading.roles import ALWAYS_FUNCTIONS, Roles
from symjac.reading.sizes import UNIT, Size
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, juxtaposed
from symjac.reading.values import Value, like, negative, number, ordered_product, reciprocal, scalar, spread

MAX_DIGITS_OF_POWER = 2_000
MAX_NESTING = 150


class Elaborator:
    """Turns trees into values within one context."""

    def __init__(self, context: Context, roles: Roles) -> None:
        self.context = context
        self.roles = roles
        self.locals: dict[str, Symbol] = {}
        self.indices: dict[str, Size] = {}
        self.calls: dict[str, Family] = {}
        self.depth = 0

    def error(self, message: str, at: Node, hint: str | None = None) -> ReadError:
        return self.context.error(message, at, hint)

    def build(self, node: Node) -> Value:
        handler = _HANDLERS.get(node.kind)
        if handler is None:
            raise self.error(_ALONE.get(node.kind, f"{node.kind} is not read here"), node)
        with self.deeper(node):
            return handler(self, node)

    @contextmanager
    def deeper(self, node: Node) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error(f"nested more than {MAX_NESTING} deep", node)
        try:
            yield
        finally:
            self.depth -= 1

    # ------------------------------------------------------------------------------------- shapes

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
        elif {a.role, b.role} == {"vector", "matrix"}:
            hint = "nothing broadcasts: a vector times a matrix where diag was meant does not fit"
        raise self.error(message, b.node, hint)

    def square(self, v: Value, what: str) -> None:
        if not v.is_matrix or not self.context.sizes.equal(v.rows, v.cols):
            raise self.error(f"{what} needs a square matrix; {self.context.text(v.node)} is {v.shown}", v.node)

    # -------------------------------------------------------------------------------------- names

    def named(self, node: Node) -> Named:
        return take_apart(node, self.context.letters, self.context.source)

    def name(self, node: Node) -> Value:
        if self.is_indicator(node):
            return grids.indicator_subscript(self, node)
        named = self.named(node)
        if named.family in self.locals and named.time is None:
            symbol = self.locals[named.family]
            return self.operate(scalar(lambda: symbol, node), named.operations, node)
        constant = self.constant(named, node)
        if constant is not None:
            return self.operate(constant, named.operations, node)
        family = self.roles.settle(named)
        if family.role in ("function", "map", "softmax"):
            raise self.error(f"the function {family.name} has no argument", node, f"write {family.name}(...)")
        if named.primes == 1 and family.role == "matrix":
            named.operations = [Operation("transpose") if o.kind == "prime" else o for o in named.operations]
            self.context.note("prime", f"the prime on the matrix {family.name} is read as a transpose", node)
        if named.entries:
            return self.operate(grids.entry_value(self, named, family, node), named.operations, node)
        if family.how == "small Greek letter" and named.token.text in ALWAYS_FUNCTIONS:
            raise self.error(
                f"{family.name} without brackets: a function that lost its argument, or a number?",
                node,
                f'write {family.name}(...), or declare it, as in "{family.name}: scalar"',
            )
        time = named.time
        value = Value(family.rows, family.cols, lambda: family.symbol(time), node, tag="symbol")
        value.details["family"] = family
        return self.operate(value, named.operations, node)

    def is_indicator(self, node: Node) -> bool:
        token = node.token
        return (
            token is not None
            and token.text == "1"
            and any(t.kind in ("<", ">", "<=", ">=") for s in node.scripts if s.kind == "_" for t in s.tokens)
        )

    def is_constant(self, named: Named) -> bool:
        """Whether a name is e, the identity, or the vector of ones or zeros, and was not declared otherwise."""
        token, found = named.token, self.context.find(named.family)
        if (found is not None and found.declared) or named.time is not None or token.accents or len(named.label) > 1:
            return False
        if token.text == "e":
            return (
                not named.label
                and token.style in ("", "rm")
                and [o.kind for o in named.operations] in (["power"], ["inverse"])
            )
        if token.text == "I":
            return token.style in ("", "bf", "bs", "rm", "bb")
        return token.text in ("0", "1") and token.style in ("bf", "bs", "bb")

    def constant(self, named: Named, node: Node) -> Value | None:
        token, context = named.token, self.context
        if not self.is_constant(named):
            return None
        if token.text == "e":
            exponent = named.operations[0].tokens or tuple(t for s in node.scripts for t in s.tokens)
            named.operations = []
            return calls.apply(self, calls.known("exp"), 0, self.script(exponent), node)
        n = context.loose(context.named_size(named.label) if named.label else Size())
        if token.text == "I":
            return Value(n, n, lambda: Identity(n.value()), node)
        node_class = Ones if token.text == "1" else Zero
        return Value(n, UNIT, lambda: node_class(n.value()), node, tag="constant")

    def script(self, tokens: tuple[Token, ...], *, exponent: bool = False) -> Value:
        tree = Parser(self.context.source, tokens).whole()
        if exponent:  # letters that occur nowhere else are numbers there
            for n in tree.walk():
                if n.kind == "name":
                    self.roles.raised.add(self.named(n).family)
        return self.build(tree)

    def number(self, node: Node) -> Value:
        if self.is_indicator(node):
            return grids.indicator_subscript(self, node)
        value = Number(Fraction(node.text))
        return self.post(scalar(lambda: value, node, literal=True), node)

    # ------------------------------------------------------------------------ scripts on a value

    def post(self, v: Value, node: Node) -> Value:
        """The scripts of a bracket, a number, a fraction or an application."""
        operations = []
        for s in node.scripts:
            if s.kind == "_":
                v = grids.subscripted(self, v, s, node)
            elif s.kind == "'":
                raise self.error(
                    "a prime on a bracket: a derivative or a transpose?", node, r"write ^\top for a transpose"
                )
            else:
                operations.append(operation_of(s.tokens))
        return self.operate(v, operations, node)

    def operate(self, v: Value, operations: list[Operation], node: Node) -> Value:
        for o in operations:
            v = self._operation(v, o, node)
        return v

    def _operation(self, v: Value, o: Operation, node: Node) -> Value:
        make = v.make
        if o.kind == "transpose":
            if v.is_scalar:
                raise self.error("a transpose on a scalar", node, "if this is a vector or a matrix, declare it")
            out = Value(v.cols, v.rows, lambda: Transpose(make()), node)
            if "family" in v.details:
                out.details["transposed"] = v.details["family"]
            return out
        if o.kind == "prime":
            raise self.error(
                f"the prime on {self.context.text(node)} is no derivative (nothing follows in brackets) and no transpose",
                node,
                "declare it as a function, or write ^\\top",
            )
        if o.kind in ("inverse", "inverse transpose"):
            if v.is_scalar and o.kind == "inverse":
                return self.quotient(scalar(lambda: Number(1), node, literal=True), v, node)
            self.square(v, "an inverse")
            if o.kind == "inverse":
                return like(v, lambda: MatrixPower(make(), Number(-1)), node)
            return like(v, lambda: Transpose(MatrixPower(make(), Number(-1))), node)
        return self.power(v, self.script(o.tokens, exponent=not v.literal), node, entrywise=o.kind == "entry power")

    def power(self, v: Value, exponent: Value, node: Node, *, entrywise: bool = False) -> Value:
        if not exponent.is_scalar:
            raise self.error(f"an exponent is a scalar; this is {exponent.shown}", node)
        base, top = v.make, exponent.make
        if v.literal and exponent.literal:
            value = self.numeric_power(v, exponent, node)
            return scalar(lambda: value, node, literal=isinstance(value, Number))
        if v.is_matrix and not entrywise:
            self.square(v, "a power")
            return like(v, lambda: MatrixPower(base(), top()), node)
        return like(v, lambda: EntryPower(base(), top()), node)

    def numeric_power(self, v: Value, exponent: Value, node: Node) -> Expr:
        base, top = number(v.make()), number(exponent.make())
        if base is None or top is None or top.value.denominator != 1:
            return EntryPower(v.make(), exponent.make())
        digits = len(str(base.value.numerator)) + len(str(base.value.denominator))
        if abs(top.value) * digits > MAX_DIGITS_OF_POWER:
            raise self.error("a number with thousands of digits", node)
        if base.value == 0 and top.value < 0:
            raise self.error("a division by zero", node)
        return Number(base.value ** int(top.value))

    # ---------------------------------------------------------------------------- sums, products

    def group(self, node: Node) -> Value:
        if any(d not in (",", ";") for d in node.detail):
            return self.post(grids.iverson(self, node), node)
        if len(node.kids) > 1:
            return self.post(grids.list_value(self, node), node)
        v = self.build(node.kids[0])
        if node.text != "{" or node.scripts:
            v = v.at(node)
        return self.post(v, node)

    def negative(self, node: Node) -> Value:
        v = self.build(node.kids[0])
        out = like(v, lambda: negative(v.make()), node)
        out.literal = v.literal
        return out

    def add(self, node: Node) -> Value:
        values = [self.build(k) for k in node.kids]
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
                message = f"the scalar {self.context.text(v.node)} is added to every entry of a vector"
                self.context.note("ones", message, v.node)

        def make() -> Expr:
            shape = like_this.shape()
            terms = [v.make() if not v.is_scalar else spread(v.make(), shape) for v in values]
            return self.sum_of(node, terms, False)

        return like(like_this, make, node)

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
            joined = derivatives.governed(self, node)
            if joined is not None:
                return joined
        a, b = self.build(node.kids[0]), self.build(node.kids[1])
        if a.is_scalar and b.is_scalar:
            if op == "oslash":
                return self.quotient(a, b, node)
            return self.product([*(a.factors or (a,)), *(b.factors or (b,))], node)
        if op in ("odot", "circ"):
            self.same(a, b, rf"the operands of \{op}")
            return self.hadamard(a, b, node)
        if op == "oslash":
            self.same(a, b, r"the operands of \oslash")
            return like(a, lambda: Hadamard(a.make(), EntryPower(b.make(), Number(-1))), node)
        if op == "otimes":
            return self.outer(a, b, node)
        if op == "*" and a.role == b.role and not a.is_row:
            equal = self.context.sizes.equal
            if a.is_vector or (equal(a.rows, b.rows) and equal(a.cols, b.cols)):
                self.same(a, b, "the operands of *")
                return self.hadamard(a, b, node)
        columns = a.is_vector and b.is_vector
        if columns and op in ("cdot", "times"):
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
        derivative = derivatives.slashed(self, node)
        if derivative is not None:
            return derivative
        left, right = node.kids
        if right.kind == "juxt":
            numeric = left.kind == "number" and right.kids[0].kind == "number"
            if not numeric:
                raise self.error("a/bc: is it (a/b)c or a/(bc)?", node, r"write \frac{a}{bc}, or brackets")
            first = self.quotient(self.build(left), self.build(right.kids[0]), left)
            return self.product([first, self.build(juxtaposed(right.kids[1:]))], node)
        return self.quotient(self.build(left), self.build(right), node)

    def fraction(self, node: Node) -> Value:
        derivative = derivatives.fraction(self, node)
        if derivative is not None:
            return self.post(derivative, node)
        a, b = self.build(node.kids[0]), self.build(node.kids[1])
        return self.post(self.quotient(a, b, node).at(node), node)

    def quotient(self, a: Value, b: Value, node: Node) -> Value:
        """a/b: by a scalar, or entry by entry by a vector."""
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
            values = grids.row_product(self, values, node)
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

        out = Value(rows, cols, make, node, factors=tuple(values), literal=all(v.literal for v in values))
        return out

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
        return self.post(like(v, lambda: EntryPower(v.make(), Number(Fraction(1, 2))), node), node)

    # ------------------------------------------------------------------------------ juxtaposition

    def juxt(self, node: Node) -> Value:
        return self.items(node.kids, node)

    def items(self, kids: list[Node], node: Node) -> Value:
        values: list[Value] = []
        i = 0
        with self.deeper(node):
            while i < len(kids):
                value, i = calls.step(self, kids, i)
                values.append(value)
        return values[0] if len(values) == 1 else self.product(values, node)

    def zero_like(self, v: Value) -> Expr:
        return zero(v.shape())


_ALONE = {
    "dots": "dots are no formula that can be computed with",
    "partial": r"\partial is read in \frac{\partial y}{\partial x} only",
    "infty": r"\infty is no value here",
    "blank": "a matrix entry is missing here",
    "relation": "a relation is no value",
}

_HANDLERS: dict[str, Callable[[Elaborator, Node], Value]] = {
    "name": Elaborator.name,
    "number": Elaborator.number,
    "group": Elaborator.group,
    "add": Elaborator.add,
    "negative": Elaborator.negative,
    "binary": Elaborator.binary,
    "juxt": Elaborator.juxt,
    "frac": Elaborator.fraction,
    "sqrt": Elaborator.sqrt,
    "word": calls.alone,
    "norm": calls.norm,
    "abs": calls.absolute,
    "big": derivatives.big,
    "nabla": derivatives.nabla_alone,
    "matrix": grids.matrix,
}

__all__ = ["Elaborator", "Function", "letter", "script_text"]
