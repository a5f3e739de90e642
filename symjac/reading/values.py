"""Typed values: a shape that may still be open, and how to build the expression once it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symjac.expr import EntryPower, Expr, Number, Ones, Product, Shape, neg
from symjac.reading.applied.terms import Term
from symjac.reading.sizes import UNIT, Size

Make = Callable[[], Expr]


@dataclass
class Value:
    """A piece of formula with its shape."""

    rows: Size
    cols: Size
    make: Make
    term: Term
    factors: tuple[Value, ...] = ()  # of a product without brackets, which a sign of multiplication may go on
    number: Fraction | None = None  # which number it is, where it is one
    tag: str = ""
    details: dict[str, object] = field(default_factory=dict)

    @property
    def is_scalar(self) -> bool:
        return self.rows.is_one and self.cols.is_one

    @property
    def is_vector(self) -> bool:
        return self.cols.is_one and not self.rows.is_one

    @property
    def is_row(self) -> bool:
        return self.rows.is_one and not self.cols.is_one

    @property
    def is_matrix(self) -> bool:
        return not self.rows.is_one and not self.cols.is_one

    @property
    def role(self) -> str:
        return "scalar" if self.is_scalar else "vector" if self.is_vector else "matrix"

    @property
    def shown(self) -> str:
        if self.is_scalar:
            return "a scalar"
        shape = f"{self.rows} x {self.cols}"
        if "?" not in shape:
            return shape
        return "a column" if self.is_vector else "a row" if self.is_row else "a matrix"

    def shape(self) -> Shape:
        return self.rows.value(), self.cols.value()


def scalar(make: Make, term: Term, **more: object) -> Value:
    return Value(UNIT, UNIT, make, term, **more)  # type: ignore[arg-type]  # passes the optional fields on


def like(v: Value, make: Make, term: Term) -> Value:
    return Value(v.rows, v.cols, make, term)


def literal(value: Fraction, term: Term) -> Value:
    """A number."""
    return scalar(lambda: Number(value), term, number=value)


def negative(e: Expr) -> Expr:
    """-e as one product, its factors kept in order."""
    if isinstance(e, Number):
        return Number(-e.value)
    if isinstance(e, Product):
        first = e.args[0]
        if isinstance(first, Number):
            return neg(e) if len(e.args) == 1 else Product(Number(-first.value), *e.args[1:])
        return Product(Number(-1), *e.args)
    return Product(Number(-1), e)


def ordered_product(factors: Iterable[Expr]) -> Expr:
    """The product in printed order; an inner product that is multiplied on becomes a factor of its own."""
    chain: list[Expr] = []
    out: list[Expr] = []
    for f in factors:
        if f.is_scalar:
            chain.append(f)
            continue
        pure = [g for g in chain if not g.is_scalar]
        if pure and Product(*pure).is_scalar:
            out.append(joined(chain))
            chain = []
        chain.append(f)
    rest = joined(chain)
    parts = list(rest.args) if isinstance(rest, Product) and len(chain) > 1 and not rest.is_scalar else [rest]
    return joined([*out, *parts])


def joined(factors: Sequence[Expr]) -> Expr:
    """The product of factors, of which there may be one."""
    return factors[0] if len(factors) == 1 else Product(*factors)


def reciprocal(e: Expr) -> Expr:
    return Number(1 / e.value) if isinstance(e, Number) and e.value else EntryPower(e, Number(-1))


def spread(e: Expr, shape: Shape) -> Expr:
    """A scalar in every entry."""
    ones = Ones(*shape)
    if e == Number(1):
        return ones
    # An inner product stays a factor of its own.
    factors = e.args if isinstance(e, Product) and all(f.is_scalar for f in e.args) else (e,)
    return Product(*factors, ones)
