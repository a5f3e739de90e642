"""How sure the meaning of a print is: on what evidence each kind of note rests.

>>> Evidence.SETTLED.accepted_when_strict, Evidence.USUAL.accepted_when_strict
(True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Evidence(Enum):
    """What a choice of meaning rests on."""

    DECLARED = "declared"
    """The user, or the text itself, says so."""
    SETTLED = "settled"
    """Every other choice does not type, or contradicts another place of the same text."""
    USUAL = "usual"
    """A habit of print that nearly every text shares."""

    @property
    def accepted_when_strict(self) -> bool:
        """Whether a text that rests on it is read where nothing may be assumed."""
        return self is not Evidence.USUAL


EVIDENCE: Mapping[str, Evidence] = {
    **dict.fromkeys(("declaration", "unused"), Evidence.DECLARED),
    # What is left out because it is no formula, and what only fits in one way.
    **dict.fromkeys(
        ("comment", "one name", "put in", "range", "distribution", "condition", "chain", "member", "zero"),
        Evidence.SETTLED,
    ),
    **dict.fromkeys(("fitted", "sign", "star", "diag", "ones", "orientation"), Evidence.SETTLED),
    **dict.fromkeys(("role", "named", "prime", "argument", "positive part", "gradient", "dot"), Evidence.USUAL),
    **dict.fromkeys(
        ("parameter", "no-brackets", "bars", "norm", "statistic", "softmax", "size", "sum"), Evidence.USUAL
    ),
    **dict.fromkeys(("product-order", "beside", "row", "slope", "entrywise", "unit vector", "macro"), Evidence.USUAL),
    # A bracket or a subscript that was put in is no longer the text that was given.
    "repaired": Evidence.USUAL,
}
