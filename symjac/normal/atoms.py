"""The tables under the normal form: sizes, atoms, and components of index networks.

An *atom* is one indivisible factor with index slots: a symbol, a function of a normalised argument,
an inverse. A *component* is a connected network of atoms: its summed indices are numbered from 0,
its free ones are negative labels. Both are interned, so that equal things have equal numbers and a
monomial is a sorted tuple of ``(component, exponent)``. Interning looks up the whole description,
never a hash alone.

Labels: a matrix has its free row index at :data:`ROW` and its free column index at :data:`COL`. An
index over a size that is literally 1 is never written.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from symjac.errors import SymjacError
from symjac.expr import Index
from symjac.limits import NormalFormTooLarge, Work

Rational = int | Fraction
Mono = tuple[tuple[int, Rational], ...]
Poly = dict[Mono, Rational]
Frozen = tuple[tuple[Mono, Rational], ...]
Factor = tuple[int, Rational, tuple[int, ...]]

ROW, COL = -1, -500
EXTRA = -501  # further slots of an argument: EXTRA, EXTRA - 1, ...
NAMED = -1000  # printed index letters and fixed positions, from here downwards
PASSING = -(10**9)  # labels that live during one operation only, from here downwards
LINKS = 400  # so many links fit between ROW and COL
WORK = 150_000
LEAVES = 2_000


class UndefinedFormError(SymjacError):
    """The expression divides by what is zero for every size."""

    kind = "undefined"


class Budget(Work):
    """How much work is left; :meth:`start` is called once for each question, :meth:`again` has an effect once."""

    def start(self, work: int = WORK) -> None:
        self.left = self.look = self.spare = work

    def again(self) -> bool:
        """As much work once more, for another way to the answer; ``False`` if that was given already."""
        given = self.spare > 0
        if given:
            self.left = self.look = self.spare
            self.spare = 0
        return given


budget = Budget(WORK, "the normal form is too large: a product of long sums was multiplied out")


@dataclass(frozen=True, eq=False, slots=True)
class Atom:
    """``args`` are normalised arguments with slot k of the atom at label :func:`slot` (k)."""

    number: int
    kind: str
    data: Any  # hashable
    dims: tuple[int, ...]
    args: tuple[Frozen, ...]
    symmetric: bool
    symbols: frozenset[int]


@dataclass(frozen=True, eq=False, slots=True)
class Component:
    """``labels`` gives every free label its size. Deltas and projections of a free row have negative numbers.

    ``alone`` is the kind of the atom where there is one and nothing is summed, else empty.
    """

    number: int
    factors: tuple[Factor, ...]
    bound: tuple[int, ...]
    labels: Mapping[int, int]
    symbols: frozenset[int]
    free: frozenset[int]
    alone: str


class Tables:
    """Everything interned so far. ``generation`` changes when the tables are emptied."""

    def __init__(self) -> None:
        self.generation = 0
        self.clear()

    def clear(self) -> None:
        self.generation += 1
        self.count = itertools.count(1)
        self.sizes: list[sympy.Expr] = []
        self.size_numbers: dict[sympy.Expr, int] = {}
        self.labels: dict[Index | int, int] = {}
        self.fixed: set[int] = set()
        self.atoms: dict[int, Atom] = {}
        self.atom_numbers: dict[Hashable, int] = {}
        self.components: dict[int, Component] = {}
        self.component_numbers: dict[tuple[Factor, ...], int] = {}
        self.raw: dict[tuple[Factor, ...], int] = {}
        self.renamed: dict[tuple[int, tuple[tuple[int, int], ...]], int | Poly] = {}
        self.derived: dict[Hashable, Poly] = {}
        self.univariate: dict[int, tuple[int, tuple[Rational, ...]]] = {}

    @property
    def load(self) -> int:
        """The rows of all tables; atoms and components are found by number and by description."""
        rows = (self.sizes, self.size_numbers, self.labels, self.raw, self.renamed, self.derived, self.univariate)
        return sum(map(len, rows)) + 2 * (len(self.atoms) + len(self.components))


tables = Tables()


def size_number(size: sympy.Expr) -> int:
    """The number of a size; 0 for the size 1."""
    known = tables.size_numbers.get(size)
    if known is None:
        plain = sympy.expand(size)
        if plain == 1:
            known = 0
        elif plain != size:
            known = size_number(plain)
        else:
            tables.sizes.append(plain)
            known = len(tables.sizes)
        tables.size_numbers[size] = known
    return known


def size_of(number: int) -> sympy.Expr:
    return tables.sizes[number - 1] if number else sympy.Integer(1)


def label_of(index: Index | int) -> int:
    """The label of a printed index letter or of a fixed position."""
    known = tables.labels.get(index)
    if known is None:
        known = tables.labels[index] = NAMED - len(tables.labels)
        if isinstance(index, int):
            tables.fixed.add(known)
    return known


def slot(k: int) -> int:
    """The label of slot ``k`` inside an atom's arguments."""
    return (ROW, COL)[k] if k < 2 else EXTRA - (k - 2)


def freeze(p: Mapping[Mono, Rational]) -> Frozen:
    return tuple(sorted(p.items()))


