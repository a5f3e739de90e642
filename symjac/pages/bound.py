"""What is said of a bound: the bound, what it supposes, why it holds and what it shows."""

from __future__ import annotations

from symjac.bounds import Bound
from symjac.confirm import Confirmed
from symjac.narrative.blocks import Environment, Inlines, Math, Page, Paragraph
from symjac.narrative.words import sentences
from symjac.pages.setting import make_page, tell, tell_every_step
from symjac.typeset import to_box
from symjac.typeset.boxes import Box, Fence, Ident, Mark, Num, Op, Script, row


def tell_bound_page(c: Confirmed[Bound]) -> Page:
    """The bound and why it holds; it is the same in both layouts."""
    b = c.statement
    told = tell_bound(c)
    every = tell_every_step(b.unrolled.assumed)
    stated = 1 + len(b.hypotheses) + len(b.invariant)
    blocks = (
        Environment("theorem", (Paragraph(sentences(every, *told[:stated])),), label="theorem"),
        Environment("proof", (Paragraph(sentences(*told[stated:])),)),
    )
    return make_page(tell("bound_title", of=b.unrolled.of, wrt=b.unrolled.wrt), blocks, b.system, "symjac-bound")


def tell_bound(c: Confirmed[Bound]) -> tuple[Inlines, ...]:
    """The bound, why it holds and what it says, sentence by sentence."""
    b = c.statement
    of, wrt = b.unrolled.of, b.unrolled.wrt
    out: list[Inlines] = [("In the spectral norm, ", Math(b.box()), ".")]
    for h in b.hypotheses:
        what = row(b.supposed(h), Op(r"\le"), to_box(h.constant))
        out.append(("Here it is supposed that ", Math(what), " at every step."))
    for s in b.invariant:
        said = " are supposed to lie between -1 and 1 at the start; then they do at every step."
        out.append(("The entries of ", Math(s), said))
    out.append((_WHY,))
    d = Op(r"\partial", prefix=True)
    jacobian = Math(row(d, to_box(of), Op("/", prefix=True), d, to_box(wrt)))
    less, more = (Math(row(b.shown(b.rate), Op(sign), Num("1"))) for sign in "<>")
    if b.never_below_one:
        out.append(("This bound is never below 1, so it does not show that gradients vanish.",))
    elif b.is_block:
        out.append(("The blocks tend to zero",))
        if b.below_one:
            out[-1] += (", as the largest eigenvalue of the matrix is below 1.",)
        else:
            enough = (", for which ", less, " is enough.") if b.sum_may_be_below_one else (".",)
            out[-1] += (" if the largest eigenvalue of the matrix is below 1", *enough)
    elif b.below_one:
        out.append(("So ", jacobian, " tends to zero exponentially fast as the steps become many."))
    else:
        out.append(("If ", less, ", then ", jacobian, " tends to zero exponentially fast as the steps become many;"))
        out[-1] += (" for it to grow without bound ", more, " is necessary, and not sufficient.")
    out.append(("A formula with a matrix transposed has the same bound, since ", Math(_same_norm()), _OTHER))
    return tuple(out)


_WHY = (
    "Each factor of the product over time is bounded on its own: the norm of a product is at most the product of the "
    "norms, the norm of a sum at most the sum, and that of a diagonal matrix its largest entry in size."
)
_OTHER = "; its own norm is in general another number."


def _same_norm() -> Box:
    w = Ident("W")
    sides = [Fence(r"\lVert", side, r"\rVert") for side in (Script(w, sup=Mark("T")), w)]
    return row(sides[0], Op("="), sides[1])
