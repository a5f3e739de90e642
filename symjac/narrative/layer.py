"""The proof for a single layer: one entry at a time, from linearity to the Kronecker delta to the matrix."""

from __future__ import annotations

from symjac import expr as ex
from symjac.entries import Step, entry, numbered
from symjac.expr import Apply, Entry, Expr, Index, Partial, Sum, Symbol
from symjac.narrative.blocks import Block, Display, Environment, Inlines, Line, Paragraph, Ref
from symjac.narrative.setting import equation_label, slashed
from symjac.narrative.teller import Teller, equals
from symjac.narrative.words import REASONS, STEP_REASONS, listed, say, sentences, told
from symjac.typeset import names
from symjac.typeset.boxes import Box, Ident, Mark, Script, row, width
from symjac.typeset.breaking import break_lines
from symjac.typeset.calls import index_box
from symjac.typeset.placing import fence

INLINE = 14.0
"""A formula this wide is set apart, it could not be broken inside a sentence."""
_SHORT = 9.0


def layer_proof(t: Teller) -> tuple[Block, ...]:
    """The blocks of the proof by entries."""
    i, j = t.indices
    steps = t.by_entries
    lhs = Partial(Entry(t.of, i), Entry(t.wrt, j))
    chain: list[tuple[Expr, Inlines]] = []
    before: Expr = lhs
    for s in steps:
        chain.append((s.expr, _reason(s, before, t)))
        before = s.expr
    named: dict[Expr, Expr] = {} if t.argument is None else {t.argument[1]: t.argument[0]}
    final = entry(t.d.closed.replace(named), i, j)
    t.check(Entry(t.d.closed, i, j), final)
    if final != before:
        known = _resolved(before, final)
        reason = say(STEP_REASONS["known"], functions=listed(known)) if known else say(STEP_REASONS["rearrange"])
        chain.append((final, reason))
    opening, reads = _reads(t)
    return (
        Paragraph(opening),
        Display(reads),
        Paragraph(told("differentiate", x=Entry(t.wrt, j))),
        Display(tuple(t.steps(lhs, chain))),
        *ending(t, _matrix_form(t)),
    )


def _reads(t: Teller) -> tuple[Inlines, tuple[Line, ...]]:
    """Entry i of the equation, and of the argument of its function where that has a letter."""
    i, j = t.indices
    rhs = t.d.definitions[t.of]
    label = Ref(equation_label(t.of, t))
    first, second = Ident(i.name), Ident(j.name)
    if t.argument is None:
        row_ = t.equation(Entry(t.of, i), t.entry(rhs, i), end=".")
        return told("fix", i=first, j=second, equation=label), (row_,)
    letter, arg = t.argument
    table: dict[Expr, Expr] = {arg: letter}
    outer = t.equation(Entry(t.of, i), t.entry(rhs.replace(table), i), end=",")
    inner = t.equation(Entry(letter, i), t.entry(arg, i), end=".")
    named = equals(t.box(letter), t.box(arg))
    if width(named) > INLINE + 4:
        return told("fix_argument", i=first, j=second, equation=label, letter=letter), (outer, inner)
    return told("fix_named", i=first, j=second, equation=label, named=named), (outer, inner)


def _resolved(before: Expr, after: Expr) -> list[Box]:
    """The known functions whose derivative was written out."""
    left = {e.function for e in after.walk() if isinstance(e, Apply)}
    gone = [e.function for e in before.walk() if isinstance(e, Apply) and e.function.order and e.function not in left]
    return [names.name_box(f.name) for f in dict.fromkeys(gone)]


def _reason(s: Step, before: Expr, t: Teller) -> Inlines:
    constants = _constants(t)
    i, j = t.indices
    if s.reason == "linearity" and 0 < len(constants) <= 2:
        key = "linearity constants" if len(constants) == 2 else "linearity constant"
        return say(REASONS[key], constants=listed(constants), wrt=t.wrt)
    remains = [
        equals(*(index_box(k) for k in e.indices))
        for e in before.walk()
        if isinstance(e, ex.Delta) and set(e.indices) - {i, j}
    ]
    return say(REASONS[s.reason], wrt=t.wrt, index=listed(list(dict.fromkeys(remains))))


def _constants(t: Teller) -> list[Symbol]:
    """The vectors of the terms that do not change, in the equation or in its function's argument."""
    rhs = t.d.definitions[t.of] if t.argument is None else t.argument[1]
    terms = rhs.args if isinstance(rhs, Sum) else (rhs,)
    fixed = [s for term in terms if not t.d.scope.depends(term) for s in term.walk() if isinstance(s, Symbol)]
    return [s for s in dict.fromkeys(fixed) if s.is_vector]


