"""The derivative of one left-hand side, gate by gate, from the rules to the closed form.

A :class:`Derivation` is data: what was derived, how, and in which short form it is printed. It comes
into being only after the closed form has met the elementwise derivative in the normal form, which
knows nothing of the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symjac import expr as ex
from symjac.abbreviate import Abbreviations, abbreviate
from symjac.differentiate import jacobian_theorem
from symjac.errors import Defect, NotYetError, TargetError, propose, unprinted
from symjac.expr import Expr, Partial, Symbol
from symjac.hypotheses import hypotheses
from symjac.kernel import Assumption, Scope, Theorem, infer, narrow, replay, require
from symjac.limits import Work
from symjac.normal import equal, jacobian_form, normal_form
from symjac.reading import Equation, Note
from symjac.recurrence import Recurrence
from symjac.tidy import close, collect
from symjac.values import counterexample

LAYOUTS = ("numerator", "denominator")
# Up to so many equations are opened all the way down when the closed form meets the entries.
WHOLE = 6
# Terms and factors of the derivatives of all equations: several pages, and seconds for each further check.
NODES = 1_000_000


def layouts_of(layout: str) -> tuple[str, ...]:
    """The layouts that are asked for: one, or both."""
    return LAYOUTS if layout == "both" else (layout,)


@dataclass(frozen=True)
class Stage:
    """The derivative of one defined symbol.

    ``raw`` is what the rules give with the derivatives of gates kept by name, ``collected`` the same
    with like terms together, ``closed`` the same with the gates' derivatives put in.
    """

    symbol: Symbol
    equation: Equation
    theorem: Theorem
    raw: Expr
    collected: Expr
    closed: Expr


@dataclass(frozen=True)
class Proof:
    """The record of a derivation: theorems whose every step is a rule, and the scope they are about.

    ``theorem`` is the numerator layout, ``transposed`` the denominator layout.

    >>> from symjac import System
    >>> System(r"x_t = W \\sigma(x_{t-1})").jacobian(wrt="x_{t-1}").proof.replay()
    """

    theorem: Theorem
    transposed: Theorem
    scope: Scope

    @property
    def of(self) -> Expr:
        """What is differentiated."""
        return narrow(self.theorem.lhs, Partial, "proof").y

    def replay(self) -> None:
        """Apply every rule again, and see that the record says what it is to say.

        :raises RuleError: where a step does not follow, is about another scope, or takes more for granted than is
            recorded; where the theorem is not about a symbol and the variable, still names the derivative of a gate
            instead of giving it, or has not the transposed theorem for its transpose.
        """
        scope = Scope(self.scope.wrt, self.scope.definitions)
        replay(scope, self.theorem, self.transposed)
        turned = infer("transposition", scope, narrow(self.of, Symbol, "proof"), self.theorem)
        require(self.transposed == turned, "proof", "the transposed theorem is not the transpose of the theorem")
        named = any(isinstance(p, Partial) and p.x == scope.wrt for p in self.theorem.rhs.walk())
        require(not named, "proof", "the derivative of a gate stands in the theorem by its name")

    @property
    def steps(self) -> tuple[Theorem, ...]:
        """Every theorem, premises before conclusions."""
        return self.transposed.steps()

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules used, each once, in order of first use."""
        return tuple(dict.fromkeys(step.rule for step in self.steps))

    @property
    def assumptions(self) -> frozenset[Assumption]:
        """What was taken for granted: functions differentiable, bases and norms not zero, matrices invertible."""
        return self.theorem.assumptions

    @property
    def premises(self) -> tuple[tuple[Symbol, Expr], ...]:
        """The equations that were opened."""
        opened = {s.operand for s in self.steps if s.rule in ("definition", "d_definition")}
        return tuple((s, e) for s, e in self.scope.definitions.items() if s in opened)


