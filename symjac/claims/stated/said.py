"""What a claim says beside its system, and what neither of them says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from symjac import expr as ex
from symjac.claims.gradients import Steps
from symjac.claims.model import Model
from symjac.claims.properties import KINDS
from symjac.claims.stated.aliases import Aliases
from symjac.claims.stated.conditions import Condition
from symjac.claims.undecided import UndecidedError
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.assumptions import How
from symjac.reading.context import Family
from symjac.reading.lexer import tokenise
from symjac.reading.tokens import Token


@dataclass
class Said:
    """Members of a chain, resolved to terms, with the system read in each orientation that types."""

    claim: str
    members: tuple[Term, ...]
    texts: tuple[str, ...]
    models: Mapping[str, Model]
    aliases: Aliases
    notes: list[str]
    doubts: list[str] = field(default_factory=list)  # by which nothing is refuted
    target: Ref | None = None  # by what the left-hand side differentiates a loss that no equation defines
    last: Time | None = None  # the last step, where the claim names it
    shiftable: bool = False  # whether taking in the equations of the earlier step changes what is differentiated
    normalisations: frozenset[str] = frozenset()  # maps that are declared to be layer normalisations
    open_lag: bool = False  # whether what lies several steps back also acts through other states of its own step
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of families, as their declarations say
    opaque: bool = False  # whether a gate is known by name only
    factors_of_losses: tuple[Term, ...] = ()  # that stand before a sum of them, or before a function, in an equation
    weights: Mapping[str, Term | None] = field(default_factory=dict)  # of a step's loss in the whole, 1 where ``None``
    steps: Steps | None = None  # over which the loss is summed
    penalty: str = ""  # what parameters alone add to the loss, by the name that it is given
    seen: frozenset[Ref] = frozenset()  # what an equation says the loss depends on
    shapeless: frozenset[str] = frozenset()  # of these families that a declaration says a property alone of
    at_every_step: frozenset[str] = frozenset()  # families of which an equation says so for every step
    conditions: tuple[Condition, ...] = ()  # under which the claim is said to hold
    given: tuple[Condition, ...] = ()  # what the system supposes of its symbols: points keep to it
    factors: tuple[Term, ...] = ()  # deltas of index letters, by which both sides are multiplied: what is said of them

    @property
    def model(self) -> Model:
        return next(iter(self.models.values()))

    def walk(self) -> Iterator[Term]:
        """Every part of every member."""
        return (t for m in self.members for t in m.walk())

    def rebuilt(self, change: Callable[[Term], Term]) -> tuple[Term, ...]:
        """The members with a change made to every part, deepest first."""
        return tuple(m.rebuilt(change) for m in self.members)

    def is_last(self, letter: str | None) -> bool:
        """Whether nothing in the claim stands after the step of a letter."""
        times = (r.time for m in self.members for r in m.refs() if r.time is not None)
        return all(time.offset <= 0 for time in times if time.letter == letter)

    def tokens(self, t: Term) -> list[Token]:
        """What a part of the claim is printed with."""
        return [k for k in tokenise(self.claim) if t.start <= k.start < t.end]

    def narrowed(self, t: Term) -> Term:
        """A member where the claim is said to hold, and zero for other index letters."""
        nothing = t.kind == "zeros" or (t.kind == "number" and not t.data)
        return t if nothing or not self.factors else Term("product", (t, *self.factors), None, t.span)

    def declared_as(self, words: Collection[str]) -> frozenset[str]:
        """The families of which a declaration says one of these words."""
        return frozenset(family for family, said in self.properties.items() if not set(said).isdisjoint(words))

    # ------------------------------------------------------------------------------- what it holds

    def is_loss(self, y: Term) -> bool:
        """Whether this is a scalar that no equation defines."""
        return y.ref is not None and self.model.is_loss(y.ref)

    def gradients(self, *terms: Term) -> Iterator[tuple[Ref | None, Ref, Term]]:
        """The gradients of undefined losses: the loss, the variable, the term."""
        for root in terms:
            for t in root.walk():
                if t.kind == "gradient" and isinstance(t.data, Ref):
                    yield None, t.data, t
                elif t.kind == "derivative" and self.is_loss(t.args[0]) and (x := t.args[1].whole.ref) is not None:
                    yield t.args[0].ref, x, t

    def of_symbols(self, *terms: Term) -> Iterator[tuple[Term, Ref, Ref]]:
        """The derivatives of symbols by symbols: the term, of what, by what."""
        for t in (t for root in terms for t in root.walk() if t.kind == "derivative"):
            y, x = t.args[0].ref, t.args[1].ref
            if y is not None and x is not None:
                yield t, y, x

    @property
    def has_gradient(self) -> bool:
        """Whether a scalar is differentiated by a vector or a matrix."""

        def by_several(x: Term) -> bool:
            return x.kind == "entry" or (x.ref is not None and self.role(x.ref) in ("vector", "matrix"))

        return any(
            t.kind == "gradient" or (t.kind == "derivative" and by_several(t.args[1]) and self.is_scalar(t.args[0]))
            for t in self.walk()
        )

    def is_scalar(self, y: Term) -> bool:
        if y.ref is not None:
            return self.role(y.ref) in ("scalar", None)
        if y.kind == "entry":
            return False
        if y.kind in ("product", "operation"):
            first, last = y.args[0], y.args[-1]
            if all(map(self.is_scalar, y.args)):
                return True
            return first.kind == "transpose" and all(self.model.role(t.ref) == "vector" for t in (first.args[0], last))
        if y.kind == "word":
            return y.data in ("norm", "trace", "det", "logsumexp", "mean", "variance", "deviation")
        if y.kind in ("negative", "add", "quotient", "power"):
            return all(map(self.is_scalar, y.args[:1] if y.kind == "power" else y.args))
        return y.kind in ("number", "norm", "inner")

    def role(self, r: Ref) -> str | None:
        """What a symbol is, ``None`` where nothing says so."""
        return self.model.role(r)

    def over(self, *terms: Term) -> list[Term]:
        return [t for root in terms for t in root.walk() if t.kind == "over"]

    @property
    def has_product(self) -> bool:
        return any(t.over.kind == "product" and not t.over.dotted for t in self.over(*self.members))

    @property
    def order(self) -> str | None:
        """What the print settles about the order of factors: where the chain writes them out, else the last sign."""
        products = [t.over for t in self.over(*self.members) if t.over.kind == "product"]
        signs = [p.order for p in products if not p.dotted]
        return [*signs, *(p.order for p in products if p.dotted)][-1] if signs else None

    @property
    def is_gated(self) -> bool:
        """Whether the system has tanh beside a function that nothing specifies, as gated cells do."""
        functions = [e.function for e in self.model.nodes() if isinstance(e, ex.Apply)]
        return {f.known for f in functions} == {None, "tanh"}

    def differentiated(self, names: Iterable[str]) -> bool:
        """Whether the claim prints a derivative of one of these functions as such: ``\\sigma'(z)``."""
        functions = [t.data for t in self.walk() if t.kind == "apply"]
        functions += [t.place.function for t in self.walk() if t.kind == "bare_function"]
        return any(isinstance(f, ex.Function) and f.order and f.name in names for f in functions)

    def unspecified(self, name: str) -> bool:
        """Whether a function of this name is used that nothing specifies."""
        function = self.model.reading.applied.get(name)
        return function is not None and function.known is None

    def refs(self, *terms: Term) -> list[Ref]:
        return [r for t in terms for r in t.refs() if r.family in self.model.families]

    # ---------------------------------------------------------------------------- what nothing says

    def is_guessed(self, name: str) -> bool:
        """Whether the role of a family was guessed from its letter."""
        family = self.model.families.get(name)
        return family is not None and family.role in ("scalar", "vector", "matrix") and family.how is not How.DECLARED

    def unread_declaration(self, *terms: Term) -> str | None:
        """A symbol in the claim that is declared to have a property, in words whose shape was not understood."""
        for name in (r.family for r in self.refs(*terms) if r.family in self.properties and self.is_guessed(r.family)):
            role, said = self.model.families[name].role, self.properties[name]
            fits = all(role == ("matrix" if word in KINDS else "vector") for word in said)
            if not (name in self.shapeless and fits):  # a property and nothing else, of what it is for its letter
                return name
        return None

    def strangers(self, *terms: Term) -> list[str]:
        """What stands for something that neither the system nor a declaration says.

        A declared symbol that carries no time is a parameter of its own, whatever the system holds.
        Everything else that the system does not know has a meaning that is not said, so that nothing may
        be refuted by giving it a value.
        """
        known = self.model.known_families | self.of_weights
        known |= {loss.family for loss, _, _ in self.gradients(*terms) if loss is not None}
        timed = {(r.family, r.time is None) for p in self.model.printed for r in p.refs}
        variables = [x for _, x, _ in self.gradients(*terms)]
        functions = {e.function.name for e in self.model.nodes() if isinstance(e, ex.Apply)}
        scalars = {e.of for e in self.model.nodes() if isinstance(e, ex.ScalarFunction | ex.ScalarGradient)}
        # A gradient by what no equation holds says nothing about the system.
        found = [x.family for x in variables if (x.family, x.time is None) not in timed]
        parts = [t for root in terms for t in root.walk()]
        called = [t.args[0] for t in parts if t.kind == "derivative" and t.args[0].kind == "symbol"]
        arguments = {id(a) for y in called for a in y.args}  # the W and b of J(W, b), which say nothing of their own
        for t in (t for t in parts if id(t) not in arguments):
            f = t.data
            if isinstance(f, ex.Function) and f.known is None and f.name not in functions:
                found.append(f.name)
            elif t.kind == "scalar_function" and isinstance(f, tuple) and f[0] not in scalars:
                found.append(str(f[0]))
            elif t.ref is not None and t.ref.family in known:
                whole = t.ref.family in self.weights  # the L that is the sum of all L_t
                if not whole and t.ref.time is None and {k for f, k in timed if f == t.ref.family} == {False}:
                    found.append(t.ref.family)
            elif t.ref is not None:
                family = self.model.families.get(t.ref.family)
                declared = family is not None and family.how is How.DECLARED and not family.remark
                if not declared or t.ref.time is not None:
                    found.append(t.ref.family)
        return list(dict.fromkeys(found))

    def unsized(self, *terms: Term) -> str | None:
        """A symbol of the claim alone whose sizes are declared, beside a system whose sizes nobody declared."""
        known = self.model.known_families
        declared = [f for f in self.model.families.values() if f.how is How.DECLARED and f.role in ("vector", "matrix")]
        said = {letter for f in declared if f.name in known for letter in self._letters(f)}
        mentioned = {r.family for r in self.refs(*terms)} - known
        return next((f.name for f in declared if f.name in mentioned and self._letters(f) - said), None)

    def _letters(self, family: Family) -> set[object]:
        try:
            return {letter for size in self.model.shape(family) for letter in size.free_symbols}
        except UndecidedError:  # a size that nobody declared
            return set()

    def mentions_strangers(self, model: Model, t: Term) -> bool:
        """Whether a member holds an output of the system, or a symbol the system does not."""
        used = model.used_families
        gradients = [found for _, _, found in self.gradients(t)]

        def beside(u: Term) -> Iterator[Ref]:
            if u not in gradients:
                yield from [u.data] if isinstance(u.data, Ref) else []
                for a in u.args:
                    yield from beside(a)

        return any(r.family not in used and r.family not in self.of_weights for r in beside(t))

    @property
    def of_weights(self) -> frozenset[str]:
        """The families in the factors by which the losses of the steps, or a function, count in the whole one."""
        return frozenset(r.family for w in self.factors_of_losses for r in w.refs())
