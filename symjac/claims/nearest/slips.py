"""The slips that are tried on a refuted claim, smallest first: what its author may have meant to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from symjac.claims.nearest.edits import ENTRYWISE, SIDE_BY_SIDE, Edit, Page, Span, Swap, product, unturned
from symjac.claims.nearest.entrywise import derivatives, diagonals, precedences
from symjac.claims.nearest.places import arguments, points, steps, symbols
from symjac.reading.applied.terms import Term

ONE_TRANSPOSE = "one transpose is what is wrong"
SIGN = "one sign is what is wrong"


def slips(page: Page) -> Iterator[Edit]:
    """Changes in one place, then those that are made everywhere at once."""
    for kind in (
        transposes,
        neighbours,
        points,
        diagonals,
        signs,
        derivatives,
        precedences,
        lost,
        steps,
        symbols,
        arguments,
        every_transpose,
        orders,
    ):
        yield from kind(page)


def _turns(p: Page) -> Iterator[Swap]:
    """Every transpose taken away, and every matrix without one given it."""
    under = {id(t.args[0]) for t in p.terms if t.kind == "transpose"}
    for t in p.terms:
        text = p.source(t)
        if t.kind == "transpose":
            yield from p.swap(t, t.args[0], unturned(text))
        elif p.model.role(t.ref) == "matrix" and id(t) not in under and "^" not in text:
            yield from p.swap(t, Term("transpose", (t,)), rf"{text}^\top")


def transposes(p: Page) -> Iterator[Edit]:
    """One transpose less, or one more on a matrix."""
    for s in _turns(p):
        yield from p.edit("transpose", ONE_TRANSPOSE, s)


def every_transpose(p: Page) -> Iterator[Edit]:
    """Every matrix transposed that is not and the other way round; then every transpose left out."""
    found = list(_turns(p))
    gone = [s for s in found if s.old.kind == "transpose"]
    if len(found) > 1:
        yield from p.edit("transposes", "every transpose is what is wrong", *found)
    if 1 < len(gone) < len(found):
        yield from p.edit("transposes", "the transposes are what is wrong", *gone)
    if 1 < len(found) - len(gone) < len(found):
        missing = [s for s in found if s not in gone]
        yield from p.edit("transposes", "missing transposes are what is wrong", *missing)


def _reordered(p: Page, t: Term, order: Iterable[int], words: str) -> Iterator[Edit]:
    args = [t.args[k] for k in order]
    spans = [p.whole(a) for a in t.args]
    if any(a[1] > b[0] for a, b in pairwise(spans)):
        return
    between = [p.s.claim[a[1] : b[0]] or " " for a, b in pairwise(spans)]
    texts = [p.bracketed(a) for a in args]
    text = "".join(chain.from_iterable(zip(texts, [*between, ""], strict=True)))
    span: Span = (spans[0][0], spans[-1][1])
    yield from p.one("order", words, t, Term(t.kind, tuple(args), t.data, t.span), text, span)


def neighbours(p: Page) -> Iterator[Edit]:
    """Two neighbouring factors in the other order."""
    for t in p.products():
        n = len(t.args)
        for k in range(n - 1):
            order = [*range(k), k + 1, k, *range(k + 2, n)]
            yield from _reordered(p, t, order, "the order of two factors is what is wrong")


def orders(p: Page) -> Iterator[Edit]:
    """A product in reverse order, one factor moved, two factors exchanged that are no neighbours."""
    for t in p.products():
        n = len(t.args)
        if n > 2:
            yield from _reordered(p, t, reversed(range(n)), "the order of the whole product is what is wrong")
        for i in range(n):
            for j in range(n):
                if abs(i - j) > 1:
                    rest = [k for k in range(n) if k != i]
                    moved = [*rest[:j], i, *rest[j:]]
                    yield from _reordered(p, t, moved, "the place of one factor is what is wrong")
                if j > i + 1:
                    swapped = [j if k == i else i if k == j else k for k in range(n)]
                    yield from _reordered(p, t, swapped, "the order of two factors is what is wrong")


def signs(p: Page) -> Iterator[Edit]:
    """The other sign before one summand, or before the whole."""
    claim = p.s.claim
    for t in p.terms:
        if t.kind == "add":
            for a in t.args[1:]:
                before = claim[: p.whole(a)[0]].rstrip()
                if before and before[-1] in "+-":
                    new = "-" if before[-1] == "+" else "+"
                    yield from p.one("sign", SIGN, a, _negated(a), new, (len(before) - 1, len(before)))
            yield from _first_sign(p, t.args[0])
    if p.root.kind != "add":
        yield from _first_sign(p, p.root)
    else:
        words, text = "the sign of the whole is what is wrong", f"-({p.source(p.root)})"
        yield from p.one("sign", words, p.root, _negated(p.root), text, p.whole(p.root))


def _negated(t: Term) -> Term:
    return t.args[0] if t.kind == "negative" else Term("negative", (t,))


def _first_sign(p: Page, t: Term) -> Iterator[Edit]:
    start = p.whole(t)[0]
    if t.kind != "negative":
        yield from p.one("sign", SIGN, t, _negated(t), f"-{p.s.claim[start : start + 1]}", (start, start + 1))
        return
    before = p.s.claim[: start + 1].rstrip()
    if before.endswith("-"):
        yield from p.one("sign", SIGN, t, t.args[0], "", (len(before) - 1, len(before)))


def lost(p: Page) -> Iterator[Edit]:
    """One factor less."""
    words = "a factor too many is what is wrong"
    for t in p.terms:
        if t.kind == "product" or (t.kind == "operation" and t.data in {*SIDE_BY_SIDE, *ENTRYWISE}):
            span = (p.whole(t.args[0])[0], p.whole(t.args[-1])[1])
            for k in range(len(t.args)):
                kept = [b for j, b in enumerate(t.args) if j != k]
                text = " ".join(p.bracketed(b) for b in kept)
                about = p.source(t.args[k])
                yield from p.one("factor", words, t, product(*kept), text, span, about=about)
