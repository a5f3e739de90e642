"""What every reader of a piece of formula goes by: the context, constants, and what superscripts do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction

from symjac.errors import ReadError
from symjac.expr import Function
from symjac.expr.times import Time
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import Place, Term
from symjac.reading.context import Family
from symjac.reading.names import Named, Operation, operation_of
from symjac.reading.parser import Parser
from symjac.reading.spelling import is_greek, script_text
from symjac.reading.tokens import Token
from symjac.reading.tree import Node


class Building(ABC):
    """The half of the builder of terms that the readers of derivatives, of vec and of sums ask."""

    def __init__(self, el: Naming) -> None:
        self.el = el
        self.context = el.context
        self.places = 0
        self.left: Term | None = None  # the first member, once it is built
        self.around: list[tuple[str, Time, Time]] = []  # the sums and products that stand around: letter, bounds

    def error(self, message: str, node: Node, hint: str | None = None) -> ReadError:
        return self.context.error(message, node, hint)

    def runs_down(self, first: Time, last: Time) -> bool:
        """Whether an index that starts at ``first`` goes back in time.

        From what is differentiated to the variable, or from the index of a sum around it to where that starts.
        """
        starts, ends = ({n for n, _ in time.letters} for time in (first, last))
        for letter, low, high in self.around:
            above, below = ({n for n, _ in time.letters} for time in (high, low))
            if (letter in starts and ends & below) or (starts & above and letter in ends):
                return True
        if self.left is None or self.left.kind != "derivative":
            return False
        later, earlier = (
            {n for r in part.refs() if r.time is not None for n, _ in r.time.letters} for part in self.left.args
        )
        return bool(starts & (later - earlier)) and bool(ends & (earlier - later) or not ends)

    def constant(self, kind: str, letter: str | None, node: Node, function: Function | None = None) -> Term:
        """A constant whose size is found by what it stands beside; a size that the author does not use says nothing."""
        self.places += 1
        known = self.context.dims.keys() - self.context.invented
        if letter is not None and not all(d.isdigit() or d in known for d in letter.split("*")):
            printed = self.context.text(node)
            self.context.note(
                "size", f"{printed} is read with the size that fits, as nothing says what {letter} is", node
            )
            letter = None
        return Term(kind, (), Place(self.places, letter, function), (node.start, node.end))

    def unit(self, index: str, node: Node) -> Term:
        """The vector with 1 at an index and zeros beside it, of the size that fits."""
        self.places += 1
        self.context.note("unit vector", f"{self.context.text(node)} is read as a unit vector", node)
        return Term("unit", (), Place(self.places, None, index=index), (node.start, node.end))

    def script(self, tokens: tuple[Token, ...]) -> Term:
        return self.build(Parser(self.context.source, tokens).whole())

    def exponent(self, tokens: tuple[Token, ...]) -> Term:
        """What stands above: a number, or a sum of letters that count."""
        time = Time.read(script_text(tokens))
        if time.is_number:
            return Term("number", (), Fraction(time.offset))
        if all(len(name) == 1 or is_greek(name) for name, _ in time.letters):
            return Term("count", (), time)
        letters = {t.text for t in tokens if t.kind == "name"} & self.context.letters.time
        if letters:
            raise ReadError(
                f"the exponent {script_text(tokens)} is not read as a number of steps",
                text=self.context.source,
                span=(tokens[0].start, tokens[-1].end),
                hint="write it as a sum of letters and numbers, as in t-k",
            )
        return self.script(tokens)

    def refuse_label(self, tokens: tuple[Token, ...], node: Node) -> None:
        """A letter above that counts no steps and stands for nothing: ``W^H``, and ``W^t`` where nothing has a t."""
        if len(tokens) != 1 or tokens[0].kind != "name":
            return
        x = tokens[0].text
        counts = x in self.context.letters.time - {"t"} or x in self.context.dims
        running = any(time and x in time for f in self.context.families.values() for time in f.times)
        if not (counts or running or self.context.find(x) is not None or any(x == n for n, _, _ in self.around)):
            raise self.error(
                f"{x} above in {self.context.text(node)}: an exponent, an index or a label?",
                node,
                f'for an exponent declare it, as in "{x}: scalar"; ^\\top is the transpose',
            )

    def operated(self, term: Term, operations: list[Operation], node: Node) -> Term:
        span = (node.start, node.end)
        for o in operations:
            if o.kind == "prime":
                raise self.error("this prime is no derivative (nothing follows in brackets) and no transpose", node)
            if o.kind == "transpose":
                term = Term("transpose", (term,), None, span)
            elif o.kind == "inverse":
                term = Term("inverse", (term,), None, span)
            elif o.kind == "inverse transpose":
                term = Term("transpose", (Term("inverse", (term,), None, span),), None, span)
            else:
                kind = "entry" if o.kind == "entry power" else None
                self.refuse_label(o.tokens, node)
                term = Term("power", (term, self.exponent(o.tokens)), kind, span)
        return term

    def posted(self, term: Term, node: Node) -> Term:
        """The scripts of a bracket, a fraction or a number."""
        for s in node.scripts:
            if s.kind == "_":
                texts = tuple(t.text for t in s.tokens if t.kind != ",")
                if not all(t.kind in ("name", "number", ",") for t in s.tokens):
                    raise self.error("a subscript on a bracket is read as the index of an entry only", node)
                term = Term("entry", (term,), texts, (node.start, node.end))
            elif s.kind == "'":
                raise self.error("a prime on a bracket: a derivative or a transpose?", node)
            else:
                term = self.operated(term, [operation_of(s.tokens)], node)
        return term

    @abstractmethod
    def build(self, node: Node) -> Term:
        """The term that a node is."""

    @abstractmethod
    def step(self, kids: list[Node], i: int) -> tuple[Term, int]:
        """The term that begins at item ``i`` of a juxtaposition, and where the next one begins."""

    def by(self, y: Term, variable: Node, node: Node, what: Node) -> Term:
        """The derivative of a term by what a node names."""
        x = self.build(variable)
        return self.by_term(y, x, self.context.source[what.start : what.end], variable, node)

    # ------------------------------------------------------------------- what some texts say and others do not

    def by_term(self, y: Term, x: Term, text: str, variable: Node, node: Node) -> Term:
        """The derivative of a term with its text by another, which has to be a symbol or an entry of one."""
        if x.kind not in ("symbol", "entry"):
            if x.kind != "transpose":
                raise self.error("a derivative is by one symbol", variable)
            x = x.args[0]
        return Term("derivative", (y, x), text, (node.start, node.end))

    def differentiated(self, node: Node) -> Term:
        """What stands above in a derivative."""
        return self.build(node)

    def family(self, named: Named) -> Family:
        """The family of a name, with its role."""
        return self.el.roles.settle(named)

    def own(self, kids: list[Node], i: int) -> tuple[Term, int] | None:
        """What begins at item ``i`` where only this kind of text says it so, and where the next term begins."""
        return None

    def own_constant(self, node: Node) -> Term | None:
        """What a name is where only this kind of text says it so."""
        return None

    def on_diagonal(self, values: list[Term], item: Node) -> list[Term]:
        """What diag is applied to."""
        return values

    def dotted(self, node: Node, width: int) -> Term:
        """A matrix with dots or gaps."""
        raise self.error("a matrix with dots or gaps is not read", node, "write diag(...), or all the entries")
