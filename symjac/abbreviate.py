"""Short names for long diagonals, so that a formula fits a line: Z_t for diag((g - h) o z o (1 - z))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase

from symjac.expr import Diag, Expr, Name, Softmax, Sum, Symbol
from symjac.tidy import put_in

Abbreviations = tuple[tuple[Symbol, Expr], ...]

# A diagonal of at most this many nodes is shorter than the sentence that would introduce its name.
SHORT = 6

# Capitals with a meaning of their own: the identity and the transpose mark.
SMALL = frozenset(ascii_lowercase)
NEVER = frozenset({"I", "T"})


def abbreviate(e: Expr, taken: Iterable[str], origin: Mapping[Expr, Symbol]) -> tuple[Expr, Abbreviations]:
    """The expression with names for its long diagonals and repeated maps, and what the names stand for.

    ``taken`` are letters that other symbols bear. ``origin`` tells for a diagonal which gate it belongs to; its name is
    that gate's letter, as a capital.
    A formula with a single term keeps its diagonals: it has nothing to be told apart from.
    """
    used = set(taken)
    letters = (letter for letter in "pqrsuvwyzabcdefghx" if letter not in used)  # for vectors
    pairs = tuple((Symbol(name, v.shape), v) for name, v in zip(letters, _repeated(e), strict=False))
    e = put_in(e, {v: s for s, v in pairs})
    if not any(isinstance(d, Sum) and d.is_matrix for d in e.walk()):
        return e, pairs
    diagonals = tuple(dict.fromkeys(_long_diagonals(e)))
    if not diagonals:
        return e, pairs
    names = _names([origin.get(d) for d in diagonals], used | {s.name for s, _ in pairs})
    named = tuple((Symbol(name, d.shape), d) for name, d in zip(names, diagonals, strict=True))
    return put_in(e, {d: s for s, d in named}), (*pairs, *named)


def _repeated(e: Expr) -> tuple[Expr, ...]:
    """The softmax vectors of more than a symbol that occur more than once."""
    seen = Counter(v for v in e.walk() if isinstance(v, Softmax) and v.args[0].args)
    return tuple(v for v, count in seen.items() if count > 1)


def _long_diagonals(e: Expr) -> Iterator[Expr]:
    if isinstance(e, Diag):
        if sum(1 for _ in e.arg.walk()) > SHORT:
            yield e
        return
    for a in e.args:
        yield from _long_diagonals(a)


def _names(gates: list[Symbol | None], taken: set[str]) -> list[Name]:
    """One name for each gate that no symbol bears: all capitals of the gates, or else all from one letter."""
    capitals = [_capital(g.parts) for g in gates if g is not None and g.letter in SMALL]
    own = [c for c in capitals if c.letter not in taken | NEVER]
    if len({c.letter for c in own}) == len(gates):
        return own
    letter = next(big for big in ("D", "E", "F", "G", r"\Lambda", r"\Delta") if big not in taken)
    letters = [g.letter for g in gates if g is not None]
    labels = letters if len(set(letters)) == len(gates) else [str(k) for k in range(1, len(gates) + 1)]
    return [Name(letter, label) for label in labels]


def _capital(gate: Name) -> Name:
    """The gate's letter as a capital, with the gate's scripts but no accent: ``\\tilde{c}_t`` gives ``C_t``.

    >>> _capital(Name(r"\\tilde{c}", "1", letter="c")).text
    'C_1'
    """
    return gate._replace(base=gate.letter.upper(), letter=gate.letter.upper())
