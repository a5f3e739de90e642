"""Rules for differentials: dY of an expression of any shape, and what a differential identifies.

Magnus and Neudecker, *Matrix Differential Calculus*, third edition (2019): section 8.2 for sums, products,
transposes, traces and entrywise products, chapter 9 for what a differential identifies. Rules of which nothing is
cited follow by writing out the entries.
"""

from __future__ import annotations

from symjac import expr as ex
from symjac.expr import Expr, Partial, Product, Symbol
from symjac.kernel import Conclusion, Scope, Theorem, change, differential_rule, factor, jacobian, narrow, require, rule


@rule
def d_constant(scope: Scope, y: Expr) -> Conclusion:
    """
    X does not occur in C
    ---------------------
    |- dC = 0
    """
    require(not scope.depends(y), "d_constant", "the operand depends on the variable")
    return ex.Differential(y), ex.zero(y.shape)


@rule
def d_variable(scope: Scope, y: Expr) -> Conclusion:
    """
    ----------
    |- dX = dX
    """
    require(y == scope.wrt, "d_variable", "the operand is not the variable")
    return ex.Differential(y), ex.Differential(y)


@rule
def d_definition(scope: Scope, y: Expr, body: Theorem) -> Conclusion:
    """
    Z := E    |- dE = F
    -------------------
    |- dZ = F
    """
    y = narrow(y, Symbol, "d_definition")
    require(y in scope.definitions, "d_definition", "the operand has no definition")
    return ex.Differential(y), change("d_definition", scope, scope.definitions[y], body)


@differential_rule(ex.Sum)
def d_sum(scope: Scope, y: ex.Sum, *changes: Expr) -> Expr:
    """
    |- dA = P    |- dB = Q
    ----------------------
    |- d(A + B) = P + Q

    Magnus and Neudecker, section 8.2.
    """
    return ex.add(*changes)


@differential_rule(Product)
def d_product(scope: Scope, y: Product, *changes: Expr) -> Expr:
    """
    |- dA = P    |- dB = Q
    ------------------------
    |- d(A B) = P B + A Q

    Magnus and Neudecker, section 8.2.
    """
    return _one_by_one(y, changes)


@differential_rule(ex.Hadamard)
def d_hadamard(scope: Scope, y: ex.Hadamard, *changes: Expr) -> Expr:
    """
    |- dA = P    |- dB = Q
    ----------------------------
    |- d(A o B) = P o B + A o Q

    Magnus and Neudecker, section 8.2.
    """
    return _one_by_one(y, changes)


def _one_by_one(y: Product | ex.Hadamard, changes: tuple[Expr, ...]) -> Expr:
    """The sum of the products in which one factor after the other is replaced by its change."""
    terms = [y.with_args((*y.args[:k], p, *y.args[k + 1 :])) for k, p in enumerate(changes) if not ex.is_zero(p)]
    return ex.add(*terms) if terms else ex.zero(y.shape)


@differential_rule(ex.Transpose)
def d_transpose(scope: Scope, y: ex.Transpose, p: Expr) -> Expr:
    """
    |- dA = P
    ---------------
    |- dA^T = P^T

    Magnus and Neudecker, section 8.2.
    """
    return ex.Transpose(p)


@differential_rule(ex.Diag)
def d_diag(scope: Scope, y: ex.Diag, p: Expr) -> Expr:
    """
    |- da = p
    -----------------------
    |- d diag(a) = diag(p)
    """
    return ex.Diag(p)


@differential_rule(ex.Diagonal)
def d_diagonal(scope: Scope, y: ex.Diagonal, p: Expr) -> Expr:
    """
    |- dA = P
    ---------------------------------
    |- d diagonal(A) = diagonal(P)
    """
    return ex.Diagonal(p)


@differential_rule(ex.Trace)
def d_trace(scope: Scope, y: ex.Trace, p: Expr) -> Expr:
    """
    |- dA = P
    ------------------
    |- d tr A = tr P

    Magnus and Neudecker, section 8.2.
    """
    return ex.Trace(p)


@differential_rule(ex.Apply)
def d_function(scope: Scope, y: ex.Apply, p: Expr) -> Expr:
    """
    |- dA = P    f acts entry by entry
    ----------------------------------
    |- df(A) = f'(A) o P
    """
    return _entrywise(ex.Apply(y.function.derivative(), y.arg), p)


