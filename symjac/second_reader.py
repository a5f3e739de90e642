r"""latex2sympy2 as an independent second reader of written-out entries that symjac printed.

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

import importlib.util
import re
import sys
import threading
import types
import typing
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import sympy

Tokens = list[str]
LONGEST = 4000  # characters of one entry
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
    """What the second reader says, and why where it does not agree."""

    answer: Answer
    reason: str = ""


class UnavailableError(Exception):
    """The second reader cannot or must not be asked; the message says why."""


def compare(
    latex: str,
    meant: Any,
    names: Mapping[str, Any],
    functions: Mapping[str, Callable[[Any], Any]] | None = None,
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
        return Verdict(Answer.DISAGREE, f"it reads a {read.rows} x {read.cols} matrix")
    for i in range(read.rows):
        for j in range(read.cols):
            if not _same(read[i, j], wanted[i, j]):
                return Verdict(Answer.DISAGREE, f"it reads entry ({i + 1}, {j + 1}) as {read[i, j]}")
    return Verdict(Answer.AGREE)


def _matrix(e: Any) -> Any:
    return e if isinstance(e, sympy.MatrixBase) else sympy.Matrix([[e]])


def _same(a: Any, b: Any) -> bool:
    if a == b:
        return True
    difference = sympy.expand(a - b)
    return bool(difference == 0 or sympy.expand(sympy.numer(sympy.together(difference))) == 0)


# ------------------------------------------------------------------------------------ the library


def _library() -> Any:
    """latex2sympy2, imported when it is first needed.

    Its parser runtime imports ``typing.io``, which warns from Python 3.11 and is gone from 3.13, and it
    has a top-level package ``gen`` that a module of the user's may hide.
    """
    with _lock:
        if "latex2sympy2" in sys.modules:
            return sys.modules["latex2sympy2"]
        found = importlib.util.find_spec("latex2sympy2")
        if found is None or found.origin is None:
            raise UnavailableError("latex2sympy2 is not installed")
        shim = types.ModuleType("typing.io")
        for name in ("IO", "TextIO", "BinaryIO"):
            setattr(shim, name, getattr(typing, name))
        hidden = {k: sys.modules.pop(k) for k in list(sys.modules) if k == "typing.io" or k.split(".")[0] == "gen"}
        sys.modules["typing.io"] = shim
        home = str(Path(found.origin).parent)
        sys.path.insert(0, home)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import latex2sympy2
        except ImportError as missing:
            raise UnavailableError(f"latex2sympy2 cannot be imported: {missing}") from missing
        finally:
            sys.path.remove(home)
            del sys.modules["typing.io"]
            sys.modules.update(hidden)
        return latex2sympy2


_STATE = ("variances", "var", "VARIABLE_VALUES", "frac_type", "is_real")


def _ask(text: str) -> Any:
    """What latex2sympy2 reads; only for text made of placeholders."""
    if len(text) > LONGEST:
        raise UnavailableError("the entry is too long for the second reader")
    if not _SAFE.match(text) or re.search(r"\)\s*_", text):
        raise UnavailableError(f"the second reader must not be asked about {text}")
    if not _balanced(text):
        raise UnavailableError(f"the brackets of {text} do not match")
    return _answer(_library(), text)


@lru_cache(maxsize=KEPT)
def _answer(library: Any, text: str) -> Any:
    """The same; a text is read once, and entries of one form are one text: placeholders count from 1 in each."""
    with _lock:
        before = {name: getattr(library, name) for name in _STATE}
        try:
            library.set_real(None)
            library.set_variances({})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # The bracket makes what follows the end of a formula an error; the grammar has no end of text.
                return library.latex2sympy(f"({text})")
        except Exception as failure:  # latex2sympy2 raises bare Exception for a text it cannot read
            raise UnavailableError(f"the second reader cannot read {text}") from failure
        finally:
            for name, value in before.items():
                setattr(library, name, value)


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
        return placeholders.replaced(_ask(" ".join(out).replace("e ^", "e^")))

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
