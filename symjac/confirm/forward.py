"""The system run forwards: what a formula is worth beside what dual numbers give for the equations themselves.

The run owes nothing to rules, closed forms or normal forms, and takes the derivatives of known functions from a table
that SymPy confirms first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symjac.confirm.confirmed import SkippedError, disagreement
from symjac.confirm.sizes import confirmed
from symjac.errors import NotYetError
from symjac.expr import Apply, Expr, Symbol, size_names
from symjac.values import agreement
from symjac.values.agreement import Runs, Sides
from symjac.values.nodes import count_entries, reachable
from symjac.values.points import Kinds, sizes_of_rounds

LARGEST = 400  # entries of all symbols together at one point


def agree(
    about: str,
    road: str,
    sides: Sides,
    expressions: Iterable[Expr],
    definitions: Mapping[Symbol, Expr],
    *,
    run: str = "the system run forwards",
    when: str = "",
    sizes: Mapping[str, int] | None = None,
    kinds: Kinds | None = None,
    moving: frozenset[Symbol] | None = None,
    wanted: int = 3,
    programs: bool = False,
) -> str:
    """Where it was looked at that a ``road`` to what a statement is ``about`` agrees with the ``run``.

    ``when`` says for how many steps that is. ``sizes`` are letters that have a value; so many choices of sizes are
    ``wanted`` for the others. What ``programs`` compute is in floating point alone: there a difference counts if it is
    met at a second point.

    :raises SkippedError: where no point has values.
    :raises Defect: where the two differ.
    """
    nodes = frozenset(reachable(expressions, definitions))
    confirm_tables(nodes)
    rounds = sizes_of_rounds(sorted(size_names(nodes)), sizes or {})
    small = [r for r in rounds if count_entries(nodes, r) <= LARGEST]
    if not small:
        raise SkippedError(f"the system has more than {LARGEST} entries at {told(rounds[0])}")
    try:
        found = agreement.compare(
            sides,
            Runs(nodes, definitions, kinds=kinds, moving=moving),
            small,
            wanted=wanted,
            points=1,
            differing=2 if programs else 1,
            programs=programs,
        )
    except NotYetError as error:
        raise SkippedError(error.message) from error
    if found.apart is not None:
        raise disagreement(about, road, run, when + told(found.apart))
    if not found.points:
        raise SkippedError(f"the system cannot be run forwards: {found.reason}")
    return "; ".join(dict.fromkeys(map(told, found.at)))


def told(sizes: Mapping[str, int]) -> str:
    """Sizes in words."""
    return ", ".join(f"{letter} = {number}" for letter, number in sizes.items()) or "the sizes given"


def confirm_tables(nodes: Iterable[Expr]) -> None:
    """Let SymPy confirm the table that both the rules and a run take the derivatives of known functions from.

    :raises Defect: where it does not.
    """
    for key in sorted({e.function.known for e in nodes if isinstance(e, Apply) and e.function.known is not None}):
        if not confirmed(key):
            raise disagreement(f"the derivative of {key}", "the table of functions", "SymPy", "every argument")
