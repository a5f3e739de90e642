r"""Upper bounds of spectral norms by the rules a person uses.

The norm of a product is at most the product of the norms, that of a sum at most the sum; a transpose changes no
norm; that of ``diag(v)`` is the largest ``|v_i|``, which a known function or a hypothesis bounds. Horn and Johnson,
*Matrix Analysis*, section 5.6; Pascanu, Mikolov and Bengio (2013), section 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice, product

from symjac import expr as ex
from symjac.claims.bounds.sizes import Atom, Size
from symjac.claims.model import Model
from symjac.claims.undecided import UndecidedError
from symjac.expr import Apply, Expr, Number, Symbol
from symjac.functions import BOUNDS
from symjac.normal import NormalFormTooLarge, equal
from symjac.ranges import ANY, Range, largest, range_of

MAX_CHOICES = 60
MAX_FACTORS = 6
MAX_DEPTH = 6


@dataclass
class Register:
    """The expressions whose norms are atoms; one that equals another, or its transpose, is the same."""

    model: Model
    known: list[Expr] = field(default_factory=list)

    def find(self, e: Expr) -> int | None:
        """The number of an expression of this norm."""
        turned = ex.transpose(e)
        for k, other in enumerate(self.known):
            if any(self.same(x, other) for x in (e, turned) if x.shape == other.shape):
                return k
        return None

    def atom(self, e: Expr) -> Size:
        k = self.find(e)
        if k is None:
            self.known.append(e)
            k = len(self.known) - 1
        return Size.of(Atom("norm", k))

    def same(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions are equal for every size, with the equations of the steps they mention."""
        for depth in (0, 1):
            try:
                if equal(a, b, self.model.values([a, b], depth)):
                    return True
            except (UndecidedError, NormalFormTooLarge):
                continue
        return False


class Plain(Register):
    """The same, with expressions the same only where they are written alike: no normal form is asked."""

    def same(self, a: Expr, b: Expr) -> bool:
        return a == b


