"""Derivatives of entries, told in the steps of a textbook: one line for each reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from symjac import expr as ex
from symjac.entries.numbered import at
from symjac.entries.written import Place, entry, index_sum
from symjac.expr import Expr, Index, Number, Partial, Symbol
from symjac.limits import step, work_limit

LONGEST = 50_000  # so many nodes are looked at


@dataclass(frozen=True)
class Step:
    """One line of a told derivation and the reason why it equals the line before."""

    expr: Expr
    reason: str


def told_derivative(
    e: Expr, x: Symbol, i: Place, j: Place, *, moving: frozenset[Symbol] = frozenset(), avoid: Iterable[Expr] = ()
) -> tuple[Step, ...]:
    """The derivative of entry i of ``e`` by entry j of ``x``, one line for each reason.

    ``moving`` are further symbols that depend on ``x`` (gates); their derivatives stay as they are.

    :raises NormalFormTooLarge: where there is too much to tell.
    """
    by = ex.Entry(x, j) if j is not None else x
    with work_limit(LONGEST, "the derivative of an entry has too many terms and factors to be told"):
        of = entry(e, i, avoid=[x, Symbol(j.name) if isinstance(j, Index) else x, *avoid])
        return tuple(_told(Partial(of, by), _Teller(x, by, moving)))


def _told(line: Expr, teller: _Teller) -> list[Step]:
    steps = [Step(line, "entry")]
    while True:
        for reason, law in (
            ("linearity", teller.linear),
            ("product rule", teller.product),
            ("chain rule", teller.chain),
        ):
            after = _everywhere(line, law)
            if after != line:
                line = after
                steps.append(Step(line, reason))
                break
        else:
            break
    for reason, law in (("independent entries", teller.independent), ("sifting", _sift)):
        after = _everywhere(line, law)
        if after != line:
            line = after
            steps.append(Step(line, reason))
    return steps


class _Teller:
    def __init__(self, x: Symbol, by: Expr, moving: frozenset[Symbol]) -> None:
        self.by = by
        self.x = x
        self.moving = moving | {x}

    def depends(self, e: Expr) -> bool:
        return not e.symbols.isdisjoint(self.moving)

    def linear(self, e: Expr) -> Expr:
        """Sums, sums over an index and constant factors go out of a derivative."""
        if not isinstance(e, Partial) or e.x != self.by:
            return e
        y = e.y
        if not self.depends(y):
            return Number(0)
        if isinstance(y, ex.Sum):
            return ex.add(*(self.linear(Partial(t, self.by)) for t in y.args))
        if isinstance(y, ex.IndexSum):
            return index_sum(y.index, self.linear(Partial(y.body, self.by)))
        if isinstance(y, ex.Product):
            still = [f for f in y.args if not self.depends(f)]
            if still:
                rest = ex.mul(*(f for f in y.args if self.depends(f)))
                return ex.mul(*still, self.linear(Partial(rest, self.by)))
        return e

    def product(self, e: Expr) -> Expr:
        if not isinstance(e, Partial) or e.x != self.by or not isinstance(e.y, ex.Product):
            return e
        factors = e.y.args
        terms = (ex.mul(*factors[:k], Partial(f, self.by), *factors[k + 1 :]) for k, f in enumerate(factors))
        return ex.add(*terms)

    def chain(self, e: Expr) -> Expr:
        if not isinstance(e, Partial) or e.x != self.by:
            return e
        y = e.y
        if isinstance(y, ex.Apply):
            return ex.mul(ex.Apply(y.function.derivative(), y.arg), Partial(y.arg, self.by))
        if isinstance(y, ex.EntryPower) and not self.depends(y.exponent):
            outer = ex.mul(y.exponent, ex.power(y.base, ex.add(y.exponent, Number(-1))))
            return ex.mul(outer, Partial(y.base, self.by))
        return e

    def independent(self, e: Expr) -> Expr:
        if not isinstance(e, Partial) or e.x != self.by:
            return e
        if e.y == e.x:
            return Number(1)
        if isinstance(e.y, ex.Entry) and isinstance(e.x, ex.Entry) and e.y.base == self.x == e.x.base:
            pairs = zip(e.y.indices, e.x.indices, strict=True)
            return ex.mul(*(Number(1) if p == q else ex.Delta(p, q) for p, q in pairs))
        return e


def _everywhere(e: Expr, law: Callable[[Expr], Expr]) -> Expr:
    """The law at every node, from the inside out; a node that changes is computed anew."""
    step()
    if not e.args:
        return law(e)
    args = tuple(a if isinstance(e, Partial) else _everywhere(a, law) for a in e.args)
    if args != e.args:
        e = _recomputed(e, args)
    return law(e)


def _recomputed(e: Expr, args: tuple[Expr, ...]) -> Expr:
    if isinstance(e, ex.Sum):
        return ex.add(*args)
    if isinstance(e, ex.Product):
        return ex.mul(*args)
    if isinstance(e, ex.IndexSum):
        return index_sum(e.index, args[0])
    return e.with_args(args)


def _sift(e: Expr) -> Expr:
    """Of a sum over k of something times delta_kj only k = j remains."""
    if not isinstance(e, ex.IndexSum):
        return e
    k, body = e.index, e.body
    found = _freed(body, k)
    if found is not None:
        return at(found[1], {k: found[0]})
    if isinstance(body, ex.Sum):
        return ex.add(*(_sift(index_sum(k, t)) for t in body.args))
    return e


def _freed(e: Expr, k: Index) -> tuple[Index | int, Expr] | None:
    """The index that a delta of k ties it to, and the expression without that delta."""
    if isinstance(e, ex.Delta) and k in e.indices:
        p, q = e.indices
        return (q if p == k else p), Number(1)
    if isinstance(e, ex.Product):
        for n, f in enumerate(e.args):
            found = _freed(f, k)
            if found is not None:
                return found[0], ex.mul(*e.args[:n], found[1], *e.args[n + 1 :])
    if isinstance(e, ex.Sum):
        terms = [_freed(t, k) for t in e.args]
        known = [t for t in terms if t is not None]
        if len(known) == len(terms) and len({other for other, _ in known}) == 1:
            return known[0][0], ex.add(*(rest for _, rest in known))
    return None
