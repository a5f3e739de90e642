"""The told proof: every equation checked, every reference settled, every rule and reason worded."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

import symjac.narrative as narrative_package
from symjac import System, cells, expr as ex
from symjac.documents.plain import plain_text
from symjac.entries import at, numbered, told_derivative
from symjac.errors import Defect
from symjac.expr import Expr, Index, Partial, Symbol
from symjac.jacobians import Jacobian
from symjac.kernel import RULES
from symjac.narrative import narrate
from symjac.narrative.blocks import Display, Environment, Math, Page, Ref
from symjac.narrative.example import example
from symjac.narrative.layer import dotted
from symjac.narrative.lemma import LEMMAS, lemma, letters, rule_of
from symjac.narrative.sheet import Sheet
from symjac.narrative.teller import Teller
from symjac.narrative.words import REASONS, RULE_NAMES, SILENT, WORDS, listed, say
from symjac.narrative.written_out import written_out
from symjac.normal import equal
from symjac.typeset import latex, text

CELLS = {c.name: c for c in vars(cells).values() if isinstance(c, cells.Cell)}
FOUNDING = r"x_t = W \sigma(x_{t-1}) + W_{in} u_t + b"


def derive(*equations: str, wrt: str, of: str | None = None, orientation: str = "column", **symbols: str) -> Jacobian:
    return System(*equations, symbols=symbols, orientation=orientation).jacobian(of, wrt=wrt)


@cache
def cell(name: str) -> Jacobian:
    c = CELLS[name]
    return System(*c.equations, symbols=c.symbols).jacobian(c.of, wrt=c.wrt)


def sizes(d: Jacobian) -> Mapping[str, int]:
    return {str(s): 2 for info in d.system.symbols.values() for side in info.symbol.shape for s in side.free_symbols}


def displays(page: Page) -> list[Display]:
    return [b for b in page.walk() if isinstance(b, Display)]


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("layout", ["both", "numerator", "denominator"])
def test_references_are_settled(name: str, layout: str) -> None:
    """On the page of every cell each reference points at a number, and no two rows share a label."""
    d = cell(name)
    page = narrate(d.confirmed(), layout=layout, sizes=sizes(d))
    numbers = page.numbers()
    assert {i.label for i in page.inlines() if isinstance(i, Ref)} <= set(numbers)
    labels = [r.label for b in displays(page) for r in b.rows if r.label]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", CELLS)
def test_consecutive_lines_differ(name: str) -> None:
    """No step of a told chain repeats the line before it."""
    page = narrate(cell(name).confirmed())
    for block in displays(page):
        for before, after in zip(block.rows, block.rows[1:], strict=False):
            if after.lhs is None:
                assert page.box(before.rhs) != page.box(after.rhs)


@pytest.mark.parametrize("name", CELLS)
def test_told_chains_hold(name: str) -> None:
    """Every told chain about the system, read off the finished page, is an equality by the normal form."""
    d = cell(name)
    t = Teller(d.confirmed().statement, "both", None)
    known = {**t.known, **dict(t.d.abbreviations)}
    checked = 0
    for block in displays(narrate(d.confirmed())):
        lhs: Expr | None = None
        for row in block.rows:
            lhs = row.lhs if isinstance(row.lhs, Expr) else lhs if row.lhs is None else None
            if isinstance(lhs, Partial) and isinstance(row.rhs, Expr) and not _generic(lhs, d):
                assert equal(lhs, row.rhs, known), f"{text(lhs)} = {text(row.rhs)}"
                checked += 1
    assert checked >= 1


def _generic(e: Expr, d: Jacobian) -> bool:
    """About the lemma's own functions, which the system does not know."""
    t = Teller(d.confirmed().statement, "both", None)
    return not e.symbols <= {*t.symbols, *t.known}


def test_a_false_equation_stops_the_page() -> None:
    """An equation the normal form does not confirm raises, naming both sides."""
    t = Teller(derive(FOUNDING, wrt="x_{t-1}").confirmed().statement, "both", None)
    with pytest.raises(Defect, match="told proof"):
        t.check(t.d.closed, ex.transpose(t.d.closed))


