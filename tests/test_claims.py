"""Single claims: each convention's answer, what is read with a note, and what is left undecided."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from symjac import System, cells
from symjac.claims.checking import check_record, judge_claim
from symjac.claims.verdict import Verdict
from symjac.errors import DefinitionError, ReadError
from symjac.expr.times import Time
from symjac.problem import Claim
from tests.work import counted

PASCANU = r"\mathbf{x}_t=\mathbf{W}\sigma(\mathbf{x}_{t-1}) + \mathbf{W}_{\mathrm{in}}\mathbf{u}_t + \mathbf{b}"
FOUNDING = r"\frac{\partial \mathbf{x}_i}{\partial\mathbf{x}_{i-1}} = \mathbf{W}^\top diag(\sigma'(\mathbf{x}_{i-1}))"
RNN = (r"h_t = \sigma(W h_{t-1} + U x_t + b)",)
SIZES = {
    "W": "matrix n n",
    "U": "matrix n m",
    "h_t": "vector n",
    "x_t": "vector m",
    "b": "vector n",
    r"\sigma": "elementwise",
}


def verdict(claim: str, equations: tuple[str, ...] = RNN, symbols: Mapping[str, str] = SIZES, **more: str) -> Verdict:
    return check_record({"equations": list(equations), "symbols": dict(symbols), "claim": claim, **more})


def holds(v: Verdict) -> set[str]:
    return {name for name, o in v.conventions.items() if o.holds}


def test_the_founding_claim_is_right_for_rows_in_numerator_layout_only() -> None:
    """W^T diag(sigma'(x)) is no Jacobian for columns in either layout, and that of row vectors in numerator layout."""
    v = verdict(FOUNDING, (PASCANU,), {})
    assert holds(v) == {"numerator_row"}
    assert all(o.holds is False for name, o in v.conventions.items() if name != "numerator_row")
    witness = v.conventions["numerator_column"].counterexample
    assert witness is not None
    assert witness.sizes["n"] == 2
    assert v.correct["numerator"] == r"\mathbf{W} \operatorname{diag}(\sigma'(\mathbf{x}_{i-1}))"
    assert v.correct["denominator"] == r"\operatorname{diag}(\sigma'(\mathbf{x}_{i-1})) \mathbf{W}^{\top}"
    assert "row" in v.explanation.split(".")[0]
    assert "column" in v.explanation.split(".")[0]


@pytest.mark.parametrize(
    ("formula", "convention"),
    [
        (r"diag(\sigma'(z_t)) W", "numerator_column"),
        (r"W^\top diag(\sigma'(z_t))", "denominator_column"),
        (r"diag(\sigma'(z_t)) W^\top", "numerator_row"),
        (r"W diag(\sigma'(z_t))", "denominator_row"),
    ],
)
def test_each_printed_order_is_true_in_one_reading(formula: str, convention: str) -> None:
    """The four orders of h_t = sigma(W h_{t-1} + ...) are true in one convention each."""
    system = (r"h_t = \sigma(z_t)", r"z_t = W h_{t-1} + b")
    claim = rf"\frac{{\partial h_t}}{{\partial h_{{t-1}}}} = {formula}"
    assert holds(verdict(claim, system)) == {convention}


def test_a_pre_activation_that_only_the_claim_names_is_understood() -> None:
    """z_t in sigma'(z_t) is what sigma is applied to, where it is applied once, and a note says so."""
    v = verdict(r"\frac{\partial h_t}{\partial h_{t-1}} = diag(\sigma'(z_t)) W")
    assert holds(v) == {"numerator_column"}
    assert any("argument of" in n for n in v.notes)
    assert verdict(r"\frac{\partial h_t}{\partial h_{t-1}} = diag(\sigma'(z_{t-1})) W").verdict == "false"


def test_mixed_layout_shapes_gradients_like_their_variables() -> None:
    """(dh_{t+1}/dh_t)^T times a column gradient is right in the mixed convention and in no pure one."""
    claim = r"\nabla_{h_t} L = \left(\frac{\partial h_{t+1}}{\partial h_t}\right)^\top \nabla_{h_{t+1}} L"
    assert holds(verdict(claim)) == {"mixed_column"}


def test_a_gradient_that_forgets_a_path_is_refuted() -> None:
    """Where the output depends on the state too, the recurrent part alone is not the gradient."""
    system = (*RNN, "o_t = V h_t")
    symbols = {**SIZES, "V": "matrix q n", "o_t": "vector q"}
    forgetful = r"\nabla_{h_t} L = W^\top diag(\sigma'(z_{t+1})) \nabla_{h_{t+1}} L"
    complete = forgetful + r" + V^\top \nabla_{o_t} L"
    assert verdict(forgetful, system, symbols).verdict == "false"
    assert holds(verdict(complete, system, symbols)) == {"denominator_column", "mixed_column"}


@pytest.mark.parametrize(
    ("system", "claim", "true"),
    [
        (
            (r"h = \sigma(W x)", "y = W h"),
            r"\frac{\partial L}{\partial W} = FACTOR \frac{\partial L}{\partial y} h^\top"
            r" + diag(\sigma'(W x)) W^\top \frac{\partial L}{\partial y} x^\top",
            {"denominator_column", "mixed_column"},
        ),
        (
            (r"h = \sigma(W x)", r"y = W^\top h"),
            r"\frac{\partial L}{\partial W} = FACTOR h \left(\frac{\partial L}{\partial y}\right)^\top"
            r" + diag(\sigma'(W x)) W \frac{\partial L}{\partial y} x^\top",
            {"denominator_column", "mixed_column"},
        ),
    ],
)
def test_a_parameter_of_two_equations_is_counted_once_for_each_use(
    system: tuple[str, ...], claim: str, true: set[str]
) -> None:
    """A gradient that is carried back may hold the parameter itself, and is held fixed where it is multiplied."""
    assert holds(verdict(claim.replace("FACTOR ", ""), system, {})) == true
    assert verdict(claim.replace("FACTOR", "2"), system, {}).verdict == "false"


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        (r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial c}", "true"),
        (r"\frac{\partial L}{\partial b} = 2 \frac{\partial L}{\partial c}", "false"),
        (r"\frac{\partial L}{\partial x} = W^\top \frac{\partial L}{\partial b}", "true"),
        (r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial c} x^\top", "true"),
        (r"\frac{\partial L}{\partial x} = 2 W^\top \frac{\partial L}{\partial b}", "false"),
    ],
)
def test_gradients_by_two_variables_of_one_equation_are_related(claim: str, outcome: str) -> None:
    """Neither lies between the other and the loss; both come from the gradient by what holds the two."""
    assert verdict(claim, (r"y = \sigma(W x + b + c)",), {"W": "matrix n m"}).verdict == outcome


