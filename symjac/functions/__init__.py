"""Known elementwise functions: their table, their derivatives, where their values lie."""

from symjac.functions.calculus import derivative, differentiate, in_exponentials, is_exponential
from symjac.functions.slopes import BOUNDS, Bounds
from symjac.functions.table import ACTIVATIONS, LEAK, SELU_ALPHA, SELU_SCALE, Activation, by_spelling

__all__ = [
    "ACTIVATIONS",
    "BOUNDS",
    "LEAK",
    "SELU_ALPHA",
    "SELU_SCALE",
    "Activation",
    "Bounds",
    "by_spelling",
    "derivative",
    "differentiate",
    "in_exponentials",
    "is_exponential",
]
