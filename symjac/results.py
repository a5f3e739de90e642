"""What users hold of products over time, bounds, Hessians and Jacobians by matrices: results that print themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from symjac import expr as ex
from symjac.bounds import Bound
from symjac.documents import plain, portable, tex, web
from symjac.documents.compile import compile_pdf
from symjac.expr import Apply, Expr, Partial, Symbol
from symjac.functions import ACTIVATIONS
from symjac.hessian import Hessian
from symjac.narrative import Block, Display, Environment, Inlines, Line, Math, Page, Paragraph
from symjac.narrative.words import listed, say, sentences
from symjac.recurrence import Recurrence
from symjac.typeset.boxes import Box, Fence, Gap, Grid, Ident, Mark, Num, Op, Script, Word, row
from symjac.typeset.printer import function_box, style_for, to_box
from symjac.unroll import Unrolled
from symjac.vectorised import VecJacobian, turned

LAYOUTS = ("numerator", "denominator")
WORDS = {
    "setting": "All vectors are columns. Let",
    "known": "The functions act entrywise.",
    "unspecified": "The differentiable function {function} acts entrywise.",
    "product_title": "The Jacobian of {of} with respect to {wrt}",
    "product": "The Jacobian of {of} with respect to {wrt} is a product over the steps between:",
    "product_block": "The Jacobian of {of} with respect to {wrt} is a block of the product over the steps between",
    "with": "where",
    "one_step": "One step has the Jacobian stated, by the rules of matrix calculus and by its entries. Over no step "
    "the product is empty, the identity. Let it hold from {wrt} to {between}. The equations of the last "
    "step hold {wrt} through {between} alone, so by the chain rule one factor is multiplied to the left, "
    "in denominator layout to the right. By induction it holds for any number of steps.",
    "bound_title": "A bound on the Jacobian of {of} with respect to {wrt}",
    "hessian_title": "The Hessian of {of} with respect to {wrt}",
    "hessian": "The gradient of {of}, the Hessian, and its product with a vector {v} are",
    "hessian_proof": "The gradient is differentiated once more by the rules of matrix calculus ({rules}). The entries "
    "of the result are the second derivatives of the equations, taken index by index, and it is symmetric.",
    "vec_title": "The Jacobian of {of} with respect to the entries of {wrt}",
    "vec": "With vec stacking columns, in numerator layout",
    "vec_other": "and in denominator layout the transpose,",
    "vec_alone": "With vec stacking columns, the Jacobian in denominator layout is",
    "differential": "The differential of {of} in {wrt} is",
    "lemma": "For matrices that fit, vec of L X R is the Kronecker product of the transpose of R with L, times vec"
    " of X; vec of a transpose is a permutation of vec. Term by term this turns the differential into the"
    " Jacobian times the vec of the change.",
}


class Printed:
    """A result with a page: LaTeX, PDF, Markdown, HTML and text."""

    def page(self, layout: str = "both") -> Page:
        """The page that states and proves the result; each kind of result has its own."""
        raise TypeError(f"{type(self).__name__} has no page")

    def latex(self, layout: str = "both") -> str:
        """A LaTeX fragment for ``\\input``."""
        return tex.fragment(self.page(layout))

    def document(self, layout: str = "both") -> str:
        """A complete LaTeX article."""
        return tex.article(self.page(layout))

    def pdf(self, path: str | Path, layout: str = "both") -> Path:
        """The article compiled into a file.

        :raises MissingToolError: where no LaTeX is installed.
        """
        return compile_pdf(self.document(layout), Path(path))

    def markdown(self, layout: str = "both") -> str:
        """Markdown with formulas that KaTeX and MathJax render."""
        return portable.markdown(self.page(layout))

    def html(self, layout: str = "both") -> str:
        """One self-contained HTML file."""
        return web.html(self.page(layout))

    def text(self, layout: str = "both") -> str:
        """Plain Unicode text."""
        return plain.plain_text(self.page(layout))


def _told(key: str, **slots: Expr | Box | str | Inlines) -> Inlines:
    return say(WORDS[key], **slots)


def _page(title: Inlines, blocks: Iterable[Block], system: Recurrence, prefix: str) -> Page:
    symbols = [info.symbol for info in system.symbols.values()]
    style = style_for(ex.Sum(*(ex.Norm(s) for s in symbols)))
    return Page(title, (*_setting(system), *blocks), style, prefix)


def _setting(system: Recurrence) -> Iterator[Block]:
    yield Paragraph(_told("setting"), "Setting")
    equations = [(s, system.definitions[s]) for s in system.order]
    yield Display(_ended([Line(e, s) for s, e in equations]))
    functions = {a.function.name: a.function for _, e in equations for a in e.walk() if isinstance(a, Apply)}
    said = []
    if any(f.known in ACTIVATIONS for f in functions.values()):
        said.append(_told("known"))
    said += [_told("unspecified", function=function_box(f.name, 0)) for f in functions.values() if f.known is None]
    if said:
        yield Paragraph(sentences(*said))


def _ended(lines: list[Line], end: str = ".") -> tuple[Line, ...]:
    out = []
    for n, line in enumerate(lines):
        mark = end if n == len(lines) - 1 else ","
        out.append(Line(line.rhs, line.lhs, line.relation, line.reason, line.note, line.label, mark, line.numbered))
    return tuple(out)


def _chosen(layout: str) -> tuple[str, ...]:
    return LAYOUTS if layout == "both" else (layout,)


class Product(Unrolled, Printed):
    """The Jacobian of a late state by an early one: what :meth:`symjac.System.unroll` gives."""

    def page(self, layout: str = "both") -> Page:
        """Statement and proof by induction."""
        named = self.is_block
        key = "product_block" if named else "product"
        blocks: list[Block] = [Paragraph(_told(key, of=self.of, wrt=self.wrt))]
        left = None if named else to_box(Partial(self.of, self.wrt))
        lines = [
            Line(self.product(one, named=named), left, "=" if left is not None else "", note=(f"{one} layout",))
            for one in _chosen(layout)
        ]
        blocks.append(Display(_ended(lines, "," if named else ".")))
        if named:
            blocks.append(Paragraph(_told("with")))
            cells = tuple(tuple(to_box(self._entry(s, r)) for r in self.states) for s in self.states)
            blocks.append(Display((Line(_grid(cells), self.name, end=","),)))
            pairs = [(s, r) for s in self.states for r in self.states]
            blocks.append(Display(_ended([Line(self.block(s, r), to_box(self._entry(s, r))) for s, r in pairs])))
        between = listed([Math(self.before(s)) for s in self.states])
        proof = Environment("proof", (Paragraph(_told("one_step", wrt=self.wrt, between=between)),))
        blocks = [Environment("theorem", tuple(blocks), label="theorem"), proof]
        return _page(_told("product_title", of=self.of, wrt=self.wrt), blocks, self.system, "symjac-product")

    def _entry(self, s: Symbol, r: Symbol) -> Partial:
        return Partial(self.clock.at(s, self.index), self.clock.at(r, self.index.plus(-1)))


def _grid(cells: tuple[tuple[Box, ...], ...]) -> Box:
    return Grid(cells, "pmatrix")


class NormBound(Bound, Printed):
    """How large the Jacobian of a late state by an early one can be: what :meth:`symjac.System.bound` gives."""

    def page(self, layout: str = "both") -> Page:
        """The bound and why it holds; it is the same in both layouts."""
        told = self.inlines()
        stated = 1 + len(self.hypotheses) + len(self.invariant)
        blocks = (
            Environment("theorem", (Paragraph(sentences(*told[:stated])),), label="theorem"),
            Environment("proof", (Paragraph(sentences(*told[stated:])),)),
        )
        title = _told("bound_title", of=self.unrolled.of, wrt=self.unrolled.wrt)
        return _page(title, blocks, self.system, "symjac-bound")


class SecondDerivative(Hessian, Printed):
    """The Hessian of a scalar by a vector: what :meth:`symjac.System.hessian` gives."""

    def page(self, layout: str = "both") -> Page:
        """Gradient, Hessian and its product with a vector; the Hessian is the same in both layouts."""
        taken = set(self.system.symbols)
        v = Symbol(next(c for c in ("v", "w", "p", "q", "d") if c not in taken), self.wrt.shape)
        nabla = row(Ident(r"\nabla"), Gap(thin=True), to_box(self.of))
        d = Op(r"\partial", prefix=True)
        x = to_box(self.wrt)
        second = row(Script(d, sup=Num("2")), to_box(self.of), Op("/", prefix=True), d, x, d, Script(x, sup=Mark("T")))
        lines = [
            Line(self.gradient, nabla),
            Line(self.closed, second),
            Line(self.product(v), row(Fence("(", second, ")"), Gap(), to_box(v))),
        ]
        rules = ", ".join(r.replace("_", " ") for r in dict.fromkeys(s.rule for s in self.theorem.steps()))
        blocks = (
            Environment(
                "theorem",
                (Paragraph(_told("hessian", of=self.of, v=v)), Display(_ended(lines))),
                label="theorem",
            ),
            Environment("proof", (Paragraph(_told("hessian_proof", rules=rules)),)),
        )
        return _page(_told("hessian_title", of=self.of, wrt=self.wrt), blocks, self.system, "symjac-hessian")


class MatrixJacobian(VecJacobian, Printed):
    """The Jacobian by the entries of a matrix: what :meth:`symjac.System.vec_jacobian` gives."""

    def page(self, layout: str = "both") -> Page:
        """The statement, and the differential it is read from."""
        d = Op(r"\partial", prefix=True)
        whole = row(Word("vec"), Fence("(", to_box(self.wrt), ")"))
        top = row(d, Word("vec"), Fence("(", to_box(self.of), ")")) if self.of.is_matrix else row(d, to_box(self.of))
        left = row(top, Op("/", prefix=True), d, Script(whole, sup=Mark("T")))
        blocks: list[Block] = []
        if "numerator" in _chosen(layout):
            blocks += [
                Paragraph(_told("vec")),
                Display((Line(self.closed, left, end="," if layout == "both" else "."),)),
            ]
        if "denominator" in _chosen(layout):
            key = "vec_other" if layout == "both" else "vec_alone"
            blocks += [Paragraph(_told(key)), Display((Line(turned(self.closed), end=".", relation=""),))]
        change = Display((Line(self.theorem.rhs, ex.Differential(self.of), end="."),))
        proof = (Paragraph(_told("differential", of=self.of, wrt=self.wrt)), change, Paragraph(_told("lemma")))
        page = (Environment("theorem", tuple(blocks), label="theorem"), Environment("proof", proof))
        return _page(_told("vec_title", of=self.of, wrt=self.wrt), page, self.system, "symjac-vec")
