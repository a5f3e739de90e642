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


@pytest.mark.parametrize(
    ("text", "same", "note"),
    [
        (
            r"\vh_t = \mW \vh_{t-1} + \eps \vx_t",
            r"\mathbf{h}_t = \mathbf{W} \mathbf{h}_{t-1} + \epsilon \mathbf{x}_t",
            r"\vh is",
        ),
        (r"a &= W x & b &= V a & \dots", r"a = W x, \quad b = V a", r"'\dots' are left out"),
    ],
)
def test_macros_and_marks_that_papers_share_are_read(text: str, same: str, note: str) -> None:
    """Macros of common templates, alignment marks between equations, and dots for more of the same."""
    read = read_system([text])
    assert [(e.lhs, e.rhs) for e in read.equations] == [(e.lhs, e.rhs) for e in read_system([same]).equations]
    assert any(note in n.message for n in read.notes)


def test_a_softmax_of_a_matrix_is_taken_row_by_row_where_only_that_fits() -> None:
    """Attention as it is printed, beside exponentials divided by the sums of their rows."""
    read = read_system([r"A = \operatorname{softmax}(Q K^\top) V"])
    by_rows = read_system([r"A = (\exp(Q K^\top) \oslash (\exp(Q K^\top) \mathbf{1} \mathbf{1}^\top)) V"])
    assert read.equations[0].rhs == by_rows.equations[0].rhs
    assert any("row by row" in n.message for n in read.notes)