@differential_rule(ex.EntryPower)
def d_power(scope: Scope, y: ex.EntryPower, p: Expr) -> Expr:
    """
    |- dA = P    q a constant scalar
    ------------------------------------
    |- d A^q = q A^(q-1) o P    (entrywise)
    """
    require(not scope.depends(y.exponent), "d_power", "the exponent is not constant")
    lowered = ex.power(y.base, ex.add(y.exponent, ex.Number(-1)))
    return ex.mul(y.exponent, _entrywise(lowered, p))


@differential_rule(ex.MatrixPower)
def d_inverse(scope: Scope, y: ex.MatrixPower, p: Expr) -> Expr:
    """
    |- dA = P    A invertible
    -----------------------------
    |- dA^-1 = -A^-1 P A^-1

    Magnus and Neudecker, section 8.4.
    """
    require(y.exponent == ex.Number(-1), "d_inverse", "the operand is no inverse")
    return Product(ex.Number(-1), y, p, y)


@differential_rule(ex.MatrixPower)
def d_matrix_power(scope: Scope, y: ex.MatrixPower, p: Expr) -> Expr:
    """
    |- dA = P    k a positive whole number
    --------------------------------------------------------
    |- dA^k = P A^(k-1) + A P A^(k-2) + ... + A^(k-1) P

    and for a negative one, A invertible,

    |- dA^-k = -(A^-1 P A^-k + A^-2 P A^-(k-1) + ... + A^-k P A^-1)
    """
    q = narrow(y.exponent, ex.Number, "d_matrix_power").value
    require(q.denominator == 1, "d_matrix_power", "the exponent is no whole number")
    require(0 < abs(q) <= LARGEST_POWER, "d_matrix_power", "the power is zero or too large to write out")
    base, k = y.base, int(q)
    if ex.is_zero(p):
        return ex.zero(y.shape)
    if k > 0:
        return ex.add(*(_around(_whole(base, r), p, _whole(base, k - 1 - r)) for r in range(k)))
    terms = [_around(_whole(base, -r), p, _whole(base, k - 1 + r)) for r in range(1, 1 - k)]
    return ex.add(*(Product(ex.Number(-1), *t.args) for t in terms))


LARGEST_POWER = 12


def _whole(base: Expr, k: int) -> Expr | None:
    """The matrix power, nothing for the power 0."""
    if k == 0:
        return None
    return base if k == 1 else ex.MatrixPower(base, ex.Number(k))


def _around(left: Expr | None, p: Expr, right: Expr | None) -> Expr:
    factors = [f for f in (left, p, right) if f is not None]
    return factors[0] if len(factors) == 1 else Product(*factors)


@differential_rule(ex.Determinant)
def d_determinant(scope: Scope, y: ex.Determinant, p: Expr) -> Expr:
    """
    |- dA = P    A invertible
    ---------------------------------
    |- d det A = det A tr(A^-1 P)

    Jacobi's formula; Magnus and Neudecker, section 8.3.
    """
    return ex.mul(y, ex.Trace(ex.mul(_inverse(y.arg), p)))


def _inverse(a: Expr) -> Expr:
    """A^-1; of an inverse what it is the inverse of."""
    if type(a) is ex.MatrixPower and a.exponent == ex.Number(-1):
        return a.base
    return ex.MatrixPower(a, ex.Number(-1))


@differential_rule(ex.Norm)
def d_norm(scope: Scope, y: ex.Norm, p: Expr) -> Expr:
    """
    |- dA = P    A not zero
    ---------------------------
    |- d|A| = tr(A^T P) / |A|
    """
    return ex.mul(ex.power(y, -1), _pairing(y.arg, p))


