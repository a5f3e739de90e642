"""Equations of a system that only say what a loss depends on: ``L = \\frac{1}{T} \\sum_t l(o_t, y_t)``.

They are taken out before the system is read. What stays of them is which loss is the sum of which, with
what factor, and what it sees; nothing is known of the function itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symjac.claims.undecided import UndecidedError
from symjac.expr.times import LAST
from symjac.reading.lexer import tokenise
from symjac.reading.parser import readable
from symjac.reading.spelling import letter, plain, script_text
from symjac.reading.survey import bound_letter, survey
from symjac.reading.tree import Node
from symjac.reading.usual import LOSS_NAMES, is_loss_word
from symjac.reading.wording import describe


@dataclass(frozen=True)
class LossEquation:
    """``left = scale * sum over t of step``, or of a function of ``arguments``, all as texts."""

    left: str
    scale: str = ""
    step: str = ""
    arguments: tuple[str, ...] = ()
    summed: bool = False
    body: str = ""  # the term of one step, where it is printed and not named
    function: str = ""  # the l of ``l(o_t, y_t)``, of which the loss is a multiple or a sum
    steps: tuple[str, str] = ("", "")  # the first and the last one of a sum, as far as they are printed
    penalty: str = ""  # the name for what parameters alone add
    added: str = ""  # which is this

    @property
    def words(self) -> str:
        """What the equation says, as a note."""
        if self.penalty:
            return f"{replace(self, penalty='').words}; what is added, {self.added}, is called {self.penalty}"
        if self.step:
            times = f", times {self.scale}" if self.scale else ""
            first, last = self.steps
            over = f"the steps from {first} to {last}" if last else "all steps"
            return f"{self.left} is read as the sum of {self.step} over {over}{times}"
        return f"{self.left} is read as a loss of which nothing is known but that it sees {', '.join(self.arguments)}"


def without_losses(
    texts: Sequence[str], symbols: Mapping[str, str], claim: str = ""
) -> tuple[list[str], tuple[LossEquation, ...]]:
    """The equations that remain, and what was taken out; the claim about them has its own letters."""
    kept: list[str] = []
    found: list[LossEquation] = []
    steps = _Steps.of(texts, symbols, claim)
    for text in _with_sums_put_in(texts, claim, steps):
        roots = readable(text)
        told = [_of_loss(text, root, steps) for root in roots]
        if not any(told):
            kept.append(text)
            continue
        found += [e for e in told if e is not None]
        kept += [text[r.start : r.end] for r, e in zip(roots, told, strict=True) if e is None]
        kept += [f"{e.step} = {e.body}" for e in told if e is not None and e.body]
        kept += [f"{e.penalty} = {e.added}" for e in told if e is not None and e.penalty]
    if sum(bool(e.penalty) for e in found) > 1:
        raise UndecidedError("what parameters add to two losses is not followed")
    return kept, tuple(found)


def _with_sums_put_in(texts: Sequence[str], claim: str, steps: _Steps) -> Sequence[str]:
    r"""The texts with ``J = E + R`` as ``J = \sum_t E_t + R``, where E is a sum over steps that would be taken out.

    :raises UndecidedError: where such a loss is used otherwise, or a claim is about it too.
    """
    read = [(text, root) for text in texts for root in readable(text) if root.kind == "relation"]
    for text, root in read:
        told = _of_loss(text, root, steps)
        if told is None or not told.summed:
            continue
        name, right = plain(text[root.kids[0].start : root.kids[0].end]), root.kids[-1].inner
        uses = [(t, r, n) for t, r in read if r is not root for n in _named(t, r, name)]
        if not uses:
            continue
        user, into, place = uses[0]
        claimed = any(_named(claim, c, name) for c in readable(claim))
        single = right.kind in ("big", "juxt") and len(uses) == 1 and not claimed
        if not single or not _is_term(into.kids[-1].inner, place):
            raise UndecidedError(
                f"{name}, a sum over steps, is a part of what another equation defines: print that as one sum"
            )
        put = f"{user[: place.start]} {text[right.start : right.end]} {user[place.end :]}"
        rest = [t for t in texts if t not in (user, text)]
        others = [text[r.start : r.end] for r in readable(text) if r is not root and user != text]
        return _with_sums_put_in([*rest, *others, put], claim, steps)
    return texts


def _named(text: str, root: Node, name: str) -> list[Node]:
    return [n for n in root.walk() if n.kind in ("name", "word") and plain(text[n.start : n.end]) == name]


def _is_term(right: Node, place: Node) -> bool:
    """Whether something is a member of a sum, with factors before it alone."""
    terms = right.kids if right.kind == "add" else [right]
    return any(t.inner.factors[-1].inner is place for t in terms)


@dataclass(frozen=True)
class _Steps:
    """The letters that run through time in some texts, and those at which equations other than a loss's are printed."""

    symbols: Mapping[str, str]  # the declarations
    running: frozenset[str]
    printed: frozenset[str]
    free: str  # a letter for what parameters alone add
    states: frozenset[str]  # the letters that other equations define
    claimed: frozenset[str]  # the letters of the claim, those below others too

    @staticmethod
    def of(texts: Sequence[str], symbols: Mapping[str, str], claim: str) -> _Steps:
        roots: list[Node] = []
        lefts: set[str] = set()
        states: set[str] = set()
        for text in texts:
            found = readable(text)
            roots += found
            for n in (r.kids[0].inner for r in found if r.kind == "relation"):
                if not _is_loss(text, n, symbols):
                    lefts |= {t.text for m in n.walk() for s in m.scripts for t in s.tokens if t.kind == "name"}
                    states.add(n.letter)
        letters = survey(roots)
        running = frozenset(letters.time - letters.entry)
        free = next(n for n in _FOR_PENALTY if not any(n in t for t in (*texts, *symbols, claim)))
        printed = [n for r in readable(claim) for n in r.walk() if n.kind == "name"]
        claimed = frozenset({n.letter for n in printed} | {x for n in printed for x in _below(n)})
        return _Steps(symbols, running, running & lefts, free, frozenset(states), claimed)


