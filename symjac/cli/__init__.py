"""The command line: reads arguments, calls the library, prints; nothing else in symjac prints."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TextIO

from symjac.cli.arguments import parse
from symjac.cli.defects import defects_named
from symjac.errors import Defect, SymjacError

DONE, UNUSABLE, DEFECT, INTERRUPTED = 0, 2, 4, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    # A stream that the caller closed takes what is written to it, and that is all.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    # Results are for files and pipes as much as for terminals, so their encoding does not depend on the locale;
    # what cannot be encoded at all (half a surrogate pair out of a broken argument) is escaped.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except OSError as error:
        # Most likely standard output cannot be written, and Python would try again, and complain again, at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader has gone: `symjac cells | head`
            return DONE
        print(f"symjac: {error.filename or 'standard output'}: {error.strerror or error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _in_time(options: argparse.Namespace) -> AbstractContextManager[None]:
    """The time limit of a command that answers one question; where there are several, each has its own."""
    if options.command in ("cells", "check", "tex"):
        return nullcontext()
    from symjac.cli.sources import is_batch
    from symjac.deadline import deadline

    return nullcontext() if is_batch(options.equations) else deadline(options.timeout)


def _place(argv: Sequence[str], error: SymjacError) -> str:
    """Where in a .tex file that is named what an error is about stands: file, line and label."""
    files = [a for a in argv if a.lower().endswith(".tex") and "=" not in a]
    if not files or error.text is None or error.span is None:
        return ""
    from symjac.cli.sources import read_text
    from symjac.cli.texfile import located

    found = ((file, located(read_text(Path(file)), error.text, error.span[0])) for file in files)
    return next((f"{file}, {place}: " for file, place in found if place), "")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _run(argv: Sequence[str]) -> int:
    try:
        options = parse(argv)
        with defects_named():
            # What a command needs, SymPy above all, is loaded after the arguments have been found good.
            run: Callable[[argparse.Namespace], int] = import_module(f"symjac.cli.{options.command}").run
            with _in_time(options):
                return run(options)
    except SystemExit as stop:  # argparse, after --help or a complaint
        return stop.code if isinstance(stop.code, int) else UNUSABLE
    except SymjacError as error:
        print(f"symjac: {_place(argv, error)}{error}", file=sys.stderr)
        return UNUSABLE
    except Defect as defect:
        print(f"symjac: {defect.message} [{', '.join(defect.roads)}]", file=sys.stderr)
        return DEFECT
