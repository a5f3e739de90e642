"""Work is bounded by counting, in every thread: what is too much is refused, and nothing is kept for good."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import _lru_cache_wrapper, reduce

import pytest
import sympy
from sympy.core.cache import CACHE

import symjac
from symjac import System, derivation, expr as ex, normal, second_reader
from symjac.claims import check_record
from symjac.claims.comparison import Comparison
from symjac.claims.instances import Instances, Printed
from symjac.claims.stated import systems as stated_systems
from symjac.claims.verdict import Outcome
from symjac.claims.world import Slope
from symjac.entries import cells, told_derivative
from symjac.errors import Defect, NotConfirmedError, NotYetError, SymjacError
from symjac.expr.times import Time
from symjac.factoring import NoClosedForm, factor
from symjac.factoring.products import is_zero
from symjac.functions import derivative
from symjac.interchange import to_sympy
from symjac.limits import NormalFormTooLarge, multiplied_out, step, work_limit
from symjac.narrative.teller import Teller
from symjac.normal import equal
from symjac.reading import parser
from symjac.reading.applied.terms import Term
from symjac.reading.attempt import Attempt
from symjac.reading.session import Session
from symjac.reading.tokens import Token
from symjac.typeset import breaking, latex, to_box
from symjac.typeset.breaking import break_lines
from symjac.values import evaluator as values
from symjac.values.agreement import Runs, compare
from symjac.values.points import GenericPoint
from tests.work import counted

n = ex.dim("n")
W, A, B = (ex.Symbol(name, (n, n)) for name in "WAB")
x = ex.Symbol("x", (n, ex.ONE))
i, j = ex.Index("i", n), ex.Index("j", n)


def test_a_long_chain_of_equations_is_refused_in_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivative of each of two hundred equations is longer than the last; together they are refused for it."""
    monkeypatch.setattr(derivation, "NODES", 60_000)
    chain = ["h_{0} = W x", *(rf"h_{{{k}}} = \tanh(W_{{{k}}} h_{{{k - 1}}})" for k in range(1, 200))]
    with counted(5_000_000), pytest.raises(NormalFormTooLarge, match="terms and factors in all"):
        System(*chain).jacobian("h_{199}", wrt="x")


def test_many_layers_are_proved_and_told() -> None:
    """Each equation is asked for after those it uses, and each step of the proof is checked with gates as letters."""
    layers = [r"h_{0} = \tanh(W_{0} x)", *(rf"h_{{{k}}} = \tanh(W_{{{k}}} h_{{{k - 1}}})" for k in range(1, 72))]
    J = System(*layers).jacobian("h_{71}", wrt="x")
    with counted(15_000_000):
        assert J.latex().count(r"\label{h-71-x:step") == 71
    assert {"rules", "entries", "numbers", "readback"} <= {c.method for c in J.checks.ran}


def test_a_false_step_about_many_layers_is_not_told() -> None:
    """What does not hold with gates as letters is not let through for that."""
    layers = [r"h_{0} = \sigma(W x)", *(rf"h_{{{k}}} = \sigma(W h_{{{k - 1}}})" for k in range(1, 9))]
    J = System(*layers, symbols={"W": "matrix n n"}).jacobian("h_{8}", wrt="x")
    teller = Teller(J.confirmed().statement, "both", None)
    stage = J.stages[7]
    partial = ex.Partial(stage.symbol, x)
    teller.check(partial, stage.raw)
    for before, after in ((partial, ex.neg(stage.raw)), (stage.raw, ex.Transpose(stage.closed))):
        with pytest.raises(Defect, match="does not hold"):
            teller.check(before, after)


def test_high_derivatives_of_known_functions_are_not_written_out() -> None:
    """Each derivative of tanh is longer than the one before; the twentieth is refused, the third is not."""
    tanh = ex.Function(r"\tanh", 20, "tanh")
    with counted(1_000_000), pytest.raises(NotYetError, match="too long to be written out"):
        derivative(tanh, x)
    assert derivative(ex.Function(r"\tanh", 2, "tanh"), x).shape == x.shape


