"""Where the names of a text stand: in written-out matrices, below lines, above the signs of derivatives."""

from __future__ import annotations

import itertools
from collections.abc import Container
from dataclasses import dataclass, field

from symjac.reading.names import is_transpose, take_apart
from symjac.reading.spelling import is_upper
from symjac.reading.survey import Letters, bound_letter
from symjac.reading.tree import Node
from symjac.reading.usual import COUNTS, LOSSES


@dataclass
class Places:
    """The families of names that stand where mostly scalars do."""

    inside: set[str] = field(default_factory=set)  # written-out matrices
    below: set[str] = field(default_factory=set)  # lines of fractions
    counting: set[str] = field(default_factory=set)  # lines below or beside a sum over entries
    above: set[str] = field(default_factory=set)  # derivatives, as losses do
    before: set[str] = field(default_factory=set)  # norms in losses

    def note(self, root: Node, letters: Letters, source: str, *, row: bool, ones: Container[str] = ()) -> None:
        """Remembers where the names of a formula stand; ``ones`` are declared as vectors of ones."""
        of_loss = root.kind == "relation" and root.kids[0].inner.letter in LOSSES
        sides = [k.inner for k in root.kids[1:]] if of_loss else []
        for term in (t for k in sides for t in (k.kids if k.kind == "add" else [k])):
            factors = [f.inner for f in term.factors]
            if any(f.kind == "norm" for f in factors):
                tops = (f.kids[0].inner if f.kind == "frac" else f for f in factors)
                found = (n for n in tops if n.kind == "name" and n.text in COUNTS)
                self.before |= {take_apart(n, letters, source).family for n in found}
        divides = False
        for node in root.walk():
            stacked = node.kind == "matrix" and row and int(node.detail[0]) == len(node.kids)
            if node.kind == "matrix" and int(node.detail[0]) > 1 and not stacked:
                for n in node.walk():
                    block = is_upper(n.text) and not n.sub
                    if n.kind == "name" and not is_bold_name(n) and not block:
                        self.inside.add(take_apart(n, letters, source).family)
            fraction = node.kind == "frac" or (node.kind == "binary" and node.text == "/")
            if fraction and not is_derivative(node) and not _applied_below(node.kids[1]):
                self.below |= {take_apart(n, letters, source).family for n in _factors(node.kids[1])}
                divides = True
            for sign, operand in itertools.pairwise(node.kids) if node.kind == "juxt" else ():
                head = operand.inner
                if sign.kind in ("partial", "nabla") and head.letter in LOSSES:
                    self.above.add(take_apart(head, letters, source).family)
        for node in root.walk() if divides else ():
            quotients = [k.inner for k in node.factors if k.inner.kind == "frac" or k.inner.text == "/"]
            if quotients and any(_sums_entries(n, letters, ones) for n in node.walk()):
                below = [n for q in quotients for n in _factors(q.kids[1])]
                self.counting |= {take_apart(n, letters, source).family for n in below}


def is_bold_name(n: Node) -> bool:
    """Whether a name is printed in bold or with an arrow, the constants 0 and 1 apart."""
    return n.token.marks_vector and n.text not in ("0", "1")


def _sums_entries(n: Node, letters: Letters, ones: Container[str]) -> bool:
    r"""Whether this sums entries: a sum with an index of entries, or ``\mathbf{1}^\top``."""
    if n.kind == "big":
        return n.text == "sum" and bound_letter(n.sub) in letters.entry
    turned = n.kind == "name" and is_transpose(n.sup)
    return turned and (n.text == "1" or n.letter in ones)


def _factors(node: Node) -> list[Node]:
    """The letters a denominator is a product of, also under a root; nothing of sums and functions."""
    node = node.inner
    if node.kind == "name":
        return [] if is_bold_name(node) else [node]
    if node.kind == "sqrt" or (node.kind == "juxt" and all(k.kind in ("name", "number", "sqrt") for k in node.kids)):
        return [n for k in node.kids for n in _factors(k)]
    return []


def _applied_below(node: Node) -> bool:
    """Whether a capital stands before a small letter below a line, as in W x: a vector rather than a scalar."""
    return any(
        a.kind == b.kind == "name"
        and is_upper(a.text)
        and a.text not in COUNTS
        and b.text.isalpha()
        and b.text.islower()
        for a, b in itertools.pairwise(node.inner.factors)
    )


def is_derivative(fraction: Node) -> bool:
    """``dy/dx``."""
    first = [k.inner.factors[0] for k in fraction.kids]
    return all(f.kind == "partial" or (f.kind == "name" and f.text == "d") for f in first)
