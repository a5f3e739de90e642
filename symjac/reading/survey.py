"""What the letters of a text are used for, seen before any name is taken apart.

A letter that occurs as ``t-1`` runs through time; one that a sum over entries binds, or that stands
beside another as in ``w_{ij}``, numbers entries.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from symjac.errors import ReadError
from symjac.expr.times import LAST
from symjac.reading.lexer import tokenise
from symjac.reading.spelling import (
    ENCLOSURES,
    ENTRYLIKE,
    INDICES,
    KRONECKER,
    LAYERLIKE,
    TIMELIKE,
    indicated,
    is_upper,
    letter,
    plain,
)
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, bracket
from symjac.reading.usual import FUNCTION_LETTERS, STATE_LETTERS


@dataclass
class Letters:
    """Letters that run through time, letters that number entries, and bases that carry a time."""

    time: set[str] = field(default_factory=lambda: {"t"})
    entry: set[str] = field(default_factory=set)
    timed: set[str] = field(default_factory=set)
    layered: set[str] = field(default_factory=set)  # bases whose bare superscript is an index
    bare: set[str] = field(default_factory=set)  # bases that occur without a subscript
    shaped: set[str] = field(default_factory=set)  # bases of vectors and matrices that are known already
    labels: set[tuple[str, str]] = field(default_factory=set)  # labels that are known already, with their bases
    stacked: set[str] = field(default_factory=set)  # bases with a time below and a layer, label or number above
    layers: set[str] = field(default_factory=set)  # the letters that count these layers
    primed: set[str] = field(default_factory=set)  # bases whose prime is a part of the name
    plain: set[str] = field(default_factory=set)  # bases that stand in the text without an index above
    naming: set[str] = field(default_factory=set)  # letters below that are labels and number no entries
    doubtful: set[tuple[str, str]] = field(default_factory=set)  # the same with a letter that numbers no entries
    picked: set[tuple[str, str]] = field(default_factory=set)  # bases of vectors, and what picks an entry below them
    indices: set[str] = field(default_factory=set)  # letters that are compared as indices of entries are
    whole: set[str] = field(default_factory=set)  # bases that stand without an index here or in a formula beside this
    numbered: dict[str, str] = field(default_factory=dict)  # bases of vectors with a number, and the matrices of them

    def numbers(self, text: str) -> bool:
        """Whether a letter runs through time or entries, so that it is no size."""
        return text in self.time or text in self.entry


_OF_ONE_TEXT = frozenset(["entry", "bare", "doubtful"])


def survey(roots: Sequence[Node], known: Letters | None = None) -> Letters:
    """What the letters of a text are used for."""
    out = Letters()
    if known is not None:
        for name in vars(out).keys() - _OF_ONE_TEXT:
            getattr(out, name).update(getattr(known, name))
    nodes = [n for r in roots for n in r.walk()]
    out.indices |= compared(nodes)
    for n in nodes:
        if n.kind != "big" and not _is_power_of_e(n):
            out.time |= _shifted(n.sub) | _shifted(n.sup)
    below = {"t"}.union(*(_shifted(n.sub) for n in nodes))
    out.time |= {t.text for n in nodes for s in n.scripts for t in s.tokens if _stem(t.text) in out.time}
    names = [n for n in nodes if n.kind == "name"]
    _note_layers(names, below, out)
    out.primed |= _primed(roots)
    out.timed |= {n.letter for n in names if is_timed(n.sub, out) or _shifts_last(n.sub, out)}
    _bounds(nodes, out)
    out.entry |= out.indices - out.time
    _note_pairs(names, out)
    out.bare |= {n.letter for n in names if not n.sub}
    out.whole |= set(map(plain, out.bare))
    for root in roots:
        _free_entry_letters(root, out)
    below_numbered = {index for n in nodes for base, index in one_below(n) if base in out.numbered}
    out.entry |= {index for index in below_numbered - out.time if index.isalpha()}
    for n in (n for n in nodes if n.kind in ("group", "frac")):
        letters = [t.text for t in n.sub if t.kind == "name"]
        column = n.kind == "group" and any(base in out.numbered for k in n.kids for base, _ in one_below(k.inner))
        if all((column or x in ENTRYLIKE) and x not in out.time for x in letters):  # (A B)_{ij}, (v_j)_b
            out.entry.update(letters)
    stepped = (n for n in names if is_timed(n.sub, out))
    out.timed |= {n.letter for n in stepped if n.sub[0].kind == "name" and not n.sub[0].style}
    _indices_above(names, out)
    out.entry -= out.naming
    _note_entries_of_defined(roots, nodes, out)
    return out


def _indices_above(names: Sequence[Node], out: Letters) -> None:
    """Which bases have a time above, and for which all that stands there without brackets is an index."""
    used_below = {n.sub[0].text for n in names if is_timed(n.sub, out)}
    shifts = [n for n in names if len(n.sup) > 1 and _one_shift(n.sup, out)]
    layered = {n.letter for n in shifts if n.sup[0].text not in used_below}
    forms: dict[str, set[str]] = {}  # what stands above a base
    indices: dict[str, list[bool]] = {}  # whether it is an index
    for n in names:
        forms.setdefault(n.letter, set()).add(" ".join(t.text for t in n.sup))
        indices.setdefault(n.letter, [])
    for n in names:
        base, is_one = n.letter, False
        if n.sup and base not in out.stacked:
            first = n.sup[0]
            if first.kind in ENCLOSURES and is_timed(n.sup[1:-1], out) and base not in out.plain:
                out.timed.add(base)
            if first.kind == "name" and first.text != "T" and _one_shift(n.sup, out):
                # One power alone, of a letter that counts below elsewhere, is a power: \gamma^{t-1} beside h_t.
                is_one = first.text not in used_below or len(forms[base]) > 1 or base in out.layered
            elif len(n.sup) == 1 and first.text in LAST - {"T"}:
                is_one = base in layered  # a^L beside a^{l-1}
        if [t.kind for t in n.sup] != ["number"]:
            indices[base].append(is_one)  # x^0 beside x^{k+1} is the step 0
    always = {base for base, found in indices.items() if found and all(found)}
    if out.layered or any(_shifted(n.sup) for n in names):
        # What an earlier text prints without an index is raised to a power here: A^{k-1} beside x_k = A x_{k-1}.
        out.layered |= always - out.stacked - out.plain
    out.plain |= indices.keys() - always


def _note_pairs(names: Sequence[Node], out: Letters) -> None:
    r"""Letters in pairs below what has entries number them: the i of ``e_{ik}`` and ``e_{ij}`` beside ``\sum_k``."""
    below = [(n.letter, {t.text for t in n.sub if t.kind != ","}) for n in names if 1 < len(n.sub) < 4]
    pairs = [(base, index - out.time) for base, index in below if len(index) == 2 and ENTRYLIKE.issuperset(index)]
    matrices = {base for base, index in pairs if index & out.entry}
    out.entry |= {x for base, index in pairs if base in matrices or index & out.entry for x in index}


def _note_entries_of_defined(roots: Sequence[Node], nodes: Sequence[Node], out: Letters) -> None:
    """What stands below a letter that an equation defines without it: ``p_k`` and ``p_1`` beside ``p = ...``.

    So of one whose entries are summed: ``z_k`` and ``z_1`` beside ``\\sum_j e^{z_j}``.

    A letter or number of entries picks one; ``p_y`` and ``p_t`` may be one, or a symbol of their own.
    """
    equations = [(r, r.kids[0].inner) for r in roots if r.kind == "relation"]
    names = [(r, n, n.letter) for r, n in equations if n.kind == "name"]
    bare = {base for _, n, base in names if not n.scripts}
    stepped = {base for _, n, base in names if n.scripts}
    every = {pair for n in nodes for pair in one_below(n)}
    vectors = bare | {base for base, index in every if index in out.entry}  # z_k beside a sum over all z_j
    found = {pair for pair in every if pair[0] in vectors} - out.labels
    if not found:
        return
    defined = {pair for _, n in equations for pair in one_below(n)}
    by_itself = {pair for r, _, base in names for n in r.walk() for pair in one_below(n) if pair[0] == base}
    for base, index in found - defined - by_itself:
        if index in out.time:
            doubtful = base not in stepped
        elif base in out.timed or index in out.naming | {"0"}:
            continue
        elif index in ENTRYLIKE or index.isdigit():
            out.picked.add((base, index))
            continue
        else:
            doubtful = len(index) == 1
        if doubtful and not is_upper(base):
            out.doubtful.add((base, index))


def compared(nodes: Sequence[Node]) -> set[str]:
    r"""The letters of ``\delta_{ik}`` and ``[i = k]``, of which one at least is such a letter as entries have."""
    pairs = [[k.inner for k in n.kids] for n in nodes if n.kind == "group" and n.detail == ("=",)]
    found = [[k.text for k in pair] for pair in pairs if all(k.kind == "name" and not k.scripts for k in pair)]
    below = (n.sub for n in nodes if n.letter in KRONECKER and n.sub)
    signs = [[t for t in tokens if t.kind != ","] for tokens in below]
    signs += [indicated(n.token, n.sub) for n in nodes if n.sub]
    found += [[t.text for t in pair] for pair in signs if all(t.kind == "name" and not t.style for t in pair)]
    return {x for pair in found if len(pair) == 2 and not ENTRYLIKE.isdisjoint(pair) for x in pair if not is_upper(x)}


def one_below(n: Node) -> list[tuple[str, str]]:
    """The letter of a name with the one sign that stands below it, where no more does."""
    one = n.kind == "name" and len(n.scripts) == 1 and len(n.sub) == 1 and not n.sub[0].style
    return [(n.letter, n.sub[0].text)] if one else []


def _stem(text: str) -> str:
    """The letter of ``t'``, ``t_0`` or ``t^*``; empty for what carries no mark."""
    stem = re.split(r"['_^]", text)[0]
    return stem if stem != text else ""


