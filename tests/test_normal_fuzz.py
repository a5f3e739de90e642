"""The normal form against values modulo 2^61 - 1: random expressions, rewritings, derivatives, mutations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from symjac.errors import ShapeError
from symjac.expr import (
    ONE,
    SCALAR,
    Apply,
    Diag,
    EntryPower,
    Expr,
    Hadamard,
    Identity,
    Number,
    Ones,
    Partial,
    Product,
    Sum,
    Symbol,
    Transpose,
    Zero,
)
from symjac.normal import Form, NormalFormTooLarge, UndefinedFormError, equal, normal_form
from symjac.normal.atoms import tables
from symjac.values import counterexample
from symjac.values.rings import NoValueError
from tests.normal_fuzz import FUNCTIONS, M, Maker, N, form_values, same_values, values

SHAPES = [(N, N), (N, M), (N, ONE), SCALAR, (ONE, M)]
BATCH = 150


def agreed(a: Expr, b: Expr, seed: int) -> bool | None:
    """Whether the two have equal values at three choices of sizes; ``None`` where something has no value."""
    try:
        return all(same_values(a, b, seed + k, {"n": p, "m": q}) for k, (p, q) in enumerate([(4, 3), (3, 5), (7, 6)]))
    except NoValueError:
        return None


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_the_form_has_the_values_of_the_expression(depth: int) -> None:
    """Written out at small sizes, the normal form of an expression has its values."""
    compared = 0
    for seed in range(1000 * depth, 1000 * depth + BATCH):
        maker = Maker(seed)
        e = maker.make(maker.random.choice(SHAPES), depth)
        sizes = {"n": 2 + seed % 2, "m": 3 - seed % 2}
        try:
            form = normal_form(e)
            if not _small(form):
                continue
            assert form_values(form, seed, sizes) == values(e, seed, sizes), f"seed {seed}: {e}"
            compared += 1
        except (NoValueError, UndefinedFormError):
            continue
    assert compared > BATCH // 2


def _small(form: Form) -> bool:
    """Whether its sums can be written out in a test's time."""
    longest = max((len(tables.components[c].bound) for m in form.poly for c, _ in m), default=0)
    return longest <= 6 and len(form.poly) <= 60


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_sound_rewriting_changes_no_form(depth: int) -> None:
    """Random laws of matrix algebra leave the form as it is, and forms agree with values."""
    same = 0
    for seed in range(2000 * depth, 2000 * depth + BATCH):
        maker = Maker(seed)
        a = maker.make(maker.random.choice(SHAPES), depth)
        b = maker.rewrite(maker.rewrite(a))
        try:
            verdict = equal(a, b)
        except UndefinedFormError:
            continue
        truth = agreed(a, b, seed)
        if truth is not None:
            assert verdict == truth, f"seed {seed}: {a} and {b}"
            same += truth
    assert same > BATCH // 2


def test_unrelated_expressions_differ_exactly_where_their_values_do() -> None:
    """Two random expressions of one shape have one form if and only if they have the same values."""
    seen = {True: 0, False: 0}
    for seed in range(4 * BATCH):
        maker = Maker(seed, powers=False)
        shape = maker.random.choice(SHAPES)
        a, b = maker.make(shape, 1), maker.make(shape, 1)
        truth = agreed(a, b, seed)
        assert equal(a, b) == truth, f"seed {seed}: {a} and {b}"
        seen[bool(truth)] += 1
    assert min(seen.values()) >= 3


# ------------------------------------------------------------------------------------- derivatives


def jacobian(e: Expr, x: Symbol) -> Expr:
    """The derivative of a vector expression by the rules of matrix calculus, an oracle for this test only."""
    if e == x:
        return Identity(x.rows)
    if x not in e.symbols:
        return Zero(e.rows, x.rows)
    if isinstance(e, Sum):
        return Sum(*(jacobian(t, x) for t in e.args))
    if isinstance(e, Hadamard):
        a, b = e.args
        return Sum(Product(Diag(a), jacobian(b, x)), Product(Diag(b), jacobian(a, x)))
    if isinstance(e, Apply):
        return Product(Diag(Apply(e.function.derivative(), e.arg)), jacobian(e.arg, x))
    if isinstance(e, EntryPower):
        lower = Product(e.exponent, EntryPower(e.base, Sum(e.exponent, Number(-1))))
        return Product(Diag(lower), jacobian(e.base, x))
    if isinstance(e, Diag | Transpose):
        raise AssertionError(f"not a vector: {e}")
    *left, v = e.args
    return Product(*left, jacobian(v, x))


