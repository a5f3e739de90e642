"""What a claim differentiates: losses that nothing else knows, and functions without their arguments."""

from __future__ import annotations

from symjac.claims.stated import vecread
from symjac.claims.stated.naming import whole
from symjac.reading.applied.building import Building
from symjac.reading.applied.heads import call_key
from symjac.reading.applied.terms import Term
from symjac.reading.assumptions import How
from symjac.reading.tree import Node, bracket


def differentiated(b: Building, node: Node) -> Term:
    """What is differentiated; a letter that nothing else knows is a loss there, and so a scalar."""
    node = _without_arguments(b, node)
    inner = node.inner
    if inner.kind == "name":
        named = b.el.named(inner)
        family = b.context.find(named.family) or b.context.called(named.family)
        unknown = family is None or (not family.declared and family.role != "function")
        if unknown and not named.entries and whole(b.context, named.family) is None:
            (family or b.context.family(named)).take("scalar", How.DIFFERENTIATED)
    return b.build(node)


def _without_arguments(b: Building, node: Node) -> Node:
    """The J of ``\\partial J(\\theta)``: what it depends on stands in brackets, and is no factor."""
    inner = node.inner
    if inner.kind != "juxt" or len(inner.kids) != 2 or inner.kids[0].kind != "name" or not inner.kids[1].is_call:
        return node
    head, group = inner.kids[0], bracket(inner.kids[1])
    if vecread.is_vec(b, head) or b.el.roles.is_time_call(head, group):
        return node
    name = b.el.named(head).family
    family = b.context.find(name)
    if b.context.called(name) is not None and call_key(b.el, head, inner.kids[1]) not in b.context.calls:
        raise b.error(f"{name} is defined at another argument; write its definition out for this one", inner)
    functions = family is not None and family.role not in ("scalar", "vector", "matrix")
    if functions or call_key(b.el, head, inner.kids[1]) in b.context.calls:
        return node
    if not all(k.inner.kind == "name" for k in group.kids):
        return node
    b.context.note("argument", f"{b.context.text(inner)} is {b.context.text(head)} with what it depends on", inner)
    return head
