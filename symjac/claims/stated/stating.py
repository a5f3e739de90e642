"""Reading a claim beside its system: brackets put in, names resolved, times and targets settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import islice

from symjac.claims.gradients import Steps
from symjac.claims.model import Model
from symjac.claims.stated import fitting
from symjac.claims.stated.aliases import Alias, Aliases
from symjac.claims.stated.arguments import with_arguments
from symjac.claims.stated.conditions import Condition, conditions, given
from symjac.claims.stated.fitting import name_arguments
from symjac.claims.stated.losses import LossEquation, is_loss_name, without_arguments
from symjac.claims.stated.naming import Names
from symjac.claims.stated.settling import settle
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.syntax import read_terms, readable_terms
from symjac.claims.stated.systems import sources, without_parameters
from symjac.claims.undecided import UndecidedError
from symjac.errors import ReadError, SymjacError, propose
from symjac.expr.times import Time
from symjac.reading import Reading
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.brackets import UnclosedError, UnopenedError
from symjac.reading.context import Family, Note
from symjac.reading.session import candidates
from symjac.reading.spelling import plain
from symjac.reading.usual import is_loss_word
from symjac.reading.wording import describe
from symjac.reading.words import spelled, words_of

Read = Callable[[str, Names], tuple[tuple[Term, ...], tuple[Note, ...], dict[str, Family]]]
VALUES = ("scalar", "row vector", "vector", "matrix", "gradient", "property")
REPAIRS = 60  # so many places for a missing bracket are tried


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
    words = words_of([*equations, claim], symbols)
    equations, claim = [spelled(e, words) for e in equations], spelled(claim, words)
    symbols = {spelled(key, words): spelled(said, words) for key, said in symbols.items()}
    of, wrt = (spelled(text, words) if text is not None else None for text in (of, wrt))
    equations, claim = without_arguments(equations, claim, symbols)
    equations = [without_parameters(e, symbols) for e in equations]
    claim = without_parameters(claim, symbols)
    system = sources(equations, symbols, claim)
    readings, symbols, as_given = system.readings, dict(system.symbols), symbols
    base = next(iter(readings.values()))
    names = Names(base, symbols, system.naming)
    notes = list(system.notes)
    members, families, claim, more = _members(claim, names, readings, read)
    notes += more
    if len(members) == 1 and read is read_terms:
        raise ReadError("a claim is an equation; there is no = here", text=claim, span=(0, max(1, len(claim))))
    members = _without_argument(members, of, wrt)
    aliases = Aliases(names)
    for text in system.naming:
        _name(aliases, text, families)
    aliases.declare(symbols)
    if members[0].kind == "gradient" and not aliases.changes and (of is None or wrt is None):
        printed = claim[slice(*members[0].span)]
        (by,) = members[0].refs()
        variable = Model(base, families).symbol(by).name
        raise ReadError(
            f"{printed}: a differential, or the gradient of a loss?",
            text=claim,
            span=members[0].span,
            hint=rf'for the gradient write "\frac{{\partial L}}{{\partial {variable}}}", or '
            + propose(printed, f"gradient of L w.r.t. {variable}"),
        )
    _name_left(aliases, members, of, wrt, base)
    _refuse_unread(aliases, members)
    models = {o: Model(r, families) for o, r in readings.items()}
    for m in models.values():
        for family in aliases.preactivations:
            m.preactivation(family)
    texts = tuple(claim[m.span[0] : m.span[1]] for m in members)
    s = Statement(claim, members, texts, models, aliases, notes)
    fitting.define_means(s, symbols)
    s.members = fitting.up_to_style(s)
    s.members = fitting.at_points(s)
    name_arguments(s)
    s.members = with_arguments(s)
    s.members = s.rebuilt(aliases.resolved)
    s.members = fitting.up_to_style(s)
    _refuse_unknown_losses(s, as_given)
    for fit in (fitting.without_copies, fitting.with_index_as_time, fitting.without_stray_index):
        s.members = fit(s)
    s.members = tuple(fitting.with_factors_inside(s, fitting.fitted(s, m)) for m in s.members)
    met = tuple(conditions(claim)) if read is read_terms else ()
    notes += [f"{c.text} is a condition: what refutes the claim meets it" for c in met]
    named = {k for t in s.walk() if t.kind == "entry" for k in t.indices}
    deltas = [c for c in met if c.pair is not None and named.union(base.units.values()).issuperset(c.pair)]
    s.factors = tuple(map(_delta, deltas))
    s.conditions = tuple(c for c in met if c not in deltas)
    counted = names.context.letters.time | names.context.letters.entry
    s.given = tuple(c for e in equations for c in given(e, counted))
    s.opaque = system.opaque
    said = [(key, describe(words)) for key, words in as_given.items()]
    told = [(d, m) for key, d in said if d.properties or d.role == "normalisation" for m in readable_terms(key, names)]
    s.properties = {r.family: d.properties for d, m in told if d.properties for r in m.refs()}
    s.shapeless = frozenset(r.family for d, m in told if d.role == "property" for r in m.refs())
    normalisations = (m for d, m in told if d.role == "normalisation" and m.kind == "bare_map")
    s.normalisations = frozenset(str(m.data[0]) for m in normalisations if isinstance(m.data, tuple))
    _take_losses(s, system.losses, names)
    settle(s, differentiates=read is read_terms)
    return s


def _delta(c: Condition) -> Term:
    """What is 1 where index letters are as a condition says, and 0 elsewhere."""
    same = Term("same", (), c.pair)
    return same if c.signs == ("=",) else Term("add", (Term("number", (), Fraction(1)), Term("negative", (same,))))


def _members(
    claim: str, names: Names, readings: Mapping[str, Reading], read: Read
) -> tuple[tuple[Term, ...], dict[str, Family], str, list[str]]:
    try:
        members, notes, families = read(claim, names)
        return members, families, claim, [n.message for n in notes]
    except (UnclosedError, UnopenedError) as error:
        texts = _repaired(claim, error, names, readings, read)
        if not texts:
            raise
        if len(texts) > 1:
            raise SeveralRepairsError(error, texts) from error
        members, notes, families = read(texts[0], names)
        note = f"a bracket was missing; the only reading that fits is {texts[0]}"
        return members, families, texts[0], [note, *(n.message for n in notes)]


def _without_argument(members: tuple[Term, ...], of: str | None, wrt: str | None) -> tuple[Term, ...]:
    """The dr of ``dr(p)``, where a record says that this is the derivative of r by p."""
    left = members[0]
    if of is None or wrt is None or left.kind != "product" or [a.kind for a in left.args] != ["gradient", "symbol"]:
        return members
    named = [plain(r.family) for r in left.refs()] == [plain(of), plain(wrt)]
    return (left.args[0], *members[1:]) if named else members


def _take_losses(s: Statement, losses: Sequence[LossEquation], names: Names) -> None:
    """What the equations of losses say: the weights of the steps' losses, and what the whole one sees."""
    weights: dict[str, Term | None] = {}
    functions: dict[Ref, tuple[Ref, Term | None, bool]] = {}
    seen: set[Ref] = set()
    every: set[str] = set()
    known = s.model.defined_families
    for e in losses:
        if e.penalty:
            s.penalty = e.penalty
        scale = _weight(s, e.scale, names) if e.scale else None
        s.factors_of_losses += (scale,) if scale is not None else ()
        if e.step:
            (step,), _, _ = read_terms(e.step, names)
            if step.ref is not None:
                weights[step.ref.family] = scale
                named = any(r.family == step.ref.family and r.time is not None for m in s.members for r in m.refs())
                if e.body and scale is not None and named:
                    raise UndecidedError(f"whether {e.step} holds the factor before the sum is not said")
        if e.function:
            whole, function = (read_terms(text, names)[0][0].ref for text in (e.left, e.function))
            if whole is not None and function is not None:
                functions[function] = whole, scale, e.summed
                if e.summed:
                    weights[whole.family] = scale
        found = [r for a in e.arguments for m in read_terms(a, names)[0] for r in m.refs() if r.family in known]
        if e.summed:
            s.steps = Steps(Time.read(e.steps[0] or "1"), Time.read(e.steps[1]) if e.steps[1] else None)
            every |= {r.family for r in found if r.time is not None}
        else:
            seen |= set(found)
    s.weights, s.seen, s.at_every_step = weights, frozenset(seen), frozenset(every)
    s.members = s.rebuilt(partial(_of_the_loss, functions))


