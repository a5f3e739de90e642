"""What the letters of a claim mean beside a system, and its text before it is parsed."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from symjac.errors import ReadError
from symjac.reading import Reading
from symjac.reading.applied.naming import Naming
from symjac.reading.context import Context, Family
from symjac.reading.declarations import declare
from symjac.reading.names import Named, take_apart
from symjac.reading.parser import parse
from symjac.reading.roles import Roles
from symjac.reading.spelling import ENTRYLIKE, plain
from symjac.reading.survey import survey
from symjac.reading.tree import Node

_DOT = re.compile(r"\(\s*(?:\\cdot|\\[lc]?dots|\.\.\.)\s*\)")  # the argument of f'(\cdot), which says nothing


class Names:
    """What the letters of a claim mean beside a system: families, functions, index letters."""

    def __init__(self, base: Reading, declared: Mapping[str, str]) -> None:
        assert base.context is not None
        self.base = base
        self.declared = dict(declared)
        self.letters = survey(list(_roots(self.declared)), base.context.letters)

    def opened(self, text: str, roots: Sequence[Node]) -> Naming:
        """A context in which the names of ``text`` can be asked for."""
        base = self.base.context
        assert base is not None
        context = Context()
        context.source = text
        for family in base.families.values():
            if family.role != "constant" and not base.units.get(family.name, "").isdigit():
                again = copy.copy(family)
                again.declared = True
                again.times = dict(family.times)
                context.add(again)
        context.dims = dict(base.dims)
        context.invented = set(base.invented)
        labels = context.letters.labels
        context.letters = survey(roots, self.letters)
        context.letters.labels |= labels
        for key, words in self.declared.items():
            if key not in context.families:
                declare(context, key, words, lenient=True)
        context.letters = survey(roots, context.letters)
        context.letters.labels |= labels
        context.letters.entry |= _letters_of_entries(context, roots)
        context.calls = {key: context.families[family.name] for key, family in base.calls.items()}
        context.notes.clear()
        roles = Roles(context, lambda _: None)
        roles.scan([(root, text) for root in roots])
        return Naming(context, roles, beside=True)


def _letters_of_entries(context: Context, roots: Iterable[Node]) -> set[str]:
    """The j and k of ``W_{jk}`` and the l of ``x_l``, where the system has W and x, and no symbol of that name."""
    found: set[str] = set()
    for n in (n for root in roots for n in root.walk() if n.kind == "name"):
        subscripts = [[t.text for t in s.tokens if t.kind != ","] for s in n.scripts if s.kind == "_"]
        for letters in subscripts:
            if not letters or not set(letters) <= ENTRYLIKE - context.letters.time - context.letters.naming:
                continue
            named = take_apart(n, context.letters, context.source)
            family = whole(context, named.base)
            if context.find(named.family) is not None or family is None or any(family.times):
                continue
            if len(letters) == (2 if family.role == "matrix" else 1) and not _labels(context) & set(letters):
                found |= set(letters)
    return found


def _labels(context: Context) -> set[str]:
    """What the system and the declarations print below a letter as a part of its name."""
    return {family.label for family in context.families.values() if family.label}


def whole(context: Context, name: str) -> Family | None:
    """The one declared vector or matrix of this name up to style: entries of bold symbols are seldom bold."""
    near = [f for f in context.by_plain.get(plain(name), []) if f.declared and f.role in ("vector", "matrix")]
    return near[0] if len(near) == 1 else None


def numbered_entry(context: Context, named: Named) -> tuple[Family, tuple[str, ...]] | None:
    """``W_{12}``, ``w_{12}`` or ``x_2``, which the system does not have, as W or x and the place of the entry."""
    indices = named.label.replace(",", "")
    if not indices.isdigit() or len(indices) > 2:
        return None
    if len(indices) == 1:
        vector = whole(context, named.base)
        plainly = vector is not None and vector.role == "vector" and not any(vector.times) and named.time is None
        return (vector, (indices,)) if vector is not None and plainly else None
    of = whole(context, named.base) or (whole(context, named.base.upper()) if len(named.base) == 1 else None)
    return (of, tuple(indices)) if of is not None and of.role == "matrix" else None


def without_argument_dots(text: str) -> str:
    """The text without the ``(\\cdot)`` of ``f'(\\cdot)``, with as many blanks in its place."""
    return _DOT.sub(lambda m: " " * len(m[0]), text)


def without_braces(text: str) -> str:
    """The text without braces around the whole of it, with blanks in their place.

    >>> without_braces("{ a = b }")
    '  a = b  '
    """
    inner = text.strip()
    if not (inner.startswith("{") and inner.endswith("}")) or inner.endswith("\\}"):
        return text
    depth = 0
    for k, c in enumerate(inner):
        depth += (c == "{") - (c == "}") if inner[k - 1 : k] != "\\" else 0
        if depth == 0 and k < len(inner) - 1:
            return text
    start = text.index("{")
    return text[:start] + " " + inner[1:-1] + " " + text[start + len(inner) :]


def formulas(roots: Sequence[Node]) -> Sequence[Node]:
    """The formulas of a text without conditions such as ``t > 0``, ``i = j`` and memberships beside an equation."""
    related = [r for r in roots if r.kind == "relation"]
    equations = [r for r in related if "=" in r.detail and not names_index(r)]
    conditions = [r for r in related if "=" not in r.detail or names_index(r)]
    return equations if len(equations) == 1 and len(equations) + len(conditions) == len(roots) else roots


def names_index(root: Node) -> bool:
    """``i = j``: two index letters that are one."""
    names = [k.inner for k in root.kids] if root.kind == "relation" and root.detail == ("=",) else []
    return bool(names) and all(n.kind == "name" and not n.scripts and n.text in ENTRYLIKE for n in names)


def _roots(texts: Iterable[str]) -> Iterator[Node]:
    """The trees of those texts that are formulas."""
    for text in texts:
        with contextlib.suppress(ReadError):
            yield from parse(text)[0]
