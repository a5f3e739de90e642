"""What happens inside an entry: powers, functions, inverses, and the derivative by an entry.

Powers are taken where the formula is defined and nowhere assume a sign: sqrt(x^2) stays what it is,
sqrt(x) sqrt(x) is x. exp of a sum is the product of exponentials, so they cancel like powers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy

from symjac.limits import NormalFormTooLarge
from symjac.normal.atoms import (
    COL,
    ROW,
    Atom,
    Mono,
    Poly,
    Rational,
    UndefinedFormError,
    atom,
    freeze,
    single,
    slot,
    tables,
)
from symjac.normal.network import above, combine, delta, inside, join, multiply, packed, rename, wrapped
from symjac.normal.polynomial import NONE, ONE, add, constant, is_delta, labels, lone, passing, scaled, structure_of

LONGEST = 20_000  # bits of a number
HIGHEST = 200  # powers that are multiplied out step by step
NOT_NEGATIVE = {"sigmoid", "relu", "abs", "softplus", "step", "normcdf", "normpdf", "cosh", "square"}


# ------------------------------------------------------------------------------------------- powers


def power(p: Poly, r: Rational) -> Poly:
    """Every entry to a rational power."""
    r = r.numerator if isinstance(r, Fraction) and r.denominator == 1 else r
    if r == 0:
        return constant(1)
    if r == 1:
        return p
    if not p:
        if r < 0:
            raise UndefinedFormError("the expression divides by zero for every size")
        return {}
    if any(c < 0 for m in p for c, _ in m):
        return _power_with_zeros(p, r)
    if len(p) == 1:
        ((m, c),) = p.items()
        return _power_of_product(m, c, r)
    if isinstance(r, int) and r > 0:
        half = power(p, r // 2)
        return multiply(multiply(half, half), p) if r % 2 else multiply(half, half)
    return _power_of_sum(p, r)


above.power = power


def _power_with_zeros(p: Poly, r: Rational) -> Poly:
    """The power of a polynomial in which deltas or block projections make some entries zero."""
    stacked = by_blocks(p, lambda part: power(part, r))
    if stacked is not None:
        return stacked
    if r > 0 and len(p) == 1:
        ((m, c),) = p.items()
        zeros = tuple((k, e) for k, e in m if is_delta(k))
        rest = power({tuple((k, e) for k, e in m if not is_delta(k)): c}, r)
        return multiply({zeros: 1}, rest)
    if isinstance(r, int) and r > 0:
        if r > HIGHEST:
            raise NormalFormTooLarge("a power is too high to be multiplied out")
        return multiply(p, power(p, r - 1))
    return lone(wrapped("base", False, [p]), r)


def _power_of_product(m: Mono, c: Rational, r: Rational) -> Poly:
    if isinstance(r, int):
        return scaled(combine([(tuple((k, _plain(e * r)) for k, e in m), NONE)], NONE), _plain(_raised(Fraction(c), r)))
    out = _power_of_number(abs(Fraction(c)), r)
    signed: list[tuple[int, Rational]] = []
    for k, e in m:
        if _never_negative(k) or e.denominator % 2 == 0:
            out = multiply(out, lone(k, _plain(e * r)))
        elif e.numerator % 2 == 0:
            out = multiply(out, lone(wrapped("base", True, [lone(k, e)]), r))
        else:
            signed.append((k, e))
    if len(signed) == 1 and c > 0:
        return multiply(out, lone(signed[0][0], _plain(signed[0][1] * r)))
    if signed or c < 0:
        out = multiply(out, lone(wrapped("base", True, [{tuple(signed): 1 if c > 0 else -1}]), r))
    return out


def _raised(c: Fraction, r: int) -> Fraction:
    """A power of a number.

    :raises NormalFormTooLarge: where it has more digits than anyone wants to see.
    """
    if max(abs(c.numerator).bit_length(), c.denominator.bit_length()) * abs(r) > LONGEST and abs(c) != 1:
        raise NormalFormTooLarge("a power of a number has too many digits")
    return c**r


def _plain(e: Rational) -> Rational:
    return e.numerator if e.denominator == 1 else e


def _power_of_number(c: Fraction, r: Fraction) -> Poly:
    """A positive number to a fractional power, as roots of its primes."""
    out = constant(1)
    for n, sign in ((c.numerator, 1), (c.denominator, -1)):
        for prime, k in sympy.factorint(n).items():
            out = multiply(out, lone(wrapped("base", True, [constant(int(prime))]), sign * k * r))
    return out


def _never_negative(c: int) -> bool:
    """Whether a component is at least 0 for all values for which it is defined."""
    for a, e, _ in tables.components[c].factors:
        what = tables.atoms[a]
        if what.kind == "exp" or e.denominator % 2 == 0:
            continue
        if isinstance(e, int) and e % 2 == 0:
            continue
        if what.kind == "base" and all(not m and value > 0 for m, value in what.args[0]):
            continue
        if what.kind == "function" and isinstance(what.data, tuple) and what.data[0] in NOT_NEGATIVE:
            continue
        return False
    return True


def _power_of_sum(p: Poly, r: Rational) -> Poly:
    """A sum to a power that cannot be multiplied out: common factors in front, the rest one factor."""
    common: dict[int, Rational] = {}
    for k in {k for m in p for k, _ in m}:
        found = [dict(m).get(k, 0) for m in p]
        # A root of k in any term says that k is not negative wherever the sum is defined.
        rooted = any(e.denominator % 2 == 0 for e in found)
        if min(found) and (isinstance(r, int) or rooted or _never_negative(k)):
            common[k] = min(found)
    if common:
        rest = multiply(p, {tuple(sorted((k, -e) for k, e in common.items())): 1})
        outside = {tuple(sorted((k, _plain(e * r)) for k, e in common.items())): 1}
        return join([(outside, NONE), (power(rest, r), NONE)], {})
    lead = Fraction(p[max(p)])
    if isinstance(r, int):
        front = constant(_raised(lead, r))
    else:
        lead = abs(lead)
        front = _power_of_number(lead, r)
    return multiply(front, lone(wrapped("base", False, [scaled(p, 1 / lead)]), r))


def power_by(p: Poly, exponent: Poly) -> Poly:
    """Every entry to a power that need not be a number."""
    number = exponent.get(ONE, 0)
    rest = {m: c for m, c in exponent.items() if m}
    if not rest:
        return power(p, number)
    return multiply(lone(wrapped("power", None, [p, rest])), power(p, number))


# ---------------------------------------------------------------------------------------- functions


def block(structure: tuple[int, ...], k: int, rows: int, row: int, part: int) -> Poly:
    """The projection of stacked rows onto block ``k``: 1 where row ``row`` is entry ``part`` of the block."""
    d = structure[k]
    a = atom("block", (structure, k), (rows, d) if d else (rows,))
    return lone(single(a, *((row, part) if d else (row,))))


def by_blocks(p: Poly, f: Callable[[Poly], Poly]) -> Poly | None:
    """``f`` of a stacked polynomial, block by block; ``None`` if it is no stack."""
    if not any(c < 0 for m in p for c, _ in m):
        return None
    shared = set.intersection(*map(_stacked, p))
    if not shared:
        return None
    row, rows, structure = min(shared)
    inner = next(passing(labels(p)))
    out: Poly = {}
    for k, d in enumerate(structure):
        onto = block(structure, k, rows, row, inner)
        part = f(join([(onto, NONE), (p, NONE)], {row: rows}))
        add(out, join([(onto, NONE), (part, NONE)], {inner: d} if d else {}))
    return out


def _stacked(m: Mono) -> set[tuple[int, int, tuple[int, ...]]]:
    """The free rows of which a term holds a block, each with its size and with the sizes of all blocks."""
    return {
        (ix[0], tables.atoms[a].dims[0], structure_of(a)[0])
        for c, _ in m
        if c < 0
        for a, _, ix in tables.components[c].factors
        if tables.atoms[a].kind == "block" and ix[0] < 0
    }


def exponential(p: Poly) -> Poly:
    """exp of each entry, as a product over the terms."""
    stacked = by_blocks(p, exponential)
    if stacked is not None:
        return stacked
    mono = [(wrapped("exp", None, [{m: 1}]), c) for m, c in p.items()]
    return combine([(tuple(sorted(mono)), NONE)], NONE)


def function_of(known: str, name: str, order: int, p: Poly) -> Poly:
    """A derivative of a function of each entry as one factor; a known one is known under every name."""
    return lone(wrapped("function", (known, "" if known else name, order), [p]))


def _log(p: Poly) -> Poly:
    return function_of("log", "", 0, p)


def logarithm(p: Poly) -> Poly:
    """log of each entry; factors that cannot be negative come out."""
    out: Poly = {}
    if len(p) == 1:
        ((m, c),) = p.items()
        signed: list[tuple[int, Rational]] = []
        for k, e in m:
            a, _, ix = tables.components[k].factors[0]
            if tables.atoms[a].kind == "exp" and not tables.components[k].bound:
                add(out, inside(tables.atoms[a], ix)[0], e)
            elif k >= 0 and (_never_negative(k) or e.denominator % 2 == 0):
                add(out, _log(lone(k)), e)
            else:
                signed.append((k, e))
        for n, sign in ((abs(Fraction(c)).numerator, 1), (Fraction(c).denominator, -1)):
            for prime, k in sympy.factorint(n).items():
                add(out, _log(constant(int(prime))), sign * k)
        if not signed and c > 0:
            return out
        if len(signed) == 1 and c > 0 and signed[0][1].numerator % 2:
            return add(out, _log(lone(signed[0][0])), signed[0][1])
        p = {tuple(signed): 1 if c > 0 else -1}
    return add(out, _log(p))


# --------------------------------------------------------------------------- matrices and other atoms


def _square(kind: str, p: Poly, d: int) -> tuple[Atom, tuple[int, ...], bool]:
    """An atom over a matrix in its ROW and COL, and whether it stands for the transpose."""
    flipped = rename(p, {ROW: COL, COL: ROW})
    swap = freeze(flipped) < freeze(p)
    lead = (d, d) if kind == "inverse" else ()
    alike = flipped == p and kind == "inverse" and set(labels(p)) <= {ROW, COL}
    a, extra = packed(kind, d, [flipped if swap else p], lead, 2, symmetric=alike)
    return a, extra, swap


def inverse(p: Poly, d: int) -> Poly:
    """The inverse of the matrix with entry ``p`` at (ROW, COL) and size number ``d``."""
    if not d:
        return power(p, -1)
    eye = delta(ROW, COL, d)
    (e,) = eye
    if all(e[0] in m for m in p):
        inner = {tuple(f for f in m if f != e[0]): c for m, c in p.items()}
        return multiply(eye, power(inner, -1))
    if len(p) == 1:
        ((m, c),) = p.items()
        outer = tuple(f for f in m if tables.components[f[0]].free.isdisjoint((ROW, COL)))
        twice = _inverted(m) if not outer and c == 1 else None
        if twice is not None:
            return twice
        if outer or c != 1:
            rest = inverse({tuple(f for f in m if f not in outer): 1}, d)
            return multiply(power({outer: c}, -1), rest)
    a, extra, swap = _square("inverse", p, d)
    ends = (COL, ROW) if swap else (ROW, COL)
    return lone(single(a, *ends, *extra))


def _inverted(m: Mono) -> Poly | None:
    """The matrix of which an inverse, at (ROW, COL) or turned round, is all that the monomial holds."""
    if len(m) != 1 or m[0][1] != 1 or tables.components[m[0][0]].bound:
        return None
    a, _, ix = tables.components[m[0][0]].factors[0]
    what = tables.atoms[a]
    if what.kind != "inverse" or {*ix[:2]} != {ROW, COL}:
        return None
    return rename(dict(what.args[0]), {slot(k): v for k, v in enumerate(ix)})


def power_of_matrix(p: Poly, q: Poly, d: int) -> Poly:
    """A power whose exponent is no small number, opaque but for this: that of the transpose is its transpose."""
    flipped = rename(p, {ROW: COL, COL: ROW})
    swap = freeze(flipped) < freeze(p)
    alike = flipped == p and set(labels(p)) <= {ROW, COL} and not labels(q)
    a, extra = packed("matrix power", None, [flipped if swap else p, q], (d, d), 2, symmetric=alike)
    ends = (COL, ROW) if swap else (ROW, COL)
    return lone(single(a, *ends, *extra))


def determinant(p: Poly, d: int) -> Poly:
    """The determinant of such a matrix."""
    if not d:
        return p
    if p == delta(ROW, COL, d):
        return constant(1)
    if len(p) == 1:
        ((m, c),) = p.items()
        inner = _inverted(m) if c == 1 else None
        if inner is not None:
            return power(determinant(inner, d), -1)
    a, extra, _ = _square("determinant", p, d)
    return lone(single(a, *extra))
