"""The gate: are two expressions equal for every size?

An expression becomes a polynomial over index networks with a canonical form. Equal forms mean that
the entries are equal for all sizes and all values for which the formulas are defined; different
forms mean nothing by themselves, and :func:`counterexample` looks for values that tell.

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

from symjac.expr import Expr, Partial, Shape, Symbol
from symjac.normal.atoms import NormalFormTooLarge, Poly, UndefinedFormError, budget, tables
from symjac.normal.translate import Translation

__all__ = ["Form", "NormalFormTooLarge", "UndefinedFormError", "equal", "jacobian_form", "normal_form"]

NO_DEFINITIONS: Mapping[Symbol, Expr] = MappingProxyType({})
LOAD = 400_000  # so many table rows are kept before the tables are emptied
_lock = threading.RLock()
_translations: OrderedDict[object, Translation] = OrderedDict()


def _translation(definitions: Mapping[Symbol, Expr], moving: frozenset[Symbol] | None) -> Translation:
    """The translation under these definitions; the last few are kept."""
    budget.start()
    if tables.load > LOAD:
        tables.clear()
        _translations.clear()
    key = (frozenset(definitions.items()), moving)
    found = _translations.get(key)
    if found is None:
        found = _translations[key] = Translation(dict(definitions), moving)
        if len(_translations) > 16:
            _translations.popitem(last=False)
    else:
        _translations.move_to_end(key)
    return found


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
    def shape(self) -> Shape:
        return self.source.shape

    @property
    def poly(self) -> Poly:
        with _lock:
            if not self._cache or self._cache[0][0] != tables.generation:
                found = _translation(self.definitions, self.moving).poly(self.source)
                self._cache[:] = [(tables.generation, found)]
            return self._cache[0][1]

    @property
    def is_zero(self) -> bool:
        return not self.poly

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Form):
            return NotImplemented
        with _lock:
            return self.shape == other.shape and self._same(other)

    def _same(self, other: Form) -> bool:
        mine, theirs = self.poly, other.poly
        # Computing the second may have emptied the tables that the first refers to.
        return self.poly == theirs if mine is not self.poly else mine == theirs

    def __hash__(self) -> int:
        return hash((self.shape, len(self.poly), frozenset(self.poly.values())))


def normal_form(
    e: Expr, definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS, *, moving: frozenset[Symbol] | None = None
) -> Form:
    """The canonical form of ``e``, with defined symbols unfolded.

    ``moving`` are the symbols whose differentials are not zero; without it, all of them.
    Raises :class:`NormalFormTooLarge` rather than run on.
    """
    with _lock:
        form = Form(e, definitions, moving)
        form.poly  # noqa: B018  # errors belong to this call
        return form


def equal(
    a: Expr,
    b: Expr,
    definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS,
    *,
    moving: frozenset[Symbol] | None = None,
) -> bool:
    """Whether ``a`` and ``b`` have one normal form: then they are equal for every size.

    ``False`` says only that this is not known. Raises :class:`NormalFormTooLarge` rather than run on.
    """
    if a.shape != b.shape:
        return False
    if a == b:
        return True
    return normal_form(a, definitions, moving=moving) == normal_form(b, definitions, moving=moving)


def jacobian_form(y: Expr, x: Symbol, definitions: Mapping[Symbol, Expr] = NO_DEFINITIONS) -> Form:
    """The form of dy/dx, found by differentiating the entries of ``y`` index by index.

    Shape (len y, len x); for scalar ``y`` and a matrix ``x`` of shape (p, q) it is (q, p).
    """
    return normal_form(Partial(y, x), definitions)
