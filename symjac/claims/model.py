"""A system as a claim sees it: its derivatives and values, from its equations at any time."""

from __future__ import annotations

import dataclasses
import graphlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from symjac import expr as ex
from symjac.claims.instances import MAX_INSTANCES, Instances, closure, reached
from symjac.claims.undecided import UndecidedError
from symjac.derivation import Derivation
from symjac.errors import NotYetError, TargetError
from symjac.expr import Expr, Symbol
from symjac.expr.times import Time
from symjac.reading import Equation
from symjac.reading.applied.terms import Ref
from symjac.recurrence import Recurrence
from symjac.vectorised import VecJacobian

_STEPS = frozenset([("relu", 1), ("step", 0)])


class Model(Instances):
    """One orientation's reading of a system, whose equations can be had at any time."""

    # --------------------------------------------------------------------------------- derivatives

    @contextmanager
    def taking_in_the_earlier_step(self, taken: bool = True) -> Iterator[None]:
        """Within it, the equations of the step before are taken in where they hold the variable, or are not."""
        before, self.shifted = self.shifted, taken
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
        self.refuse_unknown(y, x)
        steps = self.steps(y, x)
        if y.family == x.family and steps is not None and 1 < steps <= MAX_INSTANCES and not self.carried_by(y):
            times = [y.step - k for k in range(steps)]
            return ex.mul(*(self.whole_step(y.at(u)) for u in times))
        return self.closed(self.through(y, x), of, wrt)

    def carried_letter(self, y: Ref, x: Ref) -> Symbol:
        """What stands for a total derivative of which nothing more is known."""
        of, wrt = self.symbol(y), self.symbol(x)
        name = rf"(\partial {of.name}/\partial {wrt.name})"
        return Symbol(name, (of.rows * of.cols, wrt.rows * wrt.cols))

    def refuse_unknown(self, y: Ref, x: Ref) -> None:
        """Nothing is said of how y depends on x where no equation defines y, or holds x.

        :raises UndecidedError: there; a function may depend on what no equation holds.
        """
        if x.family not in self.defined_families and not self.enters(x):
            raise UndecidedError(f"{self.name(x)} does not occur in the system")
        if self.equation(y) is None:
            raise UndecidedError(f"no equation says how {self.name(y)} depends on {self.name(x)}")

    def through(self, y: Ref, x: Ref) -> dict[Symbol, Expr]:
        """The equations through which y depends on x as the claim is read: what is cut or held fixed is not among them.

        :raises UndecidedError: where y depends on x through steps without end.
        """
        of, wrt = self.symbol(y), self.symbol(x)
        ahead = any(r.time and y.time and (r.time - y.time).offset > 0 for r in self.uses(y))
        table = {} if self.anchor(y) is None or ahead else self.between(y, x)
        if wrt not in reached([of], table) or (of.is_scalar and x.time is None):
            table = self.unfolded(y, x)
        return table

    def whole_step(self, y: Ref) -> Expr:
        """The Jacobian by the step before, where it is one among several.

        :raises UndecidedError: where it changes if the other equations of that step are taken in.
        """
        before = y.at(y.step - 1)
        found = self.derivative(y, before)
        with self.taking_in_the_earlier_step():
            taken_in = self.derivative(y, before)
        if ex.is_zero(found):
            return taken_in
        if found != taken_in:
            name = self.name(y)
            raise UndecidedError(f"{name} depends on the step before on several ways, of which some may be held fixed")
        return found

    def unfolded(self, y: Ref, x: Ref) -> dict[Symbol, Expr]:
        """The definitions through which y depends on x, whatever times they stand at.

        :raises UndecidedError: where y depends on x through steps without end.
        """
        out: dict[Symbol, Expr] = {}
        stack = [y]
        while stack:
            r = stack.pop()
            rhs = self.definition(r)
            if rhs is None or self.symbol(r) in out:
                continue
            out[self.symbol(r)] = rhs
            if len(out) > 4 * MAX_INSTANCES:
                raise UndecidedError("too many steps lie between")
            for u in self.refs(rhs.symbols):
                if u == x or u.family not in self.defined_families:
                    continue
                if u.time is None or (r.time is not None and u.time == r.time):
                    stack.append(u)
                elif x.time is not None and (u.time - x.time).is_number:
                    steps = (u.time - x.time).offset
                    if (-steps if u.family in self.backward else steps) >= 0:
                        stack.append(u)
                elif x.time is None and (r.time is None or u.time.letters != r.time.letters):
                    stack.append(u)
                elif x.family in self.behind([u.family]):
                    raise UndecidedError(f"{self.name(y)} depends on {self.name(x)} through every step")
        return out

    def behind(self, families: Iterable[str]) -> set[str]:
        """The families on which some depend at any time, themselves too."""
        return closure(families, lambda f: [r.family for p in self.printed if p.lhs.family == f for r in p.used])

    def held_at(self, y: Ref) -> set[Symbol]:
        """What the equations at the step of a symbol hold."""
        return {s for e in self.table([*self.instance(self.anchor(y)), y]).values() for s in e.symbols}

    def held(self, families: Collection[str]) -> frozenset[ex.Index]:
        """The index letters of entries that equations pick on which some of these families depend."""
        behind = self.behind(families)
        picked = (ex.unbound_indices(p.rhs) for p in self.printed if p.lhs.family in behind)
        return frozenset[ex.Index]().union(*picked)

    def prints(self, y: Ref, x: Ref) -> bool:
        """Whether the equations at the step of y hold x itself, so many steps back as a letter says: ``u_{t-d}``."""
        return self.steps(y, x) is None and bool(self.delays()) and self.symbol(x) in self.held_at(y)

    def prints_beside(self, y: Ref, x: Ref) -> bool:
        """Whether the equations at the step of y hold x, several steps back, and a state between that depends on x."""
        steps = self.steps(y, x)
        if steps is None or steps < 2 or self.definition(y) is None or self.symbol(x) not in self.held_at(y):
            return False
        between = [r for r in self.refs(self.held_at(y)) if r.time not in (None, y.time) and r != x]
        return any(r.family in self.defined_families and x.family in self.behind([r.family]) for r in between)

    def may_be_delayed(self, y: Ref, x: Ref) -> bool:
        """Whether x may be what the equations print so many steps back as a letter says, and is not printed itself."""
        delays = self.delays()
        if not delays or x.time is None or any(name in delays for name, _ in x.time.letters):
            return False
        late = [r for p in self.printed for r in p.used if r.time and any(n in delays for n, _ in r.time.letters)]
        return x != y and x.family in self.behind(r.family for r in late) and self.symbol(x) not in self.held_at(y)

    def depends(self, y: Ref, x: Ref, definitions: Mapping[Symbol, Expr]) -> bool:
        return self.symbol(x) in reached([self.symbol(y)], definitions)

    def sees(self, y: Ref, x: Ref) -> bool:
        """Whether y depends on x directly: through no other instance of either of the two."""
        table = self.between(y, x)
        others = {self.symbol(r) for r in self.refs(table) if r != y and r.family in (y.family, x.family)}
        return self.depends(y, x, {s: e for s, e in table.items() if s not in others})

    def standing_for(self, of: Symbol, e: Expr, x: Ref) -> dict[Symbol, Expr]:
        """An expression by a symbol that stands for it, with the definitions through which it depends on x."""
        out = {of: e}
        for r in self.refs(e.symbols):
            if r != x and self.equation(r) is not None:
                out |= self.between(r, x)
        out.pop(self.symbol(x), None)
        return out

    def are_far(self, y: Ref, x: Ref) -> bool:
        """Whether a number of steps that is a letter lies between two symbols."""
        return y.time is not None and x.time is not None and self.steps(y, x) is None

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
        if anchor is not None and steps is not None and 1 <= steps <= MAX_INSTANCES and self.enters(x):
            # An input acts on the state of its own step; where the equation itself holds it, it is read as printed.
            printed = steps == 1 and self.depends(y, x, out)
            more = () if printed else range(1, steps + 1)
            out |= self.table(r for k in more for r in self.instance(anchor - k) if r != x)
        if self.shifted and anchor is not None and (steps is None or steps <= 1):
            wrt = self.symbol(x)
            earlier = self.table(r for r in self.instance(anchor - 1) if r != x and r.time is not None)
            out = {s: e for s, e in earlier.items() if wrt in e.symbols} | out
        return out

    def enters(self, x: Ref) -> bool:
        """Whether x is an input: of some equation, and no left-hand side."""
        return x.family in self.used_families - self.defined_families

    def over_letters(self, y: Ref, x: Ref) -> Expr:
        """dy/dx where y stands a number of steps later that is a letter.

        :raises UndecidedError: where y is another quantity, and does not see the state that x is at one step alone.
        """
        if self.backward & self.behind([y.family]):
            raise UndecidedError(
                f"{self.name(y)} comes out of later steps, and whether {self.name(x)} is one is not said"
            )
        if y.family == x.family:
            return self.long_product(y, x)
        if self.enters(x):
            return self.from_input(y, x)
        seen = [r for k in (0, 1) if self.definition(y) is not None and self.sees(y, r := x.at(y.step - k))]
        if len(seen) != 1 or self._is_carried_beside(y, x):
            of, wrt = self.name(y), self.name(x)
            raise UndecidedError(f"nothing says how {of} depends on {wrt}, so many steps before")
        return ex.mul(self.derivative(y, seen[0]), self.long_product(seen[0], x))

    def _is_carried_beside(self, y: Ref, x: Ref) -> bool:
        """Whether y depends on a step before through something else that depends on x there."""
        table = {s: e for s, e in self.between(y, x).items() if s.family != x.family}
        held = self.refs(reached([self.symbol(y)], table))
        before = {r.family for r in held if r.time not in (None, y.time)} & self.defined_families - {x.family}
        return any(x.family in self.behind([f]) for f in before)

    def from_input(self, y: Ref, x: Ref) -> Expr:
        """dy/dx by an input a number of steps earlier that is a letter, through the only state that sees it.

        :raises UndecidedError: where x reaches y on other ways too.
        """
        for family in dict.fromkeys([y.family, *sorted(self.defined_families)]):
            seen = [r for k in (0, 1) if self.sees(r := Ref(family, x.step + k), x)]
            if len(seen) != 1 or self.carried_by(seen[0]) or ex.is_zero(self.one_step(seen[0])):
                continue
            return ex.mul(self.over_letters(y, seen[0]), self.derivative(seen[0], x))
        raise UndecidedError(f"nothing says how {self.name(y)} depends on {self.name(x)}")

    def long_product(self, y: Ref, x: Ref) -> Expr:
        """dy/dx over a number of steps that is a letter: a power where every factor is the same, else a symbol.

        :raises UndecidedError: where one step does not lead to the next.
        """
        of = self.symbol(y)
        others = self.carried_by(y)
        if others:
            raise UndecidedError(f"{of.name} depends on the step before through {others[0]} too")
        factor = self.one_step(y)
        if ex.is_zero(factor):
            raise UndecidedError(f"{of.name} does not depend on itself one step earlier")
        if not self.timed(factor):
            count = ex.time_as_scalar(y.step - x.step)
            return ex.power(factor, count) if factor.is_scalar else ex.MatrixPower(factor, count)
        name = rf"\partial {of.name}/\partial {self.name(x)}"
        rows, cols = ex.Partial(of, self.symbol(x)).shape
        if isinstance(factor, ex.Diag):  # and so is every product of such factors
            return ex.Diag(Symbol(name, (rows, ex.ONE)))
        way = Symbol(name, (rows, cols))
        self.ways[way] = (y, x)
        return way

    def one_step(self, y: Ref) -> Expr:
        """The Jacobian of a quantity by itself one step earlier, through what lies between the two."""
        before = y.at(y.step - 1)
        return self.derivative(y, before) if self.shifted else self.whole_step(y)

    def carried_by(self, y: Ref) -> list[str]:
        """What else than itself carries y from one step to the next."""
        found: list[str] = []

        def further(r: Ref) -> Iterator[Ref]:
            if r == y.at(y.step - 1):
                return
            if self.equation(r) is None:
                found.append(r.family)
            for u in (u for u in self.uses(r) if u.time is not None and u.family in self.defined_families):
                distance = y.step - u.step
                if distance.is_number and 0 <= distance.offset <= 1:  # from later steps there is no end
                    yield u
                else:
                    found.append(u.family)

        closure([y], further)
        return found

    def timed(self, e: Expr) -> bool:
        """Whether an expression changes from step to step."""
        return any(r.time is not None and not r.time.is_number for r in self.refs(e.symbols))

    def table(self, refs: Iterable[Ref]) -> dict[Symbol, Expr]:
        return {self.symbol(r): rhs for r in refs if (rhs := self.definition(r)) is not None}

    def closed(self, definitions: Mapping[Symbol, Expr], of: Symbol, wrt: Symbol, *, entries: bool = False) -> Expr:
        """The derivative through these definitions, derived and gated by symjac; with ``entries`` of vec by vec.

        :raises UndecidedError: where symjac cannot tell.
        """
        if entries:
            definitions = {s: e for s, e in definitions.items() if s != wrt}
        elif any(isinstance(node, ex.OverTime) for e in definitions.values() for node in e.walk()):
            raise UndecidedError("the system holds a sum or product over time")
        elif of.is_matrix and not wrt.is_scalar:
            raise UndecidedError("the derivative of a matrix is not judged")
        elif wrt not in reached([of], definitions):
            return ex.zero(ex.Partial(of, wrt).shape)
        system = dataclasses.replace(self.reading, equations=tuple(Equation(s, e, "") for s, e in definitions.items()))
        try:
            return (VecJacobian if entries else Derivation)(Recurrence(system), of, wrt).closed
        except (NotYetError, TargetError) as error:
            raise UndecidedError(error.message) from error

    # -------------------------------------------------------------------------------------- values

    def values(
        self, expressions: Iterable[Expr], depth: int, variables: frozenset[Symbol] = frozenset()
    ) -> dict[Symbol, Expr]:
        """The definitions under which expressions are compared: those of the steps that are mentioned.

        With ``depth`` 0 a symbol keeps its name where its equation would lead to a step before the
        earliest one that is mentioned, or behind the latest; with 1 one step more is opened. ``variables`` at
        that step are not opened.
        """
        frontier = {s for e in expressions for s in e.symbols}
        key = frozenset(frontier), depth, variables, len(self.families)  # a symbol may get its family later
        if key in self._tables:
            return dict(self._tables[key])
        seen: dict[Symbol, Expr] = {}
        ends = self._ends(frontier | variables)
        while frontier:
            s = frontier.pop()
            r = self.ref(s)
            if s in seen or r is None:
                continue
            if s in variables and r.time is not None and self._depth(r, r.time, ends) == max(depth, 0):
                continue
            rhs = self.definition(r)
            if rhs is None or (depth >= 0 and any(self._is_beyond(u, ends, depth) for u in rhs.symbols)):
                continue
            seen[s] = rhs
            frontier |= rhs.symbols
            if len(seen) > 40 * MAX_INSTANCES:
                raise UndecidedError("too many steps are mentioned")
        # A gate without a time that uses the state of the step before: opened there, it would use itself.
        refuse_circles(seen, "the equations of the steps that are mentioned go in a circle")
        self._tables[key] = dict(seen)
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

    def _ends(self, symbols: Iterable[Symbol]) -> dict[object, int]:
        """For each letter the earliest offset of a defined family, and the latest for what comes out of later steps."""
        out: dict[object, int] = {}
        for r in self.refs(symbols):
            if r.time is not None and r.family in self.defined_families:
                for way in (1, -1):
                    key, offset = (r.time.letters, way), way * r.time.offset
                    out[key] = min(out.get(key, offset), offset)
        return out

    def _depth(self, r: Ref, time: Time, ends: Mapping[object, int]) -> int | None:
        """How many steps something stands beyond the end where it comes from; ``None`` where there is no end."""
        way = -1 if r.family in self.backward else 1
        end = ends.get((time.letters, way))
        return end - way * time.offset if end is not None else None

    def _is_beyond(self, s: Symbol, ends: Mapping[object, int], depth: int) -> bool:
        r = self.ref(s)
        if r is None or r.time is None or r.family not in self.defined_families:
            return False
        found = self._depth(r, r.time, ends)
        return found is None or found > depth


def refuse_circles(table: Mapping[Symbol, Expr], why: str) -> None:
    """:raises UndecidedError: where something would have to be computed from itself."""
    try:
        graphlib.TopologicalSorter({s: e.symbols & table.keys() for s, e in table.items()}).prepare()
    except graphlib.CycleError as error:
        raise UndecidedError(why) from error
