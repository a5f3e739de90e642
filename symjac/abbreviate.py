"""Short names for long diagonals, so that a formula fits a line: Z_t for diag((g - h) o z o (1 - z))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from symjac.expr import Diag, Expr, Sum, Symbol
from symjac.tidy import rebuild

Abbreviations = tuple[tuple[Symbol, Expr], ...]

# A diagonal of at most this many nodes is shorter than the sentence that would introduce its name.
SHORT = 6


def abbreviate(e: Expr, taken: Iterable[str], origin: Mapping[Expr, Symbol]) -> tuple[Expr, Abbreviations]:
    """The expression with names for its long diagonals, and what the names stand for.

    ``origin`` tells for a diagonal which gate it belongs to; its name is that gate's letter, as a capital.
    A formula with a single term is left alone: it has nothing to be told apart from.
    """
    if sum(1 for d in e.walk() if isinstance(d, Sum) and d.is_matrix) == 0:
        return e, ()
    names = _Names(taken)
    table: dict[Expr, Expr] = {}
    for d in _long_diagonals(e):
        if d not in table:
            table[d] = Symbol(names.pick(origin.get(d)), d.shape)
    if not table:
        return e, ()
    pairs = tuple((s, d) for d, s in table.items() if isinstance(s, Symbol))
    return _replace(e, table), pairs


def _replace(e: Expr, table: Mapping[Expr, Expr]) -> Expr:
    if e in table:
        return table[e]
    return rebuild(e, tuple(_replace(a, table) for a in e.args)) if e.args else e


def _long_diagonals(e: Expr) -> Iterator[Expr]:
    if isinstance(e, Diag):
        if sum(1 for _ in e.arg.walk()) > SHORT:
            yield e
        return
    for a in e.args:
        yield from _long_diagonals(a)


class _Names:
    """Names that no symbol of the system bears."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.bases = {_base(t) for t in self.taken}
        self.numbered = next(big for big in ("D", "E", "F", "G", r"\Lambda", r"\Delta") if big not in self.bases)
        self.count = 0

    def pick(self, gate: Symbol | None) -> str:
        own = _capital(gate) if gate is not None else None
        if own is not None and own not in self.taken and _base(own) not in self.bases:
            self.taken.add(own)
            return own
        self.count += 1
        return f"{self.numbered}_{self.count}" if self.count < 10 else f"{self.numbered}_{{{self.count}}}"


def _capital(gate: Symbol) -> str | None:
    """The gate's letter as a capital, with the gate's scripts but no accent: ``\\tilde{c}_t`` gives ``C_t``.

    >>> _capital(Symbol(r"\\tilde{c}_t"))
    'C_t'
    """
    letter = _base(gate.name)
    if not re.fullmatch("[a-z]", letter):
        return None
    scripts = re.search(r"[_^].*", gate.name)
    return letter.upper() + (scripts.group() if scripts else "")


def _base(name: str) -> str:
    """The letter of a symbol without accents, style and scripts."""
    stripped = re.sub(r"\\(tilde|hat|bar|mathbf|boldsymbol|bm|vec|mathrm|dot|widetilde|widehat)\b|[{}]", " ", name)
    letters = re.split(r"[_^]", stripped, maxsplit=1)[0].split()
    return letters[0] if letters else name
