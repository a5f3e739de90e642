"""The command line: reads arguments, calls the library, prints; nothing else in symjac prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from symjac.cli.arguments import parse
from symjac.cli.defects import defects_as_errors
from symjac.errors import SymjacError

DONE, UNUSABLE, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    # Results are for files and pipes as much as for terminals, so their encoding does not depend on the locale;
    # what cannot be encoded at all (half a surrogate pair out of a broken argument) is escaped.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`symjac derive ... | head`); Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _run(argv: Sequence[str]) -> int:
    try:
        options = parse(argv)
        with defects_as_errors():
            # SymPy is loaded by the commands that need it, after the arguments have been found good.
            if options.command == "cells":
                from symjac.cli.collection import run
            elif options.command == "read":
                from symjac.cli.read import run
            else:
                from symjac.cli.derive import run
            return run(options)
    except SystemExit as stop:  # argparse, after --help or a complaint
        return stop.code if isinstance(stop.code, int) else UNUSABLE
    except SymjacError as error:
        print(f"symjac: {error}", file=sys.stderr)
        return UNUSABLE
