"""Letters of recurrences."""

from __future__ import annotations

from tests.shared.formulas import Node, letter

W, V, U, b, v, alpha, lam = (letter(k) for k in ("W", "V", "U", "b", "v", "alpha", "lam"))


def at(slot: str, step: int = 0) -> Node:
    return letter(slot, step)


h, x, y, a, z, c, d = (at(s) for s in "hxyazcd")
before, after = at("h", -1), at("h", 1)
NOW = W @ before + U @ x
NEXT = W @ h + U @ at("x", 1)
