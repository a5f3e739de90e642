"""The told proof as data: setting, theorem, proof, written-out matrix and example, every equation checked.

:func:`narrate` makes the page; :mod:`symjac.documents` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from symjac.confirm import Confirmed
from symjac.derivation import Derivation
from symjac.errors import TargetError
from symjac.expr import Partial
from symjac.narrative.blocks import Block, Display, Environment, Page, Paragraph, Ref, ended
from symjac.narrative.conditions import under
from symjac.narrative.example import example
from symjac.narrative.gates import composite_proof, differential_proof, paths, rules_used
from symjac.narrative.layer import dotted, entries, layer_proof
from symjac.narrative.lemma import lemma
from symjac.narrative.setting import equation_labels, setting
from symjac.narrative.teller import Teller
from symjac.narrative.words import told
from symjac.typeset.boxes import width


def narrate(
    c: Confirmed[Derivation], *, layout: str = "both", sizes: Mapping[str, int] | None = None, restated: bool = True
) -> Page:
    """The page that states and proves a confirmed derivation.

    ``layout`` is ``"numerator"``, ``"denominator"`` or ``"both"``; ``sizes`` gives a value to each size letter
    for a worked example. The equations are ``restated`` unless the paper around the page shows them.

    :raises Defect: where an equation the page would tell, or an entry it would write out, does not hold; then
        there is no page.
    :raises NotYetError: where an example is asked for that has no written-out form to compare with.
    """
    if layout not in ("numerator", "denominator", "both"):
        raise TargetError(f"a layout is 'numerator', 'denominator' or 'both', not {layout!r}")
    d = c.statement
    t = Teller(d, layout, sizes)
    blocks: list[Block] = [*setting(t, restated=restated), _theorem(t)]
    if t.by_entries:
        blocks.append(Environment("proof", layer_proof(t)))
        blocks += dotted(t)
    elif t.wrt.is_matrix:
        blocks.append(Environment("proof", differential_proof(t)))
    else:
        blocks += lemma(t, rules_used(t))
        title = told("of_theorem", theorem=Ref("theorem"))
        blocks.append(Environment("proof", composite_proof(t), title=title))
        blocks += entries(t)
    blocks += example(t)
    title = told("title_gradient" if t.of.is_scalar and not t.wrt.is_scalar else "title", of=t.of, wrt=t.wrt)
    # What labels begin with tells derivations in one paper apart.
    prefix = re.sub(r"[^A-Za-z0-9]+", "-", f"{d.of.name} {d.wrt.name}").strip("-")
    return Page(title, tuple(blocks), t.style, prefix)


def _theorem(t: Teller) -> Environment:
    lhs = t.full(Partial(t.of, t.wrt))
    labels = equation_labels(t)
    kind = "recurrence" if t.is_recurrence else "equation" if len(labels) == 1 else "equations"
    where = told(kind, equation=labels)
    provided = under(t.d.hypotheses)
    through = paths(t) if "numerator" in t.layouts else {}
    rows = [t.result(layout, lhs, label=layout[:3], under=through) for layout in t.layouts]
    blocks: list[Block]
    if len(rows) == 2 and t.d.short == t.d.short_denominator:
        one = replace(rows[0], note=told("both"), end=".")
        blocks = [Paragraph(told("for_every", equation=where, wrt=t.wrt, under=provided)), Display((one,))]
    elif all(width(lhs) + width(t.box(r.rhs)) < _BESIDE for r in rows):
        beside = [replace(r, note=told(layout)) for layout, r in zip(t.layouts, rows, strict=True)]
        blocks = [Paragraph(told("for_every", equation=where, wrt=t.wrt, under=provided)), Display(ended(beside))]
    else:
        blocks = []
        for n, (layout, r) in enumerate(zip(t.layouts, rows, strict=True)):
            key = f"for_every_{layout}" if n == 0 else f"then_{layout}"
            blocks.append(Paragraph(told(key, equation=where, wrt=t.wrt, under=provided)))
            blocks.append(Display((replace(r, end="."),)))
    return Environment("theorem", tuple(blocks), label="theorem")


_BESIDE = 24.0
"""Formulas up to this many ems leave room for the name of the layout beside them."""
