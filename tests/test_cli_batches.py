"""Batches: one record for each target and layout, in order, each bad record by itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from symjac import cli
from symjac.cli import output
from tests.command import Capture


def batch(tmp_path: Path, *records: object) -> str:
    file = tmp_path / "problems.jsonl"
    file.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records), encoding="utf-8")
    return str(file)


GOOD = {"id": "A", "equations": ["y = A x + b"], "targets": [{"of": "y", "wrt": "x"}]}
KEYS = {"id", "of", "wrt", "layout", "orientation", "shape", "latex", "sympy", "numpy", "arguments", "definitions"}
KEYS |= {"checks", "not_run", "seconds"}


def test_a_batch_answers_each_target_in_each_layout_in_order(tmp_path: Path, capsys: Capture) -> None:
    """One line for each target and layout, numerator first, ids and targets as they came in."""
    two = {
        "id": 7,
        "equations": [r"h = \tanh(A x)", "y = B h"],
        "targets": [{"wrt": "x"}, {"of": "h", "wrt": " x "}],
        "more": "is passed over",
    }
    assert cli.main(["derive", batch(tmp_path, GOOD, "", two), "--to", "json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    answers = [json.loads(line) for line in shown.out.splitlines()]
    assert [(a["id"], a["wrt"], a["layout"]) for a in answers] == [
        ("A", "x", "numerator"),
        ("A", "x", "denominator"),
        (7, "x", "numerator"),
        (7, "x", "denominator"),
        (7, " x ", "numerator"),
        (7, " x ", "denominator"),
    ]
    assert all(set(a) >= KEYS and "error" not in a for a in answers)
    assert answers[0]["latex"] == "A"
    assert answers[1]["latex"] == r"A^{\top}"
    assert answers[0]["shape"] == answers[1]["shape"][::-1]
    assert all(check["passed"] is True for a in answers for check in a["checks"])


def test_a_bad_record_costs_the_others_nothing(tmp_path: Path, capsys: Capture) -> None:
    """Every record gets its line; the status is 2 because one has an error."""
    bad: list[object] = [
        "{not json",
        {"id": "B"},
        {"id": "C", "equations": ["y = A ("], "targets": [{"of": "y", "wrt": "x"}, {"of": "y", "wrt": "b"}]},
        {"id": "D", "equations": ["y = A x"], "targets": [{"of": "y", "wrt": "q"}, {"of": "y", "wrt": "x"}]},
        {"id": "E", "equations": ["y = A x"], "targets": "all"},
        {"id": "F", "equations": ["y = A x"], "symbols": {"A": 3}},
        {"id": "G", "equations": ["y = A x"]},
        {"id": ["H"], "equations": ["y = A x"]},
    ]
    assert cli.main(["derive", batch(tmp_path, GOOD, *bad), "--to", "json"]) == 2
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(a["id"], a.get("error", {}).get("kind")) for a in answers] == [
        ("A", None),
        ("A", None),
        (None, "usage"),
        ("B", "usage"),
        ("C", "read"),
        ("C", "read"),
        ("D", "target"),
        ("D", None),
        ("D", None),
        ("E", "usage"),
        ("F", "usage"),
        ("G", "target"),
        (None, "usage"),
    ]
    failed = [a for a in answers if "error" in a]
    assert all(set(a) == {"id", "of", "wrt", "error"} for a in failed)
    assert all(set(a["error"]) == {"kind", "message", "where"} for a in failed)
    where = answers[4]["error"]["where"]
    assert where["text"][where["start"] : where["end"]] == "("


@pytest.mark.parametrize("command", ["derive", "check"])
def test_an_id_that_is_no_name_is_none(command: str, tmp_path: Path, capsys: Capture) -> None:
    """Both commands say what is wrong with it, in a line without an id."""
    record = {**GOOD, "id": {"a": 1}, "claim": "dy/dx = A"}
    assert cli.main([command, batch(tmp_path, record), "--to", "json"]) == 2
    (answer,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert answer["id"] is None
    assert "the id of a record" in answer["error"]["message"]


def test_a_batch_without_targets_takes_them_from_the_options(tmp_path: Path, capsys: Capture) -> None:
    """``--wrt`` holds for the records that name no target."""
    assert cli.main(["derive", batch(tmp_path, {"equations": "y = A x"}), "--wrt", "x"]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [None, None]


def test_a_single_equation_gives_the_same_lines(tmp_path: Path, capsys: Capture) -> None:
    """``--to json`` for an equation gives what the batch gives for it, the id and the time apart."""
    cli.main(["derive", "y = A x + b", "--wrt", "x", "--of", "y", "--to", "json"])
    single = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    cli.main(["derive", batch(tmp_path, GOOD), "--to", "json"])
    batched = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for record in (*single, *batched):
        del record["id"], record["seconds"]
    assert single == batched


@pytest.mark.parametrize("extra", [["--to", "latex"], ["--n", "2"], ["--explicit"], ["y = A x"]])
def test_what_a_batch_cannot_do_is_said(extra: list[str], tmp_path: Path, capsys: Capture) -> None:
    """A batch is JSON for every n, and stands alone."""
    assert cli.main(["derive", batch(tmp_path, GOOD), *extra]) == 2
    assert capsys.readouterr().out == ""


def test_a_batch_writes_its_lines_to_a_file(tmp_path: Path, capsys: Capture) -> None:
    """``-o`` takes the lines; standard output stays empty."""
    answers = tmp_path / "answers.jsonl"
    assert cli.main(["derive", batch(tmp_path, GOOD), "-o", str(answers)]) == 0
    assert len(answers.read_text(encoding="utf-8").splitlines()) == 2
    assert capsys.readouterr().out == ""


def test_the_progress_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a bar fills and goes away at the end; elsewhere nothing is written."""
    written: list[str] = []
    terminal = SimpleNamespace(isatty=lambda: True, write=written.append, flush=lambda: None)
    monkeypatch.setattr(sys, "stderr", terminal)
    bar = output.counted("ab")
    assert next(bar) == "a"
    assert next(bar) == "b"
    assert "".join(written).endswith(f"\r[{'#' * 15}{' ' * 15}] 1/2")
    assert list(bar) == []
    assert "".join(written).endswith("\r")
    terminal.isatty = lambda: False
    written.clear()
    assert list(output.counted("ab")) == ["a", "b"]
    assert written == []
