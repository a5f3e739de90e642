"""Claims that are bounds on norms, beside singular values from NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from symjac import System
from symjac.claims import check
from symjac.claims.checking import check_record
from symjac.claims.verdict import Verdict

Array = np.ndarray
NET = ("h_t = f(z_t)", "z_t = W h_{t-1} + U x_t + b")
TANH = (r"h_t = \tanh(W h_{t-1} + U x_t)",)
SIGMOID = (r"h_t = \operatorname{sigmoid}(W h_{t-1} + U x_t)",)
PASCANU = (r"x_t = W f(x_{t-1}) + W_{in} u_t + b",)
GAMMA = {r"\gamma": "bound of f'"}
STEP = r"\left\lVert \frac{\partial h_t}{\partial h_{t-1}} \right\rVert"
MANY = r"\left\| \frac{\partial h_t}{\partial h_k} \right\|"


def judged(claim: str, equations: Sequence[str] = NET, symbols: Mapping[str, str] = GAMMA) -> Verdict:
    return check_record({"equations": list(equations), "symbols": dict(symbols), "claim": claim})


def norm(m: Array) -> float:
    return float(np.linalg.svd(m, compute_uv=False)[0])


@dataclass(frozen=True)
class Net:
    """A network with random weights, and the states it runs through."""

    W: Array
    zs: Sequence[Array]
    slope: Callable[[Array], Array]
    gamma: float

    @staticmethod
    def random(seed: int, f: Callable[[Array], Array], slope: Callable[[Array], Array], gamma: float) -> Net:
        random = np.random.default_rng(seed)
        n = int(random.integers(1, 5))
        W, h, zs = random.standard_normal((n, n)) * random.choice([0.3, 1, 3]), random.standard_normal(n), []
        for _ in range(int(random.integers(1, 5))):
            zs.append(W @ h + random.standard_normal(n))
            h = f(zs[-1])
        return Net(W, zs, slope, gamma)

    @property
    def steps(self) -> int:
        return len(self.zs)

    @property
    def jacobian(self) -> Array:
        """By the chain rule, step by step; tests of the system itself are elsewhere."""
        out = np.eye(len(self.W))
        for z in self.zs:
            out = np.diag(self.slope(z)) @ self.W @ out
        return out

    def diagonal(self, k: int) -> float:
        return norm(np.diag(self.slope(self.zs[k])))


def wavy(a: float) -> tuple[Callable[[Array], Array], Callable[[Array], Array], float]:
    return (lambda z: a * np.sin(z)), (lambda z: a * np.cos(z)), a


FUNCTIONS: list[tuple[Callable[[Array], Array], Callable[[Array], Array], float]] = [
    wavy(2.0),
    wavy(0.4),
    (np.tanh, lambda z: 1 - np.tanh(z) ** 2, 1.0),
]
TRUE_OF_ANY: list[tuple[str, Callable[[Net], float]]] = [
    (rf"{MANY} \le (\lVert W\rVert \gamma)^{{t-k}}", lambda v: (norm(v.W) * v.gamma) ** v.steps),
    (rf"{MANY} \le \lVert W^\top \rVert^{{t-k}} \gamma^{{t-k}}", lambda v: norm(v.W.T) ** v.steps * v.gamma**v.steps),
    (
        rf"{MANY} \le \prod_{{i=k+1}}^t \lVert W^\top \rVert \lVert diag(f'(z_i)) \rVert",
        lambda v: float(np.prod([norm(v.W.T) * v.diagonal(k) for k in range(v.steps)])),
    ),
    (rf"{MANY} \le 2 \gamma^{{t-k}} \|W\|^{{t-k}}", lambda v: 2 * (norm(v.W) * v.gamma) ** v.steps),
]
DAMAGED = [
    rf"{MANY} \le (\lVert W\rVert \gamma)^{{t-k-1}}",
    rf"{MANY} \le (\lVert W\rVert \gamma)^{{t-k+1}}",
    rf"{MANY} \le \lVert W\rVert^{{t-k}}",
    rf"{MANY} \le \gamma^{{t-k}}",
    rf"{MANY} \le \lVert W\rVert \gamma",
    rf"{MANY} \le \lVert W\rVert^{{t-k}} \gamma",
    rf"{MANY} \le \frac{{1}}{{2}} (\lVert W\rVert \gamma)^{{t-k}}",
    rf"{MANY} \ge (\lVert W\rVert \gamma)^{{t-k}}",
    rf"{MANY} < (\lVert W\rVert \gamma)^{{t-k}}",
    rf"{MANY} \le \prod_{{i=k+2}}^t \lVert W \rVert \lVert diag(f'(z_i)) \rVert",
    rf"{MANY} \le \prod_{{i=k+1}}^t \lVert W \rVert \lVert diag(f'(z_{{i-1}})) \rVert",
    rf"{STEP} \le \lVert W \rVert",
    rf"{STEP} \le \gamma",
    rf"{STEP} \le \lVert U \rVert \gamma",
    rf"{STEP} \le \lVert W \rVert \gamma^2",
    rf"{STEP} \le \lVert W \rVert \lVert diag(f'(z_{{t-1}})) \rVert",
    rf"{STEP} \le \lVert W^2 \rVert \gamma",
    rf"{STEP} \le 1",
]


@pytest.mark.parametrize(("claim", "right"), TRUE_OF_ANY, ids=[c for c, _ in TRUE_OF_ANY])
def test_a_bound_that_is_called_true_holds_for_random_networks(claim: str, right: Callable[[Net], float]) -> None:
    """Proved in all four conventions; and the largest singular value keeps to it at 200 random networks."""
    v = judged(claim)
    assert {o.because for m in v.as_printed for o in m.values()} == {"proof"}
    for seed in range(200):
        net = Net.random(seed, *FUNCTIONS[seed % len(FUNCTIONS)])
        assert norm(net.jacobian) <= right(net) * (1 + 1e-12)


@pytest.mark.parametrize("claim", DAMAGED)
def test_a_damaged_bound_is_refuted(claim: str) -> None:
    """A factor lost, a power off by one, a wrong sign or a wrong step is refuted by numbers."""
    v = judged(claim)
    assert v.verdict == "false"
    assert {o.because for m in v.as_printed for o in m.values()} == {"counterexample"}


@pytest.mark.parametrize(("equations", "slope"), [(TANH, 1.0), (SIGMOID, 0.25)], ids=["tanh", "sigmoid"])
def test_known_functions_bound_themselves(equations: Sequence[str], slope: float) -> None:
    """The slope of tanh is at most 1 and that of the sigmoid at most 1/4, and at no smaller number."""
    number = {1.0: "1", 0.25: r"\frac{1}{4}"}[slope]
    less = {1.0: r"\frac{9}{10}", 0.25: r"\frac{6}{25}"}[slope]
    assert judged(rf"{STEP} \le {number} \lVert W \rVert", equations, {}).verdict == "true"
    assert judged(rf"{STEP} \le {less} \lVert W \rVert", equations, {}).verdict == "false"
    assert judged(rf"{MANY} \le ({number} \lVert W \rVert)^{{t-k}}", equations, {}).verdict == "true"
    assert judged(rf"{MANY} \le ({less} \lVert W \rVert)^{{t-k}}", equations, {}).verdict == "false"


def test_a_counterexample_violates_the_bound_in_numpy() -> None:
    """What is printed as a counterexample is one: the largest singular value there is greater than the right side."""
    o = judged(rf"{STEP} \le \lVert W \rVert").conventions["numerator_column"]
    c = o.counterexample
    assert c is not None
    assert c.exact
    W = np.array([[float(x) for x in row] for row in next(m for s, m in c.values.items() if s.name == "W")])
    gamma = next(float(m[0][0]) for s, m in c.values.items() if s.name == r"\gamma")
    left, right = c.left[0][0], c.right[0][0]
    assert isinstance(left, Fraction)
    assert isinstance(right, Fraction)
    assert float(left) == pytest.approx(norm(gamma * W))
    assert float(right) == pytest.approx(norm(W))
    assert left > right


def test_the_link_of_a_chain_that_breaks_is_named() -> None:
    """Pascanu et al. (2013), section 2.1: the product of norms is below 1 only where the weights are small."""
    claim = (
        r"\left\| \frac{\partial x_{k+1}}{\partial x_k} \right\| \le \| W^\top \| \| diag(f'(x_k)) \|"
        r" < \frac{1}{\gamma} \gamma < 1"
    )
    v = check(PASCANU, claim, GAMMA)
    assert v.verdict == "false"
    assert [all(o.holds for o in link.conventions.values()) for link in v.links] == [True, False, False]
    assert v.correct["condition"] == r"\lVert W \rVert \, \gamma < 1"
    assert "breaks" in v.explanation


def test_an_error_carried_back_keeps_its_norm_as_a_factor() -> None:
    """Pascanu et al. (2013), equation 7: the order of print fits in numerator layout only."""
    claim = (
        r"\left\| \frac{\partial E_t}{\partial x_t} \prod_{i=k}^{t-1} \frac{\partial x_{i+1}}{\partial x_i} \right\|"
        r" \le (\gamma \|W\|)^{t-k} \left\| \frac{\partial E_t}{\partial x_t} \right\|"
    )
    v = judged(claim, PASCANU)
    assert v.conventions["numerator_column"].because == "proof"
    assert v.conventions["denominator_column"].because == "shape"
    assert judged(claim.replace(r"\gamma \|W\|", r"\|W\|"), PASCANU).verdict == "false"


def test_constants_that_nothing_declares_are_read_with_a_note() -> None:
    """CS224d, lecture 8: beta_W bounds the norm of W, and the other constant the slope of the only function."""
    claim = (
        rf"{MANY} \le \prod_{{j=k+1}}^t \lVert W^\top \rVert \lVert diag(f'(z_j)) \rVert \le (\beta_W \beta_h)^{{t-k}}"
    )
    v = judged(claim, NET, {})
    assert v.verdict == "true"
    assert sum("is read as an upper bound" in note for note in v.notes) == 2
    assert judged(claim.replace("(\\beta_W \\beta_h)", r"(\beta_h)"), NET, {}).verdict == "undecided"


def test_a_constant_that_bounds_a_matrix_is_no_more_than_a_bound() -> None:
    """beta >= |W| bounds what |W| bounds; what beta bounds is not bounded by |W|."""
    symbols = {**GAMMA, r"\beta": "bound of W"}
    assert judged(rf"{STEP} \le \beta \gamma", NET, symbols).verdict == "true"
    assert (
        judged(rf"{STEP} \le \beta \gamma \le \lVert W \rVert \gamma", NET, symbols)
        .links[1]
        .conventions["numerator_column"]
        .holds
        is not True
    )
    exactly = {**GAMMA, r"\lambda_1": "largest singular value of W"}
    assert judged(rf"{STEP} \le \lambda_1 \gamma", NET, exactly).verdict == "true"


def test_other_norms_are_not_judged() -> None:
    """The Frobenius norm of a diagonal matrix is not its largest entry."""
    v = judged(rf"{STEP} \le \lVert W \rVert_F \gamma")
    assert v.verdict == "undecided"
    assert "spectral" in v.conventions["numerator_column"].reason


def test_a_letter_that_usually_is_the_sigmoid_is_refuted_by_no_other_function() -> None:
    """With an undeclared sigma the bound 1/4 |W| holds if sigma is the sigmoid: undecided, and said."""
    v = judged(rf"{STEP} \le \frac{{1}}{{4}} \lVert W \rVert", (r"h_t = \sigma(W h_{t-1})",), {})
    assert v.verdict == "undecided"
    assert r"\sigma is sigmoid" in v.alternatives


def test_leaky_units_add_what_they_keep() -> None:
    """The triangle inequality: |1 - a| for what is kept, |a| gamma |W| for what is new."""
    system = (r"h_t = (1-\alpha) h_{t-1} + \alpha f(W h_{t-1})",)
    symbols = {**GAMMA, r"\alpha": "scalar"}
    assert judged(rf"{STEP} \le |1-\alpha| + |\alpha| \gamma \lVert W \rVert", system, symbols).verdict == "true"
    assert judged(rf"{STEP} \le |\alpha| \gamma \lVert W \rVert", system, symbols).verdict == "false"


def test_the_verdict_speaks_of_a_bound() -> None:
    """Neither a true nor a false bound is called a derivative, and what always holds is said."""
    right = check(NET, rf"{STEP} \le \lVert W \rVert \gamma", GAMMA)
    wrong = check(NET, rf"{STEP} \le \gamma", GAMMA)
    assert right.explanation.startswith("The bound holds in every convention: norms do not change under transposes")
    assert wrong.explanation.startswith("The bound is false")
    assert r"\lVert W \rVert \, \gamma" in wrong.explanation
    assert all("derivative" not in v.explanation for v in (right, wrong))
    assert wrong.correct["bound"] == r"\lVert W \rVert \, \gamma"


def test_a_layout_that_is_asked_for_changes_no_bound() -> None:
    """Norms do not change under transposes."""
    v = check(NET, rf"{STEP} \le \lVert W \rVert \gamma", GAMMA, layout="denominator", orientation="row")
    assert v.verdict == "true"
    assert v.asked == ("denominator_row",)


def test_signs_that_go_both_ways_are_refused() -> None:
    """a <= b >= c says nothing about a and c."""
    v = judged(rf"{STEP} \le \lVert W \rVert \gamma \ge 1")
    assert v.verdict == "unreadable"


def test_a_bound_need_not_hold_a_derivative() -> None:
    """Norms of products are compared as they stand, whatever they are the derivative of."""
    product = r"\left\| \prod_{i=k+1}^t W^\top diag(f'(z_i)) \right\|"
    assert judged(rf"{product} \le (\gamma \lVert W \rVert)^{{t-k}}").verdict == "true"
    assert judged(rf"{product} \le (\gamma \lVert W \rVert)^{{t-k-1}}").verdict == "false"


def test_a_constant_that_may_be_anything_refutes_nothing() -> None:
    """An undeclared eta may bound the whole Jacobian."""
    v = judged(rf"{STEP} \le \eta", NET, {})
    assert v.verdict == "undecided"
    assert "bound" not in v.correct


def test_a_power_of_a_matrix_is_bounded_where_its_exponent_counts_steps() -> None:
    """|W^(t-k)| is at most |W|^(t-k) for t not before k; of W^(k-t) nothing is said."""
    linear = ("h_t = W h_{t-1} + U x_t",)
    assert judged(rf"{MANY} \le \lVert W^{{t-k}} \rVert \le \lVert W \rVert^{{t-k}}", linear).verdict == "true"
    assert judged(rf"{MANY} \le \lVert W^{{k-t}} \rVert", linear).verdict != "true"


def test_the_kronecker_product_has_the_product_of_the_norms() -> None:
    """dh_t/dW = diag(f') (h_{t-1}^T (x) I), so its norm is at most gamma |h_{t-1}|."""
    left = r"\left\| \frac{\partial h_t}{\partial W} \right\|"
    assert judged(rf"{left} \le \gamma \lVert h_{{t-1}} \rVert").verdict == "true"
    assert judged(rf"{left} \le \gamma \lVert x_t \rVert").verdict == "false"


def test_numbers_alone_are_no_condition() -> None:
    """A bound by 1 is not said to hold where 1 < 1."""
    system = System(r"h_t = \tanh(h_{t-1}) + x_t", symbols={"h_t": "vector n", "x_t": "vector n"})
    v = system.check(r"\left\| \frac{\partial h_t}{\partial h_{t-1}} \right\| < 1")
    assert v.correct == {"bound": "1"}
