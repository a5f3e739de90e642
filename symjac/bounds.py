r"""How large a product over time can become: the bound that says when gradients vanish.

Pascanu, Mikolov and Bengio (2013), section 2.1: ``|dx_t/dx_k| <= (|W| gamma)^(t-k)`` in the spectral norm, with
gamma the least upper bound of ``|sigma'|``. The same argument is made here for the system at hand: the norm of a
product is at most the product of the norms, that of a sum at most the sum, and that of ``diag(v)`` is the largest
``|v_i|``, which known functions bound by a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from fractions import Fraction
from typing import Any

import sympy

from symjac import expr as ex, typeset
from symjac.expr import Apply, Expr, Function, Number, Symbol
from symjac.functions import BOUNDS, derivative
from symjac.ranges import ANY, Range, complements, is_within, largest, range_of
from symjac.recurrence import Recurrence
from symjac.typeset import names, to_box
from symjac.typeset.boxes import Box, Derivative, Fence, Named, Num, Op, Script, row
from symjac.typeset.placing import fence
from symjac.unroll import Unrolled


@dataclass(frozen=True)
class Hypothesis:
    """``what`` is at most ``constant`` at every step; both are LaTeX."""

    what: str
    constant: Symbol

    @property
    def latex(self) -> str:
        """The hypothesis as a formula."""
        return rf"{self.what} \le {self.constant.name}"


class Measure(Enum):
    """How the size of an expression is taken."""

    NORM = "the spectral norm of a matrix, the length of a vector, the size of a number"
    LARGEST = "the largest entry in size"


@dataclass(frozen=True)
class Letter:
    """What a letter of a rate is: the size of an expression, at every step if that changes with time.

    Of an unspecified function's slope, ``of`` is the function, and the letter the largest size it has anywhere.
    """

    measure: Measure
    of: Expr | Function


class Bound:
    r"""A bound on the norm of the Jacobian of a late state by an early one.

    ``rate`` is what one step multiplies the norm by at most; with several state vectors ``rates`` has a number for
    each pair, and powers of that matrix bound the blocks. The norm is the spectral norm.

    ``letters`` says what each letter of a rate is the size of.
    """

    def __init__(self, system: Recurrence, of: str | Symbol, back_to: str | Symbol) -> None:
        self.unrolled = Unrolled(system, of, back_to)
        self.system = system
        self.hypotheses: tuple[Hypothesis, ...] = ()
        estimator = _Estimator(self.unrolled)
        states = self.unrolled.states
        self.rates: Mapping[tuple[Symbol, Symbol], Expr] = {
            (s, r): estimator.norm(estimator.by_name(self.unrolled.derivations[s, r].closed))
            for s in states
            for r in states
        }
        self.hypotheses = tuple(estimator.hypotheses)
        self.letters: Mapping[Symbol, Letter] = estimator.letters
        self.invariant = tuple(estimator.invariant)

    @property
    def is_block(self) -> bool:
        """Whether the state is several vectors."""
        return self.unrolled.is_block

    @property
    def rate(self) -> Expr:
        """What one step multiplies the norm by at most.

        For several state vectors it is the sum of all rates, which no norm of the matrix of rates exceeds.
        """
        return ex.add(*self.rates.values())

    @property
    def exponent(self) -> str:
        """The number of steps as LaTeX."""
        late, early = self.unrolled.late, self.unrolled.early
        if self.unrolled.steps is not None:
            return str(self.unrolled.steps)
        minus = f"-({early.text})" if early.letter and early.offset else f"-{early.text}"
        return late.text + (minus if early.text != "0" else "")

    @property
    def below_one(self) -> bool | None:
        """Whether the rate, or the largest eigenvalue of the rates, is less than one; ``None`` where letters decide."""
        states = self.unrolled.states
        rows = [[self.rates[s, r] for r in states] for s in states]
        if not all(isinstance(rate, Number) for row in rows for rate in row):
            return None
        # No entry is negative: the largest eigenvalue is below one where all leading minors of I - A are positive.
        rest = sympy.eye(len(rows)) - sympy.Matrix([[_least(rate) for rate in row] for row in rows])
        return all(rest[:k, :k].det() > 0 for k in range(1, len(rows) + 1))

    @property
    def never_below_one(self) -> bool:
        """Whether the rate is at least one whatever its letters are; of several, one of a state by itself."""
        if self.below_one is not None:
            return not self.below_one
        return any(_least(self.rates[s, s]) >= 1 for s in self.unrolled.states)

    @property
    def sum_may_be_below_one(self) -> bool:
        """Whether that all rates together are below one is a condition that can be met."""
        return _least(self.rate) < 1

    @property
    def is_plain(self) -> bool:
        """Whether the rate needs no brackets under an exponent."""
        value = self.rate.value if isinstance(self.rate, Number) else Fraction(-1)
        return isinstance(self.rate, Symbol) or (value >= 0 and value.denominator == 1)

    def matrix(self) -> Expr:
        """The rates as a matrix, a row for each state."""
        states = self.unrolled.states
        return ex.Explicit([[self.rates[s, r] for r in states] for s in states])

    def supposed(self, h: Hypothesis) -> Box:
        """What a hypothesis bounds, as layout boxes."""
        letter = self.letters[h.constant]
        if isinstance(letter.of, Function):
            return names.take_apart(h.what)
        return self._size(h.what, letter)

    def shown(self, rate: Expr) -> Box:
        """A rate as layout boxes, its letters as what they are the size of."""
        sizes = rate.symbols & self.letters.keys() - {h.constant for h in self.hypotheses}
        shown: Box = _opened(to_box(rate), {s.name: self._size(s.name, self.letters[s]) for s in sizes})
        return shown

    def _size(self, name: str, letter: Letter) -> Box:
        """The size of an expression; what LaTeX prints of it is the name."""
        assert isinstance(letter.of, Expr)
        e = letter.of.arg if isinstance(letter.of, ex.Transpose) else letter.of
        bars = (r"\lvert", r"\rvert") if e.is_scalar else (r"\lVert", r"\rVert")
        body: Box = Fence(bars[0], to_box(e), bars[1])
        return Named(name, Script(body, sub=names.take_apart(r"\infty")) if letter.measure is Measure.LARGEST else body)

    def box(self) -> Box:
        """The bound as layout boxes."""
        d = Derivative(to_box(self.unrolled.of), to_box(self.unrolled.wrt))
        power = names.take_apart(self.exponent)
        if self.is_block:
            states = self.unrolled.states
            place = [states.index(s) + 1 for s in (self.unrolled.of_state, self.unrolled.wrt_state)]
            powers = Fence("(", Script(self.shown(self.matrix()), sup=power), ")", 3)
            right: Box = Script(powers, sub=row(*(Num(str(k)) for k in place)))
        else:
            rate = self.shown(self.rate)
            right = Script(rate if self.is_plain else fence(rate), sup=power)
        return row(Fence(r"\lVert", d, r"\rVert", 3), Op(r"\le"), right)


def _opened(part: Any, table: Mapping[str, Box]) -> Any:
    """A box, or rows of boxes, with other ones for some names."""
    if isinstance(part, Named):
        return table.get(part.latex, part)
    if isinstance(part, tuple):
        return tuple(_opened(p, table) for p in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    return replace(part, **{f.name: _opened(getattr(part, f.name), table) for f in fields(part)})


def _least(rate: Expr) -> Fraction:
    """What a rate is at least: letters are not negative."""
    terms = rate.args if isinstance(rate, ex.Sum) else (rate,)
    return sum((t.value for t in terms if isinstance(t, Number)), Fraction(0))


class _Estimator:
    """Upper bounds of norms and of entries, from the structure of an expression."""

    def __init__(self, unrolled: Unrolled) -> None:
        self.unrolled = unrolled
        self.clock = unrolled.clock
        self.definitions = unrolled.system.definitions
        self.hypotheses: dict[Hypothesis, None] = {}
        self.invariant: dict[Symbol, None] = {}
        self.letters: dict[Symbol, Letter] = {}
        self._ranges: dict[Symbol, Range] = {}
        self._hold: dict[Symbol, Range] = {}
        self._hold = self._invariants()
        self.invariant.clear()  # what was tried is not yet what was used

    def _invariants(self) -> dict[Symbol, Range]:
        """The states whose entries stay between -1 and 1, supposing that they and others have been so."""
        unit: Range = (Fraction(-1), Fraction(1))
        kept = list(self.unrolled.states)
        while True:
            self._hold = {self.unrolled.before(s): unit for s in kept}
            self._ranges = {}
            holds = [s for s in kept if is_within(self.range(self.definitions[s]), -1, 1)]
            if holds == kept:
                self._ranges = {}
                return self._hold
            kept = holds

    # -------------------------------------------------------------------------------------- matrices

    def by_name(self, e: Expr) -> Expr:
        """The expression with f'(a) where a derivative of a known function is spelled out: its bound is known."""
        table: dict[Expr, Expr] = {}
        for s, body in self.definitions.items():
            for part in body.walk():
                if isinstance(part, Apply) and part.function.order == 0 and part.function.known in BOUNDS:
                    for value in (s, part) if part == body else (part,):
                        table[derivative(part.function, part.arg, value)] = Apply(part.function.derivative(), part.arg)
        return e.replace({spelled: name for spelled, name in table.items() if isinstance(spelled, ex.Sum)})

    def _is_slope_of_softmax(self, e: Expr, p: Expr) -> bool:
        return self._is_softmax(p) and e == ex.sub(ex.diag(p), ex.mul(p, ex.transpose(p)))

    def _is_softmax(self, e: Expr) -> bool:
        return isinstance(self.definitions.get(e, e) if isinstance(e, Symbol) else e, ex.Softmax)

    def norm(self, e: Expr) -> Expr:
        """An upper bound of the spectral norm of a matrix, the length of a vector or the size of a scalar."""
        if ex.is_zero(e):
            return Number(0)
        if isinstance(e, Number):
            return Number(abs(e.value))
        if self._is_softmax(e):
            return Number(1)  # no longer than the sum of its entries
        if e.is_scalar and self._is_timed(e):
            if (size := largest(self.range(e))) is not None:
                return Number(size)
            if isinstance(e, Apply) and e.function.order == 1:
                return self._slope(e)
        plain = not isinstance(e, ex.Identity | ex.Product | ex.Diag | ex.Stack | ex.Transpose)
        if not e.is_scalar and plain and not self._is_timed(e):
            return self._named(e)
        match e:
            case ex.Identity():
                return Number(1)
            case ex.Stack() if [type(p) for p in e.args if not ex.is_zero(p)] == [ex.Identity]:
                return Number(1)
            case ex.Transpose():
                return self.norm(e.arg)
            case ex.Diag():
                return self.largest(e.arg)
            case ex.Sum() if any(isinstance(d, ex.Diag) and self._is_slope_of_softmax(e, d.arg) for d in e.args):
                # Its entries are p_i (1 - p_i) and -p_i p_j, so that each row sums up to 2 p_i (1 - p_i) in size.
                return Number(Fraction(1, 2))
            case ex.Sum() if not e.is_scalar:
                return ex.add(*map(self.norm, e.args))
            case ex.Product():
                return ex.mul(*map(self.norm, e.args))
        return self._named(e)

    def _is_timed(self, e: Expr) -> bool:
        return any(s.time is not None or s in self.definitions for s in e.symbols)

    def _named(self, e: Expr, sub: str = "") -> Expr:
        """The size of an expression by name; of one that changes with time a constant that bounds it."""
        inner = e.arg if isinstance(e, ex.Transpose) else e
        left, right = (r"\lvert", r"\rvert") if e.is_scalar and not sub else (r"\lVert", r"\rVert")
        name = f"{left} {typeset.latex(inner)} {right}{sub}"
        letter = Letter(Measure.LARGEST if sub else Measure.NORM, e)
        if self._is_timed(e):
            return self._supposed(name, r"\kappa", letter)
        self.letters[Symbol(name)] = letter
        return Symbol(name)

    def _supposed(self, what: str, name: str, letter: Letter) -> Symbol:
        """The constant that bounds what changes with time: this letter, with a number where another bears it."""
        for h in self.hypotheses:
            if h.what == what:
                return h.constant
        defined = {*self.definitions, *(h.constant for h in self.hypotheses)}
        taken = {s.name for s in defined} | self.unrolled.system.symbols.keys()
        numbered = (rf"{name}_{k}" if k < 10 else rf"{name}_{{{k}}}" for k in range(2, 99))
        constant = Symbol(next(c for c in (name, *numbered) if c not in taken))
        self.hypotheses[Hypothesis(what, constant)] = None
        self.letters[constant] = letter
        return constant

    # --------------------------------------------------------------------------------------- vectors

    def largest(self, v: Expr) -> Expr:
        """An upper bound of the size of every entry."""
        if (size := largest(self.range(v))) is not None:
            return Number(size)
        match v:
            case ex.Hadamard():
                pairs, rest = complements(v.args, self._known)
                return ex.mul(Number(Fraction(1, 4) ** pairs), *map(self.largest, rest))
            case ex.Sum():
                return ex.add(*map(self.largest, v.args))
            case ex.Product() if all(f.is_scalar for f in v.args[:-1]):
                return ex.mul(*map(self.norm, v.args[:-1]), self.largest(v.args[-1]))
            case Apply() if v.function.order == 1:
                return self._slope(v)
            case ex.EntryPower() if isinstance(v.exponent, Number) and v.exponent.value > 0:
                return ex.power(self.largest(v.base), v.exponent)
        return self._named(v, r"_{\infty}")

    def _slope(self, v: Apply) -> Expr:
        """The largest |f'|: a number where the table knows it, a hypothesis where it does not."""
        known = BOUNDS.get(v.function.known or "")
        if known is not None:
            return Number(known.slope)
        name = rf"\lvert {v.function.name}'(z) \rvert"
        return self._supposed(name, r"\gamma", Letter(Measure.LARGEST, v.function))

    def range(self, v: Expr) -> Range:
        """An interval that holds every entry."""
        return range_of(v, self._known)

    def _known(self, s: Symbol) -> Range:
        """The interval of a symbol, as far as what holds of the states and its equation tell."""
        if s in self._hold:
            self.invariant[next(state for state in self.unrolled.states if self.unrolled.before(state) == s)] = None
            return self._hold[s]
        if s in self.definitions and s not in self._ranges:
            self._ranges[s] = ANY
            self._ranges[s] = self.range(self.definitions[s])
        return self._ranges.get(s, ANY)
