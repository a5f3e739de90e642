"""The second reader: latex2sympy2 behind placeholders."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import types
from collections.abc import Callable

import pytest
import sympy

from symjac import second_reader, typeset
from symjac.explicit import Written
from symjac.expr import Apply, EntryPower, Expr, Function, Number, Product, Sum, Symbol
from symjac.functions import ACTIVATIONS
from symjac.second_reader import Answer, compare

W11, W12, W21, W22, X1, X2, B = sympy.symbols("W11 W12 W21 W22 x1 x2 b")
SIGMA = sympy.Function("sigma")
NAMES = {"w_{1,1}": W11, "w_{1,2}": W12, "w_{2,1}": W21, "w_{2,2}": W22, "x_1": X1, "x_2": X2, "b": B}


def slope(a: object) -> object:
    return SIGMA(a).fdiff(1)


FUNCTIONS = {r"\sigma": SIGMA, r"\sigma'": slope}
PRINTED = (
    r"\begin{pmatrix} w_{1,1}\,\sigma'(x_1) & w_{1,2}\,\sigma'\left(x_2\right) \\"
    r" w_{2,1}\,\sigma'\bigl(x_1\bigr) & w_{2,2}\,\sigma'(x_2) \end{pmatrix}"
)
MEANT = sympy.Matrix([[W11 * slope(X1), W12 * slope(X2)], [W21 * slope(X1), W22 * slope(X2)]])


def test_the_founding_example_is_read_faithfully() -> None:
    """The written-out 2 x 2 Jacobian is read as what it says."""
    assert compare(PRINTED, MEANT, NAMES, FUNCTIONS).answer is Answer.AGREE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"\sigma'(x_1)", r"\sigma(x_1)"),
        ("w_{1,2}", "w_{2,1}"),
        (r"\sigma'(x_2) \end", r"\sigma'(x_1) \end"),
        (r"\begin{pmatrix} w", r"\begin{pmatrix} -w"),
        (r"w_{1,1}\,", r"w_{1,1} w_{1,1}\,"),
        (r"w_{2,2}\,\sigma'(x_2)", r"w_{2,2} + \sigma'(x_2)"),
        (r"w_{1,1}\,\sigma'(x_1)", r"\sigma'(x_1)"),
        (r"\\ w", "& w"),
        (r"\sigma'(x_1)", r"\sigma'(x_1"),
        (r"\sigma'(x_1)", r"\sigma' x_1"),
    ],
)
def test_damaged_prints_are_noticed(old: str, new: str) -> None:
    """A changed prime, index, sign, factor, bracket or shape is never taken for what was meant."""
    damaged = PRINTED.replace(old, new, 1)
    assert damaged != PRINTED
    assert compare(damaged, MEANT, NAMES, FUNCTIONS).answer is not Answer.AGREE


@pytest.mark.parametrize(
    ("latex", "meant"),
    [
        (r"\frac{1}{1 + e^{-b}}", 1 / (1 + sympy.exp(-B))),
        (r"\sigma(x_1 + b)", SIGMA(X1 + B)),
        (r"\sigma(\sigma(x_1))", SIGMA(SIGMA(X1))),
        (r"\sigma'(w_{1,1} x_1 + b) w_{1,1}", slope(W11 * X1 + B) * W11),
        (r"x_1^2 (x_2)", X1**2 * X2),
        (r"\sigma(x_1)^2", SIGMA(X1) ** 2),
        (r"1 - \tanh(b)^2", 1 - sympy.tanh(B) ** 2),
        (r"-\frac{1}{2} (x_1 - b)^{-1}", -1 / (2 * (X1 - B))),
        (r"\sqrt{x_1^2 + x_2^2}", sympy.sqrt(X1**2 + X2**2)),
        (r"w_{1,1} (b - x_1) (1 - b)", W11 * (B - X1) * (1 - B)),
    ],
)
def test_what_latex2sympy2_misreads_alone_is_read_faithfully(latex: str, meant: object) -> None:
    """Applications, primes, powers before brackets and e^x survive the detour over placeholders."""
    assert compare(latex, meant, NAMES, FUNCTIONS).answer is Answer.AGREE


@pytest.mark.parametrize(
    "latex",
    [
        r"\sum_{k=1}^{n} x_1",
        "q x_1",
        "x_1 = x_2",
        "1E100000000",
        r"\gcd(9, 3)",
        r"\begin{vmatrix} x_1 \end{vmatrix}",
        r"x_1'",
        r"\operatorname{eye}(10)",
        "x_1 )",
        "x_1 +",
        "x_1" * 4000,
        "",
    ],
)
def test_what_must_not_be_asked_is_refused(latex: str) -> None:
    """Text outside the whitelist, of giant length or without meaning is refused with a reason, never guessed."""
    verdict = compare(latex, X1, NAMES, FUNCTIONS)
    assert verdict.answer is Answer.NOT_AVAILABLE
    assert verdict.reason


def test_a_missing_library_is_not_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a reader the answer is 'not available' with what each one lacks."""
    monkeypatch.delitem(sys.modules, "latex2sympy2", raising=False)
    monkeypatch.setattr(second_reader, "_found", [])
    monkeypatch.setattr(second_reader.importlib.util, "find_spec", lambda name: None)
    verdict = compare("x_1", X1, NAMES)
    why = "latex2sympy2 is not installed; latex2sympy2-extended is not installed"
    assert verdict == second_reader.Verdict(Answer.NOT_AVAILABLE, why)


