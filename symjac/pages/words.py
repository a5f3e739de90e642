"""Every word of a page about backpropagation through time."""

from __future__ import annotations

from symjac.narrative.blocks import Inlines
from symjac.narrative.words import Slot, say

WORDS: dict[str, str] = {
    "title": "Backpropagation through time",
    "columns": "All vectors are columns.",
    "rows": "All vectors are columns; the equations were read from rows.",
    "steps": "For {range} let",
    "from": "starting from {states}.",
    "loss_sum": "The loss is",
    "unspecified": "Here {term} is differentiable, and {nabla} is the column of its partial derivatives by {state}.",
    "sum_to_one": "The entries of {target} add up to one.",
    "acts": "Functions act entrywise{extra}, and {sign} is the entrywise product.",
    "acts_plain": "Functions act entrywise{extra}.",
    "acts_others": "Other functions act entrywise{extra}, and {sign} is the entrywise product.",
    "acts_plain_others": "Other functions act entrywise{extra}.",
    "arguments": "Let {name} stand for the argument of the function in {equation}.",
    "arguments_many": "Let {names} stand for the arguments of the functions in {equations}, in this order.",
    "adjoints": "We write {meanings} for the columns of the derivatives of {loss}; all that happens later, up to step "
    "{last}, is included.",
    "theorem_last": "At the last step, {time},",
    "theorem_before": "and at the steps before, for {range},",
    "theorem_steady": "and at every step, for {range},",
    "theorem_steady_first": "At every step, for {range},",
    "theorem_under": "Let it hold at every step that {conditions}.",
    "theorem_gradients": "The derivatives of {loss} by the parameters, each in the shape of its parameter, are",
    "denominator": "That is denominator layout. In numerator layout every one of them is the transpose, for instance",
    "numerator": "These are in numerator layout, the transposes of what has the shape of the parameter.",
    "proof_chain": "A symbol reaches {loss} through the places where it stands, and the chain rule adds these up: a "
    "place in the equation of {user} contributes {local}, where the *immediate* derivative holds every other symbol of "
    "that equation fixed.",
    "bars": "The derivative of {loss} by a gate is written with a bar too.",
    "use": "{symbol} stands in {places}",
    "place": "{user}, which gives {term}",
    "place_loss": "{loss}, which gives {term}",
    "place_loss_through": "{loss} through {through}, which gives {term}",
    "at_the_end": "At the last step it stands in {places}, instead.",
    "known": "We use {derivatives}.",
    "excluded": "The function {function} has no derivative where an entry of its argument is at {place}.",
    "sum": "{uses}; the sum is {label}.",
    "alone": "{uses}, as {label} says.",
    "induction": "At {time} nothing comes later. Going down from {later} to {now}, everything of step {later} on the "
    "right-hand sides is known, so that these equations give every derivative for {range}, by induction.",
    "parameters": "A parameter stands in the equations of every step. With a copy of its own for each step, the copy "
    "of step {now} has the immediate derivative that is the summand, earlier states held fixed, and the total "
    "derivative adds up the copies.",
    "products": "The derivative of a late state by an early one is a product over the steps between, the latest factor "
    "leftmost in numerator layout and rightmost in denominator layout:",
    "products_block": "The derivatives of the late states by the early ones are the blocks of a product over the steps "
    "between, the latest factor leftmost in numerator layout and rightmost in denominator layout:",
    "products_with": "where {name} has the blocks",
    "products_is": "where {name} is",
    "products_proof": "Over no step it is the identity; {early} reaches {late} through {between} alone, so that the "
    "chain rule adds one factor for each step: this is an induction over their number.",
    "constants": "What is defined without a time passes its own derivative on to the parameters it is made of.",
    "go_forward": "Forward. For {range}, compute {names} and keep them.",
    "go_last": "Last step. Compute {names}.",
    "go_back": "Backward. For {range}, compute {names}.",
    "go_sum": "Add up. Along the way add each summand to the derivative by its parameter. One pass forward and one "
    "back: the work grows in proportion to {last}, and so does the memory for the states that are kept.",
    "truncated": "With a window of {window} steps, the loss of each step {now} is carried back to the step {first} and "
    "no further, as if {states} {verb} constant. For every {now} alone, start with",
    "truncated_then": "the losses of other steps left out, go back with the equations of the theorem, and add up the "
    "summands of those {window} steps. This is the derivative of {loss} with the states before every window held "
    "fixed; it is the whole derivative when the window is at least {last}.",
}


def told(key: str, **slots: Slot) -> Inlines:
    """The sentence of a key, its slots filled."""
    return say(WORDS[key], **slots)
