"""Derivatives as printed: fractions, operators that wait for an operand, and gradients of scalar functions."""

from __future__ import annotations

from typing import NamedTuple

from symjac.reading.applied.building import Building, span
from symjac.reading.applied.heads import call_key, map_of, with_scripts
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import Immediate, Term
from symjac.reading.assumptions import How
from symjac.reading.tree import Node, bracket, juxtaposed


def head(node: Node) -> tuple[str, Node | None] | None:
    """``\\partial y`` or ``d y``: the sign and what follows it, ``None`` for anything else."""
    node = node.inner
    if node.kind == "binary":
        left = head(node.kids[0])
        if left is None or left[1] is None:
            return None
        return left[0], Node("binary", node.text, [left[1], node.kids[1]], left[1].start, node.end)
    items = node.factors
    first = items[0]
    plain_d = first.kind == "name" and first.text == "d"
    if first.scripts or (plain_d and first.token.is_bold):
        return None
    if first.kind != "partial" and not plain_d:
        return None
    return ("partial" if first.kind == "partial" else "d"), (juxtaposed(items[1:]) if items[1:] else None)


def derivative(b: Building, top: Node, bottom: Node, node: Node) -> Term | None:
    """The derivative that a fraction is; ``None`` for any other fraction."""
    if (twice := _second(b, top, bottom, node)) is not None:
        return twice
    above, below = head(top), head(bottom)
    signs = {h[0] for h in (above, below) if h is not None}
    for side in (top, bottom):
        first = side.inner.factors[0]
        if first.kind == "partial" and first.scripts:
            plus = [t.kind for s in first.scripts for t in s.tokens] == ["+"]
            if plus and side is top and b.el.beside:
                return _immediate(b, top, bottom, node)
            message = r"\partial^+, which holds earlier steps fixed, stands in a claim only"
            if plus:
                raise b.error(message, first, r'write "\partial"; a note says what is held fixed')
            raise b.error("derivatives of higher order are not read", first)
    if above is None or below is None:
        if "partial" in signs:
            raise b.error(r"a \partial above the line and none below, or the reverse", node)
        return None
    if len(signs) > 1:
        raise b.error(r"d on one side of the line and \partial on the other", node)
    if below[1] is None:
        if "partial" in signs:
            raise b.error("nothing says by what this differentiates", node)
        return None
    if above[1] is None:
        raise b.error("this derivative is applied to nothing", node)
    family = map_of(b.el, above[1].inner) if above[0] == "d" else None
    if family is not None and len(family.inputs) > 1:
        above_, below_ = b.context.text(above[1]), b.context.text(below[1])
        hint = rf'for the one by an argument alone write "\frac{{\partial {above_}}}{{\partial {below_}}}"'
        raise b.error(f"{family.name} has several arguments: which derivative is this?", node, hint)
    return b.by(b.differentiated(above[1]), below[1], node, above[1])


def _immediate(b: Building, top: Node, bottom: Node, node: Node) -> Term | None:
    r"""``\frac{\partial^+ h_t}{\partial W}``: what the equations of that step alone say."""
    sign, *rest = top.inner.factors
    plain = Node("partial", sign.text, [], sign.start, sign.end)
    found = derivative(b, juxtaposed([plain, *rest]), bottom, node)
    if found is None or found.kind != "derivative" or any(a.ref is None for a in found.args):
        raise b.error(r"\partial^+ is of one symbol by another", node)
    return Term(found.kind, found.args, Immediate(found.data), found.span)


def _second(b: Building, top: Node, bottom: Node, node: Node) -> Term | None:
    r"""``\partial^2 y`` above ``\partial x \, \partial x^\top``, ``\partial x_i \, \partial x_j``, ``\partial x^2``."""
    above, below = top.inner.factors, bottom.inner.factors
    sign = above[0]
    plain_d = sign.kind == "name" and sign.text == "d"
    twice = [[t.text for t in s.tokens] for s in sign.scripts] == [["2"]]
    if not twice or not (sign.kind == "partial" or plain_d) or len(above) < 2:
        return None
    if len(below) == 2 and _is_sign(below[0], sign):
        squared = b.build(below[1])
        if squared.kind != "power" or squared.args[1].data != 2:
            return None
        variables = [squared.args[0], squared.args[0]]
    elif len(below) == 4 and _is_sign(below[0], sign) and _is_sign(below[2], sign):
        variables = [b.build(below[1]), b.build(below[3])]
    else:
        return None
    what = juxtaposed(above[1:])
    return b.second(b.differentiated(what), variables, b.context.source[what.start : what.end], node)


def _is_sign(item: Node, sign: Node) -> bool:
    r"""Whether this is the ``\partial``, or the d, of a derivative."""
    return item.kind == sign.kind and item.text == sign.text and not item.scripts


def operator(item: Node) -> Node | None:
    """The variable of ``\\frac{\\partial}{\\partial x}``, which waits for its operand."""
    if item.kind != "frac":
        return None
    above, below = head(item.kids[0]), head(item.kids[1])
    if above is None or below is None or above[1] is not None or below[1] is None:
        return None
    return below[1]


class ScalarCall(NamedTuple):
    """``\\nabla f(x)`` or ``\\nabla^2 f(x)``: the name, 1 or 2, the argument, and what carries the scripts behind."""

    name: str
    order: int
    argument: Node
    carrier: Node