class Derivation:
    """The Jacobian of ``of`` with respect to ``wrt``, for every size.

    :raises TargetError: where ``of`` or ``wrt`` is not a symbol of the system.
    :raises NotYetError: where symjac has no rule.
    :raises Defect: where the rules and the entries disagree, which would be a defect of symjac.
    """

    def __init__(self, system: Recurrence, of: str | Symbol | None, wrt: str | Symbol) -> None:
        self.system = system
        self.of, self.wrt = system.asked(of, wrt)
        if self.of.cols != ex.ONE:
            raise NotYetError(
                f"{self.of.name} is a matrix; derivatives of scalars and vectors are derived here",
                hint=f"if it is a vector, {propose(self.of.name, 'vector n')}; where vectors are rows, ask for the row "
                rf"orientation; symjac check judges derivatives by \operatorname{{vec}}({self.wrt.name})",
            )
        if self.wrt.cols != ex.ONE and not self.of.is_scalar:
            raise NotYetError(
                f"{self.wrt.name} is a matrix; here only scalars are differentiated by a matrix",
                hint="from Python System.vec_jacobian gives the derivative of a vector by a matrix",
            )
        self.scope = Scope(self.wrt, system.definitions)
        # A target with respect to a defined symbol cuts that definition.
        self.definitions = dict(self.scope.definitions)
        self._names = {e: s for s, e in self.definitions.items() if e.args}
        self._origin: dict[Expr, Symbol] = {}
        self.notes = self._notes()
        self.stages = self._derive()
        compare_with_entries(self)

    def _notes(self) -> tuple[Note, ...]:
        """What a reader of the result should know beyond what the reading assumed."""
        if self.scope.depends(self.of):
            return ()
        self._refuse_parts()
        return (Note("zero", f"{self.of.name} does not depend on {self.wrt.name}: the derivative is zero"),)

    def _refuse_parts(self) -> None:
        """Nothing is zero by a column of symbols only because these stand where the column could."""
        column = self.system.definitions.get(self.wrt)
        if isinstance(column, ex.Stack | ex.Explicit) and all(isinstance(a, Symbol) for a in column.args):
            symbols = [narrow(a, Symbol, "column") for a in column.args]
            parts = [a for a in symbols if Scope(a, self.definitions).depends(self.of)]
            if parts:
                raise NotYetError(
                    f"{self.of.name} depends on the parts of {self.wrt.name}, which has no derivative of its own here",
                    hint=f"derive by {parts[0].name}, or write {self.of.name} in terms of {self.wrt.name}",
                )

    def _derive(self) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        closed: dict[Partial, Expr] = {}
        nodes = Work(NODES, f"the derivatives of the equations have more than {NODES:,} terms and factors in all")
        lengths: dict[Expr, int] = {}
        for s in self._needed():
            theorem = infer("definition", self.scope, s, jacobian_theorem(self.definitions[s], self.scope))
            collected = collect(theorem.rhs, self._names)
            final = close(collected, closed)
            nodes.spend(sum(ex.length(e, lengths) for e in (theorem.rhs, collected, final)))
            for e in final.walk():
                if isinstance(e, ex.Diag) and e not in self._origin:
                    # The gate it belongs to: the last one whose own letter it holds, else that of the stage.
                    gates = (g.symbol for g in reversed(stages) if g.symbol in e.symbols and _scales(e, g))
                    self._origin[e] = next(gates, s)
            equation = next(e for e in self.system.equations if e.lhs == s)
            stages.append(Stage(s, equation, theorem, theorem.rhs, collected, final))
            closed[Partial(s, self.wrt)] = final
        return tuple(stages)

    def _needed(self) -> tuple[Symbol, ...]:
        """The symbols whose derivatives are used, in order, the target last."""
        if self.wrt.cols != ex.ONE or not self.scope.depends(self.of):
            return (self.of,)
        used: set[Symbol] = {self.of}
        for s in reversed(self.system.order):
            if s in used and s in self.definitions:
                used |= {u for u in self.definitions[s].symbols if u in self.definitions and self.scope.depends(u)}
        # A definition that is a matrix is opened by its differential where it is used.
        return tuple(s for s in self.system.order if s in used and s.cols == ex.ONE)

    @property
    def closed(self) -> Expr:
        """The closed form in numerator layout, gates by name."""
        return self.stages[-1].closed

    @cached_property
    def closed_denominator(self) -> Expr:
        """The closed form in denominator layout, transposed factor by factor."""
        return ex.transpose(self.closed)

    def in_layout(self, layout: str) -> Expr:
        """The closed form in ``"numerator"`` or ``"denominator"`` layout.

        :raises TargetError: for another word.
        """
        if layout not in LAYOUTS:
            raise TargetError(f"a layout is 'numerator' or 'denominator', not {layout!r}")
        return self.closed if layout == "numerator" else self.closed_denominator

    @property
    def shape(self) -> ex.Shape:
        """The shape in numerator layout."""
        return self.closed.shape

    @cached_property
    def _short(self) -> tuple[Expr, Abbreviations]:
        short, named = abbreviate(self.closed, self.system.letters, self._origin)
        if not equal(open_abbreviations(short, named), self.closed, self.definitions):
            raise Defect(
                f"the abbreviated form of the derivative of {self.of.name} is not the derivative",
                roads=("abbreviations", "normal form"),
            )
        return short, named

    @property
    def short(self) -> Expr:
        """The closed form in numerator layout with abbreviations."""
        return self._short[0]

    @cached_property
    def short_denominator(self) -> Expr:
        """The closed form in denominator layout with abbreviations; the diagonals they name are symmetric."""
        names: dict[Expr, Expr] = {ex.Transpose(s): s for s, e in self.abbreviations if isinstance(e, ex.Diag)}
        turned = ex.transpose(self.short).replace(names)
        if not equal(open_abbreviations(turned, self.abbreviations), self.closed_denominator, self.definitions):
            raise Defect(
                f"the abbreviated transpose of the derivative of {self.of.name} is not its transpose",
                roads=("abbreviations", "normal form"),
            )
        return turned

    @property
    def abbreviations(self) -> Abbreviations:
        """What the abbreviations stand for, in order."""
        return self._short[1]

    @cached_property
    def proof(self) -> Proof:
        """The whole record: rules, rearrangements and substitutions down to the closed form."""
        facts: list[Theorem] = []
        for stage in self.stages:
            collected = infer("rearrangement", self.scope, stage.collected, stage.theorem)
            gates = {f.lhs: f for f in facts}
            used = [gates[p] for p in dict.fromkeys(_partials(stage.collected)) if p in gates]
            theorem = collected
            if used:
                put_in = infer("substitution", self.scope, stage.symbol, collected, *used)
                theorem = infer("rearrangement", self.scope, stage.closed, put_in)
            elif stage.closed != stage.collected:
                theorem = infer("rearrangement", self.scope, stage.closed, collected)
            facts.append(theorem)
        transposed = infer("transposition", self.scope, self.of, facts[-1])
        if facts[-1].rhs != self.closed or transposed.rhs != self.closed_denominator:
            raise Defect(
                f"the proof about {self.of.name} does not end in the formula it is to prove",
                roads=("rules", "the closed form"),
            )
        return Proof(facts[-1], transposed, self.scope)

    @cached_property
    def hypotheses(self) -> tuple[Assumption, ...]:
        """What the derivative holds under, as far as the equations do not show it to hold anyway."""
        needed = self.system.rests_on(self.of, self.definitions)
        bodies = [e for s, e in self.definitions.items() if s in needed]
        return hypotheses(self.proof.assumptions, bodies, self.scope)


