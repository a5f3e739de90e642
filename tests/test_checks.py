"""The checks: each road confirms what is right and catches what is wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

import symjac
from symjac import cells, derivation, expr, second_reader
from symjac.codegen import Source
from symjac.confirm import Check, NotRun, jacobian, likeness, numbers, sizes
from symjac.confirm.jacobian import METHODS, run_checks
from symjac.derivation import Derivation
from symjac.entries import numbered
from symjac.errors import Defect, NotYetError, ReadError
from symjac.expr import Apply, Diag, Expr, Function, Number, Product, Sum, Symbol, Transpose
from symjac.functions import ACTIVATIONS
from symjac.normal import NormalFormTooLarge, equal
from tests.work import counted

FOUNDING = (r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b", "x_{t-1}")
TANH = (r"h_t = \tanh(W h_{t-1} + U x_t + b)", "h_{t-1}")
QUADRATIC = (r"L = x^\top A x", "x")
SOFTMAX = (r"y = \operatorname{softmax}(W x)", "x")
NORM = (r"y = \frac{x}{\|x\|}", "x")


class Damaged:
    """A derivation whose closed form has been changed behind its back."""

    def __init__(self, J: Derivation, closed: Expr) -> None:
        self.J, self.closed = J, closed

    @property
    def closed_denominator(self) -> Expr:
        return expr.transpose(self.closed)

    def in_layout(self, layout: str) -> Expr:
        return self.closed if layout == "numerator" else self.closed_denominator

    def __getattr__(self, name: str) -> object:
        return getattr(self.J, name)


def derived(case: tuple[str, str]) -> Derivation:
    return Derivation(symjac.System(case[0]), None, case[1])


@pytest.mark.parametrize("case", [FOUNDING, TANH, QUADRATIC, SOFTMAX, NORM], ids=lambda c: c[0])
def test_right_forms_pass_every_check(case: tuple[str, str]) -> None:
    """A derived closed form passes all methods, the second reader too when it is asked."""
    told = run_checks(derived(case), thorough=True)
    assert [c.method for c in told.ran] == list(METHODS)
    assert all(c.passed and c.at for c in told)
    assert told.not_run == ()


def test_the_second_reader_is_asked_only_if_wanted() -> None:
    """Without thorough the second reader does not run, and the reason is given."""
    told = run_checks(derived(FOUNDING))
    assert [n.method for n in told.not_run] == ["second_reader"]
    assert len(told) == 5


def doubled(e: Expr) -> Expr:
    return Product(Number(2), e)


def turned(e: Expr) -> Expr:
    return Transpose(e)


def negated(e: Expr) -> Expr:
    return expr.neg(e)


def without_primes(e: Expr) -> Expr:
    table = {
        a: Apply(Function(a.function.name, a.function.order - 1), a.arg)
        for a in e.walk()
        if isinstance(a, Apply) and a.function.order
    }
    return e.replace(table)


def with_identity(e: Expr) -> Expr:
    return Sum(e, expr.Identity(e.rows))


DAMAGES: list[tuple[tuple[str, str], Callable[[Expr], Expr]]] = [
    (FOUNDING, doubled),
    (FOUNDING, turned),
    (FOUNDING, negated),
    (FOUNDING, without_primes),
    (FOUNDING, with_identity),
    (TANH, doubled),
    (TANH, turned),
    (TANH, with_identity),
    (QUADRATIC, doubled),
    (SOFTMAX, negated),
    (NORM, doubled),
]


@pytest.mark.parametrize("road", ["entries", "sizes", "numbers", "second_reader"])
@pytest.mark.parametrize(("case", "damage"), DAMAGES, ids=lambda v: getattr(v, "__name__", str(v)[:9]))
def test_each_road_alone_catches_a_wrong_form(
    case: tuple[str, str], damage: Callable[[Expr], Expr], road: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed factor, transpose, sign, prime or term is caught by every road that compares with the system."""
    J = derived(case)
    wrong = Damaged(J, damage(J.closed))
    if road == "second_reader":
        # It compares print and meaning: here the print is of the right form and the meaning of the wrong one.
        monkeypatch.setattr(numbered, "cells", lambda e, at, cells=numbered.cells: cells(J.closed, at))
    with pytest.raises(Defect, match="disagree"):
        jacobian._ROADS[road](wrong)  # type: ignore[arg-type]  # it has what a derivation has


def test_rules_that_do_not_replay_are_caught() -> None:
    """A record whose conclusion was changed does not replay, and the error names the rules."""
    J = derived(FOUNDING)
    theorem = copy.copy(J.proof.transposed)
    object.__setattr__(theorem, "rhs", doubled(J.closed_denominator))
    wrong = Damaged(J, J.closed)
    wrong.proof = replace(J.proof, transposed=theorem)  # type: ignore[attr-defined]  # shadows the property
    with pytest.raises(Defect, match="the record of the proof"):
        jacobian._rules(wrong)  # type: ignore[arg-type]  # as above


