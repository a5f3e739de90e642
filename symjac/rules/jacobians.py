"""Rules for Jacobians: dy/dx of a scalar or vector y by a scalar or vector x, in numerator layout."""

from __future__ import annotations

from symjac import expr as ex
from symjac.expr import Expr, Partial, Product, Symbol
from symjac.kernel import Conclusion, Scope, Theorem, about, require, rule
from symjac.normal import equal
from symjac.rules.linear import coefficient


@rule
def constant(scope: Scope, y: Expr) -> Conclusion:
    """
    x does not occur in c, nor in what c abbreviates
    ------------------------------------------------
    |- dc/dx = 0
    """
    require(not scope.depends(y), "constant", "the operand depends on the variable")
    d = Partial(y, scope.wrt)
    return d, ex.zero(d.shape)


@rule
def variable(scope: Scope, y: Expr) -> Conclusion:
    """
    ------------
    |- dx/dx = I
    """
    require(y == scope.wrt and y.cols == ex.ONE, "variable", "the operand is not the variable")
    return Partial(y, scope.wrt), ex.Number(1) if y.is_scalar else ex.Identity(y.rows)


@rule
def gate(scope: Scope, y: Expr) -> Conclusion:
    """
    z is defined by an equation of the system
    -----------------------------------------
    |- dz/dx = dz/dx        (kept by name; its own theorem is substituted later)
    """
    require(y in scope.definitions and y != scope.wrt, "gate", "the operand has no definition")
    return Partial(y, scope.wrt), Partial(y, scope.wrt)


@rule
def sum_rule(scope: Scope, y: Expr, *terms: Theorem) -> Conclusion:
    """
    |- da/dx = A    |- db/dx = B
    ----------------------------
    |- d(a + b)/dx = A + B
    """
    require(isinstance(y, ex.Sum) and len(y.args) == len(terms), "sum_rule", "the operand is no sum of the premises")
    return Partial(y, scope.wrt), ex.add(*(about("sum_rule", scope, a, t) for a, t in zip(y.args, terms, strict=True)))


