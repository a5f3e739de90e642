"""Maps of several vectors of which nothing else is known: ``h_t = f(h_{t-1}, x_t)``."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symjac
from symjac import expr as ex
from symjac.claims import check
from symjac.codegen import TARGETS, emit_expression
from symjac.errors import ReadError, RuleError, ShapeError, SymjacError
from symjac.expr import Expr, MapJacobian, Partial, Product, Sum, Symbol, VectorMap
from symjac.kernel import Scope, infer
from symjac.normal import equal
from symjac.typeset import latex
from symjac.values import counterexample

n, m = ex.dim("n"), ex.dim("m")
h, g = (Symbol(name, (n, ex.ONE)) for name in "hg")
x = Symbol("x", (m, ex.ONE))
c = Symbol("c")
W = Symbol("W", (n, n))
U = Symbol("U", (m, n))

ARGUMENTS: dict[str, tuple[Expr, ...]] = {
    "two vectors": (h, x),
    "both change": (Product(W, h), Product(U, h)),
    "one vector twice": (h, h),
    "a map inside": (h, VectorMap("k", (x, h), m)),
    "three": (x, h, Product(W, h)),
    "a scalar": (c, h),
    "a scalar that changes": (Product(ex.Transpose(g), h), h),
}


@pytest.mark.parametrize("args", ARGUMENTS.values(), ids=ARGUMENTS)
def test_the_chain_rule_goes_through_every_argument(args: tuple[Expr, ...]) -> None:
    """df(a, b)/dh = d_1 f(a, b) da/dh + d_2 f(a, b) db/dh, by the rules, the normal form and numbers."""
    f = VectorMap("f", args, n)
    total = ex.add(*(ex.mul(f.jacobian(k), Partial(a, h)) for k, a in enumerate(args, 1)))
    assert equal(Partial(f, h), total)
    theorem = infer("map_rule", Scope(h, {}), f, *(_derivative(a) for a in args))
    assert theorem.lhs == Partial(f, h)
    assert equal(theorem.rhs, total)
    assert counterexample(theorem.rhs, total) is None


def _derivative(a: Expr) -> Any:
    from symjac.differentiate import jacobian_theorem

    return jacobian_theorem(a, Scope(h, {}))


@pytest.mark.parametrize("by", [1, 2])
def test_no_argument_is_passed_over(by: int) -> None:
    """Without the term of an argument, or with another's Jacobian in its place, values tell the two apart."""
    f = VectorMap("f", (Product(W, h), h), n)
    terms = [Product(f.jacobian(1), W), f.jacobian(2)]
    right = Sum(*terms)
    assert counterexample(right, terms[by - 1]) is not None
    assert counterexample(right, Sum(Product(f.jacobian(2), W), f.jacobian(1))) is not None
    assert counterexample(f.jacobian(by), ex.Transpose(f.jacobian(by))) is not None


def test_a_jacobian_depends_on_all_arguments() -> None:
    """The Jacobian by one argument at another value of the other one is another matrix, for the values too."""
    one, other = MapJacobian("f", (h, x), n), MapJacobian("f", (h, Symbol("y", x.shape)), n)
    assert not equal(one, other)
    assert counterexample(one, other) is not None


def test_the_rule_wants_a_premise_for_each_argument() -> None:
    """The derivative of f(a, b) is no theorem where that of b is missing, or where the two are exchanged."""
    scope = Scope(h, {})
    f = VectorMap("f", (Product(W, h), h), n)
    first, second = map(_derivative, f.args)
    with pytest.raises(RuleError, match="each operand wants a premise"):
        infer("map_rule", scope, f, first)
    with pytest.raises(RuleError, match="each operand wants a premise"):
        infer("map_rule", scope, f, first, second, second)
    with pytest.raises(RuleError, match="something else"):
        infer("map_rule", scope, f, second, first)


@pytest.mark.parametrize("by", [0, 3, -1])
def test_only_arguments_that_are_there_are_differentiated_by(by: int) -> None:
    """f of two vectors has no third argument, and none before the first."""
    with pytest.raises(ShapeError, match="no argument number"):
        MapJacobian("f", (h, x), n, by)


def test_a_map_takes_columns() -> None:
    """A row or a matrix is no argument of a map."""
    with pytest.raises(ShapeError, match="takes column vectors, W is n x n"):
        VectorMap("f", (h, W), n)


