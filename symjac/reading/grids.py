"""Brackets that hold several things: stacked vectors, written-out matrices, entries, indicators."""

from __future__ import annotations

import itertools
import re
from functools import partial

from symjac.expr import (
    Apply,
    Delta,
    Entry,
    Explicit,
    Expr,
    Index,
    Number,
    Product,
    Stack,
    Sum,
    Transpose,
    Zero,
    dim,
    transpose,
)
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.context import Family
from symjac.reading.names import Named
from symjac.reading.parser import Parser
from symjac.reading.roles import known_function
from symjac.reading.sizes import UNIT, Size
from symjac.reading.spelling import is_upper
from symjac.reading.tree import Node, Script
from symjac.reading.values import Make, Value, like, negative, scalar, spread

# --------------------------------------------------------------------------------- stacked vectors


def list_value(el: Arithmetic, node: Node, *, stacked: bool = False) -> Value:
    """``[h, x]`` and ``[h; x]``: vectors on top of each other."""
    if node.text not in ("[", "langle") and not stacked:
        raise el.error("a list in these brackets is no value", node, "stacked vectors are written [a; b]")
    if any(k.kind == "group" and k.text == "[" and len(k.kids) > 1 for k in node.kids):
        raise el.error("lists inside a list are not read", node, r"write \begin{bmatrix} ... \end{bmatrix}")
    values = [el.build(k) for k in node.kids]
    if node.text == "langle":
        return inner_product(el, values, node)
    if "," in node.detail and any(v.is_matrix for v in values):
        names = [el.context.text(k) for k in node.kids]
        raise el.context.doubt(
            f"the matrices {' and '.join(names)} stand beside each other in a row: blocks in a row are not read",
            node,
            "write the product with each block out, as in W h + U x; matrices on top of each other are [W; U]",
        )
    return stack(el, values, node)


_SPACED = re.compile(r"\\([ ;:>]|quad|qquad|enspace|thickspace|medspace)")


def refuse_spaced_list(el: Arithmetic, node: Node) -> None:
    """``[h \\; x]``, ``[W U]``: a list without its commas, or a product?"""
    juxt = node.kids[0]
    if node.text != "[" or juxt.kind != "juxt" or any(k.kind != "name" for k in juxt.kids):
        return
    families = [el.context.find(el.named(k).family) for k in juxt.kids]
    if any(f is not None and f.declared and f.role == "scalar" for f in families):
        return
    between = [el.context.source[a.end : b.start] for a, b in itertools.pairwise(juxt.kids)]
    capitals = {is_upper(k.text) for k in juxt.kids}
    if len(capitals) == 1 or any(_SPACED.search(gap) for gap in between):
        names = [el.context.text(k) for k in juxt.kids]
        raise el.error(
            f"{el.context.text(node)}: a list whose commas are missing, or a product?",
            node,
            f"write [{'; '.join(names)}] for what is stacked, ({' '.join(names)}) for a product",
        )


def inner_product(el: Arithmetic, values: list[Value], node: Node) -> Value:
    if len(values) != 2:
        raise el.error("angle brackets take two vectors", node)
    a, b = values
    if a.is_scalar or b.is_scalar:
        raise el.error("angle brackets take two vectors", node, 'declare them, as in "x: vector n"')
    el.same(a, b, "the two vectors of this inner product")
    return scalar(lambda: Product(Transpose(a.make()), b.make()), node)


def stack(el: Arithmetic, values: list[Value], node: Node) -> Value:
    if any(v.is_matrix for v in values):
        return blocks(el, values, node)
    for v in values:
        if not v.is_vector and not v.is_scalar:
            raise el.error(f"only vectors are stacked; {el.context.text(v.node)} is {v.shown}", v.node)
    if all(v.is_scalar for v in values):
        return explicit(el, [[v] for v in values], node)
    if any(v.is_scalar for v in values):
        one = next(v for v in values if v.is_scalar)
        raise el.error(
            f"the scalar {el.context.text(one.node)} stands among vectors", one.node, "declare it, if it is a vector"
        )
    return Value(Size(parts=tuple(v.rows for v in values)), UNIT, lambda: Stack(*(v.make() for v in values)), node)


