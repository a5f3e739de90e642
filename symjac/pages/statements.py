"""The pages of products over time, Hessians and Jacobians by matrices."""

from __future__ import annotations

from symjac import expr as ex
from symjac.confirm import Confirmed
from symjac.derivation import layouts_of
from symjac.expr import Partial, Symbol
from symjac.hessian import Hessian
from symjac.narrative.blocks import Block, Display, Environment, Line, Math, Page, Paragraph, ended
from symjac.narrative.conditions import under
from symjac.narrative.words import listed, sentences
from symjac.pages.setting import make_page, product_lines, tell, tell_every_step
from symjac.typeset.boxes import Fence, Gap, Grid, Ident, Mark, Num, Op, Script, Word, row
from symjac.typeset.placing import to_box
from symjac.unroll import Unrolled
from symjac.vectorised import VecJacobian


def tell_product(c: Confirmed[Unrolled], layout: str) -> Page:
    """Statement and proof by induction."""
    u = c.statement
    named = u.is_block
    key = "product_block" if named else "product"
    blocks: list[Block] = [Paragraph(sentences(tell_every_step(u.assumed), tell(key, of=u.of, wrt=u.wrt)))]
    blocks.append(product_lines(u, layouts_of(layout), named=named))
    if named:
        blocks.append(Paragraph(tell("with")))
        cells = tuple(tuple(to_box(_entry(u, s, r)) for r in u.states) for s in u.states)
        blocks.append(Display((Line(Grid(cells, "pmatrix"), u.name, end=","),)))
        pairs = [(s, r) for s in u.states for r in u.states]
        blocks.append(Display(ended([Line(u.block(s, r), to_box(_entry(u, s, r))) for s, r in pairs])))
    between = listed([Math(u.before(s)) for s in u.states])
    proof = Environment("proof", (Paragraph(tell("one_step", wrt=u.wrt, between=between)),))
    blocks = [Environment("theorem", tuple(blocks), label="theorem"), proof]
    return make_page(tell("product_title", of=u.of, wrt=u.wrt), blocks, u.system, "symjac-product")


def _entry(u: Unrolled, s: Symbol, r: Symbol) -> Partial:
    return Partial(s.at(u.index), r.at(u.index - 1))


def tell_hessian(c: Confirmed[Hessian]) -> Page:
    """Gradient, Hessian and its product with a vector; the Hessian is the same in both layouts."""
    h = c.statement
    taken = set(h.system.symbols)
    v = Symbol(next(c for c in ("v", "w", "p", "q", "d") if c not in taken), h.wrt.shape)
    nabla = row(Ident(r"\nabla"), Gap(thin=True), to_box(h.of))
    d = Op(r"\partial", prefix=True)
    x = to_box(h.wrt)
    second = row(Script(d, sup=Num("2")), to_box(h.of), Op("/", prefix=True), d, x, d, Script(x, sup=Mark("T")))
    lines = [
        Line(h.gradient, nabla),
        Line(h.closed, second),
        Line(h.product(v), row(Fence("(", second, ")"), Gap(), to_box(v))),
    ]
    said = tell("hessian", of=h.of, v=v, wrt=h.wrt, under=under(h.assumed))
    rules = ", ".join(r.replace("_", " ") for r in dict.fromkeys(s.rule for s in h.theorem.steps()))
    blocks = (
        Environment("theorem", (Paragraph(said), Display(ended(lines))), label="theorem"),
        Environment("proof", (Paragraph(tell("hessian_proof", rules=rules)),)),
    )
    return make_page(tell("hessian_title", of=h.of, wrt=h.wrt), blocks, h.system, "symjac-hessian")


def tell_vec_jacobian(c: Confirmed[VecJacobian], layout: str) -> Page:
    """The statement, and the differential it is read from."""
    j = c.statement
    d = Op(r"\partial", prefix=True)
    whole = row(Word("vec"), Fence("(", to_box(j.wrt), ")"))
    top = row(d, Word("vec"), Fence("(", to_box(j.of), ")")) if j.of.is_matrix else row(d, to_box(j.of))
    left = row(top, Op("/", prefix=True), d, Script(whole, sup=Mark("T")))
    blocks: list[Block] = []
    provided = under(j.assumed)
    if "numerator" in layouts_of(layout):
        blocks += [
            Paragraph(tell("vec", under=provided)),
            Display((Line(j.closed, left, end="," if layout == "both" else "."),)),
        ]
    if "denominator" in layouts_of(layout):
        key = "vec_other" if layout == "both" else "vec_alone"
        stated = Line(j.closed_denominator, end=".", relation="")
        blocks += [Paragraph(tell(key, under=provided)), Display((stated,))]
    change = Display((Line(j.theorem.rhs, ex.Differential(j.of), end="."),))
    proof = (Paragraph(tell("differential", of=j.of, wrt=j.wrt)), change, Paragraph(tell("lemma")))
    page = (Environment("theorem", tuple(blocks), label="theorem"), Environment("proof", proof))
    return make_page(tell("vec_title", of=j.of, wrt=j.wrt), page, j.system, "symjac-vec")
