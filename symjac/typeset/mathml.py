"""The MathML writer: presentation MathML (Core) that browsers show without any library."""

from __future__ import annotations

from html import escape

from symjac.typeset import boxes as b, signs

_MARKS = {"T": '<mo form="postfix">⊤</mo>', "diag": "<mi>diag</mi>", "one": "<mn>𝟏</mn>", "odot": "<mo>⊙</mo>"}
NO_BREAK = "\u00a0"
_SIZES = ("1em", "1em", "1.45em", "2em", "2.6em")


def write_mathml(box: b.Box) -> str:
    """The MathML of a box, without the ``math`` element around it.

    >>> write_mathml(b.Frac(b.Num("1"), b.Ident("n")))
    '<mfrac><mn>1</mn><mi>n</mi></mfrac>'
    """
    match box:
        case b.Ident(latex):
            # A single capital Greek letter is upright in LaTeX; a browser would slant it.
            upright = ' mathvariant="normal"' if latex[:1] == "\\" and latex[1:2].isupper() else ""
            return f"<mi{upright}>{escape(signs.LETTERS.get(latex, latex))}</mi>"
        case b.Num(digits):
            return f"<mn>{digits}</mn>"
        case b.Op():
            return _operator(box)
        case b.Word(word):
            return f"<mi>{escape(word)}</mi>"
        case b.Plain(text):
            # A browser drops ordinary spaces at the ends.
            return f"<mtext>{escape(text.replace(' ', NO_BREAK))}</mtext>"
        case b.Styled():
            return _styled(box)
        case b.Accent(r"\underline", body):
            return f'<munder>{_single(body)}<mo stretchy="true">_</mo></munder>'
        case b.Accent(command, body):
            return f'<mover accent="true">{_single(body)}<mo stretchy="false">{signs.ACCENTS[command][0]}</mo></mover>'
        case b.Named(_, body):
            return _single(body)
        case b.Mark(role):
            return _MARKS[role]
        case b.Script():
            return _script(_merged(box))
        case b.Frac(top, bottom):
            return f"<mfrac>{_single(top)}{_single(bottom)}</mfrac>"
        case b.Derivative(top, bottom):
            d = '<mo form="prefix" rspace="0">∂</mo>'
            upper = write_mathml(top) if top is not None else ""
            return f"<mfrac><mrow>{d}{upper}</mrow><mrow>{d}{write_mathml(bottom)}</mrow></mfrac>"
        case b.Sqrt(body):
            return f"<msqrt>{write_mathml(body)}</msqrt>"
        case b.Fence(left, body, right, size):
            return _delimiter(left, "prefix", size) + _single(body) + _delimiter(right, "postfix", size)
        case b.Delimiter(latex, opening, size):
            return _delimiter(latex, "prefix" if opening else "postfix", size)
        case b.Grid():
            return _grid(box)
        case b.Big(latex, below, above):
            sign = f'<mo movablelimits="true">{signs.sign(latex)}</mo>'
            if above is None:
                return f"<munder>{sign}{_single(below)}</munder>"
            return f"<munderover>{sign}{_single(below)}{_single(above)}</munderover>"
        case b.Under(body, note):
            brace = f'<munder>{_single(body)}<mo stretchy="true">⏟</mo></munder>'
            return f"<munder>{brace}{_single(note)}</munder>"
        case b.Marked(body, role):
            return f'<mrow class="{role}">{write_mathml(body)}</mrow>'
        case b.Gap(thin):
            return _space(_THIN if thin else _HAIR)
        case b.Row(items):
            return _side_by_side(items)
    raise b.unknown(box)


def math_element(box: b.Box, latex: str, *, display: bool = False) -> str:
    """A complete ``math`` element with its LaTeX as the text alternative and as annotation."""
    kind = ' display="block"' if display else ""
    body = _single(box)
    note = f'<annotation encoding="application/x-tex">{escape(latex)}</annotation>'
    return f'<math{kind} alttext="{escape(latex, quote=True)}"><semantics>{body}{note}</semantics></math>'


def _single(box: b.Box) -> str:
    """A box as exactly one element, as scripts and fractions want their parts."""
    parts = write_mathml(box)
    many = isinstance(box, b.Row | b.Fence | b.Gap)
    return f"<mrow>{parts}</mrow>" if many or not parts else parts


def _operator(box: b.Op) -> str:
    sign = signs.sign(box.latex).strip()
    if not box.prefix:
        # At the start of a continued line a browser would take the sign for a prefix.
        return f'<mo form="infix">{escape(sign)}</mo>' if sign in ("−", "+") else f"<mo>{escape(sign)}</mo>"
    form = ' form="prefix"' if sign in ("−", "+", "∂") else ""
    after = "0.17em" if sign in (",", ":", "…") else "0"
    return f'<mo{form} lspace="0" rspace="{after}">{escape(sign)}</mo>'


def _styled(box: b.Styled) -> str:
    text = signs.letters(box.body)
    if text is None:
        return _single(box.body)
    styled = signs.in_alphabet(box.command, text)
    if styled.isdigit():
        return f"<mn>{styled}</mn>"
    upright = len(styled) == 1 and (box.command == r"\mathrm" or styled != text)
    variant = ' mathvariant="normal"' if upright else ""
    return f"<mi{variant}>{escape(styled)}</mi>"


def _script(box: b.Script) -> str:
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


def _delimiter(latex: str, form: str, size: int) -> str:
    room = _SIZES[min(size, 4)]
    stretch = 'stretchy="false"' if size < 2 else f'stretchy="true" minsize="{room}" maxsize="{room}"'
    return f'<mo form="{form}" lspace="0" rspace="0" {stretch}>{escape(signs.sign(latex))}</mo>'


def _grid(box: b.Grid) -> str:
    rows = "".join("<mtr>" + "".join(f"<mtd>{write_mathml(c)}</mtd>" for c in r) + "</mtr>" for r in box.rows)
    if box.kind not in signs.BRACKETS:
        return f"<mtable>{rows}</mtable>"
    left, right = signs.BRACKETS[box.kind]
    return f'<mrow><mo form="prefix">{left}</mo><mtable>{rows}</mtable><mo form="postfix">{right}</mo></mrow>'


_HAIR, _THIN, _OVERHANG = 0.08, 0.17, 0.11


def _space(ems: float) -> str:
    return f'<mspace width="{ems:.2f}em"/>'


def _side_by_side(items: tuple[b.Box, ...]) -> str:
    out = ""
    for before, item, after in zip((None, *items), items, (*items[1:], None), strict=False):
        if not isinstance(item, b.Gap):
            out += write_mathml(item)
            continue
        # TeX sets a thin space before an upright word by itself, and after a slanted capital as much as it leans over.
        thin = item.thin or isinstance(after, b.Word) or after == b.Mark("diag")
        out += _space((_THIN if thin else _HAIR) + (_OVERHANG if _leans(before) else 0))
    return out


def _leans(box: b.Box | None) -> bool:
    """Whether a box ends in a slanted capital, whose top reaches over what comes next."""
    inner = box.body if isinstance(box, b.Named) else box
    return isinstance(inner, b.Ident) and len(inner.latex) == 1 and inner.latex.isupper()
