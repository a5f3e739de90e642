"""Polynomials over index networks: adding, multiplying, renaming free indices, summing over them.

A polynomial is a dict from monomials to rational coefficients. Everything goes through
:func:`combine`, which multiplies monomials, resolves Kronecker deltas and sums over labels. Factors
only ever meet as components with free labels, so like factors have merged before an index is bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import floor, prod

import sympy

from symjac.expr import Expr
from symjac.limits import NormalFormTooLarge
from symjac.normal.atoms import (
    COL,
    LINKS,
    ROW,
    Atom,
    Component,
    Factor,
    Mono,
    Poly,
    Rational,
    atom,
    budget,
    component,
    freeze,
    intern,
    relabel,
    single,
    size_of,
    slot,
    tables,
)
from symjac.normal.polynomial import (
    NONE,
    ONE,
    Powers,
    add,
    delta_atom,
    is_delta,
    labels,
    lone,
    monomial,
    opened,
    passing,
    scalar,
    split,
    structure_of,
)

TERMS = 20_000  # so many terms a product of sums may have
FACTORS = 6  # so many more factors of a product are one more step of work
COPIES = 4  # a sum to a higher power enters a network as one factor
SLOTS = 4  # so many free labels an argument may have


class Above:
    """What is built on networks and yet needed inside them.

    Powers, functions and expressions are made of networks; where labels that become one let factors merge,
    a network is made of them. The modules above enter their functions here, so that none imports upwards.
    """

    power: Callable[[Poly, Rational], Poly]
    rebuild: Callable[[Atom, Sequence[int]], Poly]
    translate: Callable[[Expr], Poly]


above = Above()


# -------------------------------------------------------------------------------------- polynomials


def multiply(p: Mapping[Mono, Rational], q: Mapping[Mono, Rational]) -> Poly:
    """The product entry by entry; shared free labels stay free."""
    return join([(p, NONE), (q, NONE)], {})


def rename(p: Mapping[Mono, Rational], names: Mapping[int, int]) -> Poly:
    """The polynomial with free labels renamed all at once."""
    return join([(p, names)], {})


def total(p: Mapping[Mono, Rational], bound: Mapping[int, int]) -> Poly:
    """The sum over all values of these labels (label to size)."""
    return join([(p, NONE)], bound)


def join(parts: Sequence[tuple[Mapping[Mono, Rational], Mapping[int, int]]], bound: Mapping[int, int]) -> Poly:
    """The product of renamed polynomials, summed over the ``bound`` labels."""
    count = prod(len(p) for p, _ in parts)
    if count > TERMS:
        raise NormalFormTooLarge(f"the normal form is too large: a product of sums has {count} terms")
    out: Poly = {}
    for choice in product(*(p.items() for p, _ in parts)):
        coefficient: Rational = 1
        for _, c in choice:
            coefficient = c if coefficient == 1 else coefficient * c
        add(out, combine([(m, n) for (m, _), (_, n) in zip(choice, parts, strict=True)], bound), coefficient)
    return out


def chain(parts: Sequence[Poly], sizes: Sequence[int], scalars: Sequence[Poly]) -> Poly:
    """The matrix product of ``parts``, where ``sizes[k]`` joins part k and part k + 1, times scalars."""
    if len(parts) > 2 and (len(parts) > LINKS or prod(map(len, parts)) > 64):
        return chain([chain(parts[:2], sizes[:1], ()), *parts[2:]], sizes[1:], scalars)
    where = [ROW, *(ROW - 1 - k for k in range(len(sizes))), COL]
    bound = {where[k + 1]: d for k, d in enumerate(sizes) if d}
    named = [(p, {ROW: where[k], COL: where[k + 1]}) for k, p in enumerate(parts)]
    return join([*named, *((s, NONE) for s in scalars)], bound)


def size(number: int) -> Poly:
    """The size of an index; a letter is the scalar symbol of that name."""
    e = size_of(number)
    letters = sorted(e.free_symbols, key=str)
    out: Poly = {}
    for powers, c in sympy.Poly(e, *letters).terms() if letters else [((), e)]:
        term: Poly = {ONE: int(c.p) if c.q == 1 else Fraction(int(c.p), int(c.q))}
        for letter, k in zip(letters, powers, strict=True):
            if k:
                term = multiply(term, lone(single(scalar(str(letter))), int(k)))
        add(out, term)
    return out


def delta(i: int, j: int, number: int) -> Poly:
    """The Kronecker delta of two labels."""
    if i == j:
        return {ONE: 1}
    return combine([(((single(delta_atom(number), i, j), 1),), NONE)], NONE)


def packed(
    kind: str,
    data: Hashable,
    args: Sequence[Mapping[Mono, Rational]],
    lead: tuple[int, ...] = (),
    own: int = 0,
    *,
    symmetric: bool = False,
) -> tuple[Atom, tuple[int, ...]]:
    """An atom over normalised arguments, and the labels that go into its slots.

    The arguments' free labels take the slots after those of sizes ``lead``, in the order that makes
    the arguments least; if two orders do, the atom is symmetric. The first ``own`` slot labels are
    the arguments' own indices and stand for nothing outside.
    """
    dims: dict[int, int] = {}
    for p in args:
        dims.update(labels(p))
    for k in range(own):
        dims.pop(slot(k), None)
    free = sorted(dims, reverse=True)
    if len(free) > SLOTS:
        raise NormalFormTooLarge("the normal form is too large: a function of too many free indices")
    best = []
    for order in permutations(free):
        names = {v: slot(own + k) for k, v in enumerate(order)}
        moved = any(v != w for v, w in names.items())
        frozen = tuple(freeze(rename(p, names) if moved else p) for p in args)
        best.append((tuple(dims[v] for v in order), frozen, order))
    sizes, frozen, order = min(best)
    symmetric = symmetric or (not lead and not own and len(free) == 2 and best[0][:2] == best[1][:2])
    return atom(kind, data, lead + sizes, frozen, symmetric=symmetric), order


def wrapped(kind: str, data: Hashable, args: Sequence[Mapping[Mono, Rational]]) -> int:
    """The component that is a :func:`packed` atom."""
    a, order = packed(kind, data, args)
    return single(a, *order)


def inside(a: Atom, ix: Sequence[int]) -> list[Poly]:
    """The arguments of an atom with its slots filled."""
    names = {slot(k): v for k, v in enumerate(ix)}
    return [rename(dict(p), names) for p in a.args]


# ------------------------------------------------------------------------------------- the one step


def combine(parts: Sequence[tuple[Mono, Mapping[int, int]]], bound: Mapping[int, int]) -> Poly:
    """The product of monomials with renamed labels, summed over the ``bound`` labels."""
    budget.spend(1 + sum(len(m) for m, _ in parts) // FACTORS)
    places: Mapping[int, int] = NONE
    powers: Powers = {}
    extras: list[Poly] = []
    if any(m and m[0][0] < 0 for m, _ in parts):
        classes = _classes(parts, bound)
        if classes is None:
            return {}
        places, sizes = classes
        for v, w in places.items():
            if v != w and v not in bound:
                powers[single(delta_atom(sizes[v]), v, w)] = 1
        bound = {v: d for v, d in bound.items() if places.get(v, v) == v}
    for mono, names in parts:
        for c, e in mono:
            if c < 0 and is_delta(c):
                continue
            if names or places:
                renamed = _moved(c, names, places)
                if not isinstance(renamed, int):
                    extras.append(above.power(renamed, e))
                    continue
                c = renamed
            powers[c] = powers.get(c, 0) + e
    return _settled(powers, extras, bound)


def _classes(
    parts: Sequence[tuple[Mono, Mapping[int, int]]], bound: Mapping[int, int]
) -> tuple[dict[int, int], dict[int, int]] | None:
    """Where the deltas send every label, and the labels' sizes; ``None`` if the product is zero.

    The representative of a class is a fixed position or else a label that stays free, if there is one.
    """
    classes: list[set[int]] = []
    sizes: dict[int, int] = {}
    for mono, names in parts:
        for c, _ in mono:
            if c >= 0 or not is_delta(c):
                continue
            pair = set()
            for v, d in tables.components[c].labels.items():
                pair.add(names.get(v, v))
                sizes[names.get(v, v)] = d
            apart = [s for s in classes if s.isdisjoint(pair)]
            classes = [*apart, pair.union(*(s for s in classes if not s.isdisjoint(pair)))]
    places: dict[int, int] = {}
    for members in classes:
        if len(members & tables.fixed) > 1:
            return None
        best = max(members, key=lambda v: (v in tables.fixed, v not in bound, v))
        places.update(dict.fromkeys(members, best))
    return places, sizes


def _moved(c: int, names: Mapping[int, int], places: Mapping[int, int]) -> int | Poly:
    what = tables.components[c]
    moves = []
    changed = False
    for v in what.labels:
        w = names.get(v, v)
        w = places.get(w, w)
        moves.append((v, w))
        changed = changed or v != w
    if not changed:
        return c
    key = (c, tuple(moves))
    found = tables.renamed.get(key)
    if found is None:
        found = tables.renamed[key] = _renamed(what, dict(moves))
    return found


def _renamed(what: Component, names: dict[int, int]) -> int | Poly:
    """A component with other free labels; a polynomial where labels that become one let factors merge."""
    factors = tuple(relabel(what.factors, names))
    if len(set(names.values())) == len(names):
        before = sorted(names)
        after = [names[v] for v in before]
        return intern(factors) if after == sorted(after) else component(factors)
    if not what.bound:
        a, _, ix = factors[0]
        return single(tables.atoms[a], *ix) if not tables.atoms[a].args else above.rebuild(tables.atoms[a], ix)
    if len({(a, ix) for a, _, ix in factors}) == len(factors):
        return component(factors)
    loose, bound = opened(what.number, passing(names, names.values()))
    return combine([(tuple(sorted(loose)), names)], bound)


def _settled(powers: Powers, extras: list[Poly], bound: Mapping[int, int]) -> Poly:
    """The product once the powers that may not stay are multiplied out and the blocks have met."""
    blocks = False
    for c, e in list(powers.items()):
        if not e:
            del powers[c]
        elif c < 0:
            blocks = blocks or not is_delta(c)
            if not tables.components[c].bound:
                powers[c] = 1  # deltas and block projections have entries 0 and 1
        elif (kind := tables.components[c].alone) in ("wrap", "base"):
            a, own, ix = tables.components[c].factors[0]
            if kind == "wrap":
                # What was wrapped to stand inside a sum stands by itself now.
                del powers[c]
                extras.append(above.power(inside(tables.atoms[a], ix)[0], own * e))
            else:
                whole = floor(e)
                if whole > 0 or (whole < 0 and tables.atoms[a].data):
                    extras.append(above.power(inside(tables.atoms[a], ix)[0], whole))
                    powers[c] = e - whole
                    if not powers[c]:
                        del powers[c]
                elif e < 0:
                    extras.extend(_divided(powers, c, e))
    if extras:
        return join([({monomial(powers): 1}, NONE), *((p, NONE) for p in extras)], bound)
    if blocks:
        met = _blocks(powers, bound)
        if met is not None:
            return met
    return _summed(powers, bound) if bound else {monomial(powers): 1}


def _divided(powers: Powers, c: int, e: Rational) -> Iterator[Poly]:
    """Partial fractions where the base ``c`` is a polynomial in one other factor u.

    With O = u^d + ... + a_0 below the line only u^0 ... u^(d-1) stay above it: u^d is O minus the lower
    terms, and in front of a negative power of u the one is O / a_0 minus the higher terms.
    """
    u, coefficients = _in_one_factor(c)
    d = len(coefficients) - 1
    j = powers.get(u, 0)
    if d < 1 or not isinstance(j, int) or 0 <= j < d:
        return
    del powers[c], powers[u]
    pivot = d if j >= d else 0
    out: Poly = {monomial({u: j - pivot, c: e + 1}): 1 / Fraction(coefficients[pivot])}
    for k, a in enumerate(coefficients):
        if k != pivot and a:
            add(out, {monomial({u: j - pivot + k, c: e}): -a / Fraction(coefficients[pivot])})
    yield out


def _in_one_factor(c: int) -> tuple[int, tuple[Rational, ...]]:
    """The factor u and the coefficients, constant first, of a base that is a polynomial in one factor."""
    known = tables.univariate.get(c)
    if known is None:
        a, _, ix = tables.components[c].factors[0]
        p = inside(tables.atoms[a], ix)[0]
        powers = {m[0][1] if m else 0: value for m, value in p.items()}
        factors = {k for m in p for k, _ in m}
        plain = all(isinstance(e, int) and 0 <= e <= 8 for e in powers)
        if len(factors) == 1 and plain and 0 in powers and all(len(m) < 2 for m in p):
            known = (factors.pop(), tuple(powers.get(k, 0) for k in range(int(max(powers)) + 1)))
        else:
            known = (0, ())
        tables.univariate[c] = known
    return known


def _summed(powers: Powers, bound: Mapping[int, int]) -> Poly:
    number = {v: k for k, v in enumerate(bound)}
    count = len(bound)
    seen: set[int] = set()
    factors: list[Factor] = []
    for c, e in list(powers.items()):
        what = tables.components[c]
        if what.free.isdisjoint(bound):
            continue
        del powers[c]
        seen.update(what.free)
        if not what.bound:
            a, _, ix = what.factors[0]
            factors.extend(relabel([(a, e, ix)], number))
        elif isinstance(e, int) and 1 <= e <= COPIES:
            for _ in range(e):
                shift = {v: v + count for v in range(len(what.bound))}
                factors.extend(relabel(what.factors, number | shift))
                count += len(what.bound)
        else:
            a_sum, order = packed("wrap", None, [lone(c)])
            factors.extend(relabel([(a_sum.number, e, order)], number))
    for c in split(factors):
        powers[c] = powers.get(c, 0) + 1
    out: Poly = {monomial(powers): 1}
    for v, d in bound.items():
        if v not in seen:
            out = multiply(out, size(d))
    return out


def _blocks(powers: Powers, bound: Mapping[int, int]) -> Poly | None:
    """Two projections that meet in a row are orthogonal; one that is summed over its rows is one.

    ``None`` if there is nothing to do.
    """
    met: dict[tuple[int, object], int] = {}
    uses: dict[int, int] = {}
    for c, e in powers.items():
        copies = 2 if e > 1 else 1
        for a, _, ix in tables.components[c].factors:
            for v in set(ix):
                uses[v] = uses.get(v, 0) + copies
            if tables.atoms[a].kind == "block" and ix[0] < 0:
                key = (ix[0], structure_of(a)[0])
                met[key] = met.get(key, 0) + copies
    busy = {v for (v, _), k in met.items() if k > 1 or (v in bound and uses[v] == 1)}
    if not busy:
        return None
    fresh = passing(bound, labels([tuple(powers.items())]))
    mono: list[tuple[int, Rational]] = []
    more = dict(bound)
    first: dict[tuple[int, object], tuple[int, tuple[int, ...]]] = {}
    for c, e in powers.items():
        if c >= 0 or is_delta(c) or busy.isdisjoint(tables.components[c].free):
            mono.append((c, e))
            continue
        if not isinstance(e, int) or not 1 <= e <= COPIES:
            raise NormalFormTooLarge("the normal form is too large: a power of a stacked vector")
        for _ in range(e):
            factors, temporary = opened(c, fresh)
            more |= temporary
            for f, exponent in factors:
                a, _, ix = tables.components[f].factors[0]
                what = tables.atoms[a]
                if what.kind != "block" or ix[0] not in busy:
                    mono.append((f, exponent))
                    continue
                structure, k = structure_of(a)
                if ix[0] in bound and uses[ix[0]] == 1:
                    del more[ix[0]]
                    continue
                seen = first.setdefault((ix[0], structure), (k, ix))
                if seen[0] != k:
                    return {}
                if seen[1] == ix:
                    mono.append((f, 1))
                else:
                    mono.append((single(delta_atom(what.dims[1]), seen[1][1], ix[1]), 1))
    return combine([(tuple(sorted(mono)), NONE)], more)
