"""Whether what was read back is what was printed.

Print and reading differ in nesting, in the order of factors that commute and in how powers of scalars
are gathered; that is compared first, because it takes no time. What still differs is left to the
normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from symjac import expr as ex
from symjac.expr import Expr
from symjac.normal import equal

Power = tuple[Expr, Fraction]


def alike(a: Expr, b: Expr) -> bool:
    """Whether two expressions are one up to nesting, order and powers, or else have one normal form.

    >>> x = ex.Number(2)
    >>> alike(ex.Product(x, ex.Product(x, x)), ex.Number(8))
    True
    """
    return a == b or _tidied(a) == _tidied(b) or equal(a, b)


def _tidied(e: Expr) -> Expr:
    args = tuple(_tidied(a) for a in e.args)
    match e:
        case ex.Sum():
            total = ex.add(*args)
            return ex.Sum(*_sorted(total.args)) if isinstance(total, ex.Sum) else total
        case ex.Product():
            return _product(ex.mul(*args))
        case ex.Hadamard() if not e.is_scalar:
            entries = ex.hadamard(*args)
            if isinstance(entries, ex.Hadamard):
                return _gathered(p for f in entries.args for p in _entrywise(f))
            return entries
        case ex.EntryPower() if e.is_scalar:
            return _product(ex.power(args[0], args[1]))
        case ex.EntryPower():
            entries = ex.power(args[0], args[1])
            return _gathered(_entrywise(entries)) if isinstance(entries, ex.EntryPower) else entries
        case ex.Transpose():
            return ex.transpose(args[0])
    return e.with_args(args) if args else e


def _sorted(args: Iterable[Expr]) -> list[Expr]:
    return sorted(args, key=repr)


def _product(e: Expr) -> Expr:
    """A product with its scalars in front, gathered and in order."""
    factors = e.args if isinstance(e, ex.Product) else (e,)
    chain = [f for f in factors if not f.is_scalar]
    powers = [p for f in factors if f.is_scalar for p in _scalars(f, Fraction(1))]
    if e.is_scalar and chain:
        powers.append((ex.Product(*chain), Fraction(1)))
        chain = []
    scalar = _gathered(powers) if powers else ex.Number(1)
    parts = [*(scalar.args if isinstance(scalar, ex.Hadamard) else (scalar,)), *chain]
    parts = [p for p in parts if p != ex.Number(1)] or [ex.Number(1)]
    return parts[0] if len(parts) == 1 else ex.Product(*parts)


def _scalars(e: Expr, exponent: Fraction) -> Iterator[Power]:
    """The factors of an integer power of a scalar; other powers are taken whole."""
    if exponent.denominator == 1:
        if isinstance(e, ex.EntryPower) and isinstance(e.exponent, ex.Number):
            yield from _scalars(e.base, exponent * e.exponent.value)
            return
        if isinstance(e, ex.Product):
            chain = [f for f in e.args if not f.is_scalar]
            if chain:
                yield ex.Product(*chain), exponent
            for f in e.args:
                if f.is_scalar:
                    yield from _scalars(f, exponent)
            return
    yield e, exponent


def _entrywise(e: Expr, exponent: Fraction = Fraction(1)) -> Iterator[Power]:
    """The entrywise factors of an integer power; other powers are taken whole."""
    if exponent.denominator == 1 and isinstance(e, ex.EntryPower) and isinstance(e.exponent, ex.Number):
        yield from _entrywise(e.base, exponent * e.exponent.value)
    elif exponent.denominator == 1 and isinstance(e, ex.Hadamard):
        for f in e.args:
            yield from _entrywise(f, exponent)
    else:
        yield e, exponent


def _gathered(powers: Iterable[Power]) -> Expr:
    """The entrywise product of powers, each base once, in order; numbers are worked out."""
    exponents: dict[Expr, Fraction] = {}
    number = Fraction(1)
    for base, exponent in powers:
        if isinstance(base, ex.Number) and exponent.denominator == 1 and base.value != 0 and abs(exponent) < 64:
            number *= base.value ** int(exponent)
        else:
            exponents[base] = exponents.get(base, Fraction(0)) + exponent
    factors = _sorted(ex.power(base, exponent) for base, exponent in exponents.items() if exponent != 0)
    if number != 1 or not factors:
        factors.insert(0, ex.Number(number))
    return factors[0] if len(factors) == 1 else ex.Hadamard(*factors)
