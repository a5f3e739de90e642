"""The neutral tree as the applied tree: every name with what it stands for, everything with what it is applied to."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symjac import functions
from symjac.expr import Function
from symjac.expr.times import Time
from symjac.reading.applied import derivatives, heads, large, partials
from symjac.reading.applied.building import Building
from symjac.reading.applied.naming import is_indicator, is_numeric
from symjac.reading.applied.terms import MapCall, Ref, Term
from symjac.reading.names import Operation, operation_of
from symjac.reading.spelling import plain
from symjac.reading.tree import Node, Script, bracket, juxtaposed

ENTRYLIKE = frozenset("ijklpqrmn")
EXP = functions.ACTIVATIONS["exp"].function


class Builder(Building):
    """Neutral trees to terms."""

    def build(self, node: Node) -> Term:
        handler = _HANDLERS.get(node.kind)
        if handler is None:
            raise self.error(f"{self.context.text(node) or node.kind} is not read here", node)
        return handler(self, node)

    # -------------------------------------------------------------------------------------- names

    def name(self, node: Node) -> Term:
        el, span = self.el, (node.start, node.end)
        if (found := self.own_constant(node)) is not None:
            return found
        if is_indicator(node):
            raise self.error("an indicator is not read in a claim", node)
        named = el.named(node)
        token = named.token
        family = self.context.find(named.family)
        known = family is not None and family.declared
        if known and token.text == "e" and named.operations and not is_numeric(named.operations):
            self.context.note("named", f"{self.context.text(node)} is read as a power of Euler's number", node)
            known = False
        if not known and named.time is None and not token.accents:
            if token.text == "e" and not named.label and len(named.operations) == 1:
                power = named.operations[0]
                tokens = power.tokens or tuple(t for s in node.scripts for t in s.tokens)
                return Term("apply", (self.script(tokens),), EXP, span)
            plain = not named.label or len(named.label) == 1
            if token.text == "I" and token.style in ("", "bf", "bs", "rm", "bb") and plain:
                return self.operated(self.constant("identity", named.label or None, node), named.operations, node)
            if token.text in ("0", "1") and token.style in ("bf", "bs", "bb") and plain:
                kind = "ones" if token.text == "1" else "zeros"
                return self.operated(self.constant(kind, named.label or None, node), named.operations, node)
        if not known and token.text == r"\delta" and not token.accents and named.time is None:
            pair = named.entries or tuple(named.label)
            if len(pair) == 2 and set(pair) <= ENTRYLIKE:
                return Term("kronecker", (), pair, span)
        family = self.family(named)
        if family.role == "map":
            return Term("bare_map", (), (family.name, named.primes), span)
        if family.role == "function":
            f = family.function
            function = Function(f.name, f.order + named.primes, f.known) if f is not None else None
            powers = [o for o in named.operations if o.kind != "prime"]
            return self.operated(self.constant("bare_function", None, node, function), powers, node)
        if family.role == "softmax":
            raise self.error(f"the function {family.name} has no argument", node)
        if named.primes and named.label and (of := self.context.find(named.base)) is not None and of.role == "map":
            return Term("bare_map", (), (of.name, named.primes), span)
        if named.primes and family.role == "matrix":
            named.operations = [Operation("transpose") if o.kind == "prime" else o for o in named.operations]
            el.context.note("prime", f"the prime on the matrix {family.name} is read as a transpose", node)
        time = Time.read(named.time) if named.time is not None else None
        term = Term("symbol", (), Ref(family.name, time), span)
        if named.entries:
            entries = named.entries
            if len(entries) == 1 and family.role == "matrix" and len(entries[0]) == 2 and entries[0].isdigit():
                entries = (entries[0][0], entries[0][1])
            term = Term("entry", (term,), entries, span)
        return self.operated(term, named.operations, node)

    # ---------------------------------------------------------------------- brackets, sums, signs

    def number(self, node: Node) -> Term:
        raised = [operation_of(s.tokens).kind for s in node.scripts if s.kind == "^"]
        if node.text == "1" and raised == ["transpose"]:  # only of a vector of ones is a transpose of any use
            return self.posted(self.constant("ones", None, node), node)
        return self.posted(Term("number", (), Fraction(node.text), (node.start, node.end)), node)

    def group(self, node: Node) -> Term:
        if any(d not in (",", ";") for d in node.detail):
            raise self.error("a relation in brackets is not read in a claim", node)
        if len(node.kids) > 1:
            if node.text not in ("[",):
                raise self.error("a list in these brackets is no value", node, "stacked vectors are written [a; b]")
            return self.posted(Term("stack", tuple(map(self.build, node.kids)), None, (node.start, node.end)), node)
        inner = self.build(node.kids[0])
        if inner.kind == "product" and node.text != "{":
            inner = Term("product", inner.args, "bracketed", inner.span)
        return self.posted(inner, node)

    def dots(self, node: Node) -> Term:
        return Term("dots", (), None, (node.start, node.end))

    def negative(self, node: Node) -> Term:
        return Term("negative", (self.build(node.kids[0]),), None, (node.start, node.end))

    def add(self, node: Node) -> Term:
        terms = []
        for sign, kid in zip(node.detail, node.kids, strict=True):
            t = self.build(kid)
            terms.append(t if sign == "+" else Term("negative", (t,), None, t.span))
        return Term("add", tuple(terms), None, (node.start, node.end))

    def binary(self, node: Node) -> Term:
        op = {"*": "star"}.get(node.text, node.text)
        span = (node.start, node.end)
        if op == "/":
            return self.slash(node)
        left = node.kids[0].kids if node.kids[0].kind == "juxt" else [node.kids[0]]
        if left[-1].kind == "frac" and derivatives.operator(self, left[-1]) is not None:
            right = node.kids[1].kids if node.kids[1].kind == "juxt" else [node.kids[1]]
            return self.items([*left, *right], node)
        if left[-1].kind == "big" and left[-1].kids:
            return self.items(left, node)
        return Term("operation", (self.build(node.kids[0]), self.build(node.kids[1])), op, span)

    def slash(self, node: Node) -> Term:
        left, right = node.kids[0].inner, node.kids[1].inner
        items = left.kids if left.kind == "juxt" else [left]
        below = right.kids if right.kind == "juxt" else [right]
        starts = [k for k, item in enumerate(items) if item.kind == "partial"]
        if starts and below[0].kind == "partial":
            first, k = items[: starts[-1]], starts[-1]
            middle = derivatives.derivative(self, juxtaposed(items[k:]), juxtaposed(below[:2]), node)
            if middle is not None:
                parts = [*(self.split(first) if first else ()), middle, *(self.split(below[2:]) if below[2:] else ())]
                return parts[0] if len(parts) == 1 else Term("product", tuple(parts), None, (node.start, node.end))
        whole = derivatives.derivative(self, left, right, node)
        if whole is not None:
            return whole
        if right.kind == "juxt" and not (left.kind == "number" and right.kids[0].kind == "number"):
            raise self.error("a/bc: is it (a/b)c or a/(bc)?", node, r"write \frac{a}{bc}, or brackets")
        return Term("quotient", (self.build(node.kids[0]), self.build(node.kids[1])), None, (node.start, node.end))

    def fraction(self, node: Node) -> Term:
        derivative = derivatives.derivative(self, node.kids[0], node.kids[1], node)
        if derivative is None:
            derivative = Term("quotient", tuple(map(self.build, node.kids)), None, (node.start, node.end))
        return self.posted(derivative, node)

    def root(self, node: Node) -> Term:
        half = Term("number", (), Fraction(1, 2))
        return self.posted(Term("power", (self.build(node.kids[0]), half), None, (node.start, node.end)), node)

    def bars(self, node: Node) -> Term:
        kind = "norm" if node.kind == "norm" else "abs"
        plain = [s for s in node.scripts if not (s.kind == "_" and [t.text for t in s.tokens] in (["2"], ["F"]))]
        term = Term("word", (self.build(node.kids[0]),), kind, (node.start, node.end))
        return self.posted(term, Node(node.kind, "", [], node.start, node.end, plain))

    # -------------------------------------------------------------------------------- side by side

    def juxt(self, node: Node) -> Term:
        return self.items(node.kids, node)

    def items(self, kids: list[Node], node: Node) -> Term:
        values = self.split(kids)
        if len(values) == 1:
            return values[0]
        return Term("product", tuple(values), None, (node.start, node.end))

    def split(self, kids: list[Node]) -> list[Term]:
        values: list[Term] = []
        i = 0
        while i < len(kids):
            value, i = self.step(kids, i)
            values.append(value)
        return values

    def step(self, kids: list[Node], i: int) -> tuple[Term, int]:
        """The term that begins at item ``i``, and where the next one begins."""
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        variable = derivatives.operator(self, item)
        if variable is not None:
            if following is None:
                raise self.error("this derivative is applied to nothing", item)
            stop = i + 2 if following.kind == "group" else len(kids)
            operand = juxtaposed(kids[i + 1 : stop])
            return self.by(self.build(operand), variable, heads.spanning(item, operand), operand), stop
        if (found := self.own(kids, i) or partials.by_argument(self, kids, i)) is not None:
            return found
        if item.kind == "nabla":
            return derivatives.nabla(self, kids, i)
        if following is not None and following.is_call and heads.indicates(item, following):
            relation = bracket(following)
            if len(relation.kids) != 2:
                raise self.error("an indicator holds one relation", following)
            less = relation.detail[0] in ("<", "<=")
            sides = tuple(map(self.build, relation.kids[::-1] if less else relation.kids))
            return self.posted(Term("indicator", sides, None, (item.start, following.end)), following), i + 2
        if following is not None and following.is_call and item.kind == "name":
            if self.el.roles.is_time_call(item, following):
                named = self.el.named(item)
                kid = following.kids[0]
                time = Time.read("".join(self.context.source[kid.start : kid.end].split()))
                term = Term("symbol", (), Ref(named.family, time), (item.start, following.end))
                return self.posted(self.operated(term, named.operations, item), following), i + 2
            whole = self.context.calls.get(heads.call_key(self.el, item, following))
            if whole is not None:
                span = (item.start, following.end)
                return self.posted(Term("symbol", (), Ref(whole.name), span), following), i + 2
        head = heads.head_of(self.el, item, following)
        if head is not None:
            return self.applied(head, kids, i)
        if following is not None and following.is_call:
            heads.not_a_call(self.el, item, following)
        return self.build(item), i + 1

    def word(self, node: Node) -> Term:
        """A function that has lost its argument."""
        head = heads.head_of(self.el, node, None)
        if head is None or head.function is None:
            raise self.error(f"{self.context.text(node)} is not read here", node)
        f = head.function
        function = Function(f.name, f.order + head.order, f.known)
        return self.operated(self.constant("bare_function", None, node, function), head.after, node)

    def applied(self, head: heads.Head, kids: list[Node], i: int) -> tuple[Term, int]:
        item, following = kids[i], kids[i + 1] if i + 1 < len(kids) else None
        if following is None:
            return self.build(item), i + 1
        if following.kind == "group" and (following.is_call or following.text in ("{", r"\{")):
            group = bracket(following) if following.is_call else following
            if any(d not in (",", ";") for d in group.detail):
                raise self.error("a relation is no argument", group)
            values = [self.build(k) for k in group.kids]
            stop = i + 2
        elif head.order:  # the sigma' of sigma' W has lost its argument, and W is none
            return self.build(item), i + 1
        elif head.word == "diag" or (head.family is not None and not head.family.declared):
            raise self.error(f"{self.context.text(item)} has no brackets around its argument", item)
        else:
            stop = next((k for k in range(i + 2, len(kids)) if heads.begins_call(self.el, kids, k)), len(kids))
            argument = juxtaposed(kids[i + 1 : stop])
            values, group = [self.items(kids[i + 1 : stop], argument)], None
            if stop - i > 2:
                printed = self.context.text(item)
                self.context.note(
                    "no-brackets",
                    f"{printed} without brackets is read as applied to {self.context.text(argument)}",
                    item,
                )
        span = (item.start, kids[stop - 1].end)
        term = self.operated(self.call(head, values, span, item), head.after, item)
        if group is not None:
            scripts: list[Script] = [*group.scripts, *(following.scripts if group is not following else [])]
            term = self.posted(term, Node("group", "(", [], *span, scripts))
        return term, stop

    def call(self, head: heads.Head, values: list[Term], span: tuple[int, int], item: Node) -> Term:
        if head.word:
            if head.order:
                raise self.error("a prime on this operator is not read", item)
            if head.word == "diag":
                values = self.on_diagonal(values, item)
            return Term("word", tuple(values), head.word, span)
        if head.family is not None and head.family.role == "map":
            name = head.family.name
            if head.order and len(values) > 1:
                hint = rf"write \partial_1 {name}(...) for the derivative by its first argument"
                raise self.error(f"the prime on {name} does not say by which of its arguments", item, hint)
            return Term("map", tuple(values), MapCall(name, head.order), span)
        if len(values) != 1:
            raise self.error(f"an elementwise function takes one argument; here are {len(values)}", item)
        f = head.function
        assert f is not None
        if head.family is not None and not head.family.declared:
            # A function printed bold once is the one that is declared, or that the system uses, without.
            like = [g for g in self.context.by_plain.get(plain(f.name), []) if g.declared and g.function is not None]
            f = like[0].function or f if len(like) == 1 else f
        return Term("apply", (values[0],), Function(f.name, f.order + head.order, f.known), span)


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
