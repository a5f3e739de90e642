"""Rules for Jacobians: dy/dx of a scalar or vector y by a scalar or vector x, in numerator layout.

Magnus and Neudecker, *Matrix Differential Calculus*, third edition (2019), chapters 5 and 8. Rules of which nothing is
cited follow by writing out the entries.
"""

from __future__ import annotations

from symjac import expr as ex
from symjac.expr import Expr, Partial, Product, Symbol
from symjac.functions import ACTIVATIONS
from symjac.kernel import Conclusion, Scope, Theorem, about, factor, jacobian, jacobian_rule, narrow, require, rule
from symjac.normal import equal


@rule
def constant(scope: Scope, y: Expr) -> Conclusion:
    """
    x does not occur in c, nor in what c abbreviates
    ------------------------------------------------
    |- dc/dx = 0
    """
    require(not scope.depends(y), "constant", "the operand depends on the variable")
    d = jacobian("constant", scope, y)
    return d, ex.zero(d.shape)


@rule
def variable(scope: Scope, y: Expr) -> Conclusion:
    """
    ------------
    |- dx/dx = I
    """
    require(y == scope.wrt, "variable", "the operand is not the variable")
    return jacobian("variable", scope, y), ex.Number(1) if y.is_scalar else ex.Identity(y.rows)


@rule
def gate(scope: Scope, y: Expr) -> Conclusion:
    """
    z is defined by an equation of the system
    -----------------------------------------
    |- dz/dx = dz/dx        (kept by name; its own theorem is substituted later)
    """
    require(y in scope.definitions, "gate", "the operand has no definition")
    d = jacobian("gate", scope, y)
    return d, d


@jacobian_rule(ex.Sum)
def sum_rule(scope: Scope, y: ex.Sum, *terms: Expr) -> Expr:
    """
    |- da/dx = A    |- db/dx = B
    ----------------------------
    |- d(a + b)/dx = A + B
    """
    return ex.add(*terms)


