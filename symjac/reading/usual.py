"""What letters usually are where a text does not say so: the table by which the reader goes.

A row is a habit of print that nearly every text shares. What a text declares, or settles by where a letter stands,
comes before it.
"""

from __future__ import annotations

from collections.abc import Iterable

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
# Of these, what may be the size of a step before the bracket of what is added to a state.
STEP_SIZES = frozenset(["h"])
# Of these a text says so where they are no functions.
ALWAYS_FUNCTIONS = frozenset([r"\sigma", r"\phi", r"\varphi", r"\psi"])
# Of the functions, what may be one of vectors in a loss.
NOT_SIGMA = FUNCTION_LETTERS - {r"\sigma"}
# Of the functions, what is as often a map of vectors.
OFTEN_MAPS = FUNCTION_LETTERS - ALWAYS_FUNCTIONS - {r"\rho", r"\varrho", r"\varsigma"}
# Before a bracket with several vectors these are functions of them, unless they stand elsewhere as something else.
OF_SEVERAL = frozenset(
    [
        *OFTEN_MAPS,
        *("G", r"\phi", r"\varphi", r"\psi", r"\Gamma"),
        *("RNN", "rnn", "GRU", "gru", "Cell", "cell", "RNNCell", "GRUCell"),
    ]
)
# Before a bracket with vectors these are losses of which nothing is known.
LOSS_FUNCTIONS = frozenset([r"\ell", "l"])
# As an argument of such a function these are vectors of its parameters.
PARAMETERS = frozenset([r"\theta", r"\vartheta", r"\omega"])
# Words for layers: maps of vectors with matrices of their own, no functions of numbers; and how they are written out.
LAYERS = {
    **dict.fromkeys(("Linear", "linear", "Affine", "affine", "Dense", "dense", "FC", "fc", "Lin", "Proj"), "A x + b"),
    **dict.fromkeys(("MLP", "mlp", "FFN", "ffn", "FeedForward", "FNN"), r"B \operatorname{relu}(A x + b) + c"),
}
# Small Greek letters that stand for vectors.
VECTOR_GREEK = frozenset([r"\delta", r"\xi", r"\zeta"])
# Words below a letter for the step before and the one after.
BEFORE = frozenset(["prev", "old", "last"])
AFTER = frozenset(["next", "new"])
# Capitals that stand for steps: of time, of a grid.
STEPS = frozenset([r"\Delta"])
# Below a sum over entries these are the size of the vectors, as the n of 1/n is.
SIZE_LETTERS = frozenset("nmdDNM")
# Capitals that stand for scalars before a derivative by time: capacities, time constants.
SLOPE_FACTORS = frozenset(["C", "T", "L"])
# With an index in a sum, beside a small Greek letter with the same, these are as often vectors with a number.
NUMBERED = frozenset(["h", "v", "s", "q", "k"])
# Two letters that are one name, of a step of time.
STEP_NAMES = frozenset([r"\Delta t", r"\Delta \tau", r"\delta t", r"\delta \tau"])
# Capitals that stand for losses and for numbers of things.
COUNTS = frozenset(["L", "E", "J", "C", "T", "N", "M", "D", "K"])
# What stands above a derivative as a loss does.
LOSSES = frozenset(["L", "E", "C", "J", r"\ell", "l", r"\mathcal{L}"])
# Of these, what is a loss at a time too.
TIMED_LOSSES = frozenset(["L", r"\mathcal{L}", r"\ell"])
# Names that a claim may give to a loss that no equation defines.
LOSS_NAMES = LOSSES | {r"\mathcal{J}", r"\mathcal{E}", r"\mathcal{C}"}

# Words for losses, also as a part of a longer word, and short names of some.
LOSS_WORDS = frozenset(["loss", "cost", "error", "objective", "energy", "entropy", "risk"])
LOSS_SHORT = frozenset(["err", "obj", "ce", "bce", "mse", "nll", "xent"])

