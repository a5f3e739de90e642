"""Roles, times, declarations, orientation and notes: what the letters of a text are taken to be."""

from __future__ import annotations

import pytest

from symjac.errors import DefinitionError, ReadError
from symjac.expr import (
    ONE,
    Apply,
    Diag,
    Expr,
    Function,
    MatrixPower,
    Product,
    Softmax,
    Stack,
    Symbol,
    Transpose,
    VectorMap,
)
from symjac.reading import read_formula, read_system
from symjac.reading.attempt import Attempt
from symjac.reading.session import Session
from tests.readings import M, N, kinds, right, shape


def test_the_definition_of_a_symbol_gives_its_role() -> None:
    """s = u'h is a scalar and A = M - M' a matrix whatever the case of their letters."""
    reading = read_system([r"s = u^\top h", "A = M - M^T", "h = A x"])
    assert reading.symbols["s"].role == "scalar"
    assert reading.symbols["A"].role == "matrix"
    assert shape(reading, "A") == shape(reading, "M")


def test_a_capital_state_is_a_vector_where_nothing_else_fits() -> None:
    """C_t of an LSTM is found to be a vector, with a note."""
    reading = read_system([r"f_t = \sigma(W_f h_{t-1}); C_t = f_t \odot C_{t-1}"])
    assert reading.symbols["C_t"].role == "vector"
    assert any("only role that fits" in n.message for n in reading.notes)


