"""What a refuted claim has lost, taken from the true formula: a factor, a term, or a term written otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from symjac import expr as ex
from symjac.claims.nearest.edits import Edit, Page, given, printed, product
from symjac.claims.nearest.truth import Truth
from symjac.expr import Expr
from symjac.reading.applied.terms import Term

MAX_SUMMANDS = 8  # of a claim with more, no factor is missed


def missing(page: Page, truth: Truth) -> Iterator[Edit]:
    """Terms, of which there are few, then factors, then terms in the place of others."""
    yield from terms(page, truth)
    yield from factors(page, truth)
    yield from other_terms(page, truth)


def factors(p: Page, truth: Truth) -> Iterator[Edit]:
    """One factor of the true formula more, or one matrix of the system, somewhere in one term."""
    matrices = [i.symbol for i in p.model.reading.symbols.values() if i.role == "matrix" and i.symbol.is_matrix]
    known = dict.fromkeys([*truth.factors, *matrices, *map(ex.transpose, matrices)])
    texts = [(e, text) for e in known if (text := printed(e)) is not None]
    inner = [a for t in p.terms if t.kind == "add" and t is not p.root for a in t.args if p.shape(a) != ex.SCALAR]
    places = [*p.summands(), *(a.args[0] if a.kind == "negative" else a for a in inner)]
    for t in places[:MAX_SUMMANDS]:
        for e, text in texts:
            yield from _inserted(p, t, e, text)


def _inserted(p: Page, t: Term, e: Expr, text: str) -> Iterator[Edit]:
    words = "a missing factor is what is wrong"
    args = list(t.args) if t.kind == "product" else [t]
    for k in range(len(args) + 1):
        at = p.whole(args[k - 1])[1] - 1 if k else p.whole(args[0])[0]
        span, beside = (at, at + 1), p.s.claim[at : at + 1]
        new = f"{beside} {text}" if k else f"{text} {beside}"
        swapped = product(*args[:k], given(e), *args[k:])
        if p.source(t):
            yield from p.one("factor", words, t, swapped, new, span, about=text)


def _true_terms(truth: Truth) -> Iterator[tuple[Expr, str]]:
    """The terms of the Jacobian in each layout: as they stand first, then with brackets multiplied out."""
    found: dict[Expr, None] = {}
    for expanded in (False, True):
        for layout in ("numerator", "denominator"):
            found |= dict.fromkeys(truth.summands(layout, expanded=expanded))
    for e in found:
        if (text := printed(e)) is not None:
            yield e, text


def terms(p: Page, truth: Truth) -> Iterator[Edit]:
    """One term of the true formula more, or one term of the claim less."""
    start, stop = p.root.span
    args = p.root.args if p.root.kind == "add" else (p.root,)
    if p.root.kind == "add":
        for k, a in enumerate(args):
            yield from _without(p, k, a)
    for e, text in _true_terms(truth):
        signed = f" - {text[1:].lstrip()}" if text.startswith("-") else f" + {text}"
        new = Term("add", (*args, given(e)))
        last = p.s.claim[stop - 1 : stop]
        words = "a missing term is what is wrong"
        if stop > start:
            yield from p.one("term", words, p.root, new, last + signed, (stop - 1, stop), about=text)


def _without(p: Page, k: int, a: Term) -> Iterator[Edit]:
    kept = [b for b in p.root.args if b is not a]
    begin, stop = p.whole(a)
    before = p.s.claim[:begin].rstrip()
    if k and before[-1:] in ("+", "-"):
        begin = len(before) - 1
    elif not k:
        rest = p.s.claim[stop:].lstrip()
        stop = len(p.s.claim) - len(rest) + (1 if rest.startswith("+") else 0)
    new = kept[0] if len(kept) == 1 else Term("add", tuple(kept))
    yield from p.one("term", "a term too many is what is wrong", p.root, new, " ", (begin, stop), about=p.source(a))


def other_terms(p: Page, truth: Truth) -> Iterator[Edit]:
    """One term of the true formula in the place of one of the claim."""
    if p.root.kind != "add":
        return
    for a in p.root.args:
        inner = a.args[0] if a.kind == "negative" else a
        for e, text in _true_terms(truth):
            if text.startswith("-"):
                continue
            yield from p.one("other term", "one term is what is wrong", inner, given(e), text, p.whole(inner))
