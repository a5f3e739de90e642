"""What a derivative holds under, beside that its equations hold: norms off zero, inverses that exist, and so on.

The rules say what they take for granted; here what the tree shows to hold anyway is left out, and the rest is put
in the simplest form: that ``|x|^2 + c`` is positive says no more of c than that it is, ``|x|`` not zero that x is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symjac import expr as ex
from symjac.expr import Apply, Expr, Number, Symbol, size_names
from symjac.functions import ACTIVATIONS
from symjac.kernel import ASSUMES, DIFFERENTIALS, Assumption, Scope
from symjac.signs import Signs

ORDER = ("nonzero", "positive", "invertible", "differentiable")


def hypotheses(assumptions: Iterable[Assumption], equations: Iterable[Expr], scope: Scope) -> tuple[Assumption, ...]:
    """The assumptions that do not hold by themselves, those of the rules and those without which nothing is defined.

    ``equations`` are the right-hand sides that a statement rests on. The kinds, and what they say of a vector or
    matrix: ``"nonzero"`` and ``"positive"`` of every entry, ``"invertible"``, ``"differentiable"`` of a function at
    its argument. That a vector is not zero is said of its norm.
    """
    bodies = list(equations)
    signs = Signs(scope.definitions, size_names(bodies))
    needed = [*(a for e in bodies for a in _defined(e)), *sorted(assumptions, key=repr)]
    found = dict.fromkeys(h for a in needed for h in _reduced(a.kind, a.about, signs, scope))
    return tuple(sorted(found, key=lambda h: ORDER.index(h.kind)))


def of_equations(equations: Iterable[Expr], scope: Scope) -> tuple[Assumption, ...]:
    """The same where there is no record of rules: what the derivatives of these right-hand sides by anything take."""
    bodies = list(equations)
    return hypotheses((a for e in bodies for a in _granted(e)), bodies, scope)


def _granted(e: Expr) -> Iterator[Assumption]:
    """What the rules for the nodes of an expression take for granted."""
    if isinstance(e, ex.EntryPower) and isinstance(e.base, ex.Norm) and _is_even(e.exponent):
        yield from _granted(e.base.arg)
        return
    granted = ASSUMES.get(DIFFERENTIALS.get(type(e), ""))
    if granted is not None and not isinstance(e, ex.MatrixPower):  # which is defined where it has a derivative
        yield from granted(e)
    for a in e.args:
        yield from _granted(a)


def _is_even(q: Expr) -> bool:
    return isinstance(q, Number) and q.value > 0 and q.value.denominator == 1 and q.value.numerator % 2 == 0


def _defined(e: Expr) -> Iterator[Assumption]:
    """What must hold for an expression to have a value."""
    for node in e.walk():
        if isinstance(node, ex.EntryPower) and isinstance(node.exponent, Number) and node.exponent.value < 0:
            whole = node.exponent.value.denominator == 1
            yield Assumption("nonzero" if whole else "positive", node.base)
        elif isinstance(node, ex.MatrixPower) and isinstance(node.exponent, Number) and node.exponent.value < 0:
            yield Assumption("invertible", node.base)
        elif isinstance(node, Apply) and node.function.known == "log":
            yield Assumption("positive", node.arg)


def _reduced(kind: str, e: Expr, signs: Signs, scope: Scope) -> Iterator[Assumption]:
    """What is left of one assumption."""
    if kind == "nonzero":
        yield from _nonzero(e, signs, scope)
    elif kind == "positive":
        yield from _positive(e, signs, scope)
    elif kind == "differentiable":
        yield Assumption(kind, _unprimed(e))
    elif not _invertible(e):
        yield Assumption(kind, e)


def _unprimed(e: Expr) -> Expr:
    """A known function for its derivative: a corner of the one is where the other has no value."""
    if not isinstance(e, Apply) or e.function.known is None or ACTIVATIONS[e.function.known].excluded is None:
        return e
    return Apply(ACTIVATIONS[e.function.known].function, e.arg) if e.function.order else e


def _nonzero(e: Expr, signs: Signs, scope: Scope) -> Iterator[Assumption]:
    if signs.nonzero(e):
        return
    match e:
        case ex.EntryPower() if isinstance(e.exponent, Number):
            root = e.exponent.value.denominator % 2 == 0
            yield from (_positive if root else _nonzero)(e.base, signs, scope)
        case ex.Hadamard():
            for f in e.args:
                yield from _nonzero(f, signs, scope)
        case ex.Product() if len(e.args) == 2 and e.is_scalar and e.args[0] == ex.transpose(e.args[1]):
            yield from _nonzero(ex.Norm(e.args[1]), signs, scope)
        case ex.Product() if sum(not f.is_scalar for f in e.args) < 2:
            for f in e.args:
                yield from _nonzero(f, signs, scope)
        case ex.Sum() if signs.nonnegative(e) or _only_constant(e, signs, scope):
            yield from _positive(e, signs, scope)
        case _:
            yield Assumption("nonzero", e)


def _positive(e: Expr, signs: Signs, scope: Scope) -> Iterator[Assumption]:
    if signs.positive(e):
        return
    if isinstance(e, ex.Norm) or (signs.nonnegative(e) and isinstance(e, ex.EntryPower | ex.Product) and e.is_scalar):
        yield from _nonzero(e, signs, scope)
        return
    match e:
        case ex.EntryPower() if isinstance(e.exponent, Number) and e.exponent.value.denominator % 2:
            yield from _positive(e.base, signs, scope)
        case ex.Product() | ex.Hadamard() if sum(not signs.positive(f) for f in e.args) == 1 and (
            isinstance(e, ex.Hadamard) or sum(not f.is_scalar for f in e.args) < 2
        ):
            yield from _positive(next(f for f in e.args if not signs.positive(f)), signs, scope)
        case ex.Sum() if (constant := _only_constant(e, signs, scope)) is not None:
            yield from _positive(constant, signs, scope)
        case _:
            yield Assumption("positive", e)


def _only_constant(e: Expr, signs: Signs, scope: Scope) -> Expr | None:
    """The one term of a sum that does not change and of which nothing is known, the others being not negative."""
    open_ = [t for t in e.args if not signs.nonnegative(t)]
    return open_[0] if len(open_) == 1 and not scope.depends(open_[0]) and _is_letter(open_[0]) else None


def _is_letter(e: Expr) -> bool:
    """A scalar symbol, or such a one for every entry."""
    factors = e.args if isinstance(e, ex.Product) else (e,)
    plain = all(isinstance(f, Symbol | Number | ex.Ones) for f in factors)
    return plain and any(isinstance(f, Symbol) for f in factors)


def _invertible(e: Expr) -> bool:
    """Whether a matrix is seen to have an inverse: the identity plus a Gram matrix has one."""
    if isinstance(e, ex.Identity):
        return True
    if not isinstance(e, ex.Sum):
        return False
    others = [t for t in e.args if not isinstance(t, ex.Identity)]
    return len(others) < len(e.args) and all(map(_gram, others))


def _gram(e: Expr) -> bool:
    return isinstance(e, ex.Product) and len(e.args) == 2 and e.args[0] == ex.transpose(e.args[1])
