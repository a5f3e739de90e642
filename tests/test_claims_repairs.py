"""The nearest true formula: each usual slip is found, named in words, and proved."""

from __future__ import annotations

import re

import pytest

from symjac import System, cells, typeset
from symjac.claims import check, check_record

SQUARE = dict.fromkeys(("A", "B", "C", "M", "U", "V", "W"), "matrix n n")
RNN = r"h_t = \tanh(W h_{t-1} + U x_t + b)"
SIGMA = r"h_t = \sigma(W h_{t-1} + U x_t + b)"
STATE = r"\frac{\partial h_t}{\partial h_{t-1}} = "
BY_X = r"\partial y/\partial x = "
GRU, LSTM = System(cells.gru), System(cells.lstm)
CLOSED = {s: typeset.latex(s.jacobian("h_t", wrt="h_{t-1}").closed) for s in (GRU, LSTM)}


def repaired(equations: list[str], claim: str, symbols: dict[str, str] | None = None) -> dict[str, object]:
    """The repair of a claim, after its text has been judged anew."""
    v = check(equations, claim, symbols or {})
    assert v.repair is not None, str(v)
    again = check_record({"equations": equations, "claim": v.repair["claim"], "symbols": symbols or {}})
    conventions = v.repair["conventions"]
    assert isinstance(conventions, list)
    assert set(conventions) <= set(again.holds_in)
    return dict(v.repair)


@pytest.mark.parametrize(
    ("equation", "claim", "kind", "words"),
    [
        (r"y = A B C x", BY_X + "A C B", "order", "two factors"),
        (r"y = A B C x", BY_X + "C B A", "transposes", "every transpose"),
        (r"y = A B C x", BY_X + r"A^\top B^\top C^\top", "transposes", "every transpose"),
        (r"y = A B C x", BY_X + "C A B", "order", "place of one factor"),
        (r"y = A \sigma(B C x)", BY_X + r"diag(\sigma'(B C x)) B C A", "order", "place of one factor"),
        (r"y = \sigma(W x)", BY_X + r"diag(\sigma'(x)) W", "point", "evaluation point"),
        (r"y = W \sigma(x)", BY_X + r"W \sigma'(x)", "diag", "a missing diag"),
        (r"y = W \sigma(x)", BY_X + r"W \sigma(x)", "derivative", "diagonal matrix of its derivative"),
        (r"y = W \sigma(x)", BY_X + r"W diag(\sigma(x))", "derivative", "derivative of the function"),
        (r"y = z \odot \sigma(W x)", BY_X + r"diag(\sigma'(W x)) W", "factor", "missing factor"),
        (r"y = z \odot \sigma(W x)", BY_X + r"z \odot \sigma'(W x) W", "diag", "a missing diag"),
        (r"y = z \odot (W x)", BY_X + r"z \odot W", "diag", "a missing diag"),
        (r"y = A \sigma(x) + x", BY_X + r"A diag(\sigma'(x))", "term", "missing term"),
        (r"y = A \sigma(x)", BY_X + r"A diag(\sigma'(x)) + I", "term", "term too many"),
        (r"y = A \sigma(x) + B x", BY_X + r"A diag(\sigma'(x)) + A", "symbol", "one symbol"),
        (r"y = M x", BY_X + r"-M", "sign", "one sign"),
        (r"y = A x - B x", BY_X + r"-(A - B)", "sign", "one sign"),
    ],
)
def test_a_slip_in_one_place_is_named(equation: str, claim: str, kind: str, words: str) -> None:
    """Each usual slip is told by its kind and in words."""
    used = {k: d for k, d in SQUARE.items() if k in equation}
    found = repaired([equation], claim, used)
    assert found["kind"] == kind
    assert words in str(found["words"])


