"""What the words of a declaration say, as data: ``matrix n m, symmetric``, ``gradient of L w.r.t. x``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SIZE = r"(?:\d+|[A-Za-z]\w*(?:_(?:\{\w+\}|\w))?|\\ell)"
_SIZES = rf"{_SIZE}(?:\+{_SIZE})*"
# What a declaration says of a symbol beside its role; :mod:`symjac.claims.properties` knows what that asks of values.
PROPERTIES = (
    *("skew-symmetric", "skew symmetric", "antisymmetric", "symmetric", "positive semidefinite", "positive definite"),
    *("diagonal", "orthogonal", "orthonormal", "unitary", "idempotent", "projection", "triangular", "stochastic"),
    *("unit norm", "unit vector", "distribution", "sums to one", "sum to one", "one-hot", "one hot"),
    *("nonnegative", "non-negative", "positive", "negative"),
)
ONE_HOT = ("one-hot", "one hot")
_ANY = "|".join(map(re.escape, PROPERTIES))
_PROPERTY = re.compile(rf"(?<![\w-])(?:{_ANY})(?![\w-])")
_DENIED = re.compile(r"\b(?:not|non|no|never|neither|nor)\b")
_BEFORE = re.compile(
    rf"((?:(?:{_ANY}|identity|unit(?= matrix))(?:,? and |, ?| ))+)((?:matrix|vector|scalar)\b.*)", re.S
)
_SAID = re.compile(rf"[\s,;:(]*((?:(?:{_ANY})(?:,? and |, ?|\s|\)|$))+)\s*")
# What a declaration may say a symbol is, behind its role: one constant, of the size that is declared.
_CONSTANT = re.compile(r"[\s,;:(]*(?:of |all[- ]|the )?(?<![\w-])(ones|zeros|identity|unit)\s*\)?$")
_CONSTANT_TOO = re.compile(
    r"(?:\b(?:all-)?ones|(?<![\w-])(?:1s|zero(?:e?s)?|null|identity|eye|unit matrix"
    r"|entries (?:are |all |equal to )*[01]"
    r"|(?:constant|value|equals?|(?<!sum )equal to)(?: of)?,? (?:-?\d[\d./]*|one|two)))(?![\w-])"
)
_LENGTH = rf"(?:(?:\s+of (?:length|size|dimension))?\s+(?P<rows>{_SIZES}))?(?![\w\->])(?P<tail>.*)"
_BY = r"(?:w\.r\.t\.|with respect to)"
_SHORT = r"[A-Za-z](?:_\w+)?"
_NONE = r"(?:(?!\b(?:row|ROW|matrix|map|function|gradient|to|from|not)\b).)*"
# Roles by their words, the first that fits; what is loose was only picked out of other words.
_ROLES = (
    ("matrix", rf"matrix\s+(?P<rows>{_SIZES})(?:\s*[x×,]\s*|\s+)(?P<cols>{_SIZES})(?P<tail>.*)"),
    ("row vector", rf"row vector{_LENGTH}"),
    ("matrix", r"matrix\s*(?P<tail>(?:[,;(:].*)?)"),
    ("vector", rf"vector{_LENGTH}"),
    ("dimension", "dimension|size"),
    ("scalar", r"scalar(?P<tail>.*)"),
    ("elementwise", r"elementwise\S*\s*(?P<of>.*)"),
    ("function", "function"),
    ("softmax", r"softmax(?: (?P<of>.*))?"),
    ("map", rf"map (?P<inputs>{_SIZES} {_SIZES}|(?:\d+|{_SHORT})(?: (?:\d+|{_SHORT})){{2,}})"),
    ("map", r"(?:map\b(?!-)|general vector function)(?:(?P<tail>\s*[,;(:].*)|.*)"),
    ("normalisation", r"layer ?norm(?:(?P<tail>\s*[,;(:].*)|.*)"),
    ("parameters", r"parameters?(?: of \S+)?(?P<tail>\s*(?:[,;(:].*)?)"),
    ("gradient", rf"(?:upstream )?gradient (?:of (?:the )?(?P<of>.+?) )?{_BY} (?P<by>.+)"),
    ("jacobian", rf"(?:the )?Jacobian of (?P<of>\S+) (?:at|{_BY}|by) (?P<by>.+)"),
    ("property", rf"(?:(?:{_ANY})(?:,? and |, ?|\s|\)|$))+\s*"),
    ("matrix", r"(?P<loose>(?P<rows>[a-z])(?P<cols>[a-z]))(?: \(.*)?"),
    ("vector", rf"{_NONE}\b(?P<loose>vector (?:of (?:length|size|dimension) )?(?P<rows>{_SHORT}))(?:$|[\s,.;:)].*)"),
    ("pre-activation", r"(?:the )?pre-?activation of (?P<of>.+)"),
    ("definition", "its definition"),
)
_REMARK = re.compile(r"\s+\((?:[A-Za-z -]+)\)$|\s*[,;]\s.*$", re.S)
_FORMULA = re.compile(r"[\\=+*/^]|-\s")


@dataclass(frozen=True)
class Declaration:
    """What the words of a declaration say; the role is empty where they are not understood."""

    words: str  # with the properties behind the role
    properties: tuple[str, ...]
    constant: str | None  # ones, zeros or identity
    role: str = ""
    sizes: tuple[str, ...] = ()
    tail: str = ""  # what stands behind the role and the sizes
    of: str = ""  # what is differentiated, or which function is meant
    by: str = ""  # by what, or at what, without a remark
    loose: bool = False  # whether a shape was only picked out of other words

    @property
    def said(self) -> str:
        """The words behind the role where they are properties and nothing else."""
        match = _SAID.fullmatch(self.tail)
        return match[1].strip(" ,") if match else ""

    @property
    def may_be_constant(self) -> bool:
        """Whether a constant is named, but not as one is declared."""
        return self.constant is None and self.role != "elementwise" and _CONSTANT_TOO.search(self.words) is not None

    @property
    def remark(self) -> str:
        """The words behind the role where they hold a formula."""
        return self.tail.strip(" ,;:()") if _FORMULA.search(self.tail) else ""


@lru_cache(maxsize=1024)
def describe(words: str) -> Declaration:
    """What a declaration says.

    >>> found = describe("symmetric matrix n m+1")
    >>> found.role, found.sizes, found.properties
    ('matrix', ('n', 'm+1'), ('symmetric',))
    >>> describe("hidden vector of length n").sizes, describe("matrix n n, symmetric, not diagonal").properties
    (('n',), ('symmetric',))
    """
    before = _BEFORE.fullmatch(words := words.strip())
    words = text = f"{before[2]}, {before[1].strip(' ,')}" if before else words
    parts = (part for part in re.split(r"[,;()]", text.lower()) if not _DENIED.search(part))
    properties = tuple(dict.fromkeys(word for part in parts for word in _PROPERTY.findall(part)))
    constant = None if text.startswith("elementwise") else _CONSTANT.search(text)
    text = text[: constant.start()] if constant else text
    said = {"unit": "identity"}.get(constant[1], constant[1]) if constant else None
    text = text or "matrix" * (said == "identity")
    for role, pattern in _ROLES:
        if (match := re.fullmatch(pattern, text, re.S)) is None:
            continue
        found = {key: value or "" for key, value in match.groupdict().items()}
        sizes = (found.get("rows"), found.get("cols"), *found.get("inputs", "").split())
        of, by = found.get("of", ""), without_remark(found.get("by", ""))
        tail = f": {of}" if role == "softmax" and of else found.get("tail", "")
        return Declaration(words, properties, said, role, tuple(filter(None, sizes)), tail, of, by, "loose" in found)
    return Declaration(words, properties, said)


def without_remark(text: str) -> str:
    """A symbol without what is remarked behind it."""
    return _REMARK.sub("", text.strip()).rstrip(".,;")
