"""What is printed large: sums and products over an index, and matrices."""

from __future__ import annotations

from fractions import Fraction

from symjac.expr.times import Time
from symjac.reading.applied.building import Building
from symjac.reading.applied.terms import Over, Term
from symjac.reading.spelling import script_text
from symjac.reading.survey import bound_letter
from symjac.reading.tokens import Token
from symjac.reading.tree import Node

RELATIONS = ("=", "<", "<=", ">", ">=")


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
        return b.posted(b.dotted(node, width), node)
    entries = tuple(map(b.build, node.kids))
    if width == 1 and not all(t.kind == "number" for t in entries):
        zero = Term("number", (), Fraction(0))
        cells = zip(entries, node.kids, strict=True)
        entries = tuple(b.constant("zeros", None, k) if t == zero else t for t, k in cells)
    if width == 1:
        return b.posted(Term("stack", entries, None, span), node)
    return b.posted(Term("explicit", entries, width, span), node)
