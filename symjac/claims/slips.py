"""The slips that are tried on a refuted claim, smallest first: what its author may have meant to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise

from symjac.claims.edits import (
    ENTRYWISE,
    OPENING,
    SIDE_BY_SIDE,
    Edit,
    Page,
    Span,
    Swap,
    given,
    printed,
    product,
    unturned,
)
from symjac.claims.model import UndecidedError
from symjac.claims.terms import Ref, Term
from symjac.errors import SymjacError
from symjac.expr import Apply, Expr, Function

ONE_TRANSPOSE = "one transpose is what is wrong"
POINT = "the evaluation point is what is wrong"
DIAG = "a missing diag is what is wrong"
SIGN = "one sign is what is wrong"
ONE, TWO = (Term("number", (), Fraction(k)) for k in (1, 2))


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


# ------------------------------------------------------------------------------------- transposes


def _turns(p: Page) -> Iterator[Swap]:
    """Every transpose taken away, and every matrix without one given it."""
    under = {id(t.args[0]) for t in p.terms if t.kind == "transpose"}
    for t in p.terms:
        text = p.source(t)
        if t.kind == "transpose":
            yield from p.swap(t, t.args[0], unturned(text))
        elif p.is_matrix(t) and id(t) not in under and "^" not in text:
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


# ----------------------------------------------------------------------------------------- order


def _reordered(p: Page, t: Term, order: Iterable[int], words: str) -> Iterator[Edit]:
    args = [t.args[k] for k in order]
    spans = [p.whole(a) for a in t.args]
    if any(a[1] > b[0] for a, b in pairwise(spans)):
        return
    between = [p.s.claim[a[1] : b[0]] or " " for a, b in pairwise(spans)]
    texts = [p.bracketed(a) for a in args]
    text = "".join(chain.from_iterable(zip(texts, [*between, ""], strict=True)))
    span: Span = (spans[0][0], spans[-1][1])
    yield from p.edit("order", words, *p.swap(t, Term(t.kind, tuple(args), t.data, t.span), text, span))


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


# ------------------------------------------------------------------------------ evaluation points


def _step(p: Page, t: Term, shift: int) -> Iterator[Swap]:
    """A symbol at another time."""
    r, span = t.ref, p.bare(t)
    if r is None or r.time is None or span is None:
        return
    other = Ref(r.family, r.time + shift)
    try:
        name = p.model.symbol(other).name
    except (UndecidedError, KeyError):
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
                    yield from p.edit("point", POINT, *p.swap(t.args[0], given(e), text))


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
        except (UndecidedError, SymjacError):
            continue
        if e is not None:
            applied = [a for a in e.walk() if isinstance(a, Apply)]
            yield from (a.args[0] for a in applied)
            if e in applied:
                yield p.model.symbol(r)


# ---------------------------------------------------------------------------------- diag, symbols


def diagonals(p: Page) -> Iterator[Edit]:
    """A vector as a diagonal matrix, or the other way round."""
    for t in p.terms:
        if t.kind == "word" and t.data == "diag":
            inner = p.source(t.args[0])
            yield from p.edit("diag", "a diag too many is what is wrong", *p.swap(t, t.args[0], inner))
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
            yield from p.edit("diag", DIAG, *p.swap(t, new, text, (p.whole(a)[0], p.whole(b)[1])))


def _largest_vectors(p: Page, t: Term) -> Iterator[Term]:
    if p.is_vector(t):
        yield t
    elif t.kind in ("add", "negative", "product", "operation", "transpose"):
        for a in t.args:
            yield from _largest_vectors(p, a)


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
            for s in found:
                yield from p.edit("symbol", "one symbol is what is wrong", s)
            if len(found) > 1:
                yield from p.edit("symbol", "one symbol is what is wrong", *found)


def _renamed(p: Page, t: Term, r: Ref, name: str) -> tuple[Swap, ...]:
    span = p.bare(t)
    return p.swap(t, Term("symbol", (), r, t.span), name, span) if span is not None else ()


def _printed_symbols(p: Page) -> list[tuple[Ref, str]]:
    """The symbols of the equations at the times the claim mentions, as print."""
    out: dict[Ref, str] = {}
    for r in dict.fromkeys(p.s.refs(*p.s.members)):
        anchor = p.model.anchor(r)
        for lhs in p.model.instance(anchor):
            try:
                rhs = p.model.definition(lhs)
            except (UndecidedError, SymjacError):
                continue
            found = [lhs, *(u for s in (rhs.symbols if rhs is not None else ()) if (u := p.model.ref(s)) is not None)]
            for u in sorted(found, key=repr):
                out.setdefault(u, p.model.symbol(u).name)
    return [(r, name) for r, name in out.items() if not r.family.startswith(r"\mathrm{pre}")]


def _alike(p: Page, a: Ref, b: Ref) -> bool:
    """Whether two symbols have one shape, and if that is a matrix both are parameters."""
    try:
        return p.model.symbol(a).shape == p.model.symbol(b).shape and (a.time is None) == (b.time is None)
    except (UndecidedError, KeyError):
        return False


# ----------------------------------------------------------------------------------------- signs


def signs(p: Page) -> Iterator[Edit]:
    """The other sign before one summand, or before the whole."""
    claim = p.s.claim
    for t in p.terms:
        if t.kind == "add":
            for a in t.args[1:]:
                before = claim[: p.whole(a)[0]].rstrip()
                if before and before[-1] in "+-":
                    new = "-" if before[-1] == "+" else "+"
                    yield from p.edit("sign", SIGN, *p.swap(a, _negated(a), new, (len(before) - 1, len(before))))
            yield from _first_sign(p, t.args[0])
    if p.root.kind != "add":
        yield from _first_sign(p, p.root)
    else:
        yield from p.edit("sign", "the sign of the whole is what is wrong", *_whole_negated(p))


def _negated(t: Term) -> Term:
    return t.args[0] if t.kind == "negative" else Term("negative", (t,))


def _first_sign(p: Page, t: Term) -> Iterator[Edit]:
    start = p.whole(t)[0]
    if t.kind != "negative":
        yield from p.edit("sign", SIGN, *p.swap(t, _negated(t), f"-{p.s.claim[start : start + 1]}", (start, start + 1)))
        return
    before = p.s.claim[: start + 1].rstrip()
    if before.endswith("-"):
        yield from p.edit("sign", SIGN, *p.swap(t, t.args[0], "", (len(before) - 1, len(before))))


def _whole_negated(p: Page) -> tuple[Swap, ...]:
    start, stop = p.whole(p.root)
    return p.swap(p.root, _negated(p.root), f"-({p.source(p.root)})", (start, stop))


# ----------------------------------------------------------------------------- functions, products


def derivatives(p: Page) -> Iterator[Edit]:
    """The derivative of another function, of none, or a function for its derivative."""
    words = "the derivative of the function is what is wrong"
    for t in p.terms:
        if t.kind == "apply":
            yield from p.edit("derivative", words, *_primed(p, t))
            yield from _primed_diag(p, t)
        complement = _complement(t)
        if complement is not None:
            x, exponent = complement
            text = p.base(x)
            base = f"({text})" if "^" in text and exponent == 1 else text
            if exponent == 1:
                yield from p.edit("derivative", words, *p.swap(t, _one_minus(_square(x)), f"1 - {base}^2"))
            else:
                new = Term("operation", (x, _one_minus(x)), "odot")
                yield from p.edit("derivative", words, *p.swap(t, new, rf"{base} \odot (1 - {base})"))
        if t.kind in ("operation", "product") and len(t.args) == 2:
            for x, other in (t.args, t.args[::-1]):
                if _complement(other) == (x, 1):
                    span = (p.whole(t.args[0])[0], p.whole(t.args[1])[1])
                    text = p.base(x)
                    base = f"({text})" if "^" in text else text
                    yield from p.edit(
                        "derivative", words, *p.swap(t, _one_minus(_square(x)), p.grouped(t, f"1 - {base}^2"), span)
                    )
    for t in p.terms:
        if t.kind == "word" and t.data == "diag" and t.args[0].kind in ("symbol", "apply"):
            x = t.args[0]
            text = p.base(x)
            base = f"({text})" if "^" in text else text
            missing = "a missing derivative of the function is what is wrong"
            yield from p.edit("derivative", missing, *p.swap(x, _one_minus(_square(x)), f"1 - {base}^2"))
            own = Term("operation", (x, _one_minus(x)), "odot")
            yield from p.edit("derivative", missing, *p.swap(x, own, rf"{text} \odot (1 - {text})"))


def _square(x: Term) -> Term:
    return Term("power", (x, TWO), "entry")


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
            yield from p.edit("derivative", words, *p.swap(t, Term("word", (s.new,), "diag"), text))


def precedences(p: Page) -> Iterator[Edit]:
    """An entrywise product that was meant to bind tighter than factors side by side."""
    words = "brackets around the entrywise product are missing"
    for t in p.terms:
        if t.kind != "operation" or t.data not in ENTRYWISE:
            continue
        a, b = t.args
        if a.kind == "product" and p.whole(a) == a.span:
            inner = Term("operation", (a.args[-1], b), t.data)
            span = (p.whole(a.args[-1])[0], p.whole(b)[1])
            text = f"({p.s.claim[slice(*span)]})"
            yield from p.edit("precedence", words, *p.swap(t, product(*a.args[:-1], inner), text, span))
            scaled = product(*a.args[:-1], Term("word", (inner,), "diag"))
            yield from p.edit("diag", DIAG, *p.swap(t, scaled, rf"\operatorname{{diag}}{text}", span))
        if b.kind == "product" and p.whole(b) == b.span:
            inner = Term("operation", (a, b.args[0]), t.data)
            span = (p.whole(a)[0], p.whole(b.args[0])[1])
            text = f"({p.s.claim[slice(*span)]})"
            yield from p.edit("precedence", words, *p.swap(t, product(inner, *b.args[1:]), text, span))
            scaled = product(Term("word", (inner,), "diag"), *b.args[1:])
            yield from p.edit("diag", DIAG, *p.swap(t, scaled, rf"\operatorname{{diag}}{text}", span))


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
                yield from p.edit("factor", words, *p.swap(t, product(*kept), text, span), about=about)
