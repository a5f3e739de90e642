"""Terms to expressions, in one convention: printed order, strict shapes.

Vectors are columns of the expression language; in row orientation they stand transposed, so that the
shapes of the printed formula are those of the convention. Nothing broadcasts but a scalar that is
added to a vector.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from symjac import expr as ex
from symjac.claims.context import Operand
from symjac.claims.instances import reached
from symjac.claims.meaning import Meaning
from symjac.claims.undecided import UndecidedError
from symjac.composite import act
from symjac.errors import NotYetError
from symjac.expr import ONE, Expr, Symbol
from symjac.linear import jacobian_of_linear
from symjac.reading.applied.terms import Immediate, Ref, Term
from symjac.reading.sizes import Size
from symjac.reading.values import Value

_OPENING = re.compile(r"(?:\\left|\\[bB]igg?l?)?\s*\\?[(\[{]\s*")


class Evaluator(Meaning):
    """One convention's meaning of the terms of one claim, derivatives included."""

    def value(self, t: Term) -> Value:
        if t.kind in _DERIVATIVES:
            return self.given(_DERIVATIVES[t.kind](self, t), t)
        return _ROWS[t.kind](self, t) if t.kind in _ROWS else super().value(t)

    # ------------------------------------------------------------------------------------- entries

    def entry_of(self, e: Expr, t: Term) -> Expr:
        """The entry of an expression at the indices of a term."""
        return ex.Entry(e, *self.places(t, (e.rows,) if e.cols == ONE else e.shape))

    def places(self, t: Term, sizes: Sequence[ex.Dim]) -> list[ex.Index | int]:
        """The indices of an entry, which run to these sizes.

        :raises UndecidedError: where there are more or fewer: a row of a matrix or a vector of a batch may be meant.
        """
        if len(sizes) != len(t.indices):
            raise UndecidedError(f"nothing says what this index means: an entry has {len(sizes)}, not {len(t.indices)}")
        return self.indexed(t.indices, sizes)

    def indexed(self, indices: Sequence[str], sizes: Sequence[ex.Dim]) -> list[ex.Index | int]:
        """These indices, which run to these sizes.

        :raises UndecidedError: for ``W_{ii}`` of what is not square, which has a meaning up to the shorter side.
        """
        if len(set(indices)) < len(set(sizes)) and not indices[0].isdigit():
            raise UndecidedError(f"the index {indices[0]} runs through both sides of a matrix that is not square")
        return [self.index(text, Size(size)) for text, size in zip(indices, sizes, strict=True)]

    def units(self, t: Term, of: Symbol) -> list[Expr]:
        """The unit vectors that pick an entry of a symbol."""
        sizes = (of.rows,) if of.cols == ONE else of.shape
        return [ex.UnitVector(k, d) for k, d in zip(self.places(t, sizes), sizes, strict=True)]

    def is_column(self, t: Term) -> bool:
        """Whether this is one of the vectors with a number that are the columns of a matrix."""
        r = t.whole.ref
        family = self.model.families.get(r.family) if r is not None else None
        return family is not None and family.numbered and len(t.indices) == 1

    # --------------------------------------------------------------------------------- derivatives

    def derivative(self, t: Term) -> Expr:
        y, x = t.args
        by, of = self.whole(x), self.whole(y)
        assert by is not None
        if isinstance(t.data, Immediate) and y.ref is not None and x.ref is not None:
            assert of is not None
            return self.laid_out(
                self.at_once(of, by), scalar=self.model.symbol(of).is_scalar, vector=self.is_vector(by)
            )
        if self.is_column(y):
            raise UndecidedError("the derivative of one of several vectors with a number is not judged")
        if x.kind == "entry":
            return self.by_column(y, x, of, by) if self.is_column(x) else self.by_entry(y, x, of, by)
        if y.kind == "entry":
            return self.laid_out(self.of_entry(t, of, by), scalar=True, vector=self.is_vector(by))
        numerator = self.known(t, by)
        of_vector = of is not None and self.is_vector(of)
        scalar = numerator.rows == ONE if self.model.symbol(by).cols == ONE else not of_vector
        return self.laid_out(numerator, scalar=scalar, vector=self.is_vector(by))

    def whole(self, t: Term) -> Ref | None:
        """The symbol that a term is, or is an entry of."""
        r = t.whole.ref
        return self.ref(r) if r is not None else None

    def at_once(self, y: Ref, x: Ref) -> Expr:
        """The Jacobian of one symbol by another through the equations of one step, what others give held fixed."""
        self.model.refuse_unknown(y, x)
        of, wrt = self.model.symbol(y), self.model.symbol(x)
        self.variables.add(wrt)
        return self.slope(of, wrt, self.model.between(y, x), entries=wrt.cols != ONE and of.is_vector)

    def slope(self, of: Symbol, wrt: Symbol, definitions: Mapping[Symbol, Expr], *, entries: bool) -> Expr:
        """The derivative of one symbol by another through these definitions; with ``entries`` of vec by vec."""
        return self.model.closed(definitions, of, wrt, entries=entries)

    def is_vector(self, r: Ref) -> bool:
        return self.model.role(r) == "vector"

    def known(self, t: Term, x: Ref) -> Expr:
        """The Jacobian, or a symbol of its shape where it cannot be found."""
        try:
            return self.jacobian(t, x)
        except UndecidedError as error:
            self.unknown.append(str(error))
            y = t.args[0].ref
            if y is None or (of := self.model.symbol(self.ref(y))).is_matrix:
                raise
            wrt = self.model.symbol(x)
            by_matrix = wrt.cols != ONE and not of.is_scalar
            shape = (of.rows, wrt.rows * wrt.cols) if by_matrix else ex.Partial(of, wrt).shape
            return ex.Symbol(rf"\partial {of.name}/\partial {wrt.name}", shape)

    def jacobian(self, t: Term, x: Ref) -> Expr:
        """What ``t`` differentiates, by x, in numerator layout."""
        y = t.args[0]
        if y.ref is not None:
            r = self.ref(y.ref)
            return ex.transpose(self.gradient(r, x)) if self.model.is_loss(r) else self.chain(r, x)
        partial = self.by_one_argument(t, x) if y.kind in ("map", "bare_map") else None
        return self.of_expression(t, x) if partial is None else partial

    def by_one_argument(self, t: Term, x: Ref) -> Expr | None:
        r"""The ``\partial f/\partial x`` of a map of several vectors of which one is x: by that argument alone.

        Nothing is refuted by it where the others depend on x too.
        """
        of, definitions = self.operand(t, x)
        call, wrt = definitions.pop(of), self.model.symbol(x)
        if not isinstance(call, ex.VectorMap) or len(call.args) < 2 or call.args.count(wrt) != 1:
            return None
        place = call.args.index(wrt)
        if wrt in reached((s for k, a in enumerate(call.args) if k != place for s in a.symbols), definitions):
            self.doubts.append(f"the derivative of {call.name} by {wrt.name} may be the total one")
        self.variables.add(wrt)
        return call.jacobian(place + 1)

    def chain(self, y: Ref, x: Ref) -> Expr:
        """dy/dx of two symbols; over a number of steps that is a letter, a symbol for the whole product."""
        of, by = self.model.symbol(y), self.model.symbol(x)
        self.variables.add(by)
        if (by.cols != ONE and of.is_vector) or any(x == parameter for _, parameter in self.carried):
            return self.entries(y, x)
        return self.over_steps(y, x)

    def over_steps(self, y: Ref, x: Ref) -> Expr:
        """dy/dx of two symbols through all that lies between."""
        far = self.model.are_far(y, x) and not self.model.prints(y, x)
        return self.model.over_letters(y, x) if far else self.model.derivative(y, x)

    def entries(self, y: Ref, x: Ref) -> Expr:
        """``d vec(y) / d vec(x)^T`` of two symbols, as the equations stand."""
        model = self.model
        of, wrt = model.symbol(y), model.symbol(x)
        if y == x:
            return ex.Identity(of.rows * of.cols)
        if (y, x) in self.carried:
            return model.carried_letter(y, x)
        model.refuse_unknown(y, x)
        self.variables.add(wrt)
        immediate = model.closed(model.between(y, x), of, wrt, entries=True)
        before = [r for r, by in self.carried if by == x and r.time is not None]
        if not before or y.time is None:
            return immediate
        states = [r for r in model.earlier(y) if x.family in model.behind([r.family])]
        if any(r.time != y.time - 1 for r in states):
            raise UndecidedError(f"nothing says how {of.name} depends on {wrt.name} through the steps before")
        first = max(r.step.offset for r in before)
        terms = [immediate]
        for r in sorted(set(states), key=repr):
            goes_on = y.time.offset - 1 > first
            total = self.entries(r, x) if goes_on else model.carried_letter(r, x)
            terms.append(ex.mul(model.derivative(y, r), total))
        return ex.add(*terms)

    def by_vec(self, t: Term) -> Expr:
        """The derivative by the vec of a symbol, or of one, laid out as a vector's by a vector."""
        inner = t.args[0]
        of, by = (a.ref for a in inner.args)
        assert by is not None
        x = self.ref(by)
        if of is None:
            numerator = self.of_expression(inner, x, entries=True)
            return self.laid_out(numerator, scalar=numerator.rows == ONE)
        y = self.ref(of)
        if not self.model.is_loss(y):
            return self.laid_out(self.entries(y, x), scalar=self.model.symbol(y).is_scalar)
        gradient = self.gradient(y, x)
        return self.laid_out(ex.transpose(gradient if gradient.cols == ONE else ex.Vec(gradient)), scalar=True)

    def of_expression(self, t: Term, x: Ref, *, entries: bool = False) -> Expr:
        """The derivative of a printed expression, which is read as the system is; with ``entries`` of vec by vec."""
        of, definitions = self.operand(t, x, matrix=entries)
        wrt = self.model.symbol(x)
        self.variables.add(wrt)
        entries = entries or (wrt.cols != ONE and of.is_vector)
        return self.slope(of, wrt, definitions, entries=entries).replace({of: definitions[of]})

    def operand(self, t: Term, x: Ref, *, matrix: bool = False) -> tuple[Symbol, dict[Symbol, Expr]]:
        """A symbol for the printed expression that is differentiated, defined as the system's are."""
        y = t.args[0]
        if y.kind == "derivative" or any(a.kind in ("derivative", "gradient", "over") for a in y.walk()):
            raise UndecidedError("the derivative of a derivative is not judged")
        column = self.at_its_argument(y, x) if y.kind in _BARE else self.printed(t)
        if not matrix and not (column.cols == ONE or column.rows == ONE):
            raise UndecidedError("the derivative of a matrix is not judged")
        column = ex.transpose(column) if column.is_row else column
        of = ex.Symbol(r"\text{operand}", column.shape)
        return of, self.model.standing_for(of, column, x)

    def printed(self, t: Term) -> Expr:
        """What is differentiated, read as the system is."""
        y = t.args[0]
        if y.kind == "apply" and y.args[0].ref is not None:  # which was settled by what the claim differentiates
            return self.value(y).make()
        text = str(t.data)
        opening = _OPENING.match(text) if len(text) > y.end - y.start else None
        source = " " * (y.start - (opening.end() if opening is not None else 0)) + text
        return Operand(self.model, self.values, self.shaped).expression(y, source)

    def at_its_argument(self, y: Term, x: Ref) -> Expr:
        """The f of ``\\partial f / \\partial x`` at what the system applies it to, at the step where that holds x.

        :raises UndecidedError: where it is applied to several things, or to nothing that holds x.
        """
        if isinstance(y.data, tuple):
            name, order = y.data
        else:
            f = y.place.function
            assert f is not None
            name, order = f.name, f.order
        found: dict[Expr, None] = {}
        for p, node in self.model.applications(name):
            if isinstance(node, ex.Apply) and node.function.order:
                continue
            times = {r.time for r in p.used if r.family == x.family and self.model.symbol(r) in node.symbols}
            if len(times) != 1 or order:
                raise UndecidedError(f"nothing says at what {name} stands here")
            (time,) = times
            shift = {time.letter: x.time - time.offset} if time is not None and time.letter and x.time else {}
            found.setdefault(self.model.shifted_rhs(p, node, shift))
        if len(found) != 1:
            raise UndecidedError(f"nothing says at what {name} stands here")
        return next(iter(found))

    def second(self, t: Term) -> Expr:
        """The matrix of second derivatives of a scalar, ``d^2 y / dx dz^T``: rows by the first variable."""
        y, *variables = t.args
        indexed = [v for v in variables if v.kind == "entry"]
        of, x, z = y.ref, *map(self.whole, variables)
        if of is None or x is None or z is None:
            raise UndecidedError("the second derivative of an expression is not judged")
        of, first, then = self.ref(of), self.model.symbol(x), self.model.symbol(z)
        if self.model.equation(of) is None or not self.model.symbol(of).is_scalar:
            raise UndecidedError("second derivatives are judged of scalars that an equation defines")
        if first.cols != ONE or then.cols != ONE or any(map(self.is_column, indexed)):
            raise UndecidedError("a second derivative by a matrix is not judged")
        if x != z and not indexed and t.data not in ((False, True), (True, False)):
            raise UndecidedError("nothing says by which variable the rows of this second derivative go")
        hessian = self.hessian(of, x, z)
        if indexed:
            places = [self.places(v, (s.rows,))[0] for v, s in zip(indexed, (first, then), strict=True)]
            return ex.Entry(hessian, *places)
        return ex.transpose(hessian) if t.data == (True, False) else hessian

    def hessian(self, y: Ref, x: Ref, z: Ref) -> Expr:
        """``d/dz`` of the gradient of y by x, a column."""
        wrt = self.model.symbol(z)
        self.variables |= {wrt, self.model.symbol(x)}
        gradient = ex.transpose(self.model.derivative(y, x))
        of = ex.Symbol(r"\text{gradient}", gradient.shape)
        return self.model.closed(self.model.standing_for(of, gradient, z), of, wrt).replace({of: gradient})

    def by_entry(self, y: Term, x: Term, of: Ref | None, by: Ref) -> Expr:
        """dy_i/dx_j, which no layout concerns; of all entries of y it is a column, or lies as the layout says."""
        variable = self.model.symbol(by)
        if y.kind == "entry" and variable.cols != ONE:
            if of is None or self.model.equation(of) is None:
                raise UndecidedError("entries of what no equation defines are not judged by those of a matrix")
            return self.entry_of_image(self.entries(of, by), self.model.symbol(of), x, y)
        numerator = self.known(Term("derivative", (y.whole, x.args[0]), None, y.span), by)
        if y.kind == "entry":
            if len(y.indices) != 1 or len(x.indices) != 1:
                raise UndecidedError("entries of matrices are not judged here")
            return ex.Entry(numerator, *self.indexed(y.indices + x.indices, numerator.shape))
        if of is None or self.model.symbol(of).is_scalar:
            return self.entry_of(ex.transpose(numerator), x)
        # The column j of a Jacobian: a derivative by a scalar.
        symbol = self.model.symbol(of)
        if not symbol.is_vector:
            raise UndecidedError("the derivative of a matrix by an entry is not judged")
        if variable.cols == ONE:
            return self.laid_out(ex.Product(numerator, self.units(x, variable)[0]))
        return self.laid_out(self.image(self.entries(of, by), x))

    def by_column(self, y: Term, x: Term, of: Ref | None, by: Ref) -> Expr:
        """``dy/dk_j``, or ``dy_i/dk_j``, by one of the vectors with a number."""
        if of is None:
            raise UndecidedError("the derivative of an expression by a vector with a number is not judged")
        matrix, symbol = self.model.symbol(by), self.model.symbol(of)
        unit = ex.UnitVector(self.index(x.indices[0], Size(matrix.cols)), matrix.cols)
        out: Expr
        if symbol.is_scalar:
            known = self.known(Term("derivative", (y.whole, x.args[0]), None, y.span), by)
            out = ex.Product(ex.Transpose(unit), known)
        else:
            out = self.column_of(self.entries(of, by), matrix, unit)
        if y.kind == "entry":
            out = ex.Product(ex.Transpose(self.units(y, symbol)[0]), out)
        return self.laid_out(out, scalar=out.is_row)

    def column_of(self, jacobian: Expr, matrix: Symbol, unit: Expr) -> Expr:
        """The columns of a Jacobian by the entries of a matrix that belong to one column of that."""
        change = Symbol(r"\text{column}", (matrix.rows, ONE))
        try:
            image = act(jacobian, ex.Product(ex.Differential(change), ex.Transpose(unit)))
            return jacobian_of_linear(image, change)
        except NotYetError as error:
            raise UndecidedError(error.message) from error

    def of_entry(self, t: Term, of: Ref | None, by: Ref) -> Expr:
        """``dy_i/dx``, the row i of a Jacobian."""
        y, x = t.args
        if of is None or self.model.equation(of) is None:
            raise UndecidedError("entries of what no equation defines are not judged here")
        symbol = self.model.symbol(of)
        if self.model.symbol(by).cols != ONE or not symbol.is_vector:
            raise UndecidedError("the derivative of an entry of a matrix, or by one, is not judged")
        jacobian = self.known(Term("derivative", (y.whole, x), None, t.span), by)
        return ex.Product(ex.Transpose(self.units(y, symbol)[0]), jacobian)

    def one_entry(self, x: Term) -> Expr:
        """The matrix with 1 where an entry of a matrix stands, and zeros beside it."""
        by = self.whole(x)
        assert by is not None
        row, *column = self.units(x, self.model.symbol(by))
        return ex.Product(row, *map(ex.Transpose, column)) if column else row

    def image(self, jacobian: Expr, x: Term) -> Expr:
        """What a Jacobian of the entries of ``of`` does to the matrix of one entry, in the shape of ``of``."""
        entry = self.one_entry(x)
        try:
            out = act(jacobian, entry)
        except NotYetError as error:
            raise UndecidedError(error.message) from error
        self.images |= out.symbols - jacobian.symbols - entry.symbols
        return out

    def entry_of_image(self, jacobian: Expr, of: Symbol, x: Term, y: Term) -> Expr:
        """An entry of what a Jacobian does to the matrix of one entry."""
        return self.entry_of(self.image(jacobian, x), y)

    def gradient_term(self, t: Term) -> Expr:
        """``d x``: the gradient of the loss by x."""
        assert isinstance(t.data, Ref)
        r = self.ref(t.data)
        return self.laid_out(ex.transpose(self.gradient(None, r)), scalar=True, vector=self.is_vector(r))

    def commutation(self, t: Term) -> Expr:
        """The commutation matrix of two sizes."""
        assert isinstance(t.data, tuple)
        return ex.Commutation(*(ex.dim(int(text) if text.isdigit() else text) for text in t.data))


