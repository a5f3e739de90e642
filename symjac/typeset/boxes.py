"""Layout boxes: what a formula looks like, independent of the language it is written in.

The printer turns expressions into boxes, the writers turn boxes into LaTeX, MathML or Unicode text.
A box knows nothing of algebra; all it carries is what any typesetter needs.
"""

from __future__ import annotations

from dataclasses import dataclass


class Box:
    """A piece of typeset mathematics."""

    __slots__ = ()


@dataclass(frozen=True)
class Ident(Box):
    """A letter or a Greek command: ``x``, ``\\sigma``."""

    latex: str


@dataclass(frozen=True)
class Num(Box):
    """A number in digits."""

    digits: str


@dataclass(frozen=True)
class Op(Box):
    """A sign that stands between or before operands: ``+``, ``=``, ``\\odot``, ``\\partial``."""

    latex: str
    prefix: bool = False


@dataclass(frozen=True)
class Word(Box):
    """An upright operator name: diag, tr, softmax."""

    word: str


@dataclass(frozen=True)
class Plain(Box):
    """Words inside a formula."""

    text: str


@dataclass(frozen=True)
class Styled(Box):
    """A font command applied to a box: ``\\mathbf``, ``\\mathrm``."""

    command: str
    body: Box


@dataclass(frozen=True)
class Accent(Box):
    """A hat, tilde, bar, dot or arrow over a box."""

    command: str
    body: Box


@dataclass(frozen=True)
class Named(Box):
    """A symbol's name: ``latex`` as the author wrote it, ``body`` the same taken apart."""

    latex: str
    body: Box


@dataclass(frozen=True)
class Mark(Box):
    """A sign with a macro of its own, so that a paper can choose it: transpose, one, odot."""

    role: str


@dataclass(frozen=True)
class Script(Box):
    """A base with what hangs on its right."""

    base: Box
    sub: Box | None = None
    sup: Box | None = None
    primes: int = 0


@dataclass(frozen=True)
class Frac(Box):
    top: Box
    bottom: Box


@dataclass(frozen=True)
class Derivative(Box):
    """The fraction of two partial differentials; without ``top`` an operator that waits for one."""

    top: Box | None
    bottom: Box


@dataclass(frozen=True)
class Sqrt(Box):
    body: Box


@dataclass(frozen=True)
class Fence(Box):
    """A body between delimiters; ``size`` counts steps from the plain bracket (0) upwards."""

    left: str
    body: Box
    right: str
    size: int = 0


@dataclass(frozen=True)
class Delimiter(Box):
    """One half of a fence, for formulas that are broken inside brackets."""

    latex: str
    opening: bool
    size: int = 0


@dataclass(frozen=True)
class Grid(Box):
    """Rows of cells between brackets: an explicit matrix or a stack."""

    rows: tuple[tuple[Box, ...], ...]
    kind: str = "bmatrix"


@dataclass(frozen=True)
class Big(Box):
    """A large operator with limits: ``\\sum``, ``\\prod``."""

    latex: str
    below: Box
    above: Box | None = None


@dataclass(frozen=True)
class Under(Box):
    """A brace under a box, and what stands below it."""

    body: Box
    note: Box


@dataclass(frozen=True)
class Marked(Box):
    """A part that is pointed out: ``role`` says as what ("old", "new", "here")."""

    body: Box
    role: str


@dataclass(frozen=True)
class Gap(Box):
    """The space between two factors: ``thin`` where letters and words would run together."""

    thin: bool = False


@dataclass(frozen=True)
class Row(Box):
    """Boxes side by side."""

    items: tuple[Box, ...]


def row(*items: Box) -> Box:
    """The boxes side by side, with rows inside opened.

    >>> row(Ident("x"))
    Ident(latex='x')
    """
    flat: list[Box] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


# ------------------------------------------------------------------------------------------ measures