@pytest.mark.parametrize("name", LEMMAS)
def test_rules_of_the_lemma_hold_and_broken_ones_are_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule of the lemma holds in matrix form and in entries; with a doubled right side it is refused."""
    t = Teller(cell("gru").confirmed().statement, "both", None)
    g = letters(t)
    rule = rule_of(name, g)
    assert equal(g.d(rule.y), rule.rhs, g.definitions)
    assert equal(g.de(rule.entry), rule.entry_rhs, g.definitions)
    broken = dataclasses.replace(rule, rhs=ex.mul(ex.Number(2), rule.rhs))
    monkeypatch.setattr(sys.modules[lemma.__module__], "rule_of", lambda *_: broken)
    with pytest.raises(Defect):
        lemma(t, (name,))


def test_every_rule_has_a_word() -> None:
    """The wording and the rules agree: each rule is told, silent, or part of taking differentials."""
    matrix_rules = {name for name in RULES if not name.startswith("d_")}
    assert set(RULE_NAMES) | SILENT == matrix_rules
    assert not set(RULE_NAMES) & SILENT
    assert set(LEMMAS) <= set(RULE_NAMES)


def test_every_reason_has_a_word() -> None:
    """Each reason that entries give for a step is worded."""
    n = ex.dim("n")
    W, x = Symbol("W", (n, n)), Symbol("x", (n, ex.ONE))
    i, j = Index("i", n), Index("j", n)
    s = ex.Apply(ex.Function(r"\sigma"), x)
    given = {
        step.reason
        for e in (ex.Product(W, s), ex.Hadamard(x, s), ex.Sum(x, ex.Product(W, x)))
        for step in told_derivative(e, x, i, j)[1:]
    }
    assert given <= set(REASONS)
    assert given == {"linearity", "product rule", "chain rule", "independent entries", "sifting"}


def test_every_word_is_used() -> None:
    """No sentence of the table is dead, and no key is asked for that the table lacks."""
    folder = Path(narrative_package.__file__).parent
    source = "\n".join(
        p.read_text() for f in (folder, folder.parent / "documents", folder.parent / "papers") for p in f.glob("*.py")
    )
    source = source[: source.index("WORDS: dict")] + source[source.index("_SLOT = ") :]
    literals = set(re.findall(r'"([a-z_0-9]+)"', source))
    patterns = [re.sub(r"\\\{.*?\\\}", ".*", re.escape(f)) for f in re.findall(r'f"([a-z_{}0-9]*\{[a-z_{}]*)"', source)]
    for key in WORDS:
        assert key in literals or any(re.fullmatch(p, key) for p in patterns), key


def test_the_founding_page_tells_what_the_exemplar_tells() -> None:
    """Setting, both layouts, the chain from linearity to the delta, the transpose, dots, the 2 x 2 example."""
    d = derive(FOUNDING, wrt="x_{t-1}")
    page = plain_text(narrate(d.confirmed(), sizes={"n": 2, "m": 2}))
    for words in (
        "W ∈ ℝ^{n×n}",
        "do not depend on xₜ₋₁",
        "σ: ℝ → ℝ acts entrywise",
        "∂xₜ/∂xₜ₋₁ = W diag(σ′(xₜ₋₁)),",
        "∂xₜ/∂xₜ₋₁ = diag(σ′(xₜ₋₁)) Wᵀ.",
        "(linearity; uₜ and b do not involve xₜ₋₁)",
        "δₖⱼ",
        "(only k = j remains)",
        "because a diagonal matrix is symmetric",
        "⋱",
        "x_{t,1} = W₁₁ σ(x_{t−1,1}) + W₁₂ σ(x_{t−1,2}) + c₁,",
        "[W₁₁, W₁₂; W₂₁, W₂₂] [σ′(x_{t−1,1}), 0; 0, σ′(x_{t−1,2})]",
        "[σ′(x_{t−1,1}), 0; 0, σ′(x_{t−1,2})] [W₁₁, W₂₁; W₁₂, W₂₂]",
    ):
        assert words in page, words


def test_one_layout_shows_that_one_only() -> None:
    """With one layout asked for, the statement and the example show no other."""
    d = derive(FOUNDING, wrt="x_{t-1}")
    numerator = plain_text(narrate(d.confirmed(), layout="numerator", sizes={"n": 2, "m": 2}))
    denominator = plain_text(narrate(d.confirmed(), layout="denominator", sizes={"n": 2, "m": 2}))
    assert "Wᵀ" not in numerator
    assert "denominator" not in numerator
    assert "(numerator layout)" not in denominator
    assert "∂xₜ/∂xₜ₋₁ = diag(σ′(xₜ₋₁)) Wᵀ.   (denominator layout)" in denominator


def test_row_orientation_prints_rows() -> None:
    """In row orientation the equation goes out as it came in, and the page says that vectors are rows."""
    page = plain_text(narrate(derive(r"x_t = \sigma(x_{t-1}) W + b", wrt="x_{t-1}", orientation="row").confirmed()))
    assert "All vectors are rows." in page
    assert "xₜ = σ(xₜ₋₁) W + b." in page
    assert "∂xₜ/∂xₜ₋₁ = Wᵀ diag(σ′(xₜ₋₁))," in page


def test_gates_are_told_in_turn() -> None:
    """A GRU has a lemma with just the rules it uses, a step for each gate, and braces that name the paths."""
    d = cell("gru")
    page = narrate(d.confirmed())
    kinds = [b.kind for b in page.walk() if isinstance(b, Environment)]
    assert kinds == ["theorem", "lemma", "proof", "proof", "corollary"]
    shown = plain_text(page)
    assert "Step 1: zₜ and rₜ." in shown
    assert "product rule" in shown
    assert "softmax" not in shown
    theorem = next(b for b in page.walk() if isinstance(b, Environment))
    assert "underbrace" in "".join(
        latex_of(page, r.rhs) for b in theorem.blocks if isinstance(b, Display) for r in b.rows
    )


def latex_of(page: Page, formula: object) -> str:
    from symjac.typeset import write_latex

    assert isinstance(formula, Expr) or formula is not None
    return write_latex(page.box(formula))  # type: ignore[arg-type]  # a formula is an Expr or a Box


def test_letters_of_the_page_are_not_those_of_the_system() -> None:
    """Indices and generic functions take letters that the author has not used."""
    t = Teller(cell("lstm").confirmed().statement, "both", None)
    assert {i.name for i in t.indices}.isdisjoint({"i", "j", "f", "o"})
    g = letters(t)
    used = {s.name for s in t.symbols}
    assert used.isdisjoint({g.a.name, g.c.name, g.s.name, g.U.name, g.phi.name})


def test_notation_goes_out_as_it_came_in() -> None:
    """The asker's bold letters stand on the page as typed; entries are in ordinary letters."""
    d = derive(
        r"\mathbf{x}_t = \mathbf{W}\sigma(\mathbf{x}_{t-1}) + \mathbf{W}_{\mathrm{in}}\mathbf{u}_t + \mathbf{b}",
        wrt=r"\mathbf{x}_{t-1}",
    )
    page = narrate(d.confirmed(), sizes=sizes(d))
    shown = "\n".join(latex_of(page, r.rhs) for b in displays(page) for r in b.rows)
    assert r"\mathbf{W} \sigma(\mathbf{x}_{t-1}) + \mathbf{W}_{\mathrm{in}} \mathbf{u}_t + \mathbf{b}" in shown
    assert r"W_{11} \sigma(x_{t-1,1}) + W_{12} \sigma(x_{t-1,2}) + c_1" in shown


