r"""How ``\operatorname{vec}``, derivatives by it and the commutation matrix are read in a claim."""

from __future__ import annotations

from symjac.reading.applied.building import Building
from symjac.reading.applied.terms import Term
from symjac.reading.names import operation_of
from symjac.reading.tree import Node, Placed, bracket

VEC_KINDS = frozenset(["vec", "by_vec", "commutation"])


def is_vec(b: Building, item: Node) -> bool:
    """Whether an item is the operator vec, and no function that something declares."""
    token = item.token
    upright = item.kind == "name" and item.text == "vec" and token is not None and token.style == "rm"
    if not upright or any(s.kind != "^" for s in item.scripts):
        return False
    known = b.context.find(b.el.named(item).family)
    return known is None or not known.declared


def vec(b: Building, kids: list[Node], i: int) -> tuple[Term, int]:
    r"""``\operatorname{vec}(A)`` or ``\operatorname{vec} A``, and where the next term begins."""
    item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
    if following is None:
        raise b.error("vec is applied to nothing", item)
    span = (item.start, following.end)
    if not following.is_call:
        inner, stop = b.step(kids, i + 1)
        return _raised(b, Term("vec", (inner,), None, (item.start, kids[stop - 1].end)), item), stop
    group = bracket(following)
    if len(group.kids) != 1:
        raise b.error("vec takes one matrix", following)
    term = _raised(b, Term("vec", (b.build(group.kids[0]),), None, span), item)
    scripts = [*group.scripts, *(following.scripts if group is not following else [])]
    return b.posted(term, Node("group", "(", [], *span, scripts)), i + 2


def _raised(b: Building, term: Term, item: Node) -> Term:
    return b.operated(term, [operation_of(s.tokens) for s in item.scripts], item)


def by_vec(b: Building, y: Term, x: Term, text: str, node: Placed) -> Term | None:
    r"""``\partial y / \partial \operatorname{vec}(X)^\top``; ``None`` where no vec is in it.

    A transpose on either changes no derivative, as everywhere.
    """
    y, x = (t.args[0] if t.kind == "transpose" and t.args[0].kind == "vec" else t for t in (y, x))
    if "vec" not in (y.kind, x.kind):
        return None
    if y.kind == "vec":
        y = y.args[0]
        text = b.context.source[y.span[0] : y.span[1]]
    if x.kind == "vec":
        x = x.args[0]
    if x.kind != "symbol":
        raise b.error("a derivative is by the vec of one symbol", node)
    span = (node.start, node.end)
    return Term("by_vec", (Term("derivative", (y, x), text, span),), None, span)


def constant(b: Building, item: Node, spoken: tuple[Node, ...]) -> Term | None:
    r"""The identity ``I_{mn}``, and the commutation matrix ``K_{mn}``: ``K_{mn} vec(A) = vec(A^T)`` for m by n.

    Where m and n are sizes, and nothing else is called so.
    """
    printed = [t.text for t in item.script("_")]
    if item.kind != "name" or item.text not in ("I", "K") or not printed:
        return None
    sizes, known = tuple(t for t in printed if t != ","), b.context.dims
    if item.text == "I":
        fits = len(printed) > 1 and all(size in known for size in printed)
    else:
        fits = len(sizes) == 2 and all(t in known or t.isdigit() for t in sizes) and any(is_vec(b, n) for n in spoken)
    others = (b.context.find(item.text), b.context.find(b.el.named(item).family)) if fits else ()
    if not fits or any(f.declared for f in others if f is not None):
        return None
    commutation = Term("commutation", (), sizes, (item.start, item.end))
    term = commutation if item.text == "K" else b.constant("identity", "*".join(sizes), item)
    return b.operated(term, [operation_of(s.tokens) for s in item.scripts if s.kind == "^"], item)


def marked(members: tuple[Term, ...]) -> tuple[Term, ...]:
    r"""In a claim with vec, ``\otimes`` beside a transposed vector is the Kronecker product too."""
    if not any(t.kind in VEC_KINDS for m in members for t in m.walk()):
        return members
    return tuple(m.rebuilt(_marked) for m in members)


def _marked(t: Term) -> Term:
    return Term(t.kind, t.args, "otimes_vec", t.span) if t.kind == "operation" and t.data == "otimes" else t


def kronecker_throughout(t: Term) -> Term:
    r"""Another reading: ``\otimes`` of two vectors is the Kronecker product as well."""
    return Term(t.kind, t.args, "kronecker", t.span) if t.kind == "operation" and t.data == "otimes_vec" else t
