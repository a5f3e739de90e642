"""Whole texts: systems of equations, and formulas in the context of a system."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symjac.errors import DefinitionError, ReadError, ShapeError, SymjacError, TargetError
from symjac.expr import Expr, Function, Symbol
from symjac.expr.times import Time
from symjac.reading import entrywise, slopes
from symjac.reading.assumptions import How
from symjac.reading.attempt import Attempt
from symjac.reading.beside import Beside
from symjac.reading.context import Context, Note, left_out
from symjac.reading.equations import finish
from symjac.reading.parser import parse
from symjac.reading.recognise import known_as
from symjac.reading.session import Session
from symjac.reading.spelling import plain
from symjac.reading.tree import Node, refused
from symjac.reading.words import spelled, words_of


@dataclass(frozen=True)
class Equation:
    """``lhs = rhs`` as read, with the text it came from.

    Of a chain ``lhs = a = b`` the last member is ``rhs``; ``others`` are those before it.
    """

    lhs: Symbol
    rhs: Expr
    source: str
    others: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class FunctionDefinition:
    """``f(z) = body``: a function of one real variable in terms of known ones."""

    function: Function
    variable: Symbol
    body: Expr
    source: str


@dataclass(frozen=True)
class SymbolInfo:
    """A symbol with its role and how it was found."""

    symbol: Symbol
    role: str
    declared: bool
    how: How
    gradient: tuple[str, str] | None = None

    @property
    def family(self) -> str:
        return self.symbol.family

    @property
    def time(self) -> Time | None:
        return self.symbol.time


@dataclass(frozen=True)
class Reading:
    """What a text says, what its symbols are, and what was assumed."""

    equations: tuple[Equation, ...]
    functions: tuple[FunctionDefinition, ...]
    symbols: Mapping[str, SymbolInfo]
    notes: tuple[Note, ...]
    orientation: str = "column"
    strict: bool = False
    applied: Mapping[str, Function] = field(default_factory=dict)
    context: Context | None = field(default=None, repr=False, compare=False)

    @property
    def units(self) -> Mapping[str, str]:
        """The unit vectors that pick an entry which the text prints, and its index: ``e_k`` of ``p_k``."""
        return self.context.units if self.context is not None else {}


def read_system(
    texts: Sequence[str] | str,
    symbols: Mapping[str, str] | None = None,
    *,
    orientation: str | None = "column",
    strict: bool = False,
    lenient: bool = False,
    beside: Beside | None = None,
) -> Reading:
    r"""A system of equations, its symbols and what was assumed.

    With no ``orientation`` vectors are columns, and rows where only that fits, which a note says.

    A formula printed ``beside`` the system is no part of it, but shows how letters are used: the ``\rho B`` of a claim
    settles that ``\rho (B x + c)`` in the system is a product, ``p_i`` that p is a vector.

    >>> reading = read_system([r"x_t = W \sigma(x_{t-1}) + b"])
    >>> reading.equations[0].rhs
    Sum(Product(W, Apply(x_{t-1}, Function(name='\\sigma', order=0, known=None))), b)
    >>> reading.symbols["W"].symbol.shape
    (n, n)
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    beside = beside or Beside()
    attempt = Session(
        texts, symbols, orientation=orientation, strict=strict, lenient=lenient, system=True, beside=beside
    ).run()
    equations: list[Equation] = []
    definitions: list[FunctionDefinition] = []
    for piece in attempt.pieces:
        if piece.kind == "expression":
            raise refused(
                "an equation was expected; there is no = here",
                piece.source,
                piece.root,
                f'write "y = {attempt.context.text(piece.root)}"',
            )
        if piece.kind == "gradient":
            continue
        source = piece.source[piece.root.start : piece.root.end]
        attempt.context.source = piece.source
        if piece.kind == "function":
            assert piece.values
            assert piece.function
            assert piece.variable
            body = piece.values[1].make()
            definitions.append(FunctionDefinition(piece.function, piece.variable, body, source))
            continue
        left, (*others, right) = finish(piece, attempt.context)
        equations.append(Equation(left, right, source, tuple(others)))
    if not equations and not definitions and not attempt.context.families:
        raise ReadError("there is no equation in the text", text=texts[0] if texts else "", span=(0, 1))
    recognised = _recognised(definitions)
    if recognised:
        # Read anew with what is known now: derivatives can be printed as z (1 - z), numbers computed.
        known = {name: f"elementwise {key}" for name, key in recognised.items()}
        declared = {key: words for key, words in (symbols or {}).items() if plain(key) not in map(plain, known)}
        return read_system(
            texts, {**declared, **known}, orientation=orientation, strict=strict, lenient=lenient, beside=beside
        )
    attempt.role_note()
    if not lenient:
        _note_unused(attempt, symbols or {})
    return _reading(attempt, tuple(equations), tuple(definitions), strict)


