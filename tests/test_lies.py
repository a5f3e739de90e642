"""Lies: a part of symjac is made to say what is false, and nothing false leaves by any way out.

The normal form lies in every one of them: whatever it is asked, two expressions are equal. On top of that a rule, a
closed form, an estimate, a product or a writer is wrong. Every lie is seen to change what would leave.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy

from symjac import (
    System,
    bounds,
    codegen,
    derivation,
    expr as ex,
    factor,
    factoring,
    hessian,
    kernel,
    normal,
    notebook,
    unroll,
    vectorised,
)
from symjac.bptt.backward import Backward
from symjac.cli import main
from symjac.confirm import Confirmed, confirm
from symjac.derivation import Derivation
from symjac.errors import Defect, ShapeError
from symjac.expr import Expr, OverTime
from symjac.factoring.form import Factored, Term
from symjac.formats import FORMATS, Needs
from symjac.hessian import Hessian
from symjac.jacobians import Jacobian
from symjac.preview import available
from symjac.result import Result
from symjac.results import Backpropagation, MatrixJacobian, NormBound, Product as ProductOverTime, SecondDerivative
from symjac.vectorised import VecJacobian
from tests.test_rules import WITNESSES

Patch = pytest.MonkeyPatch
STEP = r"h_t = \tanh(W h_{t-1} + U x_t + b)"
GATED = [r"z_t = \operatorname{sigmoid}(U h_{t-1} + b)", r"h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tanh(W h_{t-1})"]


def doubled(e: Expr) -> Expr:
    """Something else of the same shape."""
    return ex.Ones(*e.shape) if ex.is_zero(e) else ex.Sum(e, e)


def let_the_normal_form_lie(monkeypatch: Patch) -> None:
    """Everything is equal, wherever it is asked."""
    honest = normal.equal
    for name, module in list(sys.modules.items()):
        if name.startswith("symjac.") and getattr(module, "equal", None) is honest:
            monkeypatch.setattr(module, "equal", lambda *a, **k: True)
    monkeypatch.setattr(normal.Form, "__eq__", lambda self, other: True)
    monkeypatch.setattr(normal.Form, "__hash__", lambda self: 0)


# --------------------------------------------------------------------------------------- the results

MADE: dict[type[Result[Any]], Callable[[], Result[Any]]] = {
    Jacobian: lambda: System(*GATED).jacobian("h_t", wrt="h_{t-1}"),
    MatrixJacobian: lambda: System(STEP).vec_jacobian(wrt="W"),
    SecondDerivative: lambda: System(r"f = a^\top \tanh(W x)").hessian(wrt="x"),
    ProductOverTime: lambda: System(STEP).unroll("h_t", back_to="h_k"),
    NormBound: lambda: System(STEP).bound("h_t", back_to="h_k"),
    Backpropagation: lambda: System(STEP).bptt(r"L = \sum_{t=1}^{T} \ell_t(h_t)"),
}

# What tells what was asked and nothing that was derived.
QUESTIONS = {
    Jacobian: {"system", "of", "wrt", "definitions", "notes", "shape", "names", "LAYOUT"},
    MatrixJacobian: {"system", "of", "wrt", "immediate", "definitions", "value", "shape", "LAYOUT"},
    SecondDerivative: {"system", "of", "wrt", "definitions", "shape", "LAYOUT"},
    ProductOverTime: {
        *("system", "clock", "states", "of", "wrt", "late", "early", "steps", "is_block", "index", "name", "before"),
        "LAYOUT",
    },
    NormBound: {"system", "is_block", "exponent", "LAYOUT"},
    Backpropagation: {"system", "step", "loss", "window", "at", "verify", "LAYOUT"},
}

ARGUMENTS: dict[str, Callable[[Result[Any], Path], tuple[Any, ...]]] = {
    "pdf": lambda r, folder: (folder / "page.pdf",),
    "in_layout": lambda r, folder: ("denominator",),
    "source": lambda r, folder: ("numpy",),
    "block": lambda r, folder: (r.states[0], r.states[0]),  # type: ignore[attr-defined]
    "written": lambda r, folder: (2,),
    "gradient": lambda r, folder: ("W",),
    "write": lambda r, folder: ("text",),
}


def ways_out(result: Result[Any]) -> Iterator[str]:
    """Every public attribute, what terminals and notebooks show, and every format."""
    yield from (n for n in dir(result) if not n.startswith("_") and n not in QUESTIONS[type(result)])
    yield from ("__repr__", "__str__", "_repr_mimebundle_")
    yield from (f"write {name}" for name in FORMATS if FORMATS[name].needs is not Needs.RECORDS)


def leave(result: Result[Any], way: str, folder: Path) -> object:
    """What leaves by one way."""
    if way.startswith("write "):
        return result.write(way.removeprefix("write "))
    found = getattr(result, way)
    return found(*ARGUMENTS.get(way, lambda r, f: ())(result, folder)) if callable(found) else found


def wrong_rule(monkeypatch: Patch, name: str) -> None:
    """The conclusion of a rule is something else."""
    honest = kernel.RULES[name]

    def rule(*args: Any) -> tuple[Expr, Expr]:
        lhs, rhs = honest(*args)
        return lhs, doubled(rhs)

    monkeypatch.setitem(kernel.RULES, name, rule)


def wrong_function(monkeypatch: Patch, module: Any, name: str, damage: Callable[[Any], Any] = doubled) -> None:
    """What a function of a module gives is damaged."""
    honest = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a, **k: damage(honest(*a, **k)))


def wrong_method(monkeypatch: Patch, kind: type, name: str, damage: Callable[[Any], Any] = doubled) -> None:
    """Likewise a method."""
    wrong_function(monkeypatch, kind, name, damage)


def reversed_order(e: Expr) -> Expr:
    """A product over time whose factors follow each other the other way."""
    assert isinstance(e, OverTime)
    order = "ascending" if e.order == "descending" else "descending"
    return OverTime(e.kind, e.variable, e.args[0], e.args[1], e.body, order)


# One lie for each kind of result that all its ways out are tried with.
LIES: dict[type[Result[Any]], Callable[[Patch], None]] = {
    Jacobian: lambda m: wrong_rule(m, "chain_rule"),
    MatrixJacobian: lambda m: wrong_rule(m, "d_function"),
    SecondDerivative: lambda m: wrong_method(m, Hessian, "_closed"),
    ProductOverTime: lambda m: wrong_method(m, unroll.Unrolled, "product", reversed_order),
    NormBound: lambda m: wrong_method(m, bounds._Estimator, "norm", lambda e: ex.mul(ex.Number(Fraction(1, 2)), e)),
    Backpropagation: lambda m: wrong_method(m, Backward, "_row", lambda r: replace(r, before=doubled(r.before))),
}


@pytest.mark.parametrize("kind", MADE, ids=lambda k: k.__name__)
def test_honest_results_leave_by_every_way(kind: type[Result[Any]], tmp_path: Path) -> None:
    """Without a lie every way out gives something, so that the ways below are no dead ends."""
    result = MADE[kind]()
    tried = 0
    for way in ways_out(result):
        needs = FORMATS[way.split()[1]].needs if way.startswith("write ") else None
        if needs in (Needs.PICTURE, Needs.PROGRAM, Needs.MATRIX) or way in ("drawing", "source", "matrices", "pdf"):
            continue  # not every kind has these, and not every machine what they take
        if way in ("svg", "png", "write pdf") and not available():
            continue
        if way != "write pdf":
            assert leave(result, way, tmp_path) is not None, way
            tried += 1
    assert tried > 10


def content(result: Result[Any]) -> object:
    """What a statement says, as data."""
    statement = result._statement
    match statement:
        case Backward():
            return statement.rows
        case bounds.Bound():
            return tuple(statement.rates.values())
        case unroll.Unrolled():
            return statement.product()
    return statement.closed


def has(result: Result[Any], way: str) -> bool:
    """Whether this kind of result has such a way out at all."""
    maker = {Needs.PROGRAM: "source", Needs.MATRIX: "matrices", Needs.PICTURE: "drawing"}
    name = maker.get(FORMATS[way.split()[1]].needs, "page") if way.startswith("write ") else way
    return name not in ("source", "matrices", "drawing") or getattr(type(result), name) is not getattr(Result, name)


def is_refused(result: Result[Any], way: str, folder: Path) -> bool:
    """Whether a way out ends with a defect."""
    try:
        leave(result, way, folder)
    except Defect:
        return True
    return False


@pytest.mark.parametrize("kind", MADE, ids=lambda k: k.__name__)
def test_nothing_false_leaves_by_any_way(kind: type[Result[Any]], monkeypatch: Patch, tmp_path: Path) -> None:
    """With a lie in its derivation no attribute, no format and no repr of a result gives anything but a defect."""
    honest = content(MADE[kind]())
    let_the_normal_form_lie(monkeypatch)
    LIES[kind](monkeypatch)
    result = MADE[kind]()
    assert content(result) != honest, "the lie changes nothing"
    for way in ways_out(result):
        assert not has(result, way) or is_refused(result, way, tmp_path), f"{way} lets something out"


# What it concludes wrongly has no form as a matrix, so that there is no statement to be confirmed.
NO_STATEMENT: dict[str, type[Exception]] = {"d_applied": ShapeError}


@pytest.mark.parametrize("name", WITNESSES)
def test_a_wrong_rule_is_found_without_the_normal_form(name: str, monkeypatch: Patch) -> None:
    """Where a rule concludes something else and the normal form says yes to everything, nothing is confirmed."""
    equations, symbols, of, wrt = WITNESSES[name]
    let_the_normal_form_lie(monkeypatch)
    wrong_rule(monkeypatch, name)
    with pytest.raises(NO_STATEMENT.get(name, Defect)):
        confirm(Derivation(System(*equations, symbols=symbols), of, wrt))


def half_abbreviated(found: tuple[Expr, Any]) -> tuple[Expr, Any]:
    return doubled(found[0]), found[1]


def doubled_code(value: Any) -> Any:
    return replace(value, code=f"(2 * {value.code})")


GRADIENT = r"L = \sum_{t=1}^{T} \ell_t(h_t)"
STATEMENTS: dict[str, Callable[[], object]] = {
    "jacobian": lambda: Derivation(System(*GATED), "h_t", "h_{t-1}"),
    "by a matrix": lambda: VecJacobian(System(STEP), None, "W"),
    "hessian": lambda: Hessian(System(r"f = a^\top \tanh(W x)"), None, "x"),
    "product": lambda: unroll.Unrolled(System(STEP), "h_t", "h_k"),
    "bound": lambda: bounds.Bound(System(*GATED), "h_t", "h_k"),
    "gradients": lambda: Backward(System(STEP), GRADIENT),
    "window": lambda: Backward(System(STEP), GRADIENT, window=2),
}
PARTS: dict[str, tuple[str, Callable[[Patch], None]]] = {
    "closed form": ("jacobian", lambda m: wrong_function(m, derivation, "close")),
    "collected form": ("jacobian", lambda m: wrong_function(m, derivation, "collect")),
    "abbreviated form": ("jacobian", lambda m: wrong_function(m, derivation, "abbreviate", half_abbreviated)),
    "code of both": ("jacobian", lambda m: wrong_method(m, codegen.Writer, "full", doubled_code)),
    "form by a matrix": ("by a matrix", lambda m: wrong_function(m, vectorised, "matrix_of")),
    "its transpose": (
        "by a matrix",
        lambda m: m.setattr(
            vectorised.VecJacobian, "closed_denominator", property(lambda j: doubled(ex.transpose(j.closed)))
        ),
    ),
    "its tidy form": ("by a matrix", lambda m: wrong_function(m, vectorised, "collect")),
    "gradient": ("hessian", lambda m: wrong_method(m, Hessian, "_gradient")),
    "product with a vector": ("hessian", lambda m: wrong_function(m, hessian, "_applied")),
    "one factor": ("product", lambda m: wrong_method(m, unroll.Unrolled, "block")),
    "factors side by side": ("product", lambda m: wrong_method(m, unroll.Unrolled, "written")),
    "derivation of a step": ("product", lambda m: wrong_function(m, derivation, "close")),
    "norm": ("bound", lambda m: wrong_method(m, bounds._Estimator, "norm", lambda e: ex.mul(HALF, e))),
    "largest entry": ("bound", lambda m: wrong_method(m, bounds._Estimator, "largest", lambda e: ex.mul(HALF, e))),
    "row before": ("gradients", lambda m: wrong_method(m, Backward, "_row", lambda r: replace(r, before=r.last))),
    "row at the end": ("gradients", lambda m: wrong_method(m, Backward, "_row", lambda r: replace(r, last=r.before))),
    "sum over time": ("gradients", lambda m: wrong_method(m, Backward, "gradient")),
    "summand": ("gradients", lambda m: wrong_method(m, Backward, "_gradient", wrong_summand)),
    "program": ("gradients", lambda m: wrong_method(m, codegen.Writer, "full", doubled_code)),
    "program with a window": ("window", lambda m: wrong_method(m, codegen.Writer, "full", doubled_code)),
}
HALF = ex.Number(Fraction(1, 2))


def wrong_summand(g: Any) -> Any:
    return g if g is None or g.summand is None else replace(g, summand=doubled(g.summand))


@pytest.mark.parametrize("kind", STATEMENTS)
def test_honest_statements_are_confirmed_beside_the_normal_form(kind: str) -> None:
    """Every kind of statement is let through, and by another road than the normal form."""
    found = confirm(STATEMENTS[kind]())
    assert {c.method for c in found.checks} & {"sizes", "numbers", "forwards"}


@pytest.mark.parametrize("part", PARTS)
def test_a_wrong_part_is_found_without_the_normal_form(part: str, monkeypatch: Patch) -> None:
    """Where a formula or a writer is wrong and the normal form says yes to everything, nothing is confirmed."""
    kind, lie = PARTS[part]
    let_the_normal_form_lie(monkeypatch)
    lie(monkeypatch)
    with pytest.raises(Defect):
        confirm(STATEMENTS[kind]())


def test_a_wrongly_factored_matrix_is_no_answer(monkeypatch: Patch) -> None:
    """Factors whose product is not the matrix do not leave, though multiplying out is skipped."""
    a, b, c, d, x, y = sympy.symbols("w11 w12 w21 w22 x1 x2")
    matrix = sympy.Matrix([[a * x, b * y], [c * x, d * y]])
    assert isinstance(factor(matrix), Factored)
    wrong_function(monkeypatch, factoring, "factor", lambda f: replace(f, terms=tuple(map(twice, f.terms))))
    with pytest.raises(Defect):
        factor(matrix)


def twice(term: Term) -> Term:
    return replace(term, scalar=2 * term.scalar)


# ------------------------------------------------------------------------------------ the other doors

BPTT = ["bptt", STEP, "--loss", GRADIENT]
DERIVE = ["derive", STEP, "--wrt", "h_{t-1}"]


@pytest.mark.parametrize("to", FORMATS)
def test_the_command_line_ends_with_status_four(to: str, monkeypatch: Patch, capsysbinary: Any) -> None:
    """Whatever format is asked for, standard output stays empty, and the message names the roads."""
    let_the_normal_form_lie(monkeypatch)
    wrong_rule(monkeypatch, "chain_rule")
    assert main([*DERIVE, "--to", to]) == 4
    out, err = capsysbinary.readouterr()
    assert out == b""
    assert b"disagree" in err


@pytest.mark.parametrize("to", ["text", "json", "latex", "numpy", "torch"])
def test_backpropagation_on_the_command_line_ends_with_status_four(to: str, monkeypatch: Patch, capsys: Any) -> None:
    """Likewise gradients over time, as a page, as data and as a program."""
    let_the_normal_form_lie(monkeypatch)
    LIES[Backpropagation](monkeypatch)
    assert main([*BPTT, "--to", to]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert "disagree" in err


def test_a_batch_says_which_record_met_a_defect(monkeypatch: Patch, capsys: Any, tmp_path: Path) -> None:
    """The line of a record holds the defect and no formula, and the batch ends with status 4."""
    file = tmp_path / "batch.jsonl"
    file.write_text(json.dumps({"id": 1, "equations": [STEP], "targets": [{"wrt": "h_{t-1}"}]}), encoding="utf-8")
    let_the_normal_form_lie(monkeypatch)
    wrong_rule(monkeypatch, "chain_rule")
    assert main(["derive", str(file)]) == 4
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["error"]["kind"] == "defect"
    assert "latex" not in json.loads(line)


@pytest.mark.parametrize("request_", ["--wrt h_{t-1}", "--wrt h_{t-1} --layout both", "--wrt h_{t-1} --proof"])
def test_a_notebook_shows_nothing_false(request_: str, monkeypatch: Patch) -> None:
    """A cell gives no formula, no proof and no repr."""
    let_the_normal_form_lie(monkeypatch)
    wrong_rule(monkeypatch, "chain_rule")
    with pytest.raises(Defect):
        repr(notebook.run(notebook.read_line(request_), STEP).shown)


def test_a_paper_gets_no_false_answer(monkeypatch: Patch, tmp_path: Path, capsys: Any) -> None:
    """What a paper asks for is not answered, and the command ends with status 4."""
    paper = tmp_path / "paper.tex"
    asked = "\n".join(rf"\{kind}{{rnn}}{{h_t}}{{h_{{t-1}}}}" for kind in ("symjacjacobian", "symjacproof"))
    paper.write_text(PAPER.replace("ASKED", asked), encoding="utf-8")
    let_the_normal_form_lie(monkeypatch)
    wrong_rule(monkeypatch, "chain_rule")
    assert main(["tex", str(paper), "--scan"]) == 4
    answers = tmp_path / "paper.sjtex"
    assert not answers.exists() or "symjacanswer" not in answers.read_text(encoding="utf-8")


PAPER = r"""\documentclass{article}
\usepackage{symjac}
\begin{document}
\begin{symjacsystem}{rnn}
h_t = \tanh(W h_{t-1} + U x_t + b)
\end{symjacsystem}
ASKED
\end{document}
"""


# ------------------------------------------------------------------------------------------ the seal


def test_only_the_door_makes_a_confirmed() -> None:
    """A statement cannot be put under a seal by hand, nor slipped under the seal of another."""
    found = confirm(STATEMENTS["by a matrix"]())
    with pytest.raises(TypeError):
        Confirmed("2 + 2 = 5", (), (), object())
    with pytest.raises((TypeError, ValueError)):
        replace(found, statement="2 + 2 = 5")


def test_what_has_no_road_is_refused() -> None:
    """The door knows the kinds of statements; anything else does not pass."""
    with pytest.raises(TypeError, match="nothing confirms"):
        confirm("2 + 2 = 5")
