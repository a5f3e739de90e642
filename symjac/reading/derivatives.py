"""Derivatives as objects, and sums and products over an index, as typed values."""

from __future__ import annotations

from symjac import expr as ex
from symjac.errors import propose
from symjac.reading import entrywise, hints
from symjac.reading.applied.large import BOUNDS, restricted
from symjac.reading.applied.terms import Term
from symjac.reading.arithmetic import Arithmetic
from symjac.reading.assumptions import How
from symjac.reading.sizes import UNIT, Size
from symjac.reading.spelling import is_greek, is_upper
from symjac.reading.usual import NUMBERED
from symjac.reading.values import Value, scalar


def partial(el: Arithmetic, t: Term) -> Value:
    """The Jacobian as an object, in numerator layout; transposes of columns change no derivative."""
    y, x = (el.value(a) for a in t.args)
    if t.kind == "slope" and not y.is_scalar:
        raise el.error(f"\\nabla of {el.context.text(y.term)}, which is {y.shown}: it takes a scalar", y.term)
    make_y = y.make
    if y.is_row:
        y = Value(y.cols, UNIT, lambda: ex.transpose(make_y()), y.term)
    if (y.is_matrix and not x.is_scalar) or (x.is_matrix and not y.is_scalar):
        matrix = y if y.is_matrix else x
        message = f"a derivative with the matrix {el.context.text(matrix.term)} is not read as a matrix"
        raise el.error(message, matrix.term, hints.role(el.context, matrix, "scalar" if matrix is y else "vector"))
    rows, cols = (x.cols, x.rows) if y.is_scalar and x.is_matrix else (y.rows, x.rows)
    if x.is_scalar:
        rows, cols = y.rows, y.cols
    out = Value(rows, cols, lambda: ex.Partial(y.make(), x.make()), t, tag="partial")
    out.details.update(of=el.context.text(y.term), by=el.context.text(x.term))
    layout = el.context.layout
    if layout == "denominator" or (layout == "mixed" and y.is_scalar):
        return Value(cols, rows, lambda: ex.Transpose(out.make()), t, tag="partial", details=out.details)
    return out


def scalar_function(el: Arithmetic, t: Term) -> Value:
    """The gradient or the Hessian of a scalar function that nothing specifies, at a vector."""
    assert isinstance(t.data, tuple)
    (name, order), v = t.data, el.column(el.value(t.args[0]))
    if not v.is_vector:
        raise el.error(r"nothing says by what this \nabla differentiates", t, r'say by what, as in "\nabla_{x} L"')
    family = el.context.families.get(name)
    if family is not None and family.how is How.SCALAR_FUNCTION:
        if not (family.takes((v.rows,)) and el.context.sizes.equal(family.inputs[0], v.rows)):
            raise el.misfit(f"the function {name} takes another vector elsewhere than {el.text(v)}", v.term)
    elif name in el.roles.called:
        raise el.error(f"{name} stands under a \\nabla here and is another function elsewhere", t)
    elif not el.context.continued:
        el.context.note("role", f"{name}: read as a scalar function of a vector", t)
    if order == 2:
        return Value(v.rows, v.rows, lambda: ex.ScalarHessian(name, v.make(), v.rows.value()), t)
    return el.laid(Value(v.rows, UNIT, lambda: ex.ScalarGradient(name, v.make(), v.rows.value()), t))


# ------------------------------------------------------------------------------- sums and products


def total(el: Arithmetic, t: Term) -> Value:
    """A sum that names no index."""
    v = el.value(t.args[0])
    if not v.is_vector:
        raise el.error(r"this \sum does not say over what it runs", t, BOUNDS)
    el.context.note("sum", "a sum that names no index is read as the one over all entries", t)
    return scalar(lambda: ex.Product(ex.Transpose(ex.Ones(v.rows.value())), v.make()), t)


