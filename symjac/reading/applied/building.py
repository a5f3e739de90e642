"""What every reader of a piece of formula goes by: the context, constants, and what superscripts do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from symjac.errors import propose
from symjac.expr import Function
from symjac.expr.times import Time
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import CONSTANTS, Place, Ref, Term
from symjac.reading.assumptions import How
from symjac.reading.context import Family
from symjac.reading.names import Named, Operation, operation_of
from symjac.reading.parser import Parser
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Placed

MAX_NESTING = 150


def span(at: Placed) -> tuple[int, int]:
    """Where something stands."""
    return at.start, at.end


class Building(ABC):
    """The half of the builder of terms that the readers of derivatives, of heads and of sums ask."""

    def __init__(self, el: Naming) -> None:
        self.el = el
        self.context = el.context
        self.places = 0
        self.depth = 0
        self.families: dict[tuple[str, Time | None], Family] = {}  # by the name and the time of their symbols
        self.left: Term | None = None  # the first member, once it is built
        self.around: list[tuple[str, Time, Time]] = []  # the sums and products that stand around: letter, bounds
        self.summed: list[str] = []  # the letters of the sums over entries that stand around

    def error(self, message: str, at: Placed, hint: str | None = None) -> Exception:
        return self.context.error(message, at, hint)

    @contextmanager
    def deeper(self, node: Node) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error(f"nested more than {MAX_NESTING} deep", node)
        try:
            yield
        finally:
            self.depth -= 1

    def runs_down(self, first: Time, last: Time) -> bool:
        """Whether an index that starts at ``first`` goes back in time.

        From what is differentiated to the variable, or from the index of a sum around it to where that starts.
        """
        starts, ends = ({n for n, _ in time.letters} for time in (first, last))
        for letter, low, high in self.around:
            above, below = ({n for n, _ in time.letters} for time in (high, low))
            if (letter in starts and ends & below) or (starts & above and letter in ends):
                return True
        whole = next((t for t in self.left.walk() if t.kind == "derivative"), None) if self.left is not None else None
        if whole is None:
            return False
        times = [[r.time for r in part.refs() if r.time is not None] for part in whole.args]
        later, earlier = ({n for time in part for n, _ in time.letters} for part in times)
        if not later and times[1]:  # a loss, which stands at no step, sees what comes after the variable
            later = starts - earlier
        return bool(starts & (later - earlier)) and bool(ends & (earlier - later) or not ends)

    def symbol(self, family: Family, time: Time | None, at: Placed) -> Term:
        """A symbol of a family."""
        self.families[family.name, time] = family
        return Term("symbol", (), Ref(family.name, time), span(at))

    def constant(self, kind: str, letter: str | None, node: Node, function: Function | None = None) -> Term:
        """A constant whose size is found by what it stands beside."""
        self.places += 1
        return Term(kind, (), Place(self.places, self.size_letter(letter, node), function), span(node))

    def unit(self, index: str, node: Node) -> Term:
        """The vector with 1 at an index and zeros beside it, of the size that fits."""
        self.places += 1
        self.context.note("unit vector", f"{self.context.text(node)} is read as a unit vector", node)
        return Term("unit", (), Place(self.places, None, index=index), (node.start, node.end))

    def script(self, tokens: tuple[Token, ...]) -> Term:
        return self.build(Parser(self.context.source, tokens).whole())

    def operated(self, term: Term, operations: list[Operation], at: Placed) -> Term:
        """A term with transposes, inverses and powers."""
        for o in operations:
            if o.kind == "prime":
                text = self.context.text(at)
                message = f"the prime on {text} is no derivative (no argument follows) and no transpose"
                hint = f"if it is a part of the name, {propose(text, 'vector n', 'scalar')}"
                raise self.error(message, at, hint)
            if o.kind in ("transpose", "inverse"):
                term = Term(o.kind, (term,), None, span(at))
            elif o.kind == "inverse transpose":
                term = Term("transpose", (Term("inverse", (term,), None, span(at)),), None, span(at))
            else:
                kind = "entry" if o.kind == "entry power" else None
                term = Term("power", (term, self.exponent(term, o.tokens, at)), kind, span(at))
        return term

    def is_column(self, t: Term) -> bool:
        """Whether this is one of the vectors with a number, a column of the matrix of them."""
        ref = t.args[0].ref if t.kind == "entry" else None
        family = self.context.find(ref.family) if ref is not None else None
        return family is not None and family.numbered and isinstance(t.data, tuple) and len(t.data) == 1

    def posted(self, term: Term, node: Node) -> Term:
        """The scripts of a bracket, a number, a fraction or an application."""
        for s in node.scripts:
            if s.kind != "'" and [t.kind for t in s.tokens] == ["+"]:
                self.context.note("positive part", f"{self.context.text(node)} is read as the positive part", node)
                term = Term("positive", (term,), None, span(node))
            elif s.kind == "_":
                texts = tuple(t.text for t in s.tokens if t.kind != ",")
                if not all(t.kind in ("name", "number", ",") for t in s.tokens):
                    raise self.error("a subscript on a bracket is read as the index of an entry only", node)
                times = {name for time in term.times for name, _ in time.letters}
                times |= self.context.letters.time if term.kind == "bare_function" else set()
                symbol = next((x for x in texts if x in self.el.roles.bare and not x.isdigit()), None)
                if symbol is not None and symbol not in self.context.letters.entry:
                    raise self.error(f"{symbol} below a bracket: a symbol here, and no index of entries", node)
                if at := next((x for x in texts if x in times), None):
                    raise self.error(f"{at} below a bracket is the time, and what stands in it has its own", node)
                of, texts = (term.args[0], texts + term.data) if self.is_column(term) else (term, texts)  # type: ignore[operator]  # a tuple
                term = Term("entry", (of,), texts, span(node))
            elif s.kind == "'":
                text = self.context.text(node).rstrip("'")
                hint = rf'for a transpose write "{text}^\top"'
                raise self.error("a prime on a bracket: a derivative or a transpose?", node, hint)
            else:
                term = self.operated(term, [operation_of(s.tokens)], node)
        return term

    @abstractmethod
    def build(self, node: Node) -> Term:
        """The term that a node is."""

    @abstractmethod
    def step(self, kids: list[Node], i: int) -> tuple[Term, int]:
        """The term that begins at item ``i`` of a juxtaposition, and where the next one begins."""

    @abstractmethod
    def items(self, kids: list[Node], at: Placed) -> Term:
        """The product of what stands side by side."""

    @abstractmethod
    def split(self, kids: list[Node]) -> list[Term]:
        """What stands side by side."""

    def by(self, y: Term, variable: Node, node: Placed, what: Node) -> Term:
        """The derivative of a term by what a node names."""
        x = self.build(variable)
        return self.by_term(y, x, self.context.source[what.start : what.end], variable, node)

    # ------------------------------------------------------------------- what some texts say and others do not

    def by_term(self, y: Term, x: Term, text: str, variable: Node, node: Placed) -> Term:
        """The derivative of a term with its text by another, which has to be a symbol or an entry of one."""
        inner = x.args[0] if x.kind == "transpose" else x
        if inner.whole.ref is None:
            text = self.context.text(variable)
            hint = propose(text, "matrix n m", "vector n", "scalar") if inner.kind in CONSTANTS else None
            raise self.error(f"a derivative is by one symbol, not by {text}", variable, hint)
        return Term("derivative", (y, inner), text, span(node))

    def size_letter(self, letter: str | None, node: Node) -> str | None:
        """The size that is printed below a constant."""
        return letter

    def exponent(self, base: Term, tokens: tuple[Token, ...], at: Placed) -> Term:
        """What stands above: letters that occur nowhere else are numbers there."""
        tree = Parser(self.context.source, tokens).whole()
        if not base.is_numeric:
            self.el.roles.scalars[How.EXPONENT] |= {self.el.named(n).family for n in tree.walk() if n.kind == "name"}
        return self.build(tree)

    def euler(self, exponent: Term, node: Node) -> Term:
        """Euler's number to a power."""
        return Term("euler", (exponent,), None, span(node))

    def slope(self, y: Term, x: Term, text: str, at: tuple[int, int]) -> Term:
        """What a nabla says."""
        return Term("slope", (y, x), text, at)

    def second(self, y: Term, variables: Sequence[Term], text: str, node: Placed) -> Term:
        """The derivative of a term by two symbols, one after the other."""
        raise self.error("second derivatives are not read here; symjac hessian gives them", node)

    def bracketed(self, term: Term, node: Node) -> Term:
        """What stands in a bracket: no longer part of a product around it."""
        if term.kind == "operation":
            return Term("product", (term,), "bracketed", span(node))
        return Term(term.kind, term.args, "bracketed" if term.kind == "product" else term.data, span(node))

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

    def on_diagonal(self, values: list[Term], at: Placed) -> list[Term]:
        """What diag is applied to."""
        return values

    def dotted(self, node: Node, width: int) -> Term:
        """A matrix with dots or gaps."""
        raise self.error(
            "a matrix with dots or gaps is not read", node, r'write "\operatorname{diag}(a)", or all the entries'
        )
