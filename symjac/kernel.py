"""The rules of matrix calculus, as plain data, and the theorems they make.

A theorem says ``lhs = rhs``. Only a rule makes one: it looks at the root of its operand and at its
premises, checks its side conditions and says what follows. A rule never searches; choosing rules
is the business of :mod:`symjac.differentiate`. Replaying a theorem applies every rule again.

The Jacobian rules are Magnus and Neudecker, *Matrix Differential Calculus*, chapters 5 and 8
(numerator layout); the rules for differentials are their section 8.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from symjac.errors import RuleError
from symjac.expr import Expr, Partial, Symbol


@dataclass(frozen=True)
class Scope:
    """What is being differentiated by, and which symbols abbreviate an expression."""

    wrt: Symbol
    definitions: Mapping[Symbol, Expr]
    _known: dict[Expr, bool] = field(default_factory=dict, compare=False, repr=False)

    def depends(self, e: Expr) -> bool:
        """Whether an expression changes with ``wrt``, also through the definitions."""
        if e not in self._known:
            self._known[e] = any(self._symbol_depends(s) for s in e.symbols)
        return self._known[e]

    def _symbol_depends(self, s: Symbol) -> bool:
        if s == self.wrt:
            return True
        if s not in self.definitions:
            return False
        return self.depends(self.definitions[s])


@dataclass(frozen=True)
class Theorem:
    """``lhs = rhs``, with the rule, operand and premises it came from."""

    lhs: Expr
    rhs: Expr
    rule: str
    operand: Expr
    premises: tuple[Theorem, ...] = ()

    def replay(self, scope: Scope) -> None:
        """Apply every rule again, premises first.

        :raises RuleError: where a side condition fails or a conclusion differs.
        """
        for step in self.steps():
            conclusion = RULES[step.rule](scope, step.operand, *step.premises)
            if conclusion != (step.lhs, step.rhs):
                raise RuleError(f"{step.rule}: the recorded conclusion does not follow")

    def steps(self) -> tuple[Theorem, ...]:
        """Every theorem used, premises before conclusions, each once."""
        seen: dict[int, Theorem] = {}

        def visit(t: Theorem) -> None:
            if id(t) not in seen:
                for p in t.premises:
                    visit(p)
                seen[id(t)] = t

        visit(self)
        return tuple(seen.values())


Conclusion = tuple[Expr, Expr]
Rule = Callable[..., Conclusion]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Enter a rule into the table under its own name."""
    RULES[function.__name__] = function
    return function


def infer(name: str, scope: Scope, operand: Expr, *premises: Theorem) -> Theorem:
    """The theorem that a rule makes of an operand and premises."""
    lhs, rhs = RULES[name](scope, operand, *premises)
    return Theorem(lhs, rhs, name, operand, premises)


def require(condition: bool, name: str, what: str) -> None:
    if not condition:
        raise RuleError(f"{name}: {what}")


def about(name: str, scope: Scope, operand: Expr, premise: Theorem) -> Expr:
    """The right side of a premise that must be the derivative of ``operand``."""
    require(premise.lhs == Partial(operand, scope.wrt), name, "a premise is about something else")
    return premise.rhs
