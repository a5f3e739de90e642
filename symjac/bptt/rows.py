"""The formulas of backpropagation through time as data, below those who derive them and those who compare them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symjac.bptt.adjoint import Adjoint, Adjoints, Use, as_sum
from symjac.bptt.graph import Step
from symjac.bptt.loss import Loss
from symjac.expr import Expr, Symbol
from symjac.kernel import Theorem


@dataclass(frozen=True)
class Row:
    """The gradient of the loss by one symbol of a step.

    ``symbol = before`` at the steps before the last, ``symbol = last`` at the last. ``final`` says that the symbol
    reaches the loss at the last step alone.
    """

    of: Symbol
    symbol: Symbol
    before: Expr
    last: Expr
    final: bool

    @property
    def steady(self) -> bool:
        """Whether one formula holds at every step."""
        return self.final or self.before == self.last


@dataclass(frozen=True)
class Gradient:
    """The gradient of the loss by a parameter, in its shape.

    ``summand`` is one step's part, ``once`` what the last step adds (at the time t = T), ``fixed`` what comes through
    definitions without time.
    """

    of: Symbol
    summand: Expr | None
    once: Expr | None
    fixed: Expr | None
    theorems: tuple[Theorem, ...]

    @property
    def at_last(self) -> Expr:
        """All that the last step gives."""
        return as_sum([e for e in (self.summand, self.once) if e is not None], self.of.shape)


class Formulas(ABC):
    """What is derived of a recurrence and its loss."""

    step: Step
    loss: Loss
    adjoints: Adjoints
    rows: tuple[Row, ...]
    gradients: Mapping[Symbol, Gradient]
    input_gradients: Mapping[Symbol, Gradient]
    hypotheses: tuple[Expr, ...]

    @abstractmethod
    def adjoint(self, v: Symbol) -> Adjoint:
        """The gradient by a symbol, with the uses that it comes from."""

    @abstractmethod
    def chosen(self, uses: Iterable[Use], *, last: bool) -> list[Use]:
        """The uses that count at the last step, or at the steps before."""
