"""What SymPy's heads need so that ``lambdify`` works on what symjac hands out."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.printing.numpy import NumPyPrinter

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

    _numpycode = _lambdacode = _pythoncode = _sympystr


def _numpy_elementwise(printer: Any, e: Any) -> str:
    return f"({printer._print(e.function)})({printer._print(e.expr)})"


def _numpy_power(printer: Any, e: Any) -> str:
    return f"({printer._print(e.base)})**({printer._print(e.exp)})"


def _numpy_trace(printer: Any, e: Any) -> str:
    return f"{printer._module_format('numpy.trace')}({printer._print(e.arg)})"


def _numpy_determinant(printer: Any, e: Any) -> str:
    return f"{printer._module_format('numpy.linalg.det')}({printer._print(e.arg)})"


# SymPy's NumPy printer refuses these four heads (1.14); a version that knows them keeps its own way.
for _head, _method in (
    ("ElementwiseApplyFunction", _numpy_elementwise),
    ("HadamardPower", _numpy_power),
    ("Trace", _numpy_trace),
    ("Determinant", _numpy_determinant),
):
    if not hasattr(NumPyPrinter, f"_print_{_head}"):
        setattr(NumPyPrinter, f"_print_{_head}", _method)
