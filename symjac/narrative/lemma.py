"""The rules a composite proof uses, as equations between generic functions, each with its line in entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symjac import expr as ex
from symjac.differentiate import jacobian_theorem
from symjac.entries import at, entry
from symjac.expr import Apply, Entry, Expr, Function, Index, IndexSum, Number, Partial, Product, Symbol
from symjac.kernel import Scope
from symjac.narrative.blocks import Block, Display, Environment, Inlines, Line, Paragraph, ended
from symjac.narrative.example import unrooted
from symjac.narrative.teller import Teller
from symjac.narrative.words import WORDS, listed, sentences, told
from symjac.typeset import names
from symjac.typeset.boxes import Fence, Ident, Mark, Script, row


@dataclass(frozen=True)
class Letters:
    """Generic functions of the variable, named by letters that the system does not use."""

    x: Symbol
    a: Symbol
    c: Symbol
    p: Symbol
    s: Symbol
    U: Symbol
    q: Symbol
    phi: Function
    i: Index
    j: Index
    k: Index

    def d(self, e: Expr) -> Expr:
        """The Jacobian of a generic expression."""
        return Partial(e, self.x)

    def de(self, e: Expr) -> Expr:
        """The derivative of an entry."""
        return Partial(e, self.x if self.x.is_scalar else Entry(self.x, self.j))

    @property
    def definitions(self) -> Mapping[Symbol, Expr]:
        """The generic functions as unspecified maps of the variable, so that equations about them can be checked."""
        size = self.a.rows
        direction = Symbol(self.s.name + "_0", (size, ex.ONE))
        return {
            self.a: ex.VectorMap(self.a.name, self.x, size),
            self.c: ex.VectorMap(self.c.name, self.x, size),
            self.s: Product(ex.Transpose(direction), ex.VectorMap(self.s.name, self.x, size)),
            self.p: ex.Softmax(self.a),
        }


@dataclass(frozen=True)
class Told:
    """A rule: the derivative of ``y`` is ``rhs``; and the same for one entry."""

    y: Expr
    rhs: Expr
    entry: Expr
    entry_rhs: Expr


# What the rules are about, in the letters of a lemma.
LEMMAS: dict[str, Callable[[Letters], Expr]] = {
    "constant_factor": lambda g: Product(g.U, g.a),
    "chain_rule": lambda g: Apply(g.phi, g.a),
    "product_rule": lambda g: ex.Hadamard(g.a, g.c),
    "scalar_product": lambda g: Product(g.s, g.a),
    "inner_product": lambda g: Product(ex.Transpose(g.a), g.c),
    "power_rule": lambda g: ex.EntryPower(g.a, g.q),
    "softmax_rule": lambda g: ex.Softmax(g.a),
    "log_sum_exp_rule": lambda g: ex.LogSumExp(g.a),
    "norm_rule": lambda g: ex.Norm(g.a),
    "squared_norm_rule": lambda g: ex.EntryPower(ex.Norm(g.a), Number(2)),
}


def rule_of(name: str, g: Letters) -> Told:
    """A rule as the kernel applies it to generic functions, and the entries of both sides."""
    y = LEMMAS[name](g)
    rhs = jacobian_theorem(y, Scope(g.x, g.definitions)).rhs
    # The softmax of a vector and its norm keep their names in entries.
    named: dict[Expr, Expr] = {ex.Softmax(g.a): g.p, ex.Norm(g.a): Symbol(r"\text{norm}")}
    left = g.p if isinstance(y, ex.Softmax) else y
    back = {s: e for e, s in named.items() if s not in left.symbols}
    entry_left = _in_index(entry(left, g.i if y.is_vector else None).rebuilt(unrooted), g.k)
    if isinstance(y, ex.LogSumExp):
        entry_left = Apply(Function(r"\ln", 0, "log"), entry_left.args[0])
    places = [*([g.i] if y.is_vector else []), *([] if g.x.is_scalar else [g.j])]
    entry_right = _in_index(entry(rhs.replace(named), *places), g.k)
    if isinstance(y, ex.Softmax):
        rhs = rhs.replace(named)
    return Told(left, _derivatives_last(rhs), entry_left, _derivatives_last(entry_right.replace(back)))


def _derivatives_last(e: Expr) -> Expr:
    """A sum of products with derivatives that are numbers behind the other factors, as people write them."""
    if isinstance(e, ex.Sum):
        return ex.Sum(*map(_derivatives_last, e.args))
    return Product(*sorted(e.args, key=lambda f: isinstance(f, Partial))) if isinstance(e, Product) else e


def _in_index(e: Expr, k: Index) -> Expr:
    """A sum over entries by another letter."""
    if isinstance(e, IndexSum):
        return IndexSum(k, at(e.body, {e.index: k}))
    return e.with_args(tuple(_in_index(a, k) for a in e.args))


def rule_label(name: str) -> str:
    return f"rule-{name.replace('_', '-')}"


def letters(t: Teller) -> Letters:
    """Letters for the generic functions of the lemma."""
    size = t.of.rows if t.of.is_vector else t.wrt.rows if t.wrt.is_vector else ex.dim(t.letter("n", "m", "d", "N"))
    column, square = (size, ex.ONE), (size, size)
    i, j = t.indices
    taken = {i.name, j.name}

    def pick(*options: str) -> str:
        name = t.letter(*(o for o in options if o not in taken))
        taken.add(name)
        return name

    return Letters(
        x=t.wrt,
        a=Symbol(pick("a", "v", "y", "e"), column),
        c=Symbol(pick("c", "w", "u", "g"), column),
        p=Symbol(pick("p", "q", "y", r"\pi"), column),
        s=Symbol(pick("s", "r", "m", r"\mu")),
        U=Symbol(pick("U", "A", "M", "B", "K", "V"), square),
        q=Symbol(pick("q", "m", r"\kappa")),
        phi=Function(pick(r"\varphi", r"\psi", "f", r"\chi")),
        i=Index(i.name, size),
        j=Index(j.name, t.wrt.rows),
        k=Index(pick("k", "l", "m", r"\kappa"), size),
    )


def lemma(t: Teller, used: tuple[str, ...]) -> tuple[Block, ...]:
    """The lemma with just the rules that are used, and its proof in entries."""
    chosen = [name for name in used if name in LEMMAS]
    if not chosen or not t.has_lemma:
        return ()
    g = letters(t)
    rules = {name: rule_of(name, g) for name in chosen}
    rows: list[Line] = []
    lines: list[Line] = []
    for name, rule in rules.items():
        rows.append(t.equation(g.d(rule.y), rule.rhs, definitions=g.definitions, label=rule_label(name)))
        lines.append(t.equation(g.de(rule.entry), rule.entry_rhs, definitions=g.definitions))
    count = WORDS.get(f"count_{len(rules)}", WORDS["count_many"])
    rule_count = told("rule_used") if len(rules) == 1 else told("rules_used", count=count)
    i, j = Ident(g.i.name), Ident(g.j.name)
    v = Ident(t.letter("v", "w", "y"))
    diagonal = any(isinstance(e, ex.Diag) for r in rules.values() for e in r.rhs.walk())
    closing = told(
        "lemma_end" if diagonal else "lemma_end_plain",
        diag=row(Mark("diag"), Fence("(", v, ")")),
        i=i,
        entry=Script(v, sub=i),
    )
    both = told("fix_both", i=i, j=j) if t.wrt.is_vector else told("fix_one", i=i)
    fixed = sentences(both, told("lemma_proof" if len(rules) > 1 else "lemma_proof_one"))
    return (
        Paragraph(rule_count),
        Environment("lemma", (Paragraph(_assumptions(t, g, rules)), Display(ended(rows))), label="lemma"),
        Environment("proof", (Paragraph(fixed), Display(ended(lines, ",")), Paragraph(closing))),
    )


def _assumptions(t: Teller, g: Letters, rules: Mapping[str, Told]) -> Inlines:
    seen = {leaf for r in rules.values() for e in (r.y, r.rhs) for leaf in e.walk() if isinstance(leaf, Symbol)}
    functions: list[Inlines] = []
    vectors = [s for s in (g.a, g.c) if s in seen]
    if vectors:
        functions.append(told("lemma_vectors" if len(vectors) > 1 else "lemma_vector", symbols=listed(vectors)))
    if g.s in seen:
        functions.append(told("lemma_scalar", symbols=g.s))
    more: list[Inlines] = []
    if "chain_rule" in rules:
        more.append(told("lemma_phi", phi=names.name_box(g.phi.name)))
    if g.U in seen:
        more.append(told("lemma_matrix", matrix=g.U))
    if g.q in seen:
        more.append(told("lemma_power", q=g.q))
    if g.p in seen:
        more.append(told("lemma_softmax", p=g.p, softmax=ex.Softmax(g.a)))
    if "norm_rule" in rules:
        more.append(told("lemma_norm", vector=g.a))
    tail = sentences((",",), listed(more)) if len(more) > 1 else (WORDS["and"], *more[0]) if more else ()
    return told("lemma_let", functions=listed(functions), x=g.x, more=tail)
