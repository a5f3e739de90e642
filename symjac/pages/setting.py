"""What the pages of products, bounds, Hessians and Jacobians by matrices share: words and the setting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symjac import expr as ex
from symjac.expr import Apply, Expr, Partial
from symjac.functions import ACTIVATIONS
from symjac.kernel import Assumption
from symjac.narrative.blocks import Block, Display, Inlines, Line, Page, Paragraph, ended
from symjac.narrative.conditions import clause, is_general
from symjac.narrative.maps import tell_maps
from symjac.narrative.words import listed, say, sentences
from symjac.recurrence import Recurrence
from symjac.typeset.boxes import Box
from symjac.typeset.calls import function_box
from symjac.typeset.placing import Style, style_for, to_box
from symjac.unroll import Unrolled

WORDS = {
    "setting": "All vectors are columns. Let",
    "known": "The functions act entrywise.",
    "known_others": "The other functions act entrywise.",
    "unspecified": "The differentiable function {function} acts entrywise.",
    "product_title": "The Jacobian of {of} with respect to {wrt}",
    "product": "The Jacobian of {of} with respect to {wrt} is a product over the steps between:",
    "product_block": "The Jacobian of {of} with respect to {wrt} is a block of the product over the steps between",
    "with": "where",
    "every_step": "Let it hold at every step that {conditions}.",
    "one_step": "One step has the Jacobian stated, by the rules of matrix calculus and by its entries. Over no step "
    "the product is empty, the identity. Let it hold from {wrt} to {between}. The equations of the last "
    "step hold {wrt} through {between} alone, so by the chain rule one factor is multiplied to the left, "
    "in denominator layout to the right. By induction it holds for any number of steps.",
    "bound_title": "A bound on the Jacobian of {of} with respect to {wrt}",
    "hessian_title": "The Hessian of {of} with respect to {wrt}",
    "hessian": "For every {wrt}{under}, the gradient of {of}, the Hessian, and its product with a vector {v} are",
    "hessian_proof": "The gradient is differentiated once more by the rules of matrix calculus ({rules}). The entries "
    "of the result are the second derivatives of the equations, taken index by index, and it is symmetric.",
    "vec_title": "The Jacobian of {of} with respect to the entries of {wrt}",
    "vec": "With vec stacking columns{under}, in numerator layout",
    "vec_other": "and in denominator layout the transpose,",
    "vec_alone": "With vec stacking columns{under}, the Jacobian in denominator layout is",
    "differential": "The differential of {of} in {wrt} is",
    "lemma": "For matrices that fit, vec of L X R is the Kronecker product of the transpose of R with L, times vec"
    " of X; vec of a transpose is a permutation of vec. Term by term this turns the differential into the"
    " Jacobian times the vec of the change.",
}


def tell(key: str, **slots: Expr | Box | str | Inlines) -> Inlines:
    return say(WORDS[key], **slots)


def tell_every_step(assumed: Iterable[Assumption]) -> Inlines:
    """What every step of a product holds under."""
    needed = [clause(h) for h in assumed if not is_general(h)]
    return tell("every_step", conditions=listed(needed)) if needed else ()


def make_page(title: Inlines, blocks: Iterable[Block], system: Recurrence, prefix: str) -> Page:
    symbols = [info.symbol for info in system.symbols.values()]
    style = style_for(ex.Sum(*(ex.Norm(s) for s in symbols)))
    return Page(title, (*_setting(system), *blocks), style, prefix)


def _setting(system: Recurrence) -> Iterator[Block]:
    yield Paragraph(tell("setting"), "Setting")
    equations = [(s, system.definitions[s]) for s in system.order]
    yield Display(ended([Line(e, s) for s, e in equations]))
    functions = {a.function.name: a.function for _, e in equations for a in e.walk() if isinstance(a, Apply)}
    said = list(tell_maps(e for _, e in equations))
    if any(f.known in ACTIVATIONS for f in functions.values()):
        said.append(tell("known_others" if said else "known"))
    said += [tell("unspecified", function=function_box(f.name, 0)) for f in functions.values() if f.known is None]
    if said:
        yield Paragraph(sentences(*said))


def product_lines(u: Unrolled, layouts: Iterable[str], *, named: bool, style: Style | None = None) -> Display:
    """The product over time in each layout; ``named`` keeps the one-step Jacobian by its name."""
    left = None if u.is_block else to_box(Partial(u.of, u.wrt), style)
    relation = "" if left is None else "="
    rows = [Line(u.product(one, named=named), left, relation, note=(f"{one} layout",)) for one in layouts]
    return Display(ended(rows, "," if named else "."))
