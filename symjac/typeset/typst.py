"""The Typst writer: mathematics in the language of the typesetter that makes pictures and PDFs without TeX.

Scripts and fractions are written as calls, so that no precedence of Typst's own comes in.
"""

from __future__ import annotations

from functools import singledispatch

from symjac.typeset import boxes as b
from symjac.typeset import signs

_MARKS = {"T": "⊤", "diag": 'op("diag")', "one": "bold(1)", "odot": "⊙"}
# What Typst would read as its own syntax: separators of arguments, a fraction, delimiters that grow.
_ESCAPED = {",": "comma", ";": "semi", ":": "colon", "/": r"\/", "(": r"\(", ")": r"\)", "[": r"\[", "]": r"\]",
            "{": r"\{", "}": r"\}", "|": "bar.v", "*": "∗", "'": "prime"}  # fmt: skip
_UPRIGHT = (r"\mathrm", r"\text", r"\textrm", r"\operatorname")
_SIZES = (1.0, 1.2, 1.7, 2.3, 2.9)


def write_typst(box: b.Box) -> str:
    """The Typst source of a box, for use between dollars.

    >>> write_typst(b.Frac(b.Num("1"), b.Script(b.Ident("x"), sub=b.Ident("i"))))
    'frac(1, attach(x, b: i))'
    """
    return _write(box)


def quoted(text: str) -> str:
    """A string of Typst.

    >>> print(quoted('a "b" \\\\c'))
    "a \\"b\\" \\\\c"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sign(latex: str) -> str:
    character = signs.sign(latex).strip()
    return _ESCAPED.get(character, character)


@singledispatch
def _write(box: b.Box) -> str:
    raise TypeError(f"a box was wanted, {type(box).__name__} came")


@_write.register
def _(box: b.Ident) -> str:
    return " ".join(_ESCAPED.get(c, c) for c in signs.LETTERS.get(box.latex, box.latex))


@_write.register
def _(box: b.Num) -> str:
    return box.digits


@_write.register
def _(box: b.Op) -> str:
    if box.latex.strip() == r"\quad":
        return "quad"
    return _sign(box.latex)


@_write.register
def _(box: b.Word) -> str:
    return f"op({quoted(box.word)})"


@_write.register
def _(box: b.Plain) -> str:
    return quoted(box.text)


@_write.register
def _(box: b.Styled) -> str:
    plain = signs.letters(box.body)
    if plain is None:
        return _write(box.body)
    if box.command in _UPRIGHT:
        return f"upright({quoted(plain)})"
    return " ".join(_ESCAPED.get(c, c) for c in signs.in_alphabet(box.command, plain))


@_write.register
def _(box: b.Accent) -> str:
    return f"accent({_write(box.body)}, #{quoted(signs.COMBINING[box.command])})"


@_write.register
def _(box: b.Named) -> str:
    return _write(box.body)


@_write.register
def _(box: b.Mark) -> str:
    return _MARKS[box.role]


@_write.register
def _(box: b.Script) -> str:
    top = [f"primes(#{box.primes})"] if box.primes else []
    top += [_write(box.sup)] if box.sup is not None else []
    parts = [_write(box.base)]
    parts += ["t: " + " ".join(top)] if top else []
    parts += ["b: " + _write(box.sub)] if box.sub is not None else []
    return f"attach({', '.join(parts)})" if len(parts) > 1 else parts[0]


@_write.register
def _(box: b.Frac) -> str:
    return f"frac({_write(box.top)}, {_write(box.bottom)})"


@_write.register
def _(box: b.Derivative) -> str:
    top = " " + _write(box.top) if box.top is not None else ""
    return f"frac(∂{top}, ∂ {_write(box.bottom)})"


@_write.register
def _(box: b.Sqrt) -> str:
    return f"sqrt({_write(box.body)})"


def _delimiter(latex: str, size: int) -> str:
    mark = _sign(latex)
    return mark if size < 1 else f"stretch({mark}, size: #{_SIZES[min(size, 4)]}em)"


@_write.register
def _(box: b.Fence) -> str:
    return f"{_delimiter(box.left, box.size)} {_write(box.body)} {_delimiter(box.right, box.size)}"


@_write.register
def _(box: b.Delimiter) -> str:
    return _delimiter(box.latex, box.size)


@_write.register
def _(box: b.Grid) -> str:
    rows = "; ".join(", ".join(_write(c) for c in r) for r in box.rows)
    delimiter = quoted(signs.BRACKETS[box.kind][0]) if box.kind in signs.BRACKETS else "#none"
    return f"mat(delim: {delimiter}, {rows})"


@_write.register
def _(box: b.Big) -> str:
    above = f", t: {_write(box.above)}" if box.above is not None else ""
    return f"attach({_sign(box.latex)}, b: {_write(box.below)}{above})"


@_write.register
def _(box: b.Under) -> str:
    return f"underbrace({_write(box.body)}, {_write(box.note)})"


@_write.register
def _(box: b.Gap) -> str:
    return "thin" if box.thin else ""


@_write.register
def _(box: b.Row) -> str:
    return " ".join(part for part in map(_write, box.items) if part)
