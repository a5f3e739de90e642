r"""What a loss says: a sum over the steps or a function of the last one, given or left unspecified."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symjac import expr as ex
from symjac.bptt.graph import Step, first_free
from symjac.errors import NotYetError, ReadError, ShapeError, TargetError
from symjac.expr import Expr, OverTime, Symbol
from symjac.reading import Note, read_expression_with_notes
from symjac.reading.usual import is_loss_word
from symjac.timing import Moment
from symjac.typeset.names import base_letter

_CALL = re.compile(
    r"(?<![A-Za-z\\])(?P<name>(?:\\ell|\\mathcal\s*\{?\s*[A-Z]\s*\}?|\\mathrm\{[A-Za-z]+\}|\\operatorname\{[A-Za-z]+\}|[A-Za-z])"
    r"(?:_(?P<sub>\{[^{}]*\}|\w)|\^(?P<sup>\{\([^{}]*\)\}))?)\s*\(",
)
_SUM = re.compile(r"\\sum\s*(?:\\limits)?\s*(_\s*(\{[^{}]*\}|\w))?\s*(\^\s*(\{[^{}]*\}|\w))?")


@dataclass(frozen=True)
class Loss:
    """``name`` is the whole loss; ``term`` the loss of one step as an expression at the time ``t``.

    ``symbol`` names the loss of one step, ``letter`` without its time. With ``every_step`` the loss is the sum over
    t = 1..T, otherwise the term at ``t = T`` alone. An unspecified loss is a :class:`VectorMap` of what it sees.
    """

    name: str
    letter: str
    symbol: Symbol
    term: Expr
    last: Moment
    every_step: bool
    unspecified: bool
    notes: tuple[Note, ...] = ()
    source: str = ""
    scale: Expr = field(default_factory=lambda: ex.Number(1))
    """What an unspecified loss is multiplied by; it is part of ``term``."""
    penalty: Expr | None = None
    """What the parameters alone add, such as the square of a norm."""
    running: str = "t"
    """The letter that counts the steps."""

    @property
    def bare(self) -> Expr:
        """The loss of one step without its factor, where it is unspecified."""
        return self.term.args[-1] if self.scale != ex.Number(1) else self.term

    @property
    def whole(self) -> Expr:
        """The loss as it is printed, the last step's term at the time t."""
        summed: Expr = self.bare if self.unspecified else self.term
        if self.every_step:
            summed = OverTime("sum", self.running, ex.Number(1), self.last.expr, summed, "ascending")
        terms = [ex.mul(self.scale, summed) if self.unspecified else summed]
        return ex.add(*terms, *([] if self.penalty is None else [self.penalty]))


def read_loss(text: str, step: Step) -> Loss:
    r"""The loss of a recurrence.

    ``L = \sum_{t=1}^{T} \ell_t(h_t)``, ``L = -\sum_t y_t^\top \log \hat{y}_t``, ``L = \ell(h_T)``,
    ``L = \frac{1}{2} \lVert o_T - y_T \rVert^2``.

    :raises ReadError: where it cannot be read.
    :raises TargetError: where it holds nothing that the recurrence computes.
    :raises NotYetError: where a step's loss depends on the number of the step.
    """
    name, body = _named(text)
    found = _unspecified(name, body, text, step) if _CALL.search(body) else None
    if found is None:
        found = _given(name, body, text, step)
    if any(s.is_scalar and s.name == found.running for s in found.term.symbols):
        raise NotYetError(f"the loss of a step depends on its number {found.running}, which is not derived yet")
    if found.last.letter in _used(step):
        raise ReadError(
            f"the last step is called {found.last.letter}, which is a symbol of the equations",
            text=text,
            span=(0, len(text)),
            hint=f"call it otherwise, for instance \\sum_{{{step.clock.letter}=1}}^{{N}}",
        )
    return found


def _used(step: Step) -> frozenset[str]:
    """The names of the symbols of the equations."""
    return frozenset(s.name for e in (*step.printed.values(), *step.constants.values()) for s in e.symbols)


def own_last(step: Step) -> Moment:
    """The last step where the loss does not name it: T, or another letter where T is a symbol of the equations."""
    return Moment(first_free(("T", "N", r"\tau", "S"), _used(step)))


