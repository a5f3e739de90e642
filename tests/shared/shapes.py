"""Systems in which a parameter stands in several places, each run forwards by hand, with what is true of it.

A shape is a function that runs its system in NumPy, in columns, and gives back what is true of it. What an
equation defines is set, everything else is drawn when it is asked for; what nothing else uses goes into the loss,
a random smooth function. The formulas are written for columns in the mixed layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.shared.formulas import Node
from tests.shared.runs import Run

Facts = Callable[[], list[tuple[Node, Node]]]


@dataclass(frozen=True)
class Shape:
    """Equations with slots in angle brackets, declarations of the slots, and the system by hand."""

    name: str
    equations: tuple[str, ...]
    symbols: Mapping[str, str]
    run: Callable[[Run], Facts]
    rows: bool = True  # whether the system types with rows, where matrices act from the other side
    batch: bool = False  # whether matrices are multiplied with each other alone, which is the same with rows
    named: Mapping[str, str] | None = None  # letters for gradients by slots

    def role(self, slot: str) -> str:
        """What a slot is; the matrices of a batch stay as they are in row orientation."""
        role = "scalar" if slot == "L" else self.symbols[slot].split()[0]
        return "batch" if role == "matrix" and self.batch else role

    def is_timed(self, slot: str) -> bool:
        return any(f"<{slot}>_t" in e or f"<{slot}>_{{t" in e for e in self.equations)


SHAPES: dict[str, Shape] = {}


def shape(
    *equations: str,
    symbols: str,
    rows: bool = True,
    batch: bool = False,
    named: Mapping[str, str] | None = None,
) -> Callable[[Callable[[Run], Facts]], Callable[[Run], Facts]]:
    """Registers a shape by the name of its function; ``W n m, x m, alpha`` are a matrix, a vector, a scalar."""
    roles = ("", "scalar", "vector", "matrix")
    words = [part.split() for part in symbols.split(",")]
    declared = {w[0]: " ".join([roles[len(w)], *w[1:]]) for w in words}

    def register(run: Callable[[Run], Facts]) -> Callable[[Run], Facts]:
        name = run.__name__.replace("_", " ")
        SHAPES[name] = Shape(name, equations, declared, run, rows, batch, named)
        return run

    return register
