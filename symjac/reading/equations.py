"""One equation of a text: what kind it is, and its two sides as values."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from symjac import expr as ex
from symjac.errors import propose
from symjac.reading import entrywise
from symjac.reading.applied import heads
from symjac.reading.assumptions import ONE_ROW, How
from symjac.reading.context import Context, Family, NoEquationError
from symjac.reading.elaborate import Elaborator
from symjac.reading.hints import WORDS
from symjac.reading.names import Named, is_transpose
from symjac.reading.sizes import UNIT, Size
from symjac.reading.spelling import is_upper, plain, script_text
from symjac.reading.tree import Node, bracket
from symjac.reading.usual import ALWAYS_FUNCTIONS, LOSSES
from symjac.reading.values import Value, like
from symjac.typeset import latex


@dataclass
class Piece:
    """An equation, a definition of a function or an expression, with what its reading holds."""

    root: Node
    source: str
    kind: str = "expression"
    family: str | None = None  # of the symbol it defines
    indices: dict[str, Size] = field(default_factory=dict)
    values: list[Value] | None = None
    function: ex.Function | None = None
    variable: ex.Symbol | None = None
    role: str | None = None  # of its right side, once that is built
    busy: bool = False
    is_used: bool = False  # of a definition of f(x): whether f is applied elsewhere

    @property
    def sides(self) -> list[Node]:
        return self.root.kids if self.root.kind == "relation" else [self.root]


def without_mere_calls(root: Node) -> tuple[Node, list[Node]]:
    """``h_t = f(h, u) = W h + u`` without the members that only say what h_t depends on, and these members."""
    if root.kind != "relation" or set(root.detail) != {"="} or len(root.kids) < 3:
        return root, []
    calls = [(k, k.inner.call) for k in root.kids[1:-1]]
    mere = [
        k for k, c in calls if c and c[0].kind == "name" and all(a.inner.kind == "name" for a in bracket(c[1]).kids)
    ]
    if not mere:
        return root, []
    kept = [k for k in root.kids if k not in mere]
    return Node("relation", "", kept, root.start, root.end, detail=root.detail[: len(kept) - 1]), mere


def with_names_apart(roots: Sequence[tuple[Node, str]]) -> Iterator[tuple[Node, str]]:
    """``T_t = T = A B``, where nothing else says what T is, as ``T = A B`` and ``T_t = T``."""
    lefts = {n for r, source in roots if (n := _printed(r.kids[0].inner if r.kids else r, source))}
    for root, source in roots:
        middle = root.kids[1].inner if len(root.kids) == 3 else root
        plainly = set(root.detail) == {"="} and root.kids[0].inner.kind == middle.kind == "name"
        if root.kind == "relation" and plainly and _printed(middle, source) not in lefts:
            first, name, last = root.kids
            yield Node("relation", "", [name, last], name.start, root.end, detail=("=",)), source
            yield Node("relation", "", [first, name], root.start, name.end, detail=("=",)), source
        else:
            yield root, source


def _printed(n: Node, source: str) -> str:
    return plain(source[n.start : n.end])


def classify(piece: Piece, el: Elaborator, defined: set[str]) -> None:
    """Settles the kind of a piece and the symbol it defines."""
    root = piece.root
    if root.kind != "relation":
        return
    el.context.source = piece.source
    if set(root.detail) != {"="}:
        raise el.error("an inequality or an approximation is no equation", root)
    piece.kind = "equation"
    left = root.kids[0].inner
    first = left.factors[0]
    above = first.kids[0].inner if first.kind == "frac" else first
    if el.context.system and above.factors[0].kind in ("partial", "nabla"):
        message = "this is a formula for a derivative, and defines no symbol"
        hint = (
            "symjac check EQUATION... --claim FORMULA judges it; in a system a gradient needs a name of its own, "
            r'as in "\delta_t = W^\top \delta_{t+1}"'
        )
        raise NoEquationError(message, text=piece.source, span=(left.start, left.end), hint=hint)
    if left.kind == "name":
        piece.family = el.named(left).family
        return
    if left.call is None or left.kids[0].kind not in ("name", "word"):
        return
    head, group = left.kids[0], bracket(left.kids[1])
    if head.kind == "name" and el.roles.is_time_call(head, group):
        piece.family = el.named(head).family
    elif _defines_function(piece, group, el, defined):
        piece.kind = "function"
    elif head.kind == "name":
        piece.kind = "named"


def left_name(piece: Piece, el: Elaborator) -> Named | None:
    """The symbol on a left side that is nothing but a symbol."""
    left = piece.sides[0].inner
    if piece.root.kind != "relation" or left.kind != "name":
        return None
    el.context.source = piece.source
    return el.named(left)


def _defines_function(piece: Piece, group: Node, el: Elaborator, defined: set[str]) -> bool:
    """``\\sigma(z) = ...`` where the right side holds nothing but z, functions and numbers."""
    argument, head = group.kids[0].inner, piece.root.kids[0].inner.kids[0]
    if head.kind == "name" and el.named(head).family in el.context.put_in:
        return False
    if len(group.kids) != 1 or argument.kind != "name" or argument.scripts or _shaped(argument):
        return False
    if head.text in ALWAYS_FUNCTIONS:  # of any z, though another equation defines one
        defined = defined - {el.named(argument).family}
    for side in piece.root.kids[1:]:
        nodes = list(side.walk())
        names = [n for n in nodes if n.kind == "name"]
        raised = {t.text for n in nodes for script in n.scripts for t in script.tokens}
        if argument.text not in raised | {n.text for n in names}:
            return False
        if any(n.kind in ("nabla", "partial", "norm", "matrix", "big") or is_transpose(n.sup) for n in nodes):
            return False
        if any(n.sub or _shaped(n) or el.named(n).family in defined for n in names):
            return False
        applied = {id(a) for n in nodes for a, b in itertools.pairwise(n.kids) if n.kind == "juxt" and b.is_call}
        others = [el.named(n) for n in names if n.letter != argument.letter and id(n) not in applied]
        if any(not el.is_constant(named) for named in others):  # then all of it is put in
            return False
    return True


def _shaped(n: Node) -> bool:
    """Whether a letter looks like a vector or a matrix."""
    return n.token.marks_vector or n.token.style == "rm" or is_upper(n.text)


@contextmanager
def within(piece: Piece, el: Elaborator) -> Iterator[None]:
    """What is read meanwhile is read as a part of this piece."""
    context = el.context
    outer = context.source, el.indices, el.locals
    context.source, el.indices, el.locals = piece.source, piece.indices, {}
    piece.busy = True
    try:
        yield
    finally:
        piece.busy = False
        context.source, el.indices, el.locals = outer


def elaborate(piece: Piece, el: Elaborator) -> list[Value]:
    """The sides of a piece as values of one shape."""
    if piece.values is not None:
        return piece.values
    context = el.context
    with within(piece, el):
        if piece.kind == "function":
            values = _function_sides(piece, el)
        elif piece.kind == "named":
            values = [el.build(side) for side in piece.root.kids[1:]]
            values = [_name_call(piece, el, values[-1]), *values]
        else:
            defined = context.families.get(piece.family) if piece.family is not None else None
            context.scalar_left = defined is not None and defined.role == "scalar"
            right = [el.build(side) for side in piece.sides[1:]]
            if piece.family is not None and right and piece.kind == "equation":
                piece.role = defined_role(piece, right[0], el)
            values = [el.build(piece.sides[0]), *right]
            if values[0].tag == "entry":
                _refuse_indexed_vectors(piece, el)
        if context.system and piece.kind == "equation" and len(values) > 1:
            # An equation that does no more than name the derivative of a loss.
            if values[1].tag == "partial" and values[1].is_row and values[0].tag == "symbol" and values[0].is_vector:
                piece.kind = "gradient"
                values = [_gradient(piece, el, values)]
            elif values[0].is_vector and values[1].is_row:
                row = values[1]
                context.note("row", "a row stands on the right of a column; its transpose is read", piece.root)
                values[1] = Value(row.cols, row.rows, lambda: ex.transpose(row.make()), row.term)
        values = [values[0], *(_zero(el, values[0], v) for v in values[1:])]
        for a, b in itertools.pairwise(values):
            el.same(a, b, "the two sides of this equation")
    piece.values = values
    return values


def _zero(el: Elaborator, left: Value, right: Value) -> Value:
    """The 0 of ``h_0 = 0`` as the vector or the matrix of zeros."""
    if right.number != 0 or left.is_scalar:
        return right
    el.context.note("ones", f"{el.context.text(right.term)} is read as zeros of the shape of the left side", right.term)
    return like(left, lambda: ex.Zero(left.rows.value(), left.cols.value()), right.term)


def _refuse_indexed_vectors(piece: Piece, el: Elaborator) -> None:
    """``\\mathbf{x}_i``: the entry of a vector, or the vector with number i?"""
    for n in piece.root.walk():
        bold = n.kind == "name" and n.token.is_bold and not is_upper(n.text)
        if not bold or not el.named(n).entries:
            continue
        family = el.context.find(el.named(n).family)
        if family is None or not (family.declared or family.numbered):
            name = el.named(n).family
            hint = f'{propose(el.context.text(n), "vector d")} for a vector, "{name}: vector n" for an entry'
            message = f"{el.context.text(n)}: an entry of a vector, or a vector with a number?"
            el.context.doubts.append(el.context.doubt(message, n, hint))


def _gradient(piece: Piece, el: Elaborator, values: list[Value]) -> Value:
    """``\\delta_t = \\partial L / \\partial a_t`` declares; gradients are kept as columns."""
    left, right = values[:2]
    family = left.details["family"]
    assert isinstance(family, Family)
    of, by = right.details["of"], right.details["by"]
    family.gradient = (str(of), str(by))
    if not el.context.sizes.equal(left.rows, right.cols):
        raise el.error(f"{family.name} and its gradient differ in size", piece.root)
    el.context.note("gradient", f"{family.name} is read as a name for the gradient of {of} by {by}", piece.root)
    return left


def defined_role(piece: Piece, value: Value, el: Elaborator) -> str:
    """The role of what is defined: a row that is written out makes a capital a matrix, others are transposed."""
    written_out = value.is_row and value.term.kind == "explicit" and not el.context.row
    if written_out and is_upper(piece.sides[0].inner.text) and not el.named(piece.sides[0].inner).operations:
        return ONE_ROW
    return "vector" if value.is_row else value.role


def _function_sides(piece: Piece, el: Elaborator) -> list[Value]:
    left = piece.root.kids[0].inner
    head, argument = left.kids[0], bracket(left.kids[1]).kids[0].inner
    piece.variable = ex.Symbol(el.named(argument).family)
    el.locals = {piece.variable.name: piece.variable}
    for side in piece.root.kids[1:]:
        for n in side.walk():
            family = el.named(n).family if n.kind == "name" else piece.variable.name
            if family != piece.variable.name and family not in el.roles.applied:
                el.roles.scalars[How.INSIDE].add(el.named(n).family)
    found = heads.head_of(el, head, left.kids[1])
    if found is None or found.function is None or found.after:
        hint = propose(el.named(head).family, "elementwise") if head.kind == "name" else None
        raise el.error("the left side of this definition is no function", head, hint)
    f = found.function
    piece.function = ex.Function(f.name, f.order + found.order, f.known)
    return [el.build(side) for side in piece.root.kids]


def _name_call(piece: Piece, el: Elaborator, value: Value) -> Value:
    """``\\mathrm{LN}(x) = ...`` in vectors names its right side."""
    left = piece.root.kids[0].inner
    head, group = left.kids
    named = el.named(head)
    inner = bracket(group)
    if named.entries or (len(head.sub) == 1 and head.sub[0].text in el.context.letters.entry):
        hint = f'write "{named.base}({el.context.text(inner.kids[0])})_{{{script_text(head.sub)}}}"'
        message = f"the index in {el.context.text(left)}: of an entry, or of one of several functions?"
        raise el.error(message, left, hint)
    if value.number == 0:
        raise el.error(
            f"{el.context.text(left)} = 0 is a condition on what stands in the brackets and defines no function",
            left,
        )
    asked = value.is_scalar and named.token.text not in LOSSES and not piece.is_used
    if asked and all(el.build(k).is_scalar for k in inner.kids):
        raise el.error(
            "this left side is no symbol, and the right side no function of one variable in known terms",
            left,
            r'a function is defined as in "f(z) = \frac{1}{1 + e^{-z}}"',
        )
    known = el.context.find(named.family)
    if known is not None and known.declared and value.role != known.role in WORDS:
        raise el.error(f"{known.name} is declared to be a {known.role}, and the right side is a {value.role}", left)
    name = f"{named.family}({el.context.text(inner.kids[0])})" if len(inner.kids) == 1 else named.family
    el.context.note("named", f"{name} is read as the name of what stands on the right", left)
    value_at = len(inner.kids) == 1 and inner.kids[0].kind == "number"  # x(0) does not tell what x is
    family = Family(ex.Name(name), head="" if value_at else named.family)
    scripts = inner.scripts if inner is group else [*inner.scripts, *group.scripts]
    rows, cols, role = (Size(), UNIT, "vector") if scripts else (value.rows, value.cols, value.role)
    family.take(role, How.DEFINITION, rows, cols)
    family.times.setdefault(None)
    el.context.add(family)
    el.context.calls[heads.call_key(el, head, group)] = family
    piece.family, piece.role = family.name, role
    whole = el.terms.symbol(family, None, left)
    term = el.terms.posted(whole, Node("group", "(", [], left.start, left.end, scripts))
    if not scripts:
        return Value(rows, cols, lambda: family.symbol(None), term, tag="symbol")
    if term.kind != "entry" or term.args[0] is not whole:  # f(x)_i = ... says what every entry is
        raise el.error("behind the bracket of what is defined stands at most the index of an entry", left)
    return el.value(term)


def _with_units(e: ex.Expr, context: Context, root: Node, label: str) -> ex.Expr:
    """One entry of a vector by the unit vector that picks it, where no sum and no left side has its index."""
    for node in dict.fromkeys(n for n in e.walk() if isinstance(n, ex.Entry) and len(n.indices) == 1):
        (index,) = node.indices
        if isinstance(index, int):
            index = ex.Index(str(index), node.base.rows)
            e = e.replace({node: ex.Entry(node.base, index)})
        bound = {n.index.name for n in e.walk() if isinstance(n, ex.IndexSum)}
        stands = index.name in label and not index.name.isdigit()  # the 1 of L_1 is a label
        if index not in ex.unbound_indices(e) or index.name in bound or stands:
            continue
        unit = context.unit_vector(index)
        if unit is None:
            continue
        try:
            e = entrywise.picked(e, index, unit.symbol(None))
        except entrywise.NotFoundError:
            if not index.name.isdigit():
                continue
            # No sum runs over a number.
            e = e.replace({ex.Entry(node.base, index): ex.Product(ex.transpose(unit.symbol(None)), node.base)})
        context.note("unit vector", f"{latex(node)} is read as an entry, that {unit.name} picks, a unit vector", root)
    return e


def _under_its_sum(last: Node, index: str, context: Context) -> str:
    r"""A sum of which the first term only stands below its sign, with brackets; empty where there is none."""
    for n in last.walk():
        if n.kind == "big" and n.sub and n.sub[0].text == index and last.inner.kind == "add":
            start = n.kids[0].start
            return f"{context.source[last.start : start]}({context.source[start : last.end]})"
    return ""


def finish(piece: Piece, context: Context) -> tuple[ex.Symbol, list[ex.Expr]]:
    """The left side of an equation and the members behind it, entries put together to vectors."""
    assert piece.values is not None
    made = [v.make() for v in piece.values]
    left, first, last = made[0], piece.root.kids[0], piece.root.kids[-1]
    if isinstance(left, ex.Symbol):
        family = context.families.get(piece.family or "")
        label = family.label if family is not None else ""  # an index there stands for each of its values
        made = [left, *(_with_units(m, context, piece.root, label) for m in made[1:])]
    stray = sorted({k.name for m in made[1:] for k in ex.unbound_indices(m) - ex.unbound_indices(left)})
    if stray:
        summed = _under_its_sum(last, stray[0], context)
        alone = rf"\sum_{{{stray[0]}}} ({context.text(last)})"
        raise context.error(
            f"the index {stray[0]} is neither on the left side nor summed over",
            piece.root,
            f'write "{context.text(first)} = {summed or alone}"' + ("" if summed else ", or the index on the left"),
        )
    indices = left.indices if isinstance(left, ex.Entry) else tuple(ex.unbound_indices(left))  # those of a column h_j
    if indices:
        try:
            made = [entrywise.whole(m, indices) for m in made]
        except entrywise.NotFoundError:
            raise context.error(
                "this equation between entries is not read as one between vectors",
                piece.root,
                'write it with vectors and matrices, as in "y = W x + b"'
                if isinstance(left, ex.Entry)
                else 'write all equations for one of the vectors, without its number, as in "y = W x + b"',
            ) from None
        left = made[0]
    if not isinstance(left, ex.Symbol):
        hint = r'solve it for what it defines, as in "y = W x + b"'
        if last.inner.kind == "name":
            hint = f'write "{context.text(last)} = {context.text(first)}", if that is meant'
        raise context.error("the left side of an equation has to be one symbol", piece.root, hint)
    return left, [entrywise.collected(m) for m in made[1:]]
