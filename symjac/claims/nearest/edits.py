"""Small changes to a printed formula, in its text and in its terms at once.

Whether a changed formula is true is for :mod:`symjac.claims.nearest.repairs` to find out, and which changes are
tried for :mod:`symjac.claims.nearest.slips`; here nothing is known but what stands where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symjac import expr as ex, typeset
from symjac.claims.model import Model
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import closed
from symjac.errors import SymjacError
from symjac.expr import Expr
from symjac.reading.applied.terms import Term

_TURNED = re.compile(
    r"\^\s*(?:\{\s*)?(?:\\top|\\intercal|\\mathsf\{T\}|\\mathrm\{T\}|\\mathrm T|T)(?:\s*\})?\s*$|['ᵀ]$"
)
OPENING = re.compile(r"(?:\\(?:left|bigl?|Bigl?)\s*)?[(\[]\s*$")
_CLOSING = re.compile(r"\s*(?:\\(?:right|bigr?|Bigr?)\s*)?[)\]]")
CALLS = ("apply", "word", "map", "gradient", "derivative")  # whose brackets are their own
_WORDS = re.compile(r"\s+|\S+")
KRONECKER = ("otimes", "otimes_vec")
SIDE_BY_SIDE = ("cdot", "times", "star")
ENTRYWISE = ("odot", "circ", "star")
Span = tuple[int, int]
Shape = Callable[[Term], ex.Shape | None]


@dataclass(frozen=True, eq=False)
class Swap:
    """One term in the place of another, with the stretch of text that changes and what it becomes."""

    old: Term
    new: Term
    span: Span
    text: str


@dataclass(frozen=True, eq=False)
class Edit:
    """One change: ``kind`` groups it, ``words`` say what is wrong, ``swaps`` what takes the place of what.

    ``about`` is the formula that is missing, or too many.
    """

    kind: str
    words: str
    swaps: tuple[Swap, ...]
    claim: str
    about: str = ""

    @property
    def text(self) -> str:
        """The claim as changed."""
        out = self.claim
        for s in sorted(self.swaps, key=lambda s: s.span, reverse=True):
            out = out[: s.span[0]] + s.text + out[s.span[1] :]
        return out

    @property
    def old(self) -> str:
        """What one change is about, as it was."""
        return self.claim[slice(*self.swaps[0].span)].strip() if len(self.swaps) == 1 else ""

    @property
    def new(self) -> str:
        """The same, as it becomes."""
        return self.swaps[0].text.strip() if len(self.swaps) == 1 else ""

    @property
    def was(self) -> Span:
        """Where what changes stands in the claim as printed."""
        return self._places[0]

    @property
    def now(self) -> Span:
        """Where it stands in the claim as changed."""
        return self._places[1]

    @property
    def _places(self) -> tuple[Span, Span]:
        found = _changed(self.claim, self.text)
        if found[0] == (0, len(self.claim)) and len(self.swaps) == 1:
            start, stop = self.swaps[0].span
            return (start, stop), (start, start + len(self.swaps[0].text))
        return found

    def applied(self, root: Term) -> Term:
        """A term with the change made in it."""
        for s in self.swaps:
            if root is s.old:
                return s.new
        args = tuple(map(self.applied, root.args))
        same = all(a is b for a, b in zip(args, root.args, strict=True))
        return root if same else Term(root.kind, args, root.data, root.span)

    def apart_from(self, other: Edit) -> bool:
        """Whether two changes are about different places."""
        spans = [sorted((a.span, b.span)) for a in self.swaps for b in other.swaps]
        olds = [(a.old, b.old) for a in self.swaps for b in other.swaps]
        inside = any(_is_below(a, b) or _is_below(b, a) for a, b in olds)
        return all(first[1] <= second[0] for first, second in spans) and not inside

    def together(self, other: Edit) -> Edit:
        """Both changes as one."""
        first, second = (e.words.replace("is what is wrong", "is wrong") for e in (self, other))
        words = self.words if self.words == other.words else f"{first} and {second}"
        return Edit(f"{self.kind}, {other.kind}", words, (*self.swaps, *other.swaps), self.claim)


def _changed(old: str, new: str) -> tuple[Span, Span]:
    """Where two texts differ: without the words at both ends that they share, if brackets stay in pairs."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    first = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    room = min(len(a), len(b)) - first
    last = next((k for k in range(room) if a[-1 - k] != b[-1 - k]), room)
    spans = []
    for whole, words in ((old, a), (new, b)):
        start, stop = len("".join(words[:first])), len(whole) - len("".join(words[len(words) - last :]))
        inner = whole[start:stop]
        spans.append((start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())))
    (p, q), (r, s) = spans
    if all(closed(text) or not text for text in (old[p:q], new[r:s])):
        return (p, max(p, q)), (r, max(r, s))
    return (0, len(old)), (0, len(new))


