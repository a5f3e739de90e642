"""``symjac read``: how equations are understood, before anything is derived from them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from symjac import typeset
from symjac.cli.sources import from_arguments
from symjac.errors import ReadError, SymjacError
from symjac.expr import Apply, Symbol
from symjac.reading import Note, read_formula
from symjac.reading.context import NoEquationError, TwoMeaningsError
from symjac.system import System


def run(options: argparse.Namespace) -> int:
    """Print the echo: canonical LaTeX, every symbol with role and shape, what was assumed."""
    problem = from_arguments(options.equations, dict(options.symbol))
    try:
        system = System(
            *problem.equations, symbols=problem.symbols, orientation=options.orientation, strict=options.strict
        )
    except ReadError as refusal:
        # What defines no symbol may still be a formula: a printed derivative, one side of an equation.
        doubt = isinstance(refusal, TwoMeaningsError) and not isinstance(refusal, NoEquationError)
        if len(problem.equations) != 1 or problem.symbols or doubt:
            raise
        return _formula(problem.equations[0], options, refusal)
    row = system.orientation == "row"
    for function in system.functions:
        applied = Apply(function.function, function.variable)
        print(f"{typeset.latex(applied)} = {typeset.latex(function.body)}")
    for equation in system.equations:
        print(f"{equation.lhs.name} = {typeset.latex(equation.rhs, row=row)}")
    _symbols([(info.symbol, info.how) for info in system.symbols.values()])
    _notes(system.notes)
    return 0


def _formula(text: str, options: argparse.Namespace, refusal: ReadError) -> int:
    """The echo of a formula that is no equation of a system."""
    found = None
    why: SymjacError | None = None
    for layout, gradients in (("numerator", ""), ("denominator", "gradients are columns (denominator layout)")):
        try:
            found = found or (*read_formula(text, strict=options.strict, layout=layout), gradients)
        except SymjacError as error:
            why = why or error
    if found is None:
        # Of a derivative it is of no use to hear that it defines nothing.
        raise why if why is not None and isinstance(refusal, NoEquationError) else refusal from None
    members, notes, gradients = found
    print(" = ".join(typeset.latex(m) for m in members))
    _symbols([(s, "") for s in dict.fromkeys(s for m in members for s in m.walk() if isinstance(s, Symbol))])
    _notes(notes)
    if gradients:
        print(f"settled:  {gradients}, as only that fits")
    return 0


def _symbols(rows: Sequence[tuple[Symbol, str]]) -> None:
    """Every symbol with role, shape and how the role was found."""
    print()
    width = max((len(s.name) for s, _ in rows), default=0)
    for s, how in rows:
        role = "scalar" if s.is_scalar else "vector" if s.is_vector else "matrix"
        shape = {"scalar": "", "vector": f"{s.rows}", "matrix": f"{s.rows} x {s.cols}"}[role]
        print(f"  {s.name:{width}}  {role:6}  {shape:8}  {how}".rstrip())


def _notes(notes: Sequence[Note]) -> None:
    """What was assumed: part of what was asked for, so here it is a result."""
    if notes:
        print()
    for message, evidence in dict.fromkeys((note.message, note.evidence.value) for note in notes):
        print(f"{evidence + ':':9} {message}")
