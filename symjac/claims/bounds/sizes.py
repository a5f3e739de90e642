"""Sums of products of what cannot be negative: the size of a norm, written in other norms and in constants.

Exponents are linear forms in index letters, so that ``(|W| gamma)^(t-k)`` is a product of two atoms.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from symjac.claims.undecided import UndecidedError
from symjac.expr.times import Time

MAX_POWER = 8
ONE_TIME = Time((), 1)
Monomial = frozenset[tuple["Atom", Time]]


@dataclass(frozen=True)
class Atom:
    """One size: ``kind`` says of what, ``data`` which. Only one that is ``signed`` may be negative.

    ========  =======================================================================
    norm      the spectral norm of an expression, by its number in a register
    chain     the norm of a derivative over a number of steps that is a letter
    factors   the norm of a product, by the terms of its factors
    slope     an upper bound of |f'|, by the name of f
    bound     an upper bound of the norm of a matrix, by its name
    scalar    a scalar of the system, or its size
    number    a number that carries an exponent with a letter
    sum       a sum that carries one
    over      a product over time of a size, with the bounds of its index
    ========  =======================================================================
    """

    kind: str
    data: Hashable
    signed: bool = False


@dataclass(frozen=True)
class Size:
    """A sum of monomials with rational coefficients.

    >>> w, g = (Size.of(Atom("norm", 0)), Size.of(Atom("slope", "f")))
    >>> (w * g).at_most(g * w * Size.number(2)), (w * g).at_most(w)
    (True, False)
    >>> n = Time.read("t-k")
    >>> (w * g).power(n) == w.power(n) * g.power(n)
    True
    """

    terms: tuple[tuple[Monomial, Fraction], ...]

    @staticmethod
    def made(terms: Mapping[Monomial, Fraction]) -> Size:
        kept = {m: c for m, c in terms.items() if c}
        return Size(tuple(sorted(kept.items(), key=lambda pair: repr(sorted(map(repr, pair[0]))))))

    @staticmethod
    def number(value: int | Fraction) -> Size:
        return Size.made({frozenset(): Fraction(value)})

    @staticmethod
    def of(atom: Atom) -> Size:
        return Size.made({frozenset([(atom, ONE_TIME)]): Fraction(1)})

    def __add__(self, other: Size) -> Size:
        out = dict(self.terms)
        for m, c in other.terms:
            out[m] = out.get(m, Fraction(0)) + c
        return Size.made(out)

    def __mul__(self, other: Size) -> Size:
        out: dict[Monomial, Fraction] = {}
        for m, c in self.terms:
            for n, d in other.terms:
                powers: dict[Atom, Time] = dict(m)
                for a, e in n:
                    powers[a] = powers[a] + e if a in powers else e
                product = frozenset((a, e) for a, e in powers.items() if e != Time())
                out[product] = out.get(product, Fraction(0)) + c * d
        return Size.made(out)

    def power(self, exponent: Time) -> Size:
        """This to a power; a sum to one that is a letter is an atom of its own.

        :raises UndecidedError: where the power has no such form.
        """
        if exponent.is_number and 0 <= exponent.offset <= MAX_POWER:
            return reduce(Size.__mul__, [self] * exponent.offset, Size.number(1))
        if len(self.terms) != 1:
            if exponent.is_number:
                raise UndecidedError("a sum to this power, or zero, is not judged")
            return Size.made({frozenset([(Atom("sum", self, self.signed), exponent)]): Fraction(1)})
        ((monomial, c),) = self.terms
        out = {(a, _scaled(e, exponent)) for a, e in monomial}
        if exponent.is_number:
            return Size.made({frozenset(out): c**exponent.offset})
        if c != 1:
            if c < 0:
                raise UndecidedError("a negative number to a power that is a letter")
            out.add((Atom("number", c), exponent))
        return Size.made({frozenset(out): Fraction(1)})

    @property
    def signed(self) -> bool:
        """Whether this may be negative."""
        return any(c < 0 for _, c in self.terms) or any(a.signed for a in self.atoms())

    def at_most(self, other: Size, *, counts: frozenset[Time] = frozenset(), strictly: bool = False) -> bool:
        """Whether this is at most the other whatever the atoms are; ``False`` says only that it is not known.

        ``counts`` are exponents that are not negative.
        """
        rest = dict((other + self * Size.number(-1)).terms)
        if all(c >= 0 and not any(a.signed for a, _ in m) for m, c in rest.items()):
            return not strictly or rest.get(frozenset(), Fraction(0)) > 0
        return (
            not strictly and len(self.terms) == len(other.terms) == 1 and _grows(self.terms[0], other.terms[0], counts)
        )

    def atoms(self) -> Iterator[Atom]:
        for m, _ in self.terms:
            for a, _ in m:
                yield a


def _scaled(e: Time, by: Time) -> Time:
    if not (e.is_number or by.is_number):
        raise UndecidedError("a product of two numbers of steps in an exponent")
    form, factor = (by, e.offset) if e.is_number else (e, by.offset)
    return Time(tuple((name, c * factor) for name, c in form.letters if factor), form.offset * factor)


def _grows(first: tuple[Monomial, Fraction], second: tuple[Monomial, Fraction], counts: frozenset[Time]) -> bool:
    """Whether two products differ only in numbers, those of the second being the greater ones."""
    bases: dict[Time, list[Fraction]] = {}
    others: list[set[tuple[Atom, Time]]] = [set(), set()]
    for k, (m, _) in enumerate((first, second)):
        for a, e in m:
            if a.kind == "number" and isinstance(a.data, Fraction):
                bases.setdefault(e, [Fraction(1), Fraction(1)])[k] *= a.data
            else:
                others[k].add((a, e))
    if others[0] != others[1] or any(a.signed for a, _ in others[0]):
        return False
    if not counts.issuperset(bases):
        return False
    return 0 <= first[1] <= second[1] and all(p <= q for p, q in bases.values())