def test_an_input_that_is_added_has_the_gradient_of_the_state() -> None:
    """Likewise over time: with h_t = ... + x_t the gradient by the state before goes through that by x_t."""
    system = (r"h_t = W \sigma(W h_{t-1}) + x_t",)
    claim = r"\nabla_{h_{t-1}} L = W^\top diag(\sigma'(W h_{t-1})) W^\top \nabla_{x_t} L"
    assert holds(verdict(claim, system, {})) == {"denominator_column", "mixed_column"}
    assert verdict(claim.replace(r"\nabla_{x_t}", r"\nabla_{x_{t+1}}"), system, {}).verdict == "false"


def test_a_gradient_over_time_is_not_refuted_by_what_one_step_gives() -> None:
    """With a sign or a second term before the sum the gradient by W is still that of all steps together."""
    system = (r"x_t = x_{t-1} - \eta W x_{t-1}",)
    claim = r"\nabla_W L = -\sum_{t=1}^{T} \eta \nabla_{x_t} L \, x_{t-1}^\top"
    assert verdict(claim, system, {}).conventions["denominator_column"].holds is not False
    inside = r"\nabla_W L = \sum_{t=1}^{T} (-\eta \nabla_{x_t} L \, x_{t-1}^\top)"
    assert "denominator_column" in holds(verdict(inside, system, {}))


def test_gradients_by_two_parameters_of_every_step_refute_nothing() -> None:
    """Both are sums over the steps; dL/db = dL/dc is true for two biases, and is not called false."""
    system = (r"h_t = \sigma(W h_{t-1} + b + c)",)
    assert verdict(r"\nabla_b L = \nabla_c L", system, {}).verdict != "false"


