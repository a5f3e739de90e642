"""``symjac check``: is a printed formula the derivative? One claim, or a file of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from symjac.claims import Verdict, check, check_record
from symjac.claims.checking import unreadable
from symjac.cli import output
from symjac.cli.defects import defects_named
from symjac.cli.records import error_as_data
from symjac.cli.sources import BadRecord, UsageError, from_arguments, is_batch, records_of
from symjac.confirm import confirm
from symjac.errors import Defect, SymjacError, TargetError
from symjac.formats import formats_of_verdicts, write_verdict
from symjac.problem import id_of

TRUE, FALSE, UNUSABLE, UNDECIDED, DEFECT = 0, 1, 2, 3, 4
STATUS = {"true": TRUE, "false": FALSE, "unreadable": UNUSABLE, "undecided": UNDECIDED}
WORST_FIRST = (DEFECT, UNUSABLE, FALSE, UNDECIDED)


def run(options: argparse.Namespace) -> int:
    """Check what is claimed and give the exit status."""
    output.refuse_overwriting(options.output, options.equations)
    if is_batch(options.equations):
        return _batch(options)
    if options.claim is None:
        raise UsageError("what is claimed? --claim says it", hint=r"--claim '\frac{\partial y}{\partial x} = W'")
    wanted = _format(options)
    try:
        with defects_named():
            problem = from_arguments(options.equations, dict(options.symbol))
            v = check(
                problem.equations,
                options.claim,
                problem.symbols,
                of=options.of,
                wrt=options.wrt,
                layout=options.layout,
                orientation=options.orientation,
                strict=options.strict,
                timeout=options.timeout,
            )
    except (SymjacError, Defect) as error:
        if isinstance(error, TargetError) and error.hint is None and None in (options.of, options.wrt):
            error.hint = "--of says what is differentiated, --wrt by what: --of y --wrt x"
        if wanted == "json":  # every claim gets its line
            line = _of_defect(None, error) if isinstance(error, Defect) else _line(unreadable(options.claim, error))
            output.deliver(line, options.output)
        raise
    output.notes(v.notes)
    colour = options.output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    output.deliver(write_verdict(confirm(v), wanted, colour=colour), options.output)
    return STATUS[v.verdict]


def _of_defect(name: object, defect: Defect) -> str:
    """The line where symjac is at fault: it holds no verdict."""
    return json.dumps({"id": name, "error": error_as_data(defect)}, ensure_ascii=False)


def _format(options: argparse.Namespace) -> str:
    wanted = output.wanted(options, "verdict")
    known = formats_of_verdicts()
    if wanted not in known:
        raise UsageError(f"a verdict is not written as {wanted}; it is as {', '.join(known)}")
    return wanted


def _line(v: Verdict) -> str:
    """A verdict as one line of JSON, without its end."""
    return str(write_verdict(confirm(v), "json")).rstrip("\n")


def _batch(options: argparse.Namespace) -> int:
    if options.to not in (None, "json"):
        raise UsageError(f"a file of claims is answered as JSON, one line for each, not as {options.to}")
    if any(v is not None for v in (options.claim, options.of, options.wrt)) or options.symbol:
        raise UsageError("a file of claims brings its own claims; --claim, --of, --wrt and --symbol go with equations")
    found = list(records_of(Path(options.equations[0])))
    seen: set[int] = set()

    def lines() -> Iterator[str]:
        for record in output.counted(found):
            try:
                v = _one(record, options)
            except Defect as defect:
                seen.add(DEFECT)
                yield _of_defect(id_of(record), defect)
            else:
                seen.add(STATUS[v.verdict])
                yield _line(v)

    output.deliver_lines(lines(), options.output)
    return next((status for status in WORST_FIRST if status in seen), TRUE)


def _one(record: object, options: argparse.Namespace) -> Verdict:
    """The verdict about one record, whatever it is."""
    if isinstance(record, BadRecord):
        return unreadable("", record.error)
    data = record if isinstance(record, dict) else {}
    try:
        with defects_named():
            return check_record(
                record,
                layout=options.layout,
                orientation=options.orientation,
                strict=options.strict,
                timeout=options.timeout,
            )
    except SymjacError as error:
        claim = data.get("claim")
        return replace(unreadable(claim if isinstance(claim, str) else "", error), id=id_of(record))
