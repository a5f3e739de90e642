"""SymPy expressions as source that ``from sympy import *`` reads."""

from __future__ import annotations

import sympy
from sympy.printing.repr import ReprPrinter


class _Printer(ReprPrinter):  # type: ignore[misc]  # SymPy is not typed
    def _print_Str(self, e: sympy.Basic) -> str:
        # SymPy does not export Str, and takes a plain string in its place.
        return repr(e.name)

    def _print_ElementwiseApplyFunction(self, e: sympy.Basic) -> str:
        # Nor this, which is what applyfunc makes.
        return f"{self._print(e.expr)}.applyfunc({self._print(e.function)})"

    def _print_MatrixElement(self, e: sympy.Basic) -> str:
        return f"{self._print(e.parent)}[{self._print(e.i)}, {self._print(e.j)}]"


def source(e: sympy.Basic) -> str:
    """SymPy's ``srepr``, in names that SymPy exports.

    >>> print(source(sympy.MatrixSymbol("A", 2, 2)))
    MatrixSymbol('A', Integer(2), Integer(2))
    """
    text: str = _Printer().doprint(e)
    return text
