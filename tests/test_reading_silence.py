"""Print that could mean something else: read with a note, or refused with what declares it, never in silence."""

from __future__ import annotations

import pytest

from symjac import SymjacError, System
from symjac.claims.checking import check, check_record
from symjac.typeset import latex


def right_sides(*texts: str, **symbols: str) -> list[str]:
    return [latex(e.rhs) for e in System(*texts, symbols=symbols).equations]


def notes(*texts: str, **symbols: str) -> str:
    return "; ".join(n.message for n in System(*texts, symbols=symbols).notes)


SOFTMAX = r"p = \operatorname{softmax}(z)"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"L = -\log p_k", r"-e_k^{\top} \log(p)"),
        (r"L = -[\log p]_k", r"-e_k^{\top} \log(p)"),
        (r"L = -\log p_1", r"-e_1^{\top} \log(p)"),
        (r"L = p_k p_j", r"(e_k^{\top} p) (e_j^{\top} p)"),
        (r"L = 2 p_k + 1", r"2 (e_k^{\top} p) + 1"),
    ],
)
def test_an_entry_of_a_defined_vector_is_one_for_derive_too(text: str, wanted: str) -> None:
    """``p_k`` beside ``p = ...`` is no symbol of its own, on which nothing depends."""
    assert right_sides(SOFTMAX, text)[1].replace(r" (\log(p))", r" \log(p)") == wanted
    assert "is read as an entry" in notes(SOFTMAX, text)


def test_a_symbol_that_an_equation_defines_is_no_entry() -> None:
    """Labels stay labels: ``h_1`` has an equation of its own, ``x_0`` is where an iteration begins."""
    assert right_sides("h_1 = W_1 x", "h = W_2 h_1") == ["W_1 x", "W_2 h_1"]
    assert right_sides("h = h_1 + h_2") == ["h_1 + h_2"]
    assert right_sides("x = A b", "y = B x_0") == ["A b", "B x_0"]


@pytest.mark.parametrize("index", ["y", "c"])
def test_a_letter_that_numbers_no_entries_is_asked_for(index: str) -> None:
    """Both ways of the hint work."""
    with pytest.raises(SymjacError, match="an entry of p, or a symbol of its own") as raised:
        System(SOFTMAX, rf"L = -\log p_{index}")
    assert raised.value.hint is not None
    assert right_sides(SOFTMAX, r"L = -\log (p)_i")[1] == r"-e_i^{\top} \log(p)"
    assert right_sides(SOFTMAX, rf"L = -\log p_{index}", **{f"p_{index}": "scalar"})[1] == rf"-\log(p_{index})"


@pytest.mark.parametrize("text", ["y_i = w_{ij} x_j", r"s = \sum_i x_i + b_i", "s = [x]_k [b]_k", r"s = [x]_k^2 [x]_k"])
def test_an_index_that_may_be_summed_over_is_refused(text: str) -> None:
    """Twice in one product, or bound beside it: a sum may have been left away."""
    with pytest.raises(SymjacError, match="neither on the left side nor summed over"):
        System(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"x_i^{k+1} = a_i x_i^k + b_i", r"a \odot x^k + b"),
        (r"x_{i}^{k+1} = x_{i}^{k} - \alpha \lambda_i x_{i}^{k}", r"x^k - \alpha (\lambda \odot x^k)"),
        (
            r"h_i^t = (1 - \alpha_i) h_i^{t-1} + \alpha_i u_i^t",
            r"(\mathbf{1} - \alpha) \odot h^{t-1} + \alpha \odot u^t",
        ),
        (r"x_i^{t+1} = \tanh(\lambda_i x_i^t + b_i)", r"\tanh(\lambda \odot x^t + b)"),
    ],
)
def test_a_step_above_an_entry(text: str, wanted: str) -> None:
    """An equation between entries is one between vectors wherever its step is printed."""
    assert right_sides(text) == [wanted]


def test_a_number_above_is_a_step_where_letters_above_are() -> None:
    """``x^0`` beside ``x^{k+1}``."""
    system = System("x^{k+1} = A x^k", "x^0 = b")
    assert [latex(e.lhs) for e in system.equations] == ["x^{k+1}", "x^0"]


