"""The LaTeX writer: boxes in, LaTeX out, in one of three flavours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_letters

from symjac.expr import Expr
from symjac.typeset import boxes as b
from symjac.typeset.names import OPERATORS
from symjac.typeset.placing import style_for, to_box


@dataclass(frozen=True)
class Flavour:
    """How a formula is spelled. ``plain`` reads back, ``page`` is for papers, ``portable`` for KaTeX and Markdown."""

    marks: tuple[tuple[str, str], ...]
    derivative: str = r"\frac{\partial %s}{\partial %s}"
    words: str = r"\operatorname{%s}"
    sized: bool = False
    thin: str = " "


PLAIN = Flavour((("T", r"\top"), ("diag", r"\operatorname{diag}"), ("one", r"\mathbf{1}"), ("odot", r"\odot")))
PORTABLE = Flavour(
    (("T", r"\top"), ("diag", r"\mathrm{diag}"), ("one", r"\mathbf{1}"), ("odot", r"\odot")),
    words=r"\mathrm{%s}",
    thin=r"\,",
)
PAGE = Flavour(
    (("T", r"\symjacT"), ("diag", r"\symjacdiag"), ("one", r"\symjacone"), ("odot", r"\symjachad")),
    derivative=r"\symjacd{%s}{%s}",
    sized=True,
    thin=r"\,",
)

_SIZES = ("", "big", "Big", "bigg", "Bigg")


def latex(e: Expr, *, macros: bool = False, row: bool = False, beside: Iterable[str] = ()) -> str:
    """An expression in LaTeX that symjac reads back as it stands.

    ``macros`` uses the macros of the pages symjac writes (``\\symjacT`` and its kin), ``row`` prints
    vectors as rows, ``beside`` are names that stand in the same text.

    >>> from symjac.expr import *
    >>> n = dim("n")
    >>> W, x = Symbol("W", (n, n)), Symbol("x_{t-1}", (n, ONE))
    >>> print(latex(Product(W, Diag(Apply(Function(r"\\sigma", 1), x)))))
    W \\operatorname{diag}(\\sigma'(x_{t-1}))
    """
    return write_latex(to_box(e, style_for(e, row=row, beside=beside)), PAGE if macros else PLAIN)


def write_latex(box: b.Box, flavour: Flavour = PLAIN) -> str:
    """The LaTeX of a box."""
    return _write(box, flavour).strip()


def _write(box: b.Box, f: Flavour) -> str:
    match box:
        case b.Ident(latex):
            return latex
        case b.Num(digits):
            return digits
        case b.Op(latex, prefix):
            return latex if prefix else f" {latex} "
        case b.Word(word):
            return "\\" + word if word in OPERATORS else f.words % word
        case b.Plain(text):
            return rf"\text{{{text}}}"
        case b.Styled(command, body) | b.Accent(command, body):
            return f"{command}{{{write_latex(body, f)}}}"
        case b.Named(latex, _):
            # GitHub refuses \operatorname; the author's own names may hold it.
            return latex if f.words == PLAIN.words else latex.replace(r"\operatorname{", f.words.split("%")[0])
        case b.Mark(role):
            text = dict(f.marks)[role]
            return f" {text} " if role == "odot" else text
        case b.Script(base, sub, sup, primes):
            below = "_" + _braced(sub, f) if sub is not None else ""
            return write_latex(base, f) + "'" * primes + below + _above(sup, f)
        case b.Frac(top, bottom):
            return rf"\frac{{{write_latex(top, f)}}}{{{write_latex(bottom, f)}}}"
        case b.Derivative(top, bottom):
            upper = write_latex(top, f) if top is not None else ""
            return (f.derivative % (upper, write_latex(bottom, f))).replace(r"\partial }", r"\partial}")
        case b.Sqrt(body):
            return rf"\sqrt{{{write_latex(body, f)}}}"
        case b.Fence(_, body, _, _):
            left, right = _delimiters(box, f)
            return f"{left}{_tight(write_latex(body, f), left)}{right}"
        case b.Delimiter(latex, opening, size):
            # A broken formula cannot use \left ... \right, whose halves must stand on one line.
            return _sized(latex, size, "l" if opening else "r") if f.sized or size >= 2 else latex
        case b.Grid(rows, kind):
            inner = r" \\ ".join(" & ".join(write_latex(c, f) for c in cells) for cells in rows)
            return rf"\begin{{{kind}}} {inner} \end{{{kind}}}"
        case b.Big(latex, below, above):
            return f"{latex}_{{{write_latex(below, f)}}}{_above(above, f)} "
        case b.Under(body, note):
            # A strut of one height brings the braces of neighbouring terms to one line.
            strut = r"\vphantom{\big(}" if f.sized else ""
            return rf"\underbrace{{{write_latex(body, f)}{strut}}}_{{{write_latex(note, f)}}}"
        case b.Marked(body, _):
            # What is pointed out is so on a page; the formula is the same without.
            return _write(body, f)
        case b.Gap(thin):
            return f.thin if thin else " "
        case b.Row(items):
            return _side_by_side(items, f)
    raise b.unknown(box)


def _braced(box: b.Box, f: Flavour) -> str:
    text = write_latex(box, f)
    return text if len(text) == 1 else f"{{{text}}}"


def _above(box: b.Box | None, f: Flavour) -> str:
    return f"^{{{write_latex(box, f)}}}" if box is not None else ""


def _tight(body: str, left: str) -> str:
    """A space where a delimiter's command would swallow the letter after it."""
    return " " + body if left[-1].isalpha() and body[:1].isalpha() else body


def _delimiters(box: b.Fence, f: Flavour) -> tuple[str, str]:
    if f.sized:
        return _sized(box.left, box.size, "l"), _sized(box.right, box.size, "r")
    if box.size >= 2 and b.height(box.body) >= 2:
        return r"\left" + box.left, r"\right" + box.right
    return box.left, box.right


def _sized(delimiter: str, size: int, side: str) -> str:
    name = _SIZES[min(size, len(_SIZES) - 1)]
    return f"\\{name}{side}{delimiter}" if name else delimiter


def _side_by_side(items: tuple[b.Box, ...], f: Flavour) -> str:
    out = ""
    for item, after in zip(items, (*items[1:], None), strict=False):
        # \operatorname brings a thin space along, \mathrm does not.
        word = isinstance(after, b.Word) or after == b.Mark("diag")
        if isinstance(item, b.Gap) and f.words == PORTABLE.words and word:
            item = b.Gap(thin=True)
        text = _write(item, f)
        # A command before a letter needs a space, and two spaces are never wanted.
        if out and out[-1].isalpha() and text[:1].isalpha() and out.rstrip(ascii_letters).endswith("\\"):
            out += " "
        out += text.lstrip() if out.endswith(" ") else text
    return out
