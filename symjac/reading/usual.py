"""What letters usually are where a text does not say so: the table by which the reader goes.

A row is a habit of print that nearly every text shares. What a text declares, or settles by where a letter stands,
comes before it.
"""

from __future__ import annotations

# Before a bracket these are functions, unless they stand elsewhere as something else.
FUNCTION_LETTERS = frozenset(
    [
        *(r"\sigma", r"\phi", r"\varphi", r"\psi", r"\rho", r"\varrho", r"\varsigma", r"\Phi", r"\Psi"),
        *("f", "g", "h", "F"),
    ]
)
# Before a bracket these are factors.
FACTOR_LETTERS = frozenset(
    [
        *(r"\alpha", r"\beta", r"\gamma", r"\eta", r"\lambda", r"\mu", r"\tau", r"\epsilon", r"\varepsilon"),
        *(r"\kappa", r"\theta"),
    ]
)
# Of these, what a text may print at a time in brackets, h(t-1).
STATE_LETTERS = frozenset(["h", "F"])
# Of these a text says so where they are no functions.
ALWAYS_FUNCTIONS = frozenset([r"\sigma", r"\phi", r"\varphi", r"\psi"])
# Words for layers: maps of vectors with matrices of their own, no functions of numbers; and how they are written out.
LAYERS = {
    **dict.fromkeys(("Linear", "linear", "Affine", "affine", "Dense", "dense", "FC", "fc", "Lin", "Proj"), "A x + b"),
    **dict.fromkeys(("MLP", "mlp", "FFN", "ffn", "FeedForward", "FNN"), r"B \operatorname{relu}(A x + b) + c"),
}
# Small Greek letters that stand for vectors.
VECTOR_GREEK = frozenset([r"\delta", r"\xi", r"\zeta"])
# Capitals that stand for steps: of time, of a grid.
STEPS = frozenset([r"\Delta"])
# Capitals that stand for losses and for numbers of things.
COUNTS = frozenset(["L", "E", "J", "C", "T", "N", "M", "D", "K"])
# What stands above a derivative as a loss does.
LOSSES = frozenset(["L", "E", "C", "J", r"\ell", "l", r"\mathcal{L}"])