@pytest.mark.parametrize("text", ["y = A x^0 + b", r"y_i = x_i^0 + \sum_{j=1}^n W_{ij} x_j"])
def test_the_power_0_is_asked_for(text: str) -> None:
    """The initial state, or ones: nobody prints the latter so."""
    with pytest.raises(SymjacError, match="the power 0, or the step 0"):
        System(text)
    assert right_sides("y = A x_0 + b") == ["A x_0 + b"]


def test_a_sum_over_entries_says_so() -> None:
    """``h_j`` could be a vector with a number; where its letter is a vector elsewhere nothing is open."""
    assert "sum over the entries" in notes(r"s = \sum_j w_j x_j")
    assert "sum over the entries" not in notes("h = W x", r"c = \sum_j h_j")


def test_a_declared_vector_with_a_number_is_not_overridden() -> None:
    """A sum over vectors is a product with the matrix of them, and one over entries is a number."""
    assert right_sides(r"w = \sum_{i=1}^n \mu_i q_i", q_i="vector d") == [r"Q \mu"]
    assert right_sides(r"w = \sum_{i=1}^n \mu_i q_i", q="vector n") == [r"\mathbf{1}^{\top} (\mu \odot q)"]
    assert right_sides(r"w = Q \mu", **{r"\mu": "vector n"}) == [r"Q \mu"]


def test_a_constraint_defines_no_function() -> None:
    """``f(x, p) = 0`` is no definition of f."""
    with pytest.raises(SymjacError, match="is a condition on what stands in the brackets"):
        System("f(x, p) = 0")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (r"y = w^\top x + b", {"b", "y"}),
        (r"y = a^\top x + c_0", {"c_0", "y"}),
        (r"f = \frac{1}{2} x^\top Q x - b^\top x + c", {"c", "f"}),
        (r"f = \frac{n}{2} \|x - c\|^2", {"n", "f"}),
        (r"f = -\frac{n}{2} \log \det(S) - v^\top x", {"n", "f"}),
        (r"s_t = v^\top h_t + s_{t-1}", {"s_t", "s_{t-1}"}),
    ],
)
def test_a_small_letter_beside_a_number_is_one(text: str, numbers: set[str]) -> None:
    """``w^T x + b`` is a number, and so is b, unless it is declared or stands where vectors stand."""
    symbols = System(text).symbols
    assert {name for name, info in symbols.items() if info.role == "scalar"} == numbers
    assert "read as a scalar" in notes(text)


def test_a_vector_beside_a_number_stays_one_where_something_says_so() -> None:
    """A declaration, a matrix before it, a measure of length behind it."""
    assert System(r"y = w^\top x + b", symbols={"b": "vector m"}).symbols["b"].role == "vector"
    assert System("h = W b", r"y = w^\top x + b").symbols["b"].role == "vector"
    assert right_sides(r"y = x - 2 v (v^\top x)") == [r"x - 2 v (v^{\top} x)"]
    assert right_sides(r"y = \|x\|^2 v") == [r"\lVert x\rVert^{2} v"]


@pytest.mark.parametrize("role", ["scalar", "elementwise"])
def test_a_step_size_before_a_bracket_is_asked_for(role: str) -> None:
    """``x_k + h (A x_k + B u_k)``: a step of Euler's method, or a function; each declaration of the hint works."""
    text = "x_{k+1} = x_k + h (A x_k + B u_k)"
    with pytest.raises(SymjacError, match="a step size before a bracket, or a function"):
        System(text)
    assert System(text, symbols={"h": role}).equations
    assert right_sides("x_{t+1} = x_t + h(x_t)") == ["x_t + h(x_t)"]


def test_a_loss_applied_to_vectors_has_values_in_the_numbers() -> None:
    r"""``\ell(y, d)`` is differentiated as any function of vectors is."""
    system = System("y = C h", r"L = \ell(y, d) + \frac{\lambda}{2} \|C\|_F^2")
    assert system.jacobian("L", wrt="h").formula() == r"\partial_1 \ell(y, d) C"
    assert "read as a loss of which nothing is known but what it sees" in notes("y = C h", r"L = \ell(y, d)")


