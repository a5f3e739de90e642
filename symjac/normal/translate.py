"""From expressions to polynomials over index networks: one function for each node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod

from symjac import expr as x
from symjac.errors import DefinitionError, NotYetError
from symjac.expr import Expr, Index, Symbol
from symjac.normal.atoms import COL, ROW, Atom, Poly, atom, label_of, single, size_number, tables
from symjac.normal.calculus import MapAtom, Values, apply, derive, substitute, vector_map
from symjac.normal.elements import block, determinant, exponential, inverse, logarithm, power, power_by, power_of_matrix
from symjac.normal.network import (
    above,
    chain,
    delta,
    join,
    multiply,
    packed,
    rename,
    total,
)
from symjac.normal.polynomial import (
    NONE,
    ONE,
    add,
    constant,
    lone,
    passing,
)

DISTRIBUTED = 64  # products that one of sums is multiplied out to, so that inverses may meet their matrices
POWERS = 16  # a matrix power up to this one is multiplied out
CHANGE = "\0d"  # in front of a symbol's name: its differential, which no symbol and no size is called


class Translation:
    """Expressions under one set of definitions, each translated once.

    ``poly(e)`` is the entry of ``e`` at (ROW, COL). A symbol that has a definition is unfolded.
    ``moving`` are the symbols that have a differential; ``None`` means all of them.
    """

    def __init__(self, definitions: Mapping[Symbol, Expr], moving: frozenset[Symbol] | None = None) -> None:
        self.definitions = definitions
        self.moving = moving
        self._known: dict[Expr, Poly] = {}
        self._open: list[Symbol] = []
        self._cuts: dict[Symbol, Translation] = {}

    def poly(self, e: Expr) -> Poly:
        found = self._known.get(e)
        if found is None:
            found = self._known[e] = TRANSLATIONS[type(e)](self, e)
        return found

    def without(self, s: Symbol) -> Translation:
        """The same definitions but for that of ``s``, which becomes an independent variable."""
        if s not in self.definitions:
            return self
        if s not in self._cuts:
            rest = {k: v for k, v in self.definitions.items() if k != s}
            self._cuts[s] = Translation(rest, self.moving)
        return self._cuts[s]

    @property
    def load(self) -> int:
        """How many expressions are kept."""
        return len(self._known) + sum(cut.load for cut in self._cuts.values())

    def letters(self, e: Expr) -> frozenset[str]:
        """The letters of sizes, which are scalars that do not move."""
        nodes = (node for root in (e, *self.definitions.values()) for node in root.walk())
        return frozenset(str(s) for node in nodes for d in node.shape for s in d.free_symbols)

    def defined(self, s: Symbol) -> Poly:
        if s in self._open:
            raise DefinitionError(f"the definitions go in a circle: {s.name} depends on itself")
        for u in x.deep_below(s, self.definitions, self._known):
            self.poly(u)
        self._open.append(s)
        try:
            return self.poly(self.definitions[s])
        finally:
            self._open.pop()


def symbol_atom(s: Symbol) -> tuple[Atom, tuple[int, ...]]:
    """The atom of a symbol and the labels of its entries. One size says of a vector whether it is a column or a row."""
    rows, cols = size_number(s.rows), size_number(s.cols)
    dims = tuple(d for d in (rows, cols) if d)
    return atom("symbol", (s.name, rows), dims), tuple(v for v, d in ((ROW, rows), (COL, cols)) if d)


def _symbol(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, Symbol)
    if e in t.definitions:
        return t.defined(e)
    a, ends = symbol_atom(e)
    return lone(single(a, *ends))


def _number(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.Number)
    return constant(e.value.numerator if e.value.denominator == 1 else e.value)


def _identity(t: Translation, e: Expr) -> Poly:
    d = size_number(e.rows)
    return delta(ROW, COL, d) if d else constant(1)


def _sum(t: Translation, e: Expr) -> Poly:
    out: Poly = {}
    for a in e.args:
        add(out, t.poly(a))
    return out


def _product(t: Translation, e: Expr) -> Poly:
    out: Poly = {}
    for factors in _distributed(list(_opened(e))):
        add(out, _chained(t, factors, _reduced([f for f in factors if not f.is_scalar], t), e))
    return out


def _distributed(factors: list[Expr]) -> Iterator[list[Expr]]:
    """The products that a product of sums is, where an inverse may meet its matrix in one: ``X^{-1} (X + A)``."""
    inverse = any(_is_negative_power(f) for f in factors)
    choices = [f.args if inverse and isinstance(f, x.Sum) and not f.is_scalar else (f,) for f in factors]
    if prod(map(len, choices)) > DISTRIBUTED:
        yield factors
        return
    for choice in product(*choices):
        yield [g for f in choice for g in ([f] if f.is_scalar else _opened(f))]


def _is_negative_power(e: Expr) -> bool:
    power = e.arg if isinstance(e, x.Transpose) else e
    return isinstance(power, x.MatrixPower) and isinstance(power.exponent, x.Number) and power.exponent.value < 0


def _chained(t: Translation, opened: list[Expr], factors: list[Expr], whole: Expr) -> Poly:
    """The scalars among ``opened`` times a product of other factors; without these the identity like ``whole``."""
    polys = [t.poly(f) for f in opened if f.is_scalar]
    if not factors:
        if not whole.is_scalar:
            polys.append(_identity(t, whole))
        return join([(p, NONE) for p in polys], {})
    return chain([t.poly(f) for f in factors], [size_number(f.cols) for f in factors[:-1]], polys)


def _opened(e: Expr) -> Iterator[Expr]:
    """The factors of a product, however it is nested; a scalar that is one stays whole."""
    if isinstance(e, x.Product):
        for f in e.args:
            yield from [f] if f.is_scalar else _opened(f)
    elif isinstance(e, x.Transpose) and isinstance(e.arg, x.Product) and not e.is_scalar:
        for f in reversed(e.arg.args):
            yield from [f] if f.is_scalar else _opened(x.transpose(f))
    else:
        yield e


def _reduced(factors: list[Expr], t: Translation) -> list[Expr]:
    """The factors with neighbouring powers of one matrix as one power, or none: ``A^{k-1} A`` is ``A^k``."""
    out: list[Expr] = []
    for f in factors:
        out.append(f)
        while len(out) > 1 and (met := _met(out[-2], out[-1], t)) is not None:
            out[-2:] = met
    return out


def _met(a: Expr, b: Expr, t: Translation) -> list[Expr] | None:
    """What two neighbours are together: nothing where they are inverse to each other; ``None`` where they stay two."""
    if _inverts(a, b, t) or _inverts(b, a, t):
        return []
    exponents = [f.exponent for f in (a, b) if isinstance(f, x.MatrixPower)]
    if all(isinstance(q, x.Number) and q.value > 0 for q in exponents):
        return None  # multiplied out
    (base, p), (other, q) = ((f.base, f.exponent) if isinstance(f, x.MatrixPower) else (f, x.Number(1)) for f in (a, b))
    if base.shape != other.shape or not (base == other or t.poly(base) == t.poly(other)):
        return None
    total = x.add(p, q)
    return [] if total == x.Number(0) else [base] if total == x.Number(1) else [x.MatrixPower(base, total)]


def _inverts(a: Expr, b: Expr, t: Translation) -> bool:
    power = b.arg if isinstance(b, x.Transpose) else b
    if not isinstance(power, x.MatrixPower) or t.poly(power.exponent) != constant(-1) or a.shape != power.base.shape:
        return False
    base = power.base if power is b else x.transpose(power.base)
    return a == base or t.poly(a) == t.poly(base)


def _hadamard(t: Translation, e: Expr) -> Poly:
    return join([(t.poly(f), NONE) for f in e.args], {})


def _entry_power(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.EntryPower)
    return power_by(t.poly(e.base), t.poly(e.exponent))


def _matrix_power(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.MatrixPower)
    d = size_number(e.rows)
    p, q = t.poly(e.base), t.poly(e.exponent)
    if not d:
        return power_by(p, q)
    k = Fraction(q.get(ONE, 0))
    if set(q) <= {ONE} and k.denominator == 1 and abs(k) <= POWERS:
        base = p if k >= 0 else inverse(p, d)
        return chain([base] * abs(int(k)), [d] * (abs(int(k)) - 1), ()) if k else delta(ROW, COL, d)
    return power_of_matrix(p, q, d)


def _transpose(t: Translation, e: Expr) -> Poly:
    return rename(t.poly(e.args[0]), {ROW: COL, COL: ROW})


def _diag(t: Translation, e: Expr) -> Poly:
    d = size_number(e.rows)
    return multiply(t.poly(e.args[0]), delta(ROW, COL, d)) if d else t.poly(e.args[0])


def _diagonal(t: Translation, e: Expr) -> Poly:
    return rename(t.poly(e.args[0]), {COL: ROW})


def _trace(t: Translation, e: Expr) -> Poly:
    inner = e.args[0]
    d = size_number(inner.rows)
    p: Poly = {}
    for term in inner.args if isinstance(inner, x.Sum) else (inner,):
        add(p, _turning(t, term) if isinstance(term, x.Product) else t.poly(term))
    return total(rename(p, {COL: ROW}), {ROW: d}) if d else p


def _turning(t: Translation, e: Expr) -> Poly:
    """A product under a trace: the last factor stands before the first one, too."""
    out: Poly = {}
    for factors in _distributed(list(_opened(e))):
        add(out, _turned(t, factors))
    return out


def _turned(t: Translation, opened: list[Expr]) -> Poly:
    factors = _reduced([f for f in opened if not f.is_scalar], t)
    whole = x.Identity(next((f.rows for f in opened if not f.is_scalar), x.ONE))
    while len(factors) > 1 and (met := _met(factors[-1], factors[0], t)) is not None:
        whole = x.Identity(factors[-1].rows)
        factors = [*met, *factors[1:-1]]
    return _chained(t, opened, factors, whole)


def _determinant(t: Translation, e: Expr) -> Poly:
    return determinant(t.poly(e.args[0]), size_number(e.args[0].rows))


def _ends(e: Expr) -> dict[int, int]:
    """The labels that an expression's entries have, with their sizes."""
    sizes = ((ROW, size_number(e.rows)), (COL, size_number(e.cols)))
    return {v: d for v, d in sizes if d}


