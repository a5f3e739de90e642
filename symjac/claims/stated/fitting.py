"""Names and indices of a claim fitted to those of its system."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symjac import expr as ex
from symjac.claims.conventions import FOUR
from symjac.claims.evaluate import Evaluator
from symjac.claims.instances import Printed
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.expr import Function
from symjac.expr.times import LAST, Time
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.assumptions import How
from symjac.reading.operators import mean_of, variance_of
from symjac.reading.spelling import plain


def at_points(s: Statement) -> tuple[Term, ...]:
    """The ``x^*`` of a linearisation: the point x, where x itself is only what is differentiated by."""
    known, families = s.model.known_families, s.model.families
    names = {(f.base, f.label): f.name for f in families.values() if not f.upper}
    ends = {id(a) for t in s.walk() if t.kind == "derivative" for a in t.args}
    plainly = {t.ref.family for t in s.walk() if t.ref is not None and id(t) not in ends}

    def change(t: Term) -> Term:
        family = families.get(t.ref.family) if t.ref is not None else None
        if t.ref is None or family is None or family.upper != "*" or family.name in known:
            return t
        base = names.get((family.base, family.label))
        if base not in known or base is None or base in plainly:
            return t
        s.notes.append(f"{family.name} is read as the point {base}")
        return Term(t.kind, t.args, Ref(base, t.ref.time), t.span)

    return s.rebuilt(change)


def up_to_style(s: Statement) -> tuple[Term, ...]:
    """A letter that the system does not hold is the one it holds bold, or the reverse."""
    printed: dict[str, set[str]] = {}
    known = s.model.known_families
    for name in known:
        printed.setdefault(_unmarked(name), set()).add(name)

    def change(t: Term) -> Term:
        if not isinstance(t.data, Ref) or t.data.family in known:
            return t
        near = printed.get(_unmarked(t.data.family), set())
        if len(near) != 1:
            return t
        (name,) = near
        s.notes.append(f"{t.data.family} is read as {name}")
        return Term(t.kind, t.args, Ref(name, t.data.time), t.span)

    return s.rebuilt(change)


def _unmarked(name: str) -> str:
    """A name without style and arrow."""
    return plain(name.replace(r"\vec", ""))


def define_means(s: Statement, symbols: Mapping[str, str]) -> None:
    """A scalar that is declared to be a mean, and has no equation, is that of the vector it is taken from."""
    for m in s.models.values():
        for p in m.printed:
            vectors = [r for s, r in p.uses if s.is_vector]
            for symbol, r in p.uses:
                words = symbols.get(symbol.name, "")
                kind = next((w for w in ("mean", "variance") if w in re.split(r"\W+", words)), None)
                if symbol.is_scalar and kind and len(vectors) == 1 and m.definition(r) is None:
                    x = m.symbol(vectors[0])
                    m.define(r, mean_of(x) if kind == "mean" else variance_of(x))
                    s.notes.append(f"{symbol.name} is read as the {kind} of {x.name}")


def without_copies(s: Statement) -> tuple[Term, ...]:
    """An index that the claim gives to what the system prints without one.

    ``b^{(t)}`` of a parameter b is b as step t uses it. Where the system has no index at all, the claim may give
    all of its symbols the same one.

    :raises UndecidedError: where the claim tells times apart that the system does not have.
    """
    timed = {r.family for p in s.model.printed for r in p.refs if r.time is not None}
    plain = s.model.known_families - timed
    found = [r for m in s.members for r in m.refs() if r.family in plain and r.time is not None]
    if found and not timed:
        if len({r.time for r in found}) > 1:
            names = " and ".join(dict.fromkeys(f"{r.family} at {r.step.text}" for r in found))
            raise UndecidedError(f"the system has no index, so that nothing says what {names} are")
        s.notes.append(f"the index {found[0].step.text}, which the system does not have, is left out")
    elif found:
        if state := next((r.family for r in found if r.family in s.model.defined_families), None):
            raise UndecidedError(f"{state} has no index in the system, and one in the claim")
        said = {f"{r.family} at {r.step.text} is read as {r.family}" for r in found}
        s.notes += [f"{words}, which has no index in the system" for words in sorted(said)]

    ends = [t.args for t in s.walk() if t.kind == "derivative"]
    whole = {(y.ref, x.ref.family) for y, x in ends if x.ref is not None and x.ref.time is None}
    copies = {(y.ref, x.ref.family) for y, x in ends if x.ref is not None and x.ref in found}
    for _, name in whole & copies:
        raise UndecidedError(
            f"one quantity is differentiated by {name} with an index and without: which uses each counts, nothing says"
        )

    def change(t: Term) -> Term:
        if isinstance(t.data, Ref) and t.data.time is not None and t.data.family in plain:
            return Term(t.kind, t.args, t.data.at(None), t.span)
        return t

    return s.rebuilt(change)


def with_index_as_time(s: Statement) -> tuple[Term, ...]:
    """One index letter on every symbol that has a time in the system is the time, if only that types."""
    entries = [t for t in s.walk() if t.kind == "entry"]
    letters = {t.indices for t in entries}
    timed = {r.family for p in s.model.printed for r in p.refs if r.time is not None}
    whole = [t.args[0].ref for t in entries]
    if len(letters) != 1 or any(r is None or r.time is not None or r.family not in timed for r in whole):
        return s.members
    (index, *others) = letters.pop()
    if others or not index.isalpha():
        return s.members

    def change(t: Term) -> Term:
        r = t.args[0].ref if t.kind == "entry" else None
        return t if r is None else Term("symbol", (), r.at(Time.read(index)), t.span)

    members = s.rebuilt(change)
    if types_somewhere(s.members, s.models) or not types_somewhere(members, s.models):
        return s.members
    s.notes.append(f"the index {index} is read as the time, as only that fits")
    return members


def without_stray_index(s: Statement) -> tuple[Term, ...]:
    """An index on the left-hand side that no other member has is left out."""
    left, rest = s.members[0], s.members[1:]
    others = {i for m in rest for t in m.walk() if t.kind == "entry" for i in t.indices}
    if left.kind != "entry" or any(i.isdigit() or i in others for i in left.indices):
        return s.members
    s.notes.append(f"the index {', '.join(left.indices)} stands on the left side only and is left out")
    return (left.args[0], *rest)


def with_factors_inside(s: Statement, t: Term) -> Term:
    r"""``\frac{1}{T} \sum_t a_t`` and ``-\sum_t a_t`` with the factor in every summand."""
    if t.kind == "add":
        return Term("add", tuple(with_factors_inside(s, a) for a in t.args), t.data, t.span)
    args = (with_factors_inside(s, t.args[0]),) if t.kind == "negative" else t.args
    sums = [k for k, a in enumerate(args) if _is_sum(a)]
    numbers = all(_is_sum(a) or _is_number(s, a) for a in args)
    if t.kind not in ("negative", "product", "quotient") or len(sums) != 1 or not numbers:
        return t
    (k,) = sums
    if t.kind == "quotient" and k:
        return t
    body = Term(t.kind, (*args[:k], args[k].args[0], *args[k + 1 :]), t.data, t.span)
    return Term(args[k].kind, (body,), args[k].data, args[k].span)


def _is_sum(t: Term) -> bool:
    return t.kind == "over" and t.over.kind == "sum"


def _is_number(s: Statement, t: Term) -> bool:
    """Whether a term is made of numbers and of scalars that carry no time."""
    if t.ref is not None:
        return t.ref.time is None and s.role(t.ref) in ("scalar", None)
    made = t.kind in ("negative", "quotient", "product", "power")
    return t.kind == "number" or (made and all(_is_number(s, a) for a in t.args))


def fitted(s: Statement, member: Term) -> Term:
    """Index letters that only the right-hand side has, fitted to those of the left."""
    left = {name for r in s.members[0].refs() if r.time is not None for name, _ in r.time.letters}
    bound = {t.over.letter for t in s.over(member)}
    limits = {n for t in s.over(member) for u in (t.over.low, t.over.high) if u for n, _ in u.letters}
    free = {n for r in member.refs() if r.time is not None for n, _ in r.time.letters} - left - bound - limits
    free -= s.model.delays()  # what the system prints with this letter is meant by it
    anchors = [u for r in s.members[0].refs() if (u := s.model.anchor(r)) is not None]
    if len(free) != 1 or not anchors or not left:
        return member
    letter = free.pop()
    if any(r.time is not None and r.time.letters and r.time.letter != letter for r in member.refs()):
        return member  # beside the letter of the left-hand side another one means another step
    shifts = [k for k in (0, 1, -1) if _all_printed(s.model, member, letter, k)]
    if not shifts or letter in LAST:
        return member
    if len(shifts) > 1:
        steps = " or ".join((anchors[0] + k).text for k in sorted(shifts, reverse=True))
        raise UndecidedError(f"the index {letter} may stand for {steps}")
    s.notes.append(f"the index {letter} is read as {(anchors[0] + shifts[0]).text}")
    return member.retimed(lambda u: u.put({letter: anchors[0] + shifts[0]}))


def _all_printed(model: Model, member: Term, letter: str, shift: int) -> bool:
    """Whether every symbol with this letter stands in the equations at the same offset."""
    printed = {(r.family, r.time.offset) for p in model.printed for r in p.refs if r.time is not None}
    here = [r for r in member.refs() if r.time is not None and r.time.letter == letter]
    return bool(here) and all((r.family, r.time.offset + shift) in printed for r in here if r.time is not None)


def types_somewhere(members: Sequence[Term], models: Mapping[str, Model]) -> bool:
    """Whether all members have a shape in one convention."""
    for convention in FOUR:
        model = models.get(convention.orientation)
        if model is None:
            continue

        def gradient(_: Ref | None, x: Ref, model: Model = model) -> ex.Expr:
            return ex.Symbol(r"\nabla", model.symbol(x).shape)

        try:
            first, *others = Evaluator(model, convention, gradient, OverTime("ascending")).members(*members)
        except TROUBLE:
            continue
        if all(e.shape == first.shape for e in others):
            return True
    return False


def name_arguments(s: Statement) -> None:
    """Symbols that no equation holds, as names of arguments: the z of ``f'(z)``, and a z by which is differentiated.

    Only where one equation alone can be meant.
    """
    first = s.model
    known = first.known_families
    wanted: dict[Ref, Function | None] = {}
    for t in (t for t in s.walk() if t.kind == "apply" and isinstance(t.data, Function)):
        r = t.args[0].whole.ref
        if r is not None and r.family not in known and isinstance(t.data, Function):
            wanted.setdefault(r, t.data)
    differentiated = [t.args[1].whole.ref for t in s.walk() if t.kind == "derivative"]
    letters = {_letter(first, family) for family in known}
    for r in (*s.aliases.variables(), *(r for r in differentiated if r is not None)):
        if r.family not in known and _letter(first, r.family) not in letters:  # x^{(2)} beside x is no argument
            wanted.setdefault(r, None)
    wanted |= _only_applied(first)
    for r, f in wanted.items():
        users = [p for p in first.printed if _may_name(first, p, r, f)]
        if len(users) == 1 and all(p.lhs.family != r.family for p in first.printed):
            (user,) = users
            for m in s.models.values():
                m.preactivation(user.lhs.family, r.family)
            s.notes.append(f"{r.family} is read as the argument of the function in the equation of {user.lhs.family}")


def _letter(model: Model, family: str) -> str:
    """The letter of a name, without its labels and accents."""
    found = model.families.get(family)
    return (found.letter or found.base) if found is not None else family


def _may_name(model: Model, p: Printed, r: Ref, f: Function | None) -> bool:
    """Whether a symbol can be a name for what a function is applied to in an equation."""
    if (p.lhs.time is None) != (r.time is None) or not isinstance(p.rhs, ex.Apply | ex.Softmax):
        return False
    if isinstance(p.rhs.arg, ex.Symbol):
        return False
    if f is not None:
        return isinstance(p.rhs, ex.Apply) and p.rhs.function.name == f.name
    family = model.families.get(r.family)
    if family is not None and family.how is How.DIFFERENTIATED:
        return True
    if family is None or family.role != "vector":
        return False
    rows = family.rows
    return any(t.root.known is None for t in rows.terms()) or rows.value() == model.symbol(p.lhs).rows


def _only_applied(model: Model) -> dict[Ref, Function | None]:
    """Symbols of the system that only matrices are made of, each under one function: ``D_t = diag(f'(z_t))``."""
    found: dict[Ref, Function | None] = {}
    for p in model.printed:
        if model.families[p.lhs.family].role != "matrix":
            continue
        for s, r in p.uses:
            others = [q for q in model.printed if q is not p and any(u.family == r.family for _, u in q.uses)]
            over = {n.function for n in p.rhs.walk() if isinstance(n, ex.Apply) and n.arg == s}
            names = {f.name for f in over}
            if not others and len(names) == 1 and model.equation(r) is None:
                found[r] = next(iter(over))
    return found
