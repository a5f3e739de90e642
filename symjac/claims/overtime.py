"""Sums and products over time: written out at small lengths, or as a whole at a length that is a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symjac import expr as ex
from symjac.claims.meaning import Meaning
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.expr import Expr, Symbol
from symjac.expr.times import Time
from symjac.normal import equal
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.values import Value, like

MAX_LENGTH = 12
FEW = 2  # so many steps are written out though where they begin is a letter


class OverTime:
    """What a sum or product over time means, with products in one order.

    ``order`` is ``"ascending"`` where the index increases from left to right.
    """

    def __init__(self, order: str, others: dict[object, Symbol] | None = None) -> None:
        self.order = order
        self.others: dict[object, Symbol] = {} if others is None else others

    def __call__(self, ev: Meaning, t: Term) -> Value:
        """The sum or product; factors behind it that do not belong to it multiply it: the longest body that types."""

        def multiplied(body: tuple[Term, ...], behind: tuple[Term, ...]) -> Value:
            out = self.through(ev, _with_body(t, body))
            return ev.product([out, *map(ev.value, behind)], t) if behind else out

        *longer, shortest = _bodies(t)
        mark = ev.context.sizes.mark()
        for body, behind in longer:
            try:
                return multiplied(body, behind)
            except ShapeError:
                ev.context.sizes.undo(mark)
        return multiplied(*shortest)

    def through(self, ev: Meaning, t: Term) -> Value:
        if t.over.low is None or t.over.high is None:
            raise UndecidedError(f"nothing says how far {t.over.letter} runs")
        low, high = t.over.low.put(ev.values), t.over.high.put(ev.values)
        distance = high - low
        if distance.is_number and (low.is_number or distance.offset < FEW):
            return self.written_out(ev, t, [low + k for k in range(distance.offset + 1)], low)
        turned = _turned(t)
        if turned is not None:
            return OverTime(_OTHER[self.order], self.others)(ev, turned)
        return self.whole(ev, t, low, high)

    def written_out(self, ev: Meaning, t: Term, times: list[Time], low: Time) -> Value:
        kind, letter = t.over.kind, t.over.letter
        if len(times) > MAX_LENGTH:
            raise UndecidedError("the sum or product is too long to be written out")
        parts = [ev.inside(letter, time).value(t.args[0]) for time in times]
        if not parts:
            one = ev.inside(letter, low).value(t.args[0])
            if kind == "sum":
                return like(one, lambda: ex.zero(one.shape()), t)
            rows = one.rows
            return Value(rows, rows, lambda: ex.Number(1) if rows.is_one else ex.Identity(rows.value()), t)
        if kind == "sum":
            return ev.summed(["+"] * len(parts), parts, t)
        for part in parts:
            self.square(ev, part, t.args[0])
        return ev.product(parts if self.order_of(t) == "ascending" else parts[::-1], t)

    def order_of(self, t: Term) -> str:
        """The order of the factors: that of print where dots show it."""
        return t.over.order if t.over.dotted else self.order

    @staticmethod
    def square(ev: Meaning, v: Value, printed: Term) -> None:
        if (v.is_vector or v.is_row) and printed.kind == "symbol":
            raise UndecidedError("a product of vectors over time: entrywise? print it with diag")
        if not v.is_scalar:
            ev.square(v, "a product over time")

    def whole(self, ev: Meaning, t: Term, low: Time, high: Time) -> Value:
        """The sum or product as one symbol: where each factor is one step's Jacobian, that of the whole way."""
        letter = t.over.letter
        inner = ev.inside(letter, Time(((letter, 1),)))
        inner.values.pop(letter)
        body = inner.value(t.args[0])
        if t.over.kind == "sum":
            return like(body, lambda: self.other("sum", letter, (low, high, e := body.make()), e.shape), t)
        self.square(ev, body, t.args[0])
        return like(body, lambda: self.product(ev, t, body.make(), low, high), t)

    def product(self, ev: Meaning, t: Term, body: Expr, low: Time, high: Time) -> Expr:
        """The product of so many factors."""
        letter = t.over.letter
        times = Time(((letter, 1),)), low, high
        if not ev.model.timed(body):
            count = ex.time_as_scalar(high - low + 1)
            return ex.power(body, count) if body.is_scalar else ex.MatrixPower(body, count)
        role = "scalar" if body.is_scalar else "vector"
        states = [f for f in sorted(ev.model.defined_families) if ev.model.families[f].role == role]
        for family in states:
            for shift in (0, 1, -1):
                found = self.chain(ev.model, family, body, [u + shift for u in times], self.order_of(t))
                if found is not None:
                    return found
        return self.other("product", letter, (self.order_of(t), low, high, body), body.shape)

    @staticmethod
    def chain(model: Model, family: str, body: Expr, times: Sequence[Time], order: str) -> Expr | None:
        """The Jacobian over the whole way of a state whose one-step Jacobian every factor is."""
        here, low, high = times
        try:
            step = model.one_step(Ref(family, here))
            if step.shape != body.shape or ex.is_zero(step):
                return None
            if isinstance(step, ex.Diag):  # diagonal matrices commute
                order = "descending"
            ordered = step if order == "descending" else ex.transpose(step)
            if not equal(ordered, body, model.values([ordered, body], 0)):
                return None
            whole = model.long_product(Ref(family, high), Ref(family, low - 1))
        except UndecidedError:
            return None
        return whole if order == "descending" else ex.transpose(whole)

    def other(self, kind: str, letter: str, what: object, shape: ex.Shape) -> Symbol:
        """A symbol for what is no product of the system's Jacobians."""
        key = kind, letter, what
        if key not in self.others:
            sign = r"\sum" if kind == "sum" else r"\prod"
            self.others[key] = Symbol(rf"{sign}_{{{letter}}} \dots ({len(self.others) + 1})", shape)
        return self.others[key]


