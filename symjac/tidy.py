"""Closed forms: collecting, merging and naming until a Jacobian reads as an author would write it.

Nothing here is trusted. Every form is a guess that :mod:`symjac.jacobian` lets pass only when the
normal form says it equals what the rules derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symjac import expr as ex
from symjac.expr import Apply, Diag, Expr, Number, Partial, Product, Sum, Symbol
from symjac.functions import ACTIVATIONS
from symjac.limits import step, work_limit

STEPS = 100_000  # so many factors are looked at for one closed form
TOO_LONG = "the derivative is too long to be collected"
# Functions whose derivative is shorter spelled out than primed.
SPELLED_OUT = frozenset({"exp", "log", "sin", "cos", "sinh", "cosh", "sqrt", "square", "identity", "reciprocal", "abs"})


def collect(e: Expr, names: Mapping[Expr, Symbol]) -> Expr:
    """The sum with like terms together, diagonals merged and known derivatives by name.

    ``names`` maps right-hand sides to the symbols that stand for them.

    >>> n = ex.dim("n")
    >>> g, h, K = Symbol("g", (n, ex.ONE)), Symbol("h", (n, ex.ONE)), Symbol("K", (n, n))
    >>> collect(ex.add(ex.neg(ex.mul(Diag(h), K)), ex.mul(Diag(g), K)), {})
    Product(Diag(Sum(g, Product(Number(Fraction(-1, 1)), h))), K)
    """
    with work_limit(STEPS, TOO_LONG):
        return tidy_sum(_name(e, names))


def close(e: Expr, closed: Mapping[Partial, Expr]) -> Expr:
    """The collected form with the closed forms of the gates' Jacobians put in."""
    with work_limit(STEPS, TOO_LONG):
        return tidy_sum(put_in(e, closed))


def put_in(e: Expr, table: Mapping[Any, Expr]) -> Expr:
    """The expression with others in the place of some, built by the computing constructors."""
    if e in table:
        return table[e]
    return rebuild(e, tuple(put_in(a, table) for a in e.args)) if e.args else e


# ------------------------------------------------------------------------------------------ naming


def _name(e: Expr, names: Mapping[Expr, Symbol]) -> Expr:
    """Gates by their names, derivatives of known functions in terms of them."""
    if e in names:
        return names[e]
    if isinstance(e, Partial) or not e.args:
        return e
    e = rebuild(e, tuple(_name(a, names) for a in e.args))
    if e in names:
        return names[e]
    if isinstance(e, ex.EntryPower) and isinstance(e.exponent, Number):
        return _root(e.base, e.exponent.value, names) or e
    if isinstance(e, Apply) and e.function.known is not None and e.function.order == 1:
        value = Apply(ex.Function(e.function.name, 0, e.function.known), e.arg)
        row = ACTIVATIONS[e.function.known]
        spelled = row.derivative(e.arg, _name(value, names))
        if e.function.known in SPELLED_OUT or ex.is_zero(spelled):
            return spelled
        if value in names:
            printed = row.derivative(e.arg, names[value])
            # relu' of a named activation is no shorter for the name: it stays relu'(a).
            return printed if names[value] in printed.symbols else e
    return e


def _root(base: Expr, q: Fraction, names: Mapping[Expr, Symbol]) -> Expr | None:
    """``base^q`` as a whole power of a symbol that stands for the square root of the base."""
    root = names.get(ex.power(base, Fraction(1, 2)))
    if root is None or q.denominator != 2:
        return None
    return ex.power(root, 2 * q)


