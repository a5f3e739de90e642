"""What came out in the conventions, put together: one reason, one point, told once for all it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symjac.claims.matrices import digits
from symjac.claims.verdict import Outcome, Verdict
from symjac.values import Counterexample

ORDERS = {1: ("",), 2: (" with the index increasing", " with the index decreasing")}
"""What is said of each map of outcomes: nothing of a single one, the order of the factors of two."""


@dataclass(frozen=True)
class Case:
    """Conventions in which the two sides come out the same, and how."""

    names: tuple[str, ...]
    counterexample: Counterexample


@dataclass(frozen=True)
class Group:
    """Conventions with one outcome; of counterexamples those at one point, with a case for each two sides."""

    order: str
    names: tuple[str, ...]
    outcome: Outcome
    cases: tuple[Case, ...] = ()

    @property
    def decimals(self) -> int:
        """So many decimals that the two sides are apart in every case."""
        return max((digits(c.counterexample) for c in self.cases), default=0)


def groups(v: Verdict) -> Iterator[Group]:
    """The outcomes of a verdict, those alike together, in the order in which they come first."""
    for order, outcomes in zip(ORDERS[len(v.as_printed)], v.as_printed, strict=True):
        alike: dict[object, list[str]] = {}
        for name, o in outcomes.items():
            alike.setdefault(_kind(o), []).append(name)
        for names in alike.values():
            first = outcomes[names[0]]
            yield Group(order, tuple(names), first, _cases({name: outcomes[name] for name in names}))


def _kind(o: Outcome) -> object:
    c = o.counterexample
    if c is None:
        return o.holds, o.because, o.reason
    values = {s.name: rows for s, rows in c.values.items()}
    point = (tuple(m.items()) for m in (c.sizes, values, c.functions, c.indices))
    return o.holds, o.because, o.reason, c.exact, *point


def _cases(outcomes: dict[str, Outcome]) -> tuple[Case, ...]:
    found: dict[object, tuple[list[str], Counterexample]] = {}
    for name, o in outcomes.items():
        if o.counterexample is not None:
            c = o.counterexample
            found.setdefault((c.left, c.right), ([], c))[0].append(name)
    return tuple(Case(tuple(names), c) for names, c in found.values())
