"""Where symjac itself is at fault: exit status 4, the roads by name, and no verdict, note or error of the input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import symjac
from symjac import System, cli, expr as ex
from symjac.cli.sources import UsageError
from symjac.errors import Defect, RuleError, SymjacError
from symjac.expr import Expr
from symjac.kernel import RULES, Conclusion, Scope, Theorem
from tests.command import FOUNDING, Capture
from tests.conftest import Make

TRUE = r"\frac{\partial x_t}{\partial x_{t-1}} = W diag(\sigma'(x_{t-1}))"
FALSE = r"\frac{\partial x_t}{\partial x_{t-1}} = W diag(x_{t-1})"
APART = "z = A y"  # no function in it, so that the damaged rule is not used


@pytest.fixture
def wrong_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain rule gives twice what it should."""
    true = RULES["chain_rule"]

    def doubled(scope: Scope, y: Expr, *premises: Theorem) -> Conclusion:
        lhs, rhs = true(scope, y, *premises)
        return lhs, ex.mul(ex.Number(2), rhs)

    monkeypatch.setitem(RULES, "chain_rule", doubled)


def batch(path: Path, *records: object) -> str:
    path.write_text("\n".join(json.dumps(r) for r in records), encoding="utf-8")
    return str(path)


def test_a_defect_is_no_error_of_the_input() -> None:
    """What answers for an input that cannot be used does not catch a defect; a misapplied rule is one."""
    assert not issubclass(symjac.Defect, SymjacError)
    assert issubclass(RuleError, symjac.Defect)
    assert RuleError("no").roads == ("rules",)


@pytest.mark.usefixtures("wrong_rule")
def test_a_wrong_rule_is_a_defect_from_python() -> None:
    """``jacobian`` and ``check`` raise ``Defect`` with the roads that disagree; ``check`` gives no verdict."""
    system = System(FOUNDING)
    with pytest.raises(Defect, match="disagree") as found:
        system.jacobian("x_t", wrt="x_{t-1}").latex()
    assert len(found.value.roads) == 2
    for claim in (TRUE, FALSE):
        with pytest.raises(Defect, match="disagree"):
            system.check(claim)


@pytest.mark.usefixtures("wrong_rule")
@pytest.mark.parametrize("arguments", [["derive", FOUNDING, "--wrt", "x_{t-1}"], ["check", FOUNDING, "--claim", TRUE]])
def test_a_wrong_rule_ends_with_status_4(arguments: list[str], capsys: Capture) -> None:
    """One line names the roads, and nothing goes to standard output."""
    assert cli.main(arguments) == 4
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err, len(err.splitlines())) == ("", False, 1)
    assert "disagree" in err


@pytest.mark.usefixtures("wrong_rule")
def test_a_batch_of_problems_goes_on_after_a_defect(tmp_path: Path, capsys: Capture) -> None:
    """The record says so, the next one is answered, and 4 comes before the 2 of a record that cannot be read."""
    problems = [
        {"id": "a", "equations": [FOUNDING], "targets": [{"wrt": "x_{t-1}"}]},
        {"id": "b", "equations": ["z ="], "targets": [{"wrt": "y"}]},
        {"id": "c", "equations": [APART], "targets": [{"wrt": "y"}]},
    ]
    assert cli.main(["derive", batch(tmp_path / "p.jsonl", *problems), "--layout", "numerator"]) == 4
    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["error"]["kind"] == "defect"
    assert len(first["error"]["roads"]) == 2
    assert "disagree" in first["error"]["message"]
    assert "latex" not in first
    assert second["error"]["kind"] == "read"
    assert third["latex"] == "A"


