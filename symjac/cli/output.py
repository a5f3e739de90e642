"""Where results go: standard output or a file, whole or line by line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from symjac.cli.sources import UsageError
from symjac.deadline import unhurried
from symjac.errors import SymjacError
from symjac.formats import SUFFIXES


def note(message: str) -> None:
    """Say something that is no result."""
    print(f"symjac: {message}", file=sys.stderr)


def refuse_overwriting(output: str | None, arguments: Sequence[str]) -> None:
    """An output file that is also an input is a slip of the keyboard, however it is spelled.

    :raises UsageError: for such a file.
    """
    if output is not None and any(_is_same(output, argument) for argument in arguments):
        raise UsageError(f"{output} is the input; the output needs another name")


def _is_same(a: str, b: str) -> bool:
    """Whether two names are one file: by another path, through a link, or where capital letters do not count."""
    try:
        if Path(a).samefile(b):
            return True
        return Path(b).exists() and os.path.realpath(a).casefold() == os.path.realpath(b).casefold()
    except FileNotFoundError:
        return a == b or (os.path.lexists(b) and os.path.realpath(a).casefold() == os.path.realpath(b).casefold())
    except (OSError, ValueError):  # an equation: too long for a name, or with a character no name has
        return a == b


def format_of(file: str | None) -> str:
    """What is written into a file of this name, where nothing else says so.

    :raises UsageError: for a suffix that symjac does not write.
    """
    suffix = Path(file).suffix.lower() if file else ""
    if suffix and suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(
            f"{file}: symjac does not know what a {suffix} file holds; --to says what to write there",
            hint=f"it knows {known}",
        )
    return SUFFIXES.get(suffix, "text")


def deliver(content: str | bytes, output: str | None) -> None:
    """Write a result to a file, or to standard output where none is named.

    :raises UsageError: where the file cannot be written.
    """
    if isinstance(content, str) and not content.endswith("\n"):
        content += "\n"
    if output is None:
        with unhurried():
            if isinstance(content, bytes):
                sys.stdout.buffer.write(content)
            else:
                sys.stdout.write(content)
            sys.stdout.flush()
        return
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    try:
        Path(output).write_bytes(data)
    except (OSError, ValueError) as error:
        raise _unwritable(output, error) from error
    note(f"wrote {output}")


def deliver_lines(lines: Iterable[str], output: str | None) -> None:
    """Write results as they come, so that a batch that is stopped has written what was done.

    :raises UsageError: where the file cannot be written.
    """
    if output is None:
        for line in lines:
            print(line, flush=True)
        return
    try:
        with Path(output).open("w", encoding="utf-8", errors="backslashreplace") as file:
            for line in lines:
                print(line, file=file, flush=True)
    except (OSError, ValueError) as error:
        raise _unwritable(output, error) from error
    note(f"wrote {output}")


def _unwritable(output: str, error: OSError | ValueError) -> SymjacError:
    return UsageError(f"{output} cannot be written: {getattr(error, 'strerror', None) or error}")


class Progress:
    """A bar on a terminal's standard error; nothing anywhere else."""

    WIDTH = 30

    def __init__(self, total: int) -> None:
        self.total = total
        self.shown = sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Draw the bar with so many records done; when all are, take it away."""
        if not self.shown:
            return
        filled = self.WIDTH * done // max(1, self.total)
        bar = f"[{'#' * filled}{' ' * (self.WIDTH - filled)}] {done}/{self.total}"
        end = "\r" + " " * len(bar) + "\r" if done == self.total else ""
        print(f"\r{bar}{end}", end="", file=sys.stderr, flush=True)
