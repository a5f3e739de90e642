"""By entries at small sizes: SymPy's scalar derivatives of the written-out system against the closed form.

The system is written out with every value of a known function, and every argument that is no plain
symbol, under a symbol of its own; the chain rule then runs over scalars in the order in which these
depend on each other. The closed form is written out over the same symbols, so that what is compared
are polynomials or small rational functions. Nothing here knows of matrices, layouts or rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import sympy

from symjac import expr, limits
from symjac.errors import Defect, NotYetError
from symjac.explicit import Grid, Written
from symjac.expr import Expr, Function, Symbol
from symjac.functions import ACTIVATIONS, derivative

DIGITS = 60
# Terms that are multiplied out, in all and in one entry; beyond that numbers with many digits decide.
IN_ALL, AT_ONCE = 4_000, 1_000
# Written-out entries beyond this size in all are not looked at: SymPy would take minutes.
NODES = 15_000
# What a quotient whose denominator is zero at a size becomes; its derivative by what it does not hold would be zero.
NO_VALUE = (sympy.nan, sympy.zoo, sympy.oo, sympy.S.NegativeInfinity)
U, Y = sympy.Symbol("u", real=True), sympy.Symbol("y", real=True)
# Where the pieces of a function made of straight lines lie, as points well inside each piece.
PIECES = {
    "hardtanh": (-3, sympy.Rational(-1, 3), sympy.Rational(2, 5), 2),
    "relu6": (-2, sympy.Rational(1, 3), 4, 9),
    "hardsigmoid": (-5, sympy.Rational(-1, 3), 2, 7),
}


@dataclass(frozen=True)
class Verdict:
    """Whether all entries agree, and whether that was decided exactly or by digits at a random point.

    ``agree`` is ``None`` where the derivative does not exist (layer normalisation of one entry, say).
    """

    agree: bool | None
    exact: bool
    entry: tuple[int, int] | None = None


class Scalars(Written):
    """Writes out over symbols that stand for function values and arguments.

    ``meaning`` maps an argument's symbol to the expression it stands for; ``value`` maps a function
    value's symbol to (row key, argument).
    """

    def __init__(self, sizes: Mapping[str, int], definitions: Mapping[Symbol, Expr]) -> None:
        super().__init__(sizes, definitions, leaf=_real)
        self.meaning: dict[Any, Any] = {}
        self.value: dict[Any, tuple[str, Any]] = {}
        self._arguments: dict[Any, Any] = {}
        self._values: dict[tuple[str, Any], Any] = {}
        self._slopes: dict[Any, dict[Any, Any]] = {}
        self.budget = IN_ALL

    def argument(self, a: Any) -> Any:
        """A symbol for an argument; one that is a symbol or a number already stays."""
        if a.is_Symbol or a.is_number:
            return a
        if a not in self._arguments:
            u = self._arguments[a] = sympy.Dummy(f"u{len(self._arguments)}", real=True)
            self.meaning[u] = a
        return self._arguments[a]

    def known(self, key: str, a: Any) -> Any:
        u = self.argument(a)
        if u.is_number:
            return ACTIVATIONS[key].sympy(u)
        if (key, u) not in self._values:
            y = self._values[key, u] = sympy.Dummy(f"{key}{len(self._values)}", real=True)
            self.value[y] = (key, u)
        return self._values[key, u]

    def function(self, f: Function) -> Callable[[Any], Any]:
        if f.known is None:
            plain = super().function(f)
            return lambda a: plain(self.argument(a))
        key = f.known
        if f.order == 0:
            return lambda a: self.known(key, a)
        form = derivative(Function(f.name, f.order - 1, key), Symbol("u"))
        return lambda a: self.form(form, self.argument(a))

    def form(self, form: Expr, u: Any, y: Any = None) -> Any:
        """A scalar expression in u (and y) of the table, written out."""
        leaves = {"u": u, "y": y}
        inner = Scalars({}, {})
        inner.leaf = lambda name: leaves[name]
        inner.meaning, inner.value = self.meaning, self.value
        inner._arguments, inner._values = self._arguments, self._values
        return inner.scalar(form)

    def slope(self, s: Any, wrt: Any) -> Any:
        """The derivative of a symbol by an entry of the variable: table, chain rule and SymPy's ``diff``."""
        if s == wrt:
            return sympy.S.One
        known = self._slopes.setdefault(wrt, {})
        if s not in known:
            if s in self.value:
                key, u = self.value[s]
                inner = self.slope(u, wrt)
                outer = self.table(key, u, s) if inner != 0 else 0
                known[s] = sympy.Mul(outer, inner)
            else:
                known[s] = self.total(self.meaning[s], wrt) if s in self.meaning else sympy.S.Zero
        return known[s]

    def table(self, key: str, u: Any, y: Any) -> Any:
        """f'(u) as the table has it, once SymPy has confirmed it for all u."""
        if not confirmed(key):
            raise Defect(
                f"the table's derivative of {key} is not SymPy's; this is a defect of symjac",
                roads=("the table of functions", "SymPy's scalar derivatives"),
            )
        return self.form(ACTIVATIONS[key].derivative(Symbol("u"), Symbol("y")), u, y)

    def total(self, e: Any, wrt: Any) -> Any:
        """The total derivative of a written-out expression."""
        terms = []
        for s in sorted(e.free_symbols, key=str):
            slope = self.slope(s, wrt)
            if slope != 0:
                terms.append(sympy.Mul(sympy.diff(e, s), slope))
        return sympy.Add(*terms)

    # The nodes that hold functions of their own use the same symbols for their values.

    def exps(self, e: Expr) -> list[Any]:
        return [self.known("exp", a) for row in self(e) for a in row]

    def node(self, e: Expr) -> Grid:
        if isinstance(e, Symbol) and e in self.definitions:
            grid = self.defined(e)
            # What is made of function values is short already, and equations between such values must show.
            return grid if isinstance(self.definitions[e], expr.Softmax) else self.map(self.argument, grid)
        if isinstance(e, expr.Softmax):
            exps = self.exps(e.arg)
            return [[a / sympy.Add(*exps)] for a in exps]
        if isinstance(e, expr.LogSumExp):
            return [[self.known("log", sympy.Add(*self.exps(e.arg)))]]
        if isinstance(e, expr.EntryPower) and not self.scalar(e.exponent).is_Integer:
            exponent = self.scalar(e.exponent)
            return self.map(lambda a: self.argument(a) ** exponent, self(e.base))
        if isinstance(e, expr.Norm):
            return [[sympy.sqrt(self.argument(sympy.Add(*(a**2 for row in self(e.arg) for a in row))))]]
        return super().node(e)

    def opened(self, e: Any) -> Any:
        """The expression with every symbol for an argument replaced by what it stands for; ``None`` if it grows long.

        Values and derivatives of unspecified functions stay over their arguments' symbols.
        """
        kinds = (sympy.Derivative, sympy.Subs, sympy.core.function.AppliedUndef)
        while True:
            kept = {f: sympy.Dummy() for f in e.atoms(*kinds)}
            inner = e.xreplace(kept)
            if not any(s in self.meaning for s in inner.free_symbols):
                return e
            e = inner.xreplace(self.meaning).xreplace({d: f for f, d in kept.items()})
            if _nodes(e, {}) > NODES:
                return None

    def affords(self, e: Any, most: int) -> bool:
        """Whether an expression is short enough to be multiplied out."""
        terms = limits.terms(e)
        if terms > min(most, self.budget):
            return False
        self.budget -= terms
        return True

    def digits(self, e: Any, count: int) -> Any:
        """The expression at a random rational point, to so many digits."""
        known: dict[Any, Any] = {}

        def number(s: Any) -> Any:
            if s not in known:
                if s in self.value:
                    key, u = self.value[s]
                    known[s] = ACTIVATIONS[key].sympy(number(u)).evalf(count)
                elif s in self.meaning:
                    known[s] = at(self.meaning[s])
                else:
                    # Fixed by the name, so that a run can be repeated.
                    known[s] = sympy.Rational(sum(map(ord, s.name)) * 7919 % 97 + 20, 101)
            return known[s]

        def at(a: Any) -> Any:
            a = a.replace(lambda f: isinstance(f, sympy.Derivative | sympy.Subs), _stand_in)
            a = a.replace(lambda f: isinstance(f, sympy.core.function.AppliedUndef), _stand_in)
            return a.xreplace({s: number(s) for s in a.free_symbols}).evalf(count)

        return at(e)


