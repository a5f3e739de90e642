"""Other readings of a printed formula: named, and judged in every convention like the formula itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from symjac import expr as ex
from symjac.claims.evaluate import Evaluator
from symjac.claims.stated.statement import Statement
from symjac.errors import ShapeError
from symjac.expr.times import Time
from symjac.reading.applied.terms import MapCall, Term
from symjac.reading.values import Value, like


class Diagonals(Evaluator):
    """Vectors are diagonal matrices, and 1 is the identity, wherever only that fits."""

    def product(self, values: list[Value], t: Term) -> Value:
        out = values[0]
        for v in values[1:]:
            out = self._product(out, v, t)
        return out

    def _product(self, a: Value, b: Value, t: Term) -> Value:
        mark = self.context.sizes.mark()
        try:
            return super().product([a, b], t)
        except ShapeError:
            self.context.sizes.undo(mark)
            for x, y in ((self._diagonal(a), b), (a, self._diagonal(b)), (self._diagonal(a), self._diagonal(b))):
                if (x is not a or y is not b) and (x.is_matrix and y.is_matrix):
                    return super().product([x, y], t)
            raise

    def _diagonal(self, v: Value) -> Value:
        if not self.is_line(v):
            return v
        column = self.column(v)
        return Value(column.rows, column.rows, lambda: ex.Diag(column.make()), v.term)

    def summed(self, signs: Sequence[str], parts: Sequence[Value], t: Term) -> Value:
        matrix = next((v for v in parts if v.is_matrix), None)
        return super().summed(signs, parts if matrix is None else [self._beside(v, matrix) for v in parts], t)

    def _beside(self, v: Value, matrix: Value) -> Value:
        """What is added to a matrix, as a diagonal one."""
        if not v.is_scalar:
            return self._diagonal(v)
        return like(matrix, lambda: ex.mul(v.make(), ex.Identity(matrix.rows.value())), v.term)

    def entrywise(self, a: Value, b: Value, sign: str, t: Term) -> Value:
        if a.is_matrix == b.is_matrix:
            return super().entrywise(a, b, sign, t)
        vector, matrix = (b, a) if a.is_matrix else (a, b)
        return super().product([self._diagonal(vector), matrix], t)


def _for_sign(sign: str, other: str) -> Callable[[Term], Term]:
    """One sign of a product read as another."""

    def change(t: Term) -> Term:
        return Term(t.kind, t.args, other, t.span) if t.kind == "operation" and t.data == sign else t

    return change


def _tighter(t: Term) -> Term:
    """``A b \\odot c`` as ``A (b \\odot c)``, and ``a \\odot B c`` as ``(a \\odot B) c``."""
    if t.kind != "operation" or t.data not in ("odot", "circ", "star"):
        return t
    a, b = t.args
    if a.kind == "product" and a.data is None:
        return Term("product", (*a.args[:-1], Term("operation", (a.args[-1], b), t.data, t.span)), None, t.span)
    if b.kind == "product" and b.data is None:
        return Term("product", (Term("operation", (a, b.args[0]), t.data, t.span), *b.args[1:]), None, t.span)
    return t


def with_powers(s: Statement, t: Term, *, of_transposes: bool = False) -> Term:
    """The member with ``A^T`` as a power, if T is a time of the claim; a transpose it is in most print.

    ``of_transposes`` makes a power only of what is transposed already, as in ``(A^T)^T``.
    """
    times = [r.time for m in s.members for r in m.refs() if r.time is not None]
    if not any(name == "T" for time in times for name, _ in time.letters):
        return t

    def change(a: Term) -> Term:
        raised = [(k.kind, k.text) for k in s.tokens(a) if k.kind not in ("{", "}")][-2:]
        if a.kind != "transpose" or raised != [("^", "^"), ("name", "T")]:
            return a
        if of_transposes and a.args[0].kind != "transpose":
            return a
        return Term("power", (a.args[0], Term("count", (), Time((("T", 1),)))), None, a.span)

    return t.rebuilt(change)


def with_repeated_summed(s: Statement, t: Term) -> Term:
    """The member of a claim about entries, summed over every index that stands twice in a term and not on the left."""
    left = set(_indices(s.members[0])) | {k for r in s.members[0].refs() if r.time for k, _ in r.time.letters}
    if t.kind in ("add", "negative"):
        return Term(t.kind, tuple(with_repeated_summed(s, a) for a in t.args), t.data, t.span)
    for k, count in _indices(t).items() if _indices(s.members[0]) else ():
        if count == 2 and k not in left and not k.isdigit():
            t = Term("index_sum", (t,), (k, None), t.span)
    return t


def _indices(t: Term) -> Counter[str]:
    """How often indices stand in a product, below entries and deltas."""
    out: Counter[str] = Counter()
    for inner in map(_indices, t.args):
        out = out | inner if t.kind == "add" else out + inner
    out += Counter(t.indices if t.kind != "same" else ())
    if t.kind == "index_sum" and isinstance(t.data, tuple):
        del out[str(t.data[0])]
    return out


def turned_numerator(t: Term) -> Term:
    """``\\partial f^T / \\partial z`` as the transpose of ``\\partial f / \\partial z``."""
    if t.kind != "derivative" or t.args[0].kind != "transpose" or t.args[0].args[0].kind != "symbol":
        return t
    plain = Term("derivative", (t.args[0].args[0], t.args[1]), t.data, t.span)
    return Term("transpose", (plain,), None, t.span)


def jacobians_of_maps(t: Term) -> set[bool]:
    r"""Whether the Jacobians of maps in a member, such as ``F'(x)`` and ``D F(x)``, keep to numerator layout."""
    return {a.data.fixed for a in t.walk() if isinstance(a.data, MapCall) and a.data.order}


def other_layout_of_maps(t: Term) -> Term:
    r"""``F'(x)`` as the Jacobian in numerator layout whatever the layout of derivatives is, ``D F(x)`` as one in it."""
    if not isinstance(t.data, MapCall) or not t.data.order:
        return t
    return Term(t.kind, t.args, replace(t.data, fixed=not t.data.fixed), t.span)


def with_dots(t: Term, what: str) -> Term:
    """The member with its dots between vectors as ``"entrywise"`` products or as ``"inner"`` ones."""
    return t.rebuilt(_for_sign("cdot", f"cdot_{what}"))


# What another reading is called and said to be, and how it changes a member where that is all it does.
_READINGS: Mapping[str, tuple[str, Callable[[Term], Term] | None]] = {
    "star_is_matrix_product": ("with * as the matrix product", _for_sign("star", "cdot")),
    "circ_is_matrix_product": (r"with \circ as the matrix product", _for_sign("circ", "cdot")),
    "odot_is_matrix_product": (r"with \odot as the matrix product", _for_sign("odot", "cdot")),
    "hadamard_binds_tighter": ("with the entrywise product binding tighter than juxtaposition", _tighter),
    "otimes_is_kronecker": (
        r"with \otimes of two vectors as their Kronecker product",
        _for_sign("otimes_vec", "kronecker"),
    ),
    "matrix_as_vec": ("with the left-hand side as the derivative by the vec of the matrix", None),
    "jacobian_of_map": ("with the Jacobian of the function of vectors in the other layout", None),
    "transposed_numerator": ("with the transpose on what is differentiated as that of the derivative", None),
    "vectors_as_diag": ("with vectors read as diagonal matrices where nothing else fits", None),
}
REWRITES = {name: change for name, (_, change) in _READINGS.items() if change is not None}
WORDS = {name: words for name, (words, _) in _READINGS.items()}
