"""Every format of output, a row each: what it needs of a result, how it is written, which files hold it.

A verdict is not told as a page of statements and proofs, so that a row has a second writer for it, where it has one.

The command line, Python, notebooks and papers go by this table. A new format is a row here and its writer.
The writers, and what they need, load when they are used: the command line knows the names without waiting.

>>> FORMATS["markdown"].suffixes
('.md',)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple, Protocol

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
    """A row of the table. ``binary`` says that it is no text for a terminal.

    ``judge`` writes a ``Confirmed[Verdict]``; a terminal may be given colours.
    """

    needs: Needs
    render: Callable[[Any], str | bytes]
    suffixes: tuple[str, ...] = ()
    binary: bool = False
    judge: Judge | None = None


class Judge(Protocol):
    """What writes a verdict."""

    def __call__(self, verdict: Any, *, colour: bool = False) -> str | bytes:
        """The verdict in a format."""
        ...


def _fragment(page: Any) -> str:
    from symjac.documents import tex

    return tex.fragment(page)


def _article(page: Any) -> str:
    from symjac.documents import tex

    return tex.article(page)


def _compiled(article: str) -> bytes:
    import tempfile
    from pathlib import Path

    from symjac.documents.compile import compile_pdf

    with tempfile.TemporaryDirectory() as folder:
        return compile_pdf(article, Path(folder) / "page.pdf").read_bytes()


def _pdf(page: Any) -> bytes:
    return _compiled(_article(page))


def _markdown(page: Any) -> str:
    from symjac.documents import portable

    return portable.markdown(page)


def _html(page: Any) -> str:
    from symjac.documents import web

    return web.html(page)


def _text(page: Any) -> str:
    from symjac.documents import plain

    return plain.plain_text(page)


def _json(records: Iterable[Mapping[str, object]]) -> str:
    import json

    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _sympy(matrices: Mapping[str, Any]) -> str:
    from symjac.interchange.source import source

    return "\n".join(f"{layout} = {source(e)}" for layout, e in matrices.items())


def _code(source: Any) -> str:
    code: str = source.code
    return code


def _svg(draw: Callable[[str], bytes]) -> bytes:
    return draw("svg")


def _png(draw: Callable[[str], bytes]) -> bytes:
    return draw("png")


def _judged_fragment(verdict: Any, *, colour: bool = False) -> str:
    from symjac.claims import printing

    return printing.fragment(verdict)


def _judged_article(verdict: Any, *, colour: bool = False) -> str:
    from symjac.claims import printing

    return printing.document(verdict)


def _judged_pdf(verdict: Any, *, colour: bool = False) -> bytes:
    return _compiled(_judged_article(verdict))


def _judged_markdown(verdict: Any, *, colour: bool = False) -> str:
    from symjac.claims import printing

    return printing.markdown(verdict)


def _judged_html(verdict: Any, *, colour: bool = False) -> str:
    from symjac.documents import verdict as page

    return page.html(verdict)


def _judged_text(verdict: Any, *, colour: bool = False) -> str:
    from symjac.claims import printing

    return printing.text(verdict, colour=colour)


def _judged_json(verdict: Any, *, colour: bool = False) -> str:
    return _json([verdict.statement.to_json()])


FORMATS: Mapping[str, Format] = {
    "latex": Format(Needs.PAGE, _fragment, judge=_judged_fragment),
    "document": Format(Needs.ARTICLE, _article, (".tex",), judge=_judged_article),
    "pdf": Format(Needs.ARTICLE, _pdf, (".pdf",), binary=True, judge=_judged_pdf),
    "markdown": Format(Needs.PAGE, _markdown, (".md",), judge=_judged_markdown),
    "html": Format(Needs.PAGE, _html, (".html", ".htm"), judge=_judged_html),
    "text": Format(Needs.PAGE, _text, (".txt",), judge=_judged_text),
    "json": Format(Needs.RECORDS, _json, (".json", ".jsonl"), judge=_judged_json),
    "sympy": Format(Needs.MATRIX, _sympy),
    "numpy": Format(Needs.PROGRAM, _code),
    "jax": Format(Needs.PROGRAM, _code),
    "torch": Format(Needs.PROGRAM, _code),
    "svg": Format(Needs.PICTURE, _svg, (".svg",)),
    "png": Format(Needs.PICTURE, _png, (".png",), binary=True),
}

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
    return tuple(name for name, row in FORMATS.items() if row.judge is not None)


def write_verdict(verdict: Any, to: str, *, colour: bool = False) -> str | bytes:
    """A ``Confirmed[Verdict]`` in a format of the table.

    :raises NotYetError: where no verdict has such a form.
    """
    judge = FORMATS[to].judge
    if judge is None:
        raise NotYetError(f"a verdict is not written as {to}; it is as {', '.join(formats_of_verdicts())}")
    return judge(verdict, colour=colour)
