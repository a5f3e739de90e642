"""What is printed large: derivatives as fractions, sums and products over an index, matrices with dots."""

from __future__ import annotations

import re
from fractions import Fraction

from symjac.claims.stated import derivatives, naming
from symjac.claims.stated.building import Building
from symjac.claims.stated.terms import Over, Ref, Term
from symjac.expr.times import Time
from symjac.reading import calls
from symjac.reading.derivatives import scalar_call
from symjac.reading.spelling import script_text
from symjac.reading.survey import bound_letter
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, bracket, juxtaposed

RELATIONS = ("=", "<", "<=", ">", ">=")
_LABELLED = re.compile(r"(.+)_(?:\w|\{\w+\})")


def nabla(b: Building, kids: list[Node], i: int) -> tuple[Term, int]:
    """``\\nabla_x L``: it takes the symbol after it, with its bracket where one follows."""
    item = kids[i]
    sub = next((s for s in item.scripts if s.kind == "_"), None)
    if sub is None and (call := scalar_call(b.el, item, kids[i + 1 : i + 3])) is not None:
        span = (call.carrier.start, call.carrier.end)
        term = Term("scalar_function", (b.build(call.argument),), (call.name, call.order), span)
        return b.posted(term, call.carrier), i + 3
    if any(s.kind != "_" for s in item.scripts):
        raise b.error("second and higher derivatives are not read in a claim", item)
    if sub is None and (found := _own_gradient(b, kids, i)) is not None:
        return found, i + 3
    if sub is None or i + 1 >= len(kids):
        raise b.error(r"a \nabla is read as in \nabla_{x} L", item)
    stop = i + 2
    if kids[i + 1].kind == "name" and stop < len(kids) and kids[stop].is_call and not kids[i + 1].inner.scripts:
        stop += 1
    operand = juxtaposed(kids[i + 1 : i + 2])
    if operand.kind == "name":
        derivatives.differentiated(b, operand)
    text = b.context.source[operand.start : kids[stop - 1].end]
    family = b.el.roles.settle(b.el.named(operand)) if operand.kind == "name" else None
    if stop - i == 3 and family is not None and family.role != "scalar":
        operand = juxtaposed(kids[i + 1 : stop])
        y = b.build(operand)
    elif family is not None and stop - i == 3:
        named = b.el.named(operand)
        argument = tuple(b.build(k) for k in bracket(kids[i + 2]).kids)
        y = Term("symbol", argument, Ref(family.name, Time.read(named.time) if named.time else None))
    else:
        y = b.build(operand)
    x = b.script(sub.tokens)
    if x.kind != "symbol":
        raise b.error(r"a \nabla is by one symbol", item)
    return Term("derivative", (y, x), text, (item.start, kids[stop - 1].end)), stop


def _own_gradient(b: Building, kids: list[Node], i: int) -> Term | None:
    """``\\nabla f(x)`` where an equation defines f(x): the gradient by its argument."""
    if i + 2 >= len(kids) or kids[i + 1].kind != "name" or not kids[i + 2].is_call:
        return None
    family = b.context.calls.get(calls.call_key(b.el, kids[i + 1], kids[i + 2]))
    inside = bracket(kids[i + 2]).kids
    if family is None or len(inside) != 1 or inside[0].inner.kind != "name":
        return None
    y, x = Term("symbol", (), Ref(family.name)), b.build(inside[0])
    return Term("derivative", (y, x), family.name, (kids[i].start, kids[i + 2].end)) if x.kind == "symbol" else None


def big(b: Building, node: Node) -> Term:
    """``\\sum`` and ``\\prod``: over entries, or over time."""
    sub = next((s.tokens for s in node.scripts if s.kind == "_"), ())
    sup = next((s.tokens for s in node.scripts if s.kind == "^"), ())
    letter = bound_letter(sub)
    if not node.kids or not letter:
        raise b.error(rf"this \{node.text} does not say over what it runs", node)
    span = (node.start, node.end)
    if node.text == "sum" and letter in b.context.letters.entry:
        return Term("index_sum", (b.build(node.kids[0]),), letter, span)
    low, high, order = _bounds(b, node, sub, sup)
    kind = "sum" if node.text == "sum" else "product"
    if low is None or high is None:
        return Term("over", (b.build(node.kids[0]),), Over(kind, letter, low, high, order), span)
    b.around.append((letter, low, high))
    body = b.build(node.kids[0])
    b.around.pop()
    return Term("over", (body,), Over(kind, letter, low, high, order), span)


