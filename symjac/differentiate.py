"""Which rule applies where: from an expression to the theorem about its derivative.

:func:`jacobian_theorem` gives ``|- dy/dx = J`` for a scalar or vector by a scalar or vector, and for a
scalar by a matrix. Symbols that the system defines keep their own derivative by name (the rule
``gate``), so the result is as small as the right-hand side it came from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from symjac import expr as ex
from symjac.errors import NotYetError, RuleError
from symjac.expr import Expr, Product
from symjac.kernel import DIFFERENTIALS, JACOBIANS, Scope, Theorem, narrow, operands
from symjac.linear import coefficient, gradient, jacobian_of_linear
from symjac.rules import infer
from symjac.rules.differentials import LARGEST_POWER
from symjac.values import counterexample


def jacobian_theorem(y: Expr, scope: Scope) -> Theorem:
    """``|- dy/dx = J`` with the derivatives of gates kept by name.

    :raises NotYetError: where no rule applies.

    >>> n = ex.dim("n")
    >>> W, x = ex.Symbol("W", (n, n)), ex.Symbol("x", (n, ex.ONE))
    >>> y = Product(W, ex.Apply(ex.Function(r"\\sigma"), x))
    >>> theorem = jacobian_theorem(y, Scope(x, {}))
    >>> [step.rule for step in theorem.steps()]
    ['variable', 'chain_rule', 'constant_factor']
    """
    if scope.wrt.cols != ex.ONE:
        return identified(y, scope)
    return _Jacobian(scope).of(y)


def differential_theorem(y: Expr, scope: Scope) -> Theorem:
    """``|- dY = ...``, linear in dX, for an expression of any shape; definitions are opened.

    :raises NotYetError: where no rule applies.
    """
    return _Differential(scope).of(y)


def identified(y: Expr, scope: Scope) -> Theorem:
    """``|- dy/dX = G`` by the differential of y: G is read off, and the normal form says whether it is right.

    :raises NotYetError: where no rule applies, or nothing can be read off.
    """
    theorem = differential_theorem(y, scope)
    change = ex.Differential(scope.wrt)
    if y.is_scalar:
        form: Expr = ex.Trace(Product(gradient(theorem.rhs, scope.wrt), change))
        return infer("identification", scope, y, _rearranged(form, theorem, scope))
    form = Product(jacobian_of_linear(theorem.rhs, scope.wrt), change)
    return infer("vector_identification", scope, y, _rearranged(form, theorem, scope))


def _rearranged(form: Expr, theorem: Theorem, scope: Scope) -> Theorem:
    """The theorem with another right-hand side, which the normal form may be too weak to see.

    :raises NotYetError: where it does not, and no values tell the two apart.
    :raises RuleError: where some do.
    """
    try:
        return infer("rearrangement", scope, form, theorem)
    except RuleError as error:
        if counterexample(theorem.rhs, form, scope.definitions, moving=frozenset({scope.wrt})) is not None:
            raise
        raise NotYetError(f"the derivative by {scope.wrt.name} cannot be proved for every size yet") from error


class _Derivatives(ABC):
    """Derivatives within one scope; equal subexpressions are differentiated once."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.done: dict[Expr, Theorem] = {}

    def of(self, y: Expr) -> Theorem:
        if y not in self.done:
            if isinstance(y, ex.OverTime):
                raise NotYetError("a sum or product over steps is not differentiated: it may hold the variable")
            self.done[y] = self.derive(y)
        return self.done[y]

    def infer(self, name: str, y: Expr, *premises: Theorem) -> Theorem:
        return infer(name, self.scope, y, *premises)

    def by_operands(self, name: str, y: Expr) -> Theorem:
        """The theorem of a rule that speaks of the derivatives of the operands."""
        return self.infer(name, y, *map(self.of, operands(name, y)))

    @abstractmethod
    def derive(self, y: Expr) -> Theorem:
        """The derivative of an expression that is not known yet."""