@pytest.mark.parametrize("target", TARGETS)
def test_programs_take_the_jacobians_by_each_argument(target: str) -> None:
    """A program calls the map and its Jacobians by one argument each, with all arguments."""
    f = VectorMap("f", (h, x), n)
    source = emit_expression(Sum(f.jacobian(1), Product(f.jacobian(2), U)), target=target)
    assert "df_1(h, x) + df_2(h, x) @ U" in source.code
    assert source.arguments["df_1"] == r"\partial_1 f"
    assert source.arguments["f"] == "f"


def test_programs_compute_what_is_meant() -> None:
    """With a map written out by hand the emitted program gives the derivative by complex steps."""
    rng = np.random.default_rng(3)
    a, b, k = rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rng.normal(size=(2, 3))

    def f(u: Any, v: Any) -> Any:
        return np.tanh(a @ u + b @ v + u * np.sum(v))

    def slope(u: Any, v: Any) -> Any:
        return (1 - f(u, v) ** 2)[:, None]

    call = VectorMap("f", (h, Product(U, h)), n)
    closed = Sum(call.jacobian(1), Product(call.jacobian(2), U))
    program = emit_expression(closed).load()
    at = rng.normal(size=3)
    found = program(
        h=at,
        U=k,
        df_1=lambda u, v: slope(u, v) * (a + np.sum(v) * np.eye(3)),
        df_2=lambda u, v: slope(u, v) * (b + u[:, None]),
    )
    for j in range(3):
        moved = at + 1e-30j * np.eye(3)[j]
        assert np.allclose(found[:, j], np.imag(f(moved, k @ moved)) / 1e-30)


# ----------------------------------------------------------------------------------------- systems

DERIVED: dict[str, tuple[list[str], str, str]] = {
    "the general cell": ([r"h_t = f(h_{t-1}, x_t)"], "h_{t-1}", r"\partial_1 f(h_{t-1}, x_t)"),
    "by the input": ([r"h_t = f(h_{t-1}, x_t)"], "x_t", r"\partial_2 f(h_{t-1}, x_t)"),
    "a label below": ([r"h_t = f_\theta(h_{t-1}, x_t)"], "h_{t-1}", r"\partial_1 f_{\theta}(h_{t-1}, x_t)"),
    "parameters behind a semicolon": ([r"x_t = F(x_{t-1}; \theta)"], r"\theta", r"\partial_2 F(x_{t-1}, \theta)"),
    "a word": ([r"h_t = \mathrm{RNN}(x_t, h_{t-1})"], "h_{t-1}", r"\partial_2 \mathrm{RNN}(x_t, h_{t-1})"),
    "a capital that is else a matrix": ([r"h_t = G(h_{t-1}, x_t)"], "h_{t-1}", r"\partial_1 G(h_{t-1}, x_t)"),
    "inside and behind": (
        [r"h_t = f(W h_{t-1} + b, g(h_{t-1}))"],
        "h_{t-1}",
        r"\partial_1 f(W h_{t-1} + b, g(h_{t-1})) W"
        r" + \partial_2 f(W h_{t-1} + b, g(h_{t-1})) \operatorname{diag}(g'(h_{t-1}))",
    ),
    "inside itself": (
        [r"h_t = f(h_{t-1}, f(h_{t-1}, x_t))"],
        "h_{t-1}",
        r"\partial_1 f(h_{t-1}, f(h_{t-1}, x_t)) + \partial_2 f(h_{t-1}, f(h_{t-1}, x_t)) \partial_1 f(h_{t-1}, x_t)",
    ),
    "through a gate": (
        [r"z_t = f(h_{t-1}, x_t)", r"h_t = z_t + \alpha h_{t-1}"],
        "h_{t-1}",
        r"\alpha I + \partial_1 f(h_{t-1}, x_t)",
    ),
    "a scalar among the arguments": ([r"h_t = f(h_{t-1}, \tau)"], r"\tau", r"\partial_2 f(h_{t-1}, \tau)"),
    "what is scalar and changes": (
        [r"h_t = f(h_{t-1}, u^\top h_{t-1})"],
        "h_{t-1}",
        r"\partial_1 f(h_{t-1}, u^{\top} h_{t-1}) + \partial_2 f(h_{t-1}, u^{\top} h_{t-1}) u^{\top}",
    ),
    "a gradient by a matrix": ([r"s = w^\top f(W x, u)"], "W", r"x w^{\top} \partial_1 f(W x, u)"),
}


