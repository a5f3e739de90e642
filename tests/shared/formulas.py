"""Formulas of claims, and how they print.

Nothing of symjac is used here. A formula is written once as papers do, for columns, derivatives of vectors in
numerator layout and gradients shaped like their variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

FIRST, LAST = -1, -2  # the steps k, at which products over time begin, and T


@dataclass(frozen=True)
class Node:
    """A formula. ``slot`` is what a letter or the variable of a derivative is called in the shape."""

    kind: str
    args: tuple[Node, ...] = ()
    slot: str = ""
    step: int | None = None  # the time less t
    at: int | None = None  # a time that is a number, or one of the above

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


def inverse(a: Node) -> Node:
    return Node("inverse", (a,))


def quotient(top: Node, bottom: Node) -> Node:
    """A fraction of two scalars."""
    return Node("quotient", (top, bottom))


def kron(a: Node, b: Node) -> Node:
    return Node("kron", (a, b))


def by_vec(of: Node, matrix: Node) -> Node:
    return Node("jacobian", (of, Node("vec", (matrix,), matrix.slot, matrix.step, matrix.at)))


def f(u: Node) -> Node:
    return apply("f", u)


def df(u: Node) -> Node:
    return apply("f'", u)


def dg(u: Node) -> Node:
    return apply("g'", u)


def softmax(u: Node) -> Node:
    return apply("softmax", u)


def square(u: Node) -> Node:
    """A square as it is printed: of a vector entry by entry."""
    return apply("square", u)


by = gradient
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
        return f"({text})" if e.kind in ("add", "neg", "had", "mul", "sum", "product") else text

    def base(self, e: Node) -> str:
        """What a power is of: TeX takes no second superscript."""
        return self(e) if e.kind == "letter" else f"({self(e)})"

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
            return rf"{self(a)}^\top"
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
    "vec": lambda p, e: rf"\operatorname{{vec}}({p(e.args[0])})",
    "inverse": lambda p, e: f"{p.base(e.args[0])}^{{-1}}",
    "quotient": lambda p, e: rf"\frac{{{p(e.args[0])}}}{{{p(e.args[1])}}}",
    "kron": lambda p, e: rf"({p.factor(e.args[0])} \otimes {p.factor(e.args[1])})",
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
        return {FIRST: "_k", LAST: "_T"}.get(e.at, f"_{e.at}")
    if e.step is None:
        return ""
    return "_t" if e.step == 0 else f"_{{t{e.step:+d}}}"
