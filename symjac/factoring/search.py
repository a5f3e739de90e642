"""The search for a closed form; it may guess, since nothing leaves without having been multiplied out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice, product

import sympy
from sympy import DiagMatrix, Identity, ImmutableDenseMatrix, MatrixExpr

from symjac.errors import ShapeError
from symjac.factoring.chains import Chain, Polynomial, TooLargeError, coefficients, monomial, polynomial, sizes
from symjac.factoring.form import Factored, NoClosedForm, Term
from symjac.factoring.names import Names
from symjac.factoring.products import Sample, Split, factors_of, is_zero, splits
from symjac.factoring.vectors import closed_vector, known_matrix
from symjac.limits import NormalFormTooLarge, OutOfTimeError, multiplied_out

Entries = dict[tuple[int, ...], sympy.Expr]
TRIES = 200


def factor(matrix: sympy.MatrixBase) -> Factored | NoClosedForm:
    """The closed form of a written-out matrix, or the reason why there is none.

    >>> w11, w12, w21, w22, x1, x2 = sympy.symbols("w11 w12 w21 w22 x1 x2")
    >>> s = sympy.Function("sigma")
    >>> J = sympy.Matrix([w11 * s(x1) + w12 * s(x2), w21 * s(x1) + w22 * s(x2)]).jacobian([x1, x2])
    >>> factor(J)
    Factored(w diag(sigma'(x)))
    >>> factor(sympy.Matrix([[w11, x1], [x2, w11 * w22]]))
    NoClosedForm(no sum of chains, diagonals and rank-one terms was found that says less than the matrix)
    """
    if not isinstance(matrix, sympy.MatrixBase):
        raise ShapeError(f"factor takes a written-out SymPy matrix, not a {type(matrix).__name__}")
    if 0 in matrix.shape:
        raise ShapeError(f"factor takes a matrix with entries, this one is {matrix.rows} x {matrix.cols}")
    explicit = ImmutableDenseMatrix(matrix)
    names = Names.of(explicit)
    plain: Factored | None = None
    try:
        for terms in islice(_candidates(explicit, names), TRIES):
            form = Factored(explicit, tuple(terms))
            # Where every vector follows a pattern the form holds for every size; it goes before one that does not.
            free = sum(map(_free_numbers, terms))
            if (plain is None or free == 0) and form.verify():
                if free == 0:
                    return form
                plain = form
    except OutOfTimeError:
        raise
    except (TooLargeError, NormalFormTooLarge):
        return plain or NoClosedForm("the entries are too large to multiply out")
    if plain is not None:
        return plain
    return NoClosedForm("no sum of chains, diagonals and rank-one terms was found that says less than the matrix")


def _candidates(matrix: ImmutableDenseMatrix, names: Names) -> Iterator[list[Term]]:
    for open_sums in (False, True):
        places = product(range(matrix.rows), range(matrix.cols))
        entries = {place: polynomial(matrix[place], names, open_sums=open_sums) for place in places}
        square = matrix.rows == matrix.cols
        for diagonal in (True, False) if square else (True,):
            found = coefficients(entries, matrix.shape, names, diagonal=diagonal)
            chains = list(found)
            for count in range(len(chains), -1 if diagonal else 0, -1):
                for chosen in combinations(chains, count) if len(chains) <= 6 or count in (0, len(chains)) else ():
                    yield from _with_chains(entries, {c: found[c] for c in chosen}, matrix.shape, names)


def _with_chains(
    entries: Mapping[tuple[int, int], Polynomial],
    chosen: Mapping[Chain, Mapping[tuple[int, ...], sympy.Expr | None]],
    shape: tuple[int, int],
    names: Names,
) -> Iterator[list[Term]]:
    options: list[list[tuple[Chain, Split, Term]]] = []
    for chain, values in chosen.items():
        along = sizes(chain, names)
        assert along is not None  # `coefficients` gives fitting chains only
        known = {index: v for index, v in values.items() if v is not None}
        ways = splits(known, along, complete=len(known) == len(values))
        found = [(chain, split, _chain_term(chain, split, names)) for split in ways]
        options.append([way for way in found if _free_numbers(way[2]) < len(known)])
    for choice in product(*options):
        rest = {place: dict(p) for place, p in entries.items()}
        for chain, split, _ in choice:
            for index in chosen[chain]:
                poly, m = rest[index[0], index[-1]], monomial(chain, index)
                poly[m] = poly.get(m, sympy.Integer(0)) - split.at(index)
        left: Entries = {place: _sum(p, names) for place, p in rest.items()}
        for extra in _without_chains(left, shape, names):
            if sum(map(_free_numbers, extra)) < len(left):
                yield extra + [term for _, _, term in choice]


def _sum(p: Polynomial, names: Names) -> sympy.Expr:
    parts = [c * sympy.Mul(*(names.expression(a) for a in m)) for m, c in p.items() if not is_zero(c)]
    return sympy.Add(*parts)


def _chain_term(chain: Chain, split: Split, names: Names) -> Term:
    factors: list[tuple[MatrixExpr, ImmutableDenseMatrix]] = []
    for k, vector in enumerate(split.vectors):
        if vector is not None:
            factors.append(_diagonal(vector, names))
        if k < len(chain):
            symbolic, link = known_matrix(chain[k], names), chain[k]
            rows, columns = map(range, symbolic.shape)
            entries = [[names.expression(link.atom(a, b)) for b in columns] for a in rows]
            factors.append((symbolic, ImmutableDenseMatrix(entries)))
    return Term(split.scalar, tuple(factors))


def _diagonal(vector: Sequence[sympy.Expr], names: Names) -> tuple[MatrixExpr, ImmutableDenseMatrix]:
    explicit = ImmutableDenseMatrix(sympy.diag(*vector))
    closed = closed_vector(vector, names)
    return DiagMatrix(ImmutableDenseMatrix(vector) if closed is None else closed), explicit


def _column(vector: Sequence[sympy.Expr], names: Names) -> tuple[MatrixExpr, ImmutableDenseMatrix]:
    explicit = ImmutableDenseMatrix(vector)
    closed = closed_vector(vector, names)
    return explicit if closed is None else closed, explicit


def _row(vector: Sequence[sympy.Expr], names: Names) -> tuple[MatrixExpr, ImmutableDenseMatrix]:
    symbolic, explicit = _column(vector, names)
    return symbolic.T, explicit.T


def _without_chains(rest: Entries, shape: tuple[int, int], names: Names) -> Iterator[list[Term]]:
    """Diagonal and rank-one terms that add up to what the chains leave."""
    zero = {place for place, e in rest.items() if is_zero(e)}
    if len(zero) == len(rest):
        yield []
        return
    square = shape[0] == shape[1]
    off = {place: e for place, e in rest.items() if place[0] != place[1]}
    if square and all(place in zero for place in off):
        yield [_diagonal_term([rest[i, i] for i in range(shape[0])], names)]
        return
    sample = Sample()
    numbers = {place: sample(e) for place, e in rest.items()}
    if _minors_vanish(numbers, off_diagonal=False) and (term := _rank_one(rest, shape, names)):
        yield [term]
    if square and shape[0] > 1:
        if terms := _by_pattern(rest, shape[0], names):
            yield terms
        if shape[0] > 2 and not any(place in zero for place in off) and _minors_vanish(numbers, off_diagonal=True):
            for split in splits(off, shape, complete=False):
                diagonal = [_tidy(rest[i, i] - split.at((i, i))) for i in range(shape[0])]
                outer = _outer(split, shape, names)
                yield [outer] if all(d == 0 for d in diagonal) else [_diagonal_term(diagonal, names), outer]


def _minors_vanish(n: Mapping[tuple[int, ...], sympy.Rational], *, off_diagonal: bool) -> bool:
    rows, columns = max(i for i, _ in n) + 1, max(j for _, j in n) + 1
    if off_diagonal and rows == 3:
        return bool(n[0, 1] * n[1, 2] * n[2, 0] == n[0, 2] * n[1, 0] * n[2, 1])
    return all(
        n[i, j] * n[k, m] == n[i, m] * n[k, j]
        for i, k in combinations(range(rows), 2)
        for j, m in combinations(range(columns), 2)
        if not (off_diagonal and {i, k} & {j, m})
    )


def _tidy(e: sympy.Expr) -> sympy.Expr:
    return sympy.Integer(0) if is_zero(e) else multiplied_out(e) if e.is_Add and len(e.args) > 1 else e


def _diagonal_term(vector: Sequence[sympy.Expr], names: Names) -> Term:
    if len(set(vector)) == 1:
        size = len(vector)
        return Term(vector[0], ((Identity(size), ImmutableDenseMatrix(sympy.eye(size))),))
    return Term(sympy.Integer(1), (_diagonal(vector, names),))


def _outer(split: Split, shape: tuple[int, int], names: Names) -> Term:
    ones = (sympy.Integer(1),)
    u, v = (vector or ones * size for vector, size in zip(split.vectors, shape, strict=True))
    if shape[0] == 1:
        return Term(split.scalar, (_row(v, names),))
    if shape[1] == 1:
        return Term(split.scalar, (_column(u, names),))
    return Term(split.scalar, (_column(u, names), _row(v, names)))


def _rank_one(rest: Entries, shape: tuple[int, int], names: Names) -> Term | None:
    """The whole as `u v.T`; a single row or column must follow a pattern, else every one would do."""
    term: Term | None = None
    split = None if any(e == 0 for e in rest.values()) else next(splits(rest, shape, complete=True), None)
    if split is not None:
        term = _outer(split, shape, names)
    else:
        p, q = next(place for place, e in rest.items() if not is_zero(e))
        if all(
            is_zero(rest[i, j] * rest[p, q] - rest[i, q] * rest[p, j]) for i in range(shape[0]) for j in range(shape[1])
        ):
            column = [rest[i, q] for i in range(shape[0])]
            row = [sympy.cancel(rest[p, j] / rest[p, q]) for j in range(shape[1])]
            term = Term(sympy.Integer(1), (_column(column, names), _row(row, names)))
    if term is not None and 1 in shape and not _has_pattern(term):
        return None
    return term


def _free_numbers(term: Term) -> int:
    """How many entries the term's vectors without a pattern have."""
    parts = (node for symbolic, _ in term.factors for node in sympy.preorder_traversal(symbolic))
    return sum(max(node.shape) for node in parts if isinstance(node, sympy.MatrixBase))


def _has_pattern(term: Term) -> bool:
    return _free_numbers(term) == 0


def _by_pattern(rest: Entries, size: int, names: Names) -> list[Term] | None:
    """A diagonal and rank-one terms all of whose vectors follow a pattern: `diag(s) - s s.T`.

    Each summand of entry (1, 2) is split into what belongs to index 1, to index 2 and to neither, found by
    exchanging indices: what is built from whole vectors and matrices moves with them.
    """
    left = dict(rest)
    outers: list[Term] = []
    for summand in sympy.Add.make_args(rest[0, 1]):
        scalar, u, v = sympy.Integer(1), sympy.Integer(1), sympy.Integer(1)
        number, factors = factors_of(summand)
        for base, exponent in factors.items():
            f = base**exponent
            role = _role(base, size, names)
            if role is None:
                return None
            if role == "scalar":
                scalar *= f
            elif role == "row":
                u *= f
            else:
                v *= f
        us = [names.relabelled(u, 0, k, size) for k in range(size)]
        vs = [names.relabelled(v, 1, k, size) for k in range(size)]
        term = Term(number * scalar, (_column(us, names), _row(vs, names)))
        if not _has_pattern(term):
            return None
        outers.append(term)
        for (i, j), e in left.items():
            left[i, j] = e - number * scalar * us[i] * vs[j]
    if not all(is_zero(e) for (i, j), e in left.items() if i != j):
        return None
    diagonal = [_tidy(left[i, i]) for i in range(size)]
    if all(d == 0 for d in diagonal):
        return outers
    closed = _diagonal_term(diagonal, names)
    return [closed, *outers] if _has_pattern(closed) or size > 2 else None


def _role(f: sympy.Expr, size: int, names: Names) -> str | None:
    moved = [names.relabelled(f, 0, k, size) for k in range(1, size)]
    if all(m == f for m in moved):
        return "scalar"
    if closed_vector([f, *moved], names) is not None:
        return "row"
    if closed_vector([names.relabelled(f, 1, k, size) for k in range(size)], names) is not None:
        return "column"
    return None
