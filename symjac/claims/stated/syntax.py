"""A printed formula as terms, in the names of a system that has been read.

The applied tree is that of :mod:`symjac.reading.applied`; what is added here is everything that a claim
says and a system does not: gradients written ``d x``, derivatives by a vec, lists with dots.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from symjac import functions
from symjac.claims.stated import derivatives, printed, vecread
from symjac.claims.stated.naming import Names, formulas, numbered_entry, whole, without_argument_dots, without_braces
from symjac.errors import ReadError, propose
from symjac.expr.times import Time
from symjac.reading.applied import ellipsis
from symjac.reading.applied.builder import Builder
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import Term
from symjac.reading.context import Family, Note, left_out
from symjac.reading.names import Named
from symjac.reading.parser import parse
from symjac.reading.spelling import is_greek, plain, script_text
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Placed

EXP = functions.ACTIVATIONS["exp"].function


def read_terms(text: str, names: Names) -> tuple[tuple[Term, ...], tuple[Note, ...], dict[str, Family]]:
    """The members of a chain ``a = b = c``, what was assumed, and the families that are mentioned.

    :raises ReadError: where the text cannot be read.
    """
    text = without_argument_dots(without_braces(text))
    trees, words = parse(text)
    roots = formulas(trees)
    if len(roots) != 1:
        raise ReadError(f"one formula was expected, not {len(roots)}", text=text, span=(0, max(1, len(text))))
    root = roots[0]
    spoken = tuple(n for n in root.walk() if n.kind == "name")
    builder = ClaimBuilder(names.opened(text, roots), frozenset(map(plain, names.declared)), spoken)
    sides = root.kids if root.kind == "relation" else [root]
    signs = root.detail if root.kind == "relation" else ()
    if signs[-1:] == ("in",) and len(sides) > 2:  # a = b \in \mathbb{R}^n
        message = f"the range {builder.context.text(sides[-1])} of the claim is left out: shapes follow from the system"
        builder.context.note("range", message, sides[-1])
        sides, signs = sides[:-1], signs[:-1]
    if any(sign != "=" for sign in signs):
        raise ReadError("a claim is an equation", text=text, span=(root.start, root.end))
    members = tuple(builder.members(sides, text))
    for w in words:
        builder.context.notes.append(left_out(w, text))
    return vecread.marked(members), tuple(builder.context.notes), builder.context.families


class ClaimBuilder(Builder):
    """Neutral trees to terms, with all that claims say."""

    def __init__(self, el: Naming, varied: frozenset[str] = frozenset(), spoken: tuple[Node, ...] = ()) -> None:
        super().__init__(el)
        self.varied = varied  # such as ``\\delta A`` where that is declared, A being no symbol of the system
        self.spoken = spoken  # every name in the formula

    def members(self, sides: list[Node], text: str) -> Iterator[Term]:
        """The members of a chain; one in the middle that cannot be read is passed over with a note."""
        self.left = self.build(sides[0])
        first = ellipsis.filled(self.left, self.left, text)
        nothing = first.kind == "number" and not first.data and len(sides) > 1
        yield self.constant("zeros", None, sides[0]) if nothing else first
        for side in sides[1:-1]:
            try:
                member = ellipsis.filled(self.build(side), self.left, text)
            except ReadError as error:
                printed = " ".join(text[side.start : side.end].split())
                self.context.note("member", f"the member {printed} is passed over: {error.message}", side)
                continue
            yield member
        if len(sides) > 1:
            last = ellipsis.filled(self.build(sides[-1]), self.left, text)
            zero = last.args[0] if last.kind == "transpose" else last
            yield self.constant("zeros", None, sides[-1]) if zero.kind == "number" and not zero.data else last

    def own(self, kids: list[Node], i: int) -> tuple[Term, int] | None:
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        if vecread.is_vec(self, item):
            return vecread.vec(self, kids, i)
        if following is None:
            return None
        if self.is_change(item, following):
            return self.change(item, following), i + 2
        if following.is_call and self.names_jacobian(item):
            return self.build(item), i + 2  # J(x): the argument says where, which the system says too
        return None

    def own_constant(self, node: Node) -> Term | None:
        return vecread.constant(self, node, self.spoken) or self.unit_vector(node)

    def unit_vector(self, node: Node) -> Term | None:
        """``e_i`` where e is no symbol of the system, and i numbers entries."""
        if node.text != "e" or node.token is None or node.token.accents:
            return None
        named = self.el.named(node)
        indices = named.entries or ((named.label,) if named.label else ())
        other = self.context.find(named.family)
        alike = [*([other] if other is not None else []), *self.context.by_plain.get(plain(named.base), ())]
        if len(indices) != 1 or named.time is not None or any(f.declared for f in alike):
            return None
        (index,) = indices
        if not index.isdigit() and index not in self.context.letters.entry:
            return None
        return self.operated(self.unit(index, node), named.operations, node)

    def change(self, item: Node, following: Node) -> Term:
        """``d x``, ``d x^T``: the gradient of the loss."""
        inner, span = self.build(following), (item.start, following.end)
        turned = inner.kind == "transpose"
        varied = inner.args[0].ref if turned else inner.ref
        if varied is None:
            raise self.error("d is read before one symbol", following)
        gradient = Term("gradient", (), varied, span)
        return Term("transpose", (gradient,), None, span) if turned else gradient

    def names_jacobian(self, item: Node) -> bool:
        """Whether a name before a bracket is a J that neither the system nor a declaration knows as a value."""
        if item.kind != "name" or item.text != "J":
            return False
        known = self.context.find(self.el.named(item).family)
        return known is None or not known.declared

    def is_change(self, item: Node, following: Node) -> bool:
        """Whether ``d`` before a symbol is a gradient as notebooks write it."""
        if item.kind != "name" or item.text not in ("d", r"\delta") or item.scripts or following.kind != "name":
            return False
        if item.token is not None and item.token.style in ("bf", "bs"):
            return False
        known = self.context.find(item.text)
        if known is not None and known.declared:
            return False
        if item.text == "d" or plain(self.context.source[item.start : following.end]) in self.varied:
            return True
        varied = self.context.find(self.el.named(following).family)
        return varied is not None and varied.declared

    def family(self, named: Named) -> Family:
        known = self.context.find(named.family)
        if known is not None and known.declared:
            return super().family(named)
        found = whole(self.context, named.family) if named.entries else None
        if (numbered := numbered_entry(self.context, named)) is not None:
            found, named.entries = numbered
        return found or super().family(named)

    def differentiated(self, node: Node) -> Term:
        return derivatives.differentiated(self, node)

    def by_term(self, y: Term, x: Term, text: str, variable: Node, node: Placed) -> Term:
        return vecread.by_vec(self, y, x, text, node) or super().by_term(y, x, text, variable, node)

    def second(self, y: Term, variables: Sequence[Term], text: str, node: Placed) -> Term:
        plain = [x.args[0] if x.kind == "transpose" else x for x in variables]
        if any(x.kind not in ("symbol", "entry") for x in plain) or len({x.kind for x in plain}) > 1:
            raise self.error("a second derivative is by two symbols, or by entries of two", node)
        turned = tuple(x.kind == "transpose" for x in variables)
        return Term("second", (y, *plain), turned, (node.start, node.end))

    def on_diagonal(self, values: list[Term], at: Placed) -> list[Term]:
        if any(v.kind == "dots" for v in values):
            return [printed.like_entries(self, values, at)]
        return [printed.whole_vector(self, values[0], at)] if len(values) == 1 else values

    def dotted(self, node: Node, width: int) -> Term:
        return printed.dotted(self, node, width)

    def size_letter(self, letter: str | None, node: Node) -> str | None:
        """A size that the author does not use says nothing."""
        known = self.context.dims.keys() - self.context.invented
        if letter is None or all(d.isdigit() or d in known for d in letter.split("*")):
            return letter
        printed = self.context.text(node)
        self.context.note("size", f"{printed} is read with the size that fits, as nothing says what {letter} is", node)
        return None

    def exponent(self, base: Term, tokens: tuple[Token, ...], at: Placed) -> Term:
        """What stands above: a number, or a sum of letters that count."""
        self.refuse_label(tokens, at)
        time = Time.read(script_text(tokens))
        if time.is_number:
            return Term("number", (), Fraction(time.offset))
        if all(len(name) == 1 or is_greek(name) for name, _ in time.letters):
            return Term("count", (), time)
        letters = {t.text for t in tokens if t.kind == "name"} & self.context.letters.time
        if letters:
            raise self.error(
                f"the exponent {script_text(tokens)} is not read as a number of steps",
                at,
                'write it as a sum of letters and numbers, as in "t-k"',
            )
        return self.script(tokens)

    def refuse_label(self, tokens: tuple[Token, ...], at: Placed) -> None:
        """A letter above that counts no steps and stands for nothing: ``W^H``, and ``W^t`` where nothing has a t."""
        if len(tokens) != 1 or tokens[0].kind != "name":
            return
        x = tokens[0].text
        counts = x in self.context.letters.time - {"t"} or x in self.context.dims
        running = any(time and x in dict(time.letters) for f in self.context.families.values() for time in f.times)
        if not (counts or running or self.context.find(x) is not None or any(x == n for n, _, _ in self.around)):
            raise self.error(
                f"{x} above in {self.context.text(at)}: an exponent, an index or a label?",
                at,
                f"for an exponent {propose(x, 'scalar')}",
            )

    def euler(self, exponent: Term, node: Node) -> Term:
        return Term("apply", (exponent,), EXP, (node.start, node.end))

    def slope(self, y: Term, x: Term, text: str, at: tuple[int, int]) -> Term:
        return Term("derivative", (y, x), text, at)

    def bracketed(self, term: Term, node: Node) -> Term:
        return Term(term.kind, term.args, "bracketed", term.span) if term.kind == "product" else term
