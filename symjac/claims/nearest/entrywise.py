"""Slips about vectors and functions of them: diagonal matrices, entrywise products, derivatives of activations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain

from symjac.claims.nearest.edits import ENTRYWISE, OPENING, Edit, Page, Swap, product
from symjac.expr import Function
from symjac.reading.applied.terms import Term

DIAG = "a missing diag is what is wrong"
ONE, TWO = (Term("number", (), Fraction(k)) for k in (1, 2))


def diagonals(p: Page) -> Iterator[Edit]:
    """A vector as a diagonal matrix, or the other way round."""
    for t in p.terms:
        if t.kind == "word" and t.data == "diag":
            inner = p.source(t.args[0])
            yield from p.one("diag", "a diag too many is what is wrong", t, t.args[0], inner)
    for t in p.terms:
        if t.kind == "operation" and t.data in ENTRYWISE:
            yield from _scaled(p, t)
        elif t.kind != "operation" and p.is_vector(t):
            yield from p.edit("diag", DIAG, *_diag(p, t))
    for t in p.terms:
        if t.kind == "operation" and p.is_vector(t):
            yield from p.edit("diag", DIAG, *_diag(p, t))
    every = list(chain.from_iterable(_diag(p, t) for t in _largest_vectors(p, p.root)))
    if len(every) > 1:
        yield from p.edit("diag", "missing diags are what is wrong", *every)


def _diag(p: Page, t: Term) -> tuple[Swap, ...]:
    return p.swap(t, Term("word", (t,), "diag"), rf"\operatorname{{diag}}({p.source(t)})")


def _scaled(p: Page, t: Term) -> Iterator[Edit]:
    """The entrywise product of a vector and a matrix as the rows of the matrix scaled."""
    a, b = t.args
    for v, m in ((a, b), (b, a)):
        if p.is_vector(v):
            text = rf"\operatorname{{diag}}({p.source(v)}) {p.bracketed(m)}"
            new = product(Term("word", (v,), "diag"), m)
            yield from p.one("diag", DIAG, t, new, text, (p.whole(a)[0], p.whole(b)[1]))


def _largest_vectors(p: Page, t: Term) -> Iterator[Term]:
    if p.is_vector(t):
        yield t
    elif t.kind in ("add", "negative", "product", "operation", "transpose"):
        for a in t.args:
            yield from _largest_vectors(p, a)


def derivatives(p: Page) -> Iterator[Edit]:
    """The derivative of another function, of none, or a function for its derivative."""
    words = "the derivative of the function is what is wrong"
    for t in p.terms:
        if t.kind == "apply":
            yield from p.edit("derivative", words, *_primed(p, t))
            yield from _primed_diag(p, t)
        if (complement := _complement(t)) is not None:
            x, exponent = complement
            yield from p.one("derivative", words, t, *(_of_tanh(p, x) if exponent == 1 else _of_sigmoid(p, x)))
        if t.kind in ("operation", "product") and len(t.args) == 2:
            for x, other in (t.args, t.args[::-1]):
                if _complement(other) == (x, 1):
                    span = (p.whole(t.args[0])[0], p.whole(t.args[1])[1])
                    new, text = _of_tanh(p, x)
                    yield from p.one("derivative", words, t, new, text if id(t) in p.arguments else f"({text})", span)
    for t in p.terms:
        if t.kind == "word" and t.data == "diag" and t.args[0].kind in ("symbol", "apply"):
            x = t.args[0]
            for slope in (_of_tanh, _of_sigmoid):
                missing = "a missing derivative of the function is what is wrong"
                yield from p.one("derivative", missing, x, *slope(p, x))


def _of_tanh(p: Page, x: Term) -> tuple[Term, str]:
    """``1 - x^2``, the derivative of tanh where it has the value x, as a term and as text."""
    text = p.base(x)
    base = f"({text})" if "^" in text else text
    return _one_minus(Term("power", (x, TWO), "entry")), f"1 - {base}^2"


def _of_sigmoid(p: Page, x: Term) -> tuple[Term, str]:
    """``x o (1 - x)``, the same of sigmoid."""
    text = p.base(x)
    return Term("operation", (x, _one_minus(x)), "odot"), rf"{text} \odot (1 - {text})"


def _one_minus(x: Term) -> Term:
    return Term("add", (ONE, Term("negative", (x,))))


def _complement(t: Term) -> tuple[Term, int] | None:
    """The x of ``1 - x`` with 1, that of ``1 - x^2`` with 2."""
    if t.kind != "add" or len(t.args) != 2 or t.args[1].kind != "negative" or t.args[0].kind not in ("number", "ones"):
        return None
    x = t.args[1].args[0]
    if x.kind == "power" and x.args[1].kind == "number" and x.args[1].data == 2:
        return x.args[0], 2
    if x.kind == "operation" and x.data in ENTRYWISE and x.args[0] == x.args[1]:
        return x.args[0], 2
    return x, 1


def _primed(p: Page, t: Term) -> tuple[Swap, ...]:
    """A function with one derivative more, or one less where it has one."""
    f = t.data
    head = OPENING.sub("", p.s.claim[t.span[0] : t.args[0].span[0]])
    if not isinstance(f, Function) or not head:
        return ()
    order = f.order - 1 if f.order else 1
    text = head.replace("'", "", 1) if f.order else f"{head}'"
    if f.order and text == head:
        return ()
    return p.swap(t, Term("apply", t.args, replace(f, order=order)), text, (t.span[0], t.span[0] + len(head)))


def _primed_diag(p: Page, t: Term) -> Iterator[Edit]:
    """The function itself where the diagonal matrix of its derivative was meant."""
    words = "the function stands where the diagonal matrix of its derivative should"
    for s in _primed(p, t):
        if isinstance(t.data, Function) and not t.data.order and p.is_vector(t):
            text = rf"\operatorname{{diag}}({s.text}{p.s.claim[s.span[1] : t.span[1]]})"
            yield from p.one("derivative", words, t, Term("word", (s.new,), "diag"), text)


def precedences(p: Page) -> Iterator[Edit]:
    """An entrywise product that was meant to bind tighter than factors side by side."""
    words = "brackets around the entrywise product are missing"
    for t in p.terms:
        if t.kind != "operation" or t.data not in ENTRYWISE:
            continue
        for k, c in enumerate(t.args):
            if c.kind != "product" or p.whole(c) != c.span:
                continue
            before, after = (c.args[:-1], ()) if k == 0 else ((), c.args[1:])
            pair = (c.args[-1], t.args[1]) if k == 0 else (t.args[0], c.args[0])
            inner = Term("operation", pair, t.data)
            span = (p.whole(pair[0])[0], p.whole(pair[1])[1])
            text = f"({p.s.claim[slice(*span)]})"
            yield from p.one("precedence", words, t, product(*before, inner, *after), text, span)
            scaled = product(*before, Term("word", (inner,), "diag"), *after)
            yield from p.one("diag", DIAG, t, scaled, rf"\operatorname{{diag}}{text}", span)
