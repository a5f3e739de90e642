"""The formula that a claim should have been: the truth of its left-hand side, in both layouts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from symjac import expr as ex, typeset
from symjac.claims.comparison import Comparison
from symjac.claims.conventions import Convention
from symjac.claims.evaluate import Evaluator
from symjac.claims.gradients import Gradients
from symjac.claims.model import Model
from symjac.claims.overtime import OverTime
from symjac.claims.stated.aliases import LOSS
from symjac.claims.stated.statement import Statement
from symjac.claims.undecided import TROUBLE, UndecidedError
from symjac.claims.witness import Closed, confirm_formula
from symjac.expr import ONE, Expr, Symbol
from symjac.expr.names import written
from symjac.expr.times import Time
from symjac.reading.applied.terms import Ref, Term

BOUND = ("i", "j", "s", "r", "q")


def correct(s: Statement) -> dict[str, str]:
    """LaTeX of what the left-hand side is, for columns; empty where symjac cannot tell, or no run confirms it.

    :raises Defect: where a run and the formula disagree.
    """
    model = s.models.get("column")
    left, right = s.members[0], s.members[-1]
    if model is None or left.kind not in ("derivative", "second", "gradient", "by_vec"):
        return {}
    try:
        return {layout: _latex(s, model, layout, left, right) for layout in ("numerator", "denominator")}
    except TROUBLE:
        return {}


def _latex(s: Statement, model: Model, layout: str, left: Term, right: Term) -> str:
    over = s.per_step(left, right)
    summed = any(t.over.kind == "sum" for t in s.over(right)) and s.whole_gradients(left, right)
    if s.beside_penalty(left, right) is not None or (over is None and summed):
        raise UndecidedError("a sum over steps beside something else is not printed yet")
    check = Comparison(s, model, Convention(layout, "column"), "ascending")
    check.step = Time(((over[2], 1),)) if over is not None else s.step({}, left, right)
    gradients = check.gradients(left, right, {})
    mentioned = gradients.mentions.frontier | gradients.mentions.local
    if over is not None and any(r.time is not None and r.time.offset for r in mentioned):
        raise UndecidedError("what one step gives depends on which steps it is said by")

    def closed(values: Mapping[str, Time]) -> Closed:
        said = check.gradients(left, right, values) if values else gradients
        ev = check.evaluator(Evaluator, left, right, said, OverTime("ascending"), values)
        out = ev(left)
        if ev.unknown:
            raise UndecidedError(ev.unknown[0])
        if ev.images:
            raise UndecidedError("what a total derivative does to one entry is a letter that no run gives")
        return out, said.letters

    ends = _ends(model, left)
    if ends is not None:
        model.long_product(*ends)  # whether the one step leads to the next
    out, letters = closed({})
    if any(kind not in ("", "upstream") for e in out.symbols & letters.keys() for _, kind in (letters[e],)):
        raise UndecidedError("the gradient depends on what the claim does not mention")
    confirm_formula(check, left, right, closed, at_lengths=over is None)
    if ends is not None:
        return _product(model, layout, *ends)
    out = model.without_own_names(out)
    carried = {model.carried_letter(*pair) for pair in s.carried(left, right)}
    shown = _laid_out(_with_products(_with_loss(out, gradients, s), model, layout), layout, carried)
    text = typeset.latex(_with_numbers(shown, model), beside=model.reading.symbols)
    return text if over is None else rf"\sum_{{{over[2]}}} {text}"


def _with_numbers(e: Expr, model: Model) -> Expr:
    """Columns and entries that unit vectors pick as they are printed: ``k_j`` for ``K e_j``, ``a_j`` for ``e_j^T a``.

    :raises UndecidedError: where a unit vector is left, and e is something else in the system.
    """
    small = {matrix: base for base, matrix in model.context.letters.numbered.items()}

    def picked(a: Expr, b: Expr) -> Expr | None:
        if isinstance(a, ex.Transpose) and isinstance(a.arg, ex.UnitVector):
            if isinstance(b, Symbol) and b.is_vector:
                return ex.Entry(b, *a.arg.indices)
            column = picked(b.arg, a.arg) if isinstance(b, ex.Transpose) else None
            return ex.Transpose(column) if column is not None else None
        if not isinstance(b, ex.UnitVector) or not isinstance(a, Symbol) or a.name not in small:
            return None
        number = b.indices[0].name if isinstance(b.indices[0], ex.Index) else str(b.indices[0])
        return Symbol(written(small[a.name], number, ""), (a.rows, ONE))

    def shown(e: Expr) -> Expr:
        args = list(e.args) if isinstance(e, ex.Product) else []
        for k in range(len(args) - 1, 0, -1):
            if (one := picked(args[k - 1], args[k])) is not None:
                args[k - 1 : k + 1] = [one]
        return ex.mul(*args) if args else e

    out = e.rebuilt(shown)
    if "e" in model.families and any(isinstance(n, ex.UnitVector) for n in out.walk()):
        raise UndecidedError("unit vectors have the letter of something else")
    return out


def _ends(model: Model, left: Term) -> tuple[Ref, Ref] | None:
    """The two states between which a number of steps lies that is a letter; ``None`` for any other left side."""
    if left.kind != "derivative":
        return None
    y, x = left.args[0].ref, left.args[1].ref
    return (y, x) if y is not None and x is not None and y.family == x.family and model.are_far(y, x) else None


def _with_loss(e: Expr, gradients: Gradients, s: Statement) -> Expr:
    """Gradients as ``\\nabla_v L``, with the loss by the name it has in the claim."""
    names = [loss.family for m in s.members for loss, _, _ in s.gradients(m) if loss is not None]
    loss = next((n for n in names if n != LOSS.family), "L")
    table: dict[Expr, Expr] = {}
    for r in gradients.mentions.frontier | gradients.mentions.upstream | gradients.implied:
        for kind in ("", "upstream"):
            free = gradients.free(r, kind)
            table[free] = Symbol(rf"(\nabla_{{{gradients.model.name(r)}}} {loss})", free.shape)
    return e.replace(table)


def _with_products(e: Expr, model: Model, layout: str) -> Expr:
    """Jacobians over many steps as products, in the layout's own order."""
    table: dict[Expr, Expr] = {}
    for way in e.symbols & model.ways.keys():
        y, x = model.ways[way]
        printed = rf"\left({_product(model, layout, y, x)}\right)"
        if layout == "numerator":
            table[way] = Symbol(printed, way.shape)
        else:
            table[way] = ex.Transpose(Symbol(printed, (way.cols, way.rows)))
    return e.replace(table)


