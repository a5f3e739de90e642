"""What confirms backpropagation through time: the loss run forwards over 1, 2 and 3 steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from symjac import expr as ex
from symjac.bptt.backward import Backward
from symjac.bptt.program import STEPS, program
from symjac.confirm.confirmed import Check, Checks, NotRun, SkippedError
from symjac.confirm.forward import agree
from symjac.confirm.overtime import run, write_out
from symjac.confirm.programs import array_of, function_of, map_calls, map_of, matrix_like, run_program
from symjac.errors import NotYetError
from symjac.expr import Differential, Expr, Partial, Symbol, Time
from symjac.values.agreement import Sides
from symjac.values.evaluate import turned
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.points import Kinds

LENGTHS = (1, 2, 3)


def confirm_backward(b: Backward) -> Checks:
    """Every row, every gradient and the emitted program against the derivatives of the loss run forwards."""
    told: list[str] = []
    for one in [b] if b.single is None else [b, b.single]:
        for steps in lengths_of(one):
            r = Rollout(one, steps)
            told.append(f"T = {steps}: {_agreement(r, r.formulas, 'the printed recurrence')}")
    ran = (Check("entries", "every size and number of steps"), Check("forwards", "; ".join(told)))
    steps = lengths_of(b)[-1]
    try:
        r = Rollout(b, steps)
        where = _agreement(r, r.program, "the emitted program", programs=True)
    except (NotYetError, SkippedError) as error:
        return Checks(ran, (NotRun("numbers", str(error)),))
    return Checks((*ran, Check("numbers", f"the emitted NumPy program; T = {steps}: {where}")), ())


def lengths_of(b: Backward) -> tuple[int, ...]:
    """Over how many steps the loss is run: 1, 2 and 3, or as many as it has where that is a number."""
    return LENGTHS if b.loss.last.letter else (b.loss.last.offset,)


def _agreement(r: Rollout, sides: Sides, road: str, *, programs: bool = False) -> str:
    return agree(
        f"the gradients of {r.b.loss.name} over {r.steps} steps",
        road,
        sides,
        [r.loss, *r.symbols, *r.definitions],
        r.definitions,
        run="the loss run forwards",
        sizes=r.letters,
        kinds=Kinds(distributions=r.distributions),
        wanted=2,
        programs=programs,
    )


class Rollout:
    """A recurrence with its loss, written out for a number of steps, and what is printed of its gradients."""

    def __init__(self, b: Backward, steps: int) -> None:
        self.b = b
        self.steps = steps
        self.step = b.step
        last = b.loss.last
        self.letters = {last.letter: steps - last.offset} if last.letter else {}
        self._tables = {k: self._table(Time((), k)) for k in range(steps + 1)}
        self._late = {s: self._tables[steps][here] for here, s in self._table(last).items()}
        self.losses = {k: self.settle(b.loss.term, k) for k in range(1, steps + 1)}
        kept = list(self.losses.values()) if b.loss.every_step else [self.losses[steps]]
        self.loss = ex.Sum(*kept, *([] if b.loss.penalty is None else [b.loss.penalty]), ex.Number(0))
        self.definitions = {**self.step.constants, **run(self.step.definitions, 1, steps), **self._adjoints()}

    @property
    def distributions(self) -> frozenset[Symbol]:
        """The targets that are supposed to add up to one, at every step."""
        supposed = [total.args[1] for total in self.b.hypotheses]
        return frozenset(self.at(s, k) for s in supposed if isinstance(s, Symbol) for k in range(1, self.steps + 1))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """What the loss is differentiated by."""
        inputs = [self.at(x, k) for x in self.step.inputs for k in range(1, self.steps + 1)]
        start = [self.at(s, 0) for s in self.step.states]
        return (*self.step.parameters, *inputs, *start)

    # ------------------------------------------------------------------------------------- writing out

    def at(self, s: Symbol, k: int) -> Symbol:
        """A symbol of the step at a numbered step."""
        return self.step.at(s, Time((), k))

    def _table(self, when: Time) -> dict[Symbol, Symbol]:
        """What every symbol of the step, gradients included, is called at a time."""
        b, adjoints = self.b, self.b.adjoints
        known = {s for e in (*self.step.definitions.values(), b.loss.term) for s in e.symbols}
        here = {*known, *self.step.definitions}
        out = {self.step.at(s, 1): self.step.at(s, when + 1) for s in here}
        out |= {s: self.step.at(s, when) for s in here}
        for u in adjoints.nodes:
            out[adjoints.symbol(u)] = adjoints.symbol(u, when)
            out[adjoints.symbol(u, 1)] = adjoints.symbol(u, when + 1)
            out[adjoints.nabla(u)] = adjoints.nabla(u, when)
        return out

    def settle(self, e: Expr, k: int | None = None) -> Expr:
        """An expression of the step at step ``k``, or one over all steps, with numbers for the letters of time."""
        now = self.step.clock.letter

        def move(s: Symbol, values: Mapping[str, int]) -> Expr:
            here = self._tables[values[now]].get(s) if now in values else None
            return here if here is not None else self._late.get(s, s)

        return write_out(e, {**self.letters, **({} if k is None else {now: k})}, move)

    def _adjoints(self) -> dict[Symbol, Expr]:
        """The printed recurrence: what each gradient stands for at each step."""
        b, adjoints = self.b, self.b.adjoints
        out: dict[Symbol, Expr] = {}
        for k in range(1, self.steps + 1):
            for row in b.rows:
                form = row.last if k == self.steps else ex.zero(row.of.shape) if row.final else row.before
                out[adjoints.symbol(row.of, Time((), k))] = self.settle(form, k)
            for nabla, meaning in adjoints.meaning().items():
                assert isinstance(nabla, Symbol)
                out[self._tables[k][nabla]] = self.settle(meaning, k)
        for c in self.step.constants:
            if c in b.gradients:
                out[adjoints.symbol(c)] = self.settle(b.gradient(c))
        return out

    # ------------------------------------------------------------------------------------- both sides

    def formulas(self, at: Evaluator) -> Iterator[tuple[Matrix, Matrix]]:
        """Pairs of what the run gives and what is printed: rows at every step, gradients in both layouts."""
        b, adjoints = self.b, self.b.adjoints
        for k in range(1, self.steps + 1):
            for row in b.rows:
                run = at.matrix(Partial(self.loss, self.at(row.of, k)))
                yield turned(run), at.matrix(adjoints.symbol(row.of, Time((), k)))
        for p in b.gradients:
            if p not in self.step.constants:
                found = at.matrix(self.settle(b.gradient(p)))
                yield [[self.slope(at, p)]], [[self.along(at, p, found)]]
                yield found, turned(at.matrix(self.settle(b.gradient(p, "numerator"))))
        for x, printed in self.printed_inputs().items():
            yield [[self.slope(at, x)]], [[self.along(at, x, at.matrix(printed))]]
        for s, e in b.initial.items():
            yield turned(at.matrix(Partial(self.loss, s))), at.matrix(self.settle(e))

    def printed_inputs(self) -> dict[Symbol, Expr]:
        """The gradients by inputs at numbered steps; one input may stand in several steps."""
        parts: dict[Symbol, list[Expr]] = {}
        for x, g in self.b.input_gradients.items():
            for k in range(1, self.steps + 1):
                form = g.at_last if k == self.steps else g.summand
                if form is not None:
                    parts.setdefault(self.at(x, k), []).append(self.settle(form, k))
        return {x: ex.add(*found) for x, found in parts.items()}

    def slope(self, at: Evaluator, s: Symbol, loss: Expr | None = None) -> Any:
        """How the loss of the run changes where a symbol moves in the direction of :meth:`direction`."""
        moving = Evaluator(at.numbers, at.sizes, at.leaf, at.definitions, frozenset({s}))
        moving.fixed = at.fixed
        return moving.scalar(Differential(self.loss if loss is None else loss))

    @staticmethod
    def direction(at: Evaluator, s: Symbol) -> Matrix:
        """An arbitrary change of a symbol."""
        return at.leaf(Symbol(rf"\mathrm{{d}}{s.name}", s.shape), at.size(s.rows), at.size(s.cols), at.numbers)

    def along(self, at: Evaluator, s: Symbol, gradient: Matrix) -> Any:
        """What a gradient says about a change in that direction."""
        pairs = zip(gradient, self.direction(at, s), strict=True)
        return sum((a * d for row, change in pairs for a, d in zip(row, change, strict=True)), at.number(0))

    # ------------------------------------------------------------------------------------ the program

    def program(self, at: Evaluator) -> Iterator[tuple[Matrix, Matrix]]:
        """Pairs of what the run gives and what the emitted NumPy program returns, in both layouts."""
        if self.step.system.functions:
            raise NotYetError("functions that the system defines are run as any function, a program has them by value")
        for layout in ("denominator", "numerator"):
            source = program(self.b, "numpy", layout)
            known = self._known()
            arguments = {
                python: self.steps if python == STEPS else self._argument(at, latex, known)
                for python, latex in source.arguments.items()
            }
            arguments |= self._losses(at, source.code)
            found = run_program(source, arguments)
            named = {python: known[latex] for python, latex in source.arguments.items() if latex in known}
            for key, value in found.items():
                yield from self._returned(at, named[key], value, layout)

    def _known(self) -> dict[str, Symbol]:
        """The symbols whose values a program takes, parameters that only the loss holds among them, by name."""
        penalty = () if self.b.loss.penalty is None else self.b.loss.penalty.symbols
        own = {s.name: s for s in (*self.b.loss.term.symbols, *penalty)}
        given = (*self.step.parameters, *self.step.inputs, *self.step.targets, *self._states())
        return own | {s.name: s for s in given}

    def _states(self) -> tuple[Symbol, ...]:
        return tuple(s.at(self.step.now) for s in self.step.states)

    def _argument(self, at: Evaluator, latex: str, known: Mapping[str, Symbol]) -> Any:
        s = known.get(latex)
        if s is None:
            return self._function(at, latex)
        every = s in self.step.inputs or (
            s in self.step.targets and (self.b.loss.every_step or self.b.window is not None)
        )
        if every:
            return np.array([array_of(at, self.at(s, k)) for k in range(1, self.steps + 1)])
        if s in self._states():
            return array_of(at, self.at(s, 0))
        return array_of(at, self.at(s, self.steps))

    def _function(self, at: Evaluator, latex: str) -> Any:
        """An unspecified function or map, or its derivative, as the point takes it."""
        maps = map_calls(e for d in self.step.definitions.values() for e in d.walk())
        return map_of(at, maps[latex]) if latex in maps else function_of(at, latex)

    def _losses(self, at: Evaluator, code: str) -> dict[str, Any]:
        """The gradients of an unspecified loss by what it sees, step by step."""
        if not self.b.loss.unspecified:
            return {}
        adjoints = self.b.adjoints
        seen = [v for v in adjoints.nodes if v in adjoints.local.symbols]
        (function,) = (n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef))
        names = [a.arg for a in function.args.kwonlyargs if a.arg.startswith("dloss_")]

        def gradient(v: Symbol) -> Any:
            return lambda t, *values: array_of(at, adjoints.nabla(v, Time((), t)))

        return {name: gradient(v) for name, v in zip(names, seen, strict=True)}

    def _returned(self, at: Evaluator, s: Symbol, value: Any, layout: str) -> Iterator[tuple[Matrix, Matrix]]:
        if s in self.step.inputs:
            for k in range(1, self.steps + 1):
                x = self.at(s, k)
                yield [[self.total(at, x)]], [[self.along(at, x, matrix_like(value[k - 1], x))]]
            return
        x = self.at(s, 0) if s in self._states() else s
        found = np.asarray(value).T if layout == "numerator" and s.is_matrix else value
        yield [[self.total(at, x)]], [[self.along(at, x, matrix_like(found, x))]]

    def total(self, at: Evaluator, s: Symbol) -> Any:
        """The slope of the loss; with a window the losses of the steps one by one, states before it held fixed."""
        window = self.b.window
        if window is None:
            return self.slope(at, s)
        out = at.number(0)
        for last in range(1, self.steps + 1):
            cut = [self.at(v, last - window) for v in self.step.states] if last > window else []
            held = at.with_fixed({v: at.matrix(v) for v in cut})
            out = out + self.slope(held, s, self.losses[last])
        return out
