"""Products and sums with dots: ``A_t A_{t-1} \\cdots A_{k+1}`` as one over an index, in the order of print.

What stands right before the dots and right after them must be the same factors up to a change of the
index; that change says how far the index runs. Which end is the later one is told by a second unit beside
the first, by the two sides of a derivative on the left-hand side, or by a letter that is a last step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symjac.expr.times import LAST, Time
from symjac.reading.applied.terms import Over, Ref, Term
from symjac.reading.tree import refused

HINT = r'write a sum or a product, as in "\sum_{s=1}^{t} u_s" or "\prod_{t\ge i>k} A_i"'
NOTHING = "these dots stand for nothing that can be told"
LETTERS = ("i", "j", "s", "r", "q", "l", "k")
SIDE_BY_SIDE = ("cdot", "times")


def filled(t: Term, left: Term, text: str) -> Term:
    """The term with every ellipsis written as a product or sum over an index.

    :raises ReadError: where the dots do not say what they leave out.
    """
    if not any(a.kind == "dots" for a in t.walk()):
        return t
    if t.kind == "dots":
        raise refused(NOTHING, text, t, HINT)
    parts, kind = (list(t.args), "sum") if t.kind == "add" else (list(_flat(t)), "product")
    if any(a.kind == "dots" for a in parts):
        return _between([a if a.kind == "dots" else filled(a, left, text) for a in parts], kind, t, left, text)
    return Term(t.kind, tuple(filled(a, left, text) for a in t.args), t.data, t.span)


def _flat(t: Term) -> Iterator[Term]:
    """The factors of a product from left to right, however it is nested."""
    if (t.kind == "product" and t.data is None) or (t.kind == "operation" and t.data in SIDE_BY_SIDE):
        for a in t.args:
            yield from _flat(a)
    else:
        yield t


def _between(parts: list[Term], kind: str, whole: Term, left: Term, text: str) -> Term:
    at = [k for k, a in enumerate(parts) if a.kind == "dots"]
    before, after = parts[: at[0]], parts[at[-1] + 1 :]
    if at[-1] - at[0] >= len(at) or not before or not after:
        raise refused(NOTHING, text, parts[at[0]], HINT)
    if kind == "product" and len(after) > 1 and before[-1] == after[0] and not _times(after[:1]):
        after = after[1:]  # D_t W \cdots W D_1 W: the W after the dots ends a pair
        at, parts = [len(before)], [*before, parts[at[0]], *after]
    longest = min(len(before), len(after)) if kind == "product" else 1
    for size in range(1, longest + 1):
        first, last = before[-size:], after[:size]
        change = _change(first, last)
        if change is None:
            continue
        while (step := _unit_step(before[-2 * size : -size], first)) is not None:
            before, first, change = before[:-size], before[-2 * size : -size], change + step
        while (step := _unit_step(last, after[size : 2 * size])) is not None:
            last, after, change = after[size : 2 * size], after[size:], change + step
        rising = _rises(parts, size, at[0], first, change, left)
        if rising is None:
            raise refused("these dots do not say which end is the later one", text, parts[at[0]], HINT)
        over = _over(kind, first, change, rising, whole)
        rest = [*before[:-size], over, *after[size:]]
        joined = "product" if kind == "product" else "add"
        return rest[0] if len(rest) == 1 else Term(joined, tuple(rest), None, whole.span)
    message = "what stands before the dots and after them is not the same but for an index"
    raise refused(message, text, parts[at[0]], HINT)


def _times(unit: Sequence[Term]) -> list[Time]:
    return [time for t in unit for time in t.times]


def _bare(t: Term) -> Term:
    """The term without any time, by which two units are held together; texts of operands carry times too."""

    def change(a: Term) -> Term:
        if isinstance(a.data, Ref):
            return Term(a.kind, a.args, a.data.at(None))
        return Term(a.kind, a.args, None if a.kind in ("derivative", "at_step") else a.data)

    return t.unnumbered.rebuilt(change)


def _change(first: Sequence[Term], last: Sequence[Term]) -> Time | None:
    """By how much every time of the second unit differs from its like in the first, ``None`` for units not alike."""
    if [_bare(t) for t in first] != [_bare(t) for t in last]:
        return None
    a, b = _times(first), _times(last)
    changes = {v - u for u, v in zip(a, b, strict=True)}
    if len(a) != len(b) or len(changes) != 1:
        return None
    change = changes.pop()
    return change if change != Time() else None


def _unit_step(one: Sequence[Term], two: Sequence[Term]) -> Time | None:
    """By which step of 1 the times of two units differ; ``None`` where they do not."""
    step = _change(one, two)
    return step if step is not None and step.is_number and abs(step.offset) == 1 else None


def _rises(parts: Sequence[Term], size: int, dots: int, first: Sequence[Term], change: Time, left: Term) -> bool | None:
    """Whether the index increases from left to right."""
    before, after = parts[:dots], [p for p in parts[dots:] if p.kind != "dots"]
    # What is next to the unit on either side, in the order of print.
    for one, two in ((before[-2 * size : -size], before[-size:]), (after[:size], after[size : 2 * size])):
        if (step := _unit_step(one, two)) is not None:
            return step.offset > 0
    if change.is_number:
        return change.offset > 0
    grows = {name for name, count in change.letters if count > 0}
    shrinks = {name for name, count in change.letters if count < 0}
    if left.kind == "derivative":
        later, earlier = (
            {n for r in part.refs() if r.time is not None for n, _ in r.time.letters} for part in left.args
        )
        if later - earlier or earlier - later:
            if grows & (later - earlier) or shrinks & (earlier - later):
                return True
            if shrinks & (later - earlier) or grows & (earlier - later):
                return False
    if grows & LAST or (shrinks and not grows and not shrinks & LAST and change.offset > 0):
        return True
    if shrinks & LAST:
        return False
    return not shrinks if len(grows | shrinks) == 1 else None


def _over(kind: str, first: Sequence[Term], change: Time, rising: bool, whole: Term) -> Term:
    """The unit over an index from one end to the other."""
    start = _times(first)[0]
    used = {n for u in (*_times(first), start + change) for n, _ in u.letters}
    used |= {name for t in first for name in _indices(t)}
    letter = next(c for c in LETTERS if c not in used)
    here = Time(((letter, 1),))
    unit = tuple(t.retimed(lambda u: here + (u - start)) for t in first)
    body = unit[0] if len(unit) == 1 else Term("product", unit, None, whole.span)
    low, high = (start, start + change) if rising else (start + change, start)
    order = "ascending" if rising else "descending"
    return Term("over", (body,), Over(kind, letter, low, high, order, dotted=True), whole.span)


def _indices(t: Term) -> Iterator[str]:
    for a in t.walk():
        if a.kind == "entry" and isinstance(a.data, tuple):
            yield from a.data