class _Jacobian(_Derivatives):
    """Jacobians, by the rules for vectors."""

    def derive(self, y: Expr) -> Theorem:
        if y == self.scope.wrt:
            return self.infer("variable", y)
        if not self.scope.depends(y):
            return self.infer("constant", y)
        if isinstance(y, ex.Symbol):
            return self.infer("gate", y)
        if isinstance(y, Product):
            return self.product(y)
        if isinstance(y, ex.Norm) and y.arg.cols != ex.ONE:
            return identified(y, self.scope)
        if isinstance(y, ex.Transpose) and y.arg.is_scalar:
            return self.infer("same_expression", y, self.of(y.arg))
        if isinstance(y, ex.Diagonal | ex.Trace | ex.Determinant):
            return identified(y, self.scope)
        if isinstance(y, ex.EntryPower) and self.scope.depends(y.exponent):
            return self.by_operands("exponent_rule", y)
        if _is_power_of_squared_norm(y):
            return self.power_of_squared_norm(y)
        if type(y) in JACOBIANS:
            return self.by_operands(JACOBIANS[type(y)], y)
        raise NotYetError(f"there is no rule yet for the derivative of this: {ex.brief(y)}")

    def power_of_squared_norm(self, y: Expr) -> Theorem:
        """|a|^(2k) as (|a|^2)^k: the square has a derivative also where the norm has none."""
        a = y.args[0].args[0]
        if a.cols != ex.ONE:
            return identified(y, self.scope)
        if y.args[1] != ex.Number(2):
            return self.infer("same_expression", y, self.of(_over_square(y)))
        return self.infer("squared_norm_rule", y, self.of(a))

    def product(self, y: Product) -> Theorem:
        depends = self.scope.depends
        scalars, chain = ex.parted(y)
        # An inner product inside the chain is a scalar factor: u v^T w = (v^T w) u.
        parts = _split_at_rows(chain)
        if len(parts) > 1:
            scalars += [Product(*p) for p in parts if p[0].is_row and p[-1].cols == ex.ONE]
            chain = [f for p in parts if not (p[0].is_row and p[-1].cols == ex.ONE) for f in p]
        ordered = (*scalars, *chain)
        if ordered != y.args:
            return self.infer("same_expression", y, self.of(Product(*ordered)))
        changing = next((s for s in scalars if depends(s)), None)
        if changing is not None and len(ordered) > 1:
            rest = list(ordered)
            rest.remove(changing)
            v = rest[0] if len(rest) == 1 else Product(*rest)
            return self.infer("scalar_product", y, self.of(changing), self.of(v))
        constant = next(k for k, f in enumerate(ordered) if depends(f))
        if constant:
            return self.infer("constant_factor", y, self.of(ex.chained(ordered[constant:])))
        return self.chain(y)

    def chain(self, y: Product) -> Theorem:
        """A product whose first factor is no scalar and changes with x."""
        first, rest = y.args[0], y.args[1:]
        v = ex.chained(rest)
        if isinstance(first, ex.Diag):
            return self.infer("same_expression", y, self.of(ex.hadamard(first.arg, v)))
        if isinstance(first, ex.Sum):
            other = ex.Sum(*(ex.chained((t, *rest)) if not t.is_scalar else ex.mul(t, v) for t in first.args))
            return self.infer("same_expression", y, self.of(other))
        if first.is_row:
            return self.infer("inner_product", y, self.of(ex.transpose(first)), self.of(v))
        if first.is_vector:
            return self.infer("same_expression", y, self.of(Product(v, first)))
        inner = _reassociated(first)
        if inner is not None:
            return self.infer("same_expression", y, self.of(Product(*inner, *rest)))
        change = ex.Differential(self.scope.wrt)
        applied = self.infer("d_applied", Product(ex.Differential(first), v), differential_theorem(first, self.scope))
        form = Product(coefficient(applied.rhs.args[0], v, self.scope.wrt), change)
        return self.infer("matrix_times_vector", y, self.infer("rearrangement", form, applied), self.of(v))


def _is_power_of_squared_norm(y: Expr) -> bool:
    """Whether an expression is a norm to a positive even power."""
    if not isinstance(y, ex.EntryPower) or not isinstance(y.base, ex.Norm) or not isinstance(y.exponent, ex.Number):
        return False
    q = y.exponent.value
    return q > 0 and q.denominator == 1 and q.numerator % 2 == 0


def _over_square(y: Expr) -> Expr:
    """A norm to an even power as a power of its square."""
    norm, q = y.args
    return ex.EntryPower(ex.EntryPower(norm, ex.Number(2)), ex.Number(narrow(q, ex.Number, "differentiate").value / 2))


def _split_at_rows(chain: list[Expr]) -> list[list[Expr]]:
    """The chain cut before every row; a cut leaves a column before it."""
    parts: list[list[Expr]] = []
    for f in chain:
        if not parts or f.is_row:
            parts.append([])
        parts[-1].append(f)
    return parts


def _reassociated(e: Expr) -> tuple[Expr, ...] | None:
    """The factors of a nested product or of a transposed product, for opening it in place."""
    if isinstance(e, Product):
        return e.args
    if isinstance(e, ex.Transpose):
        turned = ex.transpose(e.arg)
        if turned != e:
            return turned.args if isinstance(turned, Product) else (turned,)
    return None


class _Differential(_Derivatives):
    """Differentials, of expressions of any shape."""

    def derive(self, y: Expr) -> Theorem:
        if y == self.scope.wrt:
            return self.infer("d_variable", y)
        if not self.scope.depends(y):
            return self.infer("d_constant", y)
        if isinstance(y, ex.Symbol):
            return self.infer("d_definition", y, self.of(self.scope.definitions[y]))
        if isinstance(y, ex.MatrixPower) and y.exponent != ex.Number(-1):
            if not (isinstance(y.exponent, ex.Number) and 0 < abs(y.exponent.value) <= LARGEST_POWER):
                raise NotYetError(f"this power is not written out: {ex.brief(y)}")
            return self.infer("d_matrix_power", y, self.of(y.base))
        if _is_power_of_squared_norm(y):
            return self.infer("d_squared_norm", y, self.of(y.args[0].args[0]))
        if type(y) in DIFFERENTIALS:
            return self.by_operands(DIFFERENTIALS[type(y)], y)
        raise NotYetError(f"there is no rule yet for the differential of this: {ex.brief(y)}")