@rule
def constant_factor(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    W is constant
    -----------------------------
    |- d(W a)/dx = W A
    """
    require(isinstance(y, Product) and isinstance(inner.lhs, Partial), "constant_factor", "no product")
    v = inner.lhs.args[0]
    # What is behind the constants is one factor, which may be a product itself, or several.
    size = 1 if y.args[-1] == v or not isinstance(v, Product) else len(v.args)
    front, back = y.args[:-size], y.args[-size:]
    require(bool(front) and (back == (v,) or (isinstance(v, Product) and back == v.args)), "constant_factor", "shape")
    require(not any(scope.depends(f) for f in front), "constant_factor", "a factor in front is not constant")
    return Partial(y, scope.wrt), ex.mul(*front, about("constant_factor", scope, v, inner))


@rule
def scalar_product(scope: Scope, y: Expr, scalar: Theorem, rest: Theorem) -> Conclusion:
    """
    |- ds/dx = S    |- dv/dx = V    s a scalar
    ------------------------------------------
    |- d(s v)/dx = v S + s V
    """
    require(isinstance(scalar.lhs, Partial) and isinstance(rest.lhs, Partial), "scalar_product", "premises")
    s, v = scalar.lhs.args[0], rest.lhs.args[0]
    require(s.is_scalar and v.cols == ex.ONE, "scalar_product", "a scalar times a scalar or vector is wanted")
    require(isinstance(y, Product) and _without(y, s) == v, "scalar_product", "the operand is another product")
    parts = (about("scalar_product", scope, s, scalar), about("scalar_product", scope, v, rest))
    return Partial(y, scope.wrt), ex.add(ex.mul(v, parts[0]), ex.mul(s, parts[1]))


def _without(y: Expr, s: Expr) -> Expr:
    """A product without the first occurrence of one scalar factor."""
    rest = list(y.args)
    if s in rest:
        rest.remove(s)
    return rest[0] if len(rest) == 1 else Product(*rest)


@rule
def inner_product(scope: Scope, y: Expr, left: Theorem, right: Theorem) -> Conclusion:
    """
    |- da/dx = A    |- db/dx = B
    ------------------------------
    |- d(a^T b)/dx = b^T A + a^T B
    """
    require(isinstance(left.lhs, Partial) and isinstance(right.lhs, Partial), "inner_product", "premises")
    a, b = left.lhs.args[0], right.lhs.args[0]
    require(isinstance(y, Product) and y.is_scalar and a.is_vector, "inner_product", "the operand is no inner product")
    require(ex.transpose(y.args[0]) == a and _tail(y, 1) == b, "inner_product", "the operand is another product")
    parts = (about("inner_product", scope, a, left), about("inner_product", scope, b, right))
    return Partial(y, scope.wrt), ex.add(ex.mul(ex.transpose(b), parts[0]), ex.mul(ex.transpose(a), parts[1]))


def _tail(y: Expr, start: int) -> Expr:
    rest = y.args[start:]
    return rest[0] if len(rest) == 1 else Product(*rest)


@rule
def product_rule(scope: Scope, y: Expr, *factors: Theorem) -> Conclusion:
    """
    |- da/dx = A    |- db/dx = B
    ----------------------------------------
    |- d(a o b)/dx = diag(b) A + diag(a) B
    """
    require(isinstance(y, ex.Hadamard) and len(y.args) == len(factors), "product_rule", "no entrywise product")
    terms = []
    for k, (a, t) in enumerate(zip(y.args, factors, strict=True)):
        others = y.args[:k] + y.args[k + 1 :]
        terms.append(ex.mul(ex.diag(ex.hadamard(*others)), about("product_rule", scope, a, t)))
    return Partial(y, scope.wrt), ex.add(*terms)


@rule
def chain_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    f acts entry by entry
    -------------------------------------
    |- df(a)/dx = diag(f'(a)) A
    """
    require(isinstance(y, ex.Apply), "chain_rule", "the operand is no function of something")
    assert isinstance(y, ex.Apply)
    outer = ex.Apply(y.function.derivative(), y.arg)
    return Partial(y, scope.wrt), ex.mul(ex.diag(outer), about("chain_rule", scope, y.arg, inner))


@rule
def power_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    q a constant scalar
    -----------------------------------
    |- da^q/dx = q diag(a^(q-1)) A
    """
    require(isinstance(y, ex.EntryPower), "power_rule", "the operand is no power")
    assert isinstance(y, ex.EntryPower)
    require(not scope.depends(y.exponent), "power_rule", "the exponent is not constant")
    lowered = ex.power(y.base, ex.add(y.exponent, ex.Number(-1)))
    return Partial(y, scope.wrt), ex.mul(y.exponent, ex.diag(lowered), about("power_rule", scope, y.base, inner))


@rule
def softmax_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    p = softmax(a)
    ---------------------------------
    |- dp/dx = (diag(p) - p p^T) A
    """
    require(isinstance(y, ex.Softmax), "softmax_rule", "the operand is no softmax")
    local = ex.sub(ex.diag(y), ex.mul(y, ex.transpose(y)))
    return Partial(y, scope.wrt), ex.mul(local, about("softmax_rule", scope, y.args[0], inner))


@rule
def log_sum_exp_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A
    -----------------------------------------
    |- d log-sum-exp(a)/dx = softmax(a)^T A
    """
    require(isinstance(y, ex.LogSumExp), "log_sum_exp_rule", "the operand is no log-sum-exp")
    a = y.args[0]
    return Partial(y, scope.wrt), ex.mul(ex.transpose(ex.Softmax(a)), about("log_sum_exp_rule", scope, a, inner))


@rule
def norm_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    a not zero
    ---------------------------
    |- d|a|/dx = a^T A / |a|
    """
    require(isinstance(y, ex.Norm) and y.args[0].cols == ex.ONE, "norm_rule", "the operand is no norm of a vector")
    a = y.args[0]
    return Partial(y, scope.wrt), ex.mul(ex.power(y, -1), ex.transpose(a), about("norm_rule", scope, a, inner))


@rule
def stack_rule(scope: Scope, y: Expr, *parts: Theorem) -> Conclusion:
    """
    |- da/dx = A    |- db/dx = B
    ----------------------------
    |- d[a; b]/dx = [A; B]
    """
    require(isinstance(y, ex.Stack) and len(y.args) == len(parts), "stack_rule", "the operand is no such stack")
    blocks = tuple(about("stack_rule", scope, a, t) for a, t in zip(y.args, parts, strict=True))
    return Partial(y, scope.wrt), ex.Stack(*blocks)


@rule
def map_rule(scope: Scope, y: Expr, inner: Theorem) -> Conclusion:
    """
    |- da/dx = A    F a differentiable map with Jacobian J_F
    --------------------------------------------------------
    |- dF(a)/dx = J_F(a) A
    """
    require(isinstance(y, ex.VectorMap), "map_rule", "the operand is no map of something")
    assert isinstance(y, ex.VectorMap)
    local = ex.MapJacobian(y.name, y.arg, y.rows)
    return Partial(y, scope.wrt), ex.mul(local, about("map_rule", scope, y.arg, inner))


@rule
def matrix_times_vector(scope: Scope, y: Expr, matrix: Theorem, vector: Theorem) -> Conclusion:
    """
    |- dM = L(dx)    |- dv/dx = V    L(dx) v = K dx
    -----------------------------------------------
    |- d(M v)/dx = K + M V
    """
    require(isinstance(y, Product) and isinstance(vector.lhs, Partial), "matrix_times_vector", "no product")
    m, v = y.args[0], _tail(y, 1)
    require(matrix.lhs == ex.Differential(m), "matrix_times_vector", "a premise is about something else")
    fixed = coefficient(matrix.rhs, v, scope)
    return Partial(y, scope.wrt), ex.add(fixed, ex.mul(m, about("matrix_times_vector", scope, v, vector)))


@rule
def same_expression(scope: Scope, y: Expr, other: Theorem) -> Conclusion:
    """
    a = b as matrix expressions (normal form)    |- db/dx = B
    ---------------------------------------------------------
    |- da/dx = B
    """
    require(isinstance(other.lhs, Partial), "same_expression", "the premise is no derivative")
    require(equal(y, other.lhs.args[0], {}), "same_expression", "the two expressions differ")
    return Partial(y, scope.wrt), about("same_expression", scope, other.lhs.args[0], other)


@rule
def definition(scope: Scope, y: Expr, body: Theorem) -> Conclusion:
    """
    z := e    |- de/dx = E
    ----------------------
    |- dz/dx = E
    """
    require(y in scope.definitions and y != scope.wrt, "definition", "the operand has no definition")
    assert isinstance(y, Symbol)
    return Partial(y, scope.wrt), about("definition", scope, scope.definitions[y], body)


@rule
def substitution(scope: Scope, y: Expr, main: Theorem, *facts: Theorem) -> Conclusion:
    """
    |- dy/dx = E[dz/dx]    |- dz/dx = Z
    -----------------------------------
    |- dy/dx = E[Z]
    """
    require(main.lhs == Partial(y, scope.wrt), "substitution", "the premise is about something else")
    table = {f.lhs: f.rhs for f in facts}
    require(all(isinstance(k, Partial) for k in table), "substitution", "only derivatives are replaced")
    return main.lhs, main.rhs.replace(table)


@rule
def rearrangement(scope: Scope, closed: Expr, main: Theorem) -> Conclusion:
    """
    |- dy/dx = E    E = F for every size (normal form)
    --------------------------------------------------
    |- dy/dx = F
    """
    # The derivatives of gates stay letters: what is equal whatever they are is equal.
    letters: dict[Expr, Expr] = {}
    for p in (*main.rhs.walk(), *closed.walk()):
        if isinstance(p, Partial) and p not in letters:
            letters[p] = Symbol(f"\\partial_{{{len(letters)}}}", p.shape)
    same = equal(main.rhs.replace(letters), closed.replace(letters), scope.definitions)
    require(same, "rearrangement", "the two forms differ")
    return main.lhs, closed


@rule
def transposition(scope: Scope, y: Expr, main: Theorem) -> Conclusion:
    """
    |- J = E
    ------------
    |- J^T = E^T
    """
    return ex.Transpose(main.lhs), ex.transpose(main.rhs)
