"""Whether two expressions have one value, at points and sizes taken at random.

What differs in the machine's numbers is computed again with many digits, and at another point, before it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symjac.expr import Apply, Expr, Symbol
from symjac.values.evaluate import NOTHING, Evaluator, Given, Matrix
from symjac.values.floats import Digits, Floats, Wave
from symjac.values.points import GenericPoint
from symjac.values.rings import NoValueError, Rationals
from symjac.values.search import letters, reachable, sides

ROUNDS = ((2, 3, 4), (3, 1, 2))  # sizes for the letters in turn, different ones side by side
ONES = ((1,),)
POINTS = 2  # that have values, at each round
TRIES = 12
NEAR, NEARER = 1e-7, 1e-20  # relative to the largest entry
FLOOR = 1e-6  # sides smaller than this are compared as if they were so large: one may be zero
DIGITS = 50
# Stand-ins for functions that nothing specifies.
WAVES = tuple(Wave(Fraction(r, 10), Fraction(p, 10)) for r, p in ((9, 3), (12, 8), (7, 11), (10, 5)))


@dataclass(frozen=True)
class Agreement:
    """How often two expressions were evaluated, and at which sizes they differ, if they do."""

    points: int
    apart: Mapping[str, int] | None = None


def compare(
    a: Expr,
    b: Expr,
    definitions: Mapping[Symbol, Expr],
    *,
    given: Mapping[Symbol, Given] = NOTHING,
    beside: Iterable[Expr] = (),
    one_hot: frozenset[Symbol] = frozenset(),
    special: Mapping[str, str] = NOTHING,
    rounds: Sequence[Sequence[int]] = ROUNDS,
) -> Agreement:
    """Evaluate two expressions of one shape under definitions; as soon as they differ for certain, say where.

    ``given`` are symbols whose values are computed apart, out of the expressions ``beside`` the two sides. Where
    nothing has a value, no point is counted. Matrices named in ``special`` are symmetric, skew-symmetric or diagonal.

    >>> from symjac.expr import Product, dim
    >>> n = dim("n")
    >>> A, B = Symbol("A", (n, n)), Symbol("B", (n, n))
    >>> compare(Product(A, B), Product(B, A), {}).apart
    {'n': 2}
    """
    nodes = set(reachable([a, b, *beside], definitions)) - given.keys()
    names = sorted({e.function.name for e in nodes if isinstance(e, Apply) and e.function.known is None})
    counted = 0
    for sizes in _rounds(letters(nodes), rounds):
        done, differing = 0, 0
        for seed in range(TRIES):
            point = GenericPoint(seed, one_hot, special)

            def run(ring: Rationals, point: GenericPoint = point, sizes: Mapping[str, int] = sizes) -> Evaluator:
                ring.stand_ins = {f: WAVES[(k + point.seed) % len(WAVES)] for k, f in enumerate(names)}
                return Evaluator(ring, sizes, point.leaf, definitions, given=given)

            try:
                if not _alike(a, b, run(Floats({})), NEAR) and not _alike(a, b, run(Digits({}, DIGITS)), NEARER):
                    differing += 1
            except NoValueError:
                continue
            done += 1
            if differing > 1:
                return Agreement(counted + done, sizes)
            if done - differing >= POINTS:
                break
        counted += done
        if differing and done == differing:
            return Agreement(counted, sizes)
    return Agreement(counted)


def _rounds(names: list[str], rounds: Sequence[Sequence[int]]) -> Iterator[dict[str, int]]:
    for sizes in rounds if names else rounds[:1]:
        yield {name: sizes[k % len(sizes)] for k, name in enumerate(names)}


def _alike(a: Expr, b: Expr, at: Evaluator, tolerance: float) -> bool:
    """Whether both sides come out the same, up to what rounding may do."""
    return all(_near(left, right, tolerance) for left, right in sides(a, b, at))


def _near(left: Matrix, right: Matrix, tolerance: float) -> bool:
    pairs = [(u, v) for p, q in zip(left, right, strict=True) for u, v in zip(p, q, strict=True)]
    scale = max((max(abs(u), abs(v)) for u, v in pairs), default=0)
    return all(abs(u - v) <= tolerance * (scale + FLOOR) for u, v in pairs)
