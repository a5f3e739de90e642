"""Operations, stacks, products over time: what a text is taken to mean."""

from __future__ import annotations

import pytest

from symjac.errors import DefinitionError
from symjac.expr import (
    ONE,
    Apply,
    Diag,
    EntryPower,
    Expr,
    Function,
    Hadamard,
    LogSumExp,
    MatrixPower,
    Norm,
    Number,
    Ones,
    OverTime,
    Product,
    Softmax,
    Stack,
    Sum,
    Symbol,
    Time,
    Transpose,
)
from symjac.reading import read_formula, read_system
from tests.readings import LSTM, M, N, kinds, right, shape

# ------------------------------------------------------------------------------------ whole systems


def test_the_founding_recurrence_is_read_with_its_product_order() -> None:
    """x_t = W sigma(x_{t-1}) + W_in u_t + b is a sum of two ordered products and b."""
    reading = read_system([r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"])
    (equation,) = reading.equations
    W, W_in = Symbol("W", (N, N)), Symbol("W_{in}", (N, M))
    x, u, b = Symbol("x_{t-1}", (N, ONE)), Symbol("u_t", (M, ONE)), Symbol("b", (N, ONE))
    assert equation.lhs == Symbol("x_t", (N, ONE))
    assert equation.rhs == Sum(Product(W, Apply(Function(r"\sigma"), x)), Product(W_in, u), b)
    assert reading.symbols["x_{t-1}"].time == Time.read("t-1")
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
