"""Conditions behind a claim, ``i \\ne j``, ``t > k``, ``x > 0``: what refutes the claim has to meet them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from symjac.claims.stated.naming import names_index, without_argument_dots, without_braces
from symjac.errors import ReadError
from symjac.expr.times import Time
from symjac.reading.lexer import tokenise
from symjac.reading.parser import parse, readable
from symjac.reading.tree import Node

_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}

_COMPARES = _HOLDS.keys() - {"="}


@dataclass(frozen=True)
class Condition:
    """A chain of relations; a member that is no sum of letters and numbers is ``None``."""

    text: str
    members: tuple[Time | None, ...]
    signs: tuple[str, ...]
    implied: bool = False  # by a sum of the system: a step that stays a letter is one of it

    @property
    def letters(self) -> frozenset[str]:
        return frozenset(name for m in self.members if m is not None for name, _ in m.letters)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The i and j of ``i \\ne j`` and ``i = j``, index letters that differ or are one."""
        letters = tuple(m.letter for m in self.members if m is not None and not m.offset)
        plain = len(letters) == len(self.members) == 2 and self.signs[0] in ("=", "!=")
        return (letters[0], letters[1]) if plain and letters[0] and letters[1] else None

    def met(self, values: Mapping[str, Fraction], free: Collection[str | None] = ()) -> bool | None:
        """Whether it holds at these values; ``None`` where they do not say.

        A chain may begin or end at a letter that is ``free`` to be chosen so that it does.

        >>> i, j, last = Time.read("i"), Time.read("j"), Time.read("T")
        >>> Condition("i != j", (i, j), ("!=",)).met({"i": Fraction(1), "j": Fraction(2)})
        True
        >>> Condition("i < j <= T", (i, j, last), ("<", "<=")).met({"i": Fraction(2), "j": Fraction(2)}, free={"T"})
        False
        """
        known = [m for m in self.members if m is not None]
        signs = list(self.signs)
        if len(known) < len(self.members):
            return None
        if signs and known[-1].letter in free:
            known, signs = known[:-1], signs[:-1]
        if signs and known[0].letter in free:
            known, signs = known[1:], signs[1:]
        if not signs:
            return True
        if any(name not in values for m in known for name, _ in m.letters):
            return True if self.implied else None
        found = [sum((count * values[name] for name, count in m.letters), Fraction(m.offset)) for m in known]
        return all(_HOLDS[sign](a, b) for sign, (a, b) in zip(signs, pairwise(found), strict=True))


def conditions(claim: str) -> Iterator[Condition]:
    """What stands beside the equation of a claim and compares something.

    :raises ReadError: where the claim goes on for other cases.

    >>> [c.text for c in conditions(r"y_{ij} = 0, \\quad i \\ne j")]
    ['i \\\\ne j']
    """
    claim = without_argument_dots(without_braces(claim))
    roots, words = parse(claim)
    said = {w for t in words for w in t.text.lower().split()}
    if said & _OTHER_CASES:
        raise ReadError("a claim by cases is not read; give one case alone", text=claim, span=(0, len(claim)))
    for c in _among(roots, claim):
        yield replace(c, members=(None,)) if said & _NEGATIONS and c.signs != ("in",) else c
    for w in words:
        if w.kind == "forall":
            sign = tokenise(said_of_all := claim[w.start : w.end])[0]
            yield from conditions(said_of_all[sign.end :])


def given(text: str, letters: Collection[str]) -> Iterator[Condition]:
    """What a system supposes of its symbols, and not of these letters, which count steps and entries."""
    for c in _among(readable(text), text):
        yield from () if c.letters & set(letters) else (c,)


def _among(roots: Sequence[Node], text: str) -> Iterator[Condition]:
    """The relations of a text that are no equations."""
    for root in roots:
        said = text[root.start : root.end]
        if root.kind != "relation" or not root.detail:
            continue
        if set(root.detail) <= _COMPARES or (len(roots) > 1 and names_index(root)):
            yield Condition(said, tuple(_sum(k, text) for k in root.kids), root.detail)
        elif root.detail == ("in",) and (ends := _interval(root.kids[-1].inner, text)) is not None:
            sign = "<=" if root.kids[-1].inner.text == "[" else "<"
            yield Condition(said, (ends[0], _sum(root.kids[0], text), ends[1]), (sign, sign))
        elif "order" in root.detail or (root.detail == ("in",) and not _is_range(text[root.kids[-1].start : root.end])):
            yield Condition(said, (None,), root.detail)


def _interval(node: Node, text: str) -> tuple[Time | None, Time | None] | None:
    """The ends of ``(0, 1)``."""
    plain = node.kind == "group" and node.text in ("(", "[") and len(node.kids) == 2 and not node.scripts
    return (_sum(node.kids[0], text), _sum(node.kids[1], text)) if plain else None


_OTHER_CASES = frozenset(["else", "otherwise", "elsewhere"])
_NEGATIONS = frozenset(["not", "except", "unless", "but", "without", "excluding"])


def _is_range(text: str) -> bool:
    """``\\mathbb{R}^n``, ``[T]``, ``\\{1, \\dots, T\\}``: which excludes nothing."""
    plain = "".join(text.split())
    reals = plain.startswith((r"\mathbb{R}", r"\mathbb{}R", r"\mathbbR", r"\R", "R^"))
    return (reals and "+" not in plain and ">" not in plain) or "dots" in plain or plain in ("[T]", "[n]", "[N]")


def _sum(node: Node, text: str) -> Time | None:
    primes = all(s.kind == "'" or [t.kind for t in s.tokens] == ["'"] for n in node.walk() for s in n.scripts)
    plain = primes and all(n.kind in ("name", "number", "add", "negative") for n in node.walk())
    return Time.read(text[node.start : node.end]) if plain else None
