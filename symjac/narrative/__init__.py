"""The told proof as data: setting, theorem, proof, written-out matrix and example, every equation checked.

:func:`narrate` makes the page; :mod:`symjac.documents` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from symjac.derivation import Derivation
from symjac.expr import Partial
from symjac.narrative.blocks import (
    Block,
    Display,
    Emph,
    Environment,
    Formula,
    Inline,
    Inlines,
    Line,
    Math,
    Page,
    Paragraph,
    Ref,
)
from symjac.narrative.example import example
from symjac.narrative.gates import composite_proof, rules_used
from symjac.narrative.layer import dotted, layer_proof
from symjac.narrative.lemma import lemma
from symjac.narrative.setting import equation_label, layout_note, setting
from symjac.narrative.teller import Teller
from symjac.narrative.words import told

__all__ = [
    "Block",
    "Display",
    "Emph",
    "Environment",
    "Formula",
    "Inline",
    "Inlines",
    "Line",
    "Math",
    "Page",
    "Paragraph",
    "Ref",
    "narrate",
]


def narrate(d: Derivation, *, layout: str = "both", sizes: Mapping[str, int] | None = None) -> Page:
    """The page that states and proves a derivation.

    ``layout`` is ``"numerator"``, ``"denominator"`` or ``"both"``; ``sizes`` gives a value to each size letter
    for a worked example.

    :raises CheckError: where an equation the page would tell does not hold; then there is no page.
    """
    t = Teller(d, layout, sizes)
    blocks: list[Block] = [*setting(t), _theorem(t)]
    told_by_entries = None if t.gates else layer_proof(t)
    if told_by_entries is not None:
        blocks.append(Environment("proof", told_by_entries))
        blocks += dotted(t)
    else:
        blocks += lemma(t, rules_used(t))
        title = told("of_theorem", theorem=Ref("theorem"))
        blocks.append(Environment("proof", composite_proof(t), title=title))
    blocks += example(t)
    title = told("title_gradient" if t.of.is_scalar and not t.wrt.is_scalar else "title", of=t.of, wrt=t.wrt)
    return Page(title, tuple(blocks), t.style, _prefix(d))


def _theorem(t: Teller) -> Environment:
    d = t.d
    lhs = t.full(Partial(t.of, t.wrt))
    forms = {"numerator": d.short, "denominator": d.short_denominator}
    rows = [
        Line(
            forms[layout],
            lhs,
            note=layout_note(layout),
            label=layout[:3],
            end="." if layout == t.layouts[-1] else ",",
        )
        for layout in t.layouts
    ]
    first, last = (Ref(equation_label(s, t)) for s in (t.told[0], t.told[-1]))
    if first == last:
        opening = told("for_every", equation=first, wrt=t.wrt)
    else:
        opening = told("for_every_system", first=first, last=last, wrt=t.wrt)
    return Environment("theorem", (Paragraph(opening), Display(tuple(rows))), label="theorem")


def _prefix(d: Derivation) -> str:
    """A beginning for labels that tells derivations in one paper apart."""
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{d.of.name} {d.wrt.name}").strip("-")
