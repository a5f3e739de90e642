"""Text to expressions: LaTeX as papers print it, and plain Unicode.

Tokens with spans, a neutral tree, roles, shapes by unification, expressions: each in a module of its
own. What cannot be read is refused with the place and a hint; what was assumed becomes a note.
"""

from symjac.reading.context import Note
from symjac.reading.reader import (
    Equation,
    FunctionDefinition,
    Reading,
    SymbolInfo,
    read_at_times,
    read_expression,
    read_formula,
    read_loss,
    read_symbol,
    read_system,
)

__all__ = [
    "Equation",
    "FunctionDefinition",
    "Note",
    "Reading",
    "SymbolInfo",
    "read_at_times",
    "read_expression",
    "read_formula",
    "read_loss",
    "read_symbol",
    "read_system",
]
