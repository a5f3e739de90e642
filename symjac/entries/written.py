"""Entries of expressions as a textbook writes them: sums over named indices, collapsed at diagonal matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from symjac import expr as ex
from symjac.errors import ShapeError
from symjac.expr import ONE, Dim, Expr, Index, Symbol
from symjac.limits import step

# The letters of summed indices, in the order in which textbooks reach for them.
LETTERS = ("k", "l", "p", "q", "r", "s", "a", "b", "c", "d", "e", "f", "g", "h", "u", "v", "w")
Place = Index | int | None  # None: the size is 1 and the entry has no index there


def taken_letters(exprs: Iterable[Expr]) -> frozenset[str]:
    """The letters that an index must not have: sizes, scalars, and what stands below and above names."""
    out: set[str] = set()
    for e in exprs:
        for node in e.walk():
            out |= {str(s) for d in node.shape for s in d.free_symbols}
            if isinstance(node, Symbol):
                out |= node.parts.scripts | ({node.letter} if node.is_scalar else set())  # that of a vector is free
    return frozenset(out)


def entry(e: Expr, i: Place = None, j: Place = None, *, avoid: Iterable[Expr] = ()) -> Expr:
    """Entry (i, j) of a matrix, entry i of a column or row, or a scalar written out, as a scalar tree.

    Sums collapse where a diagonal matrix stands. Summed indices get letters that occur nowhere else.
    """
    places = [p for p in (i, j) if p is not None]
    if len(places) != sum(d != ONE for d in e.shape):
        raise ShapeError(f"an entry of {ex.brief(e)}, {ex.show_shape(e.shape)}, does not take {len(places)} index(es)")
    rows = places[0] if e.rows != ONE else None
    cols = places[-1] if e.cols != ONE else None
    taken = taken_letters([e, *avoid]) | {p.name for p in places if isinstance(p, Index)}
    return _Writer(taken).at(e, rows, cols)


class _Writer:
    """``scope`` are the indices around the place that is being written."""

    def __init__(self, taken: frozenset[str]) -> None:
        self.letters = [letter for letter in LETTERS if letter not in taken]
        self.letters += [f"k_{{{n}}}" for n in range(1, 30)]
        self.sizes: dict[str, Dim] = {}
        self.scope: list[str] = []

    def at(self, e: Expr, i: Place, j: Place) -> Expr:
        step()
        return ENTRIES.get(type(e), _opaque)(self, e, i, j)

    def fresh(self, size: Dim) -> Index:
        """A letter not in scope; one letter always runs over one size."""
        for letter in self.letters:
            if letter not in self.scope and self.sizes.get(letter, size) == size:
                self.sizes[letter] = size
                return Index(letter, size)
        raise ShapeError("the expression needs more summed indices than there are letters")

    def summed(self, size: Dim, body: Callable[[Place], Expr]) -> Expr:
        """The sum of the body over a fresh index; no sum where the size is 1."""
        if size == ONE:
            return body(None)
        k = self.fresh(size)
        self.scope.append(k.name)
        try:
            return index_sum(k, body(k))
        finally:
            self.scope.pop()


def index_sum(k: Index, body: Expr) -> Expr:
    return body if ex.is_zero(body) else ex.IndexSum(k, body)


def _opaque(w: _Writer, e: Expr, i: Place, j: Place) -> Expr:
    """An entry of what has no smaller parts, such as a symbol or an inverse."""
    if e.is_scalar:
        return e
    if e.is_row:
        return w.at(e.arg, j, None) if isinstance(e, ex.Transpose) else ex.Entry(e, 1, _known(j))
    return ex.Entry(e, _known(i), *(() if e.cols == ONE else (_known(j),)))


def _known(p: Place) -> Index | int:
    return 1 if p is None else p


def _delta(i: Place, j: Place) -> Expr:
    return ex.Number(1) if i == j else ex.Delta(_known(i), _known(j))


def _diagonal_like(e: Expr) -> bool:
    """Whether only entries (i, i) of a matrix are not zero."""
    if isinstance(e, ex.Product):
        return all(f.is_scalar or _diagonal_like(f) for f in e.args)
    return isinstance(e, ex.Identity | ex.Diag)


def _product(w: _Writer, e: Expr, i: Place, j: Place) -> Expr:
    scalars = [w.at(f, None, None) for f in e.args if f.is_scalar]
    chain = list(_chain(f for f in e.args if not f.is_scalar))
    scalars += [w.at(f, None, None) for f in chain if f.is_scalar]
    chain = [f for f in chain if not f.is_scalar]
    for k, f in enumerate(chain):
        if isinstance(f, ex.Sum) and len(chain) > 1 and any(_diagonal_like(t) for t in f.args):
            # Written out term by term, so that the sum over the diagonal term collapses.
            terms = (w.at(ex.Product(*chain[:k], t, *chain[k + 1 :]), i, j) for t in f.args)
            return ex.mul(*scalars, ex.add(*terms))
    if not chain:
        return ex.mul(*scalars, _delta(i, j))
    return ex.mul(*scalars, _links(w, chain, i, j))


def _chain(factors: Iterable[Expr]) -> Iterator[Expr]:
    for f in factors:
        if isinstance(f, ex.Product) and not f.is_scalar:
            yield from _chain(f.args)
        else:
            yield f


def _links(w: _Writer, chain: list[Expr], i: Place, j: Place) -> Expr:
    """The entry of a matrix product: an index for each link, one and the same on both sides of a diagonal matrix."""
    last = len(chain)
    while last and _diagonal_like(chain[last - 1]):
        last -= 1
    if not last:
        body = ex.mul(*(_on_diagonal(w, f, i) for f in chain))
        return ex.mul(body, _delta(i, j))

    def rest(k: int, left: Place) -> Expr:
        f = chain[k]
        if k >= last:
            return ex.mul(*(_on_diagonal(w, f, j) for f in chain[last:]))
        if _diagonal_like(f):
            return ex.mul(_on_diagonal(w, f, left), rest(k + 1, left))
        if k + 1 >= last:
            tail = [_on_diagonal(w, g, j) for g in chain[last:]]
            return ex.mul(w.at(f, left, j), *tail)
        return w.summed(f.cols, lambda m: ex.mul(w.at(f, left, m), rest(k + 1, m)))

    return rest(0, i)


def _on_diagonal(w: _Writer, e: Expr, i: Place) -> Expr:
    """Entry (i, i) of a diagonal matrix."""
    if isinstance(e, ex.Diag):
        return w.at(e.arg, i, None)
    if isinstance(e, ex.Product):
        return ex.mul(*(w.at(f, None, None) if f.is_scalar else _on_diagonal(w, f, i) for f in e.args))
    return ex.Number(1)


def _matrix_power(w: _Writer, e: Expr, i: Place, j: Place) -> Expr:
    exponent = e.args[1]
    if isinstance(exponent, ex.Number) and exponent.value in (2, 3):
        return w.at(ex.Product(*[e.args[0]] * int(exponent.value)), i, j)
    return _opaque(w, e, i, j)


def _norm(w: _Writer, e: Expr, i: Place, j: Place) -> Expr:
    a = e.args[0]
    squares = w.summed(a.rows, lambda k: w.summed(a.cols, lambda m: ex.power(w.at(a, k, m), 2)))
    return ex.power(squares, Fraction(1, 2))


def _exp(a: Expr) -> Expr:
    return ex.Apply(ex.Function(r"\exp", 0, "exp"), a)


def _total_exp(w: _Writer, a: Expr) -> Expr:
    return w.summed(a.rows, lambda k: w.summed(a.cols, lambda m: _exp(w.at(a, k, m))))


def _softmax(w: _Writer, e: Expr, i: Place, j: Place) -> Expr:
    a = e.args[0]
    return ex.mul(_exp(w.at(a, i, None)), ex.power(_total_exp(w, a), -1))


def _partial(w: _Writer, e: ex.Partial, i: Place, j: Place) -> Expr:
    if e.y.cols == ONE and e.x.cols == ONE:
        return ex.Partial(w.at(e.y, i, None), w.at(e.x, j, None))
    if e.y.is_scalar:
        return ex.Partial(w.at(e.y, None, None), w.at(e.x, j, i))
    return ex.Partial(w.at(e.y, i, j), w.at(e.x, None, None))


Rule = Callable[[_Writer, Any, Place, Place], Expr]
ENTRIES: Mapping[type[Expr], Rule] = {
    ex.Sum: lambda w, e, i, j: ex.add(*(w.at(a, i, j) for a in e.args)),
    ex.Product: _product,
    ex.Hadamard: lambda w, e, i, j: ex.mul(*(w.at(f, i, j) for f in e.args)),
    ex.EntryPower: lambda w, e, i, j: ex.power(w.at(e.args[0], i, j), w.at(e.args[1], None, None)),
    ex.MatrixPower: _matrix_power,
    ex.Transpose: lambda w, e, i, j: w.at(e.args[0], j, i),
    ex.Diag: lambda w, e, i, j: ex.mul(w.at(e.args[0], i, None), _delta(i, j)),
    ex.Diagonal: lambda w, e, i, j: w.at(e.args[0], i, i),
    ex.Trace: lambda w, e, i, j: w.summed(e.args[0].rows, lambda k: w.at(e.args[0], k, k)),
    ex.Norm: _norm,
    ex.Softmax: _softmax,
    ex.LogSumExp: lambda w, e, i, j: ex.Apply(ex.Function(r"\log", 0, "log"), _total_exp(w, e.args[0])),
    ex.Apply: lambda w, e, i, j: ex.Apply(e.function, w.at(e.arg, i, j)),
    ex.Partial: _partial,
    ex.Differential: lambda w, e, i, j: ex.Differential(w.at(e.args[0], i, j)),
    ex.Identity: lambda w, e, i, j: _delta(i, j),
    ex.Ones: lambda w, e, i, j: ex.Number(1),
    ex.Zero: lambda w, e, i, j: ex.Number(0),
    **dict.fromkeys((ex.IndexSum, ex.Entry, ex.Delta), lambda w, e, i, j: e),
    ex.UnitVector: lambda w, e, i, j: _delta(i, e.indices[0]),
}