class Majorants:
    """What the norm of an expression is at most, in several ways."""

    def __init__(
        self, register: Register, slopes: Mapping[str, ex.Function], bounds: frozenset[str] = frozenset()
    ) -> None:
        self.register = register
        self.slopes = slopes  # functions for whose steepest slope the claim has a name
        self.bounds = bounds  # matrices for a bound of whose norm it has one
        self._ranges: dict[Symbol, Range] = {}
        self._depth = 0

    def exact(self, e: Expr) -> Size:
        """The norm itself."""
        if ex.is_zero(e):
            return Size.number(0)
        if isinstance(e, Number):
            return Size.number(abs(e.value))
        if isinstance(e, ex.Identity | ex.Commutation):
            return Size.number(1)
        if isinstance(e, ex.Kronecker) or (e.is_scalar and isinstance(e, ex.Product)):
            return multiplied(map(self.exact, e.args))
        if e.is_scalar:
            return Size.of(Atom("scalar", ("size", e)))
        scalars, rest = ex.parted(e)
        if scalars:
            return multiplied(map(self.exact, [*scalars, ex.mul(*rest)]))
        if isinstance(e, ex.Transpose):
            return self.exact(e.arg)
        return self.register.atom(e)

    def of(self, e: Expr) -> list[Size]:
        """Upper bounds of the norm, itself first."""
        return few([self.exact(e), *self._of(e)])

    def _of(self, e: Expr) -> Iterator[Size]:
        match e:
            case ex.Transpose():
                yield from self.of(e.arg)
            case ex.Sum():
                yield from (added(parts) for parts in choices([self.of(t) for t in e.args]))
            case ex.Diag():
                yield from self.entries(e.arg)
            case ex.Product() if not e.is_scalar:
                yield from self._product(list(factors(e)))
            case Symbol() if e.is_matrix and (r := self.register.model.ref(e)) and r.family in self.bounds:
                yield Size.of(Atom("bound", r.family))
            case Symbol() if e.is_matrix and (rhs := self._definition(e)) is not None:
                with self._opening():
                    found = self.of(rhs)
                yield from found

    def _product(self, chain: list[Expr]) -> Iterator[Size]:
        """The chain cut into runs: one factor each, or several whose product is known by name."""
        if len(chain) > MAX_FACTORS or len(chain) < 2:
            return
        for cuts in product((True, False), repeat=len(chain) - 1):
            runs: list[list[Expr]] = [[chain[0]]]
            for f, cut in zip(chain[1:], cuts, strict=True):
                if cut:
                    runs.append([f])
                else:
                    runs[-1].append(f)
            options = [self.of(run[0]) if len(run) == 1 else self._named(run) for run in runs]
            if len(runs) > 1 and all(options):
                yield from (multiplied(parts) for parts in choices(options))

    def _named(self, run: list[Expr]) -> list[Size]:
        if all(f.is_scalar for f in run[:-1]):
            return []
        k = self.register.find(ex.mul(*run))
        return [] if k is None else [Size.of(Atom("norm", k))]

    def _definition(self, s: Symbol) -> Expr | None:
        """What a symbol is by its equation; ``None`` where too many have been opened to come here."""
        r = self.register.model.ref(s)
        return self.register.model.definition(r) if r is not None and self._depth < MAX_DEPTH else None

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Within it one equation more is open: a state leads to the state before, and on without end."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    # --------------------------------------------------------------------------------- entries

    def entries(self, v: Expr) -> list[Size]:
        """Upper bounds of the largest entry of a vector in size."""
        return few(self._entries(v))

    def _entries(self, v: Expr) -> Iterator[Size]:
        if (size := largest(range_of(v, self._known))) is not None:
            yield Size.number(size)
        yield from self._named_slopes(v)
        match v:
            case ex.Transpose() if isinstance(v.arg, Apply | ex.Hadamard | ex.Sum):
                yield from self.entries(v.arg.with_args(tuple(ex.transpose(a) for a in v.arg.args)))
            case Apply() if v.function.order == 1 and (v.function.known or "") in BOUNDS:
                yield Size.number(BOUNDS[v.function.known or ""].slope)
            case ex.Sum():
                yield from (added(parts) for parts in choices([self.entries(t) for t in v.args]))
            case ex.Hadamard():
                yield from (multiplied(parts) for parts in choices([self.entries(f) for f in v.args]))
            case ex.Product() if all(f.is_scalar for f in v.args[:-1]):
                scalar = multiplied(map(self.exact, v.args[:-1]))
                yield from (scalar * m for m in self.entries(v.args[-1]))
            case Symbol() if (rhs := self._definition(v)) is not None:
                with self._opening():
                    inner = self.entries(rhs)
                yield from inner

    def _named_slopes(self, v: Expr) -> Iterator[Size]:
        """The name of the steepest slope of a function, where v is its derivative at some vector."""
        for name, f in self.slopes.items():
            for inner in self._arguments(v, f):
                if self.register.same(v, Apply(f.derivative(), inner)):
                    yield Size.of(Atom("slope", name))
                    return

    def _arguments(self, v: Expr, f: ex.Function) -> Iterator[Expr]:
        """What f, or its derivative, is applied to in v or in the equations of the symbols in it."""
        if isinstance(v, Apply) and v.function == f.derivative():
            yield v.arg
            return
        if f.known is None:
            return
        rights = [rhs for s in v.symbols if isinstance(s, Symbol) and (rhs := self._definition(s)) is not None]
        for e in (e for rhs in (v, *rights) for e in rhs.walk()):
            if isinstance(e, Apply) and e.function.known == f.known and e.arg.shape == v.shape:
                yield e.arg

    def _known(self, s: Symbol) -> Range:
        """The interval that the equation of a symbol gives for its entries."""
        if s not in self._ranges:
            self._ranges[s] = ANY
            if (rhs := self._definition(s)) is not None:
                with self._opening():
                    self._ranges[s] = range_of(rhs, self._known)
        return self._ranges[s]


def factors(e: Expr) -> Iterator[Expr]:
    """The factors of a product, those of products and transposed products in it one by one."""
    if isinstance(e, ex.Transpose) and isinstance(e.arg, ex.Product):
        e = ex.transpose(e.arg)
    if isinstance(e, ex.Product) and not e.is_scalar:
        for f in e.args:
            yield from factors(f)
    else:
        yield e


def multiplied(sizes: Iterable[Size]) -> Size:
    """The product of sizes."""
    return reduce(Size.__mul__, sizes, Size.number(1))


def added(sizes: Iterable[Size]) -> Size:
    """The sum of sizes."""
    return reduce(Size.__add__, sizes, Size.number(0))


def choices(options: Sequence[Sequence[Size]]) -> Iterator[tuple[Size, ...]]:
    """One of each, in every way as long as there are few."""
    return islice(product(*options), MAX_CHOICES)


def few(sizes: Iterable[Size]) -> list[Size]:
    """Without repetitions, and not too many."""
    out: dict[Size, None] = {}
    for s in sizes:
        out[s] = None
        if len(out) >= MAX_CHOICES:
            break
    return list(out)
