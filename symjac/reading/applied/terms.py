"""What a printed formula says before any convention gives its symbols a shape.

A reading of the claim that knows names, functions, derivatives and written order, and nothing of
columns, rows or layouts: those are the business of :mod:`symjac.claims.meaning`, which turns one
term into a different expression in each convention.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from symjac.expr.operations import Function
from symjac.expr.times import Time

CONSTANTS = ("identity", "ones", "zeros")
ARITHMETIC = ("number", "negative", "add", "product", "operation", "quotient", "power")


@dataclass(frozen=True)
class Ref:
    """A symbol by its family and the time it carries."""

    family: str
    time: Time | None = None

    def at(self, time: Time | None) -> Ref:
        return Ref(self.family, time)

    @property
    def step(self) -> Time:
        """The time of a symbol that has one."""
        assert self.time is not None
        return self.time

    def put(self, values: Mapping[str, Time]) -> Ref:
        """The symbol with the letters of its time replaced."""
        return self.at(self.time.put(values)) if self.time is not None else self


class Immediate(str):
    """The text of what is differentiated, where only the equations of its own step count: ``\\partial^+ h_t``."""

    __slots__ = ()


@dataclass(frozen=True)
class Over:
    """What a sum or product over time runs through; ``None`` for a bound that is not printed.

    One that is printed with dots shows the order of its factors, whatever a sign of product would leave open.
    """

    kind: str
    letter: str
    low: Time | None
    high: Time | None
    order: str
    dotted: bool = False


@dataclass(frozen=True)
class Place:
    """Where a constant stands whose size its neighbours tell, with the size where one is printed."""

    number: int
    size: str | None
    function: Function | None = None  # that stands here without its argument
    index: str = ""  # where the 1 of a unit vector stands


@dataclass(frozen=True)
class MapCall:
    """A map at its arguments, or where ``order`` is 1 its Jacobian, by the argument with the number ``by``.

    The number is 0 where nothing says it, and there is one argument only. With the sign D a Jacobian is ``fixed``: it
    is one in numerator layout, whatever the layout of derivatives.
    """

    name: str
    order: int = 0
    by: int = 0
    fixed: bool = False


@dataclass(frozen=True)
class Term:
    """A node: ``kind`` says which, ``args`` are the parts, ``data`` the rest.

    ===============  =====================================================================
    number           ``data`` a Fraction
    symbol           ``data`` a :class:`Ref`
    bound            the variable of a function's definition: ``data`` a Symbol
    entry            ``args`` (what), ``data`` index letters and numbers
    identity, ones,  ``data`` a :class:`Place`
    zeros, unit
    negative, add    a sum's signs are terms of their own
    product          factors side by side; ``data`` "bracketed" where brackets stand around them
    operation        ``data`` odot, circ, cdot, times, star, otimes, otimes_vec (in a claim with vec),
                     kronecker or oslash, two ``args``
    quotient         two ``args``
    apply            ``data`` a Function
    map              one or more ``args``, ``data`` a :class:`MapCall`
    scalar_function  its gradient or Hessian: ``data`` (name, 1 or 2)
    word             ``data`` diag, trace, det, softmax, logsumexp, mean, variance, deviation, norm, abs, max, min
    norm             with what stands below it: ``data`` 1, 2, F
    positive         the positive part, written as a + above
    euler            Euler's number to a power
    inner            two ``args`` in angle brackets
    transpose,       one argument
    inverse
    power            ``args`` (base, exponent); ``data`` "entry" where each entry is meant, "root" for a root
    derivative,      ``args`` (what, by what), ``data`` the text of what, for expressions; by a nabla
    slope            in an equation, where it takes a scalar
    second           ``args`` (what, by what, and by what again), ``data`` which of these two are printed transposed
    gradient         ``data`` the Ref of the variable, of the loss that nothing names
    vec, by_vec      one argument: the matrix; a derivative, by (or of) a vec
    commutation      ``data`` two sizes
    over             a sum or product over time: ``data`` an :class:`Over`
    index_sum        ``data`` the letter, and the size it is said to run to, ``None`` where nothing says it
    kronecker, same  ``data`` two index letters; same in what a condition of the claim says of them
    indicator        two ``args``: 1 where the first is greater
    stack, explicit  ``data`` for explicit the width, for stack the separators that are printed
    dots             what is left out, until :mod:`symjac.reading.applied.ellipsis` has filled it in
    bare_map,        what has lost its argument: ``data`` (name, order), or a Place
    bare_function
    at_step          one of these with an index, at the step ``data``; and a call of what is another one at each step
    ===============  =====================================================================
    """

    kind: str
    args: tuple[Term, ...] = ()
    data: Hashable = None
    span: tuple[int, int] = field(default=(0, 0), compare=False)

    @property
    def start(self) -> int:
        return self.span[0]

    @property
    def end(self) -> int:
        return self.span[1]

    @property
    def is_numeric(self) -> bool:
        """Whether this is made of numbers alone."""
        return self.kind in ARITHMETIC and all(a.is_numeric for a in self.args)

    @cached_property
    def nodes(self) -> tuple[Term, ...]:
        """This term and every part of it, parents first: what is asked about one is asked again and again."""
        found, todo = list[Term](), [self]
        while todo:
            found.append(t := todo.pop())
            todo += reversed(t.args)
        return tuple(found)

    def walk(self) -> Iterator[Term]:
        return iter(self.nodes)

    def rebuilt(self, change: Callable[[Term], Term]) -> Term:
        """The term with ``change`` applied to every part, deepest first."""
        args = tuple(a.rebuilt(change) for a in self.args)
        here = self if args == self.args else Term(self.kind, args, self.data, self.span)
        return change(here)

    @property
    def unnumbered(self) -> Term:
        """The term with nothing that tells its constants apart."""
        return self.rebuilt(lambda t: replace(t, data=replace(t.data, number=0)) if isinstance(t.data, Place) else t)

    @property
    def times(self) -> list[Time]:
        """Every step that an index says."""
        found = (t.data.time if isinstance(t.data, Ref) else t.data for t in self.walk() if t.kind != "count")
        return [time for time in found if isinstance(time, Time)]

    def refs(self) -> Iterator[Ref]:
        """Every symbol that is mentioned, those of derivatives too."""
        for t in self.walk():
            if isinstance(t.data, Ref):
                yield t.data

    def retimed(self, change: Callable[[Time], Time]) -> Term:
        """The term with every time changed, bounds of sums and products included."""

        def one(t: Term) -> Term:
            if isinstance(t.data, Ref) and t.data.time is not None:
                return Term(t.kind, t.args, t.data.at(change(t.data.time)), t.span)
            if t.kind in ("count", "at_step") and isinstance(t.data, Time):
                return Term(t.kind, t.args, change(t.data), t.span)
            if isinstance(t.data, Over):
                low, high = (change(u) if u is not None else None for u in (t.data.low, t.data.high))
                return Term("over", t.args, replace(t.data, low=low, high=high), t.span)
            return t

        return self.rebuilt(one)

    @property
    def over(self) -> Over:
        """What a sum or product over time runs through."""
        assert isinstance(self.data, Over)
        return self.data

    @property
    def place(self) -> Place:
        """Where a constant stands."""
        assert isinstance(self.data, Place)
        return self.data

    @property
    def indices(self) -> tuple[str, ...]:
        """The index letters and numbers of an entry or a delta; none of any other term."""
        found = self.data if self.kind in ("entry", "kronecker", "same") else ()
        return found if isinstance(found, tuple) else ()

    @property
    def whole(self) -> Term:
        """What this is an entry of, or the term itself."""
        return self.args[0] if self.kind == "entry" else self

    @property
    def ref(self) -> Ref | None:
        """The symbol this is, if it is one."""
        return self.data if self.kind == "symbol" and isinstance(self.data, Ref) else None
