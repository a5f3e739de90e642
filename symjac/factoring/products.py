"""Splitting numbers d[i, k, ..., j] into a scalar times one vector for each index: `s a_i b_k ... c_j`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import gcd, lcm

import sympy

from symjac.limits import multiplied_out

Index = tuple[int, ...]
# A product: its rational number, and every other factor with its exponent.
Factors = tuple[sympy.Rational, dict[sympy.Expr, int]]


@dataclass(frozen=True)
class Split:
    """``scalar`` times a vector for each position; a position without a vector has ``None`` (ones)."""

    scalar: sympy.Expr
    vectors: tuple[tuple[sympy.Expr, ...] | None, ...]

    def at(self, index: Index) -> sympy.Expr:
        parts = [v[k] for v, k in zip(self.vectors, index, strict=True) if v is not None]
        return sympy.Mul(self.scalar, *parts)


def is_zero(e: sympy.Expr) -> bool:
    """Whether an expression vanishes by multiplying out (over a common denominator where there is one)."""
    if e.is_Number:
        return bool(e == 0)
    if Sample()(e) != 0:
        return False
    if multiplied_out(e) == 0:
        return True
    if any(p.exp.is_negative for p in e.atoms(sympy.Pow)):
        numerator, _ = sympy.fraction(sympy.together(e))
        return bool(multiplied_out(numerator) == 0)
    return False


class Sample:
    """Rational numbers in place of symbols and functions, the same for the same: a quick no before costly algebra."""

    def __init__(self) -> None:
        self._values: dict[sympy.Expr, sympy.Rational] = {}

    def __call__(self, e: sympy.Expr) -> sympy.Rational:
        if e.is_Rational:
            return e
        if e.is_Add:
            return sympy.Add(*map(self, e.args))
        if e.is_Mul:
            return sympy.Mul(*map(self, e.args))
        if isinstance(e, sympy.exp):
            _, bases = factors_of(e)
            return sympy.Mul(*(self._value(base) ** k for base, k in bases.items()))
        if isinstance(e, sympy.Pow) and e.exp.is_Integer:
            value = self(e.base)
            return value**e.exp if value != 0 else self._value(e)
        return self._value(e)

    def _value(self, e: sympy.Expr) -> sympy.Rational:
        count = len(self._values) + 1
        return self._values.setdefault(e, sympy.Rational((count * 7919) % 1009 + 2, (count * 104729) % 997 + 1))


def factors_of(e: sympy.Expr, *, open_exp: bool = True) -> Factors:
    """The factors of a product; sums count as one factor, with a positive leading term and no number inside.

    With ``open_exp`` the exponential of a sum counts as a product.
    """
    number = sympy.Integer(1)
    out: dict[sympy.Expr, int] = {}
    for f in sympy.Mul.make_args(e):
        if f.is_Rational:
            number *= f
            continue
        base, exponent = f.as_base_exp() if isinstance(f, sympy.Pow) else (f, sympy.Integer(1))
        if open_exp and isinstance(f, sympy.exp):
            for term in sympy.Add.make_args(f.args[0]):
                k, rest = term.as_coeff_Mul()
                whole = int(k) if k.is_Integer else 1
                _count(out, sympy.exp(rest if k.is_Integer else term), whole)
            continue
        if not exponent.is_Integer:
            _count(out, f, 1)
            continue
        if base.is_Add:
            content, base = base.primitive()
            if _looks_negative(base):
                content, base = -content, -base
            number *= content**exponent
        elif base.is_Mul:
            sub_number, sub = factors_of(base, open_exp=open_exp)
            number *= sub_number**exponent
            for b, k in sub.items():
                _count(out, b, k * int(exponent))
            continue
        _count(out, base, int(exponent))
    return number, {b: k for b, k in out.items() if k}


def _looks_negative(e: sympy.Expr) -> bool:
    """People write `1 - h**2` and `1 - z` by the sign of the number, where there is one."""
    number = e.as_coeff_Add()[0]
    return bool(number < 0) if number.is_Rational and number != 0 else bool(e.could_extract_minus_sign())


def _count(table: dict[sympy.Expr, int], base: sympy.Expr, k: int) -> None:
    table[base] = table.get(base, 0) + k


def _common(values: Sequence[Factors]) -> Factors:
    """The largest product that divides all of them."""
    numbers = [v[0] for v in values]
    number = sympy.Rational(gcd(*(int(abs(q.p)) for q in numbers)), lcm(*(int(q.q) for q in numbers)))
    if all(q < 0 for q in numbers):
        number = -number
    first = values[0][1]
    out = {}
    for base, k in first.items():
        others = [v[1].get(base, 0) for v in values]
        if k > 0 and min(others) > 0:
            out[base] = min(others)
        elif k < 0 and max(others) < 0:
            out[base] = max(others)
    return number, out


def _divided(a: Factors, b: Factors) -> Factors:
    out = dict(a[1])
    for base, k in b[1].items():
        _count(out, base, -k)
    return a[0] / b[0], {base: k for base, k in out.items() if k}


def _whole(f: Factors) -> sympy.Expr:
    return sympy.Mul(f[0], *(base**k for base, k in f[1].items()))


def splits(values: Mapping[Index, sympy.Expr], sizes: Index, *, complete: bool) -> Iterator[Split]:
    """Ways to write the values as such a product, plain ones first; one at most where all values are known.

    >>> a, b, c = sympy.symbols("a b c")
    >>> next(splits({(0, 0): a * c, (0, 1): b * c, (1, 0): a * c, (1, 1): b * c}, (2, 2), complete=True))
    Split(scalar=c, vectors=(None, (a, b)))
    """
    if not values:
        return
    for open_exp, rewritten in ((False, False), (True, False), (True, True)):
        parts = {index: factors_of(_factored(e) if rewritten else e, open_exp=open_exp) for index, e in values.items()}
        if any(number == 0 for number, _ in parts.values()):
            return
        found = False
        for positions in _modes(len(sizes)):
            split = _split(parts, sizes, positions)
            if split is not None:
                found = True
                yield split
                if complete:
                    return
        if found:
            return


def _factored(e: sympy.Expr) -> sympy.Expr:
    return sympy.factor(e) if e.count_ops() < 400 else e


def _modes(count: int) -> Iterator[tuple[int, ...]]:
    """Which positions may carry a vector: few before many, right before left."""
    for size in range(count + 1):
        yield from (tuple(reversed(c)) for c in sorted(combinations(range(count), size), reverse=True))


def _split(values: Mapping[Index, Factors], sizes: Index, positions: tuple[int, ...]) -> Split | None:
    scalar = _common(list(values.values()))
    rest = {index: _divided(v, scalar) for index, v in values.items()}
    vectors: list[tuple[sympy.Expr, ...] | None] = [None] * len(sizes)
    for p in positions:
        entries = []
        for k in range(sizes[p]):
            slice_ = [v for index, v in rest.items() if index[p] == k]
            if not slice_:
                return None
            common = _common(slice_)
            entries.append(_whole(common))
            rest.update({index: _divided(v, common) for index, v in rest.items() if index[p] == k})
        if any(e != 1 for e in entries):
            vectors[p] = tuple(entries)
    if all(number == 1 and not bases for number, bases in rest.values()):
        return Split(_whole(scalar), tuple(vectors))
    return None
