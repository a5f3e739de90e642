"""``symjac read``: how equations are understood, before anything is derived from them."""

from __future__ import annotations

import argparse

from symjac import typeset
from symjac.cli.sources import from_arguments
from symjac.expr import Apply
from symjac.system import System


def run(options: argparse.Namespace) -> int:
    """Print the echo: canonical LaTeX, every symbol with role and shape, what was assumed."""
    problem = from_arguments(options.equations, dict(options.symbol))
    system = System(*problem.equations, symbols=problem.symbols, orientation=options.orientation, strict=options.strict)
    row = options.orientation == "row"
    for function in system.functions:
        applied = Apply(function.function, function.variable)
        print(f"{typeset.latex(applied)} = {typeset.latex(function.body)}")
    for equation in system.equations:
        print(f"{equation.lhs.name} = {typeset.latex(equation.rhs, row=row)}")
    print()
    width = max(len(name) for name in system.symbols)
    for name, info in system.symbols.items():
        rows, cols = info.symbol.shape
        shape = {"scalar": "", "vector": f"{rows}", "matrix": f"{rows} x {cols}"}[info.role]
        print(f"  {name:{width}}  {info.role:6}  {shape:8}  {info.how}".rstrip())
    if system.notes:
        print()
    # The notes are part of what was asked for, so here they are a result.
    for message in dict.fromkeys(note.message for note in system.notes):
        print(f"note: {message}")
    return 0