def compare_with_entries(d: Derivation) -> str:
    """Hold the closed form against the elementwise derivative, which knows nothing of the rules.

    Few equations are opened all the way down. Many are taken one at a time, the derivatives of the
    earlier ones kept as letters, because what they open to grows with every product of sums.

    :raises Defect: where the two differ.
    """
    if len(d.stages) <= WHOLE:
        entries = jacobian_form(d.of, d.wrt, d.definitions)
        closed = normal_form(d.closed, d.definitions)
        if closed != entries or normal_form(ex.Transpose(d.closed_denominator), d.definitions) != closed:
            raise _disagreement(d, d.of, Partial(d.of, d.wrt), d.closed)
        return "every size, entry (i, j)"
    for stage in d.stages:
        _compare_stage(d, stage)
    return f"every size, entry (i, j), each of {len(d.stages)} equations by itself"


def _compare_stage(d: Derivation, stage: Stage) -> None:
    letters: dict[Expr, Expr] = {
        p: Symbol(f"\\partial_{{{k}}}", p.shape) for k, p in enumerate(dict.fromkeys(_partials(stage.raw)))
    }
    rhs = d.definitions[stage.symbol]
    parts: list[Expr] = [Partial(rhs, d.wrt)]
    parts += [ex.Product(Partial(rhs, p.args[0]), letter) for p, letter in letters.items()]
    if normal_form(stage.raw.replace(letters)) != normal_form(ex.Sum(*parts)):
        raise _disagreement(d, stage.symbol, stage.raw.replace(letters), ex.Sum(*parts))


def _disagreement(d: Derivation, s: Symbol, entries: Expr, closed: Expr) -> Exception:
    """What to raise where the normal form does not see two derivatives of ``s`` to be one.

    That they differ takes values for which they do; without these the normal form may only be too weak.
    """
    definitions = d.definitions if entries == Partial(d.of, d.wrt) else {}
    if counterexample(entries, closed, definitions) is None:
        return NotYetError(f"the derivative of {s.name} by {d.wrt.name} cannot be proved for every size yet")
    about = f"the derivative of {s.name} by {d.wrt.name}"
    return unprinted(f"the rules and the entries disagree about {about}", "rules", "entries")


def open_abbreviations(e: Expr, named: Abbreviations) -> Expr:
    """The expression with the values of its abbreviations, the last ones first: they may hold earlier ones."""
    for symbol, value in reversed(named):
        e = e.replace({symbol: value})
    return e


def _partials(e: Expr) -> list[Expr]:
    return [p for p in e.walk() if isinstance(p, Partial)]


def _scales(d: Expr, stage: Stage) -> bool:
    """Whether a diagonal carries the derivative of a gate: it holds what the gate's own derivative holds."""
    own = [e.args[0] for e in stage.collected.walk() if isinstance(e, ex.Diag)]
    factors = set(d.args[0].args) if isinstance(d.args[0], ex.Hadamard) else {d.args[0]}
    return any(set(v.args if isinstance(v, ex.Hadamard) else (v,)) <= factors for v in own)
