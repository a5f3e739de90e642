"""Known elementwise functions: their table, their derivatives, where their values lie."""

from symjac.functions.calculus import derivative
from symjac.functions.slopes import BOUNDS
from symjac.functions.table import ACTIVATIONS, by_spelling

__all__ = ["ACTIVATIONS", "BOUNDS", "by_spelling", "derivative"]
