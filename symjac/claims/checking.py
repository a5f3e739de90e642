"""A claim checked: judged, held against the convention that is asked for, repaired where it is false, and told."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from symjac.claims.bounds import telling as bound_telling
from symjac.claims.judge import TIMEOUT, judge_claim, unreadable
from symjac.claims.nearest.conditions import conditions
from symjac.claims.nearest.layouts import layouts
from symjac.claims.nearest.repairs import repair
from symjac.claims.printing import fragment, sentences
from symjac.claims.stated.statement import Statement
from symjac.claims.telling import Found, tell
from symjac.claims.verdict import Paragraph, Verdict, summed_up
from symjac.confirm import confirm
from symjac.deadline import deadline
from symjac.errors import DefinitionError, ReadError, SymjacError
from symjac.limits import OutOfTimeError
from symjac.problem import Claim, id_of, read_claim

LAYOUTS = ("numerator", "denominator", "mixed", "both")
ORIENTATIONS = ("column", "row")
LEAST = 0.2  # seconds that are left for telling a verdict whose time is over


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
    return _checked(Claim(tuple(equations), claim, dict(symbols or {}), of, wrt), layout, orientation, strict, timeout)


def _checked(asked: Claim, layout: str | None, orientation: str | None, strict: bool, timeout: float) -> Verdict:
    until = time.monotonic() + timeout
    read: list[Statement] = []
    v = judge_claim(asked, timeout=timeout, read=read)
    s = read[0] if len(read) == 1 else None  # of a claim with a bracket missing there are several, of a bound none
    if strict:
        _refuse_notes(v, s)
    if names := _asked(v, layout, orientation):
        v = replace(v, verdict=summed_up(tuple({k: m[k] for k in names if k in m} for m in v.as_printed)), asked=names)
    v = replace(v, equations=asked.equations)
    if v.signs:
        return _told(v, bound_telling.tell, until)
    found = Found(s)
    if s is not None and not s.factors and _refuted_for_columns(v):
        with _what_is_left(until):
            found = replace(found, repair=repair(asked, s))
        with _what_is_left(until):
            found = replace(found, conditions=conditions(s), terms=layouts(s))
        v = replace(
            v,
            conditions=tuple(c.to_json() for c in found.conditions),
            terms=tuple(t.to_json() for t in found.terms),
        )
    if found.repair is not None:
        e = found.repair.edit
        told = {"kind": e.kind, "words": e.words, "claim": e.text, "conventions": list(found.repair.conventions)}
        v = replace(v, repair=told | ({"about": e.about} if e.about else {}), was=e.was)
    return _told(v, lambda v: tell(v, found), until)


@contextlib.contextmanager
def _what_is_left(until: float) -> Iterator[None]:
    """Within it, what would be good to know; where it takes too long it is left out, and the verdict stands."""
    with contextlib.suppress(OutOfTimeError), deadline(max(LEAST, until - time.monotonic())):
        yield


def _told(v: Verdict, tell: Callable[[Verdict], Mapping[str, tuple[Paragraph, ...]]], until: float) -> Verdict:
    """The verdict in sentences and as LaTeX; where that takes too long, in the plain ones it has."""
    with _what_is_left(until):
        out = replace(v, told=tell(v))
        return replace(out, explanation=sentences(out), latex=fragment(confirm(out)))
    return v


def check_record(
    record: object,
    *,
    layout: str | None = None,
    orientation: str | None = None,
    strict: bool = False,
    timeout: float = TIMEOUT,
) -> Verdict:
    """The verdict about one record; what cannot be read is a verdict too.

    >>> claim = r"\\frac{\\partial y}{\\partial x} = W diag(\\sigma'(x))"
    >>> check_record({"system": [r"y = W \\sigma(x)"], "claim": claim}).verdict
    'true'
    """
    _known(layout, orientation)
    try:
        v = _checked(read_claim(record), layout, orientation, strict, timeout)
    except SymjacError as error:
        claim = record.get("claim") if isinstance(record, Mapping) else None
        v = unreadable(claim if isinstance(claim, str) else "", error)
    return replace(v, id=id_of(record))


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
    return bool(outcomes) and all(o.holds is False and not o.at_once for o in outcomes)
