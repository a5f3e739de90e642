"""Systems and Jacobians written out at given sizes: SymPy matrices of scalar symbols.

Entries are named as an author would write them: ``W_{1,2}``, ``x_1``, ``x_{t-1,1}``,
``W_{\\mathrm{in},1,2}``, ``h^{(t-1)}_1``: the indices go into the name's own subscript if it has one.
Unspecified functions are SymPy's undefined functions, their derivatives what ``diff`` makes of them,
so that a written-out closed form is what ``Matrix.jacobian`` gives.

The work grows with the number of entries: diagonal matrices scale rows and columns, and nothing is
simplified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import sympy
from sympy import S
from sympy.core.function import AppliedUndef, UndefinedFunction

from symjac import expr
from symjac.entries import numbered
from symjac.errors import DefinitionError, NotYetError
from symjac.explicit.names import entry_name
from symjac.expr import Apply, Expr, Function, Symbol
from symjac.functions import ACTIVATIONS, derivative
from symjac.interchange import function_name
from symjac.interchange.outwards import power, undefined_derivative

if TYPE_CHECKING:
    from symjac.derivation import Derivation
    from symjac.recurrence import Recurrence

Grid = list[list[Any]]
LARGEST = 1_000_000  # entries; beyond that writing out serves nobody
_SINGLE = (AppliedUndef, sympy.Derivative, sympy.Subs)

# The entries of higher powers of a matrix fill pages, and SymPy's memory.
POWERS = 6


# ------------------------------------------------------------------------------------------- sizes


def sizes(system: Recurrence, n: int | Mapping[str, int]) -> dict[str, int]:
    """A number for every size letter of the system: the same one for all, or one for each.

    :raises DefinitionError: where a letter is missing or unknown, or a size is no positive integer.
    """
    letters = sorted(system.sizes)
    if not isinstance(n, int | Mapping):
        raise DefinitionError(f"sizes are a number, or a number for each letter such as {{'n': 2}}, not {n!r}")
    given = dict.fromkeys(letters, n) if isinstance(n, int) else dict(n)
    for letter, number in given.items():
        if letter not in letters:
            raise DefinitionError(f"there is no size {letter}; the sizes are {', '.join(letters) or 'all numbers'}")
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise DefinitionError(f"a size is a positive integer, {letter} is {number}")
    missing = [letter for letter in letters if letter not in given]
    if missing:
        raise DefinitionError(f"no number is given for the size {missing[0]}; the sizes are {', '.join(letters)}")
    return given


# ------------------------------------------------------------------------------------- writing out


class Written:
    """Writes expressions out at fixed sizes; what was written once is kept.

    Symbols in ``definitions`` are replaced by their right-hand sides, all others stay symbols.
    ``leaf`` makes the scalar symbol of a name.
    """

    def __init__(
        self,
        sizes: Mapping[str, int],
        definitions: Mapping[Symbol, Expr] | None = None,
        leaf: Callable[[str], Any] = sympy.Symbol,
    ) -> None:
        self.sizes = {expr.dim(letter): sympy.Integer(number) for letter, number in sizes.items()}
        self.definitions = definitions or {}
        self.leaf = leaf
        self._known: dict[Expr, Grid] = {}
        self._lengths: dict[Any, int] = {}
        self._names: dict[str, Symbol] = {}

    def length(self, size: Any) -> int:
        if size not in self._lengths:
            number = size.xreplace(self.sizes)
            if not number.is_Integer:
                raise DefinitionError(f"no number is given for the size {size}")
            self._lengths[size] = int(number)
        return self._lengths[size]

    def __call__(self, e: Expr) -> Grid:
        """The rows of entries."""
        grid = self._known.get(e)
        if grid is None:
            if self.length(e.rows) * self.length(e.cols) > LARGEST:
                raise NotYetError(f"{expr.brief(e)} has more than {LARGEST} entries at these sizes")
            grid = self._known[e] = self.node(e)
        return grid

    def matrix(self, e: Expr) -> sympy.Matrix:
        grid = self(e)
        return sympy.Matrix(len(grid), len(grid[0]), [a for row in grid for a in row])

    def vector(self, e: Expr) -> list[Any]:
        return [row[0] for row in self(e)]

    def scalar(self, e: Expr) -> Any:
        return self(e)[0][0]

    def map(self, f: Callable[..., Any], *grids: Grid) -> Grid:
        return [[f(*entries) for entries in zip(*rows, strict=True)] for rows in zip(*grids, strict=True)]

    def filled(self, e: Expr, f: Callable[[int, int], Any]) -> Grid:
        return [[f(i, j) for j in range(self.length(e.cols))] for i in range(self.length(e.rows))]

    # ---------------------------------------------------------------------------------- leaves

    def node(self, e: Expr) -> Grid:
        match e:
            case expr.Number():
                return [[sympy.Rational(e.value.numerator, e.value.denominator)]]
            case Symbol():
                return self._symbol(e)
            case expr.Ones():
                return self.filled(e, lambda i, j: S.One)
            case expr.Zero():
                return self.filled(e, lambda i, j: S.Zero)
            case expr.Identity():
                return self.filled(e, lambda i, j: S.One if i == j else S.Zero)
            case expr.Sum():
                return self.map(sympy.Add, *map(self, e.args))
            case expr.Product():
                return self._product(e)
            case expr.Hadamard():
                return self.map(sympy.Mul, *map(self, e.args))
            case expr.EntryPower():
                exponent = self.scalar(e.exponent)
                return self.map(lambda a: power(a, exponent), self(e.base))
            case expr.MatrixPower():
                return self._matrix_power(e)
            case expr.Transpose():
                return [list(column) for column in zip(*self(e.arg), strict=True)]
            case expr.Diag():
                d = self.vector(e.arg)
                return self.filled(e, lambda i, j: d[i] if i == j else S.Zero)
            case expr.Diagonal():
                return [[row[i]] for i, row in enumerate(self(e.arg))]
            case expr.Trace():
                return [[sympy.Add(*(row[i] for i, row in enumerate(self(e.arg))))]]
            case expr.Determinant():
                if self.length(e.arg.rows) > 5:
                    raise NotYetError("the determinant of a matrix of size 6 or more is not written out")
                return [[self.matrix(e.arg).det(method="berkowitz")]]
            case expr.Norm():
                return [[sympy.sqrt(sympy.Add(*(a**2 for row in self(e.arg) for a in row)))]]
            case expr.Softmax():
                exps = [sympy.exp(a) for a in self.vector(e.arg)]
                total = sympy.Add(*exps)
                return [[a / total] for a in exps]
            case expr.LogSumExp():
                return [[sympy.log(sympy.Add(*(sympy.exp(a) for row in self(e.arg) for a in row)))]]
            case expr.Stack():
                return [row for part in e.args for row in self(part)]
            case expr.Explicit():
                return [[self.scalar(entry) for entry in row] for row in e.entries]
            case Apply():
                return self.map(self.function(e.function), self(e.arg))
            case expr.ScalarFunction() | expr.ScalarGradient() | expr.ScalarHessian():
                at = self.vector(e.args[0])
                return self.filled(e, lambda i, j: _derived(e.of, (i, j)[: e.order])(*at))
            case expr.VectorMap():
                at = [entry for a in e.args for entry in self.vector(a)]
                return self.filled(e, lambda i, j: _component(e.name, i)(*at))
            case expr.MapJacobian():
                at = [self.vector(a) for a in e.args]
                first = 1 + sum(map(len, at[: e.by - 1]))
                return self.filled(e, lambda i, j: _component(e.name, i)(*chain(*at)).fdiff(first + j))
            case expr.Entry():
                return self._entry(e)
            case expr.IndexSum():
                values = range(1, self.length(e.index.size) + 1)
                return [[sympy.Add(*(self.scalar(numbered.at(e.body, {e.index: k})) for k in values))]]
            case expr.Delta():
                return [[sympy.KroneckerDelta(*map(_index, e.indices))]]
            case expr.UnitVector():
                (i,) = map(_index, e.indices)
                return [[sympy.KroneckerDelta(i, k)] for k in range(1, self.length(e.rows) + 1)]
        raise NotYetError(f"{expr.brief(e)} cannot be written out")

    def _symbol(self, e: Symbol) -> Grid:
        if e in self.definitions:
            return self.defined(e)
        if e.is_scalar:
            size = self.sizes.get(expr.dim(e.name)) if e.name.isalpha() else None
            return [[self.symbol(e) if size is None else size]]
        if e.cols == 1:
            return self.filled(e, lambda i, j: self.symbol(e, i + 1))
        return self.filled(e, lambda i, j: self.symbol(e, i + 1, j + 1))

    def defined(self, s: Symbol) -> Grid:
        """The right-hand side of a symbol's definition; what a long chain of equations leads to is written before."""
        for u in expr.deep_below(s, self.definitions, self._known):
            self(u)
        return self(self.definitions[s])

    def symbol(self, s: Symbol, *indices: int) -> Any:
        """The scalar symbol of an entry; two symbols never share one."""
        name = entry_name(s.name, *indices) if indices else s.name
        if self._names.setdefault(name, s) != s:
            name = f"[{s.name}]_{{{','.join(map(str, indices))}}}"
        return self.leaf(name)

    # ------------------------------------------------------------------------------ operations

    def _product(self, e: expr.Product) -> Grid:
        scalars, chain = expr.parted(e)
        scalar = sympy.Mul(*map(self.scalar, scalars))
        if not chain:
            return [[scalar]]
        grid = self.chain(chain)
        return grid if scalar is S.One else [[sympy.Mul(scalar, a) for a in row] for row in grid]

    def chain(self, factors: list[Expr]) -> Grid:
        """The product of the factors; from the right if that keeps to vectors."""
        if factors[-1].cols == 1 and len(factors) > 2:
            grid = self(factors[-1])
            return reduce(self.times, reversed(factors[:-1]), grid)
        for k, f in enumerate(factors[:-1]):
            if _is_light(f):
                return reduce(self.times, reversed(factors[:k]), self.applied(f, self.chain(factors[k + 1 :])))
        first, *rest = factors
        grid = self(first)
        for f in rest:
            if isinstance(f, expr.Diag):
                d = self.vector(f.args[0])
                grid = [[_times(a, s) for a, s in zip(row, d, strict=True)] for row in grid]
            else:
                grid = _multiply(grid, self(f))
        return grid

    def applied(self, f: Expr, grid: Grid) -> Grid:
        """A light factor times a matrix, term by term: `y y^T W` is the column y times the row `y^T W`."""
        if isinstance(f, expr.Sum):
            return self.map(sympy.Add, *(self.applied(t, grid) for t in f.args))
        if isinstance(f, expr.Diag):
            return self.scaled_rows(f.args[0], grid)
        if not isinstance(f, expr.Product):
            return grid
        for g in reversed([g for g in f.args if not g.is_scalar]):
            grid = self.applied(g, grid) if _is_light(g) else _multiply(self(g), grid)
        scalar = sympy.Mul(*(self.scalar(g) for g in f.args if g.is_scalar))
        return grid if scalar is S.One else [[sympy.Mul(scalar, a) for a in row] for row in grid]

    def times(self, grid: Grid, f: Expr) -> Grid:
        """A factor times a matrix."""
        return self.scaled_rows(f.arg, grid) if isinstance(f, expr.Diag) else _multiply(self(f), grid)

    def scaled_rows(self, v: Expr, grid: Grid) -> Grid:
        return [[_times(a, s) for a in row] for s, row in zip(self.vector(v), grid, strict=True)]

    def _matrix_power(self, e: expr.MatrixPower) -> Grid:
        exponent, base = self.scalar(e.exponent), self.matrix(e.base)
        if not exponent.is_Integer:
            raise NotYetError(f"the power {exponent} of a matrix cannot be written out")
        if abs(exponent) > POWERS:
            raise NotYetError(f"the entries of a matrix to the power {exponent} are too long to be written out")
        if exponent < 0:
            if base.rows > 4:
                raise NotYetError("the inverse of a matrix of size 5 or more is not written out")
            # The adjugate formula: exact for every invertible matrix, whereas elimination would choose pivots.
            base, exponent = base.adjugate() / base.det(method="berkowitz"), -exponent
        rows: Grid = (base**exponent).tolist()
        return rows

    # ------------------------------------------------------------------------------- functions

    def function(self, f: Function) -> Callable[[Any], Any]:
        if f.known is None:
            undefined = sympy.Function(function_name(f.name))
            return lambda a: undefined_derivative(undefined, f.order, a)
        row = ACTIVATIONS[f.known]
        if f.order == 0:
            return row.sympy
        z = Symbol("z")
        form = Written({}).scalar(derivative(Function(f.name, f.order - 1, f.known), z))
        return lambda a: form.xreplace({sympy.Symbol("z"): a})

    # -------------------------------------------------------------------------- index notation

    def _entry(self, e: expr.Entry) -> Grid:
        places = [i for i in e.indices if isinstance(i, int)]
        if len(places) != len(e.indices):
            raise NotYetError(f"the entry of {expr.brief(e.base)} has an index without a number")
        return [[self(e.base)[places[0] - 1][places[1] - 1 if len(places) == 2 else 0]]]