def _of_the_loss(functions: Mapping[Ref, tuple[Ref, Term | None, bool]], t: Term) -> Term:
    r"""``\partial l(o_t, y_t) / \partial o_t`` by the loss L that is a multiple of l, or the sum of it over the steps.

    :raises UndecidedError: where nothing says of which step l is.
    """
    if t.kind != "derivative" or (y := t.args[0]).ref not in functions or y.ref is None:
        return t
    loss, scale, summed = functions[y.ref]
    if summed:
        times = {r.time for a in (y.args or t.args[1:]) for r in a.refs() if r.time is not None}
        if len(times) != 1:
            raise UndecidedError(f"nothing says of which step {y.ref.family} is")
        loss = loss.at(times.pop())
    whole = Term("derivative", (Term("symbol", (), loss, y.span), *t.args[1:]), t.data, t.span)
    return whole if summed or scale is None else Term("quotient", (whole, scale), None, t.span)


def _weight(s: Statement, text: str, names: Names) -> Term:
    """What the loss of one step counts; the T of ``1 / T`` need not stand in the claim."""
    (weight,), _, families = read_terms(text, names)
    for r in weight.refs():
        for m in s.models.values():
            m.families.setdefault(r.family, families[r.family])
    return weight


def _refuse_unread(aliases: Aliases, members: Sequence[Term]) -> None:
    """Nothing is judged of a name that is declared to be a gradient in words that are not understood.

    :raises UndecidedError: where a member holds such a name.
    """
    unread = {r.family: key for key in aliases.unread for m in readable_terms(key, aliases.names) for r in m.refs()}
    for r in (r for m in members for r in m.refs()):
        if r.family in unread:
            raise UndecidedError(f"the declaration of {unread[r.family]} is not understood")


