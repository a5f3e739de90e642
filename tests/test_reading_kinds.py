"""Kinds of print that were once misread: each comes out as it is meant, with its note, or is refused in clear words."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

import symjac
from symjac import System
from symjac.errors import DefinitionError, NotYetError, ReadError, TargetError
from symjac.reading import read_system
from symjac.reading.beside import Beside
from symjac.reading.context import EVIDENCE, Evidence
from symjac.typeset import latex

# What is printed, the equations that it means, and words of a note where something was assumed or left out.
ONE_MINUS = r"\mathbf{z} = \operatorname{diag}(\mathbf{g}) (\mathbf{1} - \mathbf{g})"
READ = [
    (r"s_t = \tanh(P s_{t-1} + Q u_t) \quad (3)", [r"s_t = \tanh(P s_{t-1} + Q u_t)"], "the number (3) is left out"),
    (r"z = M \tanh(v) \qquad [7]", [r"z = M \tanh(v)"], "the number [7] is left out"),
    (r"z = M \tanh(v), \quad \text{(A.2)}", [r"z = M \tanh(v)"], "the words '(A.2)' are left out"),
    (r"z = M v \quad (A.3)", [r"z = M v"], "the number (A.3) is left out"),
    (r"z = M v \quad (A1)", [r"z = M v"], "the number (A1) is left out"),
    (r"z = M v & \text{(update)} \\ y = z & (4a)", ["z = M v", "y = z"], "the number (4a) is left out"),
    (r"z = M v + c (2.1)", [r"z = M v + c"], "the number (2.1) is left out"),
    (r"h_0 = \tanh (0) b", [r"h_0 = \tanh(0) b"], ""),
    (r"z = M (v + c) (2.1)", [r"z = M (v + c)"], "the number (2.1) is left out"),
    (r"\mathbf{z} = \operatorname{diag}(\mathbf{g}) (1 - \mathbf{g})", [ONE_MINUS], ""),
    (r"y = A (2 x)", [r"y = A (2 x)"], ""),
    (
        r"f = \log(1^\top e^q)",
        [r"f = \log(\mathbf{1}^{\top} \exp(q))"],
        "the 1 in 1^\\top is read as the vector of ones",
    ),
    (
        r"num_t = P num_{t-1} + v_t",
        [r"\mathrm{num}_t = P \mathrm{num}_{t-1} + v_t"],
        "num is read as one name, as it stands on a left side",
    ),
    (r"E = \sum_{k} E^{(k)}", [r"E = \sum_{k} E^{(k)}"], ""),
    (r"y = A (2x)", [r"y = A (2 x)"], ""),
    (r"y = \tanh(0) x", [r"y = \tanh(0) x"], ""),
    (r"y = \mathcal{G}(V s + c)", [r"y = \mathcal{G}(V s + c)"], "a function that is applied entry by entry"),
    (r"\bar\mathbf{v} = \mathbf{M} \mathbf{v}", [r"\bar{\mathbf{v}} = \mathbf{M} \mathbf{v}"], ""),
    (r"y_t = V \overrightarrow{a}_t", [r"y_t = V \overrightarrow{a}_t"], ""),
    (
        r"g_t = \operatorname{sigmoid}(w^\top v_t) \in (0, 1)",
        [r"g_t = \operatorname{sigmoid}(w^{\top} v_t)"],
        "the range",
    ),
    (r"\begin{cases} s = A u \\ y = D s \end{cases}", ["s = A u", "y = D s"], ""),
    (
        r"\mathbf{r} = [\mathbf{A} \mathbf{u}]_+",
        [r"\mathbf{r} = \operatorname{relu}(\mathbf{A} \mathbf{u})"],
        "positive part",
    ),
    (r"y = (W x + b)^+", [r"y = \operatorname{relu}(W x + b)"], "positive part"),
    (r"a_t^l = \tanh(P^l a_{t-1}^l + Q^l a_t^{l-1})", [r"a_t^l = \tanh(P^l a_{t-1}^l + Q^l a_t^{l-1})"], ""),
    (r"x_{k+1} = A x_k^n", [r"x_{k+1} = A x_k^{\odot n}"], ""),
    (r"h_t = W h_{t-1} (ii)", [r"h_t = W h_{t-1}"], "the number (ii) is left out"),
    (r"h_t = W h_{t-1}, \quad 1 \le t \le T", [r"h_t = W h_{t-1}"], "says where the equations hold"),
    (r"f(x) = w^T x", [r"f(x) = w^{\top} x"], "the name of what stands on the right"),
    ("h’ = \\tanh(M h + b)", [r"h' = \tanh(M h + b)"], "h' is read as a name"),
    (r"r'_t = P' \mu' \odot u_t", [r"r'_t = (P' \mu') \odot u_t"], "P' is read as a name"),
    (r"P_{k|k} = (I - K_k H_k) P_{k|k-1}", [r"P_{k|k} = (I - K_k H_k) P_{k|k-1}"], ""),
    (r"v_{k+1} = v_k - \eta (B v_k - c)", [r"v_{k+1} = v_k - \eta (B v_k - c)"], r"\eta"),
    (r"h_t = \tanh(W h_{t-1}), \quad t = 1, \dots, T", [r"h_t = \tanh(W h_{t-1})"], r"'t = 1, \dots, T'"),
    (r"h_t = \tanh(W h_{t-1}) \quad \text{for } t=1, 2, \ldots, T", [r"h_t = \tanh(W h_{t-1})"], "are left out"),
    (r"x_{k+1} = A x_k, \quad k = 0, 1, 2, \ldots", ["x_{k+1} = A x_k"], r"'k = 0, 1, 2, \ldots' are left out"),
    (r"z_n = A z_{n-1} \quad (n = 1, 2, \dots)", ["z_n = A z_{n-1}"], "are left out"),
    (
        r"x_{k+1} = A x_k \text{ for } k = 0, 1, \dots, \quad y_k = C x_k",
        ["x_{k+1} = A x_k", "y_k = C x_k"],
        "left out",
    ),
    (
        r"y_t = (1 - \alpha) y_{t-1} + \alpha x_t, \quad 0 < \alpha < 1",
        [r"y_t = (1 - \alpha) y_{t-1} + \alpha x_t"],
        r"0 < \alpha < 1 is a condition",
    ),
    (
        r"y_t = (1 - \gamma) y_{t-1} + x_t \quad (0 \le \gamma \le 1)",
        [r"y_t = (1 - \gamma) y_{t-1} + x_t"],
        "is a condition, and is left out",
    ),
    (
        r"y_t = \rho y_{t-1} + x_t, \quad \rho \in (0, 1)",
        [r"y_t = \rho y_{t-1} + x_t"],
        "is a condition, and is left out",
    ),
    (r"x_t = A x_{t-1}, \quad |\lambda(A)| < 1", [r"x_t = A x_{t-1}"], "is a condition, and is left out"),
    (r"x_t = P^{-1} x_{t-1}, \quad P \succ 0", [r"x_t = P^{-1} x_{t-1}"], "is a condition, and is left out"),
    (r"h_t = \tanh(W h_{t-1}), \; \forall t", [r"h_t = \tanh(W h_{t-1})"], r"'\forall t'"),
    (r"z = M v \eqno(5)", [r"z = M v"], "the number (5) is left out"),
    (r"h_t = W h_{t-1}, \quad h_0 = 0", [r"h_t = W h_{t-1}", r"h_0 = \mathbf{0}"], "zeros"),
    (r"y = \lambda (x) + A x", [r"y = \lambda x + A x"], r"\lambda"),
    (r"y = G x + v, \quad v \sim N(0, R)", ["y = G x + v"], "how values are drawn"),
    (r"x_{t+1} = f(x_t, u_t) = F x_t + B u_t", ["x_{t+1} = F x_t + B u_t"], "says what the left side depends on"),
    (r"r_t = G_t(r_{t-1}) = B_t r_{t-1} + v_t", ["r_t = B_t r_{t-1} + v_t"], "says what the left side depends on"),
    (r"s_t = g \otimes s_{t-1} + A v_t", [r"s_t = g \odot s_{t-1} + A v_t"], "as only that fits"),
    (r"N_t = f_t \odot N_{t-1} + \tilde{N}_t", [r"N_t = f_t \odot N_{t-1} + \tilde{N}_t"], "the only role that fits"),
    (r"\alpha_t = T_t \alpha_{t-1} + c_t + \eta_t", [r"\alpha_t = T_t \alpha_{t-1} + c_t + \eta_t"], "the only role"),
    (r"x_{k+1} = x_k + \Delta t A x_k", [r"x_{k+1} = x_k + \Delta t A x_k"], r"\Delta t: read as a scalar (a step)"),
    (r"m_t = a_t \cdot m_{t-1} + B b_t", [r"m_t = a_t \odot m_{t-1} + B b_t"], "as only that fits"),
    (
        r"\mathbf{N}_t = \mathbf{a} \odot \mathbf{N}_{t-1}",
        [r"\mathbf{N}_t = \mathbf{a} \odot \mathbf{N}_{t-1}"],
        "only role",
    ),
    (r"N_t = a_t N_{t-1} + b_t v_t k_t^\top", [r"N_t = a_t N_{t-1} + b_t v_t k_t^{\top}"], "a, b: read as scalars"),
    (r"z^2 = W^2 a^1 + b^2", [r"z^2 = W^2 a^1 + b^2"], ""),
    ("r^2 = x^2 + y^2", ["r^2 = x^{2} + y^{2}"], ""),
    (
        r"F = \operatorname{lse}(\gamma, M^\top u)",
        [r"F = \frac{\operatorname{logsumexp}(\gamma M^{\top} u)}{\gamma}"],
        "the inverse temperature",
    ),
    (r"p = \operatorname{softmax}(\beta, W h)", [r"p = \operatorname{softmax}(\beta W h)"], "the inverse temperature"),
    (r"y = A x + B", ["y = A x + B"], "B: read as a vector"),
    (r"h_t = W h_{t-1} + U X_t", ["h_t = W h_{t-1} + U X_t"], "X: read as a vector"),
    (r"Z' = K' Z + R r", ["Z' = K' Z + R r"], "Z, Z': read as vectors"),
    (
        r"G_i^{<t>} = \operatorname{sigmoid}(A_i s^{<t-1>} + c_i)",
        [r"G_i^{\langle t \rangle} = \operatorname{sigmoid}(A_i s^{\langle t-1 \rangle} + c_i)"],
        "i below a letter is a label",
    ),
    (
        r"s_t = \begin{cases} B u_t & (t = 1) \\ B u_t + A s_{t-1} & (t > 1) \end{cases}",
        ["s_t = B u_t + A s_{t-1}"],
        "'B u_t & (t = 1)' are left out",
    ),
    (
        r"s_t = \begin{cases} A s_{t-1}, & \text{if } t \ge 1 \\ c, & t = 0. \end{cases}",
        ["s_t = A s_{t-1}"],
        "are left out",
    ),
    (r"\tau \dot v = -v + A u", [r"\dot{v} = \frac{-v + A u}{\tau}"], r"the equation is divided by \tau"),
    (r"\tau \frac{dv}{dt} = A u", [r"\dot{v} = \frac{1}{\tau} A u"], r"is read as \dot{v}"),
    (r"\frac{\mathrm{d}}{\mathrm{d} t} v = A v", [r"\dot{v} = A v"], r"is read as \dot{v}"),
    (r"\frac{d}{dt} q(t) = A q(t)", [r"\dot{q}(t) = A q(t)"], r"is read as \dot{q}(t)"),
    (r"\tau \frac{d q(t)}{dt} = A q(t)", [r"\dot{q}(t) = \frac{1}{\tau} A q(t)"], r"is read as \dot{q}(t)"),
    (r"\tau \dot q(t) = A q(t)", [r"\dot{q}(t) = \frac{1}{\tau} A q(t)"], r"the equation is divided by \tau"),
    (r"\dot q = A q + B u, \quad q(0) = q_0", [r"\dot{q} = A q + B u", "q(0) = q_0"], ""),
    (r"\dot \mu = B \mu, \quad \mu(T) = c", [r"\dot{\mu} = B \mu", r"\mu(T) = c"], r"\mu(T) is read as \mu at another"),
    (r"r(t+1) = A r(t), \quad r(0) = r_0", ["r(t+1) = A r(t)", "r(0) = r_0"], ""),
    (r"a^l = \phi(W^l a^{l-1}), \quad y = V a^L", [r"a^l = \phi(W^l a^{l-1})", "y = V a^L"], ""),
    ("y[n] = C v[n] + D u[n-2]", ["y(n) = C v(n) + D u(n-2)"], ""),
    (r"v = A z, \quad z(0) = B c", ["v = A z", "z(0) = B c"], "z(0) is read as the name"),
    (r"x_{k+1} = x_k + \Delta (A x_k + b)", [r"x_{k+1} = x_k + \Delta (A x_k + b)"], "a step"),
    (r"h_t = W h_{t-1} (t > 0)", ["h_t = W h_{t-1}"], "t > 0 says where the equations hold"),
    (r"h_t = W h_{t-1} for t = 1, \dots, T", ["h_t = W h_{t-1}"], "the words 'for' are left out"),
    (r"h_t = W h_{t-1} \quad \mathrm{~for~} 1 \le t \le T", ["h_t = W h_{t-1}"], "the words 'for' are left out"),
    (r"y = -g (A x - b)", ["y = -g(A x - b)"], "g: read as a function that is applied entry by entry"),
    (r"e = d - w^\top x; J = e^2", [r"e = d - w^{\top} x", "J = e^{2}"], "d: read as a scalar"),
    (
        r"\hat y = w^\top x; L = (y - \hat y)^2",
        [r"\hat{y} = w^{\top} x", r"L = (y - \hat{y})^{2}"],
        "y: read as a scalar (as its estimate is)",
    ),
    (r"e = y - A x; z = e^{x}", ["e = y - A x", r"z = \exp(x)"], "a power of Euler's number"),
    (r"E = W x", ["E = W x"], ""),
    (r"w_{k+1} = w_k - \eta \nabla f(w_k)", [r"w_{k+1} = w_k - \eta \nabla f(w_k)"], "f: read as a scalar function"),
    (r"y = \nabla^2 f(x) u", [r"y = \nabla^{2}f(x) u"], "f: read as a scalar function"),
    (r"g = \nabla_w Q(w^{(k)})^\top A", [r"g = A^{\top} \nabla Q(w^{(k)})"], "Q: read as a scalar function"),
    (r"Y = X W + b^\top", [r"Y = X W + \mathbf{1} b^{\top}"], r"the row b^\top is added to every row"),
    (r"S_t = \tanh(U_t P + b)", [r"S_t = \tanh(U_t P + \mathbf{1} b^{\top})"], "b is added to every row"),
    (r"L = x \odot y", [r"L = x \odot y"], ""),
]


@pytest.mark.parametrize(("text", "wanted", "note"), READ)
def test_a_kind_of_print_is_read_as_it_is_meant(text: str, wanted: list[str], note: str) -> None:
    """The echo is the meaning, and what was assumed or left out is noted."""
    reading = read_system(text)
    assert [f"{e.lhs.name} = {latex(e.rhs)}" for e in reading.equations] == wanted
    assert any(note in n.message for n in reading.notes) or not note


def times(text: str) -> set[tuple[str, str, int]]:
    """The families of a text with the times at which they stand."""
    infos = read_system(text).symbols.values()
    return {(i.family, i.time.letter or "", i.time.offset) for i in infos if i.time is not None}


def test_what_stands_above_beside_a_time_is_no_time() -> None:
    """Layers in every spelling, letters for them, labels and numbers: the time is below."""
    for above in ("{(2)}", "{[2]}", "l", r"{(\ell)}", "{(m)}", "{(x)}"):
        found = times(rf"z^{above}_t = \tanh(P z^{above}_{{t-1}} + Q u_t)")
        assert {(letter, offset) for _, letter, offset in found} == {("t", 0), ("t", -1)}, above
        assert len({family for family, _, offset in found if family.startswith("z")}) == 1


def test_states_of_layers_may_differ_in_size() -> None:
    """A state of the layer below is another symbol at the same time."""
    symbols = read_system(r"s^{(\ell)}_t = \tanh(R s^{(\ell)}_{t-1} + S s^{(\ell-1)}_t)").symbols
    own, before, below = (symbols[f"s_{k}"].symbol for k in (r"t^{(\ell)}", r"{t-1}^{(\ell)}", r"t^{(\ell-1)}"))
    assert own.shape == before.shape != below.shape


def test_a_letter_of_time_keeps_its_mark() -> None:
    """t', t_0 and k|k-1 are times like others."""
    assert ("h", "t'", 0) in times(r"h_{t'} = \tanh(W h_{t'-1})")
    assert ("x", "t_0", 1) in times(r"x_{t_0+1} = A x_{t_0}")
    assert (r"x_{\cdot|\cdot-1}", "k", 0) in times(r"x_{k|k} = x_{k|k-1} + K_k (y_k - C x_{k|k-1})")