@rule
def d_squared_norm(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    k = 1, 2, ...
    ------------------------------------------
    |- d|A|^(2k) = 2k |A|^(2k-2) tr(A^T P)          (also where A is zero)
    """
    even = narrow(y, ex.EntryPower, "d_squared_norm")
    a = narrow(even.base, ex.Norm, "d_squared_norm").arg
    q = narrow(even.exponent, ex.Number, "d_squared_norm").value
    require(q > 0 and q % 2 == 0, "d_squared_norm", "the operand is no power of a square")
    p = change("d_squared_norm", scope, a, inner)
    return ex.Differential(y), ex.mul(ex.Number(q), ex.power(even.base, q - 2), _pairing(a, p))


def _pairing(a: Expr, p: Expr) -> Expr:
    """``tr(a^T p)``."""
    product = Product(ex.transpose(a), p)
    return product if product.is_scalar else ex.Trace(product)


@differential_rule(ex.Softmax)
def d_softmax(scope: Scope, y: ex.Softmax, u: Expr) -> Expr:
    """
    |- da = u    p = softmax(a)
    ---------------------------------
    |- dp = (diag(p) - p p^T) u
    """
    return Product(ex.sub(ex.diag(y), ex.mul(y, ex.transpose(y))), u)


@differential_rule(ex.LogSumExp)
def d_log_sum_exp(scope: Scope, y: ex.LogSumExp, u: Expr) -> Expr:
    """
    |- da = u
    ------------------------------------------
    |- d log-sum-exp(a) = softmax(a)^T u
    """
    return Product(ex.Transpose(ex.Softmax(y.arg)), u)


@differential_rule(ex.Stack)
def d_stack(scope: Scope, y: ex.Stack, *changes: Expr) -> Expr:
    """
    |- da = u    |- db = v
    ----------------------
    |- d[a; b] = [u; v]
    """
    return ex.Stack(*changes)


@differential_rule(ex.VectorMap)
def d_map(scope: Scope, y: ex.VectorMap, *changes: Expr) -> Expr:
    """
    |- da = u    |- db = v    F a differentiable map with Jacobians d_1 F and d_2 F by its arguments
    -----------------------------------------------------------------------------------------------
    |- dF(a, b) = d_1 F(a, b) u + d_2 F(a, b) v
    """
    terms = [ex.mul(y.jacobian(k), u) for k, u in enumerate(changes, 1) if not ex.is_zero(u)]
    return ex.add(*terms) if terms else ex.zero(y.shape)


@differential_rule(ex.ScalarFunction)
def d_scalar_function(scope: Scope, y: ex.ScalarFunction, u: Expr) -> Expr:
    """
    |- da = u    f a differentiable scalar function
    -----------------------------------------------
    |- df(a) = (nabla f)(a)^T u
    """
    return ex.mul(y.jacobian(), u)


@differential_rule(ex.ScalarGradient)
def d_scalar_gradient(scope: Scope, y: ex.ScalarGradient, u: Expr) -> Expr:
    """
    |- da = u    f a twice continuously differentiable scalar function
    ------------------------------------------------------------------
    |- d(nabla f)(a) = (nabla^2 f)(a) u
    """
    return ex.mul(y.jacobian(), u)


def _entrywise(a: Expr, b: Expr) -> Expr:
    if ex.is_zero(b):
        return b
    return ex.mul(a, b) if b.is_scalar else ex.Hadamard(a, b)


@rule
def d_applied(scope: Scope, y: Expr, matrix: Theorem) -> Conclusion:
    """
    |- dM = L
    -----------------
    |- (dM) v = L v
    """
    y = narrow(y, Product, "d_applied")
    m = narrow(y.args[0], ex.Differential, "d_applied").arg
    return y, Product(change("d_applied", scope, m, matrix), *y.args[1:])


@rule
def identification(scope: Scope, y: Expr, differential: Theorem) -> Conclusion:
    """
    |- ds = tr(G dX)    no dX in G
    ------------------------------
    |- ds/dX = G        (numerator layout, shape of X^T)

    Identification; Magnus and Neudecker, chapter 9.
    """
    linear = narrow(change("identification", scope, y, differential), ex.Trace, "identification")
    return Partial(y, scope.wrt), factor("identification", scope, linear.arg)


@rule
def vector_identification(scope: Scope, y: Expr, differential: Theorem) -> Conclusion:
    """
    |- dy = J dx    no dx in J
    --------------------------
    |- dy/dx = J
    """
    linear = change("vector_identification", scope, y, differential)
    return jacobian("vector_identification", scope, y), factor("vector_identification", scope, linear)
