"""The derivative of a system that is run forwards: every path, every occurrence of what is varied.

A run is an :class:`~symjac.values.evaluator.Evaluator` under equations. What is differentiated by is set free,
every entry of it moves along a direction of its own, and the equations are evaluated once in dual numbers. No rule
of matrix calculus, closed form or normal form is asked.
"""

from __future__ import annotations

from symjac.expr import Expr, Partial, Symbol
from symjac.values.duals import move, slopes
from symjac.values.evaluate import lay_out
from symjac.values.evaluator import Evaluator, Matrix


class Slopes:
    """The derivatives of many expressions by one symbol at the point of a run, which is run once for all of them.

    Everything in the run that depends on the symbol moves with it; a definition of the symbol itself is cut.
    """

    def __init__(self, at: Evaluator, by: Symbol) -> None:
        self.at = at
        self.by = by
        self.here = at.matrix(by)
        self.tag, moved = move(self.here, at.number)
        self.run = at.with_fixed({by: moved})

    def vec(self, of: Expr) -> Matrix:
        """``d vec(of) / d vec(by)^T``, columns stacked; shape (pq, rs) for (p, q) by (r, s)."""
        return slopes(self.run.matrix(of), self.tag, [self.at.number(0)] * (len(self.here) * len(self.here[0])))

    def __call__(self, of: Expr) -> Matrix:
        """The derivative in numerator layout; of a scalar by a matrix of shape (p, q) an array of shape (q, p)."""
        shape = self.at.size(of.rows), self.at.size(of.cols)
        return lay_out(self.vec(of), shape, (len(self.here), len(self.here[0])))

    def value(self, e: Expr) -> Matrix:
        """The value of an expression that holds such derivatives."""
        names: dict[Expr, Expr] = {}
        known: dict[Symbol, Matrix] = {}
        for p in e.walk():
            if isinstance(p, Partial) and p.x == self.by and p not in names:
                names[p] = letter = Symbol(f"\0{len(names)}", p.shape)
                known[letter] = self(p.y)
        return self.at.with_fixed(known).matrix(e.replace(names)) if known else self.at.matrix(e)
