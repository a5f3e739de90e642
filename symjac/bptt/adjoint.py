"""The derivative of the loss by every symbol of a step, from the uses of that symbol.

A symbol reaches the loss through what uses it: the loss of its step, other symbols of its step, symbols of
the next step. Each use carries its own derivative of the loss back by the transposed Jacobian of one
equation, which the rules give as the gradient of a scalar; the sum over the uses is the recurrence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from symjac import expr as ex
from symjac.bptt.graph import Step, first_free
from symjac.bptt.loss import Loss
from symjac.differentiate import jacobian_theorem
from symjac.expr import Diag, Expr, Symbol, Time
from symjac.kernel import Scope, Theorem
from symjac.normal import equal
from symjac.tidy import collect
from symjac.typeset import write_latex
from symjac.typeset.names import accented, base_letter, take_apart


@dataclass(frozen=True)
class Use:
    """One way from a symbol to the loss: through ``user`` of this step (``later`` 0) or the next (1).

    ``theorem`` says what the gradient of ``tr(adjoint^T user)`` by the symbol is; ``own`` is its closed form, shaped
    like the symbol, at the time of the user's equation, and ``term`` the same at the time of the symbol. The loss
    itself is a user without an adjoint.
    """

    of: Symbol
    user: Symbol
    later: int
    theorem: Theorem
    own: Expr
    term: Expr


@dataclass(frozen=True)
class Adjoint:
    """``symbol`` is the gradient of the loss by ``of``: the sum of the terms of ``uses``."""

    of: Symbol
    symbol: Symbol
    uses: tuple[Use, ...]

    def terms(self) -> Expr:
        """The sum of the terms."""
        return as_sum([u.term for u in self.uses], self.of.shape)


def as_sum(terms: Sequence[Expr], shape: ex.Shape) -> Expr:
    """The sum; zero where there is no term."""
    return ex.add(*terms) if terms else ex.zero(shape)


class Adjoints:
    """Adjoints of all symbols of a step for one loss, and the gradients of the parameters."""

    def __init__(self, step: Step, loss: Loss) -> None:
        self.step = step
        self.loss = loss
        self.folded = self._folded()
        self.local = loss.term
        for s in reversed(self.folded):
            self.local = self.local.replace({s: step.definitions[s]})
        self.targets: list[Symbol] = []  # the targets of cross-entropies
        self.names: dict[Expr, Symbol] = {e: s for s, e in step.definitions.items() if e.args}
        self.nodes = tuple(s for s in step.order if s not in self.folded and self._reaches(s))
        self.deltas = self._choose_deltas()
        self._letters = self._choose_letters()

    # ---------------------------------------------------------------------------------------- symbols

    def _folded(self) -> tuple[Symbol, ...]:
        """Softmax outputs and scalars that only a given loss uses: they and the loss have one derivative together."""
        if self.loss.unspecified:
            return ()
        step, found = self.step, list[Symbol]()
        seen = self.loss.term.symbols
        for s in reversed(step.order):
            plain = isinstance(step.definitions[s], ex.Softmax) or s.is_scalar
            alone = all(u in found for u in step.same_step_users(s)) and not step.next_step_users(s)
            if plain and alone and s in seen:
                found.append(s)
                seen = seen | step.definitions[s].symbols
        return tuple(reversed(found))

    def _reaches(self, s: Symbol) -> bool:
        """Whether a symbol influences the loss."""
        below = {s, *self.step.descendants([s])}
        if any(v in self.local.symbols or v in self.loss.term.symbols for v in below):
            return True
        return any(v in self.step.states for v in below)

    def _is_affine(self, s: Symbol) -> bool:
        """Whether a symbol's equation holds parameters that no function stands around."""
        if s in self.step.arguments:
            return True
        e = self.step.definitions[s]
        fixed = {*self.step.parameters, *self.step.constants}
        outside = [f for f in e.walk() if isinstance(f, ex.Apply | ex.Softmax)]
        holds = any(p.is_matrix and p in fixed for p in e.symbols)
        return holds and all(not (fixed & f.symbols) for f in outside)

    def _choose_deltas(self) -> frozenset[Symbol]:
        """The symbols whose gradient is a delta, no two with one label: the others have it with a bar.

        What a function is applied to comes before the symbol in whose equation it stands, as in W^T tanh(W y + c).
        """
        found: dict[str, Symbol] = {}
        for s in sorted(self.nodes, key=lambda s: s not in self.step.arguments):
            if self._is_affine(s):
                found.setdefault(self.step.label(s), s)
        return frozenset(found.values())

    def _choose_letters(self) -> tuple[str, str]:
        held = [self.loss.term, *([] if self.loss.penalty is None else [self.loss.penalty])]
        own = {*self.step.system.symbols, self.loss.name, self.loss.letter}
        names = own.union(s.name for e in held for s in e.symbols)
        taken = self.step.taken.union(map(base_letter, names))
        delta = first_free((r"\delta", "d", "g", r"\zeta", r"\gamma", r"\eta"), taken)
        marks = (r"\bar", r"\check", r"\breve", r"\mathring", r"\acute", r"\grave")
        return delta, first_free(marks, {c for c in marks if any(c in name for name in names)})

    def symbol(self, s: Symbol, when: int | Time = 0) -> Symbol:
        """The gradient of the loss by ``s`` so many steps later or at a time, by name."""
        delta, bar = self._letters
        if s in self.deltas:
            label = self.step.label(s) if len(self.deltas) > 1 else ""
            return self.step.at(Symbol(self.step.timed(delta, label), s.shape), when)
        return Symbol(write_latex(accented(take_apart(self.step.at(s, when).name), bar)), s.shape)

    def loss_symbol(self, when: int | Time = 0) -> Symbol:
        """The loss of one step at a time, by name."""
        return self.step.at(Symbol(self.step.timed(self.loss.letter)), when)

    def moved(self, e: Expr, when: int | Time) -> Expr:
        """An expression of this step with its gradients, at another time."""
        after = when + 1
        table: dict[Expr, Expr] = {self.symbol(u): self.symbol(u, when) for u in self.nodes}
        table |= {self.symbol(u, 1): self.symbol(u, after) for u in self.nodes}
        table |= {self.symbol(c): self.symbol(c) for c in self.step.constants}
        table |= {self.nabla(u): self.nabla(u, when) for u in self.nodes}
        for s in e.symbols:
            table.setdefault(s, self.step.at(s, when))
        return e.replace(table)

    # ------------------------------------------------------------------------------------------- uses

    def use(self, v: Symbol, user: Symbol, later: int, by: Symbol) -> Use:
        """The use of ``v`` in the equation of ``user``, where it stands as ``by``."""
        theorem, term = _gradient(_paired(self.symbol(user), self.step.definitions[user]), by, self.names)
        return Use(v, user, later, theorem, term, self.moved(term, 1) if later else term)

    def loss_use(self, v: Symbol) -> Use | None:
        """The use of ``v`` in the loss of its own step."""
        if v not in self.local.symbols:
            return None
        theorem, term = _gradient(self.local, v, self.names)
        term = ex.mul(self.loss.scale, self.nabla(v)) if self.loss.unspecified else self._entropy(term)
        return Use(v, self.loss.symbol, 0, theorem, term, term)

    def _entropy(self, gradient: Expr) -> Expr:
        """The gradient of a cross-entropy in its short form."""
        targets = sorted(self.loss.term.symbols - {*self.nodes, *self.folded}, key=lambda s: s.name)
        short, target = cross_entropy(gradient, self.folded, targets, self.step.definitions, self._numbers())
        if target is not None and target not in self.targets:
            self.targets.append(target)
        return short

    def _numbers(self) -> tuple[Expr, ...]:
        """One, and the scalar factors in front of the loss without their sign."""
        e = self.loss.term
        factors = e.args if isinstance(e, ex.Product) else ()
        front = [f for f in factors if f.is_scalar and not f.symbols & set(self.nodes)]
        rest = ex.mul(*(ex.Number(abs(f.value)) if isinstance(f, ex.Number) else f for f in front))
        return (ex.Number(1),) if rest == ex.Number(1) else (ex.Number(1), rest)

    def nabla(self, v: Symbol, when: int | Time = 0) -> Symbol:
        """The gradient of an unspecified loss of one step by one of its arguments, by name."""
        return Symbol(rf"\nabla_{{{self.step.at(v, when).name}}} {self.loss_symbol(when).name}", v.shape)

    def penalty_use(self, p: Symbol) -> Use | None:
        """The use of a parameter in what the parameters alone add to the loss."""
        penalty = self.loss.penalty
        if penalty is None or p not in penalty.symbols:
            return None
        theorem, term = _gradient(penalty, p, {})
        return Use(p, self.loss.symbol, 0, theorem, term, term)

    def constant_use(self, p: Symbol, c: Symbol) -> Use:
        """The use of a parameter in the definition of a constant such as ``A = M - M^T``."""
        theorem, term = _gradient(_paired(self.symbol(c), self.step.constants[c]), p, {})
        return Use(p, c, 0, theorem, term, term)

    def adjoint(self, v: Symbol) -> Adjoint:
        """The gradient of the loss by a symbol of the step, in terms of those of its users."""
        found = self.loss_use(v)
        uses = [] if found is None else [found]
        uses += [self.use(v, u, 0, v) for u in self.step.same_step_users(v) if u in self.nodes]
        uses += [self.use(v, u, 1, self.step.before(v)) for u in self.step.next_step_users(v) if u in self.nodes]
        return Adjoint(v, self.symbol(v), tuple(uses))

    def parameter_uses(self, p: Symbol) -> tuple[Use, ...]:
        """The uses of a parameter, or of an input, in the equations of one step and its loss."""
        uses = [self.use(p, u, 0, p) for u in self.nodes if p in self.step.definitions[u].symbols]
        if p in self.local.symbols:
            theorem, term = _gradient(self.local, p, self.names)
            uses.append(Use(p, self.loss.symbol, 0, theorem, term, term))
        return tuple(uses)

    def meaning(self) -> dict[Expr, Expr]:
        """What the gradients of an unspecified loss stand for: by one of its arguments, the others held fixed.

        The rules give them in closed form: a derivative written with the sign of one would be a total one wherever
        an argument has an equation that holds another.
        """
        if not self.loss.unspecified:
            return {}
        seen = [v for v in self.nodes if v in self.local.symbols]
        return {self.nabla(v): ex.transpose(jacobian_theorem(self.loss.bare, Scope(v, {})).rhs) for v in seen}


