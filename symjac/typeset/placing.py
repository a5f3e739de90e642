"""From expressions to boxes: one function for each node, brackets by precedence.

Every function returns a box and how tightly it binds; :func:`at_least` adds brackets where a place
binds tighter than what is put there. Nothing looks at printed output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import singledispatch

from symjac import expr as ir
from symjac.expr import Expr, transpose
from symjac.limits import NormalFormTooLarge
from symjac.typeset import names
from symjac.typeset.boxes import Box, Fence, height

LONGEST = 100_000  # so many terms and factors are printed in one formula


class Binding(IntEnum):
    """How tightly a printed form binds, loosest first."""

    SUM = 0
    HADAMARD = 1
    PRODUCT = 2
    ATOM = 3
    """An application, a fraction, a bracket: needs none of its own, but carries no further script."""
    BASE = 4
    """A plain symbol: may carry a script."""


@dataclass(frozen=True)
class Style:
    """What a page chooses: orientation, the letter of the identity, short derivatives."""

    row: bool = False
    bold_identity: bool = False
    light_entries: bool = True
    short_partials: Mapping[Expr, Box] = field(default_factory=dict)
    """For these variables a derivative prints as an operator before its operand: ``\\partial_h z_t``."""
    under: Mapping[Expr, Box] = field(default_factory=dict)
    """Terms of a sum that get a brace and a note."""
    placed: dict[Expr, Placed] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was placed so far: a part that is measured first and printed then is placed once."""


@dataclass(frozen=True)
class Placed:
    box: Box
    binding: Binding
    opens: bool = False
    """The box begins with a function's letter or a derivative: a thin gap keeps it from what precedes."""
    closes: bool = False
    """The box ends in a call's bracket: a thin gap keeps it from what follows."""


def style_for(e: Expr, *, row: bool = False, beside: Iterable[str] = ()) -> Style:
    """The style that suits an expression's own letters: a bold I beside bold matrices, or where I names something."""
    matrices = [s for s in e.symbols if s.is_matrix]
    bold = any(names.is_bold(s.name) for s in matrices) or "I" in {*beside, *(s.name for s in e.symbols)}
    light = {names.take_apart(s.name) for s in e.symbols if not names.is_bold(s.name)}
    clash = any(names.is_bold(s.name) and names.unbold(names.take_apart(s.name)) in light for s in e.symbols)
    return Style(row=row, bold_identity=bold, light_entries=not clash)


def to_box(e: Expr, style: Style | None = None) -> Box:
    """The boxes of an expression.

    :raises NormalFormTooLarge: where it is too long, or too deep, to be printed.
    """
    try:
        if ir.length(e) > LONGEST:
            raise NormalFormTooLarge(f"a formula has more than {LONGEST} terms and factors, too many to be printed")
        return place(e, style if style is not None else style_for(e)).box
    except RecursionError as error:
        raise NormalFormTooLarge("a formula is nested too deeply to be printed") from error


def fence(body: Box, left: str = "(", right: str = ")") -> Fence:
    """Brackets of a size that suits what they hold."""
    return Fence(left, body, right, min(height(body), 4))


def at_least(e: Expr, style: Style, least: Binding) -> Box:
    placed = place(e, style)
    return placed.box if placed.binding >= least else fence(placed.box)


def place(e: Expr, style: Style) -> Placed:
    found = style.placed.get(e)
    if found is None:
        turned = style.row and e.is_vector and isinstance(e, ir.Product)
        found = style.placed[e] = printed(transpose(e) if turned else e, style)
    return found


@singledispatch
def printed(e: Expr, style: Style) -> Placed:
    raise TypeError(f"no way to print a {type(e).__name__} is known")
