"""The page: setting, theorem, proof and algorithm of backpropagation through time."""

from __future__ import annotations

from collections.abc import Iterator

from symjac import expr as ex
from symjac.bounds import Bound
from symjac.bptt.adjoint import Use
from symjac.bptt.backward import Backward
from symjac.bptt.rows import Gradient, Row
from symjac.confirm import Confirmed
from symjac.derivation import LAYOUTS
from symjac.expr import Apply, Expr, Hadamard, Partial, Symbol, Time
from symjac.functions import ACTIVATIONS
from symjac.narrative.blocks import (
    Block,
    Display,
    Environment,
    Inline,
    Inlines,
    Line,
    Math,
    Page,
    Paragraph,
    Ref,
    ended,
)
from symjac.narrative.conditions import clause, is_general
from symjac.narrative.maps import tell_maps
from symjac.narrative.teller import equals
from symjac.narrative.words import listed, sentences
from symjac.pages.bound import tell_bound
from symjac.pages.setting import product_lines
from symjac.pages.words import told
from symjac.typeset import names
from symjac.typeset.boxes import Box, Fence, Gap, Ident, Mark, Op, Script, row, width
from symjac.typeset.calls import function_box
from symjac.typeset.placing import fence, style_for, to_box
from symjac.unroll import Unrolled

ROOM = 36.0  # ems for equations side by side
LONG = 14.0  # a factor wider than this goes by its name in a product


def tell_backward(
    c: Confirmed[Backward], layout: str, products: tuple[Confirmed[Unrolled], Confirmed[Bound]] | None
) -> Page:
    """The page that states and proves the derivatives of a loss; ``products`` follow if there are any."""
    t = _Teller(c.statement, layout)
    blocks = [*t.setting(), t.theorem(), t.proof(), *t.algorithm(), *t.truncation()]
    if products is not None:
        blocks += t.products(*products)
    return Page(told("title"), tuple(blocks), t.style, "symjac-bptt")


def product_of(b: Backward) -> tuple[Symbol, Symbol]:
    """The late and the early state of the product that a page tells of."""
    some = b.step.states[-1]
    early = next(c for c in ("k", "s", "j", "q") if c not in b.system.symbols and c != b.step.now.letter)
    return b.step.at(some, 0), b.step.at(some, Time.read(early))


