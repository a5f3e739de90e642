"""Whether two sides have one value, at points and sizes taken at random.

What differs in the machine's numbers is computed again with many digits before it counts. A point without a value, or
one at a corner, is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symjac.expr import Expr, MatrixPower, Symbol
from symjac.values.evaluator import NOTHING, Evaluator, Given, Matrix, work
from symjac.values.floats import Digits, Floats, Wave
from symjac.values.nodes import unspecified
from symjac.values.points import GenericPoint, Kinds
from symjac.values.rings import NoValueError, Rationals

TRIES = 12  # points at each round of sizes
DIGITS = 50
FAR, NEAR, NEARER = 1e-3, 1e-7, 1e-20  # relative to the largest entry
# Sides smaller than this are compared as if they were so large, as one may be zero; programs round at every step.
FLOOR, FLOOR_OF_PROGRAMS = 1e-6, 1e-3
# Stand-ins for functions that nothing specifies.
WAVES = tuple(Wave(Fraction(r, 10), Fraction(p, 10)) for r, p in ((9, 3), (12, 8), (7, 11), (10, 5)))

Points = dict[object, Evaluator]
Sides = Callable[[Evaluator], Iterable[tuple[Matrix, Matrix]]]
"""Pairs of what should be the same where a run is evaluated."""


@dataclass(frozen=True)
class Agreement:
    """How often two sides were evaluated, at which sizes they agreed, and at which they differ, if they do."""

    points: int
    at: tuple[Mapping[str, int], ...] = ()
    apart: Mapping[str, int] | None = None
    reason: str = "no point tried has values"
    """Why the last point that was passed over was."""


class Runs:
    """A system that can be run at generic points.

    ``nodes`` is all that is evaluated there, ``given`` are symbols whose values are computed apart, ``moving`` those
    that have a differential. ``points`` are those at which the same system was run before, with what it was worth.
    """

    def __init__(
        self,
        nodes: Collection[Expr],
        definitions: Mapping[Symbol, Expr],
        *,
        kinds: Kinds | None = None,
        given: Mapping[Symbol, Given] = NOTHING,
        moving: frozenset[Symbol] | None = None,
        points: Points | None = None,
    ) -> None:
        self.definitions = definitions
        self.kinds = kinds or Kinds()
        self.given = given
        self.moving = moving
        self.left = work()
        self.functions = unspecified(nodes)
        self.whole = frozenset(s for e in nodes if isinstance(e, MatrixPower) for s in e.exponent.symbols)
        self.points = points

    def at(self, ring: Rationals, sizes: Mapping[str, int], seed: int) -> Evaluator:
        """The run at one point."""
        key = (type(ring), seed, *sizes.items(), *self.functions, *self.whole)
        found = self.points.get(key) if self.points is not None else None
        if found is None:
            ring.stand_ins = {f: WAVES[(k + seed) % len(WAVES)] for k, f in enumerate(self.functions)}
            point = GenericPoint(seed, self.kinds, self.whole)
            found = Evaluator(ring, sizes, point.leaf, self.definitions, self.moving, self.given)
            if self.points is not None:
                self.points[key] = found
        found.left, found.indices = self.left, {}
        return found


def compare(
    sides: Sides,
    runs: Runs,
    rounds: Iterable[Mapping[str, int]],
    *,
    wanted: int = 2,
    points: int = 2,
    differing: int = 2,
    programs: bool = False,
) -> Agreement:
    """Evaluate two sides where a system is run; as soon as they differ for certain, say where.

    So many ``points`` have to agree at the sizes of so many ``rounds`` (``wanted``), and so many have to differ at one
    round (``differing``), or all that have values there, before it counts. What ``programs`` compute is in floating
    point alone.

    >>> from symjac.expr import Product, dim
    >>> from symjac.values.nodes import reachable
    >>> n = dim("n")
    >>> A, B = Symbol("A", (n, n)), Symbol("B", (n, n))
    >>> ab, ba = Product(A, B), Product(B, A)
    >>> runs = Runs(list(reachable([ab, ba], {})), {})
    >>> compare(lambda at: [(at.matrix(ab), at.matrix(ba))], runs, [{"n": 2}]).apart
    {'n': 2}
    """
    runs.left = work()
    counted, agreed, reason = 0, list[Mapping[str, int]](), Agreement.reason
    for turn, sizes in enumerate(rounds):
        if len(agreed) == wanted:
            break
        near, apart = 0, 0
        for attempt in range(TRIES):
            seed = turn + 3 * attempt
            try:
                same = are_near(sides(runs.at(Floats({}), sizes, seed)), NEAR, FLOOR_OF_PROGRAMS if programs else FLOOR)
                if not same and not programs:
                    same = are_near(sides(runs.at(Digits({}, DIGITS), sizes, seed)), NEARER, FLOOR)
            except NoValueError as error:
                reason = error.message
                continue
            counted += 1
            near, apart = near + same, apart + (not same)
            if apart == differing:
                return Agreement(counted, tuple(agreed), sizes)
            if near == points:
                break
        if apart and not near:
            return Agreement(counted, tuple(agreed), sizes)
        if near:
            agreed.append(sizes)
    return Agreement(counted, tuple(agreed), reason=reason)


def are_far(pairs: Iterable[tuple[Matrix, Matrix]]) -> bool:
    """Whether the matrices of some pair differ by more than rounding could ever explain."""
    return not all(_near(left, right, FAR, FLOOR) for left, right in pairs)


def are_near(pairs: Iterable[tuple[Matrix, Matrix]], tolerance: float, floor: float) -> bool:
    """Whether the matrices of every pair have one shape and close entries."""
    return all(_near(left, right, tolerance, floor) for left, right in pairs)


def _near(left: Matrix, right: Matrix, tolerance: float, floor: float) -> bool:
    if [len(row) for row in left] != [len(row) for row in right]:
        return False
    pairs = [(u, v) for p, q in zip(left, right, strict=True) for u, v in zip(p, q, strict=True)]
    scale = max((max(abs(u), abs(v)) for u, v in pairs), default=0)
    return all(abs(u - v) <= tolerance * (scale + floor) for u, v in pairs)
