"""Every format of output, a row each: what it needs of a result, which files hold it, whether verdicts have it.

A verdict is not told as a page of statements and proofs, so that it has writers of its own.

The command line, Python, notebooks and papers go by this table. A new format is a row here and its writer.
The writers, and what they need, load when they are used: the command line knows the names without waiting.

>>> FORMATS["markdown"].suffixes
('.md',)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from symjac.errors import NotYetError


class Needs(Enum):
    """What a writer takes."""

    PAGE = "a page"
    ARTICLE = "a page that the second reader has read too"
    RECORDS = "data, one object a line"
    MATRIX = "SymPy expressions by layout"
    PROGRAM = "emitted source"
    PICTURE = "what draws itself in a format"


class Format(NamedTuple):
    """A row of the table. ``binary`` says that it is no text for a terminal, ``judged`` that it holds verdicts too."""

    needs: Needs
    suffixes: tuple[str, ...] = ()
    binary: bool = False
    judged: bool = False


FORMATS: Mapping[str, Format] = {
    "latex": Format(Needs.PAGE, judged=True),
    "document": Format(Needs.ARTICLE, (".tex",), judged=True),
    "pdf": Format(Needs.ARTICLE, (".pdf",), binary=True, judged=True),
    "markdown": Format(Needs.PAGE, (".md",), judged=True),
    "html": Format(Needs.PAGE, (".html", ".htm"), judged=True),
    "text": Format(Needs.PAGE, (".txt",), judged=True),
    "json": Format(Needs.RECORDS, (".json", ".jsonl"), judged=True),
    "sympy": Format(Needs.MATRIX),
    "numpy": Format(Needs.PROGRAM),
    "jax": Format(Needs.PROGRAM),
    "torch": Format(Needs.PROGRAM),
    "svg": Format(Needs.PICTURE, (".svg",)),
    "png": Format(Needs.PICTURE, (".png",), binary=True),
}


# In which module of documents, and by which function, a page is written; the others are not loaded.
_WRITERS = {
    "latex": ("tex", "fragment"),
    "document": ("tex", "article"),
    "markdown": ("portable", "markdown"),
    "html": ("web", "html"),
    "text": ("plain", "plain_text"),
}


def _writer(to: str) -> Callable[[Any], str]:
    import importlib

    module, name = _WRITERS[to]
    write: Callable[[Any], str] = getattr(importlib.import_module(f"symjac.documents.{module}"), name)
    return write


def render(what: Any, to: str) -> str | bytes:
    """What a format needs of a result, written in it."""
    match FORMATS[to].needs:
        case Needs.PAGE | Needs.ARTICLE:
            if to == "pdf":
                return _compiled(_writer("document")(what))
            return _writer(to)(what)
        case Needs.RECORDS:
            return _lines(what)
        case Needs.MATRIX:
            from symjac.interchange.source import source

            return "\n".join(f"{layout} = {source(e)}" for layout, e in what.items())
        case Needs.PROGRAM:
            return str(what.code)
        case Needs.PICTURE:
            drawn: bytes = what(to)
            return drawn


def _compiled(article: str) -> bytes:
    import tempfile
    from pathlib import Path

    from symjac.documents.compile import compile_pdf

    with tempfile.TemporaryDirectory() as folder:
        return compile_pdf(article, Path(folder) / "page.pdf").read_bytes()


def _lines(records: Iterable[Mapping[str, object]]) -> str:
    import json

    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def write_verdict(verdict: Any, to: str, *, colour: bool = False) -> str | bytes:
    """A ``Confirmed[Verdict]`` in a format of the table; a terminal may be given ``colour``.

    :raises NotYetError: where no verdict has such a form.
    """
    if not FORMATS[to].judged:
        raise NotYetError(f"a verdict is not written as {to}; it is as {', '.join(formats_of_verdicts())}")
    if to == "json":
        return _lines([verdict.statement.to_json()])
    from symjac.claims import printing
    from symjac.documents import verdict as page

    if to == "pdf":
        return _compiled(printing.document(verdict))
    writers: Mapping[str, Callable[[Any], str]] = {
        "latex": printing.fragment,
        "document": printing.document,
        "markdown": printing.markdown,
        "html": page.html,
        "text": partial(printing.text, colour=colour),
    }
    return writers[to](verdict)


SUFFIXES: Mapping[str, str] = {suffix: name for name, row in FORMATS.items() for suffix in row.suffixes}


def formats_of(*needs: Needs) -> tuple[str, ...]:
    """The names of the formats that need one of these, in the order of the table.

    >>> formats_of(Needs.PROGRAM)
    ('numpy', 'jax', 'torch')
    """
    return tuple(name for name, row in FORMATS.items() if row.needs in needs)


def formats_of_verdicts() -> tuple[str, ...]:
    """The names of the formats that a verdict is written in.

    >>> formats_of_verdicts()
    ('latex', 'document', 'pdf', 'markdown', 'html', 'text', 'json')
    """
    return tuple(name for name, row in FORMATS.items() if row.judged)
