"""Derivatives as printed, and sums and products over an index."""

from __future__ import annotations

from collections.abc import Callable

from symjac.expr import (
    Expr,
    Index,
    IndexSum,
    Number,
    Ones,
    OverTime,
    Partial,
    Product,
    ScalarGradient,
    ScalarHessian,
    Sum,
    Symbol,
    Transpose,
    transpose,
)
from symjac.reading.applied.derivatives import scalar_call
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.sizes import UNIT, Size
from symjac.reading.spelling import script_text
from symjac.reading.survey import bound_letter, carries
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, juxtaposed
from symjac.reading.values import Value, negative, scalar

# ---------------------------------------------------------------------------------------- partials


def _head(el: Arithmetic, node: Node) -> tuple[str, Node | None] | None:
    """``\\partial y`` or ``d y``: the sign and what follows it, ``None`` for anything else."""
    node = node.inner
    items = node.kids if node.kind == "juxt" else [node]
    first = items[0]
    is_d = first.kind == "name" and first.text == "d" and not any(s.kind == "_" for s in first.scripts)
    if first.kind != "partial" and not is_d:
        return None
    if is_d and first.token is not None and first.token.style in ("bf", "bs"):
        return None
    if first.scripts:
        if first.kind == "partial":
            raise el.error("second derivatives are not read", first)
        return None
    return ("partial" if first.kind == "partial" else "d"), (juxtaposed(items[1:]) if items[1:] else None)


def fraction(el: Arithmetic, node: Node) -> Value | None:
    """``\\frac{\\partial y}{\\partial x}``, ``\\frac{dy}{dx}``; ``None`` where the fraction is no derivative."""
    return _of(el, node.kids[0], node.kids[1], node)


def _of(el: Arithmetic, top: Node, bottom: Node, node: Node) -> Value | None:
    above, below = _head(el, top), _head(el, bottom)
    if above is None and below is None:
        return None
    kinds = {h[0] for h in (above, below) if h is not None}
    if above is None or below is None:
        if "partial" in kinds:
            raise el.error(r"a \partial above the line and none below, or the reverse", node)
        return None
    if len(kinds) > 1:
        raise el.error(r"d on one side of the line and \partial on the other", node)
    if below[1] is None:
        if "partial" in kinds:
            raise el.error("nothing says by what this differentiates", node)
        return None
    if above[1] is None:
        raise el.error("this derivative is applied to nothing", node)
    return partial(el, el.build(above[1]), el.build(below[1]), node)


def partial(el: Arithmetic, y: Value, x: Value, node: Node) -> Value:
    """The Jacobian as an object, in numerator layout; transposes of columns change no derivative."""
    if x.tag not in ("symbol", "entry"):
        raise el.error(f"a derivative is by one symbol, not by {el.context.text(x.node)}", x.node)
    make_y = y.make
    if y.is_row:
        y = Value(y.cols, UNIT, lambda: transpose(make_y()), y.node)
    if (y.is_matrix and not x.is_scalar) or (x.is_matrix and not y.is_scalar):
        matrix = y if y.is_matrix else x
        raise el.error(
            f"a derivative with the matrix {el.context.text(matrix.node)} is not read as a matrix", matrix.node
        )
    rows, cols = (x.cols, x.rows) if y.is_scalar and x.is_matrix else (y.rows, x.rows)
    if x.is_scalar:
        rows, cols = y.rows, y.cols
    out = Value(rows, cols, lambda: Partial(y.make(), x.make()), node, tag="partial")
    out.details.update(of=el.context.text(y.node), by=el.context.text(x.node))
    layout = el.context.layout
    if layout == "denominator" or (layout == "mixed" and y.is_scalar):
        return Value(cols, rows, lambda: Transpose(out.make()), node, tag="partial", details=out.details)
    return out


def operator(el: Arithmetic, item: Node) -> Callable[[Node], Value] | None:
    """``\\frac{\\partial}{\\partial x}`` or ``\\nabla_x``: what waits for an operand."""
    if item.kind == "frac":
        above, below = _head(el, item.kids[0]), _head(el, item.kids[1])
        if above is None or below is None or above[1] is not None or below[1] is None:
            return None
        variable = below[1]
        return lambda rest: partial(el, el.build(rest), el.build(variable), Node("juxt", "", [], item.start, rest.end))
    if item.kind == "nabla":
        return lambda rest: nabla(el, item, rest)
    return None


