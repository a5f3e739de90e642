"""Operators with a name: diag, trace, norm, softmax, mean and their kin, each as a row of one table."""

from __future__ import annotations

from collections.abc import Callable

from symjac.expr import (
    Apply,
    Determinant,
    Diag,
    Diagonal,
    EntryPower,
    Expr,
    Function,
    Hadamard,
    LogSumExp,
    Norm,
    Number,
    Ones,
    Product,
    Softmax,
    Sum,
    Trace,
    Transpose,
    size_as_scalar,
)
from symjac.reading import grids
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.roles import known_function
from symjac.reading.sizes import UNIT
from symjac.reading.spelling import is_bold
from symjac.reading.tree import Node
from symjac.reading.values import Value, like, negative, number, scalar


def known(word: str) -> Function:
    function = known_function(word)
    assert function is not None, word
    return function


def apply(el: Arithmetic, function: Function, order: int, v: Value, node: Node) -> Value:
    if v.literal and function.known == "log" and (value := number(v.make())) is not None and value.value <= 0:
        raise el.error(f"the logarithm of {value.value}", node, "a logarithm takes a positive number")
    f = Function(function.name, function.order + order, function.known)
    if f.known in ("exp", "log") and v.is_matrix and not el.context.continued and f.known not in el.context.entrywise:
        el.context.of_matrices.append((v.rows, v.cols, node, el.context.source))
    return like(v, lambda: Apply(f, v.make()), node)


def _one_vector(el: Arithmetic, values: list[Value], whole: Node, what: str) -> Value:
    if len(values) != 1:
        raise el.error(f"{what} takes one argument; here are {len(values)}", whole)
    if not values[0].is_vector:
        raise el.error(
            f"{what} takes a column vector; {el.context.text(values[0].node)} is {values[0].shown}",
            values[0].node,
            'if it is a vector, declare it, as in "x: vector n"' if values[0].is_scalar else None,
        )
    return values[0]


def _diag(el: Arithmetic, values: list[Value], whole: Node) -> Value:
    if len(values) == 1 and values[0].is_matrix:
        v = values[0]
        el.square(v, "the diagonal")
        if not el.context.continued:
            el.context.note(
                "diag", f"diag of the matrix {el.context.text(v.node)} is read as the vector on its diagonal", whole
            )
        return Value(v.rows, UNIT, lambda: Diagonal(v.make()), whole)
    if len(values) > 1:
        return grids.diagonal_of_list(el, values, whole)
    v = _one_vector(el, values, whole, "diag")
    return Value(v.rows, v.rows, lambda: Diag(v.make()), whole)


def _of_square(node_class: Callable[[Expr], Expr], what: str) -> Callable[[Arithmetic, list[Value], Node], Value]:
    def build(el: Arithmetic, values: list[Value], whole: Node) -> Value:
        if len(values) != 1:
            raise el.error(f"{what} takes one argument", whole)
        v = values[0]
        if v.is_scalar and v.tag != "symbol":
            return scalar(v.make, whole)
        el.square(v, what)
        return scalar(lambda: node_class(v.make()), whole)

    return build


def _softmax(el: Arithmetic, values: list[Value], whole: Node) -> Value:
    if el.context.lenient and len(values) == 1 and values[0].is_matrix:
        el.context.note("softmax", "softmax of a matrix is read row by row", whole)
        return like(values[0], lambda: row_softmax(values[0].make()), whole)
    v = _one_vector(el, values, whole, "softmax")
    return like(v, lambda: Softmax(v.make()), whole)


def row_softmax(a: Expr) -> Expr:
    """The matrix whose rows are the softmax of the rows of ``a``."""
    weights, ones = Apply(known("exp"), a), Ones(a.cols)
    return Hadamard(weights, EntryPower(Product(weights, ones, Transpose(ones)), Number(-1)))


def _logsumexp(el: Arithmetic, values: list[Value], whole: Node) -> Value:
    v = _one_vector(el, values, whole, "logsumexp")
    return scalar(lambda: LogSumExp(v.make()), whole)


def _mean(el: Arithmetic, values: list[Value], whole: Node) -> Value:
    v = _one_vector(el, values, whole, "a mean")
    return scalar(lambda: mean_of(v.make()), whole)


def _variance(el: Arithmetic, values: list[Value], whole: Node) -> Value:
    v = _one_vector(el, values, whole, "a variance")

    return scalar(lambda: variance_of(v.make()), whole)


