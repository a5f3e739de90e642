"""Where results go: standard output or a file, whole or line by line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from symjac.cli.sources import UsageError
from symjac.deadline import unhurried
from symjac.errors import SymjacError
from symjac.formats import FORMATS, SUFFIXES

T = TypeVar("T")
WIDTH = 30  # of the bar, in characters


def note(message: str) -> None:
    """Say something that is no result."""
    print(f"symjac: {message}", file=sys.stderr)


def notes(messages: Iterable[str]) -> None:
    """Say what was assumed, each once."""
    for message in dict.fromkeys(messages):
        note(f"note: {message}")


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


def wanted(options: argparse.Namespace, name: str) -> str:
    """What to write: what ``--to`` says, else what the name of the file does.

    :raises UsageError: for bytes that would go to a terminal, or a suffix that symjac does not write.
    """
    to: str = options.to or format_of(options.output)
    if FORMATS[to].binary and options.output is None and sys.stdout.isatty():
        raise UsageError(f"a {to.upper()} is no text for a terminal; name a file with -o: -o {name}.{to}")
    return to


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


def counted(records: Sequence[T]) -> Iterator[T]:
    """The records one after another, under a bar on a terminal's standard error; when all are done it goes away."""
    for done in range(len(records) + 1):
        if sys.stderr.isatty():
            filled = WIDTH * done // max(1, len(records))
            bar = f"[{'#' * filled}{' ' * (WIDTH - filled)}] {done}/{len(records)}"
            end = "\r" + " " * len(bar) + "\r" if done == len(records) else ""
            print(f"\r{bar}{end}", end="", file=sys.stderr, flush=True)
        yield from records[done : done + 1]
