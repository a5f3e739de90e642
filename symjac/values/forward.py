"""The derivative of a system that is run forwards: every path, every occurrence of what is varied.

A run is an :class:`~symjac.values.evaluate.Evaluator` under equations. What is differentiated by is set free,
every entry of it moves along a direction of its own, and the equations are evaluated once in dual numbers. No rule
of matrix calculus, closed form or normal form is asked.
"""

from __future__ import annotations

from symjac.expr import Expr, Symbol
from symjac.values.duals import Directions, Dual
from symjac.values.evaluate import Evaluator, Matrix, tags


def jacobian(run: Evaluator, of: Expr, by: Symbol) -> Matrix:
    """``d vec(of) / d vec(by)^T`` at the point of a run, columns stacked; shape (pq, rs) for (p, q) by (r, s).

    Everything in the run that depends on ``by`` moves with it; a definition of ``by`` itself is cut.

    >>> from fractions import Fraction
    >>> from symjac.expr import ONE, Product, Symbol, dim
    >>> from symjac.values.rings import Rationals
    >>> W, x, y = Symbol("W", (dim(2), dim(2))), Symbol("x", (dim(2), ONE)), Symbol("y", (dim(2), ONE))
    >>> cells = {W: [[1, 2], [3, 4]], x: [[5], [6]]}
    >>> leaf = lambda s, *_: [[Fraction(a) for a in row] for row in cells[s]]
    >>> jacobian(Evaluator(Rationals({}), {}, leaf, {y: Product(W, x)}), y, W)[0]
    [Fraction(5, 1), Fraction(0, 1), Fraction(6, 1), Fraction(0, 1)]
    """
    here = run.matrix(by)
    rows, cols = len(here), len(here[0])
    tag = next(tags)
    zero, one = run.number(0), run.number(1)

    def direction(i: int, j: int) -> Directions:
        return Directions(tuple(one if k == j * rows + i else zero for k in range(rows * cols)))

    moved = [[Dual(tag, here[i][j], direction(i, j)) for j in range(cols)] for i in range(rows)]
    values = run.with_fixed({by: moved}).matrix(of)
    rests = [zero] * (rows * cols)
    column_by_column = [values[i][j] for j in range(len(values[0])) for i in range(len(values))]
    return [list(a.slope.parts) if isinstance(a, Dual) and a.tag == tag else rests for a in column_by_column]
