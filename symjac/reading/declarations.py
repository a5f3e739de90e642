"""What a declaration says: ``matrix n m``, ``vector n+m``, ``elementwise tanh``, ``W \\in \\mathbb{R}^{n}``."""

from __future__ import annotations

import re

import sympy

from symjac.errors import DefinitionError, ReadError, propose
from symjac.expr import Function
from symjac.reading import numbered
from symjac.reading.assumptions import How
from symjac.reading.context import Context, Family
from symjac.reading.names import Named, take_apart
from symjac.reading.parser import parse
from symjac.reading.roles import known_function
from symjac.reading.sizes import UNIT, Size
from symjac.reading.spelling import letter, script_text
from symjac.reading.tokens import Token
from symjac.reading.tree import Node

_SIZE = r"(?:\d+|[A-Za-z]\w*(?:_(?:\{\w+\}|\w))?|\\ell)"
_SIZES = rf"{_SIZE}(?:\+{_SIZE})*"
_MATRIX = re.compile(rf"matrix\s+({_SIZES})(?:\s*[x×,]\s*|\s+)({_SIZES})(.*)")
_ROW = re.compile(rf"row vector(?:\s+({_SIZES}))?(?![\w\->])(.*)")
_UNSIZED = re.compile(r"matrix\s*($|[,;(:].*)", re.S)
_VECTOR = re.compile(rf"vector(?:\s+({_SIZES}))?(?![\w\->])(.*)")
_MAP = re.compile(
    rf"map {_SIZES} {_SIZES}|map(?: (?:\d+|[A-Za-z](?:_\w+)?)){{3,}}"
)  # "map of two vectors" has no sizes
_PARAMETERS = re.compile(r"parameters?( of \S+)?")
_GRADIENT = re.compile(r"(?:upstream )?gradient of (?:the )?(.+?) w\.r\.t\. (.+)")
# What a declaration says of a symbol beside its role; :mod:`symjac.claims.properties` knows what that asks of values.
PROPERTIES = (
    *("skew-symmetric", "skew symmetric", "antisymmetric", "symmetric", "positive semidefinite", "positive definite"),
    *("diagonal", "orthogonal", "orthonormal", "unitary", "idempotent", "projection", "triangular", "stochastic"),
    *(
        "unit norm",
        "distribution",
        "sums to one",
        "sum to one",
        "one-hot",
        "one hot",
        "nonnegative",
        "non-negative",
        "positive",
        "negative",
    ),
)
SQUARE = ("symmetric", "skew-symmetric", "positive definite", "orthogonal", "diagonal", "idempotent")
# What a declaration may say a symbol is, behind its role: one constant, of the size that is declared.
_CONSTANT = re.compile(r"[\s,;:(]*(?:of |all[- ]|the )?(?<![\w-])(ones|zeros|identity)\s*\)?$")
_ANY = "|".join(map(re.escape, PROPERTIES))
_BEFORE = re.compile(rf"((?:(?:{_ANY}|identity)(?:,? and |, ?| ))+)((?:matrix|vector|scalar)\b.*)", re.S)
_SAID = re.compile(rf"[\s,;:(]*((?:(?:{_ANY})(?:,? and |, ?|\s|\)|$))+)\s*")
_TAIL = re.compile(r"\s*($|[,;(:].*)", re.S)
_FORMS = (
    *("matrix n m", "vector n", "row vector n", "scalar", "elementwise", "elementwise tanh", "softmax", "map"),
    "gradient of S w.r.t. V",
)


def declare(context: Context, key: str, text: str, *, lenient: bool = False) -> None:
    """Takes one declaration into the context."""
    if not isinstance(key, str) or not isinstance(text, str):
        raise DefinitionError(f"a declaration is a symbol and words, both strings, not {key!r}: {text!r}")
    shaped = role_first(text).startswith(("scalar", "vector", "matrix", "row vector"))
    named = _declared_name(context, key, lenient=lenient, shaped=shaped)
    if named is None:
        return
    problem = _declare(context, named, text.strip(), key, lenient=lenient)
    if problem:
        if not lenient:
            raise DefinitionError(f"the declaration of {key} says {text!r}: {problem}", hint=propose(key, *_FORMS))
        context.note("declaration", f"the declaration of {key} says {text!r}: {problem} and passed over")