def _note_layers(names: Sequence[Node], below: set[str], out: Letters) -> None:
    """A subscript that is shifted somewhere is the time, and what stands above beside it a layer, label or number.

    A letter without brackets is that only where the base never stands at a time without one: ``x_k^n`` beside
    ``x_{k+1}`` is a power.
    """
    stepped = [n for n in names if n.sub and n.sub[0].kind == "name" and _runs(n.sub, below)]
    found = [n for n in stepped if n.sup and is_index(n.sup)]
    bare = {n.letter for n in stepped if not (n.sup and is_index(n.sup))}
    for n in found:
        if n.sup[0].kind in ENCLOSURES or n.letter not in bare:
            out.stacked.add(n.letter)
            out.layers |= {t.text for t in n.sup if t.kind == "name" and not t.style}


def _runs(tokens: Sequence[Token], below: set[str]) -> bool:
    first = tokens[0]
    known = first.text in below or _stem(first.text) in below
    return known and not first.style and (len(tokens) == 1 or tokens[1].kind in ("+", "-", ","))


def is_index(tokens: Sequence[Token]) -> bool:
    """Whether a superscript beside a time is an index: what is in brackets, ``l``, ``l-1``; no power, no transpose."""
    first = tokens[0]
    if first.kind in ENCLOSURES:
        return tokens[-1].kind == ENCLOSURES[first.kind]
    shifted = len(tokens) == 3 and tokens[1].kind in ("+", "-") and tokens[2].kind == "number"
    return first.kind == "name" and not first.style and first.text in LAYERLIKE and (len(tokens) == 1 or shifted)