def _index(i: expr.Index | int) -> Any:
    return i if isinstance(i, int) else sympy.Symbol(i.name)


def _is_light(f: Expr) -> bool:
    """Whether a square matrix is applied with fewer products than it has columns: diagonal plus rank one."""
    if isinstance(f, expr.Sum):
        return all(map(_is_light, f.args))
    if isinstance(f, expr.Product):
        chain = [g for g in f.args if not g.is_scalar]
        return all(map(_is_light, chain)) or (len(chain) == 2 and chain[1].rows == 1)
    return isinstance(f, expr.Diag | expr.Identity)


def _times(a: Any, b: Any) -> Any:
    """The product. For a symbol and another single factor there is nothing to merge, which SymPy takes long to find."""
    if a.is_Symbol and a != b and (b.is_Symbol or b.is_Add or isinstance(b, _SINGLE)) and b.is_commutative:
        return sympy.Mul._from_args((a, b) if a.compare(b) < 0 else (b, a), is_commutative=True)
    return sympy.Mul(a, b)


def _derived(name: str, by: tuple[int, ...]) -> Any:
    """A scalar function, differentiated by its arguments with these numbers, in whatever order."""
    indices = tuple(sorted(by))
    written = entry_name(f"d{len(by)}{function_name(name)}", *(i + 1 for i in indices)) if by else function_name(name)
    slope = {"fdiff": lambda call, argument=1: _derived(name, (*indices, argument - 1))(*call.args)}
    return UndefinedFunction(written, __dict__=slope)