def test_sigma_may_be_defined_at_a_symbol_that_is_defined() -> None:
    """It is the logistic function at every argument."""
    system = System("z = W x + b", r"a = \sigma(z)", r"\sigma(z) = \frac{1}{1 + e^{-z}}")
    assert system.jacobian("a", wrt="x").formula() == r"\operatorname{diag}(a \odot (\mathbf{1} - a)) W"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"h_{ti} = \tanh(\sum_j W_{ij} h_{t-1,j} + b_i)", (r"h_t", r"\tanh(W h_{t-1} + b)")),
        (r"G_{kj} = \alpha G_{k-1,j} + g_{kj}", ("G_k", r"\alpha G_{k-1} + g_k")),
        (r"s_{ki} = a_i s_{k-1,i} + u_{ki}", ("s_k", r"a \odot s_{k-1} + u_k")),
    ],
)
def test_a_step_and_an_entry_need_no_comma(text: str, wanted: tuple[str, str]) -> None:
    """``G_{kj}`` beside ``G_{k-1,j}``: two letters of which the first is shifted elsewhere."""
    (equation,) = System(text).equations
    assert (latex(equation.lhs), latex(equation.rhs)) == wanted


def test_a_second_name_in_a_chain_has_an_equation_of_its_own() -> None:
    """``T_t = T = A B`` defines T and says that T_t is it; a name that is defined elsewhere stays a member."""
    system = System(r"T_t \equiv T = A B", "x_{t+1} = T_t x_t")
    assert [(latex(e.lhs), latex(e.rhs)) for e in system.equations][:2] == [("T", "A B"), ("T_t", "T")]
    with pytest.raises(SymjacError, match="defines y twice"):
        System("y = s = W x", "s = A b")


@pytest.mark.parametrize(
    "text", [r"c_t = \sum_{j=1}^{n} \alpha_{tj} h_j", r"c = \sum_i \alpha_i x_i", r"z = \sum_k \pi_k v_k"]
)
def test_a_weighted_sum_of_what_may_be_vectors_is_asked_for(text: str) -> None:
    """Attention and mixtures sum vectors with a number; declared as one vector its entries are summed."""
    with pytest.raises(SymjacError, match="or of vectors with a number"):
        System(text)
    letter = text[-3]
    assert System(text, symbols={letter: "vector n"}).symbols[letter].role == "vector"


@pytest.mark.parametrize(
    "texts",
    [
        (r"p = w^\top x + b", r"L = \frac12 (p - y)^2"),
        (r"p = w^\top x + b", r"L = \frac12 \lVert p - y\rVert^2"),
        (r"p = \operatorname{sigmoid}(w^\top x + b)", r"L = -y \log p - (1-y) \log(1-p)"),
        (r"u = w^\top x + b", r"L = \max(0, 1 - y u)"),
    ],
)
def test_a_label_beside_an_affine_number_is_one(texts: tuple[str, str]) -> None:
    """The loss of a line through points: b and y are numbers, and so is the loss."""
    symbols = System(*texts).symbols
    assert {name: symbols[name].role for name in ("w", "x", "b", "y", "L")} == {
        "w": "vector",
        "x": "vector",
        "b": "scalar",
        "y": "scalar",
        "L": "scalar",
    }


def test_a_defined_vector_at_a_step_is_asked_for() -> None:
    """``p_t`` beside ``p = ...``: the entry of a target t, or a p that nothing defines."""
    with pytest.raises(SymjacError, match="an entry of p, or p at a step"):
        System(SOFTMAX, r"L = -\log p_t")
    assert right_sides(r"p_t = \operatorname{softmax}(z_t)", r"L_t = -\log (p_t)_i")[1] == r"-e_i^{\top} \log(p_t)"