def test_an_output_at_the_last_step_is_no_output_of_every_step() -> None:
    """The T of y = W h_T does not run: an earlier state reaches y through the later ones alone."""
    system = (r"h_t = \sigma(W h_{t-1} + x_t)", "y = W h_T")
    carried = r"W^\top diag(\sigma'(W h_{t-1} + x_t)) \nabla_{h_t} L"
    assert verdict(rf"\nabla_{{h_{{t-1}}}} L = {carried}", system, {}).verdict == "true"
    assert verdict(r"\nabla_{h_T} L = W^\top \nabla_{y} L", system, {}).verdict == "true"
    total = r"\sum_{t=1}^{T} diag(\sigma'(W h_{t-1} + x_t)) \nabla_{h_t} L \, h_{t-1}^\top"
    whole = verdict(rf"\nabla_W L = \nabla_y L \, h_T^\top + {total}", system, {})
    assert whole.conventions["denominator_column"].holds is not False


def test_a_matrix_that_is_defined_by_a_vector_is_differentiated() -> None:
    """For M = v v^T the derivative of M x by v is v^T x I + v x^T."""
    system = (r"M = v v^\top", "y = M x")
    claim = r"\frac{\partial y}{\partial v} = (v^\top x) I + v x^\top"
    assert "numerator_column" in holds(verdict(claim, system, {}))
    assert verdict(claim.replace("+ v x", "+ 2 v x"), system, {}).verdict == "false"


def test_a_loss_that_is_only_implied_refutes_nothing() -> None:
    """Without an equation for the loss, y-hat minus y is neither right nor wrong."""
    system = (r"p = \operatorname{softmax}(z)",)
    v = verdict(r"\frac{\partial L}{\partial z} = p - y", system, {"z": "vector n", "y": "vector n", "L": "scalar"})
    assert v.conventions["denominator_column"].holds is None


def test_products_are_judged_in_both_orders() -> None:
    """A chain of numerator Jacobians is right with the index descending; ascending it is not."""
    claim = r"\frac{\partial h_t}{\partial h_k} = \prod_{i=k+1}^{t} diag(\sigma'(z_i)) W"
    v = verdict(claim)
    assert v.order == "ascending"
    assert v.descending is not None
    assert v.descending["numerator_column"].because == "proof"
    assert v.conventions["numerator_column"].because == "counterexample"
    assert v.verdict == "false"
    assert verdict(claim.replace("i=k+1}^{t}", r"k < i \le t}")).verdict == "true"
    assert verdict(claim.replace("i=k+1}^{t}", r"t \ge i > k}")).order == "descending"


def test_a_product_with_a_wrong_range_is_refuted() -> None:
    """One factor too many shows at the smallest length."""
    claim = r"\frac{\partial h_t}{\partial h_k} = \prod_{t \ge i \ge k} diag(\sigma'(z_i)) W"
    assert verdict(claim).verdict == "false"


def test_a_state_that_another_one_carries_too_is_no_product_of_its_own_jacobians() -> None:
    """c_t of an LSTM depends on c_k through h as well: the product of diag(f) is not the derivative."""
    claim = r"\frac{\partial c_t}{\partial c_k} = \prod_{i=k+1}^t diag(f_i)"
    v = verdict(claim, tuple(cells.lstm.equations), cells.lstm.symbols)
    assert not any(o.holds for o in [*v.conventions.values(), *(v.descending or {}).values()])


def test_a_sum_over_time_is_judged_by_its_summands() -> None:
    """dL/dW is the sum over t of delta_t h_{t-1}^T; with h_t it is not, which one step shows."""
    system = (r"a_t = W h_{t-1} + U x_t", r"h_t = \sigma(a_t)")
    right = r"\frac{\partial L}{\partial W} = \sum_{t=1}^T \frac{\partial L}{\partial a_t} h_{t-1}^\top"
    assert holds(verdict(right, system)) == {"denominator_column", "mixed_column"}
    assert verdict(right.replace("h_{t-1}", "h_t"), system).verdict == "false"


