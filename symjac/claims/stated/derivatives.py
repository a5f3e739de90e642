"""Derivatives as a claim prints them: fractions, operators, and what is differentiated by what."""

from __future__ import annotations

from symjac.claims.stated import vecread
from symjac.claims.stated.building import Building
from symjac.claims.stated.naming import whole
from symjac.claims.stated.terms import Term
from symjac.reading.assumptions import How
from symjac.reading.calls import call_key
from symjac.reading.tree import Node, bracket, juxtaposed


def head(node: Node) -> tuple[str, Node | None] | None:
    """``\\partial y`` or ``d y``: the sign and what follows it, ``None`` for anything else."""
    node = node.inner
    if node.kind == "binary":
        left = head(node.kids[0])
        if left is None or left[1] is None:
            return None
        return left[0], Node("binary", node.text, [left[1], node.kids[1]], left[1].start, node.end)
    items = node.kids if node.kind == "juxt" else [node]
    first = items[0]
    plain_d = first.kind == "name" and first.text == "d" and first.token is not None
    if first.scripts or (plain_d and first.token is not None and first.token.style in ("bf", "bs")):
        return None
    if first.kind != "partial" and not plain_d:
        return None
    return ("partial" if first.kind == "partial" else "d"), (juxtaposed(items[1:]) if items[1:] else None)


def derivative(b: Building, top: Node, bottom: Node, node: Node) -> Term | None:
    """The derivative that a fraction is; ``None`` for any other fraction."""
    above, below = head(top), head(bottom)
    if above is None or below is None or above[0] != below[0]:
        return None
    if above[1] is None or below[1] is None:
        return None
    return b.by(differentiated(b, above[1]), below[1], node, above[1])


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
        raise b.error(f"{name} is defined at another argument", inner, "write its definition out for this one")
    functions = family is not None and family.role not in ("scalar", "vector", "matrix")
    if functions or call_key(b.el, head, inner.kids[1]) in b.context.calls:
        return node
    if not all(k.inner.kind == "name" for k in group.kids):
        return node
    b.context.note("argument", f"{b.context.text(inner)} is {b.context.text(head)} with what it depends on", inner)
    return head


def by(b: Building, y: Term, variable: Node, node: Node, what: Node) -> Term:
    """The derivative of a term by what a node names."""
    x = b.build(variable)
    text = b.context.source[what.start : what.end]
    if (found := vecread.by_vec(b, y, x, text, node)) is not None:
        return found
    if x.kind not in ("symbol", "entry"):
        if x.kind != "transpose":
            raise b.error("a derivative is by one symbol", variable)
        x = x.args[0]
    return Term("derivative", (y, x), text, (node.start, node.end))


def operator(b: Building, item: Node) -> Node | None:
    """The variable of ``\\frac{\\partial}{\\partial x}``, which waits for its operand."""
    if item.kind != "frac":
        return None
    above, below = head(item.kids[0]), head(item.kids[1])
    if above is None or below is None or above[1] is not None or below[1] is None:
        return None
    return below[1]