@pytest.mark.parametrize("letter", ["t", "k", "n"])
def test_a_coefficient_before_a_bracket_is_at_no_time(letter: str) -> None:
    r"""``\lambda (t - 1)`` is a product where nothing else is printed at a time in brackets."""
    system = System(rf"z = w^\top x + {letter}", rf"L = (z - y)^2 + \lambda ({letter} - 1)^2")
    assert system.jacobian("L", wrt=letter).formula() == rf"2 (z - y) + 2 \lambda ({letter} - 1)"
    assert "x(t-1)" in System(r"x(t) = \alpha(t) x(t-1) + u(t)").symbols


@pytest.mark.parametrize("function", [r"f_w(x)", r"\phi_w(x)"])
def test_a_function_labelled_by_a_symbol_is_refused(function: str) -> None:
    """It may depend on that symbol; a state that runs through time may be a label all the same."""
    with pytest.raises(SymjacError, match="or is that a label"):
        System(f"z = {function}", r"L = z^\top z + w^\top w")
    System(r"c_t = i_t \odot \sigma_c(W x_t)", r"h_t = o_t \odot \sigma_h(c_t)")


def test_nothing_is_differentiated_by_a_label() -> None:
    """A derivative that would be 0 because of print alone."""
    with pytest.raises(SymjacError, match="is a label of f_"):
        System("z = f_w(x)").jacobian(wrt="w")


@pytest.mark.parametrize("time", ["({})", "[{}]"])
def test_entries_may_stand_at_a_time_in_brackets(time: str) -> None:
    """The index below is not dropped, on a left side, in sums, in a claim."""
    now, later = time.format("t"), time.format("t+1")
    assert right_sides(rf"s_i{later} = \sum_j J_{{ij}} s_j{now} + b_i") == [
        f"J s{now.replace('[', '(').replace(']', ')')} + b"
    ]
    equation = f"s{later} = A s{now}"
    claim = rf"\frac{{\partial s_i{later}}}{{\partial s_j{now}}} = "
    assert set(check([equation], claim + "A_{ij}").holds_in) == {"numerator_column", "denominator_column"}
    assert not {"numerator_column", "denominator_column"} & set(check([equation], claim + "A_{ji}").holds_in)


def test_weights_that_stand_alone_leave_open_what_they_weigh() -> None:
    """The weights are numbers; what they are multiplied by may be entries or vectors."""
    with pytest.raises(SymjacError, match="or of vectors with a number"):
        System(r"s = \sum_{j=1}^N \alpha_j h_j", r"\alpha = \operatorname{softmax}(u)")
    assert (
        right_sides(r"s = \sum_{j=1}^N \alpha_j h_j", r"\alpha = \operatorname{softmax}(u)", h_j="vector d")[0]
        == r"H \alpha"
    )


@pytest.mark.parametrize(
    "text", [r"s_t = \tanh(A s_{t-1})_t x_t", r"s_t = (A s_{t-1})_t", r"q_k = 2 (A q_{k-1})_k q_k"]
)
def test_a_time_below_a_bracket_is_no_entry(text: str) -> None:
    """The steps are not counted by entries; a bracket that is put in does not make them so."""
    with pytest.raises(SymjacError, match="below a bracket is the time"):
        System(text)
    with pytest.raises(SymjacError, match="never closed"):
        System(r"s_t = \tanh(A s_{t-1} + h_{t}x_t")


@pytest.mark.parametrize(
    ("text", "wanted", "role"),
    [
        (r"L(x, \lambda) = f(x) + \lambda^\top (A x - b)", r"f(x) + \lambda^{\top} (A x - b)", "scalar"),
        (r"L = f(x) + \frac{1}{2} \|A x - b\|^2", r"f(x) + \frac{1}{2} \lVert A x - b\rVert^{2}", "scalar"),
        (r"y = f(x) + \lambda^\top (A x - b)", r"f(x) + (\lambda^{\top} (A x - b)) \mathbf{1}", "vector"),
    ],
)
def test_a_function_in_a_loss_is_no_vector(text: str, wanted: str, role: str) -> None:
    """An f that would make a loss a vector is a scalar function, with a note; elsewhere it acts on entries."""
    assert right_sides(text) == [wanted]
    assert ("scalar function" in notes(text)) is (role == "scalar")


