"""Computing with nodes: constructors that flatten, drop neutral elements and merge numbers, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from symjac.expr.core import ONE, SCALAR, Expr, Identity, Number, Ones, Shape, Symbol, Zero, same_shape
from symjac.expr.operations import (
    Diag,
    EntryPower,
    Hadamard,
    MatrixPower,
    Product,
    ScalarHessian,
    Stack,
    Sum,
    Transpose,
    product_shape,
)
from symjac.expr.times import Time
from symjac.expr.vectorised import Commutation, Kronecker


def flatten(cls: type[Expr], args: Iterable[Expr]) -> Iterator[Expr]:
    """The operands of sums in a sum, of products in a product, one after the other."""
    for a in args:
        if isinstance(a, cls):
            yield from flatten(cls, a.args)
        else:
            yield a


def is_zero(e: Expr) -> bool:
    if isinstance(e, Stack):
        return all(map(is_zero, e.args))
    return isinstance(e, Zero) or (isinstance(e, Number) and e.value == 0)


def time_as_scalar(time: Time) -> Expr:
    """A time as a number: an exponent, or a limit of a sum."""
    terms = [mul(Number(count), Symbol(name)) for name, count in sorted(time.letters, key=lambda pair: -pair[1])]
    return add(*terms, Number(time.offset))


def zero(shape: Shape) -> Expr:
    return Number(0) if shape == SCALAR else Zero(*shape)


def add(*terms: Expr) -> Expr:
    """The sum, flattened, without zeros; numbers are added up in the first one's place."""
    shape = same_shape("the sum", terms)
    out: list[Expr] = []
    number: int | None = None
    for t in flatten(Sum, terms):
        if is_zero(t):
            continue
        if isinstance(t, Number):
            if number is None:
                number = len(out)
            else:
                old = out[number]
                assert isinstance(old, Number)
                out[number] = Number(old.value + t.value)
                continue
        out.append(t)
    out = [t for t in out if not is_zero(t)]
    if not out:
        return zero(shape)
    return out[0] if len(out) == 1 else Sum(*out)


def _chain(factors: tuple[Expr, ...], alone: bool = True) -> Iterator[Expr]:
    """The factors with nested products opened, but for inner products beside other vectors or matrices."""
    # What stands beside others stays beside them however deep it is nested.
    alone = alone and sum(not _plain(f) for f in factors) == 1
    for f in factors:
        if isinstance(f, Product) and (alone or not f.is_scalar or all(g.is_scalar for g in f.args)):
            yield from _chain(f.args, alone)
        else:
            yield f


def _plain(f: Expr) -> bool:
    """A scalar that is no product of vectors, nor has one for a factor."""
    return f.is_scalar and (not isinstance(f, Product) or all(map(_plain, f.args)))


def mul(*factors: Expr) -> Expr:
    """The product, flattened, numbers merged in front, without ones and identities; zero absorbs."""
    shape = product_shape(_bracketed(factors))
    number: Number | None = None
    out: list[Expr] = []
    for f in _chain(factors):
        if is_zero(f):
            return zero(shape)
        if isinstance(f, Number):
            number = f if number is None else Number(number.value * f.value)
        elif not isinstance(f, Identity):
            out.append(f)
    if number is not None and number.value == 1:
        number = None
    is_scalar = shape == SCALAR
    if is_scalar and not out:
        return Number(1) if number is None else number
    # An identity that was all that gave a scalar multiple its shape must stay.
    if not is_scalar and all(f.is_scalar for f in out):
        out.append(Identity(shape[0]))
    if number is not None:
        out.insert(0, number)
    return chained(out)


def parted(e: Expr) -> tuple[list[Expr], list[Expr]]:
    """The scalars of a product, and its other factors."""
    factors = e.args if isinstance(e, Product) else (e,)
    return [f for f in factors if f.is_scalar], [f for f in factors if not f.is_scalar]


