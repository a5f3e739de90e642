"""Reading a claim beside its system: brackets put in, names resolved, times and targets settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from symjac.claims.aliases import Alias, Aliases
from symjac.claims.losses import LossEquation
from symjac.claims.model import Model, UndecidedError
from symjac.claims.statement import Statement
from symjac.claims.syntax import Names, read_terms
from symjac.claims.systems import sources
from symjac.claims.terms import Ref, Term
from symjac.claims.typing import types_somewhere
from symjac.errors import ReadError, ShapeError, SymjacError, TargetError
from symjac.expr import Apply, Function
from symjac.reading import Reading
from symjac.reading.brackets import UnclosedError, UnopenedError
from symjac.reading.context import Family, Note
from symjac.reading.operators import mean_of
from symjac.reading.repair import candidates
from symjac.reading.spelling import plain

Read = Callable[[str, Names], tuple[tuple[Term, ...], tuple[Note, ...], dict[str, Family]]]
REPAIRS = 60  # so many places for a missing bracket are tried
LAST = frozenset(["T", r"\tau", "N", "L", "K"])  # letters that papers use for the last step


def state(
    equations: Sequence[str],
    claim: str,
    symbols: dict[str, str],
    *,
    of: str | None,
    wrt: str | None,
    read: Read = read_terms,
) -> Statement:
    """Reads a system in both orientations, and a claim about it; ``read`` says what a claim is made of.

    :raises ReadError: where the system reads in neither orientation, or the claim cannot be read.
    """
    system = sources(equations, symbols)
    readings, symbols = system.readings, dict(system.symbols)
    base = next(iter(readings.values()))
    names = Names(base, symbols)
    notes = list(system.notes)
    members, families, claim, more = _members(claim, names, readings, read)
    notes += more
    aliases = Aliases(names)
    for text in system.naming:
        _name(aliases, text, families)
    aliases.declare(symbols)
    _name_left(aliases, members, of, wrt, base)
    models = {o: Model(r, families, system.texts, symbols) for o, r in readings.items()}
    for m in models.values():
        for family in aliases.preactivations:
            m.preactivation(family)
    _define_means(models, symbols, notes)
    identify = _up_to_style(models, notes)
    members = tuple(m.rebuilt(identify) for m in members)
    _define_preactivations(models, members, notes)
    resolved = tuple(aliases.resolve(m).rebuilt(identify).rebuilt(_without_copies(models)) for m in members)
    spans = tuple(claim[m.span[0] : m.span[1]] for m in members)
    out = Statement(claim, resolved, spans, models, aliases, notes)
    out.members = tuple(_fitted(out, m) for m in _without_stray_index(out))
    out.opaque = system.opaque
    _take_losses(out, system.losses, names)
    _settle(out, differentiates=read is read_terms)
    return out


def _members(
    claim: str, names: Names, readings: Mapping[str, Reading], read: Read
) -> tuple[tuple[Term, ...], dict[str, Family], str, list[str]]:
    try:
        members, notes, families = read(claim, names)
        return members, families, claim, [n.message for n in notes]
    except (UnclosedError, UnopenedError) as error:
        texts = _repaired(claim, error, names, readings, read)
        if not texts:
            error.hint = "put it in where it belongs; no single place makes the formula fit"
            raise
        if len(texts) > 1:
            raise SeveralRepairsError(error, texts) from error
        members, notes, families = read(texts[0], names)
        note = f"a bracket was missing; the only reading that fits is {texts[0]}"
        return members, families, texts[0], [note, *(n.message for n in notes)]


def _take_losses(s: Statement, losses: Sequence[LossEquation], names: Names) -> None:
    """What the equations of losses say: the weights of the steps' losses, and what the whole one sees."""
    weights: dict[str, Term | None] = {}
    seen: set[Ref] = set()
    every: set[str] = set()
    known = s.model.defined_families
    for e in losses:
        if e.step:
            (step,), _, _ = read_terms(e.step, names)
            if step.ref is not None:
                weights[step.ref.family] = read_terms(e.scale, names)[0][0] if e.scale else None
        found = [r for a in e.arguments for m in read_terms(a, names)[0] for r in m.refs() if r.family in known]
        if e.summed:
            every |= {r.family for r in found if r.time is not None}
        else:
            seen |= set(found)
    s.weights, s.seen, s.at_every_step = weights, frozenset(seen), frozenset(every)


class SeveralRepairsError(ReadError):
    """A bracket is missing, and there are several places where it can stand."""

    def __init__(self, error: ReadError, texts: list[str]) -> None:
        shown = "   or   ".join(texts[:3])
        hint = f"there are {len(texts)} places where it can stand: {shown}"
        super().__init__(error.message, text=error.text, span=error.span, hint=hint)
        self.texts = texts


def _repaired(
    claim: str, error: UnclosedError | UnopenedError, names: Names, readings: Mapping[str, Reading], read: Read
) -> list[str]:
    """The claim with the missing bracket put in: one text for each meaning that types somewhere."""
    found: dict[tuple[Term, ...], str] = {}
    for text, _ in islice(candidates(claim, error), REPAIRS):
        try:
            members, _, families = read(text, names)
            _must_type(members, families, readings)
        except SymjacError:
            continue
        found.setdefault(members, text)
    return list(found.values())