def test_an_expectation_beside_a_variance_is_the_mean_of_the_entries() -> None:
    """As frameworks print a normalisation; by itself it is refused."""
    text = r"y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}}"
    assert r"\frac{1}{n} \mathbf{1}^{\top} x" in right_sides(text)[0]
    assert "the mean of the entries" in notes(text)
    assert right_sides(text.replace(r"\mathrm{E}", "E")) == right_sides(text)
    for alone in (r"y = x - \mathrm{E}[x]", r"L = E[(y - w^\top x)^2]", "y = x - E[x]"):
        with pytest.raises(SymjacError, match="an expectation, which is not read"):
            System(alone)
    assert right_sides("y = E[x - b] + E b") == ["E (x - b) + E b"]


@pytest.mark.parametrize("text", [r"y = \phi(W x + I)", r"\dot x = -D x + \tanh(W x + I)", r"u_t = A u_{t-1} + I"])
def test_a_product_is_no_bias_of_rows(text: str) -> None:
    """Nothing is added to every row of the identity: the current is asked for, in either orientation."""
    for orientation in ("column", "row"):
        with pytest.raises(SymjacError, match=r"do not fit|is added to") as refused:
            System(text, orientation=orientation)
        assert "every row" not in refused.value.message
    assert System(text, symbols={"I": "vector n"}).equations


@pytest.mark.parametrize("text", [r"C \dot V = -g (V - E) + I", r"\frac{dV}{dt} = -V + I"])
def test_a_current_is_not_taken_for_the_identity(text: str) -> None:
    with pytest.raises(SymjacError, match="a current, or the identity"):
        System(text)
    assert System(text, symbols={"I": "scalar", "V": "scalar", "E": "scalar", "g": "scalar"}).equations


@pytest.mark.parametrize(
    ("texts", "declared"),
    [
        ([r"\dot S = -\beta S I", r"\dot I = \beta S I - \gamma I"], {"I": "scalar", "S": "scalar"}),
        ([r"\dot I = \beta S I - \gamma I"], {"I": "scalar"}),
        ([r"v = r I + e"], {"I": "scalar"}),
        ([r"y = A I x"], {"I": "matrix n n, identity"}),
        ([r"\dot v = -v + r I_s"], {"I_s": "scalar"}),
        ([r"\dot u = -u + I_e"], {"I_e": "vector n"}),
        ([r"r_t = \phi(J r_{t-1} + I_e)"], {"I_e": "vector n"}),
    ],
)
def test_an_identity_that_would_change_nothing_is_asked_for(texts: list[str], declared: dict[str, str]) -> None:
    """What I names there is a current, or a compartment; a declaration says so."""
    with pytest.raises(SymjacError) as refused:
        System(*texts)
    assert all(f"{name}: {words}" in str(refused.value.hint) for name, words in list(declared.items())[:1])
    assert System(*texts, symbols=declared).equations
    for fine in (r"y = (A - \lambda I) x", r"y = (\mu I_n + A)^{-1} x", "Y = A + I", "y = I_3 x + b", "y = A I_n x"):
        assert System(fine).equations


def test_an_index_below_an_i_is_that_of_an_entry() -> None:
    r"""``I_i`` beside ``x_i``: a current for each."""
    assert right_sides(r"\dot x_i = -x_i + \sum_j w_{ij} \sigma(x_j) + I_i") == [r"-x + w \sigma(x) + I"]


def test_the_identity_is_told_apart_from_what_is_called_so() -> None:
    """An I of a step is another symbol than the identity; beside a declared I the identity is bold."""
    for text in (r"u_t = x_t + r_t I_t", r"u_t = x_t + r_t I(t)"):
        assert System(text, orientation="row").jacobian("u_t", wrt="x_t").formula() == "I"
    declared = {"I": "matrix m n"}
    assert System("u = x + r I", symbols=declared, orientation="row").jacobian("u", wrt="x").formula() == r"\mathbf{I}"
    system = System("y_t = x_t + A I_t", symbols={"I": "vector m"})
    assert system.check(r"\frac{\partial y_t}{\partial x_t} = I").verdict == "true"
    assert system.check(r"\frac{\partial y_t}{\partial x_t} = 2 I").verdict == "false"
    assert system.check(r"\frac{\partial y_t}{\partial I_t} = A").verdict == "true"


