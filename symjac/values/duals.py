"""Dual numbers: a value with its slope, nested for second derivatives."""

from __future__ import annotations

from typing import Any


class Dual:
    """A number that moves: value and slope. A later tag is the inner derivative."""

    __slots__ = ("slope", "tag", "value")

    def __init__(self, tag: int, value: Any, slope: Any) -> None:
        self.tag = tag
        self.value = value
        self.slope = slope

    def _parts(self, other: Any) -> tuple[Any, Any] | None:
        """Value and slope of the other operand as seen from here; ``None`` if it is the inner one."""
        if not isinstance(other, Dual) or other.tag < self.tag:
            return other, 0
        return (other.value, other.slope) if other.tag == self.tag else None

    def __add__(self, other: Any) -> Any:
        parts = self._parts(other)
        if parts is None:
            return Dual(other.tag, self + other.value, other.slope)
        return Dual(self.tag, self.value + parts[0], self.slope + parts[1])

    def __mul__(self, other: Any) -> Any:
        parts = self._parts(other)
        if parts is None:
            return Dual(other.tag, self * other.value, self * other.slope)
        return Dual(self.tag, self.value * parts[0], self.slope * parts[0] + self.value * parts[1])

    __radd__ = __add__
    __rmul__ = __mul__


def slope(a: Any, tag: int) -> Any:
    """The slope of a number with respect to the variable of this tag."""
    if not isinstance(a, Dual) or a.tag < tag:
        return 0 * a
    return a.slope if a.tag == tag else Dual(a.tag, slope(a.value, tag), slope(a.slope, tag))
