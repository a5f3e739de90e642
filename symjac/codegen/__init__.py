"""Python source for a Jacobian: NumPy, JAX or PyTorch.

The emitted function takes its arguments by keyword, vectors as arrays of shape (n,), unspecified
functions and their derivatives as callables. It computes gates once and scales rows and columns
instead of multiplying by diagonal matrices. Only whitelisted characters of user text reach the
source: names are letters, digits and underscores, numbers come from fractions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symjac.codegen.names import Names
from symjac.codegen.values import Value, two_axes
from symjac.codegen.writer import Writer
from symjac.errors import DefinitionError, propose
from symjac.expr import Apply, Expr, Shape, Symbol, dim, size_names

if TYPE_CHECKING:
    from symjac.derivation import Derivation
    from symjac.recurrence import Recurrence

__all__ = ["IMPORTS", "TARGETS", "Source", "emit", "emit_expression", "emit_step"]

IMPORTS = {"numpy": "import numpy as np", "jax": "import jax.numpy as jnp", "torch": "import torch"}
_ERF = {
    "numpy": "from math import erf as scalar_erf\n\n{}\n\nerf = np.vectorize(scalar_erf, otypes=[float])",
    "jax": "{}\nfrom jax.scipy.special import erf",
    "torch": "{}\nfrom torch import erf",
}
TARGETS = tuple(IMPORTS)


@dataclass(frozen=True)
class Source:
    """Source of one function ``name``; ``arguments`` maps its parameters to the names in the text."""

    code: str
    arguments: Mapping[str, str]
    name: str

    def load(self) -> Callable[..., Any]:
        """The function itself. The source is looked through first: nothing but array arithmetic may run."""
        tree = ast.parse(self.code)
        for node in ast.walk(tree):
            if not isinstance(node, _HARMLESS):
                raise DefinitionError(f"emitted source holds a {type(node).__name__}, which is no arithmetic")
            if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
                raise DefinitionError(f"emitted source reaches for {node.attr}")
        namespace: dict[str, Any] = {}
        # The text is symjac's own, made of whitelisted names and numbers; running it is what the numeric check is for.
        exec(compile(tree, f"<{self.name}>", "exec"), namespace)
        function: Callable[..., Any] = namespace[self.name]
        return function


_HARMLESS = (
    ast.Module, ast.Import, ast.ImportFrom, ast.alias, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign,
    ast.Expr, ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.keyword, ast.BinOp, ast.UnaryOp, ast.Compare,
    ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.operator, ast.unaryop, ast.cmpop, ast.expr_context,
    ast.For, ast.If, ast.Dict,
)  # fmt: skip


def emit(derivation: Derivation, *, layout: str = "numerator", target: str = "numpy") -> Source:
    """Source of ``jacobian(...)`` for a derived Jacobian.

    >>> from symjac import System
    >>> J = System(r"x_t = W \\sigma(x_{t-1}) + b").jacobian(wrt="x_{t-1}")
    >>> print(emit(J).code)
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def jacobian(*, W, x_tm1, sigma=None, dsigma):
        \"""The derivative of x_t by x_tm1 in numerator layout, an array of shape (n, n).\"""
        return W * dsigma(x_tm1)[None, :]
    <BLANKLINE>
    >>> emit(J).arguments
    {'W': 'W', 'x_tm1': 'x_{t-1}', 'sigma': '\\\\sigma', 'dsigma': "\\\\sigma'"}
    """
    return emit_expression(
        derivation.in_layout(layout),
        definitions=derivation.definitions,
        functions=_functions(derivation.system),
        symbols=_symbols(derivation.system, derivation.wrt),
        target=target,
        about=(derivation.of.name, derivation.wrt.name, layout),
    )


def emit_step(system: Recurrence, of: Symbol, *, cut: Symbol | None = None, target: str = "numpy") -> Source:
    """Source of ``step(...)``, which computes a left-hand side; ``cut`` is taken as given though it is defined."""
    definitions = {s: e for s, e in system.definitions.items() if s != cut}
    return emit_expression(
        of,
        definitions=definitions,
        functions=_functions(system),
        symbols=_symbols(system, of if cut is None else cut),
        target=target,
        name="step",
    )


def _functions(system: Recurrence) -> dict[str, tuple[Symbol, Expr]]:
    """The bodies of the functions that the text defines.

    :raises DefinitionError: where one holds a function of which nothing is known.
    """
    bodies = {f.function.name: (f.variable, f.body) for f in system.functions}
    for name, (_, body) in bodies.items():
        inner = (n.function for n in body.walk() if isinstance(n, Apply))
        if f := next((f for f in inner if f.known is None and f.name not in bodies), None):
            message = f"{f.name} in the definition of {name} is a function of which nothing is known"
            raise DefinitionError(message, hint=propose(f.name, "elementwise sigmoid"))
    return bodies


def _symbols(system: Recurrence, *more: Symbol) -> list[Symbol]:
    """The symbols of a system, those last that are declared and stand in no equation."""
    used = {s for lhs, rhs in system.definitions.items() for s in (lhs, *rhs.symbols)}
    known = [info.symbol for info in system.symbols.values()]
    return list(dict.fromkeys([*(s for s in known if s in used), *more, *known]))