class _Teller:
    def __init__(self, b: Backward, layout: str) -> None:
        self.b = b
        self.layout = layout
        self.step = b.step
        self.adjoints = b.adjoints
        everything = [info.symbol for info in b.system.symbols.values()]
        self.style = style_for(ex.Sum(*(ex.Norm(s) for s in everything)))
        self.loss = names.name_box(b.loss.name)
        self.now = b.step.now
        self.last = b.loss.last

    def box(self, e: Expr) -> Box:
        return to_box(e, self.style)

    def time(self, time: Time) -> Box:
        return self.box(ex.time_as_scalar(time))

    def range(self, first: Box | str, last: Box | str) -> Box:
        """``t = 1, ..., T``."""
        ends = [names.name_box(e) if isinstance(e, str) else e for e in (first, last)]
        dots = [Op(", ", prefix=True), Op(r"\dots", prefix=True), Op(", ", prefix=True)]
        return equals(self.time(self.now), row(ends[0], *dots, ends[1]))

    @property
    def forwards(self) -> Box:
        return self.range("1", self.last.text)

    def at_last(self) -> Box:
        return equals(self.time(self.now), self.time(self.last))

    # ---------------------------------------------------------------------------------------- setting

    def setting(self) -> Iterator[Block]:
        b, step = self.b, self.step
        direction = told("rows" if b.system.orientation == "row" else "columns")
        yield Paragraph(sentences(direction, told("steps", range=self.forwards)), "Setting")
        lines = (*step.printed.items(), *step.constants.items())
        yield Display(tuple(Line(e, s, label=self.equation(s), end=",", numbered=True) for s, e in lines))
        start = [Math(names.name_box(step.at(s, Time()).name)) for s in step.states]
        yield Paragraph(sentences(told("from", states=listed(start)), told("loss_sum")))
        yield from self._loss()
        yield Paragraph(self._notation())

    def equation(self, s: Symbol) -> str:
        return f"eq{[*self.step.printed, *self.step.constants].index(s) + 1}"

    def _loss(self) -> Iterator[Block]:
        loss = self.b.loss
        if loss.every_step:
            yield Display((Line(loss.whole, Symbol(loss.name), end="."),))
            return
        at_last = self.adjoints.moved(loss.whole, self.last)
        own = loss.bare
        if isinstance(own, ex.VectorMap) and loss.unspecified:
            moved = self.adjoints.moved(own, self.last)
            named = ex.VectorMap(self.adjoints.loss_symbol(self.last).name, moved.args[0], ex.ONE)
            at_last = at_last.replace({moved: named})
        yield Display((Line(at_last, Symbol(loss.name), end="."),))

    def _notation(self) -> Inlines:
        b = self.b
        out: list[Inlines] = []
        when: int | Time = 0 if b.loss.every_step else self.last
        if b.loss.unspecified:
            term = self.box(self.adjoints.loss_symbol(when))
            for v in (v for v in self.adjoints.nodes if v in self.adjoints.local.symbols):
                nabla, state = self.box(self.adjoints.nabla(v, when)), self.box(self.step.at(v, when))
                out.append(told("unspecified", term=term, nabla=nabla, state=state))
        for total in b.hypotheses:
            out.append(told("sum_to_one", target=self.box(self.adjoints.moved(total.args[1], when))))
        maps = list(tell_maps(self.step.definitions.values()))
        out += [*maps, self._acts("_others" if maps else "")]
        out.append(self._arguments())
        out.append(self._meanings())
        return sentences(*out)

    def _applied(self) -> list[Apply]:
        return [e for d in self.step.definitions.values() for e in d.walk() if isinstance(e, Apply)]

    def _acts(self, which: str) -> Inlines:
        if not self._applied():
            return ()
        primes = any(isinstance(e, Apply) and e.function.order for r in self.b.rows for e in r.before.walk())
        extra: Inlines = (", their derivatives too",) if primes else ()
        used = sentences(*self._known())
        products = any(isinstance(e, Hadamard) for r in self.b.rows for e in (*r.before.walk(), *r.last.walk()))
        if products:
            return sentences(told(f"acts{which}", extra=extra, sign=Mark("odot")), used)
        return sentences(told(f"acts_plain{which}", extra=extra), used)

    def _known(self) -> Iterator[Inlines]:
        """The derivatives of known functions that the formulas rest on, and where they do not exist."""
        z = Symbol("z" if "z" not in self.b.system.letters else "s")
        rules: list[Box] = []
        excluded: list[Inlines] = []
        for f in dict.fromkeys(e.function for e in self._applied()):
            known = ACTIVATIONS.get(f.known or "")
            if known is None:
                continue
            derivative = known.derivative(z, Apply(f, z))
            inner = [p.function for p in derivative.walk() if isinstance(p, Apply)]
            if not any(g.name == f.name and g.order for g in inner):
                left = row(function_box(f.name, 1), fence(self.box(z)))
                rules.append(equals(left, self.box(derivative)))
            if known.excluded is not None:
                place = names.take_apart(known.excluded.replace("z", z.name))
                excluded.append(told("excluded", function=function_box(f.name, 0), place=place))
        if rules:
            yield told("known", derivatives=listed([Math(r) for r in rules]))
        yield from excluded

    def _arguments(self) -> Inlines:
        found = [a for a in self.step.arguments.values() if a.symbol in self.adjoints.nodes]
        if not found:
            return ()
        if len(found) == 1:
            (a,) = found
            return told("arguments", name=self.box(a.symbol), equation=Ref(self.equation(a.of)))
        return told(
            "arguments_many",
            names=listed([Math(self.box(a.symbol)) for a in found]),
            equations=listed([Ref(self.equation(a.of)) for a in found]),
        )

    def _meanings(self) -> Inlines:
        big = Symbol(self.b.loss.name)
        pairs: list[Inline] = []
        for r in self.b.rows:
            slash = row(Op(r"\partial", prefix=True), self.box(big), Op("/", prefix=True), Op(r"\partial", prefix=True))
            pairs.append(Math(equals(self.box(r.symbol), row(slash, self.box(r.of)))))
        return told("adjoints", meanings=listed(pairs), loss=self.loss, last=self.time(self.last))

    # ---------------------------------------------------------------------------------------- theorem

    def label(self, r: Row) -> str:
        return f"row{self.b.rows.index(r) + 1}"

    def theorem(self) -> Block:
        b = self.b
        changing = [r for r in b.rows if not r.steady]
        final = [r for r in b.rows if r.final]
        steady = [r for r in b.rows if r.steady and not r.final]
        blocks: list[Block] = []
        needed = [clause(h) for h in b.assumed if not is_general(h)]
        if needed:
            blocks.append(Paragraph(told("theorem_under", conditions=listed(needed))))
        if changing or final:
            blocks.append(Paragraph(told("theorem_last", time=self.at_last())))
            at_last = [Line(b.at(r.last, self.last), self._symbol_last(r)) for r in (*final, *changing)]
            blocks.append(Display(ended(at_last, "," if changing or steady else ".")))
        if changing:
            first = self._minus_one()
            blocks.append(Paragraph(told("theorem_before", range=self.range(first, "1"))))
            blocks.append(Display(ended(self._rows(changing), "," if steady else ".")))
        if steady:
            key = "theorem_steady" if changing or final else "theorem_steady_first"
            blocks.append(Paragraph(told(key, range=self.range(self.last.text, "1"))))
            blocks.append(Display(ended(self._rows(steady))))
        if b.gradients:
            blocks += self._parameters()
        return Environment("theorem", tuple(blocks), label="theorem")

    def _rows(self, rows: list[Row]) -> list[Line]:
        return [Line(r.before, r.symbol, label=self.label(r), numbered=True) for r in rows]

    def _parameters(self) -> Iterator[Block]:
        """The gradients by the parameters, in the layout that is asked for."""
        b = self.b
        yield Paragraph(told("theorem_gradients", loss=self.loss))
        shown = "numerator" if self.layout == "numerator" else "denominator"
        yield self._gradients(shown)
        if self.layout == "numerator":
            yield Paragraph(told("numerator"))
        if self.layout == "both":
            p = next((p for p in b.gradients if p.is_matrix), next(iter(b.gradients)))
            yield Paragraph(told("denominator"))
            yield Display((Line(b.gradient(p, "numerator"), self._derivative(p), end="."),))

    def _minus_one(self) -> Box:
        return self.time(self.last - 1)

    def _symbol_last(self, r: Row) -> Symbol:
        return self.adjoints.symbol(r.of, self.last)

    def _derivative(self, p: Symbol) -> Box:
        if p.is_scalar or p.cols == ex.ONE or p.is_matrix:
            return self.box(Partial(Symbol(self.b.loss.name), p))
        return self.box(p)

    def _gradients(self, layout: str) -> Display:
        """Rows of equations, those of parameters that share a derivative side by side where there is room."""
        groups: dict[object, list[tuple[Symbol, Expr]]] = {}
        for p, g in self.b.gradients.items():
            groups.setdefault(self._group(p, g), []).append((p, self.b.gradient(p, layout)))
        lines: list[Line] = []
        for group in groups.values():
            line: list[Box] = []
            for p, e in group:
                box = equals(self._derivative(p), self.box(e))
                if line and sum(map(width, line)) + width(box) + 2 * len(line) > ROOM:
                    lines.append(self._joined(line))
                    line = []
                line.append(box)
            lines.append(self._joined(line))
        return Display(ended(lines))

    def _group(self, p: Symbol, g: Gradient) -> object:
        """What parameters of one line have in common: the gradients their summands hold."""
        e = g.summand if g.summand is not None else g.once
        held = {self.adjoints.symbol(v) for v in self.adjoints.nodes}
        return frozenset(e.symbols & held) if e is not None else p

    @staticmethod
    def _joined(boxes: list[Box]) -> Line:
        out: list[Box] = []
        for n, box in enumerate(boxes):
            out += [*([Op(",", prefix=True), Op(r"\quad", prefix=True)] if n else []), box]
        return Line(row(*out), relation="")

    # ------------------------------------------------------------------------------------------ proof

    def proof(self) -> Block:
        blocks: list[Block] = []
        users = [u.user for r in self.b.rows for u in self.b.adjoint(r.of).uses if u.user in self.adjoints.nodes]
        if users:
            user = users[0]
            d = Op(r"\partial", prefix=True)
            generic = self.step.free_letter("v", "z", "s", "u", "r", r"\eta", r"\xi")
            quotient = row(d, self.box(user), Op("/", prefix=True), d, Ident(generic))
            local = row(Script(Fence("(", quotient, ")"), sup=Mark("T")), Gap(), self.box(self.adjoints.symbol(user)))
            chain = told("proof_chain", loss=self.loss, user=self.box(user), local=local)
            bars = told("bars", loss=self.loss) if self.b.inlined else ()
            blocks.append(Paragraph(sentences(chain, bars)))
        blocks.append(Paragraph(sentences(*(self._row_proof(r) for r in self.b.rows))))
        induction = told(
            "induction",
            time=self.at_last(),
            later=self.time(self.now + 1),
            now=self.time(self.now),
            range=self.range(self.last.text, "1"),
        )
        parameters = told("parameters", now=self.time(self.now))
        constants = told("constants") if self.step.constants else ()
        blocks.append(Paragraph(sentences(induction, parameters, constants)))
        return Environment("proof", tuple(blocks))

    def _row_proof(self, r: Row) -> Inlines:
        uses = self.b.adjoint(r.of).uses
        if r.final:
            return (*self._uses(r.of, uses), ".")
        before = tuple(self.b.chosen(uses, last=False))
        key = "sum" if len(before) > 1 else "alone"
        out = told(key, uses=self._uses(r.of, before), label=Ref(self.label(r)))
        rest = tuple(u for u in uses if u not in before)
        if not rest:
            return out
        return sentences(out, told("at_the_end", places=listed([self._place(u) for u in rest])))

    def _uses(self, v: Symbol, uses: tuple[Use, ...]) -> Inlines:
        """``h_t stands in l_t, which gives ..., and in a_{t+1}, which gives ...``."""
        inner = [u.user for u in uses if self.adjoints.symbol(u.user) in self.b.inlined]
        out = told("use", symbol=self.box(v), places=listed([self._place(u) for u in uses], ", and "))
        for u in inner:
            out = sentences((*out, ","), ("and ", *self._uses(u, self.b.adjoint(u).uses)))
        return out

    def _place(self, u: Use) -> Inlines:
        if u.user == self.b.loss.symbol:
            through = [Math(self.box(s)) for s in self.adjoints.folded if u.of in self.step.definitions[s].symbols]
            key = "place_loss_through" if through else "place_loss"
            return told(
                key,
                loss=self.box(self.adjoints.loss_symbol()),
                term=self.box(self.b.shown(u.term)),
                through=listed(through) if through else "",
            )
        user = self.step.at(u.user, u.later)
        return told("place", user=self.box(user), term=self.box(u.term))

    # -------------------------------------------------------------------------------------- algorithm

    def algorithm(self) -> Iterator[Block]:
        b = self.b
        forward = [Math(self.box(s)) for s in self.step.printed]
        backward = [Math(self.box(r.symbol)) for r in b.rows if not r.final]
        first = [Math(self.box(self._symbol_last(r))) for r in b.rows]
        yield Paragraph(self._numbered(1, told("go_forward", range=self.forwards, names=listed(forward))), "Algorithm")
        yield Paragraph(self._numbered(2, told("go_last", names=listed(first))), start=True)
        back = told("go_back", range=self.range(self._minus_one(), "1"), names=listed(backward))
        yield Paragraph(self._numbered(3, back), start=True)
        yield Paragraph(self._numbered(4, told("go_sum", last=self.time(self.last))), start=True)

    @staticmethod
    def _numbered(n: int, words: Inlines) -> Inlines:
        return (f"{n}. ", *words)

    def products(self, confirmed: Confirmed[Unrolled], bound: Confirmed[Bound]) -> Iterator[Block]:
        """The product of one-step Jacobians, and how large it can be."""
        states = self.step.states
        product = confirmed.statement
        yield Paragraph(told("products_block" if product.is_block else "products"), "Products over time")
        named = product.is_block or width(self.box(product.factor)) > LONG
        yield product_lines(product, LAYOUTS, named=named, style=self.style)
        if named:
            yield Paragraph(told("products_with" if product.is_block else "products_is", name=self.box(product.name)))
            yield Display(ended(list(self._blocks(product))))
        proof = told(
            "products_proof",
            early=self.box(product.wrt),
            late=self.box(product.of),
            between=listed([Math(self.box(self.step.before(s))) for s in states]),
        )
        yield Paragraph(sentences(proof), start=True)
        yield Paragraph(sentences(*tell_bound(bound)), "Bound")

    def _blocks(self, product: Unrolled) -> Iterator[Line]:
        told_before: dict[Expr, Expr] = {}
        for s in product.states:
            for r in product.states:
                d = Partial(s.at(product.index), r.at(product.index - 1))
                block = product.block(s, r)
                yield Line(block.replace(told_before), self.box(d))
                if isinstance(block, ex.Sum):
                    told_before[block] = d

    def truncation(self) -> Iterator[Block]:
        """The same with the loss of each step carried back through a window of steps."""
        window = self.b.window
        if window is None:
            return
        starts = [r for r in self.b.rows if any(u.user == self.b.loss.symbol for u in self.b.adjoint(r.of).uses)]
        before = [Math(self.box(self.step.at(s, self.now - window))) for s in self.step.states]
        yield Paragraph(
            told(
                "truncated",
                window=str(window),
                first=self.time(self.now + 1 - window),
                now=self.time(self.now),
                states=listed(before),
                verb="were" if len(before) > 1 else "was",
            ),
            "Truncation",
        )
        yield Display(ended([Line(r.last, r.symbol) for r in starts], ","))
        yield Paragraph(told("truncated_then", loss=self.loss, window=str(window), last=self.time(self.last)))
