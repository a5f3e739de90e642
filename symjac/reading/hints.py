"""What would make shapes fit: declarations, and spellings of the place that does not fit."""

from __future__ import annotations

from symjac.errors import propose
from symjac.reading.applied.terms import Term
from symjac.reading.context import Context
from symjac.reading.numbered import matrix_of
from symjac.reading.values import Value

WORDS = {"scalar": "scalar", "vector": "vector n", "matrix": "matrix n m"}


def bare(context: Context, t: Term) -> str | None:
    """A symbol as it is printed, without what is done to it."""
    family = context.find(t.ref.family) if t.ref is not None else None
    return None if family is None or t.ref is None else family.parts.at(t.ref.time).text


def carrier(context: Context, t: Term) -> str:
    """A term as it is printed, without what stands above a symbol, in brackets where a script would not mean all."""
    if (name := bare(context, t)) is not None:
        return f"({name})" if "^" in name else name
    text = context.text(t)
    return text if t.kind == "entry" or (text.startswith("(") and text.endswith(")")) else f"({text})"


def role(context: Context, v: Value, wanted: str) -> str | None:
    """The declaration by which a symbol, or one in a product of scalars, has another role; of an entry its vector."""
    if v.term.kind == "identity":
        return propose(context.text(v.term), WORDS[wanted])
    shaped = [f for f in v.factors if not f.is_scalar]
    if len(shaped) == 1:
        return role(context, shaped[0], wanted)
    if v.term.kind == "entry":
        name = bare(context, v.term.args[0]) or ""
        named = context.exact.get(name)
        if named is not None and wanted == "vector" and len(named.entries) == 1 and matrix_of(named.token):
            one = propose(f"{name}_{named.entries[0]}", "vector d")
            whole = f' and "{name}: vector d"' if name in context.letters.bare else ""
            return f"an entry is a number; for one of several vectors {one}{whole}"
        return f'an entry is a number; for the vector leave its index away, as in "{name}"'
    families = (context.find(r.family) for r in v.term.refs())
    free = [f for f in families if f is not None and not f.declared and f.role in (v.role, None)]
    return propose(free[0].name, WORDS[wanted]) if free and (v.is_scalar or v.tag == "symbol") else None


def unequal(context: Context, a: Value, b: Value) -> str | None:
    """What would help where two values that have to be of one shape are not."""
    one, other = (a, b) if a.tag == "symbol" or b.tag != "symbol" else (b, a)
    return role(context, one, other.role) or role(context, other, one.role)


def added(context: Context, column: Value) -> str:
    """How a vector is added to every row, or to every column, of a matrix."""
    text = carrier(context, column.term)
    rows = "; where vectors are rows, ask for the row orientation" * (not context.row)
    return rf'write "\mathbf{{1}} {text}^\top" to add it to every row, "{text} \mathbf{{1}}^\top" to every column{rows}'


def beside(context: Context, a: Value, b: Value) -> str | None:
    """What two factors that do not fit may mean."""
    left, right = carrier(context, a.term), context.text(b.term)
    if (one := next((v for v in (a, b) if v.term.kind == "identity"), None)) is not None:
        return role(context, one, "scalar")
    if a.is_vector and b.is_vector:
        return rf'write "{context.text(a.term)} \odot {right}" or "{left}^\top {right}"'
    if a.is_vector and b.is_matrix:
        diag = rf'write "\operatorname{{diag}}({context.text(a.term)}) {right}" or "{left}^\top {right}"'
        return f"{diag}, if that is meant" + "; where vectors are rows, ask for the row orientation" * (not context.row)
    return None
