"""Definitions by cases: where the cases are steps of time, that of the general step is the definition."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from symjac.reading.tokens import Token, parted
from symjac.reading.tree import refused
from symjac.reading.vocabulary import CASES

CASES_HINT = r'write it with an indicator, as in "y = [x > 0] x", or give the general case alone'
_OTHERWISE = frozenset(["otherwise", "else"])
_IGNORED = frozenset(["(", ")", "prose", ",", ".", ";", "gap"])


def general_step(source: str, tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """The tokens with the general case in place of the cases, and the other cases as words that are left out.

    ``s_t = \\begin{cases} a & t = 1 \\\\ b & t > 1 \\end{cases}`` is ``s_t = b``. The letter of the conditions has
    to be an index of the left side, one case has to hold from some step on, and all others at one step each.

    :raises ReadError: where the cases are others.
    """
    at = next((k for k, t in enumerate(tokens) if t.kind == "begin" and t.text in CASES), 0)
    if not at or tokens[at - 1].kind != "=":
        return tokens, []
    end = next(k for k in range(at, len(tokens)) if tokens[k].kind == "end")
    rows = [row for row in parted(tokens[at + 1 : end], "\\\\") if row]
    general: list[list[Token]] = []
    first: list[Token] = []
    steps: list[int] = []  # those that have a case of their own
    begin: int | None = None  # of the general case, where it is said
    for row in rows:
        formula, *conditions = parted(row, "&")
        condition = [t for part in conditions for t in part if t.kind not in _IGNORED]
        if _holds_later(condition, tokens[: at - 1]):
            general.append([t for t in formula if t.kind not in (",", ";")])
            if len(condition) > 1:
                begin = int(condition[2].text) + (condition[1].kind == ">")
        elif [t.kind for t in condition] == ["name", "=", "number"] and _counts(condition, tokens[: at - 1]):
            text = " ".join(source[row[0].start : row[-1].end].split())
            first.append(Token("prose", text, row[0].start, row[-1].end))
            steps.append(int(condition[2].text))
    # "t = 1" beside "t > 2" says nothing of t = 2.
    gap = begin is not None and bool(steps) and begin != max(steps) + 1
    if len(general) != 1 or len(general) + len(first) != len(rows) or gap:
        raise refused("a definition by cases is not read", source, tokens[at], CASES_HINT)
    return [*tokens[:at], *general[0], *tokens[end + 1 :]], first


def _holds_later(condition: Sequence[Token], left: Sequence[Token]) -> bool:
    """``t > 1``, ``t \\ge 2``, ``otherwise``."""
    kinds = [t.kind for t in condition]
    if len(condition) == 1:
        return condition[0].text in _OTHERWISE
    return kinds in (["name", ">", "number"], ["name", ">=", "number"]) and _counts(condition, left)


def _counts(condition: Sequence[Token], left: Sequence[Token]) -> bool:
    """Whether a whole number is compared with an index of the left side, behind ``_``, ``^`` or a brace there."""
    indices = {b.text for a, b in pairwise(left) if a.kind in ("_", "^", "{")}
    return condition[0].text in indices and condition[2].text.isdigit()
