"""Applied trees to typed values: sizes unified, every misfit named."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symjac import expr as ex
from symjac.errors import propose
from symjac.reading import derivatives, grids, hints, maps, operators
from symjac.reading.applied import ellipsis
from symjac.reading.applied.builder import Builder
from symjac.reading.applied.terms import CONSTANTS, MapCall, Ref, Term
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.context import Context
from symjac.reading.roles import Roles
from symjac.reading.sizes import UNIT, Size
from symjac.reading.tree import Node
from symjac.reading.values import Value, like, literal, scalar

MAX_DIGITS_OF_POWER = 2_000


class Elaborator(Arithmetic):
    """Turns trees into values within one context."""

    def __init__(self, context: Context, roles: Roles) -> None:
        super().__init__(context, roles)
        self.terms = Builder(self)
        self.indices: dict[str, Size] = {}

    def build(self, node: Node) -> Value:
        """The value of a piece of formula."""
        t = self.terms.build(node)
        return self.value(ellipsis.filled(t, t, self.context.source))

    def value(self, t: Term) -> Value:
        handler = _VALUES.get(t.kind)
        if handler is None:
            raise self.error(f"{self.context.text(t)} is no formula that can be computed with", t)
        return handler(self, t)

    # ------------------------------------------------------------------------------------- symbols

    def symbol(self, t: Term) -> Value:
        assert isinstance(t.data, Ref)
        name, time = t.data.family, t.data.time
        family = self.terms.families.get((name, time)) or self.context.find(name)
        assert family is not None
        value = Value(family.rows, family.cols, lambda: family.symbol(time), t, tag="symbol")
        value.details["family"] = family
        return value

    def bound(self, t: Term) -> Value:
        symbol = t.data
        assert isinstance(symbol, ex.Symbol)
        return scalar(lambda: symbol, t)

    def constant(self, t: Term) -> Value:
        n = self.context.loose(self.context.named_size(t.place.size) if t.place.size else Size(), t)
        if t.kind == "identity":
            return Value(n, n, lambda: ex.Identity(n.value()), t)
        node_class = ex.Ones if t.kind == "ones" else ex.Zero
        return Value(n, UNIT, lambda: node_class(n.value()), t, tag="constant")

    def number(self, t: Term) -> Value:
        assert isinstance(t.data, Fraction)
        return literal(t.data, t)

    # ---------------------------------------------------------------------- brackets, scripts, powers

    def multiplied(self, t: Term) -> Value:
        """A product; in brackets it is no longer part of a product around it."""
        v = self.product([self.value(a) for a in t.args], t)
        return Value(v.rows, v.cols, v.make, t, number=v.number, tag=v.tag) if t.data else v

    def divided(self, t: Term) -> Value:
        return self.quotient(self.value(t.args[0]), self.value(t.args[1]), t)

    def transposed(self, t: Term) -> Value:
        v = self.value(t.args[0])
        if v.is_scalar:
            raise self.error("a transpose on a scalar", t, hints.role(self.context, v, "vector"))
        out = Value(v.cols, v.rows, lambda: ex.Transpose(v.make()), t)
        if "family" in v.details:
            out.details["transposed"] = v.details["family"]
        return out

    def inverted(self, t: Term) -> Value:
        v = self.value(t.args[0])
        if v.is_scalar:
            return self.quotient(literal(Fraction(1), t), v, t)
        if self.is_line(v):
            raise self.context.doubt(
                f"an inverse needs a square matrix; {self.text(v)} is {v.shown}",
                t,
                rf'for the reciprocal of each entry write "\frac{{1}}{{{hints.carrier(self.context, v.term)}}}"',
            )
        self.square(v, "an inverse")
        return like(v, lambda: ex.MatrixPower(v.make(), ex.Number(-1)), t)

    def raised(self, t: Term) -> Value:
        v = self.value(t.args[0])
        return self.root(v, t) if t.data == "root" else self.power(v, self.value(t.args[1]), t)

    def power(self, v: Value, exponent: Value, t: Term) -> Value:
        if not exponent.is_scalar:
            raise self.misfit(f"an exponent is a scalar; this is {exponent.shown}", t)
        base, top = v.make, exponent.make
        if v.tag in ("symbol", "entry") and exponent.number == 0:
            raise self.context.doubt(
                f"{self.context.text(t)}: the power 0, or the step 0?",
                t,
                rf'for a step write "{hints.carrier(self.context, v.term)}_0", for the power "1" or "\mathbf{{1}}"',
            )
        if v.number is not None and exponent.number is not None:
            return self.numeric_power(v.number, exponent.number, t)
        if v.is_matrix and t.data != "entry":
            self.matrix_exponent(hints.carrier(self.context, v.term), exponent, t)
            if self.is_square(v):
                return like(v, lambda: ex.MatrixPower(base(), top()), t)
            power = self.context.text(t)
            self.context.note("fitted", f"{power} is read entry by entry, as the matrix is not square", t)
        return like(v, lambda: ex.EntryPower(base(), top()), t)

    def matrix_exponent(self, base: str, exponent: Value, t: Term) -> None:
        """A matrix is raised to whole numbers, and to letters that are surely numbers."""
        value = exponent.number
        if value is not None and value.denominator != 1:
            hint = propose(f"{base}^{{{value}}}", "matrix n n")
            raise self.error("a matrix to a power that is no whole number is not read", t, hint)
        if value is not None or not self.context.system:
            return
        for family in self.families_of(exponent.term):
            if not family.declared:
                raise self.error(
                    f"{family.name} above the matrix in {self.context.text(t)}: an exponent, an index or a label?",
                    t,
                    f'for an exponent {propose(family.name, "scalar")}; for the transpose write "{base}^\\top"',
                )

    def numeric_power(self, base: Fraction, top: Fraction, t: Term) -> Value:
        if top.denominator != 1:
            if base < 0:
                raise self.error("a root of a negative number; numbers are real here", t)
            return scalar(lambda: ex.EntryPower(ex.Number(base), ex.Number(top)), t)
        if abs(top) * (len(str(base.numerator)) + len(str(base.denominator))) > MAX_DIGITS_OF_POWER:
            raise self.error("a number with thousands of digits", t)
        if base == 0 and top < 0:
            raise self.error("a division by zero", t)
        return literal(base ** int(top), t)

    # --------------------------------------------------------------------------------- applications

    def positive(self, t: Term) -> Value:
        v = self.value(t.args[0])
        if v.is_matrix:
            raise self.error("the + on a matrix: its positive part, or a pseudoinverse?", t)
        return operators.apply(self, operators.known("relu"), v, t)

    def euler(self, t: Term) -> Value:
        v = self.value(t.args[0])
        if v.is_matrix:
            hint = r'write a letter for it, as "\Phi"; \exp(A) acts entry by entry'
            raise self.error("the exponential of a matrix is not read", t, hint)
        return operators.apply(self, operators.known("exp"), v, t)

    def applied(self, t: Term) -> Value:
        assert isinstance(t.data, ex.Function)
        return operators.apply(self, t.data, self.value(t.args[0]), t)

    def mapped(self, t: Term) -> Value:
        assert isinstance(t.data, MapCall)
        family = self.context.find(t.data.name)
        assert family is not None
        return maps.mapped(self, family, [self.value(a) for a in t.args], t, t.data)

    def row_factors(self, values: list[Value], t: Term) -> list[Value]:
        return grids.row_product(self, values, t)


_VALUES: dict[str, Callable[[Elaborator, Term], Value]] = {
    "number": Elaborator.number,
    "symbol": Elaborator.symbol,
    "bound": Elaborator.bound,
    **dict.fromkeys(CONSTANTS, Elaborator.constant),
    "entry": grids.entry,
    "kronecker": grids.kronecker,
    "negative": Elaborator.negative,
    "add": Elaborator.add,
    "product": Elaborator.multiplied,
    "operation": Elaborator.operation,
    "quotient": Elaborator.divided,
    "transpose": Elaborator.transposed,
    "inverse": Elaborator.inverted,
    "power": Elaborator.raised,
    "positive": Elaborator.positive,
    "euler": Elaborator.euler,
    "apply": Elaborator.applied,
    "at_step": lambda el, t: el.value(t.args[0]),
    "map": Elaborator.mapped,
    "word": operators.word,
    "norm": operators.norm,
    "scalar_function": derivatives.scalar_function,
    "indicator": grids.indicator,
    "inner": grids.inner_product,
    "stack": grids.listed,
    "explicit": grids.matrix,
    "derivative": derivatives.partial,
    "slope": derivatives.partial,
    "over": derivatives.over,
    "index_sum": derivatives.index_sum,
    "total": derivatives.total,
}
