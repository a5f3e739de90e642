"""The theorems that the rules of matrix calculus make, and nothing else that could make one.

A theorem says ``lhs = rhs`` for the variable and under the definitions of its :class:`Scope`. Only a rule makes one,
through :func:`infer`: it looks at the root of its operand and at its premises, checks its side conditions and says what
follows. A rule never searches; choosing rules is the business of :mod:`symjac.differentiate`. Replaying a theorem
applies every rule again, so what was altered by hand, or comes from another scope, is refused.

What is compared here are trees whose every node has exactly one of the types in :data:`NODES`: a class of
somebody else's, with an equality of its own, is no expression for a rule.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from fractions import Fraction
from functools import wraps
from types import MappingProxyType
from typing import TypeVar

from symjac import expr as ex
from symjac.errors import RuleError
from symjac.expr import Expr, Partial, Shape, Symbol

E = TypeVar("E", bound=Expr)

# The nodes that a theorem may hold, and the type of their data.
NODES: Mapping[type[Expr], type] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *(ex.Sum, ex.Product, ex.Hadamard, ex.EntryPower, ex.MatrixPower, ex.Transpose, ex.Diag, ex.Diagonal),
                *(ex.Trace, ex.Determinant, ex.Norm, ex.Softmax, ex.LogSumExp, ex.Stack, ex.Ones, ex.Zero, ex.Identity),
                *(ex.Vec, ex.Kronecker, ex.Partial, ex.Differential),
            ),
            type(None),
        ),
        **dict.fromkeys((ex.Symbol, ex.VectorMap, ex.ScalarFunction, ex.ScalarGradient), str),
        **dict.fromkeys((ex.Commutation, ex.Entry, ex.Delta, ex.UnitVector, ex.Explicit), tuple),
        **dict.fromkeys((ex.MapJacobian, ex.ScalarHessian), tuple),
        ex.Number: Fraction,
        ex.Apply: ex.Function,
        ex.IndexSum: ex.Index,
    }
)


@dataclass(frozen=True)
class Scope:
    """What is being differentiated by, and which symbols abbreviate an expression.

    A definition of ``wrt`` itself is cut: what is differentiated by varies freely.

    :raises RuleError: where ``wrt`` or a defined symbol is the letter of a size, which is no variable; where a symbol
        has another shape than what it stands for; where the definitions go in a circle.
    """

    wrt: Symbol
    definitions: Mapping[Symbol, Expr]
    moving: frozenset[Symbol] = field(init=False, compare=False, repr=False)
    #: The length of the longest name of a symbol that occurs.
    longest: int = field(init=False, compare=False, repr=False)
    _timed: bool = field(init=False, compare=False, repr=False)
    _names: frozenset[str] = field(init=False, compare=False, repr=False)
    _admitted: dict[int, Expr] = field(init=False, compare=False, repr=False, default_factory=dict)
    _shapes: set[Shape] = field(init=False, compare=False, repr=False, default_factory=set)
    _alike: dict[int, Scope] = field(init=False, compare=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for s in (self.wrt, *self.definitions):
            if type(s) is not Symbol:
                raise RuleError(f"a {type(s).__name__} is neither differentiated by nor defined, only a symbol is")
        definitions = {s: e for s, e in self.definitions.items() if s != self.wrt}
        for s, e in definitions.items():
            if s.shape != e.shape:
                raise RuleError(f"{s.name} is {ex.show_shape(s.shape)}, its definition {ex.show_shape(e.shape)}")
        object.__setattr__(self, "definitions", MappingProxyType(definitions))
        object.__setattr__(self, "_names", frozenset(s.name for s in (self.wrt, *definitions) if s.is_scalar))
        timed = {s for s, e in definitions.items() if _over_time(e)}
        object.__setattr__(self, "_timed", bool(timed))
        object.__setattr__(self, "moving", _moving(self.wrt, definitions, timed))
        used = {self.wrt, *definitions}.union(*(e.symbols for e in definitions.values()))
        object.__setattr__(self, "longest", max(len(s.name) for s in used))
        self.admit(self.wrt, *definitions, *(e for s, e in definitions.items() if s not in timed))

    def __reduce__(self) -> tuple[object, ...]:
        return Scope, (self.wrt, dict(self.definitions))

    def depends(self, e: Expr) -> bool:
        """Whether an expression changes with ``wrt``, also through the definitions, or may change with it."""
        return not self.moving.isdisjoint(e.symbols) or (self._timed and _over_time(e))

    def same(self, other: Scope) -> bool:
        """Whether another scope is about the same variable and definitions; asked once for each object."""
        if self is other or id(other) in self._alike:
            return True
        if type(other) is not Scope or self != other:
            return False
        self._alike[id(other)] = other
        return True

    def admit(self, *expressions: Expr) -> None:
        """Looks at every node that this scope has not seen yet.

        :raises RuleError: where one is of no type in :data:`NODES`, or has a size that a symbol of the scope stands
            for: a size does not change with anything.
        """
        waiting = list(expressions)
        while waiting:
            e = waiting.pop()
            if id(e) in self._admitted:
                continue
            if type(e) not in NODES or type(e.data) is not NODES[type(e)]:
                raise RuleError(f"no rule speaks of a {type(e).__name__}")
            if type(e) is ex.Product and not e.args:
                raise RuleError("no rule speaks of a product of nothing")
            if e.shape not in self._shapes:
                letters = {str(letter) for size in e.shape for letter in size.free_symbols}
                for name in sorted(letters & self._names):
                    raise RuleError(f"{name} is a size; there is no derivative by it")
                self._shapes.add(e.shape)
            self._admitted[id(e)] = e
            waiting += e.args


def _over_time(e: Expr) -> bool:
    """Whether an expression runs over steps: which symbols it then depends on its symbols do not say."""
    return any(type(p) is ex.OverTime for p in e.walk())


def _moving(wrt: Symbol, definitions: Mapping[Symbol, Expr], more: set[Symbol]) -> frozenset[Symbol]:
    """The variable, more symbols that may move with it, and every symbol whose definition uses one that moves.

    :raises RuleError: where a definition uses itself.
    """
    moving = {wrt} | more
    missing = {s: sum(u in definitions for u in e.symbols) for s, e in definitions.items()}
    users: dict[Symbol, list[Symbol]] = {}
    for s, e in definitions.items():
        for u in e.symbols:
            users.setdefault(u, []).append(s)
    ready = [s for s, count in missing.items() if count == 0]
    for s in ready:  # grows while it is walked: a symbol follows those that its definition uses
        if not moving.isdisjoint(definitions[s].symbols):
            moving.add(s)
        for user in users.get(s, ()):
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    if len(ready) < len(definitions):
        around = next(s for s in definitions if missing[s])
        raise RuleError(f"the definitions go in a circle: that of {around.name} waits for itself")
    return frozenset(moving)


@dataclass(frozen=True)
class Assumption:
    """A side condition that no expression can settle, about every entry of ``about``.

    ``kind`` is ``"nonzero"`` (of a norm: not all entries of its argument are zero), ``"positive"``,
    ``"invertible"``, or ``"differentiable"``: then ``about`` is an application, and its function is differentiable
    where it is used.
    """

    kind: str
    about: Expr


_SEAL = object()


@dataclass(frozen=True, eq=False)
class Theorem:
    """``lhs = rhs`` in a scope, under assumptions, with the rule, operand and premises it came from.

    :raises RuleError: where anything but :func:`infer` makes one, :func:`dataclasses.replace` too.
    """

    lhs: Expr
    rhs: Expr
    rule: str
    scope: Scope
    operand: Expr
    premises: tuple[Theorem, ...] = ()
    assumptions: frozenset[Assumption] = frozenset()
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuleError("only a rule makes a theorem")

    def replay(self, scope: Scope) -> None:
        """Apply every rule again, premises first, in a scope made anew.

        :raises RuleError: where a side condition fails, a conclusion or an assumption differs, or a step is about
            another scope.
        """
        replay(scope, self)

    def steps(self) -> tuple[Theorem, ...]:
        """Every theorem used, premises before conclusions, each once."""
        return _steps(self)

    def __eq__(self, other: object) -> bool:
        """The same statement by the same rule from the same premises; premises are compared by identity first."""
        if self is other:
            return True
        if not isinstance(other, Theorem):
            return NotImplemented
        return (
            (self.lhs, self.rhs, self.rule, self.operand, self.assumptions)
            == (other.lhs, other.rhs, other.rule, other.operand, other.assumptions)
            and self.scope.same(other.scope)
            and len(self.premises) == len(other.premises)
            and all(a is b or a == b for a, b in zip(self.premises, other.premises, strict=True))
        )

    def __hash__(self) -> int:
        return hash((self.lhs, self.rhs, self.rule))


def _steps(*theorems: Theorem) -> tuple[Theorem, ...]:
    seen: dict[int, Theorem] = {}
    waiting = [(theorem, False) for theorem in theorems]
    while waiting:
        theorem, ready = waiting.pop()
        if id(theorem) in seen:
            continue
        if type(theorem) is not Theorem:
            raise RuleError(f"a {type(theorem).__name__} is no theorem")
        if ready:
            seen[id(theorem)] = theorem
        else:
            waiting.append((theorem, True))
            waiting += [(p, False) for p in reversed(theorem.premises)]
    return tuple(seen.values())


def replay(scope: Scope, *theorems: Theorem) -> None:
    """Apply every rule of theorems again, each once, premises first, in a scope made anew.

    :raises RuleError: where a side condition fails, a conclusion or an assumption differs, a step is about another
        scope, or something that is no theorem stands among the premises.
    """
    scope = Scope(scope.wrt, scope.definitions)
    for step in _steps(*theorems):
        plain = type(step.assumptions) is frozenset and all(type(a) is Assumption for a in step.assumptions)
        require(plain, step.rule, "what is taken for granted is recorded as something else than assumptions")
        scope.admit(step.lhs, step.rhs, *(a.about for a in step.assumptions))
        if infer(step.rule, scope, step.operand, *step.premises) != step:
            raise RuleError(f"{step.rule}: the recorded conclusion does not follow")


Conclusion = tuple[Expr, Expr]
Rule = Callable[..., Conclusion]
RULES: dict[str, Rule] = {}

# How many premises a rule takes, at least and at most.
PREMISES: dict[str, tuple[int, float]] = {}

# What a rule takes for granted about its operand, beside the side conditions that it checks.
ASSUMES: dict[str, Callable[[Expr], Iterable[Assumption]]] = {}


def rule(function: Rule) -> Rule:
    """Enter a rule into the table under its own name."""
    _, _, *premises = inspect.signature(function).parameters.values()
    single = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in premises)
    PREMISES[function.__name__] = (single, single if len(premises) == single else float("inf"))
    RULES[function.__name__] = function
    return function


def infer(name: str, scope: Scope, operand: Expr, *premises: Theorem) -> Theorem:
    """The theorem that a rule makes of an operand and premises.

    :raises RuleError: where there is no such rule, a premise is none of this scope, or a side condition fails.
    """
    if name not in RULES:
        raise RuleError(f"there is no rule {name!r}")
    require(type(scope) is Scope, name, "what the theorem is to hold under is no scope")
    scope.admit(operand)
    least, most = PREMISES[name]
    require(least <= len(premises) <= most, name, "another number of premises is wanted")
    for p in premises:
        require(type(p) is Theorem, name, "a premise is no theorem")
        require(scope.same(p.scope), name, "a premise is about another scope")
    lhs, rhs = RULES[name](scope, operand, *premises)
    require(lhs.shape == rhs.shape, name, "the two sides differ in shape")
    own = ASSUMES[name](operand) if name in ASSUMES else ()
    assumptions = frozenset(own).union(*(p.assumptions for p in premises))
    return Theorem(lhs, rhs, name, scope, operand, premises, assumptions, seal=_SEAL)


def require(condition: bool, name: str, what: str) -> None:
    """Holds a side condition of the rule ``name``; a :class:`~symjac.errors.RuleError` where it fails."""
    if not condition:
        raise RuleError(f"{name}: {what}")


def narrow(e: Expr, kind: type[E], name: str) -> E:
    """The expression as what the rule ``name`` speaks about: a node of exactly this type.

    :raises RuleError: where it is another one.
    """
    if type(e) is kind and isinstance(e, kind):
        return e
    raise RuleError(f"{name}: a {kind.__name__} is wanted, this is a {type(e).__name__}")


def jacobian(name: str, scope: Scope, operand: Expr) -> Partial:
    """``d operand / dx`` of a column by a column, which is what the Jacobian rules are about."""
    require(operand.cols == ex.ONE and scope.wrt.cols == ex.ONE, name, "a Jacobian is that of a column by a column")
    return Partial(operand, scope.wrt)


def about(name: str, scope: Scope, operand: Expr, premise: Theorem) -> Expr:
    """The right side of a premise that must be the derivative of ``operand``."""
    require(premise.lhs == jacobian(name, scope, operand), name, "a premise is about something else")
    return premise.rhs


def change(name: str, scope: Scope, operand: Expr, premise: Theorem) -> Expr:
    """The right side of a premise that must be the differential of ``operand``."""
    require(premise.lhs == ex.Differential(operand), name, "a premise is about something else")
    return premise.rhs


# The rules that say what follows from the derivatives of a node's operands, by its type: the usual one of each.
JACOBIANS: dict[type[Expr], str] = {}
DIFFERENTIALS: dict[type[Expr], str] = {}
Part = Callable[[str, Scope, Expr, Theorem], Expr]
Enter = Callable[[Callable[..., Expr]], Rule]


def jacobian_rule(kind: type[E]) -> Enter:
    """Enter a rule that makes the Jacobian of a node out of those of its operands."""
    return _operand_rule(kind, JACOBIANS, about, Partial)


def differential_rule(kind: type[E]) -> Enter:
    """Enter a rule that makes the differential of a node out of those of its operands."""
    return _operand_rule(kind, DIFFERENTIALS, change, lambda y, _: ex.Differential(y))


def _operand_rule(
    kind: type[E], table: dict[type[Expr], str], part: Part, derivative: Callable[[Expr, Symbol], Expr]
) -> Enter:
    def enter(function: Callable[..., Expr]) -> Rule:
        name = function.__name__

        @wraps(function)
        def applied(scope: Scope, operand: Expr, *premises: Theorem) -> Conclusion:
            y = narrow(operand, kind, name)
            about_each = operands(name, y)
            require(len(premises) == len(about_each), name, "each operand wants a premise")
            parts = (part(name, scope, a, t) for a, t in zip(about_each, premises, strict=True))
            return derivative(y, scope.wrt), function(scope, y, *parts)

        table.setdefault(kind, name)
        return rule(applied)

    return enter


def operands(name: str, y: Expr) -> tuple[Expr, ...]:
    """The operands about which a rule of :data:`JACOBIANS` or :data:`DIFFERENTIALS` wants a premise each."""
    least, most = PREMISES[name]
    return y.args[:least] if least == most else y.args


def factor(name: str, scope: Scope, e: Expr) -> Expr:
    """K of ``K dx``, which holds for every dx: so K may not hold dx.

    :raises RuleError: where ``e`` is no such product.
    """
    e = narrow(e, ex.Product, name)
    require(e.args[1:] == (ex.Differential(scope.wrt),), name, "the change of the variable is no factor by itself")
    holds_one = any(type(p) is ex.Differential for p in e.args[0].walk())
    require(not holds_one, name, "what stands before the change of the variable holds one, too")
    return e.args[0]