def atom(
    kind: str,
    data: Hashable = None,
    dims: tuple[int, ...] = (),
    args: tuple[Frozen, ...] = (),
    *,
    symmetric: bool = False,
) -> Atom:
    """The atom of this description, a new one only if there was none.

    Its shape counts. Whether it is symmetric follows from the rest.
    """
    key = (kind, data, dims, args)
    number = tables.atom_numbers.get(key)
    if number is None:
        number = len(tables.atoms)
        symbols = frozenset({number}) if kind == "symbol" else frozenset()
        symbols = symbols.union(*(tables.components[c].symbols for a in args for m, _ in a for c, _ in m))
        tables.atoms[number] = Atom(number, kind, data, dims, args, symmetric, symbols)
        tables.atom_numbers[key] = number
    return tables.atoms[number]


def single(a: Atom, *labels: int) -> int:
    """The component that is one atom with free labels."""
    return intern(((a.number, 1, tuple(sorted(labels)) if a.symmetric else labels),))


def component(factors: Iterable[Factor]) -> int:
    """The component of a connected network, its summed indices numbered canonically."""
    raw = tuple(sorted((a, e, tuple(sorted(ix)) if tables.atoms[a].symmetric else ix) for a, e, ix in factors))
    number = tables.raw.get(raw)
    if number is None:
        number = tables.raw[raw] = intern(Labelling(raw).best())
    return number


def intern(factors: tuple[Factor, ...]) -> int:
    """The number of a component whose factors are in canonical order already."""
    number = tables.component_numbers.get(factors)
    if number is not None:
        return number
    labels: dict[int, int] = {}
    bound: dict[int, int] = {}
    special = False
    symbols: frozenset[int] = frozenset()
    for a, _, ix in factors:
        what = tables.atoms[a]
        special = special or what.kind == "delta" or (what.kind == "block" and ix[0] < 0)
        symbols |= what.symbols
        for v, d in zip(ix, what.dims, strict=True):
            (labels if v < 0 else bound)[v] = d
    number = next(tables.count)
    if special:
        number = -number
    dims = tuple(bound[v] for v in range(len(bound)))
    alone = tables.atoms[factors[0][0]].kind if len(factors) == 1 and not bound else ""
    tables.components[number] = Component(number, factors, dims, labels, symbols, frozenset(labels), alone)
    tables.component_numbers[factors] = number
    return number


def relabel(factors: Iterable[Factor], names: Mapping[int, int]) -> list[Factor]:
    get = names.get
    return [(a, e, tuple([get(v, v) for v in ix])) for a, e, ix in factors]


class Labelling:
    """Canonical numbers for the summed indices of a network.

    Colour refinement, then individualisation; the least relabelled network is the canonical one.
    A branch whose first leaf equals that of an earlier branch is its image under an automorphism and
    need not be searched.
    """

    def __init__(self, factors: tuple[Factor, ...]) -> None:
        self.factors = [(a, e, ix, tables.atoms[a].symmetric) for a, e, ix in factors]
        self.dims: dict[int, int] = {}
        self.places: dict[int, list[tuple[int, int]]] = {}
        for k, (a, _, ix, symmetric) in enumerate(self.factors):
            for p, v in enumerate(ix):
                if v >= 0:
                    self.dims[v] = tables.atoms[a].dims[p]
                    self.places.setdefault(v, []).append((k, -1 if symmetric else p))
        self.leaves = 0

    def best(self) -> tuple[Factor, ...]:
        order = {d: k for k, d in enumerate(sorted(set(self.dims.values())))}
        return self._search(self._refine({v: order[d] for v, d in self.dims.items()}))

    def _refine(self, colours: dict[int, int]) -> dict[int, int]:
        count = len(set(colours.values()))
        while count < len(colours):
            seen = self._shown(colours)
            budget.spend(1 + len(seen) // 8)
            views = {
                v: (colours[v], tuple(sorted((seen[k], p) for k, p in places))) for v, places in self.places.items()
            }
            ranks = {view: k for k, view in enumerate(sorted(set(views.values())))}
            colours = {v: ranks[view] for v, view in views.items()}
            if len(ranks) == count:
                break
            count = len(ranks)
        return colours

    def _cell(self, colours: dict[int, int]) -> list[int]:
        cells: dict[int, list[int]] = {}
        for v, c in colours.items():
            cells.setdefault(c, []).append(v)
        return next((cells[c] for c in sorted(cells) if len(cells[c]) > 1), [])

    def _apart(self, colours: dict[int, int], v: int) -> dict[int, int]:
        return self._refine({w: 2 * c + (w != v) for w, c in colours.items()})

    def _leaf(self, colours: dict[int, int]) -> tuple[Factor, ...]:
        while cell := self._cell(colours):
            colours = self._apart(colours, cell[0])
        self.leaves += 1
        budget.spend()
        if self.leaves > LEAVES:
            raise NormalFormTooLarge("the normal form is too large: an index network has too many like indices")
        rank = {v: k for k, v in enumerate(sorted(colours, key=colours.__getitem__))}
        return tuple(sorted(self._shown(rank)))

    def _shown(self, numbers: Mapping[int, int]) -> list[Factor]:
        """The factors with these numbers for summed indices."""
        shown = ((a, e, tuple([numbers.get(v, v) for v in ix]), symmetric) for a, e, ix, symmetric in self.factors)
        return [(a, e, tuple(sorted(ix)) if symmetric else ix) for a, e, ix, symmetric in shown]

    def _search(self, colours: dict[int, int]) -> tuple[Factor, ...]:
        cell = self._cell(colours)
        if not cell:
            return self._leaf(colours)
        found: list[tuple[Factor, ...]] = []
        firsts: set[tuple[Factor, ...]] = set()
        for v in cell:
            branch = self._apart(colours, v)
            first = self._leaf(branch)
            if first not in firsts:
                firsts.add(first)
                found.append(self._search(branch))
        return min(found)
