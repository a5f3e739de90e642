"""Formulas of claims: how they print, what they are worth in a convention, how they are turned and damaged.

Nothing of symjac is used here. A formula is written once as papers do, for columns, derivatives of vectors in
numerator layout and gradients shaped like their variables; :func:`turned` rewrites it for another convention,
and :func:`value` evaluates whatever is printed, with strict shapes, in any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

Array = Any
CONVENTIONS = (
    *("numerator_column", "denominator_column", "numerator_row", "denominator_row"),
    *("mixed_column", "mixed_row"),
)


FIRST = -1  # the step k, at which products over time begin


class MisfitError(Exception):
    """Two arrays do not fit together."""


class OpenError(Exception):
    """What is printed has no value, or more than one: a step that nothing says, an inner product without brackets."""


@dataclass(frozen=True)
class Node:
    """A formula. ``slot`` is what a letter or the variable of a derivative is called in the shape."""

    kind: str
    args: tuple[Node, ...] = ()
    slot: str = ""
    step: int | None = None  # the time less t
    at: int | None = None  # a time that is a number

    def __add__(self, other: Node) -> Node:
        return Node("add", (*self.terms, *other.terms))

    def __sub__(self, other: Node) -> Node:
        return self + Node("neg", (other,))

    def __neg__(self) -> Node:
        return Node("neg", (self,))

    def __matmul__(self, other: Node) -> Node:
        """The product; one in brackets is a factor of its own."""
        return Node("mul", (*self.factors, *other.factors))

    def __mul__(self, other: Node) -> Node:
        """The entrywise product."""
        left = self.args if self.kind == "had" else (self,)
        return Node("had", (*left, other))

    @property
    def T(self) -> Node:
        return Node("T", (self,))

    @property
    def terms(self) -> tuple[Node, ...]:
        return self.args if self.kind == "add" else (self,)

    @property
    def factors(self) -> tuple[Node, ...]:
        return self.args if self.kind == "mul" else (self,)

    def walk(self) -> Iterator[Node]:
        yield self
        for a in self.args:
            yield from a.walk()


def letter(slot: str, step: int | None = None, *, at: int | None = None) -> Node:
    return Node("letter", (), slot, step, at)


def gradient(slot: str, step: int | None = None, *, at: int | None = None, of: Node | None = None) -> Node:
    """The derivative of a scalar, the loss if nothing else is said."""
    return Node("gradient", (of or letter("L"), letter(slot, step, at=at)))


def jacobian(of: Node, wrt: Node) -> Node:
    return Node("jacobian", (of, wrt))


def number(text: str) -> Node:
    return Node("number", (), text)


def diag(a: Node) -> Node:
    return Node("diag", (a,))


def apply(function: str, a: Node) -> Node:
    """A function of the shape at every entry, ``softmax`` of a whole vector, ``square`` of every entry."""
    return Node("apply", (a,), function)


def group(a: Node) -> Node:
    """Brackets."""
    return Node("group", (a,))


def over_steps(a: Node) -> Node:
    """The sum over all steps."""
    return Node("sum", (a,))


def over_factors(a: Node) -> Node:
    """The product over the steps after the first up to t, in numerator layout the last one leftmost."""
    return Node("product", (a,))


IDENTITY = Node("identity")
ONE = number("1")
TWO = number("2")
HALF = number(r"\frac{1}{2}")


# ------------------------------------------------------------------------------------------- printing


@dataclass(frozen=True)
class Print:
    """Letters for slots, and habits."""

    letters: Mapping[str, str]
    nabla: bool = False
    diag: str = r"\operatorname{diag}"
    named: Mapping[str, str] | None = None  # letters for gradients by a slot

    def __call__(self, e: Node) -> str:
        return _PRINT[e.kind](self, e)

    def letter(self, e: Node) -> str:
        return self.letters[e.slot] + subscript(e)

    def factor(self, e: Node) -> str:
        text = self(e)
        return rf"({text})" if e.kind in ("add", "neg", "had", "mul", "sum", "product") else text

    def add(self, e: Node) -> str:
        out = ""
        for k, t in enumerate(e.args):
            sign, inner = ("-", t.args[0]) if t.kind == "neg" else ("+", t)
            text = rf"({self(inner)})" if inner.kind in ("add", "neg") else self(inner)
            out += f" {sign} {text}" if k else (f"-{text}" if sign == "-" else text)
        return out

    def neg(self, e: Node) -> str:
        (a,) = e.args
        return f"-({self(a)})" if a.kind in ("add", "neg") else f"-{self(a)}"

    def mul(self, e: Node) -> str:
        texts = [self.factor(a) for a in e.args]
        for k, a in enumerate(e.args[:-1]):
            if a.kind == "gradient" and self.nabla and texts[k + 1].startswith("("):
                texts[k] = f"({texts[k]})"  # L before a bracket is a function
        return " ".join(texts)

    def had(self, e: Node) -> str:
        return r" \odot ".join(self.factor(a) for a in e.args)

    def transpose(self, e: Node) -> str:
        (a,) = e.args
        if a.kind == "letter":
            return f"{self.letters[a.slot]}^\\top{subscript(a)}" if a.step is None else rf"{self(a)}^\top"
        if a.kind in ("gradient", "jacobian") and not (self.named and a.args[1].slot in self.named):
            return rf"\left({self(a)}\right)^\top"
        return rf"{self(a)}^\top" if a.kind in ("gradient", "group") else rf"({self(a)})^\top"

    def apply(self, e: Node) -> str:
        (a,) = e.args
        if e.slot == "square":
            return f"{self(a)}^2" if a.kind == "letter" else f"({self(a)})^2"
        name, order = e.slot.rstrip("'"), e.slot.count("'")
        return f"{self.letters.get(name, name)}{chr(39) * order}({self(a)})"

    def derivative(self, e: Node) -> str:
        of, wrt = e.args
        if self.named and wrt.slot in self.named:
            return self.named[wrt.slot] + subscript(wrt)
        if self.nabla and e.kind == "gradient":
            return rf"\nabla_{{{self(wrt)}}} {self(of)}"
        return rf"\frac{{\partial {self(of)}}}{{\partial {self(wrt)}}}"

    def sum(self, e: Node) -> str:
        return rf"\sum_{{t=1}}^{{T}} {self.factor(e.args[0])}"

    def product(self, e: Node) -> str:
        (body,) = e.args
        text = self.factor(body)
        return rf"\prod_{{i=k+1}}^{{t}} {text.replace('_t', '_i').replace('_{t', '_{i')}"


_PRINT: Mapping[str, Callable[[Print, Node], str]] = {
    "letter": Print.letter,
    "number": lambda p, e: e.slot,
    "identity": lambda p, e: "I",
    "add": Print.add,
    "neg": Print.neg,
    "mul": Print.mul,
    "had": Print.had,
    "T": Print.transpose,
    "group": lambda p, e: f"({p(e.args[0])})",
    "diag": lambda p, e: f"{p.diag}({p(e.args[0])})",
    "apply": Print.apply,
    "gradient": Print.derivative,
    "jacobian": Print.derivative,
    "sum": Print.sum,
    "product": Print.product,
}


def subscript(e: Node) -> str:
    """The time of a letter as it is printed."""
    if e.at is not None:
        return "_k" if e.at == FIRST else f"_{e.at}"
    if e.step is None:
        return ""
    return "_t" if e.step == 0 else f"_{{t{e.step:+d}}}"


# ---------------------------------------------------------------------------------------------- value


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
            return f"{e.slot}_{self.first if e.at == FIRST else e.at}"
        return e.slot if e.step is None else f"{e.slot}_{self.t + e.step}"

    def __call__(self, e: Node) -> Array:
        match e.kind:
            case "letter":
                a = self.numbers.known(self.name(e))
                return a.T if self.row and self.numbers.role(e.slot) != "scalar" else a
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

    >>> is_turned(gradient("W"), "matrix", "numerator_row"), is_turned(gradient("W"), "matrix", "denominator_row")
    (False, True)
    """
    layout, row = convention.split("_")[0], convention.endswith("row")
    if e.kind == "jacobian":
        return layout == "denominator"
    if role == "matrix":
        return (layout == "numerator") != row
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
    raise OpenError  # only beside a term that has its shape: see _sum