def nabla(el: Arithmetic, item: Node, rest: Node) -> Value:
    """``\\nabla_v L``: the derivative of a scalar by v."""
    sub = next((s for s in item.scripts if s.kind == "_"), None)
    if sub is None:
        raise el.error(r"nothing says by what this \nabla differentiates", item, r"write \nabla_{x} L")
    x = el.script(sub.tokens)
    y = el.build(rest)
    whole = Node("juxt", "", [], item.start, rest.end)
    if not y.is_scalar:
        raise el.error(f"\\nabla of {el.context.text(rest)}, which is {y.shown}: it takes a scalar", rest)
    return partial(el, y, x, whole)


def of_function(el: Arithmetic, item: Node, items: list[Node]) -> Value | None:
    """The gradient or the Hessian of a scalar function that nothing specifies, at a vector."""
    call = scalar_call(el, item, items)
    v = el.build(call.argument) if call is not None else None
    if call is None or v is None or not v.is_vector:
        return None
    name, head = call.name, items[0]
    if name in el.roles.called:
        raise el.error(
            f"{name} stands under a \\nabla here and by itself elsewhere: its value beside its gradient is not read",
            head,
            f"write {name}({el.context.text(call.argument)}) out, or only its gradient",
        )
    if not el.context.continued:
        el.context.note("role", f"{name}: read as a scalar function of a vector", head)
    if call.order == 2:
        found = Value(v.rows, v.rows, lambda: ScalarHessian(name, v.make(), v.rows.value()), call.carrier)
    else:
        found = Value(v.rows, UNIT, lambda: ScalarGradient(name, v.make(), v.rows.value()), call.carrier)
    return el.post(found, call.carrier)


def nabla_alone(el: Arithmetic, node: Node) -> Value:
    raise el.error(r"this \nabla is applied to nothing", node)


def slashed(el: Arithmetic, node: Node) -> Value | None:
    """``\\partial y / \\partial x`` on one line, also as the last factor of a product."""
    left, right = node.kids[0].inner, node.kids[1].inner
    if right.kind != "juxt" or right.kids[0].kind not in ("partial", "name"):
        return None
    items = left.kids if left.kind == "juxt" else [left]
    starts = [k for k, item in enumerate(items) if item.kind == "partial"]
    if right.kids[0].kind == "partial" and starts and starts[-1] > 0:
        k = starts[-1]
        last = _of(el, juxtaposed(items[k:]), right, node)
        assert last is not None
        return el.product([*(el.build(i) for i in items[:k]), last], node)
    if right.kids[0].kind == "name" and not (
        items[0].kind == "name" and items[0].text == "d" and right.kids[0].text == "d"
    ):
        return None
    if right.kids[0].kind == "partial" and len(right.kids) > 2:
        first = _of(el, left, juxtaposed(right.kids[:2]), node)
        return None if first is None else el.product([first, el.items(right.kids[2:], right)], node)
    return _of(el, left, right, node)


def governed(el: Arithmetic, node: Node) -> Value | None:
    """A derivative operator before a sign of multiplication governs what comes after the sign too."""
    left = node.kids[0]
    items = left.kids if left.kind == "juxt" else [left]
    if operator(el, items[-1]) is None or items[-1].kind != "frac":
        return None
    right = node.kids[1]
    more = right.kids if right.kind == "juxt" else [right]
    return el.items([*items, *more], node)


# ------------------------------------------------------------------------------- sums and products


def big(el: Arithmetic, node: Node) -> Value:
    """``\\sum`` and ``\\prod``: over entries, or over time."""
    sub = next((s.tokens for s in node.scripts if s.kind == "_"), ())
    sup = next((s.tokens for s in node.scripts if s.kind == "^"), ())
    if not node.kids:
        raise el.error(rf"nothing follows this \{node.text}", node)
    variable = bound_letter(sub)
    if not variable and not sub and not sup and node.text == "sum" and el.context.lenient:
        v = el.build(node.kids[0])
        if v.is_vector:
            el.context.note("sum", "a sum that names no index is read as the one over all entries", node)
            return scalar(lambda: Product(Transpose(Ones(v.rows.value())), v.make()), node)
    if not variable:
        raise el.error(
            rf"this \{node.text} does not say over what it runs", node, r"write \sum_{i=1}^{n} or \prod_{i=k+1}^{t}"
        )
    if node.text == "sum" and variable in el.context.letters.entry:
        return over_entries(el, node, variable, sub, sup)
    low, high, order = bounds(el, node, sub, sup)
    if node.text == "sum":
        order = "ascending"
    body = el.build(node.kids[0])
    if node.text == "prod" and body.is_scalar and any(carries(n, variable) for n in node.kids[0].walk()):
        raise el.error("a product over entries is not read", node, r"the logarithm of one is a sum: \sum_i \log x_i")
    if node.text == "prod" and not body.is_scalar:
        el.square(body, r"each factor of a \prod")
        if order == "open":
            message = (
                rf"this \prod does not say in which order its factors stand: largest {variable} first, or smallest"
            )
            el.context.note("product-order", message, node)
    kind = "sum" if node.text == "sum" else "product"
    return Value(body.rows, body.cols, lambda: OverTime(kind, variable, low, high, body.make(), order), node)