def test_many_primes_are_printed_as_they_are_read() -> None:
    """An exponent of tanh reads as a power; where a derivative is too long to be checked, that is said."""
    five, six, seven = ("'" * k for k in (5, 6, 7))
    assert rf"\tanh{six}(x)" in System(rf"y = W \tanh{five}(x)").jacobian(wrt="x").formula()
    with pytest.raises(NotConfirmedError, match="derivative 8 of tanh is too long"):
        System(rf"y = W \tanh{seven}(x)").jacobian(wrt="x").formula()


def test_a_derivative_by_entries_is_told_only_where_it_is_short() -> None:
    """A softmax of a softmax of a softmax has too many entries in each entry."""
    e = reduce(lambda inner, _: ex.Softmax(ex.Product(W, inner)), range(6), x)
    with counted(3_000_000), pytest.raises(NormalFormTooLarge, match="too many terms and factors to be told"):
        told_derivative(e, x, i, j)


def test_values_are_computed_in_bounded_work() -> None:
    """Kronecker products of Kronecker products have more entries than are evaluated; nothing is made of them before."""
    left = reduce(lambda inner, _: ex.Kronecker(inner, inner), range(4), ex.Product(A, B))
    right = reduce(lambda inner, _: ex.Kronecker(inner, inner), range(4), ex.Product(B, A))
    with counted(2_000_000), pytest.raises(NormalFormTooLarge, match="too many numbers"):
        compare(lambda at: [(at.matrix(left), at.matrix(right))], Runs([left, right], {}), [{"n": 2}])


def test_a_part_of_a_question_spends_what_the_question_has() -> None:
    """A limit inside another counts for both, and the one that is over first says what was too much."""
    with work_limit(10, "the whole"):
        with work_limit(5, "a part"):
            step(4)
            with pytest.raises(NormalFormTooLarge, match="a part"):
                step(4)
        with pytest.raises(NormalFormTooLarge, match="the whole"):
            step(4)
    step(1000)


# ------------------------------------------------------------------------------------------ memory


def modules() -> Iterator[object]:
    """Every module of symjac."""
    for found in pkgutil.walk_packages(symjac.__path__, "symjac."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    yield from (module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == "symjac")


def test_every_cache_has_an_end() -> None:
    """What is kept between calls is bounded; the check of the table of functions alone has a row for each of them."""
    caches = {
        f"{value.__module__}.{value.__qualname__}": value.cache_parameters()["maxsize"]
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, _lru_cache_wrapper)
    }
    assert caches.pop("symjac.confirm.sizes.confirmed") is None
    assert all(isinstance(most, int) and most <= 10_000 for most in caches.values()), caches
    assert all(cached.cache_info().maxsize is not None for cached in CACHE)


def containers() -> dict[str, int]:
    """How much every list, set and dictionary of a module of symjac holds."""
    return {
        f"{module.__name__}.{name}": len(value)  # type: ignore[attr-defined]
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, list | set | dict) and not name.startswith("__")
    }


def answer(k: int) -> None:
    """One derivation and one claim whose names no other has."""
    V, U = f"V_{{{k}}}", f"U_{{{k}}}"
    System(rf"y = {U} \tanh({V} x + b)").jacobian("y", wrt="x").text()
    claim = rf"\frac{{\partial y}}{{\partial x}} = {V} diag(\tanh'(x))"
    check_record({"equations": [rf"y = {V} \tanh(x)"], "claim": claim})


def test_different_answers_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """After more answers no table, list or dictionary is larger than its bound, whatever names were asked about."""
    monkeypatch.setattr(normal, "LOAD", 2_000)
    for k in range(3):
        answer(k)
    before = containers()
    for k in range(3, 9):
        answer(k)
    grown = {name for name, size in containers().items() if size > before[name]}
    assert grown <= {"symjac.normal._translations"}
    assert before["symjac.normal._translations"] <= 16 >= len(normal._translations)
    equal(A, B)
    assert normal.load() <= 2_000
    assert all(cached.cache_info().currsize <= (cached.cache_info().maxsize or 0) for cached in CACHE)


def test_refusals_are_errors_of_symjac() -> None:
    """What catches every error of symjac catches what was too much."""
    assert issubclass(NormalFormTooLarge, SymjacError)


