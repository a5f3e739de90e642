"""``symjac derive``: one system from the command line, or a batch of problems from a file."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from symjac.cli import output
from symjac.cli.records import answers, derive, is_defect, line, notes, records
from symjac.cli.sources import UsageError, from_arguments, is_batch, problems
from symjac.entries import size_at
from symjac.explicit import sizes
from symjac.formats import FORMATS, Needs, formats_of, render
from symjac.interchange.source import source
from symjac.jacobians import Jacobian
from symjac.narrative.example import LARGEST
from symjac.narrative.written_out import written_out
from symjac.preview import without_tex
from symjac.problem import Target
from symjac.recurrence import Recurrence
from symjac.system import System

PAGES = (Needs.PAGE, Needs.ARTICLE)


def run(options: argparse.Namespace) -> int:
    """Derive what is asked for and give the exit status."""
    output.refuse_overwriting(options.output, options.equations)
    if is_batch(options.equations):
        return _batch(options)
    problem = from_arguments(options.equations, dict(options.symbol))
    wanted = _format(options)
    begun = time.perf_counter()
    system = System(*problem.equations, symbols=problem.symbols, orientation=options.orientation, strict=options.strict)
    J: Jacobian | None = None
    if options.explicit:
        content = _explicit(system, options, wanted)
    else:
        (default,) = problem.targets
        target = Target(options.of or default.of, options.wrt or default.wrt)
        J = derive(system, target)
        content = _derived(J, target, options, wanted, begun)
        if FORMATS[wanted].needs in PAGES and options.n is not None and _too_large(system, options.n):
            output.note(f"note: the example is left out, a page holds sizes up to {LARGEST}; --to sympy takes any")
    output.notes(said["message"] for said in notes(system, J))
    output.deliver(content, options.output)
    return 0


def _format(options: argparse.Namespace) -> str:
    wanted = output.wanted(options, "jacobian")
    if options.page and FORMATS[wanted].needs is not Needs.PICTURE:
        raise UsageError(f"--page goes with {' and '.join(formats_of(Needs.PICTURE))}; {wanted} needs no such choice")
    if FORMATS[wanted].needs is Needs.PROGRAM and options.layout == "both":
        raise UsageError(f"{wanted} code is one function in one layout; --layout says which")
    return wanted


def _derived(J: Jacobian, target: Target, options: argparse.Namespace, wanted: str, begun: float) -> str | bytes:
    shown = options.n is not None and not _too_large(J.system, options.n)
    _ = J.confirmed(thorough=options.thorough, at=sizes(J.system, options.n) if shown else None)
    row = FORMATS[wanted]
    if row.needs is Needs.RECORDS:
        return render(answers(None, J, target, options.layout or "both", begun=begun), wanted)
    if row.needs is Needs.PICTURE and options.n is not None and not options.page:
        raise UsageError("--n adds an example to a page; ask for the page with --page")
    if wanted == "pdf" and without_tex():
        output.note("note: no TeX is installed, so Typst sets the page")
        return J.drawing(options.layout or "both", n=options.n, whole=True)("pdf")
    how = {"whole": options.page} if row.needs is Needs.PICTURE else {}
    return J.write(wanted, options.layout, n=options.n, **how)


def _too_large(system: Recurrence, n: int | Mapping[str, int]) -> bool:
    at = sizes(system, n)
    return any(size_at(d, at) > LARGEST for s in system.definitions for d in s.shape)


def _explicit(system: System, options: argparse.Namespace, wanted: str) -> str | bytes:
    n = options.n or 2
    row = FORMATS[wanted]
    if row.needs is Needs.MATRIX:
        return "\n".join(source(e) for e in system.explicit(n))
    if row.needs not in PAGES:
        raise UsageError(f"the written-out recurrence alone is not made as {wanted}")
    return render(written_out(system, sizes(system, n)), wanted)


def _batch(options: argparse.Namespace) -> int:
    wanted = options.to or "json"
    if wanted != "json":
        raise UsageError(f"a batch is answered as JSON, one line for each target and layout, not as {wanted}")
    if options.explicit or options.n is not None:
        raise UsageError("a batch is answered for every n; --n and --explicit go with equations")
    found = list(problems(Path(options.equations[0])))
    status = 0

    def lines() -> Iterator[str]:
        nonlocal status
        for problem in output.counted(found):
            for record in records(
                problem,
                Target(options.of, options.wrt),
                layout=options.layout or "both",
                orientation=options.orientation,
                strict=options.strict,
                thorough=options.thorough,
                timeout=options.timeout,
            ):
                status = max(status, 4 if is_defect(record) else 2 if "error" in record else 0)
                yield line(record)

    output.deliver_lines(lines(), options.output)
    return status