def test_a_letter_before_one_name_in_a_bracket_is_asked_for() -> None:
    r"""``\log p(x)`` is hardly a product of a vector and a number."""
    with pytest.raises(SymjacError, match="a function or a product"):
        System(r"L = \log p(x)")


@pytest.mark.parametrize(
    ("equation", "claim", "true"),
    [
        (r"w_{t+1} = w_t + \rho (d_t - w_t)", r"\frac{\partial w_{t+1}}{\partial w_t} = (1 - \rho) I", True),
        (r"w_{t+1} = w_t + \rho (d_t - w_t)", r"\frac{\partial w_{t+1}}{\partial w_t} = (1 + \rho) I", False),
        (r"x_{t+1} = x_t + g (A x_t + b)", r"\frac{\partial x_{t+1}}{\partial x_t} = I + g A", True),
        (r"x_{t+1} = x_t + g (A x_t + b)", r"\frac{\partial x_{t+1}}{\partial x_t} = I + g A^\top", False),
        (r"x_{k+1} = x_k + \Phi (y_k - x_k)", r"\frac{\partial x_{k+1}}{\partial x_k} = I - \Phi", True),
        (r"\dot x = F(x - r) + w", r"\frac{\partial \dot x}{\partial x} = F", True),
        (r"y = F (x - m)", r"(\frac{\partial y}{\partial x})^\top = F^\top", True),
        (r"y = F (x - m)", r"(\frac{\partial y}{\partial x})^\top = -F^\top", False),
        (r"y = F (x - m)", r"\frac{\partial y}{\partial x} = F^\top", False),
        (r"\dot v = -g_L (v - e_L) + u", r"\frac{\partial \dot v}{\partial v} = -g_L", True),
        (r"\dot v = -g_L (v - e_L) + u", r"\frac{\partial \dot v}{\partial e_L} = -g_L", False),
        (r"\dot x = \sigma(y - x)", r"\frac{\partial \dot x}{\partial y} = \sigma", True),
        (r"\dot x = \sigma(y - x)", r"\frac{\partial \dot x}{\partial x} = \sigma", False),
        (r"y_i = \sum_j A_{ij} \rho_j (x_j - m_j)", r"\frac{\partial y_i}{\partial x_j} = A_{ij} \rho_j", True),
        (r"y_i = \sum_j A_{ij} \rho_j (x_j - m_j)", r"\frac{\partial y_i}{\partial x_j} = A_{ij} \rho_i", False),
    ],
)
def test_a_letter_that_a_claim_uses_as_a_factor_is_none_of_a_function(equation: str, claim: str, true: bool) -> None:
    """A claim and its system are one text: a letter before a bracket that stands alone elsewhere is a factor."""
    holds = check([equation], claim).conventions["numerator_column"].holds
    assert holds is true


@pytest.mark.parametrize(
    ("equation", "claim"),
    [
        (r"L = \rho (\|x\| - 1)^2", r"\nabla_x L = 2 \rho (\|x\| - 1) \frac{x}{\|x\|}"),
        (r"y = \phi_1 (A x) + b", r"\frac{\partial y}{\partial x} = \phi_1 A"),
        (r"y = \sigma^{-2} (x - m)", r"\frac{\partial y}{\partial x} = \sigma^{-2} I"),
    ],
)
def test_what_holds_for_a_factor_is_not_refuted_for_a_function(equation: str, claim: str) -> None:
    """Where nothing settles which it is, the claim is undecided, or the text asked about."""
    found = check_record({"equations": [equation], "claim": claim})
    assert found.verdict in ("undecided", "unreadable")
    shown = str(found.error) + str(found.if_declared)
    assert "scalar" in shown or "a number?" in shown


