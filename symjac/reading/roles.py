"""Who is a matrix, a vector, a scalar, a function: the rules in their order.

Declared; used as a function; bold or an arrow; where it stands (an explicit matrix, an entry, above
a derivative); its own definition; last, capital or small letter, which is a guess and noted as one.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable

from symjac import functions
from symjac.errors import propose
from symjac.expr import Function, Time
from symjac.reading import usual
from symjac.reading.assumptions import LOSS_OF_VECTORS, ONE_ROW, SCALAR_FUNCTION, How
from symjac.reading.context import Context, Family
from symjac.reading.names import Named
from symjac.reading.sizes import UNIT
from symjac.reading.spelling import is_greek, is_upper, letter
from symjac.reading.uses import Uses, is_usual
from symjac.reading.vocabulary import NORMALISATIONS, OPERATORS

_KNOWN_WORDS = [*OPERATORS, *(s for row in functions.ACTIVATIONS.values() for s in row.spellings if len(s) > 3)]


class Roles(Uses):
    """Decides roles on this evidence."""

    def __init__(self, context: Context, by_definition: Callable[[Family, Time | None], str | None]) -> None:
        super().__init__(context)
        self.by_definition = by_definition

    def settle(self, named: Named) -> Family:
        """The family of a name, with its role."""
        family = self.context.family(named)
        if not family.is_known:
            role, how = self._role(named, family)
            if family.role is None and role == ONE_ROW:
                family.take("matrix", how, UNIT)
            elif family.role is None:
                family.take(role, how, UNIT if how in (How.OF_LOSS, How.SCALAR_FUNCTION) else None)
                if role == "function":
                    family.function = Function(family.name)
        return family

    def _role(self, named: Named, family: Family) -> tuple[str, How]:
        context, name, token = self.context, family.name, named.token
        if family.base in context.letters.numbered.values():
            family.numbered = True
            return "matrix", How.NUMBERED
        chosen = context.option.roles.get(family.base)
        if chosen == LOSS_OF_VECTORS or self._is_loss_of_vectors(named):
            return "map", How.OF_LOSS
        if chosen == SCALAR_FUNCTION or self.is_scalar_function(named):
            context.note("role", f"{name}: read as a scalar function of which nothing is known", named.node)
            return "map", How.SCALAR_FUNCTION
        if chosen is not None:
            return chosen, context.option.how
        if self._takes_several(named, family) or self._is_map(named):
            return "map", How.OF_SEVERAL
        if self._is_function(named, family):
            return "function", How.APPLIED
        if token.is_script:
            return "scalar", How.LOSS if letter(token) in usual.LOSS_NAMES else How.SCRIPT
        if name in self.entries:
            return ("vector" if self.entries[name] == 1 else "matrix"), How.ENTRIES
        upper = is_upper(token.text)
        if named.token.marks_vector and name not in self.entries:
            return ("matrix" if upper else "vector"), How.BOLD
        scalars = {
            How.COUNTS_TIME: named.time is None and token.text in context.letters.time and not named.label,
            How.ALL_SCALAR: context.all_scalar,
            How.SIZE: name in context.dims and named.time is None,
            How.EXPONENT: name in self.scalars[How.EXPONENT] and name not in self.bare and not named.token.marks_vector,
            How.INSIDE: name in self.scalars[How.INSIDE],
            How.TOTAL: name in self.scalars[How.TOTAL],
            How.PENALTY: name in self.scalars[How.PENALTY],
            How.ABOVE: name in self.scalars[How.ABOVE] and not (upper and named.time and context.has_bold),
        }
        if (first := next((how for how, holds in scalars.items() if holds), None)) is not None:
            return "scalar", first
        if token.style == "rm" and len(token.text) > 1:
            return self.by_definition(family, named.time) or "scalar", How.WORD
        defined = self.by_definition(family, named.time)
        if defined:
            return defined, How.DEFINITION
        if name in self.scalars[How.BELOW] and name not in self.turned:
            if upper and token.text not in usual.COUNTS:
                raise context.error(
                    f"{name} stands below a line: a scalar, or a matrix whose inverse is meant?",
                    named.node,
                    propose(name, "scalar") + f', or write the inverse as a factor, as in "{name}^{{-1}} x"',
                )
            return "scalar", How.DIVIDES if name in self.scalars[How.DIVIDES] else How.BELOW
        if token.text in usual.STEPS | usual.STEP_NAMES and token.style != "bf":
            return "scalar", How.STEP
        if upper:
            return "matrix", How.CAPITAL
        if context.has_bold:
            return "scalar", How.NOT_BOLD
        if token.text in usual.PARAMETERS and name in self.among:
            return "vector", How.PARAMETERS
        if is_greek(token.text) and token.text not in usual.VECTOR_GREEK:
            return ("vector", How.ENTRYWISE) if name in self.multiplied else ("scalar", How.GREEK)
        if self._estimated(named) == "scalar":
            return "scalar", How.ESTIMATED
        return "vector", How.SMALL

    def _estimated(self, named: Named) -> str | None:
        r"""What the \hat y is defined as that stands beside y, which it estimates; ``None`` where there is none."""
        if named.token.accents:
            return None
        hats = [
            n for n in self.context.exact.values() if n.token.text == named.token.text and n.token.accents == ("hat",)
        ]
        alone = [n for n in hats if n.family not in self.entries]
        roles = {self.by_definition(self.context.family(n), n.time) for n in alone}
        return roles.pop() if len(roles) == 1 else None

    def _takes_several(self, named: Named, family: Family) -> bool:
        """Whether a letter is a function of several vectors, of which nothing else is known.

        :raises ReadError: where it may be, and is a symbol elsewhere.
        """
        context, name = self.context, family.name
        node = self.of_several.get(name)
        if node is None or not is_usual(named):
            return False
        if name in self.bare:
            raise context.error(
                f"{name} is applied to several vectors here and stands alone elsewhere: is it a function?",
                node,
                r'write "\phi", a letter of its own for the function',
            )
        context.note("role", f"{name}: read as a function of several vectors, of which nothing else is known", node)
        return True

    def _is_loss_of_vectors(self, named: Named) -> bool:
        r"""Whether a letter is a loss of which only what it sees is known: the ``\ell`` of ``\ell(y, d)``."""
        node = self.applied.get(named.family)
        if node is None or named.primes or named.family in self.bare:
            return False
        if self.context.loss:
            return named.family in self.of_vectors
        if named.token.text not in usual.LOSS_FUNCTIONS or named.time is not None or self.context.all_scalar:
            return False
        self.context.note("role", f"{named.family}: read as a loss of which nothing is known but what it sees", node)
        return True

    def _is_map(self, named: Named) -> bool:
        """Whether a letter before a vector is a map, as a claim names its Jacobian."""
        name = named.family
        if name not in self.beside.maps & self.applied.keys() - self.bare.keys() or self.context.all_scalar:
            return False
        if named.primes or name in self.defined or named.time is not None:
            return False
        self.context.note(
            "role", f"{name}: read as a map of vectors of which nothing is known, as its Jacobian is named"
        )
        return True

    def is_scalar_function(self, named: Named) -> bool:
        r"""Whether a letter stands under a nabla and by itself: ``\nabla f(x)`` and ``f(x)``."""
        both = named.family in self.called & self.under_nabla - self.bare.keys()
        return both and not named.primes and named.token.text not in usual.ALWAYS_FUNCTIONS

    def _is_function(self, named: Named, family: Family) -> bool:
        context, name, token = self.context, family.name, named.token
        node = self.applied.get(name)
        if node is None:
            return name in self.primed and token.text in usual.FUNCTION_LETTERS - usual.STATE_LETTERS
        if named.time is not None or name in self.factors or (named.token.marks_vector and is_upper(token.text)):
            return False
        if named.entries and token.text in usual.FUNCTION_LETTERS:
            raise context.doubt(
                f"{name} with an index before a bracket: a factor, or a function?",
                node,
                propose(name, "vector n", "elementwise"),
            )
        if token.text in NORMALISATIONS and not family.declared:
            raise context.error(
                f"{name} is a normalisation, no elementwise function",
                node,
                rf'define it, as in "\mathrm{{{token.text}}}(x) = {NORMALISATIONS[token.text]}", or write it out',
            )
        if token.text == "vec" and token.style == "rm" and not family.declared:
            raise context.error(
                "vec stacks the columns of a matrix, which is not read in an equation; a claim may hold it, and Python "
                "has vec_jacobian",
                node,
            )
        if token.text in usual.LAYERS and not family.declared:
            raise context.error(
                f"{name} is a layer with a matrix of its own, no function that is applied entry by entry",
                node,
                f'write it out, as in "{usual.LAYERS[token.text]}"',
            )
        upright = token.style == "rm" and len(token.text) > 1
        if near := difflib.get_close_matches(token.text, _KNOWN_WORDS, 1, 0.75) if upright else []:
            hint = rf'write "\operatorname{{{near[0]}}}", if that is meant; else {propose(name, "elementwise")}'
            raise context.error(f"{token.text} is no function that is known", node, hint)
        script = token.is_script and letter(token) not in usual.LOSSES
        if upright or (script and name not in self.bare):
            context.note("role", f"{name}: read as a function that is applied entry by entry", node)
            return True
        if token.text in usual.STEP_SIZES and name in self.increments:
            raise context.doubt(
                f"{name}(...): a step size before a bracket, or a function?",
                node,
                propose(name, "scalar", "elementwise"),
            )
        if token.text in usual.FUNCTION_LETTERS or (name in self.primed and not is_upper(token.text)):
            elsewhere = self.bare.get(name)
            if elsewhere is None or token.text in usual.ALWAYS_FUNCTIONS or name in self.primed:
                if name not in self.primed | self.defined | self.beside.functions and not family.declared:
                    context.note("role", f"{name}: read as a function that is applied entry by entry", node)
                return True
            if is_greek(token.text):  # \rho B settles that \rho (B x + c) is a product
                return False
            raise context.error(
                f"{name} is applied to a bracket here and stands alone elsewhere: is it a function?",
                node,
                propose(name, "elementwise", "vector n"),
            )
        return False


def known_function(word: str) -> Function | None:
    """The function a word such as tanh or ReLU names."""
    row = functions.by_spelling(word)
    return row.function if row is not None else None
