"""The verdict about a bound told: whether it holds, because of what, and what always holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symjac.claims.bounds import words as bound_words
from symjac.claims.telling import examples, outcomes
from symjac.claims.verdict import Formula, Paragraph, Verdict

SIGNS = {"<=": r"\le", ">=": r"\ge"}
PROVED = (
    "is proved for every size, in the spectral norm: the norm of a product is at most the product of the norms, that "
    "of a sum at most the sum, and that of a diagonal matrix is its largest entry in size"
)


def tell(v: Verdict) -> dict[str, tuple[Paragraph, ...]]:
    """The sentences by what they are about; they speak of a bound in the spectral norm."""
    parts: dict[str, Iterable[Paragraph]] = {
        "first": [Paragraph((bound_words.first(v),))],
        "right": _right(v),
        "links": _links(v),
        "outcomes": outcomes(v, PROVED),
        "examples": examples(v),
    }
    return {name: tuple(part) for name, part in parts.items()}


def _links(v: Verdict) -> Iterator[Paragraph]:
    for link, sign in zip(v.links, v.signs, strict=False):
        refuted = [o for o in link.conventions.values() if o.holds is False]
        if refuted and len(refuted) == len(link.conventions):
            formula = f"{link.left.strip()} {SIGNS.get(sign, sign)} {link.right.strip()}"
            yield Paragraph(("The link ", Formula(formula), " of the chain breaks."))


def _right(v: Verdict) -> Iterator[Paragraph]:
    bound, condition = v.correct.get("bound"), v.correct.get("condition")
    if bound is not None and v.verdict != "true":
        side = "right" if any(sign.startswith(">") for sign in v.signs) else "left"
        yield Paragraph((f"What always holds is that the {side}-hand side is at most ", Formula(bound), "."))
    if condition is not None and v.verdict != "true":
        yield Paragraph(("The bound holds where ", Formula(condition), "."))
