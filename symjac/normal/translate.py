"""From expressions to polynomials over index networks: one function for each node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod

from symjac import expr as x
from symjac.expr import Expr, Symbol
from symjac.normal.atoms import COL, ROW, Poly, single, size_number
from symjac.normal.calculus import MapAtom, apply, vector_map
from symjac.normal.elements import determinant, exponential, inverse, logarithm, power, power_by, power_of_matrix
from symjac.normal.network import above, chain, delta, join, multiply, rename, total
from symjac.normal.notation import NOTATION
from symjac.normal.polynomial import NONE, ONE, add, constant, lone
from symjac.normal.translation import Rule, Translation, ends_of, symbol_atom

DISTRIBUTED = 64  # products that one of sums is multiplied out to, so that inverses may meet their matrices
POWERS = 16  # a matrix power up to this one is multiplied out


def _symbol(t: Translation, e: Symbol) -> Poly:
    if e in t.definitions:
        return t.defined(e)
    a, ends = symbol_atom(e)
    return lone(single(a, *ends))


def _number(t: Translation, e: x.Number) -> Poly:
    return constant(e.value.numerator if e.value.denominator == 1 else e.value)


def _identity(t: Translation, e: Expr) -> Poly:
    d = size_number(e.rows)
    return delta(ROW, COL, d) if d else constant(1)


def _sum(t: Translation, e: Expr) -> Poly:
    out: Poly = {}
    for a in e.args:
        add(out, t.poly(a))
    return out


def _product(t: Translation, e: Expr) -> Poly:
    out: Poly = {}
    for factors in _distributed(list(_opened(e))):
        add(out, _chained(t, factors, _reduced([f for f in factors if not f.is_scalar], t), e))
    return out


def _distributed(factors: list[Expr]) -> Iterator[list[Expr]]:
    """The products that a product of sums is, where an inverse may meet its matrix in one: ``X^{-1} (X + A)``."""
    inverse = any(_is_negative_power(f) for f in factors)
    choices = [f.args if inverse and isinstance(f, x.Sum) and not f.is_scalar else (f,) for f in factors]
    if prod(map(len, choices)) > DISTRIBUTED:
        yield factors
        return
    for choice in product(*choices):
        yield [g for f in choice for g in ([f] if f.is_scalar else _opened(f))]


def _is_negative_power(e: Expr) -> bool:
    power = e.arg if isinstance(e, x.Transpose) else e
    return isinstance(power, x.MatrixPower) and isinstance(power.exponent, x.Number) and power.exponent.value < 0


def _chained(t: Translation, opened: list[Expr], factors: list[Expr], whole: Expr) -> Poly:
    """The scalars among ``opened`` times a product of other factors; without these the identity like ``whole``."""
    polys = [t.poly(f) for f in opened if f.is_scalar]
    if not factors:
        if not whole.is_scalar:
            polys.append(_identity(t, whole))
        return join([(p, NONE) for p in polys], {})
    return chain([t.poly(f) for f in factors], [size_number(f.cols) for f in factors[:-1]], polys)


def _opened(e: Expr) -> Iterator[Expr]:
    """The factors of a product, however it is nested; a scalar that is one stays whole."""
    if isinstance(e, x.Product):
        for f in e.args:
            yield from [f] if f.is_scalar else _opened(f)
    elif isinstance(e, x.Transpose) and isinstance(e.arg, x.Product) and not e.is_scalar:
        for f in reversed(e.arg.args):
            yield from [f] if f.is_scalar else _opened(x.transpose(f))
    else:
        yield from _apart(e)


def _apart(e: Expr) -> tuple[Expr, ...]:
    """``(c A)^k`` as ``c^k`` and ``A^k``, where k is so many steps as letters say."""
    if not isinstance(e, x.MatrixPower) or isinstance(e.exponent, x.Number) or e.is_scalar:
        return (e,)
    factors = e.base.args if isinstance(e.base, x.Product) else (e.base,)
    scalars = [x.power(f, e.exponent) for f in factors if f.is_scalar]
    base = x.mul(*(f for f in factors if not f.is_scalar))
    plain = isinstance(base, x.Identity)
    return (*scalars, base if plain else x.MatrixPower(base, e.exponent)) if scalars or plain else (e,)


def _reduced(factors: list[Expr], t: Translation) -> list[Expr]:
    """The factors with neighbouring powers of one matrix as one power, or none: ``A^{k-1} A`` is ``A^k``."""
    out: list[Expr] = []
    for f in factors:
        out.append(f)
        while len(out) > 1 and (met := _met(out[-2], out[-1], t)) is not None:
            out[-2:] = met
    return out


def _met(a: Expr, b: Expr, t: Translation) -> list[Expr] | None:
    """What two neighbours are together: nothing where they are inverse to each other; ``None`` where they stay two."""
    if _inverts(a, b, t) or _inverts(b, a, t):
        return []
    exponents = [f.exponent for f in (a, b) if isinstance(f, x.MatrixPower)]
    if all(isinstance(q, x.Number) and q.value > 0 for q in exponents):
        return None  # multiplied out
    (base, p), (other, q) = ((f.base, f.exponent) if isinstance(f, x.MatrixPower) else (f, x.Number(1)) for f in (a, b))
    if base.shape != other.shape or not (base == other or t.poly(base) == t.poly(other)):
        return None
    total = x.add(p, q)
    return [] if total == x.Number(0) else [base] if total == x.Number(1) else [x.MatrixPower(base, total)]


def _inverts(a: Expr, b: Expr, t: Translation) -> bool:
    power = b.arg if isinstance(b, x.Transpose) else b
    if not isinstance(power, x.MatrixPower) or t.poly(power.exponent) != constant(-1) or a.shape != power.base.shape:
        return False
    base = power.base if power is b else x.transpose(power.base)
    return a == base or t.poly(a) == t.poly(base)


def _matrix_power(t: Translation, e: x.MatrixPower) -> Poly:
    d = size_number(e.rows)
    if (apart := _apart(e)) != (e,):
        return t.poly(x.mul(*apart))
    p, q = t.poly(e.base), t.poly(e.exponent)
    if not d:
        return power_by(p, q)
    k = Fraction(q.get(ONE, 0))
    if set(q) <= {ONE} and k.denominator == 1 and abs(k) <= POWERS:
        base = p if k >= 0 else inverse(p, d)
        return chain([base] * abs(int(k)), [d] * (abs(int(k)) - 1), ()) if k else delta(ROW, COL, d)
    return power_of_matrix(p, q, d)


def _diag(t: Translation, e: Expr) -> Poly:
    d = size_number(e.rows)
    return multiply(t.poly(e.args[0]), delta(ROW, COL, d)) if d else t.poly(e.args[0])


def _trace(t: Translation, e: Expr) -> Poly:
    inner = e.args[0]
    d = size_number(inner.rows)
    p: Poly = {}
    for term in inner.args if isinstance(inner, x.Sum) else (inner,):
        if not isinstance(term, x.Product):
            add(p, t.poly(term))
            continue
        for factors in _distributed(list(_opened(term))):  # the last factor stands before the first one, too
            add(p, _turned(t, factors))
    return total(rename(p, {COL: ROW}), {ROW: d}) if d else p


def _turned(t: Translation, opened: list[Expr]) -> Poly:
    factors = _reduced([f for f in opened if not f.is_scalar], t)
    whole = x.Identity(next((f.rows for f in opened if not f.is_scalar), x.ONE))
    while len(factors) > 1 and (met := _met(factors[-1], factors[0], t)) is not None:
        whole = x.Identity(factors[-1].rows)
        factors = [*met, *factors[1:-1]]
    return _chained(t, opened, factors, whole)


def _norm(t: Translation, e: Expr) -> Poly:
    p = t.poly(e.args[0])
    return power(total(multiply(p, p), ends_of(e.args[0])), Fraction(1, 2))


def _softmax(t: Translation, e: Expr) -> Poly:
    weights = exponential(t.poly(e.args[0]))
    return multiply(weights, power(total(weights, ends_of(e)), -1))


def _vector_map(t: Translation, e: x.VectorMap | x.MapJacobian) -> Poly:
    rows, sizes = size_number(e.rows), tuple(size_number(a.rows) for a in e.args)
    by = (e.by - 1,) if isinstance(e, x.MapJacobian) else ()
    ends = ([ROW] if rows else []) + [COL for k in by if sizes[k]]
    return vector_map(MapAtom(e.name, False, rows, sizes, by), [t.poly(a) for a in e.args], ends)


def _scalar_function(t: Translation, e: x.ScalarFunction | x.ScalarGradient | x.ScalarHessian) -> Poly:
    """A scalar function, differentiated as often as it has ends."""
    size = size_number(e.args[0].rows)
    ends = [ROW, COL][: e.order] if size else []
    return vector_map(MapAtom(e.of, True, 0, (size,), (0,) * e.order), [t.poly(e.args[0])], ends)


TRANSLATIONS: Mapping[type[Expr], Rule] = {
    Symbol: _symbol,
    x.Number: _number,
    x.Ones: lambda t, e: constant(1),
    x.Zero: lambda t, e: {},
    x.Identity: _identity,
    x.Sum: _sum,
    x.Product: _product,
    x.Hadamard: lambda t, e: join([(t.poly(f), NONE) for f in e.args], {}),
    x.EntryPower: lambda t, e: power_by(*map(t.poly, e.args)),
    x.MatrixPower: _matrix_power,
    x.Transpose: lambda t, e: rename(t.poly(e.args[0]), {ROW: COL, COL: ROW}),
    x.Diag: _diag,
    x.Diagonal: lambda t, e: rename(t.poly(e.args[0]), {COL: ROW}),
    x.Trace: _trace,
    x.Determinant: lambda t, e: determinant(t.poly(e.args[0]), size_number(e.args[0].rows)),
    x.Norm: _norm,
    x.Softmax: _softmax,
    x.LogSumExp: lambda t, e: logarithm(total(exponential(t.poly(e.args[0])), ends_of(e.args[0]))),
    x.Apply: lambda t, e: apply((e.function.known or "", e.function.name, e.function.order), t.poly(e.arg)),
    **dict.fromkeys((x.VectorMap, x.MapJacobian), _vector_map),
    **dict.fromkeys((x.ScalarFunction, x.ScalarGradient, x.ScalarHessian), _scalar_function),
    **NOTATION,
}

above.translate = lambda e: Translation(TRANSLATIONS, {}).poly(e)
