"""One record of a batch: a system and what is asked of it, or a claim about a system.

There is one parser of records, for files, for papers' tools and for tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symjac.errors import RecordError

Id = str | int | None


@dataclass(frozen=True)
class Target:
    """What is differentiated by what, as it came in; ``None`` leaves ``of`` to the system."""

    of: str | None
    wrt: str | None


@dataclass(frozen=True)
class Problem:
    """One system and what is asked of it."""

    equations: tuple[str, ...]
    symbols: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    id: Id = None


@dataclass(frozen=True)
class Claim:
    """One system and a formula printed about it."""

    equations: tuple[str, ...]
    formula: str
    symbols: Mapping[str, str] = field(default_factory=dict)
    of: str | None = None
    wrt: str | None = None
    id: Id = None


def read_problem(record: object) -> Problem:
    """The problem that a record is; other keys are passed over.

    :raises RecordError: where it is none.

    >>> read_problem({"equations": "y = A x", "targets": [{"wrt": "x"}]}).targets
    (Target(of=None, wrt='x'),)
    """
    found = _object(record, "a problem")
    return Problem(_equations(found, "a problem"), _symbols(found), _targets(found), read_id(found))


def read_claim(record: object) -> Claim:
    """The claim that a record is; other keys are passed over.

    :raises RecordError: where it is none.

    >>> read_claim({"system": ["y = A x"], "claim": "dy/dx = A"}).equations
    ('y = A x',)
    """
    found = _object(record, "a claim")
    formula = found.get("claim")
    if not isinstance(formula, str):
        raise RecordError('a claim needs "claim", a string')
    equations, symbols = _equations(found, "a claim"), _symbols(found)
    return Claim(equations, formula, symbols, _text(found, "of"), _text(found, "wrt"), read_id(found))


def read_id(record: object) -> Id:
    """What a record is called; ``None`` where it says nothing.

    :raises RecordError: where that is no string and no number.
    """
    name = record.get("id") if isinstance(record, Mapping) else None
    if isinstance(name, bool) or not isinstance(name, str | int | None):
        raise RecordError("the id of a record is a string")
    return name


def id_of(record: object) -> Id:
    """The same of a record that may be none: ``None`` where what it says is no name."""
    try:
        return read_id(record)
    except RecordError:
        return None


def _object(record: object, what: str) -> Mapping[str, object]:
    if not isinstance(record, Mapping):
        raise RecordError(f"{what} is a JSON object")
    return record


def _text(record: Mapping[str, object], key: str) -> str | None:
    found = record.get(key)
    if not isinstance(found, str | None):
        raise RecordError(f'"{key}" is a string')
    return found


def _equations(record: Mapping[str, object], what: str) -> tuple[str, ...]:
    given = record.get("equations", record.get("system"))
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple) or not given or not all(isinstance(e, str) for e in given):
        raise RecordError(f'{what} needs "equations", a list of strings')
    return tuple(given)


def _symbols(record: Mapping[str, object]) -> dict[str, str]:
    given = record.get("symbols") or {}
    if not isinstance(given, Mapping) or not all(isinstance(v, str) for v in given.values()):
        raise RecordError('"symbols" maps names to declarations, such as {"W": "matrix n n"}')
    return dict(given)


def _targets(record: Mapping[str, object]) -> tuple[Target, ...]:
    given = record.get("targets", [])
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list):
        raise RecordError('"targets" is a list of {"of": ..., "wrt": ...}')
    targets = []
    for target in given:
        if not isinstance(target, dict) or not isinstance(target.get("wrt"), str):
            raise RecordError('a target is {"of": ..., "wrt": ...} with strings')
        targets.append(Target(_text(target, "of"), target["wrt"]))
    return tuple(targets)