def over_entries(el: Arithmetic, node: Node, variable: str, sub: tuple[Token, ...], sup: tuple[Token, ...]) -> Value:
    """A sum over all entries of vectors: ``\\sum_j`` or ``\\sum_{j=1}^{n}``, n being how many there are."""
    outer = el.indices.get(variable)
    restricted = el.error(
        rf"this \sum does not run over all {variable}: {el.context.text(node)}",
        Node("big", "", [], node.start, node.scripts[-1].end),
        rf"sums over all entries are read, as in \sum_{{{variable}}} or \sum_{{{variable}=1}}^{{n}}; "
        "put a mask of zeros and ones into the matrix for the others",
    )
    plain = len(sub) == 1 and not sup
    if not plain and ([t.text for t in sub] != [variable, "=", "1"] or len(sup) != 1):
        raise restricted
    size = Size()
    if sup and sup[0].kind == "name" and not el.context.letters.numbers(sup[0].text):
        size = el.context.counted_size(script_text(sup))
    elif sup and not (sup[0].kind == "number" and sup[0].text.isdigit()):
        raise restricted
    el.indices[variable] = size
    body = el.build(node.kids[0])
    if outer is None:
        del el.indices[variable]
    else:
        el.indices[variable] = outer
    if not body.is_scalar:
        raise el.error(f"a sum over entries takes a scalar; {el.context.text(body.node)} is {body.shown}", body.node)
    if sup and sup[0].kind == "number" and size.root.known != int(sup[0].text):
        raise restricted  # it is not known that there are no more entries
    el.context.loose(size, node)
    return scalar(lambda: IndexSum(Index(variable, size.value()), body.make()), node)


def bounds(el: Arithmetic, node: Node, sub: tuple[Token, ...], sup: tuple[Token, ...]) -> tuple[Expr, Expr, str]:
    """Least and greatest value of the index, and the order the print settles."""
    relations = [k for k, t in enumerate(sub) if t.kind in ("=", "<", "<=", ">", ">=")]
    kinds = [sub[k].kind for k in relations]
    if kinds == ["="] and sup:
        return index_expression(el, sub[relations[0] + 1 :], node), index_expression(el, sup, node), "ascending"
    if len(kinds) == 2 and "=" not in kinds:
        first, last = (
            index_expression(el, sub[: relations[0]], node),
            index_expression(el, sub[relations[1] + 1 :], node),
        )
        if kinds[0] in ("<", "<=") and kinds[1] in ("<", "<="):
            return shifted(first, kinds[0] == "<", 1), shifted(last, kinds[1] == "<", -1), "open"
        if kinds[0] in (">", ">=") and kinds[1] in (">", ">="):
            return shifted(last, kinds[1] == ">", 1), shifted(first, kinds[0] == ">", -1), "descending"
    if all(t.kind == "name" for t in sub) and not sup and node.text == "sum":
        variable = sub[0].text
        return Symbol(rf"\min {variable}"), Symbol(rf"\max {variable}"), "open"
    raise el.error("I cannot read these bounds", node, r"write \prod_{i=k+1}^{t}, \prod_{k<i\le t} or \prod_{t\ge i>k}")


def shifted(e: Expr, strictly: bool, by: int) -> Expr:
    if not strictly:
        return e
    if isinstance(e, Number):
        return Number(e.value + by)
    return Sum(e, Number(by))


def index_expression(el: Arithmetic, tokens: tuple[Token, ...], node: Node) -> Expr:
    """``t``, ``k+1``, ``T-1``: sums of letters and numbers."""
    terms: list[Expr] = []
    sign, wanted = 1, True
    for t in tokens:
        if t.kind in ("+", "-"):
            sign, wanted = (1 if t.kind == "+" else -1), True
            continue
        if not wanted or t.kind not in ("name", "number", "infty"):
            raise el.error("I cannot read this bound", node)
        term: Expr = Number(int(t.text)) if t.kind == "number" and t.text.isdigit() else Symbol(script_text([t]))
        terms.append(term if sign == 1 else negative(term))
        wanted = False
    if wanted:
        raise el.error("a bound is missing", node)
    return terms[0] if len(terms) == 1 else Sum(*terms)