def test_functions_in_a_loss_are_scalar_functions_together() -> None:
    assert "scalar function" in notes(r"J = \phi(x) + x^\top Q x")
    assert right_sides(r"J = f(x) + g(x) + \lambda \|x\|^2") == [r"f(x) + g(x) + \lambda \lVert x\rVert^{2}"]
    assert System(r"J = f(x) + g(x) + \lambda \|x\|^2").reading.symbols["J"].role == "scalar"


def test_a_function_whose_jacobian_is_named_is_a_map() -> None:
    """Its transpose is another one; applied entry by entry it would be the same."""
    system, jacobian = [r"x_{k+1} = f(x_k) + B u_k"], r"\frac{\partial f(x_k)}{\partial x_k}"
    by_state = r"\frac{\partial x_{k+1}}{\partial x_k} = "
    assert check(system, by_state + jacobian).verdict == "true"
    assert check(system, by_state + rf"\left({jacobian}\right)^\top").verdict == "false"


def test_a_function_before_a_bracket_is_noted_whatever_its_letter() -> None:
    for letter in (r"\sigma", r"\phi", r"\rho", "f", "h"):
        assert "is applied entry by entry" in notes(rf"y = W {letter}(A x + b)")
        declared = {"W": "matrix m n", "A": "matrix n n", "x": "vector n", "b": "vector n", "y": "vector m"}
        with pytest.raises(SymjacError, match="entry by entry"):
            System(rf"y = W {letter}(A x + b)", symbols=declared, strict=True)


@pytest.mark.parametrize(("identity", "holds"), [("I", None), (r"\mathbf{I}", True), ("I_n", True)])
def test_the_identity_beside_a_symbol_of_its_letter_is_not_refuted_by_shape(identity: str, holds: bool | None) -> None:
    """``I: vector n``, as the hint says, and a claim that prints the identity with the same letter."""
    claim = rf"\frac{{\partial \dot u}}{{\partial u}} = -{identity} + \operatorname{{diag}}(1 - \tanh^2(W u + I)) W"
    record = {"equations": [r"\dot u = -u + \tanh(W u + I)"], "symbols": {"I": "vector n"}, "claim": claim}
    assert check_record(record).conventions["numerator_column"].holds is holds


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        (r"y = c x + A x \text{ where } c \text{ is a constant}", r"\frac{\partial y}{\partial x}", "c I + A"),
        (r"z = g B u \quad \text{with } g \text{ constant}", r"\frac{\partial z}{\partial u}", "g B"),
        (r"h_t = W h_{t-1}, \quad T \text{ steps}", r"\frac{\partial h_t}{\partial h_{t-1}}", "W"),
    ],
)
def test_a_letter_between_words_is_no_equation(text: str, left: str, right: str) -> None:
    """A letter that a remark speaks of is left out with its words, and a note says so."""
    assert "beside words is left out" in notes(text)
    assert check_record({"equations": [text], "claim": f"{left} = {right}"}).verdict == "true"
    assert check_record({"equations": [text], "claim": f"{left} = 2 ({right})"}).verdict == "false"


def test_what_is_declared_of_a_defined_function_holds() -> None:
    r"""The \psi of ``\psi(x) = f(x) + ...`` is the scalar that it is declared to be, and else refused."""
    assert right_sides(r"\psi(x) = f(x) + \frac12 \|x - v\|^2", **{r"\psi": "scalar"}) == [
        r"f(x) + \frac{1}{2} \lVert x - v\rVert^{2}"
    ]
    with pytest.raises(SymjacError, match="is declared to be a scalar"):
        System(r"\psi(x) = W x", symbols={r"\psi": "scalar", "W": "matrix n n"})