_FOR_PENALTY = (r"\Omega", r"\Psi", r"\Xi", r"\Upsilon", r"\Theta")


def _of_loss(text: str, root: Node, steps: _Steps) -> LossEquation | None:
    """What an equation says of a loss, as a whole, or of a sum over steps and what parameters alone add to it.

    :raises UndecidedError: where what it sums up beside is not followed.
    """
    if root.kind != "relation" or root.detail[:1] != ("=",):
        return None
    whole, right = _of_part(text, root, steps), root.kids[-1].inner
    if whole is not None or root.detail != ("=",) or right.kind != "add":
        return whole
    terms = [
        kid if sign == "+" else Node("negative", "", [kid], kid.start, kid.end)
        for sign, kid in zip(right.detail, right.kids, strict=True)
    ]
    sums = [t for t in terms if any(n.kind == "big" or (steps.running | LAST) & _below(n) for n in t.walk())]
    others = [(s, k) for s, k, t in zip(right.detail, right.kids, terms, strict=True) if t not in sums]
    alone = [Node("relation", "", [root.kids[0], t], root.start, root.end, detail=("=",)) for t in sums]
    if len(sums) == 1 and others:
        found = _of_part(text, alone[0], steps)
    else:
        named = any(_is_loss(text, n, steps.symbols) for t in sums for n in t.walk() if n.kind in ("name", "word"))
        follows = _names_loss(text, root, steps) and not named
        found = _together([_of_each_step(text, r, steps) for r in alone]) if follows else None
    if found is not None:
        added = " ".join(f"{s} {text[k.start : k.end]}" for s, k in others).removeprefix("+ ")
        return replace(found, penalty=steps.free, added=added) if others else found
    pairs = (pair for n in right.walk() if n.kind == "juxt" for pair in itertools.pairwise(n.kids))
    if any(a.scripts and b.is_call and _is_loss(text, a, steps.symbols) for a, b in pairs):
        raise UndecidedError(f"{text[root.start : root.end]} is a sum of losses that is not followed")
    return None


def _of_part(text: str, root: Node, steps: _Steps) -> LossEquation | None:
    """What an equation says of a loss that is a sum over steps, or sees the last one, and nothing beside."""
    found = _told(text, root, steps)
    if found is not None or not _names_loss(text, root, steps):
        return found
    return _of_each_step(text, root, steps) or _at_the_end(text, root, steps)


def _names_loss(text: str, root: Node, steps: _Steps) -> bool:
    """Whether an equation defines a loss by its plain name."""
    left = root.kids[0].inner
    plainly = root.detail == ("=",) and left.kind == "name" and not left.scripts
    return plainly and _is_loss(text, left, steps.symbols)


