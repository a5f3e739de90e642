"""What a printed formula is worth in a convention: strict shapes, nothing broadcasts but a scalar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from tests.shared.formulas import FIRST, LAST, Node

Array = Any
CONVENTIONS = (
    *("numerator_column", "denominator_column", "numerator_row", "denominator_row"),
    *("mixed_column", "mixed_row"),
)
TURNING = ("vector", "matrix")  # what lies on its side in row orientation; matrices of a batch stay


class MisfitError(Exception):
    """Two arrays do not fit together."""


class OpenError(Exception):
    """What is printed has no value, or more than one: a step that nothing says, an inner product without brackets."""


class Numbers(Protocol):
    """One run of a shape; everything in columns, derivatives of vectors in numerator layout."""

    last: int

    def role(self, slot: str) -> str: ...

    def known(self, name: str) -> Array: ...

    def derivative(self, of: str, wrt: str) -> Array: ...

    def function(self, name: str, z: Array) -> Array: ...


@dataclass(frozen=True)
class Reading:
    """One convention at one point."""

    numbers: Numbers
    convention: str
    t: int = 2
    first: int = 1
    descending: bool = False

    @property
    def row(self) -> bool:
        return self.convention.endswith("row")

    @property
    def layout(self) -> str:
        return self.convention.split("_")[0]

    def name(self, e: Node) -> str:
        if e.at is not None:
            return f"{e.slot}_{ {FIRST: self.first, LAST: self.numbers.last}.get(e.at, e.at) }"
        return e.slot if e.step is None else f"{e.slot}_{self.t + e.step}"

    def __call__(self, e: Node) -> Array:
        match e.kind:
            case "letter":
                a = self.numbers.known(self.name(e))
                return a.T if self.row and self.numbers.role(e.slot) in TURNING else a
            case "number":
                return np.array([[0.5 if "frac" in e.slot else float(e.slot)]])
            case "gradient" | "jacobian":
                a = self.numbers.derivative(*map(self.name, e.args))
                return a.T if is_turned(e, self.numbers.role(e.args[1].slot), self.convention) else a
            case "sum":
                steps = [replace(self, t=t)(e.args[0]) for t in range(1, self.numbers.last + 1)]
                return fitted_sum(steps)
            case "product":
                steps = [replace(self, t=t)(e.args[0]) for t in range(self.first + 1, self.t + 1)]
                return chained(steps[::-1] if self.descending else steps)
        return _VALUE[e.kind](self, e)


def is_turned(e: Node, role: str, convention: str) -> bool:
    """Whether a derivative stands the other way round than for columns in the mixed layout.

    >>> from tests.shared.formulas import gradient
    >>> is_turned(gradient("W"), "matrix", "numerator_row"), is_turned(gradient("W"), "matrix", "denominator_row")
    (False, True)
    """
    layout, row = convention.split("_")[0], convention.endswith("row")
    if e.kind == "jacobian":
        return layout == "denominator"
    if role in ("matrix", "batch"):
        return (layout == "numerator") != (row and role == "matrix")
    return layout == "numerator" or (layout == "mixed" and row)


def _vector(a: Array) -> Array:
    if 1 not in a.shape:
        raise MisfitError
    return np.diag(a.ravel())


def fitted_sum(args: list[Array]) -> Array:
    """Terms of one shape; a scalar is added to every entry of a vector."""
    shapes = {a.shape for a in args if a.shape != (1, 1)} or {(1, 1)}
    if len(shapes) > 1:
        raise MisfitError
    (shape,) = shapes
    if 1 not in shape and any(a.shape != shape for a in args):
        raise MisfitError
    return sum(args[1:], args[0])


def chained(args: list[Array]) -> Array:
    """A product in printed order; what is no scalar has to fit as matrices do."""
    out: Array = np.array([[1.0]])
    begun = False
    for a in args:
        if a.shape == (1, 1) or not begun:
            out = out * a
        elif out.shape[1] != a.shape[0]:
            if out.shape == (1, 1):
                raise OpenError
            raise MisfitError
        else:
            out = out @ a
        begun = begun or a.shape != (1, 1)
    return out


def _entrywise(args: list[Array]) -> Array:
    if len({a.shape for a in args}) > 1:
        raise MisfitError if all(a.shape != (1, 1) for a in args) else OpenError
    out = args[0]
    for a in args[1:]:
        out = out * a
    return out


def _identity(r: Reading, e: Node) -> Array:
    if e.slot:
        return np.eye(len(r.numbers.known(r.name(e))))
    raise OpenError  # only beside a term that has its shape: see _sum


def _quotient(r: Reading, e: Node) -> Array:
    top, bottom = map(r, e.args)
    if bottom.shape != (1, 1):
        raise MisfitError
    return top / bottom


def _inverse(r: Reading, e: Node) -> Array:
    a = r(e.args[0])
    if a.shape[0] != a.shape[1]:
        raise MisfitError
    return np.linalg.inv(a)


def _sum(r: Reading, e: Node) -> Array:
    found = [None if is_identity(t) else r(t) for t in e.args]
    shapes = [a.shape for a in found if a is not None and a.shape != (1, 1)]
    if any(a is None for a in found):
        if not shapes or shapes[0][0] != shapes[0][1]:
            raise OpenError
        unit = np.eye(shapes[0][0])
        found = [scaled_identity(r, t, unit) if a is None else a for a, t in zip(found, e.args, strict=True)]
    return fitted_sum(found)


def is_identity(t: Node) -> bool:
    """Whether a term is the identity times scalars."""
    return any(n.kind == "identity" and not n.slot for n in (t, *t.args)) and t.kind in (
        "identity",
        "mul",
        "neg",
        "group",
    )


def scaled_identity(r: Reading, t: Node, unit: Array) -> Array:
    if t.kind == "neg":
        return -scaled_identity(r, t.args[0], unit)
    return chained([unit if f.kind == "identity" else r(f) for f in t.factors])


def _apply(r: Reading, e: Node) -> Array:
    a = r(e.args[0])
    if e.slot == "square" and 1 not in a.shape:
        raise OpenError
    return r.numbers.function(e.slot, a)


_VALUE: Mapping[str, Callable[[Reading, Node], Array]] = {
    "identity": _identity,
    "inverse": _inverse,
    "quotient": _quotient,
    "kron": lambda r, e: np.kron(*map(r, e.args)),
    "add": _sum,
    "neg": lambda r, e: -r(e.args[0]),
    "mul": lambda r, e: chained([r(a) for a in e.args]),
    "had": lambda r, e: _entrywise([r(a) for a in e.args]),
    "T": lambda r, e: r(e.args[0]).T,
    "group": lambda r, e: r(e.args[0]),
    "diag": lambda r, e: _vector(r(e.args[0])),
    "apply": _apply,
}
