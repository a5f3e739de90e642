"""Conditions under which a false claim would hold as printed, and sums whose terms are in different layouts."""

from __future__ import annotations

import pytest
import sympy

from symjac import typeset
from symjac.claims import check
from symjac.interchange import from_sympy

N, M = sympy.symbols("n m", integer=True, positive=True)
A, B, U, W = (sympy.MatrixSymbol(name, N, N) for name in "ABUW")
P, V = sympy.MatrixSymbol("P", M, N), sympy.MatrixSymbol("V", N, M)
x, b = sympy.MatrixSymbol("x", N, 1), sympy.MatrixSymbol("b", N, 1)
s = sympy.Function("s")
DECLARED = {
    **dict.fromkeys("ABUW", "matrix n n"),
    "P": "matrix m n",
    "V": "matrix n m",
    "x": "vector n",
    "b": "vector n",
    "s": "elementwise",
}
SIGMA = r"h_t = \sigma(W h_{t-1} + U x_t + b)"
STATE = r"\frac{\partial h_t}{\partial h_{t-1}} = "
BY_X = r"\partial y/\partial x = "


def conditions(equation: str, claim: str, symbols: dict[str, str] | None = None) -> dict[str, set[str]]:
    """The conditions of a claim by what they say; each is told in a sentence, and the claim stays false for columns."""
    v = check([equation], claim, symbols or {})
    assert not any(name.endswith("column") for name in v.holds_in)
    assert str(v).count("As printed it would hold in") == len(v.conditions)
    assert v.to_json().get("conditions", []) == [dict(c) for c in v.conditions]
    out = {}
    for c in v.conditions:
        where = c["conventions"]
        assert isinstance(where, list)
        out[str(c["condition"])] = set(where)
    return out


def test_a_symmetric_matrix_a_constant_derivative_and_one_unit_save_the_transposed_claim() -> None:
    """W^T diag(sigma'(x)) for W diag(sigma'(x)) holds where W is symmetric, sigma linear, or every size 1."""
    found = conditions(r"x_t = W \sigma(x_{t-1})", r"\partial x_t / \partial x_{t-1} = W^\top diag(\sigma'(x_{t-1}))")
    assert found == {
        "W is symmetric": {"numerator_column"},
        r"\sigma' is constant": {"denominator_column"},
        "every size is 1": {"numerator_column", "denominator_column"},
    }


def test_the_rectifier_has_one_derivative_before_and_after_it() -> None:
    """sigma'(h_t) for sigma' at the argument is right for relu, and for a linear function."""
    found = conditions(SIGMA, STATE + r"diag(\sigma'(h_t)) W")
    assert set(found) == {r"\sigma is relu", r"\sigma' is constant"}


def test_a_wrong_step_is_no_matter_of_order() -> None:
    """With another evaluation point no size helps, and the rectifier does not either."""
    found = conditions(SIGMA, STATE + r"diag(\sigma'(h_{t-1})) W")
    assert set(found) == {r"\sigma' is constant"}


@pytest.mark.parametrize(
    ("equation", "claim", "condition"),
    [
        ("y = M x", r"-M^\top", "M is skew-symmetric"),
        ("y = M M x", r"M^\top M", "M is symmetric"),
        ("y = M x", r"M \odot I", "M is diagonal"),
    ],
)
def test_a_square_matrix_may_have_to_be_special(equation: str, claim: str, condition: str) -> None:
    """Symmetric, skew-symmetric and diagonal matrices are told apart, the least special first."""
    assert condition in conditions(equation, BY_X + claim, {"M": "matrix n n"})


def test_several_matrices_may_have_to_be_symmetric() -> None:
    """Where no single matrix suffices, all of them together may."""
    found = conditions("y = A B x", BY_X + r"A^\top B^\top", {"A": "matrix n n", "B": "matrix n n"})
    assert found["A and B are symmetric"] == {"numerator_column"}


def test_sizes_that_are_numbers_are_not_made_one() -> None:
    """The scalar case is no condition of a system whose sizes are given."""
    found = conditions("y = A B x", BY_X + r"B A", {"A": "matrix 2 2", "B": "matrix 2 2", "x": "vector 2"})
    assert "every size is 1" not in found


