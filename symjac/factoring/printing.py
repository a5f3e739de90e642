"""Closed forms as one line of text and as LaTeX: SymPy's printers, with `diag` and `sigma'(x)` as people write them."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

_Z = sympy.Symbol("z")


def _applied(e: Any) -> tuple[str, int, Any] | None:
    """Name, number of derivatives and argument, where a function is applied entry by entry."""
    body = e.function(_Z)
    count = 0
    if isinstance(body, sympy.Derivative):
        body, count = body.expr, len(body.variables)
    if isinstance(body, sympy.Function) and body.args == (_Z,):
        return body.func.__name__, count, e.expr
    return None


class _Text(StrPrinter):  # type: ignore[misc]  # SymPy is untyped
    def _print_DiagMatrix(self, e: Any) -> str:
        return f"diag({self._print(e.args[0])})"

    def _print_ImmutableDenseMatrix(self, e: Any) -> str:
        rows = [", ".join(self._print(x) for x in e.row(i)) for i in range(e.rows)]
        return "[" + "; ".join(rows) + "]"

    def _print_ElementwiseApplyFunction(self, e: Any) -> str:
        found = _applied(e)
        if found is None:
            inner = f"({self._print(e.expr)})" if e.expr.args and not e.expr.is_symbol else self._print(e.expr)
            stand_in = sympy.Symbol(inner)
            return f"{self._print(e.function(stand_in))}"
        name, count, argument = found
        return f"{name}{chr(39) * count}({self._print(argument)})"

    def _print_HadamardProduct(self, e: Any) -> str:
        loose = (sympy.MatAdd, sympy.MatMul)
        return " * ".join(
            f"({self._print(a)})" if isinstance(a, loose) or self._is_sum(a) else self._print(a) for a in e.args
        )

    @staticmethod
    def _is_sum(e: Any) -> bool:
        return hasattr(e, "function") and e.function(_Z).is_Add

    def _print_OneMatrix(self, e: Any) -> str:
        return "1"

    def _print_Identity(self, e: Any) -> str:
        return "I"

    def _print_MatMul(self, e: Any) -> str:
        scalar, matrices = e.as_coeff_matrices()
        parts = [f"({self._print(m)})" if m.is_MatAdd else self._print(m) for m in matrices]
        if scalar == -1:
            return "-" + " ".join(parts)
        if scalar != 1:
            parts.insert(0, f"({self._print(scalar)})" if scalar.is_Add else self._print(scalar))
        return " ".join(parts)

    def _print_MatAdd(self, e: Any) -> str:
        out = " + ".join(self._print(t) for t in e.args)
        return out.replace("+ -", "- ")


class _Latex(LatexPrinter):  # type: ignore[misc]  # SymPy is untyped
    def _print_DiagMatrix(self, e: Any, exp: Any = None) -> str:
        return rf"\operatorname{{diag}}\left({self._print(e.args[0])}\right)"

    def _print_ElementwiseApplyFunction(self, e: Any) -> str:
        found = _applied(e)
        if found is None:
            inner = self._print(e.expr)
            plain = e.expr.is_symbol
            stand_in = sympy.Symbol(inner if plain else rf"\left({inner}\right)")
            return str(self._print(e.function(stand_in)))
        name, count, argument = found
        head = self._print(sympy.Function(name)(_Z)).split("{")[0] if count else None
        if head is None:
            return str(self._print(e.function(sympy.Symbol(self._print(argument)))))
        return rf"{head}{chr(39) * count}\left({self._print(argument)}\right)"

    def _print_OneMatrix(self, e: Any, exp: Any = None) -> str:
        return r"\mathbf{1}"

    def _print_Identity(self, e: Any, exp: Any = None) -> str:
        return "I"

    def _print_Transpose(self, e: Any) -> str:
        inner = self._print(e.arg)
        return rf"{inner}^{{\top}}" if e.arg.is_symbol else rf"\left({inner}\right)^{{\top}}"


def text(e: Any) -> str:
    """One readable line."""
    return str(_Text().doprint(e))


def latex(e: Any) -> str:
    """LaTeX as papers print it."""
    return str(_Latex().doprint(e))
