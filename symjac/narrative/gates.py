"""The proof for a composite: a lemma with the rules, a step for each gate, and the conclusion."""

from __future__ import annotations

from dataclasses import replace

from symjac import expr as ex
from symjac.derivation import Stage
from symjac.expr import Apply, Expr, Identity, Number, Partial, Symbol, Zero
from symjac.functions import ACTIVATIONS
from symjac.narrative.blocks import Block, Display, Emph, Inlines, Line, Paragraph, Ref
from symjac.narrative.layer import ending
from symjac.narrative.lemma import LEMMAS, rule_label
from symjac.narrative.setting import abbreviation_label, equation_label
from symjac.narrative.teller import Teller, equals
from symjac.narrative.words import RULE_NAMES, STEP_REASONS, WORDS, Slot, listed, say, sentences, told
from symjac.normal import equal
from symjac.typeset import names
from symjac.typeset.boxes import Box, Gap, Ident, Plain, Word, row
from symjac.typeset.placing import fence


def rules_used(t: Teller) -> tuple[str, ...]:
    """The rules of all stages that have a word, each once, in order of first use."""
    steps = (step.rule for stage in t.d.stages for step in stage.theorem.steps())
    return tuple(name for name in dict.fromkeys(steps) if name in RULE_NAMES)


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
    groups = _groups(d.stages)
    for n, group in enumerate(groups):
        if len(groups) > 1:
            step = Emph(WORDS["step_number"].format(number=n + 1))
            heading = told("step", step=step, symbols=listed([stage.symbol for stage in group]))
            blocks.append(Paragraph(heading, start=True))
        blocks.append(Display(tuple(line for stage in group for line in _stage(t, stage))))
    blocks += ending(t, _conclusion(t))
    return tuple(blocks)


def _groups(stages: tuple[Stage, ...]) -> list[list[Stage]]:
    """Gates that use no other gate are told together, as far as they follow each other."""
    groups: list[list[Stage]] = []
    for stage in stages:
        plain = not any(isinstance(e, Partial) for e in stage.collected.walk())
        if groups and plain and not any(isinstance(e, Partial) for e in groups[-1][0].collected.walk()):
            groups[-1].append(stage)
        else:
            groups.append([stage])
    return groups


def _stage(t: Teller, stage: Stage) -> list[Line]:
    """A gate's derivative: by the rules, then collected, then with the other gates' derivatives put in."""
    raw = _plus_first(stage.raw)
    told_steps: list[tuple[Expr, Inlines]] = [(raw, _by_rules(stage, t))]
    if stage.collected not in (stage.raw, raw):
        told_steps.append((stage.collected, _collecting(stage, t)))
    target = stage.symbol == t.of
    table: dict[Expr, Expr] = {e: s for s, e in t.d.abbreviations}
    final = t.d.short if target else stage.closed.replace(table)
    t.check(stage.closed, final.replace(dict(t.d.abbreviations)))
    known = {**t.d.definitions, **dict(t.d.abbreviations)}
    rows = t.steps(Partial(stage.symbol, t.wrt), told_steps)
    if final != told_steps[-1][0]:
        rows[-1] = replace(rows[-1], end="")
        rows.append(t.follows(told_steps[-1][0], final, _by_gates(stage, final, t), definitions=known, end="."))
    if not target:
        rows[-1] = replace(rows[-1], label=gate_label(stage.symbol, t), numbered=True)
    return rows


def _plus_first(e: Expr) -> Expr:
    """A sum that does not begin with a minus sign, where one of its terms has none."""
    if not isinstance(e, ex.Sum):
        return e
    first = next((k for k, term in enumerate(e.args) if not _is_minus(term)), 0)
    return ex.Sum(e.args[first], *e.args[:first], *e.args[first + 1 :]) if first else e


def _is_minus(e: Expr) -> bool:
    return isinstance(e, ex.Product) and isinstance(e.args[0], Number) and e.args[0].value < 0


def paths(t: Teller) -> dict[Expr, Box]:
    """What stands under a term of the theorem: the gate that the variable acts through, where each term has its own."""
    collected, short = t.d.stages[-1].collected, t.d.short
    if not (t.gates and isinstance(collected, ex.Sum) and isinstance(short, ex.Sum)):
        return {}
    if len(collected.args) != len(short.args) or len(short.args) > 4:
        return {}
    notes: dict[Expr, Box] = {}
    known = {**t.d.definitions, **dict(t.d.abbreviations)}
    for before, after in zip(collected.args, short.args, strict=True):
        gates = {p.y for p in before.walk() if isinstance(p, Partial)}
        # A brace says where a term comes from, so the term must really be that one.
        if len(gates) > 1 or _is_minus(after) or not equal(before, after, known):
            return {}
        notes[after] = row(Plain(WORDS["through"]), t.box(gates.pop())) if gates else Plain(WORDS["carried_over"])
    return notes if len(set(notes.values())) == len(short.args) else {}