@rule
def constant_factor(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    W is constant
    -----------------------------
    |- d(W a)/dx = W A
    """
    y = narrow(y, Product, "constant_factor")
    v = narrow(inner.lhs, Partial, "constant_factor").y
    # What is behind the constants is one factor, which may be a product itself, or several.
    behind = (v,) if y.args[-1] == v or type(v) is not Product else v.args
    front = y.args[: -len(behind)]
    require(y.args == (*front, *behind), "constant_factor", "the operand does not end in what the premise is about")
    require(not any(map(scope.depends, front)), "constant_factor", "a factor in front is not constant")
    return Partial(y, scope.wrt), ex.mul(*front, about("constant_factor", scope, v, inner))


@rule
def scalar_product(scope: Scope, y: Expr, scalar: Theorem, rest: Theorem) -> Conclusion:
    """
    |- ds/dx = S    |- dv/dx = V    s a scalar
    ------------------------------------------
    |- d(s v)/dx = v S + s V
    """
    y = narrow(y, Product, "scalar_product")
    s = narrow(scalar.lhs, Partial, "scalar_product").y
    require(s in y.args, "scalar_product", "the operand has no such factor")
    at = y.args.index(s)
    v = _product(y.args[:at] + y.args[at + 1 :])
    parts = about("scalar_product", scope, s, scalar), about("scalar_product", scope, v, rest)
    return Partial(y, scope.wrt), ex.add(ex.mul(v, parts[0]), ex.mul(s, parts[1]))


@rule
def inner_product(scope: Scope, y: Expr, left: Theorem, right: Theorem) -> Conclusion:
    """
    |- da/dx = A    |- db/dx = B
    ------------------------------
    |- d(a^T b)/dx = b^T A + a^T B
    """
    y = narrow(y, Product, "inner_product")
    require(y.args[0].is_row, "inner_product", "the operand does not begin with a row")
    a, b = ex.transpose(y.args[0]), _product(y.args[1:])
    parts = about("inner_product", scope, a, left), about("inner_product", scope, b, right)
    total = ex.add(ex.mul(ex.transpose(b), parts[0]), ex.mul(ex.transpose(a), parts[1]))
    return Partial(y, scope.wrt), total


def _product(factors: tuple[Expr, ...]) -> Expr:
    return factors[0] if len(factors) == 1 else Product(*factors)


@jacobian_rule(ex.Hadamard)
def product_rule(scope: Scope, y: ex.Hadamard, *slopes: Expr) -> Expr:
    """
    |- da/dx = A    |- db/dx = B
    ----------------------------------------
    |- d(a o b)/dx = diag(b) A + diag(a) B        (o: entrywise)
    """
    require(len(slopes) > 1, "product_rule", "there is one factor")
    others = (y.args[:k] + y.args[k + 1 :] for k in range(len(slopes)))
    return ex.add(*(ex.mul(ex.diag(ex.hadamard(*rest)), slope) for rest, slope in zip(others, slopes, strict=True)))


@jacobian_rule(ex.Apply)
def chain_rule(scope: Scope, y: ex.Apply, slope: Expr) -> Expr:
    """
    |- da/dx = A    f acts entry by entry
    -------------------------------------
    |- df(a)/dx = diag(f'(a)) A
    """
    return ex.mul(ex.diag(ex.Apply(y.function.derivative(), y.arg)), slope)


@jacobian_rule(ex.EntryPower)
def power_rule(scope: Scope, y: ex.EntryPower, slope: Expr) -> Expr:
    """
    |- da/dx = A    q a constant scalar
    -----------------------------------
    |- da^q/dx = q diag(a^(q-1)) A
    """
    require(not scope.depends(y.exponent), "power_rule", "the exponent is not constant")
    return _by_base(y, slope)


@jacobian_rule(ex.EntryPower)
def exponent_rule(scope: Scope, y: ex.EntryPower, by_base: Expr, by_exponent: Expr) -> Expr:
    """
    |- da/dx = A    |- dq/dx = Q    a positive
    -----------------------------------------------------
    |- da^q/dx = q diag(a^(q-1)) A + (a^q o log a) Q
    """
    return ex.add(_by_base(y, by_base), ex.mul(ex.hadamard(y, ex.Apply(LOG, y.base)), by_exponent))


LOG = ACTIVATIONS["log"].function


def _by_base(y: ex.EntryPower, slope: Expr) -> Expr:
    """``q diag(a^(q-1)) A``."""
    return ex.mul(y.exponent, ex.diag(ex.power(y.base, ex.add(y.exponent, ex.Number(-1)))), slope)


@jacobian_rule(ex.Softmax)
def softmax_rule(scope: Scope, y: ex.Softmax, slope: Expr) -> Expr:
    """
    |- da/dx = A    p = softmax(a)
    ---------------------------------
    |- dp/dx = (diag(p) - p p^T) A
    """
    return ex.mul(ex.sub(ex.diag(y), ex.mul(y, ex.transpose(y))), slope)


@jacobian_rule(ex.LogSumExp)
def log_sum_exp_rule(scope: Scope, y: ex.LogSumExp, slope: Expr) -> Expr:
    """
    |- da/dx = A
    -----------------------------------------
    |- d log-sum-exp(a)/dx = softmax(a)^T A
    """
    return ex.mul(ex.transpose(ex.Softmax(y.arg)), slope)


@jacobian_rule(ex.Norm)
def norm_rule(scope: Scope, y: ex.Norm, slope: Expr) -> Expr:
    """
    |- da/dx = A    a not zero
    ---------------------------
    |- d|a|/dx = a^T A / |a|
    """
    return ex.mul(ex.power(y, -1), ex.transpose(y.arg), slope)


@rule
def squared_norm_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A
    --------------------------
    |- d|a|^2/dx = 2 a^T A          (also where a is zero)
    """
    square = narrow(y, ex.EntryPower, "squared_norm_rule")
    a = narrow(square.base, ex.Norm, "squared_norm_rule").arg
    require(square.exponent == ex.Number(2), "squared_norm_rule", "the operand is no square")
    total = ex.mul(ex.Number(2), ex.transpose(a), about("squared_norm_rule", scope, a, inner))
    return Partial(y, scope.wrt), total


@jacobian_rule(ex.Stack)
def stack_rule(scope: Scope, y: ex.Stack, *slopes: Expr) -> Expr:
    """
    |- da/dx = A    |- db/dx = B
    ----------------------------
    |- d[a; b]/dx = [A; B]
    """
    return ex.Stack(*slopes)


@jacobian_rule(ex.VectorMap)
def map_rule(scope: Scope, y: ex.VectorMap, *slopes: Expr) -> Expr:
    """
    |- da/dx = A    |- db/dx = B    F a differentiable map with Jacobians d_1 F and d_2 F by its arguments
    ------------------------------------------------------------------------------------------------------
    |- dF(a, b)/dx = d_1 F(a, b) A + d_2 F(a, b) B
    """
    return ex.add(*(ex.mul(y.jacobian(k), slope) for k, slope in enumerate(slopes, 1)))


@jacobian_rule(ex.ScalarFunction)
def scalar_function_rule(scope: Scope, y: ex.ScalarFunction, slope: Expr) -> Expr:
    """
    |- da/dx = A    f a differentiable scalar function
    --------------------------------------------------
    |- df(a)/dx = (nabla f)(a)^T A
    """
    return ex.mul(y.jacobian(), slope)


@jacobian_rule(ex.ScalarGradient)
def scalar_gradient_rule(scope: Scope, y: ex.ScalarGradient, slope: Expr) -> Expr:
    """
    |- da/dx = A    f a twice continuously differentiable scalar function
    ---------------------------------------------------------------------
    |- d(nabla f)(a)/dx = (nabla^2 f)(a) A
    """
    return ex.mul(y.jacobian(), slope)


@rule
def matrix_times_vector(scope: Scope, y: Expr, matrix: Theorem, vector: Theorem) -> Conclusion:
    """
    |- (dM) v = K dx    |- dv/dx = V    no dx in K
    ----------------------------------------------
    |- d(M v)/dx = K + M V
    """
    y = narrow(y, Product, "matrix_times_vector")
    m, v = y.args[0], _product(y.args[1:])
    wanted = Product(ex.Differential(m), v)
    require(matrix.lhs == wanted, "matrix_times_vector", "a premise is about something else")
    k = factor("matrix_times_vector", scope, matrix.rhs)
    total = ex.add(k, ex.mul(m, about("matrix_times_vector", scope, v, vector)))
    return Partial(y, scope.wrt), total


@rule
def same_expression(scope: Scope, y: Expr, other: Theorem) -> Conclusion:
    """
    a = b as matrix expressions (normal form)    |- db/dx = B
    ---------------------------------------------------------
    |- da/dx = B
    """
    v = narrow(other.lhs, Partial, "same_expression").y
    require(equal(y, v), "same_expression", "the two expressions differ")
    return Partial(y, scope.wrt), about("same_expression", scope, v, other)


@rule
def definition(scope: Scope, y: Expr, body: Theorem) -> Conclusion:
    """
    z := e    |- de/dx = E
    ----------------------
    |- dz/dx = E
    """
    y = narrow(y, Symbol, "definition")
    require(y in scope.definitions, "definition", "the operand has no definition")
    wanted = Partial(scope.definitions[y], scope.wrt)
    require(body.lhs == wanted, "definition", "the premise is about something else")
    return Partial(y, scope.wrt), body.rhs


@rule
def substitution(scope: Scope, y: Expr, main: Theorem, *facts: Theorem) -> Conclusion:
    """
    |- dy/dx = E[dz/dx]    |- dz/dx = Z
    -----------------------------------
    |- dy/dx = E[Z]
    """
    require(main.lhs == Partial(y, scope.wrt), "substitution", "the premise is about something else")
    table = {f.lhs: f.rhs for f in facts}
    require(set(table) <= set(main.rhs.walk()), "substitution", "what is to be replaced does not occur")
    return main.lhs, main.rhs.replace(table)


@rule
def rearrangement(scope: Scope, closed: Expr, main: Theorem) -> Conclusion:
    """
    |- a = E    E = F for every size (normal form)
    ----------------------------------------------
    |- a = F
    """
    letters = _letters(scope, main.rhs, closed)
    same = equal(main.rhs.replace(letters), closed.replace(letters), scope.definitions)
    require(same, "rearrangement", "the two forms differ")
    return main.lhs, closed


def _letters(scope: Scope, *expressions: Expr) -> dict[Expr, Expr]:
    """A letter for every derivative kept by name: what is equal whatever they are is equal.

    The names of the letters are longer than that of any symbol, so that none of them is one.
    """
    partials = dict.fromkeys(p for e in expressions for p in e.walk() if type(p) is Partial)
    stem = "\0" * (1 + max([scope.longest, *(len(s.name) for e in expressions for s in e.symbols)]))
    return {p: Symbol(f"{stem}{k}", p.shape) for k, p in enumerate(partials)}


@rule
def transposition(scope: Scope, y: Expr, main: Theorem) -> Conclusion:
    """
    |- dy/dx = E
    --------------------
    |- (dy/dx)^T = E^T
    """
    require(main.lhs == Partial(y, scope.wrt), "transposition", "the premise is about something else")
    return ex.Transpose(main.lhs), ex.transpose(main.rhs)