def fails(text: str) -> object:
    raise KeyError(text)  # as a parser does whose runtime is another one than it was made for


@pytest.mark.parametrize(("read", "what"), [(fails, "does not work"), (lambda _: X1, "misreads")])
def test_where_latex2sympy2_does_not_work_the_other_one_answers_and_is_named(
    read: Callable[[str], object], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader is tried out first; where none is left the reason says what is installed beside it."""
    works = second_reader._latex2sympy2()
    broken = second_reader.Reader("latex2sympy2", read)
    readers = {"latex2sympy2": lambda: broken, "another": lambda: second_reader.Reader("another", works.read)}
    monkeypatch.setattr(second_reader, "_found", [])
    monkeypatch.setattr(second_reader, "_READERS", readers)
    assert compare("x_1", X1, NAMES) == second_reader.Verdict(Answer.AGREE, reader="another")
    assert "another reads entry (1, 1)" in compare("x_1", X2, NAMES).reason
    del readers["another"]
    second_reader._found.clear()
    verdict = compare("x_1", X1, NAMES)
    assert verdict.answer is Answer.NOT_AVAILABLE
    assert f"latex2sympy2 {what} with antlr4-python3-runtime" in verdict.reason


def test_what_a_reader_prints_reaches_nobody(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its runtime prints that versions disagree, on standard output; what other threads print is not lost."""
    works = second_reader._latex2sympy2()

    def loud(text: str) -> object:
        sys.stdout.write("ANTLR runtime and generated code versions disagree: 4.9.3!=4.7.2\n")
        sys.stderr.write("line 1:2 no viable alternative\n")
        other = threading.Thread(target=print, args=("a result of another thread",))
        other.start()
        other.join()
        return works.read(text)

    monkeypatch.setattr(second_reader, "_found", [])
    monkeypatch.setattr(second_reader, "_READERS", {"loud": lambda: second_reader.Reader("loud", loud)})
    assert compare("x_1", X1, NAMES).answer is Answer.AGREE
    out, err = capfd.readouterr()
    assert set(out.splitlines()) == {"a result of another thread"}
    assert err == ""


def test_globals_are_put_back() -> None:
    """What another user of latex2sympy2 has set is as it was after a reading."""
    second_reader.reader()
    library = sys.modules["latex2sympy2"]
    library.set_variances({sympy.Symbol("x_1"): sympy.MatrixSymbol("x_1", 2, 2)})
    second_reader._answer.cache_clear()
    try:
        before = {name: getattr(library, name) for name in second_reader._STATE}
        assert compare("x_1 + b", X1 + B, NAMES).answer is Answer.AGREE
        assert {name: getattr(library, name) for name in second_reader._STATE} == before
    finally:
        library.set_variances({})


def test_threads_do_not_mix() -> None:
    """Readings in several threads give each its own answer."""
    answers: list[Answer] = []
    second_reader._answer.cache_clear()

    def read(k: int) -> None:
        answers.append(compare(f"x_{1 + k % 2} + {k}", (X1, X2)[k % 2] + k, NAMES).answer)

    threads = [threading.Thread(target=read, args=(k,)) for k in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert answers == [Answer.AGREE] * 12


def test_entries_of_one_form_are_read_once() -> None:
    """The parser, which takes a tenth of a second, sees the four entries of (W_ij x_j) as one text."""
    entries = sympy.Matrix(2, 2, lambda i, j: sympy.Symbol(f"W_{{{i + 1},{j + 1}}}") * (X1, X2)[j])
    names = {f"W_{{{i},{j}}}": sympy.Symbol(f"W_{{{i},{j}}}") for i in (1, 2) for j in (1, 2)}
    printed = r"\begin{pmatrix} W_{1,1} x_1 & W_{1,2} x_2 \\ W_{2,1} x_1 & W_{2,2} x_2 \end{pmatrix}"
    second_reader._answer.cache_clear()
    assert compare(printed, entries, names | NAMES).answer is Answer.AGREE
    assert second_reader._answer.cache_info().misses == 1
    swapped = entries.T
    assert compare(printed, swapped, names | NAMES).answer is Answer.DISAGREE


def test_importing_symjac_does_not_import_the_library() -> None:
    """latex2sympy2 is imported only when it is first asked, and then without warnings or a left-over shim."""
    code = (
        "import sys, typing; before = sys.modules.get('typing.io');"
        "import symjac, symjac.second_reader as s; assert 'latex2sympy2' not in sys.modules;"
        "import sympy; x = sympy.Symbol('x'); assert s.compare('x', x, {'x': x}).answer is s.Answer.AGREE;"
        "assert sys.modules.get('typing.io') is before"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_users_module_called_gen_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module called gen that is already there neither breaks the import nor is lost."""
    mine = types.ModuleType("gen")
    for name in [n for n in sys.modules if n == "latex2sympy2" or n.split(".")[0] == "gen"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "gen", mine)
    assert compare("x_1", X1, NAMES).answer is Answer.AGREE
    assert sys.modules["gen"] is mine


LEAVES = [Symbol("x_1"), Symbol("b"), Symbol("w_{1,1}")]


def scalar(rng: random.Random, depth: int) -> Expr:
    """A random scalar expression."""
    if depth == 0:
        return rng.choice(LEAVES) if rng.random() < 0.8 else Number(rng.randint(1, 3))
    a, b = scalar(rng, depth - 1), scalar(rng, rng.randint(0, depth - 1))
    return rng.choice(
        [
            lambda: Sum(a, b),
            lambda: Product(a, b),
            lambda: Sum(a, Product(Number(-1), b)),
            lambda: EntryPower(a, Number(2)),
            lambda: Apply(Function(r"\sigma", rng.randint(0, 1)), a),
            lambda: Apply(ACTIVATIONS["tanh"].function, a),
            lambda: Apply(ACTIVATIONS["exp"].function, a),
        ]
    )()


def test_random_scalars_are_read_as_printed() -> None:
    """What the typesetter prints for random scalars is read as the expression, or not read at all."""
    rng = random.Random(7)
    written = Written({})
    agreed = 0
    for _ in range(60):
        e = scalar(rng, 3)
        verdict = compare(
            typeset.latex(e), written.scalar(e), {k: sympy.Symbol(k) for k in ("x_1", "b", "w_{1,1}")}, FUNCTIONS
        )
        assert verdict.answer is not Answer.DISAGREE, (typeset.latex(e), verdict.reason)
        agreed += verdict.answer is Answer.AGREE
    assert agreed >= 50
