"""Conditions behind a claim, ``i \\ne j``, ``t > k``, ``x > 0``: what refutes the claim has to meet them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from symjac.claims.stated.naming import without_argument_dots, without_braces
from symjac.expr.times import Time
from symjac.reading.parser import parse
from symjac.reading.tree import Node

_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Condition:
    """A chain of relations; a member that is no sum of letters and numbers is ``None``."""

    text: str
    members: tuple[Time | None, ...]
    signs: tuple[str, ...]

    @property
    def letters(self) -> frozenset[str]:
        return frozenset(name for m in self.members if m is not None for name, _ in m.letters)

    def met(self, values: Mapping[str, Fraction]) -> bool | None:
        """Whether it holds at these values; ``None`` where they do not say.

        >>> i, j = Time.read("i"), Time.read("j")
        >>> Condition("i != j", (i, j), ("!=",)).met({"i": Fraction(1), "j": Fraction(2)})
        True
        """
        if None in self.members or not self.letters <= values.keys():
            return None
        found = [
            sum((count * values[name] for name, count in m.letters), Fraction(m.offset)) for m in self.members if m
        ]
        return all(_HOLDS[sign](a, b) for sign, (a, b) in zip(self.signs, pairwise(found), strict=True))


def conditions(claim: str) -> Iterator[Condition]:
    """What stands beside the equation of a claim and compares something.

    >>> [c.text for c in conditions(r"y_{ij} = 0, \\quad i \\ne j")]
    ['i \\\\ne j']
    """
    claim = without_argument_dots(without_braces(claim))
    for root in parse(claim)[0]:
        if root.kind == "relation" and root.detail and set(root.detail) <= _HOLDS.keys():
            text = claim[root.start : root.end]
            yield Condition(text, tuple(_sum(k, claim) for k in root.kids), root.detail)


def _sum(node: Node, text: str) -> Time | None:
    plain = all(n.kind in ("name", "number", "add", "negative") and not n.scripts for n in node.walk())
    return Time.read(text[node.start : node.end]) if plain else None
