"""A claim's terms with every derivative as a letter for what the system run forwards gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from symjac.claims.evaluate import Evaluator
from symjac.claims.world import World
from symjac.expr import Expr, Identity, Kronecker, Partial, Product, Symbol, Transpose, Vec, transpose
from symjac.reading.applied.terms import Ref, Term


class Forward(Evaluator):
    """One convention's meaning of the terms, derivatives from the :class:`~symjac.claims.world.World` of a claim."""

    @property
    def world(self) -> World:
        """Where derivatives come from."""
        assert isinstance(self.gradient, World)
        return self.gradient

    def laid_out(self, numerator: Expr, *, scalar: bool = False, vector: bool = True) -> Expr:
        """A Jacobian in this layout, said a second time: what the other reading lays out wrongly differs here."""
        layout = self.convention.layout
        turns = layout == "denominator" or (layout == "mixed" and scalar and not (vector and self.convention.row))
        return transpose(numerator) if turns else numerator

    def over_steps(self, y: Ref, x: Ref) -> Expr:
        return self.world.derivative(y, x)

    def slope(self, of: Symbol, wrt: Symbol, definitions: Mapping[Symbol, Expr], *, entries: bool) -> Expr:
        """The letter for a derivative; what is no symbol of the system is known by what it is."""
        others = {s: e for s, e in definitions.items() if s != of}
        operand = self.model.ref(of) is None
        return self.world.slope(
            *((definitions[of], wrt, others) if operand else (of, wrt, definitions)), entries=entries
        )

    def entries(self, y: Ref, x: Ref) -> Expr:
        """``d vec(y) / d vec(x)^T``: total where the claim holds the same of an earlier step."""
        self.variables.add(self.model.symbol(x))
        before = [r.time for r, by in self.carried if by == x and r.time is not None]
        if before and y.time is not None:
            return self.world.total(y, x, before[0])
        return self.world.derivative(y, x, entries=True)

    def hessian(self, y: Ref, x: Ref, z: Ref) -> Expr:
        """Both derivatives from the run, the second one of the first."""
        of, first, then = (self.model.symbol(r) for r in (y, x, z))
        self.variables |= {first, then}
        definitions = {**self.model.through(y, x), **self.model.through(y, z)}
        definitions.pop(first, None)
        return self.world.slope(Transpose(Partial(of, first)), then, definitions)

    def image(self, jacobian: Expr, of: Symbol, x: Term) -> Expr:
        """What a Jacobian does to the vec of the matrix of one entry, the vec of what that gives."""
        return Product(jacobian, Vec(self.one_entry(x)))

    def entry_of_image(self, jacobian: Expr, of: Symbol, x: Term, y: Term) -> Expr:
        row, *column = self.units(y, of)
        return Product(Transpose(Kronecker(column[0], row) if column else row), self.image(jacobian, of, x))

    def column_of(self, jacobian: Expr, matrix: Symbol, unit: Expr) -> Expr:
        return Product(jacobian, Kronecker(unit, Identity(matrix.rows)))


@lru_cache(maxsize=16)
def forward(kind: type[Evaluator]) -> type[Evaluator]:
    """The same reading of terms as that of ``kind``, with derivatives from the system run forwards."""
    return Forward if kind is Evaluator else type(f"Forward{kind.__name__}", (Forward, kind), {})
