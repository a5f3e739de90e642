"""A verdict has two witnesses: the normal form and the system run forwards, neither of which stands alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symjac.claims import check, comparison, witness
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import FOUR
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.stated.stating import state
from symjac.claims.world import World
from symjac.errors import Defect
from symjac.expr import Expr, Number, mul

RNN = r"h_t = \tanh(W h_{t-1} + U x_t)"
STEP = r"\frac{\partial h_t}{\partial h_{t-1}} = "
RIGHT = r"\operatorname{diag}(1 - h_t \odot h_t) W"
TIED = (r"h = \sigma(W x)", "y = W h")
BY_BOTH = (
    r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial y} h^\top"
    r" + diag(\sigma'(W x)) W^\top \frac{\partial L}{\partial y} x^\top"
)
# A system and a claim of every kind that derivatives come in, each true for columns.
TRUE = {
    "state": ([RNN], STEP + RIGHT),
    "many steps": ([RNN], r"\frac{\partial h_t}{\partial h_k} = \prod_{t \ge i > k} \operatorname{diag}(1 - h_i^2) W"),
    "two equations": (list(TIED), BY_BOTH),
    "adjoint": (
        [RNN],
        r"\frac{\partial L}{\partial h_{t-1}} = W^\top \operatorname{diag}(1 - h_t^2) \frac{\partial L}{\partial h_t}",
    ),
    "sum over steps": (
        [RNN],
        r"\frac{\partial L}{\partial W} ="
        r" \sum_{t=1}^T \operatorname{diag}(1 - h_t^2) \frac{\partial L}{\partial h_t} h_{t-1}^\top",
    ),
    "expression": ([r"y = W x + x"], r"\frac{\partial}{\partial x} (x^\top W x) = x^\top (W + W^\top)"),
    "vec": ([r"y = W x"], r"\frac{\partial y}{\partial \operatorname{vec}(W)} = x^\top \otimes I"),
    "explicit loss": ([r"y = W x", r"L = \frac{1}{2} \|y - d\|^2"], r"\frac{\partial L}{\partial W} = (y - d) x^\top"),
}


def holds(equations: list[str], claim: str) -> dict[str, bool | None]:
    """What is said in each convention."""
    return {name: o.holds for name, o in check(equations, claim).conventions.items()}


@pytest.mark.parametrize("kind", TRUE)
def test_a_true_claim_of_every_kind_is_run_and_holds(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proved has been run: the run is asked, and it agrees."""
    asked: list[str] = []
    real = witness.confirm

    def confirm(c: Comparison, *rest: Any) -> str:
        found = real(c, *rest)
        asked.append(found)
        return found

    monkeypatch.setattr(comparison, "confirm", confirm)
    assert check(*TRUE[kind]).holds_in
    assert "" in asked


