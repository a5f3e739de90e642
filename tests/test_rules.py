"""The rules: each is used, each is caught when it is wrong, and none can be skipped."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from symjac import expr as ex, kernel
from symjac.derivation import Derivation
from symjac.errors import Defect, RuleError, ShapeError, SymjacError
from symjac.expr import Expr, Product, Symbol, Transpose
from symjac.kernel import RULES, Conclusion, Scope, Theorem, infer
from symjac.normal import equal
from symjac.reading import read_system
from symjac.recurrence import Recurrence

n = ex.dim("n")
x, b, u = (Symbol(name, (n, ex.ONE)) for name in ("x", "b", "u"))
W = Symbol("W", (n, n))

# For every rule a system whose derivative uses it: equations, declarations, of, wrt.
WITNESSES: dict[str, tuple[list[str], dict[str, str], str, str]] = {
    "constant": (["y = W x + b"], {}, "y", "x"),
    "variable": (["y = W x + b"], {}, "y", "x"),
    "gate": (["z = W x", r"y = z \odot x"], {}, "y", "x"),
    "sum_rule": (["y = W x + U x"], {}, "y", "x"),
    "constant_factor": (["y = W x"], {}, "y", "x"),
    "scalar_product": ([r"y = (b^\top x) x"], {}, "y", "x"),
    "inner_product": ([r"s = x^\top W x"], {"s": "scalar"}, "s", "x"),
    "product_rule": ([r"y = x \odot W x"], {}, "y", "x"),
    "chain_rule": ([r"y = \sigma(W x)"], {}, "y", "x"),
    "power_rule": ([r"y = x^3"], {"x": "vector n", "y": "vector n"}, "y", "x"),
    "exponent_rule": ([r"y = x^{c}"], {"c": "scalar", "x": "vector n", "y": "vector n"}, "y", "c"),
    "softmax_rule": ([r"y = \operatorname{softmax}(W x)"], {}, "y", "x"),
    "log_sum_exp_rule": ([r"s = \operatorname{logsumexp}(W x)"], {"s": "scalar"}, "s", "x"),
    "norm_rule": ([r"s = \lVert W x \rVert"], {"s": "scalar"}, "s", "x"),
    "squared_norm_rule": ([r"s = \lVert W x \rVert^2"], {"s": "scalar"}, "s", "x"),
    "stack_rule": (["y = W [x; b]"], {"x": "vector n", "b": "vector m", "W": "matrix n n+m"}, "y", "x"),
    "map_rule": (["y = F(W x)"], {"F": "map"}, "y", "x"),
    "scalar_function_rule": ([r"L = f(W x) + x^\top x"], {}, "L", "x"),
    "scalar_gradient_rule": ([r"y = \nabla f(W x)"], {}, "y", "x"),
    "matrix_times_vector": ([r"y = (W + \operatorname{diag}(x))^{-1} b"], {}, "y", "x"),
    "same_expression": ([r"y = \operatorname{diag}(x) W x"], {}, "y", "x"),
    "definition": (["y = W x"], {}, "y", "x"),
    "substitution": (["z = W x", r"y = \sigma(z)"], {}, "y", "x"),
    "rearrangement": (["y = W x"], {}, "y", "x"),
    "transposition": (["y = W x"], {}, "y", "x"),
    "d_constant": ([r"s = u^\top W x"], {"s": "scalar"}, "s", "W"),
    "d_variable": ([r"s = u^\top W x"], {"s": "scalar"}, "s", "W"),
    "d_definition": (["z = W x", r"s = u^\top z"], {"s": "scalar"}, "s", "W"),
    "d_sum": ([r"s = u^\top (W x + b)"], {"s": "scalar"}, "s", "W"),
    "d_product": ([r"s = u^\top W x"], {"s": "scalar"}, "s", "W"),
    "d_hadamard": ([r"s = u^\top (b \odot W x)"], {"s": "scalar"}, "s", "W"),
    "d_transpose": ([r"s = u^\top W^\top x"], {"s": "scalar"}, "s", "W"),
    "d_diag": ([r"s = \operatorname{tr}(A \operatorname{diag}(x))"], {"s": "scalar", "x": "vector n"}, "s", "x"),
    "d_diagonal": ([r"s = u^\top \operatorname{diag}(A W)"], {"s": "scalar", "u": "vector n"}, "s", "W"),
    "d_trace": ([r"s = \operatorname{tr}(A W)"], {"s": "scalar"}, "s", "W"),
    "d_function": ([r"s = u^\top \sigma(W x)"], {"s": "scalar"}, "s", "W"),
    "d_power": ([r"s = (u^\top W x)^3"], {"s": "scalar"}, "s", "W"),
    "d_matrix_power": ([r"s = u^\top W^3 x + u^\top W^{-2} x"], {"s": "scalar"}, "s", "W"),
    "d_inverse": ([r"s = u^\top W^{-1} x"], {"s": "scalar"}, "s", "W"),
    "d_determinant": ([r"s = \det(W)"], {"s": "scalar", "W": "matrix n n"}, "s", "W"),
    "d_applied": ([r"y = (W + \operatorname{diag}(x))^{-1} b"], {}, "y", "x"),
    "d_norm": ([r"s = \lVert W x - b \rVert"], {"s": "scalar"}, "s", "W"),
    "d_squared_norm": ([r"s = \lVert W x - b \rVert^4"], {"s": "scalar"}, "s", "W"),
    "d_softmax": ([r"s = u^\top \operatorname{softmax}(W x)"], {"s": "scalar"}, "s", "W"),
    "d_log_sum_exp": ([r"s = \operatorname{logsumexp}(W x)"], {"s": "scalar"}, "s", "W"),
    "d_map": ([r"s = u^\top F(W x)"], {"s": "scalar", "F": "map"}, "s", "W"),
    "d_scalar_function": ([r"L = f(W x) + x^\top x"], {}, "L", "W"),
    "d_scalar_gradient": ([r"s = u^\top \nabla f(W x)"], {"s": "scalar"}, "s", "W"),
    "d_stack": ([r"s = u^\top [W x; x]"], {"s": "scalar", "W": "matrix m n"}, "s", "W"),
    "identification": ([r"s = u^\top W x"], {"s": "scalar"}, "s", "W"),
    "vector_identification": (
        [r"y = \operatorname{diag}(A \operatorname{diag}(x) B)"],
        {"A": "matrix n n", "B": "matrix n n", "x": "vector n"},
        "y",
        "x",
    ),
}


def system(*equations: str, **symbols: str) -> Recurrence:
    return Recurrence(read_system(equations, symbols))


def derive(rule: str) -> Derivation:
    equations, symbols, of, wrt = WITNESSES[rule]
    derivation = Derivation(system(*equations, **symbols), of, wrt)
    derivation.proof.replay()
    return derivation


def test_every_rule_has_a_witness() -> None:
    """The table of witnesses names exactly the rules there are."""
    assert set(WITNESSES) == set(RULES)


@pytest.mark.parametrize("rule", sorted(WITNESSES))
def test_witness_uses_its_rule(rule: str) -> None:
    """The system chosen for a rule is derived, proved and replayed with that rule among the steps."""
    assert rule in derive(rule).proof.rules


def doubled(e: Expr) -> Expr:
    return ex.add(e, e) if not ex.is_zero(e) else ex.Number(1) if e.is_scalar else ex.Ones(*e.shape)


def transposed(e: Expr) -> Expr:
    return ex.transpose(e)


def without_a_term(e: Expr) -> Expr:
    """Without the last term or factor of the outermost sum or product."""
    if isinstance(e, ex.Sum | Product) and len(e.args) > 1:
        return type(e)(*e.args[:-1]) if len(e.args) > 2 else e.args[0]
    return e


def reordered(e: Expr) -> Expr:
    """With the factors of every product in the opposite order."""
    args = tuple(reordered(a) for a in e.args)
    return Product(*reversed(args)) if isinstance(e, Product) else e.with_args(args) if args else e


DAMAGES = (doubled, transposed, without_a_term, reordered)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("rule", sorted(WITNESSES))
def test_wrong_rule_is_caught(rule: str, damage: Callable[[Expr], Expr], monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that says another value, in the same shape, makes the derivation stop."""
    true_rule: Callable[..., Conclusion] = RULES[rule]
    changed: list[Expr] = []

    def wrong_rule(scope: Scope, y: Expr, *premises: Theorem) -> Conclusion:
        lhs, rhs = true_rule(scope, y, *premises)
        try:
            other = damage(rhs)
        except ShapeError:
            return lhs, rhs
        if other.shape != rhs.shape or equal(rhs, other, scope.definitions):
            return lhs, rhs
        changed.append(other)
        return lhs, other

    monkeypatch.setitem(RULES, rule, wrong_rule)
    try:
        derive(rule)
    except (SymjacError, Defect):
        return
    assert not changed, "the value was changed and nobody noticed"
    assert damage is not doubled


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
def test_each_damage_changes_rules(damage: Callable[[Expr], Expr], monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is no empty one: each kind of damage stops derivations by several rules."""
    stopped = 0
    for rule in ("sum_rule", "product_rule", "softmax_rule", "same_expression", "identification", "chain_rule"):
        with monkeypatch.context() as patch:
            true_rule = RULES[rule]

            def wrong_rule(
                scope: Scope, y: Expr, *premises: Theorem, true: Callable[..., Conclusion] = true_rule
            ) -> Conclusion:
                lhs, rhs = true(scope, y, *premises)
                return lhs, damage(rhs)

            patch.setitem(RULES, rule, wrong_rule)
            try:
                derive(rule)
            except (SymjacError, Defect):
                stopped += 1
    assert stopped >= 2


def test_defined_symbol_is_not_constant() -> None:
    """A symbol that abbreviates an expression in x is not constant, although x does not occur in its name."""
    z = Symbol("z", (n, ex.ONE))
    with pytest.raises(RuleError, match="depends on the variable"):
        infer("constant", Scope(x, {z: Product(W, x)}), z)


def test_constant_factor_refuses_a_factor_that_changes() -> None:
    """d(diag(x) x) is not diag(x) dx: a factor in front must be constant."""
    scope = Scope(x, {})
    inner = infer("variable", scope, x)
    with pytest.raises(RuleError, match="not constant"):
        infer("constant_factor", scope, Product(ex.Diag(x), x), inner)


def test_premise_about_something_else_is_refused() -> None:
    """A premise must be the derivative of the operand it stands for."""
    scope = Scope(x, {})
    with pytest.raises(RuleError, match="something else"):
        infer("sum_rule", scope, ex.Sum(x, b), infer("variable", scope, x), infer("constant", scope, u))


def test_rearrangement_refuses_another_formula() -> None:
    """W^T is no rearrangement of W."""
    scope = Scope(x, {})
    y = Product(W, x)
    theorem = infer("constant_factor", scope, y, infer("variable", scope, x))
    with pytest.raises(RuleError, match="differ"):
        infer("rearrangement", scope, Transpose(W), theorem)


def altered(theorem: Theorem, **changes: object) -> Theorem:
    """A copy of a theorem with something changed behind its back."""
    other = copy.copy(theorem)
    for name, value in changes.items():
        object.__setattr__(other, name, value)
    return other


def test_forged_theorem_does_not_replay() -> None:
    """A theorem whose right side was changed by hand is refused when it is replayed."""
    scope = Scope(x, {})
    theorem = infer("constant_factor", scope, Product(W, x), infer("variable", scope, x))
    forged = altered(theorem, rhs=Transpose(W))
    with pytest.raises(RuleError, match="does not follow"):
        forged.replay(scope)


def test_cut_definition_is_not_differentiated_through() -> None:
    """The derivative by a gate holds the gate's own equation fixed."""
    gated = system("z = W x", r"y = z \odot x")
    assert Derivation(gated, "y", "z").closed == ex.Diag(Symbol("x", (n, ex.ONE)))


def test_kernel_knows_no_words() -> None:
    """The rules hold no prose for readers: a theorem is data."""
    assert set(kernel.Theorem.__dataclass_fields__) == {
        *("lhs", "rhs", "rule", "scope", "operand", "premises", "assumptions", "seal")
    }


def test_definitions_come_in_order_of_use() -> None:
    """A left-hand side stands after those it uses, in whatever order the equations were written."""
    assert [s.name for s in system("y = W z", r"z = \sigma(x)").order] == ["z", "y"]


def test_assumptions_travel_with_a_theorem() -> None:
    """What the norm's derivative takes for granted is on the record of everything derived from it."""
    quotient = system(r"y = x / \lVert x \rVert", x="vector n", y="vector n")
    assumptions = Derivation(quotient, "y", "x").proof.assumptions
    assert {(a.kind, a.about) for a in assumptions} == {("nonzero", ex.Norm(x))}


def test_theorem_without_its_assumptions_does_not_replay() -> None:
    """Dropping an assumption is a forgery like any other."""
    scope = Scope(x, {})
    theorem = infer("norm_rule", scope, ex.Norm(x), infer("variable", scope, x))
    with pytest.raises(RuleError, match="does not follow"):
        altered(theorem, assumptions=frozenset()).replay(scope)


def test_size_is_no_variable() -> None:
    """There is no derivative by a size: x has as many entries as it says."""
    with pytest.raises(RuleError, match="is a size"):
        Scope(Symbol("n"), {Symbol("s"): Product(Transpose(x), x)})


def test_deep_residual_network_is_a_product_of_its_layers() -> None:
    """Twenty residual layers give a product of twenty factors, not the 2^20 paths through them."""
    layers = [rf"x_{{{k + 1}}} = x_{{{k}}} + \sigma(W_{{{k}}} x_{{{k}}})" for k in range(20)]
    derivation = Derivation(Recurrence(read_system(layers, {"x_0": "vector n"})), None, "x_0")
    derivation.proof.replay()
    assert isinstance(derivation.closed, Product)
    assert len(derivation.closed.args) == 20


def test_long_chain_of_definitions_is_derived() -> None:
    """Three hundred layers are no deeper for the proof than three: nothing recurses from layer to layer."""
    layers = [rf"x_{{{k + 1}}} = \tanh(W x_{{{k}}})" for k in range(300)]
    declared = {f"x_{{{k}}}" if k > 9 else f"x_{k}": "vector n" for k in range(301)}
    derivation = Derivation(Recurrence(read_system(layers, declared)), None, "x_0")
    assert len(derivation.closed.args) == 600