def _note_unused(attempt: Attempt, symbols: Mapping[str, str]) -> None:
    """Says which declared vectors, matrices and scalars the text does not hold."""
    context = attempt.context
    text = plain(" ".join(attempt.session.texts))
    for f in context.families.values():
        near = [key for key in symbols if plain(key) == plain(f.name)]
        shaped = f.role in ("vector", "matrix", "scalar") and f.name not in context.dims
        if near and shaped and f.declared and not f.printed and f.gradient is None and plain(f.base) not in text:
            context.note("unused", f"{f.name} is declared and occurs in no equation")


def _recognised(definitions: list[FunctionDefinition]) -> dict[str, str]:
    """The functions left unspecified so far whose definitions are those of known ones.

    :raises DefinitionError: where a known function is defined as another one.
    """
    found: dict[str, str] = {}
    for d in definitions:
        if d.function.order:
            continue
        key = known_as(d.body, d.variable)
        if d.function.known is None and key is not None:
            found[d.function.name] = key
        elif key is not None and key != d.function.known:
            raise DefinitionError(f"{d.function.name} is a known function, but {d.source} defines another one")
    return found


def _reading(
    attempt: Attempt,
    equations: tuple[Equation, ...],
    definitions: tuple[FunctionDefinition, ...],
    strict: bool,
) -> Reading:
    context = attempt.context
    _refuse_notes(context, strict)
    infos: dict[str, SymbolInfo] = {}
    applied: dict[str, Function] = {}
    for f in context.families.values():
        if f.role in ("scalar", "vector", "matrix") and f.constant is None:
            for time in f.times or {None: None}:
                symbol = f.symbol(time)
                infos[symbol.name] = SymbolInfo(symbol, f.role, f.declared, f.how, f.gradient)
        elif f.role == "function" and f.function is not None:
            applied[f.name] = f.function
    return Reading(equations, definitions, infos, tuple(context.notes), context.orientation, strict, applied, context)


def _refuse_notes(context: Context, strict: bool) -> None:
    for n in context.notes:
        if strict and not n.evidence.accepted_when_strict:
            raise ReadError(f"refused, since this would have to be assumed: {n.message}", text=n.text, span=n.span)


def _in_context(
    text: str,
    reading: Reading | None,
    strict: bool,
    layout: str | None = None,
    symbols: Mapping[str, str] | None = None,
) -> Attempt:
    base = reading.context if reading else None
    attempt = Session([text], symbols, base=base, strict=strict, layout=layout).run()
    if len(attempt.pieces) != 1:
        raise ReadError(f"one formula was expected, not {len(attempt.pieces)}", text=text, span=(0, max(1, len(text))))
    attempt.role_note()
    _refuse_notes(attempt.context, strict)
    return attempt


def read_expression(
    text: str, reading: Reading, symbols: Mapping[str, str] | None = None
) -> tuple[Expr, tuple[Note, ...]]:
    """An expression in the symbols of a reading, such as a printed right side, and what was assumed in reading it.

    Of an equation it is the last member; of a row-oriented reading, rows are read as rows. ``symbols`` declares what
    else the expression has.
    """
    attempt = _in_context(text, reading, reading.strict, symbols=symbols)
    values = attempt.pieces[0].values
    assert values
    return entrywise.collected(values[-1].make()), tuple(attempt.context.notes)


def read_loss(text: str, reading: Reading) -> tuple[str, Expr, Reading]:
    r"""A loss: how it is called, ``""`` where it has no name; its value; and a reading with the symbols it has beside.

    What its text defines beside it, as the L_t of ``L = \sum_t L_t, L_t = \ell(y_t)``, is put in. Letters before
    vectors are losses of which nothing else is known, and new letters scalars where only so the whole is one.
    """
    text = spelled(text, words_of([text], ()))
    roots, words = parse(text)
    whole = _whole(text, roots)
    value = whole.kids[-1] if whole.kind == "relation" else whole
    texts = [text[n.start : n.end] for n in (value, *(r for r in roots if r is not whole))]
    attempt = Session(texts, base=reading.context, strict=reading.strict, loss=True).run()
    attempt.role_note()
    attempt.context.notes += [left_out(w, text) for w in words]
    (e, *_), *steps = ([v.make() for v in p.values or ()] for p in attempt.pieces)
    for _ in steps:
        e = e.replace({sides[0]: sides[-1] for sides in steps})
    head = _head(whole)
    name = text[head.start : head.end] if head is not whole else ""
    return name, entrywise.collected(e), _reading(attempt, (), (), reading.strict)