def rebuild(e: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node over other operands, built by the computing constructors."""
    match e:
        case Sum():
            return add_like(list(args)) if any(ex.neg(a) in args for a in args) else ex.add(*args)
        case Product():
            return _without_ones(ex.mul(*args))
        case ex.Hadamard():
            return ex.hadamard(*args)
        case Diag():
            return ex.diag(args[0])
        case ex.EntryPower():
            return ex.power(args[0], args[1])
        case ex.Transpose() if isinstance(args[0], ex.Identity):
            return args[0]
        case ex.Diagonal() if isinstance(args[0], ex.Identity):
            return ex.Ones(args[0].rows)
        case ex.Stack() if all(isinstance(a, ex.Ones) for a in args):
            return ex.Ones(e.rows, e.cols)
        case ex.Trace():
            return _trace(args[0])
    return e if args == e.args else e.with_args(args)


def _without_ones(e: Expr) -> Expr:
    """A product in which "1^T 1", which does not say how many entries are meant, is their number."""
    if not isinstance(e, Product):
        return e
    scalars: list[Expr] = []
    chain: list[Expr] = []
    for f in e.args:
        if f.is_scalar:
            scalars.append(f)
        elif isinstance(f, ex.Ones) and f.is_vector and chain and chain[-1] == ex.Transpose(f):
            chain.pop()
            scalars.append(ex.size_as_scalar(f.rows))
        else:
            chain.append(f)
    return e if len(scalars) + len(chain) == len(e.args) else ex.mul(*merge_powers(scalars), *chain)


def _trace(e: Expr) -> Expr:
    """The trace with its scalars in front, turned round where fewer transposes stand in it then.

    Of multiples of the identity it is their size, as "tr(I)" would not say which identity is meant.
    """
    scalars, rest = ex.parted(e)
    inner = ex.mul(*rest) if scalars else e
    if isinstance(inner, Product) and inner.args[-1].is_row:  # tr(u v^T) is v^T u
        return ex.mul(*scalars, _without_ones(ex.mul(inner.args[-1], *inner.args[:-1])))
    if isinstance(inner, Diag):
        return ex.mul(*scalars, _without_ones(ex.mul(ex.Transpose(ex.Ones(e.rows)), inner.arg)))
    multiples = []
    for t in inner.args if isinstance(inner, Sum) else (inner,):
        numbers, chain = ex.parted(t)
        if not all(isinstance(f, ex.Identity) for f in chain):
            turned = min(inner, ex.transpose(inner), key=lambda e: sum(isinstance(n, ex.Transpose) for n in e.walk()))
            return ex.mul(*scalars, ex.Trace(turned))
        multiples.append(ex.mul(*numbers, ex.size_as_scalar(e.rows)))
    return ex.mul(*scalars, ex.add(*multiples))


# --------------------------------------------------------------------------------------- one product


@dataclass(frozen=True)
class Term:
    """``number * scalars * diag(vector) * tail``; no vector stands for the identity."""

    number: Fraction
    scalars: tuple[Expr, ...]
    vector: Expr | None
    tail: tuple[Expr, ...]

    def head(self, keep_scalars: bool) -> Expr | None:
        """The vector on the diagonal with number (and scalars) multiplied in; ``None`` is the number one."""
        scalars = self.scalars if keep_scalars else ()
        if self.vector is None and self.number == 1 and not scalars:
            return None
        return ex.mul(Number(self.number), *scalars, *([self.vector] if self.vector is not None else []))


def term(e: Expr) -> Term:
    """A product split into number, scalars, leading diagonal and the rest; diagonals side by side merge."""
    factors = list(e.args) if isinstance(e, Product) else [e]
    step(len(factors))
    number = Fraction(1)
    scalars: list[Expr] = []
    chain: list[Expr] = []
    for f in factors:
        if isinstance(f, Number):
            number *= f.value
        elif f.is_scalar:
            scalars.append(f)
        elif isinstance(f, ex.Identity):
            continue
        elif isinstance(f, Diag) and chain and isinstance(chain[-1], Diag):
            chain[-1] = ex.diag(ex.hadamard(chain[-1].arg, f.arg))
        elif isinstance(f, Diag) and chain and chain[-1] == ex.Transpose(ex.Ones(f.rows)):
            chain[-1] = ex.transpose(f.arg)
        elif isinstance(f, ex.Ones) and f.is_vector and chain and chain[-1] == ex.Transpose(f):
            # Nothing in "1^T 1" says how many entries are meant: it is their number.
            chain.pop()
            scalars.append(ex.size_as_scalar(f.rows))
        elif isinstance(f, ex.Ones) and chain and isinstance(chain[-1], Diag):
            chain[-1] = chain[-1].args[0]
        elif f.is_row and len(chain) > 1 and chain[-1].is_vector and isinstance(chain[-2], Diag):
            # diag(v) b c^T is the rank-one matrix (v o b) c^T.
            vector = chain.pop()
            chain[-1] = ex.hadamard(chain[-1].args[0], vector)
            chain.append(f)
        elif chain and (_inverts(f, chain[-1]) or _inverts(chain[-1], f)):
            chain.pop()
        elif isinstance(f, ex.Stack):
            chain += _stack(f)
        elif isinstance(f, Sum) and not f.is_vector:
            inner = tidy_sum(f)
            if isinstance(inner, Sum):
                chain.append(inner)
            else:
                sub = term(inner)
                number *= sub.number
                scalars += sub.scalars
                if sub.vector is not None:
                    before = [chain.pop().args[0]] if chain and isinstance(chain[-1], Diag) else []
                    chain.append(ex.diag(ex.hadamard(*before, sub.vector) if before else sub.vector))
                chain += sub.tail
        else:
            chain.append(f)
    if chain and isinstance(chain[0], Diag):
        inner_number, vector = _sign(chain[0].arg)
        return Term(number * inner_number, merge_powers(scalars), vector, tuple(chain[1:]))
    return Term(number, merge_powers(scalars), None, tuple(chain))


def _inverts(a: Expr, b: Expr) -> bool:
    """Whether a is the matrix of which b is printed as the inverse."""
    return isinstance(b, ex.MatrixPower) and b.exponent == Number(-1) and b.base == a


def _stack(e: ex.Stack) -> list[Expr]:
    """The blocks tidied; where only one is not zero it stands beside a stack of the identity and zeros."""
    blocks = [tidy_sum(b) for b in e.args]
    filled = [k for k, b in enumerate(blocks) if not ex.is_zero(b)]
    if len(filled) != 1 or isinstance(blocks[filled[0]], ex.Identity) or e.cols == ex.ONE:
        return [ex.Stack(*blocks)]
    at = filled[0]
    rows = blocks[at].rows
    places = [ex.Identity(rows) if k == at else ex.Zero(b.rows, rows) for k, b in enumerate(blocks)]
    inner = blocks[at]
    return [ex.Stack(*places), *(inner.args if isinstance(inner, Product) else (inner,))]


def _sign(v: Expr) -> tuple[Fraction, Expr]:
    """The number in front of a vector, also one hidden in an entrywise product, and the rest."""
    if isinstance(v, Product) and isinstance(v.args[0], Number):
        return v.args[0].value, ex.mul(*v.args[1:])
    if isinstance(v, ex.Hadamard):
        number, rest = Fraction(1), []
        for f in v.args:
            k, g = _sign(f)
            number *= k
            rest.append(g)
        return number, ex.hadamard(*rest) if number != 1 else v
    return Fraction(1), v


def merge_powers(scalars: Iterable[Expr]) -> tuple[Expr, ...]:
    """Scalar factors with the exponents of equal bases added.

    >>> s = Symbol("s")
    >>> merge_powers([s, ex.power(s, -1)])
    ()
    """
    exponents: dict[Expr, Expr] = {}
    for s in scalars:
        base, exponent = _base(s)
        exponents[base] = ex.add(exponents[base], exponent) if base in exponents else exponent
    return tuple(ex.power(b, q) for b, q in exponents.items() if not ex.is_zero(q))


def _base(s: Expr) -> tuple[Expr, Expr]:
    """Base and exponent of a scalar; a whole power of a root is a power of what stands under it."""
    if not isinstance(s, ex.EntryPower):
        return s, Number(1)
    base, q = s.base, s.exponent
    while isinstance(base, ex.EntryPower) and isinstance(q, Number):
        inner = base.exponent
        if not isinstance(inner, Number) or (q.value.denominator != 1 and inner.value.numerator % 2 == 0):
            break  # the root of a square is no power of the base
        base, q = base.base, Number(q.value * inner.value)
    return base, q


def product_of(t: Term, shape: ex.Shape) -> Expr:
    front: list[Expr] = [Number(t.number), *t.scalars]
    if t.vector is not None:
        front.append(ex.diag(t.vector))
    if t.vector is None and not t.tail and shape[0] != ex.ONE:
        front.append(ex.Identity(shape[0]))
    return ex.mul(*front, *t.tail)


# ---------------------------------------------------------------------------------------- one sum


@lru_cache(maxsize=256)  # sums inside products are met again at every level around them
def tidy_sum(e: Expr) -> Expr:
    """Every product in normal order, like terms collected, a factor common to all of them put outside."""
    flat = ex.add(e)
    terms = [t for t in map(term, flat.args if isinstance(flat, Sum) else (flat,)) if t.number != 0]
    if not terms or ex.is_zero(flat):
        return ex.zero(e.shape)
    terms = _in_order(_like(terms))
    if not terms:
        return ex.zero(e.shape)
    total = ex.add(*_by_gate([product_of(t, e.shape) for t in terms]))
    return _common_factor(total)


def _by_gate(products: list[Expr]) -> list[Expr]:
    """``P dz + Q dz`` as ``(P + Q) dz``: the derivative of a gate stands once, so that layers multiply, not branch."""
    groups: dict[Expr, list[Expr]] = {}
    for p in products:
        last = p.args[-1] if isinstance(p, Product) else p
        groups.setdefault(last if isinstance(last, Partial) and last.is_matrix else p, []).append(p)
    out: list[Expr] = []
    for last, group in groups.items():
        if len(group) == 1:
            out += group
            continue
        heads = [ex.mul(*p.args[:-1]) if isinstance(p, Product) else ex.Identity(p.rows) for p in group]
        scaled = [ex.mul(h, ex.Identity(last.rows)) if h.is_scalar else h for h in heads]
        out.append(ex.mul(tidy_sum(ex.add(*scaled)), last))
    return out


def _in_order(terms: list[Term]) -> list[Term]:
    """Diagonals first, and no minus sign in front where a term without one can stand there."""
    terms = sorted(terms, key=lambda t: bool(t.tail) or t.number < 0)
    first = next((t for t in terms if t.number > 0), None)
    if first is None or terms[0].number > 0:
        return terms
    return [first, *(t for t in terms if t is not first)]


def _like(terms: list[Term]) -> list[Term]:
    """Terms with the same tail added into one diagonal; terms that are equal but for the number added."""
    groups: dict[object, list[Term]] = {}
    for t in terms:
        # The identity stays apart from diagonals: I + diag(v) reads better than diag(1 + v).
        groups.setdefault(t.tail or ("diagonal", t.vector is None), []).append(t)
    return [u for group in groups.values() for u in _merge(group)]


def _merge(group: list[Term]) -> list[Term]:
    if len(group) == 1:
        return group
    if all(t.vector is None for t in group):
        return _add_numbers(group)
    same = all(t.scalars == group[0].scalars for t in group)
    heads = [(t.head(keep_scalars=not same), t.number) for t in group]
    ones = ex.Ones(*next(t.vector.shape for t in group if t.vector is not None))
    ordered = [head for head, _ in sorted(heads, key=lambda p: p[1] < 0)]
    total = add_like([ones if h is None else ex.mul(h, ones) if h.is_scalar else h for h in ordered])
    if ex.is_zero(total):
        return []
    number, vector = _sign(total)
    scalars = group[0].scalars if same else ()
    return [Term(number, scalars, None if isinstance(vector, ex.Ones) else vector, group[0].tail)]


def _add_numbers(group: list[Term]) -> list[Term]:
    """``2 a K - a K`` is ``a K``; different scalars stay side by side."""
    by_scalars: dict[tuple[Expr, ...], Fraction] = {}
    for t in group:
        by_scalars[t.scalars] = by_scalars.get(t.scalars, Fraction(0)) + t.number
    return [Term(number, scalars, None, group[0].tail) for scalars, number in by_scalars.items() if number != 0]


def add_like(vectors: list[Expr]) -> Expr:
    """The sum of vectors with numeric multiples of equal ones added up.

    >>> v = Symbol("v", (ex.dim("n"), ex.ONE))
    >>> add_like([v, ex.mul(Number(2), v)])
    Product(Number(Fraction(3, 1)), v)
    """
    numbers: dict[Expr, Fraction] = {}
    flat = ex.add(*vectors)
    for v in flat.args if isinstance(flat, Sum) else (flat,):
        k, rest = _sign(v)
        numbers[rest] = numbers.get(rest, Fraction(0)) + k
    kept = [ex.mul(Number(k), v) for v, k in numbers.items() if k != 0]
    return _common_entries(kept) if kept else ex.zero(flat.shape)


def _common_entries(vectors: list[Expr]) -> Expr:
    """``a o (u + v) + b o (u + v)`` as ``(a + b) o (u + v)``; only whole sums are worth it."""
    factors = [list(v.args) if isinstance(v, ex.Hadamard) else [v] for v in vectors]
    shared = _taken_out(factors, lambda f: isinstance(f, Sum)) if len(vectors) > 1 else []
    if not shared:
        return ex.add(*vectors)
    rest = [ex.hadamard(*other) if other else ex.Ones(*vectors[0].shape) for other in factors]
    return ex.hadamard(ex.add(*rest), *shared)


def _taken_out(factors: list[list[Expr]], worth: Callable[[Expr], bool]) -> list[Expr]:
    """What is a factor of all of these, once each: a square may meet a first power. It is taken out of them."""
    shared = [f for f in dict.fromkeys(factors[0]) if worth(f) and all(f in other for other in factors[1:])]
    for f in shared:
        for other in factors:
            other.remove(f)
    return shared


def _common_factor(e: Expr) -> Expr:
    """``A W + B W`` as ``(A + B) W`` and, for rows, ``a^T A + a^T B`` as ``a^T (A + B)``."""
    if not isinstance(e, Sum):
        return e
    if e.is_scalar:
        return _common_scalars(e)
    parts = [ex.parted(t) for t in e.args]
    chains = [chain for _, chain in parts]
    if not all(chains):
        return e
    if e.is_row and all(len(c) > 1 for c in chains) and len({c[0] for c in chains}) == 1:
        inner = [ex.mul(*scalars, *c[1:]) for scalars, c in parts]
        inner.sort(key=lambda f: isinstance(f, ex.Transpose))
        return ex.mul(chains[0][0], tidy_sum(ex.add(*inner)))
    last = chains[0][-1]
    worth = last.is_matrix and not isinstance(last, Diag | ex.Identity)
    if len({c[-1] for c in chains}) == 1 and any(len(c) > 1 for c in chains) and worth:
        inner = [ex.mul(*scalars, *(c[:-1] or [ex.Identity(last.rows)])) for scalars, c in parts]
        if len({i.shape for i in inner}) == 1:
            return ex.mul(tidy_sum(ex.add(*inner)), last)
    return e


def _common_scalars(e: Sum) -> Expr:
    """``a (1 - b) - b a`` as ``a (1 - 2 b)``."""
    factors = [list(t.args) if isinstance(t, Product) and all(f.is_scalar for f in t.args) else [t] for t in e.args]
    shared = _taken_out(factors, lambda f: not isinstance(f, Number))
    rest: list[Expr] = []
    for other in factors:
        signed = ex.mul(*other) if other else Number(1)
        flat = signed.args[1:] if isinstance(signed, Product) and signed.args[0] == Number(-1) else (signed,)
        if len(flat) == 1 and isinstance(flat[0], Sum):
            rest += [ex.neg(t) if flat != (signed,) else t for t in flat[0].args]
        else:
            rest.append(signed)
    return ex.mul(*shared, add_like(rest))
