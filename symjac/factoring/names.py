"""Which symbols are entries of one vector or matrix: `W_{1,2}`, `w_{12}`, `w11`, `W[0, 1]`, `x_{t-1,2}`, `x2`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

_PARENS = re.compile(r"\((?P<base>.+)\)_(?P<tail>\{[\d, ]+\}|\d+)")
_BRACED = re.compile(r"(?P<base>.+?)_\{(?P<inner>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}(?P<sup>\^(?:\{.*\}|.))?")
_PLAIN = re.compile(r"(?P<base>.*?[^\d_])_?(?P<tail>\d+(?:_\d+)*)")


@dataclass(frozen=True, order=True)
class Atom:
    """One entry: the name of what it belongs to, and its indices counted from zero (one, or row and column)."""

    family: str
    indices: tuple[int, ...]


def _name_and_numbers(name: str) -> tuple[str, tuple[str, ...]]:
    """The name without its trailing numbers, and those numbers as they are written."""
    if found := _PARENS.fullmatch(name):
        return found["base"], tuple(re.findall(r"\d+", found["tail"]))
    if found := _BRACED.fullmatch(name):
        parts = [p.strip() for p in found["inner"].split(",")]
        count = 0
        while count < min(2, len(parts)) and re.fullmatch(r"[1-9]\d*", parts[-1 - count]):
            count += 1
        if count:
            rest = ",".join(parts[:-count])
            label = "" if not rest else f"_{rest}" if len(rest) == 1 else f"_{{{rest}}}"
            return found["base"] + label + (found["sup"] or ""), tuple(parts[-count:])
        return name, ()
    if (found := _PLAIN.fullmatch(name)) and "{" not in found["tail"]:
        return found["base"], tuple(found["tail"].split("_"))
    return name, ()


class Names:
    """The entries among the symbols of some expressions.

    >>> names = Names(sympy.symbols("w11 w12 w21 w22 x_1 x_2 alpha"))
    >>> names.read(sympy.Symbol("w21")), names.read(sympy.Symbol("x_2")), names.read(sympy.Symbol("alpha"))
    (Atom(family='w', indices=(1, 0)), Atom(family='x', indices=(1,)), None)
    >>> names.shape("w")
    (2, 2)
    """

    def __init__(self, atoms: Iterable[sympy.Expr]) -> None:
        numbers: dict[sympy.Expr, tuple[str, tuple[str, ...]]] = {}
        self._atoms: dict[sympy.Expr, Atom] = {}
        for a in atoms:
            if isinstance(a, MatrixElement):
                row, column = a.i, a.j
                if row.is_Integer and column.is_Integer:
                    vector = a.parent.shape[1] == 1
                    self._atoms[a] = Atom(str(a.parent), (int(row),) if vector else (int(row), int(column)))
            elif isinstance(a, sympy.Indexed):
                if all(k.is_Integer for k in a.indices) and len(a.indices) <= 2:
                    self._atoms[a] = Atom(str(a.base), tuple(int(k) for k in a.indices))
            elif a.is_Symbol and not isinstance(a, sympy.Dummy):
                numbers[a] = _name_and_numbers(a.name)
        # "w12" is row 1, column 2 where every member of the family has two digits, and the twelfth entry elsewhere.
        glued = {base for base, tail in numbers.values() if tail} - {
            base
            for base, tail in numbers.values()
            if tail and not (len(tail) == 1 and len(tail[0]) == 2 and "0" not in tail[0])
        }
        for symbol, (base, tail) in numbers.items():
            digits = tuple(tail[0]) if tail and base in glued else tail
            if digits and "0" not in digits:
                self._atoms[symbol] = Atom(base, tuple(int(d) - 1 for d in digits))
        self._expressions = {atom: e for e, atom in self._atoms.items()}
        self._shapes: dict[str, tuple[int, ...]] = {}
        for atom in self._expressions:
            old = self._shapes.get(atom.family, (0,) * len(atom.indices))
            if len(old) == len(atom.indices):
                self._shapes[atom.family] = tuple(max(s, k + 1) for s, k in zip(old, atom.indices, strict=True))

    @classmethod
    def of(cls, expressions: Iterable[sympy.Expr]) -> Names:
        """The names in SymPy expressions."""
        found: set[sympy.Expr] = set()
        for e in expressions:
            found |= e.atoms(MatrixElement, sympy.Indexed)
            found |= {s for s in e.free_symbols if s.is_Symbol}
        return cls(sorted(found, key=str))

    def read(self, e: sympy.Expr) -> Atom | None:
        return self._atoms.get(e)

    def matrix_entry(self, e: sympy.Expr) -> Atom | None:
        """The atom where ``e`` is an entry of a matrix, else ``None``."""
        atom = self._atoms.get(e)
        return atom if atom is not None and len(atom.indices) == 2 else None

    def expression(self, atom: Atom) -> sympy.Expr | None:
        """The SymPy symbol of an entry; ``None`` where it does not occur."""
        return self._expressions.get(atom)

    def shape(self, family: str) -> tuple[int, ...]:
        """The sizes that the indices seen imply."""
        return self._shapes[family]

    def relabelled(self, e: sympy.Expr, a: int, b: int, size: int) -> sympy.Expr:
        """``e`` with the indices ``a`` and ``b`` exchanged in everything that has ``size`` of them."""
        if a == b:
            return e
        swap = {a: b, b: a}
        table = {}
        for symbol, atom in self._atoms.items():
            sizes = self._shapes[atom.family]
            moved = tuple(swap.get(k, k) if s == size else k for k, s in zip(atom.indices, sizes, strict=True))
            target = self._expressions.get(Atom(atom.family, moved))
            if moved != atom.indices and target is not None:
                table[symbol] = target
        return e.xreplace(table)