def _bounds(
    b: Building, node: Node, sub: tuple[Token, ...], sup: tuple[Token, ...]
) -> tuple[Time | None, Time | None, str]:
    """Least and greatest value of the index, and the order the print settles."""
    at = [k for k, t in enumerate(sub) if t.kind in RELATIONS]
    kinds = [sub[k].kind for k in at]

    def read(tokens: tuple[Token, ...]) -> Time:
        return Time.read(script_text(tokens))

    if kinds == ["="] and sup:
        low, high = read(sub[at[0] + 1 :]), read(sup)
        if (low.letters == high.letters and low.offset > high.offset) or b.runs_down(low, high):
            return high, low, "descending"
        return low, high, "ascending"
    if len(kinds) == 2 and "=" not in kinds:
        first, last = read(sub[: at[0]]), read(sub[at[1] + 1 :])
        if kinds[0] in ("<", "<=") and kinds[1] in ("<", "<="):
            return first + (kinds[0] == "<"), last - (kinds[1] == "<"), "open"
        if kinds[0] in (">", ">=") and kinds[1] in (">", ">="):
            return last + (kinds[1] == ">"), first - (kinds[0] == ">"), "descending"
    if not kinds and len(sub) == 1 and node.text == "sum":
        return None, None, "open"
    raise b.error("I cannot read these bounds", node, r"write \prod_{i=k+1}^{t} or \prod_{t\ge i>k}")


def matrix(b: Building, node: Node) -> Term:
    """A matrix written out, vectors on top of each other, or a diagonal matrix with dots."""
    width = int(node.detail[0])
    span = (node.start, node.end)
    if any(k.inner.kind in ("blank", "dots") for k in node.kids):
        return b.posted(_dotted(b, node, width), node)
    entries = tuple(map(b.build, node.kids))
    if width == 1 and not all(t.kind == "number" for t in entries):
        zero = Term("number", (), Fraction(0))
        cells = zip(entries, node.kids, strict=True)
        entries = tuple(b.constant("zeros", None, k) if t == zero else t for t, k in cells)
    if width == 1:
        return b.posted(Term("stack", entries, None, span), node)
    return b.posted(Term("explicit", entries, width, span), node)


def _dotted(b: Building, node: Node, width: int) -> Term:
    """A diagonal matrix whose first and last entries say what the others are."""
    cells = [node.kids[k : k + width] for k in range(0, len(node.kids), width)]
    others = [c for i, row in enumerate(cells) for j, c in enumerate(row) if i != j]
    if len(cells) == width and all(c.inner.kind in ("blank", "dots") or c.inner.text == "0" for c in others):

        def without_index(t: Term) -> Term:
            return _without_index(b, t)

        whole = {b.build(c).rebuilt(without_index) for c in (cells[0][0], cells[-1][-1])}
        if len(whole) == 1:
            return Term("word", (whole.pop(),), "diag", (node.start, node.end))
    raise b.error("a matrix with dots is read only where it is diagonal with like entries", node)


def like_entries(b: Building, values: list[Term], node: Node) -> Term:
    """The vector of ``f(z_1), \\dots, f(z_n)``."""

    def without_index(t: Term) -> Term:
        return _without_index(b, t)

    whole = {v.rebuilt(without_index) for v in (values[0], values[-1])}
    if len(whole) != 1:
        raise b.error("a list with dots is read only where its first and last entry are alike", node)
    return whole.pop()


def whole_vector(b: Building, v: Term, node: Node) -> Term:
    """The vector of ``f'(z_i)`` in a diag, where i numbers the places of the diagonal and nothing else."""
    letters = {t.data for t in v.walk() if t.kind == "entry"}
    elsewhere = {t.data for t in b.left.walk() if t.kind == "entry"} if b.left is not None else set()
    if len(letters) != 1 or letters & elsewhere:
        return v
    (only,) = letters
    if not isinstance(only, tuple) or len(only) != 1 or not only[0].isalpha():
        return v
    b.context.note("diag", f"the index {only[0]} in {b.context.text(node)} numbers the places of the diagonal", node)
    return v.rebuilt(lambda t: t.args[0] if t.kind == "entry" else t)


def _without_index(b: Building, t: Term) -> Term:
    """The vector of an entry; a label is an index where the letter without it is a symbol of the system."""
    if t.kind == "entry":
        return t.args[0]
    match = _LABELLED.fullmatch(t.ref.family) if t.ref is not None else None
    whole = naming.whole(b.context, match[1]) if match is not None else None
    if t.ref is not None and whole is not None:
        return Term("symbol", (), Ref(whole.name, t.ref.time), t.span)
    return t
