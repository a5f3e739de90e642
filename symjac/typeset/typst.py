"""The Typst writer: mathematics in the language of the typesetter that makes pictures and PDFs without TeX.

Scripts and fractions are written as calls, so that no precedence of Typst's own comes in.
"""

from __future__ import annotations

from symjac.typeset import boxes as b, signs

_MARKS = {"T": "⊤", "diag": 'op("diag")', "one": "bold(1)", "odot": "⊙"}
# What Typst would read as its own syntax: separators of arguments, a fraction, delimiters that grow.
_ESCAPED = {",": "comma", ";": "semi", ":": "colon", "/": r"\/", "(": r"\(", ")": r"\)", "[": r"\[", "]": r"\]",
            "{": r"\{", "}": r"\}", "|": "bar.v", "*": "∗", "'": "prime"}  # fmt: skip
_UPRIGHT = (r"\mathrm", r"\text", r"\textrm", r"\operatorname")
_SIZES = (1.0, 1.2, 1.7, 2.3, 2.9)


def quoted(text: str) -> str:
    """A string of Typst.

    >>> print(quoted('a "b" \\\\c'))
    "a \\"b\\" \\\\c"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sign(latex: str) -> str:
    character = signs.sign(latex).strip()
    return _ESCAPED.get(character, character)


def _letters(text: str) -> str:
    return " ".join(_ESCAPED.get(c, c) for c in text)


def write_typst(box: b.Box) -> str:
    """The Typst source of a box, for use between dollars.

    >>> write_typst(b.Frac(b.Num("1"), b.Script(b.Ident("x"), sub=b.Ident("i"))))
    'frac(1, attach(x, b: i))'
    """
    match box:
        case b.Ident(latex):
            return _letters(signs.LETTERS.get(latex, latex))
        case b.Num(digits):
            return digits
        case b.Op(latex):
            return "quad" if latex.strip() == r"\quad" else _sign(latex)
        case b.Word(word):
            return f"op({quoted(word)})"
        case b.Plain(text):
            return quoted(text)
        case b.Styled(command, body):
            plain = signs.letters(body)
            if plain is None:
                return write_typst(body)
            return f"upright({quoted(plain)})" if command in _UPRIGHT else _letters(signs.in_alphabet(command, plain))
        case b.Accent(command, body):
            return f"accent({write_typst(body)}, #{quoted(signs.ACCENTS[command][1])})"
        case b.Named(_, body):
            return write_typst(body)
        case b.Mark(role):
            return _MARKS[role]
        case b.Script(base, sub, sup, primes):
            top = ([f"primes(#{primes})"] if primes else []) + ([write_typst(sup)] if sup is not None else [])
            below = ["b: " + write_typst(sub)] if sub is not None else []
            parts = [write_typst(base), *(["t: " + " ".join(top)] if top else []), *below]
            return f"attach({', '.join(parts)})" if len(parts) > 1 else parts[0]
        case b.Frac(top, bottom):
            return f"frac({write_typst(top)}, {write_typst(bottom)})"
        case b.Derivative(top, bottom):
            return f"frac(∂{' ' + write_typst(top) if top is not None else ''}, ∂ {write_typst(bottom)})"
        case b.Sqrt(body):
            return f"sqrt({write_typst(body)})"
        case b.Fence(left, body, right, size):
            return f"{_delimiter(left, size)} {write_typst(body)} {_delimiter(right, size)}"
        case b.Delimiter(latex, _, size):
            return _delimiter(latex, size)
        case b.Grid(rows, kind):
            cells = "; ".join(", ".join(map(write_typst, row)) for row in rows)
            return f"mat(delim: {quoted(signs.BRACKETS[kind][0]) if kind in signs.BRACKETS else '#none'}, {cells})"
        case b.Big(latex, below, above):
            over = f", t: {write_typst(above)}" if above is not None else ""
            return f"attach({_sign(latex)}, b: {write_typst(below)}{over})"
        case b.Under(body, note):
            return f"underbrace({write_typst(body)}, {write_typst(note)})"
        case b.Gap(thin):
            return "thin" if thin else ""
        case b.Row(items):
            return " ".join(part for part in map(write_typst, items) if part)
    raise b.unknown(box)


def _delimiter(latex: str, size: int) -> str:
    mark = _sign(latex)
    return mark if size < 1 else f"stretch({mark}, size: #{_SIZES[min(size, 4)]}em)"