def emit_expression(
    e: Expr,
    *,
    definitions: Mapping[Symbol, Expr] | None = None,
    functions: Mapping[str, tuple[Symbol, Expr]] | None = None,
    symbols: Sequence[Symbol] = (),
    target: str = "numpy",
    name: str = "jacobian",
    about: tuple[str, str, str] | None = None,
) -> Source:
    """Source of a function that computes ``e``: a scalar, an array of shape (n,), or for ``jacobian`` two axes.

    ``symbols`` are further symbols whose arrays may tell sizes.
    """
    given = definitions or {}
    known = sorted(
        {*symbols, *e.symbols, *given, *(s for d in given.values() for s in d.symbols)}, key=lambda s: s.name
    )
    letters = size_names([*known, e])
    names = Names()
    for letter in sorted(letters):
        _ = names[letter]
    for s in known:
        _ = names[s.name]
    writer = Writer(names, target, given, functions or {}, [e], letters)
    value = writer.full(e)
    code = value.code if name != "jacobian" else _two_axes(value, writer)
    heads = _sizes(writer, [*symbols, *known], given)
    parameters = _parameters(writer, symbols)
    lines = [*heads, *writer.lines, f"return {code}"]
    if about is not None:
        of, by = names[about[0]], names[about[1]]
        shape = ", ".join(re.sub(r"[^A-Za-z0-9_+* ]", "", str(d)) for d in e.shape)
        lines.insert(0, f'"""The derivative of {of} by {by} in {about[2]} layout, an array of shape ({shape})."""')
    imports = IMPORTS[target]
    if writer.uses_erf:
        imports = _ERF[target].format(imports)
    star = f"*, {', '.join(told for told, _ in parameters.values())}" if parameters else ""
    body = "\n".join(f"    {line}" for line in lines)
    source = f"{imports}\n\n\ndef {name}({star}):\n{body}\n"
    return Source(source, {python: latex for python, (_, latex) in parameters.items()}, name)


def _two_axes(value: Value, writer: Writer) -> str:
    if value.kind != "scalar":
        return two_axes(value)
    as_array = "torch.as_tensor" if writer.target == "torch" else "np.asarray"
    return writer.np(as_array + "({v})[None, None]", v=value.code)


def _parameters(writer: Writer, symbols: Sequence[Symbol]) -> dict[str, tuple[str, str]]:
    """For each parameter how it stands in the signature and its LaTeX: arrays as the text has them, then functions."""
    place = {s: k for k, s in enumerate(symbols)}
    arrays = sorted(writer.arguments.items(), key=lambda item: place.get(item[1], len(place)))
    out = {python: (python, s.name) for python, s in arrays}
    for letter in writer.unknown_sizes:
        python = writer.names[letter]
        out[python] = (python, letter)
    for latex, python in list(writer.callables.items()):
        base = writer.derived[latex]
        if base in writer.functions:
            continue
        if base not in writer.callables:
            out.setdefault(writer.names[base], (f"{writer.names[base]}=None", base))
        out[python] = (python, latex)
    return out


def _sizes(writer: Writer, candidates: Sequence[Symbol], definitions: Mapping[Symbol, Expr]) -> list[str]:
    """Assignments of the size letters that are needed, from the shapes of arguments where these tell them.

    A letter that no shape tells stays in ``writer.unknown_sizes`` and becomes an argument.
    """
    arrays = [*writer.arguments.values(), *(c for c in candidates if c not in definitions and not c.is_scalar)]
    axes = [(size, s, k) for s in dict.fromkeys(arrays) for k, size in enumerate(_axes(s.shape))]
    lines: list[str] = []
    known: set[str] = set()

    def tell(size: Any, s: Symbol, axis: int) -> None:
        """Settle the one unknown letter of a sum of letters."""
        letters = {a.name for a in size.free_symbols} - known
        if len(letters) != 1:
            return
        (letter,) = letters
        rest = size - dim(letter)
        if letter in rest.free_symbols or dim(letter) in rest.free_symbols:
            return
        known.add(letter)
        less = "" if rest == 0 else f" - ({writer.size(rest)})"
        python = writer.names[s.name]
        found.append((letter, f"{writer.names[letter]} = {python}.shape[{axis}]{less}", python, s))

    found: list[tuple[str, str, str, Symbol]] = []
    for simple in (True, False, False):
        for size, s, axis in axes:
            if size.is_Symbol or not simple:
                tell(size, s, axis)
    wanted = set(writer.unknown_sizes)
    for letter, line, python, s in reversed(found):
        if letter in wanted:
            lines.insert(0, line)
            writer.arguments.setdefault(python, s)
            wanted |= {a.name for size in _axes(s.shape) if not size.is_Symbol for a in size.free_symbols}
    for letter, *_ in found:
        writer.unknown_sizes.pop(letter, None)
    return lines


def _axes(shape: Shape) -> list[Any]:
    return [size for size in shape if size != 1]
