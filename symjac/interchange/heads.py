"""What SymPy's heads need so that ``lambdify`` works on what symjac hands out."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.codeprinter import CodePrinter
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.str import StrPrinter

from symjac.interchange.names import identifier


class MatrixSymbol(sympy.MatrixSymbol):  # type: ignore[misc]  # SymPy has no types
    """SymPy's MatrixSymbol of a name that is no Python identifier, such as ``x_{t-1}``.

    It is equal to SymPy's own in every respect but one: its ``str`` is an identifier. ``lambdify``
    goes by ``str`` and would otherwise replace the matrix by a scalar.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, sympy.MatrixSymbol) and self.args == other.args

    def __hash__(self) -> int:
        return int(super().__hash__())

    def _sympystr(self, printer: Any) -> str:
        return identifier(self.name)

    def _eval_subs(self, old: Any, new: Any) -> Any:
        return new if self == old else None

    _numpycode = _lambdacode = _pythoncode = _sympystr


def _numpy_elementwise(printer: Any, e: Any) -> str:
    argument, function = printer._print(e.expr), e.function
    if not isinstance(function, sympy.Lambda):
        return f"{printer._print(function)}({argument})"
    variables = ", ".join(printer._print(v) for v in function.variables)
    return f"(lambda {variables}: {printer._print(function.expr)})({argument})"


_GENERAL = (StrPrinter, CodePrinter)  # whose answers are no NumPy

# SymPy's NumPy printer does not know these four heads (1.14); a version that does keeps its own way.
for _head, _method in (
    ("_print_ElementwiseApplyFunction", _numpy_elementwise),
    ("_print_HadamardPower", lambda p, e: f"({p._print(e.base)})**({p._print(e.exp)})"),
    ("_print_Trace", lambda p, e: f"{p._module_format('numpy.trace')}({p._print(e.arg)})"),
    ("_print_Determinant", lambda p, e: f"{p._module_format('numpy.linalg.det')}({p._print(e.arg)})"),
):
    _owner = next((c for c in NumPyPrinter.__mro__ if _head in vars(c)), None)
    if _owner is None or _owner in _GENERAL:
        setattr(NumPyPrinter, _head, _method)
