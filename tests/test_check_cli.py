"""``symjac check``: verdicts on standard output, exit statuses, files of claims."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symjac.cli import main

from .command import FOUNDING, Capture

PUBLISHED = Path(__file__).parent / "data" / "published.jsonl"
TRUE = r"\partial x_t / \partial x_{t-1} = W diag(\sigma'(x_{t-1}))"
ROWS = r"\partial x_t / \partial x_{t-1} = W^\top diag(\sigma'(x_{t-1}))"
FALSE = r"\partial x_t / \partial x_{t-1} = W diag(x_{t-1})"
OPEN = r"\partial x_t / \partial x_{t-1} = W diag(\sigma'(x_{t-1})) + Q"
BAD = r"\partial x_t / \partial x_{t-1} = W diag("


@pytest.mark.parametrize(("claim", "status"), [(TRUE, 0), (ROWS, 0), (FALSE, 1), (BAD, 2), (OPEN, 3)])
def test_the_exit_status_is_the_verdict(claim: str, status: int, capsys: Capture) -> None:
    """0 where the claim holds, 1 where it is false, 2 where it cannot be read, 3 where it is undecided."""
    assert main(["check", FOUNDING, "--claim", claim]) == status
    out, err = capsys.readouterr()
    assert bool(out) == (status != 2)
    assert "Traceback" not in err


def test_a_convention_can_be_asked_for(capsys: Capture) -> None:
    """With --orientation column a formula that holds for rows alone is false."""
    assert main(["check", FOUNDING, "--claim", ROWS, "--orientation", "column"]) == 1
    assert main(["check", FOUNDING, "--claim", ROWS, "--orientation", "row", "--layout", "numerator"]) == 0
    assert "it holds in numerator layout with row vectors" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wanted", "sign"),
    [
        ("text", "true for row vectors only: "),
        ("latex", r"\noindent"),
        ("document", r"\documentclass"),
        ("markdown", "$W"),
        ("html", "<!DOCTYPE html>"),
        ("json", '"verdict": "true"'),
    ],
)
def test_a_verdict_is_written_in_many_ways(wanted: str, sign: str, capsys: Capture) -> None:
    """Each format that the help names comes to standard output."""
    assert main(["check", FOUNDING, "--claim", ROWS, "--to", wanted]) == 0
    assert sign in capsys.readouterr().out


def test_the_suffix_of_the_file_decides(tmp_path: Path) -> None:
    """-o verdict.md writes Markdown."""
    file = tmp_path / "verdict.md"
    assert main(["check", FOUNDING, "--claim", TRUE, "-o", str(file)]) == 0
    assert file.read_text(encoding="utf-8").startswith("# Is it the derivative?")
    assert main(["check", FOUNDING, "--claim", TRUE, "-o", str(tmp_path / "verdict.png")]) == 2


@pytest.mark.tex
def test_the_article_compiles(tmp_path: Path) -> None:
    """--to pdf makes a PDF, of a claim in Unicode with brackets astray too."""
    for k, claim in enumerate((ROWS, "∂x_t/∂x_{t-1} = W^T diag(σ'(x_{t-1}))")):
        file = tmp_path / f"{k}.pdf"
        assert main(["check", FOUNDING, "--claim", claim, "-o", str(file)]) == 0
        assert file.read_bytes().startswith(b"%PDF")


def test_an_unreadable_claim_shows_the_place(capsys: Capture) -> None:
    """The message has a caret under the place; as JSON the claim gets its line as well."""
    assert main(["check", FOUNDING, "--claim", BAD]) == 2
    assert "^" in capsys.readouterr().err
    assert main(["check", FOUNDING, "--claim", BAD, "--to", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "unreadable"


def test_a_claim_is_needed(capsys: Capture) -> None:
    """Without --claim the message says what is missing."""
    assert main(["check", FOUNDING]) == 2
    assert "--claim" in capsys.readouterr().err


def batch(path: Path, *records: object) -> str:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def record(claim: str, name: str) -> dict[str, object]:
    return {"id": name, "equations": [FOUNDING], "claim": claim}


def test_every_record_gets_its_line(tmp_path: Path, capsys: Capture) -> None:
    """One line for each record, in order, for what is no JSON and no claim too."""
    file = batch(tmp_path / "c.jsonl", record(TRUE, "a"), "not json", [1], {"id": "d"}, record(FALSE, "e"))
    assert main(["check", file, "--to", "json"]) == 2
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["verdict"] for f in found] == ["true", "unreadable", "unreadable", "unreadable", "false"]
    assert [f["id"] for f in found] == ["a", None, None, "d", "e"]


@pytest.mark.parametrize(
    ("claims", "status"), [((TRUE, ROWS), 0), ((TRUE, OPEN), 3), ((OPEN, FALSE, TRUE), 1), ((FALSE, BAD), 2)]
)
def test_the_status_of_a_batch_is_that_of_its_worst(
    claims: tuple[str, ...], status: int, tmp_path: Path, capsys: Capture
) -> None:
    """An error comes before a false claim, that before an undecided one."""
    file = batch(tmp_path / "c.jsonl", *(record(c, str(k)) for k, c in enumerate(claims)))
    assert main(["check", file]) == status
    assert len(capsys.readouterr().out.splitlines()) == len(claims)


def test_a_file_without_a_record_is_an_error(tmp_path: Path, capsys: Capture) -> None:
    """Nothing goes to standard output where no line of the file can be read."""
    assert main(["check", batch(tmp_path / "c.jsonl", "no", "nor this"), "--to", "json"]) == 2
    assert capsys.readouterr().out == ""
    assert main(["check", batch(tmp_path / "d.jsonl", record(TRUE, "a")), "--claim", TRUE]) == 2


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_the_published_formulas_are_checked_in_one_go(step: int, tmp_path: Path, capsys: Capture) -> None:
    """Every published formula of a file gets its line, none ends in a defect."""
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines()[::step]
    (tmp_path / "claims.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", str(tmp_path / "claims.jsonl"), "--to", "json"]) in (1, 2)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["id"] for f in found] == [json.loads(line)["id"] for line in lines]
    assert all(f.get("error", {}).get("kind") != "defect" for f in found)
    assert all(f["explanation"] for f in found)
