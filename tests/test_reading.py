"""Roles, shapes, times, declarations and notes: what a text is taken to mean."""

from __future__ import annotations

import pytest

from symjac.errors import DefinitionError, ReadError, TargetError
from symjac.expr import (
    ONE,
    Apply,
    Diag,
    EntryPower,
    Expr,
    Function,
    Hadamard,
    Identity,
    LogSumExp,
    MatrixPower,
    Norm,
    Number,
    Ones,
    OverTime,
    Partial,
    Product,
    Softmax,
    Stack,
    Sum,
    Symbol,
    Transpose,
    VectorMap,
    Zero,
    dim,
)
from symjac.reading import Reading, read_expression, read_expression_with_notes, read_formula, read_symbol, read_system
from symjac.reading.session import Attempt, Session

N, M = dim("n"), dim("m")
LSTM = r"""\begin{align}
 f_t &= \sigma(W_f [h_{t-1}, x_t] + b_f) \\ i_t &= \sigma(W_i [h_{t-1}, x_t] + b_i) \\
 o_t &= \sigma(W_o [h_{t-1}, x_t] + b_o) \\ \tilde{c}_t &= \tanh(W_c [h_{t-1}, x_t] + b_c) \\
 c_t &= f_t \odot c_{t-1} + i_t \odot \tilde{c}_t \\ h_t &= o_t \odot \tanh(c_t)
\end{align}"""


def right(text: str, **symbols: str) -> Expr:
    """The right side of the only equation of a text."""
    (equation,) = read_system([text], symbols).equations
    return equation.rhs


def shape(reading: Reading, name: str) -> tuple[str, str]:
    rows, cols = reading.symbols[name].symbol.shape
    return str(rows), str(cols)


def kinds(reading: Reading) -> set[str]:
    return {n.kind for n in reading.notes}


# ------------------------------------------------------------------------------------ whole systems


