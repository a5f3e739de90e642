"""The second witness of a verdict: both members of a claim evaluated where the system is run forwards.

What was proved has to agree there, at several points and sizes, and at one, two and three steps where their number is
a letter. What is refuted is refuted there: by a point at which the two members differ. No closed form that symjac
derived takes part.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from symjac import expr as ex
from symjac.claims.asked import Asked
from symjac.claims.evaluate import Evaluator
from symjac.claims.meaning import Meaning
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.properties import SUMS_TO_ONE, broken, spelled_out
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.claims.world import Gradient, World, forward
from symjac.confirm.forward import confirm_tables
from symjac.errors import Defect, ShapeError
from symjac.expr import Expr, Symbol
from symjac.expr.times import Time
from symjac.limits import in_time
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.lexer import tokenise
from symjac.reading.values import Value
from symjac.reading.wording import ONE_HOT
from symjac.values import Counterexample, counterexample
from symjac.values.agreement import Agreement, Runs, are_far, compare
from symjac.values.floats import Floats
from symjac.values.nodes import reachable
from symjac.values.points import Kinds, sizes_of_rounds
from symjac.values.rings import NoValueError
from symjac.values.search import Rows, sides

LENGTHS = (1, 2, 3)
ROADS = ("normal form", "system run forwards")
NO_POINT = "no point was found at which both sides have a value"


class WrittenOut(OverTime):
    """Sums and products over time that are written out or not there."""

    def whole(self, ev: Meaning, t: Term, low: Time, high: Time) -> Value:
        raise UndecidedError("a sum or product over a number of steps that is a letter cannot be run")


@dataclass(frozen=True)
class Circumstances:
    """What is so where a claim is run: every size 1, matrices of a kind, functions changed to others."""

    every_size_is_one: bool = False
    special: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[Expr], Expr] = lambda e: e


ANY = Circumstances()


@dataclass(frozen=True)
class Course:
    """One run: both members, numbers for the letters in them, and the ends of a whole sum over steps."""

    a: Term
    b: Term
    values: Mapping[str, Time]
    first: Time | None = None
    until: Time | None = None


@dataclass(frozen=True)
class Run:
    """Both sides in one convention, with the world that their derivatives come from."""

    left: Expr
    right: Expr
    world: World
    statement: Statement
    circumstances: Circumstances = ANY

    def compare(self, depth: int, *, points: int = 2) -> Agreement:
        """The two sides at points of generic values, so many at each of as many choices of sizes."""
        runs, names = self.runs(depth)
        rounds = [dict.fromkeys(names, 1)] if self.circumstances.every_size_is_one else sizes_of_rounds(names)
        return compare(partial(sides, self.left, self.right), runs, rounds, wanted=points, points=points)

    def differs_clearly(self, depth: int) -> bool:
        """Whether the two sides are far from each other at one point of generic values; ``False`` says nothing."""
        runs, names = self.runs(depth)
        with contextlib.suppress(NoValueError):
            return are_far(sides(self.left, self.right, runs.at(Floats({}), next(iter(sizes_of_rounds(names))), 0)))
        return False

    def runs(self, depth: int) -> tuple[Runs, list[str]]:
        """The system at generic points, and the letters that want a size there."""
        equations = self.settle(depth)
        expressions, kinds = self.beside()
        nodes = set(reachable([self.left, self.right, *expressions], equations)) - self.world.given.keys()
        confirm_tables(nodes)
        # Both layouts of an orientation ask the same of the same system; one run at a point answers them.
        given, same = self.world.given, (frozenset(equations.items()), frozenset(self.world.given.items()), kinds)
        points = self.world.model.points.setdefault(same, {})
        return Runs(nodes, equations, kinds=kinds, given=given, points=points), sorted(ex.size_names(nodes))

    def search(
        self, effort: int, first: Iterable[Symbol] = (), keeps: Callable[[Mapping[Symbol, Rows]], bool] = lambda _: True
    ) -> Counterexample | None:
        """A small point at which the two sides differ; the symbols in ``first`` have the simplest values."""
        equations = self.settle(0)
        expressions, kinds = self.beside()
        return counterexample(
            self.left,
            self.right,
            equations,
            effort=effort,
            kinds=kinds,
            given=self.world.given,
            beside=expressions,
            first=first,
            keeps=keeps,
        )

    def settle(self, depth: int) -> Mapping[Symbol, Expr]:
        """The equations under which the sides are evaluated."""
        self.world.settle((self.left, self.right), depth)
        return self.world.equations

    def beside(self) -> tuple[list[Expr], Kinds]:
        """What the letters for derivatives are computed from, and what the values of symbols have to be."""
        expressions = [e for meaning in self.world.given.values() for e in meaning.expressions]
        symbols = {s for e in (self.left, self.right, *expressions, *self.world.equations.values()) for s in e.symbols}
        refs = [(s, self.world.model.ref(s)) for s in symbols - self.world.equations.keys()]

        def among(words: Sequence[str]) -> frozenset[Symbol]:
            families = self.statement.declared_as(words)
            return frozenset(s for s, r in refs if r is not None and r.family in families)

        kinds = Kinds(among(ONE_HOT), among(SUMS_TO_ONE), self.circumstances.special)
        return expressions, kinds


def confirm(c: Asked, a: Term, b: Term, where: Circumstances = ANY, *, points: int = 2) -> str:
    """Why two members that were proved equal cannot be run; empty where runs agree with the proof.

    There are so many ``points`` at each of as many choices of sizes.

    :raises Defect: where a run and the proof disagree.
    """
    try:
        for course in courses(c, a, b):
            in_time()
            try:
                run = evaluated(c, course, where)
            except ShapeError:
                return NO_POINT
            found = _later(run, points=points) if run.left.shape == run.right.shape else None
            if found is None or not found.points:
                return NO_POINT
            if found.apart is not None:
                numbers = {**found.apart, **{letter: value.text for letter, value in course.values.items()}}
                point = "".join(f", {letter} = {n}" for letter, n in numbers.items())
                raise Defect(
                    f"the claim {c.statement.claim} is proved by the normal form and false where the system is run "
                    f"forwards ({c.convention.name}{point})",
                    roads=ROADS,
                )
    except UndecidedError as error:
        return str(error)
    return ""


def _later(run: Run, *, points: int) -> Agreement:
    """The comparison of two sides where the earliest step comes out of the step before, if it can."""
    try:
        return run.compare(1, points=points)
    except UndecidedError:  # the equations of the earlier step cannot be written down
        return run.compare(0, points=points)


def unkept(s: Statement, model: Model, values: Mapping[Symbol, Rows]) -> list[str]:
    """What is declared of symbols, or supposed of them by the system, and their values do not keep to."""
    refs = ((symbol, model.ref(symbol)) for symbol in values)
    said = [(symbol, s.properties[r.family]) for symbol, r in refs if r is not None and r.family in s.properties]
    kept = ((symbol.name, broken(words, values[symbol])) for symbol, words in said)
    scalars = {t.name: table[0][0] for t, table in values.items() if t.is_scalar}
    numbers = {name: value for name, value in scalars.items() if isinstance(value, Fraction)}
    letters = {symbol.letter for symbol in values}
    given = (c for c in s.given if not (c.met(numbers) or letters.isdisjoint(t.text for t in tokenise(c.text))))
    return [*(f"{name} is declared to be {word}" for name, word in kept if word), *(f"{c.text} is said" for c in given)]


def _holds_later(run: Run) -> bool:
    """Whether what differs for any states is the same for those that come out of the step before."""
    try:
        if run.differs_clearly(1):
            return False
        later = run.compare(1)
    except UndecidedError:  # the equations of the earlier step cannot be written down
        return False
    return bool(later.points) and later.apart is None


def refute(c: Asked, course: Course, effort: int, told: Sequence[Expr]) -> Counterexample | None:
    """A point at which both members differ, of the system run forwards; ``None`` where none was found.

    ``told`` are both sides in closed form: what they depend on is shown, and the rest is not.

    :raises UndecidedError: where the system cannot be run.
    """
    computed = [family for family in c.statement.properties if family in c.model.defined_families]
    if computed:
        raise UndecidedError(
            f"{computed[0]} is declared to have a property and computed: whether it has it is not known"
        )
    run = evaluated(c, course, Circumstances(special=c.special))
    symbols = {e for e in reachable(told, run.settle(0)) if isinstance(e, Symbol)}
    found = run.search(effort, symbols, lambda values: not unkept(c.statement, c.model, values))
    if found is None:
        supposed = c.statement.properties or c.statement.given
        if supposed and (other := run.search(effort, symbols)) is not None:
            said = unkept(c.statement, c.model, other.values)[0]
            raise UndecidedError(f"{said}, and no values were found that keep to it and refute the claim")
        return None
    if _holds_later(run):
        return None
    shown = symbols | ({s for s, m in run.world.given.items() if isinstance(m, Gradient)} & run.right.symbols)
    values = {s: v for s, v in found.values.items() if s in shown}
    letters = set(ex.size_names([*told, *values]))
    letters |= {s.name for s in symbols if s.is_scalar}  # a size that stands as a number, as in a mean
    return replace(found, values=values, sizes={name: n for name, n in found.sizes.items() if name in letters})


Closed = tuple[Expr, Mapping[Symbol, tuple[Ref, str]]]
"""The closed form of a term, with the gradients that are letters in it: by what, and of which kind."""


def confirm_formula(
    c: Asked, t: Term, beside: Term, closed: Callable[[Mapping[str, Time]], Closed], *, at_lengths: bool
) -> None:
    """Hold the closed form of a term against the system run forwards; gradients in it are those of the run.

    ``beside`` is the other member, which says what the loss sees; ``closed`` gives the form at numbers for letters.

    :raises UndecidedError: where nothing can be run.
    :raises Defect: where a run and the closed form disagree.
    """
    for at in _numbers(c, t, beside) if at_lengths else [{}]:
        in_time()
        (form, letters), (ev, world) = closed(at), _evaluator(c, Course(t, beside, at), ANY)
        if form.symbols & c.model.ways.keys():
            raise UndecidedError("a number of steps that is a letter cannot be run")
        left = world.spell(c.model.signs(ev(t)))
        if ev.unknown:
            raise UndecidedError(ev.unknown[0])
        for y, x in ev.carried:
            for r in (Ref(family, y.time) for family in c.model.defined_families):
                if (letter := c.model.carried_letter(r, x)) in form.symbols:
                    world.carry(letter, r, x)
        for letter in form.symbols & letters.keys():
            world.take_up(letter, *letters[letter])
        found = _later(Run(left, world.spell(c.model.signs(form)), world, c.statement), points=1)
        if found.apart is not None:
            raise Defect(
                f"the formula derived for the left side of {c.statement.claim} and the system run forwards disagree "
                f"({c.convention.name})",
                roads=("closed form", "system run forwards"),
            )
        if not found.points:
            raise UndecidedError(NO_POINT)


def courses(c: Asked, a: Term, b: Term) -> Iterator[Course]:
    """The runs that a claim needs: one, or one for each of several numbers of steps.

    :raises UndecidedError: where no number of steps can be chosen.
    """
    s = c.statement
    if s.beside_penalty(a, b) is not None or s.per_step(a, b) is not None:
        yield from _whole_sums(c, a, b)
        return
    yield from (Course(a, b, v) for v in _numbers(c, a, b))


def _numbers(c: Asked, a: Term, b: Term) -> list[dict[str, Time]]:
    """Numbers for the letters that count steps: for one run, or for each of several.

    :raises UndecidedError: where none can be chosen.
    """
    if not c.statement.lengths_matter(a, b):
        return [{}]
    if values := list(c.statement.lengths(LENGTHS, a, b)):
        return values
    raise UndecidedError("nothing says which numbers of steps there are")


def _whole_sums(c: Asked, a: Term, b: Term) -> Iterator[Course]:
    """A sum over all steps, from the first to the last of so many."""
    first = Time((), 1)
    for n in LENGTHS:
        last = Time((), n)
        letters = {t.over.high.letter for t in c.statement.over(a, b) if t.over.high is not None}
        values = {letter: last for letter in letters if letter is not None}
        yield Course(a.rebuilt(_ranged(first, last)), b.rebuilt(_ranged(first, last)), values, first, last)


def _ranged(first: Time, last: Time) -> Callable[[Term], Term]:
    def change(t: Term) -> Term:
        if t.kind != "over":
            return t
        return Term(t.kind, t.args, replace(t.over, low=t.over.low or first, high=t.over.high or last), t.span)

    return change


def evaluated(c: Asked, course: Course, where: Circumstances = ANY) -> Run:
    """Both members, their derivatives letters for what the system run forwards gives.

    :raises UndecidedError: where something stands in them that cannot be run.
    """
    ev, world = _evaluator(c, course, where)
    left, right = (world.spell(c.model.signs(e)) for e in ev.members(course.a, course.b))
    if ev.unknown:
        raise UndecidedError(ev.unknown[0])
    return Run(left, right, world, c.statement, where)


def _evaluator(c: Asked, course: Course, where: Circumstances) -> tuple[Evaluator, World]:
    s, values = c.statement, course.values
    step = None if course.first is not None else c.step or s.step(values, course.a, course.b)
    world = World(
        c.model,
        s.mentions(course.a, course.b, values),
        step=step,
        last=c.last_at(values),
        first=course.first,
        until=course.until,
        weights=c.weights(values),
        spell=lambda e: where.change(spelled_out(e, s.normalisations)),
    )
    return c.evaluator(forward(c.kind), course.a, course.b, world, WrittenOut(c.order), values), world
