"""How Jacobians over a number of steps that is a letter hang together.

``dh_t/dh_k`` is a symbol; beside ``dh_t/dh_{k+1}`` it is that one times the Jacobian of the step between, and beside
``dz_t/dz_k`` of another quantity in the same loop it is that one with the parts of a step at both ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symjac import expr as ex
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.expr import Expr, Symbol
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref

FAR = 8  # so many steps at most lie between two ends that are compared


def relations(model: Model, symbols: Iterable[Symbol]) -> dict[Symbol, Expr]:
    """Each of these symbols in terms of the shortest way among them, where that can be said."""
    ways = {s: model.ways[s] for s in symbols if s in model.ways}
    if len(ways) < 2:
        return {}
    families = sorted({y.family for y, _ in ways.values()})
    base, out = families[0], {}
    inner: dict[Symbol, tuple[Ref, Ref, Expr | None, Expr | None]] = {}
    for s, (y, x) in ways.items():
        ends = (y, x, None, None) if y.family == base else _through(model, base, y, x)
        if ends is None:
            return {}
        inner[s] = ends
    times = [(y.time, x.time) for y, x, _, _ in inner.values()]
    top, bottom = _extreme((t for t, _ in times), min), _extreme((t for _, t in times), max)
    if top is None or bottom is None:
        return {}
    rows = model.symbol(Ref(base, top)).rows
    core = Symbol(rf"\text{{way of {base} from {bottom.text} to {top.text}}}", (rows, rows))
    for s, (y, x, left, right) in inner.items():
        factors = [left] if left is not None else []
        factors += [model.one_step(Ref(base, y.step - k)) for k in range((y.step - top).offset)]
        factors.append(core)
        factors += [model.one_step(Ref(base, bottom - k)) for k in range((bottom - x.step).offset)]
        factors += [right] if right is not None else []
        out[s] = ex.mul(*factors)
    return out


def _through(model: Model, base: str, y: Ref, x: Ref) -> tuple[Ref, Ref, Expr | None, Expr | None] | None:
    """A way of another family as one of ``base``: from x into it, and out of it to y.

    Only where y sees ``base`` at one step alone, and x is seen by it at one step alone.
    """
    try:
        lasts = [r for k in (0, 1) if model.sees(y, r := Ref(base, y.step - k))]
        firsts = [r for k in (0, 1) if model.sees(r := Ref(base, x.step + k), x)]
        if len(lasts) != 1 or len(firsts) != 1:
            return None
        (last,), (first,) = lasts, firsts
        return last, first, model.derivative(y, last), model.derivative(first, x)
    except UndecidedError:
        return None


def _extreme(times: Iterable[Time | None], choose: Callable[[Iterable[int]], int]) -> Time | None:
    """The least or greatest of times that differ by small numbers only."""
    found = list(times)
    letters = {t.letters for t in found if t is not None}
    offsets = [t.offset for t in found if t is not None]
    if None in found or len(letters) != 1 or max(offsets) - min(offsets) > FAR:
        return None
    return Time(letters.pop(), choose(offsets))
