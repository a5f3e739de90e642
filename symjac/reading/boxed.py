"""A formula as its author printed it, as boxes: the same order, letters, boldness, signs and brackets.

Nothing is interpreted; what the reader understands of a formula is for the other modules. A stretch of
the source can be marked, and comes out as a marked box.

>>> from symjac.typeset import write_mathml
>>> print(write_mathml(boxed(r"W^\\top")))
<msup><mi>W</mi><mo form="postfix">⊤</mo></msup>
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from symjac.reading.lexer import tokenise
from symjac.reading.parser import Parser, parse
from symjac.reading.spelling import SIGNS, letter
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Script
from symjac.typeset import boxes as b
from symjac.typeset.names import take_apart
from symjac.typeset.placing import fence

Span = tuple[int, int]

_DOTS = {"cdots": r"\cdots", "⋯": r"\cdots", "dotsb": r"\cdots", "dotsm": r"\cdots", "dotsi": r"\cdots",
         "vdots": r"\vdots", "⋮": r"\vdots", "ddots": r"\ddots", "⋱": r"\ddots"}  # fmt: skip
FENCES = {"(": ")", "[": "]", r"\{": r"\}", "langle": r"\rangle"}

_DEFINES = {":=": ":=", "coloneqq": ":=", "≔": ":=", "eqdef": ":=", "triangleq": r"\triangleq", "≜": r"\triangleq",
            "equiv": r"\equiv", "≡": r"\equiv", "leftarrow": r"\leftarrow", "gets": r"\leftarrow",
            "←": r"\leftarrow"}  # fmt: skip
_DEFINING = re.compile("|".join(map(re.escape, _DEFINES)))
_OPERATES = {"bullet": r"\bullet", "•": r"\bullet", "star": r"\star", "div": r"\div", "÷": r"\div"}
_OPERATING = re.compile("|".join(_OPERATES))
"""Signs that the reader takes for others."""
_GRIDS = {"(": "pmatrix", "[": "bmatrix", r"\{": "Bmatrix"}
_BARE = ("matrix", "array", "smallmatrix")
_STRUCTURES = frozenset(["frac", "sqrt", "begin"])


class Piece(NamedTuple):
    """A box with its place in the source."""

    box: b.Box
    start: int
    end: int


def boxed(source: str, mark: Span | None = None, role: str = "new") -> b.Box:
    """The formula or the sign of a text, with what stands in ``mark`` marked.

    :raises ReadError: where the text cannot be read.
    """
    tokens = tokenise(source)
    if len(tokens) == 1 and tokens[0].kind in SIGNS:
        return _written(tokens)
    return b.row(*(item for line in lines(source, mark, role) for item in line))


def lines(source: str, mark: Span | None = None, role: str = "new") -> list[list[b.Box]]:
    """The equations of a text; of each its first side, then every relation with the side after it.

    :raises ReadError: where the text cannot be read.
    """
    nodes, words = parse(source)
    writer = _Writer(source, mark, role)
    out = [(n.start, writer.sides(n)) for n in nodes] + [(w.start, [b.Plain(f" {w.text} ")]) for w in words]
    found = [boxes for _, boxes in sorted(out, key=lambda pair: pair[0])]
    for before, after in pairwise(found):
        if not isinstance(before[-1], b.Plain) and not isinstance(after[0], b.Plain):
            before[-1] = b.row(before[-1], b.Op(",", prefix=True), b.Op(r"\quad", prefix=True))
    return found


class _Writer:
    """Writes the nodes of one source."""

    def __init__(self, source: str, mark: Span | None, role: str) -> None:
        self.source = source
        self.mark = mark
        self.role = role

    def sides(self, node: Node) -> list[b.Box]:
        if node.kind != "relation":
            return [self.whole(node)]
        out: list[b.Box] = []
        for k, kid in enumerate(node.kids):
            pieces = [self.relation(node, k)] if k else []
            out.append(self.row([*pieces, *self.pieces(kid)]))
        return out

    def relation(self, node: Node, k: int) -> Piece:
        """The sign before the k-th side, as it is in the source."""
        start, end = node.kids[k - 1].end, node.kids[k].start
        match = _DEFINING.search(self.source, start, end)
        kind = node.detail[k - 1]
        sign = _DEFINES[match.group()] if match and kind == "=" else SIGNS.get(kind, kind)
        return self.sign(b.Op(sign), start, end)

    # ------------------------------------------------------------------------------------ marking

    def marked(self, start: int, end: int) -> bool:
        return self.mark is not None and start < end and self.mark[0] <= start and end <= self.mark[1]

    def sign(self, op: b.Box, start: int, end: int) -> Piece:
        """A sign, whose place is that of the characters between two terms without the blanks."""
        text = self.source[start:end]
        return Piece(op, start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip()))

    def row(self, pieces: Sequence[Piece]) -> b.Box:
        """Pieces side by side; those in the marked stretch are marked together."""
        out: list[b.Box] = []
        for inside, group in groupby(_spread(pieces), key=lambda p: self.marked(p.start, p.end)):
            body = b.row(*(p.box for p in group))
            out.append(b.Marked(body, self.role) if inside else body)
        return b.row(*out)

    def whole(self, node: Node) -> b.Box:
        return self.row(self.pieces(node))

    # -------------------------------------------------------------------------------------- nodes

    def pieces(self, node: Node) -> list[Piece]:
        """A node as pieces side by side; one piece where scripts hang on it."""
        if not node.scripts and node.kind in _SEQUENCES:
            return _SEQUENCES[node.kind](self, node)
        return [Piece(self.scripted(node), node.start, node.end)]

    def scripted(self, node: Node) -> b.Box:
        if node.kind == "big":
            return self.big(node)
        base = _BASES[node.kind](self, node)
        within = [s for s in node.scripts if self.marked(node.start, s.end)]
        if self.mark is None or len(within) == len(node.scripts):
            return self.hang(base, node.scripts, node.exponent)
        first = node.scripts[0].start
        if within or self.marked(node.start, first):
            base = b.Marked(self.hang(base, within, node.exponent), self.role)
            return self.hang(base, node.scripts[len(within) :], node.exponent)
        return self.hang(base, node.scripts, node.exponent)

    def hang(self, base: b.Box, scripts: Sequence[Script], exponent: Node | None) -> b.Box:
        sub = next((self.script(s.tokens) for s in scripts if s.kind == "_"), None)
        raised = next((s for s in scripts if s.kind == "^"), None)
        sup = None
        primes = sum(s.kind == "'" for s in scripts)
        if raised is not None and all(t.kind == "'" for t in raised.tokens):
            primes += len(raised.tokens)  # x^{\prime} is x'
        elif raised is not None:
            sup = self.whole(exponent) if exponent is not None else self.script(raised.tokens)
        return b.Script(base, sub, sup, primes) if sub or sup or primes else base

    def name(self, node: Node) -> b.Box:
        return _written([node.token])

    def group(self, node: Node) -> b.Box:
        inner = node.kids[0]
        if node.text == "{":
            return self.listed(node)
        alone = len(node.kids) == 1 and inner.kind == "matrix" and not inner.scripts
        if alone and node.text in _GRIDS and inner.text in _BARE:
            return self.matrix(inner, _GRIDS[node.text])
        return fence(self.listed(node), SIGNS.get(node.text, node.text), FENCES[node.text])

    def listed(self, node: Node) -> b.Box:
        """What stands in a bracket, with its separators."""
        return self.row(self.joined(node, node.detail))

    def add(self, node: Node) -> list[Piece]:
        return self.joined(node, node.detail[1:])

    def joined(self, node: Node, signs: Sequence[str]) -> list[Piece]:
        """The parts of a node with the signs between them."""
        out = self.pieces(node.kids[0])
        for sign, (before, kid) in zip(signs, pairwise(node.kids), strict=True):
            op = b.Op(SIGNS.get(sign, sign), prefix=sign in (",", ";", "/"))
            out += [self.sign(op, before.end, kid.start), *self.pieces(kid)]
        return out

    def negative(self, node: Node) -> list[Piece]:
        return [Piece(b.Op("-", prefix=True), node.start, node.start + 1), *self.pieces(node.kids[0])]

    def binary(self, node: Node) -> list[Piece]:
        match = _OPERATING.search(self.source, node.kids[0].end, node.kids[1].start)
        return self.joined(node, [_OPERATES[match.group()] if match else node.text])

    def juxt(self, node: Node) -> list[Piece]:
        out = self.pieces(node.kids[0])
        for before, kid in pairwise(node.kids):
            space = _between(before, kid)
            out += [Piece(space, before.end, before.end)] if space is not None else []
            out += self.pieces(kid)
        return out

    def big(self, node: Node) -> b.Box:
        """A large operator with its bounds and what it governs."""
        below, above = (self.script(tokens) if tokens else None for tokens in (node.sub, node.sup))
        body = [self.whole(kid) for kid in node.kids]
        if below is None:
            return b.row(b.Script(b.Op(SIGNS[node.text], prefix=True), sup=above), b.Gap(), *body)
        return b.row(b.Big(SIGNS[node.text], below, above), b.Gap(), *body)

    def frac(self, node: Node) -> b.Box:
        top, bottom = node.kids
        if self.source[top.end : bottom.start].strip():  # 1/2, which the parser takes for one number
            return b.row(self.whole(top), b.Op("/", prefix=True), self.whole(bottom))
        return b.Frac(self.whole(top), self.whole(bottom))

    def sqrt(self, node: Node) -> b.Box:
        return b.Sqrt(self.whole(node.kids[0]))

    def bars(self, node: Node) -> b.Box:
        sign = "Vert" if node.kind == "norm" else "vert"
        return fence(self.whole(node.kids[0]), rf"\l{sign}", rf"\r{sign}")

    def matrix(self, node: Node, kind: str | None = None) -> b.Box:
        width = int(node.detail[0])
        cells = [self.whole(k) for k in node.kids]
        rows = tuple(tuple(cells[k : k + width]) for k in range(0, len(cells), width))
        return b.Grid(rows, kind or ("matrix" if node.text in _BARE else node.text))

    # ------------------------------------------------------------------------------------ scripts

    def script(self, tokens: tuple[Token, ...]) -> b.Box:
        """A script; its signs stand close to their neighbours."""
        if any(t.kind in _STRUCTURES for t in tokens):
            return self.whole(Parser(self.source, tokens).whole())
        return _written(tokens)


_BASES: dict[str, Callable[[_Writer, Node], b.Box]] = {
    **dict.fromkeys(("name", "word", "number", "partial", "infty", "dots"), _Writer.name),
    "group": _Writer.group,
    "frac": _Writer.frac,
    "sqrt": _Writer.sqrt,
    "norm": _Writer.bars,
    "abs": _Writer.bars,
    "matrix": _Writer.matrix,
    "big": _Writer.big,
    "nabla": lambda w, node: b.Ident(r"\nabla"),
    "blank": lambda w, node: b.Row(()),
}
_SEQUENCES: dict[str, Callable[[_Writer, Node], list[Piece]]] = {
    "add": _Writer.add,
    "negative": _Writer.negative,
    "binary": _Writer.binary,
    "juxt": _Writer.juxt,
}


def _written(tokens: Sequence[Token]) -> b.Box:
    """Letters, words, numbers and signs from left to right, with the scripts inside them."""
    return take_apart(" ".join(map(_latex, tokens)))


def _latex(t: Token) -> str:
    if t.kind == "word" or (t.style == "rm" and "-" in t.text):
        return rf"\operatorname{{{t.text}}}"
    if t.kind == "dots":
        return _DOTS.get(t.text, r"\dots")
    if t.kind not in ("name", "number"):
        return SIGNS.get(t.kind, t.kind)
    upright = t.style == "rm" and len(t.text) == 1 and not t.accents
    return rf"\mathrm{{{t.text}}}" if upright else letter(t)


def _between(before: Node, after: Node) -> b.Box | None:
    """The space between two factors: none before a bracket that a letter or a word may be applied to."""
    if before.kind == "partial" or (after.kind == "group" and after.is_call and before.kind in ("name", "word")):
        return None
    return b.Gap(thin=before.kind == "word")


def _spread(pieces: Sequence[Piece]) -> Iterable[Piece]:
    """Gaps take the place of what they part: between two marked pieces they are marked."""
    for k, p in enumerate(pieces):
        if isinstance(p.box, b.Gap) and 0 < k < len(pieces) - 1:
            yield Piece(p.box, pieces[k - 1].start, pieces[k + 1].end)
        else:
            yield p