def _norm(t: Translation, e: Expr) -> Poly:
    p = t.poly(e.args[0])
    return power(total(multiply(p, p), _ends(e.args[0])), Fraction(1, 2))


def _softmax(t: Translation, e: Expr) -> Poly:
    weights = exponential(t.poly(e.args[0]))
    return multiply(weights, power(total(weights, _ends(e)), -1))


def _logsumexp(t: Translation, e: Expr) -> Poly:
    return logarithm(total(exponential(t.poly(e.args[0])), _ends(e.args[0])))


def _apply(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.Apply)
    f = e.function
    return apply((f.known or "", f.name, f.order), t.poly(e.arg))


def _vector_map(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.VectorMap | x.MapJacobian)
    rows, sizes = size_number(e.rows), tuple(size_number(a.rows) for a in e.args)
    by = (e.by - 1,) if isinstance(e, x.MapJacobian) else ()
    ends = ([ROW] if rows else []) + [COL for k in by if sizes[k]]
    gradient = isinstance(e, x.ScalarGradient | x.ScalarHessian)
    return vector_map(MapAtom(e.name, gradient, rows, sizes, by), [t.poly(a) for a in e.args], ends)


def _stack(t: Translation, e: Expr) -> Poly:
    parts: list[Expr] = []
    for part in e.args:
        parts.extend(part.args if isinstance(part, x.Stack) else (part,))
    structure = tuple(size_number(p.rows) for p in parts)
    inner = next(passing())
    out: Poly = {}
    for k, part in enumerate(parts):
        onto = block(structure, k, size_number(e.rows), ROW, inner)
        bound = {inner: structure[k]} if structure[k] else {}
        add(out, join([(onto, NONE), (t.poly(part), {ROW: inner})], bound))
    return out


