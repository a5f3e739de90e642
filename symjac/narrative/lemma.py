"""The rules a composite proof uses, as equations between generic functions, each with its line in entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symjac import expr as ex
from symjac.expr import Apply, Entry, Expr, Function, Index, IndexSum, Number, Partial, Product, Sum, Symbol
from symjac.narrative.blocks import Block, Display, Environment, Inlines, Line, Paragraph, ended
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


def _constant_factor(g: Letters) -> Told:
    terms = [Product(Entry(g.U, g.i, g.k), f) for f in (Entry(g.a, g.k), g.de(Entry(g.a, g.k)))]
    return Told(Product(g.U, g.a), Product(g.U, g.d(g.a)), IndexSum(g.k, terms[0]), IndexSum(g.k, terms[1]))


def _chain_rule(g: Letters) -> Told:
    slope, a_i = g.phi.derivative(), Entry(g.a, g.i)
    return Told(
        Apply(g.phi, g.a),
        Product(ex.Diag(Apply(slope, g.a)), g.d(g.a)),
        Apply(g.phi, a_i),
        Product(Apply(slope, a_i), g.de(a_i)),
    )


def _product_rule(g: Letters) -> Told:
    a_i, c_i = Entry(g.a, g.i), Entry(g.c, g.i)
    return Told(
        ex.Hadamard(g.a, g.c),
        Sum(Product(ex.Diag(g.c), g.d(g.a)), Product(ex.Diag(g.a), g.d(g.c))),
        Product(a_i, c_i),
        Sum(Product(c_i, g.de(a_i)), Product(a_i, g.de(c_i))),
    )


def _scalar_product(g: Letters) -> Told:
    a_i = Entry(g.a, g.i)
    return Told(
        Product(g.s, g.a),
        Sum(Product(g.a, g.d(g.s)), Product(g.s, g.d(g.a))),
        Product(g.s, a_i),
        Sum(Product(a_i, g.de(g.s)), Product(g.s, g.de(a_i))),
    )


def _inner_product(g: Letters) -> Told:
    a_k, c_k = Entry(g.a, g.k), Entry(g.c, g.k)
    return Told(
        Product(ex.Transpose(g.a), g.c),
        Sum(Product(ex.Transpose(g.c), g.d(g.a)), Product(ex.Transpose(g.a), g.d(g.c))),
        IndexSum(g.k, Product(a_k, c_k)),
        Sum(IndexSum(g.k, Product(c_k, g.de(a_k))), IndexSum(g.k, Product(a_k, g.de(c_k)))),
    )


def _power_rule(g: Letters) -> Told:
    lower, a_i = Sum(g.q, Number(-1)), Entry(g.a, g.i)
    return Told(
        ex.EntryPower(g.a, g.q),
        Product(g.q, ex.Diag(ex.EntryPower(g.a, lower)), g.d(g.a)),
        ex.EntryPower(a_i, g.q),
        Product(g.q, ex.EntryPower(a_i, lower), g.de(a_i)),
    )


def _softmax_rule(g: Letters) -> Told:
    p_i, p_k = Entry(g.p, g.i), Entry(g.p, g.k)
    mean = IndexSum(g.k, Product(p_k, g.de(Entry(g.a, g.k))))
    return Told(
        g.p,
        Product(ex.sub(ex.Diag(g.p), Product(g.p, ex.Transpose(g.p))), g.d(g.a)),
        p_i,
        Sum(Product(p_i, g.de(Entry(g.a, g.i))), Product(Number(-1), p_i, mean)),
    )


def _log_sum_exp_rule(g: Letters) -> Told:
    soft = ex.Softmax(g.a)
    exp = Function(r"\exp", 0, "exp")
    total = IndexSum(g.k, Apply(exp, Entry(g.a, g.k)))
    return Told(
        ex.LogSumExp(g.a),
        Product(ex.Transpose(soft), g.d(g.a)),
        Apply(Function(r"\ln", 0, "log"), total),
        IndexSum(g.k, Product(Entry(soft, g.k), g.de(Entry(g.a, g.k)))),
    )


def _norm_rule(g: Letters) -> Told:
    a_k = Entry(g.a, g.k)
    inverse = ex.EntryPower(ex.Norm(g.a), Number(-1))
    square = IndexSum(g.k, ex.EntryPower(a_k, Number(2)))
    return Told(
        ex.Norm(g.a),
        Product(inverse, ex.Transpose(g.a), g.d(g.a)),
        ex.EntryPower(square, Number(Fraction(1, 2))),
        Product(inverse, IndexSum(g.k, Product(a_k, g.de(a_k)))),
    )


def _squared_norm_rule(g: Letters) -> Told:
    a_k, two = Entry(g.a, g.k), Number(2)
    return Told(
        ex.EntryPower(ex.Norm(g.a), two),
        Product(two, ex.Transpose(g.a), g.d(g.a)),
        IndexSum(g.k, ex.EntryPower(a_k, two)),
        Product(two, IndexSum(g.k, Product(a_k, g.de(a_k)))),
    )


LEMMAS: dict[str, Callable[[Letters], Told]] = {
    "constant_factor": _constant_factor,
    "chain_rule": _chain_rule,
    "product_rule": _product_rule,
    "scalar_product": _scalar_product,
    "inner_product": _inner_product,
    "power_rule": _power_rule,
    "softmax_rule": _softmax_rule,
    "log_sum_exp_rule": _log_sum_exp_rule,
    "norm_rule": _norm_rule,
    "squared_norm_rule": _squared_norm_rule,
}


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
    rules = {name: LEMMAS[name](g) for name in chosen}
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