def _is_below(a: Term, b: Term) -> bool:
    """Whether one term is the other or a part of it: this very term, not its like."""
    return any(t is a for t in b.walk())


def given(e: Expr) -> Term:
    """An expression, vectors as columns, in the place of a term."""
    return Term("given", (), e)


def product(*factors: Term) -> Term:
    return factors[0] if len(factors) == 1 else Term("product", factors)


class Page:
    """The last member of a claim, its terms where they stand in the text."""

    def __init__(self, s: Statement, shape: Shape) -> None:
        self.s = s
        self.root = s.members[-1]
        self.model: Model = s.models.get("column", s.model)
        self.shape = shape
        self.terms = list(self._outside(self.root))
        self.arguments = {id(a) for t in self.terms if t.kind in CALLS for a in t.args}

    @staticmethod
    def _outside(root: Term) -> Iterator[Term]:
        """The terms of a formula but for what stands inside derivatives."""
        todo = [root]
        while todo:
            t = todo.pop(0)
            yield t
            if t.kind not in ("derivative", "gradient"):
                todo = [*t.args, *todo]

    # ------------------------------------------------------------------------------------------ text

    def source(self, t: Term) -> str:
        return self.s.claim[t.span[0] : t.span[1]]

    def whole(self, t: Term) -> Span:
        """Where a term stands with the brackets that are directly around it."""
        start, stop = t.span
        opening, closing = OPENING.search(self.s.claim[:start]), _CLOSING.match(self.s.claim[stop:])
        if opening and closing and id(t) not in self.arguments:
            return opening.start(), stop + closing.end()
        return t.span

    def bracketed(self, t: Term) -> str:
        """The source of a factor, in brackets where it needs them."""
        start, stop = self.whole(t)
        text = self.s.claim[start:stop]
        return f"({text})" if t.kind in ("add", "negative") and (start, stop) == t.span else text

    def base(self, t: Term) -> str:
        """The source of a factor without its exponent."""
        bare = self.bare(t)
        return self.s.claim[slice(*bare)] if bare is not None else self.bracketed(t)

    def swap(self, old: Term, new: Term, text: str, span: Span | None = None) -> tuple[Swap, ...]:
        """One swap, none where the place of the old term in the text is not known."""
        start, stop = span or old.span
        return (Swap(old, new, (start, stop), text),) if 0 <= start < stop <= len(self.s.claim) else ()

    def edit(self, kind: str, words: str, *swaps: Swap, about: str = "") -> Iterator[Edit]:
        if swaps:
            yield Edit(kind, words, swaps, self.s.claim, about)

    def one(
        self, kind: str, words: str, old: Term, new: Term, text: str, span: Span | None = None, about: str = ""
    ) -> Iterator[Edit]:
        """The edit of one swap."""
        yield from self.edit(kind, words, *self.swap(old, new, text, span), about=about)

    def bare(self, t: Term) -> Span | None:
        """Where a symbol stands without an exponent; ``None`` where that cannot be told from the text."""
        text = self.source(t)
        if t.ref is None or not text:
            return None
        try:
            name = self.model.name(t.ref)
        except UndecidedError:
            return None
        if text.startswith(name):
            return t.span[0], t.span[0] + len(name)
        return t.span if "^" not in text else None

    # ----------------------------------------------------------------------------------------- kinds

    def is_vector(self, t: Term) -> bool:
        """Whether a term is a vector that is no single symbol's entry, a diagonal matrix or a matrix."""
        shape = self.shape(t)
        return shape is not None and shape[1] == ex.ONE and shape[0] != ex.ONE

    def products(self) -> Iterator[Term]:
        """Where factors stand beside each other."""
        for t in self.terms:
            if t.kind == "product" or (t.kind == "operation" and t.data in (*SIDE_BY_SIDE, *KRONECKER)):
                yield t

    def summands(self) -> list[Term]:
        """The terms of the formula, without their signs."""
        parts = self.root.args if self.root.kind == "add" else (self.root,)
        return [a.args[0] if a.kind == "negative" else a for a in parts]


def printed(e: Expr) -> str | None:
    """An expression as LaTeX, ``None`` where it cannot be printed."""
    try:
        return typeset.latex(e)
    except SymjacError:
        return None


def unturned(text: str) -> str:
    """The text of a symbol without its transpose.

    >>> unturned("W^{\\\\top}")
    'W'
    """
    return _TURNED.sub("", text)