def test_a_print_that_reads_differently_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the typesetter printed something else, reading back notices."""
    monkeypatch.setattr(jacobian.typeset, "latex", lambda e, **_: r"W^{\top} \operatorname{diag}(\sigma'(x_{t-1}))")
    with pytest.raises(Defect, match="what was printed"):
        jacobian._readback(derived(FOUNDING))


def test_a_note_while_reading_back_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read-back takes no assumption: a note is a disagreement."""
    J = derived(FOUNDING)
    note = symjac.reading.Note("role", "taken for a vector", None, None)
    monkeypatch.setattr(jacobian, "read_formula", lambda *a, **k: ((J.closed, J.closed), (note,)))
    with pytest.raises(Defect, match="taken for a vector"):
        jacobian._readback(J)


def test_wrong_emitted_code_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emitted source that computes something else meets the differences and fails."""
    emit = numbers.emit

    def wrong(d: object, *, layout: str) -> Source:
        source = emit(d, layout=layout)  # type: ignore[arg-type]  # as above
        return replace(source, code=source.code.replace("return ", "return 2 * "))

    monkeypatch.setattr(numbers, "emit", wrong)
    with pytest.raises(Defect, match="complex steps"):
        jacobian._numbers(derived(FOUNDING))


def _raise(error: Exception) -> Callable[..., object]:
    def f(*args: object, **kwargs: object) -> object:
        raise error

    return f


@pytest.mark.parametrize(
    ("place", "name", "error", "method"),
    [
        (derivation, "jacobian_form", NormalFormTooLarge("too large"), "entries"),
        (sizes, "compare", NotYetError("cannot be written out"), "sizes"),
        (numbers, "deviation", NotYetError("cannot be written as code"), "numbers"),
        (jacobian, "read_formula", ReadError("not understood"), "readback"),
        (jacobian.second, "ask", NotYetError("cannot be written out"), "second_reader"),
    ],
)
def test_what_cannot_run_says_why(
    place: object, name: str, error: Exception, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A method that cannot run is listed with its reason; the others run."""
    J = derived(FOUNDING)
    monkeypatch.setattr(place, name, _raise(error))
    told = run_checks(J, thorough=True)
    assert [n.method for n in told.not_run] == [method]
    assert told.not_run[0].because
    assert len(told.ran) == 5


def test_no_second_reader_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without latex2sympy2 the page is read back once, not twice, and the record says so."""
    monkeypatch.setattr(second_reader, "reader", _raise(second_reader.UnavailableError("not installed")))
    assert NotRun("second_reader", "not installed") in run_checks(derived(FOUNDING), thorough=True).not_run


def test_sizes_are_rectangular_where_shapes_differ() -> None:
    """Different size letters get different numbers, and each takes 1, 2 and 3."""
    told = {c.method: c.at for c in run_checks(derived(FOUNDING))}
    assert told["sizes"] == "m = 1, n = 2; m = 2, n = 3; m = 3, n = 1"


def test_stand_ins_are_named() -> None:
    """Numbers for an unspecified function use two stand-ins, named in `at`, at sizes that were not used before."""
    told = {c.method: c.at for c in run_checks(derived(FOUNDING))}
    assert r"\sigma(z) = \sin z" in told["numbers"]
    assert r"\sigma(z) = e^{z/2}" in told["numbers"]
    assert "n = 5" in told["numbers"]


def test_functions_without_complex_values_use_central_differences() -> None:
    """gelu's erf takes real numbers only, so central differences are used, and said."""
    told = {c.method: c.at for c in run_checks(derived((r"y = W \operatorname{gelu}(x)", "x")))}
    assert told["numbers"].startswith("central differences")


def test_a_derivative_without_value_at_one_entry_is_passed_over() -> None:
    """Layer normalisation of a single entry has no derivative; the other sizes decide."""
    J = Derivation(symjac.System(cells.layernorm_rnn), "h_t", "h_{t-1}")
    assert "n = 1" not in jacobian._sizes(J)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_sympy_confirms_every_row(key: str) -> None:
    """SymPy's own derivative of every tabulated function is the table's."""
    assert sizes.confirmed(key)


def test_a_wrong_row_is_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row with a wrong derivative is found out by SymPy's derivative, and no system that uses it passes."""
    wrong = replace(ACTIVATIONS["tanh"], derivative=lambda a, y: expr.power(y, 2))
    monkeypatch.setattr(sizes, "ACTIVATIONS", {**ACTIVATIONS, "tanh": wrong})
    sizes.confirmed.cache_clear()
    try:
        assert not sizes.confirmed("tanh")
        with pytest.raises(Defect, match="tanh"):
            jacobian._sizes(derived(TANH))
    finally:
        sizes.confirmed.cache_clear()


