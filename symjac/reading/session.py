"""One reading from its texts to typed values: brackets mended, and options tried until one fits."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Hashable, Iterator, Sequence

from symjac.errors import DefinitionError, ReadError, ShapeError, SymjacError
from symjac.reading import numbered, ties
from symjac.reading.assumptions import SCALAR_FUNCTION, How, Option
from symjac.reading.attempt import Attempt, Given
from symjac.reading.brackets import UnclosedError, UnopenedError
from symjac.reading.choices import CHOICES, OF_VECTOR_LOSS, ONE_LETTER, TWO_LETTERS, WITH_NUMBERS, Choices, Tried
from symjac.reading.context import BesideNumberError, Note, TwoMeaningsError
from symjac.reading.lexer import tokenise
from symjac.reading.parser import parse
from symjac.reading.vocabulary import CLOSING, OPENING

# How much is tried, in characters of text read again; so that no text takes long to be refused.
WORK = 60_000


class Session(Given):
    """One reading: what is tried where the usual one does not fit."""

    mended: tuple[Note, ...] = ()

    def run(self) -> Attempt:
        """The reading, with brackets put in and roles changed where exactly one way fits."""
        while True:
            try:
                for text in self.texts:
                    parse(text)
                break
            except (UnclosedError, UnopenedError) as error:
                self.mend(error)
        attempt = self.settled()
        attempt.refuse_squared_losses()
        attempt.context.notes[:0] = self.mended
        return attempt

    def settled(self) -> Attempt:
        first = Attempt(self, Option())
        try:
            found = first.run()
        except (UnclosedError, UnopenedError, TwoMeaningsError):
            raise
        except (ReadError, ShapeError) as error:
            found = self.with_numbers(error) or self.otherwise(first, error)
        else:
            found = self.beside_vectors(found)
        if "vector" not in found.losses:
            return found
        with contextlib.suppress(ReadError, ShapeError):
            other = self.otherwise(found, ShapeError("a loss is a scalar"), OF_VECTOR_LOSS + ONE_LETTER + TWO_LETTERS)
            vectors = any(f.role == "vector" for f in other.context.families.values())
            return other if other.losses == {"scalar"} and vectors else found
        return found

    def beside_vectors(self, found: Attempt) -> Attempt:
        """The reading where some letters with a number are vectors, or would be, of what others with one are."""
        small_matrix = found.defines_small_matrix
        if self.base is not None or not (found.context.letters.numbered or small_matrix):
            return found
        try:
            return self.otherwise(found, ShapeError("a matrix"), WITH_NUMBERS, [] if small_matrix else [found])
        except TwoMeaningsError:
            raise
        except (ReadError, ShapeError):
            return found

    def with_numbers(self, error: ReadError | ShapeError) -> Attempt | None:
        """The reading with letters beside numbers as numbers; ``None`` where that is not what does not fit."""
        if not isinstance(error, BesideNumberError):
            return None
        with contextlib.suppress(ReadError, ShapeError):
            found = self.beside_numbers(Option(how=How.NUMBER), error)
            return None if found.defines_small_matrix else found
        return None

    def beside_numbers(self, option: Option, error: ReadError | ShapeError | None = None) -> Attempt:
        """The attempt with an option, and with what would be added to numbers that are made of vectors as numbers."""
        while True:
            if isinstance(error, BesideNumberError) and not error.letters <= option.roles.keys():
                option = option | Option(dict.fromkeys(error.letters, "scalar"), how=How.NUMBER)
            elif error is not None:
                raise error
            try:
                return Attempt(self, option).run()
            except (ReadError, ShapeError) as other:
                error = other

    def mend(self, error: UnclosedError | UnopenedError) -> None:
        source = error.text
        assert source is not None
        if self.strict or self.mended:
            raise error

        def read(text: str) -> str:
            given = copy.copy(self)
            given.texts = [text if t == source else t for t in self.texts]
            for t in given.texts:
                parse(t)
            return repr([[v.make() for v in p.values or ()] for p in Attempt(given, Option()).run().pieces])

        text, place = mended(source, error, read, WORK // (1 + sum(map(len, self.texts))))
        self.texts = [text if t == source else t for t in self.texts]
        message = (
            f"a bracket was missing; the only reading that fits puts {text[place]} at character {place + 1}: {text}"
        )
        self.mended = (Note("repaired", message, source, error.span),)

    def otherwise(
        self,
        failed: Attempt,
        error: ReadError | ShapeError,
        choices: Choices = CHOICES,
        also: Sequence[Attempt] = (),
    ) -> Attempt:
        """The reading by the first choice that has an option that fits, where exactly one does; ``also`` fit.

        One by which every loss is a scalar comes before one by which some loss is a vector.
        """
        nodes = tuple(n for text in self.texts for root in parse(text)[0] for n in root.walk())
        tried = Tried(failed.context, failed.roles.applied, nodes, self.lenient, self.any_orientation)
        tries = WORK // (1 + sum(map(len, self.texts)))
        fitting: list[Attempt] = []  # of the first row by which some loss is a vector
        for _, options in choices:
            found = list(also)
            for option in options(tried):
                option = failed.option | option
                tries -= 1
                if tries < 0:
                    raise error
                try:
                    numbers = option.numbered or SCALAR_FUNCTION in option.roles.values()
                    attempt = self.beside_numbers(option) if numbers else Attempt(self, option).run()
                except (ReadError, ShapeError, DefinitionError) as other:
                    error = other if isinstance(other, ties.ApartError) else error
                    continue
                found += [] if attempt.defines_small_matrix else [attempt]
            found = [a for a in found if a.losses == {"scalar"}] or found
            if found and any("vector" in a.losses for a in found):
                fitting = fitting or found
            elif found and (not fitting or found[0].losses == {"scalar"}):
                fitting = found
                break
        ways = [frozenset(a.option.numbered) for a in fitting]
        most = numbered.usual(ways) if len(ways) > 1 and any(ways) else None
        fitting = [a for a, way in zip(fitting, ways, strict=True) if way == most] or fitting
        if len(fitting) == 1:
            fitting[0].usual = most - frozenset.intersection(*ways) if most else frozenset()
            return fitting[0]
        if any(ways):
            base = min(frozenset().union(*ways) - frozenset.intersection(*ways))
            entry = next(a.context.exact[base] for a in fitting if base not in a.option.numbered)
            raise numbered.refuse_to_choose(error, entry) from error
        if said := [a.declarations for a in fitting if a.declarations]:
            error.hint = "several readings fit; declare one, as in " + " or ".join(said)
        raise error


def candidates(source: str, error: UnclosedError | UnopenedError) -> Iterator[tuple[str, int]]:
    """The text with the missing bracket put in at each place, and where."""
    assert error.span is not None
    at, tokens = error.span[0], tokenise(source)
    unclosed = isinstance(error, UnclosedError)
    places = [t.end for t in tokens if t.end > at + 1] if unclosed else [t.start for t in tokens if t.start < at]
    for place in places if source[at] in "([)]" else ():
        yield source[:place] + (OPENING | CLOSING)[source[at]] + source[place:], place


def mended(
    source: str, error: UnclosedError | UnopenedError, read: Callable[[str], Hashable], most: int
) -> tuple[str, int]:
    """The one text that reads; raises, with the candidates, where there are none, several, or too many to try."""
    found: dict[Hashable, tuple[str, int]] = {}
    places = list(candidates(source, error))
    for text, place in places if len(places) <= most else []:
        try:
            meaning = read(text)
        except SymjacError:
            continue
        found[meaning] = (text, place)
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        last = list(found.values())[-1:-4:-1]  # the end first, where a bracket is mostly lost
        shown = " or ".join(f'"{text}"' for text, _ in last)
        error.hint = f"there are {len(found)} places where it can stand, as in {shown}"
    raise error