def _explicit(t: Translation, e: Expr) -> Poly:
    """A sum over the entries, each in its place: its row and its column are blocks of size 1."""
    assert isinstance(e, x.Explicit)
    height, width = (tuple(0 for _ in range(k)) for k in (len(e.entries), len(e.entries[0])))
    inner = passing()
    out: Poly = {}
    for i, row in enumerate(e.entries):
        for j, entry in enumerate(row):
            factors = [(t.poly(entry), NONE)]
            if len(height) > 1:
                factors.append((block(height, i, size_number(e.rows), ROW, next(inner)), NONE))
            if len(width) > 1:
                factors.append((block(width, j, size_number(e.cols), COL, next(inner)), NONE))
            add(out, join(factors, {}))
    return out


def _partial(t: Translation, e: Expr) -> Poly:
    """Entry (i, j) is dy_i/dx_j; for a matrix x, entry (q, p) is dy/dx_pq."""
    assert isinstance(e, x.Partial)
    y, by = e.y, e.x
    if isinstance(by, x.Stack):
        return _partial_by_stack(t, y, by)
    if isinstance(by, x.Transpose) and y.is_scalar:
        return rename(t.poly(x.Partial(y, by.arg)), {ROW: COL, COL: ROW})
    base = by.base if isinstance(by, x.Entry) else by
    if not isinstance(base, Symbol):
        raise NotYetError(f"symjac differentiates by a symbol or its entries, not by {x.brief(by)}")
    cut = t.without(base)
    if isinstance(by, x.Entry):
        at = _places(by)
    elif by.cols == x.ONE:
        at = (COL,) if size_number(by.rows) else ()
    else:
        at = (COL, ROW) if size_number(by.rows) else (ROW,)
    out = derive(cut.poly(y), symbol_atom(base)[0], at)
    if base in t.definitions:
        values: Values = {symbol_atom(base)[0].number: (t.poly(base), symbol_atom(base)[1])}
        return substitute(out, values)
    return out