def _component(name: str, i: int) -> Any:
    return sympy.Function(entry_name(function_name(name), i + 1))


def _multiply(a: Grid, b: Grid) -> Grid:
    columns = list(zip(*b, strict=True))
    return [[sympy.Add(*(_times(p, q) for p, q in zip(row, column, strict=True))) for column in columns] for row in a]


def write_out(e: Expr, sizes: Mapping[str, int], definitions: Mapping[Symbol, Expr] | None = None) -> sympy.Matrix:
    """The expression as a SymPy matrix at the given sizes; symbols in ``definitions`` are written out too.

    :raises NotYetError: for a node that has no written-out form.

    >>> n = expr.dim("n")
    >>> W, x = expr.Symbol("W", (n, n)), expr.Symbol("x", (n, expr.ONE))
    >>> write_out(expr.Product(W, x), {"n": 2})
    Matrix([
    [W_{1,1}*x_1 + W_{1,2}*x_2],
    [W_{2,1}*x_1 + W_{2,2}*x_2]])
    """
    return Written(sizes, definitions).matrix(e)


# -------------------------------------------------------------------------------- systems, Jacobians


def equations(system: Recurrence, sizes: Mapping[str, int]) -> list[sympy.Eq]:
    """The recurrence, one SymPy equation for each entry of a left-hand side, in the order of the system."""
    written = Written(sizes)
    out: list[sympy.Eq] = []
    for e in system.equations:
        left, right = written(e.lhs), written(e.rhs)
        spots = product(range(len(left)), range(len(left[0])))
        out += [sympy.Eq(left[i][j], right[i][j], evaluate=False) for i, j in spots]
    return out


def jacobian(
    derivation: Derivation, n: int | Mapping[str, int], *, layout: str = "numerator", expand: bool = False
) -> sympy.Matrix:
    """The closed form written out; with ``expand`` gates are replaced by their right-hand sides.

    :raises DefinitionError: where the sizes do not fit the system.
    """
    return write_out(
        derivation.in_layout(layout), sizes(derivation.system, n), derivation.definitions if expand else None
    )
