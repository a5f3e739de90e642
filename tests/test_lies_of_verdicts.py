"""Lies about claims: a part of the judge says what is false, and no false verdict leaves by any exit of ``check``.

Each lie is told about a claim that is judged rightly without it. With it, every exit ends with a defect: a lie that
changes nothing would let the verdict out, and fails here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from symjac import System, expr as ex, notebook
from symjac.claims import comparison, correct
from symjac.claims.bounds.majorants import Majorants, multiplied
from symjac.claims.bounds.sizes import Size
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.model import Model
from symjac.claims.nearest.conditions import Narrowing
from symjac.cli import main
from symjac.errors import Defect
from symjac.expr import Expr
from symjac.formats import formats_of_verdicts
from symjac.reading.applied.terms import Term

Patch = pytest.MonkeyPatch
LAYER = r"y = W \sigma(x)"
RNN = r"h_t = \tanh(W h_{t-1} + U x_t)"
BY_X = r"\frac{\partial y}{\partial x} = "
HALF = Size.number(Fraction(1, 2))
RIGHT = r"W \operatorname{diag}(\sigma'(x))"


def twice(e: Expr) -> Expr:
    """Something else of the same shape."""
    return ex.mul(ex.Number(2), e)


def wrong(monkeypatch: Patch, kind: type, name: str, damage: Callable[[Any], Any]) -> None:
    """What a method gives is damaged."""
    honest = getattr(kind, name)
    monkeypatch.setattr(kind, name, lambda *a, **k: damage(honest(*a, **k)))


def wrong_formula(monkeypatch: Patch) -> None:
    """The formula that the left side should have been is twice what it is."""

    class Twice(Evaluator):
        def __call__(self, t: Term) -> Expr:
            return twice(super().__call__(t))

    monkeypatch.setattr(correct, "Evaluator", Twice)


# What lies, the system and the claim it lies about, and what is rightly said of that.
LIES: dict[str, tuple[Callable[[Patch], None], list[str], str, str]] = {
    "normal form": (lambda m: m.setattr(comparison, "equal", always), [LAYER], BY_X + "2 " + RIGHT, "false"),
    "closed form": (lambda m: wrong(m, Model, "closed", twice), [LAYER], BY_X + RIGHT, "true"),
    "gradient": (
        lambda m: wrong(m, Gradients, "through", twice),
        [RNN],
        r"\frac{\partial L}{\partial h_{t-1}} = W^\top \operatorname{diag}(1 - h_t^2) \frac{\partial L}{\partial h_t}",
        "true",
    ),
    "layout": (lambda m: wrong(m, Evaluator, "laid_out", ex.transpose), ["y = W x"], BY_X + "W", "true"),
    "right formula": (wrong_formula, [LAYER], BY_X + "2 " + RIGHT, "false"),
    "what a norm is at most": (
        lambda m: wrong(m, Majorants, "of", lambda sizes: [multiplied([HALF, s]) for s in sizes]),
        [r"y = W \tanh(x)"],
        r"\left\| \frac{\partial y}{\partial x} \right\| \le \frac{1}{4} \| W \|",
        "false",
    ),
    "induction": (
        lambda m: m.setattr(comparison, "proved_by_induction", always),
        ["h_t = W h_{t-1} + U x_t"],
        r"\frac{\partial L}{\partial h_k} = \sum_{i=k}^{T} 2 (W^\top)^{i-k} \frac{\partial \ell_i}{\partial h_i}",
        "undecided",
    ),
    "condition": (
        lambda m: m.setattr(Narrowing, "_equal", always),
        [r"x_t = W \sigma(x_{t-1})"],
        r"\frac{\partial x_t}{\partial x_{t-1}} = W^\top \operatorname{diag}(\sigma'(x_{t-1}))",
        "true",
    ),
}


def always(*_: Any, **__: Any) -> bool:
    return True


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_of_the_judge_is_a_defect(lie: str, monkeypatch: Patch) -> None:
    """Without the lie the claim is judged rightly; with it nobody gets a verdict, and the roads are named."""
    tell, equations, claim, said = LIES[lie]
    assert System(*equations).check(claim).verdict == said
    tell(monkeypatch)
    with pytest.raises(Defect) as caught:
        System(*equations).check(claim)
    assert caught.value.roads


# ------------------------------------------------------------------------------------------- the exits

EVERYWHERE = ("normal form", "closed form")


@pytest.fixture(params=EVERYWHERE)
def told(request: pytest.FixtureRequest, monkeypatch: Patch) -> tuple[str, str]:
    """A system and a claim, and somebody lies about it."""
    tell, (equation,), claim, _ = LIES[request.param]
    tell(monkeypatch)
    return equation, claim


@pytest.mark.parametrize("to", formats_of_verdicts())
def test_no_format_holds_a_false_verdict(to: str, told: tuple[str, str], capsysbinary: Any) -> None:
    """The command ends with status 4, and what it prints is nothing, or as data the defect alone."""
    equation, claim = told
    assert main(["check", equation, "--claim", claim, "--to", to]) == 4
    out, err = capsysbinary.readouterr()
    assert b"disagree" in err or b"false where the system is run forwards" in err
    if to == "json":
        found = json.loads(out)
        assert found["error"]["kind"] == "defect"
        assert "verdict" not in found
    else:
        assert out == b""


def test_a_batch_says_which_claim_met_a_defect(told: tuple[str, str], capsys: Any, tmp_path: Path) -> None:
    """The line of the record holds the defect, no verdict and no formula, the next record is answered, status 4."""
    equation, claim = told
    file = tmp_path / "claims.jsonl"
    records = [
        {"id": "a", "equations": [equation], "claim": claim},
        {"id": "b", "equations": ["y = W x"], "claim": r"\frac{\partial y}{\partial x} = "},
    ]
    file.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    assert main(["check", str(file)]) == 4
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["id"], first["error"]["kind"]) == ("a", "defect")
    assert not {"verdict", "correct", "latex"} & first.keys()
    assert second["verdict"] == "unreadable"


def test_a_notebook_shows_no_false_verdict(told: tuple[str, str]) -> None:
    """A cell gives no verdict, neither for a whole claim nor for its right-hand side."""
    equation, claim = told
    right = claim.removeprefix(BY_X)
    for line in (f'--claim "{claim}"', f'--wrt x --claim "{right}"'):
        with pytest.raises(Defect):
            notebook.run(notebook.read_line(line), equation)


def test_a_paper_gets_no_false_verdict(told: tuple[str, str], tmp_path: Path) -> None:
    """A claim in a paper is not answered, and the command ends with status 4."""
    equation, claim = told
    paper = tmp_path / "paper.tex"
    asked = rf"\symjacclaim{{layer}}{{y}}{{x}}{{{claim.removeprefix(BY_X)}}}"
    paper.write_text(PAPER.replace("EQUATION", equation).replace("ASKED", asked), encoding="utf-8")
    assert main(["tex", str(paper), "--scan"]) == 4
    answers = tmp_path / "paper.sjtex"
    text = answers.read_text(encoding="utf-8") if answers.exists() else ""
    assert "{true}" not in text
    assert "{false}" not in text


PAPER = r"""\documentclass{article}
\usepackage{symjac}
\begin{document}
\begin{symjacsystem}{layer}
EQUATION
\end{symjacsystem}
$ASKED$
\end{document}
"""
