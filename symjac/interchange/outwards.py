"""symjac's expressions as SymPy's."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import MatAdd, MatMul, default_sort_key
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symjac import expr
from symjac.errors import NotYetError
from symjac.expr import Apply, Expr, Function, Number, Symbol, mul
from symjac.functions import ACTIVATIONS, derivative
from symjac.interchange.heads import MatrixSymbol
from symjac.interchange.names import Names, function_name, size_to_sympy
from symjac.limits import NormalFormTooLarge

Z = sympy.Symbol("z")
LONGEST = 200_000  # so many parts has a formula in SymPy
HEADS = {
    expr.Transpose: sympy.Transpose,
    expr.Diag: sympy.DiagMatrix,
    expr.Diagonal: DiagonalOf,
    expr.Trace: sympy.Trace,
    expr.Determinant: sympy.Determinant,
}


def to_sympy(e: Expr, names: Names | None = None) -> Any:
    """The expression as SymPy's: a matrix expression, for a scalar an ordinary expression.

    Raises :class:`~symjac.errors.NotYetError` for a node that has no SymPy form, and
    :class:`~symjac.limits.NormalFormTooLarge` for what is too long in SymPy.
    """
    try:
        return _Outwards(names or Names())(e)
    except RecursionError as error:
        raise NormalFormTooLarge("the formula is nested too deeply for SymPy") from error


class _Outwards:
    def __init__(self, names: Names) -> None:
        self.names = names
        self._known: dict[Expr, Any] = {}
        self._lengths: dict[Any, int] = {}

    def __call__(self, e: Expr) -> Any:
        """What was translated once is kept: a softmax holds what it is of twice."""
        found = self._known.get(e)
        if found is None:
            found = self._known[e] = self.node(e)
            # SymPy goes through all of it again and again, what stands in it twice each time.
            if self._length(found) > LONGEST:
                raise NormalFormTooLarge(f"the formula has more than {LONGEST} parts in SymPy")
        return found

    def _length(self, a: Any) -> int:
        """How many parts a SymPy expression has, those that stand in it twice counted twice."""
        if a not in self._lengths:
            self._lengths[a] = 1 + sum(map(self._length, a.args))
        return self._lengths[a]

    def shape(self, e: Expr) -> tuple[Any, Any]:
        return size_to_sympy(e.rows, self.names), size_to_sympy(e.cols, self.names)

    def undefined(self, name: str) -> Any:
        return self.names.functions.get(name) or sympy.Function(function_name(name))

    def node(self, e: Expr) -> Any:
        match e:
            case Number():
                return sympy.Rational(e.value.numerator, e.value.denominator)
            case Symbol():
                if e in self.names.symbols:
                    return self.names.symbols[e]
                return _leaf(e.name, *self.shape(e))
            case expr.Ones():
                return sympy.S.One if e.is_scalar else sympy.OneMatrix(*self.shape(e))
            case expr.Zero():
                return sympy.S.Zero if e.is_scalar else sympy.ZeroMatrix(*self.shape(e))
            case expr.Identity():
                return sympy.S.One if e.is_scalar else sympy.Identity(self.shape(e)[0])
            case expr.Sum():
                return self._sum(e)
            case expr.Product():
                return self._product(e)
            case expr.Hadamard():
                factors = [self(f) for f in e.args]
                return sympy.Mul(*factors) if e.is_scalar else sympy.HadamardProduct(*factors)
            case expr.EntryPower():
                base, exponent = self(e.base), self(e.exponent)
                return power(base, exponent) if e.is_scalar else sympy.HadamardPower(base, exponent)
            case expr.MatrixPower():
                return self._matrix_power(e)
            case expr.Transpose() | expr.Diag() | expr.Diagonal() | expr.Trace() | expr.Determinant():
                return self(e.arg) if e.arg.is_scalar else HEADS[type(e)](self(e.arg))
            case expr.Norm():
                return self._norm(e)
            case expr.Softmax():
                return self._softmax(e)
            case expr.LogSumExp():
                return self(e.arg) if e.arg.is_scalar else sympy.log(self.total(ACTIVATIONS["exp"](e.arg)))
            case Apply():
                if e.is_scalar:
                    return self.apply(e.function, self(e.arg))
                return ElementwiseApplyFunction(sympy.Lambda(Z, self.apply(e.function, Z)), self(e.arg))
            case expr.ScalarFunction():
                return self.undefined(e.name)(*map(self, e.args))
            case expr.VectorMap():
                i, j = sympy.symbols("i j", integer=True)
                return sympy.FunctionMatrix(
                    *self.shape(e), sympy.Lambda((i, j), self.undefined(e.name)(i, *map(self, e.args)))
                )
            case expr.MapJacobian():
                return self._map_jacobian(e)
            case expr.Stack():
                parts = (self(p) if not p.is_scalar else self(p) * sympy.OneMatrix(1, 1) for p in e.args)
                return sympy.BlockMatrix([[p] for p in parts])
            case expr.Partial():
                return self._partial(e)
            case expr.Entry():
                at = [self.index(i) - 1 for i in e.indices]
                return MatrixElement(self(e.base), at[0], at[1] if len(at) == 2 else 0)
            case expr.IndexSum():
                return sympy.Sum(self(e.body), (self.index(e.index), 1, size_to_sympy(e.index.size, self.names)))
            case expr.Delta():
                return sympy.KroneckerDelta(*(self.index(i) for i in e.indices))
            case expr.UnitVector():
                return _leaf(f"e_{e.indices[0]}", *self.shape(e))
        raise NotYetError(f"{expr.brief(e)} has no SymPy form")

    def _sum(self, e: expr.Sum) -> Any:
        terms = [self(t) for t in e.args]
        if e.is_scalar:
            return sympy.Add(*terms)
        terms = [a for t in terms for a in (t.args if isinstance(t, MatAdd) else (t,))]
        if len({t.as_coeff_mmul()[1] for t in terms}) < len(terms):
            return MatAdd(*terms).doit(deep=False)
        # Nothing to collect. SymPy would look all the same, and try to evaluate every sum inside.
        return MatAdd(*sorted(terms, key=default_sort_key))

    def _product(self, e: expr.Product) -> Any:
        scalars, chain = (list(map(self, part)) for part in expr.parted(e))
        if not chain:
            return sympy.Mul(*scalars)
        if e.is_scalar:
            return sympy.Mul(*scalars, _only_entry(MatMul(*chain).doit(deep=False)))
        return MatMul(*scalars, *chain).doit(deep=False)

    def _matrix_power(self, e: expr.MatrixPower) -> Any:
        base, exponent = self(e.base), self(e.exponent)
        if exponent == -1 and not e.is_scalar:
            return sympy.Inverse(base)
        return power(base, exponent) if e.is_scalar else sympy.MatPow(base, exponent)

    def _norm(self, e: expr.Norm) -> Any:
        a = self(e.arg)
        if e.arg.is_scalar:
            return sympy.Abs(a)
        square = MatMul(a, sympy.Transpose(a)) if e.arg.is_row else MatMul(sympy.Transpose(a), a)
        return sympy.sqrt(sympy.Trace(square) if e.arg.is_matrix else _only_entry(square))

    def _softmax(self, e: expr.Softmax) -> Any:
        if e.is_scalar:
            return sympy.S.One
        exps = ACTIVATIONS["exp"](e.arg)
        return MatMul(1 / self.total(exps), self(exps)).doit(deep=False)

    def total(self, e: Expr) -> Any:
        """The sum of the entries."""
        inner = e if e.cols == 1 else mul(e, expr.Ones(e.cols))
        return self(expr.Product(expr.Transpose(expr.Ones(e.rows)), inner))

    def apply(self, f: Function, a: Any) -> Any:
        if f.known is None:
            return undefined_derivative(self.undefined(f.name), f.order, a)
        if f.order == 0:
            return ACTIVATIONS[f.known].sympy(a)
        return self(derivative(Function(f.name, f.order - 1, f.known), Symbol("z"))).xreplace({Z: a})

    def _map_jacobian(self, e: expr.MapJacobian) -> Any:
        i, j = sympy.symbols("i j", integer=True)
        name = sympy.Function(function_name(e.name) + "'")
        which = (sympy.Integer(e.by),) if len(e.args) > 1 else ()
        return sympy.FunctionMatrix(*self.shape(e), sympy.Lambda((i, j), name(i, j, *which, *map(self, e.args))))

    def _partial(self, e: expr.Partial) -> Any:
        if e.is_scalar:
            return sympy.Derivative(self(e.y), self(e.x))
        if not isinstance(e.y, Symbol) or not isinstance(e.x, Symbol):
            raise NotYetError("a derivative that has not been worked out has no SymPy form")
        return _leaf(rf"\frac{{\partial {e.y.name}}}{{\partial {e.x.name}}}", *self.shape(e))

    def index(self, i: expr.Index | int) -> Any:
        return sympy.Integer(i) if isinstance(i, int) else sympy.Symbol(i.name, integer=True)


def _leaf(name: str, rows: Any, cols: Any) -> Any:
    if rows == 1 and cols == 1:
        return sympy.Symbol(name)
    return (sympy.MatrixSymbol if name.isidentifier() else MatrixSymbol)(name, rows, cols)


def _only_entry(m: Any) -> Any:
    return MatrixElement(m, sympy.S.Zero, sympy.S.Zero)


def power(base: Any, exponent: Any) -> Any:
    """The scalar power, worked out unless it is a number with very many digits.

    >>> power(sympy.Integer(9), sympy.Integer(9) ** 9)
    9**387420489
    """
    giant = base.is_number and exponent.is_number and exponent.is_comparable and abs(exponent) > 1000
    return sympy.Pow(base, exponent, evaluate=not giant)


def undefined_derivative(f: Any, order: int, a: Any) -> Any:
    """The derivative of an undefined function at a point, as SymPy's own ``diff`` writes it.

    >>> undefined_derivative(sympy.Function("f"), 1, 2 * Z) == sympy.Function("f")(2 * Z).diff(Z) / 2
    True
    """
    if order == 0:
        return f(a)
    if order == 1:
        return f(a).fdiff(1)
    if a.is_Symbol:
        return sympy.Derivative(f(a), (a, order))
    xi = sympy.Dummy("xi", dummy_index=hash(a))
    return sympy.Subs(sympy.Derivative(f(xi), (xi, order)), xi, a)