def _refuse_unknown_losses(s: Statement, symbols: Mapping[str, str]) -> None:
    """What no equation defines is taken for a loss only where its declaration says nothing else.

    :raises UndecidedError: where it is declared in words that are not understood.
    """
    model = s.model
    words = {plain(key): said for key, said in symbols.items()}
    system = model.known_families
    # What is differentiated on both sides, on the right by something of the system, is a loss whatever its letter.
    carried = {y for _, y, x in s.of_symbols(*s.members[1:]) if x.family in system}
    for t in (t for t in s.walk() if t.kind == "derivative"):
        y = t.args[0].ref
        if y is None or y.family in system or y.family not in model.families:
            continue
        said = words.get(plain(model.name(y))) or words.get(plain(y.family))
        if said is not None and describe(said).role not in VALUES and not is_loss_word(said):
            raise UndecidedError(f"the declaration of {y.family} says {said!r}, which is not understood")
        if said is None and not is_loss_name(y.family) and y not in carried:
            family = model.families[y.family]
            of = model.families.get(family.base)
            if of is not None and of.role == "vector" and family.label.isalpha():
                raise ReadError(
                    f"{y.family} stands in no equation: {family.label} is a label there, and no index of entries",
                    hint=f'for an entry of {of.name} take an index such as i, as in "{of.name}_i"',
                )
            raise ReadError(
                f"{y.family} stands in no equation, and its letter is none for a loss",
                hint=f"if it is one, {propose(y.family, 'scalar')}",
            )


class SeveralRepairsError(ReadError):
    """A bracket is missing, and there are several places where it can stand."""

    def __init__(self, error: ReadError, texts: list[str]) -> None:
        super().__init__(error.message, text=error.text, span=error.span)
        self.texts = texts


def _repaired(
    claim: str, error: UnclosedError | UnopenedError, names: Names, readings: Mapping[str, Reading], read: Read
) -> list[str]:
    """The claim with the missing bracket put in: one text for each meaning that types somewhere."""
    found: dict[tuple[Term, ...], str] = {}
    for text, _ in islice(candidates(claim, error), REPAIRS):
        try:
            members, _, families = read(text, names)
        except SymjacError:
            continue
        if fitting.types_somewhere(members, {o: Model(r, families) for o, r in readings.items()}):
            found.setdefault(members, text)
    return list(found.values())


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
    if any(t.kind == "derivative" for t in left.walk()):
        return
    if of is None or wrt is None:
        _name_by_chain(aliases, members, base)
        return
    name = left.whole
    r = name.data if isinstance(name.data, Ref) else None
    if r is None or any(a.name.family == r.family for a in aliases.known):
        return
    if name.kind == "symbol" and any(e.lhs.family == r.family for e in base.equations):
        return
    by = aliases.variable(wrt)
    if by.time is None and any(
        i.time is not None for i in base.symbols.values() if by.family.endswith(f"({i.family})")
    ):
        by = by.at(r.time)
    meaning = Term("derivative", (aliases.loss(of), Term("symbol", (), by)), of)
    if name.kind == "gradient":
        aliases.changes.setdefault(r.family, Alias(r, meaning))
        aliases.label(r, by)
    elif name.kind == "symbol":
        aliases.add(r, meaning)


def _name_by_chain(aliases: Aliases, members: Sequence[Term], base: Reading) -> None:
    r"""The J of ``J = \partial y / \partial x = ...`` names the derivative where nothing else says what J is."""
    r = members[0].ref
    meaning = next((m for m in members[1:] if m.kind == "derivative"), None)
    if r is None or meaning is None or any(a.name.family == r.family for a in aliases.known):
        return
    if all(i.family != r.family for i in base.symbols.values()):
        aliases.add(r, meaning)