@pytest.mark.parametrize(("equations", "wrt", "wanted"), DERIVED.values(), ids=DERIVED)
def test_derived(equations: list[str], wrt: str, wanted: str) -> None:
    """The Jacobian by the argument that changes, through every other road."""
    J = symjac.System(*equations).jacobian(wrt=wrt)
    assert latex(J.closed) == wanted
    assert {c.method for c in J.checks} >= {"rules", "entries", "sizes", "numbers", "readback"}
    assert all(c.passed for c in J.checks)


def test_a_note_says_what_is_known_of_it() -> None:
    """That f is a function of several vectors is a habit of print: it is said, and refused where none may be taken."""
    said = [n for n in symjac.System(r"h_t = f(h_{t-1}, x_t)").notes if "function of several vectors" in n.message]
    assert [n.evidence.value for n in said] == ["usual"]
    assert "of which nothing else is known" in said[0].message
    with pytest.raises(ReadError, match="function of several vectors"):
        symjac.System(r"h_t = f(h_{t-1}, x_t)", symbols={"h_t": "vector n", "x_t": "vector m"}, strict=True)
    declared = {"h_t": "vector n", "x_t": "vector m", "f": "map"}
    assert not symjac.System(r"h_t = f(h_{t-1}, x_t)", symbols=declared, strict=True).notes


def test_the_note_is_kept_where_a_definition_is_asked_for_its_role() -> None:
    """A function that is met first while another equation is looked at is noted too."""
    notes = [n.message for n in symjac.System(r"z_t = W h_{t-1} + b", r"h_t = f(z_t, h_{t-1})").notes]
    assert any(n.startswith("f: read as a function of several vectors") for n in notes)


def test_declared_sizes_are_those_of_the_value_and_the_arguments() -> None:
    """``map n k m`` has values with n entries, of vectors with k and m."""
    system = symjac.System(r"y = f(u, v)", symbols={"f": "map n k m"})
    assert str(system.jacobian(wrt="v").closed.shape) == "(n, m)"
    scalar = symjac.System(r"s = f(u, v)", symbols={"f": "map 1 k m"}).jacobian(wrt="u")
    assert str(scalar.closed.shape) == "(1, k)"
    with pytest.raises(ReadError, match="takes a vector with k entries"):
        symjac.System(r"y = f(u, v)", symbols={"f": "map n k m", "u": "vector m"})


REFUSED: dict[str, tuple[str, dict[str, str], str]] = {
    "h_t = h(h_{t-1}, x_t)": ("a state", {}, "h is applied to several vectors here and stands alone elsewhere"),
    "h_t = f(h_{t-1}, x_t) + f(h_{t-1})": ("fewer", {}, "the map f has 1 argument here and 2 elsewhere"),
    "h_t = f(h_{t-1}, W)": ("a matrix", {"W": "matrix n n"}, "takes vectors and scalars; this is n x n"),
    "h_t = f(h_{t-1}; W) + W x_t": ("a matrix that stands elsewhere", {}, "this is a matrix"),
    "h_t = f(h_{t-1}; W) + f(x_t; V)": ("two parameters", {}, "f has the parameters V here and W elsewhere"),
    r"h_t = f(h_{t-1}; \theta) + \theta": (
        *("a parameter elsewhere", {r"\theta": "parameters of f"}),
        r"\theta is declared as a parameter, and stands outside",
    ),
    r"h_t = f(h_{t-1}^\top, x_t)": ("a row", {}, "takes vectors and scalars; this is a row"),
    "h_t = f(h_{t-1}, 1)": ("a number", {}, "this is a number"),
    "h_t = f(h_{t-1}, x_t, t)": ("the time", {}, "the time is no argument of the map f"),
    "h_t = f'(h_{t-1}, x_t)": ("a prime", {}, "the prime on f does not say by which"),
    "h_t = f_t(h_{t-1}, x_t)": ("a time", {}, "f_t is read as"),
    "h_t = f_t(c, x)": ("a time on a map", {"f": "map"}, "a function that changes with time is not read"),
    "h_t = f(h_{t-1}, x_t) ": (
        "entry by entry",
        {"f": "elementwise"},
        "f has 2 arguments, but is applied entry by entry",
    ),
    r"h_t = \partial_3 f(h_{t-1}, x_t) x_t": ("no third", {}, "f has 2 arguments, and none with the number 3"),
    r"h_t = \partial_1 f(h_{t-1}, x_t)^2 x_t": ("a power", {}, "a power or an index behind this derivative"),
    r"h_t = \partial_1 \sigma(h_{t-1}) x_t": ("no map", {}, "differentiates a function of several vectors by one"),
    r"h_t = f(x_t, x_t) + f(h_{t-1}, V h_{t-1})": ("sizes", {"V": "matrix m k"}, "the map f takes a vector with"),
}