def _nodes(e: Any, counted: dict[Any, int]) -> int:
    """The size of an expression as a tree; shared parts are counted each time but looked at once."""
    if e not in counted:
        counted[e] = 1 + sum(_nodes(a, counted) for a in e.args)
    return counted[e]


@lru_cache(maxsize=10_000)
def _real(name: str) -> Any:
    return sympy.Symbol(name, real=True)


def _stand_in(f: Any) -> Any:
    """sin(z + k) for the k-th derivative of an unspecified function of z = its argument."""
    if isinstance(f, sympy.Subs):
        f = f.expr.xreplace(dict(zip(f.variables, f.point, strict=True)))
    order = len(f.variables) if isinstance(f, sympy.Derivative) else 0
    call = f.expr if isinstance(f, sympy.Derivative) else f
    return sympy.sin(sum(call.args) + order + sum(map(ord, call.func.__name__)))


@cache
def confirmed(key: str) -> bool:
    """Whether SymPy's derivative of a row's function is the table's, on every piece."""
    row = ACTIVATIONS[key]
    told = Written({}, leaf=lambda name: {"u": U, "y": row.sympy(U)}[name])
    difference = row.sympy(U).diff(U) - told.scalar(row.derivative(Symbol("u"), Symbol("y")))
    if key in PIECES:
        return all(difference.subs(U, p) == 0 for p in PIECES[key])
    if row.excluded is None and not difference.has(sympy.Max, sympy.Min, sympy.Heaviside, sympy.Abs):
        return _vanishes(difference)
    positive = sympy.Symbol("p", positive=True)
    return all(_vanishes(difference.subs(U, side)) for side in (positive, -positive))


