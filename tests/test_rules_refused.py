"""What the rules refuse: for each side condition an application that breaks it alone, and what replay refuses.

``tests/mutants.py`` deletes the conditions one at a time and runs this file: it must notice each.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import SimpleNamespace

import pytest

from symjac import expr as ex, functions
from symjac.derivation import Derivation, Proof
from symjac.differentiate import differential_theorem, jacobian_theorem
from symjac.errors import NotYetError, RuleError
from symjac.expr import (
    Apply,
    Differential,
    EntryPower,
    Expr,
    Function,
    MatrixPower,
    Partial,
    Product,
    Symbol,
    Transpose,
)
from symjac.kernel import RULES, Assumption, Conclusion, Scope, Theorem, infer
from tests.test_rules import WITNESSES, altered, system

n, m = ex.dim("n"), ex.dim("m")
x, b, u, z = (Symbol(name, (n, ex.ONE)) for name in "xbuz")
c, q, r = (Symbol(name) for name in "cqr")
W, U = (Symbol(name, (n, n)) for name in "WU")
PLAIN, BY_SCALAR, BY_MATRIX = Scope(x, {}), Scope(q, {}), Scope(W, {})
DEFINED = Scope(x, {z: Product(W, x)})
CUT = Scope(x, {x: b})
DX = Differential(x)
RUNNING = ex.OverTime("sum", "k", ex.Number(1), Symbol("T"), Symbol("s_k"), "open")


def of(e: Expr, scope: Scope = PLAIN) -> Theorem:
    return jacobian_theorem(e, scope)


def d(e: Expr, scope: Scope = PLAIN) -> Theorem:
    return differential_theorem(e, scope)


def by_itself(linear: Expr) -> Expr:
    """``linear`` as K dx with a K that holds dx: true for this dx, and no Jacobian."""
    return Product(linear, Transpose(DX), EntryPower(Product(Transpose(DX), DX), ex.Number(-1)), DX)


def as_factor(theorem: Theorem, scope: Scope = PLAIN) -> Theorem:
    """The theorem with its right side in the form of :func:`by_itself`, which the normal form confirms."""
    *front, last = by_itself(theorem.rhs).args
    return infer("rearrangement", scope, Product(Product(*front), last), theorem)


def applied() -> Theorem:
    """|- d(diag(x)) b = diag(dx) b."""
    return infer("d_applied", PLAIN, Product(Differential(ex.Diag(x)), b), d(ex.Diag(x)))


def square(e: Expr) -> Expr:
    return Product(Transpose(e), e)


# Rule, scope, operand and premises; each breaks one side condition and no other.
REFUSED: dict[str, Callable[[], tuple[str, Scope, Expr, tuple[Theorem, ...]]]] = {
    "constant: it changes": lambda: ("constant", PLAIN, Product(W, x), ()),
    "constant: what it abbreviates changes": lambda: ("constant", DEFINED, z, ()),
    "constant: a matrix": lambda: ("constant", BY_SCALAR, W, ()),
    "constant: by a matrix": lambda: ("constant", BY_MATRIX, c, ()),
    "variable: another symbol": lambda: ("variable", PLAIN, b, ()),
    "gate: no definition": lambda: ("gate", PLAIN, b, ()),
    "gate: the variable, whose definition is cut": lambda: ("gate", Scope(x, {x: Product(W, b)}), x, ()),
    "constant factor: it changes": lambda: ("constant_factor", PLAIN, Product(ex.Diag(x), x), (of(x),)),
    "constant factor: one of several changes": lambda: (
        *("constant_factor", PLAIN, Product(W, ex.Diag(x), x)),
        (of(x),),
    ),
    "constant factor: the premise is about the front": lambda: (
        *("constant_factor", PLAIN, Product(x, Transpose(b), b)),
        (of(x),),
    ),
    "scalar product: no such factor": lambda: ("scalar_product", PLAIN, Product(W, x), (of(c), of(Product(W, x)))),
    "scalar product: another rest": lambda: ("scalar_product", PLAIN, Product(c, x), (of(c), of(b))),
    "inner product: no row": lambda: ("inner_product", PLAIN, Product(c, x), (of(c), of(x))),
    "product rule: one factor": lambda: ("product_rule", PLAIN, ex.Hadamard(x), (of(x),)),
    "power rule: the exponent changes": lambda: ("power_rule", BY_SCALAR, EntryPower(q, q), (of(q, BY_SCALAR),)),
    "matrix times vector: no form K dx": lambda: (
        *("matrix_times_vector", PLAIN, Product(ex.Diag(x), b)),
        (applied(), of(b)),
    ),
    "matrix times vector: the change is inside": lambda: (
        *("matrix_times_vector", PLAIN, Product(ex.Diag(x), b)),
        (as_factor(applied()), of(b)),
    ),
    "same expression: another one": lambda: ("same_expression", PLAIN, Product(Transpose(W), x), (of(Product(W, x)),)),
    "same expression: equal by definitions only": lambda: (
        "same_expression",
        DEFINED,
        z,
        (of(Product(W, x), DEFINED),),
    ),
    "definition: there is none": lambda: ("definition", PLAIN, z, (of(Product(W, x)),)),
    "definition: the variable, whose own is cut": lambda: (
        "definition",
        Scope(x, {x: b}),
        x,
        (of(b, Scope(x, {x: b})),),
    ),
    "substitution: about something else": lambda: ("substitution", DEFINED, u, (of(z, DEFINED),)),
    "substitution: nothing to replace": lambda: ("substitution", DEFINED, x, (of(x, DEFINED), of(z, DEFINED))),
    "rearrangement: another formula": lambda: ("rearrangement", PLAIN, Transpose(W), (of(Product(W, x)),)),
    "rearrangement: a letter for a derivative": lambda: (
        *("rearrangement", DEFINED, Symbol(r"\partial_{0}", (n, n))),
        (of(z, DEFINED),),
    ),
    "transposition: about something else": lambda: ("transposition", PLAIN, b, (of(x),)),
    "d constant: it changes": lambda: ("d_constant", PLAIN, x, ()),
    "d variable: another symbol": lambda: ("d_variable", PLAIN, b, ()),
    "d definition: there is none": lambda: ("d_definition", PLAIN, z, (d(Product(W, x)),)),
    "d power: the exponent changes": lambda: ("d_power", BY_SCALAR, EntryPower(q, q), (d(q, BY_SCALAR),)),
    "d inverse: a square": lambda: ("d_inverse", BY_MATRIX, MatrixPower(W, ex.Number(2)), (d(W, BY_MATRIX),)),
    "d matrix power: a root": lambda: (
        *("d_matrix_power", BY_MATRIX, MatrixPower(W, ex.Number(Fraction(1, 2)))),
        (d(W, BY_MATRIX),),
    ),
    "d matrix power: none": lambda: ("d_matrix_power", BY_MATRIX, MatrixPower(W, ex.Number(0)), (d(W, BY_MATRIX),)),
    "d matrix power: too many": lambda: (
        *("d_matrix_power", BY_MATRIX, MatrixPower(W, ex.Number(13))),
        (d(W, BY_MATRIX),),
    ),
    "d matrix power: a letter": lambda: ("d_matrix_power", BY_MATRIX, MatrixPower(W, c), (d(W, BY_MATRIX),)),
    "d applied: no differential": lambda: ("d_applied", PLAIN, Product(W, x), (d(W),)),
    "identification: no trace": lambda: ("identification", PLAIN, square(x), (d(square(x)),)),
    "identification: more than one factor": lambda: (
        *("identification", BY_MATRIX, ex.Trace(Product(U, W, U))),
        (d(ex.Trace(Product(U, W, U)), BY_MATRIX),),
    ),
    "vector identification: more than one factor": lambda: (
        *("vector_identification", PLAIN, Product(ex.Diag(x), b)),
        (d(Product(ex.Diag(x), b)),),
    ),
    "vector identification: the change is inside": lambda: (
        *("vector_identification", PLAIN, Product(W, x)),
        (as_factor(d(Product(W, x))),),
    ),
    "vector identification: a matrix": lambda: (
        *("vector_identification", BY_SCALAR, Product(q, W)),
        (infer("rearrangement", BY_SCALAR, Product(W, Differential(q)), d(Product(q, W), BY_SCALAR)),),
    ),
    "identification: a factor entry by entry": lambda: (
        *("identification", BY_MATRIX, ex.Trace(ex.Hadamard(U, W))),
        (d(ex.Trace(ex.Hadamard(U, W)), BY_MATRIX),),
    ),
    "squared norm: a cube": lambda: ("squared_norm_rule", PLAIN, EntryPower(ex.Norm(x), ex.Number(3)), (of(x),)),
    "d squared norm: a cube": lambda: ("d_squared_norm", PLAIN, EntryPower(ex.Norm(x), ex.Number(3)), (d(x),)),
    "d squared norm: a quotient": lambda: (
        *("d_squared_norm", PLAIN, EntryPower(ex.Norm(x), ex.Number(-2))),
        (d(x),),
    ),
    "norm: of a matrix": lambda: ("norm_rule", PLAIN, ex.Norm(W), (of(x),)),
    "variable: a matrix": lambda: ("variable", BY_MATRIX, W, ()),
    "gate: a matrix": lambda: ("gate", Scope(q, {U: Product(q, W)}), U, ()),
    "sum rule: an entrywise product": lambda: ("sum_rule", PLAIN, ex.Hadamard(x, b), (of(x), of(b))),
    "scalar product: a sum": lambda: ("scalar_product", BY_SCALAR, ex.Sum(q, c), (of(q, BY_SCALAR), of(c, BY_SCALAR))),
    "scalar product: a differential": lambda: ("scalar_product", PLAIN, Product(c, x), (d(c), of(x))),
    "constant factor: a differential": lambda: ("constant_factor", PLAIN, Product(W, x), (d(x),)),
    "same expression: a differential": lambda: ("same_expression", PLAIN, x, (d(x),)),
    "product rule: a sum": lambda: ("product_rule", PLAIN, ex.Sum(x, b), (of(x), of(b))),
    "stack rule: a softmax": lambda: ("stack_rule", PLAIN, ex.Softmax(x), (of(x),)),
    "map rule: a gradient": lambda: ("map_rule", PLAIN, ex.ScalarGradient("f", x, n), (of(x),)),
    "d map: a gradient": lambda: ("d_map", PLAIN, ex.ScalarGradient("f", x, n), (d(x),)),
    "map rule: no premise for the second argument": lambda: ("map_rule", PLAIN, ex.VectorMap("F", (x, x), n), (of(x),)),
    "matrix times vector: the premise is about another vector": lambda: (
        *("matrix_times_vector", PLAIN, Product(ex.Diag(x), u)),
        (infer("rearrangement", PLAIN, Product(ex.Diag(b), DX), applied()), of(u)),
    ),
    "squared norm: no norm": lambda: (
        *("squared_norm_rule", BY_SCALAR, EntryPower(ex.LogSumExp(q), ex.Number(2))),
        (of(q, BY_SCALAR),),
    ),
    "d sum: an entrywise product": lambda: ("d_sum", PLAIN, ex.Hadamard(x, b), (d(x), d(b))),
    "d product: a sum": lambda: ("d_product", PLAIN, ex.Sum(x, b), (d(x), d(b))),
    "d hadamard: a sum": lambda: ("d_hadamard", PLAIN, ex.Sum(x, b), (d(x), d(b))),
    "d map: no premise for the second argument": lambda: ("d_map", PLAIN, ex.VectorMap("F", (x, x), n), (d(x),)),
    "d scalar function: a gradient": lambda: ("d_scalar_function", PLAIN, ex.ScalarGradient("f", x, n), (d(x),)),
    "scalar function rule: a map": lambda: ("scalar_function_rule", PLAIN, ex.VectorMap("F", x, n), (of(x),)),
    "d scalar gradient: a map": lambda: ("d_scalar_gradient", PLAIN, ex.VectorMap("F", x, n), (d(x),)),
    "d map: a softmax": lambda: ("d_map", PLAIN, ex.Softmax(x), (d(x),)),
    "d stack: a softmax": lambda: ("d_stack", PLAIN, ex.Softmax(x), (d(x),)),
    "d squared norm: no norm": lambda: (
        *("d_squared_norm", BY_SCALAR, EntryPower(ex.LogSumExp(q), ex.Number(2))),
        (d(q, BY_SCALAR),),
    ),
    "d squared norm: a letter": lambda: ("d_squared_norm", PLAIN, EntryPower(ex.Norm(x), c), (d(x),)),
    "another scope: of another variable": lambda: ("sum_rule", PLAIN, ex.Sum(b, b), (of(b, Scope(u, {})),) * 2),
    "another scope: of other definitions": lambda: ("constant_factor", DEFINED, Product(W, x), (of(x),)),
    "a sum over steps": lambda: ("constant", PLAIN, RUNNING, ()),
    "what is defined by a sum over steps": lambda: ("constant", Scope(x, {c: RUNNING}), c, ()),
    "a sum with a sum over steps": lambda: ("constant", PLAIN, ex.Sum(c, RUNNING), ()),
    "a product of nothing": lambda: ("d_constant", PLAIN, Product(), ()),
    "a size for the variable": lambda: (
        "constant",
        Scope(Symbol("n"), {}),
        Product(Transpose(ex.Ones(n)), ex.Ones(n)),
        (),
    ),
    "there is no such rule": lambda: ("guess", PLAIN, x, ()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_application_that_breaks_a_side_condition_is_refused(name: str) -> None:
    """Each row breaks one condition of one rule, and is refused for it; its premises are all there."""
    rule, scope, operand, premises = REFUSED[name]()
    with pytest.raises(RuleError):
        infer(rule, scope, operand, *premises)


@cache
def applications(rule: str) -> tuple[Theorem, ...]:
    """The applications of a rule in the proof about its witness."""
    equations, symbols, target, wrt = WITNESSES[rule]
    proof = Derivation(system(*equations, **symbols), target, wrt).proof
    return tuple(step for step in proof.steps if step.rule == rule)


def about_another(premise: Theorem) -> Theorem:
    """A theorem of the same form about a constant, which has the shape of what the premise is about."""
    other = Symbol(r"\mathrm{other}", premise.lhs.args[0].shape)
    by = "d_constant" if type(premise.lhs) is Differential else "constant"
    if type(premise.lhs) is Product:
        inner = premise.lhs.args[0]
        other = Symbol(r"\mathrm{other}", inner.shape)
        return infer(
            *("d_applied", premise.scope, Product(Differential(other), *premise.lhs.args[1:])),
            infer("d_constant", premise.scope, other),
        )
    if premise.scope.wrt.cols != ex.ONE and by == "constant":
        change = Differential(premise.scope.wrt)
        zero = ex.Trace(Product(ex.zero(premise.lhs.shape), change))
        differential = infer("rearrangement", premise.scope, zero, infer("d_constant", premise.scope, other))
        return infer("identification", premise.scope, other, differential)
    return infer(by, premise.scope, other)


PLACES = sorted({(rule, k) for rule in RULES for k in range(3)})


@pytest.mark.parametrize(("rule", "k"), PLACES)
def test_a_premise_about_something_else_is_refused(rule: str, k: int) -> None:
    """At every place of every rule: a premise about a constant of the same shape does not do."""
    for step in applications(rule):
        if k < len(step.premises) and (rule != "rearrangement" or not ex.is_zero(step.rhs)):
            premises = list(step.premises)
            premises[k] = about_another(premises[k])
            with pytest.raises(RuleError):
                infer(rule, step.scope, step.operand, *premises)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_an_operand_that_no_premise_is_about_is_refused(rule: str) -> None:
    """Another symbol, which has no definition, in place of the operand: no rule but that of constants accepts it."""
    assert applications(rule)
    for step in applications(rule):
        if rule not in ("constant", "d_constant"):
            with pytest.raises(RuleError):
                infer(rule, step.scope, Symbol(r"\mathrm{other}", step.operand.shape), *step.premises)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_another_number_of_premises_is_refused(rule: str) -> None:
    """A premise too few or too many is refused by every rule."""
    if rule == "substitution":
        return  # it takes any number of facts
    for step in applications(rule):
        with pytest.raises(RuleError):
            infer(rule, step.scope, step.operand, *step.premises, *(step.premises or (step,))[-1:])
        if step.premises:
            with pytest.raises(RuleError):
                infer(rule, step.scope, step.operand, *step.premises[:-1])


def test_substitution_wants_its_main_premise() -> None:
    """Without a theorem to put something into there is no substitution."""
    with pytest.raises(RuleError):
        infer("substitution", DEFINED, z)


def test_the_false_theorem_about_a_scalar_beside_the_operand_is_refused() -> None:
    """d(W x)/dx = c W, which was proved and replayed once, is not inferred."""
    y = Product(W, x)
    inner = infer("constant_factor", PLAIN, y, infer("variable", PLAIN, x))
    with pytest.raises(RuleError, match="no such factor"):
        infer("scalar_product", PLAIN, y, infer("constant", PLAIN, c), inner)


@pytest.mark.parametrize("length", range(1, 16))
def test_no_symbol_is_taken_for_a_derivative(length: int) -> None:
    """The letters that stand for derivatives in a rearrangement cannot be written as symbols, however long."""
    name = "\0" * length + "0"
    taken = Symbol(name, (n, n))
    for more, closed in (({}, taken), ({taken: W}, taken), ({U: taken}, U)):
        scope = Scope(x, {z: Product(W, x), **more})
        with pytest.raises(RuleError):
            infer("rearrangement", scope, closed, of(z, scope))


# ------------------------------------------------------------------------------------ scopes and types


class Liar(Symbol):
    """A symbol that says it is everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(x)


