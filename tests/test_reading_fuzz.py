"""Printing and reading back gives the expression back, damage is noticed, and no text breaks the reader."""

from __future__ import annotations

import contextlib
import json
import random
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from symjac import expr
from symjac.errors import SymjacError
from symjac.expr import ONE, Apply, Diag, Expr, Function, Number, Product, Softmax, Stack, Symbol, Trace, dim
from symjac.normal import equal
from symjac.reading import Reading, read_expression, read_system
from symjac.typeset import latex
from tests.work import counted

N, M = dim("n"), dim("m")
SPELLINGS = [
    json.loads(line)["latex"]
    for line in (Path(__file__).parent / "data" / "spellings.jsonl").read_text(encoding="utf-8").splitlines()
]
VECTORS = {"n": ["h_{t-1}", "h_t", "b", r"\tilde{c}_t", r"b_{\mathrm{in}}"], "m": ["x_t", "u", r"s^{(k)}"]}
MATRICES = {
    ("n", "n"): ["W", "V"], ("n", "m"): ["U", r"W_{\mathrm{in}}"], ("m", "n"): ["C"], ("m", "m"): ["D_1"],
}  # fmt: skip
SCALARS = [r"\alpha", r"\beta_1"]
FUNCTIONS = [Function(r"\sigma"), Function(r"\sigma", 1), Function(r"\tanh", 0, "tanh"), Function("f", 0)]


@pytest.fixture(scope="module")
def context() -> Reading:
    symbols = {name: f"vector {size}" for size, names in VECTORS.items() for name in names}
    symbols |= {name: f"matrix {r} {c}" for (r, c), names in MATRICES.items() for name in names}
    symbols |= dict.fromkeys(SCALARS, "scalar") | {r"\sigma": "elementwise", "f": "elementwise"}
    return read_system(["h_t = W h_{t-1} + b"], symbols)


