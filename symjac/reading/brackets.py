"""Brackets that match, and one text cut into its equations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from symjac.errors import ReadError
from symjac.reading.tokens import MAX_DEPTH, Token
from symjac.reading.tree import refused
from symjac.reading.usual import FUNCTION_LETTERS
from symjac.reading.vocabulary import CLOSING, OPENING, SHOWN

BINARY = frozenset(["odot", "circ", "cdot", "times", "*", "otimes", "oslash", "/"])
RELATIONS = frozenset(["=", "<", "<=", ">", ">=", "in", "!=", "approx", "sim", "order"])
_CONTINUES = BINARY | RELATIONS | {"+", "-"}


class UnclosedError(ReadError):
    """A bracket that is opened and never closed; :mod:`symjac.reading.session` may know where."""


class UnopenedError(ReadError):
    """A bracket that is closed and was never opened."""


def show(kind: str) -> str:
    return SHOWN.get(kind, kind)


def check(source: str, tokens: list[Token]) -> None:
    """Raises where brackets do not match, naming both."""
    stack: list[Token] = []
    for t in tokens:
        if t.kind in OPENING and t.kind != "langle":
            stack.append(t)
            if len(stack) > MAX_DEPTH:
                raise refused(f"brackets nested more than {MAX_DEPTH} deep", source, t)
        elif t.kind in CLOSING and t.kind != "rangle":
            if not stack:
                raise UnopenedError(f"this {show(t.kind)} closes nothing", text=source, span=(t.start, t.end))
            top = stack.pop()
            if CLOSING[t.kind] != top.kind:
                if CLOSING[t.kind] in [s.kind for s in stack]:
                    raise _unclosed(source, top, 1, t)
                message = f"this {show(t.kind)} does not match the {show(top.kind)} at character {top.start + 1}"
                hint = f'write "{show(OPENING[top.kind])}"' if top.kind != "begin" else None
                raise refused(message, source, t, hint)
    if stack:
        raise _unclosed(source, stack[-1], len(stack))


def _unclosed(source: str, top: Token, count: int, before: Token | None = None) -> UnclosedError:
    missing = show(OPENING[top.kind])
    where = f" before the {show(before.kind)}" if before else ""
    more = f" ({count} brackets are open at the end)" if count > 1 else ""
    return UnclosedError(
        f"this {show(top.kind)} is never closed: a {missing} is missing{where}{more}",
        text=source,
        span=(top.start, top.end),
    )


def without_layout_arrays(tokens: list[Token]) -> list[Token]:
    """An array that holds equations is layout, no matrix, and so is a frame around them: their brackets go."""
    stack: list[int] = []
    layout: set[int] = set()
    dropped: set[int] = set()
    for k, t in enumerate(tokens):
        if t.kind in OPENING and t.kind != "langle":
            stack.append(k)
        elif t.kind in CLOSING and t.kind != "rangle" and stack:
            opened = stack.pop()
            dropped |= {opened, k} if opened in layout else set()
        elif t.kind == "=" and stack:
            around, at = tokens[stack[-1]], stack[-1]
            script = at and tokens[at - 1].kind in ("_", "^")
            frame = around.kind == "{" and not script and (at == 0 or around.end - around.start > 1)
            layout |= {at} if around.kind == "begin" or frame else set()
    return [t for k, t in enumerate(tokens) if k not in dropped]


def split(source: str, tokens: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    """The equations of a text, and the words between them.

    Row breaks, commas, semicolons, full stops and words part equations; wide space and line ends do
    where an equation stands on both sides. A row that begins or ends in an operator goes on.
    """
    flat, depths = _flatten(_with_conditions_open(source, list(_without_remarks(tokens))))
    out: list[list[Token]] = [[]]
    words: list[Token] = []
    for k, t in enumerate(flat):
        current = out[-1]
        if depths[k]:
            if t.kind == "prose":
                raise refused(f"words inside the formula: {t.text!r}; give the formulas alone", source, t)
            if t.kind != "gap":
                current.append(t)
        elif t.kind in (",", ";", ".", "prose"):
            words += [t] if t.kind == "prose" else []
            out.append([])
        elif t.kind == "\\\\":
            goes_on = (
                k + 1 == len(flat) or flat[k + 1].kind in _CONTINUES or (current and current[-1].kind in _CONTINUES)
            )
            if not (current and goes_on):
                out.append([])
        elif t.kind == "gap":
            if _equation(current) and _equation_follows(flat, depths, k + 1):
                out.append([])
        else:
            current.append(t)
    apart = {b.start for a, b in pairwise(tokens) if a.kind in ("gap", "&")}
    pieces = []
    for piece in _without_ranges(source, [e for e in out if e], words):
        kept, number = _without_number(source, piece, apart)
        while number:
            words += number
            kept, number = _without_number(source, kept, apart)
        if len(kept) > 2 and kept[-1].kind == "dots" and kept[-1].start in apart:  # and so on
            words.append(_said(source, kept[-1], kept[-1]))
            kept = kept[:-1]
        pieces += [kept] if kept else []
    return pieces, words


def _without_ranges(source: str, pieces: list[list[Token]], words: list[Token]) -> Iterator[list[Token]]:
    """The pieces without ``t = 1, \\dots, T`` and ``\\forall t``, which become words: they say where equations hold."""
    k = 0
    while k < len(pieces):
        piece = pieces[k]
        first = piece[0]
        while k and _is_listed(pieces, k):  # i, j = 1, \dots, n
            k += 1
            piece = pieces[k]
        stop = k + 1
        if k and len(piece) == 3 and (piece[0].kind, piece[1].kind) == ("name", "="):
            while stop < len(pieces) and len(pieces[stop]) == 1 and pieces[stop][0].kind in ("number", "dots"):
                stop += 1
            listed = [t.kind for t in pieces[stop - 1]] == ["dots"]
            if listed and stop < len(pieces) and len(pieces[stop]) <= 3:
                stop += all(t.kind in ("name", "number", "+", "-") for t in pieces[stop])
            if listed:
                words.append(_said(source, first, pieces[stop - 1][-1]))
                k = stop
                continue
        if first is not piece[0]:
            words.append(_said(source, first, pieces[k - 1][-1]))
        at = next((i for i, t in enumerate(piece) if t.kind == "forall"), None)
        if at is not None:
            words.append(_said(source, piece[at], piece[-1])._replace(kind="forall"))
            piece = piece[:at]
        if piece:
            yield piece
        k += 1


def _is_listed(pieces: list[list[Token]], k: int) -> bool:
    """Whether a letter stands before a comma and others, of which something is said: ``i, j \\in [n]``."""
    if [t.kind for t in pieces[k]] != ["name"] or k + 1 == len(pieces):
        return False
    following = pieces[k + 1]
    if len(following) == 1:
        return _is_listed(pieces, k + 1)
    return following[0].kind == "name" and following[1].kind in RELATIONS


def _said(source: str, first: Token, last: Token) -> Token:
    return Token("prose", " ".join(source[first.start : last.end].split()), first.start, last.end)


# What is a number wherever it stands behind a formula, and what is one behind wide space only: (3a) may be a factor.
_ALONE = re.compile(r"\d+(?:\.\d+)*'*|[A-Z]\.\d+(?:\.\d+)*|(?=..)[ivx]+|(?=..)[IVX]+")
_APART = re.compile(r"\d+(?:\.\d+)*[a-z]?['*]*|[A-Za-z]\.?\d+(?:\.\d+)*[a-z]?|[ivx]+|[IVX]+|[A-Za-z]|\*")


def _without_number(source: str, tokens: list[Token], apart: set[int]) -> tuple[list[Token], list[Token]]:
    """An equation without the number, or the letter, that stands in brackets behind it, and that number.

    ``\\quad (3)``, ``[7]``, ``(2.3)``, ``(A.1)``: it stands apart from the formula, or is all that there is. Before a
    number alone any space will do, where no letter that could be a function stands before it.
    """
    last = tokens[-1] if tokens else None
    if last is None or last.kind not in (")", "]"):
        return tokens, []
    opened = next((k for k in range(len(tokens) - 1, -1, -1) if tokens[k].kind == CLOSING[last.kind]), None)
    if opened is None:
        return tokens, []
    inside = source[tokens[opened].end : last.start].strip()
    if opened:
        before = tokens[opened - 1]
        function = before.kind == "name" and before.text in FUNCTION_LETTERS
        near = _ALONE.fullmatch(inside) and not function and before.end < tokens[opened].start
        if before.kind in _CONTINUES | {"word", "_", "^"} or not (near or tokens[opened].start in apart):
            return tokens, []
    if not _APART.fullmatch(inside):
        return tokens, []
    number = Token("number", source[tokens[opened].start : last.end], tokens[opened].start, last.end)
    return tokens[:opened], [number]


def _without_remarks(tokens: list[Token]) -> Iterator[Token]:
    """The tokens with words in brackets as words: ``(\\text{elementwise})`` is a remark."""
    k = 0
    while k < len(tokens):
        stop = k + 1
        while stop < len(tokens) and tokens[stop].kind == "prose":
            stop += 1
        closed = stop > k + 1 and stop < len(tokens) and CLOSING.get(tokens[stop].kind) == tokens[k].kind
        if closed and tokens[k].kind in ("(", "["):
            yield from tokens[k + 1 : stop]
            k = stop + 1
        else:
            yield tokens[k]
            k += 1


def _with_conditions_open(source: str, tokens: list[Token]) -> list[Token]:
    """The tokens without the brackets of ``(i \\ne j)`` at the end of a formula: what compares is no argument.

    Without a wide space before it a blank has to stand there, which ``P(x > 0)`` has not.
    """
    out, k = list(tokens), 0
    while k < len(tokens):
        close = closing(tokens, k) if tokens[k].kind in OPENING else k
        if tokens[k].kind == "(" and k and _is_condition(source, tokens, k, close):
            out[k], out[close] = tokens[k]._replace(kind=","), tokens[close]._replace(kind=",")
        k = close + 1
    return out


def _is_condition(source: str, tokens: list[Token], k: int, close: int) -> bool:
    """Whether what these brackets hold compares, and ends a formula."""
    if close + 1 < len(tokens) and tokens[close + 1].kind not in _ENDS:
        return False
    before = tokens[k - 1]
    apart = before.kind in _ENDS
    if not any(t.kind in _COMPARES or (apart and t.kind == "=") for t in tokens[k + 1 : close]):
        return False
    return apart or (before.kind in _CARRIERS and source[before.end : tokens[k].start].isspace())


_ENDS = frozenset(["gap", "\\\\", "&", ",", ";", ".", "prose"])
_COMPARES = RELATIONS - {"=", "approx", "sim"}
_CARRIERS = frozenset(["name", "number", "}", ")", "]", "'"])


def closing(tokens: Sequence[Token], k: int) -> int:
    """Where the bracket closes that opens at ``k``; an angle bracket may do so at the end only."""
    opens, closes = tokens[k].kind, OPENING[tokens[k].kind]
    depth = 0
    for at in range(k, len(tokens)):
        depth += (tokens[at].kind == opens) - (tokens[at].kind == closes)
        if not depth:
            return at
    return len(tokens) - 1


def _flatten(tokens: list[Token]) -> tuple[list[Token], list[int]]:
    """The tokens without alignment marks outside matrices, each with its depth of brackets."""
    flat: list[Token] = []
    depths: list[int] = []
    opened: list[str] = []
    kinds = [t.kind for t in tokens]
    angles = {"langle", "rangle"} if kinds.count("langle") != kinds.count("rangle") else set()
    for t, following in zip(tokens, [*kinds[1:], ""], strict=True):
        if t.kind in CLOSING and t.kind not in angles:
            del opened[-1:]  # an angle bracket may close what is no bracket
        inside = "begin" in opened or opened[-1:] == ["{"]
        mark = t.kind == "&" or (t.kind == "\\\\" and opened)
        between = t.kind == "&" and following not in _CONTINUES and not opened
        if not mark or inside or between:  # a mark may part equations as a wide space does
            flat.append(t._replace(kind="gap") if between else t)
            depths.append(len(opened))
        if t.kind in OPENING and t.kind not in angles:
            opened.append(t.kind)
    return flat, depths


def _equation(current: list[Token]) -> bool:
    return any(t.kind in ("=", "in") for t in current) and current[-1].kind not in _CONTINUES


def _equation_follows(flat: list[Token], depths: list[int], k: int) -> bool:
    """Whether an equation, or a condition, begins there."""
    if k >= len(flat) or flat[k].kind in _CONTINUES:
        return False
    while k < len(flat) and not (depths[k] == 0 and flat[k].kind in ("gap", "\\\\", ",", ";", ".", "prose")):
        if depths[k] == 0 and flat[k].kind in _COMPARES | {"="}:
            return True
        k += 1
    return False
