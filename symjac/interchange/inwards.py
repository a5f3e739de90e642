"""SymPy's expressions as symjac's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy import Basic, MatAdd, MatMul
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.complexes import sign
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symjac import expr
from symjac.errors import DefinitionError, NotYetError
from symjac.expr import Apply, Expr, Function, Number, Symbol, add, mul, neg
from symjac.functions import ACTIVATIONS
from symjac.functions.table import Activation
from symjac.interchange.names import Names, latex_name
from symjac.interchange.outwards import HEADS

Z = sympy.Symbol("z")


def from_sympy(s: Any, names: Names | None = None) -> Expr:
    """A SymPy expression as symjac's; ``names`` takes down what is needed to go back.

    >>> n = sympy.Symbol("n")
    >>> W, x = sympy.MatrixSymbol("W", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> from_sympy(W * x.applyfunc(sympy.Function("sigma")))
    Product(W, Apply(x, Function(name='\\\\sigma', order=0, known=None)))
    """
    if isinstance(s, int | float | Fraction):
        s = sympy.Float(s) if isinstance(s, float) else sympy.Rational(s)
    return _Inwards(names or Names())(s)


_SCALAR = (
    *(sympy.Number, sympy.Add, sympy.Mul, sympy.Pow, sympy.Max, sympy.Min),
    *(AppliedUndef, sympy.Derivative, sympy.Subs),
)


_NARY: Mapping[Any, Callable[..., Expr]] = {
    MatAdd: expr.Sum,
    MatMul: expr.Product,
    sympy.HadamardProduct: expr.Hadamard,
}
_UNARY = {head: kind for kind, head in HEADS.items()}


@lru_cache(maxsize=1)
def _heads() -> Mapping[type[Basic], Activation]:
    """SymPy heads that are exactly one row of the table; who only writes SymPy does not wait for them."""
    written = [(row.sympy(Z), row) for row in ACTIVATIONS.values()]
    return {**{type(s): row for s, row in written if s.args in ((Z,), (Z, sympy.S.Zero))}, sign: ACTIVATIONS["sign"]}


@lru_cache(maxsize=256)
def _row_of(body: Any, z: Any) -> str | None:
    """The key of the row whose SymPy form is ``body`` as a function of ``z``."""
    if body.func in (sympy.Mul, sympy.Add, sympy.Pow, sympy.Max, sympy.log):
        for row in ACTIVATIONS.values():
            if row.key not in ("square", "reciprocal", "sqrt", "identity") and row.sympy(z) == body:
                return row.key
    return None


class _Inwards:
    def __init__(self, names: Names) -> None:
        self.names = names

    def __call__(self, s: Any) -> Expr:
        if isinstance(s, sympy.MatrixBase):
            raise NotYetError(f"a written-out {s.rows} x {s.cols} matrix is no matrix expression; see symjac.factor")
        if not isinstance(s, Basic):
            raise NotYetError(f"{type(s).__name__} is no SymPy expression")
        return self.node(s)

    def size(self, s: Any) -> Any:
        for symbol in s.free_symbols:
            known = self.names.sizes.setdefault(expr.dim(symbol.name), symbol)
            self.distinct(known, symbol)
        return s.xreplace({v: k for k, v in self.names.sizes.items()})

    def shape(self, s: Any) -> tuple[Any, Any]:
        return self.size(s.shape[0]), self.size(s.shape[1])

    def leaf(self, s: Any, shape: tuple[Any, Any]) -> Symbol:
        symbol = Symbol(latex_name(s.name), shape)
        for other in self.names.symbols:
            if isinstance(other, Symbol) and other.name == symbol.name:
                self.distinct(self.names.symbols[other], s)
        self.names.symbols[symbol] = s
        return symbol

    def distinct(self, known: Any, new: Any) -> None:
        """Two symbols of SymPy's that print alike must not become one."""
        if known != new:
            raise DefinitionError(f"two different symbols of the expression would print as {latex_name(new.name)}")

    def function(self, f: Any) -> str:
        name = latex_name(f.__name__)
        known = self.names.functions.setdefault(name, f)
        if known != f:
            raise DefinitionError(f"two different functions of the expression would print as {name}")
        return name

    def node(self, s: Any) -> Expr:
        match s:
            case sympy.Symbol():
                return self.leaf(s, expr.SCALAR)
            case sympy.MatrixSymbol():
                return self.leaf(s, self.shape(s))
            case sympy.OneMatrix():
                return Number(1) if s.shape == (1, 1) else expr.Ones(*self.shape(s))
            case sympy.ZeroMatrix():
                return expr.zero(self.shape(s))
            case sympy.Identity():
                return Number(1) if s.shape == (1, 1) else expr.Identity(self.shape(s)[0])
            case MatAdd() | MatMul() | sympy.HadamardProduct():
                return _NARY[s.func](*map(self, s.args))
            case sympy.HadamardPower():
                return expr.EntryPower(self(s.base), self(s.exp))
            case sympy.Inverse():
                base = self(s.arg)
                return expr.power(base, -1) if base.is_scalar else expr.MatrixPower(base, Number(-1))
            case sympy.MatPow():
                base, exponent = self(s.args[0]), self(s.args[1])
                return expr.power(base, exponent) if base.is_scalar else expr.MatrixPower(base, exponent)
            case sympy.Transpose() | sympy.Trace() | sympy.Determinant():
                arg = self(s.arg)
                return arg if arg.is_scalar else _UNARY[s.func](arg)
            case sympy.DiagMatrix():
                arg = self(s.args[0])
                return arg if arg.is_scalar else expr.Diag(expr.transpose(arg) if arg.is_row else arg)
            case DiagonalOf():
                return expr.Diagonal(self(s.args[0]))
            case sympy.BlockMatrix():
                rows = [[self(b) for b in s.blocks.row(i)] for i in range(s.blocks.rows)]
                stacked = [
                    r[0] if len(r) == 1 else expr.Transpose(expr.Stack(*(expr.transpose(b) for b in r))) for r in rows
                ]
                return stacked[0] if len(stacked) == 1 else expr.Stack(*stacked)
            case ElementwiseApplyFunction():
                f = s.function
                z, body = (f.variables[0], f.expr) if isinstance(f, sympy.Lambda) else (Z, f(Z))
                return self.lift(body, z, self(s.expr))
            case MatrixElement():
                return self._matrix_element(s)
            case sympy.Sum():
                return self._sum(s)
            case sympy.FunctionMatrix():
                return self._function_matrix(s)
        if isinstance(s, _SCALAR) or type(s) in _heads():
            return self.lift(s, None, None)
        raise NotYetError(f"SymPy's {type(s).__name__} is not understood here")

    def _matrix_element(self, s: MatrixElement) -> Expr:
        base = self(s.args[0])
        if base.is_scalar:
            return base
        at = [self.index(i + 1, size) for i, size in zip(s.args[1:], base.shape, strict=True)]
        return expr.Entry(base, *(at if base.cols != 1 else at[:1]))

    def index(self, i: Any, size: Any) -> expr.Index | int:
        if i.is_Integer:
            return int(i)
        if i.is_Symbol:
            return expr.Index(i.name, size)
        raise NotYetError(f"{i} is no plain index")

    def _sum(self, s: sympy.Sum) -> Expr:
        inner: Any = s.function
        out: Expr | None = None
        for i, low, high in s.limits:
            if low == 0:  # SymPy's own way to number entries
                inner, low, high = inner.subs(i, i - 1), 1, high + 1
            if low != 1:
                raise NotYetError(f"the sum over {i} does not start at the first entry")
            out = expr.IndexSum(expr.Index(i.name, self.size(high)), self(inner) if out is None else out)
        assert out is not None
        return out

    def _function_matrix(self, s: sympy.FunctionMatrix) -> Expr:
        rows, cols = self.shape(s)
        (i, j), call = s.lamda.variables, s.lamda.expr
        if isinstance(call, AppliedUndef) and call.args[:2] == (i, j) and call.func.__name__.endswith("'"):
            several = len(call.args) > 3
            by, parts = (int(call.args[2]), call.args[3:]) if several else (1, call.args[2:])
            return expr.MapJacobian(latex_name(call.func.__name__[:-1]), tuple(map(self, parts)), rows, by)
        if isinstance(call, AppliedUndef) and cols == 1 and call.args[:1] == (i,) and len(call.args) > 1:
            return expr.VectorMap(self.function(call.func), tuple(map(self, call.args[1:])), rows)
        raise NotYetError("a matrix given by a function of its indices is not understood here")

    # -------------------------------------------------------------- scalars, and functions of entries

    def lift(self, s: Any, z: Any, arg: Expr | None) -> Expr:
        """The scalar expression ``s`` with every entry of ``arg`` in place of ``z``; as it stands if that is None."""
        if arg is not None:
            if s == z:
                return arg
            if not s.has(z):
                return mul(self(s), Number(1) if arg.is_scalar else expr.Ones(*arg.shape))
            key = _row_of(s, z)
            if key is not None:
                return ACTIVATIONS[key](arg)

        def inner(t: Any) -> Expr:
            return self(t) if arg is None else self.lift(t, z, arg)

        if isinstance(s, sympy.Rational):
            return Number(Fraction(int(s.p), int(s.q)))
        if isinstance(s, sympy.Float):
            return Number(Fraction(str(s)))
        if isinstance(s, sympy.Add):
            return add(*(inner(t) for t in s.args))
        if isinstance(s, sympy.Mul):
            with_z = [f for f in s.args if arg is not None and f.has(z)]
            if with_z:
                return mul(*(self(f) for f in s.args if f not in with_z), expr.hadamard(*(inner(f) for f in with_z)))
            return mul(*(inner(f) for f in s.args))
        if isinstance(s, sympy.Pow):
            return expr.power(inner(s.base), self(s.exp))
        if isinstance(s, sympy.Max | sympy.Min):
            return self.extreme(s, inner)
        if type(s) in _heads():
            return _heads()[type(s)](inner(s.args[0]))
        return self.undefined(s, inner)

    def extreme(self, s: Any, inner: Any) -> Expr:
        """max(a, b) = b + relu(a - b), min(a, b) = b - relu(b - a)."""
        first, *rest = sorted(s.args, key=lambda a: not a.is_Number)
        low: Expr = inner(first)
        for other in map(inner, rest):
            difference = expr.sub(other, low)
            relu = ACTIVATIONS["relu"]
            low = add(low, relu(difference)) if isinstance(s, sympy.Max) else expr.sub(low, relu(neg(difference)))
        return low

    def undefined(self, s: Any, inner: Any) -> Expr:
        """f(a), or a derivative of f at a in one of SymPy's two ways of writing it."""
        order, at = 0, None
        if isinstance(s, sympy.Subs) and len(s.variables) == 1:
            s, (variable,), (at,) = s.expr, s.variables, s.point
            if not (isinstance(s, sympy.Derivative) and s.variables and set(s.variables) == {variable}):
                raise NotYetError(f"the substitution into {s} is not understood here")
        if isinstance(s, sympy.Derivative):
            order, s = len(s.variables), s.expr
        if isinstance(s, AppliedUndef) and len(s.args) == 1:
            return Apply(Function(self.function(s.func), order), inner(s.args[0] if at is None else at))
        raise NotYetError(f"{s} is not understood here")