@pytest.mark.parametrize("kind", TRUE)
def test_a_normal_form_that_lies_is_found_out(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the normal form calls everything equal, a damaged claim ends in a defect that names both roads."""
    monkeypatch.setattr(comparison, "equal", lambda *_, **__: True)
    equations, claim = TRUE[kind]
    left, right = claim.split(" = ", 1)
    damaged = right.replace("1 - h_t^2", "1 - 3 h_t^2") if kind == "sum over steps" else rf"3 \left({right}\right)"
    assert damaged != right
    with pytest.raises(Defect) as caught:
        check(equations, f"{left} = {damaged}")
    assert caught.value.roads == ("normal form", "system run forwards")


@pytest.mark.parametrize("kind", ["state", "many steps", "adjoint"])
def test_a_derivative_that_lies_is_found_out(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the closed form of a derivative is twice what it should be, nobody gets a wrong answer or a formula."""
    honest = check(*TRUE[kind])
    real = Model.closed

    def doubled(self: Model, *rest: Any) -> Expr:
        return mul(Number(2), real(self, *rest))

    monkeypatch.setattr(Model, "closed", doubled)
    try:
        v = check(*TRUE[kind])
    except Defect:
        return
    assert not v.correct
    for said, known in zip(v.as_printed, honest.as_printed, strict=True):
        assert all(o.holds in (None, known[name].holds) for name, o in said.items())


def test_counterexamples_come_from_a_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A false claim is refuted by the run although every closed form is wrong, as none takes part."""
    equations, claim = TRUE["state"]
    c = _column(equations, claim.replace(RIGHT, "W " + RIGHT))
    monkeypatch.setattr(Model, "closed", _refuse)
    course = witness.Course(c.statement.members[0], c.statement.members[-1], {})
    run = witness.evaluated(c, course)
    assert run.search(30) is not None


def _refuse(*_: object) -> Expr:
    raise AssertionError("a closed form was asked for")


def _column(equations: list[str], claim: str) -> Comparison:
    s = state(equations, claim, {}, of=None, wrt=None)
    return Comparison(s, s.models["column"], FOUR[0], "ascending")


@pytest.mark.parametrize(
    ("equations", "claim", "expected"),
    [
        (TIED, BY_BOTH, True),
        (TIED, BY_BOTH.replace("= ", "= 2 ", 1), False),
        ((r"h = \sigma(W x)", r"\hat x = W^\top h"), None, None),
    ],
)
def test_a_parameter_in_two_equations_is_counted_once_for_each(
    equations: tuple[str, ...], claim: str | None, expected: bool | None
) -> None:
    """The gradient by tied weights is the sum of what each use gives, no more and no less."""
    if claim is None:
        back = r"\frac{\partial L}{\partial \hat x}"
        claim = (
            r"\frac{\partial L}{\partial W} = h \left(" + back + r"\right)^\top"
            r" + diag(\sigma'(W x)) W " + back + r" x^\top"
        )
        expected = True
    assert holds(list(equations), claim)["denominator_column"] is expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\frac{\partial h_t}{\partial h_{t-2}} = " + RIGHT + r" \operatorname{diag}(1 - h_{t-1}^2) W", True),
        (r"\frac{\partial h_t}{\partial h_{t-2}} = " + RIGHT + r" \operatorname{diag}(1 - h_t^2) W", False),
    ],
)
def test_steps_between_are_run(claim: str, expected: bool) -> None:
    """Over two steps the state between is computed, not free."""
    assert holds([RNN], claim)["numerator_column"] is expected


def test_what_cannot_be_run_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof alone decides nothing: where no point has a value the claim is undecided, with the reason."""
    monkeypatch.setattr(witness, "_later", _valueless)
    outcome = check(*TRUE["state"]).conventions["numerator_column"]
    assert outcome.holds is None
    assert "no run confirms it" in outcome.reason


def _valueless(run: witness.Run, **_: int) -> witness.Agreement:
    return witness.Agreement(0)


def test_the_loss_sees_everything_that_nothing_else_uses() -> None:
    """A loss that nothing specifies depends on every output and on the last state."""
    back = r"W^\top \operatorname{diag}(1 - h_{t+1}^2) \frac{\partial L}{\partial h_{t+1}}"
    found = holds([RNN, "y_t = V h_t"], rf"\frac{{\partial L}}{{\partial h_t}} = {back}")
    assert found["denominator_column"] is False


def test_the_formula_offered_for_a_sum_over_steps_is_run_as_what_one_step_gives() -> None:
    """A false summand gets the true one, whether or not the ends of the sum are printed."""
    left, wrong = r"\frac{\partial L}{\partial W} = ", r"(\frac{\partial L}{\partial h_t} diag(1 - h_t^2) h_{t-1}^\top)"
    equations = [RNN, "y_t = V h_t", r"\ell_t = \| y_t - d_t \|^2"]
    for sign in (r"\sum_t", r"\sum_{t=1}^{T}"):
        v = check([*equations, r"L = \sum_{t=1}^{T} \ell_t"], f"{left}{sign} {wrong}")
        assert not v.holds_in
        assert v.correct["denominator"] == (
            r"\sum_{t} \operatorname{diag}(\tanh'(W h_{t-1} + U x_t)) (\nabla_{h_t} L) h_{t-1}^{\top}"
        )


def test_letters_for_derivatives_have_their_shapes() -> None:
    """A run stands for a derivative by a letter of the shape of the numerator layout."""
    c = _column([RNN], STEP + RIGHT)
    run = witness.evaluated(c, witness.Course(c.statement.members[0], c.statement.members[-1], {}))
    (letter,) = run.world.given
    assert run.left == letter
    assert letter.shape == run.right.shape


@pytest.mark.parametrize("make", [lambda c: Evaluator, lambda c: type("Other", (Evaluator,), {})])
def test_every_reading_of_terms_can_be_run(make: Callable[[Comparison], type[Evaluator]]) -> None:
    """A reading of the terms of its own keeps that reading where derivatives come from a run."""
    c = _column([RNN], STEP + RIGHT)
    c.kind = make(c)
    run = witness.evaluated(c, witness.Course(c.statement.members[0], c.statement.members[-1], {}))
    assert isinstance(run.world, World)
    assert run.compare(1).apart is None


def test_the_last_step_is_the_last_one_for_gradients_just_before_it() -> None:
    """Where the claim goes up to T and no equation is counted by T, nothing follows T."""
    claim = (
        r"\frac{\partial L}{\partial h_{T-1}} = V^\top \frac{\partial L}{\partial o_{T-1}}"
        r" + W^\top ((1 - h_T^2) \odot (V^\top \frac{\partial L}{\partial o_T}))"
    )
    assert holds([RNN, "o_t = V h_t"], claim)["denominator_column"] is True


def test_a_false_claim_in_entries_is_refuted() -> None:
    """A formula for one entry is evaluated for every value of its indices, in the search for a repair too."""
    claim = r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2) W_{ji}"
    assert holds([RNN], claim)["numerator_column"] is False


