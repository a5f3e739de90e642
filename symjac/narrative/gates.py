"""The proof for a composite: a lemma with the rules, a step for each gate, and the conclusion."""

from __future__ import annotations

from symjac import expr as ex
from symjac.derivation import Stage
from symjac.expr import Apply, Expr, Identity, Number, Partial, Symbol, Zero
from symjac.functions import ACTIVATIONS
from symjac.narrative.blocks import Block, Display, Inlines, Line, Paragraph, Ref
from symjac.narrative.layer import transposition
from symjac.narrative.lemma import LEMMAS, rule_label
from symjac.narrative.setting import abbreviation_label
from symjac.narrative.teller import Teller, equals
from symjac.narrative.words import RULE_NAMES, SILENT, STEP_REASONS, Slot, listed, say, sentences, told
from symjac.typeset import names


def rules_used(t: Teller) -> tuple[str, ...]:
    """The rules of all stages that have a word, each once, in order of first use."""
    steps = (step.rule for stage in t.d.stages for step in stage.theorem.steps())
    return tuple(name for name in dict.fromkeys(steps) if name not in SILENT)


def gate_label(s: Symbol, t: Teller) -> str:
    """The label of the row that gives a gate's derivative."""
    return f"step{[stage.symbol for stage in t.d.stages].index(s) + 1}"


def composite_proof(t: Teller) -> tuple[Block, ...]:
    """The steps from the first gate to the theorem."""
    d = t.d
    unit: Expr = Number(1) if t.wrt.is_scalar else Identity(t.wrt.rows)
    zero = Number(0) if t.wrt.is_scalar else Zero(t.wrt.rows, t.wrt.rows)
    opening = told("in_turn", unit=equals(t.box(Partial(t.wrt, t.wrt)), t.box(unit)), wrt=t.wrt, zero=zero)
    blocks: list[Block] = [Paragraph(opening)]
    many = len(d.stages) > 1
    for n, stage in enumerate(d.stages):
        if many:
            blocks.append(Paragraph(told("step", number=str(n + 1), symbol=stage.symbol)))
        blocks.append(Display(tuple(_stage(t, stage, last=n == len(d.stages) - 1))))
    blocks.append(Paragraph(sentences(_conclusion(t), transposition(t))))
    return tuple(blocks)


def _stage(t: Teller, stage: Stage, *, last: bool) -> list[Line]:
    told_steps: list[tuple[Expr, Inlines, str | None]] = [(stage.raw, _by_rules(stage, t), None)]
    if stage.collected != stage.raw:
        told_steps.append((stage.collected, _collecting(stage), None))
    if stage.closed != told_steps[-1][0]:
        told_steps.append((stage.closed, _by_gates(stage, t), None))
    if last and t.d.abbreviations:
        table: dict[Expr, Expr] = dict(t.d.abbreviations)
        reason = say(
            STEP_REASONS["abbreviate"], label=listed([Ref(abbreviation_label(s, t)) for s, _ in t.d.abbreviations])
        )
        opened = t.d.short.replace(table)
        t.check(told_steps[-1][0], opened)
        rows = t.steps(Partial(stage.symbol, t.wrt), told_steps, end="")
        return [*rows, Line(t.d.short, reason=reason, end=".")]
    rows = t.steps(Partial(stage.symbol, t.wrt), told_steps)
    final = rows[-1]
    rows[-1] = Line(final.rhs, final.lhs, reason=final.reason, label=gate_label(stage.symbol, t), end=final.end)
    return rows


def _by_rules(stage: Stage, t: Teller) -> Inlines:
    rules = [n for n in dict.fromkeys(s.rule for s in stage.theorem.steps()) if n not in SILENT]
    if not rules:
        return say(STEP_REASONS["term_by_term"])
    items: list[Slot] = []
    for name in reversed(rules):
        words = RULE_NAMES[name]
        items.append((f"{words} ", Ref(rule_label(name))) if name in LEMMAS and t.gates else words)
    return listed(list(dict.fromkeys(items)))


def _collecting(stage: Stage) -> Inlines:
    """What happened between the rules and the collected form."""
    primes = [e.function for e in stage.raw.walk() if isinstance(e, Apply) and e.function.order]
    left = {e.function for e in stage.collected.walk() if isinstance(e, Apply) and e.function.order}
    known = [f.name for f in primes if f not in left and f.known in ACTIVATIONS]
    terms = isinstance(stage.raw, ex.Sum) and (
        not isinstance(stage.collected, ex.Sum) or len(stage.collected.args) < len(stage.raw.args)
    )
    functions = listed([names.name_box(n) for n in dict.fromkeys(known)])
    if known:
        return say(STEP_REASONS["known_collect" if terms else "known"], functions=functions)
    return say(STEP_REASONS["collect"])


def _by_gates(stage: Stage, t: Teller) -> Inlines:
    used = [e.y for e in stage.collected.walk() if isinstance(e, Partial) and isinstance(e.y, Symbol)]
    labels = [Ref(gate_label(s, t)) for s in dict.fromkeys(used) if isinstance(s, Symbol) and s != t.wrt]
    return say(STEP_REASONS["substitute"], labels=listed(labels)) if labels else say(STEP_REASONS["collect"])


def _conclusion(t: Teller) -> Inlines:
    if "numerator" in t.layouts:
        return told("conclusion", label=Ref("num"))
    return ()
