r"""Bounds are read: a chain of norms with ``\le`` between them, and what is said about its constants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symjac.claims.stated.naming import Names
from symjac.claims.stated.syntax import ClaimBuilder, readable_terms
from symjac.errors import ReadError
from symjac.expr.times import Time
from symjac.reading.applied.terms import Term
from symjac.reading.assumptions import How
from symjac.reading.context import Family, Note
from symjac.reading.parser import parse
from symjac.reading.tree import Node, Placed

RISING = ("<", "<=")
FALLING = (">", ">=")
SPECTRAL = ("2", "op")
_LEAST = re.compile(
    r"(?:an? |the )?(?:(?:least )?upper |least )?(?:bound|sup|supremum|maximum) (?:of|on|for) (.+)", re.S
)
_NORM = re.compile(r"(?:the )?(?:(?:spectral |operator )?norm|largest singular value) of (.+)", re.S)
_BARS = re.compile(r"\\left|\\right|\\[lr]?[vV]ert|\\\||\||^the (?:norm|size) of |\s+$")


@dataclass(frozen=True)
class Hypothesis:
    """What a constant of a bound stands for.

    ``kind`` is "slope" for an upper bound of |f'|, "bound" for one of the norm of a matrix, "norm" for that norm.

    ``guessed`` tells that nothing says so but its name and place.
    """

    kind: str
    of: str
    guessed: bool = False


def relations(claim: str) -> tuple[str, ...]:
    """The signs of a chain; none where the text cannot be parsed."""
    try:
        roots, _ = parse(claim)
    except ReadError:
        return ()
    return roots[0].detail if len(roots) == 1 and roots[0].kind == "relation" else ()


def is_bound(claim: str) -> bool:
    r"""Whether a claim compares sizes.

    >>> is_bound(r"\lVert J \rVert \le \lVert W \rVert"), is_bound(r"J = W")
    (True, False)
    """
    return any(sign in (*RISING, *FALLING) for sign in relations(claim))


def read_bound(text: str, names: Names) -> tuple[tuple[Term, ...], tuple[Note, ...], dict[str, Family]]:
    """The members in printed order, like :func:`~symjac.claims.stated.syntax.read_terms`.

    :raises ReadError: where the text cannot be read, or its signs do not go one way.
    """
    roots, _ = parse(text)
    if len(roots) != 1 or roots[0].kind != "relation":
        raise ReadError("one bound was expected", text=text, span=(0, max(1, len(text))))
    root = roots[0]
    up, down = (any(sign in way for sign in root.detail) for way in (RISING, FALLING))
    if (up and down) or any(sign not in ("=", *RISING, *FALLING) for sign in root.detail):
        raise ReadError("the signs of a bound go one way", text=text, span=(root.start, root.end))
    builder = BoundBuilder(names.opened(text, roots))
    builder.take_scalars(root)
    members = tuple(builder.build(side) for side in root.kids)
    return members, tuple(builder.context.notes), builder.context.families


class BoundBuilder(ClaimBuilder):
    """Neutral trees to terms, where bars are norms and what stands outside them is scalar."""

    def take_scalars(self, root: Node) -> None:
        """Letters that nothing else knows, outside all bars, are constants."""
        for node in _outside(root):
            named = self.el.named(node)
            family = self.context.find(named.family)
            if family is None or (not family.declared and family.role not in ("function", "map")):
                (family or self.context.family(named)).take("scalar", How.IN_BOUND)

    def by(self, y: Term, variable: Node, node: Placed, what: Node) -> Term:
        """A derivative; the k of ``dh_t / dh_k`` is a time, though nothing else in the bound may say so."""
        t = super().by(y, variable, node, what)
        x = t.args[-1]
        if t.kind != "derivative" or x.kind != "entry" or not isinstance(x.data, tuple) or len(x.data) != 1:
            return t
        of, by = y.ref, x.args[0].ref
        if of is None or by is None or of.time is None or of.family != by.family:
            return t
        return Term(t.kind, (y, Term("symbol", (), by.at(Time.read(x.data[0])), x.span)), t.data, t.span)

    def build(self, node: Node) -> Term:
        if node.kind != "norm":
            return super().build(node)
        subs = ["".join(t.text for t in s.tokens) for s in node.scripts if s.kind == "_"]
        kind = "norm" if all(sub in SPECTRAL for sub in subs) else f"norm with index {subs[0]}"
        term = Term("word", (self.build(node.kids[0]),), kind, (node.start, node.end))
        rest = [s for s in node.scripts if s.kind != "_"]
        return self.posted(term, Node("norm", "", [], node.start, node.end, rest))


def _outside(root: Node) -> Iterator[Node]:
    """The names that stand outside bars."""
    todo = [root]
    while todo:
        node = todo.pop()
        if node.kind == "name":
            yield node
        if node.kind not in ("norm", "abs"):
            todo += node.kids


def hypotheses(symbols: Mapping[str, str]) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    r"""What declarations say about constants, as (kind, text) by key, and the declarations as a system takes them.

    >>> hypotheses({r"\gamma": r"bound of \sigma'", "W": "matrix n n"})
    ({'\\gamma': ('least', "\\sigma'")}, {'\\gamma': 'scalar', 'W': 'matrix n n'})
    """
    said: dict[str, tuple[str, str]] = {}
    plain: dict[str, str] = {}
    for key, words in symbols.items():
        for kind, pattern in (("least", _LEAST), ("norm", _NORM)):
            match = pattern.fullmatch(words.strip())
            if match is not None:
                said[key] = (kind, _BARS.sub("", match[1]).strip())
                break
        plain[key] = "scalar" if key in said else words
    return said, plain


def resolved(names: Names, said: Mapping[str, tuple[str, str]]) -> dict[str, Hypothesis]:
    """The declared hypotheses by the family of the constant; what cannot be understood is left out."""
    out: dict[str, Hypothesis] = {}
    for key, (kind, text) in said.items():
        name, what = _symbol(names, key), _what(names, text)
        if name is None or what is None:
            continue
        if what.kind == "slope" and kind == "least":
            out[name] = what
        elif what.kind == "norm":
            out[name] = Hypothesis("bound" if kind == "least" else "norm", what.of)
    return out


def _symbol(names: Names, text: str) -> str | None:
    terms = readable_terms(text, names)
    return terms[0].ref.family if len(terms) == 1 and terms[0].ref is not None else None


def _what(names: Names, text: str) -> Hypothesis | None:
    """The slope of ``\\sigma'`` and ``\\sigma'(z)``, the norm of W."""
    match = re.match(r"(.+?)\s*(?:'|\^\{?\\prime\}?)", text)
    if match is not None:
        return Hypothesis("slope", match[1].strip())
    name = _symbol(names, text)
    return Hypothesis("norm", name) if name is not None else None
