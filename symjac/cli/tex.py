"""``symjac tex``: answers what a paper asks through ``symjac.sty``."""

from __future__ import annotations

import argparse

from symjac.cli import output
from symjac.cli.defects import defects_as_errors
from symjac.papers import Paper, fill
from symjac.papers.answers import replace_file


def run(options: argparse.Namespace) -> int:
    """Fill the paper and give the exit status."""
    paper = Paper.named(options.paper)
    scanned = options.scan
    if not scanned and not paper.requests.is_file():
        output.note(f"note: {paper.requests} is not there, LaTeX has not run; the requests are read from {paper.main}")
        scanned = True
    report = fill(paper, scanned=scanned, afresh=options.check, guard=defects_as_errors)
    for said in report.said:
        output.note(f"{said.place}: {said.text}")
    current = paper.answers.is_file() and paper.answers.read_bytes() == report.text.encode("utf-8", "surrogateescape")
    if options.check:
        if not current:
            output.note(f"{paper.answers} is out of date; symjac tex {paper.base} writes it anew")
        return 0 if current and not report.problems else 1
    if replace_file(paper.answers, report.text):
        output.note(f"wrote {paper.answers}: {report.answered} requests")
    return 1 if options.strict and report.problems else 0
