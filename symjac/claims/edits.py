"""Small changes to a printed formula: what its author may have meant to write.

Each is a new text for the claim with a few words about the change. Whether the text is true is for
:mod:`symjac.claims.repairs` to find out; here nothing is known but what stands where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symjac import expr as ex
from symjac import typeset
from symjac.claims.model import Model, UndecidedError
from symjac.claims.statement import Statement
from symjac.claims.terms import Ref, Term
from symjac.claims.verdict import closed
from symjac.errors import SymjacError
from symjac.expr import Apply

_TURNED = re.compile(
    r"\^\s*(?:\{\s*)?(?:\\top|\\intercal|\\mathsf\{T\}|\\mathrm\{T\}|\\mathrm T|T)(?:\s*\})?\s*$|['ᵀ]$"
)
_WORDS = re.compile(r"\s+|\S+")
SIDE_BY_SIDE = ("cdot", "times", "star")
KRONECKER = ("otimes", "otimes_vec")

Span = tuple[int, int]


@dataclass(frozen=True)
class Edit:
    """One change: ``kind`` groups it, ``words`` say what is wrong, ``text`` is the claim as changed.

    ``old`` and ``new`` are the part that changed, before and after; ``was`` and ``now`` say where they
    stand in the claim as printed and as changed.
    """

    kind: str
    words: str
    old: str
    new: str
    text: str
    was: Span
    now: Span


def _changed(old: str, new: str) -> tuple[Span, Span]:
    """Where two stretches differ: without the words at both ends that they share, if brackets stay in pairs."""
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


class Editor:
    """The changes to the last member of one claim, smallest first."""

    def __init__(self, s: Statement) -> None:
        self.s = s
        self.root = s.members[-1]
        self.model: Model = s.models.get("column", s.model)
        self.terms = list(dict.fromkeys(self._outside(self.root)))

    def __iter__(self) -> Iterator[Edit]:
        for edits in (self.transposes, self.orders, self.points, self.diagonals, self.signs, self.lost, self.added):
            yield from edits()

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

    def _edit(self, kind: str, words: str, span: tuple[int, int], new: str) -> Iterator[Edit]:
        claim = self.s.claim
        start, stop = span
        if 0 <= start < stop <= len(claim):
            (p, q), (r, s) = _changed(claim[start:stop], new)
            text = claim[:start] + new + claim[stop:]
            was, now = (start + p, start + q), (start + r, start + s)
            yield Edit(kind, words, claim[start:stop].strip(), new.strip(), text, was, now)

    def _bare(self, t: Term) -> tuple[int, int] | None:
        """Where a symbol stands without an exponent; ``None`` where that cannot be told from the text."""
        text = self.source(t)
        if t.ref is None or not text:
            return None
        try:
            name = self.model.symbol(t.ref).name
        except (UndecidedError, KeyError):
            return None
        if text.startswith(name):
            return t.span[0], t.span[0] + len(name)
        return t.span if "^" not in text else None

    def is_matrix(self, t: Term) -> bool:
        family = self.model.families.get(t.ref.family) if t.ref is not None else None
        return family is not None and family.role == "matrix"

    # --------------------------------------------------------------------------------------- changes

    def transposes(self) -> Iterator[Edit]:
        """One transpose less, or one more on a matrix."""
        under = {id(t.args[0]) for t in self.terms if t.kind == "transpose"}
        for t in self.terms:
            text = self.source(t)
            if t.kind == "transpose":
                yield from self._edit("transpose", "one transpose is what is wrong", t.span, _TURNED.sub("", text))
            elif self.is_matrix(t) and id(t) not in under and "^" not in text:
                yield from self._edit("transpose", "one transpose is what is wrong", t.span, rf"{text}^\top")

    def orders(self) -> Iterator[Edit]:
        """Two neighbouring factors in the other order."""
        words = "the order of two factors is what is wrong"
        for t in self.terms:
            if t.kind == "product" or (t.kind == "operation" and t.data in (*SIDE_BY_SIDE, *KRONECKER)):
                for a, b in zip(t.args, t.args[1:], strict=False):
                    between = self.s.claim[a.span[1] : b.span[0]]
                    if a.span[1] <= b.span[0]:
                        new = f"{self.source(b)}{between or ' '}{self.source(a)}"
                        yield from self._edit("order", words, (a.span[0], b.span[1]), new)

    def points(self) -> Iterator[Edit]:
        """Another time at one symbol, or the argument of a function before or after an activation."""
        for t in self.terms:
            r = t.ref
            span = self._bare(t)
            if r is not None and r.time is not None and span is not None:
                for shift, where in ((-1, "earlier"), (1, "later")):
                    try:
                        new = self.model.symbol(Ref(r.family, r.time + shift)).name
                    except (UndecidedError, KeyError):
                        continue
                    words = f"the evaluation point is what is wrong, it should be one step {where}"
                    yield from self._edit("point", words, span, new)
        known = list(dict.fromkeys(self._arguments()))
        for t in self.terms:
            if t.kind == "apply":
                span = t.args[0].span
                for new in known:
                    if new.replace(" ", "") != self.s.claim[span[0] : span[1]].replace(" ", ""):
                        yield from self._edit("point", "the evaluation point is what is wrong", span, new)

    def _arguments(self) -> Iterator[str]:
        """What the functions of the system are applied to, at the times the claim mentions."""
        for r in dict.fromkeys(self.s.refs(*self.s.members)):
            try:
                e = self.model.definition(r)
            except (UndecidedError, SymjacError):
                continue
            if e is not None:
                yield from (typeset.latex(p.args[0]) for p in e.walk() if isinstance(p, Apply))

    def diagonals(self) -> Iterator[Edit]:
        """A vector as a diagonal matrix, or the other way round."""
        for t in self.terms:
            text = self.source(t)
            if t.kind == "word" and t.data == "diag":
                inner = self.source(t.args[0])
                yield from self._edit("diag", "a diag too many is what is wrong", t.span, inner)
            elif t.kind == "apply" or self.s.is_vector(t):
                yield from self._edit(
                    "diag", "a missing diag is what is wrong", t.span, rf"\operatorname{{diag}}({text})"
                )

    def signs(self) -> Iterator[Edit]:
        """The other sign before one summand, or before the whole."""
        words = "one sign is what is wrong"
        for t in self.terms:
            if t.kind == "add":
                for a in t.args[1:]:
                    before = self.s.claim[: a.span[0]].rstrip()
                    if before and before[-1] in "+-":
                        new = "-" if before[-1] == "+" else "+"
                        yield from self._edit("sign", words, (len(before) - 1, len(before)), new)
        first = self.root.args[0] if self.root.kind == "add" else self.root
        if first.kind == "negative" and self.source(first).startswith("-"):
            yield from self._edit("sign", words, (first.span[0], first.span[0] + 1), " ")
        elif self.root.kind != "add":
            yield from self._edit("sign", words, self.root.span, f"-{self.source(self.root)}")

    def lost(self) -> Iterator[Edit]:
        """One factor less."""
        for t in self.terms:
            if t.kind in ("product", "operation") and (
                t.kind == "product" or t.data in (*SIDE_BY_SIDE, "odot", "circ")
            ):
                for k in range(len(t.args)):
                    words = "a factor too many is what is wrong"
                    kept = [b for j, b in enumerate(t.args) if j != k]
                    new = " ".join(self.source(b) for b in kept)
                    yield from self._edit("factor", words, (t.args[0].span[0], t.args[-1].span[1]), new)

    def added(self) -> Iterator[Edit]:
        """One factor more, a matrix of the system or a diagonal matrix, at either end."""
        e = self.root
        if e.kind == "add" or not self.source(e):
            return
        factors = [rf"\operatorname{{diag}}({name})" for name in self._vectors()]
        for name in self._matrices():
            factors += [name, rf"{name}^\top"] if "^" not in name else [name]
        for new in factors:
            words = "a missing factor is what is wrong"
            yield from self._edit("factor", words, e.span, f"{new} {self.source(e)}")
            yield from self._edit("factor", words, e.span, f"{self.source(e)} {new}")

    def _matrices(self) -> list[str]:
        infos = self.model.reading.symbols.values()
        return [i.symbol.name for i in infos if i.role == "matrix"]

    def _vectors(self) -> Iterator[str]:
        """Derivatives of the system's functions where they are applied, and its gates, as print."""
        seen: dict[str, None] = {}
        for r in dict.fromkeys(self.s.refs(*self.s.members)):
            try:
                e = self.model.definition(r)
            except (UndecidedError, SymjacError):
                continue
            for p in e.walk() if e is not None else ():
                if isinstance(p, Apply) and p.is_vector and p.function.known is None:
                    seen.setdefault(typeset.latex(ex.Apply(replace(p.function, order=p.function.order + 1), p.args[0])))
                elif p.is_vector and isinstance(p, ex.Symbol):
                    seen.setdefault(p.name)
        yield from seen
