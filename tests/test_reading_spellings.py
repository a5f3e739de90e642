"""The spellings of many hands: each was read, looked at, and is held to that reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symjac.expr import Expr
from symjac.reading import read_formula, read_system

SPELLINGS = [json.loads(line) for line in (Path(__file__).parent / "data" / "spellings.jsonl").read_text().splitlines()]


def shapes(members: tuple[Expr, ...]) -> dict[str, list[str]]:
    return {y.name: [str(x) for x in y.shape] for m in members for y in m.symbols}


@pytest.mark.parametrize("spelling", SPELLINGS, ids=range(1, len(SPELLINGS) + 1))
def test_each_spelling_is_read_as_when_it_was_looked_at(spelling: dict[str, object]) -> None:
    """Expressions, shapes and kinds of notes of a spelling stay what an eye found right."""
    latex = spelling["latex"]
    assert isinstance(latex, str)
    if spelling["as"] == "system":
        symbols = spelling.get("symbols", {})
        assert isinstance(symbols, dict)
        reading = read_system([latex], symbols)
        read = [f"{e.lhs!r} = {e.rhs!r}" for e in reading.equations]
        for f in reading.functions:
            primes = "'" * f.function.order
            read.append(f"{f.function.name}{primes}({f.variable!r}) = {f.body!r}")
        found = {name: [str(x) for x in info.symbol.shape] for name, info in reading.symbols.items()}
        notes = reading.notes
    else:
        members, notes = read_formula(latex)
        read = [repr(m) for m in members]
        found = shapes(members)
    assert read == spelling["read"]
    assert found == spelling["shapes"]
    assert sorted({n.kind for n in notes}) == spelling["notes"]


def test_there_are_ninety_five_spellings_and_no_two_are_alike() -> None:
    """The collection is whole."""
    assert len({s["latex"] for s in SPELLINGS}) == 95
