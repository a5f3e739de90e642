"""Neutral trees to typed values: roles are asked for, sizes unified, every misfit named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction

from symjac.expr import (
    EntryPower,
    Expr,
    Identity,
    MatrixPower,
    Number,
    Ones,
    Transpose,
    Zero,
)
from symjac.reading import calls, derivatives, grids, operators
from symjac.reading.applied import heads
from symjac.reading.applied.naming import is_indicator, is_numeric
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.assumptions import How
from symjac.reading.context import Context
from symjac.reading.names import Named, Operation, operation_of
from symjac.reading.parser import Parser
from symjac.reading.roles import Roles
from symjac.reading.sizes import UNIT, Size
from symjac.reading.tokens import Token
from symjac.reading.tree import Node
from symjac.reading.usual import ALWAYS_FUNCTIONS
from symjac.reading.values import Value, like, number, scalar

MAX_DIGITS_OF_POWER = 2_000


MAX_NESTING = 150


class Elaborator(Arithmetic):
    """Turns trees into values within one context."""

    def __init__(self, context: Context, roles: Roles) -> None:
        super().__init__(context, roles)
        self.indices: dict[str, Size] = {}
        self.depth = 0

    def is_declared_matrix(self, node: Node) -> bool:
        """Whether a name is declared as a matrix, though it may have one column."""
        family = self.context.find(self.named(node).family) if node.kind == "name" else None
        return family is not None and family.role == "matrix" and family.declared

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

    def name(self, node: Node) -> Value:
        if is_indicator(node):
            return grids.indicator_subscript(self, node)
        named = self.named(node)
        if named.family in self.locals and named.time is None:
            symbol = self.locals[named.family]
            return self.operate(scalar(lambda: symbol, node), named.operations, node)
        constant = self.constant(named, node)
        if constant is not None:
            return self.operate(constant, named.operations, node)
        delta = grids.kronecker(self, named, node)
        if delta is not None:
            return delta
        family = self.roles.settle(named)
        if family.role in ("function", "map", "softmax"):
            raise self.error(f"the function {family.name} has no argument", node, f"write {family.name}(...)")
        if named.primes == 1 and family.role == "matrix":
            named.operations = [Operation("transpose") if o.kind == "prime" else o for o in named.operations]
            self.context.note("prime", f"the prime on the matrix {family.name} is read as a transpose", node)
        if named.entries:
            return self.operate(grids.entry_value(self, named, family, node), named.operations, node)
        if family.how is How.GREEK and named.token.text in ALWAYS_FUNCTIONS:
            raise self.error(
                f"{family.name} without brackets: a function that lost its argument, or a number?",
                node,
                f'write {family.name}(...), or declare it, as in "{family.name}: scalar"',
            )
        time = named.time
        value = Value(family.rows, family.cols, lambda: family.symbol(time), node, tag="symbol")
        value.details["family"] = family
        return self.operate(value, named.operations, node)

    def constant(self, named: Named, node: Node) -> Value | None:
        token, context = named.token, self.context
        if not self.is_constant(named):
            return None
        if token.text == "e":
            exponent = named.operations[0].tokens or tuple(t for s in node.scripts for t in s.tokens)
            named.operations = []
            self.refuse_doubtful_base(exponent, node)
            value = self.script(exponent)
            if value.is_matrix:
                raise self.error("the exponential of a matrix is not read", node, r"\exp(A) acts entry by entry")
            return operators.apply(self, operators.known("exp"), 0, value, node)
        n = context.loose(context.named_size(named.label) if named.label else Size(), node)
        if token.text == "I":
            return Value(n, n, lambda: Identity(n.value()), node)
        node_class = Ones if token.text == "1" else Zero
        return Value(n, UNIT, lambda: node_class(n.value()), node, tag="constant")

    def refuse_doubtful_base(self, exponent: Sequence[Token], node: Node) -> None:
        """Refuses ``e^2``, and an e with a power beside one without: an error may be meant.

        :raises ReadError: in these cases.
        """
        if "e" in self.roles.defined:
            self.context.note("named", f"{self.context.text(node)} is read as a power of Euler's number", node)
        elif is_numeric([Operation("power", tuple(exponent))]) or "e" in self.roles.alone:
            raise self.error(
                f"{self.context.text(node)}: a power of a symbol e, or of Euler's number?",
                node,
                r'declare the symbol, as in "e: scalar"; for the number write \exp(...)',
            )

    def script(self, tokens: tuple[Token, ...], *, exponent: bool = False) -> Value:
        tree = Parser(self.context.source, tokens).whole()
        if exponent:  # letters that occur nowhere else are numbers there
            for n in tree.walk():
                if n.kind == "name":
                    self.roles.raised.add(self.named(n).family)
        return self.build(tree)

    def number(self, node: Node) -> Value:
        if is_indicator(node):
            return grids.indicator_subscript(self, node)
        value = Number(Fraction(node.text))
        return self.post(scalar(lambda: value, node, literal=True), node)

    def post(self, v: Value, node: Node) -> Value:
        """The scripts of a bracket, a number, a fraction or an application."""
        operations = []
        for s in node.scripts:
            if s.kind != "'" and [t.kind for t in s.tokens] == ["+"]:
                if v.is_matrix:
                    raise self.error("the + on a matrix: its positive part, or a pseudoinverse?", node)
                self.context.note("positive part", f"{self.context.text(node)} is read as the positive part", node)
                v = operators.apply(self, operators.known("relu"), 0, v, node)
            elif s.kind == "_":
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
                f"the prime on {self.context.text(node)} is no derivative (no argument follows) and no transpose",
                node,
                "declare it as a function, or write ^\\top",
            )
        if o.kind in ("inverse", "inverse transpose"):
            if v.is_scalar and o.kind == "inverse":
                return self.quotient(scalar(lambda: Number(1), node, literal=True), v, node)
            if v.is_vector and o.kind == "inverse":
                raise self.context.doubt(
                    f"an inverse needs a square matrix; {self.context.text(v.node)} is {v.shown}",
                    node,
                    r"for the reciprocal of each entry write \frac{1}{x}",
                )
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
            self.matrix_exponent(exponent, node)
            self.square(v, "a power")
            return like(v, lambda: MatrixPower(base(), top()), node)
        return like(v, lambda: EntryPower(base(), top()), node)

    def matrix_exponent(self, exponent: Value, node: Node) -> None:
        """A matrix is raised to whole numbers, and to letters that are surely numbers."""
        value = number(exponent.make()) if exponent.literal else None
        if value is not None and value.value.denominator != 1:
            raise self.error("a matrix to a power that is no whole number is not read", node, "declare it as a symbol")
        if value is not None or not self.context.system:
            return
        for n in exponent.node.walk():
            family = self.context.find(self.named(n).family) if n.kind == "name" else None
            if family is not None and not family.declared:
                raise self.error(
                    f"{family.name} above the matrix in {self.context.text(node)}: an exponent, an index or a label?",
                    node,
                    f'for an exponent declare it, as in "{family.name}: scalar"; ^\\top is the transpose',
                )

    def numeric_power(self, v: Value, exponent: Value, node: Node) -> Expr:
        base, top = number(v.make()), number(exponent.make())
        if base is not None and top is not None and base.value < 0 and top.value.denominator != 1:
            raise self.error("a root of a negative number", node, "numbers are real here")
        if base is None or top is None or top.value.denominator != 1:
            return EntryPower(v.make(), exponent.make())
        digits = len(str(base.value.numerator)) + len(str(base.value.denominator))
        if abs(top.value) * digits > MAX_DIGITS_OF_POWER:
            raise self.error("a number with thousands of digits", node)
        if base.value == 0 and top.value < 0:
            raise self.error("a division by zero", node)
        return Number(base.value ** int(top.value))

    def group(self, node: Node) -> Value:
        if any(d not in (",", ";") for d in node.detail):
            return self.post(grids.iverson(self, node), node)
        if len(node.kids) > 1:
            return self.post(grids.list_value(self, node), node)
        grids.refuse_spaced_list(self, node)
        v = self.build(node.kids[0])
        if node.text != "{" or node.scripts:
            v = v.at(node)
        return self.post(v, node)

    def derivative(self, node: Node) -> Value | None:
        return derivatives.slashed(self, node) if node.kind == "binary" else derivatives.fraction(self, node)

    def governed(self, node: Node) -> Value | None:
        return derivatives.governed(self, node)

    def refuse_composition(self, node: Node) -> None:
        heads.refuse_composition(self, node)

    def row_factors(self, values: list[Value], node: Node) -> list[Value]:
        return grids.row_product(self, values, node)

    def juxt(self, node: Node) -> Value:
        return self.items(node.kids, node)

    def items(self, kids: list[Node], node: Node) -> Value:
        values: list[Value] = []
        i = 0
        heads.refuse_time_step(self, kids)
        with self.deeper(node):
            while i < len(kids):
                value, i = calls.step(self, kids, i)
                values.append(value)
        return values[0] if len(values) == 1 else self.product(values, node)


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
    "word": operators.alone,
    "norm": operators.norm,
    "abs": operators.absolute,
    "big": derivatives.big,
    "nabla": derivatives.nabla_alone,
    "matrix": grids.matrix,
}
