"""The proof for a single layer: one entry at a time, from linearity to the Kronecker delta to the matrix."""

from __future__ import annotations

from symjac import expr as ex
from symjac.entries import entry
from symjac.expr import Entry, Expr, Partial, Sum, Symbol
from symjac.narrative.blocks import Block, Display, Inlines, Line, Paragraph, Ref
from symjac.narrative.example import at
from symjac.narrative.setting import equation_label
from symjac.narrative.teller import Teller, equals
from symjac.narrative.words import REASONS, listed, say, sentences, told
from symjac.typeset.boxes import Box, Grid, Ident, Mark, Op, Script, row, width
from symjac.typeset.printer import fence

INLINE = 14.0
"""No formula inside a sentence is wider than this many ems: it could not be broken."""


def layer_proof(t: Teller) -> tuple[Block, ...]:
    """The blocks of the proof by entries."""
    i, j = t.indices
    rhs = t.d.definitions[t.of]
    steps = t.by_entries
    written = entry(rhs, i)
    label = Ref(equation_label(t.of, t))
    reads = t.equation(Entry(t.of, i), written, end=".")
    lhs = Partial(Entry(t.of, i), Entry(t.wrt, j))
    chain: list[tuple[Expr, Inlines, str | None]] = [(s.expr, _reason(s.reason, t), None) for s in steps]
    rows = t.steps(lhs, chain)
    blocks: list[Block] = [
        Paragraph(told("fix", i=Ident(i.name), j=Ident(j.name), equation=label)),
        Display((reads,)),
        Paragraph(told("differentiate", x=Entry(t.wrt, j))),
        Display(tuple(rows)),
        Paragraph(sentences(_matrix_form(t, steps[-1].expr), transposition(t))),
    ]
    return tuple(blocks)


def _reason(key: str, t: Teller) -> Inlines:
    j = t.indices[1]
    constants = _constants(t)
    if key == "linearity" and 0 < len(constants) <= 2:
        return say(REASONS["linearity_constants"], constants=listed(constants), wrt=t.wrt)
    k = Ident(t.letter("k", "l", "p", "q"))
    return say(REASONS[key], wrt=t.wrt, index=row(k, Op("=", prefix=True), Ident(j.name)))


def _constants(t: Teller) -> list[Symbol]:
    """The vectors of the terms that do not change."""
    rhs = t.d.definitions[t.of]
    terms = rhs.args if isinstance(rhs, Sum) else (rhs,)
    fixed = [s for term in terms if not t.d.scope.depends(term) for s in term.walk() if isinstance(s, Symbol)]
    return [s for s in dict.fromkeys(fixed) if s.is_vector]


def _matrix_form(t: Teller, last: Expr) -> Inlines:
    i, j = t.indices
    t.check(Entry(t.d.closed, i, j), last)
    jacobian = equals(_slashed(t), t.box(t.d.closed))
    matrix = t.box(t.d.closed)
    if width(jacobian) > 2 * INLINE:
        jacobian = row(_slashed(t))
    reference = told("which_is", label=Ref("num")) if "numerator" in t.layouts else ()
    return told(
        "matrix_form_plain", i=Ident(i.name), j=Ident(j.name), matrix=matrix, jacobian=jacobian, reference=reference
    )


def _slashed(t: Teller) -> Box:
    d = Op(r"\partial", prefix=True)
    return row(d, t.box(t.of), Op("/", prefix=True), d, t.box(t.wrt))


def transposition(t: Teller) -> Inlines:
    """How the denominator layout follows from the numerator layout."""
    if "denominator" not in t.layouts:
        return ()
    closed, turned = t.d.closed, t.d.closed_denominator
    t.check(ex.Transpose(closed), turned)
    if closed.is_scalar:
        return told("transpose_scalar")
    if closed == turned:
        return told("transpose_same")
    box = t.box(closed)
    chain = equals(Script(fence(box), sup=Mark("T")), t.box(turned))
    diagonal = any(isinstance(e, ex.Diag) for e in closed.walk())
    if width(chain) <= INLINE + 4 and diagonal and isinstance(closed, ex.Product):
        return told("transpose", chain=chain, label=Ref("den"))
    return told("transpose_diagonal" if diagonal else "transpose_plain", label=Ref("den"))


def dotted(t: Teller) -> tuple[Block, ...]:
    """The matrix written out with dots, where its entries are short and its sizes are letters."""
    closed = t.d.closed
    if not closed.is_matrix or not all(s.is_Symbol for s in closed.shape):
        return ()
    i, j = t.indices
    pattern = entry(closed, i, j)
    if any(isinstance(e, ex.IndexSum | ex.Delta | ex.Sum) for e in pattern.walk()) or width(t.box(pattern)) > 8.0:
        return ()

    def cell(rowwise: int | ex.Index, colwise: int | ex.Index) -> Box:
        return t.box(at(pattern, {i: rowwise, j: colwise}))

    m, n = (ex.Index(str(s), s) for s in closed.shape)
    h, v, d = (Op(c, prefix=True) for c in (r"\cdots", r"\vdots", r"\ddots"))
    grid = Grid(((cell(1, 1), h, cell(1, n)), (v, d, v), (cell(m, 1), h, cell(m, n))), "pmatrix")
    words, matrix = _scaling(t)
    return (
        Paragraph(told(words, matrix=matrix)),
        Display((Line(grid, closed, end="."),)),
    )


def _scaling(t: Teller) -> tuple[str, Expr]:
    closed = t.d.closed
    if isinstance(closed, ex.Product) and len(closed.args) == 2:
        left, right = closed.args
        if isinstance(right, ex.Diag) and not isinstance(left, ex.Diag):
            return "columns_scaled", left
        if isinstance(left, ex.Diag) and not isinstance(right, ex.Diag):
            return "rows_scaled", right
    return "written_out", closed
