"""Functions of entries, the derivative by an entry, and putting polynomials in for symbols.

The derivative goes index by index: product rule over the factors of a network, chain rule into an
argument, a delta where the symbol itself is met. No rule of matrix calculus occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symjac.errors import NotYetError
from symjac.expr import Symbol
from symjac.functions import ACTIVATIONS
from symjac.normal.atoms import ROW, Atom, Mono, Poly, Rational, single, slot, tables
from symjac.normal.elements import by_blocks, determinant, exponential, function_of, inverse, logarithm, power, power_by
from symjac.normal.network import above, delta, inside, join, multiply, packed, rename
from symjac.normal.polynomial import NONE, add, constant, labels, lone, opened, passing, scalar, scaled

VARIABLE = "\0z"  # the scalar of this name is the variable in a known function's derivative
Values = Mapping[int, tuple[Poly, tuple[int, ...]]]  # atom number: entries, and which label goes with which slot


# ---------------------------------------------------------------------------------------- functions


def apply(function: tuple[str, str, int], p: Poly) -> Poly:
    """A function (key of a known one or "", name, order) of each entry.

    The derivatives of known functions are written out by their table.
    """
    known, name, order = function
    if known and order:
        return substitute(_table(known, order), {scalar(VARIABLE).number: (p, ())})
    direct = DIRECT.get(known)
    if direct is not None:
        return direct(p)
    stacked = by_blocks(p, lambda part: apply(function, part))
    if stacked is not None:
        return stacked
    return function_of(known, name, order, p)


DIRECT: Mapping[str, Callable[[Poly], Poly]] = {
    "exp": exponential,
    "log": logarithm,
    "sqrt": lambda p: power(p, Fraction(1, 2)),
    "square": lambda p: power(p, 2),
    "identity": lambda p: p,
    "reciprocal": lambda p: power(p, -1),
}


def _table(known: str, order: int) -> Poly:
    """The derivative of a known function as a polynomial in :data:`VARIABLE`."""
    key = (known, order)
    found = tables.derived.get(key)
    if found is None:
        if known not in ACTIVATIONS:
            raise NotYetError(f"no known function is called {known}")
        if order == 1:
            z = Symbol(VARIABLE)
            found = above.translate(ACTIVATIONS[known].derivative(z, ACTIVATIONS[known](z)))
        else:
            found = derive(_table(known, order - 1), scalar(VARIABLE), ())
        tables.derived[key] = found
    return found


@dataclass(frozen=True, order=True)
class MapAtom:
    """A derivative of an unspecified map.

    Of a scalar function of one vector all derivatives are symmetric. ``by`` are the arguments, counted
    from 0, by which it is differentiated one after the other: nothing says that their order does not matter.
    """

    name: str
    scalar: bool  # a function of one vector with continuous second derivatives
    rows: int
    sizes: tuple[int, ...]
    by: tuple[int, ...] = ()

    @property
    def lead(self) -> tuple[int, ...]:
        """The sizes of the output and of the entries it is differentiated by, without those that are 1."""
        return tuple(d for d in (self.rows, *(self.sizes[k] for k in self.by)) if d)


def vector_map(what: MapAtom, parts: Sequence[Poly], ends: Sequence[int] = ()) -> Poly:
    """A derivative of an unspecified map at the vectors with entries ``parts`` at ROW.

    ``ends`` are the labels of the output and of the entries it was differentiated by; an index over a
    size that is 1 has none.
    """
    alike = what.scalar and bool(what.by) and all(labels(p).keys() <= {slot(0)} for p in parts)
    a, extra = packed("map", what, parts, what.lead, 1, symmetric=alike)
    return lone(single(a, *ends, *extra))


# --------------------------------------------------------------------------------------- derivatives


def derive(p: Poly, x: Atom, at: tuple[int, ...]) -> Poly:
    """The derivative by the entry of ``x`` with labels ``at``."""
    out: Poly = {}
    for m, coefficient in p.items():
        for k, (c, e) in enumerate(m):
            if x.number in tables.components[c].symbols:
                rest = m[:k] + (((c, e - 1),) if e != 1 else ()) + m[k + 1 :]
                add(out, join([({rest: 1}, NONE), (_derived(c, x, at), NONE)], {}), coefficient * e)
    return out


def _derived(c: int, x: Atom, at: tuple[int, ...]) -> Poly:
    key = (c, x.number, at)
    found = tables.derived.get(key)
    if found is None:
        what = tables.components[c]
        if what.bound:
            factors, bound = opened(c, passing(what.labels, at))
        else:
            factors, bound = [(c, 1)], {}
        found = {}
        for k, (f, e) in enumerate(factors):
            a, _, ix = tables.components[f].factors[0]
            if x.number in tables.atoms[a].symbols:
                rest = [*factors[:k], *([(f, e - 1)] if e != 1 else []), *factors[k + 1 :]]
                inner = _derived(f, x, at) if what.bound else _derived_atom(tables.atoms[a], ix, x, at)
                add(found, join([({tuple(sorted(rest)): 1}, NONE), (inner, NONE)], bound), e)
        tables.derived[key] = found
    return found


def _derived_atom(a: Atom, ix: tuple[int, ...], x: Atom, at: tuple[int, ...]) -> Poly:
    if a.kind == "symbol":
        out = constant(1)
        for i, j, d in zip(ix, at, a.dims, strict=True):
            out = multiply(out, delta(i, j, d))
        return out
    if a.kind in DERIVATIVES:
        return DERIVATIVES[a.kind](a, ix, x, at)
    name = x.data[0].replace("\0", "")
    raise NotYetError(f"symjac cannot differentiate this yet: {a.kind} that depends on {name}")


def _derived_function(a: Atom, ix: tuple[int, ...], x: Atom, at: tuple[int, ...]) -> Poly:
    (p,) = inside(a, ix)
    known, name, order = a.data
    return multiply(apply((known, name, order + 1), p), derive(p, x, at))


def _derived_power(a: Atom, ix: tuple[int, ...], x: Atom, at: tuple[int, ...]) -> Poly:
    p, q = inside(a, ix)
    own = lone(single(a, *ix))
    out = multiply(multiply(q, power(p, -1)), derive(p, x, at))
    return multiply(own, add(out, multiply(logarithm(p), derive(q, x, at))))


def _derived_inverse(a: Atom, ix: tuple[int, ...], x: Atom, at: tuple[int, ...]) -> Poly:
    """d(A^-1) = -A^-1 dA A^-1, written with indices."""
    fresh = passing(ix, at)
    k, m = next(fresh), next(fresh)
    inner = derive(_matrix(a, k, m, ix[2:]), x, at)
    left, right = lone(single(a, ix[0], k, *ix[2:])), lone(single(a, m, ix[1], *ix[2:]))
    return scaled(join([(left, NONE), (inner, NONE), (right, NONE)], {k: a.dims[0], m: a.dims[0]}), -1)


def _derived_determinant(a: Atom, ix: tuple[int, ...], x: Atom, at: tuple[int, ...]) -> Poly:
    """d det A = det A sum_km (A^-1)_mk dA_km."""
    fresh = passing(ix, at)
    k, m = next(fresh), next(fresh)
    d = a.data
    extra = [next(fresh) for _ in ix]
    other = inverse(_matrix(a, slot(0), slot(1), extra), d)
    other = rename(other, {slot(0): m, slot(1): k} | dict(zip(extra, ix, strict=True)))
    inner = derive(_matrix(a, k, m, ix), x, at)
    return join([(lone(single(a, *ix)), NONE), (other, NONE), (inner, NONE)], {k: d, m: d})


def _matrix(a: Atom, row: int, col: int, extra: Sequence[int]) -> Poly:
    """The argument of an inverse or a determinant at (row, col)."""
    return rename(dict(a.args[0]), {slot(0): row, slot(1): col} | {slot(2 + k): v for k, v in enumerate(extra)})


def _derived_map(a: Atom, ix: tuple[int, ...], x: Atom, at: tuple[int, ...]) -> Poly:
    """The chain rule: one more derivative of the map by each argument, summed against the derivative of that."""
    what = a.data
    lead = len(what.lead)
    fresh = passing(ix, at)
    k = next(fresh)
    extra = {v: next(fresh) for v in ix[lead:]}
    names = {slot(1 + n): extra[v] for n, v in enumerate(ix[lead:])}
    parts = [rename(dict(p), names) for p in a.args]
    back = {w: v for v, w in extra.items()}
    out: Poly = {}
    for n, (p, size) in enumerate(zip(parts, what.sizes, strict=True)):
        inner = derive(rename(p, back | {ROW: k}), x, at)
        further = replace(what, by=(*what.by, n))
        outer = rename(vector_map(further, parts, (*ix[:lead], *([k] if size else []))), back)
        add(out, join([(outer, NONE), (inner, NONE)], {k: size} if size else {}))
    return out


Rule = Callable[[Atom, tuple[int, ...], Atom, tuple[int, ...]], Poly]
DERIVATIVES: Mapping[str, Rule] = {
    "function": _derived_function,
    "exp": lambda a, ix, x, at: multiply(lone(single(a, *ix)), derive(inside(a, ix)[0], x, at)),
    "base": lambda a, ix, x, at: derive(inside(a, ix)[0], x, at),
    "wrap": lambda a, ix, x, at: derive(inside(a, ix)[0], x, at),
    "power": _derived_power,
    "inverse": _derived_inverse,
    "determinant": _derived_determinant,
    "map": _derived_map,
}


# -------------------------------------------------------------------------------------- substitution


def rebuild(a: Atom, ix: Sequence[int]) -> Poly:
    """An atom with these labels in its slots, its arguments simplified again."""
    if a.kind in OVER_ARGUMENTS:
        return OVER_ARGUMENTS[a.kind](a, inside(a, ix))
    return lone(single(a, *ix))


above.rebuild = rebuild

OVER_ARGUMENTS: Mapping[str, Callable[[Atom, Sequence[Poly]], Poly]] = {
    "function": lambda a, args: apply(a.data, args[0]),
    "exp": lambda a, args: exponential(args[0]),
    "base": lambda a, args: args[0],
    "wrap": lambda a, args: args[0],
    "power": lambda a, args: power_by(args[0], args[1]),
}


def substitute(p: Poly, values: Values) -> Poly:
    """The polynomial with entries put in for symbols."""
    out: Poly = {}
    for m, coefficient in p.items():
        kept: Mono = tuple((c, e) for c, e in m if tables.components[c].symbols.isdisjoint(values))
        parts: list[tuple[Mapping[Mono, Rational], Mapping[int, int]]] = [({kept: 1}, NONE)]
        for c, e in m:
            if not tables.components[c].symbols.isdisjoint(values):
                parts.append((power(_substituted(c, values), e), NONE))
        add(out, join(parts, {}), coefficient)
    return out


def _substituted(c: int, values: Values) -> Poly:
    what = tables.components[c]
    factors, bound = opened(c, passing(what.labels)) if what.bound else ([(c, 1)], {})
    parts: list[tuple[Mapping[Mono, Rational], Mapping[int, int]]] = []
    for f, e in factors:
        a, _, ix = tables.components[f].factors[0]
        parts.append((power(_substituted_atom(tables.atoms[a], ix, values), e), NONE))
    return join(parts, bound)


def _substituted_atom(a: Atom, ix: tuple[int, ...], values: Values) -> Poly:
    if a.symbols.isdisjoint(values):
        return lone(single(a, *ix))
    if a.kind == "symbol":
        p, slots = values[a.number]
        return rename(p, dict(zip(slots, ix, strict=True)))
    if a.kind in OVER_ARGUMENTS:
        return OVER_ARGUMENTS[a.kind](a, [substitute(p, values) for p in inside(a, ix)])
    if a.kind == "map":
        return _substituted_map(a, ix, values)
    own = substitute(dict(a.args[0]), values) if a.args else {}
    if a.kind == "inverse":
        return rename(inverse(own, a.dims[0]), {slot(k): v for k, v in enumerate(ix)})
    if a.kind == "determinant":
        return rename(determinant(own, a.data), {slot(2 + k): v for k, v in enumerate(ix)})
    raise NotYetError(f"symjac cannot put a definition into this yet: {a.kind}")


def _substituted_map(a: Atom, ix: tuple[int, ...], values: Values) -> Poly:
    parts = [substitute(dict(p), values) for p in a.args]
    what = a.data
    fresh = passing(ix, *map(labels, parts))
    ends = tuple(next(fresh) for _ in what.lead)
    extra = {slot(1 + k): v for k, v in enumerate(ix[len(ends) :])}
    return rename(vector_map(what, parts, ends), dict(zip(ends, ix, strict=False)) | extra)
