"""The gallery of published formulas is what symjac says of them today."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GALLERY = runpy.run_path(str(ROOT / "docs" / "gallery.py"))
PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
RECORDS = [json.loads(line) for line in GALLERY["RECORDS"].read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("record", RECORDS[::9], ids=lambda r: r["id"])
def test_entry_is_current(record: dict[str, object]) -> None:
    """An entry of the page is the one that the script makes now."""
    assert "\n".join(GALLERY["entry"](record)) in PAGE


def test_every_record_has_its_entry() -> None:
    """The page quotes each published formula once, under its source."""
    headings = [line for line in PAGE.splitlines() if line.startswith("## ")]
    assert headings == [f"## {record['source']}" for record in RECORDS]
