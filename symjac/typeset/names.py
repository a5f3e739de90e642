"""Names taken apart: from an author's LaTeX name to boxes, and to the names of entries.

A name is a base with accents and fonts, and scripts: ``\\tilde{c}_{t}``, ``W_{\\mathrm{in}}``,
``h^{(t-1)}``. What cannot be taken apart stays one identifier, so that no name is ever lost.
"""

from __future__ import annotations

import re
from functools import lru_cache

from symjac.typeset.boxes import Accent, Box, Fence, Ident, Mark, Named, Num, Op, Plain, Row, Script, Styled, Word, row
from symjac.typeset.signs import ACCENTS, LETTERS, SIGNS

FONTS = frozenset(
    {"mathbf", "boldsymbol", "bm", "mathrm", "mathit", "mathsf", "mathcal", "mathscr", "mathbb", "mathfrak"}
)
OPERATORS = frozenset(
    (
        *("arccos", "arcsin", "arctan", "cos", "cosh", "cot", "coth", "csc", "det", "dim", "exp", "ker"),
        *("ln", "log", "max", "min", "sec", "sin", "sinh", "tan", "tanh"),
    )
)
TEXTS = frozenset({"text", "textrm", "textbf"})
BOLD = frozenset({"mathbf", "boldsymbol", "bm"})
_SIGNS = {"+", "-", ",", "=", ":", "|", "*", "/", ";", "<", ">", "."}
_CLOSING = {"{": "}", "(": ")", "[": "]", r"\langle": r"\rangle"}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)


class _StrangeError(Exception):
    """The name is not built the usual way."""


class _Reader:
    def __init__(self, latex: str) -> None:
        self.tokens = [t for t in _TOKEN.findall(latex) if not t.isspace()]
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            raise _StrangeError
        self.at += 1
        return token

    def raw_group(self) -> str:
        if self.take() != "{":
            raise _StrangeError
        out = ""
        while (token := self.take()) != "}":
            out += token
        return out

    def sequence(self, *stops: str) -> Box:
        items: list[Box] = []
        while (token := self.peek()) is not None and token not in stops:
            items.append(self.scripted())
        return row(*items) if items else Row(())

    def scripted(self) -> Box:
        base = self.atom()
        sub: Box | None = None
        sup: Box | None = None
        primes = 0
        while (token := self.peek()) in ("_", "^", "'", r"\prime"):
            self.take()
            if token == "_" and sub is None:
                sub = self.atom()
            elif token == "^" and sup is None:
                sup = self.atom()
            elif token in ("'", r"\prime"):
                primes += 1
            else:
                raise _StrangeError
        return Script(base, sub, sup, primes) if sub or sup or primes else base

    def atom(self) -> Box:
        """A single token, or what stands in braces or brackets."""
        token = self.take()
        if (close := _CLOSING.get(token)) is not None:
            body = self.sequence(close)
            if self.take() != close:
                raise _StrangeError
            return body if token == "{" else Fence(token, body, close)
        if token.startswith("\\"):
            return self.command(token)
        if token[0].isdigit():
            return Num(token)
        if token in _SIGNS:
            return Op(token, prefix=True)
        if token.isalpha():
            return Ident(token)
        raise _StrangeError

    def command(self, token: str) -> Box:
        word = token[1:]
        if token == r"\top":
            return Mark("T")
        if token in ACCENTS:
            return Accent(token, self.atom())
        if word in FONTS:
            return Styled(token, self.atom())
        if word == "operatorname":
            return Word(self.raw_group())
        if word in TEXTS:
            return Plain(self.raw_group())
        if word in OPERATORS:
            return Word(word)
        if token in SIGNS and token not in LETTERS:
            return Op(token, prefix=True)
        if not word.isalpha():
            raise _StrangeError
        return Ident(token)