@pytest.mark.parametrize(
    "text",
    [
        *("f_{t+1} = f_t(x)", "f_{k+1} = f_k(x) + b", r"\phi_t = \phi_{t-1}(x)", "g_t = g_{t-1}(A x + b)"),
        r"f_{t+1} = f_t + \eta (f_t(x) - y)",
    ],
)
def test_a_left_side_does_not_settle_that_its_letter_before_a_bracket_is_a_factor(text: str) -> None:
    """A letter of functions with a step may be a function there, as anywhere; what stands alone is a factor."""
    with pytest.raises(SymjacError, match="a function or a product"):
        System(text)
    assert right_sides(text, **{text[: text.index("_")]: "scalar", "A": "scalar"})
    assert right_sides("f_t = 2 x_t", "c_t = f_t (c_{t-1})") == ["2 x_t", "f_t c_{t-1}"]
    assert right_sides("f_{t+1} = f_t + r f_t (1 - f_t)") == ["f_t + r f_t (1 - f_t)"]


@pytest.mark.parametrize("letter", [r"\operatorname{act}", r"\mathrm{act}", r"\mathcal{F}", r"\phi"])
def test_what_is_a_function_without_a_step_is_asked_for_with_one(letter: str) -> None:
    """A word, a letter in script and one of the usual letters, before whatever bracket."""
    assert System(rf"h_t = {letter}(W h_{{t-1}})").reading.applied
    with pytest.raises(SymjacError, match="a function or a product"):
        System(rf"h_t = {letter}_t(W h_{{t-1}})")


@pytest.mark.parametrize("role", ["elementwise", "map n n"])
def test_a_function_with_an_index_is_another_one_at_each_step(role: str) -> None:
    """Its argument tells which; what does not tell, or is two things, is refused, and so is what needs all of them."""
    shapes = {"f": role, "x": "vector n", "c": "vector n"}
    assert "f_t is printed as f: its argument tells which step it is of" in notes("x_{t+1} = f_t(x_t)", **shapes)
    system = System("x_{t+1} = f_t(x_t)", symbols=shapes)
    for over_time in (lambda: system.unroll("x_t", back_to="x_k"), lambda: system.bptt(r"L = \sum_t \|x_t\|^2")):
        with pytest.raises(SymjacError, match="f is another function at each step"):
            over_time()
    for text in ("x_{t+1} = f_t(c) + x_t", "x_{t+1} = f_t(x_t) + f_{t-1}(x_{t-1})", "x_{t+1} = f_t(x_t) + f(x_{t-1})"):
        with pytest.raises(SymjacError, match="a function that"):
            System(text, symbols=shapes)


@pytest.mark.parametrize("letter", [r"\sigma", r"\epsilon", r"\mu", r"\lambda"])
def test_a_greek_letter_that_is_multiplied_entry_by_entry_is_a_vector(letter: str) -> None:
    """Beside ``\\odot`` stands no number and no function that has lost its argument; a note says what it rests on."""
    text = rf"z = W h + {letter} \odot \xi"
    assert System(text).symbols[letter].role == "vector"
    assert "multiplied entry by entry" in notes(text)


@pytest.mark.parametrize("letter", [r"\mu", r"\alpha", r"\lambda"])
def test_a_factor_before_the_bracket_of_one_name_is_noted(letter: str) -> None:
    """A product with a bracket around one name is printed seldom: what is read as one is said."""
    assert "is read as a product" in notes(rf"z = {letter}(x) + W x")
    assert "is read as a product" not in notes(rf"z = {letter}(x - b) + W x")


def test_no_number_is_made_of_what_is_multiplied_entry_by_entry() -> None:
    """Moments of gradients as papers print them: a vector before a vector is refused, and g is no number for that."""
    texts = [r"v_t = \beta v_{t-1} + (1-\beta) g_t \odot g_t", r"x_t = x_{t-1} - \frac{\eta}{\sqrt{v_t+\epsilon}} g_t"]
    with pytest.raises(SymjacError, match="is a column, g_t is a column"):
        System(*texts)
    written = texts[1].replace("} g_t", r"} \odot g_t")
    assert System(texts[0], written).symbols["g_t"].role == "vector"


def test_a_vector_of_ones_marks_vectors() -> None:
    """``x - m 1`` is no sum of numbers."""
    system = System("y = x - m 1")
    assert [system.symbols[name].role for name in "xm"] == ["vector", "scalar"]