@pytest.mark.parametrize(
    ("right", "kind", "claim"),
    [
        (r"diag(1 - h_t) W", "derivative", r"diag(1 - h_t^2) W"),
        (r"diag(h_t \odot (1 - h_t)) W", "derivative", r"diag(1 - h_t^2) W"),
        (r"diag(h_t (1 - h_t)) W", "derivative", r"diag(1 - h_t^2) W"),
        (r"diag(h_t) W", "derivative", r"diag(1 - h_t^2) W"),
        (r"diag(1 - h_{t-1} \odot h_{t-1}) W", "point", r"diag(1 - h_t \odot h_t) W"),
        (r"W^\top diag(1 - h_{t-1}^2)", "point", r"W^\top diag(1 - h_t^2)"),
        (r"W diag(1 - h_{t-1}^2)", "transpose, point", r"W^\top diag(1 - h_t^2)"),
        (r"W (1 - h_t^2)", "transpose, diag", r"W^\top (\operatorname{diag}(1 - h_t^2))"),
    ],
)
def test_the_derivative_of_tanh_is_mended(right: str, kind: str, claim: str) -> None:
    """A wrong derivative, a step too early, and two slips at once lead to the true formula."""
    found = repaired([RNN], STATE + right, {"W": "matrix n n"})
    assert (found["kind"], found["claim"]) == (kind, STATE + claim)


def test_a_derivative_of_sigmoid_written_as_that_of_tanh_is_mended() -> None:
    """1 - h^2 stands for h (1 - h) where the function is the logistic one."""
    found = repaired([r"h_t = \operatorname{sigmoid}(W h_{t-1} + b)"], STATE + r"diag(1 - h_t^2) W")
    assert found["claim"] == STATE + r"diag(h_t \odot (1 - h_t)) W"


def test_the_activation_for_its_argument_is_an_evaluation_point() -> None:
    """sigma' at the state for sigma' at what comes before the activation."""
    found = repaired([SIGMA], STATE + r"diag(\sigma'(h_t)) W")
    assert found["kind"] == "point"
    assert r"\sigma'(W h_{t-1} + U x_t + b)" in str(found["claim"])


@pytest.mark.parametrize("system", [GRU, LSTM])
def test_a_missing_term_of_a_gated_cell_is_named(system: System) -> None:
    """Where exactly one term of the derivative is left out, that term is named."""
    cell = cells.gru if system is GRU else cells.lstm
    terms = [typeset.latex(t) for t in system.jacobian("h_t", wrt="h_{t-1}").closed.args]
    for left_out in terms:
        rest = " + ".join(t for t in terms if t != left_out)
        found = repaired(list(cell.equations), STATE + rest, dict(cell.symbols))
        assert found["kind"] == "term"
        assert str(found["about"]).replace(" ", "") == left_out.replace(" ", "")


@pytest.mark.parametrize(
    ("cell", "old", "new", "kind"),
    [
        (cells.lstm, r"\tilde{c}_t \odot i_t", r"\tilde{c}_t \odot f_t", "symbol"),
        (cells.lstm, "U_f", "U_i", "symbol"),
        (cells.lstm, "U_c", r"U_c^\top", "transpose"),
        (cells.gru, r"- h_{t-1}", r"- h_t", "point"),
        (cells.gru, r"z_t \odot (\mathbf{1} - \tilde{h}_t", r"(\mathbf{1} - \tilde{h}_t", "factor"),
        (cells.gru, r"\operatorname{diag}(r_t)", "r_t", "diag"),
        (cells.gru, r"\operatorname{diag}(\mathbf{1} - z_t) +", r"\operatorname{diag}(\mathbf{1} + z_t) +", "sign"),
    ],
)
def test_a_slip_in_a_gated_cell_is_found(cell: cells.Cell, old: str, new: str, kind: str) -> None:
    """A wrong gate, a gate left out, a transpose, a step and a sign are found in formulas of many terms."""
    closed = CLOSED[GRU if cell is cells.gru else LSTM]
    assert old in closed
    found = repaired(list(cell.equations), STATE + closed.replace(old, new, 1), dict(cell.symbols))
    assert found["kind"] == kind


def test_what_is_far_from_true_has_no_repair() -> None:
    """A formula that no small change makes true is told without a nearest one."""
    v = check([RNN], STATE + r"W W W diag(h_t) W W W", {"W": "matrix n n"})
    assert v.verdict == "false"
    assert v.repair is None
    assert not re.search("nearest|becomes", str(v))