def blocks(el: Arithmetic, values: list[Value], node: Node) -> Value:
    """Matrices on top of each other; a zero among them has as many columns as they."""
    cols = next(v.cols for v in values if v.is_matrix)
    rows: list[Size] = []
    makes: list[Make] = []
    for v in values:
        if v.is_matrix:
            if not el.context.sizes.equal(v.cols, cols):
                raise el.error(f"the blocks have {cols} and {v.cols} columns", v.node)
            rows.append(v.rows)
            makes.append(v.make)
        elif el.context.text(v.node) in ZEROS:
            height = el.context.loose(Size(), v.node) if v.is_scalar else v.rows
            rows.append(height)
            makes.append(partial(_zeros, height, cols))
        else:
            raise el.error(f"{el.context.text(v.node)} stands among matrices and is {v.shown}", v.node)
    return Value(Size(parts=tuple(rows)), cols, lambda: Stack(*(make() for make in makes)), node)


ZEROS = ("0", r"\mathbf{0}", r"\mathbf 0", r"\boldsymbol{0}", r"\bm{0}")


def _zeros(rows: Size, cols: Size) -> Expr:
    return Zero(rows.value(), cols.value())


# ----------------------------------------------------------------------------- written-out matrices


def matrix(el: Arithmetic, node: Node) -> Value:
    """``\\begin{bmatrix} ... \\end{bmatrix}``: scalars, or one column of vectors."""
    width = int(node.detail[0])
    rows = [node.kids[k : k + width] for k in range(0, len(node.kids), width)]
    gap = next((e for e in node.kids if e.kind in ("blank", "dots")), None)
    if gap is not None:
        raise el.error("a matrix with dots or gaps is not read", gap, "write diag(...), or all the entries")
    values = [[el.build(e) for e in row] for row in rows]
    flat = [v for row in values for v in row]
    column = width == 1 or (len(rows) == 1 and el.context.row)
    if column and any(v.is_vector or v.is_matrix for v in flat):
        return el.post(stack(el, flat, node), node)
    for v in flat:
        if not v.is_scalar:
            raise el.error(
                f"the entry {el.context.text(v.node)} is {v.shown}; matrices of blocks are not read",
                v.node,
                'if it is a scalar, declare it, as in "a: scalar"',
            )
    if node.text == "vmatrix":
        raise el.error("written-out determinants are not read", node)
    return el.post(explicit(el, values, node), node)


def explicit(el: Arithmetic, values: list[list[Value]], node: Node) -> Value:
    def make() -> Expr:
        return Explicit([[v.make() for v in row] for row in values])

    return Value(Size(dim(len(values))), Size(dim(len(values[0]))), make, node)


def diagonal_of_list(el: Arithmetic, values: list[Value], node: Node) -> Value:
    """``diag(a, b, c)``."""
    for v in values:
        if not v.is_scalar:
            raise el.error(f"diag of a list takes scalars; {el.context.text(v.node)} is {v.shown}", v.node)
    zero = scalar(lambda: Number(0), node)
    n = range(len(values))
    return explicit(el, [[values[i] if i == j else zero for j in n] for i in n], node)


# ----------------------------------------------------------------------------------------- entries


def entry_value(el: Arithmetic, named: Named, family: Family, node: Node) -> Value:
    """``x_i``, ``w_{ij}``, ``x_{t,1}``: an entry of a vector or a matrix."""
    expected = 1 if family.role == "vector" else 2
    entries = named.entries
    if len(entries) == 1 and expected == 2 and len(entries[0]) == 2 and entries[0].isdigit():
        entries = (entries[0][0], entries[0][1])
    if family.role not in ("vector", "matrix") or len(entries) != expected:
        wanted = "none" if family.role not in ("vector", "matrix") else str(expected)
        raise el.error(f"an entry of the {family.role} {family.name} has {wanted} indices, not {len(entries)}", node)
    indices: list[tuple[str, Size]] = []
    for text, size in zip(entries, (family.rows, family.cols), strict=False):
        if not text.isdigit():
            known = el.indices.setdefault(text, Size())
            if not el.context.sizes.equal(known, size):
                raise el.error(f"the index {text} runs to {known} elsewhere and to {size} here", node)
        indices.append((text, size))
    time = named.time

    def make() -> Expr:
        chosen = [int(t) if t.isdigit() else Index(t, s.value()) for t, s in indices]
        return Entry(family.symbol(time), *chosen)

    family.times.setdefault(time)
    out = scalar(make, node)
    out.tag = "entry"
    return out


