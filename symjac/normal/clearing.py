"""Whether a polynomial vanishes once it is multiplied by what it divides by, also under a sum.

A denominator with free labels multiplies the whole polynomial. One that holds an index which is summed cannot: but a
sum over i is zero if its summand is, and there the index is free. So every term that holds such a denominator is opened
at it, all by the same labels, and what stands under the sum is cleared in its turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from symjac.limits import NormalFormTooLarge
from symjac.normal.atoms import Poly, Rational, budget, tables
from symjac.normal.network import combine, join
from symjac.normal.polynomial import NONE, add, labels, lone, opened, passing

LAYERS = 8  # so many layers of fractions within fractions are cleared
DEPTH = 4  # so many sums are opened, one within the other
WORTH = 60_000  # work that is spent on opening sums
Place = tuple[int, tuple[int, ...]]  # an atom, and its labels: free ones as they are, summed ones numbered from 0


def vanishes(p: Poly) -> bool:
    """Whether a polynomial is seen to be zero wherever it is defined; ``False`` says only that this is not known."""
    p = cleared(p)
    if not p or not any(True for m in p for _ in _denominators(m)):
        return not p
    floor = budget.left - WORTH
    try:
        return _vanishes(p, DEPTH, floor)
    except NormalFormTooLarge:
        return False


def cleared(p: Poly) -> Poly:
    """The polynomial times the sums it divides by. It is zero wherever it is defined if this is zero."""
    for _ in range(LAYERS):
        least: dict[int, Rational] = {}
        for m in p:
            for c, e in m:
                what = tables.components[c]
                if e < 0 and not what.bound and tables.atoms[what.factors[0][0]].kind == "base":
                    least[c] = min(e, least.get(c, 0))
        if not least:
            return p
        p = join([(p, NONE), *((lone(c, -e), NONE) for c, e in least.items())], {})
    return p


def _vanishes(p: Poly, depth: int, floor: int) -> bool:
    """Every group of terms with one denominator under a sum vanishes, the others by themselves."""
    p = cleared(p)
    if not p:
        return True
    places = {place: None for m in p for *_, place, _ in _denominators(m)}
    if not places or not depth:
        return False
    # The denominator that most terms share first: the others are opened inside.
    place = max(places, key=lambda one: sum(any(one == other for *_, other, _ in _denominators(m)) for m in p))
    summand: Poly = {}
    rest: Poly = {}
    count = len({v for v in place[1] if v >= 0})
    fresh = passing(labels(p))
    names = tuple(next(fresh) for _ in range(count))
    for m, value in p.items():
        if budget.left < floor:
            return False
        found = [(c, e, indices) for c, e, other, indices in _denominators(m) if other == place]
        if not found:
            rest[m] = value
        copies = sum(e for _, e, _ in found)
        for c, e, indices in found:
            # In equal parts at each copy: so it does not matter which one would have met its like.
            share = value if copies == 1 else Fraction(value) * e / copies
            add(summand, _opened(m, c, dict(zip(indices, names, strict=True))), share)
    return _vanishes(summand, depth - 1, floor) and _vanishes(rest, depth - 1, floor)


def _denominators(m: tuple[tuple[int, Rational], ...]) -> Iterator[tuple[int, int, Place, tuple[int, ...]]]:
    """The sums below a line that hold a summed index.

    Each with its component, how many copies of that there are, the place, and the indices that it holds.
    """
    for c, e in m:
        what = tables.components[c]
        if not what.bound or not isinstance(e, int) or e < 1:
            continue
        for a, power, ix in what.factors:
            if power < 0 and tables.atoms[a].kind == "base" and any(v >= 0 for v in ix):
                numbers: dict[int, int] = {}
                shown = tuple(v if v < 0 else numbers.setdefault(v, len(numbers)) for v in ix)
                yield c, e, (a, shown), tuple(numbers)


def _opened(m: tuple[tuple[int, Rational], ...], c: int, names: Mapping[int, int]) -> Poly:
    """A term with one copy of a component opened: the indices in ``names`` get these labels, the others are summed."""
    taken = [v for one, _ in m for v in tables.components[one].labels]
    fresh = passing(taken, names.values(), [min(names.values()) - 1])
    factors, bound = opened(c, fresh)
    order = list(bound)
    moved = {order[v]: name for v, name in names.items()}
    kept = {v: d for v, d in bound.items() if v not in moved}
    others = tuple((k, e - (k == c)) for k, e in m if k != c or e != 1)
    return combine([(others, NONE), (tuple(sorted(factors)), moved)], kept)