@pytest.mark.parametrize(
    ("equation", "wrt", "symbols", "words"),
    [
        (r"L = \frac{1}{2} \lVert W x - y \rVert^2", "x", {"L": "scalar"}, "The gradient of L with respect to x"),
        (r"L = (W x - y)^\top (W x - y)", "W", {"L": "scalar"}, "tr("),
        (r"s = r_0 (1 - r_0)", "r_0", {"s": "scalar", "r_0": "scalar"}, "product rule"),
        (r"h_t = \operatorname{relu}(W h_{t-1} + b)", "h_{t-1}", {}, "has no derivative at"),
        (r"p = \operatorname{softmax}(W x)", "x", {}, "diag(p) − p pᵀ"),
        (r"h_t = a \odot h_{t-1}", "h_{t-1}", {}, "(both layouts)"),
        (r"h_t = \tanh(W [h_{t-1}, x_t] + b)", "h_{t-1}", {}, "Theorem 1"),
        (r"h_t = \tanh(c W h_{t-1} + b)", "c", {"c": "scalar"}, "Theorem 1"),
    ],
)
def test_other_kinds_of_derivatives_have_pages(equation: str, wrt: str, symbols: dict[str, str], words: str) -> None:
    """Gradients, matrices as variables, scalars, kinks, symmetric answers and stacks are told too."""
    d = System(equation, symbols=symbols).jacobian(wrt=wrt)
    assert words in plain_text(narrate(d.confirmed(), sizes=sizes(d)))