def differential_proof(t: Teller) -> tuple[Block, ...]:
    """The proof for a derivative by a matrix: the differential, and what it identifies."""
    stage = t.d.stages[-1]
    # The last step about differentials only puts the one before it in the form from which the derivative is read.
    first = next(p for s in stage.theorem.steps() if s.rule == "identification" for p in s.premises[0].premises)
    form = ex.Trace(ex.mul(t.d.closed, ex.Differential(t.wrt)))
    lhs = ex.Differential(t.of)
    chain: list[tuple[Expr, Inlines]] = [(first.rhs, say(STEP_REASONS["differential"]))]
    if first.rhs != form:
        chain.append((form, say(STEP_REASONS["trace"])))
    generic = Ident(t.letter("G", "A", "M", "K"))
    shown = row(Word("tr"), fence(row(generic, Gap(thin=True), t.box(ex.Differential(t.wrt)))))
    closing = told("identified", form=shown, matrix=generic)
    return (
        Paragraph(told("differentials")),
        Display(tuple(t.steps(lhs, chain))),
        *ending(t, sentences(closing, _conclusion(t))),
    )


def _by_rules(stage: Stage, t: Teller) -> Inlines:
    rules = [n for n in dict.fromkeys(s.rule for s in stage.theorem.steps()) if n in RULE_NAMES]
    if not rules:
        return say(STEP_REASONS["term_by_term"])
    refs: dict[str, list[Slot]] = {}
    for name in reversed(rules):
        refs.setdefault(RULE_NAMES[name], []).extend([Ref(rule_label(name))] if name in LEMMAS and t.has_lemma else [])
    items: list[Slot] = [(f"{words} ", *listed(found, last=", ")) if found else words for words, found in refs.items()]
    return listed(items, last=", ")


def _collecting(stage: Stage, t: Teller) -> Inlines:
    """What happened between the rules and the collected form."""
    primes = [e.function for e in stage.raw.walk() if isinstance(e, Apply) and e.function.order]
    left = {e.function for e in stage.collected.walk() if isinstance(e, Apply) and e.function.order}
    known = [f.name for f in primes if f not in left and f.known in ACTIVATIONS]
    terms = isinstance(stage.raw, ex.Sum) and (
        not isinstance(stage.collected, ex.Sum) or len(stage.collected.args) < len(stage.raw.args)
    )
    if known:
        functions = listed([names.name_box(n) for n in dict.fromkeys(known)])
        return say(STEP_REASONS["known_collect" if terms else "known"], functions=functions)
    named = [s for s in t.told if s in stage.collected.symbols - stage.raw.symbols]
    if named and not terms:
        return say(STEP_REASONS["substitute"], labels=listed([Ref(equation_label(s, t)) for s in named]))
    return say(STEP_REASONS["collect"])


def _by_gates(stage: Stage, final: Expr, t: Teller) -> Inlines:
    used = [e.y for e in stage.collected.walk() if isinstance(e, Partial) and e.y != t.wrt]
    stages = [s.symbol for s in t.d.stages if s.symbol in used]
    order = [s.symbol for s in t.d.stages]
    short = [s for s, _ in t.d.abbreviations]
    labels = _ranges([order.index(s) for s in stages], [gate_label(s, t) for s in order])
    used_short = [n for n, s in enumerate(short) if s in final.symbols]
    labels += _ranges(used_short, [abbreviation_label(s, t) for s in short])
    return say(STEP_REASONS["substitute"], labels=listed(labels)) if labels else say(STEP_REASONS["collect"])


def _ranges(numbers: list[int], labels: list[str]) -> list[Slot]:
    """References, three or more in a row as a range."""
    out: list[Slot] = []
    while numbers:
        run = 1
        while run < len(numbers) and numbers[run] == numbers[0] + run:
            run += 1
        first, last = Ref(labels[numbers[0]]), Ref(labels[numbers[run - 1]])
        if run > 2:
            out.append((first, "–", last))
            numbers = numbers[run:]
        else:
            out.append(first)
            numbers = numbers[1:]
    return out


def _conclusion(t: Teller) -> Inlines:
    if "numerator" in t.layouts:
        return told("conclusion", label=Ref("num"))
    return ()
