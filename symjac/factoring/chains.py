"""Entries as sums over paths from row i to column j: `W_ik d_k U_kj` belongs to the chain W, U."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product

import sympy

from symjac.factoring.names import Atom, Names

Monomial = tuple[Atom, ...]
Polynomial = dict[Monomial, sympy.Expr]
LIMIT = 50_000


class TooLargeError(Exception):
    """Multiplying out would take too long."""


@dataclass(frozen=True, order=True)
class Link:
    """A matrix of a chain, or its transpose."""

    family: str
    transposed: bool

    def atom(self, row: int, column: int) -> Atom:
        return Atom(self.family, (column, row) if self.transposed else (row, column))


Chain = tuple[Link, ...]


def polynomial(e: sympy.Expr, names: Names, *, open_sums: bool) -> Polynomial:
    """``e`` by products of matrix entries that stand outside of functions; what stands beside them is kept as it is.

    With ``open_sums`` false, a sum beside a matrix entry is left in its bracket: ``(A_11 x_1 + A_12 x_2) B_12``
    is ``B_12`` with a coefficient.

    >>> w, x = sympy.symbols("w11 x1")
    >>> polynomial(w * (1 - sympy.tanh(x) ** 2), Names([w, x]), open_sums=True)
    {(Atom(family='w', indices=(0, 0)),): 1 - tanh(x1)**2}
    """
    atom = names.matrix_entry(e)
    if atom is not None:
        return {(atom,): sympy.Integer(1)}
    if not _mentions(e, names):
        return {(): e}
    if e.is_Add:
        out: Polynomial = {}
        for a in e.args:
            for m, c in polynomial(a, names, open_sums=open_sums).items():
                out[m] = out[m] + c if m in out else c
        return {m: c for m, c in out.items() if c != 0}
    if e.is_Mul:
        sums = [f for f in e.args if f.is_Add and _mentions(f, names)]
        others = [f for f in e.args if f not in sums]
        out = {(): sympy.Integer(1)}
        for f in others:
            out = _times(out, polynomial(f, names, open_sums=open_sums))
        keep = not open_sums and any(m for m in out)
        for f in sums:
            out = _times(out, {(): f} if keep else polynomial(f, names, open_sums=open_sums))
        return out
    if isinstance(e, sympy.Pow) and e.exp.is_Integer and 0 < e.exp <= 8:
        base = polynomial(e.base, names, open_sums=open_sums)
        out = base
        for _ in range(int(e.exp) - 1):
            out = _times(out, base)
        return out
    return {(): e}


def _mentions(e: sympy.Expr, names: Names) -> bool:
    """Whether a matrix entry stands in ``e`` outside of functions and denominators."""
    if names.matrix_entry(e) is not None:
        return True
    if e.is_Add or e.is_Mul:
        return any(_mentions(a, names) for a in e.args)
    return isinstance(e, sympy.Pow) and bool(e.exp.is_Integer) and e.exp > 0 and _mentions(e.base, names)


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    if len(a) * len(b) > LIMIT:
        raise TooLargeError
    out: Polynomial = {}
    for (m, c), (n, d) in product(a.items(), b.items()):
        key = tuple(sorted(m + n))
        out[key] = out[key] + c * d if key in out else c * d
    return out


def paths(monomial: Monomial, start: int, end: int | None) -> Iterator[tuple[Chain, tuple[int, ...]]]:
    """The chains that lead from row ``start`` through all factors to column ``end``, with the indices between.

    With ``end`` ``None`` any column will do; it is the last of the indices.
    """
    seen = set()
    for order in permutations(monomial) if 0 < len(monomial) <= 4 else ():
        for turned in product((False, True), repeat=len(order)):
            at, between, chain = start, [], []
            for atom, t in zip(order, turned, strict=True):
                row, column = reversed(atom.indices) if t else atom.indices
                if row != at:
                    break
                chain.append(Link(atom.family, t))
                between.append(column)
                at = column
            else:
                found = (tuple(chain), tuple(between if end is None else between[:-1]))
                if end in (None, at) and found not in seen:
                    seen.add(found)
                    yield found


def sizes(chain: Chain, names: Names) -> tuple[int, ...] | None:
    """The sizes along a chain, from its rows to its columns; ``None`` where neighbours do not fit."""
    out: list[int] = []
    for link in chain:
        rows, columns = names.shape(link.family)
        if link.transposed:
            rows, columns = columns, rows
        if out and out[-1] != rows:
            return None
        out += [columns] if out else [rows, columns]
    return tuple(out)


def monomial(chain: Chain, index: tuple[int, ...]) -> Monomial:
    """The product of entries that a chain has at the indices ``i, k, ..., j``."""
    return tuple(sorted(link.atom(a, b) for link, a, b in zip(chain, index, index[1:], strict=False)))


def coefficients(
    entries: Mapping[tuple[int, int], Polynomial], shape: tuple[int, int], names: Names, *, diagonal: bool
) -> dict[Chain, dict[tuple[int, ...], sympy.Expr | None]]:
    """Every chain all of whose products occur, with what stands beside each.

    ``None`` stands where chains share a product, and without ``diagonal`` where a diagonal term may have a part in it.
    """
    candidates: dict[Chain, tuple[int, ...]] = {}
    for (i, j), poly in entries.items():
        for m in poly:
            for chain, _ in paths(m, i, j):
                along = sizes(chain, names)
                if along is not None and (along[0], along[-1]) == shape:
                    candidates.setdefault(chain, along)
    complete = {}
    for chain, along in sorted(candidates.items()):
        indices = list(product(*(range(s) for s in along)))
        if all(monomial(chain, index) in entries[index[0], index[-1]] for index in indices):
            complete[chain] = indices
    owners: dict[tuple[int, int, Monomial], int] = {}
    for chain, indices in complete.items():
        for index in indices:
            key = (index[0], index[-1], monomial(chain, index))
            owners[key] = owners.get(key, 0) + 1
    out: dict[Chain, dict[tuple[int, ...], sympy.Expr | None]] = {}
    for chain, indices in complete.items():
        out[chain] = {}
        for index in indices:
            m = monomial(chain, index)
            alone = owners[index[0], index[-1], m] == 1 and (diagonal or index[0] != index[-1])
            out[chain][index] = entries[index[0], index[-1]][m] if alone else None
    return out