def _paired(adjoint: Symbol, body: Expr) -> Expr:
    """``tr(adjoint^T body)``."""
    if body.is_scalar:
        return ex.mul(adjoint, body)
    product = ex.Product(ex.Transpose(adjoint), body)
    return product if product.is_scalar else ex.Trace(product)


def _gradient(scalar: Expr, by: Symbol, names: Mapping[Expr, Symbol]) -> tuple[Theorem, Expr]:
    """The derivative of a scalar by a symbol, and its closed form in the shape of the symbol."""
    theorem = jacobian_theorem(scalar, Scope(by, {}))
    return theorem, as_gradient(collect(theorem.rhs, names))


def cross_entropy(
    gradient: Expr,
    outputs: Iterable[Symbol],
    targets: Iterable[Symbol],
    definitions: Mapping[Symbol, Expr],
    numbers: Iterable[Expr] = (ex.Number(1),),
) -> tuple[Expr, Symbol | None]:
    """``(1^T y) p - y`` and y where a gradient is that, perhaps times a number, for an output p of softmax.

    Any other gradient comes back as it is, without a target.
    """
    named = set(outputs)
    found = [e for e in gradient.walk() if isinstance(e, ex.Softmax) or e in named]
    for p in dict.fromkeys(found):
        for y in targets:
            if y.shape == p.shape and y != p:
                total = ex.mul(ex.transpose(ex.Ones(y.rows)), y)
                for number in numbers:
                    short = ex.mul(number, ex.sub(ex.mul(total, p), y))
                    if short.shape == gradient.shape and equal(gradient, short, definitions):
                        return short, y
    return gradient, None


