"""A system for a claim: read in both orientations, with what only a claim's system prints taken apart first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from symjac.claims.stated.losses import LossEquation, without_losses
from symjac.claims.stated.naming import without_braces
from symjac.errors import DefinitionError, ReadError, ShapeError, SymjacError
from symjac.expr import Expr, Index, UnitVector
from symjac.reading import Equation, Reading, read_system
from symjac.reading.beside import Beside
from symjac.reading.parser import parse, readable
from symjac.reading.spelling import is_upper, plain
from symjac.reading.tree import Node
from symjac.reading.wording import describe
from symjac.recurrence import definitions_of

KEPT = 64  # so many readings of systems are kept: a claim asks for its own again and again


@dataclass(frozen=True)
class Sources:
    """A system as it is read in each orientation, with what its texts say beside.

    ``opaque`` says that some gate is known by name only, so that nothing can be refuted by values.
    """

    naming: tuple[str, ...]
    symbols: Mapping[str, str]
    readings: Mapping[str, Reading]
    notes: tuple[str, ...]
    opaque: bool = False
    losses: tuple[LossEquation, ...] = ()


def sources(equations: Sequence[str], symbols: Mapping[str, str], claim: str = "") -> Sources:
    """Reads a system in each orientation; how letters stand in the claim about it counts as how they stand in it.

    :raises ReadError: where it reads in neither.
    :raises DefinitionError: where a name is defined twice.
    """
    texts, naming = without_naming([without_braces(e) for e in equations])
    texts, losses = without_losses(texts, symbols, claim)
    symbols = _without_targets(losses, texts, symbols)
    texts, rest = with_rest(texts, symbols)
    notes = [e.words for e in losses]
    notes += [f"the dots of the system are read as a vector {name} that depends on nothing it shows" for name in rest]
    for attempt, declared, as_maps in _attempts(texts, {**rest, **symbols}):
        readings, errors = _readings(attempt, declared, claim)
        opaque = as_maps
        if readings:
            break
    else:
        raise errors[0]
    if opaque:
        gates = "gates of several arguments are read as maps of the stacked vectors, of which nothing else is known"
        notes.append(gates)
    notes += [f"the system does not type in the other orientation: {error.message}" for error in errors]
    base = next(iter(readings.values()))
    definitions_of(base.equations)
    found = (*(n.message for n in base.notes), *notes)
    readings = {orientation: with_picked_entries(reading) for orientation, reading in readings.items()}
    return Sources(tuple(naming), declared, readings, found, opaque, losses)


def with_picked_entries(reading: Reading) -> Reading:
    """The system with the p_1 and p_k that it prints picked by what is 1 there, and by no other one-hot vector."""
    table: dict[Expr, Expr] = {}
    for name, index in reading.units.items():
        symbol = reading.symbols[name].symbol
        table[symbol] = UnitVector(int(index) if index.isdigit() else Index(index, symbol.rows), symbol.rows)

    def picked(e: Equation) -> Equation:
        return replace(e, rhs=e.rhs.replace(table), others=tuple(o.replace(table) for o in e.others))

    return replace(reading, equations=tuple(map(picked, reading.equations))) if table else reading


def _without_targets(
    losses: Sequence[LossEquation], texts: Sequence[str], symbols: Mapping[str, str]
) -> dict[str, str]:
    """The declarations but for what a loss alone sees: the equation that tied its size is no longer there."""
    arguments = {plain(a) for e in losses for a in e.arguments}
    kept = {plain(t[n.start : n.end]) for t in texts for r in parse(t)[0] for n in r.walk() if n.kind == "name"}
    return {k: words for k, words in symbols.items() if plain(k) not in arguments or plain(k) in kept}


def without_naming(equations: Sequence[str]) -> tuple[list[str], list[str]]:
    """The equations of the system, and those that only name a derivative."""
    texts: list[str] = []
    naming: list[str] = []
    for text in equations:
        roots = readable(text)
        named = [r for r in roots if _names_derivative(r)]
        naming += [text[r.start : r.end] for r in named]
        texts += [text[r.start : r.end] for r in roots if r not in named] if named else [text]
    return texts, naming


def _names_derivative(root: Node) -> bool:
    """Whether an equation says no more than what a derivative is called: what is added to others is none."""
    sides = [k for k in root.kids[1:] if k.inner.kind != "add"] if root.kind == "relation" else []
    nodes = [n for side in sides for n in side.walk()]
    return any(n.kind == "partial" or (n.kind == "nabla" and n.sub) for n in nodes)


_FOR_REST = (r"\xi", r"\omega", r"\zeta", r"\kappa")


def with_rest(texts: Sequence[str], symbols: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """``\\phi(W h + \\dots)`` with a vector of its own for what the dots leave out, and its declaration."""
    found = {text: list(_rests(text)) for text in texts}
    if not any(found.values()):
        return list(texts), {}
    used = " ".join([*texts, *symbols])
    name = next(n for n in _FOR_REST if n not in used)
    out = []
    for text in texts:
        for dots in sorted(found[text], key=lambda n: -n.start):
            text = f"{text[: dots.start]}{name}{text[dots.end :]}"
        out.append(text)
    return out, {name: "vector"}


def _rests(text: str) -> Iterator[Node]:
    """The dots that a bracket or a member ends in as the last of several terms."""
    for root in readable(text):
        ends = [n.kids[-1] for n in root.walk() if n.kind in ("group", "relation")]
        for n in (root, *ends):
            if n.kind == "add" and n.kids[-1].kind == "dots" and n.detail[-1] == "+":
                yield n.kids[-1]


def first_and_last(text: str) -> str:
    """Of a chain of equations the first member and the last."""
    for root in reversed(readable(text)):
        if root.kind == "relation" and set(root.detail) == {"="} and len(root.kids) > 2:
            text = text[: root.kids[0].end] + " = " + text[root.kids[-1].start :]
    return text


_SHIFTED = re.compile(r"\s*[+-]\s*1(?=\D)")


def _attempts(texts: Sequence[str], symbols: Mapping[str, str]) -> Iterator[tuple[Sequence[str], dict[str, str], bool]]:
    """What a system may be read from, one after the other: texts, declarations, and whether gates are maps there."""
    yield texts, dict(symbols), False
    if (shorter := [first_and_last(t) for t in texts]) != texts:
        yield shorter, dict(symbols), False
    sized = [more for more in with_layer_sizes(symbols) if _readings(texts, more)[0]]
    if len(sized) == 1:  # one size alone lets it be read
        yield texts, sized[0], False
    changed, maps = _as_maps(texts)
    if maps:
        yield changed, {k: v for k, v in symbols.items() if describe(v).role != "elementwise"} | maps, True


def with_layer_sizes(symbols: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The declarations with each size that ``a^l`` may have beside ``a^{l-1}``."""
    said = {key: describe(words) for key, words in symbols.items()}
    vectors = {key: d.sizes[0] for key, d in said.items() if d.role == "vector" and d.sizes and not d.tail}
    plains = {plain(key) for key in symbols}
    missing = [k for key in vectors if (k := _SHIFTED.sub("", key)) != key and plain(k) not in plains]
    for key in missing[:1]:
        yield from ({**symbols, key: f"vector {size}"} for size in dict.fromkeys(vectors.values()))