@pytest.mark.parametrize(
    ("claim", "expected"),
    [(r"W^\top diag(\phi'(x))", True), (r"-W^\top diag(\phi'(x))", False), (r"W diag(\phi'(x))", True)],
)
def test_a_declared_property_is_kept_to_by_what_refutes(claim: str, expected: bool | None) -> None:
    """What holds of symmetric matrices is true of one that is declared to be symmetric."""
    symbols = {"W": "matrix n n, symmetric"}
    v = check([r"y = W \phi(x)"], rf"\frac{{\partial y}}{{\partial x}} = {claim}", symbols)
    assert v.conventions["numerator_column"].holds is expected


def test_nothing_is_computed_before_the_first_step_of_a_sum() -> None:
    """Where the output is fed back, the one before the first step is given, and holds no use of the parameter."""
    system = [r"w_k = \sigma(A^\top o_{k-1} + M x_k)", "o_k = A w_k"]
    each = r"\frac{\partial L}{\partial o_k} w_k^\top"
    back = r"o_{k-1} (\frac{\partial L}{\partial w_k})^\top \operatorname{diag}(\sigma'(A^\top o_{k-1} + M x_k))"
    claim = rf"\frac{{\partial L}}{{\partial A}} = \sum_{{k=1}}^{{T}} ({each} + {back})"
    assert holds(system, claim)["denominator_column"] is True


def test_a_shape_that_was_guessed_beside_a_declaration_refutes_nothing() -> None:
    """Where the words of a declaration are not understood, a misfit of the shape that was guessed decides nothing."""
    v = check(["y = D x"], r"\frac{\partial y}{\partial x} = D^\top", {"D": "diagonal matrix n n", "x": "vector n"})
    assert all(o.holds is not False for o in v.conventions.values())


def test_what_holds_by_the_equations_of_the_earlier_step_is_run_with_them() -> None:
    """The state that is differentiated by comes out of the symbols of its step, where the claim holds these."""
    system = [r"a_t = \phi(V \phi(x_{t-1}) + b)", r"x_t = \phi(a_t)"]
    behind = r"V^\top \operatorname{diag}(\phi'(a_t) \odot \phi'(V \phi(x_{t-1}) + b))"
    for inside, expected in ((r"\phi(a_{t-1})", True), ("x_{t-1}", True), (r"\phi(x_{t-1})", False)):
        claim = rf"\frac{{\partial x_t}}{{\partial x_{{t-1}}}} = \operatorname{{diag}}(\phi'({inside})) {behind}"
        assert holds(system, claim)["denominator_column"] is expected
