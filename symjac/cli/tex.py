"""``symjac tex``: answers what a paper asks through ``symjac.sty``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symjac.cli import output
from symjac.cli.defects import defects_named
from symjac.deadline import deadline
from symjac.papers import Paper, Report, arxiv, fill
from symjac.papers.answers import replace_file
from symjac.papers.beside import hints, prepare

DEFECT = 4


@contextmanager
def guarded(timeout: float) -> Iterator[None]:
    """One request: what breaks is a defect, and what takes too long is given up."""
    with defects_named(), deadline(timeout):
        yield


def run(options: argparse.Namespace) -> int:
    """Fill the paper and give the exit status."""
    if options.init:
        return _init(options.paper)
    paper = Paper.named(options.paper)
    scanned = options.scan
    if not scanned and not paper.requests.is_file():
        output.note(f"note: there is no {paper.requests}, LaTeX has not run; reading the requests from {paper.main}")
        scanned = True
    report = fill(paper, scanned=scanned, afresh=options.check, guard=lambda: guarded(options.timeout))
    for said in report.said:
        output.note(f"{said.place}: {said.text}" if said.is_problem else f"note: {said.place}: {said.text}")
    status = _fill(paper, report, options, scanned=scanned)
    return DEFECT if report.defects else status


def _fill(paper: Paper, report: Report, options: argparse.Namespace, *, scanned: bool) -> int:
    """Write or compare the answers; the exit status but for defects."""
    if not report.asks:
        output.note(f"note: {paper.main or paper.requests} asks nothing: it defines no system and holds no request")
        if scanned and not options.arxiv and not paper.answers.is_file():
            return 0
    failed = bool(report.problems)
    if options.check:
        text = report.text.encode("utf-8", "surrogateescape")
        current = paper.answers.is_file() and paper.answers.read_bytes() == text
        if not current:
            output.note(f"{paper.answers} is out of date; symjac tex {paper.base} writes it anew")
        return 1 if not current or failed else 0
    if replace_file(paper.answers, report.text):
        rest = f", not answered: {report.unanswered}" if report.unanswered else ""
        output.note(f"wrote {paper.answers}, requests answered: {report.answered}{rest}")
    if options.arxiv:
        return 1 if not _arxiv(paper, report.text) or (options.strict and failed) else 0
    return 1 if options.strict and failed else 0


def _init(name: str) -> int:
    base = Path(name)
    for said in prepare(base if base.is_dir() else base.parent):
        output.note(said)
    if not base.is_dir():
        paper = Paper.named(name)
        if paper.main is not None:
            main = next(s.text for s in paper.sources)
            for hint in hints(main, paper.base.name):
                output.note(f"{paper.main}: {hint}")
    return 0


def _arxiv(paper: Paper, answers: str) -> bool:
    """Make the tarball and check it; whether arXiv would take it."""
    contents = arxiv.collect(paper, answers)
    name = paper.base.name
    target = paper.base.with_name(f"{name}-arxiv.tar.gz")
    target.write_bytes(arxiv.pack(contents))
    output.note(f"wrote {target}: {', '.join(contents)}")
    main = next(s.text for s in paper.sources)
    wrong = [*hints(main, name), *arxiv.lacking(paper.sources), *arxiv.misnamed(contents)]
    if arxiv.can_compile():
        wrong += arxiv.compiled(contents, name)
    else:
        output.note("note: pdflatex is not installed; the tarball was not compiled")
    for said in wrong:
        output.note(f"{target}: {said}")
    if not wrong:
        output.note(f"{target} holds what arXiv needs")
    return not wrong
