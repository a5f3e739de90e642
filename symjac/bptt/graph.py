"""One step of a recurrence as a graph: what defines what, what uses what, at this step and the next.

Arguments of functions that hold parameters get a name of their own, so that the gradients of these
parameters share one factor: the derivative of the loss by that argument.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from symjac import expr as ex
from symjac.errors import NotYetError, TargetError
from symjac.expr import Apply, Expr, Name, Softmax, Symbol, Time
from symjac.recurrence import Recurrence
from symjac.timing import Clock, states_of
from symjac.typeset.names import base_letter


@dataclass(frozen=True)
class Argument:
    """The argument of a function in the equation of ``of``, by the name ``symbol``."""

    symbol: Symbol
    of: Symbol
    value: Expr
    label: str


class Step:
    """The equations of one step, at the time ``t`` whatever offset they were printed with.

    ``definitions`` hold the timed left-hand sides, arguments of functions by name; ``constants`` the ones without
    a time, such as ``A = M - M^T``. ``states`` are used at the next step, ``parameters`` are the symbols that have
    neither time nor definition.
    """

    def __init__(self, system: Recurrence) -> None:
        self.system = system
        self.clock = Clock(system)
        self.now = self.clock.now
        self.printed: dict[Symbol, Expr] = {}
        self.constants: dict[Symbol, Expr] = {}
        for s in system.order:
            self._enter(s, system.definitions[s])
        self.states = states_of(self.printed)
        for s in (*self.states, *self.printed):
            if s.is_matrix:
                raise NotYetError(f"{s.name} is a matrix at every step; states are vectors so far")
        if not self.states:
            raise TargetError("no equation uses the step before, so there is nothing to go back through")
        self.arguments: dict[Symbol, Argument] = {}
        self.targets: set[Symbol] = set()  # what only the loss holds, at this step
        self.definitions: dict[Symbol, Expr] = {}
        for s, e in self.printed.items():
            self.definitions |= self._with_arguments(s, e)

    def _enter(self, s: Symbol, e: Expr) -> None:
        if s.time is None:
            if any(u.time is not None for u in e.symbols):
                raise NotYetError(f"{s.name} carries no time, but its equation holds symbols that do")
            self.constants[s] = e
        elif s.time.is_number:
            raise NotYetError(f"{s.name} is the state at one time; the equations of a step are wanted here")
        else:
            self.printed[s.at(self.now)] = self.clock.moved(e, -s.time.offset)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that have neither time nor definition, in the order of the text; sizes are none."""
        return tuple(
            info.symbol
            for info in self.system.symbols.values()
            if info.time is None
            and info.symbol not in self.constants
            and not (info.symbol.is_scalar and info.symbol.name in self.system.sizes)
        )

    @cached_property
    def inputs(self) -> tuple[Symbol, ...]:
        """The timed symbols that no equation defines at any step."""
        own = {s.family for s in self.printed}
        used = dict.fromkeys(s for e in self.printed.values() for s in sorted(e.symbols, key=lambda s: s.name))
        return tuple(s for s in used if s.time is not None and s.family not in own)

    # ----------------------------------------------------------------------------- arguments by name

    def _with_arguments(self, s: Symbol, e: Expr) -> dict[Symbol, Expr]:
        found = list(dict.fromkeys(self._worth_naming(e)))
        letter = self.free_letter("a", "v", "p", "q", r"\alpha", r"\xi", "z", "s", "r", r"\eta") if found else ""
        out: dict[Symbol, Expr] = {}
        table: dict[Expr, Expr] = {}
        for n, arg in enumerate(found, 1):
            label = f"{s.family},{n}" if len(found) > 1 else s.family
            symbol = Symbol(self.timed(letter, label), arg.shape)  # a^{f}_t, a^{f,2}_t
            self.arguments[symbol] = Argument(symbol, s, arg, label)
            out[symbol] = arg
            table[arg] = symbol
        out[s] = e.replace(table)
        return out

    def _worth_naming(self, e: Expr) -> Iterator[Expr]:
        if isinstance(e, Apply | Softmax) and e.args[0].is_vector and isinstance(e.args[0], ex.Sum | ex.Product):
            fixed = [p for p in e.args[0].symbols if p in self._fixed]
            if fixed:
                yield e.args[0]
                return
        for a in e.args:
            yield from self._worth_naming(a)

    @cached_property
    def _fixed(self) -> frozenset[Symbol]:
        return frozenset((*self.parameters, *self.constants))

    def free_letter(self, *candidates: str) -> str:
        """The first letter that nothing in the system is called or begins with.

        :raises NotYetError: where none is left.
        """
        return first_free(candidates, self.taken)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The letters that symbols, functions and sizes of the system begin with."""
        expressions = [*self.printed.values(), *self.constants.values()]
        parts = [e for d in expressions for e in d.walk()]
        names = {e.function.name for e in parts if isinstance(e, Apply)}
        names |= {e.name for e in parts if isinstance(e, ex.VectorMap | ex.MapJacobian)}
        names |= ex.size_names(expressions)
        return self.system.letters.union(map(base_letter, (*names, self.clock.letter)))

    def timed(self, letter: str, label: str = "") -> Name:
        """A name with a label at this step, the time where the author puts it."""
        place = self.states[0].parts.place
        above = place.startswith("^")
        base = f"{letter}{'_' if above else '^'}{{{label}}}" if label else letter
        return Name(base, place=place if above else "", time=self.now, letter=letter)

    def label(self, s: Symbol) -> str:
        """What tells a symbol of this step from others: its name without the time."""
        return self.arguments[s].label if s in self.arguments else s.family

    # ---------------------------------------------------------------------------------- who uses what

    def before(self, s: Symbol) -> Symbol:
        """A state at the step before."""
        return s.at(self.now - 1)

    def at(self, s: Symbol, when: int | Time) -> Symbol:
        """A symbol of this step at another time, or so many steps later; arguments and targets too."""
        if s.time is None:
            return s
        return s.at(s.time + when if isinstance(when, int) else s.time - self.now + when)

    def moved(self, e: Expr, when: int | Time) -> Expr:
        """An expression of this step at another time."""
        return e.replace({s: self.at(s, when) for s in e.symbols})

    def same_step_users(self, v: Symbol) -> tuple[Symbol, ...]:
        """The left-hand sides of this step whose equations hold ``v``."""
        return tuple(u for u, e in self.definitions.items() if v in e.symbols)

    def next_step_users(self, v: Symbol) -> tuple[Symbol, ...]:
        """The left-hand sides, as of this step, whose equations hold the value of ``v`` before."""
        if v not in self.states:
            return ()
        return tuple(u for u, e in self.definitions.items() if self.before(v) in e.symbols)

    def descendants(self, start: Iterable[Symbol]) -> frozenset[Symbol]:
        """The left-hand sides of this step that rest on any of ``start`` through equations of this step."""
        found: set[Symbol] = set()
        start = frozenset(start)
        for u in self.order:
            if any(s in start or s in found for s in self.definitions[u].symbols):
                found.add(u)
        return frozenset(found)

    @cached_property
    def order(self) -> tuple[Symbol, ...]:
        """The left-hand sides of the step, each after those it uses."""
        out: list[Symbol] = []

        def visit(s: Symbol) -> None:
            if s not in out:
                for u in sorted(self.definitions[s].symbols, key=lambda u: u.name):
                    if u in self.definitions:
                        visit(u)
                out.append(s)

        for s in self.definitions:
            visit(s)
        return tuple(out)


def first_free(candidates: Iterable[str], taken: Container[str]) -> str:
    """The first candidate that is not taken.

    :raises NotYetError: where all are.
    """
    letters = list(candidates)
    found = next((c for c in letters if c not in taken), None)
    if found is None:
        raise NotYetError(f"the page wants a letter of its own; {', '.join(letters)} are all in use")
    return found
