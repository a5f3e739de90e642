"""What confirms a product over time: written out for 1, 2 and 3 steps, against the system run that many steps."""

from __future__ import annotations

from collections.abc import Iterator

from symjac import expr as ex
from symjac.confirm.confirmed import Check, Checks
from symjac.confirm.forward import agree
from symjac.confirm.overtime import move, run, write_out
from symjac.expr import Expr, Partial, Symbol, Time
from symjac.unroll import LONGEST_WRITTEN, Unrolled
from symjac.values.evaluate import turned
from symjac.values.evaluator import Evaluator, Matrix

LENGTHS = (1, 2, 3)
START = 2  # the time of the early state, where the text leaves it open


def confirm_product(u: Unrolled) -> Checks:
    """The product in both layouts, and its factors side by side, against the derivative of the run."""
    told = []
    for steps in lengths_of(u):
        count = f"{steps} {'step' if steps == 1 else 'steps'}"
        told.append(f"{count}: {_agree(u, steps, f'{count}, ')}")
    return Checks((Check("induction", "every size and number of steps"), Check("forwards", "; ".join(told))), ())


def lengths_of(u: Unrolled) -> tuple[int, ...]:
    """How many steps are run: 1, 2 and 3, or as many as lie between where that is a number that can be run."""
    return LENGTHS if u.steps is None or u.steps > LONGEST_WRITTEN else (u.steps,)


def times_of(u: Unrolled, steps: int) -> tuple[int, int]:
    """The times of the early and the late state of a run over so many steps."""
    if not u.early.letter:
        return u.early.offset, u.early.offset + steps
    if not u.late.letter:
        return u.late.offset - steps, u.late.offset
    return START, START + steps


def run_of(u: Unrolled, steps: int) -> tuple[range, dict[Symbol, Expr], list[Symbol], Partial]:
    """A run over so many steps: their times, the equations, the states at its ends, the late ones by the early ones."""
    start, end = times_of(u, steps)
    definitions = run(u.system.definitions, start + 1, end)
    late, early = ([s.at(Time((), k)) for s in u.states] for k in (end, start))
    jacobian = Partial(*(ex.Stack(*of) if len(of) > 1 else of[0] for of in (late, early)))
    return range(start + 1, end + 1), definitions, [*late, *early], jacobian


def _agree(u: Unrolled, steps: int, when: str) -> str:
    times, definitions, states, jacobian = run_of(u, steps)
    formulas = list(_written(u, steps, times.start - 1, times.stop - 1))

    def sides(at: Evaluator) -> Iterator[tuple[Matrix, Matrix]]:
        whole = at.matrix(jacobian)
        for layout, e in formulas:
            yield whole if layout == "numerator" else turned(whole), at.matrix(e)

    about = f"the derivative of {u.of.name} by {u.wrt.name}"
    expressions = [*states, *(e for _, e in formulas)]
    return agree(about, "the product over time", sides, expressions, definitions, when=when, wanted=2)


def _written(u: Unrolled, steps: int, start: int, end: int) -> Iterator[tuple[str, Expr]]:
    """What is printed, the letters of time put in; of a product that is too long to be run its factors."""
    values = {m.letter: k - m.offset for m, k in ((u.early, start), (u.late, end)) if m.letter is not None}
    if u.steps is not None and u.steps != steps:
        factors = [write_out(u.factor, {u.index.text: k}, move) for k in range(end, start, -1)]
        yield "numerator", ex.Product(*factors) if steps > 1 else factors[0]
        return
    for layout in ("numerator", "denominator"):
        yield layout, write_out(u.product(layout), values, move)
        if steps and not u.is_block:
            yield layout, write_out(u.written(steps, layout), values, move)
