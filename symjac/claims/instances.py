"""A system's symbols and equations at whatever times a claim mentions."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from symjac import expr as ex
from symjac.claims.undecided import UndecidedError
from symjac.errors import TargetError
from symjac.expr import Expr, Name, Symbol
from symjac.expr.times import LAST, Time
from symjac.reading import Reading
from symjac.reading.applied.terms import Ref
from symjac.reading.context import Family
from symjac.values.agreement import Points

MAX_INSTANCES = 60
T = TypeVar("T", bound=Hashable)
Application = ex.Apply | ex.VectorMap


def closure(start: Iterable[T], further: Callable[[T], Iterable[T]]) -> set[T]:
    """What can be come to step by step, where it starts too.

    >>> sorted(closure([7], lambda n: [n // 2]))
    [0, 1, 3, 7]
    """
    seen: set[T] = set()
    todo = list(start)
    while todo:
        if (one := todo.pop()) not in seen:
            seen.add(one)
            todo += further(one)
    return seen


def reached(symbols: Iterable[Symbol], definitions: Mapping[Symbol, Expr]) -> set[Symbol]:
    """The symbols on which some depend through these definitions, themselves too."""
    return closure(symbols, lambda s: definitions[s].symbols if s in definitions else ())


def name_of(e: Application) -> str:
    """The name of the function or map that is applied."""
    return e.name if isinstance(e, ex.VectorMap) else e.function.name


@dataclasses.dataclass(frozen=True)
class Printed:
    """One printed equation in terms of families and times."""

    lhs: Ref
    rhs: Expr
    uses: tuple[tuple[Symbol, Ref], ...]

    @property
    def used(self) -> tuple[Ref, ...]:
        """What the right-hand side holds."""
        return tuple(r for _, r in self.uses)

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What the equation holds, the left-hand side first."""
        return (self.lhs, *self.used)

    @property
    def letter(self) -> str | None:
        """The index letter that runs in this equation."""
        return self.lhs.time.letter if self.lhs.time is not None else None

    def ends_at(self, letter: str) -> bool:
        """Whether a letter in this equation is the last step: ``y = W h_T``, where nothing runs."""
        return self.lhs.time is None and letter in LAST

    def shift_to(self, time: Time | None) -> Mapping[str, Time] | None:
        """What the letter becomes where the left-hand side stands at ``time``; ``None`` where that cannot be."""
        return shift(self.lhs.time, time)


def shift(printed: Time | None, wanted: Time | None) -> Mapping[str, Time] | None:
    """What the letter of a printed time becomes where that is another; ``None`` where that cannot be."""
    if printed is None or wanted is None or printed.letter is None:
        return {} if printed == wanted else None
    return {printed.letter: wanted - printed.offset}


def _from_later_steps(equations: Iterable[Printed]) -> frozenset[str]:
    """The families that are computed from later steps through one state, as a costate is."""
    uses: dict[str, list[tuple[str, Time | None]]] = {}
    for p in equations:
        for _, r in p.uses:
            apart = r.time - p.lhs.time if r.time is not None and p.lhs.time is not None else None
            uses.setdefault(p.lhs.family, []).append((r.family, apart))
    behind = {f: closure([f], lambda g: [h for h, _ in uses.get(g, ())]) for f in uses}
    found: set[str] = set()
    for f, families in behind.items():
        circle = {g for g in families if f in behind.get(g, ())}
        steps = [(h, time) for g in circle for h, time in uses[g] if h in circle and time not in (None, Time())]
        if len({h for h, _ in steps}) == 1 and all(time is not None and time.is_after(Time()) for _, time in steps):
            found |= circle
    return frozenset(found)


class Instances:
    """The symbols and equations of one orientation's reading of a system, at any time."""

    def __init__(self, reading: Reading, families: Mapping[str, Family]) -> None:
        assert reading.context is not None
        self.reading, self.context = reading, reading.context
        self.families = {**self.context.families, **families, **self.context.families}
        # In row orientation the shape of a matrix is that of what acts, whatever its declaration says.
        self._shapes: dict[str, set[ex.Shape]] = {}
        for info in reading.symbols.values():
            self._shapes.setdefault(info.family, set()).add(info.symbol.shape)
        self.shifted = False  # whether equations of the earlier step are taken in, see the spec's time shift
        self.own_names: set[str] = set()  # of arguments that nobody has named
        self.ways: dict[Symbol, tuple[Ref, Ref]] = {}  # symbols for Jacobians over many steps: of what, by what
        self.printed = tuple(self._printed(self.ref(e.lhs), e.rhs) for e in reading.equations)

    @property
    def printed(self) -> tuple[Printed, ...]:
        """The equations; with others all that was found from those before is forgotten."""
        return self._equations

    @printed.setter
    def printed(self, equations: tuple[Printed, ...]) -> None:
        self._equations = equations
        self.defined_families = frozenset(p.lhs.family for p in equations)
        self.used_families = frozenset(r.family for p in equations for r in p.used)
        self.known_families = self.defined_families | self.used_families
        self.backward = _from_later_steps(equations)
        self._symbols: dict[Ref, Symbol] = {}
        self._definitions: dict[Ref, Expr | None] = {}
        self._jacobians: dict[object, Expr] = {}
        self._tables: dict[object, dict[Symbol, Expr]] = {}  # of what is compared, by the symbols it holds
        self.points: dict[object, Points] = {}  # at which the system was run, by its equations there

    def nodes(self) -> Iterator[Expr]:
        """Every part of every right-hand side."""
        return (node for p in self.printed for node in p.rhs.walk())

    def applications(self, name: Hashable) -> list[tuple[Printed, Application]]:
        """Where the equations apply a function, or a derivative of it, or a map."""
        found = ((p, e) for p in self.printed for e in dict.fromkeys(p.rhs.walk()))
        return [(p, e) for p, e in found if isinstance(e, Application) and name_of(e) == name]

    # ------------------------------------------------------------------------------------- symbols

    def shape(self, family: Family) -> ex.Shape:
        """The shape of a family's symbols.

        :raises UndecidedError: where nothing tells it.
        """
        if family.role == "scalar" or family.role is None:
            return ex.SCALAR
        known = self._shapes.get(family.name, set())
        if len(known) > 1:
            # Layers of different widths: each has the size that the system gives it, others have none.
            raise UndecidedError(f"{family.name} has different sizes at different times")
        if known:
            return next(iter(known))
        if self.is_open(family):
            raise UndecidedError(f"nothing says what size {family.name} has")
        return family.rows.value(), family.cols.value()

    @staticmethod
    def is_open(family: Family) -> bool:
        """Whether nothing tells the sizes of a vector or a matrix, but what it stands beside in the claim."""
        sizes = (family.rows, family.cols) if family.role in ("vector", "matrix") else ()
        return any(t.root.known is None for size in sizes for t in size.terms())

    def parts(self, ref: Ref) -> Name:
        """The name of a family at a time."""
        if ref.family not in self.families:
            raise UndecidedError(f"nothing says what {ref.family} is")
        return self.families[ref.family].parts.at(ref.time)

    def name(self, ref: Ref) -> str:
        """What a family is called at a time."""
        return self.parts(ref).text

    def symbol(self, ref: Ref, shape: ex.Shape | None = None) -> Symbol:
        """The symbol of a family at a time, of this shape where the family has none."""
        if shape is None and (found := self._symbols.get(ref)) is not None:
            return found
        parts = self.parts(ref)
        known = self.reading.symbols.get(parts.text)
        # What is declared as z_i, a letter with a label, a claim may have at the time i.
        symbol = known.symbol if known is not None and known.symbol.parts == parts else None
        of = known.symbol.shape if known is not None else shape or self.shape(self.families[ref.family])
        symbol = symbol or Symbol(parts, of)
        if shape is None:
            self._symbols[ref] = symbol
        return symbol

    def ref(self, symbol: Symbol) -> Ref | None:
        """The family and time of a symbol of the system; ``None`` for others."""
        family = symbol.family
        return Ref(family, symbol.time) if family in self.families else None

    def refs(self, symbols: Iterable[Symbol]) -> list[Ref]:
        """The families and times of those that came from here."""
        return [r for s in symbols if (r := self.ref(s)) is not None]

    def role(self, ref: Ref | None) -> str | None:
        """What a symbol is; ``None`` where nothing says so."""
        family = self.families.get(ref.family) if ref is not None else None
        return family.role if family is not None else None

    def is_loss(self, ref: Ref) -> bool:
        """Whether this is a scalar that no equation defines."""
        return self.role(ref) in ("scalar", None) and self.equation(ref) is None

    # ----------------------------------------------------------------------------------- equations

    def _printed(self, lhs: Ref | None, rhs: Expr) -> Printed:
        assert lhs is not None
        return Printed(lhs, rhs, tuple((s, r) for s in rhs.symbols if (r := self.ref(s)) is not None))

    def last_steps(self) -> frozenset[str]:
        """The letters for the last step that stand in the equations."""
        found = ((p, r.time.letter) for p in self.printed for _, r in p.uses if r.time is not None)
        return frozenset(letter for p, letter in found if letter is not None and p.ends_at(letter))

    def delays(self) -> frozenset[str]:
        """The letters that the equations hold beside the letter of their step: the d of ``u_{t-d}``."""
        found: set[str] = set()
        for p in self.printed:
            own = {name for name, _ in p.lhs.time.letters} if p.lhs.time is not None else set()
            found |= {name for _, r in p.uses if r.time is not None for name, _ in r.time.letters if own} - own
        return frozenset(found) - self.last_steps()

    def equation(self, ref: Ref) -> Printed | None:
        """The equation that defines a symbol, at whatever time it was printed; one for this very time comes first."""
        for p in sorted(self.printed, key=lambda p: p.lhs != ref):
            if p.lhs.family == ref.family and p.shift_to(ref.time) is not None:
                return p
        return None

    def definition(self, ref: Ref) -> Expr | None:
        """The right-hand side of the equation that defines a symbol."""
        if ref not in self._definitions:
            p = self.equation(ref)
            shift = p.shift_to(ref.time) if p is not None else None
            self._definitions[ref] = self.shifted_rhs(p, p.rhs, shift) if p is not None and shift is not None else None
        return self._definitions[ref]

    def shifted_rhs(self, p: Printed, part: Expr, shift: Mapping[str, Time]) -> Expr:
        """A part of a printed right-hand side with its letter moved.

        :raises UndecidedError: where the letter is a number in it too, as in ``h_t = t W h_{t-1}``.
        """
        for letter, time in shift.items():
            counts = any(r == Ref(letter) and s in part.symbols for s, r in p.uses)
            if counts and time != Time(((letter, 1),)):
                raise UndecidedError(f"{letter} is a number in an equation that is wanted at another time")
        return part.replace({s: self.symbol(r.put(shift)) for s, r in p.uses})

    def uses(self, ref: Ref) -> list[Ref]:
        """What the equation of a symbol holds; nothing where none defines it."""
        rhs = self.definition(ref)
        return self.refs(rhs.symbols) if rhs is not None else []

    def define(self, lhs: Ref, rhs: Expr) -> None:
        self.printed = (*self.printed, self._printed(lhs, rhs))

    def anchor(self, ref: Ref) -> Time | None:
        """The value of the running letter in the instance that defines ``ref``."""
        p = self.equation(ref)
        moved = p.shift_to(ref.time) if p is not None else None
        return moved.get(p.letter) if moved and p is not None and p.letter is not None else None

    def instance(self, anchor: Time | None) -> Iterator[Ref]:
        """The left-hand sides at one value of the running letter, with those that no time concerns."""
        for p in self.printed:
            if p.letter is None:
                yield p.lhs
            elif anchor is not None:
                yield p.lhs.put({p.letter: anchor})

    def earlier(self, y: Ref) -> list[Ref]:
        """What the equations at the step of y take from steps before, and equations define."""
        used = [r for lhs in self.instance(self.anchor(y)) for r in self.uses(lhs) if r.time not in (None, y.time)]
        return [r for r in used if r.family in self.defined_families]

    def without_own_names(self, e: Expr) -> Expr:
        """The expression without what :meth:`preactivation` has named where nobody else had."""
        hidden: dict[Expr, Expr] = {self.symbol(p.lhs): p.rhs for p in self.printed if p.lhs.family in self.own_names}
        return e.replace(hidden)

    def preactivation(self, family: str, name: str | None = None) -> str:
        """Names the argument of the function in a symbol's equation; the name of the new family.

        :raises TargetError: where the equation is no function of one argument.
        """
        if name is None:
            name = rf"\mathrm{{pre}}({family})"
            self.own_names.add(name)
        if name in self.defined_families:
            return name
        p = next((p for p in self.printed if p.lhs.family == family), None)
        if p is None or not isinstance(p.rhs, ex.Apply | ex.Softmax):
            raise TargetError(f"the equation of {family} is no function of one argument")
        k = self.printed.index(p)
        old = self.families[family]
        new = copy.copy(self.families[name]) if name in self.families else Family(Name(name))
        new.parts = new.parts._replace(place=new.place or old.place)
        new.role, new.rows, new.cols = old.role, old.rows, old.cols
        self.families[name] = new
        inner = Ref(name, p.lhs.time)
        outer = self._printed(p.lhs, p.rhs.replace({p.rhs.arg: self.symbol(inner)}))
        within = self._printed(inner, p.rhs.arg)
        self.printed = (*self.printed[:k], outer, within, *self.printed[k + 1 :])
        return name