def _primed(roots: Sequence[Node]) -> set[str]:
    """The h of ``h' = ...``, and beside it the P of P' where no P stands without: the prime is a part of the name.

    Where no left side has a prime, that on a matrix is a transpose.
    """
    primed: set[str] = set()
    plainly: set[str] = set()
    called: set[str] = set()
    left: set[str] = set()
    for root in roots:
        first = root.kids[0].inner if root.kind == "relation" else None
        for n in root.walk():
            following = {id(a): b for a, b in itertools.pairwise(n.kids)} if n.kind == "juxt" else {}
            for kid in n.below if n is not root or n.kind != "name" else [n]:
                if kid.kind != "name":
                    continue
                base = kid.letter
                follows = following.get(id(kid))
                marked = any(s.kind == "'" or [t.kind for t in s.tokens] == ["'"] for s in kid.scripts)
                (primed if marked else plainly).add(base)
                at_t = follows is not None and follows.is_call and [k.text for k in bracket(follows).kids] == ["t"]
                call = follows is not None and follows.is_call and not at_t
                if call and (not is_upper(base) or base in FUNCTION_LETTERS):
                    called.add(base)
                if marked and (kid is first or (n is first and at_t)):  # h' = ..., h'(t) = ...
                    left.add(base)
    functions = FUNCTION_LETTERS - STATE_LETTERS
    return (primed - called - functions) & (left | (primed - plainly)) if left else set()


