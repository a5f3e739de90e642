r"""Proofs over a number of steps that is a letter.

``dh_t/dh_k`` is a symbol; beside ``dh_t/dh_{k+1}`` it is that one times the Jacobian of the step between, and beside
``dz_t/dz_k`` of another quantity in the same loop it is that one with the parts of a step at both ends.

A gradient as a sum over all later steps is proved by induction from the last step back: ``dL/dh_k = \sum_{i=k}^{T}
f(i, k)`` holds for every k up to T if the term of the first step is what the loss sees of ``h_k`` itself, and if every
other term is carried back from ``h_{k+1}`` as the gradient by it is. The first term may stand apart: ``e(k) +
\sum_{i=k+1}^{T} f(i, k)``, where ``f(k+1, k)`` has to be carried back from ``e(k+1)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symjac import expr as ex
from symjac.claims.asked import Asked
from symjac.claims.gradients import Gradients
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.expr import Expr, Symbol
from symjac.expr.times import Time
from symjac.normal import equal
from symjac.reading.applied.terms import Ref, Term

FAR = 8  # so many steps at most lie between two ends that are compared


def relations(model: Model, symbols: Iterable[Symbol]) -> dict[Symbol, Expr]:
    """Each of these symbols in terms of the shortest way among them, where that can be said."""
    ways = {s: model.ways[s] for s in symbols if s in model.ways}
    if len(ways) < 2:
        return {}
    families = sorted({y.family for y, _ in ways.values()})
    base, out = families[0], {}
    inner: dict[Symbol, _Way] = {}
    for s, (y, x) in ways.items():
        way = (y, x, (), ()) if y.family == base else _through(model, base, y, x)
        if way is None:
            return {}
        inner[s] = way
    tops, bottoms = [y.step for y, *_ in inner.values()], [x.step for _, x, *_ in inner.values()]
    for times in (tops, bottoms):
        offsets = [t.offset for t in times]
        if len({t.letters for t in times}) != 1 or max(offsets) - min(offsets) > FAR:
            return {}
    top, bottom = min(tops, key=lambda t: t.offset), max(bottoms, key=lambda t: t.offset)
    rows = model.symbol(Ref(base, top)).rows
    core = Symbol(rf"\text{{way of {base} from {bottom.text} to {top.text}}}", (rows, rows))
    for s, (y, x, left, right) in inner.items():
        before = (model.one_step(Ref(base, y.step - k)) for k in range((y.step - top).offset))
        behind = (model.one_step(Ref(base, bottom - k)) for k in range((bottom - x.step).offset))
        out[s] = ex.mul(*left, *before, core, *behind, *right)
    return out


_Way = tuple[Ref, Ref, tuple[Expr, ...], tuple[Expr, ...]]
"""The ends of a way, and the factors before and behind it."""


def _through(model: Model, base: str, y: Ref, x: Ref) -> _Way | None:
    """A way of another family as one of ``base``: from x into it, and out of it to y.

    Only where y sees ``base`` at one step alone, and x is seen by it at one step alone.
    """
    try:
        lasts = [r for k in (0, 1) if model.sees(y, r := Ref(base, y.step - k))]
        firsts = [r for k in (0, 1) if model.sees(r := Ref(base, x.step + k), x)]
        if len(lasts) != 1 or len(firsts) != 1:
            return None
        (last,), (first,) = lasts, firsts
        return last, first, (model.derivative(y, last),), (model.derivative(first, x),)
    except UndecidedError:
        return None


def proved_by_induction(c: Asked, a: Term, b: Term) -> bool:
    """Whether the gradient ``a`` by a state is the sum ``b`` over the steps from that of the state to the last."""
    x = c.statement.target
    if x is None or x.time is None or x.time.letter is None or all(y != x for _, y, _ in c.statement.gradients(a)):
        return False
    apart: Term | None = None
    if b.kind == "add":
        sums = [t for t in b.args if t.kind == "over" and t.over.kind == "sum"]
        others = [t for t in b.args if t not in sums]
        if len(sums) != 1 or not others:
            return False
        apart, b = (others[0] if len(others) == 1 else Term("add", tuple(others), None, b.span)), sums[0]
    if b.kind != "over" or b.over.kind != "sum" or b.over.high is None:
        return False
    if b.over.low != (x.time if apart is None else x.time + 1) or c.statement.last not in (None, b.over.high):
        return False
    return any(_carried_back(c, a, form, x, apart) for form in _forms(b))


def _forms(b: Term) -> Iterator[Term]:
    """The sum as it is printed, and counted from its other end."""
    yield b
    low, high, letter = b.over.low, b.over.high, b.over.letter
    if low is not None and high is not None:
        other = low + high - Time(((letter, 1),))
        yield Term("over", (b.args[0].retimed(lambda u: u.put({letter: other})),), b.data, b.span)


def _carried_back(c: Asked, a: Term, b: Term, x: Ref, apart: Term | None) -> bool:
    """Whether the terms of the sum obey the recurrence of the gradient."""
    now = x.time
    assert now is not None
    assert now.letter is not None
    body, letter, mine = b.args[0], b.over.letter, now.letter
    first = body.retimed(lambda u: u.put({letter: now})) if apart is None else apart
    later = body.retimed(lambda u: u.put({mine: Time(((mine, 1),), 1)}))
    following = x.at(now + 1)
    pairs = [(body, later)]
    if apart is not None:
        behind = apart.retimed(lambda u: u.put({mine: Time(((mine, 1),), 1)}))
        pairs.append((body.retimed(lambda u: u.put({letter: now + 1})), behind))
    for term, behind in pairs:
        try:
            values = _values(c, a, first, term, behind, following)
        except ShapeError:
            return False
        if len({e.shape for e in values}) != 1:
            return False
        left, own, here, later_one = (ex.transpose(e) if e.is_row else e for e in values)
        free = Gradients.symbol(c.model, following)
        alone = left.replace({free: ex.zero(free.shape)})
        carried = ex.add(left.replace({free: later_one}), ex.neg(alone))
        if not (_equal(c, alone, own) and _equal(c, carried, here)):
            return False
    return True


def _values(c: Asked, a: Term, first: Term, body: Term, later: Term, following: Ref) -> tuple[Expr, Expr, Expr, Expr]:
    """The gradient in terms of that one step later, the sum's first term, any other, and that one of a step later."""

    def evaluated(t: Term, *mentioned: Term, frontier: frozenset[Ref] = frozenset()) -> Expr:
        mentions = c.statement.mentions(a, Term("add", (t, *mentioned)), {})
        mentions = replace(mentions, frontier=mentions.frontier | frontier)
        gradients = Gradients(c.model, mentions, step=c.statement.step({}, a, t), weights=c.weights())
        return c.kind(c.model, c.convention, gradients, OverTime(c.order))(t)

    left = evaluated(a, first, frontier=frozenset([following]))
    return left, evaluated(first), evaluated(body), evaluated(later)


def _equal(c: Asked, p: Expr, q: Expr) -> bool:
    symbols = {s for e in (p, q) for s in e.symbols}
    ways = relations(c.model, symbols)
    table = {**c.model.values([p, q, *ways.values()], 1), **ways}
    return equal(p, q, table)