def _declared_name(context: Context, key: str, *, lenient: bool, shaped: bool) -> Named | None:
    """The symbol a declaration is about; None for what needs none (``\\tanh``, ``*``).

    A prime is a part of the name of what has a shape.
    """
    try:
        roots, _ = parse(key)
        node = roots[0].inner
        if node.kind == "word" and len(roots) == 1:
            return Named(node, Token("word", node.text, 0, 1, "rm"), node.text)
        if len(roots) == 1 and node.kind == "name" and node.text in ("0", "1"):
            return None  # the vectors of zeros and ones need no declaration
        if len(roots) != 1 or node.kind != "name":
            raise ReadError(f"only a symbol can be declared, not {key!r}", text=key, span=(0, max(1, len(key))))
        if shaped and node.token is not None and any(t.kind == "'" for s in node.scripts for t in s.tokens):
            context.letters.primed.add(letter(node.token))
        named = take_apart(node, context.letters, key, declaring=True)
        if named.primes or named.operations:
            raise ReadError(f"only a symbol can be declared, not {key!r}", text=key, span=(0, max(1, len(key))))
    except ReadError as error:
        if lenient or key.strip() == "*":
            return None
        raise DefinitionError(f"the declaration of {key!r}: {error.message}", text=key, span=error.span) from error
    return named


def _declare(context: Context, named: Named, text: str, key: str, *, lenient: bool) -> str | None:
    """Applies the words; returns what is wrong with them."""
    if named.node.kind == "word":
        return _declare_word(context, named, text)
    text = role_first(text)
    constant = _CONSTANT.search(text)
    text = text[: constant.start()] if constant else text
    if len(named.entries) == 1 and text.startswith(("row vector", "matrix")):
        raise context.doubt(
            f"{key} is declared to be more than a number, and {named.entries[0]} runs through a sum or a left side",
            named.node,
            f"for columns with a number {propose(key, 'vector d')}",
        )
    if len(named.entries) == 1 and text.startswith("vector"):
        named.base = numbered.take(context, named)
    family = Family(named.name, declared=True)
    how = How.DECLARED
    matrix, vector, gradient = _MATRIX.match(text), _VECTOR.match(text), _GRADIENT.match(text)
    unsized, row = _UNSIZED.match(text), _ROW.match(text)
    tail = ""
    if matrix:
        family.take("matrix", how, size(context, matrix[1]), size(context, matrix[2]))
        tail = matrix[3]
        square = next((word for word in SQUARE if re.search(rf"(?<![\w-]){word}(?![\w-])", tail)), None)
        if square is not None and matrix[1] != matrix[2]:
            return f"a matrix that is {square} is square"
    elif row:
        length = size(context, row[1]) if row[1] else Size()
        if context.row:
            family.take("vector", how, length)
        else:
            family.take("matrix", how, UNIT, length)
        tail = row[2]
    elif unsized:
        tail = unsized[1]
        side = Size() if any(re.search(rf"(?<![\w-]){word}(?![\w-])", tail) for word in SQUARE) else None
        family.take("matrix", how, side, side)
    elif vector:
        role, how = ("matrix", How.NUMBERED) if named.entries else ("vector", how)
        family.take(role, how, size(context, vector[1]) if vector[1] else Size())
        family.numbered = bool(named.entries)
        tail = vector[2]
    elif text in ("dimension", "size"):
        context.named_size(family.name)
        family.take("scalar", how)
    elif text.startswith("scalar"):
        family.take(("scalar", "vector", "matrix")[len(named.entries)], how)  # the entries are numbers
        tail = text[6:]
    elif text.startswith("elementwise"):
        words = text.split()[1:]
        problem, known = _which(words)
        if problem:
            return problem
        family.take("function", how)
        family.function = Function(family.name, 0, known)
    elif text == "function":
        family.take("function", how)
        family.function = Function(family.name)
    elif text == "softmax" or text.startswith("softmax "):
        family.take("softmax", how)
        tail = "" if text == "softmax" else ": " + text[8:]
    elif text == "map" or re.match(r"map [a-zA-Z\d]|general vector function|layer ?norm", text):
        same = Size() if text.startswith("layer") else None
        family.take("map", how, same, same)
        if _MAP.fullmatch(text):
            rows, *inputs = (size(context, s) for s in text.split()[1:])
            family.take("map", how, rows)
            family.inputs = tuple(inputs)
    elif not lenient and _PARAMETERS.fullmatch(text):
        family.take("parameters", how)
    elif gradient:
        family.gradient = (gradient[1], gradient[2])
        family.take("vector", how)
    elif _SAID.fullmatch(f" {text}"):  # a property alone: the role is what use makes it
        return None
    else:
        return "this is not understood"
    if named.time is not None or family.role in ("vector", "matrix", "scalar"):
        family.times.setdefault(named.time)
    family.remark = tail.strip(" ,;:()") if re.search(r"[\\=+*/^]|-\s", tail) else ""  # words that hold a formula
    _put(context, family, named)
    if constant is not None:
        if (family.role == "matrix") is not (constant[1] == "identity") or not (matrix or vector or unsized):
            return f"{constant[0].strip(' ,;:()')!r} is not understood"
        sized = matrix or vector
        family.constant = constant[1], sized[1] if sized else None
        context.note("declaration", f"{key} is a constant: {constant[1]}")
    if not _TAIL.fullmatch(tail):
        return f"{tail.strip()!r} is not understood"
    if (said := _SAID.fullmatch(tail)) is not None:  # what a claim rests on; a derivative is that of the plain formula
        if not lenient:
            what = said[1].strip(" ,")
            context.note("declaration", f"{key} is declared to be {what}, which no derivative depends on")
        return None
    if tail.strip(" ,;:()") and not (lenient and re.search(r"one[- ]hot", tail)):  # a claim's system makes use of that
        context.note("declaration", f"of the declaration of {key}, {text!r}, the words {tail.strip()!r} are left out")
    return None