@pytest.mark.parametrize("equation", REFUSED, ids=[case for case, _, _ in REFUSED.values()])
def test_what_is_no_argument_is_refused(equation: str) -> None:
    """One message says what is wrong with it."""
    _, symbols, words = REFUSED[equation]
    with pytest.raises(ReadError, match=re.escape(words)):
        symjac.System(equation, symbols=symbols)


PARAMETERS: dict[str, dict[str, str]] = {
    r"h_t = f(h_{t-1}, x_t; W)": {},
    r"h_t = f(h_{t-1}, x_t; W, U)": {},
    r"h_t = f(W, h_{t-1}, x_t)": {},
    r"h_t = f(h_{t-1}, x_t, \Theta)": {},
    r"h_t = f(h_{t-1}, x_t; \theta)": {r"\theta": "parameters of f"},
}


@pytest.mark.parametrize("equation", PARAMETERS)
def test_parameters_are_left_out_with_a_note(equation: str) -> None:
    """Capitals that stand nowhere else, and what is declared so: there is no derivative by them, and none is zero."""
    system = symjac.System(equation, symbols=PARAMETERS[equation])
    assert latex(system.jacobian(wrt="h_{t-1}").closed) == r"\partial_1 f(h_{t-1}, x_t)"
    assert any(n.kind == "parameter" and "left out" in n.message for n in system.notes)
    for letter in ("W", r"\Theta", r"\theta"):
        with pytest.raises(SymjacError):
            system.jacobian(wrt=letter)


def test_parameters_in_claims_are_those_of_the_system() -> None:
    """They may be left out; others are another function's."""
    system = [r"h_t = f(h_{t-1}, x_t; W)"]
    for right in (
        *(r"\partial_1 f(h_{t-1}, x_t; W)", r"\partial_1 f(h_{t-1}, x_t)"),
        r"\frac{\partial f}{\partial h}(h_{t-1}, x_t; W)",
    ):
        assert check(system, BY_STATE + right).verdict == "true"
    with pytest.raises(ReadError, match="f has the parameters V here and W elsewhere"):
        check(system, BY_STATE + r"\partial_1 f(h_{t-1}, x_t; V)")
    assert check(system, r"\frac{\partial h_t}{\partial W} = 0").verdict == "undecided"


def test_hints_lead_on() -> None:
    """What the hints say of a letter that may be a function of several vectors can be read."""
    for equation, letter, words in ((r"y = A(u, v)", "A", "map"), (r"E = C(y, d)", "C", "map 1 n n")):
        with pytest.raises(ReadError) as refused:
            symjac.System(equation)
        assert f'"{letter}: {words}"' in str(refused.value.hint)
        assert symjac.System(equation, symbols={letter: words})


def test_the_hint_on_a_letter_that_is_a_symbol_too_is_another_letter() -> None:
    """No declaration makes s a state and a function; with a letter of its own the function is read."""
    with pytest.raises(ReadError) as refused:
        symjac.System(r"s_t = s(s_{t-1}, u_t)")
    assert "a letter of its own" in str(refused.value.hint)
    assert symjac.System(r"s_t = f(s_{t-1}, u_t)")


def test_what_has_one_meaning_keeps_it() -> None:
    """Brackets with commas behind known operators are no functions of which nothing is known."""
    assert latex(symjac.System(r"y = \max(0, W x)").jacobian(wrt="x").closed).startswith(r"\operatorname{diag}")
    assert latex(symjac.System(r"p = \operatorname{softmax}(\beta, z)").jacobian(wrt="z").closed).startswith(r"\beta")
    assert latex(symjac.System(r"y = f(x, u)", r"f(x, u) = W x + U u").jacobian("y", wrt="x").closed) == "W"


