"""What a formula printed beside a system shows of its letters, though it is no part of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from symjac.reading.parser import readable
from symjac.reading.spelling import ENTRYLIKE, is_greek
from symjac.reading.survey import compared
from symjac.reading.tree import Node
from symjac.reading.usual import ALWAYS_FUNCTIONS, FUNCTION_LETTERS, STEP_SIZES

_DOUBTFUL = frozenset(f for f in FUNCTION_LETTERS - ALWAYS_FUNCTIONS if is_greek(f)) | STEP_SIZES


@dataclass(frozen=True)
class Beside:
    """Letters that could be functions and stand as factors, letters with an index, indices, marks of vectors."""

    factors: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    indices: frozenset[str] = frozenset()
    has_vectors: bool = False

    @staticmethod
    def seen(text: str) -> Beside:
        r"""What a formula shows; nothing where it cannot be parsed.

        >>> seen = Beside.seen(r"\frac{\partial p_i}{\partial x_j} = I - \rho B + \eta (A w)")
        >>> sorted(seen.factors), sorted(seen.entries), seen.has_vectors
        (['\\rho'], ['p', 'x'], True)
        """
        nodes = [n for root in readable(text) for n in root.walk()]
        pairs = [pair for n in nodes if n.kind == "juxt" for pair in itertools.pairwise(n.kids)]
        factors = (a for a, b in pairs if a.kind == "name" and a.text in _DOUBTFUL and not (a.scripts or b.is_call))
        names = [n for n in nodes if n.kind == "name"]
        below = [(n, [t.text for t in s.tokens]) for n in names for s in n.scripts if s.kind == "_"]
        entries = frozenset(n.letter for n, index in below if len(index) == 1 and index[0] in ENTRYLIKE)
        return Beside(
            frozenset(text[a.start : a.end] for a in factors),
            entries,
            frozenset(compared(nodes)),
            any(marks_vectors(n) for n in nodes if n.kind != "nabla")  # a claim has gradients by scalars too
            or any(n.text == "I" and not n.scripts for n in names)
            or any(len(index) == 2 and set(index) <= ENTRYLIKE for _, index in below),
        )


def marks_vectors(n: Node) -> bool:
    """Whether only vectors and matrices have this: an entrywise sign, diag, a norm, a transpose."""
    return (
        (n.kind == "binary" and n.text in ("odot", "circ", "oslash"))
        or (n.kind == "word" and n.text in ("diag", "Diag", "softmax", "Softmax"))
        or n.kind in ("norm", "nabla")
        or (n.kind == "group" and n.text == "langle")
        or any(t.kind == "top" for s in n.scripts for t in s.tokens)
    )
