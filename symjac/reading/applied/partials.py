r"""Derivatives of a function of several vectors by one of them, as they are printed.

``\partial_2 f(h, x)``, ``\partial_x f(h, x)``, ``D_2 f(h, x)``, ``\frac{\partial f}{\partial x}(h, x)`` and
``f_x(h, x)`` all say the same: the Jacobian by the second argument, called by its number or by what stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from symjac.errors import propose
from symjac.reading.applied import derivatives, heads
from symjac.reading.applied.building import Building
from symjac.reading.applied.terms import MapCall, Term
from symjac.reading.context import Family
from symjac.reading.names import is_transpose, take_apart
from symjac.reading.parser import Parser
from symjac.reading.tree import Node, bracket


class Printed(NamedTuple):
    """A function, its bracket, the number or name of one of its arguments, and where the next piece begins."""

    family: Family
    group: Node
    which: int | Node
    stop: int


def by_argument(b: Building, kids: list[Node], i: int) -> tuple[Term, int] | None:
    """The Jacobian that begins at item ``i`` of a juxtaposition; ``None`` where there is none."""
    forms = _FORMS if b.el.beside else _FORMS[:1]
    found = next((p for form in forms if (p := form(b, kids, i)) is not None), None)
    if found is None:
        return None
    whole = heads.with_scripts(kids[i], found.group)
    args = tuple(map(b.build, heads.arguments_of(b.el, found.family, bracket(found.group))))
    by = found.which if isinstance(found.which, int) else _named(b, found.family, found.which, args)
    if not 1 <= by <= len(args):
        raise b.error(f"{found.family.name} has {len(args)} arguments, and none with the number {by}", whole)
    if not all(s.kind == "^" and is_transpose(s.tokens) for s in whole.scripts):
        at = whole.scripts[0].start
        core, power = b.context.source[whole.start : at], b.context.source[at : whole.end]
        raise b.error("a power or an index behind this derivative: of what?", whole, f'write "({core}){power}"')
    data = MapCall(found.family.name, 1, by, fixed=kids[i].kind == "name" and kids[i].text == "D")
    return b.posted(Term("map", args, data, (whole.start, whole.end)), whole), found.stop


def _signed(b: Building, kids: list[Node], i: int) -> Printed | None:
    r"""``\partial_2 f(h, x)``, ``D_x f(h, x)``."""
    item, rest = kids[i], kids[i + 1 : i + 3]
    is_d = b.el.beside and item.kind == "name" and item.text == "D" and b.context.find(b.el.named(item).family) is None
    if len(rest) < 2 or not (item.kind == "partial" or is_d):
        return None
    family = heads.map_of(b.el, rest[0]) if rest[1].is_call else None
    numbered = [[t.kind for t in s.tokens] for s in item.scripts] == [["number"]]
    if family is None and item.kind == "partial" and numbered:
        raise b.error(
            f"{b.context.text(item)} differentiates a function of several vectors by one of its arguments",
            heads.spanning(item, rest[1]),
            propose(b.context.text(rest[0]), "map") + ", and write its arguments in brackets behind it",
        )
    if family is None or [s.kind for s in item.scripts] != ["_"]:
        return None
    below = Parser(b.context.source, item.sub).whole().inner
    if below.kind == "number" and below.text.isdigit():
        return Printed(family, rest[1], int(below.text), i + 3)
    return Printed(family, rest[1], below, i + 3) if below.kind == "name" else None


def _fraction(b: Building, kids: list[Node], i: int) -> Printed | None:
    r"""``\frac{\partial f}{\partial x}(h, x)``; what stands before a single thing in brackets is a factor of it."""
    item, group = kids[i], next((g for g in kids[i + 1 : i + 2] if g.is_call and len(bracket(g).kids) > 1), None)
    if item.kind != "frac" or group is None:
        return None
    above, below = derivatives.head(item.kids[0]), derivatives.head(item.kids[1])
    if above is None or below is None or above[1] is None or below[1] is None or {above[0], below[0]} != {"partial"}:
        return None
    family, variable = heads.map_of(b.el, above[1].inner), below[1].inner
    return Printed(family, group, variable, i + 2) if family is not None and variable.kind == "name" else None


def _subscript(b: Building, kids: list[Node], i: int) -> Printed | None:
    """``f_x(h, x)``, where nothing is called f_x."""
    item, group = kids[i], next((g for g in kids[i + 1 : i + 2] if g.is_call and len(bracket(g).kids) > 1), None)
    one = item.kind == "name" and len(item.scripts) == 1 and item.sub
    if group is None or not one or b.context.find(b.el.named(item).family) is not None:
        return None
    family = heads.map_of(b.el, replace(item, scripts=[]))
    below = Parser(b.context.source, item.sub).whole().inner
    return Printed(family, group, below, i + 2) if family is not None and below.kind == "name" else None


_FORMS: tuple[Callable[[Building, list[Node], int], Printed | None], ...] = (_signed, _fraction, _subscript)


def _named(b: Building, family: Family, which: Node, args: Sequence[Term]) -> int:
    """The number of the argument in which a letter stands, here and where the system applies the function.

    :raises ReadError: where that is none, or may be two.
    """
    named = take_apart(which, b.context.letters, b.context.source)
    refs = [a.ref for a in args]
    here = {
        k
        for k, r in enumerate(refs, 1)
        if r is not None and r.family == named.family
        if named.time is None or (r.time is not None and r.time == named.time)
    }
    there = {k for names in family.called for k, name in enumerate(names, 1) if name == named.family}
    found = here if named.time is not None and here else here | there
    if len(found) == 1:
        return found.pop()
    text = b.context.text(which)
    many = "no argument" if not found else "more than one argument"
    raise b.error(
        f"{text} stands in {many} of {family.name}", which, 'say which by its number: write "1" for the first argument'
    )
