"""Rules for differentials: dY of an expression of any shape, and what a differential identifies.

Magnus and Neudecker, *Matrix Differential Calculus*, third edition (2019): section 8.2 for sums, products,
transposes, traces and entrywise products, chapter 9 for what a differential identifies. Rules of which nothing is
cited follow by writing out the entries.
"""

from __future__ import annotations

from symjac import expr as ex
from symjac.expr import Expr, Partial, Product, Symbol
from symjac.kernel import Conclusion, Scope, Theorem, change, factor, jacobian, narrow, require, rule


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
    return ex.Differential(y), change("d_definition", scope.definitions[y], body)


@rule
def d_sum(scope: Scope, y: Expr, *terms: Theorem) -> Conclusion:
    """
    |- dA = P    |- dB = Q
    ----------------------
    |- d(A + B) = P + Q

    Magnus and Neudecker, section 8.2.
    """
    y = narrow(y, ex.Sum, "d_sum")
    return ex.Differential(y), ex.add(*_changes("d_sum", y, terms))


@rule
def d_product(scope: Scope, y: Expr, *factors: Theorem) -> Conclusion:
    """
    |- dA = P    |- dB = Q
    ------------------------
    |- d(A B) = P B + A Q

    Magnus and Neudecker, section 8.2.
    """
    return ex.Differential(y), _one_by_one("d_product", narrow(y, Product, "d_product"), factors)


@rule
def d_hadamard(scope: Scope, y: Expr, *factors: Theorem) -> Conclusion:
    """
    |- dA = P    |- dB = Q
    ----------------------------
    |- d(A o B) = P o B + A o Q

    Magnus and Neudecker, section 8.2.
    """
    return ex.Differential(y), _one_by_one("d_hadamard", narrow(y, ex.Hadamard, "d_hadamard"), factors)


def _one_by_one(name: str, y: Product | ex.Hadamard, factors: tuple[Theorem, ...]) -> Expr:
    """The sum of the products in which one factor after the other is replaced by its change."""
    changes = enumerate(_changes(name, y, factors))
    terms = [y.with_args((*y.args[:k], p, *y.args[k + 1 :])) for k, p in changes if not ex.is_zero(p)]
    return ex.add(*terms) if terms else ex.zero(y.shape)


def _changes(name: str, y: Expr, premises: tuple[Theorem, ...]) -> list[Expr]:
    """What the premises say about the operands, one about each."""
    require(len(y.args) == len(premises), name, "each operand wants a premise")
    return [change(name, a, t) for a, t in zip(y.args, premises, strict=True)]