def _together(sums: Sequence[LossEquation | None]) -> LossEquation | None:
    r"""``\sum_t a_t + \mu \sum_t b_t`` as the sum of what both have of a step, where they run over the same steps."""
    told = [e for e in sums if e is not None]
    if len(told) < 2 or len(told) < len(sums) or len({(e.step, e.steps) for e in told}) > 1:
        return None
    body = " + ".join(f"{e.scale or 1} ({e.body})" for e in told)
    return replace(told[0], scale="", body=body.replace("+ -", "- "))


def _below(n: Node) -> set[str]:
    return {t.text for s in n.scripts for t in s.tokens}


def _of_each_step(text: str, root: Node, steps: _Steps) -> LossEquation | None:
    r"""``L = \sum_{t=1}^{T} \lVert s_t - d_t \rVert^2``: the sum of the ``L_t`` that each step's term is named."""
    left = root.kids[0].inner
    scale, _, large = _parts(text, root.kids[1].inner)
    letter = bound_letter(large.sub) if large is not None else None
    if large is None or letter not in steps.running or not _runs_over_all(large):
        return None
    body, letter = _at_the_letter_of(text, large.kids[0], letter, steps)
    name = text[left.start : left.end]
    return LossEquation(name, scale, f"{name}_{letter}", (), True, body, steps=_steps(large)) if body else None


def _at_the_end(text: str, root: Node, steps: _Steps) -> LossEquation | None:
    r"""``J = \frac12 \lVert s_T - d \rVert^2`` as a loss of s_T, beside a claim that holds nothing else of it.

    What such a claim says of earlier steps holds, or does not, whatever the loss is of the last one.
    """
    left, right = root.kids[0].inner, root.kids[-1].inner
    names = [n for n in right.walk() if n.kind == "name"]
    seen = [n for n in names if n.letter in steps.states and len(n.scripts) == 1 and _below(n) <= LAST]
    others = {n.letter for n in names if n not in seen} | {x for n in names for x in _below(n)}
    taken = steps.claimed | steps.running | steps.states
    if not seen or others & taken or any(n.kind == "big" for n in right.walk()):
        return None
    name = text[left.start : left.end]
    return LossEquation(name, arguments=tuple(dict.fromkeys(text[n.start : n.end] for n in seen)), function=steps.free)


def _at_the_letter_of(text: str, body: Node, letter: str, steps: _Steps) -> tuple[str, str]:
    """A term, at the letter by which the other equations count their steps, and that letter; no text for none."""
    printed = text[body.start : body.end]
    if letter in steps.printed:
        return printed, letter
    names = [n for n in body.walk() if n.kind == "name"]
    if len(steps.printed) != 1 or any(n.text == letter for n in names):
        return "", letter
    (other,) = steps.printed
    tokens = {t for n in body.walk() for s in n.scripts for t in s.tokens}
    if any(t.text == other for t in tokens):
        return "", letter
    for t in sorted((t for t in tokens if t.text == letter), key=lambda t: -t.start):
        at = t.start - body.start
        printed = f"{printed[:at]}{{{other}}}{printed[at + t.end - t.start :]}"
    return printed, other


def without_arguments(texts: Sequence[str], claim: str, symbols: Mapping[str, str]) -> tuple[list[str], str]:
    """The texts with ``L(w)``, which an equation defines, as L, and blanks in place of its arguments."""
    calls: dict[str, str] = {}
    for text in texts:
        for root in (r for r in readable(text) if r.kind == "relation" and r.detail[:1] == ("=",)):
            left = root.kids[0].inner
            if left.kind == "juxt" and len(left.kids) == 2 and left.kids[1].is_call and left.kids[0].kind == "name":
                head, group = left.kids
                # The gradient of J(w) is by w, which the name without its argument would not say.
                if _is_loss(text, head, symbols) and not _is_varied(claim, text[head.start : group.end]):
                    calls[text[head.start : group.end]] = text[head.start : head.end]

    def bare(t: str) -> str:
        for call, name in calls.items():
            t = t.replace(call, name + " " * (len(call) - len(name)))
        return t

    return [bare(t) for t in texts], bare(claim)


