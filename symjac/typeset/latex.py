"""The LaTeX writer: boxes in, LaTeX out, in one of three flavours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from symjac.expr import Expr
from symjac.typeset import boxes as b
from symjac.typeset.names import OPERATORS
from symjac.typeset.printer import Style, style_for, to_box


@dataclass(frozen=True)
class Flavour:
    """How a formula is spelled. ``plain`` reads back, ``page`` is for papers, ``portable`` for KaTeX and Markdown."""

    marks: tuple[tuple[str, str], ...]
    derivative: str = r"\frac{\partial %s}{\partial %s}"
    words: str = r"\operatorname{%s}"
    sized: bool = False
    thin: str = " "


_PLAIN_MARKS = (("T", r"\top"), ("diag", r"\operatorname{diag}"), ("one", r"\mathbf{1}"), ("odot", r"\odot"))
PLAIN = Flavour(_PLAIN_MARKS)
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


def latex(e: Expr, *, macros: bool = False, row: bool = False) -> str:
    """An expression in LaTeX that symjac reads back as it stands.

    ``macros`` uses the macros of the pages symjac writes (``\\symjacT`` and its kin), ``row`` prints
    vectors as rows.

    >>> from symjac.expr import *
    >>> n = dim("n")
    >>> W, x = Symbol("W", (n, n)), Symbol("x_{t-1}", (n, ONE))
    >>> print(latex(Product(W, Diag(Apply(Function(r"\\sigma", 1), x)))))
    W \\operatorname{diag}(\\sigma'(x_{t-1}))
    """
    return write_latex(to_box(e, style_for(e, row=row)), PAGE if macros else PLAIN)


def write_latex(box: b.Box, flavour: Flavour = PLAIN) -> str:
    """The LaTeX of a box."""
    return _write(box, flavour).strip()


def latex_in_style(e: Expr, style: Style, flavour: Flavour) -> str:
    """An expression in a style the page chose."""
    return write_latex(to_box(e, style), flavour)


@singledispatch
def _write(box: b.Box, f: Flavour) -> str:
    raise TypeError(f"a box was wanted, {type(box).__name__} came")


@_write.register
def _(box: b.Ident, f: Flavour) -> str:
    return box.latex


@_write.register
def _(box: b.Num, f: Flavour) -> str:
    return box.digits


@_write.register
def _(box: b.Op, f: Flavour) -> str:
    return box.latex if box.prefix else f" {box.latex} "


@_write.register
def _(box: b.Word, f: Flavour) -> str:
    return "\\" + box.word if box.word in OPERATORS else f.words % box.word


@_write.register
def _(box: b.Plain, f: Flavour) -> str:
    return rf"\text{{{box.text}}}"


@_write.register
def _(box: b.Styled | b.Accent, f: Flavour) -> str:
    return f"{box.command}{{{write_latex(box.body, f)}}}"


@_write.register
def _(box: b.Named, f: Flavour) -> str:
    # GitHub refuses \operatorname; the author's own names may hold it.
    return box.latex if f.words == PLAIN.words else box.latex.replace(r"\operatorname{", f.words.split("%")[0])


@_write.register
def _(box: b.Mark, f: Flavour) -> str:
    text = dict(f.marks)[box.role]
    return f" {text} " if box.role == "odot" else text


@_write.register
def _(box: b.Script, f: Flavour) -> str:
    out = write_latex(box.base, f) + "'" * box.primes
    if box.sub is not None:
        out += "_" + _braced(box.sub, f)
    if box.sup is not None:
        out += f"^{{{write_latex(box.sup, f)}}}"
    return out


def _braced(box: b.Box, f: Flavour) -> str:
    text = write_latex(box, f)
    return text if len(text) == 1 else f"{{{text}}}"


@_write.register
def _(box: b.Frac, f: Flavour) -> str:
    return rf"\frac{{{write_latex(box.top, f)}}}{{{write_latex(box.bottom, f)}}}"


@_write.register
def _(box: b.Derivative, f: Flavour) -> str:
    top = write_latex(box.top, f) if box.top is not None else ""
    return (f.derivative % (top, write_latex(box.bottom, f))).replace(r"\partial }", r"\partial}")


@_write.register
def _(box: b.Sqrt, f: Flavour) -> str:
    return rf"\sqrt{{{write_latex(box.body, f)}}}"


@_write.register
def _(box: b.Fence, f: Flavour) -> str:
    left, right = _delimiters(box, f)
    return f"{left}{_tight(write_latex(box.body, f), left)}{right}"


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


@_write.register
def _(box: b.Delimiter, f: Flavour) -> str:
    # A broken formula cannot use \left ... \right, whose halves must stand on one line.
    return _sized(box.latex, box.size, "l" if box.opening else "r") if f.sized or box.size >= 2 else box.latex


@_write.register
def _(box: b.Grid, f: Flavour) -> str:
    rows = r" \\ ".join(" & ".join(write_latex(c, f) for c in r) for r in box.rows)
    return rf"\begin{{{box.kind}}} {rows} \end{{{box.kind}}}"


@_write.register
def _(box: b.Big, f: Flavour) -> str:
    above = f"^{{{write_latex(box.above, f)}}}" if box.above is not None else ""
    return f"{box.latex}_{{{write_latex(box.below, f)}}}{above} "


@_write.register
def _(box: b.Under, f: Flavour) -> str:
    # A strut of one height brings the braces of neighbouring terms to one line.
    strut = r"\vphantom{\big(}" if f.sized else ""
    return rf"\underbrace{{{write_latex(box.body, f)}{strut}}}_{{{write_latex(box.note, f)}}}"


@_write.register
def _(box: b.Marked, f: Flavour) -> str:
    # What is pointed out is so on a page; the formula is the same without.
    return _write(box.body, f)


@_write.register
def _(box: b.Gap, f: Flavour) -> str:
    return f.thin if box.thin else " "


@_write.register
def _(box: b.Row, f: Flavour) -> str:
    out = ""
    for item, after in zip(box.items, (*box.items[1:], None), strict=False):
        # \operatorname brings a thin space along, \mathrm does not.
        if isinstance(item, b.Gap) and f.words == PORTABLE.words and _is_word(after):
            item = b.Gap(thin=True)
        text = _write(item, f)
        # A command before a letter needs a space, and two spaces are never wanted.
        if out and out[-1].isalpha() and text[:1].isalpha() and _ends_in_command(out):
            out += " "
        out += text.lstrip() if out.endswith(" ") else text
    return out


def _is_word(box: b.Box | None) -> bool:
    return isinstance(box, b.Word) or box == b.Mark("diag")


def _ends_in_command(text: str) -> bool:
    tail = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return tail.endswith("\\")
