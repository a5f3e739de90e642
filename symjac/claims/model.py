"""A system as a claim sees it: its equations at whatever times the claim mentions."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from symjac import expr as ex
from symjac.claims.terms import Ref
from symjac.claims.times import Time
from symjac.derivation import Derivation
from symjac.errors import NotYetError, ShapeError, SymjacError, TargetError
from symjac.expr import Expr, Symbol
from symjac.reading import Equation, Reading, read_system
from symjac.reading.context import Family
from symjac.reading.spelling import render
from symjac.recurrence import Recurrence

MAX_INSTANCES = 60
_STEPS = frozenset([("relu", 1), ("step", 0)])


class UndecidedError(Exception):
    """The question cannot be answered; the message says why."""


@dataclasses.dataclass(frozen=True)
class Printed:
    """One printed equation in terms of families and times."""

    lhs: Ref
    rhs: Expr
    source: str
    uses: tuple[tuple[Symbol, Ref], ...]

    @property
    def letter(self) -> str | None:
        """The index letter that runs in this equation."""
        return self.lhs.time.letter if self.lhs.time is not None else None

    def shift_to(self, time: Time | None) -> Mapping[str, Time] | None:
        """What the letter becomes where the left-hand side stands at ``time``; ``None`` where that cannot be."""
        mine = self.lhs.time
        if mine is None or time is None:
            return {} if mine is time else None
        if mine.letter is None:
            return {} if mine == time else None
        return {mine.letter: time - mine.offset}


class Model:
    """One orientation's reading of a system, whose equations can be had at any time."""

    def __init__(
        self,
        reading: Reading,
        families: Mapping[str, Family],
        texts: Sequence[str] = (),
        declared: Mapping[str, str] | None = None,
    ) -> None:
        assert reading.context is not None
        self.reading = reading
        self.texts = tuple(texts)
        self.declared = dict(declared or {})
        self.families = dict(reading.context.families)
        for name, family in families.items():
            self.families.setdefault(name, family)
        self.sizes: dict[tuple[str, int], ex.Dim] = {}  # of families whose size nothing tells: tried out
        # In row orientation the shape of a matrix is that of what acts, whatever its declaration says.
        self._shapes: dict[str, set[ex.Shape]] = {}
        for info in reading.symbols.values():
            self._shapes.setdefault(info.family, set()).add(info.symbol.shape)
        self._refs: dict[Symbol, Ref] = {}
        self.shifted = False  # whether equations of the earlier step are taken in, see the spec's time shift
        self._jacobians: dict[object, Expr] = {}
        self.ways: dict[Symbol, tuple[Ref, Ref]] = {}  # symbols for Jacobians over many steps: of what, by what
        self.printed = [self._printed(e) for e in reading.equations]

    # ------------------------------------------------------------------------------------- symbols

    def shape(self, family: Family) -> ex.Shape:
        """The shape of a family's symbols; sizes that nothing tells are looked up in ``sizes``."""
        if family.role == "scalar" or family.role is None:
            return ex.SCALAR
        known = self._shapes.get(family.name, set())
        if len(known) > 1:
            # Layers of different widths: each has the size that the system gives it, others have none.
            raise UndecidedError(f"{family.name} has different sizes at different times")
        if known:
            return next(iter(known))
        out = []
        for k, size in enumerate((family.rows, family.cols)):
            terms = size.terms()
            if all(t.root.known is not None for t in terms):
                out.append(size.value())
            else:
                if (family.name, k) not in self.sizes:
                    raise UndecidedError(f"nothing says what size {family.name} has")
                out.append(self.sizes[family.name, k])
        return out[0], out[1]

    def open_sizes(self, names: Iterable[str]) -> list[tuple[str, int]]:
        """The sizes among these families that nothing tells."""
        out = []
        for name in dict.fromkeys(names):
            family = self.families[name]
            if family.role not in ("vector", "matrix"):
                continue
            for k, size in enumerate((family.rows, family.cols)):
                if any(t.root.known is None for t in size.terms()):
                    out.append((name, k))
        return out

    def symbol(self, ref: Ref) -> Symbol:
        """The symbol of a family at a time."""
        family = self.families[ref.family]
        time = ref.time.text if ref.time is not None else None
        name = render(family.base, family.label, family.upper, family.place or "_{}", time)
        known = self.reading.symbols.get(name)
        symbol = known.symbol if known is not None else Symbol(name, self.shape(family))
        self._refs.setdefault(symbol, ref)
        return symbol

    def ref(self, symbol: Symbol) -> Ref | None:
        """The family and time of a symbol that came from here."""
        return self._refs.get(symbol)

    def expression(self, text: str) -> Expr:
        """A printed expression, read as one more right-hand side of the system.

        :raises ShapeError: where it does not fit there.
        """
        try:
            reading = read_system(
                [*self.texts, rf"\mathrm{{operand}} = {text}"],
                self.declared,
                orientation=self.reading.orientation,
                lenient=True,
            )
        except SymjacError as error:
            raise ShapeError(error.message) from error
        out = next(e.rhs for e in reading.equations if e.lhs.name == r"\mathrm{operand}")
        infos = {i.symbol: i for i in reading.symbols.values()}
        table: dict[Expr, Expr] = {}
        for s in out.symbols & infos.keys():
            info = infos[s]
            time = (Time.read(info.time[0]) if info.time[0] else Time()) + info.time[1] if info.time else None
            if info.family in self.families:
                table[s] = self.symbol(Ref(info.family, time))
        return out.replace(table)

    # ----------------------------------------------------------------------------------- equations

    def _printed(self, e: Equation) -> Printed:
        uses = tuple((s, r) for s in e.rhs.symbols if (r := self.own(s)) is not None)
        lhs = self.own(e.lhs)
        assert lhs is not None
        return Printed(lhs, e.rhs, e.source, uses)

    def own(self, symbol: Symbol) -> Ref | None:
        info = self.reading.symbols.get(symbol.name)
        if info is None:
            return None
        if info.time is None:
            return Ref(info.family)
        letter, offset = info.time
        return Ref(info.family, (Time.read(letter) if letter else Time()) + offset)

    @property
    def defined_families(self) -> frozenset[str]:
        return frozenset(p.lhs.family for p in self.printed)

    def equation(self, ref: Ref) -> Printed | None:
        """The equation that defines a symbol, at whatever time it was printed."""
        for p in self.printed:
            if p.lhs.family == ref.family and p.shift_to(ref.time) is not None:
                return p
        return None

    def definition(self, ref: Ref) -> Expr | None:
        """The right-hand side of the equation that defines a symbol."""
        p = self.equation(ref)
        if p is None:
            return None
        shift = p.shift_to(ref.time)
        assert shift is not None
        table: dict[Expr, Expr] = {s: self.symbol(_shifted(r, shift)) for s, r in p.uses}
        return p.rhs.replace(table)

    def shifted_rhs(self, p: Printed, part: Expr, shift: Mapping[str, Time]) -> Expr:
        """A part of a printed right-hand side with its letter moved."""
        return part.replace({s: self.symbol(_shifted(r, shift)) for s, r in p.uses})

    def define(self, lhs: Ref, rhs: Expr, uses: tuple[tuple[Symbol, Ref], ...]) -> None:
        self.printed.append(Printed(lhs, rhs, "", uses))

    def anchor(self, ref: Ref) -> Time | None:
        """The value of the running letter in the instance that defines ``ref``."""
        p = self.equation(ref)
        if p is None or p.lhs.time is None or ref.time is None:
            return None
        return ref.time - p.lhs.time.offset if p.lhs.time.letter is not None else None

    def instance(self, anchor: Time | None) -> Iterator[Ref]:
        """The left-hand sides at one value of the running letter, with those that no time concerns."""
        for p in self.printed:
            if p.letter is None:
                yield p.lhs
            elif anchor is not None:
                yield _shifted(p.lhs, {p.letter: anchor})

    def preactivation(self, family: str, name: str | None = None) -> str:
        """Names the argument of the function in a symbol's equation; the name of the new family.

        :raises TargetError: where the equation is no function of one argument.
        """
        name = name or rf"\mathrm{{pre}}({family})"
        k = next((k for k, p in enumerate(self.printed) if p.lhs.family == family), None)
        if any(p.lhs.family == name for p in self.printed):
            return name
        p = self.printed[k] if k is not None else None
        if k is None or p is None or not isinstance(p.rhs, ex.Apply | ex.Softmax):
            raise TargetError(f"the equation of {family} is no function of one argument")
        old = self.families[family]
        new = copy.copy(self.families[name]) if name in self.families else Family(name, name)
        new.place = new.place or old.place
        new.role, new.rows, new.cols = old.role, old.rows, old.cols
        self.families[name] = new
        inner = Ref(name, p.lhs.time)
        z = self.symbol(inner)
        self.printed[k : k + 1] = [
            Printed(p.lhs, p.rhs.replace({p.rhs.arg: z}), p.source, ((z, inner),)),
            Printed(inner, p.rhs.arg, p.source, p.uses),
        ]
        return name

    # --------------------------------------------------------------------------------- derivatives

    @contextmanager
    def taking_in_the_earlier_step(self) -> Iterator[None]:
        """Within it, the equations of the step before are taken in where they hold the variable."""
        before, self.shifted = self.shifted, True
        try:
            yield
        finally:
            self.shifted = before

    def derivative(self, y: Ref, x: Ref) -> Expr:
        """dy/dx in numerator layout, in closed form: through the printed equations at the time of y.

        Where y and x are more than one step apart, the equations of every step between are taken.

        :raises UndecidedError: where the system does not say how y depends on x, or symjac cannot tell.
        """
        key = (y, x, self.shifted)
        if key not in self._jacobians:
            self._jacobians[key] = self._derivative(y, x)
        return self._jacobians[key]

    def _derivative(self, y: Ref, x: Ref) -> Expr:
        of, wrt = self.symbol(y), self.symbol(x)
        if y == x:
            return ex.Identity(of.rows) if not of.is_scalar else ex.Number(1)
        if x.family not in self.defined_families and all(r.family != x.family for p in self.printed for _, r in p.uses):
            raise UndecidedError(f"{wrt.name} does not occur in the system")
        if self.definition(y) is None:
            raise UndecidedError(f"no equation says how {of.name} depends on {wrt.name}")
        steps = self.steps(y, x)
        if y.family == x.family and steps is not None and 1 < steps <= MAX_INSTANCES and not self.carried_by(y):
            assert y.time is not None
            times = [y.time - k for k in range(steps)]
            return ex.mul(*(self.derivative(y.at(u), y.at(u - 1)) for u in times))
        return self.closed(self.between(y, x), of, wrt)

    def depends(self, y: Ref, x: Ref, definitions: Mapping[Symbol, Expr]) -> bool:
        return _depends(self.symbol(y), self.symbol(x), definitions)

    def sees(self, y: Ref, x: Ref) -> bool:
        """Whether y depends on x directly: through no other instance of either of the two."""
        table = {s: e for s, e in self.between(y, x).items() if self._between_them(s, y, x)}
        return self.depends(y, x, table)

    def _between_them(self, s: Symbol, y: Ref, x: Ref) -> bool:
        r = self.ref(s)
        return r is None or r == y or r.family not in (y.family, x.family)

    def steps(self, y: Ref, x: Ref) -> int | None:
        """How many steps lie between two symbols; ``None`` where that is no number."""
        if y.time is None or x.time is None:
            return None
        distance = y.time - x.time
        return distance.offset if distance.is_number else None

    def between(self, y: Ref, x: Ref) -> dict[Symbol, Expr]:
        """The definitions through which y depends on x."""
        anchor = self.anchor(y)
        refs = [*self.instance(anchor), y]
        steps = self.steps(y, x)
        if anchor is not None and steps is not None and 1 < steps <= MAX_INSTANCES:
            for k in range(1, steps):
                refs += self.instance(anchor - k)
        out = self.table(r for r in refs if r != x)
        if self.shifted and anchor is not None and (steps is None or steps <= 1):
            wrt = self.symbol(x)
            earlier = self.table(r for r in self.instance(anchor - 1) if r != x and r.time is not None)
            out = {s: e for s, e in earlier.items() if wrt in e.symbols} | out
        return out

    def over_letters(self, y: Ref, x: Ref) -> Expr:
        """dy/dx where y is another quantity, a number of steps later that is a letter.

        :raises UndecidedError: where y does not see the state that x is at one step alone.
        """
        assert y.time is not None
        seen = [r for k in (0, 1) if self.definition(y) is not None and self.sees(y, r := x.at(y.time - k))]
        if len(seen) != 1:
            of, wrt = self.symbol(y).name, self.symbol(x).name
            raise UndecidedError(f"nothing says how {of} depends on {wrt}, so many steps before")
        return ex.mul(self.derivative(y, seen[0]), self.long_product(seen[0], x))

    def long_product(self, y: Ref, x: Ref) -> Expr:
        """dy/dx over a number of steps that is a letter: a power where every factor is the same, else a symbol.

        :raises UndecidedError: where one step does not lead to the next.
        """
        assert y.time is not None
        assert x.time is not None
        of = self.symbol(y)
        others = self.carried_by(y)
        if others:
            raise UndecidedError(f"{of.name} depends on the step before through {others[0]} too")
        factor = self.one_step(y)
        if ex.is_zero(factor):
            raise UndecidedError(f"{of.name} does not depend on itself one step earlier")
        if not self.timed(factor):
            return ex.MatrixPower(factor, self.count(y.time - x.time))
        name = rf"\partial {of.name}/\partial {self.symbol(x).name}"
        rows, cols = ex.Partial(of, self.symbol(x)).shape
        if isinstance(factor, ex.Diag):  # and so is every product of such factors
            return ex.Diag(Symbol(name, (rows, ex.ONE)))
        way = Symbol(name, (rows, cols))
        self.ways[way] = (y, x)
        return way

    def one_step(self, y: Ref) -> Expr:
        """The Jacobian of a quantity by itself one step earlier, through what lies between the two."""
        assert y.time is not None
        before = y.at(y.time - 1)
        found = self.derivative(y, before)
        if not ex.is_zero(found) or self.shifted:
            return found
        with self.taking_in_the_earlier_step():
            return self.derivative(y, before)

    def carried_by(self, y: Ref) -> list[str]:
        """What else than itself carries y from one step to the next."""
        assert y.time is not None
        before = y.at(y.time - 1)
        seen: set[Ref] = {before}
        stack = [y]
        found: list[str] = []
        while stack:
            r = stack.pop()
            if r in seen:
                continue
            seen.add(r)
            rhs = self.definition(r)
            if rhs is None:
                found.append(r.family)
                continue
            for u in (u for s in rhs.symbols if (u := self.ref(s)) is not None):
                if u.time is None or u.family not in self.defined_families:
                    continue
                distance = y.time - u.time
                if distance.is_number and distance.offset <= 1:
                    stack.append(u)
                else:
                    found.append(u.family)
        return found

    def timed(self, e: Expr) -> bool:
        """Whether an expression changes from step to step."""
        return any((r := self.ref(s)) is not None and r.time is not None and not r.time.is_number for s in e.symbols)

    @staticmethod
    def count(time: Time) -> Expr:
        terms = [ex.mul(ex.Number(c), Symbol(name)) for name, c in time.letters]
        return ex.add(*terms, ex.Number(time.offset))

    def table(self, refs: Iterable[Ref]) -> dict[Symbol, Expr]:
        out: dict[Symbol, Expr] = {}
        for r in refs:
            rhs = self.definition(r)
            if rhs is not None:
                out[self.symbol(r)] = rhs
        return out

    def closed(self, definitions: Mapping[Symbol, Expr], of: Symbol, wrt: Symbol) -> Expr:
        """The derivative through these definitions, derived and gated by symjac."""
        for e in definitions.values():
            if any(isinstance(node, ex.OverTime) for node in e.walk()):
                raise UndecidedError("the system holds a sum or product over time")
        if not _depends(of, wrt, definitions):
            shape = ex.Partial(of, wrt).shape
            return ex.zero(shape)
        equations = tuple(Equation(s, e, "") for s, e in definitions.items())
        reading = dataclasses.replace(self.reading, equations=equations)
        try:
            return Derivation(Recurrence(reading), of, wrt).closed
        except (NotYetError, TargetError) as error:
            raise UndecidedError(error.message) from error

    # -------------------------------------------------------------------------------------- values

    def values(
        self, expressions: Iterable[Expr], depth: int, variables: frozenset[Symbol] = frozenset()
    ) -> dict[Symbol, Expr]:
        """The definitions under which expressions are compared: those of the steps that are mentioned.

        With ``depth`` 0 a symbol keeps its name where its equation would lead to a step before the
        earliest one that is mentioned; with 1 one step more is opened. ``variables`` at the earliest step
        are not opened.
        """
        seen: dict[Symbol, Expr] = {}
        frontier = {s for e in expressions for s in e.symbols}
        earliest = self._earliest(frontier | variables)
        while frontier:
            s = frontier.pop()
            r = self.ref(s)
            if s in seen or r is None:
                continue
            first = earliest.get(r.time.letters) if r.time is not None else None
            if s in variables and r.time is not None and r.time.offset == first:
                continue
            rhs = self.definition(r)
            if rhs is None or (depth >= 0 and any(self._before(u, earliest, depth) for u in rhs.symbols)):
                continue
            seen[s] = rhs
            frontier |= rhs.symbols
            if len(seen) > 40 * MAX_INSTANCES:
                raise UndecidedError("too many steps are mentioned")
        return seen

    def signs(self, e: Expr) -> Expr:
        """The expression with the step of ``h = relu(z)`` as the step of z: they jump together."""
        table: dict[Expr, Expr] = {}
        for node in e.walk():
            if isinstance(node, ex.Apply) and (node.function.known, node.function.order) in _STEPS:
                inner = self._opened(node.arg)
                if isinstance(inner, ex.Apply) and (inner.function.known, inner.function.order) == ("relu", 0):
                    table[node] = ex.Apply(node.function, inner.arg)
        return e.replace(table) if table else e

    def _opened(self, e: Expr) -> Expr:
        """The right-hand side of a symbol's equation; a transposed one's transposed."""
        if isinstance(e, ex.Transpose) and isinstance(e.arg, Symbol):
            inner = self._opened(e.arg)
            return ex.Apply(inner.function, ex.Transpose(inner.arg)) if isinstance(inner, ex.Apply) else e
        r = self.ref(e) if isinstance(e, Symbol) else None
        rhs = self.definition(r) if r is not None else None
        return rhs if rhs is not None else e

    def _earliest(self, symbols: Iterable[Symbol]) -> dict[tuple[tuple[str, int], ...], int]:
        """The earliest offset of a defined family for each letter."""
        out: dict[tuple[tuple[str, int], ...], int] = {}
        for s in symbols:
            r = self.ref(s)
            if r is not None and r.time is not None and r.family in self.defined_families:
                key = r.time.letters
                out[key] = min(out.get(key, r.time.offset), r.time.offset)
        return out

    def _before(self, s: Symbol, earliest: Mapping[tuple[tuple[str, int], ...], int], depth: int) -> bool:
        r = self.ref(s)
        if r is None or r.time is None or r.family not in self.defined_families:
            return False
        first = earliest.get(r.time.letters)
        return first is None or r.time.offset < first - depth


def _shifted(ref: Ref, shift: Mapping[str, Time]) -> Ref:
    return ref.at(ref.time.put(shift)) if ref.time is not None else ref


def _depends(of: Symbol, wrt: Symbol, definitions: Mapping[Symbol, Expr]) -> bool:
    seen: set[Symbol] = set()
    stack = [of]
    while stack:
        s = stack.pop()
        if s == wrt:
            return True
        if s not in seen:
            seen.add(s)
            stack += definitions[s].symbols if s in definitions else ()
    return False
