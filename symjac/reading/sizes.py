"""Sizes while they are being inferred: union-find, with sums for stacked vectors."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

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
        return self.root.known is ONE

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
        if root.known is None:
            raise OpenSizeError("a size has no letter yet")
        return root.known

    def __str__(self) -> str:
        root = self.root
        if root.parts:
            return " + ".join(map(str, root.parts))
        return "?" if root.known is None else str(root.known)


UNIT = Size(ONE)


class OpenSizeError(Exception):
    """A size that an expression needs is not known."""


class Sizes:
    """The equations between sizes of one reading."""

    def __init__(self) -> None:
        self.open: list[tuple[Size, Size]] = []
        self.products: list[tuple[Size, Size, Size]] = []  # of two sizes, and what they are
        self.bound: list[tuple[Size, Size, bool]] = []  # which became which, and whether that might have been 1
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
        self.bound.append((a, b, b.may_be_one))
        if b.known is None and not b.parts:
            b.may_be_one &= a.may_be_one
        a.parent = b
        return True

    def mark(self) -> Mark:
        """What is known by now, for :meth:`undo`."""
        return len(self.bound), list(self.open), list(self.products)

    def undo(self, mark: Mark) -> None:
        """Forgets what was found out since."""
        count, self.open, self.products = mark
        while len(self.bound) > count:
            a, b, may_be_one = self.bound.pop()
            a.parent, b.may_be_one = None, may_be_one

    def product(self, a: Size, b: Size) -> Size:
        """The size of a Kronecker product."""
        if a.is_one or b.is_one:
            return b if a.is_one else a
        if (one := _known(a)) is not None and (other := _known(b)) is not None:
            return Size(one * other)
        out = Size()
        self.products.append((a, b, out))
        return out

    def _multiply(self) -> bool:
        """Finds in each product the size that the two others tell; False where they do not fit."""
        pending, self.products = self.products, []
        for a, b, whole in pending:
            one, other, product = map(_known, (a, b, whole))
            if one is not None and other is not None:
                fits = self.equal(whole, Size(one * other))
            elif product is not None and (factor := one if one is not None else other) is not None:
                rest = sympy.cancel(product / factor)
                fits = sympy.denom(rest) == 1 and self.equal(a if one is None else b, Size(rest))
            else:
                self.products.append((a, b, whole))
                continue
            if not fits:
                return False
        return len(self.products) == len(pending) or self._multiply()

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
        """Solves what was put off: products, then sums, first what is forced, then term by term in order."""
        return self._multiply() and self._add() and self._multiply()

    def _add(self) -> bool:
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


def _known(size: Size) -> Dim | None:
    return size.value() if all(t.root.known is not None for t in size.terms()) else None


Mark: TypeAlias = tuple[int, list[tuple[Size, Size]], list[tuple[Size, Size, Size]]]


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