def test_links_of_a_chain_are_examined_one_by_one() -> None:
    """First and last member decide; each equation between neighbours is judged too."""
    claim = (
        r"\frac{\partial h_t}{\partial h_{t-1}} = "
        r"\frac{\partial h_t}{\partial z_t} \frac{\partial z_t}{\partial h_{t-1}} = W^\top diag(\sigma'(z_t))"
    )
    v = verdict(claim, (r"h_t = \sigma(z_t)", r"z_t = W h_{t-1} + b"))
    assert holds(v) == {"denominator_column"}
    first, second = v.links
    assert first.conventions["numerator_column"].holds
    assert second.conventions["numerator_column"].holds is False


def test_an_equation_is_shifted_where_a_gate_depends_on_the_earlier_state_only_so() -> None:
    """df_t/dc_{t-1} of an LSTM goes through h_{t-1}, with the gates of that step held fixed, and a note."""
    claim = (
        r"\frac{\partial c_t}{\partial c_{t-1}} = diag(f_t) + diag(c_{t-1}) \frac{\partial f_t}{\partial c_{t-1}}"
        r" + diag(\tilde{c}_t) \frac{\partial i_t}{\partial c_{t-1}}"
        r" + diag(i_t) \frac{\partial \tilde{c}_t}{\partial c_{t-1}}"
    )
    v = verdict(claim, tuple(cells.lstm.equations), cells.lstm.symbols)
    assert v.conventions["numerator_column"].holds
    assert any("shifted" in n for n in v.notes)


def test_where_the_shift_is_not_asked_for_the_equations_are_taken_as_printed() -> None:
    """dc_t/dc_{t-1} = diag(f_t) holds of the equations as printed and not with h_{t-1} of the earlier step."""
    claim = r"\frac{\partial c_t}{\partial c_{t-1}} = diag(f_t)"
    v = verdict(claim, tuple(cells.lstm.equations), cells.lstm.symbols)
    assert v.verdict == "true"
    assert "the equations are taken as printed" in " ".join(v.notes)
    assert v.alternatives["earlier_step_taken_in"]["numerator_column"].holds is False


def test_a_product_claim_at_two_steps_shifts_the_equations_along_the_chain() -> None:
    """dh_t/dh_{t-2} is the product of two one-step Jacobians."""
    claim = r"\frac{\partial h_t}{\partial h_{t-2}} = diag(\sigma'(z_t)) W diag(\sigma'(z_{t-1})) W"
    assert holds(verdict(claim)) == {"numerator_column"}


def test_entries_have_no_layout() -> None:
    """dh_i/dh_j is one number, whatever the layout; W_{ij} of row vectors is another one."""
    claim = r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = \sigma'(z_{t,i}) W_{ij}"
    assert holds(verdict(claim)) == {"numerator_column", "denominator_column"}
    softmax = r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)"
    assert len(holds(verdict(softmax, (r"p = \operatorname{softmax}(z)",), {"z": "vector n"}))) == 4


def test_a_vector_before_a_matrix_does_not_type_and_diag_is_the_other_reading() -> None:
    """sigma'(z) W is ill-typed in every convention; read as a diagonal matrix it is right, under alternatives."""
    v = verdict(r"\frac{\partial h_t}{\partial h_{t-1}} = \sigma'(z_t) W")
    assert {o.because for o in v.conventions.values()} == {"shape"}
    assert v.alternatives["vectors_as_diag"]["numerator_column"].holds


def test_precedence_is_as_printed_and_the_other_one_an_alternative() -> None:
    r"""Juxtaposition binds tighter than \odot."""
    claim = r"\nabla_{h_t} L = W^\top \nabla_{h_{t+1}} L \odot \sigma'(z_{t+1})"
    v = verdict(claim)
    assert v.verdict == "false"
    assert v.alternatives["hadamard_binds_tighter"]["denominator_column"].holds


def test_a_missing_bracket_is_put_in_where_only_one_place_fits() -> None:
    """The founding formula as it was asked lacks a bracket."""
    v = verdict(FOUNDING[:-1], (PASCANU,), {})
    assert holds(v) == {"numerator_row"}
    assert any("bracket" in n for n in v.notes)