def kronecker(el: Arithmetic, named: Named, node: Node) -> Value | None:
    """The delta of two indices, where the letter is not declared as something else."""
    found = el.context.find(named.family)
    plain = named.family == r"\delta" and named.time is None and not named.operations
    if not plain or len(named.entries) != 2 or (found is not None and found.declared):
        return None
    first, second = named.entries
    size = el.indices.setdefault(first, Size()) if not first.isdigit() else Size()
    other = el.indices.setdefault(second, Size()) if not second.isdigit() else size
    if not el.context.sizes.equal(size, other):
        raise el.error(f"the indices {first} and {second} run to different sizes", node)
    el.context.loose(size, node)

    def make() -> Expr:
        return Delta(*(int(t) if t.isdigit() else Index(t, size.value()) for t in named.entries))

    return scalar(make, node)


def subscripted(el: Arithmetic, v: Value, s: Script, node: Node) -> Value:
    """``(W x)_i``: an entry of a bracket."""
    texts = [t.text for t in s.tokens if t.kind != ","]
    wanted = 1 if v.is_vector else 2
    if v.is_scalar or len(texts) != wanted or not all(t.kind in ("name", "number", ",") for t in s.tokens):
        raise el.error("a subscript on a bracket is read as the index of an entry only", node)
    sizes = (v.rows, v.cols)[:wanted]
    for text, size in zip(texts, sizes, strict=True):
        if not text.isdigit():
            el.context.sizes.equal(el.indices.setdefault(text, Size()), size)

    def make() -> Expr:
        pairs = zip(texts, sizes, strict=True)
        return Entry(v.make(), *(int(t) if t.isdigit() else Index(t, z.value()) for t, z in pairs))

    return scalar(make, node)


# -------------------------------------------------------------------------------------- indicators


def iverson(el: Arithmetic, node: Node) -> Value:
    """``[x > 0]``: 1 where the relation holds, entry by entry."""
    if len(node.kids) != 2 or node.detail[0] not in ("<", ">", "<=", ">="):
        raise el.error("a relation inside brackets is read as an indicator only, as in [x > 0]", node)
    return step_of(el, el.build(node.kids[0]), node.detail[0], el.build(node.kids[1]), node)


def indicator_subscript(el: Arithmetic, node: Node) -> Value:
    """``1_{x > 0}``."""
    sub = next(s for s in node.scripts if s.kind == "_")
    tokens = [t for t in sub.tokens if t.kind not in (r"\{", r"\}")]
    k = next(k for k, t in enumerate(tokens) if t.kind in ("<", ">", "<=", ">="))
    source = el.context.source
    left, right = Parser(source, tokens[:k]).whole(), Parser(source, tokens[k + 1 :]).whole()
    return step_of(el, el.build(left), tokens[k].kind, el.build(right), node)


def step_of(el: Arithmetic, a: Value, relation: str, b: Value, node: Node) -> Value:
    step = known_function("step")
    assert step is not None
    greater, less = (a, b) if relation in (">", ">=") else (b, a)
    shaped = greater if not greater.is_scalar else less
    if not greater.is_scalar and not less.is_scalar:
        el.same(greater, less, "the two sides of this relation")

    def difference() -> Expr:
        made = []
        for v, sign in ((greater, 1), (less, -1)):
            e = v.make()
            if e == Number(0):
                continue
            e = spread(e, shaped.shape()) if v.is_scalar and not shaped.is_scalar else e
            made.append(e if sign == 1 else negative(e))
        return made[0] if len(made) == 1 else Sum(*made)

    return like(shaped, lambda: Apply(step, difference()), node)


# ------------------------------------------------------------------------------------ row vectors


