r"""latex2sympy2 as an independent second reader of written-out entries that symjac printed.

Where it cannot work, latex2sympy2-extended answers, if it is installed; every answer names the one that gave it.

It never sees a user's text, and nothing that it would misread: every symbol and every application
of a function is cut out and put back as a placeholder ``v_{k}``, and what is left must be made of
whitelisted tokens. latex2sympy2 keeps global state, so there is one lock, and the state is put back.

Two readers that must agree turn silent errors into alarms. The answer is *agree*, *disagree* or
*not available*, the last with a reason: the library is missing, or the text holds something that
the second reader must not be asked.

>>> x = sympy.Symbol("x")
>>> compare(r"\frac{1}{2} \sigma(x)", sympy.Function("s")(x) / 2, {"x": x}, {r"\sigma": sympy.Function("s")}).answer
<Answer.AGREE: 'agree'>
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import re
import sys
import threading
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import sympy

from symjac.limits import multiplied_out, step

Tokens = list[str]
LONGEST = 4000  # characters of one entry
IN_ALL = 20_000  # characters of all entries together; the reader takes about a second for a thousand
KEPT = 2000  # so many texts whose reading is remembered
_lock = threading.RLock()
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+|\s+|.", re.DOTALL)
_SPACES = {r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad", r"\qquad", "~"}
_SIZES = re.compile(r"\\(?:left|right|[bB]ig{1,2}[lr]?)\Z")
_NATIVE = (r"\tanh", r"\sinh", r"\cosh", r"\sin", r"\cos", r"\tan", r"\arctan", r"\exp", r"\ln")
_SAFE = re.compile(
    r"(?:v_\{\d+\}|\d{1,20}(?!\d)|\\frac|\\sqrt|\\cdot|e\^|"
    + "|".join(re.escape(f) for f in _NATIVE)
    + r"|[-+(){}^ ])*\Z"
)
_GRID = re.compile(r"\s*\\begin\{([bp]matrix)\}(.*)\\end\{\1\}\s*[.,]?\s*\Z", re.DOTALL)


class Answer(Enum):
    AGREE = "agree"
    DISAGREE = "disagree"
    NOT_AVAILABLE = "not available"


@dataclass(frozen=True)
class Verdict:
    """What the second reader says, why where it does not agree, and which one it was."""

    answer: Answer
    reason: str = ""
    reader: str = ""


class UnavailableError(Exception):
    """The second reader cannot or must not be asked; the message says why."""


def compare(
    latex: str, meant: Any, names: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]] | None = None
) -> Verdict:
    r"""Whether the second reader takes a printed entry or written-out matrix for what is meant.

    ``names`` maps every symbol as printed to the SymPy symbol it is, ``functions`` every head of an
    application (``\sigma'``) to what it does.
    """
    try:
        read = _Reading(names, functions or {}).text(latex)
    except UnavailableError as why:
        return Verdict(Answer.NOT_AVAILABLE, str(why))
    if read.shape != (wanted := _matrix(meant)).shape:
        return Verdict(Answer.DISAGREE, f"{reader().name} reads a {read.rows} x {read.cols} matrix", reader().name)
    for i in range(read.rows):
        for j in range(read.cols):
            if not _same(read[i, j], wanted[i, j]):
                name = reader().name
                return Verdict(Answer.DISAGREE, f"{name} reads entry ({i + 1}, {j + 1}) as {read[i, j]}", name)
    return Verdict(Answer.AGREE, reader=reader().name)


def _matrix(e: Any) -> Any:
    return e if isinstance(e, sympy.MatrixBase) else sympy.Matrix([[e]])


def _same(a: Any, b: Any) -> bool:
    if a == b:
        return True
    difference = multiplied_out(a - b)
    return bool(difference == 0 or multiplied_out(sympy.numer(sympy.together(difference))) == 0)


# ------------------------------------------------------------------------------------ the library


@dataclass(frozen=True)
class Reader:
    """A library that reads LaTeX into SymPy; ``read`` raises whatever the library does for a text it cannot read."""

    name: str
    read: Callable[[str], Any]


def reader() -> Reader:
    """The library that answers: latex2sympy2, or latex2sympy2-extended where that one cannot work.

    latex2sympy2 pins the runtime of its parser. Where another one is installed, as beside hydra-core, it reads all the
    same or not at all; a text whose meaning is known tells.

    :raises UnavailableError: where neither works; it says what each one lacks.
    """
    with _lock:
        if not _found:
            reasons = []
            for name, bring_in in _READERS.items():
                try:
                    found = bring_in()
                    _try_out(found)
                except UnavailableError as why:
                    reasons.append(f"{name} {why}")
                else:
                    _found.append(found)
                    break
            else:
                raise UnavailableError("; ".join(reasons))
        return _found[0]


_found: list[Reader] = []


def _try_out(found: Reader) -> None:
    a, b = sympy.symbols("v_{1} v_{2}")
    with silence():
        try:
            read = found.read(r"(\frac{v_{1}}{2} - v_{2} \cdot v_{1}^{2})")
        except Exception as failure:  # a parser that another version of its runtime made fails with anything
            raise UnavailableError(f"does not work {_beside(found.name)}") from failure
    if not isinstance(read, sympy.Expr) or sympy.expand(read.xreplace(_plain(read)) - (a / 2 - b * a**2)) != 0:
        raise UnavailableError(f"misreads {_beside(found.name)}")


def _plain(read: Any) -> dict[Any, Any]:
    """The symbols of a text under the names that they have in it."""
    return {s: sympy.Symbol(re.sub(r"_(\d+)\Z", r"_{\1}", s.name)) for s in read.free_symbols}


def _beside(name: str) -> str:
    """The parser's runtime that is installed, and the one that a reader asks for."""
    from importlib import metadata  # only who is refused waits for it, and for the e-mail and archives it reads

    runtime = "antlr4-python3-runtime"
    try:
        words = f"with {runtime} {metadata.version(runtime)}"
        wanted = [r for r in metadata.requires(name) or () if r.startswith(runtime)]
    except metadata.PackageNotFoundError:
        return f"without {runtime}"
    return f"{words} ({name} asks for {wanted[0]})" if wanted else words


class _Muted:
    """A stream that drops what one thread writes: the parser's runtime tells its version on standard output."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._thread else int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Within it, what this thread writes to standard output and standard error is dropped, and nothing warns."""
    muted = contextlib.redirect_stdout(_Muted(sys.stdout)), contextlib.redirect_stderr(_Muted(sys.stderr))
    with warnings.catch_warnings(), muted[0], muted[1]:
        warnings.simplefilter("ignore")
        yield


def _latex2sympy2() -> Reader:
    """latex2sympy2.

    Its parser runtime imports ``typing.io``, which warns from Python 3.11 and is gone from 3.13, and it
    has a top-level package ``gen`` that a module of the user's may hide.
    """
    if "latex2sympy2" in sys.modules:
        return Reader("latex2sympy2", _with_state(sys.modules["latex2sympy2"]))
    found = importlib.util.find_spec("latex2sympy2")
    if found is None or found.origin is None:
        raise UnavailableError("is not installed")
    shim = types.ModuleType("typing.io")
    for name in ("IO", "TextIO", "BinaryIO"):
        setattr(shim, name, getattr(typing, name))
    hidden = {k: sys.modules.pop(k) for k in list(sys.modules) if k == "typing.io" or k.split(".")[0] == "gen"}
    sys.modules["typing.io"] = shim
    home = str(Path(found.origin).parent)
    sys.path.insert(0, home)
    try:
        with silence():
            import latex2sympy2
    except Exception as failure:  # the module reads a text when it is imported, see _try_out
        raise UnavailableError(f"does not work {_beside('latex2sympy2')}") from failure
    finally:
        sys.path.remove(home)
        del sys.modules["typing.io"]
        sys.modules.update(hidden)
    return Reader("latex2sympy2", _with_state(latex2sympy2))


_STATE = ("variances", "var", "VARIABLE_VALUES", "frac_type", "is_real")


def _with_state(library: Any) -> Callable[[str], Any]:
    """Reading that leaves the library's global state as it was."""

    def read(text: str) -> Any:
        before = {name: getattr(library, name) for name in _STATE}
        try:
            library.set_real(None)
            library.set_variances({})
            return library.latex2sympy(text)
        finally:
            for name, value in before.items():
                setattr(library, name, value)

    return read


def _extended() -> Reader:
    """latex2sympy2-extended, which has parsers for several versions of their runtime."""
    if importlib.util.find_spec("latex2sympy2_extended") is None:
        raise UnavailableError("is not installed")
    try:
        with silence():
            library: Any = importlib.import_module("latex2sympy2_extended")
    except ImportError as missing:
        raise UnavailableError(f"does not work {_beside('latex2sympy2-extended')}") from missing
    return Reader("latex2sympy2-extended", lambda text: library.latex2sympy(text, normalization_config=None))


_READERS: Mapping[str, Callable[[], Reader]] = {"latex2sympy2": _latex2sympy2, "latex2sympy2-extended": _extended}


def _ask(text: str) -> Any:
    """What the second reader reads; only for text made of placeholders."""
    if len(text) > LONGEST:
        raise UnavailableError("the entry is too long for the second reader")
    if not _SAFE.match(text) or re.search(r"\)\s*_", text):
        raise UnavailableError(f"the second reader must not be asked about {text}")
    if not _balanced(text):
        raise UnavailableError(f"the brackets of {text} do not match")
    return _answer(reader(), text)


@lru_cache(maxsize=KEPT)
def _answer(library: Reader, text: str) -> Any:
    """The same; a text is read once, and entries of one form are one text: placeholders count from 1 in each."""
    with _lock:
        try:
            with silence():
                # The bracket makes what follows the end of a formula an error; the grammar has no end of text.
                return library.read(f"({text})")
        except Exception as failure:  # the libraries raise bare Exception for a text they cannot read
            raise UnavailableError(f"{library.name} cannot read {text}") from failure


def _balanced(text: str) -> bool:
    """Whether every bracket closes the last one that was opened; latex2sympy2 stops at one too many."""
    opened: list[str] = []
    for c in text:
        if c in "({":
            opened.append({"(": ")", "{": "}"}[c])
        elif c in ")}" and (not opened or opened.pop() != c):
            return False
    return not opened


# -------------------------------------------------------------------------------- from text to text


class _Reading:
    """One printed text: the names and functions that may stand in it."""

    def __init__(self, names: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]]) -> None:
        self.names = _longest_first(names)
        self.functions = _longest_first(functions)
        self.asked: set[str] = set()

    def text(self, latex: str) -> Any:
        grid = _GRID.match(latex)
        if grid is None:
            return sympy.Matrix([[self.entry(_tokens(latex))]])
        rows = [_split(row, "&") for row in _split(_tokens(grid[2]), r"\\") if row]
        if len({len(row) for row in rows}) != 1:
            raise UnavailableError("the rows of the matrix are not of one length")
        return sympy.Matrix([[self.entry(cell) for cell in row] for row in rows])

    def entry(self, tokens: Tokens) -> Any:
        """The value of a scalar, read by latex2sympy2 from placeholders."""
        out: list[str] = []
        placeholders = _Placeholders()
        k = 0
        while k < len(tokens):
            head = self._at(self.functions, tokens, k)
            if head is not None and tokens[k + len(head[0]) : k + len(head[0]) + 1] == ["("]:
                start = k + len(head[0])
                end = _closing(tokens, start)
                out.append(placeholders.name(head[1](self.entry(tokens[start + 1 : end]))))
                k = end + 1
                continue
            name = self._at(self.names, tokens, k)
            if name is not None:
                out.append(placeholders.name(name[1]))
                k += len(name[0])
                continue
            # A bracket after a symbol would be a call, after a power it would be swallowed.
            if tokens[k] == "(" and out and re.fullmatch(r"v_\{\d+\}|\d+|[})]", out[-1]):
                out.append(r"\cdot")
            out.append(tokens[k])
            k += 1
        return placeholders.replaced(self.ask(" ".join(out).replace("e ^", "e^")))

    def ask(self, text: str) -> Any:
        """What the second reader reads; it is asked once for entries of one form, and not for too many of them."""
        step()
        self.asked.add(text)
        if sum(map(len, self.asked)) > IN_ALL:
            raise UnavailableError("the entries are together too long for the second reader")
        return _ask(text)

    @staticmethod
    def _at(table: Sequence[tuple[Tokens, Any]], tokens: Tokens, k: int) -> tuple[Tokens, Any] | None:
        return next((item for item in table if tokens[k : k + len(item[0])] == item[0]), None)


