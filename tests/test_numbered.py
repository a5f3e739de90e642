"""Vectors with a number, ``k_j`` and ``x^{(i)}``: read as the columns of a matrix, beside loops over them in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from symjac import System
from symjac.claims.checking import check_record
from symjac.claims.verdict import Verdict
from symjac.codegen import emit
from symjac.errors import ReadError, SymjacError
from symjac.reading import read_system
from symjac.typeset import latex

Array = np.ndarray
Values = Mapping[str, Array]
LOGISTIC = {r"\sigma": "elementwise sigmoid"}
SOFTMAX = r"\alpha_j = \frac{\exp(q^\top k_j)}{\sum_{i=1}^{n} \exp(q^\top k_i)}"
MIXTURE = r"c = \sum_{j=1}^{n} \alpha_j v_j"
SQUARES = r"L = \frac12 \sum_i (w^\top x_i - y_i)^2"
ENTROPY = r"L = -\sum_{i=1}^m [y_i \log p_i + (1 - y_i) \log (1 - p_i)]"
PROBABILITY = r"p_i = \sigma(w^\top x_i)"
SIZES = {"d": 3, "n": 4, "m": 5, "p": 2, "q": 6}


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def complex_step(f: Callable[[Array], Array], x: Array) -> Array:
    """df/dx, a column for each entry of x."""
    moves = 1e-30j * np.eye(x.size)
    return np.array([np.atleast_1d(f(x + move)).imag / 1e-30 for move in moves]).T


# ------------------------------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("texts", "symbols", "shapes"),
    [
        (
            [r"c = \sum_{j=1}^{n} \frac{\exp(q^\top k_j)}{\sum_{i=1}^{n} \exp(q^\top k_i)} v_j"],
            {},
            {"K": "matrix", "V": "matrix", "c": "vector"},
        ),
        (
            [r"r_a = u^\top \tanh(W z + U s_a)", r"m = \sum_a \operatorname{sigmoid}(r_a) s_a"],
            {},
            {"S": "matrix", "r": "vector", "z": "vector", "m": "vector"},
        ),
        (
            [r"z = \sum_{j=1}^{M} \beta_j k_j"],
            {"k_j": "vector n", r"\beta_j": "scalar"},
            {"K": "matrix", r"\beta": "vector"},
        ),
        ([r"L = \frac12 \sum_b (w^\top s_b - t_b)^2"], {}, {"S": "matrix", "t": "vector", "L": "scalar"}),
        ([r"L = \frac12 \sum_{i=1}^n \|W x_i + b - y_i\|^2"], {}, {"X": "matrix", "Y": "matrix", "b": "vector"}),
        ([r"L = \frac12 \sum_i (y_i - \mathbf{x}_i^\top \mathbf{w})^2"], {}, {r"\mathbf{X}": "matrix", "y": "vector"}),
        ([r"f_i = w^\top x_i + b", r"L = \sum_i (f_i - y_i)^2"], {}, {"X": "matrix", "b": "scalar", "f": "vector"}),
        ([r"L = \sum_i (y_i - x_i^\top \beta)^2"], {}, {"X": "matrix", r"\beta": "vector", "y": "vector"}),
        ([r"h_j = \tanh(W x_j)", r"o = \sum_j \|h_j\|^2 x_j"], {}, {"H": "matrix", "X": "matrix", "o": "vector"}),
    ],
)
def test_vectors_with_a_number_are_columns(texts: list[str], symbols: dict[str, str], shapes: dict[str, str]) -> None:
    """What has to be a vector, with a number, is a column of a matrix; what has to be a number is an entry."""
    reading = read_system(texts, symbols)
    assert {name: reading.symbols[name].role for name in shapes} == shapes
    assert any("the columns of a matrix" in n.message for n in reading.notes)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (r"c = \sum_j \alpha_j h_j", 'hint: declare it, as in "h: vector n" for entries, "h_j: vector d"'),
        (
            r"r = \sum_i y_i \operatorname{sigmoid}(w^\top x_i)",
            'declare it, as in "y_i: vector d" for a vector, "y_i: scalar"',
        ),
        (r"L = \sum_i \|x_i - c\|^2", None),
    ],
)
def test_what_may_be_an_entry_or_a_vector_is_asked_for(text: str, hint: str | None) -> None:
    """Nothing is chosen where both fit; what the hint says is then read, either way."""
    if hint is None:
        assert read_system([text]).symbols["X"].role == "matrix"
        return
    with pytest.raises(ReadError) as caught:
        read_system([text])
    assert hint in f"hint: {caught.value.hint}"


@pytest.mark.parametrize(
    ("declared", "role"),
    [({"h_j": "vector d"}, "vector"), ({"h": "vector n"}, "scalar"), ({"h_j": "scalar"}, "scalar")],
)
def test_the_declarations_of_the_hint_work(declared: dict[str, str], role: str) -> None:
    """``h_j: vector d`` says vectors, ``h: vector n`` and ``h_j: scalar`` say entries."""
    assert read_system([r"c = \sum_j \alpha_j h_j"], declared).symbols["c"].role == role
    renamed = {key.replace("h", "y"): words for key, words in declared.items() if "_" in key}
    if renamed:
        text = r"r = \sum_j y_j \operatorname{sigmoid}(w^\top x_j)"
        assert read_system([text], renamed).symbols["r"].role == role


def test_a_matrix_beside_the_vectors_with_its_letter_is_asked_for() -> None:
    """The x_i are the rows of X in half of the books; a declaration says that they are its columns."""
    texts = [SQUARES, r"z = X u"]
    with pytest.raises(ReadError) as caught:
        read_system(texts, {"x_i": "vector d"})
    assert "for its columns, or for its rows" in caught.value.message
    assert read_system(texts, {"x_i": "vector d", "X": "matrix d n"}).symbols["z"].role == "vector"


def test_letters_that_are_vectors_only_as_a_rule_are_refused_where_nothing_may_be_assumed() -> None:
    """``v_j`` beside ``k_j`` is usually a vector, and a note says that this is a habit."""
    texts = [r"c = \sum_{j=1}^{n} \exp(q^\top k_j) v_j"]
    with pytest.raises(ReadError, match="v with a number"):
        read_system(texts, {"q": "vector d", "k_j": "vector d"}, strict=True)
    declared = {"q": "vector d", "k_j": "vector d", "v_j": "vector m"}
    assert read_system(texts, declared, strict=True).symbols["c"].role == "vector"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        (r"s = \sum_j (q^\top k_j) v_j", r"V K^{\top} q"),
        (r"y = \sum_j a_j k_j k_j^\top q", r"K (a \odot (K^{\top} q))"),
    ],
)
def test_the_closed_form_is_a_product_with_the_matrix(text: str, closed: str) -> None:
    """What is summed over a number is a product, for every size."""
    assert latex(read_system([text]).equations[0].rhs) == closed


# --------------------------------------------------------------------------------------- derivatives


@dataclass(frozen=True)
class Looped:
    """A system with loops in NumPy that say what it means."""

    equations: tuple[str, ...]
    of: str
    wrt: str
    shapes: Mapping[str, tuple[str, ...]]
    loops: Callable[[Array, Values], Array]
    symbols: Mapping[str, str] = field(default_factory=dict)


def attention(q: Array, v: Values) -> Array:
    weights = [np.exp(q @ v["K"][:, j]) for j in range(SIZES["n"])]
    return sum(w * v["V"][:, j] for j, w in enumerate(weights)) / sum(weights)


def additive(s: Array, v: Values) -> Array:
    scores = [v["v"] @ np.tanh(v["W"] @ s + v["U"] @ v["H"][:, j]) for j in range(SIZES["n"])]
    total = sum(np.exp(e) for e in scores)
    return sum(np.exp(e) / total * v["H"][:, j] for j, e in enumerate(scores))


def stacked(s: Array, v: Values) -> Array:
    scores = [v["v"] @ np.tanh(v["W"] @ np.concatenate([s, v["H"][:, j]])) for j in range(SIZES["n"])]
    return sum(e * v["H"][:, j] for j, e in enumerate(scores))


def squares(w: Array, v: Values) -> Array:
    return sum((w @ v["X"][:, i] - v["y"][i]) ** 2 for i in range(SIZES["n"])) / 2


def entropy(w: Array, v: Values) -> Array:
    p = [sigmoid(w @ v["X"][:, i]) for i in range(SIZES["n"])]
    return -sum(v["y"][i] * np.log(p[i]) + (1 - v["y"][i]) * np.log(1 - p[i]) for i in range(SIZES["n"]))


def distances(c: Array, v: Values) -> Array:
    gaps = [v["X"][:, i] - c for i in range(SIZES["n"])]
    return sum(v["r"][i] * (g @ v["A"] @ g) + g @ g for i, g in enumerate(gaps))


SYSTEMS = (
    Looped((SOFTMAX, MIXTURE), "c", "q", {"q": ("d",), "K": ("d", "n"), "V": ("m", "n")}, attention),
    Looped(
        (
            r"e_j = v^\top \tanh(W s + U h_j)",
            r"\alpha_j = \frac{\exp e_j}{\sum_k \exp e_k}",
            r"c = \sum_j \alpha_j h_j",
        ),
        "c",
        "s",
        {"v": ("p",), "W": ("p", "d"), "s": ("d",), "U": ("p", "m"), "H": ("m", "n")},
        additive,
    ),
    Looped(
        (r"e_j = v^\top \tanh(W [s; h_j])", r"c = \sum_j e_j h_j"),
        "c",
        "s",
        {"v": ("p",), "W": ("p", "q"), "s": ("d",), "H": ("d", "n")},
        stacked,
        {"s": "vector d", "h_j": "vector d"},
    ),
    Looped((SQUARES,), "L", "w", {"w": ("d",), "X": ("d", "n"), "y": ("n",)}, squares),
    Looped(
        (PROBABILITY, ENTROPY.replace("=1}^m", "}")),
        "L",
        "w",
        {"w": ("d",), "X": ("d", "n"), "y": ("n",)},
        entropy,
        LOGISTIC,
    ),
    Looped(
        (r"L = \sum_i r_i (x_i - c)^\top A (x_i - c) + \sum_i \|x_i - c\|^2",),
        "L",
        "c",
        {"c": ("d",), "X": ("d", "n"), "A": ("d", "d"), "r": ("n",)},
        distances,
        {"x_i": "vector d"},
    ),
)


@pytest.mark.parametrize("case", SYSTEMS, ids=lambda c: c.equations[0])
def test_derivatives_are_those_of_the_loops(case: Looped) -> None:
    """The emitted Jacobian is the complex step through a loop over the vectors, in both layouts."""
    random = np.random.default_rng(3)
    values = {name: random.uniform(0.2, 1, [SIZES[s] for s in shape]) for name, shape in case.shapes.items()}
    wanted = complex_step(lambda x: case.loops(x, values), values[case.wrt])
    J = System(*case.equations, symbols=dict(case.symbols)).jacobian(case.of, wrt=case.wrt)
    for layout, meant in (("numerator", wanted), ("denominator", wanted.T)):
        source = emit(J, layout=layout)
        functions = {r"\sigma": sigmoid, r"\sigma'": lambda z: sigmoid(z) * (1 - sigmoid(z))}
        known = {**values, **functions}
        told = source.load()(**{p: known[latex] for p, latex in source.arguments.items()})
        assert told == pytest.approx(meant, rel=1e-9)


# -------------------------------------------------------------------------------------------- claims


@dataclass(frozen=True)
class Claim:
    """A claim, where it is true, and damaged right sides that are true nowhere."""

    equations: tuple[str, ...]
    left: str
    right: str
    true: frozenset[str]
    damaged: tuple[str, ...]
    symbols: Mapping[str, str] = field(default_factory=dict)


NUMERATOR, EVERYWHERE = (
    frozenset({"numerator_column"}),
    frozenset(
        f"{layout}_{orientation}" for layout in ("numerator", "denominator") for orientation in ("column", "row")
    ),
)
GRADIENT = frozenset({"denominator_column", "mixed_column"})
BY_NUMBER = frozenset({"numerator_column", "denominator_row"})
DECLARED = {"k_j": "vector n", r"\beta_j": "scalar"}
LINEAR = (r"z = \sum_{j=1}^{M} \beta_j k_j",)
ADDITIVE = (r"e_j = v^\top \tanh(W s + U h_j)", r"c = \sum_j e_j h_j")
CLAIMS = (
    Claim(
        (SOFTMAX, MIXTURE),
        r"\frac{\partial c}{\partial q}",
        r"\sum_j \alpha_j (v_j - c) k_j^\top",
        NUMERATOR,
        (
            r"\sum_j \alpha_j (v_j + c) k_j^\top",
            r"\sum_j \alpha_j (c - v_j) k_j^\top",
            r"\sum_j (v_j - c) k_j^\top",
            r"\sum_j \alpha_j v_j k_j^\top",
            r"\sum_j \alpha_j (k_j - c) v_j^\top",
        ),
    ),
    Claim(
        (SOFTMAX.replace("k", "s"), MIXTURE.replace("j", "a")),
        r"\frac{\partial c}{\partial q}",
        r"\sum_{a=1}^n \alpha_a v_a \left(s_a - \sum_b \alpha_b s_b\right)^\top",
        NUMERATOR,
        (r"\sum_{a=1}^n \alpha_a v_a \left(s_a + \sum_b \alpha_b s_b\right)^\top",),
    ),
    Claim(
        (SOFTMAX, MIXTURE),
        r"\frac{\partial c}{\partial k_j}",
        r"\alpha_j (v_j - c) q^\top",
        NUMERATOR,
        (r"\alpha_j (v_j + c) q^\top", r"\alpha_j v_j q^\top", r"\alpha_i (v_j - c) q^\top"),
    ),
    Claim((SOFTMAX, MIXTURE), r"\frac{\partial c}{\partial v_j}", r"\alpha_j I", EVERYWHERE, (r"\alpha_i I", "I")),
    Claim(
        (SOFTMAX, MIXTURE),
        r"\frac{\partial \alpha_i}{\partial k_j}",
        r"\alpha_i (\delta_{ij} - \alpha_j) q^\top",
        BY_NUMBER,
        (r"\alpha_j (\delta_{ij} - \alpha_j) q^\top", r"\alpha_i (1 - \alpha_j) q^\top"),
    ),
    Claim(
        LINEAR, r"\frac{\partial z}{\partial k_j}", r"\beta_j I", EVERYWHERE, (r"\beta_i I", r"-\beta_j I"), DECLARED
    ),
    Claim(LINEAR, r"\frac{\partial z}{\partial \beta_j}", "k_j", BY_NUMBER, ("k_i", "-k_j"), DECLARED),
    Claim(
        ADDITIVE,
        r"\frac{\partial e_j}{\partial h_j}",
        r"v^\top \operatorname{diag}(1 - \tanh^2(W s + U h_j)) U",
        NUMERATOR,
        (
            r"v^\top \operatorname{diag}(1 + \tanh^2(W s + U h_j)) U",
            r"v^\top \operatorname{diag}(1 - \tanh^2(W s - U h_j)) U",
        ),
    ),
    Claim(
        (SQUARES,),
        r"\frac{\partial L}{\partial w}",
        r"\sum_i (w^\top x_i - y_i) x_i",
        GRADIENT,
        (r"\sum_i (y_i - w^\top x_i) x_i", r"\sum_i (w^\top x_i - y_i) y_i", r"2 \sum_i (w^\top x_i - y_i) x_i"),
    ),
    Claim(
        (SQUARES,),
        r"\frac{\partial L}{\partial x_i}",
        r"(w^\top x_i - y_i) w",
        GRADIENT,
        (r"(w^\top x_i - y_i) x_i", r"(w^\top x_j - y_i) w", r"(w^\top x_i + y_i) w"),
    ),
    Claim(
        (PROBABILITY, ENTROPY),
        r"\nabla_w L",
        r"\sum_i (\sigma(w^\top x_i) - y_i) x_i",
        GRADIENT,
        (r"\sum_i (y_i - p_i) x_i", r"\sum_i (p_i - y_i) p_i x_i", r"\sum_i (\sigma(w^\top x_i) + y_i) x_i"),
        LOGISTIC,
    ),
    Claim(
        (PROBABILITY, ENTROPY),
        r"\frac{\partial^2 L}{\partial w \partial w^\top}",
        r"\sum_i p_i (1 - p_i) x_i x_i^\top",
        frozenset({"numerator_column", "denominator_column"}),
        (r"\sum_i p_i (1 + p_i) x_i x_i^\top", r"\sum_i (1 - p_i) x_i x_i^\top", r"-\sum_i p_i (1 - p_i) x_i x_i^\top"),
        LOGISTIC,
    ),
    Claim(
        (r"z = \sum_{a=1}^{m} u_a \odot r",),
        r"\frac{\partial z}{\partial r}",
        r"\sum_{a=1}^{m} \operatorname{diag}(u_a)",
        EVERYWHERE,
        (r"\sum_{a=1}^{m} \operatorname{diag}(u_b)", r"\operatorname{diag}(u_a)", r"\sum_{a=1}^{m} u_a"),
        {"u_a": "vector n"},
    ),
    Claim(
        (r"y = \sum_{j=1}^M \beta_j \tanh(W x + k_j)",),
        r"\frac{\partial y}{\partial x}",
        r"\sum_{j=1}^M \beta_j \operatorname{diag}(1 - \tanh^2(W x + k_j)) W",
        NUMERATOR,
        (
            r"\sum_{j=1}^M \beta_j \operatorname{diag}(1 + \tanh^2(W x + k_j)) W",
            r"\sum_{j=1}^M \operatorname{diag}(1 - \tanh^2(W x + k_j)) W",
            r"\operatorname{diag}(\sum_{j=1}^M \beta_j (1 + \tanh^2(W x + k_j))) W",
        ),
        {"k_j": "vector n"},
    ),
    Claim(
        (r"y = \sum_{j=1}^M \beta_j \tanh(W x + k_j)",),
        r"\frac{\partial y}{\partial x}",
        r"\operatorname{diag}(\sum_{j=1}^M \beta_j (1 - \tanh^2(W x + k_j))) W",
        NUMERATOR,
        (r"\operatorname{diag}(\sum_{j=1}^M \beta_j (1 - \tanh(W x + k_j))) W",),
        {"k_j": "vector n"},
    ),
    Claim(
        (r"h_i = \tanh(W x_i)", r"E = \frac{1}{2} \sum_i \|V h_i - y_i\|^2"),
        r"\frac{\partial E}{\partial W}",
        r"\sum_i \operatorname{diag}(1 - h_i^2) V^\top (V h_i - y_i) x_i^\top",
        GRADIENT,
        (
            r"\sum_i \operatorname{diag}(1 + h_i^2) V^\top (V h_i - y_i) x_i^\top",
            r"\sum_i \operatorname{diag}(h_i^2) V^\top (V h_i - y_i) x_i^\top",
        ),
        {"x_i": "vector d"},
    ),
    Claim(
        (r"F = \sum_r \beta_r \exp(-\|x - c_r\|^2)",),
        r"\nabla_x^2 F",
        r"\sum_r \beta_r \exp(-\|x - c_r\|^2) (4 (x - c_r) (x - c_r)^\top - 2 I)",
        frozenset({"numerator_column", "denominator_column"}),
        (r"\sum_r \beta_r \exp(-\|x - c_r\|^2) (4 (x - c_r) (x - c_r)^\top + 2 I)",),
    ),
    Claim(
        (SOFTMAX, MIXTURE),
        r"\frac{\partial c_a}{\partial (v_j)_b}",
        r"\alpha_j \delta_{ab}",
        EVERYWHERE,
        (r"\alpha_j", r"\alpha_a \delta_{jb}", r"-\alpha_j \delta_{ab}"),
    ),
    Claim(
        (SOFTMAX, MIXTURE),
        r"\frac{\partial c}{\partial (v_r)_s}",
        r"\alpha_r e_s",
        BY_NUMBER,
        (r"\alpha_r v_r", r"2 \alpha_r e_s"),
    ),
    Claim((SOFTMAX, MIXTURE), r"\frac{\partial c_1}{\partial (v_2)_1}", r"\alpha_2", EVERYWHERE, (r"\alpha_1", "0")),
    Claim(
        (r"F = \sum_{i=1}^N \|x_i - c\|^2",),
        r"\frac{\partial F}{\partial (x_k)_j}",
        "2 ((x_k)_j - c_j)",
        EVERYWHERE | {"mixed_column", "mixed_row"},
        ("2 ((x_j)_k - c_j)", "2 ((x_k)_j + c_j)", "(x_k)_j - c_j"),
    ),
    Claim(
        (r"R = \frac{1}{N} \sum_{i=1}^N \log(1 + e^{-y_i (w^\top x_i + b)}) + \frac{\lambda}{2} \|w\|^2",),
        r"\nabla_w R",
        r"\lambda w - \frac{1}{N} \sum_{i=1}^N \frac{y_i x_i}{1 + e^{y_i (w^\top x_i + b)}}",
        GRADIENT,
        (
            r"\lambda w + \frac{1}{N} \sum_{i=1}^N \frac{y_i x_i}{1 + e^{y_i (w^\top x_i + b)}}",
            r"\lambda w - \frac{1}{N} \sum_{i=1}^N \frac{y_i x_i}{1 + e^{-y_i (w^\top x_i + b)}}",
        ),
    ),
    Claim(
        (r"F = \sum_{s=1}^S r_s (w^\top x_s - t_s)^2 + \lambda \|w\|^2",),
        r"\nabla_w F",
        r"2 \sum_{s=1}^S r_s (w^\top x_s - t_s) x_s + 2 \lambda w",
        GRADIENT,
        (
            r"2 \sum_{s=1}^S r_s (w^\top x_s - t_s) x_s + \lambda w",
            r"2 \sum_{s=1}^S (w^\top x_s - t_s) x_s + 2 \lambda w",
        ),
    ),
    Claim(
        (r"F = \sum_{s=1}^S r_s (w^\top x_s - t_s)^2 + \lambda \|w\|^2",),
        r"\nabla_w^2 F",
        r"2 \sum_s r_s x_s x_s^\top + 2 \lambda I",
        frozenset({"numerator_column", "denominator_column"}),
        (r"2 \sum_s r_s x_s x_s^\top + \lambda I", r"2 \sum_s x_s x_s^\top + 2 \lambda I"),
    ),
    Claim(
        (r"F = \sum_{i=1}^N \|x_i - c\|^2",),
        r"\nabla_{x_k} F",
        "2 (x_k - c)",
        GRADIENT | {"numerator_row", "mixed_row"},
        ("2 (x_k + c)", "2 (c - x_k)", "x_k - c"),
    ),
    Claim(
        (r"E = \frac{1}{2} \sum_{n=1}^N (t_n - w^\top \phi_n)^2",),
        r"\nabla_w E",
        r"\sum_{n=1}^N (w^\top \phi_n - t_n) \phi_n",
        GRADIENT,
        (r"\sum_{n=1}^N (t_n - w^\top \phi_n) \phi_n", r"\sum_{n=1}^N (w^\top \phi_n - t_n) w"),
    ),
)
DAMAGED = [(case, right) for case in CLAIMS for right in case.damaged]


def judged(case: Claim, right: str) -> Verdict:
    record = {"equations": list(case.equations), "symbols": dict(case.symbols), "claim": f"{case.left} = {right}"}
    return check_record(record)


@pytest.mark.parametrize("case", CLAIMS, ids=lambda c: f"{c.left} = {c.right}")
def test_what_people_print_is_proved(case: Claim) -> None:
    """Sums over vectors with a number are proved for every size, in the conventions that they are true in."""
    v = judged(case, case.right)
    assert {name for name, o in v.conventions.items() if o.holds} == case.true
    assert all(o.holds is not None for o in v.conventions.values())
    assert all(v.conventions[name].because == "proof" for name in case.true)


@pytest.mark.parametrize(("case", "right"), DAMAGED, ids=[f"{c.left} = {r}" for c, r in DAMAGED])
def test_a_damaged_claim_is_refuted(case: Claim, right: str) -> None:
    """A changed sign, index, factor or transpose is refuted, and by a counterexample where the shapes fit."""
    v = judged(case, right)
    assert all(o.holds is False for o in v.conventions.values())


def test_a_matrix_that_only_the_claim_prints_is_asked_for() -> None:
    """``X^T (X w - y)`` is the gradient where the x_i are the rows of X, and false where they are its columns."""
    case = CLAIMS[8]
    assert case.equations == (SQUARES,)
    assert judged(case, r"X^\top (X w - y)").verdict == "unreadable"
    declared = Claim(case.equations, case.left, "", case.true, (), {"x_i": "vector d", "X": "matrix d n"})
    assert judged(declared, r"X (X^\top w - y)").verdict == "true"


@pytest.mark.parametrize("right", [r"\operatorname{diag}(1 - h_j^2) W", r"\operatorname{diag}(1 + h_j^2) W"])
def test_the_derivative_of_a_vector_with_a_number_is_not_judged(right: str) -> None:
    """``dh_j/dx_j`` is one block of a matrix by a matrix: nothing is said of it in columns, true or not."""
    v = judged(
        Claim(
            (r"h_j = \tanh(W x_j)", r"o = \sum_j \|h_j\|^2 x_j"),
            r"\frac{\partial h_j}{\partial x_j}",
            "",
            NUMERATOR,
            (),
        ),
        right,
    )
    assert v.conventions["numerator_column"].holds is None
    assert v.verdict == "undecided"


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        (
            r"F = \sum_{t=1}^T c_t (w^\top x_t - y_t)^2 + \lambda \|w\|^2",
            {"F": "scalar", "c_t": "scalar", "y_t": "scalar", "x_t": "vector"},
        ),
        (r"Q = \sum_{i=1}^M \rho_i e^{u_i^\top c + b}", {"Q": "scalar", "U": "matrix", "c": "vector", "b": "scalar"}),
        (r"y = \sum_{s=1}^{t} V x_s", {"x_s": "vector", "y": "vector"}),
        (
            r"J(\theta) = \frac{1}{2m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})^2",
            {r"J(\theta)": "scalar", "x^{(i)}": "vector", "y^{(i)}": "scalar"},
        ),
        (
            r"C = \sum_{i=1}^m (g_\omega(u^{(i)}) - d^{(i)})^2",
            {"C": "scalar", "u^{(i)}": "vector", "d^{(i)}": "scalar"},
        ),
    ],
)
def test_a_sum_of_numbers_is_a_number(text: str, shapes: dict[str, str]) -> None:
    """What stands beside a number that is made of vectors is one; what is added in a power of e counts no steps."""
    reading = read_system([text])
    assert {name: reading.symbols[name].role for name in shapes} == shapes


@pytest.mark.parametrize(
    ("equation", "left", "right", "declared", "damaged"),
    [
        (
            r"m = \frac{1}{N} \sum_{i=1}^N x_i",
            r"\frac{\partial m}{\partial x_k}",
            r"\frac{1}{N} I",
            {"x_i": "vector"},
            r"\frac{2}{N} I",
        ),
        (
            r"z = \sum_j a_j u_j",
            r"\frac{\partial z}{\partial u_r}",
            "a_r I",
            {"a_j": "scalar", "u_j": "vector"},
            "2 a_r I",
        ),
    ],
)
def test_entries_that_may_be_vectors_refute_nothing(
    equation: str, left: str, right: str, declared: dict[str, str], damaged: str
) -> None:
    """What holds if letters with a number are vectors is undecided, and the answer says what to declare."""
    v = judged(Claim((equation,), left, "", frozenset(), ()), right)
    assert (v.verdict, v.if_declared) == ("undecided", declared)
    assert judged(Claim((equation,), left, "", frozenset(), (), declared), right).verdict == "true"
    assert judged(Claim((equation,), left, "", frozenset(), ()), damaged).verdict == "false"


@pytest.mark.parametrize(
    ("equation", "claim"),
    [
        (
            r"F = \sum_{i=1}^{N-1} (x_{i+1} - x_i)^2",
            r"\frac{\partial F}{\partial x_i} = 2 (2 x_i - x_{i-1} - x_{i+1})",
        ),
        (r"Q = \sum_{t=1}^T r_t (w^\top x_t - y_t)^2", r"\nabla_w Q = 2 \sum_{t=1}^T r_t (w^\top x_t - y_t) x_t"),
    ],
)
def test_squares_that_may_be_numbers_refute_nothing_by_shape(equation: str, claim: str) -> None:
    """A sum over steps whose letters are vectors by their case alone: shapes do not refute what numbers leave open."""
    assert check_record({"equations": [equation], "claim": claim}).verdict == "undecided"
    vectors = {"equations": [equation], "claim": claim, "symbols": {"x_t": "vector n", "r_t": "vector n"}}
    assert check_record(vectors).verdict == "false"


@pytest.mark.parametrize("variable", ["(x_1 + c)_b", "(c_1)_b"])
def test_an_entry_of_no_symbol_is_no_variable(variable: str) -> None:
    """An entry of a sum, or of an entry that is a number, is refused as what a derivative is by."""
    record = {"equations": [r"F = \sum_i \|x_i - c\|^2"], "claim": rf"\frac{{\partial F}}{{\partial {variable}}} = 0"}
    v = check_record(record)
    assert v.verdict == "unreadable"
    assert f"a derivative is by one symbol, not by {variable}" in v.explanation


def test_what_is_no_product_is_refused() -> None:
    """A sum of what is no matrix times the vectors says that it is not read."""
    with pytest.raises(SymjacError, match="is no product with the matrix of all the vectors"):
        System(r"c = \sum_j \operatorname{softmax}(W x_j)", symbols={"x_j": "vector d"})


WHOLE = [
    ([r"e_i = d_i - v^\top u_i", r"F = \frac12 \|e\|^2"], r"\nabla_v F", r"-\sum_i e_i u_i"),
    ([r"g_m = c_m^\top q + h_m", r"p = \tanh(g)"], r"\frac{\partial p_m}{\partial q}", r"(1 - p_m^2) c_m^\top"),
    ([r"y_i = u_i^\top x", r"z = \operatorname{diag}(y) v"], r"\frac{\partial z_i}{\partial x}", r"v_i u_i^\top"),
    ([r"\hat y_n = w^\top x_n + b", r"L = \|\hat y - y\|^2"], r"\nabla_w L", r"2 \sum_n (\hat y_n - y_n) x_n"),
    ([r"S_{ij} = q_i^\top k_j", r"E = \frac12 \|S\|^2"], r"\frac{\partial E}{\partial S}", "S"),
    ([r"y_i = u_i^\top x"], r"\frac{\partial y}{\partial x} x", "y"),
    (
        [r"s_i = q^\top k_i", r"p = \operatorname{softmax}(s)"],
        r"\frac{\partial p_i}{\partial s_j}",
        "p_i ([i = j] - p_j)",
    ),
]


@pytest.mark.parametrize(("equations", "left", "right"), WHOLE, ids=lambda v: str(v))
def test_what_has_an_index_on_a_left_side_is_the_whole_of_it_without_one(
    equations: list[str], left: str, right: str
) -> None:
    """The y of ``\\lVert y \\rVert`` is made of the y_i that an equation defines: no derivative of it is zero."""
    for formula, wanted in ((right, "true"), ("0", "false"), (f"2 {right}", "false")):
        assert check_record({"equations": equations, "claim": f"{left} = {formula}"}).verdict == wanted, formula


@pytest.mark.parametrize(
    "equations",
    [
        ["u_k = A_k x", "y = u_1 + u_2"],
        ["A_i = W x_i", r"L = \|A\|^2"],
        ["y_t = C x_t", r"L = \|y - r\|^2"],
        [r"y^{(i)} = w^\top x^{(i)}", r"L = \|y\|^2"],
        [r"s_{ij} = q_i^\top k_j", r"L = \|S\|^2"],
    ],
    ids=str,
)
def test_a_symbol_beside_what_it_is_made_of_is_refused(equations: list[str]) -> None:
    """Where the whole cannot be read it is no symbol of its own, unless both are declared."""
    with pytest.raises(ReadError, match=r"beside .*(made of these|which step)"):
        read_system(equations)


def test_two_declared_symbols_are_two() -> None:
    """A vector with an index and the vector without are two symbols where both are declared."""
    symbols = {"u_k": "vector n", "u_1": "vector n", "u_2": "vector n"}
    assert read_system(["u_k = A_k x", "y = u_1 + u_2"], symbols).symbols.keys() >= {"u_k", "u_1", "u_2"}


@pytest.mark.parametrize("said", [r"x_i \in \mathbb{R}^d", r"x_i \in \mathbb{R}^d, y_i \in \mathbb{R}"])
def test_a_range_behind_a_formula_declares_vectors_with_a_number(said: str) -> None:
    """The x_i of R^d are the columns of a matrix with d rows, and the y_i of R the entries of a vector."""
    text = rf"L = \sum_{{i=1}}^N (y_i - w^\top x_i)^2, \quad {said}"
    assert str(read_system(text).symbols["X"].symbol.shape[0]) == "d"
    for factor, verdict in (("-2", "true"), ("-1", "false")):
        claim = rf"\nabla_w L = {factor} \sum_{{i=1}}^N (y_i - w^\top x_i) x_i"
        assert check_record({"equations": [text], "claim": claim}).verdict == verdict


@pytest.mark.parametrize("symbol", [r"\mu", r"\nu", "m"])
@pytest.mark.parametrize(("factor", "wanted"), [(r"\frac12", "true"), ("", "false"), (r"-\frac12", "false")])
def test_samples_minus_their_mean_are_vectors_with_a_number(symbol: str, factor: str, wanted: str) -> None:
    r"""The x_i of ``(x_i - \mu)^\top P (x_i - \mu)`` is no entry that is added to every entry of the mean."""
    system = [rf"\ell = -\frac12 \sum_{{i=1}}^n (x_i - {symbol})^\top P (x_i - {symbol})"]
    right = rf"{factor} (P + P^\top) \sum_{{i=1}}^n (x_i - {symbol})"
    claim = rf"\frac{{\partial \ell}}{{\partial {symbol}}} = {right}"
    assert check_record({"equations": system, "claim": claim}).verdict == wanted
