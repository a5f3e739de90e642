"""What is asked of two members of a claim in one convention: what proofs, inductions and runs go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from symjac import expr as ex
from symjac.claims.conventions import FOUR, MIXED, Convention
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.meaning import Gradient
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.properties import kind_of
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import UndecidedError
from symjac.expr import Expr
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref, Term

NOTHING: Mapping[str, Time] = MappingProxyType({})


def conventions(s: Statement) -> tuple[Convention, ...]:
    """The conventions that a claim is judged in: the mixed ones too where a scalar has a gradient."""
    return FOUR + MIXED if s.has_gradient else FOUR


def columns(s: Statement) -> tuple[Convention, ...]:
    """Those with column vectors, numerator first."""
    return tuple(c for c in conventions(s) if not c.row)


def orders(s: Statement) -> tuple[str, ...]:
    """The orders of products over time that a claim is judged in."""
    return ("ascending", "descending") if s.has_product else ("ascending",)


def settled_order(s: Statement) -> str:
    """The order of products over time that the print settles."""
    return "descending" if s.order == "descending" else "ascending"


@dataclass
class Asked:
    """A claim and one orientation's reading of its system, in one convention and order of products."""

    statement: Statement
    model: Model
    convention: Convention
    order: str
    kind: type[Evaluator] = Evaluator
    step: Time | None = None
    last: Time | None = None
    is_penalised: bool = True  # whether what parameters alone add to the loss is counted

    def last_at(self, values: Mapping[str, Time]) -> Time | None:
        """The last step there is, at numbers for letters."""
        return self.last or (self.statement.last.put(values) if self.statement.last is not None else None)

    def gradients(self, a: Term, b: Term, values: Mapping[str, Time]) -> Gradients:
        """The gradients that two members hold, at numbers for letters."""
        s = self.statement
        mentions = replace(s.mentions(a, b, values), is_penalised=self.is_penalised)
        step, last = self.step or s.step(values, a, b), self.last_at(values)
        return Gradients(self.model, mentions, step=step, last=last, weights=self.weights(values))

    def weights(self, values: Mapping[str, Time] = NOTHING) -> dict[str, Expr]:
        """What the losses of the steps count in the whole one, at numbers for letters."""

        def read(t: Term) -> Expr:
            return Evaluator(self.model, self.convention, _no_gradient, OverTime(self.order), values)(t)

        return {f: read(t) if t is not None else ex.Number(1) for f, t in self.statement.weights.items()}

    def evaluator(
        self, kind: type[Evaluator], a: Term, b: Term, gradient: Gradient, over: OverTime, values: Mapping[str, Time]
    ) -> Evaluator:
        """What two members mean, at numbers for letters, where their gradients come from somewhere."""
        ev = kind(self.model, self.convention, gradient, over, values)
        ev.carried = self.statement.carried(a, b)
        return ev

    @property
    def special(self) -> dict[str, str]:
        """Which matrices without a time and an equation are declared to be symmetric, diagonal, orthogonal."""
        model, found = self.model, dict[str, str]()
        for f, said in self.statement.properties.items():
            if f in model.families and f not in model.defined_families and not any(model.families[f].times):
                s, kind = model.symbol(Ref(f)), kind_of(said)
                if kind is not None and s.rows == s.cols:
                    found[s.name] = kind
        return found


def _no_gradient(loss: Ref | None, x: Ref) -> Expr:
    """What stands where no gradient may.

    :raises UndecidedError: always.
    """
    raise UndecidedError("a weight of a loss holds a derivative")
