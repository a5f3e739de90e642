"""A checked claim: what the verdict says, in which order, and that the nearest true formula is true."""

from __future__ import annotations

import json

import pytest

from symjac import System
from symjac.claims import check, check_record, printing
from symjac.confirm import confirm
from symjac.errors import DefinitionError, ReadError

FOUNDING = r"\mathbf{x}_t=\mathbf{W}\sigma(\mathbf{x}_{t-1}) + \mathbf{W}_{\mathrm{in}}\mathbf{u}_t + \mathbf{b}"
TRANSPOSED = r"\frac{\partial \mathbf{x}_i}{\partial\mathbf{x}_{i-1}} = \mathbf{W}^\top diag(\sigma'(\mathbf{x}_{i-1}))"
RNN = r"h_t = \tanh(W h_{t-1} + U x_t + b)"
STATE = r"\frac{\partial h_t}{\partial h_{t-1}}"


def test_the_founding_question_is_answered() -> None:
    """The transposed formula is right for rows alone, one transpose is what is wrong, and it is said what changes."""
    v = System(FOUNDING).check(TRANSPOSED)
    assert v.holds_in == ("numerator_row",)
    first = str(v).split(".")[0]
    assert first == "The claim holds in numerator layout with row vectors, and in neither layout with column vectors"
    assert v.repair is not None
    assert v.repair["kind"] == "transpose"
    assert v.repair["conventions"] == ["numerator_column"]
    for said in (
        "[[10, -8], [30, 4]]",
        "[[10, -12], [20, 4]]",
        r"\mathbf{x}_t = \sigma(\mathbf{x}_{t-1}) \mathbf{W}",
        r"\operatorname{diag}(\sigma'(\mathbf{x}_{i-1})) \mathbf{W}^{\top} in denominator layout",
        "One transpose is what is wrong",
        r"if \mathbf{W} were symmetric",
        "the eigenvalues are the same and the singular values are others",
    ):
        assert said in str(v), said


def test_a_true_claim_needs_no_repair() -> None:
    """What holds for columns is told without a repair, a condition or a word about eigenvalues."""
    v = System(FOUNDING).check(TRANSPOSED.replace(r"^\top", ""))
    assert v.holds_in == ("numerator_column",)
    assert v.repair is None
    assert "eigenvalues" not in str(v)
    assert "symmetric" not in str(v)


@pytest.mark.parametrize(
    ("right", "kind"),
    [
        (r"W^\top diag(1 - h_t^2)", None),
        (r"W diag(1 - h_t^2)", "transpose"),
        (r"diag(1 - h_{t-1}^2) W", "point"),
        (r"(1 - h_t \odot h_t) W", "diag"),
        (r"-diag(1 - h_t^2) W", "sign"),
        (r"diag(1 + h_t^2) W", "sign"),
        (r"diag(1 - h_t^2) W W", "factor"),
        (r"diag(1 - h_t^2)", "factor"),
    ],
)
def test_the_nearest_true_formula_is_found(right: str, kind: str | None) -> None:
    """One change to a formula is found and named; the changed claim is itself judged true for columns."""
    v = check([RNN], f"{STATE} = {right}", {"W": "matrix n n"})
    found = v.repair["kind"] if v.repair is not None else None
    assert found == kind
    if v.repair is not None:
        again = check_record({"equations": [RNN], "claim": v.repair["claim"], "symbols": {"W": "matrix n n"}})
        assert set(v.repair["conventions"]) <= set(again.holds_in)  # type: ignore[call-overload]


def test_a_symmetric_matrix_is_a_condition_only_where_it_suffices() -> None:
    """A wrong evaluation point is not mended by symmetry, and symmetry of a matrix that is not square is not named."""
    assert "symmetric" not in str(check([RNN], rf"{STATE} = W^\top diag(1 - h_{{t-1}}^2)"))
    assert "symmetric" not in str(check([r"y = A \sigma(x)"], r"\partial y / \partial x = A^\top diag(\sigma'(x))"))


def test_one_convention_can_be_asked_for() -> None:
    """With a layout or an orientation the verdict is about that alone, and what else holds is still told."""
    system = System(FOUNDING)
    assert system.check(TRANSPOSED, orientation="column").verdict == "false"
    row = system.check(TRANSPOSED, layout="numerator", orientation="row")
    assert (row.verdict, row.asked) == ("true", ("numerator_row",))
    v = system.check(TRANSPOSED, layout="denominator")
    assert v.verdict == "false"
    assert "it holds in numerator layout with row vectors" in str(v).split(".")[0]
    assert set(v.conventions) == {f"{a}_{b}" for a in ("numerator", "denominator") for b in ("column", "row")}
    assert system.check(TRANSPOSED.replace(r"^\top", ""), layout="mixed").verdict == "true"
    with pytest.raises(DefinitionError):
        system.check(TRANSPOSED, layout="sideways")