def _matrix_form(t: Teller) -> Inlines:
    i, j = t.indices
    matrix = t.box(t.d.closed)
    jacobian = equals(slashed(t.of, t.wrt, t), matrix)
    key = "matrix_form" if width(matrix) <= _SHORT else "matrix_form_long"
    return told(
        key,
        i=Ident(i.name),
        j=Ident(j.name),
        matrix=matrix,
        jacobian=jacobian,
        reference=told("which_is", label=Ref("num")) if "numerator" in t.layouts else (),
        label=Ref("num") if "numerator" in t.layouts else told("the_jacobian", derivative=slashed(t.of, t.wrt, t)),
    )


def ending(t: Teller, conclusion: Inlines) -> tuple[Block, ...]:
    """The last sentences of a proof: what was shown, and the denominator layout by transposing."""
    if "denominator" not in t.layouts:
        return (Paragraph(conclusion),)
    closed, turned = t.d.closed, t.d.closed_denominator
    t.check(ex.Transpose(closed), turned)
    if closed.is_scalar or closed == turned:
        return (Paragraph(sentences(conclusion, told("transpose_scalar" if closed.is_scalar else "transpose_same"))),)
    diagonal = any(isinstance(e, ex.Diag) for e in closed.walk())
    lhs = Script(fence(t.box(closed)), sup=Mark("T"))
    if diagonal and isinstance(closed, ex.Product) and width(lhs) <= INLINE:
        return (
            Paragraph(sentences(conclusion, told("transposing"))),
            Display((t.equation(ex.Transpose(closed), turned, printed=lhs, end=","),)),
            Paragraph(told("transposed", label=Ref("den"))),
        )
    why = told("transpose_diagonal" if diagonal else "transpose_plain", label=Ref("den"))
    return (Paragraph(sentences(conclusion, why)),)


def entries(t: Teller) -> tuple[Block, ...]:
    """The entries of a composite's Jacobian as a corollary, where they fit a few lines."""
    if not (t.of.is_vector and t.wrt.is_vector) or t.by_entries or ex.length(t.d.closed) > _NODES:
        return ()
    i, j = t.indices
    form = entry(t.d.closed, i, j)
    stacked = any(isinstance(e, Entry) and not isinstance(e.base, Symbol) for e in form.walk())
    lines = break_lines(t.box(form), _LINE)
    if stacked or len(lines) > _FEW_LINES or any(width(line.box) > _LINE for line in lines):
        return ()
    lhs = t.full(Partial(Entry(t.of, i), Entry(t.wrt, j)))
    row_ = t.equation(Entry(t.d.closed, i, j), form, printed=lhs, end=".")
    opening = told("entry_corollary", i=Ident(i.name), j=Ident(j.name))
    if any(isinstance(e, ex.Delta) for e in form.walk()):
        delta = Script(Ident(r"\delta"), sub=row(Ident(i.name), Ident(j.name)))
        opening = told("entry_corollary_delta", i=Ident(i.name), j=Ident(j.name), delta=delta)
    inner = (Paragraph(opening), Display((row_,)))
    return (Environment("corollary", inner, title=told("entries"), label="corollary"),)


_LINE = 30.0
_FEW_LINES = 3
_NODES = 400  # more terms and factors never fit so few lines


def dotted(t: Teller) -> tuple[Block, ...]:
    """The matrix written out with dots, where its entries are short and its sizes are letters."""
    closed = t.d.closed if "numerator" in t.layouts else t.d.closed_denominator
    if not closed.is_matrix or not all(s.is_Symbol for s in closed.shape):
        return ()
    i, j = (Index(k.name, size) for k, size in zip(t.indices, closed.shape, strict=True))
    pattern = entry(closed, i, j)
    if (
        ex.is_zero(pattern)
        or any(isinstance(e, ex.IndexSum | ex.Delta | ex.Sum) for e in pattern.walk())
        or width(t.box(pattern)) > 8.0
    ):
        return ()

    m, n = (ex.Index(str(s), s) for s in closed.shape)
    corners = {(r, c): numbered.at(pattern, {i: r, j: c}) for r in (1, m) for c in (1, n)}
    words, matrix = _scaling(closed)
    return (Paragraph(told(words, matrix=matrix)), Display((t.dotted(closed, corners),)))


def _scaling(closed: Expr) -> tuple[str, Expr]:
    if isinstance(closed, ex.Product) and len(closed.args) == 2:
        left, right = closed.args
        if isinstance(right, ex.Diag) and not isinstance(left, ex.Diag):
            return "columns_scaled", left
        if isinstance(left, ex.Diag) and not isinstance(right, ex.Diag):
            return "rows_scaled", right
    return "written_out", closed
