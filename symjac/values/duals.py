"""Dual numbers: a value with its slope, along one direction or several at once, nested for second derivatives."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from operator import add
from typing import Any

Rows = list[list[Any]]
tags = count(1)


class Directions:
    """Slopes along several directions; factors multiply each of them."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts

    def __add__(self, other: Directions) -> Directions:
        return Directions(tuple(map(add, self.parts, other.parts)))

    def __mul__(self, factor: Any) -> Directions:
        return Directions(tuple([a * factor for a in self.parts]))

    __rmul__ = __mul__


class Dual:
    """A number that moves: value and slope. A later tag is the inner derivative."""

    __slots__ = ("slope", "tag", "value")

    def __init__(self, tag: int, value: Any, slope: Any) -> None:
        self.tag = tag
        self.value = value
        self.slope = slope

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Dual) or other.tag < self.tag:  # which does not move, seen from here
            return Dual(self.tag, self.value + other, self.slope)
        if other.tag > self.tag:
            return Dual(other.tag, self + other.value, other.slope)
        return Dual(self.tag, self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Dual) or other.tag < self.tag:
            return Dual(self.tag, self.value * other, self.slope * other)
        if other.tag > self.tag:
            return Dual(other.tag, self * other.value, other.slope * self)
        return Dual(self.tag, self.value * other.value, self.slope * other.value + other.slope * self.value)

    __radd__ = __add__
    __rmul__ = __mul__


def slope(a: Any, tag: int) -> Any:
    """The slope of a number with respect to the variable of this tag."""
    if not isinstance(a, Dual) or a.tag < tag:
        return 0 * a
    return a.slope if a.tag == tag else Dual(a.tag, slope(a.value, tag), slope(a.slope, tag))


def move(m: Rows, number: Callable[[int], Any]) -> tuple[int, Rows]:
    """A matrix every entry of which moves along a direction of its own, and the tag of that movement."""
    rows, cols = len(m), len(m[0])
    tag = next(tags)
    zero, one = number(0), number(1)

    def direction(i: int, j: int) -> Directions:
        return Directions(tuple(one if k == j * rows + i else zero for k in range(rows * cols)))

    return tag, [[Dual(tag, m[i][j], direction(i, j)) for j in range(cols)] for i in range(rows)]


def slopes(m: Rows, tag: int, rests: list[Any]) -> Rows:
    """The slopes of all entries, columns stacked, a row for each; ``rests`` of one that does not move."""
    entries = [row[j] for j in range(len(m[0])) for row in m]
    return [list(a.slope.parts) if isinstance(a, Dual) and a.tag == tag else rests for a in entries]
