"""The MathML writer: presentation MathML (Core) that browsers show without any library."""

from __future__ import annotations

from functools import singledispatch
from html import escape

from symjac.typeset import boxes as b
from symjac.typeset import signs

_MARKS = {
    "T": '<mo form="postfix">⊤</mo>',
    "diag": "<mi>diag</mi>",
    "one": "<mn>𝟏</mn>",
    "odot": "<mo>⊙</mo>",
}
NO_BREAK = "\u00a0"
_SIZES = ("1em", "1em", "1.45em", "2em", "2.6em")


def write_mathml(box: b.Box) -> str:
    """The MathML of a box, without the ``math`` element around it.

    >>> write_mathml(b.Frac(b.Num("1"), b.Ident("n")))
    '<mfrac><mn>1</mn><mi>n</mi></mfrac>'
    """
    return _write(box)


def math_element(box: b.Box, latex: str, *, display: bool = False) -> str:
    """A complete ``math`` element with its LaTeX as the text alternative and as annotation."""
    kind = ' display="block"' if display else ""
    body = _single(box)
    note = f'<annotation encoding="application/x-tex">{escape(latex)}</annotation>'
    return f'<math{kind} alttext="{escape(latex, quote=True)}"><semantics>{body}{note}</semantics></math>'


@singledispatch
def _write(box: b.Box) -> str:
    raise TypeError(f"a box was wanted, {type(box).__name__} came")


def _single(box: b.Box) -> str:
    """A box as exactly one element, as scripts and fractions want their parts."""
    parts = _write(box)
    many = isinstance(box, b.Row | b.Fence | b.Gap)
    return f"<mrow>{parts}</mrow>" if many or not parts else parts


@_write.register
def _(box: b.Ident) -> str:
    text = signs.LETTERS.get(box.latex, box.latex)
    # A single capital Greek letter is upright in LaTeX; a browser would slant it.
    upright = ' mathvariant="normal"' if box.latex[:1] == "\\" and box.latex[1:2].isupper() else ""
    return f"<mi{upright}>{escape(text)}</mi>"


@_write.register
def _(box: b.Num) -> str:
    return f"<mn>{box.digits}</mn>"


@_write.register
def _(box: b.Op) -> str:
    sign = signs.sign(box.latex).strip()
    if not box.prefix:
        # At the start of a continued line a browser would take the sign for a prefix.
        return f'<mo form="infix">{escape(sign)}</mo>' if sign in ("−", "+") else f"<mo>{escape(sign)}</mo>"
    form = ' form="prefix"' if sign in ("−", "+", "∂") else ""
    after = "0.17em" if sign in (",", ":", "…") else "0"
    return f'<mo{form} lspace="0" rspace="{after}">{escape(sign)}</mo>'


@_write.register
def _(box: b.Word) -> str:
    return f"<mi>{escape(box.word)}</mi>"


@_write.register
def _(box: b.Plain) -> str:
    # A browser drops ordinary spaces at the ends.
    return f"<mtext>{escape(box.text.replace(' ', NO_BREAK))}</mtext>"


@_write.register
def _(box: b.Styled) -> str:
    text = signs.letters(box.body)
    if text is None:
        return _single(box.body)
    styled = signs.in_alphabet(box.command, text)
    if styled.isdigit():
        return f"<mn>{styled}</mn>"
    upright = len(styled) == 1 and (box.command == r"\mathrm" or styled != text)
    variant = ' mathvariant="normal"' if upright else ""
    return f"<mi{variant}>{escape(styled)}</mi>"


@_write.register
def _(box: b.Accent) -> str:
    if box.command == r"\underline":
        return f'<munder>{_single(box.body)}<mo stretchy="true">_</mo></munder>'
    accent = signs.ACCENTS[box.command]
    return f'<mover accent="true">{_single(box.body)}<mo stretchy="false">{accent}</mo></mover>'


@_write.register
def _(box: b.Named) -> str:
    return _single(box.body)


@_write.register
def _(box: b.Mark) -> str:
    return _MARKS[box.role]


