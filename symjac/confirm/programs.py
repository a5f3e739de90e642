"""Emitted programs run on the values of a point, beside the derivatives of the system run forwards.

The stand-ins of a point serve both, so that what a program says can be compared number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from symjac import expr as ex
from symjac.codegen import Source
from symjac.codegen.names import callable_name
from symjac.derivation import Derivation
from symjac.expr import Expr, Function, MapJacobian, ScalarFunction, Symbol, VectorMap
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


def map_calls(nodes: Iterable[Expr]) -> dict[str, VectorMap | MapJacobian]:
    """The unspecified maps among these and all their Jacobians, by how a program's argument is told that is one.

    >>> n = ex.dim("n")
    >>> f = VectorMap("f", (Symbol("h", (n, ex.ONE)), Symbol("x", (n, ex.ONE))), n)
    >>> list(map_calls([f]))
    ['f', '\\\\partial_1 f', '\\\\partial_2 f']
    """
    out: dict[str, VectorMap | MapJacobian] = {}
    for e in nodes:
        if isinstance(e, VectorMap | MapJacobian):
            here = e if isinstance(e, VectorMap) else e.map
            several = len(here.args) > 1
            if isinstance(here, ScalarFunction):
                out[callable_name(here.name)] = here
                here = here.gradient
            out[callable_name(here.name)] = here
            for by in range(1, len(here.args) + 1):
                jacobian = here.jacobian(by)
                assert isinstance(jacobian, MapJacobian)
                out[callable_name(here.name, 1, by if several else 0)] = jacobian
    return out


def map_of(at: Evaluator, node: VectorMap | MapJacobian) -> Callable[..., Any]:
    """An unspecified map, or a Jacobian of it, as the point takes it."""
    letters = tuple(Symbol(f"\0z{k}", a.shape) for k, a in enumerate(node.args))
    body = node.with_args(letters)
    axes = tuple(k for k, d in enumerate(body.shape) if d == ex.ONE)

    def call(*vectors: Any) -> Any:
        given = {z: [[float(a)] for a in np.atleast_1d(v)] for z, v in zip(letters, vectors, strict=True)}
        return np.squeeze(np.array(at.with_fixed(given).matrix(body), dtype=float), axis=axes)

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
    maps = map_calls(nodes)
    arguments: dict[str, Any] = {}
    for python, latex in source.arguments.items():
        if latex in symbols:
            arguments[python] = array_of(at, symbols[latex])
        elif latex in at.sizes:
            arguments[python] = at.sizes[latex]
        elif latex in maps:
            arguments[python] = map_of(at, maps[latex])
        else:
            arguments[python] = function_of(at, latex)
    found: Matrix = np.asarray(run_program(source, arguments), dtype=float).tolist()
    return found