def test_beside_a_primed_left_side_only_names_have_primes() -> None:
    """Without one, the prime on a matrix is a transpose, as in A P A'."""
    assert [n.kind for n in read_system("y = W' x").notes] == ["prime", "role", "role"]
    assert r"W^{\top}" in latex(read_system("y = W' x").equations[0].rhs)


def test_how_a_letter_stands_beside_a_system_counts() -> None:
    r"""The \rho B of a formula about the system settles that \rho is a factor in it."""
    text = r"v_{k+1} = v_k - \rho (B v_k - c)"
    assert r"\rho" in read_system(text).applied
    reading = read_system(text, beside=Beside.seen(r"\frac{\partial v_{k+1}}{\partial v_k} = I - \rho B"))
    assert reading.symbols[r"\rho"].role == "scalar"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"Y = X W + b", "the terms of this sum do not fit"),  # to every row, or to every column?
        ("y = x A x", "the product does not fit"),
        (r"f(z) = \begin{cases} z & z > 0 \\ 0 & \text{otherwise} \end{cases}", "by cases"),
        (r"s_t = \begin{cases} B u_t & u > 0 \\ A s_{t-1} & u \le 0 \end{cases}", "by cases"),
        (r"\frac{\partial E}{\partial s} = A^\top \frac{\partial E}{\partial r}", "a formula for a derivative"),
        (r"M \dot v = -K v", "a matrix or a scalar"),
        (r"s_t = \begin{cases} B u_t & t = 1 \\ A s_{t-1} & t > 2 \end{cases}", "by cases"),
        (r"y = a \cdot b, \quad u = W a, \quad v = V b", "the inner product or the entrywise one"),
        (r"s = \tanh(\cdot)", "an argument that is not printed"),
        (r"x_t = e^{-d} \odot num_{t-1}", "a word, or a product"),
        (r"s_t = \sigma(s_{t-1}, u_t; \theta)", "sigma has 3 arguments"),
        (r"s_t = s(s_{t-1}, u_t)", "looks like a function"),
        (r"g_t = \sigma(\operatorname{Linear}(s_t))", "a layer with a matrix of its own"),
        (r"C = (a - y)^2, \quad a = \tanh(W x)", "the vector of squares"),
        (r"y = e^2 A x", "a power of a symbol e, or of Euler's number"),
        (r"y = e^{x} + e", "a power of a symbol e, or of Euler's number"),
        (r"h_t = f^2(W h_{t-1})", "the power of its value, or the function applied again"),
        (r"y = \Gamma(x) + b", "a function or a product"),
    ],
)
def test_what_cannot_be_read_is_refused_in_its_own_words(text: str, words: str) -> None:
    """No message is about something else."""
    with pytest.raises(ReadError, match=words):
        read_system(text)


