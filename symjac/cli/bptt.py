"""``symjac bptt``: backpropagation through time of a loss, as a page, as data or as a program."""

from __future__ import annotations

import argparse
import time

from symjac import typeset
from symjac.cli import output
from symjac.cli.sources import UsageError, from_arguments, is_batch
from symjac.errors import NotYetError
from symjac.formats import FORMATS, Needs, render
from symjac.narrative.conditions import about, plain
from symjac.results import Backpropagation
from symjac.system import System


def run(options: argparse.Namespace) -> int:
    """Derive what is asked for and give the exit status."""
    output.refuse_overwriting(options.output, options.equations)
    if is_batch(options.equations):
        raise UsageError("backpropagation takes the equations of one system, not a file of problems")
    problem = from_arguments(options.equations, dict(options.symbol))
    wanted = output.wanted(options, "gradients")
    begun = time.perf_counter()
    system = System(*problem.equations, symbols=problem.symbols, orientation=options.orientation, strict=options.strict)
    output.notes(n.message for n in system.notes)
    back = system.bptt(options.loss, window=options.window, targets=options.targets)
    output.notes(n.message for n in back.loss.notes)
    output.deliver(_content(back, wanted, options, begun), options.output)
    return 0


def _content(back: Backpropagation, wanted: str, options: argparse.Namespace, begun: float) -> str | bytes:
    row = FORMATS[wanted]
    if row.needs is Needs.RECORDS:
        return render([record(back, begun)], wanted)
    if row.needs is Needs.PROGRAM and options.layout == "both":
        raise UsageError(f"{wanted} code is one function in one layout; --layout says which")
    return back.write(wanted, options.layout, products=options.products or None)


def record(back: Backpropagation, begun: float) -> dict[str, object]:
    """The answer as data: recurrence, gradients in both layouts, hypotheses, program."""
    last = back.loss.last
    return {
        "loss": back.loss.source,
        "window": back.window,
        "recurrence": [
            {
                "of": r.of.name,
                "symbol": r.symbol.name,
                "latex": None if r.final else typeset.latex(r.before),
                "last": {
                    "symbol": back.adjoints.symbol(r.of, last).name,
                    "latex": typeset.latex(back.at(r.last, last)),
                },
            }
            for r in back.rows
        ],
        "gradients": [
            {
                "of": p.name,
                "shape": [str(d) for d in p.shape],
                "denominator": typeset.latex(back.gradient(p)),
                "numerator": typeset.latex(back.gradient(p, "numerator")),
            }
            for p in back.gradients
        ],
        "arguments": {a.symbol.name: typeset.latex(a.value) for a in back.step.arguments.values()},
        "assumes": [{"kind": h.kind, "about": about(h), "text": plain(h)} for h in back.confirmed().statement.assumed],
        "hypotheses": [f"{typeset.latex(e)} = 1" for e in back.hypotheses],
        "numpy": _program(back),
        "checks": [{"method": c.method, "at": c.at, "passed": c.passed} for c in back.checks.ran],
        "not_run": [{"method": c.method, "because": c.because} for c in back.checks.not_run],
        "seconds": round(time.perf_counter() - begun, 4),
    }


def _program(back: Backpropagation) -> str | None:
    """The NumPy source; ``None`` where there is none, for a reason that ``not_run`` gives."""
    try:
        return back.numpy()
    except NotYetError:
        return None
