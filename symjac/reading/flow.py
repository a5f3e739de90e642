"""Tokens as boxes: single letters and signs, and scripts from left to right."""

from __future__ import annotations

from collections.abc import Sequence

from symjac.reading.tokens import Token
from symjac.reading.vocabulary import OPENING, STYLE_COMMAND
from symjac.typeset import boxes as b

SIGNS = {
    "odot": r"\odot", "circ": r"\circ", "cdot": r"\cdot", "times": r"\times", "otimes": r"\otimes",
    "oslash": r"\oslash", "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "in": r"\in", "approx": r"\approx", "sim": r"\sim",
    "sum": r"\sum", "prod": r"\prod", "partial": r"\partial", "infty": r"\infty", "top": r"\top",
    "langle": r"\langle", "rangle": r"\rangle", "||": r"\lVert", "||(": r"\lVert", ")||": r"\rVert", "|(": "|",
    ")|": "|",
}  # fmt: skip
_DOTS = {"cdots": r"\cdots", "⋯": r"\cdots", "dotsb": r"\cdots", "dotsm": r"\cdots", "dotsi": r"\cdots",
         "vdots": r"\vdots", "⋮": r"\vdots", "ddots": r"\ddots", "⋱": r"\ddots"}  # fmt: skip
FENCES = {"(": ")", "[": "]", r"\{": r"\}", "langle": r"\rangle"}


def letter(t: Token) -> b.Box:
    """The box of one token: a letter in its style and with its accents, a word, a number or a sign."""
    if t.kind == "number":
        return b.Num(t.text)
    if t.kind == "word":
        return b.Word(t.text)
    if t.kind == "dots":
        return b.Op(_DOTS.get(t.text, r"\dots"), prefix=True)
    if t.kind != "name":
        return b.Op(SIGNS.get(t.kind, t.kind), prefix=True)
    box: b.Box = b.Num(t.text) if t.text.isdigit() else b.Ident(t.text)
    if t.style in STYLE_COMMAND:
        box = b.Styled(STYLE_COMMAND[t.style], box)
    for accent in reversed(t.accents):
        box = b.Accent(f"\\{accent}", box)
    return box


def flow(tokens: Sequence[Token]) -> list[b.Box]:
    """The tokens of a script from left to right, with the scripts inside it."""
    out: list[b.Box] = []
    k = 0
    while k < len(tokens):
        t = tokens[k]
        if t.kind in ("_", "^") and out:
            inner, k = _argument(tokens, k + 1)
            out[-1] = _onto(out[-1], t.kind, inner)
        elif t.kind == "'" and out:
            last = out[-1] if isinstance(out[-1], b.Script) else b.Script(out[-1])
            out[-1] = b.Script(last.base, last.sub, last.sup, last.primes + 1)
            k += 1
        elif t.kind == "{":
            inner, k = _argument(tokens, k)
            out.append(inner)
        elif t.kind in FENCES and (stop := _partner(tokens, k)) is not None:
            out.append(b.Fence(SIGNS.get(t.kind, t.kind), b.row(*flow(tokens[k + 1 : stop])), FENCES[t.kind]))
            k = stop + 1
        else:
            out.append(letter(t))
            k += 1
    return out


def _onto(base: b.Box, kind: str, inner: b.Box) -> b.Box:
    if isinstance(base, b.Script) and (base.sub if kind == "_" else base.sup) is None:
        return b.Script(base.base, base.sub or inner, base.sup or inner, base.primes)
    return b.Script(base, sub=inner) if kind == "_" else b.Script(base, sup=inner)


def _partner(tokens: Sequence[Token], k: int) -> int | None:
    """Where the bracket at ``k`` is closed, ``None`` where it is not."""
    depth = 0
    for stop in range(k, len(tokens)):
        depth += {tokens[k].kind: 1, OPENING[tokens[k].kind]: -1}.get(tokens[stop].kind, 0)
        if not depth:
            return stop
    return None


def _argument(tokens: Sequence[Token], k: int) -> tuple[b.Box, int]:
    """The braced group or the single token at ``k``, and where the script goes on."""
    if k >= len(tokens):
        return b.Row(()), k
    if tokens[k].kind != "{":
        one = b.Mark("T") if tokens[k].kind == "top" else letter(tokens[k])
        return one, k + 1
    depth, start = 0, k
    while k < len(tokens):
        depth += {"{": 1, "}": -1}.get(tokens[k].kind, 0)
        k += 1
        if not depth:
            break
    return b.row(*flow(tokens[start + 1 : k - 1])), k
