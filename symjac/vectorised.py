r"""Derivatives by a matrix: ``dy / d vec(X)^T`` with Kronecker products.

A differential is a sum of terms ``L dX R`` and ``L dX^T R``; since ``vec(L dX R) = (R^T (x) L) vec(dX)`` and
``vec(dX^T) = K vec(dX)``, it tells the Jacobian. vec stacks columns; Magnus and Neudecker, *Matrix Differential
Calculus*, sections 2.4, 3.7 and 9.2.
"""

from __future__ import annotations

from functools import cached_property

from symjac import expr as ex
from symjac.composite import act
from symjac.derivation import Derivation
from symjac.differentiate import differential_theorem
from symjac.errors import NotYetError, TargetError, unprinted
from symjac.expr import Commutation, Expr, Kronecker, Symbol, Vec
from symjac.hypotheses import hypotheses
from symjac.kernel import Assumption, Scope, Theorem
from symjac.linear import gradient
from symjac.normal import equal
from symjac.recurrence import Recurrence
from symjac.tidy import collect
from symjac.timing import states_of


class VecJacobian:
    r"""The Jacobian of the entries of ``of`` by those of ``wrt``, a matrix, for every size.

    ``closed`` has the numerator layout: a row for each entry of ``vec(of)``, a column for each of ``vec(wrt)``.
    Other left-hand sides that the target uses are differentiated through; with ``immediate`` they are held fixed.
    Symbols at other times are independent: that is the immediate derivative of a recurrent state, and
    :meth:`over_time` says what the total one is.

    :raises TargetError: where ``of`` or ``wrt`` is not in the system.
    :raises NotYetError: where a term has no form with Kronecker products.
    :raises Defect: where the closed form does not do to ``vec(dX)`` what the differential does.
    """

    def __init__(
        self, system: Recurrence, of: str | Symbol | None, wrt: str | Symbol, *, immediate: bool = False
    ) -> None:
        self.system = system
        self.of, self.wrt = system.asked(of, wrt)
        self.immediate = immediate
        self.definitions = {s: e for s, e in system.definitions.items() if s != self.wrt}
        self.scope = Scope(self.wrt, {} if immediate else self.definitions)
        self.value = system.definitions[self.of]
        self.theorem: Theorem = differential_theorem(self.value, self.scope)
        names: dict[Expr, Symbol] = {e: s for s, e in system.definitions.items() if e.args}
        self.closed = collect(matrix_of(self.theorem.rhs, self.wrt), {} if immediate else names)
        self._check()

    def _check(self) -> None:
        """What the closed form does to ``vec(dX)`` is the differential that the entries have, for every size."""
        change = ex.Differential(self.wrt)
        wanted = ex.Differential(self.value)
        definitions = {} if self.immediate else self.definitions
        if not equal(wanted, applied(self.closed, change, self.value.shape), definitions, moving=frozenset({self.wrt})):
            about = f"the Jacobian of {self.of.name} by vec({self.wrt.name})"
            raise unprinted(f"{about} does not give the differential", "rules", "entries")

    @cached_property
    def assumed(self) -> tuple[Assumption, ...]:
        """What the Jacobian holds under, as far as the equations do not show it to hold anyway."""
        needed = {self.of} if self.immediate else self.system.rests_on(self.of, self.definitions)
        return hypotheses(self.theorem.assumptions, [e for s, e in self.definitions.items() if s in needed], self.scope)

    @property
    def closed_denominator(self) -> Expr:
        """The closed form in denominator layout."""
        return ex.transpose(self.closed)

    @property
    def shape(self) -> ex.Shape:
        """The shape in numerator layout."""
        return self.closed.shape

    def step_back(self) -> Derivation:
        """For a recurrent state: its Jacobian by the state before.

        :raises TargetError: where the target is no state of a recurrence.
        """
        states = states_of(self.system.definitions)
        if len(states) != 1 or self.of != states[0] or states[0].time is None:
            raise TargetError(f"{self.of.name} is not the one state of a recurrence")
        return Derivation(self.system, self.of, states[0].at(states[0].time - 1))


