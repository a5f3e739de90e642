"""What the letters of a claim mean beside a system, and its text before it is parsed."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence

from symjac.reading import Reading, numbered
from symjac.reading.applied.naming import Naming
from symjac.reading.beside import Beside
from symjac.reading.context import Context, Family
from symjac.reading.declarations import declare
from symjac.reading.names import Named, take_apart
from symjac.reading.parser import readable
from symjac.reading.roles import Roles
from symjac.reading.spelling import BESIDE_ENTRIES, ENTRYLIKE, is_upper, plain
from symjac.reading.survey import survey
from symjac.reading.tokens import Token, parted
from symjac.reading.tree import Node

_DOT = re.compile(r"\(\s*(?:\\cdot|\\[lc]?dots|\.\.\.)\s*\)")  # the argument of f'(\cdot), which says nothing


class Names:
    """What the letters of a claim mean beside a system: families, functions, index letters."""

    def __init__(self, base: Reading, declared: Mapping[str, str], naming: Iterable[str] = ()) -> None:
        assert base.context is not None
        self.base, self.context = base, base.context
        self.naming = [root.kids[0].inner for text in naming for root in readable(text)]  # what names derivatives
        self.declared = dict(declared)
        self.letters = survey([root for key in self.declared for root in readable(key)], base.context.letters)

    def opened(self, text: str, roots: Sequence[Node]) -> Naming:
        """A context in which the names of ``text`` can be asked for."""
        base = self.context
        context = Context()
        context.source = text
        for family in base.families.values():
            if family.role != "constant" and family.name not in base.units:
                again = copy.copy(family)
                again.declared = True
                again.times = dict(family.times)
                context.add(again)
        context.dims = dict(base.dims)
        context.invented = set(base.invented)
        labels, shaped = context.letters.labels, context.letters.shaped
        context.letters = survey(roots, self.letters)
        context.letters.labels |= labels
        context.letters.shaped |= shaped
        for key, words in self.declared.items():
            if key not in context.families:
                declare(context, key, words, lenient=True)
        context.letters = survey(roots, context.letters)
        context.letters.entry |= {index for index in base.units.values() if not index.isdigit()}
        context.letters.entry |= _letters_of_entries(context, roots)
        context.calls = {key: context.families[family.name] for key, family in base.calls.items()}
        context.heads = base.heads
        context.notes.clear()
        for node in (n for root in roots for n in root.walk() if context.letters.numbered):
            indices = {small: base.exact[m].entries[0] for small, m in base.letters.numbered.items() if m in base.exact}
            numbered.refuse_matrix(context, node, indices)
        roles = Roles(context, lambda _, __: None)
        roles.scan([(root, text) for root in roots])
        gradients = (take_apart(n, context.letters, "") for n in self.naming if n.kind == "name")
        roles.look_beside(Beside(factors=frozenset(named.family for named in gradients)))
        return Naming(context, roles, beside=True)


def _letters_of_entries(context: Context, roots: Iterable[Node]) -> set[str]:
    """The j and k of ``W_{jk}`` and the l of ``x_l``, where the system has W and x, and no symbol of that name."""
    taken = context.letters.time | context.letters.naming | (context.dims.keys() - context.invented)
    taken |= {family.label for family in context.families.values()}
    names = [n for root in roots for n in root.walk() if n.kind == "name"]
    taken |= {n.text for n in names if not n.scripts and n.text not in ENTRYLIKE}
    found: set[str] = set()
    for n in names:
        named = take_apart(n, context.letters, context.source)
        family = whole(context, named.base)
        if family is None or (not named.entries and context.find(named.family) is not None):
            continue
        for parts in (_parts(s.tokens) for s in n.scripts if s.kind == "_"):
            steps = [p for p in parts if p[0].text in context.letters.time]
            indices = [p[0] for p in parts if len(p) == 1 and p not in steps]
            letters = {t.text for t in indices if _is_letter(t)}
            others = [t for t in indices if t.kind == "number" and len(t.text) == 1]
            count = (2 if family.role == "matrix" else 1, any(family.times))
            fits = (len(letters) + len(others), len(steps)) == count and len(parts) == sum(count)
            if fits and not letters & taken and [t.text for t in indices] != ["i", "n"]:
                found |= letters
    return found


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """The indices of a subscript: what commas part, or every sign where there is none."""
    if all(t.kind in ("name", "number") for t in tokens):
        return [[t] for t in tokens]
    return [part for part in parted(tokens, ",") if part]


def _is_letter(t: Token) -> bool:
    return t.kind == "name" and not (t.style or t.accents or is_upper(t.text))


def whole(context: Context, name: str) -> Family | None:
    """The one declared vector or matrix of this name up to style: entries of bold symbols are seldom bold."""
    near = [f for f in context.by_plain.get(plain(name), []) if f.declared and f.role in ("vector", "matrix")]
    return near[0] if len(near) == 1 else None


def numbered_entry(context: Context, named: Named) -> tuple[Family, tuple[str, ...]] | None:
    """``W_{12}``, ``w_{12}`` or ``x_2``, which the system does not have, as W or x and the place of the entry."""
    indices = named.label.replace(",", "")
    if not indices.isdigit() or len(indices) > 2:
        return None
    two = len(indices) == 2
    of = whole(context, named.base) or (whole(context, named.base.upper()) if two and len(named.base) == 1 else None)
    if of is None or of.role != ("matrix" if two else "vector"):
        return None
    return (of, tuple(indices)) if two or any(of.times) == (named.time is not None) else None


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
    return bool(names) and all(
        n.kind == "name" and not n.scripts and n.text in ENTRYLIKE | BESIDE_ENTRIES for n in names
    )
