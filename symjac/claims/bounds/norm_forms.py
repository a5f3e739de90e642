"""What the members of a bound say: sums of products of norms and constants, in one convention."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symjac import expr as ex
from symjac.claims.bounds.bounding import Hypothesis
from symjac.claims.bounds.majorants import Majorants, added, choices, few, multiplied
from symjac.claims.bounds.sizes import Atom, Size
from symjac.claims.evaluate import Evaluator
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.expr import Expr
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref, Term

LETTER = r"\iota"  # of every product over time, so that two with other letters are the same
HERE = Time(((LETTER, 1),))
PRODUCTS = ("cdot", "times", "star")
MAX_LENGTH = 8
Evaluators = Callable[[Mapping[str, Time]], Evaluator]


@dataclass
class Forms:
    """Terms to sizes. ``values`` are numbers for index letters, where sums and products are written out."""

    model: Model
    majorants: Majorants
    hypotheses: Mapping[str, Hypothesis]
    evaluators: Evaluators
    values: Mapping[str, Time]
    counts: set[Time] = field(default_factory=set)  # exponents that count steps
    variables: set[ex.Symbol] = field(default_factory=set)

    # ---------------------------------------------------------------------------------- members

    def of(self, t: Term) -> Size:
        """The size a scalar term is.

        :raises UndecidedError: where it is none of the forms that are judged.
        :raises ShapeError: where what stands between bars does not fit.
        """
        match t.kind:
            case "number":
                assert isinstance(t.data, Fraction)
                return Size.number(t.data)
            case "negative":
                return self.of(t.args[0]) * Size.number(-1)
            case "add":
                return added(map(self.of, t.args))
            case "product" | "operation" if t.kind == "product" or t.data in PRODUCTS:
                return multiplied(map(self.of, t.args))
            case "quotient":
                return self.of(t.args[0]) * self.of(t.args[1]).power(Time((), -1))
            case "power":
                return self.of(t.args[0]).power(self.exponent(t.args[1]))
            case "inverse":
                return self.of(t.args[0]).power(Time((), -1))
            case "symbol":
                return self.symbol(t)
            case "word" if t.data == "norm":
                return self.norm(t.args[0])
            case "word" if t.data == "abs":
                return self.absolute(t.args[0])
            case "over" if t.over.kind == "product":
                return self.over_time(t)
        what = t.data if t.kind == "word" else t.kind
        raise UndecidedError(f"{what} in a bound is not judged; norms are spectral norms")

    def exponent(self, t: Term) -> Time:
        if t.kind == "count" and isinstance(t.data, Time):
            return t.data.put(self.values)
        if t.kind == "number" and isinstance(t.data, Fraction) and t.data.denominator == 1:
            return Time((), int(t.data))
        raise UndecidedError("an exponent in a bound is a number of steps")

    def symbol(self, t: Term) -> Size:
        """A constant of the bound, or a scalar of the system, which may be negative."""
        assert t.ref is not None
        known = self.hypotheses.get(t.ref.family)
        if known is not None and known.kind == "norm":
            return self.majorants.exact(self.model.symbol(Ref(known.of)))
        if known is not None:
            return Size.of(Atom(known.kind, known.of))
        e = self.expression(t)
        if not e.is_scalar:
            raise UndecidedError(f"{t.ref.family} is no number")
        return Size.of(Atom("scalar", ("value", e), signed=True))

    def absolute(self, inner: Term) -> Size:
        e = self.expression(inner)
        if not e.is_scalar:
            raise UndecidedError("bars around what is no scalar: its norm, or the size of each entry?")
        return self.majorants.exact(e)

    # ------------------------------------------------------------------------------------ norms

    def norm(self, inner: Term) -> Size:
        """The norm of a matrix, a vector or a scalar; over a number of steps that is a letter an atom of its own."""
        if inner.kind == "transpose":
            return self.norm(inner.args[0])
        if not any(self.is_long(u) for u in inner.walk()):
            return self.majorants.exact(self.expression(inner))
        with contextlib.suppress(UndecidedError):  # shapes are those of print, whatever the norms of the factors are
            self.evaluators(self.values)(inner)
        if inner.kind == "derivative":
            y, x = (self._ref(a) for a in inner.args)
            return Size.of(Atom("chain", (y, x)))
        return Size.of(Atom("factors", inner))

    def _ref(self, t: Term) -> Ref:
        if t.ref is None:
            raise UndecidedError("the derivative of an expression over several steps is not judged")
        return t.ref.put(self.values)

    def is_long(self, t: Term) -> bool:
        """Whether a number of steps that is a letter plays a part here."""
        if t.kind == "over":
            low, high = (u.put(self.values) if u is not None else None for u in (t.over.low, t.over.high))
            return low is None or high is None or not (low.is_number and high.is_number)
        if t.kind == "power" and t.args[1].kind == "count":
            return not self.exponent(t.args[1]).is_number
        if t.kind != "derivative" or t.args[0].ref is None or t.args[1].ref is None:
            return False
        y, x = (self._ref(a) for a in t.args)
        return y.family == x.family and self.model.are_far(y, x)

    def expression(self, t: Term) -> Expr:
        """What stands between bars, in this convention."""
        ev = self.evaluators(self.values)
        out = ev(t)
        if ev.unknown:
            raise UndecidedError(ev.unknown[0])
        self.variables |= ev.variables
        return out

    # ------------------------------------------------------------------------------- over time

    def over_time(self, t: Term) -> Size:
        assert t.over.low is not None  # only sums are read without bounds
        assert t.over.high is not None
        low, high = t.over.low.put(self.values), t.over.high.put(self.values)
        if low.is_number and high.is_number:
            if high.offset - low.offset >= MAX_LENGTH:
                raise UndecidedError("the product is too long to be written out")
            steps = range(low.offset, high.offset + 1)
            inside = [replace(self, values={**self.values, t.over.letter: Time((), k)}) for k in steps]
            return multiplied(forms.of(t.args[0]) for forms in inside)
        body = self.shifted(t.args[0], t.over.letter, low)
        return self.product(low, high, self.of(body))

    @staticmethod
    def shifted(body: Term, letter: str, low: Time) -> Term:
        """What stands under a product, counted so that the lower bound is a letter alone."""
        return body.retimed(lambda u: u.put({letter: HERE + low.offset}))

    def product(self, low: Time, high: Time, body: Size) -> Size:
        """The product of a size over steps: what no time concerns to a power."""
        count = high - low + 1
        self.counts.add(count)
        if len(body.terms) != 1:
            if not any(self.is_timed(a) for a in body.atoms()):
                return body.power(count)
            return self._over(low, high, body)
        ((monomial, c),) = body.terms
        out = Size.number(c).power(count)
        for a, e in monomial:
            one = Size.made({frozenset([(a, e)]): Fraction(1)})
            out = out * (self._over(low, high, one) if self.is_timed(a) else one.power(count))
        return out

    @staticmethod
    def _over(low: Time, high: Time, body: Size) -> Size:
        bounds = (low - low.offset, high - low.offset)
        return Size.of(Atom("over", (*bounds, body), body.signed))

    def is_timed(self, a: Atom) -> bool:
        """Whether an atom changes with the index of a product."""
        match a.kind, a.data:
            case "norm", int(k):
                return self._mentions(self.majorants.register.known[k])
            case "scalar", (_, Expr() as e):
                return self._mentions(e)
            case "sum", Size() as body:
                return any(map(self.is_timed, body.atoms()))
            case "factors" | "chain" | "over", _:
                return LETTER in repr(a.data)
        return False

    def _mentions(self, e: Expr) -> bool:
        times = (r.time for s in e.symbols if (r := self.model.ref(s)) is not None)
        return any(name == LETTER for time in times if time is not None for name, _ in time.letters)

    def expressions(self, size: Size) -> list[Expr]:
        """What stands between the bars and in the scalars of a size."""
        known = self.majorants.register.known
        found = [known[a.data] for a in size.atoms() if a.kind == "norm" and isinstance(a.data, int)]
        return found + [a.data[1] for a in size.atoms() if a.kind == "scalar" and isinstance(a.data, tuple)]

    # ----------------------------------------------------------------------------- upper bounds

    def uppers(self, size: Size) -> list[Size]:
        """What a size is at most, in several ways, itself first."""
        terms: list[list[Size]] = []
        for m, c in size.terms:
            options: list[list[Size]] = [[Size.number(c)]]
            for a, e in m:
                found = [Size.of(a)] if c < 0 else self.of_atom(a)
                grows = c > 0 and (e in self.counts or (e.is_number and e.offset >= 0))
                options.append([s.power(e) for s in (found if grows else found[:1])])
            terms.append([multiplied(parts) for parts in choices(options)])
        return few(added(parts) for parts in choices(terms))

    def of_atom(self, a: Atom) -> list[Size]:
        """What an atom is at most, itself first."""
        match a.kind, a.data:
            case "norm", int(k):
                return self.majorants.of(self.majorants.register.known[k])
            case "chain", (Ref() as y, Ref() as x):
                return [Size.of(a), *self._chain(y, x)]
            case "factors", Term() as t:
                return few([Size.of(a), *self._factors(t)])
            case "over", (Time() as low, Time() as high, Size() as body):
                return [Size.of(a)] if body.signed else few(self.product(low, high, s) for s in self.uppers(body))
        return [Size.of(a)]

    def _chain(self, y: Ref, x: Ref) -> list[Size]:
        """A derivative over many steps is the product of those over one: the product of what each is at most."""
        others = self.model.carried_by(y)
        if others:
            raise UndecidedError(f"{y.family} depends on the step before through {others[0]} too")
        low = x.step + 1
        here = HERE + low.offset
        step = self.model.derivative(y.at(here), y.at(here - 1))
        self.counts.add(y.step - x.step)
        return [self.product(low, y.step, s) for s in self.majorants.of(step)]

    def _factors(self, t: Term) -> list[Size]:
        if t.kind == "over" and t.over.low is not None and t.over.high is not None:
            low, high = t.over.low.put(self.values), t.over.high.put(self.values)
            body = self.norm(self.shifted(t.args[0], t.over.letter, low))
            return [self.product(low, high, s) for s in self.uppers(body)]
        if t.kind == "power":
            count = self.exponent(t.args[1])
            if count not in self.counts:
                raise UndecidedError("whether this exponent may be negative is not known")
            return few(s.power(count) for s in self.uppers(self.norm(t.args[0])))
        together = {"product": multiplied, "add": added}.get("product" if t.data in PRODUCTS else t.kind)
        if together is None:
            raise UndecidedError("what stands between these bars is not judged over several steps")
        return [together(parts) for parts in choices([self.uppers(self.norm(u)) for u in t.args])]