class Word(str):
    """A name that says it is every name."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("x")


SCOPES: dict[str, Callable[[], object]] = {
    "a liar for the variable": lambda: Scope(Liar("x", (n, ex.ONE)), {}),
    "a liar that is defined": lambda: Scope(x, {Liar("x", (n, ex.ONE)): Product(W, x)}),
    "a liar in a definition": lambda: Scope(x, {z: Product(W, Liar("x", (n, ex.ONE)))}),
    "a liar's name": lambda: Scope(Symbol(Word("x"), (n, ex.ONE)), {}),
    "another shape than its definition's": lambda: Scope(x, {c: Product(W, x)}),
    "a size for the variable": lambda: Scope(Symbol("n"), {c: square(x)}),
    "a size that is defined": lambda: Scope(x, {Symbol("n"): square(b)}),
    "a definition that uses itself": lambda: Scope(x, {z: ex.Sum(z, x)}),
    "definitions in a circle": lambda: Scope(x, {z: ex.Sum(u, x), u: Product(W, z)}),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_that_makes_no_sense_is_refused(name: str) -> None:
    """What theorems are to hold under is looked at before there is any."""
    with pytest.raises(RuleError):
        SCOPES[name]()


def test_an_expression_with_an_equality_of_its_own_is_refused() -> None:
    """A liar is neither the variable nor what a premise is about, at the root or inside."""
    liar = Liar("b", (n, ex.ONE))
    for rule, operand, premises in (
        ("variable", liar, ()),
        ("constant_factor", Product(W, liar), (of(x),)),
        ("constant", Symbol(Word("b"), (n, ex.ONE)), ()),
    ):
        with pytest.raises(RuleError, match="no rule speaks"):
            infer(rule, PLAIN, operand, *premises)


def test_a_scope_with_an_equality_of_its_own_is_refused() -> None:
    """Neither a subclass of a scope, nor a theorem that bears one, nor a premise that is no theorem is taken."""

    class Any(Scope):
        def __eq__(self, other: object) -> bool:
            return True

        def depends(self, e: Expr) -> bool:
            return False

    with pytest.raises(RuleError):
        infer("constant", Any(x, {}), x)
    with pytest.raises(RuleError):
        infer("sum_rule", PLAIN, ex.Sum(x, x), *(altered(of(x), scope=Any(u, {})),) * 2)
    pretended = SimpleNamespace(**vars(of(x)))
    with pytest.raises(RuleError):
        infer("sum_rule", PLAIN, ex.Sum(x, x), pretended, pretended)  # type: ignore[arg-type]  # misuse is the point


def test_definitions_of_a_scope_stay_as_they_are() -> None:
    """What the caller does to the definitions afterwards changes no theorem."""
    definitions: dict[Symbol, Expr] = {z: b}
    scope = Scope(x, definitions)
    theorem = infer("constant", scope, z)
    definitions[z] = x
    with pytest.raises(TypeError):
        scope.definitions[z] = x  # type: ignore[index]  # misuse is the point
    theorem.replay(scope)
    with pytest.raises(RuleError):
        theorem.replay(Scope(x, definitions))


def test_a_rule_whose_sides_differ_in_shape_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken rule that equates a matrix with a scalar makes no theorem."""

    def broken(scope: Scope, y: Expr) -> Conclusion:
        return Partial(y, scope.wrt), ex.Number(1)

    monkeypatch.setitem(RULES, "variable", broken)
    with pytest.raises(RuleError, match="shape"):
        infer("variable", PLAIN, x)