# ---------------------------------------------------------------------------------------- printing


def nested(levels: int, around: Callable[[ex.Expr], ex.Expr]) -> ex.Expr:
    """The vector x with the same put around it again and again."""
    return reduce(lambda inner, _: around(inner), range(levels), x)


def test_what_is_nested_is_printed_once_at_every_level() -> None:
    """Neither entrywise inverses nor sums that are measured before they are put over a bar are laid out twice."""
    y, s = ex.Symbol("y", x.shape), ex.Symbol("s")
    inverses = nested(40, lambda e: ex.Sum(x, ex.EntryPower(e, ex.Number(-1))))
    below = ex.EntryPower(s, ex.Number(-1))
    tops: ex.Expr = s
    for _ in range(40):
        tops = ex.Product(ex.Sum(ex.Norm(y), tops), ex.Symbol("a"), below)
    for e in (inverses, tops):
        with counted(300_000):
            assert len(latex(e)) > 200


def test_a_formula_too_long_or_too_deep_is_not_printed() -> None:
    """The length is counted before anything is laid out, and is that of the formula written out."""
    doubled = nested(20, lambda e: ex.Hadamard(e, e))
    with counted(100_000), pytest.raises(NormalFormTooLarge, match="too many to be printed"):
        latex(doubled)
    with pytest.raises(NormalFormTooLarge, match="too deeply to be printed"):
        latex(nested(300, lambda e: ex.Apply(ex.Function("f"), ex.Sum(e, x))))


def test_lines_are_broken_in_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place for a break is tried with those before it."""
    formula = to_box(ex.Sum(*(ex.Symbol(f"x_{k}", x.shape) for k in range(400))))
    assert len(break_lines(formula, 30)) > 10
    monkeypatch.setattr(breaking, "STEPS", 10_000)
    with counted(1_000_000), pytest.raises(NormalFormTooLarge, match="broken into lines"):
        break_lines(formula, 30)


def test_sympy_is_not_given_what_is_too_long() -> None:
    """A softmax holds what it is of twice; twenty of them inside one another would never end."""
    softmaxes = nested(20, lambda e: ex.Softmax(ex.Sum(x, e)))
    with counted(8_000_000), pytest.raises(NormalFormTooLarge, match="parts in SymPy"):
        to_sympy(softmaxes)
    with counted(500_000):
        to_sympy(nested(6, lambda e: ex.Softmax(ex.Sum(x, e))))


def test_written_out_entries_are_counted() -> None:
    """At size 2 each further factor of a product doubles how many terms an entry has."""
    factors = [ex.Symbol(f"W_{k}", (n, n)) for k in range(24)]
    assert ex.length(cells(ex.Product(*factors[:6]), {"n": 2})[0][0]) > 100
    with counted(3_000_000), pytest.raises(NormalFormTooLarge, match="written-out entries"):
        cells(ex.Product(*factors), {"n": 2})


def test_a_document_of_many_layers_ends() -> None:
    """What the second reader does not get because it is too long is not waited for."""
    e = reduce(lambda inner, k: rf"\sigma(W_{{{k}}} {inner})", range(12), "x")
    J = System(f"y = {e}").jacobian("y", wrt="x")
    with counted(20_000_000):
        assert r"\begin{document}" in J.document()
    assert "too long" in {c.method: c.because for c in J.confirmed().not_run}["second_reader"]


def test_the_second_reader_reads_so_many_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of one form count once."""
    letters = {f"a_{{{k}}}": sympy.Symbol(f"a{k}") for k in range(8)}
    a = letters["a_{0}"]
    monkeypatch.setattr(second_reader, "IN_ALL", 30)
    same = r"\begin{pmatrix} " + " & ".join(f"{name} + 1" for name in letters) + r" \end{pmatrix}"
    assert second_reader.compare(same, sympy.Matrix([[s + 1 for s in letters.values()]]), letters).reason == ""
    longer = r"\begin{pmatrix} a_{0} + a_{1} & a_{0} + a_{1} + a_{2} \end{pmatrix}"
    assert "together too long" in second_reader.compare(longer, sympy.Matrix([[a, a]]), letters).reason