def test_what_nobody_says_is_neither_right_nor_wrong() -> None:
    """A symbol that neither system nor declaration knows refutes nothing; a declared parameter does."""
    claim = r"\frac{\partial h_t}{\partial h_{t-1}} = diag(\sigma'(z_t)) V"
    assert verdict(claim).verdict == "undecided"
    assert verdict(claim, symbols={**SIZES, "V": "matrix n n"}).verdict == "false"


def test_a_derivative_by_what_does_not_occur_proves_nothing() -> None:
    """Zero equals zero is no argument for a recursion of derivatives by an unknown theta."""
    v = verdict(r"\frac{\partial h_t}{\partial \theta} = W \frac{\partial h_{t-1}}{\partial \theta}")
    assert not holds(v)


def test_an_undeclared_sigma_is_the_logistic_function_only_under_alternatives() -> None:
    """h(1-h) for an unspecified sigma is undecided, and what would settle it is said."""
    system = (r"h = \sigma(W x)",)
    claim = r"\frac{\partial h}{\partial x} = diag(h \odot (1-h)) W"
    v = verdict(claim, system, {"W": "matrix n m", "x": "vector m", "h": "vector n"})
    assert v.conventions["numerator_column"].holds is None
    assert v.alternatives
    said = {"W": "matrix n m", "x": "vector m", "h": "vector n", r"\sigma": "elementwise"}
    assert verdict(claim, system, said).verdict == "false"


def test_relu_is_judged_away_from_its_kink() -> None:
    """The indicator of h_t > 0 and that of the pre-activation are one."""
    system = (r"h_t = \operatorname{relu}(W h_{t-1})",)
    claim = r"\frac{\partial h_t}{\partial h_{t-1}} = diag(\mathbf{1}[h_t > 0]) W"
    assert holds(verdict(claim, system, {"W": "matrix n n"})) == {"numerator_column"}


def test_a_system_that_types_in_rows_only_makes_columns_false_by_shape() -> None:
    """A printed v W types for row vectors; the column conventions are false, not unreadable."""
    symbols = {"W": "matrix m n", "x": "vector m", "y": "vector n"}
    v = verdict(r"\frac{\partial y}{\partial x} = W^\top", ("y = x W",), symbols)
    assert holds(v) == {"numerator_row"}
    assert v.conventions["numerator_column"].because == "shape"


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"claim": 3, "equations": ["y = x"]},
        {"claim": "y = x", "equations": 4},
        {"claim": r"\frac{\partial y}{\partial x} = (", "equations": ["y = x"]},
        {"claim": r"\frac{\partial y}{\partial x} = \oint", "equations": ["y = x"]},
        {"claim": r"J = W", "equations": ["y = W x"]},
        {"claim": r"\frac{\partial y}{\partial x} = W", "equations": ["y = W x"], "symbols": {"W": 3}},
    ],
)
def test_what_cannot_be_read_is_a_verdict_with_an_error(record: Mapping[str, object]) -> None:
    """No record raises; the error says what was wanted."""
    v = check_record(record)
    assert v.verdict == "unreadable"
    assert v.error is not None
    assert v.error["message"]


def test_judge_claim_raises_for_what_cannot_be_read() -> None:
    """The Python call raises where the batch gives a line."""
    with pytest.raises(ReadError):
        judge_claim(Claim(("y = W x",), r"\frac{\partial y}{\partial x} = \oint"))


