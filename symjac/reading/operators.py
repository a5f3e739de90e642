"""Operators with a name: diag, trace, norm, softmax, mean and their kin, each as a row of one table."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symjac import expr as ex
from symjac.reading import grids, hints
from symjac.reading.applied.terms import Term
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.assumptions import Habit, How
from symjac.reading.roles import known_function
from symjac.reading.sizes import UNIT
from symjac.reading.spelling import is_bold
from symjac.reading.values import Value, like, negative, reciprocal, scalar


def known(word: str) -> ex.Function:
    function = known_function(word)
    assert function is not None, word
    return function


def apply(el: Arithmetic, f: ex.Function, v: Value, t: Term) -> Value:
    """A function of one variable, entry by entry."""
    if f.known == "log" and v.number is not None and v.number <= 0:
        raise el.error(f"the logarithm of {v.number}; a logarithm takes a positive number", t)
    if f.known in ("exp", "log") and v.is_matrix and not el.context.continued and f.known not in el.context.entrywise:
        el.context.of_matrices.append((v.rows, v.cols, t, el.context.source))
    return like(v, lambda: ex.Apply(f, v.make()), t)


def _one_vector(el: Arithmetic, values: list[Value], t: Term, what: str) -> Value:
    if len(values) != 1:
        raise el.error(f"{what} takes one argument; here are {len(values)}", t)
    v = el.column(values[0])
    if not v.is_vector:
        raise el.misfit(
            f"{what} takes a column vector; {el.text(v)} is {v.shown}",
            v.term,
            hints.role(el.context, v, "vector"),
        )
    return v


def _diag(el: Arithmetic, values: list[Value], t: Term) -> Value:
    if len(values) == 1 and values[0].is_matrix:
        v = values[0]
        el.square(v, "the diagonal")
        if not el.context.continued:
            el.context.note("diag", f"diag of the matrix {el.text(v)} is read as the vector on its diagonal", t)
        return el.laid(Value(v.rows, UNIT, lambda: ex.Diagonal(v.make()), t))
    if len(values) > 1:
        return grids.diagonal_of_list(el, values, t)
    v = _one_vector(el, values, t, "diag")
    return Value(v.rows, v.rows, lambda: ex.Diag(v.make()), t)


def _of_square(node_class: Callable[[ex.Expr], ex.Expr], what: str) -> Callable[[Arithmetic, list[Value], Term], Value]:
    def build(el: Arithmetic, values: list[Value], t: Term) -> Value:
        if len(values) != 1:
            raise el.error(f"{what} takes one argument", t)
        v = values[0]
        if v.is_scalar and v.tag != "symbol":
            return scalar(v.make, t)
        el.square(v, what)
        return scalar(lambda: node_class(v.make()), t)

    return build


def _softmax(el: Arithmetic, values: list[Value], t: Term) -> Value:
    if len(values) == 1 and values[0].is_matrix:
        if el.context.lenient or Habit.SOFTMAX_OF_ROWS in el.context.option.habits:
            el.context.note("softmax", "softmax of a matrix is read row by row", t)
            return like(values[0], lambda: row_softmax(values[0].make()), t)
        message = f"softmax takes a column vector; {el.text(values[0])} is {values[0].shown}"
        raise el.error(message, t, hints.role(el.context, values[0], "vector"))
    v = _one_vector(el, values, t, "softmax")
    return el.laid(like(v, lambda: ex.Softmax(v.make()), t))


def row_softmax(a: ex.Expr) -> ex.Expr:
    """The matrix whose rows are the softmax of the rows of ``a``."""
    weights, ones = ex.Apply(known("exp"), a), ex.Ones(a.cols)
    return ex.Hadamard(weights, ex.EntryPower(ex.Product(weights, ones, ex.Transpose(ones)), ex.Number(-1)))


def _of_vector(scalar_of: Callable[[ex.Expr], ex.Expr], what: str) -> Callable[[Arithmetic, list[Value], Term], Value]:
    def build(el: Arithmetic, values: list[Value], t: Term) -> Value:
        v = _one_vector(el, values, t, what)
        return scalar(lambda: scalar_of(v.make()), t)

    return build


def variance_of(x: ex.Expr) -> ex.Expr:
    """The mean of the squares of what lies between the entries and their mean."""
    centred = ex.Sum(x, ex.Product(ex.Number(-1), mean_of(x), ex.Ones(x.rows)))
    return mean_of(ex.EntryPower(centred, ex.Number(2)))


def positive_part(x: ex.Expr) -> ex.Expr:
    """What is greater of 0 and each entry."""
    return ex.Apply(known("relu"), x)


def mean_of(x: ex.Expr) -> ex.Expr:
    n = ex.size_as_scalar(x.rows)
    weight = ex.Number(1 / n.value) if isinstance(n, ex.Number) else ex.EntryPower(n, ex.Number(-1))
    return ex.Product(weight, ex.Transpose(ex.Ones(x.rows)), x)


def _norm(el: Arithmetic, values: list[Value], t: Term) -> Value:
    v = el.column(values[0])
    if v.is_matrix and t.kind == "word":  # with nothing below it
        message = f"the norm of the matrix {el.text(v)} is read as the root of the sum of squares"
        el.context.note("norm", message, t)
    if v.is_scalar and any(f.how is How.DEFINITION for f in el.families_of(v.term)):
        el.context.note("bars", f"the norm of the number {el.text(v)} is its absolute value", t)
    elif v.is_scalar:
        raise el.error("the norm of a scalar", t, hints.role(el.context, v, "vector"))
    return scalar(lambda: ex.Norm(v.make()), t)


def _extreme(el: Arithmetic, values: list[Value], t: Term) -> Value:
    """``\\max(0, x)``, ``\\min(0, x)``."""
    word, others = str(t.data), [v for v in values if v.number != 0]
    if len(values) != 2 or len(others) != 1:
        hint = None
        if len(values) == 2:
            a, b = (hints.carrier(el.context, v.term) for v in values)
            step, one, two = ("+", b, a) if word == "max" else ("-", a, b)
            hint = rf'write "({a} {step} \max(0, {one} - {two}))"'
        raise el.error(rf"\{word} is read with 0 and one other argument only: \{word}(0, x)", t, hint)
    v = others[0]
    if word == "max":
        return like(v, lambda: positive_part(v.make()), t)
    return like(v, lambda: negative(positive_part(negative(v.make()))), t)


def norm(el: Arithmetic, t: Term) -> Value:
    r"""``\|x\|_2``, ``\|A\|_F``; with 1 below the sum of absolute values."""
    v = el.column(el.value(t.args[0]))
    if t.data == "1" and v.is_vector:
        size = v.rows
        return scalar(lambda: ex.Product(ex.Transpose(ex.Ones(size.value())), ex.Apply(known("abs"), v.make())), t)
    if t.data == "1":
        raise el.misfit(
            "the norm with index 1 is not read of this", t, rf'write "\|{el.text(v)}\|_F" for the Frobenius norm'
        )
    if v.is_matrix and t.data == "2":
        raise el.context.doubt(
            "the 2 on the norm of a matrix says the spectral norm, which is not read",
            t,
            rf'write "\|{el.text(v)}\|_F" for the root of the sum of squares',
        )
    return _norm(el, [v], t)


def _absolute(el: Arithmetic, values: list[Value], t: Term) -> Value:
    v = values[0]
    if v.is_matrix:
        el.context.note("bars", "bars around a matrix are read as its determinant", t)
        return OPERATORS["det"](el, [v], t)
    families = el.families_of(t)
    if not v.is_scalar and not (
        families and all(f.declared and not (is_bold(f.name) or r"\vec{" in f.name) for f in families)
    ):
        inner = el.context.text(t.args[0])
        raise el.context.doubt(
            f"bars around the vector {inner}: its norm, or the absolute value of each entry?",
            t,
            rf'write "\|{inner}\|" or "\operatorname{{abs}}({inner})"',
        )
    return apply(el, known("abs"), v, t)


def word(el: Arithmetic, t: Term) -> Value:
    """An operator with its arguments, of which one that takes a vector takes several as stacked."""
    return of_values(el, [el.value(a) for a in t.args], t)


def of_values(el: Arithmetic, values: list[Value], t: Term) -> Value:
    """The same for arguments that are known."""
    name = str(t.data)
    if name in ("softmax", "logsumexp") and len(values) == 2:
        beta, z = values[0], el.column(values[1])
        if beta.is_scalar and beta.number is None and z.is_vector:
            return _at_temperature(el, name, beta, z, t)
    if name in ("softmax", "logsumexp", "mean", "variance", "deviation", "norm") and len(values) > 1:
        values = [grids.stack(el, values, t)]
    return OPERATORS[name](el, values, t)


def _at_temperature(el: Arithmetic, name: str, beta: Value, z: Value, t: Term) -> Value:
    r"""``\operatorname{softmax}(\beta, z)`` is that of beta z, ``\operatorname{lse}(\beta, z)`` the same over beta."""
    note = f"{el.text(beta)} is read as the inverse temperature in {el.context.text(t)}"
    el.context.note("softmax", note, t)
    found = OPERATORS[name](el, [like(z, lambda: ex.mul(beta.make(), z.make()), z.term)], t)
    if name == "softmax":
        return found
    return like(found, lambda: ex.Product(reciprocal(beta.make()), found.make()), t)


OPERATORS: dict[str, Callable[[Arithmetic, list[Value], Term], Value]] = {
    "diag": _diag,
    "trace": _of_square(ex.Trace, "a trace"),
    "det": _of_square(ex.Determinant, "a determinant"),
    "softmax": _softmax,
    "logsumexp": _of_vector(ex.LogSumExp, "logsumexp"),
    "mean": _of_vector(mean_of, "a mean"),
    "variance": _of_vector(variance_of, "a variance"),
    "deviation": _of_vector(lambda x: ex.EntryPower(variance_of(x), ex.Number(Fraction(1, 2))), "a standard deviation"),
    "norm": _norm,
    "abs": _absolute,
    "max": _extreme,
    "min": _extreme,
}