def _sum(r: Reading, e: Node) -> Array:
    found = [None if is_identity(t) else r(t) for t in e.args]
    shapes = [a.shape for a in found if a is not None and a.shape != (1, 1)]
    if None in [a if a is None else 0 for a in found]:
        if not shapes or shapes[0][0] != shapes[0][1]:
            raise OpenError
        unit = np.eye(shapes[0][0])
        found = [scaled_identity(r, t, unit) if a is None else a for a, t in zip(found, e.args, strict=True)]
    return fitted_sum(found)


def is_identity(t: Node) -> bool:
    """Whether a term is the identity times scalars."""
    return any(n.kind == "identity" for n in (t, *t.args)) and t.kind in ("identity", "mul", "neg", "group")


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
    "add": _sum,
    "neg": lambda r, e: -r(e.args[0]),
    "mul": lambda r, e: chained([r(a) for a in e.args]),
    "had": lambda r, e: _entrywise([r(a) for a in e.args]),
    "T": lambda r, e: r(e.args[0]).T,
    "group": lambda r, e: r(e.args[0]),
    "diag": lambda r, e: _vector(r(e.args[0])),
    "apply": _apply,
}


# ---------------------------------------------------------------------------------- other conventions


def turned(e: Node, convention: str, role: Callable[[str], str]) -> Node:
    """The same value, printed for a convention: what stands the other way round there is transposed."""
    if e.kind == "letter":
        return e.T if convention.endswith("row") and role(e.slot) != "scalar" else e
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
        case "add" | "had" | "neg" | "sum" | "group":
            return replace(e, args=tuple(back(a) for a in e.args))
        case "number" | "identity" | "diag":
            return e
        case "letter" | "gradient" if is_scalar(e, role):
            return e
        case "product":
            return replace(e, args=(back(e.args[0]),))
    return e.T
