"""The steps of a system that a claim is about, run forwards: what its derivatives are worth there.

A claim mentions derivatives. Here each is a letter whose value comes from the equations themselves, in dual numbers,
and from nothing that symjac derived. Taken from the reading is only which equations stand between two symbols (what is
cut, shifted or held fixed) and what a loss sees that nothing specifies. Such a loss pairs everything it sees with a
constant of its own, so that any gradients may come from it; a loss with a time is the part of that step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from symjac import expr as ex
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients, OfLoss
from symjac.claims.model import refuse_circles
from symjac.claims.undecided import UndecidedError
from symjac.expr import Expr, Identity, Kronecker, Partial, Product, Symbol, Transpose, Vec, transpose
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref, Term
from symjac.values import evaluator
from symjac.values.forward import Slopes

Letters = tuple[tuple[str, int], ...]
BEYOND = 1  # so many steps there are behind the last one that is mentioned, where nothing says it is the last
BEFORE = 2  # so many steps before the earliest one are run for a total derivative
LONGEST = 16


@dataclass(frozen=True)
class Slope:
    """A derivative through equations: of what, by what; ``entries`` where it is that of vec by vec."""

    of: Expr
    by: Symbol
    definitions: Mapping[Symbol, Expr] = field(hash=False)
    entries: bool = False

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """What it is computed from."""
        return (self.of, self.by, *self.definitions.values())

    def value(self, run: evaluator.Evaluator) -> evaluator.Matrix:
        """The numerator layout at the point of a run."""
        slopes = Slopes(run.under(self.definitions), self.by)
        return slopes.vec(self.of) if self.entries else slopes(self.of)


@dataclass(frozen=True)
class Gradient:
    """The gradient of a loss that nothing specifies, as a column or in the shape of a matrix.

    ``time`` is the step of which it is the loss, ``None`` for the whole one; ``direct`` where only what the loss
    itself sees counts.
    """

    world: World
    time: Time | None
    by: Ref
    direct: bool = False

    @property
    def loss(self) -> Expr:
        """What is differentiated."""
        if not self.direct:
            return self.world.loss(self.time)
        return self.world.seen_as(self.world.model.symbol(self.by))

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """What it is computed from."""
        return self.loss, self.world.model.symbol(self.by)

    def value(self, run: evaluator.Evaluator) -> evaluator.Matrix:
        """The gradient at the point of a run."""
        by, definitions = self.world.variable(self.by, self.time)
        slopes = Slopes(run.under({} if self.direct else definitions), by)
        return [list(row) for row in zip(*slopes(self.loss), strict=True)]


@dataclass(eq=False)
class World(OfLoss):
    """What a claim's derivatives stand for in one orientation.

    Where the whole sum over steps is meant, ``first`` and ``until`` are its ends; elsewhere the gradient by a parameter
    is what its uses at ``step`` give.
    """

    first: Time | None = None
    until: Time | None = None
    spell: Callable[[Expr], Expr] = lambda e: e  # what is known by its name only, in operations that have values
    given: dict[Symbol, Slope | Gradient] = field(default_factory=dict)
    equations: dict[Symbol, Expr] = field(default_factory=dict)
    left_hand_sides: tuple[Ref, ...] = ()
    settled: dict[object, tuple[tuple[Ref, ...], dict[Symbol, Expr]]] = field(default_factory=dict)

    # ------------------------------------------------------------------------------- what terms become

    def __call__(self, loss: Ref | None, x: Ref) -> Expr:
        """The gradient of a loss by ``x``: a letter, or what it is plainly."""
        if (found := self.plain(x)) is not None:
            return found
        time = loss.time if loss is not None else None
        if time is None and x in self.mentions.upstream:
            return self._letter(Gradients.symbol(self.model, x, "upstream"), Gradient(self, None, x, direct=True))
        kind = "" if time is None else "local" if time == x.time else f"local {time.text}"
        return self._letter(Gradients.symbol(self.model, x, kind), Gradient(self, time, x))

    def derivative(self, y: Ref, x: Ref, *, entries: bool = False) -> Expr:
        """dy/dx of two symbols through the equations that stand between them.

        :raises UndecidedError: where the number of steps between them is a letter.
        """
        if self.model.are_far(y, x) and not self.model.prints(y, x):
            raise UndecidedError("a number of steps that is a letter cannot be run")
        of, by = self.model.symbol(y), self.model.symbol(x)
        definitions = {} if y == x else self.model.through(y, x)
        return self.slope(of, by, definitions, entries=entries)

    def total(self, y: Ref, x: Ref, earliest: Time) -> Expr:
        """The derivative of the entries of a state by those of a parameter, through the steps before too."""
        return self.slope(self.model.symbol(y), self.model.symbol(x), self._steps(y, earliest), entries=True)

    def carry(self, letter: Symbol, y: Ref, x: Ref) -> None:
        """Let a letter stand for a total derivative."""
        self._letter(letter, Slope(self.model.symbol(y), self.model.symbol(x), self._steps(y, y.step), entries=True))

    def _steps(self, y: Ref, earliest: Time) -> dict[Symbol, Expr]:
        """The equations of all steps from before the earliest up to a state.

        :raises UndecidedError: where nothing says at which step that is.
        """
        anchor = self.model.anchor(y)
        if anchor is None or y.time is None:
            raise UndecidedError("nothing says at which step this derivative is taken")
        count = (y.time - earliest).offset + BEFORE
        return self.model.table(r for k in range(count) for r in self.model.instance(anchor - k))

    def slope(self, of: Expr, by: Symbol, definitions: Mapping[Symbol, Expr], *, entries: bool = False) -> Expr:
        """The letter for a derivative through these equations."""
        table = {s: self.spell(e) for s, e in definitions.items() if s != by}
        named = of if isinstance(of, Symbol) else Symbol(rf"\text{{operand {len(self.given) + 1}}}", of.shape)
        if named != of:  # so that the equations hold whatever its value depends on
            table[named] = self.spell(of)
        found = Slope(named, by, table, entries)
        shape = (of.rows * of.cols, by.rows * by.cols) if entries else ex.Partial(of, by).shape
        return self._letter(Symbol(rf"\text{{derivative {len(self.given) + 1}}}", shape), found)

    def take_up(self, letter: Symbol, x: Ref, kind: str) -> None:
        """Give a gradient that is a letter in a closed form the value that it has in the run.

        :raises UndecidedError: for one of what the claim does not mention.
        """
        if kind not in ("", "local", "upstream"):
            raise UndecidedError("the gradient depends on what the claim does not mention")
        self._letter(letter, Gradient(self, x.time if kind == "local" else None, x, direct=kind == "upstream"))

    def _letter(self, symbol: Symbol, meaning: Slope | Gradient) -> Symbol:
        self.given.setdefault(symbol, meaning)
        return symbol

    # --------------------------------------------------------------------------------- what there is

    def settle(self, sides: Iterable[Expr], depth: int) -> None:
        """Find the equations under which two sides are evaluated.

        With ``depth`` 0 symbols at the earliest step are independent of those before, with 1 they come out of them.

        :raises UndecidedError: where the steps are too many, the equations of the earlier step are not there, or what
            carries no time would have to be computed from itself.
        """
        model = self.model
        depth = depth if self.first is None else 0  # nothing is computed before the first step
        key = tuple(sides), depth, len(self.given)
        if key in self.settled:
            self.left_hand_sides, self.equations = self.settled[key]
            return
        slopes = [s for s in self.given.values() if isinstance(s, Slope)]
        gradients = [g for g in self.given.values() if isinstance(g, Gradient)]
        variables = frozenset([*(s.by for s in slopes), *(model.symbol(g.by) for g in gradients)])
        mentioned = [*key[0], *(e for s in slopes for e in s.expressions), *variables]
        equations: dict[Symbol, Expr] = {}
        if gradients:
            self._refuse_untimed()
            refs = model.refs(s for e in mentioned for s in e.symbols)
            self.left_hand_sides = tuple(dict.fromkeys(self._instances(refs, depth)))
            equations = model.table(self.left_hand_sides)
            mentioned += equations.values()
        for s in slopes:
            equations |= s.definitions
        values = model.values(mentioned, depth, variables)
        found = {**{s: e for s, e in values.items() if not self._is_before_first(s)}, **equations}
        self.equations = {s: self.spell(e) for s, e in found.items()}
        refuse_circles(found, "something without a time is used at several steps")
        self.settled[key] = self.left_hand_sides, self.equations

    def _refuse_untimed(self) -> None:
        """:raises UndecidedError: where what carries no time comes out of one step and is used at each."""
        for p in (p for p in self.model.printed if p.lhs.time is None and p.lhs not in self.mentions.frontier):
            letters = (r.time.letter for r in p.used if r.time is not None)
            comes = any(letter is not None and not p.ends_at(letter) for letter in letters)
            if comes and any(p.lhs in q.used and q.lhs.time is not None for q in self.model.printed):
                raise UndecidedError(f"{p.lhs.family} has no index, comes out of one step and is used at several")

    def _is_before_first(self, s: Symbol) -> bool:
        """Whether a symbol is computed before the first step of a whole sum, and so is given here."""
        r = self.model.ref(s)
        if r is not None and self.mentions.is_given(r):
            return True
        anchor = self.model.anchor(r) if r is not None else None
        return self.first is not None and anchor is not None and self.first.is_after(anchor)

    def _instances(self, refs: Iterable[Ref], depth: int) -> Iterator[Ref]:
        """The left-hand sides of every step that there is, as far as they come out of what is mentioned."""
        offsets: dict[Letters, list[int]] = {}
        for r in refs:
            if r.time is not None:
                offsets.setdefault(r.time.letters, []).append(r.time.offset)
        ends = (self.step, self.first, self.until)
        summed = self.mentions.steps if self.first is None else None
        bounds = (summed.first, summed.last or self.last) if summed is not None else ()
        for time in (*ends, *bounds):
            if time is not None and (time in ends or time.is_number):
                offsets.setdefault(time.letters, []).append(time.offset)
        yield from self.model.instance(None)
        parameters = any(isinstance(g, Gradient) and g.by.time is None for g in self.given.values())
        for letters, found in offsets.items():
            low, high = min(found) - depth, max(found) + BEYOND
            first, until = (u.offset if u is not None and u.letters == letters else None for u in ends[1:])
            if high - low > LONGEST:
                raise UndecidedError("too many steps are mentioned")
            for k in range(low if first is None else first, (high if until is None else until) + 1):
                for r in (r for r in self.model.instance(Time(letters, k)) if not self.mentions.is_given(r)):
                    counts = first is not None or (parameters and self.step == Time(letters, k))
                    # What takes something that is computed at a step before the earliest is not computed there.
                    computed = [u.time for u in self.model.uses(r) if u.family in self.model.defined_families]
                    reaches = any(u is not None and u.letters == letters and u.offset < low for u in computed)
                    if not self.after_last(r) and (counts or not reaches):
                        yield r

    # ----------------------------------------------------------------------------------------- losses

    def variable(self, x: Ref, time: Time | None) -> tuple[Symbol, dict[Symbol, Expr]]:
        """What a gradient is taken by, and the equations then.

        A parameter counts where it is used at one step, unless the whole sum over steps is meant: there a copy of it
        moves.
        """
        by = self.model.symbol(x)
        step = time if time is not None else self.step
        if x.time is not None or self.first is not None or self.model.definition(x) is not None or step is None:
            return by, self.equations
        users = [p for p in self.model.printed if x in p.used]
        if all(p.letter is None for p in users):
            return by, self.equations
        copy = Symbol(rf"\text{{copy of }} {by.name}", by.shape)
        moving = {self.model.symbol(p.lhs.put({p.letter: step} if p.letter is not None else {})) for p in users}
        table = {s: e.replace({by: copy}) if s in moving else e for s, e in self.equations.items()}
        return copy, {**table, copy: by}

    def loss(self, time: Time | None) -> Expr:
        """The loss of one step, or the whole one.

        :raises UndecidedError: where nothing is known that it could see.
        """
        terms = [self._adds(r, whole=time is None) for r in self.seen if time is None or r.time == time]
        if not terms:
            raise UndecidedError("nothing says what the loss depends on")
        return ex.add(*terms)

    def _adds(self, r: Ref, *, whole: bool) -> Expr:
        """What one thing that the loss sees adds to it."""
        value, weights = self.model.symbol(r), self.weights if whole else {}
        if r.family == self.mentions.penalty or r.family in self.weights:
            return ex.mul(weights.get(r.family, ex.Number(1)), value)
        return ex.mul(self.weight if whole else ex.Number(1), self.seen_as(value))

    def seen_as(self, value: Symbol) -> Expr:
        """What the loss makes of something it sees, ``tr(C^T V)`` with a C of its own: any gradient there is."""
        slope = Symbol(rf"\text{{slope of the loss at {value.name}}}", value.shape)
        if value.is_scalar:
            return ex.Product(slope, value)
        pairing = ex.Product(ex.Transpose(slope), value)
        return pairing if pairing.is_scalar else ex.Trace(pairing)

    @property
    def seen(self) -> list[Ref]:
        """Everything that the loss sees directly."""
        m = self.mentions
        if m.upstream:
            return sorted(m.upstream, key=repr)
        used = {s for e in self.equations.values() for s in e.symbols}
        here = [r for r in self.left_hand_sides if r.family not in m.abbreviations]
        if m.says:
            found = [r for r in here if m.sees(r)]
            found += sorted(m.outputs - set(found), key=repr)
        else:
            found = [r for r in here if self.model.symbol(r) not in used]
        families = {x.family for x in m.local}
        within = {(s, u.time) for u in self.left_hand_sides for s in self.equations[self.model.symbol(u)].symbols}
        alone = [r for r in here if r.family in families and (self.model.symbol(r), r.time) not in within]
        weighed = [r for r in here if r.family in self.weights]
        # A whole loss that is a sum over steps leaves out what stands at other steps.
        summed = families | self.weights.keys() | m.at_every_step
        return [r for r in dict.fromkeys([*found, *alone, *weighed]) if not (r.family in summed and m.leaves_out(r))]


# --------------------------------------------------------------------------- terms with letters for derivatives


class Forward(Evaluator):
    """One convention's meaning of the terms, derivatives from the :class:`~symjac.claims.world.World` of a claim."""

    @property
    def world(self) -> World:
        """Where derivatives come from."""
        assert isinstance(self.gradient, World)
        return self.gradient

    def laid_out(self, numerator: Expr, *, scalar: bool = False, vector: bool = True) -> Expr:
        """A Jacobian in this layout, said a second time: what the other reading lays out wrongly differs here."""
        layout = self.convention.layout
        turns = layout == "denominator" or (layout == "mixed" and scalar and not (vector and self.convention.row))
        return transpose(numerator) if turns else numerator

    def over_steps(self, y: Ref, x: Ref) -> Expr:
        return self.world.derivative(y, x)

    def slope(self, of: Symbol, wrt: Symbol, definitions: Mapping[Symbol, Expr], *, entries: bool) -> Expr:
        """The letter for a derivative; what is no symbol of the system is known by what it is."""
        others = {s: e for s, e in definitions.items() if s != of}
        operand = self.model.ref(of) is None
        return self.world.slope(
            *((definitions[of], wrt, others) if operand else (of, wrt, definitions)), entries=entries
        )

    def entries(self, y: Ref, x: Ref) -> Expr:
        """``d vec(y) / d vec(x)^T``: total where the claim holds the same of an earlier step."""
        self.variables.add(self.model.symbol(x))
        before = [r.time for r, by in self.carried if by == x and r.time is not None]
        if before and y.time is not None:
            return self.world.total(y, x, before[0])
        return self.world.derivative(y, x, entries=True)

    def hessian(self, y: Ref, x: Ref, z: Ref) -> Expr:
        """Both derivatives from the run, the second one of the first."""
        of, first, then = (self.model.symbol(r) for r in (y, x, z))
        self.variables |= {first, then}
        definitions = {**self.model.through(y, x), **self.model.through(y, z)}
        definitions.pop(first, None)
        return self.world.slope(Transpose(Partial(of, first)), then, definitions)

    def image(self, jacobian: Expr, x: Term) -> Expr:
        """What a Jacobian does to the vec of the matrix of one entry, the vec of what that gives."""
        return Product(jacobian, Vec(self.one_entry(x)))

    def entry_of_image(self, jacobian: Expr, of: Symbol, x: Term, y: Term) -> Expr:
        row, *column = self.units(y, of)
        return Product(Transpose(Kronecker(column[0], row) if column else row), self.image(jacobian, x))

    def column_of(self, jacobian: Expr, matrix: Symbol, unit: Expr) -> Expr:
        return Product(jacobian, Kronecker(unit, Identity(matrix.rows)))


@lru_cache(maxsize=16)
def forward(kind: type[Evaluator]) -> type[Evaluator]:
    """The same reading of terms as that of ``kind``, with derivatives from the system run forwards."""
    return Forward if kind is Evaluator else type(f"Forward{kind.__name__}", (Forward, kind), {})