def _head(root: Node) -> Node:
    """What an equation defines: the L of ``L = ...`` and ``L(\\theta) = ...``; what is no equation as it is."""
    left = root.kids[0].inner if root.kind == "relation" else root
    return left.kids[0] if root.kind == "relation" and left.kind == "juxt" and left.kids[-1].is_call else left


def _whole(text: str, roots: Sequence[Node]) -> Node:
    """Of the formulas of a loss the one that is all of it: no other holds what it defines."""

    def printed(n: Node) -> str:
        return plain(text[n.start : n.end])

    equations = [r for r in roots if r.detail == ("=",) and _head(r).kind in ("name", "word")]
    held = {id(r): {printed(n) for n in r.kids[1].walk() if n.kind in ("name", "word")} for r in equations}
    found = [r for r in equations if not any(printed(_head(r)) in h for q, h in held.items() if q != id(r))]
    if len(roots) == 1 and roots[0].kind != "relation":
        return roots[0]
    if len(found) != 1:
        hint = r'write one equation, as in "L = \sum_t \ell(y_t)"'
        raise ReadError("this is not one loss", text=text, span=(0, max(1, len(text))), hint=hint)
    return found[0]


def read_formula(
    text: str,
    reading: Reading | None = None,
    *,
    strict: bool = False,
    layout: str = "numerator",
    symbols: Mapping[str, str] | None = None,
) -> tuple[tuple[Expr, ...], tuple[Note, ...]]:
    r"""The members of a chain ``a = b = c``, and what was assumed.

    ``symbols`` declares what the formula has beside the reading's own symbols, such as abbreviations.

    A formula is read in its printed order in either orientation. ``layout`` says what shape a printed
    derivative has: in ``"denominator"`` it is the transpose of :class:`Partial`, in ``"mixed"`` that
    of a scalar alone is.

    >>> members, notes = read_formula(r"\frac{\partial h}{\partial x} = \operatorname{diag}(s) W")
    >>> members[1]
    Product(Diag(s), W)
    """
    attempt = _in_context(text, reading, strict, layout, symbols)
    return tuple(v.make() for v in attempt.pieces[0].values or ()), tuple(attempt.context.notes)


def read_at_times(text: str, reading: Reading) -> Iterator[Symbol]:
    """The symbol of a name at another time: by the reading's letters, and with all its own letters for times."""
    assert reading.context is not None
    letters = reading.context.letters
    below = {t.text for r in parse(text)[0] for n in r.walk() for s in n.scripts for t in s.tokens if t.kind == "name"}
    for times in (letters.time, letters.time | below):
        context = copy.copy(reading.context)
        context.letters = replace(letters, time=times)
        with contextlib.suppress(SymjacError):
            members, _ = read_formula(text, replace(reading, context=context))
            yield from (e for e in members[:1] if isinstance(e, Symbol))


def read_symbol(text: str, reading: Reading) -> Symbol:
    """A symbol of the reading by its name, up to style and braces; the error lists what there is."""
    for f in reading.context.families.values() if reading.context is not None else ():
        if f.role in ("function", "map") and f.label and plain(f.label) == plain(text):
            raise TargetError(
                f"{text} is a label of {f.name}, by which nothing is differentiated; print it as an argument"
            )
        if f.constant is not None and plain(f.name) == plain(text):
            said = f"{f.name} is declared to be a constant ({f.constant[0]}), by which nothing is differentiated"
            raise TargetError(f"{said}; for that declare it as a {f.role}")
    near = [info.symbol for name, info in reading.symbols.items() if plain(name) == plain(text)]
    if len(near) == 1:
        return near[0]
    try:
        members, _ = read_formula(slopes.dotted(text), reading)
    except (ShapeError, DefinitionError) as error:
        raise ReadError(error.message, text=text, span=(0, max(1, len(text)))) from error
    symbol = members[0]
    if len(members) != 1 or not isinstance(symbol, Symbol):
        raise TargetError(f"{text!r} is not one symbol", text=text, span=(0, max(1, len(text))))
    if symbol.name in reading.symbols:
        return symbol
    known = ", ".join(reading.symbols)
    raise TargetError(f"{symbol.name} is neither declared nor used; there are {known}", text=text, span=(0, len(text)))