def test_matrices_too_wide_for_a_line_are_not_written_out() -> None:
    """The example of a wide system keeps its recurrence and leaves out matrices no line could hold."""
    names = [f"x_{{{k}}}" for k in range(12)]
    inner = " + ".join(f"W_{{{k}}} {name}" for k, name in enumerate(names))
    d = derive(rf"y = \tanh({inner}) + \sigma({inner} + b)", wrt=names[0], **dict.fromkeys(names, "vector n"))
    page = narrate(d.confirmed(), sizes=sizes(d))
    assert any(isinstance(b, Environment) and b.kind == "example" for b in page.walk())
    assert "pmatrix" not in "\n".join(latex_of(page, r.rhs) for b in displays(page) for r in b.rows)


def test_entries_at_given_sizes() -> None:
    """Sums over an index are written out, deltas are decided, sizes as scalars become numbers."""
    n = ex.dim("n")
    i, j, k = (Index(c, n) for c in "ijk")
    W, x = Symbol("W", (n, n)), Symbol("x", (n, ex.ONE))
    form = ex.IndexSum(k, ex.Product(ex.Entry(W, i, k), ex.Entry(x, k)))
    assert latex(at(form, {i: 2}, {"n": 3})) == "W_{21} x_1 + W_{22} x_2 + W_{23} x_3"
    assert at(ex.Delta(i, j), {i: 1, j: 2}) == ex.Number(0)
    assert at(ex.Symbol("n"), {}, {"n": 5}) == ex.Number(5)
    stack = ex.Entry(ex.Stack(x, x), Index("i", 2 * n))
    assert at(stack, {Index("i", 2 * n): 3}, {"n": 2}) == ex.Entry(x, 1)


def test_squared_norms_are_written_out_without_a_root() -> None:
    """In the example a squared norm is a sum of squares."""
    d = derive(r"L = \frac{1}{2} \lVert W x - y \rVert^2", wrt="x", L="scalar")
    page = plain_text(narrate(d.confirmed(), sizes=sizes(d)))
    assert "L = 1/2 ((W₁₁ x₁ + W₁₂ x₂ − y₁)² + (W₂₁ x₁ + W₂₂ x₂ − y₂)²)." in page
    assert "√" not in page[page.index("Example") :]


def test_sentences_are_put_together() -> None:
    """Slots take formulas and words, and lists read as in English."""
    x = Symbol("x")
    assert say("the {x}th", x=x) == ("the ", Math(x), "th")
    assert listed([x, "y"]) == (Math(x), " and y")


def _swapped(e: Expr, values: Mapping[Index, int | Index], given: Mapping[str, int] | None = None) -> Expr:
    """What an index form at numbers would be if its first two values changed places."""
    keys = list(values)
    turned = {**values, keys[0]: values[keys[1]], keys[1]: values[keys[0]]} if len(keys) > 1 else values
    return at(e, turned, given)


