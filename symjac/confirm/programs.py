"""Emitted programs run on the values of a point, beside the derivatives of the system run forwards.

The stand-ins of a point serve both, so that what a program says can be compared number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symjac import expr as ex
from symjac.codegen import Source
from symjac.derivation import Derivation
from symjac.expr import Function, MapJacobian, Symbol, VectorMap
from symjac.values.evaluator import Evaluator, Matrix
from symjac.values.nodes import reachable
from symjac.values.rings import NoValueError


def array_of(at: Evaluator, s: Symbol) -> Any:
    """The value of a symbol as a program takes it: vectors of shape (n,), scalars of none."""
    value = np.array(at.matrix(s), dtype=float)
    return value[0, 0] if s.is_scalar else value[:, 0] if s.cols == ex.ONE else value


def name_and_order(latex: str) -> tuple[str, int]:
    """The name of an unspecified function and how often it is differentiated, from how a program's argument is told.

    >>> name_and_order("f''"), name_and_order("f^{(4)}")
    (('f', 2), ('f', 4))
    """
    base = latex.split("^{(")[0].rstrip("'")
    return base, int(latex.split("^{(")[1].split(")")[0]) if "^{(" in latex else len(latex) - len(base)


def function_of(at: Evaluator, latex: str) -> Callable[..., Any]:
    """An unspecified function, or a derivative of one, as the point takes it."""
    base, order = name_and_order(latex)
    return np.vectorize(lambda z: float(at.function(Function(base, order), float(z))), otypes=[float])


def map_of(at: Evaluator, node: VectorMap | MapJacobian, *, jacobian: bool) -> Callable[..., Any]:
    """An unspecified map, or its Jacobian, as the point takes it."""
    z = Symbol("\0z", node.args[0].shape)
    here = (node if isinstance(node, VectorMap) else node.map).with_args((z,))
    assert isinstance(here, VectorMap)
    body = here.jacobian if jacobian else here

    def call(v: Any) -> Any:
        value = np.array(at.with_fixed({z: [[float(a)] for a in np.atleast_1d(v)]}).matrix(body), dtype=float)
        return value if jacobian else value[:, 0]

    return call


def run_program(source: Source, arguments: Mapping[str, Any]) -> Any:
    """What the program returns, whatever NumPy thinks of its numbers.

    :raises NoValueError: where a matrix is singular that the program inverts.
    """
    with np.errstate(all="ignore"):
        try:
            return source.load()(**arguments)
        except np.linalg.LinAlgError as error:
            raise NoValueError("a singular matrix is inverted") from error


def matrix_like(value: Any, s: Symbol) -> Matrix:
    """What a program returns for a symbol, in two axes."""
    a = np.asarray(value, dtype=float)
    return a.reshape(1, 1).tolist() if s.is_scalar else (a[:, None] if s.cols == ex.ONE else a).tolist()


def run_source(source: Source, at: Evaluator, d: Derivation) -> Matrix:
    """What an emitted Jacobian gives at a point, in two axes."""
    nodes = frozenset(reachable([d.closed, *d.definitions], d.definitions))
    symbols = {
        s.name: s for s in (*nodes, *(info.symbol for info in d.system.symbols.values())) if isinstance(s, Symbol)
    }
    maps = {e.name: e for e in nodes if isinstance(e, VectorMap | MapJacobian)}
    arguments: dict[str, Any] = {}
    for python, latex in source.arguments.items():
        base = latex.rstrip("'")
        if latex in symbols:
            arguments[python] = array_of(at, symbols[latex])
        elif latex in at.sizes:
            arguments[python] = at.sizes[latex]
        elif base in maps:
            arguments[python] = map_of(at, maps[base], jacobian=latex != base)
        else:
            arguments[python] = function_of(at, latex)
    found: Matrix = np.asarray(run_program(source, arguments), dtype=float).tolist()
    return found
