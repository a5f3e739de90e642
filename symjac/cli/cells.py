"""``symjac cells``."""

from __future__ import annotations

import argparse
import textwrap

from symjac import cells


def run(options: argparse.Namespace) -> int:
    """Print every cell with its source and its equations."""
    print("\n\n".join(_shown(cell) for cell in cells.COLLECTION.values()))
    return 0


def _shown(cell: cells.Cell) -> str:
    source = textwrap.fill(cell.source, 96, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    equations = [f"      {equation}" for equation in cell.equations]
    return "\n".join([f"{cell.name}: {cell.title}", source, *equations])