def test_a_sum_over_steps_is_not_differentiated() -> None:
    """What a symbol h_k under a sum over k has to do with h_t nobody said: the derivative is not known to be zero."""
    s = system(r"h_t = \tanh(W h_{t-1})", r"L = \sum_{k=1}^{T} c^\top h_k", h_t="vector n")
    with pytest.raises(NotYetError):
        Derivation(s, "L", "h_t")
    Derivation(s, "h_t", "h_{t-1}").proof.replay()


# ------------------------------------------------------------------------------------------- forgeries


def test_only_a_rule_makes_a_theorem() -> None:
    """Neither the constructor nor a replacement of fields does, whatever they are given."""
    theorem = of(Product(W, x))
    with pytest.raises(RuleError):
        Theorem(theorem.lhs, Transpose(W), "constant_factor", PLAIN, theorem.operand, theorem.premises)
    with pytest.raises(RuleError):
        replace(theorem, rhs=Transpose(W))
    with pytest.raises(RuleError):
        replace(theorem, seal=object())


NORM = of(Product(ex.Norm(x), x))


class SimpleAssumption(Assumption):
    """An assumption that says it is every assumption."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(Assumption("nonzero", ex.Norm(x)))


ALTERED: dict[str, dict[str, object]] = {
    "the right side": {"rhs": ex.Identity(n)},
    "the left side": {"lhs": Partial(b, x)},
    "a left side of a liar": {"lhs": Liar("b", (n, n))},
    "the rule": {"rule": "constant_factor"},
    "a rule that there is not": {"rule": "guess"},
    "a rule that is no name": {"rule": Word("guess")},
    "the operand": {"operand": Product(ex.Norm(x), b)},
    "no assumptions": {"assumptions": frozenset()},
    "one more assumption": {"assumptions": NORM.assumptions | {Assumption("nonzero", b)}},
    "another assumption": {"assumptions": frozenset({Assumption("positive", x)})},
    "what is no assumption": {"assumptions": frozenset({SimpleAssumption("nonzero", ex.Norm(x))})},
    "a list of assumptions": {"assumptions": tuple(NORM.assumptions)},
    "fewer premises": {"premises": NORM.premises[:1]},
    "the order of premises": {"premises": NORM.premises[::-1]},
    "another scope": {"scope": Scope(x, {z: b})},
    "the scope of another variable": {"scope": Scope(b, {})},
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_theorem_does_not_replay(name: str) -> None:
    """Whatever is changed behind its back, at the end of a proof or inside."""
    NORM.replay(PLAIN)
    forged = altered(NORM, **ALTERED[name])
    for theorem in (forged, altered(infer("transposition", PLAIN, NORM.operand, NORM), premises=(forged,))):
        with pytest.raises(RuleError):
            theorem.replay(PLAIN)


def test_a_theorem_does_not_replay_in_another_scope() -> None:
    """It says which variable and which definitions it is about."""
    for scope in (Scope(x, {z: b}), Scope(b, {})):
        with pytest.raises(RuleError):
            NORM.replay(scope)


def test_what_is_no_theorem_does_not_replay() -> None:
    """A class of one's own among the premises is refused, even if it says the right thing."""

    class Mine(Theorem):
        def __eq__(self, other: object) -> bool:
            return True

    mine = object.__new__(Mine)
    mine.__dict__.update(vars(NORM.premises[0]))
    with pytest.raises(RuleError):
        altered(NORM, premises=(mine, NORM.premises[1])).replay(PLAIN)
    with pytest.raises(RuleError):
        mine.replay(PLAIN)


