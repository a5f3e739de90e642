"""How names are written: canonical LaTeX, and what spellings have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from symjac.reading.tokens import Token
from symjac.reading.vocabulary import GREEK, STYLE_COMMAND

# Letters that can count time or layers where nothing says so, and letters that can number entries.
TIMELIKE = frozenset(["t", "s", "k", "l", "T", "i", "j", "n", "m", r"\tau", r"\ell", "L", "N", "K"])
ENTRYLIKE = frozenset("ijklpqr")
INDICES = ENTRYLIKE | {"m", "n"}  # these where two are compared
BESIDE_ENTRIES = frozenset("smnabcuv")  # these too where one of those stands beside them


# Letters that can stand above beside a time without brackets: layers, heads, numbers of samples.
LAYERLIKE = frozenset(["l", r"\ell", "i", "j", "k", "m", "n", "h", "s", "L"])
_PLAIN = re.compile(r"\\(?:mathbf|boldsymbol|mathrm|mathit|mathsf|text|operatorname)(?![a-zA-Z])|[{}\s]")
KRONECKER = frozenset([r"\delta", "I", r"\mathbf{I}", r"\mathbb{I}"])  # with two indices


def indicated(sign: Token | None, tokens: Sequence[Token]) -> list[Token]:
    """The two letters that are compared below a sign, in any spelling: ``1_{i = y}``, ``1_{[i = y]}``, ``1_{i,y}``.

    Nothing where sizes may be meant, as below the ones of ``1_{mn}``; a letter compares only with ``=``.
    """
    equals = any(t.kind == "=" for t in tokens)
    if sign is None or not (sign.text == "1" or (equals and sign.text in ("I", r"\delta", r"\chi"))):
        return []
    pair = [t for t in tokens if t.kind not in ("=", ",", *ENCLOSURES, *ENCLOSURES.values())]
    letters = [t.text for t in pair if t.kind == "name" and not t.style and not is_upper(t.text)]
    return pair if len(letters) == len(pair) == 2 and not {"i", "j", "k", "l"}.isdisjoint(letters) else []


ENCLOSURES = {"(": ")", "<": ">", "[": "]", "langle": "rangle", r"\{": r"\}"}
SHOWN_ENCLOSURE = {
    "(": "({})",
    "<": r"\langle {} \rangle",
    "langle": r"\langle {} \rangle",
    "[": "[{}]",
    r"\{": r"\{{{}\}}",
}


def plain(name: str) -> str:
    """A name without style and braces: how spellings of one symbol are recognised.

    >>> plain(r"\\mathbf{W}_{\\mathrm{in}}") == plain("W_{in}")
    True
    """
    return _PLAIN.sub("", name)


def letter(t: Token, styled: bool = True) -> str:
    """Canonical LaTeX of a token with style and accents.

    >>> letter(Token("name", "c", 0, 1, "bf", ("tilde",)))
    '\\\\tilde{\\\\mathbf{c}}'
    """
    text = t.text
    if t.kind == "word":
        text = rf"\mathrm{{{text}}}" if t.style == "rm" else text
    elif t.style in STYLE_COMMAND and styled and not (t.style == "rm" and len(text) == 1):
        text = f"{STYLE_COMMAND[t.style]}{{{text}}}"
    for accent in reversed(t.accents):
        text = rf"\{accent}{{{text}}}"
    return text


SIGNS = {
    "odot": r"\odot", "circ": r"\circ", "cdot": r"\cdot", "times": r"\times", "otimes": r"\otimes",
    "oslash": r"\oslash", "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "in": r"\in", "approx": r"\approx", "sim": r"\sim",
    "sum": r"\sum", "prod": r"\prod", "partial": r"\partial", "infty": r"\infty", "top": r"\top",
    "langle": r"\langle", "rangle": r"\rangle", "||": r"\lVert", "||(": r"\lVert", ")||": r"\rVert", "|(": "|",
    ")|": "|",
}  # fmt: skip


def script_text(tokens: Iterable[Token]) -> str:
    """The tokens of a script as canonical LaTeX; boldness is dropped."""
    out = ""
    for t in tokens:
        if t.kind in ("name", "word"):
            text = letter(t, styled=t.style not in ("bf", "bs"))
        else:
            text = SIGNS.get(t.kind, t.text)
        if re.search(r"\\[a-zA-Z]+$", out) and text[:1].isalpha():
            out += " "
        out += text
    return out


def is_bold(name: str) -> bool:
    """Whether a canonical name is bold."""
    return r"\mathbf" in name or r"\boldsymbol" in name


def is_greek(text: str) -> bool:
    r"""Whether a letter is a Greek one, or the script l that stands among them.

    >>> is_greek(r"\alpha"), is_greek("a")
    (True, False)
    """
    return text[1:] in GREEK


def is_upper(base: str) -> bool:
    """Whether a base letter, a Greek one included, is a capital."""
    bare = base.lstrip("\\")
    return bare[:1].isupper() and (len(bare) == 1 or bare in GREEK)
