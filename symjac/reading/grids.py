"""Brackets that hold several things: stacked vectors, written-out matrices, entries, indicators."""

from __future__ import annotations

import itertools
from functools import partial

from symjac import expr as ex
from symjac.reading import hints
from symjac.reading.applied.terms import Term
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.context import Family
from symjac.reading.roles import known_function
from symjac.reading.sizes import UNIT, Size
from symjac.reading.values import Make, Value, like, negative, scalar, spread

# --------------------------------------------------------------------------------- stacked vectors


def listed(el: Arithmetic, t: Term) -> Value:
    """``[h, x]``, ``[h; x]``, a column written out: what stands on top of each other."""
    return stack(el, [el.value(a) for a in t.args], t)


def inner_product(el: Arithmetic, t: Term) -> Value:
    a, b = (el.column(el.value(arg)) for arg in t.args)
    if not (a.is_vector and b.is_vector):
        one = b if a.is_vector else a
        trace = rf'write "\operatorname{{tr}}({hints.carrier(el.context, a.term)}^\top {el.text(b)})"'
        hint = trace if a.is_matrix and b.is_matrix else hints.role(el.context, one, "vector")
        raise el.misfit("angle brackets take two vectors", t, hint)
    el.same(a, b, "the two vectors of this inner product")
    return scalar(lambda: ex.Product(ex.Transpose(a.make()), b.make()), t)


def stack(el: Arithmetic, values: list[Value], t: Term) -> Value:
    if isinstance(t.data, tuple) and "," in t.data and any(v.is_matrix for v in values):
        names = [el.context.text(a) for a in t.args]
        raise el.context.doubt(
            f"the matrices {' and '.join(names)} stand beside each other: blocks in a row and commutators are not read",
            t,
            f'write the product out, as in "W h + U x"; for blocks on top of each other write "[{"; ".join(names)}]"'
            f', for a commutator "({" ".join(names)} - {" ".join(names[::-1])})"',
        )
    if any(v.is_matrix for v in values):
        return blocks(el, values, t)
    for v in values:
        if not v.is_vector and not v.is_scalar:
            raise el.error(f"only vectors are stacked; {el.text(v)} is {v.shown}", v.term)
    if all(v.is_scalar for v in values):
        return explicit(el, [[v] for v in values], t)
    if (one := next((v for v in values if v.is_scalar), None)) is not None:
        raise el.error(
            f"the scalar {el.text(one)} stands among vectors", one.term, hints.role(el.context, one, "vector")
        )
    return Value(Size(parts=tuple(v.rows for v in values)), UNIT, lambda: ex.Stack(*(v.make() for v in values)), t)


def blocks(el: Arithmetic, values: list[Value], t: Term) -> Value:
    """Matrices on top of each other; a zero among them has as many columns as they."""
    cols = next(v.cols for v in values if v.is_matrix)
    rows: list[Size] = []
    makes: list[Make] = []
    for v in values:
        if v.is_matrix or v.is_row:
            if not el.context.sizes.equal(v.cols, cols):
                raise el.misfit(f"the blocks have {cols} and {v.cols} columns", v.term)
            rows.append(v.rows)
            makes.append(v.make)
        elif v.term.kind == "zeros" or v.number == 0:
            height = el.context.loose(Size(), v.term) if v.is_scalar else v.rows
            rows.append(height)
            makes.append(partial(_zeros, height, cols))
        else:
            raise el.misfit(f"{el.text(v)} stands among matrices and is {v.shown}", v.term)
    return Value(Size(parts=tuple(rows)), cols, lambda: ex.Stack(*(make() for make in makes)), t)


def _zeros(rows: Size, cols: Size) -> ex.Expr:
    return ex.Zero(rows.value(), cols.value())


# ----------------------------------------------------------------------------- written-out matrices


def matrix(el: Arithmetic, t: Term) -> Value:
    """``\\begin{bmatrix} ... \\end{bmatrix}``: scalars; in row orientation also one row of vectors."""
    width, values = t.data, [el.value(a) for a in t.args]
    assert isinstance(width, int)
    if width == len(values) and el.context.row and any(v.is_vector or v.is_matrix for v in values):
        return stack(el, values, t)
    for v in values:
        if not v.is_scalar:
            raise el.error(
                f"the entry {el.text(v)} is {v.shown}; matrices of blocks are not read",
                v.term,
                hints.role(el.context, v, "scalar"),
            )
    return explicit(el, [values[k : k + width] for k in range(0, len(values), width)], t)


