"""Names on both sides of the border: LaTeX, SymPy's spelling, Python identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sympy
from sympy import Basic
from sympy.printing.latex import greek_letters_set

from symjac.expr import Expr


def function_name(latex: str) -> str:
    r"""The name under which SymPy prints a function as ``latex`` does: Greek letters bare.

    >>> function_name(r"\sigma"), function_name(r"\phi_h"), function_name("f")
    ('sigma', 'phi_h', 'f')
    """
    m = re.fullmatch(r"\\([A-Za-z]+)(?:_(?:(\w)|\{(\w+)\}))?", latex)
    if m is None or (m[1].lower() not in greek_letters_set and not m[1].startswith("var")):
        return latex
    subscript = m[2] or m[3]
    return m[1] + (f"_{subscript}" if subscript else "")


@lru_cache(maxsize=10_000)
def latex_name(name: str) -> str:
    r"""The canonical LaTeX of a SymPy symbol's or function's name.

    >>> latex_name("sigma"), latex_name("W_in"), latex_name("x1"), latex_name("x_{t-1}")
    ('\\sigma', 'W_{in}', 'x_1', 'x_{t-1}')
    """
    if "\\" in name or "{" in name:
        return name
    return re.sub(r"([_^])\{(\w)\}", r"\1\2", str(sympy.latex(sympy.Symbol(name))))


@dataclass
class Names:
    """What the user's own SymPy symbols, sizes and functions were, so that they go out as they came in."""

    symbols: dict[Expr, Basic] = field(default_factory=dict)
    sizes: dict[Basic, Basic] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)


def identifier(name: str) -> str:
    """A Python identifier that reminds of a LaTeX name: only letters, digits and underscores.

    >>> identifier(r"\\tilde{\\mathbf{c}}_{t-1}"), identifier("W_{in}"), identifier("h^{(t)}")
    ('c_tilde_tm1', 'W_in', 'h_t')
    """
    text = re.sub(r"\\(?:mathbf|boldsymbol|bm|mathrm|mathsf|mathit|text|operatorname|mathcal|left|right)\b", "", name)
    marks = re.findall(r"\\(tilde|hat|bar|dot|ddot|vec|widetilde|widehat|overline)\b", text)
    text = re.sub(r"\\(?:tilde|hat|bar|dot|ddot|vec|widetilde|widehat|overline)\b", "", text)
    base, _, scripts = text.partition("_" if "^" not in text or "_" in text.split("^")[0] else "^")
    scripts = scripts.replace("-", "m").replace("+", "p").replace("*", "_star").replace("'", "_prime")
    parts = [re.sub(r"[^A-Za-z0-9]+", " ", p).split() for p in (base.replace("'", " prime"), *marks, scripts)]
    found = "_".join("_".join(p) for p in parts if p) or "v"
    if not found.isascii() or not found.isidentifier():
        found = "v_" + found
    return found


def size_to_sympy(size: Any, names: Names) -> Any:
    """A size as the user wrote it."""
    return size.xreplace(names.sizes) if names.sizes else size
