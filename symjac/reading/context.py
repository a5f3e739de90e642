"""What is known while a text is read: families of symbols, their shapes, notes, and where things went wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain, count
from typing import NamedTuple, TypeVar

from symjac.errors import ReadError, propose
from symjac.expr import SCALAR, Function, Index, Name, Shape, Symbol, Time, dim
from symjac.reading.applied.terms import CONSTANTS, Term
from symjac.reading.assumptions import Habit, How, Option
from symjac.reading.names import Named
from symjac.reading.sizes import UNIT, Size, Sizes
from symjac.reading.spelling import is_bold, letter, plain
from symjac.reading.survey import Letters
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Placed


class TwoMeaningsError(ReadError):
    """What papers print with two meanings: no other role of a letter is tried to make it fit."""


class NoEquationError(TwoMeaningsError):
    """A formula for a derivative where an equation of a system is wanted; it may be read as one elsewhere."""


class BesideNumberError(ReadError):
    """What would fit if small letters beside a number were vectors: they are usually numbers too."""

    letters: frozenset[str] = frozenset()


E = TypeVar("E", bound=ReadError)


class Evidence(Enum):
    """How sure a choice of meaning is: on what it rests.

    >>> Evidence.SETTLED.accepted_when_strict, Evidence.USUAL.accepted_when_strict
    (True, False)
    """

    DECLARED = "declared"
    """The user, or the text itself, says so."""
    SETTLED = "settled"
    """Every other choice does not type, or contradicts another place of the same text."""
    USUAL = "usual"
    """A habit of print that nearly every text shares."""

    @property
    def accepted_when_strict(self) -> bool:
        """Whether a text that rests on it is read where nothing may be assumed."""
        return self is not Evidence.USUAL


EVIDENCE: Mapping[str, Evidence] = {
    **dict.fromkeys(("declaration", "unused"), Evidence.DECLARED),
    # What is left out because it is no formula, and what only fits in one way.
    **dict.fromkeys(
        ("comment", "one name", "put in", "range", "distribution", "condition", "chain", "member", "zero"),
        Evidence.SETTLED,
    ),
    **dict.fromkeys(("fitted", "sign", "star", "diag", "ones", "orientation"), Evidence.SETTLED),
    **dict.fromkeys(("role", "named", "prime", "argument", "positive part", "gradient", "dot"), Evidence.USUAL),
    **dict.fromkeys(
        ("parameter", "no-brackets", "bars", "norm", "statistic", "softmax", "size", "sum"), Evidence.USUAL
    ),
    **dict.fromkeys(("product-order", "beside", "row", "slope", "entrywise", "unit vector", "macro"), Evidence.USUAL),
    # A bracket or a subscript that was put in is no longer the text that was given.
    "repaired": Evidence.USUAL,
}


@dataclass(frozen=True)
class Note:
    """Something a reading assumed: a role guessed from case, a bracket put in, an order left open."""

    kind: str
    message: str
    text: str | None = None
    span: tuple[int, int] | None = None

    @property
    def evidence(self) -> Evidence:
        """What it rests on."""
        return EVIDENCE[self.kind]


def left_out(token: Token, text: str) -> Note:
    """That words, or the number of an equation, stand beside a formula and are no part of it."""
    if token.kind == "macro":
        return Note("macro", f"{text[token.start : token.end]} is read as {letter(token)}")
    number = token.kind == "number"
    what = f"the number {token.text} is" if number else f"the words '{token.text}' are"
    return Note("comment", f"{what} left out", text, (token.start, token.end))


class Use(NamedTuple):
    """At which step, if it is another one at each, and to what a function is applied."""

    time: Time | None
    args: tuple[Term, ...]


@dataclass(eq=False)
class Family:
    """All symbols that differ in their time only: they share role and shape."""

    parts: Name
    role: str | None = None  # scalar, vector, matrix, function, map, softmax, parameters
    rows: Size = UNIT
    cols: Size = UNIT
    declared: bool = False
    numbered: bool = False  # whether this is the matrix of vectors with a number, which are its columns
    how: How = How.NOT_YET
    remark: str = ""  # words of its declaration that say more than is understood
    constant: tuple[str, str | None] | None = None  # ones, zeros or the identity, and its size if said
    function: Function | None = None
    inputs: tuple[Size, ...] = ()  # of a map: the sizes of its arguments, once it is known how many there are
    parameters: str = ""  # of a map: what was left out of its brackets
    called: list[tuple[str | None, ...]] = field(default_factory=list)  # the symbols that a map is applied to
    gradient: tuple[str, str] | None = None
    times: dict[Time | None, None] = field(default_factory=dict)
    printed: bool = False  # whether the name is the one the text prints
    head: str = ""  # of a name such as g(x): the g before the bracket
    use: Use | None = None  # of a function: where a system applies it
    acts: str = ""  # in row orientation: on which side of a vector the matrix stands in print

    def __post_init__(self) -> None:
        self.name = self.parts.family

    @property
    def base(self) -> str:
        return self.parts.base

    @property
    def label(self) -> str:
        return self.parts.label

    @property
    def upper(self) -> str:
        return self.parts.upper

    @property
    def place(self) -> str:
        return self.parts.place

    @property
    def letter(self) -> str:
        """The letter of the name, without style and accents."""
        return self.parts.letter

    @property
    def is_known(self) -> bool:
        return self.role is not None

    def take(self, role: str, how: How, rows: Size | None = None, cols: Size | None = None) -> None:
        """Settles the role, and gives a vector or matrix its sizes."""
        self.role, self.how = role, how
        if role in ("vector", "matrix", "map"):
            self.rows = rows or Size()
        if role == "matrix":
            self.cols = cols or Size()
        if role == "map" and cols is not None:
            self.inputs = (cols,)

    def takes(self, sizes: tuple[Size, ...]) -> bool:
        """Whether a map has so many arguments; where nothing has said so yet, it has these from now on."""
        self.inputs = self.inputs or sizes
        return len(self.inputs) == len(sizes)

    def symbol(self, time: Time | None) -> Symbol:
        shape: Shape = SCALAR if self.role == "scalar" else (self.rows.value(), self.cols.value())
        if self.acts == "before":
            shape = shape[1], shape[0]
        return Symbol(self.parts.at(time), shape)


@dataclass(eq=False)
class Context:
    """One reading in the making."""

    orientation: str = "column"
    row: bool = False  # whether products are read as acting on rows
    option: Option = field(default_factory=Option)  # what is tried where the usual does not fit
    system: bool = False
    loss: bool = False  # whether the text is a loss, where letters before vectors are more often losses
    lenient: bool = False  # whether what can be read in one way only is read, however unusual the print
    layout: str | None = None
    words: frozenset[str] = frozenset()  # names of several letters that stand without a command

    letters: Letters = field(default_factory=Letters)
    families: dict[str, Family] = field(default_factory=dict)
    by_plain: dict[str, list[Family]] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=Sizes)
    dims: dict[str, Size] = field(default_factory=dict)
    invented: set[str] = field(default_factory=set)  # letters of ours for sizes that the text does not name
    notes: list[Note] = field(default_factory=list)
    source: str = ""
    at_time: dict[tuple[str, Time | None], Family] = field(default_factory=dict)
    taken: set[Habit] = field(default_factory=set)  # the meanings of print that the text was read with
    continued: bool = False
    calls: dict[str, Family] = field(default_factory=dict)  # names such as \phi(x), by their text
    heads: dict[str, tuple[Node, str]] = field(default_factory=dict)  # what defines f(x), and its text
    put_in: set[str] = field(default_factory=set)  # functions of which the definition is to be put in
    exact: dict[str, Named] = field(default_factory=dict)  # the names the text prints
    constants: list[tuple[Size, Term, str]] = field(default_factory=list)
    # Shapes of exp(A), not known to be entry by entry.
    of_matrices: list[tuple[Size, Size, Term, str]] = field(default_factory=list)
    entrywise: set[str] = field(default_factory=set)  # the functions that are declared to be so
    all_scalar: bool = False
    star_multiplies: bool = True  # whether * is the matrix product where only that fits
    scalar_left: bool = False  # whether the equation that is read defines a scalar
    has_bold: bool = False
    doubts: list[Exception] = field(default_factory=list)  # two meanings, unless something else in the text settles it
    broadcast: set[str] = field(default_factory=set)  # families of guessed roles in sums of scalars and vectors
    units: dict[str, str] = field(default_factory=dict)  # vectors that pick an entry which the text prints, its index

    # ------------------------------------------------------------------------------ saying things

    def error(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        return self._error(ReadError, message, at, hint)

    def misfit(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        """An error about shapes, which no meaning of the signs around them would make fit."""
        return self.error(message, at, hint)

    def beside_number(self, message: str, at: Placed, families: Iterable[Family]) -> Exception:
        """An error about letters that would be vectors, and are mostly numbers where they stand."""
        error = self._error(BesideNumberError, message, at)
        error.letters = frozenset(f.base for f in families)
        return error

    def doubt(self, message: str, at: Placed, hint: str) -> Exception:
        """An error that trying other roles would only hide."""
        return self._error(TwoMeaningsError, message, at, hint)

    def _error(self, kind: type[E], message: str, at: Placed, hint: str | None = None) -> E:
        return kind(message, text=self.source, span=(at.start, max(at.end, at.start + 1)), hint=hint)

    def note(self, kind: str, message: str, at: Placed | None = None) -> None:
        span = (at.start, at.end) if at is not None else None
        new = Note(kind, message, self.source if at is not None else None, span)
        if new not in self.notes:
            self.notes.append(new)

    @property
    def slopes(self) -> set[str]:
        """The letters that stand with a dot somewhere."""
        return {n.token.text for n in self.exact.values() if n.token.is_dotted}

    def text(self, at: Placed) -> str:
        return " ".join(self.source[at.start : at.end].split())

    # ------------------------------------------------------------------------------------ families

    def family(self, named: Named) -> Family:
        """The family a name belongs to: exactly, or up to style where one declared family fits."""
        found = self.at_time.get((named.family, named.time)) or self.find(named.family)
        if self.system and self.letters.doubtful and named.time is not None and not named.label:
            time = named.time.text
            if (named.base, time) in self.letters.doubtful:
                raise self.doubt(
                    f"{named.base}_{time}: an entry of {named.base}, or {named.base} at a step?",
                    named.node,
                    f'for an entry write "({named.base})_{{{time}}}"; for a step give its equation one',
                )
        if found is None and named.entries:
            found = self._bold_vector(named)
        if found is None and named.time is None and not named.entries:
            found = self.called(named.family)
            if found is not None:
                return found
        if found is None:
            if (named.base, named.label) in self.letters.doubtful:
                raise self.doubt(
                    f"{named.family}: an entry of {named.base}, or a symbol of its own?",
                    named.node,
                    f'for an entry write "({named.base})_{{{named.label}}}"; for a symbol '
                    + propose(named.family, "scalar"),
                )
            found = Family(named.name)
            self.add(found)
        if not found.printed and not named.entries:
            self._adopt(found, named)
        if named.time is not None and not found.place:
            found.parts = found.parts._replace(place=named.place)
        if named.entries == ():
            found.times.setdefault(named.time)
        return found

    def _bold_vector(self, named: Named) -> Family | None:
        """The bold vector that a plain letter with an index is an entry of."""
        if is_bold(named.family):
            return None
        key = plain(named.family)
        known = [f for f in self.by_plain.get(key, []) if is_bold(f.name)]
        printed = [n for name, n in self.exact.items() if is_bold(name) and plain(name) == key]
        if known:
            return known[0]
        return self.family(dataclasses.replace(printed[0], entries=())) if printed else None

    def _adopt(self, family: Family, named: Named) -> None:
        """A declared family goes out as the text prints it, not as the declaration spells it."""
        family.printed = True
        if named.time is not None:
            family.parts = family.parts._replace(place=named.place, given=named.given)
        if family.name != named.family and (family.name, named.time) not in self.at_time:
            del self.families[family.name]
            self.by_plain[plain(family.name)].remove(family)
            family.parts, family.name = named.name._replace(place=family.place), named.family
            self.add(family)

    def find(self, name: str) -> Family | None:
        """The family of a name; up to style where that is the only one, and the text does not tell styles apart."""
        if name in self.families:
            return self.families[name]
        near = [f for f in self.by_plain.get(plain(name), []) if f.declared]
        if len(near) != 1 or (near[0].name in self.exact and is_bold(near[0].name) != is_bold(name)):
            return None
        return near[0]

    def called(self, head: str) -> Family | None:
        """The f(x) that an equation defines, where it is the only one of this letter and f is nothing else."""
        found = {f.name: f for f in self.calls.values() if f.head == head}
        return next(iter(found.values())) if len(found) == 1 and head not in self.families else None

    def is_called(self, head: str) -> bool:
        """Whether some f(x) that an equation defines is a symbol by that name."""
        return any(f.head == head for f in self.calls.values())

    def add(self, family: Family, time: Time | None = None) -> None:
        """Takes a family in; with a time, one whose shape at that time is its own."""
        if time is not None:
            self.at_time[family.name, time] = family
            self.families[f"{family.name}@{time.text}"] = family
            return
        self.families[family.name] = family
        self.by_plain.setdefault(plain(family.name), []).append(family)
        if family.declared and family.upper:
            self.letters.labels.add((family.base, "^" + family.upper))
        if family.declared and family.label:
            self.letters.labels.add((family.base, family.label))
        elif family.declared and not family.upper and family.role in ("vector", "matrix"):
            self.letters.shaped.add(family.base)

    # --------------------------------------------------------------------------------------- sizes

    def named_size(self, name: str) -> Size:
        """The size a letter or number stands for, the same one each time."""
        if name.isdigit():
            return UNIT if int(name) == 1 else Size(dim(int(name)))
        if name not in self.dims:
            self.dims[name] = Size(dim(name))
        return self.dims[name]

    def counted_size(self, name: str) -> Size:
        """The size up to which a sum over entries runs: in lenient reading that of the vectors, whatever they say."""
        if self.lenient and name not in self.dims and not name.isdigit():
            self.dims[name] = Size()
        return self.named_size(name)

    def unit_vector(self, index: Index) -> Family | None:
        """The vector ``e_k`` with 1 at an index and zeros beside it; ``None`` where that name means something else."""
        parts, size = Name("e", index.name, letter="e"), Size(index.size)
        family = self.families.get(parts.family)
        if family is None:
            family = Family(parts, printed=True)
            family.take("vector", How.UNIT, size, UNIT)
            family.times.setdefault(None)
            self.add(family)
        elif family.role != "vector" or not self.sizes.equal(family.rows, size):
            return None
        self.units[family.name] = index.name
        return family

    def name_sizes(self, first: Iterable[Family], taken: Iterable[str]) -> None:
        """Gives every size that is still open a letter: those of states first, then as they occur.

        :raises ReadError: for a constant whose size nothing says; a letter of ours would be a meaning in silence.
        """
        for name, size in self.dims.items():
            if size.root.known is None:
                size.root.known = dim(name)
        used = set(taken) | set(self.dims)
        letters = chain("nmpqrdlshv", (f"n_{k}" for k in count(1)))
        pool = (name for name in letters if name not in used)
        shaped = (f for f in [*first, *self.families.values()] if f.constant is None)
        families = [s for f in shaped for s in (f.rows, f.cols, *f.inputs)]
        for size in families:
            for term in size.terms():
                if term.root.known is None:
                    name = next(pool)
                    term.root.known = dim(name)
                    self.dims[name] = Size(dim(name))
                    self.invented.add(name)
        for size, at, source in self.constants:
            if any(term.root.known is None for term in size.terms()):
                self.source = source
                hint = f'write it below: write "{self.text(at)}_n"' if at.kind in CONSTANTS else None
                raise self.error(f"nothing says the size of {self.text(at)}", at, hint)

    def settle_entrywise(self, term: Term) -> None:
        """What stands in an entrywise product or a quotient is no matrix exponential."""
        within = range(term.start, term.end)
        self.of_matrices = [m for m in self.of_matrices if m[2].start not in within or m[3] != self.source]

    def loose(self, size: Size, term: Term) -> Size:
        """A size of a constant such as the identity, which other things in the text have to tell."""
        self.constants.append((size, term, self.source))
        return size
