"""What the positional arguments name: equations, cells, a .tex file or a file of problems."""

from __future__ import annotations

import codecs
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from symjac import cells
from symjac.cells import Cell
from symjac.errors import ReadError, RecordError, SymjacError
from symjac.problem import Id, Problem, Target, id_of, read_problem

LARGEST_FILE = 20_000_000  # bytes; a longer file is no paper and no list of problems


class UsageError(SymjacError):
    """The command line, or a file it names, cannot be used."""

    kind = "usage"


@dataclass(frozen=True)
class BadRecord:
    """A line of a batch that is no problem; it gets a line of its own in the answer."""

    id: Id
    error: SymjacError
    is_object: bool = True


def is_batch(arguments: Sequence[str]) -> bool:
    """Whether a file of problems is named; then it must stand alone."""
    named = [a for a in arguments if _suffix(a) in (".jsonl", ".json")]
    if named and len(arguments) > 1:
        raise UsageError(f"{named[0]} is a file of problems and stands alone; {len(arguments)} arguments were given")
    return bool(named)


def from_arguments(arguments: Sequence[str], symbols: Mapping[str, str]) -> Problem:
    """The one system that equations, cells and .tex files on the command line make together.

    :raises UsageError: for a word that is neither an equation, a cell nor a file.
    """
    equations: list[str] = []
    declared: dict[str, str] = {}
    target = Target(None, None)
    for argument in arguments:
        found = _source(argument)
        if isinstance(found, Cell):
            equations += found.equations
            declared |= found.symbols
            # With further equations the cell's own target may no longer be the one that is meant.
            if len(arguments) == 1:
                target = Target(found.of, found.wrt)
        else:
            equations += found
    return Problem(tuple(equations), declared | dict(symbols), (target,))


def _source(argument: str) -> Cell | list[str]:
    if "=" in argument:
        return [argument]
    if not argument.strip():
        raise UsageError("an empty argument was given where an equation, a cell or a file was wanted")
    if argument in cells.COLLECTION:
        return cells.COLLECTION[argument]
    if _suffix(argument) == ".tex":
        return _tex(Path(argument))
    if _exists(argument):
        raise UsageError(f"{argument}: symjac reads .tex files, and .jsonl files of problems")
    close = difflib.get_close_matches(argument, cells.COLLECTION, n=1)
    if close:
        raise UsageError(f"there is no cell {argument!r}", hint=f"did you mean {close[0]}? symjac cells lists them")
    raise UsageError(
        f"{argument!r} is neither an equation (it has no =), nor a cell, nor a file",
        hint=r"an equation looks like 'x_t = W \sigma(x_{t-1}) + b'; symjac cells lists the cells",
    )


def _tex(path: Path) -> list[str]:
    # Macros are read as in papers, whose modules load SymPy.
    from symjac.cli.texfile import displays

    text = read_text(path)
    found = displays(text)
    if not found:
        raise ReadError(f"{path}: no displayed equation with = was found in this file")
    return list(found)


def _suffix(argument: str) -> str:
    return Path(argument).suffix.lower() if "=" not in argument else ""


def _exists(argument: str) -> bool:
    try:
        return Path(argument).exists()
    except (OSError, ValueError):  # too long for a name, or with a character no name has
        return False


def read_text(path: Path) -> str:
    """The text of a file.

    :raises UsageError: where there is none, or it is no text.
    """
    try:
        text = _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not a UTF-8 text file (byte {error.start + 1})") from error
    if "\0" in text:
        raise UsageError(f"{path} is a binary file; text was wanted")
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a directory; a file was wanted")
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{path} is larger than {LARGEST_FILE // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def problems(path: Path) -> Iterator[Problem | BadRecord]:
    """The records of a .jsonl file in order, each a problem or what is wrong with it.

    A .json file may hold one record or a list of them.

    :raises UsageError: where the file cannot be read or no record in it can.
    """
    records = _records(path)
    found = [r if isinstance(r, BadRecord) else _problem(r) for r in records]
    if not found:
        raise UsageError(f"{path} holds no record; a problem looks like {_EXAMPLE}")
    broken = [f for f in found if isinstance(f, BadRecord) and not f.is_object]
    if len(broken) == len(found):
        raise UsageError(f"{path} holds no readable record: {broken[0].error.message}")
    yield from found


def records_of(path: Path) -> Iterator[object]:
    """The records of a file in order as they are, a line that is no JSON as what is wrong with it.

    :raises UsageError: where the file cannot be read or no record in it can.
    """
    found = _records(path)
    if not any(isinstance(r, dict) for r in found):
        because = next((f": {r.error.message}" for r in found if isinstance(r, BadRecord)), "")
        raise UsageError(f"{path} holds no readable record{because}")
    yield from found


def _records(path: Path) -> list[object]:
    if path.suffix.lower() == ".json":
        return _whole(path, read_text(path))
    # Lines end where bytes say so: a line that is no text is no reason to lose the others.
    lines = _read_bytes(path).removeprefix(codecs.BOM_UTF8).splitlines()
    return [_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


_EXAMPLE = r'{"id": "A01", "equations": ["x_t = W \\sigma(x_{t-1})"], "targets": [{"of": "x_t", "wrt": "x_{t-1}"}]}'


def _whole(path: Path, text: str) -> list[object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}") from error
    return value if isinstance(value, list) else [value]


def _line(path: Path, number: int, line: bytes) -> object:
    place = f"line {number} of {path}"
    try:
        value: object = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return BadRecord(None, UsageError(f"{place} is not UTF-8 text (byte {error.start + 1})"), is_object=False)
    except (ValueError, RecursionError) as error:
        return BadRecord(None, UsageError(f"{place} is not JSON: {error}"), is_object=False)
    return value


def _problem(record: object) -> Problem | BadRecord:
    try:
        return read_problem(record)
    except RecordError as error:
        return BadRecord(id_of(record), error, is_object=isinstance(record, dict))
