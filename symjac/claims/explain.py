"""The verdict in sentences."""

from __future__ import annotations

from symjac.claims.conventions import FOUR, MIXED
from symjac.claims.verdict import Verdict

WORDS = {c.name: c.words for c in FOUR + MIXED}


def listed(words: list[str]) -> str:
    """Words with commas and an "and".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def explanation(v: Verdict) -> str:
    """First in which conventions the claim holds and whether one of them is a column one; then the rest."""
    holds = list(dict.fromkeys(v.holds_in))
    sentences: list[str] = []
    if v.verdict == "true":
        sentence = f"The claim holds in {listed([WORDS[name] for name in holds])}"
        if not any(name.endswith("column") for name in holds):
            sentence += ", and in no convention with column vectors that was decided"
        sentences.append(sentence + ".")
    elif v.verdict == "false":
        sentences.append("The claim holds in none of the conventions.")
    else:
        sentences.append("Whether the claim holds is not decided.")
    for name in dict.fromkeys(k for m in v.as_printed for k in m):
        outcomes = [m[name] for m in v.as_printed if name in m]
        if any(o.holds is None for o in outcomes):
            sentences.append(f"In {WORDS[name]}: {outcomes[0].reason or 'not decided'}.")
    return " ".join(sentences)