def _is_varied(claim: str, call: str) -> bool:
    r"""Whether a claim holds the ``\nabla J(w)`` of this ``J(w)``."""
    kids = [pair for r in readable(claim) for n in r.walk() for pair in itertools.pairwise(n.kids)]
    behind = [claim[b.start :].strip() for a, b in kids if a.kind == "nabla" and not a.sub]
    return any(plain(text).startswith(plain(call)) for text in behind)


def _told(text: str, root: Node, steps: _Steps) -> LossEquation | None:
    r"""``L = \frac{1}{T} \sum_t l(o_t, y_t)``, ``L = \sum_t L_t``, ``L = \frac{1}{2} l(y)``: a loss made of others.

    :raises UndecidedError: for a sum over some steps only, or of other steps' losses.
    """
    left = root.kids[0].inner
    if left.kind == "juxt" and left.kids[-1].is_call and len(left.kids) == 2:
        left = left.kids[0].inner  # L(\theta)
    scale, body, large = _parts(text, root.kids[1].inner)
    if not _is_loss(text, left, steps.symbols) or not body or not _is_loss(text, body[0], steps.symbols):
        return None
    called = len(body) == 2 and body[1].is_call and body[1].inner.text != "["  # no expectation
    if not called and (large is None or len(body) > 1):
        return None
    name, head = (_by_itself(text, n) for n in (left, body[0]))
    if large is not None:
        later = len(body[0].sub) > 1
        if later or not _runs_over_all(large):
            raise UndecidedError(f"{name} is a sum over some steps, or of other steps' losses: that is not followed")
    arguments = tuple(text[k.start : k.end] for k in body[1].inner.kids) if called else ()
    if large is None:
        return LossEquation(name, scale, "", arguments, function=head)
    if body[0].scripts:
        return LossEquation(name, scale, head, arguments, True, steps=_steps(large))
    return LossEquation(name, scale, "", arguments, True, steps=_steps(large), function=head) if called else None


def _by_itself(text: str, n: Node) -> str:
    r"""A name as it can be read where no bracket follows it: ``\text{cross entropy}`` would be a remark."""
    t = n.token
    word = t is not None and t.style == "rm" and len(t.text) > 1
    return rf"\operatorname{{{t.text}}}{text[t.end : n.end]}" if t is not None and word else text[n.start : n.end]


def _parts(text: str, right: Node) -> tuple[str, list[Node], Node | None]:
    """The factor before a loss, as text, what the loss is, and the sum over that; nothing where more stands behind."""
    negative = right.kind == "negative"
    items = (right.kids[0].inner if negative else right).factors
    at = next((k for k, n in enumerate(items) if n.kind == "big" and n.text == "sum"), None)
    large = items[at] if at is not None else None
    if at is None:
        at = max(len(items) - 2, 0)
    if large is not None and large is not items[-1]:
        return "", [], None
    body = items[at:] if large is None else [f for kid in large.kids[:1] for f in kid.inner.factors]
    scale = text[items[0].start : items[at - 1].end] if at else ""
    return f"-{scale or 1}" if negative else scale, body, large


def _runs_over_all(n: Node) -> bool:
    """Whether a sum has no bounds, or runs from 0 or 1 to a letter for the last step."""
    sub = [t.text for t in n.sub]
    return (len(sub) == 1 or (sub[1:2] == ["="] and sub[2:] in (["0"], ["1"]))) and len(n.sup) <= 1


def _steps(n: Node) -> tuple[str, str]:
    """The bounds of a sum, as texts."""
    return script_text(n.sub[2:]), script_text(n.sup)


def _is_loss(text: str, n: Node, symbols: Mapping[str, str]) -> bool:
    """Whether a name is that of a loss: by its declaration, its letter or its word."""
    if n.kind == "word":
        return is_loss_word(n.text)
    if n.kind != "name":
        return False
    printed = text[n.start : n.end]
    words = next((w for key, w in symbols.items() if plain(key) == plain(printed)), None)
    if words is not None and is_loss_word(words):
        return True
    return is_loss_name(printed) if words is None or describe(words).role == "scalar" else is_loss_word(plain(printed))


def is_loss_name(printed: str) -> bool:
    """Whether a name is one that papers give to losses.

    >>> is_loss_name(r"\\mathcal{L}_t"), is_loss_name("v")
    (True, False)
    """
    first = tokenise(printed)[0]
    base = first._replace(style="cal") if first.style == "scr" else first
    return letter(base) in LOSS_NAMES or is_loss_word(first.text)
