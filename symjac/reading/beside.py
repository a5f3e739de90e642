"""What a formula printed beside a system shows of its letters, though it is no part of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from symjac.reading.names import is_transpose
from symjac.reading.parser import readable
from symjac.reading.spelling import ENTRYLIKE, plain, script_text
from symjac.reading.survey import compared
from symjac.reading.tree import Node
from symjac.reading.usual import ALWAYS_FUNCTIONS, FUNCTION_LETTERS, OFTEN_MAPS


@dataclass(frozen=True)
class Beside:
    """What letters that could be functions are there, letters with an index, indices, marks of vectors."""

    factors: frozenset[str] = frozenset()  # those that stand as factors and terms
    functions: frozenset[str] = frozenset()  # those with a prime
    maps: frozenset[str] = frozenset()  # those whose Jacobians are named
    entries: frozenset[str] = frozenset()
    indices: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()  # those without an index
    has_vectors: bool = False

    @staticmethod
    def seen(text: str) -> Beside:
        r"""What a formula shows; nothing where it cannot be parsed.

        >>> seen = Beside.seen(r"\frac{\partial p_i}{\partial x_j} = I - \rho B + \eta (A w)")
        >>> sorted(seen.factors), sorted(seen.entries), seen.has_vectors
        (['\\rho'], ['p', 'x'], True)
        """
        roots = readable(text)
        nodes = [n for root in roots for n in root.walk()]
        pairs = [pair for n in nodes if n.kind == "juxt" for pair in itertools.pairwise(n.kids)]
        called = {a.letter for a, b in pairs if a.kind == "name" and b.is_call}
        primed = {n.letter for n in nodes if n.kind == "name" and any(s.kind == "'" for s in n.scripts)}
        spoken = primed | (called & ALWAYS_FUNCTIONS)
        alone = [n for root in roots for n in _factors(root) if n.letter in FUNCTION_LETTERS - spoken]
        factors = {f"{n.letter}_{{{index}}}" if index else n.letter for n in alone for index in _indices(n)}
        names = [n for n in nodes if n.kind == "name"]
        below = [(n, [t.text for t in n.sub]) for n in names]
        entries = frozenset(n.letter for n, index in below if len(index) == 1 and index[0] in ENTRYLIKE)
        # The f of \frac{\partial f(x)}{\partial x} and \frac{\partial f}{\partial x}, that may be maps.
        tops = (n.kids[0].inner.factors for n in nodes if n.kind == "frac" and is_derivative(n))
        return Beside(
            frozenset(factors),
            frozenset(primed & FUNCTION_LETTERS),
            frozenset({top[1].letter for top in tops if len(top) > 1 and top[1].text in OFTEN_MAPS} - primed),
            entries,
            frozenset(compared(nodes)),
            frozenset(plain(n.letter) for n in names if not n.sub),
            any(marks_vectors(n) for n in nodes if n.kind != "nabla")  # a claim has gradients by scalars too
            or any(n.text == "I" and not n.scripts for n in names)
            or any(len(index) == 2 and set(index) <= ENTRYLIKE for _, index in below),
        )


def _factors(node: Node) -> Iterator[Node]:
    r"""The names that stand as factors and terms, not before a bracket, in a diag, or above or below a derivative."""
    node = node.inner
    if node.kind == "name":
        if all(s.kind == "_" or is_transpose(s.tokens) or s.tokens[0].kind == "-" for s in node.scripts):
            yield node
    elif node.kind == "juxt":
        for a, b in zip(node.kids, [*node.kids[1:], None], strict=True):
            if not (a.kind == "name" and b is not None and b.is_call) or any(is_transpose(s.tokens) for s in a.scripts):
                yield from _factors(a)
            if a.kind in ("partial", "nabla", "word"):
                return
    elif (
        node.kind in ("relation", "add", "negative", "group", "big")
        or (node.kind == "frac" and not is_derivative(node))
        or (node.kind == "binary" and node.text in ("cdot", "times", "*", "/"))
    ):
        for kid in node.kids:
            yield from _factors(kid)


def _indices(n: Node) -> Iterator[str]:
    """What stands below a name, and nothing too where that may number its entries."""
    below = script_text(n.sub)
    yield below
    if below in ENTRYLIKE:
        yield ""


def marks_vectors(n: Node) -> bool:
    """Whether only vectors and matrices have this: an entrywise sign, diag, a norm, a transpose."""
    return (
        (n.kind == "binary" and n.text in ("odot", "circ", "oslash"))
        or (n.kind == "word" and n.text in ("diag", "Diag", "softmax", "Softmax"))
        or n.kind in ("norm", "nabla")
        or (n.kind == "juxt" and any(k.kind == "number" and k.text == "1" for k in n.kids[1:]))  # m 1: ones
        or (n.kind == "group" and n.text == "langle")
        or any(t.kind == "top" for s in n.scripts for t in s.tokens)
    )


def is_derivative(fraction: Node) -> bool:
    """``dy/dx``."""
    first = [k.inner.factors[0] for k in fraction.kids]
    return all(f.kind == "partial" or (f.kind == "name" and f.text == "d") for f in first)