@pytest.mark.parametrize(
    ("declared", "role", "note"),
    [
        ("symmetric matrix n n", "matrix", "symmetric"),
        ("matrix n n, positive definite", "matrix", "positive definite"),
        ("positive scalar", "scalar", "positive"),
        ("symmetric matrix", "matrix", "symmetric"),
    ],
)
def test_a_property_may_stand_before_the_role(declared: str, role: str, note: str) -> None:
    """It is said that no derivative depends on it; nothing is passed over."""
    reading = read_system("y = B x" if role == "matrix" else "y = B A x", {"B": declared})
    assert reading.symbols["B"].role == role
    assert any(f"is declared to be {note}" in n.message for n in reading.notes)


def test_of_a_chain_the_last_member_is_used() -> None:
    """Members that are equal need no word, those not proved equal a note, and two that differ define a name twice."""
    assert latex(System("y = W x + W b = W (x + b)").equations[0].rhs) == "W (x + b)"
    assert not [n for n in System("y = W x + W b = W (x + b)").notes if n.kind == "chain"]
    with pytest.raises(DefinitionError, match="defines y twice"):
        System("y = a x = b x")


def test_every_kind_of_note_says_what_it_rests_on() -> None:
    """A note without evidence could not be refused where nothing may be assumed."""
    used: set[str] = set()
    for path in Path(symjac.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("context.note", "Note")):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    used.add(first.value)
    assert used - {"role"} <= EVIDENCE.keys()
    assert EVIDENCE.keys() - {"fitted"} <= used | {"role"}


