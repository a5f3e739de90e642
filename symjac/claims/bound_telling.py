"""The verdict about a bound told: whether it holds, because of what, and what always holds."""

from __future__ import annotations

from collections.abc import Iterator

from symjac.claims import bound_words
from symjac.claims.explain import WORDS
from symjac.claims.telling import outcome_words
from symjac.claims.verdict import Formula, Outcome, Told, Verdict

SIGNS = {"<=": r"\le", ">=": r"\ge"}
RULES = (
    "the norm of a product is at most the product of the norms, that of a sum at most the sum, and that of a diagonal "
    "matrix is its largest entry in size"
)


def tell(v: Verdict) -> tuple[Told, ...]:
    """The sentences, a paragraph each; they speak of a bound in the spectral norm."""
    return ((bound_words.first(v),), *_because(v), *_links(v), *_right(v))


def _because(v: Verdict) -> Iterator[Told]:
    outcomes = [(name, o) for m in v.as_printed for name, o in m.items()]
    decided = {(o.holds, o.because) for _, o in outcomes}
    if len(decided) == 1:
        yield ("It ", *_words(outcomes[0][1]))
        return
    for name, o in dict(outcomes).items():
        yield (f"In {WORDS[name]} it ", *_words(o))


def _words(o: Outcome) -> Told:
    if o.because == "proof":
        return (f"is proved for every size, in the spectral norm: {RULES}.",)
    return outcome_words(o)


def _links(v: Verdict) -> Iterator[Told]:
    for link, sign in zip(v.links, v.signs, strict=False):
        refuted = [o for o in link.conventions.values() if o.holds is False]
        if refuted and len(refuted) == len(link.conventions):
            formula = f"{link.left.strip()} {SIGNS.get(sign, sign)} {link.right.strip()}"
            yield ("The link ", Formula(formula), " of the chain breaks: it ", *outcome_words(refuted[0]))


def _right(v: Verdict) -> Iterator[Told]:
    bound, condition = v.correct.get("bound"), v.correct.get("condition")
    if bound is not None and v.verdict != "true":
        side = "right" if any(sign.startswith(">") for sign in v.signs) else "left"
        yield (f"What always holds is that the {side}-hand side is at most ", Formula(bound), ".")
    if condition is not None and v.verdict != "true":
        yield ("The bound holds where ", Formula(condition), ".")
