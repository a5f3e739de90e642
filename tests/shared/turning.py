"""Formulas for another convention: what stands the other way round there is transposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.shared.formulas import Node, diag
from tests.shared.values import TURNING, is_turned


def turned(e: Node, convention: str, role: Callable[[str], str]) -> Node:
    """The same value, printed for a convention: what stands the other way round there is transposed."""
    if e.kind == "letter":
        return e.T if convention.endswith("row") and role(e.slot) in TURNING else e
    if e.kind in ("gradient", "jacobian"):
        return e.T if is_turned(e, role(e.args[1].slot), convention) and not is_scalar(e, role) else e
    args = tuple(turned(a, convention, role) for a in e.args)
    if e.kind == "apply" and convention.endswith("row"):
        return Node("T", (Node("apply", (transposed(args[0], role),), e.slot),))
    if e.kind == "diag":
        (a,) = args
        return diag(a.args[0] if a.kind == "T" else transposed(a, role) if convention.endswith("row") else a)
    if e.kind == "T":
        return transposed(args[0], role)
    return replace(e, args=args)


def is_scalar(e: Node, role: Callable[[str], str]) -> bool:
    """Whether a letter, or the variable of a gradient, is a scalar."""
    return e.kind != "jacobian" and role((e.args[1] if e.kind == "gradient" else e).slot) == "scalar"


def transposed(e: Node, role: Callable[[str], str]) -> Node:
    """The transpose, carried inwards."""

    def back(a: Node) -> Node:
        return transposed(a, role)

    match e.kind:
        case "T":
            return e.args[0]
        case "mul":
            return Node("mul", tuple(back(a) for a in reversed(e.args)))
        case "quotient":
            return replace(e, args=(back(e.args[0]), e.args[1]))
        case "add" | "had" | "neg" | "sum" | "group" | "inverse" | "kron":
            return replace(e, args=tuple(back(a) for a in e.args))
        case "number" | "identity" | "diag":
            return e
        case "letter" | "gradient" if is_scalar(e, role):
            return e
        case "product":
            return replace(e, args=(back(e.args[0]),))
    return e.T
