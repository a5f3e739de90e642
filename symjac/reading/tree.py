"""The neutral tree: brackets, scripts and written order, before anything is known of functions or matrices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from symjac.errors import ReadError
from symjac.reading.spelling import letter
from symjac.reading.tokens import NO_TOKEN, Token


class Placed(Protocol):
    """What has a place in its text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def refused(message: str, source: str, at: Placed, hint: str | None = None) -> ReadError:
    """The error about a piece of a text."""
    return ReadError(message, text=source, span=(at.start, at.end), hint=hint)


@dataclass(frozen=True)
class Script:
    """A subscript ``_``, a superscript ``^`` or a prime, with its tokens as they stand."""

    kind: str
    tokens: tuple[Token, ...]
    start: int
    end: int


@dataclass
class Node:
    """A piece of formula.

    ``kind`` is one of: name, number, word, group, add, negative, binary, juxt, frac, sqrt, norm, abs,
    matrix, big, nabla, partial, dots, infty, relation. ``text`` is the base letter, word, sign or
    bracket; ``detail`` the signs of a sum, the separators of a list, the relations of a chain or the
    row length of a matrix.
    """

    kind: str
    text: str
    kids: list[Node]
    start: int
    end: int
    scripts: list[Script] = field(default_factory=list)
    detail: tuple[str, ...] = ()
    token: Token = NO_TOKEN  # of one that is a leaf
    exponent: Node | None = None  # of e, whose superscript is an expression like any other

    @property
    def below(self) -> list[Node]:
        """Everything that hangs on this node."""
        return self.kids if self.exponent is None else [*self.kids, self.exponent]

    @cached_property
    def letter(self) -> str:
        """The letter of a name, with its style and accents; empty for what is no name."""
        return letter(self.token) if self.kind == "name" else ""

    @property
    def factors(self) -> list[Node]:
        """What stands side by side here: one thing where it is no product."""
        return self.kids if self.kind == "juxt" else [self]

    @cached_property
    def sub(self) -> tuple[Token, ...]:
        """What stands below, in the only subscript there can be; nothing where there is none."""
        return next((s.tokens for s in self.scripts if s.kind == "_"), ())

    @cached_property
    def sup(self) -> tuple[Token, ...]:
        """What stands above, in the only superscript there can be; nothing where there is none."""
        return next((s.tokens for s in self.scripts if s.kind == "^"), ())

    def walk(self) -> Iterator[Node]:
        todo = [self]
        while todo:
            yield (node := todo.pop())
            todo += reversed(node.below)

    @property
    def is_call(self) -> bool:
        """Whether this is a bracket that can hold a function's arguments."""
        inner = self.kids[0] if self.kind == "group" and self.text == "{" and len(self.kids) == 1 else self
        return inner.kind == "group" and inner.text in ("(", "[")

    @property
    def call(self) -> tuple[Node, Node] | None:
        """A head and the bracket behind it where this is no more than that."""
        kids = self.kids if self.kind == "juxt" else []
        return (kids[0], kids[1]) if len(kids) == 2 and kids[1].is_call else None

    @property
    def inner(self) -> Node:
        """What stands in braces that carry no meaning of their own."""
        node = self
        while node.kind == "group" and node.text == "{" and len(node.kids) == 1 and not node.scripts:
            node = node.kids[0]
        return node


def bracket(group: Node) -> Node:
    """The bracket itself where braces stand around it, as SymPy prints calls."""
    return group.kids[0] if group.text == "{" else group


def juxtaposed(items: list[Node]) -> Node:
    """Pieces side by side as one node."""
    return items[0] if len(items) == 1 else Node("juxt", "", items, items[0].start, items[-1].end)