@pytest.mark.usefixtures("wrong_rule")
def test_a_batch_of_claims_goes_on_after_a_defect(tmp_path: Path, capsys: Capture) -> None:
    """A defect is no verdict: its line has an id and an error and nothing else."""
    claims = [
        {"id": "a", "equations": [FOUNDING], "claim": TRUE},
        {"id": "b", "equations": [FOUNDING], "claim": TRUE + "("},
        {"id": "c", "equations": [APART], "claim": r"\frac{\partial z}{\partial y} = A"},
    ]
    assert cli.main(["check", batch(tmp_path / "c.jsonl", *claims)]) == 4
    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first.keys() == {"id", "error"}
    assert (first["id"], first["error"]["kind"]) == ("a", "defect")
    assert first["error"]["roads"]
    assert (second["verdict"], third["verdict"]) == ("unreadable", "true")
    assert cli.main(["check", FOUNDING, "--claim", TRUE, "--to", "json"]) == 4
    assert json.loads(capsys.readouterr().out).keys() == {"id", "error"}


@pytest.mark.usefixtures("wrong_rule")
def test_a_defect_in_a_paper_is_said_as_such(paper: Make, capsys: Capture) -> None:
    """The request has no answer, the others have theirs, and the status is 4 without ``--strict`` too."""
    path = paper(
        r"""\begin{symjacsystem}{rnn} x_t = W \sigma(x_{t-1}) \end{symjacsystem}
        \begin{symjacsystem}{line} z = A y \end{symjacsystem}
        $\symjacjacobian{rnn}{x_t}{x_{t-1}}$ $\symjacjacobian{line}{z}{y}$
        $\symjacclaim{rnn}{x_t}{x_{t-1}}{W \operatorname{diag}(\sigma'(x_{t-1}))}$"""
    )
    assert cli.main(["tex", str(path), "--scan"]) == 4
    err = capsys.readouterr().err
    assert err.count("this is a defect of symjac") == 2
    assert "[rules, entries]" in err
    assert "is wrong" not in err
    written = path.with_suffix(".sjtex").read_text(encoding="utf-8")
    assert written.count("symjacfailure") == 2
    assert written.count("symjacanswer") == 1


@pytest.mark.parametrize(
    ("trouble", "kind", "status"),
    [
        (KeyError("lost"), "defect", 4),
        (TypeError("lost"), "defect", 4),
        (AssertionError("lost"), "defect", 4),
        (RuleError("lost"), "defect", 4),
        (RecursionError("lost"), "read", 2),
        (MemoryError(), "memory", 2),
        (UsageError("lost"), "usage", 2),
    ],
    ids=lambda t: type(t).__name__ if isinstance(t, Exception) else None,
)
def test_what_nobody_raised_on_purpose_is_a_defect(
    trouble: Exception, kind: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Programming errors are defects; too little memory and too deep an input are not; each is one line."""

    def broken(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr("symjac.normal._poly", broken)
    assert cli.main(["derive", FOUNDING, "--wrt", "x_{t-1}"]) == status
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err, len(err.splitlines())) == ("", False, 1)

    problem = {"id": 7, "equations": [FOUNDING], "targets": [{"wrt": "x_{t-1}"}], "claim": TRUE}
    for command in ("derive", "check"):
        assert cli.main([command, batch(tmp_path / "b.jsonl", problem)]) == status
        record = json.loads(capsys.readouterr().out)
        assert (record["id"], record["error"]["kind"]) == (7, kind)
        assert ("roads" in record["error"]) == (kind == "defect")


def test_the_part_that_broke_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """The message names the module of symjac that called what raised."""

    def broken(*_: object) -> int:
        raise KeyError("lost")

    monkeypatch.setattr("symjac.normal.len", broken, raising=False)
    assert cli.main(["derive", FOUNDING, "--wrt", "x_{t-1}"]) == 4
    assert "symjac.normal broke (KeyError: 'lost')" in capsys.readouterr().err


def test_the_search_for_repairs_swallows_no_programming_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ``KeyError`` while a false claim is repaired is no repair that failed: it comes out."""

    def broken(*_: object) -> bool:
        raise KeyError("lost")

    monkeypatch.setattr("symjac.claims.nearest.sieve.Sieve.passes", broken)
    with pytest.raises(KeyError, match="lost"):
        System(FOUNDING).check(FALSE)
