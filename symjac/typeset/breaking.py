"""Long formulas over several lines: breaks before signs, as shallow and as few as will do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

from symjac.limits import step, work_limit
from symjac.typeset.boxes import Box, Delimiter, Fence, Gap, Mark, Op, Row, row, width

_BREAK = 10.0
_DEEPER = 12.0
_IN_PRODUCT = 30.0
_TOO_WIDE = 1000.0
_OVER = 1000.0  # and for each em, so that two lines that are too wide are never one that is wider still
_LONGEST = 300  # so many places for a break are looked back over; no line holds as many
STEPS = 5_000_000  # so many lines are tried for one formula
INDENT = 2.0
"""How far a continued line is set in, in ems; each bracket it stands in adds one."""


@dataclass(frozen=True)
class Line:
    """One line of a broken formula and the number of open brackets at its start, one more within a product."""

    box: Box
    depth: int


@dataclass(frozen=True)
class _Piece:
    box: Box
    width: float
    depth: int
    before: float | None
    """What a break before this piece costs; ``None`` where none is allowed."""


def break_lines(box: Box, first: float, rest: float | None = None, *, deeper: float = _DEEPER) -> tuple[Line, ...]:
    """The formula as lines no wider than ``first`` and then ``rest`` ems, where that is possible.

    ``deeper`` is what a break costs more for each bracket it stands in.

    >>> from symjac.typeset.boxes import Ident
    >>> a = row(Ident("a"), Op("+"), Ident("b"), Op("-"), Ident("c"))
    >>> [line.box for line in break_lines(a, 10)] == [a]
    True
    >>> len(break_lines(a, 4))
    2
    """
    rest = first if rest is None else rest
    if width(box) <= first:
        return (Line(box, 0),)
    with work_limit(STEPS, "a formula is too long to be broken into lines"):
        return _broken(box, first, rest, deeper)


def _broken(box: Box, first: float, rest: float, deeper: float) -> tuple[Line, ...]:
    pieces = list(_pieces(box, 0, min(first, rest), deeper))
    starts = [0, *(k for k, p in enumerate(pieces) if k and p.before is not None), len(pieces)]
    # best[n]: the cheapest way to set everything before the n-th possible break.
    best: list[tuple[float, int]] = [(0.0, 0)]
    until = [0.0, *accumulate(p.width for p in pieces)]
    for n in range(1, len(starts)):
        options: list[tuple[float, int]] = []
        step(min(n, _LONGEST))
        for m in range(max(0, n - _LONGEST), n):
            allowed = first if m == 0 else rest - INDENT - pieces[starts[m]].depth
            over = until[starts[n]] - until[starts[m]] - allowed
            penalty = pieces[starts[n]].before if n < len(starts) - 1 else 0.0
            assert penalty is not None
            # Among equal costs the later start wins, so that lines are filled from the top.
            options.append((best[m][0] + penalty + (_TOO_WIDE + _OVER * over if over > 0 else 0.0), -m))
        cost, start = min(options)
        best.append((cost, -start))
    cuts = [len(starts) - 1]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    cuts.reverse()
    lines = []
    for m, n in pairwise(cuts):
        part = pieces[starts[m] : starts[n]]
        lines.append(Line(_joined([p.box for p in part]), part[0].depth))
    return tuple(lines)


def _joined(items: list[Box]) -> Box:
    while isinstance(items[0], Gap):
        items = items[1:]
    while isinstance(items[-1], Gap):
        items = items[:-1]
    return row(*items)


def terms(box: Box) -> tuple[Box, ...]:
    """The terms of a sum, each but the first with its sign before it.

    >>> from symjac.typeset.boxes import Ident
    >>> terms(row(Ident("a"), Op("+"), Ident("b")))
    (Ident(latex='a'), Row(items=(Op(latex='+', prefix=False), Ident(latex='b'))))
    """
    out: list[list[Box]] = [[]]
    for item in box.items if isinstance(box, Row) else (box,):
        if isinstance(item, Op) and not item.prefix and out[-1]:
            out.append([])
        out[-1].append(item)
    return tuple(row(*items) for items in out)


def _pieces(box: Box, depth: int, limit: float, deeper: float) -> list[_Piece]:
    """A formula cut at its own signs, and at those inside brackets that are wide."""
    out: list[_Piece] = []
    for item in box.items if isinstance(box, Row) else (box,):
        if isinstance(item, Fence) and width(item) > 0.35 * limit:
            opening = Delimiter(item.left, True, item.size)
            closing = Delimiter(item.right, False, item.size)
            out.append(_Piece(opening, width(opening), depth, None))
            out += _pieces(item.body, depth + 1, limit, deeper)
            out.append(_Piece(closing, width(closing), depth, None))
            continue
        before = None
        # What goes on within a product is set in deeper than what begins with the sign of a sum.
        inside = isinstance(item, Gap) or (isinstance(item, Mark) and item.role == "odot")
        if isinstance(item, Op) and not item.prefix:
            before = _BREAK + deeper * depth
        elif inside and isinstance(item, Mark):
            before = _BREAK + deeper * depth + _IN_PRODUCT / 2
        elif inside:
            before = _BREAK + deeper * depth + _IN_PRODUCT
        out.append(_Piece(item, width(item), depth + inside, before))
    return out