def test_what_no_condition_saves_has_none() -> None:
    """A sign, a lost factor and a known function are saved by nothing."""
    assert conditions(r"y = W \tanh(x)", BY_X + r"-W diag(1 - \tanh(x)^2) W") == {}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (
            A * x + U * (W * x).applyfunc(s),
            r"Its term A^{\top} is in denominator layout, the other in numerator layout.",
        ),
        (
            A * x + U * (W * x + b).applyfunc(sympy.tanh),
            r"Its term A^{\top} is in denominator layout, the other in numerator layout.",
        ),
        (
            A.T * x + U * (W * x + b).applyfunc(s),
            r"Its term A is in denominator layout, the other in numerator layout.",
        ),
        (
            A * B * x + U * (W * B * x).applyfunc(s),
            r"Its term B^{\top} A^{\top} is in denominator layout, the other in numerator layout.",
        ),
        (
            2 * A * x + V * (P * x).applyfunc(s),
            r"Its term 2 A^{\top} is in denominator layout, the other in numerator layout.",
        ),
        (
            A * x + B * x.applyfunc(s) + U * (W * x).applyfunc(s),
            r"Its term U \operatorname{diag}(s'(W x)) W is in numerator layout, the others in denominator layout.",
        ),
        (
            A * x + U * (W * x).applyfunc(s) + V * (P * x).applyfunc(sympy.sin),
            r"Its term A^{\top} is in denominator layout, the others in numerator layout.",
        ),
    ],
)
def test_terms_of_sympy_that_are_in_different_layouts_are_named(expression: sympy.Expr, words: str) -> None:
    """What SymPy's diff gives for a sum holds in no convention, and the term in the other layout is named."""
    system = f"y = {typeset.latex(from_sympy(expression))}"
    v = check(
        [system], rf"\frac{{\partial y}}{{\partial x}} = {typeset.latex(from_sympy(expression.diff(x)))}", DECLARED
    )
    assert v.verdict == "false"
    assert v.holds_in == ()
    assert words in str(v)
    assert v.to_json()["terms"] == [dict(t) for t in v.terms]


@pytest.mark.parametrize("expression", [x + U * (W * x).applyfunc(s), A * x + B * x.applyfunc(s)])
def test_terms_in_one_layout_are_not_told_apart(expression: sympy.Expr) -> None:
    """Where SymPy keeps to one layout the claim holds in it, and no term is named."""
    system = f"y = {typeset.latex(from_sympy(expression))}"
    v = check(
        [system], rf"\frac{{\partial y}}{{\partial x}} = {typeset.latex(from_sympy(expression.diff(x)))}", DECLARED
    )
    assert len([name for name in v.holds_in if name.endswith("column")]) == 1
    assert v.terms == ()


@pytest.mark.parametrize("claim", [r"A^\top + W diag(s'(W x)) W", r"A^\top + A"])
def test_a_wrong_term_is_in_no_layout(claim: str) -> None:
    """Where a term is wrong, or a term stands twice and another is missing, layouts are not what is told."""
    v = check([r"y = A x + U s(W x)"], BY_X + claim, DECLARED)
    assert v.verdict == "false"
    assert v.terms == ()


@pytest.mark.parametrize("words", [r"\forall i \ne j", "∀ i ≠ j", r"\forall\, i \neq j"])
def test_what_is_said_of_all_is_a_condition_in_either_print(words: str) -> None:
    """Off the diagonal of a softmax; without that it is false."""
    claim = r"\frac{\partial y_i}{\partial x_j} = -y_i y_j"
    equations = [r"y = \operatorname{softmax}(x)"]
    assert check(equations, f"{claim}, {words}").verdict == "true"
    assert check(equations, claim).verdict == "false"


@pytest.mark.parametrize(
    ("said", "refuted"),
    [
        (r", \quad 0 < \alpha < 1", "false"),
        (r" \quad (0 \le \alpha \le 1)", "false"),
        (r", \quad \alpha \in (0, 1)", "false"),
        (r", \quad |\lambda(A)| < 1", "undecided"),
        (r", \quad A \succ 0", "undecided"),
    ],
)
def test_what_refutes_a_claim_meets_what_the_system_supposes(said: str, refuted: str) -> None:
    """A condition behind an equation changes no derivative; nothing is refuted by values that it excludes."""
    system = [rf"h_t = (1 - \alpha) h_{{t-1}} + \alpha \tanh(A h_{{t-1}}){said}"]
    claim = (
        r"\frac{\partial h_t}{\partial h_{t-1}} = (1 - \alpha) I + \alpha \operatorname{diag}(1 - \tanh^2(A h_{t-1})) A"
    )
    assert check(system, claim).verdict == "true"
    assert check(system, claim.replace("(1 - ", "(1 + ", 1)).verdict == refuted


@pytest.mark.parametrize("letter", [r"\mu", r"\eta"])
def test_a_condition_of_the_system_excludes_points_and_does_not_prove(letter: str) -> None:
    """Of another letter it says nothing."""
    system, claim = rf"y = |{letter}| x, \quad {letter} > 0", rf"\frac{{\partial y}}{{\partial x}} = {letter} I"
    assert check([system], claim).verdict == "undecided"
    assert check([system], claim.replace(letter, f"2 {letter}")).verdict == "false"
    assert check([system.replace(f"{letter} >", r"\kappa >")], claim.replace(letter, f"2 {letter}")).verdict == "false"


def test_where_no_step_lies_between_is_told_of_a_claim_without_conditions() -> None:
    """An input that an output sees at once has no part in a formula for later ones."""
    system = ["h_t = A h_{t-1} + B x_t", "y_t = C h_t + D x_t"]
    claim = r"\frac{\partial y_t}{\partial x_k} = C A^{t-k} B"
    found = check(system, claim).conventions["numerator_column"]
    assert found.holds
    assert "any number of steps but none: for k = 0, t = 0" in found.reason
    assert check(system, claim + r", \quad k \le t").conventions["numerator_column"].holds is False
    whole = check(["h_t = A h_{t-1} + B x_t"], r"\frac{\partial h_t}{\partial h_k} = A^{t-k}")
    assert whole.conventions["numerator_column"].reason == ""
