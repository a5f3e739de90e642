"""Sizes that hang together beyond the equations, and letters for those that stay open."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable

from symjac.errors import ReadError, propose
from symjac.expr import Function
from symjac.expr.names import written
from symjac.reading.assumptions import How
from symjac.reading.context import Context, TwoMeaningsError
from symjac.reading.names import Named, take_apart
from symjac.reading.parser import readable
from symjac.reading.spelling import INDICES, is_upper, plain
from symjac.reading.survey import bound_letter
from symjac.reading.tree import Node
from symjac.reading.usual import AFTER, BEFORE, SIZE_LETTERS


def size_letters(context: Context, roots: Iterable[Node]) -> None:
    """The n of ``\\sum_{i=1}^{n}`` over entries is a size wherever it stands."""
    for n in (n for root in roots for n in root.walk() if n.kind == "big"):
        counts = len(n.sup) == 1 and n.sup[0].kind == "name"
        if counts and bound_letter(n.sub) in context.letters.entry:
            context.counted_size(n.sup[0].text)


def tie_gradients(context: Context) -> None:
    """A declared gradient has the size of what it differentiates by."""
    for family in context.families.values():
        if family.gradient is None or family.role != "vector":
            continue
        roots = readable(family.gradient[1])
        if len(roots) != 1 or roots[0].inner.kind != "name":
            continue
        found = context.find(take_apart(roots[0].inner, context.letters, family.gradient[1], declaring=True).family)
        if found is not None and found.role == "vector":
            context.sizes.equal(family.rows, found.rows)
        elif found is not None and found.role == "matrix":
            family.role, family.rows, family.cols = "matrix", found.rows, found.cols


def name_sizes(context: Context, defined: Container[str]) -> None:
    """Letters for the sizes that are open: states come first, then other left sides, then as they occur."""
    tie_neighbours(context)
    tie_sizes(context)
    left = [f for f in context.families.values() if f.name in defined]
    states = [f for f in left if len(f.times) > 1]
    taken = {f.name for f in context.families.values()} | context.letters.time | context.letters.entry
    context.name_sizes([*states, *left], taken)


def tie_neighbours(context: Context) -> None:
    """``s_{prev}`` and ``s_{next}`` are one state at two steps, v and ``\\dot v`` one at an instant, of one size."""
    vectors = [f for f in context.families.values() if f.role == "vector"]
    earlier = {f.base: f for f in vectors if plain(f.label) in BEFORE}
    pairs = [(earlier[f.base], f) for f in vectors if plain(f.label) in AFTER and f.base in earlier]
    slopes = {(rf"\dot{{{f.base}}}", f.label, f.upper): f for f in vectors}
    pairs += [(slopes[key], f) for f in vectors if (key := (f.base, f.label, f.upper)) in slopes]
    for one, other in pairs:
        if not (one.declared or other.declared):
            context.sizes.equal(one.rows, other.rows)


def tie_sizes(context: Context) -> None:
    """The n of 1/n before a sum over entries is the size where there is one size it can be."""
    sizes = [s for f in context.families.values() if f.constant is None for s in (f.rows, f.cols)]
    sizes += [size for size, _, _ in context.constants]
    still_open = {id(t.root): t.root for s in sizes for t in s.terms() if t.root.known is None}
    letters = [
        f for f in context.families.values() if f.name in SIZE_LETTERS and f.how is How.DIVIDES and not f.declared
    ]
    if len(letters) != 1 or len(still_open) != 1 or letters[0].name in context.dims:
        return
    name = letters[0].name
    next(iter(still_open.values())).parent = context.named_size(name)
    letters[0].how = How.SIZE
    context.note("size", f"{name} is read as the size of the vectors")


def refuse_labels(context: Context, defined: Container[str]) -> None:
    r"""Refuses ``f_w(x)`` beside a w that no equation defines: it may depend on that w, and a label says nothing of it.

    :raises TwoMeaningsError: for one.
    """
    for f in context.families.values():
        other = context.families.get(f.label) if f.role in ("function", "map") and f.label else None
        if other is not None and other.is_known and set(other.times) <= {None} and other.name not in defined:
            raise TwoMeaningsError(
                f"{f.name} beside {other.name}: does the function depend on {other.name}, or is that a label? "
                f"Print {other.name} among its arguments, or give one of them another letter"
            )


class ApartError(ReadError):
    """A symbol beside what an equation defines with an index or at a step, which it is made of."""


def refuse_apart(context: Context, lefts: Collection[Named]) -> None:
    r"""Refuses ``y_i = ...`` beside a y, a ``y_1`` or a ``y_j`` that no equation defines: it is made of the same y_i.

    So ``y_t = C x_t`` beside ``\lVert y \rVert``, and vectors with a number; ``lefts`` are defined.

    :raises ApartError: where they are read as symbols of their own, and not both are declared.
    """
    whole = {n.family for n in lefts if n.time is None}
    for n in lefts:
        f = context.families.get(n.family)
        if f is None:  # y_i is an entry of a bold y
            continue
        if n.time is not None and None in f.times and f.place != "call" and f.name not in whole:
            raise ApartError(f"{f.name} beside {n.name.text}: which step?", hint=f'give it one, as in "{n.name.text}"')
        base, index = (n.node.letter, n.entries[0]) if n.entries else (f.base, f.label)
        letters, one = {plain(base)}, written(base, index, f.upper)
        if len(index) == 2 and not n.entries:
            letters.add(plain(base).upper())  # s_{ij} beside S
        for g in context.families.values() if index and INDICES.issuperset(index.replace(",", "")) else ():
            alike = plain(g.base) in letters and g.upper == f.upper
            index_or_none = g.label in INDICES | {""} or g.label.replace(",", "").isdigit()
            if alike and index_or_none and g is not f and g.name not in whole and not (f.declared and g.declared):
                hint = f'for a symbol of its own declare both, as in "{one}: vector n" and "{g.name}: vector n"'
                hint = 'a symbol of its own needs another letter, as in "B"' if is_upper(base) else hint
                raise ApartError(f"{g.name} beside {one}: made of these, or a symbol of its own?", hint=hint)


def refuse_exponentials(context: Context) -> None:
    """Refuses the exponential or logarithm of a square matrix, which nothing shows to act entry by entry.

    :raises TwoMeaningsError: for one.
    """
    for rows, cols, term, source in context.of_matrices:
        context.source = source
        text, function = context.text(term), term.data
        assert isinstance(function, Function)
        if rows.value() == cols.value():
            raise context.doubt(
                f"{text} of a square matrix: that of the matrix, or of every entry?",
                term,
                propose(function.name, "elementwise") + r', for every entry; for the other write "\Phi", a letter',
            )
        context.note("entrywise", f"{text} is read entry by entry, as the matrix need not be square", term)
