"""Small inputs of every kind of fault that was met in use, with truths from systems that were run by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symjac.claims.checking import check_record

DATA = Path(__file__).parent / "data" / "field.jsonl"
RECORDS = {r["id"]: r for r in map(json.loads, DATA.read_text(encoding="utf-8").splitlines())}
# What is not decided, or refused: differentials as names, one parameter in copies, fixed points, rows of a batch.
OPEN = frozenset(["fc15", "fc28", "fc39", "fc42", "fc48", "fc57", "fc60"])


@pytest.mark.parametrize("name", RECORDS)
def test_a_claim_of_the_field_is_decided_as_it_is_true(name: str) -> None:
    """No convention is misjudged; what is not among the open ones is decided in all that are settled."""
    record, v = RECORDS[name], check_record(RECORDS[name])
    wanted = {k: t for k, t in record["truth"].items() if isinstance(t, bool)}
    wanted |= {f"mixed_{k}": t for k, t in (record.get("truth_mixed") or {}).items() if isinstance(t, bool)}
    said = {k: {m[k].holds for m in (v.conventions, v.descending) if m and k in m} for k in wanted}
    for k, t in wanted.items():
        assert not said[k] or said[k] & {t, None}, (k, v.verdict)
    decided = all(t in said[k] for k, t in wanted.items())
    if record.get("verdict_wanted"):
        decided = v.verdict in record["verdict_wanted"]
    assert decided is (name not in OPEN)
