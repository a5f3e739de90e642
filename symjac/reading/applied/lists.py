"""Brackets that hold several things or a relation: stacked vectors, inner products, indicators."""

from __future__ import annotations

import itertools
import re

from symjac.reading.applied.building import Building, span
from symjac.reading.applied.terms import Term
from symjac.reading.parser import Parser
from symjac.reading.spelling import INDICES, is_upper
from symjac.reading.tree import Node, Placed

RELATIONS = ("<", ">", "<=", ">=")
_SPACED = re.compile(r"\\([ ;:>]|quad|qquad|enspace|thickspace|medspace)")


def stacked(b: Building, node: Node) -> Term:
    """``[h, x]`` and ``[h; x]``: vectors on top of each other; in angle brackets the inner product of two."""
    if node.text not in ("[", "langle"):
        inside = "; ".join(b.context.text(k) for k in node.kids)
        raise b.error(
            "a list in these brackets is no value",
            node,
            f'stacked vectors are written "[{inside}]": write "[{inside}]"',
        )
    if any(k.kind == "group" and k.text == "[" and len(k.kids) > 1 for k in node.kids):
        raise b.error(
            "lists inside a list are not read",
            node,
            r'write a matrix, as in "Y = \begin{bmatrix} a & b \\ c & d \end{bmatrix}"',
        )
    values = tuple(map(b.build, node.kids))
    if node.text == "[":
        return Term("stack", values, node.detail, span(node))
    if len(values) != 2:
        raise b.error("angle brackets take two vectors", node)
    return Term("inner", values, None, span(node))


def refuse_spaced_list(b: Building, node: Node) -> None:
    """``[h \\; x]``, ``[W U]``: a list without its commas, or a product?"""
    juxt = node.kids[0]
    if node.text != "[" or juxt.kind != "juxt" or any(k.kind != "name" for k in juxt.kids):
        return
    families = [b.context.find(b.el.named(k).family) for k in juxt.kids]
    if any(f is not None and f.declared and f.role == "scalar" for f in families):
        return
    between = [b.context.source[one.end : two.start] for one, two in itertools.pairwise(juxt.kids)]
    capitals = {is_upper(k.text) for k in juxt.kids}
    if len(capitals) == 1 or any(_SPACED.search(gap) for gap in between):
        names = [b.context.text(k) for k in juxt.kids]
        raise b.error(
            f"{b.context.text(node)}: a list whose commas are missing, or a product?",
            node,
            f'write "[{"; ".join(names)}]" for what is stacked, "({" ".join(names)})" for a product',
        )


def iverson(b: Building, node: Node) -> Term:
    """``[x > 0]``: 1 where the relation holds, entry by entry; ``[i = j]`` of two indices: Kronecker's delta."""
    letters = tuple(k.text for k in node.kids)
    indices = INDICES | b.context.letters.entry
    if node.detail == ("=",) and indices.issuperset(letters) and not any(k.scripts for k in node.kids):
        return Term("kronecker", (), letters, span(node))
    if len(node.kids) != 2 or node.detail[0] not in RELATIONS:
        raise b.error("a relation inside brackets is read as an indicator only, as in [x > 0]", node)
    return _indicator(b.build(node.kids[0]), node.detail[0], b.build(node.kids[1]), node)


def indicator_below(b: Building, node: Node) -> Term:
    """``1_{x > 0}``."""
    tokens = [t for t in node.sub if t.kind not in (r"\{", r"\}")]
    k = next(k for k, t in enumerate(tokens) if t.kind in RELATIONS)
    left, right = (b.build(Parser(b.context.source, part).whole()) for part in (tokens[:k], tokens[k + 1 :]))
    return _indicator(left, tokens[k].kind, right, node)


def _indicator(left: Term, relation: str, right: Term, at: Placed) -> Term:
    """1 where the first of two is the greater one."""
    return Term("indicator", (left, right) if relation in (">", ">=") else (right, left), None, span(at))