def test_digits_decide_what_is_too_long_to_multiply_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no budget for multiplying out, many digits decide, right and wrong alike, and `at` says so."""
    monkeypatch.setattr(sizes, "IN_ALL", 0)
    J = derived(TANH)
    assert "50 digits" in jacobian._sizes(J)
    with pytest.raises(Defect):
        jacobian._sizes(Damaged(J, turned(J.closed)))  # type: ignore[arg-type]  # as above


def test_scalar_by_matrix_is_laid_out_transposed() -> None:
    """dL/dW is compared as a (q, p) matrix, at sizes where p and q differ."""
    J = derived((r"L = a^\top W b", "W"))
    assert [c.method for c in run_checks(J)] == list(METHODS[:5])
    wrong = Damaged(J, Product(Symbol("b", J.closed.args[0].shape), Transpose(Symbol("b", J.closed.args[0].shape))))
    with pytest.raises((Defect, IndexError)):
        jacobian._sizes(wrong)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(("cell", "limit"), [("rnn", 150_000), ("gru", 1_000_000), ("lstm", 1_000_000)])
def test_checks_are_little_work(cell: str, limit: int) -> None:
    """Deriving, proving and checking takes 150,000 calls for the founding form and a million for GRU and LSTM."""
    system = symjac.System(getattr(cells, cell))
    earlier = [i.symbol for i in system.symbols.values() if i.time and i.time.offset == -1]
    sympy.core.cache.clear_cache()
    sizes.confirmed.cache_clear()
    with counted(limit):
        run_checks(Derivation(system, system.outputs[0], earlier[0]))


def test_a_check_is_plain_data() -> None:
    """Checks compare by value, so that records can be compared."""
    assert Check("rules", "every size") == Check("rules", "every size", True)


X, Y = (Symbol(s, (expr.dim("n"), expr.ONE)) for s in "xy")
A, B, C = (Symbol(s) for s in "abc")
INVERSE = Number(-1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (expr.Hadamard(X, X), expr.EntryPower(X, Number(2))),
        (expr.Hadamard(X, Y), expr.Hadamard(Y, X)),
        (Product(A, Product(B, X)), Product(B, A, X)),
        (expr.EntryPower(Product(A, B), INVERSE), Product(expr.EntryPower(A, INVERSE), expr.EntryPower(B, INVERSE))),
        (expr.EntryPower(expr.EntryPower(A, Number(2)), INVERSE), expr.EntryPower(A, Number(-2))),
        (Product(A, Product(Transpose(X), Y), B), Product(A, B, Product(Transpose(X), Y))),
        (Sum(A, Sum(B, C)), Sum(C, B, A)),
    ],
)
def test_nesting_order_and_powers_are_no_difference(one: Expr, other: Expr, monkeypatch: pytest.MonkeyPatch) -> None:
    """What print and reading may differ in is found alike without the normal form."""
    monkeypatch.setattr(likeness, "equal", lambda a, b: False)
    assert likeness.alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Product(X, Transpose(Y)), Product(Y, Transpose(X))),
        (expr.EntryPower(expr.EntryPower(A, Number(2)), Number(Fraction(1, 2))), A),
        (Product(Diag(X), Diag(Apply(Function("f"), Y))), Product(Diag(X), Diag(Apply(Function("f", 1), Y)))),
        (Product(A, X), Product(B, X)),
        (Sum(A, B), Product(A, B)),
        (expr.EntryPower(A, INVERSE), A),
    ],
)
def test_real_differences_stay(one: Expr, other: Expr) -> None:
    """Order of vectors, a root of a square, a prime, a letter or an operation is a difference."""
    assert not equal(one, other)


def test_the_second_reader_reads_at_the_sizes_of_the_page() -> None:
    """With sizes it reads the matrix that a page shows at these sizes; what it read is on record."""
    told = run_checks(derived(FOUNDING), thorough=True, at={"n": 3, "m": 2})
    assert told.ran[-1] == Check(
        "second_reader", "the matrix of entries printed for m = 2, n = 3, read by latex2sympy2"
    )


def test_a_normal_form_that_is_too_weak_refuses_and_calls_nothing_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no values tell two derivatives apart, not seeing that they are one is a refusal, not a disagreement."""
    monkeypatch.setattr("symjac.normal.Form.__eq__", lambda self, other: False)
    with pytest.raises(NotYetError, match="cannot be proved for every size"):
        derived(FOUNDING)
