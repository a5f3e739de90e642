"""The corpus of displays as they are printed: every display of some sections of public sources, none left out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parent / "data" / "corpus.jsonl"
RECORDS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
KINDS = {"system", "claim", "other"}


def test_there_are_enough_displays_and_sources() -> None:
    """At least 120 displays come from at least 20 sources, and at most 12 from each."""
    sources = Counter(r["source"] for r in RECORDS)
    assert len(RECORDS) >= 120
    assert len(sources) >= 20
    assert max(sources.values()) <= 12


def test_every_display_has_its_own_name() -> None:
    """No id stands twice."""
    assert len({r["id"] for r in RECORDS}) == len(RECORDS)


def test_every_kind_is_known() -> None:
    """A display is a system, a claim or something else."""
    assert {r["kind"] for r in RECORDS} == KINDS


def test_no_display_is_empty() -> None:
    """Every display has something between its delimiters."""
    assert all(isinstance(r["display"], str) and r["display"].strip() for r in RECORDS)


def test_every_claim_says_what_it_is_about() -> None:
    """A claim names displays of the corpus or brings the equations along; the other kinds do not."""
    ids = {r["id"] for r in RECORDS}
    for r in RECORDS:
        assert (r["kind"] == "claim") == bool(r.get("about")), r["id"]
        assert all(a in ids or "=" in a for a in r.get("about", [])), r["id"]