def test_what_is_settled_is_read_where_nothing_may_be_assumed() -> None:
    """A number that is left out assumes nothing; a capital that is read as a matrix does."""
    declared = {"W": "matrix n n", "x": "vector n"}
    assert read_system(r"y = W x \quad (3)", declared, strict=True).notes[0].evidence is Evidence.SETTLED
    with pytest.raises(ReadError, match="would have to be assumed"):
        read_system(r"y = W x \quad (3)", strict=True)


def test_the_page_of_the_usual_is_the_table() -> None:
    """docs/usual.md is what docs/usual.py makes of it."""
    docs = Path(symjac.__file__).parent.parent / "docs"
    assert runpy.run_path(str(docs / "usual.py"))["page"]() == (docs / "usual.md").read_text(encoding="utf-8")


def test_vectors_are_rows_where_only_that_fits() -> None:
    """The print settles the orientation, unless it is asked for."""
    for text in (r"s = \tanh(x P + u R + b)", "y = x W", r"g_t = \operatorname{sigmoid}(u_t * P + s_{t-1} * Q)"):
        system = System(text)
        assert system.orientation == "row"
        assert any("vectors are read as rows" in n.message for n in system.notes)
        with pytest.raises(ReadError):
            System(text, orientation="column")
    assert System(r"s = \tanh(x P + b)").jacobian("s", wrt="x").formula() == (
        r"\operatorname{diag}(\mathbf{1} - s \odot s) P^{\top}"
    )