def row_product(el: Arithmetic, values: list[Value], node: Node) -> list[Value]:
    """Rows: ``v W`` and ``W v`` both become the column form of what acts on v.

    A matrix printed before the vector is declared as it stands there, and acts from the other side:
    its symbol has the transposed shape.
    """
    scalars = [v for v in values if v.is_scalar]
    shaped = [v for v in values if not v.is_scalar]
    if len(shaped) == 2 and shaped[0].is_vector and shaped[1].is_row:
        return [*scalars, *(_flipped(v) for v in shaped)]  # u v^T is the inner product of two rows
    if len(shaped) == 2 and _is_matrix_of_one_row(shaped[0]) and shaped[1].is_vector:
        return [*scalars, acting(el, shaped[0], "before"), shaped[1]]
    vectors = [k for k, v in enumerate(shaped) if v.is_vector]
    if len(shaped) > 2 and vectors and any(v.is_row for v in shaped):
        return [*scalars, *_as_rows(el, shaped, node)]
    if len(shaped) < 2 or not vectors or (len(shaped) == 2 and shaped[0].is_row and shaped[1].is_vector):
        if any(v.is_row for v in shaped) and any(v.is_matrix for v in shaped):
            raise el.error("a transposed row vector beside a matrix does not fit in the row orientation", node)
        return values
    if len(vectors) == 1 and vectors[0] == len(shaped) - 1 and all(v.is_matrix for v in shaped[:-1]):
        return [*scalars, *(acting(el, v, "before") for v in shaped[:-1]), shaped[-1]]
    if len(vectors) == 1 and vectors[0] == 0 and all(v.is_matrix for v in shaped[1:]):
        return [*scalars, *(acting(el, v, "after") for v in reversed(shaped[1:])), shaped[0]]
    return values


def _is_matrix_of_one_row(v: Value) -> bool:
    """Whether a row is a matrix by its declaration, ``W: matrix 1 n``, that acts like any other."""
    family = v.details.get("family")
    return v.is_row and v.tag == "symbol" and isinstance(family, Family) and family.role == "matrix"


def _as_rows(el: Arithmetic, shaped: list[Value], node: Node) -> list[Value]:
    """Rows and transposed rows among each other, as in ``h W h^T``: the product in printed order."""
    printed = [(v.rows, v.cols) if v.is_matrix else (v.cols, v.rows) for v in shaped]
    inner = any(a.is_row and b.is_vector for a, b in itertools.pairwise(shaped))
    if inner or not all(el.context.sizes.equal(a[1], b[0]) for a, b in itertools.pairwise(printed)):
        raise el.context.doubt(
            "this product of rows and transposed rows does not fit in its printed order",
            node,
            "with rows a quadratic form is h W h^\\top; put brackets around an inner product",
        )
    values = [acting(el, v, "after") if v.is_matrix else v for v in shaped]
    if printed[0][0].is_one and not printed[-1][1].is_one:
        return values[::-1]
    return [Value(v.cols, v.rows, partial(_transposed, v), v.node) for v in values]


def _transposed(v: Value) -> Expr:
    return transpose(v.make())


def _flipped(v: Value) -> Value:
    return Value(v.cols, v.rows, lambda: transpose(v.make()), v.node)


def acting(el: Arithmetic, v: Value, side: str) -> Value:
    """The column form of a matrix that acts on a row vector."""
    for family in families_in(el, v.node):
        if family.acts not in ("", side):
            raise el.error(f"{family.name} stands before a vector in one place and after one in another", v.node)
        family.acts = side
        if (
            side == "before"
            and family.name in el.roles.defined
            and not el.context.sizes.equal(family.rows, family.cols)
        ):
            raise el.error(f"{family.name} is defined here and would have to be square", v.node)
    make = v.make
    if side == "before":
        return Value(v.rows, v.cols, lambda: transpose(make()), v.node)
    return Value(v.cols, v.rows, lambda: transpose(make()), v.node)


def families_in(el: Arithmetic, node: Node) -> list[Family]:
    """The matrices that a piece of formula is made of."""
    named = [el.named(n) for n in node.walk() if n.kind == "name"]
    found = [el.context.find(n.family) for n in named]
    return [f for f in found if f is not None and f.role == "matrix"]