class VectorMaker(Maker):
    """Vector expressions in x that the oracle differentiates."""

    def vector(self, depth: int) -> Expr:
        if depth == 0:
            return self.random.choice([Symbol("x", (N, ONE)), Symbol("x", (N, ONE)), Symbol("b", (N, ONE)), Ones(N)])
        kind = self.random.randrange(6)
        low = self.random.randrange(depth)
        if kind == 0:
            return Sum(self.vector(depth - 1), self.vector(low))
        if kind == 1:
            return Hadamard(self.vector(depth - 1), self.vector(low))
        if kind == 2:
            return EntryPower(self.vector(depth - 1), Number(self.random.choice([2, -1])))
        if kind == 3:
            return Product(Symbol("c"), Symbol("A", (N, N)), self.vector(depth - 1))
        if kind == 4:
            return Product(Symbol("B", (N, M)), Transpose(Symbol("B", (N, M))), self.vector(depth - 1))
        return Apply(self.random.choice(FUNCTIONS), self.vector(depth - 1))


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_derivatives_by_entries_agree_with_matrix_rules_and_dual_numbers(depth: int) -> None:
    """The derivative taken index by index is the one by matrix rules, and has the values of dual numbers."""
    x = Symbol("x", (N, ONE))
    checked = 0
    for seed in range(depth * 500, depth * 500 + BATCH // 3):
        y = VectorMaker(seed).vector(depth)
        try:
            rules = jacobian(y, x)
            assert equal(Partial(y, x), rules), f"seed {seed}: {y}"
            assert same_values(Partial(y, x), rules, seed, {"n": 3, "m": 2}), f"seed {seed}: {y}"
            checked += 1
        except (UndefinedFormError, NoValueError):
            continue
    assert checked > BATCH // 6


def mutants(e: Expr) -> Iterator[Expr]:
    """The expression with one mistake: a term lost or of wrong sign, factors swapped, a transpose, a prime lost."""
    if isinstance(e, Sum):
        for k, term in enumerate(e.args):
            rest = e.args[:k] + e.args[k + 1 :]
            yield rest[0] if len(rest) == 1 else Sum(*rest)
            yield Sum(*rest, Product(Number(-1), term))
    if isinstance(e, Product) and len(e.args) == 2 and e.args[0].shape == e.args[1].shape:
        yield Product(e.args[1], e.args[0])
    if isinstance(e, Symbol) and e.rows == e.cols and not e.is_scalar:
        yield Transpose(e)
    if isinstance(e, Apply) and e.function.order:
        yield Apply(FUNCTIONS[0], e.arg)
    if isinstance(e, Diag):
        yield Identity(e.rows)
    for k, a in enumerate(e.args):
        for wrong in mutants(a):
            try:
                yield e.with_args((*e.args[:k], wrong, *e.args[k + 1 :]))
            except ShapeError:
                continue


def test_mistakes_are_refuted() -> None:
    """A claim with one mistake is called equal only if it has the same values; otherwise a counterexample is found."""
    x = Symbol("x", (N, ONE))
    refuted = 0
    for seed in range(12):
        y = VectorMaker(seed).vector(3)
        try:
            rules = jacobian(y, x)
        except AssertionError:
            continue
        for wrong in list(mutants(rules))[:8]:
            try:
                verdict = equal(Partial(y, x), wrong)
            except (UndefinedFormError, NormalFormTooLarge):
                continue
            truth = agreed(rules, wrong, seed)
            if truth is None:
                continue
            assert verdict == truth, f"seed {seed}: {rules} and {wrong}"
            found = counterexample(rules, wrong)
            assert (found is None) == truth, f"seed {seed}: {rules} and {wrong}"
            refuted += not truth
    assert refuted > 20