def chained(factors: Iterable[Expr]) -> Expr:
    """The product; where a chain ends in an inner product before the last factor, that is bracketed."""
    out = _bracketed(factors)
    return out[0] if len(out) == 1 else Product(*out)


def _bracketed(factors: Iterable[Expr]) -> list[Expr]:
    """The factors, an inner product before the last of a chain as one of them."""
    out: list[Expr] = []
    run: list[Expr] = []
    for f in factors:
        if f.is_scalar:
            out.append(f)
            continue
        if run and run[0].shape[0] is ONE and run[-1].shape[1] is ONE:
            out.append(Product(*run))
            run = []
        run.append(f)
    return out + run


def neg(e: Expr) -> Expr:
    return mul(Number(-1), e)


def sub(a: Expr, b: Expr) -> Expr:
    return add(a, neg(b))


def hadamard(*factors: Expr) -> Expr:
    """The entrywise product, flattened, without ones; for scalars the product."""
    shape = same_shape("the entrywise product", factors)
    if shape == SCALAR:
        return mul(*factors)
    out = [f for f in flatten(Hadamard, factors) if not isinstance(f, Ones)]
    if any(is_zero(f) for f in out):
        return zero(shape)
    if not out:
        return Ones(*shape)
    return out[0] if len(out) == 1 else Hadamard(*out)


def power(base: Expr, exponent: int | Fraction | Expr) -> Expr:
    """The entrywise (for scalars ordinary) power."""
    e = exponent if isinstance(exponent, Expr) else Number(exponent)
    if isinstance(e, Number) and e.value == 1:
        return base
    if isinstance(e, Number) and e.value == 0:
        return Number(1) if base.is_scalar else Ones(*base.shape)
    if isinstance(base, Number) and isinstance(e, Number) and _small(base, e):
        return Number(base.value ** int(e.value))
    if isinstance(base, Ones):
        return base
    return EntryPower(base, e)


def _small(base: Number, e: Number) -> bool:
    return e.value.denominator == 1 and abs(e.value) <= 64 and (base.value != 0 or e.value > 0)


def transpose(e: Expr) -> Expr:
    """The transpose, pushed to the leaves; symmetric nodes stay, and so does ``(A x - b)^T`` as a whole.

    >>> from symjac.expr import dim, ONE, Diag, Product, Symbol
    >>> n = dim("n")
    >>> W, x = Symbol("W", (n, n)), Symbol("x", (n, ONE))
    >>> transpose(Product(W, Diag(x)))
    Product(Diag(x), Transpose(W))
    """
    if e.is_scalar or isinstance(e, Diag | Identity | ScalarHessian):
        return e
    if isinstance(e, Transpose):
        return e.arg
    if isinstance(e, Sum | Hadamard) and not e.is_vector:
        return e.with_args(tuple(map(transpose, e.args)))
    if isinstance(e, Product):
        scalars, chain = parted(e)
        return chained([*scalars, *map(transpose, reversed(chain))])
    if isinstance(e, Zero):
        return Zero(e.cols, e.rows)
    if isinstance(e, Ones) and e.is_matrix:
        return Ones(e.cols, e.rows)
    if isinstance(e, MatrixPower) and e.exponent == Number(-1):
        return MatrixPower(transpose(e.base), e.exponent)
    if isinstance(e, Kronecker):
        return Kronecker(transpose(e.left), transpose(e.right))
    if isinstance(e, Commutation):
        return Commutation(*reversed(e.of))
    return Transpose(e)


def diag(e: Expr) -> Expr:
    """diag(v); of a scalar the scalar, of ones the identity, of zero the zero matrix."""
    if e.is_scalar:
        return e
    if isinstance(e, Ones):
        return Identity(e.rows)
    if is_zero(e):
        return Zero(e.rows, e.rows)
    if isinstance(e, Product):
        scalars, rest = parted(e)
        if scalars and rest:
            return mul(*scalars, diag(mul(*rest)))
    return Diag(e)
