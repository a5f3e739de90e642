"""The gate of backpropagation through time: entries, paths and opened equations meet in the normal form.

The rules give one term for each use of a symbol. A term is compared with the derivative of the entries of
that one equation. That the terms add up to the whole derivative is compared with the sum over all paths of
the graph: its equations with unknown Jacobians, differentiated as a whole. Both hold for every size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symjac import expr as ex
from symjac.bptt.adjoint import Use, as_sum
from symjac.bptt.rows import Formulas, Row
from symjac.errors import Defect, unprinted
from symjac.expr import ONE, Expr, Partial, Symbol
from symjac.normal import equal


def compare_uses(b: Formulas, found: Iterable[Use]) -> None:
    """Every term is the gradient of ``tr(adjoint^T user)`` by the symbol, other symbols held fixed."""
    definitions = b.step.definitions
    for u in found:
        derivative = u.theorem.lhs
        assert isinstance(derivative, Partial)
        names: dict[Expr, Expr] = b.adjoints.meaning()
        names |= {s: definitions[s] for s in u.own.symbols - derivative.y.symbols if s in definitions}
        if not equal(ex.Transpose(derivative), u.own.replace(names)):
            raise defect(u.of)


def compare_paths(b: Formulas, v: Symbol, found: tuple[Use, ...]) -> None:
    """The uses of ``v`` are all there are: their terms add up to the derivative along all paths to the loss.

    Every equation is replaced by a linear one with unknown Jacobians. The derivative of the loss by ``v`` as the
    normal form takes it is then the sum over all paths, and must be the sum over the uses.
    """
    for last in (False, True):
        graph = _Linear(b, v, last=last)
        right = [graph.carry_back(u) for u in b.chosen(found, last=last)]
        if not equal(
            ex.Transpose(Partial(graph.tail, graph.variable)), as_sum(right, graph.variable.shape), graph.definitions
        ):
            raise defect(v)


class _Linear:
    """The equations of this step and the next, linear with an unknown Jacobian for each use of a symbol.

    ``tail`` is the loss that the step can still change; what comes after the next step is linear too. Of the
    parameters only ``v`` is kept, a vector in place of a matrix.
    """

    def __init__(self, b: Formulas, v: Symbol, *, last: bool) -> None:
        self.b = b
        step, nodes = b.step, b.adjoints.nodes
        leaf = v not in nodes
        self.variable = Symbol(r"\text{leaf}", (ex.dim("p"), ONE)) if leaf else v
        self.definitions: dict[Symbol, Expr] = {}
        for steps in (0, 1):
            for u in nodes:
                deps = step.definitions[u].symbols
                parts = [ex.Product(self.edge(u, s, steps), step.at(s, steps)) for s in nodes if s in deps]
                if leaf and v in deps and not steps:
                    parts.append(ex.Product(self.edge(u, v, 0), self.variable))
                if steps:
                    lagged = [s for s in step.states if step.before(s) in deps]
                    parts += [ex.Product(self.edge(u, step.before(s), 1), s) for s in lagged]
                self.definitions[step.at(u, steps)] = as_sum(parts, u.shape)
        terms: list[Expr] = [ex.Number(0)]
        if last or b.loss.every_step:
            kept = [s for s in (*nodes, *((v,) if leaf else ())) if s in b.adjoints.local.symbols]
            terms += [ex.Product(self.edge(b.loss.symbol, s, 0), self.variable if s == v else s) for s in kept]
        following: list[Expr] = [ex.Number(0)]
        if not last:
            for s in nodes:
                if s in step.states or (b.loss.every_step and s in b.adjoints.local.symbols):
                    unknown = Symbol(rf"\text{{later by {s.name}}}", (ONE, s.rows))
                    following.append(ex.Product(unknown, step.at(s, 1)))
        self.following = ex.add(*following)
        self.tail = ex.add(*terms, self.following)

    def edge(self, u: Symbol, s: Symbol, steps: int) -> Symbol:
        """The unknown Jacobian of ``u`` by ``s`` in one equation."""
        width = s.rows if s in (*self.b.adjoints.nodes, *map(self.b.step.before, self.b.step.states)) else ex.dim("p")
        return Symbol(rf"\text{{{u.name} by {s.name} at {steps}}}", (u.rows, width))

    def carry_back(self, use: Use) -> Expr:
        """The gradient by the user, carried back to the variable."""
        step = self.b.step
        seen = step.before(use.of) if use.later else use.of
        jacobian = ex.Transpose(self.edge(use.user, seen, use.later))
        if use.user == self.b.loss.symbol:
            return jacobian
        whole = self.following if use.later else self.tail
        return ex.Product(jacobian, ex.Transpose(Partial(whole, step.at(use.user, use.later))))


def compare_sums(b: Formulas, inlined: Mapping[Expr, Expr]) -> None:
    """The printed forms, into which gradients by gates have been put, are the sums of the terms."""
    known: dict[Symbol, Expr] = {s: e for s, e in inlined.items() if isinstance(s, Symbol)}
    for row in b.rows:
        for last, form in ((False, row.before), (True, row.last)):
            terms = [u.term for u in b.chosen(b.adjoint(row.of).uses, last=last)]
            if not equal(as_sum(terms, row.of.shape), form, known):
                raise defect(row.of)
    for p, g in (*b.gradients.items(), *b.input_gradients.items()):
        for last, part in ((False, g.summand), (True, g.at_last)):
            terms = [u.term for u in b.chosen(b.adjoints.parameter_uses(p), last=last)]
            if not equal(as_sum(terms, p.shape), part if part is not None else ex.zero(p.shape), known):
                raise defect(p)


def compare_supposing(full: tuple[Row, ...], short: tuple[Row, ...], sums: tuple[Expr, ...]) -> None:
    """The shorter forms are the full ones for targets whose entries add up to one."""
    definitions = _with_mass_one(sums)
    for a, b in zip(full, short, strict=True):
        if not (equal(a.before, b.before, definitions) and equal(a.last, b.last, definitions)):
            raise defect(a.of)


def _with_mass_one(sums: Iterable[Expr]) -> dict[Symbol, Expr]:
    """What vectors stand for whose entries add up to one: any vector over the sum of its entries."""
    definitions: dict[Symbol, Expr] = {}
    for total in sums:
        y = total.args[1]
        assert isinstance(y, Symbol)
        any_vector = Symbol(rf"\text{{any }}{y.name}", y.shape)
        mass = ex.Product(total.args[0], any_vector)
        definitions[y] = ex.Product(ex.EntryPower(mass, ex.Number(-1)), any_vector)
    return definitions


def compare_opened(b: Formulas, row: Row) -> None:
    """A row is the derivative of the loss with every equation of this step and the next opened."""
    for last, form in ((False, row.before), (True, row.last)):
        if last or not row.final:
            _compare_opened(b, row.of, form, last=last)


def _compare_opened(b: Formulas, v: Symbol, form: Expr, *, last: bool) -> None:
    step, nodes = b.step, b.adjoints.nodes
    handed = [u for u in nodes if u in step.states or u in b.loss.term.symbols]
    following = [step.at(u, 1) for u in handed]
    later = ex.VectorMap(r"\text{later}", following[0] if len(following) == 1 else ex.Stack(*following), ONE)
    terms: list[Expr] = [b.loss.term] if last or b.loss.every_step else []
    tail = ex.add(*terms, *([] if last else [later]))
    below = step.descendants([v])
    definitions = {u: step.definitions[u] for u in below}
    meaning = b.adjoints.meaning()
    meaning |= {b.adjoints.symbol(u): ex.Transpose(Partial(tail, u)) for u in nodes}
    if not last:
        changed = [step.before(s) for s in step.states if s == v or s in below]
        for u in step.descendants(changed):
            definitions[step.at(u, 1)] = step.moved(step.definitions[u], 1)
        meaning |= {b.adjoints.symbol(u, 1): ex.Transpose(Partial(later, step.at(u, 1))) for u in nodes}
    definitions |= _with_mass_one(b.hypotheses)
    if not equal(ex.Transpose(Partial(tail, v)), form.replace(meaning), definitions):
        raise defect(v)


def defect(v: Symbol) -> Defect:
    """What is said where two roads to a gradient disagree."""
    message = f"the formula for the gradient by {v.name} is not the derivative that the entries have"
    return unprinted(message, "adjoints", "entries")
