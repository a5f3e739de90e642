"""What a declaration says: ``matrix n m``, ``vector n+m``, ``elementwise tanh``, ``W \\in \\mathbb{R}^{n}``."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
from symjac.reading.spelling import script_text
from symjac.reading.tokens import Token, parted
from symjac.reading.tree import Node
from symjac.reading.wording import ONE_HOT, describe

SQUARE = ("symmetric", "skew-symmetric", "skew symmetric", "positive definite", "orthogonal", "diagonal", "idempotent")
_TAIL = re.compile(r"\s*($|[,;(:].*)", re.S)
_FORMS = (
    *("matrix n m", "vector n", "row vector n", "scalar", "elementwise", "elementwise tanh", "softmax", "map"),
    "gradient of S w.r.t. V",
)


def declare(context: Context, key: str, text: str, *, lenient: bool = False) -> None:
    """Takes one declaration into the context."""
    if not isinstance(key, str) or not isinstance(text, str):
        raise DefinitionError(f"a declaration is a symbol and words, both strings, not {key!r}: {text!r}")
    shaped = describe(text).role in ("scalar", "vector", "matrix", "row vector")
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
        named = None
        if len(roots) == 1 and node.kind == "name":
            if shaped and any(t.kind == "'" for s in node.scripts for t in s.tokens):
                context.letters.primed.add(node.letter)
            named = take_apart(node, context.letters, key, declaring=True)
        if named is None or named.operations:
            raise ReadError(f"only a symbol can be declared, not {key!r}", text=key, span=(0, max(1, len(key))))
    except ReadError as error:
        if lenient or key.strip() == "*":
            return None
        raise DefinitionError(f"the declaration of {key!r}: {error.message}", text=key, span=error.span) from error
    return named


def _declare(context: Context, named: Named, text: str, key: str, *, lenient: bool) -> str | None:
    """Applies the words; returns what is wrong with them."""
    said = describe(text)
    if named.node.kind == "word":
        if said.role != "elementwise" and said.words not in ("function", "softmax"):
            return f"{named.base} is the name of a known function"
        context.entrywise.add(named.base)
        return None
    text, role = said.words, said.role
    fits = said.constant is None or role == ("matrix" if said.constant == "identity" else "vector")
    if said.may_be_constant or not fits:
        forms = "'vector n, all ones', 'vector n, zeros' or 'matrix n n, identity'"
        raise DefinitionError(
            f"the declaration of {key} says {text!r}: a constant is declared as {forms}",
            hint=f"{propose(key, 'vector n, all ones', 'matrix n n, identity')}; "
            "for another one write its value in its place in the equations",
        )
    if said.constant == "identity" and len(set(said.sizes)) > 1:
        raise DefinitionError(
            f"the declaration of {key} says {text!r}: an identity is square", hint=propose(key, "matrix n n, identity")
        )
    if len(named.entries) == 1 and role in ("row vector", "matrix"):
        raise context.doubt(
            f"{key} is declared to be more than a number, and {named.entries[0]} runs through a sum or a left side",
            named.node,
            f"for columns with a number {propose(key, 'vector d')}",
        )
    if len(named.entries) == 1 and role == "vector":
        named.base = numbered.take(context, named)
    family = Family(named.name, declared=True)
    how, sizes = How.DECLARED, [size(context, s) for s in said.sizes]
    if role == "matrix":
        square = next((word for word in said.properties if word in SQUARE), None)
        if square is not None and len(set(said.sizes)) > 1:
            return f"a matrix that is {square} is square"
        side = Size() if square is not None else None
        family.take("matrix", how, *(sizes or (side, side)))
    elif role == "row vector" and not context.row:
        family.take("matrix", how, UNIT, *sizes)
    elif role in ("scalar", "vector", "row vector"):
        _take_shape(family, role.removeprefix("row "), how, sizes, "" if role == "row vector" else named.entries)
    elif role == "dimension":
        context.named_size(family.name)
        family.take("scalar", how)
    elif role in ("elementwise", "function"):
        problem, known = _which(said.of.split())
        if problem:
            return problem
        family.take("function", how)
        family.function = Function(family.name, 0, known)
    elif role in ("map", "normalisation"):
        same = Size() if role == "normalisation" else None
        family.take("map", how, same, same)
        if sizes:
            family.take("map", how, sizes[0])
            family.inputs = tuple(sizes[1:])
    elif role == "softmax" or (role == "parameters" and not lenient):
        family.take(role, how)
    elif role == "gradient":
        family.gradient = (said.of or "loss", said.by)
        family.take("vector", how)
    elif role in ("property", "definition"):  # the role is what use makes it, or the text
        context.put_in |= {family.name} if role == "definition" else set()
        return None
    else:
        return "this is not understood"
    if named.time is not None:  # without one the text says at which
        family.times.setdefault(named.time)
    family.remark = said.remark
    _put(context, family, named)
    if said.constant is not None:
        family.constant = said.constant, next(iter(said.sizes), None)
        context.note("declaration", f"{key} is a constant: {said.constant}")
    if not _TAIL.fullmatch(said.tail):
        return f"{said.tail.strip()!r} is not understood"
    if said.loose and not lenient:
        context.note("declaration", f"the declaration of {key}, {text!r}, is read as {role} {' '.join(said.sizes)}")
    left = said.tail.strip()
    if said.said:  # what a claim rests on; a derivative is that of the plain formula
        if not lenient:
            context.note("declaration", f"{key} is declared to be {said.said}, which no derivative depends on")
    elif left.strip(" ,;:()") and not (lenient and not set(ONE_HOT).isdisjoint(said.properties)):  # claims use that
        context.note("declaration", f"of the declaration of {key}, {text!r}, the words {left!r} are left out")
    return None


def _take_shape(family: Family, role: str, how: How, sizes: Sequence[Size], entries: Sequence[str]) -> None:
    """Settles a shape: of a letter with entries that are vectors the matrix of these, with numbers what they are of."""
    if entries and role == "vector":
        role, how, family.numbered = "matrix", How.NUMBERED, True
    elif role == "scalar":
        role = ("scalar", "vector", "matrix")[len(entries)]
    family.take(role, how, *sizes)


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


def _which(words: list[str]) -> tuple[str | None, str | None]:
    """The known function the words after "elementwise" name."""
    names = [w for w in words if w not in ("logistic", "function", "the", "unspecified", "differentiable")]
    names = [w.strip(".,;()") for w in names] or ["sigmoid"] * words.count("logistic")
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
    space, subject = root.kids[1].inner, subject.inner
    if root.detail != ("in",) or not space.kind == subject.kind == "name" or space.text != "R":
        raise context.error(wanted, root)
    named = take_apart(subject, context.letters, context.source, declaring=True)
    signs = [t._replace(kind=",") if t.kind == "times" else t for t in space.sup if t.kind not in ("(", ")")]
    parts = parted(signs, ",")
    sizes = [size(context, script_text(p).replace(" ", "")) for p in parts if p]
    column = len(sizes) == 1 or (len(sizes) == 2 and sizes[1].is_one)
    if column and len(named.entries) == 1:  # x_i \\in \\mathbb{R}^d
        named.base = numbered.take(context, named)
    family = Family(named.name, declared=True)
    role = "vector" if column else {0: "scalar", 2: "matrix"}.get(len(sizes))
    if role is None:
        raise context.error(wanted, root)
    _take_shape(family, role, How.IN_TEXT, sizes[:1] if column else sizes, named.entries)
    family.times.setdefault(named.time)
    _put(context, family, named)