def test_an_expensive_claim_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long way through a GRU with nothing to compare it with is given up, not hung on: all of it is far more work.

    So it is without an alarm too, as in Python's other threads.
    """
    monkeypatch.setattr("symjac.deadline._can_ring", lambda: False)
    claim = r"\frac{\partial \tilde{h}_t}{\partial h_{t-9}} = U_h^{9}"
    record = {"equations": list(cells.gru.equations), "symbols": dict(cells.gru.symbols), "claim": claim}
    with counted(3_000_000):
        v = check_record(record, timeout=1e-6)
    assert v.verdict == "undecided"


def test_json_has_the_keys_of_the_contract() -> None:
    """What programs read: verdict, four conventions, alternatives, correct, explanation, latex."""
    data = verdict(r"\frac{\partial h_t}{\partial h_{t-1}} = W", id="A1").to_json()
    assert data["id"] == "A1"
    assert list(data)[:4] == ["id", "claim", "verdict", "conventions"]
    assert {"alternatives", "correct", "explanation", "latex"} <= set(data)
    assert "descending" not in data
    conventions = data["conventions"]
    assert isinstance(conventions, dict)
    assert set(conventions) == {f"{layout}_{o}" for layout in ("numerator", "denominator") for o in ("column", "row")}


def test_times_are_linear_forms() -> None:
    """Times are added, shifted and printed as they are written."""
    assert Time.read("t-1") + 1 == Time.read("t")
    assert Time.read("T+t-i").put({"i": Time.read("t")}).text == "T"
    assert Time.read("3").is_number
    assert Time.read("t'").text == "t'"


TWICE = ["p = M q", "p = R q + s"]


def test_a_name_defined_twice_is_the_error_that_derive_gives() -> None:
    """No definition is dropped in silence: the claim is unreadable, and the error shows both definitions."""
    v = check_record({"equations": TWICE, "claim": r"\frac{\partial p}{\partial q} = M"})
    assert (v.verdict, v.error and v.error["kind"]) == ("unreadable", "definition")
    with pytest.raises(DefinitionError) as derived:
        System(*TWICE)
    assert v.error is not None
    assert v.error["message"] == derived.value.message == "p is defined twice: p = M q and p = R q + s"


@pytest.mark.parametrize(
    ("equations", "claim"),
    [
        (["y = B x = B x"], r"\frac{\partial y}{\partial x} = B"),
        ([r"h_0 = c", r"h_t = W h_{t-1}"], r"\frac{\partial h_t}{\partial h_{t-1}} = W"),
        ([r"h_t = W h_{t-1}", r"h_{t+1} = W h_t"], r"\frac{\partial h_t}{\partial h_{t-1}} = W"),
    ],
)
def test_chains_and_other_times_are_no_second_definition(equations: list[str], claim: str) -> None:
    """A chain defines its first member once, and a symbol at another time is another symbol."""
    v = check_record({"equations": equations, "claim": claim})
    assert "numerator_column" in v.holds_in, v.error


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        ({"of": 3}, '"of" is a string'),
        ({"wrt": ["x"]}, '"wrt" is a string'),
        ({"symbols": ["W"]}, '"symbols" maps names'),
        ({"equations": []}, 'needs "equations"'),
        ({"claim": None}, 'needs "claim"'),
        ({"id": {}}, "the id of a record"),
    ],
)
def test_what_is_no_claim_says_what_was_wanted(damaged: dict[str, object], words: str) -> None:
    """No key of a record is passed over because it is of another type."""
    v = check_record({"equations": ["y = W x"], "claim": "dy/dx = W", **damaged})
    assert v.verdict == "unreadable"
    assert v.error is not None
    assert words in str(v.error["message"])


def test_a_gate_without_a_time_is_not_opened_in_a_circle() -> None:
    """Of z = W h_{t-1}, h_t = tanh(z) the step before is h_{t-1} = tanh(z) for the same z: nothing is opened there."""
    system = ["z = W h_{t-1} + U x_t + b", r"h_t = \tanh(z)"]
    claim = r"\frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial h_t} \cdot W^T \cdot (1 - \tanh^2(z))"
    v = check_record({"equations": system, "claim": claim, "of": "L", "wrt": "h_{t-1}"})
    assert v.verdict in ("false", "undecided"), v.error


def test_a_constant_of_a_size_that_no_symbol_has_breaks_no_search() -> None:
    """Candidates for the nearest formula are evaluated with identities of any size."""
    claim = r"\frac{\partial y}{\partial \operatorname{vec}(W)^\top} = I \otimes x^\top"
    symbols = {"W": "matrix p n", "x": "vector n", "y": "vector p"}
    v = check_record({"equations": ["y = W x"], "claim": claim, "symbols": symbols})
    assert v.conventions["numerator_column"].holds is False


def test_a_counterexample_tells_a_size_that_stands_as_a_number() -> None:
    """The derivative of the trace of ``s I`` is the size, which no symbol of the two sides has."""
    v = verdict(r"\frac{\partial L}{\partial s} = 1", (r"L = \operatorname{tr}(A + s I)",), {"A": "matrix n n"})
    assert "at n = 2 the left-hand side is 2 and the right-hand side 1" in v.explanation
