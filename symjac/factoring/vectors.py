"""Written-out vectors back to closed forms: `[1 - tanh(x1)**2, 1 - tanh(x2)**2]` to `1 - tanh(x)**2`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations, product

import sympy
from sympy import HadamardPower, HadamardProduct, Lambda, MatAdd, MatMul, MatrixSymbol, OneMatrix
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from symjac.factoring.chains import Link, TooLargeError, monomial, paths, polynomial, sizes
from symjac.factoring.names import Names
from symjac.factoring.products import is_zero, splits

_Z = sympy.Symbol("z")


def known_matrix(link: Link, names: Names) -> sympy.MatrixExpr:
    """The matrix of a link as SymPy prints it: `W` or `W.T`."""
    symbol = MatrixSymbol(link.family, *names.shape(link.family))
    return symbol.T if link.transposed else symbol


def closed_vector(entries: Sequence[sympy.Expr], names: Names) -> sympy.MatrixExpr | None:
    """One expression for the whole vector, or ``None`` where its entries follow no pattern.

    >>> x1, x2 = sympy.symbols("x1 x2")
    >>> closed_vector([x1, x2], Names([x1, x2]))
    x
    >>> closed_vector([x2, x1], Names([x1, x2])) is None
    True
    """
    size = len(entries)
    if len(set(entries)) == 1:
        return entries[0] * OneMatrix(size, 1) if entries[0] != 1 else OneMatrix(size, 1)
    whole = _whole(entries, names)
    if whole is not None:
        return whole
    # A sum that all entries share is one number: the denominator of softmax.
    shared = set.intersection(*(_sums(e) for e in entries))
    numbers = {s: sympy.Dummy(f"s{k}") for k, s in enumerate(sorted(shared, key=str))}
    entries = [e.xreplace(numbers) for e in entries]
    back = {dummy: s for s, dummy in numbers.items()}
    stand_ins: dict[sympy.Expr, sympy.MatrixExpr] = {}
    table = _stand_ins(entries, names, stand_ins)
    if table is not None:
        templates = [e.xreplace(t) for e, t in zip(entries, table, strict=True)]
        if len(set(templates)) == 1:
            return _elementwise(templates[0].xreplace(back), stand_ins, size)
    return _linear([e.xreplace(back) for e in entries], names)


def _sums(e: sympy.Expr) -> set[sympy.Expr]:
    """The sums in an expression outside of functions."""
    if not (e.is_Add or e.is_Mul or isinstance(e, sympy.Pow)):
        return set()
    return set.union({e} if e.is_Add else set(), *map(_sums, e.args))


def _whole(entries: Sequence[sympy.Expr], names: Names) -> sympy.MatrixExpr | None:
    return _entries_of_one(entries, names) or _applied(entries, names)


def _entries_of_one(entries: Sequence[sympy.Expr], names: Names) -> sympy.MatrixExpr | None:
    atoms = [names.read(e) for e in entries]
    first = atoms[0]
    if first is None or any(a is None or a.family != first.family or a.indices != (i,) for i, a in enumerate(atoms)):
        return None
    return MatrixSymbol(first.family, len(entries), 1) if names.shape(first.family) == (len(entries),) else None


def _applied(entries: Sequence[sympy.Expr], names: Names) -> sympy.MatrixExpr | None:
    """`f(v)` where every entry is the same function (or derivative of it) of the entries of a vector."""
    pairs = [_function_and_argument(e) for e in entries]
    first = pairs[0]
    if first is None or any(p is None or p[0] != first[0] for p in pairs):
        return None
    inner = closed_vector([p[1] for p in pairs if p is not None], names)
    return None if inner is None else ElementwiseApplyFunction(first[0], inner)


def _function_and_argument(e: sympy.Expr) -> tuple[Lambda, sympy.Expr] | None:
    if isinstance(e, AppliedUndef | sympy.Function) and len(e.args) == 1:
        return Lambda(_Z, e.func(_Z)), e.args[0]
    if isinstance(e, sympy.Derivative) and len(e.variables) > 0 and len(set(e.variables)) == 1:
        x = e.variables[0]
        if isinstance(e.expr, sympy.Function) and e.expr.args == (x,):
            return Lambda(_Z, sympy.Derivative(e.expr.func(_Z), (_Z, len(e.variables)))), x
    if isinstance(e, sympy.Subs) and len(e.variables) == 1:
        inner = _function_and_argument(e.expr)
        if inner is not None and inner[1] == e.variables[0]:
            return inner[0], e.point[0]
    return None


def _stand_ins(
    entries: Sequence[sympy.Expr], names: Names, found: dict[sympy.Expr, sympy.MatrixExpr]
) -> list[dict[sympy.Expr, sympy.Expr]] | None:
    """For each entry, its largest parts that are entries of vectors, replaced by one symbol a vector."""
    size = len(entries)
    parts = [_parts(e, names) for e in entries]
    if any("matrix" in p for p in parts):
        return None
    tables: list[dict[sympy.Expr, sympy.Expr]] = [{} for _ in entries]
    kinds = sorted({kind for p in parts for kind in p}, key=str)
    for kind in kinds:
        groups = [p.get(kind, []) for p in parts]
        common = [a for a in groups[0] if all(a in g for g in groups)]
        groups = [[a for a in g if a not in common] for g in groups]
        if len({len(g) for g in groups}) != 1 or len(groups[0]) > 3:
            return None
        for choice in product(*(permutations(g) for g in groups[1:])):
            columns = list(zip(groups[0], *choice, strict=True))
            vectors = [_whole(c, names) if kind != "sum" else closed_vector(c, names) for c in columns]
            if all(v is not None for v in vectors):
                break
        else:
            return None
        for column, vector in zip(columns, vectors, strict=True):
            stand_in = sympy.Dummy(f"v{len(found)}")
            found[stand_in] = vector
            for i in range(size):
                tables[i][column[i]] = stand_in
    return tables


def _parts(e: sympy.Expr, names: Names) -> dict[str, list[sympy.Expr]]:
    """Entries of vectors, functions of them, and sums with matrix entries, by kind."""
    out: dict[str, list[sympy.Expr]] = {}

    def visit(e: sympy.Expr, top: bool) -> None:
        atom = names.read(e)
        if atom is not None:
            kind = f"entry {atom.family}" if len(atom.indices) == 1 else "matrix"
        elif _function_and_argument(e) is not None:
            kind = f"function {_function_and_argument(e)[0]}"  # type: ignore[index]  # found above
        elif e.is_Add and not top and any(names.matrix_entry(a) for a in e.atoms(*_ATOMS)):
            kind = "sum"
        elif e.is_Add or e.is_Mul or isinstance(e, sympy.Pow):
            for a in e.args:
                visit(a, False)
            return
        else:
            return
        if e not in out.setdefault(kind, []):
            out[kind].append(e)

    visit(e, True)
    return out


_ATOMS = (sympy.Symbol, sympy.matrices.expressions.matexpr.MatrixElement, sympy.Indexed)


def _elementwise(template: sympy.Expr, vectors: dict[sympy.Expr, sympy.MatrixExpr], size: int) -> sympy.MatrixExpr:
    """The template with vectors for its stand-ins, sums for sums and entrywise products for products."""
    used = [v for v in vectors if template.has(v)]
    if not used:
        return template * OneMatrix(size, 1)
    if template in vectors:
        return vectors[template]
    if template.is_Mul:
        scalars = [f for f in template.args if not any(f.has(v) for v in used)]
        rest = [f for f in template.args if f not in scalars]
        whole = [_elementwise(f, vectors, size) for f in rest]
        core = whole[0] if len(whole) == 1 else HadamardProduct(*whole)
        return sympy.Mul(*scalars) * core if scalars else core
    if len(used) == 1:
        return _compose(Lambda(_Z, template.xreplace({used[0]: _Z})), vectors[used[0]])
    if template.is_Add:
        return MatAdd(*(_elementwise(t, vectors, size) for t in template.args))
    if isinstance(template, sympy.Pow) and not any(template.exp.has(v) for v in used):
        return HadamardPower(_elementwise(template.base, vectors, size), template.exp)
    inner = [_elementwise(a, vectors, size) for a in template.args]
    raise ValueError(f"no entrywise form of {template.func} with {len(inner)} operands")


def _compose(outer: Lambda, inner: sympy.MatrixExpr) -> sympy.MatrixExpr:
    """``outer`` of every entry; `1 - tanh(x)**2` becomes one function of `x` where `x` is a plain symbol."""
    if isinstance(inner, ElementwiseApplyFunction) and isinstance(inner.expr, MatrixSymbol):
        return ElementwiseApplyFunction(Lambda(_Z, outer(inner.function(_Z))), inner.expr)
    return ElementwiseApplyFunction(outer, inner)


def _linear(entries: Sequence[sympy.Expr], names: Names) -> sympy.MatrixExpr | None:
    """`diag(a) W v + ...`: sums of matrix entries times the entries of vectors."""
    try:
        polynomials = [polynomial(e, names, open_sums=True) for e in entries]
    except TooLargeError:
        return None
    terms: list[sympy.MatrixExpr] = []
    chains = {chain for i, p in enumerate(polynomials) for m in p for chain, _ in paths(m, i, None)}
    for chain in sorted(chains):
        along = sizes(chain, names)
        if along is None or along[0] != len(entries):
            continue
        indices = list(product(*(range(s) for s in along)))
        values = {index: polynomials[index[0]].get(monomial(chain, index)) for index in indices}
        if any(v is None for v in values.values()):
            continue
        # Beside its transpose a matrix shares its diagonal entries.
        shares = len(chain) == 1 and replace(chain[0], transposed=not chain[0].transposed) in {c[0] for c in chains}
        known = {k: v for k, v in values.items() if not (shares and k[0] == k[1])}
        split = next(splits(known, along, complete=not shares), None)
        if split is None or any(v is not None for v in split.vectors[1:-1]):
            continue
        last = closed_vector(split.vectors[-1] or (sympy.Integer(1),) * along[-1], names)
        first = None if split.vectors[0] is None else closed_vector(split.vectors[0], names)
        if last is None or (split.vectors[0] is not None and first is None):
            continue
        term = MatMul(*(known_matrix(link, names) for link in chain), last)
        term = term if first is None else HadamardProduct(first, term)
        terms.append(term if split.scalar == 1 else split.scalar * term)
        for index in indices:
            row, m = polynomials[index[0]], monomial(chain, index)
            row[m] -= split.at(index)
            if is_zero(row[m]):
                del row[m]
    if not terms:
        return None
    rest = [sympy.Add(*(c * _product(m, names) for m, c in p.items())) for p in polynomials]
    if all(r == 0 for r in rest):
        return terms[0] if len(terms) == 1 else MatAdd(*terms)
    remainder = closed_vector(rest, names)
    return None if remainder is None else MatAdd(*terms, remainder)


def _product(m: Sequence[object], names: Names) -> sympy.Expr:
    return sympy.Mul(*(names.expression(a) for a in m))  # type: ignore[arg-type]  # only atoms are left here