def explicit(el: Arithmetic, values: list[list[Value]], t: Term) -> Value:
    def make() -> ex.Expr:
        return ex.Explicit([[v.make() for v in row] for row in values])

    return Value(Size(ex.dim(len(values))), Size(ex.dim(len(values[0]))), make, t)


def diagonal_of_list(el: Arithmetic, values: list[Value], t: Term) -> Value:
    """``diag(a, b, c)``."""
    for v in values:
        if not v.is_scalar:
            raise el.error(f"diag of a list takes scalars; {el.text(v)} is {v.shown}", v.term)
    zero = scalar(lambda: ex.Number(0), t)
    n = range(len(values))
    return explicit(el, [[values[i] if i == j else zero for j in n] for i in n], t)


# ----------------------------------------------------------------------------------------- entries


def entry(el: Arithmetic, t: Term) -> Value:
    """``x_i``, ``w_{ij}``, ``x_{t,1}``, ``(W x)_i``: an entry of a vector or a matrix."""
    v, indices = el.column(el.value(t.args[0])), t.data
    assert isinstance(indices, tuple)
    of = v.details.get("family")
    ref = t.args[0].ref
    if len(indices) == 1 and ref is not None and (named := el.context.find(ref.family)) is not None and named.numbered:
        return _column(el, v, t)
    if isinstance(of, Family) and (of.role not in ("vector", "matrix") or len(indices) != (of.role == "matrix") + 1):
        wanted = {"vector": "1", "matrix": "2"}.get(of.role or "", "none")
        raise el.error(f"an entry of the {of.role} {of.name} has {wanted} indices, not {len(indices)}", t)
    if not isinstance(of, Family) and (v.is_scalar or len(indices) != (1 if v.is_vector else 2)):
        raise el.error("a subscript on a bracket is read as the index of an entry only", t)
    sizes = (v.rows, v.cols)[: len(indices)]
    for text, size in zip(indices, sizes, strict=True):
        if message := _runs_to(el, text, size):
            raise el.error(message, t) if len(set(indices)) < len(indices) else el.misfit(message, t)

    def make() -> ex.Expr:
        return ex.Entry(v.make(), *map(_place, indices, sizes))

    return scalar(make, t, tag="entry" if isinstance(of, Family) else "")


def _place(index: str, size: Size) -> ex.Index | int:
    return int(index) if index.isdigit() else ex.Index(index, size.value())


def _runs_to(el: Arithmetic, index: str, size: Size) -> str:
    """What is wrong where an index that is a letter runs to another size elsewhere."""
    if index.isdigit() or el.context.sizes.equal(known := el.indices.setdefault(index, Size()), size):
        return ""
    return f"the index {index} runs to {known} elsewhere and to {size} here"


def _column(el: Arithmetic, matrix: Value, t: Term) -> Value:
    """One of the vectors with a number that are the columns of a matrix."""
    assert isinstance(t.data, tuple)
    (index,), size = t.data, matrix.cols
    if message := _runs_to(el, index, size):
        raise el.misfit(message, t)

    def make() -> ex.Expr:
        return ex.Product(matrix.make(), ex.UnitVector(_place(index, size), size.value()))

    return el.laid(Value(matrix.rows, UNIT, make, t, tag="column"))


def kronecker(el: Arithmetic, t: Term) -> Value:
    """The delta of two indices."""
    assert isinstance(t.data, tuple)
    pair = first, second = t.data
    size = el.indices.setdefault(first, Size()) if not first.isdigit() else Size()
    other = el.indices.setdefault(second, Size()) if not second.isdigit() else size
    if not el.context.sizes.equal(size, other):
        raise el.misfit(f"the indices {first} and {second} run to different sizes", t)
    el.context.loose(size, t)
    return scalar(lambda: ex.Delta(*(_place(i, size) for i in pair)), t)


# -------------------------------------------------------------------------------------- indicators


