"""A system for a claim: read in both orientations, with what only a claim's system prints taken apart first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symjac.claims.losses import LossEquation, without_losses
from symjac.errors import DefinitionError, ReadError, ShapeError, SymjacError
from symjac.reading import Reading, read_system
from symjac.reading.parser import parse
from symjac.reading.tree import Node


@dataclass(frozen=True)
class Sources:
    """The texts of a system as they are read.

    ``opaque`` says that some gate is known by name only, so that nothing can be refuted by values.
    """

    texts: tuple[str, ...]
    naming: tuple[str, ...]
    symbols: Mapping[str, str]
    readings: Mapping[str, Reading]
    notes: tuple[str, ...]
    opaque: bool = False
    losses: tuple[LossEquation, ...] = ()


def sources(equations: Sequence[str], symbols: Mapping[str, str]) -> Sources:
    """Reads a system in each orientation.

    :raises ReadError: where it reads in neither.
    """
    texts, naming = without_naming(equations)
    texts, losses = without_losses(texts, symbols)
    symbols = {name: _plainly(words) for name, words in symbols.items()}
    readings, errors = _readings(texts, symbols)
    opaque = False
    declared = dict(symbols)
    notes = [e.words for e in losses]
    if not readings:
        changed, maps = _as_maps(texts)
        if not maps:
            raise errors[0]
        declared = {k: v for k, v in declared.items() if not v.startswith("elementwise")} | maps
        readings, errors = _readings(changed, declared)
        if not readings:
            raise errors[0]
        texts, opaque = changed, True
        notes.append(
            "gates of several arguments are read as maps of the stacked vectors, of which nothing else is known"
        )
    for error in errors:
        notes.append(f"the system does not type in the other orientation: {error.message}")
    base = next(iter(readings.values()))
    return Sources(tuple(texts), tuple(naming), declared, readings, (*(n.message for n in base.notes), *notes), opaque, losses)


_VECTOR = re.compile(r"\bvector (?:of (?:length|size|dimension) )?([A-Za-z](?:_\w+)?)(?=$|[\s,.;:)])")
_TWO_SIZES = re.compile(r"([a-z])([a-z])(?= \(|$)")


def _plainly(words: str) -> str:
    """A declaration that records put in other words, in those that are known: ``one-hot vector q``, ``nn (...)``."""
    if words.startswith(("vector", "matrix", "scalar", "elementwise", "upstream", "gradient")):
        return words
    vector, sizes = _VECTOR.search(words), _TWO_SIZES.match(words)
    if sizes:
        return f"matrix {sizes[1]} {sizes[2]}"
    return f"vector {vector[1]}" if vector else words


def without_naming(equations: Sequence[str]) -> tuple[list[str], list[str]]:
    """The equations of the system, and those that only name a derivative."""
    texts: list[str] = []
    naming: list[str] = []
    for text in equations:
        try:
            roots, _ = parse(text)
        except ReadError:
            texts.append(text)
            continue
        named = [r for r in roots if _names_derivative(r)]
        naming += [text[r.start : r.end] for r in named]
        texts += [text[r.start : r.end] for r in roots if r not in named] if named else [text]
    return texts, naming


def _names_derivative(root: Node) -> bool:
    sides = root.kids[1:] if root.kind == "relation" else []
    return any(n.kind in ("partial", "nabla") for side in sides for n in side.walk())


def _readings(texts: Sequence[str], symbols: Mapping[str, str]) -> tuple[dict[str, Reading], list[SymjacError]]:
    readings: dict[str, Reading] = {}
    errors: list[SymjacError] = []
    for orientation in ("column", "row"):
        try:
            readings[orientation] = read_system(texts, symbols, orientation=orientation, lenient=True)
        except (ReadError, ShapeError, DefinitionError) as error:
            errors.append(error)
    return readings, errors


def _as_maps(texts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """``\\sigma(x_t, h_{t-1}; W_o)`` as a map of its own of the stacked vectors."""
    maps: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    out: list[str] = []
    for text in texts:
        try:
            roots, _ = parse(text)
        except ReadError:
            out.append(text)
            continue
        calls = [
            pair for r in roots for n in r.walk() if n.kind == "juxt" for pair in zip(n.kids, n.kids[1:], strict=False)
        ]
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