def test_entries_are_multiplied_out_only_where_that_makes_few_terms() -> None:
    """SymPy would expand twenty sums into a million terms, in what a user gave to be factored too."""
    sums = [sympy.Symbol(f"a{k}") + sympy.Symbol(f"b{k}") for k in range(20)]
    same = sympy.Mul(sympy.expand(sums[0] * sums[1]), *sums[2:])
    whole = sympy.Mul(*sums)
    with counted(4_000_000):
        for compared in (is_zero, multiplied_out):
            with pytest.raises(NormalFormTooLarge, match="too many terms"):
                compared(whole - same)
        with pytest.raises(NormalFormTooLarge, match="too many terms"):
            second_reader.compare("a", whole, {"a": same})
        assert isinstance(factor(sympy.Matrix([[whole - same, whole], [whole, same]])), NoClosedForm)
    assert is_zero((sums[0] + 1) * sums[1] - sums[1] - sympy.expand(sums[0] * sums[1]))


def test_a_claim_reads_each_text_once_and_its_system_once_in_each_orientation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging, the search for a repair and for conditions ask again; what they ask of the reader is there already."""
    texts: Counter[str] = Counter()
    systems: Counter[tuple[object, ...]] = Counter()
    tokenise, run = parser.tokenise, Session.run

    def split(text: str) -> list[Token]:
        texts[text] += 1
        return tokenise(text)

    def read(session: Session) -> Attempt:
        systems[(*session.texts, *session.declared.items(), session.orientation, session.layout)] += 1
        return run(session)

    monkeypatch.setattr(parser, "tokenise", split)
    monkeypatch.setattr(Session, "run", read)
    equations = [r"h_t = \tanh(V h_{t-1} + U x_t)"]
    claim = r"\frac{\partial h_t}{\partial h_{t-1}} = V diag(1 - h_t \odot h_t)"
    for cache in (parser.parse, stated_systems.read_once):
        cache.cache_clear()
    verdict = check_record({"system": equations, "claim": claim})
    assert verdict.repair
    assert {*equations, claim} <= texts.keys()
    assert max(texts.values()) == 1
    assert set(systems.values()) == {1}


def test_a_claim_is_judged_once_in_each_reading_and_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the earlier step taken in, what was found without it is there; so are equations at a step, once written.

    At a point the system is run once for both layouts.
    """
    judged: Counter[object] = Counter()
    written: Counter[object] = Counter()
    alive: list[object] = []  # what is told apart by its id
    run: Counter[object] = Counter()
    outcome, shifted_rhs, value = Comparison.outcome, Instances.shifted_rhs, Slope.value

    def judge(self: Comparison, a: Term, b: Term) -> Outcome:
        judged[a, b, self.convention, self.order, self.kind, self.model.shifted] += 1
        return outcome(self, a, b)

    def write(self: Instances, p: Printed, part: ex.Expr, shift: Mapping[str, Time]) -> ex.Expr:
        if part is p.rhs:
            alive.append(self.printed)
            written[id(self.printed), p.lhs, *shift.items()] += 1
        return shifted_rhs(self, p, part, shift)

    def evaluate(self: Slope, at: values.Evaluator) -> values.Matrix:
        point = getattr(at.leaf, "__self__", None)
        if isinstance(point, GenericPoint):
            run[self, type(at.numbers), point.seed, *at.sizes.items()] += 1
        return value(self, at)

    monkeypatch.setattr(Slope, "value", evaluate)
    monkeypatch.setattr(Comparison, "outcome", judge)
    monkeypatch.setattr(Instances, "shifted_rhs", write)
    cell = [r"c_t = \sigma(U x_t + V h_{t-1}) \odot c_{t-1}", r"h_t = \tanh(c_t)"]
    claim = r"\frac{\partial c_t}{\partial c_{t-1}} = diag(\sigma(U x_t + V h_{t-1}))"
    verdict = check_record({"system": cell, "claim": claim})
    assert "earlier_step_taken_in" in verdict.alternatives
    assert {shifted for *_, shifted in judged} == {False, True}
    assert set(judged.values()) == set(written.values()) == set(run.values()) == {1}