def test_a_page_says_what_the_jacobians_are() -> None:
    """The proof names the map, how many vectors it takes, and its Jacobians."""
    text = symjac.System(r"h_t = f(h_{t-1}, x_t)").jacobian(wrt="h_{t-1}").text()
    assert "f is a differentiable map of two vectors, of which nothing else is known" in " ".join(text.split())
    assert "(chain rule)" in text
    assert "(∂₁ f(hₜ₋₁, xₜ))ᵀ" in text


# ------------------------------------------------------------------------------------------ claims

CELL = r"h_t = f(h_{t-1}, x_t)"
BY_STATE = r"\frac{\partial h_t}{\partial h_{t-1}} = "
OVER_TIME = r"\frac{\partial h_t}{\partial h_k} = "
CLAIMS: dict[str, tuple[str, str]] = {
    BY_STATE + r"\partial_1 f(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"\frac{\partial f}{\partial h}(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"\frac{\partial f}{\partial h_{t-1}}(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"D_1 f(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"D_h f(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"f_h(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"\partial_{h_{t-1}} f(h_{t-1}, x_t)": (CELL, "true"),
    BY_STATE + r"\frac{\partial f}{\partial h_{t-1}}": (CELL, "true"),
    BY_STATE + r"\frac{\partial f(h_{t-1}, x_t)}{\partial h_{t-1}}": (CELL, "true"),
    BY_STATE + r"(\partial_1 f(h_{t-1}, x_t))^\top": (CELL, "undecided"),
    BY_STATE + r"\partial_1 f(h_{t-1}, x_t)^\top": (CELL, "undecided"),
    BY_STATE + r"-\partial_1 f(h_{t-1}, x_t)": (CELL, "false"),
    BY_STATE + r"\partial_2 f(h_{t-1}, x_t)": (CELL, "false"),
    BY_STATE + r"\frac{\partial f}{\partial x}(h_{t-1}, x_t)": (CELL, "false"),
    BY_STATE + r"f_x(h_{t-1}, x_t)": (CELL, "false"),
    BY_STATE + r"\partial_1 f(x_t, h_{t-1})": (CELL, "false"),
    BY_STATE + r"\partial_1 f(h_t, x_t)": (CELL, "false"),
    BY_STATE + r"\partial_1 f(h_{t-1}, x_{t-1})": (CELL, "false"),
    BY_STATE + r"\partial_1 f(h_{t-1})": (CELL, "undecided"),
    OVER_TIME + r"\prod_{i=k+1}^{t} \partial_1 f(h_{i-1}, x_i)": (CELL, "true"),
    OVER_TIME + r"\prod_{i=k+1}^{t} \frac{\partial f}{\partial h}(h_{i-1}, x_i)": (CELL, "true"),
    OVER_TIME + r"\prod_{i=k}^{t} \partial_1 f(h_{i-1}, x_i)": (CELL, "false"),
    OVER_TIME + r"\prod_{i=k+1}^{t} \partial_1 f(h_i, x_i)": (CELL, "false"),
    OVER_TIME + r"\prod_{i=k+1}^{t} (\partial_1 f(h_{i-1}, x_i))^\top": (CELL, "undecided"),
    r"\frac{\partial h_t}{\partial x_{t-1}} = \partial_1 f(h_{t-1}, x_t) \partial_2 f(h_{t-2}, x_{t-1})": (
        CELL,
        "true",
    ),
    r"\frac{\partial h_t}{\partial x_{t-1}} = \partial_2 f(h_{t-1}, x_t) \partial_2 f(h_{t-2}, x_{t-1})": (
        CELL,
        "false",
    ),
}


@pytest.mark.parametrize(("claim", "case"), CLAIMS.items(), ids=CLAIMS)
def test_claims_about_the_general_cell(claim: str, case: tuple[str, str]) -> None:
    """The Jacobian by an argument has many spellings; another sign, number, place or transpose is another matrix."""
    equation, verdict = case
    assert check([equation], claim).verdict == verdict


def test_swapped_vectors_of_one_size_are_told_apart() -> None:
    """Where the arguments fit in either order, values refute what shapes do not."""
    alike = {"h_t": "vector n", "x_t": "vector n"}
    for wrong in (r"\partial_1 f(x_t, h_{t-1})", r"\partial_2 f(h_{t-1}, x_t)", r"\partial_2 f(x_t, h_{t-1})"):
        v = check([CELL], BY_STATE + wrong, symbols=alike)
        assert {o.because for o in v.conventions.values()} == {"counterexample"}


def test_another_map_is_another_function() -> None:
    """One map's Jacobian in place of another's is refuted by values."""
    system = [CELL, r"y_t = g(h_t, x_t)"]
    alike = {"h_t": "vector n", "y_t": "vector n"}
    by = r"\frac{\partial y_t}{\partial h_{t-1}} = "
    right = r"\partial_1 g(h_t, x_t) \partial_1 f(h_{t-1}, x_t)"
    assert check(system, by + right, symbols=alike).verdict == "true"
    assert check(system, by + right.replace("g", "f"), symbols=alike).verdict == "false"


GATED = [r"z_t = W h_{t-1} + b", r"h_t = f(z_t, h_{t-1})"]


def test_a_derivative_by_one_argument_is_the_partial_one() -> None:
    r"""``\partial f/\partial h`` leaves the other argument alone, which is said; nothing is refuted by that."""
    right = BY_STATE + r"\frac{\partial f}{\partial z_t} W + \frac{\partial f}{\partial h_{t-1}}"
    v = check(GATED, right)
    assert v.verdict == "true"
    assert "a derivative of f by one of its arguments is the partial one" in v.notes
    for doubtful in (right.replace("+", "-"), BY_STATE + r"\frac{\partial f}{\partial h_{t-1}}"):
        v = check(GATED, doubtful)
        assert v.verdict == "undecided"
        assert "may be the total one" in str(v.conventions["numerator_column"].reason)


def test_a_bracket_says_where_a_partial_derivative_is_taken() -> None:
    """With its arguments behind it there is no doubt, and a wrong sign is refuted."""
    right = BY_STATE + r"\frac{\partial f}{\partial z}(z_t, h_{t-1}) W + \frac{\partial f}{\partial h}(z_t, h_{t-1})"
    assert check(GATED, right).verdict == "true"
    assert check(GATED, right.replace("+", "-")).verdict == "false"


def test_d_may_be_fixed_where_derivatives_are_transposed() -> None:
    """D f is the Jacobian for many whatever the layout, so that nothing is decided where that matters."""
    v = check([CELL], BY_STATE + r"D_1 f(h_{t-1}, x_t)")
    assert {k: o.holds for k, o in v.conventions.items() if k.endswith("column")} == {
        "numerator_column": True,
        "denominator_column": None,
    }


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (r"\partial_3 f(h_{t-1}, x_t)", "none with the number 3"),
        (r"\frac{\partial f}{\partial z}(h_{t-1}, x_t)", "z stands in no argument of f"),
        (r"f'(h_{t-1}, x_t)", "the prime on f does not say by which of its arguments"),
        (r"\frac{d f}{d h_{t-1}}", "f has several arguments: which derivative is this"),
        (r"\partial_1 f(h_{t-1}, x_t)^2", "a power or an index behind this derivative"),
        (r"\partial_1 f_t(h_{t-1}, x_t)", "f_t: a function that changes with time is not read"),
    ],
)
def test_what_names_no_argument_is_refused_in_a_claim(claim: str, words: str) -> None:
    """The message says what is missing."""
    with pytest.raises(ReadError, match=words):
        check([CELL], BY_STATE + claim)


def test_a_letter_in_two_arguments_names_none() -> None:
    """In f(h_{t-1}, h_{t-2}) an h without a time says nothing, one with its time does."""
    system = [r"h_t = f(h_{t-1}, h_{t-2})"]
    by_letter = BY_STATE + r"\frac{\partial f}{\partial h}(h_{t-1}, h_{t-2})"
    with pytest.raises(ReadError, match="h stands in more than one argument of f"):
        check(system, by_letter)
    for name, verdict in (("h_{t-1}", "true"), ("h_{t-2}", "false")):
        named = BY_STATE + rf"\frac{{\partial f}}{{\partial {name}}}(h_{{t-1}}, h_{{t-2}})"
        assert check(system, named).verdict == verdict


def test_parameters_of_a_map_are_left_out_and_states_are_kept() -> None:
    """Of F(h, x, W) the declared parameter goes, in the system and in the claim, and both vectors stay."""
    symbols = {"F": "map", "W": "parameters of F", "h_t": "vector n", "x_t": "vector m"}
    for by, verdict in ((1, "true"), (2, "false")):
        claim = BY_STATE + rf"\partial_{by} F(h_{{t-1}}, x_t, W)"
        assert check([r"h_t = F(h_{t-1}, x_t, W)"], claim, symbols=symbols).verdict == verdict


# ---------------------------------------------------------------------------------------- over time


def test_backpropagation_goes_through_every_argument() -> None:
    """The emitted gradients are those of the loss run forwards with a cell written out by hand."""
    system = symjac.System(r"h_t = f(h_{t-1}, x_t; \theta)", r"y_t = V h_t")
    backward = system.bptt(loss=r"L = \sum_t \frac12 \|y_t - d_t\|^2")
    assert all(c.passed for c in backward.checks)
    assert r"(\partial_1 f(h_t, x_{t+1}, \theta))" in backward.latex().replace(r"\bigl", "").replace(r"\bigr", "")
    rng = np.random.default_rng(5)
    a, b, k = rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rng.normal(size=(3, 4))
    v, start, theta = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=4)
    x, d = list(rng.normal(size=(4, 2))), list(rng.normal(size=(4, 2)))

    def f(h: Any, u: Any, p: Any) -> Any:
        return np.tanh(a @ h + b @ u + k @ p + h * np.sum(u))

    def slope(h: Any, u: Any, p: Any) -> Any:
        return (1 - f(h, u, p) ** 2)[:, None]

    def loss(h: Any, p: Any) -> Any:
        total = 0
        for u, wanted in zip(x, d, strict=True):
            h = f(h, u, p)
            total = total + np.sum((v @ h - wanted) ** 2) / 2
        return total

    namespace: dict[str, Any] = {}
    exec(backward.numpy(), namespace)
    found = namespace["gradients"](
        V=v,
        theta=theta,
        x=x,
        d=d,
        h_0=start,
        f=f,
        df_1=lambda h, u, p: slope(h, u, p) * (a + np.sum(u) * np.eye(3)),
        df_2=lambda h, u, p: slope(h, u, p) * (b + h[:, None]),
        df_3=lambda h, u, p: slope(h, u, p) * k,
    )
    by_theta = [np.imag(loss(start, theta + 1e-30j * e)) / 1e-30 for e in np.eye(4)]
    by_start = [np.imag(loss(start + 1e-30j * e, theta)) / 1e-30 for e in np.eye(3)]
    assert np.allclose(found["theta"], by_theta)
    assert np.allclose(found["h_0"], by_start)