def _is_power_of_e(n: Node) -> bool:
    """``e^{x + b}``, where what stands above is no step: it holds what counts none."""
    names = [k for k in n.exponent.walk() if k.kind == "name"] if n.exponent is not None else []
    return any(k.scripts or k.text not in TIMELIKE for k in names)


def _shifted(tokens: Sequence[Token]) -> set[str]:
    """Letters that occur as ``t-1`` or ``t+1``."""
    out = set()
    for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if a.kind == "name" and not a.style and b.kind in "+-" and c.kind in ("number", "name"):
            out.add(a.text)
            if c.kind == "name" and c.text in TIMELIKE:
                out.add(c.text)
    return out


def is_timed(tokens: Sequence[Token], letters: Letters) -> bool:
    return (
        bool(tokens) and tokens[0].text in letters.time and (len(tokens) == 1 or tokens[1].kind in ("+", "-", ",", "|"))
    )


def _one_shift(tokens: Sequence[Token], letters: Letters) -> bool:
    """``l``, ``l-1`` or ``l+1`` of a letter that runs."""
    if tokens[0].text not in letters.time | {"l", r"\ell"}:
        return False
    return len(tokens) == 1 or (len(tokens) == 3 and tokens[1].kind in "+-" and tokens[2].kind == "number")


def _bounds(nodes: list[Node], out: Letters) -> None:
    """Letters bound by sums and products: through time, or through entries."""
    for node in nodes:
        if node.kind != "big":
            continue
        variable = bound_letter(node.sub)
        if not variable:
            continue
        body = [n for k in node.kids for n in k.walk()]
        timed = any(n.letter in out.timed and carries(n, variable) and not _has_time_above(n, out) for n in body)
        columns = any(n.letter in out.numbered and carries(n, variable) for n in body)
        stepped = not columns and (out.timed or not node.sup or node.sup[0].text in ("t", "T"))
        limits = {t.text for t in (*node.sub, *node.sup) if t.kind == "name" and t.text != variable}
        counted = any(carries(n, x) for n in body for x in limits) and any(carries(n, variable) for n in body)
        if counted and not any(len(n.sub) > 1 for n in body):
            out.time |= limits & ENTRYLIKE  # (q_i^\top k_j) v_j with j up to i: what is summed in order are steps
        against = limits & out.time
        if (
            node.text == "sum"
            and variable not in out.time
            and not timed
            and not against
            and _numbers_entries(variable, body, steps={"t", r"\tau", *("s" if stepped else "")})
        ):
            out.entry.add(variable)
        else:
            out.time.add(variable)
            out.time |= {t.text for t in (*node.sub, *node.sup) if t.kind == "name" and t.text in TIMELIKE}


def carries(n: Node, variable: str) -> bool:
    """Whether a name has the letter for its only subscript."""
    return n.kind == "name" and [variable] == [t.text for t in n.sub]


def bound_letter(sub: Sequence[Token]) -> str:
    """The letter a sum or product runs over."""
    relations = [k for k, t in enumerate(sub) if t.kind in ("=", "<", "<=", ">", ">=", "in")]
    at = relations[0] + 1 if len(relations) == 2 else 0
    return sub[at].text if at < len(sub) and sub[at].kind == "name" else ""


def _numbers_entries(variable: str, body: list[Node], steps: Container[str]) -> bool:
    """Whether the first name that carries the letter does so as an index: where it may count steps, beside another."""
    below = ([t.text for t in n.sub] for n in body if n.kind == "name")
    first = next((texts for texts in below if variable in texts), [])
    return bool(first) and (variable not in steps or len(first) > 1)


def _free_entry_letters(root: Node, out: Letters) -> None:
    """The i of ``y_i = ...``, the i and j of a derivative of entries: letters on a left side that never shift."""
    if root.kind != "relation":
        return
    heads = [n for n in root.kids[0].walk() if n.kind == "name"]
    for n in (n for n in heads if n.sub):
        whole = heads == [n] == [root.kids[0].inner] and plain(n.letter) in out.whole  # y_m beside \\lVert y \\rVert
        timed, alone = n.letter in out.timed, len(n.sub) == 1
        # A step stands beside an index: t-1,i and i,t; where the base has steps, also without a comma: kj, it.
        apart = not alone and (n.sub[-2].kind == "," or (timed and len(n.sub) == 2))
        before, last = (apart and t.text in out.time for t in (n.sub[0], n.sub[-1]))
        behind = last and not before and len(n.sub) < 4
        index = n.sub[0 if behind else -1]
        if index.text not in (INDICES if whole else "ijk") or index.text in out.time or index.style:
            continue
        if alone and timed and any(len(h.sub) == 1 and h.sub[0].text in out.time for h in heads):
            out.time.add(index.text)  # dh_t/dh_k: beside a step another step
            continue
        if whole and len(n.sub) == 2 and n.sub[0].text in INDICES - out.time:  # s_{ij} beside s
            out.entry |= {t.text for t in n.sub}
        elsewhere = whole or out.entry or _pairs(root, index.text) or len(heads) > 1
        if before or behind or (alone and elsewhere) or _has_time_above(n, out):
            out.entry.add(index.text)


