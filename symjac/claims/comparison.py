"""Two members of a claim in one convention: proof, counterexample, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import sympy

from symjac import expr as ex
from symjac.claims.asked import Asked
from symjac.claims.induction import proved_by_induction, relations
from symjac.claims.overtime import OverTime, gathered
from symjac.claims.properties import SUMS_TO_ONE, special
from symjac.claims.undecided import UndecidedError
from symjac.claims.verdict import Outcome, undecided
from symjac.claims.witness import LENGTHS, ROADS, Circumstances, Course, confirm, refute
from symjac.composite import images, is_composite
from symjac.errors import ShapeError, SymjacError
from symjac.explicit import write_out
from symjac.expr import Dim, Explicit, Expr, Symbol
from symjac.expr.times import Time
from symjac.functions.calculus import in_exponentials, is_exponential
from symjac.limits import in_time
from symjac.normal import NormalFormTooLarge, equal
from symjac.reading.applied.terms import Term
from symjac.reading.wording import ONE_HOT
from symjac.values.screen import Screen

LONG = 40  # sides of so many terms and factors are evaluated before a proof is tried
EFFORT = 60
EFFORT_COMPOSITE = 300  # a commutation matrix shows only where two sizes above 1 differ
NEITHER = "neither a proof nor a counterexample was found"
OPEN = "open"  # why an outcome is none yet: not proved, and nothing forbids to look for a counterexample


@dataclass
class Comparison(Asked):
    """Two members in one convention."""

    relations: dict[ex.Symbol, Expr] = field(default_factory=dict)
    implied: bool = False
    unknown: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)  # by which nothing is refuted

    def outcome(self, a: Term, b: Term) -> Outcome:
        """What holds of two members: proved and confirmed by runs, refuted by a run or by shapes, or not known.

        :raises Defect: where a proof and a run disagree.
        """
        found = self.judged(a, b)
        if found.because == "shape" and (name := self.statement.unread_declaration(a, b)) is not None:
            return undecided(f"the declaration of {name} is not understood, and its shape is a guess")
        if not found.holds or found.because != "proof":
            return found
        if trouble := self.unconfirmed(a, b):
            return undecided(f"it is proved, but no run confirms it: {trouble}")
        return replace(found, witnesses=ROADS)

    def unconfirmed(self, a: Term, b: Term) -> str:
        """Why no run confirms what was proved; empty where runs do."""
        return confirm(self, a, b, Circumstances(special=self.special))

    def equal_as_declared(self, left: Expr, right: Expr, table: Mapping[ex.Symbol, Expr]) -> bool:
        """Whether two sides are equal, what is declared of matrices built into both and into the equations."""
        related = (left, right, *table.values())
        for name, kind in self.special.items():
            change = special([name], kind)
            left, right = left.rebuilt(change), right.rebuilt(change)
            table = {s: e.rebuilt(change) for s, e in table.items()}
        return (left, right) != related[:2] and equal(left, right, table)

    def judged(self, a: Term, b: Term) -> Outcome:
        """The same before runs are asked whether what was proved holds."""
        self.statement.refuse_unsaid_total(a, b)
        apart = self.statement.beside_penalty(a, b)
        summands = self.statement.per_step(a, b) if apart is None else None
        if apart is not None:
            found = self.penalised(a, *apart)
        else:
            found = self.at_any_length(a, b) if summands is None else self.summed(*summands)
        together = self.statement.whole_gradients(a, b)
        if len(together) > 1 and found.because == "counterexample":
            names = " and ".join(together)
            return undecided(f"{names} act at every step, and how their gradients are related is not known")
        return found

    def summed(self, a: Term, b: Term, letter: str) -> Outcome:
        """Two sums over all steps: equal if their summands are; different if one step alone shows it."""
        self.step = Time(((letter, 1),))
        found = self.at_any_length(a, b)
        if found.because != "counterexample":
            return found
        for k in (1, -1):
            other = Time(((letter, 1),), k)
            apart = b.retimed(partial(Time.put, values={letter: other}))
            if self.at_any_length(a, apart).holds:
                return undecided("the summands are equal one step apart, so that the ends matter")
        alone = self.over_one_step(a, b, letter)
        return alone if alone.holds is False else undecided("the summands differ, which does not say that the sums do")

    def over_one_step(self, a: Term, b: Term, letter: str) -> Outcome:
        """What holds where there is one step alone."""
        self.step = self.last = Time((), 1)
        found = self.compared(a, b, {letter: Time((), 1)})
        differs = found.because == "counterexample"
        return replace(found, reason="already where there is one step only") if differs else found

    def penalised(self, a: Term, over: Term, rest: tuple[Term, ...]) -> Outcome:
        """A sum over all steps beside what a parameter adds to the loss by itself: the one and the other."""
        s, letter = self.statement, over.over.letter
        self.is_penalised = False
        found = self.summed(*(s.per_step(a, over) or (a, over.args[0], letter)))
        self.is_penalised = True
        if found.holds and rest:
            self.step = self.last = None
            beside = self.compared(s.of_penalty(a), Term("add", rest) if len(rest) > 1 else rest[0], {})
            if beside.holds:
                return found
        alone = self.over_one_step(a, Term("add", (over.args[0], *rest)), letter)
        return undecided("the sums may differ though they are the same over one step") if alone.holds else alone

    def at_any_length(self, a: Term, b: Term) -> Outcome:
        if not self.statement.lengths_matter(a, b):
            return self.compared(a, b, {})
        a, b = gathered(self.model, a), gathered(self.model, b)
        try:
            found = self.compared(a, b, {})
        except (UndecidedError, NormalFormTooLarge) as error:
            found = undecided(error.message)
        if found.because == "shape":
            return found
        if any(t.over.kind == "sum" for t in self.statement.over(a, b)):
            for name in self.statement.whole_gradients(a, b):
                return undecided(f"how the uses of {name} at every step add up is not known in this form")
        if found.holds:
            return self.also_at_no_step(a, b, found)
        # Symbols that stand for whole products cannot refute anything.
        found = self.refuted_at_lengths(a, b, undecided(found.reason or NEITHER))
        if found.holds is None and proved_by_induction(self, a, b):
            return self.also_at_no_step(a, b, Outcome(True, "proof", "by induction over the steps"))
        return found

    def also_at_no_step(self, a: Term, b: Term, found: Outcome) -> Outcome:
        """What is proved for some steps, held against none, which the conditions of the claim may allow.

        ``t \\ge k`` is said of t = k too, and there what acts at once adds to what went through the states; a claim
        without conditions is about some steps, and where none would be another matter it is told.
        """
        s = self.statement
        for values in s.lengths((0,), a, b):
            if s.conditions and s.unmet(values, None) is not None:
                continue
            where = _written(values)
            try:
                at_once = self.compared(a, b, values)
            except (UndecidedError, NormalFormTooLarge) as error:
                if not s.conditions:
                    continue
                return undecided(f"it is proved for later steps, not for {where}: {error}")
            if not s.conditions:
                if at_once.because == "counterexample":
                    apart = f"and any number of steps but none: for {where} the two sides differ"
                    return replace(found, reason=f"{found.reason or 'for every size'} {apart}")
                continue
            if at_once.holds is False:
                return replace(at_once, reason=f"it holds for later steps, and not for {where}", at_once=True)
            if at_once.holds is None:
                return undecided(f"it is proved for later steps, not for {where}")
        return found

    # --------------------------------------------------------------------------- a length in letters

    def refuted_at_lengths(self, a: Term, b: Term, found: Outcome) -> Outcome:
        """A difference at the smallest numbers of steps; equality there proves nothing."""
        for values in self.statement.lengths(LENGTHS, a, b):
            in_time()
            if values.keys() & self.model.last_steps():
                continue  # the equations would have to be written out too
            try:
                outcome = self.compared(a, b, values)
            except (UndecidedError, NormalFormTooLarge):
                continue
            if outcome.holds is False:
                return replace(outcome, reason=f"{outcome.reason} (written out for {_written(values)})".strip())
        return found

    # ----------------------------------------------------------------------------------- two sides

    def compared(self, a: Term, b: Term, values: Mapping[str, Time]) -> Outcome:
        in_time()
        strangers = self.statement.strangers(a, b)
        try:
            left, right = self.sides(a, b, values)
        except ShapeError as error:
            return self.misfit(a, b, error.message)
        if left.shape != right.shape:
            if (fitting := fits_if(left, right)) is not None:
                return undecided(f"the two sides fit only if {fitting}, which no declaration says")
            shapes = f"{ex.show_shape(left.shape)} and {ex.show_shape(right.shape)}"
            return self.misfit(a, b, f"the two sides have shapes {shapes}")
        if self.unknown:
            return undecided(self.unknown[0])
        found = self.decided(left, right)
        if found.because == OPEN:
            course = Course(a, b, values)
            found = self.refuted(course, left, right) or replace(found, because="undecided")
            if found.holds is False and (c := self.statement.unmet(values, found.counterexample)) is not None:
                found = undecided(f"what would refute the claim does not meet {c.text}")
        if found.holds is False and self.doubts:
            return undecided(self.doubts[0])
        if found.holds is False and strangers:
            return undecided(f"nothing says what {strangers[0]} is")
        return found

    def misfit(self, a: Term, b: Term, message: str) -> Outcome:
        """Two members that do not fit, which refutes nothing where a shape in them was guessed."""
        guessed = [name for name in self.statement.strangers(a, b) if self.statement.is_guessed(name)]
        if guessed:
            return undecided(f"nothing says what {guessed[0]} is")
        if any(r.family == "I" and self.model.role(r) != "matrix" for r in self.statement.refs(a, b)):
            return undecided(
                "I is a symbol of the system here, and the identity may be meant, which is then \\mathbf{I}"
            )
        if (outsider := self.statement.unsized(a, b)) is not None:
            return undecided(f"nothing says which sizes of the system those of {outsider} are")
        return Outcome(False, "shape", message)

    def sides(self, a: Term, b: Term, values: Mapping[str, Time]) -> tuple[Expr, Expr]:
        """Both sides, the sizes of constants as they tell them together."""
        gradients = self.gradients(a, b, values)
        ev = self.evaluator(self.kind, a, b, gradients, OverTime(self.order), values)
        left, right = ev.members(a, b)
        held = self.model.held([r.family for r in self.statement.refs(a, b)])
        others = {n.index for side in (left, right) for n in side.walk() if isinstance(n, ex.IndexSum)}
        others |= (ex.unbound_indices(left) | ex.unbound_indices(right)) - held
        twice = sorted({k.name for k in held} & {k.name for k in others})
        self.unknown = [*ev.unknown, *(f"the index {k} picks an entry in the system too" for k in twice)]
        self.doubts = [*self.statement.doubts, *ev.doubts]
        self.relations = gradients.relations()
        self.implied = bool(gradients.implied) and self.statement.mentions_strangers(self.model, b)
        return left, right

    def decided(self, left: Expr, right: Expr) -> Outcome:
        """Proof, or none, or (:data:`OPEN`) that a counterexample may be looked for."""
        left, right = self.model.signs(left), self.model.signs(right)
        pair = images(left, right) if is_composite(left, right) else (left, right)
        too_large = ""
        self.relations |= relations(self.model, {s for e in self.related(left, right) for s in e.symbols})
        related = self.related(left, right)
        screen = Screen(self.special)
        for table in self.tables(related):
            in_time()
            if ex.length(left) + ex.length(right) > LONG and screen.far_apart(left, right, table):
                continue
            try:
                if pair is not None and equal(*pair, table):
                    return Outcome(True, "proof")
                nodes = (n for e in (*related, *table.values()) for n in e.walk() if isinstance(n, ex.Apply))
                kin = {n.function.known for n in nodes if n.function.known and is_exponential(n.function.known)}
                if pair is not None and len(kin) > 1 and not screen.far_apart(left, right, table):
                    written = {s: in_exponentials(e) for s, e in table.items()}
                    if equal(in_exponentials(pair[0]), in_exponentials(pair[1]), written):
                        return Outcome(True, "proof", "with the functions written out by exponentials")
            except NormalFormTooLarge as error:
                too_large = error.message  # values may tell the sides apart all the same
            if equal_entries(left, right, table):
                return Outcome(True, "proof", "entry by entry")
            if self.statement.properties and self.equal_as_declared(left, right, table):
                return Outcome(True, "proof", "by what is declared of the matrices")
        summing = self._summing_to_one(related)
        if summing and self._with_sum_one(left, right, summing):
            return Outcome(True, "proof")
        if self.statement.opaque:
            return undecided("a gate is known by name only, so that nothing can be refuted by values")
        if self.implied:
            return undecided("the loss by which the outputs are compared is not given")
        return Outcome(None, OPEN, too_large or NEITHER)

    def related(self, *sides: Expr) -> list[Expr]:
        """What is compared, with what gradients and long ways in it are in terms of others."""
        return [*sides, *self.relations.values()]

    def tables(self, related: Sequence[Expr]) -> Iterator[dict[ex.Symbol, Expr]]:
        """The definitions under which the sides are compared, fewest first.

        As printed, symbols at the earliest time are independent; what holds only because of the equations at that time
        holds too, but a counterexample need not know them.
        """
        for depth in (0, 1):
            try:
                values = self.model.values(related, depth)
            except UndecidedError:
                continue  # the equations of the earlier step cannot be written down
            yield {**values, **self.relations}

    def refuted(self, course: Course, left: Expr, right: Expr) -> Outcome | None:
        """A counterexample where the system is run forwards, or none."""
        related = self.related(left, right)
        composite = is_composite(left, right)
        for effort in (EFFORT // 4, EFFORT_COMPOSITE if composite else EFFORT):
            in_time()
            found = refute(self, course, effort, (left, right))
            if found is None:
                continue
            summing = self._summing_to_one(related)
            for name, targets in sorted(self._targets(self._free(related) - summing).items()):
                if self._with_sum_one(left, right, targets | summing):
                    what = f"the entries of each row of {name}" if _in_rows(targets) else f"the entries of {name}"
                    return undecided(f"it holds if {what} sum to one, which nothing says")
            return Outcome(False, "counterexample", "", found, ROADS[1:])
        return None

    # ------------------------------------------------------------------------ vectors that sum to one

    def _summing_to_one(self, related: Sequence[Expr]) -> frozenset[ex.Symbol]:
        """The vectors, and the matrices in each row, that are declared to be one-hot or to sum to one."""
        families = self.statement.declared_as((*ONE_HOT, *SUMS_TO_ONE))
        free = self._free(related) if families else set()
        named = ((s, self.model.ref(s)) for s in free if not s.is_scalar)
        return frozenset(s for s, r in named if r is not None and r.family in families)

    def _free(self, related: Sequence[Expr]) -> set[ex.Symbol]:
        """The symbols that both sides depend on and no equation defines."""
        table = next(self.tables(related), dict(self.relations))
        return {s for e in (*related, *table.values()) for s in e.symbols} - table.keys()

    def _targets(self, among: set[ex.Symbol]) -> dict[str, frozenset[ex.Symbol]]:
        """What an equation of a scalar sets against a logarithm, at all steps, by how the equation names it.

        They are what a cross-entropy compares with: vectors, and matrices with one in each row.
        """
        logarithms = (
            p for p in self.model.printed for e in p.rhs.walk() if isinstance(e, ex.Apply) and e.function.known == "log"
        )
        scalars = [p for p in logarithms if self.model.symbol(p.lhs).is_scalar]
        named = {
            r.family: s.name for p in scalars for s, r in p.uses if not s.is_scalar and self.model.definition(r) is None
        }
        families = {s: r.family for s in among if (r := self.model.ref(s)) is not None and r.family in named}
        return {named[f]: frozenset(s for s in families if families[s] == f) for f in families.values()}

    def _with_sum_one(self, left: Expr, right: Expr, vectors: frozenset[ex.Symbol]) -> bool:
        """Whether both sides are equal where the entries of these vectors sum to one."""
        values = self.model.values(self.related(left, right), 0)
        try:
            return equal(left, right, {**values, **self.relations, **{s: _normalised(s) for s in vectors}})
        except NormalFormTooLarge:
            return False


def _normalised(s: ex.Symbol) -> Expr:
    """Any vector whose entries sum to one, or matrix in whose rows they do: another one divided by its sums."""
    q = ex.Symbol(rf"\text{{weights of {s.name}}}", s.shape)
    if _in_rows([s]):
        ones = ex.Ones(s.cols, ex.ONE)
        return ex.Hadamard(q, ex.EntryPower(ex.Product(q, ones, ex.Transpose(ones)), ex.Number(-1)))
    total = ex.Product(ex.Transpose(ex.Ones(*s.shape)), q)
    return ex.mul(ex.EntryPower(total, ex.Number(-1)), q)


def _in_rows(symbols: Iterable[ex.Symbol]) -> bool:
    """Whether some of what sums to one are matrices, which do so in each row."""
    return any(s.cols != ex.ONE for s in symbols)


def _written(values: Mapping[str, Time]) -> str:
    """Numbers of steps as they are told: ``k = 0, t = 1``."""
    return ", ".join(f"{letter} = {value.text}" for letter, value in values.items())


# ---------------------------------------------------------------------- matrices written out in a claim

ENTRIES = 36  # the largest matrix that is written out


def equal_entries(left: Expr, right: Expr, definitions: Mapping[Symbol, Expr]) -> bool:
    """Whether one side has a matrix written out, and all entries are the same expression of the entries of symbols.

    >>> from symjac.expr import Diag, Number, ONE, dim
    >>> from symjac.expr import Entry
    >>> z = Symbol("z", (dim(2), ONE))
    >>> printed = Explicit([[Entry(z, 1), Number(0)], [Number(0), Entry(z, 2)]])
    >>> equal_entries(Diag(z), printed, {})
    True
    """
    if left.shape != right.shape or not any(isinstance(node, Explicit) for e in (left, right) for node in e.walk()):
        return False
    if not all(d.is_number for d in left.shape) or left.rows * left.cols > ENTRIES:
        return False
    try:
        differences = write_out(left, {}, definitions) - write_out(right, {}, definitions)
    except SymjacError:  # a size is a letter, or there is no form to write out: nothing is proved
        return False
    return all(sympy.expand(d) == 0 for d in differences)


def fits_if(left: Expr, right: Expr) -> str | None:
    """What the letters of sizes would have to be, so that a matrix written out has the shape of the other side.

    >>> from symjac.expr import Number, dim
    >>> fits_if(Symbol("W", (dim("m"), dim(2))), Explicit([[Number(1), Number(0)], [Number(0), Number(1)]]))
    'm = 2'
    """
    if not any(isinstance(node, Explicit) for e in (left, right) for node in e.walk()):
        return None
    wanted: dict[Dim, Dim] = {}
    for a, b in zip(left.shape, right.shape, strict=True):
        letter, number = (a, b) if b.is_number else (b, a)
        if letter == number:
            continue
        if not letter.is_Symbol or not number.is_number or wanted.setdefault(letter, number) != number or number == 1:
            return None
    return " and ".join(f"{letter} = {number}" for letter, number in wanted.items()) or None
