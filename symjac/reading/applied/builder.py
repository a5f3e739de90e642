"""The neutral tree as the applied tree: every name with what it stands for, everything with what it is applied to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from symjac.errors import propose
from symjac.expr import Function, Time
from symjac.reading.applied import constants, definitions, derivatives, heads, large, lists, partials
from symjac.reading.applied.building import Building, span
from symjac.reading.applied.terms import MapCall, Term
from symjac.reading.assumptions import How
from symjac.reading.names import Operation, is_indicator, is_transpose
from symjac.reading.spelling import plain
from symjac.reading.tree import Node, Placed, bracket, juxtaposed
from symjac.reading.usual import ALWAYS_FUNCTIONS
from symjac.reading.vocabulary import OPERATORS


class Builder(Building):
    """Neutral trees to terms."""

    def build(self, node: Node) -> Term:
        handler = _HANDLERS.get(node.kind)
        if handler is None:
            raise self.error(_ALONE.get(node.kind, f"{node.kind} is not read here"), node)
        with self.deeper(node):
            return handler(self, node)

    # -------------------------------------------------------------------------------------- names

    def name(self, node: Node) -> Term:
        el = self.el
        if (found := self.own_constant(node)) is not None:
            return found
        if is_indicator(node):
            return lists.indicator_below(self, node)
        named = el.named(node)
        if named.family in el.locals and named.time is None:
            term = Term("bound", (), el.locals[named.family], span(node))
            term = Term("entry", (term,), named.entries, span(node)) if named.entries else term
            return self.operated(term, named.operations, node)
        if (delta := constants.kronecker(self, named, node)) is not None:
            return delta
        if el.is_constant(named):
            return constants.known(self, named, node)
        put_in = named.family in self.context.heads and not self.context.is_called(named.family)
        if put_in and self.context.find(named.family) is None:
            raise self.error(f"{named.family} is defined with an argument, and stands without one", node)
        family = self.family(named)
        if family.role == "parameters":
            message = f"{family.name} is declared as a parameter, and stands outside the brackets of a map"
            raise self.error(message, node)
        if family.role in ("function", "map", "softmax"):
            if not el.beside or family.role == "softmax":
                message = f"the function {family.name} has no argument"
                raise self.error(message, node, f'write "{family.name}(x)", or give the symbol another letter')
            bare = Term("bare_map", (), (family.name, named.primes), span(node))
            if family.role != "map":
                bare = self.bare_function(family.function, named.primes, node)
            if named.time is not None:
                bare = Term("at_step", (bare,), named.time, span(node))
            powers = [o for o in named.operations if o.kind != "prime"]
            return self.operated(_entry(bare, named.entries), powers, node)
        if el.beside and named.primes and named.label:
            of = self.context.find(named.base)
            if of is not None and of.role == "map":
                return Term("bare_map", (), (of.name, named.primes), span(node))
        if named.primes == 1 and family.role == "matrix":
            named.operations = [Operation("transpose") if o.kind == "prime" else o for o in named.operations]
            self.context.note("prime", f"the prime on the matrix {family.name} is read as a transpose", node)
        if family.constant is not None:
            family.printed = True
            term = self.constant(*family.constant, node)
        else:
            term = self.symbol(family, named.time, node)
        if named.entries:
            entries = named.entries
            if len(entries) == 1 and family.role == "matrix" and len(entries[0]) == 2 and entries[0].isdigit():
                entries = (entries[0][0], entries[0][1])
            term = Term("entry", (term,), entries, span(node))
            family.times.setdefault(named.time)
        elif family.how is How.GREEK and named.token.text in ALWAYS_FUNCTIONS:
            raise self.error(
                f"{family.name} without brackets: a function that lost its argument, or a number?",
                node,
                f'for a function write "{family.name}(x)"; for a number {propose(family.name, "scalar")}',
            )
        return self.operated(term, named.operations, node)

    # ---------------------------------------------------------------------- brackets, sums, signs

    def number(self, node: Node) -> Term:
        if is_indicator(node):
            return lists.indicator_below(self, node)
        if (delta := constants.compared(self, node)) is not None:
            return delta
        if node.text in ("1", "11") and is_transpose(node.sup):  # of use to a vector of ones alone
            row = self.posted(self.ones(node, node), node)
            return row if node.text == "1" else _product([self.constant("ones", None, node), row], node)
        return self.posted(Term("number", (), Fraction(node.text), span(node)), node)

    def ones(self, one: Node, shown: Placed) -> Term:
        """A plain 1 that is no number, as a row follows it or it is one."""
        if not self.el.beside:
            self.context.note("ones", f"the 1 in {self.context.text(shown)} is read as the vector of ones", one)
        return self.constant("ones", None, one)

    def group(self, node: Node) -> Term:
        if any(d not in (",", ";") for d in node.detail):
            return self.posted(lists.iverson(self, node), node)
        if len(node.kids) > 1:
            return self.posted(lists.stacked(self, node), node)
        if node.text == "langle":
            raise self.error("angle brackets take two vectors; means, bras and kets are not read", node)
        if not self.el.beside:
            lists.refuse_spaced_list(self, node)
        inner = self.build(node.kids[0])
        return self.posted(self.bracketed(inner, node) if node.text != "{" or node.scripts else inner, node)

    def dots(self, node: Node) -> Term:
        return Term("dots", (), None, span(node))

    def negative(self, node: Node) -> Term:
        return Term("negative", (self.build(node.kids[0]),), None, span(node))

    def add(self, node: Node) -> Term:
        terms = []
        for sign, kid in zip(node.detail, node.kids, strict=True):
            t = self.build(kid)
            terms.append(t if sign == "+" else Term("negative", (t,), None, t.span))
        return Term("add", tuple(terms), None, span(node))

    def binary(self, node: Node) -> Term:
        op = {"*": "star"}.get(node.text, node.text)
        if op == "/":
            return self.slash(node)
        left = node.kids[0].factors
        if op in ("cdot", "star", "times") and derivatives.operator(left[-1]) is not None:
            return self.items([*left, *node.kids[1].factors], node)
        if op == "circ":
            heads.refuse_composition(self.el, node)
        return Term("operation", (self.build(node.kids[0]), self.build(node.kids[1])), op, span(node))

    def slash(self, node: Node) -> Term:
        left, right = node.kids[0].inner, node.kids[1].inner
        items, below = left.factors, right.factors
        starts = [k for k, item in enumerate(items) if item.kind == "partial"]
        if starts and below[0].kind == "partial":
            first, k = items[: starts[-1]], starts[-1]
            middle = derivatives.derivative(self, juxtaposed(items[k:]), juxtaposed(below[:2]), node)
            if middle is not None:
                return _product([*self.split(first), middle, *self.split(below[2:])], node)
        whole = derivatives.derivative(self, left, right, node)
        if whole is not None:
            return whole
        if right.kind == "juxt" and not (left.kind == "number" and right.kids[0].kind == "number"):
            parts = (left, right, right.kids[0], juxtaposed(right.kids[1:]))
            top, under, factor, rest = map(self.context.text, parts)
            hint = rf'write "\frac{{{top}}}{{{under}}}" or "\frac{{{top}}}{{{factor}}} {rest}"'
            raise self.error("a/bc: is it (a/b)c or a/(bc)?", node, hint)
        self.refuse_bare_argument(items, right, node)
        return Term("quotient", (self.build(node.kids[0]), self.build(node.kids[1])), None, span(node))

    def refuse_bare_argument(self, items: Sequence[Node], below: Node, at: Node) -> None:
        """``\\log p/q``: the logarithm of a quotient, or one divided?"""
        words = [k for k, item in enumerate(items[:-1]) if item.kind == "word" and not items[k + 1].is_call]
        head = heads.head_of(self.el, items[words[-1]], None) if words else None
        if head is None or not (head.function is not None or head.word == "softmax"):
            return
        name, argument = items[words[-1]], juxtaposed(list(items[words[-1] + 1 :]))
        f, x, y = map(self.context.text, (name, argument, below))
        hint = rf'write "{f}(\frac{{{x}}}{{{y}}})" or "\frac{{{f}({x})}}{{{y}}}"'
        raise self.error(f"{f} {x}/{y}: is it {f}({x}/{y}) or {f}({x})/{y}?", heads.spanning(name, at), hint)

    def fraction(self, node: Node) -> Term:
        derivative = derivatives.derivative(self, node.kids[0], node.kids[1], node)
        if derivative is None:
            derivative = Term("quotient", tuple(map(self.build, node.kids)), None, span(node))
        return self.posted(derivative, node)

    def root(self, node: Node) -> Term:
        half = Term("number", (), Fraction(1, 2))
        return self.posted(Term("power", (self.build(node.kids[0]), half), "root", span(node)), node)

    def bars(self, node: Node) -> Term:
        """A norm, with what stands below it, or an absolute value."""
        inner = (self.build(node.kids[0]),)
        if node.kind != "norm" or not node.sub:
            return self.posted(Term("word", inner, node.kind, span(node)), node)
        index = "".join(t.text for t in node.sub)
        if index not in ("1", "2", "F"):
            hint = rf'the Euclidean norm of a vector is: write "\|{self.context.text(node.kids[0])}\|_2"'
            raise self.error(f"the norm with index {index} is not read", node, hint)
        rest = replace(node, scripts=[s for s in node.scripts if s.kind != "_"])
        return self.posted(Term("norm", inner, index, span(node)), rest)

    # -------------------------------------------------------------------------------- side by side

    def juxt(self, node: Node) -> Term:
        return self.items(node.kids, node)

    def items(self, kids: list[Node], at: Placed) -> Term:
        return _product(self.split(kids), at)

    def split(self, kids: list[Node]) -> list[Term]:
        values: list[Term] = []
        i, starts = 0, list[Node]()
        if not self.el.beside:
            heads.refuse_time_step(self.el, kids)
        while i < len(kids):
            starts.append(kids[i])
            with self.deeper(kids[i]):
                value, i = self.step(kids, i)
            plain = [n.kind == "number" and n.text == "1" and not n.scripts for n in starts[-2:]]
            if value.kind == "transpose" and values and values[-1].kind == "number" and plain[0]:
                values[-1] = self.ones(starts[-2], heads.spanning(*starts[-2:]))
            # A number behind another factor would say nothing; behind a number it may be a digit.
            behind = value.kind == "number" and bool(values) and plain[-1] and starts[-2].kind != "number"
            values.append(self.ones(starts[-1], heads.spanning(*starts[-2:])) if behind else value)
        return values

    def step(self, kids: list[Node], i: int) -> tuple[Term, int]:
        """The term that begins at item ``i``, and where the next one begins."""
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        variable = derivatives.operator(item)
        if variable is not None:
            if following is None:
                raise self.error("this derivative is applied to nothing", item)
            stop = i + 2 if following.kind == "group" and self.el.beside else len(kids)
            operand = juxtaposed(kids[i + 1 : stop])
            return self.by(self.build(operand), variable, heads.spanning(item, operand), operand), stop
        if (found := self.own(kids, i) or partials.by_argument(self, kids, i)) is not None:
            return found
        if item.kind == "nabla":
            return derivatives.nabla(self, kids, i)
        call = following is not None and (following.is_call or heads.indicates(item, following))
        if following is not None and call and (called := self.called(item, following)) is not None:
            return called, i + 2
        head = heads.head_of(self.el, item, following)
        if head is not None and head.function is not None and self.el.beside and heads.holds_itself(item, following):
            self.context.note("argument", f"{item.text} stands without its argument, and before the bracket too", item)
            return self.build(item), i + 1
        if head is not None:
            return self.applied(head, kids, i)
        if following is not None and following.is_call:
            heads.not_a_call(self.el, item, following)
        braces = item.kind == "group" and self.context.source[item.start] == "{" and not item.scripts
        if braces and len(kids) > 1 and item.inner.kind in ("add", "negative"):
            inside = self.context.text(item)
            hint = f'write "_{inside}" for an index, "({inside[1:-1]})" for a factor'
            raise self.error("braces print nothing, so this sum has no brackets", item, hint)
        return self.build(item), i + 1

    def called(self, item: Node, group: Node) -> Term | None:
        """What a bracket makes of a name that is no function: an indicator, a symbol at a time, a name like g(x)."""
        el, whole = self.el, heads.spanning(item, group)
        if heads.indicates(item, group):
            return self.posted(
                self.bracketed(lists.iverson(self, bracket(group) if group.is_call else group), whole), group
            )
        if item.kind != "name":
            return None
        named = el.named(item)
        if el.roles.is_time_call(item, group):
            kid = group.kids[0]
            named.time, named.place = Time.read(self.context.source[kid.start : kid.end]), "call"
            family = self.family(named)
            family.times.setdefault(named.time)
            if not {letter for letter, _ in named.time.letters} <= el.roles.call_letters:
                self.context.note(
                    "named", f"{self.context.text(whole)} is read as {named.family} at another time", item
                )
            term = self.symbol(family, named.time, whole)
            if named.entries:
                term = Term("entry", (term,), named.entries, span(whole))
            return self.posted(self.operated(term, named.operations, item), group)
        found = self.context.calls.get(heads.call_key(el, item, group)) if not el.locals else None
        if found is not None:
            return self.posted(self.symbol(found, None, whole), group)
        known = self.context.find(named.family) if self.context.continued else None
        # Of what has a symbol of its own, in s' a slope is meant, in s (1 - s) a product.
        symbol = self.context.is_called(named.family) and (named.primes or heads.holds_itself(item, group))
        if named.family in self.context.heads and not symbol and (known is None or known.role != "function"):
            return self.posted(definitions.put_in(self, named, group, whole), group)
        return None

    def word(self, node: Node) -> Term:
        """A function that has lost its argument."""
        head = heads.head_of(self.el, node, None) if self.el.beside else None
        if head is None or head.function is None:
            text = self.context.text(node)
            raise self.error(f"{text} has no argument", node, f'write one behind it: write "{text}(x)"')
        return self.operated(self.bare_function(head.function, head.order, node), head.after, node)

    def bare_function(self, f: Function | None, order: int, node: Node) -> Term:
        function = Function(f.name, f.order + order, f.known) if f is not None else None
        return self.constant("bare_function", None, node, function)

    def applied(self, head: heads.Head, kids: list[Node], i: int) -> tuple[Term, int]:
        """A head with its argument: a bracket, or what follows in the product."""
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        if following is None or (
            head.order and self.el.beside and not (following.is_call or following.text in ("{", r"\{"))
        ):  # the sigma' of sigma' W has lost its argument, and W is none
            return self.build(item), i + 1
        if following.kind == "group" and (following.is_call or following.text in ("{", r"\{")):
            group = bracket(following) if following.is_call else following
            if any(d not in (",", ";") for d in group.detail):
                raise self.error("a relation is no argument", group)
            whole = heads.spanning(item, following)
            values = [self.build(k) for k in heads.arguments_of(self.el, head.family, group)]
            term = self.operated(self.call(head, values, whole, group), head.after, whole)
            return self.posted(term, heads.with_scripts(item, following)), i + 2
        if head.word == "diag":
            raise self.error("diag needs brackets around its argument", item)
        text = self.context.text(item)
        if head.family is not None and not head.family.declared:
            raise self.error(
                f"{text} without brackets: a function that lost its argument, or a factor?",
                item,
                propose(head.family.name, "elementwise", "vector n"),
            )
        argument, stop = self.unbracketed(item, kids, i)
        whole = heads.spanning(item, kids[stop - 1])
        term = self.call(head, [argument], whole, juxtaposed(kids[i + 1 : stop]))
        return self.operated(term, head.after, whole), stop

    def unbracketed(self, item: Node, kids: list[Node], i: int) -> tuple[Term, int]:
        """The argument of a function without brackets, and where it stops."""
        following, text = kids[i + 1], self.context.text(item)
        if following.kind in ("norm", "abs") or (following.kind == "word" and i + 2 < len(kids)):
            with self.deeper(item):
                argument, stop = self.step(kids, i + 1)
            if stop < len(kids):
                self.context.note("no-brackets", f"{item.text} is read as applied to the next factor only", item)
            return argument, stop
        stop = next((k for k in range(i + 2, len(kids)) if heads.begins_call(self.el, kids, k)), len(kids))
        argument = self.items(kids[i + 1 : stop], juxtaposed(kids[i + 1 : stop]))
        if stop < len(kids) and (self.is_matrix(argument) or kids[stop].text in OPERATORS):
            between = self.context.text(juxtaposed(kids[i + 1 : stop]))
            raise self.error(
                f"{text} without brackets: where does its argument end?",
                heads.spanning(item, kids[stop]),
                f'put brackets around its argument: write "{text}({between}) {self.context.text(kids[stop])}"',
            )
        if stop - i > 2:
            far = "all that follows in the product" if stop == len(kids) else "what stands before the next function"
            message = f"{text} without brackets is read as applied to {far}"
            self.context.note("no-brackets", message, heads.spanning(item, kids[stop - 1]))
        return argument, stop

    def is_matrix(self, t: Term) -> bool:
        """Whether nothing but matrices and scalars is in a term."""
        found = [self.families.get((r.family, r.time)) for r in t.refs()]
        roles = {f.role for f in found if f is not None}
        return "matrix" in roles and roles <= {"matrix", "scalar"}

    def call(self, head: heads.Head, values: list[Term], whole: Node, at: Node) -> Term:
        """A head at its argument; with an index it may be another function at each step, and picks an entry."""
        term = self.plain_call(head, values, whole, at)
        if head.family is not None and heads.is_stepwise(self.el, head.family, self.el.named(whole.kids[0]), term):
            term = Term("at_step", (term,), self.el.named(whole.kids[0]).time, term.span)
        return _entry(term, head.entries)

    def plain_call(self, head: heads.Head, values: list[Term], whole: Node, at: Node) -> Term:
        if head.word:
            if head.order:
                raise self.error("a prime on this operator is not read", whole)
            if head.word == "diag":
                values = self.on_diagonal(values, whole)
            return Term("word", tuple(values), head.word, span(whole))
        if head.family is not None and head.family.role == "map":
            name = head.family.name
            if head.order and len(values) > 1:
                message = f"the prime on {name} does not say by which of its arguments it is differentiated"
                hint = rf'for that by the first write "\partial_1 {name}{self.context.text(whole.kids[1])}"'
                raise self.error(message, whole, hint)
            return Term("map", tuple(values), MapCall(name, head.order), span(whole))
        if len(values) != 1:
            text = self.context.text(whole.kids[0])
            raise self.error(
                f"{text} has {len(values)} arguments, but is applied entry by entry",
                at,
                f"if it is a function of several vectors, {propose(text, 'map')}" if head.family is not None else None,
            )
        f = head.function
        assert f is not None
        if head.family is not None and not head.family.declared:
            # A function printed bold once is the one that is declared, or that the system uses, without.
            like = [g for g in self.context.by_plain.get(plain(f.name), []) if g.declared and g.function is not None]
            f = like[0].function or f if len(like) == 1 else f
        return Term("apply", (values[0],), Function(f.name, f.order + head.order, f.known), span(whole))


def _entry(of: Term, entries: tuple[str, ...]) -> Term:
    """What an index on a function picks of its value."""
    return Term("entry", (of,), entries, of.span) if entries else of


def _product(values: list[Term], at: Placed) -> Term:
    return values[0] if len(values) == 1 else Term("product", tuple(values), None, span(at))


_ALONE = {
    "partial": r"\partial is read in \frac{\partial y}{\partial x} only",
    "infty": r"\infty is no value here",
    "blank": "a matrix entry is missing here",
    "relation": "a relation is no value",
    "nabla": r"this \nabla is applied to nothing; a divergence or a curl is not read",
}


_HANDLERS: dict[str, Callable[[Builder, Node], Term]] = {
    "name": Builder.name,
    "word": Builder.word,
    "number": Builder.number,
    "group": Builder.group,
    "add": Builder.add,
    "negative": Builder.negative,
    "binary": Builder.binary,
    "juxt": Builder.juxt,
    "frac": Builder.fraction,
    "sqrt": Builder.root,
    "norm": Builder.bars,
    "abs": Builder.bars,
    "big": large.big,
    "matrix": large.matrix,
    "dots": Builder.dots,
}
