"""A system of equations, checked: what defines what, in which order, and what nothing defines."""

from __future__ import annotations

import contextlib
import graphlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from symjac.errors import DefinitionError, TargetError
from symjac.expr import Expr, Symbol, size_names
from symjac.normal import NormalFormTooLarge, UndefinedFormError, equal
from symjac.reading import Equation, FunctionDefinition, Note, Reading, SymbolInfo, read_symbol
from symjac.values import counterexample

CHAIN = 30  # so many points are tried at which members of a chain may differ


class Recurrence:
    """Equations with the roles and shapes of their symbols.

    :raises DefinitionError: where there is none, or for a symbol defined twice or through itself.
    """

    def __init__(self, reading: Reading) -> None:
        if not reading.equations:
            raise DefinitionError(
                "only functions are defined; a system needs an equation for a vector or a scalar",
                hint=r"for instance x_t = W \sigma(x_{t-1})",
            )
        self.reading = reading
        self._chains = tuple(unproved_members(reading.equations))
        self._definitions = definitions_of(reading.equations)
        self._order = _dependency_order(self._definitions)
        for s in self._definitions:
            if s.is_scalar and s.name in self.sizes:
                raise DefinitionError(f"{s.name} is a size here and cannot be defined by an equation")

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations as they were given."""
        return self.reading.equations

    @property
    def functions(self) -> tuple[FunctionDefinition, ...]:
        """The functions that an equation defines, such as sigma(z) = 1/(1 + e^-z)."""
        return self.reading.functions

    @property
    def symbols(self) -> Mapping[str, SymbolInfo]:
        """Every symbol with role and shape, by its canonical LaTeX."""
        return self.reading.symbols

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters of the symbols, without style, accents and scripts."""
        return frozenset(info.symbol.letter for info in self.symbols.values())

    @cached_property
    def sizes(self) -> frozenset[str]:
        """The letters that stand for sizes, of symbols and of constants such as the identity."""
        symbols = (info.symbol for info in self.symbols.values())
        return size_names([*symbols, *self._definitions.values()])

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the reading assumed, and which members of chains are not known to be equal."""
        return (*self.reading.notes, *self._chains)

    @property
    def orientation(self) -> str:
        """``"column"`` or ``"row"``: how the printed vectors are to be understood."""
        return self.reading.orientation

    @property
    def definitions(self) -> Mapping[Symbol, Expr]:
        """The right-hand side of each left-hand side."""
        return self._definitions

    @property
    def order(self) -> tuple[Symbol, ...]:
        """The left-hand sides, each after those it uses."""
        return self._order

    @cached_property
    def outputs(self) -> tuple[Symbol, ...]:
        """The left-hand sides that no other equation uses."""
        used = {s for lhs, rhs in self._definitions.items() for s in rhs.symbols if s != lhs}
        return tuple(lhs for lhs in self._definitions if lhs not in used)

    def rests_on(self, s: Symbol, definitions: Mapping[Symbol, Expr]) -> frozenset[Symbol]:
        """A symbol and all that it is made of through these definitions of left-hand sides."""
        needed = {s}
        for u in reversed(self.order):
            if u in needed and u in definitions:
                needed |= definitions[u].symbols
        return frozenset(needed)

    def target(self, of: str | Symbol | None) -> Symbol:
        """The symbol to differentiate; by default the only left-hand side that no other equation uses.

        :raises TargetError: where there are several candidates, or the one named has no equation.
        """
        if of is None:
            if len(self.outputs) != 1:
                names = ", ".join(s.name for s in self.outputs or tuple(self._definitions))
                raise TargetError(
                    f"the derivative of which left-hand side is wanted? There are {names}",
                    hint=f"name one, for instance --of '{(self.outputs or tuple(self._definitions))[-1].name}'",
                )
            return self.outputs[0]
        symbol = self._symbol(of)
        if symbol not in self._definitions:
            names = ", ".join(s.name for s in self._definitions)
            raise TargetError(f"no equation defines {symbol.name}; there are equations for {names}")
        return symbol

    def asked(self, of: str | Symbol | None, wrt: str | Symbol) -> tuple[Symbol, Symbol]:
        """What is to be differentiated and by what.

        :raises TargetError: where one is not in the system, or both are one.
        """
        target, variable = self.target(of), self.variable(wrt)
        if target == variable:
            raise TargetError(f"{target.name} is both what is differentiated and what it is differentiated by")
        return target, variable

    def variable(self, wrt: str | Symbol) -> Symbol:
        """The symbol to differentiate by.

        :raises TargetError: where it is neither in an equation nor declared, or stands for a size.
        """
        symbol = self._symbol(wrt)
        if symbol.is_scalar and symbol.name in self.sizes:
            raise TargetError(f"{symbol.name} is a size here; there is no derivative by it")
        return symbol

    def _symbol(self, s: str | Symbol) -> Symbol:
        if isinstance(s, str):
            return read_symbol(s, self.reading)
        if not isinstance(s, Symbol):
            raise TargetError(f"a symbol is named by its LaTeX, not by {s!r}")
        known = self.symbols.get(s.name)
        return known.symbol if known is not None and known.symbol == s else s

    def occurs(self, s: Symbol) -> bool:
        """Whether a symbol stands in some equation."""
        return any(s in rhs.symbols or s == lhs for lhs, rhs in self._definitions.items())


def unproved_members(equations: Iterable[Equation]) -> Iterator[Note]:
    """A note for each member of a chain ``y = a = b`` that is not proved to be equal to the last, which is used.

    :raises DefinitionError: where values show that they differ.
    """
    chains = [e for e in equations if e.others]
    definitions = definitions_of(equations) if chains else {}
    for e in chains:
        for other in e.others:
            with contextlib.suppress(NormalFormTooLarge, UndefinedFormError):
                if equal(other, e.rhs, definitions):
                    continue
            if counterexample(other, e.rhs, definitions, effort=CHAIN) is not None:
                raise DefinitionError(f"the members of {e.source.strip()} are not equal: it defines {e.lhs.name} twice")
            yield Note(
                "chain", f"of {e.source.strip()} the last member is used; that the others are equal is not proved"
            )


def definitions_of(equations: Iterable[Equation]) -> dict[Symbol, Expr]:
    """The right-hand side of each left-hand side.

    :raises DefinitionError: for one that is defined twice; it shows both definitions.
    """
    definitions: dict[Symbol, Equation] = {}
    for e in equations:
        if e.lhs in definitions:
            both = f"{definitions[e.lhs].source.strip()} and {e.source.strip()}"
            raise DefinitionError(f"{e.lhs.name} is defined twice: {both}")
        definitions[e.lhs] = e
    return {s: e.rhs for s, e in definitions.items()}


def _dependency_order(definitions: Mapping[Symbol, Expr]) -> tuple[Symbol, ...]:
    graph = {s: [u for u in definitions if u in e.symbols] for s, e in definitions.items()}
    try:
        return tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        # graphlib lists each symbol after one that it uses; told the other way round it reads as it is written.
        cycle = " uses ".join(s.name for s in reversed(error.args[1]))
        raise DefinitionError(f"the equations go in a circle: {cycle}") from error
