"""Writes ``docs/gallery.md``: published formulas, and in which conventions symjac finds them true.

    python docs/gallery.py

Everything but the introduction comes from ``tests/data/published.jsonl`` and from symjac's verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from symjac.claims import Verdict, check_record

ROOT = Path(__file__).parent.parent
RECORDS = ROOT / "tests" / "data" / "published.jsonl"
PAGE = ROOT / "docs" / "gallery.md"

INTRODUCTION = """# Published formulas and where they hold

Derivatives as papers, courses and answers print them, each beside its system, judged by `symjac check`. This is no
list of errors. Most texts do not say which convention they use, and a formula that is false for column vectors is
often right for row vectors, or in the other layout; it is then listed as true there. A formula is quoted as it was
found, one line out of its context, which may settle what the line leaves open. *Numerator* and *denominator* are
the [layouts](conventions.md), *columns* and *rows* say what the vectors are.

This page is made by `python docs/gallery.py`.
"""

NAMES = {
    "numerator_column": "numerator, columns",
    "denominator_column": "denominator, columns",
    "numerator_row": "numerator, rows",
    "denominator_row": "denominator, rows",
    "mixed_column": "mixed, columns",
    "mixed_row": "mixed, rows",
}


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    records = [json.loads(line) for line in RECORDS.read_text(encoding="utf-8").splitlines()]
    entries = ["\n".join(entry(r)) for r in records]
    return INTRODUCTION + "\n" + "\n\n".join(entries) + "\n"


def entry(record: dict[str, object]) -> Iterator[str]:
    """One published formula with its verdict."""
    given = {k: v for k, v in record.items() if k in ("id", "system", "symbols", "claim", "of", "wrt")}
    verdict = check_record(given)
    yield f"## {record['source']}\n"
    if record.get("url"):
        yield f"<{record['url']}>\n"
    yield "```latex"
    system = record["system"]
    assert isinstance(system, list)
    yield from map(str, system)
    yield "```\n"
    yield "with the claim\n"
    yield f"```latex\n{record['claim']}\n```\n"
    yield from told(verdict)


def told(verdict: Verdict) -> Iterator[str]:
    """The verdict in a sentence, and the right formula for column vectors."""
    if verdict.verdict == "unreadable":
        yield f"**Not read.** {_first_line(verdict)}"
        return
    holds = [NAMES[name] for name, outcome in verdict.conventions.items() if outcome.holds]
    open_ = [NAMES[name] for name, outcome in verdict.conventions.items() if outcome.holds is None]
    if holds:
        yield (
            f"**True**: {'; '.join(holds)}. Every other convention is refuted."
            if not open_
            else (f"**True**: {'; '.join(holds)}. Undecided: {'; '.join(open_)}.")
        )
    elif open_:
        yield f"**Undecided**: {'; '.join(open_)}."
    else:
        yield "**Not true as printed** in any of these conventions."
    if verdict.correct and not any("columns" in name for name in holds):
        yield "\nFor column vectors symjac derives\n"
        for layout, latex in verdict.correct.items():
            yield f"```latex\n{latex}\n```\n\n({layout} layout)\n"


def _first_line(verdict: Verdict) -> str:
    return verdict.explanation.splitlines()[0] if verdict.explanation else ""


if __name__ == "__main__":
    main()
