"""Whether what was read back is what was printed.

Print and reading differ in nesting, in the order of factors that commute and in how powers of scalars
are gathered; that is compared first, because it takes no time. What still differs is left to the
normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from symjac.expr import (
    EntryPower,
    Expr,
    Hadamard,
    Number,
    Product,
    Sum,
    Transpose,
    add,
    hadamard,
    mul,
    power,
    transpose,
)
from symjac.normal import equal

Power = tuple[Expr, Fraction]


def alike(a: Expr, b: Expr) -> bool:
    """Whether two expressions are one up to nesting, order and powers, or else have one normal form.

    >>> x = Number(2)
    >>> alike(Product(x, Product(x, x)), Number(8))
    True
    """
    return a == b or _tidied(a) == _tidied(b) or equal(a, b)


def _tidied(e: Expr) -> Expr:
    args = tuple(_tidied(a) for a in e.args)
    match e:
        case Sum():
            total = add(*args)
            return Sum(*_sorted(total.args)) if isinstance(total, Sum) else total
        case Product():
            return _product(mul(*args))
        case Hadamard() if not e.is_scalar:
            entries = hadamard(*args)
            return (
                _gathered(p for f in entries.args for p in _entrywise(f)) if isinstance(entries, Hadamard) else entries
            )
        case EntryPower() if e.is_scalar:
            return _product(power(args[0], args[1]))
        case EntryPower():
            entries = power(args[0], args[1])
            return _gathered(_entrywise(entries)) if isinstance(entries, EntryPower) else entries
        case Transpose():
            return transpose(args[0])
    return e.with_args(args) if args else e


def _sorted(args: Iterable[Expr]) -> list[Expr]:
    return sorted(args, key=repr)


def _product(e: Expr) -> Expr:
    """A product with its scalars in front, gathered and in order."""
    factors = e.args if isinstance(e, Product) else (e,)
    chain = [f for f in factors if not f.is_scalar]
    powers = [p for f in factors if f.is_scalar for p in _scalars(f, Fraction(1))]
    if e.is_scalar and chain:
        powers.append((Product(*chain), Fraction(1)))
        chain = []
    scalar = _gathered(powers) if powers else Number(1)
    parts = [*(scalar.args if isinstance(scalar, Hadamard) else (scalar,)), *chain]
    parts = [p for p in parts if p != Number(1)] or [Number(1)]
    return parts[0] if len(parts) == 1 else Product(*parts)


def _scalars(e: Expr, exponent: Fraction) -> Iterator[Power]:
    """The factors of an integer power of a scalar; other powers are taken whole."""
    if exponent.denominator == 1:
        if isinstance(e, EntryPower) and isinstance(e.exponent, Number):
            yield from _scalars(e.base, exponent * e.exponent.value)
            return
        if isinstance(e, Product):
            chain = [f for f in e.args if not f.is_scalar]
            if chain:
                yield Product(*chain), exponent
            for f in e.args:
                if f.is_scalar:
                    yield from _scalars(f, exponent)
            return
    yield e, exponent


def _entrywise(e: Expr, exponent: Fraction = Fraction(1)) -> Iterator[Power]:
    """The entrywise factors of an integer power; other powers are taken whole."""
    if exponent.denominator == 1 and isinstance(e, EntryPower) and isinstance(e.exponent, Number):
        yield from _entrywise(e.base, exponent * e.exponent.value)
    elif exponent.denominator == 1 and isinstance(e, Hadamard):
        for f in e.args:
            yield from _entrywise(f, exponent)
    else:
        yield e, exponent


def _gathered(powers: Iterable[Power]) -> Expr:
    """The entrywise product of powers, each base once, in order; numbers are worked out."""
    exponents: dict[Expr, Fraction] = {}
    number = Fraction(1)
    for base, exponent in powers:
        if isinstance(base, Number) and exponent.denominator == 1 and base.value != 0 and abs(exponent) < 64:
            number *= base.value ** int(exponent)
        else:
            exponents[base] = exponents.get(base, Fraction(0)) + exponent
    factors = _sorted(power(base, exponent) for base, exponent in exponents.items() if exponent != 0)
    if number != 1 or not factors:
        factors.insert(0, Number(number))
    return factors[0] if len(factors) == 1 else Hadamard(*factors)