def matrix_of(linear: Expr, x: Symbol) -> Expr:
    """The matrix M with ``vec(linear) = M vec(dX)``.

    :raises NotYetError: where a term has no form with Kronecker products.
    """
    size = x.rows * x.cols
    if ex.is_zero(linear):
        return ex.zero((linear.rows * linear.cols, size))
    if linear.is_scalar:
        return ex.transpose(vec(ex.transpose(gradient(linear, x))))
    match linear:
        case ex.Differential():
            return ex.Identity(size)
        case ex.Sum():
            return ex.add(*(matrix_of(t, x) for t in linear.args))
        case ex.Transpose():
            inner = matrix_of(linear.arg, x)
            a = linear.arg
            return inner if a.cols == ex.ONE or a.rows == ex.ONE else ex.mul(Commutation(a.rows, a.cols), inner)
        case ex.Hadamard():
            k = _changing(linear)
            others = ex.hadamard(*linear.args[:k], *linear.args[k + 1 :])
            return ex.mul(ex.diag(vec(others)), matrix_of(linear.args[k], x))
        case ex.Stack() if linear.cols == ex.ONE:
            return ex.Stack(*(matrix_of(p, x) for p in linear.args))
        case ex.Product():
            return _product(linear, x)
    raise NotYetError(f"a {type(linear).__name__} of what changes has no form with Kronecker products yet")


def _product(e: ex.Product, x: Symbol) -> Expr:
    k = _changing(e)
    before, inner, after = e.args[:k], e.args[k], e.args[k + 1 :]
    scalars = [f for f in (*before, *after) if f.is_scalar]
    left = [f for f in before if not f.is_scalar]
    right = [f for f in after if not f.is_scalar]
    if inner.is_scalar:
        return ex.mul(*scalars, vec(ex.mul(*left, *right)), matrix_of(inner, x))
    behind = ex.mul(*right) if right else None
    if isinstance(inner, ex.Diag) and behind is not None and behind.cols == ex.ONE:
        # diag(u) v = diag(v) u
        return ex.mul(*scalars, *left, ex.diag(behind), matrix_of(inner.arg, x))
    if isinstance(inner, ex.Product | ex.Sum | ex.Hadamard) and not left and not right:
        return ex.mul(*scalars, matrix_of(inner, x))
    front = ex.mul(*left) if left else None
    rest = matrix_of(inner, x)
    if behind is None and inner.cols == ex.ONE:
        return ex.mul(*scalars, *([front] if front is not None else []), rest)
    if behind is None and front is None:
        return ex.mul(*scalars, rest)
    a = ex.transpose(behind) if behind is not None else ex.Identity(inner.cols)
    b = front if front is not None else ex.Identity(inner.rows)
    factor: Expr = Kronecker(a, b) if not (inner.rows == ex.ONE and front is None) else a
    return ex.mul(*scalars, factor, rest)


def _changing(e: Expr) -> int:
    """The one operand that holds the differential.

    :raises NotYetError: where there are several, which a linear expression has not.
    """
    places = [k for k, a in enumerate(e.args) if any(isinstance(p, ex.Differential) for p in a.walk())]
    if len(places) != 1:
        raise NotYetError("the differential is not linear in the change of the variable")
    return places[0]


def vec(e: Expr) -> Expr:
    """vec, of a vector itself; of a row its transpose."""
    if e.cols == ex.ONE:
        return e
    if e.rows == ex.ONE:
        return ex.transpose(e)
    scalars, chain = ex.parted(e)
    return ex.mul(*scalars, vec(ex.mul(*chain))) if scalars else Vec(e)


def applied(m: Expr, z: Expr, shape: ex.Shape) -> Expr:
    """What ``m vec(z)`` is, as a matrix of a shape: Kronecker products turned back into products on both sides.

    :raises NotYetError: where a factor acts on no matrix of a known shape.
    """
    out = act(m, z)
    if out.symbols - m.symbols - z.symbols:
        raise NotYetError("what this does to the vec of a matrix is not known yet")
    return ex.zero(shape) if ex.is_zero(out) else out
