"""What confirms a Jacobian by a matrix and a Hessian: the system run forwards, every entry moved."""

from __future__ import annotations

from collections.abc import Iterable

from symjac import expr as ex
from symjac.confirm.confirmed import Check, Checks
from symjac.confirm.forward import agree
from symjac.expr import Partial, Symbol
from symjac.hessian import Hessian
from symjac.values.evaluate import turned
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.forward import Slopes
from symjac.vectorised import VecJacobian

Pairs = Iterable[tuple[Matrix, Matrix]]


def confirm_vec_jacobian(j: VecJacobian) -> Checks:
    """Both layouts against the run, at pairwise different sizes."""
    about = f"the derivative of {j.of.name} by vec({j.wrt.name})"
    held = {s: e for s, e in j.definitions.items() if not j.immediate or s == j.of}

    def sides(at: Evaluator) -> Pairs:
        run = Slopes(at, j.wrt).vec(j.of)
        yield run, at.matrix(j.closed)
        yield turned(run), at.matrix(j.closed_denominator)

    where = agree(about, "the closed form", sides, (j.of, j.wrt, j.closed), held)
    return Checks((Check("differential", "every size"), Check("forwards", where)), ())


def confirm_hessian(h: Hessian) -> Checks:
    """The gradient, the Hessian and its product with a vector against the run, away from corners."""
    about = f"the Hessian of {h.of.name} by {h.wrt.name}"
    v = Symbol(r"\text{any vector}", h.wrt.shape)
    product = h.product(v)

    def sides(at: Evaluator) -> Pairs:
        first = Partial(h.of, h.wrt)
        second = at.matrix(Partial(ex.Transpose(first), h.wrt))
        yield turned(at.matrix(first)), at.matrix(h.gradient)
        yield second, at.matrix(h.closed)
        direction = [row[0] for row in at.matrix(v)]
        applied = [[sum(a * b for a, b in zip(row, direction, strict=True))] for row in second]
        yield applied, at.matrix(product)

    where = agree(about, "the closed form", sides, (h.of, h.wrt, h.closed, product), h.definitions)
    return Checks((Check("entries", "every size, entry (i, j)"), Check("forwards", where)), ())
