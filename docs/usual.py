"""Writes ``docs/usual.md``: what letters and signs usually are, as the reader has it.

python docs/usual.py
"""

from __future__ import annotations

from pathlib import Path

from symjac.reading.choices import CHOICES
from symjac.reading.usual import TABLE

PAGE = Path(__file__).parent / "usual.md"
INTRODUCTION = """# What letters usually are

Print leaves open what a letter stands for. symjac goes by what is declared, then by what the text itself settles, and
last by habits that nearly every text shares. These are the habits. A role that rests on one is a note, and `--strict`
refuses it. A declaration (`--symbol 'W: matrix n n'`) overrides every row.

This page is made by `python docs/usual.py` from the table that the reader uses.

| where it stands | what it is | letters |
|---|---|---|
"""
OTHERWISE = """
## Where the usual does not fit

A text that does not type as is usual is tried with another meaning of what it leaves open. The choices are made in
this order, each once for a letter or a habit and not for each place. Of the first one under which the text types at
all, exactly one option may fit: it is settled, a note says so, and `--strict` accepts it. Where two fit, the text is
refused.

"""


def page() -> str:
    """The whole page."""
    rows = (f"| {where} | {what} | {' '.join(f'`{x}`' for x in sorted(letters))} |\n" for where, what, letters in TABLE)
    choices = (f"{k}. {what}\n" for k, (what, _) in enumerate(CHOICES, 1))
    return INTRODUCTION + "".join(rows) + OTHERWISE + "".join(choices)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
