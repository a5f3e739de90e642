"""What ``f(x) = ...`` defines, where f is applied to something else."""

from __future__ import annotations

from dataclasses import replace

from symjac.expr import Symbol
from symjac.reading.applied.building import Building, span
from symjac.reading.applied.terms import Term
from symjac.reading.names import Named
from symjac.reading.tree import Node, Placed, bracket


def put_in(b: Building, named: Named, group: Node, whole: Placed) -> Term:
    """The right side of a definition, in which what f is applied to stands for x.

    :raises ReadError: where f has an index, a prime or a power, x is no plain name, or another symbol has its letter.
    """
    el, context, (root, source) = b.el, b.context, b.context.heads[named.family]
    left, values = root.kids[0].inner, [b.build(k) for k in bracket(group).kids]
    names = [el.named(k) for k in bracket(left.kids[1]).kids if k.kind == "name" and not k.scripts]
    marked = named.operations or named.primes or named.time or named.entries
    plainly = not (marked or left.kids[1].scripts or bracket(left.kids[1]).scripts)
    if not plainly or len(names) != len(values) or context.continued:
        raise b.error(
            f"{named.family} is defined at another place only, and not entry by entry; write its definition out "
            "here, or define a symbol for its argument and use that in both places",
            whole,
        )
    outer = context.source, el.locals
    put = {Symbol(n.family): value for n, value in zip(names, values, strict=True)}
    context.source, el.locals = source, {s.name: s for s in put}
    try:
        with b.deeper(root):
            body = b.build(root.kids[-1])
    finally:
        context.source, el.locals = outer
    bases = {n.base for n in names}
    if f := next((f for r in body.refs() if (f := context.find(r.family)) is not None and f.base in bases), None):
        raise b.error(f"{f.name} has the letter of what {named.family} is defined with, and is another symbol", whole)

    def change(t: Term) -> Term:
        return put[t.data] if isinstance(t.data, Symbol) and t.data in put else replace(t, span=span(whole))

    return body.rebuilt(change)