def _named(text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if sign and re.fullmatch(r"\s*(\\?[A-Za-z]+|\\mathcal\s*\{?\s*[A-Z]\s*\}?|\\mathrm\{\w+\})\s*", left):
        return left.strip(), right.strip()
    return "L", text.strip()


def _strip(group: str | None) -> str:
    return (group or "").strip().removeprefix("{").removesuffix("}").strip()


# -------------------------------------------------------------------------------------- unspecified


def _unspecified(name: str, body: str, text: str, step: Step) -> Loss | None:
    """``\\sum_t l_t(a, b)`` or ``l(a)``, where nothing says what l is."""
    rest = body
    every = False
    last = own_last(step)
    summed = _SUM.search(rest)
    call = _CALL.search(rest)
    begin = summed.start() if summed is not None else call.start() if call is not None else 0
    scale, notes = _factor(rest[:begin], step)
    if scale is None:
        return None
    rest = rest[begin:]
    if summed is not None:
        every, last = True, _upper(summed, step, text)
        rest = rest[summed.end() - summed.start() :].strip()
    call = _CALL.match(rest)
    if call is None:
        return None
    end = _closing(rest, call.end())
    tail = rest[end + 1 :].strip()
    if end < 0 or (tail and tail[0] not in "+-"):
        return None
    penalty = None if not tail else _penalty(tail, step, text, notes)
    rest = rest[: end + 1]
    letter = call["name"].strip()
    if _is_known(letter, step):
        return None
    arguments: list[Expr] = []
    for part in _split(rest[call.end() : -1]):
        e, more = read_expression_with_notes(part, step.system.reading)
        notes += [n for n in more if n.kind not in ("role", "fitted")]
        arguments.append(e)
    timed = not every and last
    if timed:
        last = _time_of(arguments, step, text)
    moved = [_to_now(e, last if not every else step.now, step) for e in arguments]
    reaching = [e for e in moved if any(s in step.printed for s in e.symbols)]
    if not reaching:
        raise TargetError(f"the loss {text} holds nothing that the recurrence computes")
    vectors = [e for e in reaching if e.cols == ex.ONE]
    if len(vectors) != len(reaching):
        raise ShapeError(f"the loss {text} is a function of vectors; one of its arguments is a row or a matrix")
    base = letter.split("_")[0].split("^")[0].strip()
    symbol = Symbol(step.timed(base, "", step.now), ex.SCALAR)
    bare = ex.VectorMap(symbol.name, vectors[0] if len(vectors) == 1 else ex.Stack(*vectors), ex.ONE)
    term = ex.mul(scale, bare)
    if base == name and not every:
        name = "L" if base != "L" else r"\mathcal{L}"
    running = step.clock.letter
    return Loss(name, base, symbol, term, last, every, True, tuple(notes), text, scale, penalty, running)


def _factor(text: str, step: Step) -> tuple[Expr | None, list[Note]]:
    """What stands before the sum or the loss: a scalar without a time, or nothing."""
    if not text.strip():
        return ex.Number(1), []
    if text.strip()[-1] in "+-":
        return None, []
    try:
        e, notes = read_expression_with_notes(text, step.system.reading)
    except ReadError:
        return None, []
    if not e.is_scalar or any(_moment(s, step) is not None for s in e.symbols):
        return None, []
    return e, [n for n in notes if n.kind != "role"]


def _penalty(tail: str, step: Step, text: str, notes: list[Note]) -> Expr:
    """What is added to the loss, a scalar of parameters alone."""
    e, more = read_expression_with_notes(tail.removeprefix("+"), step.system.reading)
    notes += [n for n in more if n.kind != "role"]
    return _of_parameters(e, step, text)


def _of_parameters(e: Expr, step: Step, text: str) -> Expr:
    known = {*step.parameters, *step.constants}
    if not e.is_scalar or not e.symbols & known:
        raise ReadError("what is added to the loss is a scalar of parameters", text=text, span=(0, len(text)))
    if any(_moment(s, step) is not None for s in e.symbols):
        raise ReadError("a loss is a sum over the steps, or a term of the last step", text=text, span=(0, len(text)))
    return e


def _is_known(letter: str, step: Step) -> bool:
    """Whether something says what a name before a bracket is; words are functions unless they mean a loss."""
    word = re.match(r"\\(?:mathrm|operatorname)\{([A-Za-z]+)\}", letter)
    if word is not None and not is_loss_word(word[1]):
        return True
    return letter in step.system.symbols or letter in step.system.reading.applied


def _closing(text: str, start: int) -> int:
    depth = 1
    for k in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[k], 0)
        if depth == 0:
            return k
    return -1


def _split(text: str) -> list[str]:
    """The arguments of a call, separated by commas or semicolons outside brackets."""
    parts, depth, start = [], 0, 0
    for k, c in enumerate(text):
        depth += {"(": 1, ")": -1, "{": 1, "}": -1, "[": 1, "]": -1}.get(c, 0)
        if c in ",;" and depth == 0:
            parts.append(text[start:k])
            start = k + 1
    return [*parts, text[start:]]


def _upper(summed: re.Match[str], step: Step, text: str) -> Moment:
    low, high = _strip(summed[2]), _strip(summed[4])
    letter = low.split("=")[0].strip() if low else step.clock.letter
    if letter != step.clock.letter:
        raise ReadError(f"the sum runs over {letter}, the equations over {step.clock.letter}", text=text, span=(0, 1))
    start = low.split("=")[1].strip() if "=" in low else "1"
    if start != "1":
        raise ReadError(f"the first step is 1, the sum begins at {start}", text=text, span=(0, len(text)))
    return Moment.read(high) if high else own_last(step)


# -------------------------------------------------------------------------------------------- given


