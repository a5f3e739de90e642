"""``symjac bptt``: backpropagation through time of a loss, as a page, as data or as a program."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from symjac import typeset
from symjac.bptt import Backpropagation
from symjac.cli import output
from symjac.cli.sources import UsageError, from_arguments, is_batch
from symjac.documents.compile import compile_pdf
from symjac.system import System

CODE = {"numpy": Backpropagation.numpy, "jax": Backpropagation.jax, "torch": Backpropagation.torch}
PAGES = {
    "latex": Backpropagation.latex,
    "document": Backpropagation.document,
    "markdown": Backpropagation.markdown,
    "html": Backpropagation.html,
    "text": Backpropagation.text,
}


def run(options: argparse.Namespace) -> int:
    """Derive what is asked for and give the exit status."""
    output.refuse_overwriting(options.output, options.equations)
    if is_batch(options.equations):
        raise UsageError("backpropagation takes the equations of one system, not a file of problems")
    problem = from_arguments(options.equations, dict(options.symbol))
    wanted = options.to or output.format_of(options.output)
    begun = time.perf_counter()
    system = System(*problem.equations, symbols=problem.symbols, orientation=options.orientation, strict=options.strict)
    for message in dict.fromkeys(n.message for n in system.notes):
        output.note(f"note: {message}")
    back = system.bptt(options.loss, window=options.window, targets=options.targets)
    for message in dict.fromkeys(n.message for n in back.loss.notes):
        output.note(f"note: {message}")
    output.deliver(_content(back, wanted, options, begun), options.output)
    return 0


def _content(back: Backpropagation, wanted: str, options: argparse.Namespace, begun: float) -> str | bytes:
    products = options.products or None
    if wanted == "json":
        return json.dumps(record(back, begun), ensure_ascii=False)
    if wanted == "pdf":
        with tempfile.TemporaryDirectory() as folder:
            file = compile_pdf(back.document(options.layout or "both", products=products), Path(folder) / "page.pdf")
            return file.read_bytes()
    if wanted in CODE:
        if options.layout == "both":
            raise UsageError(f"{wanted} code is one function in one layout; --layout says which")
        return CODE[wanted](back, options.layout or "denominator")
    return PAGES[wanted](back, options.layout or "both", products=products)


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
        "hypotheses": [f"{typeset.latex(e)} = 1" for e in back.hypotheses],
        "numpy": back.numpy(),
        "seconds": round(time.perf_counter() - begun, 4),
    }
