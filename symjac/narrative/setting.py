"""The setting of a page: symbols, equations, what acts entrywise, abbreviations, the meaning of the layouts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symjac import expr as ex
from symjac.expr import Apply, Entry, Expr, Function, Partial, Symbol
from symjac.functions import ACTIVATIONS
from symjac.narrative.blocks import Block, Display, Inlines, Paragraph, Ref, ended
from symjac.narrative.maps import tell_maps
from symjac.narrative.teller import Teller, belongs, commas, entry_of, equals
from symjac.narrative.words import WORDS, listed, sentences, told
from symjac.typeset import names
from symjac.typeset.boxes import Box, Fence, Ident, Mark, Num, Op, Script, Styled, row
from symjac.typeset.calls import function_box, size_box
from symjac.typeset.placing import fence


def setting(t: Teller, *, restated: bool = True) -> tuple[Block, ...]:
    """The paragraphs before the theorem; the equations are not ``restated`` where the paper shows them already."""
    changing = [t.wrt, *(s for s in t.told if s != t.wrt), *t.symbols]
    changing = [s for s in dict.fromkeys(changing) if t.d.scope.depends(s) or s in t.told]
    opening = told("let" if restated else "let_given", symbols=_memberships(changing))
    direction = told("rows" if t.style.row else "columns")
    equations = Display(ended([t.definition(s, label=equation_label(s, t)) for s in t.told]))
    head = Paragraph(sentences(direction, opening), WORDS["head_setting"])
    cut = told("cut", wrt=t.wrt) if t.wrt in t.d.system.definitions else ()
    maps = tell_maps(t.d.definitions[s] for s in t.told)
    after = sentences(_fixed(t), cut, *_functions(t), *maps, _signs(t), *_uses(t), _notation(t))
    if restated:
        blocks: list[Block] = [head, equations, Paragraph(after)]
    else:
        blocks = [replace(head, content=sentences(head.content, after))]
    if t.d.abbreviations:
        lines = [t.definition(s, label=abbreviation_label(s, t)) for s, _ in t.d.abbreviations]
        end = "," if t.wrt in t.style.short_partials else "."
        blocks += [Paragraph(told("abbreviate")), Display(ended(lines, end))]
    blocks.append(Paragraph(sentences(_short_partial(t), *_layouts(t))))
    return tuple(blocks)


def equation_label(s: Symbol, t: Teller) -> str:
    """The label of the equation that defines a symbol."""
    return f"eq{t.told.index(s) + 1}"


def equation_labels(t: Teller) -> Inlines:
    """References to the equations that are told: the first, and the last where there are several."""
    first, last = (Ref(equation_label(s, t)) for s in (t.told[0], t.told[-1]))
    return (first,) if first == last else (first, "–", last)


def _memberships(symbols: Iterable[Symbol]) -> Inlines:
    groups: dict[ex.Shape, list[Symbol]] = {}
    for s in symbols:
        groups.setdefault(s.shape, []).append(s)
    return listed([belongs(group, shape) for shape, group in groups.items()])


def _fixed(t: Teller) -> Inlines:
    fixed = [s for s in t.symbols if not t.d.scope.depends(s) and s not in t.told]
    if not fixed:
        return ()
    order = sorted(fixed, key=lambda s: 0 if s.is_matrix else 1 if s.is_vector else 2)
    return told("independent" if len(fixed) > 1 else "independent_one", symbols=_memberships(order), wrt=t.wrt)


# ------------------------------------------------------------------------------------------ functions


def _applied(t: Teller) -> dict[str, Function]:
    """The functions of the told equations by name, without their derivatives."""
    out: dict[str, Function] = {}
    for s in t.told:
        for e in t.d.definitions[s].walk():
            if isinstance(e, Apply):
                out.setdefault(e.function.name, Function(e.function.name, 0, e.function.known))
    return out


def _functions(t: Teller) -> Iterator[Inlines]:
    defined = {f.function.name: f for f in t.d.system.functions}
    applied = _applied(t)
    for name, f in defined.items():
        if name in applied:
            left = row(names.name_box(name), fence(names.name_box(f.variable.name)))
            yield told("function_defined", definition=equals(left, t.box(f.body)))
    open_ = [f for f in applied.values() if f.known is None and f.name not in defined]
    known = [f for f in applied.values() if f.known is not None or f.name in defined]
    real = Styled(r"\mathbb", Ident("R"))
    if open_:
        signs = [row(names.name_box(f.name), Op(r"\colon", prefix=True), real, Op(r"\to"), real) for f in open_]
        yield told("acts" if len(signs) == 1 else "act", function=signs[0], functions=listed(signs))
    if known:
        letters = [names.name_box(f.name) for f in known]
        yield told("known_acts" if len(letters) == 1 else "known_act", function=letters[0], functions=listed(letters))


def _uses(t: Teller) -> Iterator[Inlines]:
    """The derivatives of known functions that the closed form rests on, and where they do not exist."""
    z = Symbol(t.letter("z", "a", "s", r"\zeta"))
    resolved = {name for stage in t.d.stages for name in _primed(stage.raw) - _primed(stage.collected)}
    rules: list[Box] = []
    kinks: list[Inlines] = []
    for f in _applied(t).values():
        known = ACTIVATIONS.get(f.known or "")
        if known is None:
            continue
        if f.name in resolved:
            derivative = known.derivative(z, Apply(f, z))
            t.check(Apply(f.derivative(), z), derivative)
            rules.append(equals(row(function_box(f.name, 1), fence(t.box(z))), t.box(derivative)))
        if known.excluded is not None:
            condition = names.take_apart(known.excluded.replace("z", z.name))
            kinks.append(told("excluded", function=names.name_box(f.name), condition=condition, z=z))
    if rules:
        yield told("known_derivative", derivatives=listed(rules))
    yield from kinks


def _primed(e: Expr) -> set[str]:
    return {a.function.name for a in e.walk() if isinstance(a, Apply) and a.function.order}


def _signs(t: Teller) -> Inlines:
    nodes = {type(e): e for s in t.told for e in t.d.definitions[s].walk()}
    nodes |= {type(e): e for e in t.d.closed.walk()}
    said: list[Inlines] = []
    if ex.Hadamard in nodes:
        said.append(told("odot", sign=Mark("odot")))
    if any(_is_quotient(e) for s in t.told for e in t.d.definitions[s].walk()):
        said.append(told("oslash", sign=Op(r"\oslash", prefix=True)))
    if ex.Ones in nodes:
        said.append(told("ones", sign=Mark("one")))
    if ex.Norm in nodes:
        dot = Fence(r"\lVert", Op(r"\cdot", prefix=True), r"\rVert")
        said.append(told("norm", sign=dot))
    if ex.Identity in nodes:
        said.append(told("identity", sign=t.box(nodes[ex.Identity])))
    return told("signs", signs=listed(said)) if said else ()


def _is_quotient(e: Expr) -> bool:
    return isinstance(e, ex.EntryPower) and not e.is_scalar and e.exponent == ex.Number(-1)


def _notation(t: Teller) -> Inlines:
    v = t.of if t.of.is_vector else t.wrt
    if not v.is_vector:
        return ()
    i, j = t.indices
    index = i if v == t.of else j
    parts = [told("notation_entry", entry=Entry(v, index), i=Ident(index.name), vector=v)]
    if t.by_entries:
        delta = Script(Ident(r"\delta"), sub=row(Ident(i.name), Ident(j.name)))
        parts.append(told("notation_delta", delta=delta))
    if any(isinstance(e, ex.Diag) for e in t.d.closed.walk()):
        generic = Ident(t.letter("v", "a", "w"))
        first, last = (Script(generic, sub=b) for b in (Num("1"), size_box(v.rows)))
        entries = row(*commas([first, Op(r"\dots", prefix=True), last]))
        diag = row(Mark("diag"), Fence("(", generic, ")"))
        parts.append(told("notation_diag", diag=diag, entries=entries))
    return told("notation", parts=listed(parts))


# -------------------------------------------------------------------------- abbreviations and layouts


def abbreviation_label(s: Symbol, t: Teller) -> str:
    return f"abbr{[a for a, _ in t.d.abbreviations].index(s) + 1}"


def _short_partial(t: Teller) -> Inlines:
    if t.wrt not in t.style.short_partials:
        return ()
    y = Symbol(t.letter("y", "f", "v", "a"), t.of.shape)
    key = "short_partial" if t.d.abbreviations else "short_partial_alone"
    return told(key, short=t.box(Partial(y, t.wrt)), y=y, wrt=t.wrt)


def slashed(y: Expr | Box, x: Expr | Box, t: Teller) -> Box:
    """A derivative in running text, on one line."""
    d = Op(r"\partial", prefix=True)
    top = y if isinstance(y, Box) else t.box(y)
    bottom = x if isinstance(x, Box) else t.box(x)
    return row(d, top, Op("/", prefix=True), d, bottom)


def _layouts(t: Teller) -> Iterator[Inlines]:
    y = Symbol(t.letter("y", "f", "v", "a"), t.of.shape)
    x = Symbol(t.letter("x", "z", "w", "v"), t.wrt.shape)
    which = "both" if len(t.layouts) == 2 else t.layouts[0]
    if t.wrt.is_matrix:
        i, j = t.indices
        entry = equals(entry_of(slashed(y, x, t), i, j), slashed(y, Entry(x, i, j), t))
        yield told("layout_matrix", y=y, x=x, entries=entry)
    elif t.of.is_scalar and t.wrt.is_vector:
        yield told("layout_gradient", y=y, x=x)
    elif t.of.is_vector and t.wrt.is_vector:
        i, j = t.indices
        first, second = (j, i) if which == "denominator" else (i, j)
        entry = equals(entry_of(slashed(y, x, t), i, j), slashed(Entry(y, first), Entry(x, second), t))
        yield told(f"layout_{which}", y=y, x=x, entries=entry)
