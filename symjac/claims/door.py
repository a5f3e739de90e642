"""What lets a verdict out: two witnesses of whatever is true, a run of whatever is false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symjac.claims.verdict import Outcome, Verdict
from symjac.confirm import Check, Checks, examine
from symjac.errors import Defect

RUN = "system run forwards"


@examine.register
def examine_verdict(statement: Verdict, thorough: bool, at: Mapping[str, int] | None) -> Checks:
    """Which roads speak for the answers of a verdict.

    :raises Defect: where one is given on less than it takes, which nothing in symjac does.
    """
    found: dict[str, int] = {}
    for outcome in _outcomes(statement):
        if outcome.holds is None or outcome.because == "shape":
            continue
        if RUN not in outcome.witnesses or (outcome.holds and len(outcome.witnesses) < 2):
            raise Defect(f"too few witnesses speak for what is said of {statement.claim}", roads=("verdict",))
        for road in outcome.witnesses:
            found[road] = found.get(road, 0) + 1
    return Checks(tuple(Check(road, f"{count} answers") for road, count in found.items()), ())


def _outcomes(v: Verdict) -> Iterator[Outcome]:
    maps = [v.conventions, v.descending or {}, *(link.conventions for link in v.links), *v.alternatives.values()]
    for outcomes in maps:
        yield from outcomes.values()