def _shifts_last(tokens: Sequence[Token], letters: Letters) -> bool:
    """``j,t-1``: a step that is shifted, behind an index or a label."""
    return len(tokens) > 3 and tokens[1].kind == "," and tokens[2].text in letters.time and tokens[3].kind in "+-"


def _has_time_above(n: Node, out: Letters) -> bool:
    """Whether a step stands above: in brackets, or as ``k+1`` and the ``k`` that it shifts."""
    return bool(n.sup) and (n.sup[0].kind in ENCLOSURES or _one_shift(n.sup, out))


def _pairs(root: Node, index: str) -> bool:
    """Whether some name carries the letter beside another entry letter, as ``w_{ij}`` does."""
    pairs = ([t.text for t in n.sub if t.kind != ","] for n in root.walk())
    return any(len(texts) == 2 and index in texts and ENTRYLIKE.issuperset(texts) for texts in pairs)


def names_above(roots: Sequence[Node], labels: Container[str]) -> set[tuple[str, str]]:
    r"""What stands above a base as a part of its name, each with the base; ``labels`` are letters that are that.

    The ``\sigma^2`` of ``\sigma^2 = ...``, where sigma never stands without its square. Beside a capital that always
    carries a number, or a number 1, which is no power, numbers above are labels of layers: ``z^2 = W^2 a^1 + b^2``. The
    ``x^+`` of a left side, or of a text with an ``x^-``.
    """
    names = [n for r in roots for n in r.walk() if n.kind == "name"]
    lefts = [r.kids[0].inner for r in roots if r.kind == "relation"]
    raised = {(n.letter, n.sup[0].text) for n in names if len(n.sup) == 1 and n.sup[0].text in labels}
    signs = {(n.letter, "+") for n in names if _above(n, "-")} | {(n.letter, "+") for n in lefts if _above(n, "+")}
    plainly = {n.letter for n in names if not _above(n, "number")}
    always = {(n.letter, n.sup[0].text) for n in names if n.letter not in plainly}
    equated = [r.kids[0].inner for r in roots if r.detail[:1] == ("=",)]
    defined = always & {(n.letter, *(t.text for t in n.sup)) for n in equated}
    layers = any(is_upper(base) or number == "1" for base, number in always)
    numbers = always if layers and defined else defined
    return {(base, "^" + text) for base, text in raised | signs | numbers}


def _above(n: Node, kind: str) -> bool:
    """Whether all that stands above a name is one sign of a kind."""
    return n.kind == "name" and [t.kind for t in n.sup] == [kind]


def single_steps(roots: Sequence[Node], letters: Letters) -> set[str]:
    """The T of ``y_T``, where y is known to carry a time: a letter for one step."""
    pairs = [pair for r in roots for n in r.walk() for pair in one_below(n)]
    return {index for base, index in pairs if base in letters.timed and index in TIMELIKE - letters.entry}


def raised_labels(keys: Iterable[str]) -> set[tuple[str, str]]:
    """The i of ``W_x^i`` beside ``W_x^f`` and ``W_x^o``: letters above declared names that are labels as others are."""
    found: dict[str, set[str]] = {}
    for key in keys:
        with contextlib.suppress(ReadError):  # which is said where the name is declared
            tokens = [t for t in tokenise(key) if t.kind not in ("{", "}")]
            if [t.kind for t in tokens[-2:]] == ["^", "name"] and tokens[-1].text.isalpha() and not tokens[-1].style:
                found.setdefault(letter(tokens[0]), set()).add(tokens[-1].text)
    return {
        (base, "^" + above)
        for base, letters in found.items()
        for above in letters
        if len(letters) > 2 and not letters <= TIMELIKE
    }
