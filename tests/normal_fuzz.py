"""Random expressions, sound rewritings of them, and their values modulo a large prime."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any, cast

from symjac.expr import (
    ONE,
    SCALAR,
    Apply,
    Diag,
    Diagonal,
    Dim,
    EntryPower,
    Expr,
    Function,
    Hadamard,
    Identity,
    Number,
    Ones,
    Product,
    Shape,
    Stack,
    Sum,
    Symbol,
    Trace,
    Transpose,
    dim,
)
from symjac.functions import ACTIVATIONS
from symjac.normal import Form
from symjac.normal.atoms import COL, ROW, Atom, Component, size_of, slot, tables
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.rings import Rationals
from tests.prime import P, PrimeField, Residue

N, M = dim("n"), dim("m")
F, G = Function("f"), Function("g")
TANH = Function(r"\tanh", 0, "tanh")
SIGMOID = Function(r"\operatorname{sigmoid}", 0, "sigmoid")
FUNCTIONS = [F, F.derivative(), G, TANH, SIGMOID.derivative()]


def values(e: Expr, seed: int, sizes: dict[str, int]) -> Matrix:
    """The value modulo P; expressions with one seed and sizes see the same symbols and functions."""
    return evaluator(seed, sizes).matrix(e)


def evaluator(seed: int, sizes: dict[str, int]) -> Evaluator:
    def leaf(s: Symbol, rows: int, cols: int, numbers: Rationals) -> Matrix:
        # Any function of (symbol, seed, position) will do, as long as it is the same one for both sides.
        stream = random.Random(f"{seed} {s.name} {s.shape}")
        return [[Residue(stream.randrange(P)) for _ in range(cols)] for _ in range(rows)]

    return Evaluator(PrimeField(seed), sizes, leaf, {})


def same_values(a: Expr, b: Expr, seed: int, sizes: dict[str, int]) -> bool:
    at = evaluator(seed, sizes)
    return at.matrix(a) == at.matrix(b)


class Maker:
    """Random expressions of a given shape over two sizes."""

    def __init__(self, seed: int, *, powers: bool = True, stacks: bool = True) -> None:
        self.random = random.Random(seed)
        self.powers = powers
        self.stacks = stacks

    def make(self, shape: Shape, depth: int) -> Expr:
        choices = self.leaves(shape) if depth <= 0 else self.inner(shape, depth)
        return self.random.choice(choices)()

    def size(self) -> Dim:
        return self.random.choice([N, N, M])

    def leaves(self, shape: Shape) -> list[Callable[[], Expr]]:
        rows, cols = shape
        letters = "abc" if shape == SCALAR else "xyz" if ONE in shape else "ABC"
        out: list[Callable[[], Expr]] = [lambda: Symbol(self.random.choice(letters), shape)] * 4
        if shape == SCALAR:
            return [*out, lambda: Number(self.random.choice([-1, 2, Fraction(1, 3)])), lambda: Symbol("n")]
        if rows == cols:
            out += [lambda: Identity(rows), lambda: Diag(Symbol("x", (rows, ONE)))]
        return [*out, lambda: Ones(rows, cols)]

    def inner(self, shape: Shape, depth: int) -> list[Callable[[], Expr]]:
        rows, cols = shape
        deep, low = depth - 1, self.random.randrange(depth)
        out: list[Callable[[], Expr]] = [
            lambda: Sum(self.make(shape, deep), self.make(shape, low)),
            lambda: Hadamard(self.make(shape, deep), self.make(shape, low)),
            lambda: Transpose(self.make((cols, rows), deep)),
            lambda: Apply(
                self.random.choice([F, F.derivative(), G, TANH, SIGMOID.derivative()]), self.make(shape, low)
            ),
            lambda: Product(self.make(SCALAR, low), self.make(shape, deep)),
        ]
        if self.powers:
            out.append(lambda: EntryPower(self.make(shape, low), Number(self.random.choice([2, -1, 3]))))
        if shape == SCALAR:
            d = self.size()
            out += [
                lambda: Trace(self.make((d, d), deep)),
                lambda: Product(self.make((ONE, d), deep), self.make((d, ONE), low)),
            ]
        else:
            out += [self.product(shape, deep, low)] * 3
        if rows == cols and shape != SCALAR:
            out.append(lambda: Diag(self.make((rows, ONE), deep)))
        if cols == ONE and shape != SCALAR:
            out.append(lambda: Diagonal(self.make((rows, rows), deep)))
        return out

    def product(self, shape: Shape, deep: int, low: int) -> Callable[[], Expr]:
        d = self.size()

        def stacked() -> Expr:
            wide = Symbol("Q", (shape[0], d + M))
            return Product(wide, Stack(self.make((d, shape[1]), low), self.make((M, shape[1]), low)))

        if self.stacks and self.random.random() < 0.1 and shape[0] != ONE:
            return stacked
        return lambda: Product(self.make((shape[0], d), deep), self.make((d, shape[1]), low))

    # ------------------------------------------------------------------------------- sound rewriting

    def rewrite(self, e: Expr) -> Expr:
        """Another expression of the same value, by random laws at random places."""
        if not e.args:
            return Transpose(Transpose(e)) if self.random.random() < 0.1 else e
        args = tuple(self.rewrite(a) for a in e.args)
        e = e.with_args((args[0], e.args[1]) if isinstance(e, EntryPower) else args)
        laws = LAWS.get(type(e), ())
        if laws and self.random.random() < 0.7:
            return self.random.choice(laws)(e)
        return e


def _shuffled(e: Expr) -> Expr:
    return e.with_args(e.args[::-1])


def _distribute(e: Expr) -> Expr:
    for k, a in enumerate(e.args):
        if isinstance(a, Sum):
            return Sum(*(e.with_args((*e.args[:k], t, *e.args[k + 1 :])) for t in a.args))
    return e


def _nest(e: Expr) -> Expr:
    """a (b c) is (a b) c for matrices that all have sizes."""
    a, b = e.args[0], e.args[-1]
    if len(e.args) == 2 and isinstance(b, Product) and all(f.is_matrix for f in (a, *b.args)):
        return Product(Product(a, b.args[0]), *b.args[1:])
    return e


def _transposed_product(e: Expr) -> Expr:
    if any(f.is_scalar for f in e.args) or e.is_scalar:
        return e
    return Transpose(Product(*(Transpose(f) for f in reversed(e.args))))


def _scaled_rows(e: Expr) -> Expr:
    a, b = e.args[0], e.args[-1]
    if len(e.args) == 2 and isinstance(a, Diag) and b.is_matrix:
        return Hadamard(Product(a.arg, Transpose(Ones(b.cols))), b)
    return e


def _moved_transpose(e: Expr) -> Expr:
    a = e.args[0]
    if isinstance(a, Sum | Hadamard):
        return a.with_args(tuple(Transpose(t) for t in a.args))
    if isinstance(a, Apply):
        return Apply(a.function, Transpose(a.arg))
    return a if isinstance(a, Diag) else e


def _split_diag(e: Expr) -> Expr:
    a = e.args[0]
    if isinstance(a, Sum):
        return Sum(*(Diag(t) for t in a.args))
    if isinstance(a, Hadamard):
        return Product(*(Diag(t) for t in reversed(a.args)))
    return e


def _square(e: Expr) -> Expr:
    base, exponent = e.args
    if exponent == Number(2):
        return Hadamard(base, base)
    return EntryPower(EntryPower(base, Number(-1)), Product(Number(-1), exponent))


def _rolled(e: Expr) -> Expr:
    a = e.args[0]
    if isinstance(a, Product) and len(a.args) == 2 and not any(f.is_scalar for f in a.args):
        return Trace(Product(a.args[1], a.args[0]))
    return Trace(Transpose(a))


LAWS: dict[type[Expr], tuple[Callable[[Any], Expr], ...]] = {
    Sum: (_shuffled,),
    Hadamard: (_shuffled, _distribute),
    Product: (_distribute, _nest, _transposed_product, _scaled_rows),
    Transpose: (_moved_transpose,),
    Diag: (_split_diag,),
    EntryPower: (_square,),
    Trace: (_rolled,),
}


# ------------------------------------------------------------------- polynomials, by their definition


class PolyValues:
    """The value of a normal form's polynomial: products of atoms, summed over every bound index."""

    def __init__(self, at: Evaluator) -> None:
        self.at = at

    def value(self, p: Mapping[Any, Any], where: Mapping[int, int]) -> Any:
        out = Residue(0)
        for mono, c in p.items():
            term = self.at.number(Fraction(c))
            for k, e in mono:
                term = term * self.at.power(self.component(tables.components[k], where), Fraction(e))
            out = out + term
        return out

    def component(self, what: Component, where: Mapping[int, int]) -> Any:
        out = Residue(0)
        ranges = [range(self.at.size(size_of(d))) for d in what.bound]
        for bound in product(*ranges):
            term = Residue(1)
            for a, e, ix in what.factors:
                places = tuple(bound[v] if v >= 0 else where[v] for v in ix)
                term = term * self.at.power(self.atom(tables.atoms[a], places), Fraction(e))
            out = out + term
        return out

    def atom(self, a: Atom, places: tuple[int, ...]) -> Any:
        if a.kind == "delta":
            return Residue(int(places[0] == places[1]))
        if a.kind == "symbol":
            name, rows = cast("tuple[str, int]", a.data)
            cols = next(iter(a.dims[bool(rows) :]), 0)
            s = Symbol(name, (size_of(rows), size_of(cols)))
            m = self.at.matrix(s)
            left = iter(places)
            return m[next(left) if rows else 0][next(left) if cols else 0]
        if a.kind == "block":
            structure, k = cast("tuple[tuple[int, ...], int]", a.data)
            before = sum(self.at.size(size_of(d)) for d in structure[:k])
            return Residue(int(places[0] == before + (places[1] if len(places) > 1 else 0)))
        inner = self.value(dict(a.args[0]), {slot(k): v for k, v in enumerate(places)})
        if a.kind in ("base", "wrap"):
            return inner
        assert a.kind == "function", a.kind
        known, name, order = cast("tuple[str, str, int]", a.data)
        latex = ACTIVATIONS[known].latex if known else name
        return self.at.function(Function(latex, order, known or None), inner)


def form_values(form: Form, seed: int, sizes: dict[str, int]) -> Matrix:
    """The written-out values of a normal form."""
    at = evaluator(seed, sizes)
    rows, cols = (at.size(d) for d in form.shape)
    poly = PolyValues(at)
    return [[poly.value(form.poly, {ROW: i, COL: j}) for j in range(cols)] for i in range(rows)]
