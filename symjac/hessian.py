r"""Second derivatives: the Hessian of a scalar by a vector, and its product with a vector.

Magnus and Neudecker, *Matrix Differential Calculus*, chapter 6: ``H = d/dx^T (dL/dx^T)^T``, a symmetric matrix.
"""

from __future__ import annotations

from functools import cached_property

from symjac import expr as ex
from symjac.bptt.adjoint import as_gradient, cross_entropy
from symjac.derivation import Derivation
from symjac.differentiate import jacobian_theorem
from symjac.errors import NotYetError, TargetError, unprinted
from symjac.expr import Expr, Partial, Symbol
from symjac.hypotheses import hypotheses
from symjac.kernel import Assumption, Scope
from symjac.normal import equal
from symjac.recurrence import Recurrence
from symjac.tidy import collect


class Hessian:
    r"""The Hessian of a scalar left-hand side by a vector, for every size. It is the same in both layouts.

    :raises TargetError: where ``of`` is no scalar or ``wrt`` no vector.
    :raises NotYetError: where symjac has no rule.
    :raises Defect: where the rules and the entries disagree, which would be a defect of symjac.
    """

    def __init__(self, system: Recurrence, of: str | Symbol | None, wrt: str | Symbol) -> None:
        first = Derivation(system, of, wrt)
        if not first.of.is_scalar:
            raise TargetError(f"a Hessian is of a scalar; {first.of.name} is {ex.show_shape(first.of.shape)}")
        if first.wrt.cols != ex.ONE:
            raise NotYetError(f"{first.wrt.name} is a matrix; Hessians are by vectors so far")
        self.system = system
        self.of, self.wrt = first.of, first.wrt
        self.first = first
        self.definitions = first.definitions
        self.gradient = self._gradient()
        self.theorem = jacobian_theorem(self._opened(self.gradient), Scope(self.wrt, {}))  # |- d(gradient)/dx = H
        self.closed = self._closed()
        self._check()

    def _gradient(self) -> Expr:
        """The gradient as a column; that of a cross-entropy in its short form."""
        found = as_gradient(self.first.closed)
        outputs = [s for s, e in self.definitions.items() if isinstance(e, ex.Softmax)]
        targets = sorted(self._opened(self.of).symbols - {self.wrt}, key=lambda s: s.name)
        return cross_entropy(found, outputs, targets, self.definitions)[0]

    def _opened(self, e: Expr) -> Expr:
        """The expression with every gate that depends on the variable opened."""
        table: dict[Expr, Expr] = {
            s: self._opened(self.definitions[s])
            for s in e.symbols
            if s in self.definitions and s != self.wrt and self.first.scope.depends(s)
        }
        return e.replace(table) if table else e

    def _closed(self) -> Expr:
        gates = [(s, e) for s, e in self.definitions.items() if e.args and self.first.scope.depends(s)]
        names: dict[Expr, Symbol] = {self._opened(e): s for s, e in gates}
        closed = collect(self.theorem.rhs, names)
        # What a kink hides, such as the second derivative of relu, is zero wherever it is defined.
        return ex.zero(closed.shape) if equal(self._opened(closed), ex.zero(closed.shape)) else closed

    def _check(self) -> None:
        twice = Partial(ex.Transpose(Partial(self.of, self.wrt)), self.wrt)
        opened = self._opened(self.closed)
        whole = twice.replace({self.of: self._opened(self.of)})
        if not equal(whole, opened) or not equal(ex.Transpose(opened), opened):
            about = f"the Hessian of {self.of.name} by {self.wrt.name}"
            raise unprinted(f"the rules and the entries disagree about {about}", "rules", "entries")

    @cached_property
    def assumed(self) -> tuple[Assumption, ...]:
        """What the Hessian holds under, as far as the equations do not show it to hold anyway."""
        granted = self.first.proof.assumptions | self.theorem.assumptions
        return hypotheses(granted, [self._opened(self.of)], self.first.scope)

    @property
    def shape(self) -> ex.Shape:
        """The shape, (len wrt, len wrt)."""
        return self.closed.shape

    def product(self, v: str | Symbol = "v") -> Expr:
        """The Hessian times a vector, without a matrix of its size being formed: diagonals scale.

        :raises TargetError: where ``v`` has another shape than the variable.
        """
        symbol = Symbol(v, self.wrt.shape) if isinstance(v, str) else v
        if symbol.shape != self.wrt.shape:
            raise TargetError(f"{symbol.name} is {ex.show_shape(symbol.shape)}, the variable is another shape")
        return _applied(self.closed, symbol)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same second derivative, however they are written."""
        if not isinstance(other, Hessian):
            return NotImplemented
        return self.wrt == other.wrt and equal(self._opened(self.closed), other._opened(other.closed))

    def __hash__(self) -> int:
        return hash((self.of, self.wrt, self.shape))


def _applied(e: Expr, v: Expr) -> Expr:
    """A matrix expression times a vector, multiplied from the right."""
    if isinstance(e, ex.Sum):
        return ex.add(*(_applied(t, v) for t in e.args))
    if isinstance(e, ex.Product):
        scalars, chain = ex.parted(e)
        out = v
        for f in reversed(chain):
            out = _applied(f, out) if out.is_vector else ex.mul(f, out)
        return ex.mul(*scalars, out)
    if isinstance(e, ex.Diag):
        return ex.hadamard(e.arg, v)
    return ex.mul(e, v)
