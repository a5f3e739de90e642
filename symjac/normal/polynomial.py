"""Polynomials as plain dicts, and what can be said of them without multiplying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from symjac.normal.atoms import PASSING, Atom, Factor, Mono, Poly, Rational, atom, component, relabel, single, tables

ONE: Mono = ()
NONE: Mapping[int, int] = {}
Powers = dict[int, Rational]


def constant(value: Rational) -> Poly:
    return {ONE: value} if value else {}


def lone(c: int, exponent: Rational = 1) -> Poly:
    return {((c, exponent),): 1}


def add(target: Poly, other: Mapping[Mono, Rational], factor: Rational = 1) -> Poly:
    """``target`` plus a multiple of ``other``, in place."""
    for m, c in other.items():
        value = c if factor == 1 else factor * c
        known = target.get(m)
        if known is not None:
            value += known
        if value:
            target[m] = value
        else:
            target.pop(m, None)
    return target


def scaled(p: Mapping[Mono, Rational], factor: Rational) -> Poly:
    if factor == 1:
        return dict(p)
    return {m: factor * c for m, c in p.items()} if factor else {}


def labels(p: Iterable[Mono]) -> dict[int, int]:
    """The free labels of a polynomial with their sizes."""
    out: dict[int, int] = {}
    for m in p:
        for c, _ in m:
            out.update(tables.components[c].labels)
    return out


def passing(*groups: Iterable[int]) -> Iterator[int]:
    """Labels that occur in none of the groups."""
    low = min((v for group in groups for v in group), default=0)
    return iter(range(min(low, PASSING) - 1, -(10**15), -1))


def scalar(name: str) -> Atom:
    return atom("symbol", (name, 0))


def delta_atom(number: int) -> Atom:
    return atom("delta", None, (number, number), symmetric=True)


def is_delta(c: int) -> bool:
    return c < 0 and tables.atoms[tables.components[c].factors[0][0]].kind == "delta"


def opened(c: int, fresh: Iterator[int]) -> tuple[list[tuple[int, Rational]], dict[int, int]]:
    """A component as factors with free labels, and the labels that are to be summed."""
    what = tables.components[c]
    names = {v: next(fresh) for v in range(len(what.bound))}
    factors = [(single(tables.atoms[a], *ix), e) for a, e, ix in relabel(what.factors, names)]
    return factors, {names[v]: d for v, d in enumerate(what.bound)}


def monomial(powers: Powers) -> Mono:
    return tuple(sorted([item for item in powers.items() if item[1]]))


def split(factors: list[Factor]) -> Iterator[int]:
    """The connected components of a network."""
    groups: list[tuple[set[int], list[Factor]]] = []
    for f in factors:
        mine = {v for v in f[2] if v >= 0}
        together = [f]
        apart = []
        for group in groups:
            if group[0].isdisjoint(mine):
                apart.append(group)
            else:
                mine |= group[0]
                together += group[1]
        groups = [*apart, (mine, together)]
    for indices, members in groups:
        dense = {v: k for k, v in enumerate(sorted(indices))}
        yield component(relabel(members, dense))


def structure_of(a: int) -> tuple[tuple[int, ...], int]:
    """The sizes of all blocks, and which of them the projection takes."""
    sizes, which = tables.atoms[a].data
    return sizes, which
