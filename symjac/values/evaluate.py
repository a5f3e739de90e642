"""The written-out value of an expression at given sizes, in any kind of number.

Derivatives are taken by dual numbers, not by rules of matrix calculus, so that they are a third
opinion beside the derivation and the normal form.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from math import factorial, prod
from types import MappingProxyType
from typing import Any, Protocol

import sympy

from symjac import expr as x
from symjac.errors import NotYetError
from symjac.expr import Expr, Function, Index, Symbol
from symjac.functions import ACTIVATIONS, derivative
from symjac.limits import Work
from symjac.values.duals import Dual, move, slope, slopes, tags
from symjac.values.rings import NoValueError, Rationals

Matrix = list[list[Any]]
NOTHING: Mapping[Any, Any] = MappingProxyType({})
ENTRIES = 2_000_000  # so many entries are computed for one question, products of entries in matrix products among them
LARGEST_POWER = 20


def work() -> Work:
    """What the values of one question may cost."""
    return Work(ENTRIES, "the two sides take too many numbers to evaluate")


class Given(Protocol):
    """What a symbol stands for that is computed apart."""

    def value(self, run: Evaluator) -> Matrix:
        """Its value at the point of a run."""
        ...


class Evaluator:
    """``matrix(e)`` is the value of ``e``, rows of entries.

    ``leaf`` gives the values of symbols without a definition, ``given`` those of symbols that stand for what
    is computed apart, at the same point. ``moving`` are the symbols that have a differential (all if ``None``);
    the differential of X is the leaf named ``\\mathrm{d}X``. ``left`` is what the values of
    one question may cost; runs at several points share it.
    """

    def __init__(
        self,
        numbers: Rationals,
        sizes: Mapping[str, int],
        leaf: Callable[[Symbol, int, int, Rationals], Matrix],
        definitions: Mapping[Symbol, Expr],
        moving: frozenset[Symbol] | None = None,
        given: Mapping[Symbol, Given] = NOTHING,
        left: Work | None = None,
    ) -> None:
        self.left = left or work()
        self.numbers = numbers
        self.sizes = sizes
        self.leaf = leaf
        self.definitions = definitions
        self.moving = moving
        self.given = given
        self.fixed: dict[Symbol, Matrix] = {}
        self._still: Evaluator | None = None  # where what no fixed symbol touches has its value already
        self._touched: frozenset[Symbol] = frozenset()
        self.indices: dict[Index, int] = {}
        self._known: dict[Expr, Matrix] = {}
        self._sizes: dict[sympy.Expr, int] = {}

    def size(self, d: sympy.Expr) -> int:
        found = self._sizes.get(d)
        if found is None:
            if isinstance(d, sympy.Symbol):
                found = self.sizes[d.name]
            elif isinstance(d, sympy.Integer):
                found = int(d)
            else:
                found = int(d.subs({s: self.sizes[str(s)] for s in d.free_symbols}))
            self._sizes[d] = found
        return found

    def matrix(self, e: Expr) -> Matrix:
        self.left.spend()
        if self.indices and free_indices(e):
            return VALUES[type(e)](self, e)
        found = self._known.get(e)
        if found is None:
            still = self._still
            if still is not None and not self.indices and self._touched.isdisjoint(e.symbols):
                found = still.matrix(e)
            else:
                self.left.spend(self.size(e.rows) * self.size(e.cols))
                found = VALUES[type(e)](self, e)
            self._known[e] = found
        return found

    def scalar(self, e: Expr) -> Any:
        return self.matrix(e)[0][0]

    def with_fixed(self, values: Mapping[Symbol, Matrix]) -> Evaluator:
        """The same point with other values for some symbols, whatever their definitions say."""
        other = Evaluator(self.numbers, self.sizes, self.leaf, self.definitions, self.moving, self.given, self.left)
        other.fixed = self.fixed | dict(values)
        other.indices = dict(self.indices)
        if not self.indices:
            other._still, other._touched = self, touched(values, self.definitions)
        return other

    def under(self, definitions: Mapping[Symbol, Expr]) -> Evaluator:
        """The same point under other definitions: what these do not define keeps the value that it has here."""
        return Evaluator(self.numbers, self.sizes, lambda s, *_: self.matrix(s), definitions, left=self.left)

    def power(self, a: Any, r: Fraction) -> Any:
        if r == 0:
            return 0 * a + 1
        if isinstance(a, Dual):
            return Dual(a.tag, self.power(a.value, r), a.slope * (self.number(r) * self.power(a.value, r - 1)))
        return self.numbers.power(a, r)

    def real_power(self, a: Any, r: Any) -> Any:
        if isinstance(a, Dual) or isinstance(r, Dual):
            log, exp = (ACTIVATIONS[k].function for k in ("log", "exp"))
            return self.function(exp, r * self.function(log, a))
        return self.numbers.real_power(a, r)

    def number(self, value: int | Fraction) -> Any:
        return self.numbers.number(value if isinstance(value, Fraction) else Fraction(value))

    def function(self, f: Function, a: Any) -> Any:
        if isinstance(a, Dual):
            return Dual(a.tag, self.function(f, a.value), a.slope * self.function(f.derivative(), a.value))
        if f.known is None or f.order == 0:
            return self.numbers.function(f, a)
        z = Symbol("\0z")
        lower = Function(f.name, f.order - 1, f.known)
        alone = Evaluator(self.numbers, self.sizes, self.leaf, NOTHING, left=self.left)
        alone.fixed = {z: [[a]]}
        return alone.scalar(derivative(lower, z))


def touched(symbols: Iterable[Symbol], definitions: Mapping[Symbol, Expr]) -> frozenset[Symbol]:
    """These symbols and every one whose definition uses one of them, directly or not."""
    found = set(symbols)
    while True:
        more = {s for s, e in definitions.items() if s not in found and not found.isdisjoint(e.symbols)}
        if not more:
            return frozenset(found)
        found |= more


@lru_cache(maxsize=10_000)
def free_indices(e: Expr) -> frozenset[Index]:
    """The index letters of an expression that no sum in it binds."""
    own = {k for k in e.indices if isinstance(k, Index)} if isinstance(e, x.Entry | x.Delta) else set()
    out = frozenset(own).union(*(free_indices(a) for a in e.args))
    return out - {e.index} if isinstance(e, x.IndexSum) else out


def _filled(v: Evaluator, e: Expr, value: int) -> Matrix:
    return [[v.number(value)] * v.size(e.cols) for _ in range(v.size(e.rows))]


def _symbol(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, Symbol)
    if e in v.fixed:
        return v.fixed[e]
    if e in v.given:
        return v.given[e].value(v)
    if e in v.definitions:
        known: ChainMap[Any, Any] = ChainMap(v._known, v.fixed, dict(v.given))
        for s in x.deep_below(e, v.definitions, known):
            v.matrix(s)
        return v.matrix(v.definitions[e])
    if e.is_scalar and e.name in v.sizes:
        return [[v.number(v.sizes[e.name])]]
    return v.leaf(e, v.size(e.rows), v.size(e.cols), v.numbers)


def _identity(v: Evaluator, e: Expr) -> Matrix:
    n = v.size(e.rows)
    return [[v.number(int(i == j)) for j in range(n)] for i in range(n)]


def _sum(v: Evaluator, e: Expr) -> Matrix:
    return _entrywise(lambda a, b: a + b, [v.matrix(a) for a in e.args])


def _entrywise(f: Callable[[Any, Any], Any], args: list[Matrix]) -> Matrix:
    out = args[0]
    for m in args[1:]:
        out = [[f(a, b) for a, b in zip(p, q, strict=True)] for p, q in zip(out, m, strict=True)]
    return out


def _times(v: Evaluator, a: Matrix, b: Matrix) -> Matrix:
    v.left.spend(len(a) * len(b) * len(b[0]))
    return [[_added([p * q for p, q in zip(row, col, strict=True)]) for col in zip(*b, strict=True)] for row in a]


def _added(values: list[Any]) -> Any:
    out = values[0]
    for a in values[1:]:
        out = out + a
    return out


def _product(v: Evaluator, e: Expr) -> Matrix:
    scale = v.number(1)
    out: Matrix | None = None
    for f in e.args:
        m = v.matrix(f)
        if f.is_scalar:
            scale = scale * m[0][0]
        else:
            out = m if out is None else _times(v, out, m)
    return [[scale]] if out is None else [[scale * a for a in row] for row in out]


def _entry_power(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.EntryPower)
    base = v.matrix(e.base)
    r = _rational(e.exponent)
    if r is not None:
        return [[v.power(a, r) for a in row] for row in base]
    exponent = v.scalar(e.exponent)
    return [[v.real_power(a, exponent) for a in row] for row in base]


def _rational(e: Expr) -> Fraction | None:
    """The value of an exponent that is a number, however it is written."""
    if isinstance(e, x.Number):
        return e.value
    parts = [_rational(a) for a in e.args] if isinstance(e, x.Sum | x.Product) else [None]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    return sum(known, Fraction(0)) if isinstance(e, x.Sum) else prod(known, start=Fraction(1))


def _matrix_power(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.MatrixPower)
    r = _rational(e.exponent)
    if r is None:  # a letter, which has a value at a point
        value = v.scalar(e.exponent)
        r = next((Fraction(k) for k in range(LARGEST_POWER + 1) if value == k), None)
    if r is None or r.denominator != 1 or abs(r) > LARGEST_POWER:
        raise NoValueError("a power of a matrix that cannot be multiplied out")
    k = int(r)
    base = v.matrix(e.base) if k >= 0 else _inverse(v, v.matrix(e.base))
    out = _identity(v, e)
    for _ in range(abs(k)):
        out = _times(v, out, base)
    return out


def _det(v: Evaluator, m: Matrix) -> Any:
    """By permutations: sizes are small, and nothing is divided by."""
    n = len(m)
    if n > 5:
        raise NoValueError("a determinant of a large matrix")
    v.left.spend(n * factorial(n))
    terms = []
    for p in permutations(range(n)):
        sign = (-1) ** sum(p[i] > p[j] for i in range(n) for j in range(i + 1, n))
        terms.append(sign * prod((m[i][p[i]] for i in range(1, n)), start=m[0][p[0]]))
    total = _added(terms)
    # That of a singular matrix is zero, and what has its inverse or its logarithm has no value there.
    v.numbers.refuse_remainder(_standing(total), [_standing(t) for t in terms])
    return total


def _standing(a: Any) -> Any:
    """A number without the ways in which it moves."""
    while isinstance(a, Dual):
        a = a.value
    return a


def _inverse(v: Evaluator, m: Matrix) -> Matrix:
    n = len(m)
    scale = v.power(_det(v, m), Fraction(-1))
    if n == 1:
        return [[scale]]
    minors = [[[r[:j] + r[j + 1 :] for k, r in enumerate(m) if k != i] for j in range(n)] for i in range(n)]
    return [[scale * (-1) ** (i + j) * _det(v, minors[j][i]) for j in range(n)] for i in range(n)]


def _transpose(v: Evaluator, e: Expr) -> Matrix:
    return [list(r) for r in zip(*v.matrix(e.args[0]), strict=True)]


def _diag(v: Evaluator, e: Expr) -> Matrix:
    m = v.matrix(e.args[0])
    return [[m[i][0] if i == j else v.number(0) for j in range(len(m))] for i in range(len(m))]


def _diagonal(v: Evaluator, e: Expr) -> Matrix:
    m = v.matrix(e.args[0])
    return [[m[i][i]] for i in range(len(m))]


def _trace(v: Evaluator, e: Expr) -> Matrix:
    m = v.matrix(e.args[0])
    return [[_added([m[i][i] for i in range(len(m))])]]


def _norm(v: Evaluator, e: Expr) -> Matrix:
    return [[v.power(_added([a * a for row in v.matrix(e.args[0]) for a in row]), Fraction(1, 2))]]


def _exp(v: Evaluator, e: Expr) -> list[Any]:
    exp = ACTIVATIONS["exp"].function
    return [v.function(exp, a) for row in v.matrix(e) for a in row]


def _softmax(v: Evaluator, e: Expr) -> Matrix:
    weights = _exp(v, e.args[0])
    scale = v.power(_added(weights), Fraction(-1))
    return [[w * scale] for w in weights]


def _logsumexp(v: Evaluator, e: Expr) -> Matrix:
    return [[v.function(ACTIVATIONS["log"].function, _added(_exp(v, e.args[0])))]]


def _apply(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.Apply)
    return [[v.function(e.function, a) for a in row] for row in v.matrix(e.arg)]


MAP_STAND_IN = r"\sum_{k} (i + 2 k) v_{k}^{2}"


def map_weight(i: int, k: int) -> int:
    """The coefficients of :data:`MAP_STAND_IN`, counted from 0."""
    return (i + 1) + 2 * (k + 1)


def _vector_map(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.VectorMap)
    arg = [row[0] for row in v.matrix(e.arg)]
    return [[_added([map_weight(i, k) * a * a for k, a in enumerate(arg)])] for i in range(v.size(e.rows))]


def _map_jacobian(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.MapJacobian)
    arg = [row[0] for row in v.matrix(e.arg)]
    return [[2 * map_weight(i, k) * a for k, a in enumerate(arg)] for i in range(v.size(e.rows))]


SCALAR_STAND_IN = r"\sum_{k} k v_{k}^{3} + (\sum_{k} v_{k})^{2}"


def _scalar_gradient(v: Evaluator, e: Expr) -> Matrix:
    """The gradient of :data:`SCALAR_STAND_IN`."""
    assert isinstance(e, x.ScalarGradient)
    arg = [row[0] for row in v.matrix(e.arg)]
    total = _added(arg)
    return [[3 * (k + 1) * a * a + 2 * total] for k, a in enumerate(arg)]


def _scalar_hessian(v: Evaluator, e: Expr) -> Matrix:
    """The Hessian of :data:`SCALAR_STAND_IN`."""
    assert isinstance(e, x.ScalarHessian)
    arg = [row[0] for row in v.matrix(e.arg)]
    return [[6 * (k + 1) * a + 2 if k == j else a * 0 + 2 for j in range(len(arg))] for k, a in enumerate(arg)]


def _vec(v: Evaluator, e: Expr) -> Matrix:
    rows = v.matrix(e.args[0])
    return [[row[j]] for j in range(len(rows[0])) for row in rows]


def _kronecker(v: Evaluator, e: Expr) -> Matrix:
    a, b = (v.matrix(f) for f in e.args)
    return [[p * q for p in first for q in second] for first in a for second in b]


def _commutation(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.Commutation)
    rows, cols = (v.size(d) for d in e.of)
    places = [j * rows + i for i in range(rows) for j in range(cols)]
    return [[v.number(int(k == place)) for k in range(rows * cols)] for place in places]


def _stack(v: Evaluator, e: Expr) -> Matrix:
    return [row for a in e.args for row in v.matrix(a)]


def _explicit(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.Explicit)
    return [[v.scalar(a) for a in row] for row in e.entries]


def _partial(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.Partial)
    y, by = e.y, e.x
    if isinstance(by, x.Stack):
        blocks = [v.matrix(x.Partial(y, part)) for part in by.args]
        return [[a for row in rows for a in row] for rows in zip(*blocks, strict=True)]
    if isinstance(by, x.Transpose) and y.is_scalar:
        return [list(r) for r in zip(*v.matrix(x.Partial(y, by.arg)), strict=True)]
    base = by.base if isinstance(by, x.Entry) else by
    if not isinstance(base, Symbol):
        raise NotYetError(f"symjac differentiates by a symbol or its entries, not by {x.brief(by)}")
    at = v.matrix(base)
    if isinstance(by, x.Entry):
        i, j = _position(v, by)
        tag = next(tags)
        moved = [list(row) for row in at]
        moved[i][j] = Dual(tag, moved[i][j], v.number(1))
        return [[slope(a, tag) for a in row] for row in v.with_fixed({base: moved}).matrix(y)]
    tag, moved = move(at, v.number)
    values = v.with_fixed({base: moved}).matrix(y)
    found = slopes(values, tag, [v.number(0)] * (len(at) * len(at[0])))
    return lay_out(found, (len(values), len(values[0])), (len(at), len(at[0])))


def lay_out(found: Matrix, of: tuple[int, int], by: tuple[int, int]) -> Matrix:
    """The numerator layout, from the derivative of vec by vec and the two shapes.

    Of a scalar by a matrix it has the shape of the matrix transposed, of a matrix by a scalar its shape.
    """
    if by == (1, 1):
        return [[found[j * of[0] + i][0] for j in range(of[1])] for i in range(of[0])]
    if of == (1, 1):
        return [found[0][j * by[0] : (j + 1) * by[0]] for j in range(by[1])]
    return found


def _differential(v: Evaluator, e: Expr) -> Matrix:
    tag = next(tags)
    moved = {}
    for s in sorted(_leaves(e.args[0], v.definitions), key=lambda s: s.name):
        if (v.moving is None or s in v.moving) and s.name not in v.sizes:
            here = v.matrix(s)
            change = v.leaf(Symbol(rf"\mathrm{{d}}{s.name}", s.shape), len(here), len(here[0]), v.numbers)
            moved[s] = [[Dual(tag, a, b) for a, b in zip(p, q, strict=True)] for p, q in zip(here, change, strict=True)]
    return [[slope(a, tag) for a in row] for row in v.with_fixed(moved).matrix(e.args[0])]


def _leaves(e: Expr, definitions: Mapping[Symbol, Expr]) -> frozenset[Symbol]:
    """The symbols without a definition that ``e`` depends on."""
    out: set[Symbol] = set()
    seen: set[Symbol] = set()
    todo = list(e.symbols)
    while todo:
        s = todo.pop()
        if s not in seen:
            seen.add(s)
            if s in definitions:
                todo.extend(definitions[s].symbols)
            else:
                out.add(s)
    return frozenset(out)


def _place(v: Evaluator, i: Index | int, size: int) -> int:
    k = (i if isinstance(i, int) else v.indices[i]) - 1
    if not 0 <= k < size:
        raise NoValueError("an index outside its range")
    return k


def _position(v: Evaluator, e: x.Entry) -> tuple[int, int]:
    rows, cols = v.size(e.base.rows), v.size(e.base.cols)
    return _place(v, e.indices[0], rows), (_place(v, e.indices[1], cols) if len(e.indices) == 2 else 0)


def _entry(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.Entry)
    i, j = _position(v, e)
    return [[v.matrix(e.base)[i][j]]]


def _index_sum(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.IndexSum)
    before = v.indices
    terms = []
    for k in range(1, v.size(e.index.size) + 1):
        v.indices = before | {e.index: k}
        terms.append(v.scalar(e.body))
    v.indices = before
    return [[_added(terms)]]


def _delta(v: Evaluator, e: Expr) -> Matrix:
    assert isinstance(e, x.Delta)
    i, j = (k if isinstance(k, int) else v.indices[k] for k in e.indices)
    return [[v.number(int(i == j))]]


def _over_time(v: Evaluator, e: Expr) -> Matrix:
    raise NoValueError("a sum or product over time has no value before its range is known")


VALUES: Mapping[type[Expr], Callable[[Evaluator, Expr], Matrix]] = {
    Symbol: _symbol,
    x.Number: lambda v, e: [[v.number(e.data)]] if isinstance(e.data, Fraction) else [],
    x.Ones: lambda v, e: _filled(v, e, 1),
    x.Zero: lambda v, e: _filled(v, e, 0),
    x.Identity: _identity,
    x.Sum: _sum,
    x.Product: _product,
    x.Hadamard: lambda v, e: _entrywise(lambda a, b: a * b, [v.matrix(f) for f in e.args]),
    x.EntryPower: _entry_power,
    x.MatrixPower: _matrix_power,
    x.Transpose: _transpose,
    x.Diag: _diag,
    x.Diagonal: _diagonal,
    x.Trace: _trace,
    x.Determinant: lambda v, e: [[_det(v, v.matrix(e.args[0]))]],
    x.Norm: _norm,
    x.Softmax: _softmax,
    x.LogSumExp: _logsumexp,
    x.Apply: _apply,
    x.Vec: _vec,
    x.Kronecker: _kronecker,
    x.Commutation: _commutation,
    x.VectorMap: _vector_map,
    x.MapJacobian: _map_jacobian,
    x.ScalarGradient: _scalar_gradient,
    x.ScalarHessian: _scalar_hessian,
    x.Stack: _stack,
    x.Explicit: _explicit,
    x.Partial: _partial,
    x.Differential: _differential,
    x.Entry: _entry,
    x.IndexSum: _index_sum,
    x.Delta: _delta,
    x.OverTime: _over_time,
}