def _partial_by_stack(t: Translation, y: Expr, by: x.Stack) -> Poly:
    structure = tuple(size_number(p.rows) for p in by.args)
    if by.cols != x.ONE:
        raise NotYetError("symjac does not differentiate by a stack of matrices yet")
    inner = next(passing())
    out: Poly = {}
    for k, part in enumerate(by.args):
        onto = block(structure, k, size_number(by.rows), COL, inner)
        bound = {inner: structure[k]} if structure[k] else {}
        add(out, join([(onto, NONE), (t.poly(x.Partial(y, part)), {COL: inner})], bound))
    return out


def _differential(t: Translation, e: Expr) -> Poly:
    """dY, the derivative by every symbol's entries times the differentials of these."""
    arg = e.args[0]
    p = t.poly(arg)
    out: Poly = {}
    fresh = passing()
    for number in sorted(set().union(*(tables.components[c].symbols for m in p for c, _ in m))):
        a = tables.atoms[number]
        assert isinstance(a.data, tuple)
        name, rows = a.data
        if (name in t.letters(arg)) if t.moving is None else not any(symbol_atom(s)[0] is a for s in t.moving):
            continue
        at = tuple(next(fresh) for _ in a.dims)
        change = lone(single(atom("symbol", (CHANGE + name, rows), a.dims), *at))
        add(out, join([(derive(p, a, at), NONE), (change, NONE)], dict(zip(at, a.dims, strict=True))))
    return out


def _places(e: x.Entry) -> tuple[int, ...]:
    """The labels of an entry's indices, without those over a size 1."""
    sizes = [size_number(d) for d in (e.base.shape if len(e.indices) == 2 else e.base.shape[:1])]
    return tuple(label_of(i) for i, d in zip(e.indices, sizes, strict=True) if d)


def _entry(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.Entry)
    return rename(t.poly(e.base), dict(zip(_ends(e.base), _places(e), strict=True)))


def _index_sum(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.IndexSum)
    d = size_number(e.index.size)
    if not d:
        return t.poly(e.body)
    return total(t.poly(e.body), {label_of(e.index): d})


def _delta(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.Delta)
    i, j = e.indices
    sizes = [size_number(k.size) for k in (i, j) if isinstance(k, Index)]
    if i == j:
        return constant(1)
    if not sizes:
        return {}
    return delta(label_of(i), label_of(j), sizes[0]) if sizes[0] else constant(1)


def _unit_vector(t: Translation, e: Expr) -> Poly:
    assert isinstance(e, x.UnitVector)
    d = size_number(e.rows)
    return delta(label_of(e.indices[0]), ROW, d) if d else constant(1)


def _over_time(t: Translation, e: Expr) -> Poly:
    """A sum or product over time is one opaque atom: symbols at other times are other symbols."""
    ends = _ends(e)
    a, extra = packed("over time", e.data, [t.poly(part) for part in e.args], tuple(ends.values()), 2)
    return lone(single(a, *ends, *extra))


def _vectorised(t: Translation, e: Expr) -> Poly:
    """Opaque: equal where the operands are. What they do to a vec is told apart by :mod:`symjac.vectorised`."""
    ends = _ends(e)
    a, extra = packed(type(e).__name__, e.data, [t.poly(a) for a in e.args], tuple(ends.values()), 2)
    return lone(single(a, *ends, *extra))


Rule = Callable[[Translation, Expr], Poly]
TRANSLATIONS: Mapping[type[Expr], Rule] = {
    Symbol: _symbol,
    x.Number: _number,
    x.Ones: lambda t, e: constant(1),
    x.Zero: lambda t, e: {},
    x.Identity: _identity,
    x.Sum: _sum,
    x.Product: _product,
    x.Hadamard: _hadamard,
    x.EntryPower: _entry_power,
    x.MatrixPower: _matrix_power,
    x.Transpose: _transpose,
    x.Diag: _diag,
    x.Diagonal: _diagonal,
    x.Trace: _trace,
    x.Determinant: _determinant,
    x.Norm: _norm,
    x.Softmax: _softmax,
    x.LogSumExp: _logsumexp,
    x.Apply: _apply,
    x.Vec: _vectorised,
    x.Kronecker: _vectorised,
    x.Commutation: _vectorised,
    x.VectorMap: _vector_map,
    x.MapJacobian: _vector_map,
    x.ScalarGradient: _vector_map,
    x.ScalarHessian: _vector_map,
    x.Stack: _stack,
    x.Explicit: _explicit,
    x.Partial: _partial,
    x.Differential: _differential,
    x.Entry: _entry,
    x.IndexSum: _index_sum,
    x.Delta: _delta,
    x.UnitVector: _unit_vector,
    x.OverTime: _over_time,
}

above.translate = lambda e: Translation({}).poly(e)