def over(el: Arithmetic, t: Term) -> Value:
    """A sum or a product over time."""
    run, body = t.over, el.value(t.args[0])
    if (
        run.kind == "product"
        and body.is_scalar
        and any(r.time == ex.Time(((run.letter, 1),)) for r in t.args[0].refs())
    ):
        raise el.error("a product over entries is not read", t, r'its logarithm is a sum, as in "\sum_i \log x_i"')
    if run.kind == "product" and not body.is_scalar:
        el.square(body, r"each factor of a \prod")
        if run.order == "open":
            message = (
                rf"this \prod does not say in which order its factors stand: largest {run.letter} first, or smallest"
            )
            el.context.note("product-order", message, t)
    if run.kind == "sum" and body.is_vector:
        el.context.broadcast |= {f.name for f in el.doubtful_vectors(t.args[0]) if f.how is How.SMALL}
    # A bound that is not printed has a name.
    low = ex.time_as_scalar(run.low) if run.low is not None else ex.Symbol(rf"\min {run.letter}")
    high = ex.time_as_scalar(run.high) if run.high is not None else ex.Symbol(rf"\max {run.letter}")
    order = "open" if run.low is None else "ascending" if run.kind == "sum" else run.order
    return Value(body.rows, body.cols, lambda: ex.OverTime(run.kind, run.letter, low, high, body.make(), order), t)


def _note_entries(el: Arithmetic, t: Term, letter: str) -> None:
    """Says that ``\\sum_j \\alpha_j h_j`` runs through entries, where it could run through vectors with a number."""
    entries = [u for u in t.walk() if u.kind == "entry" and isinstance(u.data, tuple) and letter in u.data]
    families = {r.family: el.context.find(r.family) for u in entries if (r := u.args[0].ref) is not None}
    known = [f for f in families.values() if f is not None]
    factors = t.args[0].args if t.args[0].kind == "product" else t.args
    weighing = {u.args[0].ref.family for u in factors if u.kind == "entry" and u.args[0].ref is not None}
    softmax = [f for f in known if f.name in el.roles.weights & weighing]  # the p of y_k \log p_k weighs nothing
    weights = softmax or [f for f in known if is_greek(f.letter) and not is_upper(f.letter)]
    others = [f for f in known if f not in weights]
    alone = any(f.base in el.context.letters.bare for f in others or weights)
    if alone or any(f.role != "vector" or f.how is not How.ENTRIES for f in known if f not in softmax):
        return
    if len(weights) == len(others) == 1 and (softmax or weights[0].letter == r"\alpha" or others[0].letter in NUMBERED):
        doubt = el.context.doubt(
            f"{el.context.text(t)}: a sum of the entries of {others[0].name}, or of vectors with a number?",
            t,
            f'{propose(others[0].name, "vector n")} for entries, "{others[0].name}_{letter}: vector d" for vectors '
            "with a number",
        )
        if el.context.continued:
            raise doubt
        el.context.doubts.append(doubt)
    names = " and ".join(f.name for f in known)
    el.context.note("sum", f"{el.context.text(t)} is read as a sum over the entries of {names}, which are numbers", t)


def index_sum(el: Arithmetic, t: Term) -> Value:
    """A sum over all entries of vectors: ``\\sum_j`` or ``\\sum_{j=1}^{n}``, n being how many there are."""
    assert isinstance(t.data, tuple)
    letter, upper = t.data
    outer = el.indices.get(letter)
    size = el.context.counted_size(upper) if upper is not None and not upper.isdigit() else Size()
    el.indices[letter] = size
    body = el.value(t.args[0])
    if outer is None:
        del el.indices[letter]
    else:
        el.indices[letter] = outer
    columns = (el.context.find(r.family) for r in t.refs())
    if not body.is_scalar and not any(f is not None and f.numbered for f in columns):
        raise el.error(f"a sum over entries takes a scalar; {el.context.text(body.term)} is {body.shown}", body.term)
    if upper is not None and upper.isdigit() and size.root.known != int(upper):
        raise restricted(el.context, letter, t)  # it is not known that there are no more entries
    el.context.loose(size, t)
    _note_entries(el, t, letter)
    if body.is_scalar:
        return scalar(lambda: ex.IndexSum(ex.Index(letter, size.value()), body.make()), t)

    def make() -> ex.Expr:
        try:
            return entrywise.summed(entrywise.collected(body.make()), ex.Index(letter, size.value()))
        except entrywise.NotFoundError:
            message = f"{el.context.text(t)} is no product with the matrix of all the vectors that are added"
            raise el.error(message, t) from None

    return Value(body.rows, body.cols, make, t)
