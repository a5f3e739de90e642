"""Functions at work: what stands before a bracket, and what a bracket belongs to."""

from __future__ import annotations

import re

from symjac.expr import Product, mul
from symjac.reading import derivatives, grids, vocabulary
from symjac.reading.applied.heads import (
    Head,
    begins_call,
    call_key,
    head_of,
    indicates,
    not_a_call,
    spanning,
)
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.maps import mapped, number_below
from symjac.reading.names import is_transpose
from symjac.reading.operators import OPERATORS, apply
from symjac.reading.tree import Node, bracket, juxtaposed
from symjac.reading.values import Value, like, reciprocal


def step(el: Arithmetic, kids: list[Node], i: int) -> tuple[Value, int]:
    """The value that begins at item ``i`` of a juxtaposition, and where the next one begins."""
    item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
    if item.kind == "nabla" and (found := derivatives.of_function(el, item, kids[i + 1 : i + 3])) is not None:
        return found, i + 3
    if item.kind == "partial" and (by := number_below(item)) is not None and len(kids) > i + 2:
        return by_argument(el, kids[i : i + 3], by), i + 3
    operator = derivatives.operator(el, item)
    if operator is not None:
        if following is None:
            raise el.error("this derivative is applied to nothing", item)
        rest = juxtaposed(kids[i + 1 :])
        return operator(rest), len(kids)
    if following is not None and following.is_call:
        if indicates(item, following):
            whole = spanning(item, following)
            return el.post(grids.iverson(el, bracket(following)).at(whole), following), i + 2
        if item.kind == "name" and el.roles.is_time_call(item, following):
            return at_time(el, item, following), i + 2
        if item.kind == "name":
            family = el.context.calls.get(call_key(el, item, following))
            if family is not None:
                whole = spanning(item, following)
                value = Value(family.rows, family.cols, lambda: family.symbol(None), whole, tag="symbol")
                return el.post(value, following), i + 2
            named = el.named(item)
            known = el.context.find(named.family) if el.context.continued else None
            if named.family in el.context.heads and (known is None or known.role != "function"):
                raise el.error(
                    f"{named.family} is defined at another place only, and not entry by entry",
                    spanning(item, following),
                    "write its definition out here, or define a symbol for its argument and use that in both places",
                )
    head = head_of(el, item, following)
    if head is not None:
        return applied(el, head, kids, i)
    if following is not None and following.is_call:
        not_a_call(el, item, following)
    braces = item.kind == "group" and el.context.source[item.start] == "{" and not item.scripts
    if braces and len(kids) > 1 and item.inner.kind in ("add", "negative"):
        raise el.error(
            "braces print nothing, so this sum has no brackets", item, "is a _ or ^ missing, or are brackets?"
        )
    return el.build(item), i + 1


def at_time(el: Arithmetic, item: Node, group: Node) -> Value:
    """``x(t-1)``."""
    named = el.named(item)
    kid = group.kids[0]
    named.time, named.place = re.sub(r"\s", "", el.context.source[kid.start : kid.end]), "call"
    family = el.roles.settle(named)
    family.times.setdefault(named.time)
    time = named.time
    value = Value(family.rows, family.cols, lambda: family.symbol(time), spanning(item, group), tag="symbol")
    value.details["family"] = family
    value = el.operate(value, named.operations, item)
    return el.post(value, group)


