"""The gate: are two expressions equal for every size?

An expression becomes a polynomial over index networks with a canonical form. Equal forms mean that
the entries are equal for all sizes and all values for which the formulas are defined; different
forms mean nothing by themselves, and :func:`symjac.values.counterexample` looks for values that tell.

>>> from symjac.expr import Diag, Product, Symbol, Transpose, dim, ONE
>>> n = dim("n")
>>> W, d = Symbol("W", (n, n)), Symbol("d", (n, ONE))
>>> equal(Transpose(Product(W, Diag(d))), Product(Diag(d), Transpose(W)))
True
>>> equal(Product(W, Diag(d)), Product(Diag(d), W))
False
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sympy.core.cache import clear_cache

from symjac import expr as ex
from symjac.deadline import forgets
from symjac.expr import Expr, Symbol
from symjac.limits import NormalFormTooLarge
from symjac.normal.atoms import Poly, UndefinedFormError, budget, tables
from symjac.normal.clearing import vanishes
from symjac.normal.polynomial import add
from symjac.normal.translate import TRANSLATIONS
from symjac.normal.translation import Translation

__all__ = ["Form", "NormalFormTooLarge", "UndefinedFormError", "equal", "jacobian_form", "load", "normal_form"]

NO_DEFINITIONS: Mapping[Symbol, Expr] = MappingProxyType({})
LONG = 4  # products of so many factors are compared factor by factor first
CONGRUENT = (ex.Apply, ex.Diag, ex.Diagonal, ex.EntryPower, ex.Hadamard, ex.Product, ex.Sum, ex.Trace, ex.Transpose)
LOAD = 60_000  # so many table rows and translated expressions are kept before the tables are emptied
_lock = threading.RLock()
_translations: OrderedDict[object, Translation] = OrderedDict()


def _empty() -> None:
    tables.clear()
    _translations.clear()


def _forget() -> None:
    """Forget everything: what was stopped halfway may have left tables, or what SymPy knows, in disorder."""
    _empty()
    clear_cache()


forgets(_forget)


def load() -> int:
    """How many rows of tables and translated expressions are kept; more than :data:`LOAD` are emptied."""
    return tables.load + sum(t.load for t in _translations.values())


def _begin() -> None:
    """The start of a question. Only here may the tables be emptied, as polynomials refer to them."""
    budget.start()
    if load() > LOAD:
        _empty()


def _translation(definitions: Mapping[Symbol, Expr], moving: frozenset[Symbol] | None) -> Translation:
    """The translation under these definitions; the last few are kept."""
    key = (frozenset(definitions.items()), moving)
    found = _translations.get(key)
    if found is None:
        found = _translations[key] = Translation(TRANSLATIONS, dict(definitions), moving)
        if len(_translations) > 16:
            _translations.popitem(last=False)
    else:
        _translations.move_to_end(key)
    return found


def _poly(e: Expr, definitions: Mapping[Symbol, Expr], moving: frozenset[Symbol] | None) -> Poly:
    try:
        return _translation(definitions, moving).poly(e)
    except RecursionError as error:
        raise NormalFormTooLarge("the expression is nested too deeply for the normal form") from error


@dataclass(frozen=True, eq=False)
class Form:
    """The canonical form of an expression under its definitions.

    Two forms are equal if shapes and polynomials are. The polynomial lives in tables that are
    emptied when they grow too large; a form from before that is computed again.
    """

    source: Expr
    definitions: Mapping[Symbol, Expr]
    moving: frozenset[Symbol] | None
    _cache: list[tuple[int, Poly]] = field(default_factory=list, repr=False)

    @property
    def shape(self) -> ex.Shape:
        return self.source.shape

    @property
    def poly(self) -> Poly:
        with _lock:
            if not self._cache or self._cache[0][0] != tables.generation:
                found = _poly(self.source, self.definitions, self.moving)
                self._cache[:] = [(tables.generation, found)]
            return self._cache[0][1]

    @property
    def is_zero(self) -> bool:
        with _lock:
            _begin()
            return vanishes(dict(self.poly))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Form):
            return NotImplemented
        if self.shape != other.shape:
            return False
        with _lock:
            _begin()
            return self._same(other)

    def _same(self, other: Form) -> bool:
        mine, theirs = self.poly, other.poly
        return mine == theirs or vanishes(add(dict(mine), theirs, -1))

    def __hash__(self) -> int:
        return hash(self.shape)  # equal forms may have different polynomials before denominators are cleared


def normal_form(
    e: Expr, definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS, *, moving: frozenset[Symbol] | None = None
) -> Form:
    """The canonical form of ``e``, with defined symbols unfolded.

    ``moving`` are the symbols whose differentials are not zero; without it, all of them.
    Raises :class:`NormalFormTooLarge` rather than run on.
    """
    with _lock:
        _begin()
        form = Form(e, definitions, moving)
        form.poly  # noqa: B018  # errors belong to this call
        return form


def equal(
    a: Expr, b: Expr, definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS, *, moving: frozenset[Symbol] | None = None
) -> bool:
    """Whether ``a`` and ``b`` have one normal form: then they are equal for every size.

    Denominators are cleared where that helps, and long products compared factor by factor. ``False``
    says only that this is not known. Raises :class:`NormalFormTooLarge` rather than run on.
    """
    with _lock:
        _begin()
        return _equal(a, b, definitions, moving)


def _equal(a: Expr, b: Expr, definitions: Mapping[Symbol, Expr], moving: frozenset[Symbol] | None) -> bool:
    """The answer within a question: operands are compared on the same budget and in the same tables."""
    if a.shape != b.shape:
        return False
    if a == b:
        return True
    pairs = _pairs(a, b)
    if len(pairs) >= LONG and all(_equal(p, q, definitions, moving) for p, q in pairs):
        return True
    try:
        p, q = _poly(a, definitions, moving), _poly(b, definitions, moving)
        return p == q or vanishes(add(dict(p), q, -1))
    except NormalFormTooLarge:
        if len(pairs) in range(1, LONG) and budget.again() and all(_equal(p, q, definitions, moving) for p, q in pairs):
            return True
        raise


def _pairs(a: Expr, b: Expr) -> list[tuple[Expr, Expr]]:
    """Operands that make ``a`` and ``b`` equal if they are equal one by one; empty if there are none."""
    a, b = (ex.transpose(e.arg) if isinstance(e, ex.Transpose) else e for e in (a, b))
    if type(a) is not type(b) or type(a) not in CONGRUENT or a.data != b.data:
        return []
    mine, theirs = _operands(a), _operands(b)
    if [e.shape for e in mine] != [e.shape for e in theirs] or mine == [a]:
        return []
    return list(zip(mine, theirs, strict=True))


def _operands(e: Expr) -> list[Expr]:
    """The operands, those of nested matrix products in one row."""
    out: list[Expr] = []
    for a in e.args:
        if isinstance(a, ex.Transpose) and isinstance(a.arg, ex.Product):
            a = ex.transpose(a.arg)
        out.extend(_operands(a) if isinstance(e, ex.Product) and isinstance(a, ex.Product) and a.is_matrix else [a])
    return out


def jacobian_form(y: Expr, x: Symbol, definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS) -> Form:
    """The form of dy/dx, found by differentiating the entries of ``y`` index by index.

    Shape (len y, len x); for scalar ``y`` and a matrix ``x`` of shape (p, q) it is (q, p).
    """
    return normal_form(ex.Partial(y, x), definitions)
