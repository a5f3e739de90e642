"""What a reading goes by: on which sign a role rests, and which meaning of a habit of print was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum


class How(StrEnum):
    """On what the role of a letter rests, in the words that people are shown."""

    NOT_YET = ""
    DECLARED = "declared"
    IN_TEXT = "declared in the text"
    APPLIED = "it is applied to a bracket"
    OF_SEVERAL = "it is applied to several vectors"
    OF_LOSS = "a loss that is applied to vectors"
    SCALAR_FUNCTION = "a scalar function of a vector"
    PARAMETERS = "parameters of a function"
    SCRIPT = "script letter"
    LOSS = "a letter of losses"
    ENTRIES = "its entries are named"
    NUMBERED = "its columns are named"
    BOLD = "bold letter"
    COUNTS_TIME = "it counts time"
    ALL_SCALAR = "nothing here is bold, capital or marked as a vector"
    SIZE = "it is a size"
    EXPONENT = "it stands in an exponent"
    INSIDE = "it stands in a written-out matrix"
    ABOVE = "it stands above a derivative as losses do"
    TOTAL = "a sum of its own terms, as losses are"
    PENALTY = "it stands before a norm in a loss"
    UNIT = "it picks an entry"
    WORD = "upright word"
    DEFINITION = "its definition"
    BELOW = "it stands below a line"
    DIVIDES = "it stands below a sum over entries"
    STEP = "a step"
    CAPITAL = "capital letter"
    NOT_BOLD = "not bold where others are"
    GREEK = "small Greek letter"
    SMALL = "small letter"
    ENTRYWISE = r"it is multiplied entry by entry"
    ESTIMATED = "as its estimate is"
    DIFFERENTIATED = "it is differentiated"
    IN_BOUND = "it stands in a bound"
    NUMBER = "it stands beside a number that is made of vectors"
    ONLY = "the only role that fits"

    @property
    def is_guess(self) -> bool:
        """Whether other roles are tried where this one does not fit, and a note says that it was taken."""
        return self in _GUESSES


_GUESSES = frozenset(
    [
        How.CAPITAL,
        How.SMALL,
        How.GREEK,
        How.ENTRYWISE,
        How.SCRIPT,
        How.PARAMETERS,
        How.STEP,
        How.NOT_BOLD,
        How.WORD,
        How.ALL_SCALAR,
        How.ESTIMATED,
        How.NUMBER,
        How.ONLY,
    ]
)


class Habit(Enum):
    """A meaning of print that is taken where the usual one does not fit."""

    OTIMES_ENTRYWISE = r"\otimes is read as the entrywise product, as only that fits"
    DOT_ENTRYWISE = r"a dot between vectors is read as the entrywise product, as only that fits"
    DOT_INNER = "a dot between vectors is read as the inner product, as only that fits"
    SPREAD = "a scalar in small Greek letters is added to every entry"
    BESIDE_ENTRYWISE = "vectors side by side are multiplied entry by entry"
    IN_EACH_ROW = "a vector is added to every row of a matrix"
    IN_EACH_COLUMN = "a vector is added to every column of a matrix"
    ROW_IN_EACH = "a row is added to every row of a matrix"
    SOFTMAX_OF_ROWS = "softmax of a matrix is read row by row, as only that fits"
    ROWS = "vectors are read as rows, as only that fits"


ONE_ROW = "one row"  # as a role of what is defined: a matrix
# As roles of options: maps to numbers.
LOSS_OF_VECTORS = "loss of vectors"
SCALAR_FUNCTION = "scalar function"


@dataclass(frozen=True)
class Option:
    """Other roles by letter, other meanings of print, letters below and above that are labels, vectors with numbers."""

    roles: Mapping[str, str] = field(default_factory=dict)
    habits: frozenset[Habit] = frozenset()
    below: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()
    numbered: Mapping[str, str] = field(default_factory=dict)  # vectors with a number, and the matrix of them
    how: How = How.ONLY  # on what the roles rest

    def __or__(self, other: Option) -> Option:
        return Option(
            {**self.roles, **other.roles},
            self.habits | other.habits,
            self.below | other.below,
            self.above | other.above,
            {**self.numbered, **other.numbered},
            self.how,
        )