def _another(e: Expr, values: Mapping[Index, int | Index], given: Mapping[str, int] | None = None) -> Expr:
    """The entry beside the one that is asked for."""
    return at(e, {k: 3 - v if v in (1, 2) else v for k, v in values.items()}, given)  # type: ignore[operator]  # 1 or 2


@pytest.mark.parametrize("damaged", [_swapped, _another])
@pytest.mark.parametrize("name", ["founding", "gru", "lstm"])
def test_a_wrong_entry_stops_the_example(
    name: str, damaged: Callable[..., Expr], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the indices of written-out entries exchanged or shifted there is no example, but an error."""
    d = derive(FOUNDING, wrt="x_{t-1}") if name == "founding" else cell(name)
    t = Teller(d.confirmed().statement, "both", sizes(d))
    assert example(t)
    monkeypatch.setattr(numbered, "at", damaged)
    with pytest.raises(Defect, match="writes out"):
        example(Teller(d.confirmed().statement, "both", sizes(d)))


def test_a_wrong_entry_stops_the_dotted_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """The corners of the matrix with dots are compared with the closed form."""
    t = Teller(derive(FOUNDING, wrt="x_{t-1}").confirmed().statement, "both", None)
    assert dotted(t)
    monkeypatch.setattr(numbered, "at", _swapped)
    with pytest.raises(Defect, match="told proof"):
        dotted(t)


def test_a_wrong_entry_stops_the_written_out_recurrence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `--explicit` prints is compared with the recurrence row by row."""
    system = derive(FOUNDING, wrt="x_{t-1}").system
    assert len(displays(written_out(system, {"n": 2, "m": 2}))[0].rows) == 2
    monkeypatch.setattr(numbered, "at", _another)
    with pytest.raises(Defect, match="writes out"):
        written_out(system, {"n": 2, "m": 2})


def test_factors_that_are_not_the_matrix_stop_the_example() -> None:
    """A product of written-out factors is multiplied out and compared with the whole; so are the shapes."""
    n = ex.dim("n")
    W, x = Symbol("W", (n, n)), Symbol("x", (n, ex.ONE))
    sheet = Sheet({"n": 2}, {}, Teller(derive(FOUNDING, wrt="x_{t-1}").confirmed().statement, "both", None).box)
    shown = sheet.factors(ex.Product(W, ex.Diag(x)))
    assert sheet.line(shown, ex.Product(W, ex.Diag(x))).rhs is shown.box
    for other in (ex.Product(ex.Diag(x), W), ex.Transpose(ex.Product(W, ex.Diag(x))), W, x):
        with pytest.raises(Defect, match="writes out"):
            sheet.line(shown, other)


def test_the_factors_of_a_row_system_can_be_multiplied() -> None:
    """Where vectors are rows, what is printed as h^T h is a column before a row."""
    d = derive(r"h_t = \operatorname{softmax}(h_{t-1} W)", wrt="h_{t-1}", orientation="row")
    page = plain_text(narrate(d.confirmed(), sizes=sizes(d)))
    assert "hₜᵀ hₜ" in page
    assert "[h_{t,1}; h_{t,2}] [h_{t,1}, h_{t,2}]" in page


def test_scalar_equations_are_written_out_too() -> None:
    """An inner product is one row, with as many terms as its vectors have entries."""
    system = System(r"s = a^\top b", r"h = s a", symbols={"a": "vector n", "b": "vector n", "s": "scalar"})
    shown = plain_text(written_out(system, {"n": 2}))
    assert "s = a₁ b₁ + a₂ b₂," in shown
    assert "h₂ = s a₂." in shown


@pytest.mark.parametrize("body", [r"v v^\top", r"\mathrm{diag}(v) W", r"W + a^\top v I"])
def test_a_matrix_by_name_that_moves_is_no_constant_of_the_page(body: str) -> None:
    """Where a matrix is defined by the variable, the page derives through its equation."""
    J = System(f"M = {body}", "y = M x").jacobian("y", wrt="v")
    assert "product rule" in J.text()
    opened = System(f"y = ({body}) x").jacobian("y", wrt="v")
    assert equal(J.closed, opened.closed, J.definitions)
