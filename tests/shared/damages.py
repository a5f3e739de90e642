"""Changes that mostly make a formula false, each a mistake that people make."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from tests.shared.formulas import HALF, TWO, Node

SCALED = ("letter", "gradient", "jacobian", "mul", "had", "apply", "diag", "T", "group")


def places(e: Node, *, under: str = "") -> Iterator[tuple[Node, Callable[[Node], Node], str]]:
    """Every node with what puts another one in its place, and the kind of the node above."""
    yield e, lambda new: new, under
    if e.kind in ("gradient", "jacobian"):
        return
    for k, a in enumerate(e.args):

        def at(new: Node, k: int = k) -> Node:
            return replace(e, args=(*e.args[:k], new, *e.args[k + 1 :]))

        for node, put, above in places(a, under=e.kind):
            yield node, lambda new, put=put, at=at: at(put(new)), above  # type: ignore[misc]


def damages(e: Node, symbols: Mapping[str, str], timed: frozenset[str]) -> dict[str, list[Node]]:
    """The damaged formulas, by what was done."""
    out: dict[str, list[Node]] = {}

    def add(kind: str, new: Node) -> None:
        if new != e:
            out.setdefault(kind, []).append(new)

    in_sum = any(n.kind in ("sum", "product") for n in e.walk())
    for node, put, above in places(e):
        if node.kind == "add":
            for k, t in enumerate(node.args):
                rest = (*node.args[:k], *node.args[k + 1 :])
                add("term dropped", put(rest[0] if len(rest) == 1 else replace(node, args=rest)))
                flipped = t.args[0] if t.kind == "neg" else Node("neg", (t,))
                add("sign", put(replace(node, args=(*node.args[:k], flipped, *node.args[k + 1 :]))))
                if t.kind in SCALED:
                    for factor, kind in ((TWO, "factor 2"), (HALF, "factor half")):
                        scaled = factor @ t
                        add(kind, put(replace(node, args=(*node.args[:k], scaled, *node.args[k + 1 :]))))
        if node.kind == "mul":
            plain = [k for k, a in enumerate(node.args) if a.kind != "number"]
            for i, k in pairwise(plain):
                swapped = list(node.args)
                swapped[i], swapped[k] = swapped[k], swapped[i]
                add("order", put(replace(node, args=tuple(swapped))))
            for k in plain:
                rest = (*node.args[:k], *node.args[k + 1 :])
                if len(rest) > 1:
                    add("factor dropped", put(replace(node, args=rest)))
        if node.kind == "had" and len(node.args) > 2:
            for k in range(len(node.args)):
                add("factor dropped", put(replace(node, args=(*node.args[:k], *node.args[k + 1 :]))))
        if node.kind == "T" and node.args[0].kind in ("letter", "gradient", "jacobian"):
            add("transpose", put(node.args[0]))
        if node.kind in ("letter", "jacobian") and above not in ("T", "apply"):
            role = symbols.get(node.slot, "").split()
            if node.kind == "jacobian" or (role[0] == "matrix" and role[1] == role[2]):
                add("transpose", put(Node("T", (node,))))
        if node.kind == "letter" and node.slot in timed and node.step is not None:
            for step in (1,) if in_sum else (1, -1):
                add("index", put(replace(node, step=node.step + step)))
        if node.kind == "gradient":
            of, wrt = node.args
            if wrt.step is not None and not in_sum:
                add("index", put(replace(node, args=(of, replace(wrt, step=wrt.step + 1)))))
            if symbols[wrt.slot].split()[0] == "vector":
                for slot in (s for s, d in symbols.items() if d == symbols[wrt.slot] and s != wrt.slot):
                    if (slot in timed) == (wrt.slot in timed):
                        add("another gradient", put(replace(node, args=(of, replace(wrt, slot=slot)))))
        if node.kind == "apply" and node.slot.endswith("'"):
            for other in points(node.args[0], symbols, timed):
                add("evaluation point", put(replace(node, args=(other,))))
    return out


def points(inner: Node, symbols: Mapping[str, str], timed: frozenset[str]) -> Iterator[Node]:
    """Other arguments for the derivative of a function: a term less, a factor less, a variable of the same size."""
    if inner.kind == "add":
        yield inner.args[0]
        yield Node("add", inner.args[1:]) if len(inner.args) > 2 else inner.args[1]
    core = inner.args[0] if inner.kind == "add" else inner
    if core.kind == "mul" and core.args[0].kind == "letter" and symbols[core.args[0].slot].startswith("matrix"):
        rows = symbols[core.args[0].slot].split()[1]
        for slot, declared in symbols.items():
            if declared == f"vector {rows}":
                yield Node("letter", (), slot, 0 if slot in timed else None)
    if inner.kind == "letter" and inner.step is not None:
        yield replace(inner, step=inner.step - 1)


def chosen(e: Node, rng: random.Random, symbols: Mapping[str, str], timed: frozenset[str]) -> tuple[str, Node]:
    """One damage: each kind as likely as every other."""
    found = damages(e, symbols, timed)
    if not found:
        return "sign", Node("neg", (e,))
    kind = rng.choice(sorted(found))
    return kind, rng.choice(found[kind])
