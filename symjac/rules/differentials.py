"""Rules for differentials: dY of an expression of any shape, and what a differential identifies.

Magnus and Neudecker, *Matrix Differential Calculus*, third edition (2019): section 8.2 for sums, products,
transposes, traces and entrywise products, chapter 9 for what a differential identifies. Rules of which nothing is
cited follow by writing out the entries.
"""

from __future__ import annotations

from symjac import expr as ex
from symjac.expr import Expr, Partial, Product, Symbol
from symjac.kernel import Conclusion, Scope, Theorem, require, rule
from symjac.rules.linear import jacobian_of_linear, pull_back


def _d(name: str, operand: Expr, premise: Theorem) -> Expr:
    require(premise.lhs == ex.Differential(operand), name, "a premise is about something else")
    return premise.rhs


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
    require(y in scope.definitions and y != scope.wrt, "d_definition", "the operand has no definition")
    assert isinstance(y, Symbol)
    return ex.Differential(y), _d("d_definition", scope.definitions[y], body)


@rule
def d_sum(scope: Scope, y: Expr, *terms: Theorem) -> Conclusion:
    """
    |- dA = P    |- dB = Q
    ----------------------
    |- d(A + B) = P + Q

    Magnus and Neudecker, section 8.2.
    """
    require(isinstance(y, ex.Sum) and len(y.args) == len(terms), "d_sum", "the operand is no sum of the premises")
    return ex.Differential(y), ex.add(*(_d("d_sum", a, t) for a, t in zip(y.args, terms, strict=True)))


@rule
def d_product(scope: Scope, y: Expr, *factors: Theorem) -> Conclusion:
    """
    |- dA = P    |- dB = Q
    ------------------------
    |- d(A B) = P B + A Q

    Magnus and Neudecker, section 8.2.
    """
    require(isinstance(y, Product) and len(y.args) == len(factors), "d_product", "no product of the premises")
    terms = []
    for k, (a, t) in enumerate(zip(y.args, factors, strict=True)):
        change = _d("d_product", a, t)
        if not ex.is_zero(change):
            terms.append(Product(*y.args[:k], change, *y.args[k + 1 :]))
    return ex.Differential(y), ex.add(*terms) if terms else ex.zero(y.shape)


@rule
def d_hadamard(scope: Scope, y: Expr, *factors: Theorem) -> Conclusion:
    """
    |- dA = P    |- dB = Q
    ----------------------------
    |- d(A o B) = P o B + A o Q

    Magnus and Neudecker, section 8.2.
    """
    require(isinstance(y, ex.Hadamard) and len(y.args) == len(factors), "d_hadamard", "no entrywise product")
    terms = []
    for k, (a, t) in enumerate(zip(y.args, factors, strict=True)):
        change = _d("d_hadamard", a, t)
        if not ex.is_zero(change):
            terms.append(ex.Hadamard(*y.args[:k], change, *y.args[k + 1 :]))
    return ex.Differential(y), ex.add(*terms) if terms else ex.zero(y.shape)


