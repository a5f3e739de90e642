"""The rules of matrix calculus, as plain data, and the theorems they make.

A theorem says ``lhs = rhs``. Only a rule makes one: it looks at the root of its operand and at its
premises, checks its side conditions and says what follows. A rule never searches; choosing rules
is the business of :mod:`symjac.differentiate`. Replaying a theorem applies every rule again.

The Jacobian rules are Magnus and Neudecker, *Matrix Differential Calculus*, chapters 5 and 8
(numerator layout); the rules for differentials are their section 8.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from symjac.errors import RuleError
from symjac.expr import Expr, Partial, Symbol, size_names


@dataclass(frozen=True)
class Scope:
    """What is being differentiated by, and which symbols abbreviate an expression.

    A definition of ``wrt`` itself is cut: what is differentiated by varies freely.

    :raises RuleError: where ``wrt`` is the letter of a size, which is no variable.
    """

    wrt: Symbol
    definitions: Mapping[Symbol, Expr]
    moving: frozenset[Symbol] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        definitions = {s: e for s, e in self.definitions.items() if s != self.wrt}
        if self.wrt.is_scalar and self.wrt.name in size_names([self.wrt, *definitions, *definitions.values()]):
            raise RuleError(f"{self.wrt.name} is a size; there is no derivative by it")
        object.__setattr__(self, "definitions", definitions)
        object.__setattr__(self, "moving", _moving(self.wrt, definitions))

    def depends(self, e: Expr) -> bool:
        """Whether an expression changes with ``wrt``, also through the definitions."""
        return not self.moving.isdisjoint(e.symbols)


def _moving(wrt: Symbol, definitions: Mapping[Symbol, Expr]) -> frozenset[Symbol]:
    """The variable and every symbol whose definition uses one that moves."""
    moving = {wrt}
    while True:
        more = {s for s, e in definitions.items() if s not in moving and not moving.isdisjoint(e.symbols)}
        if not more:
            return frozenset(moving)
        moving |= more


@dataclass(frozen=True)
class Assumption:
    """A side condition that no expression can settle: ``kind`` is a key such as ``"nonzero"``."""

    kind: str
    about: Expr


@dataclass(frozen=True)
class Theorem:
    """``lhs = rhs`` under assumptions, with the rule, operand and premises it came from."""

    lhs: Expr
    rhs: Expr
    rule: str
    operand: Expr
    premises: tuple[Theorem, ...] = ()
    assumptions: frozenset[Assumption] = frozenset()

    def replay(self, scope: Scope) -> None:
        """Apply every rule again, premises first.

        :raises RuleError: where a side condition fails or a conclusion differs.
        """
        for step in self.steps():
            if infer(step.rule, scope, step.operand, *step.premises) != step:
                raise RuleError(f"{step.rule}: the recorded conclusion does not follow")

    def steps(self) -> tuple[Theorem, ...]:
        """Every theorem used, premises before conclusions, each once."""
        seen: dict[int, Theorem] = {}
        waiting: list[tuple[Theorem, bool]] = [(self, False)]
        while waiting:
            theorem, ready = waiting.pop()
            if id(theorem) in seen:
                continue
            if ready:
                seen[id(theorem)] = theorem
            else:
                waiting.append((theorem, True))
                waiting += [(p, False) for p in reversed(theorem.premises)]
        return tuple(seen.values())

    def __eq__(self, other: object) -> bool:
        """The same statement by the same rule from the same premises; premises are compared by identity first."""
        if self is other:
            return True
        if not isinstance(other, Theorem):
            return NotImplemented
        return (
            (self.lhs, self.rhs, self.rule, self.operand, self.assumptions)
            == (other.lhs, other.rhs, other.rule, other.operand, other.assumptions)
            and len(self.premises) == len(other.premises)
            and all(a is b or a == b for a, b in zip(self.premises, other.premises, strict=True))
        )

    def __hash__(self) -> int:
        return hash((self.lhs, self.rhs, self.rule))


Conclusion = tuple[Expr, Expr]
Rule = Callable[..., Conclusion]
RULES: dict[str, Rule] = {}

# What a rule takes for granted about its operand, beside the side conditions that it checks.
ASSUMES: dict[str, Callable[[Expr], Iterable[Assumption]]] = {}


def rule(function: Rule) -> Rule:
    """Enter a rule into the table under its own name."""
    RULES[function.__name__] = function
    return function


def infer(name: str, scope: Scope, operand: Expr, *premises: Theorem) -> Theorem:
    """The theorem that a rule makes of an operand and premises."""
    lhs, rhs = RULES[name](scope, operand, *premises)
    own = ASSUMES[name](operand) if name in ASSUMES else ()
    return Theorem(lhs, rhs, name, operand, premises, frozenset(own).union(*(p.assumptions for p in premises)))


def require(condition: bool, name: str, what: str) -> None:
    """Holds a side condition of the rule ``name``; a :class:`~symjac.errors.RuleError` where it fails."""
    if not condition:
        raise RuleError(f"{name}: {what}")


def about(name: str, scope: Scope, operand: Expr, premise: Theorem) -> Expr:
    """The right side of a premise that must be the derivative of ``operand``."""
    require(premise.lhs == Partial(operand, scope.wrt), name, "a premise is about something else")
    return premise.rhs
