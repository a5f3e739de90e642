"""The written-out value of an expression at given sizes, in any kind of number.

Derivatives are taken by dual numbers, not by rules of matrix calculus, so that they are a third
opinion beside the derivation and the normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import permutations
from math import factorial, prod
from operator import add, mul
from typing import Any

from symjac import expr as x
from symjac.errors import NotYetError
from symjac.expr import Expr, Index, Symbol
from symjac.functions import ACTIVATIONS
from symjac.values.duals import Dual, move, slope, slopes, tags
from symjac.values.evaluator import VALUES, Evaluator, Matrix
from symjac.values.rings import NoValueError

LARGEST_POWER = 20


def _filled(v: Evaluator, e: Expr, value: int) -> Matrix:
    return [[v.number(value)] * v.size(e.cols) for _ in range(v.size(e.rows))]


def _symbol(v: Evaluator, e: Symbol) -> Matrix:
    if e in v.fixed:
        return v.fixed[e]
    if e in v.given:
        return v.given[e].value(v)
    if e in v.definitions:
        for s in x.deep_below(e, v.definitions, v):
            v.matrix(s)
        return v.matrix(v.definitions[e])
    if e.is_scalar and e.name in v.sizes:
        return [[v.number(v.sizes[e.name])]]
    return v.leaf(e, v.size(e.rows), v.size(e.cols), v.numbers)


def _identity(v: Evaluator, e: Expr) -> Matrix:
    n = v.size(e.rows)
    return [[v.number(int(i == j)) for j in range(n)] for i in range(n)]


def _entrywise(f: Callable[[Any, Any], Any], args: list[Matrix]) -> Matrix:
    out = args[0]
    for m in args[1:]:
        out = [list(map(f, p, q)) for p, q in zip(out, m, strict=True)]
    return out


def _times(v: Evaluator, a: Matrix, b: Matrix) -> Matrix:
    v.left.spend(len(a) * len(b) * len(b[0]))
    columns = list(zip(*b, strict=True))
    return [[added(map(mul, row, col)) for col in columns] for row in a]


def added(values: Iterable[Any]) -> Any:
    """The sum of numbers that need no zero to begin with."""
    return reduce(add, values)


def _product(v: Evaluator, e: Expr) -> Matrix:
    scale: Any = None
    out: Matrix | None = None
    for f in e.args:
        m = v.matrix(f)
        if f.is_scalar:
            scale = m[0][0] if scale is None else scale * m[0][0]
        else:
            out = m if out is None else _times(v, out, m)
    if out is None:
        return [[v.number(1) if scale is None else scale]]
    return out if scale is None else [[scale * a for a in row] for row in out]


def _entry_power(v: Evaluator, e: x.EntryPower) -> Matrix:
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


def _matrix_power(v: Evaluator, e: x.MatrixPower) -> Matrix:
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
    total = added(terms)
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


def turned(m: Matrix) -> Matrix:
    """The transpose."""
    return [list(r) for r in zip(*m, strict=True)]


def _diag(v: Evaluator, e: Expr) -> Matrix:
    m, zero = v.matrix(e.args[0]), v.number(0)
    return [[m[i][0] if i == j else zero for j in range(len(m))] for i in range(len(m))]


def _exp(v: Evaluator, e: Expr) -> list[Any]:
    exp = ACTIVATIONS["exp"].function
    return [v.function(exp, a) for row in v.matrix(e) for a in row]


def _softmax(v: Evaluator, e: Expr) -> Matrix:
    weights = _exp(v, e.args[0])
    scale = v.power(added(weights), Fraction(-1))
    return [[w * scale] for w in weights]


def _vec(v: Evaluator, e: Expr) -> Matrix:
    rows = v.matrix(e.args[0])
    return [[row[j]] for j in range(len(rows[0])) for row in rows]


def _kronecker(v: Evaluator, e: Expr) -> Matrix:
    a, b = (v.matrix(f) for f in e.args)
    return [[p * q for p in first for q in second] for first in a for second in b]


def _commutation(v: Evaluator, e: x.Commutation) -> Matrix:
    rows, cols = (v.size(d) for d in e.of)
    places = [j * rows + i for i in range(rows) for j in range(cols)]
    return [[v.number(int(k == place)) for k in range(rows * cols)] for place in places]


def _partial(v: Evaluator, e: x.Partial) -> Matrix:
    y, by = e.y, e.x
    if isinstance(by, x.Stack):
        blocks = [v.matrix(x.Partial(y, part)) for part in by.args]
        return [[a for row in rows for a in row] for rows in zip(*blocks, strict=True)]
    if isinstance(by, x.Transpose) and y.is_scalar:
        return turned(v.matrix(x.Partial(y, by.arg)))
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


def _entry(v: Evaluator, e: x.Entry) -> Matrix:
    i, j = _position(v, e)
    return [[v.matrix(e.base)[i][j]]]


def _index_sum(v: Evaluator, e: x.IndexSum) -> Matrix:
    before = v.indices
    terms = []
    for k in range(1, v.size(e.index.size) + 1):
        v.indices = before | {e.index: k}
        terms.append(v.scalar(e.body))
    v.indices = before
    return [[added(terms)]]


def _delta(v: Evaluator, e: x.Delta) -> Matrix:
    i, j = (k if isinstance(k, int) else v.indices[k] for k in e.indices)
    return [[v.number(int(i == j))]]


def _unit_vector(v: Evaluator, e: x.UnitVector) -> Matrix:
    (i,) = e.indices
    at = i if isinstance(i, int) else v.indices[i]
    return [[v.number(int(k == at))] for k in range(1, v.size(e.rows) + 1)]


def _over_time(v: Evaluator, e: Expr) -> Matrix:
    raise NoValueError("a sum or product over time has no value before its range is known")


ROWS: Mapping[type[Expr], Callable[[Evaluator, Any], Matrix]] = {
    Symbol: _symbol,
    x.Number: lambda v, e: [[v.number(e.value)]],
    x.Ones: lambda v, e: _filled(v, e, 1),
    x.Zero: lambda v, e: _filled(v, e, 0),
    x.Identity: _identity,
    x.Sum: lambda v, e: _entrywise(add, [v.matrix(a) for a in e.args]),
    x.Product: _product,
    x.Hadamard: lambda v, e: _entrywise(mul, [v.matrix(f) for f in e.args]),
    x.EntryPower: _entry_power,
    x.MatrixPower: _matrix_power,
    x.Transpose: lambda v, e: turned(v.matrix(e.args[0])),
    x.Diag: _diag,
    x.Diagonal: lambda v, e: [[row[i]] for i, row in enumerate(v.matrix(e.args[0]))],
    x.Trace: lambda v, e: [[added([row[i] for i, row in enumerate(v.matrix(e.args[0]))])]],
    x.Determinant: lambda v, e: [[_det(v, v.matrix(e.args[0]))]],
    x.Norm: lambda v, e: [[v.power(added([a * a for row in v.matrix(e.args[0]) for a in row]), Fraction(1, 2))]],
    x.Softmax: _softmax,
    x.LogSumExp: lambda v, e: [[v.function(ACTIVATIONS["log"].function, added(_exp(v, e.args[0])))]],
    x.Apply: lambda v, e: [[v.function(e.function, a) for a in row] for row in v.matrix(e.arg)],
    x.Vec: _vec,
    x.Kronecker: _kronecker,
    x.Commutation: _commutation,
    x.Stack: lambda v, e: [row for a in e.args for row in v.matrix(a)],
    x.Explicit: lambda v, e: [[v.scalar(a) for a in row] for row in e.entries],
    x.Partial: _partial,
    x.Differential: _differential,
    x.Entry: _entry,
    x.IndexSum: _index_sum,
    x.Delta: _delta,
    x.UnitVector: _unit_vector,
    x.OverTime: _over_time,
}
VALUES.update(ROWS)
