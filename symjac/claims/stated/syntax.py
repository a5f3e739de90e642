"""A printed formula as terms, in the names of a system that has been read.

The applied tree is that of :mod:`symjac.reading.applied`; what is added here is everything that a claim
says and a system does not: gradients written ``d x``, derivatives by a vec, lists with dots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from symjac import functions
from symjac.claims.stated.naming import Names, formulas, numbered_entry, whole, without_argument_dots, without_braces
from symjac.errors import ReadError, SymjacError, propose
from symjac.expr.times import Time
from symjac.reading.applied import ellipsis
from symjac.reading.applied.builder import Builder
from symjac.reading.applied.heads import call_key
from symjac.reading.applied.naming import Naming
from symjac.reading.applied.terms import Ref, Term
from symjac.reading.assumptions import How
from symjac.reading.context import Family, Note, left_out
from symjac.reading.names import Named, operation_of
from symjac.reading.parser import parse
from symjac.reading.spelling import is_greek, plain, script_text
from symjac.reading.tokens import Token
from symjac.reading.tree import Node, Placed, bracket
from symjac.reading.usual import SIZE_LETTERS

EXP = functions.ACTIVATIONS["exp"].function
VEC_KINDS = frozenset(["vec", "by_vec", "commutation"])


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
    if any(t.kind in VEC_KINDS for m in members for t in m.walk()):
        # Beside a transposed vector it is the Kronecker product too.
        members = tuple(m.rebuilt(with_sign("otimes", "otimes_vec")) for m in members)
    for w in words:
        builder.context.notes.append(left_out(w, text))
    return members, tuple(builder.context.notes), builder.context.families


def readable_terms(text: str, names: Names) -> tuple[Term, ...]:
    """The members of a text, none where it cannot be read."""
    try:
        return read_terms(text, names)[0]
    except SymjacError:
        return ()


def with_sign(sign: str, other: str) -> Callable[[Term], Term]:
    """One sign of a product read as another."""

    def change(t: Term) -> Term:
        return Term(t.kind, t.args, other, t.span) if t.kind == "operation" and t.data == sign else t

    return change


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
        yield self.or_zeros(first, sides[0]) if len(sides) > 1 else first
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
            yield self.or_zeros(last, sides[-1])

    def or_zeros(self, t: Term, side: Node) -> Term:
        """A side; 0 is zeros of whatever shape the other one has."""
        zero = t.args[0] if t.kind == "transpose" else t
        return self.constant("zeros", None, side) if zero.kind == "number" and not zero.data else t

    def own(self, kids: list[Node], i: int) -> tuple[Term, int] | None:
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        if self.is_vec(item):
            return self.vec(kids, i)
        if following is None:
            return None
        if self.is_change(item, following):
            return self.change(item, following), i + 2
        if following.is_call and self.names_jacobian(item):
            return self.build(item), i + 2  # J(x): the argument says where, which the system says too
        return None

    def is_vec(self, item: Node) -> bool:
        """Whether an item is the operator vec, and no function that something declares."""
        upright = item.kind == "name" and item.text == "vec" and item.token.style == "rm"
        if not upright or any(s.kind != "^" for s in item.scripts):
            return False
        return not self.is_declared(self.el.named(item).family)

    def is_declared(self, family: str) -> bool:
        """Whether the system or a declaration knows a name as a value."""
        known = self.context.find(family)
        return known is not None and known.declared

    def vec(self, kids: list[Node], i: int) -> tuple[Term, int]:
        r"""``\operatorname{vec}(A)`` or ``\operatorname{vec} A``, and where the next term begins."""
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        if following is None:
            raise self.error("vec is applied to nothing", item)
        span = (item.start, following.end)
        if not following.is_call:
            inner, stop = self.step(kids, i + 1)
            return self.raised(Term("vec", (inner,), None, (item.start, kids[stop - 1].end)), item), stop
        group = bracket(following)
        if len(group.kids) != 1:
            raise self.error("vec takes one matrix", following)
        term = self.raised(Term("vec", (self.build(group.kids[0]),), None, span), item)
        scripts = [*group.scripts, *(following.scripts if group is not following else [])]
        return self.posted(term, Node("group", "(", [], *span, scripts)), i + 2

    def raised(self, term: Term, item: Node) -> Term:
        return self.operated(term, [operation_of(s.tokens) for s in item.scripts], item)

    def sized_constant(self, item: Node) -> Term | None:
        r"""The identity ``I_{mn}``, and the commutation matrix ``K_{mn}``: ``K_{mn} vec(A) = vec(A^T)`` for m by n.

        Where m and n are sizes, and nothing else is called so.
        """
        printed = [t.text for t in item.sub]
        if item.kind != "name" or item.text not in ("I", "K") or not printed:
            return None
        sizes, known = tuple(t for t in printed if t != ","), self.context.dims
        if item.text == "I":
            fits = len(printed) > 1 and all(size in known for size in printed)
        else:
            fits = len(sizes) == 2 and all(t in known or t.isdigit() for t in sizes)
            fits = fits and any(map(self.is_vec, self.spoken))
        if not fits or self.is_declared(item.text) or self.is_declared(self.el.named(item).family):
            return None
        commutation = Term("commutation", (), sizes, (item.start, item.end))
        term = commutation if item.text == "K" else self.constant("identity", "*".join(sizes), item)
        return self.operated(term, [operation_of(s.tokens) for s in item.scripts if s.kind == "^"], item)

    def own_constant(self, node: Node) -> Term | None:
        return self.sized_constant(node) or self.unit_vector(node)

    def unit_vector(self, node: Node) -> Term | None:
        """``e_i`` where e is no symbol of the system, and i numbers entries; ``1_i`` in bold too."""
        if node.text not in ("e", "1") or node.token.accents or node.kind == "number":
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
        if node.text == "1" and index in self.context.dims.keys() - self.context.invented:
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
        return item.kind == "name" and item.text == "J" and not self.is_declared(self.el.named(item).family)

    def is_change(self, item: Node, following: Node) -> bool:
        """Whether ``d`` before a symbol is a gradient as notebooks write it."""
        if item.kind != "name" or item.text not in ("d", r"\delta") or item.scripts or following.kind != "name":
            return False
        if item.token.is_bold or self.is_declared(item.text):
            return False
        if item.text == "d" or plain(self.context.source[item.start : following.end]) in self.varied:
            return True
        return self.is_declared(self.el.named(following).family)

    def family(self, named: Named) -> Family:
        if self.is_declared(named.family):
            return super().family(named)
        found = whole(self.context, named.family) if named.entries else None
        if (numbered := numbered_entry(self.context, named)) is not None:
            found, named.entries = numbered
        return found or super().family(named)

    def differentiated(self, node: Node) -> Term:
        """What is differentiated; a letter that nothing else knows is a loss there, and so a scalar."""
        node = self.without_arguments(node)
        inner = node.inner
        if inner.kind == "name":
            named = self.el.named(inner)
            family = self.context.find(named.family) or self.context.called(named.family)
            unknown = family is None or (not family.declared and family.role != "function")
            unknown = unknown and named.family not in self.context.heads  # which is defined, and put in
            if unknown and not named.entries and whole(self.context, named.family) is None:
                (family or self.context.family(named)).take("scalar", How.DIFFERENTIATED)
        return self.build(node)

    def without_arguments(self, node: Node) -> Node:
        """The J of ``\\partial J(\\theta)``: what it depends on stands in brackets, and is no factor."""
        inner = node.inner
        if inner.kind != "juxt" or len(inner.kids) != 2 or inner.kids[0].kind != "name" or not inner.kids[1].is_call:
            return node
        head, group = inner.kids[0], bracket(inner.kids[1])
        if self.is_vec(head) or self.el.roles.is_time_call(head, group):
            return node
        name = self.el.named(head).family
        family, known = self.context.find(name), call_key(self.el, head, inner.kids[1]) in self.context.calls
        if self.context.called(name) is not None and not known:
            raise self.error(f"{name} is defined at another argument; write its definition out for this one", inner)
        functions = family is not None and family.role not in ("scalar", "vector", "matrix")
        if functions or known or name in self.context.heads or not all(k.inner.kind == "name" for k in group.kids):
            return node
        text = self.context.text
        self.context.note("argument", f"{text(inner)} is {text(head)} with what it depends on", inner)
        return head

    def by_term(self, y: Term, x: Term, text: str, variable: Node, node: Placed) -> Term:
        r"""``\partial y / \partial \operatorname{vec}(X)^\top`` too; a transpose on either changes no derivative."""
        y, x = (t.args[0] if t.kind == "transpose" and t.args[0].kind == "vec" else t for t in (y, x))
        if "vec" not in (y.kind, x.kind):
            return super().by_term(y, x, text, variable, node)
        if y.kind == "vec":
            y = y.args[0]
            text = self.context.source[y.span[0] : y.span[1]]
        if x.kind == "vec":
            x = x.args[0]
        if x.kind != "symbol":
            raise self.error("a derivative is by the vec of one symbol", node)
        span = (node.start, node.end)
        return Term("by_vec", (Term("derivative", (y, x), text, span),), None, span)

    def second(self, y: Term, variables: Sequence[Term], text: str, node: Placed) -> Term:
        plain = [x.args[0] if x.kind == "transpose" else x for x in variables]
        if any(x.kind not in ("symbol", "entry") for x in plain) or len({x.kind for x in plain}) > 1:
            raise self.error("a second derivative is by two symbols, or by entries of two", node)
        turned = tuple(x.kind == "transpose" for x in variables)
        return Term("second", (y, *plain), turned, (node.start, node.end))

    def on_diagonal(self, values: list[Term], at: Placed) -> list[Term]:
        if any(v.kind == "dots" for v in values):
            whole = {v.rebuilt(self.without_index) for v in (values[0], values[-1])}  # of f(z_1), ..., f(z_n)
            if len(whole) != 1:
                raise self.error("a list with dots is read only where its first and last entry are alike", at)
            return [whole.pop()]
        return [self.whole_vector(values[0], at)] if len(values) == 1 else values

    def dotted(self, node: Node, width: int) -> Term:
        """A diagonal matrix whose first and last entries say what the others are."""
        cells = [node.kids[k : k + width] for k in range(0, len(node.kids), width)]
        others = [c for i, row in enumerate(cells) for j, c in enumerate(row) if i != j]
        if len(cells) == width and all(c.inner.kind in ("blank", "dots") or c.inner.text == "0" for c in others):
            whole = {self.build(c).rebuilt(self.without_index) for c in (cells[0][0], cells[-1][-1])}
            if len(whole) == 1:
                return Term("word", (whole.pop(),), "diag", (node.start, node.end))
        raise self.error("a matrix with dots is read only where it is diagonal with like entries", node)

    def whole_vector(self, v: Term, node: Placed) -> Term:
        """The vector of ``f'(z_i)`` in a diag, where i numbers the places of the diagonal and nothing else.

        One of several vectors with a number is whole, and a letter of a sum around or inside numbers what is summed.
        """
        bound = {(letter,) for letter in self.summed} | {(t.data[0],) for t in v.walk() if t.kind == "index_sum"}  # type: ignore[index]  # a tuple
        letters = {t.indices for t in v.walk() if t.kind == "entry" and not self.is_column(t)} - bound
        elsewhere = {t.indices for t in self.left.walk() if t.kind == "entry"} if self.left is not None else set()
        index, *others = next(iter(letters), ("",))
        if len(letters) != 1 or letters & elsewhere or others or not index.isalpha():
            return v
        text = self.context.text(node)
        self.context.note("diag", f"the index {index} in {text} numbers the places of the diagonal", node)
        return v.rebuilt(lambda t: t.whole if t.indices == (index,) and not self.is_column(t) else t)

    def without_index(self, t: Term) -> Term:
        """The vector of an entry; a label is an index where the letter without it is a symbol of the system."""
        if t.kind == "entry":
            return t.args[0]
        family = self.context.find(t.ref.family) if t.ref is not None else None
        of = whole(self.context, family.base) if family is not None and family.label else None
        return Term("symbol", (), Ref(of.name, t.ref.time), t.span) if t.ref is not None and of is not None else t

    def size_letter(self, letter: str | None, node: Node) -> str | None:
        """A size that the author does not use says nothing."""
        known = self.context.dims.keys() - self.context.invented
        if letter is None or all(d.isdigit() or d in known for d in letter.split("*")):
            return letter
        printed = self.context.text(node)
        if node.text == "1" and letter.islower() and letter not in SIZE_LETTERS:
            message = f"{printed}: a vector of ones, or the unit vector with its 1 at {letter}?"
            raise self.error(message, node, r'for the ones write "\mathbf{1}"')
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