def variance_of(x: Expr) -> Expr:
    """The mean of the squares of what lies between the entries and their mean."""
    centred = Sum(x, Product(Number(-1), mean_of(x), Ones(x.rows)))
    return mean_of(EntryPower(centred, Number(2)))


def mean_of(x: Expr) -> Expr:
    n = size_as_scalar(x.rows)
    weight = Number(1 / n.value) if isinstance(n, Number) else EntryPower(n, Number(-1))
    return Product(weight, Transpose(Ones(x.rows)), x)


def _norm(el: Arithmetic, values: list[Value], whole: Node) -> Value:
    v = values[0]
    if v.is_scalar:
        raise el.error("the norm of a scalar", whole, 'if it is a vector, declare it, as in "x: vector n"')
    return scalar(lambda: Norm(v.make()), whole)


def _extreme(word: str) -> Callable[[Arithmetic, list[Value], Node], Value]:
    def build(el: Arithmetic, values: list[Value], whole: Node) -> Value:
        zeros = [v for v in values if v.literal and v.make() == Number(0)]
        others = [v for v in values if not any(v is z for z in zeros)]
        if len(values) != 2 or len(zeros) != 1 or len(others) != 1:
            raise el.error(rf"\{word} is read with 0 and one other argument only: \{word}(0, x)", whole)
        v, relu = others[0], known("relu")
        if word == "max":
            return like(v, lambda: Apply(relu, v.make()), whole)
        return like(v, lambda: negative(Apply(relu, negative(v.make()))), whole)

    return build


OPERATORS: dict[str, Callable[[Arithmetic, list[Value], Node], Value]] = {
    "diag": _diag,
    "trace": _of_square(Trace, "a trace"),
    "det": _of_square(Determinant, "a determinant"),
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "mean": _mean,
    "variance": _variance,
    "norm": _norm,
    "max": _extreme("max"),
    "min": _extreme("min"),
}


def alone(el: Arithmetic, node: Node) -> Value:
    raise el.error(f"{el.context.text(node)} has no argument", node, f"write {el.context.text(node)}(...)")


def norm(el: Arithmetic, node: Node) -> Value:
    """``\\|x\\|``, with 2 or F below; with 1 below the sum of absolute values."""
    v = el.build(node.kids[0])
    subs = ["".join(t.text for t in s.tokens) for s in node.scripts if s.kind == "_"]
    node = Node(node.kind, node.text, node.kids, node.start, node.end, [s for s in node.scripts if s.kind != "_"])
    if subs == ["1"] and v.is_vector:
        size = v.rows
        absolute_ = known("abs")
        out = scalar(lambda: Product(Transpose(Ones(size.value())), Apply(absolute_, v.make())), node)
        return el.post(out, node)
    if subs and subs[0] not in ("2", "F", "\\mathrm{F}"):
        raise el.error(f"the norm with index {subs[0]} is not read", node, "the Euclidean and the Frobenius norm are")
    if v.is_matrix and subs == ["2"]:
        raise el.context.doubt(
            "the 2 on the norm of a matrix says the spectral norm, which is not read",
            node,
            rf"write \|{el.context.text(v.node)}\|_F for the root of the sum of squares",
        )
    if v.is_matrix and not subs:
        message = f"the norm of the matrix {el.context.text(v.node)} is read as the root of the sum of squares"
        el.context.note("norm", message, node)
    return el.post(_norm(el, [v], node), node)


def _plainly_entrywise(el: Arithmetic, node: Node) -> bool:
    """Whether nothing in a vector is bold, and all of it is declared."""
    families = [(n, el.context.find(el.named(n).family)) for n in node.walk() if n.kind == "name"]
    return all(
        f is not None and f.declared and not is_bold(f.name) and not (n.token and n.token.accents[:1] == ("vec",))
        for n, f in families
    )


def absolute(el: Arithmetic, node: Node) -> Value:
    v = el.build(node.kids[0])
    if v.is_matrix:
        el.context.note("bars", "bars around a matrix are read as its determinant", node)
        return el.post(OPERATORS["det"](el, [v], node), node)
    if v.is_vector and not _plainly_entrywise(el, node.kids[0]):
        inner = el.context.text(node.kids[0])
        raise el.context.doubt(
            f"bars around the vector {inner}: its norm, or the absolute value of each entry?",
            node,
            rf"write \|{inner}\| or \operatorname{{abs}}({inner})",
        )
    return el.post(apply(el, known("abs"), 0, v, node), node)