def _given(name: str, body: str, text: str, step: Step) -> Loss:
    e, notes = read_expression_with_notes(body, step.system.reading, loss=True)
    if not e.is_scalar:
        raise ShapeError(f"a loss is a scalar; {text} has the shape {ex.show_shape(e.shape)}")
    e, penalty = _apart(e, step, text)
    term, last = _without_sum(e, step, text)
    every = last is not None
    if last is None:
        last = _time_of([term], step, text)
    term = _to_now(term, step.now if every else last, step)
    reading_notes = tuple(n for n in notes if n not in step.system.notes)
    if not any(s in step.printed for s in term.symbols):
        hint = f"say what it depends on, for instance \\sum_t {term.name}(h_t)" if isinstance(term, Symbol) else None
        raise TargetError(f"the loss {text} holds nothing that the recurrence computes", hint=hint)
    letter = first_free((r"\ell", "E", "C", "J", "Q"), {*step.taken, base_letter(name), *_used(step)})
    return Loss(
        name,
        letter,
        Symbol(step.timed(letter, "", step.now)),
        term,
        last,
        every,
        False,
        reading_notes,
        text,
        penalty=penalty,
        running=step.clock.letter,
    )


def _apart(e: Expr, step: Step, text: str) -> tuple[Expr, Expr | None]:
    """The terms that a time touches, and those of parameters alone."""
    if not isinstance(e, ex.Sum):
        return e, None

    def timed(t: Expr) -> bool:
        return any(isinstance(p, OverTime) for p in t.walk()) or any(_moment(s, step) is not None for s in t.symbols)

    rest = [t for t in e.args if not timed(t)]
    if not rest or len(rest) == len(e.args):
        return e, None
    return ex.add(*(t for t in e.args if timed(t))), _of_parameters(ex.add(*rest), step, text)


def _without_sum(e: Expr, step: Step, text: str) -> tuple[Expr, Moment | None]:
    """The term of one step, with what multiplies the sum put inside, and the last step."""
    if isinstance(e, OverTime) and e.kind == "sum":
        if e.variable != step.clock.letter:
            raise ReadError(
                f"the sum runs over {e.variable}, the equations over {step.clock.letter}", text=text, span=(0, 1)
            )
        low, high = e.args[0], e.args[1]
        bare = isinstance(high, Symbol) and r"\max" in high.name
        if not bare and low != ex.Number(1):
            raise ReadError("the first step is 1; the sum begins at another", text=text, span=(0, len(text)))
        if not bare and not isinstance(high, Symbol):
            raise ReadError("the last step is one letter, as T in \\sum_{t=1}^{T}", text=text, span=(0, len(text)))
        return e.body, Moment(high.name) if isinstance(high, Symbol) and not bare else own_last(step)
    if isinstance(e, ex.Product):
        places = [k for k, f in enumerate(e.args) if any(isinstance(p, OverTime) for p in f.walk())]
        if len(places) == 1:
            inner, last = _without_sum(e.args[places[0]], step, text)
            others = [f for k, f in enumerate(e.args) if k != places[0]]
            if last is not None and all(f.is_scalar and not f.symbols & set(step.clock.times) for f in others):
                return ex.mul(*others, inner), last
    if any(isinstance(p, OverTime) for p in e.walk()):
        raise ReadError("a loss is a sum over the steps, or a term of the last step", text=text, span=(0, len(text)))
    return e, None


def _time_of(terms: list[Expr], step: Step, text: str) -> Moment:
    """The one time that the symbols of a loss at a single step carry."""
    context = step.system.reading.context
    assert context is not None
    moments: dict[Moment, None] = {}
    for e in terms:
        for s in e.symbols:
            found = _moment(s, step)
            if found is not None:
                moments.setdefault(found)
    if not moments:
        raise TargetError(f"the loss {text} holds nothing that the recurrence computes at some time, such as T")
    if len(moments) != 1:
        times = ", ".join(m.text for m in moments) or "none"
        raise ReadError(f"the loss of one step carries one time, such as T; here: {times}", text=text, span=(0, 1))
    return next(iter(moments))


def _moment(s: Symbol, step: Step) -> Moment | None:
    if s in step.clock.times:
        return step.clock.times[s]
    try:
        return step.clock.find(s.name, tuple(step.printed))[1]
    except TargetError:
        return None


def _to_now(e: Expr, moment: Moment, step: Step) -> Expr:
    """The expression with symbols of that time as those of the time t, targets such as ``y_T`` too."""
    table: dict[Expr, Expr] = {}
    known = {*step.printed, *step.inputs, *step.states}  # what is declared beside these only the loss holds
    for s in e.symbols:
        if s in step.clock.times:
            time, here = step.clock.times[s], step.clock.at(s, step.now)
            if time == moment:
                table |= {s: here} if here in known else _target(s, moment, step)
            continue
        try:
            state, time = step.clock.find(s.name, tuple(step.printed))
        except TargetError:
            table |= _target(s, moment, step)
            continue
        if time == moment:
            table[s] = state
    return e.replace(table)


def _target(s: Symbol, moment: Moment, step: Step) -> dict[Expr, Expr]:
    """``y_T`` as ``y_t``: a symbol of the loss alone that carries the time of the loss."""
    for mark in (f"_{{{moment.text}}}", f"_{moment.text}", f"^{{({moment.text})}}"):
        if s.name.endswith(mark):
            return {s: step.target(s.name[: -len(mark)], s.shape)}
    return {}
