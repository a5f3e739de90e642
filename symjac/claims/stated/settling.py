"""At which steps a claim is meant: the last one, what a gradient is by, whose equations of the earlier step count."""

from __future__ import annotations

from symjac.claims.model import Model
from symjac.claims.stated.aliases import LOSS
from symjac.claims.stated.conditions import Condition
from symjac.claims.stated.losses import is_loss_name
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.errors import TargetError
from symjac.expr.times import LAST, Time
from symjac.reading.applied.terms import Ref


def settle(s: Statement, *, differentiates: bool) -> None:
    """The target of a loss gradient, the last step, and whether earlier equations are taken in."""
    found = list(s.gradients(s.members[0]))
    if found:
        s.target = found[0][1]
    _refuse_unrelated_losses(s)
    if differentiates and not any(t.kind in ("derivative", "second", "gradient") for t in s.walk()):
        raise TargetError("nothing in this claim says what is differentiated by what; give of and wrt")
    s.last = _last_step(s)
    if s.last is not None:
        s.notes.append(f"{s.last.text} is read as the last step")
    elif s.steps is not None and s.steps.last is not None and s.steps.last.letters:
        s.last = s.steps.last
    s.conditions += _within_the_sum(s)
    ends = [r.time for r in s.seen if r.time is not None]
    if s.last is None and ends and not s.at_every_step and len({u.letters for u in ends}) == 1:
        s.last = max(ends, key=lambda u: u.offset)  # the loss sees nothing later
    for m in s.models.values():
        m.shifted = _shift_matters(s, m, zero=True) or _uses_the_earlier_step(s, m)
    if s.model.shifted:
        s.notes.append("the equations are shifted one step back, gates of the earlier step held fixed")
    else:
        s.shiftable = _shift_matters(s, s.model, zero=False)
    s.open_lag = any(_acts_beside(s.model, y, x) for _, y, x in s.of_symbols(*s.members))


def _refuse_unrelated_losses(s: Statement) -> None:
    """Nothing is judged of two losses with letters of their own that no equation ties to each other.

    :raises UndecidedError: where a claim differentiates two, or one beside another that the system defines.
    """
    differentiated = {t.args[0].ref for t in s.walk() if t.kind == "derivative"}
    defined = s.model.defined_families - s.model.used_families
    losses = {y for y, _, _ in s.gradients(*s.members) if y is not None and y.time is None and y != LOSS}
    losses |= {y for y in differentiated if y is not None and y.family in defined and is_loss_name(y.family)}
    names = {s.model.families[y.family].letter or y.family: y.family for y in losses if y.family in s.model.families}
    if len(names) > 1:
        raise UndecidedError(f"nothing says how {' and '.join(sorted(names.values()))} are related")


def _within_the_sum(s: Statement) -> tuple[Condition, ...]:
    """That the step of the variable is one over which the loss is summed, where it is a letter."""
    time, steps = (s.target.time if s.target is not None else None), s.steps
    if steps is None or time is None or time.letter is None or (s.last is not None and time.letters == s.last.letters):
        return ()
    members = (steps.first, time) if steps.last is None else (steps.first, time, steps.last)
    text = r" \le ".join(m.text for m in members)
    return (Condition(text, members, ("<=",) * (len(members) - 1), implied=True),)


def _last_step(s: Statement) -> Time | None:
    """The last step: that of the variable, or where a sum ends that is claimed to be the gradient by a state."""
    time = s.target.time if s.target is not None else None
    letters = {n for p in s.model.printed if p.lhs.time is not None for n, _ in p.lhs.time.letters}
    if time is not None and time.letter in LAST and time.letter not in letters and s.is_last(time.letter):
        return Time(time.letters)
    sums = [t.over for t in s.over(*s.members[1:]) if t.over.kind == "sum" and t.over.low is not None]
    low, high = (sums[-1].low, sums[-1].high) if sums else (None, None)
    if time is None or low is None or high is None or (low - time) not in (Time(), Time((), 1)):
        return None
    ends = high.letter in LAST and high.offset in (0, -1) and s.is_last(high.letter)  # the last term may stand apart
    return Time(high.letters) if ends else None


def _acts_beside(model: Model, y: Ref, x: Ref) -> bool:
    """Whether what is differentiated by, several steps back, also acts through another state of its own step.

    Over a number of steps that is a letter each step is like the last.
    """
    if y.time is None or x.time is None:
        return False
    if model.may_be_delayed(y, x) or model.prints_beside(y, x):
        return True
    if x.family not in model.defined_families:
        return False
    steps = model.steps(y, x)
    if model.prints(y, x):
        return True
    if model.definition(y) is None or (steps is not None and steps < 2):
        return False
    try:
        x = x if steps is not None else x.at(y.time - 1)
        beyond = model.between(y, x)
        here = model.table(r for r in model.instance(model.anchor(x)) if r != x)
    except UndecidedError:
        return False  # the equations of that step cannot be written down
    used = {s for e in beyond.values() for s in e.symbols} - beyond.keys()
    return any((r := model.ref(s)) is not None and model.depends(r, x, here) for s in used & here.keys())


def _uses_the_earlier_step(s: Statement, model: Model) -> bool:
    """Whether the claim itself differentiates an equation of the step from which it starts.

    Beside ``dc_t/dc_{t-1}`` that is ``dh_{t-1}/dc_{t-1}``.
    """
    if s.members[0].kind != "derivative":
        return False
    y, x = (a.ref for a in s.members[0].args)
    if y is None or x is None or model.steps(y, x) != 1:
        return False
    inner = s.of_symbols(*s.members[1:])
    return any(by == x and of.time == x.time and of != x and model.definition(of) for _, of, by in inner)


def _shift_matters(s: Statement, model: Model, *, zero: bool) -> bool:
    """Whether a derivative by an earlier state changes when the equations of that step are taken in.

    With ``zero`` only derivatives count that are zero as printed.
    """
    for _, y, x in s.of_symbols(*s.members):
        if model.steps(y, x) != 1 or model.definition(y) is None:
            continue
        if x.family not in model.defined_families and not (zero and model.enters(x)):
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
