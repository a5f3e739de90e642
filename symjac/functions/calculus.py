"""Entrywise derivatives by the table, and the spelling of sigmoid, tanh and their kin by exponentials."""

from __future__ import annotations

from symjac import expr
from symjac.errors import NotYetError, ShapeError
from symjac.expr import Apply, Expr, Function, Number, add, hadamard, mul, power
from symjac.functions.table import ACTIVATIONS, constant

LONGEST = 2_000  # so many terms and factors a derivative may have that is differentiated once more


def derivative(function: Function, a: Expr, y: Expr | None = None) -> Expr:
    """f'(a), entry by entry: the table's form for a known function, sigma'(a) for an unspecified one.

    >>> x = expr.Symbol("x")
    >>> derivative(Function(r"\\sigma"), x).function.order
    1
    """
    if function.known is None:
        return Apply(function.derivative(), a)
    row = ACTIVATIONS[function.known]
    if function.order == 0:
        return row.derivative(a, row(a) if y is None else y)
    lower = derivative(Function(function.name, function.order - 1, function.known), a)
    if expr.length(lower) > LONGEST:
        raise NotYetError(f"derivative {function.order + 1} of {function.known} is too long to be written out")
    return differentiate(lower, a)


def is_exponential(known: str) -> bool:
    """Whether a known function is exp, log, or one that is written by these."""
    return known in ("exp", "log") or ACTIVATIONS[known].exponentials is not None


def in_exponentials(e: Expr) -> Expr:
    r"""The expression with sigmoid, tanh and their kin by exp and log, in which both spellings of a logistic are one.

    >>> in_exponentials(ACTIVATIONS["softplus"](expr.Symbol("x"))).function.known
    'log'
    """
    if not e.args:
        return e
    args = tuple(map(in_exponentials, e.args))
    e = e if args == e.args else e.with_args(args)
    if not isinstance(e, Apply) or e.function.known is None:
        return e
    row = ACTIVATIONS[e.function.known]
    if row.exponentials is None:
        return e
    if not e.function.order:
        return row.exponentials(e.arg)
    lower = Function(e.function.name, e.function.order - 1, e.function.known)
    return in_exponentials(derivative(lower, e.arg))


def differentiate(e: Expr, a: Expr) -> Expr:
    """The entrywise derivative of an entrywise expression in ``a`` (all of one shape, or scalars)."""
    if e == a:
        return constant(1, a)
    if not any(s == a for s in e.walk()):
        return expr.zero(e.shape)
    if isinstance(e, expr.Sum):
        return add(*(differentiate(t, a) for t in e.args))
    if isinstance(e, expr.Product | expr.Hadamard):
        times = mul if isinstance(e, expr.Product) else hadamard
        parts = ((k, differentiate(f, a)) for k, f in enumerate(e.args))
        return add(*(times(*e.args[:k], d, *e.args[k + 1 :]) for k, d in parts))
    if isinstance(e, expr.EntryPower):
        lower = power(e.base, add(e.exponent, Number(-1)))
        return hadamard(mul(e.exponent, lower), differentiate(e.base, a))
    if isinstance(e, Apply):
        return hadamard(derivative(e.function, e.arg, e), differentiate(e.arg, a))
    raise ShapeError(f"{expr.brief(e)} is not built entry by entry")
