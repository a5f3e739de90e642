"""A point with its numbers, sizes and definitions, at which expressions have values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Protocol

import sympy

from symjac.expr import ONE, Expr, Function, Index, Symbol, unbound_indices
from symjac.functions import ACTIVATIONS, derivative
from symjac.limits import Work
from symjac.values.duals import Dual
from symjac.values.rings import Rationals

Matrix = list[list[Any]]
NOTHING: Mapping[Any, Any] = MappingProxyType({})
Z = Symbol("\0z")
ENTRIES = 2_000_000  # so many entries are computed for one question, products of entries in matrix products among them

# What each node is worth; :mod:`symjac.values.evaluate` fills it.
VALUES: dict[type[Expr], Callable[[Evaluator, Any], Matrix]] = {}


def work() -> Work:
    """What the values of one question may cost."""
    return Work(ENTRIES, "the two sides take too many numbers to evaluate")


class Given(Protocol):
    """What a symbol stands for that is computed apart."""

    def value(self, run: Evaluator) -> Matrix:
        """Its value at the point of a run."""
        ...


class Evaluator:
    """``matrix(e)`` is the value of ``e``, rows of entries.

    ``leaf`` gives the values of symbols without a definition, ``given`` those of symbols that stand for what
    is computed apart, at the same point. ``moving`` are the symbols that have a differential (all if ``None``);
    the differential of X is the leaf named ``\\mathrm{d}X``. ``left`` is what the values of
    one question may cost; runs at several points share it.
    """

    def __init__(
        self,
        numbers: Rationals,
        sizes: Mapping[str, int],
        leaf: Callable[[Symbol, int, int, Rationals], Matrix],
        definitions: Mapping[Symbol, Expr],
        moving: frozenset[Symbol] | None = None,
        given: Mapping[Symbol, Given] = NOTHING,
        left: Work | None = None,
    ) -> None:
        self.left = left or work()
        self.numbers = numbers
        self.sizes = sizes
        self.leaf = leaf
        self.definitions = definitions
        self.moving = moving
        self.given = given
        self.fixed: dict[Symbol, Matrix] = {}
        self._still: Evaluator | None = None  # where what no fixed symbol touches has its value already
        self._touched: frozenset[Symbol] = frozenset()
        self.indices: dict[Index, int] = {}
        self._known: dict[Expr, Matrix] = {}
        self._sizes: dict[sympy.Expr, int] = {}

    @cached_property
    def held(self) -> frozenset[Index]:
        """The index letters that definitions hold: which entries they pick is a part of the point."""
        return frozenset[Index]().union(*map(unbound_indices, self.definitions.values()))

    def size(self, d: sympy.Expr) -> int:
        if d is ONE:
            return 1
        found = self._sizes.get(d)
        if found is None:
            if isinstance(d, sympy.Symbol):
                found = self.sizes[d.name]
            elif isinstance(d, sympy.Integer):
                found = int(d)
            else:
                found = int(d.subs({s: self.sizes[str(s)] for s in d.free_symbols}))
            self._sizes[d] = found
        return found

    def __contains__(self, e: object) -> bool:
        """Whether the value of an expression is there without its definition."""
        return e in self._known or e in self.fixed or e in self.given

    def matrix(self, e: Expr) -> Matrix:
        if self.indices and unbound_indices(e):
            self.left.spend()
            return VALUES[type(e)](self, e)
        found = self._known.get(e)
        if found is None:
            still = self._still
            if still is not None and not self.indices and self._touched.isdisjoint(e.symbols):
                found = still.matrix(e)
            else:
                rows, cols = e.shape
                self.left.spend(1 + self.size(rows) * self.size(cols))
                found = VALUES[type(e)](self, e)
            self._known[e] = found
        return found

    def scalar(self, e: Expr) -> Any:
        return self.matrix(e)[0][0]

    def with_fixed(self, values: Mapping[Symbol, Matrix]) -> Evaluator:
        """The same point with other values for some symbols, whatever their definitions say."""
        other = Evaluator(self.numbers, self.sizes, self.leaf, self.definitions, self.moving, self.given, self.left)
        other.fixed = self.fixed | dict(values)
        other.indices = dict(self.indices)
        if not self.indices:
            other._still, other._touched = self, touched(values, self.definitions)
        return other

    def under(self, definitions: Mapping[Symbol, Expr]) -> Evaluator:
        """The same point under other definitions: what these do not define keeps the value that it has here."""
        other = Evaluator(self.numbers, self.sizes, lambda s, *_: self.matrix(s), definitions, left=self.left)
        other.indices = dict(self.indices)
        return other

    def picking(self, entries: Mapping[Index, int]) -> Evaluator:
        """The same point with these entries picked by index letters."""
        other = Evaluator(self.numbers, self.sizes, self.leaf, self.definitions, self.moving, self.given, self.left)
        other.indices = dict(entries)
        return other

    def power(self, a: Any, r: Fraction) -> Any:
        if r == 0:
            return 0 * a + 1
        if isinstance(a, Dual):
            return Dual(a.tag, self.power(a.value, r), a.slope * (self.number(r) * self.power(a.value, r - 1)))
        return self.numbers.power(a, r)

    def real_power(self, a: Any, r: Any) -> Any:
        if isinstance(a, Dual) or isinstance(r, Dual):
            log, exp = (ACTIVATIONS[k].function for k in ("log", "exp"))
            return self.function(exp, r * self.function(log, a))
        return self.numbers.real_power(a, r)

    def number(self, value: int | Fraction) -> Any:
        return self.numbers.number(value if isinstance(value, Fraction) else Fraction(value))

    def function(self, f: Function, a: Any) -> Any:
        if isinstance(a, Dual):
            return Dual(a.tag, self.function(f, a.value), a.slope * self.function(f.derivative(), a.value))
        if f.known is None or f.order == 0:
            return self.numbers.function(f, a)
        alone = Evaluator(self.numbers, self.sizes, self.leaf, NOTHING, left=self.left)
        alone.fixed = {Z: [[a]]}
        return alone.scalar(_slope(f.known, f.order))


@lru_cache(maxsize=200)
def _slope(known: str, order: int) -> Expr:
    """The derivative of a known function of this order at the letter z."""
    return derivative(Function(known, order - 1, known), Z)


def touched(symbols: Iterable[Symbol], definitions: Mapping[Symbol, Expr]) -> frozenset[Symbol]:
    """These symbols and every one whose definition uses one of them, directly or not."""
    found = set(symbols)
    while True:
        more = {s for s, e in definitions.items() if s not in found and not found.isdisjoint(e.symbols)}
        if not more:
            return frozenset(found)
        found |= more