@rule
def d_transpose(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P
    ---------------
    |- dA^T = P^T

    Magnus and Neudecker, section 8.2.
    """
    y = narrow(y, ex.Transpose, "d_transpose")
    return ex.Differential(y), ex.Transpose(change("d_transpose", y.arg, inner))


@rule
def d_diag(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = p
    -----------------------
    |- d diag(a) = diag(p)
    """
    y = narrow(y, ex.Diag, "d_diag")
    return ex.Differential(y), ex.Diag(change("d_diag", y.arg, inner))


@rule
def d_diagonal(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P
    ---------------------------------
    |- d diagonal(A) = diagonal(P)
    """
    y = narrow(y, ex.Diagonal, "d_diagonal")
    return ex.Differential(y), ex.Diagonal(change("d_diagonal", y.arg, inner))


@rule
def d_trace(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P
    ------------------
    |- d tr A = tr P

    Magnus and Neudecker, section 8.2.
    """
    y = narrow(y, ex.Trace, "d_trace")
    return ex.Differential(y), ex.Trace(change("d_trace", y.arg, inner))


@rule
def d_function(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    f acts entry by entry
    ----------------------------------
    |- df(A) = f'(A) o P
    """
    y = narrow(y, ex.Apply, "d_function")
    outer = ex.Apply(y.function.derivative(), y.arg)
    return ex.Differential(y), _entrywise(outer, change("d_function", y.arg, inner))


@rule
def d_power(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    q a constant scalar
    ------------------------------------
    |- d A^q = q A^(q-1) o P    (entrywise)
    """
    y = narrow(y, ex.EntryPower, "d_power")
    require(not scope.depends(y.exponent), "d_power", "the exponent is not constant")
    lowered = ex.power(y.base, ex.add(y.exponent, ex.Number(-1)))
    return ex.Differential(y), ex.mul(y.exponent, _entrywise(lowered, change("d_power", y.base, inner)))


@rule
def d_inverse(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    A invertible
    -----------------------------
    |- dA^-1 = -A^-1 P A^-1

    Magnus and Neudecker, section 8.4.
    """
    y = narrow(y, ex.MatrixPower, "d_inverse")
    require(y.exponent == ex.Number(-1), "d_inverse", "the operand is no inverse")
    return ex.Differential(y), Product(ex.Number(-1), y, change("d_inverse", y.base, inner), y)


@rule
def d_matrix_power(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    k a positive whole number
    --------------------------------------------------------
    |- dA^k = P A^(k-1) + A P A^(k-2) + ... + A^(k-1) P

    and for a negative one, A invertible,

    |- dA^-k = -(A^-1 P A^-k + A^-2 P A^-(k-1) + ... + A^-k P A^-1)
    """
    y = narrow(y, ex.MatrixPower, "d_matrix_power")
    q = narrow(y.exponent, ex.Number, "d_matrix_power").value
    require(q.denominator == 1, "d_matrix_power", "the exponent is no whole number")
    require(0 < abs(q) <= LARGEST_POWER, "d_matrix_power", "the power is zero or too large to write out")
    base, k, p = y.base, int(q), change("d_matrix_power", y.base, inner)
    if ex.is_zero(p):
        return ex.Differential(y), ex.zero(y.shape)
    if k > 0:
        terms = [_around(_whole(base, r), p, _whole(base, k - 1 - r)) for r in range(k)]
        return ex.Differential(y), ex.add(*terms)
    terms = [_around(_whole(base, -r), p, _whole(base, k - 1 + r)) for r in range(1, 1 - k)]
    return ex.Differential(y), ex.add(*(Product(ex.Number(-1), *t.args) for t in terms))


LARGEST_POWER = 12


def _whole(base: Expr, k: int) -> Expr | None:
    """The matrix power, nothing for the power 0."""
    if k == 0:
        return None
    return base if k == 1 else ex.MatrixPower(base, ex.Number(k))


def _around(left: Expr | None, p: Expr, right: Expr | None) -> Expr:
    factors = [f for f in (left, p, right) if f is not None]
    return factors[0] if len(factors) == 1 else Product(*factors)


@rule
def d_determinant(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    A invertible
    ---------------------------------
    |- d det A = det A tr(A^-1 P)

    Jacobi's formula; Magnus and Neudecker, section 8.3.
    """
    a = narrow(y, ex.Determinant, "d_determinant").arg
    return ex.Differential(y), ex.mul(y, ex.Trace(ex.mul(_inverse(a), change("d_determinant", a, inner))))


def _inverse(a: Expr) -> Expr:
    """A^-1; of an inverse what it is the inverse of."""
    if type(a) is ex.MatrixPower and a.exponent == ex.Number(-1):
        return a.base
    return ex.MatrixPower(a, ex.Number(-1))


@rule
def d_norm(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    A not zero
    ---------------------------
    |- d|A| = tr(A^T P) / |A|
    """
    a = narrow(y, ex.Norm, "d_norm").arg
    pairing = Product(ex.transpose(a), change("d_norm", a, inner))
    return ex.Differential(y), ex.mul(ex.power(y, -1), pairing if pairing.is_scalar else ex.Trace(pairing))


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
    pairing = Product(ex.transpose(a), change("d_squared_norm", a, inner))
    form = pairing if pairing.is_scalar else ex.Trace(pairing)
    return ex.Differential(y), ex.mul(ex.Number(q), ex.power(even.base, q - 2), form)


@rule
def d_softmax(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = u    p = softmax(a)
    ---------------------------------
    |- dp = (diag(p) - p p^T) u
    """
    y = narrow(y, ex.Softmax, "d_softmax")
    local = ex.sub(ex.diag(y), ex.mul(y, ex.transpose(y)))
    return ex.Differential(y), Product(local, change("d_softmax", y.arg, inner))


@rule
def d_log_sum_exp(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = u
    ------------------------------------------
    |- d log-sum-exp(a) = softmax(a)^T u
    """
    a = narrow(y, ex.LogSumExp, "d_log_sum_exp").arg
    return ex.Differential(y), Product(ex.Transpose(ex.Softmax(a)), change("d_log_sum_exp", a, inner))


@rule
def d_stack(scope: Scope, y: Expr, *parts: Theorem) -> Conclusion:
    """
    |- da = u    |- db = v
    ----------------------
    |- d[a; b] = [u; v]
    """
    y = narrow(y, ex.Stack, "d_stack")
    return ex.Differential(y), ex.Stack(*_changes("d_stack", y, parts))


@rule
def d_map(scope: Scope, y: Expr, *inner: Theorem) -> Conclusion:
    """
    |- da = u    |- db = v    F a differentiable map with Jacobians d_1 F and d_2 F by its arguments
    -----------------------------------------------------------------------------------------------
    |- dF(a, b) = d_1 F(a, b) u + d_2 F(a, b) v
    """
    y = narrow(y, ex.VectorMap, "d_map")
    changes = enumerate(_changes("d_map", y, inner), 1)
    terms = [ex.mul(y.jacobian(k), u) for k, u in changes if not ex.is_zero(u)]
    return ex.Differential(y), ex.add(*terms) if terms else ex.zero(y.shape)


@rule
def d_scalar_function(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = u    f a differentiable scalar function
    -----------------------------------------------
    |- df(a) = (nabla f)(a)^T u
    """
    y = narrow(y, ex.ScalarFunction, "d_scalar_function")
    return ex.Differential(y), ex.mul(y.jacobian(), change("d_scalar_function", y.args[0], inner))


@rule
def d_scalar_gradient(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = u    f a twice continuously differentiable scalar function
    ------------------------------------------------------------------
    |- d(nabla f)(a) = (nabla^2 f)(a) u
    """
    y = narrow(y, ex.ScalarGradient, "d_scalar_gradient")
    return ex.Differential(y), ex.mul(y.jacobian(), change("d_scalar_gradient", y.args[0], inner))


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
    return y, Product(change("d_applied", m, matrix), *y.args[1:])


@rule
def identification(scope: Scope, y: Expr, differential: Theorem) -> Conclusion:
    """
    |- ds = tr(G dX)    no dX in G
    ------------------------------
    |- ds/dX = G        (numerator layout, shape of X^T)

    Identification; Magnus and Neudecker, chapter 9.
    """
    linear = narrow(change("identification", y, differential), ex.Trace, "identification")
    return Partial(y, scope.wrt), factor("identification", scope, linear.arg)


@rule
def vector_identification(scope: Scope, y: Expr, differential: Theorem) -> Conclusion:
    """
    |- dy = J dx    no dx in J
    --------------------------
    |- dy/dx = J
    """
    linear = change("vector_identification", y, differential)
    return jacobian("vector_identification", scope, y), factor("vector_identification", scope, linear)