def applied(el: Arithmetic, head: Head, kids: list[Node], i: int) -> tuple[Value, int]:
    """A head with its argument: a bracket, or what follows in the product."""
    item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
    if following is None:
        raise el.error(f"{el.context.text(item)} has no argument", item)
    bracketed = following.kind == "group" and (following.is_call or following.text in ("{", r"\{"))
    if bracketed:
        group = bracket(following) if following.is_call else following
        whole = spanning(item, following)
        value = call(el, head, group, whole)
        scripts = [*group.scripts, *(following.scripts if group is not following else [])]
        value = el.operate(value, head.after, whole)
        carrier = Node("group", "(", [], whole.start, whole.end, scripts)
        return el.post(value, carrier), i + 2
    if head.word == "diag":
        raise el.error("diag needs brackets around its argument", item)
    if head.family is not None and not head.family.declared:
        raise el.error(
            f"{el.context.text(item)} without brackets: a function that lost its argument, or a factor?",
            item,
            "write brackets, or declare it",
        )
    if following.kind == "norm" or following.kind == "abs" or (following.kind == "word" and i + 2 < len(kids)):
        with el.deeper(item):
            value, j = step(el, kids, i + 1)
        if j < len(kids):
            el.context.note("no-brackets", f"{item.text} is read as applied to the next factor only", item)
    else:
        j = next((k for k in range(i + 2, len(kids)) if begins_call(el, kids, k)), len(kids))
        value = el.items(kids[i + 1 : j], juxtaposed(kids[i + 1 : j]))
        if j < len(kids) and (value.is_matrix or kids[j].text in vocabulary.OPERATORS):
            raise el.error(
                f"{el.context.text(item)} without brackets: where does its argument end?",
                spanning(item, kids[j]),
                "put brackets around its argument",
            )
        if j - i > 2:
            far = "all that follows in the product" if j == len(kids) else "what stands before the next function"
            message = f"{el.context.text(item)} without brackets is read as applied to {far}"
            el.context.note("no-brackets", message, spanning(item, kids[j - 1]))
    whole = spanning(item, kids[j - 1])
    return el.operate(call_value(el, head, [value], whole, value.node), head.after, whole), j


def _at_temperature(el: Arithmetic, head: Head, values: list[Value], whole: Node) -> Value:
    r"""``\operatorname{softmax}(\beta, z)`` is that of beta z, ``\operatorname{lse}(\beta, z)`` the same over beta."""
    beta, z = values
    text = el.context.text(beta.node)
    el.context.note("softmax", f"{text} is read as the inverse temperature in {el.context.text(whole)}", whole)
    scaled = like(z, lambda: mul(beta.make(), z.make()), z.node)
    found = call_value(el, head, [scaled], whole, whole)
    if head.word == "softmax":
        return found
    return like(found, lambda: Product(reciprocal(beta.make()), found.make()), whole)


def call(el: Arithmetic, head: Head, group: Node, whole: Node) -> Value:
    if any(d not in (",", ";") for d in group.detail):
        raise el.error("a relation is no argument", group)
    if head.word in ("softmax", "logsumexp") and len(group.kids) == 2:
        values = [el.build(k) for k in group.kids]
        if values[0].is_scalar and not values[0].literal and values[1].is_vector:
            return _at_temperature(el, head, values, whole)
    if head.word == "norm" or head.word in ("softmax", "logsumexp", "mean", "variance"):
        value = el.build(group.kids[0]) if len(group.kids) == 1 else grids.list_value(el, group, stacked=True)
        return call_value(el, head, [value], whole, group)
    return call_value(el, head, [el.build(k) for k in group.kids], whole, group)


def call_value(el: Arithmetic, head: Head, values: list[Value], whole: Node, at: Node) -> Value:
    if head.word:
        if head.order:
            raise el.error("a prime on this operator is not read", whole)
        return OPERATORS[head.word](el, values, whole)
    if head.family is not None and head.family.role == "map":
        return mapped(el, head.family, values, whole, order=head.order)
    if len(values) != 1:
        text = el.context.text(whole.kids[0])
        raise el.error(
            f"{text} has {len(values)} arguments, but is applied entry by entry",
            at,
            f'write it out, or declare it, as in "{text}: map", if it is a function of several vectors',
        )
    assert head.function is not None
    return apply(el, head.function, head.order, values[0], whole)


def by_argument(el: Arithmetic, items: list[Node], by: int) -> Value:
    r"""``\partial_2 f(h, x)``: the Jacobian of a map by one of its arguments."""
    sign, item, group = items
    head = head_of(el, item, group) if group.is_call else None
    whole = spanning(sign, group)
    if head is None or head.family is None or head.family.role != "map" or head.order or head.after:
        raise el.error(
            f"{el.context.text(sign)} differentiates a function of several vectors by one of its arguments",
            whole,
            "declare the function as a map, and write its arguments in brackets behind it",
        )
    inner = bracket(group)
    value = mapped(el, head.family, [el.build(k) for k in inner.kids], whole, by=by)
    scripts = [*inner.scripts, *(group.scripts if inner is not group else [])]
    if not all(s.kind == "^" and is_transpose(s.tokens) for s in scripts):
        raise el.error("a power or an index behind this derivative: of what?", whole, "put brackets around it")
    return el.post(value, Node("group", "(", [], whole.start, whole.end, scripts))