def role_first(words: str) -> str:
    """A declaration with its properties behind the role.

    >>> role_first("symmetric matrix n n")
    'matrix n n, symmetric'
    """
    match = _BEFORE.fullmatch(words.strip())
    return f"{match[2]}, {match[1].strip(' ,')}" if match else words


def says_row(words: object) -> bool:
    """Whether a declaration calls a vector a row.

    >>> says_row("row vector n"), says_row("vector n")
    (True, False)
    """
    return isinstance(words, str) and _ROW.match(words.strip()) is not None


def _put(context: Context, family: Family, named: Named) -> None:
    old = context.families.get(family.name)
    if old is not None:
        if old.role != family.role:
            raise DefinitionError(f"{family.name} is declared twice, as {old.role} and as {family.role}")
        if not (context.sizes.equal(old.rows, family.rows) and context.sizes.equal(old.cols, family.cols)):
            if named.time is not None and named.time not in old.times:
                context.add(family, named.time)
                return
            raise DefinitionError(f"{family.name} is declared twice with different shapes")
        old.times.update(family.times)
        old.numbered |= family.numbered
        if How.DECLARED in (old.how, family.how):
            old.how = How.DECLARED
        return
    if named.time is not None:
        context.letters.timed.add(named.base)
    context.add(family)


def _declare_word(context: Context, named: Named, text: str) -> str | None:
    if text.startswith("elementwise") or text in ("function", "softmax"):
        context.entrywise.add(named.base)
        return None
    return f"{named.base} is the name of a known function"


def _which(words: list[str]) -> tuple[str | None, str | None]:
    """The known function the words after "elementwise" name."""
    names = [
        w.strip(".,;()") for w in words if w not in ("logistic", "function", "the", "unspecified", "differentiable")
    ]
    if "logistic" in words and not names:
        names = ["sigmoid"]
    if not names:
        return None, None
    known = known_function(names[0]) or known_function(names[0].lower())
    if known is None or len(names) > 1:
        return f"no function {' '.join(names)!r} is known", None
    return None, known.known


def size(context: Context, text: str) -> Size:
    """The size a word of a declaration stands for."""
    if any(p.isdigit() and int(p) == 0 for p in text.split("+")):
        raise DefinitionError(f"the size {text}: a vector or a matrix has at least one row and one column")
    parts = [context.named_size(p) for p in text.split("+")]
    if len(parts) == 1:
        return parts[0]
    return Size(sympy.Add(*(p.value() for p in parts)))


def is_declaration(root: Node) -> bool:
    """``W \\in \\mathbb{R}^{n \\times m}``."""
    return root.kind == "relation" and "in" in root.detail


def take_membership(context: Context, root: Node, subject: Node) -> None:
    """A declaration in the text itself."""
    wanted = r"a declaration in the text reads W \in \mathbb{R}^{n \times m}"
    if root.detail != ("in",) or root.kids[1].inner.kind != "name":
        raise context.error(wanted, root)
    space, subject = root.kids[1].inner, subject.inner
    if subject.kind != "name" or space.text != "R":
        raise context.error(wanted, root)
    named = take_apart(subject, context.letters, context.source, declaring=True)
    family = Family(named.name, declared=True)
    sup = next((s.tokens for s in space.scripts if s.kind == "^"), ())
    parts: list[list[Token]] = [[]]
    for t in sup:
        if t.kind in ("times", ","):
            parts.append([])
        elif t.kind not in ("(", ")"):
            parts[-1].append(t)
    sizes = [size(context, script_text(p).replace(" ", "")) for p in parts if p]
    if not sizes:
        family.take("scalar", How.IN_TEXT)
    elif len(sizes) == 1 or sizes[1].is_one:
        family.take("vector", How.IN_TEXT, sizes[0])
    elif len(sizes) == 2:
        family.take("matrix", How.IN_TEXT, sizes[0], sizes[1])
    else:
        raise context.error(wanted, root)
    family.times.setdefault(named.time)
    _put(context, family, named)