def as_gradient(row: Expr) -> Expr:
    """A gradient in numerator layout turned into the shape of its variable, diagonals as entrywise products."""
    return _columns(ex.transpose(row))


def _columns(e: Expr) -> Expr:
    if isinstance(e, ex.Sum):
        return ex.add(*(_columns(t) for t in e.args))
    if isinstance(e, ex.Product):
        scalars, chain = ex.parted(e)
        if e.is_vector and chain and chain[-1].is_vector:
            vector = chain.pop()
            while chain:
                f = chain.pop()
                vector = ex.hadamard(f.args[0], vector) if isinstance(f, Diag) else ex.mul(f, vector)
            return ex.mul(*scalars, vector)
        if e.is_matrix:
            return _outer(scalars, chain)
    return e


def _outer(scalars: list[Expr], chain: list[Expr]) -> Expr:
    """A product with a column followed by a row in it: diagonals beside them become entrywise products."""
    at = next((k for k in range(len(chain) - 1) if chain[k].is_vector and chain[k + 1].is_row), None)
    if at is None:
        return ex.mul(*scalars, *chain)
    left, right = chain[: at + 1], chain[at + 1 :]
    column = _columns(ex.mul(*left)) if len(left) > 1 else left[0]
    turned = ex.transpose(ex.mul(*right)) if len(right) > 1 else ex.transpose(right[0])
    return ex.mul(*scalars, column, ex.Transpose(_columns(turned)))
