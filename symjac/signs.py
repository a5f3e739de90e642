"""What can be said of the signs of an expression's entries for all values, by looking at the tree.

>>> from symjac.expr import ONE, Norm, Number, Symbol, add, dim, power
>>> x = Symbol("x", (dim("n"), ONE))
>>> signs = Signs()
>>> signs.positive(add(power(Norm(x), 2), Number(1))), signs.positive(Norm(x)), signs.nonnegative(Norm(x))
(True, False, True)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from symjac import expr as ex
from symjac.expr import Apply, Expr, Number, Symbol

POSITIVE = frozenset({"exp", "sigmoid", "softplus", "cosh", "normcdf", "normpdf"})
NOT_NEGATIVE = POSITIVE | {"relu", "relu6", "abs", "step", "square", "sqrt", "hardsigmoid"}


class Signs:
    """Signs under definitions; ``sizes`` are the names of the letters that are sizes, which are positive.

    ``False`` says only that the tree does not show it.
    """

    def __init__(
        self, definitions: Mapping[Symbol, Expr] = MappingProxyType({}), sizes: frozenset[str] = frozenset()
    ) -> None:
        self.definitions = definitions
        self.sizes = sizes

    def positive(self, e: Expr) -> bool:
        """Whether every entry is more than zero wherever it is defined."""
        match e:
            case Number():
                return e.value > 0
            case ex.Ones() | ex.Softmax():
                return True
            case Symbol():
                if e in self.definitions:
                    return self.positive(self.definitions[e])
                return e.is_scalar and e.name in self.sizes
            case Apply():
                return e.function.order == 0 and e.function.known in POSITIVE
            case ex.Sum():
                return all(map(self.nonnegative, e.args)) and any(map(self.positive, e.args))
            case ex.Product() | ex.Hadamard() | ex.Stack() | ex.Transpose() | ex.Diagonal():
                # Sums have at least one term: no size is zero.
                return all(map(self.positive, e.args))
            case ex.EntryPower():
                return self.positive(e.base) or (_is_even(e.exponent) and self.nonzero(e.base))
            case ex.Norm():
                return self.positive(e.arg)
        return False

    def nonnegative(self, e: Expr) -> bool:
        """Whether no entry is less than zero, wherever it is defined."""
        match e:
            case Number():
                return e.value >= 0
            case ex.Zero() | ex.Identity() | ex.Norm():
                return True
            case Symbol() if e in self.definitions:
                return self.nonnegative(self.definitions[e])
            case Apply() if e.function.order == 0 and e.function.known in NOT_NEGATIVE:
                return True
            case ex.EntryPower() if _is_even(e.exponent) or _is_root(e.exponent) or self.nonnegative(e.base):
                return True
            case ex.Hadamard():
                return all(self.nonnegative(f) or count % 2 == 0 for f, count in Counter(e.args).items())
            case ex.Product():
                chain = tuple(f for f in e.args if not f.is_scalar)
                scalars = Counter(f for f in e.args if f.is_scalar)
                if all(self.nonnegative(f) or count % 2 == 0 for f, count in scalars.items()):
                    return all(map(self.nonnegative, chain)) or (e.is_scalar and _is_square(chain))
            case ex.Trace() if isinstance(e.arg, ex.Product):
                return _is_square(e.arg.args) or self.nonnegative(e.arg)
            case ex.Sum() | ex.Stack() | ex.Transpose() | ex.Diag() | ex.Diagonal() | ex.Trace():
                return all(map(self.nonnegative, e.args))
        return self.positive(e)

    def nonzero(self, e: Expr) -> bool:
        """Whether no entry is zero."""
        if isinstance(e, ex.Hadamard) or (isinstance(e, ex.Product) and sum(not f.is_scalar for f in e.args) < 2):
            return all(map(self.nonzero, e.args))
        if isinstance(e, Number):
            return e.value != 0
        if isinstance(e, ex.EntryPower):
            return self.nonzero(e.base)
        if isinstance(e, Symbol) and e in self.definitions:
            return self.nonzero(self.definitions[e])
        return self.positive(e) or self.positive(ex.neg(e))


def _is_even(q: Expr) -> bool:
    return isinstance(q, Number) and q.value.denominator == 1 and q.value.numerator % 2 == 0


def _is_root(q: Expr) -> bool:
    """Whether a power with this exponent is a square root of something, which is not negative where it is defined."""
    return isinstance(q, Number) and q.value.denominator % 2 == 0


def _is_square(chain: tuple[Expr, ...]) -> bool:
    """Whether a product of matrices reads A^T A, with anything not negative on a diagonal excluded."""
    half, odd = divmod(len(chain), 2)
    return odd == 0 and half > 0 and all(chain[k] == ex.transpose(chain[-1 - k]) for k in range(half))
