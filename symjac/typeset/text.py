"""The text writer: boxes as one line of Unicode, for terminals and docstrings."""

from __future__ import annotations

from symjac.expr import Expr
from symjac.typeset import boxes as b, signs
from symjac.typeset.placing import style_for, to_box

_SUB = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_SUP = dict(zip("0123456789+-=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_SUB["−"], _SUP["−"] = "₋", "⁻"
_MARKS = {"T": "ᵀ", "diag": "diag", "one": "𝟏", "odot": " ⊙ "}


def text(e: Expr, *, row: bool = False) -> str:
    """An expression as one line of Unicode.

    >>> from symjac.expr import *
    >>> n = dim("n")
    >>> W, x = Symbol("W", (n, n)), Symbol("x_{t-1}", (n, ONE))
    >>> print(text(Product(Diag(Apply(Function(r"\\sigma", 1), x)), Transpose(W))))
    diag(σ′(xₜ₋₁)) Wᵀ
    """
    return write_text(to_box(e, style_for(e, row=row)))


def write_text(box: b.Box) -> str:
    """The text of a box."""
    return " ".join(_write(box).split())


def _write(box: b.Box) -> str:
    match box:
        case b.Ident() | b.Num() | b.Plain():
            return signs.letters(box) or ""
        case b.Op(latex, prefix):
            return signs.sign(latex) if prefix else f" {signs.sign(latex)} "
        case b.Word(word):
            return word
        case b.Styled(_, body):
            return signs.letters(box) or _write(body)
        case b.Accent(command, body):
            inner = _write(body)
            return inner[:1] + signs.ACCENTS[command][1] + inner[1:]
        case b.Named(_, body) | b.Marked(body, _) | b.Under(body, _):
            return _write(body)
        case b.Mark(role):
            return _MARKS[role]
        case b.Script():
            return _scripted(box)
        case b.Frac(top, bottom):
            return f"{_bracketed(top)}/{_bracketed(bottom)}"
        case b.Derivative(top, bottom):
            return f"∂{write_text(top) if top is not None else ''}/∂{write_text(bottom)}"
        case b.Sqrt(body):
            return f"√({write_text(body)})"
        case b.Fence(left, body, right, _):
            return f"{signs.sign(left)}{write_text(body)}{signs.sign(right)}"
        case b.Delimiter(latex, _, _):
            return signs.sign(latex)
        case b.Grid(rows):
            return "[" + "; ".join(", ".join(map(write_text, cells)) for cells in rows) + "]"
        case b.Big(latex, below, above):
            over = f"^{{{write_text(above)}}}" if above is not None else ""
            return f"{signs.sign(latex)}_{{{write_text(below)}}}{over} "
        case b.Gap():
            return " "
        case b.Row(items):
            return "".join(map(_write, items))
    raise b.unknown(box)


def _scripted(box: b.Script) -> str:
    out = _write(box.base) + "′" * box.primes
    if box.sub is not None:
        out += _script(write_text(box.sub), _SUB, "_")
    if box.sup is not None:
        out += _MARKS["T"] if box.sup == b.Mark("T") else _script(write_text(box.sup), _SUP, "^")
    return out


def _script(inner: str, table: dict[str, str], fallback: str) -> str:
    tight = inner.replace(" ", "")
    if all(c in table for c in tight):
        return "".join(table[c] for c in tight)
    return f"{fallback}{tight}" if tight.isalnum() or len(tight) == 1 else f"{fallback}{{{inner}}}"


def _bracketed(box: b.Box) -> str:
    inner = write_text(box)
    return f"({inner})" if isinstance(box, b.Row) else inner
