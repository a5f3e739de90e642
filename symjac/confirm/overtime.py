"""Recurrences written out for a number of steps: what a formula over time says once its letters are numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from symjac import expr as ex
from symjac.expr import Expr, OverTime, Symbol, Time

Move = Callable[[Symbol, Mapping[str, int]], Expr]
"""A symbol once the letters of time are numbers."""


def write_out(e: Expr, values: Mapping[str, int], move: Move) -> Expr:
    """An expression with numbers for the letters of time, sums and products over time written side by side."""
    if isinstance(e, OverTime):
        low, high = (_whole(write_out(a, values, move)) for a in e.args[:2])
        at = range(low, high + 1) if e.order == "ascending" else range(high, low - 1, -1)
        parts = [write_out(e.body, {**values, e.variable: k}, move) for k in at]
        if e.kind == "sum":
            return ex.Sum(*parts) if len(parts) > 1 else parts[0] if parts else ex.zero(e.body.shape)
        return ex.Product(*parts) if len(parts) > 1 else parts[0] if parts else ex.Identity(e.body.rows)
    if isinstance(e, Symbol):
        return ex.Number(values[e.name]) if e.is_scalar and e.name in values else move(e, values)
    return e.with_args(tuple(write_out(a, values, move) for a in e.args)) if e.args else e


def _whole(e: Expr) -> int:
    """The value of a limit."""
    if isinstance(e, ex.Sum):
        return sum(map(_whole, e.args))
    return int(cast(ex.Number, e).value)


def move(s: Symbol, values: Mapping[str, int]) -> Expr:
    """A symbol at the time that its letters give."""
    return s if s.time is None else s.at(s.time.put({name: Time((), k) for name, k in values.items()}))


def run(definitions: Mapping[Symbol, Expr], first: int, last: int) -> dict[Symbol, Expr]:
    """The equations of the steps ``first`` to ``last``; the states before have none."""
    out: dict[Symbol, Expr] = {}
    for s, e in definitions.items():
        if s.time is None or s.time.letter is None:
            out[s] = e
            continue
        for k in range(first, last + 1):
            out[s.at(Time((), k))] = write_out(e, {s.time.letter: k - s.time.offset}, move)
    return out
