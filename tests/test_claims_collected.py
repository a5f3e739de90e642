"""Formulas collected from papers, courses and notes after the judge was written, with numerically computed truth."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from symjac.claims.checking import check_record
from symjac.claims.verdict import Verdict
from tests.test_claims_published import truths

DATA = Path(__file__).parent / "data" / "collected.jsonl"
RECORDS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
IDS = [r["id"] for r in RECORDS]


@cache
def verdict(k: int) -> Verdict:
    return check_record(RECORDS[k])


@pytest.mark.parametrize("k", range(len(RECORDS)), ids=IDS)
def test_no_verdict_differs_from_the_computed_truth(k: int) -> None:
    """What is said about a collected formula in some convention is what was computed, or nothing is said."""
    v = verdict(k)
    if v.verdict == "unreadable":
        assert v.error is not None
        return
    for name, value, outcome in truths(RECORDS[k], v):
        # Conventions of scalars' gradients are missing where the whole claim was not taken apart.
        assert outcome is None or outcome.holds in (value, None), f"{name}: {outcome}"


def test_most_are_decided_in_every_convention() -> None:
    """More than four of five collected formulas are decided in every convention."""
    decided = 0
    for k, record in enumerate(RECORDS):
        v = verdict(k)
        decided += v.verdict != "unreadable" and all(
            o is not None and o.holds is not None for _, _, o in truths(record, v)
        )
    assert decided > 0.8 * len(RECORDS), decided