def test_a_copy_replays() -> None:
    """What was not altered is as good in a copy."""
    copy.copy(NORM).replay(PLAIN)
    copy.deepcopy(NORM).replay(PLAIN)


# ---------------------------------------------------------------------------------------------- proofs


def proof_of_norm() -> Proof:
    return Derivation(system(r"z = x / \lVert x \rVert", r"y = W z", x="vector n", W="matrix n n"), "y", "x").proof


def test_a_proof_replays_only_if_all_that_it_says_follows() -> None:
    """The theorem, its transpose, the scope and the assumptions are looked at, each by itself."""
    proof = proof_of_norm()
    proof.replay()
    other = Derivation(system(r"z = x / \lVert x \rVert", r"y = W z + z", x="vector n", W="matrix n n"), "y", "x").proof
    gate = infer("gate", proof.scope, Symbol("y", (n, ex.ONE)))
    forged = [
        replace(proof, theorem=altered(proof.theorem, assumptions=frozenset())),
        replace(proof, theorem=altered(proof.theorem, rhs=Product(ex.Number(2), proof.theorem.rhs))),
        replace(proof, transposed=altered(proof.transposed, rhs=proof.theorem.rhs)),
        replace(proof, transposed=altered(proof.transposed, assumptions=frozenset())),
        replace(proof, theorem=other.theorem),
        replace(proof, transposed=other.transposed),
        replace(proof, scope=other.scope),
        replace(proof, transposed=proof.theorem),
        Proof(gate, infer("transposition", proof.scope, gate.operand, gate), proof.scope),
        Proof(NORM, infer("transposition", PLAIN, NORM.operand, NORM), PLAIN),
        Proof(d(x), d(x), PLAIN),
    ]
    for wrong in forged:
        with pytest.raises(RuleError):
            wrong.replay()