def scalar_call(el: Naming, item: Node, items: list[Node]) -> ScalarCall | None:
    """What a nabla and the two pieces behind it say of a scalar function that nothing specifies.

    ``\\nabla_w f(w^k)`` says the same as ``\\nabla f(w^k)``, where w is the letter of the argument.
    """
    if len(items) != 2 or items[0].kind != "name" or items[0].scripts or not items[1].is_call:
        return None
    named, group, context = el.named(items[0]), bracket(items[1]), el.context
    name = named.family
    if el.roles.is_scalar_function(named):
        el.roles.settle(named)
    known = context.find(name)
    specified = name in context.heads or context.called(name) is not None or name in el.roles.defined
    specified |= known is not None and known.declared and known.how is not How.SCALAR_FUNCTION
    if specified or name in el.roles.bare or len(group.kids) != 1:
        return None
    powers = [[t.text for t in s.tokens] for s in item.scripts if s.kind != "_"]
    subs = [[t.text for t in s.tokens] for s in item.scripts if s.kind == "_"]
    if powers not in ([], [["2"]]) or subs not in ([], [[group.kids[0].inner.text]]):
        return None
    carrier = with_scripts(item, items[1])
    return ScalarCall(name, 2 if powers else 1, group.kids[0], carrier)


def nabla(b: Building, kids: list[Node], i: int) -> tuple[Term, int]:
    """``\\nabla_x L``; beside a system it takes the symbol after it, with its bracket, or a bracket alone."""
    item = kids[i]
    sub = next((s for s in item.scripts if s.kind == "_"), None)
    if (call := scalar_call(b.el, item, kids[i + 1 : i + 3])) is not None and (sub is None or not b.el.beside):
        term = Term("scalar_function", (b.build(call.argument),), (call.name, call.order), span(call.carrier))
        return b.posted(term, call.carrier), i + 3
    raised = [[t.text for t in s.tokens] for s in item.scripts if s.kind != "_"]
    if sub is None and raised in ([], [["2"]]) and (found := _own_gradient(b, kids, i)) is not None:
        return found, i + 3
    if raised and (raised != [["2"]] or sub is None):
        raise b.error(
            "derivatives of higher order are not read"
            if raised != [["2"]]
            else r"nothing says by what this \nabla^2 differentiates",
            item,
            r'write "\nabla_{x}^2"' if raised == [["2"]] and b.el.beside else None,
        )
    if i + 1 >= len(kids):
        raise b.error(r"this \nabla is applied to nothing; a divergence or a curl is not read", item)
    if sub is None:
        raise b.error(r"nothing says by what this \nabla differentiates", item, r'write "\nabla_{x}"')
    stop = i + 2 if b.el.beside and _stands_alone(b, kids[i + 1]) else len(kids)
    if kids[i + 1].kind == "name" and stop < len(kids) and kids[stop].is_call:
        defined = b.el.named(kids[i + 1]).family in b.context.heads  # h_\theta(x)
        stop += 1 if defined or not kids[i + 1].inner.scripts else 0
    y = _operand(b, kids[i + 1 : stop])
    x = b.script(sub.tokens)
    if (x.args[0] if x.kind == "entry" and b.el.beside else x).ref is None:
        raise b.error(r"a \nabla is by one symbol", item)
    text = b.context.source[kids[i + 1].start : kids[stop - 1].end]
    if raised:
        return b.second(y, (x, x), text, Node("juxt", "", [], item.start, kids[stop - 1].end)), stop
    return b.slope(y, x, text, (item.start, kids[stop - 1].end)), stop


def _stands_alone(b: Building, node: Node) -> bool:
    """Whether a nabla takes no more than this: of ``a^T x`` and of ``1/2 |x|^2`` it takes the whole."""
    if node.kind == "name":
        return all(o.kind != "transpose" for o in b.el.named(node).operations)
    return node.kind == "group"


def _operand(b: Building, kids: list[Node]) -> Term:
    """What a nabla takes: of a loss the letter, as what stands in its bracket says what it depends on."""
    if not b.el.beside or kids[0].kind != "name" or (len(kids) > 1 and not kids[1].is_call):
        return b.items(kids, juxtaposed(kids))
    b.differentiated(kids[0])
    named = b.el.named(kids[0])
    family = b.el.roles.settle(named)
    if len(kids) == 1 or family.role != "scalar":
        return b.items(kids, juxtaposed(kids))
    argument = tuple(b.build(k) for k in bracket(kids[1]).kids)
    return Term("symbol", argument, b.symbol(family, named.time, kids[0]).ref)


def _own_gradient(b: Building, kids: list[Node], i: int) -> Term | None:
    """``\\nabla f(x)`` and ``\\nabla^2 f(x)`` where an equation defines f(x): by its argument."""
    if i + 2 >= len(kids) or kids[i + 1].kind != "name" or not kids[i + 2].is_call:
        return None
    family = b.context.calls.get(call_key(b.el, kids[i + 1], kids[i + 2]))
    inside = bracket(kids[i + 2]).kids
    if family is None or len(inside) != 1 or inside[0].inner.kind != "name":
        return None
    y, x = b.symbol(family, None, kids[i + 1]), b.build(inside[0])
    if x.kind != "symbol":
        return None
    at = kids[i].start, kids[i + 2].end
    twice = Node("juxt", "", [], *at)
    return b.second(y, (x, x), family.name, twice) if kids[i].scripts else b.slope(y, x, family.name, at)
