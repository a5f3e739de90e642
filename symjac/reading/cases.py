"""Definitions by cases: where the cases are steps of time, that of the general step is the definition."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from symjac.errors import ReadError
from symjac.reading.tokens import Token
from symjac.reading.vocabulary import CASES

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
    rows = [row for row in _parted(tokens[at + 1 : end], "\\\\") if row]
    general: list[list[Token]] = []
    first: list[Token] = []
    for row in rows:
        formula, *conditions = _parted(row, "&")
        condition = [t for part in conditions for t in part if t.kind not in _IGNORED]
        if _holds_later(condition, tokens[: at - 1]):
            general.append([t for t in formula if t.kind not in (",", ";")])
        elif _is_one_step(condition, tokens[: at - 1]):
            text = " ".join(source[row[0].start : row[-1].end].split())
            first.append(Token("prose", text, row[0].start, row[-1].end))
    if len(general) != 1 or len(general) + len(first) != len(rows):
        raise ReadError(
            "a definition by cases is not read",
            text=source,
            span=(tokens[at].start, tokens[at].end),
            hint="give the general step alone, as an equation of its own",
        )
    return [*tokens[:at], *general[0], *tokens[end + 1 :]], first


def _holds_later(condition: Sequence[Token], left: Sequence[Token]) -> bool:
    """``t > 1``, ``t \\ge 2``, ``otherwise``."""
    kinds = [t.kind for t in condition]
    if len(condition) == 1:
        return condition[0].text in _OTHERWISE
    return kinds in (["name", ">", "number"], ["name", ">=", "number"]) and _counts(condition[0], left)


def _is_one_step(condition: Sequence[Token], left: Sequence[Token]) -> bool:
    return [t.kind for t in condition] == ["name", "=", "number"] and _counts(condition[0], left)


def _counts(letter: Token, left: Sequence[Token]) -> bool:
    """Whether a letter is an index of the left side: it stands right behind ``_``, ``^`` or a brace there."""
    return any(a.kind in ("_", "^", "{") and b.text == letter.text for a, b in pairwise(left))


def _parted(tokens: Sequence[Token], sign: str) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for t in tokens:
        if t.kind == sign:
            parts.append([])
        else:
            parts[-1].append(t)
    return parts