def test_the_founding_recurrence_is_read_with_its_product_order() -> None:
    """x_t = W sigma(x_{t-1}) + W_in u_t + b is a sum of two ordered products and b."""
    reading = read_system([r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"])
    (equation,) = reading.equations
    W, W_in = Symbol("W", (N, N)), Symbol("W_{in}", (N, M))
    x, u, b = Symbol("x_{t-1}", (N, ONE)), Symbol("u_t", (M, ONE)), Symbol("b", (N, ONE))
    assert equation.lhs == Symbol("x_t", (N, ONE))
    assert equation.rhs == Sum(Product(W, Apply(Function(r"\sigma"), x)), Product(W_in, u), b)
    assert reading.symbols["x_{t-1}"].time == ("t", -1)
    assert reading.symbols["x_{t-1}"].family == reading.symbols["x_t"].family == "x"


def test_an_lstm_over_stacked_vectors_gets_sums_of_sizes() -> None:
    """W_f of W_f [h, x] has as many columns as h and x have entries."""
    reading = read_system([LSTM])
    assert [e.lhs.name for e in reading.equations] == ["f_t", "i_t", "o_t", r"\tilde{c}_t", "c_t", "h_t"]
    assert reading.symbols["W_f"].symbol.shape == (N, N + M)
    assert reading.symbols["x_t"].symbol.shape == (M, ONE)


def test_stacks_in_both_orders_fit_one_declared_size() -> None:
    """[h; x] and [x; h] both have n + m entries."""
    reading = read_system(["y = W [h; x]; z = W [x; h]"], {"W": "matrix k n+m", "h": "vector n"})
    assert shape(reading, "x") == ("m", "1")


def test_the_order_of_the_equations_changes_nothing() -> None:
    """A gate may be used before the line that defines it."""
    lines = [r"h_t = \tanh(a_t)", "a_t = W h_{t-1} + b", "L = s^2", r"s = u^\top h_t"]
    first, second = read_system(lines), read_system(lines[::-1])
    assert {e.lhs: e.rhs for e in first.equations} == {e.lhs: e.rhs for e in second.equations}


@pytest.mark.parametrize(
    "text",
    [
        "h_t = tanh(W h_{t-1})\ny_t = U h_t",
        r"h_t = \tanh(W h_{t-1}), \quad y_t = U h_t.",
        r"h_t = \tanh(W h_{t-1}); y_t = U h_t",
        r"h_t = \tanh(W h_{t-1}) \qquad y_t = U h_t",
        r"\boxed{\begin{aligned} h_t &= \tanh(W h_{t-1}) \\ y_t &= U h_t \end{aligned}}",
        r"\begin{array}{rl} h_t &= \tanh(W h_{t-1}) \\ y_t &= U h_t \end{array}",
        r"h_t = \tanh(W h_{t-1}) \text{ and } y_t = U h_t",
    ],
)
def test_one_text_may_hold_several_equations(text: str) -> None:
    """Rows, commas, semicolons, line ends, wide space and words part equations."""
    first, second = read_system([text]).equations
    assert first.rhs == read_system([r"h_t = \tanh(W h_{t-1})"]).equations[0].rhs
    assert second.lhs.name == "y_t"


# ------------------------------------------------------------------------------------- operations


@pytest.mark.parametrize(
    ("text", "node"),
    [
        (r"\mathbf{y} = \mathbf{a} \odot \mathbf{b}", Hadamard),
        (r"\mathbf{y} = \mathbf{a} \circ \mathbf{b}", Hadamard),
        (r"\mathbf{y} = \mathbf{a} * \mathbf{b}", Hadamard),
        (r"\mathbf{y} = \mathbf{a} \oslash \mathbf{b}", Hadamard),
        (r"\mathbf{y} = \frac{\mathbf{a}}{\mathbf{b}}", Hadamard),
        (r"\mathbf{y} = \mathbf{W}^{-1} \mathbf{b}", Product),
        (r"\mathbf{Y} = \mathbf{W}^{-1}", MatrixPower),
        (r"\mathbf{Y} = \mathbf{W}^3", MatrixPower),
        (r"\mathbf{y} = \mathbf{x}^3", EntryPower),
        (r"\mathbf{y} = \mathbf{x}^{\odot 2}", EntryPower),
        (r"\mathbf{Y} = \operatorname{diag}(\mathbf{x})", Diag),
        (r"\mathbf{Y} = diag[\mathbf{x}]", Diag),
        (r"\mathbf{Y} = \text{Diag}\{\mathbf{x}\}", Diag),
        (r"\mathbf{y} = \operatorname{softmax}(\mathbf{x})", Softmax),
        (r"s = \operatorname{logsumexp}(\mathbf{x})", LogSumExp),
        (r"s = \|\mathbf{x}\|", Norm),
        (r"s = \lVert\mathbf{x}\rVert_2", Norm),
        (r"\mathbf{y} = [\mathbf{h}, \mathbf{x}]", Stack),
        (r"\mathbf{y} = \begin{bmatrix} \mathbf{h} \\ \mathbf{x} \end{bmatrix}", Stack),
        (r"\mathbf{Y} = \mathbf{u} \otimes \mathbf{v}", Product),
        (r"\mathbf{y} = \sum_{t=1}^{T} \mathbf{x}_t", OverTime),
        (r"\mathbf{y} = \max(0, \mathbf{x})", Apply),
        (r"\mathbf{y} = \mathbb{1}[\mathbf{x} > 0]", Apply),
        (r"\mathbf{y} = \sqrt{\mathbf{x}}", EntryPower),
        (r"\mathbf{y} = e^{\mathbf{x}}", Apply),
    ],
)
def test_each_operation_becomes_its_node(text: str, node: type[Expr]) -> None:
    """The operations of vector notation, in their spellings, reach the nodes that stand for them."""
    assert isinstance(right(text), node)


def test_a_transpose_is_one_in_every_spelling() -> None:
    r"""^T, ^\top, ^{\mathsf T}, ^{\intercal}, ᵀ and ' after a matrix are transposes."""
    texts = ["W^T x", r"W^\top x", r"W^{\mathsf T} x", r"W^{\intercal} x", "Wᵀ x", r"W^{\mathrm{T}} x", "W' x"]
    assert {right(f"y = {t}") for t in texts} == {right("y = W^T x")}


def test_juxtaposition_binds_tighter_than_the_entrywise_product() -> None:
    """W a . b is (W a) . b."""
    assert right(r"y = W a \odot b") == right(r"y = (W a) \odot b")


def test_an_inner_product_that_is_multiplied_on_is_a_factor_of_its_own() -> None:
    """u'v w'z is the product of two numbers."""
    product = right(r"s = \mathbf{u}^\top \mathbf{v} \mathbf{w}^\top \mathbf{z}")
    assert [f.is_scalar for f in product.args] == [True, True]


def test_one_minus_a_vector_is_taken_entry_by_entry_without_a_note() -> None:
    """The 1 of 1 - h^2 is a vector of ones."""
    reading = read_system([r"\mathbf{y}_t = 1 - \mathbf{h}_t^2"])
    assert reading.equations[0].rhs.args[0] == Ones(N)
    assert not reading.notes


def test_a_scalar_symbol_beside_a_vector_is_spread_with_a_note() -> None:
    """x + c adds c to every entry, and says so."""
    reading = read_system([r"\mathbf{y} = \mathbf{x} + c"])
    assert reading.equations[0].rhs.args[1] == Product(Symbol("c"), Ones(N))
    assert kinds(reading) == {"ones", "role"}


def test_a_star_that_cannot_be_entrywise_is_a_product_with_a_note() -> None:
    """W * x is the matrix product, since the shapes forbid the other reading."""
    reading = read_system([r"\mathbf{y} = \mathbf{W} * \mathbf{x}"])
    assert isinstance(reading.equations[0].rhs, Product)
    assert kinds(reading) == {"star"}


def test_means_and_sums_over_entries_are_products_with_ones() -> None:
    """The mean in its three spellings is one expression."""
    written = right(r"s = \frac{1}{n}\sum_{i=1}^{n} x_i", x="vector n")
    assert written == Product(EntryPower(Symbol("n"), Number(-1)), Product(Transpose(Ones(N)), Symbol("x", (N, ONE))))
    assert right(r"s = \frac1n \mathbf{1}^\top x", x="vector n").symbols == written.symbols
    assert right(r"s = \operatorname{mean}(x)", x="vector n").symbols == written.symbols


def test_index_notation_is_the_vector_equation_it_stands_for() -> None:
    r"""y_i = \sum_j w_ij sigma(x_j) + b_i is y = w sigma(x) + b with w of its own two sizes."""
    reading = read_system([r"y_i = \sum_{j=1}^n w_{ij}\sigma(x_j) + b_i"])
    (equation,) = reading.equations
    w, x, b = Symbol("w", (M, N)), Symbol("x", (N, ONE)), Symbol("b", (M, ONE))
    assert equation.lhs == Symbol("y", (M, ONE))
    assert equation.rhs == Sum(Product(w, Apply(Function(r"\sigma"), x)), b)


def test_the_exponent_of_e_is_an_expression_like_any_other() -> None:
    """Entries, products and brackets above e are seen, and never taken for a name."""
    assert right(r"\mathbf{y} = e^{\mathbf{W x}}") == right(r"\mathbf{y} = \exp(\mathbf{W}\mathbf{x})")
    assert right(r"\mathbf{y} = e^{(\mathbf{x})}") == right(r"\mathbf{y} = \exp(\mathbf{x})")
    softmax = right(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
    assert {x.name for x in softmax.symbols} == {"z"}


def test_a_sum_over_times_of_a_state_is_no_sum_over_its_entries() -> None:
    """h_j is the state at time j where the text has h_{t-1}."""
    reading = read_system([r"c_t = \sum_{j=1}^{k} a_j h_j", "h_t = W h_{t-1}"])
    assert isinstance(reading.equations[0].rhs, OverTime)


def test_an_index_on_a_plain_letter_is_an_entry_of_the_bold_vector() -> None:
    """y_c is an entry of a bold y of the same text, not of another y."""
    reading = read_system(
        [r"\mathbf{y} = \operatorname{softmax}(\mathbf{z})", r"L = -\sum_{c} t_c \log y_c"], {r"\mathbf{t}": "vector n"}
    )
    assert {s.name for s in reading.equations[1].rhs.symbols} == {r"\mathbf{t}", r"\mathbf{y}"}


def test_a_definition_is_recognised_wherever_the_function_stands() -> None:
    """A letter defined as tanh is tanh in every equation; one defined as something else stays unspecified."""
    tanh, cube = r"f(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}", "f(z) = z^3"
    for definition, known in ((tanh, "tanh"), (cube, None)):
        activated = read_system([definition, r"h_t = f(W h_{t-1})"]).equations[0].rhs
        assert isinstance(activated, Apply)
        assert activated.function == Function("f", 0, known)


def test_a_known_function_cannot_be_defined_as_another() -> None:
    """tanh(z) = z contradicts what tanh means."""
    with pytest.raises(DefinitionError, match="defines another one"):
        read_system([r"\tanh(z) = z", r"h_t = \tanh(W h_{t-1})"])


def test_a_definition_of_a_function_is_no_equation_of_the_system() -> None:
    """sigma(z) = 1/(1 + e^{-z}) defines sigma of one real variable."""
    reading = read_system([r"\sigma(z) = \frac{1}{1+e^{-z}}", r"h_t = \sigma(W h_{t-1})"])
    (definition,) = reading.functions
    assert definition.function == Function(r"\sigma", 0, "sigmoid")
    assert definition.variable == Symbol("z")
    assert len(reading.equations) == 1


def test_a_product_over_time_keeps_the_order_the_print_settles() -> None:
    """i from k+1 to t ascends, t >= i > k descends, k < i <= t leaves it open and says so."""
    bodies = [r"\prod_{i=k+1}^{t} W_i", r"\prod_{t \ge i > k} W_i", r"\prod_{k < i \le t} W_i"]
    orders, notes = [], []
    for body in bodies:
        (product,), found = read_formula(body)
        assert isinstance(product, OverTime)
        orders.append(product.order)
        notes.append("product-order" in {n.kind for n in found})
    assert orders == ["ascending", "descending", "open"]
    assert notes == [False, False, True]


def test_a_product_over_time_governs_all_that_follows_in_its_term() -> None:
    r"""The body of \prod W^T \cdot diag(d_i) holds both factors."""
    (product,), _ = read_formula(r"\prod_{t\ge i>k} W^T \cdot diag(d_i) + A")
    assert isinstance(product, Sum)
    assert isinstance(product.args[0], OverTime)
    assert isinstance(product.args[0].body, Product)


# ----------------------------------------------------------------------------------- roles and time


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
    flipped = Session.flipped

    def watched(session: Session, *failed: object) -> Attempt:
        tried.append(flipped(session, *failed))  # type: ignore[arg-type]  # handed on
        return tried[-1]

    monkeypatch.setattr(Session, "flipped", watched)
    reading = read_system(texts)
    (attempt,) = tried
    ((letter, role),) = attempt.flips.items()
    assert f"{letter}: read as a {role} (the only role that fits)" in [n.message for n in reading.notes]


def test_a_guess_with_two_ways_out_is_an_error_that_asks() -> None:
    """Where two changes of role would fit, the message asks for a declaration."""
    with pytest.raises(ReadError) as error:
        read_system(["y = W x + a b"])
    assert error.value.hint == "declare what a and b are"


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


# ---------------------------------------------------------------------------------------- in context


@pytest.fixture
def recurrence() -> Reading:
    return read_system([r"\mathbf{x}_t = \mathbf{W}\sigma(\mathbf{x}_{t-1}) + \mathbf{b}"], {"q": "vector k"})


def test_an_expression_in_context_needs_no_notes(recurrence: Reading) -> None:
    """Everything the system knows counts as declared."""
    text = r"\mathbf{W} \operatorname{diag}\left(\sigma'\left(\mathbf{x}_{t-1}\right)\right)"
    expression, notes = read_expression_with_notes(text, recurrence)
    assert isinstance(expression, Product)
    assert notes == ()


def test_new_symbols_of_a_loss_get_roles_as_usual(recurrence: Reading) -> None:
    """y in a loss is a vector of the size that fits."""
    loss = read_expression(r"\frac{1}{2}\|\mathbf{x}_t - \mathbf{y}\|^2", recurrence)
    assert Symbol(r"\mathbf{y}", (N, ONE)) in loss.symbols


@pytest.mark.parametrize("text", ["x_{t-1}", r"\mathbf{x}_{t-1}", r"{\bf x}_{t-1}", "x(t-1)", "𝐱ₜ₋₁", "x_{ t-1 }"])
def test_a_target_is_found_in_any_spelling(text: str, recurrence: Reading) -> None:
    """Style, braces and notation of time make no other symbol."""
    assert read_symbol(text, recurrence) == Symbol(r"\mathbf{x}_{t-1}", (N, ONE))


def test_a_target_may_be_declared_without_occurring(recurrence: Reading) -> None:
    """q is declared and nowhere used; z is neither."""
    assert read_symbol("q", recurrence).shape == (dim("k"), ONE)
    with pytest.raises(TargetError, match=r"neither declared nor used; there are .*W"):
        read_symbol("z", recurrence)
    with pytest.raises(TargetError, match="not one symbol"):
        read_symbol("W b", recurrence)


def test_printed_derivatives_have_the_shape_of_the_layout(recurrence: Reading) -> None:
    """In denominator layout a printed derivative is the transpose, in mixed layout that of a scalar alone."""
    chain = r"\frac{\partial L}{\partial \mathbf{x}_{t-1}} = \frac{\partial L}{\partial \mathbf{x}_t} \mathbf{W}"
    members, _ = read_formula(chain, recurrence)
    assert isinstance(members[0], Partial)
    gradient = r"\nabla_{\mathbf{x}_{t-1}} L = \mathbf{W}^\top \nabla_{\mathbf{x}_t} L"
    with pytest.raises(ReadError):
        read_formula(gradient, recurrence)
    for layout in ("denominator", "mixed"):
        assert isinstance(read_formula(gradient, recurrence, layout=layout)[0][0], Transpose)


def test_blocks_on_top_of_each_other_are_a_stack() -> None:
    """A column of matrices is one matrix; a zero in it has as many columns as they and the rows that are left."""
    n, m = dim("n"), dim("m")
    reading = read_system("y = W [h; x]", {"W": "matrix n n+m", "h": "vector n", "x": "vector m"})
    for zero in ("0", r"\mathbf{0}"):
        (_, read), notes = read_formula(
            rf"\frac{{\partial y}}{{\partial h}} = W \begin{{bmatrix}} I \\ {zero} \end{{bmatrix}}", reading
        )
        assert read == Product(Symbol("W", (n, n + m)), Stack(Identity(n), Zero(m, n)))
        assert notes == ()


def test_blocks_whose_heights_nothing_settles_are_refused() -> None:
    """Alone, W [I; 0] may be the part of W for h or, with other heights, the part for x."""
    reading = read_system("y = W [h; x]", {"W": "matrix n n+m", "h": "vector n", "x": "vector m"})
    with pytest.raises(ReadError, match="does not settle"):
        read_expression(r"W \begin{bmatrix} I \\ 0 \end{bmatrix}", reading)


def test_blocks_that_do_not_fit_are_refused() -> None:
    """A vector other than zero does not stand under a matrix."""
    reading = read_system("y = W [h; x]", {"W": "matrix n n+m", "h": "vector n", "x": "vector m"})
    with pytest.raises(ReadError, match="stands among matrices"):
        read_expression(r"W \begin{bmatrix} I \\ x \end{bmatrix}", reading)