def _bodies(t: Term) -> Iterator[tuple[tuple[Term, ...], tuple[Term, ...]]]:
    """The factors of a product over time, and those behind it: ``\\prod_i D_i W \\; V`` may be either.

    What holds the index belongs to it, what stands at another time does not; of what nobody indexes, the first does.
    """
    body = t.args[0]
    factors = body.args if body.kind == "product" and body.data is None and t.over.kind == "product" else (body,)
    held = [any(name == t.over.letter for r in f.refs() if r.time for name, _ in r.time.letters) for f in factors]
    if t.over.dotted:
        yield factors, ()
        return
    last = max((k for k, mine in enumerate(held) if mine), default=0) + 1
    # What stands at a time, or is a power that counts steps, belongs to a step of its own.
    timed = [any(r.time is not None for r in f.refs()) or any(u.kind == "count" for u in f.walk()) for f in factors]
    elsewhere = [k for k in range(last, len(factors)) if timed[k]]
    for end in range(elsewhere[0] if elsewhere else len(factors), last - 1, -1):
        yield factors[:end], factors[end:]


def _with_body(t: Term, factors: tuple[Term, ...]) -> Term:
    """The sum or product with these factors for its body."""
    body = factors[0] if len(factors) == 1 else Term("product", factors, None, t.args[0].span)
    return t if body == t.args[0] else Term("over", (body,), t.data, t.span)


def gathered(model: Model, t: Term) -> Term:
    """A scalar to the power of the number of factors of a product over time, beside it, as a part of every factor."""

    def change(a: Term) -> Term:
        if a.kind == "over":
            factors, behind = next(_bodies(a))
            return change(Term("product", (_with_body(a, factors), *behind), None, a.span)) if behind else a
        if a.kind != "product":
            return a
        over = next((f for f in a.args if f.kind == "over" and f.over.kind == "product"), None)
        if over is None or over.over.low is None or over.over.high is None:
            return a
        count = over.over.high - over.over.low + 1
        inside = [f for f in a.args if f.kind == "power" and f.args[1].data == count and _is_scalar(model, f.args[0])]
        if not inside:
            return a
        body = Term("product", (*(f.args[0] for f in inside), over.args[0]), None, over.span)
        rest = tuple(_with_body(over, (body,)) if f is over else f for f in a.args if f not in inside)
        return rest[0] if len(rest) == 1 else Term("product", rest, a.data, a.span)

    return t.rebuilt(change)


def _is_scalar(model: Model, t: Term) -> bool:
    """Whether this is a number, or a scalar that carries no time."""
    return t.kind == "number" or (t.ref is not None and t.ref.time is None and model.role(t.ref) == "scalar")


_OTHER = {"ascending": "descending", "descending": "ascending"}


def _turned(t: Term) -> Term | None:
    """``\\prod_{i=0}^{k-1}`` of what stands at times ``t-i`` as one over ``j = t-i``; ``None`` for any other."""
    over = t.over
    times = [r.time for r in t.args[0].refs() if r.time is not None]
    held = [u for u in times if any(name == over.letter for name, _ in u.letters)]
    if not held or over.low is None or over.high is None:
        return None
    if any((over.letter, -1) not in u.letters for u in held):
        return None
    rest = {Time(tuple((n, c) for n, c in u.letters if n != over.letter)) for u in held}
    if len(rest) != 1:
        return None
    end = rest.pop()
    here = Time(((over.letter, 1),))
    body = t.args[0].retimed(lambda u: u.put({over.letter: end - here}))
    order = _OTHER.get(over.order, over.order)
    turned = replace(over, low=end - over.high, high=end - over.low, order=order)
    return Term("over", (body,), turned, t.span)