def _must_type(members: Sequence[Term], families: dict[str, Family], readings: Mapping[str, Reading]) -> None:
    """Refuses a repair that types in no convention at all."""
    models = {o: Model(r, families) for o, r in readings.items()}
    if not types_somewhere(members, models):
        raise ShapeError("this does not type in any convention")


def _name(aliases: Aliases, text: str, families: dict[str, Family]) -> None:
    """``g = \\partial L / \\partial p``: the first derivative of a chain is what its first member names."""
    members, _, more = read_terms(text, aliases.names)
    for name, family in more.items():
        families.setdefault(name, family)
    meaning = next((m for m in members[1:] if m.kind == "derivative"), None)
    if meaning is None or members[0].ref is None:
        raise ReadError(f"{text!r} names no derivative", text=text, span=(0, max(1, len(text))))
    aliases.add(members[0].ref, meaning)


def _name_left(aliases: Aliases, members: Sequence[Term], of: str | None, wrt: str | None, base: Reading) -> None:
    """What a left-hand side that is a mere name stands for, from what the record says."""
    left = members[0]
    if any(t.kind == "derivative" for t in left.walk()) or of is None or wrt is None:
        return
    name = left.args[0] if left.kind == "entry" else left
    r = name.data if isinstance(name.data, Ref) else None
    if r is None or any(a.name.family == r.family for a in aliases.known):
        return
    if name.kind == "symbol" and any(i.family == r.family for i in base.symbols.values()) and _is_defined(r, base):
        return
    by = aliases.variable(wrt)
    if by.time is None and any(
        i.time is not None for i in base.symbols.values() if by.family.endswith(f"({i.family})")
    ):
        by = by.at(r.time)
    variable = Term("symbol", (), by)
    meaning = Term("derivative", (aliases.loss(of), variable), of)
    if name.kind == "gradient":
        aliases.changes.setdefault(r.family, Alias(r, meaning))
        assert variable.ref is not None
        aliases.label(r, variable.ref)
    elif name.kind == "symbol":
        aliases.add(r, meaning)


def _up_to_style(models: Mapping[str, Model], notes: list[str]) -> Callable[[Term], Term]:
    """A letter that the system does not hold is the one it holds bold, or the reverse."""
    printed: dict[str, set[str]] = {}
    for p in next(iter(models.values())).printed:
        for r in (p.lhs, *(r for _, r in p.uses)):
            printed.setdefault(plain(r.family), set()).add(r.family)
    known = {name for names in printed.values() for name in names}

    def change(t: Term) -> Term:
        if not isinstance(t.data, Ref) or t.data.family in known:
            return t
        near = printed.get(plain(t.data.family), set())
        if len(near) != 1:
            return t
        (name,) = near
        note = f"{t.data.family} is read as {name}"
        if note not in notes:
            notes.append(note)
        return Term(t.kind, t.args, Ref(name, t.data.time), t.span)

    return change


def _define_preactivations(models: Mapping[str, Model], members: Sequence[Term], notes: list[str]) -> None:
    """The z of ``f'(z)`` that no equation holds is what f is applied to, where f is applied in one equation only."""
    first = next(iter(models.values()))
    known = {r.family for p in first.printed for r in (p.lhs, *(r for _, r in p.uses))}
    for t in (t for m in members for t in m.walk() if t.kind == "apply"):
        argument, f = t.args[0], t.data
        r = argument.args[0].ref if argument.kind == "entry" else argument.ref
        if r is None or not isinstance(f, Function) or r.family in known:
            continue
        users = [p.lhs for p in first.printed if isinstance(p.rhs, Apply) and p.rhs.function.name == f.name]
        if len(users) == 1 and (users[0].time is None) == (r.time is None) and f.order:
            for m in models.values():
                m.preactivation(users[0].family, r.family)
            known.add(r.family)
            notes.append(f"{r.family} is read as the argument of {f.name} in the equation of {users[0].family}")


def _define_means(models: Mapping[str, Model], symbols: Mapping[str, str], notes: list[str]) -> None:
    """A scalar that is declared to be a mean, and has no equation, is that of the vector it is taken from."""
    for m in models.values():
        for p in list(m.printed):
            vectors = [r for s, r in p.uses if s.is_vector]
            for symbol, r in p.uses:
                words = symbols.get(symbol.name, "")
                if symbol.is_scalar and "mean" in words.split() and len(vectors) == 1 and m.definition(r) is None:
                    m.define(r, mean_of(m.symbol(vectors[0])), ((m.symbol(vectors[0]), vectors[0]),))
                    note = f"{symbol.name} is read as the mean of {m.symbol(vectors[0]).name}"
                    if note not in notes:
                        notes.append(note)


