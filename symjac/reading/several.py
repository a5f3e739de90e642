"""What a text says of functions of several arguments before anything of it is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from symjac.reading.names import Named, take_apart
from symjac.reading.spelling import letter
from symjac.reading.survey import Letters
from symjac.reading.tree import Node, bracket
from symjac.reading.usual import FUNCTION_LETTERS, LOSS_FUNCTIONS, LOSS_NAMES, OF_SEVERAL, is_loss_word


@dataclass
class Several:
    """The names before brackets that hold several things, and the names that stand alone among these."""

    heads: dict[str, Node] = field(default_factory=dict)
    among: Counter[str] = field(default_factory=Counter)  # how often

    def note(self, head: Node, following: Node, letters: Letters, source: str) -> bool:
        """Remembers a function of several arguments; whether it is one that vectors usually have."""
        group = bracket(following)
        if len(group.kids) < 2 or group.text != "(" or not set(group.detail) <= {",", ";"}:
            return False
        self.among.update(take_apart(k.inner, letters, source).family for k in group.kids if k.inner.kind == "name")
        if head.kind != "name":  # the derivative of one
            return False
        named = take_apart(head, letters, source)
        self.heads.setdefault(named.family, head)
        return is_usual(named)


def is_usual(named: Named) -> bool:
    """Whether a letter before several vectors is a function of them, where nothing says what it is.

    What carries a time is none: nothing says which function it is at another time.
    """
    return named.time is None and named.token.text in OF_SEVERAL


def is_loss_call(named: Named, group: Node) -> bool:
    """Whether what is called may be the loss of a step: by its letter or word, or another letter before names alone."""
    token = named.token
    if named.operations or group.scripts or (named.time is None and token.text in FUNCTION_LETTERS | OF_SEVERAL):
        return False
    if token.style == "rm" and len(token.text) > 1:
        return is_loss_word(token.text)
    if token.style in ("cal", "scr") or letter(token) in LOSS_NAMES or token.text in LOSS_FUNCTIONS:
        return True
    return token.text.isascii() and token.text.isalpha() and all(k.inner.kind == "name" for k in bracket(group).kids)
