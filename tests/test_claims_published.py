"""Published formulas with numerically computed truth: no verdict may differ from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from symjac.claims.checking import check_record
from symjac.claims.verdict import Outcome, Verdict
from tests.work import counted

DATA = Path(__file__).parent / "data" / "published.jsonl"
RECORDS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
JACOBIANS = ("state_jacobian", "input_jacobian", "gate_jacobian", "activation_jacobian")
IDS = [r["id"] for r in RECORDS]


@cache
def verdict(k: int) -> Verdict:
    return check_record(RECORDS[k])


def truths(record: Mapping[str, object], v: Verdict) -> Iterator[tuple[str, bool, Outcome | None]]:
    """The recorded booleans beside what was said."""

    def table(name: str) -> dict[str, bool]:
        found = record.get(name) or {}
        assert isinstance(found, dict)
        return found

    for name, value in table("truth").items():
        if name != "evaluation_ok":
            yield name, value, v.conventions.get(name)
    for name, value in table("truth_mixed").items():
        yield f"mixed_{name}", value, v.conventions.get(f"mixed_{name}")
    for name, value in table("truth_descending").items():
        yield f"descending {name}", value, (v.descending or {}).get(name)


@pytest.mark.parametrize("k", range(len(RECORDS)), ids=IDS)
def test_no_verdict_differs_from_the_recorded_truth(k: int) -> None:
    """What is said about a published formula in some convention is what was computed, or nothing is said."""
    v = verdict(k)
    if v.verdict == "unreadable":
        assert v.error is not None
        return
    for name, value, outcome in truths(RECORDS[k], v):
        assert outcome is not None, f"nothing is said about {name}"
        assert outcome.holds in (value, None), f"{name}: {outcome}"


@pytest.mark.parametrize("k", range(len(RECORDS)), ids=IDS)
def test_every_answer_says_why(k: int) -> None:
    """True comes with a proof, false with a counterexample or shapes, and undecided with a reason."""
    v = verdict(k)
    for outcome in [*v.conventions.values(), *(v.descending or {}).values()]:
        if outcome.holds:
            assert outcome.because == "proof"
        elif outcome.holds is False:
            assert outcome.because == "shape" or outcome.counterexample is not None
        else:
            assert outcome.because == "undecided"
            assert outcome.reason


def test_most_jacobians_are_decided_in_every_convention() -> None:
    """At least nine of ten state, input, gate and activation records are decided in all four conventions."""
    kinds: Counter[bool] = Counter()
    for k, record in enumerate(RECORDS):
        if record["kind"] in JACOBIANS:
            v = verdict(k)
            said = [o for _, _, o in truths(record, v)]
            kinds[all(o is not None and o.holds is not None for o in said)] += 1
    assert kinds[True] >= 0.9 * kinds.total(), kinds


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_judging_a_published_formula_is_little_work(step: int) -> None:
    """A formula as papers print it is judged after three million calls; some are counted."""
    for record in RECORDS[::step]:
        with counted(3_000_000):
            check_record(record)


def test_verdicts_are_plain_data() -> None:
    """Every verdict goes to JSON and back unchanged."""
    for k, record in enumerate(RECORDS):
        data = verdict(k).to_json()
        assert json.loads(json.dumps(data)) == data
        assert data["id"] == record["id"]
        assert data["verdict"] in ("true", "false", "undecided", "unreadable")


@pytest.mark.parametrize(
    "k", [pytest.param(k, marks=[pytest.mark.slow] if k % 3 else [], id=name) for k, name in enumerate(IDS)]
)
def test_the_formula_that_a_verdict_offers_is_right(k: int) -> None:
    """What stands under ``correct`` is itself judged right in its layout, or undecided, never false."""
    record, v = RECORDS[k], verdict(k)
    left = record["claim"].split("=")[0]
    for layout, formula in v.correct.items():
        again = check_record({**record, "claim": f"{left} = {formula}"})
        assert again.verdict != "unreadable", again.error
        maps = [m for m in (again.conventions, again.descending) if m is not None]
        assert any(m[f"{layout}_column"].holds is not False for m in maps), formula


def test_every_repair_of_a_published_formula_is_proved() -> None:
    """Over the published formulas whatever is named as nearest is judged true anew."""
    repaired = [
        (record, v.repair) for record, v in zip(RECORDS, map(verdict, range(len(RECORDS))), strict=True) if v.repair
    ]
    for record, repair in repaired:
        again = check_record({**record, "claim": repair["claim"]})
        assert again.holds_in, repair
        assert any(name.endswith("column") for name in again.holds_in)
    assert len(repaired) >= 10