def _without_copies(models: Mapping[str, Model]) -> Callable[[Term], Term]:
    """``b^{(t)}`` of a parameter b that the system prints without a time is b as step t uses it."""
    times: dict[str, set[bool]] = {}
    for p in next(iter(models.values())).printed:
        for r in (p.lhs, *(r for _, r in p.uses)):
            times.setdefault(r.family, set()).add(r.time is not None)

    def change(t: Term) -> Term:
        if isinstance(t.data, Ref) and t.data.time is not None and times.get(t.data.family) == {False}:
            return Term(t.kind, t.args, t.data.at(None), t.span)
        return t

    return change


def _is_defined(r: Ref, base: Reading) -> bool:
    lefts = {base.symbols[e.lhs.name].family for e in base.equations if e.lhs.name in base.symbols}
    return r.family in lefts


def _without_stray_index(s: Statement) -> tuple[Term, ...]:
    """An index on the left-hand side that no other member has is left out."""
    left, rest = s.members[0], s.members[1:]
    if left.kind != "entry" or not isinstance(left.data, tuple) or any(i.isdigit() for i in left.data):
        return s.members
    others = {i for m in rest for t in m.walk() if t.kind == "entry" and isinstance(t.data, tuple) for i in t.data}
    if others & set(left.data):
        return s.members
    s.notes.append(f"the index {', '.join(left.data)} stands on the left side only and is left out")
    return (left.args[0], *rest)


def _fitted(s: Statement, member: Term) -> Term:
    """Index letters that only the right-hand side has, fitted to those of the left."""
    left = {name for r in s.members[0].refs() if r.time is not None for name, _ in r.time.letters}
    bound = {t.over.letter for t in s.over(member)}
    limits = {n for t in s.over(member) for u in (t.over.low, t.over.high) if u for n, _ in u.letters}
    free = {n for r in member.refs() if r.time is not None for n, _ in r.time.letters} - left - bound - limits
    anchors = [u for r in s.members[0].refs() if (u := s.model.anchor(r)) is not None]
    if len(free) != 1 or not anchors or not left:
        return member
    letter = free.pop()
    shifts = [k for k in (0, 1, -1) if _all_printed(s.model, member, letter, k)]
    if not shifts or letter in LAST:
        return member
    s.notes.append(f"the index {letter} is read as {(anchors[0] + shifts[0]).text}")
    return member.retimed(lambda u: u.put({letter: anchors[0] + shifts[0]}))


def _all_printed(model: Model, member: Term, letter: str, shift: int) -> bool:
    """Whether every symbol with this letter stands in the equations at the same offset."""
    printed = {
        (r.family, r.time.offset) for p in model.printed for r in (p.lhs, *(r for _, r in p.uses)) if r.time is not None
    }
    here = [r for r in member.refs() if r.time is not None and r.time.letter == letter]
    return bool(here) and all((r.family, r.time.offset + shift) in printed for r in here if r.time is not None)


def _settle(s: Statement, *, differentiates: bool) -> None:
    """The target of a loss gradient, the last step, and whether earlier equations are taken in."""
    found = list(s.gradients(s.members[0]))
    if found:
        s.target = found[0][1]
    if differentiates and not any(t.kind in ("derivative", "gradient") for m in s.members for t in m.walk()):
        raise TargetError("nothing in this claim says what is differentiated by what; give of and wrt")
    time = s.target.time if s.target is not None else None
    letters = {n for p in s.model.printed for r in (p.lhs,) if r.time is not None for n, _ in r.time.letters}
    if time is not None and time.letter in LAST and time.letter not in letters and not time.offset:
        shifted = any(
            r.time is not None and r.time.letter == time.letter and r.time.offset > 0
            for m in s.members
            for r in m.refs()
        )
        if not shifted:
            s.last = time
            s.notes.append(f"{time.text} is read as the last step")
    for m in s.models.values():
        m.shifted = _shift_matters(s, m, zero=True)
    if s.model.shifted:
        s.notes.append("the equations are shifted one step back, gates of the earlier step held fixed")
    else:
        s.shiftable = _shift_matters(s, s.model, zero=False)


def _shift_matters(s: Statement, model: Model, *, zero: bool) -> bool:
    """Whether a derivative by an earlier state changes when the equations of that step are taken in.

    With ``zero`` only derivatives count that are zero as printed.
    """
    for t in (t for m in s.members for t in m.walk() if t.kind == "derivative"):
        y, x = t.args[0].ref, t.args[1].ref
        if y is None or x is None or model.steps(y, x) != 1 or model.definition(y) is None:
            continue
        if x.family not in model.defined_families:
            continue
        try:
            printed = model.between(y, x)
            with model.taking_in_the_earlier_step():
                more = model.between(y, x)
        except UndecidedError:
            continue  # the equations of that step cannot be written down
        as_printed, taken_in = model.depends(y, x, printed), model.depends(y, x, more)
        if zero and not as_printed and taken_in:
            return True
        new = [r for symbol in more.keys() - printed.keys() if (r := model.ref(symbol)) is not None]
        if not zero and any(model.depends(y, r, printed) for r in new):
            return True
    return False