def indicator(el: Arithmetic, t: Term) -> Value:
    """1 where the first of two is the greater one, entry by entry."""
    step = known_function("step")
    assert step is not None
    greater, less = (el.value(a) for a in t.args)
    shaped = greater if not greater.is_scalar else less
    if not greater.is_scalar and not less.is_scalar:
        el.same(greater, less, "the two sides of this relation")

    def difference() -> ex.Expr:
        made = []
        for v, minus in ((greater, False), (less, True)):
            if v.number != 0:
                e = spread(v.make(), shaped.shape()) if v.is_scalar and not shaped.is_scalar else v.make()
                made.append(negative(e) if minus else e)
        return made[0] if len(made) == 1 else ex.Sum(*made)

    return like(shaped, lambda: ex.Apply(step, difference()), t)


# ------------------------------------------------------------------------------------ row vectors


def row_product(el: Arithmetic, values: list[Value], t: Term) -> list[Value]:
    """Rows: ``v W`` and ``W v`` both become the column form of what acts on v.

    A matrix printed before the vector is declared as it stands there, and acts from the other side:
    its symbol has the transposed shape.
    """
    scalars = [v for v in values if v.is_scalar]
    shaped = [v for v in values if not v.is_scalar]
    if len(shaped) == 2 and shaped[0].term.kind == "ones" and shaped[1].is_vector:
        el.context.note("ones", f"{el.context.text(t)} is read as a column of ones times a row, the row repeated", t)
        return [*scalars, shaped[0], _flipped(shaped[1])]
    if len(shaped) == 2 and shaped[0].is_row and _is_matrix(shaped[0]) and shaped[1].is_vector:
        return [*scalars, acting(el, shaped[0], "before"), shaped[1]]
    if len(shaped) < 2 or all(not v.is_vector for v in shaped):
        if any(v.is_row for v in shaped) and any(v.is_matrix for v in shaped):
            raise el.error("a transposed row vector beside a matrix does not fit in the row orientation", t)
        return values
    first, last = shaped[0], shaped[-1]
    if len(shaped) > 2 and any(v.is_row for v in shaped):
        _refuse_unfit(el, shaped, t)
        return [*scalars, *_as_rows(el, shaped)]
    if first.is_vector and ((len(shaped) == 2 and last.is_row) or all(v.is_matrix for v in shaped[1:])):
        return [*scalars, *_as_rows(el, shaped)]  # u v^T is the inner product of two rows
    if last.is_vector and all(v.is_matrix for v in shaped[:-1]):
        return [*scalars, *(acting(el, v, "before") for v in shaped[:-1]), last]
    return values


def _is_matrix(v: Value) -> bool:
    """Whether a symbol is a matrix by its declaration, though it may have one row, as ``W: matrix 1 n`` has."""
    family = v.details.get("family")
    return v.tag == "symbol" and isinstance(family, Family) and family.role == "matrix"


def _as_rows(el: Arithmetic, shaped: list[Value]) -> list[Value]:
    """The product in printed order, as in ``h W h^T``; turned where it is a row, as rows are kept as columns."""
    values = [acting(el, v, "after") if v.is_matrix else v for v in shaped]
    is_row = shaped[0].is_vector and not shaped[-1].is_row
    return values[::-1] if is_row else [_flipped(v) for v in values]


def _refuse_unfit(el: Arithmetic, shaped: list[Value], t: Term) -> None:
    """Refuses rows and transposed rows among each other that do not fit in printed order."""
    printed = [(v.rows, v.cols) if v.is_matrix else (v.cols, v.rows) for v in shaped]
    inner = any(a.is_row and b.is_vector for a, b in itertools.pairwise(shaped))
    if inner or not all(el.context.sizes.equal(a[1], b[0]) for a, b in itertools.pairwise(printed)):
        raise el.context.doubt(
            "this product of rows and transposed rows does not fit in its printed order",
            t,
            r'put brackets around an inner product; with rows a quadratic form is printed as in "h W h^\top"',
        )


def _flipped(v: Value) -> Value:
    return Value(v.cols, v.rows, lambda: ex.transpose(v.make()), v.term)


def acting(el: Arithmetic, v: Value, side: str) -> Value:
    """The column form of a matrix that acts on a row vector."""
    for family in el.families_of(v.term):
        if family.role != "matrix":
            continue
        if family.acts not in ("", side):
            raise el.error(f"{family.name} stands before a vector in one place and after one in another", v.term)
        family.acts = side
        if (
            side == "before"
            and family.name in el.roles.defined
            and not el.context.sizes.equal(family.rows, family.cols)
        ):
            raise el.error(f"{family.name} is defined here and would have to be square", v.term)
    flipped = _flipped(v)
    return like(v, flipped.make, v.term) if side == "before" else flipped