# Widths of Computer Modern letters in ems, where they are far from the usual one.
_LETTERS = {
    **dict.fromkeys("ijltI", 0.38),
    **dict.fromkeys("bcefgoprsvyz", 0.48),
    **dict.fromkeys("adhknuqx", 0.57),
    **dict.fromkeys("MWmw", 0.94),
}
_CAPITAL, _SMALL, _GREEK = 0.8, 0.55, 0.62
_SIGNS = {",": 0.3, ".": 0.3, "-": 0.78, "+": 0.78, "=": 0.78, "/": 0.5, ":": 0.3}
_MARKS = {"odot": 1.25, "diag": 2.05, "one": 0.58, "T": 0.6}
_BINARY, _RELATION = 1.25, 1.35
_DELIMITERS = (0.4, 0.46, 0.6, 0.74, 0.8)
_SCRIPT_SIZE = 0.71


def width(box: Box) -> float:
    """A box's width in ems of ordinary print, estimated from above.

    >>> width(row(Ident("x"), Op("+"), Ident("y"))) > width(Ident("x"))
    True
    """
    match box:
        case Row(items):
            return sum(map(width, items))
        case Ident(latex):
            plain = (_LETTERS.get(c, _CAPITAL if c.isupper() else _SMALL) for c in latex)
            return _GREEK if latex.startswith("\\") else sum(plain)
        case Num(digits):
            return 0.5 * len(digits)
        case Op(latex, prefix):
            if prefix:
                return _SIGNS.get(latex.strip(), 0.6)
            return _BINARY if latex in ("+", "-", r"\cdot", r"\oslash") else _RELATION
        case Gap(thin):
            return 0.17 if thin else 0.0
        case Word(word):
            return 0.5 * len(word) + 0.17
        case Plain(text):
            return 0.47 * len(text)
        case Styled(_, body):
            return 1.12 * width(body)
        case Accent(_, body) | Named(_, body) | Marked(body, _):
            return width(body)
        case Mark(role):
            return _MARKS[role]
        case Script(base, sub, sup, primes):
            beside = max(width(part) if part else 0.0 for part in (sub, sup))
            return width(base) + 0.3 * primes + _SCRIPT_SIZE * beside + 0.05
        case Frac(top, bottom):
            return max(width(top), width(bottom)) + 0.25
        case Derivative(upper, bottom):
            return max(width(upper) if upper else 0.0, width(bottom)) + 0.85
        case Sqrt(body):
            return width(body) + 0.9
        case Fence(_, body, _, size):
            return width(body) + 2 * _DELIMITERS[min(size, 4)]
        case Delimiter(_, _, size):
            return _DELIMITERS[min(size, 4)]
        case Grid(rows):
            return sum(max(map(width, column)) + 1.0 for column in zip(*rows, strict=True)) + 0.8
        case Big(_, below, above):
            return max(1.5, 0.75 * width(below), 0.75 * width(above) if above else 0.0) + 0.2
        case Under(body, note):
            return max(width(body), 0.75 * width(note))
    raise unknown(box)


def unknown(box: Box) -> TypeError:
    """What is said of a box that a table does not know."""
    return TypeError(f"a box was wanted, {type(box).__name__} came")


def height(box: Box) -> int:
    """How tall a box is, counted in sizes of brackets that would enclose it.

    >>> height(Ident("x")), height(Fence("(", Ident("x"), ")")), height(Frac(Num("1"), Num("2")))
    (0, 1, 2)
    """
    match box:
        case Row(items):
            return max((height(item) for item in items), default=0)
        case Frac() | Derivative():
            return 2
        case Grid(rows):
            return max(3, len(rows))
        case Big():
            return 3
        case Fence(_, body, _, size):
            return max(size + 1, height(body))
        case Under(body, _) | Sqrt(body) | Styled(_, body) | Accent(_, body) | Marked(body, _):
            return height(body)
        case Script(base, _, _, _):
            return height(base)
        case _:
            return 0
