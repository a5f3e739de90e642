"""A claim checked: judged, held against the convention that is asked for, repaired where it is false, and told."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symjac.claims.bounds import telling as bound_telling
from symjac.claims.judge import TIMEOUT, judge_claim, unreadable
from symjac.claims.nearest.conditions import conditions, to_json
from symjac.claims.nearest.layouts import layouts
from symjac.claims.nearest.repairs import repair
from symjac.claims.printing import fragment, sentences
from symjac.claims.stated.statement import Statement
from symjac.claims.stated.stating import state
from symjac.claims.telling import Found, tell
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import Verdict, summed_up
from symjac.errors import DefinitionError, ReadError, SymjacError

LAYOUTS = ("numerator", "denominator", "mixed", "both")
ORIENTATIONS = ("column", "row")
LATEST = 5.0  # seconds after which no nearest true formula, condition or layout is looked for any more


def check(
    equations: Sequence[str],
    claim: str,
    symbols: Mapping[str, str] | None = None,
    *,
    of: str | None = None,
    wrt: str | None = None,
    layout: str | None = None,
    orientation: str | None = None,
    strict: bool = False,
    timeout: float = TIMEOUT,
) -> Verdict:
    """Under which conventions a printed formula is true of a system, told in sentences.

    With ``layout`` or ``orientation`` the verdict is about that convention alone.

    :raises ReadError: where the system or the claim cannot be read, or, under ``strict``, only with a note.

    >>> v = check([r"x_t = W \\sigma(x_{t-1})"], r"\\partial x_t / \\partial x_{t-1} = W diag(\\sigma'(x_{t-1}))")
    >>> v.verdict, v.holds_in
    ('true', ('numerator_column',))
    """
    _known(layout, orientation)
    begun = time.monotonic()
    deadline = begun + timeout
    declared = dict(symbols or {})
    v = judge_claim(equations, claim, declared, of=of, wrt=wrt, timeout=timeout)
    if v.signs:
        return _of_bound(v, equations, layout, orientation, strict=strict)
    s: Statement | None = None
    with contextlib.suppress(SymjacError, UndecidedError):
        s = state(equations, claim, dict(declared), of=of, wrt=wrt)
    if strict:
        _refuse_notes(v, s)
    asked = _asked(v, layout, orientation)
    if asked:
        v = replace(v, verdict=summed_up(tuple({k: m[k] for k in asked if k in m} for m in v.as_printed)), asked=asked)
    found = Found(s, asked=asked)
    if s is not None and _refuted_for_columns(v):
        until = min(deadline, time.monotonic() + LATEST)
        found = replace(
            found,
            repair=repair(equations, s, declared, of=of, wrt=wrt, deadline=until),
            conditions=conditions(s, until),
            terms=layouts(s, until),
        )
        v = replace(v, conditions=to_json(found.conditions), terms=tuple(t.to_json() for t in found.terms))
    if found.repair is not None:
        e = found.repair.edit
        told: dict[str, object] = {
            "kind": e.kind,
            "words": e.words,
            "claim": e.text,
            "conventions": list(found.repair.conventions),
        }
        v = replace(v, repair={**told, "about": e.about} if e.about else told, was=e.was)
    v = replace(v, told=tell(v, found), equations=tuple(equations))
    return replace(v, explanation=sentences(v), latex=fragment(v))


def _of_bound(
    v: Verdict, equations: Sequence[str], layout: str | None, orientation: str | None, *, strict: bool
) -> Verdict:
    """A verdict about a bound, held against the convention that is asked for."""
    if strict:
        _refuse_notes(v, None)
    asked = _asked(v, layout, orientation)
    if asked:
        v = replace(v, verdict=summed_up(tuple({k: m[k] for k in asked if k in m} for m in v.as_printed)), asked=asked)
    v = replace(v, told=bound_telling.tell(v), equations=tuple(equations))
    return replace(v, explanation=sentences(v), latex=fragment(v))


def check_record(
    record: Mapping[str, object],
    *,
    layout: str | None = None,
    orientation: str | None = None,
    strict: bool = False,
    timeout: float = TIMEOUT,
) -> Verdict:
    """The verdict about one record; what cannot be read is a verdict too."""
    _known(layout, orientation)
    claim = record.get("claim")
    texts = record.get("equations", record.get("system"))
    texts = [texts] if isinstance(texts, str) else texts
    symbols = record.get("symbols") or {}
    of, wrt = record.get("of"), record.get("wrt")
    try:
        if not isinstance(claim, str):
            raise DefinitionError("a record needs a claim, as a string")
        if not isinstance(texts, Sequence) or not texts or not all(isinstance(t, str) for t in texts):
            raise DefinitionError("a record needs equations, as a list of strings")
        if not isinstance(symbols, Mapping) or not all(isinstance(d, str) for d in symbols.values()):
            raise DefinitionError("the symbols of a record are an object of strings")
        v = check(
            texts,
            claim,
            symbols,
            of=of if isinstance(of, str) else None,
            wrt=wrt if isinstance(wrt, str) else None,
            layout=layout,
            orientation=orientation,
            strict=strict,
            timeout=timeout,
        )
    except SymjacError as error:
        v = unreadable(claim if isinstance(claim, str) else "", error)
    return replace(v, id=record.get("id"))


def _known(layout: str | None, orientation: str | None) -> None:
    if layout is not None and layout not in LAYOUTS:
        raise DefinitionError(f"a layout is one of {', '.join(LAYOUTS)}, not {layout!r}")
    if orientation is not None and orientation not in ORIENTATIONS:
        raise DefinitionError(f"an orientation is one of {', '.join(ORIENTATIONS)}, not {orientation!r}")


def _asked(v: Verdict, layout: str | None, orientation: str | None) -> tuple[str, ...]:
    """The conventions that are asked for, none where all are."""
    if layout in (None, "both") and orientation is None:
        return ()
    layouts = ("numerator", "denominator", "mixed") if layout in (None, "both") else (layout,)
    names = [f"{one}_{o}" for one in layouts for o in ((orientation,) if orientation else ORIENTATIONS)]
    found = tuple(name for name in names if name in v.conventions)
    # Without a scalar's gradient the mixed layout is the numerator layout.
    return found or tuple(name.replace("mixed", "numerator") for name in names)


def _refuse_notes(v: Verdict, s: Statement | None) -> None:
    notes = [n.message for n in s.model.reading.notes if n.kind != "unused"] if s is not None else []
    for note in (*notes, *v.notes):
        raise ReadError(f"{note}; refused under strict")


def _refuted_for_columns(v: Verdict) -> bool:
    outcomes = [o for m in v.as_printed for name, o in m.items() if name.endswith("column")]
    return bool(outcomes) and all(o.holds is False for o in outcomes)


__all__ = ["check", "check_record"]
