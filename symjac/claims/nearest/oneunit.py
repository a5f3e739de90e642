"""A claim where every size is 1: all is scalar, so that only the factors count and not where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from symjac import expr as ex
from symjac.claims.comparison import Comparison
from symjac.claims.evaluate import Evaluator
from symjac.claims.nearest.sieve import APART, UNPROVED, Provable
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import Outcome
from symjac.claims.witness import Circumstances, confirm
from symjac.errors import NotYetError, ShapeError
from symjac.expr import Expr, Symbol
from symjac.normal import equal
from symjac.reading.applied.terms import Term
from symjac.reading.values import Value

_SAME = (ex.Diag, ex.Diagonal, ex.Transpose, ex.Trace, ex.Determinant)
_ONE = (ex.Ones, ex.Identity)


def scalar(e: Expr) -> Expr:
    """An expression where every size is 1.

    :raises NotYetError: where it holds what has no such form here.

    >>> n = ex.dim("n")
    >>> W, d = Symbol("W", (n, n)), Symbol("d", (n, ex.ONE))
    >>> scalar(ex.Product(ex.Transpose(W), ex.Diag(d)))
    Product(W, d)
    """
    args = [scalar(a) for a in e.args]
    if isinstance(e, Symbol):
        return Symbol(e.parts)
    if isinstance(e, ex.Number):
        return e
    if isinstance(e, _ONE):
        return ex.Number(1)
    if isinstance(e, ex.Zero):
        return ex.Number(0)
    if isinstance(e, _SAME):
        return args[0]
    if isinstance(e, ex.Sum):
        return ex.add(*args)
    if isinstance(e, ex.Product | ex.Hadamard):
        return ex.mul(*args)
    if isinstance(e, ex.EntryPower | ex.MatrixPower):
        return ex.EntryPower(args[0], args[1])
    if isinstance(e, ex.Apply):
        return ex.Apply(e.function, args[0])
    raise NotYetError(f"the {e.noun} is not read where every size is 1")


def is_possible(s: Statement) -> bool:
    """Whether every size of the system may be 1, and is not already."""
    shapes = {i.symbol.shape for i in s.models["column"].reading.symbols.values()}
    sizes = {d for shape in shapes for d in shape if d != ex.ONE}
    return bool(sizes) and all(d.is_Symbol for d in sizes) and not any(t.kind in _APART for t in s.walk())


_APART = (*APART, "over", "stack", "explicit", "map", "count")


class Alone(Evaluator):
    """Terms to scalars."""

    def value(self, t: Term) -> Value:
        match t.kind:
            case "symbol" if t.ref is not None:
                return self.given(scalar(self.model.symbol(self.ref(t.ref))), t)
            case "identity" | "ones" | "zeros":
                return self.given(ex.Number(int(t.kind != "zeros")), t)
            case "operation":
                a, b = (self.value(arg) for arg in t.args)
                return self.quotient(a, b, t) if t.data == "oslash" else self.product([a, b], t)
            case "word" if t.data in ("diag", "trace", "det") and len(t.args) == 1:
                return self.value(t.args[0])
            case "word":
                raise UndecidedError(f"{t.data} is not judged where every size is 1")
            case "derivative" | "gradient":
                return self.given(scalar(super().value(t).make()), t)
        return super().value(t)


@dataclass
class Scalars(Provable):
    """Two members where every size is 1."""

    def unconfirmed(self, a: Term, b: Term) -> str:
        plain = Comparison(self.statement, self.model, self.convention, self.order)
        return confirm(plain, a, b, Circumstances(every_size_is_one=True))

    def decided(self, left: Expr, right: Expr) -> Outcome:
        if not (left.is_scalar and right.is_scalar):
            raise ShapeError("not every size is 1")
        met = [self.model.symbol(r) for r in self.model.refs(left.symbols | right.symbols)]
        for table in self.tables(met):
            if equal(left, right, {Symbol(s.parts): scalar(e) for s, e in table.items()}):
                return Outcome(True, "proof")
        return UNPROVED
