"""Every word of a page, in one table: change it here to change or translate what pages say.

``{name}`` is a slot that the teller fills with formulas, references or other words; ``*words*`` are
emphasised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from symjac.expr import Expr
from symjac.narrative.blocks import Emph, Inline, Inlines, Math
from symjac.typeset.boxes import Box

Slot = Expr | Box | Inline | Inlines

WORDS: dict[str, str] = {
    # headings
    "title": "The Jacobian of {of} with respect to {wrt}",
    "title_gradient": "The gradient of {of} with respect to {wrt}",
    "head_setting": "Setting",
    "theorem": "Theorem",
    "lemma": "Lemma",
    "proof": "Proof",
    "example": "Example",
    "corollary": "Corollary",
    "of_theorem": "Proof of Theorem {theorem}",
    "entries": "entries",
    "size_is": "{size}",
    "source": "LaTeX source",
    "copy": "Copy",
    "copied": "Copied",
    "copy_formula": "Copy the LaTeX of this formula",
    "formula": "formula",
    "qed": "end of proof",
    "head_numerator": "Numerator layout",
    "head_denominator": "Denominator layout",
    "and": " and ",
    # setting
    "columns": "All vectors are columns.",
    "rows": "All vectors are rows.",
    "let": "Let {symbols} and let",
    "let_given": "Let {symbols}.",
    "independent": "Here {symbols} do not depend on {wrt}.",
    "independent_one": "Here {symbols} does not depend on {wrt}.",
    "acts": "The differentiable function {function} acts entrywise.",
    "act": "The differentiable functions {functions} act entrywise.",
    "known_acts": "The function {function} acts entrywise.",
    "known_act": "The functions {functions} act entrywise.",
    "function_defined": "Here {definition}.",
    "map": "{function} is a differentiable map between spaces of vectors, and {derivative} its matrix of partial "
    "derivatives.",
    "map_of_several": "{function} is a differentiable map of {count} vectors, of which nothing else is known, and "
    "{derivatives} are its Jacobians by one argument after the other, in numerator layout.",
    "vectors_2": "two",
    "vectors_3": "three",
    "vectors_4": "four",
    "scalar_function": "{function} is a twice continuously differentiable real function of vectors, {gradient} its "
    "gradient, a column, and {hessian} its Hessian, which is symmetric.",
    "known_derivative": "We use {derivatives}.",
    "excluded": "The function {function} of {z} has no derivative at {condition}.",
    "odot": "{sign} is the entrywise product",
    "oslash": "{sign} is the entrywise quotient",
    "ones": "{sign} is the vector of ones",
    "norm": "{sign} is the Euclidean norm",
    "identity": "{sign} is the identity matrix",
    "signs": "Here {signs}.",
    "notation": "We write {parts}.",
    "notation_entry": "{entry} for the {i}th entry of {vector}",
    "notation_delta": "{delta} for the Kronecker delta",
    "notation_diag": "{diag} for the diagonal matrix with the entries {entries}",
    "abbreviate": "We abbreviate",
    "short_partial": "and write {short} for the Jacobian of {y} with respect to {wrt} in numerator layout.",
    "short_partial_alone": "We write {short} for the Jacobian of {y} with respect to {wrt} in numerator layout.",
    "layout_both": "In *numerator layout* the Jacobian of {y} with respect to {x} has the entries {entries}; in "
    "*denominator layout* it is the transpose of that matrix.",
    "layout_numerator": "In *numerator layout*, which is used here, the Jacobian of {y} with respect to {x} has the "
    "entries {entries}.",
    "layout_denominator": "In *denominator layout*, which is used here, the Jacobian of {y} with respect to {x} has "
    "the entries {entries}.",
    "layout_gradient": "In *numerator layout* the derivative of a scalar {y} by a vector {x} is a row; in "
    "*denominator layout* it is a column.",
    "layout_matrix": "In *denominator layout* the derivative of a scalar {y} by a matrix {x} has the entries "
    "{entries}; in "
    "*numerator layout* it is the transpose of that matrix.",
    "cut": "The equation that defines {wrt} is not used: {wrt} is the free variable.",
    # theorem
    "recurrence": "the recurrence {equation}",
    "equation": "equation {equation}",
    "equations": "equations {equation}",
    "the_system": "the system",
    "for_every": "For {equation} and every {wrt}{under},",
    "for_every_numerator": "For {equation} and every {wrt}{under}, in numerator layout,",
    "for_every_denominator": "For {equation} and every {wrt}{under}, in denominator layout,",
    "under": ", provided that {conditions}",
    "no_zero_entry": "no entry of {e} is zero",
    "positive_entries": "all entries of {e} are positive",
    "is_invertible": "{e} is invertible",
    "is_differentiable": "{function} is differentiable",
    "is_twice_differentiable": "{function} is twice continuously differentiable",
    "differentiable_at": "{function} is differentiable at {e}",
    "differentiable_at_entries": "{function} is differentiable at every entry of {e}",
    "then_denominator": "In denominator layout it is the transpose of this matrix,",
    "carried_over": "directly",
    "through": "through ",
    "numerator": "(numerator layout)",
    "denominator": "(denominator layout)",
    "both": "(both layouts)",
    # proof of a layer, entry by entry
    "fix": "Fix {i} and {j}. The {i}th entry of {equation} reads",
    "fix_named": "Fix {i} and {j}, and let {named}. The {i}th entries of {equation} and of this are",
    "fix_argument": "Fix {i} and {j}, and let {letter} be the argument of the function in {equation}. The {i}th "
    "entries are",
    "differentiate": "Differentiating with respect to {x} gives",
    "matrix_form": "This is the entry in row {i} and column {j} of {matrix}. As {i} and {j} were arbitrary, "
    "{jacobian} in numerator layout{reference}.",
    "matrix_form_long": "This is the entry in row {i} and column {j} of the matrix in numerator layout. As {i} and "
    "{j} were arbitrary, this proves {label}.",
    "the_jacobian": "what {derivative} is",
    "which_is": ", which is {label}",
    "transposing": "Transposing,",
    "transposed": "because a diagonal matrix is symmetric; this is {label}.",
    "transpose_plain": "Transposing each product reverses its factors, which gives {label}.",
    "transpose_diagonal": "Transposing each product reverses its factors, and diagonal matrices are symmetric; "
    "this gives "
    "{label}.",
    "transpose_same": "The matrix is symmetric, so the denominator layout is the same.",
    "transpose_scalar": "A scalar is its own transpose, so the denominator layout is the same.",
    # proof of a composite
    "rules_used": "The proof uses {count}, each of which is one line in entries.",
    "rule_used": "The proof uses one rule, which is one line in entries.",
    "count_2": "two rules",
    "count_3": "three rules",
    "count_4": "four rules",
    "count_5": "five rules",
    "count_6": "six rules",
    "count_7": "seven rules",
    "count_many": "a few rules",
    "lemma_let": "Let {functions} depend differentiably on {x}{more}. Then",
    "lemma_vector": "the vector {symbols}",
    "lemma_vectors": "the vectors {symbols}",
    "lemma_scalar": "the scalar {symbols}",
    "lemma_phi": "let {phi} be differentiable and act entrywise",
    "lemma_matrix": "let {matrix} be a constant matrix",
    "lemma_power": "let {q} be a constant",
    "lemma_softmax": "let {p} stand for {softmax}",
    "lemma_norm": "let {vector} be nonzero where its norm is taken",
    "fix_both": "Fix {i} and {j}.",
    "fix_one": "Fix {i}.",
    "lemma_proof": "The entries of the left-hand sides are",
    "lemma_proof_one": "The entries of the left-hand side are",
    "lemma_end": "by linearity, the chain rule and the product rule for functions of one variable. Multiplying "
    "from the left "
    "by {diag} multiplies row {i} by {entry}, so these are the entries of the right-hand sides.",
    "lemma_end_plain": "by the rules for functions of one variable, and these are the entries of the right-hand sides.",
    "in_turn": "We differentiate the equations in turn. Sums are differentiated term by term, {unit}, and what "
    "does not "
    "depend on {wrt} has derivative {zero}.",
    "step": "{step} {symbols}.",
    "step_number": "Step {number}:",
    "differentials": "Taking differentials,",
    "identified": "A differential of the form {form} identifies the derivative {matrix} in numerator layout.",
    "conclusion": "This is {label}.",
    # after the proof
    "columns_scaled": "Multiplying by the diagonal matrix from the right scales the *columns* of {matrix}:",
    "rows_scaled": "Multiplying by the diagonal matrix from the left scales the *rows* of {matrix}:",
    "written_out": "Written out,",
    "entry_corollary": "For all {i} and {j},",
    "entry_corollary_delta": "For all {i} and {j}, with {delta} the Kronecker delta,",
    # example
    "example_let": "Let {constant}.",
    "example_rows": "The entries of {equation} are",
    "example_numerator": "Entry by entry and as a product of factors, the Jacobian is in numerator layout",
    "example_denominator": "In denominator layout the matrix is transposed; the factors are transposed and "
    "change places:",
    "example_denominator_only": "Entry by entry and as a product of factors, the Jacobian is in denominator layout",
    "example_denominator_only_factors": "The Jacobian, with its factors written out, is in denominator layout",
    "example_numerator_factors": "The Jacobian, with its factors written out, is in numerator layout",
    "example_denominator_factors": "In denominator layout the factors are transposed and change places:",
}

# Why the derivative of an entry may be rewritten: the keys are those of symjac.entries.
REASONS: dict[str, str] = {
    "linearity": "linearity",
    "linearity constants": "linearity; {constants} do not involve {wrt}",
    "linearity constant": "linearity; {constants} does not involve {wrt}",
    "product rule": "product rule",
    "chain rule": "chain rule",
    "independent entries": "the entries of {wrt} are independent",
    "sifting": "only {index} remains",
}

# What a step of a gate's proof calls the rules it used.
RULE_NAMES: dict[str, str] = {
    "constant_factor": "linearity",
    "scalar_product": "product rule",
    "inner_product": "product rule",
    "product_rule": "product rule",
    "chain_rule": "chain rule",
    "power_rule": "power rule",
    "exponent_rule": "power rule",
    "softmax_rule": "softmax",
    "log_sum_exp_rule": "log-sum-exp",
    "norm_rule": "norm",
    "squared_norm_rule": "squared norm",
    "stack_rule": "stacking",
    "map_rule": "chain rule",
    "scalar_gradient_rule": "chain rule",
    "scalar_function_rule": "chain rule",
    "matrix_times_vector": "product rule",
    "identification": "differential",
    "vector_identification": "differential",
    "same_expression": "rewriting",
}
# Rules that need no word: they happen in every line.
SILENT = frozenset(
    {"constant", "variable", "gate", "sum_rule", "definition", "substitution", "rearrangement", "transposition"}
)

STEP_REASONS: dict[str, str] = {
    "collect": "collect terms",
    "rearrange": "rearranged",
    "known": "derivative of {functions}",
    "known_collect": "derivative of {functions}, terms collected",
    "substitute": "by {labels}",
    "differential": "rules for differentials",
    "trace": "the trace of a product may be turned round",
    "term_by_term": "term by term",
}

_SLOT = re.compile(r"\{(\w+)\}|\*([^*]+)\*")


def say(template: str, **slots: Slot) -> Inlines:
    """A sentence of the table with its slots filled.

    >>> say("a *b* c")
    ('a ', Emph(text='b'), ' c')
    """
    out: list[Inline] = []
    at = 0
    for hit in _SLOT.finditer(template):
        out.append(template[at : hit.start()])
        if hit.group(2):
            out.append(Emph(hit.group(2)))
        else:
            out.extend(_inlines(slots[hit.group(1)]))
        at = hit.end()
    out.append(template[at:])
    return tuple(_merged(i for i in out if i != ""))


def told(key: str, **slots: Slot) -> Inlines:
    """The sentence of a key."""
    return say(WORDS[key], **slots)


def _inlines(slot: Slot) -> Inlines:
    if isinstance(slot, tuple):
        return slot
    return (Math(slot),) if isinstance(slot, Expr | Box) else (slot,)


def _merged(items: Iterable[Inline]) -> list[Inline]:
    out: list[Inline] = []
    for item in items:
        if out and isinstance(item, str) and isinstance(out[-1], str):
            out[-1] += item
        else:
            out.append(item)
    return out


def listed(items: Iterable[Slot], last: str = WORDS["and"]) -> Inlines:
    """``a``, ``a and b``, ``a, b and c``.

    >>> listed(["a", "b", "c"])
    ('a, b and c',)
    """
    parts = [_inlines(i) for i in items]
    out: list[Inline] = list(parts[0]) if parts else []
    for n, (_, part) in enumerate(pairwise(parts)):
        out.append(last if n == len(parts) - 2 else ", ")
        out.extend(part)
    return tuple(_merged(out))


def sentences(*parts: Inlines) -> Inlines:
    """Sentences one after the other."""
    out: list[Inline] = []
    for part in parts:
        if part:
            out += [*([" "] if out else []), *part]
    return tuple(_merged(out))
