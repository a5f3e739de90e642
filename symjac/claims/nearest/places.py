"""Slips about where a formula is evaluated and what stands in it: another step, argument or symbol."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from symjac.claims.nearest.edits import Edit, Page, Swap, given, printed
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.expr import Apply, Expr
from symjac.reading.applied.terms import Ref, Term

POINT = "the evaluation point is what is wrong"


def _step(p: Page, t: Term, shift: int) -> Iterator[Swap]:
    """A symbol at another time."""
    r, span = t.ref, p.bare(t)
    if r is None or r.time is None or span is None:
        return
    other = Ref(r.family, r.time + shift)
    try:
        name = p.model.name(other)
    except UndecidedError:
        return
    yield from p.swap(t, Term("symbol", (), other, t.span), name, span)


def points(p: Page) -> Iterator[Edit]:
    """Another time at one symbol, or another argument for a function that is applied to one symbol."""
    for t in p.terms:
        for shift, where in ((-1, "earlier"), (1, "later")):
            yield from p.edit("point", f"{POINT}, it should be one step {where}", *_step(p, t, shift))
    yield from _elsewhere(p, single=True)


def arguments(p: Page) -> Iterator[Edit]:
    """Another argument for a function that is applied to more than one symbol."""
    yield from _elsewhere(p, single=False)


def _elsewhere(p: Page, *, single: bool) -> Iterator[Edit]:
    """A function of what the system's functions are applied to, or give."""
    known = [(text, e) for e in dict.fromkeys(_arguments(p)) if (text := printed(e)) is not None]
    for t in p.terms:
        if t.kind == "apply" and (t.args[0].kind == "symbol") == single:
            here = p.source(t.args[0]).replace(" ", "")
            for text, e in known:
                if text.replace(" ", "") != here:
                    yield from p.one("point", POINT, t.args[0], given(e), text)


def steps(p: Page) -> Iterator[Edit]:
    """Another time at every place where a symbol stands, or where any symbol of one time does."""
    times = dict.fromkeys(t.ref.time for t in p.terms if t.ref is not None and t.ref.time is not None)
    groups = [[t for t in p.terms if t.ref == r] for r in dict.fromkeys(t.ref for t in p.terms if t.ref is not None)]
    groups += [[t for t in p.terms if t.ref is not None and t.ref.time == time] for time in times]
    for group in groups:
        for shift, where in ((-1, "earlier"), (1, "later")):
            found = [s for t in group for s in _step(p, t, shift)]
            if len(found) > 1:
                yield from p.edit("point", f"{POINT}, it should be one step {where}", *found)


def _arguments(p: Page) -> Iterator[Expr]:
    """What the functions of the system are applied to and what they give, at the times the claim mentions."""
    for r in dict.fromkeys(p.s.refs(*p.s.members)):
        try:
            e = p.model.definition(r)
        except TROUBLE:
            continue
        if e is not None:
            applied = [a for a in e.walk() if isinstance(a, Apply)]
            yield from (a.args[0] for a in applied)
            if e in applied:
                yield p.model.symbol(r)


def symbols(p: Page) -> Iterator[Edit]:
    """Another symbol of the same kind in one place, then in every place where it stands."""
    known = _printed_symbols(p)
    for t in dict.fromkeys(p.terms):
        if t.ref is None:
            continue
        places = [u for u in p.terms if u == t]
        for r, name in known:
            if r.family == t.ref.family or not _alike(p, r, t.ref):
                continue
            found = [
                s for u in places if (span := p.bare(u)) for s in p.swap(u, Term("symbol", (), r, u.span), name, span)
            ]
            for swaps in (*([s] for s in found), found if len(found) > 1 else []):
                yield from p.edit("symbol", "one symbol is what is wrong", *swaps)


def _printed_symbols(p: Page) -> list[tuple[Ref, str]]:
    """The symbols of the equations at the times the claim mentions, as print."""
    out: dict[Ref, str] = {}
    for r in dict.fromkeys(p.s.refs(*p.s.members)):
        for lhs in p.model.instance(p.model.anchor(r)):
            with contextlib.suppress(*TROUBLE):
                for u in sorted([lhs, *p.model.uses(lhs)], key=repr):
                    out.setdefault(u, p.model.name(u))
    return [(r, name) for r, name in out.items() if r.family not in p.model.own_names]


def _alike(p: Page, a: Ref, b: Ref) -> bool:
    """Whether two symbols have one shape, and if that is a matrix both are parameters."""
    try:
        return p.model.symbol(a).shape == p.model.symbol(b).shape and (a.time is None) == (b.time is None)
    except UndecidedError:
        return False