class _Placeholders:
    """What the placeholders of one text stand for."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}
        self._known: dict[Any, str] = {}

    def name(self, value: Any) -> str:
        if value not in self._known:
            k = len(self._known) + 1
            self._known[value] = f"v_{{{k}}}"
            self.bound[f"v_{k}"] = self.bound[f"v_{{{k}}}"] = value
        return self._known[value]

    def replaced(self, read: Any) -> Any:
        if not isinstance(read, sympy.Expr):
            raise UnavailableError("the second reader gives no scalar")
        found = {s: self.bound.get(s.name) for s in read.free_symbols}
        if any(v is None for v in found.values()):
            raise UnavailableError("the second reader gives a symbol that it was not given")
        return _evaluated(read.xreplace(found))


def _evaluated(e: Any) -> Any:
    """The expression built anew; latex2sympy2 leaves 2^2 as it stands."""
    if not e.args or isinstance(e, sympy.Derivative | sympy.Subs):
        return e
    return e.func(*map(_evaluated, e.args))


def _longest_first(table: Mapping[str, Any]) -> list[tuple[Tokens, Any]]:
    return sorted(((_tokens(key), value) for key, value in table.items()), key=lambda item: -len(item[0]))


def _tokens(latex: str) -> Tokens:
    """Tokens without spaces and bracket sizes; a fence that is no plain bracket stays and is refused later."""
    found = (t for t in _TOKEN.findall(latex) if not t.isspace() and t not in _SPACES and not _SIZES.match(t))
    return [{"[": "(", "]": ")"}.get(t, t) for t in found]


def _split(tokens: Tokens, at: str) -> list[Tokens]:
    out: list[Tokens] = [[]]
    for t in tokens:
        if t == at:
            out.append([])
        else:
            out[-1].append(t)
    return out


def _closing(tokens: Tokens, start: int) -> int:
    depth = 0
    for k in range(start, len(tokens)):
        depth += (tokens[k] == "(") - (tokens[k] == ")")
        if depth == 0:
            return k
    raise UnavailableError("a bracket is not closed")