def test_rows_of_a_batch_settle_where_a_row_is_added() -> None:
    """A declared row is added to every row, and says that vectors are rows; so does an orientation that is given."""
    batch = System("Z = Y P + b", symbols={"b": "row vector n"})
    assert batch.orientation == "row"
    assert any("added to every row" in n.message for n in batch.notes)
    given = System("Y = X W + b", orientation="row")
    assert given.symbols["b"].symbol.rows == given.symbols["W"].symbol.cols


def test_the_states_before_and_after_are_one() -> None:
    """They have one size, in rows too."""
    system = System(r"s_{next} = \tanh(s_{prev} P + u R + b)")
    assert system.symbols["s_{next}"].symbol.shape == system.symbols["s_{prev}"].symbol.shape
    weight = read_system(r"h_{\text{new}} = \tanh(W h_{\text{old}})").symbols["W"].symbol
    assert weight.rows == weight.cols


def test_a_column_of_symbols_has_no_derivative_of_its_own() -> None:
    """Nothing is zero by it only because the symbols stand where the column could."""
    system = System(
        r"\mathbf{s} = \begin{bmatrix} a \\ b \end{bmatrix}", r"\mathbf{y} = \begin{bmatrix} a b \\ b \end{bmatrix}"
    )
    with pytest.raises(NotYetError, match="depends on the parts of"):
        system.jacobian(r"\mathbf{y}", wrt=r"\mathbf{s}").formula()