@lru_cache(maxsize=4096)
def take_apart(name: str) -> Box:
    """The boxes of a name; a name of unusual make is one identifier.

    >>> take_apart("x_t")
    Script(base=Ident(latex='x'), sub=Ident(latex='t'), sup=None, primes=0)
    """
    reader = _Reader(name)
    try:
        box = reader.sequence()
    except _StrangeError:
        return Ident(name)
    return box if reader.peek() is None else Ident(name)


def name_box(name: str) -> Named:
    """A symbol's name, ready for every writer."""
    return Named(name, take_apart(name))


def has_superscript(name: str) -> bool:
    """Whether a name already carries something where a power would stand.

    >>> has_superscript("h^{(t-1)}"), has_superscript("h_t"), has_superscript("x'")
    (True, False, True)
    """
    box = take_apart(name)
    return isinstance(box, Script) and (box.sup is not None or box.primes > 0)


def is_bold(name: str) -> bool:
    """Whether a name's base letter is printed bold.

    >>> is_bold(r"\\mathbf{x}_{t-1}"), is_bold("x_t")
    (True, False)
    """
    base = take_apart(name)
    base = base.base if isinstance(base, Script) else base
    return isinstance(base, Styled) and base.command[1:] in BOLD


def unbold(box: Box) -> Box:
    """The base letter of a name without its bold face, as entries of a bold vector are printed."""
    match box:
        case Script(base, sub, sup, primes):
            return Script(unbold(base), sub, sup, primes)
        case Styled(command, body) if command[1:] in BOLD:
            return body
        case Accent(command, body):
            return Accent(command, unbold(body))
        case _:
            return box


def base_letter(name: str) -> str:
    r"""The letter a name begins with, accents and styles apart.

    >>> base_letter(r"\tilde{c}_t"), base_letter(r"W_{in}"), base_letter(r"\delta_t"), base_letter(r"\hat y")
    ('c', 'W', '\\delta', 'y')
    """
    return _letter(take_apart(name)) or name


def _letter(box: Box) -> str:
    match box:
        case Script(base, _, _, _):
            return _letter(base)
        case Accent(_, body) | Styled(_, body):
            return _letter(body)
        case Row(items):
            return _letter(items[0])
        case Ident(latex):
            return latex
    return ""


def accented(box: Box, command: str) -> Box:
    r"""The name with an accent over its letter.

    >>> accented(take_apart(r"\tilde{c}_t"), r"\bar").base  # doctest: +ELLIPSIS
    Accent(command='\\bar', body=Accent(command='\\tilde', body=Ident(latex='c')))
    """
    match box:
        case Script(base, sub, sup, primes):
            return Script(accented(base, command), sub, sup, primes)
        case Row(items):
            return row(accented(items[0], command), *items[1:])
    return Accent(command, box)


def entry_box(name: str, indices: tuple[Box, ...], *, light: bool = False) -> Box:
    """The name of an entry: the indices join a vector's subscript, and bracket a subscripted matrix.

    ``light`` prints the entries of a bold symbol in ordinary letters.
    """
    box = take_apart(name)
    if light:
        box = unbold(box)
    short = all(
        (isinstance(i, Ident) and len(i.latex) == 1) or (isinstance(i, Num) and len(i.digits) == 1) for i in indices
    )
    joined = row(*indices) if short else _with_commas(indices)
    if not isinstance(box, Script):
        whole = box if isinstance(box, Ident | Styled | Accent | Word) else Fence("(", box, ")")
        return Script(whole, sub=joined)
    if box.sub is None:
        return Script(box.base, joined, box.sup, box.primes)
    if len(indices) == 1:
        return Script(box.base, _with_commas((box.sub, *indices)), box.sup, box.primes)
    return Script(Fence("(", box, ")"), sub=joined)


def _with_commas(items: tuple[Box, ...]) -> Box:
    out: list[Box] = []
    for item in items:
        if out:
            out.append(Op(",", prefix=True))
        out.append(item)
    return row(*out)
