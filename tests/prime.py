"""Residues modulo a large prime: exact, of one length, and blind to how large a number would be."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from symjac.expr import Function
from symjac.values.rings import NoValueError, Rationals

P = 2**61 - 1


class PrimeField(Rationals):
    """Residues modulo a prime; a function has a random value for each argument."""

    def __init__(self, seed: int) -> None:
        super().__init__({})
        self.seed = seed

    def number(self, value: Fraction) -> Any:
        return Residue(value.numerator * pow(value.denominator, -1, P))

    def power(self, a: Any, r: Fraction) -> Any:
        if r.denominator != 1 or (a.value == 0 and r < 0):
            raise NoValueError("no such power in the field")
        return Residue(pow(a.value, int(r), P))

    def function(self, f: Function, a: Any) -> Any:
        return Residue(random.Random(f"{self.seed} {f} {a.value}").randrange(P))


class Residue:
    def __init__(self, value: int) -> None:
        self.value = value % P

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Residue | int):
            return Residue(self.value + (other.value if isinstance(other, Residue) else other))
        return NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Residue | int):
            return Residue(self.value * (other.value if isinstance(other, Residue) else other))
        return NotImplemented

    __radd__ = __add__
    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Residue) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)
