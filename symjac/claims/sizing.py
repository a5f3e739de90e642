"""The sizes of identities, vectors of ones and zeros, which nothing prints: what fits around them.

Sizes are tried from the inside of a formula outwards, and what does not fit somewhere is not carried on.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod

from symjac import expr as ex
from symjac.claims.undecided import UndecidedError
from symjac.errors import ShapeError
from symjac.expr import Expr, Shape
from symjac.reading.applied.terms import Place, Term

MAX_OPEN = 400
Sizes = dict[int, Shape]
Evaluate = Callable[[Term, Mapping[int, Shape]], Expr]
SEVERAL = ("add", "product")  # whose first operands can be looked at alone


class Sizing:
    """The ways to give sizes to the constants in a term."""

    def __init__(self, sizes: Sequence[ex.Dim], evaluate: Evaluate) -> None:
        self.sizes = sizes
        self.evaluate = evaluate
        self.misfit = ""

    def of(self, t: Term) -> list[Sizes]:
        """Every way that fits.

        :raises ShapeError: where none does.
        """
        found = list(self._of(t))
        if not found:
            raise ShapeError(self.misfit or "the shapes do not fit")
        return found

    def _of(self, t: Term) -> Iterator[Sizes]:
        if isinstance(t.data, Place):
            yield from self._constant(t)
            return
        if not any(isinstance(u.data, Place) for u in t.walk()):
            yield {}
            return
        if t.kind == "derivative":
            yield {}  # what is differentiated is read as the system is, which settles its sizes
            return
        if t.kind in ("over", "index_sum"):
            # What stands inside is evaluated under an index, not by itself.
            yield from self._together(t, t.args)
            return
        ways: list[Sizes] = [{}]
        for k, part in enumerate(t.args):
            mine = list(self._of(part))
            ways = [{**a, **b} for a in ways for b in mine]
            if len(ways) > MAX_OPEN:
                raise UndecidedError("too many sizes are open; declare the symbols")
            if t.kind in SEVERAL and 0 < k < len(t.args) - 1:
                prefix = Term(t.kind, t.args[: k + 1], t.data, t.span)
                ways = [w for w in ways if self._fits(prefix, w)]
        yield from (w for w in ways if self._fits(t, w))

    def _together(self, t: Term, parts: Sequence[Term]) -> list[Sizes]:
        places = [u for part in parts for u in part.walk() if isinstance(u.data, Place)]
        ways: list[Sizes] = [{}]
        for u in places:
            ways = [{**a, **b} for a in ways for b in self._constant(u)]
            if len(ways) > MAX_OPEN:
                raise UndecidedError("too many sizes are open; declare the symbols")
        return [w for w in ways if self._fits(t, w)]

    def _constant(self, t: Term) -> Iterator[Sizes]:
        sizes = (
            [prod((ex.dim(int(d) if d.isdigit() else d) for d in t.place.size.split("*")), start=ex.ONE)]
            if t.place.size
            else self.sizes
        )
        shapes: Iterable[Shape] = ((d, ex.ONE) for d in sizes)
        if t.kind == "identity":
            shapes = ((d, d) for d in sizes)
        elif t.kind == "zeros":
            shapes = itertools.product(dict.fromkeys((*sizes, ex.ONE)), repeat=2)
        for shape in shapes:
            yield {t.place.number: shape}

    def _fits(self, t: Term, ways: Mapping[int, Shape]) -> bool:
        try:
            self.evaluate(t, ways)
        except ShapeError as error:
            self.misfit = self.misfit or error.message
            return False
        except UndecidedError:
            return True
        return True