@pytest.mark.parametrize(
    "texts",
    [
        [r"H_t = \tanh(W H_{t-1} + b)"],
        [r"X_t = \sigma(X_{t-1}) + b", r"y_t = V X_t"],
        [r"h_t = \tanh(W h_{t-1} + U X_t + b)"],
        [r"x_t = W \sigma(x_{t-1}) + C"],
        [r"y = a x + b", r"s = a^\top x"],
    ],
)
def test_a_role_that_was_changed_to_fit_is_always_noted(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever role the first guess did not fit and another replaced, a note names the letter and its role."""
    tried: list[Attempt] = []
    otherwise = Session.otherwise

    def watched(session: Session, *failed: object) -> Attempt:
        tried.append(otherwise(session, *failed))  # type: ignore[arg-type]  # handed on
        return tried[-1]

    monkeypatch.setattr(Session, "otherwise", watched)
    reading = read_system(texts)
    (attempt,) = tried
    ((letter, role),) = attempt.option.roles.items()
    assert f"{letter}: read as a {role} (the only role that fits)" in [n.message for n in reading.notes]


def test_a_guess_with_two_ways_out_is_an_error_that_asks() -> None:
    """Where two changes of role would fit, the message asks for a declaration."""
    with pytest.raises(ReadError) as error:
        read_system(["y = W x + a b"])
    assert error.value.hint == 'several readings fit; declare one, as in "a: scalar" or "b: scalar"'


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("h_t = W h_{t-1}", {"h_t", "h_{t-1}"}),
        ("h^{(t)} = W h^{(t-1)}", {"h^{(t)}", "h^{(t-1)}"}),
        (r"h^{\langle t\rangle} = W h^{\langle t-1\rangle}", {r"h^{\langle t \rangle}", r"h^{\langle t-1 \rangle}"}),
        ("h^{<t>} = W h^{<t-1>}", {r"h^{\langle t \rangle}", r"h^{\langle t-1 \rangle}"}),
        ("h(t) = W h(t-1)", {"h(t)", "h(t-1)"}),
        ("h_{[t]} = W h_{[t-1]}", {"h_{[t]}", "h_{[t-1]}"}),
        ("h^{l+1} = W h^{l}", {"h^{l+1}", "h^l"}),
        ("hₜ = W hₜ₋₁", {"h_t", "h_{t-1}"}),
        ("h_1 = W h_0; h_t = W h_{t-1}", {"h_1", "h_0", "h_t", "h_{t-1}"}),
    ],
)
def test_a_state_is_one_family_in_every_notation_of_time(text: str, names: set[str]) -> None:
    """The states of a text share family and shape; names keep the notation they came in."""
    reading = read_system([text])
    states = {name for name, info in reading.symbols.items() if info.family == "h"}
    assert states == names
    assert shape(reading, "W") == ("n", "n")


def test_labels_tell_families_apart() -> None:
    r"""b_{\tilde h} is not b_h, and W^{(hx)} not W^{(hh)}."""
    reading = read_system([r"h_t = W^{(hh)} h_{t-1} + W^{(hx)} x_t + b_h + b_{\tilde h}"])
    assert {"W^{(hh)}", "W^{(hx)}", "b_h", r"b_{\tilde{h}}"} <= set(reading.symbols)


def test_a_power_of_a_matrix_is_no_time() -> None:
    """W^{t-k} x_k is a matrix power."""
    (product,), _ = read_formula("W^{t-k} x_k", read_system(["x_t = W x_{t-1}"], {"W": "matrix n n"}))
    assert isinstance(product.args[0], MatrixPower)


# ------------------------------------------------------------------------------------ declarations


def test_declarations_override_what_would_be_guessed() -> None:
    """A lower-case matrix, a capital vector, sizes as sums and as numbers."""
    symbols = {"a": "matrix n m", "X_t": "vector m", "c": "vector 3", "W": "matrix 3 n+m", "h": "vector n"}
    reading = read_system(["h = a X_t", "c = W [h; X_t]"], symbols)
    assert shape(reading, "W") == ("3", "m + n")
    assert all(reading.symbols[s].declared for s in symbols)
    assert not reading.notes


def test_declared_symbols_go_out_as_the_text_prints_them() -> None:
    r"""A declaration of W_{rec} is one of \mathbf{W}_{rec} where the text prints that."""
    reading = read_system(
        [r"\mathbf{x}_t = \mathbf{W}_{rec} \mathbf{x}_{t-1}"], {"W_{rec}": "matrix n n", "x_t": "vector n"}
    )
    assert set(reading.symbols) == {r"\mathbf{W}_{rec}", r"\mathbf{x}_t", r"\mathbf{x}_{t-1}"}
    assert not reading.notes


def test_styles_that_a_text_tells_apart_stay_apart() -> None:
    r"""x and \mathbf{x} in one text are two symbols."""
    reading = read_system([r"x = \mathbf{w}^\top \mathbf{x}"], {r"\mathbf{x}": "vector n"})
    assert reading.symbols["x"].role == "scalar"
    assert reading.symbols[r"\mathbf{x}"].role == "vector"


@pytest.mark.parametrize(
    ("words", "node"),
    [
        ("elementwise tanh", Apply(Function(r"\sigma", 0, "tanh"), Symbol("x", (N, ONE)))),
        ("elementwise logistic sigmoid", Apply(Function(r"\sigma", 0, "sigmoid"), Symbol("x", (N, ONE)))),
        ("elementwise", Apply(Function(r"\sigma"), Symbol("x", (N, ONE)))),
        ("softmax", Softmax(Symbol("x", (N, ONE)))),
        ("map", VectorMap(r"\sigma", Symbol("x", (N, ONE)), M)),
    ],
)
def test_a_function_is_what_it_was_declared(words: str, node: Expr) -> None:
    """Known elementwise functions, softmax and unspecified maps can be declared by name."""
    symbols = {r"\sigma": words, "x": "vector n"}
    if words == "map":
        symbols["y"] = "vector m"
    assert right(r"y = \sigma(x)", **symbols) == node


def test_a_declaration_may_stand_in_the_text() -> None:
    r"""W \in \mathbb{R}^{n \times m} declares W."""
    reading = read_system([r"W \in \mathbb{R}^{k \times d}; \quad x_t \in \mathbb{R}^d; \quad y_t = W x_t"])
    assert shape(reading, "W") == ("k", "d")
    assert reading.symbols["W"].declared


def test_one_membership_may_declare_several_symbols() -> None:
    r"""x_t, u_t \\in \\mathbb{R}^k declares both."""
    reading = read_system([r"x_t, u_t \in \mathbb{R}^k, \quad x_t = W u_t"])
    assert shape(reading, "W") == ("k", "k")


def test_an_unknown_declaration_is_an_error_or_a_note() -> None:
    """What a declaration may say is listed; where it is let pass, the role is inferred and this is noted."""
    with pytest.raises(DefinitionError, match="martix"):
        read_system(["y = W x"], {"W": "martix n n"})
    assert "declaration" in kinds(read_system(["y = W x"], {"W": "martix n n"}, lenient=True))


def test_a_symbol_declared_twice_in_different_ways_is_an_error() -> None:
    """Two declarations of one symbol have to agree."""
    with pytest.raises(DefinitionError, match="declared twice"):
        read_system(["y = W x"], {"W": "matrix n n", " W": "scalar"})


def test_an_equation_that_names_a_gradient_declares_it() -> None:
    r"""\delta_t = \partial L / \partial a_t is no equation of the system."""
    reading = read_system([r"a_t = W h_{t-1}", r"\delta_t = \partial L / \partial a_t"])
    assert len(reading.equations) == 1
    assert reading.symbols[r"\delta_t"].gradient == ("L", "a_t")
    assert shape(reading, r"\delta_t") == shape(reading, "a_t")


# ------------------------------------------------------------------------------------- orientation


def test_rows_are_read_into_columns_from_both_sides() -> None:
    """A printed v W and a printed W v both become W^T v, the latter's W having the shape that acts."""
    after = read_system(["y = v W"], {"W": "matrix m n", "v": "vector m"}, orientation="row")
    before = read_system(["y = W v"], {"W": "matrix n m", "v": "vector m"}, orientation="row")
    for reading in (after, before):
        assert reading.equations[0].rhs == Product(Transpose(Symbol("W", (M, N))), Symbol("v", (M, ONE)))
        assert reading.orientation == "row"


def test_products_of_vectors_in_rows() -> None:
    """u^T v and u v^T are inner products, [h, x] W acts on the vectors side by side."""
    inner = read_system([r"s = u^\top v"], orientation="row").equations[0].rhs
    assert inner == read_system([r"s = u v^\top"], orientation="row").equations[0].rhs
    stacked = read_system([r"y = \begin{bmatrix} h & x \end{bmatrix} W"], orientation="row").equations[0].rhs
    assert isinstance(stacked.args[1], Stack)


def test_in_rows_the_innermost_matrix_acts_first() -> None:
    """B A x is (x A) B."""
    (equation,) = read_system(["y = B A x"], orientation="row").equations
    B, A, x = equation.rhs.args
    assert [str(B), str(A), str(x)] == ["Transpose(B)", "Transpose(A)", "x"]


def test_a_system_in_rows_does_not_type_in_columns_nor_the_reverse() -> None:
    """v W fits rows only, x^T A columns only."""
    with pytest.raises(ReadError, match=r"row orientation|does not fit"):
        read_system([r"\mathbf{y} = \mathbf{v} \mathbf{W}"])
    with pytest.raises(ReadError, match="row orientation"):
        read_system([r"\mathbf{s} = \mathbf{x}^T \mathbf{A}"], orientation="row")


@pytest.mark.parametrize("text", [r"\pi_t = \pi_{t-1} P", r"\mu_{k+1} = \mu_k A + \nu_k"])
def test_a_greek_state_before_a_matrix_is_a_row(text: str) -> None:
    """The distribution of a Markov chain; as columns it is refused."""
    reading = read_system([text], orientation=None)
    assert reading.orientation == "row"
    assert {i.role for i in reading.symbols.values()} == {"vector", "matrix"}
    with pytest.raises(ReadError, match=r"do not fit|added to a matrix"):
        read_system([text])


# ---------------------------------------------------------------------------------- notes and strict


def test_a_guess_from_case_is_a_note_and_refused_under_strict() -> None:
    """Bold letters and declared ones need no guess; bare letters do."""
    assert kinds(read_system(["x_t = W x_{t-1}"])) == {"role"}
    assert not read_system([r"\mathbf{x}_t = \mathbf{W} \mathbf{x}_{t-1}"], strict=True).notes
    with pytest.raises(ReadError, match="capital letter"):
        read_system(["x_t = W x_{t-1}"], strict=True)


def test_a_missing_bracket_is_put_in_where_one_place_fits() -> None:
    """The founding question's own formula is mended with a note, and refused under strict."""
    reading = read_system([r"\mathbf{x}_t=\mathbf{W}\sigma(\mathbf{x}_{t-1})"])
    claim = r"\frac{\partial \mathbf{x}_i}{\partial\mathbf{x}_{i-1}} = \mathbf{W}^\top diag(\sigma'(\mathbf{x}_{i-1})"
    members, notes = read_formula(claim, reading)
    assert [n.kind for n in notes] == ["repaired"]
    assert isinstance(members[1].args[1], Diag)
    with pytest.raises(ReadError, match="never closed"):
        read_formula(claim, reading, strict=True)


def test_a_missing_bracket_with_two_places_is_an_error_that_shows_both() -> None:
    """W sigma(x + b may end after x or after b."""
    with pytest.raises(ReadError, match="never closed") as error:
        read_system([r"x_t = W \sigma(x_{t-1} + b"])
    assert error.value.hint is not None
    assert r"\sigma(x_{t-1}) + b" in error.value.hint


def test_a_dotted_function_and_a_subscript_without_its_sign_are_noted() -> None:
    r"""\dot\sigma is a derivative and b1 is b_1, with notes."""
    assert "dot" in kinds(read_system([r"J = W diag(\dot\sigma(x))"]))
    reading = read_system(["y = W x + b1"])
    assert "repaired" in kinds(reading)
    assert "b_1" in reading.symbols


@pytest.mark.parametrize("words", ["vector of length n", "input vector n", "pre-activation of z, vector n"])
def test_a_shape_is_read_among_other_words(words: str) -> None:
    """Equations read the words that claims read; what is picked out of others is said."""
    reading = read_system(["y = W x"], {"x": words, "W": "matrix m n"})
    assert shape(reading, "x") == shape(read_system(["y = W x"], {"x": "vector n", "W": "matrix m n"}), "x")
    said = [n.message for n in reading.notes if n.message.endswith("is read as vector n")]
    assert len(said) == (not words.startswith("vector"))


@pytest.mark.parametrize("equations", [["y = C x", r"C = \begin{bmatrix} 1 & a \end{bmatrix}"]])
def test_a_capital_that_is_a_written_out_row_is_a_matrix_whichever_equation_comes_first(equations: list[str]) -> None:
    """The observation of a state space model: no column, of which the transpose would be read."""
    for texts in (equations, equations[::-1]):
        reading = read_system(texts)
        assert [str(d) for d in reading.symbols["C"].symbol.shape] == ["1", "2"]
        assert reading.symbols["y"].role == "scalar"
        assert not any("transpose" in n.message for n in reading.notes)


@pytest.mark.parametrize(
    ("text", "is_size"),
    [
        (r"\dot{v} = -\frac{1}{m} \nabla U(r)", False),
        (r"m \dot{v} = -\nabla U(r) - \gamma v", False),
        (r"v_{t+1} = v_t - \frac{h}{N} \nabla U(q_t)", False),
        (r"E = \frac{1}{2 m} p^\top p", False),
        (r"s = \frac{1}{m} \mathbf{1}^\top x", True),
        (r"y = x - \mathbf{1} \mathbf{1}^\top x / n", True),
        (r"s = \frac{1}{n} \sum_i x_i^2", True),
    ],
)
def test_below_a_line_is_a_scalar_unless_entries_are_summed_there(text: str, is_size: bool) -> None:
    """A mass is not the size of the vectors, so that it is an argument of what is emitted."""
    reading = read_system([text])
    assert any("as the size" in n.message for n in reading.notes) == is_size
