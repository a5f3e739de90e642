"""The text writer: boxes as one line of Unicode, for terminals and docstrings."""

from __future__ import annotations

from functools import singledispatch

from symjac.expr import Expr
from symjac.typeset import boxes as b
from symjac.typeset import signs
from symjac.typeset.printer import style_for, to_box

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


@singledispatch
def _write(box: b.Box) -> str:
    raise TypeError(f"a box was wanted, {type(box).__name__} came")


@_write.register
def _(box: b.Ident | b.Num | b.Plain) -> str:
    return signs.letters(box) or ""


@_write.register
def _(box: b.Op) -> str:
    character = signs.sign(box.latex)
    return character if box.prefix else f" {character} "


@_write.register
def _(box: b.Word) -> str:
    return box.word


@_write.register
def _(box: b.Styled) -> str:
    inner = signs.letters(box)
    return _write(box.body) if inner is None else inner


@_write.register
def _(box: b.Accent) -> str:
    inner = _write(box.body)
    return inner[:1] + signs.COMBINING[box.command] + inner[1:]


@_write.register
def _(box: b.Named | b.Marked) -> str:
    return _write(box.body)


@_write.register
def _(box: b.Mark) -> str:
    return _MARKS[box.role]


@_write.register
def _(box: b.Script) -> str:
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


@_write.register
def _(box: b.Frac) -> str:
    return f"{_bracketed(box.top)}/{_bracketed(box.bottom)}"


def _bracketed(box: b.Box) -> str:
    inner = write_text(box)
    return f"({inner})" if isinstance(box, b.Row) else inner


@_write.register
def _(box: b.Derivative) -> str:
    top = write_text(box.top) if box.top is not None else ""
    return f"∂{top}/∂{write_text(box.bottom)}"


@_write.register
def _(box: b.Sqrt) -> str:
    return f"√({write_text(box.body)})"


@_write.register
def _(box: b.Fence) -> str:
    return f"{signs.sign(box.left)}{write_text(box.body)}{signs.sign(box.right)}"


@_write.register
def _(box: b.Delimiter) -> str:
    return signs.sign(box.latex)


@_write.register
def _(box: b.Grid) -> str:
    return "[" + "; ".join(", ".join(write_text(c) for c in r) for r in box.rows) + "]"


@_write.register
def _(box: b.Big) -> str:
    above = f"^{{{write_text(box.above)}}}" if box.above is not None else ""
    return f"{signs.sign(box.latex)}_{{{write_text(box.below)}}}{above} "


@_write.register
def _(box: b.Under) -> str:
    return _write(box.body)


@_write.register
def _(box: b.Gap) -> str:
    return " "


@_write.register
def _(box: b.Row) -> str:
    return "".join(_write(item) for item in box.items)