BACKWARD: dict[str, tuple[list[str], str]] = {
    "the cell and a function of its state": ([CELL, r"y_t = g(h_t)"], r"\frac12 \|y_t - d_t\|^2"),
    "two states": ([r"h_t = f(h_{t-1}, c_{t-1}, x_t)", r"c_t = g(c_{t-1}, h_t)"], r"L = \sum_t \ell(h_t, c_t)"),
    "a matrix inside": ([r"h_t = f(W h_{t-1} + b, x_t)"], r"L = \sum_t \frac12 \|h_t - d_t\|^2"),
    "a scalar inside": ([r"h_t = f(W h_{t-1}, u^\top h_{t-1})"], r"L = \sum_t \frac12 \|h_t - d_t\|^2"),
}


@pytest.mark.parametrize(("equations", "loss"), BACKWARD.values(), ids=BACKWARD)
def test_backward_passes_meet_the_loss_run_forwards(equations: list[str], loss: str) -> None:
    """Entries, runs and programs agree about the gradients."""
    checks = symjac.System(*equations).bptt(loss=loss).checks
    assert {c.method for c in checks} == {"entries", "forwards", "numbers"}
    assert all(c.passed for c in checks)


def test_a_page_of_backpropagation_does_not_say_that_maps_act_entrywise() -> None:
    """It says what f is, and that the others do."""
    system = symjac.System(CELL, r"y_t = \tanh(V h_t)")
    text = " ".join(system.bptt(loss=r"L = \sum_t \frac12 \|y_t - d_t\|^2").text().split())
    assert "f is a differentiable map of two vectors" in text
    assert "Other functions act entrywise" in text