def _laid_out(e: Expr, layout: str, carried: Collection[Symbol]) -> Expr:
    """Gradients, Jacobians of maps and total derivatives as this layout has them: rows, or transposed."""
    turned = {
        node: Symbol(node.name if isinstance(node, Symbol) else typeset.latex(node), (node.cols, node.rows))
        for node in e.walk()
        if ((type(node) is ex.MapJacobian or node in carried) and layout == "denominator")
        or (isinstance(node, Symbol) and r"\nabla" in node.name and layout == "numerator")
    }
    return pushed(e.replace({node: ex.Transpose(other) for node, other in turned.items()}), False)


def pushed(e: Expr, turn: bool) -> Expr:
    """The expression, transposed where ``turn`` says so, with every transpose at a leaf."""
    if isinstance(e, ex.Transpose):
        return pushed(e.arg, not turn)
    if isinstance(e, ex.Sum):
        return ex.add(*(pushed(t, turn) for t in e.args))
    if isinstance(e, ex.Hadamard):
        return ex.hadamard(*(pushed(f, turn) for f in e.args))
    if isinstance(e, ex.Product):
        factors = [pushed(f, turn and not f.is_scalar) for f in e.args]
        scalars = [f for f in factors if f.is_scalar]
        chain = [f for f in factors if not f.is_scalar]
        return ex.mul(*scalars, *(reversed(chain) if turn else chain)) if turn else ex.mul(*factors)
    if turn and isinstance(e, Symbol) and "/" in e.name:  # a derivative that is known by name only
        return ex.transpose(Symbol(f"({e.name})", e.shape))
    return ex.transpose(e) if turn else e


def _product(model: Model, layout: str, y: Ref, x: Ref) -> str:
    """The product over a number of steps that is a letter, latest leftmost in numerator layout."""
    used = {name for time in (y.step, x.step) for name, _ in time.letters}
    letter = next(c for c in BOUND if c not in used)
    here = Time(((letter, 1),))
    step = model.one_step(y.at(here))
    if not model.timed(step):
        base = step if layout == "numerator" else ex.transpose(step)
        return typeset.latex(ex.MatrixPower(base, ex.time_as_scalar(y.step - x.step)))
    factor = typeset.latex(step if layout == "numerator" else ex.transpose(step))
    if isinstance(step, ex.Sum):
        factor = rf"\left({factor}\right)"
    if layout == "numerator":
        return rf"\prod_{{{y.step.text} \ge {letter} > {x.step.text}}} {factor}"
    return rf"\prod_{{{letter}={(x.step + 1).text}}}^{{{y.step.text}}} {factor}"
