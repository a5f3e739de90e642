"""Short names for long diagonals, so that a formula fits a line: Z_t for diag((g - h) o z o (1 - z))."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from symjac.expr import Diag, Expr, Softmax, Sum, Symbol
from symjac.tidy import rebuild

Abbreviations = tuple[tuple[Symbol, Expr], ...]

# A diagonal of at most this many nodes is shorter than the sentence that would introduce its name.
SHORT = 6

# Capitals with a meaning of their own: the identity and the transpose mark.
NEVER = frozenset({"I", "T"})


def abbreviate(e: Expr, taken: Iterable[str], origin: Mapping[Expr, Symbol]) -> tuple[Expr, Abbreviations]:
    """The expression with names for its long diagonals and repeated maps, and what the names stand for.

    ``origin`` tells for a diagonal which gate it belongs to; its name is that gate's letter, as a capital.
    A formula with a single term keeps its diagonals: it has nothing to be told apart from.
    """
    used = set(taken)
    repeated = _repeated(e)
    pairs = tuple((Symbol(name, v.shape), v) for name, v in zip(_letters(used), repeated, strict=False))
    e = _replace(e, {v: s for s, v in pairs})
    if not any(isinstance(d, Sum) and d.is_matrix for d in e.walk()):
        return e, pairs
    diagonals = tuple(dict.fromkeys(_long_diagonals(e)))
    if not diagonals:
        return e, pairs
    names = _names([origin.get(d) for d in diagonals], used | {s.name for s, _ in pairs})
    named = tuple((Symbol(name, d.shape), d) for name, d in zip(names, diagonals, strict=True))
    return _replace(e, {d: s for s, d in named}), (*pairs, *named)


def _repeated(e: Expr) -> tuple[Expr, ...]:
    """The softmax vectors of more than a symbol that occur more than once."""
    seen = Counter(v for v in e.walk() if isinstance(v, Softmax) and v.args[0].args)
    return tuple(v for v, count in seen.items() if count > 1)


def _letters(taken: set[str]) -> Iterator[str]:
    """Letters for vectors that no symbol bears."""
    bases = {_base(t) for t in taken}
    return (letter for letter in "pqrsuvwyzabcdefghx" if letter not in bases)


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


def _names(gates: list[Symbol | None], taken: set[str]) -> list[str]:
    """One name for each gate that no symbol bears: all capitals of the gates, or else all from one letter."""
    bases = {_base(t) for t in taken}
    capitals = [_capital(g) if g is not None else None for g in gates]
    own = [c for c in capitals if c is not None and _base(c) not in bases | NEVER]
    if len({_base(c) for c in own}) == len(gates):
        return own
    letter = next(big for big in ("D", "E", "F", "G", r"\Lambda", r"\Delta") if big not in bases)
    letters = [_base(g.name) for g in gates if g is not None]
    if len(set(letters)) == len(gates):
        return [f"{letter}_{x}" if len(x) == 1 else f"{letter}_{{{x}}}" for x in letters]
    return [f"{letter}_{k}" if k < 10 else f"{letter}_{{{k}}}" for k in range(1, len(gates) + 1)]


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