def test_what_is_not_decided_says_why() -> None:
    """A symbol that nothing explains leaves the claim undecided, with the symbol named."""
    v = check([RNN], rf"{STATE} = diag(1 - h_t^2) W + Q")
    assert v.verdict == "undecided"
    assert "Q" in str(v)


def test_what_cannot_be_read_is_a_verdict_or_an_error() -> None:
    """From a system an unreadable claim gives a verdict with the error; the function below it raises."""
    v = System(RNN).check(f"{STATE} = W diag(")
    assert v.verdict == "unreadable"
    assert v.error is not None
    assert v.error["kind"] == "read"
    with pytest.raises(ReadError):
        check([RNN], f"{STATE} = W diag(")
    assert check_record({"claim": 3}).verdict == "unreadable"


def test_no_time_ends_undecided() -> None:
    """A time limit of nothing gives an answer that is undecided or right, never a wrong one."""
    v = check([RNN], f"{STATE} = W diag(1 - h_t^2)", timeout=1e-9)
    assert v.verdict in ("undecided", "true")


def test_strictness_refuses_notes() -> None:
    """Under strict a role guessed from a letter is an error; declared, the same claim is judged."""
    with pytest.raises(ReadError):
        check([r"y = W \sigma(x)"], r"\partial y / \partial x = W diag(\sigma'(x))", strict=True)


def test_a_verdict_shows_itself() -> None:
    """A verdict is plain text, Markdown for notebooks, LaTeX, an article and a page, and its JSON goes round."""
    v = System(FOUNDING).check(TRANSPOSED)
    bundle = v._repr_mimebundle_()
    assert bundle["text/plain"] == str(v)
    assert r"\begin{pmatrix} 10 & -8 \\ 30 & 4 \end{pmatrix}" in bundle["text/markdown"]
    upright = TRANSPOSED.replace("diag", r"\operatorname{diag}")
    assert rf"$\displaystyle {upright}$" in v.latex
    assert printing.document(confirm(v)).rstrip().endswith(r"\end{document}")
    assert f"${upright}$" in printing.markdown(confirm(v))
    data = v.to_json()
    assert json.loads(json.dumps(data)) == data


def test_enclosures_are_told_apart() -> None:
    """Where values are irrational the two sides are printed as intervals that stay apart when rounded."""
    v = check([r"y = \tanh(W x)"], r"\partial y / \partial x = W^\top diag(y)", {"W": "matrix n n"})
    assert "lies in [" in str(v)


def test_a_claim_in_unicode_is_set_in_latex() -> None:
    """Greek letters, scripts and signs become commands; a claim LaTeX would not take stands as characters."""
    v = check([r"y = W \sigma(x)"], r"∂y/∂x = Wᵀ diag(σ'(x))")
    assert r"$\displaystyle \partial y/\partial x = W^{\top} \operatorname{diag}(\sigma '(x))$" in v.latex
    assert "∂y/∂x = W diag(σ'(x))" in printing.text(confirm(check([r"y = W \sigma(x)"], r"∂y/∂x = Wᵀ W diag(σ'(x))")))
    stray = check([r"y = W \sigma(x)"], r"\frac{\partial y}{\partial x} = W diag(\sigma'(x)) \tag{3}")
    assert r"\texttt{" in stray.latex


def test_readings_that_differ_are_listed_with_what_declares_them() -> None:
    """The first sentence says what each would give, and following it decides."""
    claim = r"\frac{\partial h_t}{\partial h_{t-1}} = W diag(\sigma(h_{t-1}) \odot (1 - \sigma(h_{t-1})))"
    equations = [r"h_t = W \sigma(h_{t-1})"]
    v = check_record({"equations": equations, "claim": claim})
    assert v.explanation.startswith(r"The claim is true if \sigma is sigmoid and false if \sigma is any function")
    assert v.conventions["numerator_column"].because == "reading"
    listed = v.to_json()["readings"]
    assert isinstance(listed, list)
    held = []
    for reading in listed:
        name, role = reading["declare"].split(": ")
        again = check_record({"equations": equations, "claim": claim, "symbols": {name: role}})
        held.append(again.conventions["numerator_column"].holds)
        assert held[-1] is reading["conventions"]["numerator_column"]["holds"]
    assert held == [True, False]