def test_the_exponential_of_a_square_matrix_is_not_chosen_in_silence() -> None:
    """That of the matrix, or of every entry? A declaration, or an entrywise product around it, settles it."""
    with pytest.raises(ReadError, match="that of the matrix, or of every entry"):
        System(r"s_k = \exp(\tau F) s_{k-1}")
    System(r"s_k = \exp(\tau F) s_{k-1}", symbols={r"\exp": "elementwise"})
    System(r"S_k = \exp(F) \odot S_{k-1}")


def test_the_hint_on_a_squared_vector_works() -> None:
    """Both of what it proposes is read, as it says."""
    with pytest.raises(ReadError) as refused:
        read_system(r"C = (a - y)^2, \quad a = \tanh(W x)")
    assert refused.value.hint is not None
    assert '"C: vector n"' in refused.value.hint
    declared = read_system(r"C = (a - y)^2, \quad a = \tanh(W x)", {"C": "vector n"})
    normed = read_system(r"C = \lVert a - y \rVert^2, \quad a = \tanh(W x)")
    assert declared.symbols["C"].role == "vector"
    assert normed.symbols["C"].role == "scalar"


def test_a_state_and_its_slope_have_one_size_and_either_print_names_it() -> None:
    r"""\frac{dv}{dt} is \dot v, on a left side and where one asks for its Jacobian."""
    system = System(r"\tau \frac{dv}{dt} = A \tanh(v) + u")
    a = system.reading.symbols["A"].symbol
    assert a.shape[0] == a.shape[1]
    wanted = system.jacobian(of=r"\dot v", wrt="v").closed
    assert system.jacobian(of=r"\frac{dv}{dt}", wrt="v").closed == wanted

    assert system.jacobian(of=r"\frac{d}{dt} v", wrt="v").closed == wanted
    with pytest.raises(TargetError, match="is not one symbol"):
        system.jacobian(of=r"\frac{v}{t}", wrt="v")


@pytest.mark.parametrize("start", ["z(0)", "z(t_0)", "z(T)", r"z(\tau)"])
@pytest.mark.parametrize("slope", [r"\dot z", r"\frac{dz}{dt}"])
def test_where_a_state_begins_is_another_time_of_it(slope: str, start: str) -> None:
    """z(0) is z at the time 0: the slope at z does not depend on where z began, and sizes are those of z."""
    system = System(rf"{slope} = \phi(A z), \quad {start} = z_0")
    assert latex(system.jacobian(of=r"\dot z", wrt="z").closed) == r"\operatorname{diag}(\phi'(A z)) A"
    assert latex(system.jacobian(of=r"\dot z", wrt="z_0").closed) == r"\mathbf{0}"
    assert latex(system.jacobian(of=start, wrt="z_0").closed) == "I"


def test_numbers_below_a_declared_vector_number_its_entries_in_a_column_too() -> None:
    """A number is neither summed over nor an index of the left side."""
    read = System(r"z = \begin{bmatrix} x_1 x_2 \\ x_2 \end{bmatrix}", symbols={"x": "vector 2"}).reading
    assert set(read.units) == {"e_1", "e_2"}