@_write.register
def _(box: b.Script) -> str:
    box = _merged(box)
    base = _single(box.base)
    if box.primes:
        # Fonts draw the prime small and raised already; as a superscript browsers would raise it twice.
        base = f'<mrow>{base}<mo form="postfix" lspace="0" rspace="0">{"′" * box.primes}</mo></mrow>'
    sup = _single(box.sup) if box.sup is not None else ""
    if box.sub is None:
        return f"<msup>{base}{sup}</msup>" if sup else base
    sub = _single(box.sub)
    return f"<msubsup>{base}{sub}{sup}</msubsup>" if sup else f"<msub>{base}{sub}</msub>"


def _merged(box: b.Script) -> b.Script:
    """A script over a name that has a subscript: both hang on the letter, as TeX sets them."""
    inner = box.base.body if isinstance(box.base, b.Named) else box.base
    if isinstance(inner, b.Script) and inner.sup is None and not inner.primes and box.sub is None:
        return b.Script(inner.base, inner.sub, box.sup, box.primes)
    return box


@_write.register
def _(box: b.Frac) -> str:
    return f"<mfrac>{_single(box.top)}{_single(box.bottom)}</mfrac>"


@_write.register
def _(box: b.Derivative) -> str:
    d = '<mo form="prefix" rspace="0">∂</mo>'
    top = _write(box.top) if box.top is not None else ""
    return f"<mfrac><mrow>{d}{top}</mrow><mrow>{d}{_write(box.bottom)}</mrow></mfrac>"


@_write.register
def _(box: b.Sqrt) -> str:
    return f"<msqrt>{_write(box.body)}</msqrt>"


def _delimiter(latex: str, form: str, size: int) -> str:
    stretch = 'stretchy="false"' if size < 2 else f'stretchy="true" minsize="{_SIZES[size]}" maxsize="{_SIZES[size]}"'
    return f'<mo form="{form}" lspace="0" rspace="0" {stretch}>{escape(signs.sign(latex))}</mo>'


@_write.register
def _(box: b.Fence) -> str:
    size = min(box.size, 4)
    return _delimiter(box.left, "prefix", size) + _single(box.body) + _delimiter(box.right, "postfix", size)


@_write.register
def _(box: b.Delimiter) -> str:
    return _delimiter(box.latex, "prefix" if box.opening else "postfix", min(box.size, 4))


@_write.register
def _(box: b.Grid) -> str:
    rows = "".join("<mtr>" + "".join(f"<mtd>{_write(c)}</mtd>" for c in r) + "</mtr>" for r in box.rows)
    if box.kind not in signs.BRACKETS:
        return f"<mtable>{rows}</mtable>"
    left, right = signs.BRACKETS[box.kind]
    return f'<mrow><mo form="prefix">{left}</mo><mtable>{rows}</mtable><mo form="postfix">{right}</mo></mrow>'


@_write.register
def _(box: b.Big) -> str:
    sign = f'<mo movablelimits="true">{signs.sign(box.latex)}</mo>'
    if box.above is None:
        return f"<munder>{sign}{_single(box.below)}</munder>"
    return f"<munderover>{sign}{_single(box.below)}{_single(box.above)}</munderover>"


@_write.register
def _(box: b.Under) -> str:
    brace = f'<munder>{_single(box.body)}<mo stretchy="true">⏟</mo></munder>'
    return f"<munder>{brace}{_single(box.note)}</munder>"


_HAIR, _THIN, _OVERHANG = 0.08, 0.17, 0.11


@_write.register
def _(box: b.Marked) -> str:
    return f'<mrow class="{box.role}">{_write(box.body)}</mrow>'


@_write.register
def _(box: b.Gap) -> str:
    return _space(_THIN if box.thin else _HAIR)


def _space(ems: float) -> str:
    return f'<mspace width="{ems:.2f}em"/>'


@_write.register
def _(box: b.Row) -> str:
    out = ""
    for before, item, after in zip((None, *box.items), box.items, (*box.items[1:], None), strict=False):
        if not isinstance(item, b.Gap):
            out += _write(item)
            continue
        # TeX sets a thin space before an upright word by itself, and after a slanted capital as much as it leans over.
        thin = item.thin or isinstance(after, b.Word) or after == b.Mark("diag")
        out += _space((_THIN if thin else _HAIR) + (_OVERHANG if _leans(before) else 0))
    return out


def _leans(box: b.Box | None) -> bool:
    """Whether a box ends in a slanted capital, whose top reaches over what comes next."""
    inner = box.body if isinstance(box, b.Named) else box
    return isinstance(inner, b.Ident) and len(inner.latex) == 1 and inner.latex.isupper()
