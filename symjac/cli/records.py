"""The JSON of a derived target: one object for each layout, or one with what went wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial

from symjac import typeset
from symjac.cli.defects import defects_named
from symjac.cli.sources import BadRecord
from symjac.deadline import deadline
from symjac.derivation import layouts_of
from symjac.errors import Defect, SymjacError, TargetError
from symjac.interchange import to_sympy
from symjac.interchange.source import source
from symjac.jacobians import Jacobian
from symjac.narrative.conditions import about, plain
from symjac.problem import Problem, Target
from symjac.recurrence import Recurrence
from symjac.system import System

Record = dict[str, object]


def line(record: Record) -> str:
    """A record as one line."""
    return json.dumps(record, ensure_ascii=False)


def records(
    problem: Problem | BadRecord,
    default: Target,
    *,
    layout: str,
    orientation: str | None,
    strict: bool,
    thorough: bool,
    timeout: float,
) -> Iterator[Record]:
    """Every line that answers one problem: for each target one per layout, or one with its error.

    A problem without targets is asked for ``default``. A target that takes more than ``timeout`` seconds has an error.
    """
    if isinstance(problem, BadRecord):
        yield _failure(problem.id, Target(None, None), problem.error)
        return
    targets = problem.targets or (default,)
    begun = time.perf_counter()
    try:
        with defects_named(), deadline(timeout):
            system = System(*problem.equations, symbols=problem.symbols, orientation=orientation, strict=strict)
    except (SymjacError, Defect) as error:
        yield from (_failure(problem.id, target, error) for target in targets)
        return
    for target in targets:
        try:
            with defects_named(), deadline(timeout):
                J = derive(system, target)
                _ = J.confirmed(thorough=thorough)
                found = list(answers(problem.id, J, target, layout, begun=begun))
        except (SymjacError, Defect) as error:
            found = [_failure(problem.id, target, error)]
        yield from found
        begun = time.perf_counter()


def derive(system: System, target: Target) -> Jacobian:
    """The Jacobian that a target asks for.

    :raises TargetError: where it does not say what to differentiate by.
    """
    if target.wrt is None:
        defined = system.definitions
        free = [name for name, info in system.symbols.items() if info.symbol not in defined and info.role != "matrix"]
        hint = f"there are {', '.join(free)}" if free else "the equations hold no vector and no scalar to do it by"
        raise TargetError("what is to be differentiated by? --wrt names it", hint=hint)
    return system.jacobian(target.of, wrt=target.wrt)


def notes(system: Recurrence, J: Jacobian | None = None) -> list[dict[str, str]]:
    """What was assumed, each once; with a Jacobian also that it is zero because nothing depends on its variable."""
    said = {note.message: note.kind for note in system.notes}
    if J is not None and not system.occurs(J.wrt):
        said[f"{J.wrt.name} is in no equation, so the derivative is zero"] = "zero"
    return [{"kind": kind, "message": message} for message, kind in said.items()]


def answers(name: str | int | None, J: Jacobian, target: Target, layout: str, *, begun: float) -> Iterator[Record]:
    """The records of one derived target, numerator first."""
    c = J.confirmed()
    d = c.statement
    latex = partial(typeset.latex, row=d.system.orientation == "row", beside=d.system.symbols)
    for each in layouts_of(layout):
        closed = d.in_layout(each)
        code = J.source("numpy", each)
        yield {
            "id": name,
            "of": target.of if target.of is not None else d.of.name,
            "wrt": target.wrt,
            "layout": each,
            "orientation": d.system.orientation,
            "shape": [str(size) for size in closed.shape],
            "latex": latex(d.short if each == "numerator" else d.short_denominator),
            "sympy": source(to_sympy(closed)),
            "numpy": code.code,
            "arguments": dict(code.arguments),
            "definitions": [{"symbol": s.name, "latex": latex(e)} for s, e in d.abbreviations],
            "assumes": [{"kind": h.kind, "about": about(h), "text": plain(h)} for h in d.hypotheses],
            "checks": [{"method": k.method, "at": k.at, "passed": k.passed} for k in c.checks],
            "not_run": [{"method": k.method, "because": k.because} for k in c.not_run],
            "notes": notes(d.system, J),
            "seconds": round(time.perf_counter() - begun, 4),
        }


def _failure(name: str | int | None, target: Target, error: SymjacError | Defect) -> Record:
    return {"id": name, "of": target.of, "wrt": target.wrt, "error": error_as_data(error)}


def error_as_data(error: SymjacError | Defect) -> Record:
    """What went wrong, as data: a defect names the roads that disagree, an error the place in the input."""
    if isinstance(error, Defect):
        return {"kind": error.kind, "roads": list(error.roads), "message": error.message}
    return {"kind": error.kind, "message": error.message, "where": error.where}


def is_defect(record: Record) -> bool:
    """Whether a record says that symjac itself is at fault.

    >>> is_defect({"id": None, "error": {"kind": "defect", "roads": ["rules", "entries"], "message": "they disagree"}})
    True
    """
    error = record.get("error")
    return isinstance(error, dict) and error["kind"] == Defect.kind