# What a reader may want to know of the table, a row each: where a letter stands, what it is then, and which letters.
TABLE: tuple[tuple[str, str, Iterable[str]], ...] = (
    (
        "before a bracket",
        "a function that is applied entry by entry, unless it stands elsewhere without one: a note",
        FUNCTION_LETTERS,
    ),
    ("with an index, before a bracket", "a factor or a function: asked for", FUNCTION_LETTERS),
    ("before the bracket of a vector, where a claim names its Jacobian", "a map of vectors: a note", OFTEN_MAPS),
    (
        "before the bracket of a sum that is added to the state of the step before",
        "a step size or a function: asked for",
        STEP_SIZES,
    ),
    ("before a bracket, in script or upright letters", "a function that is applied entry by entry", ()),
    ("before a bracket", "a factor", FACTOR_LETTERS),
    ("before a bracket", "a layer with a matrix of its own, which has to be written out", LAYERS),
    ("bold", "a capital a matrix, a small letter a vector; what is not bold beside it a scalar", ()),
    ("a capital", "a matrix", ()),
    ("a small letter", "a vector", ()),
    ("a small letter beside the same with a hat that is defined as a scalar", "a scalar", ()),
    ("a small Greek letter", "a scalar, unless its definition, or that nothing else fits, makes it a vector", ()),
    ("a small Greek letter", "a vector", VECTOR_GREEK),
    (r"a small Greek letter alone on a side of \odot", "a vector", ()),
    ("a capital Greek letter", "a scalar, a step of time or of a grid", STEPS),
    ("side by side", "one scalar, a step of time", STEP_NAMES),
    ("below a line, above a matrix, as an exponent, as a bound", "a scalar", ()),
    ("above a derivative, where nothing defines it", "a loss, and so a scalar", LOSS_NAMES),
    ("a word, as one name", "a loss", LOSS_WORDS | LOSS_SHORT),
    ("several letters that a left side consists of", "one name, but for a d before one letter", ()),
    ("before the derivative by time on a left side", "a scalar", SLOPE_FACTORS),
    ("a term of the derivative of a state by time", "a current or the identity: asked for", ("I",)),
    ("beside a factor that the identity would not change", "a current or the identity: asked for", ("I",)),
    ("before a square bracket, beside a variance", "the mean of the entries of a vector", ("E",)),
    ("before a norm, in a loss", "a scalar", COUNTS),
    ("in script", "a scalar", ()),
    ("left of the sum of its own terms", "a loss, and so a scalar", LOSSES),
    ("in a loss that would be a vector because of one or two letters", "these letters are scalars", LOSSES),
    ("words below, for the step before and the one after", "one state, of one size", BEFORE | AFTER),
    ("a row added to a matrix", "added to each of its rows", ()),
    (
        "before a bracket with several vectors",
        "a function of them of which nothing else is known, unless it stands elsewhere without them: a note",
        OF_SEVERAL,
    ),
    (
        "before a bracket with vectors, where it stands nowhere without one",
        "a loss, a function of them with values in the numbers, of which nothing else is known: a note",
        LOSS_FUNCTIONS,
    ),
    ("before a bracket with names, where a loss is asked for", "a loss of which nothing else is known", LOSS_NAMES),
    ("as an argument of such a function", "a vector of parameters", PARAMETERS),
    (
        "below beside anything above, where it is shifted somewhere",
        "the time; what stands above is a layer, a label or a number",
        (),
    ),
    ("a number above, where a left side and a capital always carry one, or where it is 1", "a label of a layer", ()),
    ("before an index of entries in a claim, where the system has no e", "a unit vector", ("e",)),
    (
        "an index on a function without its argument, in a claim",
        "its step: that of an argument which is a symbol, else that of the equation; where the two differ, a note that "
        "refutes nothing",
        (),
    ),
    (
        r"in a sum over its index, beside a small Greek letter with the same, or beside \alpha",
        "an entry or a vector with a number: asked for",
        NUMBERED,
    ),
    ("in a sum over its index, beside an entry of a softmax", "an entry or a vector with a number: asked for", ()),
    ("before a bracket, where a loss would be a vector by it", "a scalar function of vectors: a note", NOT_SIGMA),
    ("a prime, where a left side has one", "a part of the name", ()),
    ("a prime on a matrix, elsewhere", "a transpose", ()),
    ("in brackets behind a formula", "its number; words are a remark", ()),
)


def is_loss_word(word: str) -> bool:
    """Whether a word, however it is capitalised, is one for a loss.

    >>> is_loss_word("Loss"), is_loss_word("crossentropy"), is_loss_word("CE"), is_loss_word("centre")
    (True, True, True, False)
    """
    lower = word.lower()
    return lower in LOSS_SHORT or any(stem in lower for stem in LOSS_WORDS)