@rule
def d_transpose(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P
    ---------------
    |- dA^T = P^T

    Magnus and Neudecker, section 8.2.
    """
    require(isinstance(y, ex.Transpose), "d_transpose", "the operand is no transpose")
    return ex.Differential(y), ex.Transpose(_d("d_transpose", y.args[0], inner))


@rule
def d_diag(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = p
    -----------------------
    |- d diag(a) = diag(p)
    """
    require(isinstance(y, ex.Diag), "d_diag", "the operand is no diagonal matrix")
    return ex.Differential(y), ex.Diag(_d("d_diag", y.args[0], inner))


@rule
def d_diagonal(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P
    ---------------------------------
    |- d diagonal(A) = diagonal(P)
    """
    require(isinstance(y, ex.Diagonal), "d_diagonal", "the operand is no diagonal")
    return ex.Differential(y), ex.Diagonal(_d("d_diagonal", y.args[0], inner))


@rule
def d_trace(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P
    ------------------
    |- d tr A = tr P

    Magnus and Neudecker, section 8.2.
    """
    require(isinstance(y, ex.Trace), "d_trace", "the operand is no trace")
    return ex.Differential(y), ex.Trace(_d("d_trace", y.args[0], inner))


@rule
def d_function(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    f acts entry by entry
    ----------------------------------
    |- df(A) = f'(A) o P
    """
    require(isinstance(y, ex.Apply), "d_function", "the operand is no function of something")
    assert isinstance(y, ex.Apply)
    outer = ex.Apply(y.function.derivative(), y.arg)
    return ex.Differential(y), _entrywise(outer, _d("d_function", y.arg, inner))


@rule
def d_power(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    q a constant scalar
    ------------------------------------
    |- d A^q = q A^(q-1) o P    (entrywise)
    """
    require(isinstance(y, ex.EntryPower), "d_power", "the operand is no power")
    assert isinstance(y, ex.EntryPower)
    require(not scope.depends(y.exponent), "d_power", "the exponent is not constant")
    lowered = ex.power(y.base, ex.add(y.exponent, ex.Number(-1)))
    return ex.Differential(y), ex.mul(y.exponent, _entrywise(lowered, _d("d_power", y.base, inner)))


@rule
def d_inverse(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    A invertible
    -----------------------------
    |- dA^-1 = -A^-1 P A^-1

    Magnus and Neudecker, section 8.4.
    """
    ok = isinstance(y, ex.MatrixPower) and y.args[1] == ex.Number(-1)
    require(ok, "d_inverse", "the operand is no inverse")
    return ex.Differential(y), Product(ex.Number(-1), y, _d("d_inverse", y.args[0], inner), y)


@rule
def d_matrix_power(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    k a positive whole number
    --------------------------------------------------------
    |- dA^k = P A^(k-1) + A P A^(k-2) + ... + A^(k-1) P

    and for a negative one, A invertible,

    |- dA^-k = -(A^-1 P A^-k + A^-2 P A^-(k-1) + ... + A^-k P A^-1)
    """
    ok = isinstance(y, ex.MatrixPower) and isinstance(y.args[1], ex.Number) and y.args[1].value.denominator == 1
    require(ok and not scope.depends(y.args[1]), "d_matrix_power", "the operand is no whole power of a matrix")
    assert isinstance(y.args[1], ex.Number)
    base, k, change = y.args[0], int(y.args[1].value), _d("d_matrix_power", y.args[0], inner)
    require(k != 0 and abs(k) <= LARGEST_POWER, "d_matrix_power", "the power is zero or too large to write out")
    if ex.is_zero(change):
        return ex.Differential(y), ex.zero(y.shape)
    if k > 0:
        terms = [_around(_whole(base, r), change, _whole(base, k - 1 - r)) for r in range(k)]
        return ex.Differential(y), ex.add(*terms)
    terms = [_around(_whole(base, -r), change, _whole(base, k - 1 + r)) for r in range(1, 1 - k)]
    return ex.Differential(y), ex.add(*(Product(ex.Number(-1), *t.args) for t in terms))


LARGEST_POWER = 12


def _whole(base: Expr, k: int) -> Expr | None:
    """The matrix power, nothing for the power 0."""
    if k == 0:
        return None
    return base if k == 1 else ex.MatrixPower(base, ex.Number(k))


def _around(left: Expr | None, change: Expr, right: Expr | None) -> Expr:
    factors = [f for f in (left, change, right) if f is not None]
    return factors[0] if len(factors) == 1 else Product(*factors)


@rule
def d_determinant(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    A invertible
    ---------------------------------
    |- d det A = det A tr(A^-1 P)

    Jacobi's formula; Magnus and Neudecker, section 8.3.
    """
    require(isinstance(y, ex.Determinant), "d_determinant", "the operand is no determinant")
    a = y.args[0]
    inverse = ex.MatrixPower(a, ex.Number(-1))
    return ex.Differential(y), ex.mul(y, ex.Trace(Product(inverse, _d("d_determinant", a, inner))))


@rule
def d_norm(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- dA = P    A not zero
    ---------------------------
    |- d|A| = tr(A^T P) / |A|
    """
    require(isinstance(y, ex.Norm), "d_norm", "the operand is no norm")
    a, change = y.args[0], _d("d_norm", y.args[0], inner)
    pairing = Product(ex.transpose(a), change)
    return ex.Differential(y), ex.mul(ex.power(y, -1), pairing if pairing.is_scalar else ex.Trace(pairing))


@rule
def d_softmax(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = u    p = softmax(a)
    ---------------------------------
    |- dp = (diag(p) - p p^T) u
    """
    require(isinstance(y, ex.Softmax), "d_softmax", "the operand is no softmax")
    local = ex.sub(ex.diag(y), ex.mul(y, ex.transpose(y)))
    return ex.Differential(y), Product(local, _d("d_softmax", y.args[0], inner))


@rule
def d_log_sum_exp(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da = u
    ------------------------------------------
    |- d log-sum-exp(a) = softmax(a)^T u
    """
    require(isinstance(y, ex.LogSumExp), "d_log_sum_exp", "the operand is no log-sum-exp")
    a = y.args[0]
    return ex.Differential(y), Product(ex.Transpose(ex.Softmax(a)), _d("d_log_sum_exp", a, inner))


@rule
def d_stack(scope: Scope, y: Expr, *parts: Theorem) -> Conclusion:
    """
    |- da = u    |- db = v
    ----------------------
    |- d[a; b] = [u; v]
    """
    require(isinstance(y, ex.Stack) and len(y.args) == len(parts), "d_stack", "the operand is no such stack")
    return ex.Differential(y), ex.Stack(*(_d("d_stack", a, t) for a, t in zip(y.args, parts, strict=True)))


def _entrywise(a: Expr, b: Expr) -> Expr:
    if ex.is_zero(b):
        return b
    return ex.mul(a, b) if b.is_scalar else ex.Hadamard(a, b)


@rule
def identification(scope: Scope, y: Expr, differential: Theorem) -> Conclusion:
    """
    |- ds = tr(G dX)
    ----------------
    |- ds/dX = G        (numerator layout, shape of X^T)

    Identification; Magnus and Neudecker, chapter 9.
    """
    require(differential.lhs == ex.Differential(y) and y.is_scalar, "identification", "no differential of a scalar")
    total = [ex.zero((scope.wrt.cols, scope.wrt.rows))]
    pull_back(differential.rhs, ex.Number(1), scope, total)
    return Partial(y, scope.wrt), ex.add(*total)


@rule
def vector_identification(scope: Scope, y: Expr, differential: Theorem) -> Conclusion:
    """
    |- dy = J dx
    -------------
    |- dy/dx = J
    """
    require(differential.lhs == ex.Differential(y), "vector_identification", "a premise is about something else")
    return Partial(y, scope.wrt), jacobian_of_linear(differential.rhs, scope)