def _vanishes(e: Any) -> bool:
    e = e.rewrite(sympy.exp).doit()
    return bool(e.as_numer_denom()[0].expand() == 0 or sympy.simplify(e) == 0)


def compare(
    of: Symbol, wrt: Symbol, closed: Expr, definitions: Mapping[Symbol, Expr], sizes: Mapping[str, int]
) -> Verdict:
    """The written-out closed form against the scalar derivatives of the written-out system, entry by entry."""
    scalars = Scalars(sizes, definitions)
    left = scalars(definitions.get(of, of))
    by = Written(sizes, leaf=_real)(wrt)
    told = scalars(closed)
    counted: dict[Any, int] = {}
    if any(sum(_nodes(a, counted) for row in grid for a in row) > NODES for grid in (left, told)):
        raise NotYetError(f"the written-out entries have more than {NODES} terms and factors")
    if any(a.has(*NO_VALUE) for grid in (left, told) for row in grid for a in row):
        return Verdict(None, True)
    exact = True
    outputs = [a for row in left for a in row]
    inputs = [a for row in by for a in row]
    matrix = wrt.cols != expr.ONE
    for j, x in enumerate(inputs):
        for i, y in enumerate(outputs):
            # A scalar by a matrix of shape (p, q) is laid out as (q, p).
            at = (j % len(by[0]), j // len(by[0])) if matrix else (i, j)
            difference = scalars.total(y, x) - told[at[0]][at[1]]
            zero, so_far = _is_zero(scalars, difference)
            if zero is None:
                return Verdict(None, True)
            if not zero:
                return Verdict(False, so_far, (at[0] + 1, at[1] + 1))
            exact = exact and so_far
    return Verdict(True, exact)


def _is_zero(scalars: Scalars, e: Any) -> tuple[bool | None, bool]:
    """(whether the expression vanishes, whether that was decided exactly); ``None`` if it has no value."""
    if scalars.affords(e, AT_ONCE) and sympy.expand(e) == 0:
        return True, True
    # Numbers decide quickly whether looking for an exact argument is worth while.
    digits = scalars.digits(e, DIGITS)
    if not digits.is_finite:
        return None, True
    if abs(digits) > sympy.Float(10) ** (10 - DIGITS):
        # Large terms that cancel leave what rounding left of them, which more digits make less of.
        again = scalars.digits(e, 3 * DIGITS)
        if abs(again) > abs(digits) / 2:
            return False, True
    for form in (e, scalars.opened(e)):
        if (
            form is not None
            and scalars.affords(form, AT_ONCE // 10)
            and sympy.expand(sympy.numer(sympy.together(form))) == 0
        ):
            return True, True
    return True, False