_BARE = frozenset(["bare_map", "bare_function"])


def _bare_map(ev: Evaluator, t: Term) -> Expr:
    """A map without its argument, or its Jacobian: of known shape, and not known otherwise."""
    assert isinstance(t.data, tuple)
    name, order = t.data
    family = ev.model.families[name]
    if len(family.inputs) != 1:
        raise UndecidedError(f"{name} stands without its arguments")
    rows, cols = family.rows.value(), family.inputs[0].value()
    ev.unknown.append(f"{name} stands without its argument")
    if order:
        return ev.laid_out(Symbol(rf"\partial {name}", (rows, cols)))
    column = Symbol(rf"{name}(\cdot)", (rows, ONE))
    return ex.Transpose(column) if ev.convention.row else column


_DERIVATIVES: dict[str, Callable[[Evaluator, Term], Expr]] = {
    "derivative": Evaluator.derivative,
    "second": Evaluator.second,
    "gradient": Evaluator.gradient_term,
    "bare_map": _bare_map,
    "by_vec": Evaluator.by_vec,
    "commutation": Evaluator.commutation,
}
_ROWS: dict[str, Callable[[Evaluator, Term], Value]] = {
    **dict.fromkeys(("identity", "ones", "zeros", "unit", "bare_function"), Evaluator.constant),
    "symbol": Evaluator.symbol,
    "count": Evaluator.count,
    "same": Evaluator.kronecker_same,
    "kronecker": Evaluator.kronecker,
    "operation": Evaluator.operation,
    "transpose": Evaluator.transposed,
    "word": Evaluator.word,
    "map": Evaluator.mapped,
    "stack": Evaluator.listed,
    "over": lambda ev, t: ev.over(ev, t),
    "vec": Evaluator.vec,
}
