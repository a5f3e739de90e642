"""Sizes while they are being inferred: union-find, with sums for stacked vectors."""

from __future__ import annotations

from collections import Counter

import sympy
from sympy import Expr as Dim

from symjac.expr import ONE


class Size:
    """A number of rows or columns: known, unknown, or a sum of others.

    A size that was inferred from a vector or a matrix is never 1: nothing turns into a scalar
    because the shapes would fit then.
    """

    __slots__ = ("known", "may_be_one", "parent", "parts")

    def __init__(self, known: Dim | None = None, parts: tuple[Size, ...] = (), *, may_be_one: bool = False) -> None:
        self.known = known
        self.parts = parts
        self.may_be_one = may_be_one
        self.parent: Size | None = None

    @property
    def root(self) -> Size:
        size = self
        while size.parent is not None:
            size = size.parent
        return size

    @property
    def is_one(self) -> bool:
        return bool(self.root.known == ONE)

    def terms(self) -> list[Size]:
        """The unknowns and known letters that add up to this size."""
        root = self.root
        if root.parts:
            return [t for p in root.parts for t in p.terms()]
        if isinstance(root.known, sympy.Add | sympy.Mul):
            # n + m is two terms, and so is n + n, which SymPy writes 2 n.
            counted = [t.as_coeff_Mul() for t in sympy.Add.make_args(root.known)]
            return [Size(rest) for count, rest in counted for _ in range(int(count))]
        return [root]

    def value(self) -> Dim:
        """The size, once all unknowns have their letters."""
        root = self.root
        if root.parts:
            return sympy.Add(*(p.value() for p in root.parts))
        assert root.known is not None, "sizes get their letters before expressions are built"
        return root.known

    def __str__(self) -> str:
        root = self.root
        if root.parts:
            return " + ".join(map(str, root.parts))
        return "?" if root.known is None else str(root.known)


UNIT = Size(ONE)


class Sizes:
    """The equations between sizes of one reading."""

    def __init__(self) -> None:
        self.open: list[tuple[Size, Size]] = []
        self.chosen = False  # whether sums of letters were matched term by term, which the text does not settle

    def equal(self, a: Size, b: Size) -> bool:
        """Records that two sizes are one; False where that cannot be."""
        a, b = a.root, b.root
        if a is b:
            return True
        if a.known is not None and b.known is not None:
            return bool(a.known == b.known)
        if a.known is None and not a.parts:
            return self._bind(a, b)
        if b.known is None and not b.parts:
            return self._bind(b, a)
        return self._match(a, b)

    def _bind(self, a: Size, b: Size) -> bool:
        if b.known == ONE and not a.may_be_one:
            return False
        if b.parts and any(t is a for t in b.terms()):
            return False
        if b.known is None and not b.parts:
            b.may_be_one &= a.may_be_one
        a.parent = b
        return True

    def _match(self, a: Size, b: Size) -> bool:
        left, right = _cancel(a.terms(), b.terms())
        if not left and not right:
            return True
        if not left or not right:
            return False
        if len(left) == len(right) == 1:
            return self.equal(left[0], right[0])
        self.open.append((a, b))
        return True

    def settle(self) -> bool:
        """Solves the sums that were put off: first what is forced, then term by term in order."""
        for forced in (True, False):
            for _ in range(len(self.open) + 1):
                pending, self.open = self.open, []
                for a, b in pending:
                    left, right = _cancel(a.terms(), b.terms())
                    if forced or len(left) != len(right):
                        if not (self._match(a.root, b.root)):
                            return False
                        continue
                    self.chosen |= any(len({t.root.known for t in s}) > 1 for s in (left, right))
                    if not all(self.equal(p, q) for p, q in zip(left, right, strict=True)):
                        return False
                if not self.open:
                    return True
        return not self.open


def _cancel(a: list[Size], b: list[Size]) -> tuple[list[Size], list[Size]]:
    def key(s: Size) -> object:
        return s.root.known if s.root.known is not None else id(s.root)

    common = Counter(map(key, a)) & Counter(map(key, b))

    def rest(side: list[Size]) -> list[Size]:
        left = common.copy()
        out = []
        for s in side:
            if left[key(s)]:
                left[key(s)] -= 1
            else:
                out.append(s)
        return out

    return rest(a), rest(b)