def _readings(
    texts: Sequence[str], symbols: Mapping[str, str], claim: str = ""
) -> tuple[dict[str, Reading], list[SymjacError]]:
    beside = Beside.seen(claim)
    readings: dict[str, Reading] = {}
    errors: list[SymjacError] = []
    for orientation in ("column", "row"):
        try:
            readings[orientation] = read_once(tuple(texts), tuple(symbols.items()), orientation, beside)
        except (ReadError, ShapeError, DefinitionError) as error:
            errors.append(error)
    return readings, errors


@lru_cache(maxsize=KEPT)
def read_once(
    texts: tuple[str, ...], symbols: tuple[tuple[str, str], ...], orientation: str, beside: Beside
) -> Reading:
    """A system in one orientation, read once for all that is asked about it."""
    return read_system(texts, dict(symbols), orientation=orientation, lenient=True, beside=beside)


def _as_maps(texts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """``\\sigma(x_t, h_{t-1}; W_o)`` as a map of its own of the stacked vectors."""
    maps: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    out: list[str] = []
    for text in texts:
        juxtaposed = (n.kids for r in readable(text) for n in r.walk() if n.kind == "juxt")
        calls = [pair for kids in juxtaposed for pair in pairwise(kids)]
        for head, group in sorted(calls, key=lambda pair: -pair[0].start):
            if head.kind not in ("name", "word") or group.kind != "group" or ";" not in group.detail:
                continue
            cut = group.detail.index(";") + 1
            arguments = [text[k.start : k.end] for k in group.kids[:cut]]
            parameters = ",".join(text[k.start : k.end] for k in group.kids[cut:])
            key = (text[head.start : head.end], parameters)
            name = names.setdefault(key, rf"\Phi_{{{len(names) + 1}}}")
            maps[name] = "map"
            text = f"{text[: head.start]}{name}([{', '.join(arguments)}]){text[group.end :]}"
        out.append(text)
    return out, maps


def without_parameters(text: str, symbols: Mapping[str, str]) -> str:
    """A text in which ``F(x, W)`` of a map F and its parameters W is ``F(x)``, with blanks in place of the rest.

    >>> without_parameters("y = F(x, W)", {"F": "map", "x": "vector n", "W": "parameters of F"})
    'y = F(x   )'
    """
    maps = {plain(key) for key, words in symbols.items() if describe(words).role in ("map", "normalisation")}
    parameters = {plain(key) for key, words in symbols.items() if describe(words).role in ("matrix", "parameters")}
    if not maps:
        return text
    pairs = [p for r in readable(text) for n in r.walk() if n.kind == "juxt" for p in pairwise(n.kids)]
    for head, group in sorted(pairs, key=lambda pair: -pair[0].start):
        if head.kind == "name" and group.is_call and len(group.kids) > 1 and _base(text, head) & maps:
            kept = [text[k.start : k.end] for k in group.kids if not _is_parameter(text, k, symbols, parameters)]
            inside = text[group.start + 1 : group.end - 1]
            new = ", ".join(kept)
            if kept and len(kept) < len(group.kids) and len(new) <= len(inside):
                text = text[: group.start + 1] + new.ljust(len(inside)) + text[group.end - 1 :]
    return text


def _is_parameter(text: str, node: Node, symbols: Mapping[str, str], parameters: set[str]) -> bool:
    """Whether an argument is declared as a parameter or a matrix, or is a capital of which nothing is said."""
    if node.kind != "name":
        return False
    names = _base(text, node)
    said = bool(names & {plain(key) for key in symbols})
    return bool(names & parameters) or (not said and is_upper(node.text))


def _base(text: str, head: Node) -> set[str]:
    """The ways a declaration may spell a name: with its scripts and without."""
    printed = text[head.start : head.end]
    bare = printed[: head.scripts[0].start - head.start] if head.scripts else printed
    return {plain(printed), plain(bare)}