def test_a_proof_announces_all_that_its_steps_take_for_granted() -> None:
    """Every assumption of every step stands in the proof, and no other."""
    proof = proof_of_norm()
    assert proof.assumptions == frozenset().union(*(s.assumptions for s in proof.steps)) != frozenset()
    assert proof.of == Symbol("y", (n, ex.ONE))


# ----------------------------------------------------------------------------------------- assumptions


def known(key: str, e: Expr, order: int = 0) -> Expr:
    f = functions.ACTIVATIONS[key].function
    return Apply(Function(f.name, order, f.known), e)


F = Apply(Function(r"\sigma"), x)
STRANGE = Apply(Function("f", 0, "f"), x)
HALF, MINUS = ex.Number(Fraction(1, 2)), ex.Number(-1)
TAKES: dict[str, tuple[Expr, tuple[tuple[str, Expr], ...]]] = {
    "a function that is not specified": (F, (("differentiable", F),)),
    "a function that no table has": (
        Apply(Function("f", 0, "f"), x),
        (("differentiable", Apply(Function("f", 0, "f"), x)),),
    ),
    "a smooth function": (known("tanh", x), ()),
    "a function with a corner": (known("relu", x), (("differentiable", known("relu", x)),)),
    "a function with a corner in its derivative": (known("elu", x), ()),
    "a derivative with a corner": (known("elu", x, 1), (("differentiable", known("elu", x, 1)),)),
    "a derivative of a smooth function": (known("tanh", x, 1), ()),
    "a logarithm": (known("log", x), (("positive", x),)),
    "a root": (known("sqrt", x), (("positive", x),)),
    "a reciprocal": (known("reciprocal", x), (("nonzero", x),)),
    "a square": (EntryPower(x, ex.Number(2)), ()),
    "a negative power": (EntryPower(x, MINUS), (("nonzero", x),)),
    "a half power": (EntryPower(x, HALF), (("positive", x),)),
    "a power that is a letter": (EntryPower(x, c), (("positive", x),)),
    "a norm": (ex.Norm(x), (("nonzero", ex.Norm(x)),)),
    "the square of a norm": (EntryPower(ex.Norm(x), ex.Number(2)), ()),
    "a map": (ex.VectorMap("F", x, m), (("differentiable", ex.VectorMap("F", x, m)),)),
    "a map of two vectors": (ex.VectorMap("F", (x, b), m), (("differentiable", ex.VectorMap("F", (x, b), m)),)),
    "a gradient": (ex.ScalarGradient("f", x, n), (("differentiable", ex.ScalarGradient("f", x, n)),)),
    "a scalar function": (ex.ScalarFunction("f", x, ex.ONE), (("differentiable", ex.ScalarFunction("f", x, ex.ONE)),)),
}
BY_VECTOR_ONLY: dict[str, tuple[Expr, tuple[tuple[str, Expr], ...]]] = {
    "an exponent that changes": (EntryPower(b, Product(Transpose(b), x)), (("positive", b),)),
}
OF_MATRICES: dict[str, tuple[Expr, tuple[tuple[str, Expr], ...]]] = {
    "an inverse": (MatrixPower(W, MINUS), (("invertible", W),)),
    "a negative power": (MatrixPower(W, ex.Number(-2)), (("invertible", W),)),
    "a square": (MatrixPower(W, ex.Number(2)), ()),
    "a determinant": (ex.Determinant(W), (("invertible", W),)),
}


@pytest.mark.parametrize("name", [*TAKES, *BY_VECTOR_ONLY])
def test_a_jacobian_takes_for_granted_what_it_needs(name: str) -> None:
    """Functions differentiable, bases and arguments positive or off zero: so much and no more."""
    e, wanted = {**TAKES, **BY_VECTOR_ONLY}[name]
    assert of(e).assumptions == {Assumption(*a) for a in wanted}


@pytest.mark.parametrize("name", TAKES)
def test_a_differential_takes_for_granted_what_it_needs(name: str) -> None:
    """The same as the Jacobian."""
    e, wanted = TAKES[name]
    assert d(e).assumptions == {Assumption(*a) for a in wanted}


@pytest.mark.parametrize("name", OF_MATRICES)
def test_a_differential_of_a_matrix_takes_an_inverse_for_granted_where_it_needs_it(name: str) -> None:
    """An inverse exists where the formula has one."""
    e, wanted = OF_MATRICES[name]
    assert d(e, BY_MATRIX).assumptions == {Assumption(*a) for a in wanted}