class Maker:
    """Random well-typed expressions over the symbols of the context."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def size(self, name: str) -> expr.Dim:  # type: ignore[name-defined]  # SymPy's expressions under expr's name
        return {"n": N, "m": M}[name]

    def scalar(self, depth: int) -> Expr:
        pick = self.random.randrange(6) if depth > 0 else self.random.randrange(2)
        if pick == 0:
            return Symbol(self.random.choice(SCALARS))
        if pick == 1:
            return Number(Fraction(self.random.randint(2, 9), self.random.choice([1, 2])))
        if pick == 2:
            return expr.Norm(self.vector("n", depth - 1))
        if pick == 3:
            return Trace(self.matrix("n", "n", depth - 1))
        if pick == 4:
            return expr.add(self.scalar(depth - 1), Symbol(r"\alpha"))
        v = self.vector("m", depth - 1)
        return Product(expr.transpose(v), self.vector("m", depth - 1))

    def vector(self, size: str, depth: int) -> Expr:
        pick = self.random.randrange(9) if depth > 0 else 0
        other = self.random.choice("nm")
        makers: list[Callable[[], Expr]] = [
            lambda: Symbol(self.random.choice(VECTORS[size]), (self.size(size), ONE)),
            lambda: expr.mul(self.matrix(size, other, depth - 1), self.vector(other, depth - 1)),
            lambda: expr.add(self.vector(size, depth - 1), self.vector(size, depth - 1)),
            lambda: expr.hadamard(self.vector(size, depth - 1), self.vector(size, depth - 1)),
            lambda: Apply(self.random.choice(FUNCTIONS), self.vector(size, depth - 1)),
            lambda: expr.sub(expr.Ones(self.size(size)), self.vector(size, depth - 1)),
            lambda: expr.mul(self.scalar(depth - 1), self.vector(size, depth - 1)),
            lambda: Softmax(self.vector(size, depth - 1)),
            lambda: expr.power(self.vector(size, depth - 1), 2),
        ]
        return makers[pick]()

    def matrix(self, rows: str, cols: str, depth: int) -> Expr:
        pick = self.random.randrange(7) if depth > 0 else self.random.randrange(2)
        other = self.random.choice("nm")
        shape = self.size(rows), self.size(cols)
        if pick == 0:
            return Symbol(self.random.choice(MATRICES[rows, cols]), shape)
        if pick == 1:
            return expr.transpose(Symbol(self.random.choice(MATRICES[cols, rows]), shape[::-1]))
        if pick == 2:
            return expr.mul(self.matrix(rows, other, depth - 1), self.matrix(other, cols, depth - 1))
        if pick == 3:
            return expr.add(self.matrix(rows, cols, depth - 1), self.matrix(rows, cols, depth - 1))
        if pick == 4:
            return expr.mul(Diag(self.vector(rows, depth - 1)), self.matrix(rows, cols, depth - 1))
        if pick == 5:
            return expr.mul(self.matrix(rows, cols, depth - 1), Diag(self.vector(cols, depth - 1)))
        return expr.mul(self.vector(rows, depth - 1), expr.transpose(self.vector(cols, depth - 1)))

    def any(self) -> Expr:
        rows, cols = self.random.choice("nm"), self.random.choice("nm")
        kinds: list[Callable[[], Expr]] = [
            lambda: self.matrix(rows, cols, 3),
            lambda: self.vector(rows, 3),
            lambda: Stack(self.vector("n", 2), self.vector("m", 1)),
        ]
        return self.random.choice(kinds)()


@pytest.mark.parametrize("block", range(20))
def test_printing_and_reading_back_gives_the_expression_back(block: int, context: Reading) -> None:
    """2,000 random expressions come back with the same meaning and without a note."""
    for seed in range(100 * block, 100 * block + 100):
        e = Maker(seed).any()
        printed = latex(e)
        again, notes = read_expression(printed, context)
        assert notes == (), printed
        assert again == e or equal(again, e), printed


DAMAGES: list[tuple[str, str]] = [
    (r"\^\{\\top\}", ""),  # a transpose lost
    (r"'", ""),  # a prime lost
    (r"\\operatorname\{diag\}", ""),  # a diagonal lost
    (r"\)", ""),  # a bracket lost
    (r"\(", ""),
    (r"t-1", "t+1"),  # an index moved
    (r" - ", " + "),  # a sign turned
    (r" \+ ", " - "),
    (r" \\odot ", " "),  # an entrywise product turned into a product
    (r"\bW\b", "V"),  # a name changed
    (r"\bU\b", r"W_{\mathrm{in}}"),
    (r"\b2\b", "3"),
]


@pytest.mark.parametrize(("pattern", "replacement"), DAMAGES, ids=range(len(DAMAGES)))
def test_every_damaged_print_is_noticed(pattern: str, replacement: str, context: Reading) -> None:
    """A print with one thing changed is refused, noted, or read as something else."""
    damaged = 0
    for seed in range(150):
        e = Maker(seed).any()
        printed = latex(e)
        places = list(re.finditer(pattern, printed))
        if not places:
            continue
        place = random.Random(seed).choice(places)
        text = printed[: place.start()] + replacement + printed[place.end() :]
        damaged += 1
        try:
            again, notes = read_expression(text, context)
        except SymjacError:
            continue
        assert notes or not equal(again, e), (printed, text)
    assert damaged > 5


@pytest.mark.parametrize("seed", range(12))
def test_no_mangled_text_breaks_the_reader(seed: int) -> None:
    """Spellings with characters dropped, doubled and exchanged are read or refused after little work, never worse."""
    chance = random.Random(seed)
    for _ in range(60):
        text = list(chance.choice(SPELLINGS))
        for _ in range(chance.randint(1, 6)):
            k = chance.randrange(len(text))
            text[k] = chance.choice(["", text[k] * 2, chance.choice(text), chance.choice(r"\{}()[]_^&'|,;=+-*/.Wx1 ")])
        with counted(200_000), contextlib.suppress(SymjacError):
            read_system(["".join(text)])
