"""Expressions under one set of definitions, each translated once, by the rule for its node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symjac import expr as x
from symjac.errors import DefinitionError
from symjac.expr import Expr, Symbol
from symjac.normal.atoms import COL, ROW, Atom, Poly, atom, size_number

Rule = Callable[["Translation", Any], Poly]


class Translation:
    """Expressions under one set of definitions, each translated once.

    ``poly(e)`` is the entry of ``e`` at (ROW, COL). A symbol that has a definition is unfolded.
    ``moving`` are the symbols that have a differential; ``None`` means all of them.
    """

    def __init__(
        self,
        rules: Mapping[type[Expr], Rule],
        definitions: Mapping[Symbol, Expr],
        moving: frozenset[Symbol] | None = None,
    ) -> None:
        self.rules = rules
        self.definitions = definitions
        self.moving = moving
        self._known: dict[Expr, Poly] = {}
        self._open: list[Symbol] = []
        self._cuts: dict[Symbol, Translation] = {}

    def poly(self, e: Expr) -> Poly:
        found = self._known.get(e)
        if found is None:
            found = self._known[e] = self.rules[type(e)](self, e)
        return found

    def without(self, s: Symbol) -> Translation:
        """The same definitions but for that of ``s``, which becomes an independent variable."""
        if s not in self.definitions:
            return self
        if s not in self._cuts:
            rest = {k: v for k, v in self.definitions.items() if k != s}
            self._cuts[s] = Translation(self.rules, rest, self.moving)
        return self._cuts[s]

    @property
    def load(self) -> int:
        """How many expressions are kept."""
        return len(self._known) + sum(cut.load for cut in self._cuts.values())

    def letters(self, e: Expr) -> frozenset[str]:
        """The letters of sizes, which are scalars that do not move."""
        nodes = (node for root in (e, *self.definitions.values()) for node in root.walk())
        return frozenset(str(s) for node in nodes for d in node.shape for s in d.free_symbols)

    def defined(self, s: Symbol) -> Poly:
        if s in self._open:
            raise DefinitionError(f"the definitions go in a circle: {s.name} depends on itself")
        for u in x.deep_below(s, self.definitions, self._known):
            self.poly(u)
        self._open.append(s)
        try:
            return self.poly(self.definitions[s])
        finally:
            self._open.pop()


def symbol_atom(s: Symbol) -> tuple[Atom, tuple[int, ...]]:
    """The atom of a symbol and the labels of its entries. One size says of a vector whether it is a column or a row."""
    rows, cols = size_number(s.rows), size_number(s.cols)
    dims = tuple(d for d in (rows, cols) if d)
    return atom("symbol", (s.name, rows), dims), tuple(v for v, d in ((ROW, rows), (COL, cols)) if d)


def ends_of(e: Expr) -> dict[int, int]:
    """The labels that an expression's entries have, with their sizes."""
    sizes = ((ROW, size_number(e.rows)), (COL, size_number(e.cols)))
    return {v: d for v, d in sizes if d}
